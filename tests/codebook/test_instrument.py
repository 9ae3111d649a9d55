"""Codebooks written by hand: what is declared, and every slip in one message."""

import pytest

from forms import ROOT
from gkanalysis.codebook.instrument import read_codebook

SMALL = """\
instrument: klein
wave: "1"
title: Kleiner Bogen
versions:
  lang: {title: Lang, sent: "2018-01", parts: [kopf, akteure]}
parts:
  - id: kopf
    kind: sheet
    heading: Kopf
    items:
      - {id: K.1, label: Name, kind: text}
      - {id: K.2, label: Angliederbar, kind: single, options: [{id: ja, label: Ja, type: kreis}, {id: nein, label: Nein, type: stadt}]}
      - {id: K.3, label: Wo, kind: text, asked_if: {item: K.2, value: ja}}
  - id: akteure
    kind: grid
    number: "1"
    heading: Akteure
    columns: [{id: 1, label: Gruppe, kind: row_label}, {id: 2, label: Mitglied, kind: tick}]
    blocks: [{id: A, label: Block, extra_rows: 1, rows: [{id: A01, label: Amt}, {id: A02, label: Chor}]}]
sets: [{id: mitglieder, label: Mitglieder, part: akteure, column: 2}]
completeness: [{id: full, label: voll, needs: [{set: mitglieder}]}, {id: unusable, label: leer, needs: []}]
identity: {name: K.1, type: K.2}
"""


@pytest.fixture
def read(tmp_path):
    """Reads the small codebook with texts replaced."""

    def run(*changes):
        text = SMALL
        for old, new in changes:
            text = text.replace(old, new)
        (tmp_path / "klein.yml").write_text(text, encoding="utf-8")
        return read_codebook(tmp_path / "klein.yml")

    return run


def test_small_codebook(read):
    """Items carry the printed numbers; the empty row has a name of its own and is in no set."""
    book = read()
    assert book.source == "klein-1"
    assert list(book.items) == ["K.1", "K.2", "K.3", "1.A01.2", "1.A02.2", "1.A03.1", "1.A03.2"]
    assert book.set_items("mitglieder") == ["1.A01.2", "1.A02.2"]
    assert book.items["K.3"].asked_if == ("K.2", "ja")


def test_layout(read):
    """A sheet has a row an item, a grid three header rows, its rows, then the empty ones."""
    sheet, grid = read().tables("lang")
    slots = [("K.1", 1, 3), ("K.2:ja", 2, 3), ("K.2:nein", 2, 3), ("K.3", 3, 3)]
    assert [(s.tag, s.row, s.column) for s in sheet.slots] == slots
    assert [(s.tag, s.row, s.column, s.extra) for s in grid.slots] == [
        ("1.A01.2", 4, 2, False), ("1.A02.2", 5, 2, False), ("1.A03.1", 6, 1, True), ("1.A03.2", 6, 2, True),
    ]  # fmt: skip
    assert grid.last_printed_row == 5
    assert grid.printed[3, 1] == "A. Block"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("id: K.3, label", "id: K.1, label"), "Item „K.1“ ist doppelt vergeben"),
        (("kind: sheet", "kind: blatt"), "Zeile 7, parts › kopf: „blatt“ gibt es nicht (erlaubt: sheet, grid, roster)"),
        (("id: K.3, label: Wo", "id: 2.10, label: Wo"), "items › 2.10 › id: „2.10“ ist kein Text; bitte in Anführungszeichen setzen"),
        (("id: K.3, label", "id: „K.3“, label"), "„„K.3““ enthält Leer- oder Anführungszeichen; bitte ohne schreiben"),
        (("{id: nein,", "{id: ja,"), "K.2 › options › ja: „ja“ steht doppelt"),
        (("{id: nein,", "{id: illegible,"), "K.2 › options › illegible: Item „K.2“: „illegible“ heißt schon ein Zustand; bitte"),
        (("label: Name, kind: text", "label: Name, kind: single"), "Item „K.1“: Vorgaben gehören zur Art „single“"),
        (("{item: K.2, value: ja}", "{item: K.2, value: Ja}"), "K.3 › asked_if › value: Vorgabe „Ja“ gibt es nicht (erlaubt: ja, nein)"),
        (("parts: [kopf, akteure]", "parts: [kopf, akteur]"), "versions › lang › parts: Teil „akteur“ gibt es nicht (erlaubt: kopf, akteure; gemeint ist wohl „akteure“)"),
        (("akteure]}", "akteure], items: {kopf: [K.7]}}"), "versions › lang › items › kopf: Item „K.7“ gibt es nicht"),
        (("part: akteure, column: 2", "part: akteur, column: 2"), "sets › mitglieder › part: Teil „akteur“ gibt es nicht"),
        (("part: akteure, column: 2", "part: akteure, column: 3"), "nennt die Spalte 3, in der kein Item steht"),
        (("label: Mitglied, kind: tick", "label: Mitglied, kind: text"), "enthält Items, die nicht zum Ankreuzen sind"),
        (("identity:", "duplicates: first\nidentity:"), "duplicates: „first“ gibt es nicht (erlaubt: latest)"),
        (("needs: []", "needs: [{item: K.1}]"), "die letzte Regel zur Vollständigkeit"),
        (("{name: K.1,", "{name: K.8,"), "identity › name: Item „K.8“ gibt es nicht"),
        (("identity: {name: K.1, type: K.2}\n", ""), "Zeile 1: es fehlt „identity“."),
        ((", type: K.2", ""), "Zeile 22, identity: es fehlt „type“."),
        (("type: K.2", "type: K.3"), "Item „K.3“ fragt nach dem Kommunaltyp und ist von der Art „text“; nötig ist „single“"),
        ((", type: stadt", ""), "Zeile 12, parts › kopf › items › K.2 › options › nein: Item „K.2“ fragt nach dem Kommunaltyp"),
        (("label: Wo,", "lable: Wo,"), "K.3 › lable: unbekannt ist „lable“ (bekannt: "),
        ((SMALL, "- 1"), "Zeile 1: eine Liste steht, wo Angaben der Form „name: wert“ stehen müssen"),
        (("label: Angliederbar,", "label: Angliederbar, control: liste,"), "control: „liste“ gibt es nicht (erlaubt: dropdown)"),
        (("label: Wo, kind: text", "label: Wo, kind: text, control: dropdown"), "control: dropdown"),
        (("label: Angliederbar, kind: single, options: [{id: ja, label: Ja,", "label: Angliederbar, control: dropdown, kind: single, options: [{id: ja, label: Nein,"), "die Liste zeigt „Nein“ doppelt"),
        (("id: K.3, label", "id: K_1, label"), "die Kennung „i_K_1“ stünde an zwei Stellen"),
    ],
)  # fmt: skip
def test_slips(answer, change, sentence):
    """Each slip of a hand-written codebook is named with its place."""
    assert sentence in answer(read_codebook, SMALL, change)


def test_slips_of_every_kind_come_together(answer):
    """What is wrong by itself does not hide what names something unknown."""
    changes = (
        ("label: Wo", "label: no, lable: x"),
        ("value: ja", "value: jaa"),
        ("{set: mitglieder}", "{sets: mitglieder}"),
    )
    assert [line.split(":")[0] for line in answer(read_codebook, SMALL, *changes).splitlines()[1:]] == [
        "  Zeile 13, parts › kopf › items › K.3 › label", "  Zeile 13, parts › kopf › items › K.3 › lable",
        "  Zeile 13, parts › kopf › items › K.3 › asked_if › value", "  Zeile 21, completeness › full › needs › 1 › sets",
    ]  # fmt: skip


EARLIER = """\
instrument: vorher
wave: "0"
title: Bogen davor
versions: {bogen: {title: Bogen, sent: "2017", parts: [kopf, akteure]}}
parts:
  - id: kopf
    kind: sheet
    heading: Kopf
    items:
      - {id: "1", label: Angliederbar, kind: single, options: [{id: ja, label: Ja, type: kreis}, {id: nein, label: Nein, type: stadt}]}
      - {id: "2", label: Angebunden, kind: single, options: [{id: ja, label: Ja, type: kreis}, {id: nein, label: Nein, type: stadt}]}
      - {id: "3", label: Angliederbar, kind: single, options: [{id: ja, label: Ja}, {id: nein, label: Noch nicht}]}
      - {id: "4", label: Angliederbar, kind: text}
      - {id: "5", label: Wo, kind: text}
      - {id: "6", label: Anzahl, kind: number}
  - id: akteure
    kind: grid
    number: "7"
    heading: Akteure
    columns: [{id: 1, label: Gruppe, kind: row_label}, {id: 4, label: Mitglied, kind: tick}]
    blocks: [{id: A, label: Block, rows: [{id: A01, label: Amt}, {id: A02, label: Chor}]}]
sets: [{id: dabei, label: Dabei, part: akteure, column: 4}]
completeness: [{id: full, label: voll, needs: []}]
identity: {name: "4", type: "1"}
"""
PLACE = "{id: nein, label: Nein, type: stadt}]}"
REPEATS = "{id: nein, label: Nein, type: stadt}], repeats: {source: vorher-0, item: '1', as_yes: [ja]}}"
UNLIKE = (
    "{id: nein, label: Nein, type: stadt}], not_comparable: "
    "[{source: vorher-0, item: '2', answers: [ja, nein], reason: Das ist etwas anderes.}]}"
)
BOTH = UNLIKE.replace("'2'", "'1'").replace("], not", "], repeats: {source: vorher-0, item: '1', as_yes: [ja]}, not")


@pytest.fixture
def earlier(tmp_path):
    """The codebook of an earlier wave beside the small one."""
    (tmp_path / "vorher.yml").write_text(EARLIER, encoding="utf-8")
    return tmp_path / "vorher.yml"


def test_items_of_earlier_waves(read, earlier):
    """An item says which one of an earlier wave asks the same, and which one does not."""
    item = read((PLACE, REPEATS)).items["K.2"]
    assert (item.repeats.source, item.repeats.item, item.repeats.as_yes) == ("vorher-0", "1", ("ja",))
    (unlike,) = read((PLACE, UNLIKE)).items["K.2"].not_comparable
    assert (unlike.item, unlike.answers, unlike.reason) == ("2", ("ja", "nein"), "Das ist etwas anderes.")


@pytest.mark.parametrize(
    ("written", "change", "sentence"),
    [
        (REPEATS, ("vorher-0", "nachher-0"), "die Welle „nachher-0“ ist unbekannt"),
        (REPEATS, ("vorher-0", "klein-1"), "die Welle „klein-1“ liegt nicht vor 1"),
        (REPEATS, ("item: '1'", "item: '9'"), "vorher-0 hat kein Item „9“"),
        (REPEATS, ("item: '1'", "item: '2'"), "fragt in „2“ nach „Angebunden“, hier steht „Angliederbar“"),
        (REPEATS, ("item: '1'", "item: '3'"), "andere Vorgaben an (Ja, Noch nicht) als hier (Ja, Nein)"),
        (REPEATS, ("item: '1'", "item: '4'"), "„4“ von vorher-0 (text) und „K.2“ (single) müssen von derselben Art sein"),
        (REPEATS, (", as_yes: [ja]", ""), "„as_yes“ muss mindestens eine Vorgabe nennen"),
        (REPEATS, ("as_yes: [ja]", "as_yes: [wohl]"), "„as_yes“ nennt die unbekannte Vorgabe „wohl“ (erlaubt: ja, nein)"),
        (REPEATS, ("as_yes: [ja]", "as_yes: [ja, nein]"), "„as_yes“ muss mindestens eine Vorgabe nennen"),
        (UNLIKE, ("item: '2'", "item: '4'"), "„4“ von vorher-0 und „K.2“ müssen beide von der Art „single“ sein"),
        (UNLIKE, ("[ja, nein]", "[wohl, nein]"), "die unbekannte Vorgabe „wohl“ (erlaubt bei „2“: ja, nein)"),
        (UNLIKE, ("[ja, nein]", "[ja]"), "„answers“ braucht zwei Vorgaben"),
        (UNLIKE, ("Das ist etwas anderes.", "anders"), "reason: „anders“ muss ein Satz sein"),
        (BOTH, ("[ja, nein]", "[ja, ja]"), "„1“ von vorher-0 steht auch unter „repeats“"),
    ],
)  # fmt: skip
def test_slips_about_earlier_waves(answer, earlier, written, change, sentence):
    """What an item says of another wave is compared with the codebook of that wave."""
    assert change[0] in written
    assert sentence in answer(read_codebook, SMALL, (PLACE, written.replace(*change)))


WO = "label: Wo, kind: text"
AGAIN = ", repeats: {source: vorher-0, item: '5'}"
SET = "column: 2}]"
SET_AGAIN = "column: 2, repeats: {source: vorher-0, set: dabei}}]"


def test_texts_and_sets_of_earlier_waves(read, earlier):
    """What has no answers to choose is only said to be the same; a set names a set."""
    book = read((WO, WO + AGAIN), (SET, SET_AGAIN))
    assert (book.items["K.3"].repeats.item, book.items["K.3"].repeats.as_yes) == ("5", ())
    assert (book.set_repeat("mitglieder").source, book.set_repeat("mitglieder").set) == ("vorher-0", "dabei")
    assert read().set_repeat("mitglieder") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([(WO, WO + AGAIN.replace("'5'", "'6'"))], "„6“ von vorher-0 (number) und „K.3“ (text) müssen von derselben Art sein"),
        ([(WO, WO + AGAIN.replace("'5'", "'4'"))], "fragt in „4“ nach „Angliederbar“, hier steht „Wo“"),
        ([(WO, WO + AGAIN.replace("}", ", as_yes: [ja]}"))], "„as_yes“ gehört zur Art „single“ und nur zu ihr"),
        ([(SET, SET_AGAIN.replace("vorher", "nie"))], "„mitglieder“: die Welle „nie-0“ ist unbekannt"),
        ([(SET, SET_AGAIN.replace("set: dabei", "set: weg"))], "vorher-0 hat keine Mehrfachantwort „weg“ (vorhanden: dabei)"),
        ([(SET, SET_AGAIN.replace("set: dabei", "item: dabei"))], "repeats: es fehlt „set“"),
        ([(SET, SET_AGAIN), ("label: Mitglied,", "label: Gast,")], "nach „Akteure: Mitglied“, hier steht „Akteure: Gast“"),
        ([(SET, SET_AGAIN), ("label: Amt}", "label: Ämter}")], "die Zeile „A01“ heißt in vorher-0 „Amt“, hier „Ämter“"),
        ([(SET, SET_AGAIN), ("id: A02,", "id: A09,")], "die Zeile „A02“ („Chor“) von vorher-0 fehlt hier"),
        ([(SET, SET_AGAIN), ("id: A02,", "id: A09,")], "die Zeile „A09“ („Chor“) fehlt in vorher-0"),
        ([(SET, SET_AGAIN), ("heading: Akteure", "heading: Alle")], "nach „Akteure: Mitglied“, hier steht „Alle: Mitglied“"),
    ],
)  # fmt: skip
def test_slips_about_texts_and_sets(answer, earlier, changes, sentence):
    """Wave, set, wording and kind are compared with the codebook of that wave; every row that differs is named."""
    assert sentence in answer(read_codebook, SMALL, *changes)


def _questions(book):
    """Words of every question -> whether it is said to repeat or to be unlike another; who fills in is none."""
    for item in book.items.values():
        if item.part != "kopf" and item.kind != "tick" and item.label:
            parent = item.asked_if and (book.items[item.asked_if[0]].label, item.asked_if[1])
            words = (item.kind, item.label, parent, tuple(o.label for o in item.options))
            yield words, bool(item.repeats or item.not_comparable)
    for name, asked in book.sets.items():
        rows = tuple(book.items[i].label for i in book.set_items(name))
        yield ("set", book.part(asked.part).heading, rows), bool(asked.repeats)


def test_no_repeated_question_is_overlooked():
    """Whatever two shipped waves ask in the same words says so in the later one."""
    before, again = set(), []
    for name in ("strukturen", "bedarf", "prozess", "entwicklungsstand", "nachhaltigkeit"):
        asked = dict(_questions(read_codebook(ROOT / f"data/codebook/{name}.yml")))
        again += [(words, is_declared) for words, is_declared in asked.items() if words in before]
        before |= set(asked)
    assert len(again) == 7
    assert [words for words, is_declared in again if not is_declared] == []
