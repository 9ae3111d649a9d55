"""The solver gives whole numbers, and nothing of its own on the standard output."""

import ctypes

import numpy as np
import pytest

from gkanalysis.verify import integers
from gkanalysis.verify.integers import Rows, solve_integers


def test_least_cost_within_bounds_and_rows():
    """The cheapest whole numbers that fulfil all rows come back."""
    rows = Rows([({0: 2, 1: 3}, 7, 8)], 2)
    found = solve_integers(np.array([3.0, 1.0]), np.zeros(2), np.full(2, 9.0), rows)
    assert found.tolist() == [1, 2]


def test_impossible_rows_give_none():
    """Twice a whole number is never three."""
    rows = Rows([({0: 2}, 3, 3)], 1)
    assert solve_integers(np.zeros(1), np.zeros(1), np.full(1, 9.0), rows) is None


def test_more_rows_and_no_rows():
    """Rows may come in two parts, and either part may be empty."""
    assert solve_integers(np.ones(1), np.zeros(1), np.ones(1), Rows([], 1)).tolist() == [0]
    more = [({0: 1}, 1, np.inf)]
    assert solve_integers(np.ones(1), np.zeros(1), np.ones(1), Rows([], 1), more).tolist() == [1]


@pytest.mark.parametrize("buffered", [False, True])
def test_words_of_the_library_stay_out_of_the_output(monkeypatch, capfd, buffered):
    """What compiled code prints while it solves is dropped, also if it sits in a buffer of C; ours is kept."""
    real = integers.milp

    def chatty(*arguments, **named):
        library = ctypes.CDLL(None)
        library.printf(b"HighsMipSolverData\n") if buffered else library.write(1, b"HighsMip\n", 9)
        return real(*arguments, **named)

    monkeypatch.setattr(integers, "milp", chatty)
    print("davor")
    solve_integers(np.ones(1), np.zeros(1), np.ones(1), Rows([], 1))
    print("danach")
    ctypes.CDLL(None).fflush(None)
    assert capfd.readouterr().out == "davor\ndanach\n"
