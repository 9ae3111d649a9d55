"""Measure ours beside plain alternatives in one run and write `benchmarks/RESULTS.md`; asserts nothing.

Usage: make bench (or python -m benchmarks.bench in the folder of the project, after make report)
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import yaml

from benchmarks.runs import bench_chapters, bench_cost, bench_sheets, bench_thousand, ratio, seconds_of

FORMS = Path("data/raw/strukturen-2018/forms")
RESULTS = Path(__file__).with_name("RESULTS.md")
N_FORMS, N_FEW, N_CASES, N_CHAPTERS = 1000, 100, 100_000, 9


def measured(*arguments: str) -> dict:
    """Run one measurement of `benchmarks.measure` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.measure", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def best_of(command: list[str], times: int = 5) -> float:
    """Shortest time of a command in seconds."""
    left_by_make = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    kept = {k: v for k, v in os.environ.items() if k not in left_by_make}
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=kept)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def bench_make() -> list[tuple[str, ...]]:
    """A build with nothing to do, beside what a check that needs pandas would pay before it could look."""
    python = [f"PYTHON={os.environ['PYTHON']}"] if "PYTHON" in os.environ else []
    best_of(["make", "report", *python], times=1)
    ours = best_of(["make", "report", *python])
    plain = best_of([sys.executable, "-c", "import pandas"])
    return [
        ("`make report` with nothing to do", f"{ours:.3f} s", "≤ 0.3 s", "1"),
        ("– `import pandas` alone", f"{plain:.3f} s", "", ratio(plain, ours)),
    ]


def bench_reports() -> list[tuple[str, ...]]:
    """All reports from nothing, beside their own notebooks and renders called one by one."""
    python, reports = os.environ.get("PYTHON", sys.executable), sorted(p.stem for p in Path("reports").glob("*.yml"))
    with tempfile.TemporaryDirectory(prefix="gkbench-") as scratch:
        listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
        for name in filter(None, listed.split("\0")):
            if Path(name).is_file():
                Path(scratch, name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(name, Path(scratch, name))
        ours = best_of(["make", "-C", scratch, "-j2", "reports", f"PYTHON={python}"], times=1)
    every = [
        (r, c["id"])
        for r in reports
        for c in yaml.safe_load(Path(f"reports/{r}.yml").read_text(encoding="utf-8"))["chapters"]
    ]
    few = every[:: -(-len(every) // N_CHAPTERS)]
    alone = sum(seconds_of([python, "-m", "gkanalysis", "chapter", *rc]) for rc in few) * len(every) / len(few)
    alone += sum(seconds_of([python, "-m", "gkanalysis", "finish", r]) for r in reports)
    return [
        ("`make -j2 reports`, everything from nothing", f"{ours:.0f} s", "≤ 60 s", "1"),
        (f"– only its {len(every)} chapters ({len(few)} of them, scaled) and {len(reports)} renders, called one by one", f"{alone:.0f} s", "", ratio(alone, ours)),
    ]  # fmt: skip


def bench_ingest() -> list[tuple[str, ...]]:
    """Forms per second on one core and peak memory, for many forms and for few."""
    shipped = sorted(p for p in FORMS.iterdir() if p.suffix == ".docx")
    with tempfile.TemporaryDirectory(prefix="gkbench-") as scratch:
        folders = {}
        for n in (N_FORMS, N_FEW):
            folders[n] = Path(scratch, str(n))
            folders[n].mkdir()
            for k in range(n):
                shutil.copyfile(shipped[k % len(shipped)], folders[n] / f"{k:04} {shipped[k % len(shipped)].name}")
        many = measured("ingest", str(folders[N_FORMS]), f"{scratch}/out")
        few = measured("ingest", str(folders[N_FEW]), f"{scratch}/out")
        plain = measured("python_docx", str(folders[N_FEW]), f"{scratch}/out")
    speed, plain_speed = (m["forms"] / m["seconds"] for m in (many, plain))
    return [
        (f"ingest of {N_FORMS} forms, one core", f"{speed:.0f} forms/s", "≥ 100 forms/s", "1"),
        (f"– python-docx, texts of the cells only¹ ({N_FEW} of them)", f"{plain_speed:.1f} forms/s", "", ratio(speed, plain_speed)),
        (f"peak memory of the ingest of {N_FORMS} forms", f"{many['peak_mb']:.0f} MB", "does not grow", "1"),
        (f"– of {N_FEW} forms", f"{few['peak_mb']:.0f} MB", "", ratio(few["peak_mb"], many["peak_mb"])),
        (f"– python-docx, {N_FEW} forms", f"{plain['peak_mb']:.0f} MB", "", ratio(plain["peak_mb"], many["peak_mb"])),
    ]  # fmt: skip


def bench_tabulate() -> list[tuple[str, ...]]:
    """A multiple response set of 22 options over 100,000 cases, by type."""
    seconds = {m: measured("multiresponse", m, str(N_CASES))["seconds"] for m in ("ours", "groupby", "crosstab")}
    ours = seconds.pop("ours")
    return [
        ("multiple response set, 22 options, 100,000 cases", f"{ours:.2f} s", "≤ 1.5 s", "1"),
        *((f"– pandas {m}, counts only²", f"{s:.2f} s", "", ratio(s, ours)) for m, s in seconds.items()),
    ]


def bench_survey() -> list[tuple[str, ...]]:
    """A table of answers from file to processed tables, beside reading it into memory."""
    rows: list[tuple[str, ...]] = []
    for n, items, suffix, aim in ((N_CASES, 100, "sav", 60), (N_CASES, 100, "csv", 60), (200, 60, "csv", 3)):
        with tempfile.TemporaryDirectory(prefix="gkbench-") as scratch:
            measured("survey", "draw", scratch, str(n), str(items), suffix)
            plain, ours = (measured("survey", what, scratch) for what in ("read", "build"))
            counted = measured("survey", "count", scratch)["done"] if n == N_CASES else {}
        peak = f", {ours['peak_mb'] / 1000:.1f} GB" if n == N_CASES else ""
        most = ", 2 GB" if n == N_CASES else ""
        rows.append(
            (
                f".{suffix} of {n:,} cases × {items} items to processed tables",
                f"{ours['seconds']:.1f} s{peak}",
                f"≤ {aim} s{most}",
                "1",
            )
        )
        reader = "pyreadstat" if suffix == "sav" else "pandas"
        told = f"{plain['seconds']:.1f} s" + (f", {plain['peak_mb'] / 1000:.1f} GB" if n == N_CASES else "")
        rows.append((f"– {reader}, the file in memory³", told, "", ratio(plain["seconds"], ours["seconds"])))
        if counted:
            rows.append(("– set of 22 options over these tables, by type⁴", f"{counted['set']:.2f} s", "≤ 1.5 s", ""))
    return rows


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def main() -> None:
    """Print the table and keep it."""
    rows = []
    for part in (
        bench_make,
        bench_reports,
        bench_sheets,
        bench_cost,
        bench_chapters,
        bench_thousand,
        bench_ingest,
        bench_tabulate,
        bench_survey,
    ):
        print(f"… {part.__name__}", file=sys.stderr, flush=True)
        rows += part()
    packages = ", ".join(f"{p} {version(p)}" for p in ("pandas", "numpy", "lxml", "pyarrow", "python-docx"))
    table = ["| what | measured | aim | times ours |", "|---|--:|--:|--:|"]
    table += [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join(
        [
            *table,
            "",
            f"One run of `make bench` on {cpu_model()}, {os.cpu_count()} cores; Python {platform.python_version()}, {packages}. "
            "The last column says how many times as long, as slow or as large the alternative is.",
            "",
            "¹ The texts of the cells lack the state of every content control and form field: a ticked box of the kind",
            "that Word draws itself has no text. Nothing is matched to a question and nothing is written.  ",
            "² Counts and bases only: no intervals, no check for unknown states, repeated answers or missing cases.  ",
            "³ Values only: no states, places, filters, register or losses; nothing is written.  ",
            "⁴ After a first table, which reads the ten million responses once for all that follow.",
            "",
        ]
    )
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
