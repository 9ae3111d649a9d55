"""What a notebook does with lists: totals of the programme, events; the log of visits has its own module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.codebook.lists import ListBook, read_list_book
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known, enumeration, listed
from gkanalysis.core.numbers import (
    NBSP,
    format_count,
    format_date,
    format_percent,
    number_word,
)
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.report.values import WORDINGS, Value

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

SIGNS = {"anzahl": "", "prozent": f"{NBSP}%"}  # unit -> what follows the number; other units are written out


class Listing:
    """A list in a chapter: its codebook and its rows.

    Parameters
    ----------
    chapter : Chapter
    source : a source that is a list, such as `ereignisse`

    Raises
    ------
    NotebookError
        If the list lacks a column that is worked with.
    """

    needs: tuple[str, ...] = ()

    def __init__(self, chapter: Chapter, source: str) -> None:
        self.chapter, self.name = chapter, source
        self.book: ListBook = read_list_book(chapter.paths.codebook(source))
        missing = [n for n in self.needs if n not in {c.name for c in self.book.spec.columns}]
        if missing:
            raise NotebookError(
                f"Der Liste „{source}“ fehlt die Spalte „{missing[0]}“ (nötig: {', '.join(self.needs)}); bitte das Codebuch "
                "ergänzen oder eine andere Liste angeben."
            )

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row per filled row of the list: the declared columns, `file`, `row`, `place`."""
        return self.chapter.table(f"{self.name}-rows")

    def labels(self, column: str) -> Known:
        """Option -> printed label of a column, in the order of the codebook; unknown ones are answered."""
        columns = {c.name: c.options for c in self.book.spec.columns}
        options = Known(columns, ("Spalte", f"gibt es in der Liste „{self.name}“ nicht"))[column]
        labels = {option: texts[0] if texts else option for option, texts in options.items()}
        return Known(labels, ("Wert", f"gibt es in „{self.name}“, Spalte „{column}“, nicht"))

    @property
    def source(self) -> str:
        """The source line of an exhibit; published facts say that they are not invented and not counted anew."""
        if not self.book.is_published:
            return self.chapter.source(self.name)
        real = "; anders als die übrigen Daten nicht erfunden" if self.chapter.mark else ""
        return f"Quelle: {self.book.title}; wie veröffentlicht{real}."


class Totals(Listing):
    """Totals that somebody else published: number, unit, the word that qualifies it, date, and where it stands."""

    needs = (
        "indicator",
        "label",
        "value",
        "unit",
        "qualifier",
        "part_of",
        "as_of",
        "published_in",
        "published_id",
    )

    def table(self) -> pd.DataFrame:
        """All totals in the order of the list.

        Returns
        -------
        DataFrame, one row per total: `row` (indicator), `subgroup`, `label`, `n`, `base_n` (the total that it is
        part of, missing if none), `unit`, `qualifier`, `said` (number as it must be printed), `of` (with its base),
        `as_of`, `published_in`, `published_id`, `definition`

        Raises
        ------
        NotebookError
            If a total is missing, is no whole number, or is part of one that the list does not have.
        """
        known = {r["indicator"]: r for r in self.rows.to_dict("records")}
        made = []
        for indicator, r in known.items():
            whole = None if pd.isna(r["part_of"]) else known.get(r["part_of"])
            if whole is None and not pd.isna(r["part_of"]):
                raise NotebookError(f"„{self.name}“, Zeile {r['row']}: „Teil von“ nennt „{r['part_of']}“, das die Liste nicht hat; bitte berichtigen.")  # fmt: skip
            said, base = self._said(r), None if whole is None else self._said(whole)
            qualifier = "" if pd.isna(r["qualifier"]) else r["qualifier"]
            # one unit is enough where both have the same: 5 von 50 Mio. Euro
            same = whole is not None and whole["unit"] == r["unit"] and not qualifier
            first = format_count(int(r["value"])) if same else said
            made.append(
                {"row": indicator, "subgroup": TOTAL, "label": r["label"], "n": int(r["value"])}
                | {"base_n": None if whole is None else int(whole["value"]), "unit": r["unit"]}
                | {
                    "qualifier": qualifier,
                    "said": said,
                    "of": f"{first}{NBSP}von{NBSP}{base}" if base else said,
                }
                | {k: r[k] for k in ("as_of", "published_in", "published_id")}
            )
        table = pd.DataFrame(made).astype({"n": "int64", "base_n": "Int64"})
        return define(table, "list_total", source=self.name, key="indicator", column="value", part="part_of")

    def _said(self, row: Mapping[str, Any]) -> str:
        """A total in words: the qualifier, the number, the unit."""
        if pd.isna(row["value"]) or row["value"] != int(row["value"]):
            raise NotebookError(f"„{self.name}“, Zeile {row['row']}: „{row['label']}“ hat keine ganze Zahl; bitte in einer kleineren Einheit angeben.")  # fmt: skip
        unit = SIGNS.get(row["unit"], f"{NBSP}{self.labels('unit').get(row['unit'], row['unit'])}")
        number = f"{format_count(int(row['value']))}{unit}"
        return number if pd.isna(row["qualifier"]) else f"{row['qualifier']} {number}"

    def value(self, value_id: str, indicator: str) -> Value:
        """Keep a total for the text; whatever wording is asked for, word and unit come with the number.

        The wording `capital` begins a sentence, `of` names the total that it is part of.

        Raises
        ------
        NotebookError
            If there is no such total.
        """
        table = self.table()
        hit = table[table["row"] == indicator].to_dict("records")
        if not hit:
            raise NotebookError(
                f"Die Summe „{indicator}“ steht nicht in „{self.name}“; es gibt {listed(table['row'], indicator)}."
            )
        (total,) = hit
        said = str(total["said"])
        forms = dict.fromkeys(WORDINGS, said) | {
            "of": str(total["of"]),
            "capital": said[0].upper() + said[1:],
        }
        base_n = None if pd.isna(total["base_n"]) else int(total["base_n"])
        if total["unit"] == "anzahl" and not total["qualifier"]:
            forms["word"] = number_word(total["n"])
        if base_n and not total["qualifier"]:  # of two exact numbers the share is exact
            forms["percent"] = format_percent(total["n"], base_n, decimals=0 if base_n < 100 else 1)
        origin = {
            "row": indicator,
            "subgroup": TOTAL,
            "chapter": self.chapter.id,
            "definition": total["definition"],
        }
        return self.chapter.number(value_id, total["n"], base_n, origin=origin, label=said, forms=forms)

    def qualifiers(self) -> str:
        """The words that qualify a total, as a German enumeration: „etwa“ und „rund“."""
        return enumeration(f"„{q}“" for q in dict.fromkeys(q for q in self.table()["qualifier"] if q))


def total_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Totals.table`, a heading per publication: what, as of, how much."""
    rows = []
    for where, part in table.groupby("published_in", sort=False):
        rows.append(Row((str(where),), kind="block"))
        rows += [
            Row((r.label, format_date(r.as_of), r.of), numbers=("", "", f"{r.row}:{TOTAL}"))
            for r in part.itertuples()
        ]
    return tuple(rows)


class Events(Listing):
    """Events with date, place, kind and topic."""

    needs = ("date", "location", "kind", "topic")

    def table(self) -> pd.DataFrame:
        """All events by date.

        Returns
        -------
        DataFrame, one row per event: `row`, `subgroup`, `n` (always 1), `base_n`, `kind`, `topic`, `location`, `day` as
            they are printed, `definition`

        Raises
        ------
        NotebookError
            If an event lacks one of them.
        """
        labels = self.labels("kind")
        made = []
        for r in self.rows.sort_values(["date", "row"]).to_dict("records"):
            if any(pd.isna(r[c]) for c in self.needs):
                raise NotebookError(
                    f"„{self.name}“, Zeile {r['row']}: Datum, Ort, Art oder Thema fehlt; bitte in der Liste nachtragen."
                )
            known = {
                "source": self.name,
                "column": "date,kind",
                "option": f"{r['date']},{r['kind']}",
                "base": "none",
            }
            shown = {
                "kind": labels[r["kind"]],
                "topic": r["topic"],
                "location": r["location"],
                "day": format_date(r["date"]),
            }
            event = pd.DataFrame(
                [{"row": f"{r['date']}-{r['kind']}", "subgroup": TOTAL, "n": 1, "base_n": None, **shown}]
            )
            made.append(define(event, "list_rows", **known))
        return pd.concat(made, ignore_index=True)

    def count(self, column: str = "", option: str = "") -> pd.DataFrame:
        """How many events there are, or how many with a value, of all: one row, for `Chapter.value`."""
        columns = Known(self.rows, ("Spalte", f"gibt es in der Liste „{self.name}“ nicht"))
        n = int((columns[column] == option).sum()) if column else len(self.rows)
        table = pd.DataFrame(
            [
                {
                    "row": option or "alle",
                    "subgroup": TOTAL,
                    "n": n,
                    "base_n": len(self.rows) if column else None,
                }
            ]
        )
        known = {"column": column, "option": option} if column else {"base": "none"}
        return define(table, "list_rows", source=self.name, **known)


def event_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Events.table`, a heading per year: kind and topic, place, day."""
    rows = []
    for year, part in table.groupby(table["day"].str[-4:], sort=False):
        rows.append(Row((str(year),), kind="block"))
        rows += [
            Row((f"{r.kind}: {r.topic}", r.location, r.day), numbers=("", "", f"{r.row}:{TOTAL}"))
            for r in part.itertuples()
        ]
    return tuple(rows)
