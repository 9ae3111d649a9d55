"""Column widths and headings are the same in every format."""

import pytest

from gkanalysis.report.exhibits import column_widths


def rows(*cells):
    return [{"cells": c, "kind": "row", "level": 0} for c in cells]


def test_long_first_column_gets_the_room_that_numbers_leave():
    """A label of 60 characters beside two short columns stays on one line of 110 characters."""
    exhibit = {"header": ["Konstellation", "Anzahl", "Anteil"], "rows": rows(["x" * 60, "22 von 23", "95,7 %"])}
    first, *others = column_widths(exhibit)
    assert first * 110 > 60
    assert [w * 110 > len(t) for w, t in zip(others, ("22 von 23", "95,7 %"), strict=True)] == [True, True]


def test_numbers_keep_their_room_beside_an_endless_label():
    """A label longer than the line wraps; the numbers do not."""
    exhibit = {"header": ["A", *"BCDE"], "rows": rows(["x" * 300, *["45 (100,0 %)"] * 4])}
    first, *others = column_widths(exhibit)
    assert first + sum(others) == pytest.approx(1)
    assert all(w * 110 >= 12 for w in others)


def test_table_of_one_column_has_the_whole_width():
    """A list without numbers is no special case."""
    assert column_widths({"header": ["A"], "rows": rows(["x"])}) == [1.0]
