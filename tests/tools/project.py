"""Copies of the project in which tests call the real make, with the interpreter that runs the tests."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
REPORT = "zwischenbericht-2019"
FORMS = "data/raw/strukturen-2018/forms"

# What a calling make or shell has set must not reach the make under test.
INHERITED = [
    "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "DATA", "REPORT", "PYTHON", "BASE_PYTHON", "PYTHONPATH",
]  # fmt: skip


def copy_project(target):
    """Copy every file of the project that git knows or would take, with its times; returns the folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def once(factory, name, build):
    """A folder that `build` fills: made by the first process of a run of tests that asks for it, and only read."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            build(folder.with_suffix(".new"))
            folder.with_suffix(".new").rename(folder)
    return folder


@contextmanager
def change_yaml(path):
    """The content of a YAML file, written back as the caller leaves it."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    yield content
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def keep_report(folder, report, sources, chapters=()):
    """Take from a copy of the project all other reports and chapters, and all received data but these sources."""
    for path in (folder / "reports").glob("*.yml"):
        if path.stem != report:
            path.unlink()
    for path in (folder / "data/raw").iterdir():
        if path.is_dir() and path.name not in ("register", *sources):
            shutil.rmtree(path)
    if chapters:
        with change_yaml(folder / f"reports/{report}.yml") as kept:
            kept["chapters"] = [c for c in kept["chapters"] if c["id"] in chapters]
        with change_yaml(
            folder / "data/codebook/disclosure.yml"
        ) as policy:  # what only other chapters print is no exception
            policy["unweighed"] = [u for u in policy["unweighed"] if "uebersicht" not in u["exhibit"]]


def environment(**changes):
    """The environment for make: the caller's without what another make left there."""
    kept = {k: v for k, v in os.environ.items() if k not in INHERITED}
    return kept | changes


def make_command(*arguments, python=sys.executable):
    """The words of a call of make; an empty `python` leaves the choice of the interpreter to the Makefile."""
    return ["make", "--no-print-directory", *arguments, *([f"PYTHON={python}"] if python else [])]


def make(folder, *arguments, python=sys.executable, fails=False, **variables):
    """Run make in a copy and return all it printed; `fails` says that it must end with an error."""
    result = subprocess.run(
        make_command(*arguments, python=python),
        cwd=folder, env=environment(**variables), text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert bool(result.returncode) == fails, result.stdout
    return result.stdout


def steps(output):
    """What make ran, as the words after `-m gkanalysis` without the data folder, in order.

    The step that computes chapters is followed by one `chapter REPORT CHAPTER` for each that it computed, the one that
    judges a source by `read SOURCE` if it read it anew.
    """
    done = r"-m gkanalysis (.+?) --data \S+$|^(\S+): Kapitel (\S+) gerechnet|^(\S+): \d+ \S+ gelesen\.$"
    found = re.findall(done, output, re.MULTILINE)
    return [
        step or (f"read {source}" if source else f"chapter {report} {chapter}")
        for step, report, chapter, source in found
    ]


def rewrite_form(path, change, part="word/document.xml"):
    """Replace one part of a Word file by what `change` makes of its text."""
    with zipfile.ZipFile(path) as archive:
        parts = [(i, archive.read(i)) for i in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in parts:
            if info.filename == part:
                content = change(content.decode("utf-8")).encode("utf-8")
            archive.writestr(info, content)


def unmark(path):
    """Take from a form, spreadsheet or QDA project the mark by which it calls itself invented."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        parts = {"docProps/core.xml", "project.qde"} & set(archive.namelist())
    for part in parts:
        rewrite_form(path, lambda text: re.sub("synthetisch", "eingegangen", text, flags=re.IGNORECASE), part)
