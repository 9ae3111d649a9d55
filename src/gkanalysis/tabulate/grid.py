"""Responses laid out as a grid: one row per item, one column per case, one byte per state.

Bases and counts are read off the grid. A case without a state, with two states, or without a subgroup is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ALL, STATES, quoted, require_columns

# Value of a grid cell that no response has filled.
EMPTY = len(STATES)


@dataclass(frozen=True)
class CaseLayout:
    """Cases side by side, group by group, so that each subgroup is one slice.

    Attributes
    ----------
    case_ids : Index, shape (n_cases,)
    subgroups : tuple of str
        "alle" first, then the groups in the order given.
    slices : tuple of slice
        Where the cases of each subgroup lie.
    """

    case_ids: pd.Index
    subgroups: tuple[str, ...]
    slices: tuple[slice, ...]

    def count(self, mask: np.ndarray) -> np.ndarray:
        """(n_rows, n_subgroups) counts of the true cells of a (n_rows, n_cases) mask."""
        return np.stack([np.count_nonzero(mask[:, cases], axis=1) for cases in self.slices], axis=1)


def lay_out_cases(cases: pd.DataFrame, *, by: str | None = None, groups: Sequence[str] = ()) -> CaseLayout:
    """Check the cases and arrange them by subgroup.

    Parameters
    ----------
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`.
    by : str, optional
        Column with the group of each case.
    groups : sequence of str
        Groups in the order of the table; needed with `by`. A group without cases is kept.

    Returns
    -------
    CaseLayout

    Raises
    ------
    TabulationError
        If a case appears twice, has no identifier, no group, or a group that is not listed.
    """
    groups = tuple(groups)
    if (by is None) != (not groups) or len({ALL, *groups}) <= len(groups):
        raise TabulationError(
            f"Fälle: Die Spalte {by!r} und die Gruppen {quoted(groups)} passen nicht zusammen, erlaubt sind "
            f"beide oder keine und jede Gruppe einmal, ohne „{ALL}“; bitte `by` und `groups` angeben."
        )
    require_columns(cases, ["case_id"] if by is None else ["case_id", by], "Fälle")
    case_ids = _plain_index(cases["case_id"])
    if not case_ids.is_unique or case_ids.hasnans:
        culprits = case_ids[case_ids.duplicated() | case_ids.isna()]
        raise TabulationError(
            f"Fälle: {quoted(culprits)} steht zweimal oder ohne Kennung da, erlaubt ist genau eine Zeile je "
            "Fall; bitte die doppelten Zeilen in `cases` klären."
        )
    slices = (slice(0, len(case_ids)),)
    if by is not None:
        group_of_case = positions(cases[by], pd.Index(groups))
        if (group_of_case < 0).any():
            lost = np.flatnonzero(group_of_case < 0)
            raise TabulationError(
                f"Fälle, Spalte „{by}“: {quoted(case_ids[lost])} mit dem Wert "
                f"{quoted(cases[by].iloc[lost])}, erlaubt sind {quoted(groups)}; bitte die Gruppe ergänzen."
            )
        case_ids = case_ids[np.argsort(group_of_case.astype(np.int16), kind="stable")]
        ends = np.cumsum(np.bincount(group_of_case, minlength=len(groups))).tolist()
        slices += tuple(map(slice, [0, *ends[:-1]], ends))
    return CaseLayout(case_ids, (ALL, *groups), slices)


def state_grid(
    responses: pd.DataFrame, items: Sequence[str], layout: CaseLayout, *, allowed: Sequence[str] = STATES
) -> np.ndarray:
    """State of every case on every item, as (n_items, n_cases) array of positions in `STATES`.

    Parameters
    ----------
    responses : DataFrame, one row per case and item
        `case_id`, `item_id`, `state`; rows of other items are passed over.
    items : sequence of str
        Items in the order of the grid.
    layout : CaseLayout
    allowed : sequence of str
        States that these items may have.

    Raises
    ------
    TabulationError
        If a state is unknown, a case is unknown, or a case has no row or two rows for an item.
    """
    items = list(items)
    if not items or len(set(items)) < len(items):
        raise TabulationError(
            f"Tabelle: Die Liste der Items {quoted(items)} ist leer oder nennt eines doppelt, erlaubt ist "
            "jedes einmal; bitte die Liste korrigieren."
        )
    require_columns(responses, ["case_id", "item_id", "state"], "Antworten")
    item = positions(responses["item_id"], pd.Index(items))
    responses, item = responses[item >= 0], item[item >= 0]
    case, state = (
        positions(responses["case_id"], layout.case_ids),
        positions(responses["state"], pd.Index(STATES)),
    )
    _check(responses, case, np.array([*(s in allowed for s in STATES), False])[state], allowed)
    grid = np.full((len(items), len(layout.case_ids)), EMPTY, dtype=np.uint8)
    grid[item, case] = state
    n_filled = np.count_nonzero(grid != EMPTY)
    if n_filled < len(responses):
        _refuse_duplicates(responses)
    if n_filled < grid.size:
        row, column = np.argwhere(grid == EMPTY)[0]
        raise TabulationError(
            f"Antworten zu „{items[row]}“: {grid.size - n_filled} Zeilen fehlen, zuerst die von Fall "
            f"„{layout.case_ids[column]}“, nötig ist je Fall und Item eine Zeile mit einem Zustand; bitte "
            "den Zustand ergänzen (zum Beispiel not_asked) oder die Fälle einschränken."
        )
    return grid


def positions(column: pd.Series, index: pd.Index) -> np.ndarray:
    """Positions of a column's values in `index`; -1 where a value is not in it, or missing."""
    codes, values = pd.factorize(column)
    return np.append(index.get_indexer(pd.Index(values)), -1)[codes]


def _plain_index(column: pd.Series) -> pd.Index:
    """Index of a column's values, without categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.dtype.categories.dtype)
    return pd.Index(column)


def _check(
    responses: pd.DataFrame, case: np.ndarray, state_is_allowed: np.ndarray, allowed: Sequence[str]
) -> None:
    """Refuse responses of a case that is not in the layout, or with a state that is not allowed."""
    if (case < 0).any():
        unknown = responses[case < 0]
        raise TabulationError(
            f"Antworten zu {quoted(unknown['item_id'])}: Der Fall {quoted(unknown['case_id'])} steht nicht "
            "in `cases`, erlaubt sind nur Fälle von dort; bitte `cases` ergänzen oder die Antworten "
            "einschränken."
        )
    if not state_is_allowed.all():
        wrong = responses[~state_is_allowed]
        raise TabulationError(
            f"Antworten zu {quoted(wrong['item_id'])}, Fall {quoted(wrong['case_id'])}: Der Zustand "
            f"{quoted(wrong['state'])} ist nicht möglich, erlaubt sind {quoted(allowed, limit=len(STATES))}; "
            "bitte die Antworten prüfen."
        )


def _refuse_duplicates(responses: pd.DataFrame) -> None:
    """Name the cases that have two rows for an item."""
    twice = responses[responses.duplicated(["case_id", "item_id"])]
    raise TabulationError(
        f"Antworten zu {quoted(twice['item_id'])}: Der Fall {quoted(twice['case_id'])} hat mehr als eine "
        "Zeile, erlaubt ist je Fall und Item eine; bitte die doppelten Antworten klären."
    )
