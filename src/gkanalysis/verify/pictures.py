"""Finished figures measured: whether bars, parts of bars and dots are as long, wide and far as the numbers beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
TRACK = "#edf1f3"  # the light bar that is the base of another
NEAR = 0.004  # of the whole: less than a third of a point on paper
Rectangle = tuple[str, float, float, float]  # fill, left, width, top


def wrong_picture(svg: bytes, numbers: pd.DataFrame) -> str | None:
    """What a figure shows otherwise than its numbers say, "" if nothing; None for a form that is not measured.

    `numbers` is the table beside it: label, group_label, n, base_n, in printing order.
    """
    numbers = numbers[numbers["n"].notna()]
    root = etree.fromstring(svg, etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False))
    panels = [g for g in root.iter(f"{SVG}g") if str(g.get("id")).startswith("axes_")]
    if "next_wave" in numbers or any(g.xpath(".//*[starts-with(@id, 'QuadMesh')]") for g in panels):
        return None
    shares = (numbers["n"] / numbers["base_n"].clip(lower=1)).tolist()
    told = list(zip(numbers["label"], numbers["group_label"], shares, strict=True))
    bars = [_rectangles(g) for g in panels]
    if any(fill == TRACK for rectangles in bars for fill, *_ in rectangles):
        shown = [_filled(rectangles) for rectangles in bars]
        groups = list(dict.fromkeys(g for _, g, _ in told)) if len(panels) > 1 else [None]
        wanted = [[s for _, g, s in told if group in (None, g)] for group in groups]
        tracks = [width for rectangles in bars for fill, _, width, _ in rectangles if fill == TRACK]
        bases = [b for g in groups for b in numbers.loc[numbers["group_label"].eq(g) | (g is None), "base_n"]]
        even = [max(tracks) * part for part in (b / max(bases) for b in bases)]
        if max(tracks) - min(tracks) > 1 and any(abs(a - b) > 1 for a, b in zip(tracks, even, strict=False)):
            return "Balken: die helle Bahn dahinter ist nicht so lang wie ihre Basis"
        return _compare(wanted, shown, "Balken")
    if any(bars):
        stacked = _stacked(bars[0])
        ways = [_parts(told, at) for at in (0, 1)]
        return "" if "" in (said := [_compare(way, stacked, "Teile der Balken") for way in ways]) else said[0]
    dots = [_dots(g) for g in panels[0].iterfind(f"{SVG}g") if "PathCollection" in str(g.get("id"))]
    ticks = sorted({x for g in panels[0].iter(f"{SVG}g") if "xtick" in str(g.get("id")) for x, _ in _dots(g)})
    if not ticks:
        return _compare([numbers["n"].tolist()], [[float(len(d)) for d in dots]], "Punkte")
    low, high = ticks[0], ticks[-1]
    marks = sorted((y, (x - low) / (high - low)) for d in dots for x, y in d)
    labels = list(dict.fromkeys(label for label, _, _ in told))
    wanted = [sorted(s for name, _, s in told if name == label) for label in labels]
    many = len(told) // len(labels)
    shown = [sorted(x for _, x in marks[k : k + many]) for k in range(0, len(marks), many)]
    lines = [
        re.findall(r"[ML] (-?[\d.]+) ", p.get("d"))
        for p in panels[0].iterfind(f"{SVG}g/{SVG}path")
        if "LineCollection" in str(p.getparent().get("id"))
    ]
    if "ci_low" not in numbers or numbers["ci_low"].isna().any() or len(lines) != len(told):
        return _compare(wanted, shown, "Punkte")
    ends = sorted([(float(x) - low) / (high - low) for x in line] for line in lines)
    return _compare(wanted, shown, "Punkte") or _compare(
        sorted(numbers[["ci_low", "ci_high"]].to_numpy().tolist()), ends, "Intervalle"
    )


def _rectangles(panel: Any) -> list[Rectangle]:
    """The bars of a panel; what has no clip is its ground."""
    made = []
    for path in panel.iterfind(f"{SVG}g/{SVG}path"):
        points = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path.get("d") or "")
        fill = re.search(r"fill: (#\w+)", path.get("style") or "")
        if path.get("clip-path") and len(points) == 4 and fill and " C " not in path.get("d"):
            xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
            made.append((fill[1], min(xs), max(xs) - min(xs), round(min(ys), 1)))
    return made


def _filled(rectangles: Sequence[Rectangle]) -> list[float]:
    """How much of each track its bar fills, from top to bottom."""
    tracks = {top: width for fill, _, width, top in rectangles if fill == TRACK}
    filled = {top: width for fill, _, width, top in rectangles if fill != TRACK}
    return [filled.get(top, 0.0) / width if width else 0.0 for top, width in sorted(tracks.items())]


def _stacked(rectangles: Sequence[Rectangle]) -> list[list[float]]:
    """The parts of each bar as shares of it, from left to right; parts of nothing are no parts."""
    tops = sorted({top for *_, top in rectangles})
    rows = [sorted((left, width) for _, left, width, at in rectangles if at == top and width) for top in tops]
    return [[width / sum(w for _, w in row) for _, width in row] for row in rows]


def _parts(told: Sequence[tuple[Any, ...]], bar: int) -> list[list[float]]:
    """The same of numbers, where the words at `bar` name the bars."""
    return [[s for *names, s in told if names[bar] == name and s] for name in dict.fromkeys(t[bar] for t in told)]


def _dots(marks: Any) -> list[tuple[float, float]]:
    """Where the dots of a group stand."""
    return [(float(u.get("x")), float(u.get("y"))) for u in marks.iter(f"{SVG}use") if u.get("x")]


def _compare(wanted: Sequence[Sequence[float]], shown: Sequence[Sequence[float]], what: str) -> str:
    """Where both differ, in words."""
    pairs = [(a, b) for one, other in zip(wanted, shown, strict=False) for a, b in zip(one, other, strict=False)]
    if [len(x) for x in wanted] != [len(x) for x in shown]:
        return f"{what}: {sum(map(len, shown))} gezeichnet, {sum(map(len, wanted))} Zahlen"
    wrong = [(a, b) for a, b in pairs if abs(a - b) > NEAR]
    return f"{what}: {wrong[0][1]:.3f} gezeichnet, {wrong[0][0]:.3f} gezählt" if wrong else ""
