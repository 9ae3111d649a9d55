"""Spreadsheets from strangers, CSV or .xlsx, as typed cells: openpyxl reads what our own guard has let through.

openpyxl alone inflates any bomb, fills a hyperlink or merged area of a billion cells, and drops what lies under a
merged cell. So it never sees the received file, but a copy of its cells and formats in which nothing else stands.
A formula is kept as a formula with the result that the program stored, so that nobody takes an old result for a value.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.office import OfficePackage
from gkanalysis.ingest.refusal import RefusedSheetError
from gkanalysis.ingest.tables import MAX_CELLS, MAX_COLUMN, csv_lines

MAX_ROW = 1_048_576
MAX_TAGS = 4_000_000  # start and end tags of one part: four or five a cell
SYNTHETIC = "synthetisch"  # in the properties of an invented workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = f'<Types xmlns="{_PACKAGE}/content-types">' + "".join(
    f'<Override PartName="/xl/{part}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
    for part, kind in (("workbook", "sheet.main"), ("sharedStrings", "sharedStrings"))
) + "</Types>"  # fmt: skip
# What the copy holds of each part: values, formulas, formats of numbers, what is struck through, what is hidden.
_KEPT = {
    "worksheet": "cols col sheetData row c f v is r rPr strike t",
    "sst": "si r rPr strike t",
    "styleSheet": "numFmts numFmt fonts font strike cellXfs xf",
}
_ESCAPED = re.compile("_x(0009|000[aA]|000[dD]|005[fF])_")
_NO_CODE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


Areas = tuple[tuple[int, int, int, int], ...]  # top, left, bottom, right


class Cell(NamedTuple):
    """One filled cell.

    `kind`: text, number, date, bool, error or formula; `value`: str, float, datetime or bool, for a formula its
    text; `shown`: what people see in the program, for a formula the stored result; `is_struck`: whether any of it is
    struck through.
    """

    kind: str
    value: str | float | datetime | bool
    shown: str
    is_struck: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: filled cells by (row, column), both counted from 1 as the program shows them.

    `name` is "" for a CSV file; `first_day` is day 0 of what the program counts in days.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: Areas = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    first_day: datetime = datetime(1899, 12, 30)


def read_workbook(path: str | Path) -> tuple[Sheet, ...]:
    """Read the sheets of a spreadsheet; its content decides what it is, but no text named .xlsx is taken for CSV.

    Sheets come in the order of the file, hidden ones included; those that hold a chart only are left out.

    Raises
    ------
    RefusedSheetError
        An `IngestError` whose `rule` says why; more than 400,000 filled cells are one reason.
    """
    path = Path(path)
    data = read_regular(path, RefusedSheetError)
    if data.startswith(b"PK"):
        return _xlsx_sheets(OfficePackage(path, RefusedSheetError, data))
    lines = csv_lines(data, path.name)
    cells = {
        (row, column): Cell("text", value, value.strip())
        for row, values in lines
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


def column_letter(column: int) -> str:
    """Name of a column as the program shows it."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def plain_number(value: float) -> str:
    """A number as a German reader types it: no exponent, decimal comma, no dots."""
    if value == int(value):
        return f"{value:.0f}"
    text = repr(value)
    return (f"{value:.20f}".rstrip("0") if "e" in text else text).replace(".", ",")


def _xlsx_sheets(package: OfficePackage) -> tuple[Sheet, ...]:
    """All sheets with cells of a workbook."""
    import openpyxl

    try:
        listed, copied = _copy(package)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles that the copy does not need
            books = [openpyxl.load_workbook(io.BytesIO(copied), rich_text=True)]
            if any(cell.data_type == "f" for sheet in books[0] for cell in sheet._cells.values()):
                books.append(openpyxl.load_workbook(io.BytesIO(copied), rich_text=True, data_only=True))
            return tuple(_sheet(*parts) for parts in zip(listed, books[0], books[-1], strict=True))
    except RefusedSheetError:
        raise
    except Exception:  # openpyxl raises whatever befalls it
        raise package.refusal("damaged") from None


def _sheet(listed: tuple[str, bool, Areas], sheet: Any, stored: Any) -> Sheet:
    """A sheet of openpyxl; `stored` is the same with results instead of formulas."""
    (name, is_hidden, merged), columns = listed, sheet.column_dimensions.values()
    rows = frozenset(row for row, d in sheet.row_dimensions.items() if d.hidden)
    hidden = frozenset(c for d in columns if d.hidden for c in range(d.min, min(d.max, MAX_COLUMN) + 1))
    return Sheet(name, dict(_cells(sheet, stored)), merged, rows, hidden, is_hidden, sheet.parent.epoch)


def _cells(sheet: Any, stored: Any) -> Iterator[tuple[tuple[int, int], Cell]]:
    """Filled cells of a sheet by row and column."""
    for at, cell in sheet._cells.items():
        if cell.value is None:
            continue
        if not (1 <= at[0] <= MAX_ROW and 1 <= at[1] <= MAX_COLUMN):
            raise ValueError(at)
        if cell.data_type == "f":
            text = getattr(cell.value, "text", cell.value)
            result = _typed(stored._cells[at])
            yield at, Cell("formula", text if isinstance(text, str) else "=…", result.shown if result else "")
        elif typed := _typed(cell):
            yield at, typed


def _typed(cell: Any) -> Cell | None:
    """A cell of openpyxl, typed by what the file stores; None if only white space is in it."""
    from openpyxl.utils.datetime import to_excel

    value = cell.value
    runs = value if isinstance(value, list) else ()
    is_struck = bool(cell.font.strike) or any(getattr(run, "font", None) and run.font.strike for run in runs)
    if isinstance(value, datetime | time | timedelta):
        code, days = cell.number_format, to_excel(value, cell.base_date)
        if isinstance(value, datetime) and days >= 1 and (code == "General" or _shows_day(code)):
            clock = f" {value:%H:%M}" if value.time().replace(microsecond=0) != time() else ""
            return Cell("date", value, f"{value:%d.%m.}{value.year:04}{clock}", is_struck)
        value = days
    if isinstance(value, bool):
        return Cell("bool", value, "WAHR" if value else "FALSCH", is_struck)
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(value)
        return Cell("number", float(value), plain_number(float(value)), is_struck)
    text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), str(value or ""))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kind = "error" if cell.data_type == "e" else "text"
    return Cell(kind, text, text.strip(), is_struck) if text.strip() else None


def _shows_day(code: str) -> bool:
    """Whether a number format shows a day: d or y outside quotes and brackets."""
    return bool(re.search("[dyDY]", _NO_CODE.sub("", code.split(";")[0])))


def _copy(package: OfficePackage) -> tuple[list[tuple[str, bool, Areas]], bytes]:
    """Name, whether hidden, and merged areas of each sheet; and the copy of the workbook for openpyxl."""
    book = package.related_part("", "officeDocument") or "xl/workbook.xml"
    if book.lower().endswith(".bin"):
        raise package.refusal("xlsb")
    root = package.xml(book) if package.find(book) else None
    if root is None or etree.QName(root).localname != "workbook":
        raise package.refusal("not_sheet")
    targets = {i: (kind, package.find(t)) for owner, i, kind, t in package.relationships if owner == book}
    listed, parts, n_cells, n_others, sheets, links = [], {}, 0, 0, "", ""
    for element in root.iter("{*}sheet"):
        identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        kind, part = targets.get(identifier, ("", None))
        if kind != "worksheet" or not part:
            continue
        cells = package.xml(part, max_tags=MAX_TAGS)
        n_cells += sum(1 for _ in cells.iter("{*}c"))  # also if several sheets are one part
        n_others += sum(1 for _ in cells.iter("{*}row", "{*}col", "{*}mergeCell"))  # openpyxl keeps each of them
        if max(n_cells, n_others) > MAX_CELLS:
            raise package.refusal("cells")
        merged = tuple(_area(e.get("ref", "")) for e in cells.iter("{*}mergeCell"))
        listed.append((element.get("name", ""), element.get("state", "visible") != "visible", merged))
        name = f"s{len(listed)}"
        parts[f"xl/{name}.xml"] = _pruned(cells, "worksheet")
        sheets += f'<sheet name="{name}" sheetId="{len(listed)}" r:id="{name}"/>'
        links += f'<Relationship Id="{name}" Type="{_OFFICE}/worksheet" Target="/xl/{name}.xml"/>'
    for kind, tag in (("sharedStrings", "sst"), ("styles", "styleSheet")):
        part = package.related_part(book, kind)
        content = _pruned(package.xml(part, max_tags=MAX_TAGS), tag) if part else f'<{tag} xmlns="{_MAIN}"/>'
        parts[f"xl/{kind}.xml"] = content
    is_1904 = any(e.get("date1904") in ("1", "true") for e in root.iter("{*}workbookPr"))
    parts["[Content_Types].xml"] = _TYPES
    parts["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(is_1904)}"/>'
        f"<sheets>{sheets}</sheets></workbook>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return listed, stream.getvalue()


def _pruned(root: etree._Element, kind: str) -> bytes:
    """XML of a part without all elements but those that are read; formats without their other attributes."""
    names = {f"{{{_MAIN}}}{name}" for name in (kind, *_KEPT[kind].split())}
    if root.tag != f"{{{_MAIN}}}{kind}":
        raise ValueError(root.tag)
    for element in [element for element in root.iter() if element.tag not in names]:
        element.getparent().remove(element)
    for element in root.iter(f"{{{_MAIN}}}xf"):
        values = {name: element.get(name, "0") for name in ("numFmtId", "fontId")}
        element.attrib.clear()
        element.attrib.update(values)
    return etree.tostring(root)


def _area(reference: str) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of a reference such as A1:C2."""
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(reference)
    return int(top), int(left), int(bottom), int(right)
