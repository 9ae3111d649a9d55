"""The real grid of a table: merged cells, header rows, and the texts to the left and above."""

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.model import WordTable
from gkanalysis.ingest.word.pieces import Control
from gkanalysis.ingest.word.xmlparts import CELL_LOOK, ROW_LOOK, VAL, W, is_on

MAX_COLUMNS = 500  # Word allows 63
MAX_GRID_CELLS = 200_000  # per table

_SPAN, _UP, _LEFT, _DELETED_CELL = W + "gridSpan", W + "vMerge", W + "hMerge", W + "cellDel"
_BEFORE, _HEADER, _DELETED_ROW, _INSERTED_ROW = W + "gridBefore", W + "tblHeader", W + "del", W + "ins"
_SPECIAL = (_SPAN, _UP, _LEFT, _DELETED_CELL, _BEFORE, _HEADER, _DELETED_ROW, _INSERTED_ROW)


def special_looks(root):
    """Elements `w:tcPr` and `w:trPr` of a part that say more than widths and colours: few of many, found at once."""
    looks = {element.getparent() for element in root.iter(*_SPECIAL)}
    return frozenset(look for look in looks if look.tag in (CELL_LOOK, ROW_LOOK))


class GridCell(Control):
    """One stored cell on the grid, which may be a field of its own; `origin` is the cell it is merged into, or None.

    `text` is what it shows, `printed` the part outside its controls, on one line; `label` and `header` are the texts
    to its left and above; `is_tick` says that nothing but a tick stands in it.
    """

    text = printed = header = ""
    has_control = is_tick = is_deleted = False
    origin = None
    span = 1

    def __init__(self, place, table, row, column):
        self.kind = ""
        self.place = place
        self.table = table
        self.row = row
        self.column = column

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
    special : frozenset of lxml element
        See `special_looks`.
    """

    def __init__(self, number, place, parent, before, special):
        self.number = number
        self.place = place
        self.parent = parent
        self.before = before
        self._special = special
        self.rows = []
        self.n_columns = 0
        self._marked_headers = set()
        self._merged_from = {}
        self._n_cells = 0
        self._next_column = 1

    def begin_row(self, row):
        """Begin a row with the children of a `w:tr`; return "deleted", "inserted" or "" for its tracked change."""
        self._next_column = 1
        change, is_header = "", False
        for properties in () if self._special.isdisjoint(row) else self._special.intersection(row):
            for child in properties:
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

    def add_cell(self, children, place):
        """Place a cell with the children of a `w:tc` on the grid; return the GridCell."""
        column = self._next_column
        row = self.rows[-1]
        cell = GridCell(place, self, len(self.rows), column)
        if not self._special.isdisjoint(children):
            self._merge(cell, children, row)
        elif self._merged_from:
            self._merged_from.pop(column, None)
        self._next_column = after = column + cell.span
        self._n_cells += cell.span
        if after > self.n_columns + 1:
            self.n_columns = after - 1
        if self.n_columns > MAX_COLUMNS or self._n_cells > MAX_GRID_CELLS:
            raise UnsafeContentError("grid")
        row.append(cell)
        return cell

    def _merge(self, cell, children, row):
        """Span and origin of a cell whose `w:tcPr` says something special."""
        upward = leftward = None
        for properties in self._special.intersection(children):
            for child in properties:
                tag = child.tag
                if tag == _SPAN:
                    cell.span = max(1, _number(child, 1))
                elif tag == _UP:
                    upward = child.get(VAL, "continue")
                elif tag == _LEFT:
                    leftward = child.get(VAL, "continue")
                elif tag == _DELETED_CELL:
                    cell.is_deleted = True
        if upward == "continue":
            cell.origin = self._merged_from.get(cell.column)
        elif leftward == "continue" and row:
            cell.origin = row[-1].whole
        if upward is None:
            self._merged_from.pop(cell.column, None)
        elif cell.origin is None:
            self._merged_from[cell.column] = cell

    def finish(self, part):
        """Resolve labels and headers of all cells; return the WordTable and let go of the rows."""
        header_rows = self._find_header_rows()
        headers, texts = {}, {}
        for number, cells in enumerate(self.rows, start=1):
            plain = beside_controls = ""
            for cell in cells:
                whole = cell.origin or cell
                if plain or beside_controls:
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
        found = set(self._marked_headers)
        is_leading = not found
        with_control = None
        # In a table of two columns the first row may be a question and its typed answer.
        may_lead = self._rows_above_ticks() if self.n_columns <= 2 else range(1, len(self.rows) + 1)
        for number, cells in enumerate(self.rows, start=1):
            if not cells or cells[-1].column == 1:
                continue  # a title across the table
            # The last cell first: it is empty or has a control in most rows that head nothing.
            if not cells[-1].heads or not all(
                cell.heads or (cell.column == 1 and not cell.whole.printed) for cell in cells
            ):
                is_leading = False
            elif is_leading:
                if number in may_lead:
                    found.add(number)
                is_leading = any(cell.span > 1 for cell in cells) or self._reaches_below(number)
            elif self.n_columns > 2:
                if with_control is None:
                    with_control = {cell.column for row in self.rows for cell in row if cell.has_control}
                if all(cell.column in with_control for cell in cells if cell.column > 1):
                    found.add(number)
        return found

    def _rows_above_ticks(self):
        """Numbers of the rows below which the last column is made for ticks."""
        found, has_tick, has_text = set(), False, False
        for number in range(len(self.rows), 0, -1):
            if has_tick and not has_text:
                found.add(number)
            for cell in self.rows[number - 1]:
                if cell.column == self.n_columns:
                    has_tick |= cell.is_tick
                    has_text |= not cell.is_tick and bool(cell.whole.text)
        return found

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
