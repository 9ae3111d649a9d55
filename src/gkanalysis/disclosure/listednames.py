"""Names that may stand where a public list is printed, and nowhere else: an event has a place.

A place is permitted within the row of the list as it is printed, between the cells that the policy names. The same
name anywhere else in the same file is found as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from gkanalysis.disclosure.matching import WORD, fold, words
from gkanalysis.ingest.cellvalues import MONTHS

Told = tuple[str, ...]
ASIDE = (
    "Attribut",
    "Kommentar",
    "<script>",
    "<style>",
)  # texts that lie between the cells of a table, not in them


@dataclass(frozen=True)
class ListedNames:
    """Which names are permitted: those of a printed row, between what stands before and behind them.

    Examples
    --------
    >>> rows = pd.DataFrame({"date": ["2019-04-03"], "place": ["Sonnentau"], "kind": ["Workshop"]})
    >>> listed = ListedNames.of(rows, "date", "place", "kind")
    >>> listed.masked(["3. April 2019", "Sonnentau", "Workshop"], 1).strip()
    ''
    >>> listed.masked(["Rücklauf", "Sonnentau", "Workshop"], 1)
    'sonnentau'
    """

    rows: Mapping[Told, frozenset[tuple[Told, Told]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pd.DataFrame, before: str, name: str, behind: str) -> ListedNames:
        """The permitted names of a list; days are looked for as prose writes them."""
        found: dict[Told, set[tuple[Told, Told]]] = {}
        for r in rows[[before, name, behind]].dropna().astype(str).to_dict("records"):
            found.setdefault(tuple(words(r[name])), set()).add(
                (_as_printed(r[before]), _as_printed(r[behind]))
            )
        return cls({told: frozenset(sides) for told, sides in found.items() if told})

    def joined(self, other: ListedNames) -> ListedNames:
        """What is permitted by one of two lists."""
        keys = {*self.rows, *other.rows}
        return ListedNames({k: self.rows.get(k, frozenset()) | other.rows.get(k, frozenset()) for k in keys})

    def masked(self, texts: Sequence[str], at: int) -> str:
        """The folded text at a place, permitted names blanked; its neighbours may hold the other cells of the row."""
        text = fold(texts[at])
        places = list(WORD.finditer(text))
        own = [m[0] for m in places]
        left = words(texts[at - 1]) if at else []
        right = words(texts[at + 1]) if at + 1 < len(texts) else []
        tokens = [*left, *own, *right]
        for told, sides in self.rows.items():
            for k in range(len(own) - len(told) + 1):
                if tuple(own[k : k + len(told)]) == told and self._stands(
                    tokens, len(left) + k, len(told), sides
                ):
                    start, end = places[k].start(), places[k + len(told) - 1].end()
                    text = text[:start] + " " * (end - start) + text[end:]
        return text

    @staticmethod
    def _stands(tokens: Sequence[str], at: int, size: int, sides: Iterable[tuple[Told, Told]]) -> bool:
        """Whether a row's other cells stand on both sides of its name."""
        return any(
            tuple(tokens[max(0, at - len(before)) : at]) == before
            and tuple(tokens[at + size : at + size + len(behind)]) == behind
            for before, behind in sides
        )


def in_cells(place: str) -> bool:
    """Whether a text is one that readers see, and can be a cell of a table."""
    return not any(word in place for word in ASIDE)


def _as_printed(cell: str) -> Told:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return tuple(words(cell))
    return tuple(words(f"{day.day}. {MONTHS[day.month - 1]} {day.year}"))
