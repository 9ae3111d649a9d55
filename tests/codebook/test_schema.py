"""Schemata and page are those of the program, every key says what it means, and shipped files name their schema."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from forms import ROOT
from gkanalysis.codebook.declared import Document
from gkanalysis.codebook.schema import schema_files

FILES = [
    *(ROOT / "data/codebook").glob("*.yml"),
    *(ROOT / "reports").glob("*.yml"),
    *(ROOT / "profiles").glob("*.yml"),
    *(ROOT / "data/published").glob("*.yml"),
]


def test_schemata_and_page_are_up_to_date():
    """`gkanalysis schema` would change nothing."""
    for path, text in schema_files().items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path}: bitte „gkanalysis schema“ ausführen"
    there = {p.relative_to(ROOT) for p in (ROOT / "data/codebook/schema").iterdir()}
    assert there == {p for p in schema_files() if p.suffix == ".json"}


def test_every_key_says_what_it_means():
    """No row of the page has an empty meaning, and no English docstring is in a schema."""
    page = schema_files()[Path("data/codebook/README.md")]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 200
    assert [r[0] for r in rows if not r[1].strip()] == []
    assert not re.search(r"\b(the|of the|which|and)\b", page)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_shipped_file_names_its_schema_and_fits_it(path):
    """The first line leads to the schema of the kind that reads the file, and an editor finds nothing wrong."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    content = Document.load(path.read_text(encoding="utf-8")).content
    jsonschema.validate(content, json.loads(schema.read_text(encoding="utf-8")))
