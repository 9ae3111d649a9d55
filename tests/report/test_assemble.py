"""Chapters become one report: numbered exhibits, values of the text, nothing stale."""

import json
from pathlib import Path

import pandas as pd
import pytest

from definitions import made
from gkanalysis.codebook.reports import ChapterDefinition
from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.assemble import assemble, assemble_report

SOURCE = "strukturen-2018"
POLICY = {
    "threshold": 3, "attributes": {}, "sources": {}, "internal": [{"file": "arbeit/*", "reason": "x"}],
}  # fmt: skip


def value(identifier):
    """What a chapter keeps of words from a codebook in its text."""
    return {"id": identifier, "wording": "", "n": None, "base_n": None, "text": "x", "kind": "declared"}


def chapter(text="", *shown, values=(), synthetic=True):
    """A chapter of a text and exhibits (id, label)."""
    rest = {"kind": "table", "title": "x", "base": "x", "source": "x", "notes": [], "header": [], "rows": []}
    exhibits = {identifier: {"id": identifier, "label": label, **rest} for identifier, label in shown}
    return {"markdown": text, "exhibits": exhibits, "values": list(values), "synthetic": synthetic}


@pytest.fixture
def project(tmp_path):
    """A function that writes chapters and data of a project and gives report and paths."""
    paths = ProjectPaths.of(tmp_path, Path("data/raw"))
    paths.processed.mkdir(parents=True)
    (paths.processed / "dataset.json").write_text(json.dumps({"title": "Probe", "synthetic": True}))
    (paths.processed / "raw-files.csv").write_text(
        "file,sha256\nstrukturen-2018/forms/1.docx,0123\ndataset.yml,45\nandere-2020/forms/2.docx,67\n"
    )
    (tmp_path / "data/codebook").mkdir(parents=True)
    for name in ("losses", "questions"):
        pd.DataFrame({"name": [name], "row": [7]}).to_parquet(paths.processed / f"{SOURCE}-{name}.parquet")

    def write(*chapters):
        bare = [{"report": "probe", "exhibit": e, "reason": "Probe"} for c in chapters for e in c["exhibits"]]
        policy = json.dumps(POLICY | {"unweighed": bare})  # JSON is YAML
        (tmp_path / "data/codebook/disclosure.yml").write_text(policy)
        for number, content in enumerate(chapters, start=1):
            folder = paths.build / f"reports/probe/kap{number}"
            (folder / "tables").mkdir(parents=True)
            for name in content["exhibits"]:
                (folder / f"tables/{name}.csv").write_text("n\n1\n")
            (folder / "arbeit/notebooks").mkdir(parents=True)
            (folder / f"arbeit/notebooks/kap{number}.html").write_text("<p>")
            (folder / "chapter.json").write_text(json.dumps(content))
        parts = tuple(ChapterDefinition(f"kap{k + 1}", f"{k}", {}) for k in range(len(chapters)))
        return made(id="probe", sources=(SOURCE,), chapters=parts), paths

    return write


def assembled(report, paths):
    """The document of a report, and its values."""
    return assemble(report, paths.build / "reports" / report.id)


def test_tables_and_figures_are_counted_through_the_report(project):
    """Tabelle and Abbildung count apart and across chapters; labels with a number of their own stay."""
    one = chapter("Eins", ("a", "Tabelle"), ("b", "Abbildung"), ("c", "Übersicht 10"))
    document, _ = assembled(*project(one, chapter("Zwei", ("d", "Tabelle"), ("e", "Abbildung"))))
    labels = ["Tabelle 1", "Abbildung 1", "Übersicht 10", "Tabelle 2", "Abbildung 2"]
    assert [e["label"] for e in document["exhibits"].values()] == labels
    assert document["markdown"] == "Eins\n\nZwei"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"shown": [("a", "Tabelle")]}, "Die Darstellung „a“ steht zweimal"),
        ({"values": [value("neu")]}, "„neu“ ist in zwei Kapiteln vergeben, zuletzt in „kap2“"),
    ],
)
def test_name_used_twice_is_refused(project, content, message):
    """The same exhibit would overwrite a file, the same value another number."""
    shown, values = content.get("shown", ()), content.get("values", ())
    with pytest.raises(RenderError, match=message):
        assembled(*project(chapter("", *shown, values=values), chapter("", *shown, values=values)))


def test_report_folder_holds_what_the_chapters_make_and_nothing_else(project):
    """Files of exhibits that are gone disappear; lists of all sources and values are written."""
    report, paths = project(chapter("Text", ("a", "Tabelle"), values=[value("neu")]))
    target = paths.reports / "probe"
    for stale in ("tables/alt.csv", "tables/.a.csv.123", "figures/alt.svg", "arbeit/notebooks/alt.html"):
        (target / stale).parent.mkdir(parents=True, exist_ok=True)
        (target / stale).touch()
    assemble_report(report, paths)
    assert sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()) == [
        "arbeit/notebooks/kap1.html", "losses.csv", "rueckfragen.csv", "tables/a.csv", "values.json",
    ]  # fmt: skip
    assert (target / "losses.csv").read_text() == f"source,name,row\n{SOURCE},losses,7\n"
    assert json.loads((target / "values.json").read_text()) == [value("neu")]


def test_chapter_of_other_data_is_refused(project):
    """A chapter drawn without the synthetic mark cannot enter a report of synthetic data, nor the reverse."""
    report, paths = project(chapter("a"), chapter("b", synthetic=False), chapter("c", synthetic=None))
    with pytest.raises(RenderError, match="mit anderen Daten gerechnet als der Bericht: kap2"):
        assemble_report(report, paths)
    assert not (paths.reports / "probe/values.json").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("data/processed/dataset.json", "dataset.json“ fehlt"),
        ("data/processed/raw-files.csv", "raw-files.csv“ fehlt"),
        ("build/reports/probe/kap1/chapter.json", "„kap1“ ist noch nicht gerechnet"),
    ],
)
def test_what_is_missing_is_a_sentence(project, name, message):
    """Check sums of the received files, and every chapter."""
    report, paths = project(chapter("Text"))
    (paths.root / name).unlink()
    with pytest.raises(UsageError, match=message):
        assemble_report(report, paths)
