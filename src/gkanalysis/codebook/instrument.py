"""The codebook of an instrument: items, options, filters, sets, and where each item sits in each version.

One YAML file per instrument and wave drives reading, validation, synthetic answers, blank forms and the
labels of tables. The layout computed here is shared by the reader of received forms and the writer of
blank ones, so the two cannot disagree about where an item stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.codebook.codebookcheck import codebook_problems, load_yaml
from gkanalysis.codebook.layout import FormTable, form_tables
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.yamlproblem import why_unreadable

TICK_KINDS = frozenset({"tick", "single"})
PART_KINDS = frozenset({"sheet", "grid", "roster"})


@dataclass(frozen=True, slots=True)
class Option:
    """A printed answer to tick; `extra` keeps what a report wants to know of it (`report`, `type`)."""

    id: str
    label: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The item of an earlier wave that an item asks again, word for word.

    `as_yes` are the answers of a single choice that count as yes; all others count as no. Other kinds have none.
    """

    source: str
    item: str
    as_yes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRepeat:
    """The multiple response set of an earlier wave that a set asks again, row by row and word for word."""

    source: str
    set: str


@dataclass(frozen=True, slots=True)
class Unlike:
    """An item of an earlier wave on the same theme that asks something else, and why the two show no change.

    `answers` are the two answers that may stand side by side, that of the earlier wave first.
    """

    source: str
    item: str
    answers: tuple[str, str]
    reason: str


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
        declared = self.sets[set_id]
        return [
            i.id
            for i in self.items.values()
            if i.part == declared["part"] and i.column == declared["column"] and i.label
        ]

    def set_repeat(self, set_id: str) -> SetRepeat | None:
        """The set of an earlier wave that a multiple response set asks again.

        >>> from gkanalysis.codebook.instrument import read_codebook
        >>> read_codebook("data/codebook/nachhaltigkeit.yml").set_repeat("huerden")
        SetRepeat(source='entwicklungsstand-2021', set='huerden')
        """
        return self.sets[set_id].get("repeats")

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
        return form_tables(self, version)

    def printed_paragraphs(self, version: str) -> tuple[str, ...]:
        """Texts that the empty form prints outside its tables."""
        headings = [_heading(self.part(p)) for p in self.versions[version]["parts"]]
        return (self.title, self.versions[version]["title"], *headings, *self.printed)


def _heading(part: Mapping[str, Any]) -> str:
    return " ".join(x for x in (part.get("number", ""), part["heading"]) if x)


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook.

    Parameters
    ----------
    path : path of the YAML file

    Raises
    ------
    CodebookError
        With every finding in one message: unknown kinds, an id or key twice, a filter, set, rule or
        version that names an unknown part or item, an item or set said to repeat one of an earlier wave
        that does not exist or asks something else.

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
    path = Path(path)
    with _readable(path):
        book, problems = _parse(path)
        known = {source: _earlier_book(path, source) for source in _named_sources(book)}
        problems = problems or codebook_problems(book, known)
    if problems:
        raise CodebookError(f"Codebuch „{path}“ ist nicht stimmig: " + " ".join(problems))
    return book


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say of a codebook that is no codebook at all which file it is."""
    try:
        yield
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CodebookError(
            f"Codebuch „{path}“ ist nicht lesbar: {why_unreadable(error)}. "
            "Bitte die Datei mit einem der vorhandenen Codebücher vergleichen."
        ) from None


def _named_sources(book: Codebook) -> set[str]:
    """Sources of other waves that items and sets refer to."""
    named = [book.set_repeat(s) for s in book.sets]
    for item in book.items.values():
        named += [item.repeats, *item.not_comparable]
    return {n.source for n in named if n}


def _earlier_book(path: Path, source: str) -> Codebook | None:
    """The codebook of another wave in the same folder, not checked itself; None if there is none."""
    if not re.fullmatch(r"[\w-]+", str(source)):  # a name of a file beside this one, nothing else
        return None
    for name in filter(None, (source, source.rpartition("-")[0])):
        other = path.with_name(f"{name}.yml")
        if other.exists():
            with _readable(other):
                book = _parse(other)[0]
            return book if book.source == source else None
    return None


def _parse(path: Path) -> tuple[Codebook, list[str]]:
    """A codebook as its file declares it, and what keeps it from being checked any further."""
    declared = load_yaml(path.read_text(encoding="utf-8"))
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
            items[item.id] = item
    book = Codebook(
        instrument=str(declared["instrument"]),
        wave=str(declared["wave"]),
        title=declared["title"],
        population=declared.get("population", ""),
        versions=declared["versions"],
        parts=parts,
        items=items,
        sets={s["id"]: _set(s) for s in declared.get("sets", ())},
        placeholders=tuple(declared.get("placeholders", ())),
        completeness=tuple(declared.get("completeness", ())),
        identity=declared.get("identity", {}),
        duplicates=declared.get("duplicates", "latest"),
        decisions=tuple(declared.get("decisions", ())),
        printed=tuple(declared.get("printed", ())),
        contacts=declared.get("contacts", {}),
    )
    unknown = set(declared) - (set(Codebook.__dataclass_fields__) - {"items"})
    problems += [f"Der Schlüssel „{key}“ ist unbekannt." for key in sorted(map(str, unknown))]
    return book, problems


def _repeat(declared: Mapping[str, Any] | None) -> Repeat | None:
    """What a sheet item says under `repeats`."""
    if declared is None:
        return None
    return Repeat(**{**declared, "as_yes": tuple(declared.get("as_yes", ()))})


def _set(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """A multiple response set, with the one that it repeats."""
    again = declared.get("repeats")
    return {**declared, "repeats": SetRepeat(**again)} if again is not None else declared


def _unlike(declared: Iterable[Mapping[str, Any]]) -> tuple[Unlike, ...]:
    """What a sheet item says under `not_comparable`."""
    return tuple(Unlike(**{**d, "answers": tuple(d["answers"])}) for d in declared)


def _options(declared: Mapping[str, Any]) -> tuple[Option, ...]:
    """The printed answers of an item or a column."""
    return tuple(
        Option(o["id"], o["label"], {k: v for k, v in o.items() if k not in ("id", "label")})
        for o in declared.get("options", ())
    )


def _items_of(part: Mapping[str, Any]) -> Iterator[Item]:
    """Every item that a part declares; a grid yields one item a row and column, empty rows included."""
    if part["kind"] == "sheet":
        for i in part["items"]:
            condition = i.get("asked_if")
            asked_if = (condition["item"], condition["value"]) if condition else None
            label = i["label"]
            yield Item(
                i["id"], i["kind"], label, i.get("short", label), part["id"], _options(i), asked_if,
                minimum=i.get("min"), maximum=i.get("max"), content=i.get("content", ""),
                control=i.get("control", ""), repeats=_repeat(i.get("repeats")),
                not_comparable=_unlike(i.get("not_comparable", ())),
            )  # fmt: skip
    elif part["kind"] == "roster":
        for c in part["columns"]:
            yield Item(
                f"{part['number']}.{c['id']}", c["kind"], c["label"], c["label"], part["id"], _options(c),
                column=c["id"], minimum=c.get("min"), maximum=c.get("max"), content=c.get("content", ""),
                control=c.get("control", ""),
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
                        f"{part['number']}.{row_id}.{c['id']}", kind, label, short, part["id"], _options(c),
                        block=block["id"], row=row_id, column=c["id"], minimum=c.get("min"),
                        maximum=c.get("max"), content=c.get("content", ""), control=c.get("control", ""),
                    )  # fmt: skip
