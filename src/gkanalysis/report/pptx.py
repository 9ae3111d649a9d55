"""The slides as a PowerPoint file, made from a template that the team can restyle.

The file is written here and not by pandoc, which has no place for base and notes at the foot of a slide and splits a
slide that has text and a figure. What varies is found in the template: places, colours and type of its layouts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from gkanalysis.core.numbers import format_date
from gkanalysis.core.zipping import zip_parts
from gkanalysis.report.definition import Report
from gkanalysis.report.document import data_mark
from gkanalysis.report.docx import LOCALES
from gkanalysis.report.pptxpackage import (
    AUTHORS,
    BASE,
    CAPTION,
    EMU,
    EXHIBIT,
    FOOTER,
    INSTITUTION,
    NS,
    NUMBER,
    SECTION,
    SIGN,
    TEXT,
    WARNING,
    Box,
    R,
    Template,
    encode,
    finish,
    frame,
    relations,
)
from gkanalysis.report.pptxtable import table_xml
from gkanalysis.report.pptxtext import paragraphs, plain_paragraph, runs
from gkanalysis.report.slides import Slide, data_sign

SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
SLACK = 1.2  # a title may be so much wider than it was measured: without its font it still has as many lines


def render_pptx(
    report: Report,
    document: dict[str, Any],
    slides: Sequence[Slide],
    build: Path,
    reference: Path,
    moment: datetime,
) -> bytes:
    """Write the presentation; the same input gives the same bytes.

    Parameters
    ----------
    slides : with the layout that `fit_slides` chose
    reference : the template

    Raises
    ------
    RenderError
        If the template is missing, or misses a layout or placeholder.
    """
    template = Template(reference)
    language = LOCALES.get(report.language, report.language)
    parts = template.parts
    targets = {name: s.number for s in slides for name in (s.id, (s.exhibit or {}).get("id")) if name}
    pages = [_Page(template, "title", 1, language)]
    _title_page(pages[0], report, document["synthetic"])
    for slide in slides:
        layout = slide.candidates[0]["layout"] if slide.candidates else "section"
        page = _Page(template, layout, slide.number, language, targets)
        _fill(page, slide, report, data_sign(document["synthetic"]), build)
        pages.append(page)
    for page in pages:
        name = f"ppt/slides/slide{page.number}.xml"
        parts[name] = page.xml()
        parts[f"ppt/slides/_rels/slide{page.number}.xml.rels"] = encode(relations(page.relations))
        parts |= page.media
    finish(parts, report, moment, language, len(pages))
    return zip_parts(parts)


class _Page:
    """One slide while it is filled."""

    def __init__(
        self,
        template: Template,
        layout: str,
        number: int,
        language: str,
        targets: dict[str, int] | None = None,
    ) -> None:
        self.template, self.layout, self.number, self.language = template, layout, number, language
        self.targets = targets or {}
        part = template.part(layout).removeprefix("ppt/")
        self.relations = [("rId1", f"{R}/slideLayout", f"../{part}")]
        self.media: dict[str, bytes] = {}
        self._shapes: list[str] = []

    def relation(self, kind: str, target: str) -> str:
        """Id of a relationship of the slide, made if it is new."""
        for identifier, known, where in self.relations:
            if (known, where) == (f"{R}/{kind}", target):
                return identifier
        self.relations.append((f"rId{len(self.relations) + 1}", f"{R}/{kind}", target))
        return self.relations[-1][0]

    def click(self, target: str) -> str:
        """The element of a click that leads to another slide or to an address."""
        if not target.startswith("#"):
            return f'<a:hlinkClick r:id="{self.relation("hyperlink", target)}"/>'
        number = self.targets.get(target[1:])
        if number is None:
            return ""
        identifier = self.relation("slide", f"slide{number}.xml")
        return f'<a:hlinkClick r:id="{identifier}" action="ppaction://hlinksldjump"/>'

    def text(self, number: int, content: str, *, width: float = 0.0) -> None:
        """Fill a placeholder with paragraphs; `width` in millimetres is what their lines may take of it."""
        room = self.template.box(self.layout, number)[2] - width if width else 0
        body = f'<a:bodyPr rIns="{round(room * EMU)}"/>' if room > 0 else "<a:bodyPr/>"
        name, attributes = self.template.placeholder(self.layout, number)
        self._shapes.append(
            f'<p:sp><p:nvSpPr><p:cNvPr id="{len(self._shapes) + 2}" name="{escape(name)}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
            f"<p:nvPr><p:ph {attributes}/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody>{body}<a:lstStyle/>{content}</p:txBody></p:sp>"
        )

    def lines(self, number: int, *texts: str) -> None:
        """Fill a placeholder with plain lines."""
        self.text(number, "".join(plain_paragraph(t, language=self.language) for t in texts))

    def picture(self, slide: Slide, build: Path, box: Box) -> None:
        """The figure as PNG and, for programs that know it, as SVG; its alternative text is its description."""
        exhibit, chosen = slide.exhibit, slide.candidates[0]
        x, y, width, height = box
        scale = min(width / chosen["width"], height / chosen["height"])
        place = (x, y, scale * chosen["width"], scale * chosen["height"])
        embedded = []
        for suffix in ("png", "svg"):
            source = build / exhibit["chapter"] / "figures" / f"{exhibit['id']}.{suffix}"
            name = f"media/figure{slide.number}.{suffix}"
            self.media[f"ppt/{name}"] = source.read_bytes()
            embedded.append(self.relation("image", f"../{name}"))
        _, attributes = self.template.placeholder(self.layout, EXHIBIT)
        self._shapes.append(
            f'<p:pic><p:nvPicPr><p:cNvPr id="{len(self._shapes) + 2}" name="{escape(exhibit["id"])}" descr="{escape(exhibit["alt"], quote=True)}"/>'
            f'<p:cNvPicPr><a:picLocks noGrp="1" noChangeAspect="1"/></p:cNvPicPr><p:nvPr><p:ph {attributes}/></p:nvPr></p:nvPicPr>'
            f'<p:blipFill><a:blip r:embed="{embedded[0]}"><a:extLst><a:ext uri="{SVG_EXTENSION}"><asvg:svgBlip xmlns:asvg="{SVG}" r:embed="{embedded[1]}"/>'
            f"</a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></p:blipFill>"
            f'<p:spPr>{frame(place)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
        )

    def table(self, slide: Slide, box: Box) -> None:
        """The table as one that can be edited, named and described for screen readers."""
        exhibit = slide.exhibit
        x, y, width, _ = box
        xml, height = table_xml(exhibit, slide.candidates[0]["size"], width, self.language)
        _, attributes = self.template.placeholder(self.layout, EXHIBIT)
        words = escape(f"{exhibit['title']}. {exhibit['base']}", quote=True)
        self._shapes.append(
            f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="{len(self._shapes) + 2}" name="{escape(exhibit["id"])}" descr="{words}"/>'
            f'<p:cNvGraphicFramePr><a:graphicFrameLocks noGrp="1"/></p:cNvGraphicFramePr><p:nvPr><p:ph {attributes}/></p:nvPr></p:nvGraphicFramePr>'
            f"{frame((x, y, width, height), tag='p:xfrm')}"
            f'<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table">{xml}</a:graphicData></a:graphic></p:graphicFrame>'
        )

    def xml(self) -> bytes:
        """The part of the slide."""
        return encode(
            f'<p:sld {NS}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
            f"{''.join(self._shapes)}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
        )


def _title_page(page: _Page, report: Report, synthetic: bool) -> None:
    page.lines(0, report.title)
    if report.subtitle:
        page.lines(TEXT, report.subtitle)
    page.lines(AUTHORS, " · ".join(report.authors), format_date(report.date))
    page.lines(INSTITUTION, report.institution)
    page.lines(WARNING, data_mark(synthetic))


def _fill(page: _Page, slide: Slide, report: Report, sign: str, build: Path) -> None:
    """The shapes of a slide in the order in which a screen reader says them."""
    title = f"<a:p>{runs(slide.title, page.click, language=page.language)}</a:p>"
    page.text(0, title, width=slide.title_width * SLACK)
    if slide.text:
        page.text(TEXT, paragraphs(slide.text, page.click, language=page.language))
    if slide.exhibit is not None:
        box = page.template.box(page.layout, EXHIBIT)
        if slide.caption:
            page.lines(CAPTION, slide.caption)
        else:
            x, y, width, height = box
            top = page.template.box(page.layout, CAPTION)[1]
            box = (x, top, width, height + y - top)
        if slide.kind == "figure":
            page.picture(slide, build, box)
        else:
            page.table(slide, box)
        dark = '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill>'
        feet = [
            plain_paragraph(t, language=page.language, inner="" if k else dark)
            for k, t in enumerate(slide.feet)
        ]
        page.text(BASE, "".join(feet))
    if slide.kind != "section":
        page.lines(SECTION, slide.section)
    page.lines(SIGN, sign)
    page.lines(FOOTER, report.institution)
    number = f'<a:fld id="{{00000000-0000-4000-8000-000000000001}}" type="slidenum"><a:rPr lang="{page.language}"/><a:t>{slide.number}</a:t></a:fld>'
    page.text(NUMBER, f"<a:p>{number}</a:p>")
