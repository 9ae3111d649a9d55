"""The headline of a slide claims an order; the numbers say whether it holds."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gkanalysis.report.statements import leads, sign_test

COUNTED = pd.DataFrame({"row": ["a", "b", "c", "d"], "n": [5, 9, 5, 2]})


@pytest.mark.parametrize(
    ("named", "holds"),
    [
        (["b"], True),
        (["a"], False),  # not the most frequent
        (["b", "a"], False),  # c is as frequent and not named
        (["b", "c", "a"], True),  # a tie in either order
        (["b", "a", "c"], True),
        (["a", "b", "c"], False),  # wrong order
        (["b", "a", "c", "d"], True),  # nothing is left
        (["x"], False),
        ([], False),
    ],
)
def test_named_rows_are_the_most_frequent(named, holds):
    """All of them before the rest, in their order, ties in any."""
    assert leads(COUNTED, named) is holds


MARKS = {
    "B1": ("1", "2"), "B2": ("2", "4"), "B3": ("1", "3"), "B4": ("2", "1"), "B5": ("2", "2"), "B6": ("1", ""),
}  # fmt: skip


class Rated:
    """A chapter in which two questions are answered on one scale."""

    def __init__(self, marks):
        rows = [
            (case, item, mark) for case, both in marks.items() for item, mark in zip("ab", both, strict=True)
        ]
        self.rows = pd.DataFrame(rows, columns=["case_id", "item_id", "value"])
        self.rows["state"] = self.rows["value"].map(lambda mark: "answered" if mark else "not_answered")

    def codebook(self, source):
        """A scale of four marks."""
        options = [SimpleNamespace(id=mark) for mark in "1234"]
        return SimpleNamespace(items=dict.fromkeys("ab", SimpleNamespace(options=options)))

    def responses(self, source, cases):
        """The answers of some cases."""
        return self.rows[self.rows["case_id"].isin(cases["case_id"])]


def test_sign_test_counts_cases_with_both_answers():
    """Three lower, one higher, one equal, one incomplete: twice the 1 + 4 of 16 ways in which four coins fall so."""
    cases = pd.DataFrame({"case_id": list(MARKS)})
    assert sign_test(Rated(MARKS), "x", "a", "b", cases) == 2 * (1 + 4) / 16
    assert sign_test(Rated(MARKS), "x", "a", "b", cases[:3]) == 2 / 2**3
    assert sign_test(Rated(MARKS), "x", "a", "b", cases[4:]) == 1  # nobody rates the two differently
