"""The matrix shows each count with its base; small bases have no shade, and dark ink is readable on every shade."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from matplotlib.colors import to_hex
from PIL import Image

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.matrixfigure import SHADES, matrix_figure, matrix_table
from gkanalysis.report.style import INK
from gkanalysis.tabulate.bases import small_base_mark
from gkanalysis.tabulate.offers import OFFER_ASPECT_LABELS

THEMES = {"sprache": "Sprache", "schule": "Schule"}
GROUPS = {"alle": "Alle", "kreis": "Kreise", "kommune": "Kommunen"}


BASES = {"alle": 40, "kreis": 22, "kommune": 5}


def draw_matrix(base_of=BASES):
    """A matrix whose n rise from cell to cell within each group."""
    rows = [
        {"row": theme, "aspect": aspect, "subgroup": group, "n": (5 * t + a) * base // 9, "base_n": base}
        for t, theme in enumerate(THEMES)
        for a, aspect in enumerate(OFFER_ASPECT_LABELS)
        for group, base in base_of.items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(mark=table["base_n"].map(small_base_mark))


@pytest.fixture
def table():
    """The matrix with its printed texts."""
    return matrix_table(draw_matrix(), THEMES, OFFER_ASPECT_LABELS, GROUPS)


def pixels(png):
    """Colours of a picture as rows of numbers."""
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)


def luminance(colour):
    """Relative luminance of WCAG."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_table_is_in_printing_order_with_labels(table):
    """Group by group, theme by theme; what the page under the figure prints stands first."""
    assert len(table) == 3 * 2 * 5
    assert table.loc[0, ["label", "group", "group_label", "n", "base_n"]].tolist() == [
        "Sprache", "alle.need", "Alle: Lücke benannt", 0, 40,
    ]  # fmt: skip
    assert list(dict.fromkeys(table["subgroup_label"])) == list(GROUPS.values())
    assert table["theme_label"].tolist()[:10] == ["Sprache"] * 5 + ["Schule"] * 5


def test_what_is_not_named_is_left_out():
    """One theme, two aspects, one group: two cells."""
    two = {k: OFFER_ASPECT_LABELS[k] for k in ("need", "offer")}
    assert len(matrix_table(draw_matrix(), {"schule": "Schule"}, two, {"kreis": "Kreise"})) == 2


@pytest.mark.parametrize(
    "change",
    [lambda t: t.iloc[1:], lambda t: pd.concat([t, t.iloc[:1]]), lambda t: t[t["subgroup"] != "kreis"]],
    ids=["missing", "twice", "no group"],
)
def test_missing_or_double_cells_are_refused(change):
    """A hole in the matrix would look like a zero."""
    with pytest.raises(NotebookError, match="Der Matrix fehlen Zellen"):
        matrix_table(change(draw_matrix()), THEMES, OFFER_ASPECT_LABELS, GROUPS)


def test_same_drawing_same_bytes_without_metadata(table):
    """Equal tables give equal bytes; letters are outlines; no date."""
    svg, png = matrix_figure(table)
    assert matrix_figure(table) == (svg, png)
    names = {etree.QName(e).localname for e in etree.fromstring(svg).iter(etree.Element)}
    assert not names & {"text", "tspan", "image", "date", "creator", "script"}
    assert set(Image.open(BytesIO(png)).info) == {"dpi"}
    assert matrix_figure(table.assign(n=table["n"].where(table.index > 3, 1))) != (svg, png)


def test_mark_of_synthetic_data(table):
    """Red letters with the mark, none without."""
    red = [0x9C, 0x2A, 0x1F]
    assert not (pixels(matrix_figure(table)[1]) == red).all(axis=1).any()
    assert (pixels(matrix_figure(table, mark="Synthetische Daten")[1]) == red).all(axis=1).sum() > 50


def test_small_base_has_no_shade():
    """All 9 of 9 stay white, all 10 of 10 are dark."""
    one = {"need": "Lücke"}
    for base, shaded in ((9, False), (10, True)):
        cells = draw_matrix({"alle": base}).assign(n=base)
        png = matrix_figure(matrix_table(cells, THEMES, one, {"alle": "Alle"}))[1]
        # The darkest shade is in the key, too: a cell is far larger.
        rgb = [int(to_hex(SHADES(1.0))[k : k + 2], 16) for k in (1, 3, 5)]
        assert bool((pixels(png) == rgb).all(axis=1).sum() > 20_000) is shaded


def test_bases_that_differ_are_printed_in_the_cells(table):
    """Counts alone if a panel has one base; with their bases if not: the drawing changes everywhere."""
    same, other = table[table["subgroup"] == "alle"], table[table["subgroup"] == "alle"].copy()
    other.loc[other.index[0], "base_n"] = 39
    ink = [int((pixels(matrix_figure(t)[1]).sum(axis=1) < 200).sum()) for t in (same, other)]
    assert ink[1] > 1.5 * ink[0]


def test_ink_is_readable_on_every_shade():
    """Contrast of at least 4.5 from 0 to 100 percent, and shades that get steadily darker."""
    lights = [luminance(to_hex(SHADES(share))) for share in np.linspace(0, 1, 51)]
    assert min(lights) + 0.05 >= 4.5 * (luminance(INK) + 0.05)
    assert lights == sorted(lights, reverse=True)
