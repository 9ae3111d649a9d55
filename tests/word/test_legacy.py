"""Legacy form fields with their results, and the codes of other fields."""

import pytest

from docx_parts import (
    BOX,
    cell,
    in_cell,
    legacy,
    only,
    paragraph,
    read,
    row,
    run,
    table,
)


@pytest.mark.parametrize(
    ("inside", "state", "raw", "notes"),
    [
        ("<w:default w:val='0'/><w:checked/>", "selected", "", ()),
        ("<w:default w:val='1'/><w:checked w:val='0'/>", "not_selected", "0", ()),
        ("<w:default w:val='1'/>", "selected", "1", ("default",)),
        ("<w:default w:val='0'/>", "not_selected", "0", ()),
        ("", "not_selected", "", ()),
        ("<w:checked w:val='vielleicht'/>", "unclear", "vielleicht", ("unknown_value",)),
    ],
)
def test_legacy_checkbox(inside, state, raw, notes):
    """A bare `checked` is a tick; `checked` wins over `default`."""
    field = only(read(in_cell(legacy(BOX.format(inside), "FORMCHECKBOX"))), "legacy_checkbox")
    assert (field.state, field.raw, field.notes, field.tag) == (state, raw, notes, "Kontroll1")


def test_legacy_text():
    """The result is the value; five wide blanks are Word's empty field; a default left standing is noted."""
    data = '<w:name w:val="Text1"/><w:textInput><w:default w:val="hier"/></w:textInput>'
    for result, state, value, notes in [
        (run("Möller"), "answered", "Möller", ()),
        (run("\u2002" * 5), "not_answered", "", ()),
        ("", "not_answered", "", ()),
        (run("hier"), "answered", "hier", ("default",)),
        (run("alt", "<w:strike/>") + run("neu"), "answered", "neu", ("struck",)),
    ]:
        field = only(read(in_cell(legacy(data, "FORMTEXT", result))), "legacy_text")
        assert (field.state, field.value, field.notes, field.tag) == (state, value, notes, "Text1")


def test_legacy_text_over_several_paragraphs():
    """A long answer goes on in the next paragraphs of the cell."""
    whole = legacy(
        '<w:name w:val="T"/><w:textInput/>',
        "FORMTEXT",
        run("eins") + "</w:p><w:p>" + run("zwei") + "</w:p><w:p>",
    )
    form = read(table(row("Frage", cell(f"<w:p>{whole}{run(' danach')}</w:p>"))))
    assert only(form, "legacy_text").value == "eins\nzwei"
    assert [field.value for field in form.fields if "text_beside_control" in field.notes] == ["danach"]
    assert only(read(paragraph("Frage: ", whole)), "legacy_text").value == "eins\nzwei"


def test_legacy_drop_down():
    """The stored number, else the default, else the first entry, which is what Word shows."""
    entries = '<w:listEntry w:val="eins"/><w:listEntry w:val="zwei"/><w:listEntry w:val=" "/>'
    for stored, state, value, notes in [
        ('<w:result w:val="1"/>', "answered", "zwei", ()),
        ('<w:result w:val="2"/>', "not_answered", "", ()),
        ('<w:default w:val="1"/>', "answered", "zwei", ("default",)),
        ("", "answered", "eins", ("default",)),
        ('<w:result w:val="9"/>', "unclear", "", ("unknown_value",)),
        (f'<w:result w:val="{"9" * 5000}"/>', "unclear", "", ("unknown_value",)),
    ]:
        field = only(
            read(in_cell(legacy(f"<w:ddList>{stored}{entries}</w:ddList>", "FORMDROPDOWN"))),
            "legacy_dropdown",
        )
        assert (field.state, field.value, field.notes, field.options) == (
            state,
            value,
            notes,
            ("eins", "zwei", ""),
        )


def test_legacy_results_that_contradict_are_unclear():
    """A list or tick whose visible result differs from what is stored."""
    data = '<w:ddList><w:result w:val="0"/><w:listEntry w:val="eins"/><w:listEntry w:val="zwei"/></w:ddList>'
    field = only(read(in_cell(legacy(data, "FORMDROPDOWN", run("zwei")))), "legacy_dropdown")
    assert (field.state, field.notes, field.value) == ("unclear", ("text_conflict",), "zwei")
    field = only(
        read(in_cell(legacy(BOX.format("<w:checked/>"), "FORMCHECKBOX", run("☐")))), "legacy_checkbox"
    )
    assert (field.state, field.notes, field.value) == ("unclear", ("text_conflict",), "☐")


def test_codes_of_other_fields_are_no_text():
    """Simple, complex and nested fields show their result, never their code."""
    nested = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("7")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("sieben")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    simple = f'<w:fldSimple w:instr=" PAGE "><w:fldSimple w:instr="NUMPAGES">{run("9")}</w:fldSimple></w:fldSimple>'
    assert only(read(paragraph("Seite ", nested, " von ", simple)), "paragraph").value == "Seite sieben von 9"


def test_form_field_without_data():
    """Some programs keep only the code of a text field."""
    simple = f'<w:fldSimple w:instr=" FORMTEXT ">{run("Möller")}</w:fldSimple>'
    assert only(read(paragraph("Name: ", simple)), "legacy_text").value == "Möller"
    assert (
        only(read(paragraph("Name: ", legacy("", "FORMTEXT", run("Möller")))), "legacy_text").value
        == "Möller"
    )


def test_field_that_never_ends_swallows_nothing():
    """Broken fields are listed; the text of the next paragraph is read."""
    broken = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    form = read(paragraph("a", broken) + paragraph("b"))
    assert [field.value for field in form.fields] == ["a", "b"]
    assert [entry.what for entry in form.skipped] == ["unclosed_field"]
    open_text = legacy('<w:name w:val="T"/><w:textInput/>', "FORMTEXT", run("offen")).rpartition("<w:r>")[0]
    field = only(read(paragraph("Name: ", open_text)), "legacy_text")
    assert (field.state, field.notes, field.raw) == ("unclear", ("unclosed_field",), "offen\n")


def test_text_in_the_code_of_a_field_is_listed():
    """Word does not show it, but somebody may have meant it as an answer."""
    form = read(
        paragraph(
            "Name: ",
            legacy("<w:textInput/>", "FORMTEXT").replace("</w:instrText>", "</w:instrText><w:t>Möller</w:t>"),
        )
    )
    assert (only(form, "legacy_text").state, only(form, "legacy_text").notes) == (
        "unclear",
        ("unclosed_field",),
    )
    assert [(entry.what, entry.text) for entry in form.skipped] == [("text_in_field_code", "Möller")]


def test_form_field_of_unknown_kind_is_listed():
    """Its label stays a text."""
    form = read(paragraph("Name: ", legacy('<w:name w:val="a"/>', "FORMNEU")))
    assert [field.value for field in form.fields] == ["Name:"]
    assert [(entry.what, entry.text) for entry in form.skipped] == [("field", "FORMNEU")]


def test_fields_that_fetch_are_listed():
    """Nothing is fetched, and it is said."""
    code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\x.exe</w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    (entry,) = read(paragraph("a", code, end)).skipped
    assert (entry.what, entry.text) == ("field", "DDEAUTO c:\\\\x.exe")
