"""Numbers are rounded once, from exact fractions, and written as German readers expect them."""

import math

import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import (
    NBSP,
    format_count,
    format_date,
    format_decimal,
    format_n_percent,
    format_p,
    format_percent,
    format_points,
    number_word,
)


@pytest.mark.parametrize(
    ("n", "base_n", "text"),
    [
        (39, 45, "86,7"),
        (1, 8, "12,5"),
        (1, 16, "6,3"),  # 6,25: exactly on the boundary
        (3, 16, "18,8"),  # 18,75: half to even would give 18,8 too
        (1, 80, "1,3"),  # 1,25: half to even would give 1,2
        (1249, 100000, "1,2"),  # 1,249: just below
        (0, 45, "0,0"),
        (45, 45, "100,0"),
        (9999, 10000, "100,0"),  # 99,99
    ],
)
def test_percent_on_and_around_boundaries(n, base_n, text):
    """Half rounds up, never to even, and starts from the exact fraction."""
    assert format_percent(n, base_n, decimals=1) == f"{text}{NBSP}%"


@pytest.mark.parametrize(
    ("n", "base_n", "text"),
    [
        (4, 9, "4"),
        (4, 10, "4 (40 %)"),
        (98, 99, "98 (99 %)"),
        (99, 100, "99 (99,0 %)"),
        (0, 45, "0"),
        (45, 45, "45 (100 %)"),
    ],
)
def test_one_rule_for_percentages(n, base_n, text):
    """No percentage below a base of 10, whole ones below 100, none for nobody; the same in tables, figures and text."""
    assert format_n_percent(n, base_n).replace(NBSP, " ") == text


def test_percent_is_not_rounded_twice():
    """0,0499…9 with 40 digits stays below the boundary that a decimal of 28 digits would lift it to."""
    big = 10**40
    assert format_percent(5 * 10**36 - 1, 100 * big, decimals=0) == f"0{NBSP}%"
    assert format_percent(big // 2 - 1, 100 * big, decimals=0) == f"0{NBSP}%"
    assert format_percent(big // 2, 100 * big, decimals=0) == f"1{NBSP}%"


def test_percent_without_decimals_and_without_base():
    """No comma without decimals; an en dash where nobody was asked."""
    assert format_percent(13, 45, decimals=0) == f"29{NBSP}%"
    assert format_percent(0, 0) == "–"


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0"), (999, "999"), (1000, "1.000"), (23600, "23.600"), (1234567, "1.234.567"), (-1000, "−1.000")],
)
def test_counts_have_dots_and_a_true_minus(n, text):
    """A dot before each third digit, and the minus sign of typography, not a hyphen."""
    assert format_count(n) == text


@pytest.mark.parametrize("number", [0.87, 2.5])
def test_share_cannot_be_printed_as_count(number):
    """What is not whole is refused; cutting it off would print a wrong number."""
    with pytest.raises(NotebookError, match="keine ganze Zahl"):
        format_count(number)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.125, 2, "0,13"),
        (2.675, 2, "2,68"),
        (13.7, 1, "13,7"),
        (-0.5, 0, "−1"),
        (-0.001, 2, "0,00"),
        (0.05, 2, "0,05"),
        (math.nan, 2, "–"),
    ],
)
def test_decimals(value, decimals, text):
    """Half up as the number is written, a true minus, no minus before zero, a dash for no number."""
    assert format_decimal(value, decimals=decimals) == text


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ((15, 22), (7, 18), "+29"),
        ((7, 18), (15, 22), "−29"),
        ((1, 200), (0, 1), "+1"),  # 0,5 points: half up
        ((0, 1), (1, 200), "−1"),
        ((1, 201), (0, 1), "0"),
        ((1, 2), (1, 2), "0"),
        ((1, 2), (0, 0), "–"),
    ],
)
def test_points(first, second, text):
    """Differences come from the fractions, not from two rounded percentages, and carry a sign."""
    assert format_points(first, second) == text


@pytest.mark.parametrize(
    ("p", "text"), [(0.0009999, f"<{NBSP}0,001"), (0.001, "0,001"), (0.0215, "0,022"), (1.0, "1,000")]
)
def test_p_values(p, text):
    """A p value is never 0,000."""
    assert format_p(p) == text


def test_words_up_to_twelve():
    """From 13 on digits, with dots."""
    assert [number_word(n) for n in (0, 1, 12, 13, 1300)] == ["null", "eins", "zwölf", "13", "1.300"]


def test_dates():
    """A month or day is written out; a year stands alone."""
    assert [format_date(d) for d in ("2019", "2019-03", "2019-12-01")] == [
        "2019",
        "März 2019",
        f"1.{NBSP}Dezember 2019",
    ]
