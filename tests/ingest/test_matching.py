"""Answers written into a form come back as written; whatever makes that uncertain goes to a person, never into a guess."""

from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from forms import BOOK, MAIN, ROOT, Drawn, W, answers, expected_answers, match, parts_of, typed
from gkanalysis.codebook.instrument import TICK_KINDS, read_codebook
from gkanalysis.core.errors import IngestError
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.matching import NOT_FOUND, REPRINTED, UNKNOWN, Matcher
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.xmlparts import NAMESPACES
from tools.synthetic.wordwriter import STYLES, write_form

A03, A04 = "1.1.A03.4", "1.1.A04.4"
ROW_A03, ROW_A04 = 6, 7  # rows in table 2 of both versions: three header rows, then A01
OUTSIDE = "Eintrag außerhalb der bekannten Felder"

LINES = st.text("abcÄÖÜäöüß &<>\"'–„“/,.;:0123456789", min_size=1, max_size=12).map(str.strip).filter(bool)
TEXTS = st.lists(LINES, min_size=1, max_size=3).map("\n".join)


@st.composite
def written_forms(draw):
    """A style, a version, and some of its slots with what is written into them."""
    style, version = draw(st.sampled_from(STYLES)), draw(st.sampled_from(["lang", "kurz"]))
    slots = [s for table in BOOK.tables(version) for s in table.slots]
    chosen = draw(st.lists(st.sampled_from(slots), max_size=25, unique=True))
    return style, version, {s.tag: "x" if s.kind in TICK_KINDS else draw(TEXTS) for s in chosen}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(written_forms())
@example(("typed_x", "lang", {"2.1:ja": "x", "2.1:nein": "x", "1.2.1#6": "A & B\n<C>", "1.1.D14.4": "x"}))
def test_what_is_written_is_read(form):
    """Every style and version gives back exactly the answers that were written, and nothing to review."""
    style, version, written = form
    matched = match(write_form(BOOK, version, written, style))
    assert matched.version == version
    assert answers(matched) == expected_answers(BOOK, version, written)
    assert matched.reviews == []
    assert {r.matched_by for r in matched.responses if not _is_extra(r)} == (
        {"tag"} if style in ("controls", "legacy", "blank") else {"position"}
    )


def _is_extra(response):
    item = BOOK.items[response.item_id]
    return not item.label or item.part == "gremien"


@pytest.mark.parametrize("style", ["controls", "legacy"])
def test_without_tags_position_and_label_carry(style):
    """A form whose controls lost their names is read by position, answers unchanged."""
    written = {A03: "x", "2.1:nein": "x", "2.3.1": "Neues Gremium", "K.1": "Kreis Ä"}
    drawn = Drawn(written, style)
    drawn.strip_tags()
    matched = drawn.match()
    assert answers(matched) == expected_answers(BOOK, "lang", written)
    assert {r.matched_by for r in matched.responses} == {"position"}


@pytest.mark.parametrize(("style", "how"), [("typed_x", "label"), ("controls", "tag")])
def test_row_inserted_above(style, how):
    """Below a row that somebody inserted the label finds the row; the new row goes to review, cell by cell."""
    drawn = Drawn({A03: "x"}, style)
    drawn.insert_row(2, ROW_A03 - 1, "Moschee", "", "", "x", "", "", "", "")
    matched = drawn.match()
    found = {r.item_id: r for r in matched.responses}
    assert (found[A03].state, found[A04].state) == ("selected", "not_selected")
    assert found[A03].matched_by == how
    assert [(r.reason, r.raw) for r in matched.reviews] == [(OUTSIDE, "Moschee"), (OUTSIDE, "x")]


def rename_row(drawn):
    drawn.type(drawn.cell(2, ROW_A03, 1), "Rat")


def rename_last_row(drawn):
    drawn.type(drawn.cell(2, 16, 1), "Weitere Stellen")


def move_last_row_up(drawn):
    drawn.row(2, 4).addprevious(drawn.row(2, 16))


def copy_row(drawn):
    drawn.row(2, ROW_A03).addnext(deepcopy(drawn.row(2, ROW_A03)))


def insert_and_copy_row(drawn):
    drawn.insert_row(2, ROW_A03 - 1, "Moschee", "", "", "", "", "", "", "")
    drawn.row(2, ROW_A03 + 1).addnext(deepcopy(drawn.row(2, ROW_A03 + 1)))


def rename_column(drawn):
    drawn.type(drawn.cell(2, 2, 4), "4 ist beteiligt")


def delete_empty_rows(drawn):
    drawn.table(2).remove(drawn.row(2, 17))
    for _ in range(6):
        drawn.table(6).remove(drawn.row(6, 2))


def move_control(drawn):
    here, there = drawn.cell(2, ROW_A03, 4), drawn.cell(2, ROW_A04, 4)
    control = here.find(f".//{W}sdt")
    there.replace(there.find(W + "p"), deepcopy(here.find(W + "p")))
    control.getparent().remove(control)


def swap_option_labels(drawn):
    paragraphs = drawn.cell(7, 1, 3).findall(W + "p")
    texts = [p.findall(f"{W}r/{W}t")[-1] for p in paragraphs]
    texts[0].text, texts[1].text = texts[1].text, texts[0].text


def double_boxes(drawn):
    drawn.strip_tags()
    box = drawn.cell(2, ROW_A03, 4).find(W + "p")
    for row in (ROW_A04, ROW_A03):
        drawn.cell(2, row, 4).append(deepcopy(box))


def write_beside_box(drawn):
    drawn.cell(2, ROW_A03, 4).find(W + "p").append(typed(" erst ab Mai")[0])


def merge_cells(drawn):
    first, second = drawn.cell(2, ROW_A03, 4), drawn.cell(2, ROW_A03, 5)
    etree.SubElement(first.find(W + "tcPr"), W + "gridSpan").set(W + "val", "2")
    second.getparent().remove(second)
    drawn.type(first, "x")


def add_column(drawn):
    for row in drawn.table(7).findall(W + "tr"):
        row.append(deepcopy(row.findall(W + "tc")[1]))
        drawn.type(row.findall(W + "tc")[3], "")
    drawn.type(drawn.cell(7, 10, 4), "Bemerkung")


def type_boxes(drawn):
    drawn.type(drawn.cell(7, 10, 3), "☒ Amt A dabei", "☐ Amt B noch nicht")


def draw_picture(drawn):
    run = etree.SubElement(drawn.cell(2, ROW_A03, 4).find(W + "p"), W + "r")
    etree.SubElement(run, W + "drawing")


TICKED = {A03: "x"}
HERE = "Kennung und Stelle im Bogen widersprechen sich"
MANY = "Kennung steht an mehreren Stellen"
SAME = ["… | …", "☐ | ☐", "☒ | ☒", "☐ | ☐", "☐ | ☐", "… | …", "… | …"]
TWICE = "zwei Zeichen in einem Feld widersprechen sich"
BESIDE = "Text neben dem Kästchen"
UNREAD = "Inhalt der Zelle wird nicht gelesen"


@pytest.mark.parametrize(
    ("change", "style", "written", "expected", "reviews"),
    [
        # a row of another name: a tag still finds it, without one its tick is never counted
        (rename_row, "controls", TICKED, {A03: "selected"}, {("", OUTSIDE, "Rat")}),
        (rename_row, "typed_x", TICKED, {A03: "illegible"},
         {(f"1.1.A03.{c}", NOT_FOUND, "") for c in range(2, 9)} | {("", OUTSIDE, "Rat"), ("", OUTSIDE, "x")}),
        # if the last printed row is not found, or others follow it, no row below is taken for an empty one
        (rename_last_row, "typed_x", {"1.1.A13.4": "x"}, {"1.1.A13.4": "illegible", "1.1.A14.4": None}, None),
        (move_last_row_up, "typed_x", {"1.1.A13.4": "x", "1.1.A14.1": "Moschee"},
         {"1.1.A13.4": "selected", "1.1.A12.4": "not_selected", "1.1.A14.1": None}, {("", OUTSIDE, "Moschee")}),
        # two witnesses that disagree: nobody can say which one is meant
        (insert_and_copy_row, "typed_x", TICKED, {A03: "illegible"}, None),
        (copy_row, "controls", TICKED, {A03: "illegible"},
         {(f"1.1.A03.{c}", MANY, raw) for c, raw in zip(range(2, 9), SAME, strict=True)}),
        (move_control, "controls", TICKED, {A03: "illegible", A04: "illegible"}, {(A03, HERE, "☒"), (A04, HERE, "")}),
        (swap_option_labels, "controls", {"2.1:ja": "x"}, {"2.1": "illegible"}, None),
        (double_boxes, "controls", TICKED, {A03: "selected", A04: "illegible"}, {(A04, TWICE, "☐\n☒")}),
        (double_boxes, "legacy", TICKED, {A03: "selected", A04: "illegible"}, {(A04, TWICE, "☐\n☒")}),
        # words behind a box are not its label, whatever kind of box it is; a picture is not an empty box
        (write_beside_box, "controls", TICKED, {A03: "illegible"}, {(A03, BESIDE, "☒ erst ab Mai")}),
        (write_beside_box, "legacy", TICKED, {A03: "illegible"}, {(A03, BESIDE, "☒ erst ab Mai")}),
        (write_beside_box, "typed_box", TICKED, {A03: "illegible"}, {(A03, BESIDE, "☒ erst ab Mai")}),
        (draw_picture, "typed_x", {}, {A03: "illegible"}, {(A03, UNREAD, "Zeichnung")}),
        # columns that are no longer certain
        (rename_column, "typed_x", TICKED, {A03: "illegible", "1.1.B01.4": "not_selected"}, None),
        (merge_cells, "typed_x", {}, {f"1.1.A03.{c}": "illegible" for c in range(2, 9)} | {A04: "not_selected"}, None),
        (add_column, "typed_x", {"2.4": "Kleine Runde"}, {"2.4": "illegible"}, None),
        # nothing is lost with empty rows, and a text keeps the boxes typed into it
        (delete_empty_rows, "typed_x", TICKED, {A03: "selected"}, set()),
        (type_boxes, "typed_x", {}, {"2.4": "answered"}, set()),
    ],
)  # fmt: skip
def test_changed_forms(change, style, written, expected, reviews):
    """What somebody did to a form, what is still certain, and what goes to a person with its entry."""
    drawn = Drawn(written, style)
    change(drawn)
    matched = drawn.match()
    found = answers(matched)
    assert {item: found.get(item, (None,))[0] for item in expected} == expected
    if reviews is not None:
        assert {(r.item_id, r.reason, r.raw) for r in matched.reviews} == reviews
    elif style != "controls":  # whose raw value is the state
        shown = "".join(r.raw for r in matched.reviews)
        assert all(text in shown for item, text in written.items() if found.get(item) == ("illegible", ""))
    assert bool(matched.reviews) == ("illegible" in expected.values() or bool(reviews))


@pytest.mark.parametrize("style", ["typed_x", "typed_box", "controls"])
def test_swapped_columns(style):
    """Two columns in another order are told apart by their headings."""
    drawn = Drawn({A03: "x", "1.1.A03.6": "x"}, style)
    rows = drawn.table(2).findall(W + "tr")
    for row in (rows[1], *rows[3:]):  # the heading row, and all below the name of the block
        cells = row.findall(W + "tc")
        cells[3].addprevious(cells[4])  # column 5 before column 4
    matched = drawn.match()
    assert [answers(matched)[f"1.1.A03.{c}"][0] for c in (3, 4, 5, 6)] == [
        "not_selected", "selected", "not_selected", "selected",
    ]  # fmt: skip
    assert matched.reviews == []
    found = {r.item_id: r.matched_by for r in matched.responses}
    moved, kept = ("tag", "tag") if style == "controls" else ("label", "position")
    assert (found["1.1.A03.4"], found["1.1.A03.5"], found["1.1.A03.6"]) == (moved, moved, kept)


def test_extra_table_and_missing_block():
    """A table of somebody's own is reviewed, a deleted block is illegible; no block takes the place of another."""
    drawn = Drawn({"1.1.B01.4": "x", "1.1.B14.1": "Musikschule"})
    drawn.body.remove(drawn.table(2))
    own = deepcopy(drawn.table(1))
    for row in own.findall(W + "tr")[1:]:
        own.remove(row)
    drawn.body.insert(0, own)
    for cell in own.iter(W + "tc"):
        drawn.type(cell, "eigene Tabelle")
    matched = drawn.match()
    found = answers(matched)
    assert {v for k, v in found.items() if k.startswith("1.1.A")} == {("illegible", "")}
    assert not any(k.startswith("1.1.A14.") for k in found)
    assert (found["1.1.B01.4"][0], found["1.1.B14.1"][1]) == ("selected", "Musikschule")
    assert [r.raw for r in matched.reviews if not r.item_id] == ["eigene Tabelle"] * 3


@pytest.mark.parametrize("style", ["typed_x", "typed_box", "controls", "legacy"])
@pytest.mark.parametrize("order", [(2, 3), (3, 2), (5, 6)])
def test_two_tables_that_became_one(style, order):
    """Without the paragraph between them Word joins them: each row stays one of its block, own rows those above them."""
    written = {
        A03: "x", "1.1.A14.1": "Moschee", "1.1.A14.4": "x", "1.1.B01.4": "x", "1.1.B14.1": "Musikschule",
        "1.1.D02.5": "x", "1.2.1": "Beirat",
    }  # fmt: skip
    whole, drawn = Drawn(written, style), Drawn(written, style)
    first, second = (drawn.table(number) for number in order)
    first.extend(second.findall(W + "tr"))
    second.getparent().remove(second)
    matched = drawn.match()
    assert answers(matched) == answers(whole.match())
    assert matched.reviews == []


def test_a_row_of_another_block():
    """A printed label is no actor of somebody's own; what is ticked in its row is asked about."""
    drawn = Drawn()
    drawn.insert_row(2, 17, "Jobcenter", "", "", "x", "", "", "", "")
    matched = drawn.match()
    assert not any(r.item_id.startswith("1.1.A14") for r in matched.responses)
    assert [(r.reason, r.raw) for r in matched.reviews if r.raw] == [(REPRINTED, "Jobcenter"), (UNKNOWN, "x")]


@pytest.mark.parametrize("style", ["typed_x", "controls"])
def test_rows_added_below(style):
    """Rows added below the empty ones are further occurrences of the last of them."""
    drawn = Drawn({"1.1.A14.1": "Moschee", "1.2.1#6": "Beirat"}, style)
    drawn.insert_row(2, 17, "Kirche", "", "", "x", "", "", "", "")
    drawn.insert_row(6, 7, "Forum", "", "", "", "", "12", "")
    found = answers(drawn.match())
    assert (found["1.1.A14.1"], found["1.1.A14.1#2"]) == (("answered", "Moschee"), ("answered", "Kirche"))
    assert found["1.1.A14.4#2"] == ("selected", "")
    assert "1.1.A14.4" not in found
    assert (found["1.2.1#6"][1], found["1.2.1#7"][1], found["1.2.6#7"][1]) == ("Beirat", "Forum", "12")


@pytest.mark.parametrize("style", ["controls", "typed_x"])
def test_choice_without_one_of_its_boxes(style):
    """A choice that lacks an option is illegible with what is ticked; the review names the box, tagged or not."""
    drawn = Drawn({"2.1:ja": "x"}, style)
    second = drawn.cell(7, 1, 3).findall(W + "p")[1]
    second.getparent().remove(second)
    matched = drawn.match()
    assert answers(matched)["2.1"] == ("illegible", "ja")
    assert [(r.item_id, r.reason) for r in matched.reviews] == [("2.1", "Kästchen „Nein“: nicht gefunden")]


@pytest.mark.parametrize("text", ["Bitte um Rückruf", "Ja", "Jugendamt"])
def test_text_outside_of_any_field(text):
    """A line typed between the tables goes to review, even if the same words are printed elsewhere."""
    drawn = Drawn()
    drawn.table(3).addprevious(typed(text))
    assert [(r.item_id, r.reason, r.raw) for r in drawn.match().reviews] == [("", OUTSIDE, text)]


@pytest.mark.parametrize("below", ["", "Neues Gremium"])
def test_text_box_over_a_field(below):
    """Words in a text box, which Word stores twice, are part of the answer; the empty field below says nothing."""
    words = f"<w:txbxContent xmlns:w='{NAMESPACES['w']}'><w:p><w:r><w:t>tagt digital</w:t></w:r></w:p></w:txbxContent>"
    box = etree.fromstring(
        f"<w:r xmlns:w='{NAMESPACES['w']}' xmlns:mc='{NAMESPACES['mc']}' xmlns:wps='{NAMESPACES['wps']}' xmlns:v='{NAMESPACES['v']}'>"
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{words}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{words}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    drawn = Drawn({"2.3.1": below}, "controls")
    (control,) = (sdt for sdt in drawn.root.iter(W + "sdt") if sdt.find(f"{W}sdtPr/{W}tag").get(W + "val") == "2.3.1")
    control.addprevious(box)
    matched = drawn.match()
    (response,) = [r for r in matched.responses if r.item_id == "2.3.1"]
    assert (response.state, response.value.split("\n")) == ("answered", [*filter(None, [below]), "tagt digital"])
    assert response.raw.split(" | ") == ["tagt digital", *filter(None, [below])]
    assert matched.reviews == []


@pytest.mark.parametrize(("start", "read"), [(12, ("answered", "12.")), (1, ("illegible", ""))])
def test_number_that_became_a_list(start, read):
    """„12. “ typed, of which Word made an empty paragraph of a list; a 1 may also be printed, so a person is asked."""
    book = read_codebook(ROOT / "data/codebook/bedarf.yml")
    parts = parts_of(write_form(book, "voll", {"1.1a": "77"}, "typed_x"))
    wordml = f'xmlns:w="{NAMESPACES["w"]}"'
    parts["word/numbering.xml"] = (
        f'<w:numbering {wordml}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    ).encode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/numbering"
    rels, end = "word/_rels/document.xml.rels", b"</Relationships>"
    parts[rels] = parts[rels].replace(
        end, f'<Relationship Id="rId9" Type="{kind}" Target="numbering.xml"/>'.encode() + end
    )
    root = etree.fromstring(parts[MAIN])
    (text,) = (t for t in root.iter(W + "t") if t.text == "77")
    paragraph = text.getparent().getparent()
    paragraph[:] = [etree.fromstring(f'<w:pPr {wordml}><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr>')]
    form = read_word_form(WordPackage(Path("Bogen.docx"), zip_parts(parts | {MAIN: etree.tostring(root)})))
    matched = Matcher(book).match(form, "Bogen.docx")
    (response,) = [r for r in matched.responses if r.item_id == "1.1a"]
    assert ((response.state, response.value), response.raw) == (read, f"{start}.")
    assert [(r.item_id, r.raw) for r in matched.reviews] == ([("1.1a", "1.")] if start == 1 else [])


OTHERS = {"K.1": "Kreis Borretsch", "1.1.A04.4": "x", "2.4": "Streng vertraulich"}


def append(drawn, other):
    for block in list(other.body)[:-1]:
        drawn.body.insert(len(drawn.body) - 1, block)


def join_tables(drawn, other):
    """What Word makes of two tables without a line between them."""
    for number, table in enumerate(other.body.findall(W + "tbl"), start=1):
        drawn.table(number).extend(table.findall(W + "tr"))


def nest(drawn, other):
    cell = drawn.cell(7, 10, 3)
    for block in list(other.body)[:-1]:
        cell.insert(1, block)


@pytest.mark.parametrize(("style", "version"), [("controls", "lang"), ("typed_x", "kurz"), ("legacy", "lang")])
@pytest.mark.parametrize("written", [OTHERS, {}])
@pytest.mark.parametrize("add", [append, join_tables, nest])
def test_two_forms_in_one_file(add, written, style, version):
    """A second form behind the first, whatever its version, filled in or blank: none counts, nothing of it is quoted."""
    drawn = Drawn({A03: "x", "K.1": "Kreis Beinwell"}, "controls")
    add(drawn, Drawn(written, style, version))
    with pytest.raises(IngestError) as refused:
        match(drawn.data(), "Bögen.docx")
    sentence = str(refused.value)
    assert sentence.startswith("In der Datei „Bögen.docx“ stehen zwei Bögen der Arbeitshilfe „Strukturen")
    assert "Bitte als zwei Dateien ablegen" in sentence
    assert not any(value in sentence for value in ("Kreis", "vertraulich", "\n"))


def test_what_is_no_second_form():
    """A letter before the form, its questions quoted in a mail, its first table or a block twice: the form is read."""
    labels = [text for table in BOOK.tables("lang") for text in table.printed.values()]
    for lines, copied in ((["Sehr geehrte Damen und Herren,", "anbei unser Bogen."], 0), (labels, 0), ([], 1), ([], 2)):
        drawn = Drawn({A03: "x", "K.1": "Kreis Beinwell"})
        for line in lines:
            drawn.table(1).addprevious(typed(line))
        if copied:
            drawn.table(7).addnext(deepcopy(drawn.table(copied)))
        assert answers(drawn.match())[A03] == ("selected", "")


@pytest.mark.parametrize("style", STYLES)
def test_place_finds_the_answer(style):
    """The XPath of each response finds one element in its part, and that element holds the answer."""
    written = {"2.4": "Kleine Runde", A03: "x", "2.1:ja": "x", "1.2.1#3": "Beirat"}
    data = write_form(BOOK, "lang", written, style)
    root = etree.fromstring(parts_of(data)[MAIN])
    responses = match(data).responses
    assert len(responses) > 400
    held = {}
    for r in responses:
        assert r.part == MAIN
        found = [root.xpath(place, namespaces=NAMESPACES) for place in r.place.split(" | ")]
        assert all(len(elements) == 1 for elements in found), r
        held[r.item_id, r.occurrence] = found[0][0]
    assert "".join(held["2.4", 1].itertext()) in ("Kleine Runde", "") or style == "legacy"
    if style != "legacy":
        assert "Kleine Runde" in "".join(held["2.4", 1].itertext())
        assert "".join(held[A03, 1].itertext()) in ("☒", "x")
    assert "Beirat" in "".join(held["1.2.1", 3].itertext())
