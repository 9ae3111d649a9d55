"""Where results go: shipped data, data of one's own and drafts never into the same folders; files appear whole or not at all."""

import json
from pathlib import Path

import pytest

from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.core.writing import write_bytes, write_json
from gkanalysis.report.document import data_mark, data_sign


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


def test_file_appears_with_its_folder_and_nothing_beside_it(tmp_path):
    """The folder is made; what was written beside the place is gone."""
    write_json(tmp_path / "neu/datei.json", {"ä": 1})
    assert [p.name for p in (tmp_path / "neu").iterdir()] == ["datei.json"]
    assert (tmp_path / "neu/datei.json").read_text(encoding="utf-8") == '{\n "ä": 1\n}\n'


def test_failed_writing_leaves_the_old_file(tmp_path):
    """What cannot be written leaves the file that was there, and nothing else."""
    path = tmp_path / "datei.json"
    write_bytes(path, b"{}")
    with pytest.raises(TypeError):
        write_json(path, {"x": object()})
    with pytest.raises(TypeError):
        write_bytes(path, "kein bytes")
    assert json.loads(path.read_bytes()) == {}
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_is_marked_and_lies_apart(monkeypatch):
    """The switch is the environment's, as make passes it on; without it nothing is a draft."""
    shipped = ProjectPaths.of(Path("."), Path("data/raw"))
    assert (data_sign(True), shipped.reports.as_posix()) == ("Synthetische Daten", "reports")
    monkeypatch.setenv("ENTWURF", "1")
    draft = ProjectPaths.of(Path("."), Path("data/raw"))
    assert draft.reports.as_posix() == "confidential/entwurf-raw/reports"
    assert data_sign(False) == "ENTWURF · Vertraulich"
    assert data_mark(True).startswith("ENTWURF für Kolleginnen und Kollegen: nicht weitergeben")
