"""The whole reader: where controls stand, what is listed or refused, examples and random forms."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docx_parts import (
    BOX,
    FLAG,
    PROMPT,
    cell,
    choice,
    control,
    in_cell,
    legacy,
    members,
    only,
    package,
    paragraph,
    part,
    read,
    row,
    run,
    states,
    table,
    text_control,
    tick,
    zipped,
)
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.office import WordPackage, open_word_file
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.xmlparts import NAMESPACES

DATA = Path(__file__).parent / "data"


def test_control_around_a_cell():
    """It owns the cell: one field, with the cell's place on the grid."""
    around = control("<w:text/>", cell("Müller"), "name")
    form = read(table(f"<w:tr>{cell('Name:')}{around}</w:tr>", row("Ort:", "Essen")))
    field = only(form, "text")
    assert (field.value, field.label, field.row, field.column) == ("Müller", "Name:", 1, 2)
    assert form.tables[0].texts[1, 2] == "Müller"
    assert [entry.value for entry in form.fields if entry.kind == "cell"] == ["Name:", "Ort:", "Essen"]


def test_repeating_section():
    """Each repetition is a row of its own; the wrappers give no field."""
    item = control("<w15:repeatingSectionItem/>", row("Gremium", cell(paragraph(text_control("A")))))
    second = item.replace(">A<", ">B<")
    form = read(table(control("<w15:repeatingSection/>", item + second)))
    assert [(field.value, field.row) for field in form.fields if field.kind == "text"] == [("A", 1), ("B", 2)]
    assert "richtext" not in {field.kind for field in form.fields}


def test_block_control_with_several_paragraphs():
    """One value with line breaks; its paragraphs are no fields of their own."""
    form = read(paragraph("Begründung:") + control("<w:richText/>", paragraph("erstens") + paragraph("zweitens"), "b"))
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
        ("word/document.xml", "Text"), ("word/header1.xml", "17"), ("word/footer1.xml", "Fuß"),
        ("word/footnotes.xml", "Fußnote"), ("word/comments.xml", "stimmt das?"),
    ]  # fmt: skip
    assert form.fields[3].place == "/w:footnotes[1]/w:footnote[2]/w:p[1]"
    assert only(form, "text").label == "Bogen Nr."


def test_text_box_stored_twice_is_read_once():
    """Word stores a text box for new and for old programs."""
    box = f"<w:txbxContent>{paragraph('Hinweis ', tick(True), ' gelesen')}</w:txbxContent>"
    drawing = f"<w:drawing><wp:anchor><a:graphic><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></a:graphic></wp:anchor></w:drawing>"
    old = f"<w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict>".replace(
        "gelesen", "zur Kenntnis genommen"
    )
    twice = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    form = read(paragraph("vorher", twice, "nachher"))
    field = only(form, "checkbox")
    assert (field.label, field.notes) == ("gelesen", ("textbox",))
    assert [entry.value for entry in form.fields] == ["vorhernachher", "Hinweis", "☒"]
    assert "textbox" in form.fields[1].notes
    assert states(read(paragraph(f"<w:r>{old}</w:r>")), "checkbox") == [("zur Kenntnis genommen", "selected")]


def test_branch_that_word_does_not_know_is_passed_over_for_its_fallback():
    """Word shows the first choice whose namespaces it knows, else the fallback; where nothing fits, nothing is lost."""
    strange = '<mc:Choice xmlns:y="urn:example:not-of-office" Requires="y"><w:r><w:t>☒ ja</w:t></w:r></mc:Choice>'
    known = '<mc:Choice Requires="w14"><w:r><w:t>☒ ja</w:t></w:r></mc:Choice>'
    fallback = "<mc:Fallback><w:r><w:t>☐ ja</w:t></w:r></mc:Fallback>"
    for branches, state in (
        (strange + fallback, "not_selected"),
        (known + fallback, "selected"),
        (strange, "selected"),
    ):
        form = read(paragraph(f"<mc:AlternateContent>{branches}</mc:AlternateContent>"))
        assert only(form, "mark").state == state


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
        "drawing", "activex", "embedded_object", "oMath", "altChunk", "neu",
    ]  # fmt: skip
    assert form.skipped[3].text == "x"


def test_document_without_a_body_is_refused():
    """An empty form must not come out of a broken file."""
    data = zipped(members() | {"word/document.xml": part("document", paragraph("x"))})
    with pytest.raises(IngestError, match="Hauptteil fehlt"):
        read_word_form(WordPackage(Path("Bogen.docx"), data))


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


def test_endless_codes_are_refused():
    """A code grows piece by piece, and each would copy what is there."""
    pieces = "<w:instrText>{}</w:instrText>".format("a" * 1000) * 500
    with pytest.raises(IngestError, match="mehr XML-Marken"):
        read(paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', f"<w:r>{pieces}</w:r>"))


def test_immense_grids_are_refused():
    """A cell that claims a million columns."""
    with pytest.raises(IngestError, match="unmäßig große Tabelle"):
        read(table(row(cell("a", look='<w:gridSpan w:val="999999"/>'))))
    assert read(table(row(cell("a", look='<w:gridSpan w:val="viele"/>')))).tables[0].n_columns == 1


@pytest.mark.parametrize("name", ["form_by_libreoffice.docx", "form_by_libreoffice_odt.docx"])
def test_form_that_libreoffice_saved(name):
    """States and values survive; tags are lost, and after a stay as .odt text controls are plain text."""
    form = read_word_form(open_word_file(DATA / name))
    by_label = {(field.label, field.column): field for field in form.fields}
    expected = {
        ("Name der Stelle:", 2): ("answered", "Büro für Übergänge"),
        ("Stand:", 2): ("answered", "03.05.2019"),
        ("Lage:", 2): ("answered", "Kreis"),
        ("Form:", 2): ("answered", "eigene Angabe"),
        ("Offen:", 2): ("not_answered", ""),
        ("Bemerkung:", 2): ("not_answered", ""),
        ("Ja", 2): ("selected", "☒"),
        ("Nein", 2): ("not_selected", "☐"),
        ("Jobcenter", 2): ("selected", "☒"),
        ("Jobcenter", 3): ("not_selected", "☐"),
        ("Schulamt", 2): ("selected", "x"),
        ("Schulamt", 3): ("not_answered", ""),
        ("Kammer", 2): ("selected", "☑"),
        ("Kammer", 3): ("not_selected", "☐"),
        ("Verband", 2): ("selected", "☒"),
        ("Verband", 3): ("not_selected", "☐"),
        ("Name:", 0): ("answered", "Möller"),
        ("Ort:", 0): ("not_answered", ""),
    }
    assert {key: (by_label[key].state, by_label[key].value) for key in expected} == expected
    kinds = {field.kind for field in form.fields}
    assert ("text" in kinds) == (name == "form_by_libreoffice.docx")
    assert form.skipped == ()


words = st.text(st.sampled_from("abcdefghijklmnopqrstuvwyzäöüß"), min_size=2, max_size=8)
ticks = st.booleans().map(lambda on: (tick(on), "checkbox", "selected" if on else "not_selected", "☒" if on else "☐"))
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
old_texts = words.map(lambda word: (legacy("<w:textInput/>", "FORMTEXT", run(word)), "legacy_text", "answered", word))
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
@given(st.lists(st.tuples(st.lists(entries, min_size=1, max_size=4), wrappers), min_size=1, max_size=4), st.booleans())
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
    elements = {"checkbox": "sdt", "text": "sdt", "dropdown": "sdt", "mark": "tc", "cell": "tc", "paragraph": "p"}
    for field in form.fields:
        (found,) = root.xpath(field.place, namespaces=NAMESPACES)
        assert found.tag == f"{{{NAMESPACES['w']}}}{elements.get(field.kind, found.tag.rpartition('}')[2])}"
    places = [field.place for field in form.fields]
    assert len(set(places)) == len(places)
