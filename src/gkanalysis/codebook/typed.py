"""Results that somebody typed by hand: they would stay as they are when the data change."""

from __future__ import annotations

import re

NOT_PROSE = (
    r"(?s)```.*?```", r"\{eval\}`[^`]*`", r"`[^`]*`", r"\]\([^)]*\)", r"\{[^{}]*\}", r"<[^<>]*>", r"https?://\S+",
)  # fmt: skip
START = r"(?<![\w.,/–-])"  # not inside a date, the number of a table, or a larger number
TENS = "zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig"
COUNT = (
    "(?i:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn|hundert"
    f"|{TENS}|[a-zäöüß]+und(?:{TENS}))"
)
UNIT = r"(?:(?:lokalen?\s+)?(?:Bündnisse?n?|Bögen|Kreisen?|Städten?|Kommunen|Gemeinden|Gesprächen?|Fällen?)\b)"
PARTS = (
    r"(?i:(?:die|der)\s+Hälfte|(?:ein|zwei|drei|vier)\s+(?:Drittel|Viertel|Fünftel|Sechstel|Achtel|Zehntel)n?|dreiviertel"
    r"|(?:doppelt|halb|dreimal)\s+so|jede[rsmn]?\s+(?:zweite|dritte|vierte|fünfte|zehnte)[rsn]?|(?:ein|zwei|drei)\s+Dutzend"
    r"|vom\s+Hundert)"
)
CASE = (
    r"(?:[a-zäöüß]+e[nmrs]?\s+)?(?:Bündnis(?:ses)?|Kommune|Kreis(?:es)?|Stadt|Gemeinde|Gespräch|Bogen|Formular|Fall)\b"
)
ONE = (  # a small count without a number: nur eine Kommune, das einzige Bündnis, alle bis auf zwei, mit einer Ausnahme
    rf"(?i:(?:nur|lediglich|genau|bloß|höchstens|einmal)\s+eine?[mnrs]?\s+(?:{CASE}|von\b|der\b|davon\b)"
    rf"|(?:eine?[mnrs]?|die|das|de[mnr])\s+einzige[mnrs]?\s+{CASE}|bis\s+auf\s+(?:eine?[mnrs]?|zwei)\b"
    r"|mit\s+(?:einer|zwei)\s+Ausnahmen?|beide[nr]?\s+(?:[a-zäöüß]+en\s+)?(?:Bündnisse|Kreise|Städte|Kommunen|Gemeinden))"
)
RESULT = re.compile(
    rf"{START}\d+(?:[.,]\d+)?\s*(?:%(?!-)|Prozent(?:punkten?)?\b(?!-))"
    rf"|{START}\d+\s+(?:von|aus|der)\s+(?:[a-zäöüß]+\s+)?\d+\b(?![.,]\d)"
    rf"|{START}[nN]\s*=\s*\d+"
    rf"|{START}(?!(?:19|20)\d\d\b)\d+\s+{UNIT}"
    rf"|(?<!\w){COUNT}\s+(?:(?:von|aus|der)\s+(?:{COUNT}|\d+)\b|Prozent\b|{UNIT})"
    rf"|(?<!\w)(?:{PARTS}|{ONE})(?!\w)"
)
WHOLE = re.compile(r"100\s*(?:%|Prozent)")
LEVEL = re.compile(r"95\s*(?:%|Prozent)")  # how sure an interval is, and no result, where the sentence speaks of one
INTERVAL = re.compile(r"[Ii]ntervall|[Vv]erteilung")


def typed_results(markdown: str) -> list[str]:
    """Results in digits or letters in a text, outside of references to values, code, links and anchors.

    What is no result is left: „95-%-Intervall“, „100 Prozent“, years, numbers of questions.

    >>> typed_results("In drei Kreisen, drei Fragen, gut die Hälfte")
    ['drei Kreisen', 'die Hälfte']
    >>> typed_results('Bei 24 von 40 Bündnissen (63,2 %), {eval}`n["ja"].of`; mehr als 100 Prozent, 95-%-Intervall')
    ['24 von 40', '63,2 %']
    >>> typed_results("Nur eine Kommune klagt, alle bis auf zwei nicht; nur eine Antwort war möglich.")
    ['Nur eine Kommune', 'bis auf zwei']
    """
    for pattern in NOT_PROSE:
        markdown = re.sub(pattern, " ; ", markdown)
    found = []
    for hit in RESULT.finditer(markdown):
        begin = max(markdown.rfind(". ", 0, hit.start()), markdown.rfind("\n\n", 0, hit.start())) + 1
        end = re.compile(r"[.!?]\s|\n\n|\Z").search(markdown, hit.end()).start()  # type: ignore[union-attr]
        sure = LEVEL.fullmatch(hit[0]) and INTERVAL.search(markdown, begin, end)
        if not sure and not WHOLE.fullmatch(hit[0]):
            found.append(re.sub(r"\s+", " ", hit[0]))
    return found


def typed_sentence(phrase: str) -> str:
    """The sentence that refuses a typed result.

    >>> print(typed_sentence("24 von 40"))
    „24 von 40“ ist ein von Hand getipptes Ergebnis, das bei neuen Daten stehen bliebe; bitte die Zahl aus ihrer Tabelle \
holen, etwa {eval}`tabelle["zeile"].of`. Ist es kein Ergebnis, bitte ohne Zahl schreiben
    """
    wording = "percent" if re.search("%|Prozent", phrase) else "count" if re.search("Bünd|Bög", phrase) else "of"
    return (
        f"„{phrase}“ ist ein von Hand getipptes Ergebnis, das bei neuen Daten stehen bliebe; bitte die Zahl aus ihrer Tabelle "
        f'holen, etwa {{eval}}`tabelle["zeile"].{wording}`. Ist es kein Ergebnis, bitte ohne Zahl schreiben'
    )
