"""Open answers coded by the team: the spreadsheet of codings, checked both ways.

The spreadsheet repeats each received answer, so that whoever codes sees it; a row whose text is no longer
what was received is an error, since its category was given to something else. Nothing is dropped: every row
that cannot be used has a finding, and every answer without a category, every category without an answer is
named.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, CategoryBook
from gkanalysis.codebook.lists import table_spec
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.spreadsheets import SheetFindings, SheetRead, closest, quoted, read_table

_TITLES = {
    "source": "Quelle", "case_id": "Bündnis", "item_id": "Item", "mention": "Nennung", "text": "Antwort",
    "category": "Kategorie", "coder": "Person",
}  # fmt: skip
_MORE = {"mention": {"kind": "int", "low": 1}, "category": {"required": False}, "coder": {"required": False}}
_SHEET = table_spec({"columns": [{"name": n, "titles": [t], **_MORE.get(n, {})} for n, t in _TITLES.items()]})
CODING_COLUMNS = list(_TITLES)
_ANSWER = CODING_COLUMNS[:4]
_NOT_READ = frozenset({"T01", "T02", "T03", "T04"})  # a wrong file is not answered with a list of all answers
_BETWEEN = re.compile(r"[,;|\n]")  # several categories of one row in one cell
# A text that begins like this would be run as a formula where a CSV file is opened.
_FORMULA_START = ("=", "+", "-", "@", "\t")

Answer = tuple[str, str, str, int]


def read_codings(
    path: str | Path, answers: pd.DataFrame, book: CategoryBook, aside: Mapping[tuple[str, str], str] | None = None
) -> SheetRead:
    """Read the spreadsheet of codings (CSV in UTF-8, or .xlsx) and check it against answers and codebook, both ways.

    It has the columns source, case_id, item_id, mention, text, category, coder. Several rows, or several ids in one
    cell with comma, semicolon or bar between them, give an answer several categories; an empty category means: not
    coded yet. `answers` has one row per received mention: `source`, `case_id`, `item_id`, `mention` (1, 2, ... within
    the answer), `text`; only items of the codebook count. `aside` are case and item of answers that stand in a form
    and do not count, with the reason as the end of a sentence.

    Gives one row per usable mention, coder and category with these columns (`text` as received) and `row`, and
    findings as `read_table` does, with the rules K01 to K10. An `IngestError` if the file may not be read, or a
    mention came twice.
    """
    findings = SheetFindings(Path(path).name)
    read = read_table(path, _SHEET, findings)
    check = _Check(findings, book, _received(answers, book), aside or {})
    usable = [coding for row in read.rows.to_dict("records") for coding in check.row(row)]
    if not _NOT_READ & set(read.findings["rule"]):
        usable = check.coverage(usable)
    codings = pd.DataFrame(usable, columns=[*CODING_COLUMNS, "row"])
    return SheetRead(codings.astype({"mention": "int64", "row": "int64"}), findings.table(), read.sheet)


def coding_sheet(answers: pd.DataFrame, book: CategoryBook, codings: pd.DataFrame | None = None) -> str:
    """The spreadsheet for the team as CSV: every received mention with the categories it has so far.

    A mention has one row per coder, with the categories of `codings` (rows of `read_codings`) in it. Byte order mark,
    semicolons and line ends of Windows: what Excel opens without being asked. A text that a spreadsheet would run as a
    formula gets an apostrophe in front, which `read_codings` takes away again.

    >>> answers = pd.DataFrame(
    ...     {"source": ["n"], "case_id": ["B1"], "item_id": ["5"], "mention": [1], "text": ["=Netz"]}
    ... )
    >>> netz = {"id": "netz", "label": "Netzwerk", "definition": "…"}
    >>> item = {"source": "n", "item": "5", "label": "Mehrwert", "categories": [netz]}
    >>> book = CategoryBook(coders=["A"], items=[item])
    >>> print(coding_sheet(answers, book).lstrip("\\ufeff").replace("\\r", ""))
    source;case_id;item_id;mention;text;category;coder
    n;B1;5;1;'=Netz;;A
    <BLANKLINE>
    """
    given = defaultdict(list)
    for coding in [] if codings is None else codings.to_dict("records"):
        given[*(coding[c] for c in _ANSWER), coding["coder"]].append(coding["category"])
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CODING_COLUMNS)
    for key, text in _received(answers, book).items():
        shown = f"'{text}" if text.startswith(_FORMULA_START) else text
        for coder in book.coders:
            writer.writerow([*key, shown, ", ".join(given[*key, coder]), coder])
    return "\ufeff" + out.getvalue()


@dataclass(frozen=True)
class _Check:
    """The rows of one spreadsheet against answers and codebook."""

    findings: SheetFindings
    book: CategoryBook
    received: Mapping[Answer, str]
    aside: Mapping[tuple[str, str], str]

    def row(self, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Usable codings of one row; everything else has a finding."""
        if any(pd.isna(row[c]) for c in (*_ANSWER, "text")):
            return  # the reader has named the missing value
        key = tuple(row[c] for c in _ANSWER)
        category, coder = ("" if pd.isna(row[c]) else str(row[c]) for c in ("category", "coder"))
        written = [c.strip() for c in _BETWEEN.split(category) if c.strip()]
        if problem := self._problem(key, str(row["text"]), coder if written else None):
            rule, column, sentence, options = problem
            self.findings.add(rule, sentence, row=int(row["row"]), column=column, **options)
            return
        allowed = self.book.ids(key[0], key[2])
        for category in written:
            if category in allowed:
                given = {"text": self.received[key], "category": category, "coder": coder, "row": int(row["row"])}
                yield dict(zip(_ANSWER, key, strict=True)) | given
            else:
                sentence = f"Die Kategorie „{category}“ ist nicht erklärt.{closest(category, allowed, 0.6)}"
                options = {"value": category, "allowed": quoted(allowed), "row": int(row["row"])}
                todo = f"bitte berichtigen oder in „{CATEGORY_FILE}“ aufnehmen"
                self.findings.add("K03", sentence, column="category", todo=todo, **options)

    def _problem(self, key: Answer, text: str, coder: str | None) -> tuple[str, str, str, dict[str, str]] | None:
        """Why a row cannot be used: rule, column, sentence, rest of a finding; `coder` is None if nothing is coded."""
        source, _, item_id, _ = key
        named, received = ", ".join(map(str, key)), self.received.get(key)
        if (source, item_id) not in self.book.items:
            near = closest(str(item_id), [item for s, item in self.book.items if s == source], 0.6)
            sentence = f"Zu „{source}“, Item „{item_id}“ sind keine Kategorien erklärt.{near}"
            todo = f"bitte das Item in „{CATEGORY_FILE}“ aufnehmen oder berichtigen"
            return "K08", "item_id", sentence, {"value": item_id, "todo": todo}
        if received is None and (why := self.aside.get(key[1:3])):
            sentence = f"Die Antwort „{named}“ steht im Bogen und zählt nicht: {why}; ihre Kategorie zählt auch nicht."
            return "K10", "case_id", sentence, {"value": named}
        if received is None:
            sentence = f"Die Antwort „{named}“ gibt es nicht."
            return "K05", "case_id", sentence, {"value": named, "allowed": "eingegangene Antworten"}
        if _comparable(text) != _comparable(received):
            sentence = f"Der Text ist nicht mehr die Antwort „{_short(received)}“."
            return "K04", "text", sentence, {"value": text, "allowed": "der Text, wie er eingegangen ist"}
        if coder is not None and coder not in self.book.coders:
            sentence = f"„{coder}“ ist niemand, der codiert." if coder else "Es fehlt, wer codiert hat."
            return "K07", "coder", sentence, {"value": coder, "allowed": quoted(self.book.coders)}
        return None

    def coverage(self, codings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The codings without those that stand twice; findings on these, on answers and categories without any."""
        kept: dict[tuple[Any, ...], dict[str, Any]] = {}
        coders_of, active = defaultdict(set), defaultdict(set)
        for c in codings:
            key = (*(c[name] for name in _ANSWER), c["category"], c["coder"])
            if key in kept:
                sentence = f"Die Kategorie „{c['category']}“ hat „{c['coder']}“ dieser Antwort schon in Zeile {kept[key]['row']} gegeben; sie zählt einmal."
                options = {"value": c["category"], "row": c["row"], "allowed": "jede Kategorie einmal"}
                self.findings.add("K06", sentence, column="category", **options)
            kept.setdefault(key, c)
            coders_of[key[:4]].add(c["coder"])
            active[key[0], key[2]].add(c["coder"])  # who coded anything of an item is expected to have coded all of it
        for key, text in self.received.items():
            named, there = ", ".join(map(str, key)), coders_of[key]
            if not there:
                self.findings.add("K01", f"Die Antwort „{named}“ („{_short(text)}“) hat keine Kategorie.", value=named)
            elif missing := sorted(active[key[0], key[2]] - there):
                sentence = f"Die Antwort „{named}“ haben nicht alle codiert, es fehlt {quoted(missing)}."
                self.findings.add("K09", sentence, value=named)
        used = {(source, item_id, category) for source, _, item_id, _, category, _ in kept}
        for (source, item_id), categories in self.book.items.items():
            for category in (c.id for c in categories if (source, item_id, c.id) not in used):
                sentence = f"Die Kategorie „{category}“ zu „{source}“, Item „{item_id}“ wurde nie vergeben."
                self.findings.add("K02", sentence, value=category)
        return list(kept.values())


def _received(answers: pd.DataFrame, book: CategoryBook) -> dict[Answer, str]:
    """Text of each received mention of the codebook's items, in the order of the answers."""
    texts: dict[Answer, str] = {}
    for source, case_id, item_id, mention, text in answers[[*_ANSWER, "text"]].itertuples(index=False):
        if (key := (source, case_id, item_id, int(mention))) in texts:
            told = f"Offene Antworten: „{', '.join(map(str, key))}“ ist zweimal eingegangen"
            raise IngestError(f"{told}, erlaubt ist jede Nennung einmal; bitte die Bögen des Bündnisses klären.")
        if (source, item_id) in book.items:
            texts[key] = str(text)
    return texts


def _comparable(text: str) -> str:
    """Text without what spreadsheets change unasked: line ends, outer spaces, our apostrophe, accents."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_START) else text


def _short(text: str, limit: int = 60) -> str:
    """The beginning of an answer on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
