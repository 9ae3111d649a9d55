"""What a notebook does with coded open answers: categories as a multiple response set, mentions as a list."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book
from gkanalysis.codebook.lookup import kind_words
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known, listed, require_base
from gkanalysis.core.numbers import format_count, format_percent
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.stats.agreement import DRAWS, REASON_LABELS
from gkanalysis.tabulate import multiple_response_table
from gkanalysis.tabulate.agreement import agreement_table
from gkanalysis.tabulate.openanswers import agreement_frames, category_responses

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

LIST_COLUMNS = {
    "category": "Kategorie", "text": "Nennung", "case_id": "Bündnis", "file": "Bogen", "place": "Stelle",
}  # fmt: skip


MENTIONED = "-nennungen"  # end of the id of a row that counts mentions and not cases


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

    def labels(self, item_id: str) -> Known:
        """Category -> printed label, in the order of the codebook; an unknown one is answered with those there are."""
        self._check(item_id)
        labels = {c.id: c.label for c in self.book.items[self.source, item_id]}
        return Known(labels, ("Kategorie", f"gibt es bei Frage „{item_id}“ in {self.source} nicht"))

    def definitions(self, item_id: str) -> dict[str, str]:
        """Category -> what belongs to it, in the order of the codebook."""
        self._check(item_id)
        return {c.id: c.definition for c in self.book.items[self.source, item_id]}

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
        require_base(len(mentions), f"Offene Frage „{item_id}“ in {self.source}")
        status = ",".join(cases["status"].unique())
        known = {"source": self.source, "item": item_id, "coder": self.coder}
        return define(table, "open_answers", **known, status=status, base="answered")

    def mention_counts(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """How many mentions each category has; an alliance can name a category several times.

        Returns
        -------
        DataFrame, one row per category, and „alle“ for all mentions of the item: `row` (`<category>-nennungen`), `subgroup`, `n`, `base_n` (all
        mentions of the item), `base` ("mentions"), `definition`. A mention may have several categories, so that the
        rows add up to more than the base.

        Raises
        ------
        NotebookError
            As in `category_table`.
        """
        labels = self.labels(item_id)
        mentions = self._mentions(item_id, cases)
        total = len(mentions[["case_id", "mention"]].drop_duplicates())
        each = mentions.drop_duplicates(["case_id", "mention", "category"])["category"].value_counts()
        rows = [(f"{c}{MENTIONED}", TOTAL, int(each.get(c, 0)), total, "mentions") for c in labels]
        rows.append((TOTAL, TOTAL, total, total, "mentions"))
        table = pd.DataFrame(rows, columns=["row", "subgroup", "n", "base_n", "base"])
        status = ",".join(cases["status"].unique())
        return define(table, "mentions", source=self.source, item=item_id, coder=self.coder, status=status)

    def mentions_note(self, item_id: str, cases: pd.DataFrame) -> str:
        """How many mentions there are, and whether an alliance names a category several times; a note for exhibits."""
        counts = self.mention_counts(item_id, cases).set_index("row")["n"]
        answered = self.category_table(item_id, cases).query("subgroup == @TOTAL")
        n, base_n = counts[TOTAL], answered["base_n"].iloc[0]
        once = counts.drop(TOTAL).sum() == answered["n"].sum()
        repeated = (
            "Kein Bündnis nennt eine Kategorie mehrmals, jede hat so viele Nennungen wie Bündnisse."
            if once
            else "Ein Bündnis kann eine Kategorie mehrmals nennen."
        )
        return f"{format_count(n)} Nennungen aus {format_count(base_n)} Bündnissen. {repeated}"

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

    def listed(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """Categories with alliances and mentions as one long table, the most frequent first, for `mention_rows`.

        Returns
        -------
        DataFrame, two rows per category: `row` (`<category>` for alliances, `<category>-nennungen` for mentions),
        `subgroup`, `label`, `detail` (what belongs to the category), `n`, `base_n`, `base`, `definition`.
        """
        counted = self.category_table(item_id, cases).query("subgroup == @TOTAL")
        counted = counted.sort_values("n", ascending=False, kind="stable")
        both = pd.concat([counted, self.mention_counts(item_id, cases).query("row != @TOTAL")])
        both = both[["row", "subgroup", "n", "base_n", "base", "definition"]]
        category = both["row"].str.removesuffix(MENTIONED)
        both.insert(1, "label", category.map(self.labels(item_id)))
        both.insert(2, "detail", category.map(self.definitions(item_id)))
        return both.reset_index(drop=True)

    def agreement(self, item_id: str) -> pd.DataFrame:
        """How far the coders of an open item agree, mention by mention: does it have the category?

        Returns
        -------
        DataFrame, one row per category and „alle“ for all together, all coders: `row`, `label`, `n` (comparisons of two
        coders that agree), `base_n`, `alpha` with its interval and the other columns of
        `gkanalysis.tabulate.agreement.agreement_table`

        Raises
        ------
        NotebookError
            If only one person has coded the item.
        """
        labels = self.labels(item_id)
        table = self.chapter.table(f"{self.source}-mentions")
        coded = table[(table["item_id"] == item_id) & (table["category"] != "")]
        coders = [c for c in self.book.coders if c in set(coded["coder"])]
        if len(coders) < 2:
            raise NotebookError(
                f"„{self.source}“, Item {item_id}: kodiert hat nur {', '.join(coders) or 'niemand'}; Übereinstimmung braucht zwei."
            )
        frames = agreement_frames(coded.assign(source=self.source), item_id)
        agreed = agreement_table(
            frames.codings, list(labels), frames.documents, coders=coders, compare="document",
            assignments=frames.assignments,
        )  # fmt: skip
        agreed = agreed[agreed["subgroup"] == TOTAL].reset_index(drop=True)
        agreed.insert(1, "label", agreed["row"].map({TOTAL: "alle Kategorien", **labels}))
        return define(agreed, "open_agreement", source=self.source, item=item_id)

    def disagreements(self, item_id: str) -> pd.DataFrame:
        """Mentions that two coders put into different categories, word for word: a working paper and no exhibit.

        Returns
        -------
        DataFrame, one row per mention and pair of coders: Nennung, Bündnis, and the categories of each
        """
        labels = self.labels(item_id)
        table = self.chapter.table(f"{self.source}-mentions")
        coded = table[(table["item_id"] == item_id) & (table["category"] != "")]
        rows = []
        for (case_id, _), said in coded.groupby(["case_id", "mention"], sort=True):
            given = {c: sorted(g["category"]) for c, g in said.groupby("coder", sort=True)}
            for first, second in combinations(given, 2):
                if given[first] != given[second]:
                    names = [f"{c}: {', '.join(labels[k] for k in given[c])}" for c in (first, second)]
                    rows.append((said["text"].iloc[0], case_id, *names))
        return pd.DataFrame(rows, columns=["Nennung", "Bündnis", "zuerst", "zuletzt"])

    def _mentions(self, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """The lead coder's codings of an item in some cases."""
        table = self.chapter.table(f"{self.source}-mentions")
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
        """Refuse an item without categories; the sentence names those that have some, and what shows the item."""
        if (self.source, item_id) not in self.book.items:
            known = [item for source, item in self.book.items if source == self.source]
            book = self.chapter.codebook(self.source)
            item = book.items.get(item_id)
            other = (
                f" Frage „{item_id}“ ist {kind_words(book, item)}." if item and item.kind != "text" else ""
            )
            raise NotebookError(
                f"Zu „{self.source}“, Item „{item_id}“ sind keine Kategorien erklärt; es gibt sie zu: {listed(known, item_id)}.{other}"
            )


def interval_notes(agreed: pd.DataFrame) -> tuple[str, ...]:
    """Notes on the intervals of `OpenAnswers.agreement`: how many draws, which have no alpha, who has no interval.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["Sport", "Treffs"], "draws_n": [999, 950], "interval_reason": ["", "unstable"]})
    >>> for note in interval_notes(table):
    ...     print(note)
    Intervalle aus 1.000 Ziehungen der Nennungen. Ziehungen ohne Alpha, weil alle Werte gleich sind, fallen weg: „Sport“ 1, „Treffs“ 50.
    „Treffs“ ohne Intervall: in zu vielen Ziehungen sind alle Werte gleich.
    """
    note = f"Intervalle aus {format_count(DRAWS)} Ziehungen der Nennungen."
    lost = agreed[agreed["draws_n"].between(1, DRAWS - 1)]
    if len(lost):
        told = ", ".join(f"„{r.label}“ {format_count(DRAWS - r.draws_n)}" for r in lost.itertuples())
        note += f" Ziehungen ohne Alpha, weil alle Werte gleich sind, fallen weg: {told}."
    without = agreed[agreed["interval_reason"] != ""]
    reasons = (
        f"„{r.label}“ ohne Intervall: {REASON_LABELS[r.interval_reason]}." for r in without.itertuples()
    )
    return (note, *reasons)


def mention_rows(listed: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `OpenAnswers.listed`: category with what belongs to it, alliances with percent, mentions."""
    by_base = {base: rows.set_index("row") for base, rows in listed.groupby("base", sort=False)}
    said = by_base["mentions"]["n"]
    rows: list[Row] = []
    for category, r in by_base["answered"].iterrows():
        rows.append(
            Row(
                (
                    f"{r['label']}: {r['detail']}",
                    f"{format_count(r['n'])} ({format_percent(r['n'], r['base_n'])})",
                    format_count(said[f"{category}{MENTIONED}"]),
                ),
                numbers=("", f"{category}:{TOTAL}", f"{category}{MENTIONED}:{TOTAL}"),
            )
        )
    return tuple(rows)
