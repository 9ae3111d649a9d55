"""CSV files: one reader that says what Excel did to them, and the lists that the team keeps beside received files."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from gkanalysis.codebook.lists import normalised
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.refusal import RefusedSheetError, other_format

MAX_CELLS = 400_000
MAX_COLUMN = 16_384
HEADING_ROWS = 30  # the heading is looked for in so many rows
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_QUOTED = re.compile('"[^"]*"')
# In the encoding of Windows these letters of a word are bytes that a Mac or MS-DOS uses for signs.
_UMLAUT = re.compile("[A-Za-z][äöüßÄÖÜ]|[äöüÄÖÜ][A-Za-z]")
# What shows another encoding: signs where Latin-9 has others, a capital after a small letter, signs in or at a word.
_NOT_WINDOWS = re.compile(
    "[¤¦¨´¸¼½¾]|[a-zß-ÿšžœ][À-ÖØ-ÞŠŽŒŸ]|[A-Za-zÀ-ÿ][„‚]|[¡¢£¥©ª¬®¯¹º¿][A-Za-z]|[A-Za-z][¡¢£¥©ª¬®¯¹º¿]"
    "|[A-Za-z][^\x00-\x7fÀ-ÖØ-öø-ÿŠšŽžŒœŸ“–’…·\xa0\xad][A-Za-zÀ-ÿ]"
)


def column_letter(column: int) -> str:
    """Name of a column as the program shows it."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def area_name(area: tuple[int, int, int, int]) -> str:
    """Name of the cells from top and left to bottom and right, such as A1:C2."""
    top, left, bottom, right = area
    return f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"


def few(things: Sequence[object], most: int = 5) -> str:
    """The first of several things, and … if there are more."""
    return ", ".join(map(str, things[:most])) + (" …" if len(things) > most else "")


def csv_lines(data: bytes, name: str, headings: Iterable[str] = ()) -> list[tuple[int, list[str]]]:
    """Row, as the program counts it, and values of each row of a CSV file that has any text.

    Semicolon, comma or tab: what Excel's line `sep=|` names, else what separates most of the expected `headings`, else
    what occurs most in the first line outside of quotes. UTF-8, or Windows-1252 where nothing else can be meant.
    Refused if it is no text, too large, or a quote is not closed, which would swallow rows.
    """
    text = csv_text(data, name)
    named, delimiter = csv_delimiter(text, headings)
    lines: list[tuple[int, list[str]]] = []
    n_cells = 0
    try:  # strict: a quote that is never closed would swallow all following rows as one cell
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for row, values in enumerate(reader, 1):
            filled = sum(1 for value in values if value.strip())
            n_cells += filled
            if n_cells > MAX_CELLS or len(values) > MAX_COLUMN:
                raise RefusedSheetError("cells", name)
            if filled:
                lines.append((row, values))
    except csv.Error:
        raise RefusedSheetError("quotes", name) from None
    return lines[1:] if named else lines


def csv_delimiter(text: str, headings: Iterable[str] = ()) -> tuple[bool, str]:
    """Whether the first line of a CSV file names what separates its values, and what does."""
    first = next((line for line in _QUOTED.sub("", text[:100_000]).splitlines() if line.strip()), "")
    if named := re.fullmatch(r"sep=(.)", first.strip()):  # Excel writes and hides such a line
        return True, named[1]
    wanted = set(map(normalised, headings))
    return False, max(";,\t", key=lambda d: (_n_headings(text, d, wanted), first.count(d)))


def _n_headings(text: str, delimiter: str, wanted: set[str]) -> int:
    """How many of the headings a delimiter parts in the first rows."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return max((sum(normalised(cell) in wanted for cell in row) for row in islice(rows, HEADING_ROWS)), default=0)
    except csv.Error:
        return 0


def csv_text(data: bytes, name: str) -> str:
    """Text of a file, or a refusal of what is no text."""
    rule = other_format(data, Path(name).name, RefusedSheetError)
    is_named_xlsx = name.lower().endswith(".xlsx")
    if rule != RefusedSheetError.other or is_named_xlsx:
        raise RefusedSheetError("not_xlsx" if is_named_xlsx and rule == RefusedSheetError.other else rule, name)
    if b"\0" in data:
        raise RefusedSheetError("encoding" if data[:2] in _MARKS_OF_UTF16 else "not_sheet", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _windows_text(data)
    if text is None:
        raise RefusedSheetError("encoding", name) from None
    if text.lstrip()[:1] == "<":
        raise RefusedSheetError("html", name)
    return text


def _windows_text(data: bytes) -> str | None:
    """Text in the encoding of Windows, if that makes words with umlauts of it, and nothing that no word has.

    That of Polish, Czech or Turkish Windows must be the same text, or be none.
    """
    readings = []
    for encoding in ("cp1252", "cp1250", "cp1254"):
        try:
            readings.append(data.decode(encoding))
        except UnicodeDecodeError:
            readings.append(None if encoding == "cp1252" else readings[0])
    text = readings[0] if len(set(readings)) == 1 else None
    return text if text and _UMLAUT.search(text) and not _NOT_WINDOWS.search(text) else None


def read_rows(path: Path, columns: Sequence[str], *, optional: Iterable[str] = ()) -> list[dict[str, str]]:
    """Rows of a list that the team keeps as CSV, as text, each with `row`, its line in the sheet.

    An `IngestError` if it is no CSV, columns are missing, unknown or repeated, or rows ragged; its sentence names the
    whole path, since each source has lists of the same names.
    """
    data = read_regular(path, RefusedSheetError, str(path))
    if b"\0" in data or data.startswith((b"PK\x03\x04", b"%PDF-")):
        raise RefusedSheetError("not_csv", str(path))
    lines = csv_lines(data, str(path), columns)
    width = max((k for _, cells in lines for k, cell in enumerate(cells, 1) if cell.strip()), default=0)
    lines = [(row, cells[:width]) for row, cells in lines]  # Excel saves columns that were emptied
    heading, cells = lines[0] if lines else (1, [])
    header = [cell.strip() for cell in cells]
    missing = [c for c in columns if c not in header and c not in set(optional)]
    unknown = [h for h in header if h and (h not in columns or header.count(h) > 1)]
    nameless = ", ".join(f"Spalte {column_letter(k)}" for k, h in enumerate(header, 1) if not h)
    if missing or unknown or nameless:
        raise IngestError(
            f"„{path}“, Zeile {heading}: Spalten passen nicht (fehlend: {_listed(missing)}; unbekannt oder doppelt: "
            f"{_listed(unknown)}{nameless and f'; ohne Überschrift: {nameless}'}). Erlaubt sind: {', '.join(columns)}."
        )
    if ragged := [f"Zeile {row} hat {len(cells)}" for row, cells in lines[1:] if len(cells) != len(header)]:
        told = f"„{path}“: {', '.join(ragged)} statt {len(header)} Felder"
        raise IngestError(f"{told}; bitte Trennzeichen und Zeilen prüfen.")
    rows = [dict(zip(header, map(str.strip, cells), strict=True)) | {"row": str(row)} for row, cells in lines[1:]]
    return [dict.fromkeys(columns, "") | row for row in rows]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"„{name}“" for name in sorted(set(names))) or "keine"
