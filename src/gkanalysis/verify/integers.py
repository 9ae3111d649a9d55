"""Small integer programmes, solved by HiGHS through scipy; every value that comes back is a whole number."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from gkanalysis.core.errors import VerificationError

Row = tuple[dict[int, float], float, float]  # factor by variable, lowest, highest sum


class Rows:
    """Constraints over `width` variables, turned into a matrix once."""

    def __init__(self, rows: Sequence[Row], width: int) -> None:
        self.width, self.empty = width, not rows
        if rows:
            entries = [(r, c, float(v)) for r, (terms, _, _) in enumerate(rows) for c, v in terms.items()]
            i, j, v = zip(*entries, strict=True) if entries else ((), (), ())
            matrix = coo_array((v, (i, j)), shape=(len(rows), width)).tocsr()
            self.constraint = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])


def solve_integers(
    cost: np.ndarray, low: np.ndarray, high: np.ndarray, rows: Rows, more: Sequence[Row] = (), gap: float = 0
) -> np.ndarray | None:
    """Whole numbers of least cost within bounds and constraints; None if there are none.

    With a `gap` the cost may be that part of itself above the least; it takes less time.

    Examples
    --------
    >>> rows = Rows([({0: 1, 1: 1}, 3, np.inf)], 2)
    >>> solve_integers(np.array([1.0, 2.0]), np.zeros(2), np.array([2.0, 9.0]), rows).tolist()
    [2.0, 1.0]
    """
    extra = Rows(more, rows.width)
    with _quiet():
        solved = milp(
            cost, integrality=np.ones(rows.width), bounds=Bounds(low, high),
            constraints=[r.constraint for r in (rows, extra) if not r.empty], options={"mip_rel_gap": float(gap)},
        )  # fmt: skip
    if solved.status not in (0, 2):  # neither optimal nor impossible
        raise VerificationError(
            f"Die Angaben ließen sich nicht durchrechnen ({solved.message}); bitte die Beziehungen in kleinere Dateien teilen."
        )
    return None if solved.x is None else np.round(solved.x)


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing that the solver's library writes by itself reaches the standard output."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        with suppress(OSError, TypeError, AttributeError):  # what the library still holds goes with it
            ctypes.CDLL(None).fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
