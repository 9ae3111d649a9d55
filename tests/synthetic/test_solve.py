"""The integer programme: exact where all figures can be true at once, as close as possible where not."""

import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.solve import Program, total


def test_targets_that_fit_are_met():
    """Two parts and their total: the solution adds up and nothing deviates."""
    p = Program()
    for name in ("a", "b"):
        p.variable(name, 0, 10)
    p.target("part", {"a": 1}, 4)
    p.target("total", total("ab"), 7)
    assert p.solve() == {"a": 4, "b": 3}
    assert [o for o in p.outcomes() if o[1] != o[2]] == []
    assert p.outcomes() == [("part", 4, 4), ("total", 7, 7)]


def test_contradiction_is_reported_with_the_smallest_deviation():
    """A total of printed parts that do not add up: one figure gives way, by the difference."""
    p = Program()
    for name in ("a", "b"):
        p.variable(name, 0, 10)
    for name, terms, value in (("a", {"a": 1}, 5), ("b", {"b": 1}, 4), ("total", total("ab"), 10)):
        p.target(name, terms, value)
    p.solve()
    assert len([o for o in p.outcomes() if o[1] != o[2]]) == 1
    assert sum(abs(printed - solved) for _, printed, solved in [o for o in p.outcomes() if o[1] != o[2]]) == 1


def test_impossible_constraints():
    """What cannot be is one German sentence."""
    p = Program()
    p.variable("a", 0, 1)
    p.constrain({"a": 1}, low=2)
    with pytest.raises(GkError, match="lassen sich so nicht erzeugen"):
        p.solve()
