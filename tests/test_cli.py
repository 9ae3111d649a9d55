"""The command line: German sentences, an exit status per stage, no traceback, nothing half-written."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from forms import ROOT

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
    shutil.copytree(raw, root / "data/raw", ignore=lambda folder, _: names if folder.endswith("forms") else [])
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


def gk(*arguments, cwd=ROOT, status=0):
    """Run the command; returns standard output and standard error."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LC_")} | {"LC_ALL": "C"}
    run = subprocess.run(
        [sys.executable, "-m", "gkanalysis", *map(str, arguments)],
        cwd=cwd, capture_output=True, encoding="utf-8", env=environment, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert run.returncode == status, run.stderr
    assert "Traceback" not in run.stderr
    return run.stdout, run.stderr


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_form_as_json():
    """One JSON object a line with kind, label, state, raw value and place of everything in a form."""
    out, err = gk("form", FORM, "--json")
    fields = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert {"kind", "label", "state", "value", "raw", "part", "place"} <= set(fields[0])
    assert any(f["value"] == "Kreis Wollgras" for f in fields)


def test_form_reads_on_after_a_refused_file(tmp_path):
    """A bad file among others: the others are shown, one sentence names it, the exit status says so."""
    (tmp_path / "Öde Datei.docx").write_bytes(b"")
    out, err = gk("form", tmp_path / "Öde Datei.docx", FORM, tmp_path / "fehlt.docx", status=10)
    assert "Kreis Wollgras" in out
    assert err.count("\n") == 2
    assert "Öde Datei.docx“ ist leer" in err
    assert "fehlt.docx“ gibt es nicht" in err


def test_interviews_as_json():
    """One JSON object a line with source, segment, text, code, coder, case and variables; losses are marked."""
    out, err = gk("interviews", PROJECT, SHEET, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    named = {"source", "segment", "text", "code", "coder", "case", "variables"}
    assert all(named <= set(row) for row in rows if row["object"] == "coding")
    assert {row["source"] for row in rows if row["object"] == "coding"} == {f"g{k:02}" for k in range(1, 11)}
    assert "loss" in {row["object"] for row in rows}


def test_interviews_as_summary(tmp_path):
    """Without --json a German summary; a file that is none is named and the others are shown."""
    (tmp_path / "Öde.qdpx").write_bytes(b"PK")
    out, err = gk("interviews", tmp_path / "Öde.qdpx", SHEET, tmp_path / "a.docx", status=10)
    assert "1 Dokument, " in out
    assert out.splitlines()[1].startswith("  g10: ohne Text, ")
    assert err.count("\n") == 2
    assert "„Öde.qdpx“" in err
    assert "„a.docx“ ist kein Projekt eines QDA-Programms" in err


def test_unknown_command():
    """A command that does not exist ends with status 2."""
    gk("lies", status=2)


def test_unknown_source(project):
    """A source without a codebook, or with one for another wave, is named."""
    assert "fehlt ein Codebuch" in gk("ingest", "gremien-2018", cwd=project, status=2)[1]
    err = gk("ingest", "strukturen-2020", cwd=project, status=9)[1]
    assert "gilt für „strukturen-2018“, nicht für „strukturen-2020“" in err


@pytest.mark.parametrize(
    ("source", "read", "judged", "table"),
    [
        (SOURCE, "6 Bögen gelesen.", ".*", "cases"),
        (INTERVIEWS, "2 Projekte gelesen.", r"10 Gespräche, \d+ Segmente, \d+ Kodierungen von 3 Personen; ", "codings"),
    ],
)  # fmt: skip
def test_the_way_to_the_tables(own, source, read, judged, table):
    """register, ingest and process end with status 0 and a sentence; a second run writes the same bytes."""
    shutil.rmtree(own / "build", ignore_errors=True)
    runs = []
    for _ in range(2):
        gk("register", cwd=own)
        assert gk("ingest", source, cwd=own)[0] == f"{source}: {read}\n"
        assert re.match(f"{source}: {judged}", gk("process", source, cwd=own)[0])
        runs.append(files_of(own))
    assert runs[0] == runs[1]
    assert (own / f"data/processed/{source}-{table}.parquet").exists()


def test_interviews_that_do_not_fit_stop_the_build(own):
    """A bad project: status 10. No alliance for a document: status 11. Both leave what was there before."""
    gk("register", cwd=own)
    gk("ingest", INTERVIEWS, cwd=own)
    folder = own / "data/raw" / INTERVIEWS
    before = files_of(own / "build"), files_of(own / "data/processed")
    (folder / "kaputt.qdpx").write_bytes(b"%PDF-1.4")
    err = gk("ingest", INTERVIEWS, cwd=own, status=10)[1]
    assert "1 Datei in „" in err
    assert "2 andere in Ordnung" in err
    (folder / "dokumente.csv").unlink()
    err = gk("process", INTERVIEWS, cwd=own, status=11)[1]
    assert "V20 Dokument ohne eindeutiges Bündnis: „segmente.xlsx“, Dokument „g10“: kein Bündnis genannt" in err
    found = own / f"build/{INTERVIEWS}-findings.csv"
    assert "V20" in found.read_text(encoding="utf-8")
    found.unlink()
    assert (files_of(own / "build"), files_of(own / "data/processed")) == before


def test_bad_forms_stop_the_build_and_leave_the_last_one(own):
    """Bad forms: the others are read, each bad one has its sentence, status 10, older results untouched."""
    gk("ingest", SOURCE, cwd=own)
    before = files_of(own / "build")
    forms = own / f"data/raw/{SOURCE}/forms"
    (forms / "leer.docx").write_bytes(b"")
    (forms / "Über alles.docx").write_bytes(b"%PDF-1.4")
    out, err = gk("ingest", SOURCE, cwd=own, status=10)
    assert out == ""
    assert "2 Dateien in „" in err
    assert "6 andere in Ordnung" in err
    assert ("„leer.docx“" in err, "„Über alles.docx“" in err) == (True, True)
    assert files_of(own / "build") == before


def test_errors_in_the_data_stop_the_build(own):
    """An alliance that the register lacks: status 11, the sentence, no tables; the findings can be read."""
    gk("register", cwd=own)
    gk("ingest", SOURCE, cwd=own)
    before = files_of(own / "data/processed")
    receipts = own / f"data/raw/{SOURCE}/eingang.csv"
    text = receipts.read_text(encoding="utf-8")
    first = sorted(p.name for p in (own / f"data/raw/{SOURCE}/forms").iterdir())[0]
    line = next(x for x in text.splitlines() if x.startswith(first))
    receipts.write_text(text.replace(line, f"{first},2019-05-01,B99,E-Mail,"), encoding="utf-8")
    err = gk("process", SOURCE, cwd=own, status=11)[1]
    assert "V01 Bündnis unbekannt" in err
    assert "„B99“" in err
    assert files_of(own / "data/processed") == before
    findings = list(own.rglob(f"{SOURCE}-findings.csv"))
    assert "V01" in findings[0].read_text(encoding="utf-8")


def test_lists_that_cannot_be_read(own):
    """A register or a list with the wrong columns: status and sentence of its stage."""
    (own / "data/raw/register/gebiete.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "Spalten passen nicht" in gk("register", cwd=own, status=11)[1]
    (own / "data/raw/dataset.yml").unlink()
    assert "dataset.yml“ ist nicht lesbar: die Datei fehlt" in gk("register", cwd=own, status=10)[1]
