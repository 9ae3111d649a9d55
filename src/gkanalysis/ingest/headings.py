"""Where the columns of a declared table stand: the heading may be in any of the first rows and in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from gkanalysis.ingest.cellvalues import Column, normalised
from gkanalysis.ingest.refusal import printable
from gkanalysis.ingest.sheetfindings import SheetFindings
from gkanalysis.ingest.workbook import Sheet, column_letter

HEADING_ROWS = 30  # the heading is looked for in so many rows


@dataclass(frozen=True)
class Heading:
    """The heading that was found.

    Attributes
    ----------
    row : int
        0 if there is none.
    first : int
        First row of the data.
    at : mapping from name to column
    double : mapping from name to columns
        Columns whose heading stands more than once; they are not in `at`.
    unknown : mapping from column to heading
    """

    row: int = 0
    first: int = 1
    at: Mapping[str, int] = field(default_factory=dict)
    double: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)


def find_heading(sheet: Sheet, columns: Sequence[Column]) -> Heading:
    """The row that names most of the columns; the first of them in a tie.

    A heading that is merged downwards counts in each of its rows, so that two-line headings are read.
    """
    name_of = {normalised(title): c.name for c in columns for title in (c.name, *c.titles)}
    titles: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if row <= HEADING_ROWS:
            titles.setdefault(row, {})[column] = cell.shown
    end = {row: row for row in titles}
    for top, left, bottom, right in sheet.merged:
        if left == right and top < bottom and top <= HEADING_ROWS and left in titles.get(top, {}):
            for row in range(top, min(bottom, HEADING_ROWS) + 1):
                titles.setdefault(row, {}).setdefault(left, titles[top][left])
                end[row] = max(end.get(row, row), bottom)
    best, best_n = Heading(), 0
    for row in sorted(titles):
        places: dict[str, list[int]] = {}
        unknown = {}
        for column, title in sorted(titles[row].items()):
            if name := name_of.get(normalised(title)):
                places.setdefault(name, []).append(column)
            else:
                unknown[column] = title
        if len(places) > best_n:
            at = {name: found[0] for name, found in places.items() if len(found) == 1}
            double = {name: tuple(found) for name, found in places.items() if len(found) > 1}
            best, best_n = Heading(row, end[row] + 1, at, double, unknown), len(places)
    return best


def check_heading(sheet: Sheet, heading: Heading, columns: Sequence[Column], findings: SheetFindings) -> None:
    """Add findings on missing, double, unknown and merged headings, and on merged cells below."""
    for column in columns:
        title = main_title(column)
        if column.name in heading.double:
            places = ", ".join(column_letter(c) for c in heading.double[column.name])
            findings.add(
                "T04", f"„{title}“ steht über mehreren Spalten; keine davon wird gelesen.", row=heading.row, column=places,
                value=title, allowed="jede Überschrift einmal", todo="bitte eine der Spalten umbenennen oder löschen",
            )  # fmt: skip
        elif column.name not in heading.at and not column.may_be_absent:
            near = closest(title, heading.unknown.values(), 0.5)
            findings.add(
                "T03", f"Die Spalte „{title}“ fehlt.{near}", row=heading.row, value=title,
                allowed=", ".join(f"„{t}“" for t in dict.fromkeys((*column.titles, column.name))),
                todo="bitte die Spalte ergänzen oder umbenennen",
            )  # fmt: skip
    filled = {column for row, column in sheet.cells if row >= heading.first}
    for at, title in heading.unknown.items():
        if at in filled:
            findings.add(
                "T05", f"Die Spalte „{printable(title)}“ wird nicht gelesen.", row=heading.row, column=column_letter(at),
                value=title, todo="bitte umbenennen, falls sie gebraucht wird",
            )  # fmt: skip
    for top, left, bottom, right in sheet.merged:
        in_heading = top <= heading.row <= bottom and right > left
        if in_heading or top >= heading.first:
            area = f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
            where = "in der Überschrift" if in_heading else "in den Daten"
            cell = sheet.cells.get((top, left))
            findings.add(
                "T13", f"Die Zellen {area} {where} sind verbunden; der Wert gilt nur für die erste.", row=top, column=area,
                value=cell.shown if cell else "", allowed="eine Zelle je Wert",
                todo="bitte den Zellverbund aufheben und jede Zelle ausfüllen",
            )  # fmt: skip


def main_title(column: Column) -> str:
    """The heading by which a column is called in sentences."""
    return (column.titles or (column.name,))[0]


def closest(wanted: str, there: Sequence[str], cutoff: float) -> str:
    """A sentence that names the nearest of what is there, with a space before it; "" if nothing is near.

    What holds the wanted words, or is held in them, is nearest; then what differs in few letters.

    >>> closest("Datum", ["Datum des Besuchs", "Ort"], 0.6)
    ' Gemeint ist vielleicht „Datum des Besuchs“.'
    """
    by_text = {normalised(str(text)): str(text) for text in there}
    looked_for = normalised(wanted)
    holding = [t for t in by_text if len(t) > 3 and (t in looked_for or looked_for in t)]
    found = holding or get_close_matches(looked_for, by_text, 1, cutoff)
    return f" Gemeint ist vielleicht „{printable(by_text[found[0]])}“." if found else ""
