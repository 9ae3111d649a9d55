"""The definition of a report: what may be left out, and everything wrong at once."""

import datetime

import pytest
import yaml

from gkanalysis.codebook.reports import read_report
from gkanalysis.core.errors import CodebookError, UsageError

GOOD = {
    "title": "Titel", "authors": ["Eine"], "institution": "Institut", "date": "2019-09", "language": "de",
    "description": "Worum es geht", "sources": ["strukturen-2018"],
    "chapters": [{"id": "eins", "notebook": "01_eins", "parameters": {"source": "strukturen-2018"}}],
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    """A function that writes a definition into a project with one notebook and reads it."""
    for file in ("reports/probe.yml", "notebooks/01_eins.ipynb", "data/codebook/strukturen.yml"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()

    def read(**changes):
        content = {k: v for k, v in (GOOD | changes).items() if v is not None}
        (tmp_path / "reports/probe.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return read_report(tmp_path, "probe")

    read.root = tmp_path
    return read


def test_definition_is_read(project):
    """What may be left out has a default; lists become tuples."""
    report = project()
    assert (report.subtitle, report.keywords, report.authors) == ("", (), ("Eine",))
    assert project(date=datetime.date(2019, 9, 30)).date == "2019-09-30"
    assert report.chapters[0].parameters == {"source": "strukturen-2018"}


CHAPTER = GOOD["chapters"][0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(({name: None}, f"Zeile 1: es fehlt „{name}“") for name in GOOD),
        ({"kind": "poster"}, "kind: „poster“ gibt es nicht (erlaubt: report, slides"),
        ({"formats": ["pptx"]}, "„formats“ nennt für „kind: report“ eines oder mehrere von html, pdf, docx"),
        ({"kind": "slides", "formats": ["docx"]}, "für „kind: slides“ eines oder mehrere von html, pdf, pptx"),
        ({"formats": []}, "„formats“ nennt"),
        ({"formats": ["pdf", "pdf"]}, "jedes einmal"),
        ({"formats": "pdf"}, "formats: „pdf“ ist keine Liste"),
        ({"date": "Herbst 2019"}, "„Herbst 2019“ hat nicht die Form"),
        ({"date": "2019-13"}, "„2019-13“ hat nicht die Form"),
        ({"chapters": [CHAPTER | {"id": "../x"}]}, "id: „../x“ enthält anderes"),
        ({"chapters": [CHAPTER, CHAPTER]}, "„eins“ ist doppelt"),
        ({"chapters": [CHAPTER | {"notebook": "02"}]}, "das Notebook „02“ gibt es nicht"),
        ({"item_id": 1.3}, "„item_id: 1.3“ ist eine Zahl; bitte in Anführungszeichen setzen"),
        ({"option_id": False}, "„option_id“ ist für YAML ja oder nein; bitte den Text in Anführungszeichen"),
        ({"set_id": ["a"]}, "„set_id: ['a']“ ist kein Text"),
        ({"chapter_id": "zwei"}, "„chapter_id: zwei“ steht im Kapitel „eins“; beide müssen gleich sein"),
    ],
)  # fmt: skip
def test_wrong_entry_is_refused(project, changes, message):
    """Missing, misspelt, of the wrong kind, or naming what does not exist; YAML reads a parameter 1.3 as a number."""
    if next(iter(changes)).endswith("_id"):
        changes = {"chapters": [CHAPTER | {"parameters": changes}]}
    with pytest.raises(CodebookError, match=r"probe\.yml“ ist nicht stimmig") as error:
        project(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["anders", "../probe", "probe/x", ""])
def test_unknown_report_lists_the_known_ones(project, name):
    """A name that is no report, or leads out of the folder."""
    project()
    with pytest.raises(UsageError, match="vorhanden sind: probe"):
        read_report(project.root, name)


def test_kind_and_formats_have_defaults(project):
    """A report is set as HTML, PDF and DOCX, slides as HTML, PDF and PPTX, unless fewer are named."""
    assert (project().kind, project().formats) == ("report", ("html", "pdf", "docx"))
    assert project(kind="slides").formats == ("html", "pdf", "pptx")
    assert project(kind="slides", formats=["pdf"]).formats == ("pdf",)
    assert project(chapters=[CHAPTER | {"parameters": {"item_id": "1.3", "chapter_id": "eins"}}])


@pytest.mark.parametrize("key", ["title", "intro", "text", "topic"])
def test_typed_result_in_a_text_is_refused(project, key):
    """Wherever the report writes into a chapter."""
    with pytest.raises(CodebookError, match=rf"chapters › eins: {key}: „63,2 %“ .*\.percent`"):
        project(chapters=[CHAPTER | {key: "Bei 63,2 % ist es so"}])
