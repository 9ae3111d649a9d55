"""A report's definition says what is wrong with it, all at once."""

import datetime
from pathlib import Path

import nbformat
import pytest
import yaml

from gkanalysis.core.errors import CodebookError, UsageError
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.report.definition import chapter_parameters, make_rules, read_report

GOOD = {
    "title": "Titel", "authors": ["Eine"], "institution": "Institut", "date": "2019-09", "language": "de",
    "description": "Worum es geht", "sources": ["strukturen-2018"],
    "chapters": [{"id": "eins", "notebook": "01_eins", "inputs": ["buendnisse"], "parameters": {"source": "strukturen-2018"}}],
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    """A function that writes a definition into a project with one notebook and reads it."""
    for folder in ("reports", "notebooks", "data/codebook"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks/01_eins.ipynb").touch()
    (tmp_path / "data/codebook/strukturen.yml").touch()

    def read(**changes):
        content = {k: v for k, v in (GOOD | changes).items() if v is not None}
        (tmp_path / "reports/probe.yml").write_text(
            yaml.safe_dump(content, allow_unicode=True), encoding="utf-8"
        )
        return read_report(tmp_path, "probe")

    read.root = tmp_path
    return read


def test_definition_is_read(project):
    """What may be left out has a default; lists become tuples."""
    report = project()
    assert (report.subtitle, report.keywords, report.authors) == ("", (), ("Eine",))
    assert project(date=datetime.date(2019, 9, 30)).date == "2019-09-30"
    assert report.chapters[0].parameters == {"source": "strukturen-2018"}


@pytest.mark.parametrize("name", list(GOOD))
def test_missing_entry_is_named(project, name):
    """Each entry that must be there is named when it is not."""
    with pytest.raises(CodebookError, match=f"probe.yml“: es fehlt „{name}“"):
        project(**{name: None})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"titel": "x"}, "unbekannt ist „titel“"),
        ({"title": 2019}, "„title“ ist nicht ein Text"),
        ({"authors": "Eine Person"}, "„authors“ ist nicht eine Liste"),
        ({"authors": [1]}, "„authors“ enthält etwas anderes als Texte"),
        ({"date": "Herbst 2019"}, "„Herbst 2019“ hat nicht die Form"),
        ({"date": "2019-13"}, "„2019-13“ hat nicht die Form"),
        ({"chapters": ["eins"]}, "Kapitel 1: es sind keine Angaben"),
        ({"chapters": [{"id": "eins"}]}, "Kapitel 1: es fehlt „notebook“; Kapitel 1: es fehlt „inputs“"),
        ({"chapters": [GOOD["chapters"][0] | {"parameter": {}}]}, "Kapitel 1: unbekannt ist „parameter“"),
        (
            {"chapters": [GOOD["chapters"][0] | {"inputs": "buendnisse"}]},
            "Kapitel 1: „inputs“ ist nicht eine Liste",
        ),
        ({"chapters": [GOOD["chapters"][0] | {"id": "../x"}]}, "„../x“ ist doppelt oder enthält anderes"),
        ({"chapters": GOOD["chapters"] * 2}, "„eins“ ist doppelt"),
        ({"chapters": [GOOD["chapters"][0] | {"notebook": "02"}]}, "das Notebook „02“ gibt es nicht"),
    ],
)
def test_wrong_entry_is_refused(project, changes, message):
    """Misspelt, of the wrong kind, or naming what does not exist."""
    with pytest.raises(CodebookError) as error:
        project(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("text", ["[1, 2", "nur Text", "", "- a\n- b"])
def test_file_that_is_no_definition_is_refused(project, text):
    """Broken YAML, plain text, an empty file, a list."""
    (project.root / "reports/probe.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError, match=r"probe\.yml“"):
        read_report(project.root, "probe")


@pytest.mark.parametrize("name", ["anders", "../probe", "probe/x", ""])
def test_unknown_report_lists_the_known_ones(project, name):
    """A name that is no report, or leads out of the folder."""
    project()
    with pytest.raises(UsageError, match="vorhanden sind: probe"):
        read_report(project.root, name)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"item_id": 1.3}, "eins, „item_id: 1.3“ ist eine Zahl; bitte in Anführungszeichen setzen"),
        (
            {"option_id": False},
            "eins, „option_id“ ist für YAML ja oder nein; bitte den Text in Anführungszeichen",
        ),
        ({"set_id": ["a"]}, "eins, „set_id: ['a']“ ist kein Text"),
        ({"chapter_id": "zwei"}, "„chapter_id: zwei“ steht im Kapitel „eins“; beide müssen gleich sein"),
    ],
)
def test_parameter_that_is_no_id_is_named(project, parameters, message):
    """YAML reads 1.3 as a number; a chapter that is called otherwise would keep its values apart."""
    with pytest.raises(CodebookError) as error:
        project(chapters=[GOOD["chapters"][0] | {"parameters": parameters}])
    assert message in str(error.value)
    assert project(chapters=[GOOD["chapters"][0] | {"parameters": {"item_id": "1.3", "chapter_id": "eins"}}])


@pytest.mark.parametrize("key", ["title", "intro", "text", "topic"])
def test_typed_result_in_a_text_is_refused(project, key):
    """Wherever the report writes into a chapter; the sentence names the values of its notebook."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell('chapter.value("ja_n", t, row="ja")')]
    )
    nbformat.write(notebook, project.root / "notebooks/01_eins.ipynb")
    with pytest.raises(CodebookError, match=rf"eins, {key}: „63,2 %“ .* etwa {{eval}}`v\.ja_n\.percent`"):
        project(chapters=[GOOD["chapters"][0] | {key: "Bei 63,2 % ist es so"}])


def test_chapter_gets_report_data_and_its_parameters(project):
    """An unknown chapter lists those there are."""
    report, paths = project(), ProjectPaths.of(project.root, Path("data/raw"))
    notebook, parameters = chapter_parameters(report, "eins", paths, "data/raw")
    assert notebook == project.root / "notebooks/01_eins.ipynb"
    assert parameters == {"report": "probe", "data": "data/raw", "source": "strukturen-2018"}
    with pytest.raises(UsageError, match="kein Kapitel „zwei“; er hat eins"):
        chapter_parameters(report, "zwei", paths, "data/raw")


def test_rules_of_a_chapter_name_everything_it_is_made_from(project):
    """Notebook, definition, tables, the data set's mark and the codebooks with their labels."""
    rules = make_rules(project(), ProjectPaths.of(project.root, Path("data/raw")))
    (line,) = [r for r in rules.splitlines() if r.startswith("build/reports/probe/eins/chapter.json:")]
    needed = {
        "notebooks/01_eins.ipynb", "reports/probe.yml", "data/processed/buendnisse.parquet",
        "data/processed/dataset.json", "data/codebook/register.yml", "data/codebook/strukturen.yml",
    }  # fmt: skip
    assert needed <= set(line.split())


def test_kind_and_formats_have_defaults(project):
    """A report is set as HTML, PDF and DOCX, slides as HTML, PDF and PPTX, unless fewer are named."""
    assert (project().kind, project().formats) == ("report", ("html", "pdf", "docx"))
    assert project(kind="slides").formats == ("html", "pdf", "pptx")
    assert project(kind="slides", formats=["pdf"]).formats == ("pdf",)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "poster"}, "„kind: poster“ gibt es nicht; möglich sind report und slides"),
        ({"formats": ["pptx"]}, "„formats“ nennt für „kind: report“ eines oder mehrere von html, pdf, docx"),
        (
            {"kind": "slides", "formats": ["docx"]},
            "für „kind: slides“ eines oder mehrere von html, pdf, pptx",
        ),
        ({"formats": []}, "„formats“ nennt"),
        ({"formats": ["pdf", "pdf"]}, "jedes einmal"),
        ({"formats": "pdf"}, "„formats“ ist nicht eine Liste"),
        ({"formats": [{"pdf": 1}]}, "„formats“ nennt"),
    ],
)
def test_wrong_kind_or_format_is_named(project, changes, message):
    """The message lists what there is."""
    with pytest.raises(CodebookError, match=message):
        project(**changes)


def test_rules_make_the_formats_of_the_report(project):
    """Slides have rules for the formats that they name, and PowerPoint depends on its template."""
    rules = make_rules(project(kind="slides"), ProjectPaths.of(project.root, Path("data/raw")))
    assert [f"/probe.{f}: " in rules for f in ("html", "pdf", "docx", "pptx")] == [True, True, False, True]
    (line,) = [r for r in rules.splitlines() if "/probe.pptx:" in r]
    assert "$(wildcard reports/reference.pptx)" in line


def test_root_is_found_from_below_and_missed_elsewhere(project, tmp_path_factory):
    """Notebooks run in a folder of the project; outside of it there is a sentence."""
    assert project_root(project.root / "notebooks") == project.root
    with pytest.raises(UsageError, match="im Ordner des Projekts"):
        project_root(tmp_path_factory.mktemp("anderswo"))
