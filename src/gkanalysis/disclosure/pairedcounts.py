"""How much of a paired change may be printed, so that no count of fewer alliances than allowed follows from it.

Who changed an answer is an answer as well. A reader who knows how all alliances of each wave answered can take
the paired ones away from them, so what is printed of the pairs is weighed against these totals, whether or not
the same report prints them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from gkanalysis.core.errors import DisclosureError


class Paired(NamedTuple):
    """Pairs of answers: yes both times, lost (yes, then no), gained (no, then yes), no both times."""

    both: int
    lost: int
    gained: int
    neither: int


def printable_detail(
    pairs: Paired, first: tuple[int, int], second: tuple[int, int], threshold: int,
    interval: Callable[[Paired], object], verdict: Callable[[Paired], object] = lambda _: None,
) -> str:  # fmt: skip
    """The most that may be printed of one paired question.

    Parameters
    ----------
    pairs : counts of the pairs
    first, second : (yes, no) of all valid answers of the first and of the second wave, paired or not
    threshold : the smallest count of a confidential answer that may be known, besides 0
    interval : pairs -> the interval as it would be printed
    verdict : pairs -> what is said in any case of whether the change is significant: a p-value below a limit
        bounds how many changed their answer

    Returns
    -------
    str
        "interval": number of pairs, yes in each wave, interval. "counts": without the interval. "difference":
        the number of pairs and the difference of the shares. "nothing": not even that.

    Raises
    ------
    DisclosureError
        If a wave has fewer answers than the pairs: then nothing can be weighed.

    Examples
    --------
    Two lost can be told from the interval, but not from the counts alone.

    >>> printable_detail(Paired(7, 2, 5, 21), (20, 40), (30, 30), 3, interval=tuple)
    'counts'
    """
    if not _fits(pairs, first, second):
        raise DisclosureError(
            f"Paarvergleich: Die Wellen haben mit {first} und {second} gültigen Antworten (ja, nein) weniger als die Paare "
            f"{tuple(pairs)}; bitte die Angaben berichtigen."
        )
    base_n = sum(pairs)
    told, printed = verdict(pairs), interval(pairs)
    tables = (p for p in _tables(base_n, pairs.gained - pairs.lost) if _fits(p, first, second))
    possible = [p for p in tables if verdict(p) == told]
    same_counts = [p for p in possible if p.both + p.lost == pairs.both + pairs.lost]
    same_interval = [p for p in same_counts if interval(p) == printed]
    views = {"interval": same_interval, "counts": same_counts, "difference": possible}
    return next((d for d, seen in views.items() if not _tells(seen, first, second, threshold)), "nothing")


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
