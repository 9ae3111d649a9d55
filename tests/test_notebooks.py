"""The notebooks as committed: clean, parameterised, and no number in prose that the data determine."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from gkanalysis.report.notebooks import check_notebook

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REPORTS = [
    yaml.safe_load(p.read_text(encoding="utf-8"))
    for p in sorted([*ROOT.glob("reports/*.yml"), *ROOT.glob("profiles/*.yml")])
]
# Numbers that no data determine: names of items and exhibits, years, conventions.
FIXED = (
    r"(?:Frage|Tabelle|Nummer|Punkt) \d+(?:\.\d+)*",
    r"Übersicht(?:en \d+ und)? \d+",
    r"\b(?:19|20)\d\d\b",
    r"\b(?:95|100) Prozent\b",
    r"\b0,05\b",
    r"\b0,667\b",
    r"admonition\} \d+\.|(?m:^)\d\. ",  # rank of a recommendation
    r"§[ \u00a0]\d+[a-z]?\b",
    r"\bFB[ \u00a0]\d\b",
    r"\b(?:18|27)(?= Jahre|, aber| gelten)",  # who the initiative is for
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_as_it_must_be(path):
    """No outputs, no metadata, one cell of parameters, short cells."""
    assert check_notebook(path) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_parameters_have_a_type_a_default_and_a_comment(path):
    """Every notebook takes report, data and out; a reader of the cell learns what each is for."""
    (cell,) = [c for c in nbformat.read(path, as_version=4).cells if "parameters" in c.metadata.get("tags", ())]
    lines = [re.fullmatch(r"(\w+): \w+ = .+?  # (.+)", line) for line in cell.source.splitlines()]
    assert all(lines)
    assert [m[1] for m in lines][:3] == ["report", "data", "out"]


@pytest.mark.parametrize("report", REPORTS, ids=lambda r: r["title"][:20])
def test_notebooks_know_the_parameters_of_their_report(report):
    """What a report passes is a parameter of the notebook, and each notebook belongs to a report."""
    for chapter in report["chapters"]:
        notebook = nbformat.read(ROOT / "notebooks" / f"{chapter['notebook']}.ipynb", as_version=4)
        (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]
        assert {re.match(r"\w*", line)[0] for line in cell.source.splitlines()} >= set(chapter.get("parameters", {}))
    used = {c["notebook"] for r in REPORTS for c in r["chapters"]}
    assert {p.stem for p in NOTEBOOKS} == used


def typed_numbers(text):
    """Digits in Markdown outside of references, headings' anchors, links and what is fixed."""
    for pattern in (r"\{eval\}`[^`]*`", r"\]\([^)]*\)", r"`[^`]*`", *FIXED):
        text = re.sub(pattern, " ", text)
    return re.findall(r"\S*\d\S*", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_number_of_the_data_is_typed(path):
    """A number in the text comes from a cell; by hand it would stay when the data change."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    assert {c.id: typed_numbers(c.source) for c in cells if typed_numbers(c.source)} == {}
