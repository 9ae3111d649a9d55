"""Kinds of numbers that count what forms say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import listed
from gkanalysis.core.numbers import NO_VALUE
from gkanalysis.counts.count import PUBLIC, TOGETHER, Count, Says, Units, count_of, each, format_number
from gkanalysis.counts.data import TOTAL, USABLE, Data

ENTRIES = ("answered", "illegible", "contradictory")  # something stands there
NOT_ASKED, SILENT = (
    "not_asked",
    "none",
)  # SILENT: asked, but without a valid answer; so the disclosure check calls it
MENTIONED = "-nennungen"  # end of the id of a row that counts mentions and not cases
STATES = {
    "answered": "gültige Angabe", "selected": "angekreuzt", "not_selected": "nicht angekreuzt",
    "not_answered": "keine Angabe", "illegible": "unlesbar", "contradictory": "widersprüchlich",
}  # fmt: skip
BASE_LABELS = {
    "cases": "alle Fälle", "asked": "alle, denen die Frage gestellt wurde", "answered": "alle mit gültiger Angabe",
    "mentioned": "alle mit mindestens einer Nennung", "mentions": "alle Nennungen",
    "offers_answered": "alle Angebote mit Angabe", "need_answered": "alle mit gültiger Angabe",
    "interviewed": "alle Gespräche", "interviewed_with_text": "alle Gespräche mit gespeichertem Text",
    "characters": "Zeichen aller gespeicherten Texte", "document_pairs": "alle Vergleiche zweier Kodierender",
    "answered_both": "mit gültiger Angabe in beiden Wellen",
    "asked_both": "in beiden Wellen gefragt; nicht angekreuzt heißt nein",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OfForms(Count):
    """What counts of forms share: which forms count, by their completeness."""

    status: tuple[str, ...] = USABLE

    def forms_words(self, data: Data) -> str:
        """Which forms count, in words."""
        labels = {r["id"]: r["label"] for r in data.book(self.source).completeness}
        return f"{self.source}, Bögen: {' oder '.join(labels.get(s, s) for s in self.status)}"

    def cells(self, data: Data, items: Iterable[str] | None = None) -> pd.DataFrame:
        """The responses of the forms that count."""
        return data.answers(self.source, self.status, items)


def once_a_case(rows: pd.DataFrame) -> pd.DataFrame:
    """Each case once in a row of the table, also where a roster asks it line by line: one line is enough."""
    if not rows.duplicated(["row", "case_id"]).any():
        return rows
    return rows.groupby(["row", "case_id"], sort=False, as_index=False)[["base", "n"]].any()


@dataclass(frozen=True, kw_only=True)
class Choice(OfForms):
    """The answers to a single choice, of the cases with a valid answer.

    Examples
    --------
    >>> Choice(source="prozess-2020", item="1.1").definition
    'Choice(source="prozess-2020", item="1.1")'
    """

    item: str

    exclusive: ClassVar[bool] = True
    base_name: ClassVar[str] = "answered"
    sampled: ClassVar[bool] = True

    def options(self, data: Data) -> Mapping[str, str]:
        """The answers as reports print them."""
        return {o.id: o.extra.get("report", o.label) for o in data.book(self.source).items[self.item].options}

    def units(self, data: Data) -> Units:
        """A unit is a case."""
        given = self.cells(data, [self.item])
        options = self.options(data)
        wrong = given[given["state"].eq("answered") & ~given["value"].isin(options)]
        if len(wrong):
            raise NotebookError(
                f"Frage „{self.item}“ in {self.source}, Fall {wrong['case_id'].iloc[0]}: Die Antwort „{wrong['value'].iloc[0]}“ "
                f"steht nicht im Codebuch; vorhanden sind {listed(options)}."
            )
        rows = each(given, options)
        base = rows["state"].eq("answered")
        return Units.of(once_a_case(rows.assign(base=base, n=base & rows["value"].eq(rows["row"]))), given)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many gave this answer, so many a valid one."""
        every = tuple(self.options(data))
        return (
            Says("x", self.item, tuple(row.split(TOGETHER)), statuses=self.status),
            Says("x", self.item, every, of="base_n", statuses=self.status),
        )

    def words(self, data: Data, row: str) -> str:
        """Question and answer."""
        labels = self.options(data)
        answers = " oder ".join(f"„{labels[r]}“" for r in row.split(TOGETHER))
        label = data.book(self.source).items[self.item].label
        return f"Gezählt ist bei {self.item} „{label}“ die Antwort {answers} ({self.forms_words(data)}); Basis: alle mit gültiger Antwort"


@dataclass(frozen=True, kw_only=True)
class State(OfForms):
    """In which state an item is: answered, left empty, contradictory …; of the cases that were asked."""

    item: str

    exclusive: ClassVar[bool] = True
    base_name: ClassVar[str] = "asked"

    def options(self, data: Data) -> Mapping[str, str]:
        """The states that an item of its kind can be in."""
        tick = data.book(self.source).items[self.item].kind == "tick"
        own = ("answered",) if not tick else ("selected", "not_selected")
        return {s: label for s, label in STATES.items() if s in (*own, "not_answered", "illegible", "contradictory")}

    def units(self, data: Data) -> Units:
        """A unit is a case."""
        given = self.cells(data, [self.item])
        rows = each(given, self.options(data))
        rows = rows.assign(base=rows["state"].ne(NOT_ASKED), n=rows["state"].eq(rows["row"]))
        return Units.of(once_a_case(rows), given)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many are in these states; what is not valid is one state for whoever reads it."""
        item = data.book(self.source).items[self.item]
        valid = tuple(o.id for o in item.options) or ("answered",)
        states = {"answered": valid, "selected": ("selected",), "not_selected": ("not_selected",)}
        counted = dict.fromkeys(s for r in row.split(TOGETHER) for s in states.get(r, (SILENT,)))
        asked = (*(valid if item.kind != "tick" else ("selected", "not_selected")), SILENT)
        return (
            Says("x", self.item, tuple(counted), statuses=self.status),
            Says("x", self.item, asked, of="base_n", statuses=self.status),
        )

    def words(self, data: Data, row: str) -> str:
        """Question and state."""
        label = data.book(self.source).items[self.item].label
        state = " oder ".join(STATES[r] for r in row.split(TOGETHER))
        return f"Gezählt ist bei {self.item} „{label}“: {state} ({self.forms_words(data)}); Basis: alle, denen die Frage gestellt wurde"


@dataclass(frozen=True, kw_only=True)
class Quartiles(OfForms):
    """The numbers that cases gave, with their median and quarters; the base is the numbers themselves.

    Quarters as SPSS takes them (weighted average, definition 6 of Hyndman and Fan, 1996). With fewer numbers than four
    times the threshold of the policy there is none: fewer cases than may be known would lie beyond it.

    Examples
    --------
    >>> Quartiles(source="entwicklungsstand-2021", item="1.2").definition
    'Quartiles(source="entwicklungsstand-2021", item="1.2")'
    """

    item: str

    base_name: ClassVar[str] = "answered"
    marked: ClassVar[bool] = False
    own_columns: ClassVar[bool] = True
    columns: ClassVar[Any] = {
        "unteres Viertel bis": lambda r: format_number(r.lower), "Median": lambda r: format_number(r.median),
        "oberes Viertel ab": lambda r: format_number(r.upper), "Angaben": lambda r: count_of(r.n, None),
    }  # fmt: skip

    def options(self, data: Data) -> Mapping[str, str]:
        """The item is the only row."""
        return {self.item: data.book(self.source).items[self.item].label}

    def units(self, data: Data) -> Units:
        """A unit is a case."""
        given = self.cells(data, [self.item])
        valid = given["state"].eq("answered")
        unit = given["case_id"].astype("str") + "/" + given["occurrence"].astype("str")  # rows of a list are units
        return Units.of(given.assign(unit=unit, row=self.item, base=valid, n=valid))

    def extra(self, data: Data, by: str) -> pd.DataFrame:
        """Median and quarters of the numbers, of all cases and by group."""
        given = self.cells(data, [self.item])
        given = given[given["state"].eq("answered")]
        numbers = pd.Series(pd.to_numeric(given["value"]).to_numpy(), index=given["case_id"])
        groups = {TOTAL: numbers}
        if by:
            grouping = data.group(by)
            groups |= {g: numbers[numbers.index.map(grouping.of) == g] for g in grouping.labels}
        return pd.DataFrame(
            {
                (self.item, g): np.quantile(x, [0.25, 0.5, 0.75], method="weibull")
                if len(x) >= self.least(data)
                else [np.nan] * 3
                for g, x in groups.items()
            },
            index=["lower", "median", "upper"],
        ).T

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
        label = data.book(self.source).items[self.item].label
        return f"Gezählt sind gültige Zahlen bei {self.item} „{label}“ ({self.forms_words(data)}); Basis: diese Zahlen"


@dataclass(frozen=True, kw_only=True)
class Ticks(OfForms):
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

    sampled: ClassVar[bool] = True
    unit_words: ClassVar[str] = "Nennungen"
    more_words: ClassVar[str] = "; Mehrfachantworten, die Anteile ergeben zusammen mehr als 100 Prozent"

    def __post_init__(self) -> None:
        if self.of not in ("asked", "answered", "mentioned"):
            raise NotebookError(
                f"Die Basis „{self.of}“ gibt es für Mehrfachantworten nicht; es gibt {listed(['asked', 'answered', 'mentioned'], self.of)}."
            )

    @property
    def base(self) -> str:
        """The base that was asked for."""
        return self.of

    def options(self, data: Data) -> Mapping[str, str]:
        """The boxes."""
        book = data.book(self.source)
        book.sets[self.set]  # an unknown set is answered
        return {i: book.items[i].label for i in book.set_items(self.set)}

    def units(self, data: Data) -> Units:
        """A unit is a box of a case."""
        rows = self.cells(data, self.options(data))
        state = rows["state"]
        if self.of == "answered":
            base = state.isin(["selected", "not_selected"])
        else:
            inside = state.ne(NOT_ASKED) if self.of == "asked" else state.eq("selected")
            base = rows["case_id"].isin(set(rows.loc[inside, "case_id"]))
        rows = rows.assign(row=rows["item_id"], unit=rows["case_id"] + "/" + rows["item_id"])
        return Units.of(rows.assign(base=base, n=base & state.eq("selected")), rows)

    def extra(self, data: Data, by: str) -> pd.DataFrame:
        """Each box as a share of all ticks."""
        return _share_of_ticks(self, data, by)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many ticked it; the base; and with the share of ticks, all ticks of the set."""
        yield Says("x", row, ("selected",), statuses=self.status)
        if self.of == "answered":
            yield Says("x", row, ("selected", "not_selected"), of="base_n", statuses=self.status)
        else:
            kind = "asked" if self.of == "asked" else "any"
            yield Says(kind, self.set, of="base_n", statuses=self.status)
        yield Says("mentions", self.set, of="share_of_responses", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The box and its set."""
        label = data.book(self.source).items[row].label
        of = data.book(self.source).sets[self.set]["label"]
        return f"Gezählt ist {row} „{label}“ angekreuzt ({of}; {self.forms_words(data)}); Basis: {BASE_LABELS[self.of]}"


@dataclass(frozen=True, kw_only=True)
class AnyTick(OfForms):
    """Cases by what they ticked in a set with a box for „none of these“: any other (ja), or that one (nein)."""

    set: str
    none: str

    base_name: ClassVar[str] = "mentioned"

    def options(self, data: Data) -> Mapping[str, str]:
        """Any of them, or none."""
        book = data.book(self.source)
        if self.none not in (items := book.set_items(self.set)):
            raise NotebookError(
                f"„{self.none}“ gehört nicht zu den Mehrfachantworten „{self.set}“; dort stehen: {', '.join(items)}."
            )
        return {"ja": f"{book.sets[self.set]['label']}: etwas davon", "nein": book.items[self.none].label}

    def units(self, data: Data) -> Units:
        """A unit is a case that ticked something."""
        options = self.options(data)
        ticks = self.cells(data, data.book(self.source).set_items(self.set))
        ticks = ticks[ticks["state"] == "selected"]
        none = ticks["item_id"].eq(self.none).groupby(ticks["case_id"]).agg(["any", "all"])
        if len(both := none.index[none["any"] & ~none["all"]]):
            raise NotebookError(
                f"„{self.source}“, „{self.set}“: {', '.join(both)} hat „{options['nein']}“ und anderes angekreuzt; bitte "
                "nachfragen und in „entscheidungen.csv“ eintragen."
            )
        rows = each(none["any"].rename("none").reset_index(), options)
        return Units.of(rows.assign(base=True, n=rows["none"].eq(rows["row"].eq("nein"))), ticks)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Who ticked „none“ is what remains of those who ticked anything."""
        yield Says("x", self.none, ("selected",), of="n" if row == "nein" else "rest", statuses=self.status)
        yield Says("any", self.set, of="base_n", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The set and its „none“."""
        label, none = (
            data.book(self.source).sets[self.set]["label"],
            data.book(self.source).items[self.none].label,
        )
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
class Answered(OfForms):
    """Cases that answered anything of a line of the codebook, or ticked anything of a set; of those who were asked."""

    base_name: ClassVar[str] = "asked"

    def _lines(self, data: Data) -> tuple[Line, ...]:
        return data._keep(("lines", self.source), lambda: codebook_lines(data.book(self.source)))

    def options(self, data: Data) -> Mapping[str, str]:
        """The lines of the codebook that have items, and its sets."""
        book = data.book(self.source)
        lines = {line.row: line.label for line in self._lines(data) if line.items}
        return lines | {s: d["label"] for s, d in book.sets.items()}

    def items(self, data: Data) -> dict[str, tuple[str, ...]]:
        """Row -> ids of its items."""
        book = data.book(self.source)
        lines = {line.row: tuple(i.id for i in line.items) for line in self._lines(data) if line.items}
        return lines | {s: tuple(book.set_items(s)) for s in book.sets}

    def units(self, data: Data) -> Units:
        """A unit is a case at a line; a list that was left empty has no row at all and yet was asked."""
        line = pd.DataFrame(
            [(r, i) for r, items in self.items(data).items() for i in items], columns=["row", "item_id"]
        )
        given = self.cells(data).merge(line, on="item_id")
        given = given.assign(
            unit=given["row"] + "/" + given["case_id"], asked=given["state"].ne(NOT_ASKED),
            some=given["state"].isin(["selected", "answered"]),
        )  # fmt: skip
        seen = given.groupby(["row", "case_id"])[["asked", "some"]].any()
        cases = data.cases(self.source, self.status)["case_id"]
        every = pd.MultiIndex.from_product([dict.fromkeys(line["row"]), cases], names=["row", "case_id"])
        rows = seen.reindex(every).astype("boolean").reset_index()
        rows = rows.assign(base=rows["asked"].fillna(True), n=rows["some"].fillna(False))
        evidence = given.sort_values("some", ascending=False, kind="stable").drop_duplicates("unit")
        return Units.of(rows.assign(unit=rows["row"] + "/" + rows["case_id"]), evidence[evidence["asked"]])

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many said something. Over several items, or at an entry that everybody was asked for, only as a whole."""
        items = self.items(data)[row]
        item = data.book(self.source).items[items[0]]
        if len(items) > 1 or (item.kind not in ("single", "tick") and not item.asked_if):
            yield Says("whole", items[0] if len(items) == 1 else "")
            return
        given = tuple(o.id for o in item.options) or ("selected" if item.kind == "tick" else "answered",)
        silent = ("not_selected", SILENT) if item.kind == "tick" else (SILENT,)
        yield Says("x", item.id, given, statuses=self.status)
        yield Says("x", item.id, (*given, *silent), of="base_n", statuses=self.status)
        if item.asked_if:  # who was asked is who said so before, and the listing prints the filter
            parent, option = item.asked_if
            said = self.cells(data, [parent])
            yes = said["state"].eq("answered") & said["value"].eq(option)
            if int(yes.sum()) == self.cell(data, row).base_n:
                yield Says("x", parent, (option,), of="base_n", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The items of the line."""
        first, *others = self.items(data)[row]
        item = data.book(self.source).items[first]
        what = f"{first} bis {others[-1]}" if others else f"{first} „{item.label or item.short}“"
        return f"Gezählt sind Bündnisse mit wenigstens einer Angabe zu {what} ({self.forms_words(data)}); Basis: alle, denen die Frage gestellt wurde"


@dataclass(frozen=True, kw_only=True)
class Open(OfForms):
    """The categories of an open answer by cases that named them at least once; the lead coder's categories count."""

    item: str

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

    def options(self, data: Data) -> Mapping[str, str]:
        """Category -> label."""
        return {c.id: c.label for c in self.categories(data)}

    def coded(self, data: Data) -> pd.DataFrame:
        """One row per mention and category of the lead coder; refused while a mention has none."""
        mentions, lead = data.mentions(self.source, self.item, self.status), data.category_book.coders[0]
        mentions = mentions.assign(unit=mentions["case_id"] + "/" + mentions["mention"].astype("str"))
        own = mentions[mentions["coder"] == lead]
        missing = mentions[~mentions["unit"].isin(own["unit"])].drop_duplicates("unit")
        if len(missing):
            raise NotebookError(
                f"„{self.source}“, Item {self.item}: {len(missing)} Nennungen haben von „{lead}“ keine Kategorie, zuerst "
                f"„{missing['text'].iloc[0]}“ von {missing['case_id'].iloc[0]}; bitte in „kategorien.csv“ kodieren."
            )
        return own

    def units(self, data: Data) -> Units:
        """A unit is a case that answered; behind it are its mentions of the category, else its answer."""
        given, coded = self.cells(data, [self.item]), self.coded(data)
        given = given[given["state"] == "answered"].drop_duplicates("case_id")
        has = set(zip(coded["case_id"], coded["category"], strict=True))
        rows = each(given, self.options(data))
        rows = rows.assign(unit=rows["case_id"] + "/" + rows["row"], base=True)
        rows["n"] = [pair in has for pair in zip(rows["case_id"], rows["row"], strict=True)]
        named = coded.assign(unit=coded["case_id"] + "/" + coded["category"], raw=coded["text"], state="coded", part="")
        silent = rows[~rows["n"]].assign(state="not_coded")
        return Units.of(
            rows,
            pd.concat([named, silent]).assign(value=lambda f: f["unit"].str.partition("/")[2].map(self.options(data))),
        )

    def extra(self, data: Data, by: str) -> pd.DataFrame | None:
        """Each category as a share of all that were named."""
        return _share_of_ticks(self, data, by)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """A category is a box of a set that the coder ticked."""
        question = category_question(self.item, row)
        yield Says("x", question, ("selected",), statuses=self.status)
        yield Says("x", question, ("selected", "not_selected"), of="base_n", statuses=self.status)
        yield Says("mentions", self.item, of="share_of_responses", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """The category with its definition."""
        category = next(c for c in self.categories(data) if c.id == row)
        label = data.book(self.source).items[self.item].label
        return (
            f"Gezählt sind Bündnisse, in deren Antwort auf {self.item} „{label}“ {data.category_book.coders[0]} die Kategorie "
            f"„{category.label}“ wenigstens einmal vergeben hat ({self.forms_words(data)}; Definition: {category.definition.rstrip('.')}); "
            "Basis: alle mit Antwort"
        )


@dataclass(frozen=True, kw_only=True)
class Mentions(Open):
    """The mentions of an open answer by category; a case may name one several times, a mention may have several."""

    base_name: ClassVar[str] = "mentions"
    sampled: ClassVar[bool] = False
    marked: ClassVar[bool] = False

    def options(self, data: Data) -> Mapping[str, str]:
        """Category -> label, and all mentions."""
        return {c.id + MENTIONED: c.label for c in self.categories(data)} | {"alle": "alle Nennungen"}

    def units(self, data: Data) -> Units:
        """A unit is a mention."""
        coded = self.coded(data)
        has = set(zip(coded["unit"], coded["category"] + MENTIONED, strict=True))
        rows = each(coded.drop_duplicates("unit"), self.options(data))
        rows["n"] = [r == "alle" or (u, r) in has for u, r in zip(rows["unit"], rows["row"], strict=True)]
        evidence = (
            coded.drop_duplicates("unit").assign(state="coded", value="", part="").rename(columns={"text": "raw"})
        )
        return Units.of(rows.assign(base=True), evidence)

    def extra(self, data: Data, by: str) -> None:
        """Nothing beside the counts."""

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Mentions tell whether cases have the category, and at most how many; all together tell nothing."""
        if row == "alle":
            return PUBLIC
        question = category_question(self.item, row.removesuffix(MENTIONED))
        return (Says("x", question, ("selected",), statuses=self.status, exact=False),)

    def words(self, data: Data, row: str) -> str:
        """The category."""
        label = data.book(self.source).items[self.item].label
        of = "" if row == "alle" else f" mit der Kategorie „{self.options(data)[row]}“"
        return f"Gezählt sind Nennungen{of} in den Antworten auf {self.item} „{label}“ ({self.forms_words(data)}); Basis: alle Nennungen"


def _share_of_ticks(count: OfForms, data: Data, by: str) -> pd.DataFrame:
    """Each row as a share of all that was ticked or named in its subgroup."""
    rows = count.counted(data).rows
    ticks = rows[rows["n"].astype(bool)]
    parts = [ticks.assign(subgroup=TOTAL)]
    groups = [TOTAL]
    if by:
        parts.append(ticks.assign(subgroup=ticks["case_id"].map(data.group(by).of)))
        groups += data.group(by).labels
    n = pd.concat(parts).groupby(["row", "subgroup"]).size()
    n = n.reindex(
        pd.MultiIndex.from_product([list(count.options(data)), groups], names=["row", "subgroup"]),
        fill_value=0,
    )
    every = n.groupby("subgroup").transform("sum")
    return (n / every.where(every > 0)).to_frame("share_of_responses")


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
        yes = [o.id for o in book.items[item].options if o.extra.get("counts")]
        if len(yes) != 1:
            raise NotebookError(
                f"Frage „{item}“ nach Lücken: {len(yes)} Vorgaben haben „counts“, erlaubt ist eine; bitte im Codebuch berichtigen."
            )
        has_offers = any(c.get("aspect") for c in parts[theme].get("columns", ()))
        made[theme] = Theme(theme, parts[theme]["theme"], item, yes[0], has_offers)
    return made


@dataclass(frozen=True, kw_only=True)
class Gaps(OfForms):
    """Cases that named a gap in a theme, and those that did not; of those with a valid answer."""

    base_name: ClassVar[str] = "need_answered"

    def options(self, data: Data) -> Mapping[str, str]:
        """Theme and answer."""
        return {f"{t.id}.{a}": t.label for t in themes(data.book(self.source)).values() for a in ANSWERS}

    def units(self, data: Data) -> Units:
        """A unit is the answer of a case on a theme."""
        theme_of = {t.gap_item: t for t in themes(data.book(self.source)).values()}
        given = self.cells(data, theme_of)
        given = given.assign(unit=given["case_id"] + "/" + given["item_id"], base=given["state"].eq("answered"))
        yes = given["value"].eq(given["item_id"].map({i: t.yes for i, t in theme_of.items()}))
        theme = given["item_id"].map({i: t.id for i, t in theme_of.items()})
        both = [
            given.assign(row=theme + end, n=given["base"] & (yes == v))
            for end, v in ((".need", True), (".no_need", False))
        ]
        return Units.of(pd.concat(both), given)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """A gap is an answer to a question."""
        theme = themes(data.book(self.source))[row.partition(".")[0]]
        every = tuple(o.id for o in data.book(self.source).items[theme.gap_item].options)
        counted = (theme.yes,) if row.endswith(".need") else tuple(o for o in every if o != theme.yes)
        yield Says("x", theme.gap_item, counted, statuses=self.status)
        yield Says("x", theme.gap_item, every, of="base_n", statuses=self.status)

    def words(self, data: Data, row: str) -> str:
        """Theme and answer."""
        told = "Lücke benannt" if row.endswith(".need") else "keine Lücke benannt"
        return f"Gezählt sind Bündnisse beim Thema „{self.options(data)[row]}“: {told} ({self.forms_words(data)}); Basis: alle mit gültiger Antwort"


ANSWERS = {"need": "Lücke benannt", "no_need": "keine Lücke"}
ASPECTS = {
    "offer": "Angebot vorhanden", "open_ag": "offen für Gestattete", "open_d": "offen für Geduldete",
    "could_open": "weiter zu öffnen",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Openings(OfForms):
    """Offers of a theme by whether they are open to a group or could be opened; of the offers with an answer on it."""

    base_name: ClassVar[str] = "offers_answered"
    counts_units: ClassVar[bool] = True
    unit_words: ClassVar[str] = "Angebote"

    def options(self, data: Data) -> Mapping[str, str]:
        """Theme and aspect."""
        aspects = [a for a in ASPECTS if a != "offer"]
        return {f"{t.id}.{a}": t.label for t in self._themes(data) for a in aspects}

    def _themes(self, data: Data) -> list[Theme]:
        return [t for t in themes(data.book(self.source)).values() if t.has_offers]

    def offers(self, data: Data) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The offers that are there (per aspect True, False or missing), their cells, and all cases asked.

        Of several columns with one aspect the first that is filled counts.
        """
        book, given = data.book(self.source), self.cells(data)
        made, places, asked = [], [], []
        for theme in self._themes(data):
            part = book.part(theme.id)
            aspect = {c["id"]: c["aspect"] for c in part["columns"] if c.get("aspect")}
            counts = {(c["id"], o["id"]) for c in part["columns"] for o in c.get("options", ()) if o.get("counts")}
            about = [
                (i.id, i.row, i.column, i.label)
                for i in book.items.values()
                if i.part == theme.id and i.column in aspect
            ]
            here = given[given["version"].isin([v for v, d in book.versions.items() if theme.id in d["parts"]])]
            cells = here[here["state"].isin(ENTRIES)].merge(
                pd.DataFrame(about, columns=["item_id", "line", "column", "name"]), on="item_id"
            )
            offer = cells["line"].where(cells["line"].ne(""), cells["occurrence"].astype("str"))
            yes = [
                (c, v) in counts if s == "answered" else None
                for c, v, s in zip(cells["column"], cells["value"], cells["state"], strict=True)
            ]
            cells = cells.assign(
                theme=theme.id, aspect=cells["column"].map(aspect), yes=pd.array(yes, "boolean"),
                unit=theme.id + "/" + cells["case_id"] + "/" + offer, name=cells["name"].where(cells["line"].ne(""), ""),
            )  # fmt: skip
            first = cells.drop_duplicates(["unit", "aspect"])
            key = ["theme", "unit", "case_id"]
            wide = first.pivot(index=key, columns="aspect", values="yes").reindex(
                columns=[a for a in ASPECTS if a != "offer"]
            )
            names = cells.groupby("unit")["name"].max()
            wide = wide.astype("boolean").reset_index()
            made.append(wide.assign(name=wide["unit"].map(names)))
            places.append(cells)
            asked.append(here[["case_id"]].drop_duplicates().assign(theme=theme.id))
        return pd.concat(made, ignore_index=True), pd.concat(places), pd.concat(asked, ignore_index=True)

    def units(self, data: Data) -> Units:
        """A unit is an offer."""
        offers, cells, _ = self.offers(data)
        parts = [
            offers.assign(row=offers["theme"] + "." + a, base=offers[a].notna(), n=offers[a].fillna(False))
            for a in ASPECTS if a != "offer"
        ]  # fmt: skip
        return Units.of(pd.concat(parts), cells)

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Offers are no cases: what shows is whether few cases stand behind them."""
        return (Says("behind"),)

    def words(self, data: Data, row: str) -> str:
        """Theme and aspect."""
        told = "; ".join(f"„{self.options(data)[r]}“: {ASPECTS[r.rpartition('.')[2]]}" for r in row.split(TOGETHER))
        return f"Gezählt sind Angebote beim Thema {told} ({self.forms_words(data)}); Basis: Angebote mit gültiger Antwort in dieser Spalte"


@dataclass(frozen=True, kw_only=True)
class Offered(Openings):
    """Cases with an offer in a theme, or with one that is open; of those of whom it is known."""

    base_name: ClassVar[str] = "offers_answered"

    def options(self, data: Data) -> Mapping[str, str]:
        """Theme and aspect, and whether there is an offer at all."""
        return {f"{t.id}.{a}": t.label for t in self._themes(data) for a in ASPECTS}

    def units(self, data: Data) -> Units:
        """A unit is a case at a theme; no counts only where it is known of all offers."""
        offers, cells, asked = self.offers(data)
        asked = asked.assign(unit=asked["theme"] + "/" + asked["case_id"])
        unit = offers["theme"] + "/" + offers["case_id"]
        parts = [asked.assign(row=asked["theme"] + ".offer", base=True, n=asked["unit"].isin(unit))]
        for a in [a for a in ASPECTS if a != "offer"]:
            any_yes = offers[a].fillna(False).groupby(unit).any()
            known = any_yes | offers[a].notna().groupby(unit).all()
            mine = asked[asked["unit"].isin(any_yes.index)]
            parts.append(
                mine.assign(
                    row=mine["theme"] + "." + a,
                    base=mine["unit"].map(known),
                    n=mine["unit"].map(any_yes & known),
                )
            )
        return Units.of(pd.concat(parts), cells.assign(unit=cells["theme"] + "/" + cells["case_id"]))

    def words(self, data: Data, row: str) -> str:
        """Theme and aspect."""
        theme, aspect = self.options(data)[row], ASPECTS[row.rpartition(".")[2]]
        of = (
            "alle, deren Bogen die Tabelle enthält"
            if row.endswith(".offer")
            else "alle mit Angebot, von denen das bekannt ist"
        )
        return f"Gezählt sind Bündnisse mit wenigstens einem Angebot beim Thema „{theme}“: {aspect} ({self.forms_words(data)}); Basis: {of}"


def openable(count: Openings, data: Data) -> dict[str, list[str]]:
    """Theme -> printed offers that at least as many cases as the threshold could open further.

    Names without counts; offers that a case named itself are left out.

    Raises
    ------
    NotebookError
        If the list and the number of such offers together would give away a small count.
    """
    offers, threshold = count.offers(data)[0], data.policy.threshold
    book, made = data.book(count.source), {}
    for theme in (t for t in themes(book).values() if t.has_offers):
        mine = offers[offers["theme"] == theme.id]
        could = mine[mine["could_open"].fillna(False).to_numpy(dtype=bool)]
        by_name = could.groupby("name")["case_id"].nunique()
        names = dict.fromkeys(i.label for i in book.items.values() if i.part == theme.id and i.row and i.label)
        listed_names = [n for n in names if by_name.get(n, 0) >= threshold]
        others = len(names) - len(listed_names)
        cases = data.cases(count.source, count.status)["version"].isin(
            [v for v, d in book.versions.items() if theme.id in d["parts"]]
        )
        most = len(listed_names) * int(cases.sum()) + max(others - 1, 0) * (threshold - 1)
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
            yield Line(
                f"{number}.{column}",
                own,
                text,
                IN_SET if column in sets else KINDS[own[0].kind],
                heading,
                level,
            )


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
