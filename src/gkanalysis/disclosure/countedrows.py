"""Numbers of the text that count stored rows: which statement about statuses, questions and states fits the rows.

Such a number carries the rows it counts, but not what they have in common; the reader of the report is told that
in words. The narrowest statement that fits the rows is taken for what the words say; if they say less, the policy
can declare it. Where nothing fits the number is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gkanalysis.disclosure.claims import Claim, Claims, SourceData
from gkanalysis.disclosure.policy import Policy
from gkanalysis.disclosure.world import ALL, NOT_ASKED


def rows_claims(
    number: str,
    cell: Mapping[str, Any],
    data: Mapping[str, SourceData],
    policy: Policy,
    sources: Sequence[str],
    claims: Claims,
) -> None:
    """Add what a number says that counts rows; a number that cannot be read is noted in `claims.unread`."""
    rows, base = cell["rows"], cell["base_rows"]
    names = [*rows, *base]
    if not names or all(len(r) == 1 for r in names):  # rows of the register: case id only
        claims.public += 1
        return
    ids, base_ids = [r[0] for r in rows], [r[0] for r in base]
    if len(set(ids)) < len(ids) or len(set(base_ids)) < len(base_ids):
        claims.unread.append((number, "sie zählt mehrere Zeilen je Fall"))
        return
    items = {r[1] for r in rows if len(r) > 2}
    if len(items) > 1:
        claims.unread.append((number, "sie zählt Antworten auf mehrere Fragen zusammen"))
        return
    found = False
    for name in [s for s in sources if s in data] or list(data):
        for claim in _read(number, set(ids), set(base_ids), items, data[name], policy):
            claims.add(name, claim)
            found = True
    if not found:
        claims.unread.append((number, "was ihre Zeilen gemeinsam haben, ist nicht zu erkennen"))


def _read(
    number: str, ids: set[str], base: set[str], items: set[str], data: SourceData, policy: Policy
) -> list[Claim]:
    """All claims whose cases are exactly the counted ones; none if the rows or their base cannot be read."""
    cases = data.cases.set_index("case_id")
    if not ids or not ids | base <= set(cases.index):
        return []
    told = policy.wording(number)
    scope = _scope(cases, base or ids, policy, everywhere=told.everywhere)
    if not base:
        return _fitting(number, ids, items, data, policy, scope)
    if scope.cases == base:  # the words name the base, and count within it
        claim = Claim(number, "cases", "", scope.groups, scope.statuses, (), len(base), len(base), "Basis")
        found = _fitting(number, ids, items, data, policy, scope)
        return [claim, *found] if found else []
    parts = [_read(number, x, set(), items, data, policy) for x in (base, ids)]
    return [*(replace(c, what="Basis") for c in parts[0]), *parts[1]] if all(parts) else []


@dataclass(frozen=True)
class _Scope:
    """Cases that words can name by groups and statuses alone."""

    groups: tuple[str, ...]
    statuses: tuple[str, ...]
    cases: frozenset[str]


def _scope(cases: pd.DataFrame, told: set[str], policy: Policy, *, everywhere: bool) -> _Scope:
    """The smallest scope that holds some cases, by the attributes with declared groups."""
    statuses = sorted(set(cases.loc[[*told], "status"]))
    inside, named = cases["status"].isin(statuses), [ALL]
    for name, attribute in policy.attributes.items():
        if attribute.values and name in cases and not everywhere:
            values = cases[name].astype(str)
            groups = sorted(set(values[[*told]]))
            if set(groups) != set(values):
                inside, named = inside & values.isin(groups), groups
                break
    return _Scope(tuple(named), tuple(statuses), frozenset(cases.index[inside]))


def _fitting(
    number: str, ids: set[str], items: set[str], data: SourceData, policy: Policy, scope: _Scope
) -> list[Claim]:
    """Claims within a scope, by status or by the states of one question."""
    n = len(ids)
    status = data.cases.set_index("case_id")["status"]
    inside = sorted(scope.cases)
    found = []
    exact = set(status[[*ids]])
    if not items and {i for i in inside if status[i] in exact} == ids:
        found.append(Claim(number, "cases", "", scope.groups, tuple(sorted(exact)), (), n, n))
    for question in [*items] or _askable(data, policy):
        if question not in data.questions or not ids <= scope.cases:
            continue
        states = data.answers[question].reindex(inside).fillna(NOT_ASKED)
        exact = set(states[[*ids]]) | set(policy.wording(number).states)
        if exact != {NOT_ASKED} and set(states.index[states.isin(exact)]) == ids:
            claim = Claim(number, "x", question, scope.groups, scope.statuses, tuple(sorted(exact)), n, n)
            found.append(claim)
    return found


def _askable(data: SourceData, policy: Policy) -> list[str]:
    """What rows without a question can count: columns of the cases; codes, where the source has codes."""
    columns = [q for q in data.questions if q in data.cases]
    rules = policy.sources.get(data.source)
    return columns + [q for q in data.questions if q not in data.cases and rules and rules.check_base]
