"""The same cases over several waves: who was asked, who returned the form, who is in which waves.

Every case has a state in every wave, also where it was not asked: a case that is merely absent from a wave
would fall between two tables. Such a case is refused.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import quoted, require_columns
from gkanalysis.tabulate.frequencies import long_table
from gkanalysis.tabulate.grid import CaseLayout, lay_out_cases, positions

PARTICIPATION = ("returned", "not_returned", "declined", "not_asked")
PARTICIPATION_LABELS = {
    "asked": "angefragt",
    "returned": "Rücklauf",
    "not_returned": "kein Rücklauf",
    "declined": "abgelehnt",
    "not_asked": "nicht angefragt",
}


def attrition_table(
    participation: pd.DataFrame,
    waves: Sequence[str],
    cases: pd.DataFrame,
    *,
    by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:
    """Count the cases in each state of participation, wave by wave.

    Parameters
    ----------
    participation : DataFrame, one row per case and wave
        `case_id`, `wave`, `status`: "returned" (a form that counts came back), "not_returned" (asked, nothing
        came), "declined" (said no), "not_asked". Each case of `cases` needs a row for each wave; rows of
        other waves are passed over.
    waves : sequence of str
        In the order of time.
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`: all cases that were ever to be asked.
    by, groups : str and sequence of str, optional
        Column of `cases` with the group of each case, and the groups in the order of the table.

    Returns
    -------
    DataFrame, one row per wave, state and subgroup, states with n = 0 kept
        `wave`, `row` ("asked", then the four states), `subgroup` ("alle" first), `n` (cases), `base_n`
        (cases), `base` ("asked" for returned, not_returned and declined, which sum to it; "cases" for asked
        and not_asked, which sum to it), `share` (0 to 1, unrounded, NaN if base_n = 0), `mark` ("", "*",
        "**").

    Raises
    ------
    TabulationError
        If a case has no row or two rows in a wave, an unknown state, or is not in `cases`.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c"]})
    >>> participation = pd.DataFrame({
    ...     "case_id": ["a", "b", "c"] * 2, "wave": ["2020"] * 3 + ["2022"] * 3,
    ...     "status": ["returned", "not_returned", "not_asked", "returned", "declined", "returned"],
    ... })
    >>> table = attrition_table(participation, ["2020", "2022"], cases)
    >>> table.loc[table["row"].isin(["asked", "returned"]), ["wave", "row", "n", "base_n", "base"]]
       wave       row  n  base_n   base
    0  2020     asked  2       3  cases
    1  2020  returned  1       2  asked
    5  2022     asked  3       3  cases
    6  2022  returned  2       3  asked
    """
    layout = lay_out_cases(cases, by=by, groups=groups)
    grid = status_grid(participation, waves, layout)
    not_asked = PARTICIPATION.index("not_asked")
    parts = []
    for wave, status in zip(waves, grid, strict=True):
        counts = layout.count(status == np.arange(len(PARTICIPATION))[:, None])
        asked = layout.count((status != not_asked)[None])
        everyone = layout.count(np.ones((1, grid.shape[1]), dtype=bool))
        rows = [
            long_table(["asked"], layout.subgroups, asked, everyone, base="cases"),
            long_table(PARTICIPATION[:not_asked], layout.subgroups, counts[:not_asked], asked, base="asked"),
            long_table(["not_asked"], layout.subgroups, counts[not_asked:], everyone, base="cases"),
        ]
        parts.append(pd.concat(rows).assign(wave=wave))
    return _shares_only(pd.concat(parts, ignore_index=True), ["wave"])


def flow_table(
    participation: pd.DataFrame,
    waves: Sequence[str],
    cases: pd.DataFrame,
    *,
    merge: Mapping[str, str] | None = None,
    by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:
    """Count the cases that pass from each state of one wave to each state of the next.

    Parameters
    ----------
    participation, cases, by, groups
        As in `attrition_table`.
    waves : sequence of str
        At least two, in the order of time.
    merge : mapping from state to state, optional
        States that count as another one, such as `{"declined": "not_returned"}`.

    Returns
    -------
    DataFrame, one row per pair of neighbouring waves, pair of states and subgroup, pairs with n = 0 kept
        `wave`, `row` (state), `next_wave`, `next_row` (state), `subgroup`, `n` (cases; sum to `base_n` for
        each pair of waves), `base_n`, `base` ("cases"), `share`, `mark`.

    Raises
    ------
    TabulationError
        As in `attrition_table`, or if there are fewer than two waves, or `merge` names an unknown state.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["a", "b"]})
    >>> participation = pd.DataFrame({
    ...     "case_id": ["a", "b"] * 2, "wave": ["2020"] * 2 + ["2022"] * 2,
    ...     "status": ["returned", "declined", "returned", "returned"],
    ... })
    >>> table = flow_table(participation, ["2020", "2022"], cases, merge={"declined": "not_returned"})
    >>> table.loc[table["n"] > 0, ["row", "next_row", "n", "base_n"]]
                row  next_row  n  base_n
    0      returned  returned  1       2
    3  not_returned  returned  1       2
    """
    merge = dict(merge or {})
    if len(waves) < 2 or not {*merge, *merge.values()} <= set(PARTICIPATION):
        raise TabulationError(
            f"Verlauf: Angegeben sind die Wellen {quoted(waves)} und die Zusammenfassung {merge}, nötig sind "
            f"mindestens zwei Wellen und Zustände aus {quoted(PARTICIPATION)}; bitte die Angaben berichtigen."
        )
    layout = lay_out_cases(cases, by=by, groups=groups)
    final = np.array([PARTICIPATION.index(merge.get(state, state)) for state in PARTICIPATION])
    grid = final[status_grid(participation, waves, layout)]
    kept = sorted(set(final.tolist()))
    pairs = [(first, second) for first in kept for second in kept]
    everyone = layout.count(np.ones((1, grid.shape[1]), dtype=bool))
    parts = []
    for k in range(len(waves) - 1):
        masks = np.stack([(grid[k] == first) & (grid[k + 1] == second) for first, second in pairs])
        table = long_table(
            [str(p) for p in range(len(pairs))], layout.subgroups, layout.count(masks), everyone, base="cases"
        )
        at = table["row"].astype(int)
        parts.append(
            table.assign(
                wave=waves[k],
                row=[PARTICIPATION[pairs[p][0]] for p in at],
                next_wave=waves[k + 1],
                next_row=[PARTICIPATION[pairs[p][1]] for p in at],
            )
        )
    return _shares_only(pd.concat(parts, ignore_index=True), ["wave", "row", "next_wave", "next_row"])


def status_grid(participation: pd.DataFrame, waves: Sequence[str], layout: CaseLayout) -> np.ndarray:
    """State of every case in every wave, as (n_waves, n_cases) array of positions in `PARTICIPATION`.

    Raises
    ------
    TabulationError
        If a case has no row or two rows in a wave, an unknown state, or is not in the layout.
    """
    waves = list(waves)
    if not waves or len(set(waves)) < len(waves):
        raise TabulationError(
            f"Verlauf: Die Liste der Wellen {quoted(waves)} ist leer oder nennt eine doppelt, erlaubt ist jede "
            "einmal; bitte die Liste berichtigen."
        )
    require_columns(participation, ["case_id", "wave", "status"], "Teilnahme")
    rows = participation[participation["wave"].isin(waves)]
    wave = positions(rows["wave"], pd.Index(waves))
    case = positions(rows["case_id"], layout.case_ids)
    status = positions(rows["status"], pd.Index(PARTICIPATION))
    for wrong, column, allowed in (
        (case < 0, "case_id", "nur Fälle aus `cases`"),
        (status < 0, "status", quoted(PARTICIPATION)),
    ):
        if wrong.any():
            bad = rows[wrong]
            raise TabulationError(
                f"Teilnahme, Welle {quoted(bad['wave'])}, Fall {quoted(bad['case_id'])}: {column} "
                f"{quoted(bad[column])} ist nicht möglich, erlaubt sind {allowed}; bitte die Eingangsliste prüfen."
            )
    n_rows = np.zeros((len(waves), len(layout.case_ids)), dtype=np.int64)
    np.add.at(n_rows, (wave, case), 1)
    if (n_rows != 1).any():
        at_wave, at_case = np.argwhere(n_rows != 1)[0]
        raise TabulationError(
            f"Teilnahme, Welle „{waves[at_wave]}“: Fall „{layout.case_ids[at_case]}“ hat "
            f"{n_rows[at_wave, at_case]} Zeilen, nötig ist je Fall und Welle genau eine, auch wenn nicht "
            "angefragt wurde (not_asked); bitte die Eingangsliste ergänzen oder bereinigen."
        )
    grid = np.empty(n_rows.shape, dtype=np.int64)
    grid[wave, case] = status
    return grid


def _shares_only(table: pd.DataFrame, first: list[str]) -> pd.DataFrame:
    """The table without the columns of intervals: who took part is known of all, nothing is estimated."""
    columns = [*first, *(c for c in ("row", "subgroup") if c not in first), "n", "base_n", "base", "share"]
    return table[[*columns, "mark"]]
