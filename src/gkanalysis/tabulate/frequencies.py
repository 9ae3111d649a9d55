"""Tables of one item: the options of a single response item, and the states of any item.

Every table is long, one row per row and subgroup, and no share stands without its n and base_n.
Rows with n = 0 are kept, the order is the one given, and a value outside the options is refused.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats import finite_population_interval
from gkanalysis.tabulate.bases import (
    ANSWER_STATES,
    base_mask,
    check_base,
    quoted,
    require_columns,
    small_base_mark,
)
from gkanalysis.tabulate.grid import lay_out_cases, positions, state_grid


def single_response_table(
    responses: pd.DataFrame,
    item_id: str,
    cases: pd.DataFrame,
    *,
    options: Sequence[str],
    by: str | None = None,
    groups: Sequence[str] = (),
    base: str = "answered",
    population: Mapping[str, int] | pd.Series | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count the cases that chose each option of a single response item.

    Parameters
    ----------
    responses : DataFrame, one row per case and item
        `case_id`, `item_id`, `state`, `value`; state "answered" with the option in `value`, or a kind of
        missing. Each case of `cases` needs its row; rows of other items are passed over.
    item_id : str
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`.
    options : sequence of str
        Options of the item, in the order of the table.
    by : str, optional
        Column of `cases` with the group of each case.
    groups : sequence of str
        Groups in the order of the table; needed with `by`.
    base : {"answered", "asked"}, default "answered"
        "answered": cases with a valid answer, so that the shares of a subgroup sum to 1. "asked": all cases
        but those in state not_asked.
    population : Series or mapping from subgroup to int, optional
        Units in the whole population, "alle" included: intervals then carry the finite population
        correction. None: no intervals.
    level : float, default 0.95
        Nominal coverage of the intervals.

    Returns
    -------
    DataFrame, one row per option and subgroup, options with n = 0 kept
        `row` (option), `subgroup` ("alle" first), `n` (cases), `base_n` (cases), `base`, `share` (n / base_n,
        0 to 1, unrounded, NaN if base_n = 0), `population_n`, `ci_low`, `ci_high`, `mark` ("", "*", "**").

    Raises
    ------
    TabulationError
        If a value is not among the options, or if cases, states, base or population contradict each other.

    Notes
    -----
    `population_n` counts all units, but how many of them would have given a valid answer is not known: with
    base "answered" the interval is as a rule too wide, not too narrow.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c"]})
    >>> responses = pd.DataFrame({
    ...     "case_id": ["a", "b", "c"], "item_id": "2.1",
    ...     "state": ["answered", "answered", "not_answered"], "value": ["yes", "yes", None],
    ... })
    >>> table = single_response_table(responses, "2.1", cases, options=["yes", "no"])
    >>> table[["row", "subgroup", "n", "base_n", "share", "mark"]]
       row subgroup  n  base_n  share mark
    0  yes     alle  2       2    1.0   **
    1   no     alle  0       2    0.0   **
    """
    check_base(base, ("answered", "asked"))
    options = list(options)
    layout = lay_out_cases(cases, by=by, groups=groups)
    grid = state_grid(responses, [item_id], layout, allowed=ANSWER_STATES)
    require_columns(responses, ["value"], "Antworten")
    answers = responses[(responses["item_id"] == item_id) & (responses["state"] == "answered")]
    option = positions(answers["value"], _unique_index(options, item_id))
    if (option < 0).any():
        wrong = answers[option < 0]
        raise TabulationError(
            f"Antworten zu „{item_id}“, Fall {quoted(wrong['case_id'])}: Der Wert {quoted(wrong['value'])} "
            f"steht nicht im Codebuch, erlaubt sind {quoted(options, limit=20)}; bitte die Antwort oder das "
            "Codebuch berichtigen."
        )
    chosen = np.zeros((len(options), grid.shape[1]), dtype=bool)
    chosen[option, positions(answers["case_id"], layout.case_ids)] = True
    return long_table(
        options,
        layout.subgroups,
        layout.count(chosen),
        layout.count(base_mask(grid, base)),
        base=base,
        population=population,
        level=level,
    )


def long_table(
    rows: Sequence[str],
    subgroups: Sequence[str],
    n: np.ndarray,
    base_n: np.ndarray,
    *,
    base: str,
    population: Mapping[str, int] | pd.Series | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Long table of counts with shares, intervals and marks.

    Parameters
    ----------
    rows, subgroups : sequences of str
    n : array of int, shape (n_rows, n_subgroups)
    base_n : array of int, shape (n_rows, n_subgroups) or (1, n_subgroups)
    base : str
        Name of the base.
    population, level
        As in `single_response_table`.

    Returns
    -------
    DataFrame, one row per row and subgroup
    """
    n, base_n = n.ravel(), np.broadcast_to(base_n, n.shape).ravel()
    population_of_subgroup = _population_of_subgroups(population, subgroups)
    share = np.divide(n, base_n, out=np.full(n.size, np.nan), where=base_n > 0)
    table = pd.DataFrame(
        {
            "row": np.repeat(np.array(rows, dtype=object), len(subgroups)),
            "subgroup": np.tile(np.array(subgroups, dtype=object), len(rows)),
            "n": n,
            "base_n": base_n,
            "base": base,
            "share": share,
            "population_n": pd.array(np.tile(population_of_subgroup, len(rows)), dtype="Int64"),
            "ci_low": np.nan,
            "ci_high": np.nan,
            "mark": [small_base_mark(cases) for cases in base_n],
        }
    )
    if population is not None:
        beyond = table[table["base_n"] > table["population_n"]]
        if len(beyond):
            raise TabulationError(
                f"Grundgesamtheit: In {quoted(beyond['subgroup'])} gibt es {quoted(beyond['base_n'])} Fälle, "
                f"aber nur {quoted(beyond['population_n'])} Einheiten, erlaubt sind höchstens so viele Fälle "
                "wie Einheiten; bitte `population` berichtigen."
            )
        table[["ci_low", "ci_high"]] = [
            finite_population_interval(int(count), int(cases), int(units), level=level)
            for count, cases, units in zip(n, base_n, table["population_n"], strict=True)
        ]
    return table


def _population_of_subgroups(
    population: Mapping[str, int] | pd.Series | None, subgroups: Sequence[str]
) -> np.ndarray:
    """(n_subgroups,) units of each subgroup, missing where no population is given."""
    if population is None:
        return np.full(len(subgroups), pd.NA, dtype=object)
    units = dict(population)
    absent = [subgroup for subgroup in subgroups if pd.isna(units.get(subgroup, pd.NA))]
    if absent:
        raise TabulationError(
            f"Grundgesamtheit: Für {quoted(absent)} fehlt die Zahl der Einheiten, angegeben sind "
            f"{quoted(units)}; bitte `population` ergänzen."
        )
    return np.array([int(units[subgroup]) for subgroup in subgroups], dtype=object)


def _unique_index(options: list[str], item_id: str) -> pd.Index:
    """Index of the options, or a refusal of an empty or ambiguous list."""
    if not options or len(set(options)) < len(options):
        raise TabulationError(
            f"Tabelle zu „{item_id}“: Die Liste der Antwortvorgaben {quoted(options)} ist leer oder nennt "
            "eine doppelt, erlaubt ist jede einmal; bitte das Codebuch berichtigen."
        )
    return pd.Index(options)
