"""The codebook of coded interviews: what it says, and a sentence for every slip of a hand."""

import pytest

from forms import ROOT
from gkanalysis.codebook.interviews import read_interview_codebook

SHIPPED = ROOT / "data/codebook/reflexionsgespraeche.yml"
GOOD = """\
instrument: gespraeche
title: Gespräche
wave: 2019
lead_coder: A
case_variable: buendnis
period: [2019-07-04, 2019-08-15]
groups:
  klima: {label: Klima, section: "5.1"}
  ziele: {label: Ziele, section: ""}
codes:
  klima.gut: {label: gut, definition: "Es ist gut."}
  klima.schlecht: {label: schlecht, definition: "Es ist schlecht."}
  ziele.gut: {label: gut, definition: "Es wird gut."}
"""


def test_codes_have_the_path_of_their_group(tmp_path):
    """Label of the group, then the own one: the same label may stand in two groups."""
    (tmp_path / "gespraeche.yml").write_text(GOOD, encoding="utf-8")
    book = read_interview_codebook(tmp_path / "gespraeche.yml")
    assert book.source == "gespraeche-2019"
    assert [c.path for c in book.codes.values()] == ["Klima > gut", "Klima > schlecht", "Ziele > gut"]
    assert [c.id for c in book.group_codes("klima")] == ["klima.gut", "klima.schlecht"]
    assert (book.period, book.date_variable, book.groups["klima"].section) == (
        ("2019-07-04", "2019-08-15"), "", "5.1",
    )  # fmt: skip


def test_shipped_codebook_is_read():
    """Every code of the shipped codebook has its group, and what the report declares is passed on."""
    book = read_interview_codebook(SHIPPED)
    assert book.lead_coder == "Kodierung A"
    assert {c.group_id for c in book.codes.values()} == set(book.groups)
    assert book.count_words["base"] == 10
    assert book.speakers


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("title: Gespräche\n", "", "Zeile 1: es fehlt „title“."),
        ("wave: 2019", "wave: 2019\nwelle: 1", "Zeile 4, welle: unbekannt ist „welle“ (bekannt: instrument"),
        ("lead_coder: A", "lead_coder: 1", "Zeile 4, lead_coder: „1“ ist kein Text"),
        ("lead_coder: A", "lead_coder: ''", "„lead_coder“ ist leer"),
        ("wave: 2019", "wave: yes", "wave: „yes“ ist kein Text"),
        ("2019-07-04, 2019-08-15", "2019-08-15, 2019-07-04", "„period“ nennt den letzten Tag zuerst"),
        ("2019-07-04, ", "", "„period“ muss aus zwei Tagen bestehen"),
        ("[2019-07-04, 2019-08-15]", "[Juli, August]", "„Juli“ ist kein Tag; bitte wie 2019-07-04 schreiben"),
        ("ziele.gut", "wuensche.gut", "codes › wuensche.gut: Gruppe „wuensche“ gibt es nicht (erlaubt: klima, ziele)."),
        ("ziele.gut", "ziele", "„ziele“ hat nicht die Form „gruppe.code“"),
        ("ziele.gut", "ziele.Gut", "„ziele.Gut“ hat nicht die Form"),
        ("schlecht, def", "gut, def", "der Pfad „Klima > gut“ ist doppelt vergeben."),
        ("label: Ziele", "label: Klima", "die Gruppe „Klima“ ist doppelt vergeben."),
        ('section: "5.1"', "section: 5.1", "groups › klima › section: „5.1“ ist kein Text; bitte in Anführungszeichen setzen."),
        ("{label: gut, definition: \"Es ist gut.\"}", "{label: gut}", "codes › klima.gut: es fehlt „definition“."),
        ("{label: gut, definition: \"Es ist gut.\"}", "gut", "codes › klima.gut: „gut“ steht, wo Angaben der Form „name: wert“ stehen müssen"),
        ('"Es ist gut."', '" "', "klima.gut › definition: „ “ ist leer"),
        ("label: schlecht", "label: no", "klima.schlecht › label: „no“ ist kein Text"),
        ("label: schlecht", "label: a > b", "klima.schlecht › label: „a > b“ enthält „>“, das in Pfaden trennt."),
        ("  ziele.gut", "  klima.gut", "ist nicht lesbar: Zeile 13, Spalte 3: „klima.gut“ steht doppelt"),
        (GOOD, "- 1", "Angaben der Form „name: wert“"),
        (GOOD, "a: [", "ist nicht lesbar: Zeile 2, Spalte 1: eine Klammer ist nicht geschlossen"),
    ],
)  # fmt: skip
def test_slip_is_named(answer, old, new, sentence):
    """Whatever is missing, unknown, doubled or of another kind ends in a sentence that names it."""
    assert sentence in answer(read_interview_codebook, GOOD, (old, new))
