"""State files for make: they change with the content of their own part of the folder, and with nothing else."""

import os
import subprocess
import sys
import unicodedata

import pytest

from forms import ROOT
from gkanalysis.core.rawstate import StateError, update_states

FORM = "strukturen-2018/forms/Bögen Ä (neu).docx"
FILES = {
    "dataset.yml": "title: T",
    "strukturen-2018/eingang.csv": "a",
    FORM: "b",
    "umfrage-2019/liste.csv": "c",
}


@pytest.fixture
def folder(tmp_path):
    """A data folder whose files are old enough to be known by their times."""
    for name, text in FILES.items():
        put(tmp_path / "raw" / name, text)
    return tmp_path


def put(path, text, age=100):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


def changed(folder, change):
    """Names of the state files that a change rewrites; gone ones carry a minus."""
    target = folder / "state"

    def read():
        files = (p for p in target.rglob("*") if p.is_file() and p.name != ".seen")
        return {p.relative_to(target).as_posix(): (p.read_bytes(), p.stat().st_ino) for p in files}

    update_states(str(folder / "raw"), str(target))
    before = read()
    change(folder / "raw")
    update_states(str(folder / "raw"), str(target))
    after = read()
    return {n for n in after if after[n] != before.get(n)} | {f"-{n}" for n in before if n not in after}


@pytest.mark.parametrize(
    ("change", "states"),
    [
        (lambda raw: None, set()),
        (lambda raw: os.utime(raw / FORM), set()),
        (lambda raw: put(raw / FORM, "b", age=5), set()),
        (lambda raw: put(raw / FORM, "x"), {"all", "strukturen-2018/forms"}),
        (lambda raw: (raw / FORM).rename(raw / "strukturen-2018/forms/b.docx"), {"all", "strukturen-2018/forms"}),
        (lambda raw: (raw / FORM).rename(raw / unicodedata.normalize("NFD", FORM)), {"all", "strukturen-2018/forms"}),
        (lambda raw: put(raw / "strukturen-2018/forms/neu.docx", "n"), {"all", "strukturen-2018/forms"}),
        (lambda raw: (raw / FORM).unlink(), {"all", "-strukturen-2018/forms"}),
        (lambda raw: put(raw / "strukturen-2018/eingang.csv", "x"), {"all", "strukturen-2018/lists"}),
        (lambda raw: put(raw / "dataset.yml", "title: U"), {"all", "dataset"}),
        (lambda raw: put(raw / "umfrage-2019/liste.csv", "x"), {"all", "umfrage-2019/lists"}),
    ],
    ids=["nothing", "touched", "same again", "content", "renamed", "composed", "added", "removed", "list", "dataset", "other"],
)  # fmt: skip
def test_changes(folder, change, states):
    """Content, name, arrival and removal of a file reach the state of its own part; its times reach nothing."""
    assert changed(folder, change) == states


@pytest.mark.parametrize(
    ("name", "said"), [("fehlt", "gibt es nicht"), ("raw/umfrage-2019", "fehlt „dataset.yml“")]
)
def test_no_data_folder(folder, name, said):
    """A folder that is missing or is none of received data is named."""
    with pytest.raises(StateError, match=said):
        update_states(str(folder / name), str(folder / "state"))


def test_runs_before_there_is_an_environment(folder):
    """make runs it with any Python, isolated and without site packages; an error is one line and a status."""
    script = [sys.executable, "-I", "-S", "-X", "utf8", str(ROOT / "src/gkanalysis/core/rawstate.py")]
    run = subprocess.run([*script, "raw", "state"], cwd=folder, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert (folder / "state/strukturen-2018/forms").is_file()
    run = subprocess.run([*script, "fehlt", "state"], cwd=folder, capture_output=True, encoding="utf-8")
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout == "Den Ordner „fehlt“ gibt es nicht; bitte DATA prüfen\n"
