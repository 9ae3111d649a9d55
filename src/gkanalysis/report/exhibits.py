"""Exhibits: tables and figures with title, base, source, alternative text and the numbers behind them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count, format_percent
from gkanalysis.tabulate import SMALL_BASE, VERY_SMALL_BASE

SYNTHETIC_NOTE = "Synthetische Daten"
SMALL_BASE_NOTE = (
    f"* Basis unter {SMALL_BASE}, ** Basis unter {VERY_SMALL_BASE}: "
    "Anteile kleiner Gruppen ändern sich stark mit jedem Fall; maßgeblich ist die Anzahl."
)


@dataclass(frozen=True)
class Row:
    """One printed row: `kind` is row or block (a heading inside the table); `level` indents the first cell.

    `numbers` has one entry per cell: `row:subgroup` of the number printed there, or nothing.
    """

    cells: tuple[str, ...]
    kind: str = "row"
    level: int = 0
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exhibit:
    """What tables and figures share. `numbers` is the long table behind the exhibit, unrounded.

    Raises
    ------
    NotebookError
        If title, base or source are missing: an exhibit without them must not leave the notebook.
        If the id is no plain name.
    """

    id: str
    label: str
    title: str
    base: str
    source: str
    numbers: pd.DataFrame
    notes: tuple[str, ...] = ()
    chapter: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        for name in ("id", "label", "title", "base", "source"):
            if not getattr(self, name).strip():
                raise NotebookError(f"Der Darstellung „{self.id or self.title}“ fehlt die Angabe „{name}“.")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.id):  # names files, anchors and bookmarks
            raise NotebookError(
                f"„{self.id}“ ist keine Kennung für eine Darstellung; erlaubt sind a–z, 0–9 und Bindestriche."
            )

    @property
    def caption(self) -> str:
        """Label and title, as the lists of exhibits print them."""
        return f"{self.label}: {self.title}"

    def record(self) -> dict[str, Any]:
        """Everything but the numbers, for the chapter file."""
        keys = ("id", "label", "title", "base", "source", "notes")
        return {k: getattr(self, k) for k in keys} | {"kind": type(self).__name__.lower()}


@dataclass(frozen=True)
class Table(Exhibit):
    """A printed table: headings, rows of text cells, numbers behind them."""

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = [
            r.cells[0] for r in self.rows if len(r.cells) != (1 if r.kind == "block" else len(self.header))
        ]
        if wrong:
            lines = ", ".join(f"„{w}“" for w in wrong)
            raise NotebookError(
                f"Tabelle „{self.id}“ mit {len(self.header)} Spalten: zu diesen Zeilen fehlen Zellen oder sind zu viele: {lines}."
            )

    def record(self) -> dict[str, Any]:
        """Everything but the numbers, with heading and rows as printed."""
        rows = [{"cells": r.cells, "kind": r.kind, "level": r.level, "numbers": r.numbers} for r in self.rows]
        return super().record() | {"header": self.header, "rows": rows}

    def save(self, folder: Path) -> None:
        """Write the numbers as `tables/<id>.csv`."""
        write_numbers(self.numbers, folder / "tables" / f"{self.id}.csv")

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{html.escape(h)}</th>" for h in self.header)
        body = "".join(
            f"<tr><th colspan='{len(self.header)}'>{html.escape(r.cells[0])}</th></tr>"
            if r.kind == "block"
            else "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r.cells) + "</tr>"
            for r in self.rows
        )
        return (
            f"<table><caption>{html.escape(self.caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><p>{html.escape(self.base)}. {html.escape(self.source)}</p>"
        )


@dataclass(frozen=True)
class Figure(Exhibit):
    """A figure: `draw` returns SVG and PNG bytes; `alt` says what it shows, its main number and its base."""

    alt: str = ""
    draw: Callable[[], tuple[bytes, bytes]] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.alt.strip() or self.draw is None:
            raise NotebookError(
                f"Der Abbildung „{self.id}“ fehlt der Alternativtext oder die Zeichnung; beides ist Pflicht."
            )

    def record(self) -> dict[str, Any]:
        """Everything but the drawing, with the numbers as a printed table, and as a chart where it is one."""
        header, rows = numbers_view(self.numbers)
        chart = getattr(self.drawing, "chart", None)
        return super().record() | {"alt": self.alt, "header": header, "rows": rows, "chart": chart}

    @cached_property
    def drawing(self) -> tuple[bytes, bytes]:
        """SVG and PNG, drawn once: for the file and for the notebook."""
        return self.draw()

    def save(self, folder: Path) -> None:
        """Write `figures/<id>.svg`, `.png` and `.csv`."""
        svg, png = self.drawing
        target = folder / "figures"
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{self.id}.svg").write_bytes(svg)
        (target / f"{self.id}.png").write_bytes(png)
        write_numbers(self.numbers, target / f"{self.id}.csv")

    def _repr_html_(self) -> str:
        svg = self.drawing[0].decode("utf-8")
        return (
            f"<figure role='img' aria-label='{html.escape(self.alt, quote=True)}'>{svg[svg.index('<svg') :]}"
            f"<figcaption>{html.escape(self.caption)}. {html.escape(self.base)}</figcaption></figure>"
        )


def write_numbers(numbers: pd.DataFrame, path: Path) -> None:
    """Write a long table as CSV: decimal point, UTF-8, no index, full precision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers.to_csv(path, index=False, lineterminator="\n")


def subgroup_header(table: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """A heading with mark and base for each subgroup, e.g. `Kreise* (n = 22)`; one base per column.

    Raises
    ------
    NotebookError
        If the rows of a subgroup have different bases: such a table must print the base in every row.
    """
    header = []
    for subgroup, rows in table.groupby("subgroup", sort=False, dropna=False):
        bases = rows["base_n"].unique()
        if len(bases) != 1:
            raise NotebookError(
                f"Die Spalte „{subgroup}“ hat {len(bases)} verschiedene Basen; sie lassen sich nicht in einem Kopf drucken."
            )
        mark = rows["mark"].iloc[0] if "mark" in rows else ""
        header.append(f"{labels.get(str(subgroup), subgroup)}{mark} (n{NBSP}={NBSP}{format_count(bases[0])})")
    return header


def count_percent_rows(
    table: pd.DataFrame, labels: Mapping[str, str], blocks: Mapping[str, tuple[str, Sequence[str]]]
) -> tuple[Row, ...]:
    """Printed rows „39 (86,7 %)“, one column a subgroup, under a heading per block.

    Parameters
    ----------
    table : long table with row, subgroup, n, base_n
    labels : row id -> printed label
    blocks : block id -> (heading, row ids in printing order); an empty heading prints none

    Returns
    -------
    tuple of Row

    Raises
    ------
    NotebookError
        If a row to print is missing for a subgroup or occurs twice.
    """
    if table.duplicated(["row", "subgroup"]).any():
        raise NotebookError(
            "Eine Zeile kommt für dieselbe Gruppe zweimal vor; so lässt sie sich nicht drucken."
        )
    cells = {
        (r.row, r.subgroup): f"{format_count(r.n)}{NBSP}({format_percent(r.n, r.base_n)})"
        for r in table.itertuples()
    }
    subgroups = list(dict.fromkeys(table["subgroup"]))
    rows: list[Row] = []
    missing = {i for _, ids in blocks.values() for i in ids if not all((i, s) in cells for s in subgroups)}
    if missing:
        raise NotebookError(f"Zu diesen Zeilen fehlen Zahlen: {', '.join(sorted(missing))}.")
    for heading, row_ids in blocks.values():
        if heading:
            rows.append(Row((heading,), kind="block"))
        rows += [
            Row(
                (labels.get(row_id, row_id), *(cells[row_id, s] for s in subgroups)),
                numbers=("", *(f"{row_id}:{s}" for s in subgroups)),
            )
            for row_id in row_ids
        ]
    return tuple(rows)


def printed_blocks(book: Codebook, rows: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, Sequence[str]]]:
    """Blocks of a grid for `count_percent_rows`: block id -> (printed heading, item ids)."""
    headings = {b["id"]: b["label"] for part in book.parts for b in part.get("blocks", ())}
    return {block: (headings[block], items) for block, items in rows.items()}


def nested_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows „22 von 23“ of a nested table, indented by level."""
    rows = []
    for r in table.itertuples():
        has_base = not pd.isna(r.base_n)
        count = (
            f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}" if has_base else format_count(r.n)
        )
        share = format_percent(r.n, r.base_n) if has_base else ""
        rows.append(Row((r.label, count, share), level=int(r.level), numbers=("", f"{r.row}:alle", "")))
    return tuple(rows)


def plain_rows(frame: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of a small frame as it stands: texts as they are, whole numbers with dots."""
    return tuple(
        Row(tuple(c if isinstance(c, str) else format_count(c) for c in row))
        for row in frame.itertuples(index=False)
    )


def finding_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of what validation found: title, rule, number of findings.

    >>> finding_rows(pd.DataFrame({"row": ["V06"], "label": ["doppelt"], "n": [2]}))[0].cells
    ('doppelt', 'V06', '2')
    """
    return tuple(
        Row((r.label, r.row, format_count(r.n)), numbers=("", "", f"{r.row}:alle"))
        for r in table.itertuples()
    )


def numbers_view(numbers: pd.DataFrame) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Heading and rows of the table that lies folded under a figure: labels, n, base and percent.

    Expects the columns `label`, `group_label` (both printed), `n`, `base_n`.
    """
    traceable = {"definition", "row", "subgroup"} <= set(numbers.columns)
    rows = [
        {
            "cells": (
                str(r.label),
                str(r.group_label),
                format_count(r.n),
                format_count(r.base_n),
                format_percent(r.n, r.base_n),
            ),
            "kind": "row",
            "level": 0,
            "numbers": ("", "", f"{r.row}:{r.subgroup}" if traceable else "", "", ""),
        }
        for r in numbers.itertuples()
    ]
    return ("Merkmal", "Gruppe", "n", "Basis", "Anteil"), rows
