"""The inside of paragraphs: tracked changes, struck-out and hidden text, fields of Word with their results."""

import pytest

from docx_parts import cell, control, in_cell, legacy, only, paragraph, part, read, row, run, table, text_control, tick

RAISED, LOWERED = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'


def test_deletion_beside_a_control_is_kept_in_the_raw_value():
    """A tick typed beside the box and taken back leaves a trace."""
    form = read(
        table(row("Lage", cell(paragraph(tick(False), '<w:del w:id="1"><w:r><w:delText>x</w:delText></w:r></w:del>'))))
    )
    (field,) = [field for field in form.fields if field.notes]
    assert (field.kind, field.state, field.value, field.raw) == ("cell", "not_answered", "", "x")
    assert field.notes == ("tracked_deletion", "text_beside_control")


def test_inserted_and_deleted_controls():
    """A control put in by a tracked change is noted, one taken out is listed."""
    form = read(paragraph("a: ", f'<w:ins w:id="1">{text_control("neu", "t")}</w:ins>'))
    assert only(form, "text").notes == ("tracked_insertion",)
    form = read(paragraph("a: ", f'<w:del w:id="1">{text_control("alt", "t")}</w:del>'))
    assert [field.kind for field in form.fields] == ["paragraph"]
    assert [(entry.what, entry.text) for entry in form.skipped] == [("tracked_deletion", "alt")]


def test_rows_and_paragraph_marks_of_tracked_changes():
    """A deleted row is no row; paragraphs whose mark is deleted run together."""
    form = read(table(row("a", "b"), row("c", "d", look='<w:del w:id="1"/>'), row("e", "f", look='<w:ins w:id="2"/>')))
    assert form.tables[0].texts == {(1, 1): "a", (1, 2): "b", (2, 1): "e", (2, 2): "f"}
    assert [entry.what for entry in form.skipped] == ["tracked_deletion"]
    assert [field.notes for field in form.fields if field.row == 2] == [("tracked_insertion",)] * 2
    joined = f'<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>{run("Sozial")}</w:p>{paragraph("amt")}'
    assert [field.value for field in read(joined).fields] == ["Sozialamt"]


def test_looks_come_from_styles_too():
    """A style may strike out, a style based on it does so, and a run may switch it off."""
    styles = part(
        "styles",
        '<w:style w:styleId="Weg"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:styleId="Auch"><w:basedOn w:val="Weg"/></w:style>'
        '<w:style w:styleId="Kreis"><w:basedOn w:val="Kreis"/></w:style>',
    )
    text = run("a", '<w:rStyle w:val="Auch"/>') + run("b", '<w:rStyle w:val="Auch"/><w:strike w:val="0"/>') + run("c")
    assert only(read(in_cell(control("<w:text/>", text)), styles=styles), "text").value == "bc"
    styled = f'<w:p><w:pPr><w:pStyle w:val="Weg"/></w:pPr>{run("weg")}</w:p>{paragraph("da")}'
    values = [(field.value, field.state) for field in read(styled, styles=styles).fields]
    assert values == [("", "not_answered"), ("da", "answered")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (("4", run("1", RAISED)), "4¹"),
        (("3", run("1", RAISED), run("2", LOWERED)), "3¹₂"),
        (("3", run("1", '<w:rStyle w:val="Fussnote"/>')), "3¹"),
        (("3", run("1", '<w:rStyle w:val="Fussnote"/><w:vertAlign w:val="baseline"/>')), "31"),
        (("am 3", run("ten", RAISED), " Mai"), "am 3ten Mai"),
        (("H", run("2", LOWERED), "O"), "H₂O"),
    ],
)
def test_raised_digits_are_no_digits(text, shown):
    """The mark of a note behind a number does not make it another number, typed or in a control; words stay."""
    styles = part("styles", f'<w:style w:styleId="Fussnote"><w:rPr>{RAISED}</w:rPr></w:style>')
    (typed,) = (f.value for f in read(paragraph(*text), styles=styles).fields)
    runs = "".join(piece if piece.startswith("<") else run(piece) for piece in text)
    for inside in (control("<w:text/>", runs), legacy("<w:textInput/>", "FORMTEXT", runs)):
        assert [f.value for f in read(in_cell(inside), styles=styles).fields if "text" in f.kind] == [shown]
    assert typed == shown


def test_legacy_text_over_several_paragraphs():
    """A long answer goes on in the next paragraphs of the cell."""
    whole = legacy(
        '<w:name w:val="T"/><w:textInput/>', "FORMTEXT", run("eins") + "</w:p><w:p>" + run("zwei") + "</w:p><w:p>"
    )
    form = read(table(row("Frage", cell(f"<w:p>{whole}{run(' danach')}</w:p>"))))
    assert only(form, "legacy_text").value == "eins\nzwei"
    assert [field.value for field in form.fields if "text_beside_control" in field.notes] == ["danach"]
    assert only(read(paragraph("Frage: ", whole)), "legacy_text").value == "eins\nzwei"


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
            "Name: ", legacy("<w:textInput/>", "FORMTEXT").replace("</w:instrText>", "</w:instrText><w:t>Möller</w:t>")
        )
    )
    assert (only(form, "legacy_text").state, only(form, "legacy_text").notes) == ("unclear", ("unclosed_field",))
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
