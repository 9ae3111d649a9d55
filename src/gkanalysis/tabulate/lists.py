"""Tables of a list: its rows, amounts that add up over rows, and the alliances that stand in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ALL
from gkanalysis.tabulate.frequencies import long_table, single_response_table
from gkanalysis.tabulate.multiresponse import multiple_response_table

ANY = "any"  # in place of a value: every row


def row_table(
    rows: pd.DataFrame, column: str, options: Sequence[str], cases: pd.DataFrame, *, by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Count the rows of a list by the value of a column.

    Parameters
    ----------
    rows : one row per row of the list: `row` (its number), `case_id`, the column
    column, options : what is counted, in the order of the table
    cases : one row per alliance: `case_id` and the column `by`
    by, groups : as in `single_response_table`

    Returns
    -------
    DataFrame as `single_response_table` gives it; unit and base are the rows with a value, not the alliances.

    Raises
    ------
    TabulationError
        If a row belongs to no alliance of `cases`, or a value is not among the options.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["B1", "B2"]})
    >>> visits = pd.DataFrame({"row": [2, 3, 4], "case_id": ["B1", "B1", "B2"], "form": ["a", "b", "a"]})
    >>> row_table(visits, "form", ["a", "b"], cases)[["row", "n", "base_n"]].values.tolist()
    [['a', 2, 3], ['b', 1, 3]]
    """
    units = _with_case(rows, cases, by)
    answers = units.assign(
        case_id=units["row"].astype(str),
        item_id=column,
        state=units[column].notna().map({True: "answered", False: "not_answered"}),
        value=units[column].fillna(""),
    )
    listed = answers[["case_id"] + [by] * bool(by)]
    return single_response_table(answers, column, listed, options=list(options), by=by, groups=groups)


def case_table(
    rows: pd.DataFrame, column: str, options: Sequence[str], cases: pd.DataFrame, *, by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Count the alliances with at least one row that has the value; of all alliances.

    Parameters
    ----------
    As `row_table`; the option "any" counts the alliances with any row at all.

    Returns
    -------
    DataFrame as `multiple_response_table` gives it.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["B1", "B2"]})
    >>> visits = pd.DataFrame({"row": [2, 3], "case_id": ["B1", "B1"], "form": ["a", "b"]})
    >>> case_table(visits, "form", ["a", "any"], cases)[["row", "n", "base_n"]].values.tolist()
    [['a', 1, 2], ['any', 1, 2]]
    """
    units = _with_case(rows, cases, by)
    ticks = []
    for option in options:
        having = set(units.loc[(units[column] == option) | (option == ANY), "case_id"])
        state = cases["case_id"].isin(having).map({True: "selected", False: "not_selected"})
        ticks.append(pd.DataFrame({"case_id": cases["case_id"], "item_id": option, "state": state}))
    answers = pd.concat(ticks, ignore_index=True)
    return multiple_response_table(answers, list(options), cases, by=by, groups=groups)


def sum_table(
    rows: pd.DataFrame, column: str, options: Sequence[str], amount: str, step: float, cases: pd.DataFrame
) -> pd.DataFrame:
    """Add up an amount over the rows by the value of a column, in whole steps.

    Parameters
    ----------
    rows, column, options, cases : as in `case_table`, "any" included
    amount : numeric column, such as days
    step : what one unit of `n` is, such as 0.5 for half days

    Returns
    -------
    DataFrame, one row per option
        `row`, `subgroup` (always "alle"), `n` (steps), `base_n` (steps of all rows), `share`, ... as `long_table`.

    Raises
    ------
    TabulationError
        If a row has no amount, or one that is no whole number of steps: the sum would be wrong.

    Examples
    --------
    >>> visits = pd.DataFrame({"row": [2, 3], "case_id": ["B1", "B1"], "form": ["a", "b"], "days": [0.5, 2]})
    >>> cases = pd.DataFrame({"case_id": ["B1"]})
    >>> sum_table(visits, "form", ["a", "any"], "days", 0.5, cases)[["row", "n", "base_n"]].values.tolist()
    [['a', 1, 5], ['any', 5, 5]]
    """
    units = _with_case(rows, cases, None)
    steps = _steps(units, amount, step)
    n = [[int(steps[(units[column] == o) | (o == ANY)].sum())] for o in options]
    return long_table(list(options), [ALL], np.array(n), np.array([[int(steps.sum())]]), base="rows")


def band_table(
    rows: pd.DataFrame, amount: str, bands: Mapping[str, tuple[float, float]], step: float, cases: pd.DataFrame
) -> pd.DataFrame:  # fmt: skip
    """Count the alliances by what an amount adds up to; who has no row has 0.

    Parameters
    ----------
    rows, amount, step, cases : as in `sum_table`; an empty `amount` counts the rows
    bands : id -> lowest and highest sum, both included

    Returns
    -------
    DataFrame, one row per band: `row`, `subgroup` (always "alle"), `n` (alliances), `base_n` (all of them), `share`, ...

    Examples
    --------
    >>> visits = pd.DataFrame({"row": [2, 3], "case_id": ["B1", "B1"], "days": [0.5, 2]})
    >>> cases = pd.DataFrame({"case_id": ["B1", "B2"]})
    >>> band_table(visits, "days", {"none": (0, 0), "some": (0.5, 9)}, 0.5, cases)[["row", "n", "base_n"]].values.tolist()
    [['none', 1, 2], ['some', 1, 2]]
    """
    units = _with_case(rows, cases, None)
    steps = _steps(units, amount, step) if amount else pd.Series(1, index=units.index)
    size = step if amount else 1
    sums = steps.groupby(units["case_id"]).sum().reindex(cases["case_id"], fill_value=0)
    n = [[int(sums.between(round(low / size), round(high / size)).sum())] for low, high in bands.values()]
    return long_table(list(bands), [ALL], np.array(n), np.array([[len(cases)]]), base="cases")


def _with_case(rows: pd.DataFrame, cases: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Rows with the group of their alliance; a row without a known alliance would be in no group and is refused."""
    units = rows.reset_index(drop=True)
    lost = units[~units["case_id"].isin(cases["case_id"])]
    if len(lost):
        first = lost.iloc[0]
        said = (
            f"„{first['case_id']}“ steht nicht im Register"
            if first["case_id"] == first["case_id"]
            else "kein Bündnis"
        )
        raise TabulationError(
            f"Liste, Zeile {first['row']}: {said}; erlaubt sind die Kennungen des Registers, bitte die Liste berichtigen."
        )
    return units.assign(**{by: units["case_id"].map(cases.set_index("case_id")[by])}) if by else units


def _steps(units: pd.DataFrame, amount: str, step: float) -> pd.Series:
    """The amounts of rows in whole steps."""
    amounts = units[amount].astype("Float64")
    shares = (amounts / step).astype(object)
    wrong = [k for k, v in shares.items() if pd.isna(v) or not math.isclose(v, round(v), abs_tol=1e-9)]
    if wrong:
        first = units.loc[wrong[0]]
        said = "fehlt" if pd.isna(first[amount]) else f"ist {first[amount]:g}".replace(".", ",")
        raise TabulationError(
            f"Liste, Zeile {first['row']}: „{amount}“ {said}; erlaubt sind Vielfache von {step:g}, ".replace(
                "0.5", "0,5"
            )
            + "sonst stimmt keine Summe, bitte die Liste berichtigen."
        )
    return shares.map(round).astype("int64")
