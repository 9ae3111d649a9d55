"""Tables and texts of figures as the old notebooks make them; goes with them."""

import pandas as pd
import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.oldfigures import (
    base_line,
    field_time,
    figure_table,
    flow_alt,
    flow_numbers,
    matrix_table,
)


def test_flow_in_words():
    """What is drawn is said, and each strand has a line."""
    flow = pd.DataFrame(
        {"wave": "2019", "row": ["returned", "not_returned"], "next_wave": "2020", "next_row": "returned"}
    )
    flow = flow.assign(n=[3, 1], base_n=4, subgroup="alle")
    states = {"returned": "Rücklauf", "not_returned": "kein Rücklauf"}
    assert (
        flow_numbers(flow, states, {"alle": "insgesamt"})["label"].iloc[1]
        == "2019 → 2020: kein Rücklauf → Rücklauf"
    )
    assert flow_alt(flow, states) == (
        "Flussdiagramm von 4 Bündnissen über die Wellen 2019 und 2020. 2019: Rücklauf 3, kein Rücklauf 1. "
        "2020: Rücklauf 4. Größte Ströme: 2019 → 2020 von Rücklauf zu Rücklauf 3, 2019 → 2020 von kein Rücklauf zu Rücklauf 1."
    )


def test_tables_of_figures():
    """What is not named is left out; a row of a matrix that is missing is refused; numbers stay as they are."""
    table = pd.DataFrame(
        {"row": ["a", "a"], "subgroup": ["alle", "kreis"], "aspect": "x", "n": [3, 1], "base_n": [4, 2]}
    )
    first = ["label", "group", "group_label", "n", "base_n"]
    by_group = figure_table(table, {"a": "Amt"}, {"kreis": "Kreise"})
    assert by_group[first].values.tolist() == [["Amt", "kreis", "Kreise", 1, 2]]
    by_row = figure_table(table, {"a": "Amt"}, {"kreis": "Kreise"}, by="row")
    assert by_row[first[:3]].values.tolist() == [["Kreise", "a", "Amt"]]
    matrix = matrix_table(table, {"a": "Amt"}, {"x": "Lücke"}, {"kreis": "Kreise"})
    assert matrix[first].values.tolist() == [["Amt", "kreis.x", "Kreise: Lücke", 1, 2]]
    for broken in (table.iloc[:1], pd.concat([table, table])):
        with pytest.raises(NotebookError, match="Der Matrix fehlen Zellen"):
            matrix_table(broken, {"a": "Amt"}, {"x": "Lücke"}, {"kreis": "Kreise"})


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (["2022-03-21", "2022-03-01"], "März 2022"),
        (["2020-01-03", "2019-12-20"], "Dezember 2019 bis Januar 2020"),
    ],
)
def test_lines_below_figures(days, text):
    """Field time from the first to the last form; the base behind the words, with spaces that do not break."""
    assert field_time(pd.DataFrame({"received": days})) == text
    assert base_line("Basis: alle", 1234) == "Basis: alle (n\u00a0=\u00a01.234)"
