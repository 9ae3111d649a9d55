"""Spreadsheets from strangers, CSV or .xlsx, as typed cells, behind our own guard.

A formula is kept as a formula with the result that the program stored, so that nobody takes an old result for a value;
nothing is fetched from other workbooks or data bases that the file names.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.office import OfficePackage
from gkanalysis.ingest.refusal import RefusedSheetError
from gkanalysis.ingest.tables import MAX_CELLS, MAX_COLUMN, csv_lines

MAX_ROW = 1_048_576
MAX_TAGS = 4_000_000  # start and end tags of one part: four or five a cell
SYNTHETIC = "synthetisch"  # in the properties of an invented workbook

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TRUE = ("1", "true")
_ESCAPED = re.compile("_x(0009|000[aA]|000[dD]|005[fF])_")
_THREAD = re.compile(r"^\[[^\]]+\].*?(?:Comment|Kommentar):", re.DOTALL)
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
Areas = tuple[tuple[int, int, int, int], ...]  # top, left, bottom, right


class Cell(NamedTuple):
    """One filled cell.

    `kind`: text, number, date, bool, error or formula; `value`: str, float, datetime or bool, for a formula its
    text; `shown`: what people see in the program, for a formula the stored result; `struck`: what of it is struck
    through; `look`: how the program shows a number otherwise than it stores it: percent, clock, hidden or scaled.
    """

    kind: str
    value: str | float | datetime | bool
    shown: str
    struck: str = ""
    look: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: filled cells by (row, column), both counted from 1 as the program shows them.

    `name` is "" for a CSV file; `first_day` is day 0 of what the program counts in days; `outside` is what the workbook
    would fetch from elsewhere; `comments` are the words of each by row and column.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: Areas = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    first_day: datetime = datetime(1899, 12, 30)
    outside: tuple[str, ...] = ()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)


def read_workbook(path: str | Path, headings: Sequence[str] = ()) -> tuple[Sheet, ...]:
    """Read the sheets of a spreadsheet; its content decides what it is, but no text named .xlsx is taken for CSV.

    Sheets come in the order of the file, hidden ones included; those that hold a chart only are left out. `headings`
    that are looked for tell by what a CSV file is separated. A `RefusedSheetError` says in its `rule` why a file is
    not read; more than 400,000 filled cells are one reason.
    """
    path = Path(path)
    data = read_regular(path, RefusedSheetError)
    if data.startswith(b"PK"):
        package = OfficePackage(path, RefusedSheetError, data)
        try:
            return tuple(_sheets(package))
        except (ValueError, IndexError, KeyError, TypeError, OverflowError):
            raise package.refusal("damaged") from None  # no program writes references and numbers that end so
    cells = {
        (row, column): Cell("text", value, value.strip())
        for row, values in csv_lines(data, f"{path.parent.name}/{path.name}", headings)
        for column, value in enumerate(values, 1)
        if value.strip()
    }
    return (Sheet("", cells),)


def says_synthetic(path: Path) -> bool | None:
    """Whether a workbook calls itself invented in its properties; None for a CSV file, which cannot say."""
    data = read_regular(path, RefusedSheetError)
    if not data.startswith(b"PK"):
        return None
    properties = OfficePackage(path, RefusedSheetError, data).core_properties
    return SYNTHETIC in " ".join(properties.values()).casefold()


def plain_number(value: float | Decimal) -> str:
    """A number as a German reader types it: no exponent, decimal comma, no dots."""
    text = f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _sheets(package: OfficePackage) -> Iterator[Sheet]:
    """Each sheet with cells, in the order of the file."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

    book = package.related_part("", "officeDocument") or "xl/workbook.xml"
    if book.lower().endswith(".bin"):
        raise package.refusal("xlsb")
    root = package.xml(book) if package.find(book) else None
    if root is None or etree.QName(root).localname != "workbook":
        raise package.refusal("not_sheet")
    targets = {
        i: package.find(t) for owner, i, kind, t in package.relationships if (owner, kind) == (book, "worksheet")
    }
    shared = {kind: package.related_part(book, kind) for kind in ("sharedStrings", "styles")}
    texts, styles = (package.xml(p, max_tags=MAX_TAGS) if p else etree.Element("none") for p in shared.values())
    is_1904 = any(e.get("date1904") in _TRUE for e in root.iter("{*}workbookPr"))
    reader = _Cells([_text_of(si) for si in texts], _formats(styles), MAC_EPOCH if is_1904 else WINDOWS_EPOCH)
    n_cells = n_others = 0
    parts = set()
    for element in root.iter("{*}sheet"):
        part = targets.get(next((v for k, v in element.attrib.items() if k.endswith("}id")), ""))
        if not part:
            continue
        sheet = package.xml(part, max_tags=MAX_TAGS)
        if sheet.tag != f"{_MAIN}worksheet" or part in parts:
            raise ValueError(part)
        parts.add(part)
        n_cells += sum(1 for _ in sheet.iter("{*}c"))
        n_others += sum(1 for _ in sheet.iter("{*}row", "{*}col", "{*}mergeCell"))
        if max(n_cells, n_others) > MAX_CELLS:
            raise package.refusal("cells")
        columns = [e for e in sheet.iter(f"{_MAIN}col") if e.get("hidden") in _TRUE]
        spans = [range(int(e.get("min")), min(int(e.get("max")), MAX_COLUMN) + 1) for e in columns]
        cells, rows = reader.read(sheet)
        yield Sheet(
            element.get("name", ""), cells, tuple(_area(e.get("ref", "")) for e in sheet.iter("{*}mergeCell")), rows,
            frozenset(column for span in spans for column in span), element.get("state", "visible") != "visible",
            reader.first_day, tuple(dict.fromkeys(package.outside)), _comments(package, part),
        )  # fmt: skip


def _comments(package: OfficePackage, part: str) -> dict[tuple[int, int], str]:
    """What is remarked on the cells of a sheet, without the program's own words about threads."""
    from openpyxl.utils.cell import coordinate_to_tuple

    remarks = (c for p in package.related_parts(part, "comments") for c in package.xml(p).iter("{*}comment"))
    texts = {coordinate_to_tuple(c.get("ref")): "".join(t.text or "" for t in c.iter("{*}t")) for c in remarks}
    return {at: " ".join(re.sub(_THREAD, "", text).split()) for at, text in texts.items()}


def _text_of(item: etree._Element) -> tuple[str, str]:
    """Text of a string in its runs, without how it is pronounced; and what of it is struck through."""
    whole = struck = ""
    for run in (item, *item.iter(f"{_MAIN}r")):
        text = "".join(t.text or "" for t in run.iterchildren(f"{_MAIN}t"))
        whole += text
        struck += text if _is_struck(run.find(f"{_MAIN}rPr")) else ""
    return whole, struck


def _is_struck(font: etree._Element | None) -> bool:
    strike = None if font is None else font.find(f"{_MAIN}strike")
    return strike is not None and strike.get("val", "1") in _TRUE


def _formats(styles: etree._Element) -> list[tuple[str, bool]]:
    """Number format, and whether struck through, of each style of cells."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    declared = styles.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt")
    codes = BUILTIN_FORMATS | {int(e.get("numFmtId")): e.get("formatCode") or "General" for e in declared}
    fonts = [_is_struck(font) for font in styles.iterfind(f"{_MAIN}fonts/{_MAIN}font")] or [False]
    return [
        (codes.get(int(xf.get("numFmtId", "0")), "General"), fonts[int(xf.get("fontId", "0"))])
        for xf in styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")
    ] or [("General", False)]


@dataclass(frozen=True)
class _Cells:
    """Reads the cells of the sheets of one workbook with what they share."""

    texts: Sequence[tuple[str, str]]
    formats: Sequence[tuple[str, bool]]
    first_day: datetime

    def read(self, sheet: etree._Element) -> tuple[dict[tuple[int, int], Cell], frozenset[int]]:
        """Filled cells by row and column; the numbers of rows that are hidden."""
        from openpyxl.utils.cell import coordinate_to_tuple

        cells, hidden, row = {}, set(), 0
        for element in sheet.iter(f"{_MAIN}row"):
            row, column = int(element.get("r", row + 1)), 0
            if element.get("hidden") in _TRUE:
                hidden.add(row)
            for c in element.iterchildren(f"{_MAIN}c"):
                at = coordinate_to_tuple(c.get("r")) if c.get("r") else (row, column + 1)
                column = at[1]
                if at in cells or not (1 <= at[0] <= MAX_ROW and 1 <= column <= MAX_COLUMN):
                    raise ValueError(at)
                if cell := self._cell(c):
                    cells[at] = cell
        return cells, frozenset(hidden)

    def _cell(self, c: etree._Element) -> Cell | None:
        """A cell typed by what the file stores; None if only white space is in it."""
        code, is_struck = self.formats[int(c.get("s", "0"))]
        formula, value, kind = c.find(f"{_MAIN}f"), c.findtext(f"{_MAIN}v"), c.get("t", "n")
        whole, struck = value or "", ""
        if kind == "s" and value:
            whole, struck = self.texts[int(value)]
        elif kind == "inlineStr" and (inline := c.find(f"{_MAIN}is")) is not None:
            whole, struck = _text_of(inline)
        stored = self._stored(kind, whole, code) if whole.strip() else None
        if formula is not None:
            text = f"={formula.text}" if formula.text else "=…"
            stored = Cell("formula", text, stored.shown if stored else "")
        return stored and stored._replace(struck=stored.shown if is_struck else _unescaped(struck).strip())

    def _stored(self, kind: str, text: str, code: str) -> Cell:
        """The value of a cell as its type says."""
        if kind == "b":
            return Cell("bool", bool(int(text)), "WAHR" if int(text) else "FALSCH")
        if kind == "n":
            return self._number(float(text), code)
        with suppress(ValueError):  # a time of day, for instance, is read as it is written
            if kind == "d":
                return _day(datetime.fromisoformat(text).replace(tzinfo=None))
        text = _unescaped(text)
        return Cell("error" if kind == "e" else "text", text, text.strip())

    def _number(self, value: float, code: str) -> Cell:
        """A number, or the day that its format makes of it."""
        from openpyxl.utils.datetime import from_excel

        if not math.isfinite(value):
            raise ValueError(value)
        look = _look(code)
        if look == "day" and value >= 1:
            try:
                return _day(from_excel(value, self.first_day))
            except (OverflowError, ValueError):  # the program shows ##### then
                return Cell("error", "#VALUE!", "#VALUE!")
        shown = f"{plain_number(Decimal(repr(value)) * 100)} %" if look == "percent" else plain_number(value)
        return Cell("number", value, shown, look=look.replace("day", "clock" if 0 < value < 1 else ""))


def _day(value: datetime) -> Cell:
    """A cell with a day, and its time if it has one."""
    value = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    clock = f" {value:%H:%M}" if value.time() != datetime.min.time() else ""
    return Cell("date", value, f"{value:%d.%m.}{value.year:04}{clock}")


def _unescaped(text: str) -> str:
    """Text with the characters that a program wrote as their numbers, line ends as one."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


@cache
def _look(code: str) -> str:
    """How a number format shows a number otherwise than it is stored: as a day, times 100, in thousands, not at all."""
    plain = _NO_CODE.sub("", code.split(";")[0])
    looks = {
        "day": "[dyDY]",
        "clock": "[hHsS]|[mM]:|:[mM]",
        "percent": "%",
        "scaled": "[0#?],+(?![0#?,])",
        "hidden": "^(?!.*([0#?@mhsMHS]|General))",
    }
    return next((look for look, sign in looks.items() if re.search(sign, plain)), "")


def _area(reference: str) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a reference such as A1:C2."""
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(reference)
    return int(top), int(left), int(bottom), int(right)
