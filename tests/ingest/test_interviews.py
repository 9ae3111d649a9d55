"""Reading a folder of interview projects: everything is kept as read, and can be shown line by line."""

import json

import pytest

from gkanalysis.ingest.interviews import (
    ingest_interviews,
    project_lines,
    project_summary,
    read_interim,
    read_project,
    read_projects,
)
from gkanalysis.ingest.qda.model import Link, Set
from gkanalysis.ingest.qda.qdpx import read_qdpx
from interviewfolder import CLIMATE, LEAD, NEW, SECOND, TEXT, Drawn, Folder, guid, spreadsheet

NEUGRUENDUNG, KLIMA = "Das Bündnis > Neugründung", "Leitfaden > Politisches Klima"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


@pytest.fixture
def drawn():
    """One document with everything that a project can hold."""
    project = Drawn()
    source = project.document(text=TEXT + " 😀 Ende.", typ="kreis")
    project.coding(source, NEUGRUENDUNG)
    project.coding(source, KLIMA, None, SECOND)
    project.segment(source, CLIMATE)
    project.document("g02", alliance=None)
    project.memo(source, "Notiz")
    project.more = {
        "links": (Link(guid(9, 1), "wie", source, project.codings[0].guid),),
        "sets": (Set(guid(10, 1), "Sommer", (source,)),),
    }
    return project


def lines_of(project):
    return [json.loads(line) for line in project_lines(project)]


def test_what_was_read_comes_back(folder, drawn, tmp_path):
    """The table that ingestion leaves holds the same projects as the files."""
    folder.add(drawn).add(Drawn("Zweites"), "zweites.qdpx")
    assert ingest_interviews(folder.folder, tmp_path / "out") == (2, [])
    stored = read_interim(tmp_path / "out/projects.parquet")
    assert stored == {f: read_qdpx(folder.folder / f) for f in ("projekt.qdpx", "zweites.qdpx")}
    assert stored["projekt.qdpx"].sets


@pytest.mark.parametrize(("word", "expected"), [("", False), ("Sommer", False), ("SYNTHETISCH", True)])
def test_spreadsheet_says_in_its_properties_that_it_is_invented(folder, word, expected):
    """It has no name as a project has; one without such a word is taken for real."""
    row = ("g01", "Leitfaden > Politisches Klima", "1", "1", "Das Klima war gut.", LEAD)
    (folder.folder / "segmente.xlsx").write_bytes(spreadsheet(row, says=word))
    assert [(r.status, r.synthetic) for r in read_projects(folder.folder)] == [("read", expected)]


def test_lines_say_everything_that_was_found(drawn):
    """Codings with text, path, coder and case; what nobody coded; then the other objects."""
    found = lines_of(drawn.project())
    kinds = ["coding", "coding", "segment", "document"]
    assert [row["object"] for row in found[:4]] == kinds
    assert {row["object"] for row in found[4:]} == {"code", "case", "variable", "memo", "link", "set"}
    assert found[0] == {
        "object": "coding", "guid": guid(5, 1), "source": "g01", "segment": guid(4, 1), "start": NEW[0], "end": NEW[1],
        "place": "", "text": "Wir haben neu angefangen.", "code": NEUGRUENDUNG, "coder": LEAD,
        "created": "2019-08-01T10:00:00Z", "case": "g01", "variables": {"buendnis": "B1", "typ": "kreis"},
    }  # fmt: skip
    assert (found[1]["segment"], found[1]["start"], found[1]["text"], found[1]["coder"]) == ("", -1, None, SECOND)
    assert (found[2]["text"], found[2]["code"]) == ("Das Klima war gut.", "")
    assert (found[3]["source"], found[3]["variables"]) == ("g02", {})


def test_summary_is_german_and_counts_each_document(folder, drawn):
    """What is there, by document, and what was not taken over."""
    path = folder.add(drawn).spoil('endPosition="25"', 'endPosition="9999"').folder / "projekt.qdpx"
    said = project_summary("projekt.qdpx", read_project(path))
    assert said[0] == (
        "projekt.qdpx: „Synthetisch: Gespräche“ (Test): 2 Dokumente, 59 Codes, 2 Segmente, 2 Codierungen von 2 Personen, "
        "1 Fall, 1 Notiz, 1 nicht oder anders übernommen"
    )
    assert said[1].startswith("  g01: 72 Zeichen, 2 Segmente, 2 Codierungen")
    assert said[2] == "  g02: 64 Zeichen, 0 Segmente, 0 Codierungen"
    assert said[3].startswith("  1-mal Codierungen ohne Textstelle übernommen: ")
