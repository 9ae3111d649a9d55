"""A misspelt id is answered with those there are, another kind of question with the notebook that shows it."""

from pathlib import Path

import pytest

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.lookup import answer_labels, checked_codebook, set_labels
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known, listed, meant, require_base

BOOK = read_codebook(Path(__file__).parents[2] / "data/codebook/prozess.yml")


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda b: b.items["1.33"], r"Frage „1\.33“ gibt es in prozess-2020 nicht; vorhanden sind .*gemeint ist wohl „1\.3“"),
        (lambda b: b.items["themen"], "Frage „themen“ .* Mehrfachantworten, die das Notebook 20_mehrfach mit set_id: themen zeigt"),
        (lambda b: b.set_items("thema"), "Mehrfachantworten „thema“ gibt es .* vorhanden sind themen .gemeint ist wohl „themen“"),
        (lambda b: b.sets["1.5"], "Mehrfachantworten „1.5“ .* eine Frage mit einer Antwort .Notebook 21_einzelfrage"),
        (lambda b: answer_labels(b, "1.5")["bestehtt"], r"„bestehtt“ gibt es bei Frage „1\.5“ .* besteht, vorbereitung, keine .gemeint ist wohl „besteht“"),
        (lambda b: answer_labels(b, "1.4"), "eine Frage nach einer Zahl .dafür gibt es kein fertiges Notebook"),
        (lambda b: answer_labels(b, "1.7"), "eine offene Frage .Notebook 24_offene_antworten"),
        (lambda b: answer_labels(b, "2.T1.2"), "ein Kästchen zum Ankreuzen .Notebook 20_mehrfach mit set_id: themen"),
        (lambda b: set_labels(b, "themen")["2.T9.2"], "„2.T9.2“ gibt es bei den Mehrfachantworten „themen“"),
    ],
)  # fmt: skip
def test_wrong_id_is_answered(ask, sentence):
    """Unknown or of another kind: one sentence that helps on."""
    with pytest.raises(NotebookError, match=sentence):
        ask(checked_codebook(BOOK, "prozess-2020"))


def test_codebook_of_another_year_is_refused():
    """`prozess.yml` is found for every year, and describes one."""
    with pytest.raises(NotebookError, match=r"Welle „prozess-2021“ gibt es nicht; .*„prozess-2020“"):
        checked_codebook(BOOK, "prozess-2021")


def test_known_ids_answer_as_before():
    """What is there is found; asking whether something is there raises nothing."""
    book = checked_codebook(BOOK, "prozess-2020")
    assert book.items["1.3"] is BOOK.items["1.3"]
    assert (book.items.get("x"), "x" in book.sets, dict(book.sets) == BOOK.sets) == (None, False, True)
    assert list(set_labels(book, "themen")) == BOOK.set_items("themen")


def test_list_is_short_and_suggests_only_what_is_near():
    """A dozen ids and the number of all; of two short ids that differ in one sign neither is meant."""
    assert listed(range(20)).endswith("11 … (20 insgesamt)")
    assert "gemeint" not in listed(["1.4"], "1.8")
    assert meant("prozess-2020x-cases", ["prozess-2020-cases"]) == " Oder ist „prozess-2020-cases“ gemeint?"
    assert meant("alles", ["prozess"]) == ""


def test_lookup_of_another_kind_can_say_more():
    """A hint stands in place of the list."""
    with pytest.raises(NotebookError, match=r"Ding „a“ fehlt; das ist ein b.$"):
        Known({}, ("Ding", "fehlt"), {"a": "das ist ein b"})["a"]


def test_nobody_answered_is_no_finding():
    """An empty base is refused, any other passes."""
    require_base(1, "Frage")
    with pytest.raises(NotebookError, match=r"Frage „1“: dazu hat kein Bündnis geantwortet.*„0 von 0“"):
        require_base(0, "Frage „1“")
