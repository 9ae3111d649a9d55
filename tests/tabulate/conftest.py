"""Responses drawn as text, so that a test shows its data at a glance."""

import pandas as pd
import pytest

MARKS = {
    "x": "selected",
    "-": "not_selected",
    "0": "not_answered",
    "/": "not_asked",
    "?": "illegible",
    "!": "contradictory",
}


def _draw_ticks(drawing: str) -> pd.DataFrame:
    header, *lines = [line.split() for line in drawing.strip().splitlines()]
    return pd.DataFrame(
        [
            {"case_id": case_id, "item_id": item_id, "state": MARKS[mark], "value": None}
            for case_id, *marks in lines
            for item_id, mark in zip(header, marks, strict=True)
        ]
    )


def _draw_answers(item_id: str, drawing: str) -> pd.DataFrame:
    rows = [(case_id, answer) for case_id, answer in (pair.split("=") for pair in drawing.split())]
    return pd.DataFrame(
        [
            {
                "case_id": case_id,
                "item_id": item_id,
                "state": MARKS.get(answer, "answered"),
                "value": None if answer in MARKS else answer,
            }
            for case_id, answer in rows
        ]
    )


@pytest.fixture
def draw_ticks():
    """Function from a drawing (cases down, tick boxes across) to responses."""
    return _draw_ticks


@pytest.fixture
def draw_answers():
    """Function from an item and a drawing "case=option ..." to responses; marks stand for missing."""
    return _draw_answers


@pytest.fixture
def cases():
    """Five cases: two cities, two districts, one town."""
    return pd.DataFrame({"case_id": list("abcde"), "type": ["kreis", "stadt", "kreis", "stadt", "kommune"]})
