"""The exact check: what everything that a report prints together gives away about a single case.

For each confidential question, every group that can be told apart and every sensitive state, the tightest bounds
of the count are computed. A count that must lie between 1 and the threshold is a breach, and so is one that must
be all of a group. So is, where the policy says that an answer shows in public, a count that leads to few cases of
the register: with it a reader knows which of them took part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gkanalysis.codebook.policy import Link, Policy, SignedException, SourceRules
from gkanalysis.disclosure.bounds import Contradiction, Key, System, smallest_cause
from gkanalysis.disclosure.claims import Claim, SourceData
from gkanalysis.disclosure.world import ALL, NONE, NOT_ASKED, Question, World

BASE = "base"  # stands for a state where a group of cases itself is too small
LINKED = "die Zahl weglassen, auch als Wort im Text, oder die Ausnahme mit Grund zeichnen"
LEAVE_OUT = (
    "keine vorgesehene Zusammenfassung hilft; die Zahl zusammen mit ihrer Summe weglassen und mit allem, woraus sie "
    "sich errechnen lässt"
)
EXPLAINED = 12  # breaches that get a cause and advice; the others are listed


@dataclass(frozen=True)
class Breach:
    """Something that the report gives away; `because` are the printed numbers, `advice` a German sentence.

    `kind` is few (a small count), all (a whole group has one answer), linked (an answer that shows in public, see
    `link`, which only `public_n` cases of the register have) or contradiction.
    """

    source: str
    kind: str
    question: str = ""
    state: str = ""
    groups: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    because: tuple[str, ...] = ()
    advice: str = ""
    signed: SignedException | None = None
    link: Link | None = None
    public_n: int = 0


@dataclass(frozen=True)
class _Target:
    """A count to be bounded; `size` is that of its group where everybody knows it."""

    question: str
    state: str
    union: frozenset
    status: tuple[str, ...]
    terms: Mapping[Key, int]
    size: int | None = None


def find_breaches(data: SourceData, claims: Sequence[Claim], policy: Policy) -> list[Breach]:
    """Every breach of one source, with its cause and advice; those with a signed exception say so.

    Of groups that lie in each other only the smallest is named. The first `EXPLAINED` are explained.

    Raises
    ------
    KeyError
        If a claim names a group, question or state that the source does not have.
    """
    known = Known(data, claims, policy)
    try:
        breaches = list(known.breaches())
    except Contradiction:
        cause = smallest_cause(known.system, lambda s: not _possible(s), known.system.labels)
        return [Breach(data.source, "contradiction", because=tuple(cause))]
    explained = {b: known.explained(b) for b in [b for b in breaches if not b.signed][:EXPLAINED]}
    return [explained.get(b, b) for b in breaches]


def _possible(system: System) -> bool:
    try:
        system.bounds(dict.fromkeys(system.largest, 1))
    except Contradiction:
        return False
    return True


def world_of(data: SourceData, claims: Sequence[Claim], policy: Policy) -> World:
    """The world of a source with the attributes, questions and sets that its claims speak of.

    Raises
    ------
    KeyError
        If a group is no value of an attribute that the policy declares.
    """
    attributes: dict[str, None] = {}
    columns = [a for a in policy.attributes if a in data.cases]
    for group in dict.fromkeys(g for c in claims for g in c.groups if g != ALL):
        name = policy.attribute_of(group)
        name = name or next((a for a in columns if (data.cases[a].astype(str) == group).any()), "")
        if not name:
            raise KeyError(group)
        attributes[name] = None
    asked = [c.name for c in claims if c.kind == "x"]
    asked += [i for c in claims if c.kind == "mentions" for i in data.sets[c.name]]
    questions: dict[str, Question] = {}
    while asked:
        if (name := asked.pop(0)) not in questions:
            questions[name] = data.questions[name]
            asked[:0] = [questions[name].asked_if[0]] if questions[name].asked_if else []
    rules = policy.sources.get(data.source, SourceRules())
    sets = {c.name: data.sets[c.name] for c in claims if c.kind in ("any", "asked", "mentions")}
    answers = {q: data.answers[q] for q in questions}
    return World(data.source, data.cases, tuple(attributes), data.statuses, rules.absent, questions, answers, sets)


def _terms(world: World, claim: Claim) -> dict[Key, int]:
    """The sum of unknowns that a claim is about."""
    classes, statuses = world.members(claim.groups), world.present(claim.statuses)
    if claim.kind == "cases":
        return world.size(classes, statuses)
    if claim.kind == "x":
        if unknown := set(claim.states) - set(world.questions[claim.name].states):
            raise KeyError(min(unknown))
        return world.terms(claim.name, classes, claim.statuses or world.statuses, claim.states)
    if claim.kind == "mentions":
        return {k: 1 for i in world.sets[claim.name] for k in world.terms(i, classes, statuses, ["selected"])}
    return {(claim.kind, claim.name, c, s): 1 for c in classes for s in statuses}


def system_of(world: World, claims: Sequence[Claim]) -> System:
    """All that holds by itself and all that is printed; a number printed twice is stated once."""
    system = world.system()
    stated = set()
    for claim in claims:
        terms = _terms(world, claim)
        if (key := (frozenset(terms), claim.low, claim.high)) not in stated:
            stated.add(key)
            system.state(terms, claim.low, claim.high, claim.label)
    return system


class Known:
    """What everybody knows after reading some claims: world, system, and the data where they agree with it."""

    def __init__(self, data: SourceData, claims: Sequence[Claim], policy: Policy) -> None:
        self.data, self.claims, self.policy = data, claims, policy
        self.rules = policy.sources.get(data.source, SourceRules())
        self.world = world_of(data, claims, policy)
        self.system = system_of(self.world, claims)
        truth = self.world.truth()
        self.truth = truth if self.system.fulfilled_by(truth) else None
        printed = list(dict.fromkeys(frozenset(self.world.members(c.groups)) for c in claims))
        self.unions = self.world.unions(printed)

    def near(self, question: str) -> Known:
        """The same with claims about one question, its filters and the statuses only."""
        names, item = {question}, self.data.questions[question]
        while item.asked_if:
            item = self.data.questions[item.asked_if[0]]
            names.add(item.id)
        claims = [c for c in self.claims if c.kind == "cases" or (c.kind == "x" and c.name in names)]
        return Known(self.data, claims, self.policy)

    def breaches(self, question: str | None = None) -> Iterator[Breach]:
        """All breaches, or those of one question (or base); smallest groups first."""
        for breach in self._linked():
            if question in (None, breach.question):
                yield replace(breach, signed=self._signed(breach))
        told: list[Breach] = []
        for target in self.targets():
            if question not in (None, target.question) or any(self._covers(b, target) for b in told):
                continue
            if breach := self.breach(self.system, target, self.truth):
                told.append(replace(breach, signed=self._signed(breach)))
                yield told[-1]

    def targets(self) -> Iterator[_Target]:
        """What is examined: small groups first, all cases with a form together before one status alone."""
        world, present = self.world, self.world.present()
        alone = [(s,) for s in world.statuses] if len(world.statuses) > 1 else []
        alone += [present] if self.rules.known_status else []
        for union in self.unions:
            size = sum(world.classes[c] for c in union)
            if self.rules.check_base:
                yield _Target("", BASE, union, present, world.size(union, present))
            for question in world.questions.values():
                rule = self.policy.rule(world.source, question.id, text=question.is_text)
                sensitive = rule.sensitive
                if sensitive is None:
                    sensitive = tuple(s for s in question.states if s not in (NONE, NOT_ASKED, ""))
                for state in (s for s in sensitive if s in question.states and rule.kind == "confidential"):
                    terms = world.terms(question.id, union, world.statuses, [state])
                    yield _Target(question.id, state, union, (), terms, size)
                    for status in alone:
                        terms = world.terms(question.id, union, status, [state])
                        yield _Target(question.id, state, union, status, terms)

    def _covers(self, breach: Breach, target: _Target) -> bool:
        """Whether a breach that is known already says what the target could say.

        A signed one covers no other status, unless the group has cases in this status only.
        """
        if (breach.question, breach.state) != (target.question, target.state):
            return False
        world = self.world
        classes = [c for c in world.classes if breach.groups == (ALL,) or "/".join(c) in breach.groups]
        if not set(classes) <= target.union:
            return False
        if not breach.signed or breach.status == target.status:
            return True
        if breach.status or not target.status or breach.state == BASE:
            return False
        silent = world.absent if NOT_ASKED in world.questions[breach.question].states else ()
        others = [s for s in world.statuses if s not in (*target.status, *silent)]
        return self.system.bounds(world.size(classes, others))[1] == 0

    def breach(self, system: System, target: _Target, truth: Mapping[Key, int] | None) -> Breach | None:
        """The breach that a target is, if it is one; what the data already refute is not computed."""
        world, rules = self.world, self.rules
        highest = self.policy.threshold - 1
        if target.union == frozenset(world.classes) and rules.total_from is not None:
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
        rest = group | {k: group.get(k, 0) - f for k, f in target.terms.items()}
        if high <= highest:
            kind = "few"
        elif (target.size is not None and low == target.size) or (told and system.bounds(rest)[1] == 0):
            kind = "all"
        else:
            return None
        groups = world.names(target.union)
        return Breach(world.source, kind, target.question, target.state, groups, target.status, low, high)

    def _linked(self) -> Iterator[Breach]:
        """Printed counts of answers that lead to few cases of the register; only the smallest group is named.

        Raises
        ------
        KeyError
            If the register has no such attribute, or nobody has the value.
        """
        for link in (x for x in self.rules.links if x.item in self.world.questions):
            having = self.data.cases[self.data.cases[link.attribute].astype(str) == link.value]
            if having.empty:
                raise KeyError(link.value)
            classes, told = self.world.class_of(having), []
            for union in (u for u in self.unions if not any(smaller <= u for smaller in told)):
                public_n = sum(c in union for c in classes)
                low, high = self.link_bounds(self.system, link, union)
                if low >= 1 and (public_n < self.policy.threshold or low >= public_n):
                    told.append(union)
                    yield Breach(
                        self.data.source, "linked", link.item, link.state, self.world.names(union), (), low, high,
                        link=link, public_n=public_n,
                    )  # fmt: skip

    def link_bounds(self, system: System, link: Link, union: frozenset) -> tuple[int, int]:
        """How many cases of some classes have given the answer, at least and at most."""
        return system.bounds(self.world.terms(link.item, union, self.world.statuses, [link.state]))

    def _signed(self, breach: Breach) -> SignedException | None:
        """The exception for exactly this number."""
        b = breach
        what = (b.source, b.question, b.state, set(b.groups), b.status, b.low, b.high)
        signed = (e for e in self.policy.exceptions
                  if what == (e.source, e.item, e.state, set(e.groups), e.status, e.n, e.n))  # fmt: skip
        return next(signed, None)

    def again(self, breach: Breach) -> Callable[[System], bool]:
        """Whether a system gives away the same."""
        if link := breach.link:
            union = next(u for u in self.unions if self.world.names(u) == breach.groups)
            return lambda system: self.link_bounds(system, link, union)[0] >= 1
        what = (breach.question, breach.state, breach.status, breach.groups)
        targets = (t for t in self.targets() if what == (t.question, t.state, t.status, self.world.names(t.union)))
        if (target := next(targets, None)) is None:  # nothing here is about the question
            return lambda system: False

        def holds(system: System) -> bool:
            try:
                same = self.breach(system, target, None)
            except Contradiction:
                return False
            return same is not None and same.kind == breach.kind

        return holds

    def explained(self, breach: Breach) -> Breach:
        """A breach with the smallest set of printed numbers behind it and what to do."""
        narrow = self.near(breach.question) if breach.question else self
        if narrow.world.attributes != self.world.attributes or not narrow.again(breach)(narrow.system):
            narrow = self
        own = {c.label for c in self.claims if c.name == breach.question}
        # those that shall stay come last: about the question itself, and in a table
        order = sorted(narrow.system.labels, key=lambda label: (label in own, ":" in label))
        because = smallest_cause(narrow.system, narrow.again(breach), order)
        return replace(breach, because=tuple(because), advice=LINKED if breach.link else self._advice(breach))

    def _advice(self, breach: Breach) -> str:
        """The first declared merger of groups that reaches the threshold in the data and gives nothing away."""
        about = [c for c in self.claims if c.name == breach.question or breach.state == BASE]
        exhibits = {c.exhibit for c in about}
        for name in (a for a in self.policy.attributes if a in self.world.attributes):
            attribute = self.policy.attributes[name]
            for merge in (m for m in attribute.merges if set(breach.groups) <= set(m)):
                changed = merged_claims(self.claims, merge, exhibits)
                joined = any(c.groups == tuple(merge) and c.exhibit in exhibits for c in changed)
                if not joined or not self._reaches(breach, merge, name) or self._open(changed, breach.question):
                    continue
                groups = " und ".join(f"„{attribute.values.get(g, g)}“" for g in merge)
                where = ", ".join(f"„{e}“" for e in sorted({c.exhibit for c in about if set(c.groups) & set(merge)}))
                return f"{groups} in {where} zusammenfassen; Einzelwerte dieser Gruppen fallen dann auch im Text weg"
        return LEAVE_OUT

    def _reaches(self, breach: Breach, merge: Sequence[str], attribute: str) -> bool:
        """Whether the merged cell, counted in the data, has as many cases as the threshold asks for."""
        cases, status = self.data.cases, breach.status
        inside = cases[attribute].astype(str).isin(merge)
        if breach.state == BASE:
            status = self.world.present(status)
        else:
            states = cases["case_id"].map(self.data.answers[breach.question]).fillna(NOT_ASKED)
            inside &= states.eq(breach.state)
        if status:
            inside &= cases["status"].isin(status)
        return int(inside.sum()) >= self.policy.threshold

    def _open(self, claims: Sequence[Claim], question: str) -> bool:
        """Whether claims give away something about a question unsigned; the quick look comes first."""
        changed = Known(self.data, claims, self.policy)
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
    for of_groups in parts.values():
        if {g for groups in of_groups for g in groups} == set(merge):
            first, *_ = whole = list(of_groups.values())
            low, high = sum(c.low for c in whole), sum(c.high for c in whole)
            kept.append(replace(first, groups=tuple(merge), low=low, high=high))
    return kept
