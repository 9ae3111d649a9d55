"""Printed figures and declared relations as linear constraints over whole numbers, each of which can be dropped.

Every printed number is a claim about a quantity. A claim is kept or given up; relations and the arithmetic of
rounding hold always. What can be kept together is a small integer programme, solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from gkanalysis.verify.integers import Row, Rows, solve_integers

SCALE = 100  # percent
RULES = ("half_up", "truncate")
UNPRINTED = 20_000  # largest base that is considered where neither a count nor a base is printed


@dataclass(frozen=True)
class Claim:
    """One printed number: `key` is `<figure id>.n`, `.base` or `.percent`.

    A count claims that its quantity equals `value`. A percentage claims that 100 n / base, rounded by the rule
    of its column, prints as `value` with `decimals` digits, or lies within (below, above) points of it.
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

    def limits(self, rule: str) -> tuple[Fraction, Fraction]:
        """Lowest and highest share in percent that prints so; the highest is in a band only."""
        step = 10**self.decimals
        if self.band:
            low, high = (Fraction(self.value, step) + Fraction(str(b)) for b in self.band)
            return low, high
        below = Fraction(1, 2) if rule == "half_up" else 0
        return Fraction(self.value - below) / step, Fraction(self.value - below + 1) / step


@dataclass(frozen=True)
class Relation:
    """A linear relation that holds by meaning: low <= sum of factor * quantity <= high."""

    id: str
    sentence: str
    terms: Mapping[str, int]
    low: float
    high: float


@dataclass
class System:
    """Quantities, claims and relations of one connected group of figures.

    `highest` bounds all quantities; 0 takes a bound beyond what the printed numbers can add up to.
    """

    claims: list[Claim]
    relations: list[Relation]
    highest: int = 0
    _index: dict[str, int] = field(init=False)
    _top: np.ndarray = field(init=False)
    _columns: list[str] = field(init=False)
    _width: int = field(init=False)
    _rows: Rows = field(init=False)

    def __post_init__(self) -> None:
        names = [q for r in self.relations for q in r.terms]
        names += [c.key for c in self.claims if not c.is_percent]
        names += [q for c in self.claims if c.is_percent for q in (c.n, c.base)]
        self._index = {name: k for k, name in enumerate(dict.fromkeys(names))}
        self._columns = list(dict.fromkeys(c.column for c in self.claims if c.is_percent and not c.band))
        self._top = self._bounds()
        self._width = len(self._index) + len(self.claims) + len(RULES) * len(self._columns)
        self._rows = Rows(self._build(), self._width)

    def _bounds(self) -> np.ndarray:
        """The largest value of each quantity that has to be considered."""
        printed = {c.key: c.value for c in self.claims if not c.is_percent}
        most = max(printed.values(), default=100)
        sums = [sum(abs(f) * printed.get(q, most) for q, f in r.terms.items()) for r in self.relations]
        top = np.full(len(self._index), self.highest or max([2 * most, *sums]) + 100, dtype=float)
        for c in self.claims if not self.highest else ():  # a small share has a large base
            if c.is_percent and c.base in printed:  # which need not be the one that is printed
                high = max(max(c.limits(r)[1] for r in RULES), Fraction(1, 1000))
                top[self._index[c.base]] = max(
                    top[self._index[c.base]], np.ceil(float(SCALE * most / high)) + 1
                )
            elif c.is_percent:
                known = c.n in printed
                low = max(min(c.limits(r)[0] for r in RULES), Fraction(1, 1000))
                need = SCALE * printed[c.n] / low + 1 if known else UNPRINTED
                for q in (c.base,) if known else (c.base, c.n):
                    top[self._index[q]] = max(top[self._index[q]], np.ceil(float(need)))
        same = [[self._index[q] for q in r.terms] for r in self.relations if _is_equality(r)]
        for _ in same:  # what is equal to a large base can be as large
            for pair in same:
                top[pair] = top[pair].max()
        return top

    def neighbours(self, without: frozenset[int] = frozenset()) -> list[set[int]]:
        """For each claim the claims that share a relation with it; quantities without a claim are passed through.

        `without` are claims that do not count as such.
        """
        claimed: dict[str, list[int]] = {}
        present = {k: claim for k, claim in enumerate(self.claims) if k not in without}
        for k, claim in present.items():
            for q in (claim.n, claim.base) if claim.is_percent else (claim.key,):
                claimed.setdefault(q, []).append(k)
        groups = [set(r.terms) for r in self.relations]
        groups += [{c.n, c.base} for c in self.claims if c.is_percent]
        loose = {q for g in groups for q in g} - {c.key for c in present.values() if not c.is_percent}
        for q in sorted(loose):  # join the groups that meet in a quantity that is printed nowhere
            joined = [g for g in groups if q in g]
            groups = [g for g in groups if q not in g] + [set().union(*joined)]
        near: list[set[int]] = [set() for _ in self.claims]
        for group in groups:
            members = {k for q in group for k in claimed.get(q, ()) if not self.claims[k].is_percent}
            members |= {k for k, c in present.items() if c.is_percent and {c.n, c.base} <= group}
            for k in members:
                near[k] |= members - {k}
        for column in self._columns:  # one rule for the whole column ties its percentages together
            members = {k for k, c in present.items() if c.is_percent and c.column == column and not c.band}
            for k in members:
                near[k] |= members - {k}
        return near

    def _build(self) -> list[Row]:
        """Rows over [quantities, kept flags, one flag a column and rule]."""
        n_q, n_c = len(self._index), len(self.claims)
        pairs = [(c, r) for c in self._columns for r in RULES]
        rule_at = {pair: n_q + n_c + k for k, pair in enumerate(pairs)}
        rows: list[Row] = [
            ({self._index[q]: f for q, f in r.terms.items() if f}, r.low, r.high) for r in self.relations
        ]
        rows += [({rule_at[column, r]: 1 for r in RULES}, 1, 1) for column in self._columns]
        for k, claim in enumerate(self.claims):
            flag = n_q + k
            if not claim.is_percent:  # kept: q = value; dropped: anything from 0 to its bound
                q = self._index[claim.key]
                above = max(self._top[q] - claim.value, 0)
                rows.append(({q: 1, flag: above}, -np.inf, claim.value + above))
                rows.append(({q: 1, flag: -claim.value}, 0, np.inf))
                continue
            n, base = self._index[claim.n], self._index[claim.base]
            rows.append(({base: 1, flag: -1}, 0, np.inf))  # a share of nothing is no number
            scaled = 2 * SCALE * 10**claim.decimals
            for rule in [""] if claim.band else RULES:  # low * base <= scaled * n < high * base
                low, high = (float(2 * 10**claim.decimals * x) for x in claim.limits(rule))
                switches = [flag, *([rule_at[claim.column, rule]] if rule else [])]
                below, above = max(low, 0) * self._top[base], scaled * self._top[n] + 1
                free = len(switches)
                rows.append(
                    ({n: scaled, base: -low} | dict.fromkeys(switches, -below), -free * below, np.inf)
                )
                rows.append(
                    ({n: scaled, base: -high} | dict.fromkeys(switches, above), -np.inf, free * above - bool(rule))
                )  # fmt: skip
        return rows

    def keep_most(
        self,
        must: Iterable[int] = (),
        may: Iterable[int] | None = None,
        forbid: Sequence[frozenset[int]] = (),
        gap: float = 0,
    ) -> tuple[frozenset[int], dict[str, int]] | None:
        """Keep as many claims as possible.

        Parameters
        ----------
        must : claims that are kept
        may : claims that may be kept; None means all
        forbid : sets of dropped claims that are known already; none of them may be dropped entirely again
        gap : part of the most that may be missing; many instead of most take less time

        Returns
        -------
        dropped claims among `may`, a value for each quantity; None if impossible
        """
        must, may = set(must), set(range(len(self.claims))) if may is None else set(may)
        cost = np.zeros(self._width)
        for k in may - must:
            cost[len(self._index) + k] = -1
        found = self._solve(cost, must, may, forbid, gap=gap)
        return found and (frozenset((may | must) - found[0]), found[1])

    def can_keep(self, claims: Iterable[int]) -> bool:
        """Whether these claims can all be true at once."""
        claims = set(claims)
        return self._solve(np.zeros(self._width), claims, claims, ()) is not None

    def value_range(
        self, kept: Iterable[int], quantity: str, low: float = 0, high: float = np.inf
    ) -> tuple[int, int | None] | None:
        """Lowest and highest value of a quantity, within limits, while some claims are true.

        None if there is none; a highest of None if nothing bounds it.
        """
        kept, at, ends = set(kept), self._index[quantity], []
        for sign in (1, -1):
            cost = np.zeros(self._width)
            cost[at] = sign
            found = self._solve(cost, kept, kept, (), {at: (low, high)})
            if found is None:
                return None
            ends.append(found[1][quantity])
        return ends[0], None if ends[1] >= self._top[at] else ends[1]

    def _solve(
        self,
        cost: np.ndarray,
        must: set[int],
        may: set[int],
        forbid: Sequence[frozenset[int]],
        limits: Mapping[int, tuple[float, float]] = MappingProxyType({}),
        gap: float = 0,
    ) -> tuple[set[int], dict[str, int]] | None:
        """Kept claims and values at least cost, exact in whole numbers."""
        n_q, n_c = len(self._index), len(self.claims)
        low, high = np.zeros(self._width), np.ones(self._width)
        high[:n_q] = self._top
        for at, (least, most) in limits.items():
            low[at], high[at] = max(least, 0), min(most, high[at])
        if (low > high).any():
            return None
        for k in range(n_c):
            low[n_q + k], high[n_q + k] = float(k in must), float(k in may or k in must)
        cuts: list[Row] = [({n_q + k: 1 for k in known}, 1, np.inf) for known in forbid]
        while (x := solve_integers(cost, low, high, self._rows, cuts, gap)) is not None:
            # The solver works in floating point: its answer is checked, and looked for again with the choices
            # fixed. Choices that turn out to be impossible are ruled out.
            if (values := self._exact(x, x)) is None:
                low_fixed, high_fixed = (np.concatenate([b[:n_q], x[n_q:]]) for b in (low, high))
                values = self._exact(solve_integers(cost, low_fixed, high_fixed, self._rows), x)
            on = [k for k in range(n_q, self._width) if x[k] == 1]
            if values is not None:
                return {k - n_q for k in on if k < n_q + n_c}, values
            cuts.append((dict.fromkeys(on, 1), -np.inf, len(on) - 1))
        return None

    def _exact(self, x: np.ndarray | None, choices: np.ndarray) -> dict[str, int] | None:
        """The quantities of a solution if they fulfil all relations and kept claims in whole numbers."""
        if x is None:
            return None
        n_q, n_c = len(self._index), len(self.claims)
        values = {q: int(x[k]) for q, k in self._index.items()}
        pairs = [(c, r) for c in self._columns for r in RULES]
        chosen = {c: r for k, (c, r) in enumerate(pairs) if choices[n_q + n_c + k] == 1}
        kept = [c for k, c in enumerate(self.claims) if choices[n_q + k] == 1]
        right = all(r.low <= sum(f * values[q] for q, f in r.terms.items()) <= r.high for r in self.relations)
        return values if right and all(holds(c, values, chosen) for c in kept) else None


def _is_equality(relation: Relation) -> bool:
    return sorted(relation.terms.values()) == [-1, 1] and relation.low == relation.high == 0


def holds(claim: Claim, values: Mapping[str, int], rules: Mapping[str, str]) -> bool:
    """Whether a claim is true of whole-number quantities, in exact arithmetic.

    >>> claim = Claim("a.percent", 866, 1, n="a.n", base="a.base", column="c")
    >>> holds(claim, {"a.n": 39, "a.base": 45}, {"c": "truncate"}), holds(claim, {"a.n": 39, "a.base": 45}, {"c": "half_up"})
    (True, False)
    """
    if not claim.is_percent:
        return values[claim.key] == claim.value
    if values[claim.base] <= 0:
        return False
    exact = Fraction(SCALE * values[claim.n], values[claim.base])
    low, high = claim.limits(rules.get(claim.column, ""))
    return low <= exact < high or (claim.band is not None and exact == high)
