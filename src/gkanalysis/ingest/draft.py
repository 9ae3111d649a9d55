"""The first codebook of a table of answers or of an empty Word form, for a person to finish.

What the file says is written down; what it cannot say stands as TODO with a sentence, and the codebook is refused as
long as one is left.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from gkanalysis.codebook.columns import Table, as_number
from gkanalysis.codebook.instrument import STATES
from gkanalysis.core.errors import UsageError
from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.limesurvey import OTHER, Questionnaire, read_questionnaire
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.spreadsheets import quoted
from gkanalysis.ingest.surveys import OF_LIMESURVEY, SUFFIXES, RefusedSurveyError, TableFile, open_table
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.model import PLACEHOLDERS, TICK_KINDS, Field, WordForm, WordTable

FEW = 12  # different values that may be options of a choice
EQUALS = re.compile(r"\(*\s*(\w+?)(?:\.NAOK)?\s*==\s*[\"'](\w+)[\"']\s*\)*")
HEAD = """\
# yaml-language-server: $schema=schema/bogen.json
# Erster Entwurf aus „{file}“. Was die Datei nicht sagt, steht als TODO da, mit einem Satz, was hineingehört; solange
# eines übrig ist, hält „make data“ an und nennt die Stellen. Alle Schlüssel: data/codebook/README.md.
"""
CASE = "Spalte mit Kennung oder Namen des Bündnisses"
PLAIN = frozenset({"kind", "control", "# received"})  # keys whose value needs no quotation marks
NESTED, LONG = frozenset({"versions", "table"}), frozenset({"items", "columns", "rows"})  # blocks over several lines
TEXT = {"kind": "text", "_": "Text; wenn eine Zahl gefragt ist: kind: number"}

Entry = dict[str, Any]  # a block of YAML; of an entry of a list, "_" is the comment behind it


class Noted(NamedTuple):
    """A value with a comment behind it."""

    value: Any
    note: str


def draft_codebook(path: Path, source: str) -> str:
    """The YAML of a first codebook.

    An `IngestError` if the file may not be read, a `UsageError` if no questions can be told from it, or the name of the
    source has no wave.
    """
    instrument, _, wave = source.rpartition("-")
    if not instrument or not re.fullmatch(r"[\w-]+", source):
        raise UsageError(f"„{source}“ ist kein Name einer Quelle; bitte wie „umfrage-2024“: Instrument, Strich, Jahr.")
    suffix = path.suffix.lower()
    if suffix == ".docx":
        with open_word_file(path) as package:
            body = _of_form(read_word_form(package), path.stem)
    elif suffix == ".lss" or suffix in SUFFIXES:
        body = _of_table(path)
    else:
        raise UsageError(f"Aus „{path.name}“ entsteht kein Codebuch; erlaubt sind .docx, .lss, {', '.join(SUFFIXES)}.")
    book = {"instrument": instrument, "wave": wave, **body}
    return "\n".join([HEAD.format(file=path.name).rstrip(), *_lines(book)]) + "\n"


# ---- writing ----


def _flow(value: Any, key: str = "") -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {_flow(v, k)}' for k, v in value.items() if k != '_')}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return value if value == "TODO" or key in PLAIN else json.dumps(value, ensure_ascii=False)


def _lines(book: Entry, indent: str = "") -> Iterator[str]:
    """The lines of a block: one a key, one an entry of a list; parts and blocks of rows over several."""
    for key, value in book.items():
        value, note = value if isinstance(value, Noted) else (value, "")
        head, behind = f"{indent}{key}:", _behind(note)
        if key in NESTED:
            yield head
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield head + behind
            for entry in value:
                if LONG & entry.keys():
                    first, *rest = _lines(entry, f"{indent}    ")
                    yield from (f"{indent}  - {first.strip()}", *rest)
                else:
                    yield f"{indent}  - {_flow(entry)}{_behind(entry.get('_'))}"
        else:
            yield f"{head} {_flow(value, key)}{behind}"


def _behind(note: str | None) -> str:
    return f"  # {note}" if note else ""


def _slug(text: str, taken: Iterable[str] = ()) -> str:
    """An id made of a wording."""
    plain = text.casefold().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    base = "_".join(re.findall("[a-z0-9]+", plain)[:4])[:40] or "x"
    base = f"v_{base}" if base in STATES else base
    return next(s for k in range(1, 999) if (s := base if k == 1 else f"{base}_{k}") not in taken)


def _options(labels: Iterable[tuple[str, str]], ids: Sequence[str] = ()) -> list[Entry]:
    """Options from their labels and values."""
    made: list[Entry] = []
    for k, (label, value) in enumerate(labels):
        name = ids[k] if ids else _slug(label, [o["id"] for o in made])
        made.append({"id": name, "label": label} | ({"value": value} if value else {}))
    return made


def _book(parts: list[Entry], version: str, title: str, identity: Noted, **more: Any) -> Entry:
    """What every codebook says, around its parts."""
    sets = [
        {"id": p["id"] if len(p["columns"]) == 2 else f"{p['id']}_{c['id']}", "label": p["heading"], "part": p["id"], "column": c["id"]}
        for p in parts for c in p.get("columns", ()) if c["kind"] == "tick"
    ]  # fmt: skip
    closed = [{"item": i["id"]} for p in parts for i in p.get("items", ()) if i["kind"] in ("single", "number")]
    needs = [*closed[:1], *({"set": s["id"]} for s in sets[:1]), *closed[1:2]]
    told = {"title": version, "sent": "TODO", "parts": [p["id"] for p in parts]}
    versions = {"bogen" if "printed" in more else "online": Noted(told, 'sent: Monat des Versands, wie "2024-05"')}
    grades = {"full": "voll", "partial": "zum Teil", "unusable": "nicht"}.items()
    complete = [{"id": i, "label": f"{w} auswertbar", "needs": needs[: 2 - k]} for k, (i, w) in enumerate(grades)]
    return {
        "title": Noted(title or "TODO", "Titel, wie ihn der Bericht druckt"), "versions": versions,
        **more, "parts": parts, **({"sets": sets} if sets else {}),
        "completeness": Noted(complete, "bitte prüfen: was muss dafür beantwortet sein?"), "identity": identity,
    }  # fmt: skip


# ---- tables ----


def _of_table(path: Path) -> Entry:
    """Codebook of a table, or of the questionnaire of LimeSurvey that it is or that lies beside it."""
    suffix = path.suffix.lower()
    beside = sorted(path.parent.glob("*.lss")) if suffix == ".csv" else [path] if suffix == ".lss" else []
    if len(beside) == 1:
        questionnaire = read_questionnaire(beside[0])
        asked, title = list(_of_questionnaire(questionnaire)), questionnaire.title
        table = {
            "case": Noted("TODO", f"{CASE}, etwa token"), "received": "submitdate",
            "limesurvey": Noted(True, f"von selbst nicht gelesen: {', '.join(OF_LIMESURVEY)}"), "ticked": ["Y"], "not_ticked": [""],
        }  # fmt: skip
    else:
        file, title = open_table(path, read_regular(path, RefusedSurveyError), Table.model_construct()), ""
        asked, unique, days, unused = _of_columns(file)
        doubt = ["TODO"] if days else []
        dated = "; ist ein Tag eine Antwort (kind: text), ihn dort eintragen; dann TODO löschen" if days else ""
        table = {
            "case": Noted("TODO", f"{CASE}; in jeder Zeile einen anderen Wert haben: {', '.join(unique) or 'keine'}"),
            "# received": Noted("…", f"Spalte mit dem Tag der Antwort; Tage stehen in: {', '.join(days) or 'keiner'}"),
            "not_answered": Noted([], "Werte, die „keine Angabe“ heißen; ein leeres Feld heißt immer so"), "not_asked": [],
            "unused": Noted([*doubt, *unused], f"Tage und laufende Nummern; was hier steht, ist keine Frage{dated}"),
        }  # fmt: skip
    identity = Noted({}, "name und type: die Fragen nach Name und Kommunaltyp, wenn es sie gibt")
    return _book(_parts(asked), "Online-Befragung", title, identity, table=table)


def _parts(asked: Sequence[Entry]) -> list[Entry]:
    """Parts from questions that say under `of` to which question they are a row, and under `row` which."""
    parts: list[Entry] = []
    known: dict[str, Entry] = {}
    for number, (of, together) in enumerate(groupby(asked, lambda a: a.pop("of", "")), 1):
        group = list(together)
        name = _slug(group[0]["column"].partition("[")[0] if of else f"teil {number}", [p["id"] for p in parts])
        part = {
            "id": name,
            "kind": "grid" if of else "sheet",
            "number": str(number),
            "heading": of or f"Fragen {number}",
        }
        if of:
            rows = []
            for a in group:
                row = a.pop("row")
                own = row if re.fullmatch(r"\w+", row, re.ASCII) else _slug(row)
                rows.append({"id": own, "label": a.pop("label")} | ({"code": row} if own != row else {}))
            answer = group[0] | {"column": group[0]["column"].replace(rows[0].get("code", rows[0]["id"]), "{row}")}
            label = "angekreuzt" if answer["kind"] == "tick" else "Antwort"
            part["columns"] = [{"id": 1, "label": "Zeile", "kind": "row_label"}, {"id": 2, "label": label, **answer}]
            part["blocks"] = [{"id": f"{number}R", "label": of, "rows": rows}]
        else:
            part["items"] = [{"id": f"{number}.{k}", **a} for k, a in enumerate(group, 1)]
            known |= {i["column"]: i for i in part["items"]}
            for item in part["items"]:
                _name_filter(item, known)
        parts.append(part)
    return parts


def _name_filter(item: Entry, known: Mapping[str, Entry]) -> None:
    """Let a filter name item and option, as far as both are known; else it is left to a person."""
    if asked_if := item.get("asked_if"):
        parent = known.get(asked_if["item"], {})
        if option := next((o["id"] for o in parent.get("options", ()) if o["value"] == asked_if["value"]), ""):
            item["asked_if"] = {"item": parent["id"], "value": option}
        else:
            del item["asked_if"]
            item["_"] = f"Filter: nur, wenn {' = '.join(asked_if.values())}; bitte als asked_if schreiben"


def _of_questionnaire(questionnaire: Questionnaire) -> Iterator[Entry]:
    """The questions of LimeSurvey; rows of one question belong together."""
    for heading, a in questionnaire.columns.items():
        code, _, row = heading.rstrip("]").partition("[")
        made: Entry = {"label": a.label or heading, "kind": a.kind, "column": heading}
        is_row = row and "]" not in row and not row.endswith(("other", "comment", "filecount"))
        parent = questionnaire.columns.get(code)
        if row == "other" and parent and OTHER in parent.codes:
            made["asked_if"] = {"item": code, "value": OTHER}
        elif not is_row and (simple := EQUALS.fullmatch(a.condition)):
            made["asked_if"] = {"item": simple[1], "value": simple[2]}
        elif a.condition:
            made["_"] = f"Filter: LimeSurvey fragt nur, wenn {a.condition}; bitte als asked_if schreiben"
        if a.kind == "single":
            made["options"] = _options(("Sonstiges" if v == OTHER else label or v, v) for v, label in a.codes.items())
        yield made | ({"row": row, "of": a.question or code} if is_row else {})


def _of_columns(file: TableFile) -> tuple[list[Entry], list[str], list[str], list[str]]:
    """The columns of a table; those that differ in every row, those that hold days, and those that are no questions."""
    columns = [" ".join(title.split()) for title in file.titles]
    seen: dict[str, Counter[str]] = {c: Counter() for c in columns}
    n = 0
    for piece in file.pieces:
        n += len(piece.rows)
        for k, column in enumerate(columns):
            for count in piece.column(k).value_counts().to_pylist():
                seen[column][(count["values"] or "").strip()] += count["counts"]
    for values in seen.values():
        values.pop("", None)
    unique = [c for c, values in seen.items() if n > 1 and len(values) == n]
    day = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}")
    days = [c for c, values in seen.items() if values and all(map(day.match, values))]
    unused = [c for c in columns if c in days or (c in unique and _is_running(seen[c]))]
    asked = {c: _of_values(c, values, file) for c, values in seen.items() if c not in unused}
    for label, of_set, counted in file.sets:  # others than what counts say that it was not chosen
        codes = {"ticked": [counted], "not_ticked": sorted({v for c in of_set for v in seen[c]} - {counted})}
        box = {"kind": "tick", "codes": codes, "of": label or of_set[0]}
        for c in of_set:
            asked[c] = {"label": asked[c]["label"], "kind": "tick", "column": c, **box, "row": c}
    return list(asked.values()), unique, days, unused


def _is_running(values: Iterable[str]) -> bool:
    """Whether values, in the order of the rows, number them: whole numbers, each larger than the one before."""
    numbers = [int(v) for v in values if v.isdecimal()]
    return len(numbers) >= FEW and all(a < b for a, b in pairwise(numbers))


def _of_values(column: str, values: Mapping[str, int], file: TableFile) -> Entry:
    """What one column may ask, by its labels or its values; „Frage [Zeile]“ with one value is a box of a question."""
    labels, is_missing = file.labels.get(column, {}), file.missing.get(column)
    numbers = {v: n for v in values if (n := as_number(v)) is not None}
    is_number = len(numbers) == len(values) > 0
    lacking = {v for v in {*values, *labels} if is_missing and is_missing(v)}
    if not labels and not (is_number and max(numbers.values()) < 0):  # where no negative number can be meant
        lacking |= {v for v, n in numbers.items() if n < 0}
    own = {v: c for v, c in values.items() if v not in lacking}
    made: Entry = {"label": file.words.get(column) or column, "kind": "single", "column": column}
    notes = []
    if lacking:
        meanings = "„nicht gefragt“ (unter not_asked schreiben) oder eine Antwort (streichen)"
        notes.append(f"{quoted(sorted(lacking))}: „keine Angabe“ (TODO löschen), {meanings}?")
        made["codes"] = {"not_answered": ["TODO", *sorted(lacking)]}
    few = len(own) <= FEW and sum(own.values()) >= 3 * len(own) > 0
    if options := [(label, v) for v, label in labels.items() if v not in lacking]:
        unknown = [v for v in own if v not in labels]
        notes += [f"ohne Etikett kommen vor: {', '.join(unknown[:FEW])}"] if unknown else []
        made["options"] = _options(options)
    elif few and len(own) == 1 and not lacking:
        of, _, row = column.rstrip("]").partition("[")
        made |= {"kind": "tick", "codes": {"ticked": list(own), "not_ticked": ["TODO", ""]}}
        made |= {"row": row, "of": of.strip(), "label": row} if row else {}
        notes.append('heißt ein leeres Feld „nicht angekreuzt“? Dann TODO löschen, sonst auch ""')
    elif few and (not is_number or {numbers[v] for v in own} <= set(range(FEW + 1))):
        doubt = "Codes ohne Wortlaut oder Zahlen (dann kind: number)" if is_number else "sind das alle Vorgaben"
        notes.append(f"bitte prüfen: {doubt}?")
        made["options"] = _options(sorted((v, v) for v in own))
    elif is_number and own:
        low, *_, high = sorted([*own, *own], key=numbers.__getitem__)
        notes.append(f"es kommt {low} bis {high} vor; bitte min und max ergänzen")
        made["kind"] = "number"
    else:
        lacks = "bitte content ergänzen: name, person, office, contact oder free"
        notes.append(lacks if own else "die Spalte ist leer, die Art der Frage steht nicht in ihr")
        made["kind"] = "text"
    return made | {"_": "; ".join(notes)}


# ---- Word forms ----


def _of_form(form: WordForm, name: str) -> Entry:
    """Codebook of an empty form: tables with number, label and answer, grids and rosters as `gkanalysis blank` prints them."""
    texts = [f.value for f in form.fields if f.kind == "paragraph" and f.value]
    headings: dict[int, str] = {}
    for f in form.fields:
        headings[0] = f.value or headings.get(0, "") if f.kind == "paragraph" else headings.get(0, "")
        headings.setdefault(f.table, headings[0])
    parts: list[Entry] = []
    skipped, last = [], None
    for t in form.tables:
        fields, words = [f for f in form.fields if f.table == t.number], headings.get(t.number, "")
        number, _, text = words.partition(" ") if words[:1].isdigit() else ("", "", words)
        part = {"id": _slug(text or f"teil {t.number}", [p["id"] for p in parts]), "heading": text}
        part |= {"number": number} if number else {}
        every = range(1, t.n_columns + 1)
        block = re.fullmatch(r"(\S+)\. (.+)", t.texts.get((3, 1), "")) if t.n_rows > 3 else None
        if block and last == words:
            parts[-1]["blocks"].append(_rows(t, fields, block))
        elif block:
            parts.append(part | {"kind": "grid", "columns": _columns(t, fields), "blocks": [_rows(t, fields, block)]})
        elif t.n_columns == 3 and t.texts.get((1, 1)) and t.texts.get((1, 2)):
            answers = dict(_answers(fields, 3))  # what has text in place of an answer is a heading
            asked = [r for r in range(1, t.n_rows + 1) if r in answers or not t.texts.get((r, 3))]
            words_of = {r: {"id": t.texts.get((r, 1), ""), "label": t.texts.get((r, 2), "")} for r in asked}
            parts.append(part | {"kind": "sheet", "items": [words_of[r] | answers.get(r, TEXT) for r in asked]})
        elif t.n_rows > 1 and all(t.texts.get((1, c)) for c in every):
            columns = [{"id": c, "label": t.texts[1, c], **dict(_answers(fields, c)).get(2, TEXT)} for c in every]
            parts.append(part | {"kind": "roster", "printed_rows": t.n_rows - 1, "columns": columns})
        else:
            skipped.append(f"Tabelle {t.number} („{words}“) hat eine andere Form und steht noch nicht hier")
        last = words
    title, version = [*texts[:2], name, name][:2]
    shown = {f.raw for f in form.fields if "placeholder" in f.notes}.union(form.prompts)
    shown |= PLACEHOLDERS.intersection(o for f in form.fields for o in f.options)
    printed = [x for x in dict.fromkeys(texts[2:]) if x not in headings.values()]
    told = {"placeholders": sorted(shown - {""}), "printed": printed}
    note = "Nummern der Fragen nach Name und Kommunaltyp; bei dieser nennt jede Vorgabe ihr type"
    made = _book(parts, version, title, Noted({"name": "TODO", "type": "TODO"}, note), **told)
    return made | ({"decisions": Noted(["TODO"], "; ".join(skipped))} if skipped else {})


def _answers(fields: Sequence[Field], column: int) -> Iterator[tuple[int, Entry]]:
    """Row -> what is asked in a column of it."""
    rows: dict[int, list[Field]] = {}
    for f in fields:
        if f.column == column and f.kind != "cell":
            rows.setdefault(f.row, []).append(f)
    for row, there in rows.items():
        boxes = [f for f in there if f.kind in TICK_KINDS]
        prompts = PLACEHOLDERS.union(f.raw for f in there if "placeholder" in f.notes)
        listed = [o for f in there for o in f.options if o not in prompts]
        ids = [f.tag.partition(":")[2] for f in boxes]
        if len(boxes) > 1:
            options = _options([(f.label, "") for f in boxes], ids if all(ids) else ())
            note = "" if all(ids) else "bitte prüfen: nur eine Antwort? Mehrere sind eine Tabelle mit tick"
            yield row, {"kind": "single", "options": options, "_": note}
        elif listed:
            yield row, {"kind": "single", "control": "dropdown", "options": _options([(o, "") for o in listed])}
        else:
            yield row, {"kind": "tick"} if boxes else TEXT


def _columns(t: WordTable, fields: Sequence[Field]) -> list[Entry]:
    """The columns of a grid."""
    columns = []
    for c in range(1, t.n_columns + 1):
        number, _, label = t.texts.get((2, c), "").partition(" ")
        group = t.texts.get((1, c), "")
        asked = dict(_answers(fields, c)).get(4, {} if t.texts.get((4, c)) else TEXT) if c > 1 else {}
        column = {"id": int(number) if number.isdigit() else c, "label": label}
        column |= {"group": group} if group != t.texts.get((2, c)) else {}
        columns.append(column | (asked or {"kind": "row_label"}))
    return columns


def _rows(t: WordTable, fields: Sequence[Field], block: re.Match[str]) -> Entry:
    """One block of rows of a grid; rows without a label are empty ones."""
    rows = []
    for row in (r for r in range(4, t.n_rows + 1) if t.texts.get((r, 1))):
        tags = [f.tag.split(":")[0].split(".") for f in fields if f.row == row and f.tag.count(".") > 1]
        rows.append({"id": tags[0][-2] if tags else f"{block[1]}{row - 3:02}", "label": t.texts[row, 1]})
    extra = t.n_rows - 3 - len(rows)
    return {"id": block[1], "label": block[2], "rows": rows} | ({"extra_rows": extra} if extra else {})
