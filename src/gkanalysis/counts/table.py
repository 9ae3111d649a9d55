"""What an analyst asks and gets: a table of one count, its numbers, and words that the data determine."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import filter as matching
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import TYPES, Answering, Known, enumeration, listed
from gkanalysis.core.numbers import (
    NBSP,
    by_count,
    format_count,
    format_decimal,
    format_n_percent,
    format_p,
    format_percent,
    format_points,
    number_word,
)
from gkanalysis.counts.count import EVIDENCE, TOGETHER, WEAK, Cell, Count, count_of, format_number
from gkanalysis.counts.data import TOTAL, USABLE, Data
from gkanalysis.counts.export import DataFile, Exported, table_file
from gkanalysis.counts.forms import BASE_LABELS, STATES, Ticks
from gkanalysis.counts.shown import HIDDEN, Row, Shown, Tests, dash_note, layout, mark_notes, table_html, table_text
from gkanalysis.counts.words import Scale, read_scale
from gkanalysis.stats.exact import differences_by_group

SIGNIFICANT = 0.05
MIME = "application/vnd.gkanalysis.value+json"


class Said(str):
    """Words for prose that know where they come from; JupyterLab and the report show them as text."""

    record: Mapping[str, Any]

    def __new__(cls, text: str, **record: Any) -> Said:
        """The text with its record: `kind` is number, derived, declared or drawn; `of` names the numbers behind it."""
        made = super().__new__(cls, text)
        made.record = record
        return made

    def __repr__(self) -> str:
        return str(self)

    def __format__(self, spec: str) -> str:
        """Within other words, such as a title: there nobody can look up later whose reading it is."""
        if (reading := self.record.get("reading", "")).casefold() not in self.casefold():
            raise NotebookError(f"„{self!s}“: Die Codierenden sind sich kaum einig; bitte „{reading}“ dazuschreiben.")
        return super().__format__(spec)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {MIME: {"text": str(self), **self.record}, "text/plain": str(self), "text/html": html.escape(self)}


def derived(text: str, numbers: Iterable[Number], about: Iterable[Number] | None = None) -> Said:
    """Words that follow from numbers (a rank, a test, a mean): they are weighed as if all these were printed.

    `about` are those that the words speak of, all of them if nobody says so.

    >>> derived("0,021", []).record["kind"]
    'derived'
    """
    numbers = list(numbers)
    spoken = numbers if about is None else list(about)
    named = {} if about is None else {"about": [n.definition for n in spoken]}
    of = list(dict.fromkeys(n.definition for n in numbers))
    return Said(text, kind="derived", of=of, **named, **_read(n.reading for n in spoken))


def _read(readings: Iterable[str]) -> dict[str, str]:
    """Whose reading words are, for their record; nothing where that need not be said."""
    return {"reading": said} if (said := next(filter(None, readings), "")) else {}


def declared(text: object) -> Said:
    """Words that stand in a codebook or in the policy, and so say nothing about anybody.

    >>> declared("Strukturen")
    Strukturen
    """
    return Said(format_count(text) if isinstance(text, int) else str(text), kind="declared", of=[])


class Declared(property):
    """Words about something that its codebook declares, such as a title."""

    def __init__(self, doc: str, text: Callable[[Any], object]) -> None:
        super().__init__(lambda thing: declared(text(thing)), doc=doc)


class Wording(property):
    """One way to write a number in a text: a property of `Number`; `called` is its name in values.json."""

    def __init__(self, doc: str, text: Callable[[Number], str], called: str = "") -> None:
        super().__init__(lambda number: number._say(text(number), self.called), doc=doc)
        self.called = called

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = self.called or name


@dataclass(frozen=True, eq=False)
class Number(Answering):
    """One number with its base, and what stands behind it.

    Wordings: `n` 13 (as a text for prose: `count`), `word` dreizehn, `of` 13 von 45, `percent` 29 %, `n_percent`
    13 (29 %), `base` 45.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> new = gk.source("strukturen-2018")["2.1"]["nein"]
    >>> new.of, new.percent
    (13 von 45, 29 %)
    """

    counted: Counted
    row: str
    group: str = TOTAL

    called: ClassVar[str] = "Die Zahl hat keine Fassung"

    count = Wording("The count in digits.", lambda x: format_count(x.n), "n")
    word = Wording("The count as a word up to twelve.", lambda x: number_word(x.n))
    of = Wording("Count and base: 13 von 45.", lambda x: f"{format_count(x.n)}{NBSP}von{NBSP}{format_count(x._base())}")
    base = Wording("The base alone.", lambda x: format_count(x._base()))
    percent = Wording("The share; below a base of 100 without decimals, which would pretend more than one case.",
                      lambda x: format_percent(x.n, x._base()))  # fmt: skip
    n_percent = Wording("Count and share, as tables print them.", lambda x: format_n_percent(x.n, x._base()))
    word_capital = Wording("As the first word of a sentence; one is „Ein“.", lambda x: x._inflected("Ein").capitalize())
    word_dative = Wording("After „bei“: einem, zwei, ...", lambda x: x._inflected("einem"))

    @cached_property
    def cell(self) -> Cell:
        """The units behind the number."""
        return self.counted.count.cell(self.counted.data, self.row, self.group, self.counted.grouped)

    @cached_property
    def _sums(self) -> tuple[int, int | None]:
        if TOGETHER not in self.row:
            return self.counted.sums[self.row, self.group]
        return self.cell.n, self.cell.base_n

    @property
    def n(self) -> int:
        """How many."""
        return self._sums[0]

    @property
    def base_n(self) -> int | None:
        """Of how many; None if it is no part of anything."""
        return self._sums[1]

    @property
    def share(self) -> float:
        """n / base_n, 0 to 1, unrounded."""
        return self.n / self._base()

    @property
    def reading(self) -> str:
        """Whose reading it is, where coders hardly agree; see `Count.reading`."""
        readings = (self.counted.count.reading(self.counted.data, r) for r in self.row.split(TOGETHER))
        return next(filter(None, readings), "")

    @property
    def definition(self) -> str:
        """The line that names the number."""
        return self.counted.count.name(self.row, self.group, self.counted.grouped)

    @property
    def record(self) -> Mapping[str, Any]:
        """What words for it remember: n, base, the line that names it, whose reading it is."""
        return self.count.record

    label = Declared("What the row says, in printed words.",
                     lambda x: " oder ".join(x.counted.labels[r] for r in x.row.split(TOGETHER)))  # fmt: skip
    wave = Declared("The wave that it was counted in.", lambda x: x.counted.data.book(x.counted.count.source).wave)
    question = Declared("What was asked.",
        lambda x: x.counted.data.book(x.counted.count.source).items[x.counted.count.item].label)  # fmt: skip

    @property
    def rows(self) -> Shown:
        """The rows of the received material that are counted: case, state, value, text, file, part, place."""
        return Shown(self.cell.rows)

    @property
    def rest(self) -> Shown:
        """The rows of the received material that are in the base and not counted."""
        return Shown(self.cell.rest_rows)

    @property
    def cases(self) -> tuple[int, int]:
        """How many cases stand behind the number, and behind the rest of its base."""
        return self.cell.cases if self.counted.count.counts_units else (self.n, (self.base_n or 0) - self.n)

    @property
    def words(self) -> str:
        """What was counted, and of what, in a sentence."""
        return self.counted.count.words(self.counted.data, self.row) + "."

    def __add__(self, other: Number) -> Number:
        """Both rows of one table together, each unit once."""
        if self.counted.count != other.counted.count or self.group != other.group:
            raise NotebookError("Zusammenzählen lassen sich nur Zeilen derselben Tabelle und Gruppe.")
        return Number(self.counted, f"{self.row}{TOGETHER}{other.row}", self.group)

    def sentence(self, *, none: str, one: str, many: str) -> Said:
        """The sentence that fits the count; `{n}` in `many` becomes the number, as a word up to twelve."""
        return self._say(by_count(self.n, none=none, one=one, many=many), "sentence")

    def shown_as(self, text: str) -> Said:
        """What stands for the number in a table, such as the day of an event."""
        return self._say(text, "text")

    @property
    def bounds(self) -> Said:
        """Between which shares it lies whatever those who did not answer would have said: 68 bis 86 %."""
        table = self.counted.everything
        cell = table[table["row"].eq(self.row) & table["subgroup"].eq(self.group)].iloc[0]
        return derived(_ends(cell, "bound"), [self])

    def points(self, other: Number) -> Said:
        """How far the share lies above another one, in percentage points with sign."""
        return derived(format_points((self.n, self._base()), (other.n, other._base())), [self, other])

    def at_least_with(self, other: Number) -> Said:
        """Of how many cases both must hold, whoever they are; for two questions that all of one base answered."""
        both, base = self.n + other.n - self._base(), self._base()
        if both < 1 or other.base_n != base:
            raise NotebookError(f"Aus {self!r} und {other!r} folgt nicht, dass für jemanden beides gilt.")
        return derived(f"{format_count(both)}{NBSP}von{NBSP}{format_count(base)}", [self, other])

    def said(self, phrase: str, *others: Number, than: Number | None = None, among: Iterable[str] | str = ()) -> Said:
        """Words of the author for the number, if the data bear them; else the sentence says what they would bear.

        Parameters
        ----------
        phrase : holds a word of the declared scale: „die meisten“, „fast alle“ …; „häufiger“, „ebenso oft“ … with
            `than`; „am häufigsten“, „am seltensten“ of all rows of the table, or of the rows named in `among`, or of
            the groups of its row with `among="groups"`
        others : further numbers that the same word must fit, or that follow in rank
        than : the number it is compared with

        Raises
        ------
        NotebookError
            If the words say something else than the data.
        """
        counted, numbers = self.counted, (self, *others)
        if than is not None:
            for number in numbers:
                counted.scale.check_comparison(phrase, (number.n, number.base_n), (than.n, than.base_n))
            return derived(phrase, [*numbers, than])
        if counted.scale.rank_in(phrase):
            if among == "groups":
                field = [counted[self.row, g] for g in counted.own_groups]
            else:
                field = [counted[r, self.group] for r in among or counted.shown_rows]
            _check_rank(phrase, numbers, field)
            return derived(phrase, field, numbers)
        for number in numbers:
            counted.scale.check(phrase, number.n, number.base_n)
        return derived(phrase, numbers) if others else self._say(phrase, "said")

    def _say(self, text: str, wording: str) -> Said:
        where = {"definition": self.definition, "row": self.row, "subgroup": self.group, **_read([self.reading])}
        return Said(text, kind="number", wording=wording, n=self.n, base_n=self.base_n, **where)

    def _base(self) -> int:
        if self.base_n is None:
            raise NotebookError(f"{self.definition} hat keine Basis; es kann nur als Anzahl stehen.")
        return self.base_n

    def _inflected(self, one: str) -> str:
        return one if self.n == 1 else number_word(self.n)

    def __repr__(self) -> str:
        return str(self.count if self.base_n is None else self.of)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return (self.count if self.base_n is None else self.of)._repr_mimebundle_()

    def __getattr__(self, name: str) -> Any:
        own = {} if name.startswith("_") else self.counted.count.wordings
        return self._say(own[name](self), name) if name in own else super().__getattr__(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.counted.count.wordings]

    def _elsewhere(self, name: str) -> str:
        return f"danach fragt man die ganze Tabelle, etwa {self.counted.line}.{name}" if hasattr(Counted, name) else ""


def _ends(cell: Any, of: str) -> str:
    """Both ends of an interval in whole percent."""
    return " bis ".join(format_decimal(100 * cell[f"{of}_{end}"], decimals=0) for end in ("low", "high")) + f"{NBSP}%"


def _check_rank(phrase: str, numbers: Sequence[Number], field: Sequence[Number]) -> None:
    """Refuse words on a rank that numbers do not have in a field of rows, or of groups of a row.

    Numbers named together may change places; who is not named must lie behind all that are, or, with words that allow
    for equals, not before them.
    """
    scale, table = numbers[0].counted.scale, numbers[0].counted
    word, has_base = scale.rank_in(phrase), all(x.base_n for x in field)
    sign = -1 if word in scale.least else 1

    def value(x: Number) -> float:
        return sign * (x.share if has_base else x.n)

    named = {(x.row, x.group) for x in numbers}
    own, rest = [value(x) for x in numbers], [value(x) for x in field if (x.row, x.group) not in named]
    beaten = rest and (max(rest) > own[-1] or (max(rest) == own[-1] and word not in scale.unsurpassed))
    if own != sorted(own, reverse=True) or beaten:
        of_groups = len({x.row for x in field}) == 1 and len(field) > 1
        order = sorted(field, key=lambda x: -value(x))[: len(numbers) + 1]
        told = ", ".join(f"„{table.group_labels[x.group] if of_groups else x.label}“ ({x})" for x in order)
        raise NotebookError(f"„{phrase}“ sagt etwas anderes als die Daten; der Reihe nach sind es: {told}.")


@dataclass(frozen=True, eq=False)
class Counted(Exported, Answering):
    """A table of one count; it shows itself with German labels, n, base and notes, as a report prints it.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> core = gk.source("strukturen-2018")["2.1"]
    >>> core.by("type")["nein", "kreis"].of
    9 von 21
    """

    count: Count
    data: Data
    grouped: str = ""
    chosen: tuple[str, ...] | None = None  # rows in the order of printing; None: all
    groups: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)  # row -> heading of its block
    relabelled: Mapping[str, str] = field(default_factory=dict)
    line: str = ""  # how an analyst asks for it
    hidden: frozenset[tuple[str, str]] = frozenset()  # cells that must not be printed

    called: ClassVar[str] = "Eine Tabelle hat nichts namens"

    def _but(self, called: str = "", **other: Any) -> Counted:
        """The same table but for something; `called` is what made it so, as the analyst wrote it."""
        line = f"{self.line}.{called}" if called else self.line
        return replace(self, **{"line": line} | other)

    def _with(self, rows: Iterable[str], called: str = "") -> Counted:
        """The same table with these rows, those of a block together."""
        place = {h: k for k, h in enumerate(dict.fromkeys(self.headings.values()))}
        chosen = sorted(dict.fromkeys(rows), key=lambda r: place.get(self.headings.get(r, ""), 0))
        return self._but(called, chosen=tuple(chosen))

    def _known(self, have: Mapping[str, Any], what: str) -> Known:
        """Rows, groups or statistics by id; one that the table does not have is answered."""
        return Known(have, (what, f"gibt es in {self.line or 'dieser Tabelle'} nicht"))

    def _elsewhere(self, name: str) -> str:
        row = next(iter(self.shown_rows), "…")
        return f'das hat eine Zahl daraus, etwa {self.line}["{row}"].{name}' if hasattr(Number, name) else ""

    # ---- asking ----

    def by(self, variable: str | Counted) -> Counted:
        """By a variable of the register (`type`, `ruhr` …), or by the answers to another item.

        Raises
        ------
        NotebookError
            If there is no such variable, or the units are no cases of the register.
        """
        if self.grouped:
            raise NotebookError(f"{self.line} ist schon gegliedert; gegliedert wird nach einem Merkmal auf einmal.")
        if isinstance(variable, Counted):
            if not variable.item:
                raise NotebookError(
                    "Gegliedert wird nach einem Merkmal des Registers oder nach einer Frage mit Antworten."
                )
            asked, line = f"{variable.count.source}:{variable.item}", variable.line
        else:
            asked = {self.data.variable_label(v): v for v in self.data.variables}.get(variable, variable)
            line = f'"{asked}"'
        grouping = self.data.group(asked)
        if not set(self.count.counted(self.data).rows["case_id"]) & set(grouping.of.index):
            raise NotebookError(
                f"{self.line or self.count.definition} zählt keine Bündnisse; nach „{asked}“ lässt es sich nicht gliedern."
            )
        return self._but(f"by({line})", grouped=asked)

    def cases(self, *status: str) -> Counted:
        """Of other forms than the usable ones: their states of completeness, such as `full`."""
        parameter = "status" if self.data.kind(self.count.source) == "forms" else ""
        counted = self._recounted("cases", parameter, status, "hängen nicht von der Vollständigkeit der Bögen ab")
        states = dict.fromkeys([*(r["id"] for r in self.data.book(self.count.source).completeness), "missing"])
        for asked in status:
            Known(states, ("Stand eines Bogens", "gibt es nicht"))[asked]
        return counted

    def based_on(self, base: str) -> Counted:
        """With another base of a multiple response set: asked, answered or mentioned."""
        parameter = "of" if isinstance(self.count, Ticks) else ""
        refusal = "haben nur eine Basis; wählen lässt sie sich bei Mehrfachantworten"
        return self._recounted("based_on", parameter, base, refusal)

    def _recounted(self, called: str, parameter: str, value: str | tuple[str, ...], refusal: str) -> Counted:
        """The table with another parameter of its count."""
        if parameter not in self.count.__dataclass_fields__:
            raise NotebookError(f"Die Zahlen von {self.line or self.count.definition} {refusal}.")
        count = replace(self.count, **{parameter: value})
        return self._but(_call(called, [value] if isinstance(value, str) else value), count=count)

    def only(self, *rows: str) -> Counted:
        """Only these rows, in this order; `only("1.1.A*")` takes all that begin so."""
        every = self._known({r: [r] for r in self.labels}, "Zeile")
        return self._with((r for row in rows for r in matching(every, row) or every[row]), _call("only", rows))

    def also(self, *rows: str) -> Counted:
        """With further rows, each at the end of its block; without blocks at the end."""
        return self._with((*self.shown_rows, *self.only(*rows).shown_rows), _call("also", rows))

    def among(self, *groups: str) -> Counted:
        """Only these groups, in this order; `alle` is the total."""
        every = self._known({g: g for g in self.group_labels}, "Gruppe")
        return self._but(_call("among", groups), groups=tuple(every[g] for g in groups))

    def labelled(self, labels: Mapping[str, str]) -> Counted:
        """With other printed labels for some rows."""
        return self._but(relabelled={**self.relabelled, **labels})

    def with_ends(self, words: str) -> Counted:
        """With words for both ends of a scale, joined by a comma, behind the first and the last answer."""
        ends = zip((self.shown_rows[0], self.shown_rows[-1]), words.split(",") if words else (), strict=False)
        return self.labelled({r: f"{self.labels[r]} ({end})" for r, end in ends})

    def short(self) -> Counted:
        """With the short labels of the items, where the codebook has some."""
        items = self.data.book(self.count.source).items
        return self.labelled({r: items[r].short for r in self.labels if r in items})

    def ordered(self, key: str = "n") -> Counted:
        """Most frequent first, or, with `"spread"`, whose groups differ most; within blocks, where there are any.

        Ties stay in the order of the instrument, parts follow their whole.
        """
        if key == "n":
            value, called = {r: self.sums[r, TOTAL][0] for r in self.labels}, "ordered()"
        else:
            value, called = self._known(self.tests, "Spalte")[key], _call("ordered", [key])
        kin, place = self.count.kin(self.data), {r: k for k, r in enumerate(self.shown_rows)}

        # parts follow their whole; what excludes the others, and all rows, come last
        def rank(row: str) -> tuple[Any, ...]:
            whole = kin.get(row, "") if kin.get(row, "") in place else row
            return row == TOTAL, kin.get(row) == "", -value[whole], place[whole], row != whole, -value[row]

        return self._with(sorted(self.shown_rows, key=rank), called)

    def flat(self) -> Counted:
        """Without blocks: `flat().top(5)` are the five most frequent of all."""
        return self._but("flat()", headings={})

    def top(self, places: int) -> Counted:
        """The most frequent rows, those equal to the last one as well; within blocks, where there are any."""
        kept: list[str] = []
        for rows in self.ordered().blocks.values():
            n = {r: self.sums[r, TOTAL][0] for r in rows if r != TOTAL}
            least = [*sorted(n.values(), reverse=True), *[0] * places][places - 1]
            kept += sorted((r for r, x in n.items() if x and x >= least), key=lambda r: -n[r])
        return self._with(kept, f"top({places})")

    def present(self) -> Counted:
        """Without rows that nobody is in."""
        return self._with((r for r in self.shown_rows if self.sums[r, TOTAL][0]), "present()")

    def shielded(self, known: int = 0) -> Counted:
        """Without what must not be printed, see `held_back`; the check of disclosure knows that readers know the rule.

        `known` says how many cases a reader knows already: so many more must stand behind a number.
        """
        threshold, hidden = self.data.policy.threshold + known, set()
        for row in self.shown_rows:
            hidden |= {(row, g) for g in held_back({g: self[row, g].cases for g in self.own_groups}, threshold)}
        return self._but("shielded()", hidden=frozenset(hidden))

    # ---- getting ----

    @cached_property
    def labels(self) -> dict[str, str]:
        """Row -> printed label."""
        return {**self.count.options(self.data), **self.relabelled}

    @cached_property
    def group_labels(self) -> dict[str, str]:
        """Group -> printed label, the total first."""
        return {TOTAL: "insgesamt", **(self.data.group(self.grouped).labels if self.grouped else {})}

    @property
    def own_groups(self) -> tuple[str, ...]:
        """The groups that are shown, without the total; the total alone where there are none."""
        return tuple(g for g in self.groups or self.group_labels if g != TOTAL) or (TOTAL,)

    @property
    def group_heads(self) -> tuple[str, ...]:
        """Headings of the groups with the base of the first row: „Kreise* (n = 24)“."""
        row = self.shown_rows[0]
        first = {r.subgroup: r for r in self.frame[self.frame["row"].eq(row)].itertuples()}
        return tuple(
            f"{self.group_labels[g]}{r.mark.rstrip(WEAK)} (n{NBSP}={NBSP}{count_of(r.base_n)})"
            for g, r in first.items()
        )

    @property
    def shown_rows(self) -> tuple[str, ...]:
        """The rows in the order of printing."""
        return tuple(self.labels) if self.chosen is None else self.chosen

    @property
    def blocks(self) -> dict[str, list[str]]:
        """Heading -> its rows, as they are shown; a single heading "" where there are none."""
        blocks: dict[str, list[str]] = {}
        for row in self.shown_rows:
            blocks.setdefault(self.headings.get(row, ""), []).append(row)
        return blocks

    @property
    def item(self) -> str:
        """The item that the table is about, also a single box of a set; "" if there is none."""
        box = self.shown_rows[0] if len(self.shown_rows) == 1 and hasattr(self.count, "set") else ""
        return getattr(self.count, "item", box)

    rows_n = Declared("How many rows the table shows.", lambda table: len(table.shown_rows))

    @cached_property
    def everything(self) -> pd.DataFrame:
        """All rows and groups of the count, counted once; see `Count.table`."""
        key = ("counted", self.count, self.grouped)
        return self.data._keep(key, lambda: self.count.table(self.data, by=self.grouped))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The chosen rows and groups in the order of printing, as a long table; see `Count.table`."""
        shown = (c for c in product(self.shown_rows, self.groups or self.group_labels) if c not in self.hidden)
        place = {c: k for k, c in enumerate(shown)}
        cells = list(zip(self.everything["row"], self.everything["subgroup"], strict=True))
        at = sorted((k for k, c in enumerate(cells) if c in place), key=lambda k: place[cells[k]])
        table = self.everything.iloc[at].reset_index(drop=True)
        return table.assign(label=table["row"].map(self.labels))

    @property
    def withheld(self) -> list[dict[str, str]]:
        """A row for each cell that is not printed: which it is, a dash for its mark, no number."""
        return [
            {
                "row": r, "label": self.labels[r], "subgroup": g, "group_label": self.group_labels[g], "mark": HIDDEN,
                "definition": self[r, g].definition,
            }
            for r, g in product(self.shown_rows, self.own_groups)
            if (r, g) in self.hidden
        ]  # fmt: skip

    @cached_property
    def sums(self) -> dict[tuple[str, str], tuple[int, int | None]]:
        """(row, group) -> n and base_n."""
        t = self.everything
        cells = zip(t["row"], t["subgroup"], t["n"], t["base_n"], strict=True)
        return {(r, g): (int(n), None if pd.isna(b) else int(b)) for r, g, n, b in cells}

    def __getitem__(self, key: str | tuple[str, str]) -> Number:
        """The number of a row, of a row in a group, or of several rows together: `core["nein", "kreis"]`.

        Raises
        ------
        NotebookError
            If there is no such row or group; the sentence says which there are and what is probably meant.
        """
        row, group = map(str, key if isinstance(key, tuple) else (key, TOTAL))
        row, group = meant(row, self.labels), meant(group, self.group_labels)
        groups = self._known(self.group_labels, "Gruppe")
        if not self.grouped:
            groups.what = ("Gruppe", f'{groups.what[1]} (gegliedert wird sie mit .by("type"))')
        groups[group]
        for part in row.split(TOGETHER):
            if part not in self.labels:
                self._known(dict.fromkeys(self.shown_rows), "Zeile")[part]
        return Number(self, row, group)

    def __iter__(self) -> Iterator[Number]:
        return iter(self[r, g] for r in self.shown_rows for g in self.groups or self.group_labels)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.shown_rows)

    @property
    def whole(self) -> Number:
        """All rows shown together, each unit once; refused where a row alone must not be printed."""
        threshold = self.data.policy.threshold
        if self.count.counts_units and (small := [r for r in self.shown_rows if _few(self[r].cases, threshold)]):
            told = ", ".join(self.labels[r] for r in small)
            raise NotebookError(f"{told} wird nicht gedruckt und folgte aus der Summe; bitte die Summe weglassen.")
        return self[TOGETHER.join(self.shown_rows)]

    @property
    def most(self) -> Number:
        """The most frequent row; the first of several."""
        if not self.shown_rows:
            raise NotebookError(f"{self.line} zeigt keine Zeile; häufigste ist also keine.")
        return self[max(self.shown_rows, key=lambda r: (r != TOTAL, self.sums[r, TOTAL][0]))]

    @property
    def _most(self) -> list[str]:
        """The most frequent rows, of all groups together that `among` chose."""
        n = {r: sum(self.sums[r, g][0] for g in self._chosen) for r in self.shown_rows if r != TOTAL}
        return [r for r in n if n[r] == max(n.values())]

    @property
    def _chosen(self) -> tuple[str, ...]:
        return self.own_groups if self.groups else (TOTAL,)

    def _derived_from_all(self, text: str) -> Said:
        every = [self[r, g] for r in self.shown_rows if r != TOTAL for g in self._chosen]
        return derived(text, every, [self[r] for r in self._most])

    @property
    def most_labels(self) -> Said:
        """The labels of the most frequent rows, in quotation marks; of some groups together, where `among` chose them."""
        return self._derived_from_all(enumeration(f"„{self.labels[r]}“" for r in self._most))

    def most_said(self, phrase: str) -> Said:
        """Words for the rank that `most_labels` have, such as „am häufigsten“.

        Raises
        ------
        NotebookError
            If no word for the first rank stands in the phrase.
        """
        if not self.scale.word_in(phrase, self.scale.most):
            raise NotebookError(
                f"„{phrase}“ enthält kein Wort für den ersten Rang; möglich ist: {listed(self.scale.most)}."
            )
        return self._derived_from_all(phrase)

    @property
    def enumerated(self) -> Said:
        """The labels of the rows as German prose lists them."""
        return derived(enumeration(self.labels[r] for r in self.shown_rows), self._totals())

    def _totals(self) -> list[Number]:
        return [self[r] for r in self.shown_rows]

    def said(self, phrase: str, *rows: str) -> Said:
        """Words that must fit these rows: all of the same share, or, in this order, the most or least frequent of all.

        Without rows the words must fit every row shown.
        """
        first, *others = [self[r] for r in rows or self.shown_rows]
        return first.said(phrase, *others)

    def rows_said(self, phrase: str, share: str) -> Said:
        """Words on how many of the rows have a share that another word of the scale stands for."""
        fitting = [n for n in self._totals() if share in self.scale.words_for(n.n, n._base())]
        self.scale.check(phrase, len(fitting), len(self.shown_rows))
        return derived(phrase, self._totals())

    @property
    def scale(self) -> Scale:
        """The declared words for shares, comparisons and ranks; for counts of interviews those of their codebook."""
        scale = read_scale(self.data.paths.codebooks)
        of_talks = self.data.kind(self.count.source) == "interviews" and self.count.base_name == "interviewed"
        words = self.data.book(self.count.source).count_words if of_talks else None
        return scale.of_counts(words) if words else scale

    # ---- statistics ----

    @cached_property
    def tests(self) -> Tests:
        """Whether the groups differ, row by row (index): exact `p`, `p_holm` over the rows shown, `spread` of shares.

        Two answers that exclude each other are one test: what is more frequent of one is less frequent of the other.
        """
        if len(self.own_groups) < 2:
            raise NotebookError(f'Verglichen werden Gruppen; bitte zuerst gliedern, etwa {self.line}.by("type").')
        frame = self.frame[self.frame["subgroup"].isin([TOTAL, *self.own_groups])]
        made = Tests(differences_by_group(frame, groups=self.own_groups).set_index("row"))
        whole = frame.groupby("subgroup").agg(n=("n", "sum"), of=("base_n", "max"))
        if self.count.exclusive and len(made) == 2 and whole["n"].eq(whole["of"]).all():
            made["p_holm"] = made["p"]
        made.labels = self.labels
        return made

    def _test(self, row: str) -> tuple[float, list[Number]]:
        return self.only(row).tests["p"].item(), [self[row, g] for g in self.own_groups]

    def p(self, row: str) -> Said:
        """The p value of a row as text: how likely chance alone lets the groups differ so much."""
        p, numbers = self._test(row)
        return derived(format_p(p), numbers)

    @property
    def mean(self) -> Said:
        """How many rows a case has on average, over all groups, of a multiple response set or of categories."""
        bases = {self.sums[r, TOTAL][1] for r in self.shown_rows}
        if self.count.exclusive or "share_of_responses" not in self.everything or len(bases) > 1:
            raise NotebookError(
                f"{self.line} hat keinen Mittelwert je Bündnis; den gibt es bei Mehrfachantworten mit einer Basis für alle Zeilen."
            )
        total = sum(n.n for n in self._totals())
        return derived(format_decimal(total / self.most._base(), decimals=1), self._totals())

    def statistic(self, row: str, name: str, group: str = TOTAL, decimals: int | None = 2) -> Said:
        """A statistic that belongs to a row, such as `alpha` or `median`; without `decimals` as short as it is."""
        value = self._known(self.frame.set_index(["row", "subgroup"]), "Statistik")[name][row, group]
        short = decimals is None or pd.isna(value)
        return derived(format_number(value) if short else format_decimal(value, decimals=decimals), [self[row, group]])

    @property
    def interval_note(self) -> Said:
        """What intervals take for granted, and how far the most frequent row may lie from its own without that."""
        cell = self.frame[self.frame["row"].eq(self.most.row) & self.frame["subgroup"].eq(TOTAL)].iloc[0]
        ci, bound = (_ends(cell, of) for of in ("ci", "bound"))
        told = f"Intervalle gelten, wenn Zufall ist, wer nicht geantwortet hat (bei „{self.most.label}“ {ci}); in jedem Fall gelten weitere Grenzen ({bound})."
        return derived(told, [self.most])

    # ---- word for word: for work on the data, not to be handed on ----

    def texts(self) -> Shown:
        """Open answers: who, what, what it counts as, where.

        Raises
        ------
        NotebookError
            If the question has printed answers.
        """
        forms = self.data.kind(self.count.source) == "forms"
        item = self.data.book(self.count.source).items.get(self.item) if forms else None
        if item and item.kind != "text":
            raise NotebookError(
                f"{self.line} hat vorgegebene Antworten und keine Texte; die Bögen dahinter zeigt .rows."
            )
        status, source = getattr(self.count, "status", USABLE), self.count.source
        rows = self.data.answers(source, status, [item.id]) if item else self.count.counted(self.data).evidence
        rows = rows[rows["raw"].ne("")].drop_duplicates(["case_id", "file", "place", "raw"])
        rows = rows.assign(state=rows["state"].astype(str).replace(STATES), case_id=self.data.named(rows["case_id"]))
        shown = Shown.of(rows, case_id="Bündnis", raw="Text", state="gilt als", file="Bogen", place="Stelle")
        return shown.titled(self.asked_words() + f"{len(rows)} Texte", f"{self._file_name}-texte", self.data)

    def segments(self, row: str = "") -> Shown:
        """What was coded, row by row: coded segments of interviews, mentions of an open answer."""
        asked = [row] if row else [r for r in self.shown_rows if r != TOTAL]
        rows = pd.concat([pd.DataFrame(columns=EVIDENCE), *(self[r].rows.assign(code=self.labels[r]) for r in asked)])
        rows = rows.assign(case_id=self.data.named(rows["case_id"]))
        heads = {"code": "Kategorie", "raw": "Nennung", "case_id": "Bündnis", "file": "Bogen"}
        if self.data.kind(self.count.source) == "interviews":
            rows = with_context(rows, self.data.table(f"{self.count.source}-documents"))
            heads = {"code": "Code", "case_id": "Fall", "document": "Dokument"}
            heads |= {"before": "davor", "raw": "Text", "after": "danach"}
        shown = Shown.of(rows, **heads, place="Stelle")
        return shown.titled(f"{len(rows)} Stellen", f"{self._file_name}-stellen", self.data)

    @property
    def _file_name(self) -> str:
        """How files of it are called."""
        return "-".join(re.findall(r'"([^"]+)"', self.line)).replace(":", "-") or self.count.source

    # ---- showing ----

    def _data_file(self, long: bool) -> DataFile:
        return table_file(self)

    def asked_words(self, short: bool = False) -> str:
        """Number and label of the question that the table is about, at the beginning of a line; `short`: the number."""
        of = getattr(self.count, "set", "") if not self.item else ""
        book = self.data.book(self.count.source) if of or self.item else None
        if not book or not (item := book.items.get(self.item or book.set_items(of)[0])) or not item.number:
            return ""
        label = "" if short else f" ({book.sets[of]['label'] if of else item.words})"
        return f"Frage{NBSP}{item.number}{label}: "

    @property
    def base_words(self) -> str:
        """What was counted and of what, with the number of cases where all rows have the same."""
        count, bases = self.count, set(self.frame["base_n"].dropna())
        one = len(bases) == 1 and self.frame["subgroup"].nunique() == 1
        n = f" (n{NBSP}={NBSP}{format_count(int(bases.pop()))})" if one else ""
        return f"{count.unit_words}; Basis: {BASE_LABELS.get(count.base, count.base)}{n}{count.more_words}"

    def printed(self) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """Heading and rows as a report prints them."""
        return layout(self)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must stand below."""
        notes = self.count.notes(self.data)
        notes += mark_notes(self.frame, self.data)
        if self.grouped and (about := self._not_grouped()):
            notes += (f"Bündnisse ohne gültige Angabe zu {about} stehen in keiner Gruppe, nur in „insgesamt“.",)
        if self.hidden:
            notes += (dash_note(self.data.policy.threshold, beside_total=len(self.group_labels) > 1),)
        return notes

    def _not_grouped(self) -> str:
        """What it is grouped by, if that leaves out cases of the base."""
        rows, grouping = self.count.counted(self.data).rows, self.data.group(self.grouped)
        inside = rows.loc[rows["base"].astype("boolean").fillna(True).to_numpy(dtype=bool), "case_id"]
        if set(inside) <= set(grouping.of.index[grouping.of.isin(list(grouping.labels))]):
            return ""
        source, _, item = self.grouped.rpartition(":")
        return f"{item} „{self.data.book(source).items[item].label}“" if source else f"„{item}“"

    def _repr_html_(self) -> str:
        return table_html(*self.printed(), self.asked_words() + self.base_words, self.notes, self.line)

    def __repr__(self) -> str:
        return table_text(*self.printed())


TYPES["str | Counted"] = ((str, Counted), "ein Text in Anführungszeichen, oder eine Tabelle")


def meant(name: str, labels: Mapping[str, str]) -> str:
    """The id that a label stands for, where it is that of one only."""
    ids = [k for k, label in labels.items() if label == name]
    return ids[0] if name not in labels and len(ids) == 1 else name


def with_context(rows: pd.DataFrame, documents: pd.DataFrame, letters: int = 150) -> pd.DataFrame:
    """Coded segments with the name of their document, and what is said before and after where its text is stored.

    >>> text = pd.DataFrame({"name": ["g1"], "file": ["p.qdpx"], "text": ["Am Anfang war die Liste. Danach nicht."]})
    >>> rows = pd.DataFrame({"file": ["p.qdpx"], "raw": ["die Liste"], "place": ["Zeichen 15 bis 23"]})
    >>> with_context(rows, text)[["document", "before", "after"]].values.tolist()
    [['g1', 'Am Anfang war ', '. Danach nicht.']]
    """
    found = {"document": [], "before": [], "after": []}
    for r in rows.itertuples():
        at = re.search(r"Zeichen (\d+) bis (\d+)", r.place)
        start, end = (int(at[1]) - 1, int(at[2])) if at else (0, 0)
        of_file = documents[documents["file"] == r.file].itertuples()
        own = [d for d in of_file if at and (d.text or "")[start:end] == r.raw]
        one = own[0] if len(own) == 1 else None
        found["document"].append(one.name if one else r.file)
        found["before"].append(one.text[max(0, start - letters) : start] if one else "")
        found["after"].append(one.text[end : end + letters] if one else "")
    return rows.assign(**found)


def _call(name: str, given: Iterable[str]) -> str:
    """A call as an analyst writes it: only("ja", "nein")."""
    told = ", ".join(f'"{g}"' for g in given)
    return f"{name}({told})"


def held_back(cells: Mapping[str, tuple[int, int]], threshold: int) -> set[str]:
    """The groups of a row that are not printed, of group -> cases counted and others of its base.

    Few cases behind either are not printed. As the total gives away what is held back together, further groups follow,
    small ones first, until more than the threshold are: of so many, two cells that are known to be small would be known.

    >>> sorted(held_back({"kreis": (14, 5), "stadt": (13, 2), "kommune": (6, 4)}, 3)), held_back({"kreis": (0, 3)}, 3)
    (['kommune', 'stadt'], set())
    """
    held = {g for g, cases in cells.items() if _few(cases, threshold)}
    others = sorted(cells.keys() - held, key=lambda g: (sum(cells[g]), g))
    while held and others and _few([sum(cells[g][k] for g in held) for k in (0, 1)], threshold + 1):
        held.add(others.pop(0))
    return held


def _few(cases: Iterable[int], threshold: int) -> bool:
    return any(0 < n < threshold for n in cases)
