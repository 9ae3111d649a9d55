"""A folder of forms: every file is read, refused or left out, and says why; bad files do not hide good ones."""

import csv

import pandas as pd
import pytest

from docx_parts import members, zipped
from forms import BOOK, parts_of
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.forms import ingest_forms, read_forms
from gkanalysis.ingest.received import OF_THE_SYSTEM
from tools.synthetic.wordwriter import write_form

GOOD = write_form(BOOK, "kurz", {"1.1.A03.4": "x", "2.1:ja": "x"}, "typed_x")


def bad_files():
    """Name -> bytes of what must not be read, and a word of the reason."""
    parts = parts_of(GOOD)
    return {
        "leer.docx": (b"", "leer"),
        "halb.docx": (GOOD[: len(GOOD) // 2], "beschädigt"),
        "Über uns (neu).docx": (b"%PDF-1.7", "PDF"),
        "Protokoll.docx": (zipped(members("<w:p><w:r><w:t>Protokoll</w:t></w:r></w:p>")), "kein Bogen"),
        "Ausbruch.docx": (zip_parts(parts | {"../x.xml": b"<a/>"}), "herausführt"),
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "forms").mkdir()
    return tmp_path / "forms"


def test_bad_files_beside_good_ones(folder, tmp_path):
    """Each bad file gives one sentence with its name and reason; all others are read."""
    bad = bad_files()
    for name, (data, _) in bad.items():
        (folder / name).write_bytes(data)
    for name in ("Aß gut.docx", "zuletzt gut.docx"):
        (folder / name).write_bytes(GOOD)
    (folder / "Unterordner").mkdir()
    n_read, refused = ingest_forms(folder, BOOK, tmp_path / "out")
    assert n_read == 2
    assert len(refused) == len(bad) + 1
    for name, (_, reason) in bad.items():
        (sentence,) = [s for s in refused if f"„{name}“" in s]
        assert reason in sentence
        assert "\n" not in sentence
    forms = pd.read_csv(tmp_path / "out/forms.csv", dtype=str, keep_default_na=False)
    assert forms["status"].value_counts().to_dict() == {"refused": len(bad) + 1, "read": 2}
    assert set(forms["file"]) == {p.name for p in folder.iterdir()}


def test_system_files_are_left_out(folder):
    """Lock files and hidden files are no forms; they are listed all the same."""
    names = [".DS_Store", "Thumbs.db", "desktop.ini", "~$Bogen.docx"]
    for name in names:
        (folder / name).write_bytes(b"x")
    assert [(f.file, f.status, f.message) for f in read_forms(folder, BOOK)] == [
        (name, "left_out", OF_THE_SYSTEM) for name in names
    ]


def test_empty_folder(folder, tmp_path):
    """No forms is no error: tables without rows."""
    assert ingest_forms(folder, BOOK, tmp_path / "out") == (0, [])
    assert pd.read_parquet(tmp_path / "out/responses.parquet").empty


def test_reviews_keep_line_breaks_and_quotes(folder, tmp_path):
    """A doubtful entry comes through the CSV as it was typed."""
    (folder / "a.docx").write_bytes(write_form(BOOK, "kurz", {"1.1.A03.4": 'viel, "sehr"\nviel'}, "typed_x"))
    ingest_forms(folder, BOOK, tmp_path / "out")
    with (tmp_path / "out/reviews.csv").open(encoding="utf-8", newline="") as lines:
        (review,) = csv.DictReader(lines)
    assert (review["item_id"], review["raw"]) == ("1.1.A03.4", 'viel, "sehr"\nviel')
