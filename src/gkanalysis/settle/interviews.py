"""From coded interviews as read to what is analysed: codes of the codebook, segments in reading order, codings.

Everything that came in stands in a table or in the losses with its GUID (column `item_id`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gkanalysis.codebook.interviewcodebook import InterviewCodebook
from gkanalysis.core.findings import Log
from gkanalysis.ingest.interviews import read_interim
from gkanalysis.ingest.tables import read_rows
from gkanalysis.settle.interviewcases import LIST, LIST_COLUMNS, Document, assign_documents
from gkanalysis.settle.interviewcodings import (
    Rows,
    add_codings,
    add_memos,
    add_segments,
    log_reader_losses,
    log_unused,
    match_codes,
)
from gkanalysis.settle.process import check_mixing, check_sums, read_dataset, text_csv

DOCUMENT_COLUMNS = (
    "document_id", "name", "case_id", "file", "kind", "characters", "text", "reading", "date", "guid",
)  # fmt: skip
CODE_COLUMNS = ("code_id", "guid", "group_id", "label", "path", "definition")
SEGMENT_COLUMNS = ("segment_id", "document_id", "case_id", "start", "end", "text", "place", "file", "guid")
CODING_COLUMNS = (
    "coding_id", "segment_id", "document_id", "case_id", "code_id", "coder", "start", "end", "created", "file",
)  # fmt: skip
CASE_COLUMNS = ("case_id", "type", "status", "file", "date")
MEMO_COLUMNS = ("memo_id", "target_id", "author", "text", "name", "file")


def process_interviews(
    data: Path, interim: Path, book: InterviewCodebook, register: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Match the projects of one source to codebook and register, and build its analysis tables.

    Parameters
    ----------
    data : the data folder; the source's own folder may hold `dokumente.csv` for documents without a case
    interim : folder with what `ingest_interviews` wrote
    book : the codebook of the source
    register : the frames of the register

    Returns
    -------
    documents : one row per interview; `text` is null where none is stored
    codes : one row per code of the codebook; `guid` has those of the projects, separated by spaces
    segments : one row per document and stretch of text, numbered in reading order; selections of the same stretch
        are one segment, whose `guid` names them all
    codings : one row per segment (or whole document: no `segment_id`, start and end -1), code and coder
    cases : one row per interviewed alliance
    memos : one row per memo; `target_id` is the id that its target has in these tables
    findings, losses, files : as for forms; `item_id` holds the GUID
    """
    folder, log = data / book.source, Log()
    files = text_csv(interim / "files.csv")
    projects = read_interim(interim / "projects.parquet")
    check_mixing(read_dataset(data), files, log)
    check_sums(data, folder, files, log)
    for file in files[files["status"] == "left_out"].itertuples():
        log.lose("ingest", "file", "ausgelassen", file.message, file=file.file)
    listed = read_rows(folder / LIST, LIST_COLUMNS, optional=["date"]) if (folder / LIST).exists() else []
    documents = assign_documents(projects, listed, register["buendnisse"], book, log)
    code_ids = match_codes(projects, book, log)
    by_file: dict[str, dict[str, Document]] = {}
    for document in documents:
        by_file.setdefault(document.file, {})[document.source.guid] = document
    rows = Rows()
    for file, project in projects.items():
        own = by_file.get(file, {})
        rows.codes, rows.places = code_ids[file], {}
        rows.ids = code_ids[file] | {guid: document.id for guid, document in own.items()}
        log_reader_losses(file, project, own, log)
        add_segments(file, project, own, rows, log)
        add_codings(file, project, own, book, rows, log)
        log_unused(file, project, own, book, rows, log)
        add_memos(file, project, rows, log)
    _check_lead_coder(documents, rows.codings, book, log)
    return _as_frames(documents, code_ids, rows, book) | {
        "findings": log.finding_table(),
        "losses": log.loss_table(),
        "files": files,
    }


def _as_frames(
    documents: Sequence[Document],
    code_ids: Mapping[str, Mapping[str, str]],
    rows: Rows,
    book: InterviewCodebook,
) -> dict[str, pd.DataFrame]:
    """The rows as frames, in the order of documents, segments and the codebook."""
    interviews = [
        (d.id, d.source.name, d.case_id, d.file, d.source.kind, None if d.source.text is None else len(d.source.text),
         d.source.text, d.source.reading, d.date, d.source.guid)
        for d in documents
    ]  # fmt: skip
    guids: dict[str, list[str]] = {}
    for ids in code_ids.values():
        for guid, code_id in ids.items():
            guids.setdefault(code_id, []).append(guid)
    codes = [
        (c.id, " ".join(dict.fromkeys(guids.get(c.id, ()))), c.group_id, c.label, c.path, c.definition)
        for c in book.codes.values()
    ]
    cases = sorted((d.case_id, d.type, "interviewed", d.file, d.date) for d in documents)
    return {
        "documents": _frame(interviews, DOCUMENT_COLUMNS),
        "codes": _frame(codes, CODE_COLUMNS),
        "segments": _frame(rows.segments, SEGMENT_COLUMNS),
        "codings": _frame(rows.codings, CODING_COLUMNS),
        "cases": _frame(cases, CASE_COLUMNS),
        "memos": _frame(rows.memos, MEMO_COLUMNS),
    }


def _frame(rows: Sequence[tuple], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a frame whose columns have the same type whether or not there are rows."""
    frame = pd.DataFrame(rows, columns=list(columns))
    numbers = {"start": "int64", "end": "int64", "characters": "Int64"}
    return frame.astype({c: numbers.get(c, "str") for c in columns})


def _check_lead_coder(
    documents: Sequence[Document], codings: Sequence[tuple], book: InterviewCodebook, log: Log
) -> None:
    """Counts of cases rest on the lead coder: without these codings a case would silently say nothing (V25, V26)."""
    coded = {row[2] for row in codings if row[5] == book.lead_coder}
    if documents and not coded:
        names = ", ".join(f"„{name}“" for name in sorted({row[5] for row in codings})) or "niemand"
        message = (
            f"Keine Kodierung ist von „{book.lead_coder}“, auf der alle Auszählungen beruhen (kodiert haben: {names}). "
            "Bitte „lead_coder“ im Codebuch oder den Namen im QDA-Programm berichtigen."
        )
        log.find("V25", message)
        return
    for document in documents:
        if document.id not in coded:
            message = (
                f"„{document.source.name}“ hat keine Kodierung von „{book.lead_coder}“; in den Auszählungen fehlt dieses "
                "Gespräch. Bitte die Kodierung nachholen."
            )
            where = {"file": document.file, "case_id": document.case_id, "item_id": document.source.guid}
            log.find("V26", message, **where)
