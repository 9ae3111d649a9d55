"""Open a spreadsheet from a stranger, CSV or .xlsx: bounded, never through a link, no encoding guessed."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from pathlib import Path

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.sheetmodel import MAX_CELLS, MAX_COLUMN, Cell, RefusedSheetError, Sheet
from gkanalysis.ingest.xlsxfile import xlsx_sheets

MAX_BYTES = 20_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_workbook(path: str | Path) -> tuple[Sheet, ...]:
    """Read the sheets of a spreadsheet; the content decides whether it is .xlsx or CSV, never the extension.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    tuple of Sheet
        In the order of the file, hidden ones included. Sheets that hold a chart only are left out.

    Raises
    ------
    RefusedSheetError
        An `IngestError` whose `rule` is a key of `SHEET_SENTENCES`.
    """
    path = Path(path)
    data = _read_bytes(path)
    try:
        if data.startswith(b"PK"):
            return xlsx_sheets(data)
        return (_csv_sheet(_text_of(data, path.name)),)
    except UnsafeContentError as error:
        raise RefusedSheetError(error.rule, path.name, error.detail) from None


def _read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of bearable size; never follows a link, never waits on a device."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise RefusedSheetError("not_a_file", path.name)
        if status.st_size > MAX_BYTES:
            raise RefusedSheetError("file_size", path.name)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags), "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RefusedSheetError("missing", path.name) from None
    except (OSError, ValueError):  # ValueError: a null character in the name
        raise RefusedSheetError("unreadable", path.name) from None
    if not data or len(data) > MAX_BYTES:
        raise RefusedSheetError("file_size" if data else "empty", path.name)
    return data


def _text_of(data: bytes, name: str) -> str:
    """Text of a CSV file, or a refusal of what is no UTF-8 text."""
    if name.startswith("~$"):
        raise UnsafeContentError("lock_file")
    if data.startswith(_OLE):
        raise UnsafeContentError("password" if "EncryptedPackage".encode("utf-16-le") in data else "old_xls")
    if b"%PDF-" in data[:1024]:
        raise UnsafeContentError("pdf")
    if b"\0" in data:
        raise UnsafeContentError("encoding" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "not_sheet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnsafeContentError("encoding") from None
    if text.lstrip()[:1] == "<":
        raise UnsafeContentError("html")
    return text


def _csv_sheet(text: str) -> Sheet:
    """Cells of a CSV file; the separator is the one that occurs most in the first line that is not empty."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    named = re.fullmatch(r"sep=(.)", first.strip())  # Excel writes and hides such a line
    delimiter = named[1] if named else max(";,\t", key=first.count)
    cells: dict[tuple[int, int], Cell] = {}
    try:
        for row, line in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
        ):
            if named and row == 1:
                continue
            for column, value in enumerate(line, 1):
                if value.strip():
                    cells[row, column] = Cell("text", value, value.strip())
            if len(cells) > MAX_CELLS or len(line) > MAX_COLUMN:
                raise UnsafeContentError("cells")
    except csv.Error:
        raise UnsafeContentError("quotes") from None
    return Sheet("", cells)
