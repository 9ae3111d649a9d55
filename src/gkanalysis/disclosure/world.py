"""What nobody outside knows about the cases of one source: one whole number per question, class, status and state.

A class is a set of cases that everybody can tell from the others, by attributes of the register. How many cases a
class has is public; how many of them are in which status, and what they answered, is unknown until it is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product
from math import prod

import pandas as pd

from gkanalysis.codebook.policy import Policy, SourceRules
from gkanalysis.counts.table import held_back
from gkanalysis.disclosure.bounds import Key, Statement, System

ALL, OTHERS = "alle", "andere"
CASE = "case_id"  # a group may be one case whose answers a reader knows already
NOT_ASKED = "not_asked"
NONE = "none"  # asked, but without a valid answer
MANY = 100_000  # worlds of a row with dashes that are tried
FEW_CLASSES = 6  # up to here every union of classes is examined
Class = tuple[str, ...]
Classes, Names = Iterable[Class], Iterable[str]


@dataclass(frozen=True)
class Question:
    """Something that was asked or coded: its states, and the answer that leads to it, if it has a filter.

    With `parts` it is a set of boxes to tick: `selected` is who has ticked any of them.
    """

    id: str
    states: tuple[str, ...]
    label: str = ""
    state_labels: Mapping[str, str] = field(default_factory=dict)
    asked_if: tuple[str, str] | None = None
    is_text: bool = False
    parts: tuple[str, ...] = ()


EVERYBODY = Question("", ("",))  # counts the cases themselves


def of_set(name: str, parts: Iterable[str]) -> Question:
    """The question whether anything of a set was ticked."""
    return Question(set_id(name), ("selected", NONE, NOT_ASKED), parts=tuple(parts))


def set_id(name: str) -> str:
    """The id of that question: a set may be called like an item."""
    return f"irgendetwas aus {name}"


@dataclass(frozen=True)
class SourceData:
    """The cases of a source and what was asked of them; what they answered is nothing that a reader knows.

    `cases` has one row per case of the population with its attributes.
    """

    source: str
    cases: pd.DataFrame
    statuses: tuple[str, ...]
    questions: Mapping[str, Question]


@dataclass(frozen=True)
class Claim:
    """One printed number: low <= cases in some groups, statuses and states of some questions, added up, <= high.

    No statuses are all. `number` is the id of the printed number.
    """

    source: str
    number: str
    questions: tuple[str, ...]
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
class Dashes:
    """Cells of a row that are not printed, by a rule that readers know: it holds back just these.

    `cells` has for each group that is printed or `held` two claims whose numbers do not matter: who is counted, and who
    is in the base.
    """

    source: str
    number: str
    cells: Mapping[str, tuple[Claim, Claim]]
    held: frozenset[str]

    @property
    def label(self) -> str:
        """The dashes in words."""
        return f"„{self.number}“ (Striche)"


class TooManyWorldsError(Exception):
    """Dashes in a row whose cells are too little known to try them."""


class World:
    """The cases of a source by the attributes of groups, and the questions, that some claims speak of.

    A `KeyError` if a group is no value of an attribute that the policy declares, or nobody has the value of a link.
    """

    def __init__(self, data: SourceData, told: Sequence[Claim | Dashes], policy: Policy) -> None:
        self.cases, self.statuses, self.threshold = data.cases, data.statuses, policy.threshold
        self.claims = [c for c in told if isinstance(c, Claim)]
        self.dashes = [d for d in told if isinstance(d, Dashes)]
        claims = [*self.claims, *(c for d in self.dashes for pair in d.cells.values() for c in pair)]
        rules = policy.sources.get(data.source, SourceRules())
        self.absent = rules.absent  # these cases have answered nothing
        self.attributes: dict[str, set[str]] = {}  # that cases are told apart by -> their values, none: all
        columns = [a for a in (*policy.attributes, CASE) if a in data.cases]
        for group in dict.fromkeys(g for c in claims for g in c.groups if g != ALL):
            name = policy.attribute_of(group)
            name = name or next((a for a in columns if (data.cases[a].astype(str) == group).any()), "")
            if not name:
                raise KeyError(group)
            self.attributes[name] = self.attributes.get(name, set()) | ({group} if name == CASE else set())
        self.questions = {EVERYBODY.id: EVERYBODY}
        asked = [q for c in claims for q in c.questions]
        while asked:
            if (name := asked.pop(0)) not in self.questions:
                question = self.questions[name] = data.questions[name]
                asked[:0] = [question.asked_if[0]] if question.asked_if else []
        self.links = [link for link in rules.links if link.item in self.questions]
        for link in self.links:
            if not (data.cases[link.attribute].astype(str) == link.value).any():
                raise KeyError(link.value)
            if self.attributes.get(link.attribute, {link.value}):
                self.attributes.setdefault(link.attribute, set()).add(link.value)

    @cached_property
    def classes(self) -> dict[Class, int]:
        """Values of the attributes -> number of cases; one class if there are no attributes."""
        texts = {a: self.cases[a].astype(str) for a in self.attributes}
        columns = [texts[a].where(texts[a].isin(of), OTHERS) if of else texts[a] for a, of in self.attributes.items()]
        return dict(Counter(zip(*columns, strict=True))) if columns else {(): len(self.cases)}

    @cached_property
    def known(self) -> frozenset[Class]:
        """The classes of single cases that a reader knows: nothing is given away about them."""
        at = [*self.attributes].index(CASE) if CASE in self.attributes else None
        return frozenset(c for c in self.classes if at is not None and c[at] != OTHERS)

    def members(self, groups: Iterable[str]) -> frozenset[Class]:
        """The classes that lie in any of these groups; `alle` are all, a group without cases has none."""
        groups = frozenset(groups)
        if groups not in self._members:
            self._members[groups] = frozenset(c for c in self.classes if groups & {ALL, *c, "/".join(c)})
        return self._members[groups]

    @cached_property
    def _members(self) -> dict[frozenset[str], frozenset[Class]]:
        return {}

    @cached_property
    def unlinked(self) -> frozenset[Class]:
        """The classes of which no link shows an answer, and that nobody knows."""
        return frozenset(c for c in self.classes if c not in self.known and not any(x.value in c for x in self.links))

    def names(self, union: frozenset[Class]) -> tuple[str, ...]:
        """A union of classes as groups of the report; several attributes are joined by a slash."""
        if union == frozenset(self.classes):
            return (ALL,)
        return tuple("/".join(c) for c in self.classes if c in union)

    def keys(self, question: str, classes: Classes, statuses: Names = (), states: Names | None = None) -> list[Key]:
        """The unknowns that count the cases of some classes, statuses (none: all) and states (if given)."""
        known = self.questions[question].states
        states = known if states is None else states
        if unknown := set(states) - set(known):
            raise KeyError(min(unknown))
        statuses = self._answering(question, statuses or self.statuses)
        return [(question, *of) for of in product(classes, statuses, states)]

    def _answering(self, question: str, statuses: Iterable[str]) -> list[str]:
        """The statuses in which a question can have been asked."""
        asked_of_all = NOT_ASKED not in self.questions[question].states
        return [s for s in statuses if asked_of_all or s not in self.absent]

    def unions(self) -> list[frozenset[Class]]:
        """Sets of classes whose counts are examined, small ones first; without cases that are known.

        All of few classes; otherwise the classes, what is printed, and its complements and differences.
        """
        classes = [c for c in self.classes if c not in self.known]
        printed = {self.members(c.groups) - self.known for c in self.claims}
        if len(classes) <= FEW_CLASSES:
            return [frozenset(u) for n in range(1, len(classes) + 1) for u in combinations(classes, n)]
        whole = frozenset(classes)
        unions = {frozenset([c]) for c in classes} | {whole} | printed | {whole - u for u in printed}
        unions |= {part for u, v in product(printed, printed) for part in (u - v, u & v)}
        return sorted(unions - {frozenset()}, key=lambda u: (len(u), sorted(u)))

    def system(self) -> System:
        """All that holds by itself and all that is printed; a number printed twice is stated once."""
        largest = {k: n for c, n in self.classes.items() for q in self.questions for k in self.keys(q, [c])}
        printed: dict[object, Statement] = {}
        for c in self.claims:
            keys = self._counted(c)
            printed.setdefault((frozenset(keys), c.low, c.high), Statement(keys, c.low, c.high, c.label))
        system = System(largest, [*self._by_itself(), *printed.values()])
        tried, more = {}, []
        for dashes in self.dashes if system.is_possible() else ():
            cells = [self._counted(c) for pair in dashes.cells.values() for c in pair]
            worlds = {("–", dashes.number, w): w for w in self._worlds(dashes, cells, system)}
            # exactly one of the worlds is true, and each cell is what it is there
            tried |= dict.fromkeys(worlds, 1)
            more.append(Statement([*worlds], 1, 1, dashes.label))
            for k, keys in enumerate(cells):
                there = [z for z, w in worlds.items() for _ in range(w[k])]
                more.append(Statement(keys, 0, 0, dashes.label, minus=there))
        return System(largest | tried, [*system.statements, *more]) if more else system

    def _counted(self, claim: Claim) -> list[Key]:
        """The unknowns that a claim adds up."""
        classes = self.members(claim.groups)
        return [k for q in claim.questions for k in self.keys(q, classes, claim.statuses, claim.states)]

    def _worlds(self, dashes: Dashes, cells: Sequence[Sequence[Key]], system: System) -> Iterator[tuple[int, ...]]:
        """What the cells of a row (counted and base, group by group) can be so that just these are held back."""
        exact = {frozenset(x.keys): (x.low, x.high) for x in system.statements if x.low == x.high and not x.minus}
        # what other questions tell leaves fewer worlds, and is said by the statements themselves
        about = {"", *(key[0] for keys in cells for key in keys)}
        narrow = system.about(lambda key: key[0] in about)
        ends = lambda keys: exact.get(frozenset(keys)) or narrow.bounds(keys)  # noqa: E731, a bound takes its time
        bases = [ends(keys) for keys in cells[1::2]]
        counts = [exact.get(frozenset(keys), (0, most)) for keys, (_, most) in zip(cells[::2], bases, strict=True)]
        sides = []
        for ranges, side in ((counts, cells[::2]), (bases, cells[1::2])):
            if prod(high - low + 1 for low, high in ranges) > MANY:
                raise TooManyWorldsError
            low, high = ends([k for keys in side for k in keys])
            tried = product(*(range(x, y + 1) for x, y in ranges))
            sides.append([x for x in tried if low <= sum(x) <= high])
        if len(sides[0]) * len(sides[1]) > MANY:
            raise TooManyWorldsError
        for n, base in product(*sides):
            rest = [b - x for x, b in zip(n, base, strict=True)]
            row = dict(zip(dashes.cells, zip(n, rest, strict=True), strict=True))
            if min(rest) >= 0 and held_back(row, self.threshold) == dashes.held:
                yield tuple(x for pair in zip(n, base, strict=True) for x in pair)

    def _by_itself(self) -> Iterator[Statement]:
        """Every case is in one status, and in one state of each question that it can have been asked."""
        for c, n in self.classes.items():
            yield Statement(self.keys("", [c]), n, n)
            asked = [q for q in self.questions.values() if q is not EVERYBODY]
            for question, s in ((q, s) for q in asked for s in self._answering(q.id, self.statuses)):
                yield Statement(self.keys(question.id, [c], [s]), 0, 0, minus=self.keys("", [c], [s]))
                if question.asked_if:
                    yield from self._filter(question, *question.asked_if, c, s)
                yield from self._parts(question, c, s)
            for link in self.links:  # what shows in public is nobody else's answer
                if link.value not in c:
                    yield Statement(self.keys(link.item, [c], (), [link.state]), 0, 0)

    def _at_most(self, keys: Sequence[Key], more: Sequence[Key]) -> Statement:
        return Statement(keys, -len(more) * len(self.cases), 0, minus=more)

    def _asked(self, question: Question, c: Class, s: str) -> list[Key]:
        """The unknowns of those who were asked."""
        return self.keys(question.id, [c], [s], [a for a in question.states if a != NOT_ASKED])

    def _filter(self, question: Question, parent: str, value: str, c: Class, s: str) -> Iterator[Statement]:
        """Who was asked a question has given the answer that leads to it."""
        if value in self.questions[parent].states:
            yield self._at_most(self._asked(question, c, s), self.keys(parent, [c], [s], [value]))

    def _parts(self, question: Question, c: Class, s: str) -> Iterator[Statement]:
        """Who ticks a box of a set ticks something, and nobody else does; who was asked one was asked."""
        parts = [self.questions[p] for p in question.parts if p in self.questions]
        ticked = {q.id: self.keys(q.id, [c], [s], ["selected"]) for q in (question, *parts) if question.parts}
        for part in parts:
            yield self._at_most(ticked[part.id], ticked[question.id])
            yield self._at_most(self._asked(part, c, s), self._asked(question, c, s))
        if parts and len(parts) == len(question.parts):
            yield self._at_most(ticked[question.id], [k for p in parts for k in ticked[p.id]])
