"""Kinds of numbers about who takes part: columns of cases and register, returns of waves, what the same cases say twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.findings import RULES
from gkanalysis.core.numbers import format_count
from gkanalysis.counts.count import PUBLIC, TOGETHER, Count, Says, Units, each
from gkanalysis.counts.data import REFUSED, REGISTER, USABLE, Data, in_order

REGISTER_FILE, UNITS_FILE = "register/buendnisse.csv", "register/gebiete.csv"
MISSING = "missing"
PARTICIPATION = {
    "asked": "angefragt", "returned": "Rücklauf", "not_returned": "kein Rücklauf", "declined": "abgelehnt",
    "not_asked": "nicht angefragt",
}  # fmt: skip


def case_rows(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases as evidence: the form that counts, or the row of the register of who sent none."""
    file = cases["file"] if "file" in cases else pd.Series("", index=cases.index)
    came, register = file.ne(""), "file" not in cases
    place = "Kennung " + cases["case_id"].astype("str") + ("" if register else " (kein Bogen eingegangen)")
    return cases.assign(file=file.where(came, REGISTER_FILE), place=place.mask(came, ""))


@dataclass(frozen=True, kw_only=True)
class Category(Count):
    """Cases by a column: of a wave (status, version, contact), or of the register (`source="register"`).

    Parameters
    ----------
    column : name of the column
    status : only cases with these; empty for all
    """

    column: str
    status: tuple[str, ...] = ()

    exclusive: ClassVar[bool] = True
    base_name: ClassVar[str] = "asked"

    def options(self, data: Data) -> Mapping[str, str]:
        """The declared values, and any other that occurs."""
        declared: Mapping[str, str] = {}
        if self.source == REGISTER:
            declared = data.group(self.column).labels
        elif data.kind(self.source) == "forms":
            book = data.book(self.source)
            declared = {
                "status": {r["id"]: r["label"] for r in book.completeness} | {MISSING: "nicht eingegangen"},
                "version": {v: d["title"] for v, d in book.versions.items()}, "contact": book.contacts,
            }.get(self.column, {})  # fmt: skip
        values = data.cases(self.source, self.status)[self.column].astype("string").fillna("")
        return {**declared, **{v: v or "keine Angabe" for v in in_order(v for v in values if v not in declared)}}

    def units(self, data: Data) -> Units:
        """A unit is a case."""
        cases = data.cases(self.source, self.status)
        cases = case_rows(cases).assign(value=cases[self.column].astype("string").fillna("").astype("str"))
        rows = each(cases, self.options(data))
        return Units(rows.assign(base=True, n=rows["value"].eq(rows["row"])), cases.assign(state="answered"))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """The register is public; a status says how many cases there are; other columns are questions."""
        values = tuple(row.split(TOGETHER))
        if self.source == REGISTER:
            yield from PUBLIC
        elif self.column == "status":
            yield Says("cases", statuses=values)
        else:
            yield Says("x", self.column, values, statuses=self.status)
            if self.status:
                yield Says("cases", of="base_n", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """Column and value."""
        labels = self.options(data)
        told = " oder ".join(f"„{labels[r]}“" for r in row.split(TOGETHER))
        of = "Bündnisse des Registers" if self.source == REGISTER else f"Fälle von {self.source}"
        return f"Gezählt sind {of} mit {self.column} = {told}"


@dataclass(frozen=True, kw_only=True)
class Returns(Count):
    """The alliances of a wave by what became of its form: returned, not returned, declined."""

    def options(self, data: Data) -> Mapping[str, str]:
        """Asked, and the states."""
        return PARTICIPATION

    @property
    def base(self) -> str:
        """All that were asked."""
        return "asked"

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        state = data.participation(self.source).reindex(data.alliances["case_id"], fill_value="not_asked")
        rows = each(state.rename("value").reset_index(), PARTICIPATION)
        asked = rows["value"].ne("not_asked")
        n = (rows["row"].eq("asked") & asked) | rows["row"].eq(rows["value"])
        evidence = case_rows(data.cases(self.source)).assign(state="")
        evidence = evidence.assign(value=evidence["case_id"].map(state))
        return Units(rows.assign(base=asked | rows["row"].isin(["asked", "not_asked"]), n=n), evidence)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who sent a form; of the others, who refused at inquiry."""
        statuses = dict.fromkeys(data.cases(self.source)["status"].astype("str"))
        absent = tuple(s for s in statuses if s not in USABLE)
        if row == "not_asked":
            yield from PUBLIC  # who was asked is known
        elif row in ("asked", "returned"):
            yield Says("cases", statuses=tuple(statuses) if row == "asked" else USABLE)
        else:
            cases = data.cases(self.source)
            told = dict.fromkeys(cases["contact"].astype("string").fillna(""))
            states = tuple(c for c in told if (c == REFUSED) == (row == "declined"))
            if states:
                yield Says("x", "contact", states, statuses=absent)

    def words(self, data: Data, row: str) -> str:
        """The state."""
        return f"Gezählt sind Bündnisse nach ihrer Teilnahme ({self.source}: {PARTICIPATION[row]})"


@dataclass(frozen=True, kw_only=True)
class Flow(Count):
    """The alliances by whether they returned a form in one wave and in the next; refusals count as no return."""

    then: str

    base_name: ClassVar[str] = "cases"

    def options(self, data: Data) -> Mapping[str, str]:
        """Both states."""
        states = ("returned", "not_returned")
        return {f"{a}-{b}": f"{PARTICIPATION[a]} → {PARTICIPATION[b]}" for a, b in product(states, repeat=2)}

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        first, then = (data.participation(s).replace("declined", "not_returned") for s in (self.source, self.then))
        rows = pd.DataFrame(
            {"case_id": first.index, "is": first.to_numpy() + "-" + then.reindex(first.index).to_numpy()}
        )
        rows = each(rows, self.options(data))
        evidence = [case_rows(data.cases(s)).assign(state="", value=s) for s in (self.source, self.then)]
        return Units(rows.assign(base=True, n=rows["is"].eq(rows["row"])), pd.concat(evidence))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who took part twice: nothing about answers, as long as taking part is no secret worth one."""
        return (Says("taking part", self.source), Says("taking part", self.then))

    def words(self, data: Data, row: str) -> str:
        """Both waves."""
        first, then = (PARTICIPATION[s] for s in row.split("-"))
        return f"Gezählt sind Bündnisse nach ihrer Teilnahme ({self.source}: {first}, danach {self.then}: {then})"


@dataclass(frozen=True, kw_only=True)
class AllWaves(Count):
    """Alliances by their returns over several waves: a form in every wave; again after a wave without one."""

    waves: tuple[str, ...]

    def options(self, data: Data) -> Mapping[str, str]:
        """Both patterns."""
        return {"always": "in allen Wellen", "again": "wieder nach einer Welle ohne Bogen"}

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        came = pd.DataFrame({w: data.participation(w).eq("returned") for w in self.waves}).fillna(False)
        marks = came.apply(lambda r: "".join("R" if x else "." for x in r), axis=1)
        is_row = {"always": ~marks.str.contains(".", regex=False), "again": marks.str.contains(r"R\.+R")}
        rows = each(pd.DataFrame({"case_id": came.index, "mark": marks.to_numpy()}), is_row)
        n = [bool(is_row[r][c]) for r, c in zip(rows["row"], rows["case_id"], strict=True)]
        evidence = [case_rows(data.cases(w)).assign(state="", value=w) for w in self.waves]
        return Units(rows.assign(base=True, n=n), pd.concat(evidence))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """As `Flow`."""
        return tuple(Says("taking part", w) for w in self.waves)

    def words(self, data: Data, row: str) -> str:
        """The pattern."""
        told = (
            "mit Bogen in allen Wellen" if row == "always" else "die nach einer Welle ohne Bogen wieder einen schickten"
        )
        return f"Gezählt sind Bündnisse {told} ({', '.join(self.waves)}); Basis: alle Bündnisse"


@dataclass(frozen=True, kw_only=True)
class Change(Count):
    """What the same alliances say to the same question in two waves.

    Rows: `pairs` (with a valid answer both times, of all alliances), `first` and `second` (with yes in a wave, of the
    pairs). `yes` and `no` are the answers that count as such in both waves; a tick needs neither.
    """

    item: str
    then: str
    then_item: str
    yes: tuple[str, ...] = ("selected",)
    no: tuple[str, ...] = ("not_selected",)
    sets: tuple[str, ...] = ()  # only alliances that ticked something in these sets, one a wave

    within: ClassVar[bool] = True

    @classmethod
    def of(cls, data: Data, first: tuple[str, str], second: tuple[str, str]) -> Change:
        """The change of a question (source, item) between two waves, as the codebook of the later one declares it."""
        item = data.book(second[0]).items[second[1]]
        answers: dict[str, Any] = {}
        if item.kind == "single":
            yes = tuple(item.repeats.as_yes) if item.repeats else ()
            answers = {"yes": yes, "no": tuple(o.id for o in item.options if o.id not in yes)}
        return cls(source=first[0], item=first[1], then=second[0], then_item=second[1], **answers)

    @property
    def base(self) -> str:
        """What makes an alliance a pair."""
        return "asked_both" if self.yes == ("selected",) else "answered_both"

    def options(self, data: Data) -> Mapping[str, str]:
        """Pairs, and yes in each wave."""
        return {"pairs": "beide Male", "first": "zuerst ja", "second": "später ja"}

    def answers(self, data: Data) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The answers of each wave that are yes or no, with a column `yes`."""
        made = []
        for source, item in ((self.source, self.item), (self.then, self.then_item)):
            rows = data.answers(source, USABLE, [item])
            told = rows["value"].where(rows["state"].eq("answered"), rows["state"])
            made.append(rows.assign(yes=told.isin(self.yes))[told.isin([*self.yes, *self.no])])
        for k, (source, name) in enumerate(zip((self.source, self.then), self.sets, strict=False)):
            ticks = data.answers(source, USABLE, data.book(source).set_items(name))
            some = set(ticks.loc[ticks["state"] == "selected", "case_id"])
            made[k] = made[k][made[k]["case_id"].isin(some)]
        return made[0], made[1]

    def units(self, data: Data) -> Units:
        """A unit is an alliance; behind it are both answers."""
        waves = self.answers(data)
        first, second = (w.set_index("case_id")["yes"] for w in waves)
        rows = each(data.alliances[["case_id"]], self.options(data))
        paired = rows["case_id"].isin(first.index.intersection(second.index))
        yes = {"first": first, "second": second}
        says = [r == "pairs" or bool(yes[r].get(c, False)) for r, c in zip(rows["row"], rows["case_id"], strict=True)]
        silent = data.alliances[~data.alliances["case_id"].isin(rows.loc[paired, "case_id"])]
        evidence = pd.concat([*waves, case_rows(silent[["case_id"]])])
        return Units(
            rows.assign(base=paired | rows["row"].eq("pairs"), n=paired & np.array(says, dtype=bool)), evidence
        )

    def pairs(self, data: Data) -> tuple[int, int, int, int]:
        """Alliances with yes both times, lost (yes, then no), gained (no, then yes), no both times."""
        first, second = (w.set_index("case_id")["yes"] for w in self.answers(data))
        both = pd.DataFrame({"first": first, "second": second}).dropna().astype(bool)
        a, b = both["first"], both["second"]
        return int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum()), int((~a & ~b).sum())

    def totals(self, data: Data) -> tuple[tuple[int, int], tuple[int, int]]:
        """(yes, no) of all valid answers of each wave, paired or not."""
        first, second = ((int(w["yes"].sum()), int((~w["yes"]).sum())) for w in self.answers(data))
        return first, second

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who changed an answer is an answer as well: weighed against both waves as a whole."""
        return (Says("weighed", row),)

    def words(self, data: Data, row: str) -> str:
        """Both questions."""
        asked = f"{self.source} {self.item} und {self.then} {self.then_item}"
        ticks = self.base == "asked_both"
        both = (
            "in beiden Wellen gefragt, nicht angekreuzt heißt nein"
            if ticks
            else "mit gültiger Antwort in beiden Wellen"
        )
        if row == "pairs":
            return f"Gezählt sind Bündnisse {both} ({asked}); Basis: alle Bündnisse"
        where = f"{self.source} {self.item}" if row == "first" else f"{self.then} {self.then_item}"
        what = "mit Kreuz" if ticks else f"mit der Antwort „{', '.join(self.yes)}“"
        return f"Gezählt sind Bündnisse {what} bei {where}; Basis: alle {both} ({asked})"


@dataclass(frozen=True, kw_only=True)
class Nested(Count):
    """A declared table of the kind „x von y“ over the register; x and y may be sums over different frames."""

    declared: str

    within: ClassVar[bool] = False
    marked: ClassVar[bool] = False

    def lines(self, data: Data) -> dict[str, Any]:
        """Row -> its declaration."""
        return {line["id"]: line for line in data.register["nested_tables"][self.declared]}

    def options(self, data: Data) -> Mapping[str, str]:
        """The declared lines."""
        return {row: line["label"] for row, line in self.lines(data).items()}

    def units(self, data: Data) -> Units:
        """A unit is a row of a frame, or what it adds."""
        parts = []
        for row, line in self.lines(data).items():
            of, counting = line.get("of"), line["count"]
            counted = _fulfilling(data, counting).assign(row=row, n=True, base=False if of else pd.NA)
            whole = _fulfilling(data, of).assign(row=row, n=False, base=True) if of else counted.head(0)
            if of and all(counting.get(k) == of.get(k) for k in ("frame", "sum_of")):
                whole, counted = whole.assign(n=whole["unit"].isin(counted["unit"])), counted.head(0)
            parts += [counted, whole]
        rows = pd.concat([p for p in parts if len(p)]).astype({"base": "boolean"})
        return Units(rows, key=("unit",))

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """How deep a line is indented."""
        return pd.DataFrame({"level": {row: line.get("level", 0) for row, line in self.lines(data).items()}})

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """The register is public."""
        return PUBLIC

    def words(self, data: Data, row: str) -> str:
        """The declared line."""
        return f"Gezählt ist im Register „{self.options(data)[row]}“ (Codebuch des Registers, {self.declared}, {row})"


COMPARISONS = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}  # as the codebook of the register writes them


def _fulfilling(data: Data, declared: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a frame that meet the conditions of a declared count, with what each adds."""
    frame, sum_of = data.frames[declared["frame"]], declared.get("sum_of", "")
    for condition in declared.get("where", ()):
        meets = COMPARISONS[condition["operator"]](frame[condition["column"]], condition["value"])
        frame = frame[meets.to_numpy(dtype=bool)]
    key, file = ("alliance_id", REGISTER_FILE) if "alliance_id" in frame else ("unit_id", UNITS_FILE)
    added = frame[sum_of].astype("int64") if sum_of else 1
    ids = frame[key].astype("str")
    return pd.DataFrame(
        {
            "unit": f"{declared['frame']}/{sum_of}/" + ids, "case_id": ids, "weight": added, "state": "answered",
            "value": added, "file": file, "place": "Kennung " + ids,
        }
    ).astype({"value": "str"})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Findings(Count):
    """What validation found in a source, by rule."""

    marked: ClassVar[bool] = False
    own_columns: ClassVar[bool] = True
    columns: ClassVar[Any] = {"Regel": lambda r: r.row, "Anzahl": lambda r: format_count(r.n)}

    def options(self, data: Data) -> Mapping[str, str]:
        """All rules, those that found something by what they call it."""
        rows = data.table(f"{self.source}-findings")
        rules = {rule: title for rule, (_, title) in RULES.items()} | dict(
            zip(rows["rule"], rows["title"], strict=True)
        )
        return dict(sorted(rules.items()))

    def units(self, data: Data) -> Units:
        """A unit is a finding."""
        rows = data.table(f"{self.source}-findings").reset_index(drop=True)
        rows = rows.assign(
            unit=rows.index.astype("str"),
            row=rows["rule"],
            n=True,
            base=pd.array([pd.NA] * len(rows), "boolean"),
        )
        return Units(rows.assign(state="", value="", part=""), key=("unit",))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Findings count what struck the eye, no answers."""
        return (Says("procedure"),)

    def words(self, data: Data, row: str) -> str:
        """The rule."""
        return f"Gezählt sind die Funde der Prüfung von {self.source} nach der Regel {row}"
