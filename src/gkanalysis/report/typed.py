"""Results that somebody typed by hand: they would stay as they are when the data change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gkanalysis.core.lookup import listed

if TYPE_CHECKING:
    from gkanalysis.report.values import Value

NOT_PROSE = (
    r"(?s)```.*?```",
    r"\{eval\}`[^`]*`",
    r"`[^`]*`",
    r"\]\([^)]*\)",
    r"\{[^{}]*\}",
    r"<[^<>]*>",
    r"https?://\S+",
)
START = r"(?<![\w.,/–-])"  # not inside a date, the number of a table, or a larger number
RESULT = re.compile(
    rf"{START}\d+(?:,\d+)?\s*(?:%(?!-)|Prozent(?:punkten?)?\b(?!-))"
    rf"|{START}\d+\s+von\s+(?:[a-zäöüß]+\s+)?\d+\b(?![.,]\d)"
    rf"|{START}[nN]\s*=\s*\d+"
    rf"|{START}(?!(?:19|20)\d\d\b)\d+\s+(?:lokalen?\s+)?(?:Bündniss?en?|Bündnis|Bögen)\b"
)
WHOLE = re.compile(r"100\s*(?:%|Prozent)")
LEVEL = re.compile(
    r"95\s*(?:%|Prozent)"
)  # how sure an interval is, and no result, where the sentence speaks of one
INTERVAL = re.compile(r"[Ii]ntervall|[Vv]erteilung")


def typed_results(markdown: str) -> list[str]:
    """Results in digits in a text, outside of references to values, code, links and anchors.

    What is no result is left: „95-%-Intervall“, „100 Prozent“, years, numbers of questions.

    Examples
    --------
    >>> typed_results("Bei 24 von 40 Bündnissen (63,2 %), {eval}`v.n.of`; mehr als 100 Prozent, 95-%-Intervall")
    ['24 von 40', '63,2 %']
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


def instead(phrase: str, values: Iterable[Value], names: Iterable[str]) -> str:
    """What to write instead of a typed result: the value that says the same, or the names there are.

    Parameters
    ----------
    phrase : what `typed_results` found
    values : values of the chapter under the names that its notebook gives them
    names : names of values, where the values themselves are not at hand
    """
    values, known = list(values), list(names)
    for value in values:
        wordings = ["percent", "of"] if value.base_n else ["n"]
        said = {w: re.sub(r"\s+", " ", value.wording(w)) for w in wordings}
        same = [w for w, text in said.items() if phrase in (text, text.replace("%", "Prozent"))]
        if phrase.partition(" ")[0] == str(value.n) and re.search("Bünd|Bög", phrase):
            same.append("n")
        if same:
            return f"bitte {{eval}}`v.{value.id}.{same[0]}` schreiben"
    known += [v.id for v in values]
    if not known:
        return 'bitte die Zahl in einer Zelle mit chapter.value("name", …) berechnen und {eval}`v.name` schreiben'
    counted = next((v.id for v in values if v.base_n), known[0])
    wording = "percent" if re.search(r"%|Prozent", phrase) else "of"
    return f"bitte einen Wert schreiben, etwa {{eval}}`v.{counted}.{wording}`; im Kapitel gibt es {listed(known)}"


def typed_sentence(phrase: str, values: Iterable[Value] = (), names: Iterable[str] = ()) -> str:
    """The sentence that refuses a typed result.

    Examples
    --------
    >>> print(typed_sentence("24 von 40", names=["antwort_n"]))
    „24 von 40“ ist ein von Hand getipptes Ergebnis, das bei neuen Daten stehen bliebe; bitte einen Wert schreiben, etwa \
{eval}`v.antwort_n.of`; im Kapitel gibt es antwort_n. Ist es kein Ergebnis, bitte in Worten schreiben
    """
    return (
        f"„{phrase}“ ist ein von Hand getipptes Ergebnis, das bei neuen Daten stehen bliebe; {instead(phrase, values, names)}. "
        "Ist es kein Ergebnis, bitte in Worten schreiben"
    )


def value_names(source: str) -> list[str]:
    """Names of the values that the code of a notebook computes, in their order.

    >>> value_names('chapter.value("neu", t, row="a"); chapter.count("alle", t)')
    ['neu', 'alle']
    """
    return list(dict.fromkeys(re.findall(r'\.(?:value|count)\(\s*"([a-z]\w*)"', source)))


def typed_in_texts(texts: Mapping[str, Any], notebook: Path) -> list[str]:
    """Sentences on typed results in what a report writes into a chapter.

    Parameters
    ----------
    texts : name of the entry (`title`, `intro`, `text`) -> Markdown
    notebook : the notebook of the chapter, which has the values
    """
    found = [(key, phrase) for key, text in texts.items() for phrase in typed_results(str(text or ""))]
    if not found:
        return []
    import nbformat

    code = "\n".join(c.source for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code")
    return [f"{key}: {typed_sentence(phrase, names=value_names(code))}" for key, phrase in found]
