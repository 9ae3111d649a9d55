"""Tables whose rows have denominators of their own."""

import math

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate import Condition, Count, CountRow, nested_count_table

ALLIED = Condition("has_alliance", "=", True)


@pytest.fixture
def frames():
    """Four districts, three with an alliance; joined is known for these only."""
    districts = pd.DataFrame(
        {
            "name": ["p", "q", "r", "s"],
            "has_alliance": [True, True, True, False],
            "members": [10, 8, 12, 9],
            "joined": pd.array([10, 3, 6, None], dtype="Int64"),
            "extent": pd.Categorical(
                ["alle", "wenige", "viele", None],
                categories=["wenige", "viele", "alle", "keine"],
                ordered=True,
            ),
            "region": pd.Categorical(["nord", "nord", "süd", "süd"]),
        }
    )
    return {"districts": districts}


def n_of(frames, *where, **arguments):
    """Count of a single row."""
    row = CountRow("x", "X", Count("districts", where, **arguments))
    return nested_count_table(frames, [row]).loc[0, "n"]


def test_count_of_one_row_is_the_base_of_the_next(frames):
    """Of 4 districts 3 are allied, of these 1 is joined by all; of their 30 members 19 joined."""
    rows = [
        CountRow("allied", "Kreise mit Bündnis", Count("districts", (ALLIED,)), of=Count("districts")),
        CountRow(
            "all_joined",
            "davon mit allen Kommunen",
            Count("districts", (ALLIED, Condition("extent", "=", "alle"))),
            of=Count("districts", (ALLIED,)),
            level=1,
        ),
        CountRow(
            "joined",
            "beigetretene Kommunen",
            Count("districts", (ALLIED,), sum_of="joined"),
            of=Count("districts", (ALLIED,), sum_of="members"),
        ),
        CountRow("members", "Kommunen insgesamt", Count("districts", sum_of="members")),
    ]
    table = nested_count_table(frames, rows)
    assert list(table.columns) == ["row", "label", "level", "n", "base_n", "share"]
    assert table["row"].tolist() == ["allied", "all_joined", "joined", "members"]
    assert table["level"].tolist() == [0, 1, 0, 0]
    assert table["n"].tolist() == [3, 1, 19, 39]
    assert table["base_n"].tolist() == [4, 3, 30, pd.NA]
    assert table["share"].tolist()[:3] == [3 / 4, 1 / 3, 19 / 30]
    assert math.isnan(table["share"].tolist()[3])


@pytest.mark.parametrize(
    ("sign", "value", "n"),
    [
        ("=", 10, 1),
        ("!=", 10, 3),
        ("<", 10, 2),
        ("<=", 10, 3),
        (">", 10, 1),
        (">=", 10, 2),
        ("in", [8, 9, 99], 2),
    ],
)
def test_each_operator_compares_as_it_says(frames, sign, value, n):
    """10, 8, 12 and 9 members against each operator."""
    assert n_of(frames, Condition("members", sign, value)) == n


def test_ordered_categories_can_be_compared(frames):
    """The order of the categories counts, not that of the alphabet."""
    assert n_of(frames, ALLIED, Condition("extent", ">=", "viele")) == 2


def test_text_that_does_not_occur_counts_zero(frames):
    """In a plain text column any value may be absent."""
    assert n_of(frames, Condition("name", "=", "z")) == 0


def test_base_zero_gives_no_share(frames):
    """0 of 0 is a count with its base, but no share."""
    nobody = Count("districts", (Condition("members", ">", 99),))
    table = nested_count_table(frames, [CountRow("x", "X", nobody, of=nobody)])
    assert table.loc[0, ["n", "base_n"]].tolist() == [0, 0]
    assert math.isnan(table.loc[0, "share"])


def test_sum_over_no_rows_is_zero(frames):
    """Nothing to add is 0, not missing."""
    assert n_of(frames, Condition("members", ">", 99), sum_of="joined") == 0


def test_missing_value_in_a_condition_is_refused(frames):
    """A district of which nothing is known does not count as "no"."""
    with pytest.raises(TabulationError) as error:
        n_of(frames, Condition("joined", ">", 5))
    assert str(error.value) == (
        "Zähltabelle, Zeile „x“, Daten „districts“: In der Spalte „joined“ fehlen 1 von 4 Werten, erlaubt ist "
        "keine Lücke; bitte die Werte ergänzen oder vorher eine Bedingung stellen, die sie ausschließt."
    )


def test_missing_value_may_be_excluded_by_an_earlier_condition(frames):
    """Conditions narrow the rows one after the other, so their order matters."""
    assert n_of(frames, ALLIED, Condition("joined", ">", 5)) == 2
    with pytest.raises(TabulationError, match="fehlen 1 von 4 Werten"):
        n_of(frames, Condition("joined", ">", 5), ALLIED)


def test_missing_value_in_a_sum_is_refused(frames):
    """A sum over gaps would be too small without saying so."""
    with pytest.raises(TabulationError, match="In der Spalte „joined“ fehlen 1 von 4 Werten"):
        n_of(frames, sum_of="joined")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        # a number written as text would never be equal
        (("members", "=", "10"), "Die Spalte „members“ enthält Zahl, verglichen wird mit „10“"),
        (("has_alliance", "=", "ja"), "enthält ja/nein, verglichen wird mit „ja“"),
        (("has_alliance", "=", 1), "enthält ja/nein, verglichen wird mit „1“"),
        (("name", "in", ["p", 3]), "enthält Text, verglichen wird mit „p“, „3“"),
        # a category misspelt
        (
            ("region", "=", "Nord"),
            "Der Wert „Nord“ kommt in der Spalte „region“ nicht vor, erlaubt sind „nord“",
        ),
        # order where there is none
        (("name", ">", "p"), "enthält Text ohne Rangfolge"),
        (("region", ">", "nord"), "enthält Text ohne Rangfolge"),
        # unknown column
        (("size", "=", 3), "Die Spalte „size“ fehlt, vorhanden sind „name“, „has_alliance“"),
    ],
)
def test_comparison_that_can_only_be_false_is_refused(frames, condition, message):
    """A slip in a declared row stops the table instead of counting 0."""
    with pytest.raises(TabulationError, match=message):
        n_of(frames, Condition(*condition))


def test_unknown_frame_is_refused(frames):
    """The message lists the frames there are."""
    row = CountRow("x", "X", Count("towns"))
    with pytest.raises(
        TabulationError, match="Zeile „x“: Die Daten „towns“ gibt es nicht, vorhanden sind „distr"
    ):
        nested_count_table(frames, [row])


@pytest.mark.parametrize("column", ["name", "has_alliance", "density"])
def test_only_whole_numbers_are_summed(frames, column):
    """Text, yes/no and fractions have no count."""
    frames["districts"]["density"] = [0.5, 1.0, 2.0, 3.0]
    with pytest.raises(TabulationError, match="summieren lassen sich nur ganze Zahlen"):
        n_of(frames, sum_of=column)


def test_count_larger_than_its_base_is_refused(frames):
    """More than all cannot be: 4 districts of 3."""
    row = CountRow("x", "X", Count("districts"), of=Count("districts", (ALLIED,)))
    with pytest.raises(TabulationError, match="Zeile „x“: n = 4 passt nicht zur Basis 3"):
        nested_count_table(frames, [row])


def test_row_declared_twice_is_refused(frames):
    """A row's id is its key."""
    row = CountRow("x", "X", Count("districts"))
    with pytest.raises(TabulationError, match="Von den Zeilen „x“ steht eine doppelt"):
        nested_count_table(frames, [row, row])
