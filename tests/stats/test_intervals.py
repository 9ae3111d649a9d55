"""Exact intervals, checked against counting in whole numbers and against published values."""

import math
from fractions import Fraction
from itertools import product
from math import comb

import pytest
from scipy.stats import binomtest

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.intervals import finite_population_interval, logical_bounds


def possible_shares(n, base_n, population_n, tail):
    """All K / population_n that neither tail rules out, by counting samples in whole numbers."""
    samples = comb(population_n, base_n)

    def probability(x, k):
        return Fraction(comb(k, x) * comb(population_n - k, base_n - x), samples)

    return [
        k / population_n
        for k in range(population_n + 1)
        if sum(probability(x, k) for x in range(n, base_n + 1)) > tail
        and sum(probability(x, k) for x in range(n + 1)) > tail
    ]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_interval_agrees_with_counting_all_samples(level):
    """Every n, base and population up to 12 units: ends of the set found by brute force."""
    tail = Fraction(round((1 - level) * 1000), 2000)
    for population_n in range(1, 13):
        for base_n in range(1, population_n + 1):
            for n in range(base_n + 1):
                shares = possible_shares(n, base_n, population_n, tail)
                interval = finite_population_interval(n, base_n, population_n, level=level)
                assert interval == (shares[0], shares[-1])


@pytest.mark.parametrize(("n", "base_n"), [(0, 45), (18, 45), (39, 45), (45, 45), (1, 5), (57, 57)])
def test_interval_of_the_study_agrees_with_counting_all_samples(n, base_n):
    """The bases of the study in its population of 58."""
    shares = possible_shares(n, base_n, 58, Fraction(25, 1000))
    assert finite_population_interval(n, base_n, 58) == (shares[0], shares[-1])


@pytest.mark.parametrize("population_n", [20, 58])
def test_coverage_is_never_below_the_level(population_n):
    """Whatever the true K, the samples whose interval holds K make up 95 % or more."""
    for base_n in (5, population_n // 2, population_n - 2):
        for k in range(population_n + 1):
            covering = sum(
                comb(k, n) * comb(population_n - k, base_n - n)
                for n in range(base_n + 1)
                if finite_population_interval(n, base_n, population_n)[0]
                <= k / population_n
                <= finite_population_interval(n, base_n, population_n)[1]
            )
            assert Fraction(covering, comb(population_n, base_n)) >= Fraction(95, 100)


def test_finite_interval_approaches_the_binomial_one():
    """For a million units the finite population hardly matters, and it is computed all the same."""
    binomial = binomtest(18, 45).proportion_ci(method="exact")
    assert finite_population_interval(18, 45, 1_000_000) == pytest.approx(tuple(binomial), abs=1e-4)


@pytest.mark.parametrize("population_n", [0, 58])
def test_no_base_no_interval(population_n):
    """Without cases nothing is known, and the interval is NaN, not 0 to 1."""
    assert all(math.isnan(limit) for limit in finite_population_interval(0, 0, population_n))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, 5, 58), "n = 6 passt nicht zur Basis 5, erlaubt sind 0 bis 5"),
        ((-1, 5, 58), "n = -1 passt nicht zur Basis 5"),
        ((3, 59, 58), "Die Basis 59 ist größer als die Grundgesamtheit 58"),
    ],
)
def test_numbers_that_cannot_have_been_counted_are_refused(arguments, message):
    """n lies within the base, the base within the population."""
    with pytest.raises(TabulationError, match=message):
        finite_population_interval(*arguments)


def test_bounds_hold_whatever_the_others_would_say():
    """Every way in which those not observed could answer, one by one; the interval lies inside."""
    for population_n in range(1, 9):
        for base_n in range(1, population_n + 1):
            for n in range(base_n + 1):
                others = product((0, 1), repeat=population_n - base_n)
                shares = [(n + sum(told)) / population_n for told in others]
                low, high = logical_bounds(n, base_n, population_n)
                assert (low, high) == (min(shares), max(shares))
                inside = finite_population_interval(n, base_n, population_n)
                assert low <= inside[0] <= inside[1] <= high
    assert logical_bounds(6, 40, 58) == (6 / 58, 24 / 58)
    assert all(math.isnan(limit) for limit in logical_bounds(0, 0, 0))
