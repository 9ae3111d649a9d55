"""The same cases asked twice: exact McNemar test, and the difference of two paired shares with interval.

Letters follow the literature: of n pairs, a have the property both times, b only the first time, c only the
second time, d never. Only b and c, the discordant pairs, say that something changed.
"""

from functools import cache
from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple

from gkanalysis.core.errors import TabulationError


class PairedDifference(NamedTuple):
    """Second share minus first share with interval; None where there are no pairs."""

    difference: float | None
    low: float | None
    high: float | None


def mcnemar_test(a: int, b: int, c: int, d: int) -> float | None:
    """Exact McNemar test of whether a property became more or less frequent in the same cases.

    Given b + c pairs that changed, each direction is equally likely if nothing is going on: p is twice the
    smaller tail of the binomial distribution with 1/2, at most 1.

    Parameters
    ----------
    a, b, c, d : int
        Pairs with the property both times, only first, only second, never.

    Returns
    -------
    float or None
        p in (0, 1]. Without a discordant pair nothing can be tested.

    Raises
    ------
    TabulationError
        If one of the numbers is no count.

    References
    ----------
    .. [1] McNemar, Q., 1947, Note on the sampling error of the difference between correlated proportions or
       percentages, Psychometrika 12 (2): 153-157.
    .. [2] Fagerland, M. W., Lydersen, S. and Laake, P., 2017, Statistical Analysis of Contingency Tables, CRC
       Press, chapter 8, and their R package contingencytables: complete response before and after therapy,
       exact P = 0.052479.

    Examples
    --------
    >>> round(mcnemar_test(59, 6, 16, 80), 6), mcnemar_test(10, 0, 0, 4)
    (0.052479, None)
    """
    _, b, c, _ = _counts(a, b, c, d)
    changed = b + c
    if not changed:
        return None
    # Whole numbers: no last bit decides, and a division of integers is correctly rounded.
    tail = sum(comb(changed, k) for k in range(min(b, c) + 1))
    return min(2 * tail, 2**changed) / 2**changed


def paired_difference(a: int, b: int, c: int, d: int, *, level: float = 0.95) -> PairedDifference:
    """Difference of two shares of the same cases, second minus first, with Newcombe's interval.

    The difference is (c - b) / n. The interval is Newcombe's method 10: the score intervals of the two
    shares, combined with their correlation, which is continuity-corrected towards 0.

    Parameters
    ----------
    a, b, c, d : int
        Pairs with the property both times, only first, only second, never.
    level : float, default 0.95
        Nominal coverage, between 0 and 1.

    Returns
    -------
    PairedDifference
        `difference`, `low`, `high` in [-1, 1]; None without pairs.

    Raises
    ------
    TabulationError
        If one of the numbers is no count, or `level` is not between 0 and 1.

    Notes
    -----
    No finite population correction: where nearly all cases of a population are paired, the interval is too
    wide rather than too narrow. Without discordant pairs the difference is 0 and the interval has a width.

    References
    ----------
    .. [1] Newcombe, R. G., 1998, Improved confidence intervals for the difference between binomial proportions
       based on paired data, Statistics in Medicine 17 (22): 2635-2650. Table III prints, for method 10 and
       the difference first minus second, 0.0562 to 0.3292 for the first table below.
    .. [2] Fagerland, Lydersen and Laake, 2017, see `mcnemar_test`: -0.1186 to -0.0046 for the second.

    Examples
    --------
    >>> found = paired_difference(20, 2, 12, 16)
    >>> found.difference, round(found.low, 4), round(found.high, 4)
    (0.2, 0.0562, 0.3292)
    >>> found = paired_difference(59, 16, 6, 80)
    >>> round(found.low, 4), round(found.high, 4)
    (-0.1186, -0.0046)
    """
    a, b, c, d = _counts(a, b, c, d)
    if not 0 < level < 1:
        raise TabulationError(
            f"Paarvergleich: Das Niveau {level} ist nicht möglich, erlaubt sind Werte zwischen 0 und 1; "
            "bitte zum Beispiel 0.95 angeben."
        )
    n = a + b + c + d
    if not n:
        return PairedDifference(None, None, None)
    difference = (c - b) / n
    first, second = (a + b) / n, (a + c) / n
    (first_low, first_high), (second_low, second_high) = (_wilson(x, n, level) for x in (a + b, a + c))
    phi = _corrected_phi(a, b, c, d)
    below = _hypotenuse(second - second_low, first_high - first, phi)
    above = _hypotenuse(second_high - second, first - first_low, phi)
    return PairedDifference(difference, max(-1.0, difference - below), min(1.0, difference + above))


@cache
def _wilson(n: int, base_n: int, level: float) -> tuple[float, float]:
    """Score interval of a share: all p that lie no further from it than z standard errors of their own."""
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle, half = n + z2 / 2, sqrt(z2 * (n * (base_n - n) / base_n + z2 / 4))
    return (middle - half) / (base_n + z2), (middle + half) / (base_n + z2)


def _corrected_phi(a: int, b: int, c: int, d: int) -> float:
    """Correlation of the two answers, if positive moved towards 0 by n/2 in its numerator."""
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    numerator = a * d - b * c
    if numerator > 0:
        numerator = max(numerator - (a + b + c + d) / 2, 0)
    return numerator / sqrt(margins) if margins else 0.0


def _hypotenuse(x: float, y: float, phi: float) -> float:
    """Length from two correlated deviations; rounding must not make the root of a negative number."""
    return float(sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0)))


def _counts(*numbers: int) -> tuple[int, ...]:
    """The four counts as whole numbers, or a refusal."""
    if any(isinstance(x, bool) or x < 0 or not float(x).is_integer() for x in numbers):
        raise TabulationError(
            f"Paarvergleich: {', '.join(map(str, numbers))} sind keine vier Anzahlen, erlaubt sind ganze Zahlen "
            "ab 0; bitte Paare zählen, nicht Anteile."
        )
    return tuple(int(x) for x in numbers)
