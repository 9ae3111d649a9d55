"""Exact tests, checked against counting in whole numbers, against scipy and against published values."""

import math
from fractions import Fraction
from itertools import product
from math import comb, prod

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.exact import differences_by_group, freeman_halton_test, holm


def p_by_counting_tables(table):
    """Exact p of a 2 x c table in whole numbers, ties exact."""
    columns = [sum(column) for column in zip(*table, strict=True)]

    def ways(first_row):
        return prod(comb(column, cell) for column, cell in zip(columns, first_row, strict=True))

    rows = (row for row in product(*(range(column + 1) for column in columns)) if sum(row) == sum(table[0]))
    as_unlikely = sum(ways(row) for row in rows if ways(row) <= ways(table[0]))
    return Fraction(as_unlikely, comb(sum(columns), sum(table[0])))


@pytest.mark.parametrize("table", [[[8, 2], [1, 5]], [[3, 1], [1, 3]], [[0, 5], [5, 0]], [[10, 20], [30, 5]]])
def test_two_by_two_is_fishers_test(table):
    """For 2 x 2 the p-value is that of scipy."""
    assert freeman_halton_test(table) == pytest.approx(fisher_exact(table).pvalue, rel=1e-9)


def test_two_by_two_agrees_with_counting_for_all_small_tables():
    """Every 2 x 2 table of up to 4 per cell, ties included."""
    for a, b, c, d in product(range(5), repeat=4):
        expected = p_by_counting_tables([[a, b], [c, d]])
        assert freeman_halton_test([[a, b], [c, d]]) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize(
    "table",
    [
        [[8, 2, 3], [1, 5, 4]],
        [[16, 18, 5], [2, 4, 0]],  # bases of the study: 18, 22 and 5
        [[9, 3, 1], [9, 19, 4]],
        [[4, 4, 4], [4, 4, 4]],
        [[7, 8, 2], [2, 7, 3]],  # a tie that differs in the last bits of its logarithm (0.357, without it 0.312)
        [[5, 1, 1], [1, 4, 2]],
        [[6, 0, 0, 2], [1, 5, 3, 2]],
        [[3, 0, 2, 1, 0], [0, 2, 1, 3, 2]],
    ],
)
def test_more_columns_agree_with_counting_tables(table):
    """2 x 3 to 2 x 5 against whole numbers."""
    assert freeman_halton_test(table) == pytest.approx(float(p_by_counting_tables(table)), rel=1e-9)


@pytest.mark.parametrize("table", [[[0, 0, 0], [5, 3, 2]], [[5, 3, 2], [0, 0, 0]], [[3], [2]], [[3, 0], [2, 0]]])
def test_margins_that_leave_one_table_give_one(table):
    """Nothing could have come out otherwise, so p is 1."""
    assert freeman_halton_test(table) == 1.0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3]], r"hat die Form \(3, 3\), erlaubt sind zwei Zeilen oder zwei Spalten"),
        ([1, 2, 3], r"hat die Form \(3,\)"),
        ([[1, -2], [3, 4]], "keine Anzahlen"),
        ([[0.5, 0.2], [0.5, 0.8]], "keine Anzahlen sind, erlaubt sind ganze Zahlen ab 0"),
        ([[1, math.nan], [3, 4]], "keine Anzahlen"),
        ([["1", "2"], ["3", "4"]], "keine Anzahlen"),
    ],
)
def test_what_is_not_a_table_of_counts_is_refused(table, message):
    """Shares, negative numbers and other shapes have no exact p."""
    with pytest.raises(TabulationError, match=message):
        freeman_halton_test(table)


def test_too_many_tables_are_refused_before_they_are_built():
    """A table of a million cases is refused at once, with the number of its relatives."""
    with pytest.raises(TabulationError, match=r"gibt es 8\.07e\+10 Tabellen, erlaubt sind höchstens 1000000"):
        freeman_halton_test([[150_000] * 3, [183_000] * 3])


def test_holm_agrees_with_the_definition():
    """Smallest p times m, next times m - 1 ..., never falling, at most 1."""
    assert holm([0.04, 0.01, 0.6, 0.02]) == pytest.approx([0.08, 0.04, 0.6, 0.06])


def test_holm_leaves_out_tests_that_were_not_made():
    """NaN stays NaN and does not make the family larger."""
    corrected = holm([math.nan, 0.01, math.nan, 0.02])
    assert corrected[[1, 3]] == pytest.approx([0.02, 0.02])
    assert np.isnan(corrected[[0, 2]]).all()
    assert np.isnan(holm([math.nan, math.nan])).all()
    assert holm([]).shape == (0,)


def make_table(**rows):
    """Long table from rows of "n/base_n" for "alle" and the groups s, k and g."""
    return pd.DataFrame(
        [
            {"row": row, "subgroup": subgroup, "n": int(n), "base_n": int(base_n)}
            for row, cells in rows.items()
            for subgroup, cell in zip(["alle", "s", "k", "g"], cells.split(), strict=True)
            for n, base_n in [cell.split("/")]
        ]
    )


def test_differences_are_tested_row_by_row_and_corrected_as_a_family():
    """p is that of n against base_n - n by group, Holm runs over all rows, order is kept."""
    table = make_table(b="39/45 16/18 18/22 5/5", a="13/45 12/18 1/22 0/5")
    result = differences_by_group(table, groups=["s", "k", "g"])
    p_b = float(p_by_counting_tables([[16, 18, 5], [2, 4, 0]]))
    p_a = float(p_by_counting_tables([[12, 1, 0], [6, 21, 5]]))
    assert list(result.columns) == ["row", "p", "p_holm", "spread"]
    assert result["row"].tolist() == ["b", "a"]
    assert result["p"].tolist() == pytest.approx([p_b, p_a])
    assert result["p_holm"].tolist() == pytest.approx([p_b, 2 * p_a])
    assert result["spread"].tolist() == pytest.approx([1 - 18 / 22, 12 / 18])


def test_groups_without_base_are_left_out_of_their_row():
    """Where a group was not asked the others are compared; they have no share."""
    result = differences_by_group(make_table(a="9/16 8/10 1/6 0/0"), groups=["g", "s", "k"])
    assert result.loc[0, "p"] == pytest.approx(fisher_exact([[8, 1], [2, 5]]).pvalue)
    assert result.loc[0, "spread"] == pytest.approx(8 / 10 - 1 / 6)


@pytest.mark.parametrize(
    ("cells", "spread"),
    [
        # nobody, everybody
        ("0/12 0/3 0/4 0/5", 0.0),
        ("12/12 3/3 4/4 5/5", 0.0),
        # a single group was asked
        ("2/3 2/3 0/0 0/0", 0.0),
        # no group was asked
        ("0/0 0/0 0/0 0/0", math.nan),
    ],
)
def test_degenerate_rows_have_p_one_and_stay_in_the_family(cells, spread):
    """Where no difference is possible p is 1, and the row still counts for Holm."""
    result = differences_by_group(make_table(a=cells, b="9/21 8/10 1/6 0/5"), groups=["s", "k", "g"])
    assert result.loc[0, "p"] == 1.0
    assert result.loc[1, "p_holm"] == pytest.approx(2 * result.loc[1, "p"])
    assert result.loc[0, "spread"] == pytest.approx(spread, nan_ok=True)
