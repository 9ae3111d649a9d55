"""What numbers from lists say about single alliances: each option of a column is something that an alliance has or not.

A list that names alliances is a source of its own: the register is its population, and what stands in an alliance's
rows are its answers. A count of rows tells whether there are such alliances, and at most how many.
"""

from __future__ import annotations

from gkanalysis.disclosure.claims import IN_LIST, Printed, UnreadError, option_question


def listed(p: Printed) -> None:
    """Alliances, rows or a sum from a list; a list of public facts says nothing about anybody.

    Raises
    ------
    UnreadError
        If the list names no alliances, or the number is none of its own counts.
    """
    if p.rules.kind == "public":
        p.claims.public += 1
        return
    if p.source not in p.sources or p.kind == "list_total":
        raise UnreadError(f"„{p.source}“ ist weder als öffentlich erklärt noch eine Liste mit Bündnissen")
    name, states = _asked(p)
    if not p.passes(name):
        # a count of rows or a sum says only whether there are alliances, and at most how many
        low = p.n if p.kind == "list_cases" else min(p.n, 1)
        p.add(p.said(p.data.questions[name].id, states, low=low))


def _asked(p: Printed) -> tuple[str, tuple[str, ...]]:
    """The question that a number is about and the states that it counts."""
    known = p.known
    if "low" in known:
        name = known.get("sum", "rows")
        low, high = float(known["low"]), float(known["high"])
        return name, tuple(s for s in p.data.questions[name].states if low <= float(s) <= high)
    if "filled" in known:
        return option_question("filled", known["filled"]), ("present",)
    if "column" not in known:
        return IN_LIST, ("present",)
    option = known.get("option", p.row)
    return option_question(known["column"], option, known.get("given", "")), ("present",)
