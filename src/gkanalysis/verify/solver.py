"""Printed numbers and declared relations as one integer programme in which each statement can be given up."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, inf, lcm
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import shortest_path

from gkanalysis.core.errors import VerificationError
from gkanalysis.disclosure.bounds import least_cost

RULES = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}
UNPRINTED = 20_000  # largest base that is considered where neither a count nor a base is printed
MANY = 0.4  # part of the statements that need not be kept where any large number of them will do
Kept = Iterable[int]  # statements by their position
Span = tuple[int, int | None]  # lowest and highest value; None: nothing bounds it
Row = tuple[Sequence[tuple[Hashable, float]], float, float]  # low <= sum of factor * quantity <= high


class Statement:
    """What is said of whole numbers: rows that must all be true, others for each rule of rounding in its column."""

    column: str = ""
    rules: tuple[str, ...] = ("",)

    def rows(self, rule: str) -> list[Row]:
        """What must be true under a rule, in whole factors."""
        raise NotImplementedError

    def holds(self, values: Mapping[str, int], rule: str = "") -> bool:
        """Whether whole numbers fulfil the statement, in exact arithmetic."""
        return all(low <= sum(f * values[q] for q, f in terms) <= high for terms, low, high in self.rows(rule))

    @property
    def ties(self) -> tuple[str, ...]:
        """What ties the statement to others: its quantities and, for a rounded share, its column."""
        quantities = dict.fromkeys(q for terms, *_ in self.rows(self.rules[0]) for q, _ in terms)
        return (*quantities, *([f"%{self.column}"] if len(self.rules) > 1 else ()))


@dataclass(frozen=True)
class Claim(Statement):
    """One printed number: `key` is `<figure id>.n`, `.base` or `.percent`.

    A count claims that its quantity equals `value`. A percentage claims that 100 n / base, rounded by the rule
    of its column, prints as `value` with `decimals` digits, or lies within (below, above) points of it.

    >>> claim = Claim("a.percent", 866, 1, n="a.n", base="a.base", column="c")
    >>> [claim.holds({"a.n": 39, "a.base": 45}, rule) for rule in RULES]
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
    def rules(self) -> tuple[str, ...]:  # type: ignore[override]
        """The rules that may hold in its column; a count and a share with a word are not rounded."""
        return tuple(RULES) if self.n and not self.band else ("",)

    def limits(self, rule: str) -> tuple[Fraction, Fraction]:
        """Lowest and highest share in percent that prints so; the highest itself does in a band only."""
        step = 10**self.decimals
        if self.band:
            low, high = (Fraction(self.value, step) + Fraction(str(b)) for b in self.band)
            return low, high
        below = Fraction(1, 2) if rule == "half_up" else 0
        return Fraction(self.value - below) / step, Fraction(self.value - below + 1) / step

    def rows(self, rule: str) -> list[Row]:
        """The count, or the ends of the share; a share of nothing is no number."""
        if not self.n:
            return [([(self.key, 1)], self.value, self.value)]
        low, high = self.limits(rule)
        scale = lcm(low.denominator, high.denominator)
        n = (self.n, 100 * scale)
        ends = (-int(low * scale), 0, inf), (-int(high * scale), -inf, 0 if self.band else -1)
        return [([(self.base, 1)], 1, inf), *(([n, (self.base, factor)], least, most) for factor, least, most in ends)]


@dataclass(frozen=True)
class Relation(Statement):
    """A linear relation that holds by meaning: 0 <= sum of factor * quantity <= high."""

    sentence: str
    terms: Mapping[str, int]
    high: float

    def rows(self, rule: str) -> list[Row]:
        """The relation itself."""
        return [(tuple(self.terms.items()), 0, self.high)]


def neighbours(statements: Sequence[Statement]) -> csr_array:
    """Which statements have something in common, as a square matrix."""
    at = {q: k for k, q in enumerate(dict.fromkeys(q for s in statements for q in s.ties))}
    i, j = zip(*((k, at[q]) for k, s in enumerate(statements) for q in s.ties), strict=True)
    about = coo_array((np.ones(len(i)), (i, j)), shape=(len(statements), len(at))).tocsr()
    return about @ about.T


class System:
    """Claims and relations of one connected group of figures; `statements` are named by their position.

    `highest` bounds all quantities; 0 takes a bound beyond what the printed numbers can add up to.
    """

    def __init__(self, claims: Sequence[Claim], relations: Sequence[Relation], highest: int = 0) -> None:
        self.claims = claims
        self.statements: list[Claim | Relation] = [*claims, *relations]
        self.fixed = frozenset(range(len(claims), len(self.statements)))
        self._top = _bounds(claims, relations, highest)
        columns = dict.fromkeys(c.column for c in claims if len(c.rules) > 1)
        self._switches = {(column, rule): 1 for column in columns for rule in RULES}
        names = [*self._top, *range(len(self.statements)), *self._switches]
        self._at = {name: k for k, name in enumerate(names)}
        one_rule = [([((column, rule), 1) for rule in RULES], 1, 1) for column in columns]
        self._constraint = self._matrix([*self._rows(), *one_rule])

    def _rows(self) -> Iterator[Row]:
        """Each row of a statement, given that the statement is kept, and that its column has the rule."""
        for k, statement in enumerate(self.statements):
            for rule in statement.rules:
                flags = [k, *([(statement.column, rule)] if rule else ())]
                for terms, low, high in statement.rows(rule):
                    for sign, bound in ((1, low), (-1, -high)):
                        slack = bound - sum(min(sign * f, 0) * self._top[q] for q, f in terms)
                        if slack > 0 and bound > -inf:
                            row = [*((q, sign * f) for q, f in terms), *((flag, -slack) for flag in flags)]
                            yield row, bound - len(flags) * slack, inf

    def _matrix(self, rows: Sequence[Row]) -> LinearConstraint:
        entries = [(float(f), r, self._at[name]) for r, (terms, *_) in enumerate(rows) for name, f in terms]
        v, i, j = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = coo_array((v, (i, j)), shape=(len(rows), len(self._at))).tocsr()
        return LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])

    def solve(
        self, cost: Mapping[Hashable, float], must: Kept, may: Kept = (), *, forbid: Iterable[Kept] = (),
        limits: Mapping[Hashable, tuple[float, float]] | None = None, gap: float = 0,
    ) -> tuple[frozenset[int], dict[str, int]] | None:  # fmt: skip
        """The dropped statements, and a value for each quantity, whole numbers at least cost; None if there are none.

        `cost` is that of a unit of a quantity, or of a statement that is kept; `must` are kept, `may` can be, no other
        counts. None of the sets `forbid` may be dropped entirely. `limits` are of quantities; `gap` is the part of the
        least cost that may be spent beyond it, which takes less time.
        """
        must, may, n = set(must), set(may), len(self._top)
        costs, low, high = np.zeros(len(self._at)), np.zeros(len(self._at)), np.ones(len(self._at))
        high[:n] = list(self._top.values())
        ends_of = {k: (k in must, k in must | may) for k in range(len(self.statements))} | (limits or {})
        for name, ends in ends_of.items():
            low[self._at[name]], high[self._at[name]] = ends
        for name, price in cost.items():
            costs[self._at[name]] = price
        cuts: list[Row] = [([(k, 1) for k in out], 1, inf) for out in forbid]
        while not (low > high).any():
            rows = [self._constraint, *([self._matrix(cuts)] if cuts else [])]
            if (x := _solve_integers(costs, low, high, rows, gap)) is None:
                break
            # The solver works in floating point: its answer is checked, and looked for again with the choices
            # fixed. Choices that turn out to be impossible are ruled out.
            if (values := self._exact(x)) is None:
                fixed = (np.concatenate([ends[:n], x[n:]]) for ends in (low, high))
                values = self._exact(_solve_integers(costs, *fixed, rows))
            chosen = [name for name, k in self._at.items() if k >= n and x[k]]
            if values is not None:
                return frozenset((must | may) - set(chosen)), values
            cuts.append(([(name, 1) for name in chosen], -inf, len(chosen) - 1))
        return None

    def _exact(self, x: np.ndarray | None) -> dict[str, int] | None:
        """The quantities of a solution if they fulfil all that is kept, in whole numbers."""
        if x is None:
            return None
        values = {q: int(x[self._at[q]]) for q in self._top}
        rules = dict(switch for switch in self._switches if x[self._at[switch]])
        kept = (s for k, s in enumerate(self.statements) if x[self._at[k]])
        return values if all(s.holds(values, rules.get(s.column, "")) for s in kept) else None

    def value_range(self, kept: Collection[int], quantity: str, low: float = 0, high: float = inf) -> Span | None:
        """Lowest and highest value (None: unbounded) of a quantity, within limits, while some statements are true."""
        limits = {quantity: (low, min(high, self._top[quantity]))}
        ends = [self.solve({quantity: sign}, kept, limits=limits) for sign in (1, -1)]
        if None in ends:
            return None
        least, most = (values[quantity] for _, values in ends)
        return least, None if most >= self._top[quantity] else most

    def smallest_corrections(self, limit: int) -> list[frozenset[int]]:
        """Every smallest set of claims whose change makes all others agree; of more than `limit` so many."""
        corrections: list[frozenset[int]] = []
        claims = range(len(self.claims))
        while len(corrections) < limit:
            best = self.solve(dict.fromkeys(claims, -1), self.fixed, claims, forbid=corrections)
            if not best or not best[0] or (corrections and len(best[0]) > len(corrections[0])):
                break
            corrections.append(best[0])
        return sorted(corrections, key=sorted)

    def contradiction(self, wrong: int, agreeing: Kept) -> tuple[list[int], list[Relation]]:
        """A smallest set of claims with `wrong` that cannot all be true, the closest, and the fewest relations with it."""
        steps = shortest_path(neighbours(self.statements), unweighted=True, indices=wrong)
        claims = self._smallest_core({wrong}, agreeing, self.fixed, steps)
        core = self._smallest_core(claims, self.fixed, (), steps)
        return sorted(claims), [self.statements[k] for k in sorted(core & self.fixed)]

    def _smallest_core(self, start: set[int], others: Kept, always: Kept, steps: np.ndarray) -> set[int]:
        """Statements of `start` and the fewest `others`, closest first, that cannot be kept with what holds `always`.

        Whatever is dropped to make statements consistent meets every contradiction among them; a smallest set that
        meets all such corrections so far is a contradiction itself, or leads to a new correction (Ignatiev, Previti,
        Liffiton, Marques-Silva: Smallest MUS extraction with minimal hitting set dualization, 2015).
        """
        n, others = len(self.statements), set(others) - start
        cost = 1 + np.argsort(np.argsort(steps, kind="stable")) / n**2
        met, core = np.zeros((0, n)), start
        while kept := self.solve(dict.fromkeys(others - core, -1), core | set(always), others, gap=MANY):
            met = np.vstack([met, [k in kept[0] for k in range(n)]])
            chosen = _solve_integers(cost, np.zeros(n), np.ones(n), [LinearConstraint(met, 1, inf)])
            core = start | set(np.flatnonzero(chosen).tolist())
        return core


def _bounds(claims: Sequence[Claim], relations: Sequence[Relation], highest: int) -> dict[str, int]:
    """The largest value of each quantity that has to be considered."""
    printed = {c.key: c.value for c in claims if not c.n}
    most = max(printed.values(), default=100)
    sums = [sum(abs(f) * printed.get(q, most) for q, f in r.terms.items()) for r in relations]
    beyond = highest or max([2 * most, *sums]) + 100
    quantities = (q for s in [*claims, *relations] for terms, *_ in s.rows(s.rules[0]) for q, _ in terms)
    top = dict.fromkeys(quantities, beyond)
    for c in (c for c in claims if c.n and not highest):
        if c.n in printed or c.base in printed:  # a small share has a large base, also where another one is printed
            low = max(c.limits("half_up")[0], Fraction(1, 1000))
            top[c.base] = max(top[c.base], ceil(100 * printed.get(c.n, 0) / low) + 1)
        else:
            top |= {q: max(top[q], UNPRINTED) for q in (c.n, c.base)}
    same = [list(r.terms) for r in relations if sorted(r.terms.values()) == [-1, 1] and not r.high]
    for a, b in same * len(same):  # what is equal to a large base can be as large
        top[a] = top[b] = max(top[a], top[b])
    return top


def _solve_integers(*given: Any) -> np.ndarray | None:
    """As `least_cost`; what the solver cannot do is told."""
    try:
        return least_cost(*given)
    except ArithmeticError as error:
        why = f"Die Angaben ließen sich nicht durchrechnen ({error})"
        raise VerificationError(f"{why}; bitte die Beziehungen in kleinere Dateien teilen.") from None
