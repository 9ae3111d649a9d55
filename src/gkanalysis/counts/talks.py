"""Kinds of numbers about coded interviews, and the agreement of those who coded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import NO_VALUE, format_count, format_decimal
from gkanalysis.counts.count import WHOLE, Count, Says, Units, each
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.stats.coders import coder_coefficients

INTERVIEWED = "interviewed"
LEVELS = {
    "document": "Kode kommt im Gespräch vor",
    "frequency": "Zahl der Kodierungen im Gespräch",
    "segment": "Lage der Kodierung im Text",
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
    unit_words: ClassVar[str] = "Anzahl der Kommunen, in deren Gespräch der Kode vergeben ist"
    more_words: ClassVar[str] = "; mehrere Kodes je Gespräch"

    def options(self, data: Data) -> Mapping[str, str]:
        """The codes, and the number of interviews."""
        return {c.id: c.label for c in data.book(self.source).codes.values()} | {INTERVIEWED: "Gespräche"}

    def units(self, data: Data) -> Units:
        """A unit is a case at a code; behind it are its segments."""
        given = data.table(f"{self.source}-codings")
        given = given[given["coder"] == data.book(self.source).lead_coder]
        rows = each(data.table(f"{self.source}-cases"), self.options(data))
        has = set(zip(given["case_id"], given["code_id"], strict=True))
        every = rows["row"].eq(INTERVIEWED)
        coded = [pair in has for pair in zip(rows["case_id"], rows["row"], strict=True)]
        rows = rows.assign(
            unit=rows["case_id"] + "/" + rows["row"], n=every | np.array(coded, dtype=bool),
            base=pd.Series(True, index=rows.index, dtype="boolean").mask(every),
        )  # fmt: skip
        segments = data.table(f"{self.source}-segments")[["segment_id", "text", "place"]]
        places = given.drop(columns=["file"], errors="ignore").merge(segments, on="segment_id")
        labels = self.options(data)
        file = data.table(f"{self.source}-cases").set_index("case_id")["file"]
        places = places.assign(
            unit=places["case_id"] + "/" + places["code_id"], value=places["code_id"].map(labels), state="coded",
            file=places["case_id"].map(file),
        ).rename(columns={"text": "raw", "segment_id": "part"})  # fmt: skip
        silent = rows[~rows["unit"].isin(places["unit"])].assign(value="", raw="", part="", place="")
        silent = silent.assign(state=silent["n"].map({True: "interviewed", False: "not_coded"}))
        return Units.of(rows, pd.concat([places, silent]))

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
            f"Gezählt sind Kommunen, in deren Gespräch {book.lead_coder} den Kode „{code.path}“ wenigstens einmal vergeben hat "
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
            "coders2": "von zweien kodiert",
            "coders3": "von dreien kodiert",
        }

    def units(self, data: Data) -> Units:
        """A unit is a document."""
        documents = data.table(f"{self.source}-documents")
        given = data.table(f"{self.source}-codings").groupby("document_id")["coder"].nunique()
        people = documents["document_id"].map(given).fillna(0)
        is_row = {"stored": documents["text"].notna(), "coders2": people.ge(2), "coders3": people.ge(3)}
        parts = [documents.assign(row=r, n=n, base=True, unit=documents["document_id"]) for r, n in is_row.items()]
        return Units.of(pd.concat(parts).drop(columns="text"))

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
    book, documents = data.book(source), data.table(f"{source}-documents")
    group_of = {c.id: c.group_id for c in book.codes.values()}
    given = data.table(f"{source}-codings")
    given = given[(given["coder"] == book.lead_coder) & (given["end"] > given["start"])]
    given = given.assign(theme=given["code_id"].map(group_of))
    for document in documents.dropna(subset=["text"]).to_dict("records"):
        own = given[given["document_id"] == document["document_id"]]
        parts = {t: own.loc[own["theme"] == t, ["start", "end"]] for t in _themes(data, source)}
        yield document, {t: sorted({(int(a), int(b)) for a, b in p.values}) for t, p in parts.items()}


def _text_rows(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows).rename(columns={"document_id": "part"})


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
        rows: list[dict[str, Any]] = []
        for document, themes in _stretches(data, self.source):
            where = {k: document[k] for k in ("case_id", "file", "document_id")} | {"state": "coded"}
            for theme, places in themes.items():
                covered = len({c for start, end in places for c in range(start, end)})
                of = {
                    "row": theme,
                    "n": True,
                    "base": False,
                    "weight": covered,
                    "value": str(covered),
                    "raw": f"{len(places)} Stellen",
                }
                rows.append({**where, **of, "unit": f"{document['document_id']}/{theme}"})
                size = len(document["text"])
                whole = {
                    "row": theme,
                    "n": False,
                    "base": True,
                    "weight": size,
                    "value": str(size),
                    "raw": "ganzer Text",
                }
                rows.append({**where, **whole, "unit": document["document_id"]})
        return Units.of(_text_rows(rows).astype({"base": "boolean"}))

    def extra(self, data: Data, by: str) -> pd.DataFrame:
        """How many texts there are, and how many are not stored."""
        texts = data.table(f"{self.source}-documents")["text"]
        known = {"coder": data.book(self.source).lead_coder, "state": "computable"}
        known |= {"documents_n": int(texts.notna().sum()), "not_computable_n": int(texts.isna().sum())}
        return pd.DataFrame([known] * len(self.options(data)), index=list(self.options(data)))

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """Characters over all texts."""
        return WHOLE

    def words(self, data: Data, row: str) -> str:
        """The theme."""
        lead = data.book(self.source).lead_coder
        return f"Gezählt sind Zeichen der gespeicherten Texte, denen {lead} einen Kode der Gruppe „{self.options(data)[row]}“ gab; Basis: alle Zeichen dieser Texte"


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
                where = {k: document[k] for k in ("case_id", "file", "document_id")}
                of = {
                    "row": row,
                    "n": bool(pairs),
                    "base": True,
                    "state": "coded" if pairs else "not_coded",
                    "place": told,
                }
                rows.append({**where, **of, "unit": f"{document['document_id']}/{row}", "pairs": len(pairs)})
        return Units.of(_text_rows(rows))

    def extra(self, data: Data, by: str) -> pd.DataFrame:
        """How many pairs of segments share a character."""
        places = self.counted(data).evidence
        n = places["place"].str.count(r" \| ") + places["place"].ne("")
        pairs = n.groupby(places["unit"].str.partition("/")[2]).sum().reindex(list(self.options(data)))
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
class Agreement(Count):
    """Comparisons of two coders that agree: over all codes on three levels, or by code whether it occurs at all.

    Levels: `document` (does a code occur in the interview), `frequency` (how often), `segment` (the same stretch).
    """

    of: str = "level"

    unit_label: ClassVar[str] = "einig"
    columns: ClassVar[Any] = ALPHA

    @property
    def base(self) -> str:
        """What is compared."""
        return "document_pairs"

    def options(self, data: Data) -> Mapping[str, str]:
        """The levels, or the codes."""
        if self.of == "level":
            return LEVELS
        return {c.id: c.label for c in data.book(self.source).codes.values()}

    def units(self, data: Data) -> Units:
        """A unit is one comparison of two coders."""
        book = data.book(self.source)
        documents = data.table(f"{self.source}-documents").set_index("document_id")
        given = data.table(f"{self.source}-codings").merge(
            data.table(f"{self.source}-segments")[["segment_id", "text", "place"]],
            on="segment_id",
            how="left",
        )
        given = given[given["code_id"].isin(book.codes)]
        coded = dict(iter(given.groupby(["document_id", "coder"])))
        made: list[dict[str, Any]] = []
        for document_id in sorted({d for d, _ in coded}):
            has_text = isinstance(documents["text"][document_id], str)
            where = {
                "case_id": documents["case_id"][document_id],
                "file": documents["file"][document_id],
                "part": document_id,
            }
            there = [c for c in coders(data, self.source) if (document_id, c) in coded]
            for first, second in combinations(there, 2):
                pair = (coded[document_id, first], coded[document_id, second])
                for level in LEVELS if self.of == "level" else ("document",):
                    compared = _placed(*pair) if level == "segment" else _counted(*pair, list(book.codes), level)
                    for agrees, code, about in compared if has_text or level != "segment" else ():
                        row = level if self.of == "level" else code
                        made.append(
                            {
                                **where,
                                "state": f"{first} und {second}",
                                "row": row,
                                "n": agrees,
                                "base": True,
                                **about,
                            }
                        )
        rows = pd.DataFrame(made).reindex(
            columns=["case_id", "file", "part", "state", "row", "n", "base", "value", "raw", "place"]
        )
        return Units.of(rows.assign(unit=[str(k) for k in range(len(rows))]))

    def extra(self, data: Data, by: str) -> pd.DataFrame:
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

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """How people coded, not what was said."""
        return WHOLE

    def words(self, data: Data, row: str) -> str:
        """What was compared."""
        book = data.book(self.source)
        about = (
            f"{LEVELS[row]}, alle Kodes"
            if self.of == "level"
            else f"kommt der Kode „{book.codes[row].path}“ im Gespräch vor"
        )
        return f"Gezählt sind Vergleiche zweier Kodierender, die übereinstimmen ({about}); Basis: alle Vergleiche"


def _counted(
    a: pd.DataFrame, b: pd.DataFrame, codes: list[str], level: str
) -> Iterator[tuple[bool, str, dict[str, str]]]:
    """For each code whether both gave it, or as often."""
    n_a, n_b = a["code_id"].value_counts(), b["code_id"].value_counts()
    for code in codes:
        x, y = int(n_a.get(code, 0)), int(n_b.get(code, 0))
        agrees = (x > 0) == (y > 0) if level == "document" else x == y
        about = {"value": f"{code}: {x} und {y} Mal", "raw": "", "place": ""}
        if not agrees:
            both = pd.concat([a, b])
            mine = both[both["code_id"] == code]
            about |= {"raw": " | ".join(mine["text"].dropna()), "place": " | ".join(mine["place"].dropna())}
        yield agrees, code, about


def _placed(a: pd.DataFrame, b: pd.DataFrame) -> Iterator[tuple[bool, str, dict[str, str]]]:
    """For each coding with a place whether the other gave the same code to nearly the same stretch."""
    for own, other in ((a, b), (b, a)):
        theirs: dict[str, list[Any]] = {}
        for c in other[other["end"] > other["start"]].itertuples():
            theirs.setdefault(c.code_id, []).append(c)
        for c in own[own["end"] > own["start"]].itertuples():
            share = max((_overlap(c, o) for o in theirs.get(c.code_id, ())), default=0.0)
            told = f"{c.code_id}: {c.coder}, Überschneidung {round(100 * share)} %"
            # 9 of 10 characters are 0.9, whatever the last bits
            agrees = share >= OVERLAP * (1 - 1e-9)
            yield agrees, c.code_id, {"value": told, "raw": str(c.text), "place": str(c.place)}


def _overlap(one: Any, other: Any) -> float:
    """What two stretches have in common, as a share of what they cover together."""
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(both, 0) / (max(one.end, other.end) - min(one.start, other.start))


@dataclass(frozen=True, kw_only=True)
class OpenAgreement(Count):
    """Comparisons of two coders of an open answer that agree: does a mention have the category?"""

    item: str

    base_name: ClassVar[str] = "document_pairs"
    unit_label: ClassVar[str] = "einig"
    columns: ClassVar[Any] = ALPHA

    def options(self, data: Data) -> Mapping[str, str]:
        """All categories together, and each."""
        from gkanalysis.counts.forms import Open

        return {TOTAL: "alle Kategorien", **Open(source=self.source, item=self.item).options(data)}

    def coded(self, data: Data) -> pd.DataFrame:
        """Coded mentions of all coders."""
        rows = data.table(f"{self.source}-mentions")
        return rows[(rows["item_id"] == self.item) & (rows["category"] != "")]

    def units(self, data: Data) -> Units:
        """A unit is one comparison: two coders, a mention, a category."""
        categories = [c for c in self.options(data) if c != TOTAL]
        made: list[dict[str, Any]] = []
        for (case_id, mention), own in self.coded(data).groupby(["case_id", "mention"], sort=True):
            given = {str(c): set(g["category"]) for c, g in own.groupby("coder", sort=True)}
            first_row = own.iloc[0]
            for first, second in combinations(given, 2):
                for category in categories:
                    x, y = (category in given[c] for c in (first, second))
                    where = {
                        "case_id": case_id,
                        "file": first_row["file"],
                        "place": first_row["place"],
                        "raw": first_row["text"],
                    }
                    about = {"state": f"{first} und {second}", "value": category, "n": x == y, "base": True}
                    unit = f"{case_id}/{mention}/{first}/{second}/{category}"
                    made += [{**where, **about, "unit": unit, "row": r} for r in (TOTAL, category)]
        columns = ["case_id", "file", "place", "raw", "state", "value", "n", "base", "unit", "row"]
        return Units.of(pd.DataFrame(made, columns=columns))

    def extra(self, data: Data, by: str) -> pd.DataFrame:
        """Krippendorff's alpha with its interval, kappa, and why one is missing."""
        coded = self.coded(data)
        those = [c for c in data.category_book.coders if c in set(coded["coder"])]
        if len(those) < 2:
            raise NotebookError(
                f"„{self.source}“, Item {self.item}: kodiert hat nur {', '.join(those) or 'niemand'}; Übereinstimmung braucht zwei."
            )
        codings = coded.assign(
            document_id=coded["case_id"].astype(str) + "/" + coded["mention"].astype(str),
            code_id=coded["category"], start=0, end=0,
        )  # fmt: skip
        texts = codings.drop_duplicates("document_id").set_index("document_id")["text"].astype(str)
        categories = [c for c in self.options(data) if c != TOTAL]
        return coder_coefficients(codings, categories, texts, coders=those, level="document")

    def says(self, data: Data, row: str) -> Iterable[Says]:
        """How people coded, not what was said."""
        return WHOLE

    def words(self, data: Data, row: str) -> str:
        """The category."""
        label = data.book(self.source).items[self.item].label
        return f"Gezählt sind Vergleiche zweier Kodierender zu {self.item} „{label}“, {self.options(data)[row]}, die übereinstimmen; Basis: alle Vergleiche"
