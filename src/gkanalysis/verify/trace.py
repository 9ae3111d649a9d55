"""Where a number comes from: its definition, n and base, and every response or register row behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gkanalysis.core.errors import VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts import forms, lists, talks, waves  # noqa: F401, every kind of count is known
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.disclosure.printed import exhibit_tables, values_by_id

ORIGIN = ["case_id", "state", "value", "raw", "file", "part", "place"]  # what is told of each row


@dataclass(frozen=True)
class Trace:
    """The rows behind one number: `counted` are in n, `rest` are in the base but not in n.

    One row per response or register row, columns `ORIGIN`. In counts that add up a column `value` is what the row adds;
    base and count can consist of different rows then, and `apart` says that `rest` is the whole base.
    """

    definition: str
    words: str
    medium: str
    n: int
    base_n: int | None
    counted: pd.DataFrame
    rest: pd.DataFrame
    apart: bool = False


def trace_line(data: Data, line: str) -> Trace:
    """Count a number again by the line that names it, and say what stands behind it.

    Parameters
    ----------
    data : what was received
    line : what the column `definition` of a table says, e.g.
        `Choice(source="strukturen-2018", item="2.1")["ja"]`

    Raises
    ------
    VerificationError
        If the line is none, or names something that does not exist.
    """
    count, by, row, group = Count.read(line)
    cell = count.cell(data, row, group, by)
    of_group = "" if group == TOTAL else f"; Gruppe: {data.group(by or 'type').labels[group]}"
    medium = "Gespräch" if count.source and data.kind(count.source) == "interviews" else "Bogen"
    rows = (
        r.reindex(columns=ORIGIN, fill_value="").reset_index(drop=True) for r in (cell.rows, cell.rest_rows)
    )
    return Trace(
        line, f"{count.words(data, row)}{of_group}.", medium, cell.n, cell.base_n, *rows, not count.within
    )


def trace_printed(data: Data, number_id: str, cell: Mapping[str, object]) -> Trace:
    """The trace of a number as `find_numbers` gives it.

    Raises
    ------
    VerificationError
        If it does not add up to what the report prints; the sentence names both.
    """
    trace = trace_line(data, str(cell["definition"]))
    base = cell.get("base_n")
    printed = (int(cell["n"]), None if base is None or pd.isna(base) else int(base))  # type: ignore[call-overload]
    if (trace.n, trace.base_n) != printed:
        raise VerificationError(
            f"{number_id}: im Bericht {printed[0]} von {printed[1]}, nachgezählt {trace.n} von {trace.base_n}"
        )
    return trace


def find_untraced(report_folder: Path, paths: ProjectPaths) -> Iterator[tuple[str, str]]:
    """Numbers that have no rows of their own: (id, German sentence that says what they are derived from)."""
    report = report_folder.name
    for name, table in exhibit_tables(report_folder):
        if "definition" not in table:
            yield (
                name,
                f"Zu den Zahlen der Darstellung „{name}“ gibt es keine Rechenvorschrift; sie lassen sich nicht einzeln verfolgen.",
            )
    for value_id, value in values_by_id(report_folder).items():
        if value.get("definition"):
            continue
        chapter, behind = (
            str(value.get("chapter", "")),
            ", ".join(f"„{line}“" for line in value.get("of") or ()),
        )
        if value.get("kind") == "declared":
            source = "steht so in einem Codebuch oder folgt aus dem, was eingegangen ist"
        elif behind:
            source = f"folgt aus {behind}; diese Zahlen lassen sich einzeln verfolgen"
        else:
            path = paths.build / "reports" / report / chapter / "chapter.json"
            names = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else ()
            named = ", ".join(f"„{n}“" for n in names) or "den Daten dieses Kapitels"
            source = f"folgt im Kapitel „{chapter}“ aus {named}, deren Zahlen sich einzeln verfolgen lassen"
        yield value_id, f"„{value['text']}“ zählt selbst keine Zeilen; es {source}."
