"""Agreement of coders on three levels, and the list of all disagreements that its figures count.

What is counted is a comparison of two coders: of a document and code, or of one coding with what the other
coder did there. Every comparison that does not agree is a row of the list, so n, base_n and list add up.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.stats import agreement as coefficients
from gkanalysis.tabulate.bases import ALL, quoted, require_columns
from gkanalysis.tabulate.cooccurrence import (
    CodingLayout,
    Matches,
    character_cells,
    lay_out_codings,
    match_codings,
)
from gkanalysis.tabulate.frequencies import long_table

COMPARED_LABELS = {
    "document": "Kode kommt im Gespräch vor",
    "frequency": "Zahl der Kodierungen im Gespräch",
    "segment": "Lage der Kodierung im Text",
}


# A coding rarely starts and ends on the same character twice; 90 % is also what MAXQDA proposes.
OVERLAP = 0.9


def agreement_table(
    codings: pd.DataFrame,
    codes: Sequence[str],
    documents: pd.DataFrame,
    *,
    coders: Sequence[str],
    compare: str,
    assignments: pd.DataFrame | None = None,
    overlap: float = OVERLAP,
    overlap_of: str = "union",
    metric: str = "ratio",
    draws: int = coefficients.DRAWS,
    seed: int = coefficients.SEED,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count agreements of coders, with kappa and alpha, per code and overall, for all coders and each pair.

    Parameters
    ----------
    codings, codes, documents, coders, assignments
        As in `lay_out_codings`; two coders or more. Who did not code a document is missing there, not 0.
    compare : {"document", "frequency", "segment"}
        - "document": whether the code was given to the document at all.
        - "frequency": how many codings of the document have the code.
        - "segment": whether the other coder gave the same code to a segment that overlaps enough. Each coding
          is looked at from its own coder, so a match counts once on either side.
    overlap : float, default 0.9
        Least overlap of a match, above 0 to 1; for "segment" only.
    overlap_of : {"union", "shorter"}, default "union"
        What the overlap is a share of: the stretch that the two segments cover together, or the shorter one.
    metric : {"nominal", "ordinal", "interval", "ratio"}, default "ratio"
        Metric of alpha for "frequency"; the other two have yes and no only, so that it is nominal.
    draws, seed, level
        Of the bootstrap, which draws documents; see `alpha_intervals`.

    Returns
    -------
    DataFrame, one row per code and subgroup, the row "alle" (all codes) first
        `row` (code), `subgroup` ("alle": all coders, then each pair "coder und coder"), `n` (comparisons that
        agree), `base_n` (comparisons), `base` ("document_pairs", "coding_pairs"), `share` (0 to 1, unrounded, NaN
        if base_n = 0), `population_n`, `ci_low`, `ci_high` (missing), `mark`; over the pairs and over the codes, n
        and base_n add up. `compared`, `metric`, `overlap`, `overlap_of` (as asked for). `documents_n` (documents
        compared), `no_place_n` (codings left out of "segment" because they have no place in a stored text).
        `kappa`, `kappa_kind` ("cohen" for two coders, "fleiss" for more), `kappa_reason`; `alpha`, `alpha_reason`;
        `alpha_low`, `alpha_high`, `draws_n` (draws with an alpha), `interval_reason`: missing numbers have a
        reason of `REASON_LABELS` and the others have "". `unit`, `units_n`: what kappa and alpha are taken over
        ("document_code"; for "segment" "character_code": whether a character has the code), and how many.

    Raises
    ------
    TabulationError
        As in `lay_out_codings`, or if an option is not possible.

    Notes
    -----
    Documents without the code at both coders agree. The row "alle" takes chance from all codes together; it is
    not the mean of the codes. Kappa takes frequencies as categories, 3 and 4 being as different as 3 and 0.
    Segments have no natural "neither": their kappa and alpha therefore ask each character of the text, so that
    borders count by their length and long segments weigh more.

    References
    ----------
    .. [1] MAXQDA manual, Intercoder Agreement: existence and frequency of codes in the document, and segments
       that overlap at a stated rate.
    .. [2] Krippendorff, 2011, and Zapf et al., 2016: see `gkanalysis.stats.agreement`.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "coding_id": [1, 2, 3], "segment_id": ["s1", "s2", "s3"], "document_id": "g01",
    ...     "code_id": ["klima", "bilanz", "klima"], "coder": ["A", "A", "B"], "start": [0, 50, 0], "end": [40, 90, 38],
    ... })
    >>> documents = pd.DataFrame({"document_id": ["g01"], "case_id": ["a"], "text": ["x" * 100]})
    >>> for compare in COMPARED_LABELS:
    ...     table = agreement_table(
    ...         codings, ["klima", "bilanz"], documents, coders=["A", "B"], compare=compare
    ...     )
    ...     total = table[table["subgroup"] == "alle"]
    ...     print(compare, *(f"{n}/{base_n}" for n, base_n in zip(total["n"], total["base_n"])))
    document 1/2 1/1 0/1
    frequency 1/2 1/1 0/1
    segment 2/3 2/2 0/1
    """
    _check_options(coders, compare, overlap, overlap_of)
    layout = lay_out_codings(codings, codes, documents, coders=coders, assignments=assignments)
    pairs = list(combinations(range(len(layout.coders)), 2))
    tables, domain = _contingency(layout, pairs, compare)
    is_segment = compare == "segment"
    metric = metric if compare == "frequency" else "nominal"
    if is_segment:
        agreed, compared = _count_matches(layout, pairs, match_codings(layout, overlap, overlap_of))
        units = layout.documents["characters"].to_numpy()  # 0 without text: such a document is not compared
    else:
        agreed = np.trace(np.sum(tables, axis=1), axis1=2, axis2=3).astype(np.int64)
        compared = np.sum(tables, axis=(1, 3, 4)).astype(np.int64)
        units = np.ones(len(layout.documents), dtype=np.int64)
    n, base_n = (np.column_stack([counts.sum(axis=0), *counts]) for counts in (agreed, compared))
    subgroups = [ALL, *(_pair_label(layout, pair) for pair in pairs)]
    base = "coding_pairs" if is_segment else "document_pairs"
    table = long_table([ALL, *layout.codes], subgroups, n, base_n, base=base).assign(
        compared=compare,
        metric=metric,
        overlap=overlap if is_segment else np.nan,
        overlap_of=overlap_of if is_segment else "",
    )
    no_place = layout.codings[layout.codings["place_reason"] != ""] if is_segment else layout.codings[:0]
    columns = []
    for members in [tuple(range(len(layout.coders))), *pairs]:
        m = layout.coded[:, members].sum(axis=1)
        lost = no_place[no_place["coder"].isin(members) & (m[no_place["document"]] > 1)]["code"]
        lost_n = np.bincount(lost, minlength=len(layout.codes))
        m = np.where(units > 0, m, 0)
        units_n = np.full(len(layout.codes), units[m > 1].sum())
        within = [t for t, pair in zip(tables, pairs, strict=True) if set(pair) <= set(members)]
        columns.append(
            {
                "documents_n": np.full(len(n), np.count_nonzero(m > 1)),
                "no_place_n": np.append(lost_n.sum(), lost_n),
                **_coefficients(within, m, domain, metric, (draws, seed, level)),
                "unit": np.full(len(n), "character_code" if is_segment else "document_code", dtype=object),
                "units_n": np.append(units_n.sum(), units_n),
            }
        )
    return table.assign(**{k: np.stack([c[k] for c in columns], axis=1).ravel() for k in columns[0]})


def disagreements(
    codings: pd.DataFrame,
    codes: Sequence[str],
    documents: pd.DataFrame,
    segments: pd.DataFrame,
    *,
    coders: Sequence[str],
    compare: str,
    assignments: pd.DataFrame | None = None,
    overlap: float = OVERLAP,
    overlap_of: str = "union",
) -> pd.DataFrame:
    """List every comparison of two coders that does not agree, with the text it is about.

    Parameters
    ----------
    codings, codes, documents, coders, compare, assignments, overlap, overlap_of
        As in `agreement_table`. The coder named first is the measure for what is missed or additional.
    segments : DataFrame, one row per segment
        `segment_id`, unique, `text`.

    Returns
    -------
    DataFrame, one row per disputed comparison, sorted by document and place
        `row`, `subgroup`, `compared` (as in `agreement_table`: there are base_n - n rows for each row and pair);
        `kind`; `document_id`, `case_id`; `coder` (who set the code, or set it more often), `count` (codings of the
        document with the code), `coding_id`, `segment_id`, `start`, `end`, `text` (of the coding; of the first one
        in the document for "document" and "frequency"); `other_coder`, `other_count`, and what they set instead:
        `other_code_id`, `other_coding_id`, `other_segment_id`, `other_start`, `other_end`, `other_text` (missing
        if nothing), `overlap` (of the two codings, as a share of what `overlap_of` says; 0 if nothing).
        Kinds: "missed" (set by the coder named first, not by the other), "additional" (the reverse), and for
        "segment" also "other_border" (same code, overlap too small), "other_code" (enough overlap with a coding of
        another code that is disputed, too).

    Raises
    ------
    TabulationError
        As in `agreement_table`, or if a segment has no row in `segments`.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "coding_id": [1, 2], "segment_id": ["s1", "s2"], "document_id": "g01", "code_id": "klima",
    ...     "coder": ["A", "B"], "start": [0, 0], "end": [40, 20],
    ... })
    >>> documents = pd.DataFrame({"document_id": ["g01"], "case_id": ["a"], "text": ["x" * 100]})
    >>> segments = pd.DataFrame({"segment_id": ["s1", "s2"], "text": ["x" * 40, "x" * 20]})
    >>> listed = disagreements(
    ...     codings, ["klima"], documents, segments, coders=["A", "B"], compare="segment"
    ... )
    >>> listed[["row", "kind", "coder", "start", "end", "other_coder", "other_end", "overlap"]]
         row          kind coder  start  end other_coder  other_end  overlap
    0  klima  other_border     B      0   20           A         40      0.5
    1  klima  other_border     A      0   40           B         20      0.5
    """
    _check_options(coders, compare, overlap, overlap_of)
    layout = lay_out_codings(codings, codes, documents, coders=coders, assignments=assignments)
    require_columns(segments, ["segment_id", "text"], "Segmente")
    counts = layout.counts
    if compare == "segment":
        rows = layout.placed
        matches = match_codings(layout, overlap, overlap_of)
        at, other = np.nonzero(matches.is_made & ~matches.agrees)
        instead, kind, share = (a[at, other] for a in (matches.instead, matches.kind, matches.share))
    else:
        rows = layout.codings
        at, other = _disputed_documents(layout, np.minimum(counts, 1) if compare == "document" else counts)
        instead, kind, share = np.full(len(at), -1), np.full(len(at), "", dtype=object), np.zeros(len(at))
    own, theirs = (_take(rows, positions) for positions in (at, instead))
    document, code, coder = (rows[c].to_numpy()[at] for c in ("document", "code", "coder"))
    code_ids, coder_ids = np.array(layout.codes, dtype=object), np.array(layout.coders, dtype=object)
    listed = pd.DataFrame(
        {
            "row": code_ids[code],
            "subgroup": [_pair_label(layout, pair) for pair in np.sort([coder, other], axis=0).T],
            "compared": compare,
            "kind": np.where(kind != "", kind, np.where(coder < other, "missed", "additional")),
            "document_id": layout.documents["document_id"].to_numpy()[document],
            "case_id": layout.documents["case_id"].to_numpy()[document],
            "coder": coder_ids[coder],
            "count": counts[document, code, coder],
            **{c: own[c] for c in ("coding_id", "segment_id", "start", "end")},
            "text": _texts(own["segment_id"], segments),
            "other_coder": coder_ids[other],
            "other_count": counts[document, code, other],
            "other_code_id": theirs["code"].map(dict(enumerate(layout.codes))).astype(object),
            **{f"other_{c}": theirs[c] for c in ("coding_id", "segment_id", "start", "end")},
            "other_text": _texts(theirs["segment_id"], segments),
            "overlap": share,
        }
    )
    order = np.lexsort((other, coder, code, own["end"], own["start"], document))
    return listed.iloc[order].reset_index(drop=True)


def _check_options(coders: Sequence[str], compare: str, overlap: float, overlap_of: str) -> None:
    """Refuse a comparison that is not possible."""
    if compare not in COMPARED_LABELS or overlap_of not in ("union", "shorter") or not 0 < overlap <= 1:
        raise TabulationError(
            f"Übereinstimmung: „{compare}“ mit {overlap} von „{overlap_of}“ ist nicht möglich, erlaubt sind "
            f"{quoted(COMPARED_LABELS)} mit einem Anteil über 0 bis 1 von „union“ oder „shorter“; bitte so angeben."
        )
    if len(coders) < 2:
        raise TabulationError(
            f"Übereinstimmung: Angegeben ist nur {quoted(coders)}, nötig sind mindestens zwei Personen; bitte "
            "`coders` ergänzen."
        )


def _pair_label(layout: CodingLayout, pair: Sequence[int]) -> str:
    """Name of the subgroup of two coders."""
    return " und ".join(layout.coders[coder] for coder in pair)


def _contingency(
    layout: CodingLayout, pairs: Sequence[tuple[int, int]], compare: str
) -> tuple[list[np.ndarray], np.ndarray]:
    """Units by the values of both coders, one (n_documents, 1 + n_codes, n_values, n_values) array per pair.

    The first code is all of them together; documents that only one of the two coded hold nothing. Also the values.
    """
    counts = layout.counts
    if compare == "segment":
        domain, cells = np.arange(2), character_cells(layout, pairs)
    else:
        values = np.minimum(counts, 1) if compare == "document" else counts
        domain = np.unique(values)
        at = np.searchsorted(domain, values)
        grid = np.arange(len(domain) ** 2)
        cells = [(at[:, :, i] * len(domain) + at[:, :, j])[..., None] == grid for i, j in pairs]
    tables = []
    for (i, j), cell in zip(pairs, cells, strict=True):
        both = layout.coded[:, i] & layout.coded[:, j]
        table = (cell * both[:, None, None]).astype(float).reshape(*counts.shape[:2], len(domain), -1)
        tables.append(np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1))
    return tables, domain.astype(float)


def _coefficients(
    tables: list[np.ndarray],
    m: np.ndarray,
    domain: np.ndarray,
    metric: str,
    bootstrap: tuple[int, int, float],
) -> dict[str, np.ndarray]:
    """Columns with kappa and alpha of each row, from the tables of all pairs of a group of coders.

    `m` is how many of the group coded each document.
    """
    pairs = sum(table + table.swapaxes(2, 3) for table in tables)
    o = (pairs / np.maximum(m - 1, 1)[:, None, None, None])[m > 1].swapaxes(0, 1)
    alphas = coefficients.alpha_coefficients(o.sum(axis=1), domain, metric=metric)
    draws, seed, level = bootstrap
    intervals = coefficients.alpha_intervals(o, domain, metric=metric, draws=draws, seed=seed, level=level)
    if len(tables) == 1:
        kind, kappas = "cohen", [coefficients.cohens_kappa(table) for table in tables[0].sum(axis=0)]
    elif len(np.unique(m[m > 1])) > 1:
        kind, kappas = "fleiss", [coefficients.Coefficient(None, coefficients.UNEQUAL_CODERS)] * len(alphas)
    else:
        kind, kappas = "fleiss", [coefficients.fleiss_kappa(matrix) for matrix in o.sum(axis=1)]
    return {
        "kappa": np.array([k.value for k in kappas], dtype=float),
        "kappa_kind": np.full(len(kappas), kind, dtype=object),
        "kappa_reason": np.array([k.reason for k in kappas], dtype=object),
        "alpha": np.array([a.value for a in alphas], dtype=float),
        "alpha_reason": np.array([a.reason for a in alphas], dtype=object),
        "alpha_low": np.array([i.low for i in intervals], dtype=float),
        "alpha_high": np.array([i.high for i in intervals], dtype=float),
        "draws_n": np.array([i.draws_n for i in intervals]),
        "interval_reason": np.array([i.reason for i in intervals], dtype=object),
    }


def _count_matches(
    layout: CodingLayout, pairs: Sequence[tuple[int, int]], matches: Matches
) -> tuple[np.ndarray, np.ndarray]:
    """Two (n_pairs, 1 + n_codes) arrays: comparisons that agree, and all."""
    code, coder = (layout.placed[c].to_numpy() for c in ("code", "coder"))
    counted = []
    for cells in (matches.is_made & matches.agrees, matches.is_made):
        both = [np.where(coder == i, cells[:, j], (coder == j) & cells[:, i]) for i, j in pairs]
        counts = [np.bincount(code, weights=b, minlength=len(layout.codes)).astype(np.int64) for b in both]
        counted.append(np.array([[c.sum(), *c] for c in counts]))
    return counted[0], counted[1]


def _disputed_documents(layout: CodingLayout, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position of the first coding of who set a code more often, and the other coder, per disputed comparison."""
    first = np.full(values.shape, -1)
    backwards = layout.codings[::-1]
    first[tuple(backwards[c] for c in ("document", "code", "coder"))] = backwards.index
    at, others = [], []
    for i, j in combinations(range(len(layout.coders)), 2):
        both = layout.coded[:, i] & layout.coded[:, j]
        for more, less in ((i, j), (j, i)):
            document, code = np.nonzero((values[:, :, more] > values[:, :, less]) & both[:, None])
            at.append(first[document, code, more])
            others.append(np.full(len(document), less))
    return np.concatenate(at), np.concatenate(others)


def _take(codings: pd.DataFrame, positions: np.ndarray) -> pd.DataFrame:
    """Codings at these positions, one row each; missing where the position is -1."""
    is_there = positions >= 0
    taken = {}
    for column in ("coding_id", "segment_id", "code", "start", "end"):
        values = np.full(len(positions), pd.NA, dtype=object)
        values[is_there] = codings[column].to_numpy(dtype=object)[positions[is_there]]
        taken[column] = pd.array(values, dtype="Int64") if column in ("code", "start", "end") else values
    return pd.DataFrame(taken)


def _texts(segment_ids: pd.Series, segments: pd.DataFrame) -> np.ndarray:
    """Text of each segment, missing where there is no segment."""
    texts = segments.set_index("segment_id")["text"]
    absent = segment_ids[segment_ids.notna() & ~segment_ids.isin(texts.index)]
    if len(absent) or not texts.index.is_unique:
        raise TabulationError(
            f"Segmente: {quoted([*absent, *texts.index[texts.index.duplicated()]])} fehlt oder steht doppelt da, nötig "
            "ist je Segment genau eine Zeile; bitte `segments` berichtigen."
        )
    return texts.reindex(segment_ids).to_numpy(dtype=object)
