"""Rows of a multiple response set as pairs: who is in the base, what is certain, what may be printed."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from gkanalysis.core.errors import NotebookError
from gkanalysis.disclosure.pairedcounts import Paired
from gkanalysis.report.panel import Panel
from gkanalysis.report.panelchange import SIGNIFICANT, _below, _verdicts, change_numbers
from gkanalysis.report.panelrows import HELD_BACK, change_rows, change_words, repeated_words
from gkanalysis.stats.exact import holm
from gkanalysis.verify.trace import trace_number
from panelbook import AGAIN, BOXES, draw_boxes


@pytest.fixture
def panel(tmp_path):
    """Two waves with a set of two boxes."""
    return Panel(draw_boxes(tmp_path), list(BOXES))


def test_each_row_of_a_set_is_a_pair(panel):
    """A choice and both rows can be tested; the number is only said to be the same."""
    assert [a.kind for a in panel.asked_again] == ["single", "number", "set"]
    assert [(a.item_id, b.item_id, b.block) for a, b in panel.repeated] == [
        ("1.1", "1.1", ""), ("2.H1.2", "2.H1.2", "Hürden"), ("2.H2.2", "2.H2.2", "Hürden"),
    ]  # fmt: skip
    assert panel.yes_words == "„Ja“ oder Kreuz"
    assert repeated_words(panel.asked_again) == (
        "eine Frage mit einfacher Wahl, eine Mehrfachantwort und eine Frage nach einer Zahl"
    )


def test_a_number_alone_is_no_pair(tmp_path):
    """What can only be declared leaves nothing to test."""
    chapter = draw_boxes(tmp_path, {"number": AGAIN["number"]})
    with pytest.raises(NotebookError, match="keine Frage als gleich erklärt"):
        _ = Panel(chapter, list(BOXES)).repeated


def test_change_of_boxes_by_hand(panel):
    """A box left empty is an answer, an illegible one is none: 24 pairs and 25. Eight of eight: p = 2 / 256."""
    change = panel.change(panel.repeated)
    rows = change[["first_n", "second_n", "base_n", "lost_n", "gained_n", "base"]].values.tolist()
    assert rows == [
        [25, 25, 25, 0, 0, "answered_both"],
        [8, 16, 24, 0, 8, "asked_both"],
        [14, 6, 25, 8, 0, "asked_both"],
    ]
    assert change["p"].isna().tolist() == [True, False, False]
    assert change["p"].tolist()[1:] == [2 / 256, 2 / 256]
    assert change["p_holm"].tolist()[1:] == [4 / 256, 4 / 256]
    for r in change.iloc[1:].itertuples():
        both = r.first_n - r.lost_n
        table = [[both, r.lost_n], [r.gained_n, r.base_n - both - r.lost_n - r.gained_n]]
        assert r.p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-15)


def test_who_ticked_nothing_can_decide(panel):
    """Without the three who ticked nothing, five of five are left: p = 2 / 32, no longer certain."""
    change = panel.change(panel.repeated)
    assert change["p_holm_ticked"].tolist()[1:] == [4 / 32, 4 / 32]
    words = change_words(change)
    assert words["certainty"] == (
        "sind zwei dieser Veränderungen gesichert: „Übergang“ („Hürden“, beim zweiten Mal öfter angekreuzt) und „Räume“ "
        "(„Hürden“, beim zweiten Mal seltener angekreuzt). Das hängt an der Basis: Wenn bei Mehrfachantworten nur Bündnisse "
        "zählen, die in beiden Wellen etwas angekreuzt haben, ist keine dieser Veränderungen gesichert"
    )
    assert words["advice"] == (
        "zwei von drei geprüften Veränderungen sind gesichert, und das Urteil hängt daran, wer bei Mehrfachantworten zählt"
    )
    assert words["direction"] == (
        "Bei der Frage mit einfacher Wahl liegt der Anteil beim zweiten Mal gleich hoch. Bei einer Zeile der Mehrfachantwort "
        "„Hürden“ liegt der Anteil beim zweiten Mal höher, bei einer niedriger. Am größten ist der Abstand bei „Übergang“ "
        "(2021 und 2022: +33 Prozentpunkte)"
    )


def test_the_same_verdict_on_both_bases_is_said(panel):
    """Certain or not: the base is named where it makes no difference, too."""
    change = panel.change(panel.repeated)
    same = change_words(change.assign(p_holm_ticked=change["p_holm"]))
    assert same["certainty"].endswith(
        "Das gilt auch, wenn bei Mehrfachantworten nur Bündnisse zählen, die in beiden Wellen etwas angekreuzt haben"
    )
    none = change_words(change.assign(p_holm=1.0, p_holm_ticked=1.0))
    assert none["certainty"].startswith("ist keine dieser Veränderungen gesichert. Das gilt auch")
    assert none["advice"] == "keine der drei geprüften Veränderungen ist gesichert"


def test_rows_of_a_set_are_a_block(panel):
    """Each block says its base; what is held back is a dot there, too."""
    rows = change_rows(panel.change(panel.repeated))
    assert [r.cells[0] for r in rows if r.kind == "block"] == [
        "Frage mit einfacher Wahl; Basis: mit gültiger Angabe in beiden Wellen",
        "Hürden (Mehrfachantwort); Basis: in beiden Wellen gefragt; nicht angekreuzt heißt nein",
    ]
    assert [r.cells[0] for r in rows if r.kind == "row"] == ["Sitzungen", "Übergang", "Räume"]
    assert rows[3].cells[2:] == ("24", HELD_BACK, HELD_BACK, "+33", HELD_BACK)


def test_numbers_of_boxes_are_traced(panel):
    """Pairs, and yes of both waves, are found a second time, if they may be printed or not."""
    change = panel.change(panel.repeated).assign(detail="interval")
    numbers = change_numbers(change, panel.repeated, panel.sources, len(panel.cases))
    assert numbers["n"].tolist() == [25, 25, 25, 24, 8, 16, 25, 14, 6]
    assert numbers["base"].unique().tolist() == ["answered_both", "asked_both"]
    for r in numbers.itertuples():
        trace = trace_number(panel.chapter, r.definition, r.row, r.subgroup)
        assert (trace.n, trace.base_n, len(trace.counted)) == (r.n, r.base_n, r.n), r.row


def test_holm_without_its_half_second():
    """The quick verdicts are those of `stats.holm`, also with tests that were not made."""
    drawn = np.random.default_rng(3)
    for _ in range(200):
        p = drawn.uniform(0, 0.06, drawn.integers(1, 9))
        p[drawn.uniform(size=len(p)) < 0.2] = np.nan
        assert _below(p) == tuple(holm(p) < SIGNIFICANT)


def test_the_verdict_is_of_the_whole_family():
    """One p of 0.03 is certain alone and not beside another; no discordant pair is no test."""
    assert _verdicts(np.array([0.5]), 0)(Paired(4, 0, 6, 4)) == (True,)
    assert _verdicts(np.array([0.5, 0.9]), 0)(Paired(4, 0, 6, 4)) == (False, False)
    assert _verdicts(np.array([0.5, 0.03]), 0)(Paired(4, 0, 0, 4)) == (False, True)
    assert _verdicts(np.array([0.5, 0.03]), 0)(Paired(4, 1, 2, 4)) == (False, False)


def test_all_words_of_one_change():
    """A single change is no „one of one“."""
    line = {"label": "A", "block": "", "first_wave": "1", "second_wave": "2", "first_n": 3, "second_n": 9}
    line |= {"base_n": 20, "difference": 0.3, "p_holm": 0.2, "p_holm_ticked": 0.2, "detail": "counts"}
    one = pd.DataFrame([line])
    assert change_words(one)["advice"] == "die Veränderung, die sich daran zeigt, ist nicht gesichert"
    sure = change_words(one.assign(p_holm=0.01, p_holm_ticked=0.01))
    assert sure["advice"] == "die Veränderung, die sich daran zeigt, ist gesichert"
    assert sure["certainty"] == "ist eine dieser Veränderungen gesichert: „A“ (Anteil beim zweiten Mal höher)"
