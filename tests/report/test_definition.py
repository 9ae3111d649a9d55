"""What a report is made from: texts of chapters, parameters."""

from pathlib import Path

import pytest

from definitions import GOOD, reader_of
from gkanalysis.core.errors import CodebookError, UsageError
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.report.definition import chapter_parameters, read_report


@pytest.fixture
def project(tmp_path):
    """A function that writes a definition into a project with one notebook and reads it."""
    return reader_of(tmp_path, read_report)


@pytest.mark.parametrize("key", ["title", "intro", "text", "topic"])
def test_typed_result_in_a_text_is_refused(project, key):
    """Wherever the report writes into a chapter."""
    with pytest.raises(CodebookError, match=rf"chapters › eins: {key}: „63,2 %“ .*\.percent`"):
        project(chapters=[GOOD["chapters"][0] | {key: "Bei 63,2 % ist es so"}])


def test_chapter_gets_report_data_and_its_parameters(project):
    """An unknown chapter lists those there are."""
    report, paths = project(), ProjectPaths.of(project.root, Path("data/raw"))
    notebook, parameters = chapter_parameters(report, "eins", paths, "data/raw")
    assert notebook == project.root / "notebooks/01_eins.ipynb"
    assert parameters == {"report": "probe", "data": "data/raw", "source": "strukturen-2018"}
    with pytest.raises(UsageError, match="kein Kapitel „zwei“; er hat eins"):
        chapter_parameters(report, "zwei", paths, "data/raw")


def test_root_is_found_from_below_and_missed_elsewhere(project, tmp_path_factory):
    """Notebooks run in a folder of the project; outside of it there is a sentence."""
    assert project_root(project.root / "notebooks") == project.root
    with pytest.raises(UsageError, match="im Ordner des Projekts"):
        project_root(tmp_path_factory.mktemp("anderswo"))
