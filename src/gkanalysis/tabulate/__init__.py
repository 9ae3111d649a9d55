"""Tables whose shares never stand without n, base_n and the name of their base."""

from gkanalysis.tabulate.bases import (
    ALL,
    BASE_LABELS,
    SMALL_BASE,
    STATES,
    VERY_SMALL_BASE,
    small_base_mark,
)
from gkanalysis.tabulate.countrows import Condition, Count, CountRow, count_row_from_mapping
from gkanalysis.tabulate.frequencies import single_response_table
from gkanalysis.tabulate.multiresponse import multiple_response_table, top_rows_with_ties
from gkanalysis.tabulate.nested import nested_count_table

__all__ = [
    "ALL",
    "BASE_LABELS",
    "SMALL_BASE",
    "STATES",
    "VERY_SMALL_BASE",
    "Condition",
    "Count",
    "CountRow",
    "count_row_from_mapping",
    "multiple_response_table",
    "nested_count_table",
    "single_response_table",
    "small_base_mark",
    "top_rows_with_ties",
]
