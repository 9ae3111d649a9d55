"""Read tables: rows, cells, the controls around them, and the field of a cell's own text."""

from gkanalysis.ingest.word.grid import Grid
from gkanalysis.ingest.word.inline import InlineReader
from gkanalysis.ingest.word.labels import label_line, settle_rest, settle_text
from gkanalysis.ingest.word.model import TICK_KINDS
from gkanalysis.ingest.word.pieces import Flow, Line, clean, flow_text, has_control, one_line, printed_text
from gkanalysis.ingest.word.xmlparts import (
    CELL,
    CELL_LOOK,
    IGNORED,
    PARAGRAPH,
    ROW,
    SDT,
    TRANSPARENT,
    short_name,
    step,
)


class TableReader(InlineReader):
    """Reads tables; the subclass reads the blocks of a cell (`read_blocks`).

    Parameters
    ----------
    part, placeholders, skipped, looks
        See `InlineReader`.
    tables : list of WordTable
        Receives every table; a table inside another one comes after it.
    special : frozenset of lxml element
        From `special_looks` for this part.
    """

    def __init__(self, part, placeholders, skipped, looks, tables, special):
        super().__init__(part, placeholders, skipped, looks)
        self.tables = tables
        self._special = special

    def read_table(self, table, path, flow):
        """A table, nested ones with numbers of their own."""
        self.deeper()
        flow.has_table = True
        grid = Grid(len(self.tables) + 1, path, self.cell, flow.printed_before(), self._special)
        self.tables.append(None)
        outer_cell, self.cell = self.cell, None
        self._read_rows(table, path, grid)
        self.cell = outer_cell
        self.tables[grid.number - 1] = grid.finish(self.part)
        self.depth -= 1

    def _read_rows(self, parent, path, grid):
        """Rows of a table, of a control around rows, or of a repeating section."""
        n_rows, counts = 0, {}
        for child in parent[:]:
            tag = child.tag
            if tag == ROW:
                n_rows += 1
                self._read_row(child, f"{path}/w:tr[{n_rows}]", grid)
            elif tag in IGNORED:
                continue
            elif tag == SDT:
                self._read_row_control(child, path + step(child, counts), grid)
            elif tag in TRANSPARENT:
                self.deeper()
                self._read_rows(child, path + step(child, counts), grid)
                self.depth -= 1
            else:
                self.note_skipped(path + step(child, counts), short_name(child), "".join(child.itertext()))

    def _read_row_control(self, sdt, path, grid):
        """A control around rows only holds them together."""
        self.deeper()
        control, content, content_path = self.open_control(sdt, path)
        first = len(grid.rows)
        self._read_rows(content, content_path, grid)
        rows = grid.rows[first:]
        control.cell = next((cells[0] for cells in rows if cells), None)
        text = "\n".join("\t".join(cell.text for cell in cells) for cells in rows)
        self.finish_control(control, [text], content, is_container=True)
        self.depth -= 1

    def _read_row(self, row, path, grid):
        """One row; a row that a tracked change deleted is no row any more."""
        children = row[:]
        change = grid.begin_row(children)
        if change == "deleted":
            self.note_skipped(path, "tracked_deletion", " ".join(row.itertext()))
            return
        self.is_inserting += change == "inserted"
        self._read_cells(children, path, grid)
        self.is_inserting -= change == "inserted"

    def _read_cells(self, parent, path, grid, wrapper=None):
        """Cells of a row, or of a control around cells."""
        n_cells, counts = 0, {}
        for child in parent[:]:
            tag = child.tag
            if tag == CELL:
                n_cells += 1
                self._read_cell(child, f"{path}/w:tc[{n_cells}]", grid, wrapper)
            elif tag in IGNORED:
                continue
            elif tag == SDT:
                self._read_cell_control(child, path + step(child, counts), grid)
            elif tag in TRANSPARENT:
                self.deeper()
                self._read_cells(child, path + step(child, counts), grid)
                self.depth -= 1
            else:
                self.note_skipped(path + step(child, counts), short_name(child), "".join(child.itertext()))

    def _read_cell_control(self, sdt, path, grid):
        """A control around one cell owns its text; one around several only holds them together."""
        self.deeper()
        control, content, content_path = self.open_control(sdt, path)
        first = len(grid.rows[-1])
        owns = len(content) == 1 and content[0].tag == CELL
        self._read_cells(content, content_path, grid, control if owns else None)
        cells = grid.rows[-1][first:]
        control.cell = cells[0] if cells else None
        if not owns:
            text = "\t".join(cell.text for cell in cells)
            self.finish_control(control, [text], content, is_container=True)
        self.depth -= 1

    def _read_cell(self, element, path, grid, wrapper):
        """One cell: its controls, and a field of its own for text outside them."""
        children = element[:]
        cell = grid.add_cell(children, path)
        if cell.is_deleted:
            self.note_skipped(path, "tracked_deletion", " ".join(element.itertext()))
            return
        controls = self.controls
        controls.append(cell)
        n_controls = len(controls)
        self.cell = cell
        lines = None
        # Most cells are a look and a paragraph.
        if len(children) == 2 and children[1].tag == PARAGRAPH and children[0].tag == CELL_LOOK:
            is_empty = not len(children[1]) and not self.open_fields
            pieces = () if is_empty else self.read_paragraph(children[1], path + "/w:p[1]")
        else:
            lines, pieces = self._read_several(element, path)
        self.cell = None
        if wrapper is not None and self.finish_control(wrapper, pieces, element) == [wrapper]:
            _give_cell(cell, wrapper)
        elif not pieces:
            cell.kind = "cell"
        elif len(controls) == n_controls or not has_control(pieces):
            self._settle_text(cell, path, lines, pieces)
        elif len(pieces) == 1:
            _give_cell(cell, pieces[0])
        else:
            self._settle_controls(cell, path, lines, pieces)
        if cell.kind:
            if cell.origin is not None:
                cell.note("merged_cell")
                if not cell.raw:
                    cell.kind = ""
            if self.is_inserting:
                cell.note("tracked_insertion")

    def _read_several(self, element, path):
        """Lines of a cell with several paragraphs, tables or controls, and all their pieces in one."""
        flow = Flow(is_cell=True)
        self.deeper()
        self.read_blocks(element, path, flow)
        self.depth -= 1
        lines = flow.lines
        return lines, lines[0].pieces if len(lines) == 1 else flow.joined()

    def _settle_text(self, cell, path, lines, pieces):
        """Make a cell without controls a field, with its texts."""
        text = settle_text(cell, "cell", pieces, self.placeholders)
        cell.text = cell.value
        if cell.kind == "mark":
            cell.is_tick = True
        elif cell.value:
            if text.has_marks:
                self._settle_controls(cell, path, lines, pieces)
            else:
                cell.printed = text.printed

    def _settle_controls(self, cell, path, lines, pieces):
        """Label the controls and typed ticks of a cell; the text beside them is a field."""
        labelled, before = [], ""
        for line in lines or [Line(pieces, path + "/w:p[1]", None)]:
            labelled.append(label_line(line, before, cell))
            before = one_line(printed_text(labelled[-1].pieces)) or before
            self.controls += labelled[-1].marks
        cell.text = clean(flow_text(pieces))
        cell.printed = one_line(" ".join(printed_text(line.pieces) for line in labelled))
        cell.has_control = True
        settle_rest(cell, "cell", labelled)


def _give_cell(cell, control):
    """A control that fills a cell gives it its text."""
    cell.text, cell.has_control = control.flow, True
    cell.is_tick = control.kind in TICK_KINDS
