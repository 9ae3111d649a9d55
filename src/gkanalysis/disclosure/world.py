"""What nobody outside knows about the cases of one source: one whole number per class, status, question and state.

A class is a set of cases that everybody can tell from the others, by attributes of the register. How many cases a
class has is public; how many of them are in which status, and what they answered, is unknown until it is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import pandas as pd

from gkanalysis.disclosure.bounds import Key, System

ALL = "alle"
NOT_ASKED = "not_asked"
NONE = "none"  # asked, but without a valid answer
FEW_CLASSES = 6  # up to here every union of classes is examined


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

    Parameters
    ----------
    cases : one row per case of the population: `case_id`, `status`, the attributes, further columns
    attributes : public columns by which cases are told apart
    statuses, absent : possible values of `status`; those of `absent` have answered nothing
    answers : question -> state of each case, indexed by case_id; cases that are missing were not asked
    questions : by id
    """

    source: str
    cases: pd.DataFrame
    attributes: tuple[str, ...]
    statuses: tuple[str, ...]
    absent: tuple[str, ...]
    questions: Mapping[str, Question]
    answers: Mapping[str, pd.Series]

    @cached_property
    def classes(self) -> dict[tuple[str, ...], int]:
        """Values of the attributes -> number of cases; one class if there are no attributes."""
        if not self.attributes:
            return {(): len(self.cases)}
        keys = zip(*(self.cases[a].astype(str) for a in self.attributes), strict=True)
        return pd.Series(list(keys)).value_counts(sort=False).to_dict()

    def members(self, groups: Iterable[str]) -> list[tuple[str, ...]]:
        """The classes that lie in any of these groups; `alle` are all, a group without cases has none."""
        wanted = set(groups)
        return [c for c in self.classes if ALL in wanted or set(c) & wanted]

    def present(self, status: Iterable[str] = ()) -> tuple[str, ...]:
        """The named statuses; without names all whose cases can have answered."""
        return tuple(status) or tuple(s for s in self.statuses if s not in self.absent)

    def terms(
        self,
        question: str,
        classes: Iterable[tuple[str, ...]],
        statuses: Iterable[str],
        states: Iterable[str],
    ) -> dict[Key, int]:
        """The unknowns that count the cases of some classes and statuses in some states."""
        return {
            ("x", question, c, s, a): 1 for c in classes for s in statuses for a in states
        }  # fmt: skip

    def size(self, classes: Iterable[tuple[str, ...]], statuses: Iterable[str]) -> dict[Key, int]:
        """The unknowns that count all cases of some classes and statuses."""
        return {("m", c, s): 1 for c in classes for s in statuses}

    def unions(self, printed: Sequence[frozenset[tuple[str, ...]]]) -> list[frozenset[tuple[str, ...]]]:
        """Sets of classes whose counts are examined, small ones first.

        All unions where there are few classes; otherwise the classes, what is printed, and its complements and
        differences.
        """
        classes = list(self.classes)
        if len(classes) <= FEW_CLASSES:
            return [frozenset(u) for n in range(1, len(classes) + 1) for u in combinations(classes, n)]
        whole = frozenset(classes)
        found = {frozenset([c]) for c in classes} | {whole} | set(printed) | {whole - u for u in printed}
        found |= {u - v for u in printed for v in printed} | {u & v for u in printed for v in printed}
        return sorted(found - {frozenset()}, key=lambda u: (len(u), sorted(u)))

    def system(self, linked: Mapping[str, Sequence[str]] | None = None) -> System:
        """The unknowns with all that holds by itself.

        Parameters
        ----------
        linked : set of items -> its questions; gives the unknowns ("any", set, class, status) and
            ("asked", set, class, status): cases with at least one mention, and asked at least one item
        """
        sizes = self.classes
        system = System({("m", c, s): n for c, n in sizes.items() for s in self.statuses})
        for c, n in sizes.items():
            system.state({("m", c, s): 1 for s in self.statuses}, n, n)
        for question in self.questions.values():
            self._add(system, question)
        for question in self.questions.values():
            if question.asked_if:
                self._filter(system, question, *question.asked_if)
        for name, items in (linked or {}).items():
            known = [i for i in items if i in self.questions]
            self._link(system, name, known, complete=len(known) == len(items))
        return system

    def _add(self, system: System, question: Question) -> None:
        for c, n in self.classes.items():
            for s in self.statuses:
                parts = {("x", question.id, c, s, a): 1 for a in question.states}
                system.largest |= dict.fromkeys(parts, n)
                system.state(parts | {("m", c, s): -1}, 0, 0)
                if s in self.absent and NOT_ASKED in question.states:
                    system.state({("x", question.id, c, s, NOT_ASKED): 1, ("m", c, s): -1}, 0, 0)

    def _filter(self, system: System, question: Question, parent: str, value: str) -> None:
        """Who was asked a question has given the answer that leads to it."""
        if parent not in self.questions or value not in self.questions[parent].states:
            return
        for c, n in self.classes.items():
            for s in self.statuses:
                asked = {("x", question.id, c, s, a): 1 for a in question.states if a != NOT_ASKED}
                system.state(asked | {("x", parent, c, s, value): -1}, -n, 0)

    def _link(self, system: System, name: str, items: Sequence[str], *, complete: bool) -> None:
        for c, n in self.classes.items():
            for s in self.statuses:
                some, asked = ("any", name, c, s), ("asked", name, c, s)
                system.largest |= {some: n, asked: n}
                system.state({asked: 1, ("m", c, s): -1}, -n, 0)
                system.state({some: 1, asked: -1}, -n, 0)
                if items and complete:
                    mentions = {("x", i, c, s, "selected"): -1 for i in items}
                    system.state(mentions | {some: 1}, -n * len(items), 0)
                for i in items:
                    chosen = ("x", i, c, s, "selected")
                    system.state({chosen: 1, some: -1}, -n, 0)
                    rest = {("x", i, c, s, a): 1 for a in self.questions[i].states if a != NOT_ASKED}
                    system.state(rest | {asked: -1}, -n, 0)

    def truth(self, linked: Mapping[str, Sequence[str]] | None = None) -> dict[Key, int]:
        """The values that the unknowns have in the data."""
        keys = list(zip(*(self.cases[a].astype(str) for a in self.attributes), strict=True)) or [()] * len(
            self.cases
        )
        status = self.cases["status"].astype(str).tolist()
        ids = self.cases["case_id"].tolist()
        found: dict[Key, int] = {}
        of = {q: self.answers[q].to_dict() for q in self.questions}
        items_of = {name: [i for i in items if i in of] for name, items in (linked or {}).items()}
        for case_id, c, s in zip(ids, keys, status, strict=True):
            counted: list[Key] = [("m", c, s)]
            counted += [("x", q, c, s, states.get(case_id, NOT_ASKED)) for q, states in of.items()]
            for name, items in items_of.items():
                states = {of[i].get(case_id, NOT_ASKED) for i in items}
                counted += [("any", name, c, s)] * ("selected" in states)
                counted += [("asked", name, c, s)] * bool(states - {NOT_ASKED})
            for key in counted:
                found[key] = found.get(key, 0) + 1
        return found
