"""What everybody knows who has read some claims: the world they speak of, and all that holds in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gkanalysis.codebook.policy import Policy
from gkanalysis.disclosure.bounds import System
from gkanalysis.disclosure.claims import Claim, SourceData
from gkanalysis.disclosure.world import ALL, Question, World


def world_of(data: SourceData, claims: Sequence[Claim], policy: Policy) -> World:
    """The world of a source with the attributes and questions that its claims speak of.

    Raises
    ------
    KeyError
        If a group is no value of an attribute that the policy declares.
    """
    attributes: list[str] = []
    for group in dict.fromkeys(g for c in claims for g in c.groups if g != ALL):
        name = policy.attribute_of(group) or next(
            (a for a in policy.attributes if a in data.cases and (data.cases[a].astype(str) == group).any()),
            "",
        )
        if not name:
            raise KeyError(group)
        attributes += [name] * (name not in attributes)
    asked = [c.name for c in claims if c.kind == "x"]
    asked += [i for c in claims if c.kind == "mentions" for i in data.sets[c.name]]
    questions: dict[str, Question] = {}
    for name in asked:
        while name not in questions:
            questions[name] = data.questions[name]
            if not questions[name].asked_if:
                break
            name = questions[name].asked_if[0]
    rules = policy.sources.get(data.source)
    return World(
        data.source, data.cases, tuple(attributes), data.statuses, rules.absent if rules else ("missing",),
        questions, {q: data.answers[q] for q in questions},
    )  # fmt: skip


def linked_sets(data: SourceData, claims: Sequence[Claim]) -> dict[str, Sequence[str]]:
    """The sets whose bases or totals are printed."""
    return {c.name: data.sets[c.name] for c in claims if c.kind in ("any", "asked", "mentions")}


def claim_terms(world: World, claim: Claim, sets: Mapping[str, Sequence[str]]) -> dict:
    """The sum of unknowns that a claim is about."""
    classes, statuses = world.members(claim.groups), world.present(claim.statuses)
    if claim.kind == "cases":
        return world.size(classes, statuses)
    if claim.kind == "x":
        if unknown := set(claim.states) - set(world.questions[claim.name].states):
            raise KeyError(min(unknown))
        return world.terms(claim.name, classes, claim.statuses or world.statuses, claim.states)
    if claim.kind == "mentions":
        return {k: 1 for i in sets[claim.name] for k in world.terms(i, classes, statuses, ["selected"])}
    return {(claim.kind, claim.name, c, s): 1 for c in classes for s in statuses}


def system_of(world: World, claims: Sequence[Claim], sets: Mapping[str, Sequence[str]]) -> System:
    """All that holds by itself and all that is printed; a number printed twice is stated once."""
    system = world.system(sets)
    seen: dict[tuple, str] = {}
    for claim in claims:
        terms = claim_terms(world, claim, sets)
        key = (frozenset(terms), claim.low, claim.high)
        if key not in seen:
            seen[key] = claim.label
            system.state(terms, claim.low, claim.high, claim.label)
    return system
