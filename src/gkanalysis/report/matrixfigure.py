"""Themes by aspect as a heat map with the numbers in it, one panel per type of municipality.

The shade is the share, the number is the count of alliances. Where the bases within a panel differ, each cell
prints its own; a cell on fewer than ten alliances has no shade, because its share would say more than is
known.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count
from gkanalysis.report.figures import MM
from gkanalysis.report.style import INK, PAPER, QUIET, RULE, TEXT_WIDTH, figure_style, to_bytes

# The darkest shade still lets dark ink stand out with 4.5 : 1, so that all numbers have one colour.
SHADES = LinearSegmentedColormap.from_list("shades", ["#F5F8FA", "#B4CDDF", "#6E9BBF"])
HEADING_WIDTH = 10  # characters of a line above a column
PANELS_PER_ROW = 2


def matrix_table(
    table: pd.DataFrame,
    theme_labels: Mapping[str, str],
    aspect_labels: Mapping[str, str],
    group_labels: Mapping[str, str],
) -> pd.DataFrame:
    """The matrix of the tabulation with printed texts, as the figure and the table under it take it.

    Parameters
    ----------
    table : one row per `row` (theme), `aspect` and `subgroup`, with n, base_n, mark, as `offer_matrix` gives it
    theme_labels, aspect_labels, group_labels : printed texts in printing order; what is not named is left out

    Returns
    -------
    one row per group, theme and aspect, in printing order: `label` (theme), `group` (subgroup and aspect),
    `group_label` (such as `Kreise: Lücke benannt`), `n`, `base_n`, `theme_label`, `aspect_label`,
    `subgroup_label`, then the other columns of the table

    Raises
    ------
    NotebookError
        If a cell is missing or stands twice.

    Examples
    --------
    >>> cell = {"row": "s", "aspect": "need", "subgroup": "kreis", "n": 3, "base_n": 9, "mark": "**"}
    >>> table = pd.DataFrame([cell])
    >>> shown = matrix_table(table, {"s": "Sprache"}, {"need": "Lücke"}, {"kreis": "Kreise"})
    >>> shown[["label", "group_label"]].values.tolist()
    [['Sprache', 'Kreise: Lücke']]
    """
    keys = [(s, t, a) for s in group_labels for t in theme_labels for a in aspect_labels]
    found = table.set_index(["subgroup", "row", "aspect"], drop=False).rename_axis([None] * 3)
    absent = [k for k in keys if k not in found.index]
    if absent or not keys or not found.index.is_unique:
        raise NotebookError(
            f"Der Matrix fehlen Zellen ({absent[:3] or '–'}) oder eine steht doppelt da; bitte eine Tabelle aus "
            "offer_matrix mit allen Themen, Merkmalen und Gruppen übergeben."
        )
    shown = found.loc[keys].reset_index(drop=True)
    shown["theme_label"] = shown["row"].map(theme_labels)
    shown["aspect_label"] = shown["aspect"].map(aspect_labels)
    shown["subgroup_label"] = shown["subgroup"].map(group_labels)
    shown["label"] = shown["theme_label"]
    shown["group"] = shown["subgroup"] + "." + shown["aspect"]
    shown["group_label"] = shown["subgroup_label"] + ": " + shown["aspect_label"]
    first = ["label", "group", "group_label", "n", "base_n"]
    return shown[[*first, *(c for c in shown.columns if c not in first)]]


def matrix_figure(table: pd.DataFrame, *, mark: str = "") -> tuple[bytes, bytes]:
    """Heat map of themes by aspect with the numbers in it, one panel per group.

    Parameters
    ----------
    table : as `matrix_table` gives it
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes
    """
    groups = list(dict.fromkeys(table["subgroup_label"]))
    themes = list(dict.fromkeys(table["theme_label"]))
    aspects = list(dict.fromkeys(table["aspect_label"]))
    n_columns = min(PANELS_PER_ROW, len(groups))
    n_rows = -(-len(groups) // n_columns)
    with mpl.rc_context(figure_style()):
        headings = [textwrap.wrap(a, HEADING_WIDTH, break_long_words=False) for a in aspects]
        n_lines = max(map(len, headings))
        height = n_rows * (len(themes) * 6.2 + n_lines * 3.4 + 10) + 12
        canvas = Canvas(figsize=(TEXT_WIDTH, height * MM), layout="constrained")
        canvas.get_layout_engine().set(w_pad=0.02, h_pad=0.06, wspace=0.02, hspace=0.02)
        panels = canvas.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
        for k, axes in enumerate(panels.flat):
            if k >= len(groups):
                axes.set_axis_off()
                continue
            _panel(axes, table[table["subgroup_label"] == groups[k]], groups[k], themes, aspects)
            axes.set_xticks(range(len(aspects)), ["\n".join(lines) for lines in headings], va="bottom")
            axes.tick_params(labelleft=k % n_columns == 0)
        _key(canvas, bool((table["mark"] == "**").any()))
        if mark:
            canvas.supxlabel(mark, x=0.995, ha="right", fontsize=7, color="#9C2A1F")
        return to_bytes(canvas)


def _panel(axes: Axes, rows: pd.DataFrame, group: str, themes: list[str], aspects: list[str]) -> None:
    """One group: a cell per theme and aspect."""
    bases = rows["base_n"].unique()
    for r in rows.itertuples():
        x, y = aspects.index(r.aspect_label), themes.index(r.theme_label)
        shaded = r.base_n > 0 and r.mark != "**"
        share = r.n / r.base_n if r.base_n else 0.0
        face = SHADES(share) if shaded else PAPER
        edge = {"edgecolor": "white", "linewidth": 1.2} if shaded else {"edgecolor": RULE, "linewidth": 0.6}
        inset = 0.5 if shaded else 0.46
        axes.add_patch(Rectangle((x - inset, y - inset), 2 * inset, 2 * inset, facecolor=face, **edge))
        text = format_count(r.n) if len(bases) == 1 else f"{format_count(r.n)}/{format_count(r.base_n)}"
        axes.text(x, y, text if r.base_n else "–", ha="center", va="center", color=INK, fontsize=8)
    base = f"n{NBSP}={NBSP}{format_count(bases[0])}" if len(bases) == 1 else "Anzahl/Basis"
    axes.set_title(f"{group}, {base}", loc="left", fontsize=8.5, color=INK, pad=4)
    axes.set_xlim(-0.5, len(aspects) - 0.5)
    axes.set_ylim(len(themes) - 0.5, -0.5)
    axes.set_yticks(range(len(themes)), themes, va="center")
    axes.tick_params(
        axis="x", top=False, bottom=False, labelbottom=False, labeltop=True, labelcolor=QUIET, pad=2
    )
    axes.tick_params(axis="x", labelsize=7)
    for side in axes.spines.values():
        side.set_visible(False)


def _key(canvas: Canvas, has_small: bool) -> None:
    """What shade and number mean, in one line."""
    handles = [mpl.patches.Patch(facecolor=SHADES(s), edgecolor=RULE, linewidth=0.4) for s in (0.0, 0.5, 1.0)]
    texts = [f"0{NBSP}%", f"50{NBSP}%", f"100{NBSP}% der Basis"]
    if has_small:
        handles.append(mpl.patches.Patch(facecolor=PAPER, edgecolor=RULE, linewidth=0.8))
        texts.append("ohne Farbe: Basis unter 10")
    canvas.legend(
        handles, texts, loc="outside lower left", ncols=len(texts), handlelength=1.4, columnspacing=1.6,
        handletextpad=0.5, borderpad=0, labelcolor=QUIET,
    )  # fmt: skip
