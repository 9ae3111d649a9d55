"""What numbers on a multiple response set say: boxes to tick, categories of an open answer and their mentions."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from gkanalysis.disclosure.claims import Printed, category_question
from gkanalysis.disclosure.world import ALL

VALID = ("selected", "not_selected", "answered")
MENTIONED = "-nennungen"  # end of the id of a row that counts mentions


def multiple_response(p: Printed) -> None:
    """An item that was ticked, the base of its set, and with the share of mentions all mentions together."""
    item, base = p.data.questions[p.row], p.known["base"]
    claim = p.said(item.id, ("selected",))
    if base == "answered":
        based = p.based(claim, states=tuple(s for s in VALID if s in item.states))
    else:
        based = p.based(claim, kind="asked" if base == "asked" else "any", name=p.known["set"])
    if p.passes(item.id):
        p.add(based if base == "asked" else None)
        return
    p.add(claim, based)
    share = p.cell.get("share_of_responses")
    if claim.low and share is not None and not pd.isna(share) and share > 0:
        n = round(claim.low / share)
        p.add(replace(claim, kind="mentions", name=p.known["set"], low=n, high=n, what="Nennungen"))


def open_answers(p: Printed) -> None:
    """A category of an open answer is a tick box, the item their set."""
    item = p.known["item"]
    multiple_response(p.but({"row": category_question(item, p.row)}, set=item))


def any_answer(p: Printed) -> None:
    """Who ticked „none“ is what remains of those who ticked anything, so both rows say how many that are."""
    none = p.n if p.row == "nein" else p.base_n - p.n
    multiple_response(p.but({"row": p.known["none"], "n": none}, base="mentioned"))


def mentions(p: Printed) -> None:
    """A number of mentions says whether cases have the category, and at most how many; all together say nothing."""
    if p.row != ALL:
        item = p.data.questions[category_question(p.known["item"], p.row.removesuffix(MENTIONED))]
        p.add(p.said(item.id, ("selected",), low=min(p.n, 1), what="Nennungen"))
