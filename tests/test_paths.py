"""Where results go: shipped data and data of one's own never into the same folders."""

from pathlib import Path

import pytest

from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths, project_root


@pytest.fixture
def project(tmp_path):
    for name in ("projekt/data/raw", "projekt/data/codebook", "eins/echt", "zwei/echt"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path / "projekt"


def test_shipped_data(project):
    """However the shipped folder is written, its results lie in the folders of the repository."""
    for data in (Path("data/raw"), Path("./data/../data/raw"), project / "data/raw"):
        paths = ProjectPaths.of(project, data)
        assert (paths.processed, paths.build, paths.reports) == (
            project / "data/processed", project / "build", project / "reports",
        )  # fmt: skip


def test_data_of_ones_own(project):
    """All that is made from them lies below confidential/; a second folder of that name overwrites nothing."""
    paths, work = ProjectPaths.of(project, project.parent / "eins/echt"), project / "confidential/echt"
    assert (paths.data, paths.interim, paths.processed, paths.build, paths.reports) == (
        project.parent / "eins/echt", work / "build/interim", work / "processed", work / "build", work / "reports",
    )  # fmt: skip
    with pytest.raises(UsageError, match="liegen Ergebnisse aus"):
        ProjectPaths.of(project, project.parent / "zwei/echt")
    for nameless in ("..", "."):
        with pytest.raises(UsageError):
            ProjectPaths.of(project, Path(nameless))


def test_codebook_of_a_source(project):
    """A source is read by the codebook of its own name, else by that of its instrument; without one it is named."""
    paths = ProjectPaths.of(project, Path("data/raw"))
    (project / "data/codebook/strukturen.yml").touch()
    assert paths.codebook("strukturen-2018").name == "strukturen.yml"
    (project / "data/codebook/strukturen-2020.yml").touch()
    assert paths.codebook("strukturen-2020").name == "strukturen-2020.yml"
    with pytest.raises(UsageError, match="„gremien-2018“ fehlt ein Codebuch"):
        paths.codebook("gremien-2018")


def test_root_is_found_from_below_and_missed_elsewhere(project):
    """Notebooks run in a folder of the project; outside of it there is a sentence."""
    (project / "pyproject.toml").touch()
    (project / "notebooks").mkdir()
    assert project_root(project / "notebooks") == project
    with pytest.raises(UsageError, match="im Ordner des Projekts"):
        project_root(project.parent / "eins")
