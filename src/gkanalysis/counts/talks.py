"""Kinds of numbers about coded interviews, and the agreement of those who coded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import format_count, format_decimal
from gkanalysis.counts.count import LEAST_ALPHA, WEAK, WHOLE, Count, Says, Units, each, is_in
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.forms import Open
from gkanalysis.stats.agreement import DRAWS, REASON_LABELS
from gkanalysis.stats.coders import coder_coefficients

INTERVIEWED = "interviewed"
LEVELS = {
    "document": "Code kommt im Gespräch vor",
    "frequency": "Zahl der Codierungen im Gespräch",
    "segment": "Lage der Codierung im Text",
}
# A coding rarely starts and ends on the same character twice; 90 % is also what MAXQDA proposes.
OVERLAP = 0.9


def reading_of(coder: str, alpha: float | None) -> str:
    """What a sentence must say where alpha is below the limit; "" where it is not, or does not exist.

    >>> reading_of("A", 0.66), reading_of("A", 0.667)
    ('nach der Lesart von A', '')
    """
    return f"nach der Lesart von {coder}" if alpha is not None and alpha < LEAST_ALPHA else ""


def coders(data: Data, source: str) -> list[str]:
    """All coders of a source of interviews, the lead coder first."""
    lead = data.book(source).lead_coder
    return [lead, *sorted(set(data.table(f"{source}-codings")["coder"]) - {lead})]


@dataclass(frozen=True, kw_only=True)
class Codings(Count):
    """Interviews with at least one segment of a code, by the lead coder; row `interviewed`: all of them.

    Examples
    --------
    >>> Codings(source="reflexionsgespraeche-2019").definition
    'Codings(source="reflexionsgespraeche-2019")'
    """

    base_alone: ClassVar[str] = "Gespräch"
    base_name: ClassVar[str] = "interviewed"
    marked: ClassVar[bool] = False
    percent: ClassVar[bool] = False
    unit_label: ClassVar[str] = "Kommunen"
    unit_words: ClassVar[str] = "Anzahl der Kommunen, in deren Gespräch der Code vergeben ist"
    more_words: ClassVar[str] = "; mehrere Codes je Gespräch"

    def options(self, data: Data) -> Mapping[str, str]:
        """The codes, and the number of interviews."""
        return {c.id: c.label for c in data.book(self.source).codes.values()} | {INTERVIEWED: "Gespräche"}

    def units(self, data: Data) -> Units:
        """A unit is a case at a code; behind it are its segments."""
        given, labels = data.table(f"{self.source}-codings"), self.options(data)
        given = given[given["coder"] == data.book(self.source).lead_coder]
        rows, every = each(data.table(f"{self.source}-cases"), labels), [INTERVIEWED]
        n = is_in(rows, ("case_id", "row"), zip(given["case_id"], given["code_id"], strict=True))
        base = pd.Series(True, rows.index, dtype="boolean").mask(rows["row"].isin(every))
        rows = rows.assign(base=base, n=n | rows["row"].isin(every))

        def behind() -> pd.DataFrame:
            segments = data.table(f"{self.source}-segments")[["segment_id", "text", "place"]]
            file = data.table(f"{self.source}-cases").set_index("case_id")["file"]
            places = given.merge(segments, on="segment_id").rename(columns={"text": "raw", "segment_id": "part"})
            about = {"row": places["code_id"], "value": places["code_id"].map(labels), "state": "coded"}
            places = places.assign(**about, file=places["case_id"].map(file))
            silent = rows[~n].assign(value="", raw="", part="", place="")
            silent["state"] = np.where(silent["n"], "interviewed", "not_coded")
            return pd.concat([places, silent])

        return Units(rows, behind, ("case_id", "row"))

    def reading(self, data: Data, row: str) -> str:
        """The lead coder's, where alpha is below the limit; unknown where only one person coded."""
        if len(people := coders(data, self.source)) < 2:
            return ""
        found = Agreement(source=self.source, of="code")
        alphas = data._keep(("alpha", found), lambda: found.extra(data, pd.DataFrame(), "")["alpha"])
        return reading_of(people[0], alphas.get(row))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """So many cases have the code, of so many interviews."""
        if row == INTERVIEWED:
            return (Says("cases"),)
        return (Says("x", row, ("present",)), Says("cases", of="base_n"))

    def words(self, data: Data, row: str) -> str:
        """The code with its definition."""
        book = data.book(self.source)
        if row == INTERVIEWED:
            return f"Gezählt sind die geführten Gespräche ({book.title})"
        code = book.codes[row]
        return (
            f"Gezählt sind Kommunen, in deren Gespräch {book.lead_coder} den Code „{code.path}“ wenigstens einmal vergeben hat "
            f"(Definition: {code.definition.rstrip('.')}); Basis: alle Gespräche"
        )


@dataclass(frozen=True, kw_only=True)
class Texts(Count):
    """Interviews whose text is stored, and those that a number of people coded: how the material was worked on."""

    marked: ClassVar[bool] = False

    def options(self, data: Data) -> Mapping[str, str]:
        """Stored text; coded by two, by three people."""
        return {"stored": "Text gespeichert", "coders2": "von zweien codiert", "coders3": "von dreien codiert"}

    def units(self, data: Data) -> Units:
        """A unit is a document."""
        documents = data.table(f"{self.source}-documents")
        given = data.table(f"{self.source}-codings").groupby("document_id")["coder"].nunique()
        people = documents["document_id"].map(given).fillna(0)
        is_row = {"stored": documents["text"].notna(), "coders2": people.ge(2), "coders3": people.ge(3)}
        parts = [documents.assign(row=r, n=n, base=True) for r, n in is_row.items()]
        return Units(pd.concat(parts).drop(columns="text"), key=("document_id",))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """How the material was worked on, not what was said."""
        return (Says("procedure"),)

    def words(self, data: Data, row: str) -> str:
        """Which documents."""
        return f"Gezählt sind Gespräche: {self.options(data)[row]} ({self.source}); Basis: alle Gespräche"


ALPHA = {
    "Alpha": lambda r: format_decimal(r.alpha) + WEAK * bool(r.alpha < LEAST_ALPHA),
    "Intervall": lambda r: " bis ".join(format_decimal(x) for x in (r.alpha_low, r.alpha_high) if not pd.isna(x)),
}


@dataclass(frozen=True, kw_only=True)
class Compared(Count):
    """What comparisons of two coders share."""

    base_alone: ClassVar[str] = "Vergleiche"
    also: ClassVar[str] = "Vergleiche"
    base_name: ClassVar[str] = "document_pairs"
    unit_words: ClassVar[str] = "Anzahl der Vergleiche"
    unit_label: ClassVar[str] = "einig"
    columns: ClassVar[Any] = ALPHA
    narrow: ClassVar[str] = ""  # from what the intervals are drawn, and why they are too narrow

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """How people coded, not what was said."""
        return WHOLE

    def notes(self, data: Data) -> tuple[str, ...]:
        """From what the intervals of alpha come, and that they are too narrow; what the sign says."""
        weak = f"{WEAK} unter {format_decimal(LEAST_ALPHA, decimals=3)}: zu wenig für einen Schluss, auch für einen vorläufigen."
        note = f"Intervalle aus {format_count(DRAWS)} Ziehungen {self.narrow}."
        return (note, weak) if (self.table(data)["alpha"] < LEAST_ALPHA).any() else (note,)


@dataclass(frozen=True, kw_only=True)
class Agreement(Compared):
    """Comparisons of two coders that agree: over all codes on three levels, or by code whether it occurs at all.

    Levels: `document` (does a code occur in the interview), `frequency` (how often), `segment` (the same stretch).
    """

    of: str = "level"

    also: ClassVar[str] = "Urteile, Vergleiche, Übereinstimmung"
    narrow: ClassVar[str] = "der Gespräche; bei so wenigen sind sie zu schmal"

    def options(self, data: Data) -> Mapping[str, str]:
        """The levels, or the codes."""
        if self.of == "level":
            return LEVELS
        return {c.id: c.label for c in data.book(self.source).codes.values()}

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Beside the pairs that agree, alpha tells how often a code was given."""
        return WHOLE if self.of == "level" else (*WHOLE, Says("x", row, ("present",), of="coded"))

    def units(self, data: Data) -> Units:
        """A unit is one comparison of two coders."""
        codes, people = list(data.book(self.source).codes), coders(data, self.source)
        segments = data.table(f"{self.source}-segments")[["segment_id", "text", "place"]]
        given = data.table(f"{self.source}-codings").merge(segments, on="segment_id", how="left")
        coded: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for c in given[given["code_id"].isin(codes)].to_dict("records"):
            coded.setdefault((c["document_id"], c["coder"]), []).append(c)
        made = []
        for document in data.table(f"{self.source}-documents").sort_values("document_id").to_dict("records"):
            name, has_text = document["document_id"], isinstance(document["text"], str)
            where = {"case_id": document["case_id"], "file": document["file"], "part": name}
            for first, second in combinations([p for p in people if (name, p) in coded], 2):
                pair = (coded[name, first], coded[name, second])
                for level in LEVELS if self.of == "level" else ("document",):
                    compared = _placed(*pair) if level == "segment" else _counted(*pair, codes, level)
                    for agrees, code, about in compared if has_text or level != "segment" else ():
                        row = level if self.of == "level" else code
                        made.append(where | about | {"state": f"{first} und {second}", "row": row, "n": agrees})
        rows = pd.DataFrame(made, columns=["case_id", "file", "part", "state", "row", "n", "value", "raw", "place"])
        return Units(rows.assign(base=True, unit=range(len(rows))), key=("unit",))

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Krippendorff's alpha with its interval, kappa, and why one is missing."""
        levels = LEVELS if self.of == "level" else ("document",)
        tables = {level: self.coefficients(data, level, coders(data, self.source)) for level in levels}
        # how many draws had an alpha tells in how many interviews a code is
        made = {level: table.drop(columns="draws_n") for level, table in tables.items()}
        if self.of == "level":
            return pd.DataFrame({level: table.loc[TOTAL] for level, table in made.items()}).T
        return made["document"].drop(TOTAL)

    def coefficients(self, data: Data, level: str, those: list[str]) -> pd.DataFrame:
        """Kappa and alpha at a level between some coders; see `coder_coefficients`."""
        codings, documents = (data.table(f"{self.source}-{name}") for name in ("codings", "documents"))
        texts = documents.set_index("document_id")["text"]
        codes = list(data.book(self.source).codes)
        return coder_coefficients(codings, codes, texts, coders=those, level=level)

    def words(self, data: Data, row: str) -> str:
        """What was compared."""
        book = data.book(self.source)
        about = (
            f"{LEVELS[row]}, alle Codes"
            if self.of == "level"
            else f"kommt der Code „{book.codes[row].path}“ im Gespräch vor"
        )
        return f"Gezählt sind Vergleiche zweier Codierender, die übereinstimmen ({about}); Basis: alle Vergleiche"


def _counted(a: list[Any], b: list[Any], codes: list[str], level: str) -> Iterator[tuple[bool, str, dict[str, str]]]:
    """For each code whether both gave it, or as often."""
    of: dict[str, tuple[list[Any], list[Any]]] = {code: ([], []) for code in codes}
    for k, own in enumerate((a, b)):
        for c in own:
            of[c["code_id"]][k].append(c)
    for code, (one, other) in of.items():
        x, y = len(one), len(other)
        agrees = (x > 0) == (y > 0) if level == "document" else x == y
        both = one + other if not agrees else []
        told = [" | ".join(c[k] for c in both if isinstance(c[k], str)) for k in ("text", "place")]
        yield agrees, code, {"value": f"{code}: {x} und {y} Mal", "raw": told[0], "place": told[1]}


def _placed(a: list[Any], b: list[Any]) -> Iterator[tuple[bool, str, dict[str, str]]]:
    """For each coding with a place whether the other gave the same code to nearly the same stretch."""
    for own, other in ((a, b), (b, a)):
        for c in (c for c in own if c["end"] > c["start"]):
            share = max((_overlap(c, o) for o in other if o["code_id"] == c["code_id"]), default=0.0)
            told = f"{c['code_id']}: {c['coder']}, Überschneidung {round(100 * share)} %"
            # 9 of 10 characters are 0.9, whatever the last bits
            agrees = share >= OVERLAP * (1 - 1e-9)
            yield agrees, c["code_id"], {"value": told, "raw": str(c["text"]), "place": str(c["place"])}


def _overlap(one: Any, other: Any) -> float:
    """What two stretches have in common, as a share of what they cover together; nothing without a place."""
    both = min(one["end"], other["end"]) - max(one["start"], other["start"])
    return max(both, 0) / (max(one["end"], other["end"]) - min(one["start"], other["start"]))


@dataclass(frozen=True, kw_only=True)
class OpenAgreement(Compared):
    """Comparisons of two coders of an open answer that agree: does a mention have the category?"""

    item: str

    narrow: ClassVar[str] = (
        "der Nennungen, als wären sie unabhängig; da ein Bündnis mehrere beisteuert, sind sie zu schmal"
    )

    def options(self, data: Data) -> Mapping[str, str]:
        """All categories together, and each."""
        return {TOTAL: "alle Kategorien", **Open(source=self.source, item=self.item).options(data)}

    def coded(self, data: Data) -> pd.DataFrame:
        """Coded mentions of all coders."""
        rows = data.table(f"{self.source}-mentions")
        return rows[(rows["item_id"] == self.item) & (rows["category"] != "")]

    def units(self, data: Data) -> Units:
        """A unit is one comparison: two coders, a mention, a category."""
        categories, made = [c for c in self.options(data) if c != TOTAL], []
        for (case_id, mention), own in self.coded(data).groupby(["case_id", "mention"], sort=True):
            given = {str(c): set(g["category"]) for c, g in own.groupby("coder", sort=True)}
            where = own.rename(columns={"text": "raw"}).iloc[0][["file", "place", "raw"]].to_dict()
            for (first, second), category in product(combinations(given, 2), categories):
                n = (category in given[first]) == (category in given[second])
                about = {"case_id": case_id, "mention": mention, "state": f"{first} und {second}", "value": category}
                made += [where | about | {"row": r, "n": n} for r in (TOTAL, category)]
        key = ("case_id", "mention", "state", "value")
        return Units(pd.DataFrame(made, columns=[*key, "file", "place", "raw", "row", "n"]).assign(base=True), key=key)

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """Krippendorff's alpha with its interval, kappa, and why one is missing."""
        return data._keep(("alpha", self), lambda: self._coefficients(data))

    def notes(self, data: Data) -> tuple[str, ...]:
        """On the intervals of alpha: how many draws, which had no alpha, which row has no interval."""
        rows, labels = self.extra(data, pd.DataFrame(), ""), self.options(data)
        (note, *weak), lost = super().notes(data), rows["draws_n"].between(1, DRAWS - 1)
        if lost.any():
            told = ", ".join(f"„{labels[r]}“ {format_count(DRAWS - n)}" for r, n in rows.loc[lost, "draws_n"].items())
            note += f" Ziehungen ohne Alpha, weil alle Werte gleich sind, fallen weg: {told}."
        without = rows["interval_reason"].loc[lambda x: x.ne("")].items()
        return (note, *weak, *(f"„{labels[r]}“ ohne Intervall: {REASON_LABELS[reason]}." for r, reason in without))

    def _coefficients(self, data: Data) -> pd.DataFrame:
        coded = self.coded(data)
        those = [c for c in data.category_book.coders if c in set(coded["coder"])]
        if len(those) < 2:
            raise NotebookError(
                f"„{self.source}“, Item {self.item}: codiert hat nur {', '.join(those) or 'niemand'}; Übereinstimmung braucht zwei."
            )
        codings = coded.assign(
            document_id=coded["case_id"].astype(str) + "/" + coded["mention"].astype(str),
            code_id=coded["category"], start=0, end=0,
        )  # fmt: skip
        texts = codings.drop_duplicates("document_id").set_index("document_id")["text"].astype(str)
        categories = [c for c in self.options(data) if c != TOTAL]
        return coder_coefficients(codings, categories, texts, coders=those, level="document")

    def words(self, data: Data, row: str) -> str:
        """The category."""
        label = data.book(self.source).items[self.item].label
        return f"Gezählt sind Vergleiche zweier Codierender zu {self.item} „{label}“, {self.options(data)[row]}, die übereinstimmen; Basis: alle Vergleiche"
