"""Tables of single response items and of states."""

import math

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats import finite_population_interval
from gkanalysis.tabulate import single_response_table

TYPES = ["stadt", "kreis", "kommune"]
ANSWERS = "a=ja b=ja c=nein d=0 e=/"
COLUMNS = ["row", "subgroup", "n", "base_n", "base", "share", "population_n", "ci_low", "ci_high", "mark"]


@pytest.fixture
def responses(draw_answers):
    """Item 2.1: two yes, one no, one blank, one not asked."""
    return draw_answers("2.1", ANSWERS)


def counts(table, row):
    """Counts and bases of one row, by subgroup."""
    chosen = table[table["row"] == row]
    return {
        subgroup: f"{n}/{base_n}"
        for subgroup, n, base_n in zip(chosen["subgroup"], chosen["n"], chosen["base_n"], strict=True)
    }


def test_table_counts_by_option_and_subgroup(responses, cases):
    """Options and groups come in the order given, the total first; options nobody chose are kept."""
    table = single_response_table(
        responses, "2.1", cases, options=["nein", "ja", "weiß nicht"], by="type", groups=TYPES
    )
    assert list(table.columns) == COLUMNS
    assert table["row"].drop_duplicates().tolist() == ["nein", "ja", "weiß nicht"]
    assert counts(table, "ja") == {"alle": "2/3", "stadt": "1/1", "kreis": "1/2", "kommune": "0/0"}
    assert counts(table, "nein") == {"alle": "1/3", "stadt": "0/1", "kreis": "1/2", "kommune": "0/0"}
    assert counts(table, "weiß nicht") == {"alle": "0/3", "stadt": "0/1", "kreis": "0/2", "kommune": "0/0"}


def test_share_is_unrounded_and_nan_without_base(responses, cases):
    """A share is n / base_n; without base there is none, and it is not zero."""
    table = single_response_table(responses, "2.1", cases, options=["ja", "nein"], by="type", groups=TYPES)
    assert table["share"].tolist()[:3] == [2 / 3, 1.0, 0.5]
    assert math.isnan(table["share"].tolist()[3])
    assert table["base"].unique().tolist() == ["answered"]
    assert table["mark"].unique().tolist() == ["**"]


def test_base_asked_counts_blanks_but_not_those_never_asked(responses, cases):
    """With base "asked" the blank of case d counts, the filtered case e does not."""
    table = single_response_table(responses, "2.1", cases, options=["ja", "nein"], base="asked")
    assert counts(table, "ja") == {"alle": "2/4"}


def test_options_of_an_answered_base_sum_to_the_base(responses, cases):
    """In every subgroup the options add up to the valid answers."""
    table = single_response_table(responses, "2.1", cases, options=["ja", "nein"], by="type", groups=TYPES)
    sums = table.groupby("subgroup").agg(n=("n", "sum"), base_n=("base_n", "first"))
    assert (sums["n"] == sums["base_n"]).all()


def test_intervals_come_with_a_population_only(responses, cases):
    """Without population the interval columns are empty, with one they are exact."""
    arguments = {"options": ["ja", "nein"], "by": "type", "groups": TYPES}
    bare = single_response_table(responses, "2.1", cases, **arguments)
    assert bare[["population_n", "ci_low", "ci_high"]].isna().all(axis=None)
    assert bare["population_n"].dtype == "Int64"
    population = pd.Series({"kreis": 4, "stadt": 1, "kommune": 2, "alle": 20})
    table = single_response_table(responses, "2.1", cases, **arguments, population=population, level=0.9)
    assert table["population_n"].tolist() == [20, 1, 4, 2] * 2
    intervals = list(zip(table["ci_low"], table["ci_high"], strict=True))
    assert intervals[0] == finite_population_interval(2, 3, 20, level=0.9)
    assert intervals[1] == (1.0, 1.0)  # the only city was observed
    assert all(math.isnan(limit) for limit in intervals[3])


@pytest.mark.parametrize(
    ("population", "message"),
    [
        ({"alle": 7, "stadt": 2}, "Für „kreis“, „kommune“ fehlt die Zahl der Einheiten"),
        (
            {"alle": 7, "stadt": 1, "kreis": 1, "kommune": 1},
            "In „kreis“ gibt es „2“ Fälle, aber nur „1“ Einheiten",
        ),
    ],
)
def test_population_must_cover_the_subgroups(responses, cases, population, message):
    """Each subgroup needs its number of units, and no fewer than there are cases."""
    with pytest.raises(TabulationError, match=message):
        single_response_table(
            responses,
            "2.1",
            cases,
            options=["ja", "nein"],
            by="type",
            groups=TYPES,
            population=population,
        )


@pytest.mark.parametrize("kind", ["str", "category"])
def test_value_outside_the_options_is_refused_by_name(draw_answers, cases, kind):
    """A value that the codebook does not know never becomes a missing."""
    responses = draw_answers("2.1", "a=ja b=jein c=nein d=vielleicht e=ja").astype({"value": kind})
    with pytest.raises(TabulationError) as error:
        single_response_table(responses, "2.1", cases, options=["ja", "nein"])
    assert str(error.value) == (
        "Antworten zu „2.1“, Fall „b“, „d“: Der Wert „jein“, „vielleicht“ steht nicht im Codebuch, erlaubt sind "
        "„ja“, „nein“; bitte die Antwort oder das Codebuch berichtigen."
    )


def test_answered_without_value_is_refused(responses, cases):
    """The state "answered" promises a value."""
    responses.loc[0, "value"] = None
    with pytest.raises(TabulationError, match="Fall „a“: Der Wert „leer“ steht nicht im Codebuch"):
        single_response_table(responses, "2.1", cases, options=["ja", "nein"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"options": ["ja", "nein"], "base": "mentioned"}, "Die Basis „mentioned“ ist hier nicht möglich"),
        ({"options": ["ja", "ja"]}, "Liste der Antwortvorgaben „ja“ ist leer oder nennt eine doppelt"),
        ({"options": []}, "ist leer oder nennt eine doppelt"),
    ],
)
def test_impossible_tables_are_refused(responses, cases, arguments, message):
    """Bases of other tables and ambiguous options stop the table."""
    with pytest.raises(TabulationError, match=message):
        single_response_table(responses, "2.1", cases, **arguments)


def test_tick_box_is_not_a_single_response_item(draw_ticks, cases):
    """A tick box counted as single response would lose all its ticks, so it is refused."""
    responses = draw_ticks("    1.1\na x\nb -\nc x\nd x\ne x")
    with pytest.raises(TabulationError, match="Der Zustand „selected“, „not_selected“ ist nicht möglich"):
        single_response_table(responses, "1.1", cases, options=["ja"])


def test_responses_without_values_are_refused(responses, cases):
    """The column `value` is part of the contract."""
    with pytest.raises(TabulationError, match="Die Spalte „value“ fehlt"):
        single_response_table(responses.drop(columns="value"), "2.1", cases, options=["ja"])
