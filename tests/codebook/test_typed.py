"""Results typed by hand are refused, what is no result is left, and the sentence says what to write instead."""

import pytest

from gkanalysis.codebook.typed import typed_results, typed_sentence


@pytest.mark.parametrize(
    "text",
    ["24 von 40", "24\u00a0von\u00a040", "63,2 %", "63 %", "12 Prozent", "5 Prozentpunkte", "n = 40", "24 von insgesamt 40",
     "40 Bündnisse", "40 Bündnissen", "46 Bögen", "drei Kreisen", "zwölf von zwanzig", "fünfundzwanzig Kommunen", "der Hälfte",
     "ein Drittel", "jedes vierte", "doppelt so", "Die Hälfte", "Drei Viertel", "Dreizehn Kommunen", "sechzig Prozent", "32 Kommunen",
     "32 der 45", "71.1 %", "zwei Fünftel", "ein Dutzend"],
)  # fmt: skip
def test_typed_result_is_found(text):
    """In the middle of a sentence, at its start, and in bold."""
    for around in (f"Es sind {text}.", f"{text} sagen ja.", f"**{text}** und mehr"):
        assert typed_results(around) == [text.replace("\u00a0", " ")]


@pytest.mark.parametrize(
    "text",
    [
        "das 95-%-Intervall", "95-Prozent-Intervall", "mehr als 100 Prozent", "100 %", "Intervall zum Niveau 95 Prozent",
        "{eval}`v.n.of` und {eval}`v.n.percent`", "`24 von 40`", "[Seite](https://a.de/24%20von)", "2022 in Bündnissen",
        "2021 Bündnisse", "Frage 2.1", "drei Fragen", "zwei Gesichter", "jede Seite", "Punkte von 1 bis 5", "Überleitungen {#a-24 topic=\"12 Prozent\"}",
        "```\n24 von 40\n```",
    ],
)  # fmt: skip
def test_what_is_no_result_is_left(text):
    """Conventions, references, code, links, anchors, years, numbers of questions."""
    assert typed_results(f"Siehe {text}.") == []


def test_level_of_an_interval_counts_in_its_own_sentence_only():
    """95 Prozent of something is a result."""
    assert typed_results("Das Intervall ist breit. Es sind 95 Prozent der Bündnisse.") == ["95 Prozent"]


@pytest.mark.parametrize(("phrase", "wording"), [("24 von 40", "of"), ("60 Prozent", "percent"), ("46 Bögen", "count")])
def test_sentence_names_the_wording_that_says_the_same(phrase, wording):
    """A number is taken from its table."""
    assert f'{{eval}}`tabelle["zeile"].{wording}`' in typed_sentence(phrase)
