"""The codebook of the register: its tables, the types of municipalities, and tables of the kind „x von y“."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from gkanalysis.codebook.declared import (
    Declaration,
    Declared,
    Flag,
    Slips,
    Some,
    Text,
    Whole,
    key,
    twice,
    unknown,
)

Value = Annotated[str | int | bool, PlainValidator(lambda v: v)]  # the table says whether it fits its column


class _Column(Declared):
    name: Text = key("Überschrift der Spalte")
    kind: Literal["id", "text", "enum", "count"] = key("Art: enum ist eine Auswahl, count eine Anzahl")
    label: Text = key("Wortlaut")
    options: Mapping[str, Text] = key("Auswahl: Wert und Wortlaut, nur bei enum und dort nötig", {})
    optional: Flag = key("true: die Spalte darf fehlen und leer sein", False)
    only_if: Mapping[str, Text] = key("Spalte: Wert, bei dem allein etwas einzutragen ist", {})
    references: Text = key("Tabelle, in der die Kennung stehen muss", "")
    at_most: Text = key("Spalte, deren Zahl nicht überschritten werden darf", "")


class _Table(Declared):
    file: Text = key("Datei im Ordner der Daten")
    key: Text = Field(description="Spalte mit der Kennung")
    columns: Some[_Column] = Field(description="Spalten der Tabelle")
    label: Text = Field("", description="Name der Tabelle")


class _Condition(Declared):
    column: Text = key("Spalte")
    operator: Literal["=", "!=", "<", "<=", ">", ">="] = key("Vergleich, in Anführungszeichen")
    value: Value = key("Wert")


class _Count(Declared):
    frame: Text = key("Rahmen: kreisfreie_staedte, kreise oder buendnisse")
    where: tuple[_Condition, ...] = key("Bedingungen, die alle gelten müssen", ())
    sum_of: Text = key("Spalte, deren Zahlen zusammengezählt werden, statt der Zeilen", "")


class _CountRow(Declared):
    id: Text = key("Kennung der Zeile")
    label: Text = key("Wortlaut der Zeile")
    count: _Count = key("was gezählt wird")
    of: _Count | None = key("wovon es ein Teil ist", None)
    level: Whole = key("Einrückung", 0, ge=0)


class Register(Declared):
    """The codebook of the register as its file declares it."""

    tables: Mapping[str, _Table] = key("Tabellen nach ihrer Kennung")
    types: Mapping[str, Text] = key("Kommunaltypen in der Reihenfolge der Tabellen, mit ihrer Mehrzahl")
    as_of: Text = key("Stand, wie 2019-07")
    instrument: Literal["register"] = key("immer: register", "register")
    conditions: tuple[_Condition, ...] = key("Bedingungen mit Namen (&name), unten als *name", ())
    counts: tuple[_Count, ...] = key("Zählungen mit Namen, auf die unten verwiesen wird", ())
    nested_tables: Mapping[str, tuple[_CountRow, ...]] = key("Tabellen „x von y“ nach ihrer Kennung", {})


def read_register_codebook(path: Path) -> dict[str, Any]:
    """The declaration of the register as plain data: tables, types, nested tables.

    Raises
    ------
    CodebookError
        With every finding at once.
    """
    return REGISTER.read(path)[1]


def _slips(register: Register, plain: Any) -> Slips:
    for table_id, table in register.tables.items():
        place, names = ("tables", table_id), [c.name for c in table.columns]
        yield from unknown((*place, "key"), "unbekannt ist die Spalte", table.key, names)
        for k, column in enumerate(table.columns):
            here = (*place, "columns", k)
            if (column.kind == "enum") != bool(column.options):
                yield (
                    here,
                    f"Spalte „{column.name}“: eine Auswahl (options) gehört zur Art „enum“ und nur zu ihr",
                )
            if column.references:
                yield from unknown(here, "unbekannt ist die Tabelle", column.references, register.tables)
            for name in filter(None, (*column.only_if, column.at_most)):
                yield from unknown(here, "unbekannt ist die Spalte", name, names)
    for table_id, rows in register.nested_tables.items():
        yield from twice(("nested_tables", table_id), (r.id for r in rows))


REGISTER = Declaration("register", "Codebuch", Register, ("data/codebook/register.yml",), _slips)
