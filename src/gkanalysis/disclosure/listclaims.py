"""What numbers from lists say about single alliances: each option of a column is something that an alliance has or not.

A list that names alliances is a source of its own: the register is its population, and what stands in an alliance's
rows are its answers. A count of rows tells whether there are such alliances, and at most how many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from gkanalysis.disclosure.claims import Claim, Claims, SourceData
from gkanalysis.disclosure.policy import Policy
from gkanalysis.disclosure.world import ALL, Question
from gkanalysis.listbook import ALLIANCE, ListBook

LIST_KINDS = ("list_total", "list_rows", "list_sum", "list_cases")
LISTED = "listed"  # the only status: every alliance of the register could stand in the list
ANY = "any"  # question whether an alliance stands in the list at all
HAS = ("present", "absent")
WORDS = {"present": "kommt vor", "absent": "kommt nicht vor"}


def option_question(column: str, option: str, given: str = "") -> str:
    """Id of the question whether an alliance has a row with an option; so the policy may name it, too.

    >>> option_question("form", "telefon"), option_question("state", "offen", "agreed")
    ('form/telefon', 'state/offen+agreed')
    """
    return f"{column}/{option}" + (f"+{given}" if given else "")


def list_data(source: str, rows: pd.DataFrame, book: ListBook, register: pd.DataFrame) -> SourceData:
    """The alliances of a list and what their rows say.

    Parameters
    ----------
    source : its name
    rows : one row per row of the list, with `case_id`
    book : its codebook
    register : one row per alliance: `case_id` and the attributes

    Returns
    -------
    SourceData with the questions `any`, `<column>/<option>` (also `+<column>` for rows in which another column is
    filled), `filled/<column>`, `rows` and each column of numbers (their sums)
    """
    cases = register.assign(status=LISTED)
    ids = cases["case_id"]
    optional = [c.name for c in book.spec.columns if not c.required]
    questions = {ANY: Question(ANY, HAS, "steht in der Liste", WORDS)}
    answers = {ANY: _having(rows, ids)}
    for column in (c for c in book.spec.columns if c.options):
        for option, texts in column.options.items():
            for given in ["", *optional]:
                name = option_question(column.name, option, given)
                own = rows[(rows[column.name] == option) & (rows[given].notna() if given else True)]
                label = f"{(column.titles or (column.name,))[0]}: {(texts or (option,))[0]}"
                questions[name] = Question(name, HAS, label, WORDS)
                answers[name] = _having(own, ids)
    for column in optional:
        name = option_question("filled", column)
        questions[name] = Question(name, HAS, f"ausgefüllt: {column}", WORDS)
        answers[name] = _having(rows[rows[column].notna()], ids)
    amounts = [c.name for c in book.spec.columns if c.kind in ("int", "number")]
    for name in ["rows", *amounts]:
        counted = rows.assign(rows=1)
        sums = counted.groupby(ALLIANCE)[name].sum().reindex(ids).fillna(0).astype(float)
        states = pd.Series([f"{x:g}" for x in sums], index=ids, dtype=object)
        questions[name] = Question(name, tuple(sorted(set(states), key=float)), f"Summe: {name}")
        answers[name] = states
    return SourceData(source, cases, (LISTED,), questions, answers)


def list_claim(
    number: str, cell: Mapping[str, Any], kind: str, known: Mapping[str, str], data: Mapping[str, SourceData], policy: Policy,
    claims: Claims,
) -> None:  # fmt: skip
    """Add what a number from a list says; a list of public facts says nothing about anybody.

    Raises
    ------
    KeyError
        If the number is about a column or option that the list does not have.
    """
    source = known.get("source", "")
    rules = policy.sources.get(source)
    if rules and rules.kind == "public":
        claims.public += 1
        return
    if source not in data or kind == "list_total":
        claims.unread.append(
            (number, f"„{source}“ ist weder als öffentlich erklärt noch eine Liste mit Bündnissen")
        )
        return
    n, questions = int(cell["n"]), data[source].questions
    name, states = _asked(known, str(cell["row"]), questions)
    if policy.rule(source, name).kind == "public":
        claims.public += 1
        return
    claim = Claim(number, "x", questions[name].id, (str(cell.get("subgroup", ALL)),), (), states, n, n)
    # a count of rows or a sum says whether there are alliances, and at most how many
    claims.add(source, claim if kind == "list_cases" else replace(claim, low=min(n, 1)))


def _asked(
    known: Mapping[str, str], row: str, questions: Mapping[str, Question]
) -> tuple[str, tuple[str, ...]]:
    """The question that a number is about and the states that it counts."""
    if "low" in known:
        name = known.get("sum", "rows")
        low, high = float(known["low"]), float(known["high"])
        return name, tuple(s for s in questions[name].states if low <= float(s) <= high)
    if "filled" in known:
        return option_question("filled", known["filled"]), ("present",)
    if "column" not in known:
        return ANY, ("present",)
    return option_question(known["column"], known.get("option", row), known.get("given", "")), ("present",)


def _having(rows: pd.DataFrame, ids: pd.Series) -> pd.Series:
    having = set(rows[ALLIANCE])
    return pd.Series(["present" if i in having else "absent" for i in ids], index=ids, dtype=object)
