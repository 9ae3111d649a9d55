"""Numbers of the text that count rows: what the check takes their words to say."""

import pytest

from gkanalysis.codebook.policy import Wording
from gkanalysis.disclosure.readclaims import read_claims
from gkanalysis.disclosure.world import ALL, NOT_ASKED
from populations import SOURCE, Population, make_policy


@pytest.fixture
def cases():
    """Nine cases: the last two of the Kommunen have said nothing."""
    return Population.of(
        ("stadt", "full", "ja", 3), ("stadt", "full", "nein", 1), ("kommune", "full", "ja", 2), ("kommune", "partial", "nein", 1),
        ("kommune", "missing", NOT_ASKED, 2),
    ).data  # fmt: skip


def read(data, rows, base=(), policy=None, item="q"):
    """The claims of a value that counts these case numbers."""
    name = lambda k: [f"c{k}", item, f"{k}.docx", "/w"] if item else [f"c{k}", f"{k}.docx"]  # noqa: E731
    cell = {
        "definition": "rows",
        "rows": [name(k) for k in rows],
        "base_rows": [name(k) for k in base],
        "chapter": "a",
    }
    claims = read_claims([("wert", cell)], {SOURCE: data}, policy or make_policy(), {"a": [SOURCE]})
    found = [(c.kind, c.groups, c.statuses, c.states, c.low, c.what) for c in claims.of.get(SOURCE, [])]
    return found, claims.unread


def test_rows_of_one_answer_are_read_as_narrowly_as_they_are(cases):
    """Words could name the group, so it is assumed that they do."""
    assert read(cases, [3])[0] == [("x", ("stadt",), ("full",), ("nein",), 1, "Anzahl")]


def test_declared_wording_says_less(cases):
    """The policy says that the text names neither answer nor group."""
    words = [Wording("wert", "so steht es da", ("ja", "nein"), everywhere=True)]
    found, _ = read(cases, [6], policy=make_policy(wordings=words))
    assert found == [("x", (ALL,), ("partial",), ("ja", "nein"), 1, "Anzahl")]


def test_base_says_within_what_is_counted(cases):
    """Two of four Städte: the base is a claim of its own."""
    found, unread = read(cases, [3], base=[0, 1, 2, 3])
    assert not unread
    assert found == [
        ("cases", ("stadt",), ("full",), (), 4, "Basis"), ("x", ("stadt",), ("full",), ("nein",), 1, "Anzahl"),
    ]  # fmt: skip


def test_cases_without_a_question_are_read_by_status(cases):
    """Seven of nine came back."""
    assert ("cases", (ALL,), ("full", "partial"), (), 7, "Anzahl") in read(
        cases, range(7), base=range(9), item=""
    )[0]


@pytest.mark.parametrize(
    ("rows", "reason"), [([0, 6], "gemeinsam"), ([0], "gemeinsam"), ([3, 3], "mehrere Zeilen je Fall")]
)
def test_rows_that_fit_nothing_are_not_read(cases, rows, reason):
    """Some cases of a kind, but not all: nobody can say what the words tell."""
    found, unread = read(cases, rows)
    assert found == []
    assert reason in unread[0][1]


def test_rows_of_the_register_are_public(cases):
    """A case id alone is a row of the register."""
    cell = {"definition": "rows", "rows": [["c1"]], "base_rows": [], "chapter": "a"}
    claims = read_claims([("wert", cell)], {SOURCE: cases}, make_policy(), {})
    assert (claims.public, claims.of, claims.unread) == (1, {}, [])
