"""How much of a paired change may be printed, so that no count of fewer alliances than allowed follows from it.

A reader who knows how all alliances of each wave answered can take the paired ones away from them, so what is printed
of the pairs is weighed against these totals, whether or not the same report prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from gkanalysis.core.errors import DisclosureError
from gkanalysis.counts.data import Data
from gkanalysis.counts.waves import Change
from gkanalysis.stats.paired import mcnemar_test, paired_difference

SIGNIFICANT = 0.05


class Paired(NamedTuple):
    """Pairs of answers: yes both times, lost (yes, then no), gained (no, then yes), no both times."""

    both: int
    lost: int
    gained: int
    neither: int


def weighed(data: Data, changes: Sequence[Change], threshold: int) -> dict[Change, str]:
    """How much of each change may be printed, see `printable_detail`; all are one family of tests."""
    pairs = [Paired(*c.pairs(data)) for c in changes]
    p_values = np.array([_p_value(p) for p in pairs])
    told = [(c, pairs[k], _verdicts(p_values, k)) for k, c in enumerate(changes)]
    return {c: printable_detail(p, *c.totals(data), threshold, verdict=verdict) for c, p, verdict in told}


def shown_interval(pairs: Paired) -> tuple[int, int]:
    """The interval of the difference in whole percentage points, as it is printed."""
    made = paired_difference(*pairs)
    return round(100 * (made.low or 0.0)), round(100 * (made.high or 0.0))


def _p_value(pairs: Paired) -> float:
    p = mcnemar_test(*pairs)
    return np.nan if p is None else p


def _verdicts(p_values: np.ndarray, k: int) -> Callable[[Paired], tuple[bool, ...]]:
    """What a reader is told of all tests of the family, if the pairs of question `k` were others."""

    @cache
    def told(lost: int, gained: int) -> tuple[bool, ...]:
        family = p_values.copy()
        family[k] = _p_value(Paired(0, lost, gained, 0))
        return _below(family)

    return lambda pairs: told(pairs.lost, pairs.gained)


def _below(p_values: np.ndarray) -> tuple[bool, ...]:
    """Which tests stay below the limit after Holm's correction.

    As `stats.holm` has it in a thirtieth of its time: this is asked for every table that a reader might guess.
    """
    order = np.argsort(p_values)  # nan last
    p = p_values[order]
    factors = np.count_nonzero(~np.isnan(p)) - np.arange(len(p))
    below = np.empty(len(p), dtype=bool)
    below[order] = np.maximum.accumulate(p * factors) < SIGNIFICANT
    return tuple(below.tolist())


def printable_detail(
    pairs: Paired, first: tuple[int, int], second: tuple[int, int], threshold: int,
    interval: Callable[[Paired], object] = shown_interval, verdict: Callable[[Paired], object] = lambda _: None,
) -> str:  # fmt: skip
    """The most that may be printed of one paired question.

    Parameters
    ----------
    first, second : (yes, no) of all valid answers of the first and of the second wave, paired or not
    threshold : the smallest count of a confidential answer that may be known, besides 0
    interval, verdict : what is printed of pairs as interval, and what in any case: a p-value below a limit bounds how
        many changed their answer

    Returns
    -------
    "interval": number of pairs, yes in each wave, interval. "counts": without the interval. "difference": the number of
        pairs and the difference of the shares. "nothing": not even that.

    Two lost can be told from the interval, but not from the counts alone.

    >>> printable_detail(Paired(7, 2, 5, 21), (20, 40), (30, 30), 3, interval=tuple)
    'counts'
    """
    if not _fits(pairs, first, second):
        fewer = f"mit {first} und {second} gültigen Antworten (ja, nein) weniger als die Paare {tuple(pairs)}"
        raise DisclosureError(f"Paarvergleich: Die Wellen haben {fewer}; bitte die Angaben berichtigen.")
    told = verdict(pairs)
    tables = (p for p in _tables(sum(pairs), pairs.gained - pairs.lost) if _fits(p, first, second))
    left = [p for p in tables if verdict(p) == told]
    # who sees less than another table would print knows that it is none of these
    views = {"interval": lambda p: (p.both + p.lost, interval(p)), "counts": lambda p: p.both + p.lost}
    for detail, view in (*views.items(), ("difference", len)):
        seen: dict[object, list[Paired]] = {}
        for p in left:
            seen.setdefault(view(p), []).append(p)
        if not _tells(seen[view(pairs)], first, second, threshold):
            return detail
        left = [p for same in seen.values() if _tells(same, first, second, threshold) for p in same]
    return "nothing"


def _tables(base_n: int, net: int) -> Iterator[Paired]:
    """All pairs of answers with this base and difference."""
    for lost in range(max(0, -net), base_n + 1):
        for both in range(base_n - 2 * lost - net + 1):
            yield Paired(both, lost, lost + net, base_n - 2 * lost - net - both)


def _protected(p: Paired, first: tuple[int, int], second: tuple[int, int]) -> tuple[int, ...]:
    """Every count that would be somebody's answer: of the pairs, of each wave, of who is in one wave only."""
    one, other = (p.both + p.lost, p.gained + p.neither), (p.both + p.gained, p.lost + p.neither)
    alone = (t - n for t, n in zip((*first, *second), (*one, *other), strict=True))
    return (*p, *one, *other, *alone)


def _fits(p: Paired, first: tuple[int, int], second: tuple[int, int]) -> bool:
    return min(_protected(p, first, second)) >= 0


def _tells(seen, first: tuple[int, int], second: tuple[int, int], threshold: int) -> bool:
    """Whether some count is small in all tables that agree with the print."""
    counts = zip(*(_protected(p, first, second) for p in seen), strict=True)
    return any(all(1 <= n < threshold for n in column) for column in counts)
