"""Received forms read a second time, at the places that the first reading names: plain XPath and plain rules.

Shares with the first reader only the places and the codebook: so a wrong rule for ticks, a row mistaken for another,
or a label that no form prints is no mistake here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree

from gkanalysis.counts.data import Data
from gkanalysis.verify.pictures import letters

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = {"w": WORD, "w14": "http://schemas.microsoft.com/office/word/2010/wordml"}
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
EMPTY, MARKED = ("", "☐", "□"), ("x", "X", "☒", "☑", "✓")
VAL, TEXTS = f"{{{WORD}}}val", (f"{{{WORD}}}p", f"{{{WORD}}}tc")
PLACE = re.compile(r"tbl\[(\d+)\]/w:tr\[(\d+)\]/w:tc\[(\d+)\]")
ROW = re.compile(r"^(.*), Zeile (\d+)$")  # a form that is a row of a table
Sum = tuple[str, Iterable[str], Mapping[str, Iterable[str]]]


def read_again(data: Data, source: str) -> Iterator[Sum]:
    """Sums, as `accounts` takes them: ticks and printed words as read, and as they stand in the Word files."""
    book, read = data.book(source), pd.read_parquet(data.paths.interim / source / "responses.parquet")
    printed = {(p["id"], r["id"]): r.get("printed") for p in book.parts for b in p.get("blocks", ()) for r in b["rows"]}
    seen: dict[str, list[str]] = defaultdict(list)
    lines: dict[tuple[Any, ...], list[list[int]]] = defaultdict(list)
    of_table = read["file"].str.extract(ROW)
    rows = read.assign(table=of_table[0], line=of_table[1])[of_table[0].notna()]
    for table, own in rows.groupby("table"):
        cells = _cells(data.paths.data / source / "forms" / str(table), str(own["part"].iloc[0]))
        own = own.assign(name=own["file"] + " " + own["item_id"])
        seen["cells"] += own["name"].tolist()
        same = (r for r in own.itertuples(index=False) if _same(cells(int(r.line), _number(r.place)), r.raw))
        seen["same cells"] += [r.name for r in same]
    read = read[of_table[0].isna()]
    if seen["cells"]:
        yield "Zellen der Tabellen, noch einmal gelesen", seen["cells"], {"ebenso in der Datei": seen["same cells"]}
    for file, rows in read[read["place"] != ""].groupby("file"):
        with zipfile.ZipFile(data.paths.data / source / "forms" / str(file)) as archive:
            parts = {n: etree.fromstring(archive.read(n), PARSER) for n in rows["part"].unique()}
        for r in rows.itertuples():
            item, name = book.items[r.item_id], f"{file} {r.item_id}"
            places = [parts[r.part].xpath(p, namespaces=NAMES)[0] for p in r.place.split(" | ")]
            box = item.kind == "tick"
            if r.state in ("selected", "not_selected") if box else r.state == "answered" and item.options:
                seen["ticks"].append(name)
                seen["same ticks"] += [name] * _says(places, item, r)
            line = next(places[0].iterancestors(f"{{{WORD}}}tr"), None)
            if line is None:
                continue
            if book.part(item.part)["kind"] == "roster":
                line = next(line.iterancestors(f"{{{WORD}}}tbl"))
            labels = [printed.get((item.part, item.row)) or item.label]
            labels += [o.label for o in item.options] if len(places) > 1 or not (item.control or item.row) else []
            seen["labels"].append(name)
            seen["same labels"] += [name] * _in_order(letters("".join(line.itertext())), labels)
            if item.row and (where := PLACE.search(r.place)):
                table, at, column = map(int, where.groups())
                lines[file, item.part, item.block, "Spalte", item.column].append([table, at])
                lines[file, item.part, item.block, "Zeile", item.row].append([column])
    yield "Kreuze, am selben Ort noch einmal gelesen", seen["ticks"], {"ebenso im Bogen": seen["same ticks"]}
    yield "Wörter der Fragen und Antworten", seen["labels"], {"so im Bogen gedruckt": seen["same labels"]}
    names = {" ".join(map(str, key)): at == sorted(at) for key, at in lines.items()}
    yield "Folge der Zeilen und Spalten", names, {"wie im Codebuch": [n for n, fits in names.items() if fits]}


def _cells(path: Path, sheet: str) -> Callable[[int, int], Any]:
    """The value in a row and column of a table, both from 1, by another reader than the first; none is None."""
    if path.suffix.lower() in (".sav", ".zsav"):
        import pyreadstat

        frame = pyreadstat.read_sav(path, user_missing=True)[0]
        lines = frame.astype("object").where(frame.notna(), None).values.tolist()
    elif path.suffix.lower() == ".xlsx":
        import openpyxl

        lines = [list(r) for r in openpyxl.load_workbook(path, data_only=True)[sheet].values]
    else:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            text = path.read_text(encoding="cp1252")
        tables = [list(csv.reader(io.StringIO(text, newline=""), delimiter=d)) for d in ";,\t"]
        lines = max(tables, key=lambda t: max(map(len, t)))
    return lambda row, column: (lines[row - 1][column - 1 : column] or [None])[0]


def _number(place: str) -> int:
    """Number of the column that a place names by its letters."""
    number = 0
    for letter in place.split()[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _same(value: Any, raw: str) -> bool:
    """Whether a value is what was read; numbers and days by what they are."""
    if value is None or isinstance(value, str):
        return (value or "").replace("\r\n", "\n").strip() == raw.replace("\r\n", "\n")
    if isinstance(value, int | float):
        return bool(raw) and float(raw.replace(",", ".")) == value
    return str(value).startswith(raw[:10])


def _says(places: Sequence[Any], item: Any, read: Any) -> bool:
    """Whether the places say what was read: a box its tick, a choice the label beside its only tick, a list its text."""
    told = [is_ticked(p) for p in places]
    if item.kind == "tick":
        return None not in told and any(told) == (read.state == "selected")
    near = next((e for p in places for e in [p, *p.iterancestors()] if e.tag in TEXTS), places[0])
    words, own = letters("".join(near.itertext())), {o.id: letters(o.label) for o in item.options}
    field = places[0].find(".//w:ddList", NAMES)
    if field is not None:  # a list of the old kind stores the place of its entry
        entries, chosen = field.findall("w:listEntry", NAMES), field.find("w:result", NAMES)
        words, told = letters(entries[0 if chosen is None else int(chosen.get(VAL))].get(VAL)), []
    there = [k for k, label in own.items() if label in words]
    longest = [k for k in there if not any(own[k] in own[j] and k != j for j in there)]
    return read.value in (longest if len(longest) == 1 else there) and told != [False]


def is_ticked(element: Any) -> bool | None:
    """Whether a box is ticked: an old form field, a content control, or what somebody typed; None if it is no box.

    >>> is_ticked(etree.fromstring(f'<w:tc xmlns:w="{WORD}"><w:t> x </w:t></w:tc>'))
    True
    """
    field = element.find(".//w:checkBox", NAMES)
    if field is not None:
        state = field.find("w:checked", NAMES)
        state = field.find("w:default", NAMES) if state is None else state
        return state is not None and state.get(VAL, "1") in ("1", "true", "on")
    state = element.find(".//w14:checked", NAMES)
    if state is not None:
        return state.get(f"{{{NAMES['w14']}}}val", "1") in ("1", "true")
    text = "".join(element.itertext()).strip()
    return True if text in MARKED else False if text in EMPTY else None


def _in_order(words: str, labels: Sequence[str]) -> bool:
    """Whether a line prints all labels, one after the other."""
    at = 0
    for label in map(letters, labels):
        found = words.find(label, at)
        if found < 0:
            return False
        at = found + len(label)
    return True
