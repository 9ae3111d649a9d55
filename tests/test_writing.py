"""Files appear whole or not at all."""

import json

import pytest

from gkanalysis.core.writing import write_bytes, write_json


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
