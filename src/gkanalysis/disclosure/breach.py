"""What a breach is, how its group is called, and the signed exception for it."""

from __future__ import annotations

from dataclasses import dataclass

from gkanalysis.codebook.policy import Link, Policy, SignedException
from gkanalysis.disclosure.world import ALL, World

BASE = "base"  # stands for a state where a group of cases itself is too small


@dataclass(frozen=True)
class Breach:
    """Something that the report gives away; `because` are the printed numbers, `advice` a German sentence.

    `kind` is few (a small count), all (a whole group has one answer), linked (an answer that shows in public, see
    `link`, which only `public_n` cases of the register have) or contradiction.
    """

    source: str
    kind: str
    question: str
    state: str
    groups: tuple[str, ...]
    status: tuple[str, ...]
    low: int
    high: int
    because: tuple[str, ...] = ()
    advice: str = ""
    signed: SignedException | None = None
    link: Link | None = None
    public_n: int = 0


def group_names(world: World, union: frozenset) -> tuple[str, ...]:
    """A union of classes as groups of the report; several attributes are joined by a slash."""
    if union == frozenset(world.classes):
        return (ALL,)
    return tuple("/".join(c) for c in world.classes if c in union)


def signed_exception(breach: Breach, policy: Policy) -> SignedException | None:
    """The exception for exactly this number."""
    b = breach
    what = (b.source, b.question, b.state, set(b.groups), b.status, b.low, b.high)
    for e in policy.exceptions:
        if (
            what == (e.source, e.item, e.state, set(e.groups), e.status, e.n, e.n)
            and b.kind != "contradiction"
        ):
            return e
    return None
