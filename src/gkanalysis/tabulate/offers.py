"""Offers and gaps by theme: where a need is named, whether an offer is there, for whom it is open or could be.

A case has a property in a theme if one of its offers has it. It lacks the property only if that is known of
every offer there; otherwise nothing is known, the case is in no base, and it is counted beside it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import MISSING_STATES, TICK_STATES, quoted, require_columns
from gkanalysis.tabulate.frequencies import long_table
from gkanalysis.tabulate.grid import lay_out_cases, positions

OFFER_ASPECTS = ("need", "offer", "open_ag", "open_d", "could_open")
OFFER_ASPECT_LABELS = {
    "need": "Lücke benannt",
    "offer": "Angebot vorhanden",
    "open_ag": "offen für Gestattete (AG)",
    "open_d": "offen für Geduldete (D)",
    "could_open": "weitere Öffnung möglich",
}
OFFER_BASES = {
    "need": "need_answered",
    "offer": "offers_answered",
    "open_ag": "with_offer",
    "open_d": "with_offer",
    "could_open": "with_offer",
}

_OPENINGS = ("open_ag", "open_d", "could_open")
_YES, _NO, _UNKNOWN, _ABSENT = 1, 0, -1, -2


def offer_matrix(
    offers: pd.DataFrame,
    needs: pd.DataFrame,
    themes: Sequence[str],
    cases: pd.DataFrame,
    *,
    by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:
    """Count for each theme the cases with a need, an offer, an open offer, and one that could be opened.

    Parameters
    ----------
    offers : DataFrame, one row per case, theme and offer
        `case_id`, `theme`, `offer`, and the states `present`, `open_ag`, `open_d`, `could_open`: "selected",
        "not_selected" or a kind of missing. A named row of the form that was left empty is an offer that is
        not present; a case without any row in a theme did not return that table.
    needs : DataFrame, one row per case and theme
        `case_id`, `theme`, `state`: "selected" (a gap is named), "not_selected" (there is none) or a kind of
        missing. A case without a row did not return that part.
    themes : sequence of str
        In the order of the table; rows of other themes are passed over.
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`.
    by, groups : str and sequence of str, optional
        Column of `cases` with the group of each case, and the groups in the order of the table.

    Returns
    -------
    DataFrame, one row per theme, aspect and subgroup, rows with n = 0 kept
        `row` (theme), `aspect` ("need", "offer", "open_ag", "open_d", "could_open"), `subgroup` ("alle"
        first), `n` (cases), `base_n` (cases), `base` ("need_answered"; "offers_answered"; "with_offer": cases
        with an offer of which the opening is known), `share` (0 to 1, unrounded, NaN if base_n = 0), `mark`
        ("", "*", "**"), `unknown_n` (cases that returned the table, but whose answer is missing or
        incomplete; for the openings only cases with an offer), `outside_n` (cases without a row; for the
        openings those without an offer, or of whom none is known). `base_n`,
        `unknown_n` and `outside_n` sum to the cases of the subgroup.

    Raises
    ------
    TabulationError
        If a case is unknown, a state is not possible, an offer stands twice, or an offer that is not present
        has an opening.

    Examples
    --------
    Two language courses in a, one of them open to persons with toleration; b has none and names a gap:

    >>> offers = pd.DataFrame({
    ...     "case_id": ["a", "a", "b"], "theme": "sprache", "offer": ["1", "2", "1"],
    ...     "present": ["selected", "selected", "not_selected"],
    ...     "open_ag": ["selected", "selected", "not_answered"],
    ...     "open_d": ["selected", "not_selected", "not_answered"],
    ...     "could_open": ["not_selected", "not_answered", "not_answered"],
    ... })
    >>> needs = pd.DataFrame({"case_id": ["a", "b"], "theme": "sprache", "state": ["not_selected", "selected"]})
    >>> table = offer_matrix(offers, needs, ["sprache"], pd.DataFrame({"case_id": ["a", "b"]}))
    >>> table[["aspect", "n", "base_n", "base", "unknown_n", "outside_n"]]
           aspect  n  base_n             base  unknown_n  outside_n
    0        need  1       2    need_answered          0          0
    1       offer  1       2  offers_answered          0          0
    2     open_ag  1       1       with_offer          0          1
    3      open_d  1       1       with_offer          0          1
    4  could_open  0       0       with_offer          1          1
    """
    themes = _unique(themes)
    layout = lay_out_cases(cases, by=by, groups=groups)
    needs_of = _rows_of(needs, ["state"], themes, layout.case_ids, "Lücken")
    offers_of = _rows_of(offers, ["present", *_OPENINGS], themes, layout.case_ids, "Angebote")
    shape = (len(themes), len(layout.case_ids))
    answers = {"need": _any_of(needs_of, "state", shape), "offer": _any_of(offers_of, "present", shape)}
    here = offers_of[offers_of["present"] == "selected"]
    answers |= {opening: _any_of(here, opening, shape) for opening in _OPENINGS}
    parts = []
    for aspect in OFFER_ASPECTS:
        answer = answers[aspect]
        table = long_table(
            themes,
            layout.subgroups,
            layout.count(answer == _YES),
            layout.count(answer >= _NO),
            base=OFFER_BASES[aspect],
        ).drop(columns=["population_n", "ci_low", "ci_high"])
        table.insert(1, "aspect", aspect)
        table["unknown_n"] = layout.count(answer == _UNKNOWN).ravel()
        table["outside_n"] = layout.count(answer == _ABSENT).ravel()
        parts.append(table)
    theme_order = np.tile(np.repeat(np.arange(len(themes)), len(layout.subgroups)), len(parts))
    return (
        pd.concat(parts, ignore_index=True)
        .iloc[np.argsort(theme_order, kind="stable")]
        .reset_index(drop=True)
    )


def _rows_of(
    frame: pd.DataFrame, states: Sequence[str], themes: Sequence[str], case_ids: pd.Index, where: str
) -> pd.DataFrame:
    """The rows of these themes with positions `_theme` and `_case`, checked."""
    keys = ["case_id", "theme"] if where == "Lücken" else ["case_id", "theme", "offer"]
    require_columns(frame, [*keys, *states], where)
    at_theme = positions(frame["theme"], pd.Index(themes))
    rows = frame[at_theme >= 0]
    rows = rows.assign(_theme=at_theme[at_theme >= 0], _case=positions(rows["case_id"], case_ids))
    _refuse(rows[rows["_case"] < 0], where, "case_id", "nur Fälle aus `cases`")
    for state in states:
        _refuse(
            rows[~rows[state].isin(TICK_STATES)], where, state, quoted(TICK_STATES, limit=len(TICK_STATES))
        )
    twice = rows[rows.duplicated(keys)]
    if len(twice):
        raise TabulationError(
            f"{where}, Fall {quoted(twice['case_id'])}, Thema {quoted(twice['theme'])}: Eine Zeile steht zweimal da, "
            "erlaubt ist jede einmal; bitte die doppelten Zeilen klären."
        )
    if "present" in states:
        opened = rows[list(_OPENINGS)].eq("selected").any(axis=1)
        _refuse(
            rows[opened & (rows["present"] != "selected")],
            where,
            "offer",
            "Angaben zur Öffnung nur bei vorhandenen",
        )
    return rows


def _refuse(wrong: pd.DataFrame, where: str, column: str, allowed: str) -> None:
    """Refuse rows with something that is not possible, or do nothing if there are none."""
    if len(wrong):
        raise TabulationError(
            f"{where}, Fall {quoted(wrong['case_id'])}, Thema {quoted(wrong['theme'])}: {column} "
            f"{quoted(wrong[column])} ist so nicht möglich, erlaubt sind {allowed}; bitte die Angaben prüfen."
        )


def _any_of(rows: pd.DataFrame, state: str, shape: tuple[int, int]) -> np.ndarray:
    """(n_themes, n_cases) answers: yes if any row is selected, no if all are known not to be."""
    selected, missing, n_rows = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    at = (rows["_theme"].to_numpy(dtype=int), rows["_case"].to_numpy(dtype=int))
    np.add.at(n_rows, at, 1)
    np.add.at(selected, at, (rows[state] == "selected").to_numpy(dtype=np.int64))
    np.add.at(missing, at, rows[state].isin(MISSING_STATES).to_numpy(dtype=np.int64))
    return np.select([n_rows == 0, selected > 0, missing > 0], [_ABSENT, _YES, _UNKNOWN], _NO)


def _unique(themes: Sequence[str]) -> list[str]:
    """The list of themes, or a refusal of an empty or ambiguous one."""
    themes = list(themes)
    if not themes or len(set(themes)) < len(themes):
        raise TabulationError(
            f"Angebote: Die Liste der Themen {quoted(themes)} ist leer oder nennt eines doppelt, erlaubt ist jedes "
            "einmal; bitte die Liste berichtigen."
        )
    return themes
