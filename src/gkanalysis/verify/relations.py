"""Published figures and what must hold between them, read from their files into claims and relations."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gkanalysis.codebook.published import checked_relations, read_relations
from gkanalysis.verify.constraints import Claim, Relation, System
from gkanalysis.verify.declarations import read_figures

__all__ = ["PublishedNumbers", "read_figures", "read_relations"]
WHOLE = re.compile(r"\d+", re.ASCII)
DECIMAL = re.compile(r"(\d+)(?:[.,](\d+))?", re.ASCII)


class PublishedNumbers:
    """Turns figures and declared relations into claims and relations over quantities.

    `problems` are German sentences on what could not be used, `used` the figures with at least one claim. `same`
    has, for a number that is another one by declaration, the sentence that says so.
    """

    def __init__(self, figures: Mapping[str, Mapping[str, str]], declared: Mapping[str, Any]) -> None:
        self.figures = figures
        self.problems: list[str] = []
        self.claims: dict[str, Claim] = {}
        self.relations: list[Relation] = []
        self.alias: dict[str, str] = {}
        self.same: dict[str, str] = {}
        self._entries = checked_relations(declared, self.problems)
        self._bands = self._entries["qualifiers"]
        self.columns: list[Mapping[str, Any]] = self._entries["percent_columns"]
        self._numbers = self._read_numbers()
        self._percents = self._read_percents()
        hidden = (f"{i}.{part}" for i in self._percents for part in ("n", "base"))
        self._names = list(dict.fromkeys([*self._numbers, *hidden]))
        self._join_same_numbers()
        self._claim_counts()
        self._claim_percents()
        self._read_relations()
        self.used = {k.rpartition(".")[0] for k in [*self.claims, *self.alias]}

    def quantity(self, key: str) -> str:
        """Name of the quantity that a printed number speaks of."""
        while key in self.alias:
            key = self.alias[key]
        return key

    def _read_numbers(self) -> dict[str, int]:
        """Counts and bases that are printed as exact whole numbers."""
        numbers = {}
        for i, row in self.figures.items():
            for part, column in (("n", "numerator"), ("base", "base")):
                text = row[column].strip()
                if WHOLE.fullmatch(text):
                    # „ca. 100“ is no count that others could add up to
                    if part == "base" or row["kind"] != "count" or not row["qualifier"].strip():
                        numbers[f"{i}.{part}"] = int(text)
                elif text:
                    self.problems.append(f"„{i}“: „{text}“ in der Spalte {column} ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben.")  # fmt: skip
            printed, counted = row["printed"].strip(), row["numerator"].strip()
            exact = row["kind"] == "count" and not row["qualifier"].strip() and WHOLE.fullmatch(printed)
            if exact and WHOLE.fullmatch(counted) and int(printed) != int(counted):
                self.problems.append(f"„{i}“: gedruckt ist {printed}, als Anzahl eingetragen {counted}; bitte im Druck nachsehen.")  # fmt: skip
        return numbers

    def _read_percents(self) -> dict[str, tuple[int, int]]:
        """Printed shares: digits and number of decimals."""
        percents = {}
        for i, row in self.figures.items():
            if row["kind"] == "percent" and (text := row["printed"].strip()):
                if match := DECIMAL.fullmatch(text):
                    whole, digits = match[1], match[2] or ""
                    percents[i] = (int(whole + digits), len(digits))
                else:
                    self.problems.append(f"„{i}“: „{text}“ in der Spalte printed ist kein Anteil; bitte wie 86.6 schreiben.")  # fmt: skip
        return percents

    def _expand(self, terms: Sequence[str], name: str) -> list[str]:
        """Numbers that patterns stand for; an unknown one is a problem, and nothing is returned then."""
        found = {term: [k for k in self._names if fnmatch.fnmatchcase(k, term)] for term in terms}
        for term in (t for t, fits in found.items() if not fits):
            self.problems.append(f"Beziehung „{name}“ nennt „{term}“; eine solche Zahl steht nicht in der Datei. Bitte die Kennung prüfen.")  # fmt: skip
        return [k for term in terms for k in found[term]] if all(found.values()) else []

    def _join_same_numbers(self) -> None:
        for entry in self._entries["one_number"]:
            keys = [self.quantity(k) for k in self._expand(entry["terms"], entry["says"])]
            keys.sort(key=lambda k: k not in self._numbers)  # a printed one speaks for those that are not
            for other in dict.fromkeys(keys[1:]):
                if other == keys[0]:
                    continue
                if other in self._numbers and self._numbers[other] != self._numbers[keys[0]]:
                    self._relate(entry["says"], entry["says"], {keys[0]: 1, other: -1}, 0, 0)
                else:
                    self.alias[other], self.same[other] = keys[0], entry["says"]

    def _claim_counts(self) -> None:
        for key, value in self._numbers.items():
            if key not in self.alias:
                self.claims[key] = Claim(key, value)
        for i in self.figures:
            pair = (f"{i}.n", f"{i}.base")
            if set(pair) <= self._numbers.keys() or i in self._percents:
                says = "Eine Anzahl ist nie größer als ihre Basis."
                self._relate(f"{i}: Anzahl", says, {pair[1]: 1, pair[0]: -1}, 0)

    def _claim_percents(self) -> None:
        column_of: dict[str, str] = {}
        for column in self.columns:
            fits = fnmatch.filter(self._percents, column["figures"])
            if not fits or set(fits) & set(column_of):
                what = "steht in zwei Spalten" if fits else "trifft keinen gedruckten Anteil"
                self.problems.append(f"Spalte „{column['id']}“: „{column['figures']}“ {what}; bitte das Muster prüfen.")  # fmt: skip
            column_of |= dict.fromkeys(fits, column["id"])
        for i, (value, decimals) in self._percents.items():
            qualifier = self.figures[i]["qualifier"].strip()
            if qualifier and qualifier not in self._bands:
                self.problems.append(f"„{i}“: was „{qualifier}“ heißt, steht nicht unter „qualifiers“; der Anteil ist nicht geprüft.")  # fmt: skip
                continue
            n, base = (self.quantity(f"{i}.{part}") for part in ("n", "base"))
            self.claims[f"{i}.percent"] = Claim(
                f"{i}.percent", value, decimals, n, base, column_of.get(i, f"{i} allein"), self._bands.get(qualifier)
            )  # fmt: skip

    def _read_relations(self) -> None:
        for entry in self._entries["equal"]:
            first, *rest = [self.quantity(k) for k in self._expand(entry["terms"], entry["id"])] or [""]
            for other in rest:
                self._relate(entry["id"], entry["says"], {first: 1, other: -1}, 0, 0)
        for entry in self._entries["sum"]:
            self._sum(entry, entry["parts"])
        for entry in self._entries["sum_each"]:
            before, after = entry["rows"].split("{row}")
            keys = fnmatch.filter(self._names, f"{before}*{after}")
            if not keys:
                self.problems.append(f"Beziehung „{entry['id']}“: „{entry['rows']}“ trifft keine Zeile; bitte das Muster prüfen.")  # fmt: skip
            for row in dict.fromkeys(k[len(before) : len(k) - len(after)] for k in keys):
                fill = {k: v.replace("{row}", row) if isinstance(v, str) else v for k, v in entry.items()}
                parts = [part | {"number": part["number"].replace("{row}", row)} for part in entry["parts"]]
                self._sum(fill, parts)

    def _sum(self, entry: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> None:
        total = self._expand([entry["total"]], entry["id"])
        if len(total) > 1:
            self.problems.append(f"Beziehung „{entry['id']}“: „{entry['total']}“ trifft mehrere Zahlen; ein Ganzes ist eine.")  # fmt: skip
        terms: dict[str, int] = {}
        found = [self._expand([part["number"]], entry["id"]) for part in parts]
        for part, keys in zip(parts, found, strict=True):
            for key in map(self.quantity, keys):
                terms[key] = terms.get(key, 0) - part["times"]
        if len(total) == 1 and all(found):  # a sum without one of its parts would be another statement
            whole = self.quantity(total[0])
            terms[whole] = terms.get(whole, 0) + 1
            self._relate(entry["id"], entry["says"], terms, 0, np.inf if entry.get("rest") else 0)

    def _relate(
        self, name: str, sentence: str, terms: Mapping[str, int], low: float, high: float = np.inf
    ) -> None:
        merged: dict[str, int] = {}
        for key, factor in terms.items():
            merged[self.quantity(key)] = merged.get(self.quantity(key), 0) + factor
        if any(merged.values()):
            self.relations.append(Relation(name, sentence, merged, low, high))

    def systems(self) -> Iterator[System]:
        """Connected groups of claims and relations; each is solved on its own."""
        parent: dict[str, str] = {}

        def root(q: str) -> str:
            while parent.setdefault(q, q) != q:
                q = parent[q]
            return q

        groups = [list(r.terms) for r in self.relations]
        groups += [[c.n, c.base] if c.is_percent else [c.key] for c in self.claims.values()]
        columns: dict[str, list[str]] = {}
        for claim in self.claims.values():
            if claim.is_percent:
                columns.setdefault(claim.column, []).append(claim.n)
        for group in [*groups, *columns.values()]:
            for other in group[1:]:
                parent[root(group[0])] = root(other)
        members: dict[str, tuple[list[Claim], list[Relation]]] = {}
        for claim in self.claims.values():
            members.setdefault(root(claim.n or claim.key), ([], []))[0].append(claim)
        for relation in self.relations:
            members.setdefault(root(next(iter(relation.terms))), ([], []))[1].append(relation)
        for claims, relations in members.values():
            if claims and relations:
                yield System(claims, relations)
