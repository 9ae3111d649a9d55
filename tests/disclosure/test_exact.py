"""What printed numbers give away together: small cells, differences, whole groups; cause, advice and exceptions."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.codebook.policy import Attribute, Link, Rule, SignedException
from gkanalysis.counts.table import held_back
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.world import (
    ALL,
    NONE,
    NOT_ASKED,
    Claim,
    Dashes,
    Question,
    SourceData,
    TooManyWorldsError,
    World,
    of_set,
    set_id,
)
from populations import SOURCE, TYPES, Population, make_policy, told


@pytest.fixture
def population():
    """Twenty cases in three types; one of the Kommunen has said no, and one form is partial."""
    return Population.of(
        ("stadt", "full", "ja", 5), ("stadt", "full", "nein", 3), ("kreis", "full", "ja", 3), ("kreis", "full", "nein", 4),
        ("kommune", "full", "ja", 3), ("kommune", "full", "nein", 1), ("kommune", "missing", NOT_ASKED, 2),
    )  # fmt: skip


ONE = ("few", "nein", ("kommune",), (), 1, 1)


def test_printed_cell_of_one_is_a_breach(population):
    """A count below the threshold is one, and its cause is the number itself."""
    (breach,) = population.breaches(population.table("t"), population.returns())
    assert told([breach]) == [ONE]
    assert breach.because == ("„t:nein:kommune“ (Anzahl 1)",)


def test_advised_merger_reaches_the_threshold_in_the_data():
    """One of all cases may be printed as a total here, but joining the groups leaves it one: that is no advice."""
    single = Population.of(
        ("stadt", "full", "ja", 5), ("kreis", "full", "ja", 5), ("kommune", "full", "ja", 4), ("kommune", "full", "nein", 1),
    )  # fmt: skip
    policy = make_policy(rules=(Rule("confidential", ("nein",), "*"),), total_from=1)
    (breach,) = single.breaches(single.table("t", rows=("nein",)), policy=policy)
    assert breach.groups == ("kommune",)
    assert breach.advice.startswith("keine vorgesehene Zusammenfassung hilft")


def linked(of, value="gmbh", **more):
    """Twenty cases of which so many have an office that everybody knows, and the policy that links „nein“ to it."""
    said = min(of, 3)
    answers = (("full", "nein", said), ("full", "ja", 10), ("missing", NOT_ASKED, 10 - said))
    population = Population.of(*(("stadt", *a) for a in answers))
    cases = population.cases.assign(office=["gmbh"] * of + ["amt"] * (20 - of))
    population = Population(cases, replace(population.data, cases=cases))
    policy = make_policy(links=(Link("q", "office", value, "öffentlich", state="nein"),), total_from=1, **more)
    return population, replace(policy, attributes={**policy.attributes, "office": Attribute("Sitz", "öffentlich")})


def test_answer_that_shows_in_public_leads_to_few_cases():
    """One case with this answer, one of the register with this office: a single number tells who it is."""
    population, policy = linked(1)
    (breach,) = population.breaches(population.table("t", [ALL]), policy=policy)
    assert told([breach]) == [("few", "nein", ("gmbh",), (), 1, 1)]
    assert breach.because == ("„t:nein:alle“ (Anzahl 1)",)


@pytest.mark.parametrize(("of", "found"), [(6, []), (3, [("all", "nein", ("gmbh",), (), 3, 3)])])
def test_answer_that_shows_in_public_may_be_common(of, found):
    """With six offices three answers tell nobody apart, with three all of them."""
    population, policy = linked(of)
    assert told(population.breaches(population.table("t", [ALL]), policy=policy)) == found


def test_answer_that_shows_in_public_narrows_who_it_is():
    """Two of the four that have such an office: nobody knows which, but each of them with even odds."""
    population, policy = linked(4)
    two = [replace(c, low=2, high=2) for c in population.claims(population.table("t", [ALL], rows=["nein"])[:1])[:1]]
    assert told(find_breaches(population.data, two, policy)) == [("few", "nein", ("gmbh",), (), 2, 2)]


def test_signed_exception_and_a_word_for_all_fix_another_answer():
    """Who took part is signed and known; that all who took part have said „ja“ to r is then her answer, too."""
    population = Population.of(
        ("stadt", "full", "nein", 1), ("stadt", "full", "ja", 9), ("stadt", "missing", NOT_ASKED, 10),
        second=lambda k: "ja" if k < 10 else NOT_ASKED,
    )  # fmt: skip
    cases = population.cases.assign(office=["gmbh"] + ["amt"] * 19)
    population = Population(cases, replace(population.data, cases=cases))
    policy = linked(1)[1]
    signed = SignedException(SOURCE, "q", "nein", ("gmbh",), 1, "gedruckt", "A. B.", "2019-09-30")
    policy = replace(policy, exceptions=(signed,))
    one, every = (population.table(i, [ALL], rows=[row], item=i) for i, row in (("q", "nein"), ("r", "ja")))
    (breach,) = population.breaches(one, policy=policy)
    assert breach.signed == signed
    breaches = population.breaches(one, every, population.returns(groups=[ALL]), policy=policy)
    assert [(b.question, b.state, b.groups, bool(b.signed)) for b in breaches] == [
        ("q", "nein", ("gmbh",), True), ("r", "ja", ("gmbh",), False),
    ]  # fmt: skip


def test_link_to_a_value_that_nobody_has_is_refused():
    """A misspelt value would protect nobody."""
    population, policy = linked(1, value="gmhb")
    with pytest.raises(KeyError, match="gmhb"):
        population.breaches(population.table("t", [ALL]), policy=policy)


def test_group_in_which_somebody_did_not_answer_is_no_breach():
    """Nobody knows which of them has answered; if everybody knew, all answers would be known."""
    population = Population.of(
        ("stadt", "full", "ja", 4),
        ("stadt", "missing", NOT_ASKED, 1),
        ("kreis", "full", "ja", 3),
        ("kreis", "full", "nein", 3),
    )
    tables = lambda: (population.table("t", [ALL, "stadt", "kreis"]), population.returns())  # noqa: E731
    assert population.breaches(*tables()) == []
    known = told(population.breaches(*tables(), policy=make_policy(known_status=True)))
    assert known == [("all", "ja", ("stadt",), ("full", "partial"), 4, 4)]


def test_states_that_are_not_sensitive_may_be_rare(population):
    """Only the states that the policy names are examined, and nothing of public questions or free text."""
    table = lambda: population.table("t")  # noqa: E731
    assert population.breaches(table(), policy=make_policy(rules=[Rule("confidential", ("ja",), "*")])) == []
    assert population.breaches(table(), policy=make_policy(rules=[Rule("free_text", None, "*")])) == []


def test_advice_is_the_first_merger_that_passes(population):
    """Kreise and Kommunen together have five times no; no number needs to be left out."""
    (breach,) = population.breaches(population.table("t"), population.returns())
    assert breach.advice.startswith("„Kreise“ und „Kommunen“ in „t“ zusammenfassen")


def test_advice_tries_the_next_merger_and_at_last_leaves_the_number_out():
    """The first merger leaves a cell of two, so all types are joined; a total of one cannot be saved."""
    few = Population.of(
        ("stadt", "full", "ja", 4), ("stadt", "full", "nein", 3), ("kreis", "full", "nein", 1), ("kreis", "full", "ja", 4),
        ("kommune", "full", "ja", 4), ("kommune", "full", "nein", 1),
    )  # fmt: skip
    assert few.breaches(few.table("t"))[0].advice.startswith("„Städte“ und „Kreise“ und „Kommunen“")
    single = Population.of(("stadt", "full", "ja", 4), ("kreis", "full", "nein", 1), ("kreis", "full", "ja", 4))
    breaches = single.breaches(single.table("t", [ALL, "stadt", "kreis"]))
    assert all(b.advice.startswith("keine vorgesehene Zusammenfassung hilft") for b in breaches if b.state == "nein")


EXCEPTION = SignedException(SOURCE, "q", "nein", ("kommune",), 1, "gedruckt", "A. B.", "2019-09-30")


@pytest.mark.parametrize(
    ("change", "signed"),
    [
        ({}, True), ({"n": 2}, False), ({"groups": ("kreis",)}, False), ({"state": "ja"}, False),
        ({"status": ("full",)}, False),
    ],
)  # fmt: skip
def test_exception_holds_for_exactly_one_number(population, change, signed):
    """Another group, answer or count is not covered."""
    policy = make_policy(exceptions=[replace(EXCEPTION, **change)])
    (breach,) = population.breaches(population.table("t"), population.returns(), policy=policy)
    assert bool(breach.signed) == signed


def test_signed_number_does_not_hide_what_follows_from_another_table():
    """That one Kommune has said no is signed; that it is the one with the partial form is not."""
    population = Population.of(
        ("stadt", "full", "ja", 4), ("stadt", "full", "nein", 4), ("kommune", "full", "ja", 4), ("kommune", "partial", "nein", 1),
        ("kommune", "partial", NONE, 2),
    )  # fmt: skip
    policy = make_policy(exceptions=[EXCEPTION])
    tables = (population.table("t", [ALL, "stadt", "kommune"]), population.table("u", [ALL], status="full"))
    breaches = population.breaches(*tables, policy=policy)
    assert [(b.status, bool(b.signed)) for b in breaches] == [((), True), (("partial",), False)]


def test_contradiction_is_named(population):
    """Numbers that exclude each other are no ground for saying that nothing is given away."""
    table = [(i, c | {"n": 9} if i == "t:ja:alle" else c) for i, c in population.table("t")]
    (breach,) = population.breaches(table)
    assert breach.kind == "contradiction"
    assert "„t:ja:alle“ (Anzahl 9)" in breach.because


def test_wrong_numbers_do_not_switch_the_check_off(population):
    """A table that agrees with itself but not with the data is examined all the same."""
    table = [(i, c | {"n": 8 - c["n"]}) for i, c in population.table("t", ["stadt"])]
    table += [("u:ja:kreis", dict(table[0][1], subgroup="kreis", n=2, base_n=7))]
    assert ("few", "ja", ("kreis",), (), 2, 2) in told(population.breaches(table, population.returns()))


def interviews():
    """Four interviewed cases in two types; the code q is given to one of them."""
    return Population.of(
        ("stadt", "full", "ja", 1), ("stadt", "full", "nein", 2), ("stadt", "missing", NOT_ASKED, 5),
        ("kreis", "full", "nein", 1), ("kreis", "missing", NOT_ASKED, 5),
    )  # fmt: skip


def test_total_of_one_is_allowed_where_the_sample_is_secret():
    """Over all cases together a single one may be counted; by type the same count is a breach."""
    population = interviews()
    policy = make_policy(total_from=1, absent=("missing",))
    assert population.breaches(population.table("t", [ALL]), policy=policy) == []
    by_type = told(population.breaches(population.table("t", ["stadt", "kreis"]), policy=policy))
    assert ("few", "ja", ("stadt",), (), 1, 1) in by_type


def test_group_of_too_few_cases_is_a_breach_if_bases_are_checked():
    """A single interviewed Kreis is too few for a group, whatever it said."""
    population = interviews()
    policy = make_policy(total_from=1, check_base=True, rules=[Rule("confidential", (), "*")])
    breaches = population.breaches(population.table("t", ["kreis"]), population.returns(), policy=policy)
    assert ("few", "base", ("kreis",), ("full", "partial"), 1, 1) in told(breaches)


def test_filter_question_gives_away_the_answer_before_it():
    """Who was asked the second question has said no to the first."""
    population = Population.of(
        ("stadt", "full", "ja", 5), ("stadt", "full", "nein", 3), second=lambda k: "ja" if k >= 5 else NOT_ASKED
    )
    question = replace(population.data.questions["r"], asked_if=("q", "nein"))
    data = replace(population.data, questions={**population.data.questions, "r": question})
    population = Population(population.cases, data)
    policy = make_policy(threshold=4)
    table = population.table("t", ["stadt"], rows=("ja",), item="r", base="asked")
    hidden = told(population.breaches(table, policy=policy))
    assert ("few", "ja", (ALL,), (), 3, 3) in hidden
    upper = population.table("u", [ALL], rows=("ja",), base="asked")
    both = population.breaches(table, upper, policy=policy)
    assert ("few", "nein", (ALL,), (), 3, 3) in told(both)


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ([(("a",), 4), (("a", "b"), 5)], [(1, 1)]),  # all ticks together, as the share of ticks tells them
        ([(("a",), 3), ((set_id("s"),), 4)], [(1, 4)]),  # somebody has ticked nothing but b, and nobody else b
        ([(("a",), 3)], []),
    ],
)
def test_total_of_a_set_gives_away_a_box(printed, found):
    """How many ticked b is printed nowhere; a reader knows that whoever ticks a box ticks something."""
    boxes = {box: Question(box, ("selected", "not_selected", NONE, NOT_ASKED)) for box in "ab"}
    some = of_set("s", boxes)
    data = SourceData(SOURCE, pd.DataFrame({"type": ["stadt"] * 9}), ("full",), {**boxes, some.id: some})
    claims = [Claim(SOURCE, str(n), of, (ALL,), (), ("selected",), n, n) for of, n in printed]
    claims += [Claim(SOURCE, "nichts", ("b",), (ALL,), (), (), 0, 0)]
    breaches = find_breaches(data, claims, make_policy(threshold=5, rules=()))
    assert [(b.low, b.high) for b in breaches if b.question == "b"] == found


CELLS = [
    ("missing", NOT_ASKED), ("full", "ja"), ("full", "nein"), ("full", NONE), ("partial", "ja"), ("partial", "nein"),
    ("partial", NONE),
]  # fmt: skip


def splits(n, parts):
    """All ways to put n cases into some cells."""
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in splits(n - first, parts - 1):
            yield (first, *rest)


@st.composite
def printed(draw):
    """A population of at most seven cases in two types, and some of the cells of three tables about it."""
    groups = [(t, *draw(st.sampled_from(CELLS)), 1) for t in ("stadt", "kreis") for _ in range(draw(st.integers(1, 3)))]
    population = Population.of(*groups)
    every = [
        *population.table("t", [ALL, "stadt", "kreis"]), *population.table("u", [ALL, "stadt", "kreis"], status="full"),
        *population.returns(groups=(ALL, "stadt", "kreis")),
    ]  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=6, unique_by=lambda c: c[0]))
    return population, chosen


@settings(max_examples=60, deadline=None)
@given(printed())
def test_bounds_and_breaches_are_those_of_all_populations(case):
    """Every population that agrees with what is printed is tried: no bound is wider or narrower, no breach is missed."""
    population, numbers = case
    policy = make_policy(rules=())
    about_q = Claim(SOURCE, "nichts", ("q",), ("stadt",), (), (), 0, 0)
    claims = [*population.claims(numbers), about_q]
    world = World(population.data, claims, policy)
    system = world.system()
    worlds = []
    for split in product(*(splits(n, len(CELLS)) for n in world.classes.values())):
        counts = dict.fromkeys(system.largest, 0)
        for c, parts in zip(world.classes, split, strict=True):
            for (s, a), n in zip(CELLS, parts, strict=True):
                counts["q", c, s, a] = n
                counts["", c, s, ""] += n
        sums = (sum(map(counts.get, s.keys)) - sum(map(counts.get, s.minus)) for s in system.statements)
        if all(s.low <= n <= s.high for s, n in zip(system.statements, sums, strict=True)):
            worlds.append(counts)
    assert worlds
    breaches = [(b.state, world.members(b.groups), b.status, b.low, b.high)
                for b in find_breaches(population.data, claims, policy)]  # fmt: skip
    for union, state, status in product(world.unions(), ("ja", "nein"), ((), ("full",), ("partial",))):
        target = world.keys("q", union, status, [state])
        values = [sum(map(w.get, target)) for w in worlds]
        low, high = min(values), max(values)
        assert system.bounds(target) == (low, high)
        is_breach = low >= 1 and (high < policy.threshold or (not status and low == sum(map(world.classes.get, union))))
        assert is_breach or (state, union, status, low, high) not in breaches
        assert not is_breach or any(b[0] == state and b[1] <= union for b in breaches)


def row_with_dashes(population, row="ja", groups=TYPES, threshold=3, elsewhere=()):
    """What a row by type prints whose small cells are held back, with its total, and what is printed `elsewhere`."""
    cells = {i.rpartition(":")[2]: c for i, c in population.table("t", [ALL, *groups], rows=[row])}
    held = held_back({g: (c["n"], c["base_n"] - c["n"]) for g, c in cells.items() if g != ALL}, threshold)
    claims = {g: tuple(population.claims([(f"t:{row}:{g}", c)])) for g, c in cells.items()}
    printed = [c for g, pair in claims.items() if g not in held or g in elsewhere for c in pair]
    dashes = Dashes(SOURCE, f"t:{row}", {g: p for g, p in claims.items() if g != ALL}, frozenset(held))
    return [*printed, dashes] if held else printed


def test_reader_who_knows_the_rule_of_dashes_computes_back():
    """Three no in two groups, of which at least one is small: one has one and the other two, else there were no dash."""
    population = Population.of(
        ("stadt", "full", "ja", 7), ("stadt", "full", "nein", 2), ("kreis", "full", "ja", 6), ("kreis", "full", "nein", 5),
        ("kommune", "full", "ja", 6), ("kommune", "full", "nein", 1),
    )  # fmt: skip
    returns = population.claims(population.returns())
    alone = find_breaches(population.data, [*row_with_dashes(population), *returns], make_policy())
    assert alone == []  # the rule holds the third group back as well
    both = find_breaches(population.data, [*row_with_dashes(population, elsewhere=["kreis"]), *returns], make_policy())
    assert told(both) == [("few", "nein", ("stadt",), (), 1, 2), ("few", "nein", ("kommune",), (), 1, 2)]
    assert "„t:ja“ (Striche)" in both[0].because
    assert "wer die Regel der Striche kennt" in both[0].advice
    without = [c for c in row_with_dashes(population, elsewhere=["kreis"]) if not isinstance(c, Dashes)]
    assert find_breaches(population.data, [*without, *returns], make_policy()) == []


def test_dash_and_a_figure_decide_each_other():
    """A dash in a column of its own says that yes or no is small; that yes is not, another figure tells."""
    population = Population.of(("stadt", "full", "ja", 5), ("stadt", "full", "nein", 1))
    (dashes,) = (d for d in row_with_dashes(population, groups=["stadt"]) if isinstance(d, Dashes))
    assert find_breaches(population.data, [dashes], make_policy()) == []
    figure = Claim(
        SOURCE, "f:ja", ("q",), ("stadt",), ("full", "partial"), ("ja",), 3, 9
    )  # 9 offers of at most 3 a form
    assert told(find_breaches(population.data, [dashes, figure], make_policy())) == [("few", "nein", (ALL,), (), 1, 2)]


def test_dashes_that_cannot_be_or_cannot_be_tried():
    """Numbers that exclude the pattern contradict it; of too many worlds nobody may say that they give nothing away."""
    population = Population.of(("stadt", "full", "ja", 4), ("kreis", "full", "ja", 4), ("kreis", "full", "nein", 1))
    claims = row_with_dashes(population, groups=["stadt", "kreis"], elsewhere=["stadt", "kreis"])
    wrong = [replace(c, low=5, high=5) if getattr(c, "number", "") == "t:ja:kreis" and c.what == "Anzahl" else c
             for c in claims if isinstance(c, Dashes) or c.groups != (ALL,)]  # fmt: skip
    (breach,) = find_breaches(population.data, wrong, make_policy())
    assert breach.kind == "contradiction"
    assert "„t:ja“ (Striche)" in breach.because
    many = Population.of(*((t, "full", a, n) for t in TYPES for a, n in (("ja", 40), ("nein", 1))))
    dashes = [d for d in row_with_dashes(many) if isinstance(d, Dashes)]
    with pytest.raises(TooManyWorldsError):
        find_breaches(many.data, dashes, make_policy())


@st.composite
def rows_of_three(draw):
    """Answers of at most four cases in each of three types, and which of the dashes is printed all the same."""
    cells = {t: [draw(st.integers(t == "stadt", 2)), draw(st.integers(0, 2)), draw(st.integers(0, 1))] for t in TYPES}
    groups = [(t, "full", a, n) for t, c in cells.items() for a, n in zip(("ja", "nein", NONE), c, strict=True)]
    return Population.of(*groups), draw(st.sets(st.sampled_from([*TYPES]), max_size=1))


@settings(max_examples=40, deadline=None)
@given(rows_of_three())
def test_bounds_with_dashes_are_those_of_all_worlds_with_the_same_dashes(case):
    """Every way to answer is tried and the rule applied to it; only those that print the same are left."""
    population, elsewhere = case
    claims, sizes = row_with_dashes(population, elsewhere=elsewhere, threshold=2), Counter(population.cases["type"])
    policy, about = make_policy(threshold=2, rules=()), Claim(SOURCE, "x", ("q",), ("stadt",), (), (), 0, 0)
    world = World(population.data, [*claims, about], policy)
    system, types, held = world.system(), [*sizes], next((d.held for d in claims if isinstance(d, Dashes)), None)
    left = []
    for split in product(*([(y, n) for y in range(s + 1) for n in range(s + 1 - y)] for s in sizes.values())):
        here = dict(zip(types, split, strict=True))
        sums = [(c, sum(here[t][0] + (c.what == "Basis") * here[t][1] for t in types if {t, ALL} & {*c.groups}))
                for c in claims if isinstance(c, Claim)]  # fmt: skip
        row = {t: here.get(t, (0, 0)) for t in TYPES}
        if all(c.low == n for c, n in sums) and (held is None or held_back(row, 2) == held):
            left.append(here)
    for union in world.unions():
        for k, state in enumerate(("ja", "nein")):
            values = [sum(h[t][k] for (t,) in union) if world.attributes else sum(h[t][k] for t in types) for h in left]
            assert system.bounds(world.keys("q", union, (), [state])) == (min(values), max(values))


@pytest.mark.parametrize(("listed_n", "found"), [(6, []), (7, [("few", "mixed", (ALL,), (), 1, 1)])])
def test_offers_of_two_reports_side_by_side(listed_n, found):
    """Seven have offers, of six the openness is known; the codebook of another report lists seven with an answer."""
    states = ("open", "closed", "mixed", "unknown", NONE, NOT_ASKED)
    cases = pd.DataFrame({"type": ["stadt"] * 30})
    data = SourceData(SOURCE, cases, ("full",), {"o": Question("o", states)})
    told_of = [(states[:4], 7, 7), (("open", "closed"), 6, 6), (("open",), 6, 6), (states[:3], listed_n, 30)]
    claims = [Claim(SOURCE, f"t{k}", ("o",), (ALL,), (), of, *ends) for k, (of, *ends) in enumerate(told_of)]
    rule = Rule("confidential", ("open", "closed", "mixed"), "o", "", 3)
    assert told(find_breaches(data, claims, make_policy(rules=[rule], total_from=1))) == found
    assert find_breaches(data, claims, make_policy(rules=[replace(rule, total_from=None)], total_from=1)) == []
