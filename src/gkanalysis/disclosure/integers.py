"""Whole numbers of least cost under linear constraints, solved exactly enough to be checked (HiGHS through scipy)."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

SOLVED, IMPOSSIBLE = 0, 2  # status of scipy's milp
NEARLY = 1e-6  # of a whole number


def least_cost(
    cost: np.ndarray, low: np.ndarray, high: np.ndarray, rows: Sequence[LinearConstraint], gap: float = 0
) -> np.ndarray | None:
    """Whole numbers between `low` and `high` that fulfil all rows at least cost.

    Parameters
    ----------
    cost, low, high : one entry an unknown
    rows : constraints on sums of unknowns
    gap : part by which the cost may lie above the least one; many instead of most take less time

    Returns
    -------
    the unknowns, rounded, or None if there are none

    Raises
    ------
    ArithmeticError
        If the solver gives up.

    Examples
    --------
    >>> least_cost(np.array([1, -1]), np.zeros(2), np.full(2, 5), [LinearConstraint([[1, 1]], 5, 5)]).tolist()
    [0.0, 5.0]
    """
    within, options = Bounds(low, high), {"mip_rel_gap": float(gap)}
    for is_whole in (0, 1):  # the best of all numbers is mostly whole, and found sooner; then it is the best whole one
        with _quiet():
            solved = milp(cost, integrality=is_whole, bounds=within, constraints=rows, options=options)
        if solved.status not in (SOLVED, IMPOSSIBLE):
            raise ArithmeticError(solved.message)
        if solved.x is None or np.abs(solved.x - np.round(solved.x)).max(initial=0) < NEARLY:
            break
    return None if solved.x is None else np.round(solved.x)


@contextmanager
def _quiet() -> Iterator[None]:
    """What the solver's library writes to the standard output by itself does not arrive there."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        with suppress(TypeError, AttributeError):  # Windows: what the library still holds comes later
            ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
