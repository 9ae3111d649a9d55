"""Shares of several waves side by side, with the sentence that keeps a reader from taking them for a change.

Two percentages on different questions, bases or cases are no change. They may be printed together only with a
sentence that says so: `compare_shares` writes it, `side_by_side` refuses to go on without it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import quoted, require_columns
from gkanalysis.tabulate.change import ANSWERED_BOTH, CHANGE_BASE_LABELS

NO_CHANGE = "nicht vergleichbar als Veränderung"


def compare_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """Say of shares that are to stand side by side what keeps them from being a change.

    Parameters
    ----------
    shares : DataFrame, one row per printed share
        `row` (shares with the same row and subgroup stand side by side), `subgroup`, `wave`, `question` (id
        that is equal if the same was asked), `label` (what was asked, in a few words), `n`, `base_n`, `base`
        (name), and optionally `case_ids` (collection of the cases of the base). Without `case_ids` only
        shares on the base "answered_both" are known to be of the same cases.

    Returns
    -------
    DataFrame, the rows of `shares` in their order
        With `share` (n / base_n, NaN if base_n = 0), `comparable` (bool) and `warning`: "" or German
        sentences, the same in all rows that stand side by side.

    Raises
    ------
    TabulationError
        If a wave stands twice in a line.

    Examples
    --------
    >>> shares = pd.DataFrame({
    ...     "row": "lebenswelt", "subgroup": "alle", "wave": ["2020", "2022"], "question": ["konzept", "massnahme"],
    ...     "label": ["Konzepte", "Maßnahmen"], "n": [18, 24], "base_n": [46, 40], "base": "answered",
    ... })
    >>> print(compare_shares(shares)["warning"].iloc[0].replace("\\u00a0", " "))
    2020: Konzepte, 2022: Maßnahmen; verschiedene Fragen, nicht vergleichbar als Veränderung. \
2020: mit gültiger Angabe (n = 46), 2022: mit gültiger Angabe (n = 40); verschiedene Basen, \
nicht vergleichbar als Veränderung.
    """
    columns = ["row", "subgroup", "wave", "question", "label", "n", "base_n", "base"]
    require_columns(shares, columns, "Anteile nebeneinander")
    warnings = pd.Series("", index=shares.index, dtype=object)
    for _, rows in shares.groupby(["row", "subgroup"], sort=False):
        if rows["wave"].duplicated().any():
            raise TabulationError(
                f"Anteile nebeneinander, Zeile {quoted(rows['row'])}: Die Welle "
                f"{quoted(rows.loc[rows['wave'].duplicated(), 'wave'])} steht zweimal da, erlaubt ist einmal; bitte "
                "die Zeilen unterscheiden."
            )
        warnings[rows.index] = _warning(rows)
    base_n = shares["base_n"].to_numpy(dtype=float)
    share = np.divide(
        shares["n"].to_numpy(dtype=float), base_n, out=np.full(len(shares), np.nan), where=base_n > 0
    )
    return shares.assign(share=share, comparable=warnings == "", warning=warnings)


def side_by_side(comparison: pd.DataFrame, notes: Sequence[str]) -> pd.DataFrame:
    """Lay shares of several waves side by side for printing, if the notes carry every warning.

    Parameters
    ----------
    comparison : DataFrame from `compare_shares`
    notes : sequence of str
        The notes that will be printed under the table. Each warning must be one of them or part of one.

    Returns
    -------
    DataFrame, one row per row and subgroup
        `row`, `subgroup`, for each wave in order `n_<wave>`, `base_n_<wave>`, `share_<wave>` (missing if the
        wave has no share there), `comparable`, `warning`.

    Raises
    ------
    TabulationError
        If a warning is missing from the notes.

    Examples
    --------
    >>> shares = pd.DataFrame({
    ...     "row": "konzept", "subgroup": "alle", "wave": ["2020", "2022"], "question": "konzept", "label": "Konzept",
    ...     "n": [10, 14], "base_n": [20, 20], "base": "answered_both",
    ... })
    >>> side_by_side(compare_shares(shares), notes=[])[["row", "n_2020", "n_2022", "comparable"]]
           row  n_2020  n_2022  comparable
    0  konzept      10      14        True
    """
    require_columns(comparison, ["row", "subgroup", "wave", "warning"], "Anteile nebeneinander")
    missing = [w for w in dict.fromkeys(comparison["warning"]) if w and not any(w in note for note in notes)]
    if missing:
        raise TabulationError(
            "Anteile nebeneinander: In den Anmerkungen fehlt der Hinweis „"
            + "“ und der Hinweis „".join(missing)
            + "“; erlaubt ist der Druck nur mit diesem Hinweis, bitte ihn in die Anmerkungen aufnehmen."
        )
    keys = ["row", "subgroup"]
    wide = comparison[keys].drop_duplicates().reset_index(drop=True)
    for wave in dict.fromkeys(comparison["wave"]):
        part = comparison.loc[comparison["wave"] == wave, [*keys, "n", "base_n", "share"]]
        part = part.rename(columns={c: f"{c}_{wave}" for c in ("n", "base_n", "share")})
        part = part.astype({f"{c}_{wave}": "Int64" for c in ("n", "base_n")})
        wide = wide.merge(part, on=keys, how="left")
    return wide.merge(comparison[[*keys, "comparable", "warning"]].drop_duplicates(), on=keys, how="left")


def _warning(rows: pd.DataFrame) -> str:
    """German sentences on everything that differs between the shares of one line; "" if nothing does."""
    sentences = []
    if rows["question"].nunique(dropna=False) > 1:
        asked = ", ".join(f"{r.wave}: {r.label}" for r in rows.itertuples())
        sentences.append(f"{asked}; verschiedene Fragen, {NO_CHANGE}.")
    if len(rows[["base", "base_n"]].drop_duplicates()) > 1:
        bases = ", ".join(
            f"{r.wave}: {CHANGE_BASE_LABELS.get(r.base, r.base)} (n\u00a0=\u00a0{r.base_n})"
            for r in rows.itertuples()
        )
        sentences.append(f"{bases}; verschiedene Basen, {NO_CHANGE}.")
    elif len(rows) > 1 and not _same_cases(rows):
        waves = ", ".join(map(str, rows["wave"]))
        sentences.append(f"{waves}: nicht dieselben Bündnisse, {NO_CHANGE}.")
    return " ".join(sentences)


def _same_cases(rows: pd.DataFrame) -> bool:
    """Whether the shares of one line, with equal bases, are known to be of the same cases."""
    if "case_ids" in rows:
        return len({frozenset(ids) for ids in rows["case_ids"]}) == 1
    return bool((rows["base"] == ANSWERED_BOTH).all())
