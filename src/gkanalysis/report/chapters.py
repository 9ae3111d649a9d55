"""The chapters of a report, each in a notebook of its own, in processes that have the libraries loaded."""

from __future__ import annotations

import gc
import json
import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import gkanalysis
from gkanalysis.codebook.reports import ChapterDefinition, Report
from gkanalysis.core.errors import GkError, NotebookError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data, forget
from gkanalysis.report.many import run_many


def run_chapters(
    report: Report, paths: ProjectPaths, data: str, chapters: Sequence[str] = (), *, engine: str = "fork"
) -> Iterator[str]:
    """Compute chapters of a report, by default those that are missing or whose notebook or tables changed.

    Parameters
    ----------
    report, paths : the report, and where its parts lie
    data : folder of what was received, as the notebooks are told
    chapters : ids; if none are given, all that are not current, in the order of the report
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
    defined = {c.id: c for c in report.chapters}
    if unknown := [c for c in chapters if c not in defined]:
        raise UsageError(f"Der Bericht „{report.id}“ hat kein Kapitel „{unknown[0]}“; er hat {', '.join(defined)}.")
    asked = [defined[c] for c in chapters] or [c for c in report.chapters if not _is_current(c, build / c.id, paths)]
    if not asked:
        return
    from gkanalysis.report import notebooks  # noqa: F401, the children of this process have what it loaded and read

    load_libraries()
    forget()
    read = Data(paths)
    for source in report.sources:
        read.book(source)
    for path in paths.processed.glob("*.parquet"):
        if path.stem.startswith((*report.sources, "buendnisse")):
            read.table(path.stem)
    failed: dict[str, GkError] = {}
    pieces = {c.id: (report, paths, data, c, engine) for c in asked}
    # a make that builds several reports at once hands out the cores itself
    workers = 1 if "jobserver" in os.environ.get("MAKEFLAGS", "") else min(len(asked), os.cpu_count() or 1)
    for name, error in run_many(compute, pieces, workers=workers, loaded=True):
        if error is None:
            yield f"{report.id}: Kapitel {name} gerechnet."
        else:  # a notebook may serve many chapters
            failed[name] = type(error)(re.sub("(?m)^(?=„)", f"Kapitel {name}, ", str(error)))
    if len(failed) == 1:
        raise failed.popitem()[1]
    if failed:
        raise NotebookError("\n".join(str(failed[name]) for name in pieces if name in failed))


def compute(piece: tuple[Report, ProjectPaths, str, ChapterDefinition, str]) -> None:
    """Compute a chapter of a report from a data folder, with an engine, into its folder."""
    from gkanalysis.report.notebooks import run_chapter

    report, paths, data, chapter, engine = piece
    notebook = paths.root / f"notebooks/{chapter.notebook}.ipynb"
    given = {"report": report.id, "data": data, **chapter.parameters}
    run_chapter(notebook, paths.build / "reports" / report.id / chapter.id, given, report=report, engine=engine)


def _is_current(chapter: ChapterDefinition, folder: Path, paths: ProjectPaths) -> bool:
    """Whether a chapter is there, and its notebook and the tables that it read are what they were."""
    if not (folder / "chapter.json").exists() or not (folder / "inputs.json").exists():
        return False
    read = json.loads((folder / "inputs.json").read_text(encoding="utf-8"))
    now = {f"{chapter.notebook}.ipynb": paths.root / f"notebooks/{chapter.notebook}.ipynb"}
    files = {name: now.get(name, paths.processed / f"{name}.parquet") for name in read}
    return now.keys() <= files.keys() and all(
        path.exists() and sha256(path.read_bytes()).hexdigest() == read[name] for name, path in files.items()
    )


# What notebooks load only when they compute, draw or save something.
LATE = (
    "IPython.core.application", "IPython.core.completerlib", "IPython.core.crashhandler", "IPython.core.interactiveshell",
    "IPython.core.logger", "IPython.core.magics", "IPython.core.oinspect", "bdb", "gkanalysis.codebook.categories",
    "gkanalysis.codebook.policy", "gkanalysis.codebook.register", "gkanalysis.codebook.words", "gkanalysis.report.figures",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "pandas.core.arrays.arrow.extension_types",
    "pandas.core.methods.to_dict", "pandas.core.reshape.reshape", "pandas.io.formats.csvs", "PIL.BmpImagePlugin", "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.PpmImagePlugin", "pyarrow.dataset", "pyarrow.parquet", "scipy.stats",
    "statsmodels.stats.inter_rater", "statsmodels.stats.multitest",
)  # fmt: skip


@cache
def load_libraries() -> None:
    """Load all that notebooks need, so that forked children need not load it again."""
    for name in gkanalysis.__all__:
        getattr(gkanalysis, name)
    for name in LATE:
        import_module(name)
    gc.freeze()  # what is loaded stays in memory that parent and children share
