"""What there is to ask: waves of forms, interviews, lists, the register; one alliance over all waves; two waves compared."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known, enumeration, listed
from gkanalysis.core.numbers import format_date, format_p, format_percent, format_points
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.counts import forms, lists, talks, waves
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import REGISTER, USABLE, Data
from gkanalysis.counts.table import Counted, Row, Said, declared, derived, table_html
from gkanalysis.counts.words import CountWords

KIND_LABELS = {"forms": "Bögen", "interviews": "Gespräche", "lists": "Liste", REGISTER: "Register"}


@cache
def project_data(data: str = "data/raw") -> Data:
    """The processed data of a folder of the project, read once."""
    return Data(ProjectPaths.of(project_root(), Path(data)))


class Shown(pd.DataFrame):
    """A table that shows itself without row numbers."""

    @property
    def _constructor(self) -> type[Shown]:
        return Shown

    def _repr_html_(self) -> str:
        return self.to_html(index=False, na_rep="", max_rows=200)


@dataclass(frozen=True, eq=False)
class Source:
    """What every source has: its title, and what can be asked of it by index."""

    name: str
    data: Data

    @property
    def book(self) -> Any:
        """Its codebook."""
        return self.data.book(self.name)

    @property
    def title(self) -> Said:
        """Its printed title."""
        return declared(self.book.title)

    @property
    def wave(self) -> Said:
        """Its wave, such as 2018."""
        return declared(self.book.wave)

    @property
    def line(self) -> str:
        """How to ask for it."""
        return f'gk.source("{self.name}")'

    @property
    def source_line(self) -> str:
        """The source line of an exhibit, which says so when the data are synthetic."""
        end = "; synthetische Daten." if self.data.dataset["synthetic"] else "."
        if self.name == REGISTER:
            return f"Quelle: Register der Bündnisse, Stand {format_date(self.data.register['as_of'])}; eigene Berechnung{end}"
        if self.data.kind(self.name) == "lists":
            if self.book.is_published:
                real = "; anders als die übrigen Daten nicht erfunden" if self.data.dataset["synthetic"] else ""
                return f"Quelle: {self.book.title}; wie veröffentlicht{real}."
            return f"Quelle: {self.book.title}; eigene Berechnung{end}"
        return f"Quelle: {self.book.title}, Welle {self.book.wave}; eigene Berechnung{end}"

    def _table(self, count: Count, key: str = "", **more: Any) -> Counted:
        return Counted(count, self.data, line=f'{self.line}["{key}"]' if key else self.line, **more)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._keys())

    def _keys(self) -> Mapping[str, str]:
        return {}

    def __getitem__(self, key: str) -> Counted:
        """A table by index; an unknown id is answered with those there are, and the one probably meant."""
        raise NotImplementedError

    def _unknown(self, key: str) -> NotebookError:
        return NotebookError(f"„{key}“ gibt es in {self.name} nicht; vorhanden sind {listed(self._keys(), key)}.")


class Wave(Source):
    """A wave of forms: `wave["2.1"]` an item, `wave["kerngruppe"]` a set, `wave["status"]` the returns.

    Examples
    --------
    >>> wave = source("strukturen-2018")
    >>> print(wave.title)
    Arbeitshilfe „Strukturen für das lokale Bündnis“
    """

    @cached_property
    def items(self) -> Shown:
        """The codebook as a table: number, question, kind of answer, heading."""
        sets = {i: s for s in self.book.sets for i in self.book.set_items(s)}
        kinds = {**forms.KINDS, "single": "eine Antwort"}
        rows = [(i.id, i.label, kinds[i.kind], sets.get(i.id, ""), i.part) for i in self.book.items.values() if i.label]
        return Shown(rows, columns=["Nummer", "Frage", "Antwort", "Mehrfachantwort", "Teil"])

    @cached_property
    def sets(self) -> Shown:
        """The multiple response sets."""
        rows = [(s, d["label"], len(self.book.set_items(s))) for s, d in self.book.sets.items()]
        return Shown(rows, columns=["Kennung", "Mehrfachantworten", "Kästchen"])

    @property
    def title_with_wave(self) -> Said:
        """The title, with the wave if it does not name it itself."""
        return self.title if str(self.wave) in self.title else declared(f"{self.title} {self.wave}")

    @property
    def fields_n(self) -> Said:
        """How many things the empty form asks for."""
        return declared(len(self.book.items))

    @property
    def answered(self) -> Counted:
        """Who answered anything, line by line of the codebook."""
        return self._table(forms.Answered(source=self.name))

    @property
    def gaps(self) -> Counted:
        """Gaps by theme."""
        return self._table(forms.Gaps(source=self.name))

    @property
    def offers(self) -> Counted:
        """Offers by theme and opening, counted as offers."""
        return self._table(forms.Openings(source=self.name))

    @property
    def offering(self) -> Counted:
        """Offers by theme and opening, counted as cases."""
        return self._table(forms.Offered(source=self.name))

    def openable(self) -> dict[str, dict[str, tuple[()]]]:
        """Printed offers that several cases could open further, as lines of a table: names, no counts."""
        made = forms.openable(forms.Openings(source=self.name), self.data)
        return {theme: dict.fromkeys(names, ()) for theme, names in made.items()}

    @property
    def usable(self) -> Any:
        """The forms that count, of all alliances."""
        return self["status"]["|".join(USABLE)]

    @property
    def returns(self) -> Counted:
        """Who took part: returned, not returned, declined."""
        return self._table(waves.Returns(source=self.name))

    @property
    def findings(self) -> Counted:
        """What validation found, by rule."""
        return self._table(waves.Findings(source=self.name))

    @property
    def field_time(self) -> Said:
        """From the first to the last form that came in."""
        days = sorted(str(d)[:7] for d in self.data.cases(self.name)["received"].dropna() if str(d))
        first, last = format_date(days[0]), format_date(days[-1])
        same_year = first[-4:] == last[-4:]
        return declared(first if first == last else f"{first[:-5] if same_year else first} bis {last}")

    def _keys(self) -> Mapping[str, str]:
        columns = {"status": "Rücklauf", "version": "Fassung", "contact": "Auskunft auf Nachfrage"}
        items = {i.id: i.label for i in self.book.items.values() if i.label}
        return {**{s: d["label"] for s, d in self.book.sets.items()}, **columns, **items}

    def __getitem__(self, key: str) -> Counted:
        book = self.book
        if key in book.sets:
            items = book.set_items(key)
            blocks: dict[str, list[str]] = {}
            headings = {b["id"]: b["label"] for p in book.parts for b in p.get("blocks", ())}
            for i in items:
                blocks.setdefault(headings.get(book.items[i].block, ""), []).append(i)
            return self._table(forms.Ticks(source=self.name, set=key), key, blocks=blocks if len(blocks) > 1 else {})
        if key in ("status", "version", "contact"):
            return self._table(waves.Category(source=self.name, column=key), key)
        if key not in book.items:
            raise self._unknown(key)
        item = book.items[key]
        if item.kind == "single":
            return self._table(forms.Choice(source=self.name, item=key), key)
        if item.kind == "tick":
            own = [s for s in book.sets if key in book.set_items(s)]
            if own:
                return self._table(forms.Ticks(source=self.name, set=own[0]), own[0]).only(key)
        elif item.kind == "number":
            return self._table(forms.Quartiles(source=self.name, item=key), key)
        elif item.kind == "text" and (self.name, key) in self.data.category_book.items:
            return self._table(forms.Open(source=self.name, item=key), key)
        return self._table(forms.State(source=self.name, item=key), key)

    def state(self, item: str) -> Counted:
        """In which state an item is: answered, left empty, contradictory."""
        if item not in self.book.items:
            raise self._unknown(item)
        return Counted(forms.State(source=self.name, item=item), self.data, line=f'{self.line}.state("{item}")')

    def mentions(self, item: str) -> Counted:
        """The mentions of a coded open answer by category."""
        return Counted(forms.Mentions(source=self.name, item=item), self.data, line=f'{self.line}.mentions("{item}")')

    def any_of(self, set_id: str, none: str, yes: str = "") -> Counted:
        """Who ticked anything of a set but its „none of these“."""
        count = forms.AnyTick(source=self.name, set=set_id, none=none)
        made = Counted(count, self.data, line=f'{self.line}.any_of("{set_id}", "{none}")')
        return made.labelled({"ja": yes}) if yes else made

    @property
    def lead_coder(self) -> Said:
        """Whose categories of open answers count."""
        return declared(self.data.category_book.coders[0])

    def set_label(self, set_id: str) -> Said:
        """What a multiple response set asks."""
        return declared(self.book.sets[set_id]["label"])

    def item_label(self, item: str) -> Said:
        """What an item asks."""
        return declared(self.book.items[item].label)

    def disagreements(self, item: str) -> pd.DataFrame:
        """Mentions that two coders put into different categories, word for word: a working paper and no exhibit."""
        agreed = self.agreement(item)
        rows = agreed[talks.TOTAL].rest
        names = {"raw": "Nennung", "case_id": "Bündnis", "value": "Kategorie", "state": "Kodierende"}
        return rows.assign(value=rows["value"].map(agreed.labels))[list(names)].rename(columns=names)

    def agreement(self, item: str) -> Counted:
        """How far the coders of an open answer agree."""
        count = talks.OpenAgreement(source=self.name, item=item)
        return Counted(count, self.data, line=f'{self.line}.agreement("{item}")')

    def question(self, item: str) -> Said:
        """What an open item asks, in a few words."""
        return declared(Known(self.data.category_book.labels, ("Offene Frage", "gibt es nicht"))[self.name, item])

    def _repr_html_(self) -> str:
        back = self.returns["returned"]
        head = f"<h4>{html.escape(self.title)}, Welle {self.wave}</h4><p>Feldzeit: {self.field_time}; Rücklauf: {back.of}</p>"
        sets = f"<p>Mehrfachantworten: {', '.join(html.escape(s) for s in self.book.sets) or 'keine'}</p>"
        return head + sets + self.items._repr_html_()


class Talks(Source):
    """Coded interviews: `talks.codes` codes by cases, `talks["aufbau.neugruendung"]` one code.

    Examples
    --------
    >>> print(source("reflexionsgespraeche-2019").title)
    Leitfadengestützte Reflexionsgespräche in zehn Kommunen
    """

    note = "Ausgewählte Kommunen, keine Stichprobe: Anzahlen, keine Anteile."

    @property
    def codes(self) -> Counted:
        """In how many interviews each code occurs, by the lead coder."""
        codes = self.book.codes
        blocks = {g.label: [c.id for c in self.book.group_codes(i)] for i, g in self.book.groups.items()}
        return Counted(
            talks.Codings(source=self.name),
            self.data,
            chosen=tuple(codes),
            blocks=blocks,
            line=f"{self.line}.codes",
        )

    def themes(self, *groups: str) -> Counted:
        """The codes of some groups, most frequent first within each."""
        known = Known(self.book.groups, ("Gruppe", f"gibt es in {self.name} nicht"))
        blocks = {known[g].label: [c.id for c in self.book.group_codes(g)] for g in groups}
        chosen = tuple(c for codes in blocks.values() for c in codes)
        told = ", ".join(f'"{g}"' for g in groups)
        made = Counted(
            talks.Codings(source=self.name),
            self.data,
            chosen=chosen,
            blocks=blocks,
            line=f"{self.line}.themes({told})",
        )
        return made.ordered()

    @property
    def interviewed(self) -> Any:
        """The number of interviews."""
        return Counted(talks.Codings(source=self.name), self.data, line=self.line)[talks.INTERVIEWED]

    @property
    def by_case(self) -> Shown:
        """Codes x cases: how many segments of each code the lead coder gave in each interview."""
        given = self.data.table(f"{self.name}-codings")
        given = given[given["coder"] == self.book.lead_coder]
        labels = {c.id: c.path for c in self.book.codes.values()}
        table = pd.crosstab(given["code_id"], given["case_id"]).reindex(list(labels), fill_value=0)
        return Shown(table.rename(index=labels).rename_axis(index="Kode", columns=None).reset_index())

    @property
    def coverage(self) -> Counted:
        """How much of the stored texts each theme takes up."""
        return Counted(talks.Coverage(source=self.name), self.data, line=f"{self.line}.coverage").ordered()

    @property
    def meetings(self) -> Counted:
        """In how many interviews two themes lie over each other; pairs that meet."""
        made = Counted(talks.Meetings(source=self.name), self.data, line=f"{self.line}.meetings")
        table = made.everything[made.everything["n"] > 0]
        table = table.sort_values(["n", "segment_pairs_n"], ascending=False, kind="stable")
        return made.only(*table["row"])

    def agreement(self, of: str = "level") -> Counted:
        """How far the coders agree: on three levels, or `of="code"` by code."""
        return Counted(talks.Agreement(source=self.name, of=of), self.data, line=f'{self.line}.agreement("{of}")')

    @property
    def lead_coder(self) -> Said:
        """Whose codings count."""
        return declared(self.book.lead_coder)

    @property
    def codings_n(self) -> Said:
        """How many codings there are, of all coders."""
        return declared(len(self.data.table(f"{self.name}-codings")))

    @property
    def codes_n(self) -> Said:
        """How many codes were given at all."""
        return declared(int(self.data.table(f"{self.name}-codings")["code_id"].nunique()))

    @property
    def scale(self) -> Said:
        """Which words stand for which counts."""
        return declared(CountWords.of(self.book.count_words).explained)

    @property
    def bound_words(self) -> tuple[str, ...]:
        """Words for counts that must not stand in prose without a number behind them."""
        words = self.book.count_words
        return CountWords.of(words).unbound if words else ()

    @property
    def kappa(self) -> Said:
        """Cohen's kappa of the lead coder and the next one: is a code given in a document at all?"""
        count = talks.Agreement(source=self.name)
        table = count.coefficients(self.data, "document", talks.coders(self.data, self.name)[:2])
        return derived(talks.format_alpha(table["kappa"][talks.TOTAL]), [self.agreement()["document"]])

    def disagreements(self) -> pd.DataFrame:
        """Every comparison of two coders that does not agree, side by side with the text; for the team only."""
        count = talks.Agreement(source=self.name)
        lists = {said: count.cell(self.data, level, talks.TOTAL).rest_rows for level, said in talks.LEVELS.items()}
        every = pd.concat(lists, names=["Ebene"]).reset_index("Ebene")
        heads = {
            "case_id": "Gespräch", "state": "Kodierende", "value": "Kode und Unterschied", "raw": "Text", "place": "Stelle",
        }  # fmt: skip
        return every[["Ebene", *heads]].rename(columns=heads).reset_index(drop=True)

    @property
    def texts(self) -> Counted:
        """Documents with stored text, of all."""
        return Counted(talks.Texts(source=self.name), self.data, line=f"{self.line}.texts")

    def _keys(self) -> Mapping[str, str]:
        return {c.id: c.label for c in self.book.codes.values()}

    def __getitem__(self, key: str) -> Counted:
        if key not in self.book.codes:
            raise self._unknown(key)
        return self._table(talks.Codings(source=self.name), key).only(key)

    def _repr_html_(self) -> str:
        return f"<h4>{html.escape(self.title)}, Welle {self.wave}</h4>" + self.codes._repr_html_()


class Listing(Source):
    """A list: `log["form"]` its rows by a column.

    Examples
    --------
    >>> print(source("ereignisse").title)
    Veranstaltungen und Workshops
    """

    @property
    def rows(self) -> Shown:
        """The list as it was read."""
        return Shown(self.data.table(f"{self.name}-rows"))

    def _keys(self) -> Mapping[str, str]:
        return {c.name: (c.titles or (c.name,))[0] for c in self.book.spec.columns}

    def __getitem__(self, key: str) -> Counted:
        if any(k not in self._keys() for k in key.split(",")):
            raise self._unknown(key)
        return self._table(lists.ListRows(source=self.name, column=key), key)

    def where(self, column: str, given: str) -> Counted:
        """Rows by a column, only of those that fill another one."""
        return self._table(lists.ListRows(source=self.name, column=column, given=given), column)

    def filled(self, column: str) -> Any:
        """How many rows fill a column, of all."""
        return self._table(lists.ListRows(source=self.name, filled=column), column)[column]

    def sums(self, amount: str, column: str = "", step: float = 1) -> Counted:
        """What an amount adds up to, in steps, by a column."""
        return self._table(lists.ListSum(source=self.name, amount=amount, column=column, step=step), amount)

    def alliances(self, column: str = "") -> Counted:
        """Alliances with at least one row, by a column."""
        return self._table(lists.ListCases(source=self.name, column=column), column)

    def bands(self, bands: Mapping[str, tuple[float, float, str]], amount: str = "", step: float = 1) -> Counted:
        """Alliances by what an amount, or the number of their rows, adds up to: name -> (low, high, label)."""
        made = tuple((name, float(a), float(b), label) for name, (a, b, label) in bands.items())
        return self._table(lists.ListBands(source=self.name, bands=made, amount=amount, step=step), amount)

    def used(self, amount: str, foreseen: float, step: float, unit: str) -> Counted:
        """Alliances by how much of an amount foreseen for each they used: all, more, less, none."""
        told, most = f"{foreseen:g}".replace(".", ","), 10**6
        bands = {
            "alle": (foreseen, foreseen, f"alle {told} {unit}"), "mehr": (foreseen + step, most, f"mehr als {told} {unit}"),
            "weniger": (step, foreseen - step, f"weniger als {told} {unit}"), "keine": (0, 0, f"keine {unit}"),
        }  # fmt: skip
        return self.bands(bands, amount, step)

    def per_alliance(self, one: str, many: str) -> Counted:
        """Alliances by how many rows they have, one line for each number from the least to the most."""
        n = self.data.table(f"{self.name}-rows")["case_id"].value_counts()
        n = n.reindex(self.data.alliances["case_id"], fill_value=0)
        numbers = range(int(n.min()), int(n.max()) + 1)
        return self.bands({f"b{k}": (k, k, f"{k} {one if k == 1 else many}") for k in numbers})

    def labels(self, column: str) -> Mapping[str, str]:
        """Option -> label of a column."""
        return lists.column_labels(self.data, self.name, column)

    def totals(self, column: str, amount: str = "value", part_of: str = "part_of") -> Counted:
        """Published totals, one a row, under the publication that states them."""
        count = lists.ListTotal(source=self.name, column=column, amount=amount, part_of=part_of)
        rows, blocks = self.data.table(f"{self.name}-rows"), {}
        for name, where in zip(rows[column], rows["published_in"], strict=True):
            blocks.setdefault(where, []).append(name)
        chosen = tuple(r for names in blocks.values() for r in names)
        return self._table(count, column, blocks=blocks, chosen=chosen)

    @property
    def qualifiers(self) -> Said:
        """The words that qualify a published total, as a German enumeration: „etwa“ und „rund“."""
        words = self.data.table(f"{self.name}-rows")["qualifier"].dropna().unique()
        return declared(enumeration(f"„{w}“" for w in words))

    def dated(self, *cells: str) -> dict[str, list[tuple[Any, ...]]]:
        """The rows by date under their years, as lines of a table.

        `cells` are texts with names of columns in braces; the last one stands for the number of the row. Refused if a
        row lacks a declared value.
        """
        rows = self.data.table(f"{self.name}-rows").sort_values(["date", "row"], kind="stable")
        counted = self._table(lists.ListRows(source=self.name, column="date,kind", of="none"))
        made: dict[str, list[tuple[Any, ...]]] = {}
        for r in rows.to_dict("records"):
            if missing := [k for k in self._keys() if pd.isna(r[k])]:
                raise NotebookError(f"„{self.name}“, Zeile {r['row']}: „{missing[0]}“ fehlt; bitte ergänzen.")
            told = {k: self.labels(k).get(r[k], r[k]) for k in self._keys()} | {"date": format_date(str(r["date"]))}
            *others, last = (c.format(**told) for c in cells)
            number = counted[f"{r['date']},{r['kind']}"]
            made.setdefault(str(r["date"])[:4], []).append((*others, number.shown_as(last)))
        return made

    def day(self, last: bool = False) -> Said:
        """The first or the last day of the list."""
        days = sorted(self.data.table(f"{self.name}-rows")["date"].astype("str"))
        return declared(format_date(days[-1 if last else 0]))

    def _repr_html_(self) -> str:
        return f"<h4>{html.escape(self.title)}</h4>" + self.rows._repr_html_()


class Register(Source):
    """The register of the alliances: `register["type"]` by a variable, `register.nested("uebersicht-01")`.

    Examples
    --------
    >>> source("register").line
    'gk.source("register")'
    """

    def _keys(self) -> Mapping[str, str]:
        return dict.fromkeys(self.data.variables, "")

    def __getitem__(self, key: str) -> Counted:
        if key not in self.data.variables:
            raise self._unknown(key)
        return self._table(waves.Category(source=REGISTER, column=key), key)

    @property
    def alliances(self) -> Any:
        """The number of alliances."""
        made = self["type"]
        return made["|".join(made.labels)]

    def nested(self, table: str) -> Counted:
        """A declared table of the kind „x von y“."""
        known = Known(self.data.register["nested_tables"], ("Tabelle", "gibt es im Codebuch des Registers nicht"))
        known[table]
        return Counted(waves.Nested(source=REGISTER, declared=table), self.data, line=f'{self.line}.nested("{table}")')

    def _repr_html_(self) -> str:
        return "<h4>Register der Bündnisse</h4>" + Shown(self.data.alliances)._repr_html_()


CLASSES: dict[str, type[Source]] = {"forms": Wave, "interviews": Talks, "lists": Listing, REGISTER: Register}


def source_of(name: str, data: Data) -> Any:
    """A source by name, of the class that belongs to its kind; refused at once if nothing declares it."""
    if name != REGISTER:
        data.book(name)
    return CLASSES[data.kind(name)](name, data)


def sources(data: str = "data/raw") -> Shown:
    """What there is: waves of forms, interviews, lists, the register.

    Parameters
    ----------
    data : folder of the received data, from the project's root

    Examples
    --------
    >>> import gkanalysis as gk
    >>> "strukturen-2018" in list(gk.sources()["Quelle"])
    True
    """
    have, rows = project_data(data), []
    for name, kind in have.sources.items():
        book = have.book(name)
        back = items = ""
        if kind == "forms":
            back, items = str(source_of(name, have).returns["returned"].of), str(len(book.items))
        rows.append((name, KIND_LABELS[kind], book.title, book.wave, back, items))
    rows.append((REGISTER, KIND_LABELS[REGISTER], "Register der Bündnisse", "", str(len(have.alliances)), ""))
    return Shown(rows, columns=["Quelle", "Art", "Titel", "Welle", "Rücklauf", "Fragen"])


def source(name: str, data: str = "data/raw") -> Any:
    """A source: a wave of forms, interviews, a list, or the register.

    Raises
    ------
    NotebookError
        If there is none of this name; the sentence says which there are and what is probably meant.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> gk.source("strukturen-2018")["2.1"]["nein"]
    13 von 45
    """
    return source_of(name, project_data(data))


# ---- two waves ----


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same question to the same alliances in two waves; or two questions side by side that show no change.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> gk.compare("prozess-2020:1.3", "entwicklungsstand-2021:1.1").is_same
    True
    """

    first: Counted
    second: Counted
    change: Counted | None
    reason: str = ""

    @property
    def is_same(self) -> bool:
        """Whether the codebook says that both ask the same."""
        return self.change is not None

    @property
    def p(self) -> Said:
        """Exact McNemar test of the pairs: how likely chance alone makes such a change."""
        from gkanalysis.stats.paired import mcnemar_test

        table = self._change()
        p = mcnemar_test(*table.count.pairs(table.data))
        return derived("–" if p is None else format_p(p), list(table))

    @property
    def difference(self) -> Said:
        """The difference of both shares of the pairs, in percentage points."""
        table = self._change()
        first, second = table["first"], table["second"]
        return derived(format_points((second.n, second.base_n), (first.n, first.base_n)), [first, second])

    def _change(self) -> Counted:
        if self.change is None:
            raise NotebookError(f"Beide fragen nicht dasselbe; das zeigt keine Veränderung. {self.reason}")
        return self.change

    def _repr_html_(self) -> str:
        if self.change is None:
            told = self.reason or "Im Codebuch steht nicht, dass beide dasselbe fragen (repeats)."
            caution = f"<p><strong>Keine Veränderung:</strong> {html.escape(told)}</p>"
            return self.first._repr_html_() + self.second._repr_html_() + caution
        pairs, first, second = (self.change[r] for r in ("pairs", "first", "second"))
        rows = [
            Row(
                (
                    f"{self.first.count.source}: ja",
                    str(first.of),
                    format_percent(first.n, first.base_n, decimals=0),
                )
            ),
            Row(
                (
                    f"{self.second.count.source}: ja",
                    str(second.of),
                    format_percent(second.n, second.base_n, decimals=0),
                )
            ),
        ]
        about = f"Dieselben {pairs.n} Bündnisse mit gültiger Antwort in beiden Wellen"
        tail = f"<p>Differenz: {self.difference} Prozentpunkte; exakter Test von McNemar: p = {self.p}. Bei so wenigen "
        return (
            table_html(("Welle", "Anzahl", "Anteil"), rows, about)
            + tail
            + "Bündnissen bleibt offen, wie groß die Veränderung ist.</p>"
        )


def compare(first: str, second: str, data: str = "data/raw") -> Comparison:
    """Two questions of two waves, each written as `source:item`.

    Only what the codebook declares to ask the same (`repeats`) shows a change; others stand side by side with the reason.

    Raises
    ------
    NotebookError
        If a question is not written as `source:item`, or does not exist.
    """
    have, asked = project_data(data), []
    for text in (first, second):
        name, _, item = text.rpartition(":")
        if not name:
            raise NotebookError(
                f"„{text}“ ist keine Frage einer Welle; bitte als „Quelle:Nummer“ schreiben, etwa „prozess-2020:1.3“."
            )
        asked.append((name, item, source_of(name, have)[item]))
    (source1, item1, table1), (source2, item2, table2) = asked
    later = have.book(source2).items[item2]
    again = repeated(have, source2, item2, source1)
    if again == item1:
        return Comparison(table1, table2, Counted(change_count(have, (source1, item1), (source2, item2)), have))
    reasons = [u.reason for u in later.not_comparable if (u.source, u.item) == (source1, item1)]
    return Comparison(table1, table2, None, reasons[0] if reasons else "")


def repeated(data: Data, source: str, item: str, among: str) -> str:
    """The item of an earlier wave that an item asks again, also over waves between them; "" if there is none."""
    again = data.book(source).items[item].repeats
    while again and again.source != among:
        again = data.book(again.source).items[again.item].repeats
    return again.item if again else ""


def change_count(data: Data, first: tuple[str, str], second: tuple[str, str]) -> waves.Change:
    """The change of an item between two waves, as the codebook of the later one declares it."""
    item = data.book(second[0]).items[second[1]]
    known: dict[str, Any] = {}
    if item.kind == "single":
        yes = tuple(item.repeats.as_yes) if item.repeats else ()
        known = {"yes": yes, "no": tuple(o.id for o in item.options if o.id not in yes)}
    return waves.Change(source=first[0], item=first[1], then=second[0], then_item=second[1], **known)


# ---- one alliance ----


def alliance(case_id: str, data: str = "data/raw") -> Shown:
    """Everything that one alliance answered, over all waves: wave, number, question, answer, place.

    For work on the data: it names an alliance beside its answers.

    Raises
    ------
    NotebookError
        If the register has no such alliance.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> set(gk.alliance("B24").columns) >= {"Welle", "Nummer", "Frage", "Antwort"}
    True
    """
    have = project_data(data)
    Known(dict.fromkeys(have.alliances["case_id"]), ("Bündnis", "gibt es im Register nicht"))[case_id]
    rows = []
    for name, kind in have.sources.items():
        if kind != "forms":
            continue
        book = have.book(name)
        given = have.answers(name, (*USABLE, "unusable"))
        for r in given[(given["case_id"] == case_id) & given["state"].isin(["answered", "selected"])].itertuples():
            item = book.items[r.item_id]
            options = {o.id: o.label for o in item.options}
            told = "angekreuzt" if r.state == "selected" else options.get(r.value, r.raw or r.value)
            rows.append((book.wave, name, r.item_id, item.label or item.short, told, f"{r.file} {r.place}"))
    return Shown(rows, columns=["Welle", "Quelle", "Nummer", "Frage", "Antwort", "Stelle"])
