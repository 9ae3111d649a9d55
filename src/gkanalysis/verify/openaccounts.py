"""Every mention of an open answer that has categories stands in the table of mentions, coded or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book
from gkanalysis.verify.sums import account

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def mention_rows(chapter: Chapter, source: str) -> Iterator[dict[str, Any]]:
    """One sum per open item with categories: its mentions, counted anew in the answers, are coded or not yet."""
    path = chapter.paths.codebooks / CATEGORY_FILE
    declared = read_category_book(path).items if path.exists() else {}
    answers, mentions = chapter.responses(source), chapter.table(f"{source}-mentions")
    for of_source, item_id in declared:
        if of_source != source:
            continue
        answered = answers[(answers["item_id"] == item_id) & (answers["state"] == "answered")]
        said = [
            f"{a.case_id} {text.strip()}"
            for a in answered.itertuples()
            for text in a.value.split(";")
            if text.strip()
        ]
        own = mentions[mentions["item_id"] == item_id]
        each = own.sort_values("category", ascending=False).drop_duplicates(["case_id", "mention"])
        names, is_coded = each["case_id"] + " " + each["text"], each["category"] != ""
        went = {"mit Kategorie": names[is_coded], "ohne Kategorie": names[~is_coded]}
        yield account(f"{source}: Nennungen zu {item_id}", said, went)
