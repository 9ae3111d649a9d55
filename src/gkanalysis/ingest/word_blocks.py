"""Walk the body of a part: paragraphs, block controls, tables, text boxes."""

from typing import NamedTuple

from gkanalysis.ingest.word_controls import has_control
from gkanalysis.ingest.word_fields import FieldStack
from gkanalysis.ingest.word_grid import MERGES, Grid
from gkanalysis.ingest.word_inline import InlineReader
from gkanalysis.ingest.word_labels import Line, label_line, plain_field, rest_field
from gkanalysis.ingest.word_marks import has_inline_mark
from gkanalysis.ingest.word_model import TICK_KINDS
from gkanalysis.ingest.word_names import (
    ALTERNATE,
    CELL,
    DELETED,
    IGNORED,
    INSERTED,
    PARAGRAPH,
    PARAGRAPH_LOOK,
    ROW,
    RUN_LOOK,
    SDT,
    TABLE,
    TRANSPARENT,
    W,
    chosen_branch,
    short_name,
    step,
)
from gkanalysis.ingest.word_text import clean, flow_text, one_line, printed_text


class Features(NamedTuple):
    """What a part contains anywhere: most forms lack it, and need not be searched for it cell by cell."""

    has_deletions: bool
    has_merges: bool


def find_features(root):
    """Features of a part; lxml knows at once if it has no element of a name at all."""
    deletion = next(root.iter(W + "del"), None)
    merge = next(root.iter(*MERGES), None)
    return Features(deletion is not None, merge is not None)


class _Flow:
    """Paragraphs that follow one another: a body, a cell, a text box, or the inside of a block control."""

    __slots__ = ("has_table", "is_cell", "joins_next", "last", "lines", "parent", "seen")

    def __init__(self, parent=None, is_cell=False):
        self.parent = parent
        self.is_cell = is_cell
        self.lines = []
        self.last = ""
        self.seen = 0
        self.has_table = False
        self.joins_next = False

    def printed_before(self):
        """The last printed text so far: the label of what comes next if nothing is nearer."""
        for line in self.lines[self.seen :]:
            self.last = one_line(printed_text(line.pieces)) or self.last
        self.seen = len(self.lines)
        return self.last or (self.parent.printed_before() if self.parent else "")


class BlockReader(InlineReader):
    """Reads a whole part; see `InlineReader` for the parameters.

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
        self._features = features

    def read_part(self, root, path):
        """Read the blocks below an element of the part."""
        flow = _Flow()
        self.read_blocks(root, path, flow)
        self.fields.end_part()

    def read_blocks(self, parent, path, flow):
        """Read paragraphs, tables and whatever holds them."""
        counts = {}
        paragraphs = 0
        is_root = not flow.is_cell and flow.parent is None
        for child in parent:
            tag = child.tag
            if tag in IGNORED:
                continue
            if tag == PARAGRAPH:
                paragraphs += 1
                self._read_paragraph(child, f"{path}/w:p[{paragraphs}]", flow)
            elif tag == TABLE:
                self._read_table(child, path + step(child, counts), flow)
            else:
                self._read_other_block(child, path + step(child, counts), flow)
            if is_root:
                self._settle_lines(flow)

    def _read_other_block(self, element, path, flow):
        """Block controls, wrappers and tracked changes."""
        tag = element.tag
        self.deeper()
        if tag == SDT:
            self._read_block_control(element, path, flow)
        elif tag in TRANSPARENT:
            self.read_blocks(element, path, flow)
        elif tag in INSERTED:
            self.is_inserting += 1
            self.read_blocks(element, path, flow)
            self.is_inserting -= 1
        elif tag in DELETED:
            note = self.read_deletion(element, path)
            flow.lines.append(Line([note], path, None))
        elif tag == ALTERNATE:
            self.read_blocks(*chosen_branch(element, path), flow)
        else:
            self.note_skipped(path, short_name(element), "".join(element.itertext()))
        self.shallower()

    def _read_paragraph(self, paragraph, path, flow):
        """One line of a flow; a paragraph whose mark is deleted runs on into the next."""
        slot = None
        if not flow.is_cell:
            slot = len(self.controls)
            self.controls.append(None)
        pieces = self._read_pieces(paragraph, path)
        if flow.joins_next and flow.lines:
            flow.lines[-1].pieces.extend(pieces)
        else:
            flow.lines.append(Line(pieces, path, slot))
        if self._features.has_deletions:
            flow.joins_next = any(
                next(look.iterchildren(W + "del"), None) is not None
                for properties in paragraph.iterchildren(PARAGRAPH_LOOK)
                for look in properties.iterchildren(RUN_LOOK)
            )

    def _read_pieces(self, paragraph, path):
        """The pieces of one paragraph."""
        if self.looks is not None:
            self.paragraph_look = self.looks.of_paragraph(paragraph)
        pieces = []
        self.read_inline(paragraph, path, pieces)
        if self.fields.open:
            self.fields.end_paragraph(pieces)
        return pieces

    def _read_block_control(self, sdt, path, flow):
        """A control around paragraphs or tables."""
        control, content, content_path = self.open_control(sdt, path)
        inner = _Flow(flow, flow.is_cell)
        before = "" if flow.is_cell else flow.printed_before()
        self.read_blocks(content, content_path, inner)
        pieces = _joined(inner.lines)
        if self.finish_control(control, pieces, content, inner.has_table) == [control]:
            for line in inner.lines:
                if line.slot is not None:
                    self.controls[line.slot] = None
            flow.lines.append(Line([control], path, None))
        else:
            control.label = before
            flow.lines += inner.lines
            flow.has_table |= inner.has_table

    def _settle_lines(self, flow):
        """Label what stands outside tables, as soon as a block is complete."""
        for line in flow.lines:
            before = flow.last
            if not has_control(line.pieces):
                field = plain_field("paragraph", line.path, self.cell, line.pieces, self.placeholders)
                labelled = label_line(line, before, self.cell)
                if labelled.marks and field.kind != "mark":
                    field = rest_field("paragraph", line.path, self.cell, [labelled])
                    self.controls += labelled.marks
                elif not field.raw:
                    field = None
            else:
                labelled = label_line(line, before, self.cell)
                field = rest_field("paragraph", line.path, self.cell, [labelled])
                self.controls += labelled.marks
            if field is not None:
                field.label = before
                self._place(field, line.slot)
            flow.last = one_line(printed_text(labelled.pieces)) or flow.last
        flow.lines.clear()
        flow.seen = 0

    def _place(self, field, slot):
        """Put a field where its paragraph or cell began."""
        if slot is None:
            self.controls.append(field)
        else:
            self.controls[slot] = field

    def read_box(self, box, path):
        """Read a text box; its fields belong to the cell it is anchored in and are marked."""
        self.deeper()
        outer_fields, self.fields = self.fields, FieldStack(self)
        outer_look = self.paragraph_look
        first = len(self.controls)
        self.read_part(box, path)
        for control in self.controls[first:]:
            if control is not None:
                control.note("textbox")
        self.fields, self.paragraph_look = outer_fields, outer_look
        self.shallower()

    def _read_table(self, table, path, flow):
        """A table, nested ones with numbers of their own."""
        self.deeper()
        flow.has_table = True
        grid = Grid(len(self.tables) + 1, path, self.cell, flow.printed_before(), self._features.has_merges)
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
            lines = [Line(self._read_pieces(blocks[0], path + "/w:p[1]"), path + "/w:p[1]", None)]
        else:
            flow = _Flow(is_cell=True)
            self.deeper()
            self.read_blocks(element, path, flow)
            self.shallower()
            lines = flow.lines
        return lines, lines[0].pieces if len(lines) == 1 else _joined(lines)

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


def _joined(lines):
    """The pieces of several lines with line breaks between them."""
    pieces = []
    for line in lines:
        if pieces:
            pieces.append("\n")
        pieces += line.pieces
    return pieces
