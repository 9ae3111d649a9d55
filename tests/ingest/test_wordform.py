"""The generic reader: which fields a Word form has, what stands in them, and where."""

import json
from pathlib import Path

import pytest
from docx import Document
from docx_parts import (
    cell,
    checkbox,
    choice,
    control,
    legacy,
    only,
    package,
    paragraph,
    part,
    read,
    row,
    run,
    table,
    text_control,
    tick,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.errors import IngestError
from gkanalysis.ingest.archive import open_word_file
from gkanalysis.ingest.wordform import NAMESPACES, PLACEHOLDERS, TICK_KINDS, fields_as_json, read_word_form

DATA = Path(__file__).parent / "data"
FLAG = "<w:showingPlcHdr/>"
PROMPT = "Klicken oder tippen Sie hier, um Text einzugeben."


def states(form, kind):
    """(label, state) of the fields of a kind."""
    return [(field.label, field.state) for field in form.fields if field.kind == kind]


def in_cell(content):
    """A table of one row: a printed text and a cell with this paragraph content."""
    return table(row("Frage", cell(paragraph(content))))


# Checkbox controls


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


# Text, lists, dates, pictures


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


# Where controls stand


def test_control_around_a_cell():
    """It owns the cell: one field, with the cell's place on the grid."""
    around = control("<w:text/>", cell("Müller"), "name")
    form = read(table(f"<w:tr>{cell('Name:')}{around}</w:tr>", row("Ort:", "Essen")))
    field = only(form, "text")
    assert (field.value, field.label, field.row, field.column) == ("Müller", "Name:", 1, 2)
    assert form.tables[0].texts[1, 2] == "Müller"
    assert [entry.value for entry in form.fields if entry.kind == "cell"] == ["Name:", "Ort:", "Essen"]


def test_checkbox_around_a_cell():
    """A tick may own its cell."""
    around = control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', cell("☒"))
    assert states(read(table(f"<w:tr>{cell('Jobcenter')}{around}</w:tr>")), "checkbox") == [
        ("Jobcenter", "selected")
    ]


def test_control_around_a_row_and_around_a_table_holds_the_controls_inside():
    """The inner controls are read with their places; the outer one is marked as a container."""
    inner = row("Jobcenter", cell(paragraph(tick(True))))
    form = read(table(row("Akteur", "ja"), control("", inner, "zeile")))
    assert states(form, "checkbox") == [("Jobcenter", "selected")]
    container = only(form, "richtext")
    assert (container.tag, container.notes, container.value) == ("zeile", ("container",), "Jobcenter\t☒")
    assert (container.table, container.row) == (1, 2)
    field = only(form, "checkbox")
    assert field.place.endswith("/w:tbl[1]/w:sdt[1]/w:sdtContent[1]/w:tr[1]/w:tc[2]/w:p[1]/w:sdt[1]")
    assert (field.row, field.header) == (2, "ja")
    form = read(control("", table(inner), "tabelle"))
    assert only(form, "richtext").notes == ("container",)
    assert states(form, "checkbox") == [("Jobcenter", "selected")]


def test_repeating_section():
    """Each repetition is a row of its own; the wrappers give no field."""
    item = control("<w15:repeatingSectionItem/>", row("Gremium", cell(paragraph(text_control("A")))))
    second = item.replace(">A<", ">B<")
    form = read(table(control("<w15:repeatingSection/>", item + second)))
    assert [(field.value, field.row) for field in form.fields if field.kind == "text"] == [("A", 1), ("B", 2)]
    assert "richtext" not in {field.kind for field in form.fields}


def test_block_control_with_several_paragraphs():
    """One value with line breaks; its paragraphs are no fields of their own."""
    form = read(
        paragraph("Begründung:") + control("<w:richText/>", paragraph("erstens") + paragraph("zweitens"), "b")
    )
    field = only(form, "richtext")
    assert (field.value, field.label) == ("erstens\nzweitens", "Begründung:")
    assert [entry.value for entry in form.fields if entry.kind == "paragraph"] == ["Begründung:"]


def test_inline_container_keeps_its_ticks():
    """LibreOffice wraps two checkboxes of a line into one rich text control."""
    form = read(in_cell(control("", tick(True) + run(" Ja  ") + tick(False) + run(" Nein"), "angebunden")))
    assert states(form, "checkbox") == [("Ja", "selected"), ("Nein", "not_selected")]
    assert (only(form, "richtext").tag, only(form, "richtext").notes) == ("angebunden", ("container",))
    assert form.tables[0].texts[1, 2] == "☒ Ja  ☐ Nein"


def test_nested_tables_have_numbers_and_know_their_cell():
    """A table inside a cell is a table of its own; the outer cell keeps its own text."""
    inner = table(row("Innen", cell(paragraph(tick(True)))))
    form = read(table(row("a", "b"), row("c", cell("davor", inner, "danach"))) + table(row("später")))
    assert [(entry.number, entry.parent) for entry in form.tables] == [(1, None), (2, (1, 2, 2)), (3, None)]
    assert (only(form, "checkbox").table, only(form, "checkbox").label) == (2, "Innen")
    assert form.tables[0].texts[2, 2] == "davor\ndanach"
    assert form.tables[2].texts == {(1, 1): "später"}


def test_headers_footers_and_notes_are_read():
    """Fields there name their part; separators of footnotes are not text."""
    notes = part(
        "footnotes",
        f'<w:footnote w:type="separator">{paragraph("-")}</w:footnote><w:footnote>{paragraph("Fußnote")}</w:footnote>',
    )
    form = read(
        paragraph("Text"),
        header1=part("hdr", paragraph("Bogen Nr. ", text_control("17", "nr"))),
        footer1=part("ftr", table(row("Fuß"))),
        footnotes=notes,
        comments=part("comments", f"<w:comment>{paragraph('stimmt das?')}</w:comment>"),
    )
    assert [(field.part, field.value) for field in form.fields] == [
        ("word/document.xml", "Text"),
        ("word/header1.xml", "17"),
        ("word/footer1.xml", "Fuß"),
        ("word/footnotes.xml", "Fußnote"),
        ("word/comments.xml", "stimmt das?"),
    ]
    assert form.fields[3].place == "/w:footnotes[1]/w:footnote[2]/w:p[1]"
    assert only(form, "text").label == "Bogen Nr."


def test_text_box_stored_twice_is_read_once():
    """Word stores a text box for new and for old programs."""
    box = f"<w:txbxContent>{paragraph('Hinweis ', tick(True), ' gelesen')}</w:txbxContent>"
    drawing = f"<w:drawing><wp:anchor><a:graphic><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphic></wp:anchor></w:drawing>"
    old = f"<w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>"
    twice = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    form = read(paragraph("vorher", twice, "nachher"))
    field = only(form, "checkbox")
    assert (field.label, field.notes) == ("gelesen", ("textbox",))
    assert [entry.value for entry in form.fields] == ["vorhernachher", "Hinweis", "☒"]
    assert "textbox" in form.fields[1].notes
    assert states(read(paragraph(f"<w:r>{old}</w:r>")), "checkbox") == [("gelesen", "selected")]


def test_text_box_in_a_cell_belongs_to_the_cell():
    """A box drawn over a cell is how some people tick."""
    box = f"<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{paragraph('x')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    form = read(table(row("Jobcenter", cell(paragraph(box)))))
    field = only(form, "mark")
    assert (field.state, field.row, field.column, field.label, field.notes) == (
        "selected",
        1,
        2,
        "Jobcenter",
        ("textbox",),
    )


# Legacy form fields

BOX = "<w:name w:val='Kontroll1'/><w:enabled/><w:checkBox><w:sizeAuto/>{}</w:checkBox>"


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
    assert (field.state, field.notes) == ("unclear", ("text_conflict",))
    field = only(
        read(in_cell(legacy(BOX.format("<w:checked/>"), "FORMCHECKBOX", run("☐")))), "legacy_checkbox"
    )
    assert (field.state, field.notes) == ("unclear", ("text_conflict",))


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


def test_fields_that_fetch_are_listed():
    """Nothing is fetched, and it is said."""
    code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\x.exe</w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    (entry,) = read(paragraph("a", code, end)).skipped
    assert (entry.what, entry.text) == ("field", "DDEAUTO c:\\\\x.exe")


# Typed and drawn ticks


@pytest.mark.parametrize(
    ("typed", "state", "notes"),
    [
        *(
            (mark, "selected", ())
            for mark in ("x", "X", "✓", "✔", "✗", "✘", "☒", "☑", "×", "[x]", " X ", "✔\ufe0f", "х")
        ),
        *((mark, "not_selected", ()) for mark in ("☐", "□", "[ ]", "( )", "○")),
        *((mark, "unclear", ("doubtful_mark",)) for mark in ("x?", "(x)", "?", "(X)?", "x.")),
        *((mark, "unclear", ("two_marks",)) for mark in ("x x", "☐ x", "XX", "☒☐", "x\nx")),
    ],
)
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
        (
            run("\uf0a8", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'),
            "not_selected",
            "Wingdings F0A8",
        ),
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


def test_boxes_typed_within_a_line():
    """The text that follows is the label; the boxes leave no text of their own."""
    form = read(table(row("Angebunden?", cell("☒ Ja   ☐ Nein"))))
    assert states(form, "mark") == [("Ja", "selected"), ("Nein", "not_selected")]
    assert [field.value for field in form.fields if field.kind == "cell"] == ["Angebunden?"]
    form = read(paragraph("Angebunden?  Ja ☐   Nein ☒"))
    assert states(form, "mark") == [("Angebunden? Ja", "not_selected"), ("Nein", "selected")]
    assert states(read(paragraph("[x] Ja [ ] Nein")), "mark") == [
        ("Ja", "selected"),
        ("Nein", "not_selected"),
    ]


def test_letter_typed_before_a_text_keeps_the_whole_line():
    """An x at the beginning is a tick, but might be a word: the text stays, and is noted."""
    form = read(table(row("Lage", cell("x\tKreis"))))
    assert states(form, "mark") == [("Kreis", "selected")]
    (field,) = [field for field in form.fields if field.notes]
    assert (field.kind, field.value, field.notes) == ("cell", "x Kreis", ("inline_mark",))


def test_letter_x_inside_a_text_is_no_mark():
    """Dimensions and variables are text."""
    form = read(paragraph("Größe: 3 x 4, f(x) = 2") + paragraph("Xanten"))
    assert [field.kind for field in form.fields] == ["paragraph", "paragraph"]


def test_mark_typed_beside_a_tick_box_is_unclear():
    """Whoever could not click typed an x in front of the box."""
    form = read(table(row("Lage", cell(paragraph("x ", tick(False), " Kreis")))))
    assert {(field.kind, field.state) for field in form.fields if field.kind in TICK_KINDS} == {
        ("checkbox", "unclear"),
        ("mark", "unclear"),
    }
    assert all("two_marks" in field.notes for field in form.fields if field.kind in TICK_KINDS)


def test_struck_out_mark_is_no_mark():
    """A tick crossed out is a correction."""
    field = next(field for field in read(in_cell(run("x", "<w:strike/>"))).fields if field.column == 2)
    assert (field.kind, field.state, field.value, field.raw, field.notes) == (
        "cell",
        "not_answered",
        "",
        "x",
        ("struck",),
    )


# What does not count, and what changed


def test_tracked_changes_are_read_as_accepted():
    """Insertions are in, deletions and moved-away text are out, both are noted."""
    content = (
        run("neun ")
        + '<w:del w:id="1"><w:r><w:delText>zwölf </w:delText></w:r></w:del>'
        + f'<w:ins w:id="2">{run("zehn ")}</w:ins>'
        + f'<w:moveFrom w:id="3">{run("weg ")}</w:moveFrom><w:moveTo w:id="4">{run("da")}</w:moveTo>'
    )
    field = only(read(in_cell(control("<w:text/>", content))), "text")
    assert field.value == "neun zehn da"
    assert field.raw == "neun zwölf zehn weg da"
    assert field.notes == ("tracked_deletion", "tracked_insertion")


def test_tick_changed_under_tracking():
    """Word stores both glyphs; the inserted one goes with the state."""
    content = (
        '<w:del w:id="1"><w:r><w:delText>☐</w:delText></w:r></w:del>' + f'<w:ins w:id="2">{run("☒")}</w:ins>'
    )
    field = only(
        read(in_cell(control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', content))), "checkbox"
    )
    assert (field.state, field.notes) == ("selected", ("tracked_deletion", "tracked_insertion"))


def test_inserted_and_deleted_controls():
    """A control put in by a tracked change is noted, one taken out is listed."""
    form = read(paragraph("a: ", f'<w:ins w:id="1">{text_control("neu", "t")}</w:ins>'))
    assert only(form, "text").notes == ("tracked_insertion",)
    form = read(paragraph("a: ", f'<w:del w:id="1">{text_control("alt", "t")}</w:del>'))
    assert [field.kind for field in form.fields] == ["paragraph"]
    assert [(entry.what, entry.text) for entry in form.skipped] == [("tracked_deletion", "alt")]


def test_rows_and_paragraph_marks_of_tracked_changes():
    """A deleted row is no row; paragraphs whose mark is deleted run together."""
    form = read(
        table(row("a", "b"), row("c", "d", look='<w:del w:id="1"/>'), row("e", "f", look='<w:ins w:id="2"/>'))
    )
    assert form.tables[0].texts == {(1, 1): "a", (1, 2): "b", (2, 1): "e", (2, 2): "f"}
    assert [entry.what for entry in form.skipped] == ["tracked_deletion"]
    assert [field.notes for field in form.fields if field.row == 2] == [("tracked_insertion",)] * 2
    joined = f'<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>{run("Sozial")}</w:p>{paragraph("amt")}'
    assert [field.value for field in read(joined).fields] == ["Sozialamt"]


@pytest.mark.parametrize("look", ["<w:strike/>", '<w:dstrike w:val="1"/>', "<w:vanish/>"])
def test_struck_and_hidden_text_does_not_count(look):
    """It is not part of the value, stays in the raw value, and is noted."""
    field = only(read(in_cell(control("<w:text/>", run("alt ", look) + run("neu")))), "text")
    assert (field.value, field.raw) == ("neu", "alt neu")
    assert field.notes == (("hidden",) if "vanish" in look else ("struck",))


def test_looks_come_from_styles_too():
    """A style may strike out, a style based on it does so, and a run may switch it off."""
    styles = part(
        "styles",
        '<w:style w:styleId="Weg"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:styleId="Auch"><w:basedOn w:val="Weg"/></w:style>'
        '<w:style w:styleId="Kreis"><w:basedOn w:val="Kreis"/></w:style>',
    )
    text = (
        run("a", '<w:rStyle w:val="Auch"/>')
        + run("b", '<w:rStyle w:val="Auch"/><w:strike w:val="0"/>')
        + run("c")
    )
    assert only(read(in_cell(control("<w:text/>", text)), styles=styles), "text").value == "bc"
    styled = f'<w:p><w:pPr><w:pStyle w:val="Weg"/></w:pPr>{run("weg")}</w:p>{paragraph("da")}'
    values = [(field.value, field.state) for field in read(styled, styles=styles).fields]
    assert values == [("", "not_answered"), ("da", "answered")]


# Labels, headers, grid


def test_labels_beside_controls():
    """Before it in the line, after it for ticks, before it in the cell, left of it in the row, above the table."""
    form = read(
        paragraph("Oben")
        + paragraph("Name: ", text_control("A"), " Ort: ", text_control("B"))
        + paragraph(text_control("C"))
        + paragraph(tick(True), " Ja  ", tick(False), " Nein, und zwar: ", text_control("D"))
        + paragraph("Davor")
        + table(
            row(cell(paragraph(text_control("E"))), cell("Vorname", paragraph(text_control("F")))),
            row("Links", "", cell(paragraph(text_control("G")))),
        )
    )
    assert {field.value: field.label for field in form.fields if field.kind == "text"} == {
        "A": "Name:",
        "B": "Ort:",
        "C": "Name: Ort:",
        "D": "Nein, und zwar:",
        "E": "Davor",
        "F": "Vorname",
        "G": "Links",
    }
    assert states(form, "checkbox") == [("Ja", "selected"), ("Nein, und zwar:", "not_selected")]


def test_text_beside_a_control_is_a_field_unless_it_is_its_label():
    """Whoever types next to a control is heard; a printed label is not taken for an answer."""
    form = read(table(row("Lage", cell(paragraph(tick(True)), "nur zum Teil"))))
    (field,) = [field for field in form.fields if "text_beside_control" in field.notes]
    assert (field.kind, field.value, field.state) == ("cell", "nur zum Teil", "answered")
    form = read(table(row("Lage", cell(paragraph("Ort: ", text_control("Essen"))))))
    assert [field.kind for field in form.fields] == ["cell", "text"]
    form = read(paragraph(text_control("Essen"), " (Ruhr)"))
    assert [(field.kind, field.value) for field in form.fields] == [
        ("paragraph", "(Ruhr)"),
        ("text", "Essen"),
    ]


def test_headers_on_the_merged_grid():
    """Spans and vertical merges are resolved; the nearest header cell above counts."""
    form = read(
        table(
            row(
                cell("Akteur", look='<w:vMerge w:val="restart"/>'),
                cell("Zusammenarbeit", look='<w:gridSpan w:val="2"/>'),
                cell("Bemerkung", look='<w:vMerge w:val="restart"/>'),
            ),
            row(cell("", look="<w:vMerge/>"), "ja", "geplant", cell("", look="<w:vMerge/>")),
            row(cell("A Bildung", look='<w:gridSpan w:val="4"/>')),
            row("Schulamt", cell(paragraph(tick(True))), "x", "seit 2018"),
        )
    )
    grid = form.tables[0]
    assert (grid.n_rows, grid.n_columns, grid.header_rows) == (4, 4, (1, 2))
    assert [grid.texts[2, column] for column in range(1, 5)] == ["Akteur", "ja", "geplant", "Bemerkung"]
    assert [grid.texts[3, column] for column in range(1, 5)] == ["A Bildung"] * 4
    found = {(field.row, field.column): (field.label, field.header) for field in form.fields}
    assert found[4, 2] == ("Schulamt", "ja")
    assert found[4, 3] == ("Schulamt", "geplant")
    assert found[4, 4][1] == "Bemerkung"
    assert (2, 1) not in found


def test_header_rows_marked_in_word_win():
    """Then nothing is guessed."""
    form = read(table(row("Lage", "Größe", "Art", look="<w:tblHeader/>"), row("a", "b", "c")))
    assert form.tables[0].header_rows == (1,)
    form = read(
        table(row("Lage", "Größe", "Art"), row("Nr.", "m", "k", look="<w:tblHeader/>"), row("a", "b", "c"))
    )
    assert form.tables[0].header_rows == (2,)


def test_questions_are_no_headers():
    """A table of questions and typed answers has no header row."""
    assert read(table(row("Name", "Müller"), row("Ort", "Essen"))).tables[0].header_rows == ()
    assert (
        read(table(row("Name:", "Müller", "Ort:", "Essen"), row("Tel.:", "1", "Fax:", "2")))
        .tables[0]
        .header_rows
        == ()
    )
    assert read(table(row("Akteur", "ja"), row("Jobcenter", "x"), row("Schulamt", ""))).tables[
        0
    ].header_rows == (1,)


def test_second_heading_within_a_grid_of_controls():
    """A table may change its scale; the nearest header above counts."""

    def ticks(name):
        return row(name, *(cell(paragraph(tick(False))) for _ in range(2)))

    form = read(table(row("", "ja", "nein"), ticks("a"), row("B", "oft", "selten"), ticks("b")))
    assert [(field.label, field.header) for field in form.fields if field.kind == "checkbox"] == [
        ("a", "ja"),
        ("a", "nein"),
        ("b", "oft"),
        ("b", "selten"),
    ]


def test_rows_that_begin_later_on_the_grid():
    """gridBefore shifts a row; hMerge joins cells the old way."""
    form = read(
        table(
            row("a", "b", "c"),
            row("d", look='<w:gridBefore w:val="2"/>'),
            row(cell("e", look='<w:hMerge w:val="restart"/>'), cell("", look="<w:hMerge/>"), "f"),
        )
    )
    grid = form.tables[0]
    assert grid.texts[2, 3] == "d"
    assert [grid.texts[3, column] for column in range(1, 4)] == ["e", "e", "f"]
    assert (2, 1) not in grid.texts


def test_text_inside_a_merged_away_cell_is_reported():
    """Nobody sees it in Word, so nobody would miss it."""
    form = read(
        table(row(cell("a", look='<w:vMerge w:val="restart"/>')), row(cell("verdeckt", look="<w:vMerge/>")))
    )
    assert [(field.value, field.notes) for field in form.fields] == [
        ("a", ()),
        ("verdeckt", ("merged_cell",)),
    ]


def test_empty_cells_are_fields():
    """Where an answer could stand, a field says that there is none."""
    fields = read(table(row("Jobcenter", "", cell("", "")))).fields
    assert [(field.kind, field.state, field.column) for field in fields[1:]] == [
        ("cell", "not_answered", 2),
        ("cell", "not_answered", 3),
    ]


def test_texts_agree_with_python_docx(tmp_path):
    """For ordinary tables both readers see the same, merged cells included."""
    document = Document()
    grid = document.add_table(rows=3, cols=3)
    for number, entry in enumerate(entry for line in grid.rows for entry in line.cells):
        entry.text = f"Zelle {number}\n mit\tTab"
    grid.cell(0, 0).merge(grid.cell(0, 1))
    grid.cell(1, 2).merge(grid.cell(2, 2))
    grid.cell(1, 0).paragraphs[0].add_run(" und fett").bold = True
    path = tmp_path / "a.docx"
    document.save(path)
    read_grid = read_word_form(open_word_file(path)).tables[0]
    expected = {
        (row, column): grid.cell(row - 1, column - 1).text.strip()
        for row in range(1, 4)
        for column in range(1, 4)
    }
    assert dict(read_grid.texts) == expected


# What is not understood, and limits


def test_what_is_not_understood_is_listed():
    """Drawings, embedded objects, ActiveX, formulas, foreign content: listed with place and text."""
    form = read(
        paragraph("<w:r><w:drawing><wp:inline/></w:drawing></w:r>")
        + paragraph("<w:r><w:object><v:shape/><w:control r:id='r1'/></w:object></w:r>")
        + paragraph("<w:r><w:object><o:OLEObject r:id='r1'/></w:object></w:r>")
        + paragraph("<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>")
        + '<w:altChunk r:id="r2"/>'
        + '<z:neu xmlns:z="urn:z">Text</z:neu>'
    )
    assert [entry.what for entry in form.skipped] == [
        "drawing",
        "activex",
        "embedded_object",
        "oMath",
        "altChunk",
        "neu",
    ]
    assert form.skipped[3].text == "x"


@pytest.mark.parametrize(
    "nest",
    [
        lambda inner: control("", inner),
        lambda inner: table(row(cell(inner))),
        lambda inner: f"<w:customXml>{inner}</w:customXml>",
    ],
)
def test_hostile_nesting_is_refused(nest):
    """Whatever is nested, it ends in a sentence and not in the stack."""
    body = paragraph("x")
    for _ in range(70):
        body = nest(body)
    with pytest.raises(IngestError, match="tief verschachtelt"):
        read(body)


def test_fields_that_only_begin_are_refused():
    """Each of them would be looked at again for every paragraph that follows."""
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    with pytest.raises(IngestError, match="tief verschachtelt"):
        read(paragraph(*[begin] * 31))


def test_reasonable_nesting_is_read():
    """Ten tables within each other are odd but harmless."""
    body = paragraph("x")
    for _ in range(10):
        body = table(row(cell(body)))
    assert len(read(body).tables) == 10


def test_immense_grids_are_refused():
    """A cell that claims a million columns."""
    with pytest.raises(IngestError, match="unmäßig große Tabelle"):
        read(table(row(cell("a", look='<w:gridSpan w:val="999999"/>'))))
    assert read(table(row(cell("a", look='<w:gridSpan w:val="viele"/>')))).tables[0].n_columns == 1


# Examples and properties


@pytest.mark.parametrize("name", ["form_by_libreoffice.docx", "form_by_libreoffice_odt.docx"])
def test_form_that_libreoffice_saved(name):
    """States and values survive; tags are lost, and after a stay as .odt text controls are plain text."""
    form = read_word_form(open_word_file(DATA / name))
    by_label = {(field.label, field.header): field for field in form.fields}
    expected = {
        ("Name der Stelle:", ""): ("answered", "Büro für Übergänge"),
        ("Stand:", ""): ("answered", "03.05.2019"),
        ("Lage:", ""): ("answered", "Kreis"),
        ("Form:", ""): ("answered", "eigene Angabe"),
        ("Offen:", ""): ("not_answered", ""),
        ("Bemerkung:", ""): ("not_answered", ""),
        ("Ja", ""): ("selected", "☒"),
        ("Nein", ""): ("not_selected", "☐"),
        ("Jobcenter", "vorhanden"): ("selected", "☒"),
        ("Jobcenter", "geplant"): ("not_selected", "☐"),
        ("Schulamt", "vorhanden"): ("selected", "x"),
        ("Schulamt", "geplant"): ("not_answered", ""),
        ("Kammer", "vorhanden"): ("selected", "☑"),
        ("Kammer", "geplant"): ("not_selected", "☐"),
        ("Verband", "vorhanden"): ("selected", "☒"),
        ("Verband", "geplant"): ("not_selected", "☐"),
        ("Name:", ""): ("answered", "Möller"),
        ("Ort:", ""): ("not_answered", ""),
    }
    assert {key: (by_label[key].state, by_label[key].value) for key in expected} == expected
    kinds = {field.kind for field in form.fields}
    assert ("text" in kinds) == (name == "form_by_libreoffice.docx")
    assert form.skipped == ()


def test_json_lines():
    """One object per field, all attributes, umlauts as they are."""
    form = read(in_cell(choice("dropDownList", "Köln", [("Köln", "1")], "ort")))
    lines = list(fields_as_json(form))
    assert len(lines) == len(form.fields)
    assert "Köln" in lines[1]
    assert json.loads(lines[1]) == {
        "kind": "dropdown",
        "label": "Frage",
        "header": "",
        "state": "answered",
        "value": "Köln",
        "raw": "1",
        "tag": "ort",
        "alias": "ort (Titel)",
        "options": ["Köln"],
        "part": "word/document.xml",
        "place": "/w:document[1]/w:body[1]/w:tbl[1]/w:tr[1]/w:tc[2]/w:p[1]/w:sdt[1]",
        "table": 1,
        "row": 1,
        "column": 2,
        "notes": [],
    }


words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwyzäöüß"), min_size=2, max_size=8)
ticks = st.booleans().map(
    lambda on: (tick(on), "checkbox", "selected" if on else "not_selected", "☒" if on else "☐")
)
texts = st.one_of(
    words.map(lambda word: (text_control(word), "text", "answered", word)),
    st.just((text_control(PROMPT, flag=FLAG), "text", "not_answered", "")),
)
lists = words.map(lambda word: (choice("dropDownList", word, [(word, "1")]), "dropdown", "answered", word))
old_ticks = st.booleans().map(
    lambda on: (
        legacy(BOX.format(f"<w:checked w:val='{int(on)}'/>"), "FORMCHECKBOX"),
        "legacy_checkbox",
        "selected" if on else "not_selected",
        "☒" if on else "☐",
    )
)
old_texts = words.map(
    lambda word: (legacy("<w:textInput/>", "FORMTEXT", run(word)), "legacy_text", "answered", word)
)
marks = st.sampled_from([("x", "mark", "selected", "x"), ("☐", "mark", "not_selected", "☐")])
entries = st.one_of(ticks, texts, lists, old_ticks, old_texts, marks)
wrappers = st.sampled_from(
    [
        lambda line: line,
        lambda line: control("", line),
        lambda line: control("<w:group/>", line),
        lambda line: f"<w:customXml>{line}</w:customXml>",
        lambda line: control("<w15:repeatingSection/>", control("<w15:repeatingSectionItem/>", line)),
    ]
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.lists(entries, min_size=1, max_size=4), wrappers), min_size=1, max_size=4),
    st.booleans(),
)
def test_random_forms_come_back_as_they_were_built(rows, is_nested):
    """States and values are equal, in order, and each place finds exactly one element of its kind."""
    body = table(*(wrap(row("Zeile", *(cell(paragraph(entry[0])) for entry in line))) for line, wrap in rows))
    if is_nested:
        body = table(row("außen", cell(body)))
    opened = package(paragraph("Anfang") + body)
    form = read_word_form(opened)
    built = [entry[1:] for line, _ in rows for entry in line]
    kinds = {kind for kind, *_ in built}
    assert [(field.kind, field.state, field.value) for field in form.fields if field.kind in kinds] == built
    root = opened.xml(opened.main_part)
    elements = {
        "checkbox": "sdt",
        "text": "sdt",
        "dropdown": "sdt",
        "mark": "tc",
        "cell": "tc",
        "paragraph": "p",
    }
    for field in form.fields:
        (found,) = root.xpath(field.place, namespaces=NAMESPACES)
        assert found.tag == f"{{{NAMESPACES['w']}}}{elements.get(field.kind, found.tag.rpartition('}')[2])}"
    places = [field.place for field in form.fields]
    assert len(set(places)) == len(places)
