"""The codebook of coded interviews: what it says, and a sentence for every slip of a hand."""

import pytest

from gkanalysis.codebook.interviews import read_interview_codebook

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


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("title: Gespräche\n", "", "Zeile 1: es fehlt „title“."),
        ("lead_coder: A", "lead_coder: ''", "„lead_coder“ ist leer"),
        ("2019-07-04, 2019-08-15", "2019-08-15, 2019-07-04", "„period“ nennt den letzten Tag zuerst"),
        ("2019-07-04, ", "", "„period“ muss aus zwei Tagen bestehen"),
        ("[2019-07-04, 2019-08-15]", "[Juli, August]", "„Juli“ ist kein Tag; bitte wie 2019-07-04 schreiben"),
        ("ziele.gut", "wuensche.gut", "codes › wuensche.gut: Gruppe „wuensche“ gibt es nicht (erlaubt: klima, ziele)."),
        ("ziele.gut", "ziele", "„ziele“ hat nicht die Form „gruppe.code“"),
        ("ziele.gut", "ziele.Gut", "„ziele.Gut“ hat nicht die Form"),
        ("schlecht, def", "gut, def", "der Pfad „Klima > gut“ ist doppelt vergeben."),
        ("label: Ziele", "label: Klima", "die Gruppe „Klima“ ist doppelt vergeben."),
        ('section: "5.1"', "section: 5.1", "groups › klima › section: „5.1“ ist kein Text; bitte in Anführungszeichen setzen."),
        ("label: schlecht", "label: a > b", "klima.schlecht › label: „a > b“ enthält „>“, das in Pfaden trennt."),
    ],
)  # fmt: skip
def test_slip_is_named(answer, old, new, sentence):
    """Whatever is missing, unknown, doubled or of another kind ends in a sentence that names it."""
    assert sentence in answer(read_interview_codebook, GOOD, (old, new))
