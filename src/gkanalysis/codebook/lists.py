"""The codebook of a list: a spreadsheet that the team keeps or received, with one declared table in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainValidator
from pydantic.json_schema import WithJsonSchema

from gkanalysis.codebook.declared import (
    AnyWritten,
    Declaration,
    Declared,
    Document,
    Flag,
    Many,
    Place,
    Slips,
    Some,
    Text,
    Words,
    declared,
    key,
    matching,
    several,
    unknown,
)

ALLIANCE = "case_id"  # a column of this name holds ids of the register
OWN = ("file", "sheet", "row", "place")  # columns that say where a row stands; a declared one would be lost
Kind = Literal["int", "number", "date", "text", "option"]
KINDS: tuple[str, ...] = get_args(Kind)
KIND_TEXTS = {
    "int": "eine ganze Zahl",
    "number": "eine Zahl, mit Komma vor den Nachkommastellen",
    "date": "ein Datum wie 05.03.2020",
    "text": "Text",
}
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
    pairs = value.items() if isinstance(value, Mapping) else ((o, None) for o in several(value))
    texts = [(o, list(several(t))) for o, t in pairs]
    if any(isinstance(x, bool) or not isinstance(x, str | int | float) for o, ts in texts for x in (o, *ts)):
        raise ValueError("eine Vorgabe oder Schreibweise ist kein Text; bitte in Anführungszeichen setzen")
    return {str(o): tuple(map(str, ts)) for o, ts in texts}


def _bound(value: Any) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float | str)):
        raise ValueError("{given} ist keine Zahl und kein Tag")
    return value


Options = Annotated[
    Mapping[str, tuple[str, ...]], PlainValidator(_options), WithJsonSchema({"type": ["object", "array"]})
]
Bound = Annotated[float | str | None, PlainValidator(_bound), WithJsonSchema({"type": ["number", "string"]})]


@declared
class Column:
    """A declared column of a spreadsheet; `name` is that in the frame, `low` and `high` bound the values.

    `options` are what people may write for each option of a column of that kind, besides the option itself.
    """

    name: Text = key("Name der Spalte in den Daten")
    kind: Kind = key("Art der Werte", "text")
    titles: Words = key("Überschriften, unter denen die Spalte stehen darf; ihr Name ist immer eine", ())
    options: Options = key("Vorgaben, auch mit Schreibweisen zu jeder", default_factory=dict)
    low: Bound = key("kleinster Wert; ein Tag wie 2019-01-31", None)
    high: Bound = key("größter Wert; ein Tag wie 2019-12-31", None)
    required: Flag = key("false: die Zelle darf leer sein", True)
    may_be_absent: Flag = key("true: die ganze Spalte darf fehlen", False)

    @property
    def allowed(self) -> str:
        """What may stand in a cell, in German."""
        if self.kind == "option":
            return ", ".join(f"„{o}“" for o in self.options)
        bounds = [f"{w} {shown_bound(b)}" for w, b in (("ab", self.low), ("bis", self.high)) if b is not None]
        return " ".join([KIND_TEXTS[self.kind], *bounds])


class _Table(Declared):
    columns: Some[Column] = key("Spalten der Tabelle")
    sheet: Words = key("mögliche Namen des Blatts; sonst das mit diesen Überschriften", ())
    key: Words = Field((), description="Spalten, deren Werte zusammen nur in einer Zeile stehen dürfen")


class ListDeclaration(_Table):
    """The codebook of a list as its file declares it."""

    instrument: Text = key("Name der Liste, zugleich Anfang des Ordners")
    title: Text = key("Titel, wie der Bericht ihn druckt")
    file: Annotated[Text, matching(r"[^/\\]+", "ist kein Name einer Datei; bitte ohne Ordner schreiben")] = (
        key("Name der Datei im Ordner der Liste")
    )
    wave: AnyWritten = key("Welle, etwa das Jahr; leer, wenn es nur eine gibt", "")
    published: Flag = key("true: wirkliche, veröffentlichte Angaben, auch neben erfundenen Antworten", False)
    decisions: Many[Text] = key("Festlegungen, die der Anhang des Berichts druckt", ())


@dataclass(frozen=True)
class TableSpec:
    """A declared table: its columns, the names that its sheet may have, the columns that together identify a row.

    Without names it is the only sheet with these headings, or a CSV file.
    """

    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListBook:
    """A checked codebook; `file` is the name of the spreadsheet in the source's folder, `wave` may be empty.

    `is_published` says that the list reproduces what is published: real facts, also beside invented answers.
    """

    instrument: str
    wave: str
    title: str
    file: str
    spec: TableSpec
    is_published: bool = False

    @property
    def source(self) -> str:
        """Name of the source and of its folder.

        >>> ListBook("log", "2019", "Log", "log.csv", TableSpec(())).source
        'log-2019'
        """
        return f"{self.instrument}-{self.wave}" if self.wave else self.instrument


def table_spec(declaration: Mapping[str, Any], where: str = "des Programms") -> TableSpec:
    """The declaration of a table from plain data: `sheet`, `key`, `columns` as a codebook has them.

    `where` says what is declared, for the sentence of the `CodebookError` with every mistake at once.

    Examples
    --------
    >>> spec = table_spec({"sheet": "Log", "key": ["id"], "columns": [{"name": "id", "titles": ["Kennung"]}]})
    >>> spec.columns[0].titles
    ('Kennung',)
    """
    table, problems = TABLES.validate(Document(declaration))
    if problems or table is None:
        TABLES.refuse(where, problems)
    return TableSpec(table.columns, table.sheet, table.key)


def read_list_book(path: Path) -> ListBook:
    """Read the codebook of a list.

    Raises
    ------
    CodebookError
        If it cannot be read, or something is missing or wrong.
    """
    book, _ = LISTS.read(path)
    spec = TableSpec(book.columns, book.sheet, book.key)
    return ListBook(book.instrument, book.wave, book.title, book.file, spec, book.published)


def _slips(table: _Table, plain: Mapping[str, Any]) -> Slips:
    """Columns whose kind, bounds or headings do not fit, and a key that names none."""
    taken: dict[str, str] = {}
    for k, column in enumerate(table.columns):
        place: Place = ("columns", k)
        if (column.kind == "option") != bool(column.options):
            yield place, f"Spalte „{column.name}“: Vorgaben (options) gehören zur Art „option“ und nur zu ihr"
        if column.name in OWN and isinstance(table, ListDeclaration):
            clause = f"„{column.name}“ ist als Name einer Spalte vergeben (sie nennt die Stelle einer Zeile; vergeben sind {', '.join(OWN)})"
            yield (*place, "name"), f"{clause}; bitte die Spalte anders nennen, ihre Überschrift kann bleiben"
        for name in ("low", "high"):
            bound = getattr(column, name)
            if bound is not None and not _fits(bound, column.kind):
                yield (
                    (*place, name),
                    f"Spalte „{column.name}“: „{bound}“ passt nicht zur Art „{column.kind}“ (Tage wie 2019-01-31)",
                )
        for heading in {normalised(t) for t in (column.name, *column.titles)}:
            if taken.setdefault(heading, column.name) != column.name or heading in [
                normalised(c.name) for c in table.columns[:k]
            ]:
                yield place, f"die Überschrift „{heading}“ gehört zu zwei Spalten"
    names = [c.name for c in table.columns]
    for name in table.key:
        yield from unknown(("key",), "der Schlüssel nennt die unbekannte Spalte", name, names)


def _fits(bound: float | str, kind: str) -> bool:
    """Whether a bound is one of this kind: a day of days, a number of numbers."""
    if kind == "date":
        try:
            return bool(date.fromisoformat(str(bound)))
        except ValueError:
            return False
    return kind in ("int", "number") and not isinstance(bound, str)


LISTS = Declaration("liste", "Codebuch", ListDeclaration, ("data/codebook/*.yml mit „columns“",), _slips)
TABLES = Declaration("tabelle", "Tabelle", _Table, (), _slips)
