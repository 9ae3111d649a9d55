"""A second engine: every kind of number counted again, naively, row by row of the processed tables.

It shares with the first engine only what is declared: the fields of a count, and the codebooks. So a mistake in a
group-by, a merge or a cache of `gkanalysis.counts` is no mistake here.
"""

from __future__ import annotations

import json
import operator
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.counts.count import TOGETHER, Count
from gkanalysis.counts.data import REFUSED, REGISTER, TOTAL, USABLE, Data
from gkanalysis.disclosure.printed import find_numbers, n_and_base
from gkanalysis.verify.again import wrong_statistics, wrong_value

Row = Mapping[str, Any]
# What is said of a unit: its case, whether it is in the base (None: there is no base), whether it is counted; then what
# tells it from other units of the case, and what it weighs.
Unit = tuple[Any, bool | None, bool] | tuple[Any, bool | None, bool, Any] | tuple[Any, bool | None, bool, Any, int]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OPERATORS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
NEARLY = Fraction(9, 10)  # two stretches are the same if they share so much of what they cover together


class Naive:
    """The processed tables as lists of plain rows, each read once; a method a kind of count.

    A method yields the units of one row of its table.
    """

    def __init__(self, data: Data) -> None:
        self.data, processed = data, data.paths.processed
        self.rows = cache(lambda name: pq.read_table(processed / f"{name}.parquet").to_pylist())
        self.by_item = cache(self._by_item)
        self.units = cache(lambda count, row: list(getattr(self, method_of(type(count).__name__))(count, row)))
        self.file = cache(lambda path: yaml.load(path.read_text(encoding="utf-8"), LOADER))
        self.inside = cache(lambda source, status: {r["case_id"] for r in self.cases(source, status)})

    @classmethod
    def of(cls, data: Data) -> Naive:
        """The second engine of some data, made once."""
        return data._keep(("naive",), lambda: cls(data))

    def _by_item(self, source: str) -> Mapping[str, list[Row]]:
        made = defaultdict(list)
        for r in self.rows(f"{source}-responses"):
            made[r["item_id"]].append(r)
        return made

    def words(self) -> Mapping[str, Any]:
        """The declared words for shares, comparisons and ranks, as they stand in their file."""
        return self.file(self.data.paths.codebooks / "woerter.yml")

    def printed(self, count: Any, row: str) -> list[str]:
        """The words that the file of the codebook has for an answer, a box, a code or a category; none for other kinds."""
        kind, book = type(count).__name__, self.file(self.data.paths.codebook(count.source)) if count.source else {}
        if kind == "Choice":
            return [w for item in find(book, "id", count.item) for w in words_of(item.get("options"), row)]
        if kind == "Open":
            every = self.file(self.data.paths.codebooks / "kategorien.yml")["items"]
            own = [i["categories"] for i in every if (i["source"], str(i["item"])) == (count.source, count.item)]
            return list(words_of(own, row))
        if kind == "Ticks":
            number, _, rest = row.rpartition(".")[0].rpartition(".")
            return [w for part in find(book, "number", number) for w in words_of(part, rest)]
        return list(words_of(book.get("codes"), row)) if kind == "Codings" else []

    def headings(self, count: Any) -> list[str]:
        """What must stand over or before the numbers of some kinds as it is, by the codebook; nothing for others."""
        if type(count).__name__ == "Change":
            return [self.data.book(count.source).items[count.item].label]
        if type(count).__name__ == "ListSum":
            columns = self.data.book(count.source).spec.columns
            return [str(title) for c in columns if c.name == count.amount for title in c.titles]
        return []

    def again(self, line: str) -> tuple[int, int | None]:
        """n and base of a line."""
        return recount(self.data, line)

    def cases(self, source: str, status: Iterable[str] = ()) -> list[Row]:
        """The cases of a source with one of these states, or all; the register has no states."""
        if source == REGISTER:
            return [{**r, "case_id": r["alliance_id"]} for r in self.rows("buendnisse")]
        return [r for r in self.rows(f"{source}-cases") if not status or r["status"] in status]

    def population(self, count: Any, row: str) -> tuple[set[str], bool]:
        """The alliances that could be asked what a row asks, as far as is known; and whether a filter leads to it."""
        book, source = self.data.book(count.source), count.source
        asked_if = book.items[getattr(count, "item", row)].asked_if
        silent = [r for r in self.cases(source) if r["status"] not in count.status]
        out = {r["case_id"] for r in silent if r["contact"] in book.outside}
        for r in self.answers(source, count.status, [asked_if[0]]) if asked_if else ():
            out |= {r["case_id"]} if r["state"] == "answered" and r["value"] != asked_if[1] else set()
        return {r["case_id"] for r in self.cases(REGISTER)} - out, bool(asked_if)

    def answers(self, source: str, status: Iterable[str], items: Iterable[str]) -> Iterator[Row]:
        """The responses to some items, of the cases with one of these states."""
        inside = self.inside(source, tuple(status))
        for item in items:
            yield from (r for r in self.by_item(source).get(item, ()) if r["case_id"] in inside)

    def ticked(self, source: str, status: Iterable[str], set_id: str) -> Mapping[str, set[str]]:
        """Case -> what it ticked in a set, of those that ticked anything."""
        made = defaultdict(set)
        for r in self.answers(source, status, self.data.book(source).set_items(set_id)):
            if r["state"] == "selected":
                made[r["case_id"]].add(r["item_id"])
        return made

    def group_of(self, by: str) -> dict[str, str]:
        """Case -> group, by a variable of the register or by an item written as `source:item`."""
        source, _, item = by.rpartition(":")
        if not source:
            return {r["case_id"]: str(r[by]) for r in self.cases(REGISTER) if r[by] is not None}
        tick = self.data.book(source).items[item].kind == "tick"
        given = [r for r in self.answers(source, USABLE, [item]) if r["state"] in valid_states(tick)]
        return {r["case_id"]: r["state"] if tick else r["value"] for r in reversed(given)}

    # ---- forms ----

    def choice(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases with a valid answer; counted: with this one."""
        for r in self.answers(count.source, count.status, [count.item]):
            valid = r["state"] == "answered"
            yield r["case_id"], valid, valid and r["value"] == row

    def state(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases that were asked; counted: whose item is in this state."""
        for r in self.answers(count.source, count.status, [count.item]):
            yield r["case_id"], r["state"] != "not_asked", r["state"] == row

    def quartiles(self, count: Any, row: str) -> Iterator[Unit]:
        """Numbers, one for each row of a list; all of them are counted."""
        for r in self.answers(count.source, count.status, [row]):
            yield r["case_id"], r["state"] == "answered", r["state"] == "answered", r["occurrence"]

    def ticks(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases of one of three bases; counted: who ticked the box."""
        ticked, asked = self.ticked(count.source, count.status, count.set), set()
        for r in self.answers(count.source, count.status, self.data.book(count.source).set_items(count.set)):
            asked |= {r["case_id"]} if r["state"] != "not_asked" else set()
        for r in self.answers(count.source, count.status, [row]):
            in_base = r["case_id"] in (ticked if count.of == "mentioned" else asked)
            base = r["state"] in valid_states(tick=True) if count.of == "answered" else in_base
            yield r["case_id"], base, base and r["state"] == "selected", row

    def any_tick(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases that ticked anything of a set; counted: „none of these“ (nein), or something else (ja)."""
        for case, boxes in self.ticked(count.source, count.status, count.set).items():
            yield case, True, (count.none in boxes) == (row == "nein")

    def answered(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases that were asked anything of a line or a set; counted: who said anything there."""
        book = self.data.book(count.source)
        grids = {p["id"]: p["number"] for p in book.parts if p["kind"] == "grid"}
        cells = [i for i in book.items.values() if i.part in grids and i.label]
        items = [i.id for i in cells if f"{grids[i.part]}.{i.block}.{i.column}" == row] or [row]
        states = defaultdict(set)
        for r in self.answers(count.source, count.status, book.set_items(row) if row in book.sets else items):
            states[r["case_id"]].add(r["state"])
        for case in self.inside(count.source, count.status):
            yield case, states[case] != {"not_asked"}, bool(states[case] & {"selected", "answered"}), row

    def mentioned(self, count: Any) -> Iterator[Row]:
        """The mentions of an open item as the lead coder categorised them, of the cases that count."""
        for r in self.rows(f"{count.source}-mentions"):
            if r["item_id"] == count.item and r["coder"] == self.data.category_book.coders[0]:
                yield from [r] if r["case_id"] in self.inside(count.source, count.status) else ()

    def open(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases that answered; counted: who named the category."""
        named = {r["case_id"] for r in self.mentioned(count) if r["category"] == row}
        for r in self.answers(count.source, count.status, [count.item]):
            if r["state"] == "answered":
                yield r["case_id"], True, r["case_id"] in named, row

    def mentions(self, count: Any, row: str) -> Iterator[Unit]:
        """Mentions; counted: those of the category."""
        for r in self.mentioned(count):
            yield r["case_id"], True, row in (TOTAL, f"{r['category']}-nennungen"), r["mention"]

    def gaps(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases with a valid answer to the question on gaps of a theme; counted: with a gap, or without."""
        book, (theme, _, told) = self.data.book(count.source), row.rpartition(".")
        item = next(i["id"] for p in book.parts for i in p.get("items", ()) if i.get("gap_in") == theme)
        yes = {o.id for o in book.items[item].options if o.get("counts")}
        for r in self.answers(count.source, count.status, [item]):
            valid = r["state"] == "answered"
            yield r["case_id"], valid, valid and (r["value"] in yes) == (told == "need"), item

    def offers(self, count: Any, theme: str) -> dict[str, dict[str, dict[str, bool | None]]]:
        """Case whose form has the theme -> offer -> aspect -> yes, no or unknown; the first column filled counts."""
        book = self.data.book(count.source)
        columns = {c["id"]: c for c in book.part(theme)["columns"] if c.get("aspect")}
        items = [i for i in book.items.values() if i.part == theme and i.column in columns]
        with_theme = {v for v, d in book.versions.items() if theme in d["parts"]}
        cases = self.cases(count.source, count.status)
        made: dict[str, dict[str, Any]] = {r["case_id"]: {} for r in cases if r["version"] in with_theme}
        for item in sorted(items, key=lambda i: i.column):
            column = columns[item.column]
            yes = {o["id"] for o in column.get("options", ()) if o.get("counts")}
            yes = {count.answer} if count.answer else yes
            for r in self.answers(count.source, count.status, [item.id]):
                if r["case_id"] in made and r["state"] in ("answered", "illegible", "contradictory"):
                    offer = made[r["case_id"]].setdefault(item.row or str(r["occurrence"]), {})
                    offer.setdefault(column["aspect"], r["value"] in yes if r["state"] == "answered" else None)
        return made

    def openings(self, count: Any, row: str) -> Iterator[Unit]:
        """Offers with a valid answer on an aspect, perhaps only those that are not open in a way; counted: yes."""
        theme, _, aspect = row.rpartition(".")
        plain = self.offers(replace(count, answer=""), theme)
        for case, of_case in self.offers(count, theme).items():
            for name, offer in of_case.items():
                if not count.closed or plain[case][name].get(count.closed) is False:
                    yield case, offer.get(aspect) is not None, bool(offer.get(aspect)), (theme, name)

    # ---- who takes part ----

    def category(self, count: Any, row: str) -> Iterator[Unit]:
        """Cases; counted: with this value of a column."""
        for r in self.cases(count.source, count.status):
            value = r[count.column]
            yield r["case_id"], True, ("" if value is None else str(value)) == row

    def participation(self, source: str) -> dict[str, str]:
        """Case -> returned, declined or not_returned, of all that a wave asked."""
        absent = {r["case_id"]: r["contact"] == REFUSED for r in self.cases(source)}
        made = {case: "declined" if refused else "not_returned" for case, refused in absent.items()}
        return made | dict.fromkeys(self.inside(source, USABLE), "returned")

    def returns(self, count: Any, row: str) -> Iterator[Unit]:
        """Alliances asked; counted: in this state."""
        became = self.participation(count.source)
        for r in self.cases(REGISTER):
            told = became.get(r["case_id"], "not_asked")
            hit = told != "not_asked" if row == "asked" else told == row
            yield r["case_id"], told != "not_asked" or row in ("asked", "not_asked"), hit

    def flow(self, count: Any, row: str) -> Iterator[Unit]:
        """Alliances of a wave; counted: with this state there and that in the next."""
        then = self.participation(count.then)
        for case, first in self.participation(count.source).items():
            came = ("returned" if w == "returned" else "not_returned" for w in (first, then.get(case)))
            yield case, True, "-".join(came) == row

    def all_waves(self, count: Any, row: str) -> Iterator[Unit]:
        """Alliances asked in any wave; counted: always returned, or again after a wave without a form."""
        became = [self.participation(w) for w in count.waves]
        for case in {c for wave in became for c in wave}:
            marks = "".join("R" if wave.get(case) == "returned" else "." for wave in became)
            yield case, True, "." not in marks if row == "always" else bool(re.search(r"R\.+R", marks))

    def change(self, count: Any, row: str) -> Iterator[Unit]:
        """Alliances with yes or no in both waves (of all: `pairs`); counted: with yes in one of them."""
        told: list[dict[str, bool]] = []
        for source, item in ((count.source, count.item), (count.then, count.then_item)):
            rows = self.answers(source, USABLE, [item])
            given = {r["case_id"]: r["value"] if r["state"] == "answered" else r["state"] for r in rows}
            if count.sets:
                some = self.ticked(source, USABLE, count.sets[len(told)])
                given = {case: answer for case, answer in given.items() if case in some}
            told.append({c: a in count.yes for c, a in given.items() if a in (*count.yes, *count.no)})
        for case in (r["case_id"] for r in self.cases(REGISTER)):
            paired = case in told[0] and case in told[1]
            hit = paired and (row == "pairs" or told[row == "second"][case])
            yield case, row == "pairs" or paired, hit

    def nested(self, count: Any, row: str) -> Iterator[Unit]:
        """Rows of the frame „of“; counted: those of the frame „count“, each with what it adds."""
        line = next(x for x in self.data.register["nested_tables"][count.declared] if x["id"] == row)
        for part in ("count", "of") if line.get("of") else ("count",):
            frame, amount = line[part]["frame"], line[part].get("sum_of")
            for r in self.frame_rows(frame):
                if all(holds(r, condition) for condition in line[part].get("where") or ()):
                    key, base = r.get("alliance_id") or r["unit_id"], part == "of" if "of" in line else None
                    yield key, base, part == "count", (frame, amount), r[amount] if amount else 1

    def frame_rows(self, frame: str) -> Iterator[Row]:
        """The register's alliances; or its cities or counties with what their alliances say of them."""
        kind = {"kreisfreie_staedte": "kreisfreie_stadt", "kreise": "kreis"}.get(frame)
        if kind is None:
            yield from self.rows("buendnisse")
        for unit in (r for r in self.rows("gebiete") if r["type"] == kind):
            here = [a for a in self.rows("buendnisse") if a["unit_id"] == unit["unit_id"]]
            own = [a for a in here if a["type"] == kind]
            joined, members = sum(a["joined_n"] or 0 for a in own), unit["municipalities_n"] or 0
            towns = sum(a["type"] == "kreisangehoerige_kommune" for a in here)
            how = "alle" if joined == members else "haelfte" if 2 * joined >= members else "wenige"
            more = {"has_alliance": "ja" if own else "nein", "joined_class": how if own else "keine"}
            more |= {"joined_n": joined, "own_n": towns, "participating_n": joined + towns}
            yield {**unit, **more, "outside_n": members - joined - towns}

    def findings(self, count: Any, row: str) -> Iterator[Unit]:
        """Findings of a rule; no base."""
        for k, r in enumerate(self.rows(f"{count.source}-findings")):
            yield r["case_id"], None, r["rule"] == row, k

    # ---- lists ----

    def list_rows_of(self, count: Any, row: str) -> Iterator[tuple[Row, str, bool]]:
        """Rows of a list that fill the columns, with their case, and whether they have the value."""
        columns, spec = count.column.split(",") if count.column else [], self.data.book(count.source).spec
        for r in self.rows(f"{count.source}-rows"):
            if all(r[c] is not None for c in (*columns, *([count.given] if count.given else []))):
                value = ",".join(str(r[c]) for c in columns)
                several = columns and next(c.several for c in spec.columns if c.name == columns[0])
                values = [x.strip() for x in value.split(";")] if several and len(columns) == 1 else [value]
                yield r, r.get("case_id") or "", row in (*values, TOTAL)

    def list_rows(self, count: Any, row: str) -> Iterator[Unit]:
        """Rows of a list; counted: of this value, or that fill a column."""
        for r, case, hit in self.list_rows_of(count, row):
            hit = r[count.filled] is not None if count.filled else hit
            yield case, None if count.of == "none" else True, hit, r["row"]

    def list_sum(self, count: Any, row: str) -> Iterator[Unit]:
        """Amounts; counted: of rows with this value."""
        for r, case, hit in self.list_rows_of(count, row):
            yield case, True, hit, r["row"], steps(r[count.amount], count.step)

    def list_cases(self, count: Any, row: str) -> Iterator[Unit]:
        """Alliances; counted: with a row of this value."""
        have = {case for _, case, hit in self.list_rows_of(count, row) if hit}
        for r in self.cases(REGISTER):
            yield r["case_id"], True, r["case_id"] in have

    def list_total(self, count: Any, row: str) -> Iterator[Unit]:
        """The published total; its base is the total that it is part of."""
        totals = {r[count.column]: r for r in self.rows(f"{count.source}-rows")}
        whole = totals[row][count.part_of]
        for name in (row, whole) if whole else (row,):
            is_base = name == whole if whole else None
            yield None, is_base, name == row, name, steps(totals[name][count.amount], 1)

    # ---- interviews ----

    def codings(self, count: Any, row: str) -> Iterator[Unit]:
        """Interviews; counted: to which the lead coder gave the code. Row `interviewed`: all, without a base."""
        lead, given = self.data.book(count.source).lead_coder, self.rows(f"{count.source}-codings")
        have = {r["case_id"] for r in given if (r["coder"], r["code_id"]) == (lead, row)}
        every = row == "interviewed"
        for r in self.cases(count.source):
            yield r["case_id"], None if every else True, every or r["case_id"] in have, row

    def texts(self, count: Any, row: str) -> Iterator[Unit]:
        """Documents; counted: with stored text, or coded by two or three people."""
        for d in self.rows(f"{count.source}-documents"):
            given = self.rows(f"{count.source}-codings")
            people = {r["coder"] for r in given if r["document_id"] == d["document_id"]}
            hit = d["text"] is not None if row == "stored" else len(people) >= int(row[-1])
            yield d["case_id"], True, hit, d["document_id"]

    def agreement(self, count: Any, row: str) -> Iterator[Unit]:
        """Comparisons of two coders in a document; counted: those that agree."""
        codes = self.data.book(count.source).codes
        level, compared = (row, list(codes)) if count.of == "level" else ("document", [row])
        for d in self.rows(f"{count.source}-documents"):
            coded: dict[str, list[Row]] = defaultdict(list)
            for r in self.rows(f"{count.source}-codings"):
                if r["document_id"] == d["document_id"] and r["code_id"] in codes:
                    coded[r["coder"]].append(r)
            for pair in combinations(sorted(coded), 2):
                one, other = (coded[c] for c in pair)
                about = (d["document_id"], pair, level)
                for code in compared if level != "segment" else ():
                    x, y = (sum(r["code_id"] == code for r in mine) for mine in (one, other))
                    agrees = x == y if level == "frequency" else bool(x) == bool(y)
                    yield d["case_id"], True, agrees, (*about, code)
                placed = [(r, other) for r in one] + [(r, one) for r in other]
                for r, theirs in placed if level == "segment" and d["text"] is not None else ():
                    if r["end"] > r["start"]:
                        agrees = any(is_same(r, x) for x in theirs)
                        yield d["case_id"], True, agrees, (*about, r["coding_id"])

    def categorised(self, count: Any) -> Mapping[Any, Mapping[str, set[str]]]:
        """Case and mention -> coder -> the categories given, of an open item."""
        given: dict[Any, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for r in self.rows(f"{count.source}-mentions"):
            if r["item_id"] == count.item and r["category"]:
                given[r["case_id"], r["mention"]][r["coder"]].add(r["category"])
        return given

    def open_agreement(self, count: Any, row: str) -> Iterator[Unit]:
        """Comparisons of two coders of a mention, category by category; counted: those that agree."""
        categories = [c.id for c in self.data.category_book.items[count.source, count.item]]
        for (case, mention), of_coder in self.categorised(count).items():
            for one, other in combinations(sorted(of_coder), 2):
                for name in categories if row == TOTAL else [row]:
                    agrees = (name in of_coder[one]) == (name in of_coder[other])
                    yield case, True, agrees, (mention, one, other, name)


def find(node: Any, key: str, value: str) -> Iterator[Any]:
    """Every mapping in a file with this value."""
    if isinstance(node, Mapping) and str(node.get(key)) == value:
        yield node
    for inner in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from find(inner, key, value)


def words_of(node: Any, name: str) -> Iterator[str]:
    """The words that something of this id has somewhere in a part of a file.

    >>> list(words_of([{"id": "ja", "label": "Ja", "report": "vorhanden"}], "ja"))
    ['Ja', 'vorhanden']
    """
    by_name = isinstance(node, Mapping) and isinstance(node.get(name), Mapping)
    named = [node[name]] if by_name else find(node, "id", name)
    yield from (str(own[k]) for own in named for k in ("label", "report", "short", "printed") if own.get(k))


def valid_states(tick: bool) -> tuple[str, ...]:
    """States of an item of which the answer is known."""
    return ("selected", "not_selected") if tick else ("answered",)


def holds(row: Row, condition: Mapping[str, Any]) -> bool:
    """Whether a row meets a declared condition; an empty cell meets none."""
    given, compare = row[condition["column"]], getattr(operator, OPERATORS[condition["operator"]])
    return given is not None and bool(compare(given, condition["value"]))


def steps(amount: float, step: float) -> int:
    """An amount as a whole number of steps."""
    made = Fraction(str(amount)) / Fraction(str(step))
    if made.denominator != 1:
        raise VerificationError(f"{amount} ist kein Vielfaches von {step}; bitte Liste oder Schritt ändern.")
    return int(made)


def is_same(one: Row, other: Row) -> bool:
    """Whether two codings give the same code to nearly the same stretch."""
    both = min(one["end"], other["end"]) - max(one["start"], other["start"])
    whole = max(one["end"], other["end"]) - min(one["start"], other["start"])
    has_place = other["end"] > other["start"]
    return has_place and one["code_id"] == other["code_id"] and 0 < both >= NEARLY * whole


def method_of(kind: str) -> str:
    """The method of `Naive` for a kind of count.

    >>> method_of("AnyTick")
    'any_tick'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


def recount(data: Data, line: str) -> tuple[int, int | None]:
    """n and base of the number that a line of `Count.name` speaks of; each unit counts once."""
    count, by, rows, group = Count.read(line)
    naive = Naive.of(data)
    if not hasattr(naive, method_of(type(count).__name__)):
        what = f"Zahlen der Art „{type(count).__name__}“ lassen sich nicht nachzählen"
        raise VerificationError(f"{what}; bitte in „verify/naive.py“ ergänzen.")
    group_of = naive.group_of(by or "type") if group != TOTAL else {}
    counted: dict[Any, int] = {}
    inside: dict[Any, int] = {}
    has_base = set()
    for row in rows.split(TOGETHER):
        for case, is_base, is_counted, *more in naive.units(count, row):
            key, weight = (*more, *(None, 1)[len(more) :])
            key = None if key == row != rows else key  # of several rows a case counts once
            has_base.add(is_base is not None)
            if group in (TOTAL, group_of.get(case)):
                counted |= {(case, key): weight} if is_counted else {}
                inside |= {(case, key): weight} if is_base else {}
    return sum(counted.values()), None if has_base == {False} else sum(inside.values())


def recount_report(folder: Path, data: Data) -> Iterator[tuple[str, str, str]]:
    """Every number of a finished report, with its statistics, and the p values of its text.

    Yields id, how it is printed, and what is wrong with it ("" if nothing).
    """
    naive = Naive.of(data)
    for number_id, cell in find_numbers(folder):
        printed = n_and_base(cell)
        try:
            again, wrong = recount(data, str(cell["definition"])), ""
        except GkError as error:
            again, wrong = printed, str(error)
        if again != printed:
            wrong = f"im Bericht {told(*printed)}, nachgezählt {told(*again)}"
        elif not wrong:
            count, by, row, group = Count.read(str(cell["definition"]))
            own = {c for c, g in naive.group_of(by or "type").items() if g == group} if group != TOTAL else None
            wrong = "; ".join(wrong_statistics(naive, count, row, cell, own))
        yield number_id, told(*printed), wrong
    for value in json.loads((folder / "values.json").read_text(encoding="utf-8")):
        lines = [*(value.get("of") or ()), *([value["definition"]] if value.get("wording") == "said" else ())]
        try:
            read = [(line, *Count.read(line)) for line in lines]
            numbers = [(count, row, group, *recount(data, line)) for line, count, _, row, group in read]
            wrong = wrong_value(naive, value, numbers)
        except GkError:  # what cannot be counted is told above
            continue
        if wrong is not None:
            yield f"{value['id']}.wort" * (value["kind"] == "number") or value["id"], str(value["text"]), wrong


def told(n: int, base_n: int | None) -> str:
    """A number in a sentence.

    >>> told(3, 9), told(3, None)
    ('3 von 9', '3')
    """
    return f"{n}" if base_n is None else f"{n} von {base_n}"
