"""State files for make: they change with the content of their own part of folder and project, and with nothing else."""

import os
import re
import shutil
import subprocess
import sys
import unicodedata

import pandas as pd
import pytest

from forms import ROOT
from gkanalysis.core.rawstate import StateError, claim_build, drop_damaged, main, update_states

FORM = "raw/strukturen-2018/forms/Bögen Ä (neu)\t.docx"
FILES = {
    "raw/dataset.yml": "title: T", "raw/strukturen-2018/eingang.csv": "a", FORM: "b",
    "raw/umfrage-2019/liste.csv": "c", "src/gkanalysis/teil/modul.py": "d", "data/codebook/strukturen.yml": "e",
    "reports/eins.yml": "f", "notebooks/01.ipynb": "g",
}  # fmt: skip
BOOK, NEW = (f"project/data/codebook/{name}.yml" for name in ("strukturen", "neu"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project with a data folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        put(tmp_path / name, text)
    return tmp_path


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def states(folder):
    files = (p for p in (folder / "state").rglob("*") if p.is_file())
    return {p.relative_to(folder / "state").as_posix(): (p.read_bytes(), p.stat().st_ino) for p in files}


def same_times(path, text):
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=times)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: None, ""),
        (lambda f: os.utime(f / FORM), ""),
        (lambda f: put(f / FORM, "b"), ""),
        (lambda f: put(f / FORM, "x"), "all strukturen-2018/forms"),
        (lambda f: same_times(f / FORM, "x"), "all strukturen-2018/forms"),
        (lambda f: (f / FORM).rename(f / "raw/strukturen-2018/forms/b.docx"), "all strukturen-2018/forms"),
        (lambda f: (f / FORM).rename(f / unicodedata.normalize("NFD", FORM)), "all strukturen-2018/forms"),
        (lambda f: put(f / "raw/strukturen-2018/forms/neu.docx", "n"), "all strukturen-2018/forms"),
        (lambda f: (f / FORM).unlink(), "-strukturen-2018/forms all layout"),
        (lambda f: put(f / "raw/strukturen-2018/eingang.csv", "x"), "all strukturen-2018/lists"),
        (lambda f: put(f / "raw/dataset.yml", "title: U"), "all dataset"),
        (lambda f: put(f / "raw/umfrage-2019/liste.csv", "x"), "all umfrage-2019/lists"),
        (lambda f: put(f / "raw/neu-2020/liste.csv", "x"), "all layout neu-2020/lists"),
        (lambda f: put(f / "raw/online-2024/forms/a.csv", "x"), "all layout online-2024/forms online-2024/lists"),
        (lambda f: put(f / "src/gkanalysis/teil/modul.py", "x"), "code"),
        (lambda f: (f / "src/gkanalysis/teil/modul.py").unlink(), "code"),
        (lambda f: put(f / "src/gkanalysis/teil/__pycache__/modul.pyc", "x"), ""),
        (lambda f: (f / "data/codebook/strukturen.yml").rename(f / "data/codebook/neu.yml"), f"-{BOOK} layout {NEW}"),
        (lambda f: put(f / "data/codebook/strukturen.yml", "x"), f"layout {BOOK}"),
        (lambda f: put(f / "reports/eins.yml", "x"), "layout project/reports/eins.yml"),
        (lambda f: put(f / "reports/eins/eins.html", "x"), ""),
        (lambda f: put(f / "notebooks/01.ipynb", "x"), "project/notebooks/01.ipynb"),
        (lambda f: (f / "notebooks/01.ipynb").unlink(), "-project/notebooks/01.ipynb layout"),
    ],
)
def test_changes(folder, change, expected):
    """Content, name, arrival and removal of a file reach the state of its own part; its times reach nothing."""
    update_states("raw", "state")
    before = states(folder)
    change(folder)
    update_states("raw", "state")
    after = states(folder)
    changed = {n for n in after if after[n] != before.get(n)} | {f"-{n}" for n in before if n not in after}
    assert changed == set(expected.split())


def test_what_cannot_be_used_is_named(folder):
    """A folder that is missing or is none of received data, a link to nowhere."""
    (folder / "raw/umfrage-2019/c.docx").symlink_to(folder / "nirgends")
    for name, sentence in (
        ("fehlt", "gibt es nicht"),
        ("raw/umfrage-2019", "fehlt „dataset.yml“"),
        ("raw", r"c\.docx“ ist nicht lesbar; bitte die Rechte prüfen"),
    ):
        with pytest.raises(StateError, match=sentence):
            update_states(name, "state")


def test_runs_before_there_is_an_environment(folder):
    """make runs it with any Python, isolated and without site packages; an error is one line."""
    script = [sys.executable, *["-I", "-S", "-X", "utf8"], str(ROOT / "src/gkanalysis/core/rawstate.py")]
    for words, line in (
        (["raw", "eins", "report"], "ok confidential/raw/build"),
        (["raw", "zwei", "data"], "ok confidential/raw/build"),
        (["raw", "zwei", "report"], "Einen Bericht „zwei“ gibt es nicht; vorhanden sind: eins"),
        (["fehlt", "eins", "data"], "Den Ordner „fehlt“ gibt es nicht; bitte DATA prüfen"),
    ):
        run = subprocess.run([*script, *words, "1"], cwd=folder, capture_output=True, encoding="utf-8")
        assert (run.stdout, run.stderr) == (f"{line}\n", "")
    assert (folder / "confidential/raw/build/state/strukturen-2018/forms").is_file()
    assert not re.search(
        "import (?!errno|fcntl|hashlib|json|os|sys)", (ROOT / "src/gkanalysis/core/rawstate.py").read_text()
    )


def test_tables_that_were_cut_off_are_made_anew(folder):
    """They are removed, so that make misses them; whole ones stay."""
    for name in ("a", "b"):
        pd.DataFrame({"x": range(99)}).to_parquet(folder / f"{name}.parquet")
    (folder / "a.parquet").write_bytes((folder / "a.parquet").read_bytes()[:200])
    (folder / "c.parquet").write_bytes(b"")
    drop_damaged(str(folder), str(folder / "fehlt"))
    assert sorted(p.name for p in folder.glob("*.parquet")) == ["b.parquet"]


def test_full_disk_is_a_sentence(folder):
    """What is full says so without a name, from the first file that make needs."""
    (folder / "confidential/raw").mkdir(parents=True)
    (folder / "confidential/raw/ordner.txt.new").symlink_to("/dev/full")
    sentence = "Auf dem Datenträger ist kein Platz mehr; bitte Platz schaffen und neu aufrufen"
    assert main("raw", "eins", "report", "1") == sentence


def test_one_make_at_a_time_works_in_a_folder(folder):
    """A second make is told to wait; one that ended, and a process that is no make, hold nobody up."""
    make = folder / "make"
    make.symlink_to(shutil.which("sleep"))
    with subprocess.Popen([str(make), "60"]) as other:
        claim_build("build", str(other.pid))
        claim_build("build", str(other.pid))  # it asks again after the rules were written
        with pytest.raises(StateError, match=f"anderes make \\(Prozess {other.pid}\\); bitte warten"):
            claim_build("build", "1")
        other.kill()
    for process in (os.getpid(), other.pid):
        claim_build("build", str(process))
    claim_build("build", "1")
