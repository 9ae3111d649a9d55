"""The page behind the numbers of a report: for each number its definition and every row it was counted from.

Each response stands once on the page; numbers point to the responses. The report links each number here.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.html import fill_page, origin_anchor
from gkanalysis.verify.trace import ORIGIN, STATES, find_untraced, rest_title, shown_raw, trace_printed

INTERNAL = "Internes Arbeitspapier zum Nachprüfen, kein Teil des Berichts: Die Seite zeigt einzelne Antworten."


def trace_page(data: Data, folder: Path, title: str) -> str:
    """The page of one report as HTML.

    Raises
    ------
    VerificationError
        If a number of the report is not what its own rows add up to; the message names all of them.
    """
    index: dict[tuple[str, ...], int] = {}  # each row that some number counts -> its place on the page
    sections: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number_id, cell in find_numbers(folder):
        try:
            trace = trace_printed(data, number_id, cell)
        except GkError as error:
            wrong.append(str(error))
            continue
        cases = [
            (name, [(index.setdefault(key, len(index) + 1), key[0]) for key in rows])
            for name, rows in (("Gezählt", trace.counted), (rest_title(trace), trace.rest))
            if len(rows)
        ]  # fmt: skip
        of = "" if trace.base_n is None else f" von {trace.base_n}"
        sections.append(
            _section(number_id, f": {trace.n}{of}", f"{trace.words} Rechenvorschrift: {trace.definition}", cases)
        )
    if wrong:
        raise VerificationError("Diese Zahlen gehen nicht auf:\n" + "\n".join(f"  {w}" for w in wrong))
    sections += [_section(number_id, "", words) for number_id, words in find_untraced(folder, data.paths)]
    return fill_page(
        "herkunft.html", title=f"Herkunft der Zahlen: {title}", mark=f"{data_mark(data)} {INTERNAL}",
        report=folder.name, groups=_groups(sections, _exhibit_titles(data, folder.name)), rows=map(_row, index),
    )  # fmt: skip


def data_mark(data: Data) -> str:
    """What kind of data a report is made from, in words for the head of a page."""
    if data.dataset["synthetic"]:
        return "Synthetische Daten: Bündnisse und Angaben sind erfunden."
    return "Vertrauliche Daten – nicht zur Weitergabe."


def _exhibit_titles(data: Data, report: str) -> dict[str, str]:
    """Exhibit -> its heading in the report, as far as it has been assembled."""
    path = data.paths.build / "reports" / report / "document.json"
    exhibits = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else {}
    return {name: f"{e['label']}: {e['title']}" for name, e in exhibits.items()}


def _section(number_id: str, counted: str, words: str, cases: Any = ()) -> dict[str, Any]:
    title = number_id.partition(":")[2].replace(":", ", ") or number_id
    anchor = origin_anchor(number_id)
    return {"id": number_id, "anchor": anchor, "title": title + counted, "words": words, "cases": cases}


def _groups(sections: list[dict[str, Any]], titles: dict[str, str]) -> list[tuple[str, str, list[Any]]]:
    """Sections under the exhibit they belong to, as in the report; numbers of the text come last."""

    def owner(section: dict[str, Any]) -> str:
        name, joint, _ = section["id"].partition(":")
        return name if joint or name in titles else ""

    order = [*titles, *sorted({owner(s) for s in sections} - {*titles, ""}), ""]
    in_order = groupby(sorted(sections, key=lambda s: order.index(owner(s))), key=owner)
    text = "Zahlen im Text und abgeleitete Zahlen"
    return [(name, titles.get(name, name) or text, list(group)) for name, group in in_order]


def _row(key: tuple[str, ...]) -> tuple[str, ...]:
    """What the page says of one row: case, state, value, words in the form, file and place."""
    row = dict(zip(ORIGIN, key, strict=True))
    place = " ".join(filter(None, (row["part"], row["place"])))
    return (
        row["case_id"],
        STATES.get(row["state"], row["state"]),
        row["value"],
        shown_raw(row),
        row["file"],
        place,
    )
