"""Every text in a PDF: on its pages, in alternative texts, metadata, bookmarks, links, notes and attached files."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

from gkanalysis.core.errors import RenderError

NEW_LINE = {"Td", "TD", "T*", "'", '"', "Tm", "BT"}
SHOWS = {"Tj", "'", '"', "TJ"}
WIDE_GAP = -200  # thousandths of the font size; a wider jump to the right is a space
CMAP = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[([^\]]*)\])")
PLACES = {
    "/Alt": "Alternativtext", "/ActualText": "Ersatztext", "/Title": "Titel", "/Contents": "Notiz", "/URI": "Verweis",
}  # fmt: skip
XOBJECTS = 6  # forms within forms that are followed
Attached = Callable[[str, bytes], Iterator[tuple[str, str]]]


def pdf_texts(content: bytes, attached: Attached) -> Iterator[tuple[str, str]]:
    """All texts of a PDF: (place in German, text); `attached` reads those of an attached file.

    A `RenderError` if it is broken, protected, or sets text in a font that says not which letters it shows.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for number, page in enumerate(pdf.pages, start=1):
                yield f"Seite {number}", "".join(_shown(page.obj, page.get("/Resources"), {}, 0))
            yield from _strings(pdf, attached)
    except (pikepdf.PdfError, UnicodeDecodeError) as error:
        why = f"Das PDF lässt sich nicht nach Namen durchsuchen ({error}); so darf es nicht erscheinen."
        raise RenderError(why) from None


def _shown(holder: Any, resources: Any, fonts: dict[Any, Any], level: int) -> Iterator[str]:
    """The text of a page or form in the order in which it is set, lines parted."""
    font, resources = None, resources if resources is not None else pikepdf.Dictionary()
    for operands, operator in pikepdf.parse_content_stream(holder):
        name = str(operator)
        if name in NEW_LINE:
            yield "\n"
        if name == "Tf":
            this = resources.Font[operands[0]]
            key = this.objgen if this.is_indirect else id(this)
            font = fonts[key] if key in fonts else fonts.setdefault(key, _decoder(this))
        elif name in SHOWS:
            if font is None:
                raise pikepdf.PdfError("Text ohne Schrift")
            last = operands[-1]
            for part in last if isinstance(last, pikepdf.Array) else [last]:
                if isinstance(part, pikepdf.String):
                    yield font(bytes(part))
                elif float(part) < WIDE_GAP:
                    yield " "
        elif name == "Do" and level < XOBJECTS:
            form = resources.XObject[operands[0]]
            if form.get("/Subtype") == "/Form":
                yield "\n"
                yield from _shown(form, form.get("/Resources", resources), fonts, level + 1)


def _decoder(font: Any) -> Callable[[bytes], str]:
    """A function from the bytes of a string to its letters."""
    composite = font.get("/Subtype") == "/Type0"
    if "/ToUnicode" not in font:
        if composite:
            raise pikepdf.PdfError("eine Schrift sagt nicht, welche Zeichen sie zeigt")
        return lambda data: data.decode("cp1252", "replace")
    table, width = _to_unicode(font.ToUnicode.read_bytes()), 2 if composite else 1

    def letters(data: bytes) -> str:
        codes = (int.from_bytes(data[i : i + width]) for i in range(0, len(data), width))
        return "".join(table.get(c, "\ufffd") for c in codes)

    return letters


def _to_unicode(cmap: bytes) -> dict[int, str]:
    """Code -> letters."""
    table: dict[int, str] = {}
    for kind, body in CMAP.findall(cmap):
        if kind == b"char":
            table |= {int(code, 16): _utf16(text) for code, text in PAIR.findall(body)}
            continue
        for first, last, start, texts in RANGE.findall(body):
            codes = range(int(first, 16), int(last, 16) + 1)
            if start:  # the last two bytes count on
                texts = b"".join(b"<%s%04X>" % (start[:-4], int(start[-4:], 16) + k) for k in range(len(codes)))
            table |= zip(codes, map(_utf16, HEX.findall(texts)), strict=False)
    return table


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


def _strings(pdf: pikepdf.Pdf, attached: Attached) -> Iterator[tuple[str, str]]:
    """Strings of all objects, XML metadata and attached files, also of objects that nothing refers to."""
    if pdf.trailer.get("/Info") is not None:
        yield from ((f"Metadaten (Info, {key})", str(value)) for key, value in pdf.docinfo.items())
    for item in pdf.objects:
        for key, text in _texts_in(item, "", 0):
            yield PLACES.get(key, f"Eintrag {key or 'eines Objekts'}"), text
        if isinstance(item, pikepdf.Stream):
            if item.get("/Subtype") == "/XML" or item.get("/Type") == "/Metadata":
                yield "Metadaten (XMP)", item.read_bytes().decode("utf-8", "replace")
            elif item.get("/Type") == "/EmbeddedFile":
                data = item.read_bytes()
                yield "angehängte Datei", data.decode("utf-8", "replace")
                if suffix := "docx" if data[:2] == b"PK" else "pdf" if data[:5] == b"%PDF-" else "":
                    yield from attached(f"Anhang.{suffix}", data)


def _texts_in(item: Any, key: str, level: int) -> Iterator[tuple[str, str]]:
    """Text strings in an object, with the key they stand under; other objects are visited on their own."""
    if level and getattr(item, "is_indirect", False):
        return
    if isinstance(item, pikepdf.String):
        yield key, str(item)
    elif isinstance(item, pikepdf.Array):
        for part in item:
            yield from _texts_in(part, key, level + 1)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for name, part in item.items():
            yield from _texts_in(part, str(name), level + 1)
