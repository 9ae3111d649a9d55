"""Figures are measured: a bar, a part of a bar or a dot that is not as long as its number says is found."""

import re

import pandas as pd
import pytest

from gkanalysis.report.figures import draw
from gkanalysis.verify.pictures import wrong_picture


def numbers(*rows, **more):
    return pd.DataFrame(rows, columns=["label", "group_label", "n", "base_n"]).assign(**more)


ALL = "alle Bündnisse"
BARS = numbers(("ja", ALL, 24, 40), ("nein", ALL, 10, 40), ("offen", ALL, 0, 40))
PANELS = numbers(
    ("ja", "Städte", 12, 20), ("nein", "Städte", 3, 20), ("ja", "Kreise", 4, 10), ("nein", "Kreise", 6, 10)
)
OWN = numbers(("ja", ALL, 24, 40), ("davon", ALL, 6, 24))
PARTS = numbers(("Städte", "ja", 15, 18), ("Kreise", "ja", 12, 21), ("Städte", "nein", 3, 18), ("Kreise", "nein", 9, 21))  # fmt: skip
SEVERAL = numbers(("A", "Städte", 3, 18), ("A", "Kreise", 10, 22), ("B", "Städte", 9, 18), ("B", "Kreise", 4, 22), ci_low=0.1, ci_high=0.6, subgroup=["kreisfreie_stadt", "kreis"] * 2)  # fmt: skip
FORMS = {"bars": BARS, "panels": PANELS, "own": OWN, "segments": PARTS, "dots": SEVERAL, "units": BARS.iloc[:2].assign(n=[30, 10])}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_figure_shows_its_numbers_and_no_others(form):
    """Drawn from these numbers nothing is wrong; beside numbers of which one is another, it is."""
    table, kind = FORMS[form], {"panels": "bars", "own": "bars"}.get(form, form)
    svg, _ = draw(kind, table, slide=form == "units")
    assert wrong_picture(svg, table) == ""
    other = table.assign(n=[*table["n"][:-1], table["n"].iloc[-1] + 2])
    assert wrong_picture(svg, other)
    assert wrong_picture(svg, table.iloc[:-1])


@pytest.mark.parametrize(
    ("form", "words"),
    [(f, "label") for f in FORMS] + [(f, "group_label") for f in FORMS if FORMS[f]["group_label"].nunique() > 1],
)
def test_lengths_stand_at_their_words(form, words):
    """The same lengths at the words, or in the colours, of the others."""
    table, kind = FORMS[form], {"panels": "bars", "own": "bars"}.get(form, form)
    names = [*dict.fromkeys(table[words])]
    other = table.assign(**{words: table[words].map(dict(zip(names, names[::-1], strict=True)))})
    assert wrong_picture(draw(kind, other, slide=form == "units")[0], table)


def test_number_beside_a_bar_is_its_own():
    """A bar of the right length, with the number of another one."""
    svg, _ = draw("bars", BARS)
    assert wrong_picture(svg.replace(b"<!-- 10 ", b"<!-- 11 "), BARS) == "Balken: bei „nein“ steht [11], gezählt [10]"


def test_a_bar_of_another_length_is_named():
    """The corner of one bar moved by hand, and an interval that ends elsewhere."""
    svg, _ = draw("bars", BARS)
    right = re.findall(rb'<g id="patch_6">\s*<path d="M [\d.]+ [\d.]+ \nL ([\d.]+)', svg)[0]
    moved = svg.replace(b"L " + right, b"L %.6f" % (float(right) - 9))
    assert wrong_picture(moved, BARS).startswith("Balken: 0.5")
    svg, _ = draw("dots", SEVERAL)
    assert wrong_picture(svg, SEVERAL.assign(ci_high=[0.6, 0.6, 0.6, 0.7])).startswith("Intervalle: 0.600")


def test_what_is_not_measured_is_no_agreement():
    """A matrix has no lengths."""
    table = numbers(*((x, y, 3, 9) for x in "AB" for y in ("u", "v", "w", "x", "y")))
    assert wrong_picture(draw("matrix", table)[0], table) is None
