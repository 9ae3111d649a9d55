"""Changes are counted in the same cases with valid answers to the same question, and everyone else is named."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.paired import mcnemar_test, paired_difference
from gkanalysis.tabulate.change import (
    ASKED_BOTH,
    CHANGE_BASE_LABELS,
    WaveItem,
    change_table,
    transition_table,
)

GROUPS = ["stadt", "kreis", "kommune"]
FIRST = WaveItem("2020", "3.1", "konzept", "Konzept")
SECOND = WaveItem("2022", "5", "konzept", "Konzept")


@pytest.fixture
def responses(draw_ticks):
    """Five cases, two waves: a stays, b gains, c loses, d gave no answer at first, e is in the second wave only."""
    first = "3.1  3.2\n a x -\n b - -\n c x x\n d 0 x"
    second = "5 6\n a x x\n b x -\n c - x\n d x -\n e x 0"
    return {"2020": draw_ticks(first), "2022": draw_ticks(second)}


def test_base_is_who_answered_both_times(responses, cases):
    """d and e are not in the base, and are counted beside it."""
    table = transition_table(responses, FIRST, SECOND, cases)
    assert dict(zip(table["row"], table["n"], strict=True)) == {
        "both": 1, "first_only": 1, "second_only": 1, "neither": 0,
    }  # fmt: skip
    assert set(table["base_n"]) == {3}
    assert set(table["base"]) == {"answered_both"}
    outside = table[["first_valid_only_n", "second_valid_only_n", "no_valid_n", "cases_n"]]
    assert outside.drop_duplicates().values.tolist() == [[0, 2, 0, 5]]


def test_every_case_is_somewhere_in_every_type(responses, cases):
    """Base and left out sum to the cases of the type; the types sum to all."""
    table = transition_table(responses, FIRST, SECOND, cases, by="type", groups=GROUPS)
    left_out = table[["first_valid_only_n", "second_valid_only_n", "no_valid_n"]].sum(axis=1)
    assert (left_out + table["base_n"] == table["cases_n"]).all()
    wide = table.pivot(index="row", columns="subgroup", values="n")
    assert (wide[GROUPS].sum(axis=1) == wide["alle"]).all()


@pytest.mark.parametrize("mark", ["0", "/", "?", "!"])
def test_no_kind_of_missing_is_a_no(draw_ticks, cases, mark):
    """Not answered, not asked, illegible, contradictory: none of them is in the base."""
    responses = {
        "2020": draw_ticks(f"3.1\n a x\n b {mark}"),
        "2022": draw_ticks("5\n a x\n b -"),
    }
    table = transition_table(responses, FIRST, SECOND, cases)
    assert table["n"].tolist() == [1, 0, 0, 0]
    assert table["second_valid_only_n"].tolist() == [1] * 4
    assert table["no_valid_n"].tolist() == [3] * 4


def test_options_count_as_declared(draw_answers, cases):
    """What is yes and what is no is said by the item of each wave; the words may differ."""
    first = WaveItem("2020", "2.1", "koop", "Kooperation", yes=("neu", "mehr"), no=("keine",))
    second = WaveItem("2022", "1", "koop", "Kooperation", yes=("ja",), no=("nein",))
    responses = {
        "2020": draw_answers("2.1", "a=neu b=mehr c=keine d=0"),
        "2022": draw_answers("1", "a=ja b=nein c=ja d=ja"),
    }
    assert transition_table(responses, first, second, cases)["n"].tolist() == [1, 1, 1, 0]


def test_change_has_counts_interval_and_test(responses, cases):
    """Shares are of the same base; estimates are those of the pure functions."""
    row = change_table(responses, [(FIRST, SECOND)], cases).iloc[0]
    assert (row["first_n"], row["second_n"], row["base_n"], row["lost_n"], row["gained_n"]) == (2, 2, 3, 1, 1)
    assert row["first_share"] == row["second_share"] == pytest.approx(2 / 3)
    found = paired_difference(1, 1, 1, 0)
    assert (row["difference"], row["ci_low"], row["ci_high"]) == (found.difference, found.low, found.high)
    assert row["p"] == mcnemar_test(1, 1, 1, 0).p == row["p_holm"]
    assert (row["mark"], row["left_out_n"], row["reason"]) == ("**", 2, "")


def test_reasons_stand_where_there_is_nothing_to_test(draw_ticks, cases):
    """Nobody changed: no p; nobody in both waves: no difference either. Holm counts tests that were made only."""
    responses = {
        "2020": draw_ticks("3.1 4\n a x -\n b - -\n c x -\n d x -"),
        "2022": draw_ticks("5 7\n a x x\n b - x\n c x x"),
    }
    pairs = [(FIRST, SECOND), (WaveItem("2020", "4", "netz", "Netz"), WaveItem("2022", "7", "netz", "Netz"))]
    table = change_table(responses, pairs, cases, by="type", groups=GROUPS).set_index(["row", "subgroup"])
    still, none = table.loc[("konzept", "alle")], table.loc[("konzept", "kommune")]
    assert np.isnan(still["p"])
    assert still["difference"] == 0
    assert (still["base_n"], still["left_out_n"]) == (3, 2)
    assert still["reason"] == "no_discordant_pairs"
    assert np.isnan(none["difference"])
    assert none["reason"] == "no_pairs"
    tested = table[table["p"].notna()]
    assert tested["p"].tolist() == [0.25, 1.0, 0.5]
    assert tested["p_holm"].tolist() == [0.75, 1.0, 1.0]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (WaveItem("2022", "5", "massnahme", "Maßnahmen"), "Frage „konzept“.*Frage „massnahme“.*nicht paaren"),
        (WaveItem("2020", "3.2", "konzept", "Konzept"), "erlaubt ist dieselbe Frage in zwei Wellen"),
        (WaveItem("2021", "5", "konzept", "Konzept"), "Welle „2021“.*fehlen die Antworten"),
        (WaveItem("2022", "9", "konzept", "Konzept"), "Welle „2022“, Item „9“: Fall „a“, „b“.*keine oder mehrere Zeilen"),
    ],
    ids=["other question", "same wave", "no wave", "no item"],
)  # fmt: skip
def test_what_cannot_be_paired_is_refused(responses, cases, second, said):
    """Other questions are never paired: 2020's concepts and 2022's measures are no change."""
    with pytest.raises(TabulationError, match=said):
        transition_table(responses, FIRST, second, cases)


def test_unknown_cases_states_and_values_are_refused(responses, cases, draw_answers):
    """Nothing is guessed: an unknown case, a strange state, an option that is neither yes nor no."""
    with pytest.raises(TabulationError, match="Fall „e“ steht nicht in `cases`"):
        transition_table(responses, FIRST, SECOND, cases.iloc[:4])
    strange = {**responses, "2020": responses["2020"].assign(state="ja")}
    with pytest.raises(TabulationError, match="„ja“ zählt weder als ja noch als nein"):
        transition_table(strange, FIRST, SECOND, cases)
    options = WaveItem("2020", "2.1", "koop", "Kooperation", yes=("neu",), no=("keine",))
    answers = {"2020": draw_answers("2.1", "a=vielleicht"), "2022": draw_answers("1", "a=neu")}
    with pytest.raises(
        TabulationError, match=r"„vielleicht“ zählt weder.*als ja zählen „neu“, als nein „keine“"
    ):
        transition_table(answers, options, WaveItem("2022", "1", "koop", "K", ("neu",), ("keine",)), cases)
    twice = {**responses, "2020": pd.concat([responses["2020"], responses["2020"].iloc[:1]])}
    with pytest.raises(TabulationError, match="Fall „a“ hat keine oder mehrere Zeilen"):
        transition_table(twice, FIRST, SECOND, cases)


@pytest.mark.parametrize("pairs", [[], [(FIRST, SECOND)] * 2])
def test_questions_stand_once(responses, cases, pairs):
    """An empty list, or a question twice, is refused."""
    with pytest.raises(TabulationError, match="leer oder nennt eine doppelt"):
        change_table(responses, pairs, cases)


def test_labels_are_complete():
    """Every transition and the base have a German label."""
    assert "answered_both" in CHANGE_BASE_LABELS


def test_rows_of_a_set_say_their_base(responses, cases):
    """A box that is not ticked is an answer; the set stays with its row."""
    pair = tuple(replace(item, block="Themen") for item in (FIRST, SECOND))
    plain, boxes = (change_table(responses, [p], cases).iloc[0] for p in ((FIRST, SECOND), pair))
    assert (plain["block"], plain["base"]) == ("", "answered_both")
    assert (boxes["block"], boxes["base"]) == ("Themen", ASKED_BOTH)
    assert boxes["base_n"] == plain["base_n"] == 3
