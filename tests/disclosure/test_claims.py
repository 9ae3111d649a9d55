"""What numbers say by their definition: answers to several questions in one table, gaps and offers."""

import pytest

from gkanalysis.disclosure.claims import read_claims
from populations import SOURCE, make_policy

GAP = f"offers?source={SOURCE}&status=full&unit=cases&item=q&option=ja"


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
    from gkanalysis.disclosure.exact import find_breaches

    claims = claims_of(population, GAP, "sprache.need", 3, 4, "kommune").of[SOURCE]
    found = find_breaches(population.data, claims, make_policy())
    assert ("nein", ("kommune",), 1, 1) in [(b.state, b.groups, b.low, b.high) for b in found]
