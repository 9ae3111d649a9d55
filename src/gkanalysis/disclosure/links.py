"""Answers that show in public: whoever gives them is found in the register.

The policy declares that a state of a question equals a value of a public attribute. A printed count of it then says
that so many of the cases with this value took part, and where the register has few of them, which ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gkanalysis.codebook.policy import Link, Policy, SourceRules
from gkanalysis.disclosure.bounds import System
from gkanalysis.disclosure.breach import Breach, group_names
from gkanalysis.disclosure.claims import Claim, SourceData
from gkanalysis.disclosure.world import World

ADVICE = "die Zahl weglassen, auch als Wort im Text, oder die Ausnahme mit Grund zeichnen"


def linked_breaches(
    data: SourceData, claims: Sequence[Claim], world: World, system: System, policy: Policy
) -> Iterator[Breach]:
    """Printed counts of answers that lead to few cases of the register; only the smallest group is named.

    Raises
    ------
    KeyError
        If the register has no such attribute, or nobody has the value.
    """
    rules = policy.sources.get(data.source, SourceRules())
    printed = list(dict.fromkeys(frozenset(world.members(c.groups)) for c in claims))
    for link in rules.links:
        if link.item not in world.questions:  # nothing is printed about it
            continue
        having = data.cases[data.cases[link.attribute].astype(str) == link.value]
        if having.empty:
            raise KeyError(link.value)
        known: list[frozenset] = []
        for union in world.unions(printed):
            if any(smaller <= union for smaller in known):
                continue
            if world.attributes:
                keys = zip(*(having[a].astype(str) for a in world.attributes), strict=True)
                public_n = sum(k in union for k in keys)
            else:
                public_n = len(having)
            low, high = linked_bounds(world, system, link, union)
            if low >= 1 and (public_n < policy.threshold or low >= public_n):
                known.append(union)
                yield Breach(
                    data.source, "linked", link.item, link.state, group_names(world, union), (), low, high,
                    link=link, public_n=public_n,
                )  # fmt: skip


def linked_bounds(world: World, system: System, link: Link, union: frozenset) -> tuple[int, int]:
    """How many cases of some classes have given the answer, at least and at most."""
    return system.bounds(world.terms(link.item, union, world.statuses, [link.state]))
