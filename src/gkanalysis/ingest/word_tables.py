"""Read tables: rows, cells, the controls around them, and the field of a cell's own text."""

from gkanalysis.ingest.word_controls import has_control
from gkanalysis.ingest.word_flow import Flow, joined
from gkanalysis.ingest.word_grid import Grid
from gkanalysis.ingest.word_inline import InlineReader
from gkanalysis.ingest.word_labels import Line, label_line, plain_field, rest_field
from gkanalysis.ingest.word_marks import has_inline_mark
from gkanalysis.ingest.word_model import TICK_KINDS
from gkanalysis.ingest.word_names import CELL, IGNORED, PARAGRAPH, ROW, SDT, TRANSPARENT, short_name, step
from gkanalysis.ingest.word_text import clean, flow_text, one_line, printed_text


class TableReader(InlineReader):
    """Reads tables; the subclass reads the blocks of a cell (`read_blocks`).

    Parameters
    ----------
    tables : list of WordTable
        Receives every table; a table inside another one comes after it.
    features : Features
        What the part has at all.
    """

    def __init__(self, part, looks, placeholders, controls, skipped, tables, features):
        super().__init__(part, looks, placeholders, controls, skipped)
        self.tables = tables
        self.features = features

    def read_table(self, table, path, flow):
        """A table, nested ones with numbers of their own."""
        self.deeper()
        flow.has_table = True
        grid = Grid(len(self.tables) + 1, path, self.cell, flow.printed_before(), self.features.has_merges)
        self.tables.append(None)
        outer_cell, self.cell = self.cell, None
        self._read_rows(table, path, grid)
        self.cell = outer_cell
        self.tables[grid.number - 1] = grid.finish(self.part)
        self.shallower()

    def _read_rows(self, parent, path, grid):
        """Rows of a table, of a control around rows, or of a repeating section."""
        counts = {}
        for child in parent:
            tag = child.tag
            if tag in IGNORED:
                continue
            child_path = path + step(child, counts)
            if tag == ROW:
                self._read_row(child, child_path, grid)
            elif tag == SDT:
                self.deeper()
                control, content, content_path = self.open_control(child, child_path)
                first = len(grid.rows)
                self._read_rows(content, content_path, grid)
                rows = grid.rows[first:]
                control.cell = next((cells[0] for cells in rows if cells), None)
                text = "\n".join("\t".join(cell.text for cell in cells) for cells in rows)
                self.finish_control(control, [text], content, is_container=True)
                self.shallower()
            elif tag in TRANSPARENT:
                self.deeper()
                self._read_rows(child, child_path, grid)
                self.shallower()
            else:
                self.note_skipped(child_path, short_name(child), "".join(child.itertext()))

    def _read_row(self, row, path, grid):
        """One row; a row that a tracked change deleted is no row any more."""
        change = grid.begin_row(row)
        if change == "deleted":
            self.note_skipped(path, "tracked_deletion", " ".join(row.itertext()))
            return
        self.is_inserting += change == "inserted"
        self._read_cells(row, path, grid)
        self.is_inserting -= change == "inserted"

    def _read_cells(self, parent, path, grid, wrapper=None):
        """Cells of a row, or of a control around cells."""
        counts = {}
        cells = 0
        for child in parent:
            tag = child.tag
            if tag == CELL:
                cells += 1
                self._read_cell(child, f"{path}/w:tc[{cells}]", grid, wrapper)
            elif tag in IGNORED:
                continue
            elif tag == SDT:
                self._read_cell_control(child, path + step(child, counts), grid)
            elif tag in TRANSPARENT:
                self.deeper()
                self._read_cells(child, path + step(child, counts), grid)
                self.shallower()
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
        self.shallower()

    def _read_cell(self, element, path, grid, wrapper):
        """One cell: its controls, and a field of its own for text outside them."""
        cell, is_deleted = grid.add_cell(element)
        if is_deleted:
            self.note_skipped(path, "tracked_deletion", " ".join(element.itertext()))
            return
        self.cell = cell
        slot = len(self.controls)
        self.controls.append(None)
        lines, pieces = self._read_cell_lines(element, path)
        self.cell = None
        if wrapper is not None and self.finish_control(wrapper, pieces, element) == [wrapper]:
            cell.text, cell.has_control = wrapper.flow, True
            cell.is_tick = wrapper.kind in TICK_KINDS
            return
        if len(pieces) == 1 and has_control(pieces):
            cell.text, cell.has_control = pieces[0].flow, True
            cell.is_tick = pieces[0].kind in TICK_KINDS
            return
        field = self._settle_cell(cell, path, lines, pieces)
        if field is None or (cell.origin is not cell and not field.raw):
            return
        if cell.origin is not cell:
            field.note("merged_cell")
        if self.is_inserting:
            field.note("tracked_insertion")
        self.controls[slot] = field

    def _read_cell_lines(self, element, path):
        """Lines of a cell, and all their pieces in one; most cells hold a single paragraph, which needs no flow."""
        blocks = [child for child in element if child.tag not in IGNORED]
        if len(blocks) == 1 and blocks[0].tag == PARAGRAPH:
            lines = [Line(self.read_pieces(blocks[0], path + "/w:p[1]"), path + "/w:p[1]", None)]
        else:
            flow = Flow(is_cell=True)
            self.deeper()
            self.read_blocks(element, path, flow)
            self.shallower()
            lines = flow.lines
        return lines, lines[0].pieces if len(lines) == 1 else joined(lines)

    def _settle_cell(self, cell, path, lines, pieces):
        """Give a cell its texts; return the field for text outside controls, or None."""
        if not has_control(pieces):
            field = plain_field("cell", path, cell, pieces, self.placeholders)
            cell.text = field.value
            cell.is_tick = field.kind == "mark"
            if cell.is_tick:
                return field
            if not has_inline_mark(field.value):
                cell.printed = " ".join(field.value.split())
                return field
        labelled, before = [], ""
        for line in lines:
            labelled.append(label_line(line, before, cell))
            before = one_line(printed_text(labelled[-1].pieces)) or before
            self.controls += labelled[-1].marks
        cell.text = clean(flow_text(pieces))
        cell.printed = one_line(" ".join(printed_text(line.pieces) for line in labelled))
        cell.has_control = True
        return rest_field("cell", path, cell, labelled)
