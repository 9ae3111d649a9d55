"""A set with a „none“ read as one question: yes, no, and who says both is asked."""

import pandas as pd
import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.setanswers import ticked_table, yes_no_table
from gkanalysis.verify.trace import trace_cell
from gkanalysis.verify.tracewords import check_printed, definition_words
from openfolder import SOURCE, OpenFolder

TICKED = {"B1": ["2.Z1.2", "2.Z2.2"], "B2": ["2.Z4.2"], "B3": ["2.Z2.2"], "B4": []}  # Z4 stands for none


def opened(root, ticked):
    """A chapter over a wave in which these boxes are ticked, and its cases."""
    wave = OpenFolder(root)
    rows = [
        {
            "case_id": case, "item_id": f"2.Z{k}.2", "occurrence": 1,
            "state": "selected" if f"2.Z{k}.2" in boxes else "not_selected", "value": "", "raw": "1",
            "file": f"{case}.docx", "part": "word/document.xml", "place": f"/w:p[{k}]",
        }
        for case, boxes in ticked.items() for k in range(1, 5)
    ]  # fmt: skip
    wave.responses = pd.concat([wave.responses, pd.DataFrame(rows)], ignore_index=True)
    chapter = wave.chapter()
    return chapter, chapter.cases(SOURCE)


def test_yes_and_no(tmp_path):
    """Several boxes are one yes; who ticked nothing is not in the base; both numbers are found again."""
    chapter, cases = opened(tmp_path, TICKED)
    table = yes_no_table(chapter, SOURCE, "ziele", "2.Z4.2", cases)
    assert table[["row", "n", "base_n"]].values.tolist() == [["ja", 2, 3], ["nein", 1, 3]]
    for cell in table.to_dict("records"):
        trace = trace_cell(chapter, cell)
        check_printed(trace, cell, "x")
        assert "mindestens einem Kreuz" in definition_words(chapter, trace)
    assert trace.counted["case_id"].tolist() == ["B2"]


def test_only_the_cases_asked_for(tmp_path):
    """Cases left out count neither above nor below."""
    chapter, cases = opened(tmp_path, TICKED)
    table = yes_no_table(chapter, SOURCE, "ziele", "2.Z4.2", cases[cases["case_id"] != "B1"])
    assert table["n"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("none", "ticked", "message"),
    [
        ("2.Z9.2", TICKED, "„2.Z9.2“ gehört nicht zu"),
        ("2.Z4.2", TICKED | {"B3": ["2.Z4.2", "2.Z1.2"]}, "B3 hat „.*“ und anderes angekreuzt"),
    ],
)
def test_what_is_not_ours_to_decide(tmp_path, none, ticked, message):
    """An item of another set, and a form that says none and some."""
    chapter, cases = opened(tmp_path, ticked)
    with pytest.raises(NotebookError, match=message):
        yes_no_table(chapter, SOURCE, "ziele", none, cases)


def test_any_tick_at_all(tmp_path):
    """Who ticked nothing stays in the base of those asked; the number is found again."""
    chapter, cases = opened(tmp_path, TICKED)
    table = ticked_table(chapter, SOURCE, "ziele", cases)
    assert table[["row", "subgroup", "n", "base_n"]].values.tolist() == [["ziele", "alle", 3, len(cases)]]
    (cell,) = table.to_dict("records")
    trace = trace_cell(chapter, cell)
    check_printed(trace, cell, "x")
    assert sorted(trace.counted["case_id"]) == ["B1", "B2", "B3"]
