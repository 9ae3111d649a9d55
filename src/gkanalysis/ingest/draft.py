"""The first codebook of a table of answers or of an empty Word form, for a person to finish.

What the file says is written down; what it cannot say stands as TODO with a sentence, and the codebook is refused as
long as one is left.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from pathlib import Path

from gkanalysis.codebook.columns import Table, as_number
from gkanalysis.codebook.instrument import STATES
from gkanalysis.core.errors import UsageError
from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.limesurvey import OTHER, Questionnaire, read_questionnaire
from gkanalysis.ingest.office import open_word_file
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


@dataclass
class Asked:
    """One question: kind, wording, options (label, value), and what a person has to look at."""

    label: str
    kind: str
    column: str = ""
    options: Sequence[tuple[str, str]] = ()
    ids: Sequence[str] = ()
    filter: tuple[str, str] | None = None
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    control: str = ""
    id: str = ""
    row: str = ""
    of: str = ""  # what it is a row of


def draft_codebook(path: Path, source: str) -> str:
    """The YAML of a first codebook.

    Raises
    ------
    IngestError
        If the file is none that may be read.
    UsageError
        If the name of the source has no wave, or it is no kind of file from which questions can be told.
    """
    instrument, _, wave = source.rpartition("-")
    if not instrument or not re.fullmatch(r"[\w-]+", source):
        raise UsageError(f"„{source}“ ist kein Name einer Quelle; bitte wie „umfrage-2024“: Instrument, Strich, Jahr.")
    suffix = path.suffix.lower()
    if suffix == ".docx":
        with open_word_file(path) as package:
            body = _form_parts(read_word_form(package), path.stem)
    elif suffix == ".lss" or suffix in SUFFIXES:
        body = _table_parts(path)
    else:
        raise UsageError(f"Aus „{path.name}“ entsteht kein Codebuch; erlaubt sind .docx, .lss, {', '.join(SUFFIXES)}.")
    head = [HEAD.format(file=path.name).rstrip(), f"instrument: {instrument}", f"wave: {_q(wave)}"]
    return "\n".join([*head, *body]) + "\n"


def _q(text: str) -> str:
    """A text in quotation marks of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _slug(text: str, taken: Iterable[str] = ()) -> str:
    """An id made of a wording."""
    plain = text.casefold().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    base = "_".join(re.findall("[a-z0-9]+", plain)[:4])[:40] or "x"
    base = f"v_{base}" if base in STATES else base
    return next(s for k in range(1, 999) if (s := base if k == 1 else f"{base}_{k}") not in taken)


def _option_ids(asked: Asked) -> list[str]:
    """Ids of the options of a choice."""
    made: list[str] = list(asked.ids)
    for label, _ in asked.options[len(made) :]:
        made.append(_slug(label, made))
    return made


def _options(asked: Asked) -> str:
    """The options of a choice, on one line."""
    rows = zip(_option_ids(asked), asked.options, strict=True)
    shown = (f"{{id: {_q(i)}, label: {_q(label)}{f', value: {_q(v)}' if v else ''}}}" for i, (label, v) in rows)
    return f"[{', '.join(shown)}]"


def _keys(asked: Asked) -> str:
    """Everything of a question behind its id and label."""
    told = [f"kind: {asked.kind}"]
    told += [f"control: {asked.control}"] if asked.control else []
    told += [f"column: {_q(asked.column)}"] if asked.column else []
    told += [f"asked_if: {{item: {_q(asked.filter[0])}, value: {_q(asked.filter[1])}}}"] if asked.filter else []
    told += (
        [f"codes: {{{', '.join(f'{k}: {json.dumps(list(v))}' for k, v in asked.codes.items())}}}"]
        if asked.codes
        else []
    )
    told += [f"options: {_options(asked)}"] if asked.options else []
    return ", ".join(told)


def _ending(identity: str, lines: Sequence[str], sets: Sequence[str]) -> list[str]:
    """What every codebook needs besides its questions."""
    closed = re.findall(r'\{id: ("[^"]+"), label: ".*", kind: (?:single|number)', "\n".join(lines))
    named = [f"{{set: {i}}}" for i in re.findall(r"\{id: (\w+), label", " ".join(sets[:1]))]
    needs = [f"{{item: {i}}}" for i in closed[:1]] + named + [f"{{item: {i}}}" for i in closed[1:2]]
    return [
        *(["sets:", *sets] if sets else []),
        "completeness:  # bitte prüfen: was muss dafür beantwortet sein?",
        f"  - {{id: full, label: voll auswertbar, needs: [{', '.join(needs[:2])}]}}",
        f"  - {{id: partial, label: zum Teil auswertbar, needs: [{', '.join(needs[:1])}]}}",
        "  - {id: unusable, label: nicht auswertbar, needs: []}",
        f"identity: {identity}",
    ]


# ---- tables ----


def _table_parts(path: Path) -> list[str]:
    """Codebook of a table: its block `table`, parts, and what a person has to add."""
    beside = (
        [path]
        if path.suffix.lower() == ".lss"
        else sorted(path.parent.glob("*.lss"))
        if path.suffix.lower() == ".csv"
        else []
    )
    if len(beside) == 1:
        questionnaire = read_questionnaire(beside[0])
        asked, title = list(_of_questionnaire(questionnaire)), questionnaire.title
        table = ["  case: TODO  # " + CASE + ", etwa token", "  received: submitdate", "  limesurvey: true"]
        table += ['  ticked: ["Y"]', '  not_ticked: [""]']
        own = "".join(f", {t}" for t in OF_LIMESURVEY)
        table += [f"  # von selbst nicht gelesen: {own[2:]}"]
    else:
        data = read_regular(path, RefusedSurveyError)
        file = open_table(path, data, Table.model_construct())
        asked, unique, days, unused = _of_columns(file)
        title = ""
        table = [f"  case: TODO  # {CASE}; in jeder Zeile einen anderen Wert haben: {', '.join(unique) or 'keine'}"]
        table += [f"  # received: …  # Spalte mit dem Tag der Antwort; Tage stehen in: {', '.join(days) or 'keiner'}"]
        table += [
            "  not_answered: []  # Werte, die „keine Angabe“ heißen; ein leeres Feld heißt immer so",
            "  not_asked: []",
        ]
        table += [
            f"  unused: {json.dumps(unused, ensure_ascii=False)}  # Tage und laufende Nummern; was hier steht, ist keine Frage"
        ]
    parts, sets = _parts(asked)
    lines = [line for _, of_part in parts for line in of_part]
    versions = [part for part, _ in parts]
    return [
        f"title: {_q(title) if title else 'TODO'}  # Titel, wie ihn der Bericht druckt",
        "versions:",
        f"  online: {{title: Online-Befragung, sent: TODO, parts: [{', '.join(versions)}]}}  # sent: Monat des Versands, wie \"2024-05\"",
        "table:", *table, "parts:", *lines,
        *_ending("{}  # name und type: die Fragen nach Name und Kommunaltyp, wenn es sie gibt", lines, sets),
    ]  # fmt: skip


def _parts(asked: Sequence[Asked]) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """Parts by their ids with their lines, and the multiple response sets."""
    parts: list[tuple[str, list[str]]] = []
    sets, ids = [], {}
    for number, (of, together) in enumerate(groupby(asked, lambda a: a.of), 1):
        group = list(together)
        head = [
            "    kind: " + ("grid" if of else "sheet"),
            f'    number: "{number}"',
            f"    heading: {_q(of or f'Fragen {number}')}",
        ]
        name = _slug(group[0].column.partition("[")[0] if of else f"teil {number}", [p for p, _ in parts])
        if of:
            column = group[0].column.replace(group[0].row, "{row}")
            label = "angekreuzt" if group[0].kind == "tick" else "Antwort"
            lines = ["    columns:", "      - {id: 1, label: Zeile, kind: row_label}"]
            lines.append(
                f"      - {{id: 2, label: {label}, {_keys(replace(group[0], column=column))}}}{_note(group[0])}"
            )
            lines += ["    blocks:", f"      - id: {number}R", f"        label: {_q(of)}", "        rows:"]
            lines += [f"          - {{{_row_keys(a)}, label: {_q(a.label)}}}" for a in group]
            sets += [f"  - {{id: {name}, label: {_q(of)}, part: {name}, column: 2}}"] if group[0].kind == "tick" else []
        else:
            lines = ["    items:"]
            for n, a in enumerate(group, 1):
                ids[a.column] = f"{number}.{n}", a
                shown = _filtered(a, ids)
                lines.append(
                    f"      - {{id: {_q(ids[a.column][0])}, label: {_q(a.label)}, {_keys(shown)}}}{_note(shown)}"
                )
        parts.append((name, [f"  - id: {name}", *head, *lines]))
    return parts, sets


def _row_id(asked: Asked) -> str:
    """Id of a row: its code, or what is made of it."""
    return asked.row if re.fullmatch(r"\w+", asked.row, re.ASCII) else _slug(asked.row)


def _row_keys(asked: Asked) -> str:
    name = _row_id(asked)
    return f"id: {_q(name)}" + (f", code: {_q(asked.row)}" if name != asked.row else "")


def _filtered(asked: Asked, ids: Mapping[str, tuple[str, Asked]]) -> Asked:
    """A question whose filter names item and option, as far as both are known."""
    item, parent = ids.get(asked.filter[0], ("", asked)) if asked.filter else ("", asked)
    names = dict(zip((value for _, value in parent.options), _option_ids(parent), strict=True))
    known = item and asked.filter and asked.filter[1] in names
    if asked.filter and not known:
        asked = replace(
            asked, notes=[*asked.notes, f"Filter: nur, wenn {' = '.join(asked.filter)}; bitte als asked_if schreiben"]
        )
    return replace(asked, filter=(item, names[asked.filter[1]]) if known and asked.filter else None)


def _note(asked: Asked) -> str:
    return f"  # {'; '.join(asked.notes)}" if asked.notes else ""


def _of_questionnaire(questionnaire: Questionnaire) -> Iterator[Asked]:
    """The questions of LimeSurvey; rows of one question belong together."""
    for heading, a in questionnaire.columns.items():
        code, _, row = heading.rstrip("]").partition("[")
        options = [(label or value, value) for value, label in a.codes.items()] if a.kind == "single" else []
        options = [("Sonstiges" if v == OTHER else label, v) for label, v in options]
        is_row = row and "]" not in row and not row.endswith(("other", "comment", "filecount"))
        notes, condition = [], None
        if not is_row and (simple := EQUALS.fullmatch(a.condition)):
            condition = (simple[1], simple[2])
        elif a.condition:
            notes = [f"Filter: LimeSurvey fragt nur, wenn {a.condition}; bitte als asked_if schreiben"]
        if row == "other" and (parent := questionnaire.columns.get(code)) and OTHER in parent.codes:
            condition, notes = (code, OTHER), []
        yield Asked(
            a.label or heading, a.kind, heading, options, filter=condition, notes=notes,
            row=row, of=(a.question or code) if is_row else "",
        )  # fmt: skip


def _boxes(asked: Sequence[Asked]) -> list[Asked]:
    """The questions, of which those with one value are boxes; „Frage [Zeile]“ are rows of one question."""
    made = []
    for a in asked:
        if a.kind == "single" and len(a.options) == 1 and not a.codes:
            codes = {"ticked": [a.options[0][1]], "not_ticked": ["TODO", ""]}
            note = 'heißt ein leeres Feld „nicht angekreuzt“? Dann TODO löschen, sonst auch ""'
            of, _, row = a.column.rstrip("]").partition("[")
            rows = {"row": row, "of": of.strip(), "label": row} if row else {}
            a = replace(a, kind="tick", options=(), codes=codes, notes=[note], **rows)
        made.append(a)
    return made


def _of_columns(file: TableFile) -> tuple[list[Asked], list[str], list[str], list[str]]:
    """The columns of a table; those that differ in every row, those that hold days, and those that are no questions."""
    seen: list[Counter[str]] = [Counter() for _ in file.titles]
    n = 0
    for piece in file.pieces:
        n += len(piece.rows)
        for k in range(len(file.titles)):
            cells = piece.column(k)
            for count in cells.value_counts().to_pylist():
                seen[k][(count["values"] or "").strip()] += count["counts"]
    asked, unique, days = [], [], []
    columns = [" ".join(title.split()) for title in file.titles]
    for column, values in zip(columns, seen, strict=True):
        values = {v: c for v, c in values.items() if v}
        unique += [column] if n > 1 and len(values) == n else []
        if values and all(re.match(r"\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.\d{4}", v) for v in values):
            days.append(column)
        asked.append(_of_values(column, values, file))
    unused = [c for c in columns if c in days or (c in unique and _is_running(seen[columns.index(c)]))]
    asked = [a for a in asked if a.column not in unused]
    made, values_of = {a.column: a for a in asked}, dict(zip(columns, seen, strict=True))
    for label, columns, counted in file.sets:  # others than what counts say that it was not chosen
        codes = {"ticked": [counted], "not_ticked": sorted({v for c in columns for v in values_of[c]} - {counted, ""})}
        made |= {c: Asked(made[c].label, "tick", c, codes=codes, row=c, of=label or columns[0]) for c in columns}
    return _boxes(list(made.values())), unique, days, unused


def _is_running(values: Iterable[str]) -> bool:
    """Whether values, in the order of the rows, number them: whole numbers, each larger than the one before."""
    numbers = [int(v) for v in values if v.isdecimal()]
    return len(numbers) >= FEW and all(a < b for a, b in pairwise(numbers))


def _of_values(column: str, values: Mapping[str, int], file: TableFile) -> Asked:
    """What one column may ask, by its labels or its values."""
    labels, is_missing = file.labels.get(column, {}), file.missing.get(column)
    numbers = {v: n for v in values if (n := as_number(v)) is not None}
    is_number = len(numbers) == len(values) > 0
    lacking = {v for v in {*values, *labels} if is_missing and is_missing(v)}
    if is_number and not labels and max(numbers.values()) >= 0:  # where no negative number can be meant
        lacking |= {v for v, n in numbers.items() if n < 0}
    own = {v: c for v, c in values.items() if v not in lacking}
    made = Asked(file.words.get(column) or column, "text", column)
    if lacking:
        shown = ", ".join(f"„{v}“" for v in sorted(lacking))
        made.notes = [
            f"{shown}: „keine Angabe“ (TODO löschen), „nicht gefragt“ (unter not_asked schreiben) oder eine Antwort (streichen)?"
        ]
        made.codes = {"not_answered": ["TODO", *sorted(lacking)]}
    few = len(own) <= FEW and sum(own.values()) >= 3 * len(own)
    if options := [(label, v) for v, label in labels.items() if v not in lacking]:
        unknown = [v for v in own if v not in labels]
        note = f"ohne Etikett kommen vor: {', '.join(unknown[:FEW])}" if unknown else ""
        made = replace(made, kind="single", options=options)
    elif not own:
        note = "die Spalte ist leer, die Art der Frage steht nicht in ihr"
    elif few and (not is_number or {numbers[v] for v in own} <= set(range(FEW + 1))):
        note = f"bitte prüfen: {'Codes ohne Wortlaut oder Zahlen (dann kind: number)?' if is_number else 'sind das alle Vorgaben?'}"
        made = replace(made, kind="single", options=sorted((v, v) for v in own))
    elif is_number:
        low, *_, high = sorted([*own, *own], key=numbers.__getitem__)
        note, made.kind = f"es kommt {low} bis {high} vor; bitte min und max ergänzen", "number"
    else:
        note = "bitte content ergänzen: name, person, office, contact oder free"
    return replace(made, notes=[*made.notes, *filter(None, [note])])


# ---- Word forms ----


def _form_parts(form: WordForm, name: str) -> list[str]:
    """Codebook of an empty form: tables with number, label and answer, grids and rosters as `gkanalysis blank` prints them."""
    texts = [f.value for f in form.fields if f.kind == "paragraph" and f.value]
    parts: list[tuple[str, list[str]]] = []
    sets, used, heading, last = [], set(), "", None
    headings: dict[int, str] = {}
    for f in form.fields:
        heading = f.value or heading if f.kind == "paragraph" else heading
        headings.setdefault(f.table, heading)
    skipped = []
    for t in form.tables:
        fields = [f for f in form.fields if f.table == t.number]
        words = headings.get(t.number, "")
        used.add(words)
        number, _, text = words.partition(" ") if words[:1].isdigit() else ("", "", words)
        part = _slug(text or f"teil {t.number}", [p for p, _ in parts])
        own = [f"  - id: {part}", f"    heading: {_q(text)}", *([f"    number: {_q(number)}"] if number else [])]
        block = re.fullmatch(r"(\S+)\. (.+)", t.texts.get((3, 1), "")) if t.n_rows > 3 else None
        if block and last == words:
            parts[-1][1].extend(_block(t, fields, block))
        elif block:
            lines, ticks = _grid_columns(t, fields)
            parts.append((part, [*own, "    kind: grid", *lines, "    blocks:", *_block(t, fields, block)]))
            sets += [f"  - {{id: {part}_{c}, label: {_q(label)}, part: {part}, column: {c}}}" for c, label in ticks]
        elif t.n_columns == 3 and any(f.column == 3 for f in fields):
            lines = [f"      - {{id: {_q(t.texts.get((r, 1), ''))}, label: {_q(t.texts.get((r, 2), ''))}, {_keys(a)}}}{_note(a)}" for r, a in _answers(fields, 3)]  # fmt: skip
            parts.append((part, [*own, "    kind: sheet", "    items:", *lines]))
        elif t.n_rows > 1 and all(t.texts.get((1, c)) for c in range(1, t.n_columns + 1)):
            lines = [f"      - {{id: {c}, label: {_q(t.texts[1, c])}, {_keys(dict(_answers(fields, c)).get(2, Asked('', 'text')))}}}" for c in range(1, t.n_columns + 1)]  # fmt: skip
            parts.append(
                (part, [*own, "    kind: roster", f"    printed_rows: {t.n_rows - 1}", "    columns:", *lines])
            )
        else:
            skipped.append(f"  # TODO Tabelle {t.number} („{words}“) hat eine andere Form und steht noch nicht hier")
        last = words
    title, version = [*texts[:2], name, name][:2]
    lines = [line for _, of_part in parts for line in of_part]
    printed = [x for x in dict.fromkeys(texts[2:]) if x not in used]
    prompts = sorted(
        form.prompts
        | {
            t
            for f in form.fields
            for t in (f.raw if "placeholder" in f.notes else "", *PLACEHOLDERS.intersection(f.options))
            if t
        }
    )
    return [
        f"title: {_q(title)}", "versions:",
        f"  bogen: {{title: {_q(version)}, sent: TODO, parts: [{', '.join(p for p, _ in parts)}]}}  # sent: Monat des Versands, wie \"2024-05\"",
        f"placeholders: {json.dumps(prompts, ensure_ascii=False)}", f"printed: {json.dumps(printed, ensure_ascii=False)}",
        "parts:", *skipped, *lines,
        *_ending("{name: TODO, type: TODO}  # Nummern der Fragen nach Name und Kommunaltyp; bei dieser nennt jede Vorgabe ihr type", lines, sets),
    ]  # fmt: skip


def _answers(fields: Sequence[Field], column: int) -> Iterator[tuple[int, Asked]]:
    """Row -> what is asked in a column of it."""
    rows: dict[int, list[Field]] = {}
    for f in fields:
        if f.column == column and f.kind != "cell":
            rows.setdefault(f.row, []).append(f)
    for row, there in rows.items():
        boxes = [f for f in there if f.kind in TICK_KINDS]
        lists = [f for f in there if f.options]
        ids = [f.tag.partition(":")[2] for f in boxes]
        if len(boxes) > 1:
            note = [] if all(ids) else ["bitte prüfen: nur eine Antwort? Mehrere sind eine Tabelle mit tick"]
            yield (
                row,
                Asked("", "single", options=[(f.label, "") for f in boxes], ids=ids if all(ids) else (), notes=note),
            )
        elif boxes:
            yield row, Asked("", "tick")
        elif lists:
            yield (
                row,
                Asked(
                    "",
                    "single",
                    options=[(o, "") for o in lists[0].options if o not in PLACEHOLDERS],
                    control="dropdown",
                ),
            )
        else:
            yield row, Asked("", "text", notes=["Text; wenn eine Zahl gefragt ist: kind: number"])


def _grid_columns(t: WordTable, fields: Sequence[Field]) -> tuple[list[str], list[tuple[int, str]]]:
    """The columns of a grid, and those to tick."""
    lines, ticks = ["    columns:"], []
    for c in range(1, t.n_columns + 1):
        number, _, label = t.texts.get((2, c), "").partition(" ")
        group = t.texts.get((1, c), "")
        told = f", group: {_q(group)}" if group != t.texts.get((2, c)) else ""
        there = dict(_answers(fields, c))
        asked = there.get(4) if c > 1 else Asked("", "row_label")
        asked = asked or Asked("", "row_label")
        lines.append(f"      - {{id: {number}, label: {_q(label)}{told}, {_keys(asked)}}}")
        ticks += [(int(number), label)] if asked.kind == "tick" and number.isdigit() else []
    return lines, ticks


def _block(t: WordTable, fields: Sequence[Field], block: re.Match[str]) -> list[str]:
    """One block of rows of a grid; rows without a label are empty ones."""
    lines, extra = [f"      - id: {_q(block[1])}", f"        label: {_q(block[2])}", "        rows:"], 0
    for row in range(4, t.n_rows + 1):
        label = t.texts.get((row, 1), "")
        if not label:
            extra += 1
            continue
        tags = [f.tag.split(":")[0].split(".") for f in fields if f.row == row and f.tag.count(".") > 1]
        name = tags[0][-2] if tags else f"{block[1]}{row - 3:02}"
        lines.append(f"          - {{id: {_q(name)}, label: {_q(label)}}}")
    return [*lines, *([f"        extra_rows: {extra}"] if extra else [])]
