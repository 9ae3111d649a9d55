"""What came in with coded interviews is used or set aside: each document, segment, coding, code and note by its GUID."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.codebook.interviews import InterviewCodebook, read_interview_codebook
from gkanalysis.core.errors import UsageError
from gkanalysis.verify.sums import account

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

USED, ASIDE = "verwendet", "zurückgestellt mit Grund"


def interview_rows(chapter: Chapter, source: str) -> Iterator[dict[str, Any]]:
    """One row per sum of a source of interviews, as `gkanalysis.verify.accounts.account_rows` gives them.

    Raises
    ------
    UsageError
        If the source has not been read.
    """
    path = chapter.paths.interim / source / "projects.parquet"
    if not path.exists():
        raise UsageError(f"„{path}“ fehlt; bitte zuerst „make data“ ausführen.")
    tables = {
        name: chapter.table(f"{source}-{name}")
        for name in ("files", "documents", "codes", "segments", "codings", "cases", "memos", "losses")
    }
    losses = tables["losses"]
    files = tables["files"]
    names = [p.name for p in (chapter.paths.data / source).iterdir()]
    by_status = {s: files.loc[files["status"] == s, "file"] for s in ("read", "list", "left_out")}
    labels = {"read": "gelesen", "list": "Listen", "left_out": "ausgelassen"}
    yield account(f"{source}: Dateien", names, {labels[s]: rows for s, rows in by_status.items()})
    of_files = losses.loc[losses["unit"] == "file", "file"]
    yield account(f"{source}: ausgelassene Dateien", by_status["left_out"], {"mit Grund": of_files})
    yield from _object_rows(
        pd.read_parquet(path), tables, source, read_interview_codebook(chapter.paths.codebook(source))
    )


def _object_rows(
    read: pd.DataFrame, tables: dict[str, pd.DataFrame], source: str, book: InterviewCodebook
) -> Iterator[dict[str, Any]]:
    """The sums of everything that stands in the files."""
    losses = tables["losses"]
    by_stage = {stage: losses[losses["stage"] == stage] for stage in ("ingest", "validate")}
    records = dict(iter(read.groupby("object")))
    none = read.iloc[:0]

    def came(name: str) -> pd.DataFrame:
        return records.get(name, none)

    def aside(unit: str) -> pd.Series:
        rows = by_stage["validate"]
        rows = rows[rows["unit"] == unit]
        return rows["file"] + " " + rows["item_id"]

    documents = tables["documents"]
    used = _named(documents, "guid")
    yield account(f"{source}: Dokumente", _named(came("sources"), "guid"), {USED: used})
    yield account(f"{source}: Gespräche", documents["case_id"], {"Fälle": tables["cases"]["case_id"]})
    segments = tables["segments"].assign(guid=tables["segments"]["guid"].str.split()).explode("guid")
    went = {USED: _named(segments, "guid"), ASIDE: aside("segment")}
    yield account(f"{source}: Segmente", _named(came("selections"), "guid"), went)
    went = {USED: _named(tables["codings"], "coding_id"), ASIDE: aside("coding")}
    yield account(f"{source}: Kodierungen", _named(came("codings"), "guid"), went)
    yield account(
        f"{source}: Notizen", _named(came("memos"), "guid"), {USED: _named(tables["memos"], "memo_id")}
    )
    yield _code_row(came("codes"), tables["codes"], list(aside("code")), source, book)

    with_document = [
        any(f"{r.file} {guid}" in used for guid in json.loads(r.record)["sources"])
        for r in came("cases").itertuples()
    ]
    went = {USED: _named(came("cases")[with_document], "guid"), ASIDE: aside("case")}
    yield account(f"{source}: Fälle der Projekte", _named(came("cases"), "guid"), went)
    wanted = {v.casefold() for v in (book.case_variable, book.date_variable, book.type_variable)}
    is_wanted = [json.loads(r)["name"].strip().casefold() in wanted for r in came("variables")["record"]]
    went = {USED: _named(came("variables")[is_wanted], "guid"), ASIDE: aside("variable")}
    yield account(f"{source}: Merkmale der Fälle", _named(came("variables"), "guid"), went)
    others = pd.concat([came("links"), came("sets")])
    went = {ASIDE: [*aside("link"), *aside("set")]}
    yield account(f"{source}: Verknüpfungen und Gruppen", _named(others, "guid"), went)

    unread = by_stage["ingest"]
    unread = unread[unread["unit"] != "file"]
    listed = unread["file"] + " " + unread["item_id"] + " " + unread["unit"] + " " + unread["place"]
    said = [json.loads(r) for r in came("losses")["record"]]
    names = [
        f"{f} {x['guid']} {x['kind']} {x['place']}" for f, x in zip(came("losses")["file"], said, strict=True)
    ]
    yield account(f"{source}: beim Lesen nicht oder anders übernommen", names, {"mit Grund": listed})


def _code_row(
    read: pd.DataFrame, codes: pd.DataFrame, aside: list[str], source: str, book: InterviewCodebook
) -> dict[str, Any]:
    """Codes are those of the codebook, its groups, or set aside."""
    known = {guid for guids in codes["guid"] for guid in guids.split()}
    labels = {group.label for group in book.groups.values()}
    used, groups = [], []
    for name, record in zip(_named(read, "guid"), map(json.loads, read["record"]), strict=True):
        if record["guid"] in known:
            used.append(name)
        elif not record["parent"] and " ".join(record["name"].split()) in labels and name not in aside:
            groups.append(name)
    went = {"im Codebuch": used, "Gruppen": groups, ASIDE: aside}
    return account(f"{source}: Kodes der Projekte", _named(read, "guid"), went)


def _named(rows: pd.DataFrame, key: str) -> list[str]:
    """What names each thing: its file and its GUID."""
    return list(rows["file"].astype("str") + " " + rows[key].astype("str"))
