"""The real grid of a table: merged cells, and the text to the left of each."""

from collections import Counter

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.glyphs import is_vivid
from gkanalysis.ingest.word.model import WordTable
from gkanalysis.ingest.word.pieces import Control
from gkanalysis.ingest.word.xmlparts import CELL_LOOK, ROW_LOOK, VAL, W

MAX_COLUMNS = 500  # Word allows 63
MAX_GRID_CELLS = 200_000  # per table
_SHADE = W + "shd"
_SPECIAL = {W + n for n in ["gridSpan", "vMerge", "hMerge", "cellDel", "gridBefore", "del", "ins"]}


def special_looks(root):
    """The `w:trPr` and `w:tcPr` of a part that say more than widths and colours: most do not."""
    looks = {element.getparent() for element in root.iter(*_SPECIAL, _SHADE) if _is_special(element)}
    return {look for look in looks if look is not None and look.tag in (ROW_LOOK, CELL_LOOK)}


class GridCell(Control):
    """One stored cell on the grid, which may be a field of its own; `origin` is the cell it is merged into, or None.

    `text` is what it shows, `printed` the part outside its controls, on one line; `label` is the text to its left.
    """

    text = printed = ""
    has_control = is_deleted = is_vivid = False
    origin = None
    span = 1

    def __init__(self, element, table, row, column):
        self.kind, self.element, self.cell = "", element, None
        self.table, self.row, self.column = table, row, column

    @property
    def whole(self):
        """The cell that holds the content: itself, or the one it is merged into."""
        return self.origin or self


class Grid:
    """A table under construction; `before` is the printed text before it, `special` are `special_looks` of its part."""

    def __init__(self, number, parent, before, special):
        self.number, self.parent, self.before, self._special = number, parent, before, special
        self.rows = []
        self.n_columns = 0
        self._merged_from = {}
        self._n_cells = 0
        self._next_column = 1

    def begin_row(self, row):
        """Begin a row; return "deleted", "inserted" or "" for its tracked change."""
        if "del" in (looks := self._looks(row[:])):
            return "deleted"
        self.rows.append([])
        self._next_column = 1 + _number(looks.get("gridBefore"), 0)
        return "inserted" if "ins" in looks else ""

    def add_cell(self, element, blocks):
        """Place a `w:tc` with these blocks on the grid; return the GridCell."""
        row, column = self.rows[-1], self._next_column
        cell = GridCell(element, self, len(self.rows), column)
        if looks := self._looks(blocks):
            self._merge(cell, looks)
        elif self._merged_from:
            self._merged_from.pop(column, None)
        self._next_column = column + cell.span
        if self._next_column > self.n_columns:
            self.n_columns = self._next_column - 1
        self._n_cells += cell.span
        if self.n_columns > MAX_COLUMNS or self._n_cells > MAX_GRID_CELLS:
            raise UnsafeContentError("grid")
        row.append(cell)
        return cell

    def _looks(self, blocks):
        """What a row or cell with these blocks says beyond widths and colours, by the name of the element."""
        for properties in blocks if self._special else ():
            if properties in self._special:
                return {look.tag.removeprefix(W): look for look in properties if _is_special(look)}
        return {}

    def _merge(self, cell, looks):
        """Span and origin of a cell whose `w:tcPr` says something special."""
        cell.span = max(1, _number(looks.get("gridSpan"), 1))
        cell.is_deleted, cell.is_vivid = "cellDel" in looks, "shd" in looks
        # whether it continues a merge; None if it has no part in any
        merges = {
            name: looks[name].get(VAL, "continue") == "continue" for name in ("vMerge", "hMerge") if name in looks
        }
        upward, leftward = merges.get("vMerge"), merges.get("hMerge")
        if upward:
            cell.origin = self._merged_from.get(cell.column)
        elif leftward and self.rows[-1]:
            cell.origin = self.rows[-1][-1].whole
        if upward is None:
            self._merged_from.pop(cell.column, None)
        elif cell.origin is None:
            self._merged_from[cell.column] = cell

    def finish(self, part, place):
        """Resolve labels of all cells; return the WordTable and let go of the rows."""
        self._note_shades()
        texts = {}
        for number, cells in enumerate(self.rows, start=1):
            plain = beside_controls = ""
            for cell in cells:
                whole = cell.whole
                cell.label = plain or beside_controls or cell.label
                texts |= dict.fromkeys(((number, cell.column + k) for k in range(cell.span)), whole.text)
                if whole.has_control:
                    beside_controls = whole.printed or beside_controls
                else:
                    plain = whole.printed or plain
        parent = self.parent and (self.parent.table.number, self.parent.row, self.parent.column)
        n_rows = len(self.rows)
        # Cells know their table: without this each table would live until the garbage collector finds it.
        self.rows, self._merged_from = [], {}
        return WordTable(self.number, part, place, parent, n_rows, self.n_columns, texts)

    def _note_shades(self):
        """Note cells of a vivid colour that most others of their column do not have: a colour of all is the form's."""
        vivid = [cell for cells in self.rows for cell in cells if cell.is_vivid]
        n_vivid = Counter(cell.column for cell in vivid)
        n_cells = Counter(cell.column for cells in self.rows for cell in cells if vivid)
        for cell in vivid:
            if 2 * n_vivid[cell.column] <= n_cells[cell.column]:
                cell.note("shaded")


def _is_special(look):
    """Whether a part of a look says more than widths and pale colours."""
    return look.tag in _SPECIAL or (look.tag == _SHADE and is_vivid(look))


def _number(element, otherwise):
    """A small whole number; Word itself writes nothing else."""
    value = "" if element is None else element.get(VAL, "")
    return int(value) if value.isdecimal() and len(value) <= 6 else otherwise
