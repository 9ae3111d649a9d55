"""What a sheet for one alliance says: its own answers beside those of others, and nobody else's.

A number of others counts all alliances of a group, this one included, as reports do. Which of these are printed is the
same on all sheets: whoever knows two alliances, its own and one whose sheet it has seen, still does not know too few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import enumeration
from gkanalysis.core.numbers import NO_VALUE, format_count, number_word
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import USABLE, Data
from gkanalysis.counts.shown import HIDDEN, dash_note
from gkanalysis.counts.sources import alliance_id, source_of
from gkanalysis.counts.table import Counted, Declared, Number, Said, declared
from gkanalysis.report.chapter import Beside
from gkanalysis.report.waves import Waves

GROUPS = ("type", "landesteil")  # who is like an alliance, the closest first
MOST_ASKED = 8  # questions for the next meeting that follow from answers, what most others said first
MOST_NAMED = 3  # of what others named, question by question
SILENT = f"{NO_VALUE}: kein Bogen oder keine gültige Angabe; auch wo eine Frage sich aus Ihrer Antwort davor erübrigte."


MISSING = "Zur Arbeitshilfe {} liegt kein Bogen von Ihnen vor: Was würden Sie heute antworten?"
ALWAYS = "Was davon sollten andere Bündnisse von Ihnen erfahren?"


@dataclass(frozen=True)
class Line:
    """One answer: what it is called, what the alliance said in each wave, the answer in the last one, what to ask."""

    label: str
    own: str
    table: Counted
    row: str
    question: str


class Profile:
    """The sheet of one alliance; see `Chapter.profile`. `base` says what its numbers count."""

    name = Declared("The alliance by its name.", lambda sheet: sheet._case["name"])
    base = "Anzahl der Bündnisse mit dieser Angabe von allen mit gültiger Angabe, in der letzten Welle; bei Ja-Nein-Fragen das Ja"

    def __init__(self, data: Data, alliance: str, stand: Mapping[str, Any], named: Sequence[str]) -> None:
        self.data, self.id, self._stand, self._named = data, alliance_id(data, alliance), stand, named
        self._case = data.alliances.set_index("case_id").loc[self.id]
        self.waves = Waves(data, sorted(data.of_kind("forms"), key=lambda s: str(data.book(s).wave)))

    # ---- who it is for ----

    @property
    def kin(self) -> Said:
        """Who is like it: the groups it belongs to, with the number of alliances in the register."""
        sizes = {g: int((self.data.group(g).of == self._case[g]).sum()) for g in GROUPS}
        return declared(" und ".join(f"{self._group(g)} ({n})" for g, n in sizes.items()))

    def _group(self, variable: str) -> str:
        label = self.data.group(variable).labels[self._case[variable]]
        return label if variable == GROUPS[0] else f"{self.data.variable_label(variable)} {label}"

    @property
    def returned(self) -> Said:
        """Which waves have a usable form of it."""
        have, asked = self._have, f"{number_word(len(self.waves.all))} Arbeitshilfen"
        if not have:
            return declared(f"Zu den {asked} liegt von Ihnen kein auswertbarer Bogen vor.")
        many = "alle" if len(have) == len(self.waves.all) else number_word(len(have))
        return declared(f"Von den {asked} haben Sie {many} beantwortet: {enumeration(have)}.")

    @cached_property
    def _have(self) -> list[str]:
        return [str(w.wave) for w in self.waves.all if self.id in set(w.data.cases(w.name, USABLE)["case_id"])]

    @property
    def asked_back(self) -> Said:
        """How many places in its forms are unclear."""
        tables = [self.data.table(f"{w.name}-questions") for w in self.waves.all]
        n = sum(int((t["alliance_id"] == self.id).sum()) for t in tables)
        return declared(f"Zu Ihren Bögen gibt es offene Rückfragen: {format_count(n)}." if n else "")

    # ---- its answers beside those of others ----

    @cached_property
    def lines(self) -> dict[str, list[Line]]:
        """Heading -> its lines."""
        return {h: [self._line(**about) for about in of] for h, of in self._stand.items()}

    def _line(self, ask: str = "", answer: str = "", label: str = "", **asks: str) -> Line:
        if unknown := [k for k in asks if k not in ("with", "without")]:
            raise NotebookError(
                f"Im Bogen steht „{unknown[0]}“ neben „{ask}“; erlaubt sind ask, answer, label, with, without."
            )
        source, _, item = ask.partition(":")
        table = source_of(source, self.data)[item]
        row = answer or table.shown_rows[0]
        told = {wave: self.told(t) for wave, t in self._waves(source, item)}
        own = ", ".join(f"{self._words(t, table)} ({wave})" for wave, t in told.items())
        last = told[str(self.data.book(source).wave)]
        ask_if = "with" if row in (last or ()) else "without"
        book = self.data.book(source)
        label = label or book.items[item].label
        label += "" if len(table.labels) < 3 or not answer else f": {table.labels[row]}"
        return Line(label, own, table, row, asks.get(ask_if, "") if last is not None else "")

    def _waves(self, source: str, item: str) -> Iterator[tuple[str, Counted]]:
        """The waves that ask an item, the earliest first, with its table."""
        if earlier := self.data.asked_before(source, item):
            yield from self._waves(*earlier)
        yield str(self.data.book(source).wave), source_of(source, self.data)[item]

    def told(self, table: Counted) -> list[str] | None:
        """The rows of a table that the alliance is counted in; None if it is not in their base."""
        by_case = self.data._keep(("told", table.count), lambda: _by_case(table.count, self.data))
        own = [(row, n) for row, n in by_case.get(self.id, ()) if row in table.shown_rows]
        return [row for row, n in own if n] if own else None

    def _words(self, told: list[str] | None, table: Counted) -> str:
        if told is None:
            return NO_VALUE
        if not table.count.exclusive:  # a box to tick
            return "ja" if told else "nein"
        label = " und ".join(self.data.book(table.count.source).items[table.item].option_label(r) for r in told)
        return label.lower() if label in ("Ja", "Nein") else label

    @cached_property
    def groups(self) -> list[str]:
        """The variables by which others stand beside it: those where any answer may be printed."""
        every = [line for lines in self.lines.values() for line in lines]
        return [g for g in GROUPS if any((x.row, self._case[g]) not in self._by(x, g).hidden for x in every)]

    def _by(self, line: Line, variable: str) -> Counted:
        key, known = ("shielded", line.table.count, line.row, variable), self.data.policy.known
        return self.data._keep(key, lambda: line.table.by(variable).shielded(known))

    @property
    def heads(self) -> tuple[str, ...]:
        """Headings: what was asked, the own answer, each group of others, all."""
        labels = [self._group(g) for g in self.groups]
        return ("Angabe", "Ihr Bündnis", *labels, "alle Bündnisse")

    @property
    def stand(self) -> Beside:
        """Lines of a table: its answers over the waves, beside those of others in the last one."""
        made, withheld, least = Beside(), [], self.data.policy.threshold + self.data.policy.known
        for heading, lines in self.lines.items():
            made[heading] = []
            for line in lines:
                cells: list[str | Number] = [line.own]
                for g in self.groups:
                    table, group = self._by(line, g), self._case[g]
                    hidden = (line.row, group) in table.hidden
                    withheld += [w for w in table.withheld if (w["row"], w["subgroup"]) == (line.row, group)]
                    cells.append(HIDDEN if hidden else table[line.row, group])
                made[heading].append((line.label, *cells, line.table[line.row]))
        made.withheld = withheld
        without = [self._group(g) for g in GROUPS if g not in self.groups]
        apart = [f"Nicht allein daneben stehen {enumeration(without)}: Es antworteten zu wenige."] * bool(without)
        made.notes = (SILENT, *apart, dash_note(least, beside_total=True).replace(HIDDEN, f"{HIDDEN} rechts", 1))
        return made

    @property
    def named(self) -> dict[str, list[tuple[str, Number]]]:
        """Lines of a table: question -> what others named most often and this alliance did not."""
        made = {}
        for source, item in (ask.split(":") for ask in self._named):
            table = source_of(source, self.data)[item]
            own, book = self.told(table) or [], self.data.book(source)
            rows = [r for r in table.present().ordered().shown_rows if r not in own][:MOST_NAMED]
            heading = f"{self.data.category_book.labels[source, item]} ({book.wave})"
            if rows:
                made[heading] = [(table.labels[r], table[r]) for r in rows]
        return made

    @property
    def questions(self) -> list[tuple[Any, ...]]:
        """Lines of a table: what to ask at the next meeting, the own answer, how many others gave the counted one."""
        every = [line for lines in self.lines.values() for line in lines if line.question]
        common = sorted(every, key=lambda x: -x.table[x.row].share)[:MOST_ASKED]
        asked: list[tuple[Any, ...]] = [(x.question, x.own, x.table[x.row]) for x in common]
        missing = [w for w in self.waves.all if str(w.wave) not in self._have]
        asked += [(MISSING.format(w.wave), NO_VALUE, w.returns["returned"]) for w in missing]
        return [*asked, (ALWAYS, "", "")]

    @property
    def together(self) -> Iterator[Number]:
        """Every number of others that any sheet may print: together they are weighed, whoever reads them."""
        for line in (line for lines in self.lines.values() for line in lines):
            yield line.table[line.row]
            for g in GROUPS:
                table = self._by(line, g)
                yield from (table[line.row, v] for v in table.own_groups if (line.row, v) not in table.hidden)
        for source, item in (ask.split(":") for ask in self._named):
            yield from source_of(source, self.data)[item].present()
        yield from (w.returns["returned"] for w in self.waves.all)

    @property
    def source(self) -> str:
        """The source line of all tables."""
        return self.waves.source_line()


def _by_case(count: Count, data: Data) -> dict[str, list[tuple[str, bool]]]:
    """Case -> the rows of a count in whose base it is, and whether it is counted there."""
    rows, made = count.counted(data).rows, {}
    rows = rows[rows["base"].astype("boolean").fillna(True).to_numpy(dtype=bool)]
    for case, row, n in zip(rows["case_id"].astype(str), rows["row"].astype(str), rows["n"], strict=True):
        made.setdefault(case, []).append((row, bool(n)))
    return made
