"""Figures for slides: as wide as a slide, each number at its mark, and what does not add up is refused."""

import re

import pandas as pd
import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.slidefigures import HEIGHT, WIDTH, base_line, field_time, slide_bars, unit_dots
from gkanalysis.report.slides import svg_size
from gkanalysis.report.style import ACCENT

BARS = pd.DataFrame({"label": ["nach Bedarf", "im Turnus", "gar nicht"], "n": [19, 10, 0], "base_n": 40})
DOTS = pd.DataFrame({"label": ["Ja", "Nein"], "n": [24, 16], "base_n": 40})


def fills(svg):
    """How many shapes have which colour."""
    found = re.findall(rb"fill: (#[0-9a-f]{6})", svg)
    return {c.decode(): found.count(c) for c in set(found)}


def test_bars_fill_a_slide():
    """Few bars are as high as a slide gives room; many make the figure taller."""
    width, height = svg_size(slide_bars(BARS)[0])
    assert (round(width), round(height)) == (round(WIDTH), round(HEIGHT))
    many = pd.DataFrame({"label": [f"Zeile {k}" for k in range(14)], "n": 3, "base_n": 40})
    assert svg_size(slide_bars(many)[0])[1] > HEIGHT


def test_accent_is_on_what_the_headline_says():
    """One bar in the colour of the statement; without a statement all are alike."""
    assert fills(slide_bars(BARS, accent=["nach Bedarf"])[0])[ACCENT.lower()] == 1
    assert fills(slide_bars(BARS)[0])[ACCENT.lower()] == 3


def test_long_details_make_rows_taller():
    """What belongs to a category stands below its label, in as many lines as it needs."""
    long = dict.fromkeys(
        BARS["label"], "Alles, was dazu gehört und was man sich darunter vorstellen kann, " * 3
    )
    assert svg_size(slide_bars(BARS, details=long)[0])[1] > HEIGHT


def test_one_dot_for_each_case():
    """As many circles as the base, those of the statement in its colour."""
    svg, _ = unit_dots(DOTS, accent=["Ja"])
    patches = re.findall(rb'<g id="patch_\d+">.*?</g>', svg, re.DOTALL)
    circles = [p for p in patches if p.count(b"C ") >= 8]
    assert len(circles) == 40
    assert sum(ACCENT.lower().encode() in p.partition(b"stroke")[0] for p in circles) == 24


def test_dots_stay_in_the_figure():
    """Even with many cases and long labels nothing lies outside."""
    table = pd.DataFrame(
        {
            "label": ["besondere Strukturen nötig", "keine besonderen Strukturen"],
            "n": [190, 10],
            "base_n": 200,
        }
    )
    svg, _ = unit_dots(table)
    box = [float(x) for x in re.search(rb'viewBox="([^"]+)"', svg)[1].split()]
    circles = [g for g in re.findall(rb'<g id="patch_\d+">.*?</g>', svg, re.DOTALL) if g.count(b"C ") >= 8]
    places = [
        (float(x), float(y)) for g in circles for x, y in re.findall(rb"[MC] .*?([\d.]+) ([\d.]+) *\n", g)
    ]
    assert len(circles) == 200
    assert max(x for x, _ in places) <= box[2]
    assert max(y for _, y in places) <= box[3]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: unit_dots(DOTS.assign(n=[24, 15])), "39 von 40"),
        (lambda: unit_dots(DOTS, accent=["Vielleicht"]), "unbekannt: Vielleicht"),
        (lambda: slide_bars(BARS, accent=["x"]), "unbekannt: x"),
        (lambda: slide_bars(pd.concat([BARS, BARS])), "doppelt: nach Bedarf"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    """Parts that are no whole, labels that do not exist or stand twice."""
    with pytest.raises(NotebookError, match=message):
        draw()


def test_mark_of_synthetic_data_changes_the_drawing():
    """The mark is drawn, and only where there is one."""
    assert slide_bars(BARS, mark="Synthetische Daten")[0] != slide_bars(BARS)[0]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2022-03-21", "", "2022-02-07"], "Februar bis März 2022"),
        (["2022-03-21", "2022-03-01"], "März 2022"),
        (["2020-01-03", "2019-12-20"], "Dezember 2019 bis Januar 2020"),
    ],
)
def test_field_time(days, said):
    """From the month of the first form to that of the last."""
    assert field_time(pd.DataFrame({"received": days})) == said


def test_base_line():
    """The base stands behind the words, with spaces that do not break."""
    assert base_line("Basis: alle", 1234) == "Basis: alle (n\u00a0=\u00a01.234)"
