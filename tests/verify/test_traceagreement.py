"""Figures of agreement are counted a second time, comparison by comparison."""

import pytest

from gkanalysis.verify.trace import trace_number
from talks import SOURCE, draw_chapter


@pytest.mark.parametrize("by", ["level", "code"])
def test_second_count_is_the_same(tmp_path, by):
    """For every level and every code the trace has the n and base of the table."""
    chapter = draw_chapter(tmp_path)
    table = chapter.interviews(SOURCE).agreement(by_code=by == "code")
    for row in table.to_dict("records"):
        trace = trace_number(chapter, row["definition"], row["row"])
        assert (trace.n, trace.base_n) == (row["n"], row["base_n"]), row["row"]


def test_disputed_places_are_listed(tmp_path):
    """What does not agree stands one by one with its text; what agrees is summed up by document."""
    trace = trace_number(draw_chapter(tmp_path), f"agreement?source={SOURCE}&by=code", "land.warten")
    assert trace.counted[["part", "value"]].values.tolist() == [["g1", "1"], ["g3", "1"]]
    assert trace.rest[["part", "value", "raw"]].values.tolist() == [
        ["g2", "land.warten: 1 und 0 Mal", "g2: Wir warten auf Papie"]
    ]
