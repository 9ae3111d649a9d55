"""A survey that came in as a table, one row a case, becomes the long responses that forms become.

CSV, Excel and SPSS files give columns of texts in pieces; the codebook says which column is which item and what its
values mean. Nothing is guessed: what does not fit is refused or told, with its column and first row.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gkanalysis.codebook.columns import Place, Table, as_number, places
from gkanalysis.codebook.instrument import STATES, Codebook
from gkanalysis.codebook.lists import normalised
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.refusal import MB, RefusedSheetError, printable
from gkanalysis.ingest.spreadsheets import closest, quoted
from gkanalysis.ingest.tables import HEADING_ROWS, MAX_COLUMN, area_name, column_letter, csv_delimiter, csv_text, few
from gkanalysis.ingest.workbook import Cell, plain_number, read_workbook, says_synthetic

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".sav", ".zsav")
PIECE = 200_000  # cells of the items that are read at once
SHOWN = 5  # rows that a sentence names
NOT_SHOWN = "not_shown"
_WHOLE = re.compile(r"(-?[0-9]+)[.,]0+")
# columns that LimeSurvey itself adds
OF_LIMESURVEY = (
    *("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"),
    *("interviewtime", "firstname", "lastname", "email", "attribute_*", "groupTime*", "*Time"),
)
Labels = Mapping[str, Mapping[str, str]]  # column -> value -> what it is called


class RefusedSurveyError(RefusedSheetError):
    """A table of answers that is not read; it may be larger than a list that people keep."""

    limits = RefusedSheetError.limits._replace(file=1024 * MB)
    sentences = RefusedSheetError.sentences | {
        "file_size": "ist größer als 1 GB; bitte in mehreren Dateien ablegen",
        "columns": "hat mehr als 16.384 Spalten; bitte Trennzeichen prüfen oder nur die benötigten ausgeben",
        "damaged": "ist beschädigt oder unvollständig übertragen; bitte noch einmal ausführen oder zusenden lassen",
    }


class Piece(NamedTuple):
    """Some rows: their numbers as the program counts them, and each column as texts; null is a cell not there."""

    rows: np.ndarray
    column: Callable[[int], pa.DictionaryArray]


@dataclass
class TableFile:
    """What a file holds: headings in their order, rows in pieces, what it says of values.

    It is refused for its `problems`; `notes` are told: item, sentence, value, place.
    """

    titles: Sequence[str]
    pieces: Iterable[Piece]
    sheet: str = ""
    labels: Labels = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)  # column -> question
    sets: Sequence[tuple[str, Sequence[str], str]] = ()  # wording, columns and what counts of multiple answers
    missing: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(self, sentence: str, item: str = "", value: str = "", place: str = "") -> None:
        """Tell something."""
        self.notes.append((item, sentence, value, place))


@dataclass
class Survey:
    """A file that was opened; once `responses` has read its rows, all that is wrong or told is known."""

    name: str
    book: Codebook
    file: TableFile
    synthetic: bool | None
    n_rows: int = 0

    def __post_init__(self) -> None:
        self.places = places(self.book)
        self.at = self._columns()
        self._means = {p.item.id: dict(self.book.table.listed(p.item)) for p in self.places}
        self._told: dict[tuple[str, str], list[Any]] = {}
        table, is_csv = self.book.table, not self.name.lower().endswith((".xlsx", ".sav", ".zsav"))
        self._points = is_csv and (table.limesurvey or table.decimal == ".")  # all else is typed, or in German notation

    def _columns(self) -> dict[str, int]:
        """Number of each wanted column, from 0; missing, double and unknown ones are told."""
        table, titles, problems = self.book.table, list(map(_line, self.file.titles)), self.file.problems
        wanted = list(dict.fromkeys([table.case, *filter(None, [table.received]), *(p.column for p in self.places)]))
        unused = [*table.unused, *(OF_LIMESURVEY if table.limesurvey else ())]
        unknown = {k: t for k, t in enumerate(titles) if t not in wanted and not matches(t, unused)}
        at: dict[str, int] = {}
        for column in wanted:
            there = [k for k, title in enumerate(titles) if title == column]
            if len(there) == 1:
                at[column] = there[0]
            elif there:
                letters = ", ".join(column_letter(k + 1) for k in there)
                problem = f"„{column}“ steht über mehreren Spalten ({letters}), welche gilt, ist unklar"
                advice = "bitte in der Erhebung umbenennen und noch einmal ausführen."
                problems.append(f"{problem}; erlaubt ist jede Überschrift einmal, {advice}")
            else:
                problem = f"Die Spalte „{column}“ fehlt; erlaubt sind die Überschriften des Codebuchs."
                advice = "Bitte „column“ im Codebuch berichtigen oder die Spalte mit ausführen."
                problems.append(f"{problem}{closest(column, unknown.values(), 0.6)} {advice}")
        for k, title in unknown.items():
            advice = "bitte einem Item als „column“ geben oder unter „unused“ nennen."
            sentence = f"Die Spalte {column_letter(k + 1)} „{printable(title)}“ wird nicht gelesen; {advice}"
            self.file.note(sentence, place=self.where(k))
        return at

    def where(self, k: int) -> str:
        """A column as people find it."""
        return f"Spalte {column_letter(k + 1)} „{_line(self.file.titles[k])}“"

    def responses(self, schema: pa.Schema) -> Iterator[tuple[list[tuple[Any, ...]], pa.Table]]:
        """Row by row what a form says of itself (file, case, day), and the long responses of these rows."""
        if self.file.problems:
            return
        for piece in self.file.pieces:
            names = [f"{self.name}, Zeile {row}" for row in piece.rows]
            case, day = (self._texts(piece, c) for c in (self.book.table.case, self.book.table.received))
            yield list(zip(names, case, map(_day, day), strict=True)), self._long(piece, names, schema)
            self.n_rows += len(names)
        self._tell()

    def _texts(self, piece: Piece, column: str) -> list[str]:
        """A column as plain texts."""
        if not column:
            return [""] * len(piece.rows)
        return [" ".join((t or "").split()) for t in piece.column(self.at[column]).to_pylist()]

    def _long(self, piece: Piece, names: list[str], schema: pa.Schema) -> pa.Table:
        """The responses of some rows, all items of a row one after the other."""
        n, m = len(names), len(self.places)
        texts: dict[str, int] = {"": 0, NOT_SHOWN: 1}
        made = {c: np.empty((n, m), np.int32) for c in ("state", "value", "raw", "note")}
        for j, place in enumerate(self.places):
            cells = piece.column(self.at[place.column])
            codes = cells.indices.fill_null(len(cells.dictionary)).to_numpy(zero_copy_only=False)
            read = [self._read(place, text) for text in [*cells.dictionary.to_pylist(), None]]
            self._look(place, piece.rows, codes, read)
            for k, c in enumerate(made):
                ids = [STATES.index(r[k]) if c == "state" else texts.setdefault(r[k], len(texts)) for r in read]
                made[c][:, j] = np.array(ids, np.int32)[codes]
        self._second_heading(piece, made["state"])
        of_place = [self.where(self.at[p.column]) for p in self.places]
        each, items = np.repeat(np.arange(n, dtype=np.int32), m), np.tile(np.arange(m, dtype=np.int32), n)
        every = {
            "file": (each, names), "item_id": (items, [p.item.id for p in self.places]), "place": (items, of_place),
            "part": (np.zeros(n * m, np.int32), [self.file.sheet]), "matched_by": (np.zeros(n * m, np.int32), ["column"]),
            "state": (made["state"].ravel(), STATES), **{c: (made[c].ravel(), list(texts)) for c in ("value", "raw", "note")},
        }  # fmt: skip
        occurrence = pa.array(np.tile(np.array([p.occurrence for p in self.places], np.int32), n))
        return pa.table(
            [occurrence if c == "occurrence" else pa.array(every[c][1], pa.string()).take(pa.array(every[c][0])) for c in schema.names],
            schema=schema,
        )  # fmt: skip

    def _read(self, place: Place, text: str | None) -> tuple[str, str, str, str]:
        """State, value, text and note of a cell."""
        kind, means = place.item.kind, self._means[place.item.id]
        if text is None and self.book.table.limesurvey:
            return "not_asked", "", "", NOT_SHOWN
        raw = (text or "").strip()
        whole = _WHOLE.fullmatch(raw)
        meaning = means.get(raw, means.get(whole[1]) if whole else None)
        if meaning in ("not_asked", "not_answered"):
            return meaning, "", raw, ""
        if meaning in ("ticked", "not_ticked"):
            return ("selected" if meaning == "ticked" else "not_selected"), "", raw, ""
        if not raw:
            return "not_answered", "", "", ""
        if meaning is None and kind in ("tick", "single"):
            return "illegible", raw, raw, ""
        if kind == "number" and self._points:
            if "," in raw:  # thousands, or the comma of another language
                return "illegible", raw, raw, ""
            is_exact = self.book.table.limesurvey and "." in raw  # it writes ten decimals
            return "answered", (raw.rstrip("0").rstrip(".") if is_exact else raw).replace(".", ","), raw, ""
        return "answered", meaning or raw, raw, ""

    def _look(self, place: Place, rows: np.ndarray, codes: np.ndarray, read: Sequence[tuple[str, ...]]) -> None:
        """Count what no option stands for, what the file calls missing, and what was not shown though nothing filters it."""
        item, is_missing = place.item, self.file.missing.get(place.column)
        for k, (state, value, raw, note) in enumerate(read):
            if raw and is_missing and is_missing(raw) and state not in ("not_asked", "not_answered"):
                what = "missing"
            else:
                what = "unknown" if state == "illegible" else note if not item.asked_if else ""
            hit = rows[codes == k] if what else ()
            if len(hit):
                self._told.setdefault((place.column, value or raw), [what, item, []])[2].extend(hit.tolist())

    def _second_heading(self, piece: Piece, states: np.ndarray) -> None:
        """A first row of which no value is possible is a second heading, and no case."""
        if self.n_rows:
            return
        closed = [(j, p) for j, p in enumerate(self.places) if p.item.kind in ("tick", "single", "number")]
        first = [(j, p, piece.column(self.at[p.column])[0].as_py() or "") for j, p in closed]
        filled = [(j, p, text) for j, p, text in first if text.strip()]
        wrong = [
            text for j, p, text in filled
            if STATES[states[0, j]] == "illegible" or (p.item.kind == "number" and as_number(text) is None)
        ]  # fmt: skip
        if len(wrong) > 1 and len(wrong) == len(filled):
            shown, more = quoted(dict.fromkeys(wrong[:3])), self.book.table.heading_rows + 1
            told = f"Zeile {piece.rows[0]} sieht wie eine weitere Zeile der Überschrift aus"
            why = f"keiner ihrer {len(wrong)} Werte ist vorgesehen, zuerst {shown}"
            remedy = f"Wenn es so ist, im Codebuch unter „table“ bitte „heading_rows: {more}“ schreiben."
            self.file.problems.append(f"{told}: {why}. {remedy}")

    def _is_label(self, column: str, value: str, kind: str) -> bool:
        """Whether an export of LimeSurvey holds the wording of an answer in place of its code."""
        words = self.file.labels.get(column, {}).values() if kind == "single" else ("Ja", "Nein", "Yes", "No", "N/A")
        return self.book.table.limesurvey and value in words

    def _tell(self) -> None:
        """What was counted, in one sentence each."""
        unknown = {key: item.kind for key, (what, item, _) in self._told.items() if what == "unknown"}
        if full := [key for key, kind in unknown.items() if self._is_label(*key, kind)]:
            columns, values = (quoted(dict.fromkeys(list(side)[:SHOWN])) for side in zip(*full, strict=True))
            told = f"Statt der Antwortcodes stehen Antworten in der Ausfuhr ({values} unter {columns})"
            self.file.problems.append(f"{told}; bitte mit „Antwortcodes“ und „Fragencode“ ausführen.")
        for (column, value), (what, item, rows) in self._told.items():
            where, some = self.where(self.at[column]), few(rows)
            which = f"{len(rows)}-mal, Zeile {some}" if len(rows) > 1 else f"Zeile {some}"
            if what == "missing":
                problem = f"{where}: „{value}“ ({which}) gilt in der Datei als fehlender Wert, das Codebuch sagt nicht als welcher"
                advice = f"bitte bei {item.id} unter „not_asked“ oder „not_answered“ eintragen."
                self.file.problems.append(f"{problem}; {advice}")
                continue
            allowed = quoted(v for v, _ in self.book.table.listed(item)) or "keiner"
            sentence = f"„{printable(value)}“ ({which}) steht bei keiner Vorgabe von {item.id} und gilt als unlesbar. Erlaubt: {allowed}; bitte „value“ im Codebuch ergänzen oder berichtigen."
            if what == NOT_SHOWN:
                sentence = f"{item.id} wurde {len(rows)}-mal nicht gezeigt (Zeile {some}), das Codebuch nennt aber keinen Filter; es gilt dort als nicht gefragt. Bitte „asked_if“ ergänzen, oder die Befragung wurde vorher abgebrochen."
            elif item.kind == "number":
                sentence = f"„{printable(value)}“ ({which}) hat ein Komma und gilt als unlesbar, denn vor den Nachkommastellen steht hier ein Punkt; bitte „decimal“ im Codebuch prüfen."
            self.file.note(f"{where}: {sentence}", item.id, value, where)


def matches(title: str, patterns: Iterable[str]) -> bool:
    """Whether a heading is one of those that patterns name; * stands for any text."""
    return any(re.fullmatch(re.escape(p).replace(r"\*", ".*"), title) for p in patterns)


def _day(text: str) -> str:
    """The day of a moment, as it is written."""
    return re.split(r"[ T](?=[0-9])", text, maxsplit=1)[0]


def open_survey(path: Path, book: Codebook, questionnaires: Sequence[Path] = ()) -> Survey:
    """Open a table of answers; of an export of LimeSurvey, `questionnaires` is the one .lss beside it.

    An `IngestError` if it is none that may be read.
    """
    data = read_regular(path, RefusedSurveyError)
    file = open_table(path, data, book.table, [book.table.case, *(p.column for p in places(book))])
    synthetic = says_synthetic(path) if data.startswith(b"PK") else None
    if book.table.limesurvey:
        from gkanalysis.ingest.limesurvey import check_export

        check_export(file, data, questionnaires, book, path.name)
    survey = Survey(path.name, book, file, synthetic)
    if not book.table.limesurvey:
        _check_labels(survey)
    return survey


def open_table(path: Path, data: bytes, table: Table, wanted: Sequence[str] = ()) -> TableFile:
    """A table of any of the formats; `wanted` columns tell where its heading is and what separates its values."""
    if path.suffix.lower() in (".sav", ".zsav"):
        return _spss(path, table, wanted)
    return _workbook(path, table, wanted) if data.startswith(b"PK") else _csv(data, path.name, table, wanted)


def label_slips(item: Any, labels: Mapping[str, str], means: Mapping[str, str]) -> Iterator[tuple[bool, str]]:
    """Where a file calls a value otherwise than the codebook: whether it is an error, and a clause."""
    options = {normalised(o.label): o.id for o in item.options}
    for value, label in labels.items():
        meant, other = means.get(value), options.get(normalised(label))
        told = f"„{value}“ heißt in der Datei „{printable(label)}“"
        if meant is None:
            yield False, f"{told} und steht bei keiner Vorgabe; bitte im Codebuch ergänzen"
        elif other and other != meant:
            yield True, f"{told}, im Codebuch ist es „{meant}“; bitte „value“ dort berichtigen"
    for option in item.options:
        if not any(v in labels for v in option.values):
            told = f"die Vorgabe „{option.id}“ ({quoted(option.values)}) hat in der Datei kein Etikett"
            yield False, f"{told}; bitte „value“ prüfen"


def _check_labels(survey: Survey) -> None:
    """Labels of a file against the options of the codebook."""
    for p in survey.places:
        if p.item.kind in ("single", "tick") and (labels := survey.file.labels.get(p.column)) and p.column in survey.at:
            where = survey.where(survey.at[p.column])
            for is_error, clause in label_slips(p.item, labels, dict(survey.book.table.listed(p.item))):
                if is_error:
                    survey.file.problems.append(f"{where}: {clause}.")
                else:
                    survey.file.note(f"{where}: {clause}.", p.item.id, place=where)


def _line(title: str) -> str:
    """A heading on one line, with single spaces."""
    return " ".join(title.split())


def _pieces(rows: np.ndarray, column: Callable[[int, int, int], pa.DictionaryArray], m: int) -> Iterator[Piece]:
    """Rows that lie in memory, in pieces; `column` gives some rows of a column."""
    step = max(1, PIECE // max(1, m))
    for k in range(0, len(rows), step):
        yield Piece(rows[k : k + step], partial(column, start=k, n=min(step, len(rows) - k)))


def _heading(lines: Sequence[Sequence[str]], wanted: Sequence[str]) -> int:
    """Which of the first rows names most of the wanted columns."""
    names = set(wanted)
    hits = [sum(_line(c) in names for c in cells) for cells in lines]
    return hits.index(max(hits)) if hits else 0


def _csv(data: bytes, name: str, table: Table, wanted: Sequence[str]) -> TableFile:
    """A CSV file; a cell without anything, not even quotation marks, is null."""
    import csv
    import io

    from pyarrow import csv as arrow

    text = csv_text(data, name)
    if text.count('"') % 2:
        raise RefusedSurveyError("quotes", name)
    delimiter = csv_delimiter(text, wanted)[1]
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines = [line for line, _ in zip(reader, range(HEADING_ROWS), strict=False)]
    except csv.Error:
        raise RefusedSurveyError("quotes", name) from None
    top = _heading(lines, wanted)
    titles, first = lines[top] if lines else [], top + table.heading_rows
    if len(titles) > MAX_COLUMN:
        raise RefusedSurveyError("columns", name)
    ragged: list[tuple[int, int]] = []

    def skip(row: Any) -> str:
        ragged.append((row.number, row.actual_columns))
        return "skip"

    names = [str(k) for k in range(len(titles))]
    read = arrow.read_csv(
        pa.BufferReader(text.encode("utf-8")),
        arrow.ReadOptions(use_threads=False, column_names=names, block_size=64 * MB),
        arrow.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip),
        arrow.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=False
        ),
    )  # fmt: skip
    numbers = np.arange(1, len(read) + len(ragged) + 1)
    numbers = numbers[~np.isin(numbers, [n for n, _ in ragged])]
    filled = np.zeros(len(read), bool)
    for column in read.columns:
        filled |= pc.fill_null(pc.greater(pc.utf8_length(column), 0), False).to_numpy()
    filled &= numbers > first
    read, numbers = read.filter(pa.array(filled)).combine_chunks(), numbers[filled]

    def column(c: int, start: int, n: int) -> pa.DictionaryArray:
        return read.column(c).slice(start, n).combine_chunks().dictionary_encode()

    file = TableFile(titles, _pieces(numbers, column, len(wanted)))
    if broken := [f"Zeile {n} hat {k}" for n, k in ragged if n > first]:
        more = f" und {len(broken) - SHOWN} weitere" if len(broken) > SHOWN else ""
        told = f"{', '.join(broken[:SHOWN])}{more} statt {len(titles)} Felder"
        file.problems.append(f"{told}; bitte Trennzeichen und Anführungszeichen prüfen.")
    return file


def _workbook(path: Path, table: Table, wanted: Sequence[str]) -> TableFile:
    """A sheet of an Excel workbook."""
    sheets = [s for s in read_workbook(path) if s.cells and (not table.sheet or s.name == table.sheet)]
    if len(sheets) != 1:
        there = quoted(s.name for s in read_workbook(path) if s.cells) or "keine"
        told = f"„{path.name}“: Welches Blatt gilt, ist unklar; vorhanden sind {there}"
        raise IngestError(f"{told}. Erlaubt ist genau eines; bitte unter „table“ im Codebuch als „sheet“ nennen.")
    (sheet,) = sheets
    last = max(column for _, column in sheet.cells)
    lines = [[sheet.cells[r, c].shown if (r, c) in sheet.cells else "" for c in range(1, last + 1)] for r in range(1, HEADING_ROWS + 1)]  # fmt: skip
    top = _heading(lines, wanted)
    first, titles = top + table.heading_rows, lines[top]
    rows = np.array(sorted({r for r, _ in sheet.cells if r > first}), int)

    def column(c: int, start: int, n: int) -> pa.DictionaryArray:
        cells = [sheet.cells.get((int(r), c + 1)) for r in rows[start : start + n]]
        return pa.array([cell and _shown(cell) for cell in cells], pa.string()).dictionary_encode()

    file = TableFile(titles, _pieces(rows, column, len(wanted)), sheet.name)
    used = {k + 1 for k, t in enumerate(titles) if _line(t) in {*wanted, table.received}}
    cells = {f"{column_letter(c)}{r}": cell for (r, c), cell in sorted(sheet.cells.items()) if r > first and c in used}
    if bad := [at for at, cell in cells.items() if cell.kind in ("formula", "error")]:
        told = f"{len(bad)} Zellen sind Formeln oder Fehlerwerte ({few(bad)})"
        file.problems.append(f"{told}, die nicht gerechnet werden; bitte als Werte einfügen.")
    for area in (a for a in sheet.merged if a[2] > top + 1):
        told = f"Die Zellen {area_name(area)} sind verbunden, der Wert gilt nur für die erste"
        file.problems.append(f"{told}; bitte trennen und jede ausfüllen.")
    if struck := [at for at, cell in cells.items() if cell.struck]:
        file.note(f"{len(struck)} Zellen sind durchgestrichen und wurden übernommen ({', '.join(struck[:SHOWN])}).")
    if hidden := sorted(set(rows.tolist()) & sheet.hidden_rows):
        file.note(f"{len(hidden)} ausgeblendete Zeilen wurden mitgelesen (zuerst Zeile {hidden[0]}).")
    return file


def _shown(cell: Cell) -> str:
    """The text of a cell: days as 2019-07-03, numbers as they are stored."""
    if cell.kind == "date":
        return cell.value.isoformat(" ").removesuffix(" 00:00:00")
    return plain_number(cell.value) if cell.kind == "number" and cell.look != "percent" else str(cell.shown)


def _spss(path: Path, table: Table, wanted: Sequence[str]) -> TableFile:
    """An SPSS file in pieces, with its labels and what it calls missing."""
    import pyreadstat

    damage = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError)
    try:
        _, meta = pyreadstat.read_sav(path, metadataonly=True, user_missing=True)
    except damage:
        raise RefusedSurveyError("damaged", path.name) from None
    used = [c for c in dict.fromkeys([*wanted, table.received]) if c in meta.column_names] or meta.column_names
    titles = meta.column_names
    labels = {c: {_text(v): str(t) for v, t in of.items()} for c, of in meta.variable_value_labels.items()}
    dichotomous = [s for s in (meta.mr_sets or {}).values() if s["is_dichotomy"]]
    sets = [(s["label"], s["variable_list"], str(s["counted_value"])) for s in dichotomous]
    words = {c: w for c, w in meta.column_names_to_labels.items() if w}
    missing = {
        c: lambda text, ranges=ranges: any(_within(text, r) for r in ranges)
        for c, ranges in meta.missing_ranges.items()
    }

    def pieces() -> Iterator[Piece]:
        step, row = max(1, PIECE // max(1, len(wanted))), 1
        chunks = pyreadstat.read_file_in_chunks(
            pyreadstat.read_sav, path, chunksize=step, usecols=used, user_missing=True
        )
        try:
            for frame, _ in chunks:
                rows = np.arange(row, row + len(frame))
                row += len(frame)
                yield Piece(rows, lambda c, frame=frame: _encoded(frame[titles[c]]))
        except damage:
            raise RefusedSurveyError("damaged", path.name) from None

    return TableFile(titles, pieces(), labels=labels, missing=missing, words=words, sets=sets)


def _within(text: str, missing: Any) -> bool:
    """Whether a value is one that a file calls missing: one value, or a range."""
    low, high = (missing["lo"], missing["hi"]) if isinstance(missing, Mapping) else (missing, missing)
    number = as_number(text)
    if isinstance(low, str) or number is None:
        return text == str(low).strip()
    return low <= number <= high


def _text(value: Any) -> str:
    """A value of SPSS as text: numbers in German notation, days as 2019-07-03; nothing for what is missing."""
    if isinstance(value, float):
        return "" if value != value else plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return "" if value is None else str(value)


def _encoded(column: Any) -> pa.DictionaryArray:
    """A column of SPSS as texts."""
    codes, values = column.factorize()
    codes = pa.array(np.asarray(codes, np.int32), mask=np.asarray(codes) < 0)
    return pa.DictionaryArray.from_arrays(codes, pa.array([_text(v) for v in values.tolist()], pa.string()))
