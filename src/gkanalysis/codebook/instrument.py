"""The codebook of an instrument: items, options, filters, sets, and where each item sits in each version.

The layout computed here is shared by the reader of received forms and the writer of blank ones, so the two cannot
disagree about where an item stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from gkanalysis.codebook import columns
from gkanalysis.codebook import declared as d
from gkanalysis.codebook.layout import FormTable, Slot
from gkanalysis.core.lookup import enumeration

TICK_KINDS = frozenset({"tick", "single"})
NO_SENTENCE = "muss ein Satz sein, der sagt, warum die Fragen verschieden sind"
Sentence = Annotated[d.Text, d.matching(r"(?s).*\.\s*", NO_SENTENCE)]
TWO = "„answers“ braucht zwei Vorgaben, zuerst die der früheren Welle"
Answers = Annotated[tuple[d.Text, ...], d.number_of(2, TWO)]
Names = d.Many[d.Text]
Aspect = Literal["", "present", "open_ag", "open_d", "could_open"]

# what a blank form says at its head
INSTRUCTIONS = (
    "Bitte am Bildschirm ausfüllen: Kästchen anklicken, in Listen eine Vorgabe auswählen, Texte in die Felder schreiben. "
    "Stehen mehrere Kästchen in einem Feld untereinander, bitte nur eines davon ankreuzen. "
    "Mit der Tabulatortaste geht es zum nächsten Feld; Felder, zu denen Sie nichts sagen können, bleiben leer. "
    "Bitte den Bogen als Word-Datei (.docx) speichern und zurücksenden."
)
# what became of a place in a form; no answer may be called so
STATES = ("selected", "not_selected", "answered", "not_answered", "illegible", "contradictory", "not_asked")


class Repeat(d.Declared):
    """The item of an earlier wave that an item asks again; of a single choice all answers but `as_yes` count as no."""

    source: d.Text = d.key("die frühere Welle, wie „prozess-2020“")
    item: d.Text = d.key("Nummer der Frage dort; Wortlaut und Vorgaben müssen dieselben sein")
    as_yes: Names = d.key("Vorgaben, die als Ja gelten; alle anderen gelten als Nein (nur bei single)", ())


class SetRepeat(d.Declared):
    """The multiple response set of an earlier wave that a set asks again, row by row and word for word."""

    source: d.Text = d.key("die frühere Welle")
    set: d.Text = d.key("Kennung der Mehrfachantwort dort; die Zeilen müssen dieselben sein")


class Unlike(d.Declared):
    """An item of an earlier wave on the same theme that asks something else, and why the two show no change."""

    source: d.Text = d.key("die frühere Welle")
    item: d.Text = d.key("Nummer der Frage dort")
    answers: Answers = d.key("zwei vergleichbare Vorgaben, zuerst die der früheren Welle")
    reason: Sentence = d.key("ein Satz, der sagt, warum die Fragen verschieden sind")


class _Option(d.Declared):
    """A printed answer to tick."""

    id: d.Id = d.key("Kennung der Vorgabe, wie sie in den Daten steht")
    label: d.Text = d.key("gedruckter Wortlaut")
    type: d.Text = d.key("Kommunaltyp, für den die Vorgabe steht (nötig bei der Frage unter identity: type)", "")  # fmt: skip
    report: d.Text = d.key("Wortlaut im Bericht, wenn er ein anderer ist", "")
    counts: d.Flag = d.key("true: die Vorgabe zählt als Ja (Fragen nach Lücken und Angeboten)", False)
    value: d.Words = d.key("Werte in der Tabelle, die diese Vorgabe heißen; sonst ihre Kennung", ())

    @property
    def values(self) -> tuple[str, ...]:
        """What stands for it in a table."""
        return self.value or (self.id,)


class _Condition(d.Declared):
    item: d.Text = d.key("Nummer der Frage, von der es abhängt")
    value: d.Text = d.key("Vorgabe, bei der weiter gefragt wird")


Filter = Annotated[_Condition | None, AfterValidator(lambda c: c and (c.item, c.value))]


class _Asked(d.Declared):
    label: d.Text = d.key("kurzer Wortlaut")
    content: Literal["", "name", "person", "office", "contact", "free"] = d.key("was ein Text enthält", "")
    min: d.Number | None = d.key("kleinste erlaubte Zahl", None)
    max: d.Number | None = d.key("größte erlaubte Zahl", None)
    control: Literal["", "dropdown"] = d.key("dropdown: eine Liste zum Ausklappen statt Kästchen", "")
    options: tuple[_Option, ...] = d.key("Vorgaben zum Ankreuzen, nur bei single und dort nötig", ())
    header: d.AnyText = d.key("Spalte der Tabelle; {row} ist die Zeile der Frage, {n} die Nummer der Wiederholung", "", alias="column")  # fmt: skip
    codes: columns.Codes | None = d.key("Werte ohne Antwort, wenn sie hier andere sind als bei „table“", None)


class _Question(_Asked):
    id: d.Id = d.key("gedruckte Nummer der Frage, in Anführungszeichen")
    kind: Literal["text", "number", "tick", "single"] = d.key("Art der Antwort")
    short: d.Text = d.key("noch kürzerer Wortlaut für Tabellen", "")
    asked_if: Filter = d.key("Filter: wird nur bei dieser Antwort gefragt", None)
    assumed: d.Flag = d.key(
        "true: der Bogen ist nicht veröffentlicht, die Frage ist eine Annahme; Ergebnisse tragen eine Marke", False
    )
    gap_in: d.Text = d.key("Teil mit „theme“, nach dessen Lücken gefragt wird", "")
    repeats: Repeat | None = d.key("Frage einer früheren Welle, die hier wortgleich wiederkehrt", None)
    not_comparable: tuple[Unlike, ...] = d.key("frühere Fragen zum Thema, die etwas anderes fragen", ())


class Item(_Question):
    """One question, one cell of a grid row, or one column of a roster; its part makes it of what is declared.

    `id` is the printed number; in a grid it is number, row and column: `1.1.A03.4`. `asked_if` are item and option.
    """

    part: str
    block: str = ""
    row: str = ""
    column: int = 0
    header: str = ""
    heading: str = ""  # what is printed above its column, where each row has several
    part_of: str = ""
    alone: bool = False

    @property
    def number(self) -> str:
        """The number of the question or table as the form prints it; what stands in its head has none."""
        number = self.id.removesuffix(f".{self.row}.{self.column}") if self.row else self.id
        return number if number[0].isdigit() else ""

    @property
    def prompt(self) -> str:
        """What a blank form shows where the answer is to be written or chosen."""
        low, high = self.min, self.max
        span = "" if low is None else f" {'ab' if high is None else 'von'} {low}"
        number = f"Zahl{span}{'' if high is None else f' bis {high}'}"
        number = "Zahl eingeben" if number == "Zahl" else number  # an answer may be one word
        return "Bitte auswählen" if self.control else number if self.kind == "number" else "Text eingeben"

    @property
    def words(self) -> str:
        """What is asked: its label, in a grid with the heading of its column."""
        return f"{self.label or 'Leerzeile'}: {self.heading}" if self.heading else self.label

    def option_label(self, option: str) -> str:
        """What is printed beside an option; an id that none has stays as it is."""
        return next((o.label for o in self.options if o.id == option), option)

    def slots(self, *where: Any, **more: Any) -> list[Slot]:
        """The slots of one cell: a box for each option, a list of them, or the cell itself."""
        slot, choices = Slot(self.id, self.kind, *where, **more), tuple((o.id, o.label) for o in self.options)
        if self.control:
            return [replace(slot, choices=choices)]
        return [replace(slot, option=o, option_label=text) for o, text in choices] or [slot]


class _Column(_Asked):
    id: d.Whole = d.key("Nummer der Spalte", ge=1)
    kind: Literal["text", "number", "tick", "single", "row_label"] = d.key("Art; row_label: Name der Zeile")
    group: d.Text = d.key("Überschrift über mehreren Spalten", "")
    aspect: Aspect = d.key("was die Spalte über ein Angebot sagt", "")


class _Row(d.Declared):
    id: d.Id = d.key("Kennung der Zeile")
    label: d.Text = d.key("Wortlaut, im ganzen Bogen nur einmal")
    short: d.Text = d.key("kürzerer Wortlaut für Tabellen", "")
    printed: d.Text = d.key("gedruckter Wortlaut, wenn er ein anderer ist", "")
    part_of: d.Text = d.key("Kennung der Zeile darüber, von der diese ein Teil ist; Abbildungen rücken sie ein", "")
    alone: d.Flag = d.key("true: schließt die anderen Zeilen aus; Abbildungen setzen sie ab", False)
    code: d.Text = d.key("wie die Zeile in „column“ der Spalten heißt, statt ihrer Kennung", "")


class _Block(d.Declared):
    id: d.Id = d.key("Kennung des Blocks; leere Zeilen heißen nach ihr")
    label: d.Text = d.key("Überschrift des Blocks")
    rows: tuple[_Row, ...] = d.key("gedruckte Zeilen")
    extra_rows: d.Whole = d.key("leere Zeilen darunter", 0, ge=0)

    @property
    def lines(self) -> list[tuple[str, _Row | None]]:
        """Id of every row with its declaration, None for the empty ones."""
        empty = range(len(self.rows) + 1, len(self.rows) + self.extra_rows + 1)
        return [*((r.id, r) for r in self.rows), *((f"{self.id}{k:02}", None) for k in empty)]


class _Version(d.Declared):
    title: d.Text = d.key("Name der Fassung, wie ihn der Bogen druckt")
    parts: tuple[d.Text, ...] = d.key("Teile dieser Fassung, in ihrer Reihenfolge")
    sent: d.Text = d.key("Monat des Versands, wie „2019-05“")
    columns: Mapping[str, tuple[d.Whole, ...]] = d.key("Teil: gedruckte Spalten, wenn nicht alle", {})
    items: Mapping[str, tuple[d.Text, ...]] = d.key("Teil: gedruckte Fragen, wenn nicht alle", {})

    def prints(self, item: Item) -> bool:
        """Whether this version of the form asks an item at all."""
        columns, chosen = self.columns.get(item.part), self.items.get(item.part)
        in_column = not columns or not item.column or item.column in columns
        return item.part in self.parts and in_column and (not chosen or item.id in chosen)

    def printed_columns(self, part: _Grid | _Roster) -> dict[int, _Column]:
        """The columns of a part by their place; a version that prints fewer closes the gaps."""
        shown = self.columns.get(part.id)
        return dict(enumerate((c for c in part.columns if not shown or c.id in shown), start=1))


class _Part(d.Declared):
    id: d.Id = d.key("Kennung des Teils")
    heading: d.Text = d.key("gedruckte Überschrift")
    assumed: d.Flag = d.key("true: alle Fragen des Teils sind Annahmen", False)
    theme: d.Text = d.key("Thema, zu dem der Bogen nach Lücken und Angeboten fragt", "")

    def item(self, asked: _Asked, item_id: str, named: _Question | _Column | _Row | None, **where: Any) -> Item:
        """An item as `asked`, with the words of what names it; an empty row has none."""
        label = named.label if named else ""
        words = {"id": item_id, "label": label, "short": getattr(named, "short", "") or label, "part": self.id}
        words |= {k: getattr(named, k) for k in ("part_of", "alone") if hasattr(named, k)}
        words["assumed"] = self.assumed or getattr(asked, "assumed", False)
        kind = "text" if asked.kind == "row_label" else asked.kind
        return Item.model_construct(**dict(asked) | words | {"kind": kind} | where)


class _Sheet(_Part):
    kind: Literal["sheet"] = d.key("sheet: eine Frage je Zeile")
    items: tuple[_Question, ...] = d.key("die Fragen, in der Reihenfolge des Bogens")
    number: d.Id = d.key("gedruckte Nummer des Teils", "")

    def asked(self) -> Iterator[tuple[d.Place, Item]]:
        """Every item with its place in the declaration of the part."""
        for k, question in enumerate(self.items):
            yield ("items", k), self.item(question, question.id, question)

    def tables(self, items: Sequence[Item], version: _Version, number: int) -> Iterator[FormTable]:
        """A sheet has one row an item: number, label, answer."""
        rows = dict(enumerate(items, start=1))
        printed = {(row, place): text for row, i in rows.items() for place, text in ((1, i.id), (2, i.label))}
        slots = [s for row, i in rows.items() for s in i.slots(number, row, 3, i.label)]
        yield FormTable(number, self.id, "", 3, 0, printed, tuple(slots), len(items))


class _Grid(_Part):
    kind: Literal["grid"] = d.key("grid: Tabelle mit denselben Spalten für jede Zeile")
    number: d.Id = d.key("gedruckte Nummer des Teils; mit ihr beginnen die Nummern der Felder")
    columns: tuple[_Column, ...] = d.key("die Spalten")
    blocks: tuple[_Block, ...] = d.key("Blöcke von Zeilen")

    def asked(self) -> Iterator[tuple[d.Place, Item]]:
        """One item a row and column, empty rows included; only these ask for the name of the row."""
        for b, block in enumerate(self.blocks):
            for k, (row_id, row) in enumerate(block.lines):
                for c in (c for c in self.columns if c.kind != "row_label" or not row):
                    header = c.header.replace("{row}", (row and row.code) or row_id)
                    where = {"block": block.id, "row": row_id, "column": c.id, "header": header, "heading": c.label}
                    yield ("blocks", b, "rows", k), self.item(c, f"{self.number}.{row_id}.{c.id}", row, **where)

    def tables(self, items: Sequence[Item], version: _Version, number: int) -> Iterator[FormTable]:
        """A grid has one table a block: two header rows, a row with the block's name, one row an actor group."""
        columns = version.printed_columns(self)
        places = {c.id: place for place, c in columns.items()}
        for table, block in enumerate(self.blocks, start=number):
            printed = {(2, place): f"{c.id} {c.label}" for place, c in columns.items()}
            printed |= {(1, place): c.group or printed[2, place] for place, c in columns.items()}
            printed |= {(3, place): f"{block.id}. {block.label}" for place in columns}
            rows = {row_id: k for k, (row_id, _) in enumerate(block.lines, start=4)}
            texts = {row_id: (row.printed or row.label) if row else "" for row_id, row in block.lines}
            printed |= {(rows[row_id], 1): text for row_id, text in texts.items()}
            slots: list[Slot] = []
            for i in (i for i in items if i.block == block.id):
                slots += i.slots(table, rows[i.row], places[i.column], texts[i.row], extra=not i.label)
            last = 3 + len(block.rows)
            yield FormTable(table, self.id, block.id, len(columns), 3, printed, tuple(slots), last)


class _Roster(_Part):
    kind: Literal["roster"] = d.key("roster: leere Zeilen zum Ausfüllen")
    number: d.Id = d.key("gedruckte Nummer des Teils; mit ihr beginnen die Nummern der Felder")
    columns: tuple[_Column, ...] = d.key("die Spalten")
    printed_rows: d.Whole = d.key("Zahl der leeren Zeilen", ge=1)

    def asked(self) -> Iterator[tuple[d.Place, Item]]:
        """One item a column."""
        for k, c in enumerate(self.columns):
            yield ("columns", k), self.item(c, f"{self.number}.{c.id}", c, column=c.id)

    def tables(self, items: Sequence[Item], version: _Version, number: int) -> Iterator[FormTable]:
        """A roster has one header row and empty rows; each row is one more occurrence of the same items."""
        printed = {(1, place): c.label for place, c in version.printed_columns(self).items()}
        slots: list[Slot] = []
        for k, (place, i) in product(range(1, self.printed_rows + 1), enumerate(items, start=1)):
            slots += i.slots(number, k + 1, place, "", occurrence=k, extra=True)
        yield FormTable(number, self.id, "", len(printed), 1, printed, tuple(slots), 1)


class _Set(d.Declared):
    id: d.Id = d.key("Kennung der Mehrfachantwort")
    label: d.Text = d.key("Wortlaut für Tabellen")
    part: d.Text = d.key("Teil, in dem sie steht")
    column: d.Whole = d.key("Spalte zum Ankreuzen")
    repeats: SetRepeat | None = d.key("Mehrfachantwort einer früheren Welle, wortgleich", None)


class _Need(d.Declared):
    set: d.Text = d.key("mindestens ein Kreuz in dieser Mehrfachantwort", "")
    item: d.Text = d.key("eine Antwort auf diese Frage", "")
    answer_outside: d.Text = d.key("irgendeine Antwort außerhalb dieses Teils", "")


Needs = tuple[Annotated[_Need, d.PLAIN], ...]


class _Status(d.Declared):
    id: d.Text = d.key("Kennung: full, partial, unusable")
    label: d.Text = d.key("Wortlaut im Bericht")
    needs: Needs = d.key("was dafür beantwortet sein muss; bei der letzten Regel nichts: []")


class _Identity(d.Declared):
    name: d.Text = d.key("Frage, unter der der Name des Bündnisses steht (nötig bei Bögen)", "")
    type: d.Text = d.key("Frage nach dem Kommunaltyp (single, nötig bei Bögen); jede Vorgabe nennt ihr „type“", "")


Part = Annotated[_Sheet | _Grid | _Roster, Field(discriminator="kind")]
Rules = d.Some[_Status]


class Codebook(d.Declared):
    """A checked codebook.

    >>> book = read_codebook("data/codebook/strukturen.yml")
    >>> book.items["1.1.A03.4"].short, book.items["2.3.1"].asked_if, len(book.set_items("kerngruppe"))
    ('KI', ('2.1', 'nein'), 56)
    >>> [table.number for table in book.tables("kurz")]
    [1, 2, 3, 4, 5, 6]
    >>> later = read_codebook("data/codebook/nachhaltigkeit.yml")
    >>> later.items["3.1"].repeats, later.set_repeat("huerden")
    (Repeat(source='entwicklungsstand-2021', item='2.1', as_yes=('ja',)), SetRepeat(source='entwicklungsstand-2021', set='huerden'))
    """

    instrument: d.Text = d.key("Name des Instruments, zugleich der Datei")
    wave: d.Written = d.key("Welle, etwa das Jahr; mit dem Instrument der Name der Quelle")
    title: d.Text = d.key("Titel des Bogens, wie er gedruckt ist")
    versions: Annotated[Mapping[str, _Version], d.FILLED] = d.key("Fassungen des Bogens nach ihrer Kennung")
    parts: d.Some[Part] = d.key("Teile des Bogens")
    completeness: Rules = d.key("wann ein Bogen wie weit auswertbar ist; die erste passende Regel gilt")
    identity: Annotated[_Identity, d.PLAIN] = d.key("Fragen, die sagen, von wem der Bogen ist")
    table: columns.Table | None = d.key(
        "Erhebung als Tabelle (CSV, Excel, SPSS, LimeSurvey) statt als Word-Bogen", None
    )
    population: d.Text = d.key("Rahmen im Register, der angefragt wurde", "")
    all_sets: tuple[_Set, ...] = d.key("Mehrfachantworten", (), alias="sets")
    placeholders: tuple[d.Text, ...] = d.key("Texte, die Word in leeren Feldern zeigt: keine Antwort", ())
    printed: tuple[d.Text, ...] = d.key("Texte, die der Bogen außerhalb der Tabellen druckt", ())
    duplicates: Literal["latest"] = d.key("von mehreren Bögen zählt der letzte", "latest")
    decisions: tuple[d.Text, ...] = d.key("Festlegungen, die der Anhang des Berichts druckt", ())
    contacts: Mapping[str, d.Text] = d.key("Rückmeldungen ohne Bogen: Kennung und Wortlaut", {})
    outside: tuple[d.Text, ...] = d.key(
        "Rückmeldungen, nach denen es das Gefragte vor Ort nicht gibt: gehört zu keiner Grundgesamtheit", ()
    )

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `strukturen-2018`."""
        return f"{self.instrument}-{self.wave}"

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All items by their ids, in the order of the form."""
        return {item.id: item for _, item in _placed(self)}

    @cached_property
    def sets(self) -> Mapping[str, _Set]:
        """The multiple response sets by their ids."""
        return {s.id: s for s in self.all_sets}

    def part(self, part_id: str) -> Any:
        """The declaration of a part by its id."""
        return next(p for p in self.parts if p.id == part_id)

    def set_items(self, set_id: str) -> list[str]:
        """Item ids of a multiple response set in the order of the form, without the empty rows."""
        where = self.sets[set_id].part, self.sets[set_id].column
        return [i.id for i in self.items.values() if (i.part, i.column) == where and i.label]

    def set_repeat(self, set_id: str) -> SetRepeat | None:
        """The set of an earlier wave that a multiple response set asks again."""
        return self.sets[set_id].repeats

    def in_version(self, item: Item, version: str) -> bool:
        """Whether a version of the form asks an item at all."""
        return self.versions[version].prints(item)

    def tables(self, version: str) -> tuple[FormTable, ...]:
        """The tables of one version of the printed form, in order, with every slot in its grid cell."""
        tables, shown = [], self.versions[version]
        for part in map(self.part, shown.parts):
            items = [i for i in self.items.values() if i.part == part.id and shown.prints(i)]
            tables += part.tables(items, shown, len(tables) + 1)
        return tuple(tables)

    def heading(self, part: str) -> str:
        """The printed heading of a part, with its number if it has one."""
        declared = self.part(part)
        return " ".join(filter(None, (declared.number, declared.heading)))

    def conditions(self, version: str, part: str) -> list[str]:
        """What a blank form says above the questions of a part of which filters lead past some."""
        asked: dict[tuple[str, str], list[str]] = {}
        shown = self.versions[version].prints
        for item in (i for i in self.items.values() if i.part == part and i.asked_if and shown(i)):
            if shown(self.items[item.asked_if[0]]):
                asked.setdefault(item.asked_if, []).append(item.id)
        lines = []
        for (parent, option), ids in asked.items():
            whose, answer = "Frage" if len(ids) == 1 else "Fragen", self.items[parent].option_label(option)
            told = f"wenn Sie bei {parent} „{answer}“ angegeben haben"
            lines.append(f"{whose} {enumeration(ids)} bitte nur beantworten, {told}.")
        return lines

    def printed_paragraphs(self, version: str) -> tuple[str, ...]:
        """Texts that the empty form prints outside its tables."""
        parts = self.versions[version].parts
        conditions = (line for part in parts for line in self.conditions(version, part))
        titles = self.title, self.versions[version].title, *map(self.heading, parts)
        return (*titles, *self.printed, INSTRUCTIONS, *conditions)


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook; a `CodebookError` has every finding, also on what repeats an earlier wave."""
    return FORMS.read(path, Path(path))


def _placed(book: Codebook) -> Iterator[tuple[d.Place, Item]]:
    """Every item with its place."""
    return ((("parts", k, *place), item) for k, part in enumerate(book.parts) for place, item in part.asked())


def _slips(book: Codebook, path: Path) -> d.Slips:
    """Everything in a codebook that stands twice, or names what is not declared here or in an earlier wave."""
    for name, blocks in (("parts", book.parts), ("sets", book.all_sets), ("completeness", book.completeness)):
        yield from d.twice((name,), (b.id for b in blocks))
    places: dict[str, d.Place] = {}
    for place, item in _placed(book):
        if places.setdefault(item.id, place) != place:
            yield place, f"Item „{item.id}“ ist doppelt vergeben"
    for number, part in enumerate(book.parts):
        name = "items" if isinstance(part, _Sheet) else "columns"
        for k, asked in enumerate(part[name]):
            yield from _asked_slips(asked, ("parts", number, name, k))
    yield from _unfinished((), book)
    for place, what, names, there in _references(book, places):
        yield from d.unknown(place, what, names, there)
    yield from _type_slips(book, places)
    yield from _set_slips(book)
    if book.completeness[-1].needs:
        clause = "die letzte Regel zur Vollständigkeit muss ohne Bedingung sein (needs: []), damit jeder Bogen eine hat"
        yield ("completeness", len(book.completeness) - 1), clause
    yield from _filter_slips(book, places)
    if {p.id for p in book.parts}.issuperset(part for v in book.versions.values() for part in v.parts):
        yield from _version_slips(book)
        yield from columns.slips(book, places)
    yield from _wave_slips(book, places, path)


def _asked_slips(asked: _Question | _Column, place: d.Place) -> d.Slips:
    """What is wrong with a question or column by itself."""
    what, options = f"Item „{asked.id}“", (*place, "options")
    if (asked.kind == "single") != bool(asked.options):
        yield place, f"{what}: Vorgaben gehören zur Art „single“ und nur zu ihr"
    yield from d.twice(options, (o.id for o in asked.options))
    for k, option in enumerate(asked.options):
        if option.id in STATES:  # a table could not tell the answer from the state
            yield (*options, k), f"{what}: „{option.id}“ heißt schon ein Zustand; bitte die Vorgabe anders nennen"
    if asked.control:
        yield from d.twice(options, (o.label for o in asked.options), "die Liste zeigt „{}“ doppelt")
        if asked.kind != "single":
            yield place, f"{what}: „control: {asked.control}“ ist nicht möglich (erlaubt nur bei „single“)"


def _references(book: Codebook, places: Mapping[str, d.Place]) -> Iterator[tuple[d.Place, str, Iterable, Iterable]]:
    """Where a codebook names what it declares elsewhere: place, what it is, the names, those that there are."""
    parts = [p.id for p in book.parts]
    for name, version in book.versions.items():
        yield from ((("versions", name, k), "Teil", version[k], parts) for k in ("parts", "columns", "items"))
        for part, chosen in version.items.items():
            yield ("versions", name, "items", part), "Item", chosen, book.items
    for k, s in enumerate(book.all_sets):
        yield ("sets", k, "part"), "Teil", [s.part], parts
    there = {"set": ("Mehrfachantwort", book.sets), "item": ("Item", book.items), "answer_outside": ("Teil", parts)}
    for k, rule in enumerate(book.completeness):
        for n, kind, name in ((n, *pair) for n, need in enumerate(rule.needs) for pair in need.items()):
            what, declared = there[kind]
            yield ("completeness", k, "needs", n, kind), what, [name], declared
    for role, item_id in book.identity.items():
        yield ("identity", role), "Item", [item_id], book.items
    for item in (i for i in book.items.values() if i.part_of):
        rows = [i.row for i in book.items.values() if i.block == item.block]
        yield (*places[item.id], "part_of"), "Zeile", [item.part_of], rows
    yield ("outside",), "Rückmeldung", book.outside, book.contacts
    for item in (i for i in book.items.values() if i.asked_if):
        place, (parent, option) = (*places[item.id], "asked_if"), item.asked_if
        yield (*place, "item"), "Item", [parent], book.items
        if parent in book.items:
            yield (*place, "value"), "Vorgabe", [option], [o.id for o in book.items[parent].options]


def _unfinished(place: d.Place, value: Any) -> d.Slips:
    """Where a draft still waits for a person."""
    if isinstance(value, d.Declared):
        value = {declared.alias or k: getattr(value, k) for k, declared in type(value).model_fields.items()}
    if isinstance(value, dict | list | tuple):
        for k, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unfinished((*place, k), part)
    elif value == "TODO":
        yield place, "hier steht noch „TODO“; bitte eintragen, was der Satz daneben sagt"


def _filter_slips(book: Codebook, places: Mapping[str, d.Place]) -> d.Slips:
    """Filters that lead back to the item itself: nobody could be asked."""
    for item in book.items.values():
        way = [item.id]
        while (asked := book.items.get(way[-1])) and asked.asked_if and asked.asked_if[0] not in way:
            way.append(asked.asked_if[0])
        if asked and asked.asked_if and asked.asked_if[0] == item.id:
            shown = " → ".join(f"„{i}“" for i in (*way, item.id))
            clause = f"der Filter führt im Kreis ({shown}), gefragt würde also niemand; bitte ein „asked_if“ streichen"
            yield (*places[item.id], "asked_if"), f"Item „{item.id}“: {clause}"


def _type_slips(book: Codebook, places: Mapping[str, d.Place]) -> d.Slips:
    """The question for the type of municipality is one to choose, and every answer says its type."""
    if asked := book.items.get(book.identity.get("type", "")):
        what = f"Item „{asked.id}“ fragt nach dem Kommunaltyp"
        if asked.kind != "single":
            yield ("identity", "type"), f"{what} und ist von der Art „{asked.kind}“; nötig ist „single“"
        for k, option in enumerate(asked.options):
            if not option.type:
                clause = f"{what}, die Vorgabe „{option.id}“ sagt nicht, für welchen sie steht"
                yield (*places[asked.id], "options", k), f"{clause}; bitte „type“ ergänzen, wie „type: kreis“"


def _version_slips(book: Codebook) -> d.Slips:
    """Versions that would need one mark in two places."""
    for name in book.versions:
        slots = [s for t in book.tables(name) for s in t.slots]
        marks = Counter(m for s in slots for m in dict.fromkeys((s.tag, s.bookmark)))
        for mark in (m for m, count in marks.items() if count > 1):
            yield ("versions", name), f"die Kennung „{mark}“ stünde an zwei Stellen des Bogens"


def _set_slips(book: Codebook) -> d.Slips:
    """Multiple response sets whose column is none to tick."""
    for k, s in enumerate(book.all_sets):
        kinds = {book.items[i].kind for i in book.set_items(s.id)}
        if not kinds and s.part in {p.id for p in book.parts}:
            yield ("sets", k), f"Mehrfachantwort „{s.id}“ nennt die Spalte {s.column}, in der kein Item steht"
        elif not kinds <= {"tick"}:
            yield ("sets", k), f"Mehrfachantwort „{s.id}“ enthält Items, die nicht zum Ankreuzen sind"


def _wave_slips(book: Codebook, places: Mapping[str, d.Place], path: Path) -> d.Slips:
    """What is wrong where an item or set names one of an earlier wave, as the same question or as another one."""
    for item in book.items.values():
        named = [("repeats", item.repeats)] if item.repeats else []
        for name, again in [*named, *(("not_comparable", unlike) for unlike in item.not_comparable)]:
            other = _earlier(path, book, again.source, again.item, "items")
            compare = _repeat if name == "repeats" else _unlike
            for clause in [other] if isinstance(other, str) else compare(item, again, other.items[again.item]):
                yield (*places[item.id], name), f"Item „{item.id}“: {clause}"
    for k, asked in enumerate(book.all_sets):
        if again := asked.repeats:
            other = _earlier(path, book, again.source, again.set, "sets")
            for clause in [other] if isinstance(other, str) else _set(book, asked, other, other.sets[again.set]):
                yield ("sets", k, "repeats"), f"Mehrfachantwort „{asked.id}“: {clause}"


def _earlier(path: Path, book: Codebook, source: str, name: str, kind: str) -> Codebook | str:
    """The codebook of another wave in the same folder, its own names not checked; or why it cannot be the one meant."""
    names = [n for n in (source, source.rpartition("-")[0]) if re.fullmatch(r"[\w-]+", n)]
    files = [file for n in names if (file := path.with_name(f"{n}.yml")).exists()]
    other = _UNCHECKED.read(files[0]) if files else None
    if other is None or other.source != source:
        return f"die Welle „{source}“ ist unbekannt; erlaubt ist eine, zu der ein Codebuch daneben liegt"
    if other.wave >= book.wave:
        return f"die Welle „{source}“ liegt nicht vor {book.wave}; erlaubt ist nur eine frühere"
    if name not in (there := getattr(other, kind)):
        what = "kein Item" if kind == "items" else "keine Mehrfachantwort"
        return f"{source} hat {what} „{name}“{d.choice(there, name, 'vorhanden')}; bitte berichtigen"
    return other


def _repeat(item: Item, again: Repeat, earlier: Item) -> Iterator[str]:
    """What is wrong where an item is said to repeat one of an earlier wave."""
    source, options = again.source, [o.id for o in item.options]
    if earlier.kind != item.kind or item.kind == "tick":
        both = f"„{earlier.id}“ von {source} ({earlier.kind}) und „{item.id}“ ({item.kind})"
        only = "erlaubt sind single, number und text; Kästchen bitte bei „sets“ als Ganzes erklären"
        yield f"{both} müssen von derselben Art sein, {only}"
        return
    otherwise = "sonst bitte „not_comparable“ benutzen"
    if earlier.label != item.label:
        there, here = earlier.label, f"hier steht „{item.label}“; erlaubt ist nur derselbe Wortlaut"
        yield f"{source} fragt in „{again.item}“ nach „{there}“, {here}, {otherwise}"
    elif [(o.id, o.label) for o in earlier.options] != [(o.id, o.label) for o in item.options]:
        there, here = (", ".join(o.label for o in i.options) for i in (earlier, item))
        offers = f"{source} bietet in „{again.item}“ andere Vorgaben an ({there}) als hier ({here})"
        yield f"{offers}; erlaubt sind nur dieselben, {otherwise}"
    if item.kind != "single":
        if again.as_yes:
            yield "„as_yes“ gehört zur Art „single“ und nur zu ihr; bitte weglassen"
    elif unknown := [y for y in again.as_yes if y not in options]:
        yield f"„as_yes“ nennt die unbekannte Vorgabe „{unknown[0]}“{d.choice(options)}"
    elif not 0 < len(set(again.as_yes)) < len(options):
        yield "„as_yes“ muss mindestens eine Vorgabe nennen und mindestens eine auslassen"


def _unlike(item: Item, unlike: Unlike, earlier: Item) -> Iterator[str]:
    """What is wrong where an item is said to be another question than one of an earlier wave."""
    if {item.kind, earlier.kind} != {"single"}:
        yield f"„{unlike.item}“ von {unlike.source} und „{item.id}“ müssen beide von der Art „single“ sein"
        return
    if item.repeats and (item.repeats.source, item.repeats.item) == (unlike.source, unlike.item):
        yield f"„{unlike.item}“ von {unlike.source} steht auch unter „repeats“; erlaubt ist nur eines von beiden"
    for asked, answer in zip((earlier, item), unlike.answers, strict=True):
        if answer not in (options := [o.id for o in asked.options]):
            yield f"„answers“ nennt die unbekannte Vorgabe „{answer}“ (erlaubt bei „{asked.id}“: {', '.join(options)})"


def _set(book: Codebook, asked: _Set, other: Codebook, earlier: _Set) -> Iterator[str]:
    """What is wrong where a multiple response set is said to repeat one: every row that differs, one by one."""
    sides = (other, earlier), (book, asked)
    if any(s.part not in {p.id for p in b.parts} for b, s in sides):
        yield "eine der beiden nennt einen unbekannten Teil, die Zeilen lassen sich nicht vergleichen"
        return
    source = other.source
    there, here = (_set_words(b, s) for b, s in sides)
    if there != here:
        yield f"{source} fragt in „{earlier.id}“ nach „{there}“, hier steht „{here}“; erlaubt ist nur derselbe Wortlaut"
    before, now = ({(i := b.items[name]).row: i for name in b.set_items(s.id)} for b, s in sides)
    for row in before | now:
        if row not in now:
            yield f"die Zeile „{row}“ („{before[row].label}“) von {source} fehlt hier; erlaubt sind nur dieselben Zeilen"
        elif row not in before:
            yield f"die Zeile „{row}“ („{now[row].label}“) fehlt in {source}; erlaubt sind nur dieselben Zeilen"
        elif (there := before[row].label) != (here := now[row].label):
            yield f"die Zeile „{row}“ heißt in {source} „{there}“, hier „{here}“; erlaubt ist nur derselbe Wortlaut"
        elif {before[row].kind, now[row].kind} != {"tick"}:
            yield f"die Zeile „{row}“ muss in beiden Wellen zum Ankreuzen sein (tick)"


def _set_words(book: Codebook, asked: _Set) -> str:
    """How the form asks for a set: heading of the part, and of the column to tick."""
    part = book.part(asked.part)
    columns = [c.label for c in part.get("columns", ()) if c.id == asked.column]
    return ": ".join([part.heading, *columns])


FORMS = d.Declaration("bogen", "Codebuch", Codebook, ("data/codebook/*.yml mit „parts“",), _slips)
_UNCHECKED = replace(FORMS, check=lambda book: iter(()))
