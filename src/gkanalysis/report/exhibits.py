"""Exhibits: tables and figures with title, base, source, alternative text and the numbers behind them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import MINUS, NBSP, format_count, format_share
from gkanalysis.counts.shown import Row, table_html
from gkanalysis.report.shown import Shown

SYNTHETIC_NOTE = "Synthetische Daten"
LINE = 110  # characters of a table that stand side by side in the text column
NARROWEST = 0.5  # of the text column: a table
WHOLE = 34  # a table of up to so many rows fits on a page and stays whole; longer ones break


@dataclass(frozen=True)
class Exhibit(Shown):
    """What tables and figures share; `numbers` is the long table behind, `withheld` are cells not printed.

    Without title, base, source and a plain name as id an exhibit must not leave the notebook.
    """

    id: str
    label: str
    title: str
    base: str
    source: str
    numbers: pd.DataFrame
    notes: tuple[str, ...] = ()
    withheld: Sequence[Mapping[str, str]] = ()

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
    """A printed table: headings, rows of text cells, numbers behind; `widths` of columns that hold sentences."""

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    widths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        wrong = [r.cells[0] for r in self.rows if len(r.cells) != (1 if r.kind == "block" else len(self.header))]
        if wrong:
            lines = ", ".join(f"„{w}“" for w in wrong)
            raise NotebookError(
                f"Tabelle „{self.id}“ mit {len(self.header)} Spalten: zu diesen Zeilen fehlen Zellen oder sind zu viele: {lines}."
            )

    def record(self) -> dict[str, Any]:
        """Everything but the numbers, with heading and rows as printed."""
        return super().record() | {"header": self.header, "rows": [asdict(r) for r in self.rows], "widths": self.widths}

    def save(self, folder: Path) -> None:
        """Write the numbers as `tables/<id>.csv`."""
        write_numbers(self.numbers, folder / "tables" / f"{self.id}.csv", self.withheld)

    def _repr_html_(self) -> str:
        return table_html(self.header, self.rows, self.caption, [f"{self.base}. {self.source}"])


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
        write_numbers(self.numbers, target / f"{self.id}.csv", self.withheld)

    def _repr_html_(self) -> str:
        svg = self.drawing[0].decode("utf-8")
        return (
            f"<figure role='img' aria-label='{html.escape(self.alt, quote=True)}'>{svg[svg.index('<svg') :]}"
            f"<figcaption>{html.escape(self.caption)}. {html.escape(self.base)}</figcaption></figure>"
        )


def write_numbers(numbers: pd.DataFrame, path: Path, withheld: Sequence[Mapping[str, str]] = ()) -> None:
    """Write a long table as CSV: decimal point, UTF-8, no index, full precision; last what is withheld, without n."""
    path.parent.mkdir(parents=True, exist_ok=True)
    more = pd.DataFrame(withheld, columns=numbers.columns, dtype="str")
    how = {"index": False, "lineterminator": "\n"}
    text = numbers.to_csv(**how) + more.to_csv(header=False, **how)
    path.write_text(text, encoding="utf-8", newline="")


def numbers_view(numbers: pd.DataFrame) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Heading and rows of the table that lies folded under a figure: labels, n, base and percent.

    Expects the columns `label`, `group_label` (printed where there is more than one), `n`, `base_n`.
    """
    grouped = numbers["group_label"].nunique() > 1
    traceable = {"definition", "row", "subgroup"} <= set(numbers.columns)
    rows = []
    for r in numbers.itertuples():
        told = (format_count(r.n), format_count(r.base_n), format_share(r.n, r.base_n))
        cells = (str(r.label), *[str(r.group_label)] * grouped, *told)
        number = f"{r.row}:{r.subgroup}" if traceable else ""
        rows.append(asdict(Row(cells, numbers=("", *[""] * grouped, number, "", ""))))
    return ("Merkmal", *["Gruppe"] * grouped, "n", "Basis", "Anteil"), rows


def heading_lines(heading: str) -> list[str]:
    """A column heading in lines: the base stands on a line of its own.

    >>> heading_lines(f"Kreise* (n{NBSP}={NBSP}22)") == ["Kreise*", f"(n{NBSP}={NBSP}22)"]
    True
    """
    name, mark, base = heading.partition(f" (n{NBSP}=")
    return [name, mark.lstrip(" ") + base] if mark else [heading]


def text_columns(exhibit: Mapping[str, Any]) -> list[bool]:
    """Which columns hold words and stand on the left, as the first one; numbers stand on the right.

    >>> text_columns({"header": ["Weg", "Ort", "n"], "rows": [{"cells": ["neu", "im Haus", "etwa 4"], "kind": "row"}]})
    [True, True, False]
    """
    rows = [r["cells"] for r in exhibit["rows"] if r["kind"] == "row"]
    numeric = re.compile(rf"(?:etwa|rund|ca\.|bis zu|mehr als)? *[\d{MINUS}+<–•].*|")
    return [k == 0 or not all(numeric.fullmatch(r[k]) for r in rows) for k in range(len(exhibit["header"]))]


def column_widths(exhibit: Mapping[str, Any]) -> list[float]:
    """Relative widths that add up to 1: each column as wide as its longest cell or word of its heading.

    >>> [round(w, 2) for w in column_widths({"header": ["Weg", "n"], "rows": [{"cells": ["neu", "1"], "kind": "row"}]})]
    [0.5, 0.5]
    """
    widths = exhibit.get("widths") or _widths(exhibit)
    return [w / sum(widths) for w in widths]


def table_span(exhibit: Mapping[str, Any]) -> float:
    """How much of the text column a table takes: a narrow one keeps numbers near their labels.

    >>> table_span({"header": ["Weg", "n"], "rows": [{"cells": ["neu", "1"], "kind": "row"}]})
    0.5
    """
    return min(1.0, max(NARROWEST, sum(_widths(exhibit)) * 1.1 / LINE))


def _widths(exhibit: Mapping[str, Any]) -> list[float]:
    """Characters that each column needs; the first one yields where there is not enough room."""
    rows = [(r["cells"], r.get("level", 0)) for r in exhibit["rows"] if r["kind"] == "row"]

    def width(column: int) -> float:
        cells = [len(cells[column]) + 3 * level * (not column) for cells, level in rows]
        words = [1.15 * len(word) for word in exhibit["header"][column].split(" ")]  # headings are semibold
        return max([*cells, *words, 6]) + 2

    widths = [width(k) for k in range(len(exhibit["header"]))]
    others = sum(widths[1:])
    return [min(max(widths[0], 0.4 * others), max(LINE - others, 0.4 * others)), *widths[1:]]
