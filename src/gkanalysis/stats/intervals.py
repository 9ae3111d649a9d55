"""Exact confidence intervals for a share of a finite population.

58 alliances are a whole population and 45 forms nearly a census: an interval that treats them as a
sample from infinity is far too wide. Nothing here approximates by the normal distribution.
"""

from bisect import bisect_left
from functools import lru_cache

from gkanalysis.core.errors import TabulationError


@lru_cache(maxsize=8192)  # a report asks for the same few (n, base_n, population_n) in table after table
def finite_population_interval(n: int, base_n: int, population_n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval for a share of a finite population, from base_n observed units.

    `base_n` of `population_n` units were observed without replacement and `n` of them have the
    property. The interval holds every K / population_n for which neither tail of the hypergeometric
    distribution is too unlikely: P(X >= n | K) > alpha/2 and P(X <= n | K) > alpha/2, where K is the
    number of units in the population that have the property.

    Parameters
    ----------
    n : int
        Units with the property among those observed, 0 to `base_n`.
    base_n : int
        Units observed.
    population_n : int
        Units in the population, at least `base_n`.
    level : float, default 0.95
        Nominal coverage, between 0 and 1; the actual coverage is never below it.

    Returns
    -------
    (low, high) : tuple of float
        Shares in [0, 1], multiples of 1 / population_n. A census gives the point n / base_n;
        base_n = 0 gives (nan, nan).

    Raises
    ------
    TabulationError
        If the numbers contradict each other, or `level` is not between 0 and 1.

    Notes
    -----
    The interval is one for the share in the population, which can only be K / population_n. Close to a
    census it may shrink to one such value, and the observed share n / base_n may then lie just beside it
    (5 of 395 observed in a population of 396: the interval is the point 5 / 396).

    References
    ----------
    .. [1] Konijn, H. S., 1973, Statistical Theory of Sample Survey Design and Analysis, North-Holland.
    .. [2] Buonaccorsi, J. P., 1987, A Note on Confidence Intervals for Proportions in Finite Populations,
       The American Statistician 41 (3): 215-218.
    .. [3] Manitz, J., R package samplingbook, Sprop: tests give 50 to 51 of 61 for 50 of 60 observed. For 45
       of 100 in 300 its README prints 110 to 161, one unit beyond ours on each side, where the tails are
       0.0237 and 0.0225: below 0.025, so these units are rightly left out.

    Examples
    --------
    >>> low, high = finite_population_interval(50, 60, 61)
    >>> round(low * 61), round(high * 61)
    (50, 51)
    >>> low, high = finite_population_interval(45, 100, 300)
    >>> round(low * 300), round(high * 300)
    (111, 160)
    >>> finite_population_interval(29, 58, 58)
    (0.5, 0.5)
    """
    from scipy.stats import hypergeom

    _check_counts(n, base_n, population_n, level)
    if base_n == 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2 * (1 + 1e-9)  # a tail of exactly alpha/2 is ruled out, whatever its last bits
    # n units are known to have the property and base_n - n are known not to: K lies between.
    possible = range(n, population_n - (base_n - n) + 1)

    def enough_above(k: int) -> bool:
        return hypergeom.sf(n - 1, population_n, k, base_n) > tail

    def too_few_below(k: int) -> bool:
        return hypergeom.cdf(n, population_n, k, base_n) <= tail

    low = possible[bisect_left(possible, True, key=enough_above)]
    high = possible[bisect_left(possible, True, key=too_few_below) - 1]
    return low / population_n, high / population_n


def logical_bounds(n: int, base_n: int, population_n: int) -> tuple[float, float]:
    """The least and the most that a share in a population can be, whoever did not answer and why.

    Of those not observed nobody has the property, or everybody; `population_n` may be the most that there can be. Numbers
    and errors as in `finite_population_interval`; (nan, nan) for a population of 0. After Manski, C. F., 1989, Anatomy of
    the Selection Problem, Journal of Human Resources 24 (3): 343-360.

    >>> [round(share, 2) for share in logical_bounds(6, 40, 58)]
    [0.1, 0.41]
    """
    _check_counts(n, base_n, population_n, 0.95)
    nobody, everybody = n, n + population_n - base_n
    return (nobody / population_n, everybody / population_n) if population_n else (float("nan"), float("nan"))


def _check_counts(n: int, base_n: int, population_n: int, level: float) -> None:
    """Refuse numbers that cannot have been counted."""
    if not 0 < level < 1:
        raise TabulationError(
            f"Intervall: Das Niveau {level} ist nicht möglich, erlaubt sind Werte zwischen 0 und 1; "
            "bitte zum Beispiel 0.95 angeben."
        )
    if not 0 <= n <= base_n:
        raise TabulationError(
            f"Intervall: n = {n} passt nicht zur Basis {base_n}, erlaubt sind 0 bis {base_n}; bitte die Zählung prüfen."
        )
    if base_n > population_n:
        raise TabulationError(
            f"Intervall: Die Basis {base_n} ist größer als die Grundgesamtheit {population_n}, erlaubt ist "
            "höchstens die Grundgesamtheit; bitte die Zahl der Einheiten prüfen."
        )
