"""Lists that the team keeps beside the received files (CSV): strict about columns, every value held to its codebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.csvfile import read_csv


def read_rows(path: Path, columns: Sequence[str], *, optional: Iterable[str] = ()) -> list[dict[str, str]]:
    """Rows of a CSV file as text, each with `row`, its line in the sheet (the heading is line 1).

    Raises
    ------
    IngestError
        What `read_csv` refuses, missing, unknown or repeated columns, ragged rows.
    """
    lines = read_csv(path)
    heading, cells = lines[0] if lines else (1, [])
    header = [cell.strip() for cell in cells]
    missing = [c for c in columns if c not in header and c not in set(optional)]
    unknown = [h for h in header if h not in columns or header.count(h) > 1]
    if missing or unknown:
        raise IngestError(
            f"„{path}“, Zeile {heading}: Spalten passen nicht (fehlend: {_listed(missing)}; unbekannt oder doppelt: "
            f"{_listed(unknown)}). Erlaubt sind: {', '.join(columns)}."
        )
    ragged = [f"Zeile {row} hat {len(cells)}" for row, cells in lines[1:] if len(cells) != len(header)]
    if ragged:
        raise IngestError(
            f"„{path}“: {', '.join(ragged)} statt {len(header)} Felder; bitte Trennzeichen und Zeilen prüfen."
        )
    empty = dict.fromkeys(columns, "")
    return [
        empty | dict(zip(header, map(str.strip, cells), strict=True)) | {"row": str(row)}
        for row, cells in lines[1:]
    ]


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
            problems += [f"{where}: {column['name']} {problem}." for problem in _value_problems(row, column)]
    return problems


def _value_problems(row: Mapping[str, str], column: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the value of a column, as the end of a sentence."""
    value, limit = row[column["name"]], row.get(column.get("at_most", ""), "")
    only_if = column.get("only_if", {})
    if any(row[k] != v for k, v in only_if.items()):
        if value:
            yield f"„{value}“ ist nur bei {only_if} vorgesehen; bitte leeren"
    elif not value:
        if not column.get("optional"):
            yield f"fehlt ({column['label']})"
    elif column["kind"] == "enum" and value not in column["options"]:
        yield f"„{value}“ ist unbekannt; erlaubt sind {', '.join(column['options'])}"
    elif column["kind"] == "count" and not (value.isascii() and value.isdigit()):
        yield f"„{value}“ ist keine ganze Zahl"
    elif column["kind"] == "count" and limit.isdigit() and int(value) > int(limit):
        yield f"({value}) ist größer als {column['at_most']} ({limit})"
