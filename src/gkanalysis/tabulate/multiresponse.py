"""Tables of multiple response sets: several options may be ticked, so shares do not sum to 1.

The field has three rival bases for such sets. Which one is meant is an argument, never a habit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ALL, TICK_STATES, base_mask, check_base, is_state, quoted
from gkanalysis.tabulate.frequencies import long_table
from gkanalysis.tabulate.grid import lay_out_cases, state_grid


def multiple_response_table(
    responses: pd.DataFrame,
    items: Sequence[str],
    cases: pd.DataFrame,
    *,
    by: str | None = None,
    groups: Sequence[str] = (),
    base: str = "asked",
    population: Mapping[str, int] | pd.Series | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the cases that ticked each item of a multiple response set.

    Parameters
    ----------
    responses : DataFrame, one row per case and item
        `case_id`, `item_id`, `state`; the counted state is "selected". Each case of `cases` needs a row for
        each item; rows of other items are passed over.
    items : sequence of str
        Tick boxes of the set, in the order of the table.
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`.
    by : str, optional
        Column of `cases` with the group of each case.
    groups : sequence of str
        Groups in the order of the table; needed with `by`.
    base : {"asked", "answered", "mentioned"}, default "asked"
        - "asked": all cases but those in state not_asked for the whole set; the same for every item. Who left
          the set blank counts [1]_.
        - "answered": per item, the cases whose tick box is known to be selected or not selected; the kinds of
          missing do not count, so each item has a base of its own [2]_.
        - "mentioned": the cases with at least one tick in the set; who ticked nothing counts as missing [3]_.
    population : Series or mapping from subgroup to int, optional
        Units in the whole population, "alle" included: intervals then carry the finite population
        correction. None: no intervals.
    level : float, default 0.95
        Nominal coverage of the intervals.

    Returns
    -------
    DataFrame, one row per item and subgroup, items with n = 0 kept
        `row` (item), `subgroup` ("alle" first), `n` (cases), `base_n` (cases), `base`, `share` (of cases,
        0 to 1, unrounded, NaN if base_n = 0), `population_n`, `ci_low`, `ci_high`, `mark` ("", "*", "**"),
        `share_of_responses` (of the mentions of the subgroup, sums to 1, NaN without mentions).

    Raises
    ------
    TabulationError
        If cases, states, base or population contradict each other.

    Notes
    -----
    With the bases "answered" and "mentioned" the interval takes all units of the population, although only an
    unknown part of them would count: as a rule it is too wide, not too narrow.

    References
    ----------
    .. [1] UNICOM Intelligence Reporter, Calculation of the base: "the base generally includes every
       respondent who was asked the question [...], regardless of whether he or she actually answered it".
    .. [2] Crunch, crunch-cube, cr/cube/stripe/cubemeasure.py: each item of a multiple response set has a base
       of its own, "both the selected and unselected counts".
    .. [3] IBM SPSS Statistics, Multiple Response Analysis, Missing Values: "a case is considered missing for
       a multiple dichotomy set if none of its component variables contains the counted value".

    Examples
    --------
    Case c ticked nothing, case d left the second box illegible:

    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c", "d"]})
    >>> responses = pd.DataFrame({
    ...     "case_id": ["a", "b", "c", "d"] * 2,
    ...     "item_id": ["1.1"] * 4 + ["1.2"] * 4,
    ...     "state": ["selected", "selected", "not_selected", "selected",
    ...               "selected", "not_selected", "not_selected", "illegible"],
    ... })
    >>> for base in ("asked", "answered", "mentioned"):
    ...     table = multiple_response_table(responses, ["1.1", "1.2"], cases, base=base)
    ...     print(base, *(f"{n}/{base_n}" for n, base_n in zip(table["n"], table["base_n"])))
    asked 3/4 1/4
    answered 3/4 1/3
    mentioned 3/3 1/3
    """
    check_base(base, ("asked", "answered", "mentioned"))
    layout = lay_out_cases(cases, by=by, groups=groups)
    grid = state_grid(responses, items, layout, allowed=TICK_STATES)
    n = layout.count(is_state(grid, "selected"))
    table = long_table(
        list(items),
        layout.subgroups,
        n,
        layout.count(base_mask(grid, base)),
        base=base,
        population=population,
        level=level,
    )
    n_mentions = np.broadcast_to(n.sum(axis=0), n.shape)
    share_of_responses = np.divide(n, n_mentions, out=np.full(n.shape, np.nan), where=n_mentions > 0)
    return table.assign(share_of_responses=share_of_responses.ravel())


def top_rows_with_ties(
    table: pd.DataFrame, k: int, *, blocks: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Rows with most mentions in each block, ties at the last place included.

    Parameters
    ----------
    table : DataFrame, one row per row and subgroup
        As `multiple_response_table` gives it; only the subgroup "alle" is looked at.
    k : int
        Places to fill, at least 1. Competition ranking: a row is in if fewer than k rows of its block have
        more mentions. A row without any mention is never in, even if places stay open.
    blocks : mapping from block to sequence of rows
        Rows of each block, in the order of the instrument.

    Returns
    -------
    dict from block to list of str
        Rows in descending order of n, ties in the order of the block.

    Raises
    ------
    TabulationError
        If k is below 1, or a row of a block is not in the table.

    Examples
    --------
    >>> table = pd.DataFrame({"row": ["1", "2", "3", "4"], "subgroup": "alle", "n": [5, 9, 5, 1]})
    >>> top_rows_with_ties(table, 2, blocks={"A": ["1", "2", "3", "4"]})
    {'A': ['2', '1', '3']}
    """
    if k < 1:
        raise TabulationError(
            f"Häufigste Nennungen: {k} Plätze sind nicht möglich, erlaubt ist 1 oder mehr; bitte k angeben."
        )
    total = table[table["subgroup"] == ALL]
    n_of_row = dict(zip(total["row"], total["n"], strict=True))
    absent = [row for rows in blocks.values() for row in rows if row not in n_of_row]
    if absent:
        raise TabulationError(
            f"Häufigste Nennungen: Die Zeile {quoted(absent)} steht nicht in der Tabelle, vorhanden sind "
            f"{quoted(n_of_row)}; bitte die Blöcke oder die Items der Tabelle berichtigen."
        )
    return {block: _top(n_of_row, k, rows) for block, rows in blocks.items()}


def _top(n_of_row: Mapping[str, int], k: int, rows: Sequence[str]) -> list[str]:
    """Rows of one block that fill k places; the sort is stable and so keeps the order of ties."""
    ranked = sorted((row for row in rows if n_of_row[row] > 0), key=lambda row: -n_of_row[row])
    if len(ranked) <= k:
        return ranked
    return [row for row in ranked if n_of_row[row] >= n_of_row[ranked[k - 1]]]
