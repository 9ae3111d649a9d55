"""Exact intervals and tests for a population small enough to be counted."""

from gkanalysis.stats.exact import differences_by_group, freeman_halton_test, holm
from gkanalysis.stats.intervals import finite_population_interval

__all__ = [
    "differences_by_group",
    "finite_population_interval",
    "freeman_halton_test",
    "holm",
]
