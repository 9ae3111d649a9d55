"""Every statistic that is printed is counted out a second time, by code that shares nothing with the first."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import Data
from gkanalysis.stats.coders import coder_coefficients
from gkanalysis.stats.exact import freeman_halton_test, holm
from gkanalysis.stats.intervals import finite_population_interval
from gkanalysis.stats.paired import mcnemar_test, paired_difference
from gkanalysis.verify.again import (
    alpha_again,
    alpha_and_ends,
    change_again,
    holm_again,
    interval_again,
    kappa_again,
    p_again,
    p_values,
    wrong_statistics,
    wrong_value,
)
from gkanalysis.verify.naive import Naive


@pytest.mark.parametrize(
    ("n", "base_n", "population_n"), [(0, 5, 9), (3, 9, 12), (13, 45, 58), (45, 45, 58), (7, 7, 7)]
)
def test_intervals_twice(n, base_n, population_n):
    """Both engines agree to the last digit."""
    assert interval_again(n, base_n, population_n) == finite_population_interval(n, base_n, population_n)


@pytest.mark.parametrize("groups", [[(3, 18), (9, 21), (1, 6)], [(0, 4), (4, 4)], [(5, 5), (0, 3), (2, 4), (1, 1)]])
def test_p_values_twice(groups):
    """The margins' tables one by one, against the first engine."""
    table = [[n for n, _ in groups], [b - n for n, b in groups]]
    assert p_again(groups) == pytest.approx(freeman_halton_test(table), abs=1e-12)


def test_holm_twice():
    """Ties, order, and a value above 1."""
    ps = [0.03, 0.5, 0.01, 0.03, 0.9]
    assert holm_again(ps) == pytest.approx(list(holm(ps)))


@pytest.mark.parametrize("pairs", [(20, 2, 12, 16), (59, 16, 6, 80), (0, 0, 3, 0), (5, 5, 0, 5), (7, 0, 0, 4)])
def test_changes_of_the_same_cases_twice(pairs):
    """Difference, Newcombe's interval, McNemar's test: the formula against the libraries."""
    *difference, p = change_again(*pairs)
    assert difference == pytest.approx(list(paired_difference(*pairs)))
    assert p == pytest.approx(float("nan") if mcnemar_test(*pairs) is None else mcnemar_test(*pairs), nan_ok=True)


def test_kappa_and_the_ends_of_alpha_twice():
    """Two coders of ten documents, four codes each, against the first engine with its own draws."""
    coded = [(k % 10, k // 10, c) for k in range(40) for c in "AB" if (7 * k + 3 * (c == "B" and k % 5 == 0)) % 3]
    given = pd.DataFrame(coded, columns=["document_id", "code_id", "coder"]).assign(start=0, end=1)
    texts = pd.Series(dict.fromkeys(range(10), "x"))
    made = coder_coefficients(given, range(4), texts, coders=["A", "B"], level="document").loc["alle"]
    units = [[(1, tuple((d, c, p) in set(coded) for p in "AB")) for c in range(4)] for d in range(10)]
    assert list(alpha_and_ends(units)) == pytest.approx(made[["alpha", "alpha_low", "alpha_high"]].tolist())
    assert kappa_again([u for cluster in units for _, u in cluster]) == pytest.approx(made["kappa"])


CHOICE = SimpleNamespace(source="w")
SCALE = {
    "shares": [{"words": ["die meisten"], "least": 0.5, "most": 1, "with_most": True}], "more": ["häufiger"], "fewer": ["seltener"], "same": ["ebenso oft"],
    "most": ["am häufigsten"], "least": ["am seltensten"], "unsurpassed": ["keine wird häufiger"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "numbers", "right"),
    [
        ({"text": "häufiger"}, [(5, 9), (4, 9)], True),
        ({"text": "Seltener"}, [(5, 9), (4, 9)], False),
        ({"text": "ebenso oft"}, [(5, 10), (4, 8)], True),
        ({"text": "am häufigsten", "about": ["0"]}, [(5, 9), (4, 9), (5, 10)], True),
        ({"text": "am häufigsten", "about": ["1"]}, [(5, 9), (4, 9)], False),
        ({"text": "am häufigsten", "about": ["0"]}, [(5, 9), (5, 9)], False),
        ({"text": "Keine wird häufiger", "about": ["0"]}, [(5, 9), (5, 9)], True),
        ({"text": "am seltensten", "about": ["1"]}, [(5, 9), (4, 9)], True),
        ({"text": "Die meisten", "kind": "number"}, [(5, 9)], True),
        ({"text": "Die meisten", "kind": "number"}, [(4, 9)], False),
        ({"id": "k:x.points", "text": "−10"}, [(4, 10), (5, 10)], True),
        ({"id": "k:x.points", "text": "+10"}, [(4, 10), (5, 10)], False),
        ({"id": "k:x.at_least_with-y-", "text": "1 von 4"}, [(2, 4), (3, 4)], True),
        ({"id": "k:x.at_least_with-y-", "text": "2 von 4"}, [(2, 4), (3, 4)], False),
        ({"id": "k:x.mean", "text": "1,8"}, [(5, 9), (4, 9), (7, 9)], True),
        ({"id": "k:x.mean", "text": "1,7"}, [(5, 9), (4, 9), (7, 9)], False),
    ],
)
def test_words_that_follow_from_numbers_are_worked_out_again(value, numbers, right):
    """Comparisons, ranks, words for shares, differences in points, the step of one case, a mean."""
    naive = SimpleNamespace(words=lambda: SCALE, again=lambda line: numbers[int(line)])
    made = {"id": "k:x", "kind": "derived", "of": [str(k) for k in range(len(numbers))]} | value
    wrong = wrong_value(naive, made, [(CHOICE, "x", "alle", n, b) for n, b in numbers])
    assert (wrong == "") is right
    assert wrong is not None


NUMBERS = SimpleNamespace(population=lambda *_: (set(range(12)), False), answers=lambda *_: [
    {"state": "answered", "value": v, "case_id": c} for v, c in (("1", "a"), ("2,5", "a"), ("4", "b"), ("9", "b"))
])  # fmt: skip
INTERVAL = {
    "n": 3, "base_n": 9, "population_n": 12, "ci_low": 0.25, "ci_high": 0.5, "bound_low": 0.25, "bound_high": 0.5,
}  # fmt: skip
QUARTERS = {"lower": 1.375, "median": 3.25, "upper": 7.75}


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (INTERVAL, []),
        (INTERVAL | {"ci_high": 0.6}, ["ci_high ist im Bericht 0.6, nachgerechnet 0.5"]),
        (INTERVAL | {"bound_low": 0.2}, ["bound_low ist im Bericht 0.2, nachgerechnet 0.25"]),
        (QUARTERS, []),
        (QUARTERS | {"median": 3.0}, ["median ist im Bericht 3, nachgerechnet 3.25"]),
        ({"median": float("nan")}, []),
        ({"n": 3}, []),
    ],
)
def test_a_statistic_that_is_another_one_is_named(cell, wrong):
    """What stands beside a number in its table: intervals, quarters and median; nothing where there is none."""
    count = SimpleNamespace(source="w", status=())
    assert list(wrong_statistics(NUMBERS, count, "1.2.6", cell, None)) == wrong


CELLS = [("x", "a", 0, 9), ("x", "b", 9, 9), ("y", "a", 3, 9), ("y", "b", 4, 9)]


@pytest.mark.parametrize(
    ("value_id", "cells", "text"),
    [
        ("k:core.p-y", CELLS[2:], "1,000"),
        ("k:core.p-x", CELLS[:2], "<\u00a00,001"),
    ],
)
def test_p_values_of_the_text(value_id, cells, text):
    """One p value; another text is a finding that names both."""
    assert p_values({"id": value_id, "text": text}, cells) == ""
    assert (
        p_values({"id": value_id, "text": "0,049"}, cells)
        == f"im Bericht „0,049“, nachgerechnet „{text.replace(chr(160), ' ')}“"
    )
    assert p_values({"id": "k:core.percent", "text": "4"}, cells) == ""


def test_a_changed_alpha_of_the_shipped_report_is_found(rebuilt):
    """That all its statistics add up, each report's certificate says."""
    data = Data(ProjectPaths.of(rebuilt.root, rebuilt.root / "data/raw"))
    table = pd.read_csv(rebuilt.folder / "tables/uebereinstimmung.csv")
    line, alpha = table["definition"][0], table["alpha"][0]
    (wrong,) = wrong_statistics(Naive(data), Count.read(line)[0], "document", {"alpha": alpha + 0.01}, None)
    assert wrong.startswith(f"alpha ist im Bericht {alpha + 0.01:.6g}, nachgerechnet")


def test_alpha_of_literature():
    """Nominal data of Krippendorff's own example (12 units, four observers, missing values left out): 0.743."""
    units = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
    assert alpha_again(units) == pytest.approx(0.743, abs=5e-4)
