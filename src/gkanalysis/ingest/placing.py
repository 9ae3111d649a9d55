"""Find where the rows, columns and answers of a printed form stand in a received one.

A row or column stands where the printed form has it only if its label is there too; else where its label
stands once. People insert, delete, merge and split cells: what cannot be placed with certainty has no place.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from gkanalysis.codebook.layout import FormTable, Slot
from gkanalysis.ingest.word.model import WordTable

Cell = tuple[int, int, int]
Place = tuple[Slot, Cell | None, str]
_NOISE = re.compile(r"[\s\u00ad\u00a0]+|-\s+")


@lru_cache(maxsize=4096)  # nearly all texts of a form are printed ones, the same in every form
def normalise(text: str) -> str:
    """Text for comparison: case, white space, soft hyphens and line-end hyphens do not count.

    Examples
    --------
    >>> normalise("Migrantenselbst- organisationen ") == normalise("migrantenselbstorganisationen")
    True
    """
    return _NOISE.sub("", text).casefold()


class ReceivedTable:
    """A received table with normalised texts and the columns in which the cells of each row begin."""

    def __init__(self, table: WordTable) -> None:
        self.number, self.n_rows = table.number, table.n_rows
        self.texts = {cell: normalise(text) for cell, text in table.texts.items()}
        self.content = frozenset(self.texts.values())
        self.starts: dict[int, list[int]] = {}
        self._cells: dict[str, list[tuple[int, int]]] = {}

    def where(self, text: str) -> list[tuple[int, int]]:
        """Row and column of each cell with a text; a merged cell counts where it begins."""
        if not self._cells:
            for (row, column), found in self.texts.items():
                if column in self.starts.get(row, ()):
                    self._cells.setdefault(found, []).append((row, column))
        return self._cells.get(text, [])


def printed_labels(layout: FormTable) -> frozenset[str]:
    """The normalised texts that a table prints."""
    return frozenset(normalise(t) for t in layout.printed.values()) - {""}


def align_tables(
    labels: Mapping[int, frozenset[str]], tables: Iterable[ReceivedTable]
) -> dict[int, ReceivedTable]:
    """Received table for each printed one, by the texts they share; the closest pair is tied first.

    A pair shares at least a third of the printed texts: headings alone, which the blocks of a grid have in
    common, tie a table only where nothing fits better.
    """
    tables, aligned, taken = list(tables), {}, set()
    shared = [
        (-len(words & t.content), number, k) for number, words in labels.items() for k, t in enumerate(tables)
    ]
    for negative, number, k in sorted(shared):
        if number not in aligned and k not in taken and -3 * negative >= len(labels[number]):
            aligned[number] = tables[k]
            taken.add(k)
    return aligned


class TablePlaces:
    """The places of all slots of a printed table in a received one.

    `tag_rows` has the received row in which the controls of a printed row stand, if there is one.
    """

    def __init__(self, layout: FormTable, table: ReceivedTable, tag_rows: Mapping[int, int]) -> None:
        self.layout, self.table = layout, table
        self.columns: dict[int, int] = {}
        self.header_row, self.header_starts = 0, []
        if layout.n_header_rows:
            self._find_columns()
        self.labels = {
            row: normalise(layout.printed.get((row, 1 if layout.n_header_rows else 2), ""))
            for row in range(layout.n_header_rows + 1, layout.last_printed_row + 1)
        }
        self.rows = self._find_rows(tag_rows)
        self._printed = {
            (self.columns.get(column, column), normalise(text))
            for (_, column), text in layout.printed.items()
        }

    def __iter__(self) -> Iterator[Place]:
        """Each slot with its cell and how that was found; rows added by hand get slots of their own."""
        for slot in self.layout.slots:
            if not slot.extra:
                yield slot, *self._cell(slot)
        by_row: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.layout.slots:
            if slot.extra:
                by_row[slot.row].append(slot)
        printed_rows = sorted(by_row)
        for k, row in enumerate(self._free_rows() if by_row else ()):
            added = max(0, k + 1 - len(printed_rows))
            for slot in by_row[printed_rows[min(k, len(printed_rows) - 1)]]:
                if cell := self._cell_at(row, slot.column):
                    yield replace(slot, occurrence=slot.occurrence + added), cell, "position"

    def prints(self, column: int, text: str) -> bool:
        """Whether the form itself prints a text in a column of the received table."""
        return (column, text) in self._printed

    def _find_columns(self) -> None:
        """Tie the printed columns to received ones by the lowest printed heading."""
        head = min(2, self.layout.n_header_rows)
        labels = {c: normalise(self.layout.printed[head, c]) for c in range(1, self.layout.n_columns + 1)}
        printed = Counter(row for (row, _), text in self.table.texts.items() if text in labels.values())
        rows = sorted({row for row, _ in self.table.texts})
        self.header_row = max(rows, key=lambda row: printed[row], default=0)
        for column, label in labels.items():
            columns = {c for r, c in self.table.where(label) if r <= self.header_row}
            if len(columns) == 1:
                self.columns[column] = columns.pop()
        first = self.header_row - head + 1
        self.header_starts = sorted(
            {c for r in range(first, self.header_row + 1) for c in self.table.starts.get(r, ())}
        )

    def _find_rows(self, tag_rows: Mapping[int, int]) -> dict[int, tuple[int, int, str]]:
        """Printed row -> received row, column of its label, and how it was found."""
        rows = {}
        label_column = self.columns.get(1, 0) if self.layout.n_header_rows else 2
        for row, label in self.labels.items():
            if not label:
                continue
            cells = [(r, c) for r, c in self.table.where(label) if r > self.header_row]
            if self.layout.n_header_rows:
                cells = [(r, c) for r, c in cells if c == label_column]
            if (row, label_column) in cells:
                rows[row] = (row, label_column, "position")
            elif len(cells) == 1:
                rows[row] = (*cells[0], "label")
            elif row in tag_rows:
                rows[row] = (tag_rows[row], label_column, "tag")
        return rows

    def _free_rows(self) -> list[int]:
        """Rows below the last printed one, if that is certain to be the last."""
        if self.layout.last_printed_row <= self.layout.n_header_rows:
            last = self.header_row
        else:
            last = self.rows.get(self.layout.last_printed_row, (0,))[0]
        if not last or any(row > last for row, _, _ in self.rows.values()):
            return []
        return list(range(last + 1, self.table.n_rows + 1))

    def _cell(self, slot: Slot) -> tuple[Cell | None, str]:
        if slot.row not in self.rows:
            return None, ""
        row, label_column, how = self.rows[slot.row]
        if self.layout.n_header_rows:
            cell = self._cell_at(row, slot.column)
            moved = self.columns.get(slot.column) != slot.column
        else:  # number, label, answer: the answer is the only cell right of the label
            right = [c for c in self.table.starts.get(row, ()) if c > label_column]
            cell = (self.table.number, row, right[0]) if len(right) == 1 else None
            moved = False
        if cell is None:
            return None, ""
        return cell, "label" if moved and how == "position" else how

    def _cell_at(self, row: int, column: int) -> Cell | None:
        """The cell of a row under a heading; None in a row with merged or split cells."""
        starts = self.table.starts.get(row, ())
        if column not in self.columns or len(starts) != len(self.header_starts):
            return None
        return (self.table.number, row, starts[self.header_starts.index(self.columns[column])])
