"""Kinds of numbers that count rows of a list: rows, sums of an amount, alliances that stand in it, published totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known
from gkanalysis.core.numbers import NBSP, format_count, format_date
from gkanalysis.counts.count import Count, Says, Units, each, format_number, is_in
from gkanalysis.counts.data import TOTAL, Data, in_order
from gkanalysis.counts.waves import REGISTER_FILE

SIGNS = {"anzahl": "", "prozent": f"{NBSP}%"}  # unit -> what follows the number; other units are written out
LINE = ("line",)  # what tells a row of a list from others
IN_LIST = "any"  # question whether an alliance stands in a list at all


def option_question(column: str, option: str, given: str = "") -> str:
    """Id of the question whether an alliance has a row with an option; so the policy may name it, too.

    >>> option_question("form", "telefon"), option_question("state", "offen", "agreed")
    ('form/telefon', 'state/offen+agreed')
    """
    return f"{column}/{option}" + (f"+{given}" if given else "")


@dataclass(frozen=True, kw_only=True)
class OfList(Count):
    """What counts of lists share.

    Parameters
    ----------
    column : rows of the table are the values of this column, or of several joined by a comma; empty: one row, `alle`
    given : only rows of the list that fill this column
    """

    column: str = ""
    given: str = ""

    # What a row of the list weighs: a column, in steps; empty: each weighs 1. Fields of the kinds that have them.
    amount, step = "", 1
    marked: ClassVar[bool] = False

    def list_rows(self, data: Data) -> pd.DataFrame:
        """The rows of the list with their values of `column` as `is`, a tuple, and `weight`; none without a value."""
        return data._keep(("list", self), lambda: self._list_rows(data))

    def _list_rows(self, data: Data) -> pd.DataFrame:
        rows = data.table(f"{self.source}-rows").reset_index(drop=True)
        split = self.column.split(",") if self.column else []
        columns = [*split, *filter(None, [self.given])]
        for name in columns:
            column_title(data, self.source, name)  # an unknown column is answered
        rows = rows.dropna(subset=columns).rename(columns={"row": "line"})
        value = rows[split].astype("str").agg(",".join, axis=1) if split else pd.Series(TOTAL, index=rows.index)
        several = len(split) == 1 and _column(data, self.source, split[0]).several
        values = [tuple(x.strip() for x in v.split(";") if x.strip()) if several else (v,) for v in value]
        weight = in_steps(rows[self.amount], self.step, self.source) if self.amount else 1
        return rows.assign(**{"is": values}, case_id=rows.get("case_id", ""), weight=weight)

    def options(self, data: Data) -> Mapping[str, str]:
        """The declared values of the column, or those that occur, numbers by their size; and all rows together."""
        one = self.column if "," not in self.column else ""
        declared = column_labels(data, self.source, one) if one else {}
        labels = {v: v for values in self.list_rows(data)["is"] for v in values if v not in declared}
        if one and _column(data, self.source, one).kind in ("int", "number"):
            labels = {v: shown(float(v)) for v in in_order(labels)}
        return {**declared, **labels, TOTAL: "alle Zeilen"}

    def units(self, data: Data) -> Units:
        """A unit is a row of the list."""
        rows = self.list_rows(data)
        found = each(rows, self.options(data))
        n = [r == TOTAL or r in values for values, r in zip(found["is"], found["row"], strict=True)]
        return Units(found.assign(base=True, n=n), lambda: self.places(data, self.amount or self.column), LINE)

    def places(self, data: Data, column: str) -> pd.DataFrame:
        """Rows of the list in the shape of responses: file, sheet, row and column."""
        rows, column = self.list_rows(data), column.partition(",")[0]
        title = f", Spalte „{column_title(data, self.source, column)}“" if column else ""
        value = [shown(v) for v in rows[column]] if column else ""
        file = self.source + "/" + rows["file"].astype("str")
        return rows.assign(value=value, state="", raw="", part="", file=file, place=rows["place"].astype("str") + title)

    def question(self, row: str) -> str:
        """The question that a row is about: who has such a row."""
        return IN_LIST if row == TOTAL or not self.column else option_question(self.column, row, self.given)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """A count of rows or a sum tells only whether there are alliances, and at most how many."""
        return (Says("listed", self.question(row), ("present",), exact=False),)

    def of_words(self, data: Data, row: str) -> str:
        """Which rows of which list."""
        title = data.book(self.source).title
        told = f"der Liste „{title}“"
        if self.given:
            told += f", in denen „{column_title(data, self.source, self.given)}“ ausgefüllt ist"
        if self.column and row != TOTAL:
            names = self.column.split(",")
            values = row.split(",", len(names) - 1)
            pairs = [
                f"„{column_title(data, self.source, c)}“ = „{column_labels(data, self.source, c).get(v, v)}“"
                for c, v in zip(names, values, strict=True)
            ]
            told += f" mit {' und '.join(pairs)}"
        return told


@dataclass(frozen=True, kw_only=True)
class ListRows(OfList):
    """Rows of a list by a column, of all rows that fill it.

    `of` is the base: `filled` (rows that have a value), or `none` (the rows have no base). `filled` counts the rows that
    fill a column, of all rows.
    """

    of: str = "filled"
    filled: str = ""

    base_name: ClassVar[str] = "answered"
    unit_words: ClassVar[str] = "Anzahl der Zeilen"

    def options(self, data: Data) -> Mapping[str, str]:
        """The values; or the column that is filled."""
        if self.filled:
            return {self.filled: column_title(data, self.source, self.filled)}
        return super().options(data)

    def units(self, data: Data) -> Units:
        """A unit is a row of the list."""
        made = super().units(data)
        n = made.rows[self.filled].notna() if self.filled else made.rows["n"]
        base = pd.NA if self.of == "none" else True
        return replace(made, rows=made.rows.assign(n=n, base=pd.array([base] * len(n), "boolean")))

    def question(self, row: str) -> str:
        """As all lists; or whether an alliance has a row that fills the column."""
        return option_question("filled", self.filled) if self.filled else super().question(row)

    def words(self, data: Data, row: str) -> str:
        """Which rows."""
        if self.filled:
            return f"Gezählt sind Zeilen {self.of_words(data, TOTAL)}, in denen „{column_title(data, self.source, self.filled)}“ ausgefüllt ist; Basis: alle ihre Zeilen"
        return f"Gezählt sind Zeilen {self.of_words(data, row)}"


@dataclass(frozen=True, kw_only=True)
class ListSum(OfList):
    """What an amount adds up to over rows of a list, in whole steps; the base is the sum over all rows."""

    amount: str = field()
    step: float = 1

    base_name: ClassVar[str] = "answered"
    wordings: ClassVar[Any] = {"amount": lambda x: format_number(x.n * x.counted.count.step)}  # 290 or 80,5

    def words(self, data: Data, row: str) -> str:
        """The amount and the rows."""
        step = f"{self.step:g}".replace(".", ",")
        return f"Addiert ist „{column_title(data, self.source, self.amount)}“ über die Zeilen {self.of_words(data, row)}, in Schritten von {step}"


@dataclass(frozen=True, kw_only=True)
class ListCases(OfList):
    """Alliances with at least one row of a value, of all alliances."""

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        rows, found = self.list_rows(data), each(data.alliances[["case_id"]], self.options(data))
        has = [(c, v) for c, values in zip(rows["case_id"], rows["is"], strict=True) for v in (*values, TOTAL)]
        return Units(found.assign(base=True, n=is_in(found, ("case_id", "row"), has)), lambda: self.of_alliances(data))

    def of_alliances(self, data: Data) -> pd.DataFrame:
        """Alliances as evidence: the rows of the list that are an alliance's own, or its row of the register."""
        rows = self.places(data, "").assign(value="1")
        silent = data.alliances[~data.alliances["case_id"].isin(rows["case_id"])][["case_id"]]
        place = "Kennung " + silent["case_id"] + f" (keine Zeile in {self.source})"
        silent = silent.assign(value="0", file=REGISTER_FILE, place=place)
        return pd.concat([rows, silent])

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many alliances have such a row."""
        return (Says("listed", self.question(row), ("present",)),)

    def words(self, data: Data, row: str) -> str:
        """Which rows."""
        return f"Gezählt sind Bündnisse mit wenigstens einer Zeile in {self.of_words(data, row).removeprefix('der ')}; Basis: alle Bündnisse"


@dataclass(frozen=True, kw_only=True)
class ListTotal(OfList):
    """Totals that somebody else published, each a row of a list: copied, not counted again.

    `column` names a total, `amount` holds it, `part_of` names the total that it is a part of.
    """

    amount: str = "value"
    part_of: str = "part_of"

    base_says: ClassVar[str] = "Summe|Ankündigung"
    within: ClassVar[bool] = False
    own_columns: ClassVar[bool] = True
    columns: ClassVar[Any] = {"Stand": lambda r: format_date(r.as_of), "Wert": lambda r: r.of}
    wordings: ClassVar[Any] = {
        "published": lambda x: x.counted.count.published(x.counted.data)[x.row][0],  # etwa 50 Mio. Euro
        "published_of": lambda x: x.counted.count.published(x.counted.data)[x.row][1],  # 5 von 50 Mio. Euro
    }

    def published(self, data: Data) -> dict[str, tuple[str, str]]:
        """Total -> as it must be printed, alone and with the total that it is part of.

        One unit is enough where both have the same: 5 von 50 Mio. Euro.
        """
        rows = data.table(f"{self.source}-rows").set_index(self.column).to_dict("index")
        units = column_labels(data, self.source, "unit")

        def told(r: Mapping[str, Any]) -> str:
            unit = SIGNS.get(r["unit"], f"{NBSP}{units.get(r['unit'], r['unit'])}")
            number = f"{format_count(int(r[self.amount]))}{unit}"
            return number if pd.isna(r["qualifier"]) else f"{r['qualifier']} {number}"

        made = {}
        for name, r in rows.items():
            whole = None if pd.isna(r[self.part_of]) else rows[r[self.part_of]]
            same = whole is not None and whole["unit"] == r["unit"] and pd.isna(r["qualifier"])
            first = format_count(int(r[self.amount])) if same else told(r)
            made[name] = (told(r), told(r) if whole is None else f"{first}{NBSP}von{NBSP}{told(whole)}")
        return made

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Unit, qualifier, date and place of publication."""
        rows = data.table(f"{self.source}-rows").set_index(self.column)
        printed = pd.DataFrame.from_dict(self.published(data), orient="index", columns=["said", "of"])
        more = rows[["unit", "qualifier", "as_of", "published_in", "published_id"]]
        return more.assign(qualifier=more["qualifier"].fillna(""), said=printed["said"], of=printed["of"])

    def options(self, data: Data) -> Mapping[str, str]:
        """The totals."""
        rows = data.table(f"{self.source}-rows")
        return dict(zip(rows[self.column], rows["label"] if "label" in rows else rows[self.column], strict=True))

    def units(self, data: Data) -> Units:
        """A unit is a row that weighs its total; the total that it is part of is the base."""
        rows = self.list_rows(data).explode("is")
        if len(twice := rows.loc[rows["is"].duplicated(), "is"]):
            raise NotebookError(
                f"„{self.source}“: die Summe „{twice.iloc[0]}“ steht mehrmals in der Liste; bitte berichtigen."
            )
        whole = rows.dropna(subset=[self.part_of])
        if len(wrong := whole[~whole[self.part_of].isin(rows["is"])]):
            raise NotebookError(
                f"„{self.source}“, Zeile {wrong['line'].iloc[0]}: „Teil von“ nennt „{wrong[self.part_of].iloc[0]}“, das die Liste nicht "
                "hat; bitte berichtigen."
            )
        base = rows["is"].isin(whole["is"]).map({True: False, False: pd.NA})
        bases = rows.set_index("is").loc[whole[self.part_of]].assign(row=whole["is"].to_numpy(), n=False, base=True)
        found = pd.concat([rows.assign(row=rows["is"], n=True, base=base), bases]).astype({"base": "boolean"})
        return Units(found, lambda: self.places(data, self.amount), LINE)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Published facts; the policy must say so of the list."""
        return (Says("published"),)

    def words(self, data: Data, row: str) -> str:
        """The total."""
        return (
            f"Wiedergegeben ist die Summe „{row}“ aus der Liste „{data.book(self.source).title}“; sie ist der Veröffentlichung "
            "entnommen und nicht nachgerechnet, denn Einzeldaten liegen nicht vor"
        )


def in_steps(amounts: pd.Series, step: float, source: str) -> pd.Series:
    """Amounts as whole numbers of steps, so that sums stay exact.

    >>> in_steps(pd.Series([1.0, 2.5]), 0.5, "log").tolist()
    [2, 5]
    """
    exact = [Fraction(str(a)) / Fraction(str(step)) for a in amounts]
    if wrong := [str(a) for a, e in zip(amounts, exact, strict=True) if e.denominator != 1]:
        raise NotebookError(
            f"„{source}“: {wrong[0]} ist kein Vielfaches von {step:g}; bitte Liste oder Schritt berichtigen."
        )
    return pd.Series([int(e) for e in exact], index=amounts.index, dtype="int64")


def _column(data: Data, source: str, column: str) -> Any:
    """What is declared of a column of a list; an unknown one is answered."""
    columns = {c.name: c for c in data.book(source).spec.columns}
    return Known(columns, ("Spalte", f"gibt es in der Liste „{source}“ nicht"))[column]


def column_title(data: Data, source: str, column: str) -> str:
    """The heading of a column of a list; an unknown one is answered."""
    declared = _column(data, source, column)
    return declared.titles[0] if declared.titles else column


def column_labels(data: Data, source: str, column: str) -> Mapping[str, str]:
    """Option -> printed label of a column of a list, in the order of the codebook."""
    options = _column(data, source, column).options
    labels = {option: texts[0] if texts else option for option, texts in options.items()}
    return Known(labels, ("Wert", f"gibt es in „{source}“, Spalte „{column}“, nicht"))


def shown(value: Any) -> str:
    """A value as the list shows it: whole numbers without decimals, others with a comma.

    >>> shown(2.0), shown(2.5), shown("Essen")
    ('2', '2,5', 'Essen')
    """
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
