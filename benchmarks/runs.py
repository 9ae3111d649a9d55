"""Many notebooks by ours and by what one would do otherwise: papermill by hand, in one process, in two.

`python -m benchmarks.runs MODE JOBS.json` is one of the others in a process of its own; a job is [notebook, parameters].
What takes long is measured of a sample and scaled to all.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import yaml

SAMPLE = int(os.environ.get("BENCH_SAMPLE", "6"))  # notebooks that papermill runs of many
N_RUNS = 1000
Job = tuple[str, dict[str, Any]]


def sheets() -> list[Job]:
    """The notebook of each alliance's sheet."""
    import pandas as pd

    definition = yaml.safe_load(Path("profiles/profil.yml").read_text(encoding="utf-8"))
    given = definition["chapters"][0]["parameters"]
    cases = pd.read_parquet("data/processed/buendnisse.parquet")["alliance_id"]
    return [("notebooks/70_profil.ipynb", {**given, "alliance": case}) for case in cases]


def chapters(report: str) -> list[Job]:
    """The notebook of each chapter of a report."""
    definition = yaml.safe_load(Path(f"reports/{report}.yml").read_text(encoding="utf-8"))
    return [
        (f"notebooks/{c['notebook']}.ipynb", {"report": report, **c.get("parameters", {})})
        for c in definition["chapters"]
    ]


def bench_sheets() -> list[tuple[str, ...]]:
    """The sheets of all alliances: executed notebook and page."""
    shutil.rmtree("reports/profile", ignore_errors=True)
    ours = seconds_of([sys.executable, "-m", "gkanalysis", "profiles", "--formats", "html"])
    jobs = sheets()
    name = f"`gkanalysis profiles --formats html`: {len(jobs)} sheets, weighed, executed notebook and page"
    return list(rows(name, ours, jobs, "≥ 15x papermill, ≤ 1.6x the floor", pages=True))


def bench_cost() -> list[tuple[str, ...]]:
    """What a sheet costs in all formats, and so how long 396 take here and on ten workers."""
    cases, taken = [given["alliance"] for _, given in sheets()], {}
    for n in (4, 20):
        shutil.rmtree("reports/profile", ignore_errors=True)
        taken[n] = seconds_of([sys.executable, "-m", "gkanalysis", "profiles", *cases[:n]])
    cost, cores = (taken[20] - taken[4]) / 16, os.cpu_count() or 1
    start = max(taken[4] - 4 * cost, 0)
    return [
        (f"a sheet in HTML, PDF and Word, on {cores} cores", f"{cost:.2f} s", "", "1"),
        ("– so 396 municipalities, all waves, on this machine", f"{start + 396 * cost:.0f} s", "", ""),
        ("– and on ten workers", f"{start + 396 * cost * cores / 10:.0f} s", "", ""),
    ]


def bench_chapters() -> list[tuple[str, ...]]:
    """The chapters of the first report."""
    report = "zwischenbericht-2019"
    for record in Path(f"build/reports/{report}").glob("*/inputs.json"):
        record.unlink()
    ours = seconds_of([sys.executable, "-m", "gkanalysis", "chapter", report])
    jobs = chapters(report)
    return list(rows(f"the {len(jobs)} chapters of 2019", ours, jobs, "≥ 7x papermill"))


def bench_thousand() -> list[tuple[str, ...]]:
    """A thousand runs of a notebook, four at a time: each says its own number."""
    from gkanalysis.report.many import run_many

    start = time.perf_counter()
    said = dict(run_many(numbered, {str(k): k for k in range(N_RUNS)}, workers=4))
    seconds = time.perf_counter() - start
    wrong = [k for k in range(N_RUNS) if said.get(str(k)) != f"{k} {k}"]
    return [(f"{N_RUNS:,} notebook runs, four at a time: lost or mixed {len(wrong)}", f"{seconds:.0f} s", "none", "1")]


def numbered(number: int) -> str:
    """What a notebook says of its parameter, in a cell and in the text."""
    import papermill

    cells = [
        nbformat.v4.new_code_cell("k = 0", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("print(k)"),
    ]
    book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell("{eval}`k`")])
    options = {"engine_name": "fork", "kernel_name": "python3", "language": "python", "progress_bar": False}
    done = papermill.execute_notebook(book, None, {"k": number}, **options).cells
    return f"{done[-2].outputs[0].text.strip()} {done[-1].metadata.user_expressions[0].result.data['text/plain']}"


def rows(name: str, ours: float, jobs: list[Job], aim: str, pages: bool = False) -> Iterator[tuple[str, ...]]:
    """Ours, then the others with how many times as long each takes."""
    yield name, f"{ours:.1f} s", aim, "1"
    few = jobs[:: -(-len(jobs) // SAMPLE)]
    scale = len(jobs) / len(few)
    of = f" ({len(few)} of them, scaled)" if len(few) < len(jobs) else ""
    with tempfile.TemporaryDirectory(prefix="gkbench-") as scratch:
        folder = Path(scratch)
        start = time.perf_counter()
        for k, (notebook, given) in enumerate(few):
            (folder / "given.yml").write_text(
                yaml.safe_dump(own(given, folder / str(k)), allow_unicode=True), encoding="utf-8"
            )
            seconds_of(
                [sys.executable, "-W", "ignore", "-m", "papermill", "--cwd", "notebooks", "--no-progress-bar", "--log-level", "ERROR",
                 "-f", str(folder / "given.yml"), notebook, str(folder / "out.ipynb")]
            )  # fmt: skip
        alone = (time.perf_counter() - start) * scale
        yield f"– `papermill` by hand, one after another{of}", f"{alone:.0f} s", "", ratio(alone, ours)
        if pages:
            page = seconds_of([sys.executable, "-m", "nbconvert", "--to", "html", str(folder / "out.ipynb")])
            alone += page * len(jobs)
            yield (
                "– the same, and a page of each by `nbconvert` (one of them, scaled)",
                f"{alone:.0f} s",
                "",
                ratio(alone, ours),
            )
        for words, mode, parts, chosen in (
            (f"– `papermill.execute_notebook` in one process{of}", "papermill", 1, few),
            (f"– the same in two processes{of}", "papermill", 2, few),
            ("– the floor: the bare cells in two processes that have loaded everything", "floor", 2, jobs),
            ("– the same where all cells also share what was counted", "shared", 2, jobs),
        ):
            taken = at_once(mode, [chosen[k::parts] for k in range(parts)], folder) * len(jobs) / len(chosen)
            yield words, f"{taken:.1f} s", "", ratio(taken, ours)


def at_once(mode: str, parts: list[list[Job]], folder: Path) -> float:
    """The longest of some processes that run at once: of papermill from its start, of bare cells without loading."""
    start, started = time.perf_counter(), []
    for k, jobs in enumerate(parts):
        path = folder / f"{mode}-{k}.json"
        path.write_text(json.dumps([(n, own(g, folder / f"{mode}-{k}-{i}")) for i, (n, g) in enumerate(jobs)]))
        command = [sys.executable, "-m", "benchmarks.runs", mode, str(path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    told = [float(p.communicate()[0].splitlines()[-1]) for p in started]
    return time.perf_counter() - start if mode == "papermill" else max(told)


def own(given: dict[str, Any], out: Path) -> dict[str, Any]:
    """Parameters with a folder of their own."""
    return {**given, "data": "data/raw", "out": str(out)}


def seconds_of(command: list[str]) -> float:
    """Wall time of a command that must end well."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(other: float, ours: float) -> str:
    """How many times as long the other takes."""
    return f"{other / ours:.2g}" if other < 10 * ours else f"{other / ours:.0f}"


def run(mode: str, jobs: list[Job]) -> float:
    """Run jobs one after another; the seconds that they took."""
    if mode == "papermill":
        import papermill

        start = time.perf_counter()
        for notebook, given in jobs:
            papermill.execute_notebook(notebook, f"{given['out']}.ipynb", given, cwd="notebooks", progress_bar=False)
        return time.perf_counter() - start
    from gkanalysis.counts import data
    from gkanalysis.report.chapters import load_libraries

    load_libraries()
    cells = {n: [c for c in nbformat.read(n, as_version=4).cells if c.cell_type == "code"] for n, _ in jobs}
    start = time.perf_counter()
    for notebook, given in jobs:
        if mode == "floor":  # as in a process of its own
            data._frame.cache_clear()
            data._in_state.cache_clear()
        names: dict[str, Any] = {}
        for cell in cells[notebook]:
            exec(cell.source, names)
            names |= given if "parameters" in cell.metadata.get("tags", ()) else {}
    return time.perf_counter() - start


if __name__ == "__main__":
    print(run(sys.argv[1], json.loads(Path(sys.argv[2]).read_text())))
