"""Printed figures and declared relations as linear constraints over whole numbers, each of which can be dropped.

Every printed number is a claim about a quantity. A claim is kept or given up; relations and the arithmetic of
rounding hold always. What can be kept together is a small integer programme, solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

SCALE = 100  # percent


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
    """Quantities, claims and relations of one connected group of figures."""

    claims: list[Claim]
    relations: list[Relation]
    rules: Sequence[str] = ("half_up", "truncate")
    highest: int = field(init=False)  # no quantity can be larger; as tight as it can be, for exact arithmetic
    _index: dict[str, int] = field(init=False)
    _columns: list[str] = field(init=False)
    _width: int = field(init=False)
    _limits: LinearConstraint = field(init=False)

    def __post_init__(self) -> None:
        names = [q for r in self.relations for q in r.terms]
        names += [c.key for c in self.claims if not c.is_percent]
        names += [q for c in self.claims if c.is_percent for q in (c.n, c.base)]
        self._index = {name: k for k, name in enumerate(dict.fromkeys(names))}
        self._columns = list(dict.fromkeys(c.column for c in self.claims if c.is_percent and not c.band))
        self.highest = 2 * max([c.value for c in self.claims if not c.is_percent], default=500) + 100
        rows, self._width = self._build()
        self._limits = _constraint(rows, self._width)

    def neighbours(self) -> list[set[int]]:
        """For each claim the claims that share a relation with it; quantities without a claim are passed through."""
        claimed: dict[str, list[int]] = {}
        for k, claim in enumerate(self.claims):
            for q in (claim.n, claim.base) if claim.is_percent else (claim.key,):
                claimed.setdefault(q, []).append(k)
        groups = [set(r.terms) for r in self.relations]
        groups += [{c.n, c.base} for c in self.claims if c.is_percent]
        loose = {q for g in groups for q in g} - {c.key for c in self.claims if not c.is_percent}
        for q in loose:  # join the groups that meet in a quantity that is printed nowhere
            joined = [g for g in groups if q in g]
            groups = [g for g in groups if q not in g] + [set().union(*joined)]
        near: list[set[int]] = [set() for _ in self.claims]
        for group in groups:
            members = {k for q in group for k in claimed.get(q, ()) if not self.claims[k].is_percent}
            members |= {k for k, c in enumerate(self.claims) if c.is_percent and {c.n, c.base} <= group}
            for k in members:
                near[k] |= members - {k}
        for column in self._columns:  # one rule for the whole column ties its percentages together
            members = {
                k for k, c in enumerate(self.claims) if c.is_percent and c.column == column and not c.band
            }
            for k in members:
                near[k] |= members - {k}
        return near

    def _build(self) -> tuple[list[tuple[dict[int, float], float, float]], int]:
        """Rows over [quantities, kept flags, one flag a column and rule]."""
        n_q, n_c, big = len(self._index), len(self.claims), self.highest
        rule_at = {
            (c, r): n_q + n_c + k
            for k, (c, r) in enumerate((c, r) for c in self._columns for r in self.rules)
        }
        rows: list[tuple[dict[int, float], float, float]] = []
        for relation in self.relations:
            rows.append(
                ({self._index[q]: float(f) for q, f in relation.terms.items()}, relation.low, relation.high)
            )
        for column in self._columns:
            rows.append(({rule_at[column, r]: 1.0 for r in self.rules}, 1, 1))
        for k, claim in enumerate(self.claims):
            flag = n_q + k
            if not claim.is_percent:  # |q - value| <= big * (1 - kept)
                q = self._index[claim.key]
                rows.append(({q: 1.0, flag: float(big)}, -np.inf, claim.value + big))
                rows.append(({q: 1.0, flag: -float(big)}, claim.value - big, np.inf))
                continue
            n, base = self._index[claim.n], self._index[claim.base]
            step = 10**claim.decimals
            slack = 2.0 * SCALE * step * big
            if claim.band:
                limits = [("", *((claim.value / step + b) * step * 2 for b in claim.band), 0)]
            else:
                limits = [
                    (r, *{"half_up": (2 * claim.value - 1, 2 * claim.value + 1), "truncate": (2 * claim.value, 2 * claim.value + 2)}[r], 1)
                    for r in self.rules
                ]  # fmt: skip
            for rule, low, high, strict in limits:  # low * base <= 200 * step * n <= high * base - strict
                free = 1 + (1 if rule else 0)
                flags = {flag: slack} | ({rule_at[claim.column, rule]: slack} if rule else {})
                scaled = 2.0 * SCALE * step
                rows.append(
                    ({n: scaled, base: -low, **{f: -s for f, s in flags.items()}}, -free * slack, np.inf)
                )
                rows.append(({n: scaled, base: -high, **flags}, -np.inf, free * slack - strict))
        return rows, n_q + n_c + len(rule_at)

    def keep_most(
        self,
        must: Iterable[int] = (),
        may: Iterable[int] | None = None,
        forbid: Sequence[frozenset[int]] = (),
    ) -> tuple[frozenset[int], dict[str, int], dict[str, str]] | None:
        """Keep as many claims as possible.

        Parameters
        ----------
        must : claims that are kept
        may : claims that may be kept; None means all
        forbid : sets of dropped claims that are known already; none of them may be dropped entirely again

        Returns
        -------
        dropped claims among `may`, a value for each quantity, the rule of each column; None if impossible
        """
        n_q, n_c, width = len(self._index), len(self.claims), self._width
        must, may = set(must), set(range(n_c)) if may is None else set(may)
        low, high = np.zeros(width), np.full(width, 1.0)
        high[:n_q] = self.highest
        cost = np.zeros(width)
        for k in range(n_c):
            if k in must:
                low[n_q + k] = 1
            elif k not in may:
                high[n_q + k] = 0
            else:
                cost[n_q + k] = -1
        limits = [self._limits]
        if forbid:
            limits.append(
                _constraint([({n_q + k: 1.0 for k in known}, 1, np.inf) for known in forbid], width)
            )
        solved = milp(cost, integrality=np.ones(width), bounds=Bounds(low, high), constraints=limits)
        if solved.x is None:
            return None
        kept = {k for k in range(n_c) if solved.x[n_q + k] > 0.5}
        values = {q: round(solved.x[k]) for q, k in self._index.items()}
        first_rule, n_rules = n_q + n_c, len(self.rules)
        chosen = {
            c: self.rules[int(np.argmax(solved.x[first_rule + k * n_rules : first_rule + (k + 1) * n_rules]))]
            for k, c in enumerate(self._columns)
        }
        wrong = [
            r.id
            for r in self.relations
            if not r.low <= sum(f * values[q] for q, f in r.terms.items()) <= r.high
        ]
        wrong += [self.claims[k].key for k in kept if not holds(self.claims[k], values, chosen)]
        if wrong:  # the solver works in floating point; its answer is checked in whole numbers
            raise ArithmeticError(f"solution is not exact: {wrong}")
        return frozenset((may | must) - kept), values, chosen

    def can_keep(self, claims: Iterable[int]) -> bool:
        """Whether these claims can all be true at once."""
        claims = set(claims)
        return self.keep_most(must=claims, may=claims) is not None


def _constraint(rows: Sequence[tuple[dict[int, float], float, float]], width: int) -> LinearConstraint:
    entries = [(r, c, v) for r, (terms, _, _) in enumerate(rows) for c, v in terms.items()]
    i, j, v = zip(*entries, strict=True)
    matrix = coo_array((v, (i, j)), shape=(len(rows), width)).tocsr()
    return LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])


def holds(claim: Claim, values: Mapping[str, int], rules: Mapping[str, str]) -> bool:
    """Whether a claim is true of whole-number quantities, in exact arithmetic.

    >>> claim = Claim("a.percent", 866, 1, n="a.n", base="a.base", column="c")
    >>> holds(claim, {"a.n": 39, "a.base": 45}, {"c": "truncate"}), holds(claim, {"a.n": 39, "a.base": 45}, {"c": "half_up"})
    (True, False)
    """
    if not claim.is_percent:
        return values[claim.key] == claim.value
    n, base, step = values[claim.n], values[claim.base], 10**claim.decimals
    if base == 0:
        return n == 0
    if claim.band:
        exact = Fraction(SCALE * n, base)
        low, high = (Fraction(claim.value, step) + Fraction(str(b)) for b in claim.band)
        return low <= exact <= high
    scaled = Fraction(SCALE * step * n, base)
    rounded = int(scaled) if rules[claim.column] == "truncate" else int(scaled + Fraction(1, 2))
    return rounded == claim.value
