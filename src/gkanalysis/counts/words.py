"""Words for numbers: one declared scale says which words a share, a comparison or a rank bears."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import CodebookError, NotebookError
from gkanalysis.core.lookup import listed

WORDS_FILE = "woerter.yml"  # beside the codebooks


@dataclass(frozen=True)
class Scale:
    """Words with what they stand for.

    Attributes
    ----------
    shares : (words, least, most, whether least and most themselves are in) of a share from 0 to 1
    more, fewer, same : words that compare two numbers
    most, least, unsurpassed : words for a rank; the last ones allow for others that are equal
    """

    shares: tuple[tuple[tuple[str, ...], float, float, bool, bool], ...] = ()
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    unsurpassed: tuple[str, ...] = ()

    def word_in(self, phrase: str, words: Iterable[str]) -> str:
        """The longest of some words that stands in a phrase, "" if none does.

        >>> Scale().word_in("Die meisten Bündnisse", ["meisten", "die meisten"])
        'die meisten'
        """
        there = [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", phrase, re.IGNORECASE)]
        return max(there, key=len, default="")

    def fits(self, word: str, share: float) -> bool:
        """Whether a word of the scale stands for a share."""
        steps = (s for s in self.shares if word in s[0])
        return any(
            low < share < high or (with_low and share == low) or (with_high and share == high)
            for _, low, high, with_low, with_high in steps
        )

    def check_share(self, phrase: str, n: int, base_n: int | None) -> None:
        """Refuse a phrase whose word does not stand for this share.

        Raises
        ------
        NotebookError
            If no word of the scale stands in it, or it stands for other shares; the sentence names those that fit.
        """
        if not base_n:
            raise NotebookError(f"„{phrase}“: zu der Zahl {n} gehört keine Basis; bitte die Zahl selbst nennen.")
        allowed = [w for s in self.shares for w in s[0] if self.fits(w, n / base_n)]
        word = self.word_in(phrase, (w for s in self.shares for w in s[0]))
        if not word:
            raise NotebookError(
                f"„{phrase}“ enthält kein Wort der Skala ({WORDS_FILE}); für {n} von {base_n} passt: {listed(allowed)}."
            )
        if word not in allowed:
            raise NotebookError(f"„{phrase}“ passt nicht zu {n} von {base_n}; möglich ist: {listed(allowed)}.")

    @property
    def unbound(self) -> tuple[str, ...]:
        """Words for shares that must not stand in prose without a number behind them; „in allen“ may be no share."""
        return tuple(w for words, low, high, *_ in self.shares if 0 < high - low < 1 for w in words if " " in w)


@cache
def read_scale(folder: Path) -> Scale:
    """The declared scale, `woerter.yml` in the folder of the codebooks.

    Raises
    ------
    CodebookError
        If a word stands twice, or a step is no range within 0 and 1.
    """
    from gkanalysis.codebook.words import read_words

    declared = read_words(folder / WORDS_FILE)
    shares = tuple((tuple(s.words), s.least, s.most, s.with_least, s.with_most) for s in declared.shares)
    every = [w for s in shares for w in s[0]]
    if twice := {w for w in every if every.count(w) > 1}:
        raise CodebookError(f"„{WORDS_FILE}“: {listed(sorted(twice))} steht zweimal; bitte jedes Wort einmal nennen.")
    return Scale(
        shares,
        *(tuple(getattr(declared, k)) for k in ("more", "fewer", "same", "most", "least", "unsurpassed")),
    )


@dataclass(frozen=True)
class CountWords:
    """A scale of words for the counts 1 to `base`, as interviews use it; `steps` are (from, to, words) without gap.

    Examples
    --------
    >>> scale = CountWords(3, ((1, 1, ("ein Fall",)), (2, 2, ("zwei Fälle",)), (3, 3, ("alle Fälle",))))
    >>> scale.words_for(2), scale.explained
    (('zwei Fälle',), '„ein Fall“ für 1, „zwei Fälle“ für 2, „alle Fälle“ für 3')
    """

    base: int
    steps: tuple[tuple[int, int, tuple[str, ...]], ...]

    @classmethod
    def of(cls, declared: Any) -> CountWords:
        """The scale as a codebook of interviews declares it."""
        steps = tuple((int(s["from"]), int(s["to"]), tuple(s["words"])) for s in declared["words"])
        return cls(int(declared["base"]), steps)

    @property
    def explained(self) -> str:
        """The scale in one line for readers."""
        told = [(w[0], a, b) for a, b, w in self.steps]
        return ", ".join(f"„{w}“ für {a}" if a == b else f"„{w}“ für {a} bis {b}" for w, a, b in told)

    def words_for(self, n: int) -> tuple[str, ...]:
        """The words that may stand for a count; none for 0 and for what the scale does not reach."""
        return next((words for low, high, words in self.steps if low <= n <= high), ())

    def check(self, phrase: str, n: int, base_n: int | None) -> None:
        """Refuse a phrase that does not stand for this count on this base.

        Raises
        ------
        NotebookError
            If the phrase is not on the scale, stands for other counts, or the base is another one.
        """
        if base_n not in (None, self.base):
            raise NotebookError(f"„{phrase}“ gilt für eine Basis von {self.base}, hier ist sie {base_n}.")
        either = {phrase, phrase[:1].lower() + phrase[1:]}
        if either & set(self.words_for(n)):
            return
        allowed = " · ".join(self.words_for(n)) or "kein Wort der Skala; bitte die Zahl nennen"
        for low, high, words in self.steps:
            if either & set(words):
                meant = f"{low}" if low == high else f"{low} bis {high}"
                raise NotebookError(
                    f"„{phrase}“ steht für {meant} von {self.base}, hier sind es {n}. Möglich ist: {allowed}."
                )
        raise NotebookError(f"„{phrase}“ steht nicht in der Skala der Zahlwörter. Möglich ist für {n}: {allowed}.")

    @property
    def unbound(self) -> tuple[str, ...]:
        """Words that must not stand in prose without a number behind them."""
        return tuple(w for _, _, words in self.steps for w in words)


def loose_words(text: str, words: Sequence[str]) -> list[str]:
    """Words of a scale that stand in a text without a number behind them, the longest first.

    >>> loose_words("Nur ein Fall, kein Fallbeispiel", ["ein Fall"]), loose_words("ein Fallbeispiel", ["ein Fall"])
    (['ein Fall'], [])
    """
    there = (w for w in sorted(words, key=len, reverse=True) if w.lower() in text.lower())
    return [w for w in there if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.IGNORECASE)]
