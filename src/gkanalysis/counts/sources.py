"""What there is to ask: waves of forms, interviews, lists, the register; one alliance over all of them."""

from __future__ import annotations

import html
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.findings import place_words
from gkanalysis.core.lookup import MOST, Answering, Known, answered, enumeration, guess, listed
from gkanalysis.core.numbers import format_count, format_date, format_decimal
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.counts import forms, lists, talks, waves
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import REGISTER, USABLE, Data, current
from gkanalysis.counts.export import COMMON, DataFile, Exported, cases_file, codings_file, plain_file, responses_file
from gkanalysis.counts.shown import Shown
from gkanalysis.counts.table import Counted, Declared, Number, Said, declared, derived, meant

KIND_LABELS = {"forms": "Bögen", "interviews": "Gespräche", "lists": "Liste", REGISTER: "Register"}
Told = tuple[str, str, str, str, str]  # alliance, number, question, answer and place


def project_data(data: str = "") -> Data:
    """The processed data of a data folder, read once, and again when `make data` or somebody changed them.

    Without a name it is the folder that the lab was opened with.
    """
    return current(ProjectPaths.of(project_root(), Path(data or os.environ.get("GKANALYSIS_DATA", "data/raw"))))


class Asked(property):
    """A table of a source that is asked for by its name alone: a property; the line of the table says so."""

    def __init__(self, kind: type[Count], doc: str) -> None:
        super().__init__(lambda s: s._table(f".{self.called}", kind), doc=doc)

    def __set_name__(self, owner: type, name: str) -> None:
        self.called = name


@dataclass(frozen=True, eq=False, repr=False)
class Source(Exported, Answering):
    """What every source has: its title, and what can be asked of it by index."""

    name: str
    data: Data

    called: ClassVar[str] = "Eine Quelle hat nichts namens"

    @property
    def book(self) -> Any:
        """Its codebook."""
        return self.data.book(self.name)

    title = Declared("Its printed title.", lambda s: s.book.title)
    wave = Declared("Its wave, such as 2018.", lambda s: s.book.wave)

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

    def _table(self, asked: str, kind: type[Count], **parameters: Any) -> Counted:
        """A table of a count of this source; `asked` is how an analyst asks for it, behind the source."""
        return Counted(kind(source=self.name, **parameters), self.data, line=self.line + asked)

    def _keys(self) -> Mapping[str, str]:
        """What can be asked by index: id -> label."""
        return {}

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._keys())

    def __getitem__(self, key: str) -> Counted:
        """A table by index; an unknown id is answered with those there are, and the one probably meant."""
        have = self._keys()
        key = meant(key, have)
        if key.replace(",", ".") in have and "," in key:
            raise NotebookError(f"„{key}“ gibt es in {self.name} nicht; gemeint ist wohl „{key.replace(',', '.')}“.")
        for part in key.split(","):
            if part not in have:
                raise NotebookError(f"„{part}“ gibt es in {self.name} nicht; {self._what_there_is(part)}.")
        return self._ask(key)

    def _ask(self, key: str) -> Counted:
        raise NotImplementedError

    def _what_there_is(self, key: str) -> str:
        return f"vorhanden sind {listed(self._keys(), key)}"

    def _elsewhere(self, name: str) -> str:
        key = next(iter(self._keys()), "…")
        return f'das hat eine Tabelle daraus, etwa {self.line}["{key}"].{name}' if hasattr(Counted, name) else ""

    def _year(self) -> str:
        """When its answers were given."""
        return str(self.book.wave)

    def _told(self, cases: Collection[str]) -> Iterator[Told]:
        """What some alliances said."""
        yield from ()

    def _overview(self) -> tuple[str, Any]:
        """What it shows of itself: a line of text, and a table."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        head, table = self._overview()
        return f"<h4>{html.escape(head)}</h4>{table._repr_html_()}"

    def __repr__(self) -> str:
        head, table = self._overview()
        return f"{head}\n{table!r}"


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
        """The questions: number, question, kind of answer, set, part. Lines left blank for others are none."""
        sets = {i: s for s in self.book.sets for i in self.book.set_items(s)}
        kinds = {**forms.KINDS, "single": "eine Antwort"}
        rows = [(i.id, i.words, kinds[i.kind], sets.get(i.id, ""), i.part) for i in self.book.items.values() if i.label]
        return Shown(rows, columns=["Nummer", "Frage", "Antwort", "Mehrfachantwort", "Teil"])

    title_with_wave = Declared("The title, with the wave if it does not name it itself.",
                               lambda s: s.title if str(s.wave) in s.title else f"{s.title} {s.wave}")  # fmt: skip
    fields_n = Declared("How many fields the empty form has: its questions (`items`) and the lines left blank for others.",
                        lambda s: len(s.book.items))  # fmt: skip
    lead_coder = Declared("Whose categories of open answers count.", lambda s: s.data.category_book.coders[0])
    returns = Asked(waves.Returns, "Who took part: returned, not returned, declined.")
    answered = Asked(forms.Answered, "Who answered anything, line by line of the codebook.")
    gaps = Asked(forms.Gaps, "Gaps by theme.")
    offers = Asked(forms.Openings, "Offers by theme and opening, counted as offers.")
    findings = Asked(waves.Findings, "What validation found, by rule.")

    def divided_gaps(self, order: Counted) -> pd.DataFrame:
        """Themes as bars that yes and no divide, in the order of another table of the same themes."""
        return self.gaps.count.divided(self.data, [r.rpartition(".")[0] for r in order.shown_rows])

    def offers_with(self, answer: str = "", closed: str = "") -> Counted:
        """Offers with this answer instead of yes; `closed`: of those that are not fully open by an aspect like `open_d`."""
        told = dict.fromkeys(["", *forms.ASPECTS, *(o.id for i in self.book.items.values() for o in i.options)])
        have = Known(told, ("Antwort oder Zugang", f"gibt es in {self.name} nicht"))
        have[answer], have[closed]
        return self._table(f'.offers_with("{answer}", "{closed}")', forms.Openings, answer=answer, closed=closed)

    def openable(self, closed: str = "") -> dict[str, dict[str, tuple[()]]]:
        """Printed offers that several cases could open further, as lines of a table: names, no counts."""
        made = forms.openable(forms.Openings(source=self.name, closed=closed), self.data)
        return {theme: dict.fromkeys(names, ()) for theme, names in made.items()}

    @property
    def field_time(self) -> Said:
        """From the first to the last form that came in."""
        days = sorted(str(d)[:7] for d in self.data.cases(self.name)["received"].dropna() if str(d))
        first, last = format_date(days[0]), format_date(days[-1])
        same_year = first[-4:] == last[-4:]
        return declared(first if first == last else f"{first[:-5] if same_year else first} bis {last}")

    def _keys(self) -> Mapping[str, str]:
        columns = {"status": "Rücklauf", "version": "Fassung", "contact": "Auskunft auf Nachfrage"}
        items = {i.id: i.words for i in self.book.items.values()}
        return {**{s: d["label"] for s, d in self.book.sets.items()}, **columns, **items}

    def _what_there_is(self, key: str) -> str:
        if len(self.items) <= MOST:
            return super()._what_there_is(key)
        others = [k for k in self._keys() if k not in self.book.items]
        return f"vorhanden sind {', '.join(others)} und {len(self.items)} Fragen, die .items zeigt{guess(key, self._keys())}"

    def _ask(self, key: str) -> Counted:
        book, asked = self.book, f'["{key}"]'
        if key in book.sets:
            headings = {b["id"]: b["label"] for p in book.parts for b in p.get("blocks", ())}
            blocks = {i: headings.get(book.items[i].block, "") for i in book.set_items(key)}
            made = self._table(asked, forms.Ticks, set=key)
            return made._but(headings=blocks) if len(set(blocks.values())) > 1 else made
        if key not in book.items:
            return self._table(asked, waves.Category, column=key)
        kind = book.items[key].kind
        if kind == "tick" and (own := [s for s in book.sets if key in book.set_items(s)]):
            return self._table(asked, forms.Ticks, set=own[0])._with([key])
        coded = kind == "text" and (self.name, key) in self.data.category_book.items
        counted = {"single": forms.Choice, "number": forms.Quartiles}.get(kind, forms.Open if coded else forms.State)
        return self._table(asked, counted, item=key)

    def state(self, item: str) -> Counted:
        """In which state an item is: answered, left empty, contradictory."""
        self.book.items[item]  # an unknown one is answered
        return self._table(f'.state("{item}")', forms.State, item=item)

    def mentions(self, item: str) -> Counted:
        """The mentions of a coded open answer by category."""
        return self._table(f'.mentions("{item}")', forms.Mentions, item=item)

    def any_of(self, set_id: str, none: str) -> Counted:
        """Who ticked anything of a set but its „none of these“."""
        return self._table(f'.any_of("{set_id}", "{none}")', forms.AnyTick, set=set_id, none=none)

    def agreement(self, item: str) -> Counted:
        """How far the coders of an open answer agree."""
        return self._table(f'.agreement("{item}")', talks.OpenAgreement, item=item)

    def disagreements(self, item: str) -> Shown:
        """Mentions that two coders put into different categories, word for word: a working paper and no exhibit."""
        agreed = self.agreement(item)
        rows = agreed[talks.TOTAL].rest
        rows = rows.assign(value=rows["value"].map(agreed.labels))
        return Shown.of(rows, raw="Nennung", case_id="Bündnis", value="Kategorie", state="Codierende")

    def label(self, key: str) -> Said:
        """What an item or a multiple response set asks."""
        return declared(Known(self._keys(), ("Frage", f"gibt es in {self.name} nicht"))[key])

    def question(self, item: str) -> Said:
        """What an open item asks, in a few words."""
        return declared(Known(self.data.category_book.labels, ("Offene Frage", "gibt es nicht"))[self.name, item])

    def _told(self, cases: Collection[str]) -> Iterator[Told]:
        given = self.data.answers(self.name, (*USABLE, "unusable"))
        for r in given[given["case_id"].isin(cases) & given["state"].isin(["answered", "selected"])].itertuples():
            item = self.book.items[r.item_id]
            options = {o.id: o.label for o in item.options}
            told = "angekreuzt" if r.state == "selected" else options.get(r.value, r.raw or r.value)
            yield r.case_id, r.item_id, item.words or item.short, told, f"{r.file}, {place_words(r.place)}"

    def _data_file(self, long: bool) -> DataFile:
        return responses_file(self) if long else cases_file(self)

    def _overview(self) -> tuple[str, Any]:
        back = self.returns["returned"]
        sets = ", ".join(self.book.sets) or "keine"
        told = f"Feldzeit: {self.field_time}; Rücklauf: {back.of}; Mehrfachantworten: {sets}; {len(self.items)} Fragen"
        return f"{self.title_with_wave}. {told}", self.items


class Talks(Source):
    """Coded interviews: `talks.codes` codes by cases, `talks["aufbau.neugruendung"]` one code."""

    note = "Ausgewählte Kommunen, keine Stichprobe: Anzahlen, keine Anteile."
    texts = Asked(talks.Texts, "Documents with stored text, of all.")
    lead_coder = Declared("Whose codings count.", lambda s: s.book.lead_coder)
    codings_n = Declared("How many codings there are, of all coders.", lambda s: len(s._codings))
    codes_n = Declared("How many codes were given at all.", lambda s: int(s._codings["code_id"].nunique()))

    @property
    def _codings(self) -> pd.DataFrame:
        return self.data.table(f"{self.name}-codings")

    def _coded(self, asked: str, groups: Mapping[str, Any]) -> Counted:
        """The codes of some groups, under their labels."""
        headings = {c.id: g.label for i, g in groups.items() for c in self.book.group_codes(i)}
        return self._table(asked, talks.Codings)._but(headings=headings)._with(headings)

    @property
    def codes(self) -> Counted:
        """In how many interviews each code occurs, by the lead coder."""
        return self._coded(".codes", self.book.groups)

    def themes(self, *groups: str) -> Counted:
        """The codes of some groups, most frequent first within each."""
        have = Known(self.book.groups, ("Gruppe", f"gibt es in {self.name} nicht"))
        told = ", ".join(f'"{g}"' for g in groups)
        return self._coded(f".themes({told})", {g: have[g] for g in groups}).ordered()

    @property
    def interviewed(self) -> Number:
        """The number of interviews."""
        return self._table("", talks.Codings)[talks.INTERVIEWED]

    @property
    def by_case(self) -> Shown:
        """Codes x cases: how many segments of each code the lead coder gave in each interview."""
        given, labels = self._codings, {c.id: c.path for c in self.book.codes.values()}
        given = given[given["coder"] == self.book.lead_coder]
        table = pd.crosstab(given["code_id"], given["case_id"]).reindex(list(labels), fill_value=0)
        shown = table.rename_axis(index="Kennung", columns=None).reset_index()
        shown.insert(1, "Code", shown["Kennung"].map(labels))
        return Shown(shown)

    def agreement(self, of: str = "level") -> Counted:
        """How far the coders agree: on three levels, or `of="code"` by code."""
        return self._table(f'.agreement("{of}")', talks.Agreement, of=of)

    def weak(self, *codes: str) -> list[str]:
        """Those of some codes that coders hardly agree on: nothing should be concluded from them."""
        return [c for c in codes if self.codes[c].reading]

    @property
    def bound_words(self) -> tuple[str, ...]:
        """Words for counts that must not stand in prose without a number behind them."""
        return self.codes.scale.unbound

    @property
    def kappa(self) -> Said:
        """Cohen's kappa of the lead coder and the next one: is a code given in a document at all?"""
        agreed = self.agreement()
        table = agreed.count.coefficients(self.data, "document", talks.coders(self.data, self.name)[:2])
        return derived(format_decimal(table["kappa"][talks.TOTAL]), [agreed["document"]])

    def recounted(self, codes: Counted) -> Said:
        """For how many of some codes the second coder's codings would count otherwise, and which by two at least."""
        lead, other, *_ = talks.coders(self.data, self.name)
        n = self._codings.groupby(["coder", "code_id"])["case_id"].nunique()
        apart = {r: abs(int(n.get((lead, r), 0)) - int(n.get((other, r), 0))) for r in codes.shown_rows}
        differ = [r for r, by in apart.items() if by]
        named = enumeration(f"„{codes.labels[r]}“" for r in differ if apart[r] > 1) or "keinem"
        told = f"wäre die Anzahl bei {len(differ)} von {len(apart)} Codes eine andere, um wenigstens zwei bei {named}"
        return derived(f"Zählte statt „{lead}“ „{other}“, {told}", [codes[r] for r in differ])

    def disagreements(self) -> Shown:
        """Every comparison of two coders that does not agree, side by side with the text; for the team only."""
        agreed = self.agreement()
        every = pd.concat(agreed[level].rest.assign(level=said) for level, said in talks.LEVELS.items())
        return Shown.of(
            every, level="Ebene", case_id="Gespräch", state="Codierende", value="Code und Unterschied", raw="Text", place="Stelle"
        )  # fmt: skip

    def _keys(self) -> Mapping[str, str]:
        return {c.id: c.label for c in self.book.codes.values()}

    def _ask(self, key: str) -> Counted:
        return self._table(f'["{key}"]', talks.Codings)._with([key])

    def _told(self, cases: Collection[str]) -> Iterator[Told]:
        given = self.codes.count.counted(self.data).evidence
        for r in given[given["case_id"].isin(cases) & given["state"].eq("coded")].itertuples():
            yield r.case_id, r.row, self.book.codes[r.row].path, r.raw, f"{r.file} {r.place}"

    def _data_file(self, long: bool) -> DataFile:
        return codings_file(self)

    def _overview(self) -> tuple[str, Any]:
        return f"{self.title}, Welle {self.wave}", self.codes


class Listing(Source):
    """A list: `log["form"]` its rows by a column."""

    qualifiers = Declared("The words that qualify a published total, as a German enumeration: „etwa“ und „rund“.",
                          lambda s: enumeration(f"„{w}“" for w in s.rows["qualifier"].dropna().unique()))  # fmt: skip

    @property
    def rows(self) -> Shown:
        """The list as it was read."""
        return Shown(self.data.table(f"{self.name}-rows"))

    def _keys(self) -> Mapping[str, str]:
        return {c.name: (c.titles or (c.name,))[0] for c in self.book.spec.columns}

    def _ask(self, key: str) -> Counted:
        return self._table(f'["{key}"]', lists.ListRows, column=key)

    def where(self, column: str, given: str) -> Counted:
        """Rows by a column, only of those that fill another one."""
        return self._table(f'.where("{column}", "{given}")', lists.ListRows, column=column, given=given)

    def filled(self, column: str) -> Number:
        """How many rows fill a column, of all."""
        return self._table(f'.filled("{column}")', lists.ListRows, filled=column)[column]

    def sums(self, amount: str, column: str = "", step: float = 1) -> Counted:
        """What an amount adds up to, in steps, by a column."""
        asked = f'.sums("{amount}", "{column}", {step:g})'
        return self._table(asked, lists.ListSum, amount=amount, column=column, step=step)

    def alliances(self, column: str = "") -> Counted:
        """Alliances with at least one row, by a column."""
        return self._table(f'.alliances("{column}")', lists.ListCases, column=column)

    def labels(self, column: str) -> Mapping[str, str]:
        """Option -> label of a column."""
        return lists.column_labels(self.data, self.name, column)

    def totals(self, column: str) -> Counted:
        """Published totals, one a row, under the publication that states them."""
        made = self._table(f'.totals("{column}")', lists.ListTotal, column=column)
        headings = dict(zip(self.rows[column], self.rows["published_in"], strict=True))
        return made._but(headings=headings)._with(headings)

    def dated(self, *cells: str) -> dict[str, list[tuple[Any, ...]]]:
        """The rows by date under their years, as lines of a table.

        `cells` are texts with names of columns in braces; the last one stands for the number of the row. Refused if a
        row lacks a declared value.
        """
        counted = self._table(".dated()", lists.ListRows, column="date,kind", of="none")
        made: dict[str, list[tuple[Any, ...]]] = {}
        for r in self.rows.sort_values(["date", "row"], kind="stable").to_dict("records"):
            if missing := [k for k in self._keys() if pd.isna(r[k])]:
                raise NotebookError(
                    f"„{self.name}“, Zeile {r['row']}: „{self._keys()[missing[0]]}“ fehlt oder ist nicht lesbar; bitte ergänzen."
                )
            told = {k: self.labels(k).get(r[k], r[k]) for k in self._keys()} | {"date": format_date(str(r["date"]))}
            *others, last = (c.format(**told) for c in cells)
            number = counted[f"{r['date']},{r['kind']}"]
            made.setdefault(str(r["date"])[:4], []).append((*others, number.shown_as(last)))
        return made

    def day(self, last: bool = False) -> Said:
        """The first or the last day of the list."""
        days = sorted(self.rows["date"].astype("str"))
        return declared(format_date(days[-1 if last else 0]))

    def _year(self) -> str:
        return str(self.rows["date"].min())[:4] if "date" in self.rows else super()._year()

    def _told(self, cases: Collection[str]) -> Iterator[Told]:
        rows = self.rows[self.rows["case_id"].isin(cases)] if "case_id" in self.rows else self.rows.head(0)
        for r in rows.to_dict("records"):
            for column, title in self._keys().items():
                if column != "case_id" and not pd.isna(r[column]):
                    told = self.labels(column).get(r[column], lists.shown(r[column]))
                    yield r["case_id"], f"Zeile {r['row']}", title, told, f"{r['file']} {r['place']}"

    def _data_file(self, long: bool) -> DataFile:
        return plain_file(self.name, str(self.title), self.rows)

    def _overview(self) -> tuple[str, Any]:
        return str(self.title), self.rows


class Register(Source):
    """The register of the alliances: `register["type"]` by a variable, `register.nested("uebersicht-01")`."""

    def _keys(self) -> Mapping[str, str]:
        return dict.fromkeys(self.data.variables, "")

    def _ask(self, key: str) -> Counted:
        return self._table(f'["{key}"]', waves.Category, column=key)

    @property
    def alliances(self) -> Number:
        """The number of alliances."""
        return self["type"].whole

    def nested(self, table: str) -> Counted:
        """A declared table of the kind „x von y“."""
        Known(self.data.register["nested_tables"], ("Tabelle", "gibt es im Codebuch des Registers nicht"))[table]
        return self._table(f'.nested("{table}")', waves.Nested, declared=table)

    def _data_file(self, long: bool) -> DataFile:
        return plain_file(self.name, "Register der Bündnisse", self.data.alliances)

    def _overview(self) -> tuple[str, Any]:
        told = {v: {k: str(w) for k, w in self.data.variables[v].items()} for v in self.data.variables}
        shown = self.data.alliances.assign(
            **{v: self.data.alliances[v].map(lambda x, w=w: w.get(x, x)) for v, w in told.items() if w}
        )
        return "Register der Bündnisse", Shown(shown.rename(columns=self.data.variable_label).rename(columns=COMMON))


CLASSES: dict[str, type[Source]] = {"forms": Wave, "interviews": Talks, "lists": Listing, REGISTER: Register}


def source_of(name: str, data: Data) -> Any:
    """A source by name, of the class that belongs to its kind; refused at once if nothing declares it."""
    kind = data.kind(name)
    if name != REGISTER:
        data.book(name)
    return CLASSES[kind](name, data)


@answered
def sources(data: str = "") -> Shown:
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
    for name in have.sources:
        made, kind = source_of(name, have), have.sources[name]
        back, items = (str(made.returns["returned"].of), str(len(made.items))) if kind == "forms" else ("", "")
        wave = "" if kind == "lists" else str(made.book.wave)
        rows.append((name, KIND_LABELS[kind], str(made.book.title), wave, back, items))
    rows.sort(key=lambda r: (r[3] or "9", r[0]))  # waves by their years, lists behind
    rows.append((REGISTER, KIND_LABELS[REGISTER], f"Register der {len(have.alliances)} Bündnisse", "", "", ""))
    columns = ["Quelle", "Art", "Titel", "Welle", "Rücklauf", "Fragen"]
    return Shown(rows, columns=columns).titled("Quellen", "quellen", have)


@answered
def source(name: str, data: str = "") -> Any:
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


# ---- one alliance ----


def alliance_id(data: Data, name: str) -> str:
    """The id of an alliance that is called by id or name; an unknown one is answered."""
    ids = data.alliances.set_index("case_id")["name"]
    called = {n: i for i, n in ids.items()}.get(name, name)
    absent = f"gibt es im Register nicht{guess(name, ids) or _holding(name, ids)}"
    return str(Known({i: i for i in ids.index}, ("Bündnis", absent))[called])


def _holding(part: str, names: Iterable[str]) -> str:
    """Which names a part of a name may mean, in brackets."""
    holding = [n for n in names if part.casefold() in n.casefold()]
    return f" (gemeint ist wohl {' oder '.join(f'„{n}“' for n in holding[:3])})" if holding and part else ""


@answered
def alliance(name: str, data: str = "") -> Shown:
    """Everything that is known of one alliance, in the order of the waves: answers, coded segments, rows of lists.

    For work on the data: it names an alliance beside its answers, and what was said in an interview.

    Parameters
    ----------
    name : its id, or its name in the register
    data : folder of the received data, from the project's root

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
    case = alliance_id(have, name)
    known = have.alliances.set_index("case_id").loc[case]
    told = _everything(have, [case]).drop(columns="Bündnis")
    title = f"{known['name']} ({case}), {have.register['types'].get(known['type'], '')}"
    return told.titled(title, f"buendnis-{case}", have)


@answered
def find(words: str, *, data: str = "") -> Shown:
    """Where words stand in everything that was answered, coded or listed, in the order of the waves.

    For work on the data, as `alliance`. Capitals do not count; of interviews the coded segments are searched, and the
    paragraphs of stored transcripts.

    Parameters
    ----------
    words : what to look for, also a part of a word
    data : folder of the received data, from the project's root

    Examples
    --------
    >>> import gkanalysis as gk
    >>> len(gk.find("wartezeit")) > len(gk.find("lange Wartezeit")) > 0
    True
    """
    if not words.strip():
        raise NotebookError('Gesucht wird nach Wörtern oder Teilen davon, etwa gk.find("Wartezeit").')
    have = project_data(data)
    rows = _everything(have, have.alliances["case_id"], transcripts=True)
    found = rows[rows["Antwort"].str.casefold().str.contains(words.casefold(), regex=False)]
    found = found.assign(Bündnis=have.named(found["Bündnis"]))
    return found.titled(f"{format_count(len(found))} Stellen mit „{words}“", f"suche-{words}", have)


def _everything(data: Data, cases: Collection[str], transcripts: bool = False) -> Shown:
    """What alliances said in every source, in the order of the waves."""
    told = sorted((source_of(n, data) for n in data.sources), key=lambda s: (s._year(), s.name))
    rows = [(s._year(), s.name, *row) for s in told for row in s._told(cases)]
    for s in (s for s in told if transcripts and isinstance(s, Talks)):
        for d in data.table(f"{s.name}-documents").to_dict("records"):
            parts = enumerate(str(d["text"] or "").split("\n\n"), 1)
            about = (s._year(), s.name, d["case_id"], "", d["name"])
            rows += [(*about, p, f"{d['file']} Absatz {k}") for k, p in parts if p]
    return Shown(rows, columns=["Welle", "Quelle", "Bündnis", "Nummer", "Frage", "Antwort", "Stelle"])
