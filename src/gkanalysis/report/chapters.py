"""The chapters of a report in one process that has the libraries loaded, each in a notebook of its own."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from importlib import import_module

import gkanalysis
from gkanalysis.core.errors import GkError, NotebookError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.definition import Report, chapter_parameters


def run_chapters(
    report: Report, paths: ProjectPaths, data: str, chapters: Sequence[str] = (), *, engine: str = "fork"
) -> Iterator[str]:
    """Compute chapters of a report, by default those without a record (`chapter.json`).

    Parameters
    ----------
    report, paths : the report, and where its parts lie
    data : folder of what was received, as the notebooks are told
    chapters : ids; if none are given, all without a record, in the order of the report
    engine : see `report.notebooks.run_chapter`

    Yields
    ------
    str, a sentence for the log as each chapter ends

    Raises
    ------
    UsageError
        If the report has no chapter of a given id.
    GkError
        After the last chapter, if any failed: what all of them say.
    """
    build = paths.build / "reports" / report.id
    missing = [c.id for c in report.chapters if not (build / c.id / "chapter.json").exists()]
    asked = [(c, *chapter_parameters(report, c, paths, data)) for c in chapters or missing]
    if not asked:
        return
    from gkanalysis.report.notebooks import run_chapter

    load_libraries()
    failed: list[GkError] = []
    for chapter, notebook, parameters in asked:
        try:
            run_chapter(notebook, build / chapter, parameters, report=report, engine=engine)
        except GkError as error:
            # a notebook may serve many chapters
            failed.append(type(error)(re.sub("(?m)^(?=„)", f"Kapitel {chapter}, ", str(error))))
        else:
            yield f"{report.id}: Kapitel {chapter} gerechnet."
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise NotebookError("\n".join(str(error) for error in failed))


# What notebooks load only when they compute, draw or save something.
LATE = (
    "IPython.core.interactiveshell", "gkanalysis.report.figures", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
    "PIL.PngImagePlugin", "pyarrow.dataset", "pyarrow.parquet", "scipy.stats",
)  # fmt: skip


def load_libraries() -> None:
    """Load all that notebooks need, so that forked children need not load it again."""
    for name in gkanalysis.__all__:
        getattr(gkanalysis, name)
    for name in LATE:
        import_module(name)
    gc.freeze()  # what is loaded stays in memory that parent and children share
