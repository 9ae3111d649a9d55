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
        (39, 45, "86,7"), (1, 8, "12,5"), (0, 45, "0,0"), (45, 45, "100,0"), (9999, 10000, "100,0"),
        (1, 16, "6,3"), (3, 16, "18,8"), (1, 80, "1,3"), (1249, 100000, "1,2"),  # 6,25, 18,75 and 1,25: exactly on the boundary
    ],
)  # fmt: skip
def test_percent_on_and_around_boundaries(n, base_n, text):
    """Half rounds up, never to even, and starts from the exact fraction."""
    assert format_percent(n, base_n, decimals=1) == f"{text}{NBSP}%"


def test_percent_is_not_rounded_twice():
    """0,0499…9 with 40 digits stays below the boundary that a decimal of 28 digits would lift it to."""
    big = 10**40
    for n, text in ((5 * 10**36 - 1, "0"), (big // 2 - 1, "0"), (big // 2, "1")):
        assert format_percent(n, 100 * big, decimals=0) == f"{text}{NBSP}%"


@pytest.mark.parametrize(
    ("n", "base_n", "text"),
    [(4, 9, "4"), (4, 10, "4 (40 %)"), (98, 99, "98 (99 %)"), (99, 100, "99 (99,0 %)"), (0, 45, "0"), (45, 45, "45 (100 %)")],
)  # fmt: skip
def test_one_rule_for_percentages(n, base_n, text):
    """No percentage below a base of 10, whole ones below 100, none for nobody; the same in tables, figures and text."""
    assert format_n_percent(n, base_n).replace(NBSP, " ") == text


WRITTEN = [
    # no comma without decimals; an en dash where nobody was asked
    (format_percent(13, 45, decimals=0), "29 %"), (format_percent(0, 0), "–"),
    # a dot before each third digit, and the minus sign of typography, not a hyphen
    *((format_count(n), text) for n, text in ((0, "0"), (999, "999"), (1000, "1.000"), (1234567, "1.234.567"), (-1000, "−1.000"))),
    # half up as the number is written, a true minus, no minus before zero, a dash for no number
    *((format_decimal(value, decimals=d), text) for value, d, text in (
        (0.125, 2, "0,13"), (2.675, 2, "2,68"), (13.7, 1, "13,7"), (-0.5, 0, "−1"), (-0.001, 2, "0,00"), (0.05, 2, "0,05"), (math.nan, 2, "–"),
    )),
    # differences come from the fractions, not from two rounded percentages, and carry a sign
    *((format_points(one, other), text) for one, other, text in (
        ((15, 22), (7, 18), "+29"), ((7, 18), (15, 22), "−29"), ((1, 200), (0, 1), "+1"), ((0, 1), (1, 200), "−1"), ((1, 201), (0, 1), "0"),
        ((1, 2), (1, 2), "0"), ((1, 2), (0, 0), "–"),
    )),
    # a p value is never 0,000
    *((format_p(p), text) for p, text in ((0.0009999, "< 0,001"), (0.001, "0,001"), (0.0215, "0,022"), (1.0, "1,000"))),
    # words up to twelve, from 13 on digits, with dots
    *zip(map(number_word, (0, 1, 12, 13, 1300)), ("null", "eins", "zwölf", "13", "1.300"), strict=True),
    # a month or day is written out; a year stands alone
    *zip(map(format_date, ("2019", "2019-03", "2019-12-01")), ("2019", "März 2019", "1. Dezember 2019"), strict=True),
]  # fmt: skip


def test_how_numbers_are_written():
    """Percentages, counts, decimals, points, p values, words and dates."""
    assert [said.replace(NBSP, " ") for said, _ in WRITTEN] == [text for _, text in WRITTEN]


@pytest.mark.parametrize("number", [0.87, 2.5])
def test_share_cannot_be_printed_as_count(number):
    """What is not whole is refused; cutting it off would print a wrong number."""
    with pytest.raises(NotebookError, match="keine ganze Zahl"):
        format_count(number)
