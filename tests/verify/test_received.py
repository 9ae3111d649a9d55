"""The forms are read a second time: ticks, printed words and their order stand in the Word file as they were read."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.verify.received import NAMES, is_ticked, read_again

SOURCE = "strukturen-2018"


@pytest.mark.parametrize(
    ("inside", "ticked"),
    [
        ("<w:t> x </w:t>", True),
        ("<w:t>☐</w:t>", False),
        ("", False),
        ("<w:t>nach Bedarf</w:t>", None),
        ("<w14:checkbox><w14:checked w14:val='1'/></w14:checkbox><w:t>☐</w:t>", True),
        ("<w14:checkbox><w14:checked w14:val='0'/></w14:checkbox>", False),
        ("<w:ffData><w:checkBox><w:default w:val='1'/><w:checked w:val='0'/></w:checkBox></w:ffData>", False),
        ("<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>", True),
        ("<w:ffData><w:checkBox><w:default w:val='1'/></w:checkBox></w:ffData>", True),
    ],
)
def test_a_box_is_ticked_as_word_shows_it(inside, ticked):
    """Old field, content control, or typed by hand; the state that was set goes before that of the empty form."""
    names = " ".join(f'xmlns:{k}="{v}"' for k, v in NAMES.items())
    assert is_ticked(etree.fromstring(f"<w:tc {names}>{inside}</w:tc>")) is ticked


@pytest.fixture
def project(rebuilt, tmp_path):
    """What was read of one wave, as files of one's own."""
    for part in ("data/raw", "data/processed"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / part).symlink_to(rebuilt.root / part)
    shutil.copytree(rebuilt.root / "data/codebook", tmp_path / "data/codebook")
    shutil.copytree(rebuilt.root / f"build/interim/{SOURCE}", tmp_path / f"build/interim/{SOURCE}")
    return tmp_path


def lost(root):
    """Sum -> what of it stands otherwise in the Word files."""
    sums = read_again(Data(ProjectPaths.of(root, Path("data/raw"))), SOURCE)
    return {name: sorted({*came} - {*next(iter(went.values()))}) for name, came, went in sums}


def test_what_was_read_stands_in_the_forms(project):
    """All shipped forms; one tick turned, one choice turned, and each is named."""
    assert not any(lost(project).values())
    path = project / f"build/interim/{SOURCE}/responses.parquet"
    read = pd.read_parquet(path)
    tick, choice = ((read["item_id"] == "1.1.A01.4") & (read["state"] == "selected")).idxmax(), ((read["item_id"] == "2.1") & (read["value"] == "ja")).idxmax()  # fmt: skip
    read.loc[tick, "state"], read.loc[choice, "value"] = "not_selected", "nein"
    read.to_parquet(path)
    ticks, *others = lost(project).values()
    assert ticks == sorted(f"{read['file'][k]} {read['item_id'][k]}" for k in (tick, choice))
    assert not any(others)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("label: Jugendmigrationsdienst,", "label: Jugendmigrationsdient,", "Wörter der Fragen und Antworten"),
        ("{id: ja, label: Ja, report", "{id: ja, label: Nein, report", "Kreuze, am selben Ort noch einmal gelesen"),
    ],
)
def test_words_that_no_form_prints_are_found(old, new, found, project):
    """A letter missing in a label of the codebook, and the label of another option."""
    path = project / "data/codebook/strukturen.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert lost(project)[found]
