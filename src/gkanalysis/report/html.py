"""The report as one offline HTML file: contents at the side, numbers folded under each figure."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from pathlib import Path
from typing import Any

from gkanalysis.core.numbers import format_date
from gkanalysis.report.columns import WHOLE, column_widths, heading_lines
from gkanalysis.report.definition import Report
from gkanalysis.report.document import Node, div_class, raw, replace_blocks, run_pandoc, walk
from gkanalysis.report.style import FONTS

TEMPLATES = Path(__file__).parent / "templates"
ORIGINS = "herkunft.html"  # the page of origins lies beside the report
FACES = (("Regular", "normal", 400), ("It", "italic", 400), ("Semibold", "normal", 600))


def render_html(
    report: Report,
    document: dict[str, Any],
    tree: Node,
    headings: list[tuple[int, str, str, str]],
    build: Path,
) -> bytes:
    """Set the page; the same input gives the same bytes."""
    exhibits = document["exhibits"]

    def replace(block: Node) -> list[Node] | None:
        if div_class(block) == "exhibit":
            return raw("html", exhibit_html(exhibits[block["c"][0][0]], build))
        if div_class(block) == "kasten":
            block["c"][0][2] = [["role", "note"], ["aria-label", "Empfehlung"]]
        return None

    link_values(tree)
    tree["blocks"] = replace_blocks(tree["blocks"], replace)
    tree["meta"] = {"lang": {"t": "MetaString", "c": report.language}}
    body = run_pandoc(
        json.dumps(tree), ["-f", "json", "-t", "html5", "--section-divs", "--shift-heading-level-by=1"]
    ).decode("utf-8")
    page = (TEMPLATES / "report.html").read_text(encoding="utf-8")
    parts = {
        "lang": report.language,
        "title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "authors": escape(" · ".join(report.authors)),
        "institution": escape(report.institution),
        "date": escape(format_date(report.date)),
        "description": escape(report.description, quote=True),
        "style": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "fonts": font_faces(),
        "mark": _mark(document),
        "contents": _contents(headings),
        "exhibits": _exhibit_list(exhibits),
        "body": body,
    }
    return re.sub(r"@@(\w+)@@", lambda place: parts[place[1]], page).encode("utf-8")


def exhibit_html(exhibit: dict[str, Any], build: Path) -> str:
    """One exhibit: heading, base, table or image, notes and source."""
    identifier = exhibit["id"]
    label = f'<span class="label">{escape(exhibit["label"])}</span> ' if exhibit["label"] else ""
    caption = f'<figcaption id="{identifier}-titel">{label}{escape(exhibit["title"])}</figcaption>'
    base = f'<p class="base">{escape(exhibit["base"])}</p>' if exhibit["base"] else ""
    notes = "".join(f'<p class="note">{escape(n)}</p>' for n in exhibit["notes"])
    source = f'<p class="source">{escape(exhibit["source"])}</p>' if exhibit["source"] else ""
    if exhibit["kind"] == "table":
        inner = _table(exhibit, f"{identifier}-titel")
    else:
        svg = (build / exhibit["chapter"] / "figures" / f"{identifier}.svg").read_bytes()
        data = base64.b64encode(svg).decode("ascii")
        image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(exhibit["alt"], quote=True)}">'
        inner = (
            f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{identifier}-titel">{image}</div>'
            f"<details><summary>Zahlen zu dieser Abbildung</summary>{_table(exhibit, f'{identifier}-titel')}</details>"
        )
    kind = "table plain" if exhibit.get("plain") else exhibit["kind"]
    if exhibit["kind"] == "table" and len(exhibit["rows"]) > WHOLE:
        kind += " long"
    return f'<figure class="exhibit {kind}" id="{identifier}">{caption}{base}{inner}{notes}{source}</figure>'


def _table(exhibit: dict[str, Any], labelled_by: str) -> str:
    n = len(exhibit["header"])
    heads = ("<br>".join(map(escape, heading_lines(h))) for h in exhibit["header"])
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    columns = "".join(f'<col style="width:{w:.1%}">' for w in column_widths(exhibit))
    groups: list[list[str]] = [[]]
    for row in exhibit["rows"]:
        if row["kind"] == "block":
            groups.append(
                [f'<tr class="block"><th scope="rowgroup" colspan="{n}">{escape(row["cells"][0])}</th></tr>']
            )
            continue
        first, *rest = row["cells"]
        keys = [*row.get("numbers", ())[1:], *[""] * len(rest)]
        cells = "".join(f"<td>{_linked(c, exhibit['id'], k)}</td>" for c, k in zip(rest, keys, strict=False))
        groups[-1].append(
            f'<tr><th scope="row" class="level-{row["level"]}">{escape(first)}</th>{cells}</tr>'
        )
    bodies = "".join(f"<tbody>{''.join(g)}</tbody>" for g in groups if g)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{labelled_by}">'
        f'<table aria-labelledby="{labelled_by}"><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>{bodies}</table></div>'
    )


def _linked(text: str, exhibit_id: str, key: str) -> str:
    """A cell; a number is a link to where it comes from."""
    if not key:
        return escape(text)
    return f'<a class="number" href="{ORIGINS}#{origin_anchor(f"{exhibit_id}:{key}")}">{escape(text)}</a>'


def origin_anchor(number_id: str) -> str:
    """Fragment on the page of origins that belongs to a number.

    >>> origin_anchor("uebersicht-10:1.1.A03.4:kreis")
    'z-uebersicht-10_1.1.A03.4_kreis'
    """
    return "z-" + number_id.replace(":", "_")


def link_values(tree: Node) -> None:
    """Make each traceable number of the text a link to its origin, in place."""
    for node in walk(tree):
        if node.get("t") == "Span" and (number := dict(node["c"][0][2]).get("trace")):
            (identifier, _, _), inlines = node["c"]
            target = [f"{ORIGINS}#{origin_anchor(number)}", ""]
            node |= {"t": "Link", "c": [[identifier, ["number", "value"], []], inlines, target]}


def font_faces() -> str:
    """Rules for the shipped fonts, with the fonts themselves inside."""
    faces = []
    for name, style, weight in FACES:
        data = base64.b64encode((FONTS / f"SourceSans3-{name}.ttf.woff2").read_bytes()).decode("ascii")
        faces.append(
            f'@font-face{{font-family:"Source Sans 3";font-style:{style};font-weight:{weight};'
            f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
        )
    return "\n".join(faces)


def _mark(document: dict[str, Any]) -> str:
    if not document["synthetic"]:
        return '<p class="mark" role="note">Vertrauliche Daten – nicht zur Weitergabe</p>'
    return '<p class="mark" role="note"><strong>Synthetische Daten.</strong> Bündnisse und Angaben sind erfunden.</p>'


def _contents(headings: list[tuple[int, str, str, str]]) -> str:
    items = []
    for level, number, text, identifier in headings:
        if level <= 2:
            shown = f'<span class="number">{number}</span> {escape(text)}' if number else escape(text)
            items.append(f'<li class="level-{level}"><a href="#{identifier}">{shown}</a></li>')
    return f"<ol>{''.join(items)}</ol>"


def _exhibit_list(exhibits: dict[str, Any]) -> str:
    items = [
        f'<li><a href="#{e["id"]}">{escape(e["label"])}: {escape(e["title"])}</a></li>'
        for e in exhibits.values()
        if e["label"]
    ]
    return f"<ol>{''.join(items)}</ol>"
