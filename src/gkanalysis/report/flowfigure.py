"""Alliances over the waves as a quiet flow: blocks for states, strands for who passes from one to the next.

Heights are counts of alliances, the same scale everywhere. Each block and each strand that is wide enough
carries its number; the others are in the table under the figure, which `flow_numbers` makes from the same
rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count
from gkanalysis.report.figures import MM
from gkanalysis.report.style import INK, QUIET, SEGMENTS, TEXT_WIDTH, figure_style, to_bytes

# State -> colour of its block, ink on it, colour of the strands that leave it. One accent beside greys.
LOOKS = {
    "returned": (*SEGMENTS[0], "#8FB3CC"),
    "not_returned": ("#9AA7AF", INK, "#D5DBDF"),
    "declined": ("#5B6B75", "#FFFFFF", "#C3CBD0"),
    "not_asked": ("#E3E8EB", INK, "#EEF1F3"),
}
WIDTH, BLOCK, LABELS = 158, 6.5, 27  # millimetres: the figure, a block, the texts beside the last wave
GAP = 0.035  # between two blocks of a wave, as a share of all alliances
LEGIBLE = 0.032  # blocks and strands below this share of all alliances carry no number
ARROW = "→"


def flow_figure(
    table: pd.DataFrame, state_labels: Mapping[str, str], *, subgroup: str = "alle", mark: str = ""
) -> tuple[bytes, bytes]:
    """Flow of alliances over the waves.

    Parameters
    ----------
    table : one row per pair of neighbouring waves, pair of states and subgroup, as `flow_table` gives it
    state_labels : state -> printed text, from top to bottom; every state with alliances needs one
    subgroup : which rows of the table to draw
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes

    Raises
    ------
    NotebookError
        If a state has no label or look, there are no alliances, or what arrives in a wave is not what leaves
        it.
    """
    rows = _checked(table, state_labels, subgroup)
    waves = [rows["wave"].iloc[0], *dict.fromkeys(rows["next_wave"])]
    total = int(rows["base_n"].iloc[0])
    states = [s for s in state_labels if s in {*rows["row"], *rows["next_row"]}]
    counts = {w: _count_states(rows, w, states) for w in waves}
    tops = {w: _stack(counts[w], total) for w in waves}
    tops = {w: _stack(counts[w], total) for w in waves}
    step = (WIDTH - BLOCK - LABELS) / (len(waves) - 1)
    with mpl.rc_context(figure_style()):
        canvas = Canvas(figsize=(TEXT_WIDTH, 76 * MM), layout="constrained")
        axes = canvas.subplots()
        for k, wave in enumerate(waves[:-1]):
            n_of = {(r.row, r.next_row): int(r.n) for r in rows[rows["wave"] == wave].itertuples()}
            edges = (k * step + BLOCK, (k + 1) * step)
            _strands(axes, n_of, edges, tops[wave], tops[waves[k + 1]], states, total)
        for k, wave in enumerate(waves):
            _blocks(axes, k * step, wave, counts[wave], tops[wave], total, is_first=k == 0)
        last = {s: n for s, n in counts[waves[-1]].items() if n}
        for state, n in last.items():
            y = tops[waves[-1]][state] + n / 2
            axes.text((len(waves) - 1) * step + BLOCK + 2, y, state_labels[state], va="center", color=INK)
        if rest := [s for s in states if s not in last]:
            handles = [Patch(color=LOOKS[s][0]) for s in rest]
            canvas.legend(
                handles,
                [state_labels[s] for s in rest],
                loc="outside lower left",
                ncols=len(rest),
                handlelength=1.1,
            )
        axes.set_xlim(-1, WIDTH)
        axes.set_ylim(total * (1 + GAP * (len(states) - 1)) + 0.5, -0.16 * total)
        axes.set_axis_off()
        if mark:
            canvas.supxlabel(mark, x=0.995, ha="right", fontsize=7, color="#9C2A1F")
        return to_bytes(canvas)


def flow_numbers(
    table: pd.DataFrame,
    state_labels: Mapping[str, str],
    group_labels: Mapping[str, str],
    *,
    empty: bool = False,
) -> pd.DataFrame:
    """The numbers of the figure as a table that a screen reader can read.

    Parameters
    ----------
    table : as `flow_figure` takes it
    state_labels, group_labels : printed texts; subgroups that are not named are left out
    empty : keep strands that nobody takes, where both states have a printed text

    Returns
    -------
    one row per strand and subgroup: `label` (such as `2020 → 2022: Rücklauf → kein Rücklauf`), `group`,
    `group_label`, `n`, `base_n`, then the other columns of the table

    Raises
    ------
    NotebookError
        If a state with alliances has no printed text.

    Examples
    --------
    >>> table = pd.DataFrame({"wave": ["2020"], "row": ["returned"], "next_wave": ["2022"], "next_row": ["declined"],
    ...                       "subgroup": ["alle"], "n": [3], "base_n": [3]})
    >>> flow_numbers(table, {"returned": "Rücklauf", "declined": "abgelehnt"}, {"alle": "alle"})["label"].item()
    '2020 → 2022: Rücklauf → abgelehnt'
    """
    known = table["row"].isin(state_labels) & table["next_row"].isin(state_labels)
    shown = table[((table["n"] > 0) | (empty & known)) & table["subgroup"].isin(group_labels)].copy()
    if unnamed := sorted({*shown["row"], *shown["next_row"]} - set(state_labels)):
        raise NotebookError(f"Dem Flussdiagramm fehlt die Beschriftung für {', '.join(unnamed)}.")
    shown["label"] = [
        f"{r.wave} {ARROW} {r.next_wave}: {state_labels[r.row]} {ARROW} {state_labels[r.next_row]}"
        for r in shown.itertuples()
    ]
    shown["group"] = shown["subgroup"]
    shown["group_label"] = shown["subgroup"].map(group_labels)
    first = ["label", "group", "group_label", "n", "base_n"]
    return shown[[*first, *(c for c in shown.columns if c not in first)]].reset_index(drop=True)


def flow_alt(table: pd.DataFrame, state_labels: Mapping[str, str], *, subgroup: str = "alle") -> str:
    """Alternative text of the figure: what it is, the states of each wave, and the largest strands.

    Examples
    --------
    >>> table = pd.DataFrame({"wave": ["2020"], "row": ["returned"], "next_wave": ["2022"], "next_row": ["declined"],
    ...                       "subgroup": ["alle"], "n": [3], "base_n": [3]})
    >>> flow_alt(table, {"returned": "Rücklauf", "declined": "abgelehnt"})
    'Flussdiagramm von 3 Bündnissen über die Wellen 2020 und 2022. 2020: Rücklauf 3. 2022: abgelehnt 3. \
Größte Ströme: 2020 → 2022 von Rücklauf zu abgelehnt 3.'
    """
    rows = _checked(table, state_labels, subgroup)
    waves = [rows["wave"].iloc[0], *dict.fromkeys(rows["next_wave"])]
    states = [s for s in state_labels if s in {*rows["row"], *rows["next_row"]}]
    parts = []
    for wave in waves:
        counted = [(state_labels[s], n) for s, n in _count_states(rows, wave, states).items() if n]
        parts.append(f"{wave}: " + ", ".join(f"{text} {format_count(n)}" for text, n in counted) + ".")
    largest = rows[rows["n"] > 0].sort_values("n", ascending=False, kind="stable").head(3)
    strands = ", ".join(
        f"{r.wave} {ARROW} {r.next_wave} von {state_labels[r.row]} zu {state_labels[r.next_row]} {format_count(r.n)}"
        for r in largest.itertuples()
    )
    named = f"{', '.join(map(str, waves[:-1]))} und {waves[-1]}"
    total = format_count(int(rows["base_n"].iloc[0]))
    return f"Flussdiagramm von {total} Bündnissen über die Wellen {named}. {' '.join(parts)} Größte Ströme: {strands}."


def _checked(table: pd.DataFrame, state_labels: Mapping[str, str], subgroup: str) -> pd.DataFrame:
    """Rows of one subgroup, or a refusal of what would draw a wrong picture."""
    rows = table[table["subgroup"] == subgroup]
    drawn = rows[rows["n"] > 0]
    unnamed = sorted({*drawn["row"], *drawn["next_row"]} - (set(state_labels) & set(LOOKS)))
    sums = rows.groupby("wave", sort=False).agg(n=("n", "sum"), base_n=("base_n", "max"))
    if not len(drawn) or unnamed or (sums["n"] != rows["base_n"].iloc[0]).any():
        raise NotebookError(
            f"Das Flussdiagramm für „{subgroup}“ braucht je Wellenpaar alle Bündnisse der Basis (Summen: "
            f"{sums['n'].to_dict()}) und eine Beschriftung für jeden Zustand (ohne: {', '.join(unnamed) or '–'})."
        )
    arriving = drawn.groupby(["next_wave", "next_row"])["n"].sum()
    leaving = drawn.groupby(["wave", "row"])["n"].sum()
    inner = {w for w, _ in arriving.index} & {w for w, _ in leaving.index}
    broken = [w for w in inner if not arriving.loc[w].sort_index().equals(leaving.loc[w].sort_index())]
    if broken:
        raise NotebookError(
            f"Im Flussdiagramm kommen in Welle {', '.join(map(str, broken))} nicht so viele Bündnisse an, wie sie verlassen; "
            "bitte eine Tabelle aus flow_table übergeben."
        )
    return rows


def _count_states(rows: pd.DataFrame, wave: str, states: Sequence[str]) -> dict[str, int]:
    """Alliances in each state of a wave."""
    leaving, arriving = rows[rows["wave"] == wave], rows[rows["next_wave"] == wave]
    part, column = (leaving, "row") if len(leaving) else (arriving, "next_row")
    found = part.groupby(part[column])["n"].sum()
    return {s: int(found.get(s, 0)) for s in states}


def _stack(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """Upper edge of each block; states without alliances take no place."""
    tops, y = {}, 0.0
    for state, n in counts.items():
        tops[state] = y
        if n:
            y += n + GAP * total
    return tops


def _strands(
    axes: Axes,
    n_of: Mapping[tuple[str, str], int],
    edges: tuple[float, float],
    tops: Mapping[str, float],
    next_tops: Mapping[str, float],
    states: Sequence[str],
    total: int,
) -> None:
    """Bands between two waves, in the order of the states on both sides, so that few of them cross."""
    left, right = dict(tops), dict(next_tops)
    (start, end), middle = edges, sum(edges) / 2
    for one in states:
        for other in states:
            n = n_of.get((one, other), 0)
            if not n:
                continue
            a, b = left[one], right[other]
            left[one] += n
            right[other] += n
            upper = [(start, a), (middle, a), (middle, b), (end, b)]
            lower = [(end, b + n), (middle, b + n), (middle, a + n), (start, a + n)]
            codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
            path = Path([*upper, *lower, upper[0]], codes)
            axes.add_patch(
                PathPatch(path, facecolor=LOOKS[one][2], edgecolor="white", linewidth=0.6, zorder=1)
            )
            if n >= LEGIBLE * total:
                # Close to its block a strand still lies in order, below the one before it.
                axes.text(
                    start + 1.6, a + n / 2, format_count(n), va="center", fontsize=7.5, color=INK, zorder=3
                )


def _blocks(
    axes: Axes,
    x: float,
    wave: str,
    counts: Mapping[str, int],
    tops: Mapping[str, float],
    total: int,
    *,
    is_first: bool,
) -> None:
    """Blocks of one wave with their numbers, and its heading: how many of those asked returned a form."""
    for state, n in counts.items():
        if not n:
            continue
        colour, ink, _ = LOOKS[state]
        axes.add_patch(Rectangle((x, tops[state]), BLOCK, n, facecolor=colour, linewidth=0, zorder=2))
        if n >= LEGIBLE * total:
            where = (x + BLOCK / 2, tops[state] + n / 2)
            axes.text(*where, format_count(n), ha="center", va="center", color=ink, zorder=3)
    asked = sum(n for state, n in counts.items() if state != "not_asked")
    place = {"ha": "left" if is_first else "center", "va": "bottom"}
    x = x if is_first else x + BLOCK / 2
    axes.text(x, -0.075 * total, str(wave), weight=600, color=INK, **place)
    returned = f"{format_count(counts.get('returned', 0))} von {format_count(asked)}".replace(" ", NBSP)
    text = f"Rücklauf {returned}" if is_first else returned
    axes.text(x, -0.02 * total, text, fontsize=8, color=QUIET, **place)
