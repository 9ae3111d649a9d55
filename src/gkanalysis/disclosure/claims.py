"""What a printed number says about the cases of a source, and what a reader gets to find it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from gkanalysis.disclosure.world import Question


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


@dataclass
class Claims:
    """Claims by source, and the numbers that could not be read: (id, German reason)."""

    of: dict[str, list[Claim]] = field(default_factory=dict)
    unread: list[tuple[str, str]] = field(default_factory=list)
    public: int = 0

    def add(self, source: str, claim: Claim) -> None:
        """Keep a claim."""
        self.of.setdefault(source, []).append(claim)


class UnreadError(Exception):
    """A number cannot be read; the message is the German reason."""
