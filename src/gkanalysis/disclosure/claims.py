"""What a printed number says about the cases of a source, and what a reader gets to find it out.

The readers lie in `answerclaims`, `setclaims`, `listclaims` and `countedrows`; `readclaims` knows them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from gkanalysis.codebook.policy import Policy, SourceRules
from gkanalysis.disclosure.world import ALL, Question

IN_LIST = "any"  # question whether an alliance stands in a list at all


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


@dataclass(frozen=True)
class Printed:
    """One printed number with all that a reader needs; every reader is a function of it.

    Parameters
    ----------
    number, cell : its id and its row
    kind, known : its definition: how it was counted, and of what
    sources, policy : what may be behind it
    read_by : sources that its chapter reads
    claims : what was read so far; readers add to it
    """

    number: str
    cell: Mapping[str, Any]
    kind: str
    known: Mapping[str, str]
    sources: Mapping[str, SourceData]
    policy: Policy
    read_by: Sequence[str]
    claims: Claims

    @property
    def source(self) -> str:
        """Name of the source that the definition states; "" if it states none."""
        return self.known.get("source", "")

    @property
    def data(self) -> SourceData:
        """The source it counts.

        Raises
        ------
        UnreadError
            If there is no such source.
        """
        if self.source not in self.sources:
            raise UnreadError(f"die Rechenvorschrift „{self.kind}“ ist der Prüfung nicht bekannt")
        return self.sources[self.source]

    @property
    def rules(self) -> SourceRules:
        """What the policy says of the source."""
        return self.policy.sources.get(self.source, SourceRules())

    @property
    def n(self) -> int | None:
        """The count."""
        return self._whole("n")

    @property
    def base_n(self) -> int | None:
        """The base printed beside it, if any."""
        return self._whole("base_n")

    @property
    def row(self) -> str:
        """Its row in the table."""
        return str(self.cell["row"])

    @property
    def group(self) -> tuple[str, ...]:
        """The group it is about."""
        return (str(self.cell.get("subgroup", ALL)),)

    @property
    def status(self) -> tuple[str, ...]:
        """The statuses of the cases it counts; empty for all that can have answered."""
        return tuple(s for s in self.known.get("status", "").split(",") if s)

    def _whole(self, key: str) -> int | None:
        value = self.cell.get(key)
        return None if value is None or pd.isna(value) else int(value)

    def but(self, cell: Mapping[str, Any] | None = None, **known: str) -> Printed:
        """The same number, read as if its row or definition said something else."""
        return replace(self, cell={**self.cell, **(cell or {})}, known={**self.known, **known})

    def passes(self, question: str, *, text: bool = False) -> bool:
        """Whether the question is public; if so, the number is noted as public."""
        public = self.policy.rule(self.source, question, text=text).kind == "public"
        self.claims.public += public
        return public

    def said(self, name: str, states: tuple[str, ...], **other: Any) -> Claim:
        """What the count says: so many cases are in these states of a question, or as `other` has it."""
        claim = Claim(self.number, "x", name, self.group, self.status, states, self.n, self.n)
        return replace(claim, **other)

    def based(self, claim: Claim, **other: Any) -> Claim | None:
        """What the base beside a count says; None if there is none."""
        n = self.base_n
        return None if n is None else replace(claim, low=n, high=n, what="Basis", **other)

    def add(self, *claims: Claim | None) -> None:
        """Keep what the number says about its source."""
        for claim in claims:
            if claim is not None:
                self.claims.add(self.source, claim)


def category_question(item_id: str, category: str) -> str:
    """Id of the question whether a case named a category of an open item; so the policy may name it, too.

    >>> category_question("3.3", "sport")
    '3.3/sport'
    """
    return f"{item_id}/{category}"


def option_question(column: str, option: str, given: str = "") -> str:
    """Id of the question whether an alliance has a row with an option; so the policy may name it, too.

    >>> option_question("form", "telefon"), option_question("state", "offen", "agreed")
    ('form/telefon', 'state/offen+agreed')
    """
    return f"{column}/{option}" + (f"+{given}" if given else "")
