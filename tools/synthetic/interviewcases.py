"""Which invented alliances were interviewed: each fits what the plan says of its interview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gkanalysis.core.errors import GkError
from tools.synthetic.answers import Form
from tools.synthetic.register import COUNTY

STRUCTURES = {"ja": "attached", "nein": "new"}  # item 2.1 of the form


def choose_alliances(
    interviews: Mapping[str, Mapping[str, Any]],
    alliances: pd.DataFrame,
    forms: Iterable[Form],
    rng: np.random.Generator,
) -> dict[str, dict[str, Any]]:
    """Give every planned interview an alliance of its own.

    Parameters
    ----------
    interviews : by id `type`, `structure`, and where it matters `office`, `municipalities`, `beside`
    alliances : the register
    forms : the returned forms; alliances without a fully usable one, and those of the declared mess, are left out
    rng : seeded generator; decides among alliances that do equally well

    Returns
    -------
    register row with `structure` by interview id, in the order of `interviews`: no alliance twice, no county
    together with one of its towns if that can be, and regions as evenly used as can be

    Raises
    ------
    GkError
        If no alliance is left that fits an interview.
    """
    rows = _eligible(alliances, forms)
    rows = [rows[i] for i in rng.permutation(len(rows))]
    fitting = {name: [r for r in rows if _fits(r, wanted)] for name, wanted in interviews.items()}
    chosen: dict[str, dict[str, Any]] = {}
    units, regions = Counter(), Counter()
    for name in sorted(interviews, key=lambda n: len(fitting[n])):  # who has least choice comes first
        left = [r for r in fitting[name] if r not in chosen.values()]
        if not left:
            wanted = ", ".join(f"{k}: {v}" for k, v in interviews[name].items())
            raise GkError(
                f"Gespräch „{name}“: Kein Bündnis des Registers mit brauchbarem Bogen passt zu {{{wanted}}}; "
                "bitte den Plan (data/synthetic/reflexionsgespraeche-2019.yml) ändern."
            )
        best = min(left, key=lambda r: (units[r["unit_id"]], regions[r["bezirk"]]))
        chosen[name] = best
        units[best["unit_id"]] += 1
        regions[best["bezirk"]] += 1
    return {name: chosen[name] for name in interviews}


def _eligible(alliances: pd.DataFrame, forms: Iterable[Form]) -> list[dict[str, Any]]:
    """Rows of the register with the `structure` of their form, and whether the county has an alliance, too."""
    structures = {}
    for form in forms:
        said = [structure for answer, structure in STRUCTURES.items() if f"2.1:{answer}" in form.answers]
        if form.status == "full" and not form.mess and len(said) == 1:
            structures[form.alliance_id] = said[0]
    counties = set(alliances.loc[alliances["type"] == COUNTY, "unit_id"])
    return [
        {**row, "structure": structures[row["alliance_id"]], "beside": row["unit_id"] in counties}
        for row in alliances.to_dict("records")
        if row["alliance_id"] in structures
    ]


def _fits(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an alliance is what an interview asks for; what the plan leaves open fits."""
    keys = {"type": "type", "structure": "structure", "office": "office", "beside": "beside"}
    keys["municipalities"] = "municipalities_n"
    return all(row[column] == wanted[key] for key, column in keys.items() if key in wanted)


def place_name(name: str, patterns: Sequence[str]) -> str:
    """What people call the place in a sentence that already says „Kreis“ or „Stadt“.

    >>> place_name("Kreis Ginster", ["{0}stadt", "Kreis {0}"]), place_name("Finkenstadt", ["{0}stadt", "Kreis {0}"])
    ('Ginster', 'Finkenstadt')
    """
    for pattern in patterns:
        before = pattern.partition("{0}")[0]
        if before and name.startswith(before):
            return name.removeprefix(before)
    return name
