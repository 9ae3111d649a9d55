"""What a report is made from: its definition with the texts in it checked, its chapters, the rules for make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gkanalysis.codebook import reports
from gkanalysis.codebook.reports import ChapterDefinition, Report
from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.typed import typed_in_texts

__all__ = ["ChapterDefinition", "Report", "chapter_parameters", "make_rules", "read_report"]


def read_report(root: Path, report_id: str) -> Report:
    """Read `reports/<report_id>.yml`; a result typed by hand in one of its texts is refused.

    Raises
    ------
    UsageError
        If there is no such report; the message lists those that exist.
    CodebookError
        With everything that is missing, unknown or of the wrong kind.
    """
    return reports.read_report(root, report_id, typed_in_texts)


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
    """Rules for make: what each chapter of a report and the report itself are made from.

    A chapter whose inputs changed loses its record, and one step computes all chapters without one: loading the
    libraries takes longer than most chapters, so they are loaded once. `copies` and `gone` are functions of the
    Makefile: an exhibit or list that was deleted is written again.
    """

    def short(path: Path) -> str:
        return path.relative_to(paths.root).as_posix()

    processed, folder, build = (
        short(p) for p in (paths.processed, paths.reports / report.id, paths.build / "reports" / report.id)
    )
    books = " ".join(
        short(b) for b in (paths.codebooks / "register.yml", *map(paths.codebook, report.sources))
    )
    lines = [f"# Rules of the report {report.id}; made from reports/{report.id}.yml\n"]
    lines.append(f"FORMATS_{report.id} := {' '.join(report.formats)}\n")
    chapters = []
    for chapter in report.chapters:
        chapters.append(f"{build}/{chapter.id}")
        inputs = " ".join(f"{processed}/{name}.parquet" for name in chapter.inputs)
        lines.append(
            f"{build}/{chapter.id}/chapter.json: notebooks/{chapter.notebook}.ipynb reports/{report.id}.yml {inputs} "
            f"{processed}/dataset.json {books} $(LIB_REPORT) $(ENV)\n"
            "\t@rm -f $@\n"
        )
    lines.append(
        f"{build}/chapters.ok: {' '.join(f'{c}/chapter.json' for c in chapters)}\n"
        f"\t$(GK) chapter {report.id} --data $(DATA)\n"
        "\t@touch $@\n"
    )
    tables = " ".join(
        f"{processed}/{source}-{name}.parquet"
        for source in report.sources
        for name in ("losses", "questions")
    )
    made = f"{build}/document.json {folder}/losses.csv {folder}/rueckfragen.csv"
    lines.append(
        f"{folder}/values.json: {build}/chapters.ok reports/{report.id}.yml {tables} "
        f"{processed}/raw-files.csv {processed}/dataset.json $(LIB_REPORT) $(ENV) "
        f"$(call gone,{made} $(call copies,{folder},{' '.join(chapters)}))\n"
        f"\t@rm -f {folder}/.[a-z]*.* {build}/.document.json.*\n"
        f"\t$(GK) assemble {report.id} --data $(DATA)\n"
    )
    lines.append(
        f"{folder}/herkunft.html: {folder}/values.json $(LIB_VERIFY) $(ENV)\n"
        f"\t@rm -f {folder}/.herkunft.html.*\n"
        f"\t$(GK) origins {report.id} --data $(DATA)\n"
    )
    for suffix in report.formats:
        template = f" $(wildcard reports/reference.{suffix})" if suffix in ("docx", "pptx") else ""
        beside = f" {folder}/herkunft.html" if suffix == "html" else ""  # every number links there
        lines.append(
            f"{folder}/{report.id}.{suffix}: {folder}/values.json{beside}{template} $(LIB_REPORT) $(ENV)\n"
            f"\t@rm -f {folder}/.{report.id}.{suffix}.*\n"
            f"\t$(GK) render {report.id} --format {suffix} --data $(DATA)\n"
        )
    return "\n".join(lines)
