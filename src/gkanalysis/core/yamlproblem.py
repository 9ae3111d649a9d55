"""Why a file that people write by hand cannot be read, in German: line, column, and what is usually the cause."""

from __future__ import annotations

import re

import yaml

INDENT = "die Einrückung stimmt nicht"
QUOTES = "Text mit „:“, „#“ oder Anführungszeichen gehört ganz in Anführungszeichen"
# What the parser says, in C or in Python -> what usually lies behind it. The first that fits counts.
CAUSES = (
    (r"tab character|character '\\t'", "hier steht ein Tabulator; bitte mit Leerzeichen einrücken"),
    (
        r"cannot start any token",
        "mit diesem Zeichen darf kein Wert beginnen; ein Tabulator ist durch Leerzeichen zu ersetzen, Text mit „%“, „@“ "
        "oder „`“ am Anfang gehört in Anführungszeichen",
    ),
    (r"mapping values are not allowed", f"ein „:“ steht, wo keines stehen darf; {QUOTES}, oder {INDENT}"),
    (r"unexpected end of stream", "ein Anführungszeichen wird geöffnet und nicht geschlossen"),
    (
        r"flow (?:sequence|mapping|node)",
        "eine Klammer ist nicht geschlossen, oder zwischen zwei Angaben fehlt ein Komma",
    ),
    (
        r"expected key|block end|'-' indicator|block mapping start",
        f"{INDENT} (Gleiches steht gleich weit rechts, nur mit Leerzeichen), ein „-“ fehlt, oder ein Anführungszeichen steht "
        f"mitten im Text; {QUOTES}",
    ),
    (r"expected ':'", "nach einem Namen fehlt „: “ mit Leerzeichen"),
    (r"comment or (?:a )?line break", "nach „|“ oder „>“ beginnt der Text erst in der nächsten Zeile"),
    (r"undefined alias|while scanning an? (?:alias|anchor)", "ein Text, der mit „*“ oder „&“ beginnt, gehört in Anführungszeichen"),
    (r"constructor for the tag|tag handle|scanning a tag", "ein Text, der mit „!“ beginnt, gehört in Anführungszeichen"),
    (r"unhashable key", "eine Klammer steht, wo ein Name stehen muss; Text mit „{“ oder „[“ am Anfang gehört in Anführungszeichen"),
    (r"unacceptable character|not allowed", "die Datei enthält ein unsichtbares Steuerzeichen; bitte löschen"),
)  # fmt: skip
OTHERWISE = f"hier ist die Gliederung nicht lesbar; bitte prüfen: Einrückung nur mit Leerzeichen, {QUOTES}"


def why_unreadable(error: Exception) -> str:
    """What a person must know of an error in reading YAML: where it is and what to do; a clause without a full stop.

    Parameters
    ----------
    error : what the parser raised, the file system, or the code that takes the content apart

    Examples
    --------
    >>> try:
    ...     yaml.safe_load("title: Ein Titel: lang")
    ... except yaml.YAMLError as error:
    ...     print(why_unreadable(error)[:62])
    Zeile 1, Spalte 17: ein „:“ steht, wo keines stehen darf; Text
    >>> why_unreadable(KeyError("parts"))
    'es fehlt „parts“'
    """
    if isinstance(error, yaml.YAMLError):
        return _yaml(error)
    if isinstance(error, FileNotFoundError):
        return "die Datei fehlt"
    if isinstance(error, OSError):
        return "die Datei lässt sich nicht öffnen; bitte die Zugriffsrechte prüfen"
    if isinstance(error, UnicodeDecodeError):
        return "die Datei ist nicht in UTF-8 gespeichert; bitte im Editor als UTF-8 speichern"
    if isinstance(error, KeyError) and error.args:
        return f"es fehlt „{error.args[0]}“"
    named = re.findall(r"'(\w+)'", str(error))
    if isinstance(error, TypeError) and named and "unexpected keyword" in str(error):
        return f"unbekannt ist „{named[-1]}“"
    if isinstance(error, TypeError) and named and "missing" in str(error):
        return f"es fehlt „{named[-1]}“"
    if isinstance(error, TypeError | AttributeError):
        return "eine Angabe ist anders gegliedert, als sie es sein muss (Liste, Block oder Text)"
    return f"ein Wert ist nicht zulässig ({error})"


def _yaml(error: yaml.YAMLError) -> str:
    """Line, column and cause of an error of the parser."""
    said = " ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", str(error)))))
    mark = getattr(error, "problem_mark", None)
    if "unexpected end of stream" in said and getattr(error, "context_mark", None):
        mark = error.context_mark  # where the quotation mark is, not where the file ends
    where = f"Zeile {mark.line + 1}, Spalte {mark.column + 1}: " if mark else ""
    if "steht doppelt" in said:  # our own sentence, see `load_yaml`
        return f"{where}{said}; bitte eines von beiden löschen"
    return where + next((text for pattern, text in CAUSES if re.search(pattern, said)), OTHERWISE)
