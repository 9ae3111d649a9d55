"""Figures are the same bytes everywhere, readable without colour, and say when their data are synthetic."""

import hashlib
import os
import subprocess
import sys
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from lxml import etree
from PIL import Image

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.figures import count_bars, dot_ranges, figure_table, segment_bars
from gkanalysis.report.style import SEGMENTS, TYPE_LOOKS

ROOT = Path(__file__).parents[2]
TYPES = pd.DataFrame(
    {
        "label": ["Jugendamt"] * 3,
        "group": ["kreisfreie_stadt", "kreis", "kreisangehoerige_kommune"],
        "group_label": ["Städte", "Kreise", "Kommunen"],
        "n": [15, 14, 4],
        "base_n": [18, 22, 5],
        "mark": ["*", "*", "**"],
    }
)
DRAWN = """
import hashlib, pandas as pd
from gkanalysis.report.figures import {name} as draw
table = pd.DataFrame({table!r})
print(*(hashlib.sha256(b).hexdigest() for b in draw(table, {extra} mark="Synthetische Daten")))
"""
DOTS = {"blocks": {"Block": ["Jugendamt"]}, "right": {"Jugendamt": "−20"}, "right_head": "Abstand"}


def draw_all(bars, mark=""):
    """SVG and PNG of one figure of each kind."""
    return [segment_bars(bars, mark=mark), count_bars(TYPES, mark=mark), dot_ranges(TYPES, **DOTS, mark=mark)]


@pytest.mark.parametrize(
    ("name", "extra"), [("count_bars", ""), ("dot_ranges", "".join(f"{k}={v!r}, " for k, v in DOTS.items()))]
)
def test_same_bytes_in_another_process(name, extra):
    """Two processes with other seeds for hashes and another time zone draw the same bytes."""
    code = DRAWN.format(name=name, table=TYPES.to_dict("list"), extra=extra)
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(outputs) == 1
    svg, png = (
        count_bars(TYPES, mark="Synthetische Daten")
        if name == "count_bars"
        else dot_ranges(TYPES, **DOTS, mark="Synthetische Daten")
    )
    assert outputs.pop().split() == [hashlib.sha256(b).hexdigest() for b in (svg, png)]


def test_settings_of_the_notebook_do_not_reach_a_figure(bars):
    """Somebody's rcParams change nothing, and drawing changes nobody's."""
    import matplotlib as mpl

    before = segment_bars(bars)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 10}):
        assert segment_bars(bars) == before
        assert mpl.rcParams["font.size"] == 30


def test_svg_has_no_text_and_no_date(bars):
    """Letters are outlines, so that every machine shows the same; nothing tells when or where it was drawn."""
    for svg, _ in draw_all(bars, "Synthetische Daten"):
        root = etree.fromstring(svg)
        names = {etree.QName(e).localname for e in root.iter(etree.Element)}
        assert not names & {"text", "tspan", "image", "style-sheet", "date", "creator", "script"}
        assert b"/tmp" not in svg
        assert b"/home" not in svg


def test_png_has_no_metadata_but_its_resolution(bars):
    """No program, no version, no time."""
    for _, png in draw_all(bars):
        assert set(Image.open(BytesIO(png)).info) == {"dpi"}


def pixels(png):
    """Colours of a picture as rows of numbers."""
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)


def test_mark_of_synthetic_data_is_drawn_when_given(bars):
    """Red letters stand in the picture with the mark and in none without."""
    red = [0x9C, 0x2A, 0x1F]
    for (_, without), (_, with_mark) in zip(
        draw_all(bars), draw_all(bars, "Synthetische Daten"), strict=True
    ):
        assert not (pixels(without) == red).all(axis=1).any()
        assert (pixels(with_mark) == red).all(axis=1).sum() > 50


def luminance(colour):
    """Relative luminance of WCAG."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Contrast of two colours as WCAG defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_type_has_a_colour_and_shape_of_its_own():
    """Types of the register differ in colour and in shape, and stand out from paper."""
    codebook = yaml.safe_load((ROOT / "data/codebook/register.yml").read_text(encoding="utf-8"))
    looks = [TYPE_LOOKS[t] for t in codebook["types"]]
    assert len({c for c, _ in looks}) == len({s for _, s in looks}) == len(looks) == 3
    assert all(contrast(colour, "#FFFFFF") >= 3 for colour, _ in looks)


def test_numbers_in_segments_are_readable():
    """Text has a contrast of 4.5 on its segment; neighbours differ in grey."""
    assert all(contrast(fill, ink) >= 4.5 for fill, ink in SEGMENTS)
    greys = [luminance(fill) for fill, _ in SEGMENTS]
    assert greys == sorted(greys)
    assert all(contrast(a[0], b[0]) >= 1.5 for a, b in pairwise(SEGMENTS))


def test_small_base_is_drawn_hollow():
    """The same dots look different when one of them stands on fewer than ten cases."""
    assert dot_ranges(TYPES, **DOTS) != dot_ranges(TYPES.assign(mark="*"), **DOTS)


def test_parts_that_do_not_add_up_are_refused(bars):
    """A bar whose parts leave something out would look like a smaller group."""
    with pytest.raises(NotebookError, match="nicht bei: Städte"):
        segment_bars(bars[~((bars["label"] == "Städte") & (bars["group"] == "neu"))])


def test_long_table_becomes_table_of_a_figure():
    """One line per row or per subgroup; subgroups that are not named are left out, numbers stay as they are."""
    table = pd.DataFrame(
        {
            "row": ["a", "a"],
            "subgroup": ["alle", "kreis"],
            "n": [3, 1],
            "base_n": [4, 2],
            "share": [0.75, 0.5],
            "mark": ["**", "**"],
        }
    )
    by_row = figure_table(table, {"a": "Amt"}, {"kreis": "Kreise"})
    assert by_row[["label", "group", "group_label", "n", "base_n", "share"]].values.tolist() == [
        ["Amt", "kreis", "Kreise", 1, 2, 0.5]
    ]
    by_group = figure_table(table, {"a": "Amt"}, {"kreis": "Kreise"}, by="row")
    assert by_group[["label", "group", "group_label"]].values.tolist() == [["Kreise", "a", "Amt"]]
