"""Numbers of lists are counted a second time from the rows, and lead to file, row and column."""

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.report.lists import Events, Totals
from gkanalysis.report.visits import Visits
from gkanalysis.verify.trace import trace_cell, trace_number
from gkanalysis.verify.tracewords import check_printed, definition_words
from logfolder import LISTS, LogFolder


def tables(chapter):
    """Every table that the three lists can give."""
    log, events = Visits(chapter, "log"), Events(chapter, "events")
    visits = [
        log.extent(),
        log.by_type("form"),
        log.by_type("state", given="agreed"),
        log.used(2),
        log.visits(),
    ]
    return [
        Totals(chapter, "totals").table(), *visits, log.filled("agreed"), events.table(), events.count(),
        events.count("location", "digital"),
    ]  # fmt: skip


def test_every_number_of_every_table(tmp_path):
    """Trace and table agree everywhere, and each counted row has a file and a place."""
    chapter = LogFolder(tmp_path).chapter()
    cells = [c for t in tables(chapter) for c in t.to_dict("records")]
    assert len(cells) > 40
    for cell in cells:
        trace = trace_cell(chapter, cell)
        check_printed(trace, cell, cell["row"])
        assert (trace.counted["file"] != "").all()
        assert trace.counted["place"].str.contains("Zeile|Kennung").all()
        assert definition_words(chapter, trace).endswith(".")


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_lost_row_is_noticed(tmp_path, lost):
    """The number of the full list and the trace of a list that lacks a row differ."""
    full = LogFolder(tmp_path / "a").chapter()
    rows = [r for k, r in enumerate(LISTS["log"][1]) if k != lost]
    short = LogFolder(tmp_path / "b", log=rows).chapter()
    (cell,) = Visits(full, "log").extent().query("row == 'alle-visits'").to_dict("records")
    with pytest.raises(VerificationError, match="im Bericht 3 von 3, nachgezählt 2 von 2"):
        check_printed(trace_cell(short, cell), cell, "x")


def test_total_leads_to_its_cell(tmp_path):
    """File, row and column of the total and of the one it is part of; the words say that nothing was counted."""
    chapter = LogFolder(tmp_path).chapter()
    definition = "list_total?source=totals&key=indicator&column=value&part=part_of"
    trace = trace_number(chapter, definition, "projects")
    assert (trace.n, trace.base_n) == (19, 93)
    where = ["file", "place", "value"]
    assert trace.counted[where].values.tolist() == [
        ["totals/totals.csv", "Zeile 4, Spalte „Spalte value“", "19"]
    ]
    assert trace.rest[where].values.tolist() == [
        ["totals/totals.csv", "Zeile 3, Spalte „Spalte value“", "93"]
    ]
    assert "nicht nachgerechnet" in definition_words(chapter, trace)


def test_alliance_leads_to_its_rows(tmp_path):
    """The rows of the list behind an alliance, or the register where it has none."""
    trace = trace_number(LogFolder(tmp_path).chapter(), "list_cases?source=log&column=form&option=tel", "tel")
    assert trace.counted[["case_id", "file", "place"]].values.tolist() == [["B1", "log/log.csv", "Zeile 3"]]
    assert trace.rest["place"].tolist() == [
        "Kennung B2 (keine Zeile in log)",
        "Kennung B3 (keine Zeile in log)",
    ]


@pytest.mark.parametrize(
    ("rows", "row", "says"),
    [
        (LISTS["totals"][1], "men", "die Summe „men“"),
        (LISTS["totals"][1] * 2, "fund", "die Summe „fund“ .oder sie steht mehrmals"),
        (
            [["fund", "x", 1.5, "anzahl", None, None, "2019-12-31", "S", "c"]],
            "fund",
            "eine ganze Zahl in Zeile 2",
        ),
    ],
)
def test_total_that_is_none(tmp_path, rows, row, says):
    """Missing, double or not whole: a sentence, no number."""
    chapter = LogFolder(tmp_path, totals=rows).chapter()
    with pytest.raises(VerificationError, match=says):
        trace_number(chapter, "list_total?source=totals&key=indicator&column=value&part=part_of", row)
