"""Who answered at all: cases are counted once, and a list left empty counts as asked."""

import pandas as pd

from gkanalysis.tabulate.answered import answered_table

# One line per case: states of the items 1 and 2; "." is no row at all.
DRAWING = {"a": ("answered", "selected"), "b": ("not_answered", "not_selected"), "c": ("not_asked", "not_asked"), "d": (".", "."), "e": ("not_asked", "selected")}  # fmt: skip
CASES = pd.DataFrame({"case_id": list(DRAWING)})
ROWS = [
    {"case_id": case, "item_id": item, "state": state}
    for case, states in DRAWING.items()
    for item, state in zip("12", states, strict=True)
    if state != "."
]


def count(groups, cases=CASES, rows=ROWS):
    """n and base of each row."""
    table = answered_table(pd.DataFrame(rows), groups, cases)
    return {r.row: (r.n, r.base_n) for r in table.itertuples()}


def test_one_item():
    """Answered: a; asked: a and b, and d, whose list is empty."""
    assert count({"1": ["1"]}) == {"1": (1, 3)}


def test_a_tick_is_an_answer_and_an_empty_box_is_none():
    """a and e ticked the box, b left it."""
    assert count({"2": ["2"]}) == {"2": (2, 4)}


def test_items_together():
    """A case counts once, and was asked if it was asked one of the items."""
    assert count({"1–2": ["1", "2"]}) == {"1–2": (2, 4)}


def test_only_the_cases_given():
    """Rows of other cases are left out, from the base too."""
    assert count({"1": ["1"]}, CASES[CASES["case_id"].isin(["a", "c"])]) == {"1": (1, 1)}


def test_several_entries_of_a_list_are_one_case():
    """A list with two lines is one answer."""
    assert count({"1": ["1"]}, rows=[*ROWS, {"case_id": "a", "item_id": "1", "state": "answered"}]) == {
        "1": (1, 3)
    }


def test_a_group_that_nobody_answered_is_kept():
    """With all cases as base."""
    assert count({"3": ["3"], "1": ["1"]}) == {"3": (0, 5), "1": (1, 3)}
