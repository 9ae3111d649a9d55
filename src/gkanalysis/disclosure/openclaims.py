"""What numbers on mentions, and on a set read as one question, say about confidential questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gkanalysis.disclosure.claims import (
    Claim,
    Claims,
    SourceData,
    _count,
    _group,
    _multiple,
    _status,
    category_question,
)
from gkanalysis.disclosure.policy import Policy
from gkanalysis.disclosure.world import ALL

MENTIONED = "-nennungen"  # end of the id of a row that counts mentions


def mentions(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """A number of mentions says whether cases have the category, and at most how many; all together say nothing."""
    n, row = _count(cell, "n"), str(cell["row"])
    if row == ALL:
        return
    item = data.questions[category_question(known["item"], row.removesuffix(MENTIONED))]
    claims.add(
        data.source,
        Claim(number, "x", item.id, _group(cell), _status(known), ("selected",), min(n, 1), n, "Nennungen"),
    )


def any_answer(
    number: str,
    cell: Mapping[str, Any],
    known: Mapping[str, str],
    data: SourceData,
    policy: Policy,
    claims: Claims,
) -> None:
    """Who ticked „none“ is what remains of those who ticked anything, so both rows say how many that are."""
    n, base_n = _count(cell, "n"), _count(cell, "base_n")
    none = n if str(cell["row"]) == "nein" else base_n - n
    row = {**cell, "row": known["none"], "n": none}
    _multiple(number, row, {**known, "base": "mentioned"}, data, policy, claims)


READERS = {"mentions": mentions, "any_answer": any_answer}
