"""Responses laid out as a grid: one row per item, one column per case, one byte per state.

Bases and counts are read off the grid, so that one pass over the responses is enough for any table.
A case without a state, with two states, or without a subgroup is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ALL, STATES, quoted, require_columns

# Rows read at once: the arrays of one chunk stay in the processor's cache, and memory stays flat.
CHUNK_ROWS = 1 << 16

# Value of a grid cell that no response has filled.
EMPTY = len(STATES)

Rows = slice | np.ndarray


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
        group_of_case = positions(cases[by], pd.Index(groups))(slice(None))
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

    Notes
    -----
    One byte per cell; `responses` is read in chunks, so the memory needed beyond the grid does not grow.
    Categorical columns and whole numbers are read by their codes, which is several times faster than text.
    """
    items = list(items)
    if not items or len(set(items)) < len(items):
        raise TabulationError(
            f"Tabelle: Die Liste der Items {quoted(items)} ist leer oder nennt eines doppelt, erlaubt ist "
            "jedes einmal; bitte die Liste korrigieren."
        )
    require_columns(responses, ["case_id", "item_id", "state"], "Antworten")
    item_at = positions(responses["item_id"], pd.Index(items))
    case_at = positions(responses["case_id"], layout.case_ids)
    state_at = positions(responses["state"], pd.Index(STATES))
    is_allowed = np.array([state in allowed for state in STATES] + [False])  # last: not a state at all
    n_cases = len(layout.case_ids)
    grid = np.full((len(items), n_cases), EMPTY, dtype=np.uint8)
    cells = grid.reshape(-1)
    n_rows = 0
    for start in range(0, len(responses), CHUNK_ROWS):
        rows: Rows = slice(start, min(start + CHUNK_ROWS, len(responses)))
        item = item_at(rows)
        if item.min() < 0:
            rows = start + np.flatnonzero(item >= 0)
            item = item[item >= 0]
        case, state = case_at(rows), state_at(rows)
        _check_chunk(responses, rows, case, is_allowed[state], allowed)
        cells[item * n_cases + case] = state
        n_rows += item.size
    n_filled = np.count_nonzero(grid != EMPTY)
    if n_filled < n_rows:
        _refuse_duplicates(responses, items)
    if n_filled < grid.size:
        row, column = np.argwhere(grid == EMPTY)[0]
        raise TabulationError(
            f"Antworten zu „{items[row]}“: {grid.size - n_filled} Zeilen fehlen, zuerst die von Fall "
            f"„{layout.case_ids[column]}“, nötig ist je Fall und Item eine Zeile mit einem Zustand; bitte "
            "den Zustand ergänzen (zum Beispiel not_asked) oder die Fälle einschränken."
        )
    return grid


def positions(column: pd.Series, index: pd.Index) -> Callable[[Rows], np.ndarray]:
    """Reader that gives, for rows of `column`, their positions in `index` (-1: not in it, or missing)."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.array.codes
        # Code -1 means missing and reads the last entry: "not in the index".
        position_of_code = np.append(index.get_indexer(column.array.categories), -1)
        return lambda rows: position_of_code[codes[rows]]
    if _are_dense_numbers(column, index):
        values, low, high = column.to_numpy(), int(index.min()), int(index.max())
        position_of_number = np.full(high - low + 3, -1)  # one entry on either side for numbers outside
        position_of_number[index.to_numpy() - (low - 1)] = np.arange(len(index))
        return lambda rows: position_of_number[
            np.clip(values[rows].astype(np.int64), low - 1, high + 1) - (low - 1)
        ]
    return lambda rows: index.get_indexer(pd.Index(column.iloc[rows]))


def _are_dense_numbers(column: pd.Series, index: pd.Index) -> bool:
    """Whether positions can be read from a table of all whole numbers between the smallest and largest."""
    if not (isinstance(column.dtype, np.dtype) and isinstance(index.dtype, np.dtype) and len(index)):
        return False
    if column.dtype.kind != "i" or index.dtype.kind != "i":
        return False
    return int(index.max()) - int(index.min()) < 4 * len(index) + 1000


def _plain_index(column: pd.Series) -> pd.Index:
    """Index of a column's values, without categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.dtype.categories.dtype)
    return pd.Index(column)


def _check_chunk(
    responses: pd.DataFrame,
    rows: Rows,
    case: np.ndarray,
    state_is_allowed: np.ndarray,
    allowed: Sequence[str],
) -> None:
    """Refuse a chunk with a case that is not in the layout or a state that is not allowed."""
    if case.size and case.min() < 0:
        unknown = responses.iloc[rows][case < 0]
        raise TabulationError(
            f"Antworten zu {quoted(unknown['item_id'])}: Der Fall {quoted(unknown['case_id'])} steht nicht "
            "in `cases`, erlaubt sind nur Fälle von dort; bitte `cases` ergänzen oder die Antworten "
            "einschränken."
        )
    if not state_is_allowed.all():
        wrong = responses.iloc[rows][~state_is_allowed]
        raise TabulationError(
            f"Antworten zu {quoted(wrong['item_id'])}, Fall {quoted(wrong['case_id'])}: Der Zustand "
            f"{quoted(wrong['state'])} ist nicht möglich, erlaubt sind {quoted(allowed, limit=len(STATES))}; "
            "bitte die Antworten prüfen."
        )


def _refuse_duplicates(responses: pd.DataFrame, items: list[str]) -> None:
    """Name the cases that have two rows for an item."""
    of_items = responses.loc[responses["item_id"].isin(items), ["case_id", "item_id"]]
    twice = of_items[of_items.duplicated()]
    raise TabulationError(
        f"Antworten zu {quoted(twice['item_id'])}: Der Fall {quoted(twice['case_id'])} hat mehr als eine "
        "Zeile, erlaubt ist je Fall und Item eine; bitte die doppelten Antworten klären."
    )
