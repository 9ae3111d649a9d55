"""The codebook of an instrument: items, options, filters, sets, and where each item sits in each version.

One YAML file per instrument and wave drives reading, validation, synthetic answers, blank forms and the
labels of tables. The layout computed here is shared by the reader of received forms and the writer of
blank ones, so the two cannot disagree about where an item stands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from gkanalysis.codebook.declared import (
    FILLED,
    Declaration,
    Declared,
    Flag,
    Many,
    Number,
    Place,
    Slips,
    Some,
    Text,
    Whole,
    Written,
    choice,
    declared,
    key,
    matching,
    number_of,
    twice,
    unknown,
)
from gkanalysis.codebook.layout import FormTable, form_tables

TICK_KINDS = frozenset({"tick", "single"})
Sentence = Annotated[
    Text, matching(r"(?s).*\.\s*", "muss ein Satz sein, der sagt, warum die Fragen verschieden sind")
]


@declared
class Repeat:
    """The item of an earlier wave that an item asks again, word for word.

    `as_yes` are the answers of a single choice that count as yes; all others count as no. Other kinds have none.
    """

    source: Text = key("die frühere Welle, wie „prozess-2020“")
    item: Text = key("Nummer der Frage dort; Wortlaut und Vorgaben müssen dieselben sein")
    as_yes: Many[Text] = key("Vorgaben, die als Ja gelten; alle anderen gelten als Nein (nur bei single)", ())


@declared
class SetRepeat:
    """The multiple response set of an earlier wave that a set asks again, row by row and word for word."""

    source: Text = key("die frühere Welle")
    set: Text = key("Kennung der Mehrfachantwort dort; die Zeilen müssen dieselben sein")


@declared
class Unlike:
    """An item of an earlier wave on the same theme that asks something else, and why the two show no change.

    `answers` are the two answers that may stand side by side, that of the earlier wave first.
    """

    source: Text = key("die frühere Welle")
    item: Text = key("Nummer der Frage dort")
    answers: Annotated[
        tuple[Text, ...], number_of(2, "„answers“ braucht zwei Vorgaben, zuerst die der früheren Welle")
    ] = key("zwei vergleichbare Vorgaben, zuerst die der früheren Welle")
    reason: Sentence = key("ein Satz, der sagt, warum die Fragen verschieden sind")


class _Option(Declared):
    id: Text = key("Kennung der Vorgabe, wie sie in den Daten steht")
    label: Text = key("gedruckter Wortlaut")
    type: Text = key("Kommunaltyp, für den die Vorgabe steht (nötig bei der Frage unter identity: type)", "")
    report: Text = key("Wortlaut im Bericht, wenn er ein anderer ist", "")
    counts: Flag = key("true: die Vorgabe zählt als Ja (Fragen nach Lücken und Angeboten)", False)


class _Condition(Declared):
    item: Text = key("Nummer der Frage, von der es abhängt")
    value: Text = key("Vorgabe, bei der weiter gefragt wird")


class _Asked(Declared):
    label: Text = key("kurzer Wortlaut")
    content: Literal["", "name", "person", "office", "contact", "free"] = key("was ein Text enthält", "")
    min: Number | None = key("kleinste erlaubte Zahl", None)
    max: Number | None = key("größte erlaubte Zahl", None)
    control: Literal["", "dropdown"] = key("dropdown: eine Liste zum Ausklappen statt Kästchen", "")
    options: tuple[_Option, ...] = key("Vorgaben zum Ankreuzen, nur bei single und dort nötig", ())


class _SheetItem(_Asked):
    id: Text = key("gedruckte Nummer der Frage, in Anführungszeichen")
    kind: Literal["text", "number", "tick", "single"] = key("Art der Antwort")
    short: Text = key("noch kürzerer Wortlaut für Tabellen", "")
    asked_if: _Condition | None = key("Filter: wird nur bei dieser Antwort gefragt", None)
    gap_in: Text = key("Teil mit „theme“, nach dessen Lücken gefragt wird", "")
    repeats: Repeat | None = key("Frage einer früheren Welle, die hier wortgleich wiederkehrt", None)
    not_comparable: tuple[Unlike, ...] = key("frühere Fragen zum Thema, die etwas anderes fragen", ())


class _Column(_Asked):
    id: Whole = key("Nummer der Spalte", ge=1)
    kind: Literal["text", "number", "tick", "single", "row_label"] = key("Art; row_label: Name der Zeile")
    group: Text = key("Überschrift über mehreren Spalten", "")
    aspect: Literal["", "present", "open_ag", "open_d", "could_open"] = key(
        "was die Spalte über ein Angebot sagt", ""
    )


class _Row(Declared):
    id: Text = key("Kennung der Zeile")
    label: Text = key("Wortlaut, im ganzen Bogen nur einmal")
    short: Text = key("kürzerer Wortlaut für Tabellen", "")
    printed: Text = key("gedruckter Wortlaut, wenn er ein anderer ist", "")


class _Block(Declared):
    id: Text = key("Kennung des Blocks; leere Zeilen heißen nach ihr")
    label: Text = key("Überschrift des Blocks")
    rows: tuple[_Row, ...] = key("gedruckte Zeilen")
    extra_rows: Whole = key("leere Zeilen darunter", 0, ge=0)


class _Part(Declared):
    id: Text = key("Kennung des Teils")
    heading: Text = key("gedruckte Überschrift")
    theme: Text = key("Thema, zu dem der Bogen nach Lücken und Angeboten fragt", "")


class _Sheet(_Part):
    kind: Literal["sheet"] = key("sheet: eine Frage je Zeile")
    items: tuple[_SheetItem, ...] = key("die Fragen, in der Reihenfolge des Bogens")
    number: Text = key("gedruckte Nummer des Teils", "")


class _Grid(_Part):
    kind: Literal["grid"] = key("grid: Tabelle mit denselben Spalten für jede Zeile")
    number: Text = key("gedruckte Nummer des Teils; mit ihr beginnen die Nummern der Felder")
    columns: tuple[_Column, ...] = key("die Spalten")
    blocks: tuple[_Block, ...] = key("Blöcke von Zeilen")


class _Roster(_Part):
    kind: Literal["roster"] = key("roster: leere Zeilen zum Ausfüllen")
    number: Text = key("gedruckte Nummer des Teils; mit ihr beginnen die Nummern der Felder")
    columns: tuple[_Column, ...] = key("die Spalten")
    printed_rows: Whole = key("Zahl der leeren Zeilen", ge=1)


class _Version(Declared):
    title: Text = key("Name der Fassung, wie ihn der Bogen druckt")
    parts: tuple[Text, ...] = key("Teile dieser Fassung, in ihrer Reihenfolge")
    sent: Text = key("Monat des Versands, wie „2019-05“")
    columns: Mapping[str, tuple[Whole, ...]] = key("Teil: gedruckte Spalten, wenn nicht alle", {})
    items: Mapping[str, tuple[Text, ...]] = key("Teil: gedruckte Fragen, wenn nicht alle", {})


class _Set(Declared):
    id: Text = key("Kennung der Mehrfachantwort")
    label: Text = key("Wortlaut für Tabellen")
    part: Text = key("Teil, in dem sie steht")
    column: Whole = key("Spalte zum Ankreuzen")
    repeats: SetRepeat | None = key("Mehrfachantwort einer früheren Welle, wortgleich", None)


class _Need(Declared):
    set: Text = key("mindestens ein Kreuz in dieser Mehrfachantwort", "")
    item: Text = key("eine Antwort auf diese Frage", "")
    answer_outside: Text = key("irgendeine Antwort außerhalb dieses Teils", "")


class _Status(Declared):
    id: Text = key("Kennung: full, partial, unusable")
    label: Text = key("Wortlaut im Bericht")
    needs: tuple[_Need, ...] = key("was dafür beantwortet sein muss; bei der letzten Regel nichts: []")


class _Identity(Declared):
    name: Text = key("Frage, unter der der Name des Bündnisses steht")
    type: Text = key("Frage nach dem Kommunaltyp (single); jede Vorgabe nennt ihr „type“")


class Instrument(Declared):
    """A codebook of forms as its file declares it."""

    instrument: Text = key("Name des Instruments, zugleich der Datei")
    wave: Written = key("Welle, etwa das Jahr; mit dem Instrument der Name der Quelle")
    title: Text = key("Titel des Bogens, wie er gedruckt ist")
    versions: Annotated[Mapping[str, _Version], FILLED] = key("Fassungen des Bogens nach ihrer Kennung")
    parts: Some[Annotated[_Sheet | _Grid | _Roster, Field(discriminator="kind")]] = key("Teile des Bogens")
    completeness: Some[_Status] = key("wann ein Bogen wie weit auswertbar ist; die erste passende Regel gilt")
    identity: _Identity = key("Fragen, die sagen, von wem der Bogen ist")
    population: Text = key("Rahmen im Register, der angefragt wurde", "")
    sets: tuple[_Set, ...] = key("Mehrfachantworten", ())
    placeholders: tuple[Text, ...] = key("Texte, die Word in leeren Feldern zeigt: keine Antwort", ())
    printed: tuple[Text, ...] = key("Texte, die der Bogen außerhalb der Tabellen druckt", ())
    duplicates: Literal["latest"] = key("von mehreren Bögen zählt der letzte", "latest")
    decisions: tuple[Text, ...] = key("Festlegungen, die der Anhang des Berichts druckt", ())
    contacts: Mapping[str, Text] = key("Rückmeldungen ohne Bogen: Kennung und Wortlaut", {})


@dataclass(frozen=True, slots=True)
class Option:
    """A printed answer to tick; `extra` keeps what a report wants to know of it (`report`, `type`, `counts`)."""

    id: str
    label: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One question, one cell of a grid row, or one column of a roster.

    `id` is the printed number; in a grid it is number, row and column: `1.1.A03.4`. `control` says how a single
    choice is printed: as boxes, one an option ("", the default), or as a `dropdown`. `repeats` and `not_comparable`
    say which items of earlier waves show a change together with this one, and which do not.
    """

    id: str
    kind: str
    label: str
    short: str
    part: str
    options: tuple[Option, ...] = ()
    asked_if: tuple[str, str] | None = None
    block: str = ""
    row: str = ""
    column: int = 0
    minimum: float | None = None
    maximum: float | None = None
    content: str = ""
    control: str = ""
    repeats: Repeat | None = None
    not_comparable: tuple[Unlike, ...] = ()


@dataclass(frozen=True, slots=True)
class Codebook:
    """A checked codebook; see `read_codebook`."""

    instrument: str
    wave: str
    title: str
    population: str
    versions: Mapping[str, Mapping[str, Any]]
    parts: tuple[Mapping[str, Any], ...]
    items: Mapping[str, Item]
    sets: Mapping[str, Mapping[str, Any]]
    placeholders: tuple[str, ...]
    completeness: tuple[Mapping[str, Any], ...]
    identity: Mapping[str, str]
    duplicates: str
    decisions: tuple[str, ...]
    printed: tuple[str, ...]
    contacts: Mapping[str, str]

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `strukturen-2018`."""
        return f"{self.instrument}-{self.wave}"

    def part(self, part_id: str) -> Mapping[str, Any]:
        """The declaration of a part by its id."""
        return next(p for p in self.parts if p["id"] == part_id)

    def set_items(self, set_id: str) -> list[str]:
        """Item ids of a multiple response set in the order of the form, without the empty rows.

        >>> from gkanalysis.codebook.instrument import read_codebook
        >>> len(read_codebook("data/codebook/strukturen.yml").set_items("kerngruppe"))
        56
        """
        part, column = self.sets[set_id]["part"], self.sets[set_id]["column"]
        return [i.id for i in self.items.values() if (i.part, i.column) == (part, column) and i.label]

    def set_repeat(self, set_id: str) -> SetRepeat | None:
        """The set of an earlier wave that a multiple response set asks again.

        >>> from gkanalysis.codebook.instrument import read_codebook
        >>> read_codebook("data/codebook/nachhaltigkeit.yml").set_repeat("huerden")
        SetRepeat(source='entwicklungsstand-2021', set='huerden')
        """
        return self.sets[set_id].get("repeats")

    def in_version(self, item: Item, version: str) -> bool:
        """Whether a version of the form asks an item at all."""
        shown = self.versions[version]
        columns = shown.get("columns", {}).get(item.part)
        chosen = shown.get("items", {}).get(item.part)
        in_column = not columns or not item.column or item.column in columns
        return item.part in shown["parts"] and in_column and (not chosen or item.id in chosen)

    def tables(self, version: str) -> tuple[FormTable, ...]:
        """The tables of one version of the printed form, in order, with every slot in its grid cell."""
        return form_tables(self, version)

    def printed_paragraphs(self, version: str) -> tuple[str, ...]:
        """Texts that the empty form prints outside its tables."""
        parts = map(self.part, self.versions[version]["parts"])
        headings = [" ".join(filter(None, (p.get("number", ""), p["heading"]))) for p in parts]
        return (self.title, self.versions[version]["title"], *headings, *self.printed)


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook.

    Raises
    ------
    CodebookError
        With every finding in one message: what is missing, unknown, of another kind, or there twice; names of what is
        not declared; items and sets said to repeat one of an earlier wave that does not exist or asks something else.

    Examples
    --------
    >>> book = read_codebook("data/codebook/strukturen.yml")
    >>> book.items["1.1.A03.4"].short, book.items["2.3.1"].asked_if
    ('KI', ('2.1', 'nein'))
    >>> [table.number for table in book.tables("kurz")]
    [1, 2, 3, 4, 5, 6]
    >>> read_codebook("data/codebook/nachhaltigkeit.yml").items["3.1"].repeats
    Repeat(source='entwicklungsstand-2021', item='2.1', as_yes=('ja',))
    """
    return _codebook(*FORMS.read(path, Path(path)))


def _codebook(book: Instrument, plain: Mapping[str, Any]) -> Codebook:
    """The codebook with its items; parts, versions and rules as they are written."""
    sets = {
        s.id: d | ({"repeats": s.repeats} if s.repeats else {})
        for s, d in zip(book.sets, plain.get("sets") or (), strict=True)
    }
    return Codebook(
        book.instrument, book.wave, book.title, book.population, plain["versions"], tuple(plain["parts"]),
        {item.id: item for _, item in _items(book)}, sets, book.placeholders, tuple(plain["completeness"]),
        plain["identity"], book.duplicates, book.decisions, book.printed, book.contacts,
    )  # fmt: skip


def _items(book: Instrument) -> Iterator[tuple[Place, Item]]:
    """Every item with its place; a grid yields one item a row and column, empty rows included."""
    for number, part in enumerate(book.parts):
        here: Place = ("parts", number)
        if isinstance(part, _Sheet):
            for k, i in enumerate(part.items):
                asked_if = (i.asked_if.item, i.asked_if.value) if i.asked_if else None
                more = {"asked_if": asked_if, "repeats": i.repeats, "not_comparable": i.not_comparable}
                yield (*here, "items", k), _item(i, i.id, i.kind, (i.label, i.short), part.id, **more)
        elif isinstance(part, _Roster):
            for k, c in enumerate(part.columns):
                yield (
                    (*here, "columns", k),
                    _item(c, f"{part.number}.{c.id}", c.kind, (c.label, ""), part.id, column=c.id),
                )
        else:
            for b, block in enumerate(part.blocks):
                rows = [(r.id, r.label, r.short) for r in block.rows]
                rows += [(f"{block.id}{len(rows) + k:02}", "", "") for k in range(1, block.extra_rows + 1)]
                for k, (row, *words) in enumerate(rows):
                    place = (*here, "blocks", b, "rows", k)
                    for c in part.columns:
                        if c.kind == "row_label" and words[0]:
                            continue
                        kind = "text" if c.kind == "row_label" else c.kind
                        more = {"block": block.id, "row": row, "column": c.id}
                        yield place, _item(c, f"{part.number}.{row}.{c.id}", kind, words, part.id, **more)


def _item(asked: _Asked, item_id: str, kind: str, words: Iterable[str], part: str, **more: Any) -> Item:
    label, short = words
    extras = ("type", "report", "counts")
    options = tuple(
        Option(o.id, o.label, {k: v for k in extras if (v := getattr(o, k))}) for o in asked.options
    )
    return Item(
        item_id, kind, label, short or label, part, options, minimum=asked.min, maximum=asked.max,
        content=asked.content, control=asked.control, **more,
    )  # fmt: skip


def _slips(declared: Instrument, plain: Mapping[str, Any], path: Path) -> Slips:
    """Everything in a codebook that stands twice, or names what is not declared here or in an earlier wave."""
    for name in ("parts", "sets", "completeness"):
        yield from twice((name,), (t.id for t in getattr(declared, name)), "„{}“ ist doppelt vergeben")
    places: dict[str, Place] = {}
    for place, item in _items(declared):
        if item.id in places:
            yield place, f"Item „{item.id}“ ist doppelt vergeben"
        places.setdefault(item.id, place)
    for number, part in enumerate(declared.parts):
        name = "items" if isinstance(part, _Sheet) else "columns"
        for k, asked in enumerate(getattr(part, name)):
            yield from _asked_slips(asked, ("parts", number, name, k))
    book = _codebook(declared, plain)
    yield from _item_slips(book, places)
    yield from _version_slips(book)
    yield from _rule_slips(book)
    yield from _wave_slips(book, places, path)


def _asked_slips(asked: _SheetItem | _Column, place: Place) -> Slips:
    """What is wrong with a question or column by itself."""
    what, options = f"Item „{asked.id}“", (*place, "options")
    if (asked.kind == "single") != bool(asked.options):
        yield place, f"{what}: Vorgaben gehören zur Art „single“ und nur zu ihr"
    yield from twice(options, (o.id for o in asked.options), what + ": Vorgabe „{}“ ist doppelt vergeben")
    if asked.control:
        yield from twice(options, (o.label for o in asked.options), what + ": die Liste zeigt „{}“ doppelt")
        if asked.kind != "single":
            yield place, f"{what}: „control: {asked.control}“ ist nicht möglich (erlaubt nur bei „single“)"


def _item_slips(book: Codebook, places: Mapping[str, Place]) -> Slips:
    """Filters and roles that name what is not there."""
    for item in book.items.values():
        if item.asked_if:
            place, (parent, option) = (*places[item.id], "asked_if"), item.asked_if
            what = f"Filter von „{item.id}“ nennt"
            yield from unknown((*place, "item"), f"{what} das unbekannte Item", parent, book.items)
            if parent in book.items:
                options = [o.id for o in book.items[parent].options]
                yield from unknown((*place, "value"), f"{what} die unbekannte Vorgabe", option, options)
    for role, item_id in book.identity.items():
        what = f"der Bogen nennt als Merkmal „{role}“ das unbekannte Item"
        yield from unknown(("identity", role), what, item_id, book.items)
    if asked := book.items.get(book.identity["type"]):
        what = f"Item „{asked.id}“ fragt nach dem Kommunaltyp"
        if asked.kind != "single":
            yield ("identity", "type"), f"{what} und ist von der Art „{asked.kind}“; nötig ist „single“"
        for k, option in enumerate(asked.options):
            if not option.extra.get("type"):
                clause = f"{what}, die Vorgabe „{option.id}“ sagt nicht, für welchen sie steht"
                yield (*places[asked.id], "options", k), f"{clause}; bitte „type“ ergänzen, wie „type: kreis“"


def _version_slips(book: Codebook) -> Slips:
    """Versions that name unknown parts and items, or would need one mark in two places."""
    parts = [p["id"] for p in book.parts]
    for version_id, version in book.versions.items():
        place, what = ("versions", version_id), f"Fassung „{version_id}“"
        named = {*version["parts"], *version.get("columns", {}), *version.get("items", {})}
        for part in sorted(named):
            yield from unknown(place, f"{what} nennt den unbekannten Teil", part, parts)
        for item in (i for chosen in version.get("items", {}).values() for i in chosen):
            yield from unknown((*place, "items"), f"{what} nennt das unbekannte Item", item, book.items)
        if named <= set(parts):
            names = (name for t in book.tables(version_id) for s in t.slots for name in {s.tag, s.bookmark})
            for name in [n for n, count in Counter(names).items() if count > 1]:
                yield place, f"{what}: die Kennung „{name}“ stünde an zwei Stellen des Bogens"


def _rule_slips(book: Codebook) -> Slips:
    """Sets and rules of completeness that name what is not there."""
    parts = [p["id"] for p in book.parts]
    for k, (name, s) in enumerate(book.sets.items()):
        place, what = ("sets", k), f"Mehrfachantwort „{name}“"
        kinds = {book.items[i].kind for i in book.set_items(name)}
        yield from unknown(place, f"{what} nennt den unbekannten Teil", s["part"], parts)
        if s["part"] in parts and not kinds:
            yield place, f"{what} nennt die Spalte {s['column']}, in der kein Item steht"
        elif not kinds <= {"tick"}:
            yield place, f"{what} enthält Items, die nicht zum Ankreuzen sind"
    last = len(book.completeness) - 1
    if book.completeness[last]["needs"]:
        clause = "die letzte Regel zur Vollständigkeit muss ohne Bedingung sein (needs: []), damit jeder Bogen eine hat"
        yield ("completeness", last), clause
    there: Mapping[str, Iterable[str]] = {"set": book.sets, "item": book.items, "answer_outside": parts}
    for k, rule in enumerate(book.completeness):
        for n, need in enumerate(rule["needs"]):
            for kind, name in need.items():
                place, what = ("completeness", k, "needs", n), f"Regel „{rule['id']}“ zur Vollständigkeit"
                yield from unknown(place, f"{what} nennt unter „{kind}“ das unbekannte", name, there[kind])


def _wave_slips(book: Codebook, places: Mapping[str, Place], path: Path) -> Slips:
    """What is wrong where an item or set names one of an earlier wave, as the same question or as another one."""
    for item in book.items.values():
        named: list[tuple[str, Any, Any]] = (
            [("repeats", item.repeats, _repeat_problems)] if item.repeats else []
        )
        named += [("not_comparable", unlike, _unlike_problems) for unlike in item.not_comparable]
        for name, one, problems in named:
            other, wrong = _earlier(path, book, one.source, one.item, "items")
            for clause in problems(item, one, other.items[one.item]) if other else [wrong]:
                yield (*places[item.id], name), f"Item „{item.id}“: {clause}"
    for k, name in enumerate(book.sets):
        if again := book.set_repeat(name):
            other, wrong = _earlier(path, book, again.source, again.set, "sets")
            for clause in _set_problems(book, name, again, other) if other else [wrong]:
                yield ("sets", k, "repeats"), f"Mehrfachantwort „{name}“: {clause}"


def _earlier(path: Path, book: Codebook, source: str, name: str, kind: str) -> tuple[Codebook | None, str]:
    """The codebook of another wave in the same folder, its own names not checked; or why it cannot be the one meant."""
    there = [
        path.with_name(f"{n}.yml") for n in (source, source.rpartition("-")[0]) if re.fullmatch(r"[\w-]+", n)
    ]
    other = next((_codebook(*_UNCHECKED.read(file)) for file in there if file.exists()), None)
    if other is None or other.source != source:
        return (
            None,
            f"die Welle „{source}“ ist unbekannt; erlaubt ist eine, zu der ein Codebuch daneben liegt",
        )
    if other.wave >= book.wave:
        return None, f"die Welle „{source}“ liegt nicht vor {book.wave}; erlaubt ist nur eine frühere"
    if name not in (names := getattr(other, kind)):
        what = "kein Item" if kind == "items" else "keine Mehrfachantwort"
        return None, f"{source} hat {what} „{name}“{choice(names, name, 'vorhanden')}; bitte berichtigen"
    return other, ""


def _repeat_problems(item: Item, repeat: Repeat, earlier: Item) -> Iterator[str]:
    source, options = repeat.source, [o.id for o in item.options]
    if earlier.kind != item.kind or item.kind == "tick":
        yield (
            f"„{earlier.id}“ von {source} ({earlier.kind}) und „{item.id}“ ({item.kind}) müssen von derselben Art sein, erlaubt "
            "sind single, number und text; Kästchen bitte bei „sets“ als Ganzes erklären"
        )
        return
    if earlier.label != item.label:
        yield (
            f"{source} fragt in „{repeat.item}“ nach „{earlier.label}“, hier steht „{item.label}“; erlaubt ist nur derselbe "
            "Wortlaut, sonst bitte „not_comparable“ benutzen"
        )
    elif [(o.id, o.label) for o in earlier.options] != [(o.id, o.label) for o in item.options]:
        there, here = (", ".join(o.label for o in i.options) for i in (earlier, item))
        yield (
            f"{source} bietet in „{repeat.item}“ andere Vorgaben an ({there}) als hier ({here}); erlaubt sind nur dieselben, "
            "sonst bitte „not_comparable“ benutzen"
        )
    if item.kind != "single":
        if repeat.as_yes:
            yield "„as_yes“ gehört zur Art „single“ und nur zu ihr; bitte weglassen"
    elif unknown := [y for y in repeat.as_yes if y not in options]:
        yield f"„as_yes“ nennt die unbekannte Vorgabe „{unknown[0]}“{choice(options)}"
    elif not 0 < len(set(repeat.as_yes)) < len(options):
        yield "„as_yes“ muss mindestens eine Vorgabe nennen und mindestens eine auslassen"


def _unlike_problems(item: Item, unlike: Unlike, earlier: Item) -> Iterator[str]:
    if {item.kind, earlier.kind} != {"single"}:
        yield f"„{unlike.item}“ von {unlike.source} und „{item.id}“ müssen beide von der Art „single“ sein"
        return
    if item.repeats and (item.repeats.source, item.repeats.item) == (unlike.source, unlike.item):
        yield f"„{unlike.item}“ von {unlike.source} steht auch unter „repeats“; erlaubt ist nur eines von beiden"
    for asked, answer in zip((earlier, item), unlike.answers, strict=True):
        if answer not in (options := [o.id for o in asked.options]):
            yield f"„answers“ nennt die unbekannte Vorgabe „{answer}“ (erlaubt bei „{asked.id}“: {', '.join(options)})"


def _set_problems(book: Codebook, set_id: str, again: SetRepeat, other: Codebook) -> Iterator[str]:
    """What is wrong where a multiple response set is said to repeat one: every row that differs, one by one."""
    asked = ((other, again.set), (book, set_id))
    if any(b.sets[s]["part"] not in {p["id"] for p in b.parts} for b, s in asked):
        yield "eine der beiden nennt einen unbekannten Teil, die Zeilen lassen sich nicht vergleichen"
        return
    words = [_set_words(b, b.sets[s]) for b, s in asked]
    if words[0] != words[1]:
        yield f"{again.source} fragt in „{again.set}“ nach „{words[0]}“, hier steht „{words[1]}“; erlaubt ist nur derselbe Wortlaut"
    before, now = ({(i := b.items[name]).row: i for name in b.set_items(s)} for b, s in asked)
    for row in before | now:
        if row not in now:
            yield f"die Zeile „{row}“ („{before[row].label}“) von {again.source} fehlt hier; erlaubt sind nur dieselben Zeilen"
        elif row not in before:
            yield f"die Zeile „{row}“ („{now[row].label}“) fehlt in {again.source}; erlaubt sind nur dieselben Zeilen"
        elif before[row].label != now[row].label:
            there, here = before[row].label, now[row].label
            yield f"die Zeile „{row}“ heißt in {again.source} „{there}“, hier „{here}“; erlaubt ist nur derselbe Wortlaut"
        elif {before[row].kind, now[row].kind} != {"tick"}:
            yield f"die Zeile „{row}“ muss in beiden Wellen zum Ankreuzen sein (tick)"


def _set_words(book: Codebook, asked: Mapping[str, Any]) -> str:
    """How the form asks for a set: heading of the part, and of the column to tick."""
    part = book.part(asked["part"])
    columns = [c["label"] for c in part.get("columns", ()) if c["id"] == asked["column"]]
    return ": ".join([part["heading"], *columns])


FORMS = Declaration("bogen", "Codebuch", Instrument, ("data/codebook/*.yml mit „parts“",), _slips)
_UNCHECKED = replace(FORMS, check=lambda *_: iter(()))
