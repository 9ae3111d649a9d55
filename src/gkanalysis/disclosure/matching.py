"""Find names in text as people read it: whatever case, accent, hyphen, ligature, kind of space or invisible sign.

A name is a sequence of words of folded letters, its last one may carry the German -s; a place also stands in what is
made from it (Bremer, Kiebitzstadtmodell). It may stand where a public list is printed, and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from gkanalysis.ingest.cellvalues import MONTHS

# signs that nobody sees and that split a word for a computer
UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
HYPHENS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n\\s*")
HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
HARD_BREAK = re.compile(r"(?<=[^\W\d_])-[ \t]*\n\s*(?=[^\W\d_])")
WORD = re.compile(r"[^\W_]+")
SPACED = re.compile(r"(?<!\w)(?:\w ){3,}\w(?!\w)")  # s o   g e s p e r r t
# letters without a base letter of their own, and Greek or Cyrillic ones that look like Latin letters
LETTERS = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o", "ə": "e"}
    | dict(zip("аеорсхуіѕјԁһкмтвнαοντκιρυ", "aeopcxyisjdhkmtbhaovtkipu", strict=True)))  # fmt: skip
ACCENTS = re.compile("[\u0300-\u036f]")
TRANSCRIBED = re.compile("(?<=[aou])e")  # ä is a for readers, and ae in e-mail addresses
MADE_FROM = re.compile("(?:er|aner|enser|isch|sch)")  # Bremen: Bremer, bremisch
FIRST = 5  # letters of a place from which on words begin with it
SHOWN = 40  # letters of context on each side
ASIDE = ("Attribut", "Kommentar", "<script>", "<style>")  # texts that lie between the cells of a table, not in them
Told = tuple[str, ...]  # words of a name


def fold(text: str) -> str:
    """Text without differences that readers do not see, or overlook: without accents, umlauts as plain letters.

    >>> fold("NEUN\\u00adTÖTERSTADT") == fold("Neuntoeterstadt") == fold("Neuntoterstadt")
    True
    >>> fold("Şahin YILMAZ Çelik") == fold("Sahin Yılmaz ÇELİK")
    True
    """
    text = HYPHENS.sub("-", UNSEEN.sub("", unicodedata.normalize("NFKC", SOFT_BREAK.sub("", text)))).casefold()
    if not text.isascii():
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS)
    return TRANSCRIBED.sub("", text)


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

    >>> index = Index.of([Name("Kreis Sonnentau", "Ort", "Register"), Name("Dompfaff-Stadt", "Ort", "Register")])
    >>> [h.name.text for h in index.find("im Kreis\\u00a0Sonnen-\\ntaus und in der DOMPFAFFSTADT")]
    ['Kreis Sonnentau', 'Dompfaff-Stadt']
    """

    by_first: dict[str, list[tuple[Told, Name]]] = field(default_factory=dict)
    places: dict[str, list[tuple[str, Name]]] = field(default_factory=dict)  # first letters -> places of one word
    size: int = 0

    @classmethod
    def of(cls, names: Iterable[Name]) -> Index:
        """Index of names; one of several words is also looked for written as one word where it had hyphens."""
        index, entered = cls(), {()}
        for name in names:
            joined = re.sub(r"(?<=\w)-(?=\w)", "", name.text)
            for told in {tuple(words(name.text)), tuple(words(joined))} - entered:
                entered.add(told)
                index.by_first.setdefault(told[0], []).append((told, name))
                index.size += 1
                if len(told) == 1 and len(told[0]) >= FIRST and name.kind.startswith("Ort"):
                    index.places.setdefault(told[0][:FIRST], []).append((told[0], name))
        return index

    def find(self, text: str) -> list[Hit]:
        """Every name in a text, also across a hyphen, an end of line, or spaced out; each once a text."""
        folded = fold(text)
        views = [folded]
        if "\n" in folded:  # a word may go on in the next line, with a hyphen or, set in two styles, without
            views += HARD_BREAK.sub("", folded), re.sub(r"\s*\n\s*", "", folded)
        views.append(" ".join(m[0].replace("-", "") for m in HYPHENATED.finditer(folded)))
        views.append(" ".join(m[0].replace(" ", "") for m in SPACED.finditer(folded)))
        hits = [hit for view in dict.fromkeys(views) for hit in self._scan(view)]
        return list({h.name: h for h in reversed(hits)}.values())[::-1]

    def _scan(self, folded: str) -> Iterator[Hit]:
        places = list(WORD.finditer(folded))
        tokens = [m[0] for m in places]
        for at, token in enumerate(tokens):
            for first in (token, token[:-1]) if token.endswith("s") else (token,):
                for told, name in self.by_first.get(first, ()):
                    if len(told) > 1 and (first != token or not _reads(tokens[at : at + len(told)], told)):
                        continue
                    start, stop = places[at].start(), places[at + len(told) - 1].end()
                    if name.kind != "Kennung" or not _is_part(folded, start, stop):
                        yield Hit(name, _around(folded, start, stop))
            for word, name in self.places.get(token[:FIRST], ()):
                if _made_from(token, word):
                    yield Hit(name, _around(folded, *places[at].span()))


def _around(text: str, start: int, stop: int) -> str:
    """A place in a text with its surroundings."""
    return " ".join(text[max(0, start - SHOWN) : stop + SHOWN].split())


def _made_from(token: str, place: str) -> bool:
    """Whether a word begins with a place, or with what German makes of one that ends in -en or -e."""
    stem = re.sub("en?$", "", place)
    made = stem != place and token.startswith(stem) and MADE_FROM.match(token, len(stem))
    return token.startswith(place) or bool(made)


def _reads(tokens: Sequence[str], told: Told) -> bool:
    """Whether words are those of a name, the last one perhaps with the -s of the genitive."""
    return tuple(tokens[:-1]) == told[:-1] and tokens[-1] in (told[-1], told[-1] + "s")


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether something stands within a longer id, such as B01 in 1.1.B01.4."""
    return text[max(0, start - 1) : start] in (*".:_/",) or bool(re.match(r"[.:_/]\w", text[end : end + 2]))


Row = tuple[Told, Told, Told]  # of a public list: what stands before a name, the name, what stands behind it


def listed_rows(rows: pd.DataFrame, before: str, name: str, behind: str) -> set[Row]:
    """The rows of a public list, in which its names may stand; days are looked for as prose writes them."""
    cells = rows[[before, name, behind]].dropna().astype(str).itertuples(index=False)
    return {(_as_printed(a), tuple(words(told)), _as_printed(b)) for a, told, b in cells if words(told)}


def masked(texts: Sequence[str], at: int, rows: Iterable[Row]) -> str:
    """The folded text at a place, names in printed rows blanked; its neighbours may hold the other cells of the row.

    >>> rows = listed_rows(pd.DataFrame([["2019-04-03", "Sonnentau", "Workshop"]], columns=["a", "b", "c"]), *"abc")
    >>> masked(["3. April 2019", "Sonnentau", "Workshop"], 1, rows).strip()
    ''
    >>> masked(["Rücklauf", "Sonnentau", "Workshop"], 1, rows)
    'sonnentau'
    """
    text = fold(texts[at])
    places = list(WORD.finditer(text))
    sides = texts[max(0, at - 1) : at], texts[at + 1 : at + 2]
    left, right = ([w for t in side for w in words(t)] for side in sides)
    tokens = (*left, *(m[0] for m in places), *right)
    for before, told, behind in rows:
        row = (*before, *told, *behind)
        for k in range(len(tokens) - len(row) + 1):
            first = k + len(before) - len(left)
            last = first + len(told) - 1
            if tokens[k : k + len(row)] == row and first >= 0 and last < len(places):
                start, end = places[first].start(), places[last].end()
                text = text[:start] + " " * (end - start) + text[end:]
    return text


def in_cells(place: str) -> bool:
    """Whether a text is one that readers see, and can be a cell of a table."""
    return not any(word in place for word in ASIDE)


def _as_printed(cell: str) -> Told:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        return tuple(words(cell))
    return tuple(words(f"{day.day}. {MONTHS[day.month - 1]} {day.year}"))
