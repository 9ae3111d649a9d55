"""Open answers coded by the team: the spreadsheet of codings, checked both ways.

The spreadsheet repeats each received answer, so that whoever codes sees it; a row whose text is no longer
what was received is an error, since its category was given to something else. Nothing is dropped: every row
that cannot be used has a finding, and every answer without a category, every category without an answer is
named.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.categorybook import CategoryBook
from gkanalysis.ingest.headings import closest
from gkanalysis.ingest.sheetfindings import SHEET_RULES, SheetFindings
from gkanalysis.ingest.spreadsheets import SheetRead, read_table
from gkanalysis.ingest.tablespec import table_spec

CATEGORY_RULES: Mapping[str, tuple[str, str]] = {
    **SHEET_RULES,
    "K01": ("finding", "Antwort ohne Kategorie"),
    "K02": ("hint", "Kategorie nie vergeben"),
    "K03": ("error", "Kategorie unbekannt"),
    "K04": ("error", "Text weicht von der Antwort ab"),
    "K05": ("error", "Antwort gibt es nicht"),
    "K06": ("finding", "Kategorie doppelt vergeben"),
    "K07": ("error", "unbekannt, wer kodiert hat"),
    "K08": ("error", "Item ohne Kategorien"),
    "K09": ("finding", "Antwort nicht von allen kodiert"),
}

CODING_COLUMNS = ["source", "case_id", "item_id", "mention", "text", "category", "coder"]
_SHEET = table_spec(
    {
        "columns": [
            {"name": "source", "titles": ["Quelle"]},
            {"name": "case_id", "titles": ["Bündnis"]},
            {"name": "item_id", "titles": ["Item"]},
            {"name": "mention", "kind": "int", "titles": ["Nennung"], "low": 1},
            {"name": "text", "titles": ["Antwort"]},
            {"name": "category", "titles": ["Kategorie"], "required": False},
            {"name": "coder", "titles": ["Person"], "required": False},
        ]
    }
)
_BETWEEN = re.compile(r"[,;|\n]")  # several categories of one row in one cell
# A text that begins like this would be run as a formula where a CSV file is opened.
_FORMULA_START = ("=", "+", "-", "@", "\t")


def read_codings(path: str | Path, answers: pd.DataFrame, book: CategoryBook) -> SheetRead:
    """Read the spreadsheet of codings and check it against the received answers and the codebook, both ways.

    Parameters
    ----------
    path : str or Path
        CSV (UTF-8) or .xlsx with the columns source, case_id, item_id, mention, text, category, coder.
        Several rows, or several ids in one cell with comma, semicolon or bar between them, give an answer
        several categories.
    answers : DataFrame, one row per received mention
        `source`, `case_id`, `item_id`, `mention` (1, 2, ... within the answer), `text`. Only items of the
        codebook count.
    book : CategoryBook

    Returns
    -------
    SheetRead
        `rows`: one row per usable mention, coder and category: `source`, `case_id`, `item_id`, `mention`,
        `text` (as received), `category`, `coder`, `row`. `findings`: as of `read_table`, with the rules K01
        to K09.

    Raises
    ------
    IngestError
        If the file may not be read (`RefusedSheetError`), or a mention was received twice.

    Notes
    -----
    An empty category means: not coded yet. A category for answers that fit nowhere belongs into the codebook.
    """
    read = read_table(path, _SHEET)
    received = _received(answers, book)
    check = _Check(SheetFindings(Path(path).name, CATEGORY_RULES), book, received)
    check.findings.sheet = read.sheet
    usable = [coding for row in read.rows.to_dict("records") for coding in check.row(row)]
    if not read.findings["rule"].isin(["T01", "T02", "T03", "T04"]).any():
        check.coverage(usable)
    findings = pd.concat([read.findings, check.findings.table()], ignore_index=True)
    order = findings["severity"].map({"error": 0, "finding": 1, "hint": 2})
    findings = findings.assign(order=order).sort_values(["order", "row"], kind="stable", na_position="last")
    codings = pd.DataFrame(usable, columns=[*CODING_COLUMNS, "row"]).astype(
        {"mention": "int64", "row": "int64"}
    )
    return SheetRead(codings, findings.drop(columns="order").reset_index(drop=True), read.sheet)


def coding_sheet(answers: pd.DataFrame, book: CategoryBook, codings: pd.DataFrame | None = None) -> str:
    """The spreadsheet for the team as CSV: every received mention with the categories it has so far.

    Parameters
    ----------
    answers : as `read_codings` takes them
    book : CategoryBook
    codings : rows of `read_codings`, optional
        Codings so far are kept; a mention has one row per coder, an uncoded one a row without category for
        each.

    Returns
    -------
    str
        UTF-8 with byte order mark, semicolons, line ends of Windows: what Excel opens without being asked. A
        text that a spreadsheet would run as a formula gets an apostrophe in front, which `read_codings` takes
        away again.

    Examples
    --------
    >>> from gkanalysis.ingest.categorybook import Category
    >>> answers = pd.DataFrame(
    ...     {"source": ["n"], "case_id": ["B1"], "item_id": ["5"], "mention": [1], "text": ["=Netz"]}
    ... )
    >>> categories = {("n", "5"): (Category("netz", "Netzwerk", "…"),)}
    >>> book = CategoryBook("k.yml", ("A",), categories, {("n", "5"): "Mehrwert"})
    >>> print(coding_sheet(answers, book).lstrip("\\ufeff").replace("\\r", ""))
    source;case_id;item_id;mention;text;category;coder
    n;B1;5;1;'=Netz;;A
    <BLANKLINE>
    """
    given: dict[tuple[Any, ...], list[str]] = {}
    if codings is not None:
        for r in codings.to_dict("records"):
            given.setdefault((r["source"], r["case_id"], r["item_id"], r["mention"], r["coder"]), []).append(
                r["category"]
            )
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CODING_COLUMNS)
    for key, text in _received(answers, book).items():
        shown = f"'{text}" if text.startswith(_FORMULA_START) else text
        for coder in book.coders:
            writer.writerow([*key, shown, ", ".join(given.get((*key, coder), [])), coder])
    return "\ufeff" + out.getvalue()


@dataclass(frozen=True)
class _Check:
    """The rows of one spreadsheet against answers and codebook."""

    findings: SheetFindings
    book: CategoryBook
    received: Mapping[tuple[str, str, str, int], str]

    def row(self, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Usable codings of one row; everything else has a finding."""
        key = tuple(row[c] for c in ("source", "case_id", "item_id", "mention"))
        if any(pd.isna(part) for part in key) or pd.isna(row["text"]):
            return  # the reader has named the missing value
        place = {"row": int(row["row"])}
        named = ", ".join(map(str, key))
        if (key[0], key[2]) not in self.book.items:
            near = closest(str(key[2]), [item for source, item in self.book.items if source == key[0]], 0.6)
            self.findings.add(
                "K08", f"Zu „{key[0]}“, Item „{key[2]}“ sind keine Kategorien erklärt.{near}", value=key[2], column="item_id",
                todo=f"bitte das Item in „{self.book.path}“ aufnehmen oder berichtigen", **place,
            )  # fmt: skip
            return
        text = self.received.get(key)
        if text is None:
            self.findings.add(
                "K05", f"Die Antwort „{named}“ gibt es nicht.", value=named, column="case_id", allowed="eingegangene Antworten",
                todo="bitte Bündnis, Item und Nennung prüfen", **place,
            )  # fmt: skip
            return
        if _comparable(str(row["text"])) != _comparable(text):
            self.findings.add(
                "K04", f"Der Text ist nicht mehr die Antwort „{_short(text)}“.", value=row["text"], column="text",
                allowed="der Text, wie er eingegangen ist", todo="bitte Text wiederherstellen und Kategorie prüfen", **place,
            )  # fmt: skip
            return
        written = (
            [] if pd.isna(row["category"]) else [c.strip() for c in _BETWEEN.split(str(row["category"]))]
        )
        coder = "" if pd.isna(row["coder"]) else str(row["coder"])
        if any(written) and coder not in self.book.coders:
            self.findings.add(
                "K07", f"„{coder}“ ist niemand, der kodiert." if coder else "Es fehlt, wer kodiert hat.", value=coder,
                column="coder", allowed=", ".join(f"„{c}“" for c in self.book.coders), todo="bitte berichtigen", **place,
            )  # fmt: skip
            return
        allowed = self.book.ids(key[0], key[2])
        for category in filter(None, written):
            if category in allowed:
                yield dict(zip(CODING_COLUMNS, (*key, text, category, coder), strict=True)) | place
            else:
                self.findings.add(
                    "K03", f"Die Kategorie „{category}“ ist nicht erklärt.{closest(category, allowed, 0.6)}", value=category,
                    column="category", allowed=", ".join(f"„{c}“" for c in allowed),
                    todo=f"bitte berichtigen oder in „{self.book.path}“ aufnehmen", **place,
                )  # fmt: skip

    def coverage(self, codings: list[dict[str, Any]]) -> None:
        """Answers without category, codings twice (taken out of `codings`), categories never given."""
        seen: dict[tuple[Any, ...], int] = {}
        kept = []
        for c in codings:
            key = (c["source"], c["case_id"], c["item_id"], c["mention"], c["category"], c["coder"])
            if key in seen:
                self.findings.add(
                    "K06", f"Die Kategorie „{c['category']}“ hat „{c['coder']}“ dieser Antwort schon in Zeile {seen[key]} gegeben; "
                    "sie zählt einmal.", value=c["category"], column="category", row=c["row"], allowed="jede Kategorie einmal",
                    todo="bitte eine der beiden löschen",
                )  # fmt: skip
                continue
            seen[key] = c["row"]
            kept.append(c)
        codings[:] = kept
        coders_of: dict[tuple[Any, ...], set[str]] = {}
        for source, case_id, item_id, mention, _, coder in seen:
            coders_of.setdefault((source, case_id, item_id, mention), set()).add(coder)
        # Who coded anything of an item is expected to have coded all of it.
        active = {
            item: {c["coder"] for c in kept if (c["source"], c["item_id"]) == item}
            for item in self.book.items
        }
        for key, text in self.received.items():
            named, there = ", ".join(map(str, key)), coders_of.get(key, set())
            if not there:
                self.findings.add(
                    "K01", f"Die Antwort „{named}“ („{_short(text)}“) hat keine Kategorie.", value=named,
                    todo="bitte kodieren",
                )  # fmt: skip
            elif missing := sorted(active[key[0], key[2]] - there):
                self.findings.add(
                    "K09", f"Die Antwort „{named}“ haben nicht alle kodiert, es fehlt {', '.join(f'„{m}“' for m in missing)}.",
                    value=named, todo="bitte nachtragen",
                )  # fmt: skip
        used = {(c["source"], c["item_id"], c["category"]) for c in kept}
        for (source, item_id), categories in self.book.items.items():
            for category in categories:
                if (source, item_id, category.id) not in used:
                    self.findings.add(
                        "K02", f"Die Kategorie „{category.id}“ zu „{source}“, Item „{item_id}“ wurde nie vergeben.",
                        value=category.id, todo="bitte prüfen, ob sie gebraucht wird",
                    )  # fmt: skip


def _received(answers: pd.DataFrame, book: CategoryBook) -> dict[tuple[str, str, str, int], str]:
    """Text of each received mention of the codebook's items, in the order of the answers."""
    texts: dict[tuple[str, str, str, int], str] = {}
    for r in answers[["source", "case_id", "item_id", "mention", "text"]].itertuples(index=False):
        key = (r.source, r.case_id, r.item_id, int(r.mention))
        if (r.source, r.item_id) not in book.items:
            continue
        if key in texts:
            raise IngestError(
                f"Offene Antworten: „{', '.join(map(str, key))}“ ist zweimal eingegangen, erlaubt ist jede Nennung einmal; "
                "bitte die Bögen des Bündnisses klären."
            )
        texts[key] = str(r.text)
    return texts


def _comparable(text: str) -> str:
    """Text without what spreadsheets change unasked: line ends, outer spaces, our apostrophe, accents."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_START) else text


def _short(text: str, limit: int = 60) -> str:
    """The beginning of an answer on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
