"""Gaps and offers by theme for a notebook: what may be printed of them, as figures, tables and lists take it.

Only few forms list offers. A count is held back where some cases, but fewer than the threshold of the policy, stand
behind it or behind what is missing to its base.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.policy import read_policy
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, format_count
from gkanalysis.disclosure.received import POLICY
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.report.offerframes import PRESENT, needs_frame, offer_counts, offers_frame, read_themes
from gkanalysis.tabulate.offers import OFFER_ASPECT_LABELS, offer_matrix

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

NO_NEED = "no_need"
ASPECT_LABELS = {**OFFER_ASPECT_LABELS, NO_NEED: "keine Lücke"}
HIDDEN = "–"


def is_printable(table: pd.DataFrame, threshold: int) -> pd.Series:
    """Whether a cell may be printed: no fewer cases than the threshold behind n or behind the rest, or none at all.

    Takes the cases from `cases_n` and `others_n` where the table counts something else, otherwise from n and base_n.

    Examples
    --------
    >>> is_printable(pd.DataFrame({"n": [0, 2, 3, 6, 7], "base_n": 7}), 3).tolist()
    [True, False, True, False, True]
    """
    counted = table["cases_n"] if "cases_n" in table else table["n"]
    others = table["others_n"] if "others_n" in table else table["base_n"] - table["n"]
    return ~(counted.between(1, threshold - 1) | others.between(1, threshold - 1))


def choose_printed(table: pd.DataFrame, threshold: int) -> pd.Series:
    """Which cells of a table by group may be printed beside the total, which always is.

    A cell is held back where some cases, but fewer than the threshold, said yes or did not. As the total gives away a
    single cell that is held back, and small counts of two, further groups follow, the smallest first.

    Examples
    --------
    >>> table = pd.DataFrame({"row": "s", "subgroup": ["alle", "a", "b", "c"], "n": [17, 4, 7, 6], "base_n": [27, 7, 9, 11]})
    >>> choose_printed(table, 3).tolist()  # two did not in b; a follows, or the total would tell
    [True, False, False, True]
    """
    may = pd.Series(True, index=table.index)
    for _, cells in table[table["subgroup"] != TOTAL].groupby("row"):
        held = cells[~is_printable(cells, threshold)]
        others = cells.drop(held.index).sort_values("base_n", kind="stable")
        while len(held) and len(others):
            together = held[["n", "base_n"]].sum().to_frame().T
            if is_printable(together, threshold).all():
                break
            held, others = pd.concat([held, others.head(1)]), others.iloc[1:]
        may[held.index] = False
    return may


def dash_note(threshold: int, *, beside_total: bool = False) -> str:
    """What a dash stands for, as a note; with `beside_total`, for the cells of `choose_printed`.

    Examples
    --------
    >>> dash_note(3)
    '–: nicht gedruckt, weil hinter dem Ja oder dem Nein 1 oder 2 Bündnisse stehen.'
    """
    few = {1: "1 Bündnis steht", 2: "1 oder 2 Bündnisse stehen"}
    behind = few.get(threshold - 1, f"1 bis {threshold - 1} Bündnisse stehen")
    told = " oder weil sich das sonst aus der Summe ergäbe" if beside_total else ""
    return f"{HIDDEN}: nicht gedruckt, weil hinter dem Ja oder dem Nein {behind}{told}."


class Offers:
    """Gaps and offers of one source; offers as totals over all types, as few forms are complete.

    Parameters
    ----------
    chapter : access to tables, codebooks and the policy
    source : such as `bedarf-2019`
    status : the forms that count
    """

    def __init__(
        self, chapter: Chapter, source: str, *, status: tuple[str, ...] = ("full", "partial")
    ) -> None:
        self.book = chapter.codebook(source)
        self.themes = read_themes(self.book)
        self.cases = chapter.cases(source, status=status)
        self._types, self._type_labels = chapter.types, chapter.type_labels
        responses = chapter.responses(source, self.cases)
        self.needs, self.offers = needs_frame(self.book, responses), offers_frame(self.book, responses)
        self.threshold = read_policy(chapter.paths.codebooks / POLICY).threshold
        self._known = {"source": source, "status": ",".join(self.cases["status"].unique())}

    @property
    def complete(self) -> pd.DataFrame:
        """The cases whose form has the tables of offers."""
        return self.cases[self.cases["case_id"].isin(self.offers["case_id"])].reset_index(drop=True)

    @property
    def labels(self) -> dict[str, str]:
        """Theme -> printed name."""
        return {t.id: t.label for t in self.themes}

    @property
    def offer_labels(self) -> dict[str, str]:
        """Theme -> printed name, of the themes with offers."""
        return {t.id: t.label for t in self.themes if t.has_offers}

    def gaps(self) -> pd.DataFrame:
        """Gaps named and not, as `segment_bars` takes it: one row per theme and answer; the most named first."""
        needs = offer_matrix(self.offers, self.needs, list(self.labels), self.cases).query("aspect == 'need'")
        needs = needs.sort_values("n", ascending=False, kind="stable")
        both = needs.assign(aspect=NO_NEED, n=needs["base_n"] - needs["n"], share=1 - needs["share"])
        table = pd.concat([needs, both]).sort_index(kind="stable")
        order = list(needs["row"])
        table = table.sort_values("row", key=lambda c: c.map(order.index), kind="stable")
        shown = table.assign(
            label=table["row"].map(self.labels),
            group=table["aspect"],
            group_label=table["aspect"].map(ASPECT_LABELS),
        )
        return self._define(shown, "cases")

    def gaps_by_type(self) -> pd.DataFrame:
        """Gaps named by theme and type, with what may be printed of it.

        Returns
        -------
        DataFrame, one row per theme and subgroup ("alle" first), the theme most named first
            Columns of `offer_matrix`, and `printed`: False where the count, alone or by subtraction from the total,
            would give away some cases that are fewer than the threshold.
        """
        table = offer_matrix(
            self.offers, self.needs, list(self.labels), self.cases, by="type", groups=self._types
        ).query("aspect == 'need'")
        table = table.assign(printed=choose_printed(table, self.threshold))
        order = list(
            table[table["subgroup"] == TOTAL].sort_values("n", ascending=False, kind="stable")["row"]
        )
        return table.sort_values("row", key=lambda c: c.map(order.index), kind="stable").reset_index(
            drop=True
        )

    def type_numbers(self, table: pd.DataFrame) -> pd.DataFrame:
        """What of `gaps_by_type` is printed, with labels and definitions."""
        kept = table[table["printed"]].drop(columns="printed")
        return self._define(
            kept.assign(
                label=kept["row"].map(self.labels), group_label=kept["subgroup"].map(self._type_labels)
            ),
            "cases",
        )

    def type_rows(self, table: pd.DataFrame) -> tuple[Row, ...]:
        """Printed rows of `gaps_by_type`, a theme a line and a subgroup a column; a dash where nothing is printed."""
        cells: dict[str, list[tuple[str, str]]] = {}
        for r in table.itertuples():
            text = f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}" if r.printed else HIDDEN
            cells.setdefault(r.row, []).append((text, f"{r.row}.need:{r.subgroup}" if r.printed else ""))
        return tuple(
            Row((self.labels[theme], *(t for t, _ in line)), numbers=("", *(n for _, n in line)))
            for theme, line in cells.items()
        )

    def gaps_beside_offers(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """For one matrix: gaps (cases of all forms) beside the openings of offers, the theme most named first.

        Returns
        -------
        numbers : what is printed, with definitions
        drawn : all cells, as `matrix_table` takes it; no base where there is nothing to print
        """
        gaps = self.gaps().query("aspect == 'need'")
        order = [row.rpartition(".")[0] for row in gaps["row"]]
        needs = gaps.assign(row=order)
        drawn = [needs, self.drawn(self.counts)]
        without = [t for t in order if t not in self.offer_labels]
        drawn += [self.counts.head(3).assign(row=t, n=0, base_n=0) for t in without]
        numbers = pd.concat([gaps, self.printed(self.counts)], ignore_index=True)
        return numbers, pd.concat(drawn, ignore_index=True)

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """Cases by theme and aspect; see `offer_matrix`."""
        return offer_matrix(self.offers, self.needs, list(self.offer_labels), self.cases)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Offers by theme and aspect; see `offer_counts`."""
        return offer_counts(self.offers, list(self.offer_labels))

    def total(self, aspect: str) -> tuple[int, int]:
        """Offers with an aspect and with an answer on it, over all themes.

        Raises
        ------
        NotebookError
            If a theme is held back: the sum would give it away.
        """
        counts = self.counts[self.counts["aspect"] == aspect]
        if held := list(counts.loc[~is_printable(counts, self.threshold), "row"]):
            raise NotebookError(
                f"„{ASPECT_LABELS[aspect]}“ über alle Themen: {', '.join(held)} wird nicht gedruckt und folgte aus der Summe; "
                "bitte die Summe weglassen."
            )
        return int(counts["n"].sum()), int(counts["base_n"].sum())

    def printed(self, table: pd.DataFrame) -> pd.DataFrame:
        """What of a table of this class may be printed, with a row of its own for each theme and aspect."""
        unit = "offers" if "cases_n" in table else "cases"
        kept = table[is_printable(table, self.threshold)].drop(
            columns=["cases_n", "others_n"], errors="ignore"
        )
        texts = kept["row"].map(self.labels), kept["aspect"].map(ASPECT_LABELS)
        return self._define(kept.assign(label=texts[0], group_label=texts[1]), unit)

    def drawn(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table for a drawing of all cells: one that may not be printed has no base there and shows a dash."""
        hidden = ~is_printable(table, self.threshold)
        return table.assign(n=table["n"].mask(hidden, 0), base_n=table["base_n"].mask(hidden, 0))

    def rows(self, table: pd.DataFrame) -> tuple[Row, ...]:
        """Printed rows „22 von 41“, a theme a line and an aspect a column; a dash where nothing may be printed."""
        may = is_printable(table, self.threshold)
        cells: dict[str, list[tuple[str, str]]] = {}
        for r, shown in zip(table.itertuples(), may, strict=True):
            text = f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}" if shown else HIDDEN
            cells.setdefault(r.row, []).append((text, f"{r.row}.{r.aspect}:{TOTAL}" if shown else ""))
        return tuple(
            Row((self.labels[theme], *(t for t, _ in line)), numbers=("", *(n for _, n in line)))
            for theme, line in cells.items()
        )

    def openable(self) -> dict[str, list[str]]:
        """Theme -> offers that at least as many cases as the threshold could open further, in the order of the form.

        Names without counts; offers that a case named itself are left out.

        Raises
        ------
        NotebookError
            If the list and the number of such offers together would give away a small count.
        """
        could = self.offers[(self.offers["could_open"] == "selected") & (self.offers[PRESENT] == "selected")]
        by_name = could.groupby(["theme", "name"])["case_id"].nunique()
        printed = set(self.printed(self.counts)["row"])
        listed: dict[str, list[str]] = {}
        for theme in self.offer_labels:
            names = [n for n in dict.fromkeys(self.offers.query("theme == @theme")["name"]) if n]
            listed[theme] = [n for n in names if by_name.get((theme, n), 0) >= self.threshold]
            k, others = len(listed[theme]), len(names) - len(listed[theme])
            most = k * len(self.complete) + max(others - 1, 0) * (self.threshold - 1)
            total = int((could["theme"] == theme).sum())
            if others and f"{theme}.could_open" in printed and total > most:
                raise NotebookError(
                    f"Thema „{theme}“: Aus der Liste und der Summe {total} folgte, dass ein nicht genanntes Angebot bei weniger als "
                    f"{self.threshold} Bündnissen zu öffnen wäre; bitte die Liste dieses Themas weglassen."
                )
        return {t: names for t, names in listed.items() if names}

    def listed(self, names: Mapping[str, list[str]]) -> tuple[pd.DataFrame, tuple[Row, ...]]:
        """What `openable` found as a table (`row`: theme, `label`, `offer`) and as printed rows under their theme."""
        lines = [(t, self.labels[t], n) for t, found in names.items() for n in found]
        blocks = (
            (Row((self.labels[t],), kind="block"), *(Row((n,), level=1) for n in found))
            for t, found in names.items()
        )
        return pd.DataFrame(lines, columns=["row", "label", "offer"]), tuple(
            r for block in blocks for r in block
        )

    def _define(self, table: pd.DataFrame, unit: str) -> pd.DataFrame:
        """With the definition of each number; theme and aspect together name the row."""
        named = table.assign(row=table["row"] + "." + table["aspect"])
        defined = define(named, "offers", **self._known, unit=unit).reset_index(drop=True)
        # A gap is an answer to a question: with it, the disclosure check can add it to all other numbers.
        for theme in self.themes:
            item = self.book.items[theme.gap_item]
            other = ",".join(o.id for o in item.options if o.id != theme.yes)
            for aspect, option in (("need", theme.yes), (NO_NEED, other)):
                at = defined["row"] == f"{theme.id}.{aspect}"
                asked = define(
                    defined[at], "offers", **self._known, unit=unit, item=theme.gap_item, option=option
                )
                defined.loc[at, "definition"] = asked["definition"]
        return defined
