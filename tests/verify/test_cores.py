"""Smallest corrections and smallest contradictions against trying out every set of numbers."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bruteforce import possible, systems
from gkanalysis.verify.constraints import RULES, Claim, Relation, System, holds
from gkanalysis.verify.cores import (
    needed_relations,
    smallest_cores,
    smallest_corrections,
    whole_bases,
)

FAST = settings(max_examples=25, deadline=None)


def subsets(claims, size):
    return [frozenset(c) for c in combinations(sorted(claims), size)]


@FAST
@given(systems())
def test_corrections_are_all_smallest_ones(system):
    """Exactly those sets of numbers are named that are smallest among all whose change makes the rest possible."""
    everything = frozenset(range(len(system.claims)))
    by_trying = next(
        fits
        for size in range(len(everything) + 1)
        if (fits := [out for out in subsets(everything, size) if possible(system, everything - out)])
    )
    found = smallest_corrections(system)
    assert sorted(map(sorted, (out for out, _ in found))) == sorted(map(sorted, by_trying))


@FAST
@given(systems())
def test_no_smaller_set_of_numbers_clashes(system):
    """Each contradiction has one number of a correction, cannot be true, and no smaller one of its kind exists."""
    dropped = smallest_corrections(system)[0][0]
    agreeing = set(range(len(system.claims))) - dropped
    cores = smallest_cores(system, dropped)
    assert {k for core in cores for k in core if k in dropped} == dropped
    for core in cores:
        (wrong,) = dropped & set(core)
        assert not possible(system, set(core))
        for size in range(len(core) - 1):
            assert all(possible(system, out | {wrong}) for out in subsets(agreeing, size))


@FAST
@given(systems())
def test_sentences_are_those_without_which_nothing_clashes(system):
    """With the relations named the numbers clash; without any one of them they would not."""
    for core in smallest_cores(system, smallest_corrections(system)[0][0]):
        claims, needed = [system.claims[k] for k in core], needed_relations(system, core)
        everything = range(len(claims))
        assert not possible(System(claims, needed, system.highest), everything)
        for left_out in needed:
            rest = [r for r in needed if r is not left_out]
            assert possible(System(claims, rest, system.highest), everything)


def test_two_contradictions_far_apart_are_two():
    """Numbers that clash in one corner of a group are not mixed with those of another."""
    claims = [Claim("a", 1), Claim("b", 2), Claim("m", 4), Claim("x", 5), Claim("y", 6), Claim("all", 15)]
    relations = [
        Relation("left", "", {"m": 1, "a": -1, "b": -1}, 0, 0),
        Relation("middle", "", {"all": 1, "m": -1, "x": -1, "rest": -1}, 0, 0),
        Relation("low", "", {"x": 1, "y": -1}, 0, 0),
    ]
    system = System(claims, relations)
    names = [
        {claims[k].key for k in core} for core in smallest_cores(system, smallest_corrections(system)[0][0])
    ]
    assert sorted(map(sorted, names)) == [["a", "b", "m"], ["x", "y"]]


def test_a_smaller_contradiction_is_found_behind_numbers_that_agree():
    """x and z both equal y1 + y2; that x and z differ is shorter to say than x, y1 and y2, which stand nearer."""
    claims = [Claim("x", 8), Claim("y1", 3), Claim("y2", 4), Claim("z", 7), Claim("u", 7), Claim("v", 7)]
    sums = [Relation(q, "", {q: 1, "y1": -1, "y2": -1}, 0, 0) for q in "xzuv"]
    assert smallest_cores(System(claims, sums), frozenset({0})) == [(0, 3)]


def test_numbers_clash_through_one_that_is_to_be_corrected_as_well():
    """a is to be corrected, and c and b with its share clash through a: the quantity still ties them together."""
    claims = [Claim("a", 1), Claim("b", 1), Claim("c", 2), Claim("p", 0, 0, "a", "b", "one")]
    system = System(claims, [Relation("r", "", {"a": 1, "c": -1}, 0, 0)])
    assert smallest_cores(system, frozenset({0, 2})) == [(0, 1, 3), (1, 2, 3)]


def bases_by_trying(claim, n, highest):
    rules = [""] if claim.band else RULES
    fits = [
        b for b in range(max(n, 1), highest) if any(holds(claim, {"n": n, "b": b}, {"c": r}) for r in rules)
    ]
    return (fits[0], None if fits[-1] == highest - 1 else fits[-1]) if fits else None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5), st.integers(0, 100), st.sampled_from([None, (-1, 0), (-2.5, 2.5)]), st.booleans())
def test_implied_base_is_what_trying_all_bases_gives(n, percent, band, decimal):
    """Lowest and highest base of a count and its share, under either rule; none if no whole number will do."""
    value, decimals = (percent * 10 + 7, 1) if decimal else (percent, 0)
    claim = Claim("p", value, decimals, "n", "b", "c", band)
    assert whole_bases(claim, n) == bases_by_trying(claim, n, 1100)


@pytest.mark.parametrize(
    ("n", "percent", "bases"),
    [
        (18, 39, (46, 46)),
        (34, 84, None),
        (1, 50, (2, 2)),
        (0, 0, (1, None)),
        (3, 0, (301, None)),
        (0, 5, None),
    ],
)
def test_implied_bases_by_hand(n, percent, bases):
    """18 are 39 % of 46 only; 34 are 84 % of nothing; a share of 0 % bounds its base from below alone."""
    assert whole_bases(Claim("p", percent, 0, "n", "b", "c"), n) == bases
