"""Shares that are no change never stand side by side without the sentence that says so."""

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.comparison import compare_shares, side_by_side

CONCEPTS = "2020: Konzepte, 2022: Maßnahmen; verschiedene Fragen, nicht vergleichbar als Veränderung."


def shares(**columns):
    """Two shares of one line, the same in everything unless a column says otherwise."""
    return pd.DataFrame(
        {
            "row": "lebenswelt", "subgroup": "alle", "wave": ["2020", "2022"], "question": "konzept",
            "label": ["Konzepte", "Maßnahmen"], "n": [18, 24], "base_n": 40, "base": "answered_both",
        } | columns
    )  # fmt: skip


def warning(frame):
    """The warning of a comparison with one line, with plain spaces."""
    (found,) = set(compare_shares(frame)["warning"])
    return found.replace("\u00a0", " ")


def test_paired_shares_of_one_question_are_comparable():
    """The same question, base and cases: no warning, and the shares are there."""
    found = compare_shares(shares())
    assert found["comparable"].all()
    assert found["warning"].tolist() == ["", ""]
    assert found["share"].tolist() == [0.45, 0.6]


def test_different_questions_say_so():
    """2020's concepts and 2022's measures: both rows carry the sentence."""
    assert warning(shares(question=["konzept", "massnahme"])) == CONCEPTS


def test_different_bases_say_so():
    """Another name or another number of the base is named with n, also if the question is the same."""
    assert warning(shares(base=["answered", "asked"])) == (
        "2020: mit gültiger Angabe (n = 40), 2022: alle Befragten (n = 40); verschiedene Basen, "
        "nicht vergleichbar als Veränderung."
    )
    assert "(n = 46), 2022: mit gültiger Angabe in beiden Wellen (n = 40)" in warning(shares(base_n=[46, 40]))


def test_questions_and_bases_are_both_named():
    """Two reasons give two sentences."""
    found = warning(shares(question=["konzept", "massnahme"], base=["answered", "asked"]))
    assert found.startswith(CONCEPTS)
    assert found.count("nicht vergleichbar") == 2


def test_same_number_of_cases_need_not_be_the_same_cases():
    """40 and 40 may be other alliances: without their ids, or with other ids, a sentence says so."""
    said = "2020, 2022: nicht dieselben Bündnisse, nicht vergleichbar als Veränderung."
    assert warning(shares(base="answered")) == said
    assert warning(shares(base="answered", case_ids=[["a", "b"], ["a", "c"]])) == said
    assert warning(shares(base="answered", case_ids=[["a", "b"], ["b", "a"]])) == ""


def test_warnings_belong_to_their_line():
    """A line that is comparable is not spoilt by another one, and types are lines of their own."""
    both = pd.concat([shares(), shares(row="netz", question=["x", "y"]), shares(subgroup="kreis")])
    found = compare_shares(both.reset_index(drop=True))
    assert found.groupby(["row", "subgroup"])["comparable"].all().to_dict() == {
        ("lebenswelt", "alle"): True, ("lebenswelt", "kreis"): True, ("netz", "alle"): False,
    }  # fmt: skip


def test_any_number_of_waves():
    """Three waves, one with another question: the sentence names all of them."""
    three = pd.DataFrame(
        {
            "row": "r", "subgroup": "alle", "wave": ["2020", "2021", "2022"], "question": ["k", "k", "m"],
            "label": ["K", "K", "M"], "n": [1, 2, 3], "base_n": 4, "base": "answered_both",
        }
    )  # fmt: skip
    assert warning(three).startswith("2020: K, 2021: K, 2022: M; verschiedene Fragen")


def test_nothing_is_laid_side_by_side_without_its_warning():
    """The refusal names the missing sentence; with the sentence in a note the table is there."""
    found = compare_shares(shares(question=["konzept", "massnahme"]))
    for notes in ([], ["Verschiedene Fragen."], [CONCEPTS[:-2]]):
        with pytest.raises(TabulationError, match="fehlt der Hinweis „2020: Konzepte, 2022: Maßnahmen;"):
            side_by_side(found, notes)
    wide = side_by_side(found, [f"Anmerkung: {CONCEPTS}"])
    assert wide[["n_2020", "base_n_2020", "n_2022", "base_n_2022"]].values.tolist() == [[18, 40, 24, 40]]
    assert wide[["comparable", "warning"]].values.tolist() == [[False, CONCEPTS]]


def test_wave_without_a_share_is_missing():
    """A line that one wave lacks has no number there, never 0."""
    both = pd.concat([shares(), shares(row="netz").iloc[:1]]).reset_index(drop=True)
    wide = side_by_side(compare_shares(both), []).set_index("row")
    assert pd.isna(wide.loc["netz", "n_2022"])
    assert wide.loc["netz", "n_2020"] == 18


def test_base_of_zero_has_no_share():
    """Nobody answered: no share, no division by zero."""
    assert compare_shares(shares(n=0, base_n=0))["share"].isna().all()


def test_wave_twice_in_a_line_is_refused():
    """Two shares of one wave in a line could not be told apart."""
    with pytest.raises(TabulationError, match="Die Welle „2020“ steht zweimal da"):
        compare_shares(shares(wave="2020"))
