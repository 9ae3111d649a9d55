"""Numbers that count cases by the categories of an open answer: the mentions behind each, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.ingest.categorybook import CATEGORY_FILE, Category, read_category_book
from gkanalysis.verify.traceregister import ORIGIN, split_rows

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def category_of(chapter: Chapter, known: Mapping[str, str], row: str) -> Category:
    """The category that a row of a table is about.

    Raises
    ------
    KeyError
        If the item has no such category.
    """
    declared = read_category_book(chapter.paths.codebooks / CATEGORY_FILE).items[
        known["source"], known["item"]
    ]
    found = next((c for c in declared if c.id == row), None)
    if found is None:
        raise KeyError(f"die Kategorie „{row}“")
    return found


def open_answers(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Cases with at least one mention that the coder gave the category; one row per case that answered."""
    label = category_of(chapter, known, row).label
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    answers = chapter.responses(known["source"], cases)
    answers = answers[(answers["item_id"] == known["item"]) & (answers["state"] == "answered")]
    mentions = chapter._table(f"{known['source']}-mentions")
    mentions = mentions[
        (mentions["item_id"] == known["item"])
        & (mentions["category"] == row)
        & (mentions["coder"] == known["coder"])
    ]
    said: dict[str, list[str]] = {}
    for mention in mentions.itertuples():
        said.setdefault(mention.case_id, []).append(mention.text)
    rows = []
    for case_id, own in answers.groupby("case_id", sort=True):
        named = said.get(str(case_id), [])
        first = own.iloc[0]
        rows.append(
            {
                "case_id": case_id,
                "state": "coded" if named else "not_coded",
                "value": label,
                "raw": " | ".join(named or own["raw"].astype(str)),
                "file": first["file"],
                "part": first["part"],
                "place": " | ".join(own["place"].astype(str)),
            }
        )
    frame = pd.DataFrame(rows, columns=ORIGIN)
    return split_rows(frame, pd.Series(True, index=frame.index), frame["state"] == "coded")
