"""Small systems of printed figures, and the answer that trying out all whole numbers gives about them."""

from functools import cache
from itertools import product

import numpy as np
from hypothesis import strategies as st

from gkanalysis.verify.solver import RULES, Claim, Relation, System

HIGHEST = 9
NAMES = ("a", "b", "c", "d")
GRID = dict(zip(NAMES, np.indices((HIGHEST + 1,) * len(NAMES)).reshape(len(NAMES), -1), strict=True))
SHARES = [(0, 0), (17, 0), (33, 0), (50, 0), (667, 1), (666, 1), (833, 1), (100, 0)]


@st.composite
def systems(draw):
    """Four quantities, some of them printed; sums and limits between them; shares in one or two columns."""
    claims = [Claim(q, draw(st.integers(0, 6))) for q in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=2)))]  # fmt: skip
    for k in range(draw(st.integers(0, 2))):
        n, base = draw(st.permutations(NAMES))[:2]
        value, decimals = draw(st.sampled_from(SHARES))
        band = draw(st.sampled_from([None, None, (-2.5, 2.5), (-1, 0)]))
        claims.append(Claim(f"p{k}", value, decimals, n, base, draw(st.sampled_from(["one", "two"])), band))
    relations = []
    for k in range(draw(st.integers(1, 3))):
        total, *parts = draw(st.permutations(NAMES))[: draw(st.integers(2, 4))]
        terms = {total: 1, **dict.fromkeys(parts, -1)}
        if draw(st.booleans()):
            terms[parts[0]] = -2
        relations.append(Relation(f"Satz {k}.", terms, draw(st.sampled_from([0, np.inf]))))
    return System(claims, relations, HIGHEST)


def possible(system, kept):
    """Whether some numbers fulfil all relations and the kept claims."""
    right = np.ones(GRID["a"].shape, dtype=bool)
    for r in (system.statements[k] for k in system.fixed):
        total = sum(f * GRID[q] for q, f in r.terms.items())
        right &= (total >= 0) & (total <= r.high)
    claims = [system.claims[k] for k in kept]
    columns = sorted({c.column for c in claims if c.n and not c.band})
    for chosen in product(RULES, repeat=len(columns)):
        rules = dict(zip(columns, chosen, strict=True))
        if np.logical_and.reduce([right, *(_true(c, rules.get(c.column, "")) for c in claims)]).any():
            return True
    return False


@cache
def _true(claim, rule):
    """For each row of the grid whether a claim is true; in whole numbers, without the package's arithmetic."""
    if not claim.n:
        return GRID[claim.key] == claim.value
    n, base, step = GRID[claim.n], GRID[claim.base], 10**claim.decimals
    tenfold = 2000 * step * n  # ten times, so that bands with one decimal and halves are whole
    if claim.band:
        low, high = (20 * claim.value + round(20 * b) * step for b in claim.band)
        return (base > 0) & (low * base <= tenfold) & (tenfold <= high * base)
    low = 20 * claim.value - (10 if rule == "half_up" else 0)
    return (base > 0) & (low * base <= tenfold) & (tenfold < (low + 20) * base)
