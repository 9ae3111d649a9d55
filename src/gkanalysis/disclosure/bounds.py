"""Integer unknowns, linear statements about them, and the tightest bounds that statements imply.

Bounds are exact: what propagation does not settle is solved as an integer programme (HiGHS), for the connected
part of the system only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Key = Hashable
Terms = Mapping[Key, int]
ROUNDS = 200  # of propagation; what is not settled then goes to the solver
INFEASIBLE = 2  # status of scipy's milp


class Contradiction(Exception):  # noqa: N818 - not an error of the program: the statements exclude each other
    """No population of whole numbers fulfils all statements."""


@dataclass(frozen=True)
class Statement:
    """low <= sum of factor * unknown <= high; `label` names who says so, "" for what holds by itself."""

    terms: tuple[tuple[Key, int], ...]
    low: int
    high: int
    label: str = ""


@dataclass
class System:
    """Unknown counts from 0 up to a largest value, and statements about them.

    Examples
    --------
    Five have answered, three of them with yes; nobody has printed how many said no:

    >>> system = System({"yes": 5, "no": 5})
    >>> system.state({"yes": 1, "no": 1}, 5, 5)
    >>> system.state({"yes": 1}, 3, 3, "table")
    >>> system.bounds({"no": 1})
    (2, 2)
    """

    largest: dict[Key, int]
    statements: list[Statement] = field(default_factory=list)
    _reduced: _Reduced | None = field(default=None, repr=False)

    def state(self, terms: Terms, low: int, high: int, label: str = "") -> None:
        """Add a statement; unknowns it names must exist."""
        kept = tuple((k, f) for k, f in terms.items() if f)
        if missing := [k for k, _ in kept if k not in self.largest]:
            raise KeyError(missing[0])
        self.statements.append(Statement(kept, low, high, label))
        self._reduced = None

    @property
    def labels(self) -> list[str]:
        """All labels, each once, in order."""
        return list(dict.fromkeys(s.label for s in self.statements if s.label))

    def only(self, labels: Iterable[str]) -> System:
        """The system in which only these labels have said something."""
        kept = set(labels)
        return System(self.largest, [s for s in self.statements if not s.label or s.label in kept])

    def fulfilled_by(self, population: Mapping[Key, int]) -> bool:
        """Whether a population agrees with all statements."""
        return all(s.low <= sum(f * population.get(k, 0) for k, f in s.terms) <= s.high for s in self.statements)

    def bounds(self, target: Terms) -> tuple[int, int]:
        """The smallest and largest value that a sum of unknowns can have.

        Raises
        ------
        Contradiction
            If the statements exclude each other.
        """
        return tuple(self._solver().ends(target))

    def low(self, target: Terms) -> int:
        """The smallest value alone, in half the time; see `bounds`."""
        return self._solver().ends(target, signs=(1,))[0]

    def _solver(self) -> _Reduced:
        if self._reduced is None:
            self._reduced = _Reduced(self)
        return self._reduced


class _Reduced:
    """A system after propagation, split into parts that know nothing of each other."""

    def __init__(self, system: System) -> None:
        self.index = {k: i for i, k in enumerate(system.largest)}
        self.low = np.zeros(len(self.index), dtype=np.int64)
        self.high = np.fromiter(system.largest.values(), dtype=np.int64, count=len(self.index))
        rows = [
            (np.array([self.index[k] for k, _ in s.terms]), np.array([f for _, f in s.terms]), s.low, s.high)
            for s in system.statements
            if s.terms
        ]
        if any(s.low > 0 or s.high < 0 for s in system.statements if not s.terms):
            raise Contradiction
        for _ in range(ROUNDS):
            if not sum([self._tighten(*row) for row in rows]):
                break
        free = self.low < self.high
        self.rows = []
        for where, factor, low, high in rows:
            open_ = free[where]
            if open_.any():
                known = int(factor[~open_] @ self.low[where[~open_]])
                self.rows.append((where[open_], factor[open_], low - known, high - known))
        self.part = self._parts()

    def _tighten(self, where: np.ndarray, factor: np.ndarray, low: int, high: int) -> bool:
        """Narrow the bounds of the unknowns of one statement; says whether something changed."""
        least = np.where(factor > 0, factor * self.low[where], factor * self.high[where])
        most = np.where(factor > 0, factor * self.high[where], factor * self.low[where])
        total_least, total_most = int(least.sum()), int(most.sum())
        if total_least > high or total_most < low:
            raise Contradiction
        if total_least >= low and total_most <= high:
            return False
        up, down = high - (total_least - least), low - (total_most - most)  # of factor * unknown
        size = np.abs(factor)
        ceiling = np.where(factor > 0, up // size, -down // size)
        floor = np.where(factor > 0, -(-down // size), -(up // size))
        new_high = np.minimum(self.high[where], ceiling)
        new_low = np.maximum(self.low[where], floor)
        if (new_low > new_high).any():
            raise Contradiction
        changed = bool((new_high < self.high[where]).any() or (new_low > self.low[where]).any())
        self.high[where], self.low[where] = new_high, new_low
        return changed

    def _parts(self) -> np.ndarray:
        """Number of the connected part of each unknown: the lowest index in it."""
        part = np.arange(len(self.low))
        changed = True
        while changed:
            changed = False
            for where, *_ in self.rows:
                least = part[where].min()
                if (part[where] != least).any():
                    part[where], changed = least, True
        return part

    def ends(self, target: Terms, signs: Sequence[int] = (1, -1)) -> list[int]:
        """What a sum of unknowns is at least (sign 1) and at most (sign -1)."""
        where = np.array([self.index[k] for k, f in target.items() if f], dtype=np.int64)
        factor = np.array([f for f in target.values() if f], dtype=np.int64)
        open_ = self.low[where] < self.high[where]
        known = int(factor[~open_] @ self.low[where[~open_]])
        if not open_.any():
            return [known for _ in signs]
        # loaded here: most steps that search finished files for names compute no bounds
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        parts = set(self.part[where[open_]])
        members = np.flatnonzero(np.isin(self.part, list(parts)) & (self.low < self.high))
        place = np.full(len(self.low), -1)
        place[members] = np.arange(len(members))
        objective = np.zeros(len(members))
        np.add.at(objective, place[where[open_]], factor[open_])
        rows = [r for r in self.rows if self.part[r[0][0]] in parts]
        constraints = ()
        if rows:
            indices = np.concatenate([place[r[0]] for r in rows])
            starts = np.cumsum([0, *(len(r[0]) for r in rows)])
            matrix = csr_array((np.concatenate([r[1] for r in rows]), indices, starts), (len(rows), len(members)))
            constraints = LinearConstraint(matrix, [r[2] for r in rows], [r[3] for r in rows])
        box = Bounds(self.low[members], self.high[members])
        ends = []
        for sign in signs:
            found = milp(sign * objective, constraints=constraints, bounds=box, integrality=np.ones(len(members)))
            if found.status == INFEASIBLE:
                raise Contradiction
            if not found.success:
                raise ArithmeticError(found.message)
            ends.append(known + sign * round(found.fun))
        return ends


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
