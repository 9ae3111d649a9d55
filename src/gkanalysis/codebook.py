"""The codebook of an instrument: items, options, filters, sets, and where each item sits in each version.

One YAML file per instrument and wave drives reading, validation, synthetic answers, blank forms and the
labels of tables. The layout computed here is shared by the reader of received forms and the writer of
blank ones, so the two cannot disagree about where an item stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.errors import CodebookError

TICK_KINDS = frozenset({"tick", "single"})
ITEM_KINDS = frozenset({"text", "number", "tick", "single"})
PART_KINDS = frozenset({"sheet", "grid", "roster"})


@dataclass(frozen=True, slots=True)
class Option:
    """A printed answer to tick; `extra` keeps what a report wants to know of it (`report`, `type`)."""

    id: str
    label: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One question, one cell of a grid row, or one column of a roster.

    `id` is the printed number; in a grid it is number, row and column: `1.1.A03.4`.
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


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the printed form that can take one answer: a cell, or one box of a single choice."""

    item_id: str
    kind: str
    table: int
    row: int
    column: int
    row_label: str
    option: str = ""
    option_label: str = ""
    occurrence: int = 1
    extra: bool = False

    @property
    def tag(self) -> str:
        """Tag of the content control, e.g. `2.1:ja` or `1.2.3#2`."""
        tag = self.item_id + (f":{self.option}" if self.option else "")
        return tag if self.occurrence == 1 else f"{tag}#{self.occurrence}"

    @property
    def bookmark(self) -> str:
        """The tag as a name that a legacy form field may have: letters, digits and underscores."""
        return "i_" + "".join(c if c.isalnum() else "_" for c in self.tag)


@dataclass(frozen=True, slots=True)
class FormTable:
    """One table of the printed form: its slots, and the printed texts by grid cell."""

    number: int
    part: str
    block: str
    n_columns: int
    n_header_rows: int
    printed: Mapping[tuple[int, int], str]
    slots: tuple[Slot, ...]
    last_printed_row: int


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

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `strukturen-2018`."""
        return f"{self.instrument}-{self.wave}"

    def part(self, part_id: str) -> Mapping[str, Any]:
        """The declaration of a part by its id."""
        return next(p for p in self.parts if p["id"] == part_id)

    def set_items(self, set_id: str) -> list[str]:
        """Item ids of a multiple response set in the order of the form, without the empty rows.

        >>> from gkanalysis.codebook import read_codebook
        >>> len(read_codebook("data/codebook/strukturen.yml").set_items("kerngruppe"))
        56
        """
        declared = self.sets[set_id]
        return [
            i.id
            for i in self.items.values()
            if i.part == declared["part"] and i.column == declared["column"] and i.label
        ]

    def in_version(self, item: Item, version: str) -> bool:
        """Whether a version of the form asks an item at all."""
        declared = self.versions[version]
        if item.part not in declared["parts"]:
            return False
        columns = declared.get("columns", {}).get(item.part)
        chosen = declared.get("items", {}).get(item.part)
        return (not columns or not item.column or item.column in columns) and (
            not chosen or item.id in chosen
        )

    def tables(self, version: str) -> tuple[FormTable, ...]:
        """The tables of one version of the printed form, in order, with every slot in its grid cell."""
        tables: list[FormTable] = []
        for part_id in self.versions[version]["parts"]:
            part = self.part(part_id)
            make = {"sheet": _sheet_tables, "grid": _grid_tables, "roster": _roster_tables}[part["kind"]]
            for table in make(self, part, version, len(tables) + 1):
                tables.append(table)
        return tuple(tables)

    def printed_paragraphs(self, version: str) -> tuple[str, ...]:
        """Texts that the empty form prints outside its tables."""
        headings = [_heading(self.part(p)) for p in self.versions[version]["parts"]]
        return (self.title, self.versions[version]["title"], *headings)


def _heading(part: Mapping[str, Any]) -> str:
    return " ".join(x for x in (part.get("number", ""), part["heading"]) if x)


def _sheet_tables(book: Codebook, part: Mapping, version: str, number: int) -> Iterator[FormTable]:
    """A sheet has one row an item: number, label, answer."""
    items = [i for i in book.items.values() if i.part == part["id"] and book.in_version(i, version)]
    printed, slots = {}, []
    for row, item in enumerate(items, start=1):
        printed[row, 1], printed[row, 2] = item.id, item.label
        for option in item.options or (Option("", ""),):
            slots.append(Slot(item.id, item.kind, number, row, 3, item.label, option.id, option.label))
    yield FormTable(number, part["id"], "", 3, 0, printed, tuple(slots), len(items))


def _grid_tables(book: Codebook, part: Mapping, version: str, number: int) -> Iterator[FormTable]:
    """A grid has one table a block: two header rows, a row with the block's name, one row an actor group.

    Column ids are the printed numbers; a version that prints fewer columns closes the gaps.
    """
    shown = book.versions[version].get("columns", {}).get(part["id"])
    columns = [c for c in part["columns"] if not shown or c["id"] in shown]
    for offset, block in enumerate(part["blocks"]):
        printed: dict[tuple[int, int], str] = {}
        slots: list[Slot] = []
        for place, column in enumerate(columns, start=1):
            label = f"{column['id']} {column['label']}"
            printed[1, place] = column.get("group", label)
            printed[2, place] = label
        for place in range(1, len(columns) + 1):
            printed[3, place] = f"{block['id']}. {block['label']}"
        row = 3
        names = [r["id"] for r in block["rows"]]
        extra = [f"{block['id']}{len(names) + k + 1:02}" for k in range(block.get("extra_rows", 0))]
        for row, row_id in enumerate(names + extra, start=4):
            text = "" if row_id in extra else _printed_row(block, row_id)
            printed[row, 1] = text
            for place, column in enumerate(columns, start=1):
                if place == 1 and row_id not in extra:
                    continue
                kind = "text" if place == 1 else column["kind"]
                item_id = f"{part['number']}.{row_id}.{column['id']}"
                slots.append(Slot(item_id, kind, number + offset, row, place, text, extra=row_id in extra))
        yield FormTable(
            number + offset, part["id"], block["id"], len(columns), 3, printed, tuple(slots), 3 + len(names)
        )


def _printed_row(block: Mapping, row_id: str) -> str:
    row = next(r for r in block["rows"] if r["id"] == row_id)
    return row.get("printed", row["label"])


def _roster_tables(book: Codebook, part: Mapping, version: str, number: int) -> Iterator[FormTable]:
    """A roster has one header row and empty rows; each row is one more occurrence of the same items."""
    printed = {(1, c["id"]): c["label"] for c in part["columns"]}
    slots = [
        Slot(f"{part['number']}.{c['id']}", c["kind"], number, k + 1, c["id"], "", occurrence=k, extra=True)
        for k in range(1, part["printed_rows"] + 1)
        for c in part["columns"]
    ]
    yield FormTable(number, part["id"], "", len(part["columns"]), 1, printed, tuple(slots), 1)


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook.

    Parameters
    ----------
    path : path of the YAML file

    Raises
    ------
    CodebookError
        With every finding in one message: unknown kinds, an id twice, a filter, set or version that
        names an unknown part or item.

    Examples
    --------
    >>> book = read_codebook("data/codebook/strukturen.yml")
    >>> book.items["1.1.A03.4"].short, book.items["2.3.1"].asked_if
    ('KI', ('2.1', 'nein'))
    >>> [table.number for table in book.tables("kurz")]
    [1, 2, 3, 4, 5, 6]
    """
    path = Path(path)
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = tuple(declared["parts"])
        items: dict[str, Item] = {}
        problems = [
            f"Teil „{p.get('id')}“: Art „{p.get('kind')}“ ist unbekannt (erlaubt: {', '.join(sorted(PART_KINDS))})."
            for p in parts
            if p.get("kind") not in PART_KINDS
        ]
        for part in parts if not problems else ():
            for item in _items_of(part):
                if item.id in items:
                    problems.append(f"Item „{item.id}“ ist doppelt vergeben.")
                if item.kind not in ITEM_KINDS:
                    problems.append(f"Item „{item.id}“: Art „{item.kind}“ ist unbekannt.")
                items[item.id] = item
        book = Codebook(
            instrument=str(declared["instrument"]),
            wave=str(declared["wave"]),
            title=declared["title"],
            population=declared.get("population", ""),
            versions=declared["versions"],
            parts=parts,
            items=items,
            sets={s["id"]: s for s in declared.get("sets", ())},
            placeholders=tuple(declared.get("placeholders", ())),
            completeness=tuple(declared.get("completeness", ())),
            identity=declared.get("identity", {}),
            duplicates=declared.get("duplicates", "latest"),
            decisions=tuple(declared.get("decisions", ())),
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CodebookError(
            f"Codebuch „{path}“ ist nicht lesbar ({type(error).__name__}: {error}). "
            "Bitte die Datei mit einem der vorhandenen Codebücher vergleichen."
        ) from None
    problems += _reference_problems(book)
    if problems:
        raise CodebookError(f"Codebuch „{path}“ ist nicht stimmig: " + " ".join(problems))
    return book


def _items_of(part: Mapping[str, Any]) -> Iterator[Item]:
    """Every item that a part declares; a grid yields one item a row and column, empty rows included."""
    if part["kind"] == "sheet":
        for i in part["items"]:
            options = tuple(
                Option(o["id"], o["label"], {k: v for k, v in o.items() if k not in ("id", "label")})
                for o in i.get("options", ())
            )
            condition = i.get("asked_if")
            asked_if = (condition["item"], condition["value"]) if condition else None
            label = i["label"]
            yield Item(
                i["id"], i["kind"], label, i.get("short", label), part["id"], options, asked_if,
                content=i.get("content", ""),
            )  # fmt: skip
    elif part["kind"] == "roster":
        for c in part["columns"]:
            yield Item(
                f"{part['number']}.{c['id']}", c["kind"], c["label"], c["label"], part["id"],
                column=c["id"], minimum=c.get("min"), maximum=c.get("max"), content=c.get("content", ""),
            )  # fmt: skip
    else:
        for block in part["blocks"]:
            rows = [(r["id"], r["label"], r.get("short", r["label"])) for r in block["rows"]]
            first = len(rows) + 1
            rows += [
                (f"{block['id']}{k:02}", "", "") for k in range(first, first + block.get("extra_rows", 0))
            ]
            for row_id, label, short in rows:
                for c in part["columns"]:
                    kind = c["kind"]
                    if kind == "row_label":
                        if label:
                            continue
                        kind = "text"
                    yield Item(
                        f"{part['number']}.{row_id}.{c['id']}", kind, label, short, part["id"],
                        block=block["id"], row=row_id, column=c["id"], content=c.get("content", ""),
                    )  # fmt: skip


def _reference_problems(book: Codebook) -> list[str]:
    """Sentences for everything that names a part, item or option that is not declared."""
    part_ids = {p["id"] for p in book.parts}
    problems = []
    for item in book.items.values():
        if item.asked_if:
            target = book.items.get(item.asked_if[0])
            if target is None:
                problems.append(f"Filter von „{item.id}“ nennt das unbekannte Item „{item.asked_if[0]}“.")
            elif item.asked_if[1] not in {o.id for o in target.options}:
                problems.append(f"Filter von „{item.id}“ nennt die unbekannte Vorgabe „{item.asked_if[1]}“.")
    for version_id, version in book.versions.items():
        problems += [
            f"Fassung „{version_id}“ nennt den unbekannten Teil „{p}“."
            for p in version["parts"]
            if p not in part_ids
        ]
        named = [i for chosen in version.get("items", {}).values() for i in chosen]
        problems += [
            f"Fassung „{version_id}“ nennt das unbekannte Item „{i}“." for i in named if i not in book.items
        ]
    problems += [
        f"Mehrfachantwort „{s['id']}“ nennt den unbekannten Teil „{s['part']}“."
        for s in book.sets.values()
        if s["part"] not in part_ids
    ]
    return problems
