"""What stands in a list is in its table or set aside: files, rows and cells, counted anew in the spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gkanalysis.codebook.lists import normalised, read_list_book
from gkanalysis.ingest.workbook import read_workbook
from gkanalysis.verify.sums import account

if TYPE_CHECKING:
    from gkanalysis.codebook.lists import ListBook
    from gkanalysis.ingest.workbook import Sheet
    from gkanalysis.report.chapter import Chapter

USED, ASIDE = "verwendet", "zurückgestellt mit Grund"


def list_rows(chapter: Chapter, source: str) -> Iterator[dict[str, Any]]:
    """One row per sum of a source that is a list, as `gkanalysis.verify.accounts.account_rows` gives them."""
    book = read_list_book(chapter.paths.codebook(source))
    rows, files, losses = (chapter.table(f"{source}-{name}") for name in ("rows", "files", "losses"))
    folder = chapter.paths.data / source
    by_status = {s: files.loc[files["status"] == s, "file"] for s in ("read", "left_out")}
    went = {"gelesen": by_status["read"], "ausgelassen": by_status["left_out"]}
    yield account(f"{source}: Dateien", [p.name for p in folder.iterdir()], went)
    of_files = losses.loc[losses["unit"] == "file", "file"]
    yield account(f"{source}: ausgelassene Dateien", by_status["left_out"], {"mit Grund": of_files})

    sheet, heading, columns = _heading(read_workbook(folder / book.file), book)
    below = {(row, at) for row, at in sheet.cells if row > heading}
    named = sorted({row for row, at in below if at in columns})
    yield account(f"{source}: Zeilen", map(str, named), {USED: rows["row"].astype(str)})
    cells = [f"Zeile {row}, {columns[at]}" for row, at in sorted(below) if at in columns]
    values = [
        f"Zeile {r['row']}, {c.name}"
        for r in rows.to_dict("records")
        for c in book.spec.columns
        if r[c.name] == r[c.name] and r[c.name] is not None
    ]
    lost = losses[losses["unit"] == "cell"]
    aside = [
        f"{re.search('Zeile [0-9]+', p)[0]}, {c}" for p, c in zip(lost["place"], lost["item_id"], strict=True)
    ]
    yield account(f"{source}: ausgefüllte Zellen", cells, {USED: values, ASIDE: aside})


def _heading(sheets: tuple[Sheet, ...], book: ListBook) -> tuple[Sheet, int, dict[int, str]]:
    """The sheet, its first row with a heading of the codebook, and the columns: position -> name."""
    names = {normalised(t): c.name for c in book.spec.columns for t in (c.name, *c.titles)}
    wanted = {normalised(s) for s in book.spec.sheets}
    of_name = [s for s in sheets if normalised(s.name) in wanted]
    best: tuple[int, Sheet, int] = (0, sheets[0], 0)
    for sheet in of_name or sheets:
        for row in sorted({row for row, _ in sheet.cells}):
            n = sum(normalised(c.shown) in names for (r, _), c in sheet.cells.items() if r == row)
            best = max(best, (n, sheet, row), key=lambda found: found[0])
    _, sheet, row = best
    columns = {at: names.get(normalised(c.shown), "") for (r, at), c in sheet.cells.items() if r == row}
    return sheet, row, {at: name for at, name in columns.items() if name}
