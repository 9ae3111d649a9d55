"""Sums of coded interviews: right for what the steps leave, wrong as soon as one thing is missing or stands twice."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from forms import ROOT
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.ingest.qda.model import Link, Set
from gkanalysis.pipeline import build_interim, build_processed, build_register
from gkanalysis.verify.accounts import account_rows, with_loss
from interviewfolder import BOOK, CLIMATE, LEAD, NEW, OPEN, SECOND, Drawn, Folder, guid

KLIMA, BILANZ = "Leitfaden > Politisches Klima", "Leitfaden > Zwischenbilanz"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with interviews in which something of everything is set aside, built up to its tables."""
    root = tmp_path_factory.mktemp("projekt")
    for part in ("data/codebook", "data/raw/register"):
        shutil.copytree(ROOT / part, root / part)
    folder = Folder(root / "data/raw")
    drawn = Drawn()
    first, second = drawn.document("g01", "B01", zimmer="3"), drawn.document("g02", "B02")
    for source, path, place, coder in (
        (first, KLIMA, NEW, LEAD), (first, KLIMA, NEW, SECOND), (first, KLIMA, NEW, LEAD), (first, "Neu", OPEN, LEAD),
        (first, BILANZ, None, LEAD), (first, BILANZ, OPEN, None), (second, KLIMA, (60, 63), LEAD),
    ):  # fmt: skip
        drawn.coding(source, path, place, coder)
    drawn.segment(first, CLIMATE)
    drawn.case("vergessen", [])
    drawn.memo(first, "Notiz")
    drawn.more = {"links": (Link(guid(9, 1), "wie", first, second),), "sets": (Set(guid(10, 1), "Sommer", (first,)),)}
    folder.add(drawn).spoil('endPosition="63"', 'endPosition="999"')
    (folder.folder / "Notiz.txt").write_text("x", encoding="utf-8")
    paths = ProjectPaths.of(root, Path("data/raw"))
    build_register(paths)
    build_interim(paths, BOOK.source)
    build_processed(paths, BOOK.source)
    return paths


@pytest.fixture
def paths(project, tmp_path):
    """A copy of the project's tables to spoil."""
    shutil.copytree(project.root, tmp_path / "gk")
    return ProjectPaths.of(tmp_path / "gk", Path("data/raw"))


def sums(paths):
    """Name of each sum without the source -> its row."""
    rows = account_rows(Data(paths), [BOOK.source])
    return {row["id"].partition(": ")[2]: row for row in rows}


def test_all_sums_are_right(project):
    """Everything that came in is used or set aside; the numbers say how much of each."""
    rows = sums(project)
    assert {row["verdict"] for row in rows.values()} == {"adds_up"}, rows
    assert {name: (row["old"], row["new"]) for name, row in rows.items()} == {
        "Dateien": ("2", "1 gelesen + 1 ausgelassen"),
        "ausgelassene Dateien": ("1", "1 mit Grund"),
        "Dokumente": ("2", "2 verwendet"),
        "Gespräche": ("2", "2 Fälle"),
        "Segmente": ("7", "7 verwendet"),
        "Codierungen": ("7", "4 verwendet + 3 zurückgestellt mit Grund"),
        "Notizen": ("1", "1 verwendet"),
        "Codes der Projekte": ("60", "50 im Codebuch + 9 Gruppen + 1 zurückgestellt mit Grund"),
        "Fälle der Projekte": ("3", "2 verwendet + 1 zurückgestellt mit Grund"),
        "Merkmale der Fälle": ("2", "1 verwendet + 1 zurückgestellt mit Grund"),
        "Verknüpfungen und Gruppen": ("2", "2 zurückgestellt mit Grund"),
        "beim Lesen nicht oder anders übernommen": ("2", "2 mit Grund"),
    }


LOST = [
    ("documents", "", "Dokumente"), ("segments", "", "Segmente"), ("codings", "", "Codierungen"), ("memos", "", "Notizen"),
    ("cases", "", "Gespräche"), ("files", "", "Dateien"), ("losses", "coding", "Codierungen"), ("losses", "code", "Codes der Projekte"),
    ("losses", "case", "Fälle der Projekte"), ("losses", "variable", "Merkmale der Fälle"), ("losses", "link", "Verknüpfungen und Gruppen"),
    ("losses", "set", "Verknüpfungen und Gruppen"), ("losses", "file", "ausgelassene Dateien"),
    ("losses", "outside_text", "beim Lesen nicht oder anders übernommen"),
]  # fmt: skip


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize(("table", "unit", "name"), LOST)
def test_row_that_is_missing_or_stands_twice_is_found(paths, table, unit, name, twice):
    """One row less or one more in any table, a reason without its thing or the other way round: the sum says so."""
    path = paths.processed / f"{BOOK.source}-{table}.parquet"
    frame = pd.read_parquet(path)
    one = frame[frame["unit"] == unit].tail(1) if unit else frame.tail(1)
    assert len(one)
    (pd.concat([frame, one]) if twice else frame.drop(one.index)).to_parquet(path, index=False)
    row = sums(paths)[name]
    assert row["verdict"] == "does_not_add_up"
    assert ("doppelt oder ohne Herkunft" if twice else "ohne Verbleib") in row["message"]


def test_each_reason_speaks_for_one_row():
    """Of two rows at one place with one loss between them, one has no reason; a loss elsewhere gives none."""
    row = {"file": "a.docx", "item_id": "1.1", "place": "p"}
    rows = pd.DataFrame([row | {"occurrence": "1"}, row | {"occurrence": "2"}])
    assert with_loss(rows, pd.DataFrame([row, row | {"place": "q"}])) == ["a.docx 1.1 1"]
