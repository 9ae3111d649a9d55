"""The headline of a slide claims an order; the numbers say whether it holds."""

import pandas as pd
import pytest

from gkanalysis.report.statements import leads

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
