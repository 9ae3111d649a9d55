"""Kinds of numbers that count what forms say."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import listed
from gkanalysis.core.numbers import NO_VALUE, format_count
from gkanalysis.counts.count import CASE, PUBLIC, TOGETHER, Count, Says, Units, count_of, each, format_number, is_in
from gkanalysis.counts.data import TOTAL, USABLE, Data, Responses

ENTRIES = ("answered", "illegible", "contradictory")  # something stands there
NOT_ASKED, SILENT = "not_asked", "none"  # SILENT: asked, but no valid answer; so the disclosure check calls it
INVALID = ("not_answered", "illegible", "contradictory")
TICKED = ("selected", "not_selected")
MENTION = ("case_id", "mention")
TICK_BASES = {"asked": (*TICKED, *INVALID), "answered": TICKED, "mentioned": ("selected",)}
MENTIONED = "-nennungen"  # end of the id of a row that counts mentions and not cases
STATES = {
    "answered": "gültige Angabe", "selected": "angekreuzt", "not_selected": "nicht angekreuzt",
    "not_answered": "keine Angabe", "illegible": "unlesbar", "contradictory": "widersprüchlich",
}  # fmt: skip
BASE_LABELS = {
    "cases": "alle Fälle", "asked": "alle, denen die Frage gestellt wurde", "answered": "alle mit gültiger Angabe",
    "mentioned": "alle mit mindestens einer Nennung", "mentions": "alle Nennungen",
    "offers_answered": "alle Angebote mit Angabe", "need_answered": "alle mit gültiger Angabe",
    "interviewed": "alle Gespräche",
    "characters": "Zeichen aller gespeicherten Texte", "document_pairs": "alle Vergleiche zweier Codierender",
    "answered_both": "mit gültiger Angabe in beiden Wellen",
    "asked_both": "in beiden Wellen gefragt; nicht angekreuzt heißt nein",
}  # fmt: skip


def number_of(values: pd.Series) -> pd.Series:
    """Numbers as they were written, with comma or point.

    >>> number_of(pd.Series(["12,5", "3"])).tolist()
    [12.5, 3.0]
    """
    return pd.to_numeric(values.astype("str").str.replace(",", ".", regex=False))


@dataclass(frozen=True, kw_only=True)
class OfForms(Count):
    """What counts of forms share: which forms count, by their completeness."""

    status: tuple[str, ...] = USABLE

    def forms_words(self, data: Data) -> str:
        """Which forms count, in words."""
        labels = {r["id"]: r["label"] for r in data.book(self.source).completeness}
        return f"{self.source}, Bögen: {' oder '.join(labels.get(s, s) for s in self.status)}"

    def quoted(self, data: Data, item: str) -> str:
        """An item with its label, or several of which one is enough."""
        return " oder ".join(f"{i} „{data.book(self.source).items[i].label}“" for i in item.split(TOGETHER))

    def cells(self, data: Data, items: Iterable[str] | None = None) -> pd.DataFrame:
        """The responses of the forms that count."""
        return data.answers(self.source, self.status, items)


class Asked(NamedTuple):
    """A row of a table: its label, the items it asks of, which answers are counted, and which make the base.

    An answer is the option of a single choice, else the state. Of several items, or lines of a roster, one is enough.
    """

    label: str
    items: tuple[str, ...]
    counted: tuple[str, ...]
    base: tuple[str, ...]


def valid_answers(item: Any) -> tuple[str, ...]:
    """The answers to an item that are valid: its options, ticked or not, or anything."""
    return TICKED if item.kind == "tick" else tuple(o.id for o in item.options) or ("answered",)


@dataclass(frozen=True, kw_only=True)
class OfItems(OfForms):
    """Counts whose rows are answers to items: from what each row asks follow its units, and what it gives away."""

    key: ClassVar[tuple[str, ...]] = ("case_id", "item_id")
    joint: ClassVar[bool] = False  # whether who is in the base of any row is in that of all

    @abstractmethod
    def asked(self, data: Data) -> Mapping[str, Asked]:
        """What each row asks."""

    def rows(self, data: Data) -> Mapping[str, Asked]:
        """What each row asks, made once."""
        return data._keep(("asked", self), lambda: self.asked(data))

    def asks(self, data: Data) -> Iterable[tuple[str, str]]:
        """Every question of every row."""
        return [(self.source, i) for asked in self.rows(data).values() for i in asked.items]

    def options(self, data: Data) -> Mapping[str, str]:
        """The labels of what is asked."""
        return {row: asked.label for row, asked in self.rows(data).items()}

    def units(self, data: Data) -> Units:
        """A unit is what a case told of an item."""
        given, asked = data.responses(self.source, self.status), self.rows(data)
        told, cases, at = given.told.cat, given.rows["case_id"].cat, []
        case, codes, n_cases = cases.codes.to_numpy(), told.codes.to_numpy(), len(cases.categories)
        flags: dict[str, list[np.ndarray]] = {"counted": [], "base": []}
        for _, items, counted, base in asked.values():
            at.append(given.at(items))
            for name, answers in (("counted", counted), ("base", base)):
                flags[name].append(told.categories.isin(answers)[codes[at[-1]]])
        self._check(data, asked, given)
        places, of_row = np.concatenate([given.at(()), *at]), np.repeat(np.arange(len(at)), [len(a) for a in at])
        n, base = (np.concatenate([np.empty(0, dtype=bool), *flags[name]]) for name in ("counted", "base"))
        if self.joint:
            base = (np.bincount(case[places[base]], minlength=n_cases) > 0)[case[places]]
        first = pd.Categorical([a.items[0] for a in asked.values()])
        rows = pd.DataFrame(
            {
                "case_id": given.rows["case_id"].array.take(places), "item_id": first.take(of_row),
                "row": pd.Categorical.from_codes(of_row, list(asked)), "base": base, "n": n,
            }
        )  # fmt: skip
        if "occurrence" in self.key:
            rows["occurrence"] = given.rows["occurrence"].to_numpy()[places]
        elif any(np.bincount(case[a]).max(initial=0) > 1 for a in at):
            of = ["row", "case_id", "item_id"]
            rows = rows.groupby(of, sort=False, as_index=False, observed=True)[["base", "n"]].any()
        return Units(rows, lambda: self.behind(data), self.key)

    def behind(self, data: Data) -> pd.DataFrame:
        """The responses to all that is asked."""
        return self.cells(data, dict.fromkeys(i for a in self.rows(data).values() for i in a.items))

    def _check(self, data: Data, asked: Mapping[str, Asked], given: Responses) -> None:
        """Refuse an answer that is no option of the codebook."""
        items = data.book(self.source).items
        for item in (items[i] for i in dict.fromkeys(i for a in asked.values() for i in a.items)):
            at = given.at([item.id]) if item.kind == "single" else []
            options = [o.id for o in item.options]
            told = given.told.cat.categories[np.unique(given.told.cat.codes.to_numpy()[at])] if len(at) else []
            if unknown := [t for t in told if t not in (*options, *STATES, NOT_ASKED)]:
                wrong = given.rows.iloc[at[given.told.iloc[at] == unknown[0]]].iloc[0]
                raise NotebookError(
                    f"Frage „{item.id}“ in {self.source}, Fall {wrong['case_id']}: Die Antwort „{unknown[0]}“ steht nicht im "
                    f"Codebuch; vorhanden sind {listed(options)}."
                )

    def left_out(self, data: Data, row: str) -> Mapping[str, frozenset[str]]:
        """Who has not what is asked about, by the codebook; whose answer to the filter leads past the question."""
        book, cases = data.book(self.source), data.cases(self.source)
        without = cases["contact"].isin(book.outside) & ~cases["status"].isin(self.status)
        made = {"contact": frozenset(cases.loc[without, "case_id"])}
        if past := self._filter(data, row):
            given, (parent, answers) = data.responses(self.source, self.status), past
            at = given.at([parent])
            made["filter"] = frozenset(given.rows["case_id"].iloc[at[given.told.iloc[at].isin(answers)]])
        return made

    def _filter(self, data: Data, row: str) -> tuple[str, tuple[str, ...]] | None:
        """The item that leads to what a row asks, if one does, and the answers that lead past it."""
        items = data.book(self.source).items
        item = self.rows(data)[row.partition(TOGETHER)[0]].items[0]
        asked_if = items[item.partition("/")[0]].asked_if  # a category of an open answer is no item
        return asked_if and (asked_if[0], tuple(a for a in valid_answers(items[asked_if[0]]) if a != asked_if[1]))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many gave these answers, so many are in the base; of the others, who was asked at all."""
        book, asked = data.book(self.source), [self.rows(data)[r] for r in row.split(TOGETHER)]
        yield Says("x", asked[0].items[0], _states(s for a in asked for s in a.counted), statuses=self.status)
        yield from self.says_of_base(data, row, asked[0])
        if self.sampled:  # who is left out of the population of its interval
            if book.outside:
                yield Says("x", "contact", book.outside, of="contact", statuses=("missing",))
            if past := self._filter(data, row):
                yield Says("x", *past, of="filter", statuses=self.status)

    def says_of_base(self, data: Data, row: str, asked: Asked) -> Iterable[Says]:
        """So many could be counted. Who was asked behind a filter has said so before, and readers see the filter."""
        item, states = asked.items[0], _states(asked.base)
        yield Says("x", item, states, of="base_n", statuses=self.status)
        if SILENT in states:
            yield from self.says_of_filter(data, row, item)

    def says_of_filter(self, data: Data, row: str, item: str) -> Iterable[Says]:
        """The answer that leads to an item, where all who gave it were asked."""
        asked_if, given = data.book(self.source).items[item].asked_if, data.responses(self.source, self.status)
        if asked_if:
            parent, option = asked_if
            if int(given.told.iloc[given.at([parent])].eq(option).sum()) == self.cell(data, row).base_n:
                yield Says("x", parent, (option,), of="base_n", statuses=self.status)


def _states(answers: Iterable[str]) -> tuple[str, ...]:
    """Answers as the disclosure check takes them: what is not valid is one state for whoever reads it."""
    return tuple(dict.fromkeys(SILENT if a in INVALID else a for a in answers))


@dataclass(frozen=True, kw_only=True)
class Choice(OfItems):
    """The answers to a single choice, of the cases with a valid answer.

    Examples
    --------
    >>> Choice(source="prozess-2020", item="1.1").definition
    'Choice(source="prozess-2020", item="1.1")'
    """

    item: str

    base_says: ClassVar[str] = "gültig|Antwort"
    exclusive: ClassVar[bool] = True
    base_name: ClassVar[str] = "answered"
    sampled: ClassVar[bool] = True

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """Each answer as reports print it, of all."""
        item = data.book(self.source).items[self.item]
        answers = {o.id: o.get("report", o.label) for o in item.options}
        return {o: Asked(label, (item.id,), (o,), tuple(answers)) for o, label in answers.items()}

    def words(self, data: Data, row: str) -> str:
        """Question and answer."""
        labels = self.options(data)
        answers = " oder ".join(f"„{labels[r]}“" for r in row.split(TOGETHER))
        return f"Gezählt ist bei {self.quoted(data, self.item)} die Antwort {answers} ({self.forms_words(data)}); Basis: alle mit gültiger Antwort"


@dataclass(frozen=True, kw_only=True)
class State(OfItems):
    """In which state an item is: answered, left empty, contradictory …; of the cases that were asked."""

    item: str

    exclusive: ClassVar[bool] = True
    base_name: ClassVar[str] = "asked"

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """Each state that an item of its kind can be in, of all who were asked."""
        item = data.book(self.source).items[self.item]
        valid = valid_answers(item)
        states = {s: (s,) for s in TICKED} if item.kind == "tick" else {"answered": valid}
        states |= {s: (s,) for s in INVALID}
        return {s: Asked(STATES[s], (item.id,), answers, (*valid, *INVALID)) for s, answers in states.items()}

    def words(self, data: Data, row: str) -> str:
        """Question and state."""
        state = " oder ".join(STATES[r] for r in row.split(TOGETHER))
        return f"Gezählt ist bei {self.quoted(data, self.item)}: {state} ({self.forms_words(data)}); Basis: alle, denen die Frage gestellt wurde"


@dataclass(frozen=True, kw_only=True)
class Quartiles(OfItems):
    """The numbers that cases gave, with their median and quarters; the base is the numbers themselves.

    Quarters as SPSS takes them (weighted average, definition 6 of Hyndman and Fan, 1996). With fewer numbers than four
    times the threshold of the policy there is none: fewer cases than may be known would lie beyond it.

    Examples
    --------
    >>> Quartiles(source="entwicklungsstand-2021", item="1.2").definition
    'Quartiles(source="entwicklungsstand-2021", item="1.2")'
    """

    item: str

    key: ClassVar[tuple[str, ...]] = ("case_id", "occurrence")  # rows of a list are units
    base_name: ClassVar[str] = "answered"
    unit_words: ClassVar[str] = "Angaben, auch mehrere eines Bündnisses"
    marked: ClassVar[bool] = False
    own_columns: ClassVar[bool] = True
    columns: ClassVar[Any] = {
        "unteres Viertel bis": lambda r: format_number(r.lower), "Median": lambda r: format_number(r.median),
        "oberes Viertel ab": lambda r: format_number(r.upper), "Angaben": lambda r: count_of(r.n),
    }  # fmt: skip

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """The item is the only row."""
        item, valid = data.book(self.source).items[self.item], ("answered",)
        return {item.id: Asked(item.label, (item.id,), valid, valid)}

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Median and quarters of the numbers, of all cases and by group."""
        given = self.cells(data, [self.item])
        given = given[given["state"] == "answered"]
        numbers, of = number_of(given["value"]), given["case_id"].map(data.group(by).of) if by else None
        made = {}
        for g in table["subgroup"]:
            x = numbers if g == TOTAL else numbers[of == g]
            enough = len(x) >= self.least(data)
            made[self.item, g] = np.quantile(x, [0.25, 0.5, 0.75], method="weibull") if enough else [np.nan] * 3
        return pd.DataFrame(made, index=["lower", "median", "upper"]).T

    def least(self, data: Data) -> int:
        """From how many numbers on there are quarters."""
        return 4 * int(data.policy.threshold)

    def notes(self, data: Data) -> tuple[str, ...]:
        """What a dash stands for, and whose quarters these are."""
        return (f"Viertel gewichtet wie in SPSS. {NO_VALUE}: weniger als {self.least(data)} Angaben.",)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many gave a number; the numbers themselves stand for too many cases to tell of one."""
        book = data.book(self.source)
        if book.part(book.items[self.item].part)["kind"] == "roster":
            return (Says("behind"),)
        return (Says("x", self.item, ("answered",), statuses=self.status),)

    def words(self, data: Data, row: str) -> str:
        """The question."""
        return f"Gezählt sind gültige Zahlen bei {self.quoted(data, self.item)} ({self.forms_words(data)}); Basis: diese Zahlen"


@dataclass(frozen=True, kw_only=True)
class Ticks(OfItems):
    """The boxes of a multiple response set: several may be ticked, so shares do not sum to 1.

    The field has three rival bases: `asked` counts who left the set blank, `answered` takes per box the cases of which
    it is known, `mentioned` the cases with at least one tick.

    Examples
    --------
    >>> Ticks(source="prozess-2020", set="themen", of="mentioned").base
    'mentioned'
    """

    set: str
    of: str = "asked"

    base_says: ClassVar[str] = "Nennungen|gefragt|Befragt|voll auswertbar|dieser Antwort"
    sampled: ClassVar[bool] = True
    unit_words: ClassVar[str] = "Nennungen"
    more_words: ClassVar[str] = "; Mehrfachantworten"

    def __post_init__(self) -> None:
        if self.of not in TICK_BASES:
            raise NotebookError(
                f"Die Basis „{self.of}“ gibt es für Mehrfachantworten nicht; es gibt {listed(TICK_BASES, self.of)}."
            )

    @property
    def base(self) -> str:
        """The base that was asked for."""
        return self.of

    @property
    def joint(self) -> bool:
        """Whether the base belongs to the set, not to each box."""
        return self.of != "answered"

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """The boxes."""
        book = data.book(self.source)
        book.sets[self.set]  # an unknown set is answered
        items = [book.items[i] for i in book.set_items(self.set)]
        return {i.id: Asked(i.label, (i.id,), ("selected",), TICK_BASES[self.of]) for i in items}

    def kin(self, data: Data) -> Mapping[str, str]:
        """As the rows of the form are declared: `part_of`, `alone`."""
        items = {i: data.book(self.source).items[i] for i in self.rows(data)}
        of = {(x.block, x.row): i for i, x in items.items()}
        return {i: of.get((x.block, x.part_of), "") for i, x in items.items() if x.part_of or x.alone}

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Each box as a share of all ticks."""
        return _share_of_ticks(table)

    def says_of_base(self, data: Data, row: str, asked: Asked) -> Iterable[Says]:
        """The base of the box or of the set; and with the share of ticks, all ticks of the set."""
        if self.of == "answered":
            yield from super().says_of_base(data, row, asked)
        else:
            yield Says("asked" if self.of == "asked" else "any", self.set, of="base_n", statuses=self.status)
        if self.of == "asked":
            yield from self.says_of_filter(data, row, row)
        yield Says("mentions", self.set, of="share_of_responses", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The box and its set."""
        of = data.book(self.source).sets[self.set]["label"]
        return f"Gezählt ist {self.quoted(data, row)} angekreuzt ({of}; {self.forms_words(data)}); Basis: {BASE_LABELS[self.of]}"


def _share_of_ticks(table: pd.DataFrame) -> pd.DataFrame:
    """Each row as a share of all that was ticked or named in its subgroup."""
    n = table.set_index(["row", "subgroup"])["n"]
    every = n.groupby("subgroup").transform("sum")
    return (n / every.where(every > 0)).to_frame("share_of_responses")


@dataclass(frozen=True, kw_only=True)
class AnyTick(OfItems):
    """Cases by what they ticked in a set with a box for „none of these“: any other (ja), or that one (nein)."""

    set: str
    none: str

    key: ClassVar[tuple[str, ...]] = CASE
    joint: ClassVar[bool] = True
    base_name: ClassVar[str] = "mentioned"

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """Any of the other boxes, or that one."""
        book, ticked = data.book(self.source), ("selected",)
        if self.none not in (items := book.set_items(self.set)):
            raise NotebookError(
                f"„{self.none}“ gehört nicht zu den Mehrfachantworten „{self.set}“; dort stehen: {', '.join(items)}."
            )
        some, others = f"{book.sets[self.set]['label']}: etwas davon", tuple(i for i in items if i != self.none)
        return {
            "ja": Asked(some, others, ticked, ticked),
            "nein": Asked(book.items[self.none].label, (self.none,), ticked, ticked),
        }

    def units(self, data: Data) -> Units:
        """A unit is a case that ticked something."""
        made = super().units(data)
        ticked = made.rows.loc[made.rows["n"], "case_id"]
        if both := sorted(ticked[ticked.duplicated()]):
            raise NotebookError(
                f"„{self.source}“, „{self.set}“: {', '.join(both)} hat „{self.options(data)['nein']}“ und anderes angekreuzt; "
                "bitte nachfragen und in „entscheidungen.csv“ eintragen."
            )
        return made

    def behind(self, data: Data) -> pd.DataFrame:
        """What was ticked."""
        cells = super().behind(data)
        return cells[cells["state"] == "selected"]

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who ticked „none“ is what remains of those who ticked anything."""
        yield Says("x", self.none, ("selected",), of="n" if row == "nein" else "rest", statuses=self.status)
        yield Says("any", self.set, of="base_n", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The set and its „none“."""
        label, none = data.book(self.source).sets[self.set]["label"], self.options(data)["nein"]
        told = f"„{none}“" if row == "nein" else f"etwas anderes als „{none}“"
        return f"Gezählt sind Bündnisse, die bei „{label}“ {told} angekreuzt haben ({self.forms_words(data)}); Basis: alle, die dort etwas angekreuzt haben"


@dataclass(frozen=True)
class Line:
    """A line of the listing of a codebook: items that are counted together."""

    row: str
    items: tuple[Any, ...]
    label: str
    kind: str
    heading: str
    level: int = 0


@dataclass(frozen=True, kw_only=True)
class Answered(OfItems):
    """Cases that answered anything of a line of the codebook, or ticked anything of a set; of those who were asked."""

    key: ClassVar[tuple[str, ...]] = ("case_id", "row")
    base_name: ClassVar[str] = "asked"

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """Any answer to a line of the codebook that has items, or to a set; a box that is not ticked is none."""
        book, made = data.book(self.source), {}
        rows = {line.row: (line.label, tuple(i.id for i in line.items)) for line in codebook_lines(book) if line.items}
        rows |= {s: (d["label"], tuple(book.set_items(s))) for s, d in book.sets.items()}
        for row, (label, items) in rows.items():
            valid = valid_answers(book.items[items[0]])
            made[row] = Asked(label, items, ("selected",) if valid == TICKED else valid, (*valid, *INVALID))
        return made

    def units(self, data: Data) -> Units:
        """A unit is a case at a line; a list that was left empty has no row at all and yet was asked."""
        made, cases = super().units(data), data.cases(self.source, self.status)["case_id"]
        every = pd.MultiIndex.from_product([self.options(data), cases], names=["row", "case_id"])
        told = made.rows.astype({"row": "str", "case_id": "str"}).set_index(["row", "case_id"])
        seen = told[["base", "n"]].reindex(every)
        rows = pd.DataFrame({c: seen[c].eq(True) | (seen[c].isna() & (c == "base")) for c in seen}).reset_index()
        return Units(rows, made.given, self.key)

    def behind(self, data: Data) -> pd.DataFrame:
        """One response for each line, the first that says something, of those who were asked."""
        of = [(row, item) for row, asked in self.rows(data).items() for item in asked.items]
        given = self.cells(data).merge(pd.DataFrame(of, columns=["row", "item_id"]), on="item_id")
        silent = ~given["state"].isin(["selected", "answered"])
        first = given.loc[silent.sort_values(kind="stable").index].drop_duplicates([*self.key])
        return first[first["state"] != NOT_ASKED]

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many said something. Over several items, or at an entry that everybody was asked for, only as a whole."""
        items = self.rows(data)[row].items
        item = data.book(self.source).items[items[0]]
        if aspect := _aspect(data.book(self.source), item):  # lines of one's own are not in the listing
            return (Says("whole"), Says("least", f"{item.part}.{aspect}", ANSWERED, statuses=self.status))
        if len(items) > 1 or (item.kind not in ("single", "tick") and not item.asked_if):
            return (Says("whole", items[0] if len(items) == 1 else ""),)
        return super().says(data, row)

    def words(self, data: Data, row: str) -> str:
        """The items of the line."""
        first, *others = self.rows(data)[row].items
        item = data.book(self.source).items[first]
        what = f"{first} bis {others[-1]}" if others else f"{first} „{item.label or item.short}“"
        return f"Gezählt sind Bündnisse mit wenigstens einer Angabe zu {what} ({self.forms_words(data)}); Basis: alle, denen die Frage gestellt wurde"


@dataclass(frozen=True, kw_only=True)
class Open(OfItems):
    """The categories of an open answer by cases that named them at least once; the lead coder's categories count."""

    item: str

    base_says: ClassVar[str] = "Antwort|Angabe|Kategorie"
    base_name: ClassVar[str] = "answered"
    sampled: ClassVar[bool] = True
    unit_words: ClassVar[str] = "Bündnisse, die eine Kategorie wenigstens einmal nennen"
    more_words: ClassVar[str] = "; mehrere Kategorien möglich"

    def categories(self, data: Data) -> tuple[Any, ...]:
        """The declared categories; an item without any is answered with those that have some."""
        items = data.category_book.items
        if (self.source, self.item) not in items:
            have = [item for source, item in items if source == self.source]
            raise NotebookError(
                f"Zu „{self.source}“, Item „{self.item}“ sind keine Kategorien erklärt; es gibt sie zu: {listed(have, self.item)}."
            )
        return items[self.source, self.item]

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """A category is a box of a set that the coder ticked."""
        boxes = {c: (category_question(self.item, c.id),) for c in self.categories(data)}
        return {c.id: Asked(c.label, box, ("selected",), TICKED) for c, box in boxes.items()}

    def coded(self, data: Data) -> pd.DataFrame:
        """One row per mention and category of the lead coder; refused while a mention has none."""
        mentions, lead = data.mentions(self.source, self.item, self.status), data.category_book.coders[0]
        own = mentions[mentions["coder"] == lead]
        missing = mentions[~is_in(mentions, MENTION, zip(own["case_id"], own["mention"], strict=True))]
        missing = missing.drop_duplicates([*MENTION])
        if len(missing):
            raise NotebookError(
                f"„{self.source}“, Item {self.item}: {len(missing)} Nennungen haben von „{lead}“ keine Kategorie, zuerst "
                f"„{missing['text'].iloc[0]}“ von {missing['case_id'].iloc[0]}; bitte in „kategorien.csv“ codieren."
            )
        return own

    def units(self, data: Data) -> Units:
        """A unit is a case that answered; behind it are its mentions of the category, else its answer."""
        given, coded, options = self.cells(data, [self.item]), self.coded(data), self.options(data)
        rows = each(given[given["state"] == "answered"].drop_duplicates("case_id"), options)
        n = is_in(rows, ("case_id", "row"), zip(coded["case_id"], coded["category"], strict=True))
        named = coded.assign(row=coded["category"], raw=coded["text"], state="coded", part="")
        behind = pd.concat([named, rows[~n].assign(state="not_coded")])
        return Units(rows.assign(base=True, n=n), behind.assign(value=behind["row"].map(options)), ("case_id", "row"))

    def reading(self, data: Data, row: str) -> str:
        """The lead coder's, where a second person coded and alpha is below the limit."""
        from gkanalysis.counts.talks import OpenAgreement, reading_of

        lead, agreed = data.category_book.coders[0], OpenAgreement(source=self.source, item=self.item)
        if agreed.coded(data)["coder"].nunique() < 2:
            return ""
        return reading_of(lead, agreed.extra(data, pd.DataFrame(), "")["alpha"].get(row.removesuffix(MENTIONED)))

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame | None:
        """Each category as a share of all that were named."""
        return _share_of_ticks(table)

    def says_of_base(self, data: Data, row: str, asked: Asked) -> Iterable[Says]:
        """Who answered; and with the share, all that were named."""
        yield from super().says_of_base(data, row, asked)
        yield Says("mentions", self.item, of="share_of_responses", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The category with its definition; several that are counted together."""
        told = [c for c in self.categories(data) if c.id in row.split(TOGETHER)]
        named = f"{'eine der Kategorien' if len(told) > 1 else 'die Kategorie'} {' oder '.join(f'„{c.label}“' for c in told)}"
        meant = " ".join(c.definition for c in told).rstrip(".")
        return (
            f"Gezählt sind Bündnisse, in deren Antwort auf {self.quoted(data, self.item)} {data.category_book.coders[0]} {named} "
            f"wenigstens einmal vergeben hat ({self.forms_words(data)}; Definition: {meant}); "
            "Basis: alle mit Antwort"
        )


@dataclass(frozen=True, kw_only=True)
class Mentions(Open):
    """The mentions of an open answer by category; a case may name one several times, a mention may have several."""

    base_says: ClassVar[str] = ""
    base_name: ClassVar[str] = "mentions"
    sampled: ClassVar[bool] = False
    marked: ClassVar[bool] = False

    def options(self, data: Data) -> Mapping[str, str]:
        """Category -> label, and all mentions."""
        return {c.id + MENTIONED: c.label for c in self.categories(data)} | {TOTAL: "alle Nennungen"}

    def units(self, data: Data) -> Units:
        """A unit is a mention."""
        coded = self.coded(data)
        mentions = coded.drop_duplicates([*MENTION]).assign(state="coded", value="", part="")
        rows, every = each(mentions, self.options(data)), coded["category"] + MENTIONED
        named = is_in(rows, (*MENTION, "row"), zip(coded["case_id"], coded["mention"], every, strict=True))
        rows = rows.assign(base=True, n=named | (rows["row"] == TOTAL))
        return Units(rows, mentions.rename(columns={"text": "raw"}), MENTION)

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> None:
        """Nothing beside the counts."""

    def notes(self, data: Data) -> tuple[str, ...]:
        """How many mentions there are, and whether a case names a category several times."""
        n = self.table(data).set_index("row")["n"]
        cases = Open(source=self.source, item=self.item, status=self.status).table(data)
        told = f"{format_count(n[TOTAL])} Nennungen aus {format_count(cases['base_n'].iloc[0])} Bündnissen."
        several = n.drop(TOTAL).sum() > cases["n"].sum()
        return (told + " Ein Bündnis kann eine Kategorie mehrmals nennen." * bool(several),)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Mentions tell whether cases have the category, and at most how many; all together tell nothing."""
        if row == TOTAL:
            return PUBLIC
        question = category_question(self.item, row.removesuffix(MENTIONED))
        return (Says("x", question, ("selected",), statuses=self.status, exact=False),)

    def words(self, data: Data, row: str) -> str:
        """The category."""
        of = "" if row == TOTAL else f" mit der Kategorie „{self.options(data)[row]}“"
        return f"Gezählt sind Nennungen{of} in den Antworten auf {self.quoted(data, self.item)} ({self.forms_words(data)}); Basis: alle Nennungen"


# ---- gaps and offers ----


@dataclass(frozen=True)
class Theme:
    """A theme of gaps and offers: the part of the form, its label, the question on gaps, the answer that names one."""

    id: str
    label: str
    gap_item: str
    yes: str
    has_offers: bool


def themes(book: Any) -> dict[str, Theme]:
    """The themes that a codebook declares with `theme`, `gap_in` and `aspect`, in the order of the form.

    Raises
    ------
    NotebookError
        If it declares none, or a theme has not exactly one question on gaps with one answer that counts.
    """
    parts = {p["id"]: p for p in book.parts if p.get("theme")}
    gaps = [(i["gap_in"], i["id"]) for p in book.parts for i in p.get("items", ()) if i.get("gap_in")]
    if not parts or sorted(t for t, _ in gaps) != sorted(parts):
        raise NotebookError(
            f"Das Codebuch „{book.title}“ ordnet die Themen {', '.join(parts) or '(keine)'} nicht genau je einer Frage nach "
            f"Lücken zu (gefunden: {', '.join(t for t, _ in gaps) or 'keine'}); bitte „theme“ und „gap_in“ prüfen."
        )
    made = {}
    for theme, item in sorted(gaps, key=lambda g: list(parts).index(g[0])):
        yes = [o.id for o in book.items[item].options if o.get("counts")]
        if len(yes) != 1:
            raise NotebookError(
                f"Frage „{item}“ nach Lücken: {len(yes)} Vorgaben haben „counts“, erlaubt ist eine; bitte im Codebuch berichtigen."
            )
        has_offers = any(c.get("aspect") for c in parts[theme].get("columns", ()))
        made[theme] = Theme(theme, parts[theme]["theme"], item, yes[0], has_offers)
    return made


@dataclass(frozen=True, kw_only=True)
class Gaps(OfItems):
    """Cases that named a gap in a theme, and those that did not; of those with a valid answer."""

    base_says: ClassVar[str] = "gültig"
    also: ClassVar[str] = "Lücken"
    base_name: ClassVar[str] = "need_answered"

    def asked(self, data: Data) -> Mapping[str, Asked]:
        """The answer that names a gap, and the others."""
        book, made = data.book(self.source), {}
        for t in themes(book).values():
            every = valid_answers(book.items[t.gap_item])
            answers = {"need": (t.yes,), "no_need": tuple(o for o in every if o != t.yes)}
            made |= {f"{t.id}.{a}": Asked(t.label, (t.gap_item,), answers[a], every) for a in ANSWERS}
        return made

    def divided(self, data: Data, order: Sequence[str]) -> pd.DataFrame:
        """Its table as bars of themes, in some order, that yes and no divide."""
        table = self.table(data)
        theme, answer = (table["row"].str.rpartition(".")[k] for k in (0, 2))
        table = table.assign(aspect=answer, group=answer, group_label=answer.map(ANSWERS))
        return table.iloc[theme.map(list(order).index).argsort(kind="stable")].reset_index(drop=True)

    def words(self, data: Data, row: str) -> str:
        """Theme and answer."""
        told = "Lücke benannt" if row.endswith(".need") else "keine Lücke benannt"
        return f"Gezählt sind Bündnisse beim Thema „{self.options(data)[row]}“: {told} ({self.forms_words(data)}); Basis: alle mit gültiger Antwort"


ANSWERS = {"need": "Lücke benannt", "no_need": "keine Lücke"}
ASPECTS = {"open_ag": "offen für Gestattete", "open_d": "offen für Geduldete", "could_open": "weiter zu öffnen"}
# what a case with offers says of an aspect: yes of some, no of all, neither and no, nothing; so the disclosure check
OPENNESS = {"open": "ja", "closed": "nein", "mixed": "nicht von allen bekannt", "unknown": "ohne Angabe"}
ANSWERED = ("open", "closed", "mixed")
OFFER = ("theme", "case_id", "offer")


@dataclass(frozen=True, kw_only=True)
class Openings(OfForms):
    """Offers of a theme by whether they are open to a group or could be opened; of the offers with an answer on it.

    Counted is what the codebook counts as yes, or this `answer`. With `closed`, such as `open_d`, only offers that are
    not open in this way are in the base.
    """

    answer: str = ""
    closed: str = ""

    also: ClassVar[str] = "offen, Öffnung"
    base_name: ClassVar[str] = "offers_answered"
    counts_units: ClassVar[bool] = True
    unit_words: ClassVar[str] = "Angebote"

    def options(self, data: Data) -> Mapping[str, str]:
        """Theme and aspect."""
        return {f"{t.id}.{a}": t.label for t in self._themes(data) for a in ASPECTS}

    def _themes(self, data: Data) -> list[Theme]:
        return [t for t in themes(data.book(self.source)).values() if t.has_offers]

    def cases(self, data: Data) -> pd.DataFrame:
        """The cases whose form has a theme: `theme`, `case_id`."""
        book, cases, made = data.book(self.source), data.cases(self.source, self.status), []
        for theme in self._themes(data):
            versions = [v for v, d in book.versions.items() if theme.id in d["parts"]]
            made.append(cases[cases["version"].isin(versions)].assign(theme=theme.id))
        return pd.concat(made, ignore_index=True)[["theme", "case_id"]]

    def entries(self, data: Data) -> pd.DataFrame:
        """What is filled in: responses with `theme`, `offer`, `aspect`, `yes` (missing: unreadable), printed `name`."""
        book = data.book(self.source)
        about, counts = [], set()
        for theme in self._themes(data):
            columns = {c["id"]: c for c in book.part(theme.id)["columns"] if c.get("aspect")}
            counts |= {
                (theme.id, c, o["id"])
                for c, d in columns.items() for o in d.get("options", ())
                if (o["id"] == self.answer if self.answer else o.get("counts"))
            }  # fmt: skip
            about += [
                (i.id, theme.id, i.row, i.column, columns[i.column]["aspect"], i.label if i.row else "")
                for i in book.items.values() if i.part == theme.id and i.column in columns
            ]  # fmt: skip
        names = ["item_id", "theme", "line", "column", "aspect", "name"]
        given = self.cells(data).merge(pd.DataFrame(about, columns=names), on="item_id")
        given = given[given["state"].isin(ENTRIES)].merge(self.cases(data), on=["theme", "case_id"])
        yes = pd.Series(is_in(given, ("theme", "column", "value"), counts), given.index, dtype="boolean")
        offer = given["line"].where(given["line"].ne(""), given["occurrence"].astype("str"))
        return given.assign(offer=offer, yes=yes.where(given["state"].eq("answered")))

    def offers(self, data: Data) -> pd.DataFrame:
        """The offers, with yes, no or missing per aspect; of several columns with one aspect the first filled counts."""
        entries, key = self.entries(data), [*OFFER]
        first = entries.drop_duplicates([*key, "aspect"])
        wide = first.pivot(index=key, columns="aspect", values="yes").reindex(columns=[*ASPECTS]).astype("boolean")
        made = wide.assign(name=entries.groupby(key)["name"].max()).reset_index()
        if not self.closed:
            return made
        plain = replace(self, answer="", closed="").offers(data)  # the same offers in the same order
        return made[plain[self.closed].eq(False).fillna(False).to_numpy(bool)].reset_index(drop=True)

    def units(self, data: Data) -> Units:
        """A unit is an offer."""
        offers = self.offers(data)
        told = {f".{a}": offers[a] for a in ASPECTS}
        parts = [offers.assign(row=offers["theme"] + a, base=t.notna(), n=t.eq(True)) for a, t in told.items()]
        return Units(pd.concat(parts).fillna({"n": False}), lambda: self.entries(data), OFFER)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Offers are no cases: what shows is whether few stand behind them, and how many must, as a form has few lines."""
        theme = row.partition(".")[0]
        part = data.book(self.source).part(theme)
        most = data._keep(("most", self), lambda: self.offers(data).groupby(["theme", "case_id"]).size())
        blocks = part.get("blocks", ())
        lines = part.get("printed_rows", 0) + sum(len(b["rows"]) + b.get("extra_rows", 0) for b in blocks)
        per = max(lines, most.get(theme, most.iloc[:0]).max())
        yield Says("behind")
        if not self.answer:  # another answer tells of no case whether something is open
            yield Says("x", row, ("open",), statuses=self.status, exact=False, per=per)
        yield Says("x", row, ANSWERED, of="base_n", statuses=self.status, exact=False, per=per)

    def words(self, data: Data, row: str) -> str:
        """Theme and aspect."""
        told = "; ".join(f"„{self.options(data)[r]}“: {ASPECTS[r.rpartition('.')[2]]}" for r in row.split(TOGETHER))
        answer = f", Antwort „{self.answer}“" if self.answer else ""
        closed = f", die nicht ohne Einschränkung {ASPECTS[self.closed]} sind" if self.closed else ""
        return f"Gezählt sind Angebote beim Thema {told}{answer} ({self.forms_words(data)}); Basis: Angebote mit gültiger Antwort in dieser Spalte{closed}"


def _aspect(book: Any, item: Any) -> str:
    """The aspect of openness that an item of an offer asks for, if its theme has one column for it; else ""."""
    aspects = {c["id"]: c.get("aspect") for c in book.part(item.part).get("columns", ())}
    own = aspects.get(item.column)
    return own if own in ASPECTS and list(aspects.values()).count(own) == 1 else ""


def openable(count: Openings, data: Data) -> dict[str, list[str]]:
    """Theme -> printed offers that at least as many cases as the threshold could open further.

    Names without counts; offers that a case named itself are left out.

    Raises
    ------
    NotebookError
        If the list and the number of such offers together would give away a small count.
    """
    offers, threshold, cases = count.offers(data), data.policy.threshold, count.cases(data)["theme"].value_counts()
    book, made = data.book(count.source), {}
    for theme in (t for t in themes(book).values() if t.has_offers):
        could = offers[offers["theme"].eq(theme.id) & offers["could_open"].fillna(False)]
        by_name = could.groupby("name")["case_id"].nunique()
        names = dict.fromkeys(i.label for i in book.items.values() if i.part == theme.id and i.row and i.label)
        listed_names = [n for n in names if by_name.get(n, 0) >= threshold]
        others = len(names) - len(listed_names)
        most = len(listed_names) * cases[theme.id] + max(others - 1, 0) * (threshold - 1)
        if others and len(could) > most:
            raise NotebookError(
                f"Thema „{theme.id}“: Aus der Liste und der Summe {len(could)} folgte, dass ein nicht genanntes Angebot bei weniger als "
                f"{threshold} Bündnissen zu öffnen wäre; bitte die Liste dieses Themas weglassen."
            )
        if listed_names:
            made[theme.label] = listed_names
    return made


def category_question(item: str, category: str) -> str:
    """Id of the question whether a case named a category of an open item; so the policy may name it, too.

    >>> category_question("3.3", "sport")
    '3.3/sport'
    """
    return f"{item}/{category}"


# ---- lines of the codebook ----

KINDS = {"text": "Text", "number": "Zahl", "tick": "Kreuz", "single": "eine"}
IN_SET, SLASH = "mehrere", "\u00a0/ "  # a line does not begin with a slash


def codebook_lines(book: Any) -> tuple[Line, ...]:
    """What a form asks: a line an item of a sheet or column of a roster, a line a column of each block of a grid.

    A grid of 13 rows and 7 columns would be 91 lines that say the same: its rows are named once, in a line without
    items, then each column.
    """
    return tuple(line for part in book.parts for line in _part_lines(book, part))


def _part_lines(book: Any, part: Mapping[str, Any]) -> Iterable[Line]:
    heading = " ".join(x for x in (part.get("number", ""), part["heading"]) if x)
    items = [i for i in book.items.values() if i.part == part["id"]]
    if part["kind"] != "grid":
        for i in items:
            yield Line(i.id, (i,), _question(book, i), KINDS[i.kind], heading)
        return
    sets = {s["column"] for s in book.sets.values() if s["part"] == part["id"]}
    for block in part["blocks"]:
        mine = [i for i in items if i.block == block["id"] and i.label]  # empty rows ask nobody else
        rows = "; ".join(r["label"] for r in block["rows"]) + (", dazu leere Zeilen" if block.get("extra_rows") else "")
        columns = {c["id"]: (c, tuple(i for i in mine if i.column == c["id"])) for c in part["columns"]}
        asked = {c: (d, own) for c, (d, own) in columns.items() if own}
        number, level = f"{part['number']}.{block['id']}", int(len(asked) > 1)
        if level:
            yield Line(number, (), f"{block['label']}, Zeilen: {rows}", "", heading)
        for column, (declared, own) in asked.items():
            options = SLASH.join(o.label for o in own[0].options)
            label = declared["label"] + (f" ({options})" if options else "")
            text = f"Spalte {column}: {label}" if level else f"{label}: {rows}"
            kind = IN_SET if column in sets else KINDS[own[0].kind]
            yield Line(f"{number}.{column}", own, text, kind, heading, level)


def _question(book: Any, item: Any) -> str:
    """Number, question and options; after which answer only it is asked; whether an earlier wave asked the same."""
    told = []
    if item.asked_if:
        parent, option = item.asked_if
        label = next(o.label for o in book.items[parent].options if o.id == option)
        told.append(f"nur nach {parent} „{label}“")
    if item.repeats:
        told.append(f"wörtlich wie {item.repeats.source.rpartition('-')[2]}, {item.repeats.item}")
    options = ": " + SLASH.join(o.label for o in item.options) if item.options else ""
    return f"{item.id} {item.label}{options}" + (f" ({'; '.join(told)})" if told else "")
