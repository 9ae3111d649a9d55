"""The exact check: what everything that a report prints together gives away about a single case.

For each confidential question, every group that can be told apart and every sensitive state, the tightest bounds
of the count are computed. A count that must lie between 1 and the threshold is a breach, and so is one that must
be all of a group. Where the policy says that an answer shows in public, only cases of which the register shows it can
have given it: with a count a reader knows of few cases that they took part, and what all who did have said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from gkanalysis.codebook.policy import Policy, SignedException, SourceRules
from gkanalysis.disclosure.bounds import Contradiction, Key, System, smallest_cause
from gkanalysis.disclosure.world import EVERYBODY, NONE, NOT_ASKED, Claim, Dashes, Question, SourceData, World

BASE = "base"  # stands for a state where a group of cases itself is too small
DASHED = "die Zeile ohne Gruppen drucken, oder ohne die Summe; wer die Regel der Striche kennt, rechnet zurück"
LEAVE_OUT = (
    "keine vorgesehene Zusammenfassung hilft; die Zahl zusammen mit ihrer Summe weglassen und mit allem, woraus sie "
    "sich errechnen lässt"
)
SINGLE_VALUES = "Einzelwerte dieser Gruppen fallen dann auch im Text weg"
EXPLAINED = 12  # breaches that get a cause and advice; the others are listed


@dataclass(frozen=True)
class Target:
    """A count to be bounded: of the cases in a state of a question, by groups and status (none: all)."""

    question: str
    state: str
    groups: tuple[str, ...]
    status: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Breach(Target):
    """Something that the report gives away; `because` are the printed numbers, `advice` a German sentence.

    `kind` is few (a small count), all (a whole group has one answer) or contradiction.
    """

    source: str
    kind: str
    low: int = 0
    high: int = 0
    because: tuple[str, ...] = ()
    advice: str = ""
    signed: SignedException | None = None


def find_breaches(data: SourceData, told: Sequence[Claim | Dashes], policy: Policy) -> list[Breach]:
    """Every breach of one source, the first `EXPLAINED` with cause and advice; those with a signed exception say so.

    Of groups that lie in each other only the smallest is named. A claim of something unknown is a `KeyError`.
    """
    known = Known(data, told, policy)
    try:
        breaches = list(known.breaches())
    except Contradiction:
        cause = smallest_cause(known.system, lambda system: not system.is_possible(), known.system.labels)
        return [Breach("", "", (), source=data.source, kind="contradiction", because=tuple(cause))]
    explained = {b: known.explained(b) for b in [b for b in breaches if not b.signed][:EXPLAINED]}
    return [explained.get(b, b) for b in breaches]


class Known:
    """What everybody knows after reading some claims about a source, and some dashes."""

    def __init__(self, data: SourceData, told: Sequence[Claim | Dashes], policy: Policy) -> None:
        self.data, self.policy = data, policy
        self.rules = policy.sources.get(data.source, SourceRules())
        self.world = World(data, told, policy)
        self.claims = self.world.claims
        self.system = self.world.system()
        self.present = tuple(s for s in data.statuses if s not in self.rules.absent)

    def breaches(self, question: str | None = None) -> Iterator[Breach]:
        """All breaches, or those of one question (or base); smallest groups first."""
        told: list[Breach] = []
        for target in self._open([t for t in self.targets() if question in (None, t.question)]):
            if any(self._covers(b, target) for b in told):
                continue
            if breach := self.breach(self.system, target):
                told.append(replace(breach, signed=self._signed(breach)))
                yield told[-1]

    def _open(self, targets: Sequence[Target]) -> list[Target]:
        """The targets that no population shows to be harmless.

        What was asked is nearly independent, so one population can be looked for that shows it of many: of each question
        for the first target that is left.
        """
        counted = [self._counted(t) for t in targets]
        sums, highest = [[c for c, _ in counted], [g for _, g in counted]], np.array([*map(self._highest, targets)])
        grouped, left = np.array([bool(g) for _, g in counted]), np.arange(len(targets))
        since, tries, most = 0, 0, True
        while len(left) and tries < 2:
            n, of = (self.system.seen([own[i] for i in left], since) for own in sums)
            since += len(n)
            few = (n <= highest[left]) | (grouped[left] & (n == of))
            before, left = len(left), left[(few & (n > 0)).all(axis=0)]
            tries = 0 if len(left) < before else tries + 1
            keys = [k for i in {targets[i].question: i for i in left[::-1]}.values() for k in counted[i][0]]
            if keys:
                self.system.least(*(((), keys) if most else (keys, ())))
            most = not most
        return [targets[i] for i in left]

    def targets(self) -> Iterator[Target]:
        """What is examined: small groups first, all cases with a form together before one status alone."""
        world = self.world
        alone = [(s,) for s in world.statuses] if len(world.statuses) > 1 else []
        alone += [self.present] if self.rules.known_status else []
        confidential = [(q, s) for q in world.questions.values() if q.id and not q.parts for s in self._sensitive(q)]
        for union in world.unions():
            groups = world.names(union)
            if self.rules.check_base and not any(union <= world.members([x.value]) for x in world.links):
                yield Target(EVERYBODY.id, BASE, groups, self.present)
            for question, state in confidential:
                yield from (Target(question.id, state, groups, status) for status in [(), *alone])

    def _sensitive(self, question: Question) -> list[str]:
        """The states of a question that must not be rare."""
        rule = self.policy.rule(self.data.source, question.id, text=question.is_text)
        if rule.kind != "confidential":
            return []
        if rule.sensitive is None:
            return [s for s in question.states if s not in (NONE, NOT_ASKED, "")]
        return [s for s in rule.sensitive if s in question.states]

    def _covers(self, breach: Breach, target: Target) -> bool:
        """Whether a breach that is known already says what the target could say.

        A signed one covers no other status, unless the group has cases in this status only.
        """
        same = (breach.question, breach.state) == (target.question, target.state)
        classes = self.world.members(breach.groups)
        if not same or not classes <= self.world.members(target.groups):
            return False
        if not breach.signed or breach.status == target.status:
            return True
        if breach.status or not target.status or breach.state == BASE:
            return False
        silent = self.rules.absent if NOT_ASKED in self.world.questions[breach.question].states else ()
        others = [s for s in self.world.statuses if s not in (*target.status, *silent)]
        return not others or self.system.bounds(self.world.keys("", classes, others))[1] == 0

    def _counted(self, target: Target) -> tuple[list[Key], list[Key]]:
        """The unknowns that a target adds up, and those of its group, if everybody knows who is in it."""
        classes, status = self.world.members(target.groups), target.status
        group = self.world.keys("", classes, status)
        if target.state == BASE:
            return group, []
        is_known = not status or (status == self.present and self.rules.known_status)
        return self.world.keys(target.question, classes, status, [target.state]), group if is_known else []

    def breach(self, system: System, target: Target) -> Breach | None:
        """The breach that a target is in a system, if it is one; what a known population refutes is not computed."""
        (counted, group), highest, ends = self._counted(target), self._highest(target), []
        for keys, minus in ((counted, ()), ((), counted), *([(counted, group)] if group else ())):
            n, of = system.seen([counted, group]).T
            if not (((n <= highest) | (bool(group) & (n == of))) & (n > 0)).all():
                return None
            ends.append(abs(system.least(keys, minus)))
        low, high, rest = ends if group else (*ends, 1)
        kind = "" if low < 1 else "few" if high <= highest else "all" if rest == 0 else ""
        return Breach(**vars(target), source=self.data.source, kind=kind, low=low, high=high) if kind else None

    def _highest(self, target: Target) -> int:
        """Up to which count, if there is any, a target is too small: below the threshold, of all cases another one."""
        rule, world, least = self.policy.rule(self.data.source, target.question), self.world, self.rules.total_from
        least = least if rule.total_from is None else rule.total_from
        of_all = least is not None and world.members(target.groups) >= world.unlinked  # or of all but few
        return min(self.policy.threshold, least if of_all else self.policy.threshold) - 1

    def _signed(self, breach: Breach) -> SignedException | None:
        """The exception for exactly this number."""
        b = breach
        what = (b.source, b.question, b.state, set(b.groups), b.status, b.low, b.high)
        signed = (e for e in self.policy.exceptions
                  if what == (e.source, e.item, e.state, set(e.groups), e.status, e.n, e.n))  # fmt: skip
        return next(signed, None)

    def again(self, breach: Breach) -> Callable[[System], bool]:
        """Whether a system gives away the same."""

        def holds(system: System) -> bool:
            try:
                same = self.breach(system, target)
            except Contradiction:
                return False
            return same is not None and same.kind == breach.kind

        target = Target(**{f.name: getattr(breach, f.name) for f in fields(Target)})
        return holds

    def explained(self, breach: Breach) -> Breach:
        """A breach with the smallest set of printed numbers behind it and what to do."""
        # the claims about its question alone are fewer, and mostly enough
        about = [c for c in self.claims if {*c.questions} <= {EVERYBODY.id, breach.question}]
        narrow = Known(self.data, about, self.policy)
        usable = [*narrow.world.attributes] == [*self.world.attributes] and breach.question in narrow.world.questions
        if not usable or not narrow.again(breach)(narrow.system):
            narrow = self
        own = {c.label for c in self.claims if breach.question in c.questions}
        # those that shall stay come last: about the question itself, and in a table
        order = sorted(narrow.system.labels, key=lambda label: (label in own, ":" in label))
        because = smallest_cause(narrow.system, narrow.again(breach), order)
        dashed = any(d.label in because for d in self.world.dashes)
        return replace(breach, because=tuple(because), advice=DASHED if dashed else self._advice(breach))

    def _advice(self, breach: Breach) -> str:
        """The first declared merger of groups that may reach the threshold and gives nothing away."""
        about = [c for c in self.claims if breach.question in c.questions or breach.state == BASE]
        exhibits = {c.exhibit for c in about}
        for name in (a for a in self.policy.attributes if a in self.world.attributes):
            attribute = self.policy.attributes[name]
            for merge in (m for m in attribute.merges if set(breach.groups) <= set(m)):
                changed = merged_claims(self.claims, merge, exhibits)
                if not any(c.groups == tuple(merge) and breach.question in c.questions for c in changed):
                    continue
                after = Known(self.data, changed, self.policy)
                counted, _ = after._counted(replace(breach, groups=tuple(merge)))
                reached = after.system.bounds(counted)[1] >= self.policy.threshold
                if reached and all(b.signed for b in after.breaches(breach.question)):
                    groups = " und ".join(f"„{attribute.values.get(g, g)}“" for g in merge)
                    where = ", ".join(f"„{e}“" for e in sorted({c.exhibit for c in about if {*c.groups} & {*merge}}))
                    return f"{groups} in {where} zusammenfassen; {SINGLE_VALUES}"
        return LEAVE_OUT


def merged_claims(claims: Sequence[Claim], merge: Sequence[str], exhibits: set[str]) -> list[Claim]:
    """Claims as they would be with some groups printed as one; what has no counterpart in each of them is left out.

    >>> one = Claim("w", "t:ja:kreis", ("q",), ("kreis",), (), ("ja",), 1, 1)
    >>> two = replace(one, number="t:ja:stadt", groups=("stadt",), low=4, high=4)
    >>> [(c.groups, c.low) for c in merged_claims([one, two], ["kreis", "stadt"], {"t"})]
    [(('kreis', 'stadt'), 5)]
    """
    kept, parts = [], {}
    for c in claims:
        if c.exhibit in exhibits and set(c.groups) & set(merge):
            parts.setdefault((c.exhibit, c.questions, c.statuses, c.states, c.what), {})[c.groups] = c
        else:
            kept.append(c)
    for of_groups in parts.values():
        if {g for groups in of_groups for g in groups} == set(merge):
            first, *_ = whole = list(of_groups.values())
            low, high = sum(c.low for c in whole), sum(c.high for c in whole)
            kept.append(replace(first, groups=tuple(merge), low=low, high=high))
    return kept
