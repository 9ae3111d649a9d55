"""Kinds of numbers about who takes part: columns of cases and register, returns of waves, what the same cases say twice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any, ClassVar

import pandas as pd

from gkanalysis.core.findings import RULES
from gkanalysis.core.numbers import format_count
from gkanalysis.counts.count import PUBLIC, TOGETHER, Count, Says, Units
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


def by_case(n: pd.DataFrame, base: pd.DataFrame | bool = True) -> pd.DataFrame:
    """Units that are cases: of each case (index) and row of the table (columns) whether it is counted."""
    rows = n.rename_axis(index="case_id", columns="row").stack().rename("n").astype(bool).reset_index()
    return rows.assign(base=base if isinstance(base, bool) else base.stack().to_numpy())


def returns_rows(data: Data, wave: str, value: pd.Series | str) -> pd.DataFrame:
    """The cases of a wave as evidence, with what is said of them."""
    rows = case_rows(data.cases(wave)).assign(state="")
    return rows.assign(value=value if isinstance(value, str) else rows["case_id"].map(value))


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

    base_says: ClassVar[str] = "Bündniss"
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
        cases = case_rows(data.cases(self.source, self.status)).assign(state="answered")
        cases["value"] = cases[self.column].astype("string").fillna("").astype("str")
        values = cases.set_index("case_id")["value"]
        return Units(by_case(pd.DataFrame({o: values.eq(o) for o in self.options(data)})), cases)

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
        of = "Bündnisse des Registers" if self.source == REGISTER else f"Bögen von {self.source}"
        label = data.variable_label(self.column) if self.source == REGISTER else "Stand"
        return f"Gezählt sind {of} mit {label} {told}"


@dataclass(frozen=True, kw_only=True)
class Returns(Count):
    """The alliances of a wave by what became of its form: returned, not returned, declined."""

    base_name: ClassVar[str] = "asked"
    base_says: ClassVar[str] = "Bündniss|angefragt"
    also: ClassVar[str] = "geantwortet, antworteten, Arbeitshilfe"

    def options(self, data: Data) -> Mapping[str, str]:
        """Asked, and the states."""
        return PARTICIPATION

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        state = data.participation(self.source).reindex(data.alliances["case_id"], fill_value="not_asked")
        asked = state.ne("not_asked")
        n = pd.DataFrame({s: asked if s == "asked" else state.eq(s) for s in PARTICIPATION})
        base = pd.DataFrame({s: asked | (s in ("asked", "not_asked")) for s in PARTICIPATION})
        return Units(by_case(n, base), returns_rows(data, self.source, state))

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
        return f"Gezählt sind Bündnisse nach ihrer Teilnahme ({self.source}: {' oder '.join(PARTICIPATION[r] for r in row.split(TOGETHER))})"


@dataclass(frozen=True, kw_only=True)
class OverWaves(Count):
    """Alliances by their returns over several waves; refusals count as no return."""

    also: ClassVar[str] = "geantwortet, antworteten, Arbeitshilfe"

    @property
    @abstractmethod
    def over(self) -> tuple[str, ...]:
        """The waves in the order of time."""

    @abstractmethod
    def patterns(self, came: pd.DataFrame) -> Mapping[str, pd.Series]:
        """Row -> whether an alliance is in it; `came` has a column a wave: whether a form was returned."""

    def units(self, data: Data) -> Units:
        """A unit is an alliance."""
        came = pd.DataFrame({w: data.participation(w).eq("returned") for w in self.over}).fillna(False)
        return Units(by_case(pd.DataFrame(self.patterns(came))), pd.concat(returns_rows(data, w, w) for w in self.over))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who took part in several waves: nothing about answers, as long as taking part is no secret worth one."""
        return tuple(Says("taking part", w) for w in self.over)


@dataclass(frozen=True, kw_only=True)
class Flow(OverWaves):
    """The alliances by whether they returned a form in one wave and in the next."""

    then: str

    base_says: ClassVar[str] = "Bündniss"

    @property
    def over(self) -> tuple[str, ...]:
        """Both waves."""
        return self.source, self.then

    def options(self, data: Data) -> Mapping[str, str]:
        """Both states."""
        states = ("returned", "not_returned")
        return {f"{a}-{b}": f"{PARTICIPATION[a]} → {PARTICIPATION[b]}" for a, b in product(states, repeat=2)}

    def patterns(self, came: pd.DataFrame) -> Mapping[str, pd.Series]:
        """Whether it came each time."""
        first, then = ({"returned": came[w], "not_returned": ~came[w]} for w in self.over)
        return {f"{a}-{b}": first[a] & then[b] for a, b in product(first, then)}

    def words(self, data: Data, row: str) -> str:
        """Both waves."""
        first, then = (PARTICIPATION[s] for s in row.split("-"))
        return f"Gezählt sind Bündnisse nach ihrer Teilnahme ({self.source}: {first}, danach {self.then}: {then})"


@dataclass(frozen=True, kw_only=True)
class AllWaves(OverWaves):
    """Alliances by their returns over several waves: a form in every wave; again after a wave without one."""

    waves: tuple[str, ...]

    @property
    def over(self) -> tuple[str, ...]:
        """All of them."""
        return self.waves

    def options(self, data: Data) -> Mapping[str, str]:
        """Both patterns."""
        return {"always": "in allen Wellen", "again": "wieder nach einer Welle ohne Bogen"}

    def patterns(self, came: pd.DataFrame) -> Mapping[str, pd.Series]:
        """Always; or a form, then none, then one."""
        marks = came.apply(lambda r: "".join("R" if x else "." for x in r), axis=1)
        return {"always": came.all(axis=1), "again": marks.str.contains(r"R\.+R")}

    def words(self, data: Data, row: str) -> str:
        """The pattern."""
        again = "die nach einer Welle ohne Bogen wieder einen schickten"
        told = "mit Bogen in allen Wellen" if row == "always" else again
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

    base_alone: ClassVar[str] = "beiden Wellen"

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

    def asks(self, data: Data) -> Iterable[tuple[str, str]]:
        """The question of both waves."""
        return [(self.source, self.item), (self.then, self.then_item)]

    def options(self, data: Data) -> Mapping[str, str]:
        """Pairs, and yes in each wave."""
        return {"pairs": "beide Male", "first": "zuerst ja", "second": "später ja"}

    def answers(self, data: Data) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The answers of each wave that are yes or no, with a column `yes`."""
        made = []
        for k, (source, item) in enumerate(((self.source, self.item), (self.then, self.then_item))):
            given = data.responses(source, USABLE)
            at = given.at([item])
            rows, told = given.plain(at), given.told.take(at)
            inside = told.isin([*self.yes, *self.no])
            if self.sets:
                ticks = given.rows.take(given.at(data.book(source).set_items(self.sets[k])))
                inside &= rows["case_id"].isin(ticks.loc[ticks["state"] == "selected", "case_id"])
            made.append(rows.assign(yes=told.isin(self.yes))[inside].astype({"case_id": "str"}))
        return made[0], made[1]

    def units(self, data: Data) -> Units:
        """A unit is an alliance; behind it are both answers."""
        waves = self.answers(data)
        first, second = (w.set_index("case_id")["yes"] for w in waves)
        yes = pd.DataFrame({"first": first, "second": second})
        yes = yes.reindex(data.alliances["case_id"])
        paired = yes.notna().all(axis=1)
        n = pd.DataFrame({"pairs": paired, **{row: paired & yes[row].eq(True) for row in yes}})
        silent = data.alliances[~paired.to_numpy()][["case_id"]]
        base = n.assign(pairs=True, first=paired, second=paired)
        return Units(by_case(n, base), pd.concat([*waves, case_rows(silent)]))

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
        ticks, both = self.base == "asked_both", "mit gültiger Antwort in beiden Wellen"
        both = "in beiden Wellen gefragt, nicht angekreuzt heißt nein" if ticks else both
        if row == "pairs":
            return f"Gezählt sind Bündnisse {both} ({asked}); Basis: alle Bündnisse"
        where = f"{self.source} {self.item}" if row == "first" else f"{self.then} {self.then_item}"
        what = "mit Kreuz" if ticks else f"mit der Antwort „{', '.join(self.yes)}“"
        return f"Gezählt sind Bündnisse {what} bei {where}; Basis: alle {both} ({asked})"


@dataclass(frozen=True, kw_only=True)
class Nested(Count):
    """A declared table of the kind „x von y“ over the register; x and y may be sums over different frames."""

    declared: str

    base_alone: ClassVar[str] = "Gebiete"
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


COMPARISONS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}  # as the codebook of the register writes them


def _fulfilling(data: Data, declared: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of a frame that meet the conditions of a declared count, with what each adds."""
    name, sum_of = declared["frame"], declared.get("sum_of", "")
    frame, meets = data.frames[name], True
    for condition in declared.get("where", ()):
        of_column = COMPARISONS[condition["operator"]](frame[condition["column"]], condition["value"])
        meets &= of_column.to_numpy(dtype=bool)
    rows = data._keep(("frame", name, sum_of), lambda: _frame_rows(frame, name, sum_of))
    return rows if meets is True else rows[meets]


def _frame_rows(frame: pd.DataFrame, name: str, sum_of: str) -> pd.DataFrame:
    """All rows of a frame as units, with what each adds."""
    key, file = ("alliance_id", REGISTER_FILE) if "alliance_id" in frame else ("unit_id", UNITS_FILE)
    ids, added = frame[key].astype("str"), frame[sum_of] if sum_of else 1
    return pd.DataFrame(
        {
            "unit": f"{name}/{sum_of}/" + ids, "case_id": ids, "weight": added, "state": "answered",
            "value": added, "file": file, "place": "Kennung " + ids,
        }
    ).astype({"value": "str"})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Findings(Count):
    """What validation found in a source, by rule."""

    base_alone: ClassVar[str] = "Hinweise"
    also: ClassVar[str] = "Hinweise"
    unit_words: ClassVar[str] = "Anzahl der Funde"
    marked: ClassVar[bool] = False
    own_columns: ClassVar[bool] = True
    columns: ClassVar[Any] = {"Regel": lambda r: r.row, "Anzahl": lambda r: format_count(r.n)}

    def options(self, data: Data) -> Mapping[str, str]:
        """All rules, those that found something by what they call it."""
        rows = data.table(f"{self.source}-findings")
        rules = {rule: title for rule, (_, title) in RULES.items()}
        return dict(sorted((rules | dict(zip(rows["rule"], rows["title"], strict=True))).items()))

    def units(self, data: Data) -> Units:
        """A unit is a finding."""
        rows = data.table(f"{self.source}-findings").reset_index(names="unit")
        rows = rows.assign(row=rows["rule"], n=True, base=pd.array([pd.NA] * len(rows), "boolean"))
        return Units(rows.assign(state="", value="", part=""), key=("unit",))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Findings count what struck the eye, no answers."""
        return (Says("procedure"),)

    def words(self, data: Data, row: str) -> str:
        """The rule."""
        return f"Gezählt sind die Funde der Prüfung von {self.source} nach der Regel {row}"
