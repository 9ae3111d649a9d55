"""Walk the body of a part: paragraphs, block controls, text boxes, and the tables between them."""

from gkanalysis.ingest.word_controls import has_control
from gkanalysis.ingest.word_fields import FieldStack
from gkanalysis.ingest.word_flow import Flow, joined
from gkanalysis.ingest.word_labels import Line, label_line, plain_field, rest_field
from gkanalysis.ingest.word_names import (
    ALTERNATE,
    DELETED,
    IGNORED,
    INSERTED,
    PARAGRAPH,
    PARAGRAPH_LOOK,
    RUN_LOOK,
    SDT,
    TABLE,
    TRANSPARENT,
    W,
    chosen_branch,
    short_name,
    step,
)
from gkanalysis.ingest.word_tables import TableReader
from gkanalysis.ingest.word_text import one_line, printed_text


class BlockReader(TableReader):
    """Reads a whole part; see `InlineReader` and `TableReader` for the parameters."""

    def read_part(self, root, path):
        """Read the blocks below an element of the part."""
        flow = Flow()
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
                self.read_table(child, path + step(child, counts), flow)
            else:
                self._read_other_block(child, path + step(child, counts), flow)
            if is_root and not flow.joins_next:
                self._settle_lines(flow)
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
        pieces = self.read_pieces(paragraph, path)
        if flow.joins_next and flow.lines:
            flow.lines[-1].pieces.extend(pieces)
        else:
            flow.lines.append(Line(pieces, path, slot))
        if self.features.has_deletions:
            flow.joins_next = any(
                next(look.iterchildren(W + "del"), None) is not None
                for properties in paragraph.iterchildren(PARAGRAPH_LOOK)
                for look in properties.iterchildren(RUN_LOOK)
            )

    def read_pieces(self, paragraph, path):
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
        inner = Flow(flow, flow.is_cell)
        before = "" if flow.is_cell else flow.printed_before()
        self.read_blocks(content, content_path, inner)
        pieces = joined(inner.lines)
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
