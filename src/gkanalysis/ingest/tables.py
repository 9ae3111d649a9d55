"""Spreadsheets as the team keeps them (CSV), read as text with the row each value stands in.

Bounded, strict about names, forgiving about what Excel does: semicolons, a byte order mark, Windows encoding.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import IngestError

MAX_BYTES = 20_000_000


def read_rows(path: Path, columns: Sequence[str], *, optional: Iterable[str] = ()) -> list[dict[str, str]]:
    """Rows of a CSV file as text, each with `row`, its line in the sheet (the heading is line 1).

    Raises
    ------
    IngestError
        Missing or oversized file, undecodable text, missing, unknown or repeated columns, ragged rows.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise IngestError(f"„{path}“ ist größer als {MAX_BYTES // 1_000_000} MB; bitte die Datei prüfen.")
        raw = path.read_bytes()
    except OSError:
        raise IngestError(f"„{path}“ fehlt oder ist nicht lesbar; bitte die Datei bereitstellen.") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise IngestError(f"„{path}“ ist keine Textdatei; bitte aus Excel als „CSV UTF-8“ speichern.")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:  # strict: a quote that is never closed would swallow all following rows as one cell
        header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except ValueError:
        header, lines = [], []
    except csv.Error:
        raise IngestError(
            f"„{path}“ hat ein Anführungszeichen, das nicht oder falsch geschlossen ist; bitte aus Excel neu speichern."
        ) from None
    header = [h.strip() for h in header]
    missing = [c for c in columns if c not in header and c not in set(optional)]
    unknown = [h for h in header if h not in columns]
    if missing or unknown or len(set(header)) != len(header):
        raise IngestError(
            f"„{path}“, Zeile 1: Spalten passen nicht (fehlend: {_listed(missing)}; unbekannt oder doppelt: "
            f"{_listed(unknown or [h for h in set(header) if header.count(h) > 1])}). Erlaubt sind: {', '.join(columns)}."
        )
    rows, ragged = [], []
    for number, cells in enumerate(lines, start=2):
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(header):
            ragged.append(f"Zeile {number} hat {len(cells)}")
            continue
        rows.append(
            dict.fromkeys(columns, "")
            | dict(zip(header, (c.strip() for c in cells), strict=True))
            | {"row": str(number)}
        )
    if ragged:
        raise IngestError(
            f"„{path}“: {', '.join(ragged)} statt {len(header)} Felder; bitte Trennzeichen und Zeilen prüfen."
        )
    return rows


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"„{name}“" for name in sorted(set(names))) or "keine"


def check_rows(rows: Sequence[Mapping[str, str]], table: Mapping[str, Any], path: Path) -> list[str]:
    """Sentences for every value that the codebook of a table does not allow; empty if all is well."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    for row in rows:
        where = f"„{path}“, Zeile {row['row']}"
        key = row[table["key"]]
        if key in seen:
            problems.append(f"{where}: {table['key']} „{key}“ steht schon in Zeile {seen[key]}.")
        seen[key] = row["row"]
        for column in table["columns"]:
            name, value = column["name"], row[column["name"]]
            expected = all(row[k] == v for k, v in column.get("only_if", {}).items())
            if not expected and value:
                problems.append(
                    f"{where}: {name} „{value}“ ist nur bei {column['only_if']} vorgesehen; bitte leeren."
                )
            elif expected and not value and not column.get("optional"):
                problems.append(f"{where}: {name} fehlt ({column['label']}).")
            elif value and column["kind"] == "enum" and value not in column["options"]:
                problems.append(
                    f"{where}: {name} „{value}“ ist unbekannt; erlaubt sind {', '.join(column['options'])}."
                )
            elif value and column["kind"] == "count":
                if not (value.isascii() and value.isdigit()):
                    problems.append(f"{where}: {name} „{value}“ ist keine ganze Zahl.")
                elif (limit := row.get(column.get("at_most", ""), "")).isdigit() and int(value) > int(limit):
                    problems.append(
                        f"{where}: {name} ({value}) ist größer als {column['at_most']} ({limit})."
                    )
    return problems
