"""Where each item stands on the printed form: the tables of a version with a slot for every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Codebook, Item


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the printed form that can take one answer: a cell, or one box of a single choice.

    `choices` are id and text of each entry of a drop-down list.
    """

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
    choices: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:  # slots are looked up by the thousand; these three tell them apart
        return hash((self.item_id, self.option, self.occurrence))

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


def form_tables(book: Codebook, version: str) -> tuple[FormTable, ...]:
    """The tables of one version of the printed form, in order, with every slot in its grid cell."""
    tables: list[FormTable] = []
    for part_id in book.versions[version].parts:
        part = book.part(part_id)
        make = {"sheet": _sheet_tables, "grid": _grid_tables, "roster": _roster_tables}[part.kind]
        tables += make(book, part, version, len(tables) + 1)
    return tuple(tables)


def _slots(item: Item, slot: Slot) -> list[Slot]:
    """The slots of one cell: a box for each option, a list of them, or the cell itself."""
    choices = [(o.id, o.label) for o in item.options]
    if item.control:
        return [replace(slot, choices=tuple(choices))]
    return [replace(slot, option=o, option_label=text) for o, text in choices] or [slot]


def _sheet_tables(book: Codebook, part: Any, version: str, number: int) -> Iterator[FormTable]:
    """A sheet has one row an item: number, label, answer."""
    items = [i for i in book.items.values() if i.part == part.id and book.in_version(i, version)]
    printed, slots = {}, []
    for row, item in enumerate(items, start=1):
        printed[row, 1], printed[row, 2] = item.id, item.label
        slots += _slots(item, Slot(item.id, item.kind, number, row, 3, item.label))
    yield FormTable(number, part.id, "", 3, 0, printed, tuple(slots), len(items))


def _grid_tables(book: Codebook, part: Any, version: str, number: int) -> Iterator[FormTable]:
    """A grid has one table a block: two header rows, a row with the block's name, one row an actor group.

    Column ids are the printed numbers; a version that prints fewer columns closes the gaps.
    """
    shown = book.versions[version].columns.get(part.id)
    columns = [c for c in part.columns if not shown or c.id in shown]
    for table, block in enumerate(part.blocks, start=number):
        printed: dict[tuple[int, int], str] = {}
        slots: list[Slot] = []
        for place, column in enumerate(columns, start=1):
            printed[2, place] = f"{column.id} {column.label}"
            printed[1, place] = column.group or printed[2, place]
            printed[3, place] = f"{block.id}. {block.label}"
        for row, (row_id, named) in enumerate(block.lines, start=4):
            printed[row, 1] = text = (named.printed or named.label) if named else ""
            for place, column in enumerate(columns, start=1):
                if place > 1 or not named:
                    item = book.items[f"{part.number}.{row_id}.{column.id}"]
                    slots += _slots(item, Slot(item.id, item.kind, table, row, place, text, extra=not named))
        yield FormTable(table, part.id, block.id, len(columns), 3, printed, tuple(slots), 3 + len(block.rows))


def _roster_tables(book: Codebook, part: Any, version: str, number: int) -> Iterator[FormTable]:
    """A roster has one header row and empty rows; each row is one more occurrence of the same items."""
    printed = {(1, c.id): c.label for c in part.columns}
    slots: list[Slot] = []
    for k in range(1, part.printed_rows + 1):
        for c in part.columns:
            item = book.items[f"{part.number}.{c.id}"]
            slots += _slots(item, Slot(item.id, item.kind, number, k + 1, c.id, "", "", "", k, True))
    yield FormTable(number, part.id, "", len(part.columns), 1, printed, tuple(slots), 1)
