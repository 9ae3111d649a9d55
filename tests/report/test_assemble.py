"""Chapters become one report: numbered exhibits, used values, nothing stale."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gkanalysis.core.errors import RenderError, UsageError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.assemble import assemble, assemble_report
from gkanalysis.report.definition import ChapterDefinition, Report

SOURCE = "strukturen-2018"


def exhibit(identifier, label):
    """What a chapter keeps of an exhibit."""
    keys = ("title", "base", "source")
    return {
        "id": identifier,
        "label": label,
        "kind": "table",
        "notes": [],
        "header": [],
        "rows": [],
        **dict.fromkeys(keys, "x"),
    }


def value(identifier, n=1, **more):
    """What a chapter keeps of a value of its text."""
    return {"id": identifier, "wording": "", "n": n, "base_n": None, "value": None, "text": str(n)} | more


def chapter(text="", *shown, values=(), synthetic=True):
    """A chapter of a text and exhibits (id, label)."""
    exhibits = {identifier: exhibit(identifier, label) for identifier, label in shown}
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
    policy = {"threshold": 3, "sources": {}, "derived": [{"match": "*", "reason": "Probe"}]}
    (tmp_path / "data/codebook").mkdir(parents=True)
    (tmp_path / "data/codebook/disclosure.yml").write_text(json.dumps(policy))  # JSON is YAML
    for name in ("losses", "questions"):
        pd.DataFrame({"name": [name], "row": [7]}).to_parquet(paths.processed / f"{SOURCE}-{name}.parquet")

    def write(*chapters):
        ids = [f"kap{k}" for k in range(1, len(chapters) + 1)]
        for identifier, content in zip(ids, chapters, strict=True):
            folder = paths.build / "reports/probe" / identifier
            for record in content["exhibits"].values():
                (folder / "tables").mkdir(parents=True, exist_ok=True)
                (folder / "tables" / f"{record['id']}.csv").write_text("n\n1\n")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "chapter.json").write_text(json.dumps(content))
        report = Report(
            "probe",
            "T",
            "",
            ("A",),
            "I",
            "2019",
            "de",
            (SOURCE,),
            tuple(ChapterDefinition(i, i, (), {}) for i in ids),
            (),
            "D",
        )
        return report, paths

    return write


def labels(report, paths):
    """Labels of the exhibits of the assembled report in order."""
    document, _ = assemble(report, paths.build / "reports" / report.id)
    return [e["label"] for e in document["exhibits"].values()]


def test_tables_and_figures_are_counted_through_the_report(project):
    """Tabelle and Abbildung count apart and across chapters; labels with a number of their own stay."""
    one = chapter("", ("a", "Tabelle"), ("b", "Abbildung"), ("c", "Übersicht 10"))
    two = chapter("", ("d", "Tabelle"), ("e", "Abbildung"))
    assert labels(*project(one, two)) == [
        "Tabelle 1",
        "Abbildung 1",
        "Übersicht 10",
        "Tabelle 2",
        "Abbildung 2",
    ]


def test_exhibit_shown_twice_is_refused(project):
    """The same id in two chapters would overwrite one's file."""
    with pytest.raises(RenderError, match="„a“ steht zweimal"):
        labels(*project(chapter("", ("a", "Tabelle")), chapter("", ("a", "Tabelle"))))


def test_value_in_two_chapters_is_refused(project):
    """One name, one number, also across chapters."""
    with pytest.raises(RenderError, match="„neu“ ist in zwei Kapiteln vergeben, zuletzt in „kap2“"):
        labels(*project(chapter(values=[value("neu")]), chapter(values=[value("neu")])))


def test_report_folder_holds_what_the_chapters_make_and_nothing_else(project):
    """Files of exhibits that are gone disappear; lists of all sources and values are written."""
    report, paths = project(chapter("Text", ("a", "Tabelle"), values=[value("neu", 13)]))
    target = paths.reports / "probe"
    for stale in ("tables/alt.csv", "tables/.a.csv.123", "figures/alt.svg"):
        (target / stale).parent.mkdir(parents=True, exist_ok=True)
        (target / stale).touch()
    (target / "arbeit/notebooks").mkdir(parents=True)
    (target / "arbeit/notebooks/alt.html").touch()
    assemble_report(report, paths)
    files = sorted(p.relative_to(target).as_posix() for p in target.rglob("*"))
    papers = ["arbeit", "arbeit/werte.json"]
    assert files == [
        *papers,
        "figures",
        "losses.csv",
        "rueckfragen.csv",
        "tables",
        "tables/a.csv",
        "values.json",
    ]
    assert (target / "losses.csv").read_text() == f"source,name,row\n{SOURCE},losses,7\n"
    (record,) = json.loads((target / "values.json").read_text())
    assert (record["id"], record["n"], record["base_n"], record["text"]) == ("neu", 13, None, "13")


def test_counted_rows_stand_in_the_working_paper_only(project):
    """Who gets the numbers gets no cases and files; the trace finds them beside, and says so if they are gone."""
    rows = {
        "definition": "rows",
        "rows": [["B01", "x.docx"]],
        "base_rows": [["B01", "x.docx"], ["B02", "y.docx"]],
    }
    counted = chapter(
        values=[value("neu", 1, **rows), value("neu", 1, wording="word", **rows), value("rest", 2)]
    )
    report, paths = project(counted)
    policy = {"match": "*", "reason": "Probe"}
    (paths.codebooks / "disclosure.yml").write_text(
        json.dumps(
            {
                "threshold": 3,
                "sources": {},
                "derived": [policy],
                "internal": [{"file": "arbeit/*", "reason": "x"}],
            }
        )
    )
    assemble_report(report, paths)
    folder = paths.reports / "probe"
    assert not {"B01", "x.docx", "base_rows"} & set((folder / "values.json").read_text().split('"'))
    kept = json.loads((folder / "arbeit/werte.json").read_text())
    assert kept == {"neu": {k: rows[k] for k in ("rows", "base_rows")}}
    assert dict(find_numbers(folder))["neu"]["rows"] == rows["rows"]
    (folder / "arbeit/werte.json").unlink()
    with pytest.raises(VerificationError, match=r"„neu“ zählt Zeilen, aber „.*werte.json“ nennt sie nicht"):
        list(find_numbers(folder))


def test_document_names_data_files_and_versions(project):
    """The last page names the files of this report's sources, with check sums as they are written, not as numbers."""
    report, paths = project(chapter("Text"))
    assemble_report(report, paths)
    document = json.loads((paths.build / "reports/probe/document.json").read_text())
    assert document["raw_files"] == [["strukturen-2018/forms/1.docx", "0123"], ["dataset.yml", "45"]]
    assert (document["dataset"], document["synthetic"]) == ("Probe", True)
    assert {"gkanalysis", "pandas", "typst"} <= {name for name, _ in document["versions"]}


def test_chapter_of_other_data_is_refused(project):
    """A chapter drawn without the synthetic mark cannot enter a report of synthetic data, nor the reverse."""
    report, paths = project(chapter("a"), chapter("b", synthetic=False), chapter("c", synthetic=None))
    with pytest.raises(RenderError, match="mit anderen Daten gerechnet als der Bericht: kap2"):
        assemble_report(report, paths)
    assert not (paths.reports / "probe/values.json").exists()


@pytest.mark.parametrize("name", ["dataset.json", "raw-files.csv"])
def test_missing_data_is_a_sentence(project, name):
    """Without the check sums of the received files there is no report."""
    report, paths = project(chapter("Text"))
    (paths.processed / name).unlink()
    with pytest.raises(UsageError, match=rf"{name}“ fehlt"):
        assemble_report(report, paths)


def test_missing_chapter_is_a_sentence(project):
    """A chapter that was never run is named."""
    report, paths = project(chapter("Text"))
    (paths.build / "reports/probe/kap1/chapter.json").unlink()
    with pytest.raises(UsageError, match="„kap1“ ist noch nicht gerechnet"):
        assemble_report(report, paths)
