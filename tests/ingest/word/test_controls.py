"""What controls say: kind, state, value and raw value of content controls and of legacy form fields."""

import pytest

from docx_parts import (
    BOX,
    FLAG,
    PROMPT,
    cell,
    checkbox,
    choice,
    control,
    in_cell,
    legacy,
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

ON, OFF = '<w14:checked w14:val="1"/>', '<w14:checked w14:val="0"/>'
OWN = '<w14:checkedState w14:val="00FE" w14:font="Wingdings"/><w14:uncheckedState w14:val="25EF" w14:font="Arial"/>'
WINGDINGS = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
STRUCK = control(f"<w14:checkbox>{ON}</w14:checkbox>", run("☒", "<w:strike/>"))
DELETED = "<w:del><w:r><w:delText>{}</w:delText></w:r></w:del>"
ITEMS = [("Stadt", "1"), ("Kreis", "2")]
ASK = "Wählen Sie ein Element aus."
DATE = '<w:date w:fullDate="2019-05-03T00:00:00Z"><w:dateFormat w:val="dd.MM.yyyy"/></w:date>'
PICTURE = '<w:r><w:drawing><a:graphic><a:blip r:embed="rId7"/></a:graphic></w:drawing></w:r>'
SIGNS = (
    "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:cr/></w:r>"
)
TEXT = '<w:name w:val="Text1"/><w:textInput><w:default w:val="hier"/></w:textInput>'
ENTRIES = '<w:listEntry w:val="eins"/><w:listEntry w:val="zwei"/><w:listEntry w:val=" "/>'


def box(inside, glyph=None):
    return legacy(BOX.format(inside), "FORMCHECKBOX", glyph)


def crossed(field, look="strike"):
    """A legacy field whose runs are struck out."""
    return field.replace("<w:r>", f"<w:r><w:rPr><w:{look}/></w:rPr>")


def entry(stored, shown=None):
    return legacy(f"<w:ddList>{stored}{ENTRIES}</w:ddList>", "FORMDROPDOWN", shown)


@pytest.mark.parametrize(
    ("content", "kind", "state", "value", "raw", "notes"),
    [
        # all spellings of on and off; anything else, and a glyph that contradicts, is for a person
        (checkbox(ON, "☒"), "checkbox", "selected", "☒", "1", ""),
        (checkbox(ON.replace('"1"', '"true"'), "☒"), "checkbox", "selected", "☒", "true", ""),
        (checkbox(ON.replace('"1"', '"on"'), "☒"), "checkbox", "selected", "☒", "on", ""),
        (checkbox("<w14:checked/>", "☒"), "checkbox", "selected", "☒", "", ""),
        (checkbox(OFF, "☐"), "checkbox", "not_selected", "☐", "0", ""),
        (checkbox(OFF.replace('"0"', '"false"'), "☐"), "checkbox", "not_selected", "☐", "false", ""),
        (checkbox(OFF.replace('"0"', '"off"'), "☐"), "checkbox", "not_selected", "☐", "off", ""),
        (checkbox("", "☐"), "checkbox", "not_selected", "☐", "", ""),
        (checkbox(ON, ""), "checkbox", "unclear", "", "1", "glyph_conflict"),
        (control(f"<w14:checkbox>{ON}</w14:checkbox>", "").replace("<w:sdtContent></w:sdtContent>", ""), "checkbox", "unclear", "", "1", "glyph_conflict"),
        (checkbox(OFF, ""), "checkbox", "not_selected", "", "0", ""),
        (checkbox(ON.replace('"1"', '"2"'), "☒"), "checkbox", "unclear", "☒", "2", "unknown_value"),
        (checkbox(ON, "☐"), "checkbox", "unclear", "☐", "1", "glyph_conflict"),
        (checkbox(OFF, "x"), "checkbox", "unclear", "x", "0", "glyph_conflict"),
        (checkbox(ON, "Ja"), "checkbox", "unclear", "Ja", "1", "glyph_conflict"),
        (checkbox(OFF, "☐☒"), "checkbox", "unclear", "☐☒", "0", "glyph_conflict"),
        (STRUCK, "checkbox", "unclear", "", "1", "struck glyph_conflict"),
        # the characters a checkbox declares count, also those of symbol fonts
        (control(f"<w14:checkbox>{ON}{OWN}</w14:checkbox>", WINGDINGS), "checkbox", "selected", "☑", "1", ""),
        (checkbox(OFF + OWN, "◯"), "checkbox", "not_selected", "◯", "0", ""),
        (checkbox(ON + OWN, "◯"), "checkbox", "unclear", "◯", "1", "glyph_conflict"),
        # texts: letters are composed, soft hyphens dropped, elements become characters
        (text_control(" Mu\u0308ller\u00ad "), "text", "answered", "Müller", "Mu\u0308ller\u00ad", ""),
        (text_control(""), "text", "not_answered", "", "", ""),
        (control("<w:text/>", SIGNS), "text", "answered", "a\tb\nc-d", "a\tb\nc-d", ""),
        (text_control("Ihr Text", flag=FLAG), "text", "not_answered", "", "Ihr Text", "placeholder"),
        (text_control("a", flag='<w:showingPlcHdr w:val="0"/>'), "text", "answered", "a", "a", ""),
        # tracked changes are read as accepted: of both glyphs the inserted one goes with the state
        (control("<w:text/>", f"{run('neun ')}{DELETED.format('zwölf ')}<w:ins>{run('zehn ')}</w:ins><w:moveFrom>{run('weg ')}</w:moveFrom><w:moveTo>{run('da')}</w:moveTo>"),
         "text", "answered", "neun zehn da", "neun zwölf zehn weg da", "tracked_deletion tracked_insertion"),
        (control(f"<w14:checkbox>{ON}</w14:checkbox>", f"{DELETED.format('☐')}<w:ins>{run('☒')}</w:ins>"),
         "checkbox", "selected", "☒", "1", "tracked_deletion tracked_insertion"),
        # lists: the text shown and its code; an entry without a code asks to choose
        (choice("dropDownList", "Kreis", ITEMS), "dropdown", "answered", "Kreis", "2", ""),
        (choice("comboBox", "Kreis", ITEMS), "combobox", "answered", "Kreis", "2", ""),
        (choice("comboBox", "beides", ITEMS), "combobox", "answered", "beides", "beides", "off_list"),
        (choice("dropDownList", "beides", ITEMS), "dropdown", "answered", "beides", "beides", "off_list"),
        (choice("dropDownList", "a", [("", "a")]), "dropdown", "answered", "a", "a", ""),
        (choice("dropDownList", ASK, ITEMS), "dropdown", "not_answered", "", ASK, "placeholder"),
        (choice("dropDownList", ASK, ITEMS, flag=FLAG), "dropdown", "not_answered", "", ASK, "placeholder"),
        (choice("dropDownList", "wählen", [("wählen", "")]), "dropdown", "not_answered", "", "wählen", "placeholder"),
        (choice("dropDownList", "Kreis", ITEMS, flag=FLAG), "dropdown", "unclear", "Kreis", "2", "placeholder_conflict"),
        # dates and pictures
        (control(DATE, run("03.05.2019")), "date", "answered", "03.05.2019", "2019-05-03T00:00:00Z", ""),
        (control("<w:date/>", run("Mai 2019")), "date", "answered", "Mai 2019", "Mai 2019", ""),
        (control(DATE, ""), "date", "unclear", "", "2019-05-03T00:00:00Z", "date_without_text"),
        (control(f"{FLAG}{DATE}", run("Klicken")), "date", "not_answered", "", "Klicken", "placeholder"),
        (control("<w:picture/>", PICTURE), "picture", "answered", "", "rId7", ""),
        (control(f"{FLAG}<w:picture/>", PICTURE), "picture", "not_answered", "", "", ""),
        # legacy ticks: a bare `checked` is one; `checked` wins over `default`
        (box("<w:default w:val='0'/><w:checked/>"), "legacy_checkbox", "selected", "☒", "", ""),
        (box("<w:default w:val='1'/><w:checked w:val='0'/>"), "legacy_checkbox", "not_selected", "☐", "0", ""),
        (box("<w:default w:val='1'/>"), "legacy_checkbox", "selected", "☒", "1", "default"),
        (box("<w:default w:val='0'/>"), "legacy_checkbox", "not_selected", "☐", "0", ""),
        (box(""), "legacy_checkbox", "not_selected", "☐", "", ""),
        (box("<w:checked w:val='2'/>"), "legacy_checkbox", "unclear", "", "2", "unknown_value"),
        (box("<w:checked/>", run("☐")), "legacy_checkbox", "unclear", "☐", "", "text_conflict"),
        *((crossed(box("<w:checked/>"), look), "legacy_checkbox", "unclear", "☒", "", f"{note} glyph_conflict")
          for look, note in (("strike", "struck"), ("dstrike", "struck"), ("vanish", "hidden"))),
        # legacy texts: five wide blanks are Word's empty field; a default left standing is noted
        (legacy(TEXT, "FORMTEXT", run("Möller")), "legacy_text", "answered", "Möller", "Möller", ""),
        (legacy(TEXT, "FORMTEXT", run("\u2002" * 5)), "legacy_text", "not_answered", "", "\u2002" * 5, ""),
        (legacy(TEXT, "FORMTEXT", ""), "legacy_text", "not_answered", "", "", ""),
        (legacy(TEXT, "FORMTEXT", run("hier")), "legacy_text", "answered", "hier", "hier", "default"),
        (legacy(TEXT, "FORMTEXT", run("alt", "<w:strike/>") + run("neu")), "legacy_text", "answered", "neu", "altneu", "struck"),
        (legacy("", "FORMTEXT", run("Möller")), "legacy_text", "answered", "Möller", "Möller", ""),
        (f'<w:fldSimple w:instr=" FORMTEXT ">{run("a")}</w:fldSimple>', "legacy_text", "answered", "a", "a", ""),
        # legacy lists: the stored number, else the default, else the first entry, which is what Word shows
        (entry('<w:result w:val="1"/>'), "legacy_dropdown", "answered", "zwei", "1", ""),
        (entry('<w:result w:val="2"/>'), "legacy_dropdown", "not_answered", "", "2", ""),
        (entry('<w:default w:val="1"/>'), "legacy_dropdown", "answered", "zwei", "1", "default"),
        (entry(""), "legacy_dropdown", "answered", "eins", "", "default"),
        (entry('<w:result w:val="9"/>'), "legacy_dropdown", "unclear", "", "9", "unknown_value"),
        (entry(f'<w:result w:val="{"9" * 5000}"/>'), "legacy_dropdown", "unclear", "", "9" * 5000, "unknown_value"),
        (entry('<w:result w:val="0"/>', run("zwei")), "legacy_dropdown", "unclear", "zwei", "0", "text_conflict"),
        (crossed(entry('<w:result w:val="1"/>')), "legacy_dropdown", "unclear", "zwei", "1", "struck glyph_conflict"),
    ],
)  # fmt: skip
def test_what_a_control_says(content, kind, state, value, raw, notes):
    """One control in a cell beside its label."""
    field = only(read(in_cell(content)), kind)
    assert (field.state, field.value, field.raw, field.label) == (state, value, raw, "Frage")
    assert field.notes == tuple(notes.split())


def test_names_options_and_place():
    """The control's names, the texts of its list, and the way to the element."""
    form = read(table(row("Ort:", cell(paragraph(choice("comboBox", "Kreis", ITEMS, "lage"))))))
    field = only(form, "combobox")
    assert (field.tag, field.alias, field.options) == ("lage", "lage (Titel)", ("Stadt", "Kreis"))
    assert field.place == "/w:document[1]/w:body[1]/w:tbl[1]/w:tr[1]/w:tc[2]/w:p[1]/w:sdt[1]"
    assert (field.table, field.row, field.column) == (1, 1, 2)
    field = only(read(in_cell(entry('<w:name w:val="Lage"/>'))), "legacy_dropdown")
    assert field.options == ("eins", "zwei", "")
    assert only(read(in_cell(box("<w:checked/>"))), "legacy_checkbox").tag == "Kontroll1"


@pytest.mark.parametrize("flag", [FLAG, ""])
@pytest.mark.parametrize("prompt", sorted(PLACEHOLDERS))
def test_placeholders_are_no_answers(prompt, flag):
    """With Word's flag and without it."""
    field = only(read(in_cell(text_control(prompt, flag=flag))), "text")
    assert (field.state, field.value, field.raw, field.notes) == ("not_answered", "", prompt, ("placeholder",))


def test_prompts_of_the_form_and_prompts_left_as_plain_text():
    """The reader is told of the first; the second stay where another program flattened the controls."""
    body = in_cell(text_control("Ihr Text"))
    assert only(read(body), "text").state == "answered"
    assert only(read_word_form(package(body), placeholders={"Ihr Text"}), "text").state == "not_answered"
    field = next(field for field in read(in_cell(PROMPT)).fields if field.column == 2)
    assert (field.kind, field.state, field.notes) == ("cell", "not_answered", ("placeholder",))
