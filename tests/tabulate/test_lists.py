"""Tables of a list: rows, sums in steps, and alliances; what has no place in them is refused and never left out."""

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.lists import band_table, case_table, row_table, sum_table

CASES = pd.DataFrame({"case_id": ["B1", "B2", "B3"], "type": ["kreis", "stadt", "stadt"]})
ROWS = pd.DataFrame(
    {"row": [2, 3, 4, 6], "case_id": ["B1", "B1", "B2", "B2"], "form": ["a", "b", "a", None], "days": [0.5, 2.0, 1.5, 1.0]}
)  # fmt: skip


def cells(table):
    """(row, subgroup) -> (n, base_n)."""
    return {(r.row, r.subgroup): (r.n, r.base_n) for r in table.itertuples()}


def test_rows_by_group():
    """A row counts in the group of its alliance; one without a value is in no base."""
    table = row_table(ROWS, "form", ["a", "b"], CASES, by="type", groups=["kreis", "stadt"])
    assert cells(table) == {
        ("a", "alle"): (2, 3), ("a", "kreis"): (1, 2), ("a", "stadt"): (1, 1),
        ("b", "alle"): (1, 3), ("b", "kreis"): (1, 2), ("b", "stadt"): (0, 1),
    }  # fmt: skip


def test_alliances_with_a_row():
    """An alliance counts once however many rows it has, and all alliances are the base."""
    assert cells(case_table(ROWS, "form", ["a", "b", "any"], CASES)) == {
        ("a", "alle"): (2, 3), ("b", "alle"): (1, 3), ("any", "alle"): (2, 3),
    }  # fmt: skip


def test_sums_are_whole_steps():
    """Half days add up exactly; rows without a value of the column are in the sum of all."""
    assert cells(sum_table(ROWS, "form", ["a", "b", "any"], "days", 0.5, CASES)) == {
        ("a", "alle"): (4, 10), ("b", "alle"): (4, 10), ("any", "alle"): (10, 10),
    }  # fmt: skip


def test_tenths_are_no_floats():
    """Three times 0.1 is 0.3, as nobody who adds floats would find."""
    rows = ROWS.assign(days=0.1, case_id=["B1", "B1", "B1", "B2"])
    assert cells(band_table(rows, "days", {"x": (0.3, 0.3)}, 0.1, CASES)) == {("x", "alle"): (1, 3)}


@pytest.mark.parametrize(
    ("amount", "bands", "found"),
    [
        ("days", {"no": (0, 0), "2.5": (2.5, 2.5), "more": (3, 9)}, [1, 2, 0]),
        ("", {"0": (0, 0), "2": (2, 2)}, [1, 2]),
    ],
)
def test_alliances_by_sum(amount, bands, found):
    """Who has no row has a sum of zero; without an amount rows are counted."""
    table = band_table(ROWS, amount, bands, 0.5, CASES)
    assert (table["n"].tolist(), set(table["base_n"])) == (found, {3})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"case_id": ["B1", "B9", "B2", "B2"]}, "Zeile 3: „B9“ steht nicht im Register"),
        ({"case_id": ["B1", None, "B2", "B2"]}, "Zeile 3: kein Bündnis"),
        ({"days": [0.5, None, 1, 1]}, "Zeile 3: „days“ fehlt; erlaubt sind Vielfache von 0,5"),
        ({"days": [0.5, 0.7, 1, 1]}, "Zeile 3: „days“ ist 0,7"),
    ],
)
def test_rows_that_would_fall_out_of_a_sum(change, says):
    """An unknown alliance, a missing amount, one between two steps: a sentence with the row."""
    with pytest.raises(TabulationError, match=says):
        sum_table(ROWS.assign(**change), "form", ["any"], "days", 0.5, CASES)
