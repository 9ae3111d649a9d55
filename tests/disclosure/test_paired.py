"""How much of a paired change may be printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.core.errors import DisclosureError
from gkanalysis.disclosure.paired import Paired, printable_detail
from gkanalysis.stats.paired import mcnemar_test, paired_difference

WIDE = (30, 30)  # yes and no of a wave with many more answers than pairs


def whole_points(pairs):
    """The interval as a report prints it."""
    found = paired_difference(*pairs)
    return round(100 * found.low), round(100 * found.high)


def test_large_counts_may_all_be_printed():
    """Nothing small follows from counts and interval."""
    assert printable_detail(Paired(12, 5, 9, 14), WIDE, WIDE, 3, whole_points) == "interval"


def test_interval_that_gives_two_away_is_held_back():
    """The interval depends on how many changed their mind; two of them could be told from it."""
    pairs = Paired(7, 2, 5, 21)
    assert printable_detail(pairs, WIDE, WIDE, 3, whole_points) == "counts"


@pytest.mark.parametrize(("known", "detail"), [((11, 27), "nothing"), ((33, 7), "difference")])
def test_rest_of_the_wave_counts(known, detail):
    """Yes of a wave minus yes of the pairs is an answer of those who are in one wave only.

    In the first case every table that held its counts back has such a rest: a dot would tell it.
    """
    pairs = Paired(6, 3, 6, 20) if known == (11, 27) else Paired(30, 0, 3, 2)
    assert printable_detail(pairs, known, (60, 60), 3, lambda p: 0) == detail


def test_whole_change_is_held_back_if_the_difference_tells():
    """All lost at once: with so few pairs the difference alone says how each answered."""
    assert printable_detail(Paired(0, 0, 2, 0), (0, 2), (2, 0), 3, whole_points) == "nothing"


def test_totals_smaller_than_the_pairs_are_refused():
    """Nothing can be weighed against totals that are not those of the waves."""
    with pytest.raises(DisclosureError, match="weniger als die Paare"):
        printable_detail(Paired(7, 2, 5, 21), (8, 40), WIDE, 3, whole_points)


def significant(pairs):
    return (mcnemar_test(*pairs) or 1) < 0.05


def test_a_verdict_is_told_as_well():
    """+6 of 10 could be six gained and none lost, unless the reader hears that it is not significant."""
    pairs = Paired(0, 1, 7, 2)
    assert printable_detail(pairs, WIDE, WIDE, 3, whole_points) == "difference"
    assert printable_detail(pairs, WIDE, WIDE, 3, whole_points, significant) == "nothing"


def small(column):
    """Whether a count is known to be one of fewer than three."""
    return all(0 < n < 3 for n in column)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.integers(0, 5)] * 4), st.tuples(*[st.integers(0, 3)] * 4), st.integers(1, 9))
def test_no_table_that_prints_the_same_gives_a_small_count_away(pairs, more, width):
    """The rule is applied to every table with this base and difference: readers know which of them print the same."""
    a, lost, gained, d = pairs
    first, second = (a + lost + more[0], gained + d + more[1]), (a + gained + more[2], lost + d + more[3])

    def shown(p):
        detail = printable_detail(p, first, second, 3, lambda q: (q.lost + q.gained) // width)
        seen = {"interval": (p.both + p.lost, (p.lost + p.gained) // width), "counts": p.both + p.lost}
        return detail, seen.get(detail)

    net, alike = gained - lost, []
    for x in range(max(0, -net), sum(pairs) + 1):
        for both in range(sum(pairs) - 2 * x - net + 1):
            p = Paired(both, x, x + net, sum(pairs) - 2 * x - net - both)
            yes, no, later, never = p.both + p.lost, p.gained + p.neither, p.both + p.gained, p.lost + p.neither
            alone = (first[0] - yes, first[1] - no, second[0] - later, second[1] - never)
            if min(alone) >= 0 and shown(p) == shown(Paired(*pairs)):
                alike.append((*p, yes, no, later, never, *alone))
    assert shown(Paired(*pairs))[0] == "nothing" or not any(map(small, zip(*alike, strict=True)))
