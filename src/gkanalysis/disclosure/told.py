"""What printed numbers tell about single cases: each count says it itself (`Count.says`), here it becomes a claim."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.policy import SourceRules
from gkanalysis.core.errors import VerificationError
from gkanalysis.counts.count import TOGETHER, Count, Says
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.talks import Codings
from gkanalysis.counts.waves import Change
from gkanalysis.disclosure.paired import weighed
from gkanalysis.disclosure.world import EVERYBODY, NONE, Claim, Dashes, SourceData, set_id

HARMLESS = ("declared", "drawn")  # words from codebooks, words drawn at random
FEW_FOLLOW = "daraus ließe sich errechnen, wie weniger Bündnisse als erlaubt geantwortet haben"
WHATS = {"base_n": "Basis", "share_of_responses": "Nennungen"} | dict.fromkeys(("contact", "filter"), "Grundgesamtheit")
Names = tuple[str, ...]
Sources = Mapping[str, SourceData]
Unread = Iterable[tuple[str, str]]  # id of a number or exhibit, and why it cannot be weighed, or what it names
Numbers = Iterable[tuple[str, Mapping[str, Any]]]


class UnreadError(Exception):
    """A number cannot be read; the message is the German reason."""


def read_claims(numbers: Numbers, data: Data, sources: Sources) -> tuple[list[Claim], Unread]:
    """What numbers with a line of `Count.name` tell; and id and German reason of each that cannot be weighed."""
    claims: list[Claim] = []
    unread = []
    numbers = [(number, cell, str(cell["definition"])) for number, cell in numbers]
    counts = (Count.read(line)[0] for *_, line in numbers if line.startswith("Change("))
    changes = list(dict.fromkeys(c for c in counts if isinstance(c, Change)))
    allowed = weighed(data, changes, data.policy.threshold)
    for number, cell, line in numbers:
        try:
            claims += _Told(data, sources, allowed, number, cell, *Count.read(line)).claims()
        except UnreadError as reason:
            unread.append((number, str(reason)))
        except (KeyError, VerificationError) as missing:
            unread.append((number, f"{missing} lässt sich nicht prüfen"))
    return claims, unread


def read_dashes(numbers: Numbers, withheld: Unread, data: Data, sources: Sources) -> tuple[list[Dashes], Unread]:
    """The rows from which something is withheld, with what is printed beside it; and what cannot be weighed."""
    rows: dict[tuple[str, Count, str], dict[str, str]] = {}
    for exhibit, line in withheld:
        count, by, row, group = Count.read(line)
        rows.setdefault((exhibit, count, row), {})[group] = by
    shown: dict[tuple[str, Count, str], list[str]] = {}
    for number, cell in numbers if rows else ():
        if str(cell["definition"]).startswith(tuple(type(count).__name__ + "(" for _, count, _ in rows)):
            count, _, row, group = Count.read(str(cell["definition"]))
            shown.setdefault((number.partition(":")[0], count, row), []).append(group)
    made, unread = [], []
    for (exhibit, count, row), held in rows.items():
        by, cells, number = next(iter(held.values())), {}, f"{exhibit}:{row}"
        for group in [*held, *(g for g in shown.get((exhibit, count, row), ()) if g != TOTAL)]:
            told = _Told(data, sources, {}, number, {"n": 0, "base_n": 0}, count, by, row, group)
            try:
                claims = {c.what: c for c in reversed(list(told.claims()))}
            except (UnreadError, KeyError, VerificationError):
                claims = {}
            cells[group] = claims.get("Anzahl"), claims.get("Basis")
        says = count.says(data, row)
        if all(n and base for n, base in cells.values()) and all(s.exact for s in says):
            made.append(Dashes(cells[group][0].source, number, cells, frozenset(held)))
        elif not all(told._is_public(s.name) for s in says):
            unread.append((number, "ob seine Striche etwas verraten, lässt sich nicht prüfen"))
    return made, unread


@dataclass(frozen=True)
class _Told:
    """One printed number on its way to its claims."""

    data: Data
    sources: Sources
    allowed: Mapping[Change, str]
    number: str
    cell: Mapping[str, Any]
    count: Count
    by: str
    row: str
    group: str

    @property
    def _rules(self) -> SourceRules:
        return self.data.policy.sources.get(self.count.source, SourceRules())

    def claims(self) -> Iterator[Claim]:
        """Everything that the count says of its row."""
        if self.by and not self.data.group(self.by).is_public:
            what = f"es ist nach den Antworten auf „{self.by}“ gegliedert"
            raise UnreadError(f"{what}, und das kann die Prüfung nicht zusammenrechnen")
        if TOGETHER in self.row and not self.count.exclusive:  # a union that no single answer stands for
            says = [Says("behind" if self.count.counts_units else "whole")]
        else:
            says = list(self.count.says(self.data, self.row))
        public = any(self._is_public(s.name) for s in says if s.kind == "x" and s.of != "base_n")
        for s in says:
            match s.kind:
                case "x" | "least" | "any" | "mentions" | "cases" if public:
                    pass
                case "listed" if self._rules.kind == "public" or self._is_public(s.name):
                    pass
                case "x" | "listed" | "least":
                    yield from self._claim(s, (s.name,), s.states)
                case "cases":
                    present = tuple(x for x in self._source.statuses if x not in self._rules.absent)
                    yield from self._claim(s, (EVERYBODY.id,), EVERYBODY.states, s.statuses or present)
                case "any":
                    yield from self._claim(s, (set_id(s.name),), ("selected",))
                case "asked":
                    yield from self._claim(s, (set_id(s.name),), ("selected", NONE))
                case "mentions":
                    yield from self._claim(s, self._source.questions[set_id(s.name)].parts, ("selected",))
                case _:
                    self._weigh(s)

    @property
    def _source(self) -> SourceData:
        if self.count.source not in self.sources:
            raise UnreadError(f"„{self.count.source}“ ist weder als öffentlich erklärt noch eine Quelle mit Bündnissen")
        return self.sources[self.count.source]

    def _claim(self, s: Says, questions: Names, states: Names, statuses: Names = ()) -> Iterator[Claim]:
        """The claim that a number makes, if there is one: an exact one, or that there are cases and at most so many."""
        source, n = self._source.source, self._value(s.of)
        if n is not None:
            low, what = n if s.exact else -(-n // s.per) if s.per else min(n, 1), WHATS.get(s.of, "Anzahl")
            n = len(self._source.cases) if s.kind == "least" else n
            groups, statuses = (self.group,), statuses or s.statuses
            yield Claim(source, self.number, questions, groups, statuses, states, low, n, what)

    def _value(self, of: str) -> int | None:
        n, base_n = (self.cell.get(k) for k in ("n", "base_n"))
        if of == "share_of_responses":
            share = self.cell.get(of)
            return None if not n or share is None or pd.isna(share) or not share else round(n / share)
        if of == "coded":  # beside statistics of coders
            return Codings(source=self.count.source).cell(self.data, self.row, self.group).n
        if of in ("contact", "filter"):
            left = self.count.left_out(self.data, self.row.partition(TOGETHER)[0])[of]
            inside = [c for c in left if self.group in (TOTAL, self.data.group(self.by or "type").of.get(c))]
            return None if pd.isna(self.cell.get("population_n")) else len(inside)
        if of == "rest":
            return int(base_n) - int(n)
        value = n if of == "n" else base_n
        return None if value is None or pd.isna(value) else int(value)

    def _is_public(self, question: str) -> bool:
        known = self.sources.get(self.count.source)
        text = bool(known and question in known.questions and known.questions[question].is_text)
        return self.data.policy.rule(self.count.source, question, text=text).kind == "public"

    def _weigh(self, s: Says) -> None:
        """Refuse a number that is no claim about cases and gives away too much."""
        threshold = self.data.policy.threshold
        match s.kind:
            case "whole" if not (s.name and self._is_public(s.name)):
                # harmless where even a single one of all cases may be counted, or not fewer than the threshold are
                n, least = self._value("n") or 0, self._rules.total_from
                least = threshold if least is None else least
                if self.group != TOTAL or (n and n < least):
                    few = f"weniger als {least} Bündnisse stehen dahinter"
                    raise UnreadError(f"{few}, oder es ist nach Gruppen gegliedert")
            case "behind":
                # too few cases behind the units that are counted, or behind the others, would show
                cell = self.count.cell(self.data, self.row, self.group)
                if any(0 < n < threshold for n in cell.cases):
                    raise UnreadError(f"hinter dem Ja oder dem Nein stehen weniger als {threshold} Bündnisse")
            case "weighed":
                detail = self.allowed[self.count]
                if detail == "nothing" or (s.name != "pairs" and detail == "difference"):
                    raise UnreadError(FEW_FOLLOW)
            case "taking part":
                # who took part says nothing about answers, as long as the policy calls no status sensitive
                source = s.name or self.count.source
                if self.data.policy.rule(source, "status").sensitive != ():
                    raise UnreadError(f"wer an „{source}“ teilnahm, ist vertraulich")
            case "published" if self._rules.kind != "public":
                raise UnreadError(f"„{self.count.source}“ ist nicht als öffentlich erklärt")


def words_behind(folder: Path, printed: Iterable[Mapping[str, Any]], data: Data) -> tuple[Numbers, list[str]]:
    """Id and row of the numbers that words follow from and that are not printed: they are weighed as if they were.

    And the ids of words of which nobody says where they come from.
    """
    known = {str(cell["definition"]) for cell in printed}
    behind: dict[str, tuple[str, dict[str, Any]]] = {}
    unknown = []
    path = folder / "values.json"
    for value in json.loads(path.read_text(encoding="utf-8")) if path.exists() else ():
        if value.get("definition") or value.get("kind") in HARMLESS:
            continue
        if value.get("kind") != "derived":
            unknown.append(value["id"])
        for line in value.get("of", ()):
            if line not in known and line not in behind:
                count, by, row, group = Count.read(line)
                cell = count.cell(data, row, group, by)
                behind[line] = (value["id"], {"definition": line, "n": cell.n, "base_n": cell.base_n})
    return list(behind.values()), unknown
