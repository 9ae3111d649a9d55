"""Published figures and what must hold between them, read from their files into claims and relations."""

from __future__ import annotations

import csv
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gkanalysis.errors import VerificationError
from gkanalysis.verify.constraints import Claim, Relation, System

COLUMNS = ("id", "section", "label", "subgroup", "kind", "printed", "qualifier", "numerator", "base")


def read_figures(path: Path) -> dict[str, dict[str, str]]:
    """Published figures by id.

    Raises
    ------
    VerificationError
        Missing columns, or an id twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VerificationError(f"„{path}“ ist nicht lesbar ({type(error).__name__}).") from None
    missing = [c for c in COLUMNS if not rows or c not in rows[0]]
    if missing:
        raise VerificationError(
            f"„{path}“: die Spalten {', '.join(missing)} fehlen; nötig sind {', '.join(COLUMNS)}."
        )
    figures = {row["id"]: row for row in rows}
    if len(figures) != len(rows):
        twice = sorted({r["id"] for r in rows if [x["id"] for x in rows].count(r["id"]) > 1})
        raise VerificationError(f"„{path}“: die Kennungen {', '.join(twice)} stehen mehrfach.")
    return figures


def read_relations(path: Path) -> dict[str, Any]:
    """Declared relations from their YAML file."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError) as error:
        raise VerificationError(f"„{path}“ ist nicht lesbar ({type(error).__name__}).") from None


class PublishedNumbers:
    """Turns figures and declared relations into claims and relations over quantities."""

    def __init__(self, figures: Mapping[str, Mapping[str, str]], declared: Mapping[str, Any]) -> None:
        self.figures, self.declared = figures, declared
        self.problems: list[str] = []
        self.claims: dict[str, Claim] = {}
        self.relations: list[Relation] = []
        self.alias: dict[str, str] = {}
        self.hidden: list[str] = []
        self._numbers = {
            f"{i}.{part}": row[column]
            for i, row in figures.items()
            for part, column in (("n", "numerator"), ("base", "base"))
            if row[column].strip().isdigit()
        }
        for entry in declared.get("one_number", ()):
            first, *rest = self._expand(entry["terms"], entry)
            self.alias |= dict.fromkeys(rest, first)
        self._read_counts()
        self._read_percents()
        self._read_relations()

    def _expand(self, terms: Sequence[Any], entry: Mapping[str, Any]) -> list[str]:
        """Numbers that patterns stand for; an unknown one is a problem, not a silent nothing."""
        keys: list[str] = []
        for term in terms:
            fits = [k for k in self._numbers if fnmatch.fnmatchcase(k, term)]
            if not fits:
                name = entry.get("id", entry.get("says", ""))
                self.problems.append(
                    f"Beziehung „{name}“ nennt „{term}“; eine solche Zahl steht nicht in der Datei."
                )
            keys += fits
        return keys

    def quantity(self, key: str) -> str:
        """Name of the quantity that a printed number speaks of."""
        return self.alias.get(key, key)

    def _read_counts(self) -> None:
        for key, text in self._numbers.items():
            if key not in self.alias:
                self.claims[key] = Claim(key, int(text))
        for key, target in self.alias.items():
            if self._numbers[key] != self._numbers.get(target):
                self.problems.append(
                    f"„{key}“ und „{target}“ sind als eine Zahl erklärt, stehen aber verschieden da."
                )
        for i in self.figures:
            if f"{i}.n" in self._numbers and f"{i}.base" in self._numbers:
                self._relate(
                    f"{i}: Anzahl",
                    "Eine Anzahl ist nie größer als ihre Basis.",
                    {f"{i}.base": 1, f"{i}.n": -1},
                    0,
                )

    def _read_percents(self) -> None:
        column_of = {
            i: c["id"]
            for c in self.declared.get("percent_columns", ())
            for i in fnmatch.filter(self.figures, c["figures"])
        }
        bands = self.declared.get("qualifiers", {})
        for i, row in self.figures.items():
            text = row["printed"].strip()
            if (
                row["kind"] != "percent"
                or not text.replace(".", "", 1).isdigit()
                or f"{i}.n" not in self._numbers
            ):
                continue
            whole, _, digits = text.partition(".")
            band = tuple(bands[row["qualifier"]]) if row["qualifier"] in bands else None
            base = f"{i}.base"
            if base not in self._numbers:
                self.hidden.append(base)
            self.claims[f"{i}.percent"] = Claim(
                f"{i}.percent", int(whole + digits), len(digits), self.quantity(f"{i}.n"), self.quantity(base),
                column_of.get(i, f"{i} allein"), band,
            )  # fmt: skip

    def _read_relations(self) -> None:
        for entry in self.declared.get("equal", ()):
            first, *rest = [self.quantity(k) for k in self._expand(entry["terms"], entry)] or [""]
            for other in rest:
                self._relate(entry["id"], entry["says"], {first: 1, other: -1}, 0, 0)
        for entry in self.declared.get("sum", ()):
            self._sum(entry)
        for entry in self.declared.get("sum_each", ()):
            before, after = entry["rows"].split("{row}")
            keys = fnmatch.filter(self._numbers, f"{before}*{after}")
            for row in dict.fromkeys(k[len(before) : len(k) - len(after)] for k in keys):
                fill = {k: v.replace("{row}", row) if isinstance(v, str) else v for k, v in entry.items()}
                self._sum(fill | {"parts": [p.replace("{row}", row) for p in entry["parts"]]})

    def _sum(self, entry: Mapping[str, Any]) -> None:
        total = self._expand([entry["total"]], entry)
        terms: dict[str, int] = {}
        for part in entry["parts"]:
            name, times = (part["number"], part["times"]) if isinstance(part, Mapping) else (part, 1)
            for key in self._expand([name], entry):
                terms[self.quantity(key)] = terms.get(self.quantity(key), 0) - times
        if len(total) == 1 and terms:
            whole = self.quantity(total[0])
            terms[whole] = terms.get(whole, 0) + 1
            self._relate(entry["id"], entry["says"], terms, 0, np.inf if entry.get("rest") else 0)

    def _relate(
        self, name: str, sentence: str, terms: Mapping[str, int], low: float, high: float = np.inf
    ) -> None:
        merged: dict[str, int] = {}
        for key, factor in terms.items():
            merged[self.quantity(key)] = merged.get(self.quantity(key), 0) + factor
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
            if len(claims) > 1:
                yield System(claims, relations)
