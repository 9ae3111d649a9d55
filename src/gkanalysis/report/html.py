"""The report as one offline HTML file: contents at the side, numbers folded under each figure."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from gkanalysis.codebook.reports import Report
from gkanalysis.core.numbers import format_date
from gkanalysis.report.columns import WHOLE, column_widths, heading_lines
from gkanalysis.report.document import (
    Heading,
    Node,
    Setting,
    div_class,
    raw,
    replace_blocks,
    run_pandoc,
    walk,
)
from gkanalysis.report.style import FONTS

TEMPLATES = Path(__file__).parent / "templates"
ORIGINS = "herkunft.html"  # the page of origins lies beside the report
MARKS = {
    True: '<p class="mark" role="note"><strong>Synthetische Daten.</strong> Bündnisse und Angaben sind erfunden.</p>',
    False: '<p class="mark" role="note">Vertrauliche Daten – nicht zur Weitergabe</p>',
}
FACES = (("Regular", "normal", 400), ("It", "italic", 400), ("Semibold", "normal", 600))


def render_html(setting: Setting) -> bytes:
    """Set the page; the same input gives the same bytes."""
    report, tree = setting.report, setting.tree

    def replace(block: Node) -> list[Node] | None:
        if div_class(block) == "exhibit":
            return raw("html", exhibit_html(setting.exhibits[block["c"][0][0]], setting.build))
        if div_class(block) == "kasten":
            block["c"][0][2] = [["role", "note"], ["aria-label", "Empfehlung"]]
        return None

    link_values(tree)
    tree |= {
        "blocks": replace_blocks(tree["blocks"], replace),
        "meta": {"lang": {"t": "MetaString", "c": report.language}},
    }
    arguments = ["-f", "json", "-t", "html5", "--section-divs", "--shift-heading-level-by=1"]
    parts = {
        "mark": MARKS[setting.synthetic],
        "contents": _contents(setting.headings),
        "exhibits": _exhibit_list(setting.exhibits),
        "body": run_pandoc(json.dumps(tree), arguments).decode("utf-8"),
    }
    return fill_page("report", report, parts)


def fill_page(template: str, report: Report, parts: Mapping[str, str]) -> bytes:
    """A page from a template with its style, the fonts, and what the definition of the report says."""
    known = {
        "lang": report.language,
        "title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "authors": escape(" · ".join(report.authors)),
        "institution": escape(report.institution),
        "date": escape(format_date(report.date)),
        "description": escape(report.description, quote=True),
        "style": (TEMPLATES / f"{template}.css").read_text(encoding="utf-8"),
        "fonts": font_faces(),
    } | dict(parts)
    page = (TEMPLATES / f"{template}.html").read_text(encoding="utf-8")
    return re.sub(r"@@(\w+)@@", lambda place: known[place[1]], page).encode("utf-8")


def exhibit_html(exhibit: dict[str, Any], build: Path) -> str:
    """One exhibit: heading, base, table or image, notes and source."""
    identifier = exhibit["id"]
    label = f'<span class="label">{escape(exhibit["label"])}</span> ' if exhibit["label"] else ""
    lines = [
        ("base", exhibit["base"]),
        *(("note", n) for n in exhibit["notes"]),
        ("source", exhibit["source"]),
    ]
    base, *below = (f'<p class="{c}">{escape(text)}</p>' if text else "" for c, text in lines)
    inner, kind = _table(exhibit), exhibit["kind"]
    if kind == "figure":
        svg = (build / exhibit["chapter"] / "figures" / f"{identifier}.svg").read_bytes()
        data = base64.b64encode(svg).decode("ascii")
        image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(exhibit["alt"], quote=True)}">'
        inner = _scrolling(image, identifier) + (
            f"<details><summary>Zahlen zu dieser Abbildung</summary>{inner}</details>"
        )
    else:
        kind += " plain" * exhibit.get("plain", False) + " long" * (len(exhibit["rows"]) > WHOLE)
    caption = f'<figcaption id="{identifier}-titel">{label}{escape(exhibit["title"])}</figcaption>'
    return f'<figure class="exhibit {kind}" id="{identifier}">{caption}{base}{inner}{"".join(below)}</figure>'


def _scrolling(content: str, identifier: str) -> str:
    """A region that a narrow screen scrolls, named by the title of its exhibit."""
    return f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{identifier}-titel">{content}</div>'


def _table(exhibit: dict[str, Any]) -> str:
    identifier = exhibit["id"]
    heads = ("<br>".join(map(escape, heading_lines(h))) for h in exhibit["header"])
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    columns = "".join(f'<col style="width:{w:.1%}">' for w in column_widths(exhibit))
    groups = [""]
    for row in exhibit["rows"]:
        first, *rest = row["cells"]
        if row["kind"] == "block":
            wide = f'scope="rowgroup" colspan="{len(exhibit["header"])}"'
            groups.append(f'<tr class="block"><th {wide}>{escape(first)}</th></tr>')
            continue
        keys = [*row.get("numbers", ())[1:], *[""] * len(rest)]
        cells = "".join(f"<td>{_linked(c, identifier, k)}</td>" for c, k in zip(rest, keys, strict=False))
        groups[-1] += f'<tr><th scope="row" class="level-{row["level"]}">{escape(first)}</th>{cells}</tr>'
    bodies = "".join(f"<tbody>{g}</tbody>" for g in groups if g)
    table = f"<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>{bodies}"
    return _scrolling(f'<table aria-labelledby="{identifier}-titel">{table}</table>', identifier)


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


def _contents(headings: list[Heading]) -> str:
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
