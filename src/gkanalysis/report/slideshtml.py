"""Slides as one offline HTML file: sheets of the same grid as the PDF, a scrolling document on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape

from gkanalysis.core.numbers import format_date
from gkanalysis.report.document import Node, Setting, data_mark, div_class, raw, replace_blocks, run_pandoc
from gkanalysis.report.html import TEMPLATES, exhibit_html, font_faces, link_values
from gkanalysis.report.slides import BOXES, LAYOUTS, LINE, PAGE, SIZES, Slide, data_sign

MM = 25.4 / 72  # millimetres in a point


def render_slides_html(setting: Setting, slides: Sequence[Slide]) -> bytes:
    """Set the page from slides with the layout that `fit_slides` chose; the same input gives the same bytes."""
    report = setting.report
    link_values(setting.tree)
    blocks = [block for slide in slides for block in _slide(slide, setting)]
    text = json.dumps({**setting.tree, "meta": {"lang": {"t": "MetaString", "c": report.language}}, "blocks": blocks})
    parts = {
        "lang": report.language,
        "title": escape(report.title),
        "subtitle": escape(report.subtitle),
        "authors": escape(" · ".join(report.authors)),
        "institution": escape(report.institution),
        "date": escape(format_date(report.date)),
        "description": escape(report.description, quote=True),
        "mark": escape(data_mark(setting.synthetic)),
        "fonts": font_faces(),
        "grid": grid_css(),
        "style": (TEMPLATES / "slides.css").read_text(encoding="utf-8"),
        "script": (TEMPLATES / "slides.js").read_text(encoding="utf-8"),
        "body": run_pandoc(text, ["-f", "json", "-t", "html5"]).decode("utf-8"),
    }
    page = (TEMPLATES / "slides.html").read_text(encoding="utf-8")
    return re.sub(r"@@(\w+)@@", lambda place: parts[place[1]], page).encode("utf-8")


def _slide(slide: Slide, setting: Setting) -> list[Node]:
    """A sheet with running head, statement, text, exhibit and foot."""
    layout = slide.candidates[0]["layout"] if slide.candidates else "section"
    style = ""
    if slide.exhibit is not None:
        sizes = ";".join(f"--{k}:{slide.candidates[0].get(k, 0):.3f}" for k in ("size", "width", "height"))
        style = f' style="{sizes}"'
    bare = "" if slide.caption else " bare"
    running = f'<p class="running">{escape(slide.section)}</p>' if slide.kind != "section" else ""
    start = f'<section class="slide {slide.kind} {layout}{bare}" aria-labelledby="{slide.id}"{style}><div class="sheet">{running}'
    blocks = [
        *raw("html", start),
        {"t": "Header", "c": [slide.level + 1, [slide.id, ["statement"], []], slide.title]},
    ]
    if slide.text:
        blocks += [
            *raw("html", '<div class="words">'),
            *replace_blocks(slide.text, _box),
            *raw("html", "</div>"),
        ]
    if slide.exhibit is not None:
        shown = {"label": "", "title": slide.caption or slide.exhibit["title"]}
        blocks += raw("html", exhibit_html(slide.exhibit | shown, setting.build))
    end = f'<p class="mark">{escape(data_sign(setting.synthetic))}</p><p class="strip"><span>{escape(setting.report.institution)}</span>'
    return blocks + raw("html", f'{end}<span class="number">{slide.number}</span></p></div></section>')


def _box(block: Node) -> list[Node] | None:
    if div_class(block) == "kasten":
        block["c"][0][2] = [["role", "note"], ["aria-label", "Empfehlung"]]
    return None


def grid_css() -> str:
    """The grid as rules: where each part of a sheet stands, and how large its type is, in units of a millimetre."""

    def place(selector: str, box: Sequence[float]) -> str:
        sides = zip(("left", "top", "width", "height"), box, strict=True)
        return f"{selector}{{{';'.join(f'{k}:calc({v:g}*var(--u))' for k, v in sides)}}}"

    places = {
        ".sheet>.running": "section", ".sheet>.mark": "mark", ".sheet>.strip": "strip", ".sheet>.statement": "title",
        ".sheet::after": "line", ".title .sheet::before": "rule", ".slide.section .statement": "headline",
        ".slide.section .words": "lead",
        **{f".title .{n}": n for n in ("institution", "headline", "subtitle", "authors", "warning")},
    }  # fmt: skip
    rules = [place(selector, BOXES[box]) for selector, box in places.items()]
    for name, layout in LAYOUTS.items():
        if "text" in layout:
            rules.append(place(f".{name} .words", layout["text"]))
            rules.append(f".{name} .words{{font-size:calc({SIZES[name] * MM:.3f}*var(--u))}}")
        if "caption" in layout:
            (x, top, _, _), (_, y, width, height), (_, low, _, deep) = (
                layout["caption"],
                layout["exhibit"],
                BOXES["foot"],
            )
            rules += [
                # an exhibit reaches from its heading down to the foot, which is part of it
                place(f".{name} .exhibit", (x, top, width, low + deep - top)),
                f".{name} .exhibit>.scroll{{width:calc({width:g}*var(--u))}}",
                f".{name} figcaption{{height:calc({y - top:g}*var(--u))}}",
                f".{name} details>.scroll{{top:0;height:calc({y + height - 3 - top:g}*var(--u))}}",
            ]
    sizes = ";".join(f"--{name}-type:calc({size * MM:.3f}*var(--u))" for name, size in SIZES.items())
    page = f"--page-width:{PAGE[0]:g};--page-height:{PAGE[1]:g};--line:{LINE:g}"
    return f":root{{{page}}}.sheet{{{sizes}}}{''.join(rules)}"
