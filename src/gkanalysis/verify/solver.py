"""Printed numbers and declared relations as one integer programme in which each statement can be given up."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from gkanalysis.core.errors import VerificationError

RULES = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}
UNPRINTED = 20_000  # largest base that is considered where neither a count nor a base is printed
MANY = 0.4  # part of the statements that need not be kept where any large number of them will do
Terms = Sequence[tuple[str, float]]  # quantities with their factors


@dataclass(frozen=True)
class Claim:
    """One printed number: `key` is `<figure id>.n`, `.base` or `.percent`.

    A count claims that its quantity equals `value`. A percentage claims that 100 n / base, rounded by the rule
    of its column, prints as `value` with `decimals` digits, or lies within (below, above) points of it.

    Examples
    --------
    >>> claim = Claim("a.percent", 866, 1, n="a.n", base="a.base", column="c")
    >>> [claim.holds({"a.n": 39, "a.base": 45}, {"c": rule}) for rule in RULES]
    [False, True]
    """

    key: str
    value: int
    decimals: int = 0
    n: str = ""
    base: str = ""
    column: str = ""
    band: tuple[float, float] | None = None

    @property
    def is_percent(self) -> bool:
        """Whether the claim is about a share and not about a count."""
        return bool(self.n)

    @property
    def quantities(self) -> tuple[str, ...]:
        """The whole numbers that the claim is about."""
        return (self.n, self.base) if self.is_percent else (self.key,)

    @property
    def ties(self) -> tuple[str, ...]:
        """What ties the claim to others: its quantities and, for a share, its column."""
        return (*self.quantities, f"%{self.column}") if self.is_percent and not self.band else self.quantities

    def limits(self, rule: str) -> tuple[Fraction, Fraction]:
        """Lowest and highest share in percent that prints so; the highest itself does in a band only."""
        step = 10**self.decimals
        if self.band:
            low, high = (Fraction(self.value, step) + Fraction(str(b)) for b in self.band)
            return low, high
        below = Fraction(1, 2) if rule == "half_up" else 0
        return Fraction(self.value - below) / step, Fraction(self.value - below + 1) / step

    def holds(self, values: Mapping[str, int], rules: Mapping[str, str]) -> bool:
        """Whether the claim is true of whole numbers under the rule of its column, in exact arithmetic."""
        if not self.is_percent:
            return values[self.key] == self.value
        if values[self.base] <= 0:
            return False  # a share of nothing is no number
        exact = Fraction(100 * values[self.n], values[self.base])
        low, high = self.limits(rules.get(self.column, ""))
        return low <= exact < high or (self.band is not None and exact == high)


@dataclass(frozen=True)
class Relation:
    """A linear relation that holds by meaning: low <= sum of factor * quantity <= high."""

    id: str
    sentence: str
    terms: Mapping[str, int]
    low: float
    high: float

    @property
    def quantities(self) -> tuple[str, ...]:
        """The whole numbers that the relation is about."""
        return tuple(self.terms)

    ties = quantities

    def holds(self, values: Mapping[str, int], rules: Mapping[str, str]) -> bool:
        """Whether the relation is true of whole numbers."""
        return self.low <= sum(f * values[q] for q, f in self.terms.items()) <= self.high


class System:
    """Claims and relations of one connected group of figures.

    Statements are named by their position in `statements`: claims first, then relations. `highest` bounds all
    quantities; 0 takes a bound beyond what the printed numbers can add up to.
    """

    def __init__(self, claims: Sequence[Claim], relations: Sequence[Relation], highest: int = 0) -> None:
        self.claims, self.relations = claims, relations
        self.statements: list[Claim | Relation] = [*claims, *relations]
        self.fixed = frozenset(range(len(claims), len(self.statements)))
        self.highest, self._top = highest, self._bounds(highest)
        self._at = {q: k for k, q in enumerate(self._top)}
        columns = dict.fromkeys(c.column for c in claims if c.is_percent and not c.band)
        self._switches = [(column, rule) for column in columns for rule in RULES]
        self._width = len(self._at) + len(self.statements) + len(self._switches)
        self._constraint = self._matrix(list(self._rows()))

    def _bounds(self, highest: int) -> dict[str, int]:
        """The largest value of each quantity that has to be considered."""
        printed = {c.key: c.value for c in self.claims if not c.is_percent}
        most = max(printed.values(), default=100)
        sums = [sum(abs(f) * printed.get(q, most) for q, f in r.terms.items()) for r in self.relations]
        beyond = highest or max([2 * most, *sums]) + 100
        top = dict.fromkeys((q for s in self.statements for q in s.quantities), beyond)
        for c in (c for c in self.claims if c.is_percent and not highest):  # a small share has a large base
            low, high = (max(end, Fraction(1, 1000)) for end in (c.limits("half_up")[0], c.limits("")[1]))
            if c.base in printed:  # which need not be the one that is printed
                top[c.base] = max(top[c.base], ceil(100 * most / high) + 1)
            elif c.n in printed:
                top[c.base] = max(top[c.base], ceil(100 * printed[c.n] / low) + 1)
            else:
                top |= {q: max(top[q], UNPRINTED) for q in c.quantities}
        same = [r.quantities for r in self.relations if sorted(r.terms.values()) == [-1, 1] and not r.high]
        for a, b in same * len(same):  # what is equal to a large base can be as large
            top[a] = top[b] = max(top[a], top[b])
        return top

    def _rows(self) -> Iterator[tuple[Terms, float, float]]:
        """Constraints over quantities, a flag a statement that is kept, and a flag a column and rule."""
        for k, s in enumerate(self.statements):
            if isinstance(s, Relation):
                yield from self._given([f"#{k}"], tuple(s.terms.items()), s.low, s.high)
            elif not s.is_percent:
                yield from self._given([f"#{k}"], [(s.key, 1)], s.value, s.value)
            else:
                yield from self._given([f"#{k}"], [(s.base, 1)], 1, np.inf)
                step = 2 * 10**s.decimals
                for rule in ("",) if s.band else RULES:
                    low, high = (float(step * end) for end in s.limits(rule))
                    flags = [f"#{k}", *([f"#{s.column}#{rule}"] if rule else ())]
                    yield from self._given(flags, [(s.n, 100 * step), (s.base, -low)], 0, np.inf)
                    strictly = 0 if s.band else -1
                    yield from self._given(flags, [(s.n, 100 * step), (s.base, -high)], -np.inf, strictly)
        for column in dict.fromkeys(column for column, _ in self._switches):
            yield [(f"#{column}#{rule}", 1) for rule in RULES], 1, 1

    def _given(
        self, flags: Sequence[str], terms: Terms, low: float, high: float
    ) -> Iterator[tuple[Terms, float, float]]:
        """Rows that say low <= sum of terms <= high wherever all flags are set, and nothing elsewhere."""
        for sign, bound in ((1, low), (-1, -high)):
            slack = bound - sum(min(sign * f, 0) * self._top[q] for q, f in terms)
            if np.isfinite(bound) and slack > 0:
                row = [*((q, sign * f) for q, f in terms), *((flag, -slack) for flag in flags)]
                yield row, bound - len(flags) * slack, np.inf

    def _matrix(self, rows: Sequence[tuple[Terms, float, float]]) -> LinearConstraint:
        at = self._at | {f"#{k}": len(self._at) + k for k in range(len(self.statements))}
        n = len(at)
        at |= {f"#{column}#{rule}": n + k for k, (column, rule) in enumerate(self._switches)}
        entries = [(r, at[q], float(f)) for r, (terms, _, _) in enumerate(rows) for q, f in terms]
        i, j, v = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = coo_array((v, (i, j)), shape=(len(rows), self._width)).tocsr()
        return LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])

    def keep_most(
        self, must: Iterable[int], may: Iterable[int], forbid: Sequence[Iterable[int]] = (), gap: float = 0
    ) -> tuple[frozenset[int], dict[str, int]] | None:
        """Keep as many statements as possible.

        Parameters
        ----------
        must, may : statements that are kept, that may be kept; no other counts
        forbid : sets of dropped statements; none of them may be dropped entirely again
        gap : part of the most that may be missing; many instead of most take less time

        Returns
        -------
        dropped statements among `may`, a value for each quantity; None if impossible
        """
        must, may = set(must), set(may)
        cost = np.zeros(self._width)
        cost[[len(self._at) + k for k in may - must]] = -1
        cuts: list[tuple[Terms, float, float]] = [([(f"#{k}", 1) for k in out], 1, np.inf) for out in forbid]
        solved = self._solve(cost, must, may, cuts, gap=gap)
        return solved and (frozenset((may | must) - solved[0]), solved[1])

    def can_keep(self, statements: Iterable[int]) -> bool:
        """Whether these statements can all be true at once."""
        return self.keep_most(statements, ()) is not None

    def value_range(
        self, kept: Iterable[int], quantity: str, low: float = 0, high: float = np.inf
    ) -> tuple[int, int | None] | None:
        """Lowest and highest value of a quantity, within limits, while some statements are true.

        None if there is none; a highest of None if nothing bounds it.
        """
        ends = []
        for sign in (1, -1):
            cost = np.zeros(self._width)
            cost[self._at[quantity]] = sign
            solved = self._solve(cost, set(kept), set(), [], {quantity: (low, min(high, self._top[quantity]))})
            if solved is None:
                return None
            ends.append(solved[1][quantity])
        return ends[0], None if ends[1] >= self._top[quantity] else ends[1]

    def smallest_corrections(self, limit: int) -> list[tuple[frozenset[int], dict[str, int]]]:
        """Every smallest set of claims whose change makes all others agree, with values that fit then.

        Not more than `limit`; whoever gets that many must say that there can be more.
        """
        corrections: list[tuple[frozenset[int], dict[str, int]]] = []
        claims = range(len(self.claims))
        while len(corrections) < limit and (corrections[0][0] if corrections else True):
            best = self.keep_most(self.fixed, claims, [out for out, _ in corrections])
            if best is None or (corrections and len(best[0]) > len(corrections[0][0])):
                break
            corrections.append(best)
        return sorted(corrections, key=lambda c: sorted(c[0]))

    def contradiction(self, wrong: int, agreeing: Iterable[int]) -> tuple[list[int], list[Relation]]:
        """A smallest set of claims with `wrong` that cannot all be true, and the relations that make it so.

        Most contradictions lie between neighbours, so one is looked for there. Then all claims together must show
        that there is none that is smaller.
        """
        present, near = {wrong, *agreeing, *self.fixed}, {wrong}
        ball = self
        while near:
            reached = {q for k in near for q in self.statements[k].ties}
            grown = {k for k in present if reached & set(self.statements[k].ties)}
            claims = sorted(grown - self.fixed)
            ball = System(
                [self.claims[k] for k in claims],
                [self.statements[k] for k in sorted(grown & self.fixed)],
                self.highest,
            )
            if not ball.can_keep(range(len(ball.statements))):
                break
            near = grown
        core = ball.smallest_core({claims.index(wrong)}, range(len(ball.statements)))
        names = [claims[k] for k in sorted(core - ball.fixed)]
        smaller = self.smallest_core({wrong}, agreeing, self.fixed, len(names))
        if smaller is None:
            return names, [ball.statements[k] for k in sorted(core & ball.fixed)]
        core = self.smallest_core(smaller, self.fixed)
        return sorted(smaller), [self.statements[k] for k in sorted(core & self.fixed)]

    def smallest_core(
        self, start: set[int], others: Iterable[int], always: Iterable[int] = (), size: float = np.inf
    ) -> set[int] | None:
        """Statements of `start` and the fewest `others`, claims above all, that cannot be kept; None if none has less
        than `size`.

        Whatever is dropped to make statements consistent meets every contradiction among them; a smallest set that
        meets all such corrections so far is a contradiction itself, or leads to a new correction.

        References
        ----------
        Ignatiev, Previti, Liffiton, Marques-Silva: Smallest MUS extraction with minimal hitting set dualization, 2015.
        """
        n = len(self.statements)
        cost = 1 + np.arange(n) / (20 * n**2)  # of several equally small sets the one that comes first
        cost[len(self.claims) :] /= n
        corrections: list[frozenset[int]] = []
        core = set(start)
        while len(core) < size:
            if (kept := self.keep_most(core | set(always), others, gap=MANY)) is None:
                return core
            corrections.append(kept[0])
            entries = [(r, k) for r, members in enumerate(corrections) for k in members]
            matrix = coo_array((np.ones(len(entries)), tuple(zip(*entries, strict=True))), shape=(len(corrections), n))
            meets_all = LinearConstraint(matrix.tocsr(), 1, np.inf)
            x = _solve_integers(cost, np.zeros(n), np.ones(n), [meets_all])
            core = start | set(np.flatnonzero(x).tolist())
        return None

    def _solve(
        self,
        cost: np.ndarray,
        must: set[int],
        may: set[int],
        cuts: list[tuple[Terms, float, float]],
        limits: Mapping[str, tuple[float, float]] | None = None,
        gap: float = 0,
    ) -> tuple[set[int], dict[str, int]] | None:
        """Kept statements and values at least cost, exact in whole numbers."""
        n, size = len(self._at), len(self.statements)
        low, high = np.zeros(self._width), np.ones(self._width)
        high[:n] = list(self._top.values())
        for quantity, ends in (limits or {}).items():
            low[self._at[quantity]], high[self._at[quantity]] = ends
        for k in range(size):
            low[n + k], high[n + k] = k in must, k in must or k in may
        if (low > high).any():
            return None
        while True:
            constraints = [self._constraint, *([self._matrix(cuts)] if cuts else [])]
            if (x := _solve_integers(cost, low, high, constraints, gap)) is None:
                return None
            # The solver works in floating point: its answer is checked, and looked for again with the choices
            # fixed. Choices that turn out to be impossible are ruled out.
            if (values := self._exact(x)) is None:
                fixed = (np.concatenate([ends[:n], x[n:]]) for ends in (low, high))
                again = _solve_integers(cost, *fixed, constraints)
                values = None if again is None else self._exact(again)
            if values is not None:
                return {k for k in range(size) if x[n + k]}, values
            names = [f"#{k}" for k in range(size)] + [f"#{c}#{r}" for c, r in self._switches]
            on = [(name, 1.0) for name, chosen in zip(names, x[n:], strict=True) if chosen]
            cuts = [*cuts, (on, -np.inf, len(on) - 1)]

    def _exact(self, x: np.ndarray) -> dict[str, int] | None:
        """The quantities of a solution if they fulfil all that is kept, in whole numbers."""
        n, size = len(self._at), len(self.statements)
        values = {q: int(x[k]) for q, k in self._at.items()}
        rules = {c: rule for (c, rule), chosen in zip(self._switches, x[n + size :], strict=True) if chosen}
        kept = (s for s, chosen in zip(self.statements, x[n : n + size], strict=True) if chosen)
        return values if all(s.holds(values, rules) for s in kept) else None


def _solve_integers(
    cost: np.ndarray, low: np.ndarray, high: np.ndarray, rows: Sequence[LinearConstraint], gap: float = 0
) -> np.ndarray | None:
    """Whole numbers of least cost, or up to the part `gap` above it; None if there are none."""
    with _quiet():
        solved = milp(
            cost, integrality=np.ones(len(cost)), bounds=Bounds(low, high), constraints=rows,
            options={"mip_rel_gap": float(gap)},
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
