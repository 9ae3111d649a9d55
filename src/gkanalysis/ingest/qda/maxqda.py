"""Read MAXQDA's spreadsheet of coded segments (.xlsx), exported in German or English.

It holds the segments, not the documents: sources have no text, and places are counted in paragraphs. GUIDs are
derived from what is written, so that the same file gives the same GUIDs.
"""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

from gkanalysis.codebook.lists import Column
from gkanalysis.ingest.qda.model import Code, Coder, Coding, Memo, Project, Selection, Set, Source, derived_guid, loss
from gkanalysis.ingest.refusal import QdaFileError
from gkanalysis.ingest.spreadsheets import find_heading, rows_below
from gkanalysis.ingest.tables import MAX_COLUMN, column_letter
from gkanalysis.ingest.workbook import Cell, read_workbook

# Headings by what they hold; of two that hold the same the first is taken.
COLUMNS = tuple(
    Column(name, titles=titles)
    for name, titles in {
        "group": ("Dokumentgruppe", "Document group"),
        "document": ("Dokumentname", "Document name", "Dokument"),
        "parent": ("Obercode", "Parent code"),
        "code": ("Codename", "Code name"),
        "start": ("Anfang", "Beginning", "Begin"),
        "end": ("Ende",),
        "segment": ("Codiertes Segment", "Coded segment"),
        "coder": ("Erstellt von", "Created by", "Autor", "Author"),
        "last": ("Bearbeitet von", "Modified by"),
        "created": ("Erstellt am", "Created on", "Creation date"),
        "comment": ("Kommentar",),
    }.items()
)
NEEDED = {"document", "code", "segment"}
MAX_LEVELS = 100  # of codes above one another; MAXQDA allows ten
_ARROW, _BACKSLASH = re.compile(r"\s+>\s+"), re.compile(r"\s*\\\s*")
_PLACE = re.compile(r"\d[\d:.,|\s]*")
_EMPTY = Cell("text", "", "")
_WORDS = {Selection: "segment"}  # in the GUIDs that are derived
_PROBLEMS = {"formula": "formula", "error": "error_value"}


def read_maxqda(path):
    """Read a spreadsheet of coded segments, one coding per row; a `RefusedError` if no sheet has the columns needed.

    Codes are made from their paths ("Aufbau > Neugründung", or with backslashes where no path of the file has an
    arrow), document groups become sets, comments memos on the coding. `Selection.name` is the segment's text,
    `Selection.place` its paragraphs (`Anfang=12 Ende=14`); rows with the same document, paragraphs and text share a
    selection, unless the same coder gave the same code there before: then it is another place in the paragraph
    (`Anfang=12 Ende=12 Stelle=2`).
    """
    sheets = read_workbook(path)
    for sheet in sheets:
        heading = find_heading(sheet, COLUMNS)
        # From a second name of the document on, columns tell of the document (who imported it), not of the coding.
        end = [*heading.places.get("document", ()), MAX_COLUMN + 1, MAX_COLUMN + 1][1]
        columns = {name: at[0] for name, at in heading.places.items() if at[0] < end}
        if "last" in columns:
            columns.setdefault("coder", columns.pop("last"))
        if columns.keys() >= NEEDED:
            table = _Table(sheet, columns, heading)
            return table.project(Path(path).name, [other.name for other in sheets if other is not sheet])
    raise QdaFileError("no_columns", Path(path).name)


class _Table:
    """Gathers the objects that the rows speak of, each once."""

    def __init__(self, sheet, columns, heading):
        self._sheet, self._columns, rows = sheet, columns, rows_below(sheet, heading)
        self._headings = {at: cell.shown for (row, at), cell in sheet.cells.items() if row == heading.row}
        self._objects = {kind: {} for kind in (Code, Coder, Source, Selection, Coding)}
        self._paths, self._memos, self._groups, self._losses, self._unused = {}, [], {}, [], {}
        self._times = Counter()
        paths = [cells[columns["code"]].shown for cells in rows.values() if columns["code"] in cells]
        self._between = _ARROW if any(map(_ARROW.search, paths)) else _BACKSLASH
        for number, cells in rows.items():
            self.add(number, cells)

    def add(self, number, cells):
        """Take one row."""
        struck = {f"{column_letter(at)}{number}": cell.struck for at, cell in cells.items() if cell.struck}
        if len(struck) == len(cells):
            struck = {str(number): " | ".join(struck.values())}
        for place, text in struck.items():
            self._lose("struck", place, text)
        for at, cell in list(cells.items()):
            if cell.kind in _PROBLEMS:  # of a formula not even the stored result is used
                stored = f" [{cell.shown}]" if cell.kind == "formula" and cell.shown else ""
                self._lose(_PROBLEMS[cell.kind], f"{column_letter(at)}{number}", f"{cell.value}{stored}")
                cells[at] = _EMPTY
            elif at not in self._columns.values():
                self._unused.setdefault(at, cell.shown)
        values = {c.name: cells.get(self._columns.get(c.name), _EMPTY) for c in COLUMNS}
        texts = {name: cell.shown for name, cell in values.items()}
        if values["segment"].kind == "text":
            texts["segment"] = values["segment"].value  # white space at its ends was selected too
        path = [name for field in ("parent", "code") for name in self._between.split(texts[field]) if name]
        if not texts["document"] or not texts["code"] or not path:
            if any(texts.values()):
                self._lose("incomplete_row", str(number), " | ".join(text for text in texts.values() if text))
            return
        if len(path) > MAX_LEVELS:
            self._lose("deep_code", str(number), " > ".join(path))
            return
        if "\\" in texts["code"]:
            kind = "backslash_split" if self._between is _BACKSLASH else "backslash_kept"
            self._lose(kind, str(number), texts["code"])
        if number in self._sheet.hidden_rows:
            self._lose("hidden_row", str(number), texts["segment"])
        if self._columns["segment"] not in cells:
            self._lose("no_words", str(number), " > ".join(path))
        for name in ("start", "end"):
            if texts[name] and (values[name].kind == "date" or not _PLACE.fullmatch(texts[name])):
                self._lose("odd_place", f"{column_letter(self._columns[name])}{number}", texts[name])
        self._add_coding(number, texts, path, self._created(values["created"]))

    def _add_coding(self, number, texts, path, created):
        """One coding with its code and those above it, its coder, source and selection."""
        code = ""
        for depth in range(1, len(path) + 1):
            code = self._once(Code, *path[:depth], name=path[depth - 1], parent=code)
            self._paths.setdefault(tuple(path[:depth]), code)
        source = self._once(Source, texts["group"], texts["document"], name=texts["document"])
        if texts["group"]:
            self._groups.setdefault(texts["group"], {})[source] = True
        coder = self._once(Coder, texts["coder"], name=texts["coder"]) if texts["coder"] else ""
        ends = {"Anfang": texts["start"], "Ende": texts["end"]}
        self._times[here := (source, *ends.values(), texts["segment"], code, coder)] += 1
        if self._times[here] > 1:  # MAXQDA never gives a code twice to one place
            ends["Stelle"] = str(self._times[here])
        place = " ".join(f"{word}={text}" for word, text in ends.items() if text)
        words = {"name": texts["segment"], "place": place}
        selection = self._once(Selection, source, place, texts["segment"], source=source, **words)
        refs = {"code": code, "coder": coder, "created": created}
        guid = self._once(Coding, selection, code, coder, selection=selection, source=source, **refs)
        if self._times[here] > 1:
            self._lose("same_words", str(number), texts["segment"], guid)
        if not coder:
            self._lose("no_coder", str(number), texts["segment"], guid)
        if texts["comment"]:
            self._memos.append(Memo(derived_guid("MAXQDA comment", guid), guid, text=texts["comment"]))

    def _once(self, kind, *parts, **fields):
        """GUID of the object that these parts make out; it is made the first time."""
        guid = derived_guid(f"MAXQDA {_WORDS.get(kind, kind.__name__.lower())}", *parts)
        self._objects[kind].setdefault(guid, kind(guid, **fields))
        return guid

    def _lose(self, kind, place, raw, guid=""):
        """List a loss."""
        word = "Zeile" if place.isdigit() else "Spalte" if place.isalpha() else "Zelle"
        self._losses.append(loss(kind, guid=guid, place=f"Blatt „{self._sheet.name}“, {word} {place}", raw=raw))

    def _created(self, cell):
        """Time as written; a number of days becomes a date, which is how Excel shows it."""
        if cell.kind not in ("number", "date"):
            return cell.shown
        try:
            time = cell.value if cell.kind == "date" else self._sheet.first_day + timedelta(days=cell.value)
        except OverflowError:
            return cell.shown
        return (time + timedelta(milliseconds=500)).replace(microsecond=0).isoformat()

    def project(self, name, other_sheets):
        """The project of all rows; codes in the order of a tree."""
        for at, example in sorted(self._unused.items()):
            self._lose("unused_column", column_letter(at), f"{self._headings.get(at, '')}: {example}")
        losses = [loss("second_sheet", raw=other) for other in other_sheets]
        losses += [loss("outside", raw=target) for target in self._sheet.outside]
        order = {path: position for position, path in enumerate(self._paths)}
        tree = sorted(order, key=lambda path: [order[path[: n + 1]] for n in range(len(path))])
        found = {f"{kind.__name__.lower()}s": tuple(objects.values()) for kind, objects in self._objects.items()}
        found["codes"] = tuple(self._objects[Code][self._paths[path]] for path in tree)
        sets = tuple(Set(derived_guid("MAXQDA group", group), group, tuple(m)) for group, m in self._groups.items())
        return Project(name, "MAXQDA", **found, memos=tuple(self._memos), sets=sets, losses=(*losses, *self._losses))
