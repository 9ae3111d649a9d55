"""What a headline or a text claims in words, held against the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.stats.paired import mcnemar_test

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


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


def sign_test(chapter: Chapter, source: str, first: str, second: str, cases: pd.DataFrame) -> float:
    """How likely chance alone lets the same cases rate two questions so differently (exact sign test).

    Parameters
    ----------
    source, first, second : a source of forms and two single choices of its codebook with the same ordered options
    cases : one row per case; only those with a valid answer to both count

    Returns
    -------
    float, the two-sided p in (0, 1]; 1 if nobody rates the two differently
    """
    place = {o.id: k for k, o in enumerate(chapter.codebook(source).items[first].options)}
    answers = chapter.responses(source, cases)
    valid = answers[(answers["state"] == "answered") & answers["item_id"].isin([first, second])]
    marks = valid.assign(mark=valid["value"].map(place).astype(int), item_id=valid["item_id"].astype("str"))
    both = marks.pivot(index="case_id", columns="item_id", values="mark").dropna()
    lower, higher = (both[first] < both[second]).sum(), (both[first] > both[second]).sum()
    test = mcnemar_test(0, int(lower), int(higher), 0)
    return 1.0 if test.p is None else test.p
