"""The slides as a PowerPoint file, made with python-pptx from a template that the team can restyle.

Bars are charts and tables are tables that colleagues can edit; other figures are pictures. What varies stands in the
template: places, colours, type and embedded fonts. Speaker notes say what the finding of a slide rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR as COLOUR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.shapes.placeholder import ChartPlaceholder, PicturePlaceholder, TablePlaceholder
from pptx.util import Emu, Mm, Pt

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.core.writing import settled
from gkanalysis.report.document import Node, Setting, data_mark, data_sign, plain_text, there
from gkanalysis.report.docx import LOCALES
from gkanalysis.report.exhibits import column_widths, heading_lines, text_columns
from gkanalysis.report.slides import FIGURE_TYPE, Slide

# numbers of the placeholders, the same in all layouts; the title is 0
TEXT, CAPTION, EXHIBIT, BASE, SECTION, SIGN, FOOTER, NUMBER = 1, 2, 3, 4, 5, 6, 11, 12
INSTITUTION, AUTHORS, WARNING = 7, 8, 9
# layout of a slide -> name of the layout in the template
NAMES = {
    "title": "Titelfolie", "section": "Abschnitt", "text": "Text", "full": "Darstellung",
    "beside": "Darstellung mit Text daneben", "above": "Darstellung mit Text darüber",
}  # fmt: skip
QUOTES = {"DoubleQuote": "„“", "SingleQuote": "‚‘"}
STYLES = {
    "Strong": ("b", "1"), "Emph": ("i", "1"), "Strikeout": ("strike", "sngStrike"), "Underline": ("u", "sng"),
    "Superscript": ("baseline", "30000"), "Subscript": ("baseline", "-25000"),
}  # fmt: skip
SLACK = 1.2  # a title may be so much wider than it was measured: without its font it still has as many lines
PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's „no style, no grid“
SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
# parts of a bar: colour, how much lighter, ink
PARTS = (
    (COLOUR.ACCENT_1, 0.0, COLOUR.BACKGROUND_1), (COLOUR.ACCENT_4, 0.0, COLOUR.TEXT_1), (COLOUR.ACCENT_5, 0.3, COLOUR.TEXT_1),
    (COLOUR.TEXT_2, 0.4, COLOUR.TEXT_1),
)  # fmt: skip


def render_pptx(setting: Setting, reference: Path) -> bytes:
    """The presentation; refuses a template that is missing, or misses a layout or placeholder."""
    report, slides, (deck, layouts) = setting.report, setting.slides, _template(reference)
    first = _Page(deck, layouts, "title")
    pages = [_Page(deck, layouts, s.candidates[0]["layout"] if s.candidates else "section") for s in slides]
    for slide, page in zip(slides, pages, strict=True):
        first.targets |= {name: page for name in (slide.id, (slide.exhibit or {}).get("id")) if name}
    first.lines(0, report.title)
    first.lines(TEXT, *[report.subtitle] * bool(report.subtitle))
    first.lines(AUTHORS, " · ".join(report.authors), format_date(report.date))
    first.lines(INSTITUTION, report.institution)
    first.lines(WARNING, data_mark(setting.synthetic))
    first.slide.notes_slide.notes_text_frame.text = report.description
    for slide, page in zip(slides, pages, strict=True):
        page.targets = first.targets
        _fill(page, slide, setting)
    language = LOCALES.get(report.language, report.language)
    for page in deck.slides:
        elements = [page.element, *([page.notes_slide.element] if page.has_notes_slide else [])]
        for run in (r for e in elements for r in e.iter(qn("a:r"), qn("a:fld"))):
            run.get_or_add_rPr().set("lang", language)
    about = deck.core_properties
    about.title, about.author, about.comments = report.title, "; ".join(report.authors), report.description
    about.language, about.keywords, about.last_modified_by = (language, ", ".join(report.keywords), about.author)
    about.created = about.modified = setting.moment.replace(tzinfo=None)
    written = BytesIO()
    deck.save(written)
    return settled(written.getvalue(), setting.moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _template(reference: Path) -> tuple[Any, dict[str, Any]]:
    """The template without slides and properties of its own, and its layouts by the names that slides use."""
    deck = Presentation(str(there(reference)))
    layouts = {key: deck.slide_layouts.get_by_name(name) for key, name in NAMES.items()}
    if missing := [NAMES[key] for key, layout in layouts.items() if layout is None]:
        listed = ", ".join(f"„{n}“" for n in missing)
        raise RenderError(f"Der PowerPoint-Vorlage „{reference.name}“ fehlen die Folienlayouts {listed}.")
    listed = deck.slides._sldIdLst
    for entry in [*listed, *deck.element.iterchildren(qn("p:custShowLst"), qn("p:extLst"))]:
        if entry in listed:
            deck.part.drop_rel(entry.rId)
        entry.getparent().remove(entry)
    for identifier, link in list(deck.part.package._rels.items()):
        if link.reltype != RT.OFFICE_DOCUMENT:
            deck.part.package.drop_rel(identifier)
    return deck, layouts


class _Page:
    """One slide while it is filled; what stays empty is taken off it. `targets` are the pages that text leads to."""

    def __init__(self, deck: Any, layouts: dict[str, Any], layout: str) -> None:
        self.layout, self.targets = NAMES[layout], {}
        self.slide = deck.slides.add_slide(layouts[layout])
        for shape in layouts[layout].placeholders:  # python-pptx leaves these to the layout
            if shape.placeholder_format.type in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
                copied = deepcopy(shape._element)
                copied.nvSpPr.cNvPr.id = self.slide.shapes._next_shape_id
                for part in (copied.spPr, copied.txBody.find(qn("a:lstStyle"))):
                    part.clear()  # the layout says where it stands and how it looks
                self.slide.shapes._spTree.append(copied)
                for field in copied.iter(qn("a:fld")):  # what a program shows that counts no slides
                    field.find(qn("a:t")).text = str(len(deck.slides))

    def place(self, number: int) -> Any:
        """A placeholder by its number, or a refusal of a template that has lost it or its size."""
        where = f"In der PowerPoint-Vorlage {{}} dem Layout „{self.layout}“ der Platzhalter {number or 'des Titels'}"
        shape = next((s for s in self.slide.placeholders if s.placeholder_format.idx == number), None)
        if shape is None:
            raise RenderError(f"{where.format('fehlt')}.")
        if number in (0, CAPTION, EXHIBIT) and None in (shape.left, shape.top, shape.width, shape.height):
            raise RenderError(f"{where.format('passt')} nicht: Er hat keine Größe.")
        return shape

    def lines(self, number: int, *texts: str) -> None:
        """Fill a placeholder with plain lines; without any it goes."""
        shape = self.place(number)
        if texts:
            shape.text_frame.text = "\n".join(texts)
        else:
            shape._element.getparent().remove(shape._element)

    def text(self, number: int, blocks: Sequence[Node]) -> Any:
        """Fill a placeholder with paragraphs; points of lists have the levels 2 and 3 of the template."""
        frame = self.place(number).text_frame
        frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE  # another font may be wider
        for k, (inlines, level, start, quoted) in enumerate(_flat(blocks)):
            paragraph = frame.add_paragraph() if k else frame.paragraphs[0]
            paragraph.level = level
            properties = paragraph._p.get_or_add_pPr()
            if quoted:
                properties.set("marL", "228600")
            if start:
                properties.set("marL", "342900")
                properties.set("indent", "-342900")
                _add(properties, "a:buFont", typeface="+mj-lt")
                _add(properties, "a:buAutoNum", type="arabicPeriod", startAt=str(start))
            self.runs(paragraph, inlines)
        return frame

    def runs(self, paragraph: Any, inlines: Sequence[Node]) -> None:
        """Neighbours of the same look become one run, as a person would have typed them."""
        for (line, styles, target), pieces in groupby(_pieces(inlines), key=lambda p: (p[0] == "\n", *p[1:])):
            if line:
                paragraph.add_line_break()
                continue
            run = paragraph.add_run()
            run.text = "".join(text for text, *_ in pieces)
            properties = run._r.get_or_add_rPr()
            for key, value in sorted(styles):
                properties.set(key, value)
            page = self.targets.get(target[1:]) if target.startswith("#") else None
            if page:
                link = _add(properties, "a:hlinkClick", action="ppaction://hlinksldjump")
                link.set(qn("r:id"), self.slide.part.relate_to(page.slide.part, RT.SLIDE))
            elif target and not target.startswith("#"):
                run.hyperlink.address = target


def _add(element: Any, tag: str, **attributes: str) -> Any:
    """A new last child of an element, which python-pptx has no words for."""
    child = element.makeelement(qn(tag), attributes)
    element.append(child)
    return child


def _flat(blocks: Sequence[Node], level: int = 0, start: int = 0, quoted: bool = False) -> Iterator[tuple[Any, ...]]:
    """Paragraphs of blocks: inlines, level, first number of their list, whether they are quoted."""
    for block in blocks:
        kind, content = block["t"], block.get("c")
        if kind in ("Para", "Plain"):
            yield content, level, start, quoted and not level
        elif kind in ("BulletList", "OrderedList"):
            number = content[0][0] if kind == "OrderedList" else 0
            for item in content[1] if kind == "OrderedList" else content:
                yield from _flat(item, min(level + 1, 2), number, quoted)
        elif kind == "BlockQuote":
            yield from _flat(content, level, start, True)
        elif kind == "Div":
            yield from _flat(content[1], level, start, quoted)
        else:
            raise _unknown(kind)


def _pieces(
    inlines: Sequence[Node], styles: frozenset[tuple[str, str]] = frozenset(), target: str = ""
) -> Iterator[tuple[str, frozenset[tuple[str, str]], str]]:
    """Text with its style and where a click leads, piece by piece."""
    for node in inlines:
        kind, content = node["t"], node.get("c")
        if kind in ("Space", "SoftBreak", "LineBreak"):
            yield "\n" if kind == "LineBreak" else " ", styles, target
        elif kind in ("Str", "Code"):
            yield content if kind == "Str" else content[1], styles, target
        elif kind in STYLES:
            yield from _pieces(content, styles | {STYLES[kind]}, target)
        elif kind == "Quoted":
            opening, closing = QUOTES[content[0]["t"]]
            yield opening, styles, target
            yield from _pieces(content[1], styles, target)
            yield closing, styles, target
        elif kind in ("Span", "Link"):
            yield from _pieces(content[1], styles, target or (content[2][0] if kind == "Link" else ""))
        else:
            raise _unknown(kind)


def _unknown(kind: str) -> RenderError:
    return RenderError(f"Für PowerPoint ist nicht erklärt, wie „{kind}“ gesetzt wird; bitte anders schreiben.")


def _fill(page: _Page, slide: Slide, setting: Setting) -> None:
    """The shapes of a slide in the order in which a screen reader says them."""
    title = page.text(0, [{"t": "Para", "c": slide.title}])
    if slide.title_width:
        title.margin_right = Emu(max(0, page.place(0).width - Mm(slide.title_width * SLACK)))
    if slide.text:
        page.text(TEXT, slide.text)
    elif slide.kind == "section":
        page.lines(TEXT)
    if slide.exhibit is not None:
        top = page.place(EXHIBIT if slide.caption else CAPTION).top
        page.lines(CAPTION, *[slide.caption] * bool(slide.caption))
        shape = page.place(EXHIBIT)
        box = (shape.left, top, shape.width, shape.height + shape.top - top)
        if slide.kind == "table":
            drawn = _table(shape, slide, box)
        elif slide.exhibit.get("chart"):
            drawn = _chart(shape, slide, box)
        else:
            drawn = _picture(page, shape, slide, box, setting)
        about = next(drawn._element.iter(qn("p:cNvPr")))
        about.set("name", slide.exhibit["id"])
        about.set("descr", slide.exhibit.get("alt") or f"{slide.exhibit['title']}. {slide.exhibit['base']}")
        page.lines(BASE, *slide.feet)
        page.place(BASE).text_frame.paragraphs[0].font.color.theme_color = COLOUR.TEXT_1
    rows = ((slide.exhibit or {}).get("chart") or {"kind": ""}).get("rows", ())
    meant = [f"{r['label'].strip()}: {r['detail']}" for r in rows if r["detail"] and "text" in r]
    if told := [*map(plain_text, slide.notes), *meant, *slide.feet]:
        page.slide.notes_slide.notes_text_frame.text = "\n".join(told)
    if slide.kind != "section":
        page.lines(SECTION, *[slide.section] * bool(slide.section))
    page.lines(SIGN, data_sign(setting.synthetic))
    page.lines(FOOTER, setting.report.institution)


def _chart(shape: Any, slide: Slide, box: tuple[Emu, ...]) -> Any:
    """Stacked bars whose length is the base, with their numbers in a workbook that can be edited."""
    data, (x, y, width, _) = slide.exhibit["chart"], box
    rows, chosen = data["rows"], slide.candidates[0]
    divided = data["kind"] == "segments"
    table = CategoryChartData(number_format="#,##0;;")
    # a program sets these labels flush right and in one size: an indent tells nothing, details go to the notes
    names = [r["label"].replace("\u2003", "davon ") for r in rows]
    table.categories = [f"{t}\n{r['detail']}" for t, r in zip(names, rows, strict=True)] if divided else names
    if divided:
        for k, part in enumerate(data["parts"]):
            table.add_series(part, [r["n"][k] for r in rows])
    else:
        table.add_series("Anzahl", [r["n"] for r in rows])
        table.add_series("übrige der Basis", [r["base_n"] - r["n"] for r in rows])
        parts = any(r["label"].startswith("\u2003") for r in rows)
        whole = max(r["base_n"] for r in rows) * parts  # a part is shorter than its whole
        if data.get("behind"):
            table.add_series("Platz für die Zahl", [0.3 * (whole or r["base_n"]) for r in rows])
        if any(missing := [max(0, whole - r["base_n"]) * bool(r["base_n"]) for r in rows]):
            table.add_series("nicht in der Basis", missing)
    frame = ChartPlaceholder(shape._element, shape._parent).insert_chart(XL_CHART_TYPE.BAR_STACKED_100, table)
    frame.left, frame.top, frame.width, frame.height = x, y, width, Mm(chosen["height"])
    chart, plot = frame.chart, frame.chart.plots[0]
    chart.font.size = Pt(min(16, round(2 * FIGURE_TYPE * chosen["size"]) / 2))
    chart.font.color.theme_color = COLOUR.TEXT_1
    plot.gap_width, plot.overlap = 62, 100
    chart.has_title, chart.has_legend = False, divided
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = 0, 1
    chart.category_axis.reverse_order = True
    chart.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.category_axis.format.line.fill.background()
    if divided:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        for series, (colour, lighter, ink) in zip(plot.series, PARTS, strict=False):
            _paint(series.format.fill, colour)
            series.format.fill.fore_color.brightness = lighter
            series.format.line.color.theme_color = COLOUR.BACKGROUND_1
            series.data_labels.show_value, series.data_labels.position = True, XL_LABEL_POSITION.CENTER
            series.data_labels.font.color.theme_color = ink
        return frame
    bars, track, *rest = plot.series
    for series in rest:
        series.format.fill.background()
    _paint(bars.format.fill, COLOUR.ACCENT_1)
    _paint(track.format.fill, COLOUR.ACCENT_5)
    track.format.fill.fore_color.brightness = 0.6
    quiet = any(r["strong"] for r in rows)
    for k, row in enumerate(rows):
        if quiet and not row["strong"]:
            _paint(bars.points[k].format.fill, COLOUR.ACCENT_4)
        if not row["text"]:
            continue
        # at the end of the bar, where the track begins; on all bars behind the track, if one of them is too long
        label = (rest[0] if data.get("behind") else track).points[k].data_label
        label.position = XL_LABEL_POSITION.INSIDE_BASE
        label.text_frame.text, label.text_frame.word_wrap = row["text"], False
        label.text_frame.paragraphs[0].runs[0].font.bold = row["strong"]
    letters = max(len(line) for text in table.categories for line in text.label.split("\n"))
    wanted = 0.0105 * letters + 0.02
    left = min(0.45, wanted)
    # a line of a label stays one line, and no program leaves a label out
    chart.category_axis.tick_labels.font.size = round(chart.font.size * min(1, 1.2 * left / wanted))
    after = chart.category_axis._element.find(qn("c:noMultiLvlLbl"))
    after.addprevious(after.makeelement(qn("c:tickLblSkip"), {"val": "1"}))
    _plot_area(chart, left, 1 - left)
    return frame


def _paint(fill: Any, colour: Any) -> None:
    fill.solid()
    fill.fore_color.theme_color = colour


def _plot_area(chart: Any, left: float, width: float) -> None:
    """Say where the bars stand in their frame, so that labels and numbers have room at any length."""
    places = {"x": round(left, 4), "y": 0.02, "w": round(width, 4), "h": 0.96}
    area = chart._chartSpace.find(".//" + qn("c:plotArea"))
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    layout = area.makeelement(qn("c:layout"), {})
    area.insert(0, layout)
    manual = _add(layout, "c:manualLayout")
    _add(manual, "c:layoutTarget", val="inner")
    for name, value in {"xMode": "edge", "yMode": "edge", **places}.items():
        _add(manual, f"c:{name}", val=str(value))


def _picture(page: _Page, shape: Any, slide: Slide, box: tuple[Emu, ...], setting: Setting) -> Any:
    """The figure as PNG and, for programs that know it, as SVG."""
    (x, y, width, height), chosen = box, slide.candidates[0]
    scale = min(width / chosen["width"], height / chosen["height"])
    png, svg = (setting.figure(slide.exhibit, suffix) for suffix in ("png", "svg"))
    picture = PicturePlaceholder(shape._element, shape._parent).insert_picture(str(png))
    picture.crop_left = picture.crop_right = picture.crop_top = picture.crop_bottom = 0
    picture.left, picture.top = x, y
    picture.width, picture.height = round(scale * chosen["width"]), round(scale * chosen["height"])
    part = Part(PackURI(f"/ppt/media/{svg.name}"), "image/svg+xml", page.slide.part.package, svg.read_bytes())
    listed = _add(next(picture._element.iter(qn("a:blip"))), "a:extLst")
    extension = _add(listed, "a:ext", uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}")
    vector = extension.makeelement(f"{{{SVG}}}svgBlip", {}, nsmap={"asvg": SVG})
    vector.set(qn("r:embed"), page.slide.part.relate_to(part, RT.IMAGE))
    extension.append(vector)
    return picture


def _table(shape: Any, slide: Slide, box: tuple[Emu, ...]) -> Any:
    """No vertical lines, figures at the right, the same size of type as on the other slides."""
    exhibit, size = slide.exhibit, slide.candidates[0]["size"]
    heads = [heading_lines(h) for h in exhibit["header"]]
    frame = TablePlaceholder(shape._element, shape._parent).insert_table(len(exhibit["rows"]) + 1, len(heads))
    frame.left, frame.top, frame.width = box[:3]
    table = frame.table
    table.horz_banding = False
    words = text_columns(exhibit)
    frame._element.find(".//" + qn("a:tableStyleId")).text = PLAIN_STYLE
    for column, share in zip(table.columns, column_widths(exhibit), strict=True):
        column.width = Emu(round(share * box[2]))
    first = {"cells": ["\n".join(h) for h in heads], "kind": "head", "level": 0}
    for number, row in enumerate([first, *exhibit["rows"]]):
        kind, last = row["kind"], len(heads) - 1
        deep = {"head": 1.2 * max(map(len, heads)) + 0.52, "block": 1.82}.get(kind, 1.52)
        table.rows[number].height = Pt(size * deep)
        if kind == "block":
            table.cell(number, 0).merge(table.cell(number, last))
        for k, text in enumerate(row["cells"]):
            cell = table.cell(number, k)
            cell.vertical_anchor = MSO_ANCHOR.TOP if number and sum(words) > 1 else MSO_ANCHOR.BOTTOM
            room = (0.4 * (k > 0), 0.5 if kind == "block" else 0.16, 0.4 * (k < last), 0.16)
            cell.margin_left, cell.margin_top, cell.margin_right, cell.margin_bottom = (Pt(size * r) for r in room)
            cell.text_frame.text = text
            for paragraph in cell.text_frame.paragraphs:
                paragraph.alignment = PP_ALIGN.LEFT if words[k] else PP_ALIGN.RIGHT
                paragraph.line_spacing, paragraph.space_before = 0.9, Pt(0)
                paragraph._p.get_or_add_pPr().set("marL", str(round(row["level"] * size * 12700) * (k == 0)))
                for run in paragraph.runs:
                    run.font.size = Pt(size)
                    run.font.bold = kind != "row"
            strong = kind == "head" or number == len(exhibit["rows"])
            top, bottom = (17780, "tx1") if kind == "head" else None, (10160, "tx1") if strong else (5080, "accent5")
            _rules(cell, lnT=top, lnB=bottom)
    return frame


def _rules(cell: Any, **looks: tuple[int, str] | None) -> None:
    """The lines of a cell: width and colour of the theme; no others, and no ground."""
    properties = cell._tc.get_or_add_tcPr()
    for name in ("lnL", "lnR", "lnT", "lnB"):
        width, colour = looks.get(name) or (0, "")
        line = _add(properties, f"a:{name}", w=str(width))
        if colour:
            _add(_add(line, "a:solidFill"), "a:schemeClr", val=colour)
        else:
            _add(line, "a:noFill")
    _add(properties, "a:noFill")
