"""`Count`: which units there are, which are in the base, which are counted, and what stands behind each.

A kind of number is a frozen dataclass that says this once. The table, the place of each answer, the account, the
sentence that explains it, what it gives away, and the line that makes it again follow from here.
"""

from __future__ import annotations

import ast
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.errors import VerificationError
from gkanalysis.core.numbers import NBSP, NO_VALUE, format_count, format_decimal
from gkanalysis.counts.data import TOTAL, Data, Grouping
from gkanalysis.stats.intervals import finite_population_interval, logical_bounds

CASE = ("case_id",)
EVIDENCE = ["case_id", "state", "value", "raw", "file", "part", "place"]
TOGETHER = "|"  # joins the ids of rows that are counted together
# Below 30 one case moves the share by more than 3 points, below 10 by more than 10: the count says it all.
SMALL_BASE, VERY_SMALL_BASE = 30, 10
# Below 0.667 Krippendorff (Content Analysis, 2004, p. 241) draws no conclusions, not even tentative ones.
WEAK, LEAST_ALPHA = "†", 0.667


def small_base_mark(base_n: int) -> str:
    """Mark to print beside a share: "" from 30 cases, "*" below, "**" below 10.

    >>> [small_base_mark(base_n) for base_n in (30, 29, 10, 9)]
    ['', '*', '*', '**']
    """
    return "**" if base_n < VERY_SMALL_BASE else "*" if base_n < SMALL_BASE else ""


@dataclass(frozen=True)
class Units:
    """The units of a count.

    Attributes
    ----------
    rows : one row per unit and row of the table: `case_id` ("" where it belongs to none), `row`, `base` (True, False, or
        missing: this row has no base), `n` (whether it is counted), `weight` (whole number; 1 where there is none)
    given : one row per place of the received material, with what it has of `EVIDENCE`, or how to get it when somebody
        asks; None: the rows themselves
    key : the columns of both that tell a unit from others; a unit is as fine as what stands behind it
    """

    rows: pd.DataFrame
    given: pd.DataFrame | Callable[[], pd.DataFrame] | None = None
    key: tuple[str, ...] = CASE

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row per place of the received material: the key, and `EVIDENCE`, all as texts."""
        given = self.given() if callable(self.given) else self.given
        given = self.rows.drop_duplicates([*self.key]) if given is None else given
        columns, empty = dict.fromkeys([*self.key, *EVIDENCE]), [""] * len(given)
        return pd.DataFrame({c: _texts(given[c]) if c in given else empty for c in columns}, dtype="object")

    @cached_property
    def by_row(self) -> Mapping[str, np.ndarray]:
        """Row of the table -> positions of its units."""
        return self.rows.groupby("row", sort=False, observed=True).indices

    @cached_property
    def plain(self) -> dict[str, np.ndarray]:
        """The columns as arrays: `n`, `base`, `has_base`, `weight`."""
        rows, base = self.rows, self.rows["base"]
        if base.dtype != bool:
            base = base.astype("boolean")
        weight = rows["weight"].to_numpy(dtype=np.int64) if "weight" in rows else np.ones(len(rows), dtype=np.int64)
        return {
            "n": rows["n"].to_numpy(dtype=bool), "base": base.fillna(False).to_numpy(dtype=bool),
            "has_base": base.notna().to_numpy(dtype=bool), "weight": weight,
        }  # fmt: skip

    @cached_property
    def code(self) -> np.ndarray:
        """A number for each unit."""
        code = np.zeros(len(self.rows), dtype=np.int64)
        for column in self.key:
            of_column, values = pd.factorize(self.rows[column], use_na_sentinel=False)
            code = code * len(values) + of_column
        return code

    def groups(self, grouping: Grouping) -> np.ndarray:
        """Where the group of each unit's case stands among all groups; -1 for cases of none."""
        if grouping.id not in self._groups:
            cases = self.rows["case_id"].astype("category").cat
            of = pd.Index(list(grouping.labels)).get_indexer(grouping.of.reindex(cases.categories))
            self._groups[grouping.id] = np.append(of, -1)[cases.codes]
        return self._groups[grouping.id]

    @cached_property
    def _groups(self) -> dict[str, np.ndarray]:
        return {}

    def once(self, at: np.ndarray, together: bool = False) -> np.ndarray:
        """Positions without those whose unit, or of rows `together` whose case, stands among them before."""
        by_case = together and self.key in (("case_id", "row"), ("case_id", "item_id"))
        code = pd.factorize(self.rows["case_id"])[0] if by_case else self.code
        return at[np.sort(np.unique(code[at], return_index=True)[1])]

    @cached_property
    def _behind(self) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
        made: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        columns = [self.evidence[c].tolist() for c in (*self.key, *EVIDENCE)]
        for told in zip(*columns, strict=True):
            made.setdefault(told[: len(self.key)], []).append(told[len(self.key) :])
        return made

    @cached_property
    def _units(self) -> list[tuple[str, ...]]:
        return list(zip(*(_texts(self.rows[k]) for k in self.key), strict=True))

    def behind(self, at: np.ndarray) -> list[tuple[str, ...]]:
        """The evidence (`EVIDENCE`) of the units at some positions, in their order."""
        return [told for k in at.tolist() for told in self._behind.get(self._units[k], ())]


def _texts(column: pd.Series) -> list[str]:
    """The values of a column as texts, missing ones empty."""
    return ["" if lost else str(v) for v, lost in zip(column.tolist(), column.isna().tolist(), strict=True)]


@dataclass(frozen=True)
class Says:
    """What one printed cell tells about single cases; the disclosure check adds it to all else that is printed.

    Attributes
    ----------
    kind : what is told:
        `x` how many cases are in `states` of the question `name`; `cases` how many cases there are; `any`, `asked`,
        `mentions` of a set: who ticked anything, who was asked, all ticks together; `least` like `x`, at least so many;
        `public` nothing that is not
        known anyway; `whole` something about the material as a whole, harmless where a single case may be counted;
        `behind` units that are no cases: too few cases behind them would show; `weighed` a paired change, see `Change`
    of : the column that holds the number: `n`, `base_n`, or `share_of_responses`; `coded`: that a statistic tells;
        `contact`, `filter`: how many are left out of `population_n`, and why
    statuses : only cases with these; empty for all
    exact : False where a unit is no case: the number tells whether there are cases, and at most how many
    per : then how many units a case has at most, as readers of the empty form suppose; 0: any number
    """

    kind: str
    name: str = ""
    states: tuple[str, ...] = ()
    of: str = "n"
    statuses: tuple[str, ...] = ()
    exact: bool = True
    per: int = 0


PUBLIC = (Says("public"),)
WHOLE = (Says("whole"),)


@dataclass(frozen=True, kw_only=True)
class Count(ABC):
    """A kind of number. Subclasses are frozen dataclasses whose fields are their parameters.

    Parameters
    ----------
    source : the source that is counted, such as `strukturen-2018`

    Examples
    --------
    >>> from gkanalysis.counts.forms import Choice
    >>> count = Choice(source="strukturen-2018", item="2.1")
    >>> count.definition
    'Choice(source="strukturen-2018", item="2.1")'
    >>> Count.read('Choice(source="strukturen-2018", item="2.1").by("type")["nein", "kreis"]')[1:]
    ('type', 'nein', 'kreis')
    """

    source: str = ""

    kinds: ClassVar[dict[str, type[Count]]] = {}
    base_name: ClassVar[str] = "cases"  # names the base in tables; a key of BASE_LABELS
    exclusive: ClassVar[bool] = False  # whether a unit is in one row only, so that rows add up
    within: ClassVar[bool] = True  # whether what is counted is always part of the base
    sampled: ClassVar[bool] = False  # whether the cases stand for all alliances: then the table has intervals
    marked: ClassVar[bool] = True  # whether a small base is marked
    percent: ClassVar[bool] = True  # whether shares are printed; too few cases for it otherwise
    unit_label: ClassVar[str] = "Anzahl"  # what is counted, as the heading of a column
    unit_words: ClassVar[str] = "Anzahl der Bündnisse"  # the same below the title of a figure
    more_words: ClassVar[str] = ""  # what else must be known of the base
    base_says: ClassVar[str] = ""  # pattern of what the base line of its tables says in one way or another
    base_alone: ClassVar[str] = ""  # pattern of what no other kind's base line says
    also: ClassVar[str] = ""  # what one says of its numbers, where the labels of its rows are shorter
    counts_units: ClassVar[bool] = False  # whether units are no cases: then few cases may stand behind many
    own_columns: ClassVar[bool] = False  # whether only `columns` are printed
    columns: ClassVar[Mapping[str, Callable[[Any], str]]] = {}  # heading -> text of a row: further printed columns
    wordings: ClassVar[Mapping[str, Callable[[Any], str]]] = {}  # name -> text: further ways to write its numbers

    def __init_subclass__(cls, **known: Any) -> None:
        super().__init_subclass__(**known)
        Count.kinds[cls.__name__] = cls

    @abstractmethod
    def options(self, data: Data) -> Mapping[str, str]:
        """The declared rows: id -> printed label, in the order of the table."""

    @abstractmethod
    def units(self, data: Data) -> Units:
        """All units; see `Units`."""

    @abstractmethod
    def says(self, data: Data, row: str) -> Iterable[Says]:
        """What a printed cell of a row gives away; there is no kind without an answer."""

    @abstractmethod
    def words(self, data: Data, row: str) -> str:
        """What was counted and of what, in one German sentence without a full stop."""

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame | None:
        """Further columns of the table so far, indexed by row, or by row and subgroup: statistics of the count."""
        return None

    def asks(self, data: Data) -> Iterable[tuple[str, str]]:
        """Source and id of the questions that it rests on."""
        item = getattr(self, "item", "")
        return [(self.source, item)] if item else []

    def notes(self, data: Data) -> tuple[str, ...]:
        """What must stand below its tables."""
        return ()

    def kin(self, data: Data) -> Mapping[str, str]:
        """Row -> the row that it is a part of, or "" where it excludes all others."""
        return {}

    def reading(self, data: Data, row: str) -> str:
        """Whose reading a row is, where coders hardly agree: a sentence about it must say so; else empty."""
        return ""

    def left_out(self, data: Data, row: str) -> Mapping[str, frozenset[str]]:
        """Cases known to be outside the population of a row: why (`contact`, `filter`) -> who."""
        return {}

    # ---- what follows ----

    @property
    def base(self) -> str:
        """The name of the base."""
        return self.base_name

    @property
    def definition(self) -> str:
        """The count in one line that `read` understands; fields with their default are left out."""
        given = []
        for f in fields(self):
            value = getattr(self, f.name)
            if f.default is MISSING or value != f.default:
                given.append(f"{f.name}={_literal(value)}")
        return f"{type(self).__name__}({', '.join(given)})"

    def name(self, row: str, group: str = TOTAL, by: str = "") -> str:
        """The line that names one number of this count."""
        grouped = f".by({_literal(by)})" if by and group != TOTAL else ""
        cell = _literal(row) if group == TOTAL else f"{_literal(row)}, {_literal(group)}"
        return f"{self.definition}{grouped}[{cell}]"

    @staticmethod
    def read(line: str) -> tuple[Count, str, str, str]:
        """The count, grouping, row and group that a line of `name` speaks of.

        Raises
        ------
        VerificationError
            If it is no such line.
        """
        from gkanalysis.counts import forms, lists, talks, waves  # noqa: F401, every kind is known then

        try:
            node = ast.parse(line, mode="eval").body
            row = group = by = ""
            if isinstance(node, ast.Subscript):
                cell = ast.literal_eval(node.slice)
                row, group = cell if isinstance(cell, tuple) else (cell, TOTAL)
                node = node.value
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                by = ast.literal_eval(node.args[0])
                node = node.func.value
            made = Count.kinds[node.func.id](**{k.arg: ast.literal_eval(k.value) for k in node.keywords})
        except (SyntaxError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise VerificationError(
                f"„{line}“ ist keine bekannte Rechenvorschrift; die Zahl lässt sich nicht verfolgen."
            ) from None
        return made, by, row, group

    def counted(self, data: Data) -> Units:
        """The units, computed once for a `Data`."""
        return data._keep(("units", self), lambda: self.units(data))

    def table(self, data: Data, *, by: str = "") -> pd.DataFrame:
        """Count.

        Parameters
        ----------
        data : what was received
        by : a variable of the register or an item (`source:item`); empty: all together

        Returns
        -------
        DataFrame, one row per declared row and subgroup (`alle` first), rows and groups without any unit kept
            `row`, `label`, `subgroup`, `group_label`, `n`, `base_n` (missing: the row has no base), `base`, `share`
            (0 to 1, unrounded), `mark`, and where the cases stand for all alliances `population_n` (how many there are at
            most), `ci_low`, `ci_high` (if chance decided who answered), `bound_low`, `bound_high` (in any case);
            what `extra` adds, and `definition`
        """
        units, options, groups = self.counted(data), dict(self.options(data)), {TOTAL: "insgesamt"}
        plain, row = units.plain, pd.Categorical(units.rows["row"], categories=list(options)).codes
        weights = [np.where(plain[k], plain["weight"], 0) for k in ("n", "base")]

        def sums(of: np.ndarray, n_groups: int) -> list[np.ndarray]:
            """n and base_n of each group (column) in each row; who has none is left out."""
            inside, size = (row >= 0) & (of >= 0), len(options) * n_groups
            at = (row.astype(np.int64) * n_groups + of)[inside]
            return [np.bincount(at, w[inside], size).reshape(-1, n_groups).astype(np.int64) for w in weights]

        made = sums(np.zeros(len(row), dtype=np.int8), 1)
        if by:
            groups |= data.group(by).labels
            parts = sums(units.groups(data.group(by)), len(groups) - 1)
            made = [np.hstack(both) for both in zip(made, parts, strict=True)]
        # A row that nobody is in has a base if any other row has one.
        in_row = np.bincount(row[row >= 0], minlength=len(options))
        with_base = np.bincount(row[(row >= 0) & plain["has_base"]], minlength=len(options))
        has_base = np.where(in_row > 0, with_base > 0, with_base.any() or not len(row))
        base_n = pd.array(made[1].ravel(), dtype="Int64")
        base_n[~has_base.repeat(len(groups))] = pd.NA
        table = pd.DataFrame(
            {
                "row": [r for r in options for _ in groups], "label": [v for v in options.values() for _ in groups],
                "subgroup": [*groups] * len(options), "group_label": [*groups.values()] * len(options),
                "n": made[0].ravel(), "base_n": base_n, "base": self.base,
            }
        )  # fmt: skip
        return self._complete(data, table, by)

    def _complete(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Shares, intervals, marks and definitions beside n and base_n."""
        n, base_n = table["n"].tolist(), [None if pd.isna(b) else b for b in table["base_n"]]
        table["share"] = [x / b if b else np.nan for x, b in zip(n, base_n, strict=True)]
        if self.sampled:
            table = table.assign(**self._intervals(data, table, by))
        weak = {r: WEAK if self.reading(data, r) else "" for r in table["row"].unique()}
        small = [small_base_mark(b) if self.marked and b is not None else "" for b in base_n]
        table["mark"] = [s + weak[r] for s, r in zip(small, table["row"], strict=True)]
        more = self.extra(data, table, by)
        if more is not None:
            at = table["row"] if more.index.nlevels == 1 else pd.MultiIndex.from_frame(table[["row", "subgroup"]])
            table = table.assign(**{c: more[c].reindex(at).to_numpy() for c in more})
        names = [self.name(r, g, by) for r, g in zip(table["row"], table["subgroup"], strict=True)]
        return table.assign(definition=names)

    def _intervals(self, data: Data, table: pd.DataFrame, by: str) -> dict[str, Any]:
        """Intervals and bounds for the alliances that could be asked; only for groups whose size everybody knows.

        Who did not answer may be one whom a filter leads past the question: the population is then not known, only how
        many it has at most, and the interval holds for every number up to that.
        """
        cases, of = data.alliances["case_id"], data.group(by).of if by and data.group(by).is_public else {}
        left = {r: self.left_out(data, r) for r in table["row"].unique()}
        made = []
        for r, g, x, b in zip(table["row"], table["subgroup"], table["n"], table["base_n"], strict=True):
            inside = cases[~cases.isin(frozenset().union(*left[r].values()))]
            filtered = "filter" in left[r]
            if pd.isna(b) or (g != TOTAL and (filtered or not len(of))):
                made.append((pd.NA, *[np.nan] * 4))
                continue
            most = len(inside) if g == TOTAL else int(inside.map(of).eq(g).sum())
            sizes = range(max(int(b), 1), most + 1) if filtered else (most,)
            low, high = zip(*(finite_population_interval(int(x), int(b), size) for size in sizes), strict=True)
            made.append((most, min(low), max(high), *logical_bounds(int(x), int(b), most)))
        names = ("population_n", "ci_low", "ci_high", "bound_low", "bound_high")
        columns = dict(zip(names, zip(*made, strict=True), strict=True)) if made else dict.fromkeys(names, ())
        return {
            k: pd.array(v, dtype="Int64") if k == names[0] else np.array(v, dtype=float) for k, v in columns.items()
        }

    def cell(self, data: Data, row: str, group: str = TOTAL, by: str = "") -> Cell:
        """One number with its units; several rows joined by `|` are counted together, each case or other unit once.

        Raises
        ------
        VerificationError
            If the count has no such row or group.
        """
        units = self.counted(data)
        asked = row.split(TOGETHER)
        options = data._keep(("options", self), lambda: self.options(data))
        if unknown := [r for r in asked if r not in options]:
            raise VerificationError(
                f"Zu „{self.definition}“ fehlt die Zeile „{unknown[0]}“; die Zahl lässt sich nicht verfolgen."
            )
        plain = units.plain
        parts = [units.by_row[r] for r in asked if r in units.by_row]
        at = np.concatenate(parts) if parts else np.array([], dtype=int)
        has_base = plain["has_base"][at] if len(at) else plain["has_base"]
        if group != TOTAL:
            grouping = data.group(by or "type")
            if group not in grouping.labels:
                raise VerificationError(
                    f"Zu „{self.definition}“ fehlt die Gruppe „{group}“; die Zahl lässt sich nicht verfolgen."
                )
            at = at[units.groups(grouping)[at] == list(grouping.labels).index(group)]
        counted, inside = (units.once(at[plain[k][at]], len(asked) > 1) for k in ("n", "base"))
        base_n = int(plain["weight"][inside].sum()) if has_base.any() or not len(units.rows) else None
        return Cell(self, units, int(plain["weight"][counted].sum()), base_n, counted, inside)


@dataclass(frozen=True)
class Cell:
    """One number: `n` and `base_n` with the positions of the units counted, and of those of the base."""

    count: Count
    units: Units
    n: int
    base_n: int | None
    counted: np.ndarray
    inside: np.ndarray

    @property
    def rest(self) -> np.ndarray:
        """Units of the base that are not counted; the whole base where both consist of different units."""
        if not self.count.within:
            return self.inside
        code = self.units.code
        return self.inside[~np.isin(code[self.inside], code[self.counted])]

    @property
    def cases(self) -> tuple[int, int]:
        """How many cases stand behind the units counted, and behind the rest."""
        ids = self.units.rows["case_id"]
        return ids.iloc[self.counted].nunique(), ids.iloc[self.rest].nunique()

    @property
    def rows(self) -> pd.DataFrame:
        """What stands behind n: case, state, value, text, file, part and place."""
        return pd.DataFrame(self.units.behind(self.counted), columns=EVIDENCE, dtype="str")

    @property
    def rest_rows(self) -> pd.DataFrame:
        """What stands behind the rest of the base."""
        return pd.DataFrame(self.units.behind(self.rest), columns=EVIDENCE, dtype="str")


def count_of(n: int | None, base_n: int | None = None) -> str:
    """„22 von 23“, or the count alone where there is no base; a dash where the base is empty or there is no number.

    >>> count_of(22, 23).replace(NBSP, " "), count_of(9)
    ('22 von 23', '9')
    """
    if pd.isna(n) or pd.isna(base_n):
        return NO_VALUE if pd.isna(n) else format_count(n)
    return f"{format_count(n)}{NBSP}von{NBSP}{format_count(base_n)}" if base_n else NO_VALUE


def format_number(value: float | None) -> str:
    """A number as short as it is: whole, or with one decimal; a dash where there is none.

    >>> format_number(6.0), format_number(6.25), format_number(float("nan"))
    ('6', '6,3', '–')
    """
    if value is None or pd.isna(value):
        return NO_VALUE
    return format_count(int(value)) if float(value).is_integer() else format_decimal(value, decimals=1)


def _literal(value: Any) -> str:
    """A field as Python writes it, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def each(frame: pd.DataFrame, rows: Iterable[str]) -> pd.DataFrame:
    """A frame once for each row of a table."""
    rows = list(rows)
    made = frame.take(np.repeat(np.arange(len(frame)), len(rows))).reset_index(drop=True)
    return made.assign(row=pd.Series(rows * len(frame), dtype="str"))


def is_in(frame: pd.DataFrame, columns: Sequence[str], pairs: Iterable[tuple[Any, ...]]) -> np.ndarray:
    """Whether what a frame has in some columns is one of these."""
    pairs = set(pairs)
    return np.array([told in pairs for told in zip(*(frame[c] for c in columns), strict=True)], dtype=bool)
