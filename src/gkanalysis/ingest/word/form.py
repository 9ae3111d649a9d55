"""Read a Word form: every control, legacy field, typed tick and text with the label printed beside it.

Nothing is decided here about what a field means; a codebook does that. What is not understood is listed in
`WordForm.skipped`, what contradicts itself has the state `unclear`.
"""

import json
from collections.abc import Iterator

from lxml import etree

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word import xmlparts as xml
from gkanalysis.ingest.word.elsewhere import Elsewhere
from gkanalysis.ingest.word.glyphs import RunLooks
from gkanalysis.ingest.word.grid import Grid, GridCell, special_looks
from gkanalysis.ingest.word.labels import emphasis_of, label_line, settle_rest, settle_text
from gkanalysis.ingest.word.lists import Lists
from gkanalysis.ingest.word.model import PLACEHOLDERS, TICK_KINDS, Field, Skipped, WordForm
from gkanalysis.ingest.word.paragraphs import ParagraphReader, nested
from gkanalysis.ingest.word.pieces import (
    Control,
    Flow,
    Line,
    clean,
    flow_text,
    has_control,
    joined,
    one_line,
    printed_text,
)
from gkanalysis.ingest.word.xmlparts import W

_PLAIN_CELL = [xml.CELL_LOOK, xml.PARAGRAPH]  # most are a look and one paragraph
_SIDE_PARTS = ("header", "footer", "footnotes", "endnotes", "comments")


def read_word_form(package, placeholders=PLACEHOLDERS):
    """Read all fields and tables of a Word form, a `WordPackage` from `open_word_file`.

    There is one field per control, legacy field and typed tick, per table cell and per paragraph outside tables. One
    that shows one of the `placeholders`, which invite an answer, is not answered. A `RefusedFileError` if a part is
    damaged, dangerous, nested too deeply, or its tables are beyond all measure.
    """
    parts = (package.related_part(package.main_part, kind) for kind in ("styles", "numbering"))
    styles, numbering = (package.xml(part) if part else etree.Element("none") for part in parts)
    fields, tables, elsewhere = [], [], Elsewhere(package)
    skipped = [Skipped(package.main_part, "", "outside", target) for target in package.outside]
    shared = frozenset(placeholders), skipped, RunLooks(styles), Lists(numbering, styles), elsewhere
    parts = [package.main_part]
    for kind in _SIDE_PARTS:
        parts += package.related_parts(package.main_part, kind)
    for part in dict.fromkeys(parts):
        root = package.xml(part)
        holders = W + "body", W + "footnote", W + "endnote", W + "comment"  # of blocks, as headers and footers are
        inner = [root] if root.tag in (W + "hdr", W + "ftr") else root.iterchildren(*holders)
        stories = [story for story in inner if story.get(W + "type", "normal") == "normal"]
        if part == package.main_part and not stories:
            raise package.refusal("no_document", part)
        reader = PartReader(tables, part, root, *shared)
        try:
            for story in stories:
                reader.read_story(story)
        except UnsafeContentError as error:
            raise package.refusal(error.rule, part) from None
        fields += reader.finished()
    return WordForm(tuple(fields), tuple(tables), tuple(skipped), frozenset(elsewhere.prompts.values()))


def fields_as_json(form) -> Iterator[str]:
    """Yield one JSON object per field, with the attributes of `Field`, then one for each thing that was skipped."""
    for field in form.fields:
        yield json.dumps(field._asdict(), ensure_ascii=False)
    for skipped in form.skipped:
        yield json.dumps({"object": "skipped"} | skipped._asdict(), ensure_ascii=False)


class PartReader(ParagraphReader):
    """Reads the stories of a part; `tables` receives every table, one inside another after it."""

    def __init__(self, tables, part, root, *shared):
        super().__init__(part, root, *shared)
        self.tables, self._special = tables, special_looks(root)

    def finished(self):
        """Yield the Field of each Control that is one, with the label of its cell where it has none."""
        for control in self.controls:
            if not control.kind:
                continue
            cell = control if isinstance(control, GridCell) else control.cell
            label, table, row, column = control.label, 0, 0, 0
            if cell is not None:
                label = label or cell.label or cell.table.before
                table, row, column = cell.table.number, cell.row, cell.column
                if "shaded" in cell.notes and control.kind in TICK_KINDS:
                    control.note("shaded")
            yield Field._make((
                control.kind, label, control.state, control.value, control.raw,
                control.tag, control.alias, control.options, self.part, self.places.of(control.element),
                table, row, column, control.notes,
            ))  # fmt: skip

    def read_story(self, root):
        """Read the blocks below an element of the part, such as its body."""
        self._read_blocks(root, Flow())
        self.end_fields()

    @nested
    def read_box(self, box):
        """Read a text box; its fields belong to the cell it is anchored in and are marked."""
        outer, self.fields = (self.fields, self._paragraph_look), []
        first = len(self.controls)
        self.read_story(box)
        for control in self.controls[first:]:
            control.note("textbox")
        self.fields, self._paragraph_look = outer

    def read_drawn(self, element, text):
        """Read a text that a drawing holds without a text box."""
        flow, first = Flow(), len(self.controls)
        self.controls.append(Control("", element, self.cell))
        flow.lines.append(Line([text], element, self.controls[first]))
        self._settle_lines(flow)
        for control in self.controls[first:]:
            control.note("textbox")

    def _read_blocks(self, parent, flow):
        """Read paragraphs, tables and whatever holds them; outside tables they are settled as they come."""
        is_root = not flow.is_cell and flow.parent is None
        for child in parent[:]:
            tag = child.tag
            if tag == xml.PARAGRAPH:
                self._read_line(child, flow)
            elif tag == xml.TABLE:
                self._read_table(child, flow)
            elif tag == xml.SDT:
                self._read_block_control(child, flow)
            elif tag in xml.DELETED:
                flow.lines.append(Line([self.read_deletion(child)], child))
            elif tag not in xml.IGNORED:
                self.read_through(child, self._read_blocks, flow)
            if is_root and not flow.joins_next:
                self._settle_lines(flow)
        if is_root:
            self._settle_lines(flow)

    def _read_line(self, paragraph, flow):
        """One line of a flow; a paragraph whose mark is deleted runs on into the next."""
        field = None
        if not flow.is_cell:
            field = Control("", paragraph, self.cell)
            self.controls.append(field)
        pieces = self.read_paragraph(paragraph)
        if flow.joins_next and flow.lines:
            flow.lines[-1].pieces.extend(pieces)
        else:
            flow.lines.append(Line(pieces, paragraph, field))
        flow.joins_next = any(
            look.find(W + "del") is not None
            for properties in paragraph.iterchildren(xml.PARAGRAPH_LOOK)
            for look in properties.iterchildren(xml.RUN_LOOK)
        )

    @nested
    def _read_block_control(self, sdt, flow):
        """A control around paragraphs or tables."""
        control, content = self.open_control(sdt)
        inner = Flow(flow, flow.is_cell)
        before = "" if flow.is_cell else flow.printed_before()
        self._read_blocks(content, inner)
        if self.finish_control(control, joined(inner.lines), content, inner.has_table) == [control]:
            flow.lines.append(Line([control], sdt))
        else:
            control.label = before
            flow.lines += inner.lines
            flow.has_table |= inner.has_table

    def _settle_lines(self, flow):
        """Label what stands outside tables, as soon as a block is complete."""
        for line in flow.lines:
            field = line.field or Control("", line.element, self.cell)
            field.label = flow.last
            labelled = label_line(line, flow.last, self.cell)
            holds_control = has_control(line.pieces)
            if not holds_control:
                settle_text(field, "paragraph", line.pieces, self.placeholders)
                if not field.raw:
                    field.kind = ""
            if holds_control or (labelled.marks and field.kind != "mark"):
                settle_rest(field, "paragraph", [labelled])
                self.controls += labelled.marks
            if line.field is None:
                self.controls.append(field)
            flow.last = one_line(printed_text(labelled.pieces)) or flow.last
        flow.lines, flow.seen = [], 0

    @nested
    def _read_table(self, table, flow):
        """A table, nested ones with numbers of their own."""
        flow.has_table = True
        grid = Grid(len(self.tables) + 1, self.cell, flow.printed_before(), self._special)
        self.tables.append(None)
        outer_cell, self.cell = self.cell, None
        self._read_rows(table, grid)
        self.cell = outer_cell
        self.tables[grid.number - 1] = grid.finish(self.part, self.places.of(table))

    def _read_rows(self, parent, grid):
        """Rows of a table, of a control around rows, or of a repeating section."""
        for child in parent[:]:
            if child.tag == xml.ROW:
                self._read_row(child, grid)
            elif child.tag == xml.SDT:
                self._read_row_control(child, grid)
            elif child.tag not in xml.IGNORED:
                self.read_through(child, self._read_rows, grid)

    def _read_row(self, row, grid):
        """One row; a row that a tracked change deleted is no row any more."""
        if (change := grid.begin_row(row)) == "deleted":
            self.skip(row, "tracked_deletion", " ".join(row.itertext()))
            return
        self.is_inserting += change == "inserted"
        self._read_cells(row, grid)
        self.is_inserting -= change == "inserted"

    @nested
    def _read_row_control(self, sdt, grid):
        """A control around rows only holds them together."""
        control, content = self.open_control(sdt)
        first = len(grid.rows)
        self._read_rows(content, grid)
        rows = grid.rows[first:]
        control.cell = next((cells[0] for cells in rows if cells), None)
        text = "\n".join("\t".join(cell.text for cell in cells) for cells in rows)
        self.finish_control(control, [text], content, True)

    def _read_cells(self, parent, grid, wrapper=None):
        """Cells of a row, or of a control around cells."""
        for child in parent[:]:
            if child.tag == xml.CELL:
                self._read_cell(child, grid, wrapper)
            elif child.tag == xml.SDT:
                self._read_cell_control(child, grid)
            elif child.tag not in xml.IGNORED:
                self.read_through(child, self._read_cells, grid)

    @nested
    def _read_cell_control(self, sdt, grid):
        """A control around one cell owns its text; one around several only holds them together."""
        control, content = self.open_control(sdt)
        first = len(grid.rows[-1])
        owns = len(content) == 1 and content[0].tag == xml.CELL
        self._read_cells(content, grid, control if owns else None)
        cells = grid.rows[-1][first:]
        control.cell = cells[0] if cells else None
        if not owns:
            self.finish_control(control, ["\t".join(cell.text for cell in cells)], content, True)

    def _read_cell(self, element, grid, wrapper):
        """One cell: its controls, and a field of its own for text outside them."""
        blocks = element[:]
        cell = grid.add_cell(element, blocks)
        if cell.is_deleted:
            self.skip(element, "tracked_deletion", " ".join(element.itertext()))
            return
        first = len(self.controls)
        self.controls.append(cell)
        outer, self.cell, self.emphases = self.emphases, cell, {}
        if [block.tag for block in blocks] == _PLAIN_CELL:
            lines = [Line(self.read_paragraph(blocks[1]), blocks[1])]
        else:
            flow = Flow(is_cell=True)
            self._read_blocks(element, flow)
            lines = flow.lines
        emphases, self.cell, self.emphases = self.emphases, None, outer
        pieces = lines[0].pieces if len(lines) == 1 else joined(lines)
        if wrapper is not None and self.finish_control(wrapper, pieces, element) == [wrapper]:
            cell.text, cell.has_control = wrapper.flow, True
        elif not pieces:
            cell.kind = "cell"
        elif not has_control(pieces):
            has_marks, printed = settle_text(cell, "cell", pieces, self.placeholders)
            cell.text = cell.value
            if has_marks and cell.value:
                self._settle_cell(cell, lines, pieces)
            elif cell.kind != "mark":
                cell.printed = printed if cell.value else ""
        elif len(pieces) == 1:
            cell.text, cell.has_control = pieces[0].flow, True
        else:
            self._settle_cell(cell, lines, pieces)
        if cell.kind and cell.origin is not None:
            cell.note("merged_cell")
            if not cell.raw:
                cell.kind = ""
        if cell.kind and self.is_inserting:
            cell.note("tracked_insertion")
        for control in self.controls[first:] if emphases else ():
            if control is cell or (control.cell is cell and control.kind in TICK_KINDS):
                control.note(*emphasis_of(control.value if control is cell else control.label, emphases))

    def _settle_cell(self, cell, lines, pieces):
        """Label the controls and typed ticks of a cell; the text beside them is a field."""
        labelled, before = [], ""
        for line in lines:
            labelled.append(label_line(line, before, cell))
            before = one_line(printed_text(labelled[-1].pieces)) or before
            self.controls += labelled[-1].marks
        cell.text = clean(flow_text(pieces))
        cell.printed = one_line(" ".join(printed_text(line.pieces) for line in labelled))
        cell.has_control = True
        settle_rest(cell, "cell", labelled)
