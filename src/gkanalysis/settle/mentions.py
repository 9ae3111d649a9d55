"""Open answers as mentions, each with the categories that the team gave it in the source's `kategorien.csv`."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, CategoryBook
from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.findings import FINDING_COLUMNS, Log
from gkanalysis.ingest.categories import coding_sheet, read_codings
from gkanalysis.ingest.spreadsheets import SheetFindings

SHEET = "kategorien.csv"
STATE_WORDS = {"not_answered": "ist ohne Antwort", "illegible": "ist nicht lesbar", "not_asked": "ist nicht gefragt"}
SEPARATOR = ";"  # between several mentions of one answer
MENTION_COLUMNS = ["case_id", "item_id", "mention", "text", "category", "coder", "file", "place"]


def read_mentions(
    folder: Path, responses: pd.DataFrame, book: Codebook, categories: CategoryBook | None, log: Log
) -> pd.DataFrame:
    """Mentions of the open items that have categories, with the team's codings checked against them (K01 to K10).

    One row per mention, coder and category: `case_id`, `item_id`, `mention` (1, 2, ... within the answer), `text`,
    `category`, `coder`, `file`, `place`. A mention without a category has one row with both empty; without categories
    for the source there are no rows. An `IngestError` if the spreadsheet may not be read, a `CodebookError` if there
    is one and no categories at all, or categories are declared of an item that is no open one.
    """
    path = folder / SHEET
    if categories is None and path.exists():
        advice = f"bitte „{CATEGORY_FILE}“ neben den Codebüchern anlegen"
        raise CodebookError(f"Zu „{path}“ fehlen die Kategorien; {advice}.")
    if categories is None:
        return _frame([])
    items = {key: of_item for key, of_item in categories.items.items() if key[0] == book.source}
    if wrong := [i for _, i in items if i not in book.items or book.items[i].kind != "text"]:
        where = f"Kategorien „{CATEGORY_FILE}“: „{wrong[0]}“"
        raise CodebookError(f"{where} ist keine offene Frage von „{book.source}“; bitte berichtigen.")
    answers = received_mentions(responses[responses["item_id"].isin([i for _, i in items])])
    given = defaultdict(list)
    if path.exists():
        mine, aside = categories.model_copy(update={"items": items}), _set_aside(responses, [i for _, i in items], book)
        codings = read_codings(path, answers.assign(source=book.source), mine, aside)
        log.findings += codings.findings[FINDING_COLUMNS].to_dict("records")
        for f in codings.findings[codings.findings["rule"] == "K10"].itertuples():
            _, case_id, item_id, _ = f.raw.split(", ")
            where = {"file": SHEET, "place": f.place, "raw": f.raw, "case_id": case_id, "item_id": item_id}
            log.lose("validate", "coding", "Kategorie zurückgestellt", aside[case_id, item_id], rule="K10", **where)
        for c in codings.rows.itertuples():
            given[c.case_id, c.item_id, c.mention].append((c.coder, c.category))
    elif len(answers):
        lacking = SheetFindings(SHEET)
        message = f"Die Datei fehlt; {len(answers)} Nennungen offener Antworten haben keine Kategorie."
        lacking.add("K01", message, todo=f"bitte in „{folder}“ anlegen und codieren")
        log.findings += lacking.table()[FINDING_COLUMNS].to_dict("records")
    return _frame(list(_coded(answers, given, categories, book.source)))


def _set_aside(responses: pd.DataFrame, item_ids: Sequence[str], book: Codebook) -> dict[tuple[str, str], str]:
    """Case and item of answers that do not count although something stands there -> why: the filter, or their state."""
    states = {(r.case_id, r.item_id): r for r in responses[responses["occurrence"] == 1].itertuples()}
    aside = {}
    for (case_id, item_id), r in states.items():
        if item_id not in item_ids or r.state in ("answered", "not_answered") or not (r.raw or r.value):
            continue
        asked_if = book.items[item_id].asked_if if r.state == "not_asked" else None
        of = states.get((case_id, asked_if[0]), r) if asked_if else r
        label = book.items[of.item_id].option_label(of.value) if of.state == "answered" else ""
        state = f"lautet „{label}“" if label else STATE_WORDS.get(of.state, "ist nicht eindeutig")
        said = " (so entschieden)" if "decided" in getattr(of, "note", "") else ""
        wanted = f", gefragt ist nur nach „{book.items[of.item_id].option_label(asked_if[1])}“" if of is not r else ""
        aside[case_id, item_id] = f"{'Filter: ' if of is not r else ''}{of.item_id} {state}{said}{wanted}"
    return aside


def received_mentions(responses: pd.DataFrame) -> pd.DataFrame:
    """Open answers taken apart: one row per mention, numbered within the case's answer to the item.

    >>> answer = {"case_id": "B1", "item_id": "5", "state": "answered", "value": "Treffs; Sport;", "file": "a", "place": "x"}
    >>> received_mentions(pd.DataFrame([answer]))[["mention", "text"]].values.tolist()
    [[1, 'Treffs'], [2, 'Sport']]
    """
    rows, number = [], Counter()
    for r in responses[responses["state"] == "answered"].itertuples():
        for text in filter(None, map(str.strip, r.value.split(SEPARATOR))):
            number[key := (r.case_id, r.item_id)] += 1
            rows.append((*key, number[key], text, r.file, r.place))
    return pd.DataFrame(rows, columns=[*MENTION_COLUMNS[:4], "file", "place"])


def coding_template(mentions: pd.DataFrame, categories: CategoryBook, source: str) -> str:
    """The spreadsheet in which the team codes what a source received, with the codings so far, as CSV."""
    mentions = mentions.assign(source=source)
    received = mentions.drop_duplicates(["case_id", "item_id", "mention"])
    return coding_sheet(received, categories, mentions[mentions["category"] != ""])


def _frame(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as a table whose columns have the same kinds however many rows there are."""
    frame = pd.DataFrame(rows, columns=MENTION_COLUMNS)
    return frame.astype({c: "int64" if c == "mention" else "str" for c in MENTION_COLUMNS})


def _coded(
    answers: pd.DataFrame, given: Mapping[Any, Sequence[tuple[str, str]]], categories: CategoryBook, source: str
) -> Iterator[dict[str, object]]:
    """The rows of each mention, coders and categories in the order of the codebook."""
    coders = {c: k for k, c in enumerate(categories.coders)}
    for row in answers.to_dict("records"):
        order = {c: k for k, c in enumerate(categories.ids(source, row["item_id"]))}
        codings = given.get((row["case_id"], row["item_id"], row["mention"]), [("", "")])
        for coder, category in sorted(codings, key=lambda c: (coders.get(c[0], 0), order.get(c[1], 0))):
            yield row | {"category": category, "coder": coder}
