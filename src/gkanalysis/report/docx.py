"""The report as a Word document: pandoc with the institute's template, then what pandoc leaves open.

Afterwards the contents are filled (Word fills them only when asked, LibreOffice never), tables get the name and
description that screen readers announce, and rows stay whole at page breaks.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE as RELATIONS
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
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
    walk,
)
from gkanalysis.report.exhibits import WHOLE, column_widths, heading_lines, text_columns
from gkanalysis.report.html import fill_page

OBFUSCATED = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
LOCALES = {"de": "de-DE", "en": "en-GB"}  # Word wants a language with its country
FACES = (("embedRegular", "Regular"), ("embedBold", "Bold"), ("embedItalic", "It"))


def render_docx(setting: Setting, reference: Path) -> bytes:
    """Set the Word document; refuses a template that is missing."""
    if not reference.exists():
        raise RenderError(
            f"Die Word-Vorlage „{reference.name}“ fehlt; bitte die mitgelieferte zurückholen: `git checkout reports/reference.docx`."
        )
    report, exhibits, tree = setting.report, setting.exhibits, setting.tree

    def exhibit(attributes: list[Any], _: list[Node]) -> list[Node]:
        return exhibit_blocks(exhibits[attributes[0]], setting)

    def kasten(_: list[Any], inner: list[Node]) -> list[Node]:
        for node in walk(inner):
            if node.get("t") == "Plain":  # pandoc gives lines of tight lists a style of its own
                node["t"] = "Para"
        return [styled("Kasten", inner)]

    mark = paragraph("Marke", text_node(data_mark(setting.synthetic)))

    def listing(part: str) -> Setter:
        names = Markup(f" {nsdecls('w')}")
        page = fill_page("contents.xml", part=part, headings=setting.headings, exhibits=exhibits.values(), bookmark=_bookmark, names=names)  # fmt: skip
        return lambda *_: raw("openxml", page)

    meta = {
        "title": report.title, "subtitle": report.subtitle, "author": list(report.authors),
        "date": format_date(report.date), "lang": LOCALES.get(report.language, report.language),
        "keywords": list(report.keywords), "description": report.description,
    }  # fmt: skip
    tree |= {
        "blocks": [
            mark,
            *replace_blocks(
                tree["blocks"], exhibit=exhibit, kasten=kasten, contents=listing("contents"), lists=listing("lists")
            ),
        ],
        "meta": {k: _meta(v) for k, v in meta.items()},
    }
    arguments = ["-f", "json", "-t", "docx", f"--reference-doc={reference}", "-o", "-"]
    # the sandbox would keep pandoc from the template and the images
    made = run_pandoc(json.dumps(tree), arguments, epoch=int(setting.moment.timestamp()), sandbox=False)
    return finish(made, [e for e in exhibits.values() if e["kind"] == "table"], setting.synthetic)


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


def exhibit_blocks(exhibit: dict[str, Any], setting: Setting) -> list[Node]:
    """Caption, base, table or image, notes and source as blocks; the caption carries the bookmark."""
    label = f"{exhibit['label']}: " if exhibit["label"] else ""
    table = exhibit["kind"] == "table"
    anchor = {"t": "Span", "c": [[exhibit["id"], [], []], text_node(label + exhibit["title"])]}
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
    columns = zip(text_columns(exhibit), column_widths(exhibit), strict=True)
    left = exhibit.get("plain", False)
    specs = [[{"t": "AlignLeft" if words or left else "AlignRight"}, {"t": "ColWidth", "c": w}] for words, w in columns]
    head = [empty, [[empty, [cell(heading_lines(h)) for h in exhibit["header"]]]]]
    return {"t": "Table", "c": [empty, [None, []], specs, head, [[empty, 1, [], rows]], [empty, []]]}


def finish(content: bytes, tables: Sequence[dict[str, Any]], synthetic: bool) -> bytes:
    """Name and describe the tables, keep rows and short tables whole, and store the parts in a fixed way."""
    document = docx.Document(io.BytesIO(content))
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
        line.style, line.alignment = document.styles["Normal"], WD_ALIGN_PARAGRAPH.RIGHT
        run = line.add_run(data_sign(synthetic))
        run.font.color.rgb, run.font.size = RGBColor(0x9C, 0x2A, 0x1F), Pt(8.5)
    if FAMILY in document.styles.element.xml:
        _embed_fonts(document)
    document.save(whole := io.BytesIO())
    with zipfile.ZipFile(whole) as archive:
        return zip_parts({name: archive.read(name) for name in archive.namelist()})


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
        if len(exhibit["rows"]) <= WHOLE and number < len(rows):
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
    table._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w", "r")}><w:font w:name="{FAMILY}">'
        f'<w:altName w:val="Calibri"/><w:family w:val="swiss"/><w:pitch w:val="variable"/>{entries}</w:font></w:fonts>'
    ).encode()
    document.settings.element.insert(0, OxmlElement("w:embedTrueTypeFonts"))


def _bookmark(identifier: str) -> str:
    """The name of the bookmark that pandoc makes of an id: Word allows 40 characters."""
    if len(identifier) <= 40 and identifier[:1].isalpha():
        return identifier
    return "X" + hashlib.sha1(identifier.encode("utf-8"), usedforsecurity=False).hexdigest()[1:]
