"""Names of bases and marks of small bases."""

import numpy as np
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate import BASE_LABELS, small_base_mark
from gkanalysis.tabulate.bases import STATES, base_mask, check_base, quoted


@pytest.mark.parametrize(
    ("base_n", "mark"), [(0, "**"), (9, "**"), (10, "*"), (29, "*"), (30, ""), (1_000_000, "")]
)
def test_mark_changes_at_ten_and_thirty_cases(base_n, mark):
    """The mark depends on the base alone and changes exactly at 10 and 30."""
    assert small_base_mark(base_n) == mark


def test_every_base_has_a_german_label():
    """Each base that a table can have can be printed."""
    assert list(BASE_LABELS) == ["cases", "asked", "answered", "mentioned"]
    assert all(BASE_LABELS.values())


def test_base_masks_differ_where_states_differ():
    """Four cases on two items: a mention, a blank, an illegible box, a case that was not asked."""
    states = [
        ["selected", "not_selected", "illegible", "not_asked"],
        ["not_asked", "not_selected", "not_answered", "not_asked"],
    ]
    grid = np.array([[STATES.index(state) for state in row] for row in states], dtype=np.uint8)
    expected = {
        "cases": [[1, 1, 1, 1]],
        "asked": [[1, 1, 1, 0]],
        "answered": [[1, 1, 0, 0], [0, 1, 0, 0]],
        "mentioned": [[1, 0, 0, 0]],
    }
    assert {base: base_mask(grid, base).astype(int).tolist() for base in expected} == expected


def test_unknown_base_is_refused_with_all_that_are_allowed():
    """The message names the base and lists each allowed one with its label."""
    with pytest.raises(TabulationError) as error:
        check_base("total", ("answered", "asked"))
    assert str(error.value) == (
        "Tabelle: Die Basis „total“ ist hier nicht möglich, erlaubt sind „answered“ (mit gültiger Angabe), "
        "„asked“ (alle Befragten); bitte eine davon angeben."
    )


def test_quoted_lists_five_values_and_counts_the_rest():
    """Long lists are cut, and the cut is said."""
    assert quoted("abcde") == "„a“, „b“, „c“, „d“, „e“"
    assert quoted("abcdefg") == "„a“, „b“, „c“, „d“, „e“ und 2 weitere"


def test_quoted_calls_missing_values_empty():
    """A reader sees „leer“, not the word of a programming language."""
    assert quoted([None, float("nan"), "a"]) == "„leer“, „a“"
