"""The thin steps between folders: read, one call, write. Everything that computes is elsewhere.

A step makes its files in a folder beside the target and moves them; a file whose content did not change
keeps its time, so that make rebuilds only what really depends on a change.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gkanalysis.core.errors import CodebookError, IngestError, UsageError, ValidationError
from gkanalysis.core.paths import ProjectPaths

ROWS = 2**20  # of a table that are written at once
SHOWN = 12  # findings that the terminal shows; all stand in the file it names

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from gkanalysis.codebook.reports import Report
    from gkanalysis.codebook.sources import SourceKind


def build_interim(paths: ProjectPaths, source: str) -> str:
    """Ingest the forms, interviews or list of a source into `interim/<source>`; returns a sentence for the log.

    If any file is refused, all others have been read, every refusal is named, and nothing is written.
    """
    kind, book = _codebook(paths, source)
    target = paths.interim / source
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{source}.") as scratch:
        new = Path(scratch)
        folder = paths.data / source / ("forms" if kind.id == "forms" else "")
        if kind.id == "interviews":
            from gkanalysis.ingest.interviews import ingest_interviews

            n, refused = ingest_interviews(folder, new)
        elif kind.id == "lists":
            from gkanalysis.ingest.spreadsheets import ingest_list

            n, refused = ingest_list(folder, book.file, book.spec, new)
        else:
            from gkanalysis.ingest.forms import ingest_forms

            n, refused = ingest_forms(folder, book, new)
        if refused:
            files = "Datei" if len(refused) == 1 else "Dateien"
            head = f"{len(refused)} {files} in „{folder}“ nicht gelesen, {n} andere in Ordnung:"
            remedy = "Bitte diese Dateien ersetzen oder aus dem Ordner nehmen; bis dahin entsteht kein Bericht."
            raise IngestError("\n".join([head, *(f"  {r}" for r in refused), remedy]))
        target.mkdir(exist_ok=True)
        for name in kind.interim:  # once the last is there, the source is read
            (new / name).replace(target / name)
    return f"{source}: {n} {kind.label} gelesen."


def write_blanks(paths: ProjectPaths, source: str) -> Iterator[str]:
    """Write the forms of a source to be filled in, each version as Word document and XLSForm; sentences for the log.

    What lies there already and is another file is kept beside it.
    """
    from gkanalysis.codebook.instrument import read_codebook
    from gkanalysis.codebook.sources import is_source_codebook, source_kind
    from gkanalysis.core.lookup import listed
    from gkanalysis.core.writing import put_aside, write_bytes
    from gkanalysis.counts.export import FOLDER
    from gkanalysis.report.blank import blank_form
    from gkanalysis.report.xlsform import xlsform

    files = sorted(p for p in paths.codebooks.glob("*.yml") if is_source_codebook(p))
    forms = [p for p in files if source_kind(p).id == "forms"]
    if not {source, source.rpartition("-")[0]} & {p.stem for p in forms}:
        have = listed((read_codebook(p).source for p in forms), source)
        raise UsageError(f"„{source}“ hat keinen Bogen, der sich ausfüllen lässt; einen Bogen haben {have}.")
    _, book = _codebook(paths, source)
    made = {}
    for version in book.versions:
        made[f"{source}-{version}.docx"] = blank_form(book, version, paths.root / "reports/reference.docx")
        made[f"{source}-{version}.xlsx"] = xlsform(book, version)
    for name, content in made.items():
        path = paths.root / FOLDER / name
        if path.exists() and path.read_bytes() != content:
            yield f"Hinweis: „{name}“ war anders; die bisherige Fassung liegt jetzt als „{put_aside(path)}“ daneben."
        write_bytes(path, content)
        yield f"Geschrieben: {FOLDER}/{name}"


def build_register(paths: ProjectPaths) -> list[str]:
    """Check the register and write its tables and `dataset.json` into `processed`; a line on each changed file."""
    from gkanalysis.codebook.register import read_register_codebook
    from gkanalysis.codebook.sources import read_dataset
    from gkanalysis.core.writing import write_json
    from gkanalysis.ingest.register import read_register
    from gkanalysis.settle.checksums import changed_files
    from gkanalysis.settle.process import raw_hashes

    dataset = read_dataset(paths.data)
    if not dataset["synthetic"] and paths.data.resolve() == (paths.root / "data/raw").resolve():
        raise ValidationError(
            "„data/raw“ ist für die mitgelieferten erfundenen Daten; echte Daten gehören in einen eigenen Ordner: "
            "`make report DATA=Ordner`. So gelangt nichts Vertrauliches ins Git."
        )
    frames = read_register(paths.data, read_register_codebook(paths.codebooks / "register.yml"))
    with _beside(paths.processed, "register") as write:
        for name, frame in frames.items():
            write(f"{name}.parquet", lambda path, frame=frame: frame.to_parquet(path, index=False))
        about = {k: dataset[k] for k in ("title", "synthetic")}
        write("dataset.json", lambda path: write_json(path, about))
        for path in _left_over(paths):
            path.unlink()
        write("raw-files.csv", lambda path: raw_hashes(paths.data).to_csv(path, index=False))
    changed = list(changed_files(paths.data))
    rest = [f"  … und {len(changed) - SHOWN} weitere."] if len(changed) > SHOWN else []
    return [f"Hinweis: {line}" for line in changed[:SHOWN]] + rest


def _left_over(paths: ProjectPaths) -> list[Path]:
    """Tables and records of sources that are no longer in the data folder."""
    from gkanalysis.codebook.sources import KINDS, received_sources

    kept, ends = received_sources(paths), (".ok", *{f"-{name}.parquet" for kind in KINDS for name in kind.tables})
    made = paths.processed.glob("*-*")
    return [p for p in made for end in ends if p.name.endswith(end) and p.name.removesuffix(end) not in kept]


def build_processed(paths: ProjectPaths, source: str) -> str:
    """Validate a source, read before if it is not yet, and write its analysis tables; returns lines for the log.

    The findings are written even if they stop the build, as `build/<source>-findings.csv`.
    """
    import pandas as pd

    from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book
    from gkanalysis.core.writing import write_for_people
    from gkanalysis.settle.interviews import process_interviews
    from gkanalysis.settle.mentions import coding_template
    from gkanalysis.settle.process import process_list, process_source, questions, raise_errors

    kind, book = _codebook(paths, source)
    is_read = all((paths.interim / source / name).exists() for name in kind.interim)
    lines = [] if is_read else [build_interim(paths, source)]
    register = {name: pd.read_parquet(paths.processed / f"{name}.parquet") for name in ("gebiete", "buendnisse")}
    if kind.id == "interviews":
        tables = process_interviews(paths.data, paths.interim / source, book, register)
    elif kind.id == "lists":
        tables = process_list(paths.data, paths.interim / source, book, register)
    else:
        path = paths.codebooks / CATEGORY_FILE
        categories = read_category_book(path) if path.exists() else None
        tables = process_source(paths.data, paths.interim / source, book, register, categories)
    findings = tables["findings"]
    told = findings.to_csv(index=False, lineterminator="\n").encode("utf-8"), ""
    lines += write_for_people(paths.build, f"{source}-hinweise", {paths.build / f"{source}-findings.csv": told})
    raise_errors(findings)
    tables["questions"] = questions(findings, register["buendnisse"])
    with _beside(paths.processed, source) as write:
        for name, table in tables.items():
            write(f"{source}-{name}.parquet", lambda path, table=table: _write_table(table, path))
    # for Excel: it takes a semicolon and a byte order mark as a sign of columns and umlauts
    asked = str(tables["questions"].to_csv(index=False, sep=";")).encode("utf-8-sig")
    made = {f"{source}-rueckfragen.csv": (asked, "entscheidungen.csv" if kind.id == "forms" else "")}
    told = f"{source}: {_counted(kind, tables, book)}; {len(findings)} Hinweise"
    lines.append(f"{told}, {len(tables['losses'])} Stellen gelten anders als eingegangen (losses.csv).")
    urgent = findings[findings["severity"] == "finding"]
    # what concerns no single alliance explains the others
    urgent = urgent.sort_values("case_id", key=lambda ids: ids != "", kind="stable")
    for f in urgent.head(SHOWN).itertuples():
        lines.append(f"  {f.rule} {f.file or f.case_id or paths.codebook(source).name}: {f.message}")
    if len(urgent) > SHOWN:
        lines.append(f"  … und {len(urgent) - SHOWN} weitere.")
    folder = paths.build.relative_to(paths.root) if paths.build.is_relative_to(paths.root) else paths.build
    questions_at = f"; Rückfragen: {folder}/{source}-rueckfragen.csv" if len(tables["questions"]) else ""
    lines.append(f"  Alle Hinweise: {folder}/{source}-findings.csv{questions_at}")
    if kind.id == "forms" and len(tables["mentions"]):
        name = f"{source}-kategorien.csv"
        made[name] = coding_template(tables["mentions"], categories, source).encode(), "kategorien.csv"
        lines.append(f"  Vorlage zum Codieren offener Antworten, mit dem Stand bisher: {folder}/{name}")
    belongs = {n: os.path.relpath(paths.data / source / place, paths.root) for n, (_, place) in made.items()}
    lines += write_for_people(paths.build, source, {paths.build / n: (c, belongs[n]) for n, (c, _) in made.items()})
    return "\n".join(lines)


def finish_report(paths: ProjectPaths, report: Report, data: str) -> Iterator[str]:
    """Compute the chapters of a report that are missing or stale, and finish it; sentences for the log.

    Finished is: the chapters brought together, the origin of each number shown, all formats set.
    """
    from gkanalysis.core.writing import write_bytes
    from gkanalysis.counts.data import current
    from gkanalysis.report.assemble import assemble_report
    from gkanalysis.report.chapters import run_chapters
    from gkanalysis.report.render import render_report
    from gkanalysis.verify.trace import trace_pages

    yield from run_chapters(report, paths, data)
    yield from assemble_report(report, paths)
    folder = paths.reports / report.id
    pages, notes = trace_pages(current(paths), folder, report.title)
    for name, page in pages.items():
        write_bytes(folder / name, page.encode("utf-8"))
    yield from render_report(report, paths, notes=notes)


def _counted(kind: SourceKind, tables: Mapping[str, pd.DataFrame], book: Any) -> str:
    """How much there is now, for the log: rows, codings, or forms of each completeness."""
    if kind.id == "lists":
        return f"{len(tables['rows'])} Zeilen"
    if kind.id == "interviews":
        n, coders = len(tables["codings"]), tables["codings"]["coder"].nunique()
        return f"{len(tables['cases'])} Gespräche, {len(tables['segments'])} Segmente, {n} Codierungen von {coders} Personen"
    labels = {r["id"]: r["label"] for r in book.completeness} | {"missing": "nicht eingegangen"}
    status = tables["cases"]["status"].value_counts()
    return ", ".join(f"{n} {labels[str(name)]}" for name, n in status.items())


def _codebook(paths: ProjectPaths, source: str) -> tuple[SourceKind, Any]:
    """What kind of source it is, and its codebook; one of another wave is no substitute."""
    from gkanalysis.codebook.sources import source_kind

    path = paths.codebook(source)
    kind = source_kind(path)
    book = kind.read(path)
    if book.source != source:
        what = f"Codebuch „{path}“ gilt für „{book.source}“, nicht für „{source}“"
        raise CodebookError(f"{what}: {paths.if_copy(source)}bitte „{source}.yml“ daneben anlegen.")
    return kind, book


def _write_table(table: pd.DataFrame, path: Path) -> None:
    """A table as parquet; texts that are categories in memory become texts again, so many rows at a time."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    packed = {c: "str" for c, kind in table.dtypes.items() if isinstance(kind, pd.CategoricalDtype) and c != "state"}
    schema = pa.Table.from_pandas(table.iloc[:0].astype(packed), preserve_index=False).schema
    with pq.ParquetWriter(path, schema) as writer:
        for k in range(0, max(1, len(table)), ROWS):
            part = table.iloc[k : k + ROWS]
            columns = [pa.array(part[name]) for name in schema.names]
            unpacked = [c.dictionary_decode() if n in packed else c for n, c in zip(schema.names, columns, strict=True)]
            arrays = [c.cast(kind) for c, kind in zip(unpacked, schema.types, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema))


@contextmanager
def _beside(target: Path, step: str) -> Iterator[Callable[[str, Callable[[Path], None]], None]]:
    """A function that has a file made beside its place and moves it there, unless the same bytes lie there already."""
    with tempfile.TemporaryDirectory(dir=_folder(target), prefix=f".{step}.") as scratch:

        def write(name: str, make: Callable[[Path], None]) -> None:
            new, old = Path(scratch, name), target / name
            make(new)
            if not old.exists() or old.read_bytes() != new.read_bytes():
                new.replace(old)

        yield write


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
