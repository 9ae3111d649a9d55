"""What numbers on one question say: one answer, several, a gap, or that so many answered at all."""

import pytest

from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.readclaims import read_claims
from gkanalysis.disclosure.world import NONE, NOT_ASKED, Question
from populations import SOURCE, Population, make_policy

GAP = f"offers?source={SOURCE}&status=full&unit=cases&item=q&option=ja"


@pytest.fixture
def asked():
    """Twelve forms: ten yes, two no; whoever said yes was asked for a reason, eight gave one."""
    population = Population.of(
        ("stadt", "full", "ja", 10), ("stadt", "full", "nein", 2),
        second=lambda k: "answered" if k < 8 else NONE if k < 10 else NOT_ASKED,
    )  # fmt: skip
    population.data.questions["r"] = Question(
        "r", ("answered", NONE, NOT_ASKED), "Grund", asked_if=("q", "ja"), is_text=True
    )
    population.data.questions["t"] = Question("t", ("answered", NONE, NOT_ASKED), "Anmerkung", is_text=True)
    return population


def line(number, what, n, base_n):
    """A line of the listing as `find_numbers` gives it."""
    definition = f"answers?source={SOURCE}&status=full&{what}"
    return number, {"row": number, "subgroup": "alle", "n": n, "base_n": base_n, "definition": definition}


def read(population, *lines, **rules):
    """The claims of some lines."""
    return read_claims(lines, {SOURCE: population.data}, make_policy(**rules), {})


def test_base_of_a_filtered_item_is_the_number_of_those_who_said_yes(asked):
    """Twelve answered the question and ten were asked for the reason: two said no."""
    claims = read(asked, line("q", "item=q", 12, 12), line("r", "item=r", 8, 10))
    assert not claims.unread
    found = find_breaches(asked.data, claims.of[SOURCE], make_policy())
    assert ("few", "q", "nein", 2, 2) in [(b.kind, b.question, b.state, b.low, b.high) for b in found]


def test_one_line_alone_gives_nothing_away(asked):
    """Without the filter nobody can tell who said what."""
    claims = read(asked, line("q", "item=q", 12, 12))
    assert not [b for b in find_breaches(asked.data, claims.of[SOURCE], make_policy()) if b.question == "q"]


@pytest.mark.parametrize("what", ["part=tafel&block=A&column=2", "item=t"])
@pytest.mark.parametrize(("n", "fits"), [(0, True), (1, False), (2, False), (3, True)])
def test_entries_that_everybody_was_asked_for(asked, what, n, fits):
    """Only their number counts: none, or as many as the threshold asks for."""
    claims = read(asked, line("t", what, n, 12))
    assert bool(claims.unread) != fits
    assert claims.public == fits


def test_a_single_entry_where_totals_are_allowed(asked):
    """Where one case among all may be counted, an entry may, too."""
    assert not read(asked, line("t", "item=t", 1, 12), total_from=1).unread


def claims_of(population, definition, row, n, base_n, subgroup="stadt"):
    """The claims of one number."""
    cell = {"definition": definition, "row": row, "subgroup": subgroup, "n": n, "base_n": base_n}
    return read_claims([("tafel", cell)], {SOURCE: population.data}, make_policy(), {})


@pytest.mark.parametrize("definition", [GAP, GAP.replace("offers?", "compared?")])
def test_answer_is_read_off_the_definition(population, definition):
    """The row names a theme or a line; which answer is counted stands in the definition."""
    n, base = claims_of(population, definition, "sprache.need", 5, 8).of[SOURCE]
    assert (n.name, n.states, n.groups, n.low, n.high) == ("q", ("ja",), ("stadt",), 5, 5)
    assert (base.states, base.low, base.what) == (("ja", "nein"), 8, "Basis")


def test_several_answers_count_together(population):
    """What is not a yes can be more than one answer."""
    n, _ = claims_of(population, GAP.replace("option=ja", "option=nein,offen"), "sprache.no_need", 3, 8).of[
        SOURCE
    ]
    assert n.states == ("nein", "offen")


def test_offers_need_a_reason(population):
    """An offer is no answer to one question: the check says that it cannot add it up, and prints no claim."""
    definition = f"offers?source={SOURCE}&status=full&unit=offers"
    claims = claims_of(population, definition, "sprache.open_d", 4, 21, "alle")
    assert not claims.of
    assert claims.unread == [("tafel", "Angebote kann die Prüfung nicht zusammenrechnen")]


def test_gaps_by_type_join_the_exact_check(population):
    """One of four Kommunen said no: its gap cannot be printed beside the base."""
    claims = claims_of(population, GAP, "sprache.need", 3, 4, "kommune").of[SOURCE]
    found = find_breaches(population.data, claims, make_policy())
    assert ("nein", ("kommune",), 1, 1) in [(b.state, b.groups, b.low, b.high) for b in found]
