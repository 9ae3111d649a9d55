"""What notebooks call until they show counts, whose figures `report.figures.draw` makes itself.

Everything here goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count, format_date
from gkanalysis.report.figures import Drawing, draw, flow_counts


def flow_alt(table: pd.DataFrame, state_labels: Mapping[str, str], *, subgroup: str = "alle") -> str:
    """Alternative text of a flow: what it is, the states of each wave, and the largest strands.

    Examples
    --------
    >>> table = pd.DataFrame({"wave": ["2020"], "row": ["returned"], "next_wave": ["2022"], "next_row": ["declined"],
    ...                       "subgroup": ["alle"], "n": [3], "base_n": [3]})
    >>> flow_alt(table, {"returned": "Rücklauf", "declined": "abgelehnt"})
    'Flussdiagramm von 3 Bündnissen über die Wellen 2020 und 2022. 2020: Rücklauf 3. 2022: abgelehnt 3. \
Größte Ströme: 2020 → 2022 von Rücklauf zu abgelehnt 3.'
    """
    rows, waves, counts = flow_counts(table, state_labels, subgroup)
    parts = [
        f"{wave}: {', '.join(f'{state_labels[s]} {format_count(n)}' for s, n in counts[wave].items() if n)}."
        for wave in waves
    ]
    strands = [
        f"{r.wave} → {r.next_wave} von {state_labels[r.row]} zu {state_labels[r.next_row]} {format_count(r.n)}"
        for r in rows[rows["n"] > 0].sort_values("n", ascending=False, kind="stable").head(3).itertuples()
    ]
    return (
        f"Flussdiagramm von {format_count(rows['base_n'].iloc[0])} Bündnissen über die Wellen {', '.join(waves[:-1])} und "
        f"{waves[-1]}. {' '.join(parts)} Größte Ströme: {', '.join(strands)}."
    )


def flow_numbers(
    table: pd.DataFrame,
    state_labels: Mapping[str, str],
    group_labels: Mapping[str, str],
    *,
    empty: bool = False,
) -> pd.DataFrame:
    """The numbers of a flow as a table that a screen reader can read, one row per strand and subgroup.

    `empty` keeps strands that nobody takes, where both states have a printed text.

    >>> table = pd.DataFrame({"wave": ["2020"], "row": ["returned"], "next_wave": ["2022"], "next_row": ["declined"],
    ...                       "subgroup": ["alle"], "n": [3], "base_n": [3]})
    >>> flow_numbers(table, {"returned": "Rücklauf", "declined": "abgelehnt"}, {"alle": "alle"})["label"].item()
    '2020 → 2022: Rücklauf → abgelehnt'
    """
    named = table["row"].isin(state_labels) & table["next_row"].isin(state_labels)
    shown = table[((table["n"] > 0) | (empty & named)) & table["subgroup"].isin(group_labels)]
    if unnamed := sorted({*shown["row"], *shown["next_row"]} - set(state_labels)):
        raise NotebookError(f"Dem Flussdiagramm fehlt die Beschriftung für {', '.join(unnamed)}.")
    labels = [
        f"{r.wave} → {r.next_wave}: {state_labels[r.row]} → {state_labels[r.next_row]}"
        for r in shown.itertuples()
    ]
    return _front(
        shown.assign(label=labels, group=shown["subgroup"], group_label=shown["subgroup"].map(group_labels))
    )


def figure_table(
    table: pd.DataFrame, labels: Mapping[str, str], group_labels: Mapping[str, str], *, by: str = "subgroup"
) -> pd.DataFrame:
    """The long table of a tabulation with the texts that a figure prints; what is not named is left out.

    `by` names what is one mark: "subgroup" (one line per row) or "row" (one line per subgroup).
    """
    shown = table[table["subgroup"].isin(group_labels)]
    line, mark = ("row", "subgroup") if by == "subgroup" else ("subgroup", "row")
    texts = {"row": labels, "subgroup": group_labels}
    label, group = shown[line].map(texts[line]), shown[mark].map(texts[mark])
    return _front(shown.assign(label=label, group=shown[mark], group_label=group))


def matrix_table(
    table: pd.DataFrame, theme_labels: Mapping[str, str], aspect_labels: Mapping[str, str], group_labels: Mapping[str, str]
) -> pd.DataFrame:  # fmt: skip
    """Rows by aspect and subgroup with their printed texts, in printing order; what is not named is left out.

    Raises
    ------
    NotebookError
        If a cell is missing or stands twice.
    """
    keys = [(s, t, a) for s in group_labels for t in theme_labels for a in aspect_labels]
    cells = table.set_index(["subgroup", "row", "aspect"], drop=False).rename_axis([None] * 3)
    absent = [k for k in keys if k not in cells.index]
    if absent or not keys or not cells.index.is_unique:
        raise NotebookError(
            f"Der Matrix fehlen Zellen ({absent[:3] or '–'}) oder eine steht doppelt da; bitte eine Tabelle aus "
            "offer_matrix mit allen Themen, Merkmalen und Gruppen übergeben."
        )
    shown = cells.loc[keys].reset_index(drop=True)
    theme, aspect, group = (
        shown["row"].map(theme_labels),
        shown["aspect"].map(aspect_labels),
        shown["subgroup"].map(group_labels),
    )
    named = shown.assign(
        theme_label=theme, aspect_label=aspect, subgroup_label=group, label=theme,
        group=shown["subgroup"] + "." + shown["aspect"], group_label=group + ": " + aspect,
    )  # fmt: skip
    return _front(named)


def _front(table: pd.DataFrame) -> pd.DataFrame:
    """The table with what a reader looks at in front."""
    first = ["label", "group", "group_label", "n", "base_n"]
    return table[[*first, *(c for c in table.columns if c not in first)]].reset_index(drop=True)


def base_line(text: str, base_n: int) -> str:
    """The line under a figure with its base: text, and how many cases that is.

    >>> base_line("Basis: alle mit Antwort", 40).replace(NBSP, " ")
    'Basis: alle mit Antwort (n = 40)'
    """
    return f"{text} (n{NBSP}={NBSP}{format_count(base_n)})"


def field_time(cases: pd.DataFrame) -> str:
    """From which month to which the forms of a wave came in: `received` is a date as text, empty without a form.

    >>> field_time(pd.DataFrame({"received": ["2022-03-21", "", "2022-02-07"]}))
    'Februar bis März 2022'
    """
    days = sorted(str(d)[:7] for d in cases["received"].dropna() if str(d))
    first, last = format_date(days[0]), format_date(days[-1])
    if first == last:
        return first
    same_year = first.rsplit(" ", 1)[1] == last.rsplit(" ", 1)[1]
    return f"{first.rsplit(' ', 1)[0] if same_year else first} bis {last}"


def count_bars(table: pd.DataFrame, *, mark: str = "") -> Drawing:
    """Bars, one panel per group."""
    return draw("bars", table, mark=mark)


def segment_bars(table: pd.DataFrame, *, mark: str = "") -> Drawing:
    """Bars per label, divided by group."""
    return draw("segments", table, mark=mark, parts="group_label")


def dot_ranges(table: pd.DataFrame, *, mark: str = "", **options: Any) -> Drawing:
    """A dot per group, joined by a line."""
    return draw("dots", table, mark=mark, intervals=False, **options)


def matrix_figure(table: pd.DataFrame, *, mark: str = "") -> Drawing:
    """A heat map with numbers."""
    return draw("matrix", table, mark=mark)


def flow_figure(
    table: pd.DataFrame, state_labels: Mapping[str, str], *, subgroup: str = "alle", mark: str = ""
) -> Drawing:
    """Alliances over the waves."""
    return draw("flow", table, mark=mark, states=state_labels, subgroup=subgroup)


def slide_bars(
    table: pd.DataFrame, *, accent: Collection[str] = (), mark: str = "", **options: Any
) -> Drawing:
    """Bars of shares on a slide."""
    return draw("bars", table, mark=mark, slide=True, highlight=accent, **options)


def unit_dots(table: pd.DataFrame, *, accent: Collection[str] = (), mark: str = "") -> Drawing:
    """One dot per case on a slide."""
    return draw("units", table, mark=mark, slide=True, highlight=accent)
