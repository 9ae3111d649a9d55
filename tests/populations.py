"""Small populations with known answers, and what a report could print of them."""

from dataclasses import dataclass

import pandas as pd

from gkanalysis.codebook.policy import Attribute, NameRules, Policy, Rule, SourceRules
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.world import ALL, NONE, NOT_ASKED, Claim, Question, SourceData

SOURCE = "welle-2018"
TYPES = {"stadt": "Städte", "kreis": "Kreise", "kommune": "Kommunen"}
MERGES = (("kreis", "kommune"), ("stadt", "kreis"), ("stadt", "kreis", "kommune"))
STATES = ("ja", "nein", NONE, NOT_ASKED)


ANSWERS = (Rule("confidential", ("ja", "nein"), "*"),)


def make_policy(threshold=3, rules=ANSWERS, exceptions=(), **source):
    """A policy with three types as the only thing that everybody knows."""
    types = Attribute("Typ", "Register", TYPES, MERGES)
    sources = {SOURCE: SourceRules(variables=tuple(rules), **source)}
    return Policy(threshold, {"type": types}, sources, (), tuple(exceptions), (), NameRules())


@dataclass
class Population:
    """Cases with type, status and the answers to q and r, what a reader knows of them, and their printed numbers."""

    cases: pd.DataFrame
    data: SourceData

    @classmethod
    def of(cls, *groups, second=None):
        """Groups as (type, status, answer, how many); `second` maps a case number to the answer to another question."""
        rows = [(t, s, a) for t, s, a, n in groups for _ in range(n)]
        cases = pd.DataFrame(rows, columns=["type", "status", "q"])
        questions = {"q": Question("q", STATES, "Frage", {"ja": "Ja", "nein": "Nein"})}
        if second is not None:
            cases["r"] = [second(k) for k in range(len(cases))]
            questions["r"] = Question("r", STATES, "Zweite Frage")
        return cls(cases, SourceData(SOURCE, cases[["type"]], ("full", "partial", "missing"), questions))

    def table(self, name, groups=(ALL, *TYPES), status="full,partial", rows=("ja", "nein"), base="answered", item="q"):
        """The numbers of a table as `find_numbers` gives them, counted from the cases."""
        inside = self.cases[self.cases["status"].isin(status.split(","))]
        cells = []
        known = ("ja", "nein") if base == "answered" else ("ja", "nein", NONE)
        for row in rows:
            for group in groups:
                own = inside if group == ALL else inside[inside["type"] == group]
                cell = {
                    "row": row, "subgroup": group, "n": int((own[item] == row).sum()),
                    "base_n": int(own[item].isin(known).sum()),
                    "of": (item, row, tuple(status.split(",")), known),
                }  # fmt: skip
                cells.append((f"{name}:{row}:{group}", cell))
        return cells

    def returns(self, name="ruecklauf", groups=(ALL, *TYPES)):
        """How many cases of each status there are."""
        cases, cells = self.cases, []
        for status in self.data.statuses:
            for group in groups:
                own = cases if group == ALL else cases[cases["type"] == group]
                n = int((own["status"] == status).sum())
                cell = {"row": status, "subgroup": group, "n": n, "of": ("", "", (status,), ())}
                cells.append((f"{name}:{status}:{group}", cell))
        return cells

    def claims(self, *tables):
        """What these tables say: the answers counted, and the base beside them; or the cases of a status."""
        claims = []
        for number, cell in (n for table in tables for n in table):
            item, answer, status, known = cell["of"]
            group, n, base_n = (cell["subgroup"],), cell["n"], cell.get("base_n")
            claims.append(Claim(SOURCE, number, (item,), group, status, (answer,), n, n))
            if base_n is not None:
                claims.append(Claim(SOURCE, number, (item,), group, status, known, base_n, base_n, "Basis"))
        return claims

    def breaches(self, *tables, policy=None):
        """What these tables give away together, as (kind, state, groups, status, low, high)."""
        return find_breaches(self.data, self.claims(*tables), policy or make_policy())


def told(breaches):
    return [(b.kind, b.state, b.groups, b.status, b.low, b.high) for b in breaches]
