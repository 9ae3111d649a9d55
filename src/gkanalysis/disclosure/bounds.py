"""Unknown whole numbers, statements about sums of them, and the tightest bounds that statements imply.

Bounds are exact: each is the optimum of an integer programme (HiGHS) over all statements.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Key = Hashable
Array = np.ndarray
SOLVED, IMPOSSIBLE = 0, 2  # status of scipy's milp
NEARLY = 1e-6  # of a whole number


class Contradiction(Exception):  # noqa: N818 - not an error of the program: the statements exclude each other
    """No population of whole numbers fulfils all statements."""


@dataclass(frozen=True)
class Statement:
    """low <= sum of some unknowns - sum of others (`minus`) <= high; `label` names who says so, "" for nobody."""

    keys: Sequence[Key]
    low: int
    high: int
    label: str = ""
    minus: Sequence[Key] = ()


class System:
    """Unknown counts from 0 up to a largest value, and statements about them.

    Five have answered, three of them with yes; nobody has printed how many said no:

    >>> said = [Statement(["yes", "no"], 5, 5), Statement(["yes"], 3, 3, "table")]
    >>> System({"yes": 5, "no": 5}, said).bounds(["no"])
    (2, 2)
    """

    def __init__(self, largest: Mapping[Key, int], statements: Iterable[Statement]) -> None:
        self.largest, self.statements = largest, list(statements)
        self.index = {k: i for i, k in enumerate(largest)}
        self._populations = np.empty((0, len(self.index)), dtype=np.int64)
        self._bounds: dict[frozenset[Key], tuple[int, int]] = {}

    @property
    def labels(self) -> list[str]:
        """All labels, each once, in order."""
        return list(dict.fromkeys(s.label for s in self.statements if s.label))

    def only(self, labels: Iterable[str]) -> System:
        """The system in which only these labels have said something."""
        kept = {"", *labels}
        return System(self.largest, [s for s in self.statements if s.label in kept])

    def signs(self, keys: Sequence[Key], minus: Sequence[Key] = ()) -> tuple[list[int], list[int]]:
        """Positions of unknowns and their factors."""
        return [self.index[k] for k in (*keys, *minus)], [1] * len(keys) + [-1] * len(minus)

    def seen(self, sums: Sequence[Sequence[Key]], since: int = 0) -> np.ndarray:
        """Values of sums of unknowns (columns) in populations that fulfil all statements, one for each bound so far."""
        at = [[self.index[k] for k in keys] for keys in sums]
        values = np.hstack([self._populations[since:], np.zeros((len(self._populations[since:]), 1), dtype=np.int64)])
        each = values[:, [i for own in at for i in (*own, -1)]]  # a sum of nothing is 0, too
        return np.add.reduceat(each, np.cumsum([0, *(len(own) + 1 for own in at)])[:-1], axis=1)

    def about(self, is_meant: Callable[[Key], bool]) -> System:
        """What follows from the statements on some unknowns alone; its bounds are never narrower."""
        kept = [s for s in self.statements if all(map(is_meant, (*s.keys, *s.minus)))]
        return System({k: n for k, n in self.largest.items() if is_meant(k)}, kept)

    def bounds(self, keys: Sequence[Key]) -> tuple[int, int]:
        """The smallest and largest value of a sum of unknowns; `Contradiction` if the statements exclude each other."""
        known = frozenset(keys)
        if known not in self._bounds:
            self._bounds[known] = self.least(keys), -self.least((), keys)
        return self._bounds[known]

    def is_possible(self) -> bool:
        """Whether the statements do not exclude each other."""
        try:
            self.least(())
        except Contradiction:
            return False
        return True

    def least(self, keys: Sequence[Key], minus: Sequence[Key] = ()) -> int:
        """The smallest value of a sum minus another one; see `bounds`."""
        at, factor = self.signs(keys, minus)
        objective = np.zeros(len(self.index))
        np.add.at(objective, at, factor)
        none, most = np.zeros(len(self.index)), np.array(list(self.largest.values()), dtype=float)
        if (population := least_cost(objective, none, most, [self._constraints])) is None:
            raise Contradiction
        self._populations = np.vstack([self._populations, population.astype(np.int64)])
        return round(float(objective @ population))

    @cached_property
    def _constraints(self) -> Any:
        from scipy.optimize import LinearConstraint
        from scipy.sparse import csr_array

        terms = [self.signs(s.keys, s.minus) for s in self.statements]
        at, factor = ([x for t in terms for x in t[k]] for k in (0, 1))
        row = np.repeat(np.arange(len(terms)), [len(t[0]) for t in terms])
        matrix = csr_array((factor, (row, at)), (len(terms), len(self.index)))
        low, high = ([getattr(s, end) for s in self.statements] for end in ("low", "high"))
        return LinearConstraint(matrix, low, high)


def smallest_cause(system: System, holds: Callable[[System], bool], order: Sequence[str]) -> list[str]:
    """Labels that suffice for something to hold, none of which can go.

    It must hold for the whole system, and with more labels whenever with fewer. In the `order` of all labels come first
    those that should rather go; whole blocks are tried before single ones.
    """
    kept = list(order)
    size = max(1, len(kept) // 2)
    while True:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if holds(system.only(fewer)):
                kept = fewer
            else:
                at += size
        if size == 1:
            return kept
        size = max(1, size // 2)


def least_cost(cost: Array, low: Array, high: Array, rows: Sequence[Any], gap: float = 0) -> Array | None:
    """Whole numbers between `low` and `high` that fulfil all rows at least cost; None if there are none.

    `cost`, `low` and `high` have one entry an unknown. `gap` is the part by which the cost may lie above the least one:
    many instead of most take less time. An `ArithmeticError` if the solver gives up.

    >>> from scipy.optimize import LinearConstraint
    >>> least_cost(np.array([1, -1]), np.zeros(2), np.full(2, 5), [LinearConstraint([[1, 1]], 5, 5)]).tolist()
    [0.0, 5.0]
    """
    # loaded here: most steps that search finished files for names compute no bounds
    from scipy.optimize import Bounds, milp

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
