"""Which cases a share is taken of: names of states and bases, masks of bases, marks of small bases."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError

ALL = "alle"

MISSING_STATES = ("not_answered", "not_asked", "illegible", "contradictory")
TICK_STATES = ("selected", "not_selected", *MISSING_STATES)
ANSWER_STATES = ("answered", *MISSING_STATES)
STATES = ("selected", "not_selected", *ANSWER_STATES)

BASE_LABELS = {
    "cases": "alle Fälle",
    "asked": "alle Befragten",
    "answered": "mit gültiger Angabe",
    "mentioned": "mit mindestens einer Nennung",
}

# Below 30 one case moves the share by more than 3 points; market research prints no percent there.
SMALL_BASE = 30
# Below 10 one case moves the share by more than 10 points: the count says it all, the percent misleads.
VERY_SMALL_BASE = 10


def small_base_mark(base_n: int) -> str:
    """Mark to print beside a share: "" from 30 cases, "*" below, "**" below 10.

    Examples
    --------
    >>> [small_base_mark(base_n) for base_n in (30, 29, 10, 9)]
    ['', '*', '*', '**']
    """
    if base_n < VERY_SMALL_BASE:
        return "**"
    return "*" if base_n < SMALL_BASE else ""


def is_state(grid: np.ndarray, *states: str) -> np.ndarray:
    """Mask of the cells in one of these states."""
    mask = grid == STATES.index(states[0])
    for state in states[1:]:
        mask |= grid == STATES.index(state)
    return mask


def base_mask(grid: np.ndarray, base: str) -> np.ndarray:
    """Mask of the cases that count, (1, n_cases) for one base or (n_items, n_cases) for one per item.

    "cases": all; "asked": all but those in state not_asked for every item of the grid; "answered": per item,
    those with a valid answer; "mentioned": those with at least one selected item.
    """
    if base == "cases":
        return np.ones((1, grid.shape[1]), dtype=bool)
    if base == "asked":
        return ~is_state(grid, "not_asked").all(axis=0, keepdims=True)
    if base == "answered":
        return is_state(grid, "selected", "not_selected", "answered")
    return is_state(grid, "selected").any(axis=0, keepdims=True)


def check_base(base: str, allowed: Sequence[str]) -> None:
    """Refuse a base that the table does not have."""
    if base not in allowed:
        raise TabulationError(
            f"Tabelle: Die Basis „{base}“ ist hier nicht möglich, erlaubt sind "
            f"{', '.join(f'„{name}“ ({BASE_LABELS[name]})' for name in allowed)}; bitte eine davon angeben."
        )


def require_columns(frame: pd.DataFrame, columns: Iterable[str], where: str) -> None:
    """Refuse a frame that lacks a column."""
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise TabulationError(
            f"{where}: Die Spalte {quoted(absent)} fehlt, vorhanden sind {quoted(frame.columns)}; bitte die "
            "Daten mit dieser Spalte übergeben."
        )


def quoted(values: Iterable[object], limit: int = 5) -> str:
    """Different values in German quotation marks, the first few of them.

    >>> quoted(["a", "b", "a", "c"], limit=2)
    '„a“, „b“ und 1 weitere'
    """
    texts = list(dict.fromkeys("„leer“" if pd.isna(value) else f"„{value}“" for value in values))
    more = f" und {len(texts) - limit} weitere" if len(texts) > limit else ""
    return ", ".join(texts[:limit]) + more
