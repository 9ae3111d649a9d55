"""A small integer programme with names: meet printed figures exactly where they can all be true at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from gkanalysis.core.errors import GkError

Terms = Mapping[str, float]
MUCH = 10_000.0  # a deviation from a printed figure always outweighs every invented preference


class Program:
    """Integer variables by name, hard constraints, and soft targets whose deviations are reported.

    A target is met exactly if all constraints allow it; otherwise the sum of absolute deviations over
    all targets is as small as it can be (solved exactly by HiGHS through scipy).

    Examples
    --------
    Two printed parts and a printed total that contradict each other:

    >>> p = Program()
    >>> p.variable("a", 0, 3); p.variable("b", 0, 9)
    >>> p.target("part-a", {"a": 1}, 4); p.target("total", {"a": 1, "b": 1}, 10)
    >>> p.solve()["a"], p.outcomes()
    (3, [('part-a', 4, 3), ('total', 10, 10)])
    """

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._low: list[float] = []
        self._high: list[float] = []
        self._cost: list[float] = []
        self._rows: list[tuple[Terms, float, float]] = []
        self._targets: list[tuple[str, Terms, int]] = []
        self._values: dict[str, int] = {}

    def variable(self, name: str, low: float, high: float, cost: float = 0.0) -> None:
        """Add an integer variable with bounds and a cost per unit."""
        self._names[name] = len(self._low)
        self._low.append(low)
        self._high.append(high)
        self._cost.append(cost)

    def constrain(self, terms: Terms, low: float = -np.inf, high: float = np.inf) -> None:
        """Require `low <= sum of terms <= high`."""
        self._rows.append((terms, low, high))

    def target(self, name: str, terms: Terms, value: int, *, weight: float = MUCH) -> None:
        """Ask for `sum of terms == value`; deviations cost `weight` each and are reported by name."""
        over, under = f"{name}|over", f"{name}|under"
        self.variable(over, 0, np.inf, weight)
        self.variable(under, 0, np.inf, weight)
        self.constrain({**terms, over: -1, under: 1}, value, value)
        if weight == MUCH:
            self._targets.append((name, terms, value))

    def solve(self) -> dict[str, int]:
        """Values of all variables at the optimum."""
        entries = [(r, self._names[n], c) for r, (terms, _, _) in enumerate(self._rows) for n, c in terms.items()]
        rows, columns, values = zip(*entries, strict=True)
        shape = (len(self._rows), len(self._low))
        limits = LinearConstraint(
            coo_array((values, (rows, columns)), shape=shape).tocsr(),
            [low for _, low, _ in self._rows],
            [high for _, _, high in self._rows],
        )
        result = milp(
            self._cost,
            integrality=np.ones(shape[1]),
            bounds=Bounds(self._low, self._high),
            constraints=limits,
        )
        if result.x is None:
            raise GkError(f"Die synthetischen Daten lassen sich so nicht erzeugen: {result.message}")
        self._values = {name: round(result.x[i]) for name, i in self._names.items() if "|" not in name}
        return self._values

    def value(self, terms: Terms) -> int:
        """Value of a sum of terms in the solution."""
        return round(sum(c * self._values[n] for n, c in terms.items()))

    def outcomes(self) -> list[tuple[str, int, int]]:
        """(name, printed, solved) of every target."""
        return [(name, value, self.value(terms)) for name, terms, value in self._targets]


def total(names: Iterable[str]) -> dict[str, float]:
    """Terms that add up variables."""
    return dict.fromkeys(names, 1.0)
