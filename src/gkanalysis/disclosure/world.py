"""What nobody outside knows about the cases of one source: one whole number per class, status, question and state.

A class is a set of cases that everybody can tell from the others, by attributes of the register. How many cases a
class has is public; how many of them are in which status, and what they answered, is unknown until it is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, product

import pandas as pd

from gkanalysis.disclosure.bounds import Key, System

ALL = "alle"
NOT_ASKED = "not_asked"
NONE = "none"  # asked, but without a valid answer
FEW_CLASSES = 6  # up to here every union of classes is examined
Class = tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Something that was asked or coded: its states, and the answer that leads to it, if it has a filter."""

    id: str
    states: tuple[str, ...]
    label: str = ""
    state_labels: Mapping[str, str] = field(default_factory=dict)
    asked_if: tuple[str, str] | None = None
    is_text: bool = False


@dataclass(frozen=True)
class World:
    """The cases of one source.

    `cases` has one row per case of the population: `case_id`, `status`, the public `attributes` by which cases are told
    apart. Those whose status is in `absent` have answered nothing. `answers` has the state of each case by question,
    indexed by case_id; cases that are missing were not asked. `sets` are sets of items whose base or total is printed:
    of each there are the unknowns ("any", set, class, status) and ("asked", set, class, status), cases with at least
    one mention, and asked at least one item.
    """

    source: str
    cases: pd.DataFrame
    attributes: tuple[str, ...]
    statuses: tuple[str, ...]
    absent: tuple[str, ...]
    questions: Mapping[str, Question]
    answers: Mapping[str, pd.Series]
    sets: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def class_of(self, cases: pd.DataFrame) -> list[Class]:
        """The class of each of some cases."""
        columns = [cases[a].astype(str) for a in self.attributes]
        return list(zip(*columns, strict=True)) if columns else [()] * len(cases)

    @cached_property
    def classes(self) -> dict[Class, int]:
        """Values of the attributes -> number of cases; one class if there are no attributes."""
        return dict(Counter(self.class_of(self.cases)))

    def members(self, groups: Iterable[str]) -> list[Class]:
        """The classes that lie in any of these groups; `alle` are all, a group without cases has none."""
        wanted = set(groups)
        return [c for c in self.classes if ALL in wanted or set(c) & wanted]

    def names(self, union: frozenset[Class]) -> tuple[str, ...]:
        """A union of classes as groups of the report; several attributes are joined by a slash."""
        if union == frozenset(self.classes):
            return (ALL,)
        return tuple("/".join(c) for c in self.classes if c in union)

    def present(self, status: Iterable[str] = ()) -> tuple[str, ...]:
        """The named statuses; without names all whose cases can have answered."""
        return tuple(status) or tuple(s for s in self.statuses if s not in self.absent)

    def terms(
        self, question: str, classes: Iterable[Class], statuses: Iterable[str], states: Iterable[str]
    ) -> dict[Key, int]:
        """The unknowns that count the cases of some classes and statuses in some states."""
        return {("x", question, *of): 1 for of in product(classes, statuses, states)}

    def size(self, classes: Iterable[Class], statuses: Iterable[str]) -> dict[Key, int]:
        """The unknowns that count all cases of some classes and statuses."""
        return {("m", *of): 1 for of in product(classes, statuses)}

    def unions(self, printed: Sequence[frozenset[Class]]) -> list[frozenset[Class]]:
        """Sets of classes whose counts are examined, small ones first.

        All unions where there are few classes; otherwise the classes, what is printed, and its complements and
        differences.
        """
        classes = list(self.classes)
        if len(classes) <= FEW_CLASSES:
            return [frozenset(u) for n in range(1, len(classes) + 1) for u in combinations(classes, n)]
        whole = frozenset(classes)
        unions = {frozenset([c]) for c in classes} | {whole} | set(printed) | {whole - u for u in printed}
        unions |= {part for u, v in product(printed, printed) for part in (u - v, u & v)}
        return sorted(unions - {frozenset()}, key=lambda u: (len(u), sorted(u)))

    @cached_property
    def _cells(self) -> list[tuple[Class, str, int]]:
        """Each class and status with the largest number of cases it can have."""
        return [(c, s, n) for c, n in self.classes.items() for s in self.statuses]

    def system(self) -> System:
        """The unknowns with all that holds by itself."""
        system = System({("m", c, s): n for c, s, n in self._cells})
        for c, n in self.classes.items():
            system.state(self.size([c], self.statuses), n, n)
        for question in self.questions.values():
            self._add(system, question)
        for question in self.questions.values():
            if question.asked_if:
                self._filter(system, question, *question.asked_if)
        for name, items in self.sets.items():
            self._link(system, name, items)
        return system

    def _add(self, system: System, question: Question) -> None:
        """Every case is in one state of a question; who is absent was not asked."""
        for c, s, n in self._cells:
            parts = self.terms(question.id, [c], [s], question.states)
            system.largest |= dict.fromkeys(parts, n)
            system.state(parts | {("m", c, s): -1}, 0, 0)
            if s in self.absent and NOT_ASKED in question.states:
                system.state({("x", question.id, c, s, NOT_ASKED): 1, ("m", c, s): -1}, 0, 0)

    def _asked(self, question: Question, c: Class, s: str) -> dict[Key, int]:
        """The unknowns of those who were asked."""
        return self.terms(question.id, [c], [s], [a for a in question.states if a != NOT_ASKED])

    def _filter(self, system: System, question: Question, parent: str, value: str) -> None:
        """Who was asked a question has given the answer that leads to it."""
        if parent in self.questions and value in self.questions[parent].states:
            for c, s, n in self._cells:
                system.state(self._asked(question, c, s) | {("x", parent, c, s, value): -1}, -n, 0)

    def _link(self, system: System, name: str, items: Sequence[str]) -> None:
        """Cases with a mention were asked; who mentions an item mentions something, and nobody else does."""
        questions = [self.questions[i] for i in items if i in self.questions]
        for c, s, n in self._cells:
            some, asked = ("any", name, c, s), ("asked", name, c, s)
            system.largest |= {some: n, asked: n}
            system.state({asked: 1, ("m", c, s): -1}, -n, 0)
            system.state({some: 1, asked: -1}, -n, 0)
            chosen = [("x", q.id, c, s, "selected") for q in questions]
            if chosen and len(chosen) == len(items):
                system.state(dict.fromkeys(chosen, -1) | {some: 1}, -n * len(items), 0)
            for question, key in zip(questions, chosen, strict=True):
                system.state({key: 1, some: -1}, -n, 0)
                system.state(self._asked(question, c, s) | {asked: -1}, -n, 0)

    def truth(self) -> dict[Key, int]:
        """The values that the unknowns have in the data."""
        return dict(Counter(self._counted()))

    def _counted(self) -> Iterator[Key]:
        """The unknowns that each case counts in."""
        answers = {q: self.answers[q].to_dict() for q in self.questions}
        statuses = self.cases["status"].astype(str)
        for case_id, c, s in zip(self.cases["case_id"], self.class_of(self.cases), statuses, strict=True):
            state = {q: of.get(case_id, NOT_ASKED) for q, of in answers.items()}
            yield ("m", c, s)
            yield from (("x", q, c, s, given) for q, given in state.items())
            for name, items in self.sets.items():
                states = {state[i] for i in items if i in state}
                if "selected" in states:
                    yield ("any", name, c, s)
                if states - {NOT_ASKED}:
                    yield ("asked", name, c, s)
