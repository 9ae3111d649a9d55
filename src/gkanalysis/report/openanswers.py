"""What a notebook does with coded open answers: categories as a multiple response set, mentions as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.errors import NotebookError
from gkanalysis.ingest.categorybook import CATEGORY_FILE, read_category_book
from gkanalysis.report.definitions import define
from gkanalysis.tabulate import multiple_response_table
from gkanalysis.tabulate.openanswers import category_responses

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

LIST_COLUMNS = {
    "category": "Kategorie", "text": "Nennung", "case_id": "Bündnis", "file": "Bogen", "place": "Stelle",
}  # fmt: skip


class OpenAnswers:
    """The coded open answers of one source in a chapter; the lead coder's categories count.

    Parameters
    ----------
    chapter : access to the processed tables and codebooks
    source : a source of forms, such as `nachhaltigkeit-2022`
    """

    def __init__(self, chapter: Chapter, source: str) -> None:
        self.chapter, self.source = chapter, source
        self.book = read_category_book(chapter.paths.codebooks / CATEGORY_FILE)

    @property
    def coder(self) -> str:
        """The lead coder."""
        return self.book.coders[0]

    def label(self, item_id: str) -> str:
        """What an open item asks, in a few words."""
        self._check(item_id)
        return self.book.labels[self.source, item_id]

    def labels(self, item_id: str) -> dict[str, str]:
        """Category -> printed label, in the order of the codebook."""
        self._check(item_id)
        return {c.id: c.label for c in self.book.items[self.source, item_id]}

    def category_table(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """In how many cases each category was named, by type, of the cases that answered, with intervals.

        Returns
        -------
        DataFrame, one row per category and subgroup, as `gkanalysis.tabulate.multiple_response_table` gives it with
        the base "answered": who answered has at least one category.

        Raises
        ------
        NotebookError
            If the item has no categories, or a mention has none yet: every share would be too low.
        """
        categories, chapter = list(self.labels(item_id)), self.chapter
        mentions = self._mentions(item_id, cases)
        table = multiple_response_table(
            category_responses(
                mentions.assign(source=self.source), item_id, categories,
                chapter.responses(self.source, cases), coder=self.coder,
            ),
            categories, cases, by="type", groups=chapter.types, base="answered", population=chapter.population(),
        )  # fmt: skip
        status = ",".join(cases["status"].unique())
        known = {"source": self.source, "item": item_id, "coder": self.coder}
        return define(table, "open_answers", **known, status=status, base="answered")

    def mentions(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """What was named, word for word: raw answers, so a working paper and no exhibit.

        Returns
        -------
        DataFrame, one row per mention and category in the order of the categories: Kategorie, Nennung, Bündnis, Bogen,
        Stelle
        """
        labels = self.labels(item_id)
        mentions = self._mentions(item_id, cases)
        place = mentions["category"].map(list(labels).index)
        ordered = mentions.assign(place_of=place, category=mentions["category"].map(labels))
        ordered = ordered.sort_values(["place_of", "case_id", "mention"], kind="stable")
        return ordered[list(LIST_COLUMNS)].rename(columns=LIST_COLUMNS).reset_index(drop=True)

    def _mentions(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """The lead coder's codings of an item in some cases."""
        table = self.chapter._table(f"{self.source}-mentions")
        mine = table[(table["item_id"] == item_id) & table["case_id"].isin(cases["case_id"])]
        coded = mine[mine["coder"] == self.coder]
        key = ["case_id", "mention"]
        open_ = mine[~mine.set_index(key).index.isin(coded.set_index(key).index)].drop_duplicates(key)
        if len(open_):
            first = open_.iloc[0]
            raise NotebookError(
                f"„{self.source}“, Item {item_id}: {len(open_)} Nennungen haben von „{self.coder}“ keine Kategorie, zuerst "
                f"„{first['text']}“ von {first['case_id']}; bitte in „kategorien.csv“ kodieren."
            )
        return coded

    def _check(self, item_id: str) -> None:
        """Refuse an item without categories; the sentence names those that have some."""
        if (self.source, item_id) not in self.book.items:
            known = ", ".join(item for source, item in self.book.items if source == self.source) or "keine"
            raise NotebookError(
                f"Zu „{self.source}“, Item „{item_id}“ sind keine Kategorien erklärt; es gibt sie zu: {known}."
            )
