"""What a Word form consists of once it is read: fields, tables, and what was not understood."""

from collections.abc import Mapping
from typing import NamedTuple

TICK_KINDS = frozenset({"checkbox", "legacy_checkbox", "mark"})

EMPHASES = ("bold", "underlined", "coloured:")  # notes on a printed label
# Notes on text that stands in the form and does not count.
LEFT_OUT = {"struck": "durchgestrichen", "hidden": "verborgen", "tracked_deletion": "gelöscht"}

# What Word shows in an empty control, in the languages of the Word versions that forms pass through.
PLACEHOLDERS = frozenset(
    {
        "Klicken oder tippen Sie hier, um Text einzugeben.",
        "Klicken Sie hier, um Text einzugeben.",
        "Klicken oder tippen Sie, um Text einzugeben.",
        "Klicken oder tippen Sie, um ein Datum einzugeben.",
        "Klicken Sie hier, um ein Datum einzugeben.",
        "Wählen Sie ein Element aus.",
        "Wählen Sie einen Baustein aus.",
        "Click or tap here to enter text.",
        "Click here to enter text.",
        "Click or tap to enter a date.",
        "Click here to enter a date.",
        "Choose an item.",
    }
)


class Field(NamedTuple):
    """One place of a form where an answer can stand.

    `kind`: controls `checkbox`, `dropdown`, `combobox`, `date`, `text`, `richtext`, `picture`; legacy form fields
    `legacy_checkbox`, `legacy_dropdown`, `legacy_text`; without a control `mark` (typed or symbol tick), `cell` (text
    of a table cell), `paragraph` (text outside tables, and in text boxes). `label`: printed text beside it. `state`:
    ticks are `selected` or `not_selected`, all else `answered` or `not_answered`, any `unclear`, for a person to see.

    `value`: clean text with all tracked changes accepted, "" if not answered; `raw`: as stored, such as a state value,
    list code, date code, typed mark, placeholder, text with what was struck out. Raised and lowered digits are ¹ and
    ₁. `tag`, `alias`: the control's names (that of a legacy field is its tag); `options`: texts of a list, in order.

    `part`: its name; `place`: an XPath with the prefixes of `xmlparts.NAMESPACES` that finds exactly this element in
    it. `table`: number of the innermost table, with `row` and `column` from 1 on its real grid; 0 outside tables.

    `notes`: short codes `placeholder`, `default`, `tracked_insertion`, `tracked_deletion`, `struck`, `hidden`,
    `glyph_conflict`, `placeholder_conflict`, `store_conflict`, `text_conflict`, `marked`, `shaded`, `unknown_value`,
    `unknown_symbol`, `off_list`, `two_marks`, `doubtful_mark`, `inline_mark`, `list_number`, `text_beside_control`,
    `container`, `merged_cell`, `textbox`, `unclosed_field`, `date_without_text`; of a printed label `bold`,
    `underlined`, `coloured:` with the colour.
    """

    kind: str
    label: str
    state: str
    value: str
    raw: str
    tag: str
    alias: str
    options: tuple[str, ...]
    part: str
    place: str
    table: int
    row: int
    column: int
    notes: tuple[str, ...]


class WordTable(NamedTuple):
    """One table on its real grid; tables inside tables have numbers of their own, after that of the outer one.

    `parent` is (table, row, column) of the cell that holds a nested table. `texts` has the text of each grid cell by
    (row, column), with ticks as ☒ and ☐, without placeholders; every grid cell of a merged cell has the whole text.
    """

    number: int
    part: str
    place: str
    parent: tuple[int, int, int] | None
    n_rows: int
    n_columns: int
    texts: Mapping[tuple[int, int], str]


class Skipped(NamedTuple):
    """Something in the form that was not read, with the text inside it (at most 200 characters)."""

    part: str
    place: str
    what: str
    text: str


class WordForm(NamedTuple):
    """All fields in the order of the document, body first, then headers, footers, notes and comments.

    `prompts` are the texts that the document itself keeps for empty controls.
    """

    fields: tuple[Field, ...]
    tables: tuple[WordTable, ...]
    skipped: tuple[Skipped, ...]
    prompts: frozenset[str] = frozenset()
