"""How far coders agree beyond chance, from their codings: tables of each two of them, then kappa and alpha."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from gkanalysis.stats import agreement

TOTAL = "alle"
LEVELS = ("document", "frequency", "segment")


def coder_coefficients(
    codings: pd.DataFrame, codes: Sequence[str], texts: pd.Series, *, coders: Sequence[str], level: str
) -> pd.DataFrame:
    """Kappa and alpha of each code, and of all codes together.

    Parameters
    ----------
    codings : DataFrame, one row per coding
        `document_id`, `code_id`, `coder`, `start`, `end` (characters of the text, end exclusive). Whoever gave a
        document at least one code, listed or not, has coded it; who did not is missing there, not 0.
    codes, coders : those that are compared; two coders or more
    texts : text of each document by its id, missing where none is stored
    level : {"document", "frequency", "segment"}
        Whether the code was given to the document at all, how often, or whether each character of its text has it.

    Returns
    -------
    DataFrame, one row per code (index), "alle" first
        `documents_n` (documents that two or more coded), `unit` and `units_n` (what is compared, how many);
        `kappa`, `kappa_kind` ("cohen" for two coders, "fleiss" for more), `alpha`, `alpha_low`, `alpha_high` (95 %,
        documents drawn with replacement), `draws_n`; `kappa_reason`, `alpha_reason`, `interval_reason`: why a number is
        missing, else "".

    Notes
    -----
    "alle" takes chance from all codes together; it is not the mean of the codes. Alpha takes frequencies on a ratio
    scale; kappa takes them as categories. Segments have no natural "neither", so their characters are asked.

    References
    ----------
    .. [1] Krippendorff, 2011, and Zapf et al., 2016: see `gkanalysis.stats.agreement`.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "document_id": ["g01", "g02", "g01", "g02"], "code_id": ["klima", "bilanz", "klima", "klima"],
    ...     "coder": ["A", "A", "B", "B"], "start": 0, "end": 1,
    ... })
    >>> texts = pd.Series({"g01": "x", "g02": "x"})
    >>> made = coder_coefficients(codings, ["klima", "bilanz"], texts, coders=["A", "B"], level="document")
    >>> made["kappa"].tolist()  # of four answers two agree, as many as by chance; "klima": B always says yes
    [0.0, 0.0, 0.0]
    """
    documents, codings = pd.Index(texts.index), codings[codings["coder"].isin(coders)]
    document = documents.get_indexer(codings["document_id"])
    coder = pd.Index(coders).get_indexer(codings["coder"])
    coded = np.zeros((len(documents), len(coders)), dtype=bool)
    coded[document, coder] = True
    code = pd.Index(codes).get_indexer(codings["code_id"])
    listed = code >= 0
    at = document[listed], code[listed], coder[listed]
    if level == "segment":
        units = texts.str.len().fillna(0).astype(int).to_numpy()
        stretches = codings.loc[listed, ["start", "end"]].fillna(-1).astype(int).to_numpy()
        tables, values = _characters(at, stretches, units, (len(codes), len(coders))), np.arange(2.0)
    else:
        units = np.ones(len(documents), dtype=int)
        counts = np.zeros((len(documents), len(codes), len(coders)), dtype=int)
        np.add.at(counts, at, 1)
        tables, values = _counts(np.minimum(counts, 1) if level == "document" else counts)
    pairs = combinations(range(len(coders)), 2)
    tables = [t * (coded[:, i] & coded[:, j])[:, None, None, None] for t, (i, j) in zip(tables, pairs, strict=True)]
    tables = [np.concatenate([t.sum(axis=1, keepdims=True), t], axis=1) for t in tables]
    coders_n = np.where(units > 0, coded.sum(axis=1), 0)
    compared = units[coders_n > 1].sum()
    made = pd.DataFrame(_coefficients(tables, coders_n, values, "ratio" if level == "frequency" else "nominal"))
    return made.assign(
        documents_n=np.count_nonzero(coders_n > 1),
        unit="character_code" if level == "segment" else "document_code",
        units_n=[compared * len(codes), *[compared] * len(codes)],
    ).set_axis([TOTAL, *codes])


def _counts(values: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Documents by the values of two coders, one (n_documents, n_codes, n_values, n_values) array a pair; the values."""
    domain = np.unique(values)
    k, at = len(domain), np.searchsorted(domain, values)
    pairs = combinations(range(values.shape[2]), 2)
    cells = [(at[:, :, i] * k + at[:, :, j])[..., None] == np.arange(k**2) for i, j in pairs]
    return [c.astype(float).reshape(*values.shape[:2], k, k) for c in cells], domain.astype(float)


def _characters(
    at: Sequence[np.ndarray], stretches: np.ndarray, lengths: np.ndarray, shape: tuple[int, int]
) -> list[np.ndarray]:
    """Characters that neither, only the second, only the first, both of two coders gave the code, as in `_counts`."""
    n_codes, n_coders = shape
    pairs = list(combinations(range(n_coders), 2))
    made = [np.zeros((len(lengths), n_codes, 2, 2)) for _ in pairs]
    for document in np.flatnonzero(lengths):
        has = np.zeros((n_coders, n_codes, lengths[document]), dtype=np.int8)
        for k in np.flatnonzero(at[0] == document):
            start, end = stretches[k]
            if 0 <= start < end:
                has[at[2][k], at[1][k], start:end] = 1
        for table, (i, j) in zip(made, pairs, strict=True):
            both = (has[i] & has[j]).sum(axis=1)
            first, second = has[i].sum(axis=1, dtype=int), has[j].sum(axis=1, dtype=int)
            neither = lengths[document] - first - second + both
            table[document] = np.stack([neither, second - both, first - both, both], axis=1).reshape(-1, 2, 2)
    return made


def _coefficients(tables: list[np.ndarray], coders_n: np.ndarray, values: np.ndarray, metric: str) -> dict[str, object]:
    """Columns with kappa and alpha of each row, from the tables of all pairs of coders."""
    pairs = sum(table + table.swapaxes(2, 3) for table in tables)
    o = (pairs / np.maximum(coders_n - 1, 1)[:, None, None, None])[coders_n > 1].swapaxes(0, 1)
    alphas = agreement.alpha_coefficients(o.sum(axis=1), values, metric=metric)
    intervals = agreement.alpha_intervals(o, values, metric=metric)
    if len(tables) == 1:
        kind, kappas = "cohen", [agreement.cohens_kappa(table) for table in tables[0].sum(axis=0)]
    elif len(np.unique(coders_n[coders_n > 1])) > 1:
        kind, kappas = "fleiss", [agreement.Coefficient(None, agreement.UNEQUAL_CODERS)] * len(alphas)
    else:
        kind, kappas = "fleiss", [agreement.fleiss_kappa(matrix) for matrix in o.sum(axis=1)]
    return {
        "kappa": np.array([k.value for k in kappas], dtype=float),
        "kappa_kind": kind,
        "kappa_reason": [k.reason for k in kappas],
        "alpha": np.array([a.value for a in alphas], dtype=float),
        "alpha_reason": [a.reason for a in alphas],
        "alpha_low": np.array([i.low for i in intervals], dtype=float),
        "alpha_high": np.array([i.high for i in intervals], dtype=float),
        "draws_n": [i.draws_n for i in intervals],
        "interval_reason": [i.reason for i in intervals],
    }
