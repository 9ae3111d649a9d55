"""Results typed by hand are refused, what is no result is left, and the sentence names the value to use."""

import pytest

from gkanalysis.report.typed import instead, typed_results, typed_sentence, unknown_value, value_names
from gkanalysis.report.values import Value


@pytest.mark.parametrize(
    "text",
    ["24 von 40", "24\u00a0von\u00a040", "63,2 %", "63 %", "12 Prozent", "5 Prozentpunkte", "n = 40", "24 von insgesamt 40",
     "40 Bündnisse", "40 Bündnissen", "46 Bögen"],
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
        "2021 Bündnisse", "Frage 2.1", "Punkte von 1 bis 5", "Überleitungen {#a-24 topic=\"12 Prozent\"}",
        "```\n24 von 40\n```",
    ],
)  # fmt: skip
def test_what_is_no_result_is_left(text):
    """Conventions, references, code, links, anchors, years, numbers of questions."""
    assert typed_results(f"Siehe {text}.") == []


def test_level_of_an_interval_counts_in_its_own_sentence_only():
    """95 Prozent of something is a result."""
    assert typed_results("Das Intervall ist breit. Es sind 95 Prozent der Bündnisse.") == ["95 Prozent"]


def test_sentence_names_the_value_that_says_the_same():
    """Otherwise the names there are, with the wording that fits; without any it says how to get one."""
    values = [Value("wer", 0, label="Träger"), Value("ja", 24, 40), Value("alle", 46)]
    assert [instead(t, values, ()) for t in ("24 von 40", "60 Prozent", "46 Bögen")] == [
        f"bitte {{eval}}`v.{name}` schreiben" for name in ("ja.of", "ja.percent", "alle.n")
    ]
    assert "etwa {eval}`v.ja.percent`; im Kapitel gibt es wer, ja, alle" in instead("61 %", values, ())
    assert 'chapter.value("name", …)' in typed_sentence("61 %")


def test_names_of_values_are_read_from_the_code():
    """Counted ones in their order, once; labels cannot stand for a number."""
    assert value_names('a.value("n", t)\na.value(\n  "m", t)\na.count("n", t)\na.number("wort", 0)') == [
        "n",
        "m",
    ]


def test_unknown_value_of_another_chapter_is_pointed_to():
    """Its full name is written there."""
    said = unknown_value("lebenswelt_antwrt", ["n"], ["lebenswelt_antwort"])
    assert said.endswith("gibt es n; in einem anderen Kapitel gibt es „lebenswelt_antwort“")
