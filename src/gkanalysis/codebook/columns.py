"""What a codebook says of a survey that came in as a table: which column is which item, what its values mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from gkanalysis.codebook import declared as d

MEANINGS = ("not_asked", "not_answered", "ticked", "not_ticked")


class Codes(d.Declared):
    """Values that are no answer, or a tick; "" is an empty cell."""

    not_asked: d.Many[d.AnyWritten] = d.key("Werte, die „nicht gefragt“ heißen", ())
    not_answered: d.Many[d.AnyWritten] = d.key("Werte, die „keine Angabe“ heißen; ein leeres Feld heißt immer so", ())
    ticked: d.Many[d.AnyWritten] = d.key("Werte, die „angekreuzt“ heißen (tick)", ())
    not_ticked: d.Many[d.AnyWritten] = d.key('Werte, die „nicht angekreuzt“ heißen (tick); "" ist ein leeres Feld', ())


class Table(Codes):
    """How a table of answers is made: one row a case; what it says of values holds for every item without `codes`."""

    case: d.Text = d.key("Spalte mit Kennung oder Namen des Bündnisses")
    received: d.Text = d.key(
        "Spalte mit dem Tag der Antwort; von mehreren Zeilen eines Bündnisses zählt die letzte", ""
    )
    sheet: d.Text = d.key("Blatt der Arbeitsmappe; nötig, wenn sie mehrere hat", "")
    heading_rows: d.Whole = d.key("Zeilen der Überschrift; in der ersten stehen die Namen der Spalten", 1, ge=1)
    version: d.Text = d.key("Fassung, die so erhoben wurde; nötig, wenn es mehrere gibt", "")
    decimal: Literal[",", "."] = d.key("Zeichen vor den Nachkommastellen in einer CSV-Datei", ",")
    limesurvey: d.Flag = d.key(
        "true: Ausfuhr von LimeSurvey mit Antwortcodes, daneben liegt der Fragebogen (.lss)", False
    )
    unused: d.Words = d.key("Spalten, die nicht gelesen werden; * steht für beliebige Zeichen", ())

    def listed(self, item: Any) -> list[tuple[str, str]]:
        """Every value that is declared for an item, with its meaning; its own codes go before those of the table."""
        own = item.codes or Codes()
        wanted = MEANINGS if item.kind == "tick" else MEANINGS[:2]
        lists = [(m, getattr(own if m in own.model_fields_set else self, m)) for m in wanted]
        lists += [(o.id, o.values) for o in item.options]
        return [(value, meaning) for meaning, values in lists for value in values]


class Place(NamedTuple):
    """A column of a table: the item in it and, of an item on several lines, which."""

    column: str
    item: Any
    occurrence: int = 1


def places(book: Any) -> list[Place]:
    """The columns of the version that was asked as a table, in the order of the form."""
    version = table_version(book)
    found = []
    for item in (i for i in book.items.values() if version and book.in_version(i, version)):
        rows = getattr(book.part(item.part), "printed_rows", 1)
        found += [Place(item.header.replace("{n}", str(n)), item, n) for n in range(1, rows + 1)]
    return found


def table_version(book: Any) -> str:
    """The version that was asked as a table: the one that is named, or the only one."""
    return book.table.version or (next(iter(book.versions)) if len(book.versions) == 1 else "")


def slips(book: Any, at: Any) -> d.Slips:
    """What is wrong with columns and values; `at` has the place of every item."""
    if not book.table:
        for item in (i for i in book.items.values() if i.header):
            clause = "„column“ gehört zu einer Erhebung als Tabelle; bitte „table“ ergänzen"
            yield at[item.id], f"Item „{item.id}“: {clause}"
        for role in (r for r in ("name", "type") if not book.identity.get(r)):
            yield ("identity",), f"es fehlt „{role}“"
        return
    if not table_version(book):
        yield ("table",), f"„version“ muss sagen, welche Fassung als Tabelle kam{d.choice(book.versions)}"
    yield from d.unknown(("table", "version"), "Fassung", filter(None, [book.table.version]), book.versions)
    taken = {c: name for name in ("case", "received") if (c := book.table[name])}
    for column, item, _ in places(book):
        if not column:
            clause = "hat keine Spalte; bitte „column“ ergänzen oder die Frage in „versions“ weglassen"
            yield at[item.id], f"Item „{item.id}“ {clause}"
        elif column in taken and not (item.kind == "text" and taken[column] == "case"):
            clause = f"„{column}“, die schon für „{taken[column]}“ steht; jede Spalte gehört zu einem Item"
            yield at[item.id], f"Item „{item.id}“ nennt die Spalte {clause}"
        taken[column] = item.id
    for item in {p.item.id: p.item for p in places(book)}.values():
        yield from ((at[item.id], f"Item „{item.id}“: {clause}") for clause in _values(item, book.table))


def _values(item: Any, table: Table) -> Iterator[str]:
    """What is wrong with the values of an item, as clauses."""
    seen: dict[str, str] = {}
    for value, meaning in table.listed(item):
        if value in seen:
            yield f"der Wert „{value}“ heißt zugleich „{seen[value]}“ und „{meaning}“; bitte eines von beiden streichen"
        seen.setdefault(value, meaning)
    if item.kind == "tick" and "ticked" not in seen.values():
        yield "kein Wert heißt „angekreuzt“; bitte „ticked“ bei „table“ oder unter „codes“ ergänzen"
    declared = {v for m in (item.codes or Codes()).model_fields_set for v in getattr(item.codes, m)}  # of this item
    for value in sorted(seen.keys() - declared) if item.kind == "number" else ():
        number, low, high = as_number(value), item.min, item.max
        if number is not None and (low is None or number >= low) and (high is None or number <= high):
            clause = "bitte „min“ oder „max“ so setzen, dass der Wert außerhalb liegt, oder ihn bei der Frage unter „codes“ nennen"
            yield f"„{value}“ heißt „{seen[value]}“ und wäre zugleich eine mögliche Zahl; {clause}"


def as_number(text: str) -> float | None:
    """A value as a number, None if it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
