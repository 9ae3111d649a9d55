"""The signed exceptions of the disclosure policy as a table."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gkanalysis.codebook.policy import Policy

EXCEPTION_COLUMNS = ["what", "n", "reason", "signed_by", "date"]


def exceptions_table(policy: Policy, labels: Mapping[tuple[str, str], str] | None = None) -> pd.DataFrame:
    """The signed exceptions for the report's appendix.

    Parameters
    ----------
    labels : (source, item) -> words for it; the ids where there are none

    Returns
    -------
    DataFrame, one row per exception
        `what` (German words), `n` (the count it allows), `reason`, `signed_by`, `date`.

    Examples
    --------
    >>> from gkanalysis.codebook.policy import Attribute, SignedException
    >>> signed = SignedException("w", "2.1", "nein", ("kreis",), 1, "gedruckt", "A. B.", "2019-09-30")
    >>> policy = Policy(3, {"type": Attribute("Typ", "", {"kreis": "Kreise"})}, {}, exceptions=(signed,))
    >>> exceptions_table(policy, {("w", "2.1"): "Frage 2.1"})["what"].item()
    'Frage 2.1: „nein“, Kreise'
    """
    named = {g: label for a in policy.attributes.values() for g, label in a.values.items()}
    named["alle"] = "insgesamt"
    rows = []
    for e in policy.exceptions:
        item = (labels or {}).get((e.source, e.item), f"{e.source}, {e.item}")
        state = (labels or {}).get((e.source, f"{e.item}={e.state}"), e.state)
        groups = " und ".join(named.get(g, g) for g in e.groups) or "insgesamt"
        rows.append([f"{item}: „{state}“, {groups}", e.n, e.reason, e.signed_by, e.date])
    return pd.DataFrame(rows, columns=EXCEPTION_COLUMNS)
