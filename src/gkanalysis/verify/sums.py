"""One sum of the certificate: what came in stands in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any


def account(name: str, came_in: Iterable[str], went: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """One sum; it is right if everything that came in stands in exactly one of the places.

    Parameters
    ----------
    name : what is summed, in German
    came_in : a name for each thing that came in
    went : label of a place -> the names of the things that stand there

    Returns
    -------
    A row of the certificate: section, id, verdict, old, new, message.

    Examples
    --------
    >>> account("Bögen", ["a", "b"], {"gezählt": ["a"], "zurückgestellt": []})["message"]
    '1 ohne Verbleib, zuerst „b“.'
    """
    before = Counter(came_in)
    places = {label: Counter(rows) for label, rows in went.items()}
    after = sum(places.values(), Counter())
    missing, extra = before - after, after - before
    sentences = [
        f"{len(names)} {what}, zuerst „{min(names)}“."
        for names, what in ((missing, "ohne Verbleib"), (extra, "doppelt oder ohne Herkunft"))
        if names
    ]
    return {
        "section": "account",
        "id": name,
        "verdict": "does_not_add_up" if missing or extra else "adds_up",
        "old": str(before.total()),
        "new": " + ".join(f"{c.total()} {label}" for label, c in places.items() if c or len(places) == 1),
        "message": " ".join(sentences),
    }
