"""Paired comparisons: published tables, scipy and statsmodels, counting by hand, and what must be refused."""

from fractions import Fraction
from itertools import product

import pytest
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.paired import mcnemar_test, paired_difference

# Newcombe 1998, Table III, method 10: pairs +/+, +/-, -/+, -/- and the limits of first minus second share.
TABLE_III = {
    (36, 12, 2, 0): (0.0569, 0.3404), (20, 12, 2, 16): (0.0562, 0.3292), (18, 12, 2, 18): (0.0562, 0.3290),
    (36, 14, 0, 0): (0.1528, 0.4167), (35, 14, 0, 1): (0.1461, 0.4175), (18, 14, 0, 18): (0.1441, 0.3963),
    (2, 97, 1, 0): (0.8721, 0.9854), (0, 29, 1, 0): (0.6666, 0.9882), (2, 98, 0, 0): (0.9178, 0.9945),
    (1, 98, 0, 1): (0.9171, 0.9916), (0, 30, 0, 0): (0.8395, 1.0), (54, 0, 0, 0): (-0.0664, 0.0664),
    (53, 0, 0, 1): (-0.0729, 0.0729), (30, 0, 0, 24): (-0.0358, 0.0358), (29, 0, 0, 25): (-0.0354, 0.0354),
    (28, 0, 0, 26): (-0.0352, 0.0352), (27, 0, 0, 27): (-0.0351, 0.0351),
}  # fmt: skip


def p_by_tossing(b, c):
    """Two-sided exact p in whole numbers: all results at most as likely as the observed one, of all tosses."""
    results = [sum(toss) for toss in product((0, 1), repeat=b + c)]
    times = [results.count(k) for k in range(b + c + 1)]
    return float(Fraction(sum(t for t in times if t <= times[b]), len(results)))


@pytest.mark.parametrize(("b", "c"), [(b, c) for b in range(6) for c in range(6) if b + c])
def test_exact_p_is_that_of_tossing_coins(b, c):
    """Each changed pair is a fair toss; nothing but b and c counts."""
    assert mcnemar_test(3, b, c, 2) == pytest.approx(p_by_tossing(b, c), abs=1e-15)
    assert mcnemar_test(0, b, c, 0) == mcnemar_test(3, b, c, 2)


@pytest.mark.parametrize("table", [(59, 6, 16, 80), (20, 12, 2, 16), (1, 1, 7, 12), (0, 40, 21, 0)])
def test_exact_p_is_that_of_the_libraries(table):
    """Two libraries give the same p."""
    a, b, c, d = table
    p = mcnemar_test(*table)
    assert p == pytest.approx(binomtest(b, b + c, 0.5).pvalue, rel=1e-12)
    assert p == pytest.approx(mcnemar([[a, b], [c, d]], exact=True).pvalue, rel=1e-12)


def test_published_values_of_the_exact_test():
    """Fagerland, Lydersen and Laake: 0.052479; Liddell's example in StatsDirect: 0.0129."""
    assert mcnemar_test(59, 6, 16, 80) == pytest.approx(0.052479, abs=5e-7)
    assert mcnemar_test(20, 12, 2, 16) == pytest.approx(0.0129, abs=5e-5)


def test_many_changed_pairs_do_not_overflow():
    """396 municipalities in all waves are far from any limit."""
    assert mcnemar_test(0, 3000, 3200, 0) == pytest.approx(binomtest(3000, 6200, 0.5).pvalue, rel=1e-9)


def test_without_a_changed_pair_there_is_no_p():
    """One changed pair is enough for p."""
    assert mcnemar_test(10, 0, 0, 4) is None
    assert mcnemar_test(0, 0, 0, 0) is None
    assert mcnemar_test(10, 1, 0, 4) == 1.0


@pytest.mark.parametrize(("table", "limits"), TABLE_III.items())
def test_published_limits_of_the_difference(table, limits):
    """Newcombe's Table III; ours is second minus first, so the discordant cells change places."""
    a, b, c, d = table
    found = paired_difference(a, c, b, d)
    assert (found.low, found.high) == pytest.approx(limits, abs=5.1e-5)
    assert found.difference == pytest.approx((b - c) / sum(table))


def test_difference_has_the_sign_of_the_change():
    """More cases with the property the second time give a positive difference; b is who lost it, c who gained it."""
    found = paired_difference(1, 1, 7, 12)
    assert found.difference == pytest.approx(6 / 21)
    assert 0 < found.low < found.difference < found.high


@pytest.mark.parametrize("table", [(3, 1, 2, 4), (0, 0, 5, 0), (5, 0, 0, 0), (2, 3, 3, 2), (0, 1, 0, 0)])
def test_order_of_waves_and_meaning_of_yes_mirror_the_interval(table):
    """Exchanging the waves, or yes and no, turns the interval round and changes nothing else."""
    a, b, c, d = table
    low, high = paired_difference(*table)[1:3]
    assert paired_difference(a, c, b, d)[1:3] == pytest.approx((-high, -low))
    assert paired_difference(d, c, b, a)[1:3] == pytest.approx((-high, -low))


def test_interval_stays_within_its_bounds_for_all_small_tables():
    """No table of up to 4 per cell gives limits beyond 1, or limits that do not hold the difference."""
    for table in product(range(5), repeat=4):
        found = paired_difference(*table)
        if sum(table):
            assert -1 <= found.low <= found.difference <= found.high <= 1, table


def test_without_pairs_there_is_no_difference():
    """Nothing instead of a number."""
    assert paired_difference(0, 0, 0, 0) == (None, None, None)


@pytest.mark.parametrize("wrong", [-1, 0.5, float("nan"), float("inf"), True])
@pytest.mark.parametrize("compute", [mcnemar_test, paired_difference])
def test_shares_are_refused_as_counts(compute, wrong):
    """Only whole numbers from 0."""
    with pytest.raises(TabulationError, match="keine vier Anzahlen"):
        compute(1, wrong, 2, 3)
