"""Tables of coded interviews: codes by case and by type, codes in each case, and how much text they cover.

Counts are counts of cases, not of segments: who speaks at length about a theme is still one municipality.
Who has not coded a document says nothing about it, so an uncoded document is refused or named, never 0.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import ALL, quoted, require_columns
from gkanalysis.tabulate.cooccurrence import lay_out_codings
from gkanalysis.tabulate.frequencies import long_table
from gkanalysis.tabulate.grid import CaseLayout, lay_out_cases, positions


def code_case_table(
    codings: pd.DataFrame,
    codes: Sequence[str],
    cases: pd.DataFrame,
    *,
    coder: str | None,
    by: str | None = None,
    groups: Sequence[str] = (),
    without_codings: Collection[str] = (),
    segments: bool = False,
) -> pd.DataFrame:
    """Count the cases in which each code was given, in total and by group.

    Parameters
    ----------
    codings : DataFrame, one row per coding
        `case_id`, `code_id`, `coder`, `segment_id`; codings of other codes and coders are passed over.
    codes : sequence of str
        Codes in the order of the table.
    cases : DataFrame, one row per case interviewed
        `case_id`, unique, and the column `by`. They are the base.
    coder : str or None
        Whose codings count, as a rule those of the lead coder; None: a code counts that anyone gave.
    by, groups : str and sequence of str, optional
        Column of `cases` with the group of each case, and the groups in the order of the table.
    without_codings : collection of str, default none
        Cases that the coder read without giving any code at all: they count in the base. Any other case
        without a coding is refused, since it was probably not coded.
    segments : bool, default False
        Whether to add how many segments have the code.

    Returns
    -------
    DataFrame, one row per code and subgroup, codes with n = 0 kept
        `row` (code), `subgroup` ("alle" first), `n` (cases), `base_n` (cases), `base` ("interviewed"), `share` (of
        cases, 0 to 1, unrounded, NaN if base_n = 0), `population_n`, `ci_low`, `ci_high` (missing: the interviews
        are chosen, not drawn), `mark` ("", "*", "**"), `coder`, with `segments` also `segments_n` (segments).

    Raises
    ------
    TabulationError
        If a case is unknown, appears twice or was not coded, or the coder is unknown.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "case_id": ["a", "a", "b", "b"], "segment_id": ["a-1", "a-2", "b-1", "b-1"],
    ...     "code_id": ["klima", "klima", "bilanz", "klima"], "coder": ["A", "A", "A", "B"],
    ... })
    >>> cases = pd.DataFrame({"case_id": ["a", "b"]})
    >>> table = code_case_table(codings, ["klima", "bilanz"], cases, coder="A", segments=True)
    >>> table[["row", "subgroup", "n", "base_n", "share", "segments_n"]]
          row subgroup  n  base_n  share  segments_n
    0   klima     alle  1       2    0.5           2
    1  bilanz     alle  1       2    0.5           1
    """
    layout = lay_out_cases(cases, by=by, groups=groups)
    n_segments = _segments_by_case(codings, codes, layout, coder, without_codings)
    table = long_table(
        list(codes),
        layout.subgroups,
        layout.count(n_segments > 0),
        layout.count(np.ones((1, n_segments.shape[1]), dtype=bool)),
        base="interviewed",
    ).assign(coder=coder or ALL)
    if segments:
        sums = np.stack([n_segments[:, columns].sum(axis=1) for columns in layout.slices], axis=1)
        table["segments_n"] = sums.ravel()
    return table


def coverage_table(
    codings: pd.DataFrame,
    codes: Sequence[str],
    documents: pd.DataFrame,
    *,
    coder: str,
    assignments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how much of each document's text has a code, and how much has any of the codes.

    A character counts once however many segments of a code lie over it. Codings without a place in the text
    (see `codings_without_place`) cover nothing.

    Parameters
    ----------
    codings, codes, documents, assignments
        As in `lay_out_codings`.
    coder : str
        Whose codings count.

    Returns
    -------
    DataFrame, one row per code and document, the row "alle" (any of the codes) first
        `row` (code), `subgroup` ("alle": all computable documents together, then `document_id`), `n` (characters
        covered), `base_n` (characters of the text), `base` ("characters"), `share` (0 to 1, unrounded), `coder`,
        `state` ("computable"; "no_text": no text is stored; "not_coded": the coder has not coded the document),
        `documents_n`, `not_computable_n` (documents in the base and left out of it). Where the state is another
        than "computable", `n`, `base_n` and `share` are missing.

    Raises
    ------
    TabulationError
        As in `lay_out_codings`.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "coding_id": [1, 2], "segment_id": ["s1", "s2"], "document_id": "g01", "code_id": ["klima", "bilanz"],
    ...     "coder": "A", "start": [0, 20], "end": [30, 50],
    ... })
    >>> documents = pd.DataFrame({
    ...     "document_id": ["g01", "g02"], "case_id": ["a", "b"], "text": ["x" * 100, None],
    ... })
    >>> table = coverage_table(codings, ["klima", "bilanz"], documents, coder="A")
    >>> table.loc[table["subgroup"] != "alle", ["row", "subgroup", "n", "base_n", "share", "state"]]
          row subgroup     n  base_n  share       state
    1    alle      g01    50     100    0.5  computable
    2    alle      g02  <NA>    <NA>    NaN     no_text
    4   klima      g01    30     100    0.3  computable
    5   klima      g02  <NA>    <NA>    NaN     no_text
    7  bilanz      g01    30     100    0.3  computable
    8  bilanz      g02  <NA>    <NA>    NaN     no_text
    """
    layout = lay_out_codings(codings, codes, documents, coders=[coder], assignments=assignments)
    placed, n_documents = layout.placed, len(layout.documents)
    document, code = placed["document"].to_numpy(), placed["code"].to_numpy()
    shape = (len(codes), n_documents)
    by_code = _covered(code * n_documents + document, placed, len(codes) * n_documents).reshape(shape)
    covered = np.concatenate([_covered(document, placed, n_documents)[None], by_code])
    characters, has_text = (layout.documents[c].to_numpy() for c in ("characters", "has_text"))
    computable = has_text & layout.coded[:, 0]
    state = np.where(computable, "computable", np.where(has_text, "not_coded", "no_text"))
    total = "computable" if computable.any() else "not_coded" if has_text.any() else "no_text"
    documents_n = np.array([computable.sum(), *computable])
    table = pd.DataFrame(
        {
            "row": np.repeat(np.array([ALL, *codes], dtype=object), n_documents + 1),
            "subgroup": [ALL, *layout.documents["document_id"]] * len(covered),
            "n": np.column_stack([covered[:, computable].sum(axis=1), covered]).ravel(),
            "base_n": np.tile([characters[computable].sum(), *characters], len(covered)),
            "base": "characters",
            "share": np.nan,
            "coder": coder,
            "state": [total, *state] * len(covered),
            "documents_n": np.tile(documents_n, len(covered)),
            "not_computable_n": np.tile([n_documents, *[1] * n_documents] - documents_n, len(covered)),
        }
    ).astype({"n": "Int64", "base_n": "Int64"})
    shown = table["state"] == "computable"
    table.loc[~shown, ["n", "base_n"]] = pd.NA
    table.loc[shown, "share"] = (table["n"] / table["base_n"])[shown].astype(float)
    return table


def _segments_by_case(
    codings: pd.DataFrame,
    codes: Sequence[str],
    layout: CaseLayout,
    coder: str | None,
    without_codings: Collection[str],
) -> np.ndarray:
    """(n_codes, n_cases) numbers of different segments with each code."""
    require_columns(codings, ["case_id", "segment_id", "code_id", "coder"], "Kodierungen")
    if not codes or len(set(codes)) < len(codes):
        raise TabulationError(
            f"Kodierungen: Die Liste der Kodes {quoted(codes)} ist leer oder nennt einen doppelt, erlaubt ist jeder "
            "einmal; bitte die Liste korrigieren."
        )
    if coder is not None:
        coders = codings["coder"].unique()
        codings = codings[codings["coder"] == coder]
        if codings.empty:
            raise TabulationError(
                f"Kodierungen: „{coder}“ hat nichts kodiert, vorhanden sind {quoted(coders)}; bitte eine davon "
                "angeben."
            )
    case = positions(codings["case_id"], layout.case_ids)
    if (case < 0).any():
        unknown = codings[case < 0]
        raise TabulationError(
            f"Kodierungen {quoted(unknown['segment_id'])}: Der Fall {quoted(unknown['case_id'])} steht nicht in "
            "`cases`, erlaubt sind nur Fälle von dort; bitte `cases` ergänzen oder die Kodierungen einschränken."
        )
    is_silent = np.ones(len(layout.case_ids), dtype=bool)
    is_silent[case] = False
    silent = layout.case_ids[is_silent].difference(pd.Index(list(without_codings), dtype=object))
    if len(silent):
        raise TabulationError(
            f"Kodierungen: Zu {quoted(silent)} gibt es keine von {f'„{coder}“' if coder else 'irgendwem'}, erlaubt "
            "sind nur kodierte Fälle, denn nicht kodiert heißt nicht „kommt nicht vor“; bitte die Fälle "
            "einschränken oder unter `without_codings` nennen."
        )
    code = positions(codings["code_id"], pd.Index(list(codes)))
    cells = pd.DataFrame({"code": code, "case": case, "segment_id": codings["segment_id"].to_numpy()})
    cells = cells[cells["code"] >= 0].drop_duplicates()
    n_cases = len(layout.case_ids)
    at = (cells["code"] * n_cases + cells["case"]).to_numpy()
    return np.bincount(at, minlength=len(codes) * n_cases).reshape(len(codes), n_cases)


def _covered(group: np.ndarray, placed: pd.DataFrame, n_groups: int) -> np.ndarray:
    """(n_groups,) numbers of characters that the segments of each group cover, overlaps counted once."""
    if not len(placed):
        return np.zeros(n_groups, dtype=np.int64)
    order = np.lexsort((placed["start"], group))
    group = group[order]
    # Groups lie one after the other on a single line, so that one running maximum serves all of them.
    shift = group * (int(placed["end"].max()) + 1)
    start, end = (placed[c].to_numpy()[order] + shift for c in ("start", "end"))
    covered_to = np.concatenate([[0], np.maximum.accumulate(end)[:-1]])
    added = np.maximum(end - np.maximum(start, covered_to), 0)
    return np.bincount(group, weights=added, minlength=n_groups).astype(np.int64)
