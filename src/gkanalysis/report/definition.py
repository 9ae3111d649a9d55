"""The definition of a report (YAML): title, authors, chapters in order with their parameters and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.errors import CodebookError, UsageError
from gkanalysis.paths import ProjectPaths


@dataclass(frozen=True, slots=True)
class ChapterDefinition:
    """One notebook of a report. `inputs` are tables of `data/processed`, by name without ending."""

    id: str
    notebook: str
    inputs: tuple[str, ...]
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """A checked definition; see `read_report`."""

    id: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    institution: str
    date: str
    language: str
    sources: tuple[str, ...]
    chapters: tuple[ChapterDefinition, ...]
    keywords: tuple[str, ...]
    description: str


def project_root(start: Path | None = None) -> Path:
    """The folder with `pyproject.toml` and codebooks at or above the working directory."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() and (folder / "data/codebook").is_dir():
            return folder
    raise UsageError("Bitte im Ordner des Projekts arbeiten; „pyproject.toml“ wurde nicht gefunden.")


def read_report(root: Path, report_id: str) -> Report:
    """Read `reports/<report_id>.yml`.

    Raises
    ------
    UsageError
        If there is no such report; the message lists those that exist.
    CodebookError
        If something is missing, or a notebook does not exist.
    """
    path = root / "reports" / f"{report_id}.yml"
    if "/" in report_id or not path.exists():
        known = ", ".join(sorted(p.stem for p in (root / "reports").glob("*.yml")))
        raise UsageError(f"Einen Bericht „{report_id}“ gibt es nicht; vorhanden sind: {known}.")
    try:
        d = yaml.safe_load(path.read_text(encoding="utf-8"))
        chapters = tuple(
            ChapterDefinition(c["id"], c["notebook"], tuple(c["inputs"]), c.get("parameters", {}))
            for c in d["chapters"]
        )
        report = Report(
            report_id, d["title"], d.get("subtitle", ""), tuple(d["authors"]), d["institution"], str(d["date"]),
            d["language"], tuple(d["sources"]), chapters, tuple(d.get("keywords", ())), d["description"],
        )  # fmt: skip
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise CodebookError(f"„{path}“ ist unvollständig oder nicht lesbar: {error}.") from None
    missing = [c.notebook for c in chapters if not (root / "notebooks" / f"{c.notebook}.ipynb").exists()]
    twice = {c.id for c in chapters if [x.id for x in chapters].count(c.id) > 1}
    if missing or twice:
        raise CodebookError(
            f"„{path}“: fehlende Notebooks: {', '.join(missing) or 'keine'}; doppelte Kapitel: {', '.join(twice) or 'keine'}."
        )
    return report


def chapter_parameters(
    report: Report, chapter_id: str, paths: ProjectPaths, data: str
) -> tuple[Path, dict[str, Any]]:
    """Notebook and parameters of a chapter.

    Raises
    ------
    UsageError
        If the report has no such chapter.
    """
    for chapter in report.chapters:
        if chapter.id == chapter_id:
            notebook = paths.root / "notebooks" / f"{chapter.notebook}.ipynb"
            return notebook, {"report": report.id, "data": data, **chapter.parameters}
    known = ", ".join(c.id for c in report.chapters)
    raise UsageError(f"Der Bericht „{report.id}“ hat kein Kapitel „{chapter_id}“; er hat {known}.")


def make_rules(report: Report, paths: ProjectPaths) -> str:
    """Rules for make: what each chapter of a report and the report itself are made from."""

    def short(path: Path) -> str:
        return path.relative_to(paths.root).as_posix()

    processed, folder = short(paths.processed), short(paths.reports / report.id)
    lines, chapters = [f"# Rules of the report {report.id}; made from reports/{report.id}.yml\n"], []
    for chapter in report.chapters:
        target = f"{short(paths.build)}/reports/{report.id}/{chapter.id}/chapter.json"
        chapters.append(target)
        inputs = " ".join(f"{processed}/{name}.parquet" for name in chapter.inputs)
        lines.append(
            f"{target}: notebooks/{chapter.notebook}.ipynb reports/{report.id}.yml {inputs} $(LIB_REPORT) $(ENV)\n"
            f"\t$(GK) chapter {report.id} {chapter.id} --data $(DATA)\n"
        )
    tables = " ".join(
        f"{processed}/{source}-{name}.parquet"
        for source in report.sources
        for name in ("losses", "questions")
    )
    lines.append(
        f"{folder}/values.json: {' '.join(chapters)} {tables} {processed}/raw-files.csv $(LIB_REPORT) $(ENV)\n"
        f"\t$(GK) assemble {report.id} --data $(DATA)\n"
    )
    for suffix in ("html", "pdf", "docx"):
        template = " $(wildcard reports/reference.docx)" if suffix == "docx" else ""
        lines.append(
            f"{folder}/{report.id}.{suffix}: {folder}/values.json{template} $(LIB_REPORT) $(ENV)\n"
            f"\t$(GK) render {report.id} --format {suffix} --data $(DATA)\n"
        )
    return "\n".join(lines)
