"""What numbers on one question, code or column say about confidential answers."""

from __future__ import annotations

from dataclasses import replace

from gkanalysis.disclosure.claims import Printed, SourceData, UnreadError
from gkanalysis.disclosure.world import ALL, NONE, NOT_ASKED


def single_response(p: Printed) -> None:
    """One answer to a single choice, and those who could have given it."""
    item = p.data.questions[p.known["item"]]
    if p.passes(item.id):
        return
    unasked = (NONE, NOT_ASKED) if p.known["base"] == "answered" else (NOT_ASKED,)
    # where answers to several questions stand in one table, the definition names the answer, not the row
    answers = tuple(p.known["option"].split(",")) if p.known.get("option") else (p.row,)
    claim = p.said(item.id, answers)
    p.add(claim, p.based(claim, states=tuple(s for s in item.states if s not in unasked)))


def compared(p: Printed) -> None:
    """One answer to a single choice, of the valid ones."""
    single_response(p.but(base="answered"))


def offers(p: Printed) -> None:
    """A gap is an answer to a question; offers are none, so the policy has to say why they may be printed."""
    if "item" not in p.known:
        raise UnreadError("Angebote kann die Prüfung nicht zusammenrechnen")
    compared(p)


def category(p: Printed) -> None:
    """A column of the register is public; of the cases of a source, their status or another column."""
    if p.known.get("frame") == "alliances":
        p.claims.public += 1
        return
    data, column = p.data, p.known["column"]
    if column == "status":
        p.add(p.said("", (), kind="cases", statuses=(p.row,)))
    elif not p.passes(column):
        p.add(p.said(data.questions[column].id, (p.row,)))


def codings(p: Printed) -> None:
    """Cases in which a code occurs, or its segments."""
    row, data = p.known.get("code") or p.row, p.data
    if row == "interviewed":
        p.add(p.said("", (), kind="cases"))
        return
    code = data.questions[row]
    if p.passes(code.id):
        return
    claim = p.said(code.id, ("present",))
    if p.known.get("unit", "cases") == "cases":
        p.add(claim, p.based(claim, kind="cases", name="", states=()))
    else:  # a count of segments says only whether there are cases, and at most how many
        p.add(replace(claim, low=min(claim.low, 1)))


def answers(p: Printed) -> None:
    """Cases that answered an item at all, whatever it was, and those asked.

    Where nothing else can be told, only their number is weighed. That is so over the cells of a grid, and at an entry that everybody was asked for: no other number speaks of it.
    """
    data, n = p.data, p.n
    item = data.questions[p.known["item"]] if "item" in p.known else None
    if item and p.passes(item.id, text=item.is_text):
        return
    if item is None or (item.is_text and not item.asked_if):
        least = p.policy.threshold if p.rules.total_from is None else p.rules.total_from
        if p.group != (ALL,) or (n and n < least):
            raise UnreadError(f"weniger als {least} Bündnisse haben etwas angegeben")
        p.claims.public += 1
        return
    asked = tuple(s for s in item.states if s != NOT_ASKED)
    given = tuple(s for s in asked if s not in (NONE, "not_selected"))
    claim = p.said(item.id, given, what="Angaben")
    base = p.based(claim, states=asked)
    p.add(claim, base)
    if item.asked_if and _said(data, *item.asked_if, claim.statuses) == p.base_n:
        # who was asked is who said so before, and the listing prints the filter
        p.add(replace(base, name=item.asked_if[0], states=(item.asked_if[1],)))


def _said(data: SourceData, item_id: str, answer: str, statuses: tuple[str, ...]) -> int:
    """How many cases gave an answer."""
    cases = data.cases[data.cases["status"].isin(statuses)]
    return int(cases["case_id"].map(data.answers[item_id]).eq(answer).sum())
