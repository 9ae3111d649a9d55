"""Exact intervals and tests for a population small enough to be counted."""

from gkanalysis.stats.exact import differences_by_group, freeman_halton_test, holm
from gkanalysis.stats.intervals import clopper_pearson_interval, finite_population_interval

__all__ = [
    "clopper_pearson_interval",
    "differences_by_group",
    "finite_population_interval",
    "freeman_halton_test",
    "holm",
]
