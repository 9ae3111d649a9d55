"""Reports and slides as one offline HTML file: contents at the side, numbers folded under each figure.

Slides are sheets of the same grid as in the PDF, and a document to scroll through on a phone. In the working copy a
number leads to its origin beside the report; in the copy that is handed on it opens a note.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gkanalysis.core.numbers import format_date
from gkanalysis.core.rawstate import is_draft
from gkanalysis.report.document import (
    DRAFT,
    FONTS,
    Node,
    Setting,
    data_mark,
    data_sign,
    plain_text,
    raw,
    replace_blocks,
    walk,
    write_tree,
)
from gkanalysis.report.exhibits import WHOLE, column_widths, heading_lines, table_span, text_columns
from gkanalysis.report.slides import BOXES, LAYOUTS, LINE, PAGE, SIZES, Slide

TEMPLATES = Path(__file__).parent / "templates"
ORIGINS = "herkunft"  # folder of the pages of origins, one a chapter, beside the report
FACES = (("Regular", "normal", 400), ("It", "italic", 400), ("Semibold", "normal", 600))


def render_html(setting: Setting, notes: Mapping[str, str] | None = None) -> bytes:
    """Set the page of a report, or of slides in their layouts; the same input gives the same bytes.

    With `notes`, number -> what was counted, it is the copy that is handed on: without links to the origins.
    """
    link_values(setting, notes)
    common = {"report": setting.report, "date": format_date(setting.report.date)}
    if not setting.slides:
        arguments = ["--section-divs", "--shift-heading-level-by=1"]
        body = _body(setting, _filled(setting.tree["blocks"], setting, notes), notes, *arguments)
        return fill_page(
            "report.html", body=body, headings=setting.headings, exhibits=setting.exhibits.values(),
            synthetic=setting.synthetic, draft=DRAFT if is_draft() else "", sign=data_sign(setting.synthetic), **common,
        ).encode()  # fmt: skip
    body = _body(setting, [block for slide in setting.slides for block in _slide(slide, setting, notes)], notes)
    grid = fill_page("grid.css", page=PAGE, line=LINE, boxes=BOXES, layouts=LAYOUTS, sizes=SIZES)
    return fill_page(
        "slides.html", body=body, mark=data_mark(setting.synthetic), grid=Markup(grid),
        style=_shipped("slides.css") + _shipped("narrow.css"), script=_shipped("slides.js"), **common,
    ).encode()  # fmt: skip


@cache
def _pages() -> Environment:
    """The templates of all pages; what is filled in is text and never markup."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    pages.filters["breakable"] = lambda text: Markup("<wbr>").join(re.split(r"(?<=[:+/#\u200b])", text))
    pages.filters["lines"] = lambda lines: Markup("<br>").join(lines)
    pages.filters["origin"] = origin_link
    pages.filters["anchor"] = origin_anchor
    pages.filters["css"] = lambda text: Markup('"{}"').format(
        Markup(re.sub(r'["\\\\<\n]', lambda m: f"\\\\{ord(m[0]):x} ", text))
    )
    return pages


def _shipped(name: str) -> Markup:
    """A style or script as it lies in the package."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def fill_page(template: str, **content: Any) -> str:
    """A page in the looks of the report, with the fonts inside, unless it brings a style of its own."""
    look = {"fonts": Markup(font_faces()), "style": _shipped("report.css") + _shipped("narrow.css")}
    return _pages().get_template(template).render(look | content)


def _body(setting: Setting, blocks: list[Node], notes: Mapping[str, str] | None, *arguments: str) -> Markup:
    """Blocks as HTML in the language of the report, and the notes that their numbers open."""
    meta = {"lang": {"t": "MetaString", "c": setting.report.language}}
    body = write_tree(setting.tree | {"blocks": blocks, "meta": meta}, "html5", *arguments)
    opened = set(re.findall(r'popovertarget="([^"]+)"', body))
    shown = {number: words for number, words in (notes or {}).items() if origin_anchor(number) in opened}
    return Markup(body + fill_page("notes.html", notes=shown, institution=setting.report.institution))


def _filled(blocks: list[Node], setting: Setting, notes: Mapping[str, str] | None) -> list[Node]:
    """Blocks with exhibits in their places, and boxes that screen readers announce."""

    def box(attributes: list[Any], inner: list[Node]) -> list[Node]:
        return [{"t": "Div", "c": [[*attributes[:2], [["role", "note"], ["aria-label", "Empfehlung"]]], inner]}]

    return replace_blocks(
        blocks, exhibit=lambda a, _: raw("html", exhibit_html(setting.exhibits[a[0]], setting, notes)), kasten=box,
        contents=lambda *_: [], lists=lambda *_: [],  # both stand at the side
    )  # fmt: skip


def exhibit_html(exhibit: dict[str, Any], setting: Setting, notes: Mapping[str, str] | None = None) -> str:
    """One exhibit: heading, base, table or image, notes and source."""
    look, image = exhibit["kind"], ""
    if look == "figure":
        image = base64.b64encode(setting.figure(exhibit, "svg").read_bytes()).decode("ascii")
    else:
        look += " long" * (len(exhibit["rows"]) > WHOLE)
    heads = [heading_lines(h) for h in exhibit["header"]]
    page = _pages().get_template("exhibit.html")
    return page.render(
        e=exhibit, look=look, image=image, widths=column_widths(exhibit), span=table_span(exhibit), heads=heads, words=text_columns(exhibit),
        handed=notes is not None, strips=_strips(exhibit.get("chart")), sign=data_sign(setting.synthetic),
    )  # fmt: skip


def _strips(chart: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The bars of a figure for a narrow window: each below its label, widths in percent of the window's."""
    rows, inside = chart["rows"] if chart else [], [] if chart is None else chart.get("parts", [])
    parts = any(r["label"].startswith("\u2003") for r in rows)
    whole = max((r["base_n"] for r in rows if parts), default=0)
    return [
        {
            "label": r["label"].strip(), "inset": r["label"].startswith("\u2003"), "strong": r.get("strong", False),
            "text": r["detail"] if inside else r["text"], "detail": "" if inside else r["detail"],
            "parts": [(k, n) for k, n in enumerate(r["n"]) if n] if inside else [],
            "track": 0 if inside else 100 * r["base_n"] / (whole or r["base_n"] or 1),
            "bar": 0 if inside else 100 * r["n"] / (r["base_n"] or 1),
        }
        for r in rows
    ]  # fmt: skip


def _slide(slide: Slide, setting: Setting, notes: Mapping[str, str] | None) -> list[Node]:
    """A sheet with running head, statement, text, exhibit and foot."""
    chosen = slide.candidates[0] if slide.candidates else {"layout": "section"}
    sizes = ";".join(f"--{k}:{chosen.get(k, 0):.3f}" for k in ("size", "width", "height"))
    style = f' style="{sizes}"' if slide.exhibit else ""
    look = f"slide {slide.kind} {chosen['layout']}{'' if slide.caption else ' bare'}"
    running = Markup('<p class="running">{}</p>').format(slide.section) if slide.kind != "section" else ""
    start = f'<section class="{look}" aria-labelledby="{slide.id}"{style}><div class="sheet">{running}'
    blocks = [*raw("html", start), {"t": "Header", "c": [slide.level + 1, [slide.id, ["statement"], []], slide.title]}]
    if slide.text:
        blocks += [*raw("html", '<div class="words">'), *_filled(slide.text, setting, notes), *raw("html", "</div>")]
    if slide.exhibit:
        shown = {"label": "", "title": slide.caption or slide.exhibit["title"]}
        blocks += raw("html", exhibit_html(slide.exhibit | shown, setting, notes))
    if slide.notes:
        head = '<details class="spoken"><summary>Zum Vortragen</summary>'
        blocks += [*raw("html", head), *slide.notes, *raw("html", "</details>")]
    end = '<p class="mark">{}</p><p class="strip"><span>{}</span><span class="number">{}</span></p></div></section>'
    foot = Markup(end).format(data_sign(setting.synthetic), setting.report.institution, slide.number)
    return blocks + raw("html", foot)


def origin_anchor(number_id: str) -> str:
    """Fragment on the page of origins that belongs to a number.

    >>> origin_anchor("uebersicht-10:1.1.A03.4:kreis")
    'z-uebersicht-10_1.1.A03.4_kreis'
    """
    return "z-" + number_id.replace(":", "_")


def origin_link(number_id: str, chapter: str) -> str:
    """Where a number of a chapter is explained, seen from the report."""
    return f"{ORIGINS}/{chapter}.html#{origin_anchor(number_id)}"


def link_values(setting: Setting, notes: Mapping[str, str] | None = None) -> None:
    """Make each traceable number of the text a link to its origin, or with `notes` one that opens a note, in place."""
    for node in walk(setting.tree):
        if node.get("t") == "Span" and (number := dict(node["c"][0][2]).get("trace")):
            (identifier, _, _), inlines = node["c"]
            if notes is not None:
                button = Markup(
                    '<button type="button" class="number value" id="{}" popovertarget="{}">{}</button>'
                ).format(identifier, origin_anchor(number), plain_text(inlines))
                node |= {"t": "RawInline", "c": ["html", str(button)]}
                continue
            begin = number.partition(":")[0]
            target = [origin_link(number, setting.exhibits.get(begin, {"chapter": begin})["chapter"]), ""]
            name = [["aria-label", f"{plain_text(inlines)}, Herkunft der Zahl"]]
            node |= {"t": "Link", "c": [[identifier, ["number", "value"], name], inlines, target]}


def font_faces() -> str:
    """Rules for the shipped fonts, with the fonts themselves inside."""
    faces = []
    for name, style, weight in FACES:
        data = base64.b64encode((FONTS / f"SourceSans3-{name}.ttf.woff2").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face{{font-family:"Source Sans 3";font-style:{style};font-weight:{weight};'
            f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
        )
    return "\n".join(faces)
