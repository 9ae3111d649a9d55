"""The thin steps between folders refuse what would mix or lose data."""

import shutil
from pathlib import Path

import pytest

from gkanalysis.core.errors import ValidationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.pipeline import build_register

ROOT = Path(__file__).parents[1]


def test_real_data_in_the_place_of_the_shipped_ones_are_refused(tmp_path):
    """`data/raw` holds invented data only; a folder that calls itself real stops the build with the way out."""
    for part in ("data/raw/register", "data/codebook"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "data/raw/dataset.yml").write_text("title: echt\nsynthetic: false\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="make report DATA=Ordner"):
        build_register(ProjectPaths.of(tmp_path, Path("data/raw")))
    assert not (tmp_path / "data/processed/dataset.json").exists()
