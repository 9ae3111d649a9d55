"""Slides: each second-level heading of the chapters is one, with one statement and at most one exhibit.

A chapter for slides is a notebook like any other. `# Heading` is a section slide, `## Heading` a slide whose title
is the statement; the text below it, with values by id, stands beside or above the exhibit. `## Heading {topic="…"}`
says what the exhibit is about, which is its heading then: the statement has said what it shows. What stands in a box
`::: notes` is for the speaker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import NBSP, format_count
from gkanalysis.report.document import (
    Node,
    Setting,
    check_document,
    data_mark,
    digest_of_files,
    div_class,
    escape_markdown,
    link_exhibits,
    parse,
    plain_text,
    walk,
)

# The grid in millimetres and points, the same in HTML, PDF and PowerPoint: x, y, width, height.
PAGE = (338.667, 190.5)  # 16:9, as PowerPoint makes it
LEFT, WIDTH = 16.0, 306.667
BOXES = {
    "section": (LEFT, 10.5, 200.0, 6.0),
    "mark": (222.667, 10.5, 100.0, 6.0),
    "title": (LEFT, 20.0, WIDTH, 24.0),
    "foot": (LEFT, 159.0, WIDTH, 19.3),
    "line": (LEFT, 180.8, WIDTH, 0.2),
    "strip": (LEFT, 182.5, WIDTH, 5.0),
    # title slide and section slides
    "institution": (LEFT, 16.0, WIDTH, 8.0),
    "rule": (LEFT, 40.0, 30.0, 1.6),
    "headline": (LEFT, 48.0, 270.0, 46.0),
    "subtitle": (LEFT, 99.0, 240.0, 20.0),
    "lead": (LEFT, 101.0, 240.0, 50.0),
    "authors": (LEFT, 124.0, 270.0, 16.0),
    "warning": (LEFT, 146.0, 220.0, 24.0),
}
# Layout -> boxes of text, heading of the exhibit, and exhibit.
LAYOUTS: dict[str, dict[str, tuple[float, float, float, float]]] = {
    "text": {"text": (LEFT, 48.0, WIDTH, 110.0)},
    "full": {"caption": (LEFT, 48.0, WIDTH, 7.0), "exhibit": (LEFT, 57.0, WIDTH, 101.0)},
    "beside": {
        "text": (248.667, 48.0, 74.0, 110.0), "caption": (LEFT, 48.0, 222.667, 7.0), "exhibit": (LEFT, 57.0, 222.667, 101.0),
    },
    "above": {"text": (LEFT, 47.0, WIDTH, 26.0), "caption": (LEFT, 75.0, WIDTH, 7.0), "exhibit": (LEFT, 84.0, WIDTH, 74.0)},
}  # fmt: skip
# Sizes of type in points; the distance of two lines is LINE times the size.
SIZES = {
    "headline": 40.0, "section": 40.0, "title": 28.0, "text": 20.0, "above": 18.0, "beside": 17.0, "caption": 14.0, "small": 11.0,
}  # fmt: skip
LINE = 1.28
TABLE_SIZES = (15.0, 13.5, 12.0)  # a table is set in the largest of these that fits, never smaller
FIGURE_TYPE = 8.5  # points of the type in a figure as it is drawn (gkanalysis.report.figures)
SMALLEST = 11.0  # points that the type of a figure must have on a slide
WIDEST = 3  # columns of a table that can stand beside text
TEXT_BLOCKS = {"Para", "Plain", "BulletList", "OrderedList", "BlockQuote", "Div"}

DATA_SLIDE = """
## {statement} {{#datenstand}}

Datensatz: {dataset}. {kind}

- Gerechnet aus {n}; Prüfsumme über alle (SHA-256, Anfang): {digest}
- Gesetzt mit gkanalysis {version}; welche Programme dabei liefen, steht im Prüfbericht
"""


@dataclass(frozen=True)
class Slide:
    """One slide. `number` is the printed one; the title slide is number 1 and no `Slide`.

    `kind` is section, text, figure or table; `title` are pandoc's inline nodes, `text` its blocks.
    `candidates` are the layouts to try, the best first, each with the size of type (table) or of the picture;
    `fit_slides` leaves one of them, and says at which width in millimetres the lines of the title are about equal.
    `level` is that of the heading: 1 until the first section. `topic` is what the exhibit is about, where the heading
    says it: the title states the finding then.
    """

    number: int
    kind: str
    id: str
    title: list[Node]
    section: str
    text: list[Node] = field(default_factory=list)
    notes: list[Node] = field(default_factory=list)
    exhibit: dict[str, Any] | None = None
    candidates: tuple[dict[str, Any], ...] = ()
    title_width: float = 0.0
    level: int = 1
    topic: str = ""

    @property
    def name(self) -> str:
        """How messages call the slide."""
        return f"Folie {self.number} („{plain_text(self.title)}“)"

    @property
    def caption(self) -> str:
        """Heading of the exhibit: the topic of the slide, else its own; empty where it only repeats the statement."""
        exhibit = self.exhibit or {"title": "", "label": ""}
        if self.exhibit and self.topic:
            return self.topic
        same = " ".join(exhibit["title"].split()) == " ".join(plain_text(self.title).split())
        return "" if same else exhibit["title"]

    @property
    def feet(self) -> list[str]:
        """Base, notes and source, one line each."""
        if self.exhibit is None:
            return []
        return [t for t in (self.exhibit["base"], *self.exhibit["notes"], self.exhibit["source"]) if t]


def make_slides(report: Report, document: dict[str, Any], build: Path) -> Setting:
    """What formats are set from, with the slides of an assembled document; the title slide is none of them.

    The last slide says what the data are. What cannot stand on slides is refused, all places in one message: text
    before the first heading, a third level of headings, two exhibits on a slide, a footnote, a figure whose type would
    be too small. The slides share their nodes with the tree.
    """
    exhibits = document["exhibits"]
    tree = parse(document["markdown"] + "\n" + _data_slide(document))
    check_document(tree, exhibits)
    slides, problems = _split(tree["blocks"], exhibits)
    # who reads „siehe Folie 5“ finds it; numbers of figures and tables stand on no slide
    places = {name: f"Folie{NBSP}{s.number}" for s in slides for name in (s.id, (s.exhibit or {}).get("id")) if name}
    link_exhibits(tree, {k: {"id": k, "label": v} for k, v in places.items()}, [])
    for row in (r for e in exhibits.values() for r in e["rows"]):
        row["cells"] = [re.sub(r"\[\]\(#([\w-]+)\)", lambda m: places.get(m[1], m[0]), c) for c in row["cells"]]
    for k, slide in enumerate(slides):
        problems += _forbidden(slide)
        if slide.exhibit is not None:
            slides[k] = replace(slide, candidates=tuple(_candidates(slide, build)))
            if not slides[k].candidates:
                problems.append(
                    f"{slide.name}: Die Abbildung „{slide.exhibit['id']}“ ist zu hoch für eine Folie; ihre Schrift wäre "
                    f"kleiner als {format_count(int(SMALLEST))} Punkt. Bitte weniger Zeilen zeigen oder auf zwei Folien verteilen"
                )
        elif slide.kind == "text":
            slides[k] = replace(slide, candidates=({"layout": "text", "size": SIZES["text"]},))
    if problems:
        raise RenderError(". ".join(problems) + ".")
    slides[-1] = replace(slides[-1], section="Zu den Daten")
    return Setting(report, document, tree, [], build, tuple(slides))


def _data_slide(document: dict[str, Any]) -> str:
    """What every set of slides says at its end of data and programs."""
    files = [file for file, _ in document["raw_files"]]
    forms = sum("forms/" in file for file in files)
    counted = {"eingegangenen Bögen, je Bündnis dem letzten": forms, "weiteren Dateien": len(files) - forms}
    return DATA_SLIDE.format(
        statement="Alle Angaben sind erfunden" if document["synthetic"] else "Alle Angaben sind vertraulich",
        dataset=escape_markdown(document["dataset"]),
        kind=data_mark(document["synthetic"]),
        n=" und ".join(f"{format_count(n)}{NBSP}{what}" for what, n in counted.items() if n),
        digest=digest_of_files(document["raw_files"]),
        version=document["version"],
    )


def _split(blocks: Sequence[Node], exhibits: dict[str, Any]) -> tuple[list[Slide], list[str]]:
    """Blocks cut at their headings, and what cannot stand where it stands."""
    slides: list[Slide] = []
    problems: list[str] = []
    section = ""
    for block in blocks:
        words = plain_text(block)
        if block["t"] == "Header":
            level, (identifier, _, attributes), inlines = block["c"]
            words = plain_text(inlines)
            if level > 2:
                problems.append(f"Die Überschrift „{words}“ liegt zu tief; Folien haben zwei Ebenen (# und ##)")
                continue
            section = words if level == 1 else section
            kind, topic = "section" if level == 1 else "text", dict(attributes).get("topic", "")
            depth = level if section else 1  # a reader that lists headings must not miss a level
            slides.append(Slide(len(slides) + 2, kind, identifier, inlines, section, level=depth, topic=topic))
        elif not slides:
            problems.append(f"Vor der ersten Überschrift steht „{words[:60]}“; jede Folie beginnt mit # oder ##")
        elif div_class(block) == "exhibit":
            last, exhibit = slides[-1], exhibits[block["c"][0][0]]
            if last.kind == "text":
                slides[-1] = replace(last, kind=exhibit["kind"], exhibit=exhibit)
                continue
            why = "ein Abschnitt zeigt keine" if last.kind == "section" else "eine Folie zeigt höchstens eine"
            problems.append(f"{last.name}: Die Darstellung „{exhibit['id']}“ ist zu viel, {why}")
        elif div_class(block) == "notes":
            slides[-1].notes.extend(block["c"][1])
        else:
            slides[-1].text.append(block)
    return slides, problems


def _forbidden(slide: Slide) -> list[str]:
    """What is in the text of a slide and has no place there."""
    if not plain_text(slide.title).strip():
        return [f"Folie {slide.number} hat keinen Titel; dort steht die Aussage der Folie"]
    if slide.kind == "text" and not slide.text:
        return [f"{slide.name} ist leer; bitte Text oder eine Darstellung ergänzen"]
    kinds = [b["t"] for b in slide.text if b["t"] not in TEXT_BLOCKS]
    kinds += [n["t"] for n in walk([slide.text, slide.title]) if n.get("t") in ("Note", "CodeBlock")]
    names = {"Note": "eine Fußnote", "CodeBlock": "ein Block Code"}
    return [
        f"{slide.name}: Auf Folien stehen Absätze, Listen, Zitate und Kästen; hier steht {names.get(k, k)}"
        for k in dict.fromkeys(kinds)
    ]


def _candidates(slide: Slide, build: Path) -> list[dict[str, Any]]:
    """Layouts that a slide may have, the best first; none if a figure would be too small in all of them."""
    exhibit = slide.exhibit
    layouts = ["beside", "above"] if slide.text else ["full"]
    if exhibit["kind"] == "table":
        if len(exhibit["header"]) > WIDEST and slide.text:
            layouts = ["above"]
        return [{"layout": name, "size": size} for size in TABLE_SIZES for name in layouts]
    width, height = svg_size((build / exhibit["chapter"] / "figures" / f"{exhibit['id']}.svg").read_bytes())
    fitting = []
    for name in layouts:
        _, y, w, h = LAYOUTS[name]["exhibit"]
        h += 0 if slide.caption else y - LAYOUTS[name]["caption"][1]
        scale = min(w / width, h / height)
        if scale * FIGURE_TYPE >= SMALLEST:
            fitting.append({"layout": name, "size": scale, "width": scale * width, "height": scale * height})
    return sorted(fitting, key=lambda c: -c["size"])


def svg_size(svg: bytes) -> tuple[float, float]:
    """Width and height of a drawing in millimetres; it has to say them in points.

    >>> [round(x, 1) for x in svg_size(b'<svg height="72pt" viewBox="0 0 9 9" width="144pt">')]
    [50.8, 25.4]
    """
    head = (re.search(rb"<svg\b[^>]*>", svg) or [b""])[0]
    sides = [re.search(rb'\s%s="([\d.]+)pt"' % name, head) for name in (b"width", b"height")]
    if not all(sides):
        raise RenderError(
            "Eine Abbildung nennt ihre Größe nicht in Punkten; sie lässt sich nicht auf eine Folie setzen."
        )
    width, height = (float(side[1]) * 25.4 / 72 for side in sides)
    return width, height
