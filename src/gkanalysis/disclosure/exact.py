"""The exact check: what everything that a report prints together gives away about a single case.

For each confidential question, every group that can be told apart and every sensitive state, the tightest bounds
of the count are computed. A count that must lie between 1 and the threshold is a breach, and so is one that must
be all of a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gkanalysis.codebook.policy import Policy, SourceRules
from gkanalysis.disclosure.bounds import Contradiction, Key, System, smallest_cause
from gkanalysis.disclosure.breach import BASE, Breach, group_names, signed_exception
from gkanalysis.disclosure.claims import Claim, SourceData
from gkanalysis.disclosure.knowledge import linked_sets, system_of, world_of
from gkanalysis.disclosure.links import ADVICE, linked_bounds, linked_breaches
from gkanalysis.disclosure.world import ALL, NONE, NOT_ASKED, World

LEAVE_OUT = (
    "keine vorgesehene Zusammenfassung hilft; die Zahl zusammen mit ihrer Summe weglassen und mit allem, woraus sie "
    "sich errechnen lässt"
)
EXPLAINED = 12  # breaches that get a cause and advice; the others are listed


@dataclass(frozen=True)
class _Target:
    """A count to be bounded; `rest` is what of its group is not in it, where everybody knows the group."""

    question: str
    state: str
    union: frozenset
    status: tuple[str, ...]
    terms: Mapping[Key, int]
    size: int | None


def find_breaches(data: SourceData, claims: Sequence[Claim], policy: Policy) -> list[Breach]:
    """Every breach of one source, with its cause and advice; those with a signed exception say so.

    Of groups that lie in each other only the smallest is named. The first `EXPLAINED` are explained.

    Raises
    ------
    KeyError
        If a claim names a group, question or state that the source does not have.
    """
    known = _Known(data, claims, policy)
    try:
        found = list(known.breaches())
    except Contradiction:
        cause = smallest_cause(known.system, lambda s: not _possible(s), known.system.labels)
        return [Breach(data.source, "contradiction", "", "", (), (), 0, 0, tuple(cause))]
    open_ = [b for b in found if not b.signed]
    explained = {b: _explained(b, known) for b in open_[:EXPLAINED]}
    return [explained.get(b, b) for b in found]


class _Known:
    """What everybody knows after reading some claims: world, system, and the data where they agree with it."""

    def __init__(self, data: SourceData, claims: Sequence[Claim], policy: Policy) -> None:
        self.data, self.claims, self.policy = data, claims, policy
        self.rules = policy.sources.get(data.source, SourceRules())
        sets = linked_sets(data, claims)
        self.world = world_of(data, claims, policy)
        self.system = system_of(self.world, claims, sets)
        truth = self.world.truth(sets)
        self.truth = truth if self.system.fulfilled_by(truth) else None
        self.printed = list(dict.fromkeys(frozenset(self.world.members(c.groups)) for c in claims))

    def near(self, question: str) -> _Known:
        """The same with claims about one question, its filters and the statuses only."""
        names, item = {question}, self.data.questions[question]
        while item.asked_if:
            item = self.data.questions[item.asked_if[0]]
            names.add(item.id)
        claims = [c for c in self.claims if c.kind == "cases" or (c.kind == "x" and c.name in names)]
        return _Known(self.data, claims, self.policy)

    def breaches(self, question: str | None = None) -> Iterator[Breach]:
        """All breaches, or those of one question (or base); smallest groups first."""
        found: list[Breach] = []
        for breach in linked_breaches(self.data, self.claims, self.world, self.system, self.policy):
            if question in (None, breach.question):
                yield replace(breach, signed=signed_exception(breach, self.policy))
        for target in _targets(self):
            if question is not None and target.question != question:
                continue
            if any(_covers(b, target, self.world, self.system) for b in found):
                continue
            if breach := _breach(self, self.system, target, self.truth):
                found.append(replace(breach, signed=signed_exception(breach, self.policy)))
                yield found[-1]


def _possible(system: System) -> bool:
    try:
        system.bounds(dict.fromkeys(system.largest, 1))
    except Contradiction:
        return False
    return True


def _targets(known: _Known) -> Iterator[_Target]:
    """What is examined: small groups first, all cases with a form together before one status alone."""
    world, policy, rules = known.world, known.policy, known.rules
    present = world.present()
    alone = [(s,) for s in world.statuses] if len(world.statuses) > 1 else []
    for union in world.unions(known.printed):
        size = sum(world.classes[c] for c in union)
        if rules.check_base:
            yield _Target("", BASE, union, present, world.size(union, present), None)
        for question in world.questions.values():
            rule = policy.rule(world.source, question.id, text=question.is_text)
            if rule.kind != "confidential":
                continue
            sensitive = rule.sensitive
            if sensitive is None:
                sensitive = tuple(s for s in question.states if s not in (NONE, NOT_ASKED, ""))
            for state in (s for s in sensitive if s in question.states):
                terms = world.terms(question.id, union, world.statuses, [state])
                yield _Target(question.id, state, union, (), terms, size)
                for status in alone:
                    terms = world.terms(question.id, union, status, [state])
                    yield _Target(question.id, state, union, status, terms, None)
                if rules.known_status:
                    terms = world.terms(question.id, union, present, [state])
                    yield _Target(question.id, state, union, present, terms, None)


def _covers(breach: Breach, target: _Target, world: World, system: System) -> bool:
    """Whether a breach that is known already says what the target could say.

    A signed one covers no other status, unless the group has cases in this status only.
    """
    if (breach.question, breach.state) != (target.question, target.state):
        return False
    classes = [c for c in world.classes if breach.groups == (ALL,) or "/".join(c) in breach.groups]
    if not set(classes) <= target.union:
        return False
    if not breach.signed or breach.status == target.status:
        return True
    if breach.status or not target.status or breach.state == BASE:
        return False
    silent = world.absent if NOT_ASKED in world.questions[breach.question].states else ()
    others = [s for s in world.statuses if s not in (*target.status, *silent)]
    return system.bounds(world.size(classes, others))[1] == 0


def _breach(known: _Known, system: System, target: _Target, truth: Mapping[Key, int] | None) -> Breach | None:
    """The breach that a target is, if it is one; what the data already refute is not computed."""
    world, rules = known.world, known.rules
    whole = target.union == frozenset(world.classes)
    highest = known.policy.threshold - 1
    if whole and rules.total_from is not None:
        highest = min(highest, rules.total_from - 1)
    told = target.status == world.present() and rules.known_status and target.state != BASE
    group = world.size(target.union, target.status) if told else {}
    if truth is not None:
        value = sum(f * truth.get(k, 0) for k, f in target.terms.items())
        size = sum(truth.get(k, 0) for k in group) if told else target.size
        if not 1 <= value <= highest and not (value and value == size):
            return None
    low = system.low(target.terms)
    if low < 1:  # then nothing is given away, however high it may be
        return None
    high = system.bounds(target.terms)[1]
    kind = "few" if high <= highest else ""
    if not kind and target.size is not None and low == target.size:
        kind = "all"
    if not kind and told:
        rest = group | {k: group.get(k, 0) - f for k, f in target.terms.items()}
        kind = "all" if system.bounds(rest)[1] == 0 else ""
    if not kind:
        return None
    groups = group_names(world, target.union)
    return Breach(world.source, kind, target.question, target.state, groups, target.status, low, high)


def _again(breach: Breach, known: _Known) -> Callable[[System], bool]:
    """Whether a system gives away the same."""
    if breach.link:
        link = breach.link
        union = next(
            u for u in known.world.unions(known.printed) if group_names(known.world, u) == breach.groups
        )
        return lambda system: linked_bounds(known.world, system, link, union)[0] >= 1
    target = next(
        t for t in _targets(known)
        if (t.question, t.state, t.status) == (breach.question, breach.state, breach.status)
        and group_names(known.world, t.union) == breach.groups
    )  # fmt: skip

    def holds(system: System) -> bool:
        try:
            found = _breach(known, system, target, None)
        except Contradiction:
            return False
        return found is not None and found.kind == breach.kind

    return holds


def _explained(breach: Breach, known: _Known) -> Breach:
    """A breach with the smallest set of printed numbers behind it and what to do."""
    narrow = known.near(breach.question) if breach.question else known
    if narrow.world.attributes != known.world.attributes or not _again(breach, narrow)(narrow.system):
        narrow = known
    own = {c.label for c in known.claims if c.name == breach.question}
    # those that shall stay come last: about the question itself, and in a table
    order = sorted(narrow.system.labels, key=lambda label: (label in own, ":" in label))
    because = smallest_cause(narrow.system, _again(breach, narrow), order)
    advice = ADVICE if breach.link else _advice(breach, known)
    return replace(breach, because=tuple(because), advice=advice)


def _advice(breach: Breach, known: _Known) -> str:
    """The first declared merger of groups that reaches the threshold in the data and gives nothing away."""
    about = [c for c in known.claims if c.name == breach.question or breach.state == BASE]
    exhibits = {c.exhibit for c in about}
    for name, attribute in known.policy.attributes.items():
        for merge in attribute.merges if name in known.world.attributes else ():
            if not set(breach.groups) <= set(merge) or not _reaches(breach, merge, name, known):
                continue
            changed = merged_claims(known.claims, merge, exhibits)
            joined = any(c.groups == tuple(merge) and c.exhibit in exhibits for c in changed)
            if not joined or _open(known, changed, breach.question):
                continue
            groups = " und ".join(f"„{attribute.values.get(g, g)}“" for g in merge)
            changes = sorted({c.exhibit for c in about if set(c.groups) & set(merge)})
            where = ", ".join(f"„{e}“" for e in changes)
            return (
                f"{groups} in {where} zusammenfassen; Einzelwerte dieser Gruppen fallen dann auch im Text weg"
            )
    return LEAVE_OUT


def _reaches(breach: Breach, merge: Sequence[str], attribute: str, known: _Known) -> bool:
    """Whether the merged cell, counted in the data, has as many cases as the threshold asks for."""
    cases = known.data.cases
    inside = cases[attribute].astype(str).isin(merge)
    if breach.state == BASE:
        inside &= cases["status"].isin(known.world.present(breach.status))
    else:
        states = cases["case_id"].map(known.data.answers[breach.question]).fillna(NOT_ASKED)
        inside &= states.eq(breach.state)
        if breach.status:
            inside &= cases["status"].isin(breach.status)
    return int(inside.sum()) >= known.policy.threshold


def _open(known: _Known, claims: Sequence[Claim], question: str) -> bool:
    """Whether claims give away something about a question for which nobody has signed; the quick look comes first."""
    changed = _Known(known.data, claims, known.policy)
    views = [changed.near(question), changed] if question else [changed]
    return any(not b.signed for view in views for b in view.breaches(question))


def merged_claims(claims: Sequence[Claim], merge: Sequence[str], exhibits: set[str]) -> list[Claim]:
    """Claims as they would be with some groups printed as one; what has no counterpart in each of them is left out.

    >>> one = Claim("t:ja:kreis", "x", "q", ("kreis",), (), ("ja",), 1, 1)
    >>> two = replace(one, number="t:ja:stadt", groups=("stadt",), low=4, high=4)
    >>> [(c.groups, c.low) for c in merged_claims([one, two], ["kreis", "stadt"], {"t"})]
    [(('kreis', 'stadt'), 5)]
    """
    kept, parts = [], {}
    for c in claims:
        if c.exhibit in exhibits and set(c.groups) & set(merge):
            key = (c.exhibit, c.kind, c.name, c.statuses, c.states, c.what)
            parts.setdefault(key, {})[c.groups] = c
        else:
            kept.append(c)
    for found in parts.values():
        if {g for groups in found for g in groups} == set(merge):
            first = next(iter(found.values()))
            low, high = (sum(getattr(c, end) for c in found.values()) for end in ("low", "high"))
            kept.append(replace(first, groups=tuple(merge), low=low, high=high))
    return kept
