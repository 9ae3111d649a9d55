"""Reports and slides as PDF through Typst: PDF/UA-1 and PDF/A-2a in one file.

Typst measures every title, text, table and foot of a slide against its box on the grid (`gkanalysis.report.slides`);
HTML and PowerPoint take the layout that it chose. So a slide is too full in every format or in none.
"""

from __future__ import annotations

import io
import json
import math
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import typst
from PIL import Image

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.core.rawstate import is_draft
from gkanalysis.report.document import FONTS, Node, Setting, data_mark, data_sign, raw, replace_blocks, write_tree
from gkanalysis.report.exhibits import WHOLE, column_widths, heading_lines, table_span, text_columns
from gkanalysis.report.html import TEMPLATES
from gkanalysis.report.slides import BOXES, LAYOUTS, LINE, PAGE, SIZES, Slide

STANDARDS = ["ua-1", "a-2a"]  # accessible, and readable in decades; Typst refuses what would break either
MM = 72 / 25.4  # points in a millimetre
HEADS = (34, 60)  # millimetres from the edge: what begins above stands at the head of a page, or there below a heading
EDGE, PPI = 27, 24  # millimetres of head and foot; how fine pages are looked at
FIFTH = 0.2  # of a page that may be empty
SHORT = 12  # rows of a table that never breaks
ROUNDS = 9  # each exhibit that moves may push another one
SLACK = 0.05  # millimetres that a measured height may exceed its box: rounding
PARTS = {
    "title": "der Titel",
    "text": "der Text",
    "table": "die Tabelle",
    "caption": "die Überschrift der Darstellung",
    "foot": "der Fuß mit Basis, Anmerkungen und Quelle",
}


def render_pdf(setting: Setting) -> bytes:
    """Set the PDF of a report or of slides; what Typst refuses, such as a missing alternative text, is told."""
    with _compiler(setting) as (compiler, folder):
        if not setting.slides:
            _fill_pages(compiler, folder, setting)
        return compiler.compile(pdf_standards=STANDARDS, timestamp=int(setting.moment.timestamp()))


def fit_slides(setting: Setting) -> Setting:
    """The setting with the one layout that each slide is set in; names every slide that holds too much."""
    with _compiler(setting) as (compiler, _):
        verdicts = json.loads(compiler.query("<fit>", field="value"))
    _refuse(setting.slides, verdicts)
    taken = {v["number"]: v for v in verdicts}
    pairs = [(s, taken[s.number]) for s in setting.slides]
    slides = [replace(s, candidates=s.candidates[v["chosen"] :][:1], title_width=v["title"]) for s, v in pairs]
    return replace(setting, slides=tuple(slides))


class Arrangement(NamedTuple):
    """Which exhibits move to the head of the next page, which paragraphs stay whole, which tables may break.

    `empty` says how far the largest empty bands exceed a fifth of their page, added up, each page counting a little;
    `behind` are the exhibits that begin a page with such a band, or the one behind it.
    """

    empty: float
    floating: set[str]
    kept: set[int]
    broken: set[str]
    head: float
    behind: list[str]


def _fill_pages(compiler: typst.Compiler, folder: Path, setting: Setting) -> None:
    """Let exhibits that begin a page, because they did not fit on the one before, give way to the text behind them.

    What begins a page is seen in two ways, with and without a heading above it; the emptier one is dropped. A table
    behind a page that is still empty may go on over the page, if that helps.
    """
    exhibits = setting.exhibits.values()
    whole = {e["id"] for e in exhibits if not _is_long(e)}
    tables = {e["id"] for e in exhibits if e["kind"] == "table" and len(e["rows"]) > SHORT} & whole
    best = min(_arranged(compiler, folder, whole, head, set()) for head in HEADS)
    while table := next((e for e in best.behind if e in tables), None):
        tables.remove(table)
        best = min(best, _arranged(compiler, folder, whole, best.head, best.broken | {table}))
    _tell(folder, best.floating, best.kept, best.broken)


def _arranged(compiler: typst.Compiler, folder: Path, whole: set[str], head: float, broken: set[str]) -> Arrangement:
    """Move exhibits until no more begins a page because it did not fit, and keep paragraphs whole that one would cut.

    An exhibit that comes to stand on the page of its call would stand above its text, so it stays where it is called.
    """
    floating: set[str] = set()
    kept: set[int] = set()
    whole = whole - broken
    for _ in range(ROUNDS):
        _tell(folder, floating, kept, broken)
        spots = json.loads(compiler.query("<satz.spot>", field="value"))  # one query: each one sets the text anew
        begins, called, start, end = (
            {s["id"]: s for s in spots if s["kind"] == kind} for kind in ("begins", "called", "starts", "ends")
        )
        whole = whole - {i for i in floating if begins[i]["page"] == called[i]["page"]}
        heads = {begins[i]["page"] for i in floating}
        cut = {k for k, s in start.items() if s["page"] < end[k]["page"] and end[k]["page"] in heads}
        chosen = (floating | {i for i, s in begins.items() if s["y"] < head}) & whole
        if chosen == floating and cut <= kept:
            break
        floating, kept = chosen, kept | cut
    bands = list(_largest_bands(compiler.compile(format="png", ppi=PPI)))
    after = {number + k for number, band in enumerate(bands, start=1) if band > FIFTH for k in (0, 1)}
    behind = [i for i, s in begins.items() if s["page"] in after and s["y"] < HEADS[-1]]
    empty = sum(max(0, band - FIFTH) + 0.01 for band in bands)
    return Arrangement(empty, floating, kept, broken, head, behind)


def _tell(folder: Path, floating: set[str], kept: set[int], broken: set[str]) -> None:
    """Write down for the template what moves, what stays whole and what may break."""
    for name, chosen in (("floating", floating), ("kept", kept), ("broken", broken)):
        _write_json(folder / f"{name}.json", sorted(chosen))


def _largest_bands(pages: bytes | Sequence[bytes]) -> Iterator[float]:
    """The largest empty band of each page as a part of its text area, of the last page above its last line."""
    pages = [pages] if isinstance(pages, bytes) else pages
    for number, page in enumerate(pages, start=1):
        image = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
        margin = round(EDGE / 25.4 * PPI)
        inked = np.flatnonzero((image[margin:-margin] < 200).any(axis=1))
        height = len(image) - 2 * margin
        ends = [-1, *inked, *([height] if number < len(pages) else [])]
        yield float((np.diff(ends).max() - 1) / height)


@contextmanager
def _compiler(setting: Setting) -> Iterator[tuple[typst.Compiler, Path]]:
    """Typst with the document: the template, the text with calls of it, and the data of both as JSON beside it."""
    template, what = ("slides", "die Folien") if setting.slides else ("report", "den Bericht")
    with TemporaryDirectory(dir=setting.build, prefix=".satz.") as scratch:  # not elsewhere: a kill leaves it
        folder = Path(scratch)
        _write_json(folder / "info.json", _info(setting))
        _tell(folder, set(), set(), set())
        if setting.slides:
            blocks = [block for slide in setting.slides for block in _slide(slide, setting, folder)]
        else:
            blocks = _filled(_numbered(setting.tree["blocks"]), setting, folder)
        body = write_tree(setting.tree | {"blocks": blocks}, "typst")
        path = folder / f"{template}.typ"
        path.write_text((TEMPLATES / path.name).read_text(encoding="utf-8") + "\n" + body, encoding="utf-8")
        try:
            yield typst.Compiler(path, root=folder, font_paths=[FONTS], ignore_system_fonts=True), folder
        except (typst.TypstError, RuntimeError) as error:
            raise RenderError(f"Typst setzt {what} nicht: {error}") from None


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _info(setting: Setting) -> dict[str, Any]:
    """What the templates know besides the text."""
    report, synthetic, moment = setting.report, setting.synthetic, setting.moment
    exhibits = setting.exhibits.values()
    return {
        "sheet": report.kind == "profile", "title": report.title, "subtitle": report.subtitle, "authors": report.authors, "lang": report.language,
        "institution": report.institution, "date": format_date(report.date), "keywords": report.keywords,
        "description": report.description, "draft": is_draft(), "mark": data_mark(synthetic), "sign": data_sign(synthetic),
        "year": moment.year, "month": moment.month, "day": moment.day,
        "tables": any(e["kind"] == "table" for e in exhibits),
        "figures": any(e["kind"] == "figure" for e in exhibits),
        "page": PAGE, "boxes": BOXES, "layouts": LAYOUTS, "sizes": SIZES, "line": LINE,
    }  # fmt: skip


def _filled(blocks: list[Node], setting: Setting, folder: Path) -> list[Node]:
    """Blocks with exhibits and boxes as calls of the template."""
    return replace_blocks(
        blocks,
        exhibit=lambda attributes, _: raw("typst", _exhibit(setting.exhibits[attributes[0]], setting, folder)),
        kasten=lambda _, inner: [*raw("typst", "#kasten["), *inner, *raw("typst", "]")],
        contents=lambda *_: raw("typst", "#contents"),
        lists=lambda *_: raw("typst", "#exhibit-lists"),
    )


def _numbered(blocks: list[Node]) -> list[Node]:
    """Blocks whose paragraphs say where they start and end, and can be told to stay whole."""
    made: list[Node] = []
    for k, block in enumerate(blocks):
        if block["t"] == "Para":
            start, end = ({"t": "RawInline", "c": ["typst", f'#spot({k}, "{kind}")']} for kind in ("starts", "ends"))
            block = {"t": "Para", "c": [start, *block["c"], end]}
            made += [*raw("typst", f"#para({k})["), block, *raw("typst", "]")]
        else:
            made.append(block)
    return made


def _is_long(exhibit: dict[str, Any]) -> bool:
    """Whether a table may go on over the page."""
    return exhibit["kind"] == "table" and len(exhibit["rows"]) > WHOLE


def _exhibit(exhibit: dict[str, Any], setting: Setting, folder: Path) -> str:
    """A call of the template with an exhibit as data."""
    record = {k: exhibit[k] for k in ("id", "label", "title", "base", "source", "notes")}
    record |= {"breakable": _is_long(exhibit)} | _shown(exhibit, setting, folder)
    data = f"exhibit-{exhibit['id']}.json"  # a name that no other file of the document has
    _write_json(folder / data, record)
    return f'#exhibit-{exhibit["kind"]}(json("{data}"))'


def _shown(exhibit: dict[str, Any], setting: Setting, folder: Path) -> dict[str, Any]:
    """A table as cells, a figure as a drawing beside the document."""
    if exhibit["kind"] == "table":
        heads = [heading_lines(h) for h in exhibit["header"]]
        look = {"widths": column_widths(exhibit), "span": table_span(exhibit), "words": text_columns(exhibit)}
        return look | {"header": heads, "rows": exhibit["rows"]}
    name = f"figure-{exhibit['id']}.svg"
    shutil.copy(setting.figure(exhibit, "svg"), folder / name)
    return {"alt": exhibit["alt"], "file": name}


def _slide(slide: Slide, setting: Setting, folder: Path) -> list[Node]:
    """A call of the template with the words of a slide, its other data lie beside the document."""
    record = {
        "number": slide.number, "kind": slide.kind, "level": slide.level, "id": slide.id, "section": slide.section,
        "caption": slide.caption, "feet": slide.feet, "candidates": slide.candidates,
    }  # fmt: skip
    if slide.exhibit:
        record |= {"exhibit": slide.exhibit["id"]} | _shown(slide.exhibit, setting, folder)
    name, call = f"slide-{slide.number}.json", "section" if slide.kind == "section" else "slide"
    _write_json(folder / name, record)
    return [
        *raw("typst", f'#{call}(json("{name}"))['), {"t": "Plain", "c": slide.title}, *raw("typst", "]["),
        *_filled(slide.text, setting, folder), *raw("typst", "]"),
    ]  # fmt: skip


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
                told = f"{PARTS[part]} ist um {lines} {unit} zu lang"
                problems.append(f"{name}: {told}; bitte kürzen oder auf zwei Folien verteilen")
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
