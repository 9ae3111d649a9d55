"""What a plan of invented data, or a marked transcript, cannot have is a sentence; that counts are met, shipped data show."""

import re

import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.coding import parse_transcript
from tools.synthetic.waves import make_waves
from wavebook import PLAN, alliances, write_wave


def make(root, **changes):
    """The one wave below a folder."""
    (wave,) = make_waves(write_wave(root, **changes), alliances(), set())
    return wave


def test_a_tick_that_needs_one_of_several(tmp_path):
    """Of the forms that ticked the first row each has one of the other two."""
    made = make(tmp_path, implies=[["2.Z2.2", ["2.Z1.2", "2.Z3.2"]]], mess=None)
    ticked = [set(f.answers) for f in made.forms if "2.Z2.2" in f.answers]
    assert len(ticked) == 9
    assert all({"2.Z1.2", "2.Z3.2"} & t for t in ticked)


def test_published_figure_out_of_reach_is_reported(tmp_path):
    """A printed count that the filter makes impossible comes as near as it can, and is said to be missed."""
    items = PLAN["items"] | {"1.2": {"options": {"ja": "p1.numerator"}}}
    outcomes = make(tmp_path, items=items, mess=None).outcomes
    assert sorted((name, printed) for name, printed, _ in outcomes) == [("p1", 18), ("p1", 18), ("p2", 10), ("p3", 8)]
    assert sum(abs(printed - solved) for _, printed, solved in outcomes) == 8


WRONG = [
    ({"items": PLAN["items"] | {"1.2": {"options": {"ja": 11, "nein": 2}}}}, "probe-2023: 11 Antworten „1.2:ja“ sind nicht möglich"),
    ({"items": PLAN["items"] | {"9.9": {"options": {"ja": 1}}}}, "„9.9“ des Plans fehlt im Codebuch"),
    ({"versions": {"lang": "rest"}}, "jede Fassung"),
    (
        {"texts": [{"items": ["1.4"], "answered": 9, "most": 1, "categories": {"a": {"n": 10, "texts": ["a"]}}}]},
        "10 Nennungen zu „1.4“ passen nicht in 9 Antworten",
    ),
    ({"mess": [{"kind": "filter_broken", "item": "1.8", "text": "x"}]}, "„filter_broken“ mit „1.8“"),
    ({"published": None}, "zu „p1.numerator“"),
    ({"farbe": "rot"}, "„farbe“ ist unbekannt"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_plan_is_a_sentence(tmp_path, changes, says):
    """A plan that does not fit or cannot be met ends in a German sentence that names the place."""
    with pytest.raises(GkError) as refused:
        make(tmp_path, **changes)
    assert re.search(says, str(refused.value))
    assert "2023" in str(refused.value)


def parsed(body):
    return parse_transcript("g01", f"I: Und?\n\n{body}")


def said(transcript):
    return [(m.code_id, transcript.text[m.start : m.end]) for m in transcript.marks]


def test_marks_are_taken_out_and_keep_their_place():
    """What is left is the text as it was spoken; a stretch with two codes gives two marks, nested ones are kept."""
    found = parsed("B: Ja. {a.b,a.c|Eins. {a.d|Zwei?}} Drei.\n\nB2: {a.b|Vier.}\n")
    assert found.text == "I: Und?\n\nB: Ja. Eins. Zwei? Drei.\n\nB2: Vier.\n"
    assert said(found) == [("a.b", "Eins. Zwei?"), ("a.c", "Eins. Zwei?"), ("a.d", "Zwei?"), ("a.b", "Vier.")]
