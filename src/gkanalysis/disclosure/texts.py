"""Every text in a finished file, seen or unseen, with the place where it stands: HTML, SVG, DOCX, CSV, JSON, PNG."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from lxml import etree, html

from gkanalysis.core.errors import RenderError

Text = tuple[str, str]  # place in German, text
DATA_URI = re.compile(r"data:([\w/+.-]*)((?:;[\w=.-]+)*),([^\"')\s]*)")
INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "tspan", "u", "wbr",
}  # fmt: skip
PARAGRAPHS = {"p"}  # of WordprocessingML and DrawingML
BREAKS = {"tab", "br", "cr"}
LETTERS = {"t", "delText", "instrText"}
PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
WORDLESS = {"ttf", "otf", "odttf", "fntdata", "jpg", "jpeg", "gif", "emf", "wmf"}  # parts of packages
NESTED = 3  # files within files that are opened
# B10 is the second cell of the tenth row of every sheet, whatever an alliance is called
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ADDRESSES = ((f"{SHEET}c", "r"), (f"{SHEET}dimension", "ref"))


def texts_of(name: str, content: bytes, depth: int = 0) -> Iterator[Text]:
    """All texts of a file by its ending: (place, text); what cannot be searched must not appear (`RenderError`)."""
    suffix = name.rpartition(".")[2].lower()
    reader = {
        "html": _html, "htm": _html, "xhtml": _html, "svg": _xml, "xml": _xml, "rels": _xml, "docx": _package, "xlsx": _package,
        "pptx": _package, "zip": _package, "csv": _csv, "json": lambda content, _: json_texts(json.loads(content)), "png": _png, "pdf": _pdf,
    }.get(suffix, lambda content, _: [("Inhalt", content.decode("utf-8", "replace"))])  # fmt: skip
    try:
        yield from reader(content, depth)
    except (etree.LxmlError, ValueError, zipfile.BadZipFile, KeyError, csv.Error, RecursionError) as error:
        why = f"„{name}“ lässt sich nicht nach Namen durchsuchen ({type(error).__name__}: {error})"
        raise RenderError(f"{why}; so darf die Datei nicht erscheinen.") from None


def _pdf(content: bytes, depth: int) -> Iterator[Text]:
    from gkanalysis.disclosure.pdftexts import pdf_texts

    yield from pdf_texts(content, lambda name, attached: texts_of(name, attached, depth + 1))


def _html(content: bytes, depth: int) -> Iterator[Text]:
    """Blocks of text, attributes, comments, scripts, and what data URIs hold."""
    tree = html.document_fromstring(content.decode("utf-8"))
    yield from _blocks(tree)
    for node in tree.iter():
        place = _near_id(node)
        if not isinstance(node.tag, str):
            yield f"{place}, Kommentar", node.text or ""
            continue
        for key, value in node.attrib.items():
            yield from _with_data(f"{place}, Attribut „{key}“", value, depth)
        if node.tag in ("script", "style"):
            yield from _with_data(f"{place}, <{node.tag}>", node.text or "", depth)


def _blocks(page: Any) -> Iterator[Text]:
    """The text of each block; inline elements do not part words."""
    pieces: list[str] = []
    place = ""
    for event, node in etree.iterwalk(page, events=("start", "end", "comment", "pi")):
        if event in ("start", "end") and node.tag not in INLINE:
            if text := "".join(pieces).strip():
                yield place, text
            pieces, here = [], node if event == "start" else node.getparent()
            place = f"{_near_id(here)}, <{here.tag}>" if here is not None else ""
        if event != "start":
            pieces.append(node.tail or "")
        elif node.tag not in ("script", "style"):
            pieces.append("\n" if node.tag == "br" else node.text or "")


def _near_id(node: Any) -> str:
    """The closest element with an id, as a reader can look it up."""
    while node is not None:
        if isinstance(node.tag, str) and node.get("id"):
            return f"bei #{node.get('id')}"
        node = node.getparent()
    return "Seite"


def _with_data(place: str, text: str, depth: int) -> Iterator[Text]:
    """A text, links unquoted, and the files that are written in it as data URIs."""
    rest = text
    for found in DATA_URI.finditer(text):
        kind, options, data = found.groups()
        rest = rest.replace(found[0], " ")
        if kind.startswith("font/") or depth > NESTED:
            continue
        try:
            content = base64.b64decode(data, validate=False) if "base64" in options else unquote_to_bytes(data)
        except binascii.Error:
            content = data.encode()
        suffix = "svg" if "svg" in kind else kind.rpartition("/")[2] or "txt"
        yield from ((f"{place}, eingebettete Datei, {p}", t) for p, t in texts_of(f"x.{suffix}", content, depth + 1))
    yield place, rest
    if "%" in rest:
        yield place, unquote(rest)


def _xml(content: bytes, depth: int) -> Iterator[Text]:
    """Paragraphs, all other text, attributes and comments of an XML part."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    tree = etree.fromstring(content, parser)
    number = 0
    for node in tree.iter():
        if not isinstance(node.tag, str):
            yield "Kommentar", node.text or ""
            continue
        tag = etree.QName(node).localname
        for key, value in node.attrib.items():
            if (node.tag, key) in ADDRESSES:
                continue
            yield from _with_data(f"<{tag}>, Attribut „{etree.QName(key).localname}“", value, depth)
        if tag in PARAGRAPHS:
            number += 1
            yield f"Absatz {number}", _paragraph(node)
        elif not any(etree.QName(a).localname in PARAGRAPHS for a in node.iterancestors()):
            direct = "".join(node.itertext()) if tag == "text" else node.text or ""
            if direct.strip():
                yield f"<{tag}>", direct
        if node.tail and node.tail.strip():
            yield f"nach <{tag}>", node.tail


def _paragraph(node: Any) -> str:
    """The text of a paragraph; deleted and hidden text belongs to it."""
    parts = []
    for child in node.iter():
        if isinstance(child.tag, str):
            name = etree.QName(child).localname
            text = child.text or ""
            # between elements stands white space that nobody sees
            parts.append("\n" if name in BREAKS else text if name in LETTERS or text.strip() else "")
    return "".join(parts)


def _package(content: bytes, depth: int) -> Iterator[Text]:
    """All parts of a Word file or another package: text, properties, comments, alternative texts, pictures."""
    if depth > NESTED:
        raise ValueError("zu viele Dateien ineinander")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.comment:
            yield "Kommentar des Archivs", archive.comment.decode("utf-8", "replace")
        for info in archive.infolist():
            yield "Name eines Teils", info.filename
            part = archive.read(info)
            name = info.filename if not part.lstrip().startswith(b"<?xml") else "x.xml"
            if name.rpartition(".")[2].lower() not in WORDLESS:
                yield from ((f"{info.filename}, {p}", t) for p, t in texts_of(name, part, depth + 1))


def _csv(content: bytes, depth: int) -> Iterator[Text]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    yield from ((f"Zeile {number}", cell) for number, row in enumerate(rows, start=1) for cell in row)


def json_texts(content: Any, left_out: Iterable[str] = (), place: str = "") -> Iterator[Text]:
    """All keys and texts of a JSON value but those under some keys.

    >>> list(json_texts([{"id": "a", "rows": ["b"]}], ["rows"]))
    [('1', 'id'), ('1.id', 'a'), ('1', 'rows')]
    """
    if isinstance(content, dict):
        for key, value in content.items():
            yield place, str(key)
            if key not in left_out:
                yield from json_texts(value, left_out, f"{place}.{key}".strip("."))
    elif isinstance(content, list):
        for number, value in enumerate(content, start=1):
            yield from json_texts(value, left_out, f"{place}.{number}".strip("."))
    elif isinstance(content, str):
        yield place, content


def _png(content: bytes, depth: int) -> Iterator[Text]:
    """Texts that a picture carries beside its pixels."""
    import zlib

    at = 8
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + length]
        if kind in PNG_TEXTS:
            key, _, rest = data.partition(b"\0")
            if kind == b"zTXt":
                rest = zlib.decompress(rest[1:])
            elif kind == b"iTXt":
                packed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
                rest = zlib.decompress(rest) if packed else rest
            yield f"Angabe „{key.decode('latin-1')}“ im Bild", rest.decode("utf-8", "replace")
        at += 12 + length
