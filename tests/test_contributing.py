"""What CONTRIBUTING.md tells newcomers is true of the notebooks and codebooks that are shipped."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.reports import read_report
from gkanalysis.ingest.draft import draft_codebook
from gkanalysis.report.exporter import bound_names
from gkanalysis.report.shown import expressions
from surveyfolder import SurveyFolder, answers

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| (.+?) \| `(\w+)` \| (.+?) \|$", TEXT)
CHAPTER, VERSIONS, ITEM = (yaml.safe_load(t) for t in re.findall(r"(?s)```yaml\n(.+?)```", TEXT))


def code(notebook, *, parameters):
    """Code of the cells of a notebook that hold its parameters, or of the others."""
    cells = nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells
    return "\n".join(
        c.source for c in cells if c.cell_type == "code" and ("parameters" in c.metadata.get("tags", ())) == parameters
    )


def taken(notebook):
    return set(re.findall(r"(?m)^(\w+):", code(notebook, parameters=True)))


@pytest.mark.parametrize(("shown", "notebook", "named"), ROWS, ids=[r[1] for r in ROWS])
def test_table_names_notebooks_and_parameters_that_exist(shown, notebook, named):
    """All that a notebook takes to say what it shows stands in the table, and nothing that it does not take."""
    common = {"report", "data", "out", "chapter_id"}
    assert set(re.findall(r"`(\w+)`", named)) - common == taken(notebook) - common
    assert "chapter_id" in taken(notebook)


def test_table_has_every_notebook_for_single_questions():
    """A notebook 2x or 3x that takes an item, a set or waves cannot be forgotten; others belong to one report."""
    own = {"26_angebote", "27_programm", "28_prozessbegleitung"}
    shipped = {p.stem for p in (ROOT / "notebooks").glob("[23]*.ipynb")}
    assert {r[1] for r in ROWS} == shipped - own


def test_example_of_a_chapter_is_one(tmp_path):
    """The entry can be read in the report that it is meant for, and its values are those of the notebook."""
    for folder in ("reports", "notebooks", "data"):
        (tmp_path / folder).mkdir()
    shutil.copytree(ROOT / "data/codebook", tmp_path / "data/codebook")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, tmp_path / "notebooks")
    report = yaml.safe_load((ROOT / "reports/zwischenbericht-2020.yml").read_text(encoding="utf-8"))
    report["chapters"] += CHAPTER
    (tmp_path / "reports/probe.yml").write_text(yaml.safe_dump(report, allow_unicode=True), encoding="utf-8")
    (chapter,) = [c for c in read_report(tmp_path, "probe").chapters if c.id == CHAPTER[0]["id"]]
    assert set(chapter.parameters) <= taken(chapter.notebook)
    item = read_codebook(ROOT / "data/codebook/prozess.yml").items[chapter.parameters["item_id"]]
    assert chapter.parameters["option_id"] in {o.id for o in item.options}
    used = {re.match(r"\w+", e)[0] for e in expressions(chapter.intro)}
    assert used
    assert used <= set(bound_names(code(chapter.notebook, parameters=False)))


def test_example_of_a_wave_is_one(tmp_path):
    """Its table gives the draft whose lines the page replaces, and the finished codebook reads it without a doubt."""
    head, *rows = re.search(r"(?s)```text\n(.+?)```", TEXT)[1].replace("B0", "B").splitlines()
    many = [re.sub(";B.;", f";B{k};", f"{k}{row[1:]}") for k, row in enumerate(rows * 5, 1)]
    survey = SurveyFolder(tmp_path).add("\n".join([head, *many]))
    text = draft_codebook(survey.folder / "antworten.csv", "umfrage-2024")
    for there, instead in re.findall(r"(?m)^   \| `(.+?)` \| `(.+?)` \|$", TEXT):
        assert there in text, there
        text = text.replace(there, instead)
    assert not [line for line in text.splitlines() if "TODO" in line.partition("#")[0]]
    survey.path.write_text(text, encoding="utf-8")
    tables = survey.add("\n".join([head, *rows])).process()
    told = answers(tables)
    assert [told[c, "1.2"] for c in ("B1", "B2", "B3")] == [
        ("answered", "ja"),
        ("answered", "nein"),
        ("answered", "ja"),
    ]
    assert [told[c, "1.3"] for c in ("B1", "B2", "B3")] == [
        ("answered", "2019"),
        ("not_asked", ""),
        ("answered", "2021"),
    ]
    assert [told[c, "1.4"] for c in ("B1", "B2", "B3")] == [("answered", "24"), ("answered", "4"), ("not_answered", "")]
    assert [told["B1", f"2.{row}.2"][0] for row in ("Schule", "Betrieb", "Verein")] == [
        "selected",
        "not_selected",
        "selected",
    ]
    assert set(tables["findings"]["rule"]) == {"V15"}


def test_example_of_a_version_is_one(tmp_path):
    """With both entries the codebook is sound, and only the new version asks the new question."""
    book = yaml.safe_load((ROOT / "data/codebook/prozess.yml").read_text(encoding="utf-8"))
    book |= VERSIONS
    next(p for p in book["parts"] if p["id"] == "planung")["items"] += ITEM
    (tmp_path / "prozess.yml").write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    read = read_codebook(tmp_path / "prozess.yml")
    new, old = read.items[ITEM[0]["id"]], read.items["1.7"]
    assert [read.in_version(new, v) for v in ("bogen", "ergaenzt")] == [False, True]
    assert [read.in_version(old, v) for v in ("bogen", "ergaenzt")] == [True, True]
