"""Numbers of the text that count stored rows: which statement about statuses, questions and states fits the rows.

Such a number carries the rows it counts, but not what they have in common; the reader of the report is told that
in words. The narrowest statement that fits the rows is taken for what the words say; if they say less, the policy
can declare it. Where nothing fits the number is not read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from gkanalysis.codebook.policy import Policy
from gkanalysis.disclosure.claims import Claim, Printed, SourceData, UnreadError
from gkanalysis.disclosure.world import ALL, NOT_ASKED


def counted_rows(p: Printed) -> None:
    """What the cases of the counted rows have in common, in every source that fits.

    Raises
    ------
    UnreadError
        If it cannot be told what they are.
    """
    names = [*p.cell["rows"], *p.cell["base_rows"]]
    if not names or all(len(r) == 1 for r in names):  # rows of the register: case id only
        p.claims.public += 1
        return
    ids, base = ([r[0] for r in p.cell[rows]] for rows in ("rows", "base_rows"))
    if len(set(ids)) < len(ids) or len(set(base)) < len(base):
        raise UnreadError("sie zählt mehrere Zeilen je Fall")
    if len(_items(p)) > 1:
        raise UnreadError("sie zählt Antworten auf mehrere Fragen zusammen")
    found = [
        (source, claim)
        for source in [s for s in p.read_by if s in p.sources] or p.sources
        for claim in _read(p, p.sources[source], set(ids), set(base))
    ]
    if not found:
        raise UnreadError("was ihre Zeilen gemeinsam haben, ist nicht zu erkennen")
    for source, claim in found:
        p.claims.add(source, claim)


def _items(p: Printed) -> set[str]:
    """The questions that the rows answer."""
    return {r[1] for r in p.cell["rows"] if len(r) > 2}


def _read(p: Printed, data: SourceData, ids: set[str], base: set[str]) -> list[Claim]:
    """All claims whose cases are exactly the counted ones; none if the rows or their base cannot be read."""
    cases = data.cases.set_index("case_id")
    if not ids or not ids | base <= set(cases.index):
        return []
    scope = _scope(cases, base or ids, p.policy, everywhere=p.policy.wording(p.number).everywhere)
    if not base:
        return _fitting(p, data, ids, scope)
    if scope.cases == base:  # the words name the base, and count within it
        claim = Claim(p.number, "cases", "", scope.groups, scope.statuses, (), len(base), len(base), "Basis")
        found = _fitting(p, data, ids, scope)
        return [claim, *found] if found else []
    parts = [_read(p, data, x, set()) for x in (base, ids)]
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


def _fitting(p: Printed, data: SourceData, ids: set[str], scope: _Scope) -> list[Claim]:
    """Claims within a scope, by status or by the states of one question."""
    n, items = len(ids), _items(p)
    status = data.cases.set_index("case_id")["status"]
    inside = sorted(scope.cases)
    found = []
    exact = set(status[[*ids]])
    if not items and {i for i in inside if status[i] in exact} == ids:
        found.append(Claim(p.number, "cases", "", scope.groups, tuple(sorted(exact)), (), n, n))
    for question in [*items] or _askable(data, p.policy):
        if question not in data.questions or not ids <= scope.cases:
            continue
        states = data.answers[question].reindex(inside).fillna(NOT_ASKED)
        exact = set(states[[*ids]]) | set(p.policy.wording(p.number).states)
        if exact != {NOT_ASKED} and set(states.index[states.isin(exact)]) == ids:
            claim = Claim(p.number, "x", question, scope.groups, scope.statuses, tuple(sorted(exact)), n, n)
            found.append(claim)
    return found


def _askable(data: SourceData, policy: Policy) -> list[str]:
    """What rows without a question can count: columns of the cases; codes, where the source has codes."""
    columns = [q for q in data.questions if q in data.cases]
    rules = policy.sources.get(data.source)
    return columns + [q for q in data.questions if q not in data.cases and rules and rules.check_base]
