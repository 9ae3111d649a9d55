"""The Makefile: what it lists, what it refuses in German, and that it asks for no environment it does not need."""

import json
import re
import stat
import subprocess
import sys

import pytest

from tools.project import REPORT, ROOT, copy_project, make

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOORS = {t for line in re.findall(r"(?m)^\.PHONY: (.*)", MAKEFILE) for t in line.split()} - {"FORCE"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("projekt"))


def refusal(output):
    """The sentence of make's only line."""
    line = re.fullmatch(r"Makefile:\d+: \*\*\* (.+?)\.  \S+\n", output)
    assert line, output
    return line[1]


def test_make_alone_lists_every_target_in_groups_and_creates_nothing(project):
    """Each door has a line of help below a heading; the file stays one that a colleague can read."""
    before = sorted(p.name for p in project.iterdir())
    groups = re.findall(r"^(\w+)\n((?:  .+\n)+)", make(project, python=""), re.MULTILINE)
    assert [g for g, _ in groups] == ["Berichte", "Arbeiten", "Prüfen", "Aufräumen"]
    listed = [line.split() for _, lines in groups for line in lines.splitlines()]
    assert sorted(words[0] for words in listed) == sorted(DOORS)
    assert all(len(words) > 2 for words in listed)
    assert sorted(p.name for p in project.iterdir()) == before
    assert len(MAKEFILE.splitlines()) <= 110


def test_goals_that_cannot_be_are_answered_in_german(project):
    """A target misspelt, a file that is not there, an unknown report, and clean beside others."""
    for goal in ("reprot", "data/raw/register/fehlt.csv"):
        assert f"Fehler: „{goal}“ kennt make hier nicht" in make(project, goal, python="", fails=True)
    for report in ("gibtsnicht", "", f"{REPORT} {REPORT}"):
        line, _, listed = refusal(make(project, "report", f"REPORT={report}", fails=True)).partition(": ")
        assert line == f"Einen Bericht „{report}“ gibt es nicht; vorhanden sind"
        assert sorted(listed.split()) == sorted(p.stem for p in (project / "reports").glob("*.yml"))
    assert "für sich allein" in refusal(make(project, "clean", "report", fails=True))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("fehlt", "Den Ordner „fehlt“ gibt es nicht; bitte DATA prüfen"),
        ("data", "In „data“ fehlt „dataset.yml“"),
        ("mit leer", "Leer- oder Sonderzeichen"),
        ("a;touch${IFS}boese", "Leer- oder Sonderzeichen"),
        ("$$(touch boese)", "Leer- oder Sonderzeichen"),
        ("$(shell touch boese)", "Leer- oder Sonderzeichen"),
        ("it's", "Leer- oder Sonderzeichen"),
        ("..", "bitte einen Ordner mit Namen angeben"),
        ("data/raw/.", "bitte einen Ordner mit Namen angeben"),
        ("confidential/eigene", "außerhalb davon"),
    ],
)
def test_folder_that_cannot_hold_data_is_refused(project, data, says):
    """One German sentence, nothing built, nothing run by make or the shell; data never lie among the results."""
    own = project / "confidential/eigene"
    own.mkdir(parents=True, exist_ok=True)
    (own / "dataset.yml").write_text("synthetic: false", encoding="utf-8")
    assert says in refusal(make(project, "report", f"DATA={data}", fails=True))
    assert not list(project.rglob("boese"))
    assert [p.name for p in (project / "confidential").rglob("*")] == ["eigene", "dataset.yml"]


def test_what_the_data_lack_is_named(project, tmp_path):
    """A folder without a register, without the sources of a report; a table that no source gives; a wrong definition."""
    data = tmp_path / "eigene"
    data.mkdir()
    (data / "dataset.yml").write_text("title: Eigene\nsynthetic: false\n", encoding="utf-8")
    table = "confidential/eigene/processed/strukturen-2018-cases.parquet"
    wrong = project / "reports/falsch.yml"
    wrong.write_text("titel: x\n", encoding="utf-8")
    for goals, sentence in (
        (["data"], f"Fehler: In „{data}/register“ fehlen"),
        ([table], "Fehler: Die Tabelle „strukturen-2018-cases“ entsteht nicht aus"),
        (["report"], f"Fehler: Dem Bericht „{REPORT}“ fehlt in „{data}“: strukturen-2018 (für "),
        (["report", "REPORT=falsch"], "falsch.yml“ ist nicht stimmig"),
    ):
        output = make(project, *goals, f"DATA={data}", fails=True)
        assert sentence in output
        assert output.count("Fehler: ") == 1
        assert "Traceback" not in output
    wrong.unlink()


def old_python(folder):
    """A program that answers as Python 3.8 would: the real one with another version number."""
    path = folder / "python-alt"
    path.write_text(
        f"#!{sys.executable}\nimport runpy, sys\nsys.version_info = (3, 8, 18, 'final', 0)\n"
        "if '-c' in sys.argv:\n    exec(sys.argv[sys.argv.index('-c') + 1])\n"
        "else:\n    runpy.run_path(sys.argv[5], run_name='__main__')\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_python_must_be_new_enough_and_have_the_packages(project, tmp_path):
    """PYTHON=... older than 3.11, none at all, or one without packages: one sentence, no environment."""
    odd = tmp_path / "mein Ordner (2) & so"  # which must not reach the shell as words
    odd.mkdir()
    for python in (old_python(odd), tmp_path / "keins"):
        sentence = refusal(make(project, "report", python=str(python), fails=True))
        assert sentence == f"„{python}“ ist kein Python ab Version 3.11; bitte ein anderes angeben"
    bare = odd / "nackt"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    output = make(project, "report", python=str(bare), fails=True)
    assert f"Fehler: In „{bare}“ fehlen die Pakete des Projekts; bitte „conda activate gkanalysis“" in output
    assert "Traceback" not in output
    assert not (project / ".venv").exists()


def test_git_refuses_outputs_and_what_is_confidential(tmp_path):
    """The hook that `make env` installs looks at what would be committed, not at what lies in the folder."""

    def git(*words):
        command = [
            "git", "-c", "user.name=x", "-c", "user.email=x", "-c", f"core.hooksPath={ROOT / 'tools/hooks'}", *words,
        ]  # fmt: skip
        return subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")

    def notebook(**cell):
        return json.dumps({"cells": [{"cell_type": "code", "source": "1", **cell}]})

    git("init", "-q")
    (tmp_path / "confidential").mkdir()
    (tmp_path / "confidential/bogen.csv").write_text("geheim")
    (tmp_path / "eins.ipynb").write_text(notebook(outputs=[{"output_type": "stream"}], execution_count=1))
    git("add", "-A")
    (tmp_path / "eins.ipynb").write_text(notebook(outputs=[], execution_count=None))
    run = git("commit", "-qm", "x")
    assert run.returncode == 1
    assert "Ausgaben in einem Notebook gehören nicht ins Git: eins.ipynb" in run.stderr
    assert "confidential/bogen.csv" in run.stderr
    git("rm", "-rq", "--cached", "confidential")
    (tmp_path / "echt/forms").mkdir(parents=True)
    (tmp_path / "echt/dataset.yml").write_text("title: E\nsynthetic: false\n")
    (tmp_path / "echt/forms/a.docx").write_text("geheim")
    git("add", "echt", "eins.ipynb")
    assert "gehört nicht ins Git: echt/dataset.yml, echt/forms/a.docx" in git("commit", "-qm", "x").stderr
    git("rm", "-rq", "--cached", "echt")
    git("add", "eins.ipynb")
    assert git("commit", "-qm", "x").returncode == 0


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("data/echt/strukturen-2018/forms/Bogen.docx", True), ("confidential/echt/reports/x/x.pdf", True),
        ("data/processed/strukturen-2018-cases.parquet", True),
        ("build/interim/gespraeche-2019/projects.parquet", True), ("erkunden/00_start.ipynb", True),
        ("data/raw/strukturen-2018/forms/Neu.docx", False), ("data/codebook/neu.yml", False),
        ("data/processed/README.md", False), ("reports/neu.yml", False),
    ],
)  # fmt: skip
def test_git_ignores_received_data_and_results_only(name, ignored):
    """A folder of real answers below data/ cannot be committed by accident; the sources can."""
    status = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", name], cwd=ROOT).returncode
    assert status == (0 if ignored else 1)
