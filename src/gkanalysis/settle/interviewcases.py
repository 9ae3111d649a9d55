"""Which interview belongs to which alliance: the cases of the projects and the team's list against the register.

Pure functions on what was read; findings and losses go to a `gkanalysis.core.findings.Log`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gkanalysis.codebook.interviewcodebook import InterviewCodebook
from gkanalysis.core.findings import Log
from gkanalysis.ingest.qda.model import Project, Source
from gkanalysis.settle.receipts import iso_date, nfc

LIST = "dokumente.csv"
LIST_COLUMNS = ("file", "document", "alliance_id", "date")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ENDING = re.compile(r"\.(txt|docx?|rtf|odt|pdf|mp3|mp4|wav|m4a)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """One interview: its source in a file, its short id, and what is known of it."""

    id: str
    file: str
    source: Source
    case_id: str
    type: str
    date: str


def document_id(name: str) -> str:
    """A short id from the name of a document, fit for links and file names.

    Examples
    --------
    >>> document_id("Gespräch 3 (Kürzung).docx"), document_id("???")
    ('gespraech-3-kuerzung', 'dokument')
    """
    plain = nfc(_ENDING.sub("", name)).casefold().translate(_GERMAN)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "dokument"


def assign_documents(
    projects: Mapping[str, Project],
    listed: Sequence[Mapping[str, str]],
    alliances: pd.DataFrame,
    book: InterviewCodebook,
    log: Log,
) -> list[Document]:
    """Give every document its alliance and its day.

    Parameters
    ----------
    projects : what was read, by file
    listed : rows of the team's list (file, document, alliance_id, date, row), for documents without a case
    alliances : the register (alliance_id, type)
    book : names the variables of the cases, and the period of the interviews
    log : takes findings V01, V05, V16, V20, V21, V24, V27 and V31; none of them sets a document aside, but the
        errors among them stop the build

    Returns
    -------
    One document per source of every project, in their order.
    """
    types = dict(zip(alliances["alliance_id"], alliances["type"], strict=True))
    rows, used = _list_rows(listed, log), set()
    ids: Counter[str] = Counter()
    documents: list[Document] = []
    for file, project in projects.items():
        values = _case_values(project)
        for source in project.sources:
            key = (nfc(file), nfc(source.name))
            row = rows.get(key, {})
            used.add(key)
            of_case = values.get(source.guid, {})
            where = {"file": file, "item_id": source.guid}
            case_id = _alliance(source, of_case.get(book.case_variable.casefold(), []), row, book, where, log)
            if case_id and case_id not in types:
                message = (
                    f"„{file}“, Dokument „{source.name}“: die Kennung „{case_id}“ fehlt im Register; bitte im Projekt "
                    f"(Variable „{book.case_variable}“) oder in „{LIST}“ berichtigen."
                )
                log.find("V01", message, raw=case_id, **where)
            where["case_id"] = case_id
            _check_type(
                source, of_case.get(book.type_variable.casefold(), []), types.get(case_id), where, log
            )
            date = _date(source, of_case.get(book.date_variable.casefold(), []), row, book, where, log)
            short = document_id(source.name)
            ids[short] += 1
            short += f"-{ids[short]}" if ids[short] > 1 else ""
            documents.append(Document(short, file, source, case_id, types.get(case_id, ""), date))
    _check_whole(documents, log)
    for key, row in rows.items():
        if key not in used:
            message = (
                f"„{LIST}“, Zeile {row['row']}: ein Dokument „{row['document']}“ in „{row['file']}“ gibt es nicht; "
                "bitte Dateinamen und Dokumentnamen prüfen."
            )
            log.find("V27", message, file=row["file"], case_id=row["alliance_id"], raw=row["document"])
    return documents


def _list_rows(listed: Sequence[Mapping[str, str]], log: Log) -> dict[tuple[str, str], Mapping[str, str]]:
    """Rows of the list by file and document; a second row for the same one, or a strange date, is V16."""
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in listed:
        key = (nfc(row["file"]), nfc(row["document"]))
        if row["date"] and not iso_date(row["date"]):
            message = f"„{LIST}“, Zeile {row['row']}: „{row['date']}“ ist kein Datum; bitte als 2019-07-03 schreiben."
            log.find("V16", message, file=row["file"], raw=row["date"])
        if key in rows:
            message = (
                f"„{LIST}“, Zeile {row['row']}: „{row['document']}“ steht schon in Zeile {rows[key]['row']}; "
                "bitte eine Zeile löschen."
            )
            log.find("V16", message, file=row["file"], raw=row["document"])
        rows.setdefault(key, row)
    return rows


def _case_values(project: Project) -> dict[str, dict[str, list[str]]]:
    """GUID of a source -> name of a variable -> its different values in the source and its cases."""
    said = [(source.guid, source.values) for source in project.sources]
    said += [(guid, case.values) for case in project.cases for guid in case.sources]
    values: dict[str, dict[str, list[str]]] = {}
    for guid, of_one in said:
        of_source = values.setdefault(guid, {})
        for name, value in of_one.items():
            known = of_source.setdefault(name.strip().casefold(), [])
            if value.strip() and value.strip() not in known:
                known.append(value.strip())
    return values


def _alliance(
    source: Source,
    said: Sequence[str],
    row: Mapping[str, str],
    book: InterviewCodebook,
    where: Mapping[str, str],
    log: Log,
) -> str:
    """The alliance of a document; "" with a finding (V20) if none or several are named."""
    named = list(dict.fromkeys([*said, *filter(None, [row.get("alliance_id")])]))
    if len(named) == 1:
        return named[0]
    what = f"mehrere Bündnisse genannt ({', '.join(named)})" if named else "kein Bündnis genannt"
    message = (
        f"„{where['file']}“, Dokument „{source.name}“: {what}; bitte im Projekt bei genau einem Fall die Variable "
        f"„{book.case_variable}“ setzen oder das Dokument einmal in „{LIST}“ eintragen."
    )
    log.find("V20", message, raw=" | ".join(named), **where)
    return ""


def _check_type(
    source: Source, said: Sequence[str], known: str | None, where: Mapping[str, str], log: Log
) -> None:
    """The municipal type that the project gives must be the one of the register, which counts (V05)."""
    for value in said:
        if known and value.casefold() != known:
            message = f"Im Projekt steht bei „{source.name}“ „{value}“, im Register „{known}“; es gilt das Register."
            log.find("V05", message, raw=value, **where)


def _date(
    source: Source,
    said: Sequence[str],
    row: Mapping[str, str],
    book: InterviewCodebook,
    where: Mapping[str, str],
    log: Log,
) -> str:
    """The day of an interview, from the list or else the case; "" if nothing is known."""
    dates = {text: iso_date(text[:10]) for text in said}
    for text, day in dates.items():
        if not day:
            message = (
                f"„{source.name}“: „{text}“ ist kein Datum; bitte als 2019-07-03 schreiben. Es zählt nicht."
            )
            log.find("V11", message, raw=text, **where)
    days = list(dict.fromkeys(filter(None, [iso_date(row.get("date", "")), *dates.values()])))
    if len(days) > 1:
        message = (
            f"„{source.name}“ hat mehrere Daten ({', '.join(days)}); es gilt das erste, bitte berichtigen."
        )
        log.find("V11", message, raw=" | ".join(days), **where)
    first, last = book.period
    if days and not first <= days[0] <= last:
        message = (
            f"„{source.name}“ ist vom {days[0]}, die Gespräche waren vom {first} bis {last}; bitte das Datum prüfen "
            "oder den Zeitraum im Codebuch erweitern."
        )
        log.find("V24", message, raw=days[0], **where)
    return days[0] if days else ""


def _check_whole(documents: Sequence[Document], log: Log) -> None:
    """What only all documents together show: an alliance with several, days that nobody wrote down."""
    by_case: dict[str, list[Document]] = {}
    for document in documents:
        by_case.setdefault(document.case_id, []).append(document)
    for case_id, several in by_case.items():
        if case_id and len(several) > 1:
            names = ", ".join(f"„{d.source.name}“ in „{d.file}“" for d in several)
            message = (
                f"Zu {case_id} gehören {len(several)} Dokumente: {names}. Ein Gespräch zählt einmal; bitte die Zuordnung "
                "berichtigen oder die Dokumente im QDA-Programm zusammenführen."
            )
            log.find("V21", message, file=several[0].file, case_id=case_id)
    undated = [d.source.name for d in documents if not d.date]
    if undated:
        message = (
            f"Für {len(undated)} von {len(documents)} Dokumenten ist kein Tag angegeben ({', '.join(undated[:3])}"
            f"{' …' if len(undated) > 3 else ''}); ob sie in den Zeitraum fallen, ist nicht geprüft. Der Tag kann in "
            f"„{LIST}“ stehen."
        )
        log.find("V31", message, raw=" | ".join(undated))
