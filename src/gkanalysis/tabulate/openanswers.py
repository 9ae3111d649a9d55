"""Coded open answers: categories as a multiple response set, mentions as a list, frames for agreement.

An answer without a category is not "none of them": it is refused until it is coded, so that no share is too
low.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ANSWER_STATES, quoted, require_columns

CODING_COLUMNS = ("source", "case_id", "item_id", "mention", "text", "category", "coder")


class AgreementFrames(NamedTuple):
    """Codings, documents and assignments as the tables of agreement and co-occurrence take them."""

    codings: pd.DataFrame
    documents: pd.DataFrame
    assignments: pd.DataFrame


def category_responses(
    codings: pd.DataFrame,
    item_id: str,
    categories: Sequence[str],
    responses: pd.DataFrame,
    *,
    coder: str | None,
) -> pd.DataFrame:
    """Turn the categories of an open item into a multiple response set, one tick box per category.

    Parameters
    ----------
    codings : DataFrame, one row per mention, coder and category
        `source`, `case_id`, `item_id`, `mention`, `text`, `category`, `coder`; rows of other items and coders
        are passed over.
    item_id : str
        The open item.
    categories : sequence of str
        All categories of the item, in the order of the table.
    responses : DataFrame, one row per case and item, or per case, item and occurrence
        `case_id`, `item_id`, `state`: "answered" or a kind of missing. A case has answered if any of its
        occurrences is answered.
    coder : str or None
        Whose categories count, as a rule those of the lead coder; None: those that anyone gave.

    Returns
    -------
    DataFrame, one row per case with a response to the item and category
        `case_id`, `item_id` (the category), `state`: "selected" if any mention of the case has the category,
        "not_selected" if the case answered otherwise, or the case's kind of missing. It is what
        `multiple_response_table` takes.

    Raises
    ------
    TabulationError
        If an answered case is not coded, a coded case has not answered, a category is not in the list, or
        codings of several sources are mixed.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "source": "n", "case_id": ["a", "a", "b"], "item_id": "5", "mention": [1, 2, 1], "text": ["x", "y", "z"],
    ...     "category": ["netz", "netz", "wissen"], "coder": "A",
    ... })
    >>> responses = pd.DataFrame(
    ...     {"case_id": ["a", "b", "c"], "item_id": "5", "state": ["answered", "answered", "not_answered"]}
    ... )
    >>> category_responses(codings, "5", ["netz", "wissen"], responses, coder="A")["state"].tolist()
    ['selected', 'not_selected', 'not_answered', 'not_selected', 'selected', 'not_answered']
    """
    chosen = _codings_of(codings, item_id, categories, coder)
    require_columns(responses, ["case_id", "item_id", "state"], "Antworten")
    rows = responses[responses["item_id"] == item_id]
    state_of = _state_of_case(rows, item_id)
    case_ids = pd.Index(state_of)
    states = np.array(list(state_of.values()), dtype=object)
    case_at, category_at = (
        case_ids.get_indexer(chosen["case_id"]),
        pd.Index(categories).get_indexer(chosen["category"]),
    )
    given = np.zeros((len(categories), len(case_ids)), dtype=bool)
    given[category_at[case_at >= 0], case_at[case_at >= 0]] = True
    answered = states == "answered"
    coded = given.any(axis=0) if len(categories) else np.zeros(len(case_ids), dtype=bool)
    _refuse_cases(
        case_ids[answered & ~coded],
        item_id,
        coder,
        "hat geantwortet, aber keine Kategorie",
        "jede Antwort kodiert",
    )
    strange = [*case_ids[~answered & coded], *chosen.loc[case_at < 0, "case_id"]]
    _refuse_cases(
        strange, item_id, coder, "hat eine Kategorie, aber keine Antwort", "Kategorien nur zu Antworten"
    )
    cells = np.where(answered, np.where(given, "selected", "not_selected"), states)
    return pd.DataFrame(
        {
            "case_id": np.tile(case_ids.to_numpy(dtype=object), len(categories)),
            "item_id": np.repeat(np.array(categories, dtype=object), len(case_ids)),
            "state": cells.ravel(),
        }
    )


def agreement_frames(codings: pd.DataFrame, item_id: str) -> AgreementFrames:
    """Lay out the codings of an open item so that agreement of its coders can be tabulated.

    Each mention is a document that is coded as a whole. Who gave a mention no category has not coded it.

    Parameters
    ----------
    codings, item_id
        As in `category_responses`; all coders count.

    Returns
    -------
    AgreementFrames
        `codings`, one row per coding: `coding_id`, `segment_id`, `document_id`, `case_id`, `code_id`
        (category), `coder`, `start` (0), `end` (characters of the text). `documents`, one row per coded
        mention: `document_id`, `case_id`, `text`. `assignments`, one row per document and coder who coded it:
        `document_id`, `coder`.

    Raises
    ------
    TabulationError
        If codings of several sources are mixed.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "source": "n", "case_id": ["a", "a"], "item_id": "5", "mention": 1, "text": "Runder Tisch",
    ...     "category": ["netz", "wissen"], "coder": ["A", "B"],
    ... })
    >>> frames = agreement_frames(codings, "5")
    >>> frames.codings[["document_id", "code_id", "coder", "start", "end"]].values.tolist()
    [['a/5/1', 'netz', 'A', 0, 12], ['a/5/1', 'wissen', 'B', 0, 12]]
    """
    chosen = _codings_of(codings, item_id, None, None)
    document_id = chosen["case_id"].astype(str) + f"/{item_id}/" + chosen["mention"].astype(str)
    frame = pd.DataFrame(
        {
            "coding_id": np.arange(1, len(chosen) + 1),
            "segment_id": document_id,
            "document_id": document_id,
            "case_id": chosen["case_id"],
            "code_id": chosen["category"],
            "coder": chosen["coder"],
            "start": 0,
            "end": chosen["text"].astype(str).str.len().astype(int),
            "text": chosen["text"],
        }
    ).reset_index(drop=True)
    documents = (
        frame[["document_id", "case_id", "text"]].drop_duplicates("document_id").reset_index(drop=True)
    )
    assignments = frame[["document_id", "coder"]].drop_duplicates().reset_index(drop=True)
    return AgreementFrames(frame.drop(columns="text"), documents, assignments)


def _codings_of(
    codings: pd.DataFrame, item_id: str, categories: Sequence[str] | None, coder: str | None
) -> pd.DataFrame:
    """The codings of one item and coder, checked."""
    require_columns(codings, CODING_COLUMNS, "Kodierungen")
    of_item = codings[codings["item_id"] == item_id]
    if of_item["source"].nunique() > 1:
        raise TabulationError(
            f"Kategorien zu „{item_id}“: Die Kodierungen stammen aus {quoted(of_item['source'])}, erlaubt ist eine Quelle; "
            "bitte die Kodierungen einschränken."
        )
    if categories is not None:
        if not len(categories) or len(set(categories)) < len(categories):
            raise TabulationError(
                f"Kategorien zu „{item_id}“: Die Liste {quoted(categories)} ist leer oder nennt eine doppelt, erlaubt ist "
                "jede einmal; bitte die Liste berichtigen."
            )
        unknown = of_item[~of_item["category"].isin(categories)]
        if len(unknown):
            raise TabulationError(
                f"Kategorien zu „{item_id}“: {quoted(unknown['category'])} steht nicht in der Liste, erlaubt sind "
                f"{quoted(categories, limit=20)}; bitte die Kodierung oder die Kategorien berichtigen."
            )
    if coder is None:
        return of_item
    chosen = of_item[of_item["coder"] == coder]
    if len(of_item) and not len(chosen):
        raise TabulationError(
            f"Kategorien zu „{item_id}“: „{coder}“ hat nichts kodiert, erlaubt sind {quoted(of_item['coder'])}; bitte eine "
            "davon angeben."
        )
    return chosen


def _state_of_case(rows: pd.DataFrame, item_id: str) -> dict[str, str]:
    """State of each case on the item: answered if any occurrence is, else the state of the first."""
    wrong = rows[~rows["state"].isin(ANSWER_STATES)]
    if len(wrong):
        raise TabulationError(
            f"Antworten zu „{item_id}“, Fall {quoted(wrong['case_id'])}: Der Zustand {quoted(wrong['state'])} ist nicht möglich, "
            f"erlaubt sind {quoted(ANSWER_STATES, limit=len(ANSWER_STATES))}; bitte die Antworten prüfen."
        )
    state_of: dict[str, str] = {}
    for case_id, state in zip(rows["case_id"], rows["state"], strict=True):
        if state == "answered" or case_id not in state_of:
            state_of[case_id] = state
    return state_of


def _refuse_cases(cases: Sequence[str], item_id: str, coder: str | None, said: str, allowed: str) -> None:
    """Refuse what does not fit, or do nothing if all is well."""
    if len(cases):
        whose = f" von „{coder}“" if coder else ""
        raise TabulationError(
            f"Kategorien zu „{item_id}“{whose}: Der Fall {quoted(cases)} {said}, erlaubt ist: {allowed}; bitte die Tabelle der "
            "Kodierungen ergänzen."
        )
