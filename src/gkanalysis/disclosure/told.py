"""What printed numbers tell about single cases: each count says it itself (`Count.says`), here it becomes a claim."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gkanalysis.codebook.policy import Policy, SourceRules
from gkanalysis.core.errors import VerificationError
from gkanalysis.counts.count import TOGETHER, Cell, Count, Says
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.waves import Change
from gkanalysis.disclosure.claims import Claim, Claims, SourceData, UnreadError
from gkanalysis.disclosure.pairedcounts import Paired, printable_detail
from gkanalysis.stats.paired import mcnemar_test, paired_difference

SIGNIFICANT = 0.05
HARMLESS = ("declared", "drawn")  # words from codebooks, words drawn at random
WHATS = {"base_n": "Basis", "share_of_responses": "Nennungen"}


def add_claims(
    numbers: Iterable[tuple[str, Mapping[str, Any]]], data: Data, sources: Mapping[str, SourceData], policy: Policy, claims: Claims
) -> None:  # fmt: skip
    """Add what numbers with a line of `Count.name` tell.

    Parameters
    ----------
    numbers : id and row of each printed number
    data : what was received
    sources : the cases of each source, as the exact check takes them
    policy : what is public, and the threshold
    claims : takes them; numbers that cannot be weighed go to `claims.unread` with the reason
    """
    numbers = list(numbers)
    changes = _changes([cell for _, cell in numbers])
    allowed = weighed(data, changes, policy.threshold) if changes else {}
    for number, cell in numbers:
        try:
            count, by, row, group = Count.read(str(cell["definition"]))
            if by and not data.group(by).is_public:
                raise UnreadError(
                    f"es ist nach den Antworten auf „{by}“ gegliedert, und das kann die Prüfung nicht zusammenrechnen"
                )
            _Told(number, cell, count, row, group, data, sources, policy, claims, allowed).add()
        except UnreadError as reason:
            claims.unread.append((number, str(reason)))
        except (KeyError, VerificationError) as missing:
            claims.unread.append((number, f"{missing} lässt sich nicht prüfen"))


class _Told:
    """One printed number on its way to its claims."""

    def __init__(
        self, number: str, cell: Mapping[str, Any], count: Count, row: str, group: str, data: Data,
        sources: Mapping[str, SourceData], policy: Policy, claims: Claims, allowed: Mapping[Change, str],
    ) -> None:  # fmt: skip
        self.number, self.cell, self.count, self.row, self.group = number, cell, count, row, group
        self.data, self.sources, self.policy, self.claims, self.allowed = (
            data,
            sources,
            policy,
            claims,
            allowed,
        )

    @property
    def rules(self) -> SourceRules:
        return self.policy.sources.get(self.count.source, SourceRules())

    def add(self) -> None:
        """Everything that the count says of its row."""
        joined = TOGETHER in self.row and not self.count.exclusive  # a union that no single answer stands for
        says = (
            [Says("behind" if self.count.counts_units else "whole")]
            if joined
            else list(self.count.says(self.data, self.row))
        )
        asked = [s for s in says if s.kind == "x" and s.of != "base_n"]
        public = any(self._is_public(s.name) for s in asked)
        for s in says:
            if s.kind in ("x", "any", "asked", "mentions", "cases"):
                if public and s.kind != "asked":
                    self.claims.public += s.of == "n"
                else:
                    self._claim(s)
            else:
                {
                    "public": self._pass, "procedure": self._pass, "whole": self._whole, "behind": self._behind,
                    "weighed": self._weighed, "taking part": self._taking_part, "listed": self._listed,
                    "between": self._between, "published": self._published,
                }[s.kind](s)  # fmt: skip

    def _value(self, of: str) -> int | None:
        n, base_n = (self.cell.get(k) for k in ("n", "base_n"))
        if of == "share_of_responses":
            share = self.cell.get(of)
            return None if not n or share is None or pd.isna(share) or not share else round(n / share)
        if of == "rest":
            return int(base_n) - int(n)
        value = n if of == "n" else base_n
        return None if value is None or pd.isna(value) else int(value)

    def _is_public(self, question: str) -> bool:
        data = self.sources.get(self.count.source)
        text = bool(data and question in data.questions and data.questions[question].is_text)
        return self.policy.rule(self.count.source, question, text=text).kind == "public"

    def _claim(self, s: Says) -> None:
        if self.count.source not in self.sources:
            raise UnreadError(f"„{self.count.source}“ ist weder als öffentlich erklärt noch eine Quelle mit Bündnissen")
        n = self._value(s.of)
        if n is None:
            return
        low = n if s.exact else min(n, 1)
        what = WHATS.get(s.of, "Anzahl")
        self.claims.add(
            self.count.source,
            Claim(self.number, s.kind, s.name, (self.group,), s.statuses, s.states, low, n, what),
        )

    def _pass(self, s: Says) -> None:
        self.claims.public += 1

    def _whole(self, s: Says) -> None:
        """Harmless where even a single one of all cases may be counted, or not fewer than the threshold are."""
        if s.name and self._is_public(s.name):
            return self._pass(s)
        n, least = self._value("n") or 0, self.rules.total_from
        least = self.policy.threshold if least is None else least
        if self.group != TOTAL or (n and n < least):
            raise UnreadError(f"weniger als {least} Bündnisse stehen dahinter, oder es ist nach Gruppen gegliedert")
        self._pass(s)

    def _behind(self, s: Says) -> None:
        """Too few cases behind the units that are counted, or behind the others, would show."""
        if any(0 < n < self.policy.threshold for n in self._cell().cases):
            raise UnreadError(f"hinter dem Ja oder dem Nein stehen weniger als {self.policy.threshold} Bündnisse")
        self._pass(s)

    def _cell(self) -> Cell:
        return self.count.cell(self.data, self.row, self.group)

    def _weighed(self, s: Says) -> None:
        assert isinstance(self.count, Change)
        detail = self.allowed[self.count]
        if detail == "nothing" or (s.name != "pairs" and detail == "difference"):
            raise UnreadError("daraus ließe sich errechnen, wie weniger Bündnisse als erlaubt geantwortet haben")
        self._pass(s)

    def _taking_part(self, s: Says) -> None:
        """Who took part says nothing about answers, as long as the policy calls no status sensitive."""
        source = s.name or self.count.source
        if self.policy.rule(source, "status").sensitive != ():
            raise UnreadError(f"wer an „{source}“ teilnahm, ist vertraulich")
        self._pass(s)

    def _listed(self, s: Says) -> None:
        if self.rules.kind == "public" or self._is_public(s.name):
            return self._pass(s)
        self._claim(Says("x", s.name, s.states, exact=s.exact))

    def _between(self, s: Says) -> None:
        low, high = map(float, s.states)
        states = self.sources[self.count.source].questions[s.name].states
        self._claim(Says("x", s.name, tuple(x for x in states if low <= float(x) <= high)))

    def _published(self, s: Says) -> None:
        if self.rules.kind != "public":
            raise UnreadError(f"„{self.count.source}“ ist nicht als öffentlich erklärt")
        self._pass(s)


def words_behind(
    folder: Path, printed: Iterable[Mapping[str, Any]], data: Data
) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    """The numbers that words follow from and that are not printed themselves: they are weighed as if they were.

    Returns
    -------
    (id, row) of each such number; and the ids of words of which nobody says where they come from
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


# ---- paired change ----


def _changes(cells: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes that a report prints, a family of tests."""
    counts = (Count.read(str(c["definition"]))[0] for c in cells if str(c["definition"]).startswith("Change("))
    return list(dict.fromkeys(c for c in counts if isinstance(c, Change)))


def weighed(data: Data, changes: Sequence[Change], threshold: int) -> dict[Change, str]:
    """How much of each change may be printed; all are one family of tests. See `pairedcounts`."""
    pairs = [Paired(*c.pairs(data)) for c in changes]
    tests = [mcnemar_test(*p).p for p in pairs]
    p_values = np.array([np.nan if p is None else p for p in tests], dtype=float)
    return {
        c: printable_detail(pairs[k], *c.totals(data), threshold, shown_interval, _verdicts(p_values, k))
        for k, c in enumerate(changes)
    }


def shown_interval(pairs: Paired) -> tuple[int, int]:
    """The interval of the difference in whole percentage points, as it is printed."""
    made = paired_difference(pairs.both, pairs.lost, pairs.gained, pairs.neither)
    return round(100 * (made.low or 0.0)), round(100 * (made.high or 0.0))


def _verdicts(p_values: np.ndarray, k: int) -> Callable[[Paired], tuple[bool, ...]]:
    """What a reader is told of all tests of the family, if the pairs of question `k` were others."""

    @cache
    def told(lost: int, gained: int) -> tuple[bool, ...]:
        p = mcnemar_test(0, lost, gained, 0).p
        family = p_values.copy()
        family[k] = np.nan if p is None else p
        return _below(family)

    return lambda pairs: told(pairs.lost, pairs.gained)


def _below(p_values: np.ndarray) -> tuple[bool, ...]:
    """Which tests stay below the limit after Holm's correction.

    As `stats.holm` has it, without its half-tenth of a second: this is asked for every table a reader might guess.
    """
    order = np.argsort(p_values)  # nan last
    p = p_values[order]
    factors = np.count_nonzero(~np.isnan(p)) - np.arange(len(p))
    below = np.empty(len(p), dtype=bool)
    below[order] = np.maximum.accumulate(p * factors) < SIGNIFICANT
    return tuple(below.tolist())
