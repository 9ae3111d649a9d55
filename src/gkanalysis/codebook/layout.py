"""The printed form: its tables, with a slot for every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

SHEET_HEAD = ("Nr.", "Frage", "Antwort")  # what a blank form prints above a table of questions


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
        """The tag as a name that bookmarks and legacy form fields may have: 40 letters, digits and underscores."""
        name = "i_" + "".join(c if c.isalnum() else "_" for c in self.tag)
        return name if len(name) <= 40 else f"{name[:31]}_{crc32(self.tag.encode()):08x}"


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
