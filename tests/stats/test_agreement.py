"""Coefficients of agreement, checked against published examples and against their definitions."""

import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import inter_rater

from gkanalysis.stats.agreement import (
    METRICS,
    REASON_LABELS,
    alpha_coefficients,
    alpha_intervals,
    cohens_kappa,
    fleiss_kappa,
)


def coincidences(values, domain):
    """Ordered pairs of values within each unit, each weighing 1 / (m - 1) in a unit of m values."""
    counts = (values[..., None] == domain).sum(axis=1)
    m = counts.sum(axis=1)[:, None, None]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(domain))
    return np.where(m > 1, pairs, 0) / np.maximum(m - 1, 1)


def krippendorff_alpha(values, metric="nominal"):
    """Alpha of one row per unit, one column per coder, NaN or None where nobody looked; texts are possible."""
    values = np.asarray(values, dtype=object)
    if any(isinstance(v, str) for v in values.ravel()):
        codes = pd.factorize(values.ravel())[0].reshape(values.shape)
        values = np.where(codes < 0, np.nan, codes)
    numbers = values.astype(float)
    domain = np.unique(numbers[~np.isnan(numbers)])
    return alpha_coefficients(coincidences(numbers, domain).sum(axis=0, keepdims=True), domain, metric=metric)[0]


# Krippendorff 2011, section C: four observers, twelve units, values 1 to 5, a dot where one is missing
FOUR_OBSERVERS = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""

# Fleiss 1971, table 1: how many of six psychiatrists gave each of 30 patients one of five diagnoses
DIAGNOSES = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
    00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""

# The worked example of Fleiss' kappa in the English Wikipedia: ten subjects, 14 raters, five categories
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def observers(drawing):
    """(n_units, n_coders) values of a drawing with one coder per line."""
    lines = [line.split() for line in drawing.strip().splitlines()]
    return np.array([[math.nan if mark == "." else float(mark) for mark in line] for line in lines]).T


def values_of(counts):
    """(n_units, n_coders) values that give these counts of values per unit."""
    return np.array([np.repeat(np.arange(len(row)), row) for row in counts], dtype=float)


def difference(c, k, metric, paired):
    """Squared difference of two values as Krippendorff defines it; `paired` are all values in pairs."""
    if metric == "nominal":
        return float(c != k)
    if metric == "interval":
        return (c - k) ** 2
    if metric == "ratio":
        return ((c - k) / (c + k)) ** 2 if c + k else 0.0
    low, high = min(c, k), max(c, k)
    between = sum(low <= value <= high for value in paired)
    return (between - (paired.count(c) + paired.count(k)) / 2) ** 2 if c != k else 0.0


def alpha_by_definition(values, metric):
    """Alpha from all pairs within units and all pairs at all, one by one."""
    units = [[v for v in row if not math.isnan(v)] for row in values.tolist()]
    units = [unit for unit in units if len(unit) > 1]
    paired = [value for unit in units for value in unit]
    observed = sum(
        difference(c, k, metric, paired) / (len(unit) - 1) for unit in units for c, k in permutations(unit, 2)
    )
    expected = sum(difference(c, k, metric, paired) for c, k in permutations(paired, 2)) / (len(paired) - 1)
    return 1 - observed / expected


def table_of(values):
    """Coincidences of each unit, and the domain."""
    domain = np.unique(values[~np.isnan(values)])
    return coincidences(values, domain), domain


units_of_counts = st.lists(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0, math.nan]), min_size=3, max_size=3), min_size=1, max_size=12
).map(np.array)


def varies(values):
    """Whether the values that stand in pairs are not all the same."""
    paired = [v for row in values for v in row if np.isfinite(row).sum() > 1 and math.isfinite(v)]
    return len(set(paired)) > 1


@pytest.mark.parametrize(
    ("metric", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_four_observers_with_missing_values(metric, printed):
    """Krippendorff's example for any number of observers and any metric."""
    assert krippendorff_alpha(observers(FOUR_OBSERVERS), metric=metric).value == pytest.approx(printed, abs=5e-4)


def test_two_observers_with_binary_and_nominal_data():
    """Krippendorff's examples A and B: Meg and Owen, Ben and Gerry."""
    meg, owen = "0100000010", "1110010000"
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    assert krippendorff_alpha(np.transpose([list(meg), list(owen)])).value == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(np.transpose([list(ben), list(gerry)])).value == pytest.approx(0.692, abs=5e-4)


@given(units_of_counts, st.sampled_from(METRICS))
def test_alpha_is_what_its_definition_says(values, metric):
    """Coincidence matrices give what going through all pairs gives."""
    found = krippendorff_alpha(values, metric=metric)
    if varies(values):
        assert found.value == pytest.approx(alpha_by_definition(values, metric), abs=1e-9)
        assert found.reason == ""
    else:
        assert found.value is None
        assert found.reason in REASON_LABELS


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([[1, 1], [1, 1]], "no_variation"),
        ([[1, None], [None, 2]], "no_pairs"),
        ([[1, 1], [2, None]], "no_variation"),  # the 2 stands alone and so is not compared
        ([[None, None]], "no_pairs"),
    ],
)
def test_undefined_alpha_has_a_reason(values, reason):
    """Without variation or pairs there is a named reason, neither NaN nor 1."""
    assert krippendorff_alpha(values) == (None, reason)


def test_undefined_kappas_have_a_reason():
    """The same holds for both kappas."""
    for kappa in (cohens_kappa, fleiss_kappa):
        assert kappa([[4, 0], [0, 0]]) == (None, "no_variation")
        assert kappa([[0, 0], [0, 0]]) == (None, "no_pairs")


def test_cohens_kappa_of_two_coders():
    """By hand 0.7 observed and 0.5 expected give 0.4; SAS prints 0.4842 for the second table."""
    assert cohens_kappa([[20, 5], [10, 15]]).value == pytest.approx(0.4)
    assert cohens_kappa([[0, 4, 1], [0, 8, 0], [0, 1, 5]]).value == pytest.approx(0.4842, abs=5e-5)
    assert cohens_kappa([[0, 5], [0, 0]]).value == 0  # never the same value: no better than chance, but defined


def test_fleiss_kappa_of_published_tables():
    """Fleiss prints 0.430 for thirty patients; the other worked example is 0.210."""
    diagnoses = [[int(n) for n in row] for row in DIAGNOSES.split()]
    for counts, printed in ((diagnoses, 0.430), (FOURTEEN_RATERS, 0.210)):
        o, _ = table_of(values_of(counts))
        assert fleiss_kappa(o.sum(axis=0)).value == pytest.approx(printed, abs=5e-4)


@given(st.lists(st.permutations([0, 0, 1, 2, 2]).map(lambda p: p[:3]), min_size=2, max_size=9))
def test_fleiss_kappa_is_that_of_statsmodels(values):
    """From coincidences comes the same as from one row per unit."""
    o, domain = table_of(np.array(values, dtype=float))
    counts = (np.array(values)[..., None] == domain).sum(axis=1)
    assert fleiss_kappa(o.sum(axis=0)).value == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-9)


def test_interval_lies_between_quantiles_of_drawn_alphas():
    """Each draw is alpha of the drawn clusters, by how often each value is in them, repeated as often as drawn."""
    values = observers(FOUR_OBSERVERS)[:9]
    domain = np.unique(values[~np.isnan(values)])
    clusters = [values[0:3], values[3:5], values[5:7], values[7:9]]
    clusters.sort(key=lambda c: coincidences(c, domain).sum(axis=(0, 1)).tolist())
    o = np.stack([coincidences(cluster, domain).sum(axis=0) for cluster in clusters])
    low, high, draws_n, reason = alpha_intervals(o[None], domain, metric="ordinal", draws=200, seed=3)[0]
    times = np.random.default_rng(3).multinomial(4, [0.25] * 4, size=200)
    drawn = [
        krippendorff_alpha(np.concatenate([clusters[k] for k in np.repeat(range(4), row)]), metric="ordinal").value
        for row in times
    ]
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])))
    assert (draws_n, reason) == (200, "")


def test_interval_does_not_tell_which_clusters_vary():
    """Whoever knows the seed could tell from the ends in which interviews a code is, if the draws met them by place."""
    o, domain = table_of(observers(FOUR_OBSERVERS)[:11])
    there = alpha_intervals(o[None], domain)[0]
    for order in np.random.default_rng(1).permuted(np.tile(np.arange(len(o)), (20, 1)), axis=1):
        assert alpha_intervals(o[order][None], domain)[0] == pytest.approx(there)


@pytest.mark.parametrize(("n_clusters", "reason"), [(0, "no_pairs"), (1, "few_clusters"), (3, "few_clusters"), (4, "")])
def test_few_clusters_give_no_interval(n_clusters, reason):
    """Three clusters, all drawn alike once in 27 draws, cannot carry a 95 % interval; four can."""
    o = np.array([[[10.0, 1.0], [1.0, 8.0]]] * n_clusters).reshape(1, n_clusters, 2, 2)
    low, _, draws_n, found = alpha_intervals(o, np.array([0, 1]))[0]
    assert found == reason
    assert (low is None, draws_n == 0) == (bool(reason), bool(reason))


@pytest.mark.parametrize(("n_varied", "reason"), [(2, "unstable"), (5, "")])
def test_interval_does_not_rest_on_draws_without_variation(n_varied, reason):
    """Two of ten documents with the code are missing in a tenth of the draws, more than a tail of 2.5 %."""
    o = np.array([[[4.0, 1.0], [1.0, 4.0]]] * n_varied + [[[10.0, 0.0], [0.0, 0.0]]] * (10 - n_varied))
    interval = alpha_intervals(o[None], np.array([0, 1]))[0]
    assert interval.reason == reason
    assert interval.draws_n == pytest.approx(1000 * (1 - (1 - n_varied / 10) ** 10), abs=40)
