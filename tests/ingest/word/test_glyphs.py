"""Ticks that were typed or drawn as a character."""

import pytest

from docx_parts import cell, in_cell, only, read, row, run, table


@pytest.mark.parametrize(
    ("typed", "state", "notes"),
    [
        *(
            (mark, "selected", ())
            for mark in (
                "x", "X", "✓", "✔", "✗", "✘", "☒", "☑", "×", "[x]", " X ", "✔\ufe0f", "х", "_X_", "[ X ]", "▣", "⮽",
                "⬛",
            )
        ),
        *((mark, "not_selected", ()) for mark in ("☐", "□", "[ ]", "( )", "○", "⬜")),
        *((mark, "unclear", ("doubtful_mark",)) for mark in ("x?", "(x)", "( X )", "?", "(X)?", "x.")),
        *((mark, "unclear", ("two_marks",)) for mark in ("x x", "☐ x", "xx", "XX", "☒☐", "x\nx")),
    ],
)  # fmt: skip
def test_cell_whose_whole_text_is_a_mark(typed, state, notes):
    """Ticks, empty boxes, doubts; the mark is kept as typed."""
    field = only(read(table(row("Jobcenter", cell(*typed.split("\n"))))), "mark")
    assert (field.state, field.notes, field.label, field.raw) == (state, notes, "Jobcenter", typed.strip())


@pytest.mark.parametrize("text", ["nein", "xyz", "x Plätze", "–", "1", "xxx Mal", "...", "Max"])
def test_cell_whose_text_is_no_mark(text):
    """Everything else is text, for the codebook to judge."""
    answers = [field for field in read(table(row("Jobcenter", text))).fields if field.column == 2]
    assert ("cell", text) in [(field.kind, field.value) for field in answers]


@pytest.mark.parametrize(
    ("content", "state", "raw"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "selected", "Wingdings F0FE"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FD"/></w:r>', "selected", "Wingdings F0FD"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F078"/></w:r>', "selected", "Wingdings F078"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "selected", "Wingdings F0FC"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "not_selected", "Wingdings F0A8"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F06F"/></w:r>', "not_selected", "Wingdings F06F"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', "not_selected", "Wingdings 2 F0A3"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>', "selected", "Wingdings 2 F052"),
        (run("\uf0fe", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), "selected", "Wingdings F0FE"),
        (run("\uf0a8", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), "not_selected", "Wingdings F0A8"),
        (run("þ", '<w:rFonts w:ascii="Wingdings"/>'), "selected", "Wingdings 00FE"),
        (run("\uf0fe"), "unclear", "\uf0fe"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>', "unclear", "\uf04a"),
    ],
)
def test_symbols_as_marks(content, state, raw):
    """Ticks of symbol fonts, as Word and as LibreOffice store them; unknown symbols are for a person."""
    field = only(read(in_cell(content)), "mark")
    assert (field.state, field.raw) == (state, raw)
    assert ("unknown_symbol" in field.notes) == (state == "unclear")


@pytest.mark.parametrize(
    "font", ["WINGDINGS", "wingdings", "&#87;ingdings", "Zapf Dingbats", "ZapfDingbats", "Monotype Sorts"]
)
def test_symbol_fonts_are_found_however_their_name_is_written(font):
    """Capital and small letters are the same, and a name may hide in codes of characters."""
    letter = "4" if font[0] in "ZM" else "\uf0fe"
    content = run(letter, f'<w:rFonts w:hAnsi="{font}"/>')
    assert only(read(in_cell(content)), "mark").state == "selected"
