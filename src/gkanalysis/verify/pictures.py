"""Finished figures measured: bars, parts of bars and dots are as long as their numbers, at their words, in their colours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
TRACK = "#edf1f3"  # the light bar that is the base of another
NEAR = 0.004  # of the whole: less than a third of a point on paper


class Bar(NamedTuple):
    """A rectangle of a panel."""

    top: float
    left: float
    width: float
    bottom: float
    fill: str


Bars = Sequence[Sequence[Bar]]  # of each panel, or of each row


class Word(NamedTuple):
    """A line of text and where it begins; a comment says what its outlines show."""

    y: float
    x: float
    text: str


class Cell(NamedTuple):
    """A number of the figure, by its words."""

    label: str
    group: str
    share: float
    n: int
    base_n: float


def wrong_picture(svg: bytes, numbers: pd.DataFrame) -> str | None:
    """What a figure shows otherwise than its numbers say, "" if nothing; None for a form that is not measured.

    `numbers` is the table beside it: label, group_label, n, base_n, in printing order.
    """
    numbers = numbers[numbers["n"].notna()]
    root = etree.fromstring(svg, etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False))
    panels = [g for g in root.iter(f"{SVG}g") if str(g.get("id")).startswith("axes_")]
    if "next_wave" in numbers or any(g.xpath(".//*[starts-with(@id, 'QuadMesh')]") for g in panels):
        return None
    rows = numbers[["label", "group_label", "n", "base_n"]].fillna(0).itertuples(index=False)
    cells = [Cell(label, group, n / max(base_n, 1), int(n), base_n) for label, group, n, base_n in rows]
    bars, words, legend = [_bars(g) for g in panels], _words(root), _legend(root)
    if any(bar.fill == TRACK for own in bars for bar in own):
        return _wrong_tracks(cells, bars, words)
    if any(bars):
        turned = [c._replace(label=c.group, group=c.label) for c in cells]
        return min((_wrong_parts(way, bars[0], words, legend) for way in (cells, turned)), key=len)
    return _wrong_dots(cells, panels[0], words, legend) or _wrong_intervals(numbers, panels[0])


def _wrong_tracks(cells: Sequence[Cell], bars: Bars, words: Sequence[Word]) -> str:
    """Bars on a light track, which is their base; a panel for all, or one for each group under its name."""
    groups = [*dict.fromkeys(c.group for c in cells)] if len(bars) > 1 else [""]
    heads = [w.text for w in sorted(words, key=lambda w: w.x) if w.text in groups]
    tracks = [[b for b in own if b.fill == TRACK] for own in bars]
    filled = [{b.top: b.width for b in own if b.fill != TRACK} for own in bars]
    widths, even = [t.width for own in tracks for t in own], [c.base_n for c in cells]
    even = [max(widths) * b / max(even) for g in groups for b, c in zip(even, cells, strict=True) if g in ("", c.group)]
    if max(widths) - min(widths) > 1 and any(abs(a - b) > 1 for a, b in zip(widths, even, strict=False)):
        return "Balken: die helle Bahn dahinter ist nicht so lang wie ihre Basis"
    if groups != [""] and heads != groups:
        return f"Balken: über den Spalten steht {', '.join(heads)} statt {', '.join(groups)}"
    for group, own, at in zip(groups, tracks, filled, strict=True):
        wanted = [c for c in cells if group in ("", c.group)]
        shown = [at.get(t.top, 0.0) / max(t.width, 1e-9) for t in own]
        slip = _compare([[c.share for c in wanted]], [shown], "Balken")
        slip = slip or _wrong_words([c.label for c in wanted], [[c.n] for c in wanted], [[t] for t in own], words)
        if slip:
            return slip
    return ""


def _wrong_parts(cells: Sequence[Cell], bars: Sequence[Bar], words: Sequence[Word], legend: Mapping[str, str]) -> str:
    """Bars divided into parts, which the legend names; parts of nothing are no parts."""
    names = [*dict.fromkeys(c.label for c in cells)]
    wanted = [[c for c in cells if c.label == name and c.n] for name in names]
    rows = [sorted(b for b in bars if b.top == top and b.width) for top in sorted({b.top for b in bars})]
    shown = [[b.width / sum(x.width for x in row) for b in row] for row in rows]
    if slip := _compare([[c.share for c in row] for row in wanted], shown, "Teile der Balken"):
        return slip
    if [[legend.get(c.group) for c in row] for row in wanted] != [[b.fill for b in row] for row in rows]:
        return f"Teile der Balken: die Farben stehen nicht für {', '.join(dict.fromkeys(c.group for c in cells))}"
    return _wrong_words(names, [[c.n for c in row] for row in wanted], rows, words)


def _wrong_dots(cells: Sequence[Cell], panel: Any, words: Sequence[Word], legend: Mapping[str, str]) -> str:
    """Dots on a scale, a line each label and a colour each group; without a scale one dot for each case."""
    marks = [_dots(g) for g in panel.iterfind(f"{SVG}g") if "PathCollection" in str(g.get("id"))]
    ticks = sorted(x for g in panel.iter(f"{SVG}g") if "xtick" in str(g.get("id")) for x, *_ in _dots(g))
    labels = [*dict.fromkeys(c.label for c in cells)]
    if not ticks:
        heads = [w.text for w in sorted(words, key=lambda w: w.x) if w.text in labels]
        slip = _compare([[c.n for c in cells]], [[float(len(m)) for m in marks]], "Punkte")
        return slip or ("" if heads == labels else f"Punkte: die Blöcke heißen {', '.join(heads)}")
    lines = {w.text: w.y for w in words if w.text in labels}
    drawn: dict[tuple[str, str], float] = {}
    for x, y, colour in (dot for of_group in marks for dot in of_group):
        line = min(lines, key=lambda k: abs(lines[k] - y), default="")
        drawn[line, colour] = (x - ticks[0]) / (ticks[-1] - ticks[0])
    shown = [drawn.get((c.label, legend.get(c.group, "")), -1.0) for c in cells]
    return _compare([[c.share for c in cells]], [shown if len(drawn) == len(cells) else [*drawn.values()]], "Punkte")


def _wrong_intervals(numbers: pd.DataFrame, panel: Any) -> str:
    """Thin lines from one end of an interval to the other, where there is one for each number."""
    ticks = sorted(x for g in panel.iter(f"{SVG}g") if "xtick" in str(g.get("id")) for x, *_ in _dots(g))
    paths = [p for p in panel.iterfind(f"{SVG}g/{SVG}path") if "LineCollection" in str(p.getparent().get("id"))]
    lines = [re.findall(r"[ML] (-?[\d.]+) ", p.get("d")) for p in paths]
    if "ci_low" not in numbers or numbers["ci_low"].isna().any() or len(lines) != len(numbers):
        return ""
    ends = sorted([(float(x) - ticks[0]) / (ticks[-1] - ticks[0]) for x in line] for line in lines)
    return _compare(sorted(numbers[["ci_low", "ci_high"]].to_numpy().tolist()), ends, "Intervalle")


def _wrong_words(names: Sequence[str], counts: Sequence[Sequence[int]], rows: Bars, words: Sequence[Word]) -> str:
    """Rows of bars whose words on the left, or whose numbers, are those of others."""
    left, beside = min(row[0].left for row in rows), [""] * len(rows)
    for word in (w for w in sorted(words) if w.x < left - 1):
        nearest = min(range(len(rows)), key=lambda k: abs(rows[k][0].top + rows[k][0].bottom - 2 * word.y))
        beside[nearest] += f" {word.text}"
    for name, own, row, text in zip(names, counts, rows, beside, strict=True):
        if letters(name) not in letters(text):
            return f"Balken: bei „{name}“ steht „{text.strip()}“"
        inside = sorted(w[1:] for w in words if row[0].top <= w.y <= row[0].bottom and w.x >= row[0].left)
        told = [int(m[0].replace(".", "")) for _, text in inside if (m := re.match(r"\d[\d.]*", text))]
        if told[: len(own)] != [*own]:
            return f"Balken: bei „{name}“ steht {told[: len(own)]}, gezählt {[*own]}"
    return ""


def _words(root: Any) -> list[Word]:
    """Every line of text."""
    made = []
    for comment in root.iter(etree.Comment):
        drawn = comment.getnext()
        if drawn is not None and (at := re.match(r"translate\((\S+) (\S+)\)", drawn.get("transform") or "")):
            made.append(Word(float(at[2]), float(at[1]), str(comment.text).strip()))
    return made


def _legend(root: Any) -> dict[str, str]:
    """What each colour stands for: words -> colour."""
    made, colour = {}, ""
    for element in root.xpath("//*[starts-with(@id, 'legend_')]//node()[self::* or self::comment()]"):
        if element.tag is etree.Comment:
            made[str(element.text).strip().rstrip("*†")] = colour
        elif found := re.search(r"stroke: (#\w+)", element.get("style") or ""):
            colour = found[1]
    return made


def _bars(panel: Any) -> list[Bar]:
    """The bars of a panel, from top to bottom; what has no clip is its ground."""
    made = []
    for path in panel.iterfind(f"{SVG}g/{SVG}path"):
        points = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path.get("d") or "")
        fill = re.search(r"fill: (#\w+)", path.get("style") or "")
        if path.get("clip-path") and len(points) == 4 and fill and " C " not in path.get("d"):
            xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
            made.append(Bar(round(min(ys), 1), min(xs), max(xs) - min(xs), max(ys), fill[1]))
    return sorted(made)


def _dots(marks: Any) -> list[tuple[float, float, str]]:
    """Where the dots of a group stand, and their colour."""
    uses = [(u, re.search(r"stroke: (#\w+)", u.get("style") or "")) for u in marks.iter(f"{SVG}use") if u.get("x")]
    return [(float(u.get("x")), float(u.get("y")), colour[1] if colour else "") for u, colour in uses]


def letters(text: str) -> str:
    """What of a text no line break, space or hyphen changes."""
    return re.sub(r"\W+", "", text)


def _compare(wanted: Sequence[Sequence[float]], shown: Sequence[Sequence[float]], what: str) -> str:
    """Where both differ, in words."""
    pairs = [(a, b) for one, other in zip(wanted, shown, strict=False) for a, b in zip(one, other, strict=False)]
    if [len(x) for x in wanted] != [len(x) for x in shown]:
        return f"{what}: {sum(map(len, shown))} gezeichnet, {sum(map(len, wanted))} Zahlen"
    wrong = [(a, b) for a, b in pairs if abs(a - b) > NEAR]
    return f"{what}: {wrong[0][1]:.3f} gezeichnet, {wrong[0][0]:.3f} gezählt" if wrong else ""
