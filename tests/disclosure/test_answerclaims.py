"""What it says that so many answered an item: by itself little, together with a filter how many gave one answer."""

import pytest

from gkanalysis.disclosure.claims import read_claims
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.world import NONE, NOT_ASKED, Question
from populations import SOURCE, Population, make_policy


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
