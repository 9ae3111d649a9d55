"""Words for numbers: one declared scale says which words a share, a count, a comparison or a rank bears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import CodebookError, NotebookError
from gkanalysis.core.lookup import listed

WORDS_FILE = "woerter.yml"  # beside the codebooks
Part = tuple[int, int | None]  # n and base_n of a number


@dataclass(frozen=True)
class Scale:
    """Words with what they stand for.

    Attributes
    ----------
    steps : (words, least, most, whether least and most themselves are in) of a share from 0 to 1
    more, fewer, same : words that compare two numbers
    most, least, unsurpassed : words for a rank; the last ones allow for others that are equal
    everyday : words that mean other things, too, and may stand in prose without a number
    base : that of a scale for the counts of few cases, as interviews have one; 0 for any base

    Examples
    --------
    >>> scale = Scale().of_counts({"base": 3, "words": [{"from": 1, "to": 2, "words": ["manche"]}]})
    >>> scale.words_for(2, 3)
    ['manche']
    """

    steps: tuple[tuple[tuple[str, ...], float, float, bool, bool], ...] = ()
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    unsurpassed: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    base: int = 0

    def of_counts(self, declared: Any) -> Scale:
        """The same words for comparisons and ranks, with the words for counts that a codebook of interviews declares."""
        base = int(declared["base"])
        steps = ((tuple(s["words"]), int(s["from"]) / base, int(s["to"]) / base, True, True) for s in declared["words"])
        return replace(self, steps=tuple(steps), base=base)

    def word_in(self, phrase: str, words: Iterable[str]) -> str:
        """The longest of some words that stands in a phrase, "" if none does.

        >>> Scale().word_in("Die meisten Bündnisse", ["meisten", "die meisten"])
        'die meisten'
        """
        there = [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", phrase, re.IGNORECASE)]
        return max(there, key=len, default="")

    def rank_in(self, phrase: str) -> str:
        """The word for a rank that stands in a phrase, "" if none does."""
        return self.word_in(phrase, (*self.most, *self.unsurpassed, *self.least))

    def words_for(self, n: int, base_n: int) -> list[str]:
        """The words that may stand for a number."""
        share = n / base_n
        return [
            w
            for words, low, high, with_low, with_high in self.steps
            if low < share < high or (with_low and share == low) or (with_high and share == high)
            for w in words
        ]

    def check(self, phrase: str, n: int, base_n: int | None) -> None:
        """Refuse a phrase whose word does not stand for this number.

        Raises
        ------
        NotebookError
            If no word of the scale stands in it, or it stands for others; the sentence names those that fit.
        """
        if not base_n:
            raise NotebookError(f"„{phrase}“: zu der Zahl {n} gehört keine Basis; bitte die Zahl selbst nennen.")
        if self.base and base_n != self.base:
            raise NotebookError(f"„{phrase}“ gilt für eine Basis von {self.base}, hier ist sie {base_n}.")
        allowed = self.words_for(n, base_n)
        told = listed(allowed) if allowed else "kein Wort der Skala; bitte die Zahl nennen"
        where = "" if self.base else f" ({WORDS_FILE})"
        word = self.word_in(phrase, (w for words, *_ in self.steps for w in words))
        if not word:
            raise NotebookError(f"„{phrase}“ enthält kein Wort der Skala{where}; für {n} von {base_n} passt: {told}.")
        if word not in allowed:
            raise NotebookError(f"„{phrase}“ passt nicht zu {n} von {base_n}; möglich ist: {told}.")

    def check_comparison(self, phrase: str, one: Part, other: Part) -> None:
        """Refuse a phrase whose word does not stand for two numbers: by shares, where both have a base.

        Raises
        ------
        NotebookError
            If the data say something else; the sentence names the words that fit.
        """
        has_base = one[1] and other[1]
        a, b = (n / base_n if has_base else n for n, base_n in (one, other))
        right = self.more if a > b else self.fewer if a < b else self.same
        if self.word_in(phrase, (*self.more, *self.fewer, *self.same)) not in right:
            told = " gegen ".join(f"{n} von {base_n}" if has_base else f"{n}" for n, base_n in (one, other))
            raise NotebookError(f"„{phrase}“ sagt etwas anderes als die Daten ({told}); möglich ist: {listed(right)}.")

    @property
    def unbound(self) -> tuple[str, ...]:
        """Words that must not stand in prose without a number behind them."""
        every = [w for words, *_ in self.steps for w in words]
        if not self.base:
            every += [*self.more, *self.fewer, *self.same, *self.most, *self.least, *self.unsurpassed]
        return tuple(w for w in every if w not in self.everyday)


@cache
def read_scale(folder: Path) -> Scale:
    """The declared scale, `woerter.yml` in the folder of the codebooks.

    Raises
    ------
    CodebookError
        If a word stands twice, or a step is no range within 0 and 1.
    """
    from gkanalysis.codebook.words import KINDS, read_words

    declared = read_words(folder / WORDS_FILE)
    steps = tuple((tuple(s.words), s.least, s.most, s.with_least, s.with_most) for s in declared.shares)
    every = [w for s in steps for w in s[0]]
    if twice := {w for w in every if every.count(w) > 1}:
        raise CodebookError(f"„{WORDS_FILE}“: {listed(sorted(twice))} steht zweimal; bitte jedes Wort einmal nennen.")
    return Scale(steps, *(tuple(getattr(declared, k)) for k in (*KINDS, "everyday")))


def loose_words(text: str, words: Sequence[str]) -> list[str]:
    """Words of a scale that stand in a text without a number behind them, the longest first.

    >>> loose_words("Nur ein Fall, kein Fallbeispiel", ["ein Fall"]), loose_words("ein Fallbeispiel", ["ein Fall"])
    (['ein Fall'], [])
    """
    there = (w for w in sorted(words, key=len, reverse=True) if w.lower() in text.lower())
    return [w for w in there if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.IGNORECASE)]
