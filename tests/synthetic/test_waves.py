"""A wave is made of its plan and codebook alone: all counts are met, and what cannot be met is a sentence."""

import re
from collections import Counter

import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.waves import make_waves
from wavebook import PLAN, TYPES, alliances, write_wave


def make(root, earlier=(), register=None, **changes):
    """The one wave below a folder."""
    (wave,) = make_waves(write_wave(root, **changes), alliances() if register is None else register, set(earlier))
    return wave


def option(form, item_id):
    return [t.partition(":")[2] for t in form.answers if t.startswith(f"{item_id}:")]


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    """The wave without mess, so that forms have what was solved."""
    return make(tmp_path_factory.mktemp("welle"), mess=None)


def test_single_choices(wave):
    """Counts of options are met, also by type; the rest answers too, and a declared base counts those who answer."""
    first = [f for f in wave.forms if option(f, "1.1") == ["ja"]]
    assert len(first) == 10
    assert sum(option(f, "1.1") == ["nein"] for f in wave.forms) == 8
    second = Counter((f.type, *option(f, "1.2")) for f in first)
    assert (second[TYPES[0], "ja"], second[TYPES[1], "ja"]) == (3, 2)
    assert all(option(f, "1.2") for f in first)
    assert Counter(f.answers.get("1.3", "") for f in wave.forms) == {"geplant": 4, "läuft": 11, "": 3}


def test_ticks(wave):
    """Counts of rows are met; a row that stands alone excludes the others, one that implies another needs it."""
    ticked = [{t for t in f.answers if t.startswith("2.")} for f in wave.forms]
    assert Counter(t for row in ticked for t in row) == {"2.Z1.2": 7, "2.Z2.2": 9, "2.Z3.2": 5, "2.Z4.2": 4}
    assert all(row == {"2.Z4.2"} for row in ticked if "2.Z4.2" in row)
    assert all("2.Z2.2" in row for row in ticked if "2.Z3.2" in row)


def test_completeness_is_that_of_the_codebook(wave):
    """Fully usable forms have what the rule needs, partly usable ones lack the last need."""
    assert Counter(f.status for f in wave.forms) == {"full": 16, "partial": 2}
    for form in wave.forms:
        assert option(form, "1.1")
        assert any(t.startswith("2.") for t in form.answers) == (form.status == "full")


def test_categories(wave):
    """Each category has its number of mentions, none twice in one answer, and the texts stand in the form."""
    assert Counter(row[5] for row in wave.categories) == {"sport": 8, "kochen": 6}
    keys = [(row[1], row[5]) for row in wave.categories]
    assert len(keys) == len(set(keys))
    answers = {f.alliance_id: f.answers["1.4"] for f in wave.forms if "1.4" in f.answers}
    assert len(answers) == 9
    assert {row[1] for row in wave.categories} == set(answers)
    assert all(row[4] in answers[row[1]] for row in wave.categories)


def test_texts_are_coded_mention_by_mention(tmp_path):
    """An answer of two mentions has two numbered rows, each with the category of its own text."""
    coded = {"a": ["Sport im Verein"], "b": ["Kochen am Abend"]}
    texts = [{"items": ["1.4"], "answered": 4, "texts": ["Sport im Verein; Kochen am Abend"], "coded": coded}]
    made = make(tmp_path, texts=texts, mess=None)
    first = made.categories[0][1]
    assert len(made.categories) == 8
    assert [row[1:6] for row in made.categories if row[1] == first] == [
        (first, "1.4", 1, "Sport im Verein", "a"),
        (first, "1.4", 2, "Kochen am Abend", "b"),
    ]


def test_who_has_nothing_to_say_is_not_asked(tmp_path):
    """A text is not written by forms that ticked one of `unless`."""
    texts = [{"items": ["1.8"], "answered": 1.0, "texts": ["läuft"], "unless": ["2.Z4.2"]}]
    made = make(tmp_path, texts=texts, mess=None)
    assert [f for f in made.forms if "2.Z4.2" in f.answers]
    assert all(("1.8" in f.answers) != ("2.Z4.2" in f.answers) for f in made.forms)


def test_a_tick_that_needs_one_of_several(tmp_path):
    """Of the forms that ticked the first row each has one of the other two."""
    made = make(tmp_path, implies=[["2.Z2.2", ["2.Z1.2", "2.Z3.2"]]], mess=None)
    ticked = [set(f.answers) for f in made.forms if "2.Z2.2" in f.answers]
    assert len(ticked) == 9
    assert all({"2.Z1.2", "2.Z3.2"} & t for t in ticked)


def test_second_coder(tmp_path):
    """Another person codes every mention of the item, some otherwise; answers and first codings stay as they are."""
    plain = make(tmp_path / "a", mess=None)
    second = {"name": "B", "seed": 1, "items": {"1.4": 0.5}}
    both = make(tmp_path / "b", mess=None, second_coder=second)
    assert both.forms == plain.forms
    assert both.categories[: len(plain.categories)] == plain.categories
    others = both.categories[len(plain.categories) :]
    assert [row[:5] for row in others] == [row[:5] for row in plain.categories]
    assert {row[6] for row in others} == {"B"}
    assert 0 < sum(a[5] != b[5] for a, b in zip(plain.categories, others, strict=True)) < len(others)


def test_published_figures_are_reported(wave):
    """Exactly the counts that refer to print are reported, with what came out."""
    assert sorted(wave.outcomes) == [("p1", 18, 18), ("p2", 10, 10), ("p3", 8, 8)]


def test_published_figure_out_of_reach_is_reported(tmp_path):
    """A printed count that the filter makes impossible comes as near as it can, and is said to be missed."""
    items = PLAN["items"] | {"1.2": {"options": {"ja": "p1.numerator"}}}
    outcomes = make(tmp_path, items=items, mess=None).outcomes
    assert sorted((name, printed) for name, printed, _ in outcomes) == [("p1", 18), ("p1", 18), ("p2", 10), ("p3", 8)]
    assert sum(abs(printed - solved) for _, printed, solved in outcomes) == 8


def test_mess_leaves_counts(tmp_path, wave):
    """Each kind of mess is in one form of its own, and the counted answers are as without it."""
    messy = make(tmp_path)
    assert len(messy.forms) == 19
    (draft,) = [
        f for f in messy.forms if sum(g.alliance_id == f.alliance_id for g in messy.forms) == 2 and not f.remark
    ]
    (final,) = [f for f in messy.forms if f.remark]
    assert draft.received < final.received
    assert set(draft.answers) < set(final.answers)
    last = [f for f in messy.forms if f is not draft]
    for item_id in ("1.1", "1.2"):
        assert Counter(map(str, (option(f, item_id) for f in last))) == Counter(
            map(str, (option(f, item_id) for f in wave.forms))
        )
    assert [f.answers.get("1.3") for f in last].count("halb fertig") == 1
    assert [f.answers.get("1.5") for f in last].count("viele") == 1
    assert [f.answers.get("1.4") for f in last].count("nichts") == 1


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
