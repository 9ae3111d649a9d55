"""Read a declared table from a stranger's spreadsheet: columns by heading, every finding in one pass.

Columns may have moved, lines may stand above the heading. Nothing is filled down, rounded, evaluated or
guessed: a cell that cannot be read is empty in the frame and has a finding with its place, value, what is
allowed, what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import ValidationError
from gkanalysis.ingest.cellvalues import Column, normalised, read_cell
from gkanalysis.ingest.headings import HEADING_ROWS, Heading, check_heading, closest, find_heading, main_title
from gkanalysis.ingest.refusal import printable
from gkanalysis.ingest.sheetfindings import SheetFindings
from gkanalysis.ingest.tablespec import TableSpec, table_spec
from gkanalysis.ingest.workbook import Cell, Sheet, column_letter, read_workbook

__all__ = ["Column", "SheetRead", "TableSpec", "read_table", "table_spec"]

_DTYPES = {"int": "Int64", "number": "Float64", "date": "str", "text": "str", "option": "str"}


@dataclass(frozen=True)
class SheetRead:
    """What was read from one file.

    Attributes
    ----------
    rows : DataFrame, one row per filled row of the sheet
        The declared columns in their order (Int64, Float64, str; days as ISO dates), `row` (its number as the
        program shows it). Rows that stand twice are all there.
    findings : DataFrame, one row per finding, errors first, then by row
        `severity` ("error", "finding", "hint"), `rule` (key of `SHEET_RULES`), `title`, `file`, `sheet`,
        `row` (missing if it concerns the sheet), `column` (letter and heading), `value`, `allowed`, `todo`,
        `message` (the whole sentence).
    sheet : str
        Name of the sheet that was read; "" for a CSV file, or if there was none to read.
    """

    rows: pd.DataFrame
    findings: pd.DataFrame
    sheet: str = ""

    def check(self) -> pd.DataFrame:
        """The rows, if no finding is an error.

        Raises
        ------
        ValidationError
            With every finding of severity "error", one sentence per line.
        """
        errors = self.findings.loc[self.findings["severity"] == "error", "message"]
        if len(errors):
            raise ValidationError(
                "Die Tabelle ist so nicht verwendbar:\n" + "\n".join(f"  {e}" for e in errors)
            )
        return self.rows


def read_table(
    path: str | Path, spec: TableSpec, *, known: Mapping[str, Collection[str]] | None = None
) -> SheetRead:
    """Read a declared table from a CSV or .xlsx file.

    Parameters
    ----------
    path : str or Path
    spec : TableSpec
    known : mapping from column to values, optional
        Values that exist, such as the ids of the register; others are errors.

    Returns
    -------
    SheetRead
        Rows and findings. If the sheet or its heading is not found, there are no rows.

    Raises
    ------
    RefusedSheetError
        An `IngestError`, if the file is none that may be read.

    Examples
    --------
    >>> days = {"name": "days", "kind": "number", "titles": ["Tage"]}
    >>> spec = table_spec({"columns": [{"name": "case_id"}, days]})
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "log.csv"
    ...     _ = path.write_text("Tage;case_id\\n1,5;B01\\nzwei;B02\\n", encoding="utf-8")
    ...     found = read_table(path, spec)
    >>> found.rows
      case_id  days  row
    0     B01   1.5    2
    1     B02  <NA>    3
    >>> print(found.findings["message"].item())
    „log.csv“, Zeile 3, Spalte A „Tage“ „zwei“: Der Wert ist keine Zahl. Erlaubt: eine Zahl, mit Komma vor den \
Nachkommastellen; bitte berichtigen.
    """
    path = Path(path)
    reader = _Reader(SheetFindings(path.name), spec, known or {})
    rows = reader.read(read_workbook(path))
    frame = pd.DataFrame(rows, columns=[*(c.name for c in spec.columns), "row"])
    frame = frame.astype({c.name: _DTYPES[c.kind] for c in spec.columns} | {"row": "int64"})
    return SheetRead(frame, reader.findings.table(), reader.findings.sheet)


@dataclass(frozen=True)
class _Reader:
    """One pass over one file; collects findings."""

    findings: SheetFindings
    spec: TableSpec
    known: Mapping[str, Collection[str]]

    def read(self, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
        """Choose the sheet, find the heading, read the rows."""
        headings = {k: find_heading(sheet, self.spec.columns) for k, sheet in enumerate(sheets)}
        chosen = self._choose(sheets, headings)
        if chosen is None:
            return []
        sheet, heading = sheets[chosen], headings[chosen]
        self.findings.sheet = sheet.name
        if sheet.is_hidden:
            self.findings.add(
                "T15", "Das Blatt ist ausgeblendet.", todo="bitte prüfen, ob es das richtige Blatt ist"
            )
        if not heading.row:
            titles = ", ".join(f"„{main_title(c)}“" for c in self.spec.columns)
            self.findings.add(
                "T02", f"In den ersten {HEADING_ROWS} Zeilen steht keine der Überschriften.", allowed=titles,
                todo="bitte die Überschriften in eine Zeile setzen",
            )  # fmt: skip
            return []
        check_heading(sheet, heading, self.spec.columns, self.findings)
        rows = self._read_rows(sheet, heading)
        self._check_keys(rows)
        return rows

    def _choose(self, sheets: Sequence[Sheet], headings: Mapping[int, Heading]) -> int | None:
        """Position of the declared sheet, or of the only one with the headings; else a finding and None."""
        needed = {c.name for c in self.spec.columns if not c.may_be_absent}
        fitting = [k for k in headings if needed <= {*headings[k].at, *headings[k].double}]
        if len(sheets) == 1 and not sheets[0].name:
            return 0  # a CSV file has no names of sheets
        wanted = {normalised(name) for name in self.spec.sheets}
        named = [k for k, sheet in enumerate(sheets) if normalised(sheet.name) in wanted]
        candidates = named if wanted else fitting if len(sheets) > 1 else [0]
        if len(candidates) == 1 and sheets:
            return candidates[0]
        there = ", ".join(f"„{printable(s.name)}“" for s in sheets) or "keine"
        said = f"Vorhanden sind die Blätter {there}."
        if fitting:
            places = ", ".join(f"„{printable(sheets[k].name)}“" for k in fitting)
            said += f" Die erwarteten Überschriften stehen auf {places}."
        self.findings.add(
            "T01", said, todo="bitte das Blatt umbenennen oder die richtige Datei angeben",
            allowed=", ".join(f"„{name}“" for name in self.spec.sheets) or "genau ein Blatt mit den Überschriften",
        )  # fmt: skip
        return None

    def _read_rows(self, sheet: Sheet, heading: Heading) -> list[dict[str, Any]]:
        """All filled rows below the heading."""
        by_row: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sheet.cells.items():
            if row >= heading.first:
                by_row.setdefault(row, {})[column] = cell
        read = set(heading.at.values())
        named = read | set(heading.unknown) | {c for places in heading.double.values() for c in places}
        rows = []
        for row, cells in sorted(by_row.items()):
            for column in sorted(set(cells) - named):
                self.findings.add(
                    "T14", "Über dem Wert steht keine Überschrift, er wird nicht gelesen.", row=row,
                    column=column_letter(column), value=cells[column].shown, allowed="Werte unter einer Überschrift",
                    todo="bitte die Spalte benennen oder den Wert verschieben",
                )  # fmt: skip
            if read & set(cells):
                rows.append({"row": row} | self._values(cells, heading, row))
        if hidden := sorted(set(by_row) & sheet.hidden_rows):
            shown = ", ".join(map(str, hidden[:5])) + (" …" if len(hidden) > 5 else "")
            said = f"Ausgeblendete Zeilen werden mitgelesen, hier {len(hidden)} ({shown})."
            self.findings.add("T15", said, row=hidden[0], todo="bitte prüfen, ob sie gelten")
        return rows

    def _values(self, cells: Mapping[int, Cell], heading: Heading, row: int) -> dict[str, Any]:
        """Values of one row by column; a missing one that every row needs has a finding."""
        values: dict[str, Any] = {}
        for column in self.spec.columns:
            at = heading.at.get(column.name)
            if at is None:
                continue
            place = f"{column_letter(at)} „{main_title(column)}“"
            if at in cells:
                values[column.name] = self._value(cells[at], column, row, place)
            elif column.required:
                self.findings.add(
                    "T10",
                    "Hier fehlt ein Wert.",
                    row=row,
                    column=place,
                    allowed=column.allowed,
                    todo="bitte nachtragen",
                )
        return values

    def _value(self, cell: Cell, column: Column, row: int, place: str) -> Any:
        """Value of a cell, with a finding if it has none or something was noticed."""
        value = cell.value if cell.kind == "formula" else cell.shown
        where = {"row": row, "column": place, "value": value, "allowed": column.allowed}
        reading = read_cell(cell, column)
        if reading.problem:
            rule = {"formula": "T08", "error": "T09"}.get(cell.kind, "T06")
            todo = "bitte das Ergebnis als Wert einfügen" if rule == "T08" else "bitte berichtigen"
            self.findings.add(rule, f"Der Wert {reading.problem}.", todo=todo, **where)
            return None
        if reading.hint:
            self.findings.add(
                "T07", f"Der Wert wurde übernommen: {reading.hint}.", todo="bitte prüfen", **where
            )
        elif cell.kind == "text" and self.findings.sheet and column.kind in ("int", "number", "date"):
            said = "Der Wert ist als Text gespeichert und wurde übernommen."
            self.findings.add("T07", said, todo="bitte die Zelle passend formatieren", **where)
        if column.name in self.known and reading.value not in self.known[column.name]:
            near = closest(str(reading.value), [str(k) for k in self.known[column.name]], 0.6)
            where["allowed"] = "bekannte Werte"
            self.findings.add("T12", f"Der Wert ist unbekannt.{near}", todo="bitte berichtigen", **where)
        return reading.value

    def _check_keys(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows with the same key, such as an alliance that stands twice; an incomplete key is none."""
        seen: dict[tuple[Any, ...], int] = {}
        for values in rows:
            key = tuple(values.get(name) for name in self.spec.key)
            if not key or None in key:
                continue
            if key in seen:
                shown = ", ".join(map(str, key))
                said = f"„{printable(shown)}“ steht schon in Zeile {seen[key]}."
                self.findings.add(
                    "T11", said, row=values["row"], column=", ".join(self.spec.key), value=shown,
                    allowed="jeder Schlüssel einmal", todo="bitte klären, welche Zeile gilt, und die andere löschen",
                )  # fmt: skip
            seen.setdefault(key, values["row"])
