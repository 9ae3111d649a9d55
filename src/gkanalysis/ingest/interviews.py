"""A folder of coded interviews as they came from the QDA program becomes one table of everything they hold.

Every file of the folder is accounted for: read, refused with a sentence, left out with a reason, or a list of the
team. Nothing is matched or judged here; what the readers could not use stands beside the rest with its GUID.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.qda import model
from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.model import Project
from gkanalysis.ingest.qda.positions import READINGS
from gkanalysis.ingest.qda.qdpx import read_qdpx
from gkanalysis.ingest.workbook import SYNTHETIC, says_synthetic

ENDINGS = (".qdpx", ".xlsx")
NO_PROJECT = "keine Datei mit Kodierungen (ein Text wird nur gelesen, wenn ein Projekt auf ihn verweist)"
LISTS = frozenset({"dokumente.csv", "namen.csv"})  # kept by the team beside the projects
FILE_COLUMNS = ("file", "sha256", "status", "message", "synthetic")
SCHEMA = pa.schema([(name, pa.string()) for name in ("file", "object", "guid", "record")])
# the tuples of a project and what they hold
OBJECTS = {
    "codes": model.Code, "coders": model.Coder, "sources": model.Source, "selections": model.Selection,
    "codings": model.Coding, "cases": model.Case, "variables": model.Variable, "memos": model.Memo,
    "links": model.Link, "sets": model.Set, "losses": model.Loss,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """One file of the folder: `status` is read, refused, left_out or list; `message` says why, in German."""

    file: str
    sha256: str
    status: str
    message: str
    synthetic: bool
    project: Project | None


def read_project(path: Path) -> Project:
    """Read a project (.qdpx) or MAXQDA's spreadsheet of coded segments (.xlsx), told apart by the ending.

    Raises
    ------
    IngestError
        If the ending is another one, or the file must not or cannot be read.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise IngestError(
            f"„{path.name}“ ist kein Projekt eines QDA-Programms; bitte als REFI-QDA-Projekt (.qdpx) oder aus MAXQDA als "
            "Tabelle der codierten Segmente (.xlsx) ausgeben und diese Datei angeben."
        )
    # some programs store texts beside the project and not in it: nothing outside of its folder is read
    return read_maxqda(path) if ending == ".xlsx" else read_qdpx(path, beside=path.parent)


def read_projects(folder: Path) -> Iterator[ReceivedFile]:
    """Read every file of a folder, one after the other, in the order of their names."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith((".", "~$")):
            yield ReceivedFile(path.name, "", "left_out", "Sperr- oder Systemdatei", False, None)
        elif path.is_dir():
            yield ReceivedFile(path.name, "", "left_out", "Unterordner werden nicht gelesen", False, None)
        elif path.name in LISTS:
            yield ReceivedFile(path.name, "", "list", "", False, None)
        elif path.suffix.lower() not in ENDINGS:
            yield ReceivedFile(path.name, "", "left_out", NO_PROJECT, False, None)
        else:
            try:
                project = read_project(path)
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield ReceivedFile(path.name, digest, "read", "", _is_synthetic(path, project), project)
            except IngestError as error:
                yield ReceivedFile(path.name, "", "refused", str(error), False, None)


def _is_synthetic(path: Path, project: Project) -> bool:
    """Whether a file calls itself invented: a project in its name, a spreadsheet in its properties."""
    return (
        path.suffix.lower() == ".xlsx" and bool(says_synthetic(path))
    ) or SYNTHETIC in project.name.casefold()


def ingest_interviews(folder: Path, out: Path) -> tuple[int, list[str]]:
    """Read a folder of projects and write `projects.parquet` and `files.csv` into `out`.

    Returns
    -------
    number of files that were read, and one German sentence per refused file

    Raises
    ------
    IngestError
        If the folder does not exist or holds no file of a QDA program.
    """
    endings = " oder ".join(ENDINGS)
    if not folder.is_dir():
        raise IngestError(f"Der Ordner „{folder}“ fehlt; dort werden Projekte erwartet ({endings}).")
    out.mkdir(parents=True, exist_ok=True)
    n_read, refused = 0, []
    with (
        pq.ParquetWriter(out / "projects.parquet", SCHEMA) as writer,
        (out / "files.csv").open("w", encoding="utf-8", newline="") as lines,
    ):
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(FILE_COLUMNS)
        for received in read_projects(folder):
            rows.writerow([getattr(received, column) for column in FILE_COLUMNS])
            if received.status == "refused":
                refused.append(received.message)
            if received.project:
                n_read += 1
                writer.write_table(_as_table(received.file, received.project))
    if not n_read and not refused:
        raise IngestError(
            f"In „{folder}“ liegt keine Datei eines QDA-Programms ({endings}); bitte das Projekt dorthin ausgeben."
        )
    return n_read, refused


def _as_table(file: str, project: Project) -> pa.Table:
    """One row per object of a project; its fields stand in `record` as JSON."""
    rows = [("project", "", {"name": project.name, "origin": project.origin})]
    for name, kind in OBJECTS.items():
        names = [f.name for f in fields(kind)]
        rows += [(name, o.guid, {n: getattr(o, n) for n in names}) for o in getattr(project, name)]
    records = [json.dumps(record, ensure_ascii=False) for *_, record in rows]
    columns = [[file] * len(rows), [r[0] for r in rows], [r[1] for r in rows], records]
    return pa.table([pa.array(c, pa.string()) for c in columns], schema=SCHEMA)


def read_interim(path: Path) -> dict[str, Project]:
    """The projects that `ingest_interviews` wrote, by file name."""
    table = pq.read_table(path)
    parts: dict[str, dict[str, Any]] = {}
    columns = (table[name].to_pylist() for name in ("file", "object", "record"))
    for file, name, record in zip(*columns, strict=True):
        content = json.loads(record)
        project = parts.setdefault(file, {})
        if name == "project":
            project |= content
        else:
            fields_ = {
                k: tuple(v) if isinstance(v, list) else v for k, v in content.items()
            }  # JSON: no tuples
            project.setdefault(name, []).append(OBJECTS[name](**fields_))
    return {
        file: Project(**{k: tuple(v) if isinstance(v, list) else v for k, v in project.items()})
        for file, project in parts.items()
    }


def project_lines(project: Project) -> Iterator[str]:
    """Everything found in a project, as one JSON object a line: codings, what is not coded, then the losses.

    Yields
    ------
    `object` is coding, segment (one without a coding), document (one without segments and codings) or loss; the
    others have source, segment, start, end, text, code (its path), coder, created, case and variables.
    """
    sources, coders = project.by_guid("sources"), project.by_guid("coders")
    selections, paths = project.by_guid("selections"), project.code_paths
    cases: dict[str, list[model.Case]] = {}
    for case in project.cases:
        for guid in case.sources:
            cases.setdefault(guid, []).append(case)

    def found(kind: str, guid: str, source: str, selection: str, **more: str) -> str:
        document, segment = sources.get(source), selections.get(selection)
        of = cases.get(source, ())
        row = {
            "object": kind, "guid": guid, "source": document.name if document else source, "segment": selection,
            "start": segment.start if segment else model.NOWHERE,
            "end": segment.end if segment else model.NOWHERE,
            "place": segment.place if segment else "",
            "text": segment_text(document, segment),
            "code": "", "coder": "", "created": "", **more,
            "case": " | ".join(c.name for c in of),
            "variables": (document.values if document else {}) | {k: v for c in of for k, v in c.values.items()},
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False)

    for c in project.codings:
        coder = coders[c.coder].name if c.coder in coders else c.coder
        more = {"code": paths.get(c.code, c.code), "coder": coder, "created": c.created}
        yield found("coding", c.guid, c.source, c.selection, **more)
    coded = {c.selection for c in project.codings}
    for s in project.selections:
        if s.guid not in coded:
            yield found("segment", s.guid, s.source, s.guid)
    used = {x.source for x in (*project.codings, *project.selections)}
    for document in project.sources:
        if document.guid not in used:
            yield found("document", document.guid, document.guid, "")
    for loss in project.losses:
        yield json.dumps(
            {"object": "loss", **{f.name: getattr(loss, f.name) for f in fields(loss)}}, ensure_ascii=False
        )


def segment_text(document: model.Source | None, segment: model.Selection | None) -> str | None:
    """The words of a segment: from the stored text, else as the program gave them; None if there are none."""
    if segment is None:
        return None
    if segment.start >= 0 and document is not None and document.text is not None:
        return document.text[segment.start : segment.end]
    return segment.name or None


def project_summary(path: str, project: Project) -> list[str]:
    """What was found in a project as German lines for the terminal."""

    def many(n: int, one: str, more: str) -> str:
        return f"{n} {one if n == 1 else more}"

    said = [
        many(len(project.sources), "Dokument", "Dokumente"),
        many(len(project.codes), "Kode", "Kodes"),
        many(len(project.selections), "Segment", "Segmente"),
        f"{many(len(project.codings), 'Kodierung', 'Kodierungen')} von {many(len(project.coders), 'Person', 'Personen')}",
        many(len(project.cases), "Fall", "Fälle"),
        many(len(project.memos), "Notiz", "Notizen"),
        f"{len(project.losses)} nicht oder anders übernommen",
    ]
    origin = f" ({project.origin})" if project.origin else ""
    lines = [f"{path}: „{project.name}“{origin}: {', '.join(said)}"]
    segments = Counter(s.source for s in project.selections)
    codings = Counter(c.source for c in project.codings)
    for document in project.sources:
        size = "ohne Text" if document.text is None else f"{len(document.text)} Zeichen"
        reading = f" ({READINGS[document.reading]})" if document.reading in READINGS else ""
        counted = f"{segments[document.guid]} Segmente, {codings[document.guid]} Kodierungen"
        lines.append(f"  {document.name}: {size}, {counted}{reading}")
    for (done, why), n in Counter((x.done, x.why) for x in project.losses).items():
        lines.append(f"  {n}-mal {done}: {why}")
    return lines
