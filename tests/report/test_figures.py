"""Figures: one door, six forms; the same bytes everywhere, readable without colour, and nothing that would draw a lie."""

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
from matplotlib.colors import to_hex
from PIL import Image

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP
from gkanalysis.report.figures import (
    INK,
    SEGMENTS,
    SHADES,
    STATES,
    TYPE_LOOKS,
    default_kind,
    draw,
)  # fmt: skip

ROOT = Path(__file__).parents[2]
TYPES = {"kreisfreie_stadt": "Städte", "kreis": "Kreise", "kreisangehoerige_kommune": "Kommunen"}


def long(cells, base, **more):
    """A long table from `label: numbers of the groups`; bases by group."""
    groups = [(g, TYPES.get(g, "alle")) for g in base]
    rows = [
        {"label": label, "subgroup": g, "group_label": text, "n": n, "base_n": base[g]}
        for label, numbers in cells.items()
        for (g, text), n in zip(groups, numbers, strict=True)
    ]
    return pd.DataFrame(rows).assign(**more)


SMALL = long({"Ja": [4], "Nein": [5]}, {"alle": 9}, mark="**")
ONE = long({"nach Bedarf": [19], "im Turnus": [10], "gar nicht": [0]}, {"alle": 40})
YES_NO = long({"Ja": [24], "Nein": [16]}, {"alle": 40})
NEW = long({"neu": [3, 9], "angeknüpft": [15, 12]}, {"kreisfreie_stadt": 18, "kreis": 21})
DOTS = long({"Jugendamt": [15, 14, 4]}, dict(zip(TYPES, (18, 22, 5), strict=True)), mark=["*", "*", "**"])
GAPS = DOTS.assign(ci_low=DOTS["n"] / DOTS["base_n"] - 0.1, ci_high=DOTS["n"] / DOTS["base_n"] + 0.1)
CODES = long({"Sprache": [9, 9], "Schule": [0, 10]}, {"a": 9, "b": 10}, mark=["**", "", "**", ""])
CODES["group_label"] = ["Stadt", "Land"] * 2
FLOW = pd.DataFrame(
    [
        ("2019", "returned", "2020", "returned", 3), ("2019", "returned", "2020", "declined", 1),
        ("2019", "not_returned", "2020", "returned", 1), ("2019", "not_asked", "2020", "not_returned", 1),
        ("2020", "returned", "2022", "returned", 3), ("2020", "returned", "2022", "not_returned", 1),
        ("2020", "not_returned", "2022", "returned", 1), ("2020", "declined", "2022", "returned", 1),
    ],
    columns=["wave", "row", "next_wave", "next_row", "n"],
).assign(subgroup="alle", base_n=6)  # fmt: skip
STATE_LABELS = {
    "returned": "Rücklauf", "not_returned": "kein Rücklauf", "declined": "abgelehnt", "not_asked": "nicht angefragt",
}  # fmt: skip
FORMS = {
    "bars": (ONE, {}), "segments": (NEW, {}), "units": (YES_NO, {}), "dots": (DOTS, {}), "matrix": (CODES, {}),
    "flow": (FLOW, {"states": STATE_LABELS}),
}  # fmt: skip


def drawn(kind, **more):
    """SVG and PNG of the example of a form."""
    numbers, options = FORMS[kind]
    return draw(kind, numbers, **options, **more)


def area(png, colour):
    """How many pixels have exactly this colour."""
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)
    return int((pixels == [int(colour[k : k + 2], 16) for k in (1, 3, 5)]).all(axis=1).sum())


def contrast(one, other):
    """Contrast of two colours as WCAG defines it."""

    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_same_bytes_in_another_process_whatever_the_settings():
    """Other seeds for hashes, another time zone and somebody's rcParams draw the same bytes."""
    code = (
        "import hashlib, matplotlib as mpl, sys; sys.path.insert(0, 'tests/report'); import test_figures as t\n"
        "mpl.rcParams.update({'font.size': 30, 'axes.facecolor': 'red', 'savefig.dpi': 10})\n"
        "print(*(hashlib.sha256(b).hexdigest() for k in t.FORMS for b in t.drawn(k, mark='M')))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}, cwd=ROOT,
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert other.split() == [hashlib.sha256(b).hexdigest() for kind in FORMS for b in drawn(kind, mark="M")]


@pytest.mark.parametrize("kind", FORMS)
def test_letters_are_outlines_and_the_mark_is_drawn(kind):
    """Nothing tells when or where a figure was drawn; red letters stand in it with the mark and in none without."""
    svg, png = drawn(kind, mark="Synthetische Daten")
    names = {etree.QName(e).localname for e in etree.fromstring(svg).iter(etree.Element)}
    assert not names & {"text", "tspan", "image", "date", "creator", "script"}
    assert set(Image.open(BytesIO(png)).info) == {"dpi"}
    assert area(png, "#9C2A1F") > 50
    assert area(drawn(kind)[1], "#9C2A1F") == 0


def test_looks_tell_groups_apart_in_print():
    """Types differ in colour and shape, parts of bars in grey; ink is readable on parts and on every shade."""
    codebook = yaml.safe_load((ROOT / "data/codebook/register.yml").read_text(encoding="utf-8"))
    looks = [TYPE_LOOKS[t] for t in codebook["types"]]
    assert len({c for c, _ in looks}) == len({s for _, s in looks}) == len(looks) == 3
    assert all(contrast(colour, "#FFFFFF") >= 3 for colour, _ in looks)
    assert all(contrast(fill, ink) >= 4.5 for fill, ink in SEGMENTS)
    assert all(contrast(a[0], b[0]) >= 1.5 for a, b in pairwise(SEGMENTS))
    assert all(contrast(to_hex(SHADES(share)), INK) >= 4.5 for share in np.linspace(0, 1, 21))
    assert len({colour for colour, *_ in STATES.values()}) == len(STATES)


@pytest.mark.parametrize(
    ("numbers", "slide", "kind"),
    [
        (ONE, False, "bars"), (YES_NO, False, "segments"), (YES_NO, True, "units"), (NEW, False, "segments"),
        (GAPS, False, "dots"), (DOTS, False, "bars"), (CODES, False, "bars"), (FLOW, False, "flow"),
        (pd.concat([CODES.assign(group_label=f"G{k}") for k in range(5)]), False, "matrix"),
    ],
)  # fmt: skip
def test_form_that_the_numbers_propose(numbers, slide, kind):
    """One group: bars; parts of a whole: divided bars or dots; intervals by group: dots; many groups: a matrix."""
    assert default_kind(numbers, slide=slide) == kind


def test_chart_says_what_is_drawn():
    """Programs that draw themselves get the same bars, texts and parts; other forms are pictures."""
    first = draw("bars", ONE, highlight=["nach Bedarf"], details={"nach Bedarf": "Tag für Tag."}).chart["rows"][0]
    assert first == {
        "label": "nach Bedarf", "detail": "Tag für Tag", "n": 19, "base_n": 40, "text": "19 (48\u00a0%)", "strong": True,
    }  # fmt: skip
    parts = {"kind": "segments", "parts": ["neu", "angeknüpft"]}
    rows = [
        {"label": "Städte", "detail": "n\u00a0=\u00a018", "n": [3, 15]},
        {"label": "Kreise", "detail": "n\u00a0=\u00a021", "n": [9, 12]},
    ]
    assert drawn("segments").chart == parts | {"rows": rows}
    assert [drawn(k).chart for k in ("units", "dots", "matrix", "flow")] == [None] * 4


def test_bars_of_different_bases_print_them():
    """Two waves beside each other: each bar says of how many."""
    waves = ONE.iloc[:2].assign(base_n=[46, 40])
    assert [r["text"] for r in draw("bars", waves).chart["rows"]] == [
        "19\u00a0von\u00a046 (41\u00a0%)",
        "10\u00a0von\u00a040 (25\u00a0%)",
    ]


@pytest.mark.parametrize(
    ("kind", "numbers", "options", "message"),
    [
        ("pie", ONE, {}, "Die Form „pie“ gibt es nicht; Abbildungen haben die Formen bars, segments"),
        ("bars", ONE, {"highlight": ["x"]}, "unbekannt: x"),
        ("bars", pd.concat([ONE, ONE]), {}, "doppelt: nach Bedarf"),
        ("units", YES_NO.assign(n=[24, 15]), {}, "39 von 40"),
        ("units", YES_NO, {"highlight": ["Vielleicht"]}, "unbekannt: Vielleicht"),
        ("segments", NEW[NEW["label"] == "neu"], {}, "nicht bei: Städte, Kreise"),
        ("matrix", CODES.iloc[1:], {}, "Der Matrix fehlen Zellen"),
        ("flow", FLOW.assign(n=[2, *FLOW["n"][1:]]), {"states": STATE_LABELS}, "alle Bündnisse der Basis"),
        ("flow", FLOW, {"states": {"returned": "R"}}, "ohne: declined, not_asked, not_returned"),
        ("flow", FLOW.assign(row=[*FLOW["row"][:-1], "not_asked"]), {"states": STATE_LABELS}, "in Welle 2020 nicht so viele"),
    ],
)  # fmt: skip
def test_what_would_lie_is_refused(kind, numbers, options, message):
    """Parts that are no whole, labels twice or unknown, holes, an alliance that falls out between two waves."""
    with pytest.raises(NotebookError, match=message):
        draw(kind, numbers, **options)


def test_marks_of_small_bases_are_drawn():
    """At the base of a bar, or at the number where no base stands beside it."""
    assert draw("segments", SMALL).chart["rows"][0]["detail"] == f"n{NBSP}={NBSP}9**"
    assert [r["text"][-2:] for r in draw("bars", SMALL, of_base=True).chart["rows"]] == ["**", "**"]
    assert draw("segments", SMALL)[0] != draw("segments", SMALL.assign(mark=""))[0]
