"""The page behind the numbers of a report: for each number its definition and every row it was counted from.

Each response stands once on the page; numbers point to the responses. The report links each number here.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.errors import VerificationError
from gkanalysis.report.html import TEMPLATES, font_faces, origin_anchor
from gkanalysis.verify.trace import ORIGIN, Trace, find_numbers, trace_number, trace_value

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

HEAD = ("Fall", "Stand", "Wert", "im Bogen", "Datei", "Teil", "Stelle")


def trace_page(chapter: Chapter, folder: Path, title: str) -> str:
    """The page of one report as HTML.

    Raises
    ------
    VerificationError
        If a number of the report is not what its own rows add up to; the message names all of them.
    """
    index: dict[tuple[str, ...], int] = {}
    sections: list[str] = []
    wrong: list[str] = []
    for number_id, cell in find_numbers(folder):
        if cell["definition"] == "rows":
            trace = trace_value(cell)
        else:
            trace = trace_number(chapter, cell["definition"], str(cell["row"]), str(cell["subgroup"]))
        base = cell.get("base_n")
        printed = (int(cell["n"]), None if base is None or pd.isna(base) else int(base))
        if (trace.n, trace.base_n) != printed:
            wrong.append(
                f"{number_id} ({printed[0]} von {printed[1]}, nachgezählt {trace.n} von {trace.base_n})"
            )
        sections.append("".join(_section(number_id, cell, trace, index)))
    if wrong:
        raise VerificationError(f"Diese Zahlen gehen nicht auf: {'; '.join(wrong)}.")
    head = "".join(f"<th scope='col'>{h}</th>" for h in HEAD)
    rows = "".join(
        f"<tr id='a{k}'><th scope='row'>{escape(r[0])}</th>{''.join(f'<td>{escape(x)}</td>' for x in r[1:])}</tr>"
        for r, k in index.items()
    )
    body = (
        "<p>Jede Zahl des Berichts mit ihrer Rechenvorschrift und allem, was sie zählt. Die Kennungen führen zur "
        "Antwort mit Datei, Teil und Stelle (XPath).</p><h2>Zahlen</h2>"
        + "".join(sections)
        + f"<h2>Antworten und Zeilen des Registers</h2><div class='scroll' role='region' tabindex='0' aria-label='Antworten'>"
        f"<table aria-label='Antworten'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    page = (TEMPLATES / "verification.html").read_text(encoding="utf-8")
    for name, text in {
        "title": f"Herkunft der Zahlen: {escape(title)}",
        "fonts": font_faces(),
        "style": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "body": body,
    }.items():
        page = page.replace(f"@@{name}@@", text)
    return page


def _section(
    number_id: str, cell: pd.Series, trace: Trace, index: dict[tuple[str, ...], int]
) -> Iterator[str]:
    of = "" if trace.base_n is None else f" von {trace.base_n}"
    yield f"<section id='{escape(origin_anchor(number_id))}'><h3>{escape(number_id)}: {trace.n}{of}</h3>"
    how = "Zeilen, die das Notebook gezählt hat" if trace.definition == "rows" else trace.definition
    yield f"<p class='base'>{escape(how)}</p>"
    for title, rows in (("Gezählt", trace.counted), ("In der Basis, nicht gezählt", trace.rest)):
        if len(rows):
            yield f"<p>{title}: {' '.join(_links(rows, index))}</p>"
    yield "</section>"


def _links(rows: pd.DataFrame, index: dict[tuple[str, ...], int]) -> Iterator[str]:
    for row in rows[ORIGIN].astype(str).itertuples(index=False):
        key = tuple(row)
        number = index.setdefault(key, len(index) + 1)
        yield f"<a href='#a{number}'>{escape(key[0])}</a>"
