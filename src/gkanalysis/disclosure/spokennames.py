"""Offices and places that were named in interviews, told from common nouns by how the interviews use them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

CAPITAL = r"[A-ZÄÖÜ][\wäöüß]+(?:-[A-ZÄÖÜ]?[\wäöüß]+)*"
KINDS = "Amt|Stelle|Büro|Fachbereich|Stabsstelle|Referat|Dezernat|Abteilung|Sachgebiet|Fachdienst|Fachstelle|Zentrum"
OFFICE = re.compile(
    rf"\b(?:[A-ZÄÖÜ]?[a-zäöüß]*(?:{KINDS.lower()})|{KINDS})s?\s+für\s+((?:{CAPITAL})(?:(?:,\s+|\s+und\s+|\s+)(?:{CAPITAL}))*)"
)
PLACE = re.compile(
    rf"\b(?:([Ii]n|[Aa]us|[Nn]ach)|(?:Land)?[Kk]reis|(?:Kreis)?[Ss]tadt|Gemeinde)\s+({CAPITAL})"
)
# what stands before a common noun and hardly ever before a place
DETERMINERS = [
    "der",
    "die",
    "das",
    "des",
    "dem",
    "den",
    "ein",
    "eine",
    "einen",
    "einem",
    "einer",
    "eines",
    "kein",
    "keine",
    "keinen",
    "keinem",
    "keiner",
    "im",
    "zum",
    "zur",
    "am",
    "vom",
    "beim",
    "ins",
    "ans",
    "mein",
    "meine",
    "meinen",
    "meinem",
    "meiner",
    "unser",
    "unsere",
    "unseren",
    "unserem",
    "unserer",
    "ihr",
    "ihre",
    "ihren",
    "ihrem",
    "ihrer",
    "sein",
    "seine",
    "seinen",
    "seinem",
    "dieser",
    "diese",
    "dieses",
    "diesen",
    "diesem",
    "jeder",
    "jede",
    "jedes",
    "jeden",
    "jedem",
    "welche",
    "welcher",
    "viel",
    "viele",
    "vielen",
    "wenig",
    "wenige",
    "alle",
    "allen",
    "manche",
    "mehr",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "zehn",
]
WORD = re.compile(r"[\wäöüß]+(?:-[\wäöüß]+)*")


def office_names(text: str) -> list[str]:
    """Names of offices in a text: „Amt für …“ and the like, with all that „und“ joins.

    >>> office_names("Das Amt für Ankommen und Teilhabe war da, und eine Stelle für das Büro gab es.")
    ['Amt für Ankommen und Teilhabe']
    """
    return list(dict.fromkeys(m[0] for m in OFFICE.finditer(text)))


def common_nouns(texts: Iterable[str]) -> set[str]:
    """Capitalised words that texts use like common nouns: in lower case elsewhere, or after an article.

    >>> sorted(common_nouns(["Die Wirklichkeit ist anders. In Finkenau folgt der kleine Rat dem großen Plan."]))
    ['Plan', 'Rat', 'Wirklichkeit']
    """
    lower, nouns, capital = set(), set(), set()
    for text in texts:
        before, adjective = "", False
        for word in WORD.findall(text):
            if word[0].islower():
                lower.add(word)
                adjective = (before in DETERMINERS or adjective) and bool(re.search(r"e[nmrs]?$", word))
            else:
                capital.add(word)
                if before in DETERMINERS or adjective:
                    nouns.add(word)
                adjective = False
            before = word.lower() if word.lower() in DETERMINERS else ""
            adjective = adjective and not before
    return nouns | {w for w in capital if w.lower() in lower}


def spoken_places(text: str, nouns: Collection[str]) -> list[str]:
    """Places in a text: capitalised words after in, aus, nach, Stadt, Kreis, Gemeinde that are no common nouns.

    >>> spoken_places("In Wirklichkeit war das in Finkenau und im Kreis Moosheim.", {"Wirklichkeit"})
    ['Finkenau', 'Moosheim']
    """
    return list(dict.fromkeys(m[2] for m in PLACE.finditer(text) if m[2] not in nouns))
