"""The steps of `make report` in one process that has everything imported: for many builds in a row.

A process of its own for each build (forked from the one that imported) keeps builds apart; starting a Python for
each of a dozen steps would take three times as long.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from pathlib import Path

import gkanalysis
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.definition import read_report


def build_report(root: Path, report_id: str) -> None:
    """Build a report in this process and below `root`, which becomes the working directory.

    All but the page of origins, which takes as long as the rest.

    Raises
    ------
    GkError
        If a step refuses.
    """
    from gkanalysis.pipeline import build_interim, build_processed, build_register
    from gkanalysis.report.assemble import assemble_report
    from gkanalysis.report.chapters import run_chapters
    from gkanalysis.report.render import render_report

    os.chdir(root)
    report, paths = read_report(root, report_id), ProjectPaths.of(root, Path("data/raw"))
    build_register(paths)
    for source in report.sources:
        build_interim(paths, source)
        build_processed(paths, source)
    for _ in run_chapters(report, paths, "data/raw", [c.id for c in report.chapters]):
        pass  # each line is for a log
    assemble_report(report, paths)
    for suffix in report.formats:
        render_report(report, paths, suffix)


def import_everything() -> None:
    """Import all that the steps import on their way, so that a forked child has it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    for name in ("papermill", "pypandoc", "typst"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(gkanalysis.__path__, "gkanalysis."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
