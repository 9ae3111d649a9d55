"""All chapters of a report that are missing, each in any of several processes."""

from pathlib import Path

import nbformat
import pytest

from definitions import made
from gkanalysis.codebook.reports import ChapterDefinition
from gkanalysis.core.errors import NotebookError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapters import run_chapters

PARAMETERS = 'report = ""\ndata = ""\nout = ""\nword = "nichts"'


@pytest.fixture
def run(tmp_path):
    """Run chapters of a report with one notebook, in any order; a chapter says its word, and fails if it is a number."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            nbformat.v4.new_markdown_cell("# Probe"),
            nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("word.upper()"),
        ],
    )
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks/probe.ipynb")
    paths = ProjectPaths.of(tmp_path, Path("data/raw"))

    def call(words, *asked):
        chapters = tuple(ChapterDefinition(c, "probe", {"word": w}) for c, w in words.items())
        return sorted(run_chapters(made(chapters=chapters), paths, "data/raw", asked))

    call.record = lambda name: paths.build / "reports/b" / name / "chapter.json"
    return call


def test_chapter_that_fails_stops_no_other(run):
    """All that fail are named at the end; the others are finished and not computed again."""
    with pytest.raises(NotebookError, match=r"Kapitel eins, „probe.*int(.|\n)*Kapitel drei, „probe.*float"):
        run({"eins": 1, "zwei": "b", "drei": 1.5})
    assert [run.record(c).exists() for c in ("eins", "zwei", "drei")] == [False, True, False]
    assert run({"eins": "a", "zwei": "b", "drei": "c"}) == ["b: Kapitel drei gerechnet.", "b: Kapitel eins gerechnet."]


def test_unknown_chapter_is_refused_before_any_runs(run):
    """The message lists those there are."""
    with pytest.raises(UsageError, match="kein Kapitel „drei“; er hat eins"):
        run({"eins": "a"}, "eins", "drei")
    assert not run.record("eins").exists()
