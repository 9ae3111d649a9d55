"""Every figure of the reports: `draw` sets a form of it from the long table of its numbers, in one theme.

seaborn draws; what it has no form for (strands between waves, numbers centred in parts of a bar) is matplotlib.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count, format_n_percent, format_percent, format_share
from gkanalysis.counts.shown import common_mark
from gkanalysis.report.document import FAMILY, FONTS

DPI = 220  # of the PNG
TEXT_WIDTH = 160 / 25.4  # inches: the text column of the A4 page

INK, QUIET, RULE, PAPER = "#1B2A33", "#5B6B75", "#C9D1D6", "#FFFFFF"
ACCENT = "#12436D"
# Type of municipality -> colour and marker. The colours differ in lightness (grey print) and for the common
# kinds of colour blindness; each keeps 3:1 against white; the shape says the same once more.
TYPE_LOOKS = {
    "kreisfreie_stadt": ("#12436D", "o"),
    "kreis": ("#C75B12", "s"),
    "kreisangehoerige_kommune": ("#4F9D8E", "^"),
    "alle": (INK, "D"),
}
# Ordered segments of a bar, dark to light, with a text colour that stays readable on each.
SEGMENTS = (("#12436D", "#FFFFFF"), ("#8FB3CC", INK), ("#E3E8EB", INK), ("#9AA7AF", INK))
FEW = 3  # parts of a bar that are told apart without being asked for

MM = 1 / 25.4
WIDTH, HEIGHT = TEXT_WIDTH / MM, 52.0  # millimetres: the width of all figures, the least height on a slide
QUIET_BAR, TRACK, MARK = "#8FB3CC", "#EDF1F3", "#9C2A1F"
# The darkest shade still lets dark ink stand out with 4.5 : 1, so that all numbers have one colour.
SHADES = LinearSegmentedColormap.from_list("shades", ["#F5F8FA", "#B4CDDF", "#6E9BBF"])
# State in a wave -> colour of its block, ink on it, colour of the strands that leave it.
STATES = {
    "returned": (*SEGMENTS[0], QUIET_BAR),
    "not_returned": ("#9AA7AF", INK, "#D5DBDF"),
    "declined": ("#5B6B75", "#FFFFFF", "#C3CBD0"),
    "not_asked": ("#E3E8EB", INK, "#EEF1F3"),
}
LETTERS, SMALL_LETTERS = 50, 60  # of a line of a label and of its detail
SMALL, LINE = 7.2, 1.22  # points of a detail; distance of lines, times their size


Made = tuple[Canvas, dict[str, Any] | None]  # a figure, and the same as data


class Drawing(tuple):
    """SVG and PNG of a figure; `chart` is the same as data where a program can draw it itself, else None."""

    chart: dict[str, Any] | None = None


@cache
def _register_fonts() -> None:
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


def figure_style() -> dict[str, object]:
    """Settings for `matplotlib.rc_context`; text becomes outlines, so a figure looks the same everywhere."""
    _register_fonts()
    return {
        **mpl.rcParamsDefault,
        "font.family": FAMILY,
        "font.size": 8.5,
        "axes.edgecolor": RULE,
        "axes.labelcolor": QUIET,
        "axes.labelsize": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "text.color": INK,
        "xtick.color": QUIET,
        "ytick.color": INK,
        "xtick.major.width": 0.6,
        "xtick.labelsize": 8,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "figure.facecolor": PAPER,
        "svg.fonttype": "path",
        "svg.hashsalt": "gkanalysis",
        "backend": "agg",
    }


def to_bytes(canvas: Canvas) -> tuple[bytes, bytes]:
    """SVG and PNG of a figure, the same bytes for the same drawing."""
    svg, png = io.BytesIO(), io.BytesIO()
    canvas.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    canvas.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    return svg.getvalue(), png.getvalue()


def draw(
    kind: str, numbers: pd.DataFrame, *, mark: str = "", slide: bool = False, highlight: Collection[str] = (), **options: Any
) -> Drawing:  # fmt: skip
    """Draw a figure; the same numbers give the same bytes.

    Parameters
    ----------
    kind : bars, segments, units, dots, matrix or flow; `default_kind` proposes one
    numbers : one row per mark, in printing order: label, group_label, n, base_n and, where they are known,
        subgroup (the type whose colour it is), ci_low, ci_high, mark (`**`: very small base)
    mark : text in the corner, such as the mark of synthetic data
    slide : fill the place that a slide has, labels at its left edge
    highlight : labels of the bars or answers that the headline speaks of
    options : bars: `details` (label -> smaller text below it), `of_base` (print „24 von 40“), `parts` (labels that are
        indented under the one above), `apart` (labels that stand off); flow: `states` (state -> text)

    Raises
    ------
    NotebookError
        If there is no such form, or the numbers would draw a wrong picture: parts that do not add up to their
        base, a label twice, a highlight that is no label.

    Examples
    --------
    >>> numbers = pd.DataFrame({"label": ["ja", "nein"], "group_label": "alle", "n": [24, 16], "base_n": 40})
    >>> svg, png = draw("bars", numbers, highlight=["ja"])
    >>> svg[:5], png[1:4]
    (b'<?xml', b'PNG')
    """
    if kind not in FORMS:
        raise NotebookError(f"Die Form „{kind}“ gibt es nicht; Abbildungen haben die Formen {', '.join(FORMS)}.")
    with mpl.rc_context(figure_style()):
        canvas, chart = FORMS[kind](_complete(numbers), slide, highlight, **options)
        for axes in canvas.axes:
            axes.set(xlabel="", ylabel="")  # seaborn names the columns there
        if mark:
            canvas.supxlabel(mark, x=0.995, ha="right", fontsize=5.8 if slide else 7, color=MARK)
        if layout := canvas.get_layout_engine():
            layout.execute(canvas)  # once, and not again for SVG and PNG
            canvas.set_layout_engine("none")
        drawing = Drawing(to_bytes(canvas))
    drawing.chart = chart
    return drawing


def default_kind(numbers: pd.DataFrame, *, slide: bool = False) -> str:
    """The form that fits the numbers, if nobody chooses one.

    >>> default_kind(pd.DataFrame({"label": ["ja", "nein"], "group_label": "alle", "n": [24, 16], "base_n": 40}))
    'segments'
    """
    if "next_wave" in numbers:
        return "flow"
    numbers = _complete(numbers)
    groups = numbers["group_label"].nunique()
    if groups > len(TYPE_LOOKS):
        return "matrix"
    if _parts(numbers):
        return "units" if slide and groups == 1 else "segments"
    return "dots" if groups > 1 and numbers["ci_low"].notna().all() else "bars"


def has_intervals(numbers: pd.DataFrame) -> bool:
    """Whether dots are drawn with their intervals: where every number has one, and there are not too many lines."""
    return "ci_low" in numbers and bool(numbers["ci_low"].notna().all()) and numbers["label"].nunique() <= 12


def _complete(numbers: pd.DataFrame) -> pd.DataFrame:
    """The table with every column that the forms look at."""
    group = numbers.get("group", "alle")
    defaults = {"group_label": "", "subgroup": group, "mark": "", "ci_low": math.nan, "ci_high": math.nan}
    shown = numbers.assign(**{k: v for k, v in defaults.items() if k not in numbers})
    shown["base_n"] = shown["base_n"].fillna(0).astype("int64")  # a row without a base
    return shown.assign(share=(shown["n"] / shown["base_n"].where(shown["base_n"] > 0)).fillna(0.0))


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _check(numbers: pd.DataFrame, named: Collection[str]) -> None:
    """Refuse labels that stand twice in a group and names of labels that do not exist."""
    twice = _unique(numbers.loc[numbers.duplicated(["label", "group_label"]), "label"])
    labels = _unique(numbers["label"])
    unknown = [t for t in named if t not in labels]
    if twice or unknown:
        raise NotebookError(
            f"Die Abbildung hat Zeilen {', '.join(f'„{t}“' for t in labels)}; doppelt: {', '.join(twice) or 'keine'}, "
            f"unbekannt: {', '.join(unknown) or 'keine'}."
        )


def _canvas(height: float, rows: int = 1, columns: int = 1, **shared: Any) -> tuple[Canvas, Any]:
    """A figure as wide as the text, `height` in millimetres, with axes that have no lines."""
    canvas = Canvas(figsize=(TEXT_WIDTH, height * MM), dpi=DPI, layout="constrained")
    panels = canvas.subplots(rows, columns, squeeze=False, **shared)
    for axes in panels.flat:
        axes.spines[:].set_visible(False)
        axes.set_xticks([])
    return canvas, panels


def _legend(canvas: Canvas, handles: Sequence[Any], texts: Sequence[str], side: str = "upper", **look: Any) -> None:
    canvas.legend(
        handles, texts, loc=f"outside {side} left", ncols=len(texts), handlelength=1.1, columnspacing=1.6,
        handletextpad=0.5, borderpad=0, **look,
    )  # fmt: skip


def _number(n: int, base_n: int, of_base: bool, percent: bool) -> str:
    """What stands at a bar: 24, 24 von 40, 24 (60 %) or both."""
    of = f"{NBSP}von{NBSP}{format_count(base_n)}" if of_base else ""
    share = format_share(n, base_n) if percent and n else ""
    return format_count(n) + of + (f" ({share})" if share else "")


def _base(n: int, mark: str = "") -> str:
    return f"n{NBSP}={NBSP}{format_count(n)}{mark}"


def _bars(
    numbers: pd.DataFrame, slide: bool, highlight: Collection[str], *, details: Mapping[str, str] | None = None,
    of_base: bool = False, percent: bool = True, parts: Collection[str] = (), apart: Collection[str] = (),
) -> Made:  # fmt: skip
    """Bars on a light track that is their base, the number at each.

    Groups with the same labels are panels side by side; groups with labels of their own are blocks, each under its
    heading with its base. `parts` are labels that belong to the one above them, `apart` labels that stand off.
    """
    _check(numbers, [*highlight, *(details or {})])
    labels, groups = _unique(numbers["label"]), _unique(numbers["group_label"])
    blocks = len(groups) > 1 and numbers["label"].is_unique
    heads = {numbers.loc[numbers["group_label"] == g, "label"].iloc[0]: g for g in groups} if blocks else {}
    at, y = {}, -1.0
    for k in labels:
        y += 1 + 0.5 * (k in apart) + (1.25 if at else 1) * (k in heads)
        at[k] = y
    indent = {k: "\u2003" * (k in parts) for k in labels}
    lines = {k: [indent[k] + t for t in textwrap.wrap(k, LETTERS, break_long_words=False)] for k in labels}
    below = {k: textwrap.wrap((details or {}).get(k, "").removesuffix("."), SMALL_LETTERS) for k in labels}
    type_height, places = sum(3.7 * len(lines[k]) + 3.2 * len(below[k]) for k in labels) / len(labels), y + 1
    height = (type_height + (1.4 if blocks else 2.3)) * places
    height = max(min(HEIGHT - 7, 8.8 * places), min(height, (type_height + 0.9) * places)) if slide else height
    side_by_side = len(groups) > 1 and not blocks
    canvas, panels = _canvas(height + 7 + 9 * side_by_side, 1, len(groups) if side_by_side else 1, sharey=True)
    own = of_base or numbers.groupby("group_label")["base_n"].nunique().max() > 1  # each bar has its own base
    bases = numbers["base_n"].clip(lower=1)
    whole = bases if blocks or (own and not parts) else bases.max()  # a part is shorter than its whole
    numbers = numbers.assign(track=numbers["base_n"] / whole, bar=numbers["n"] / whole)
    room = 0.08 if side_by_side else 0.27 if own else 0.19  # the widest number behind its bar
    fits = numbers["bar"] + room <= numbers["track"]  # none across it; on a slide all at the same place
    numbers["end"] = numbers["bar"].where(fits & (not slide or fits.all()), numbers["track"])
    chart = []
    for axes, group in zip(panels.flat, groups if side_by_side else [""], strict=True):
        rows = numbers[numbers["group_label"].eq(group) | (group == "")].set_index("label").loc[labels]
        headed = common_mark(rows["mark"]) if side_by_side and not own else ""  # stands at the base
        texts = [
            _number(n, b, own, percent and not side_by_side) + m.removeprefix(headed)
            for n, b, m in zip(rows["n"], rows["base_n"], rows["mark"], strict=True)
        ]
        look = TYPE_LOOKS.get(rows["subgroup"].iloc[0], TYPE_LOOKS["alle"])[0] if side_by_side else ACCENT
        width = min(0.62, 8 * (y + 1) / height)
        common = {"y": list(at.values()), "orient": "h", "native_scale": True, "width": width, "ax": axes}
        common |= {"saturation": 1, "linewidth": 0}
        sns.barplot(x=rows["track"].tolist(), color=TRACK, **common)
        sns.barplot(x=rows["bar"].tolist(), color=look, **common)
        bars = axes.containers[-1]
        shown = axes.bar_label(bars, texts, padding=3)
        for bar, end, label, text in zip(bars, rows["end"], labels, shown, strict=True):
            text.xy = (end, text.xy[1])
            strong = label in highlight
            bar.set_facecolor(look if strong or not highlight else QUIET_BAR)
            text.set(color=INK, weight=600 if strong else 400)
        if side_by_side:
            base = "" if own else _base(rows["base_n"].iloc[0], headed)
            axes.set_title("\n".join(t for t in (group, base) if t), fontsize=8.5, loc="left", color=INK)
        axes.set(xlim=(0, max(1, numbers["end"].max() + room)), ylim=(y + 0.5, -0.5))
        chart += [
            {
                "label": indent[k] + k, "detail": " ".join(below[k]), "n": int(n), "base_n": int(b), "text": t,
                "strong": k in highlight,
            }
            for k, n, b, t in zip(labels, rows["n"], rows["base_n"], texts, strict=True)
        ]  # fmt: skip
    names = [(at[k], 400, lines[k], below[k]) for k in labels]
    of = numbers.set_index("group_label")["base_n"]
    names += [(at[k] - 1, 600, [f"{g} ({_base(of[g].max())})"], []) for k, g in heads.items()]
    _name_bars(canvas, panels[0][0], names)
    for k, label in enumerate(k for k in labels if k in heads or k in apart):  # a heading, or the gap before a bar
        head = f"{heads[label]} ({_base(of[heads[label]].max())})" if label in heads else ""
        empty = {"label": head, "detail": "", "n": 0, "base_n": 0, "text": "", "strong": False}
        chart.insert(labels.index(label) + k, empty)
    return canvas, None if side_by_side else {"kind": "bars", "rows": chart, "behind": not fits.all()}


def _name_bars(canvas: Canvas, axes: Axes, names: Sequence[tuple[Any, ...]]) -> None:
    """Labels with their details below them, at the left edge of the figure."""
    axes.set_yticks([])
    # keeps one renderer; otherwise each text that is measured makes one (seaborn would draw with it)
    FigureCanvasAgg(canvas)
    texts = []
    for y, weight, label, detail in names:
        lines = [(8.5, INK, t) for t in label] + [(SMALL, QUIET, t) for t in detail]
        top = sum(size for size, _, _ in lines) * LINE / 2
        for size, colour, line in lines:
            texts.append(
                axes.annotate(
                    line, (0, y), (-4, top - size * LINE / 2), color=colour, fontsize=size, va="center", ha="right",
                    xycoords=axes.get_yaxis_transform(), textcoords="offset points", weight=weight,
                )
            )  # fmt: skip
            top -= size * LINE
    room = max(t.get_window_extent().width for t in texts) * 72 / canvas.dpi
    for text in texts:
        text.set(horizontalalignment="left", x=-room - 6)
    canvas.get_layout_engine().set(w_pad=0)


def _parts(numbers: pd.DataFrame, most: int = FEW) -> str:
    """The column that divides bars into parts which add up to the base of the bar; empty if none does."""
    for parts, bars in (("label", "group_label"), ("group_label", "label")):
        sums = numbers.groupby(bars)["n"].sum() == numbers.groupby(bars)["base_n"].max()
        one_base = numbers.groupby(bars)["base_n"].nunique() == 1
        if 2 <= numbers[parts].nunique() <= most and (sums & one_base).all():
            return parts
    return ""


def _segments(numbers: pd.DataFrame, slide: bool, highlight: Collection[str]) -> Made:
    """Bars of the same length, divided into parts that add up to the base; the count stands in each part."""
    parts = _parts(numbers, len(SEGMENTS)) or "label"
    bars, sums = ("group_label" if parts == "label" else "label"), []
    names, shares = _unique(numbers[parts]), _unique(numbers[bars])
    for bar in shares:
        rows = numbers[numbers[bars] == bar]
        if rows["n"].sum() != rows["base_n"].max() or rows[parts].duplicated().any():
            sums.append(bar)
    if sums or len(names) > len(SEGMENTS):
        raise NotebookError(
            f"Geteilte Balken brauchen Teile, die zusammen die Basis ergeben (nicht bei: {', '.join(sums) or '–'}), "
            f"und höchstens {len(SEGMENTS)} Gruppen."
        )
    counts = numbers.pivot(index=bars, columns=parts, values="n").loc[shares, names].fillna(0)
    bases = {bar: _base(rows["base_n"].max(), common_mark(rows["mark"])) for bar, rows in numbers.groupby(bars)}
    canvas, ((axes,),) = _canvas(len(shares) * 8.5 + 17)
    sns.histplot(
        numbers, y=bars, hue=parts, hue_order=names[::-1], weights="share", multiple="stack", discrete=True, shrink=0.62,
        palette=[colour for colour, _ in SEGMENTS[: len(names)]][::-1], alpha=1, edgecolor="white", linewidth=0.8,
        legend=False, ax=axes,
    )  # fmt: skip
    # seaborn stacks the last part first, so that its containers stand in the order of the bar
    for container, name, (_, ink) in zip(axes.containers, names, SEGMENTS, strict=False):
        texts = [format_count(n) if n else "" for n in counts[name].astype(int)]
        axes.bar_label(container, texts, label_type="center", color=ink)
    if slide:
        _name_bars(canvas, axes, [(y, 400, [t], [bases[t]]) for y, t in enumerate(shares)])
    else:
        axes.set_yticks(range(len(shares)), [f"{t}\n{bases[t]}" for t in shares])
    axes.set(xlim=(0, 1), ylim=(len(shares) - 0.5, -0.5), xticks=[])
    _legend(canvas, [Patch(color=SEGMENTS[k][0]) for k in range(len(names))], names)
    rows = [{"label": t, "detail": bases[t], "n": [int(n) for n in counts.loc[t]]} for t in shares]
    return canvas, {"kind": "segments", "parts": names, "rows": rows}


def _units(numbers: pd.DataFrame, slide: bool, highlight: Collection[str]) -> Made:
    """One dot per case, in a block per answer: parts of a small whole, each case to be seen."""
    _check(numbers, highlight)
    if numbers["n"].sum() != numbers["base_n"].max() or numbers["base_n"].nunique() != 1:
        raise NotebookError(
            "Ein Punkt je Bündnis geht nur, wo die Antworten zusammen die Basis ergeben; "
            f"hier sind es {numbers['n'].sum()} von {numbers['base_n'].max()}."
        )
    heads = [format_n_percent(r.n, r.base_n).replace(NBSP, " ", 1) + r.mark for r in numbers.itertuples()]
    words = [1.95 * max(1.08 * len(t), len(h)) for t, h in zip(numbers["label"], heads, strict=True)]

    def blocks(deep: int, pitch: float) -> list[float]:
        """Widths in millimetres, each with the space behind it."""
        columns = [math.ceil(n / deep) for n in numbers["n"]]
        return [max(c * pitch, w) + 0.55 * pitch for c, w in zip(columns, words, strict=True)]

    def largest(deep: int) -> float:
        """Distance of dots when so many stand below one another."""
        pitches = ((HEIGHT - 17) / deep - 0.1 * k for k in range(400))
        return next((p for p in pitches if p < 2 or sum(blocks(deep, p)) <= WIDTH + 0.55 * p), 2.0)

    pitch, deep = max((largest(k), k) for k in range(3, 7))
    canvas = Canvas(figsize=(TEXT_WIDTH, HEIGHT * MM))
    axes = canvas.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.set_axis_off()
    x, quiet = 0.0, iter([*SEGMENTS[1:], *[SEGMENTS[-1]] * len(numbers)])
    for row, head, width in zip(numbers.itertuples(), heads, blocks(deep, pitch), strict=True):
        strong = row.label in highlight
        axes.text(x, 3.4, row.label, weight=600, fontsize=11, va="center")
        axes.text(x, 9.2, head, fontsize=11, va="center", color=ACCENT if strong else QUIET)
        dots = [(x + (k // deep + 0.46) * pitch, 14.5 + (k % deep + 0.46) * pitch) for k in range(row.n)]
        sns.scatterplot(
            x=[x for x, _ in dots], y=[y for _, y in dots], s=(0.82 * pitch * 72 / 25.4) ** 2,
            color=ACCENT if strong else next(quiet)[0], edgecolor=ACCENT, linewidth=0 if strong else 0.5, clip_on=False, ax=axes,
        )  # fmt: skip
        x += width
    return canvas, None


def _dots(numbers: pd.DataFrame, slide: bool, highlight: Collection[str]) -> Made:
    """A dot per group on a scale of percent, one line per label; hollow on a very small base.

    Intervals are thin lines, and the groups stand below one another; where there are none, or more than twelve labels,
    a line joins the groups.
    """
    _check(numbers, highlight)
    places, groups = {k: y for y, k in enumerate(_unique(numbers["label"]))}, _unique(numbers["group_label"])
    intervals = has_intervals(numbers)
    apart = 0.24 if intervals else 0.0
    canvas, ((axes,),) = _canvas(len(places) * (4 + 2.4 * len(groups) if intervals else 5.1) + 26)
    offset = {g: (k - (len(groups) - 1) / 2) * apart for k, g in enumerate(groups)}
    shown = numbers.assign(y=numbers["label"].map(places) + numbers["group_label"].map(offset))
    if not intervals:
        ends = shown.groupby("y")["share"].agg(["min", "max"])
        axes.hlines(ends.index, ends["min"], ends["max"], color=RULE, linewidth=2.2, zorder=1)
    handles = []
    for group in groups:
        rows = shown[shown["group_label"] == group]
        colour, shape = TYPE_LOOKS.get(rows["subgroup"].iloc[0], TYPE_LOOKS["alle"])
        look = {"marker": shape, "s": 31, "edgecolor": colour, "linewidth": 1.3}
        if intervals:
            axes.hlines(rows["y"], rows["ci_low"], rows["ci_high"], color=colour, linewidth=0.9, zorder=2)
        for hollow, dots in rows.groupby(rows["mark"] == "**"):
            sns.scatterplot(
                dots, x="share", y="y", color=PAPER if hollow else colour, clip_on=False, zorder=3, ax=axes, **look
            )  # fmt: skip
        handles.append(axes.scatter([], [], color=PAPER if (rows["mark"] == "**").all() else colour, **look))
    axes.set_yticks(list(places.values()), list(places))
    for text in axes.get_yticklabels():
        text.set_weight(600 if text.get_text() in highlight else 400)
    axes.set(xlim=(-0.02, 1.02), ylim=(len(places) - 0.4, -0.9))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [format_percent(k, 4, decimals=0) for k in range(5)])
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.spines["bottom"].set_visible(True)
    _legend(canvas, handles, [g + common_mark(shown.loc[shown["group_label"] == g, "mark"]) for g in groups])
    return canvas, None


def _matrix(numbers: pd.DataFrame, slide: bool, highlight: Collection[str]) -> Made:
    """Labels by groups with the counts in the cells; the shade is the share.

    Where the bases differ, each cell prints its own. A cell on fewer than ten cases has no shade: its share would say
    more than is known.
    """
    labels, groups = _unique(numbers["label"]), _unique(numbers["group_label"])
    if numbers.duplicated(["label", "group_label"]).any() or len(numbers) != len(labels) * len(groups):
        raise NotebookError(
            "Der Matrix fehlen Zellen, oder eine steht doppelt da; so würde eine Lücke wie eine Null aussehen."
        )
    heads = [textwrap.wrap(g, 10, break_long_words=False) for g in groups]
    canvas, ((axes,),) = _canvas(len(labels) * 6.2 + max(map(len, heads)) * 3.4 + 22)
    canvas.get_layout_engine().set(w_pad=0.02, h_pad=0.06, wspace=0.02, hspace=0.02)
    one_base = numbers["base_n"].nunique() == 1
    words = [
        format_count(r.n) + ("" if one_base else f"/{format_count(r.base_n)}{r.mark}") if r.base_n else "–"
        for r in numbers.itertuples()
    ]
    rows = numbers.assign(text=words, small=(numbers["base_n"] == 0) | (numbers["mark"] == "**"))
    share, text, small = (
        rows.pivot(index="label", columns="group_label", values=v).loc[labels, groups] for v in ("share", "text", "small")
    )  # fmt: skip
    common = {"annot": text, "fmt": "", "vmin": 0, "vmax": 1, "cbar": False, "ax": axes}
    common |= {"annot_kws": {"color": INK, "fontsize": 8}}
    sns.heatmap(share, mask=small, cmap=SHADES, linewidths=1.2, linecolor=PAPER, **common)
    sns.heatmap(share, mask=~small, cmap=ListedColormap([PAPER]), linewidths=0.6, linecolor=RULE, **common)
    base = _base(rows["base_n"].iloc[0], common_mark(rows["mark"])) if one_base else "Anzahl/Basis"
    axes.set_title(base, loc="left", fontsize=8.5, color=INK, pad=4)
    axes.set_xticks([x + 0.5 for x in range(len(groups))], ["\n".join(h) for h in heads], va="bottom", rotation=0)
    axes.tick_params(
        axis="x", top=False, bottom=False, labelbottom=False, labeltop=True, labelcolor=QUIET, labelsize=7, pad=2
    )  # fmt: skip
    axes.tick_params(axis="y", rotation=0)
    handles = [Patch(facecolor=SHADES(s), edgecolor=RULE, linewidth=0.4) for s in (0.0, 0.5, 1.0)]
    texts = [f"0{NBSP}%", f"50{NBSP}%", f"100{NBSP}% der Basis"]
    if (numbers["mark"] == "**").any():
        handles.append(Patch(facecolor=PAPER, edgecolor=RULE, linewidth=0.8))
        texts.append("ohne Farbe: Basis unter 10")
    _legend(canvas, handles, texts, "lower", labelcolor=QUIET)
    return canvas, None


def _flow(
    numbers: pd.DataFrame, slide: bool, highlight: Collection[str], *, states: Mapping[str, str]
) -> Made:  # fmt: skip
    """Alliances over the waves: blocks for states, strands for who passes from one to the next, one scale throughout.

    Blocks and strands that are wide enough carry their number; the others stand in the table under the figure.
    """
    waves, counts = flow_counts(numbers, states)
    total = int(numbers["base_n"].iloc[0])
    block, gap = 6.5, 0.035 * total  # millimetres; alliances
    step = (WIDTH - 2 - block - 27) / (len(waves) - 1)
    tops: dict[str, dict[str, float]] = {}

    def number(n: int) -> str:
        """What is legible; the rest is in the table."""
        return format_count(n) if n >= 0.032 * total else ""

    for wave in waves:
        y, tops[wave] = 0.0, {}
        for state, n in counts[wave].items():
            tops[wave][state] = y
            y += n + gap * bool(n)
    canvas, ((axes,),) = _canvas(76)
    for k, (wave, following) in enumerate(pairwise(waves)):
        start, end = k * step + block, (k + 1) * step
        # in the order of the states on both sides, so that few strands cross
        left, right, middle = dict(tops[wave]), dict(tops[following]), (start + end) / 2
        passed = numbers[numbers["wave"] == wave].set_index(["row", "next_row"])["n"]
        for one, other in ((a, b) for a in states for b in states if passed.get((a, b), 0)):
            n, a, b = int(passed[one, other]), left[one], right[other]
            left[one], right[other] = a + n, b + n
            upper = [(start, a), (middle, a), (middle, b), (end, b)]
            lower = [(end, b + n), (middle, b + n), (middle, a + n), (start, a + n)]
            codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
            strand = Path([*upper, *lower, upper[0]], codes)
            axes.add_patch(PathPatch(strand, facecolor=STATES[one][2], edgecolor="white", linewidth=0.6, zorder=1))
            axes.text(start + 1.6, a + n / 2, number(n), va="center", fontsize=7.5, color=INK, zorder=3)
    for k, wave in enumerate(waves):
        x, last = k * step, wave == waves[-1]
        for state, n in ((s, n) for s, n in counts[wave].items() if n):
            y, (colour, ink, _) = tops[wave][state], STATES[state]
            axes.add_patch(mpl.patches.Rectangle((x, y), block, n, facecolor=colour, linewidth=0, zorder=2))
            axes.text(x + block / 2, y + n / 2, number(n), ha="center", va="center", color=ink, zorder=3)
            if last:
                axes.text(x + block + 2, y + n / 2, states[state], va="center", color=INK)
        asked = sum(n for state, n in counts[wave].items() if state != "not_asked")
        returned = f"{format_count(counts[wave].get('returned', 0))}{NBSP}von{NBSP}{format_count(asked)}"
        place = {"ha": "center" if k else "left", "va": "bottom"}
        x += block / 2 if k else 0
        axes.text(x, -0.075 * total, wave, weight=600, color=INK, **place)
        returned = returned if k else f"Rücklauf {returned}"
        axes.text(x, -0.02 * total, returned, fontsize=8, color=QUIET, **place)
    if rest := [s for s in counts[waves[0]] if not counts[waves[-1]][s]]:
        _legend(canvas, [Patch(color=STATES[s][0]) for s in rest], [states[s] for s in rest], "lower")
    axes.set(xlim=(-1, WIDTH - 2), ylim=(total + gap * (len(counts[waves[0]]) - 1) + 0.5, -0.16 * total))
    axes.set_axis_off()
    return canvas, None


def flow_counts(numbers: pd.DataFrame, states: Mapping[str, str]) -> tuple[list[str], dict[str, dict[str, int]]]:
    """The waves, and how many are in which state in each; a wrong picture is refused."""
    drawn = numbers[numbers["n"] > 0]
    present = {*drawn["row"], *drawn["next_row"]}
    unnamed = sorted(present - (set(states) & set(STATES)))
    sums = numbers.groupby("wave", sort=False)["n"].sum()
    if not len(drawn) or unnamed or (sums != numbers["base_n"].iloc[0]).any():
        raise NotebookError(
            f"Das Flussdiagramm braucht je Wellenpaar alle Bündnisse der Basis (Summen: "
            f"{sums.to_dict()}) und eine Beschriftung für jeden Zustand (ohne: {', '.join(unnamed) or '–'})."
        )
    waves = [str(w) for w in (numbers["wave"].iloc[0], *dict.fromkeys(numbers["next_wave"]))]
    leaving, arriving = (
        drawn.groupby([drawn[wave].astype(str), drawn[state]])["n"].sum().to_dict()
        for wave, state in (("wave", "row"), ("next_wave", "next_row"))
    )
    pairs = [(w, s) for w in waves[1:-1] for s in present]
    broken = _unique(w for w, s in pairs if leaving.get((w, s)) != arriving.get((w, s)))
    if broken:
        raise NotebookError(
            f"Im Flussdiagramm kommen in Welle {', '.join(broken)} nicht so viele Bündnisse an, wie sie verlassen; "
            "bitte die Zahlen aus `waves.flows()` übergeben."
        )
    shown = [s for s in states if s in present]
    counts = {w: {s: int(leaving.get((w, s), arriving.get((w, s), 0))) for s in shown} for w in waves}
    return waves, counts


FORMS: dict[str, Callable[..., Made]] = {
    "bars": _bars, "segments": _segments, "units": _units, "dots": _dots, "matrix": _matrix, "flow": _flow,
}  # fmt: skip
