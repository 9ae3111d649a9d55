"""Categories of open answers are examined like tick boxes: what a report prints of them must not be small."""

from pathlib import Path

import pytest

from gkanalysis.codebook.policy import NameRules, Policy, Rule, SourceRules
from gkanalysis.disclosure.data import forms_data, with_categories
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.readclaims import read_claims
from gkanalysis.report.openanswers import OpenAnswers
from openfolder import ITEM, SOURCE, OpenFolder


@pytest.fixture
def drawn(tmp_path):
    """The wave, its data for the check, and the numbers that a chapter would print of all cases."""
    wave = OpenFolder(tmp_path)
    chapter = wave.chapter()
    plain = forms_data(SOURCE, wave.cases, wave.responses, wave.book)
    data = with_categories(plain, wave.read()[0], wave.paths.codebooks / "kategorien.yml")
    table = OpenAnswers(chapter, SOURCE).category_table(ITEM, wave.cases).query("subgroup == 'alle'")
    return data, [(f"x:{c['row']}:alle", c) for c in table.to_dict("records")]


def policy(threshold, *rules):
    """All else is confidential."""
    source = SourceRules(variables=(*rules, Rule("confidential")))
    return Policy(threshold, {}, {SOURCE: source}, {}, (), (), (), NameRules())


def test_state_of_each_case(drawn):
    """Named, not named, asked without an answer, not asked; the second coder does not count."""
    data, _ = drawn
    assert data.answers[f"{ITEM}/sport"].tolist() == [
        "selected",
        "selected",
        "not_selected",
        "none",
        "not_asked",
    ]
    assert data.answers[f"{ITEM}/sonstiges"].tolist()[:3] == ["not_selected", "not_selected", "selected"]
    assert data.sets[ITEM] == (f"{ITEM}/sport", f"{ITEM}/kochen", f"{ITEM}/sonstiges")
    assert data.questions[f"{ITEM}/sport"].asked_if == ("1.1", "ja")
    assert data.answers[ITEM].tolist()[:3] == ["answered"] * 3  # the answers themselves are as before


def test_what_a_table_says(drawn):
    """Each cell states its count, the common base, and with the share of mentions the sum of all."""
    data, numbers = drawn
    claims = read_claims(numbers, {SOURCE: data}, policy(2), {})
    assert claims.unread == []
    said = [(c.kind, c.name, c.states, c.low) for c in claims.of[SOURCE] if c.number.startswith("x:sport")]
    assert said == [
        ("x", f"{ITEM}/sport", ("selected",), 2),
        ("x", f"{ITEM}/sport", ("selected", "not_selected"), 3),
        ("mentions", ITEM, ("selected",), 5),
    ]


def test_small_category_is_a_breach(drawn):
    """Two of three named it: below a threshold of three, whether said or left over; a public rule allows it."""
    data, numbers = drawn
    two = [n for n in numbers if n[1]["row"] == "sport"]
    rules = policy(3, Rule("public", match="1.1"))
    found = find_breaches(data, read_claims(two, {SOURCE: data}, rules, {}).of[SOURCE], rules)
    assert {(b.question, b.state) for b in found} >= {(f"{ITEM}/sport", "selected")}
    public = policy(3, Rule("public", match=f"{ITEM}/*"), Rule("public", match="1.1"))
    claims = read_claims(two, {SOURCE: data}, public, {})
    assert (claims.of.get(SOURCE, []), claims.public) == ([], 1)


def test_source_without_coded_answers(drawn):
    """Nothing is added, and no codebook of categories is looked for."""
    data, _ = drawn
    assert with_categories(data, None, Path("fehlt.yml")) is data


def test_mentions_say_whether_and_at_most(drawn, tmp_path):
    """Three mentions of sport: between one and three cases; all mentions together say nothing of a case."""
    data, _ = drawn
    chapter = OpenFolder(tmp_path / "zweite").chapter()
    counts = OpenAnswers(chapter, SOURCE).mention_counts(ITEM, chapter.cases(SOURCE)).to_dict("records")
    claims = read_claims([(f"x:{c['row']}:alle", c) for c in counts], {SOURCE: data}, policy(2), {})
    assert claims.unread == []
    assert [(c.name, c.low, c.high) for c in claims.of[SOURCE]] == [
        (f"{ITEM}/sport", 1, 3),
        (f"{ITEM}/kochen", 1, 2),
        (f"{ITEM}/sonstiges", 1, 1),
    ]


def test_yes_and_no_of_a_set_say_the_same(drawn):
    """Both rows state how many ticked the „none“, and the base are those who ticked anything."""
    data, _ = drawn
    known = f"any_answer?source={SOURCE}&set=ziele&none=2.Z4.2&status=full"
    for row, n in (("ja", 5), ("nein", 2)):
        cell = {"row": row, "subgroup": "alle", "n": n, "base_n": 7, "definition": known}
        claims = read_claims([("x", cell)], {SOURCE: data}, policy(2), {})
        assert [(c.kind, c.name, c.low, c.high) for c in claims.of[SOURCE]] == [
            ("x", "2.Z4.2", 2, 2),
            ("any", "ziele", 7, 7),
        ]
