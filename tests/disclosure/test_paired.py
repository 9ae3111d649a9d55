"""How much of a paired change may be printed."""

import pytest

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


@pytest.mark.parametrize("known", [(11, 27), (33, 7)])
def test_rest_of_the_wave_counts(known):
    """Yes of a wave minus yes of the pairs is an answer of those who are in one wave only."""
    pairs = Paired(6, 3, 6, 20) if known == (11, 27) else Paired(30, 0, 3, 2)
    assert printable_detail(pairs, known, (60, 60), 3, lambda p: 0) == "difference"


def test_whole_change_is_held_back_if_the_difference_tells():
    """All lost at once: with so few pairs the difference alone says how each answered."""
    assert printable_detail(Paired(0, 0, 2, 0), (0, 2), (2, 0), 3, whole_points) == "nothing"


def test_totals_smaller_than_the_pairs_are_refused():
    """Nothing can be weighed against totals that are not those of the waves."""
    with pytest.raises(DisclosureError, match="weniger als die Paare"):
        printable_detail(Paired(7, 2, 5, 21), (8, 40), WIDE, 3, whole_points)


def significant(pairs):
    """What the text says of a change."""
    return (mcnemar_test(*pairs) or 1) < 0.05


def test_a_verdict_is_told_as_well():
    """+6 of 10 could be six gained and none lost, unless the reader hears that it is not significant."""
    pairs = Paired(0, 1, 7, 2)
    assert printable_detail(pairs, WIDE, WIDE, 3, whole_points) == "difference"
    assert printable_detail(pairs, WIDE, WIDE, 3, whole_points, significant) == "nothing"


def test_zero_may_be_known():
    """A count of 0 is no small count."""
    assert printable_detail(Paired(10, 0, 0, 10), (10, 10), (10, 10), 3, lambda p: 0) == "interval"


def test_a_smaller_threshold_allows_more():
    """The threshold is what decides."""
    pairs = Paired(7, 2, 5, 21)
    assert printable_detail(pairs, WIDE, WIDE, 1, whole_points) == "interval"
