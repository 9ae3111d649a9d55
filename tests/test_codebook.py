"""Codebooks written by hand: what is declared, and every slip in one message."""

import pytest

from forms import BOOK
from gkanalysis.codebook import read_codebook
from gkanalysis.errors import CodebookError

SMALL = """\
instrument: klein
wave: "1"
title: Kleiner Bogen
versions:
  lang: {title: Lang, parts: [kopf, akteure]}
parts:
  - id: kopf
    kind: sheet
    heading: Kopf
    items:
      - {id: K.1, label: Name, kind: text}
      - {id: K.2, label: Angliederbar, kind: single, options: [{id: ja, label: Ja}, {id: nein, label: Nein}]}
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
            assert old in text
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
    assert [(s.tag, s.row, s.column) for s in sheet.slots] == [
        ("K.1", 1, 3),
        ("K.2:ja", 2, 3),
        ("K.2:nein", 2, 3),
        ("K.3", 3, 3),
    ]
    assert [(s.tag, s.row, s.column, s.extra) for s in grid.slots] == [
        ("1.A01.2", 4, 2, False), ("1.A02.2", 5, 2, False), ("1.A03.1", 6, 1, True), ("1.A03.2", 6, 2, True),
    ]  # fmt: skip
    assert grid.last_printed_row == 5
    assert grid.printed[3, 1] == "A. Block"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("id: K.3, label", "id: K.1, label"), "Item „K.1“ ist doppelt vergeben"),
        (("kind: sheet", "kind: blatt"), "Art „blatt“ ist unbekannt (erlaubt: grid, roster, sheet)"),
        (("label: Wo, kind: text", "label: Wo, kind: wort"), "Item „K.3“: Art „wort“ ist unbekannt"),
        (("id: K.3, label: Wo", "id: 2.10, label: Wo"), "Item „2.1“: 2.1 ist kein Text; bitte in Anführungszeichen setzen"),
        (("{id: nein, label: Nein}", "{id: no, label: Nein}"), "Item „K.2“: False ist kein Text"),
        (("{id: nein, label: Nein}", "{id: ja, label: Nein}"), "Item „K.2“: Vorgabe „ja“ ist doppelt vergeben"),
        (("label: Name, kind: text", "label: Name, kind: single"), "Item „K.1“: Vorgaben gehören zur Art „single“"),
        (("{item: K.2, value: ja}", "{item: K.9, value: ja}"), "Filter von „K.3“ nennt das unbekannte Item „K.9“"),
        (("{item: K.2, value: ja}", "{item: K.2, value: Ja}"), "Filter von „K.3“ nennt die unbekannte Vorgabe „Ja“"),
        (("parts: [kopf, akteure]", "parts: [kopf, akteur]"), "Fassung „lang“ nennt den unbekannten Teil „akteur“"),
        (("akteure]}", "akteure], items: {kopf: [K.7]}}"), "Fassung „lang“ nennt das unbekannte Item „K.7“"),
        (("akteure]}", "akteure], columns: {akteur: [1]}}"), "Fassung „lang“ nennt den unbekannten Teil „akteur“"),
        (("part: akteure, column: 2", "part: akteur, column: 2"), "Mehrfachantwort „mitglieder“ nennt den unbekannten Teil"),
        (("part: akteure, column: 2", "part: akteure, column: 3"), "nennt die Spalte 3, in der kein Item steht"),
        (("label: Mitglied, kind: tick", "label: Mitglied, kind: text"), "enthält Items, die nicht zum Ankreuzen sind"),
        (("needs: [{set: mitglieder}]", "needs: [{set: mitglied}]"), "„set: mitglied“ ist unbekannt"),
        (("identity:", "identitaet: {}\nidentity:"), "Der Schlüssel „identitaet“ ist unbekannt"),
        (("identity:", "duplicates: first\nidentity:"), "„duplicates: first“ ist unbekannt"),
        (("needs: []", "needs: [{item: K.1}]"), "Die letzte Regel zur Vollständigkeit"),
        (("{name: K.1,", "{name: K.8,"), "„name“ das unbekannte Item „K.8“"),
        (("id: K.3, label", "id: K_1, label"), "die Kennung „i_K_1“ stünde an zwei Stellen"),
    ],
)  # fmt: skip
def test_slips(read, change, said):
    """Each slip of a hand-written codebook is named with its place."""
    with pytest.raises(CodebookError) as caught:
        read(change)
    assert said in str(caught.value)
    assert "klein.yml" in str(caught.value)


def test_all_slips_in_one_message(read):
    """Two slips give two sentences."""
    with pytest.raises(CodebookError, match=r"K\.9.*K\.8"):
        read(("{item: K.2, value: ja}", "{item: K.9, value: ja}"), ("{name: K.1,", "{name: K.8,"))


@pytest.mark.parametrize(
    "change",
    [("title: Kleiner Bogen\n", ""), ("identity:", "sets: []\nidentity:"), ("parts:\n", "parts: [\n")],
)
def test_unreadable(read, change):
    """A missing or repeated key, or broken YAML, is one sentence with the name of the file."""
    with pytest.raises(CodebookError, match=r"klein\.yml“ ist nicht lesbar"):
        read(change)


def test_missing_file(tmp_path):
    """A codebook that does not exist is named."""
    with pytest.raises(CodebookError, match=r"fehlt\.yml“ ist nicht lesbar"):
        read_codebook(tmp_path / "fehlt.yml")


def test_shipped_codebook():
    """56 actors in four blocks of eight columns, 6 lines of committees, the numbers of section 2."""
    assert len(BOOK.set_items("kerngruppe")) == 56
    rows = [b["rows"] for b in BOOK.part("akteure")["blocks"]]
    assert [len(r) for r in rows] == [13, 13, 17, 13]
    lang, kurz = (
        [(t.block or t.part, t.n_columns) for t in BOOK.tables(version)] for version in ("lang", "kurz")
    )
    assert lang == [("kopf", 3), *[(b, 8) for b in "ABCD"], ("gremien", 7), ("kerngruppe", 3)]
    assert kurz == [("kopf", 3), *[(b, 2) for b in "ABCD"], ("kerngruppe", 3)]
    asked = {i.id: i.asked_if for i in BOOK.items.values() if i.part == "kerngruppe"}
    assert list(asked) == [
        "2.1",
        "2.2.1",
        "2.2.2a",
        "2.2.2b",
        "2.2.2c",
        "2.3.1",
        "2.3.2a",
        "2.3.2b",
        "2.3.2c",
        "2.4",
    ]
    assert asked["2.2.2c"] == ("2.1", "ja")
    assert asked["2.3.2c"] == ("2.1", "nein")
