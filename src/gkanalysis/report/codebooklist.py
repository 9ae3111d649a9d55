"""What a form asks, as the appendix of a report prints it: a line an item, and a line a column of a grid.

A grid of 13 rows and 7 columns would be 91 lines that say the same; its rows are named once, each column once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.numbers import NBSP, NO_VALUE, format_count
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.report.exhibits import Row
from gkanalysis.tabulate.answered import answered_table

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

KINDS = {"text": "Text", "number": "Zahl", "tick": "Kreuz", "single": "eine"}
IN_SET = "mehrere"
SLASH = f"{NBSP}/ "  # a line does not begin with it


@dataclass(frozen=True)
class _Line:
    """A printed line: items that are counted together, what they ask, how they are answered."""

    row: str
    items: tuple[Item, ...]
    label: str
    kind: str
    level: int = 0


def codebook_table(chapter: Chapter, source: str, status: Sequence[str]) -> pd.DataFrame:
    """All items of an instrument, and how many of the forms that count give a valid answer.

    Parameters
    ----------
    chapter : Chapter
    source : such as `prozess-2020`
    status : which forms are counted; the same as elsewhere in the report, for whoever filled a form in part is one
        of very few, and the difference of two counts would tell what they answered

    Returns
    -------
    DataFrame, one row per item of a sheet or column of a roster, and one per block and column of a grid
        `row` (item, or number, block and column), `heading` (of the part), `label` (number, question, options, and
        after which answer only it is asked), `kind` (how it is answered), `level`, `subgroup`, `n` (cases with at
        least one valid answer), `base_n` (cases that were asked), `definition`. A line that names the rows of a grid
        has no numbers.
    """
    book = chapter.codebook(source)
    lines = [(_heading(part), line) for part in book.parts for line in _lines(book, part["id"])]
    cases = chapter.cases(source, status=status)
    groups = {line.row: [i.id for i in line.items] for _, line in lines if line.items}
    counted = answered_table(chapter.responses(source, cases), groups, cases).set_index("row")
    table = pd.DataFrame(
        [(line.row, heading, line.label, line.kind, line.level) for heading, line in lines],
        columns=["row", "heading", "label", "kind", "level"],
    )
    table = table.assign(subgroup=TOTAL)
    for column in ("n", "base_n"):
        table[column] = table["row"].map(counted[column]).astype("Int64")
    known = {"source": source, "status": ",".join(status)}
    definitions = [
        define(pd.DataFrame({"n": [0]}), "answers", **known, **_place(line))["definition"].item()
        if line.items
        else ""
        for _, line in lines
    ]
    return table.assign(definition=definitions)


def codebook_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `codebook_table`: a heading per part, then question, kind and „39 von 41“."""
    rows = []
    for heading, part in table.groupby("heading", sort=False):
        rows.append(Row((str(heading),), kind="block"))
        for r in part.itertuples():
            if pd.isna(r.n):
                rows.append(Row((r.label, "", ""), level=r.level))
                continue
            count = f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}" if r.base_n else NO_VALUE
            rows.append(Row((r.label, r.kind, count), level=r.level, numbers=("", "", f"{r.row}:{TOTAL}")))
    return tuple(rows)


def _heading(part: object) -> str:
    return " ".join(x for x in (part.get("number", ""), part["heading"]) if x)


def _lines(book: Codebook, part_id: str) -> Iterator[_Line]:
    items = [i for i in book.items.values() if i.part == part_id]
    if book.part(part_id)["kind"] != "grid":
        yield from (_Line(i.id, (i,), _question(book, i), KINDS[i.kind]) for i in items)
        return
    part = book.part(part_id)
    columns = {c["id"]: c for c in part["columns"]}
    for block in part["blocks"]:
        yield from _block_lines(book, part, block, columns, [i for i in items if i.block == block["id"]])


def _block_lines(book: Codebook, part, block, columns, items: Sequence[Item]) -> Iterator[_Line]:
    """A line that names the rows, then one a column; a grid with a single column needs one line in all.

    What alliances added in empty rows is no item that others could have answered.
    """
    named = "; ".join(r["label"] for r in block["rows"])
    extra = ", dazu leere Zeilen" if block.get("extra_rows") else ""
    by_column = {c: tuple(i for i in items if i.column == c and i.label) for c in columns}
    sets = {s["column"]: s["label"] for s in book.sets.values() if s["part"] == part["id"]}
    asked = {c: found for c, found in by_column.items() if found}
    level = int(len(asked) > 1)
    if level:
        yield _Line(f"{part['number']}.{block['id']}", (), f"{block['label']}, Zeilen: {named}{extra}", "")
    for column, found in asked.items():
        label = columns[column]["label"]
        number = f"{part['number']}.{block['id']}.{column}"
        options = SLASH.join(o.label for o in found[0].options)
        label += f" ({options})" if options else ""
        text = f"Spalte {column}: {label}" if level else f"{label}: {named}{extra}"
        kind = IN_SET if column in sets else KINDS[found[0].kind]
        yield _Line(number, found, text, kind, level)


def _question(book: Codebook, item: Item) -> str:
    """Number, question and options; after which answer only it is asked; whether an earlier wave asked the same."""
    told = []
    if item.asked_if:
        parent, option = item.asked_if
        label = next(o.label for o in book.items[parent].options if o.id == option)
        told.append(f"nur nach {parent} „{label}“")
    if item.repeats:
        told.append(f"wörtlich wie {item.repeats.source.rpartition('-')[2]}, {item.repeats.item}")
    options = ": " + SLASH.join(o.label for o in item.options) if item.options else ""
    more = f" ({'; '.join(told)})" if told else ""
    return f"{item.id} {item.label}{options}{more}"


def _place(line: _Line) -> dict[str, str]:
    """What a definition says of the items of a line."""
    first = line.items[0]
    if not first.column:
        return {"item": first.id}
    return {"part": first.part, "block": first.block, "column": str(first.column)}  # a roster has no blocks
