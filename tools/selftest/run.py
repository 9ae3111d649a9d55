"""Proof that the verdict means something: seeded errors that must be found, clean reruns that must stay green.

Each error is made in a copy of a finished project. What it touches is built anew, by the same steps as make in one warm
process: data if it is in what is read, the chapters that it can change, then the report and its page. The checks of
`make verify` run in turn, first those that need no release, and the first that finds something ends it. PDF and Word
are set from the same report and are not set again; a difference that only they could show counts as not found. An
error that changes nothing in the report's folder is none and counts nowhere.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gkanalysis
from gkanalysis.codebook.reports import read_report
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report import assemble, render
from gkanalysis.verify import rebuild, run
from gkanalysis.verify.certificate import settle
from gkanalysis.verify.release import make_manifest
from tools.selftest.mutants import Mutant, draw_mutants, draw_settings

KINDS = {
    "direction": "direction of a comparison or rank in the text",
    "scale": "another word of the scale",
    "number_word": "a typed number in words",
    "prose": "a number retyped in prose",
    "year": "a year of the text",
    "code": "a code of another theme",
    "item": "the neighbouring question",
    "group": "Kreis and Stadt exchanged",
    "quotes": "two quotations exchanged",
    "base": "a base line",
    "source": "a source line",
    "title": "title, authors or date of the report",
    "labels": "labels of two answers, codes or types exchanged",
    "label": "a letter of a label in a codebook",
    "swap": "two ids or labels of a list exchanged",
    "constant": "a constant in a codebook",
    "count": "a count that counts wrong",
    "reader": "a tick read wrong",
    "rounding": "rounding rule",
    "tail": "tail of a test or interval, correction",
    "coefficient": "agreement of coders",
    "sign": "paired differences: sign, tail, correction",
    "alt": "alternative text",
    "bar": "length of a bar, place of a dot",
    "published": "a published figure",
    "figure": "a byte of a figure",
    "delivered": "a delivered file",
    "tick": "a tick in a received form, and its hash",
    "register": "a row or cell of the register, and its hash",
    "manifest": "a table cell of the release",
}
RECEIVED = ("tick", "register", "manifest")  # what came in, or the release itself: only another record of it can tell
SECTIONS = {
    "build": "refused", "account": "forms read again", "seen": "page as read", "published": "published",
    "contradiction": "published", "trace": "counted again", "delivered": "delivered", "input": "inputs", "output": "outputs",
}  # fmt: skip
FIRST = ("build", "account", "seen", "published", "contradiction", "trace", "delivered")  # need no release
Found = dict[str, str]  # section -> its first open finding; „none“: nothing in the report is another


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

    def without_release(self, received: bool = False) -> tuple[int, int]:
        """How many mutants are found, or impossible, without a release; of how many that change something."""
        own = [f for m, f in self.found if "none" not in f and (m.kind in RECEIVED) == received]
        return sum(bool(f.keys() & {*FIRST}) for f in own), len(own)


def table(result: SelfTest) -> str:
    """The result as Markdown: one row per kind of mutant, one for the clean reruns, then what to look at."""
    columns = list(dict.fromkeys(SECTIONS.values()))
    head = ["what was changed", "mutants", "found at a first release", "found with one", *columns]
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    own = [k for k in KINDS if k not in RECEIVED]
    groups = [(KINDS[k], [k]) for k in own] + [("**all of these**", own)]
    groups += [(KINDS[k], [k]) for k in RECEIVED] + [("**all**", list(KINDS))]
    for label, kinds in groups:
        found = [f for m, f in result.found if m.kind in kinds and "none" not in f]
        if not found:
            continue
        by = Counter(SECTIONS[next(s for s in SECTIONS if s in f)] for f in found if f)
        first = sum(bool(f.keys() & {*FIRST}) for f in found)
        cells = [
            len(found),
            f"{first} ({100 * first // len(found)} %)",
            sum(map(bool, found)),
            *(by[c] for c in columns),
        ]
        lines.append(f"| {label} | {' | '.join(map(str, cells))} |")
    red, none = sum(bool(f) for _, f in result.reruns), sum("none" in f for _, f in result.found)
    lines += [
        "",
        f"Drawn with seed {result.seed}; {none} more changed nothing that the report prints or lists. "
        f"Clean reruns: {len(result.reruns)}, of which {red} turned red.",
        "",
        "<!-- more -->",
    ]
    for title, names in (
        ("Stayed green", result.survivors),
        (
            "Found with a release only",
            [f"{m.kind}: {m} ({next(iter(f))})" for m, f in result.found if f and not f.keys() & {*FIRST, "none"}],
        ),
        (
            "Refused without a German sentence",
            [f"{m.kind}: {m} ({f['crash']})" for m, f in result.found if "crash" in f],
        ),
        ("Changed nothing", [f"{m.kind}: {m}" for m, f in result.found if "none" in f]),
    ):
        if names:
            lines += ["", f"{title}:", "", *(f"- {n}" for n in names)]
    return "\n".join(lines) + "\n"


# Beginnings of the names under which a check that could not run, or an acceptance without a finding, is reported.
PROBLEMS = {
    "inputs": "input", "fassung": "input", "manifest": "output", "trace": "trace", "account": "account", "seen": "seen",
    "relations": "contradiction", "beziehung-": "contradiction", "widerspruch:": "contradiction", "delivered": "delivered",
}  # fmt: skip
_ORDER: list[tuple[Callable[[Any], Any], Any]] = []


@dataclass(frozen=True)
class Stand:
    """A finished build with its manifest and what verification says of it."""

    root: Path
    report: str

    @property
    def manifest(self) -> Path:
        """The manifest of this build."""
        return self.root / "reports" / f"{self.report}.manifest.json"


def self_test(root: Path, reports: Sequence[str], kinds: Sequence[str] = tuple(KINDS), **options: Any) -> SelfTest:
    """Build reports, draw mutants of each, verify each one, and rerun the builds without any change; see `examine`.

    Kinds of which the first report has no place are drawn of the others.
    """
    if not hasattr(os, "fork"):
        raise VerificationError("Die Selbstprüfung läuft nur unter Linux und macOS; unter Windows bitte WSL verwenden.")
    made: list[SelfTest] = []
    for k, report in enumerate(reports):
        own = [x for x in kinds if (x in ELSEWHERE) == bool(k)]
        if own or not k:
            with rebuild.rebuilt_report(root, report) as folder:
                shutil.copytree(root / "data/published", folder.parents[1] / "data/published")
                made.append(examine(folder, **options | {"kinds": own, "clean": 0 if k else options["clean"]}))
    return SelfTest(made[0].seed, [f for m in made for f in m.found], [r for m in made for r in m.reruns])


ELSEWHERE = frozenset(["sign"])  # the report of the first year prints no difference


def examine(
    folder: Path, *, mutants: int, clean: int, seed: int = 1, jobs: int = 2, kinds: Sequence[str] = tuple(KINDS),
    say: Callable[[str], None] = lambda _: None, keep: Callable[[SelfTest], None] = lambda _: None,
) -> SelfTest:  # fmt: skip
    """Do the self-test with the outputs of a report, whose published figures lie in its project.

    `mutants` of each kind, `clean` reruns; the same seed draws the same ones. `jobs` mutants at a time, a rerun has the
    machine for itself; `say` takes a German sentence on how far it is, `keep` what is known so far. A manifest is written beside `folder`.
    """
    import_everything()
    stand = Stand(folder.parents[1], folder.name)
    content = make_manifest(folder, stand.report, gkanalysis.__version__, stand.root, versions=rebuild.versions())
    stand.manifest.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    drawn = draw_mutants(stand.root, stand.report, mutants, seed, kinds)
    [opened] = _in_children(_control, [stand], 1)
    if opened:
        raise VerificationError(
            f"Schon ohne Änderung ist die Prüfung von „{stand.report}“ nicht grün ({'; '.join(opened.values())}); bitte zuerst „make verify“ in Ordnung bringen."
        )

    def done(found: Sequence[Found]) -> None:
        say(f"{len(found)} von {len(drawn)} Änderungen geprüft.")
        keep(SelfTest(seed, list(zip(drawn, found, strict=False)), []))

    found = _in_children(_try_mutant, [(stand, m) for m in drawn], jobs, done)
    settings = list(draw_settings(clean, seed))
    reruns = _in_children(
        _rerun,
        [(stand, s) for s in settings],
        1,
        lambda made: say(f"{len(made)} von {clean} Neubauten ohne Änderung geprüft."),
    )
    return SelfTest(seed, list(zip(drawn, found, strict=True)), list(zip(settings, reruns, strict=True)))


def judge(root: Path, stand: Stand, sections: Sequence[str]) -> Found:
    """First open finding of some checks of `make verify` on a built project; `delivered` compares with the stand."""
    report, paths = read_report(root, stand.report), ProjectPaths.of(root, Path("data/raw"))
    rows: list[dict[str, Any]] = []
    for name, check in run.checks(report, paths, root / "reports" / stand.report).items():
        if PROBLEMS.get(name, name) in sections:
            try:
                rows += run.collect(name, check)
            except Exception as error:  # make verify would end here, without a sentence
                rows.append(
                    {
                        "section": "problem",
                        "id": name,
                        "verdict": "problem",
                        "message": _crash(error),
                        "crash": _crash(error),
                    }
                )
    return _open(rows, root, stand.report)


def _try_mutant(task: tuple[Stand, Mutant]) -> Found:
    """Make one mutant in a copy of its own and say which check finds it first."""
    stand, mutant = task
    with tempfile.TemporaryDirectory(dir=stand.root.parent) as scratch:
        root = Path(scratch) / "projekt"
        shutil.copytree(stand.root, root, ignore=shutil.ignore_patterns("src", "tools", "__pycache__"))
        mutant.apply(root)
        target = root / "reports" / stand.report
        if mutant.kind == "published":
            return judge(root, stand, ("published", "contradiction"))
        if mutant.kind == "manifest":
            return judge(root, stand, ("output",))
        if mutant.kind in ("delivered", "figure"):
            rows = run.collect("delivered", lambda: run.delivered_rows(target, stand.root / "reports" / stand.report))
            return _open(rows, root, stand.report)
        try:
            found = _rebuild(root, stand, mutant)
        except GkError as error:
            return {"build": str(error)}
        except Exception as error:
            return {"build": _crash(error), "crash": _crash(error)}
        found = (
            found
            or judge(root, stand, ("seen", "published"))
            or judge(root, stand, ("trace",))
            or _disclosed(root, stand)
        )
        if not found:
            same = (
                make_manifest(target, "", "")["outputs"]
                == make_manifest(stand.root / "reports" / stand.report, "", "")["outputs"]
            )
            found = (
                {"none": "same outputs"} if same else judge(root, stand, ("input",)) or judge(root, stand, ("output",))
            )
        return found


def _rebuild(root: Path, stand: Stand, mutant: Mutant) -> Found:
    """Build anew what a mutant can change; what the second reading of the forms finds ends it."""
    from gkanalysis.pipeline import build_interim, build_processed, build_register
    from gkanalysis.report.chapters import run_chapters

    os.chdir(root)
    os.environ["MAKEFLAGS"] = "--jobserver-auth=0"  # the cores are handed out here: chapters run in this process
    report, paths = read_report(root, stand.report), ProjectPaths.of(root, Path("data/raw"))
    reads, target = getattr(mutant, "reads", ""), root / "reports" / stand.report
    if reads or mutant.path.startswith("data/"):
        build_register(paths)
        for source in report.sources:
            own = (
                reads == source
                or mutant.path.startswith(f"data/raw/{source}/")
                or paths.codebook(source) == root / mutant.path
            )
            if own or (
                not (reads or ("codebook" in mutant.path and mutant.path != "data/codebook/register.yml"))
                and "data/raw/register" not in mutant.path
            ):
                build_interim(paths, source)
            build_processed(paths, source)
        if found := judge(root, stand, ("account",)):
            return found
    chapters = getattr(mutant, "chapters", ("*",))
    for _ in (
        run_chapters(report, paths, "data/raw", [c.id for c in report.chapters] if chapters == ("*",) else chapters)
        if chapters
        else ()
    ):
        pass  # each line is for a log
    with _unchecked():
        assemble.assemble_report(report, paths)
        render.render_report(report, paths, ("html",))
    for name in ("herkunft", "weitergabe"):  # made of the same numbers at the end of a build, and slow
        shutil.copytree(stand.root / "reports" / stand.report / name, target / name, dirs_exist_ok=True)
    return {}


@contextmanager
def _unchecked() -> Iterator[None]:
    """Leave out the check of disclosure, which takes longest; it follows where nothing else finds a mutant."""
    places = ((assemble, "check_exhibits"), (render, "check_files"))
    right = [getattr(module, name) for module, name in places]
    for module, name in places:
        setattr(module, name, lambda *_, **__: [])
    try:
        yield
    finally:
        for (module, name), function in zip(places, right, strict=True):
            setattr(module, name, function)


def _disclosed(root: Path, stand: Stand) -> Found:
    """What the check of disclosure says of a report that is built."""
    report, paths = read_report(root, stand.report), ProjectPaths.of(root, Path("data/raw"))
    try:
        assemble.assemble_report(report, paths)
        render.render_report(report, paths, ("html",))
    except GkError as error:
        return {"build": str(error)}
    return {}


def _control(stand: Stand) -> Found:
    """The way of every mutant without a change: must be green in every check."""
    with tempfile.TemporaryDirectory(dir=stand.root.parent) as scratch:
        root = Path(scratch) / "projekt"
        shutil.copytree(stand.root, root, ignore=shutil.ignore_patterns("src", "tools", "__pycache__"))
        return _rebuild(root, stand, Mutant("", "data/raw/", "", bytes)) | judge(root, stand, tuple(SECTIONS))


def _rerun(task: tuple[Stand, dict[str, str]]) -> Found:
    """Build once more in other surroundings, with make, and compare."""
    stand, settings = task
    rebuild.SETTINGS.update({k: v for k, v in settings.items() if k != "jobs"})  # in this child only
    try:
        with rebuild.rebuilt_report(stand.root, stand.report, jobs=int(settings["jobs"])) as folder:
            root = folder.parents[1]
            shutil.copytree(stand.root / "data/published", root / "data/published")
            shutil.copy(stand.manifest, root / "reports")
            return judge(root, stand, tuple(SECTIONS))
    except GkError as error:
        return {"build": str(error)}


def _open(rows: Sequence[dict[str, Any]], root: Path, report: str) -> Found:
    """First open finding of each section."""
    accepted = run.read_accepted(root / "data/published" / f"{report}.accepted.yml")
    judged = {row["section"] for row in rows}
    accepted = [
        a for a in accepted if ("contradiction" if a["id"].startswith("widerspruch:") else "published") in judged
    ]
    found: Found = {}
    for row in settle(rows, accepted):
        if row["status"] != "open":
            continue
        section = row["section"]
        if section == "problem":
            section = next((s for name, s in PROBLEMS.items() if row["id"].startswith(name)), "published")
        found.setdefault(section, f"{row['id']}: {row['message'] or row['verdict']}")
        if "crash" in row:
            found.setdefault("crash", row["crash"])
    return found


def _crash(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _in_children(
    work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int, done: Callable[[Sequence[Any]], None] = lambda _: None
) -> list[Any]:
    """Do each task in a process of its own, forked with everything imported, `jobs` at a time."""
    _ORDER[:] = [(work, task) for task in tasks]  # inherited by the children: edits cannot be sent
    results = []
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        for result in pool.imap(_do, range(len(tasks))):
            results.append(result)
            done(results)
    return results


def _do(number: int) -> Any:
    work, task = _ORDER[number]
    return work(task)


def import_everything() -> None:
    """Import all that the steps import on their way, so that a forked child has it."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    from gkanalysis.report.chapters import load_libraries

    for name in ("papermill", "pypandoc", "typst"):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(gkanalysis.__path__, "gkanalysis."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    load_libraries()
