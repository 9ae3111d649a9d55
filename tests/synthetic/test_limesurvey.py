"""A shipped wave that comes as a LimeSurvey export: every number is the one that the Word forms give."""

import pandas as pd
import pytest
import yaml

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.reports import read_report
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.counts.sources import source_of
from gkanalysis.pipeline import build_interim, build_processed, build_register
from gkanalysis.report.chapters import run_chapters
from gkanalysis.verify.accounts import account_rows
from tools.limesurvey import export_answers, export_codebook, export_questionnaire
from tools.project import copy_project

CHAPTERS = {"codebuch": ["codebuch-prozess"], "zwischenbericht-2020": ["planung"]}
WAVES = ["prozess-2020", "entwicklungsstand-2021"]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Two data folders of the same waves: the Word forms, and what a survey would have given for them."""
    made = {}
    for way in ("word", "survey"):
        root = copy_project(tmp_path_factory.mktemp(way))
        paths = made[way] = ProjectPaths.of(root, root / "data/raw")
        build_register(paths)
        for source in [*WAVES, "bedarf-2019"]:
            if way == "survey" and source in WAVES:
                declare_export(made["word"], root, source)
            build_interim(paths, source)
            build_processed(paths, source)
    return {way: Data(paths) for way, paths in made.items()}


def declare_export(word, root, source):
    """Replace forms and codebook of a wave by its export."""
    path, forms = root / f"data/codebook/{source.rpartition('-')[0]}.yml", root / f"data/raw/{source}/forms"
    book = export_codebook(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(book, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for form in forms.iterdir():
        form.unlink()
    (root / f"data/raw/{source}/eingang.csv").unlink()
    book = read_codebook(path)
    tables = [pd.read_parquet(word.processed / f"{source}-{name}.parquet") for name in ("cases", "responses")]
    (forms / "results-survey1.csv").write_bytes(export_answers(book, *tables))
    (forms / "survey1.lss").write_bytes(export_questionnaire(book))


@pytest.mark.parametrize("source", WAVES)
def test_every_count_is_the_same(both, source):
    """Each question and set by type, returns and open answers."""
    word, survey = (source_of(source, data) for data in both.values())
    for key in [*word.book.sets, *(i.id for i in word.book.items.values() if i.label)]:
        pd.testing.assert_frame_equal(word[key].by("type").frame, survey[key].by("type").frame)
    pd.testing.assert_frame_equal(word.returns.by("type").frame, survey.returns.by("type").frame)


def test_everything_that_came_in_is_accounted_for(both):
    """Cells read, used, set aside: the sums of the certificate are right for a table, too."""
    rows = list(account_rows(both["survey"], WAVES))
    assert {r["verdict"] for r in rows} == {"adds_up"}, rows
    again = next(r for r in rows if r["id"] == "prozess-2020: Zellen der Tabellen, noch einmal gelesen")
    assert again["new"] == "799 ebenso in der Datei"
    assert ("prozess-2020: Dateien", "2", "1 gelesen + 1 Listen") in [(r["id"], r["old"], r["new"]) for r in rows]


@pytest.mark.parametrize("report", CHAPTERS)
def test_chapter_prints_the_same_numbers(both, report):
    """The same notebook, run on either: every number of its text, every cell of its tables."""
    printed = []
    for data in both.values():
        paths, definition = data.paths, read_report(data.paths.root, report)
        list(run_chapters(definition, paths, "data/raw", CHAPTERS[report]))
        folders = [paths.build / "reports" / report / chapter for chapter in CHAPTERS[report]]
        files = [p for f in folders for p in [*sorted(f.glob("[tf]*/*.csv")), f / "chapter.json"]]
        printed.append({p.name if p.suffix == ".csv" else p.parent.name: p.read_text(encoding="utf-8") for p in files})
    assert printed[0] == printed[1]
    assert printed[0]
