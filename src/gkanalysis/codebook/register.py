"""The codebook of the register: its tables, the types of municipalities, and tables of the kind „x von y“."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import PlainValidator

from gkanalysis.codebook import declared as d

Value = Annotated[str | int | bool, PlainValidator(lambda v: v)]  # the table says whether it fits its column


class _Column(d.Declared):
    name: d.Text = d.key("Überschrift der Spalte")
    kind: Literal["id", "text", "enum", "count"] = d.key("Art: enum ist eine Auswahl, count eine Anzahl")
    label: d.Text = d.key("Wortlaut")
    options: Mapping[str, d.Text] = d.key("Auswahl: Wert und Wortlaut, nur bei enum und dort nötig", {})
    optional: d.Flag = d.key("true: die Spalte darf fehlen und leer sein", False)
    only_if: Mapping[str, d.Text] = d.key("Spalte: Wert, bei dem allein etwas einzutragen ist", {})
    references: d.Text = d.key("Tabelle, in der die Kennung stehen muss", "")
    at_most: d.Text = d.key("Spalte, deren Zahl nicht überschritten werden darf", "")


class _Table(d.Declared):
    file: d.Text = d.key("Datei im Ordner der Daten")
    key: d.Text = d.key("Spalte mit der Kennung")
    columns: d.Some[_Column] = d.key("Spalten der Tabelle")
    label: d.Text = d.key("Name der Tabelle", "")


class _Condition(d.Declared):
    column: d.Text = d.key("Spalte")
    operator: Literal["=", "!=", "<", "<=", ">", ">="] = d.key("Vergleich, in Anführungszeichen")
    value: Value = d.key("Wert")


class _Count(d.Declared):
    frame: d.Text = d.key("Rahmen: kreisfreie_staedte, kreise oder buendnisse")
    where: tuple[_Condition, ...] = d.key("Bedingungen, die alle gelten müssen", ())
    sum_of: d.Text = d.key("Spalte, deren Zahlen zusammengezählt werden, statt der Zeilen", "")


class _CountRow(d.Declared):
    id: d.Text = d.key("Kennung der Zeile")
    label: d.Text = d.key("Wortlaut der Zeile")
    count: _Count = d.key("was gezählt wird")
    of: _Count | None = d.key("wovon es ein Teil ist", None)
    level: d.Whole = d.key("Einrückung", 0, ge=0)


class Register(d.Declared):
    """The codebook of the register as its file declares it."""

    tables: Mapping[str, _Table] = d.key("Tabellen nach ihrer Kennung")
    types: Mapping[str, d.Text] = d.key("Kommunaltypen in der Reihenfolge der Tabellen, mit ihrer Mehrzahl")
    as_of: d.Text = d.key("Stand, wie 2019-07")
    instrument: Literal["register"] = d.key("immer: register", "register")
    conditions: tuple[_Condition, ...] = d.key("Bedingungen mit Namen (&name), unten als *name", ())
    counts: tuple[_Count, ...] = d.key("Zählungen mit Namen, auf die unten verwiesen wird", ())
    nested_tables: Mapping[str, tuple[_CountRow, ...]] = d.key("Tabellen „x von y“ nach ihrer Kennung", {})


def _slips(register: Register) -> d.Slips:
    for table_id, table in register.tables.items():
        place, names = ("tables", table_id), [c.name for c in table.columns]
        yield from d.unknown((*place, "key"), "Spalte", [table.key], names)
        for k, column in enumerate(table.columns):
            here = (*place, "columns", k)
            if (column.kind == "enum") != bool(column.options):
                clause = "eine Auswahl (options) gehört zur Art „enum“ und nur zu ihr"
                yield here, f"Spalte „{column.name}“: {clause}"
            yield from d.unknown(here, "Tabelle", filter(None, [column.references]), register.tables)
            yield from d.unknown(here, "Spalte", filter(None, (*column.only_if, column.at_most)), names)
    for table_id, rows in register.nested_tables.items():
        yield from d.twice(("nested_tables", table_id), (r.id for r in rows))


REGISTER = d.Declaration("register", "Codebuch", Register, ("data/codebook/register.yml",), _slips)
read_register_codebook = REGISTER.plain
