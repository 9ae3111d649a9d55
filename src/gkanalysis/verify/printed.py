"""Published figures and what must hold between them, turned into claims and relations over whole numbers."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from scipy.sparse.csgraph import connected_components

from gkanalysis.codebook.published import checked_relations
from gkanalysis.core.errors import VerificationError
from gkanalysis.ingest.cellvalues import MONTHS
from gkanalysis.ingest.tables import read_rows
from gkanalysis.verify.solver import Claim, Relation, System, neighbours

COLUMNS = ("id", "section", "label", "subgroup", "kind", "printed", "qualifier", "numerator", "base")
WHOLE = re.compile(r"\d+", re.ASCII)
DECIMAL = re.compile(r"(\d+)(?:[.,](\d+))?", re.ASCII)
Figures = Mapping[str, Mapping[str, str]]


def read_figures(path: Path) -> dict[str, dict[str, str]]:
    """Published figures by id; a `GkError` if the file is no such list, or an id is missing or stands twice."""
    rows = read_rows(path, [*COLUMNS, "multiple_response"], optional=["multiple_response"])
    times = Counter(row["id"] for row in rows)
    wrong = [f"Zeile {row['row']} („{row['id']}“)" for row in rows if not row["id"] or times[row["id"]] > 1]
    if wrong or not rows:
        what = f"die Kennung fehlt oder steht mehrfach in {', '.join(wrong)}; bitte jede einmal vergeben"
        raise VerificationError(f"„{path}“: {what if wrong else 'die Datei hat keine Zeilen'}.")
    return {row["id"]: row for row in rows}


def is_exact(figure: Mapping[str, str]) -> bool:
    """Whether a count is printed as a number that others can add up to; „ca. 100“ is none."""
    return figure["kind"] == "count" and not figure["qualifier"]


def read_share(text: str) -> tuple[int, int] | None:
    """Digits of a printed share, and how many of them are decimals.

    >>> read_share("86.6"), read_share("ein Drittel")
    ((866, 1), None)
    """
    match = DECIMAL.fullmatch(text)
    return match and (int(match[1] + (match[2] or "")), len(match[2] or ""))


def read_period(text: str) -> tuple[int, int] | None:
    """First and last month of a printed date or period, counted from the year 0; None if month or year is missing.

    >>> read_period("04.07.-15.08.2019"), read_period("Juli 2019"), read_period("Feb.-März 2022"), read_period("Ende 2022")
    ((24234, 24235), (24234, 24234), (24265, 24266), None)
    """
    years = [int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", text)]
    found = (m[1] or m[2] for m in re.finditer(r"\b\d\d?\.(\d\d?)\.|([^\W\d_]{3,})", text))
    named = (next((k for k, m in enumerate(MONTHS, start=1) if m.startswith(f.casefold())), f) for f in found)
    months = [int(m) for m in named if str(m).isdecimal()]
    if not years or not months:
        return None
    return 12 * years[0] + months[0] - 1, 12 * years[-1] + months[-1] - 1


def month_name(months: int) -> str:
    """A month as it is printed.

    >>> month_name(24234)
    'Juli 2019'
    """
    return f"{MONTHS[months % 12].capitalize()} {months // 12}"


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
        self.columns = self._entries["percent_columns"]
        self._numbers = dict(self._read_numbers())
        shares = {i: read_share(row["printed"]) for i, row in figures.items() if row["kind"] == "percent"}
        self._percents = {i: share for i, share in shares.items() if share}
        for i in (i for i, share in shares.items() if not share and figures[i]["printed"]):
            self.problems.append(f"„{i}“: „{figures[i]['printed']}“ in der Spalte printed ist kein Anteil; bitte wie 86.6 schreiben.")  # fmt: skip
        hidden = (f"{i}.{part}" for i in self._percents for part in ("n", "base"))
        self._names = list(dict.fromkeys([*self._numbers, *hidden]))
        self._join_same_numbers()
        self._claim()
        self._relate_declared()
        self.used = {k.rpartition(".")[0] for k in [*self.claims, *self.alias]}

    def quantity(self, key: str) -> str:
        """Name of the quantity that a printed number speaks of."""
        while key in self.alias:
            key = self.alias[key]
        return key

    def _read_numbers(self) -> Iterator[tuple[str, int]]:
        """Counts and bases that are printed as exact whole numbers."""
        for i, row in self.figures.items():
            if row["kind"] == "date" and (months := read_period(row["printed"])):
                yield from zip((f"{i}.from", f"{i}.to"), months, strict=True)
            for part, column in (("n", "numerator"), ("base", "base")):
                text = row[column]
                if text and not WHOLE.fullmatch(text):
                    self.problems.append(f"„{i}“: „{text}“ in der Spalte {column} ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben.")  # fmt: skip
                elif text and (part == "base" or row["kind"] != "count" or is_exact(row)):
                    yield f"{i}.{part}", int(text)
            printed, counted = row["printed"], row["numerator"]
            both = WHOLE.fullmatch(printed) and WHOLE.fullmatch(counted) and is_exact(row)
            if both and int(printed) != int(counted):
                self.problems.append(f"„{i}“: gedruckt ist {printed}, als Anzahl eingetragen {counted}; bitte im Druck nachsehen.")  # fmt: skip

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
            for other in (k for k in dict.fromkeys(keys[1:]) if k != keys[0]):
                if self._numbers.get(other, self._numbers.get(keys[0])) != self._numbers.get(keys[0]):
                    self._relate(entry["says"], [(keys[0], 1), (other, -1)])
                else:
                    self.alias[other], self.same[other] = keys[0], entry["says"]

    def _claim(self) -> None:
        """A claim for each printed number; no count is larger than its base."""
        bands = self._entries["qualifiers"]
        self.claims |= {k: Claim(k, value) for k, value in self._numbers.items() if k not in self.alias}
        for i in self.figures:
            if {f"{i}.n", f"{i}.base"} <= self._numbers.keys() or i in self._percents:
                self._relate("Eine Anzahl ist nie größer als ihre Basis.", [(f"{i}.base", 1), (f"{i}.n", -1)], inf)
        column_of: dict[str, str] = {}
        for column in self.columns:
            fits = fnmatch.filter(self._percents, column["figures"])
            if not fits or set(fits) & set(column_of):
                what = "steht in zwei Spalten" if fits else "trifft keinen gedruckten Anteil"
                self.problems.append(f"Spalte „{column['id']}“: „{column['figures']}“ {what}; bitte das Muster prüfen.")  # fmt: skip
            column_of |= dict.fromkeys(fits, column["id"])
        for i, share in self._percents.items():
            word = self.figures[i]["qualifier"]
            if word and word not in bands:
                self.problems.append(f"„{i}“: was „{word}“ heißt, steht nicht unter „qualifiers“; der Anteil ist nicht geprüft.")  # fmt: skip
                continue
            n, base = (self.quantity(f"{i}.{part}") for part in ("n", "base"))
            key, column = f"{i}.percent", column_of.get(i, f"{i} allein")
            self.claims[key] = Claim(key, *share, n, base, column, bands.get(word))

    def _relate_declared(self) -> None:
        for entry in self._entries["equal"]:
            first, *rest = self._expand(entry["terms"], entry["id"]) or [""]
            for other in rest:
                self._relate(entry["says"], [(first, 1), (other, -1)])
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
        name, whole, says = (entry[k].replace("{row}", row) for k in ("id", "total", "says"))
        total = self._expand([whole], name)
        parts = [(self._expand([p["number"].replace("{row}", row)], name), -p["times"]) for p in entry["parts"]]
        if len(total) > 1:
            self.problems.append(f"Beziehung „{name}“: „{whole}“ trifft mehrere Zahlen; ein Ganzes ist eine.")
        elif total and all(keys for keys, _ in parts):
            terms = [(total[0], 1), *((k, times) for keys, times in parts for k in keys)]
            self._relate(says, terms, inf if entry.rest else 0)

    def _relate(self, sentence: str, terms: Sequence[tuple[str, int]], high: float = 0) -> None:
        merged: Counter[str] = Counter()
        for key, factor in terms:
            merged[self.quantity(key)] += factor
        if any(merged.values()):
            self.relations.append(Relation(sentence, merged, high))

    def systems(self) -> Iterator[System]:
        """Connected groups of claims and relations; each is solved on its own."""
        statements = [*self.claims.values(), *self.relations]
        _, groups = connected_components(neighbours(statements)) if statements else (0, ())
        for group in dict.fromkeys(groups):
            own = [s for s, g in zip(statements, groups, strict=True) if g == group]
            claims, relations = ([s for s in own if isinstance(s, kind)] for kind in (Claim, Relation))
            if claims and relations:
                yield System(claims, relations)
