"""How many cases gave an answer at all: for listings of everything that a form asks."""

from collections.abc import Mapping, Sequence

import pandas as pd

from gkanalysis.tabulate.bases import require_columns

GIVEN = ("selected", "answered")  # a box left empty is no answer by itself


def answered_table(
    responses: pd.DataFrame, groups: Mapping[str, Sequence[str]], cases: pd.DataFrame
) -> pd.DataFrame:
    """Count the cases with at least one answer among some items.

    Parameters
    ----------
    responses : DataFrame, one row per case, item and occurrence
        `case_id`, `item_id`, `state`. A case without any row for an item left a list empty: it was asked.
    groups : mapping from row to item ids
        The items of each row of the table; no item in two rows.
    cases : DataFrame, one row per case
        `case_id`, unique; other cases are not counted.

    Returns
    -------
    DataFrame, one row per group, in their order, groups with n = 0 kept
        `row`, `n` (cases with a tick or a valid answer at one of the items at least), `base_n` (cases that were
        asked one of the items at least).

    Examples
    --------
    >>> responses = pd.DataFrame({"case_id": ["a", "a", "b", "b"], "item_id": ["1", "2", "1", "2"],
    ...                           "state": ["selected", "not_selected", "not_selected", "not_asked"]})
    >>> answered_table(responses, {"1–2": ["1", "2"]}, pd.DataFrame({"case_id": ["a", "b"]}))
       row  n  base_n
    0  1–2  1       2
    """
    require_columns(responses, ["case_id", "item_id", "state"], "Tabelle der Angaben")
    row_of = {item: row for row, items in groups.items() for item in items}
    ours = responses[responses["case_id"].isin(cases["case_id"]) & responses["item_id"].isin(list(row_of))]
    ours = ours.assign(row=ours["item_id"].astype("object").map(row_of))
    asked = ours["state"] != "not_asked"
    present, put, given = (
        rows.groupby("row", sort=False)["case_id"].nunique().reindex(list(groups), fill_value=0).to_numpy()
        for rows in (ours, ours[asked], ours[ours["state"].isin(GIVEN)])
    )
    return pd.DataFrame({"row": list(groups), "n": given, "base_n": len(cases) - present + put})
