"""How wide the columns of a printed table are, and where their headings break: the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkanalysis.core.numbers import NBSP

LINE = 110  # characters of a table that stand side by side in the text column
WHOLE = 34  # a table of up to so many rows fits on a page and stays whole; longer ones break


def heading_lines(heading: str) -> list[str]:
    """A column heading in lines: the base stands on a line of its own.

    >>> heading_lines(f"Kreise* (n{NBSP}={NBSP}22)") == ["Kreise*", f"(n{NBSP}={NBSP}22)"]
    True
    """
    name, mark, base = heading.partition(f" (n{NBSP}=")
    return [name, mark.lstrip(" ") + base] if mark else [heading]


def column_widths(exhibit: Mapping[str, Any]) -> list[float]:
    """Relative widths that add up to 1: each column as wide as its longest cell or word of its heading.

    >>> [round(w, 2) for w in column_widths({"header": ["Weg", "n"], "rows": [{"cells": ["neu", "1"], "kind": "row"}]})]
    [0.5, 0.5]
    """
    if exhibit.get("plain"):
        return [0.72, 0.28]
    rows = [r["cells"] for r in exhibit["rows"] if r["kind"] == "row"]

    def width(column: int) -> float:
        cells = [len(cells[column]) for cells in rows]
        words = [1.15 * len(word) for word in exhibit["header"][column].split(" ")]  # headings are semibold
        return max([*cells, *words, 6]) + 2

    widths = [width(k) for k in range(len(exhibit["header"]))]
    others = sum(widths[1:])
    first = min(max(widths[0], 0.4 * others), max(LINE - others, 0.4 * others))
    return [w / (first + others) for w in (first, *widths[1:])]
