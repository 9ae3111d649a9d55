"""Read a declared table from a stranger's spreadsheet: columns by heading, every finding in one pass.

Columns may have moved, lines may stand above the heading. Nothing is filled down, rounded, evaluated or
guessed: a cell that cannot be read is empty in the frame and has a finding with its place, value, what is
allowed, what to do.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.lists import Column, TableSpec, normalised
from gkanalysis.core.errors import IngestError
from gkanalysis.core.findings import FINDING_COLUMNS
from gkanalysis.ingest.cellvalues import read_cell
from gkanalysis.ingest.received import FILE_COLUMNS, Received, csv_rows, receive
from gkanalysis.ingest.refusal import printable
from gkanalysis.ingest.tables import HEADING_ROWS, area_name, column_letter, few
from gkanalysis.ingest.workbook import Cell, Sheet, read_workbook, says_synthetic

_DTYPES = {"int": "Int64", "number": "Float64", "date": "str", "text": "str", "option": "str"}
# Rule -> severity, title, what is to be done. Errors stop the build, findings are to be looked at, hints may be.
SHEET_RULES: dict[str, tuple[str, str, str]] = {
    "T01": ("error", "Blatt fehlt", "bitte das Blatt umbenennen oder die richtige Datei angeben"),
    "T02": ("error", "Überschriften nicht gefunden", "bitte die Überschriften in eine Zeile setzen"),
    "T03": ("error", "Spalte fehlt", "bitte die Spalte ergänzen oder umbenennen"),
    "T04": ("error", "Spalte doppelt", "bitte eine der Spalten umbenennen oder löschen"),
    "T05": ("hint", "Spalte wird nicht gelesen", "bitte umbenennen, falls sie gebraucht wird"),
    "T06": ("finding", "Wert nicht möglich", "bitte berichtigen"),
    "T07": ("hint", "anders gespeichert als erwartet", "bitte prüfen"),
    "T08": ("finding", "Formel", "bitte das Ergebnis als Wert einfügen"),
    "T09": ("finding", "Fehlerwert", "bitte berichtigen"),
    "T10": ("finding", "Wert fehlt", "bitte nachtragen"),
    "T11": ("error", "Zeile doppelt", "bitte klären, welche Zeile gilt, und die andere löschen"),
    "T12": ("finding", "Zelle eines Zellverbunds", "bitte den Zellverbund aufheben und jede Zelle ausfüllen"),
    "T13": ("finding", "verbundene Zellen", "bitte den Zellverbund aufheben und jede Zelle ausfüllen"),
    "T14": ("finding", "Wert ohne Überschrift", "bitte die Spalte benennen oder den Wert verschieben"),
    "T15": ("hint", "ausgeblendet", "bitte prüfen, ob es gelten soll"),
    "T16": ("finding", "durchgestrichen", "bitte prüfen, ob der Wert gelten soll"),
    "T17": (
        "finding",
        "Arbeitsmappe verweist nach außen",
        "bitte prüfen, ob die gespeicherten Werte die richtigen sind",
    ),
    "T18": ("finding", "Blatt wird nicht gelesen", "bitte dorthin übertragen, was gelten soll, und das Blatt löschen"),
    "T19": ("finding", "Kommentar", "bitte in die Zelle schreiben, was davon gelten soll"),
    "T20": ("finding", "mehrere Werte in einem", "bitte mit Semikolon trennen, wenn es mehrere sind"),
    "K01": ("finding", "Antwort ohne Kategorie", "bitte codieren"),
    "K02": ("hint", "Kategorie nie vergeben", "bitte prüfen, ob sie gebraucht wird"),
    "K03": ("error", "Kategorie unbekannt", "bitte berichtigen oder in die Kategorien aufnehmen"),
    "K04": ("error", "Text weicht von der Antwort ab", "bitte Text wiederherstellen und Kategorie prüfen"),
    "K05": ("error", "Antwort gibt es nicht", "bitte Bündnis, Item und Nennung prüfen"),
    "K06": ("finding", "Kategorie doppelt vergeben", "bitte eine der beiden löschen"),
    "K07": ("error", "unbekannt, wer codiert hat", "bitte berichtigen"),
    "K08": ("error", "Item ohne Kategorien", "bitte das Item aufnehmen oder berichtigen"),
    "K09": ("finding", "Antwort nicht von allen codiert", "bitte nachtragen"),
    "K10": ("finding", "Antwort zählt nicht", "bitte prüfen, ob sie zählen soll"),
}
_SEPARATORS = re.compile(r"[\n,/|]")
_WITH_VALUE = frozenset({"T06", "T07", "T08", "T09", "T14", "T16", "T20"})  # the sentence quotes what the cell holds


class SheetFindings:
    """The findings of one file, in the order in which they are met; nothing is raised."""

    def __init__(self, file: str, sheet: str = "") -> None:
        self.file, self.sheet = file, sheet
        self._rows: list[dict[str, Any]] = []

    def add(
        self, rule: str, sentence: str, *, row: int | None = None, column: str = "", value: Any = "",
        allowed: str = "", todo: str = "",
    ) -> None:  # fmt: skip
        """Add a finding."""
        severity, title, usual = SHEET_RULES[rule]
        value = printable(str(value))
        place = place_in_words(self.sheet, row, column)
        where = f"„{printable(self.file)}“" + (place and f", {place}")
        quoted = f" „{value}“" if value and rule in _WITH_VALUE else ""
        rest = (f"erlaubt: {allowed}; " if allowed else "") + (todo or usual)
        message = f"{where}{quoted}: {sentence} {rest[:1].upper()}{rest[1:]}."
        self._rows.append(
            dict.fromkeys(FINDING_COLUMNS, "")
            | {"severity": severity, "rule": rule, "title": title, "file": self.file, "place": place}
            | {"raw": value, "message": message, "row": row, "column": column}
        )

    def table(self) -> pd.DataFrame:
        """One row per finding as in the common log, with `row` and `column`: errors first, then by row, none before 1."""
        ranks = {"error": 0, "finding": 1, "hint": 2}
        rows = sorted(self._rows, key=lambda f: (ranks[f["severity"]], f["row"] or 0))
        return pd.DataFrame(rows, columns=[*FINDING_COLUMNS, "row", "column"]).astype({"row": "Int64"})


def place_in_words(sheet: str, row: int | None, column: str) -> str:
    """Place in the words of the program.

    >>> place_in_words("Log", 3, "B")
    'Blatt „Log“, Zeile 3, Spalte B'
    """
    parts = (
        f"Blatt „{printable(sheet)}“" if sheet else "",
        "" if row is None or pd.isna(row) else f"Zeile {row}",
        f"Spalte {column}" if column else "",
    )
    return ", ".join(filter(None, parts))


@dataclass(frozen=True)
class SheetRead:
    """What was read from one file.

    `rows` has one row per filled row of the sheet, also of those that stand twice: the declared columns in their order
    (Int64, Float64, str; days as ISO dates) and `row`, its number as the program shows it. `findings` are as of
    `SheetFindings.table`; `sheet` is the one that was read, "" for a CSV file, or if there was none to read.
    """

    rows: pd.DataFrame
    findings: pd.DataFrame
    sheet: str = ""


def read_table(path: str | Path, spec: TableSpec, findings: SheetFindings | None = None) -> SheetRead:
    """Read a declared table from a CSV or .xlsx file; a `RefusedSheetError` if it is none that may be read.

    If the sheet or its heading is not found, there are no rows. What is found goes to `findings`, too.

    >>> from gkanalysis.codebook.lists import table_spec
    >>> days = {"name": "days", "kind": "number", "titles": ["Tage"]}
    >>> spec = table_spec({"columns": [{"name": "case_id"}, days]})
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "log.csv"
    ...     _ = path.write_text("Tage;case_id\\n1,5;B01\\nzwei;B02\\n", encoding="utf-8")
    ...     log = read_table(path, spec)
    >>> log.rows
      case_id  days  row
    0     B01   1.5    2
    1     B02  <NA>    3
    >>> print(log.findings["message"].item())
    „log.csv“, Zeile 3, Spalte A „Tage“ „zwei“: Der Wert ist keine Zahl. Erlaubt: eine Zahl, mit Komma vor den \
Nachkommastellen; bitte berichtigen.
    """
    path = Path(path)
    findings = findings or SheetFindings(path.name)
    titles = [title for column in spec.columns for title in (column.name, *column.titles)]
    rows = _Reader(findings, spec).read(read_workbook(path, titles))
    frame = pd.DataFrame(rows, columns=[*(c.name for c in spec.columns), "row"])
    frame = frame.astype({c.name: _DTYPES[c.kind] for c in spec.columns} | {"row": "int64"})
    return SheetRead(frame, findings.table(), findings.sheet)


def main_title(column: Column) -> str:
    """The heading by which a column is called in sentences."""
    return (column.titles or (column.name,))[0]


def closest(wanted: str, there: Iterable[str], cutoff: float) -> str:
    """A sentence that names the nearest of what is there, with a space before it; "" if nothing is near.

    What holds the wanted words, or is held in them, is nearest; then what differs in few letters.
    """
    by_text = {normalised(str(text)): str(text) for text in there}
    looked_for = normalised(wanted)
    holding = [t for t in by_text if len(t) > 3 and (t in looked_for or looked_for in t)]
    near = holding or get_close_matches(looked_for, by_text, 1, cutoff)
    return f" Gemeint ist vielleicht „{printable(by_text[near[0]])}“." if near else ""


def quoted(texts: Iterable[str]) -> str:
    """Texts in German quotes, in a row."""
    return ", ".join(f"„{printable(text)}“" for text in texts)


@dataclass(frozen=True)
class Heading:
    """Where the columns stand: `row` is 0 if there is none, `first` the first row of the data.

    `places` are the columns of each name that was found, `unknown` the headings that are none.
    """

    row: int = 0
    first: int = 1
    places: Mapping[str, list[int]] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)

    @property
    def at(self) -> dict[str, int]:
        """The column of each name that stands once."""
        return {name: columns[0] for name, columns in self.places.items() if len(columns) == 1}


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
    best = Heading()
    for row in sorted(titles):
        places: dict[str, list[int]] = {}
        unknown = {}
        for column, title in sorted(titles[row].items()):
            if name := name_of.get(normalised(title)):
                places.setdefault(name, []).append(column)
            else:
                unknown[column] = title
        if len(places) > len(best.places):
            best = Heading(row, end[row] + 1, places, unknown)
    return best


def rows_below(sheet: Sheet, heading: Heading) -> dict[int, dict[int, Cell]]:
    """Filled cells by column of each row below the heading."""
    by_row: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row >= heading.first:
            by_row.setdefault(row, {})[column] = cell
    return by_row


@dataclass(frozen=True)
class _Reader:
    """One pass over one file; collects findings."""

    findings: SheetFindings
    spec: TableSpec

    def read(self, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
        """Choose the sheet, find the heading, read the rows."""
        headings = [find_heading(sheet, self.spec.columns) for sheet in sheets]
        if (chosen := self._choose(sheets, headings)) is None:
            return []
        sheet, heading = sheets[chosen], headings[chosen]
        self.findings.sheet = sheet.name
        if sheet.outside:
            shown = few([quoted([each]) for each in sheet.outside], 3)
            sentence = f"Die Arbeitsmappe nennt Daten außerhalb ({shown}); gelesen ist nur, was in ihr gespeichert ist."
            self.findings.add("T17", sentence)
        if sheet.is_hidden:
            self.findings.add("T15", "Das Blatt ist ausgeblendet.")
        if not heading.row:
            sentence = f"In den ersten {HEADING_ROWS} Zeilen steht keine der Überschriften."
            self.findings.add("T02", sentence, allowed=quoted(map(main_title, self.spec.columns)))
            return []
        self._check_heading(sheet, heading)
        rows = self._read_rows(sheet, heading)
        check_keys(rows, self.spec, self.findings)
        return rows

    def _choose(self, sheets: Sequence[Sheet], headings: Sequence[Heading]) -> int | None:
        """Position of the declared sheet, or of the only one with the headings; else a finding and None.

        Another sheet with the headings and rows is told.
        """
        needed = {c.name for c in self.spec.columns if not c.may_be_absent}
        fitting = [k for k, heading in enumerate(headings) if needed <= set(heading.places)]
        if len(sheets) == 1 and not sheets[0].name:
            return 0  # a CSV file has no names of sheets
        wanted = {normalised(name) for name in self.spec.sheets}
        named = [k for k, sheet in enumerate(sheets) if normalised(sheet.name) in wanted]
        candidates = named if wanted else fitting if len(sheets) > 1 else [0]
        if len(candidates) == 1 and sheets:
            for k in fitting:
                if k != candidates[0] and (n := len(rows_below(sheets[k], headings[k]))):
                    many = f"{n} Zeilen" if n > 1 else "eine Zeile"
                    sentence = f"Das Blatt {quoted([sheets[k].name])} hat dieselben Überschriften und {many}, gelesen wird nur {quoted([sheets[candidates[0]].name])}."
                    self.findings.add("T18", sentence)
            return candidates[0]
        sentence = f"Vorhanden sind die Blätter {quoted(s.name for s in sheets) or 'keine'}."
        if fitting:
            places = quoted(sheets[k].name for k in fitting)
            sentence += f" Die erwarteten Überschriften stehen auf {places}."
        allowed = quoted(self.spec.sheets) or "genau ein Blatt mit den Überschriften"
        self.findings.add("T01", sentence, allowed=allowed)
        return None

    def _check_heading(self, sheet: Sheet, heading: Heading) -> None:
        """Findings on missing, double, unknown and merged headings, and on merged cells below."""
        add, row = self.findings.add, heading.row
        for column in self.spec.columns:
            title, places = main_title(column), heading.places.get(column.name, [])
            letters = ", ".join(map(column_letter, places))
            if len(places) > 1:
                sentence = f"„{title}“ steht über mehreren Spalten; keine davon wird gelesen."
                add("T04", sentence, row=row, column=letters, value=title, allowed="jede Überschrift einmal")
            elif not places and not column.may_be_absent:
                sentence = f"Die Spalte „{title}“ fehlt.{closest(title, heading.unknown.values(), 0.5)}"
                allowed = quoted(dict.fromkeys((*column.titles, column.name)))
                add("T03", sentence, row=row, value=title, allowed=allowed)
            elif sheet.hidden_columns.intersection(places):
                add("T15", "Die Spalte ist ausgeblendet und wird mitgelesen.", column=letters, value=title)
        filled = {column for number, column in sheet.cells if number >= heading.first}
        for at, title in heading.unknown.items():
            if at in filled:
                sentence = f"Die Spalte „{printable(title)}“ wird nicht gelesen."
                add("T05", sentence, row=row, column=column_letter(at), value=title)
        for top, left, bottom, right in sheet.merged:
            in_heading = top <= row <= bottom and right > left
            if in_heading or top >= heading.first:
                area = area_name((top, left, bottom, right))
                where = "in der Überschrift" if in_heading else "in den Daten"
                sentence = f"Die Zellen {area} {where} sind verbunden; der Wert gilt nur für die erste."
                value = sheet.cells[top, left].shown if (top, left) in sheet.cells else ""
                add("T13", sentence, row=top, column=area, value=value, allowed="eine Zelle je Wert")

    def _read_rows(self, sheet: Sheet, heading: Heading) -> list[dict[str, Any]]:
        """All filled rows below the heading."""
        by_row = rows_below(sheet, heading)
        read = set(heading.at.values())
        named = set(heading.unknown).union(*heading.places.values())
        merged = {
            (row, column)
            for top, left, bottom, right in sheet.merged
            for row in by_row.keys() & range(top, bottom + 1)
            for column in read & set(range(left, right + 1))
        }
        rows = []
        for row, cells in by_row.items():
            for column in sorted(set(cells) - named):
                where = {"row": row, "column": column_letter(column), "value": cells[column].shown}
                sentence = "Über dem Wert steht keine Überschrift, er wird nicht gelesen."
                self.findings.add("T14", sentence, allowed="Werte unter einer Überschrift", **where)
            if read & set(cells):
                if all(cell.struck == cell.shown for cell in cells.values()):
                    self.findings.add("T16", "Die ganze Zeile ist durchgestrichen und wurde übernommen.", row=row)
                    cells = {column: cell._replace(struck="") for column, cell in cells.items()}
                rows.append({"row": row} | self._values(cells, heading, row, merged))
        if hidden := sorted(set(by_row) & sheet.hidden_rows):
            sentence = f"Ausgeblendete Zeilen werden mitgelesen, hier {len(hidden)} ({few(hidden)})."
            self.findings.add("T15", sentence, row=hidden[0])
        for (row, column), remark in sorted(sheet.comments.items()):
            if row >= heading.first:
                sentence = f"Die Zelle hat einen Kommentar („{printable(remark, 200)}“), der nicht gelesen wird."
                self.findings.add("T19", sentence, row=row, column=column_letter(column))
        self._check_several(rows, heading)
        return rows

    def _check_several(self, rows: Sequence[Mapping[str, Any]], heading: Heading) -> None:
        """Cells of several values that another sign than a semicolon seems to part: they count as one value."""
        for column in (c for c in self.spec.columns if c.several and c.name in heading.at):
            parts = [(row["row"], p.strip()) for row in rows for p in (row.get(column.name) or "").split(";")]
            known = {part for _, part in parts}
            for row, part in parts:
                inside = [p.strip() for p in _SEPARATORS.split(part) if p.strip()]
                if len(inside) > 1 and ("\n" in part or known.intersection(inside)):
                    where = _called(heading.at[column.name], column)
                    self.findings.add("T20", "Das zählt als ein einziger Wert.", value=part, row=row, column=where)

    def _values(
        self, cells: Mapping[int, Cell], heading: Heading, row: int, merged: Collection[tuple[int, int]]
    ) -> dict[str, Any]:
        """Values of one row by column; a missing one that every row needs has a finding."""
        values: dict[str, Any] = {}
        for column in self.spec.columns:
            if (at := heading.at.get(column.name)) is None:
                continue
            where = {"row": row, "column": _called(at, column), "allowed": column.allowed}
            if at in cells:
                values[column.name] = self._value(cells[at], column, where)
            elif column.required:
                of_first = "Der Wert der verbundenen Zellen gilt nur für die erste, hier fehlt er."
                lack = ("T12", of_first) if (row, at) in merged else ("T10", "Hier fehlt ein Wert.")
                self.findings.add(*lack, **where)
        return values

    def _value(self, cell: Cell, column: Column, where: dict[str, Any]) -> Any:
        """Value of a cell, with a finding if it has none or something was noticed."""
        where = where | {"value": cell.value if cell.kind == "formula" else cell.shown}
        reading = read_cell(cell, column)
        if reading.problem:
            rule = {"formula": "T08", "error": "T09"}.get(cell.kind, "T06")
            self.findings.add(rule, f"Der Wert {reading.problem}.", **where)
            return None
        if cell.struck:
            part = "" if cell.struck == cell.shown else f"teilweise („{printable(cell.struck)}“) "
            self.findings.add("T16", f"Der Wert ist {part}durchgestrichen und wurde ganz übernommen.", **where)
        if reading.hint:
            self.findings.add("T07", f"Der Wert wurde übernommen: {reading.hint}.", **where)
        elif cell.kind == "text" and self.findings.sheet and column.kind in ("int", "number", "date"):
            sentence = "Der Wert ist als Text gespeichert und wurde übernommen."
            self.findings.add("T07", sentence, todo="bitte die Zelle passend formatieren", **where)
        return reading.value


def _called(at: int, column: Column) -> str:
    """A column by its letter and heading."""
    return f"{column_letter(at)} „{main_title(column)}“"


def check_keys(rows: Iterable[Mapping[str, Any]], spec: TableSpec, findings: SheetFindings) -> None:
    """Rows with the same key, such as an alliance that stands twice; an incomplete key is none."""
    seen: dict[tuple[Any, ...], int] = {}
    for values in rows:
        key = tuple(values.get(name) for name in spec.key)
        if not key or None in key:
            continue
        if key in seen:
            shown, where = ", ".join(map(str, key)), {"row": values["row"], "column": ", ".join(spec.key)}
            sentence = f"„{printable(shown)}“ steht schon in Zeile {seen[key]}."
            findings.add("T11", sentence, value=shown, allowed="jeder Schlüssel einmal", **where)
        seen.setdefault(key, values["row"])


def ingest_list(folder: Path, file: str, spec: TableSpec, out: Path) -> tuple[int, list[str]]:
    """Read the list `file` of a folder and write `rows.parquet`, `found.parquet` and `files.csv` into `out`.

    Gives the number of files that were read (0 or 1), and a German sentence if it was refused.
    """
    if not (folder / file).is_file():
        raise IngestError(f"„{folder / file}“ fehlt; bitte die Liste unter diesem Namen dort ablegen.")

    def read(path: Path) -> Received:
        if path.name != file:
            return Received(path.name, "left_out", "im Codebuch nicht als Liste genannt")
        return Received(file, "read", synthetic=says_synthetic(path), content=read_table(path, spec))

    files = list(receive(folder, read))
    if refused := [received.message for received in files if received.status == "refused"]:
        return 0, refused
    (table,) = (received.content for received in files if received.status == "read")
    out.mkdir(parents=True, exist_ok=True)
    table.rows.assign(sheet=table.sheet).to_parquet(out / "rows.parquet", index=False)
    table.findings.to_parquet(out / "found.parquet", index=False)
    with csv_rows(out / "files.csv", FILE_COLUMNS) as rows:
        for f in files:  # a CSV file cannot say whether it is invented: None
            says = f.synthetic if f.status == "read" else None
            rows.writerow([f.file, f.sha256, f.status, f.message, says])
    return 1, []
