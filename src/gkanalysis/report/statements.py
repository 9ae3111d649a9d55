"""What the headline of a slide claims, held against the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def leads(counted: pd.DataFrame, named: Sequence[str]) -> bool:
    """Whether the rows named are the most frequent ones, in this order.

    Rows of the same count may change places; a row that is not named must be less frequent than all that are.

    Parameters
    ----------
    counted : one row per option: `row`, `n`
    named : ids of rows, the most frequent first

    Examples
    --------
    >>> counted = pd.DataFrame({"row": ["a", "b", "c"], "n": [5, 9, 5]})
    >>> leads(counted, ["b"]), leads(counted, ["b", "c"]), leads(counted, ["b", "c", "a"])
    (True, False, True)
    """
    n = counted.set_index("row")["n"]
    if not set(named) <= set(n.index) or not named:
        return False
    own, rest = n[list(named)], n.drop(list(named))
    return bool(own.is_monotonic_decreasing and (rest.empty or rest.max() < own.iloc[-1]))
