"""Read a Word form: every control, legacy field, typed tick and text with the label printed beside it.

Nothing is decided here about what a field means; a codebook does that. What is not understood is listed in
`WordForm.skipped`, what contradicts itself has the state `unclear`.
"""

import json
from collections.abc import Iterator

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.glyphs import looks_of_part, odd_styles
from gkanalysis.ingest.word.grid import GridCell, special_looks
from gkanalysis.ingest.word.labels import label_line, settle_rest, settle_text
from gkanalysis.ingest.word.model import PLACEHOLDERS, Field, WordForm
from gkanalysis.ingest.word.pieces import Control, Flow, Line, has_control, one_line, printed_text
from gkanalysis.ingest.word.tables import TableReader
from gkanalysis.ingest.word.xmlparts import (
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

_SIDE_PARTS = ("header", "footer", "footnotes", "endnotes", "comments")


def read_word_form(package, placeholders=PLACEHOLDERS):
    """Read all fields and tables of a Word form.

    Parameters
    ----------
    package : WordPackage
        From `gkanalysis.ingest.word.archive.open_word_file`.
    placeholders : collection of str, default PLACEHOLDERS
        Texts that invite an answer; a field that shows one of them is not answered.

    Returns
    -------
    WordForm
        One field per control, legacy field and typed tick, per table cell and per paragraph outside tables; see `Field`.

    Raises
    ------
    RefusedFileError
        If a part is damaged, dangerous, nested too deeply, or its tables are beyond all measure.

    Examples
    --------
    >>> import io, zipfile
    >>> from pathlib import Path
    >>> from gkanalysis.ingest.word.archive import WordPackage
    >>> kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    >>> name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    >>> body = "<w:body><w:p><w:r><w:t>☒ Ja ☐ Nein</w:t></w:r></w:p></w:body>"
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("[Content_Types].xml", f'<T><O PartName="/a.xml" ContentType="{kind}"/></T>')
    ...     archive.writestr("a.xml", f'<w:document xmlns:w="{name}">{body}</w:document>')
    >>> form = read_word_form(WordPackage(Path("Bogen.docx"), file.getvalue()))
    >>> [(field.label, field.state) for field in form.fields]
    [('Ja', 'selected'), ('Nein', 'not_selected')]
    """
    styles = odd_styles(package)
    fields, tables, skipped = [], [], []
    for part in _parts_with_text(package):
        root, source = package.xml_with_source(part)
        stories = list(_stories(root))
        if part == package.main_part and not stories:
            raise package.refusal("no_document", part)
        looks = looks_of_part(root, source, styles)
        reader = PartReader(part, frozenset(placeholders), skipped, looks, tables, special_looks(root))
        try:
            for element, path in stories:
                reader.read_story(element, path)
        except UnsafeContentError as error:
            raise package.refusal(error.rule, part) from None
        fields += _finished(reader.controls, part)
    return WordForm(tuple(fields), tuple(tables), tuple(skipped))


def fields_as_json(form) -> Iterator[str]:
    """Yield one JSON object per field, in the order of the form.

    Parameters
    ----------
    form : WordForm

    Yields
    ------
    str
        One line without its line end; keys are the attributes of `Field`.

    Examples
    --------
    >>> field = Field("mark", "Jobcenter", "häufig", "selected", "x", "x", "", "", (), "word/document.xml", "/w:p", 1, 2, 3, ())
    >>> next(fields_as_json(WordForm((field,), (), ())))[:57]
    '{"kind": "mark", "label": "Jobcenter", "header": "häufig"'
    """
    for field in form.fields:
        yield json.dumps(field._asdict(), ensure_ascii=False)


def _parts_with_text(package):
    """The main part, then headers, footers, notes and comments, each once."""
    parts = [package.main_part]
    for kind in _SIDE_PARTS:
        parts += package.related_parts(package.main_part, kind)
    return list(dict.fromkeys(parts))


def _stories(root):
    """Elements of a part that hold blocks, with their paths: the body, a header, each footnote."""
    path = step(root, {})
    if root.tag in (W + "hdr", W + "ftr"):
        yield root, path
        return
    counts = {}
    for child in root.iterchildren(W + "body", W + "footnote", W + "endnote", W + "comment"):
        child_path = path + step(child, counts)
        if child.get(W + "type", "normal") == "normal":
            yield child, child_path


def _finished(controls, part):
    """Yield the Field of each Control that is one, with label and header from its table where it has none of its own."""
    for control in controls:
        if not control.kind:
            continue
        cell = control if control.__class__ is GridCell else control.cell
        label, header, table, row, column = control.label, "", 0, 0, 0
        if cell is not None:
            label = label or cell.label or cell.table.before
            header, table, row, column = cell.header, cell.table.number, cell.row, cell.column
        values = (
            control.kind,
            label,
            header,
            control.state,
            control.value,
            control.raw,
            control.tag,
            control.alias,
            control.options,
            part,
            control.place,
            table,
            row,
            column,
            control.notes,
        )
        yield tuple.__new__(Field, values)  # as Field(*values), without a call of Python per field


class PartReader(TableReader):
    """Reads the stories of a part: paragraphs, block controls, text boxes, and the tables between them."""

    def read_story(self, root, path):
        """Read the blocks below an element of the part, such as its body."""
        self.read_blocks(root, path, Flow())
        self.end_fields()

    def read_blocks(self, parent, path, flow):
        """Read paragraphs, tables and whatever holds them."""
        counts = {}
        paragraphs = 0
        is_root = not flow.is_cell and flow.parent is None
        for child in parent[:]:
            tag = child.tag
            if tag in IGNORED:
                continue
            if tag == PARAGRAPH:
                paragraphs += 1
                self._read_line(child, f"{path}/w:p[{paragraphs}]", flow)
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
            flow.lines.append(Line([self.read_deletion(element, path)], path, None))
        elif tag == ALTERNATE:
            self.read_blocks(*chosen_branch(element, path), flow)
        else:
            self.note_skipped(path, short_name(element), "".join(element.itertext()))
        self.depth -= 1

    def _read_line(self, paragraph, path, flow):
        """One line of a flow; a paragraph whose mark is deleted runs on into the next."""
        field = None
        if not flow.is_cell:
            field = Control("", path, self.cell)
            self.controls.append(field)
        pieces = self.read_paragraph(paragraph, path)
        if flow.joins_next and flow.lines:
            flow.lines[-1].pieces.extend(pieces)
        else:
            flow.lines.append(Line(pieces, path, field))
        flow.joins_next = any(
            child.tag == W + "del"
            for properties in paragraph.iterchildren(PARAGRAPH_LOOK)
            for look in properties.iterchildren(RUN_LOOK)
            for child in look
        )

    def _read_block_control(self, sdt, path, flow):
        """A control around paragraphs or tables."""
        control, content, content_path = self.open_control(sdt, path)
        inner = Flow(flow, flow.is_cell)
        before = "" if flow.is_cell else flow.printed_before()
        self.read_blocks(content, content_path, inner)
        pieces = inner.joined()
        if self.finish_control(control, pieces, content, inner.has_table) == [control]:
            flow.lines.append(Line([control], path, None))
        else:
            control.label = before
            flow.lines += inner.lines
            flow.has_table |= inner.has_table

    def _settle_lines(self, flow):
        """Label what stands outside tables, as soon as a block is complete."""
        for line in flow.lines:
            before = flow.last
            field = line.field or Control("", line.path, self.cell)
            field.label = before
            labelled = label_line(line, before, self.cell)
            if not has_control(line.pieces):
                settle_text(field, "paragraph", line.pieces, self.placeholders)
                if not field.raw:
                    field.kind = ""
            if has_control(line.pieces) or (labelled.marks and field.kind != "mark"):
                settle_rest(field, "paragraph", [labelled])
                self.controls += labelled.marks
            if line.field is None:
                self.controls.append(field)
            flow.last = one_line(printed_text(labelled.pieces)) or flow.last
        flow.lines.clear()
        flow.seen = 0

    def read_box(self, box, path):
        """Read a text box; its fields belong to the cell it is anchored in and are marked."""
        self.deeper()
        outer = self.open_fields, self.in_code, self.paragraph_look
        self.open_fields, self.in_code = [], 0
        first = len(self.controls)
        self.read_story(box, path)
        for control in self.controls[first:]:
            control.note("textbox")
        self.open_fields, self.in_code, self.paragraph_look = outer
        self.depth -= 1
