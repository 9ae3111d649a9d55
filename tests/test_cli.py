"""The command line: German sentences, an exit status per stage, no traceback, nothing half-written."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from forms import ROOT, Drawn, W, look, typed
from gkanalysis.__main__ import main

FORM = ROOT / "data/raw/strukturen-2018/forms/Kurzfassung Kreis Wollgras.docx"
SOURCE = "strukturen-2018"
INTERVIEWS = "reflexionsgespraeche-2019"
PROJECT = ROOT / "data/raw" / INTERVIEWS / "projekt.qdpx"
SHEET = PROJECT.with_name("segmente.xlsx")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the folders that reading needs, with six of the forms."""
    root = tmp_path_factory.mktemp("projekt")
    shutil.copytree(ROOT / "data/codebook", root / "data/codebook")
    raw = ROOT / "data/raw"
    names = sorted(p.name for p in (raw / SOURCE / "forms").iterdir())[6:]
    names.append("kategorien.csv")  # codings of all forms
    shutil.copytree(raw, root / "data/raw", ignore=lambda folder, _: names if SOURCE in folder else [])
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, root)
    for name in ("reports", "notebooks"):
        (root / name).mkdir()
    return root


@pytest.fixture
def own(project):
    """The project with its data fresh, for tests that spoil them."""
    kept = project.parent / "kept"
    shutil.copytree(project, kept)
    yield project
    shutil.rmtree(project)
    kept.rename(project)


@pytest.fixture
def gk(monkeypatch, capsys):
    """A function that runs the command in this process; gives standard output and standard error."""

    def run(*arguments, cwd=ROOT, status=0):
        monkeypatch.chdir(cwd)
        assert main([*map(str, arguments)]) == status
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return out, err

    return run


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_form_as_json():
    """One JSON object a line with kind, label, state, raw value and place of everything in a form; in any locale."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LC_")} | {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "gkanalysis", "form", str(FORM), "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env=environment)
    fields = [json.loads(line) for line in run.stdout.splitlines()]
    assert (run.returncode, run.stderr) == (0, "")
    assert {"kind", "label", "state", "value", "raw", "part", "place"} <= set(fields[0])
    assert any(f["value"] == "Kreis Wollgras" for f in fields)


def test_form_says_what_is_struck_out(gk, tmp_path):
    """Text that does not count is shown with what was done to it."""
    drawn = Drawn()
    drawn.cell(7, 10, 3).find(W + "p").append(typed("Amt")[0])
    look(drawn.root, "<w:strike/>", "Amt")
    (tmp_path / "a.docx").write_bytes(drawn.data())
    (line,) = (line for line in gk("form", tmp_path / "a.docx")[0].splitlines() if "Amt" in line)
    assert line.endswith("Tabelle 7, Zeile 10, Spalte 3, durchgestrichen: 'Amt'")


def test_form_reads_on_after_a_refused_file(gk, tmp_path):
    """A bad file among others: the others are shown, one sentence names it, the exit status says so."""
    (tmp_path / "Öde Datei.docx").write_bytes(b"")
    out, err = gk("form", tmp_path / "Öde Datei.docx", FORM, tmp_path / "fehlt.docx", status=10)
    assert "Kreis Wollgras" in out
    assert err.count("\n") == 2
    assert "Öde Datei.docx“ ist leer" in err
    assert "fehlt.docx“ gibt es nicht" in err


def test_interviews_as_summary(gk, tmp_path):
    """Without --json a German summary; a file that is none is named and the others are shown."""
    (tmp_path / "Öde.qdpx").write_bytes(b"PK")
    out, err = gk("interviews", tmp_path / "Öde.qdpx", SHEET, tmp_path / "a.docx", status=10)
    assert "1 Dokument, " in out
    assert out.splitlines()[1].startswith("  g10: ohne Text, ")
    assert err.count("\n") == 2
    assert "„Öde.qdpx“" in err
    assert "„a.docx“ ist kein Projekt eines QDA-Programms" in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_what_the_system_refuses_is_a_sentence(gk, tmp_path):
    """A full disk, a file where a folder must be: what happened and what to do, no traceback."""
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "gkanalysis", "form", str(FORM)]
        run = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert (run.returncode, run.stderr) == (
        1, "Fehler: auf dem Datenträger ist kein Platz mehr; bitte Platz schaffen und neu aufrufen.\n",
    )  # fmt: skip
    (tmp_path / "data/codebook").mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "data/codebook/schema").touch()
    said = gk("schema", cwd=tmp_path, status=1)[1]
    assert re.fullmatch("Fehler: „.*data/codebook/schema.*“: .*; bitte Datei und Ordner prüfen .*\n", said)


def test_ctrl_c_is_a_sentence():
    """What was finished stays; the exit status is that of an interrupted program."""
    command = [sys.executable, "-u", "-m", "gkanalysis", "form", *[str(FORM)] * 5000]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    heeded = signal.signal(signal.SIGINT, signal.default_int_handler)  # what a background job ignores, its children do
    with subprocess.Popen(command, cwd=ROOT, encoding="utf-8", errors="replace", **pipes) as run:  # a letter may be cut
        signal.signal(signal.SIGINT, heeded)
        run.stdout.readline()  # it is at work
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=60)[1]
    assert (run.returncode, said.splitlines()) == (
        130, ["Abgebrochen; was schon fertig war, bleibt, und ein neuer Aufruf macht dort weiter."],
    )  # fmt: skip


def test_unknown_source(gk, project):
    """A source without a codebook, or with one for another wave, is named."""
    assert "fehlt ein Codebuch" in gk("ingest", "gremien-2018", cwd=project, status=2)[1]
    err = gk("ingest", "strukturen-2020", cwd=project, status=9)[1]
    assert "gilt für „strukturen-2018“, nicht für „strukturen-2020“" in err


def spoil_receipts(folder):
    """Say in the list of receipts that a form comes from an alliance that there is not."""
    path = folder / "eingang.csv"
    first = min(p.name for p in (folder / "forms").iterdir())
    line = rf"(?m)^{re.escape(first)},.*$"
    changed, n = re.subn(line, f"{first},2019-05-01,B99,E-Mail,", path.read_text(encoding="utf-8"))
    assert n == 1
    path.write_text(changed, encoding="utf-8")


def spoil_forms(folder):
    """Put two files among the forms that are none."""
    (folder / "forms/leer.docx").write_bytes(b"")
    (folder / "forms/Über alles.docx").write_bytes(b"%PDF-1.4")


@pytest.mark.parametrize(
    ("source", "step", "spoil", "status", "said"),
    [
        (SOURCE, "ingest", spoil_forms, 10, ["2 Dateien in „", "6 andere in Ordnung", "„leer.docx“", "„Über alles.docx“"]),
        (INTERVIEWS, "ingest", lambda f: (f / "kaputt.qdpx").write_bytes(b"%PDF-1.4"), 10, ["1 Datei in „", "2 andere in Ordnung"]),
        (SOURCE, "process", spoil_receipts, 11, ["V01 Bündnis unbekannt", "„B99“"]),
        (INTERVIEWS, "process", lambda f: (f / "dokumente.csv").unlink(), 11,
         ["V20 Dokument ohne eindeutiges Bündnis: „segmente.xlsx“, Dokument „g10“: kein Bündnis genannt"]),
    ],
    ids=["forms", "projects", "receipts", "documents"],
)  # fmt: skip
def test_what_does_not_fit_stops_the_build_and_leaves_the_last_one(gk, own, source, step, spoil, status, said):
    """Every bad file or error has its sentence; older results stay, and the findings can be read."""
    gk("register", cwd=own)
    gk("ingest", source, cwd=own)
    before = files_of(own / "build"), files_of(own / "data/processed")
    spoil(own / "data/raw" / source)
    out, err = gk(step, source, cwd=own, status=status)
    assert out == ""
    assert [s for s in said if s not in err] == []
    found = own / f"build/{source}-findings.csv"
    if step == "process":
        assert said[0][:3] in found.read_text(encoding="utf-8")
        found.unlink()
        (own / f"build/written/{source}-hinweise.json").unlink()  # which tells when a person changes them
    assert (files_of(own / "build"), files_of(own / "data/processed")) == before


@pytest.mark.parametrize(
    ("file", "text", "status", "sentence"),
    [
        ("register/gebiete.csv", "a,b\n1,2\n", 11, "Spalten passen nicht"),
        ("dataset.yml", None, 10, "dataset.yml“ ist nicht lesbar: die Datei fehlt"),
        ("dataset.yml", "title: echt\nsynthetic: false\n", 11, "make report DATA=Ordner"),
    ],
)
def test_register_that_cannot_be_used(gk, own, file, text, status, sentence):
    """Wrong columns, no word on whether all is invented, real data in the place of the shipped ones: nothing is made."""
    shutil.rmtree(own / "data/processed", ignore_errors=True)
    path = own / "data/raw" / file
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    assert sentence in gk("register", cwd=own, status=status)[1]
    assert not (own / "data/processed/dataset.json").exists()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "es fehlt: BEFEHL"),
        ("berichte", "BEFEHL kennt 'berichte' nicht; möglich sind 'form', 'interviews'"),
        ("chapter", "es fehlt: report"),
        ("chapter x --engine", "nach --engine fehlt eine Angabe"),
        ("chapter x --engine schnell", "--engine kennt 'schnell' nicht; möglich sind 'fork', 'kernel'"),
        ("register --schnell", "unbekannt ist: --schnell"),
    ],
)
def test_wrong_call_is_answered_in_german(capsys, line, sentence):
    """What is wrong and what there is, with status 2."""
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    usage, said = capsys.readouterr().err.split("Fehler: ")
    assert ended.value.code == 2
    assert usage.startswith("Aufruf: gkanalysis")
    assert said.startswith(sentence)
    assert said.endswith("--help“ zeigt, was es gibt.\n")
