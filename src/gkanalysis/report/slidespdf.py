"""Slides as PDF through Typst, and the verdict for all formats whether each slide holds what it shows.

Typst measures every title, text, table and foot against its box on the grid (`gkanalysis.report.slides`); HTML and
PowerPoint take the layout that it chose. So a slide is too full in every format or in none.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typst

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.report.columns import column_widths, heading_lines
from gkanalysis.report.document import Node, Setting, data_mark, div_class, raw, replace_blocks, run_pandoc
from gkanalysis.report.html import TEMPLATES
from gkanalysis.report.slides import BOXES, LAYOUTS, LINE, PAGE, SIZES, Slide, data_sign
from gkanalysis.report.style import FONTS
from gkanalysis.report.typstpdf import STANDARDS

MM = 72 / 25.4  # points in a millimetre
SLACK = 0.05  # millimetres that a measured height may exceed its box: rounding
PARTS = {
    "title": "der Titel",
    "text": "der Text",
    "table": "die Tabelle",
    "caption": "die Überschrift der Darstellung",
    "foot": "der Fuß mit Basis, Anmerkungen und Quelle",
}


def fit_slides(setting: Setting, slides: Sequence[Slide]) -> tuple[list[Slide], bytes]:
    """The slides, each with the one layout it is set in, and the PDF (PDF/UA-1 and PDF/A-2a in one file).

    Raises
    ------
    RenderError
        If something does not fit, with the name of every such slide; or with Typst's own message.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write(setting, slides, folder)
        try:
            compiler = typst.Compiler(folder / "slides.typ", root=folder, font_paths=[FONTS], ignore_system_fonts=True)
            verdicts = json.loads(compiler.query("<fit>", field="value"))
            _refuse(slides, verdicts)
            pdf = compiler.compile(pdf_standards=STANDARDS, timestamp=int(setting.moment.timestamp()))
        except (typst.TypstError, RuntimeError) as error:
            raise RenderError(f"Typst setzt die Folien nicht: {error}") from None
    by_number = {v["number"]: v for v in verdicts}
    return [_chosen(slide, by_number[slide.number]) for slide in slides], pdf


def _chosen(slide: Slide, verdict: dict[str, Any]) -> Slide:
    """A slide with the one layout that Typst took."""
    chosen = slide.candidates[verdict["chosen"] : verdict["chosen"] + 1]
    return replace(slide, candidates=chosen, title_width=verdict["title"])


def _refuse(slides: Sequence[Slide], verdicts: Sequence[dict[str, Any]]) -> None:
    """Name the slides that do not hold what they show."""
    by_number = {s.number: s for s in slides}
    problems = []
    for verdict in verdicts:
        slide = by_number.get(verdict["number"])
        name = slide.name if slide else "Titelfolie"
        if wide := verdict["over"].pop("wide"):
            problems.append(f"{name}: die Tabelle ist zu breit für „{wide[0]}“; bitte weniger Spalten zeigen")
        for part, over in verdict["over"].items():
            if over > SLACK:
                lines = math.ceil(over * MM / _pitch(slide, part, verdict["chosen"]))
                unit = ("Zeile" if part == "table" else "Textzeile") + ("n" if lines > 1 else "")
                problems.append(
                    f"{name}: {PARTS[part]} ist um {lines} {unit} zu lang; bitte kürzen oder auf zwei Folien verteilen"
                )
    if problems:
        raise RenderError(". ".join(problems) + ".")


def _pitch(slide: Slide | None, part: str, chosen: int) -> float:
    """Distance of two lines in points in a part of a slide."""
    candidate = slide.candidates[chosen] if slide and slide.candidates else {"layout": "text", "size": 0}
    if part == "table":
        return 1.52 * candidate["size"]
    size = {"title": "title", "caption": "caption", "foot": "small"}.get(part, candidate["layout"])
    if part == "title" and not (slide and slide.candidates):
        size = "headline"
    return LINE * SIZES[size]


def _write(setting: Setting, slides: Sequence[Slide], folder: Path) -> None:
    """The document for Typst: the template, the slides as calls of it, and their data as JSON beside it."""
    report, synthetic, moment = setting.report, setting.synthetic, setting.moment
    info = {
        "title": report.title, "subtitle": report.subtitle, "authors": report.authors, "lang": report.language,
        "institution": report.institution, "date": format_date(report.date), "keywords": report.keywords,
        "description": report.description, "mark": data_mark(synthetic), "sign": data_sign(synthetic),
        "year": moment.year, "month": moment.month, "day": moment.day,
        "page": PAGE, "boxes": BOXES, "layouts": LAYOUTS, "sizes": SIZES, "line": LINE,
    }  # fmt: skip
    (folder / "info.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
    blocks: list[Node] = []
    for slide in slides:
        name = f"slide-{slide.number}.json"
        data = json.dumps(_record(slide, setting, folder), ensure_ascii=False)
        (folder / name).write_text(data, encoding="utf-8")
        call = "section" if slide.kind == "section" else "slide"
        blocks += [
            *raw("typst", f'#{call}(json("{name}"))['), {"t": "Plain", "c": slide.title}, *raw("typst", "]["),
            *replace_blocks(slide.text, _box), *raw("typst", "]"),
        ]  # fmt: skip
    body = run_pandoc(json.dumps({**setting.tree, "blocks": blocks}), ["-f", "json", "-t", "typst"]).decode("utf-8")
    template = (TEMPLATES / "slides.typ").read_text(encoding="utf-8")
    (folder / "slides.typ").write_text(template + "\n" + body, encoding="utf-8")


def _box(block: Node) -> list[Node] | None:
    if div_class(block) == "kasten":
        return [*raw("typst", "#kasten["), *block["c"][1], *raw("typst", "]")]
    return None


def _record(slide: Slide, setting: Setting, folder: Path) -> dict[str, Any]:
    """What the template needs to know of a slide besides its words."""
    record: dict[str, Any] = {
        "number": slide.number, "kind": slide.kind, "level": slide.level, "id": slide.id, "section": slide.section,
        "caption": slide.caption, "feet": slide.feet, "candidates": slide.candidates,
    }  # fmt: skip
    exhibit = slide.exhibit
    if exhibit is not None:
        record["exhibit"] = exhibit["id"]
        if exhibit["kind"] == "table":
            record |= {
                "header": [heading_lines(h) for h in exhibit["header"]],
                "widths": column_widths(exhibit),
                "rows": exhibit["rows"],
            }
        else:
            name = f"figure-{slide.number}.svg"
            shutil.copy(setting.figure(exhibit, "svg"), folder / name)
            record |= {"alt": exhibit["alt"], "file": name}
    return record
