"""The files of published figures and declared relations. What is wrong in them is a sentence, the rest counts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.core.errors import VerificationError
from gkanalysis.core.yamlproblem import why_unreadable

COLUMNS = ("id", "section", "label", "subgroup", "kind", "printed", "qualifier", "numerator", "base")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "one_number": ("says", "terms"),
    "equal": ("id", "says", "terms"),
    "sum": ("id", "says", "total", "parts"),
    "sum_each": ("id", "says", "rows", "total", "parts"),
    "percent_columns": ("id", "label", "figures"),
}
LISTS = ("terms", "parts")
SCALE = 100  # percent: no word before a number moves it further


def read_figures(path: Path, problems: list[str] | None = None) -> dict[str, dict[str, str]]:
    """Published figures by id.

    Parameters
    ----------
    problems : takes a German sentence for each missing column, crooked row and id that stands twice; the figures
        without these are returned. None makes any of them an error.

    Raises
    ------
    VerificationError
        If nothing can be read, or there is a problem and nobody takes it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="")
            header = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VerificationError(
            f"„{path}“ ist nicht lesbar ({type(error).__name__}); nötig ist eine CSV-Datei in UTF-8."
        ) from None
    if "id" not in header or not rows:
        raise VerificationError(
            f"„{path}“ hat keine Zeilen oder keine Spalte „id“; nötig sind die Spalten {', '.join(COLUMNS)}."
        )
    found: list[str] = []
    if missing := [c for c in COLUMNS if c not in header]:
        found.append(
            f"„{path}“: die Spalten {', '.join(missing)} fehlen; bitte ergänzen, nötig sind {', '.join(COLUMNS)}."
        )
    ids = [row["id"] for _, row in rows]
    figures: dict[str, dict[str, str]] = {}
    for line, row in rows:
        if None in row.values() or "" in row:
            found.append(
                f"„{path}“, Zeile {line}: die Zahl der Zellen passt nicht zur Kopfzeile; die Zeile zählt nicht."
            )
        elif not row["id"] or (ids.count(row["id"]) > 1 and row["id"] not in figures):
            what = f"die Kennung „{row['id']}“ steht mehrfach" if row["id"] else "die Kennung fehlt"
            found.append(
                f"„{path}“, Zeile {line}: {what}; die Zeile zählt nicht, bitte jede Kennung einmal vergeben."
            )
        else:
            figures[row["id"]] = dict.fromkeys(COLUMNS, "") | row
    if found and problems is None:
        raise VerificationError(" ".join(found))
    if problems is not None:
        problems += found
    return figures


def read_relations(path: Path, problems: list[str] | None = None) -> dict[str, Any]:
    """Declared relations from their YAML file.

    Parameters
    ----------
    problems : takes a German sentence if the file cannot be used; there are no relations then, and the figures can
        still be checked by themselves. None makes it an error.

    Raises
    ------
    VerificationError
        If it is unreadable or no mapping of kinds of relations, and nobody takes the sentence.
    """
    try:
        return _read_mapping(path)
    except VerificationError as error:
        if problems is None:
            raise
        problems.append(str(error))
        return {}


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise VerificationError(f"„{path}“ ist nicht lesbar: {why_unreadable(error)}.") from None
    if not isinstance(declared, dict):
        raise VerificationError(f"„{path}“ enthält keine Blöcke der Form „sum: ...“; bitte so gliedern.")
    return declared


def checked_entries(declared: Mapping[str, Any], problems: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Entries of each kind that can be used; `problems` takes one German sentence for each that cannot.

    Parts of sums come back as mappings with `number` and `times`.

    Examples
    --------
    >>> problems = []
    >>> checked_entries({"equal": [{"id": "a", "says": "Gleich."}]}, problems)["equal"], problems
    ([], ['Beziehung „a“ unter „equal“: es fehlt „terms“.'])
    """
    entries: dict[str, list[dict[str, Any]]] = {kind: [] for kind in NEEDED}
    seen: set[str] = set()
    for kind, content in declared.items():
        if kind == "qualifiers":
            continue
        if kind not in NEEDED or not isinstance(content, list):
            what = "ist keine Liste" if kind in NEEDED else f"gibt es nicht, bekannt sind {', '.join(NEEDED)} und qualifiers"  # fmt: skip
            problems.append(f"Der Block „{kind}“ {what}.")
            continue
        for number, entry in enumerate(content, start=1):
            wrong = _wrong(kind, entry)
            name = entry.get("id", number) if isinstance(entry, dict) else number
            if not wrong and entry.get("id", kind) in seen:
                wrong = "die Kennung ist schon vergeben"
            if wrong:
                problems.append(f"Beziehung „{name}“ unter „{kind}“: {wrong}.")
                continue
            if "id" in entry:
                seen.add(entry["id"])
            if "parts" in entry:
                parts = [p if isinstance(p, dict) else {"number": p, "times": 1} for p in entry["parts"]]
                entry = entry | {"parts": parts}
            entries[kind].append(entry)
    return entries


def _wrong(kind: str, entry: object) -> str:
    """What is wrong with an entry; "" if it can be used."""
    if not isinstance(entry, dict):
        return "es sind keine Angaben der Form „id: ...“"
    if missing := [k for k in NEEDED[kind] if not entry.get(k)]:
        return "es fehlt " + ", ".join(f"„{k}“" for k in missing)
    for key in dict.fromkeys([*NEEDED[kind], *(entry.keys() & {"id"})]):
        value = entry[key]
        if key in LISTS:
            fits = isinstance(value, list) and all(isinstance(v, str) or (key == "parts" and _is_part(v)) for v in value)  # fmt: skip
            if not fits:
                return f"„{key}“ ist keine Liste von Kennungen"
        elif not isinstance(value, str):
            return f"„{key}“ ist kein Text (Anführungszeichen helfen)"
    if (
        kind in ("equal", "one_number")
        and len(entry["terms"]) < 2
        and not set("*?[") & set(entry["terms"][0])
    ):
        return "gleich sein können nur zwei oder mehr Zahlen"
    if kind == "sum_each" and entry["rows"].count("{row}") != 1:
        return "„rows“ muss genau einmal {row} enthalten"
    if not isinstance(entry.get("rest", False), bool):
        return "„rest“ ist nicht true oder false"
    return ""


def _is_part(value: object) -> bool:
    """Whether a part says its number and how many times it counts."""
    return (
        isinstance(value, dict)
        and value.keys() == {"number", "times"}
        and isinstance(value["number"], str)
        and type(value["times"]) is int
    )


def checked_qualifiers(declared: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[float, float]]:
    """How far below and above a printed number the exact one may lie, by the word before it, in points."""
    bands = {}
    content = declared.get("qualifiers", {})
    for word, band in content.items() if isinstance(content, dict) else [("qualifiers", None)]:
        pair = isinstance(band, list) and len(band) == 2 and all(type(x) in (int, float) for x in band)
        if pair and -SCALE <= band[0] <= 0 <= band[1] <= SCALE:
            bands[str(word)] = (band[0], band[1])
        else:
            problems.append(f"„{word}“ unter „qualifiers“: nötig sind zwei Zahlen wie [-2.5, 2.5].")
    return bands
