"""From coded interviews as read to what is analysed: codes of the codebook, segments in reading order, codings.

Everything that came in stands in a table or in the losses with its GUID (column `item_id`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd

from gkanalysis.codebook.interviews import InterviewCodebook
from gkanalysis.core.findings import Log
from gkanalysis.core.lookup import enumeration
from gkanalysis.ingest.interviews import read_interim, segment_text
from gkanalysis.ingest.qda.model import NOWHERE, Project, Selection, Source
from gkanalysis.ingest.tables import few, read_rows
from gkanalysis.settle.process import read_files
from gkanalysis.settle.receipts import alliance_meant, iso_date, nfc, no_date

LIST = "dokumente.csv"
LIST_COLUMNS = ("file", "document", "alliance_id", "date")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENDING = re.compile(r"\.(txt|docx?|rtf|odt|pdf|mp3|mp4|wav|m4a)$", re.IGNORECASE)
WHOLE = "ganzes Dokument"
UNPLACED = "Stelle nicht gespeichert"
UNNEEDED = frozenset({"graph", "unused_column"})  # kinds of losses that no chapter would miss
# the reader gave such a coder a substitute for a name
NAMELESS = frozenset({"unnamed_coder", "unknown_coder"})
COLUMNS = {
    "documents": (
        "document_id", "name", "case_id", "file", "kind", "characters", "text", "reading", "date", "guid",
    ),
    "codes": ("code_id", "guid", "group_id", "label", "path", "definition"),
    "segments": ("segment_id", "document_id", "case_id", "start", "end", "text", "place", "file", "guid"),
    "codings": (
        "coding_id", "segment_id", "document_id", "case_id", "code_id", "coder", "start", "end", "created", "file",
    ),
    "cases": ("case_id", "type", "status", "file", "date"),
    "memos": ("memo_id", "target_id", "author", "text", "name", "file"),
}  # fmt: skip
NUMBERS = {"start": "int64", "end": "int64", "characters": "Int64"}  # all other columns are text


@dataclass(frozen=True, slots=True)
class Document:
    """One interview: its source in a file, its short id, and what is known of it."""

    id: str
    file: str
    source: Source
    case_id: str
    type: str
    date: str


def process_interviews(
    data: Path, interim: Path, book: InterviewCodebook, register: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Match the projects of one source to codebook and register, and build its analysis tables.

    The source's own folder in `data` may hold `dokumente.csv` for documents without a case; `interim` is the folder
    with what `ingest_interviews` wrote.

    `documents` has one row per interview, whose `text` is null where none is stored; `codes` one per code of the
    codebook, whose `guid` has those of the projects, separated by spaces; `segments` one per document and stretch of
    text, numbered in reading order, whose `guid` names all selections of it; `codings` one per segment (or whole
    document: no `segment_id`, start and end -1), code and coder; `cases` one per interviewed alliance; `memos` one per
    memo, whose `target_id` is the id that its target has in these tables. Findings, losses and files are as for forms;
    `item_id` holds the GUID.
    """
    folder, log = data / book.source, Log()
    projects = read_interim(interim / "projects.parquet")
    texts = {s.path for p in projects.values() for s in p.sources if s.text is not None}
    texts = {nfc(unquote(re.split(r"[/\\]", path)[-1])) for path in texts}
    files = read_files(data, folder, interim / "files.csv", "file", log, texts)
    listed = read_rows(folder / LIST, LIST_COLUMNS, optional=["date"]) if (folder / LIST).exists() else []
    documents = assign_documents(projects, listed, register["buendnisse"], book, log)
    codes, rows = match_codes(projects, book, log), Rows(book, log)
    for file, project in projects.items():
        rows.add(file, project, {d.source.guid: d for d in documents if d.file == file}, codes[file])
    _check_names_of_coders(rows.codings, book, log)
    _check_lead_coder(documents, rows.codings, book, log)
    guids = defaultdict(dict)
    for guid, code_id in (pair for ids in codes.values() for pair in ids.items()):
        guids[code_id][guid] = None
    tables = {
        "documents": [
            (d.id, s.name, d.case_id, d.file, s.kind, None if s.text is None else len(s.text), s.text, s.reading,
             d.date, s.guid)
            for d in documents for s in [d.source]
        ],
        "codes": [
            (c.id, " ".join(guids.get(c.id, ())), c.group_id, c.label, c.path, c.definition)
            for c in book.codes.values()
        ],
        "segments": rows.segments,
        "codings": rows.codings,
        "cases": sorted((d.case_id, d.type, "interviewed", d.file, d.date) for d in documents),
        "memos": rows.memos,
    }  # fmt: skip
    frames = {name: _frame(table, COLUMNS[name]) for name, table in tables.items()}
    return frames | {"findings": log.finding_table(), "losses": log.loss_table(), "files": files}


def _frame(rows: Sequence[tuple], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame whose columns have the same type whether or not there are rows."""
    return pd.DataFrame(rows, columns=list(columns)).astype({c: NUMBERS.get(c, "str") for c in columns})


def _check_names_of_coders(codings: Sequence[tuple], book: InterviewCodebook, log: Log) -> None:
    """A name that differs in case or blanks only would silently be another person, and counts fall (V23)."""
    given = Counter(row[5] for row in codings)
    meant: dict[str, str] = {}
    for name in (book.lead_coder, *(name for name, _ in given.most_common())):
        meant.setdefault(_plain(name).casefold(), name)
    for (name, file), n in Counter((row[5], row[-1]) for row in codings).items():
        if (usual := meant[_plain(name).casefold()]) != name:
            many = f"{n} Codierungen sind" if n > 1 else "eine Codierung ist"
            told = f"„{file}“: {many} von „{name}“ (gemeint ist wohl „{usual}“)"
            until = "bis der Name im QDA-Programm berichtigt und das Projekt neu ausgegeben ist"
            log.find("V23", f"{told}; {until}, zählt das als eine andere Person.", file=file, raw=name)


def _check_lead_coder(
    documents: Sequence[Document], codings: Sequence[tuple], book: InterviewCodebook, log: Log
) -> None:
    """Counts of cases rest on the lead coder: without these codings a case would silently say nothing (V25, V26)."""
    coded = {row[2] for row in codings if row[5] == book.lead_coder}
    lead, remedy = f"„{book.lead_coder}“", "„lead_coder“ im Codebuch oder den Namen im QDA-Programm berichtigen"
    if documents and not coded:
        names = ", ".join(f"„{name}“" for name in sorted({row[5] for row in codings})) or "niemand"
        told = f"Keine Codierung ist von {lead}, auf der alle Auszählungen beruhen (codiert haben: {names})"
        log.find("V25", f"{told}. Bitte {remedy}.")
        return
    lacking = [d for d in documents if d.id not in coded]
    for file in dict.fromkeys(d.file for d in lacking):  # a name that was changed is one cause
        others = enumeration(f"„{name}“" for name in sorted({row[5] for row in codings if row[-1] == file}))
        if others and all(d in lacking for d in documents if d.file == file):
            told = (
                f"„{file}“ hat keine Codierung von {lead}, auf der alle Auszählungen beruhen; codiert hat dort {others}"
            )
            log.find("V26", f"{told}. Ist eine dieser Personen gemeint, bitte {remedy}.", file=file)
            lacking = [d for d in lacking if d.file != file]
    for document in lacking:
        message = f"„{document.source.name}“ hat keine Codierung von {lead}; in den Auszählungen fehlt dieses Gespräch. Bitte die Codierung nachholen."
        where = {"file": document.file, "case_id": document.case_id, "item_id": document.source.guid}
        log.find("V26", message, **where)


def document_id(name: str) -> str:
    """A short id from the name of a document, fit for links and file names.

    >>> document_id("Gespräch 3 (Kürzung).docx"), document_id("???")
    ('gespraech-3-kuerzung', 'dokument')
    """
    plain = nfc(_ENDING.sub("", name)).casefold().translate(_GERMAN)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "dokument"


def assign_documents(
    projects: Mapping[str, Project], listed: Sequence[Mapping[str, str]], alliances: pd.DataFrame,
    book: InterviewCodebook, log: Log,
) -> list[Document]:  # fmt: skip
    """One document per source of every project (by file), in their order, with its alliance and its day.

    `listed` are the rows of the team's list, for documents without a case. No finding (V01, V05, V11, V16, V20, V21,
    V24, V27, V31) sets a document aside, but the errors among them stop the build.
    """
    types = dict(zip(alliances["alliance_id"], alliances["type"], strict=True))
    rows, used = _list_rows(listed, log), set()
    ids: Counter[str] = Counter()
    documents: list[Document] = []
    for file, project in projects.items():
        values = _values(project)
        for source in project.sources:
            used.add(key := (nfc(file), nfc(source.name)))
            row, name, where = rows.get(key, {}), f"„{source.name}“", {"file": file, "item_id": source.guid}
            variables = (book.case_variable, book.type_variable, book.date_variable)
            cases, kinds, days = (list(values.get((source.guid, v.casefold()), ())) for v in variables)
            cells, at = [*cases, *filter(None, [row.get("alliance_id")])], f"„{file}“, Dokument {name}"
            case_id = where["case_id"] = _alliance(at, cells, alliances, book, where, log)
            for kind in kinds:
                if (ours := types.get(case_id)) and kind.casefold() != ours:
                    message = f"Im Projekt steht bei {name} „{kind}“, im Register „{ours}“; es gilt das Register."
                    log.find("V05", message, raw=kind, **where)
            day = _day(name, row.get("date", ""), days, book.period, where, log)
            short = document_id(source.name)
            ids[short] += 1
            short += f"-{ids[short]}" if ids[short] > 1 else ""
            documents.append(Document(short, file, source, case_id, types.get(case_id, ""), day))
    _check_whole(documents, log)
    for row in (row for key, row in rows.items() if key not in used):
        message = f"„{LIST}“, Zeile {row['row']}: ein Dokument „{row['document']}“ in „{row['file']}“ gibt es nicht; bitte Dateinamen und Dokumentnamen prüfen."
        log.find("V27", message, file=row["file"], case_id=row["alliance_id"], raw=row["document"])
    return documents


def _list_rows(listed: Sequence[Mapping[str, str]], log: Log) -> dict[tuple[str, str], Mapping[str, str]]:
    """Rows of the list by file and document; a second row for the same one, or a strange date, is V16."""
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in listed:
        at = f"„{LIST}“, Zeile {row['row']}"
        first = rows.setdefault((nfc(row["file"]), nfc(row["document"])), row)
        if row["date"] and not iso_date(row["date"]):
            log.find("V16", no_date(at, row["date"]), file=row["file"], raw=row["date"])
        if first is not row:
            message = f"{at}: „{row['document']}“ steht schon in Zeile {first['row']}; bitte eine Zeile löschen."
            log.find("V16", message, file=row["file"], raw=row["document"])
    return rows


def _values(project: Project) -> dict[tuple[str, str], dict[str, None]]:
    """GUID of a source and name of a variable -> its different values in the source and its cases."""
    given = [(source.guid, source.values) for source in project.sources]
    given += [(guid, case.values) for case in project.cases for guid in case.sources]
    values = defaultdict(dict)
    for guid, name, value in ((guid, *pair) for guid, of_one in given for pair in of_one.items()):
        if value.strip():
            values[guid, name.strip().casefold()][value.strip()] = None
    return values


def _alliance(
    at: str, cells: Iterable[str], alliances: pd.DataFrame, book: InterviewCodebook, where: Mapping[str, str], log: Log
) -> str:
    """The alliance of a document (V01 if unknown); "" with a finding (V20) if none or several are named."""
    advice = f"bitte im Projekt (Variable „{book.case_variable}“) oder in „{LIST}“ berichtigen"
    cells = dict.fromkeys(cells)
    named = list(dict.fromkeys(alliance_meant(cell, alliances, at, log, advice, **where) for cell in cells))
    if len(named) == 1:
        return named[0]
    what = f"mehrere Bündnisse genannt ({', '.join(named)})" if named else "kein Bündnis genannt"
    message = f"{at}: {what}; bitte im Projekt bei genau einem Fall die Variable „{book.case_variable}“ setzen oder das Dokument einmal in „{LIST}“ eintragen."
    log.find("V20", message, raw=" | ".join(named), **where)
    return ""


def _day(
    name: str, listed: str, texts: Sequence[str], period: tuple[str, str], where: Mapping[str, str], log: Log
) -> str:
    """The day of an interview, from the list or else the case; "" if nothing is known (V11, V24)."""
    for text in texts:
        if not iso_date(text[:10]):
            log.find("V11", f"{no_date(name, text)} Es zählt nicht.", raw=text, **where)
    days = list(dict.fromkeys(filter(None, [iso_date(listed), *(iso_date(text[:10]) for text in texts)])))
    if len(days) > 1:
        message = f"{name} hat mehrere Daten ({', '.join(days)}); es gilt das erste, bitte berichtigen."
        log.find("V11", message, raw=" | ".join(days), **where)
    first, last = period
    if days and not first <= days[0] <= last:
        message = f"{name} ist vom {days[0]}, die Gespräche waren vom {first} bis {last}; bitte das Datum prüfen oder den Zeitraum im Codebuch erweitern."
        log.find("V24", message, raw=days[0], **where)
    return days[0] if days else ""


def _check_whole(documents: Sequence[Document], log: Log) -> None:
    """What only all documents together show: an alliance with several, days that nobody wrote down."""
    for case_id in dict.fromkeys(d.case_id for d in documents if d.case_id):
        if len(several := [d for d in documents if d.case_id == case_id]) > 1:
            names = ", ".join(f"„{d.source.name}“ in „{d.file}“" for d in several)
            told = f"Zu {case_id} gehören {len(several)} Dokumente: {names}. Ein Gespräch zählt einmal"
            remedy = "bitte die Zuordnung berichtigen oder die Dokumente im QDA-Programm zusammenführen"
            log.find("V21", f"{told}; {remedy}.", file=several[0].file, case_id=case_id)
    if undated := [d.source.name for d in documents if not d.date]:
        told = f"Für {len(undated)} von {len(documents)} Dokumenten ist kein Tag angegeben ({few(undated, 3)})"
        rest = f"ob sie in den Zeitraum fallen, ist nicht geprüft. Der Tag kann in „{LIST}“ stehen."
        log.find("V31", f"{told}; {rest}", raw=" | ".join(undated))


@dataclass
class Rows:
    """Rows of the tables while they grow; codes and segments are looked up by kind, for GUIDs may be the same."""

    book: InterviewCodebook
    log: Log
    segments: list[tuple] = field(default_factory=list)
    codings: list[tuple] = field(default_factory=list)
    memos: list[tuple] = field(default_factory=list)

    def add(self, file: str, project: Project, own: Mapping[str, Document], codes: Mapping[str, str]) -> None:
        """Take over one project: `own` are its documents by GUID, `codes` the ids of its codes by GUID."""
        self.file, self.project, self.own, self.codes = file, project, own, codes
        self._log_reader_losses()
        places = self._add_segments()
        taken = self._add_codings(places)
        ids = {**codes, **{guid: document.id for guid, document in own.items()}, **places}
        ids |= {guid: guid for guid in taken} | self._log_unused()
        self._add_memos(ids)

    def _lose(self, stage: str, unit: str, action: str, reason: str, guid: str, raw: str, **where: str) -> None:
        """A loss of this file."""
        self.log.lose(stage, unit, action, reason, file=self.file, item_id=guid, raw=raw, **where)

    def _log_reader_losses(self) -> None:
        """What the reader could not use: a loss each, and one finding per kind (V28, V32)."""
        rules = {loss.kind: "V32" if loss.kind in UNNEEDED else "V28" for loss in self.project.losses}
        for x in self.project.losses:
            where = {"case_id": self.own[x.guid].case_id if x.guid in self.own else "", "place": x.place}
            self._lose("ingest", x.kind, x.done, x.why, x.guid, x.raw, rule=rules[x.kind], **where)
        for (kind, done, why), n in Counter((x.kind, x.done, x.why) for x in self.project.losses).items():
            message = f"„{self.file}“: {n}-mal {done}: {why} Jede Stelle steht mit Kennung in losses.csv."
            self.log.find(rules[kind], message, file=self.file, raw=kind)

    def _add_segments(self) -> dict[str, str]:
        """Number the stretches of every document in reading order, those without a place last; ids by GUID."""
        stretches: dict[str, dict[Any, list[Selection]]] = {guid: {} for guid in self.own}
        for s in self.project.selections:
            if s.source not in self.own:
                self._lose("validate", "segment", "zurückgestellt", "das Dokument fehlt im Projekt", s.guid, s.name)
                continue
            # where no text is stored, paragraph and words tell which stretch it is; without either it is one of its own
            words = (s.place, s.name) if s.place and s.name else s.guid
            key = (s.start, s.end) if s.start >= 0 else words
            stretches[s.source].setdefault(key, []).append(s)
        ids: dict[str, str] = {}
        for guid, by_key in stretches.items():
            d = self.own[guid]
            width = max(3, len(str(len(by_key))))  # ids of a document sort as its segments do
            ordered = sorted(by_key.values(), key=lambda same: _reading_order(same[0]))
            for number, same in enumerate(ordered, start=1):
                segment_id, s = f"{d.id}-{number:0{width}}", same[0]
                place = f"Zeichen {s.start + 1} bis {s.end}" if s.start >= 0 else s.place or UNPLACED
                text, guids = segment_text(d.source, s), " ".join(s.guid for s in same)
                self.segments.append((segment_id, d.id, d.case_id, s.start, s.end, text, place, self.file, guids))
                ids |= {s.guid: segment_id for s in same}
        return ids

    def _add_codings(self, places: Mapping[str, str]) -> list[str]:
        """One row per segment, code and coder; what cannot count is set aside with its reason (V22, V23, V29)."""
        project, file = self.project, self.file
        selections = project.by_guid("selections")
        replaced = {x.guid for x in project.losses if x.kind in NAMELESS}
        coders = {c.guid: c.name.strip() for c in project.coders if c.guid not in replaced}
        order = {code_id: k for k, code_id in enumerate(self.book.codes)}
        position = {d.id: k for k, d in enumerate(self.own.values())}
        nameless: Counter[str] = Counter()
        counted: dict[tuple, str] = {}
        rows: list[tuple[tuple, tuple]] = []
        repeated = 0
        for c in project.codings:
            document, selection = self.own.get(c.source), selections.get(c.selection)
            code_id, coder = self.codes.get(c.code, ""), coders.get(c.coder, "")
            segment_id = places.get(c.selection, "") if c.selection else ""
            path, reason, rule = project.code_paths.get(c.code, c.code), "", ""
            if document is None or (c.selection and not segment_id):
                reason = "das Dokument oder die Stelle fehlt im Projekt"
            elif not code_id:
                reason, rule = f"Code „{path}“ steht nicht im Codebuch", "V22"
            elif not coder:
                reason, rule = "unbekannt, wer codiert hat", "V23"
                nameless[c.coder] += 1
            elif (key := (document.id, segment_id, code_id, coder)) in counted:
                reason, rule = f"dieselbe Codierung wie {counted[key]}", "V29"
                repeated += 1
            if reason:
                place, case_id = segment_id or (WHOLE if not c.selection else ""), document.case_id if document else ""
                where = {"rule": rule, "case_id": case_id, "place": place}
                self._lose("validate", "coding", "zurückgestellt", reason, c.guid, path, **where)
                continue
            counted[key] = c.guid
            start, end = (selection.start, selection.end) if selection else (NOWHERE, NOWHERE)
            row = (c.guid, segment_id, document.id, document.case_id, code_id, coder, start, end, c.created, file)
            rows.append(((position[document.id], segment_id, order[code_id], coder), row))
        self.codings += [row for _, row in sorted(rows, key=lambda r: r[0])]
        for guid, n in nameless.items():
            told = f"„{file}“: von {n} Codierungen ist unbekannt, wer sie vergeben hat ({guid or 'ohne Angabe'})"
            remedy = "Bitte im QDA-Programm den Namen eintragen und neu ausgeben; bis dahin zählen sie nicht."
            self.log.find("V23", f"{told}. {remedy}", file=file, item_id=guid)
        if repeated:
            same = "Stelle, Code und Person gleich"
            message = f"„{file}“: {repeated} Codierungen gibt es mehrmals ({same}); jede zählt einmal."
            self.log.find("V29", message, file=file)
        return list(counted.values())

    def _log_unused(self) -> dict[str, str]:
        """What no chapter uses: other variables, links, sets, cases without a document (V27); the other cases' ids."""
        book, project, ids = self.book, self.project, {}
        used = {v.casefold() for v in (book.case_variable, book.date_variable, book.type_variable)}
        others = [v for v in project.variables if v.name.strip().casefold() not in used]
        for unit, things in (("variable", others), ("link", project.links), ("set", project.sets)):
            for x in things:
                self._lose("validate", unit, "nicht ausgewertet", "kein Kapitel verwendet es", x.guid, x.name)
        for case in project.cases:
            if documents := [self.own[guid] for guid in case.sources if guid in self.own]:
                ids[case.guid] = documents[0].case_id
                continue
            where = {"file": self.file, "item_id": case.guid, "raw": case.name}
            message = f"„{self.file}“: zum Fall „{case.name}“ gehört kein Dokument; bitte ihn im QDA-Programm mit dem Gespräch verbinden oder das Gespräch in „{LIST}“ eintragen."
            self.log.find("V27", message, lost=("validate", "case", "zurückgestellt", "ohne Dokument"), **where)
        return ids

    def _add_memos(self, ids: Mapping[str, str]) -> None:
        """Every memo, with the id that its target has in the tables."""
        coders = {c.guid: c.name for c in self.project.coders}
        ids = {**ids, **{memo.guid: memo.guid for memo in self.project.memos}}
        for memo in self.project.memos:
            target = ids.get(memo.target, "")
            if memo.target and not target:
                reason = "worauf sie sich bezieht, ist in keiner Tabelle"
                self._lose("validate", "memo", "ohne Bezug übernommen", reason, memo.guid, memo.target)
            self.memos.append((memo.guid, target, coders.get(memo.author, ""), memo.text, memo.name, self.file))


def _reading_order(selection: Selection) -> tuple:
    """Sorts by place in the text; without one by the paragraphs, pages or seconds that the program gives, last."""
    counted = [int(number) for number in re.findall(r"\d+", selection.place)]
    return (selection.start < 0, selection.start, selection.end, counted)


def _plain(path: str) -> str:
    """A path of codes, or a name, as it is compared: composed characters, single blanks."""
    return " ".join(nfc(path).split())


def match_codes(projects: Mapping[str, Project], book: InterviewCodebook, log: Log) -> dict[str, dict[str, str]]:
    """File -> GUID of a code, which may be new at every export -> the code that has its path (V22, V30)."""
    declared = {_plain(code.path): code for code in book.codes.values()}
    groups = {_plain(group.label) for group in book.groups.values()}
    matched: dict[str, dict[str, str]] = {}
    hinted: set[str] = set()
    for file, project in projects.items():
        matched[file] = {}
        n_codings = Counter(c.code for c in project.codings)
        for code in project.codes:
            path, text = (_plain(t) for t in (project.code_paths[code.guid], code.description))
            n, where = n_codings[code.guid], {"file": file, "item_id": code.guid, "raw": path}
            if ours := declared.get(path):
                matched[file][code.guid] = ours.id
                if code.description and text != _plain(ours.definition):
                    said = f"„{text}“, das Codebuch als „{ours.definition}“"
                    message = f"„{file}“ beschreibt „{path}“ als {said}; es gilt das Codebuch."
                    log.find("V30", message, **where)
                continue
            if path in groups and not n:
                continue
            name = path.rpartition(" > ")[2]  # a code that was moved keeps its name
            close = [p for p in declared if p.rpartition(" > ")[2] == name] or get_close_matches(path, declared, n=1)
            hinted.update(close[:1])
            advice = f"ähnlich ist „{close[0]}“" if close else "bitte im Codebuch ergänzen"
            advice = "im Codebuch ist das eine Gruppe, kein Code" if path in groups else advice
            told = f"„{file}“: „{path}“ mit {n} Codierungen steht nicht im Codebuch ({advice})"
            remedy = "Bitte den Code umbenennen oder ergänzen; bis dahin zählen seine Codierungen nicht."
            lost = ("validate", "code", "zurückgestellt", "steht nicht im Codebuch")
            log.find("V22", f"{told}. {remedy}", lost=lost, **where)
    there = {code_id for ids in matched.values() for code_id in ids.values()}
    gone = [c for c in book.codes.values() if c.id not in there and _plain(c.path) not in hinted]
    if gone and any(file.lower().endswith(".qdpx") for file in projects):  # a list of segments names given codes only
        paths = enumeration(f"„{c.path}“" for c in gone)
        cause = (
            f"Im Codebuch und in keinem Projekt: {paths}. Wenn die Codes umbenannt oder mit anderen vereinigt wurden"
        )
        remedy = "bitte Codebuch und Projekt abgleichen; bis dahin gelten sie als nirgends vergeben."
        log.find("V22", f"{cause}, {remedy}", raw=" | ".join(c.path for c in gone))
    return matched
