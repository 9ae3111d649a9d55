"""Content controls: kinds, states, values, placeholders."""

import pytest

from docx_parts import (
    FLAG,
    PROMPT,
    cell,
    checkbox,
    choice,
    control,
    in_cell,
    only,
    package,
    paragraph,
    read,
    row,
    run,
    table,
    text_control,
)
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.model import PLACEHOLDERS


@pytest.mark.parametrize(
    ("checked", "glyph", "state", "raw"),
    [
        ('<w14:checked w14:val="1"/>', "☒", "selected", "1"),
        ('<w14:checked w14:val="true"/>', "☒", "selected", "true"),
        ('<w14:checked w14:val="on"/>', "☒", "selected", "on"),
        ("<w14:checked/>", "☒", "selected", ""),
        ('<w14:checked w14:val="0"/>', "☐", "not_selected", "0"),
        ('<w14:checked w14:val="false"/>', "☐", "not_selected", "false"),
        ('<w14:checked w14:val="off"/>', "☐", "not_selected", "off"),
        ("", "☐", "not_selected", ""),
        ('<w14:checked w14:val="1"/>', "", "selected", "1"),
        ('<w14:checked w14:val="2"/>', "☒", "unclear", "2"),
    ],
)
def test_checkbox_state_is_that_of_its_element(checked, glyph, state, raw):
    """All spellings of on and off; anything else is for a person."""
    field = only(read(in_cell(checkbox(checked, glyph))), "checkbox")
    assert (field.state, field.raw, field.label) == (state, raw, "Frage")
    assert field.notes == (("unknown_value",) if state == "unclear" else ())


@pytest.mark.parametrize(("value", "glyph"), [("1", "☐"), ("0", "☒"), ("0", "x"), ("1", "Ja"), ("0", "☐☒")])
def test_glyph_that_contradicts_the_state_is_unclear(value, glyph):
    """Neither wins: a person must look."""
    field = only(read(in_cell(checkbox(f'<w14:checked w14:val="{value}"/>', glyph))), "checkbox")
    assert (field.state, field.notes, field.raw) == ("unclear", ("glyph_conflict",), value)


def test_checkbox_with_glyphs_of_its_own():
    """The characters a checkbox declares count, also those of symbol fonts."""
    own = (
        '<w14:checked w14:val="1"/><w14:checkedState w14:val="00FE" w14:font="Wingdings"/>'
        '<w14:uncheckedState w14:val="25EF" w14:font="Arial"/>'
    )
    symbol = f"<w14:checkbox>{own}</w14:checkbox>"
    field = only(
        read(in_cell(control(symbol, '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'))), "checkbox"
    )
    assert (field.state, field.notes) == ("selected", ())
    field = only(read(in_cell(checkbox(own.replace('"1"', '"0"'), "◯"))), "checkbox")
    assert (field.state, field.notes) == ("not_selected", ())
    field = only(read(in_cell(checkbox(own, "◯"))), "checkbox")
    assert field.state == "unclear"


def test_struck_out_glyph_is_unclear():
    """Somebody crossed the box out by hand."""
    content = run("☒", "<w:strike/>")
    field = only(
        read(in_cell(control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', content))), "checkbox"
    )
    assert (field.state, field.notes) == ("unclear", ("struck", "glyph_conflict"))


def test_text_control_with_tag_title_and_place():
    """Value, names, and the way to the element."""
    form = read(table(row("Name:", cell(paragraph(text_control(" Müller\u00ad ", "name"))))))
    field = only(form, "text")
    assert (field.value, field.state, field.tag, field.alias) == (
        "Müller",
        "answered",
        "name",
        "name (Titel)",
    )
    assert field.place == "/w:document[1]/w:body[1]/w:tbl[1]/w:tr[1]/w:tc[2]/w:p[1]/w:sdt[1]"
    assert (field.table, field.row, field.column, field.label) == (1, 1, 2, "Name:")


@pytest.mark.parametrize("flag", [FLAG, ""])
@pytest.mark.parametrize("prompt", sorted(PLACEHOLDERS))
def test_placeholders_are_no_answers(prompt, flag):
    """With Word's flag and without it."""
    field = only(read(in_cell(text_control(prompt, flag=flag))), "text")
    assert (field.state, field.value, field.raw, field.notes) == (
        "not_answered",
        "",
        prompt,
        ("placeholder",),
    )


def test_flag_makes_any_text_a_placeholder_and_the_list_is_an_argument():
    """A form's own prompts are known by the flag, or told to the reader."""
    assert only(read(in_cell(text_control("Ihr Text", flag=FLAG))), "text").state == "not_answered"
    assert (
        only(read(in_cell(text_control("Ihr Text", flag='<w:showingPlcHdr w:val="0"/>'))), "text").state
        == "answered"
    )
    body = in_cell(text_control("Ihr Text"))
    assert only(read(body), "text").state == "answered"
    assert only(read_word_form(package(body), placeholders={"Ihr Text"}), "text").state == "not_answered"


def test_placeholder_left_as_plain_text_is_no_answer():
    """Controls that another program flattened leave their prompt in the cell."""
    field = next(field for field in read(in_cell(PROMPT)).fields if field.column == 2)
    assert (field.kind, field.state, field.notes) == ("cell", "not_answered", ("placeholder",))


def test_empty_control_is_not_answered():
    """Nothing in it, not even a prompt."""
    field = only(read(in_cell(text_control(""))), "text")
    assert (field.state, field.value, field.raw, field.notes) == ("not_answered", "", "", ())


ITEMS = [("Stadt", "1"), ("Kreis", "2")]


@pytest.mark.parametrize("kind", ["dropDownList", "comboBox"])
def test_list_entry_gives_text_and_code(kind):
    """The text shown is the value, the code of the list is the raw value."""
    field = only(
        read(in_cell(choice(kind, "Kreis", ITEMS, "lage"))),
        {"dropDownList": "dropdown"}.get(kind, "combobox"),
    )
    assert (field.value, field.raw, field.options, field.notes) == ("Kreis", "2", ("Stadt", "Kreis"), ())


def test_typed_entry_of_a_combo_box_and_text_that_is_not_in_a_list():
    """Both are answers, and noted."""
    for kind, name in [("comboBox", "combobox"), ("dropDownList", "dropdown")]:
        field = only(read(in_cell(choice(kind, "beides", ITEMS))), name)
        assert (field.state, field.value, field.raw, field.notes) == (
            "answered",
            "beides",
            "beides",
            ("off_list",),
        )


def test_drop_down_placeholders():
    """The prompt, with and without flag; an entry without a code is a prompt, too."""
    prompt = "Wählen Sie ein Element aus."
    for flag in (FLAG, ""):
        assert (
            only(read(in_cell(choice("dropDownList", prompt, ITEMS, flag=flag))), "dropdown").state
            == "not_answered"
        )
    field = only(
        read(in_cell(choice("dropDownList", "bitte wählen", [("bitte wählen", ""), *ITEMS]))), "dropdown"
    )
    assert (field.state, field.notes) == ("not_answered", ("placeholder",))
    field = only(read(in_cell(choice("dropDownList", "Kreis", ITEMS, flag=FLAG))), "dropdown")
    assert (field.state, field.notes, field.raw) == ("unclear", ("placeholder_conflict",), "2")


def test_list_item_without_display_text():
    """Its code is what Word shows."""
    body = in_cell(control('<w:dropDownList><w:listItem w:value="a"/></w:dropDownList>', run("a")))
    field = only(read(body), "dropdown")
    assert (field.options, field.raw, field.value) == (("a",), "a", "a")


def test_dates():
    """The text shown and the code beside it; a code without text is for a person."""
    date = '<w:date w:fullDate="2019-05-03T00:00:00Z"><w:dateFormat w:val="dd.MM.yyyy"/></w:date>'
    field = only(read(in_cell(control(date, run("03.05.2019")))), "date")
    assert (field.state, field.value, field.raw) == ("answered", "03.05.2019", "2019-05-03T00:00:00Z")
    field = only(read(in_cell(control("<w:date/>", run("Mai 2019")))), "date")
    assert (field.state, field.value, field.raw) == ("answered", "Mai 2019", "Mai 2019")
    field = only(read(in_cell(control(date, ""))), "date")
    assert (field.state, field.notes) == ("unclear", ("date_without_text",))
    field = only(read(in_cell(control(f"{FLAG}{date}", run("Klicken")))), "date")
    assert field.state == "not_answered"


def test_picture_control():
    """Answered if it holds a picture that is not the placeholder."""
    picture = '<w:r><w:drawing><a:graphic><a:blip r:embed="rId7"/></a:graphic></w:drawing></w:r>'
    field = only(read(in_cell(control("<w:picture/>", picture))), "picture")
    assert (field.state, field.raw) == ("answered", "rId7")
    assert only(read(in_cell(control(f"{FLAG}<w:picture/>", picture))), "picture").state == "not_answered"


def test_characters_that_are_elements():
    """Tabs, line breaks and no-break hyphens become characters, soft hyphens nothing."""
    content = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:cr/></w:r>"
    assert only(read(in_cell(control("<w:text/>", content))), "text").value == "a\tb\nc-d"


def test_letters_are_composed():
    """A form from macOS may store ü as two characters."""
    field = only(read(in_cell(text_control("Mu\u0308ller"))), "text")
    assert (field.value, field.raw) == ("Müller", "Mu\u0308ller")
