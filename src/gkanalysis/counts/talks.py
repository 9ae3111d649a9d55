"""Kinds of numbers about coded interviews, and the agreement of those who coded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NO_VALUE, format_count, format_decimal
from gkanalysis.counts.count import WHOLE, Count, Says, Units, each, is_in
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
            places = places.assign(
                row=places["code_id"],
                value=places["code_id"].map(labels),
                state="coded",
                file=places["case_id"].map(file),
            )
            silent = rows[~n].assign(value="", raw="", part="", place="")
            silent["state"] = np.where(silent["n"], "interviewed", "not_coded")
            return pd.concat([places, silent])

        return Units(rows, behind, ("case_id", "row"))

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
        return {
            "stored": "Text gespeichert",
            "coders2": "von zweien codiert",
            "coders3": "von dreien codiert",
        }

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


def format_alpha(alpha: float | None) -> str:
    """Alpha or kappa with two decimals; a dash where it does not exist.

    >>> format_alpha(0.846), format_alpha(None)
    ('0,85', '–')
    """
    return NO_VALUE if alpha is None or pd.isna(alpha) else format_decimal(alpha, decimals=2)


ALPHA = {
    "Alpha": lambda r: format_alpha(r.alpha),
    "Intervall": lambda r: (
        "" if pd.isna(r.alpha_low) else f"{format_alpha(r.alpha_low)} bis {format_alpha(r.alpha_high)}"
    ),
}


def _themes(data: Data, source: str) -> dict[str, str]:
    """Group of codes -> label, of those that are themes of the report; others only order the talk."""
    return {i: g.label for i, g in data.book(source).groups.items() if g.section}


def _stretches(data: Data, source: str) -> Iterator[tuple[Mapping[str, Any], dict[str, list[tuple[int, int]]]]]:
    """Each document with stored text, with the distinct stretches that the lead coder gave codes of each theme."""
    book, given = data.book(source), data.table(f"{source}-codings")
    given = given[
        (given["coder"] == book.lead_coder) & (given["end"] > given["start"]) & given["code_id"].isin(book.codes)
    ]
    places: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for c in given[["document_id", "code_id", "start", "end"]].to_dict("records"):
        theme = book.codes[c["code_id"]].group_id
        places.setdefault((c["document_id"], theme), set()).add((int(c["start"]), int(c["end"])))
    for document in data.table(f"{source}-documents").dropna(subset=["text"]).to_dict("records"):
        yield document, {t: sorted(places.get((document["document_id"], t), ())) for t in _themes(data, source)}


@dataclass(frozen=True, kw_only=True)
class Coverage(Count):
    """How many characters of the stored texts a theme takes up; a character may belong to several."""

    base_name: ClassVar[str] = "characters"
    unit_label: ClassVar[str] = "Zeichen"
    within: ClassVar[bool] = False
    marked: ClassVar[bool] = False

    def options(self, data: Data) -> Mapping[str, str]:
        """The themes."""
        return _themes(data, self.source)

    def units(self, data: Data) -> Units:
        """A unit is a text: it weighs the characters covered, and as base all of them."""
        rows = []
        for document, themes in _stretches(data, self.source):
            for theme, places in themes.items():
                covered = len({c for start, end in places for c in range(start, end)})
                of = document | {"row": theme, "state": "coded"}
                rows.append({**of, "of": theme, "n": True, "weight": covered, "raw": f"{len(places)} Stellen"})
                rows.append({**of, "of": "", "n": False, "weight": len(document["text"]), "raw": "ganzer Text"})
        made = pd.DataFrame(rows)
        return Units(made.assign(base=~made["n"], value=made["weight"], part=made["document_id"]), key=("part", "of"))

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """How many texts there are, and how many are not stored."""
        texts = data.table(f"{self.source}-documents")["text"]
        lost = int(texts.isna().sum())
        known = {"coder": data.book(self.source).lead_coder, "state": "computable"}
        return pd.DataFrame(
            known | {"documents_n": len(texts) - lost, "not_computable_n": lost}, list(self.options(data))
        )

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Characters over all texts."""
        return WHOLE

    def words(self, data: Data, row: str) -> str:
        """The theme."""
        lead = data.book(self.source).lead_coder
        return f"Gezählt sind Zeichen der gespeicherten Texte, denen {lead} einen Code der Gruppe „{self.options(data)[row]}“ gab; Basis: alle Zeichen dieser Texte"


@dataclass(frozen=True, kw_only=True)
class Meetings(Count):
    """Interviews in which segments of two themes share at least one character; of those with stored text."""

    base_name: ClassVar[str] = "interviewed_with_text"
    percent: ClassVar[bool] = False
    unit_label: ClassVar[str] = "Gespräche"
    columns: ClassVar[Any] = {"Stellen": lambda r: format_count(r.segment_pairs_n)}

    def options(self, data: Data) -> Mapping[str, str]:
        """Pairs of themes."""
        labels = _themes(data, self.source)
        return {f"{a} + {b}": f"{labels[a]} und {labels[b]}" for a, b in combinations(labels, 2)}

    def units(self, data: Data) -> Units:
        """A unit is a text at a pair; behind it are the places."""
        rows = []
        for document, themes in _stretches(data, self.source):
            for row in self.options(data):
                first, second = row.split(" + ")
                pairs = [(a, b) for a in themes[first] for b in themes[second] if max(a[0], b[0]) < min(a[1], b[1])]
                told = " | ".join(f"Zeichen {a[0] + 1} bis {a[1]} und {b[0] + 1} bis {b[1]}" for a, b in pairs)
                state = "coded" if pairs else "not_coded"
                rows.append(
                    document | {"row": row, "n": bool(pairs), "pairs": len(pairs), "state": state, "place": told}
                )
        made = pd.DataFrame(rows)
        return Units(made.assign(base=True, part=made["document_id"]), key=("part", "row"))

    def extra(self, data: Data, table: pd.DataFrame, by: str) -> pd.DataFrame:
        """How many pairs of segments share a character."""
        pairs = self.counted(data).rows.groupby("row")["pairs"].sum()
        texts = data.table(f"{self.source}-documents")["text"]
        return pairs.to_frame("segment_pairs_n").assign(
            not_computable_n=int(texts.isna().sum()), relation="overlapping"
        )

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Themes over all texts."""
        return WHOLE

    def words(self, data: Data, row: str) -> str:
        """Both themes."""
        labels = _themes(data, self.source)
        pair = " und ".join(f"„{labels[t]}“" for t in row.split(" + "))
        lead = data.book(self.source).lead_coder
        return f"Gezählt sind Kommunen, in deren Gespräch sich Stellen der Gruppen {pair} überschneiden ({lead}); Basis: Gespräche mit gespeichertem Text"


@dataclass(frozen=True, kw_only=True)
class Compared(Count):
    """What comparisons of two coders share."""

    base_name: ClassVar[str] = "document_pairs"
    unit_label: ClassVar[str] = "einig"
    columns: ClassVar[Any] = ALPHA

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """How people coded, not what was said."""
        return WHOLE


@dataclass(frozen=True, kw_only=True)
class Agreement(Compared):
    """Comparisons of two coders that agree: over all codes on three levels, or by code whether it occurs at all.

    Levels: `document` (does a code occur in the interview), `frequency` (how often), `segment` (the same stretch).
    """

    of: str = "level"

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
        made = {level: self.coefficients(data, level, coders(data, self.source)) for level in levels}
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
        told = [
            " | ".join(c[k] for c in one + other if not agrees and isinstance(c[k], str)) for k in ("text", "place")
        ]
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
        note, lost = (
            f"Intervalle aus {format_count(DRAWS)} Ziehungen der Nennungen.",
            rows["draws_n"].between(1, DRAWS - 1),
        )
        if lost.any():
            told = ", ".join(f"„{labels[r]}“ {format_count(DRAWS - n)}" for r, n in rows.loc[lost, "draws_n"].items())
            note += f" Ziehungen ohne Alpha, weil alle Werte gleich sind, fallen weg: {told}."
        without = rows["interval_reason"].loc[lambda x: x.ne("")].items()
        return (note, *(f"„{labels[r]}“ ohne Intervall: {REASON_LABELS[reason]}." for r, reason in without))

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
