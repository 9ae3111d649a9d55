"""The report as a Word document: pandoc with the institute's template, then what pandoc leaves open.

Afterwards the contents are filled (Word fills them only when asked, LibreOffice never), tables get the name and
description that screen readers announce, and rows stay whole at page breaks.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from lxml import etree

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.core.zipping import zip_parts
from gkanalysis.report.columns import WHOLE, column_widths, heading_lines
from gkanalysis.report.definition import Report
from gkanalysis.report.document import (
    Node,
    data_mark,
    div_class,
    raw,
    replace_blocks,
    run_pandoc,
    text_node,
    walk,
)
from gkanalysis.report.style import FAMILY, FONTS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LOCALES = {"de": "de-DE", "en": "en-GB"}  # Word wants a language with its country
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def render_docx(
    report: Report,
    document: dict[str, Any],
    tree: Node,
    headings: list[tuple[int, str, str, str]],
    build: Path,
    reference: Path,
    moment: datetime,
) -> bytes:
    """Set the Word document.

    Raises
    ------
    RenderError
        If the template is missing or pandoc refuses.
    """
    if not reference.exists():
        raise RenderError(
            f"Die Word-Vorlage „{reference.name}“ fehlt; bitte die mitgelieferte zurückholen: `git checkout reports/reference.docx`."
        )
    exhibits = document["exhibits"]

    def replace(block: Node) -> list[Node] | None:
        if div_class(block) == "exhibit":
            return exhibit_blocks(exhibits[block["c"][0][0]], build)
        if div_class(block) == "kasten":
            for node in walk(block):
                if node.get("t") == "Plain":  # pandoc gives lines of tight lists a style of its own
                    node["t"] = "Para"
            return [styled("Kasten", block["c"][1])]
        return None

    mark = data_mark(document["synthetic"])
    front = [paragraph("Marke", text_node(mark)), *raw("openxml", _contents(headings, exhibits))]
    tree["blocks"] = front + replace_blocks(tree["blocks"], replace)
    tree["meta"] = {
        "title": {"t": "MetaInlines", "c": text_node(report.title)},
        "subtitle": {"t": "MetaInlines", "c": text_node(report.subtitle)},
        "author": {"t": "MetaList", "c": [{"t": "MetaInlines", "c": text_node(a)} for a in report.authors]},
        "date": {"t": "MetaInlines", "c": text_node(format_date(report.date))},
        "lang": {"t": "MetaString", "c": LOCALES.get(report.language, report.language)},
        "keywords": {
            "t": "MetaList",
            "c": [{"t": "MetaInlines", "c": text_node(k)} for k in report.keywords],
        },
        "description": {"t": "MetaString", "c": report.description},
    }
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "report.docx"
        run_pandoc_docx(tree, reference, out, moment)
        short = "Synthetische Daten" if document["synthetic"] else "Vertraulich"
        return finish(out.read_bytes(), [e for e in exhibits.values() if e["kind"] == "table"], short)


def run_pandoc_docx(tree: Node, reference: Path, out: Path, moment: datetime) -> None:
    """pandoc without its sandbox, which would keep it from the template and the images."""
    run_pandoc(
        json.dumps(tree),
        ["-f", "json", "-t", "docx", f"--reference-doc={reference}", "-o", str(out)],
        epoch=int(moment.timestamp()),
        sandbox=False,
    )


def styled(style: str, blocks: list[Node]) -> Node:
    """Blocks whose paragraphs all have a named style of the template."""
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def paragraph(style: str, inlines: list[Node]) -> Node:
    """A paragraph in a named style of the template."""
    return styled(style, [{"t": "Para", "c": inlines}])


def exhibit_blocks(exhibit: dict[str, Any], build: Path) -> list[Node]:
    """Caption, base, table or image, notes and source as blocks; the caption carries the bookmark."""
    label = f"{exhibit['label']}: " if exhibit["label"] else ""
    table = exhibit["kind"] == "table"
    anchor = {"t": "Span", "c": [[exhibit["id"], [], []], text_node(label + exhibit["title"])]}
    blocks = [paragraph("Table Caption" if table else "Image Caption", [anchor])]
    if exhibit["base"]:
        blocks.append(paragraph("Basis", text_node(exhibit["base"])))
    if table:
        blocks.append(table_node(exhibit))
    else:
        path = build / exhibit["chapter"] / "figures" / f"{exhibit['id']}.png"
        image = {
            "t": "Image",
            "c": [["", [], [["width", "100%"]]], text_node(exhibit["alt"]), [str(path), ""]],
        }
        blocks.append(paragraph("Figure", [image]))
    blocks += [paragraph("Quelle", text_node(n)) for n in exhibit["notes"]]
    if exhibit["source"]:
        blocks.append(paragraph("Quelle", text_node(exhibit["source"])))
    return blocks


def table_node(exhibit: dict[str, Any]) -> Node:
    """A pandoc table with a header row, right-aligned numbers and block headings across all columns."""
    empty: list[Any] = ["", [], []]
    n = len(exhibit["header"])
    side = "AlignLeft" if exhibit.get("plain") else "AlignRight"

    def cell(
        lines: list[str], span: int = 1, *, style: str = "Tabellentext", align: str = "AlignDefault"
    ) -> list[Any]:
        inlines = text_node(lines[0])
        for line in lines[1:]:
            inlines += [{"t": "LineBreak"}, *text_node(line)]
        return [empty, {"t": align}, 1, span, [paragraph(style, inlines)]]

    rows = []
    for row in exhibit["rows"]:
        if row["kind"] == "block":
            rows.append([empty, [cell(row["cells"][:1], n, style="Tabellenblock", align="AlignLeft")]])
        else:
            first = "\u2003" * row["level"] + row["cells"][0]
            rows.append([empty, [cell([c]) for c in (first, *row["cells"][1:])]])
    specs = [
        [{"t": side if k else "AlignLeft"}, {"t": "ColWidth", "c": w}]
        for k, w in enumerate(column_widths(exhibit))
    ]
    head = [empty, [[empty, [cell(heading_lines(h)) for h in exhibit["header"]]]]]
    return {"t": "Table", "c": [empty, [None, []], specs, head, [[empty, 1, [], rows]], [empty, []]]}


def finish(docx: bytes, tables: Iterable[dict[str, Any]], mark: str) -> bytes:
    """Name and describe the tables, keep rows and short tables whole, and store the parts in a fixed way.

    Raises
    ------
    RenderError
        If the document has more or fewer tables than the report.
    """
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts["word/document.xml"])
    found = list(root.iter(f"{W}tbl"))
    tables = list(tables)
    if len(found) != len(tables):
        raise RenderError(f"Im Word-Dokument stehen {len(found)} statt {len(tables)} Tabellen.")
    for element, exhibit in zip(found, tables, strict=True):
        properties = element.find(f"{W}tblPr")
        for name in ("tblCaption", "tblDescription"):
            for old in properties.findall(f"{W}{name}"):
                properties.remove(old)
        title = ": ".join(x for x in (exhibit["label"], exhibit["title"]) if x)
        for name, text in (("tblCaption", title), ("tblDescription", exhibit["base"] or exhibit["title"])):
            etree.SubElement(properties, f"{W}{name}").set(f"{W}val", text)
        for row in element.findall(f"{W}tr"):
            keep = row.find(f"{W}trPr")
            if keep is None:
                keep = etree.Element(f"{W}trPr")
                row.insert(0, keep)
            keep.insert(0, etree.Element(f"{W}cantSplit"))
        if len(exhibit["rows"]) <= WHOLE:
            for row in element.findall(f"{W}tr")[:-1]:
                for style in row.iter(f"{W}pStyle"):
                    style.addnext(etree.Element(f"{W}keepNext"))
    for picture in root.iter("{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr"):
        picture.set("descr", "")  # pandoc writes the path of the image file here; the text is on wp:docPr
    for inline in root.iter(f"{WP}inline"):
        for side in "TBLR":  # LibreOffice takes 3 mm where nothing is said, and cuts the figure at the right
            inline.set(f"dist{side}", "0")
    if FAMILY.encode() in parts["word/styles.xml"]:
        _embed_fonts(parts)
    _mark_pages(parts, root, mark)
    parts["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return zip_parts(parts)


def _mark_pages(parts: dict[str, bytes], root: etree._Element, mark: str) -> None:
    """Say at the head of every page but the first, which says it in full, what kind of data these are."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    run = f'<w:r><w:rPr><w:color w:val="9C2A1F"/><w:sz w:val="17"/></w:rPr><w:t>{escape(mark)}</w:t></w:r>'
    parts["word/header-mark.xml"] = (
        f'{head}<w:hdr {NS}><w:p><w:pPr><w:jc w:val="right"/></w:pPr>{run}</w:p></w:hdr>'
    ).encode()
    relations = etree.fromstring(parts["word/_rels/document.xml.rels"])
    name = f"{{{PACKAGE}/relationships}}Relationship"
    etree.SubElement(relations, name, Id="rIdMark", Type=f"{OFFICE}/header", Target="header-mark.xml")
    parts["word/_rels/document.xml.rels"] = _xml(relations)
    types = etree.fromstring(parts["[Content_Types].xml"])
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
    name = f"{{{PACKAGE}/content-types}}Override"
    etree.SubElement(types, name, PartName="/word/header-mark.xml", ContentType=kind)
    parts["[Content_Types].xml"] = _xml(types)
    for section in root.iter(f"{W}sectPr"):
        reference = etree.Element(f"{W}headerReference")
        reference.set(f"{W}type", "default")
        reference.set(f"{{{OFFICE}}}id", "rIdMark")
        section.insert(0, reference)


def _xml(element: etree._Element) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)


def _embed_fonts(parts: dict[str, bytes]) -> None:
    """Put the shipped fonts into the document, so that it looks the same where they are not installed.

    ECMA-376 part 4, 2.8.1: the first 32 bytes are combined with the key that stands in the font table.
    """
    faces = (("embedRegular", "Regular"), ("embedBold", "Bold"), ("embedItalic", "It"))
    entries, relations = "", ""
    for number, (name, face) in enumerate(faces, start=1):
        data = (FONTS / f"SourceSans3-{face}.ttf").read_bytes()
        key = uuid.uuid5(uuid.NAMESPACE_URL, face)  # any key will do; a fixed one keeps the bytes stable
        mask = bytes.fromhex(key.hex)[::-1] * 2
        parts[f"word/fonts/font{number}.odttf"] = (
            bytes(a ^ b for a, b in zip(data[:32], mask, strict=True)) + data[32:]
        )
        entries += f'<w:{name} r:id="rId{number}" w:fontKey="{{{str(key).upper()}}}"/>'
        relations += (
            f'<Relationship Id="rId{number}" Type="{OFFICE}/font" Target="fonts/font{number}.odttf"/>'
        )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts["word/fontTable.xml"] = (
        f'{head}<w:fonts {NS} xmlns:r="{OFFICE}"><w:font w:name="{FAMILY}"><w:altName w:val="Calibri"/>'
        f'<w:family w:val="swiss"/><w:pitch w:val="variable"/>{entries}</w:font></w:fonts>'
    ).encode()
    parts["word/_rels/fontTable.xml.rels"] = (
        f'{head}<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'
    ).encode()
    types = etree.fromstring(parts["[Content_Types].xml"])
    etree.SubElement(
        types,
        f"{{{PACKAGE}/content-types}}Default",
        Extension="odttf",
        ContentType="application/vnd.openxmlformats-officedocument.obfuscatedFont",
    )
    types[:] = sorted(types, key=lambda e: e.tag.endswith("Override"))
    parts["[Content_Types].xml"] = etree.tostring(
        types, xml_declaration=True, encoding="UTF-8", standalone=True
    )
    settings = etree.fromstring(parts["word/settings.xml"])
    settings.insert(0, etree.Element(f"{W}embedTrueTypeFonts"))
    parts["word/settings.xml"] = etree.tostring(
        settings, xml_declaration=True, encoding="UTF-8", standalone=True
    )


def _contents(headings: list[tuple[int, str, str, str]], exhibits: dict[str, Any]) -> str:
    """Contents and list of exhibits with their entries filled in; Word can update the contents any time."""
    entries = [
        _entry(f"TOC{level}", identifier, f"{number}\u2002{text}" if number else text)
        for level, number, text, identifier in headings
        if level <= 2
    ]
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    entries[0] = entries[0].replace("</w:pPr>", "</w:pPr>" + begin, 1)
    end = '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    listed = [e for e in exhibits.values() if e["label"]]
    lists = "".join(_entry("TOC2", e["id"], f"{e['label']}: {e['title']}") for e in listed)
    return (
        f'<w:sdt {NS}><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr>'
        '<w:sdtContent><w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t>Inhalt</w:t></w:r></w:p>'
        f"{''.join(entries)}{end}</w:sdtContent></w:sdt>"
        f'<w:p {NS}><w:pPr><w:pStyle w:val="ListHeading"/></w:pPr><w:r><w:t>Tabellen und Abbildungen</w:t></w:r></w:p>'
        + lists.replace("<w:p>", f"<w:p {NS}>")
        + f'<w:p {NS}><w:r><w:br w:type="page"/></w:r></w:p>'
    )


def _bookmark(identifier: str) -> str:
    """The name of the bookmark that pandoc makes of an id: Word allows 40 characters."""
    if len(identifier) <= 40 and identifier[:1].isalpha():
        return identifier
    return "X" + hashlib.sha1(identifier.encode("utf-8"), usedforsecurity=False).hexdigest()[1:]


def _entry(style: str, anchor: str, text: str) -> str:
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:hyperlink w:anchor="{escape(_bookmark(anchor), quote=True)}">'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:hyperlink></w:p>'
    )
