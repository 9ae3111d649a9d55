"""What a plan of invented data cannot have is a sentence; that counts are met, the shipped data show (test_make)."""

import re

import pytest

from forms import ROOT
from gkanalysis.codebook.declared import load_yaml
from gkanalysis.core.errors import GkError
from tools.synthetic.sheets import make_log
from tools.synthetic.solve import Program
from tools.synthetic.waves import make_waves
from wavebook import PLAN, TYPES, alliances, write_wave


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
    ({"items": PLAN["items"] | {"1.1": {"options": {"vielleicht": 1}}}}, "Vorgaben von „1.1“"),
    ({"items": {}}, "sagt nichts zu „1.1“"),
    ({"sets": {"ziele": {"rows": {"Z1": 7}}}}, "Zeilen von „ziele“"),
    ({"sets": PLAN["sets"] | {"wege": {"rows": {}}}}, "„wege“ des Plans fehlt"),
    ({"returns": {"full": {TYPES[0]: 11}}}, "11 Bögen der Art „kreisfreie_stadt“, es gibt 10"),
    ({"versions": {"lang": "rest"}}, "jede Fassung"),
    ({"texts": [{"items": ["1.4"], "answered": 11, "texts": ["a"]}]}, "wird 10 Bögen gestellt; 11"),
    (
        {"texts": [{"items": ["1.4"], "answered": 9, "most": 1, "categories": {"a": {"n": 10, "texts": ["a"]}}}]},
        "10 Nennungen zu „1.4“ passen nicht in 9 Antworten",
    ),
    (
        {"texts": [{"items": ["1.4"], "answered": 1, "categories": {"a": {"n": 1, "texts": ["a; b"]}}}]},
        "ein Text zu „a“ enthält „;“",
    ),
    ({"mess": [{"kind": "filter_broken", "item": "1.8", "text": "x"}]}, "„filter_broken“ mit „1.8“"),
    ({"mess": [{"kind": "both_answers", "item": "1.1"}]}, "passt kein Bogen"),
    ({"mess": [{"kind": "entry", "item": "1.8", "text": "a", "b": None}]}, "„b“ unter „mess“"),
    ({"published": None}, "zu „p1.numerator“"),
    ({"coder": None}, "„probe-2023“ ist nicht stimmig"),
    ({"file_name": None}, "„file_name“ fehlt"),
    ({"farbe": "rot"}, "„farbe“ ist unbekannt"),
    ({"field": {"from": "2023-02-31", "to": 3}}, "„field“ braucht zwei Tage"),
    ({"tables": [{"part": "angebote", "rows": 1.0, "columns": {3: {"texts": ["a"]}}}]}, "steht nicht im Bogen"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_plan_is_a_sentence(tmp_path, changes, says):
    """A plan that does not fit or cannot be met ends in a German sentence that names the place."""
    with pytest.raises(GkError) as refused:
        make(tmp_path, **changes)
    assert re.search(says, str(refused.value))
    assert "2023" in str(refused.value)


def test_log_with_other_columns_than_its_codebook():
    """The sentence names the columns that it needs."""
    plan, book = (load_yaml((ROOT / f"data/{d}/prozessbegleitung-log.yml").read_text("utf-8")) for d in ("synthetic", "codebook"))  # fmt: skip
    columns = {k: v for k, v in plan["columns"].items() if k != "state"}
    with pytest.raises(GkError, match="case_id, date, days, team, form, topics, agreed, state"):
        make_log(plan | {"columns": columns}, book, alliances(), {"f0-02.numerator": 8}.get)


def test_impossible_constraints():
    """What cannot be is one German sentence."""
    p = Program()
    p.variable("a", 0, 1)
    p.constrain({"a": 1}, low=2)
    with pytest.raises(GkError, match="lassen sich so nicht erzeugen"):
        p.solve()
