"""The codebook of a list: a spreadsheet that the team keeps or received, with one declared table in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import PlainValidator
from pydantic.json_schema import WithJsonSchema

from gkanalysis.codebook import declared as d

ALLIANCE = "case_id"  # a column of this name holds ids of the register
OWN = ("file", "sheet", "row", "place")  # columns that say where a row stands; a declared one would be lost
Kind = Literal["int", "number", "date", "text", "option"]
KIND_TEXTS = {
    "int": "eine ganze Zahl", "number": "eine Zahl, mit Komma vor den Nachkommastellen",
    "date": "ein Datum wie 05.03.2020", "text": "Text",
}  # fmt: skip
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")


def normalised(text: str) -> str:
    """Text for comparing headings and options: small letters, single spaces, no colon or star behind.

    >>> normalised("  Anzahl\\n der\\u00a0TAGE: ")
    'anzahl der tage'
    """
    return _SPACES.sub(" ", text.replace("\u00ad", "")).strip().rstrip(":*").strip().casefold()


def shown_bound(bound: float | str) -> str:
    """A bound as it is printed: a day as 31.01.2019, a number with a comma."""
    if isinstance(bound, str):
        return f"{date.fromisoformat(bound):%d.%m.%Y}"
    return f"{bound:.15g}".replace(".", ",")


def _options(value: Any) -> Any:
    """Option -> texts, also from a plain list of options."""
    pairs = value.items() if isinstance(value, Mapping) else ((o, None) for o in d.several(value))
    texts = [(o, list(d.several(t))) for o, t in pairs]
    if any(not isinstance(x, str) and not d.is_number(x) for o, ts in texts for x in (o, *ts)):
        raise ValueError("eine Vorgabe oder Schreibweise ist kein Text; bitte in Anführungszeichen setzen")
    return {str(o): tuple(map(str, ts)) for o, ts in texts}


Texts = Mapping[str, tuple[str, ...]]
Options = Annotated[Texts, PlainValidator(_options), WithJsonSchema({"type": ["object", "array"]})]
NO_BOUND = "{given} ist keine Zahl und kein Tag"
IS_BOUND = d.refused(lambda v: "" if isinstance(v, str | None) or d.is_number(v) else NO_BOUND)
Bound = Annotated[Any, IS_BOUND, WithJsonSchema({"type": ["number", "string"]})]
PUBLISHED = "true: wirkliche, veröffentlichte Angaben, auch neben erfundenen Antworten"
FileName = Annotated[d.Text, d.matching(r"[^/\\]+", "ist kein Name einer Datei; bitte ohne Ordner schreiben")]


@d.declared
class Column:
    """A declared column of a spreadsheet."""

    name: d.Text = d.key("Name der Spalte in den Daten")
    kind: Kind = d.key("Art der Werte", "text")
    titles: d.Words = d.key("Überschriften, unter denen die Spalte stehen darf; ihr Name ist immer eine", ())
    options: Options = d.key("Vorgaben, auch mit Schreibweisen zu jeder", default_factory=dict)
    low: Bound = d.key("kleinster Wert; ein Tag wie 2019-01-31", None)
    high: Bound = d.key("größter Wert; ein Tag wie 2019-12-31", None)
    several: d.Flag = d.key("true: eine Zelle kann mehrere Werte haben, durch Semikolon getrennt", False)
    required: d.Flag = d.key("false: die Zelle darf leer sein", True)
    may_be_absent: d.Flag = d.key("true: die ganze Spalte darf fehlen", False)

    @property
    def allowed(self) -> str:
        """What may stand in a cell, in German."""
        if self.kind == "option":
            return ", ".join(f"„{(texts or (o,))[0]}“" for o, texts in self.options.items())
        bounds = [f"{w} {shown_bound(b)}" for w, b in (("ab", self.low), ("bis", self.high)) if b is not None]
        return " ".join([KIND_TEXTS[self.kind], *bounds])


class TableSpec(d.Declared):
    """A declared table."""

    columns: d.Some[Column] = d.key("Spalten der Tabelle")
    sheets: d.Words = d.key("mögliche Namen des Blatts; sonst das mit diesen Überschriften", (), alias="sheet")
    key: d.Words = d.key("Spalten, deren Werte zusammen nur in einer Zeile stehen dürfen", ())


class ListBook(TableSpec):
    """A checked codebook of a list; `is_published` says that it has real facts, also beside invented answers."""

    instrument: d.Text = d.key("Name der Liste, zugleich Anfang des Ordners")
    title: d.Text = d.key("Titel, wie der Bericht ihn druckt")
    file: FileName = d.key("Name der Datei im Ordner der Liste")
    wave: d.AnyWritten = d.key("Welle, etwa das Jahr; leer, wenn es nur eine gibt", "")
    is_published: d.Flag = d.key(PUBLISHED, False, alias="published")
    decisions: d.Many[d.Text] = d.key("Festlegungen, die der Anhang des Berichts druckt", ())

    @property
    def spec(self) -> TableSpec:
        """The table that is declared."""
        return self

    @property
    def source(self) -> str:
        """Name of the source and of its folder, e.g. `prozessbegleitung-2019`."""
        return f"{self.instrument}-{self.wave}" if self.wave else self.instrument


def table_spec(declaration: Mapping[str, Any], where: str = "des Programms") -> TableSpec:
    """The declaration of a table from plain data: `sheet`, `key`, `columns` as a codebook has them.

    `where` says what is declared, for the sentence of the `CodebookError` with every mistake at once.

    >>> spec = table_spec({"sheet": "Log", "key": ["id"], "columns": [{"name": "id", "titles": ["Kennung"]}]})
    >>> spec.columns[0].titles
    ('Kennung',)
    """
    table, problems = TABLES.validate(d.Document(declaration))
    if problems or table is None:
        TABLES.refuse(where, problems)
    return table


def _slips(table: TableSpec) -> d.Slips:
    """Columns whose kind, bounds or headings do not fit, and a key that names none."""
    taken: dict[str, str] = {}
    for k, column in enumerate(table.columns):
        place, what = ("columns", k), f"Spalte „{column.name}“"
        if (column.kind == "option") != bool(column.options):
            yield place, f"{what}: Vorgaben (options) gehören zur Art „option“ und nur zu ihr"
        if column.name in OWN and isinstance(table, ListBook):
            clause = f"„{column.name}“ ist als Name einer Spalte vergeben (sie nennt die Stelle einer Zeile; vergeben sind {', '.join(OWN)})"
            yield (*place, "name"), f"{clause}; bitte die Spalte anders nennen, ihre Überschrift kann bleiben"
        for name, bound in (("low", column.low), ("high", column.high)):
            if bound is not None and not _fits(bound, column.kind):
                clause = f"„{bound}“ passt nicht zur Art „{column.kind}“ (Tage wie 2019-01-31)"
                yield (*place, name), f"{what}: {clause}"
        before = [normalised(c.name) for c in table.columns[:k]]
        for heading in {normalised(t) for t in (column.name, *column.titles)}:
            if taken.setdefault(heading, column.name) != column.name or heading in before:
                yield place, f"die Überschrift „{heading}“ gehört zu zwei Spalten"
    yield from d.unknown(("key",), "Spalte", table.key, [c.name for c in table.columns])


def _fits(bound: float | str, kind: str) -> bool:
    """Whether a bound is one of this kind: a day of days, a number of numbers."""
    return d.is_day(str(bound)) if kind == "date" else kind in ("int", "number") and not isinstance(bound, str)


LISTS = d.Declaration("liste", "Codebuch", ListBook, ("data/codebook/*.yml mit „columns“",), _slips)
TABLES = d.Declaration("tabelle", "Tabelle", TableSpec, (), _slips)
read_list_book = LISTS.read
