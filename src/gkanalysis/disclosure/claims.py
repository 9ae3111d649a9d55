"""What a report prints about the cases of a source, read off the definitions of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from gkanalysis.disclosure.bounds import System
from gkanalysis.disclosure.policy import Policy, SourceRules
from gkanalysis.disclosure.world import ALL, NOT_ASKED, Question, World

VALID = ("selected", "not_selected", "answered")
# numbers about the material as a whole, harmless as long as they name no group and the sample is secret
WHOLE = ("agreement", "coverage", "meetings", "open_agreement")


@dataclass(frozen=True)
class Claim:
    """One printed number: low <= count of the cases in some groups, statuses and states <= high.

    `kind` is cases (all of them), x (of one question, `name`), any or asked (of a set), mentions (of a set, all
    items added up). `number` is the id of the printed number, `exhibit` where it stands.
    """

    number: str
    kind: str
    name: str
    groups: tuple[str, ...]
    statuses: tuple[str, ...]
    states: tuple[str, ...]
    low: int
    high: int
    what: str = "Anzahl"

    @property
    def exhibit(self) -> str:
        """The table, figure or value that prints it."""
        return self.number.partition(":")[0]

    @property
    def label(self) -> str:
        """The number in words for whoever has to change it."""
        shown = f"{self.low}" if self.low == self.high else f"{self.low} bis {self.high}"
        return f"„{self.number}“ ({self.what} {shown})"


@dataclass(frozen=True)
class SourceData:
    """The cases of a source and what they answered; see `gkanalysis.disclosure.data`.

    Parameters
    ----------
    cases : one row per case of the population: `case_id`, `status`, attributes, case variables
    questions : items or codes by id; columns of `cases` that count as questions, too
    answers : question -> state of each case, indexed by case_id
    sets : multiple response set -> its items
    """

    source: str
    cases: pd.DataFrame
    statuses: tuple[str, ...]
    questions: Mapping[str, Question]
    answers: Mapping[str, pd.Series]
    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)


def category_question(item_id: str, category: str) -> str:
    """Id of the question whether a case named a category of an open item; so the policy may name it, too.

    >>> category_question("3.3", "sport")
    '3.3/sport'
    """
    return f"{item_id}/{category}"


@dataclass
class Claims:
    """Claims by source, and the numbers that could not be read: (id, German reason)."""

    of: dict[str, list[Claim]] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    public: int = 0

    def add(self, source: str, claim: Claim) -> None:
        """Keep a claim."""
        self.of.setdefault(source, []).append(claim)


def read_claims(
    numbers: Iterable[tuple[str, Mapping[str, Any]]],
    data: Mapping[str, SourceData],
    policy: Policy,
    chapter_sources: Mapping[str, Sequence[str]],
) -> Claims:
    """Everything that numbers with a definition say about confidential questions.

    Parameters
    ----------
    numbers : id and row of each printed number, as `gkanalysis.verify.trace.find_numbers` gives them
    chapter_sources : chapter -> sources it reads, for numbers that are counted rows
    """
    from gkanalysis.disclosure.answerclaims import answers
    from gkanalysis.disclosure.countedrows import rows_claims
    from gkanalysis.disclosure.listclaims import LIST_KINDS, list_claim
    from gkanalysis.disclosure.openclaims import READERS as OPEN_READERS

    claims = Claims()
    for number, cell in numbers:
        parts = urlsplit(str(cell["definition"]))
        known = {k: v[0] for k, v in parse_qs(parts.query).items()}
        if parts.path == "rows":
            rows_claims(number, cell, data, policy, chapter_sources.get(str(cell.get("chapter")), ()), claims)
            continue
        if parts.path in LIST_KINDS:
            try:
                list_claim(number, cell, parts.path, known, data, policy, claims)
            except KeyError as missing:
                claims.unread.append((number, f"{missing} gibt es in „{known.get('source')}“ nicht"))
            continue
        reader = {**READERS, **OPEN_READERS, "answers": answers}.get(parts.path)
        if parts.path == "nested" or (parts.path == "category" and known.get("frame") == "alliances"):
            claims.public += 1  # the register is public
        elif parts.path in WHOLE and _is_whole(cell, policy.sources.get(known.get("source", ""))):
            claims.public += 1
        elif reader is None or known.get("source") not in data:
            claims.unread.append(
                (number, f"die Rechenvorschrift „{parts.path}“ ist der Prüfung nicht bekannt")
            )
        else:
            try:
                reader(number, cell, known, data[known["source"]], policy, claims)
            except KeyError as missing:
                claims.unread.append((number, f"{missing} gibt es in „{known['source']}“ nicht"))
    return claims


def _is_whole(cell: Mapping[str, Any], rules: SourceRules | None) -> bool:
    """Whether a number is about all cases together, of a source in which even a single one may be counted so."""
    return _group(cell) == (ALL,) and rules is not None and rules.total_from == 1


def _count(cell: Mapping[str, Any], key: str) -> int | None:
    value = cell.get(key)
    return None if value is None or pd.isna(value) else int(value)


def _group(cell: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(cell.get("subgroup", ALL)),)


def _status(known: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(s for s in known.get("status", "").split(",") if s)


def _both(claims: Claims, source: str, n: Claim | None, base: Claim | None) -> None:
    for claim in (n, base):
        if claim is not None:
            claims.add(source, claim)


def _single(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    item = data.questions[known["item"]]
    n, base_n = _count(cell, "n"), _count(cell, "base_n")
    if policy.rule(data.source, item.id).kind == "public":
        claims.public += 1
        return
    options = tuple(s for s in item.states if s not in ("none", NOT_ASKED))
    base = options if known["base"] == "answered" else tuple(s for s in item.states if s != NOT_ASKED)
    # where answers to several questions stand in one table, the definition names the answer, not the row
    answers = tuple(known["option"].split(",")) if known.get("option") else (str(cell["row"]),)
    claim = Claim(number, "x", item.id, _group(cell), _status(known), answers, n, n)
    _both(claims, data.source, claim, _base(claim, base, base_n))


def _base(claim: Claim, states: tuple[str, ...], base_n: int | None) -> Claim | None:
    return None if base_n is None else replace(claim, states=states, low=base_n, high=base_n, what="Basis")


def _multiple(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    item = data.questions[str(cell["row"])]
    n, base_n = _count(cell, "n"), _count(cell, "base_n")
    claim = Claim(number, "x", item.id, _group(cell), _status(known), ("selected",), n, n)
    if known["base"] == "answered":
        base = _base(claim, tuple(s for s in VALID if s in item.states), base_n)
    else:
        kind = "asked" if known["base"] == "asked" else "any"
        base = replace(claim, kind=kind, name=known["set"], low=base_n, high=base_n, what="Basis")
    if policy.rule(data.source, item.id).kind == "public":
        claims.public += 1
        _both(claims, data.source, None, base if base.kind == "asked" else None)
        return
    _both(claims, data.source, claim, base)
    share = cell.get("share_of_responses")
    if n and share is not None and not pd.isna(share) and share > 0:
        total = round(n / share)
        claims.add(
            data.source,
            replace(claim, kind="mentions", name=known["set"], low=total, high=total, what="Nennungen"),
        )


def _open_answers(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """A category of an open answer is a tick box, the item their set."""
    row = category_question(known["item"], str(cell["row"]))
    _multiple(number, {**cell, "row": row}, {**known, "set": known["item"]}, data, policy, claims)


def _compared(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """One answer to a single choice, of the valid ones."""
    _single(number, cell, {**known, "base": "answered"}, data, policy, claims)


def _offers(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """A gap is an answer to a question; offers are none, so the policy has to say why they may be printed."""
    if "item" not in known:
        claims.unread.append((number, "Angebote kann die Prüfung nicht zusammenrechnen"))
        return
    _single(number, cell, {**known, "base": "answered"}, data, policy, claims)


def _category(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    column, n = known["column"], _count(cell, "n")
    if column == "status":
        claims.add(data.source, Claim(number, "cases", "", _group(cell), (str(cell["row"]),), (), n, n))
    elif policy.rule(data.source, column).kind == "public":
        claims.public += 1
    else:
        question = data.questions[column]
        claims.add(data.source, Claim(number, "x", question.id, _group(cell), (), (str(cell["row"]),), n, n))


def _codings(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    row, group = known.get("code") or str(cell["row"]), _group(cell)
    n, base_n = _count(cell, "n"), _count(cell, "base_n")
    if row == "interviewed":
        claims.add(data.source, Claim(number, "cases", "", group, (), (), n, n))
        return
    code = data.questions[row]
    if policy.rule(data.source, code.id).kind == "public":
        claims.public += 1
        return
    cases = known.get("unit", "cases") == "cases"
    # a count of segments says only whether there are cases, and at most how many
    claim = Claim(number, "x", code.id, group, (), ("present",), n if cases else min(n, 1), n)
    base = replace(claim, kind="cases", name="", states=(), low=base_n or 0, high=base_n or 0, what="Basis")
    _both(claims, data.source, claim, base if base_n is not None and cases else None)


READERS = {
    "single_response": _single, "multiple_response": _multiple, "category": _category, "codings": _codings,
    "open_answers": _open_answers, "compared": _compared, "offers": _offers,
}  # fmt: skip


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
