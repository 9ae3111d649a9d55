"""Numbers of interviews are counted a second time from the coded segments."""

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.trace import trace_number
from gkanalysis.verify.tracewords import definition_words
from talks import SOURCE, draw_chapter

DEFINITION = f"codings?source={SOURCE}&coder=A"


def test_segments_behind_a_count(tmp_path):
    """Each counted case comes with its segments; the others are in the base."""
    trace = trace_number(draw_chapter(tmp_path), DEFINITION, "land.warten")
    assert (trace.n, trace.base_n) == (2, 3)
    assert trace.counted[["case_id", "raw"]].values.tolist() == [
        ["B1", "g1: Wir warten auf Papie"],
        ["B2", "g2: Wir warten auf Papie"],
    ]
    assert trace.counted["place"].tolist() == ["Zeichen 1 bis 20"] * 2
    assert trace.rest[["case_id", "state"]].values.tolist() == [["B3", "not_coded"]]


def test_other_coder(tmp_path):
    """Whose codings count is part of the definition."""
    trace = trace_number(draw_chapter(tmp_path), DEFINITION.replace("=A", "=B"), "land.warten")
    assert trace.counted["case_id"].tolist() == ["B1"]


def test_number_of_interviews(tmp_path):
    """The interviews themselves are one row each, without a base."""
    trace = trace_number(draw_chapter(tmp_path), DEFINITION, "interviewed")
    assert (trace.n, trace.base_n, trace.counted["case_id"].tolist()) == (3, None, ["B1", "B2", "B3"])


def test_unknown_code(tmp_path):
    """A code that the codebook does not know is a German sentence."""
    with pytest.raises(VerificationError, match=r"land\.nichts"):
        trace_number(draw_chapter(tmp_path), DEFINITION, "land.nichts")


def test_words(tmp_path):
    """The definition names coder, code and its meaning."""
    chapter = draw_chapter(tmp_path)
    words = definition_words(chapter, trace_number(chapter, DEFINITION, "land.warten"))
    assert "A den Kode „Land > Warten“ wenigstens einmal vergeben" in words
    assert words.endswith("Es wird gewartet.")


def test_room_of_a_theme(tmp_path):
    """Covered characters are added up by text, beside the length of each."""
    chapter = draw_chapter(tmp_path)
    row = chapter.interviews(SOURCE).coverage().iloc[0]
    trace = trace_number(chapter, row["definition"], row["row"])
    assert (trace.n, trace.base_n) == (row["n"], row["base_n"]) == (70, 162)
    assert trace.counted[["part", "value"]].values.tolist() == [["g1", "20"], ["g2", "30"], ["g3", "20"]]


def test_themes_that_meet(tmp_path):
    """Texts in which stretches of two themes share a character are counted, the others are in the base."""
    chapter = draw_chapter(tmp_path)
    trace = trace_number(chapter, f"meetings?source={SOURCE}&coder=A", "land + land")
    assert (trace.n, trace.base_n) == (3, 3)
    assert trace.counted["place"].str.contains("Zeichen 1 bis 20 und 1 bis 20").all()
