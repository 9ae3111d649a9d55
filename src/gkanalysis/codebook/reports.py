"""The definition of a report: title, authors, chapters in order with their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from gkanalysis.codebook import declared as d
from gkanalysis.codebook.typed import typed_results, typed_sentence
from gkanalysis.core.errors import UsageError
from gkanalysis.core.lookup import listed

ID = re.compile(r"[a-z][a-z0-9-]*")  # names folders, files and targets of make
# kind of report -> the formats it can be set in
FORMATS = {"report": ("html", "pdf", "docx"), "profile": ("html", "pdf", "docx"), "slides": ("html", "pdf", "pptx")}
Id = Annotated[d.Text, d.matching(ID.pattern, "enthält anderes als a–z, 0–9 und Bindestriche")]
DAY = r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?"
Day = Annotated[d.Text, d.matching(DAY, "hat nicht die Form „2019-09“ oder „2019-09-30“")]


@d.declared
class ChapterDefinition:
    """One notebook of a report; a notebook may serve several chapters."""

    id: Id = d.key("Kennung des Kapitels")
    notebook: d.Text = d.key("Notebook im Ordner „notebooks“, ohne Endung")
    parameters: Mapping[str, Any] = d.key("Parameter des Notebooks", {})
    title: d.AnyText = d.key("Überschrift anstelle der des Notebooks; auf Folien die Aussage", "")
    level: Literal[1, 2] = d.key("Ebene der Überschrift, nur neben „title“", 1)
    intro: d.AnyText = d.key("Text unter der Überschrift (Markdown)", "")
    text: d.AnyText | None = d.key("Text anstelle der ersten Absätze des Notebooks (Markdown)", None)
    topic: d.AnyText = d.key("auf Folien die Überschrift der Darstellung", "")


class _Definition(d.Declared):
    title: d.Text = d.key("Titel")
    authors: d.Some[d.Text] = d.key("Verfasserinnen und Verfasser")
    institution: d.Text = d.key("Einrichtung")
    date: Day = d.key("Stand: Monat oder Tag")
    language: d.Text = d.key("Sprache, wie „de“")
    description: d.Text = d.key("worum es geht, in ein bis zwei Sätzen")
    sources: d.Some[d.Text] = d.key("Quellen, aus denen der Bericht rechnet")
    chapters: d.Some[ChapterDefinition] = d.key("Kapitel in ihrer Reihenfolge")
    subtitle: d.AnyText = d.key("Untertitel", "")
    keywords: d.Many[d.Text] = d.key("Schlagwörter", ())
    printed: d.Flag = d.key("false: der Bericht hat keine gedruckte Vorlage, mit der verglichen wird", True)
    imprint: Mapping[str, str] = d.key(
        "Impressum: Angabe und Text, wie „Auftrag: …“; die Zitierweise ergibt sich von selbst", {}
    )
    kind: Literal["report", "slides", "profile"] = d.key(
        "Bericht (report), Folien (slides) oder Rückmeldung an jedes Bündnis (profile, im Ordner „profiles“)", "report"
    )
    formats: d.Many[d.Text] | None = d.key("Ausgaben: html, pdf, docx; bei Folien html, pdf, pptx", None)


class Report(_Definition):
    """A checked definition; see `read_report`."""

    id: str
    formats: tuple[str, ...] = FORMATS["report"]


def read_report(root: Path, report_id: str, folder: str = "reports") -> Report:
    """Read `reports/<report_id>.yml`, or that of another folder.

    A `UsageError` if there is no such report; a `CodebookError` with all that is missing, unknown or typed by hand.
    """
    path = root / folder / f"{report_id}.yml"
    if not ID.fullmatch(report_id) or not path.exists():
        there = ", ".join(sorted(p.stem for p in (root / folder).glob("*.yml")))
        raise UsageError(f"Einen Bericht „{report_id}“ gibt es nicht; vorhanden sind: {there}.")
    report = REPORTS.read(path, root)
    formats = FORMATS[report.kind] if report.formats is None else report.formats
    return Report.model_construct(**dict(report) | {"id": report_id, "formats": formats})


def _slips(report: _Definition, root: Path) -> d.Slips:
    """Values that are of the right kind and yet wrong."""
    offered, formats = FORMATS[report.kind], report.formats
    if formats is not None and not 0 < len(formats) == len(set(formats) & set(offered)):
        clause = f"„formats“ nennt für „kind: {report.kind}“ eines oder mehrere von {', '.join(offered)}"
        yield ("formats",), f"{clause}, jedes einmal"
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
            clause = f"das Notebook „{chapter.notebook}“ gibt es nicht in „notebooks“"
            yield (*place, "notebook"), f"{clause}; dort liegen {listed(notebooks, chapter.notebook)}"
            continue
        for name in ("title", "topic", "intro", "text"):
            for phrase in typed_results(getattr(chapter, name) or ""):
                yield place, f"{name}: {typed_sentence(phrase)}"


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


REPORTS = d.Declaration("bericht", "Bericht", _Definition, ("reports/*.yml",), _slips)
