"""The page behind the numbers of a report: for each number its definition and every row it was counted from.

Each response stands once on the page; numbers point to the responses. The report links each number here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.html import origin_anchor
from gkanalysis.verify.certificate import fill_page
from gkanalysis.verify.trace import ORIGIN, Trace, find_untraced, trace_cell
from gkanalysis.verify.tracewords import STATES, check_printed, definition_words, rest_title, shown_raw

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

INTERNAL = (
    "Internes Arbeitspapier zum Nachprüfen, kein Teil des Berichts: Die Seite zeigt einzelne Antworten."
)
HEAD = ("Fall", "gezählt als", "Wert", "im Bogen", "Datei", "Stelle")


def trace_page(chapter: Chapter, folder: Path, title: str) -> str:
    """The page of one report as HTML.

    Raises
    ------
    VerificationError
        If a number of the report is not what its own rows add up to; the message names all of them.
    """
    index: dict[tuple[str, ...], int] = {}
    sections: dict[str, str] = {}
    wrong: list[str] = []
    for number_id, cell in find_numbers(folder):
        try:
            trace = trace_cell(chapter, cell)
            check_printed(trace, cell, number_id)
        except GkError as error:
            wrong.append(str(error))
            continue
        sections[number_id] = "".join(_section(chapter, number_id, trace, index))
    if wrong:
        raise VerificationError("Diese Zahlen gehen nicht auf:\n" + "\n".join(f"  {w}" for w in wrong))
    for number_id, sentence in find_untraced(folder, chapter.paths):
        sections[number_id] = f"{_heading(number_id, '')}<p>{escape(sentence)}</p></section>"
    body = (
        f'<p class="mark" role="note">{escape(data_mark(chapter))} {INTERNAL}</p>'
        "<p>Hier steht zu jeder Zahl des Berichts, was gezählt ist, von welcher Basis, und welche Antworten das sind. Die "
        "Kennungen der Fälle führen zur Antwort mit Datei und Stelle (Teil des Word-Dokuments und XPath).</p>"
        f"<p><a href='{escape(folder.name)}.html'>Zum Bericht</a></p>"
        + _grouped(sections, _exhibit_titles(chapter, folder.name))
        + _rows(index)
    )
    return fill_page(f"Herkunft der Zahlen: {title}", body)


def data_mark(chapter: Chapter) -> str:
    """What kind of data a report is made from, in words for the head of a page."""
    if chapter.mark:
        return "Synthetische Daten: Bündnisse und Angaben sind erfunden."
    return "Vertrauliche Daten – nicht zur Weitergabe."


def _exhibit_titles(chapter: Chapter, report: str) -> dict[str, str]:
    """Exhibit -> its heading in the report, as far as it has been assembled."""
    path = chapter.paths.build / "reports" / report / "document.json"
    exhibits = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else {}
    return {name: f"{e['label']}: {e['title']}" for name, e in exhibits.items()}


def _grouped(sections: dict[str, str], titles: dict[str, str]) -> str:
    """Sections under the exhibit they belong to; numbers of the text come last."""

    def owner(number_id: str) -> str:
        name = number_id.partition(":")[0]
        return name if ":" in number_id or name in titles else ""

    order = [*titles, *sorted({owner(i) for i in sections} - {*titles, ""}), ""]  # as in the report
    parts, contents = [], []
    for name, ids in groupby(sorted(sections, key=lambda i: order.index(owner(i))), key=owner):
        heading, anchor = (
            titles.get(name, name) or "Zahlen im Text und abgeleitete Zahlen",
            f"gruppe-{name or 'text'}",
        )
        contents.append(f"<li><a href='#{escape(anchor)}'>{escape(heading)}</a></li>")
        parts.append(f"<h2 id='{escape(anchor)}'>{escape(heading)}</h2>" + "".join(sections[i] for i in ids))
    contents.append("<li><a href='#antworten'>Antworten und Zeilen des Registers</a></li>")
    return f"<nav class='inhalt' aria-label='Inhalt'><ul>{''.join(contents)}</ul></nav>{''.join(parts)}"


def _heading(number_id: str, text: str) -> str:
    shown = number_id.partition(":")[2].replace(":", ", ") or number_id
    return f"<section class='zahl' id='{escape(origin_anchor(number_id))}'><h3>{escape(shown)}{text}</h3>"


def _section(
    chapter: Chapter, number_id: str, trace: Trace, index: dict[tuple[str, ...], int]
) -> Iterator[str]:
    of = "" if trace.base_n is None else f" von {trace.base_n}"
    yield _heading(number_id, f": {trace.n}{of}")
    yield f"<p>{escape(definition_words(chapter, trace))}</p>"
    for title, rows in (("Gezählt", trace.counted), (rest_title(trace), trace.rest)):
        if len(rows):
            yield f"<p class='faelle'>{title} ({len(rows)}): {' '.join(_links(rows, index))}</p>"
    yield "</section>"


def _links(rows: pd.DataFrame, index: dict[tuple[str, ...], int]) -> Iterator[str]:
    for row in rows[ORIGIN].astype(str).itertuples(index=False):
        key = tuple(row)
        number = index.setdefault(key, len(index) + 1)
        yield f"<a href='#a{number}'>{escape(key[0]) or 'Zeile'}</a>"


def _rows(index: dict[tuple[str, ...], int]) -> str:
    """Every response and register row that some number counts, once."""
    head = "".join(f"<th scope='col'>{h}</th>" for h in HEAD)
    lines = []
    for key, number in index.items():
        row = dict(zip(ORIGIN, key, strict=True))
        place = " ".join(filter(None, (row["part"], row["place"]))).replace("/", "/\u200b")
        cells = (STATES.get(row["state"], row["state"]), row["value"], shown_raw(row), row["file"], place)
        texts = "".join(f"<td>{escape(c).replace(chr(0x200B), '<wbr>')}</td>" for c in cells)
        lines.append(
            f"<tr id='a{number}'><th scope='row'>{escape(row['case_id']) or 'Zeile'}</th>{texts}</tr>"
        )
    return (
        "<h2 id='antworten'>Antworten und Zeilen des Registers</h2>"
        "<div class='scroll' role='region' tabindex='0' aria-label='Antworten'><table class='rows' aria-label='Antworten'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
