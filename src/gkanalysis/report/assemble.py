"""Bring the chapters of a report together: one document, its tables and figures, its values and losses."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis import __version__
from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes, write_for_people, write_json
from gkanalysis.disclosure.check import check_exhibits
from gkanalysis.report.changes import changes, inputs, printed_numbers

COUNTED_LABELS = ("Tabelle", "Abbildung")  # numbered in the order of the report; other labels are given
KINDS = ("tables", "figures", "arbeit", "herkunft")  # folders of what a chapter makes, and of the origins


def assemble_report(report: Report, paths: ProjectPaths) -> list[str]:
    """Write `tables/`, `figures/`, `losses.csv`, `rueckfragen.csv` and, last, `values.json` of a report.

    Returns lines for the log: which numbers the last build had otherwise, and what changed since then.

    The assembled document goes to `build/reports/<report>/document.json`, from which every format is set.

    Raises
    ------
    RenderError
        An exhibit id used twice, one id for two values, chapters computed from other data.
    UsageError
        If a chapter or the data have not been made yet.
    DisclosureError
        If the numbers together, or a name in a table or figure, give away what is confidential; nothing is written then.
    """
    build, target = paths.build / "reports" / report.id, paths.reports / report.id
    document, values = assemble(report, build)
    for name in ("raw-files.csv", "dataset.json"):
        if not (paths.processed / name).exists():
            raise UsageError(f"„{paths.processed / name}“ fehlt; bitte zuerst „make data“ ausführen.")
    raw = pd.read_csv(paths.processed / "raw-files.csv", dtype=str)
    parts = raw.iloc[:, 0].str.split("/").str
    raw = raw[(parts.len() == 1) | parts[0].isin(["register", *report.sources])]  # what this report is made from
    dataset = json.loads((paths.processed / "dataset.json").read_text(encoding="utf-8"))
    marks = {c.id: _chapter(build, c.id)["synthetic"] for c in report.chapters}
    if other := [c for c, mark in marks.items() if mark not in (None, dataset["synthetic"])]:
        raise RenderError(
            f"Diese Kapitel sind mit anderen Daten gerechnet als der Bericht: {', '.join(other)}. "
            "Bitte „make clean“ ausführen und neu bauen."
        )
    document |= about(dataset, raw.values.tolist())
    with tempfile.TemporaryDirectory(dir=build, prefix=".vorlage.") as scratch:
        _copy_exhibits(report, build, Path(scratch))
        write_json(Path(scratch) / "values.json", values)
        check_exhibits(report, paths, Path(scratch))
    before, record = printed_numbers(target), build / "inputs.json"
    was = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    write_json(build / "document.json", document)
    _copy_exhibits(report, build, target)
    lists = {}
    for name, file in (("losses", "losses.csv"), ("questions", "rueckfragen.csv")):
        tables = {s: pd.read_parquet(paths.processed / f"{s}-{name}.parquet") for s in report.sources}
        frame = pd.concat(tables, names=["source"]).reset_index("source").reset_index(drop=True)
        lists[target / file] = frame.to_csv(index=False, lineterminator="\n").encode("utf-8"), ""
    hints = write_for_people(paths.build, f"listen-{report.id}", lists)
    write_json(target / "values.json", values)
    made_from = inputs(report, paths, raw.itertuples(index=False, name=None))
    write_json(record, made_from)
    return hints + list(changes(report.id, before, printed_numbers(target), was, made_from))


def about(dataset: Mapping[str, Any], raw_files: list[list[str]]) -> dict[str, Any]:
    """What a document says of its data and of the program."""
    return {
        "synthetic": dataset["synthetic"], "dataset": dataset["title"], "raw_files": raw_files, "version": __version__,
    }  # fmt: skip


def assemble(report: Report, build: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document (Markdown with places for exhibits, exhibits in order) and the values of its text."""
    exhibits: dict[str, dict[str, Any]] = {}
    owners: dict[str, str] = {}
    values: list[dict[str, Any]] = []
    text: list[str] = []
    counters = dict.fromkeys(COUNTED_LABELS, 0)
    for part in report.chapters:
        chapter = _chapter(build, part.id)
        text.append(chapter["markdown"])
        values += chapter["values"]
        for value in chapter["values"]:
            if owners.setdefault(value["id"], part.id) != part.id:
                raise RenderError(f"Der Wert „{value['id']}“ ist in zwei Kapiteln vergeben, zuletzt in „{part.id}“.")
        for exhibit in chapter["exhibits"].values():
            if exhibit["id"] in exhibits:
                raise RenderError(f"Die Darstellung „{exhibit['id']}“ steht zweimal im Bericht.")
            if exhibit["label"] in counters:
                counters[exhibit["label"]] += 1
                exhibit["label"] = f"{exhibit['label']} {counters[exhibit['label']]}"
            if exhibit["kind"] != "quotation":
                exhibits[exhibit["id"]] = exhibit | {"chapter": part.id}
    return {"markdown": "\n\n".join(text), "exhibits": exhibits}, values


def _chapter(build: Path, chapter_id: str) -> dict[str, Any]:
    path = build / chapter_id / "chapter.json"
    if not path.exists():
        raise UsageError(f"Das Kapitel „{chapter_id}“ ist noch nicht gerechnet; bitte „make report“ ausführen.")
    return json.loads(path.read_text(encoding="utf-8"))


def _copy_exhibits(report: Report, build: Path, target: Path) -> None:
    """Tables, figures and working papers of all chapters into the report's folder; what no chapter makes goes."""
    kept = set()
    for chapter in report.chapters:
        for kind in KINDS:
            for path in sorted((build / chapter.id / kind).rglob("*.*")):
                name = path.relative_to(build / chapter.id).as_posix()
                write_bytes(target / name, path.read_bytes())
                kept.add(name)
    for kind in KINDS:
        (target / kind).mkdir(parents=True, exist_ok=True)
        for path in sorted((target / kind).rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(target).as_posix() not in kept:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
