"""The panel of the lab: what is chosen is a line of the interface, and the answer is that of the line."""

import subprocess
import sys

import pytest

import gkanalysis as gk
from gkanalysis.core.errors import NotebookError
from gkanalysis.counts.sources import project_data
from gkanalysis.report.explore import Panel, ask, remarks, search

DATA = project_data()


@pytest.mark.parametrize(
    ("chosen", "line"),
    [
        (("prozess-2020", "1.3"), 'gk.source("prozess-2020")["1.3"]'),
        (("prozess-2020", "1.3", "prozess-2020:1.1"), 'gk.source("prozess-2020")["1.3"].by(gk.source("prozess-2020")["1.1"])'),
        (
            ("strukturen-2018", "kerngruppe", "type", "based_on:mentioned", "ordered"),
            'gk.source("strukturen-2018")["kerngruppe"].based_on("mentioned").by("type").ordered()',
        ),
        (("prozess-2020", "1.3", "", "cases:full"), 'gk.source("prozess-2020")["1.3"].cases("full")'),
        (("register", "office"), 'gk.source("register")["office"]'),
        (("prozessbegleitung-log", "form"), 'gk.source("prozessbegleitung-log")["form"]'),
    ],
)  # fmt: skip
def test_choice_is_a_line_that_makes_the_table(chosen, line):
    """The line can be pasted into a chapter: it gives the table that the panel shows."""
    table = ask(DATA, *chosen)
    assert table.line == line
    assert repr(eval(line, {"gk": gk})) == repr(table)


def test_what_cannot_be_asked_is_a_sentence():
    """A base that a single choice does not have; events by a variable of alliances."""
    with pytest.raises(NotebookError, match="nur eine Basis"):
        ask(DATA, "prozess-2020", "1.3", base="based_on:asked")
    with pytest.raises(NotebookError, match="zählt keine Bündnisse"):
        ask(DATA, "ereignisse", "kind", "type")


def test_groups_come_with_a_test_and_a_caution():
    """Nothing is said of a plain table; of groups the test, and what stays in the house."""
    assert not list(remarks(ask(DATA, "strukturen-2018", "2.1")))
    test, caution = remarks(ask(DATA, "strukturen-2018", "2.1", "type"))
    assert "kein Unterschied ist sicher vom Zufall zu trennen (kleinstes p = 0,163)" in test
    assert "als Strich" in caution
    *_, caution = remarks(ask(DATA, "strukturen-2018", "2.1", "office"))
    assert "nicht zum Weitergeben" in caution


def test_panel_answers_each_choice():
    """Another source, a search for words, a breakdown, a comparison: table, line and figure follow; errors are sentences."""
    panel = Panel(DATA)
    panel.draws.value = True
    panel.source.value = "prozess-2020"
    panel.search.value = "sitzung kerngruppe"
    assert [key for _, key in panel.key.options] == ["1.3", "1.4"]
    assert "38\N{NO-BREAK SPACE}von\N{NO-BREAK SPACE}47" in panel.answer.value
    assert panel.drawing.value.startswith("<svg")
    panel.by.value = "type"
    assert "gk.source(&quot;prozess-2020&quot;)[&quot;1.3&quot;].by(&quot;type&quot;)" in panel.answer.value
    panel.other.value = "entwicklungsstand-2021:1.1"
    assert "Dieselben 40" in panel.answer.value
    assert "was bei „gegliedert nach“ gewählt ist, gilt hier nicht" in panel.answer.value
    line = "gk.compare(&quot;prozess-2020:1.3&quot;, &quot;entwicklungsstand-2021:1.1&quot;)"
    assert f"<code>{line}</code>" in panel.answer.value
    assert panel.drawing.value == "<p>Für einen Vergleich gibt es keine Abbildung.</p>"
    panel.by.value = ""
    assert "gilt hier nicht" not in panel.answer.value
    panel.search.value = "gibt es nicht"
    assert panel.answer.value == "<p>Keine Frage enthält „gibt es nicht“.</p>"
    panel.source.value = "ereignisse"
    panel.by.value = "type"
    assert "zählt keine Bündnisse" in panel.answer.value


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("2.1", [["2.1"], ["2.1.1"], []]), ("2.", [[], ["2.1", "2.1.1"], []]),
        ("gremium", [["gremium"], [], ["1.2.1"]]), ("name gremium", [[], [], ["1.2.1"]]), ("fehlt", [[], [], []]),
    ],
)  # fmt: skip
def test_search_takes_the_very_number_before_words(words, found):
    """An id within another one is none: 2.1 is not 1.2.1."""
    told = {"1.2.1": "1.2.1 Name des Gremiums", "2.1.1": "2.1.1 Wo", "2.1": "2.1 Ob", "gremium": "gremium Wer"}
    assert list(map(sorted, search(told, words).values())) == found


def test_nothing_is_drawn_until_it_is_wanted():
    """The first view and a change load nothing that draws; a tick draws what is shown without asking anew."""
    code = (
        "import sys; from gkanalysis.counts.sources import project_data; from gkanalysis.report.explore import Panel;"
        "p = Panel(project_data()); p.key.value = '2.1'; a = p.made; assert not p.drawing.value;"
        "assert not {'gkanalysis.report.figures', 'matplotlib'} & {*sys.modules};"
        "p.draws.value = True; assert p.drawing.value.startswith('<svg'); assert p.made is a;"
        "p.draws.value = False; assert not p.drawing.value"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
