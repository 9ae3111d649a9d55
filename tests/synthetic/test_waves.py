"""A wave is made of its plan and codebook alone: all counts are met, and what cannot be met is a sentence."""

import re
from collections import Counter

import pytest
import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import GkError
from tools.synthetic.waves import make_waves
from wavebook import PLAN, TYPES, alliances, write_wave


def make(root, earlier=(), register=None, **changes):
    """The one wave below a folder."""
    (wave,) = make_waves(
        write_wave(root, **changes), alliances() if register is None else register, set(earlier)
    )
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


def test_filters_hold(wave):
    """Nobody answers what the filter did not ask."""
    for form in wave.forms:
        if option(form, "1.1") != ["ja"]:
            assert not option(form, "1.2")
            assert "1.4" not in form.answers


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


def test_what_hangs_on_an_open_question_is_not_asked(tmp_path):
    """Where a partly usable form leaves the filter open, what follows from it stays open too."""
    write_wave(tmp_path)
    path = tmp_path / "data/codebook/probe.yml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    book["completeness"][0]["needs"].reverse()
    path.write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    plan = tmp_path / "data/synthetic/probe-2023.yml"
    second = {"1.2": {"options": {"ja": 6, "nein": 4}}}
    content = load_yaml(plan.read_text(encoding="utf-8"))
    content |= {"items": content["items"] | second, "mess": []}
    plan.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (wave,) = make_waves(tmp_path, alliances(), set())
    partial = [f for f in wave.forms if f.status == "partial"]
    assert len(partial) == 2
    assert not any(option(f, i) for f in partial for i in ("1.1", "1.2"))


def test_numbers_add_up(wave):
    """The total is the sum of its parts."""
    filled = [f.answers for f in wave.forms if "1.5" in f.answers]
    assert len(filled) > 10
    assert all(int(a["1.5"]) == int(a["1.6"]) + int(a["1.7"]) > 0 for a in filled)


def test_categories(wave):
    """Each category has its number of mentions, none twice in one answer, and the texts stand in the form."""
    assert Counter(row[5] for row in wave.categories) == {"sport": 8, "kochen": 6}
    keys = [(row[1], row[5]) for row in wave.categories]
    assert len(keys) == len(set(keys))
    answers = {f.alliance_id: f.answers["1.4"] for f in wave.forms if "1.4" in f.answers}
    assert len(answers) == 9
    assert {row[1] for row in wave.categories} == set(answers)
    assert all(row[4] in answers[row[1]] for row in wave.categories)


def test_texts_to_choose_from_can_be_coded(tmp_path):
    """Declaring what belongs to which category changes no answer; each chosen text gets its category."""
    plain = make(tmp_path / "a", mess=None)
    texts = [
        PLAN["texts"][0] | {"coded": {"gut": ["läuft gut"], "langsam": ["läuft langsam"]}},
        *PLAN["texts"][1:],
    ]
    coded = make(tmp_path / "b", mess=None, texts=texts)
    assert [f.answers for f in coded.forms] == [f.answers for f in plain.forms]
    said = {(f.alliance_id, f.answers["1.8"]) for f in coded.forms if "1.8" in f.answers}
    rows = [row for row in coded.categories if row[2] == "1.8"]
    assert {(row[1], row[4]) for row in rows} == said
    assert all(row[4] == f"läuft {row[5]}" for row in rows)


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
    assert sorted((name, printed) for name, printed, _ in outcomes) == [
        ("p1", 18),
        ("p1", 18),
        ("p2", 10),
        ("p3", 8),
    ]
    assert sum(abs(printed - solved) for _, printed, solved in outcomes) == 8


def test_same_plan_same_forms(tmp_path):
    """Two runs agree in every detail; another seed gives others."""
    first, again = (make(tmp_path / name) for name in ("a", "b"))
    other = make(tmp_path / "c", seed=6)
    assert (first.forms, first.contacts, first.categories) == (again.forms, again.contacts, again.categories)
    assert first.forms != other.forms


def test_who_came_back_before_comes_back(tmp_path):
    """Alliances of earlier waves are over-represented, and no type has more or fewer forms for it."""
    earlier = [i for i in alliances()["alliance_id"] if int(i[1:]) % 2]
    register = alliances(10)
    shares = []
    for seed in range(20):
        wave = make(tmp_path / str(seed), earlier, register, seed=seed, mess=None)
        back = [f.alliance_id in earlier for f in wave.forms]
        shares.append(sum(back) / len(back))
        assert Counter(f.type for f in wave.forms) == {TYPES[0]: 8, TYPES[1]: 8, TYPES[2]: 2}
    assert sum(shares) / len(shares) > 0.52


def test_mess_leaves_counts(tmp_path, wave):
    """Each kind of mess is in one form of its own, and the counted answers are as without it."""
    messy = make(tmp_path)
    assert len(messy.forms) == 19
    (draft,) = [
        f
        for f in messy.forms
        if sum(g.alliance_id == f.alliance_id for g in messy.forms) == 2 and not f.remark
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


def test_contacts_are_of_those_who_did_not_answer(wave):
    """Only alliances without a form were called, each once."""
    back = {f.alliance_id for f in wave.forms}
    called = [c["alliance_id"] for c in wave.contacts]
    assert len(called) == len(set(called)) == 3
    assert not back & set(called)


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
