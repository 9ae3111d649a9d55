"""Tables of multiple response sets under the three rival bases, and their most frequent rows."""

import math

import numpy as np
import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats import finite_population_interval
from gkanalysis.tabulate import multiple_response_table, top_rows_with_ties
from gkanalysis.tabulate.bases import TICK_STATES

TYPES = ["stadt", "kreis", "kommune"]
ITEMS = ["1.1", "1.2", "1.3"]

# a mentions two, b one; c ticked nothing; d left a box blank and one illegible; e was not asked at all
DRAWING = """
    1.1 1.2 1.3
a    x   x   -
b    x   -   -
c    -   -   -
d    x   0   ?
e    /   /   /
"""


@pytest.fixture
def responses(draw_ticks):
    """The drawing above."""
    return draw_ticks(DRAWING)


def counts(table, subgroup="alle"):
    """Counts and bases of one subgroup, row by row."""
    chosen = table[table["subgroup"] == subgroup]
    return [f"{n}/{base_n}" for n, base_n in zip(chosen["n"], chosen["base_n"], strict=True)]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        # everyone the set was put to: a b c d
        ("asked", ["3/4", "1/4", "0/4"]),
        # per item, selected or not selected: d drops out of 1.2 and 1.3
        ("answered", ["3/4", "1/3", "0/3"]),
        # at least one mention: a b d
        ("mentioned", ["3/3", "1/3", "0/3"]),
    ],
)
def test_each_base_counts_other_cases(responses, cases, base, expected):
    """The three bases of the field give three different tables, each with its name."""
    table = multiple_response_table(responses, ITEMS, cases, base=base)
    assert counts(table) == expected
    assert table["base"].unique().tolist() == [base]
    assert (table["share"] == table["n"] / table["base_n"]).all()


def test_asked_is_the_default_base(responses, cases):
    """Without an argument, whoever was asked counts."""
    table = multiple_response_table(responses, ITEMS, cases)
    assert table["base"].unique().tolist() == ["asked"]


def test_case_not_asked_for_one_item_only_stays_in_the_base(draw_ticks, cases):
    """ "asked" leaves out a case only if the whole set was not put to it."""
    responses = draw_ticks("    1.1 1.2\na x /\nb / /\nc / -\nd - -\ne x x")
    assert counts(multiple_response_table(responses, ["1.1", "1.2"], cases)) == ["2/4", "1/4"]


@pytest.mark.parametrize("base", ["asked", "answered", "mentioned"])
def test_subgroups_sum_to_the_total(responses, cases, base):
    """Counts and bases of the groups add up to those of "alle" in every row."""
    table = multiple_response_table(responses, ITEMS, cases, by="type", groups=TYPES, base=base)
    assert table["subgroup"].tolist() == ["alle", *TYPES] * 3
    assert table["row"].tolist() == [item for item in ITEMS for _ in range(4)]
    for _, rows in table.groupby("row"):
        total, parts = rows.iloc[0], rows.iloc[1:]
        assert (total["n"], total["base_n"]) == (parts["n"].sum(), parts["base_n"].sum())


def test_subgroup_nobody_mentioned_in_has_no_shares(responses, cases):
    """The town was not asked: base 0, share and share of responses are NaN, the rows are there."""
    table = multiple_response_table(responses, ITEMS, cases, by="type", groups=TYPES)
    town = table[table["subgroup"] == "kommune"]
    assert counts(table, "kommune") == ["0/0", "0/0", "0/0"]
    assert town[["share", "share_of_responses"]].isna().all(axis=None)


def test_share_of_responses_sums_to_one(responses, cases):
    """Mentions over all mentions of the subgroup: 3 of 4, 1 of 4, none."""
    table = multiple_response_table(responses, ITEMS, cases)
    assert table["share_of_responses"].tolist() == [3 / 4, 1 / 4, 0.0]


def test_order_is_that_of_the_argument(responses, cases):
    """Rows are never sorted by name."""
    table = multiple_response_table(responses, ["1.3", "1.1"], cases)
    assert table["row"].tolist() == ["1.3", "1.1"]


def test_interval_of_a_nearly_complete_count_is_narrow(responses, cases):
    """Three of four asked, with five units in the population: K is 3 or 4 of 5."""
    table = multiple_response_table(responses, ["1.1"], cases, population={"alle": 5})
    assert table.loc[0, ["population_n", "ci_low", "ci_high"]].tolist() == [5, 3 / 5, 4 / 5]


def test_level_of_the_interval_can_be_chosen(responses, cases):
    """The interval is that of the chosen level, here narrower than the usual one."""
    table = multiple_response_table(responses, ["1.1"], cases, population={"alle": 20}, level=0.5)
    expected = finite_population_interval(3, 4, 20, level=0.5)
    assert tuple(table.loc[0, ["ci_low", "ci_high"]]) == expected
    assert expected != finite_population_interval(3, 4, 20)


def test_single_response_item_is_not_a_tick_box(draw_answers, cases):
    """An item with options counted as tick box would show n = 0, so it is refused."""
    with pytest.raises(TabulationError, match="Der Zustand „answered“ ist nicht möglich"):
        multiple_response_table(draw_answers("2.1", "a=ja b=ja c=ja d=ja e=ja"), ["2.1"], cases)


def test_unknown_base_is_refused(responses, cases):
    """Only the three bases exist."""
    with pytest.raises(TabulationError, match="Die Basis „cases“ ist hier nicht möglich"):
        multiple_response_table(responses, ITEMS, cases, base="cases")


@pytest.mark.parametrize("base", ["asked", "answered", "mentioned"])
def test_large_table_agrees_with_pandas(base):
    """2,000 cases by 5 items of random states: counts and bases as a wide pandas table gives them."""
    rng = np.random.default_rng(20190815)
    items = [f"1.{i}" for i in range(5)]
    wide = pd.DataFrame(rng.choice(TICK_STATES, (2000, 5), p=[0.2, 0.2, 0.1, 0.4, 0.05, 0.05]), columns=items)
    wide["case_id"] = rng.permutation(2000)
    responses = wide.melt("case_id", var_name="item_id", value_name="state")
    cases = pd.DataFrame({"case_id": range(2000), "type": rng.choice(TYPES, 2000)})
    table = multiple_response_table(responses, items, cases, by="type", groups=TYPES, base=base)
    wide = wide.set_index("case_id").sort_index()
    counted = {
        "asked": wide.apply(lambda _: (wide != "not_asked").any(axis=1)),
        "answered": wide.isin(["selected", "not_selected"]),
        "mentioned": wide.apply(lambda _: (wide == "selected").any(axis=1)),
    }[base]
    for column, mask in (("n", wide == "selected"), ("base_n", counted)):
        expected = mask.groupby(cases["type"]).sum().T[TYPES]
        expected.insert(0, "alle", mask.sum())
        assert table[column].tolist() == expected.to_numpy().ravel().tolist()


def make_table(**n_of_row):
    """Table with a total and a subgroup that ranks the other way round."""
    rows = list(n_of_row)
    total = pd.DataFrame({"row": rows, "subgroup": "alle", "n": list(n_of_row.values())})
    return pd.concat([total, total.assign(subgroup="kreis", n=100 - total["n"])], ignore_index=True)


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        # no tie at the last place
        (1, ["c"]),
        # a, b and e share places 2 to 4: all are in, in the order of the instrument
        (2, ["c", "a", "b", "e"]),
        (4, ["c", "a", "b", "e"]),
        # f is fifth; d was never mentioned and never in
        (5, ["c", "a", "b", "e", "f"]),
        (6, ["c", "a", "b", "e", "f"]),
        (99, ["c", "a", "b", "e", "f"]),
    ],
)
def test_ties_at_the_last_place_are_included(k, expected):
    """Rows are ranked by their total; a tie at place k lets all tied rows in."""
    table = make_table(a=7, b=7, c=9, d=0, e=7, f=1)
    assert top_rows_with_ties(table, k, blocks={"A": list("abcdef")}) == {"A": expected}


def test_blocks_are_ranked_apart():
    """Each block has its own places, and blocks keep their order."""
    table = make_table(a=7, b=8, c=9, d=1)
    assert top_rows_with_ties(table, 1, blocks={"B": ["c", "d"], "A": ["a", "b"]}) == {"B": ["c"], "A": ["b"]}


@pytest.mark.parametrize(
    ("k", "blocks", "message"),
    [
        (0, {"A": ["a"]}, "0 Plätze sind nicht möglich"),
        (1, {"A": ["a", "z"]}, "Die Zeile „z“ steht nicht in der Tabelle, vorhanden sind „a“"),
    ],
)
def test_impossible_rankings_are_refused(k, blocks, message):
    """No places, or rows the table does not have, are errors."""
    with pytest.raises(TabulationError, match=message):
        top_rows_with_ties(make_table(a=1), k, blocks=blocks)


def test_share_is_nan_when_nobody_was_asked(draw_ticks, cases):
    """A set that was put to nobody gives base 0 and no share."""
    table = multiple_response_table(draw_ticks("    1.1\na /\nb /\nc /\nd /\ne /"), ["1.1"], cases)
    assert counts(table) == ["0/0"]
    assert math.isnan(table.loc[0, "share"])
