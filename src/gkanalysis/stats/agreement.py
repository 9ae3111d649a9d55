"""Agreement of coders beyond chance: Krippendorff's alpha with a bootstrap interval, Cohen's and Fleiss' kappa.

Letters follow Krippendorff: o coincidences (pairs of values within a unit), n_c how often value c occurs in
them, d the squared difference of two values. Where the values do not vary there is nothing to agree upon
beyond chance: such a coefficient has a reason instead of a number.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gkanalysis.core.errors import TabulationError

METRICS = ("nominal", "ordinal", "interval", "ratio")
DRAWS = 1000
SEED = 2019

NO_PAIRS = "no_pairs"
NO_VARIATION = "no_variation"
UNEQUAL_CODERS = "unequal_coders"
FEW_CLUSTERS = "few_clusters"
UNSTABLE = "unstable"

REASON_LABELS = {
    NO_PAIRS: "nichts wurde von zwei Personen codiert",
    NO_VARIATION: "alle Werte sind gleich, Zufall und Übereinstimmung sind nicht zu trennen",
    UNEQUAL_CODERS: "nicht überall haben gleich viele Personen codiert",
    FEW_CLUSTERS: "zu wenige Dokumente für ein Intervall",
    UNSTABLE: "in zu vielen Ziehungen sind alle Werte gleich",
}


class Coefficient(NamedTuple):
    """A coefficient, or None and the name of the reason why there is none."""

    value: float | None
    reason: str = ""


class Interval(NamedTuple):
    """Ends of a bootstrap interval, and in how many draws the coefficient existed; or a reason."""

    low: float | None
    high: float | None
    draws_n: int
    reason: str = ""


def alpha_coefficients(o: np.ndarray, domain: np.ndarray, *, metric: str = "nominal") -> list[Coefficient]:
    """Krippendorff's alpha of each of several coincidence matrices.

    Parameters
    ----------
    o : array of float, shape (n_matrices, n_values, n_values)
        Coincidences, summed over units.
    domain : array of float, shape (n_values,), ascending
    metric : str
        "nominal", "ordinal", "interval" or "ratio": how far two values are from each other;
        "ratio" is for values from 0 on.

    Returns
    -------
    list of Coefficient

    Raises
    ------
    TabulationError
        If the metric is unknown or does not fit the values.

    References
    ----------
    .. [1] Krippendorff, K., 2011, Computing Krippendorff's Alpha-Reliability, University of Pennsylvania,
       sections A to E: 0.095 for two observers and binary data, 0.692 for nominal data, and for four
       observers with missing values 0.743 (nominal), 0.815 (ordinal), 0.849 (interval), 0.797 (ratio).

    Examples
    --------
    >>> o = np.array([[[8.0, 1.0], [1.0, 10.0]], [[20.0, 0.0], [0.0, 0.0]]])
    >>> [found.reason or round(found.value, 2) for found in alpha_coefficients(o, np.array([0, 1]))]
    [0.81, 'no_variation']
    """
    if metric not in METRICS or (metric == "ratio" and (np.asarray(domain) < 0).any()):
        raise TabulationError(
            f"Übereinstimmung: Die Metrik „{metric}“ passt nicht, erlaubt sind {', '.join(METRICS)}, „ratio“ nur bei "
            "Werten ab 0; bitte eine andere angeben."
        )
    has_pairs = o.any(axis=(1, 2))
    return [
        Coefficient(None, NO_VARIATION if paired else NO_PAIRS) if np.isnan(a) else Coefficient(float(a))
        for a, paired in zip(_alpha(o, domain, metric), has_pairs, strict=True)
    ]


def alpha_intervals(
    o: np.ndarray,
    domain: np.ndarray,
    *,
    metric: str = "nominal",
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
) -> list[Interval]:
    """Bootstrap intervals of several alphas, all from the same drawn clusters.

    Clusters (documents) are drawn with replacement, as many as there are, and alpha is computed anew, expected
    disagreement included; the interval lies between the quantiles of these alphas. What lies within a
    document stays together: its codings are not independent of each other.

    Parameters
    ----------
    o : array of float, shape (n_matrices, n_clusters, n_values, n_values)
        Coincidences, summed over the units of each cluster.
    domain, metric
        As in `alpha_coefficients`.
    draws, seed : int
        Number of draws, and the seed that makes them the same each time.
    level : float, default 0.95

    Returns
    -------
    list of Interval
        Reasons: those of `alpha_coefficients`; "few_clusters" if a draw of the same cluster over and over is
        likelier than a tail of the interval (up to 3 clusters at 95 %); "unstable" if the share of draws in
        which the values do not vary exceeds a tail, so that an end of the interval would rest on them.

    Raises
    ------
    TabulationError
        If `draws` or `level` is out of range.

    Notes
    -----
    Krippendorff's own algorithm of 2006 draws pairs of values and keeps the expected disagreement fixed; it
    takes all units for independent and as a rule gives narrower intervals. With few clusters intervals from a
    bootstrap, this one included, cover less than their level says [3]_.

    References
    ----------
    .. [1] Zapf, A., Castell, S., Morawietz, L. and Karch, A., 2016, Measuring inter-rater reliability for nominal
       data: which coefficients and confidence intervals are appropriate?, BMC Medical Research Methodology 16, 93
       (units drawn with replacement, quantiles of alpha).
    .. [2] Field, C. A. and Welsh, A. H., 2007, Bootstrapping clustered data, Journal of the Royal Statistical
       Society B 69 (3): 369-390 (whole clusters drawn).
    .. [3] Hughes, J., 2022, Toward improved inference for Krippendorff's Alpha agreement coefficient,
       arXiv:2210.13265.

    Examples
    --------
    Ten documents, in one of which two coders differ:

    >>> o = np.array([[[2, 0], [0, 0]], [[0, 0], [0, 2]]] * 4 + [[[0, 1], [1, 0]], [[0, 0], [0, 2]]])
    >>> round(alpha_coefficients(o.sum(axis=0)[None], np.array([0, 1]))[0].value, 2)
    0.81
    >>> low, high, draws_n, reason = alpha_intervals(o[None], np.array([0, 1]))[0]
    >>> low < 0.81 < high, draws_n, reason
    (True, 1000, '')
    """
    if draws < 1 or not 0 < level < 1:
        raise TabulationError(
            f"Übereinstimmung: {draws} Ziehungen und das Niveau {level} sind nicht möglich, erlaubt sind mindestens "
            "eine Ziehung und ein Niveau zwischen 0 und 1; bitte zum Beispiel 1000 und 0.95 angeben."
        )
    n_matrices, n_clusters, n_values = o.shape[:3]
    found = alpha_coefficients(o.sum(axis=1), domain, metric=metric)
    tail = (1 - level) / 2
    if not n_clusters or float(n_clusters) ** -n_clusters > tail:
        return [Interval(None, None, 0, c.reason or FEW_CLUSTERS) for c in found]
    weights = np.random.default_rng(seed).multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=draws)
    intervals = []
    for k in range(n_matrices):
        if found[k].reason:
            intervals.append(Interval(None, None, 0, found[k].reason))
            continue
        ordered = o[k][_order(o[k], domain, metric)].reshape(n_clusters, -1)
        drawn = (weights @ ordered).reshape(draws, n_values, n_values)
        alphas = _alpha(drawn, domain, metric)
        alphas = alphas[~np.isnan(alphas)]
        if draws - len(alphas) > tail * draws:
            intervals.append(Interval(None, None, len(alphas), UNSTABLE))
        else:
            low, high = np.quantile(alphas, [tail, 1 - tail])
            intervals.append(Interval(float(low), float(high), len(alphas)))
    return intervals


def cohens_kappa(table: ArrayLike) -> Coefficient:
    """Cohen's kappa of two coders, unweighted.

    Parameters
    ----------
    table : array, shape (n_values, n_values)
        Units by the value of the first coder (rows) and the second (columns): counts, or any measure of
        units such as characters.

    Returns
    -------
    Coefficient
        Reasons: "no_pairs", "no_variation" (both coders gave one and the same value throughout).

    References
    ----------
    .. [1] Cohen, J., 1960, A Coefficient of Agreement for Nominal Scales, Educational and Psychological
       Measurement 20 (1): 37-46.
    .. [2] SAS/STAT, PROC FREQ, simple kappa coefficient, as printed in the tests of statsmodels: 0.4842.

    Examples
    --------
    >>> round(cohens_kappa([[0, 4, 1], [0, 8, 0], [0, 1, 5]]).value, 4)
    0.4842
    """
    from statsmodels.stats import inter_rater

    table = np.asarray(table, dtype=float)
    if not table.sum():
        return Coefficient(None, NO_PAIRS)
    if np.count_nonzero(table.any(axis=0) | table.any(axis=1)) < 2:
        return Coefficient(None, NO_VARIATION)
    return Coefficient(float(inter_rater.cohens_kappa(table, return_results=False)))


def fleiss_kappa(o: ArrayLike) -> Coefficient:
    """Fleiss' kappa of as many coders in every unit, from coincidences.

    statsmodels takes one row per unit; here units may be the characters of a text, of which there are too
    many for that. Whether each unit has as many values is for the caller to see.

    Parameters
    ----------
    o : array, shape (n_values, n_values)
        Coincidences as `coincidences` gives them, summed over units.

    Returns
    -------
    Coefficient
        Reasons: "no_pairs", "no_variation".

    References
    ----------
    .. [1] Fleiss, J. L., 1971, Measuring Nominal Scale Agreement among Many Raters, Psychological Bulletin 76 (5):
       378-382: 0.430 for 30 patients and six psychiatrists.

    Examples
    --------
    Two of three coders agree on the first unit (0, 0, 1), all on the second and third (1, 1, 1 and 0, 0, 0):

    >>> round(fleiss_kappa([[4, 1], [1, 3]]).value, 4)
    0.55
    """
    o = np.asarray(o, dtype=float)
    if not o.sum():
        return Coefficient(None, NO_PAIRS)
    n_c = o.sum(axis=0)
    if np.count_nonzero(n_c) < 2:
        return Coefficient(None, NO_VARIATION)
    observed, expected = np.trace(o) / o.sum(), ((n_c / o.sum()) ** 2).sum()
    return Coefficient(float((observed - expected) / (1 - expected)))


def _order(o: np.ndarray, domain: np.ndarray, metric: str) -> np.ndarray:
    """Clusters by what is in them: the draws are the same for all who know the seed and must not tell which ones vary."""
    n_c = o.sum(axis=2)
    observed = (o * _squared_differences(n_c.sum(axis=0)[None], domain, metric)).sum(axis=(1, 2))
    return np.lexsort(np.column_stack([n_c, observed, o.reshape(len(o), -1)]).round(9).T[::-1])


def _alpha(o: np.ndarray, domain: np.ndarray, metric: str) -> np.ndarray:
    """(n_matrices,) alphas of (n_matrices, n_values, n_values) coincidences; NaN without variation."""
    n_c = o.sum(axis=2)
    total = n_c.sum(axis=1)
    d = _squared_differences(n_c, domain, metric)
    observed = (o * d).sum(axis=(1, 2))
    expected = np.einsum("mc,mck,mk->m", n_c, np.broadcast_to(d, o.shape), n_c)
    varies = (n_c > 0).sum(axis=1) > 1
    ratio = np.divide(observed * (total - 1), expected, out=np.full(len(o), np.nan), where=varies)
    return 1 - ratio


def _squared_differences(n_c: np.ndarray, domain: np.ndarray, metric: str) -> np.ndarray:
    """(n_matrices or 1, n_values, n_values) squared differences of values."""
    if metric == "nominal":
        return 1 - np.eye(len(domain))[None]
    # The ordinal difference, a sum over the ranks between two values, is the difference of their mid-ranks.
    place = n_c.cumsum(axis=1) - n_c / 2 if metric == "ordinal" else domain[None]
    difference = place[:, :, None] - place[:, None, :]
    if metric == "ratio":
        sums = place[:, :, None] + place[:, None, :]
        difference = np.divide(difference, sums, out=np.zeros_like(difference), where=sums > 0)
    return difference**2
