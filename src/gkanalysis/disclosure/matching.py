"""Find names in text as people read it: whatever case, hyphen, ligature, kind of space or invisible sign.

Text and names become words of folded letters. A name is a sequence of words, its last one may carry the German -s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# signs that nobody sees and that split a word for a computer
UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
HYPHENS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n\\s*")
HARD_BREAK = re.compile(r"(?<=[^\W\d_])-[ \t]*\n\s*(?=[^\W\d_])")
WORD = re.compile(r"[^\W_]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
SHOWN = 40  # letters of context on each side


def fold(text: str) -> str:
    """Text without differences that readers do not see; umlauts as in e-mail addresses.

    >>> fold("NEUN\\u00adTÖTERSTADT") == fold("Neuntoeterstadt")
    True
    """
    text = unicodedata.normalize("NFKC", SOFT_BREAK.sub("", text))
    text = HYPHENS.sub("-", UNSEEN.sub("", text))
    return unicodedata.normalize("NFC", text.casefold()).translate(UMLAUTS)


def words(text: str) -> list[str]:
    """The folded words of a text.

    >>> words("Kreis Sonnen\\u00adtau, KI")
    ['kreis', 'sonnentau', 'ki']
    """
    return WORD.findall(fold(text))


@dataclass(frozen=True)
class Name:
    """Something that must not appear: `text` as it was given, what it is, and where it comes from."""

    text: str
    kind: str
    origin: str


@dataclass(frozen=True)
class Hit:
    """A name found in a text, with its surroundings."""

    name: Name
    context: str


@dataclass
class Index:
    """Names by their first word.

    Examples
    --------
    >>> index = Index.of([Name("Kreis Sonnentau", "Ort", "Register"), Name("Dompfaff-Stadt", "Ort", "Register")])
    >>> [h.name.text for h in index.find("im Kreis\\u00a0Sonnen-\\ntaus und in der DOMPFAFFSTADT")]
    ['Kreis Sonnentau', 'Dompfaff-Stadt']
    """

    by_first: dict[str, list[tuple[tuple[str, ...], Name]]] = field(default_factory=dict)
    size: int = 0

    @classmethod
    def of(cls, names: Iterable[Name]) -> Index:
        """Index of names; one of several words is also looked for written as one word where it had hyphens."""
        index = cls()
        known = set()
        for name in names:
            sequence = tuple(words(name.text))
            joined = tuple(words(re.sub(r"(?<=\w)-(?=\w)", "", name.text)))
            for found in {sequence, joined} - known - {()}:
                known.add(found)
                index.by_first.setdefault(found[0], []).append((found, name))
                index.size += 1
        return index

    def find(self, text: str) -> list[Hit]:
        """Every name in a text, also across a hyphenated end of line; each once a text."""
        folded = fold(text)
        found = list(self._scan(folded))
        if "\n" in folded:  # a word may go on in the next line, with a hyphen or, set in two styles, without
            for joined in (HARD_BREAK.sub("", folded), re.sub(r"\s*\n\s*", "", folded)):
                found += self._scan(joined)
        return list({h.name: h for h in reversed(found)}.values())[::-1]

    def _scan(self, folded: str) -> Iterator[Hit]:
        places = list(WORD.finditer(folded))
        tokens = [m[0] for m in places]
        for at, token in enumerate(tokens):
            for first in (token, token[:-1]) if token.endswith("s") else (token,):
                for sequence, name in self.by_first.get(first, ()):
                    end = at + len(sequence)
                    if len(sequence) == 1 or (
                        first == token
                        and tuple(tokens[at + 1 : end - 1]) == sequence[1:-1]
                        and end <= len(tokens)
                        and tokens[end - 1] in (sequence[-1], sequence[-1] + "s")
                    ):
                        if (
                            self._is_part(folded, places[at].start(), places[end - 1].end())
                            and name.kind == "Kennung"
                        ):
                            continue
                        start = max(0, places[at].start() - SHOWN)
                        around = folded[start : places[end - 1].end() + SHOWN]
                        yield Hit(name, " ".join(around.split()))

    @staticmethod
    def _is_part(text: str, start: int, end: int) -> bool:
        """Whether something stands within a longer id, such as B01 in 1.1.B01.4."""
        return text[max(0, start - 1) : start] in (*".:_/",) or bool(
            re.match(r"[.:_/]\w", text[end : end + 2])
        )
