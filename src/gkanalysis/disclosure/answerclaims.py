"""What numbers of answers to an item say, whatever was answered: the listing of everything that a form asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gkanalysis.disclosure.claims import Claim, Claims, SourceData, _count, _group, _status
from gkanalysis.disclosure.policy import Policy
from gkanalysis.disclosure.world import ALL, NONE, NOT_ASKED


def answers(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """Cases that answered an item at all, and those asked.

    Where nothing else can be told, only their number is weighed. That is so over the cells of a grid, and at an entry that everybody was asked for: no other number speaks of it.
    """
    n, base_n = _count(cell, "n"), _count(cell, "base_n")
    item = data.questions[known["item"]] if "item" in known else None
    if item and policy.rule(data.source, item.id, text=item.is_text).kind == "public":
        claims.public += 1
        return
    if item is None or (item.is_text and not item.asked_if):
        rules = policy.sources.get(data.source)
        least = rules.total_from if rules and rules.total_from is not None else policy.threshold
        if _group(cell) == (ALL,) and (not n or n >= least):
            claims.public += 1
        else:
            claims.unread.append((number, f"weniger als {least} Bündnisse haben etwas angegeben"))
        return
    asked = tuple(s for s in item.states if s != NOT_ASKED)
    given = tuple(s for s in asked if s not in (NONE, "not_selected"))
    claim = Claim(number, "x", item.id, _group(cell), _status(known), given, n, n, "Angaben")
    base = replace(claim, states=asked, low=base_n, high=base_n, what="Basis")
    for one in (claim, base):
        claims.add(data.source, one)
    if item.asked_if and _said(data, *item.asked_if, claim.statuses) == base_n:
        # who was asked is who said so before, and the listing prints the filter
        claims.add(data.source, replace(base, name=item.asked_if[0], states=(item.asked_if[1],)))


def _said(data: SourceData, item_id: str, answer: str, statuses: tuple[str, ...]) -> int:
    """How many cases gave an answer."""
    cases = data.cases[data.cases["status"].isin(statuses)]
    return int(cases["case_id"].map(data.answers[item_id]).eq(answer).sum())
