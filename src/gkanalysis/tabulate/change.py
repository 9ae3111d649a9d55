"""What the same cases say in two waves: transitions of one question, and changes with interval and exact test.

Only items that ask the same can be paired, and only cases with a valid answer both times are the base; where
the others are is counted beside it. Shares that cannot be paired are the affair of `tabulate.comparison`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.exact import holm
from gkanalysis.stats.paired import mcnemar_test, paired_difference
from gkanalysis.tabulate.bases import BASE_LABELS, STATES, quoted, require_columns
from gkanalysis.tabulate.frequencies import long_table
from gkanalysis.tabulate.grid import CaseLayout, lay_out_cases, positions

ANSWERED_BOTH = "answered_both"
ASKED_BOTH = "asked_both"
CHANGE_BASE_LABELS = {
    **BASE_LABELS,
    ANSWERED_BOTH: "mit gültiger Angabe in beiden Wellen",
    ASKED_BOTH: "in beiden Wellen gefragt; nicht angekreuzt heißt nein",
}

TRANSITIONS = ("both", "first_only", "second_only", "neither")


@dataclass(frozen=True)
class WaveItem:
    """An item of one wave, and which question it asks.

    Attributes
    ----------
    wave : str
        Such as "2020".
    item_id : str
        In the codebook of that wave.
    question : str
        Id that items of different waves share if, and only if, they ask the same.
    label : str
        What is asked, in a few German words.
    yes, no : tuple of str
        For an item with options: those that count as having the property, and as not having it. A tick box
        needs neither.
    block : str
        For a row of a multiple response set: the label of the set.
    """

    wave: str
    item_id: str
    question: str
    label: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    block: str = ""


def transition_table(
    responses: Mapping[str, pd.DataFrame],
    first: WaveItem,
    second: WaveItem,
    cases: pd.DataFrame,
    *,
    by: str | None = None,
    groups: Sequence[str] = (),
) -> pd.DataFrame:
    """Count the cases by their answers to one question in two waves.

    Parameters
    ----------
    responses : mapping from wave to DataFrame, one row per case and item
        `case_id`, `item_id`, `state`, `value`. A case without any row in a wave is not in it; a case with
        rows needs one for the item.
    first, second : WaveItem
        The same question, in different waves.
    cases : DataFrame, one row per case
        `case_id`, unique, and the column `by`; cases that are in neither wave may be among them.
    by, groups : str and sequence of str, optional
        Column of `cases` with the group of each case, and the groups in the order of the table.

    Returns
    -------
    DataFrame, one row per transition and subgroup, transitions with n = 0 kept
        `row` ("both", "first_only", "second_only", "neither"), `subgroup`, `n` (cases), `base_n` (cases with
        a valid answer in both waves), `base` ("answered_both"), `share`, `mark`, and where the other cases of
        the subgroup are: `first_valid_only_n`, `second_valid_only_n`, `no_valid_n`; with `base_n` they sum to
        `cases_n`.

    Raises
    ------
    TabulationError
        If the items ask different questions or are of one wave, a case is unknown, has no row or two rows for
        the item, or a value counts neither as yes nor as no.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": ["a", "b", "c"]})
    >>> def wave(**states):
    ...     return pd.DataFrame({"case_id": list(states), "item_id": "1", "state": list(states.values())})
    >>> responses = {"2020": wave(a="selected", b="not_selected", c="selected"),
    ...              "2022": wave(a="selected", b="selected")}
    >>> item = {"item_id": "1", "question": "konzept", "label": "Konzept"}
    >>> table = transition_table(responses, WaveItem("2020", **item), WaveItem("2022", **item), cases)
    >>> table[["row", "n", "base_n", "first_valid_only_n", "cases_n"]]
               row  n  base_n  first_valid_only_n  cases_n
    0         both  1       2                   1        3
    1   first_only  0       2                   1        3
    2  second_only  1       2                   1        3
    3      neither  0       2                   1        3
    """
    layout = lay_out_cases(cases, by=by, groups=groups)
    one, other = _answers_of_pair(responses, first, second, layout)
    paired = (one >= 0) & (other >= 0)
    masks = np.stack([paired & (one == x) & (other == y) for x, y in ((1, 1), (1, 0), (0, 1), (0, 0))])
    outside = {
        "first_valid_only_n": (one >= 0) & (other < 0),
        "second_valid_only_n": (one < 0) & (other >= 0),
        "no_valid_n": (one < 0) & (other < 0),
        "cases_n": np.ones(len(one), dtype=bool),
    }
    table = long_table(
        TRANSITIONS, layout.subgroups, layout.count(masks), layout.count(paired[None]), base=ANSWERED_BOTH
    ).drop(columns=["population_n", "ci_low", "ci_high"])
    left_out = {
        name: np.tile(layout.count(mask[None])[0], len(TRANSITIONS)) for name, mask in outside.items()
    }
    return table.assign(**left_out)


def change_table(
    responses: Mapping[str, pd.DataFrame],
    pairs: Sequence[tuple[WaveItem, WaveItem]],
    cases: pd.DataFrame,
    *,
    by: str | None = None,
    groups: Sequence[str] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Test for each question whether the same cases answer otherwise in the second wave.

    Parameters
    ----------
    responses, cases, by, groups
        As in `transition_table`.
    pairs : sequence of (WaveItem, WaveItem)
        First and second item of each question.
    level : float, default 0.95
        Nominal coverage of the intervals.

    Returns
    -------
    DataFrame, one row per question and subgroup
        `row` (question), `label`, `block` (label of the multiple response set, or ""), `first_wave`,
        `second_wave`, `subgroup`, `first_n`, `second_n` (cases with yes), `base_n` (cases with a valid answer in
        both waves), `base` ("answered_both"; for a row of a set "asked_both", as a box that is not ticked is an
        answer), `first_share`, `second_share` (0 to 1, unrounded), `lost_n` (yes, then no), `gained_n` (no, then yes), `difference`
        (second minus first share), `ci_low`, `ci_high` (Newcombe, method 10), `p` (exact McNemar), `p_holm`
        (over all tests of the table), `reason` (why p or difference is missing, a key of
        `PAIRED_REASON_LABELS`), `mark`, `left_out_n` (cases of the subgroup outside the base).

    Raises
    ------
    TabulationError
        As in `transition_table`, or if a question stands twice.

    References
    ----------
    .. [1] See `gkanalysis.stats.paired.mcnemar_test`, `paired_difference`, and `gkanalysis.stats.holm`.

    Examples
    --------
    >>> cases = pd.DataFrame({"case_id": list("abcdef")})
    >>> def wave(ticks):
    ...     states = ["selected" if t == "x" else "not_selected" for t in ticks]
    ...     return pd.DataFrame({"case_id": list("abcdef"), "item_id": "1", "state": states})
    >>> item = {"item_id": "1", "question": "konzept", "label": "Konzept"}
    >>> table = change_table({"2020": wave("x-----"), "2022": wave("xxxxx-")},
    ...                      [(WaveItem("2020", **item), WaveItem("2022", **item))], cases)
    >>> table[["first_n", "second_n", "base_n", "gained_n", "lost_n", "p"]].values.tolist()
    [[1.0, 5.0, 6.0, 4.0, 0.0, 0.125]]
    """
    questions = [first.question for first, _ in pairs]
    if not pairs or len(set(questions)) < len(questions):
        raise TabulationError(
            f"Veränderung: Die Liste der Fragen {quoted(questions)} ist leer oder nennt eine doppelt, erlaubt "
            "ist jede einmal; bitte die Liste berichtigen."
        )
    records = []
    for first, second in pairs:
        table = transition_table(responses, first, second, cases, by=by, groups=groups)
        for subgroup, rows in table.groupby("subgroup", sort=False):
            a, b, c, d = (int(n) for n in rows.set_index("row")["n"].loc[list(TRANSITIONS)])
            records.append(
                {"row": first.question, "label": first.label, "block": first.block, "first_wave": first.wave}
                | {"second_wave": second.wave, "subgroup": subgroup}
                | _change(a, b, c, d, level)
                | ({"base": ASKED_BOTH} if first.block else {})
                | {"mark": rows["mark"].iloc[0], "left_out_n": int(rows["cases_n"].iloc[0]) - (a + b + c + d)}
            )
    changes = pd.DataFrame(records)
    changes.insert(changes.columns.get_loc("p") + 1, "p_holm", holm(changes["p"]))
    return changes


def _change(a: int, b: int, c: int, d: int, level: float) -> dict[str, object]:
    """Counts, shares, difference and test of one question in one subgroup."""
    n = a + b + c + d
    test, found = mcnemar_test(a, b, c, d), paired_difference(a, b, c, d, level=level)
    counts = {"first_n": a + b, "second_n": a + c, "base_n": n, "base": ANSWERED_BOTH}
    shares = {"first_share": (a + b) / n if n else np.nan, "second_share": (a + c) / n if n else np.nan}
    estimates = {
        "lost_n": b,
        "gained_n": c,
        "difference": np.nan if found.difference is None else found.difference,
        "ci_low": np.nan if found.low is None else found.low,
        "ci_high": np.nan if found.high is None else found.high,
        "p": np.nan if test.p is None else test.p,
        "reason": test.reason,
    }
    return counts | shares | estimates


def _answers_of_pair(
    responses: Mapping[str, pd.DataFrame], first: WaveItem, second: WaveItem, layout: CaseLayout
) -> tuple[np.ndarray, np.ndarray]:
    """Answers of all cases to both items: 1 yes, 0 no, -1 no valid answer."""
    if first.question != second.question or first.wave == second.wave:
        raise TabulationError(
            f"Paarvergleich: „{first.label}“ ({first.wave}, Frage „{first.question}“) und „{second.label}“ "
            f"({second.wave}, Frage „{second.question}“) lassen sich nicht paaren, erlaubt ist dieselbe Frage in zwei "
            "Wellen; bitte die Anteile mit Hinweis nebeneinander stellen (`compare_shares`)."
        )
    return _answers(responses, first, layout), _answers(responses, second, layout)


def _answers(responses: Mapping[str, pd.DataFrame], item: WaveItem, layout: CaseLayout) -> np.ndarray:
    """Answers of all cases to one item: 1 yes, 0 no, -1 no valid answer or not in the wave."""
    where = f"Welle „{item.wave}“, Item „{item.item_id}“"
    if item.wave not in responses:
        raise TabulationError(
            f"{where}: Zu dieser Welle fehlen die Antworten, vorhanden sind {quoted(responses)}; bitte sie übergeben."
        )
    frame = responses[item.wave]
    require_columns(frame, ["case_id", "item_id", "state"], where)
    in_wave = positions(frame["case_id"], layout.case_ids)
    if (in_wave < 0).any():
        raise TabulationError(
            f"{where}: Der Fall {quoted(frame['case_id'][in_wave < 0])} steht nicht in `cases`, erlaubt sind nur Fälle "
            "von dort; bitte `cases` ergänzen oder die Antworten einschränken."
        )
    chosen = (frame["item_id"] == item.item_id).to_numpy()
    n_rows = np.bincount(in_wave[chosen], minlength=len(layout.case_ids))
    wrong = np.flatnonzero((n_rows > 1) | ((n_rows == 0) & np.isin(np.arange(len(n_rows)), in_wave)))
    if wrong.size:
        raise TabulationError(
            f"{where}: Fall {quoted(layout.case_ids[wrong])} hat keine oder mehrere Zeilen zu diesem Item, nötig ist "
            "genau eine mit einem Zustand; bitte die Antworten ergänzen oder bereinigen."
        )
    rows = frame[chosen]
    answers = np.full(len(layout.case_ids), -1)
    answers[in_wave[chosen]] = _yes_or_no(rows, item, where)
    return answers


def _yes_or_no(rows: pd.DataFrame, item: WaveItem, where: str) -> np.ndarray:
    """1, 0 or -1 for each row; a state or value that is neither yes nor no nor missing is refused."""
    state = rows["state"].to_numpy(dtype=object)
    unknown = ~np.isin(state.astype(str), STATES)
    answer = np.select([state == "selected", state == "not_selected"], [1, 0], -1)
    if (given := state == "answered").any():
        require_columns(rows, ["value"], where)
        value = rows["value"]
        yes, no = value.isin(item.yes).to_numpy(), value.isin(item.no).to_numpy()
        answer = np.where(given & yes, 1, np.where(given & no, 0, answer))
        unknown |= given & (yes == no)
    if unknown.any():
        bad = rows[unknown]
        shown = bad["value"] if "value" in bad and (bad["state"] == "answered").all() else bad["state"]
        raise TabulationError(
            f"{where}, Fall {quoted(bad['case_id'])}: {quoted(shown)} zählt weder als ja noch als nein, als ja zählen "
            f"{quoted(item.yes) or '–'}, als nein {quoted(item.no) or '–'}; bitte die Angaben zur Frage ergänzen."
        )
    return answer
