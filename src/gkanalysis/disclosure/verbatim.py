"""Words of an interview that stand in a report outside the quotations that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gkanalysis.disclosure.matching import HARD_BREAK, WORD, fold, words

FREE_RUN = 8  # words that nobody writes by chance as they were spoken
IN_MARKS = re.compile(r"[„“\"»«]([^„“”\"»«]+)[“”\"«»]|‚([^‚‘]+)‘")
Run = tuple[str, ...]


def runs(text: str, length: int) -> set[Run]:
    """All runs of so many words.

    >>> sorted(runs("Wir sind da.", 2))
    [('sind', 'da'), ('wir', 'sind')]
    """
    return set(_windows(words(text), length))


def _windows(tokens: Sequence[str], length: int) -> Iterator[Run]:
    for at in range(len(tokens) - length + 1):
        yield tuple(tokens[at : at + length])


@dataclass(frozen=True)
class Spoken:
    """What was said in interviews and is not shown as a quotation: runs of words, in quotation marks shorter ones.

    Examples
    --------
    >>> spoken = Spoken.of(["Wir haben das alles schon vor Jahren gemeinsam so gemacht."], ["alles schon vor Jahren"], quoted=4)
    >>> spoken.find("Es heißt, „wir haben das alles“ sei „alles schon vor Jahren“ so gewesen.")
    'wir haben das alles'
    """

    free: frozenset[Run]
    quoted: frozenset[Run]
    quoted_words: int

    @classmethod
    def of(cls, texts: Iterable[str], shown: Iterable[str], *, quoted: int) -> Spoken:
        """From transcripts and coded segments, and the texts whose words may appear.

        Parameters
        ----------
        shown : wordings of the quotations that the report shows, and printed texts such as labels
        quoted : so many words in quotation marks are a quotation
        """
        texts, shown = list(dict.fromkeys(texts)), list(dict.fromkeys(shown))
        found = []
        for length in (FREE_RUN, quoted):
            allowed = set().union(*(runs(t, length) for t in shown))
            found.append(frozenset(set().union(*(runs(t, length) for t in texts)) - allowed))
        return cls(*found, quoted)

    def find(self, text: str) -> str:
        """The first words in a text that were spoken and not shown; "" if there are none."""
        if not self.free and not self.quoted:
            return ""
        folded = fold(text)
        for view in dict.fromkeys((folded, HARD_BREAK.sub("", folded))):
            if found := _first(view, self.free, FREE_RUN):
                return found
            for marked in IN_MARKS.finditer(view):
                if found := _first(marked[1] or marked[2], self.quoted, self.quoted_words):
                    return found
        return ""


def _first(text: str, sought: frozenset[Run], length: int) -> str:
    """The first run of words that is sought, as long as it goes on."""
    places = list(WORD.finditer(text))
    tokens = [m[0] for m in places]
    start = end = -1
    for at, run in enumerate(_windows(tokens, length)):
        if run in sought:
            start, end = (at if start < 0 else start), at + length - 1
        elif start >= 0:
            break
    return "" if start < 0 else " ".join(text[places[start].start() : places[end].end()].split())
