"""One look for all figures: shipped fonts, one colour and one shape per type, readable in grey."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Source Sans 3"
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
SEGMENTS = (("#12436D", "#FFFFFF"), ("#8FB3CC", INK), ("#E3E8EB", INK))


@cache
def _register_fonts() -> None:
    from matplotlib import font_manager

    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


def figure_style() -> dict[str, object]:
    """Settings for `matplotlib.rc_context`; text becomes outlines, so a figure looks the same everywhere."""
    import matplotlib as mpl  # here, because setting a page needs colours and fonts only

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
