"""Smallest corrections of a group of figures, and smallest sets of figures that cannot all be true."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gkanalysis.verify.constraints import SCALE, Claim, Relation, System
from gkanalysis.verify.integers import Rows, solve_integers

MAX_CORRECTIONS = 40
MANY = 0.4  # part of the claims that need not be kept where any large number of them will do

Correction = tuple[frozenset[int], dict[str, int]]  # numbers to change, and quantities that fit then


def smallest_corrections(system: System) -> list[Correction]:
    """Every smallest set of numbers whose change makes all others agree, with values that fit then.

    At most `MAX_CORRECTIONS`; whoever gets that many must say that there can be more.
    """
    best = system.keep_most()
    assert best is not None  # relations alone hold when everything is 0
    corrections = [best]
    while best[0] and len(corrections) < MAX_CORRECTIONS:
        best = system.keep_most(forbid=[out for out, _ in corrections])
        if best is None or len(best[0]) > len(corrections[0][0]):
            break
        corrections.append(best)
    return sorted(corrections, key=lambda c: sorted(c[0]))


def smallest_cores(system: System, dropped: frozenset[int]) -> list[tuple[int, ...]]:
    """One contradiction for each number that a smallest correction changes.

    All other numbers agree with each other, so each contradiction found contains exactly one of these.
    """
    agreeing = set(range(len(system.claims))) - dropped
    cores = [tuple(sorted(_smallest_core(system, wrong, agreeing, dropped))) for wrong in sorted(dropped)]
    return list(dict.fromkeys(cores))


def _smallest_core(system: System, wrong: int, agreeing: set[int], dropped: frozenset[int]) -> set[int]:
    """A smallest set of claims with `wrong` that cannot all be kept.

    Most contradictions lie between neighbours, so one is looked for there. Then all claims together must show that
    there is none that is smaller.
    """
    near = system.neighbours(dropped - {wrong})
    ball = {wrong}
    while system.can_keep(ball):
        ball |= {k for b in ball for k in near[b]} & agreeing
    core = _core_within(system, wrong, ball - {wrong}, len(ball) + 1)
    assert core is not None
    return _core_within(system, wrong, agreeing, len(core)) or core


def _core_within(system: System, wrong: int, agreeing: set[int], size: int) -> set[int] | None:
    """A smallest contradiction of one claim with others that agree, by implicit hitting sets; None if none has less
    than `size` claims.

    Whatever is dropped to make the claims consistent meets every contradiction among them; a smallest set that meets
    all such corrections found so far is a contradiction itself, or leads to a new correction.

    References
    ----------
    Ignatiev, Previti, Liffiton, Marques-Silva: Smallest MUS extraction with minimal hitting set dualization, 2015.
    """
    corrections: list[frozenset[int]] = []
    core = {wrong}
    while len(core) < size:
        grown = system.keep_most(must=core, may=agreeing, gap=MANY)
        if grown is None:
            return core
        corrections.append(grown[0])
        core = {wrong} | _smallest_hitting_set(corrections)
    return None


def _smallest_hitting_set(sets: Sequence[frozenset[int]]) -> set[int]:
    members = sorted(frozenset().union(*sets))
    at = {m: k for k, m in enumerate(members)}
    rows = Rows([({at[m]: 1 for m in group}, 1, np.inf) for group in sets], len(members))
    # a slight preference for numbers that come first makes the answer one of its kind
    cost = 1 + np.arange(len(members)) / (10 * len(members) ** 2)
    x = solve_integers(cost, np.zeros(len(members)), np.ones(len(members)), rows)
    return {m for m, taken in zip(members, x, strict=True) if taken}  # type: ignore[arg-type]


def needed_relations(system: System, core: Sequence[int]) -> list[Relation]:
    """Relations without which the contradiction would vanish."""
    claims = [system.claims[k] for k in core]
    reached = {q for c in claims for q in ((c.n, c.base) if c.is_percent else (c.key,))}
    keep: list[Relation] = []
    while System(claims, keep, system.highest).can_keep(range(len(claims))):
        touching = [r for r in system.relations if reached & set(r.terms) and r not in keep]
        assert touching  # with all relations in reach the contradiction shows
        keep += touching
        reached |= {q for r in touching for q in r.terms}
    size = len(keep)
    while size:  # leave out as many at a time as the contradiction can spare
        size = max(size // 2, 1)
        for start in range(len(keep) - 1, -1, -size):
            trial = keep[: max(start - size + 1, 0)] + keep[start + 1 :]
            if not System(claims, trial, system.highest).can_keep(range(len(claims))):
                keep = trial
        if size == 1:
            break
    return keep


def whole_bases(claim: Claim, n: int) -> tuple[int, int | None] | None:
    """Lowest and highest whole number that can be the base of a printed share; None if none can.

    The highest is None where nothing bounds it: 0 % of any base.

    Examples
    --------
    >>> whole_bases(Claim("a.percent", 39, n="a.n", base="a.base"), 18)
    (46, 46)
    >>> whole_bases(Claim("a.percent", 84, n="a.n", base="a.base", band=(-1, 0)), 34)
    """
    fits: list[tuple[int, int | None]] = []
    for rule in ("half_up",) if claim.band else ("half_up", "truncate"):
        low, high = claim.limits(rule)
        share = Fraction(SCALE * n)
        first = max(n, 1, -(-share // high) if high > 0 else 1)
        if not claim.band and share == first * high:
            first += 1
        last = int(share // low) if low > 0 else None
        possible = n > 0 < high or n == 0 >= low
        if possible and (last is None or first <= last):
            fits.append((int(first), last))
    if not fits:
        return None
    ends = [last for _, last in fits]
    return min(first for first, _ in fits), None if None in ends else max(ends)  # type: ignore[type-var]
