"""Every statistic that is printed is counted out a second time, by code that shares nothing with the first."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gkanalysis.stats.exact import freeman_halton_test, holm
from gkanalysis.stats.intervals import finite_population_interval
from gkanalysis.verify.again import alpha_again, holm_again, interval_again, p_again, p_values, wrong_statistics
from gkanalysis.verify.naive import recount_report


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


NUMBERS = SimpleNamespace(population=lambda *_: (set(range(12)), False), answers=lambda *_: [
    {"state": "answered", "value": v, "case_id": c} for v, c in (("1", "a"), ("2,5", "a"), ("4", "b"), ("9", "b"))
])  # fmt: skip
INTERVAL = {
    "n": 3,
    "base_n": 9,
    "population_n": 12,
    "ci_low": 0.25,
    "ci_high": 0.5,
    "bound_low": 0.25,
    "bound_high": 0.5,
}
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
        ("k:top.significant-p", CELLS, "1\u00a0von\u00a02"),
        ("k:top.significant-p_holm", CELLS, "1\u00a0von\u00a02"),
    ],
)
def test_p_values_of_the_text(value_id, cells, text):
    """One p value, and how many of a family are small; another text is a finding that names both."""
    assert p_values({"id": value_id, "text": text}, cells) == ""
    assert (
        p_values({"id": value_id, "text": "0,049"}, cells)
        == f"im Bericht „0,049“, nachgerechnet „{text.replace(chr(160), ' ')}“"
    )
    assert p_values({"id": "k:core.percent", "text": "4"}, cells) == ""


def test_the_shipped_report_is_counted_out(rebuilt):
    """Its intervals, alphas and p values are among what adds up; one that is changed is found."""
    from gkanalysis.core.paths import ProjectPaths
    from gkanalysis.counts.data import Data

    data = Data(ProjectPaths.of(rebuilt.root, rebuilt.root / "data/raw"))
    found = {name: wrong for name, _, wrong in recount_report(rebuilt.folder, data)}
    assert {w for w in found.values() if w} == set()
    assert {
        "kerngruppe:core.p-nein",
        "akteure:top.significant-p_holm",
        "uebereinstimmung:document:alle",
    } <= found.keys()
    table = pd.read_csv(rebuilt.folder / "tables/uebereinstimmung.csv")
    line, alpha = table["definition"][0], table["alpha"][0]
    from gkanalysis.counts.count import Count
    from gkanalysis.verify.naive import Naive

    (wrong,) = wrong_statistics(Naive(data), Count.read(line)[0], "document", {"alpha": alpha + 0.01}, None)
    assert wrong.startswith(f"alpha ist im Bericht {alpha + 0.01:.6g}, nachgerechnet")


def test_alpha_of_literature():
    """Nominal data of Krippendorff's own example (12 units, four observers, missing values left out): 0.743."""
    units = ["111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3"]
    assert alpha_again(units) == pytest.approx(0.743, abs=5e-4)
