"""Slides as one offline HTML file: sheets of the same grid as the PDF, a scrolling document on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from gkanalysis.core.numbers import format_date
from gkanalysis.report.definition import Report
from gkanalysis.report.document import Node, data_mark, div_class, raw, replace_blocks, run_pandoc
from gkanalysis.report.html import TEMPLATES, exhibit_html, font_faces, link_values
from gkanalysis.report.slides import BOXES, LAYOUTS, LINE, PAGE, SIZES, Slide, data_sign

MM = 25.4 / 72  # millimetres in a point


def render_slides_html(
    report: Report, document: dict[str, Any], tree: Node, slides: Sequence[Slide], build: Path
) -> bytes:
    """Set the page; the same input gives the same bytes.

    Parameters
    ----------
    slides : with the layout that `fit_slides` chose
    """
    link_values(tree)
    sign = data_sign(document["synthetic"])
    blocks: list[Node] = []
    for slide in slides:
        blocks += _slide(slide, sign, report.institution, build)
    text = json.dumps({**tree, "meta": {"lang": {"t": "MetaString", "c": report.language}}, "blocks": blocks})
    parts = {
        "lang": report.language,
        "title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "authors": escape(" · ".join(report.authors)),
        "institution": escape(report.institution),
        "date": escape(format_date(report.date)),
        "description": escape(report.description, quote=True),
        "mark": escape(data_mark(document["synthetic"])),
        "fonts": font_faces(),
        "grid": grid_css(),
        "style": (TEMPLATES / "slides.css").read_text(encoding="utf-8"),
        "script": (TEMPLATES / "slides.js").read_text(encoding="utf-8"),
        "body": run_pandoc(text, ["-f", "json", "-t", "html5"]).decode("utf-8"),
    }
    page = (TEMPLATES / "slides.html").read_text(encoding="utf-8")
    return re.sub(r"@@(\w+)@@", lambda place: parts[place[1]], page).encode("utf-8")


def _slide(slide: Slide, sign: str, institution: str, build: Path) -> list[Node]:
    """A sheet with running head, statement, text, exhibit and foot."""
    layout = slide.candidates[0]["layout"] if slide.candidates else "section"
    style = ""
    if slide.exhibit is not None:
        known = {k: slide.candidates[0].get(k, 0) for k in ("size", "width", "height")}
        style = ' style="' + ";".join(f"--{k}:{v:.3f}" for k, v in known.items()) + '"'
    bare = "" if slide.caption else " bare"
    head = {"t": "Header", "c": [slide.level + 1, [slide.id, ["statement"], []], slide.title]}
    running = f'<p class="running">{escape(slide.section)}</p>' if slide.kind != "section" else ""
    blocks = raw(
        "html",
        f'<section class="slide {slide.kind} {layout}{bare}" aria-labelledby="{slide.id}"{style}><div class="sheet">{running}',
    )
    blocks.append(head)
    if slide.text:
        blocks += [
            *raw("html", '<div class="words">'),
            *replace_blocks(slide.text, _box),
            *raw("html", "</div>"),
        ]
    if slide.exhibit is not None:
        shown = {"label": "", "title": slide.caption or slide.exhibit["title"]}
        blocks += raw("html", exhibit_html(slide.exhibit | shown, build))
    return blocks + raw(
        "html",
        f'<p class="mark">{escape(sign)}</p><p class="strip"><span>{escape(institution)}</span>'
        f'<span class="number">{slide.number}</span></p></div></section>',
    )


def _box(block: Node) -> list[Node] | None:
    if div_class(block) == "kasten":
        block["c"][0][2] = [["role", "note"], ["aria-label", "Empfehlung"]]
    return None


def grid_css() -> str:
    """The grid as rules: where each part of a sheet stands, and how large its type is, in units of a millimetre."""

    def place(selector: str, box: Sequence[float]) -> str:
        sides = zip(("left", "top", "width", "height"), box, strict=True)
        return f"{selector}{{{';'.join(f'{k}:calc({v:g}*var(--u))' for k, v in sides)}}}"

    def foot(layout: Mapping[str, Sequence[float]]) -> tuple[float, float, float, float]:
        """An exhibit reaches from its heading down to the foot, which is part of it."""
        (x, y, _, _), (_, low, width, height) = layout["caption"], BOXES["foot"]
        return x, y, width, low + height - y

    running = (("running", "section"), ("mark", "mark"), ("strip", "strip"))
    rules = [place(f".sheet>.{name}", BOXES[box]) for name, box in running]
    rules += [
        place(f".title .{n}", BOXES[n]) for n in ("institution", "headline", "subtitle", "authors", "warning")
    ]
    rules += [
        place(".sheet>.statement", BOXES["title"]),
        place(".sheet::after", BOXES["line"]),
        place(".title .sheet::before", BOXES["rule"]),
        place(".slide.section .statement", BOXES["headline"]),
        place(".slide.section .words", BOXES["lead"]),
    ]
    for name, layout in LAYOUTS.items():
        if "text" in layout:
            rules.append(place(f".{name} .words", layout["text"]))
            rules.append(f".{name} .words{{font-size:calc({SIZES[name] * MM:.3f}*var(--u))}}")
        if "caption" in layout:
            _, y, width, height = layout["exhibit"]
            rules.append(place(f".{name} .exhibit", foot(layout)))
            rules.append(f".{name} .exhibit>.scroll{{width:calc({width:g}*var(--u))}}")
            rules.append(f".{name} figcaption{{height:calc({y - layout['caption'][1]:g}*var(--u))}}")
            rules.append(
                f".{name} details>.scroll{{top:0;height:calc({y + height - 3 - layout['caption'][1]:g}*var(--u))}}"
            )
    sizes = ";".join(f"--{name}-type:calc({size * MM:.3f}*var(--u))" for name, size in SIZES.items())
    page = f"--page-width:{PAGE[0]:g};--page-height:{PAGE[1]:g};--line:{LINE:g}"
    return f":root{{{page}}}.sheet{{{sizes}}}{''.join(rules)}"
