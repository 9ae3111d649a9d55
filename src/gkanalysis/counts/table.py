"""What an analyst asks and gets: a table of one count, its numbers, and words that the data determine."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known, enumeration, listed
from gkanalysis.core.numbers import (
    NBSP,
    NO_VALUE,
    by_count,
    format_count,
    format_decimal,
    format_p,
    format_percent,
    format_points,
    number_word,
)
from gkanalysis.counts.count import (
    SMALL_BASE,
    TOGETHER,
    VERY_SMALL_BASE,
    Cell,
    Count,
    count_of,
    format_number,
)
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.words import CountWords, read_scale

SIGNIFICANT = 0.05
HIDDEN = "–"
MIME = "application/vnd.gkanalysis.value+json"
SMALL_BASE_NOTE = (
    f"* Basis unter {SMALL_BASE}, ** Basis unter {VERY_SMALL_BASE}: "
    "Anteile kleiner Gruppen ändern sich stark mit jedem Fall; maßgeblich ist die Anzahl."
)


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

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {
            MIME: {"text": str(self), **self.record},
            "text/plain": str(self),
            "text/html": html.escape(self),
        }


def derived(text: str, numbers: Iterable[Number | str]) -> Said:
    """Words that follow from numbers (a rank, a test, a mean): they are weighed as if all these were printed.

    >>> derived("0,021", []).record["kind"]
    'derived'
    """
    names = [n if isinstance(n, str) else n.definition for n in numbers]
    return Said(text, kind="derived", of=list(dict.fromkeys(names)))


def declared(text: object) -> Said:
    """Words that stand in a codebook or in the policy, and so say nothing about anybody.

    >>> declared("Strukturen")
    Strukturen
    """
    return Said(format_count(text) if isinstance(text, int) else str(text), kind="declared", of=[])


@dataclass(frozen=True, eq=False)
class Number:
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
    def definition(self) -> str:
        """The line that names the number."""
        return self.counted.count.name(self.row, self.group, self.counted.grouped)

    @property
    def label(self) -> Said:
        """What the row says, in printed words."""
        return declared(" oder ".join(self.counted.labels[r] for r in self.row.split(TOGETHER)))

    @property
    def wave(self) -> Said:
        """The wave that it was counted in."""
        return declared(self.counted.data.book(self.counted.count.source).wave)

    @property
    def question(self) -> Said:
        """What was asked."""
        return declared(self.counted.data.book(self.counted.count.source).items[self.counted.count.item].label)

    @property
    def told(self) -> Said:
        """By whom: „Bögen 2022“, „Gespräche 2019“."""
        interviews = self.counted.data.kind(self.counted.count.source) == "interviews"
        return declared(f"{'Gespräche' if interviews else 'Bögen'} {self.wave}")

    @property
    def rows(self) -> pd.DataFrame:
        """The rows of the received material that are counted: case, state, value, text, file, part, place."""
        return self.cell.rows

    @property
    def rest(self) -> pd.DataFrame:
        """The rows of the received material that are in the base and not counted."""
        return self.cell.rest_rows

    def is_small(self, threshold: int) -> bool:
        """Whether some cases, but fewer than a threshold, stand behind the number or behind the rest of its base."""
        if not self.counted.count.counts_units:
            return _is_small(self.n, self.base_n or 0, threshold)
        behind = self.cell.cases
        return any(0 < n < threshold for n in behind)

    @property
    def words(self) -> str:
        """What was counted, and of what, in a sentence."""
        return self.counted.count.words(self.counted.data, self.row) + "."

    def __add__(self, other: Number) -> Number:
        """Both rows of one table together, each unit once."""
        if self.counted.count != other.counted.count or self.group != other.group:
            raise NotebookError("Zusammenzählen lassen sich nur Zeilen derselben Tabelle und Gruppe.")
        return Number(self.counted, f"{self.row}{TOGETHER}{other.row}", self.group)

    # ---- wordings ----

    def _say(self, text: str, wording: str) -> Said:
        where = {"definition": self.definition, "row": self.row, "subgroup": self.group}
        return Said(text, kind="number", wording=wording, n=self.n, base_n=self.base_n, **where)

    def _base(self) -> int:
        if self.base_n is None:
            raise NotebookError(f"{self.definition} hat keine Basis; es kann nur als Anzahl stehen.")
        return self.base_n

    @property
    def count(self) -> Said:
        """The count in digits."""
        return self._say(format_count(self.n), "n")

    @property
    def word(self) -> Said:
        """The count as a word up to twelve."""
        return self._say(number_word(self.n), "word")

    @property
    def word_capital(self) -> Said:
        """As the first word of a sentence; one is „Ein“."""
        word = "Ein" if self.n == 1 else number_word(self.n)
        return self._say(word[0].upper() + word[1:], "word_capital")

    @property
    def word_dative(self) -> Said:
        """After „bei“: einem, zwei, ..."""
        return self._say("einem" if self.n == 1 else number_word(self.n), "word_dative")

    @property
    def word_accusative(self) -> Said:
        """Before a masculine noun: einen, zwei, ..."""
        return self._say("einen" if self.n == 1 else number_word(self.n), "word_accusative")

    @property
    def of(self) -> Said:
        """Count and base: 13 von 45."""
        return self._say(f"{format_count(self.n)}{NBSP}von{NBSP}{format_count(self._base())}", "of")

    @property
    def base(self) -> Said:
        """The base alone."""
        return self._say(format_count(self._base()), "base")

    @property
    def amount(self) -> Said:
        """A sum that was counted in steps, as an amount: 290 or 80,5."""
        amount = self.n * self.counted.count.step
        text = format_count(int(amount)) if amount == int(amount) else format_decimal(amount, decimals=1)
        return self._say(text, "amount")

    @property
    def published(self) -> Said:
        """A published total with its unit and the word that qualifies it: etwa 50 Mio. Euro."""
        return self._say(self.counted.count.published(self.counted.data)[self.row][0], "published")

    @property
    def published_of(self) -> Said:
        """A published total with the total that it is part of: 5 von 50 Mio. Euro."""
        return self._say(self.counted.count.published(self.counted.data)[self.row][1], "published_of")

    def shown_as(self, text: str) -> Said:
        """What stands for the number in a table, such as the day of an event."""
        return self._say(text, "text")

    @property
    def percent(self) -> Said:
        """The share; below a base of 100 without decimals, which would pretend more than one case."""
        return self._say(self._percent(), "percent")

    @property
    def n_percent_cell(self) -> Said:
        """Count and share as a table prints them, with one decimal."""
        percent = format_percent(self.n, self._base())
        return self._say(f"{format_count(self.n)}{NBSP}({percent})", "n_percent_cell")

    def _percent(self) -> str:
        return format_percent(self.n, self._base(), decimals=0 if self._base() < 100 else 1)

    @property
    def n_percent(self) -> Said:
        """Count and share."""
        return self._say(f"{format_count(self.n)}{NBSP}({self._percent()})", "n_percent")

    @property
    def step(self) -> Said:
        """By how many percentage points one case moves the share."""
        return derived(format_points((1, self._base()), (0, 1)).removeprefix("+"), [self])

    def sentence(self, *, none: str, one: str, many: str) -> Said:
        """The sentence that fits the count; `{n}` in `many` becomes the number, as a word up to twelve."""
        return self._say(by_count(self.n, none=none, one=one, many=many), "sentence")

    def points(self, other: Number) -> Said:
        """How far the share lies above another one, in percentage points with sign."""
        text = format_points((self.n, self._base()), (other.n, other._base()))
        return derived(text, [self, other])

    def said(self, phrase: str, *others: Number, than: Number | None = None, among: Iterable[str] = ()) -> Said:
        """Words of the author for the number, if the data bear them; else the sentence says what they would bear.

        Parameters
        ----------
        phrase : holds a word of the declared scale: „die meisten“, „fast alle“ …; „häufiger“, „ebenso oft“ … with
            `than`; „am häufigsten“, „am seltensten“ of all rows of the table, or of `among`
        others : further numbers that the same word must fit, or that follow in rank
        than : the number it is compared with

        Raises
        ------
        NotebookError
            If the words say something else than the data.
        """
        counted = self.counted
        scale, count_words = counted.scale, counted.count_words
        ranks = dict.fromkeys((*scale.most, *scale.unsurpassed), True) | dict.fromkeys(scale.least, False)
        if than is not None:
            for number in (self, *others):
                number._check_comparison(phrase, than)
            return derived(phrase, [self, *others, than])
        if word := scale.word_in(phrase, ranks):
            tied = word in scale.unsurpassed
            counted.check_rank(phrase, [self, *others], most=ranks[word], among=among, tied=tied)
            return derived(phrase, [counted[r, self.group] for r in among or counted.shown_rows])
        for number in (self, *others):
            if count_words is not None:
                count_words.check(phrase, number.n, number.base_n)
            else:
                scale.check_share(phrase, number.n, number.base_n)
        return self._say(phrase, "said") if not others else derived(phrase, [self, *others])

    def _check_comparison(self, phrase: str, than: Number) -> None:
        scale = self.counted.scale
        word = scale.word_in(phrase, (*scale.more, *scale.fewer, *scale.same))
        has_base = self.base_n is not None and than.base_n is not None
        one, other = (self.share, than.share) if has_base else (self.n, than.n)
        holds = (one > other and word in scale.more) or (one < other and word in scale.fewer)
        if not (holds or (one == other and word in scale.same)):
            right = scale.more if one > other else scale.fewer if one < other else scale.same
            raise NotebookError(
                f"„{phrase}“ sagt etwas anderes als die Daten ({self.n} von {self.base_n} gegen {than.n} von {than.base_n}); "
                f"möglich ist: {listed(right)}."
            )

    def __repr__(self) -> str:
        return str(self.count if self.base_n is None else self.of)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return (self.count if self.base_n is None else self.of)._repr_mimebundle_()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        have = [
            "count",
            "word",
            "of",
            "base",
            "percent",
            "n_percent",
            "said",
            "points",
            "label",
            "rows",
            "rest",
        ]
        raise AttributeError(f"Die Zahl hat keine Fassung „{name}“; es gibt {listed(have, name)}.")


@dataclass(frozen=True, eq=False)
class Counted:
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
    chosen: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    blocks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    relabelled: Mapping[str, str] = field(default_factory=dict)
    line: str = ""  # how an analyst asks for it
    hidden: frozenset[tuple[str, str]] = frozenset()  # cells that must not be printed

    def _but(self, **other: Any) -> Counted:
        return Counted(**{f: getattr(self, f) for f in self.__dataclass_fields__} | other)

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
            item = getattr(variable.count, "item", "") or (variable.chosen[0] if len(variable.chosen) == 1 else "")
            if not item:
                raise NotebookError(
                    "Gegliedert wird nach einem Merkmal des Registers oder nach einer Frage mit Antworten."
                )
            asked, line = f"{variable.count.source}:{item}", variable.line
        else:
            asked, line = variable, f'"{variable}"'
        grouping = self.data.group(asked)
        cases = set(self.count.counted(self.data).rows["case_id"])
        if not cases & set(grouping.of.index):
            raise NotebookError(
                f"{self.line or self.count.definition} zählt keine Bündnisse; nach „{asked}“ lässt es sich nicht gliedern."
            )
        return self._but(grouped=asked, line=f"{self.line}.by({line})")

    def cases(self, *status: str) -> Counted:
        """Of other forms than the usable ones: their states of completeness, such as `full`."""
        from dataclasses import replace

        if "status" not in self.count.__dataclass_fields__:
            raise NotebookError("Diese Zahlen hängen nicht von der Vollständigkeit der Bögen ab.")
        states = [r["id"] for r in self.data.book(self.count.source).completeness]
        states = Known(dict.fromkeys([*states, "missing"]), ("Stand eines Bogens", "gibt es nicht"))
        for asked in status:
            states[asked]
        told = ", ".join(f'"{s}"' for s in status)
        return self._but(count=replace(self.count, status=status), line=f"{self.line}.cases({told})")

    def based_on(self, base: str) -> Counted:
        """With another base of a multiple response set: asked, answered or mentioned."""
        from dataclasses import replace

        return self._but(count=replace(self.count, of=base), line=f'{self.line}.based_on("{base}")')

    def only(self, *rows: str) -> Counted:
        """Only these rows, in this order."""
        known = Known(self.labels, ("Zeile", "gibt es in dieser Tabelle nicht"))
        for row in rows:
            known[row]
        return self._but(chosen=rows, line=f"{self.line}.only({', '.join(map(repr, rows))})")

    def among(self, *groups: str) -> Counted:
        """Only these groups, in this order; `alle` is the total."""
        return self._but(groups=groups)

    def labelled(self, labels: Mapping[str, str]) -> Counted:
        """With other printed labels for some rows."""
        return self._but(relabelled={**self.relabelled, **labels})

    def ordered(self) -> Counted:
        """Most frequent first; ties in the order of the instrument. Within blocks, where there are any."""
        blocks = self.blocks or {"": self.shown_rows}
        by_n = {h: sorted(rows, key=lambda r: -self.sums[r, TOTAL][0]) for h, rows in blocks.items()}
        chosen = tuple(r for rows in by_n.values() for r in rows if r in self.shown_rows)
        return self._but(chosen=chosen, blocks=by_n if self.blocks else {}, line=f"{self.line}.ordered()")

    def top(self, places: int) -> Counted:
        """The most frequent rows, those equal to the last one as well; within blocks, where there are any."""
        kept: dict[str, list[str]] = {}
        for heading, rows in (self.ordered().blocks or {"": self.ordered().shown_rows}).items():
            n = [self.sums[r, TOTAL][0] for r in rows]
            least = n[places - 1] if len(n) >= places else 0
            kept[heading] = [r for r, x in zip(rows, n, strict=True) if x and x >= least]
        chosen = tuple(r for rows in kept.values() for r in rows)
        return self._but(chosen=chosen, blocks=kept if self.blocks else {}, line=f"{self.line}.top({places})")

    def short(self) -> Counted:
        """With the short labels of the items, where the codebook has some."""
        items = self.data.book(self.count.source).items
        return self.labelled({r: items[r].short for r in self.labels if r in items})

    def present(self) -> Counted:
        """Without rows that nobody is in."""
        return self._but(chosen=tuple(r for r in self.shown_rows if self.sums[r, TOTAL][0]))

    def also(self, *rows: str) -> Counted:
        """With further rows, each at the end of its block; without blocks at the end."""
        if not self.blocks:
            return self._but(chosen=tuple(dict.fromkeys((*self.shown_rows, *rows))))
        whole = {r: h for h, inside in self._but(chosen=(), blocks={}).home.items() for r in inside}
        blocks = {h: list(inside) for h, inside in self.blocks.items()}
        for row in rows:
            if row not in self.shown_rows:
                blocks.setdefault(whole.get(row, ""), []).append(row)
        return self._but(chosen=tuple(r for inside in blocks.values() for r in inside), blocks=blocks)

    def by_spread(self) -> Counted:
        """Rows whose groups differ most first; within blocks, where there are any."""
        spread = self.tests["spread"]
        blocks = {
            h: sorted(rows, key=lambda r: -spread[r]) for h, rows in (self.blocks or {"": self.shown_rows}).items()
        }
        chosen = tuple(r for rows in blocks.values() for r in rows)
        return self._but(chosen=chosen, blocks=blocks if self.blocks else {})

    def aspect(self, name: str) -> Counted:
        """Only the rows of one aspect of the themes: need, offer, open_ag, open_d, could_open."""
        rows = tuple(r for r in self.labels if r.rpartition(".")[2] == name)
        if not rows:
            have = dict.fromkeys(r.rpartition(".")[2] for r in self.labels)
            raise NotebookError(f"„{name}“ gibt es in dieser Tabelle nicht; vorhanden sind {listed(have, name)}.")
        return self._but(chosen=rows, line=f'{self.line}.aspect("{name}")')

    def shielded(self) -> Counted:
        """Without what must not be printed: few cases behind a number or behind the rest of its base.

        As the total gives away a single group that is held back, and small counts of two, further groups follow.
        """
        threshold, groups = (
            self.data.policy.threshold,
            [g for g in self.groups or self.group_labels if g != TOTAL],
        )
        hidden: set[tuple[str, str]] = set()
        for row in self.shown_rows:
            if not groups:
                hidden |= {(row, TOTAL)} if self[row].is_small(threshold) else set()
                continue
            held = [g for g in groups if self[row, g].is_small(threshold)]
            others = sorted((g for g in groups if g not in held), key=lambda g: self.sums[row, g][1] or 0)
            while (
                held
                and others
                and _is_small(*(sum(self.sums[row, g][k] or 0 for g in held) for k in (0, 1)), threshold)
            ):
                held.append(others.pop(0))
            hidden |= {(row, g) for g in held}
        return self._but(hidden=frozenset(hidden))

    # ---- getting ----

    @property
    def aspects(self) -> Mapping[str, str]:
        """The aspects of offers, with their labels."""
        from gkanalysis.counts.forms import ASPECTS

        return ASPECTS

    @property
    def whole(self) -> Number:
        """All rows shown together, each unit once; refused where a row alone must not be printed."""
        threshold = self.data.policy.threshold
        if self.count.counts_units and (small := [r for r in self.shown_rows if self[r].is_small(threshold)]):
            told = ", ".join(self.labels[r] for r in small)
            raise NotebookError(f"{told} wird nicht gedruckt und folgte aus der Summe; bitte die Summe weglassen.")
        return self[TOGETHER.join(self.shown_rows)]

    @property
    def first(self) -> Number:
        """The first row that anybody is in."""
        return next(self[r] for r in self.shown_rows if self.sums[r, TOTAL][0])

    @property
    def last(self) -> Number:
        """The last row that anybody is in."""
        return next(self[r] for r in reversed(self.shown_rows) if self.sums[r, TOTAL][0])

    def all_said(self, phrase: str) -> Said:
        """Words that must fit every row shown."""
        first, *others = [self[r] for r in self.shown_rows]
        return first.said(phrase, *others)

    def divided(self, order: Counted) -> pd.DataFrame:
        """Themes as bars that their aspects divide, in the order of another table of the same themes."""
        from gkanalysis.counts.forms import ANSWERS

        at = {r.rpartition(".")[0]: k for k, r in enumerate(order.shown_rows)}
        theme, aspect = (self.frame["row"].str.rpartition(".")[k] for k in (0, 2))
        table = self.frame.assign(at=theme.map(at), aspect=aspect, group=aspect, group_label=aspect.map(ANSWERS))
        return table.sort_values("at", kind="stable").drop(columns="at").reset_index(drop=True)

    @property
    def home(self) -> dict[str, list[str]]:
        """The blocks of the printed form: heading -> rows."""
        book, blocks = self.data.book(self.count.source), {}
        headings = {b["id"]: b["label"] for p in book.parts for b in p.get("blocks", ())}
        for row in self.labels:
            blocks.setdefault(headings.get(book.items[row].block, ""), []).append(row)
        return blocks

    @property
    def rows_n(self) -> Said:
        """How many rows the table shows."""
        return declared(len(self.shown_rows))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Row -> printed label."""
        return {**self.count.options(self.data), **self.relabelled}

    @cached_property
    def group_labels(self) -> dict[str, str]:
        """Group -> printed label, the total first."""
        return {TOTAL: "insgesamt", **(self.data.group(self.grouped).labels if self.grouped else {})}

    @property
    def group_heads(self) -> tuple[str, ...]:
        """Headings of the groups with the base of the first row: „Kreise* (n = 24)“."""
        row = self.shown_rows[0]
        first = {r.subgroup: r for r in self.frame[self.frame["row"].eq(row)].itertuples()}
        return tuple(f"{self.group_labels[g]}{r.mark} (n{NBSP}={NBSP}{_count(r.base_n)})" for g, r in first.items())

    @property
    def shown_rows(self) -> tuple[str, ...]:
        """The rows in the order of printing."""
        return self.chosen or tuple(self.labels)

    @cached_property
    def everything(self) -> pd.DataFrame:
        """All rows and groups of the count; see `Count.table`."""
        return self.count.table(self.data, by=self.grouped)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The chosen rows and groups in the order of printing, as a long table; see `Count.table`."""
        table = self.everything
        groups = self.groups or tuple(self.group_labels)
        table = table[table["row"].isin(self.shown_rows) & table["subgroup"].isin(groups)]
        at = {r: k for k, r in enumerate(self.shown_rows)}
        of = {g: k for k, g in enumerate(groups)}
        table = table.assign(a=table["row"].map(at), b=table["subgroup"].map(of)).sort_values(["a", "b"], kind="stable")
        table = table.drop(columns=["a", "b"])
        if self.hidden:
            kept = [c not in self.hidden for c in zip(table["row"], table["subgroup"], strict=True)]
            table = table[kept]
        table = table.reset_index(drop=True)
        return table.assign(label=table["row"].map(self.labels))

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
        row, group = key if isinstance(key, tuple) else (key, TOTAL)
        hint = "" if self.grouped else ' (gegliedert wird sie mit .by("type"))'
        Known(self.group_labels, ("Gruppe", f"gibt es in {self.line or 'dieser Tabelle'} nicht{hint}"))[group]
        for part in row.split(TOGETHER):
            Known(self.labels, ("Zeile", f"gibt es in {self.line or 'dieser Tabelle'} nicht"))[part]
        return Number(self, row, group)

    def __iter__(self) -> Iterator[Number]:
        return iter(self[r, g] for r in self.shown_rows for g in self.groups or self.group_labels)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.labels)

    @property
    def base_n(self) -> Number:
        """The first number, for its base: `{eval}`core.base_n.base``."""
        return self[self.shown_rows[0]]

    @property
    def most(self) -> Number:
        """The most frequent row; the first of several."""
        return self[self.ordered().shown_rows[0]]

    @property
    def most_labels(self) -> Said:
        """The labels of the most frequent rows, in quotation marks."""
        highest = self.most.n
        return derived(
            enumeration(f"„{self.labels[r]}“" for r in self.shown_rows if self.sums[r, TOTAL][0] == highest),
            self._totals(),
        )

    def most_in(self, *groups: str) -> Said:
        """The label of the row that most of some groups together have, in quotation marks."""
        n = {r: sum(self.sums[r, g][0] for g in groups) for r in self.shown_rows}
        highest = max(n, key=lambda r: n[r])
        return derived(f"„{self.labels[highest]}“", [self[r, g] for r in self.shown_rows for g in groups])

    @property
    def widest(self) -> Number:
        """The row whose groups differ most."""
        return self[self.tests["spread"].idxmax()]

    @property
    def points(self) -> dict[str, str]:
        """Label -> how far the first group lies above the second, in percentage points."""
        first, second = (g for g in self.groups if g != TOTAL)
        return {self.labels[r]: str(self[r, first].points(self[r, second])) for r in self.shown_rows}

    def significant(self, column: str = "p_holm") -> Said:
        """In how many of the rows the groups differ significantly, by `p` or `p_holm`."""
        tests = self.tests[column]
        return derived(
            f"{format_count(int((tests < SIGNIFICANT).sum()))}{NBSP}von{NBSP}{format_count(len(tests))}",
            list(self),
        )

    def _totals(self) -> list[Number]:
        return [self[r] for r in self.shown_rows]

    def said(self, phrase: str, *rows: str, majority: bool = False) -> Said:
        """Words about the ranks of rows: that these are, in this order, the most frequent, or least frequent, of all."""
        first, *others = [self[r] for r in rows]
        return first.said(phrase, *others)

    def check_rank(
        self,
        phrase: str,
        numbers: Sequence[Number],
        *,
        most: bool,
        among: Iterable[str] = (),
        tied: bool = False,
    ) -> None:
        """Refuse words on a rank that the rows do not have.

        Rows of the same count may change places; a row that is not named must lie behind all that are, or, with `tied`,
        not before them.
        """
        rows, group = [n.row for n in numbers], numbers[0].group
        inside = tuple(among) or self.shown_rows
        has_base = all(self.sums[r, group][1] for r in inside)
        value = {r: self[r, group].share if has_base else self.sums[r, group][0] for r in (*inside, *rows)}
        sign = 1 if most else -1
        own, rest = [sign * value[r] for r in rows], [sign * value[r] for r in inside if r not in rows]
        beaten = rest and (max(rest) > own[-1] or (max(rest) == own[-1] and not tied))
        if own != sorted(own, reverse=True) or beaten:
            order = sorted(inside, key=lambda r: -sign * value[r])[: len(rows) + 1]
            told = ", ".join(f"„{self.labels[r]}“ ({self.sums[r, group][0]})" for r in order)
            raise NotebookError(f"„{phrase}“ sagt etwas anderes als die Daten; der Reihe nach sind es: {told}.")

    def rows_said(self, phrase: str, share: str) -> Said:
        """Words on how many of the rows have a share that another word of the scale stands for."""
        fitting = [r for r in self.shown_rows if self.scale.fits(share, self[r].share)]
        self.scale.check_share(phrase, len(fitting), len(self.shown_rows))
        return derived(phrase, self._totals())

    def differs(self, other: Counted) -> Said:
        """Whether the same cases rate two questions differently: „belegt“ or „nicht belegt“ (exact sign test)."""
        from gkanalysis.stats.paired import mcnemar_test

        place = {o: k for k, o in enumerate(self.labels)}
        marks = []
        for table in (self, other):
            rows = self.data.answers(table.count.source, table.count.status, [table.count.item])
            rows = rows[rows["state"] == "answered"]
            marks.append(rows.set_index("case_id")["value"].map(place))
        both = pd.concat(marks, axis=1, keys=["a", "b"]).dropna()
        p = mcnemar_test(0, int((both["a"] < both["b"]).sum()), int((both["a"] > both["b"]).sum()), 0)
        certain = p is not None and p < SIGNIFICANT
        return derived("belegt" if certain else "nicht belegt", [*self._totals(), *other._totals()])

    @property
    def enumerated(self) -> Said:
        """The labels of the rows as German prose lists them."""
        return derived(enumeration(self.labels[r] for r in self.shown_rows), self._totals())

    def group_said(self, phrase: str, row: str, group: str, *, among: Iterable[str] = ()) -> Said:
        """Words about the rank of a group in a row: „am höchsten ist es in Kreisen“."""
        groups = tuple(among) or tuple(g for g in self.group_labels if g != TOTAL)
        share = {g: self[row, g].share for g in groups}
        word = self.scale.word_in(phrase, (*self.scale.most, *self.scale.least))
        best = (max if word in self.scale.most else min)(share.values())
        if not word or [g for g in groups if share[g] == best] != [group]:
            told = ", ".join(f"{self.group_labels[g]} {self[row, g]}" for g in groups)
            raise NotebookError(f"„{phrase}“ sagt etwas anderes als die Daten ({told}).")
        return derived(phrase, [self[row, g] for g in groups])

    @property
    def scale(self) -> Any:
        """The declared words for shares, comparisons and ranks."""
        return read_scale(self.data.paths.codebooks)

    @property
    def count_words(self) -> CountWords | None:
        """The declared words for counts, where the source has its own (interviews)."""
        if self.data.kind(self.count.source) != "interviews" or self.count.base_name != "interviewed":
            return None
        declared_words = self.data.book(self.count.source).count_words
        return CountWords.of(declared_words) if declared_words else None

    @cached_property
    def tests(self) -> pd.DataFrame:
        """Whether the groups differ, row by row (index): exact `p`, `p_holm` over the rows shown, `spread` of shares."""
        from gkanalysis.stats import differences_by_group

        groups = [g for g in (self.groups or self.group_labels) if g != TOTAL]
        return differences_by_group(self.frame[self.frame["subgroup"].isin([TOTAL, *groups])], groups=groups).set_index(
            "row"
        )

    def p(self, row: str) -> Said:
        """The p value of a row as text: how likely chance alone lets the groups differ so much."""
        groups = [g for g in (self.groups or self.group_labels) if g != TOTAL]
        return derived(format_p(self.only(row).tests["p"].item()), [self[row, g] for g in groups])

    def verdict(self, row: str) -> Said:
        """What the p value of a row means, as the end of a sentence."""
        groups = [g for g in (self.groups or self.group_labels) if g != TOTAL]
        told = "der Unterschied lässt sich bei diesen Fallzahlen nicht sicher vom Zufall trennen."
        if self.only(row).tests["p"].item() < SIGNIFICANT:
            told = "der Unterschied ist auch bei diesen kleinen Fallzahlen kaum Zufall."
        return derived(told, [self[row, g] for g in groups])

    @property
    def mean(self) -> Said:
        """How many rows a case has on average, of a multiple response set."""
        total, base = sum(n.n for n in self._totals()), self.base_n.base_n
        return derived(format_decimal(total / base, decimals=1), self._totals())

    def statistic(self, row: str, name: str, group: str = TOTAL, decimals: int | None = 2) -> Said:
        """A statistic that belongs to a row, such as `alpha` or `median`; without `decimals` as short as it is."""
        value = self.frame.set_index(["row", "subgroup"])[name][row, group]
        if decimals is None or pd.isna(value):
            return derived(format_number(value), [self[row, group]])
        return derived(format_decimal(value, decimals=decimals), [self[row, group]])

    def all_but(self, *rows: str) -> str:
        """The other rows, to be counted together: `returned[returned.all_but("missing")]`."""
        return TOGETHER.join(r for r in self.shown_rows if r not in rows)

    def with_ends(self, words: str) -> Counted:
        """With words for both ends of a scale, joined by a comma, behind the first and the last answer."""
        if not words:
            return self
        (first, *_, last), (low, high) = list(self.labels), words.split(",")
        return self.labelled({first: f"{self.labels[first]} ({low})", last: f"{self.labels[last]} ({high})"})

    @property
    def definitions(self) -> dict[str, str]:
        """Label -> what belongs to it, of the categories of an open answer, in the order of the table."""
        meant = {c.id: c.definition for c in self.count.categories(self.data)}
        return {self.labels[r]: meant[r] for r in self.shown_rows}

    @property
    def note(self) -> str:
        """How many mentions there are, and whether a case names a category several times."""
        from gkanalysis.counts.forms import MENTIONED, Open

        cases = Open(source=self.count.source, item=self.count.item, status=self.count.status).table(self.data)
        each = sum(n for (row, _), (n, _) in self.sums.items() if row.endswith(MENTIONED))
        told = "Ein Bündnis kann eine Kategorie mehrmals nennen."
        if each == cases["n"].sum():
            told = "Kein Bündnis nennt eine Kategorie mehrmals, jede hat so viele Nennungen wie Bündnisse."
        return f"{format_count(self[TOTAL].n)} Nennungen aus {format_count(int(cases['base_n'].iloc[0]))} Bündnissen. {told}"

    def listed(self) -> pd.DataFrame:
        """Mentions word for word by category: for work on the data, not to be handed on."""
        names = {
            "code": "Kategorie",
            "raw": "Nennung",
            "case_id": "Bündnis",
            "file": "Bogen",
            "place": "Stelle",
        }
        frames = [self[r].rows.assign(code=self.labels[r]) for r in self.shown_rows if r != TOTAL]
        return pd.concat(frames)[list(names)].rename(columns=names).reset_index(drop=True)

    @property
    def interval_notes(self) -> tuple[str, ...]:
        """Notes on intervals of alpha: how many draws, which had no alpha, which row has no interval."""
        from gkanalysis.stats.agreement import DRAWS, REASON_LABELS

        table, note = self.frame, f"Intervalle aus {format_count(DRAWS)} Ziehungen der Nennungen."
        lost = table[table["draws_n"].between(1, DRAWS - 1)]
        if len(lost):
            told = ", ".join(f"„{r.label}“ {format_count(DRAWS - r.draws_n)}" for r in lost.itertuples())
            note += f" Ziehungen ohne Alpha, weil alle Werte gleich sind, fallen weg: {told}."
        without = table[table["interval_reason"] != ""].itertuples()
        return (note, *(f"„{r.label}“ ohne Intervall: {REASON_LABELS[r.interval_reason]}." for r in without))

    def texts(self) -> pd.DataFrame:
        """Open answers: who, what, where. For work on the data; not to be handed on."""
        rows = self.count.counted(self.data).evidence
        rows = rows[rows["raw"].ne("")].drop_duplicates(["case_id", "file", "place", "raw"])
        names = {"case_id": "Bündnis", "raw": "Text", "file": "Bogen", "place": "Stelle"}
        return rows[list(names)].rename(columns=names).reset_index(drop=True)

    def segments(self, row: str = "") -> pd.DataFrame:
        """Coded segments, as a program for qualitative data shows retrieved segments: case, text, place."""
        asked = [row] if row else list(self.shown_rows)
        frames = [self[r].rows.assign(code=self.labels[r]) for r in asked]
        rows = pd.concat(frames) if frames else pd.DataFrame()
        names = {"code": "Kode", "case_id": "Fall", "raw": "Text", "file": "Dokument", "place": "Stelle"}
        return rows[list(names)].rename(columns=names).reset_index(drop=True)

    # ---- showing ----

    @property
    def base_words(self) -> str:
        """What was counted and of what, with the number of cases where all rows have the same."""
        from gkanalysis.counts.forms import BASE_LABELS

        count, bases = self.count, set(self.frame["base_n"].dropna())
        one = len(bases) == 1 and self.frame["subgroup"].nunique() == 1
        n = f" (n{NBSP}={NBSP}{format_count(int(bases.pop()))})" if one else ""
        return f"{count.unit_words}; Basis: {BASE_LABELS.get(count.base, count.base)}{n}{count.more_words}"

    def printed(self) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        """Heading and rows as a report prints them; see `gkanalysis.counts.printed`."""
        return layout(self)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must stand below."""
        notes = self.count.notes(self.data)
        notes += (SMALL_BASE_NOTE,) if any("*" in h for h in self.printed()[0]) else ()
        return (
            (*notes, dash_note(self.data.policy.threshold, beside_total=len(self.group_labels) > 1))
            if self.hidden
            else notes
        )

    def _repr_html_(self) -> str:
        header, rows = self.printed()
        about = self.base_words
        notes = "".join(f"<p>{html.escape(n)}</p>" for n in self.notes)
        line = f"<p><code>{html.escape(self.line)}</code></p>" if self.line else ""
        return table_html(header, rows, about) + notes + line

    def __repr__(self) -> str:
        header, rows = self.printed()
        return "\n".join("  ".join(line) for line in (header, *(r.cells for r in rows)))


@dataclass(frozen=True)
class Row:
    """One printed row: `kind` is row or block (a heading inside the table); `level` indents the first cell.

    `numbers` has one entry per cell: `row:subgroup` of the number printed there, or nothing.
    """

    cells: tuple[str, ...]
    kind: str = "row"
    level: int = 0
    numbers: tuple[str, ...] = ()


def dash_note(threshold: int, *, beside_total: bool = False) -> str:
    """What a dash stands for.

    >>> dash_note(3)
    '–: nicht gedruckt, weil hinter dem Ja oder dem Nein 1 oder 2 Bündnisse stehen.'
    """
    few = {1: "1 Bündnis steht", 2: "1 oder 2 Bündnisse stehen"}
    behind = few.get(threshold - 1, f"1 bis {threshold - 1} Bündnisse stehen")
    told = " oder weil sich das sonst aus der Summe ergäbe" if beside_total else ""
    return f"{HIDDEN}: nicht gedruckt, weil hinter dem Ja oder dem Nein {behind}{told}."


def layout(table: Counted) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """A table as it is printed.

    One base a group: „39 (86,7 %)“, the base in the heading. A base of its own in each row: „22 von 23“ and percent.
    No base: the count.
    """
    frame, head = table.frame, "Angabe"
    if not len(frame):
        return (head,), ()
    groups = [g for g in table.groups or table.group_labels if g in set(frame["subgroup"])]
    one_base = (
        not table.hidden
        and len(groups) > 1
        and all(len(set(part["base_n"])) == 1 for _, part in frame.groupby("subgroup"))
    )
    cells = {(r.row, r.subgroup): r for r in frame.itertuples()}
    level = dict(zip(frame["row"], frame["level"], strict=True)) if "level" in frame else {}
    if one_base:
        header = [head, *table.group_heads]
    elif len(groups) > 1:
        header = [head, *(table.group_labels[g] for g in groups)]
    elif frame["base_n"].isna().all():
        header = [head, table.count.unit_label]
    elif not table.count.percent:
        header = [head, f"{table.count.unit_label} (n{NBSP}={NBSP}{_count(frame['base_n'].iloc[0])})"]
    else:
        header = [head, table.count.unit_label, "Anteil"]

    if len(groups) == 1:
        header += table.count.columns

    if table.count.own_columns:
        header = [head, *table.count.columns]

    def printed(row: str) -> Row:
        there = [cells.get((row, g)) for g in groups]  # nothing where a number must not be printed
        if one_base:
            texts = [f"{_count(c.n)}{NBSP}({format_percent(c.n, c.base_n)})" for c in there]
        elif not table.count.percent:
            texts = [HIDDEN if c is None else _count(c.n) for c in there]
        else:
            texts = [HIDDEN if c is None else count_of(c.n, c.base_n) for c in there]
        if len(groups) == 1 and "Anteil" in header:
            c = there[0]
            no_share = c is None or pd.isna(c.base_n)
            texts.append("" if no_share else format_percent(c.n, c.base_n, decimals=table.count.decimals))
        if len(groups) == 1:
            texts += ["" if there[0] is None else text(there[0]) for text in table.count.columns.values()]
        names = [f"{row}:{g}" if (row, g) in cells else "" for g in groups]
        return Row(
            (table.labels[row], *texts),
            level=int(level.get(row, 0)),
            numbers=("", *names, *[""] * (len(texts) - len(names))),
        )

    if table.count.own_columns:
        return tuple(header), tuple(_own_rows(table, groups, cells))
    rows: list[Row] = []
    for heading, inside in (table.blocks or {"": table.shown_rows}).items():
        if heading:
            rows.append(Row((heading,), kind="block"))
        rows += [printed(r) for r in inside if r in table.shown_rows]
    return tuple(header), tuple(rows)


def _own_rows(table: Counted, groups: Sequence[str], cells: Mapping[tuple[str, str], Any]) -> Iterator[Row]:
    """Rows of a count that prints only its own columns: a line a row, or a line a group."""
    for row in table.shown_rows:
        if len(groups) > 1 and len(table.shown_rows) > 1:
            yield Row((table.labels[row],), kind="block")
        for g in groups:
            own = [text(cells[row, g]) for text in table.count.columns.values()]
            label = table.group_labels[g] if len(groups) > 1 else table.labels[row]
            yield Row((label, *own), numbers=(*[""] * len(own), f"{row}:{g}"))


def _is_small(n: int, base_n: int, threshold: int) -> bool:
    return 0 < n < threshold or 0 < base_n - n < threshold


def _count(n: int | None) -> str:
    return NO_VALUE if n is None or pd.isna(n) else format_count(n)


def table_html(header: Sequence[str], rows: Sequence[Row], caption: str) -> str:
    """A table for JupyterLab."""
    head = "".join(f"<th scope='col'>{html.escape(h)}</th>" for h in header)
    body = "".join(
        f"<tr><th colspan='{len(header)}'>{html.escape(r.cells[0])}</th></tr>"
        if r.kind == "block"
        else "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r.cells) + "</tr>"
        for r in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
