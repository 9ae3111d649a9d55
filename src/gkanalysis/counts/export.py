"""Out to Excel and SPSS: cases, responses, lists and tables, with labels, measurement levels and named missing values."""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.core.errors import NotebookError, system_sentence
from gkanalysis.core.lookup import listed
from gkanalysis.core.writing import write_bytes
from gkanalysis.counts.forms import STATES, number_of

if TYPE_CHECKING:
    from gkanalysis.counts.data import Data
    from gkanalysis.counts.sources import Talks, Wave
    from gkanalysis.counts.table import Counted

# Numbers that stand for no answer, far from any count; SPSS takes their range as missing.
NO_ANSWER = {"not_asked": -99, "not_answered": -98, "illegible": -97, "contradictory": -96}
REASONS = {code: {"not_asked": "nicht gefragt", **STATES}[state] for state, code in NO_ANSWER.items()}
GIVEN = {"answered": 1, "selected": 2, "not_selected": 3}
NOMINAL, SCALE, TEXT = "nominal", "scale", "text"
LEVELS = {NOMINAL: "nominal", SCALE: "metrisch", TEXT: "Text"}
LABEL_BYTES, VALUE_BYTES, NAME_BYTES, CELL_LETTERS = 255, 120, 64, 32767  # what SPSS and Excel hold
FOLDER = "erkunden"  # where files go, beside the notebooks of the lab
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
COMMON = {
    "case_id": "Kennung des Bündnisses", "name": "Name", "type": "Kommunaltyp", "status": "Rücklauf", "version": "Fassung",
    "received": "Eingang", "item_id": "Nummer der Frage", "question": "Frage", "occurrence": "Zeile der Frage",
    "state": "Zustand der Antwort", "value": "Antwort", "raw": "wörtlich", "file": "Datei", "place": "Stelle",
    "row": "Zeile (Kennung)", "label": "Zeile", "subgroup": "Gruppe (Kennung)", "group_label": "Gruppe", "n": "Anzahl",
    "base_n": "Basis (Anzahl)", "base": "Basis", "share": "Anteil", "definition": "Rechenvorschrift",
    "document": "Dokument", "code": "Code", "code_id": "Code (Kennung)", "text": "Text", "coder": "codiert von", "created": "codiert am",
}  # fmt: skip


@dataclass(frozen=True)
class Variable:
    """One column: its label, its level, and for numbers what they stand for; those below zero are no answers."""

    label: str
    level: str = TEXT
    values: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataFile:
    """A rectangle of cases with what its columns mean, ready to be written; `sets` are multiple response sets."""

    name: str
    title: str
    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    sets: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    printed: Sequence[Sequence[str]] = ()  # the table as it is printed: a sheet of its own

    def words(self, column: str) -> pd.Series:
        """A column as people read it: labels for numbers that stand for something."""
        given, values = self.frame[column], self.variables[column].values
        return given.map(lambda v: values.get(v, v)) if values else given


class Written(str):
    """Where a file lies; in a notebook a sentence."""

    def __repr__(self) -> str:
        return f"Geschrieben: {self}"


class Exported:
    """What goes out as a file by `.to_excel()` and `.to_spss()`; a subclass says in `_data_file` what is in it."""

    data: Data

    def _data_file(self, long: bool) -> DataFile:
        raise NotImplementedError

    def to_excel(self, path: str = "", long: bool = False) -> str:
        """A workbook with the data in words, and a sheet of what each column means; says where it lies.

        Parameters
        ----------
        path : file; by default in `erkunden/`, for real data below `confidential/`, where it must lie
        long : a row an answer, with file and place, instead of a row a case

        Raises
        ------
        NotebookError
            If the file is open in Excel, or its place is not allowed.

        Examples
        --------
        >>> import gkanalysis as gk, tempfile
        >>> gk.source("prozess-2020")["1.3"].to_excel(tempfile.mkdtemp() + "/sitzungen.xlsx").rpartition("/")[2]
        'sitzungen.xlsx'
        """
        return write_excel(self.data, self._data_file(long), path)

    def to_spss(self, path: str = "", long: bool = False) -> str:
        """A .sav with labels, missing values, levels and multiple response sets; says where it lies and what was cut.

        An item `1.1.A03.4` is the variable `q_1.1.A03.4` (`gkanalysis.counts.export.item_of` undoes it); what is no
        answer has a number from -99 to -96 that SPSS takes as missing. Parameters and errors as for `to_excel`.

        Examples
        --------
        >>> import gkanalysis as gk, tempfile
        >>> gk.source("prozess-2020").to_spss(tempfile.mkdtemp() + "/p.sav").rpartition("/")[2]
        'p.sav'
        """
        return write_spss(self.data, self._data_file(long), path)


def variable_name(item: str, occurrence: int = 1, state: bool = False) -> str:
    """The name of an item in SPSS: a letter before the number, and every sign that SPSS refuses by its code.

    >>> variable_name("1.1.A03.4"), variable_name("8.1", 2), variable_name("2-b", state=True)
    ('q_1.1.A03.4', 'q_8.1_2', 'q_2@2d@b_s')
    """
    signs = re.sub(r"[^A-Za-z0-9.]|\.$", lambda m: f"@{ord(m[0]):x}@", item)
    return f"q_{signs}" + (f"_{occurrence}" if occurrence > 1 else "") + ("_s" if state else "")


def item_of(name: str) -> str:
    """The item of a variable: `variable_name` undone.

    >>> item_of("q_1.1.A03.4"), item_of("q_8.1_2"), item_of("q_2@2d@b_s")
    ('1.1.A03.4', '8.1', '2-b')
    """
    return re.sub(r"@([0-9a-f]+)@", lambda m: chr(int(m[1], 16)), name.split("_")[1])


# ---- what is written ----


def cases_file(wave: Wave) -> DataFile:
    """One row a returned form: what the register knows, then every item in the order of the form.

    A choice is the number of its option, a tick 1 or 0. An open answer has beside it why it is empty (`…_s`).
    """
    data, book = wave.data, wave.book
    cases = data.cases(wave.name, ("full", "partial")).set_index("case_id", drop=False)
    labels = {r["id"]: r["label"] for r in book.completeness}
    columns: dict[str, pd.Series] = {}
    variables: dict[str, Variable] = {}
    for column in ("case_id", "name", *data.variables, "status", "version", "received"):
        known = labels if column == "status" else data.variables.get(column, {})
        codes = {value: k for k, value in enumerate(known, 1)}
        given = cases[column].astype("string").fillna("")
        whole = not codes and pd.api.types.is_numeric_dtype(cases[column])
        columns[column] = cases[column].astype("float64") if whole else given.map(codes) if codes else given
        level = SCALE if whole else NOMINAL if codes else TEXT
        declared = COMMON.get(column) or data.variable_label(column)
        variables[column] = Variable(declared, level, {k: known[v] for v, k in codes.items()})
    rows = data.answers(wave.name, ("full", "partial"))
    rows = rows.assign(state=rows["state"].astype(str))
    by_item = dict(iter(rows.groupby(["item_id", "occurrence"], observed=True)))
    for item in book.items.values():
        for occurrence in sorted(o for i, o in by_item if i == item.id):
            given = by_item[item.id, occurrence].set_index("case_id")
            name, label = variable_name(item.id, occurrence), f"{item.id} {item.words or item.short}".strip()
            label += f" (Zeile {occurrence})" if occurrence > 1 else ""
            why = given["state"].map(NO_ANSWER)
            if item.kind == "text":
                columns[name] = given["value"]
                variables[name] = Variable(label)
                name = variable_name(item.id, occurrence, state=True)
                columns[name], why = given["state"].map({**GIVEN, **NO_ANSWER}), None
                variables[name] = Variable(f"{label}: Zustand", NOMINAL, {1: STATES["answered"], **REASONS})
            elif item.kind == "number":
                columns[name] = number_of(given["value"].where(why.isna()))
                variables[name] = Variable(label, SCALE, REASONS)
            else:
                options = {o.id: (k, o.label) for k, o in enumerate(item.options, 1)}
                if item.kind == "tick":
                    options = {"selected": (1, STATES["selected"]), "not_selected": (0, STATES["not_selected"])}
                told = given["state"] if item.kind == "tick" else given["value"]
                columns[name] = told.map({o: k for o, (k, _) in options.items()})
                variables[name] = Variable(label, NOMINAL, {**dict(options.values()), **REASONS})
            if why is not None:
                columns[name] = columns[name].astype("float64").fillna(why)
    frame = pd.DataFrame(columns, index=cases.index).reset_index(drop=True)
    for column, variable in variables.items():
        if variable.level == TEXT:
            frame[column] = frame[column].astype("object").fillna("")
    names = {s: tuple(n for i in book.set_items(s) if (n := variable_name(i)) in frame) for s in book.sets}
    sets = {s: (str(book.sets[s]["label"]), of) for s, of in names.items() if of}
    return DataFile(wave.name, str(wave.title_with_wave), frame, variables, sets)


def responses_file(wave: Wave) -> DataFile:
    """One row a case, item and line of it, of returned forms: state, answer, and where it stands in which file."""
    rows, items = wave.data.answers(wave.name, ("full", "partial")), wave.book.items
    codes = {**GIVEN, **NO_ANSWER}
    frame = rows.assign(
        question=rows["item_id"].map({i.id: i.words or i.short for i in items.values()}),
        state=rows["state"].astype(str).map(codes),
        value=[items[i].option_label(v) for i, v in zip(rows["item_id"], rows["value"], strict=True)],
    )
    frame = frame[["case_id", "item_id", "occurrence", "question", "state", "value", "raw", "file", "place"]]
    told = {code: REASONS.get(code) or STATES[state] for state, code in codes.items()}
    return plain_file(
        f"{wave.name}-antworten", str(wave.title_with_wave), frame, {"state": Variable(COMMON["state"], NOMINAL, told)}
    )


def table_file(table: Counted) -> DataFile:
    """One row a printed number: row and group with their labels, n, base, share."""
    made = plain_file(f"{table._file_name}-tabelle", f"{table.line}: {table.base_words}", table.frame)
    head, rows = table.printed()
    lines = ([table.asked_words() + table.base_words], head, *(r.cells for r in rows), *([n] for n in table.notes))
    return replace(made, printed=lines)


def codings_file(talks: Talks) -> DataFile:
    """One row a coding of an interview: who, which code in which document, and the words."""
    data, paths = talks.data, {c.id: c.path for c in talks.book.codes.values()}
    text = data.table(f"{talks.name}-segments")[["segment_id", "text", "place"]]
    frame = data.table(f"{talks.name}-codings").merge(text, on="segment_id", how="left", validate="many_to_one")
    names = data.table(f"{talks.name}-documents").set_index("document_id")["name"]
    frame = frame.assign(code=frame["code_id"].map(paths), document=frame["document_id"].map(names))
    columns = ["case_id", "document", "code", "code_id", "text", "coder", "created", "place", "file"]
    return plain_file(talks.name, str(talks.title), frame[columns])


def plain_file(name: str, title: str, frame: pd.DataFrame, declared: Mapping[str, Variable] | None = None) -> DataFile:
    """A frame whose columns say by their type what they are."""
    made, variables = {}, {}
    for column in frame:
        numeric = pd.api.types.is_numeric_dtype(given := frame[column])
        made[column] = given.astype("float64") if numeric else given.astype("object").fillna("").astype(str)
        plain = Variable(COMMON.get(column, column), SCALE if numeric else TEXT)
        variables[column] = (declared or {}).get(column, plain)
    return DataFile(name, title, pd.DataFrame(made), variables)


# ---- how it is written ----


def _place(data: Data, name: str, suffix: str, path: str) -> Path:
    """Where a file goes: `erkunden/` unless one says otherwise, with real answers only below `confidential/`."""
    synthetic, root = data.dataset["synthetic"], data.paths.root
    folder = (root if synthetic else data.paths.build.parent) / FOLDER
    file = (folder / (path or f"{name}{suffix}")).resolve()
    if file.suffix != suffix:
        raise NotebookError(f"„{path}“ endet nicht auf {suffix}; bitte den Namen so wählen.")
    if not synthetic and not file.is_relative_to((root / "confidential").resolve()):
        raise NotebookError(f"„{path}“ liegt nicht unter „confidential/“; dorthin gehört alles aus wirklichen Angaben.")
    return file


def write_file(data: Data, name: str, suffix: str, path: str, content: bytes) -> str:
    """Write what was made, such as a picture, where files of the lab go."""
    return _written(_place(data, name, suffix, path), content, [])


def write_excel(data: Data, file: DataFile, path: str) -> str:
    """Write a workbook: data in words, and what each column means."""
    import openpyxl
    from openpyxl.styles import Font

    book, cut = openpyxl.Workbook(), []
    mark = " (synthetisch)" if data.dataset["synthetic"] else ""

    def fill(sheet: Any, rows: Iterable[Iterable[Any]]) -> None:
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                if isinstance(value, str):
                    text = UNPRINTABLE.sub("\ufffd", value)
                    cut.extend([f"Zeile {r}, Spalte {c}"] * (text != value or len(text) > CELL_LETTERS))
                    sheet.cell(r, c, text[:CELL_LETTERS]).data_type = "s"  # an answer that begins with = is no formula
                elif not pd.isna(value):
                    sheet.cell(r, c, value)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column in sheet.columns:
            longest = max(len(str(c.value or "")) for c in column[:200])
            sheet.column_dimensions[column[0].column_letter].width = min(longest + 2, 60)
        sheet.freeze_panes, sheet.auto_filter.ref = "B2", sheet.dimensions

    sheet = book.active
    if file.printed:
        fill(sheet, file.printed)
        sheet.title, sheet = f"Tabelle{mark}", book.create_sheet()
    sheet.title = f"Daten{mark}"
    fill(sheet, [list(file.frame), *zip(*(file.words(c) for c in file.frame), strict=True)])
    fill(book.create_sheet("Variablen"), _variable_rows(file, mark))
    content = BytesIO()
    book.save(content)
    return _written(_place(data, file.name, ".xlsx", path), content.getvalue(), cut)


def _variable_rows(file: DataFile, mark: str) -> Iterator[list[Any]]:
    """What each column means: a line a variable, and one a value with a label."""
    yield ["Variable", "Bedeutung", "Messniveau", "Wert", "Beschriftung des Werts", "fehlend"]
    yield ["", f"{file.title}{mark}", "", None, "", ""]
    for name, variable in file.variables.items():
        yield [name, variable.label, LEVELS[variable.level], None, "", ""]
        for code, label in variable.values.items():
            yield [name, "", "", code, label, "ja" if code < 0 else ""]


def write_spss(data: Data, file: DataFile, path: str) -> str:
    """Write a .sav; labels longer than SPSS holds are cut, and the sentence says which."""
    import pyreadstat

    names = [n.lower() for n in file.frame]
    if clash := [n for n in file.frame if names.count(n.lower()) > 1 or len(n.encode()) > NAME_BYTES]:
        raise NotebookError(f"SPSS kann diese Namen nicht unterscheiden oder sie sind zu lang: {listed(clash)}.")
    cut: list[str] = []

    def short(text: str, most: int, where: str) -> str:
        if len(text.encode()) <= most:
            return text
        cut.append(where)
        return text.encode()[: most - 3].decode(errors="ignore") + "…"

    numbers = {n: v for n, v in file.variables.items() if v.level != TEXT}
    told = f"{'Erfunden: ' if data.dataset['synthetic'] else ''}{file.title}"
    target = _place(data, file.name, ".sav", path)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "daten.sav"
        pyreadstat.write_sav(
            file.frame, made, note=wrap(told, NAME_BYTES),
            file_label=told.encode()[:NAME_BYTES].decode(errors="ignore"),
            column_labels={n: short(v.label, LABEL_BYTES, n) for n, v in file.variables.items()},
            variable_value_labels={
                n: {code: short(label, VALUE_BYTES, f"{n} = {code}") for code, label in v.values.items()}
                for n, v in numbers.items() if v.values
            },
            missing_ranges={
                n: [{"lo": min(NO_ANSWER.values()), "hi": max(NO_ANSWER.values())}] for n, v in numbers.items() if min(v.values, default=0) < 0
            },
            variable_format={n: "F8.0" for n, v in numbers.items() if v.level == NOMINAL},
            variable_measure={n: v.level if v.level != TEXT else NOMINAL for n, v in file.variables.items()},
        )  # fmt: skip
        content = made.read_bytes()
    return _written(target, with_sets(content, file.sets), cut)


def _written(path: Path, content: bytes, cut: list[str]) -> str:
    """Write a file whole, and say where it lies and what it does not hold whole."""
    try:
        write_bytes(path, content)
    except OSError as error:
        raise NotebookError(system_sentence(error)) from None
    return Written(f"{path}" + (f" (gekürzt, weil dort nicht mehr Platz ist: {listed(cut)})" if cut else ""))


def with_sets(content: bytes, sets: Mapping[str, tuple[str, tuple[str, ...]]]) -> bytes:
    """A .sav file with multiple response sets of ticks (1 counts), which the library that writes it cannot write.

    `sets` are name -> label and variables. Format: PSPP Developers Guide, System File Format, record 7 subtype 7.
    """
    records = list(_records(content))
    if not sets:
        return content
    at = next((start for start, kind, subtype in records if (kind, subtype) == (7, 13)), None)
    stored: dict[str, str] = {}  # long name -> the name by which the file itself speaks of it
    if at is not None:
        size = struct.unpack_from("<i", content, at + 12)[0]
        pairs = content[at + 16 : at + 16 + size].decode().split("\t")
        stored = {long: short for short, _, long in (p.partition("=") for p in pairs)}
    told = b""
    for name, (label, variables) in sets.items():
        text, of = label.encode(), " ".join(stored.get(v, v).lower() for v in variables)
        told += f"${name}=D1 1 {len(text)} ".encode() + text + f" {of}\n".encode()
    place = next(start for start, kind, subtype in records if (kind == 7 and subtype >= 13) or kind == 999)
    return content[:place] + struct.pack("<4i", 7, 7, 1, len(told)) + told + content[place:]


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Start, type and subtype of each record in the dictionary of a .sav file, to its end (999)."""

    def number(place: int) -> int:
        return struct.unpack_from("<i", content, place)[0]

    at, kind = 176, 0
    while kind != 999:
        start, kind = at, number(at)
        subtype = number(at + 4) if kind == 7 else 0
        if kind == 2:  # a variable: label in steps of four bytes, then missing values
            missing = abs(number(at + 12))
            labelled = number(at + 8)
            at += 32
            at += (4 + -(-number(at) // 4) * 4 if labelled else 0) + 8 * missing
        elif kind == 3:  # labels of values, in steps of eight bytes
            n, at = number(at + 4), at + 8
            for _ in range(n):
                at += 8 + -(-(content[at + 8] + 1) // 8) * 8
        elif kind == 7:
            at += 16 + number(at + 8) * number(at + 12)
        else:  # 4: the variables of those labels; 6: lines of a document
            at += {4: 8 + 4 * number(at + 4), 6: 8 + 80 * number(at + 4)}.get(kind, 0)
        yield start, kind, subtype
