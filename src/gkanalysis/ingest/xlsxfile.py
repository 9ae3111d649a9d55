"""The sheets of an .xlsx file from a stranger: inflated within limits, typed by what the file stores.

A formula is kept as a formula with the result that the program stored, so that nobody takes an old result for
a value. Macros, links to other files, data connections, DTDs and zip bombs are refused.
"""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lxml import etree

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.sheetmodel import MAX_CELLS, MAX_COLUMN, MAX_ROW, Cell, Sheet, plain_number
from gkanalysis.ingest.word.xmlparts import parse_xml
from gkanalysis.ingest.word.ziparchive import inflate, list_members

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_READABLE = {9: "\t", 10: "\n", 13: "\r", 0x5F: "_"}
# Built-in number formats of Excel that show a day; 18-21 and 45-47 show a time only.
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 34, 35, 36, *range(50, 59)})
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def xlsx_sheets(data: bytes) -> tuple[Sheet, ...]:
    """All sheets with cells, in the order of the file.

    Parameters
    ----------
    data : bytes
        The whole file.

    Raises
    ------
    UnsafeContentError
        Its `rule` is a key of `SHEET_SENTENCES`.
    """
    return _Workbook(data).sheets()


@dataclass
class _Workbook:
    """The parts of one .xlsx file, inflated when they are asked for."""

    data: bytes
    shared: list[str] = field(default_factory=list)
    is_date: list[bool] = field(default_factory=list)
    epoch: date = date(1899, 12, 30)
    n_cells: int = 0

    def __post_init__(self) -> None:
        self.members = list_members(self.data)
        self.names = {name.lower(): name for name in self.members}
        self._refuse_other_packages()

    def sheets(self) -> tuple[Sheet, ...]:
        """All sheets with cells, in the order of the file."""
        book = self._target("", "officeDocument") or "xl/workbook.xml"
        if book.lower().endswith(".bin"):
            raise UnsafeContentError("xlsb")
        if book.lower() not in self.names:
            raise UnsafeContentError("not_sheet")
        root = self._xml(book)
        if _name(root) != "workbook":
            raise UnsafeContentError("not_sheet")
        for element in _all(root, "workbookPr"):
            if element.get("date1904") in ("1", "true"):
                self.epoch = date(1904, 1, 1)
        self._read_shared(self._target(book, "sharedStrings"))
        self._read_styles(self._target(book, "styles"))
        targets = {r.get("Id"): (kind, part) for r, kind, part in self._relationships(book)}
        found = []
        for element in _all(root, "sheet"):
            identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            kind, part = targets.get(identifier, ("", ""))
            if kind == "worksheet" and part.lower() in self.names:
                found.append(self._sheet(element.get("name", ""), part, element.get("state", "visible")))
        return tuple(found)

    def _refuse_other_packages(self) -> None:
        """Other kinds of zip, macros, and everything that leads outside."""
        if "mimetype" in self.names and b"opendocument" in inflate(
            self.data, self.members[self.names["mimetype"]]
        ):
            raise UnsafeContentError("ods")
        if "[content_types].xml" not in self.names:
            raise UnsafeContentError("not_sheet")
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in self.names):
            raise UnsafeContentError("macros")
        for name in self.names:
            if name.endswith("/connections.xml") or "/externallinks/" in name:
                raise UnsafeContentError("external", name)
            if name.endswith(".rels"):
                for entry in self._xml(name):
                    kind = entry.get("Type", "").rpartition("/")[2]
                    if entry.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
                        raise UnsafeContentError("external", f"{kind}: {entry.get('Target', '')}")

    def _xml(self, part: str) -> etree._Element:
        return parse_xml(inflate(self.data, self.members[self.names[part.lower()]]))[0]

    def _relationships(self, owner: str) -> Iterator[tuple[etree._Element, str, str]]:
        """Element, kind and target part of each relationship of a part."""
        folder, _, file = owner.rpartition("/")
        part = posixpath.join(folder, "_rels", f"{file}.rels")
        if part.lower() not in self.names:
            return
        for entry in self._xml(part):
            target = entry.get("Target", "")
            base = "" if target.startswith("/") else folder
            joined = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
            yield entry, entry.get("Type", "").rpartition("/")[2], joined

    def _target(self, owner: str, kind: str) -> str:
        """First part that a part refers to with a kind of relationship; "" if none is there."""
        return next((t for _, k, t in self._relationships(owner) if k == kind), "")

    def _read_shared(self, part: str) -> None:
        if part.lower() in self.names:
            self.shared = [_rich_text(e) for e in _all(self._xml(part), "si")]

    def _read_styles(self, part: str) -> None:
        """For each cell style whether it shows a day."""
        if part.lower() not in self.names:
            return
        root = self._xml(part)
        own = {e.get("numFmtId"): _shows_day(e.get("formatCode", "")) for e in _all(root, "numFmt")}
        for formats in _all(root, "cellXfs"):
            for style in _all(formats, "xf"):
                number = style.get("numFmtId", "0")
                self.is_date.append(own.get(number, number.isdecimal() and int(number) in _DATE_FORMATS))

    def _sheet(self, name: str, part: str, state: str) -> Sheet:
        root = self._xml(part)
        cells: dict[tuple[int, int], Cell] = {}
        hidden: set[int] = set()
        row = 0
        for line in _all(root, "row"):
            row = _whole(line.get("r"), row + 1, MAX_ROW)
            if line.get("hidden") in ("1", "true"):
                hidden.add(row)
            column = 0
            for element in _all(line, "c"):
                at_row, column = _position(element.get("r"), row, column + 1)
                if cell := self._cell(element):
                    cells[at_row, column] = cell
            self.n_cells += len(line)
            if self.n_cells > MAX_CELLS:
                raise UnsafeContentError("cells")
        merged = tuple(_area(e.get("ref", "")) for e in _all(root, "mergeCell"))
        return Sheet(name, cells, merged, frozenset(hidden), state != "visible")

    def _cell(self, element: etree._Element) -> Cell | None:
        """One cell, or None if there is nothing in it."""
        kind, parts = element.get("t", "n"), {_name(e): e for e in element}
        stored = (parts["v"].text or "") if "v" in parts else ""
        if kind == "s":
            index = _whole(stored or None, 0, len(self.shared) - 1, low=0) if stored else -1
            stored = self.shared[index] if index >= 0 else ""
        elif kind == "inlineStr":
            stored = _rich_text(parts["is"]) if "is" in parts else ""
        elif kind == "str":
            stored = _unescaped(stored)
        value = self._value(kind, stored, element.get("s", "0"))
        if "f" in parts:
            return Cell("formula", f"={parts['f'].text or '…'}", value.shown if value else "")
        return value

    def _value(self, kind: str, stored: str, style: str) -> Cell | None:
        """What a cell stores, typed."""
        if not stored.strip():
            return None
        if kind in ("s", "inlineStr", "str"):
            return Cell("text", stored, stored.strip())
        if kind == "b":
            return Cell("bool", stored.strip() == "1", "WAHR" if stored.strip() == "1" else "FALSCH")
        if kind == "e":
            return Cell("error", stored, stored)
        if kind == "d":
            return _iso_cell(stored)
        try:
            number = float(stored)
        except ValueError:
            raise UnsafeContentError("damaged") from None
        if not math.isfinite(number):
            raise UnsafeContentError("damaged")
        index = int(style) if style.isdecimal() else 0
        if index < len(self.is_date) and self.is_date[index]:
            return self._date_cell(number)
        return Cell("number", number, plain_number(number))

    def _date_cell(self, serial: float) -> Cell:
        """A day from the number of days since the epoch; what is no day stays a number."""
        days = math.floor(serial)
        epoch = self.epoch
        if epoch.year == 1899:
            if days == 60 or days < 1:  # Excel's 29 February 1900 never was; 0 is the time of no day
                return Cell("number", serial, plain_number(serial))
            epoch += timedelta(days=days < 60)
        try:
            day = epoch + timedelta(days=days)
        except OverflowError:
            return Cell("number", serial, plain_number(serial))
        minutes = round((serial - days) * 1440)
        clock = f" {minutes // 60:02}:{minutes % 60:02}" if 0 < minutes < 1440 else ""
        return Cell("date", day, f"{day:%d.%m.}{day.year:04}{clock}")


def _iso_cell(stored: str) -> Cell:
    """A day that is stored as text of ISO 8601."""
    try:
        moment = datetime.fromisoformat(stored.strip())
    except ValueError:
        return Cell("text", stored, stored.strip())
    clock = f" {moment:%H:%M}" if moment.time().isoformat() != "00:00:00" else ""
    return Cell("date", moment.date(), f"{moment:%d.%m.}{moment.year:04}{clock}")


def _shows_day(code: str) -> bool:
    """Whether a number format shows a day: d or y outside quotes and brackets.

    >>> _shows_day("dd.mm.yyyy"), _shows_day('0.0" Tage"'), _shows_day("[h]:mm")
    (True, False, False)
    """
    return bool(re.search("[dyDY]", _NO_CODE.sub("", code.split(";")[0])))


def _name(element: etree._Element) -> str:
    """Name of an element without its namespace: the usual and the strict one are read alike."""
    return element.tag.rpartition("}")[2]


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Descendants of a name, whatever the namespace."""
    return root.iter(f"{{*}}{name}")


def _rich_text(element: etree._Element) -> str:
    """Text of a string with or without formats; phonetic hints are no text."""
    texts = (t.text or "" for t in _all(element, "t") if _name(t.getparent()) != "rPh")
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """Text in which Excel wrote line ends, tabs and underscores as codes; other codes stay visible."""
    text = _ESCAPED.sub(lambda m: _READABLE.get(int(m[1], 16), m[0]), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _whole(text: str | None, default: int, high: int, *, low: int = 1) -> int:
    """A whole number of an attribute within bounds."""
    if text is None:
        number = default
    elif text.isascii() and text.isdecimal() and len(text) < 10:
        number = int(text)
    else:
        number = -1
    if not low <= number <= high:
        raise UnsafeContentError("damaged")
    return number


def _position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of a reference such as B7; without one the next cell of the row."""
    if reference is None:
        return row, _whole(None, column, MAX_COLUMN)
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise UnsafeContentError("damaged", reference)
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return _whole(found[2], 0, MAX_ROW), _whole(None, number, MAX_COLUMN)


def _area(reference: str) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a reference such as A1:C2."""
    first, _, last = reference.partition(":")
    return (*_position(first, 0, 0), *_position(last or first, 0, 0))
