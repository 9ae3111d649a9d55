"""The kinds of figures that reports use. Each takes a long table and draws it; none computes a share.

The table has one row per mark: `label` (printed row), `group` (id of the type or segment), `group_label`,
`n`, `base_n`, and `mark` for small bases. Rows come in printing order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count, format_percent
from gkanalysis.report.style import INK, QUIET, RULE, SEGMENTS, TEXT_WIDTH, TYPE_LOOKS, figure_style, to_bytes

MM = 1 / 25.4
MARKER = {"markersize": 5.6, "markeredgewidth": 1.3}


def figure_table(
    table: pd.DataFrame, labels: Mapping[str, str], group_labels: Mapping[str, str], *, by: str = "subgroup"
) -> pd.DataFrame:
    """The long table of the tabulation as the figures here take it.

    Parameters
    ----------
    table : long table with row, subgroup, n, base_n, share, mark
    labels, group_labels : printed text of rows and subgroups; subgroups that are not named are left out
    by : {"subgroup", "row"}
        "subgroup": one line per row, one mark per subgroup. "row": one line per subgroup, one segment per row.

    Returns
    -------
    The same rows with `label`, `group`, `group_label`
    """
    shown = table[table["subgroup"].isin(group_labels)].copy()
    line, mark = ("row", "subgroup") if by == "subgroup" else ("subgroup", "row")
    texts = {"row": labels, "subgroup": group_labels}
    shown["label"] = shown[line].map(texts[line])
    shown["group"] = shown[mark]
    shown["group_label"] = shown[mark].map(texts[mark])
    first = ["label", "group", "group_label", "n", "base_n"]
    return shown[[*first, *(c for c in shown.columns if c not in first)]].reset_index(drop=True)


def segment_bars(table: pd.DataFrame, *, mark: str = "") -> tuple[bytes, bytes]:
    """Bars of the same length, one per label, divided by group; counts stand in the segments.

    For parts of a whole with few groups: status of returns, new or attached. The bar shows shares, the
    number printed in it is the count, and the base stands behind the label.

    Parameters
    ----------
    table : one row per label and group, as described above
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes

    Raises
    ------
    NotebookError
        If the parts of a bar do not add up to its base, or there are more groups than shades.
    """
    labels = list(dict.fromkeys(table["label"]))
    sums = table.groupby("label", sort=False).agg(n=("n", "sum"), base_n=("base_n", "max"))
    short = sums.index[sums["n"] != sums["base_n"]]
    if len(short) or table["group"].nunique() > len(SEGMENTS):
        raise NotebookError(
            f"Geteilte Balken brauchen Teile, die zusammen die Basis ergeben (nicht bei: {', '.join(short) or '–'}), "
            f"und höchstens {len(SEGMENTS)} Gruppen."
        )
    groups = list(dict.fromkeys(zip(table["group"], table["group_label"], strict=True)))
    with mpl.rc_context(figure_style()):
        canvas, axes = _canvas(len(labels) * 8.5 + 17)
        for y, label in enumerate(labels):
            left = 0.0
            rows = table[table["label"] == label]
            for k, (group, _) in enumerate(groups):
                row = rows[rows["group"] == group].iloc[0]
                width = row["n"] / row["base_n"] if row["base_n"] else 0
                colour, ink = SEGMENTS[k]
                axes.barh(y, width, left=left, height=0.62, color=colour, edgecolor="white", linewidth=0.8)
                if row["n"]:
                    text = format_count(row["n"])
                    axes.text(left + width / 2, y, text, ha="center", va="center", color=ink)
                left += width
        bases = [table.loc[table["label"] == label, "base_n"].iloc[0] for label in labels]
        axes.set_yticks(
            range(len(labels)),
            [f"{t}\nn{NBSP}={NBSP}{format_count(b)}" for t, b in zip(labels, bases, strict=True)],
        )
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xticks([])
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        patches = [mpl.patches.Patch(color=SEGMENTS[k][0]) for k in range(len(groups))]
        _legend(axes, patches, [text for _, text in groups])
        return _finish(canvas, mark)


def count_bars(table: pd.DataFrame, *, mark: str = "") -> tuple[bytes, bytes]:
    """Small multiples: one panel per group, bars of counts in one common order, the number at each bar.

    For a single choice with several answers that is to be compared between types.
    """
    labels = list(dict.fromkeys(table["label"]))
    groups = list(dict.fromkeys(zip(table["group"], table["group_label"], strict=True)))
    with mpl.rc_context(figure_style()):
        canvas = Canvas(figsize=(TEXT_WIDTH, (len(labels) * 6 + 20) * MM), layout="constrained")
        panels = canvas.subplots(1, len(groups), sharey=True, squeeze=False)[0]
        limit = table["n"].max() * 1.18
        for axes, (group, text) in zip(panels, groups, strict=True):
            rows = table[table["group"] == group].set_index("label").loc[labels]
            colour = TYPE_LOOKS.get(group, TYPE_LOOKS["alle"])[0]
            axes.barh(range(len(labels)), rows["n"], height=0.62, color=colour)
            for y, n in enumerate(rows["n"]):
                axes.text(n + limit * 0.02, y, format_count(n), va="center", color=INK if n else QUIET)
            base = format_count(rows["base_n"].iloc[0])
            axes.set_title(f"{text}\nn{NBSP}={NBSP}{base}", fontsize=8.5, loc="left", color=INK)
            axes.set_xlim(0, limit)
            axes.set_xticks([])
            axes.spines["bottom"].set_visible(False)
        panels[0].set_yticks(range(len(labels)), labels)
        panels[0].invert_yaxis()
        return _finish(canvas, mark)


def dot_ranges(
    table: pd.DataFrame, *, blocks: Mapping[str, Sequence[str]], right: Mapping[str, str], right_head: str,
    mark: str = "",
) -> tuple[bytes, bytes]:  # fmt: skip
    """One row per label with a dot per group on a scale of percent, joined by a line: differences show.

    Parameters
    ----------
    table : one row per label and group; groups with a small base are drawn hollow
    blocks : heading -> labels in printing order
    right : label -> text at the right edge, such as the difference in points
    right_head : heading of that column
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes
    """
    n_rows = sum(len(v) + 1 for v in blocks.values())
    groups = list(dict.fromkeys(zip(table["group"], table["group_label"], strict=True)))
    with mpl.rc_context(figure_style()):
        canvas, axes = _canvas(n_rows * 5.1 + 26)
        y, ticks, texts = 0, [], []
        for heading, labels in blocks.items():
            axes.text(-0.02, y, heading, ha="right", va="center", weight=600, transform=_row(axes))
            y += 1
            for label in labels:
                rows = table[table["label"] == label]
                shares = rows["n"] / rows["base_n"]
                axes.plot([shares.min(), shares.max()], [y, y], color=RULE, linewidth=2.2, zorder=1)
                for share, row in zip(shares, rows.itertuples(), strict=True):
                    colour, shape = TYPE_LOOKS[row.group]
                    hollow = row.mark == "**"
                    fill = "white" if hollow else colour
                    axes.plot(
                        share, y, shape, zorder=3, clip_on=False, color=colour, markerfacecolor=fill, **MARKER
                    )
                axes.text(1.13, y, right[label], ha="right", va="center", color=QUIET, fontsize=8)
                ticks.append(y)
                texts.append(label)
                y += 1
        axes.set_yticks(ticks, texts)
        axes.set_ylim(y - 0.4, -0.9)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [format_percent(k, 4, decimals=0) for k in range(5)])
        axes.grid(axis="x", color=RULE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.text(1.13, -0.75, right_head, ha="right", va="bottom", color=QUIET, fontsize=8)
        handles = []
        for group, _ in groups:
            colour, shape = TYPE_LOOKS[group]
            hollow = (table.loc[table["group"] == group, "mark"] == "**").all()
            fill = "white" if hollow else colour
            handles.append(
                mpl.lines.Line2D(
                    [], [], color=colour, marker=shape, linestyle="", markerfacecolor=fill, **MARKER
                )
            )
        _legend(axes, handles, [text for _, text in groups])
        return _finish(canvas, mark)


def _canvas(height_mm: float) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(TEXT_WIDTH, height_mm * MM), layout="constrained")
    return canvas, canvas.subplots()


def _row(axes: Axes) -> mpl.transforms.Transform:
    """Coordinates with x in axes and y in data units."""
    return axes.get_yaxis_transform()


def _legend(axes: Axes, handles: Sequence, texts: Sequence[str]) -> None:
    axes.figure.legend(
        handles, texts, loc="outside upper left", ncols=len(texts), handlelength=1.1, columnspacing=1.6,
        handletextpad=0.5, borderpad=0,
    )  # fmt: skip


def _finish(canvas: Canvas, mark: str) -> tuple[bytes, bytes]:
    if mark:
        canvas.supxlabel(mark, x=0.995, ha="right", fontsize=7, color="#9C2A1F")
    return to_bytes(canvas)
