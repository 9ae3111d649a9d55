"""The definition of a report: title, authors, chapters in order with their parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from gkanalysis.codebook.declared import (
    AnyText,
    Declaration,
    Declared,
    Many,
    Slips,
    Some,
    Text,
    key,
    matching,
)
from gkanalysis.core.errors import UsageError
from gkanalysis.core.lookup import listed

ID = re.compile(r"[a-z][a-z0-9-]*")  # names folders, files and targets of make
# kind of report -> the formats it can be set in
FORMATS = {"report": ("html", "pdf", "docx"), "slides": ("html", "pdf", "pptx")}
Id = Annotated[Text, matching(ID.pattern, "enthält anderes als a–z, 0–9 und Bindestriche")]
Day = Annotated[
    Text,
    matching(
        r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", "hat nicht die Form „2019-09“ oder „2019-09-30“"
    ),
]


class _Chapter(Declared):
    id: Id = key("Kennung des Kapitels")
    notebook: Text = key("Notebook im Ordner „notebooks“, ohne Endung")
    parameters: Mapping[str, Any] = key("Parameter des Notebooks", {})
    title: AnyText = key("Überschrift anstelle der des Notebooks; auf Folien die Aussage", "")
    level: Literal[1, 2] = key("Ebene der Überschrift, nur neben „title“", 1)
    intro: AnyText = key("Text unter der Überschrift (Markdown)", "")
    text: AnyText | None = key("Text anstelle der ersten Absätze des Notebooks (Markdown)", None)
    topic: AnyText = key("auf Folien die Überschrift der Darstellung", "")


class _Definition(Declared):
    title: Text = key("Titel")
    authors: Some[Text] = key("Verfasserinnen und Verfasser")
    institution: Text = key("Einrichtung")
    date: Day = key("Stand: Monat oder Tag")
    language: Text = key("Sprache, wie „de“")
    description: Text = key("worum es geht, in ein bis zwei Sätzen")
    sources: Some[Text] = key("Quellen, aus denen der Bericht rechnet")
    chapters: Some[_Chapter] = key("Kapitel in ihrer Reihenfolge")
    subtitle: AnyText = key("Untertitel", "")
    keywords: Many[Text] = key("Schlagwörter", ())
    kind: Literal["report", "slides"] = key("Bericht (report) oder Folien (slides)", "report")
    formats: Many[Text] | None = key("Ausgaben: html, pdf, docx; bei Folien html, pdf, pptx", None)


@dataclass(frozen=True, slots=True)
class ChapterDefinition:
    """One notebook of a report.

    A notebook may serve several chapters: `title` stands in place of its first heading, `level` says how deep that
    heading lies (1 or 2; headings below it move along), `intro` is Markdown that follows it. On slides `title` is the
    statement, `topic` the heading of the exhibit; `text` stands in place of the notebook's first paragraphs.
    """

    id: str
    notebook: str
    parameters: Mapping[str, Any]
    title: str = ""
    level: int = 1
    intro: str = ""
    text: str | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A checked definition; see `read_report`."""

    id: str
    title: str
    subtitle: str
    authors: tuple[str, ...]
    institution: str
    date: str
    language: str
    sources: tuple[str, ...]
    chapters: tuple[ChapterDefinition, ...]
    keywords: tuple[str, ...]
    description: str
    kind: str = "report"
    formats: tuple[str, ...] = FORMATS["report"]


def read_report(
    root: Path,
    report_id: str,
    in_texts: Callable[[Mapping[str, Any]], list[str]] = lambda texts: [],
) -> Report:
    """Read `reports/<report_id>.yml`.

    Parameters
    ----------
    in_texts : what is wrong in the texts that a report writes into the chapter of a notebook

    Raises
    ------
    UsageError
        If there is no such report; the message lists those that exist.
    CodebookError
        If something is missing, unknown or of the wrong kind, or a notebook does not exist.
    """
    path = root / "reports" / f"{report_id}.yml"
    if not ID.fullmatch(report_id) or not path.exists():
        there = ", ".join(sorted(p.stem for p in (root / "reports").glob("*.yml")))
        raise UsageError(f"Einen Bericht „{report_id}“ gibt es nicht; vorhanden sind: {there}.")
    report = REPORTS.read(path, root, in_texts)
    chapters = tuple(ChapterDefinition(**vars(c)) for c in report.chapters)
    formats = FORMATS[report.kind] if report.formats is None else report.formats
    return Report(id=report_id, **{**vars(report), "chapters": chapters, "formats": formats})


def _slips(report: _Definition, root: Path, in_texts: Callable[[Mapping[str, Any]], list[str]]) -> Slips:
    """Values that are of the right kind and yet wrong."""
    offered, formats = FORMATS[report.kind], report.formats
    if formats is not None and (
        not formats or len(set(formats)) < len(formats) or not set(formats) <= set(offered)
    ):
        yield (
            ("formats",),
            f"„formats“ nennt für „kind: {report.kind}“ eines oder mehrere von {', '.join(offered)}, jedes einmal",
        )
    notebooks = [p.stem for p in sorted((root / "notebooks").glob("*.ipynb"))]
    for k, chapter in enumerate(report.chapters):
        place = ("chapters", k)
        if chapter.id in [c.id for c in report.chapters[:k]]:
            yield place, f"die Kennung „{chapter.id}“ ist doppelt"
        if chapter.level != 1 and not chapter.title:
            yield (*place, "level"), "„level“ steht nur neben „title“"
        for name, given in chapter.parameters.items():
            if wrong := _wrong_parameter(chapter.id, name, given):
                yield (*place, "parameters", name), wrong
        if chapter.notebook not in notebooks:
            there = listed(notebooks, chapter.notebook)
            yield (
                (*place, "notebook"),
                f"das Notebook „{chapter.notebook}“ gibt es nicht in „notebooks“; dort liegen {there}",
            )
            continue
        texts = {name: getattr(chapter, name) for name in ("title", "topic", "intro", "text")}
        for wrong in in_texts(texts):
            yield place, wrong


def _wrong_parameter(chapter_id: str, name: str, given: Any) -> str:
    """What is wrong with a parameter without knowing its notebook; "" if nothing is."""
    if not str(name).endswith("_id"):
        return ""
    if isinstance(given, bool):  # plain YAML takes no, off and yes for it
        return f"„{name}“ ist für YAML ja oder nein; bitte den Text in Anführungszeichen setzen"
    if not isinstance(given, str):
        kind = "eine Zahl" if isinstance(given, int | float) else "kein Text"
        return f"„{name}: {given}“ ist {kind}; bitte in Anführungszeichen setzen"
    if name == "chapter_id" and given != chapter_id:
        return f"„chapter_id: {given}“ steht im Kapitel „{chapter_id}“; beide müssen gleich sein, bitte „{chapter_id}“ eintragen"
    return ""


REPORTS = Declaration("bericht", "Bericht", _Definition, ("reports/*.yml",), _slips)
