"""Printed rows of tables over several waves; what must not be printed of a change stands as a dot."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gkanalysis.report.definitions import TOTAL
from gkanalysis.report.exhibits import Row
from gkanalysis.report.numbers import NBSP, format_count, format_decimal, format_percent, format_points
from gkanalysis.report.panel import shown_interval
from gkanalysis.tabulate.panel import PARTICIPATION_LABELS

HELD_BACK = "•"
HELD_BACK_NOTE = f"{HELD_BACK} nicht gedruckt: Daraus ließe sich errechnen, wie weniger Bündnisse als erlaubt geantwortet haben."


def attrition_rows(table: pd.DataFrame, states: Sequence[str]) -> tuple[Row, ...]:
    """Printed rows of `Panel.attrition`: a wave each, its states side by side."""
    rows = []
    for wave, part in table[table["subgroup"] == TOTAL].groupby("wave", sort=False):
        by_state = part.set_index("state")
        cells = [_count_cell(by_state.loc[s], share=s != "asked") for s in states]
        rows.append(Row((str(wave), *cells), numbers=("", *(f"{wave}-{s}:{TOTAL}" for s in states))))
    return tuple(rows)


def attrition_header(states: Sequence[str]) -> tuple[str, ...]:
    """Heading of `attrition_rows`."""
    return ("Welle", *(PARTICIPATION_LABELS[s] for s in states))


def returned_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.attrition`: a wave each, returns by type."""
    rows = []
    for wave, part in table[table["state"] == "returned"].groupby("wave", sort=False):
        cells = [_count_cell(r, share=True) for _, r in part.iterrows()]
        names = [f"{wave}-returned:{s}" for s in part["subgroup"]]
        rows.append(Row((str(wave), *cells), numbers=("", *names)))
    return tuple(rows)


def change_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.change`: a question each, dots where held back."""
    rows = []
    for r in table.itertuples():
        counts = r.detail in ("interval", "counts")
        shown = [_n_percent(n, r.base_n) if counts else HELD_BACK for n in (r.first_n, r.second_n)]
        points = HELD_BACK
        if r.detail != "nothing":
            points = format_points((r.second_n, r.base_n), (r.first_n, r.base_n))
        low_high = HELD_BACK
        if r.detail == "interval":
            low_high = " bis ".join(_signed(x) for x in shown_interval(r))
        pairs = HELD_BACK if r.detail == "nothing" else format_count(r.base_n)
        waves = f"{r.first_wave}, {r.second_wave}"
        names = (f"{r.row}-first:{TOTAL}", f"{r.row}-second:{TOTAL}") if counts else ("", "")
        first = "" if r.detail == "nothing" else f"{r.row}:{TOTAL}"
        rows.append(
            Row((r.label, waves, pairs, *shown, points, low_high), numbers=("", "", first, *names, "", ""))
        )
    return tuple(rows)


def comparison_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.compare`: what was asked, wave, „18 von 46“, percent."""
    return tuple(
        Row(
            (
                r.label,
                r.wave,
                f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}",
                format_percent(r.n, r.base_n, decimals=0),
            ),
            numbers=("", "", f"{r.row}:{TOTAL}", ""),
        )
        for r in table.itertuples()
    )


def _signed(points: int) -> str:
    text = format_decimal(float(points), decimals=0)
    return f"+{text}" if points > 0 else text


def _n_percent(n: int, base_n: int) -> str:
    return f"{format_count(n)}{NBSP}({format_percent(n, base_n, decimals=0)})"


def _count_cell(row: pd.Series, *, share: bool) -> str:
    return _n_percent(row["n"], row["base_n"]) if share else format_count(row["n"])
