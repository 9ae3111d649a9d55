"""Published figures and what must hold between them, turned into claims and relations over whole numbers."""

from __future__ import annotations

import csv
import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gkanalysis.codebook.published import checked_relations
from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.solver import Claim, Relation, System

COLUMNS = ("id", "section", "label", "subgroup", "kind", "printed", "qualifier", "numerator", "base")
WHOLE = re.compile(r"\d+", re.ASCII)
DECIMAL = re.compile(r"(\d+)(?:[.,](\d+))?", re.ASCII)
Figures = Mapping[str, Mapping[str, str]]


def read_figures(path: Path, problems: list[str]) -> dict[str, dict[str, str]]:
    """Published figures by id.

    Parameters
    ----------
    problems : takes a German sentence for each missing column, crooked row and id that stands twice; the figures
        without these are returned

    Raises
    ------
    VerificationError
        If nothing can be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="")
            header = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VerificationError(
            f"„{path}“ ist nicht lesbar ({type(error).__name__}); nötig ist eine CSV-Datei in UTF-8."
        ) from None
    if "id" not in header or not rows:
        needed = f"nötig sind die Spalten {', '.join(COLUMNS)}"
        raise VerificationError(f"„{path}“ hat keine Zeilen oder keine Spalte „id“; {needed}.")
    if missing := [c for c in COLUMNS if c not in header]:
        needed = f"bitte ergänzen, nötig sind {', '.join(COLUMNS)}"
        problems.append(f"„{path}“: die Spalten {', '.join(missing)} fehlen; {needed}.")
    ids = [row["id"] for _, row in rows]
    figures: dict[str, dict[str, str]] = {}
    for line, row in rows:
        what = ""
        if None in row.values() or "" in row:
            what = "die Zahl der Zellen passt nicht zur Kopfzeile; die Zeile zählt nicht"
        elif not row["id"] or ids.count(row["id"]) > 1:
            what = f"die Kennung „{row['id']}“ steht mehrfach" if row["id"] else "die Kennung fehlt"
            what += "; die Zeile zählt nicht, bitte jede Kennung einmal vergeben"
        if what:
            problems.append(f"„{path}“, Zeile {line}: {what}.")
        else:
            figures[row["id"]] = dict.fromkeys(COLUMNS, "") | row
    return figures


def is_exact(figure: Mapping[str, str]) -> bool:
    """Whether a count is printed as a number that others can add up to; „ca. 100“ is none."""
    return figure["kind"] == "count" and not figure["qualifier"].strip()


class PrintedNumbers:
    """Figures and declared relations as claims and relations over quantities.

    `problems` are German sentences on what could not be used, `used` the figures with at least one claim. `same`
    has, for a number that is another one by declaration, the sentence that says so.
    """

    def __init__(self, figures: Figures, declared: Mapping[str, Any]) -> None:
        self.figures = figures
        self.problems: list[str] = []
        self.claims: dict[str, Claim] = {}
        self.relations: list[Relation] = []
        self.alias: dict[str, str] = {}
        self.same: dict[str, str] = {}
        self._entries = checked_relations(declared, self.problems)
        self._bands = self._entries["qualifiers"]
        self.columns: list[Mapping[str, Any]] = self._entries["percent_columns"]
        self._numbers = dict(self._read_numbers())
        self._percents = dict(self._read_percents())
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

    def _read_numbers(self) -> Iterator[tuple[str, int]]:
        """Counts and bases that are printed as exact whole numbers."""
        for i, row in self.figures.items():
            printed, counted = row["printed"].strip(), row["numerator"].strip()
            for part, column in (("n", "numerator"), ("base", "base")):
                text = row[column].strip()
                if WHOLE.fullmatch(text) and (part == "base" or row["kind"] != "count" or is_exact(row)):
                    yield f"{i}.{part}", int(text)
                elif text and not WHOLE.fullmatch(text):
                    self.problems.append(f"„{i}“: „{text}“ in der Spalte {column} ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben.")  # fmt: skip
            both = WHOLE.fullmatch(printed) and WHOLE.fullmatch(counted) and is_exact(row)
            if both and int(printed) != int(counted):
                self.problems.append(f"„{i}“: gedruckt ist {printed}, als Anzahl eingetragen {counted}; bitte im Druck nachsehen.")  # fmt: skip

    def _read_percents(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Printed shares: digits and number of decimals."""
        for i, row in self.figures.items():
            text = row["printed"].strip() if row["kind"] == "percent" else ""
            if match := DECIMAL.fullmatch(text):
                yield i, (int(match[1] + (match[2] or "")), len(match[2] or ""))
            elif text:
                self.problems.append(f"„{i}“: „{text}“ in der Spalte printed ist kein Anteil; bitte wie 86.6 schreiben.")  # fmt: skip

    def _expand(self, terms: Sequence[str], name: str) -> list[str]:
        """Quantities that patterns stand for; an unknown one is a problem, and nothing is returned then."""
        fits = {term: fnmatch.filter(self._names, term) for term in terms}
        for term in (t for t, keys in fits.items() if not keys):
            self.problems.append(f"Beziehung „{name}“ nennt „{term}“; eine solche Zahl steht nicht in der Datei. Bitte die Kennung prüfen.")  # fmt: skip
        return [self.quantity(k) for t in terms for k in fits[t]] if all(fits.values()) else []

    def _join_same_numbers(self) -> None:
        for entry in self._entries["one_number"]:
            keys = self._expand(entry["terms"], entry["says"])
            keys.sort(key=lambda k: k not in self._numbers)  # a printed one speaks for those that are not
            for other in dict.fromkeys(keys[1:]):
                if other == keys[0]:
                    continue
                if other in self._numbers and self._numbers[other] != self._numbers[keys[0]]:
                    self._relate(entry["says"], entry["says"], [(keys[0], 1), (other, -1)], 0)
                else:
                    self.alias[other], self.same[other] = keys[0], entry["says"]

    def _claim_counts(self) -> None:
        self.claims |= {k: Claim(k, value) for k, value in self._numbers.items() if k not in self.alias}
        for i in self.figures:
            n, base = f"{i}.n", f"{i}.base"
            if {n, base} <= self._numbers.keys() or i in self._percents:
                says = "Eine Anzahl ist nie größer als ihre Basis."
                self._relate(f"{i}: Anzahl", says, [(base, 1), (n, -1)], np.inf)

    def _claim_percents(self) -> None:
        column_of: dict[str, str] = {}
        for column in self.columns:
            fits = fnmatch.filter(self._percents, column["figures"])
            if not fits or set(fits) & set(column_of):
                what = "steht in zwei Spalten" if fits else "trifft keinen gedruckten Anteil"
                self.problems.append(f"Spalte „{column['id']}“: „{column['figures']}“ {what}; bitte das Muster prüfen.")  # fmt: skip
            column_of |= dict.fromkeys(fits, column["id"])
        for i, (value, decimals) in self._percents.items():
            word = self.figures[i]["qualifier"].strip()
            if word and word not in self._bands:
                self.problems.append(f"„{i}“: was „{word}“ heißt, steht nicht unter „qualifiers“; der Anteil ist nicht geprüft.")  # fmt: skip
                continue
            n, base = (self.quantity(f"{i}.{part}") for part in ("n", "base"))
            column = column_of.get(i, f"{i} allein")
            key = f"{i}.percent"
            self.claims[key] = Claim(key, value, decimals, n, base, column, self._bands.get(word))

    def _read_relations(self) -> None:
        for entry in self._entries["equal"]:
            first, *rest = self._expand(entry["terms"], entry["id"]) or [""]
            for other in rest:
                self._relate(entry["id"], entry["says"], [(first, 1), (other, -1)], 0)
        for entry in self._entries["sum"]:
            self._sum(entry, "")
        for entry in self._entries["sum_each"]:
            before, after = entry["rows"].split("{row}")
            keys = fnmatch.filter(self._names, f"{before}*{after}")
            if not keys:
                self.problems.append(f"Beziehung „{entry['id']}“: „{entry['rows']}“ trifft keine Zeile; bitte das Muster prüfen.")  # fmt: skip
            for row in dict.fromkeys(k[len(before) : len(k) - len(after)] for k in keys):
                self._sum(entry, row)

    def _sum(self, entry: Mapping[str, Any], row: str) -> None:
        """Relate parts and whole; a sum without one of its parts would be another statement."""
        name, whole, *names = (t.replace("{row}", row) for t in (entry["id"], entry["total"], *(p["number"] for p in entry["parts"])))  # fmt: skip
        total, parts = self._expand([whole], name), [self._expand([part], name) for part in names]
        if len(total) > 1:
            self.problems.append(f"Beziehung „{name}“: „{whole}“ trifft mehrere Zahlen; ein Ganzes ist eine.")
        elif total and all(parts):
            times = [part["times"] for part in entry["parts"]]
            terms = [(k, -n) for keys, n in zip(parts, times, strict=True) for k in keys]
            self._relate(name, entry["says"].replace("{row}", row), [(total[0], 1), *terms], np.inf if entry.get("rest") else 0)  # fmt: skip

    def _relate(self, name: str, sentence: str, terms: Sequence[tuple[str, int]], high: float) -> None:
        merged: dict[str, int] = {}
        for key, factor in terms:
            merged[self.quantity(key)] = merged.get(self.quantity(key), 0) + factor
        if any(merged.values()):
            self.relations.append(Relation(name, sentence, merged, 0, high))

    def systems(self) -> Iterator[System]:
        """Connected groups of claims and relations; each is solved on its own."""
        statements = [*self.claims.values(), *self.relations]
        at = {q: k for k, q in enumerate(dict.fromkeys(q for s in statements for q in s.ties))}
        edges = [(at[a], at[b]) for s in statements for a, b in pairwise(s.ties)]
        i, j = zip(*edges, strict=True) if edges else ((), ())
        _, group = connected_components(coo_array((np.ones(len(edges)), (i, j)), shape=(len(at), len(at))))
        members: dict[int, tuple[list[Claim], list[Relation]]] = {}
        for s in statements:
            members.setdefault(group[at[s.ties[0]]], ([], []))[isinstance(s, Relation)].append(s)
        yield from (System(*pair) for pair in members.values() if all(pair))
