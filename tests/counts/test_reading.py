"""A form beside what was read of it, and what a person decides about it."""

import csv
import shutil
from dataclasses import replace

import pytest
from lxml import html

import gkanalysis as gk
from gkanalysis.core.errors import NotebookError, UsageError
from gkanalysis.core.findings import Log
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.counts.reading import Form
from gkanalysis.counts.sources import project_data
from gkanalysis.settle.validate import apply_decisions

WAVE = "strukturen-2018"


def test_cell_shows_what_came_in_and_what_was_read():
    """Both boxes of 2.1 are ticked: the cell shows both and says what that counts as, in another colour than the rest."""
    page = html.fromstring(gk.form(WAVE, "B37")._repr_html_())
    (cell,) = page.xpath("//td[small[starts-with(., '2.1:')]]")
    assert cell.text_content().count("☒") == 2
    assert cell.xpath("string(small)") == "2.1: widersprüchlich"
    (clear,) = page.xpath("//td[small[starts-with(., 'K.1:')]]")
    assert clear.get("style") != cell.get("style")


def test_every_answer_stands_in_its_cell():
    """What is counted of a form is on its page: nothing is read from a place that the page does not show."""
    form = gk.form("prozess-2020", "B24")
    page = html.fromstring(form._repr_html_())
    told = {t.partition(":")[0] for t in page.xpath("//small/text()")}
    given = form.responses[form.responses["state"].isin(["answered", "selected", "not_selected"])]
    assert set(given["item_id"]) <= told


def test_a_table_that_was_cut_off_is_one_sentence(tmp_path):
    """Nothing is counted from it, and make makes it anew."""
    paths = ProjectPaths.of(tmp_path, tmp_path / "data/raw")
    paths.processed.mkdir(parents=True)
    (paths.processed / "x-responses.parquet").write_bytes(b"PAR1" + b"0" * 99)
    with pytest.raises(UsageError, match="ist beschädigt; bitte im Terminal „make data“ ausführen"):
        Data(paths).table("x-responses")


@pytest.fixture
def own(tmp_path):
    """A form in a data folder of its own."""
    data = project_data()
    folder = tmp_path / WAVE / "forms"
    folder.mkdir(parents=True)
    made = Data(replace(data.paths, data=tmp_path))
    form = Form(WAVE, "B37", made)
    shutil.copy(data.paths.data / WAVE / "forms" / form.file, folder)
    return form


def test_decision_is_a_line_that_counts(own):
    """With reason, date and name; applied, the answer is the decided one; a second one for the same place is refused."""
    said = own.decide("2.1", "nein", reason="Rückfrage", by="MK")
    assert said.startswith("Eingetragen in entscheidungen.csv: 2.1 gilt als „nein“")
    path = own.data.paths.data / WAVE / "entscheidungen.csv"
    head, line = csv.reader(path.open(encoding="utf-8"), delimiter=";")
    assert head[:3] == ["file", "item_id", "occurrence"]
    assert line[:4] == [own.file, "2.1", "1", "nein"]
    assert line[4].startswith("Rückfrage (")
    now, decided = apply_decisions(path.parent, own.responses.copy(), own.book, Log())
    row = now[now["item_id"] == "2.1"].iloc[0]
    assert (row["state"], row["value"], decided) == ("answered", "nein", {(own.file, "2.1")})
    assert own.decided.iloc[0][["Frage", "entschieden", "von", "gilt"]].tolist() == [
        "2.1", "nein", "MK", "ab dem nächsten „make data“",
    ]  # fmt: skip
    with pytest.raises(NotebookError, match="schon entschieden"):
        own.decide("2.1", "ja", reason="doch", by="MK")


def test_without_an_alliance_what_is_unclear_is_listed():
    """Of all forms of a wave, with the alliance, the question and why."""
    listed = gk.form(WAVE)
    row = listed[listed["Frage"] == "2.1"].iloc[0]
    assert row["Bündnis"].endswith("(B37)")
    assert "2.1" in row["Hinweis"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("2.1", "vielleicht", "x", "MK"), "„vielleicht“ ist hier nicht möglich; erlaubt sind ja, nein"),
        (("2.1", "ja", " ", "MK"), "die Spalte „reason“ ist leer"),
        (("9.9", "ja", "x", "MK"), "die Frage „9.9“ gibt es in diesem Bogen nicht"),
    ],
)
def test_impossible_decision_writes_nothing(own, given, says):
    """No such answer, no reason, no such question."""
    with pytest.raises(NotebookError, match=says):
        own.decide(*given)
    assert not (own.data.paths.data / WAVE / "entscheidungen.csv").exists()


def test_form_that_changed_since_is_not_shown(own):
    """What stands beside it would be what was read of another one."""
    path = own.data.paths.data / WAVE / "forms" / own.file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(NotebookError, match="nicht mehr der Bogen, der gelesen wurde"):
        own._repr_html_()


def test_who_sent_nothing_is_told():
    """An alliance without a form; a source that has none."""
    with pytest.raises(NotebookError, match="kein Bogen vor"):
        gk.form(WAVE, "B02")
    with pytest.raises(NotebookError, match="Welle „ereignisse“ gibt es nicht"):
        gk.form("ereignisse", "B01")
