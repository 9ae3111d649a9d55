"""Read a Word form: every control, legacy field, typed tick and text with the label printed beside it.

Nothing is decided here about what a field means; a codebook does that. What is not understood is listed in
`WordForm.skipped`, what contradicts itself has the state `unclear`.
"""

import json
from collections.abc import Iterator
from dataclasses import fields as dataclass_fields

from gkanalysis.ingest.word_blocks import BlockReader
from gkanalysis.ingest.word_flow import find_features
from gkanalysis.ingest.word_looks import looks_of_part, odd_styles
from gkanalysis.ingest.word_model import (
    NAMESPACES,
    PLACEHOLDERS,
    TICK_KINDS,
    Field,
    Skipped,
    WordForm,
    WordTable,
)
from gkanalysis.ingest.word_names import W, step
from gkanalysis.ingest.word_refusal import UnsafeContentError

__all__ = [
    "NAMESPACES",
    "PLACEHOLDERS",
    "TICK_KINDS",
    "Field",
    "Skipped",
    "WordForm",
    "WordTable",
    "fields_as_json",
    "read_word_form",
]

_SIDE_PARTS = ("header", "footer", "footnotes", "endnotes", "comments")
_FIELD_NAMES = tuple(field.name for field in dataclass_fields(Field))


def read_word_form(package, placeholders=PLACEHOLDERS):
    """Read all fields and tables of a Word form.

    Parameters
    ----------
    package : WordPackage
        From `gkanalysis.ingest.archive.open_word_file`.
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
    >>> from gkanalysis.ingest.archive import WordPackage
    >>> kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    >>> body = "<w:body><w:p><w:r><w:t>☒ Ja ☐ Nein</w:t></w:r></w:p></w:body>"
    >>> file = io.BytesIO()
    >>> with zipfile.ZipFile(file, "w") as archive:
    ...     archive.writestr("[Content_Types].xml", f'<T><O PartName="/a.xml" ContentType="{kind}"/></T>')
    ...     archive.writestr("a.xml", f'<w:document xmlns:w="{NAMESPACES["w"]}">{body}</w:document>')
    >>> form = read_word_form(WordPackage(Path("Bogen.docx"), file.getvalue()))
    >>> [(field.label, field.state) for field in form.fields]
    [('Ja', 'selected'), ('Nein', 'not_selected')]
    """
    styles = odd_styles(package)
    controls, tables, skipped = [], [], []
    result = []
    for part in _parts_with_text(package):
        root, source = package.xml_with_source(part)
        looks = looks_of_part(root, source, styles)
        reader = BlockReader(
            part, looks, frozenset(placeholders), controls, skipped, tables, find_features(root)
        )
        stories = list(_stories(root))
        if part == package.main_part and not stories:
            raise package.refusal("no_document", part)
        try:
            for element, path in stories:
                reader.read_part(element, path)
        except UnsafeContentError as error:
            raise package.refusal(error.rule, part) from None
        result += [_finished(control, part) for control in controls if control is not None and control.kind]
        controls.clear()
    return WordForm(tuple(result), tuple(tables), tuple(skipped))


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
        yield json.dumps({name: getattr(field, name) for name in _FIELD_NAMES}, ensure_ascii=False)


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


def _finished(control, part):
    """The Field of a Control, with label and header from its table where it has none of its own."""
    cell = control.cell
    label, header, table, row, column = control.label, "", 0, 0, 0
    if cell is not None:
        label = label or cell.label or cell.table.before
        header, table, row, column = cell.header, cell.table.number, cell.row, cell.column
    return Field(
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
