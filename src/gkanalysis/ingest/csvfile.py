"""CSV files as people keep them: one reader that says what Excel did to them, and refuses what would lose a value."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from gkanalysis.ingest.archive import open_regular
from gkanalysis.ingest.refusal import RefusedSheetError, other_format

MAX_CELLS = 400_000
MAX_COLUMN = 16_384
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")

Lines = list[tuple[int, list[str]]]


def read_csv(path: Path) -> Lines:
    """Rows of a list that the team keeps as CSV, in UTF-8 or the encoding of Windows.

    Parameters
    ----------
    path : Path
        Sentences name the whole of it: each source has lists of the same names.

    Returns
    -------
    list of (row, values)
        Rows with any text, numbered from 1 as the program shows them. Values are as written.

    Raises
    ------
    RefusedSheetError
        If it is no text, no CSV, too large, or a quote is not closed, which would swallow rows.
    """
    file, size = open_regular(path, RefusedSheetError, str(path))
    with file:
        data = file.read(size)
    try:
        data.decode("utf-8")
    except (
        UnicodeDecodeError
    ):  # every value is held against a codebook, so that a wrong umlaut cannot slip in
        data = data.decode("cp1252", "replace").replace("\ufffd", "\0").encode()
    if b"\0" in data or data.startswith((b"PK\x03\x04", b"%PDF-")):
        raise RefusedSheetError("not_csv", str(path))
    return csv_lines(data, str(path))


def csv_lines(data: bytes, name: str) -> Lines:
    """Rows of the bytes of a CSV file in UTF-8, as `read_csv` gives them.

    Semicolon, comma or tab, whichever occurs most in the first line, or what Excel's line `sep=|` names.

    Examples
    --------
    >>> csv_lines(b"Tage;Ort\\n\\n1,5; Bonn\\n", "log.csv")
    [(1, ['Tage', 'Ort']), (3, ['1,5', ' Bonn'])]
    """
    text = _text_of(data, name)
    first = next((line for line in text.splitlines() if line.strip()), "")
    named = re.fullmatch(r"sep=(.)", first.strip())  # Excel writes and hides such a line
    delimiter = named[1] if named else max(";,\t", key=first.count)
    lines: Lines = []
    n_cells = 0
    try:  # strict: a quote that is never closed would swallow all following rows as one cell
        for row, values in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
        ):
            filled = sum(1 for value in values if value.strip())
            n_cells += filled
            if n_cells > MAX_CELLS or len(values) > MAX_COLUMN:
                raise RefusedSheetError("cells", name)
            if filled:
                lines.append((row, values))
    except csv.Error:
        raise RefusedSheetError("quotes", name) from None
    return lines[1:] if named else lines


def _text_of(data: bytes, name: str) -> str:
    """Text of a file, or a refusal of what is no text."""
    rule = other_format(data, Path(name).name, RefusedSheetError)
    if rule != RefusedSheetError.other:
        raise RefusedSheetError(rule, name)
    if b"\0" in data:
        raise RefusedSheetError("encoding" if data[:2] in _MARKS_OF_UTF16 else "not_sheet", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedSheetError("encoding", name) from None
    if text.lstrip()[:1] == "<":
        raise RefusedSheetError("html", name)
    return text
