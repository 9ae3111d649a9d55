"""Codes, segments, codings and memos of interview projects as rows of the analysis tables.

What stands in no table stands in the losses with its GUID. Pure functions on what was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from gkanalysis.codebook.interviewcodebook import InterviewCodebook
from gkanalysis.core.findings import Log
from gkanalysis.ingest.interviews import segment_text
from gkanalysis.ingest.qda.model import NOWHERE, Project, Selection
from gkanalysis.settle.interviewcases import LIST, Document

WHOLE = "ganzes Dokument"
UNPLACED = "Stelle nicht gespeichert"
UNNEEDED = frozenset({"graph", "unused_column"})  # kinds of losses that no chapter would miss
NAMELESS = frozenset(
    {"unnamed_coder", "unknown_coder"}
)  # the reader gave such a coder a substitute for a name


@dataclass(slots=True)
class Rows:
    """Rows of the tables while they grow, and what the GUIDs of the present file have become in them.

    Codes and segments are looked up by their own kind: a file may give one GUID to things of two kinds.
    """

    segments: list[tuple] = field(default_factory=list)
    codings: list[tuple] = field(default_factory=list)
    memos: list[tuple] = field(default_factory=list)
    codes: Mapping[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def _plain(path: str) -> str:
    """A path of codes as it is compared: composed characters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", path).split())


def match_codes(
    projects: Mapping[str, Project], book: InterviewCodebook, log: Log
) -> dict[str, dict[str, str]]:
    """File -> GUID of a code -> its id in the codebook; without groups and codes that it lacks (V22, V30).

    Codes are matched by their path: GUIDs may be new at every export.
    """
    known = {_plain(code.path): code for code in book.codes.values()}
    groups = {_plain(group.label) for group in book.groups.values()}
    matched: dict[str, dict[str, str]] = {}
    for file, project in projects.items():
        ids = matched.setdefault(file, {})
        n_codings = Counter(c.code for c in project.codings)
        for code in project.codes:
            path = _plain(project.code_paths[code.guid])
            found = known.get(path)
            if found:
                ids[code.guid] = found.id
            where = {"file": file, "item_id": code.guid, "raw": path}
            if found and code.description and _plain(code.description) != _plain(found.definition):
                message = (
                    f"„{file}“ beschreibt „{path}“ als „{_plain(code.description)}“, das Codebuch als "
                    f"„{found.definition}“; es gilt das Codebuch."
                )
                log.find("V30", message, **where)
            if found or (path in groups and not n_codings[code.guid]):
                continue
            if path in groups:
                advice = "im Codebuch ist das eine Gruppe, kein Kode"
            else:
                close = get_close_matches(path, known, n=1)
                advice = f"ähnlich ist „{close[0]}“" if close else "bitte im Codebuch ergänzen"
            log.find(
                "V22",
                f"„{file}“: „{path}“ mit {n_codings[code.guid]} Kodierungen steht nicht im Codebuch ({advice}). Bitte den "
                "Kode umbenennen oder ergänzen; bis dahin zählen seine Kodierungen nicht.",
                **where,
            )
            log.lose("validate", "code", "zurückgestellt", "steht nicht im Codebuch", rule="V22", **where)
    return matched


def log_reader_losses(file: str, project: Project, own: Mapping[str, Document], log: Log) -> None:
    """What the reader could not use: a loss each, and one finding per kind (V28, V32)."""
    counts = Counter((x.kind, x.done, x.why) for x in project.losses)
    for loss in project.losses:
        case_id = own[loss.guid].case_id if loss.guid in own else ""
        where = {"file": file, "case_id": case_id, "item_id": loss.guid, "place": loss.place, "raw": loss.raw}
        log.lose("ingest", loss.kind, loss.done, loss.why, rule=_reader_rule(loss.kind), **where)
    for (kind, done, why), n in counts.items():
        message = f"„{file}“: {n}-mal {done}: {why} Jede Stelle steht mit Kennung in den Verlusten."
        log.find(_reader_rule(kind), message, file=file, raw=kind)


def _reader_rule(kind: str) -> str:
    return "V32" if kind in UNNEEDED else "V28"


def add_segments(file: str, project: Project, own: Mapping[str, Document], rows: Rows, log: Log) -> None:
    """Number the stretches of every document in reading order; those without a place come last."""
    stretches: dict[str, dict[Any, list[Selection]]] = {guid: {} for guid in own}
    for selection in project.selections:
        if selection.source not in own:
            where = {"file": file, "item_id": selection.guid, "raw": selection.name}
            log.lose("validate", "segment", "zurückgestellt", "das Dokument fehlt im Projekt", **where)
            continue
        # where no text is stored, paragraph and words tell which stretch it is; without either it is one of its own
        said = (selection.place, selection.name) if selection.place and selection.name else selection.guid
        key = (selection.start, selection.end) if selection.start >= 0 else said
        stretches[selection.source].setdefault(key, []).append(selection)
    for guid, by_key in stretches.items():
        document = own[guid]
        ordered = sorted(by_key.values(), key=lambda same: _reading_order(same[0]))
        width = max(3, len(str(len(ordered))))  # ids of a document sort as its segments do
        for number, same in enumerate(ordered, start=1):
            segment_id, first = f"{document.id}-{number:0{width}}", same[0]
            place = (
                f"Zeichen {first.start + 1} bis {first.end}" if first.start >= 0 else first.place or UNPLACED
            )
            rows.segments.append(
                (segment_id, document.id, document.case_id, first.start, first.end,
                 segment_text(document.source, first), place, file, " ".join(s.guid for s in same))
            )  # fmt: skip
            for s in same:
                rows.places[s.guid] = segment_id
    rows.ids |= rows.places


def _reading_order(selection: Selection) -> tuple:
    """Sorts by place in the text; without one by the paragraphs, pages or seconds that the program gives, last."""
    counted = [int(number) for number in re.findall(r"\d+", selection.place)]
    return (selection.start < 0, selection.start, selection.end, counted)


def add_codings(
    file: str,
    project: Project,
    own: Mapping[str, Document],
    book: InterviewCodebook,
    rows: Rows,
    log: Log,
) -> None:
    """One row per segment, code and coder; what cannot count is set aside with its reason (V22, V23, V29)."""
    selections = project.by_guid("selections")
    replaced = {x.guid for x in project.losses if x.kind in NAMELESS}
    coders = {c.guid: c.name.strip() for c in project.coders if c.guid not in replaced}
    nameless: Counter[str] = Counter()
    seen: dict[tuple, str] = {}
    found: list[tuple[tuple, tuple]] = []
    repeated = 0
    order = {code_id: k for k, code_id in enumerate(book.codes)}
    for c in project.codings:
        document, selection = own.get(c.source), selections.get(c.selection)
        code_id, coder = rows.codes.get(c.code, ""), coders.get(c.coder, "")
        segment_id = rows.places.get(c.selection, "") if c.selection else ""
        reason, rule = "", ""
        if document is None or (c.selection and not segment_id):
            reason = "das Dokument oder die Stelle fehlt im Projekt"
        elif not code_id:
            reason, rule = f"Kode „{project.code_paths.get(c.code, c.code)}“ steht nicht im Codebuch", "V22"
        elif not coder:
            reason, rule = "unbekannt, wer kodiert hat", "V23"
            nameless[c.coder] += 1
        else:
            key = (document.id, segment_id, code_id, coder)
            if key in seen:
                reason, rule = f"dieselbe Kodierung wie {seen[key]}", "V29"
                repeated += 1
            seen.setdefault(key, c.guid)
        if reason:
            where = {
                "file": file, "case_id": document.case_id if document else "", "item_id": c.guid,
                "place": segment_id or (WHOLE if not c.selection else ""), "raw": project.code_paths.get(c.code, c.code),
            }  # fmt: skip
            log.lose("validate", "coding", "zurückgestellt", reason, rule=rule, **where)
            continue
        start, end = (selection.start, selection.end) if selection else (NOWHERE, NOWHERE)
        row = (c.guid, segment_id, document.id, document.case_id, code_id, coder, start, end, c.created, file)
        found.append(((segment_id, order[code_id], coder), row))
    position = {d.id: k for k, d in enumerate(own.values())}
    found.sort(key=lambda f: (position[f[1][2]], *f[0]))
    rows.codings += [row for _, row in found]
    rows.ids |= {row[0]: row[0] for _, row in found}
    for guid, n in nameless.items():
        message = (
            f"„{file}“: von {n} Kodierungen ist unbekannt, wer sie vergeben hat ({guid or 'ohne Angabe'}). Bitte im "
            "QDA-Programm den Namen eintragen und neu ausgeben; bis dahin zählen sie nicht."
        )
        log.find("V23", message, file=file, item_id=guid)
    if repeated:
        message = f"„{file}“: {repeated} Kodierungen gibt es mehrmals (Stelle, Kode und Person gleich); jede zählt einmal."
        log.find("V29", message, file=file)


def log_unused(
    file: str, project: Project, own: Mapping[str, Document], book: InterviewCodebook, rows: Rows, log: Log
) -> None:
    """What no chapter uses: other variables, links, sets, and cases without a document (V27)."""
    used = {v.casefold() for v in (book.case_variable, book.date_variable, book.type_variable)}
    others = [v for v in project.variables if v.name.strip().casefold() not in used]
    for unit, things in (("variable", others), ("link", project.links), ("set", project.sets)):
        for thing in things:
            where = {"file": file, "item_id": thing.guid, "raw": thing.name}
            log.lose("validate", unit, "nicht ausgewertet", "kein Kapitel verwendet es", **where)
    for case in project.cases:
        documents = [own[guid] for guid in case.sources if guid in own]
        if documents:
            rows.ids[case.guid] = documents[0].case_id
            continue
        where = {"file": file, "item_id": case.guid, "raw": case.name}
        message = (
            f"„{file}“: zum Fall „{case.name}“ gehört kein Dokument; bitte ihn im QDA-Programm mit dem Gespräch verbinden "
            f"oder das Gespräch in „{LIST}“ eintragen."
        )
        log.find("V27", message, **where)
        log.lose("validate", "case", "zurückgestellt", "ohne Dokument", rule="V27", **where)


def add_memos(file: str, project: Project, rows: Rows, log: Log) -> None:
    """Every memo, with the id that its target has in the tables."""
    coders = {c.guid: c.name for c in project.coders}
    rows.ids |= {memo.guid: memo.guid for memo in project.memos}
    for memo in project.memos:
        target = rows.ids.get(memo.target, "")
        if memo.target and not target:
            reason = "worauf sie sich bezieht, ist in keiner Tabelle"
            where = {"file": file, "item_id": memo.guid, "raw": memo.target}
            log.lose("validate", "memo", "ohne Bezug übernommen", reason, **where)
        rows.memos.append((memo.guid, target, coders.get(memo.author, ""), memo.text, memo.name, file))
