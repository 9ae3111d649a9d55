"""Where things stand on a slide and how large they are: the same in HTML, PDF and PowerPoint."""

from __future__ import annotations

# The grid in millimetres, the same in every format: x, y, width, height.
PAGE = (338.667, 190.5)  # 16:9, as PowerPoint makes it
LEFT, WIDTH = 16.0, 306.667
BOXES = {
    "section": (LEFT, 10.5, 200.0, 6.0),
    "mark": (222.667, 10.5, 100.0, 6.0),
    "title": (LEFT, 20.0, WIDTH, 24.0),
    "foot": (LEFT, 159.0, WIDTH, 19.3),
    "line": (LEFT, 180.8, WIDTH, 0.2),
    "strip": (LEFT, 182.5, WIDTH, 5.0),
    # title slide and section slides
    "institution": (LEFT, 16.0, WIDTH, 8.0),
    "rule": (LEFT, 40.0, 30.0, 1.6),
    "headline": (LEFT, 48.0, 270.0, 46.0),
    "subtitle": (LEFT, 99.0, 240.0, 20.0),
    "lead": (LEFT, 101.0, 240.0, 50.0),
    "authors": (LEFT, 124.0, 270.0, 16.0),
    "warning": (LEFT, 146.0, 220.0, 24.0),
}
# Layout -> boxes of text, heading of the exhibit, and exhibit.
LAYOUTS: dict[str, dict[str, tuple[float, float, float, float]]] = {
    "text": {"text": (LEFT, 48.0, 250.0, 110.0)},
    "full": {"caption": (LEFT, 48.0, WIDTH, 7.0), "exhibit": (LEFT, 57.0, WIDTH, 101.0)},
    "beside": {
        "text": (248.667, 48.0, 74.0, 110.0),
        "caption": (LEFT, 48.0, 222.667, 7.0),
        "exhibit": (LEFT, 57.0, 222.667, 101.0),
    },
    "above": {
        "text": (LEFT, 47.0, 260.0, 26.0),
        "caption": (LEFT, 75.0, WIDTH, 7.0),
        "exhibit": (LEFT, 84.0, WIDTH, 74.0),
    },
}
# Sizes of type in points; the distance of two lines is LINE times the size.
SIZES = {
    "headline": 40.0,
    "section": 40.0,
    "title": 28.0,
    "text": 20.0,
    "above": 18.0,
    "beside": 17.0,
    "caption": 14.0,
    "small": 11.0,
}
LINE = 1.28
TABLE_SIZES = (15.0, 13.5, 12.0)  # a table is set in the largest of these that fits, never smaller
FIGURE_TYPE = 8.5  # points of the type in a figure as it is drawn (gkanalysis.report.style)
SMALLEST = 11.0  # points that the type of a figure must have on a slide
WIDEST = 3  # columns of a table that can stand beside text
