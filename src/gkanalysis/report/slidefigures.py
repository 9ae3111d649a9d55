"""Figures for slides: they fill the width, one accent carries what the headline says, the number stands at each mark.

Each takes a long table in printing order, with `label`, `n` and `base_n`; none computes anything but a share.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count, format_date, format_percent
from gkanalysis.report.style import ACCENT, FAMILY, INK, QUIET, SEGMENTS, TEXT_WIDTH, figure_style, to_bytes

MM = 1 / 25.4
WIDTH = TEXT_WIDTH / MM
HEIGHT = 52.0  # millimetres: the shape of the place that a slide has for a figure
LABELS = 72.0  # millimetres that labels may take
SMALL = 7.2  # points of the line below a label
STEP, SMALL_STEP, GAP = 3.7, 3.2, 1.5  # millimetres: a line of a label, one of its detail, space between rows
QUIET_BAR, TRACK = "#8FB3CC", "#EDF1F3"


def slide_bars(
    table: pd.DataFrame, *, accent: Collection[str] = (), details: Mapping[str, str] | None = None,
    of_base: bool = False, mark: str = "",
) -> tuple[bytes, bytes]:  # fmt: skip
    """Bars of shares on a track that is the base, with count and percent at the end of each.

    Parameters
    ----------
    table : one row per bar, in printing order: `label`, `n`, `base_n`
    accent : labels of the bars that the headline speaks of
    details : label -> smaller text below it, such as what belongs to a category
    of_base : whether bars have bases of their own, to be printed as „24 von 40“
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes

    Raises
    ------
    NotebookError
        If a label stands twice, or an accent is no label.
    """
    labels = list(table["label"])
    _check(labels, [*accent, *(details or {})])
    below = {k: text.removesuffix(".") for k, text in (details or {}).items()}
    with mpl.rc_context(figure_style()):
        words = {
            k: (_wrapped(k, mpl.rcParams["font.size"]), _wrapped(below.get(k, ""), SMALL)) for k in labels
        }
        room = max(_width(s, size) for k in labels for size, s in _sized(words[k])) + 4
        rows = [len(w) * STEP + len(b) * SMALL_STEP + GAP for w, b in words.values()]
        height = max(HEIGHT, sum(rows) + 3)
        canvas = Canvas(figsize=(TEXT_WIDTH, height * MM))
        axes = canvas.add_axes((room / WIDTH, 0.05 if mark else 0.01, 1 - room / WIDTH, 0.94))
        pitch = 0.94 * height / len(labels)  # millimetres
        for y, row in enumerate(table.itertuples()):
            share = row.n / row.base_n if row.base_n else 0
            chosen = row.label in accent
            axes.barh(y, 1, height=min(0.56, 8 / pitch), color=TRACK)
            colour = ACCENT if chosen or not accent else QUIET_BAR
            axes.barh(y, share, height=min(0.56, 8 / pitch), color=colour)
            count = format_count(row.n)
            if of_base:
                count += f"{NBSP}von{NBSP}{format_count(row.base_n)}"
            text = f"{count} ({format_percent(row.n, row.base_n)})"
            axes.text(share + 0.012, y, text, va="center", color=INK, weight=600 if chosen else 400)
            _label(axes, y, words[row.label], room, pitch)
        axes.set_xlim(0, 1.24 if of_base else 1.14)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        return _finish(axes, mark)


def unit_dots(table: pd.DataFrame, *, accent: Collection[str] = (), mark: str = "") -> tuple[bytes, bytes]:
    """One dot per case, in a block per answer: parts of a small whole, each case to be seen.

    Parameters
    ----------
    table : one row per answer, in printing order: `label`, `n`, `base_n`
    accent : labels of the answers that the headline speaks of
    mark : text in the corner, such as the mark of synthetic data

    Returns
    -------
    SVG and PNG as bytes

    Raises
    ------
    NotebookError
        If the answers do not add up to their base, a label stands twice, or an accent is no label.
    """
    labels = list(table["label"])
    _check(labels, accent)
    if table["n"].sum() != table["base_n"].max() or table["base_n"].nunique() != 1:
        raise NotebookError(
            f"Ein Punkt je Bündnis geht nur, wo die Antworten zusammen die Basis ergeben; hier sind es {table['n'].sum()} von {table['base_n'].max()}."
        )
    room = HEIGHT - 17.0  # millimetres below the labels
    tries = [(_pitch(table, k, room), k) for k in range(3, 7)]
    pitch, deep = max(tries)
    with mpl.rc_context(figure_style()):
        canvas = Canvas(figsize=(TEXT_WIDTH, HEIGHT * MM))
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(HEIGHT, 0)
        x, quiet = 0.0, iter(SEGMENTS[1:])
        for row in table.itertuples():
            chosen = row.label in accent
            colour = ACCENT if chosen else next(quiet, SEGMENTS[-1])[0]
            axes.text(x, 3.4, row.label, weight=600, fontsize=11, va="center", color=INK)
            text = f"{format_count(row.n)} ({format_percent(row.n, row.base_n)})"
            axes.text(x, 9.2, text, fontsize=11, va="center", color=ACCENT if chosen else QUIET)
            for k in range(row.n):
                centre = (x + (k // deep + 0.46) * pitch, 14.5 + (k % deep + 0.46) * pitch)
                axes.add_patch(
                    mpl.patches.Circle(
                        centre,
                        0.41 * pitch,
                        facecolor=colour,
                        edgecolor=ACCENT,
                        linewidth=0 if chosen else 0.5,
                    )
                )
            x += _block(row.label, row.n, row.base_n, deep, pitch) + 0.55 * pitch
        axes.spines["left"].set_visible(False)
        return _finish(axes, mark)


def base_line(text: str, base_n: int) -> str:
    """The line under a figure with its base: text, and how many cases that is.

    >>> base_line("Basis: alle mit Antwort", 40).replace(NBSP, " ")
    'Basis: alle mit Antwort (n = 40)'
    """
    return f"{text} (n{NBSP}={NBSP}{format_count(base_n)})"


def field_time(cases: pd.DataFrame) -> str:
    """From which month to which the forms of a wave came in.

    Parameters
    ----------
    cases : one row per case: `received` (date as text, empty without a form)

    >>> field_time(pd.DataFrame({"received": ["2022-03-21", "", "2022-02-07"]}))
    'Februar bis März 2022'
    """
    days = sorted(str(d)[:7] for d in cases["received"].dropna() if str(d))
    first, last = format_date(days[0]), format_date(days[-1])
    if first == last:
        return first
    same_year = first.rsplit(" ", 1)[1] == last.rsplit(" ", 1)[1]
    return f"{first.rsplit(' ', 1)[0] if same_year else first} bis {last}"


def _block(label: str, n: int, base_n: int, deep: int, pitch: float) -> float:
    """Width in millimetres of a block of dots and what is written above it."""
    words = max(1.08 * len(label), len(f"{n} ({format_percent(n, base_n)})")) * 1.95
    return max(math.ceil(n / deep) * pitch, words)


def _pitch(table: pd.DataFrame, deep: int, room: float) -> float:
    """Distance of dots in millimetres when so many stand below one another."""
    pitch = room / deep
    while pitch > 2:
        blocks = [_block(r.label, r.n, r.base_n, deep, pitch) for r in table.itertuples()]
        if sum(blocks) + 0.55 * pitch * (len(blocks) - 1) <= WIDTH:
            break
        pitch -= 0.1
    return pitch


def _sized(words: tuple[list[str], list[str]]) -> list[tuple[float, str]]:
    """Lines of a label and its detail, each with its size of type."""
    return [(mpl.rcParams["font.size"], s) for s in words[0]] + [(SMALL, s) for s in words[1]]


def _label(axes: Axes, y: int, words: tuple[list[str], list[str]], room: float, pitch: float) -> None:
    """A label with its detail at the left edge, centred on the bar; `pitch` is the height of a row in millimetres."""
    top = y - (len(words[0]) * STEP + len(words[1]) * SMALL_STEP) / pitch / 2
    x = -room / (WIDTH - room)  # the left edge of the figure in units of the axes
    for size, line in _sized(words):
        step = (SMALL_STEP if size == SMALL else STEP) / pitch
        colour = QUIET if size == SMALL else INK
        where = axes.get_yaxis_transform()
        axes.text(x, top + step / 2, line, color=colour, fontsize=size, va="center", transform=where)
        top += step


def _wrapped(text: str, size: float) -> list[str]:
    """Text in lines that fit the place of labels."""
    lines: list[str] = []
    for word in text.split():
        if lines and _width(f"{lines[-1]} {word}", size) <= LABELS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _width(text: str, size: float) -> float:
    """Width of a line in millimetres."""
    if not text:
        return 0.0
    from matplotlib.textpath import TextPath

    return (
        TextPath((0, 0), text, size=size, prop=FontProperties(family=FAMILY)).get_extents().width * 25.4 / 72
    )


def _check(labels: list[str], named: Collection[str]) -> None:
    """Refuse labels that stand twice and names of labels that do not exist."""
    twice = [t for t in dict.fromkeys(labels) if labels.count(t) > 1]
    unknown = [t for t in named if t not in labels]
    if twice or unknown:
        raise NotebookError(
            f"Die Abbildung hat Zeilen {', '.join(f'„{t}“' for t in labels)}; doppelt: {', '.join(twice) or 'keine'}, "
            f"unbekannt: {', '.join(unknown) or 'keine'}."
        )


def _finish(axes: Axes, mark: str) -> tuple[bytes, bytes]:
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    if mark:
        axes.figure.text(0.995, 0.012, mark, ha="right", va="bottom", fontsize=6, color="#9C2A1F")
    return to_bytes(axes.figure)
