"""Answers to different questions in one table keep their own base and can be counted a second time."""

import json

import pandas as pd
import pytest
import yaml

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.sidebyside import stated_answers, stated_rows
from gkanalysis.verify.trace import trace_cell
from gkanalysis.verify.tracewords import check_printed

YES_NO = [{"id": "ja", "label": "Ja"}, {"id": "nein", "label": "Nein"}]
BOOK = {
    "instrument": "probe", "wave": "2030", "title": "Probe",
    "versions": {"bogen": {"title": "Bogen", "parts": ["blatt", "liste"]}},
    "parts": [
        {"id": "blatt", "kind": "sheet", "heading": "Blatt", "items": [{"id": "1", "label": "Plan", "kind": "single", "options": YES_NO}]},
        {
            "id": "liste", "kind": "grid", "number": "2", "heading": "Liste",
            "columns": [{"id": 1, "label": "Was", "kind": "row_label"}, {"id": 2, "label": "ja", "kind": "tick"}],
            "blocks": [{"id": "A", "label": "A", "rows": [{"id": "A1", "label": "Treffen"}]}],
        },
    ],
    "sets": [{"id": "liste", "label": "Liste", "part": "liste", "column": 2}],
    "completeness": [{"id": "full", "label": "voll", "needs": []}],
}  # fmt: skip
LINES = [("Fragen", "probe-2030", "1=ja", "Plan"), ("Fragen", "probe-2030", "2.A1.2", "Treffen")]


@pytest.fixture
def chapter(tmp_path):
    """Four forms: two plan, one does not, one did not say; three have a cross in the list."""
    books, processed = tmp_path / "data/codebook", tmp_path / "data/processed"
    for folder in (books, processed, tmp_path / "data/raw"):
        folder.mkdir(parents=True)
    (books / "probe.yml").write_text(yaml.safe_dump(BOOK, allow_unicode=True), encoding="utf-8")
    (books / "register.yml").write_text(
        "types: {kreis: Kreise}\ntables: {}\nnested_tables: {}\n", encoding="utf-8"
    )
    (processed / "dataset.json").write_text(json.dumps({"synthetic": True}), encoding="utf-8")
    ids = [f"B{k}" for k in range(4)]
    rows = [
        (c, "1", "answered" if v else "not_answered", v)
        for c, v in zip(ids, ["ja", "ja", "nein", ""], strict=True)
    ]
    rows += [(c, "2.A1.2", s, "") for c, s in zip(ids, ["selected"] * 3 + ["not_selected"], strict=True)]
    responses = pd.DataFrame(rows, columns=["case_id", "item_id", "state", "value"])
    places = {"occurrence": 1, "version": "bogen", "file": "f.docx", "raw": "", "part": "p", "place": "/w"}
    responses.assign(**places).to_parquet(processed / "probe-2030-responses.parquet", index=False)
    cases = pd.DataFrame({"case_id": ids, "type": "kreis", "status": "full", "file": "f.docx"})
    cases.to_parquet(processed / "probe-2030-cases.parquet", index=False)
    pd.DataFrame({"alliance_id": ids, "type": "kreis"}).to_parquet(processed / "buendnisse.parquet")
    return Chapter("k", ProjectPaths.of(tmp_path, tmp_path / "data/raw"), tmp_path / "out")


def test_each_line_has_its_own_base(chapter):
    """A choice counts of the valid answers, a box of those asked; both say where they come from."""
    table = stated_answers(chapter, LINES)
    assert table[["row", "n", "base_n", "told"]].values.tolist() == [
        ["1=ja", 2, 3, "Bögen 2030"],
        ["2.A1.2", 3, 4, "Bögen 2030"],
    ]


def test_every_line_is_counted_a_second_time(chapter):
    """The definition of a line leads to the answers behind it."""
    for cell in stated_answers(chapter, LINES).to_dict("records"):
        check_printed(trace_cell(chapter, cell), cell, cell["row"])


def test_rows_stand_under_their_heading(chapter):
    """A heading stands once; each count links to its number, and the source is a column of its own or none."""
    table = stated_answers(chapter, LINES)
    rows = stated_rows(table)
    assert [r.kind for r in rows] == ["block", "row", "row"]
    assert rows[1].cells == ("Plan", "Bögen 2030", "2\xa0von\xa03")
    assert rows[1].numbers == ("", "", "1=ja:alle")
    assert stated_rows(table, told=False)[2].cells == ("Treffen", "3\xa0von\xa04")


@pytest.mark.parametrize("answer", ["1=vielleicht", "9=ja", "2.A9.2"])
def test_unknown_answer_is_a_sentence(chapter, answer):
    """A question, an answer or a box that does not exist stops the chapter."""
    with pytest.raises(NotebookError, match="hat keine Angabe"):
        stated_answers(chapter, [("Fragen", "probe-2030", answer, "x")])


def test_answer_twice_is_refused(chapter):
    """Two lines with the same answer would have the same id."""
    with pytest.raises(NotebookError, match="1=ja"):
        stated_answers(chapter, [LINES[0], LINES[0]])
