"""What a notebook does with coded interviews: tables of codes, quotations, how speakers are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.interviews import read_interview_codebook
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NBSP, NO_VALUE, format_count, format_decimal, format_percent
from gkanalysis.report.countwords import read_count_words
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.report.quotations import Quotation, check_quotation, draw_speaker, find_segment, quote_id
from gkanalysis.report.values import Value
from gkanalysis.tabulate.agreement import COMPARED_LABELS, agreement_table, disagreements
from gkanalysis.tabulate.codings import code_case_table, coverage_table
from gkanalysis.tabulate.cooccurrence import cooccurrence_table

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


class Interviews:
    """The coded interviews of one wave in a chapter; see `Chapter.interviews`."""

    note = "Ausgewählte Kommunen, keine Stichprobe: Anzahlen, keine Anteile."

    def __init__(self, chapter: Chapter, source: str) -> None:
        self.chapter, self.source = chapter, source
        self.codebook = read_interview_codebook(chapter.paths.codebook(source))
        self.count_words = read_count_words(self.codebook.count_words, f"{self.codebook.instrument}.yml")
        self._quotations: dict[str, str] = {}

    def table(self, name: str) -> pd.DataFrame:
        """A processed table of the wave: documents, segments, codings, codes, cases or memos."""
        return self.chapter.table(f"{self.source}-{name}")

    def code_table(self) -> pd.DataFrame:
        """In how many cases the lead coder gave each code; one row per code of the codebook, base all interviews."""
        counted = code_case_table(
            self.table("codings"),
            list(self.codebook.codes),
            self.table("cases"),
            coder=self.codebook.lead_coder,
        )
        return self._define(counted.assign(mark=""))

    def cases_table(self) -> pd.DataFrame:
        """The number of interviews, as one row `interviewed`."""
        cases = self.table("cases")
        table = pd.DataFrame({"row": ["interviewed"], "subgroup": "alle", "n": len(cases), "base_n": [None]})
        return self._define(table)

    def coverage(self) -> pd.DataFrame:
        """How much of the stored texts each theme takes up, in the lead coder's codings; most first.

        Returns
        -------
        DataFrame, one row per group of codes: `row` (group), `label`, `n` and `base_n` (characters), `share`,
        `documents_n`, `not_computable_n`
        """
        table = coverage_table(
            self._themes(),
            self._groups,
            self.table("documents"),
            coder=self.codebook.lead_coder,
        )
        table = table[(table["subgroup"] == TOTAL) & (table["row"] != TOTAL)]
        table = table.sort_values("n", ascending=False, kind="stable").reset_index(drop=True)
        labels = {g.id: g.label for g in self.codebook.groups.values()}
        table.insert(1, "label", table["row"].map(labels))
        return define(table, "coverage", source=self.source, coder=self.codebook.lead_coder)

    def meetings(self) -> pd.DataFrame:
        """In how many cases two themes lie over each other in the lead coder's codings; pairs that meet, most first.

        Returns
        -------
        DataFrame, one row per pair of groups: `row`, `label`, `n` and `base_n` (cases with stored text), `share`,
        `segment_pairs_n`
        """
        table = cooccurrence_table(
            self._themes(), self._groups, self.table("documents"), coders=[self.codebook.lead_coder],
        )  # fmt: skip
        table = table[(table["relation"] == "overlapping") & (table["n"] > 0)].assign(subgroup=TOTAL)
        table = table.sort_values(["n", "segment_pairs_n"], ascending=False, kind="stable")
        labels = {g.id: g.label for g in self.codebook.groups.values()}
        names = [f"{labels[a]} und {labels[b]}" for a, b in table[["code_id", "other_code_id"]].values]
        table = table.reset_index(drop=True)
        table.insert(1, "label", names)
        return define(table, "meetings", source=self.source, coder=self.codebook.lead_coder)

    @property
    def _groups(self) -> list[str]:
        """Groups of codes that are themes of the report; those of the guideline only order the talk."""
        return [g.id for g in self.codebook.groups.values() if g.section]

    def _themes(self) -> pd.DataFrame:
        """Codings with the group of each code in place of the code; twice in a segment counts once."""
        groups = {c.id: c.group_id for c in self.codebook.codes.values()}
        codings = self.table("codings")
        codings = codings.assign(code_id=codings["code_id"].map(groups))
        codings = codings[codings["code_id"].isin(self._groups)]
        return codings.drop_duplicates(["document_id", "segment_id", "code_id", "coder"])

    def agreement(self, *, by_code: bool = False) -> pd.DataFrame:
        """How far the coders agree, over all codes and coders.

        Returns
        -------
        DataFrame, one row per level of comparison (`row`: document, frequency, segment); with `by_code`, one row
        per code for the level document. Columns as in `gkanalysis.tabulate.agreement.agreement_table`.
        """
        levels = ["document"] if by_code else list(COMPARED_LABELS)
        tables = []
        for level in levels:
            table = agreement_table(
                self.table("codings"), list(self.codebook.codes), self.table("documents"), coders=self.coders,
                compare=level,
            )  # fmt: skip
            total = table[table["subgroup"] == TOTAL]
            chosen = total[(total["row"] == TOTAL) != by_code]
            tables.append(chosen if by_code else chosen.assign(row=level, label=COMPARED_LABELS[level]))
        known = {"source": self.source, "by": "code" if by_code else "level"}
        return define(pd.concat(tables, ignore_index=True), "agreement", **known)

    def kappa(self) -> float | None:
        """Cohen's kappa of the lead coder and the next one: is a code given in a document at all?

        None if it does not exist, for want of variation.
        """
        first, second = self.coders[:2]
        table = agreement_table(
            self.table("codings"), list(self.codebook.codes), self.table("documents"), coders=[first, second],
            compare="document",
        )  # fmt: skip
        kappa = table.loc[(table["row"] == TOTAL) & (table["subgroup"] == TOTAL), "kappa"].item()
        return None if pd.isna(kappa) else float(kappa)

    def disagreements(self) -> pd.DataFrame:
        """Every comparison of two coders that does not agree, side by side with the text; for the team only.

        As many rows per level as the figures of `agreement` leave over.
        """
        lists = [
            disagreements(
                self.table("codings"), list(self.codebook.codes), self.table("documents"),
                self.table("segments"), coders=self.coders, compare=level,
            )
            for level in COMPARED_LABELS
        ]  # fmt: skip
        return pd.concat(lists, ignore_index=True)

    @property
    def coders(self) -> list[str]:
        """All coders, the lead coder first."""
        others = sorted(set(self.table("codings")["coder"]) - {self.codebook.lead_coder})
        return [self.codebook.lead_coder, *others]

    def printed(self, table: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
        """The rows of a table that belong to some groups of codes, with their labels, most frequent first."""
        order = [c for g in groups for c in self._by_frequency(table, g)]
        labels = {c: self.codebook.codes[c].label for c in order}
        rows = table[table["row"].isin(order)].sort_values("row", key=lambda c: c.map(order.index))
        rows = rows.reset_index(drop=True)
        rows.insert(1, "label", rows["row"].map(labels))
        return rows

    def rows(self, table: pd.DataFrame, groups: Sequence[str]) -> tuple[Row, ...]:
        """Printed rows: code and number of cases, under a heading per group."""
        n = table.set_index("row")["n"]
        rows: list[Row] = []
        for group in groups:
            rows.append(Row((self.codebook.groups[group].label,), kind="block"))
            rows += [
                Row((self.codebook.codes[c].label, format_count(n[c])), numbers=("", f"{c}:alle"))
                for c in self._by_frequency(table, group)
            ]
        return tuple(rows)

    def quotable(self, code_id: str) -> pd.DataFrame:
        """Segments that the lead coder gave a code, for choosing quotations: `quote_id` and `text`.

        For work in JupyterLab. It names no interview, and nothing of it gets into a report by itself.
        """
        codings = self.table("codings")
        chosen = codings[(codings["code_id"] == code_id) & (codings["coder"] == self.codebook.lead_coder)]
        texts = self.table("segments").set_index("segment_id")["text"][chosen["segment_id"]].dropna()
        return pd.DataFrame({"quote_id": [quote_id(t) for t in texts], "text": list(texts)})

    def quotation(self, exhibit_id: str, wanted: str, printed: str) -> Quotation:
        """A quotation to show, checked against the coded segment with this quote id.

        Raises
        ------
        NotebookError
            If there is no such segment, or more was changed than cuts and descriptions in brackets.
        """
        check_quotation(printed, find_segment(self.table("segments"), wanted))
        self._quotations[exhibit_id] = wanted
        return Quotation(exhibit_id, wanted, printed, self.chapter.id)

    def speaker(self, value_id: str, exhibit_id: str) -> Value:
        """Keep how the speaker of a quotation shown in this chapter is called, in all its forms.

        Raises
        ------
        NotebookError
            If the chapter has no such quotation.
        """
        if exhibit_id not in self._quotations:
            known = ", ".join(self._quotations) or "keine"
            raise NotebookError(
                f"Ein Zitat „{exhibit_id}“ hat dieses Kapitel vor dieser Zelle nicht gezeigt; gezeigt sind: {known}."
            )
        forms = draw_speaker(self._quotations[exhibit_id], self.codebook.speakers)
        return self.chapter.number(value_id, 0, label=forms["nominative"], forms=forms)

    def _by_frequency(self, table: pd.DataFrame, group: str) -> list[str]:
        """Codes of a group, most cases first; ties in the order of the codebook."""
        n = table.set_index("row")["n"]
        return sorted((c.id for c in self.codebook.group_codes(group)), key=lambda c: -n[c])

    def _define(self, table: pd.DataFrame) -> pd.DataFrame:
        return define(table, "codings", source=self.source, coder=self.codebook.lead_coder)


def theme_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `coverage` and `meetings`: theme, count, and percent or number of places."""
    return tuple(
        Row(
            (
                r.label,
                format_count(r.n),
                format_count(r.segment_pairs_n)
                if "segment_pairs_n" in table
                else format_percent(r.n, r.base_n),
            ),
            numbers=("", f"{r.row}:{TOTAL}", ""),
        )
        for r in table.itertuples()
    )


def agreement_rows(table: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Row, ...]:
    """Printed rows of agreement: label, „450 von 470“, percent, alpha with its interval."""
    return tuple(
        Row(
            (
                labels[r.row],
                f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}",
                format_percent(r.n, r.base_n),
                format_alpha(r.alpha),
                ""
                if pd.isna(r.alpha_low)
                else f"{format_alpha(r.alpha_low)} bis {format_alpha(r.alpha_high)}",
            ),
            numbers=("", f"{r.row}:{TOTAL}", "", "", ""),
        )
        for r in table.itertuples()
    )


def format_alpha(alpha: float | None) -> str:
    """Alpha or kappa with two decimals; a dash where it does not exist.

    >>> format_alpha(0.846), format_alpha(None)
    ('0,85', '–')
    """
    return NO_VALUE if alpha is None or pd.isna(alpha) else format_decimal(alpha, decimals=2)
