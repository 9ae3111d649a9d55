"""The real grid of a table: merged cells, header rows, and the texts to the left and above."""

from gkanalysis.ingest.word_controls import is_on
from gkanalysis.ingest.word_model import WordTable
from gkanalysis.ingest.word_names import CELL_LOOK, ROW_LOOK, VAL, W
from gkanalysis.ingest.word_refusal import UnsafeContentError

MAX_COLUMNS = 500  # Word allows 63
MAX_GRID_CELLS = 200_000  # per table

_SPAN, _UP, _LEFT, _DELETED_CELL = W + "gridSpan", W + "vMerge", W + "hMerge", W + "cellDel"
MERGES = (_SPAN, _UP, _LEFT, _DELETED_CELL)
_BEFORE = W + "gridBefore"
_HEADER, _DELETED_ROW, _INSERTED_ROW = W + "tblHeader", W + "del", W + "ins"


class GridCell:
    """One stored cell on the grid; `origin` is the cell it is merged into, mostly itself.

    `text` is what it shows, `printed` the part outside its controls, on one line; `label` and `header` are the texts
    to its left and above; `is_tick` says that nothing but a tick stands in it.
    """

    __slots__ = (
        "column", "has_control", "header", "is_tick", "label", "origin", "printed", "row", "span", "table", "text"
    )  # fmt: skip

    def __init__(self, table, row, column, span):
        self.table = table
        self.row = row
        self.column = column
        self.span = span
        self.text = self.printed = self.label = self.header = ""
        self.has_control = self.is_tick = False
        self.origin = self

    @property
    def heads(self):
        """Whether it may head a column: nothing but text, and no question such as „Name:“."""
        printed = self.origin.printed
        return (
            bool(printed)
            and not printed.endswith(":")
            and not self.origin.has_control
            and not self.origin.is_tick
        )

    @property
    def columns(self):
        """The grid columns it covers."""
        return range(self.column, self.column + self.span)


class Grid:
    """A table under construction.

    Parameters
    ----------
    number : int
    place : str
    parent : GridCell or None
    before : str
        Printed text before the table: the label of what has no label inside it.
    has_merges : bool
        Whether any cell of the part is merged or deleted.
    """

    def __init__(self, number, place, parent, before, has_merges):
        self.number = number
        self._has_merges = has_merges
        self.place = place
        self.parent = parent
        self.before = before
        self.rows = []
        self.n_columns = 0
        self._marked_headers = set()
        self._merged_from = {}
        self._n_cells = 0
        self._next_column = 1

    def begin_row(self, row):
        """Begin a row with a `w:tr`; return "deleted", "inserted" or "" for its tracked change."""
        self._next_column = 1
        change, is_header = "", False
        for properties in row.iterchildren(ROW_LOOK):
            for child in properties.iterchildren(_BEFORE, _HEADER, _DELETED_ROW, _INSERTED_ROW):
                if child.tag == _BEFORE:
                    self._next_column = 1 + _number(child, 0)
                elif child.tag == _HEADER:
                    is_header = is_on(child) is not False
                else:
                    change = "deleted" if child.tag == _DELETED_ROW else "inserted"
        if change != "deleted":
            self.rows.append([])
            if is_header:
                self._marked_headers.add(len(self.rows))
        return change

    def add_cell(self, cell):
        """Place a `w:tc` on the grid; return the GridCell and whether a tracked change deleted it."""
        span, is_deleted, upward, leftward = 1, False, None, None
        for properties in cell.iterchildren(CELL_LOOK) if self._has_merges else ():
            for child in properties.iterchildren(*MERGES):
                if child.tag == _SPAN:
                    span = max(1, _number(child, 1))
                elif child.tag == _UP:
                    upward = child.get(VAL, "continue")
                elif child.tag == _LEFT:
                    leftward = child.get(VAL, "continue")
                else:
                    is_deleted = True
        row = self.rows[-1]
        column = self._next_column
        placed = GridCell(self, len(self.rows), column, span)
        self._next_column += span
        self._n_cells += span
        if self._next_column > self.n_columns + 1:
            self.n_columns = self._next_column - 1
        if self.n_columns > MAX_COLUMNS or self._n_cells > MAX_GRID_CELLS:
            raise UnsafeContentError("grid")
        if upward == "continue":
            placed.origin = self._merged_from.get(column, placed)
        elif leftward == "continue" and row:
            placed.origin = row[-1].origin
        if upward is None:
            if self._merged_from:
                self._merged_from.pop(column, None)
        elif placed.origin is placed:
            self._merged_from[column] = placed
        row.append(placed)
        return placed, is_deleted

    def finish(self, part):
        """Resolve labels and headers of all cells; return the WordTable."""
        header_rows = self._find_header_rows()
        headers, texts = {}, {}
        for number, cells in enumerate(self.rows, start=1):
            plain = beside_controls = ""
            for cell in cells:
                origin = cell.origin
                cell.label = plain or beside_controls
                cell.header = headers.get(cell.column, "")
                texts[number, cell.column] = origin.text
                if cell.span > 1:
                    texts |= {(number, column): origin.text for column in cell.columns}
                if origin.printed:
                    if origin.has_control:
                        beside_controls = origin.printed
                    else:
                        plain = origin.printed
            if number in header_rows:
                for cell in cells:
                    if cell.origin.printed:
                        headers |= dict.fromkeys(cell.columns, cell.origin.printed)
        parent = self.parent and (self.parent.table.number, self.parent.row, self.parent.column)
        size = (len(self.rows), self.n_columns)
        return WordTable(self.number, part, self.place, parent, *size, tuple(sorted(header_rows)), texts)

    def _find_header_rows(self):
        """Rows that head columns: marked in Word; else the first ones; and any row of texts in columns of controls."""
        with_control = {cell.column for cells in self.rows for cell in cells if cell.has_control}
        found = set(self._marked_headers)
        is_leading = not found
        for number, cells in enumerate(self.rows, start=1):
            if not any(cell.column > 1 for cell in cells):
                continue  # a title across the table
            if not all(cell.heads or (cell.column == 1 and not cell.origin.printed) for cell in cells):
                is_leading = False
            elif is_leading:
                # In a table of two columns the first row may be a question and its typed answer.
                if self.n_columns > 2 or self._has_only_ticks_below(number):
                    found.add(number)
                is_leading = any(cell.span > 1 for cell in cells) or self._reaches_below(number)
            elif self.n_columns > 2 and all(cell.column in with_control for cell in cells if cell.column > 1):
                found.add(number)
        return found

    def _has_only_ticks_below(self, number):
        """Whether the last column of the rows below is made for ticks."""
        below = [cell for cells in self.rows[number:] for cell in cells if cell.column == self.n_columns]
        return any(cell.is_tick for cell in below) and all(
            cell.is_tick or not cell.origin.text for cell in below
        )

    def _reaches_below(self, number):
        """Whether a cell of this row, or one above, reaches into the next row."""
        below = self.rows[number] if number < len(self.rows) else ()
        return any(cell.origin.row <= number for cell in below)


def _number(element, otherwise):
    """A small whole number; Word itself writes nothing else."""
    value = element.get(VAL, "")
    if value.isdecimal() and len(value) <= 6:
        return int(value)
    return otherwise
