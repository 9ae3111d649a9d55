"""Claims and relations against counting out every possibility, and rounding at its limits."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bruteforce import possible, systems
from gkanalysis.verify.constraints import RULES, Claim, Relation, System, holds


@settings(max_examples=40, deadline=None)
@given(systems())
def test_as_many_claims_are_kept_as_can_be(system):
    """No larger set of claims is possible than the one that is kept, and that one is."""
    dropped, values = system.keep_most()
    everything = set(range(len(system.claims)))
    assert possible(system, everything - dropped)
    for size in range(len(dropped)):
        assert not any(possible(system, everything - set(out)) for out in combinations(everything, size))
    assert all(v == int(v) >= 0 for v in values.values())


@settings(max_examples=40, deadline=None)
@given(systems(), st.data())
def test_any_set_of_claims_is_judged_as_by_trying(system, data):
    """A set of claims can be kept exactly if some numbers fulfil it."""
    kept = data.draw(st.sets(st.sampled_from(range(len(system.claims)))))
    assert system.can_keep(kept) == possible(system, kept)


def fits(text, n, base):
    """Rules under which n of base prints as a text."""
    whole, _, digits = text.partition(".")
    claim = Claim("p", int(whole + digits), len(digits), "n", "b", "c")
    return [r for r in RULES if holds(claim, {"n": n, "b": base}, {"c": r})]


@pytest.mark.parametrize(
    ("text", "n", "base", "rules"),
    [
        ("12.5", 1, 8, ["half_up", "truncate"]),
        ("13", 1, 8, ["half_up"]),  # 12.5 exactly: half up goes up
        ("12", 1, 8, ["truncate"]),
        ("62", 5, 8, ["truncate"]),
        ("86.6", 39, 45, ["truncate"]),
        ("86.7", 39, 45, ["half_up"]),
        ("0", 0, 45, ["half_up", "truncate"]),
        ("0", 1, 201, ["half_up", "truncate"]),
        ("0", 1, 200, ["truncate"]),  # 0.5 is 1 when rounded
        ("1", 1, 200, ["half_up"]),
        ("100", 45, 45, ["half_up", "truncate"]),
        ("54.4", 12, 22, []),
        ("5", 0, 0, []),  # a share of nothing is no number
    ],
)
def test_rules_of_rounding_at_their_limits(text, n, base, rules):
    """A half goes up under one rule and is cut off under the other, exactly."""
    assert fits(text, n, base) == rules


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 2))
def test_rounding_is_decimal_arithmetic(n, base, decimals):
    """Both rules print what exact division gives."""
    exact = Fraction(100 * n * 10**decimals, base)
    printed = {"truncate": int(exact), "half_up": int(exact + Fraction(1, 2))}
    for rule, value in printed.items():
        claim = Claim("p", value, decimals, "n", "b", "c")
        assert holds(claim, {"n": n, "b": base}, {"c": rule})


@pytest.mark.parametrize(
    ("band", "n", "base", "right"),
    [
        ((-1, 0), 83, 100, True), ((-1, 0), 84, 100, True), ((-1, 0), 8401, 10000, False),
        ((-1, 0), 8299, 10000, False), ((-2.5, 2.5), 865, 1000, True), ((-2.5, 2.5), 8651, 10000, False),
    ],
)  # fmt: skip
def test_words_before_a_number_have_limits_that_belong_to_them(band, n, base, right):
    """„knapp 84“ is 83 to 84 with both ends, „rund 84“ is 81.5 to 86.5."""
    claim = Claim("p", 84, 0, "n", "b", "c", band)
    assert holds(claim, {"n": n, "b": base}, {}) == right


def test_small_share_of_a_known_count_may_have_a_large_base():
    """An unprinted base is as large as the share needs, not as large as the other numbers."""
    system = System(
        [Claim("x.n", 3), Claim("p", 1, 1, "x.n", "x.base", "c")],
        [Relation("r", "", {"x.base": 1, "x.n": -1}, 0, np.inf)],
    )
    assert system.can_keep({0, 1})


def test_printed_base_is_not_the_largest_there_can_be():
    """2 may be 0.4 % of 500 although 10 is printed for the base, and for the same base in another place."""
    claims = [Claim("x.n", 2), Claim("x.base", 10), Claim("y", 10), Claim("p", 4, 1, "x.n", "x.base", "c")]
    system = System(claims, [Relation("same", "", {"x.base": 1, "y": -1}, 0, 0)])
    assert system.can_keep({0, 3})
    assert not system.can_keep({0, 2, 3})


def test_sums_may_be_larger_than_any_printed_number():
    """The whole of four hundreds is four hundred, whatever small number is printed for it."""
    parts = [Claim(q, 100) for q in "abcd"]
    relation = Relation("r", "", {"all": 1, **dict.fromkeys("abcd", -1)}, 0, 0)
    dropped, values = System([*parts, Claim("all", 3)], [relation]).keep_most()
    assert (dropped, values["all"]) == ({4}, 400)


def test_range_of_a_quantity():
    """What a relation leaves open is a range, what it fixes a point, what nothing bounds has no end."""
    system = System([Claim("a", 2), Claim("all", 5)], [Relation("r", "", {"all": 1, "a": -1, "b": -1}, 0, np.inf)])  # fmt: skip
    assert system.value_range({0, 1}, "b") == (0, 3)
    assert system.value_range({0, 1}, "b", low=2) == (2, 3)
    assert system.value_range({0, 1}, "b", low=4) is None
    assert system.value_range({0}, "all") == (2, None)
