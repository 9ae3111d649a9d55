"""What a notebook does with the advisers' log: visits, days and alliances, and what was agreed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.core.numbers import NBSP, format_count, format_decimal, format_percent
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.report.lists import Listing
from gkanalysis.tabulate.lists import ANY, band_table, case_table, row_table, sum_table

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

COUNTED = "counted"  # column for tables that count all rows together


class Visits(Listing):
    """The log of visits to alliances: how many, how long, in which form, by whom, what was agreed.

    Parameters
    ----------
    step : the smallest part of a day that the log knows
    """

    needs = ("case_id", "days", "form", "team", "agreed", "state")

    def __init__(self, chapter: Chapter, source: str, *, step: float = 0.5) -> None:
        super().__init__(chapter, source)
        self.step = step

    @cached_property
    def cases(self) -> pd.DataFrame:
        """All alliances of the register: `case_id`, `type`."""
        return self.chapter.alliances[["alliance_id", "type"]].rename(columns={"alliance_id": "case_id"})

    def extent(self, columns: Sequence[str] = ("form", "team")) -> pd.DataFrame:
        """Visits, days and visited alliances, all together and by the options of columns.

        Returns
        -------
        DataFrame, three rows per line: `row` (line and measure), `line`, `measure` (visits, days, alliances),
        `label`, `subgroup` (always "alle"), `n` (of days: steps), `base_n`, `definition`
        """
        rows = self.rows.assign(**{COUNTED: ANY})
        lines = [
            (COUNTED, ANY, "alle Besuche"),
            *((c, o, text) for c in columns for o, text in self.labels(c).items()),
        ]
        made = []
        for column, option, label in lines:
            everything = option == ANY
            known = {} if everything else {"column": column, "option": option}
            by_measure = {
                "visits": (row_table(rows, column, [ANY] if everything else list(self.labels(column)), self.cases), "list_rows", {}),
                "days": (
                    sum_table(rows, column, [option], "days", self.step, self.cases), "list_sum",
                    {"sum": "days", "step": f"{self.step:g}"},
                ),
                "alliances": (case_table(rows, column, [option], self.cases), "list_cases", {}),
            }  # fmt: skip
            for measure, (table, kind, more) in by_measure.items():
                (found,) = table[table["row"] == option].to_dict("records")
                line = f"{column}-{option}" if known else "alle"
                numbers = pd.DataFrame(
                    [{"row": f"{line}-{measure}", "line": line, "measure": measure, "label": label}]
                )
                numbers = numbers.assign(subgroup=TOTAL, n=found["n"], base_n=found["base_n"])
                made.append(define(numbers, kind, source=self.name, **known, **more))
        return pd.concat(made, ignore_index=True)

    def by_type(self, column: str, *, given: str = "") -> pd.DataFrame:
        """Rows of the log by the options of a column and by type; with `given` only those that fill that column.

        Returns
        -------
        DataFrame as `tabulate.lists.row_table` gives it, with `definition`
        """
        rows = self.rows[self.rows[given].notna()] if given else self.rows
        table = row_table(
            rows, column, list(self.labels(column)), self.cases, by="type", groups=self.chapter.types
        )
        return define(table, "list_rows", source=self.name, column=column, given=given)

    def filled(self, column: str) -> pd.DataFrame:
        """How many visits fill a column, of all: one row, for `Chapter.value`."""
        n = int(self.rows[column].notna().sum())
        table = pd.DataFrame([{"row": column, "subgroup": TOTAL, "n": n, "base_n": len(self.rows)}])
        return define(table, "list_rows", source=self.name, filled=column)

    def used(self, foreseen: float) -> pd.DataFrame:
        """Alliances by how many of the days foreseen for each they used: all, more, fewer, none.

        Returns
        -------
        DataFrame as `tabulate.lists.band_table` gives it, with `label` and `definition`
        """
        days, s = format_decimal(foreseen, decimals=0 if foreseen == int(foreseen) else 1), self.step
        bands = {
            "alle": (foreseen, foreseen, f"alle {days} Tage"), "mehr": (foreseen + s, 366.0, f"mehr als {days} Tage"),
            "weniger": (s, foreseen - s, f"weniger als {days} Tage"), "keine": (0.0, 0.0, "keinen Tag"),
        }  # fmt: skip
        return self._bands("days", bands)

    def visits(self) -> pd.DataFrame:
        """Alliances by number of visits, one line for each number from the least to the most; as `used`."""
        counts = self.rows["case_id"].value_counts().reindex(self.cases["case_id"], fill_value=0)
        numbers = range(int(counts.min()), int(counts.max()) + 1)
        return self._bands("", {f"b{k}": (k, k, f"{k} {'Besuch' if k == 1 else 'Besuche'}") for k in numbers})

    def _bands(self, amount: str, bands: Mapping[str, tuple[float, float, str]]) -> pd.DataFrame:
        limits = {name: (low, high) for name, (low, high, _) in bands.items()}
        table = band_table(self.rows, amount, limits, self.step, self.cases)
        table["label"] = [bands[name][2] for name in table["row"]]
        parts = []
        for name, part in table.groupby("row", sort=False):
            low, high = limits[str(name)]
            known = {"sum": amount} | {"low": f"{low:g}", "high": f"{high:g}"}
            parts.append(define(part, "list_cases", source=self.name, **known))
        return pd.concat(parts, ignore_index=True)

    def days(self, n: int) -> str:
        """A number of steps in days, as it is printed: 80,5."""
        amount = n * self.step
        return (
            format_count(int(amount))
            if amount == int(amount)
            else format_decimal(amount, decimals=self._decimals)
        )

    @property
    def _decimals(self) -> int:
        return max(1, math.ceil(-math.log10(self.step)))

    def extent_rows(self, table: pd.DataFrame, headings: Mapping[str, str]) -> tuple[Row, ...]:
        """Printed rows of `extent`, a heading per column: visits, days, alliances."""
        rows, block = [], ""
        for line, part in table.groupby("line", sort=False):
            column = str(line).partition("-")[0]
            if column in headings and column != block:
                rows.append(Row((headings[column],), kind="block"))
                block = column
            n = part.set_index("measure")[["n", "base_n"]]
            cells = (format_count(n.loc["visits", "n"]), self.days(int(n.loc["days", "n"])))
            of = f"{format_count(n.loc['alliances', 'n'])}{NBSP}von{NBSP}{format_count(n.loc['alliances', 'base_n'])}"
            names = tuple(f"{line}-{m}:{TOTAL}" for m in ("visits", "days", "alliances"))
            rows.append(Row((part["label"].iloc[0], *cells, of), numbers=("", *names)))
        return tuple(rows)


def band_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Visits.used` and `Visits.visits`: „27 von 58“ and percent."""
    return tuple(
        Row(
            (r.label, f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}", format_percent(r.n, r.base_n, decimals=0)),
            numbers=("", f"{r.row}:{r.subgroup}", ""),
        )
        for r in table.itertuples()
    )  # fmt: skip
