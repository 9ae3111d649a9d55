"""Answers to different questions, also of different instruments, in one table: each line keeps its own base.

A line names its source, so that nobody takes two of them for two measurements of the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.interviews import InterviewCodebook
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

USABLE = ("full", "partial")


def stated_answers(chapter: Chapter, lines: Sequence[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Count single answers of any source for one table.

    Parameters
    ----------
    chapter : access to tables and codebooks
    lines : (heading, source, answer, printed text) in printing order. An answer is `3.1=ja` (single choice),
        `6.E7.2` (a box), `8.3/kooperation` (a category of an open answer), or a code of interviews.

    Returns
    -------
    DataFrame, one row per line, over all types
        `row` (the answer, or its category), `label`, `block` (heading), `told` (such as `Bögen 2022`), `subgroup`, `n`, `base_n`
        (cases with a valid answer, asked, with an answer, or all interviews), `share` (0 to 1), `mark`, `definition`.

    Raises
    ------
    NotebookError
        If an answer does not exist, or stands twice.
    """
    cells = [
        {"row": answer.rpartition("/")[2], "label": label, "block": block} | _count(chapter, source, answer)
        for block, source, answer, label in lines
    ]
    table = pd.DataFrame(cells)
    twice = sorted(table.loc[table["row"].duplicated(), "row"])
    if twice:
        raise NotebookError(f"Diese Angaben stehen zweimal da: {', '.join(twice)}; bitte jede einmal nennen.")
    first = ["row", "label", "block", "told", "subgroup", "n", "base_n", "share", "mark", "definition"]
    return table[first]


def stated_rows(table: pd.DataFrame, *, told: bool = True) -> tuple[Row, ...]:
    """Printed rows „19 von 40“ of `stated_answers` under their headings; `told` prints the source as a column.

    >>> line = {"row": "1=ja", "label": "Plan", "block": "B", "told": "Bögen 2022", "n": 19, "base_n": 40}
    >>> [r.cells for r in stated_rows(pd.DataFrame([line]), told=False)]
    [('B',), ('Plan', '19\\xa0von\\xa040')]
    """
    rows: list[Row] = []
    last = None
    for r in table.itertuples():
        if r.block != last:
            rows.append(Row((r.block,), kind="block"))
            last = r.block
        count = f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}"
        where = (r.told,) if told else ()
        empty = ("",) * (1 + len(where))
        rows.append(Row((r.label, *where, count), level=1, numbers=(*empty, f"{r.row}:{TOTAL}")))
    return tuple(rows)


def _count(chapter: Chapter, source: str, answer: str) -> dict[str, object]:
    """One answer of one source."""
    book = chapter.any_codebook(source)
    if isinstance(book, InterviewCodebook):
        table, row, told = chapter.interviews(source).code_table(), answer, f"Gespräche {book.wave}"
    else:
        told = f"Bögen {book.wave}"
        item, _, option = answer.partition("=")
        question, _, category = answer.partition("/")
        cases = chapter.cases(source, status=USABLE)
        status = ",".join(cases["status"].unique())
        if option and item in book.items:
            known = {"source": source, "item": item, "option": option, "status": status}
            table, row = define(chapter.single_response(source, item, cases), "compared", **known), option
        elif category:
            from gkanalysis.report.openanswers import OpenAnswers

            table, row = OpenAnswers(chapter, source).category_table(question, cases), category
        else:
            sets = [s for s in book.sets if answer in book.set_items(s)]
            if not sets:
                raise NotebookError(f"„{source}“ hat keine Angabe „{answer}“; bitte im Codebuch nachsehen.")
            table, row = chapter.multiple_response(source, sets[0], cases), answer
    found = table[(table["row"] == row) & (table["subgroup"] == TOTAL)]
    if len(found) != 1:
        raise NotebookError(f"„{source}“ hat keine Angabe „{answer}“; bitte im Codebuch nachsehen.")
    kept = {k: found[k].item() for k in ("subgroup", "n", "base_n", "definition")}
    share = kept["n"] / kept["base_n"] if kept["base_n"] else float("nan")
    return kept | {"told": told, "share": share, "mark": found["mark"].item() if "mark" in found else ""}
