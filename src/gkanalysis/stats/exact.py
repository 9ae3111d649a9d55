"""Exact tests for small groups, and the correction for asking many questions at once.

With groups of 5, 18 and 22 no approximation by chi-square holds. A test that would have to look at too
many tables is refused, never replaced by a simulation.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gkanalysis.core.errors import TabulationError

# A million tables take about 0.1 s and 50 MB; three groups of 150 cases have at most 23,000.
MAX_TABLES = 1_000_000

# Two equally likely tables may differ in the last bits; 1e-7 is also what R's fisher.test allows.
RELATIVE_TOLERANCE = 1e-7


def freeman_halton_test(table: ArrayLike) -> float:
    """Exact p-value of a 2 x c table of counts, both margins held fixed.

    The p-value adds the probabilities of all tables with the observed margins that are at most as likely
    as the observed one. For 2 x 2 this is Fisher's exact test, two-sided.

    Parameters
    ----------
    table : array of int, shape (2, c) or (c, 2)
        Counts of cases.

    Returns
    -------
    float
        p in (0, 1]; 1.0 if the margins leave only one possible table.

    Raises
    ------
    TabulationError
        If the table has another shape or holds something other than counts, or if more than `MAX_TABLES`
        tables have its margins.

    References
    ----------
    .. [1] Freeman, G. H. and Halton, J. H., 1951, Note on an exact treatment of contingency, goodness of
       fit and other problems of significance, Biometrika 38 (1/2): 141-149.
    .. [2] SciPy 1.17, fisher_exact, Examples: 0.034965 for the first table below, and 0.0603 from 9,999
       random tables for the second; counted in whole numbers its p is 4670 / 81719.

    Examples
    --------
    >>> round(freeman_halton_test([[8, 2], [1, 5]]), 6)
    0.034965
    >>> round(freeman_halton_test([[8, 2, 3], [1, 5, 4]]), 6), round(4670 / 81719, 6)
    (0.057147, 0.057147)
    """
    counts = _two_rows(table)
    columns = counts.sum(axis=0)
    drawn = int(counts[0].sum())
    n_tables = _number_of_tables(columns, drawn)
    if n_tables > MAX_TABLES:
        raise TabulationError(
            f"Exakter Test: Zu diesen Randsummen gibt es {n_tables:.3g} Tabellen, erlaubt sind höchstens "
            f"{MAX_TABLES}; bitte Gruppen zusammenfassen oder auf den Test verzichten."
        )
    logs = _log_probabilities(columns, drawn)
    observed = _log_choose(columns, counts[0]).sum() - _log_choose(columns.sum(), drawn)
    as_unlikely = logs <= observed + np.log1p(RELATIVE_TOLERANCE)
    return min(1.0, float(np.exp(logs[as_unlikely]).sum()))


def holm(p_values: ArrayLike) -> np.ndarray:
    """P-values corrected for the size of their family after Holm.

    Parameters
    ----------
    p_values : array of float, shape (m,)
        NaN marks a test that was not made: it stays NaN and does not count in the family.

    Returns
    -------
    array of float, shape (m,)
        Corrected p-values in the order given, at most 1.

    Raises
    ------
    TabulationError
        If a p-value is not between 0 and 1.

    References
    ----------
    .. [1] Holm, S., 1979, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
       Statistics 6 (2): 65-70.

    Examples
    --------
    Three tests: 3 x 0.01, then 2 x 0.02, then 0.04 raised to its predecessor.

    >>> holm([0.01, float("nan"), 0.04, 0.02]).round(6).tolist()
    [0.03, nan, 0.04, 0.04]
    """
    from statsmodels.stats.multitest import multipletests

    p_values = np.asarray(p_values, dtype=float)
    corrected = np.full(p_values.shape, np.nan)
    made = ~np.isnan(p_values)
    if ((p_values[made] < 0) | (p_values[made] > 1)).any():
        raise TabulationError("Holm-Korrektur: Ein p-Wert liegt nicht zwischen 0 und 1; bitte die Eingabe prüfen.")
    if made.any():
        corrected[made] = multipletests(p_values[made], method="holm")[1]
    return corrected


def differences_by_group(table: pd.DataFrame, *, groups: Sequence[str]) -> pd.DataFrame:
    """Test for each row of a table whether its share differs between groups.

    Parameters
    ----------
    table : DataFrame, one row per row and subgroup
        As a table of a count holds it (`frame`): `row`, `subgroup`, `n`, `base_n`.
    groups : sequence of str
        Subgroups to compare, at least two, without the total; each case in one of them only.

    Returns
    -------
    DataFrame, one row per row of the table, in its order
        `row`; `p` (Freeman-Halton over n and base_n - n by group; 1.0 where all or none have the property
        or only one group has a base); `p_holm` (over all rows of the table); `spread` (largest minus
        smallest share, 0 to 1). Groups with base_n = 0 are left out of a row; with no base at all, `spread` is NaN.

    Raises
    ------
    TabulationError
        If a group is not in the table, is there twice, or if fewer than two are given.

    Notes
    -----
    A p-value from a nearly complete count says how surprising the difference would be if the groups had
    been formed by lot; it does not generalise to municipalities elsewhere.

    References
    ----------
    .. [1] Freeman and Halton, 1951; Holm, 1979: see `freeman_halton_test` and `holm`.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"row": ["1.1", "1.1"], "subgroup": ["Stadt", "Kreis"], "n": [8, 1], "base_n": [10, 6]}
    ... )
    >>> differences_by_group(table, groups=["Stadt", "Kreis"]).round(3).to_dict("records")
    [{'row': '1.1', 'p': 0.035, 'p_holm': 0.035, 'spread': 0.633}]
    """
    n, base_n = (_by_group(table, column, list(groups)) for column in ("n", "base_n"))
    records = []
    for row in n.index:
        asked = base_n.loc[row].to_numpy() > 0
        counted, base = n.loc[row].to_numpy()[asked], base_n.loc[row].to_numpy()[asked]
        p = freeman_halton_test([counted, base - counted]) if asked.any() else 1.0
        records.append({"row": row, "p": p, "spread": np.ptp(counted / base) if asked.any() else np.nan})
    differences = pd.DataFrame(records, columns=["row", "p", "spread"])
    differences.insert(2, "p_holm", holm(differences["p"]))
    return differences


def _by_group(table: pd.DataFrame, column: str, groups: list[str]) -> pd.DataFrame:
    """(n_rows, n_groups) frame of one column, rows in the order of the table."""
    if len(set(groups)) < 2 or len(set(groups)) < len(groups):
        raise TabulationError(
            f"Gruppenvergleich: Angegeben sind die Gruppen {groups}, nötig sind mindestens zwei "
            "verschiedene; bitte `groups` ergänzen."
        )
    chosen = table[table["subgroup"].isin(groups)]
    if chosen.duplicated(["row", "subgroup"]).any():
        raise TabulationError(
            "Gruppenvergleich: Eine Zeile steht für dieselbe Gruppe zweimal in der Tabelle, erlaubt ist "
            "einmal; bitte die Tabellen einzeln vergleichen."
        )
    wide = chosen.set_index(["row", "subgroup"])[column].unstack()
    wide = wide.reindex(index=table["row"].drop_duplicates(), columns=groups)
    if wide.isna().any(axis=None):
        absent = [group for group in groups if wide[group].isna().any()]
        raise TabulationError(
            f"Gruppenvergleich: Für die Gruppen {absent} fehlen Zeilen in der Tabelle; bitte die Tabelle "
            "mit diesen Gruppen bilden."
        )
    return wide.astype(np.int64)


def _two_rows(table: ArrayLike) -> np.ndarray:
    """(2, c) int array of the counts, or a refusal."""
    counts = np.asarray(table)
    if counts.ndim == 2 and counts.shape[0] != 2 and counts.shape[1] == 2:
        counts = counts.T
    if counts.ndim != 2 or counts.shape[0] != 2 or not counts.shape[1]:
        raise TabulationError(
            f"Exakter Test: Die Tabelle hat die Form {counts.shape}, erlaubt sind zwei Zeilen oder zwei "
            "Spalten; bitte Merkmal und Gegenteil je Gruppe angeben."
        )
    if counts.dtype.kind not in "iuf" or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise TabulationError(
            "Exakter Test: Die Tabelle enthält Werte, die keine Anzahlen sind, erlaubt sind ganze Zahlen "
            "ab 0; bitte Fälle zählen, nicht Anteile."
        )
    return counts.astype(np.int64)


def _number_of_tables(columns: np.ndarray, drawn: int) -> float:
    """How many 2 x c tables have these column sums and `drawn` cases in the first row."""
    ways = np.zeros(drawn + 1)
    ways[0] = 1
    for column in columns:
        sums = np.cumsum(ways)
        ways = sums - np.concatenate([np.zeros(min(column + 1, drawn + 1)), sums])[: drawn + 1]
    return float(ways[drawn])


def _log_probabilities(columns: np.ndarray, drawn: int) -> np.ndarray:
    """Log-probability of every table, built column by column from the cells of the first row."""
    used, logs = np.zeros(1, dtype=np.int64), np.zeros(1)
    open_after = columns.sum() - np.cumsum(columns)
    for column, still_open in zip(columns[:-1], open_after[:-1], strict=True):
        cell = np.arange(column + 1)
        sums = used[:, None] + cell
        possible = (sums <= drawn) & (sums + still_open >= drawn)
        logs = (logs[:, None] + _log_choose(column, cell))[possible]
        used = sums[possible]
    last = drawn - used  # the last column takes what the first row still lacks
    return logs + _log_choose(columns[-1], last) - _log_choose(columns.sum(), drawn)


def _log_choose(n: ArrayLike, k: ArrayLike) -> np.ndarray:
    """Logarithm of the number of ways to choose k of n, element by element."""
    from scipy.special import gammaln

    n, k = np.asarray(n, dtype=float), np.asarray(k, dtype=float)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
