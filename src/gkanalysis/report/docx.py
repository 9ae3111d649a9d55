"""The report as a Word document: pandoc with the institute's template, then what pandoc leaves open.

Afterwards headings and captions are numbered by fields that Word counts on, the contents are filled (Word fills them
only when asked, LibreOffice never), tables get the name and description that screen readers announce, and rows stay
whole at page breaks. Page numbers come from `reports/<report>.seiten.csv`, which `make pages` records with LibreOffice;
where the document is another one than they were recorded for, the contents have none rather than wrong ones.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE as RELATIONS
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree
from markupsafe import Markup

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.core.writing import zip_parts
from gkanalysis.report.document import (
    FAMILY,
    FONTS,
    Node,
    Setter,
    Setting,
    data_mark,
    data_sign,
    raw,
    replace_blocks,
    run_pandoc,
    text_node,
    there,
    walk,
)
from gkanalysis.report.exhibits import column_widths, heading_lines, table_span, text_columns
from gkanalysis.report.html import fill_page

OBFUSCATED = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
# of a sheet of two pages: style -> space before and after, size
SHEET = {
    "Title": (0, 2, 17), "Subtitle": (0, 2, 11), "Author": (0, 0, 9), "Date": (0, 2, 9), "Marke": (2, 4, 9),
    "Heading 1": (8, 4, 13), "Table Caption": (5, 1, 10), "Quelle": (0, 1, 8), "Tabellentext": (0, 0.5, 8.5),
    "Tabellenblock": (3, 0.5, 8.5),
}  # fmt: skip
LOCALES = {"de": "de-DE", "en": "en-GB"}  # Word wants a language with its country
FACES = (("embedRegular", "Regular"), ("embedBold", "Bold"), ("embedItalic", "It"))
LIST = 900  # of the headings, among those that pandoc makes
SHORT = 12  # Word cannot let text flow round a table: only one of up to so many rows stays whole


def render_docx(setting: Setting, reference: Path) -> bytes:
    """Set the Word document; refuses a template that is missing."""
    report, exhibits, tree, numbers = setting.report, setting.exhibits, setting.tree, {}

    def exhibit(attributes: list[Any], _: list[Node]) -> list[Node]:
        return exhibit_blocks(exhibits[attributes[0]], setting, numbers)

    def kasten(_: list[Any], inner: list[Node]) -> list[Node]:
        for node in walk(inner):
            if node.get("t") == "Plain":  # pandoc gives lines of tight lists a style of its own
                node["t"] = "Para"
        return [styled("Kasten", inner)]

    mark = paragraph("Marke", text_node(data_mark(setting.synthetic)))

    def listing(part: str) -> Setter:
        names = Markup(f" {nsdecls('w')}")
        kinds: dict[str, list[Any]] = {}
        for e in exhibits.values():
            kinds.setdefault(e["label"].partition(" ")[0], []).append(e)
        kinds.pop("", None)
        page = fill_page("contents.xml", part=part, headings=setting.headings, kinds=kinds, bookmark=_bookmark, names=names)  # fmt: skip
        return lambda *_: raw("openxml", page)

    meta = {
        "title": report.title, "subtitle": report.subtitle, "author": list(report.authors),
        "date": format_date(report.date), "lang": LOCALES.get(report.language, report.language),
        "keywords": list(report.keywords), "description": report.description,
    }  # fmt: skip
    heads = [b["c"] for b in tree["blocks"] if b["t"] == "Header"]
    for (_, number, _, _), head in zip(setting.headings, heads, strict=True):
        head[2] = head[2][bool(number) :]  # Word counts them
    front = sum("front" in head[1][1] for head in heads)
    setters = {"exhibit": exhibit, "kasten": kasten, "contents": listing("contents"), "lists": listing("lists")}
    blocks = [mark, *replace_blocks(tree["blocks"], **setters)]
    tree |= {"blocks": blocks, "meta": {k: _meta(v) for k, v in meta.items()}}
    arguments = ["-f", "json", "-t", "docx", f"--reference-doc={there(reference)}", "-o", "-"]
    # the sandbox would keep pandoc from the template and the images
    made = run_pandoc(json.dumps(tree), arguments, epoch=int(setting.moment.timestamp()), sandbox=False)
    document = docx.Document(io.BytesIO(made))
    _title_page(document, report.institution)
    _number_headings(document, [h[1] for h in setting.headings], {0, front})
    finish(document, [e for e in exhibits.values() if e["kind"] == "table"], setting.synthetic)
    if report.kind == "profile":
        _tighten(document)
    recorded = reference.parent / f"{report.id}.seiten.csv"
    if recorded.exists():
        pages = dict(line.split(",") for line in recorded.read_text(encoding="utf-8").splitlines())
        if pages.pop("sha256") == unpaged(document.element):
            for place, text in page_fields(document.element):
                text.text = pages[place]
    document.save(whole := io.BytesIO())
    with zipfile.ZipFile(whole) as archive:
        return zip_parts({name: archive.read(name) for name in archive.namelist()})


def page_fields(root: Any) -> Iterator[tuple[str, Any]]:
    """Each page number of the contents and lists: the bookmark that it asks for, the element that holds it."""
    for field in root.iter(qn("w:fldSimple")):
        order = field.get(qn("w:instr")).split()
        if order[0] == "PAGEREF":
            yield order[1], next(field.iter(qn("w:t")))


def unpaged(root: Any) -> str:
    """Checksum of a document without the page numbers of its contents."""
    root = copy.deepcopy(root)
    for _, text in page_fields(root):
        text.text = ""
    return hashlib.sha256(etree.tostring(root, method="c14n")).hexdigest()


def _meta(value: str | list[str]) -> Node:
    """A text or list of texts as pandoc keeps metadata."""
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_meta(v) for v in value]}
    return {"t": "MetaInlines", "c": text_node(value)}


def styled(style: str, blocks: list[Node]) -> Node:
    """Blocks whose paragraphs all have a named style of the template."""
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def paragraph(style: str, inlines: list[Node]) -> Node:
    """A paragraph in a named style of the template."""
    return styled(style, [{"t": "Para", "c": inlines}])


def exhibit_blocks(exhibit: dict[str, Any], setting: Setting, numbers: dict[str, int]) -> list[Node]:
    """Caption, base, table or image, notes and source as blocks; the caption carries the bookmark.

    Its number is a field; where it does not follow the last one in `numbers`, as in a reprint, the field is told to.
    """
    kind, _, number = exhibit["label"].partition(" ")
    label = []
    if kind:
        reset = "" if int(number) == numbers.get(kind, 0) + 1 else f"\\r {number} "
        numbers[kind] = int(number)
        order = f'<w:r><w:instrText xml:space="preserve"> SEQ {kind} {reset}\\* ARABIC </w:instrText></w:r>'
        begin, between, end = (f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end"))
        field = f"{begin}{order}{between}<w:r><w:t>{number}</w:t></w:r>{end}"  # not fldSimple, whose text others miss
        label = [*text_node(f"{kind} "), {"t": "RawInline", "c": ["openxml", field]}, *text_node(": ")]
    table = exhibit["kind"] == "table"
    anchor = {"t": "Span", "c": [[exhibit["id"], [], []], [*label, *text_node(exhibit["title"])]]}
    if table:
        content = table_node(exhibit)
    else:
        sized, file = ["", [], [["width", "100%"]]], str(setting.figure(exhibit, "png"))
        content = paragraph("Figure", [{"t": "Image", "c": [sized, text_node(exhibit["alt"]), [file, ""]]}])
    return [
        paragraph("Table Caption" if table else "Image Caption", [anchor]),
        *(paragraph("Basis", text_node(text)) for text in (exhibit["base"],) if text),
        content,
        *(paragraph("Quelle", text_node(text)) for text in (*exhibit["notes"], exhibit["source"]) if text),
    ]


def table_node(exhibit: dict[str, Any]) -> Node:
    """A pandoc table with a header row, right-aligned numbers and block headings across all columns."""
    empty: list[Any] = ["", [], []]

    def cell(lines: Sequence[str], span: int = 1, *, block: bool = False) -> list[Any]:
        inlines = text_node(lines[0])
        for line in lines[1:]:
            inlines += [{"t": "LineBreak"}, *text_node(line)]
        style, align = ("Tabellenblock", "AlignLeft") if block else ("Tabellentext", "AlignDefault")
        return [empty, {"t": align}, 1, span, [paragraph(style, inlines)]]

    rows = []
    for row in exhibit["rows"]:
        first, *rest = row["cells"]
        if row["kind"] == "block":
            rows.append([empty, [cell([first], len(exhibit["header"]), block=True)]])
        else:
            rows.append([empty, [cell([c]) for c in ("\u2003" * row["level"] + first, *rest)]])
    widths = [w * table_span(exhibit) for w in column_widths(exhibit)]
    columns = zip(text_columns(exhibit), widths, strict=True)
    specs = [[{"t": "AlignLeft" if words else "AlignRight"}, {"t": "ColWidth", "c": w}] for words, w in columns]
    head = [empty, [[empty, [cell(heading_lines(h)) for h in exhibit["header"]]]]]
    return {"t": "Table", "c": [empty, [None, []], specs, head, [[empty, 1, [], rows]], [empty, []]]}


def _title_page(document: Any, institution: str) -> None:
    """The institution above the title, as in the PDF."""
    title = document.paragraphs[0]
    line = title.insert_paragraph_before(institution, "Normal")
    line.paragraph_format.space_before, title.paragraph_format.space_before = Pt(100), Pt(28)
    line.runs[0].font.color.rgb = RGBColor(0x55, 0x63, 0x6B)


def _number_headings(document: Any, numbers: Sequence[str], breaks: set[int]) -> None:
    """One list of three levels that Word counts on; these headings begin a page: the summary, and what follows it."""
    levels = "".join(
        f'<w:lvl w:ilvl="{k}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{k + 1}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{".".join(f"%{n + 1}" for n in range(k + 1))}\u2002"/><w:lvlJc w:val="left"/></w:lvl>'
        for k in range(3)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{LIST}"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'))  # fmt: skip
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{LIST}"><w:abstractNumId w:val="{LIST}"/></w:num>'))
    headings = [p for p in document.paragraphs if p.style.style_id in ("Heading1", "Heading2", "Heading3")]
    for k, (heading, number) in enumerate(zip(headings, numbers, strict=True)):
        place = heading._p.get_or_add_pPr().get_or_add_numPr()
        place.get_or_add_ilvl().val = int(heading.style.style_id[-1]) - 1
        place.get_or_add_numId().val = LIST if number else 0
        if k in breaks:
            heading.paragraph_format.page_break_before, heading.paragraph_format.space_before = True, Pt(0)
    if 0 < min(breaks - {0}, default=0) < len(headings):  # the summary fits on its page
        for line in takewhile(lambda p: p is not headings[1]._p, headings[0]._p.itersiblings(qn("w:p"))):
            form = Paragraph(line, document).paragraph_format
            form.line_spacing, form.space_after = 1.0, Pt(4)
    for indent in (i for level in numbering.iter(qn("w:lvl")) for i in level.iter(qn("w:ind"))):
        indent.set(qn("w:left"), str(340 * (int(indent.getparent().getparent().get(qn("w:ilvl"))) + 1)))
        indent.set(qn("w:hanging"), "340")  # pandoc's half inch is wide for a page with margins
    body = document.element.body
    ends = {end.get(qn("w:id")): end for end in body.findall(qn("w:bookmarkEnd"))}
    for start in body.findall(qn("w:bookmarkStart")):  # pandoc marks the whole section, LibreOffice loses the last one
        heading = start.getnext()
        heading.pPr.addnext(start)
        heading.append(ends[start.get(qn("w:id"))])


def finish(document: Any, tables: Sequence[dict[str, Any]], synthetic: bool) -> None:
    """Name and describe the tables, keep rows and short tables whole."""
    root = document.element
    elements = list(root.iter(qn("w:tbl")))
    if len(elements) != len(tables):
        raise RenderError(f"Im Word-Dokument stehen {len(elements)} statt {len(tables)} Tabellen.")
    for element, exhibit in zip(elements, tables, strict=True):
        _finish_table(element, exhibit)
    for picture in root.iter(qn("pic:cNvPr")):
        picture.set("descr", "")  # pandoc writes the path of the image file here; the text is on wp:docPr
    for inline in root.iter(qn("wp:inline")):
        for side in "TBLR":  # LibreOffice takes 3 mm where nothing is said, and cuts the figure at the right
            inline.set(f"dist{side}", "0")
    for section in document.sections:  # the first page says it in full
        line = section.header.paragraphs[0]
        line.style = document.styles["Normal"]
        line.paragraph_format.tab_stops.add_tab_stop(
            section.page_width - section.left_margin - section.right_margin, WD_TAB_ALIGNMENT.RIGHT
        )
        line.add_run(f"{document.core_properties.title}\t").font.size = Pt(8.5)
        run = line.add_run(data_sign(synthetic))
        run.font.color.rgb, run.font.size = RGBColor(0x9C, 0x2A, 0x1F), Pt(8.5)
    for box in (s for s in document.styles if s.name == "Kasten"):  # paragraphs with one frame are one box to Word
        box.paragraph_format.space_before, box.paragraph_format.space_after = Pt(0), Pt(7)
        for close in [*box.element.iter(qn("w:contextualSpacing"))]:
            close.getparent().remove(close)
    if FAMILY in document.styles.element.xml:
        _embed_fonts(document)
    for note in (p for p in document.paragraphs if p.style.name == "Quelle"):
        after = note._p.getnext()
        if after is not None and after.tag == qn("w:p") and after.style == note._p.style:
            note.paragraph_format.keep_with_next = True
        else:
            note.paragraph_format.space_after = Pt(14)  # where the text goes on


def _tighten(document: Any) -> None:
    """A sheet of two pages: no page for the title, small spaces and letters."""
    for style, (before, after, size) in SHEET.items():
        form, font = document.styles[style].paragraph_format, document.styles[style].font
        form.space_before, form.space_after, font.size = Pt(before), Pt(after), Pt(size)
    for k, line in enumerate(document.paragraphs):
        line.paragraph_format.page_break_before = None
        if k < 2 or line.style.name == "Quelle":
            line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(1)
    for section in document.sections:
        section.top_margin = section.bottom_margin = Mm(17)


def _finish_table(element: Any, exhibit: dict[str, Any]) -> None:
    """What screen readers announce of a table, and what of it stays on one page."""
    properties = element.find(qn("w:tblPr"))
    title = ": ".join(x for x in (exhibit["label"], exhibit["title"]) if x)
    for name, text in (("w:tblCaption", title), ("w:tblDescription", exhibit["base"] or exhibit["title"])):
        for old in properties.findall(qn(name)):
            properties.remove(old)
        properties.append(OxmlElement(name, {qn("w:val"): text}))
    rows = element.findall(qn("w:tr"))
    for number, row in enumerate(rows, start=1):
        row.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        # the last row stays with the notes, and two or three rows at least stand on either side of a page break
        if len(rows) <= SHORT or number <= 3 or number >= len(rows) - 2:
            for style in row.iter(qn("w:pStyle")):
                style.addnext(OxmlElement("w:keepNext"))


def _embed_fonts(document: Any) -> None:
    """Put the shipped fonts into the document, so that it looks the same where they are not installed.

    ECMA-376 part 4, 2.8.1: the first 32 bytes are combined with the key that stands in the font table.
    """
    table, entries = document.part.part_related_by(RELATIONS.FONT_TABLE), ""
    for name, face in FACES:
        data = (FONTS / f"SourceSans3-{face}.ttf").read_bytes()
        key = uuid.uuid5(uuid.NAMESPACE_URL, face)  # any key will do; a fixed one keeps the bytes stable
        mask = bytes.fromhex(key.hex)[::-1] * 2
        masked = bytes(a ^ b for a, b in zip(data[:32], mask, strict=True)) + data[32:]
        font = Part(PackURI(f"/word/fonts/{face}.odttf"), OBFUSCATED, masked, table.package)
        place = table.relate_to(font, RELATIONS.FONT)
        entries += f'<w:{name} r:id="{place}" w:fontKey="{{{str(key).upper()}}}"/>'
    table._blob = font_table(entries)
    document.settings.element.insert(0, OxmlElement("w:embedTrueTypeFonts"))


def font_table(entries: str = "") -> bytes:
    """The part that says what replaces the font where it is not installed; `entries` are the embedded faces."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w", "r")}><w:font w:name="{FAMILY}">'
        f'<w:altName w:val="Calibri"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>{entries}</w:font></w:fonts>'
    ).encode()


def _bookmark(identifier: str) -> str:
    """The name of the bookmark that pandoc makes of an id: Word allows 40 characters."""
    if len(identifier) <= 40 and identifier[:1].isalpha():
        return identifier
    return "X" + hashlib.sha1(identifier.encode("utf-8"), usedforsecurity=False).hexdigest()[1:]
