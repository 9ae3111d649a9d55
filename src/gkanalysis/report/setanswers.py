"""A multiple response set read as one question: is anything ticked, any of its options, or the one that says „none“?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.tabulate.answered import answered_table

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def ticked_table(chapter: Chapter, source: str, set_id: str, cases: pd.DataFrame) -> pd.DataFrame:
    """How many cases ticked anything in a set: an empty box of the others may also be a question left open.

    Parameters
    ----------
    source, set_id : a source of forms, and a multiple response set of its codebook
    cases : one row per case, all whose forms have one of their states of completeness

    Returns
    -------
    DataFrame, one row: `row` (the set), `subgroup`, `n`, `base_n` (cases that were asked), `definition`
    """
    book = chapter.codebook(source)
    items = book.set_items(set_id)
    counted = answered_table(chapter.responses(source, cases), {set_id: items}, cases)
    first = book.items[items[0]]
    status = ",".join(cases["status"].unique())
    return define(
        counted.assign(subgroup=TOTAL), "answers", source=source, status=status, part=first.part,
        column=str(first.column),
    )  # fmt: skip


def yes_no_table(
    chapter: Chapter, source: str, set_id: str, none_id: str, cases: pd.DataFrame
) -> pd.DataFrame:
    """How many cases ticked any option of a set, and how many the one that says that none applies.

    Parameters
    ----------
    source, set_id : a source of forms, and a multiple response set of its codebook
    none_id : the item of the set that says „none of these“, such as `9.B6.2`
    cases : one row per case

    Returns
    -------
    DataFrame, two rows, „ja“ and „nein“: `row`, `subgroup`, `n`, `base_n` (cases that ticked anything), `base`
    ("mentioned"), `share`, `mark`, `definition`

    Raises
    ------
    NotebookError
        If the item is not of the set, or a case ticked it and another one: which of the two holds is not ours to say.
    """
    items = chapter.codebook(source).set_items(set_id)
    if none_id not in items:
        raise NotebookError(
            f"„{none_id}“ gehört nicht zu den Mehrfachantworten „{set_id}“; dort stehen: {', '.join(items)}."
        )
    answers = chapter.responses(source, cases)
    ticked = answers[answers["item_id"].isin(items) & (answers["state"] == "selected")]
    none = set(ticked.loc[ticked["item_id"] == none_id, "case_id"])
    some = set(ticked.loc[ticked["item_id"] != none_id, "case_id"])
    if both := sorted(none & some):
        raise NotebookError(
            f"„{source}“, „{set_id}“: {', '.join(both)} hat „{chapter.codebook(source).items[none_id].label}“ und anderes "
            "angekreuzt; bitte nachfragen und in „entscheidungen.csv“ eintragen."
        )
    base_n = len(none | some)
    rows = [(row, TOTAL, len(of), base_n, "mentioned", len(of) / base_n if base_n else None, "")
            for row, of in (("ja", some), ("nein", none))]  # fmt: skip
    table = pd.DataFrame(rows, columns=["row", "subgroup", "n", "base_n", "base", "share", "mark"])
    status = ",".join(cases["status"].unique())
    return define(table, "any_answer", source=source, set=set_id, none=none_id, status=status)
