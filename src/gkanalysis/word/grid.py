"""The real grid of a table: merged cells, header rows, and the texts to the left and above."""

from gkanalysis.word.model import WordTable
from gkanalysis.word.refusal import UnsafeContentError
from gkanalysis.word.xmlparts import ROW_LOOK, VAL, W, is_on

MAX_COLUMNS = 500  # Word allows 63
MAX_GRID_CELLS = 200_000  # per table

_SPAN, _UP, _LEFT, _DELETED_CELL = W + "gridSpan", W + "vMerge", W + "hMerge", W + "cellDel"
_MERGES = frozenset({_SPAN, _UP, _LEFT, _DELETED_CELL})
_BEFORE, _HEADER, _DELETED_ROW, _INSERTED_ROW = W + "gridBefore", W + "tblHeader", W + "del", W + "ins"


class GridCell:
    """One stored cell on the grid; `origin` is the cell it is merged into, None for most.

    `text` is what it shows, `printed` the part outside its controls, on one line; `label` and `header` are the texts
    to its left and above; `is_tick` says that nothing but a tick stands in it.
    """

    text = printed = label = header = ""
    has_control = is_tick = is_deleted = False
    origin = None

    def __init__(self, table, row, column, span):
        self.table = table
        self.row = row
        self.column = column
        self.span = span

    @property
    def whole(self):
        """The cell that holds the content: itself, or the one it is merged into."""
        return self.origin or self

    @property
    def heads(self):
        """Whether it may head a column: nothing but text, and no question such as „Name:“."""
        whole = self.origin or self
        printed = whole.printed
        return not (not printed or whole.has_control or whole.is_tick or printed.endswith(":"))

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
    """

    def __init__(self, number, place, parent, before):
        self.number = number
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
            for child in properties[:]:
                tag = child.tag
                if tag == _BEFORE:
                    self._next_column = 1 + _number(child, 0)
                elif tag == _HEADER:
                    is_header = is_on(child) is not False
                elif tag == _DELETED_ROW:
                    change = "deleted"
                elif tag == _INSERTED_ROW:
                    change = "inserted"
        if change != "deleted":
            self.rows.append([])
            if is_header:
                self._marked_headers.add(len(self.rows))
        return change

    def add_cell(self, properties):
        """Place a cell with a `w:tcPr` element (or none) on the grid; return the GridCell."""
        span, is_deleted, upward, leftward = 1, False, None, None
        for child in properties[:]:
            tag = child.tag
            if tag not in _MERGES:
                continue
            if tag == _SPAN:
                span = max(1, _number(child, 1))
            elif tag == _UP:
                upward = child.get(VAL, "continue")
            elif tag == _LEFT:
                leftward = child.get(VAL, "continue")
            else:
                is_deleted = True
        row = self.rows[-1]
        column = self._next_column
        cell = GridCell(self, len(self.rows), column, span)
        self._next_column = after = column + span
        self._n_cells += span
        if after > self.n_columns + 1:
            self.n_columns = after - 1
            if self.n_columns > MAX_COLUMNS:
                raise UnsafeContentError("grid")
        if self._n_cells > MAX_GRID_CELLS:
            raise UnsafeContentError("grid")
        if is_deleted:
            cell.is_deleted = True
        if upward == "continue":
            cell.origin = self._merged_from.get(column)
        elif leftward == "continue" and row:
            cell.origin = row[-1].whole
        if upward is None:
            if self._merged_from:
                self._merged_from.pop(column, None)
        elif cell.origin is None:
            self._merged_from[column] = cell
        row.append(cell)
        return cell

    def finish(self, part):
        """Resolve labels and headers of all cells; return the WordTable and let go of the rows."""
        header_rows = self._find_header_rows()
        headers, texts = {}, {}
        for number, cells in enumerate(self.rows, start=1):
            plain = beside_controls = ""
            for cell in cells:
                whole = cell.origin or cell
                cell.label = plain or beside_controls
                if headers:
                    cell.header = headers.get(cell.column, "")
                texts[number, cell.column] = whole.text
                if cell.span > 1:
                    texts |= {(number, column): whole.text for column in cell.columns}
                if whole.printed:
                    if whole.has_control:
                        beside_controls = whole.printed
                    else:
                        plain = whole.printed
            if number in header_rows:
                for cell in cells:
                    if cell.whole.printed:
                        headers |= dict.fromkeys(cell.columns, cell.whole.printed)
        parent = self.parent and (self.parent.table.number, self.parent.row, self.parent.column)
        size = (len(self.rows), self.n_columns)
        # Cells know their table: without this each table would live until the garbage collector finds it.
        self.rows, self._merged_from = [], {}
        return WordTable(self.number, part, self.place, parent, *size, tuple(sorted(header_rows)), texts)

    def _find_header_rows(self):
        """Rows that head columns: marked in Word; else the first ones; and any row of texts in columns of controls."""
        with_control = {cell.column for cells in self.rows for cell in cells if cell.has_control}
        found = set(self._marked_headers)
        is_leading = not found
        for number, cells in enumerate(self.rows, start=1):
            if not cells or cells[-1].column == 1:
                continue  # a title across the table
            if not all(cell.heads or (cell.column == 1 and not cell.whole.printed) for cell in cells):
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
            cell.is_tick or not cell.whole.text for cell in below
        )

    def _reaches_below(self, number):
        """Whether a cell of this row, or one above, reaches into the next row."""
        below = self.rows[number] if number < len(self.rows) else ()
        return any(cell.whole.row <= number for cell in below)


def _number(element, otherwise):
    """A small whole number; Word itself writes nothing else."""
    value = element.get(VAL, "")
    if value.isdecimal() and len(value) <= 6:
        return int(value)
    return otherwise
