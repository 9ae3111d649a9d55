"""What a report is made from: its definition with the texts in it checked, its chapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gkanalysis.codebook import reports
from gkanalysis.codebook.reports import ChapterDefinition, Report
from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.typed import typed_in_texts

__all__ = ["ChapterDefinition", "Report", "chapter_parameters", "read_report"]


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


def chapter_parameters(report: Report, chapter_id: str, paths: ProjectPaths, data: str) -> tuple[Path, dict[str, Any]]:
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
