"""Paired boxes of a multiple response set, counted a second time from the responses."""

import pytest

from gkanalysis.verify.trace import trace_number
from gkanalysis.verify.tracepanel import panel_words
from panelbook import draw_boxes

KNOWN = {
    "first_source": "eins-2021", "first_item": "2.H1.2", "second_source": "zwei-2022", "second_item": "2.H1.2", "base": "asked",
}  # fmt: skip


@pytest.mark.parametrize(("count", "n", "base_n"), [("pairs", 24, 30), ("first", 8, 24), ("second", 16, 24)])
def test_boxes_are_counted_again(tmp_path, count, n, base_n):
    """An empty box is in the base, an illegible one in neither wave's."""
    chapter = draw_boxes(tmp_path)
    definition = "change?" + "&".join(f"{k}={v}" for k, v in (KNOWN | {"count": count}).items())
    trace = trace_number(chapter, definition, "x", "alle")
    assert (trace.n, trace.base_n) == (n, base_n)
    assert "B25" not in set(trace.counted["case_id"])
    if count == "first":
        assert trace.counted["case_id"].tolist() == [f"B{k:02d}" for k in range(9, 17)]
        assert "B25" not in set(trace.rest["case_id"])


def test_words_name_the_base(tmp_path):
    """Who is in the base is said: all asked, a box left empty is a no."""
    chapter = draw_boxes(tmp_path)
    both = panel_words(chapter, "change", KNOWN | {"count": "pairs"})
    assert (
        "in beiden Wellen gefragt, nicht angekreuzt heißt nein (eins-2021 2.H1.2 und zwei-2022 2.H1.2)"
        in both
    )
    second = panel_words(chapter, "change", KNOWN | {"count": "second"})
    assert second.startswith(
        "Gezählt sind Bündnisse mit Kreuz bei zwei-2022 2.H1.2; Basis: alle in beiden Wellen gefragt"
    )
