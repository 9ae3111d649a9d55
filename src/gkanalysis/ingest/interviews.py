"""A folder of coded interviews as they came from the QDA program becomes one table of everything they hold.

Nothing is matched or judged here; what the readers could not use stands beside the rest with its GUID.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.qda import model
from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.model import OBJECTS, Project
from gkanalysis.ingest.qda.positions import READINGS
from gkanalysis.ingest.qda.qdpx import read_qdpx
from gkanalysis.ingest.received import FILE_COLUMNS, Received, csv_rows, receive
from gkanalysis.ingest.workbook import SYNTHETIC, says_synthetic

ENDINGS = (".qdpx", ".xlsx")
NO_PROJECT = "keine Datei mit Codierungen (ein Text wird nur gelesen, wenn ein Projekt auf ihn verweist)"
LISTS = frozenset({"dokumente.csv", "namen.csv"})  # kept by the team beside the projects
SCHEMA = pa.schema([(name, pa.string()) for name in ("file", "object", "guid", "record")])


def read_project(path: Path) -> Project:
    """Read a project (.qdpx) or MAXQDA's spreadsheet of coded segments (.xlsx), told apart by the ending."""
    if (ending := path.suffix.lower()) not in ENDINGS:
        forms = "als REFI-QDA-Projekt (.qdpx) oder aus MAXQDA als Tabelle der codierten Segmente (.xlsx)"
        told = f"„{path.name}“ ist kein Projekt eines QDA-Programms"
        raise IngestError(f"{told}; bitte {forms} ausgeben und diese Datei angeben.")
    # some programs store texts beside the project and not in it: nothing outside of its folder is read
    return read_maxqda(path) if ending == ".xlsx" else read_qdpx(path, beside=path.parent)


def read_projects(folder: Path) -> Iterator[Received]:
    """Read every file of a folder; the content of a project that was read is its `Project`."""

    def read(path: Path) -> Received:
        if path.is_dir():
            return Received(path.name, "left_out", "Unterordner werden nicht gelesen")
        if path.name in LISTS:
            return Received(path.name, "list")
        if (ending := path.suffix.lower()) not in ENDINGS:
            return Received(path.name, "left_out", NO_PROJECT)
        project = read_project(path)
        # a spreadsheet has properties, and no name but that of the file
        is_synthetic = SYNTHETIC in project.name.casefold() or (ending == ".xlsx" and bool(says_synthetic(path)))
        return Received(path.name, "read", synthetic=is_synthetic, content=project)

    return receive(folder, read)


def ingest_interviews(folder: Path, out: Path) -> tuple[int, list[str]]:
    """Read a folder of projects and write `projects.parquet` and `files.csv` into `out`.

    Gives the number of files that were read, and a German sentence per refused file.
    """
    endings = " oder ".join(ENDINGS)
    if not folder.is_dir():
        raise IngestError(f"Der Ordner „{folder}“ fehlt; dort werden Projekte erwartet ({endings}).")
    out.mkdir(parents=True, exist_ok=True)
    n_read, refused = 0, []
    with (
        pq.ParquetWriter(out / "projects.parquet", SCHEMA) as projects,
        csv_rows(out / "files.csv", FILE_COLUMNS) as files,
    ):
        for received in read_projects(folder):
            files.writerow(attrgetter(*FILE_COLUMNS)(received))
            if received.status == "refused":
                refused.append(received.message)
            if received.content:
                n_read += 1
                projects.write_table(_as_table(received.file, received.content))
    if not n_read and not refused:
        told = f"In „{folder}“ liegt keine Datei eines QDA-Programms ({endings})"
        raise IngestError(f"{told}; bitte das Projekt dorthin ausgeben.")
    return n_read, refused


def _as_table(file: str, project: Project) -> pa.Table:
    """One row per object of a project; its fields stand in `record` as JSON."""
    rows = [("project", "", {"name": project.name, "origin": project.origin})]
    rows += [(name, o.guid, asdict(o)) for name in OBJECTS for o in getattr(project, name)]
    written = [(file, name, guid, json.dumps(record, ensure_ascii=False)) for name, guid, record in rows]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in written], SCHEMA)


def read_interim(path: Path) -> dict[str, Project]:
    """The projects that `ingest_interviews` wrote, by file name."""
    parts: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in pq.read_table(path, columns=["file", "object", "record"]).to_pylist():
        file, name, content = row["file"], row["object"], _with_tuples(json.loads(row["record"]))
        if name == "project":
            parts[file] |= content
        else:
            parts[file].setdefault(name, []).append(OBJECTS[name](**content))
    return {file: Project(**_with_tuples(content)) for file, content in parts.items()}


def _with_tuples(content: dict[str, Any]) -> dict[str, Any]:
    """Lists as tuples, which JSON does not have."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}


def project_lines(project: Project) -> Iterator[str]:
    """Everything found in a project, as one JSON object a line: codings, what is not coded, the rest, the losses.

    `object` is coding, segment (one without a coding) or document (one without segments and codings): these have
    source, segment, start, end, text, code (its path), coder, created, case and variables. Then code (never given),
    case, variable, memo, link, set and loss with the fields of the model.
    """
    sources, coders = project.by_guid("sources"), project.by_guid("coders")
    selections, paths = project.by_guid("selections"), project.code_paths
    cases = defaultdict(list)
    for case in project.cases:
        for guid in (*case.sources, *case.selections):
            cases[guid].append(case)

    def row(kind: str, guid: str, source: str, selection: str, **more: str) -> str:
        document, segment = sources.get(source), selections.get(selection)
        of_cases = {case.guid: case for guid in (source, selection) for case in cases.get(guid, ())}.values()
        values = [document.values if document else {}, *(c.values for c in of_cases)]
        content = {
            "object": kind, "guid": guid, "source": document.name if document else source, "segment": selection,
            "start": segment.start if segment else model.NOWHERE,
            "end": segment.end if segment else model.NOWHERE,
            "place": segment.place if segment else "",
            "text": segment_text(document, segment),
            "code": "", "coder": "", "created": "", **more,
            "case": " | ".join(c.name for c in of_cases),
            "variables": {name: value for part in values for name, value in part.items()},
        }  # fmt: skip
        return json.dumps(content, ensure_ascii=False)

    for c in project.codings:
        coder = coders[c.coder].name if c.coder in coders else c.coder
        more = {"code": paths.get(c.code, c.code), "coder": coder, "created": c.created}
        yield row("coding", c.guid, c.source, c.selection, **more)
    coded = {c.selection for c in project.codings}
    for s in project.selections:
        if s.guid not in coded:
            yield row("segment", s.guid, s.source, s.guid)
    used = {entry.source for entry in (*project.codings, *project.selections)}
    for guid in sources:
        if guid not in used:
            yield row("document", guid, guid, "")
    given = {c.code for c in project.codings}
    rest = {name: getattr(project, name) for name in ("cases", "variables", "memos", "links", "sets", "losses")}
    for name, objects in {"codes": [c for c in project.codes if c.guid not in given], **rest}.items():
        kind = "loss" if name == "losses" else name.removesuffix("s")
        for entry in objects:
            yield json.dumps({"object": kind, **asdict(entry)}, ensure_ascii=False)


def segment_text(document: model.Source | None, segment: model.Selection | None) -> str | None:
    """The words of a segment: from the stored text, else as the program gave them; None if there are none."""
    if segment is None:
        return None
    if segment.start >= 0 and document is not None and document.text is not None:
        return document.text[segment.start : segment.end]
    return segment.name or None


def project_summary(path: str, project: Project) -> list[str]:
    """What was found in a project as German lines for the terminal."""

    def many(name: str, one: str, more: str) -> str:
        n = len(getattr(project, name))
        return f"{n} {one if n == 1 else more}"

    words = {"sources": ("Dokument", "Dokumente"), "codes": ("Code", "Codes"), "selections": ("Segment", "Segmente")}
    counts = [many(name, *forms) for name, forms in words.items()]
    counts.append(f"{many('codings', 'Codierung', 'Codierungen')} von {many('coders', 'Person', 'Personen')}")
    counts += [many("cases", "Fall", "Fälle"), many("memos", "Notiz", "Notizen")]
    counts.append(f"{len(project.losses)} nicht oder anders übernommen")
    origin = f" ({project.origin})" if project.origin else ""
    lines = [f"{path}: „{project.name}“{origin}: {', '.join(counts)}"]
    segments, codings = (Counter(o.source for o in os) for os in (project.selections, project.codings))
    for d in project.sources:
        size = "ohne Text" if d.text is None else f"{len(d.text)} Zeichen"
        reading = f" ({READINGS[d.reading]})" if d.reading else ""
        lines.append(f"  {d.name}: {size}, {segments[d.guid]} Segmente, {codings[d.guid]} Codierungen{reading}")
    losses = Counter((loss.done, loss.why) for loss in project.losses)
    return lines + [f"  {n}-mal {done}: {why}" for (done, why), n in losses.items()]
