"""Proof that the verdict means something: seeded mutants that must be found, clean reruns that must stay green.

One verification works as it always does: a clean build in an empty folder, compared with a manifest. Here the
manifest is made from such a build, and each mutant is a copy of the project with one change. It is built anew, by
the same steps as make in one warm process, and goes through the same checks. Only what a change cannot touch is
not checked again: published figures against each other where none changed, the build where no input changed. The
page of origins is not written again, so what could be found by it alone counts as not found.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pkgutil
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gkanalysis
from gkanalysis.codebook.reports import read_report
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.verify import rebuild, run
from gkanalysis.verify.certificate import settle
from gkanalysis.verify.release import make_manifest
from tools.selftest.mutants import Mutant, draw_mutants, draw_settings

KINDS = {
    "tick": "a tick in a form",
    "register": "a row or cell of the register",
    "label": "a letter of a label in a codebook",
    "constant": "a constant in a codebook",
    "swap": "two options or items swapped",
    "published": "a published figure",
    "manifest": "a committed table cell",
    "figure": "a byte in a figure",
    "prose": "a number retyped in prose",
    "count": "a count that counts wrong",
}
SECTIONS = {
    "build": "build refuses",
    "output": "outputs",
    "trace": "trace",
    "account": "accounts",
    "published": "published",
    "contradiction": "contradictions",
    "input": "inputs",
}
NOT_INPUT = SECTIONS.keys() - {"input"}
Found = dict[str, str]  # section -> its first open finding; also „number“ (an output of numbers) and „crash“


@dataclass(frozen=True)
class SelfTest:
    """What was found of which mutant, and what was found in clean reruns."""

    seed: int
    found: list[tuple[Mutant, Found]]
    reruns: list[tuple[dict[str, str], Found]]

    @property
    def survivors(self) -> list[str]:
        """Mutants that stayed green and reruns that did not, in words."""
        green = [f"{m.kind}: {m} stays green" for m, found in self.found if not found]
        return green + [f"clean rerun {s}: {f}" for s, f in self.reruns if f]


def table(result: SelfTest) -> str:
    """The result as Markdown: one row per kind of mutant, one for the clean reruns, then what to look at."""
    head = [
        "what was changed",
        "mutants",
        "found",
        "without „inputs“",
        "in a number",
        *SECTIONS.values(),
        "stayed green",
    ]
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    for kind, label in [*KINDS.items(), ("", "**all**")]:
        found = [f for m, f in result.found if kind in ("", m.kind)]
        counts = Counter(section for f in found for section in f)
        cells = [
            len(found),
            sum(map(bool, found)),
            sum(bool(f.keys() & NOT_INPUT) for f in found),
            counts["number"],
        ]
        cells += [*(counts[s] for s in SECTIONS), sum(not f for f in found)]
        lines.append(f"| {label} | {' | '.join(map(str, cells))} |")
    red = sum(bool(f) for _, f in result.reruns)
    lines += [
        "",
        f"Clean reruns: {len(result.reruns)}, of which {red} turned red. Seed {result.seed}.",
        "",
        "<!-- more -->",
    ]
    for title, names in (
        ("Stayed green", result.survivors),
        (
            "Found by the hashes of the inputs only",
            [f"{m.kind}: {m}" for m, f in result.found if f and not f.keys() & NOT_INPUT],
        ),
        (
            "Refused without a German sentence",
            [f"{m.kind}: {m} ({f['crash']})" for m, f in result.found if "crash" in f],
        ),
    ):
        if names:
            lines += ["", f"{title}:", "", *(f"- {n}" for n in names)]
    return "\n".join(lines) + "\n"


BUILT = frozenset({"tick", "register", "label", "constant", "swap", "prose", "count"})  # kinds that need a new build
# Beginnings of the names under which a check that could not run, or an acceptance without a finding, is reported.
PROBLEMS = {
    "inputs": "input", "fassung": "input", "manifest": "output", "trace": "trace", "account": "account",
    "relations": "contradiction", "beziehung-": "contradiction", "widerspruch:": "contradiction",
}  # fmt: skip
_ORDER: list[tuple[Callable[[Any], Any], Any]] = []


@dataclass(frozen=True)
class Stand:
    """A finished build with its manifest and what verification says of it."""

    root: Path
    report: str
    clean: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def manifest(self) -> Path:
        """The manifest of this build."""
        return self.root / "reports" / f"{self.report}.manifest.json"


def self_test(root: Path, report: str, **options: Any) -> SelfTest:
    """Build a report, draw mutants of it, verify each one, and rerun the build without any change; see `examine`."""
    if not hasattr(os, "fork"):
        raise VerificationError("Die Selbstprüfung läuft nur unter Linux und macOS; unter Windows bitte WSL verwenden.")
    with rebuild.rebuilt_report(root, report) as folder:
        shutil.copytree(root / "data/published", folder.parents[1] / "data/published")
        return examine(folder, **options)


def examine(
    folder: Path,
    *,
    mutants: int,
    clean: int,
    seed: int = 1,
    jobs: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> SelfTest:
    """Do the self-test with the outputs of a report, whose published figures lie in its project.

    `mutants` of all kinds together, `clean` reruns; the same seed draws the same ones. `jobs` mutants at a time, a rerun
    has the machine for itself; `say` takes a German sentence on how far it is. A manifest is written beside `folder`.
    """
    import_everything()
    stand = Stand(folder.parents[1], folder.name)
    content = make_manifest(folder, stand.report, gkanalysis.__version__, stand.root)
    stand.manifest.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    drawn = draw_mutants(stand.root, stand.report, mutants, seed)
    [rows] = _in_children(_control, [stand], 1)
    opened = _open(rows, stand.root, stand.report)
    if opened:
        raise VerificationError(
            f"Schon ohne Änderung ist die Prüfung von „{stand.report}“ nicht grün ({'; '.join(opened.values())}); bitte zuerst „make verify“ in Ordnung bringen."
        )
    stand = Stand(stand.root, stand.report, rows)
    found = _in_children(
        _try_mutant,
        [(stand, m) for m in drawn],
        jobs,
        lambda n: say(f"{n} von {len(drawn)} Änderungen geprüft."),
    )
    settings = list(draw_settings(clean, seed))
    reruns = _in_children(
        _rerun,
        [(stand, s) for s in settings],
        1,
        lambda n: say(f"{n} von {clean} Neubauten ohne Änderung geprüft."),
    )
    return SelfTest(seed, list(zip(drawn, found, strict=True)), list(zip(settings, reruns, strict=True)))


def judge(root: Path, stand: Stand, sections: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Run the checks of `make verify` on a built project; sections that are not asked for are taken from `stand`."""
    report = read_report(root, stand.report)
    checks = run.checks(report, ProjectPaths.of(root, Path("data/raw")), root / "reports" / stand.report)
    rows = dict(stand.clean)
    for name, check in checks.items():
        section = PROBLEMS.get(name, name)
        if section in sections:
            try:
                rows[section] = run.collect(name, check)
            except Exception as error:  # make verify would end here, without a sentence
                said = _crash(error)
                row = {"section": "problem", "id": name, "verdict": "problem", "message": said, "crash": said}
                rows[section] = [row]
    return rows


def _try_mutant(task: tuple[Stand, Mutant]) -> Found:
    """Make one mutant in a copy of its own and say which sections find it."""
    stand, mutant = task
    with tempfile.TemporaryDirectory(dir=stand.root.parent) as scratch:
        root = _copy(stand, Path(scratch) / "projekt", built=mutant.kind not in BUILT)
        mutant.apply(root)
        if mutant.kind not in BUILT:
            sections = ("published", "contradiction") if mutant.kind == "published" else ("output",)
            return _open(judge(root, stand, sections), root, stand.report)
        found: Found = {}
        try:
            _build(root, stand)
        except GkError as error:
            found["build"] = str(error)
        except Exception as error:
            found["build"] = found["crash"] = _crash(error)
        sections = ("input",) if found else ("input", "output", "trace", "account", "published")
        return found | _open(judge(root, stand, sections), root, stand.report)


def _rerun(task: tuple[Stand, dict[str, str]]) -> Found:
    """Build once more in other surroundings, with make, and compare."""
    stand, settings = task
    rebuild.SETTINGS.update({k: v for k, v in settings.items() if k != "jobs"})  # in this child only
    try:
        with rebuild.rebuilt_report(stand.root, stand.report, jobs=int(settings["jobs"])) as folder:
            root = folder.parents[1]
            shutil.copytree(stand.root / "data/published", root / "data/published")
            shutil.copy(stand.manifest, root / "reports")
            return _open(judge(root, stand, tuple(SECTIONS)), root, stand.report)
    except GkError as error:
        return {"build": str(error)}


def _control(stand: Stand) -> Any:
    """The way of every mutant without a change: must be the same as the build by make."""
    with tempfile.TemporaryDirectory(dir=stand.root.parent) as scratch:
        root = _copy(stand, Path(scratch) / "projekt", built=False)
        _build(root, stand)
        return judge(root, stand, tuple(SECTIONS))


def _build(root: Path, stand: Stand) -> None:
    build_report(root, stand.report)
    for name in ("herkunft.html", "herkunft", "weitergabe"):  # slow, and the section „trace“ traces the same numbers
        origin, target = (r / "reports" / stand.report / name for r in (stand.root, root))
        if origin.is_dir():
            shutil.copytree(origin, target, dirs_exist_ok=True)
        elif origin.exists():
            shutil.copy(origin, target)


def _open(rows: dict[str, list[dict[str, Any]]], root: Path, report: str) -> Found:
    """First open finding of each section; `number` if a table, a value or a list is among the outputs that differ."""
    accepted = run.read_accepted(root / "data/published" / f"{report}.accepted.yml")
    found: Found = {}
    for row in settle([r for section in rows.values() for r in section], accepted):
        if row["status"] != "open":
            continue
        section = row["section"]
        if section == "problem":
            section = next((s for name, s in PROBLEMS.items() if row["id"].startswith(name)), "published")
        found.setdefault(section, f"{row['id']}: {row['message'] or row['verdict']}")
        if "crash" in row:
            found.setdefault("crash", row["crash"])
        if section == "output" and row["id"].endswith((".csv", ".json")):
            found.setdefault("number", row["id"])
    return found


def _crash(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _copy(stand: Stand, target: Path, *, built: bool) -> Path:
    """Copy the project with or without what was built; the code is the one that runs here."""
    left_out = [
        "src",
        "tools",
        "build",
        "__pycache__",
        *([] if built else [stand.report, "*.parquet", "*.ok"]),
    ]
    shutil.copytree(stand.root, target, ignore=shutil.ignore_patterns(*left_out))
    return target


def _in_children(
    work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int, done: Callable[[int], None] = lambda _: None
) -> list[Any]:
    """Do each task in a process of its own, forked with everything imported, `jobs` at a time."""
    _ORDER[:] = [(work, task) for task in tasks]  # inherited by the children: edits cannot be sent
    results = []
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        for result in pool.imap(_do, range(len(tasks))):
            results.append(result)
            done(len(results))
    return results


def _do(number: int) -> Any:
    work, task = _ORDER[number]
    return work(task)


def build_report(root: Path, report_id: str) -> None:
    """Build a report in this process and below `root`, which becomes the working directory.

    All but the page of origins, which takes as long as the rest.
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
    render_report(report, paths)


def import_everything() -> None:
    """Import all that the steps import on their way, so that a forked child has it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    for name in ("papermill", "pypandoc", "typst"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(gkanalysis.__path__, "gkanalysis."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
