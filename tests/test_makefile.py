"""The Makefile: what it lists, what it refuses in German, and that it asks for no environment it does not need."""

import os
import re
import stat
import subprocess
import sys

import pytest

from gkanalysis.core import rawstate
from tools.project import REPORT, ROOT, copy_project, make

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PHONY = [
    t for line in re.findall(r"^\.PHONY: (.*)", MAKEFILE, re.MULTILINE) for t in line.split() if t != "FORCE"
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("projekt"))


def refusal(output):
    """The sentence of make's only line."""
    found = re.fullmatch(r"Makefile:\d+: \*\*\* (.+?)\.  \S+\n", output)
    assert found, output
    return found[1]


def test_make_alone_lists_every_target_in_groups_and_creates_nothing(project):
    """Each door of the Makefile has a line of help below a heading."""
    before = sorted(p.name for p in project.iterdir())
    shown = make(project, python="")
    groups = re.findall(r"^(\w+)\n((?:  .+\n)+)", shown, re.MULTILINE)
    assert [g for g, _ in groups] == ["Berichte", "Arbeiten", "Prüfen", "Aufräumen"]
    listed = [line.split()[0] for _, lines in groups for line in lines.splitlines()]
    assert sorted(listed) == sorted(PHONY)
    assert all(len(line.split()) > 2 for _, lines in groups for line in lines.splitlines())
    assert sorted(p.name for p in project.iterdir()) == before


def test_documents_name_only_targets_that_exist():
    """No `make xyz` in README, contributing guide or German part that the Makefile lacks."""
    for name in ("README.md", "CONTRIBUTING.md"):
        if (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            named = re.findall(r"(?:`|^|„)make ([a-z][a-z-]*)", text, re.MULTILINE)
            assert set(named) <= set(PHONY), name


def test_goal_that_nobody_knows_is_answered_in_german(project):
    """A target misspelt, and a file that is not there."""
    for goal in ("reprot", "data/raw/register/fehlt.csv"):
        assert f"Fehler: „{goal}“ kennt make hier nicht" in make(project, goal, python="", fails=True)


@pytest.mark.parametrize("report", ["gibtsnicht", "", f"{REPORT} {REPORT}"])
def test_unknown_report_is_refused_with_the_list_of_reports(project, report):
    """One German sentence instead of make's own."""
    said, _, listed = refusal(make(project, "report", f"REPORT={report}", fails=True)).partition(": ")
    assert said == f"Einen Bericht „{report}“ gibt es nicht; vorhanden sind"
    assert sorted(listed.split()) == sorted(p.stem for p in (project / "reports").glob("*.yml"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("fehlt", "Den Ordner „fehlt“ gibt es nicht; bitte DATA prüfen"),
        ("data", "In „data“ fehlt „dataset.yml“"),
        ("mit leer", "Leer- oder Sonderzeichen"),
        ("a;touch${IFS}boese", "Leer- oder Sonderzeichen"),
        ("$$(touch boese)", "Leer- oder Sonderzeichen"),
        ("it's", "Leer- oder Sonderzeichen"),
        ("", "bitte einen Ordner mit Namen angeben"),
        ("/", "bitte einen Ordner mit Namen angeben"),
        ("..", "bitte einen Ordner mit Namen angeben"),
        ("data/raw/.", "bitte einen Ordner mit Namen angeben"),
    ],
)
def test_folder_that_cannot_hold_data_is_refused(project, data, says):
    """One German sentence, nothing built, nothing run by the shell."""
    assert says in refusal(make(project, "report", f"DATA={data}", fails=True))
    assert not list(project.rglob("boese"))
    assert not (project / "confidential/build").exists()


def test_data_among_the_results_are_refused(project):
    """Results are never written into a folder of received data."""
    folder = project / "confidential/eigene"
    folder.mkdir(parents=True)
    (folder / "dataset.yml").write_text("synthetic: false", encoding="utf-8")
    assert "außerhalb davon" in refusal(make(project, "report", "DATA=confidential/eigene", fails=True))
    assert [p.name for p in folder.iterdir()] == ["dataset.yml"]


def test_clean_is_no_goal_beside_others(project):
    """What would delete the states that make has just read is refused."""
    assert "für sich allein" in refusal(make(project, "clean", "report", fails=True))


def test_folder_of_the_data_that_is_missing_is_named(project, tmp_path):
    """A data folder without a register, or without the source that a report needs, ends in one sentence each."""
    data = tmp_path / "eigene"
    data.mkdir()
    (data / "dataset.yml").write_text("title: Eigene\nsynthetic: false\n", encoding="utf-8")
    table = "confidential/eigene/processed/strukturen-2018-cases.parquet"
    assert f"Fehler: In „{data}/register“ fehlen" in make(project, "data", f"DATA={data}", fails=True)
    assert "Fehler: Die Tabelle „strukturen-2018-cases“ entsteht nicht aus" in make(
        project, table, f"DATA={data}", fails=True
    )


def test_kind_of_a_source_is_seen_in_its_folder(project, tmp_path):
    """Forms lie in `forms`, projects of a QDA program loose, and a list has a codebook with columns; others are no source."""
    data = tmp_path / "eigene"
    for name in (
        "register/liste.xlsx", "a-1/forms/b.docx", "a-1/liste.xlsx", "b-2/Projekt neu.QDPX", "b-2/zweites.qdpx",
        "c-3/segmente.xlsx", "d-4/alt/projekt.qdpx", "e-5/liste.csv", "lose.xlsx", "ereignisse/x.csv", "ereignisse-2023/x.xlsx",
    ):  # fmt: skip
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    database = make(project, "-n", "-p", "help", f"DATA={data}")
    found = {
        name: re.search(rf"^{name} := (.*)$", database, re.MULTILINE)[1]
        for name in ("FORMS", "INTERVIEWS", "LISTS")
    }
    found["LISTS"] = sorted(found["LISTS"].split())
    assert found == {"FORMS": "a-1", "INTERVIEWS": "b-2 c-3", "LISTS": ["ereignisse", "ereignisse-2023"]}


def old_python(folder):
    """A program that answers as Python 3.8 would: the real one with another version number."""
    path = folder / "python-alt"
    path.write_text(
        f"#!{sys.executable}\nimport sys\nsys.version_info = (3, 8, 18, 'final', 0)\n"
        "exec(sys.argv[sys.argv.index('-c') + 1])\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_python_of_ones_own_must_be_new_enough(project, tmp_path):
    """PYTHON=... older than 3.11, or none at all, is refused in one sentence and creates no environment."""
    for python in (old_python(tmp_path), tmp_path / "keins"):
        said = refusal(make(project, "report", python=str(python), fails=True))
        assert said == f"„{python}“ ist kein Python ab Version 3.11; bitte ein anderes angeben"
    assert not (project / ".venv").exists()


def test_without_a_new_python_no_environment_is_begun(project, tmp_path):
    """Whether the Python of the system is chosen by make or by hand: one sentence, no .venv."""
    old = old_python(tmp_path)
    said = make(project, "env", f"BASE_PYTHON={old}", python="", fails=True)
    assert f"Fehler: {old} fehlt oder ist älter als 3.11" in said
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("make", "sh", "cat", "mkdir", "rm", "cp", "touch"):
        (tools / tool).symlink_to(next(p for d in os.get_exec_path() if os.path.exists(p := f"{d}/{tool}")))
    (tools / "python3").symlink_to(old)
    said = make(project, "report", python="", fails=True, PATH=str(tools))
    assert refusal(said).startswith("Python 3.11 oder neuer fehlt; bitte installieren")
    assert not (project / ".venv").exists()


def test_python_without_the_packages_is_told_what_to_activate(project, tmp_path):
    """Who forgot `conda activate` reads one sentence, not a traceback."""
    bare = tmp_path / "nackt"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    said = make(project, "report", python=str(bare), fails=True)
    assert f"Fehler: In „{bare}“ fehlen die Pakete des Projekts; bitte „conda activate gkanalysis“" in said
    assert "Traceback" not in said
    assert not (project / ".venv").exists()


def test_broken_off_installation_starts_again(project):
    """An environment whose installation did not end is made anew from its first step."""
    folder = project / ".venv"
    folder.mkdir()
    for name in ("pyvenv.cfg", "uv.txt", "run.txt", "test.txt"):
        (folder / name).touch()
    quiet = ("-n", "test", "BASE_PYTHON=" + sys.executable)
    assert "-m venv" not in make(project, *quiet, python="")
    (folder / "unfinished").touch()
    planned = make(project, *quiet, python="")
    for name in folder.iterdir():
        name.unlink()
    folder.rmdir()
    order = [
        "-m venv --clear .venv",
        "requirements/uv.txt",
        "requirements/run.txt",
        "--no-deps -e .",
        "requirements/test.txt",
    ]
    places = [planned.index(o) for o in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("data/echt/strukturen-2018/forms/Bogen.docx", True),
        ("confidential/echt/reports/x/x.pdf", True),
        ("data/processed/strukturen-2018-cases.parquet", True),
        ("data/echt/gespraeche-2019/projekt.qdpx", True),
        ("data/processed/gespraeche-2019-segments.parquet", True),
        ("build/interim/gespraeche-2019/projects.parquet", True),
        ("confidential/echt/processed/gespraeche-2019-documents.parquet", True),
        ("data/raw/strukturen-2018/forms/Neu.docx", False),
        ("data/codebook/neu.yml", False),
        ("data/processed/README.md", False),
        ("reports/neu.yml", False),
    ],
)
def test_git_ignores_received_data_and_results_only(name, ignored):
    """A folder of real answers below data/ cannot be committed by accident; the sources can."""
    status = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", name], cwd=ROOT).returncode
    assert status == (0 if ignored else 1)


# What make is told about received files


def states(folder):
    return {
        p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".seen"
    }


@pytest.fixture
def received(tmp_path):
    """A data folder with one form."""
    form = tmp_path / "roh/welle-1/forms/Bogen Ä\t1.docx"
    form.parent.mkdir(parents=True)
    form.write_text("eins")
    (tmp_path / "roh/dataset.yml").write_text("synthetic: true")
    return form


def test_form_of_the_same_length_and_date_is_seen_through(received, tmp_path, monkeypatch):
    """A form replaced by another of the same length and date is noticed by the time of its inode."""
    monkeypatch.setattr(rawstate, "RECENT_NS", -(10**18))  # as if the form had lain there for long
    data, target = str(tmp_path / "roh"), tmp_path / "stand"
    times = received.stat().st_atime_ns, received.stat().st_mtime_ns
    rawstate.update_states(data, str(target))
    before = states(target)
    received.write_text("zwei")
    os.utime(received, ns=times)
    rawstate.update_states(data, str(target))
    assert {p.as_posix() for p in before if before[p] != states(target)[p]} == {"all", "welle-1/forms"}


def test_unchanged_files_are_not_read_again(received, tmp_path, monkeypatch):
    """A thousand forms cost a make with nothing to do no reading."""
    monkeypatch.setattr(rawstate, "RECENT_NS", -(10**18))
    data, target = str(tmp_path / "roh"), tmp_path / "stand"
    rawstate.update_states(data, str(target))
    before = states(target)
    monkeypatch.setattr(rawstate, "_sha256", lambda path: pytest.fail(f"read {path}"))
    rawstate.update_states(data, str(target))
    assert states(target) == before


def test_file_that_cannot_be_looked_at_is_named(received, tmp_path):
    """A link to nowhere stops the build with its name."""
    received.with_name("c.docx").symlink_to(tmp_path / "nirgends")
    with pytest.raises(rawstate.StateError, match=r"c\.docx“ ist nicht lesbar; bitte die Rechte prüfen"):
        rawstate.update_states(str(tmp_path / "roh"), str(tmp_path / "stand"))
