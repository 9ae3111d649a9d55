"""Words for small counts: prose says „einige Kommunen“ for a number, and only where the number allows it.

Counts of interviews are too small for percentages and too many for a list. One declared scale says which word
stands for which count, so that the same word means the same in every chapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gkanalysis.core.errors import CodebookError, RenderError


@dataclass(frozen=True)
class CountWords:
    """A scale of words for the counts 1 to `base`; `steps` are (from, to, words), without gap or overlap.

    Examples
    --------
    >>> scale = CountWords(3, ((1, 1, ("ein Fall",)), (2, 2, ("zwei Fälle",)), (3, 3, ("alle Fälle",))))
    >>> scale.words_for(2), scale.phrases
    (('zwei Fälle',), ('ein Fall', 'zwei Fälle', 'alle Fälle'))
    """

    base: int
    steps: tuple[tuple[int, int, tuple[str, ...]], ...]

    @property
    def phrases(self) -> tuple[str, ...]:
        """All words of the scale."""
        return tuple(word for _, _, words in self.steps for word in words)

    @property
    def explained(self) -> str:
        """The scale in one line for readers: the first word of each step and what it stands for."""
        steps = (
            f"„{words[0]}“ für {low}" if low == high else f"„{words[0]}“ für {low} bis {high}"
            for low, high, words in self.steps
        )
        return ", ".join(steps)

    def words_for(self, n: int) -> tuple[str, ...]:
        """The words that may stand for a count; none for 0 and for what the scale does not reach."""
        return next((words for low, high, words in self.steps if low <= n <= high), ())

    def check(self, phrase: str, n: int, base_n: int | None) -> None:
        """Refuse a phrase that does not stand for this count on this base.

        Raises
        ------
        RenderError
            If the phrase is not on the scale, stands for other counts, or the base is another one.
        """
        if base_n != self.base:
            raise RenderError(f"„{phrase}“ gilt für eine Basis von {self.base}, hier ist sie {base_n}.")
        first = phrase[:1].lower() + phrase[1:]
        if {phrase, first} & set(self.words_for(n)):
            return
        allowed = " · ".join(self.words_for(n)) or "kein Wort der Skala; bitte die Zahl nennen"
        for low, high, words in self.steps:
            if {phrase, first} & set(words):
                meant = f"{low}" if low == high else f"{low} bis {high}"
                raise RenderError(
                    f"„{phrase}“ steht für {meant} von {self.base}, hier sind es {n}. Möglich ist: {allowed}."
                )
        raise RenderError(
            f"„{phrase}“ steht nicht in der Skala der Zahlwörter. Möglich ist für {n}: {allowed}."
        )

    def unbound(self, text: str) -> Iterable[str]:
        """Phrases of the scale that stand in a text, longest first; a text without references is expected.

        >>> scale = CountWords(1, ((1, 1, ("ein Fall",)),))
        >>> list(scale.unbound("Nur ein Fall, kein Fallbeispiel")), list(scale.unbound("ein Fallbeispiel"))
        (['ein Fall'], [])
        """
        for phrase in sorted(self.phrases, key=len, reverse=True):
            if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE):
                yield phrase

    def record(self) -> list[Any]:
        """The scale as plain lists, for the chapter file."""
        return [self.base, [[low, high, list(words)] for low, high, words in self.steps]]

    @classmethod
    def from_record(cls, record: Any) -> CountWords:
        """The scale from plain lists."""
        return cls(record[0], tuple((low, high, tuple(words)) for low, high, words in record[1]))


def read_count_words(declared: Mapping[str, Any], where: str) -> CountWords:
    """The scale of a codebook.

    Parameters
    ----------
    declared : mapping with `base` and `words`, a list of mappings with `from`, `to`, `words`
    where : name of the codebook, for the message

    Raises
    ------
    CodebookError
        If a count of 1 to the base has no word or two steps, or a word stands in two steps.

    Examples
    --------
    >>> read_count_words({"base": 1, "words": [{"from": 1, "to": 1, "words": ["ein Fall"]}]}, "x.yml").base
    1
    """
    try:
        base = int(declared["base"])
        steps = tuple((int(s["from"]), int(s["to"]), tuple(map(str, s["words"]))) for s in declared["words"])
    except (KeyError, TypeError, ValueError):
        raise CodebookError(
            f"„{where}“: „count_words“ ist unvollständig; nötig sind „base“ und eine Liste „words“ mit from, to und words."
        ) from None
    covered = [n for low, high, _ in steps for n in range(low, high + 1)]
    words = [w for _, _, ws in steps for w in ws]
    if (
        covered != list(range(1, base + 1))
        or len(words) != len(set(words))
        or not all(w for _, _, w in steps)
    ):
        raise CodebookError(
            f"„{where}“: Die Skala der Zahlwörter muss jede Anzahl von 1 bis {base} genau einmal und der Reihe nach abdecken, jedes Wort genau einmal."
        )
    return CountWords(base, steps)
