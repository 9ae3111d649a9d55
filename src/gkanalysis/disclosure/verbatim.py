"""Words of interviews in a report: quotations that it shows, and whatever stands outside them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.matching import HARD_BREAK, WORD, fold, words

FREE_RUN = 8  # words that nobody writes by chance as they were spoken
BY_CHANCE = (5, 6, 7)  # of them at the edge of a shown quotation: what stands beside it may go on as the speaker did
IN_MARKS = re.compile(r"[„“\"»«]([^„“”\"»«]+)[“”\"«»]|‚([^‚‘]+)‘")
Run = tuple[str, ...]


def runs(text: str, length: int) -> set[Run]:
    """All runs of so many words.

    >>> sorted(runs("Wir sind da.", 2))
    [('sind', 'da'), ('wir', 'sind')]
    """
    return set(_windows(words(text), length))


def _windows(tokens: Sequence[str], length: int) -> Iterator[Run]:
    for at in range(len(tokens) - length + 1):
        yield tuple(tokens[at : at + length])


@dataclass(frozen=True)
class Spoken:
    """What was said in interviews and is not shown as a quotation: runs of words, in quotation marks shorter ones.

    >>> spoken = Spoken.of(["Wir haben das alles schon vor Jahren gemeinsam so gemacht."], ["alles schon vor Jahren"], quoted=4)
    >>> spoken.find("Es heißt, „wir haben das alles“ sei „alles schon vor Jahren“ so gewesen.")
    'wir haben das alles'
    """

    free: frozenset[Run]
    quoted: frozenset[Run]
    quoted_words: int

    @classmethod
    def of(cls, texts: Iterable[str], shown: Iterable[str], *, quoted: int) -> Spoken:
        """From transcripts and coded segments without the words that may appear: quotations `shown`, printed labels.

        So many words as `quoted` says are a quotation if they stand in quotation marks.
        """
        texts, shown = set(texts), set(shown)
        free, in_marks = (
            frozenset().union(*(runs(t, length) for t in texts)).difference(*(runs(t, length) for t in shown))
            for length in (FREE_RUN, quoted)
        )
        edges = [(w, k) for w in map(words, shown) for k in BY_CHANCE if len(w) >= k]
        starts, ends = {tuple(w[:k]) for w, k in edges}, {tuple(w[-k:]) for w, k in edges}
        beside = {r for r in free if any(r[:k] in ends or r[-k:] in starts for k in BY_CHANCE)}
        return cls(free - beside, in_marks, quoted)

    def find(self, text: str) -> str:
        """The first words in a text that were spoken and not shown; "" if there are none."""
        if not self.free and not self.quoted:
            return ""
        folded = fold(text)
        for view in dict.fromkeys((folded, HARD_BREAK.sub("", folded))):
            if spoken := _first(view, self.free, FREE_RUN):
                return spoken
            for marked in IN_MARKS.finditer(view):
                if spoken := _first(marked[1] or marked[2], self.quoted, self.quoted_words):
                    return spoken
        return ""


def _first(text: str, sought: frozenset[Run], length: int) -> str:
    """The first run of words that is sought, as long as it goes on."""
    places = list(WORD.finditer(text))
    tokens = [m[0] for m in places]
    start = end = -1
    for at, run in enumerate(_windows(tokens, length)):
        if run in sought:
            start, end = (at if start < 0 else start), at + length - 1
        elif start >= 0:
            break
    return "" if start < 0 else " ".join(text[places[start].start() : places[end].end()].split())


def plain_words(text: str) -> str:
    """Text with single spaces, in one Unicode form."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def quote_id(text: str) -> str:
    """The id of a segment to quote: from its words alone, the same on every machine.

    >>> quote_id("Wir kannten uns  schon.") == quote_id("Wir kannten uns schon.")
    True
    """
    return "q" + hashlib.sha256(plain_words(text).encode("utf-8")).hexdigest()[:8]


@dataclass(frozen=True)
class Shown:
    """A quotation of a report: its id there, the id of the segment it is from, and the wording."""

    id: str
    quote_id: str
    text: str


def shown_quotations(report: Any, paths: ProjectPaths) -> list[Shown]:
    """The quotations in the chapters of a report, as far as they have been made."""
    quotations = []
    for chapter in report.chapters:
        path = paths.build / "reports" / report.id / chapter.id / "chapter.json"
        exhibits = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else {}
        shown = [e for e in exhibits.values() if e["kind"] == "quotation"]
        quotations += [Shown(e["id"], e["quote_id"], e["text"]) for e in shown]
    return quotations


def rare_quotations(report: Any, data: Data) -> Iterator[str]:
    """Sentences on quotations that stand only under codes that too few cases have."""
    shown = shown_quotations(report, data.paths)
    lost = {q.id for q in shown}
    for source in data.of_kind("interviews") if shown else ():
        book, least = data.book(source), data.policy.least_quoted(source)
        common = most_common_codes(data.table(f"{source}-segments"), data.table(f"{source}-codings"), book.lead_coder)
        for quotation in (q for q in shown if q.quote_id in common):
            lost.discard(quotation.id)
            code, n = common[quotation.quote_id]
            if n < least:
                label = book.codes[code].label if code in book.codes else code
                few = f"steht nur unter Codes, die höchstens {n} Fälle haben (häufigster: „{label}“)"
                under = few if code else "hat keinen Code der maßgeblichen Codierung"
                why = f"erlaubt ist es ab {least} Fällen, sonst ist zu erkennen, wer spricht"
                remedy = "bitte ein anderes Zitat wählen oder es streichen"
                yield f"{source}, Zitat „{quotation.id}“: es {under}; {why}; {remedy}"
    advice = "bitte das Kapitel neu rechnen oder das Zitat neu wählen"
    yield from (f"Zitat „{name}“: dazu gibt es keine codierte Stelle mehr; {advice}" for name in sorted(lost))


def most_common_codes(segments: pd.DataFrame, codings: pd.DataFrame, lead_coder: str) -> dict[str, tuple[str, int]]:
    """Quote id of segments with the same words -> the lead coder's code that most cases have, and how many; ("", 0)."""
    lead = codings[codings["coder"] == lead_coder]
    cases = lead.groupby("code_id")["case_id"].nunique().to_dict()
    codes = lead.groupby("segment_id")["code_id"].unique().to_dict()
    common: dict[str, tuple[str, int]] = {}
    for row in segments.dropna(subset="text").itertuples():
        key = quote_id(row.text)
        ranked = [("", 0), *((c, cases[c]) for c in sorted(codes.get(row.segment_id, ())))]
        common[key] = max([common.get(key, ("", 0)), *ranked], key=lambda r: r[1])
    return common
