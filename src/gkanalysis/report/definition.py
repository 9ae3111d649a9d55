"""The definition of a report (YAML): title, authors, chapters in order with their parameters and inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import CodebookError, UsageError
from gkanalysis.core.lookup import listed
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.yamlproblem import why_unreadable
from gkanalysis.report.typed import typed_in_texts

ID = re.compile(r"[a-z][a-z0-9-]*")  # names folders, files and targets of make
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
KINDS = {
    str: "ein Text (Anführungszeichen helfen)",
    list: "eine Liste in eckigen Klammern",
    dict: "ein Block",
    int: "eine ganze Zahl",
}
# name -> kind, and whether it must be there
REPORT_KEYS = {
    "title": (str, True), "subtitle": (str, False), "authors": (list, True), "institution": (str, True),
    "date": (str, True), "language": (str, True), "description": (str, True), "keywords": (list, False),
    "sources": (list, True), "chapters": (list, True), "kind": (str, False), "formats": (list, False),
}  # fmt: skip
# kind of report -> the formats it can be set in
FORMATS = {"report": ("html", "pdf", "docx"), "slides": ("html", "pdf", "pptx")}
CHAPTER_KEYS = {
    "id": (str, True),
    "notebook": (str, True),
    "inputs": (list, True),
    "parameters": (dict, False),
    "title": (str, False),
    "level": (int, False),
    "intro": (str, False),
    "text": (str, False),
    "topic": (str, False),
}


@dataclass(frozen=True, slots=True)
class ChapterDefinition:
    """One notebook of a report. `inputs` are tables of `data/processed`, by name without ending.

    A notebook may serve several chapters: `title` stands in place of its first heading, `level` says how deep that
    heading lies (1 or 2; headings below it move along), `intro` is Markdown that follows it. On slides `title` is the
    statement, `topic` the heading of the exhibit; `text` stands in place of the notebook's first paragraphs.
    """

    id: str
    notebook: str
    inputs: tuple[str, ...]
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


def read_report(root: Path, report_id: str) -> Report:
    """Read `reports/<report_id>.yml`.

    Raises
    ------
    UsageError
        If there is no such report; the message lists those that exist.
    CodebookError
        If something is missing, unknown or of the wrong kind, or a notebook does not exist.
    """
    path = root / "reports" / f"{report_id}.yml"
    if not ID.fullmatch(report_id) or not path.exists():
        known = ", ".join(sorted(p.stem for p in (root / "reports").glob("*.yml")))
        raise UsageError(f"Einen Bericht „{report_id}“ gibt es nicht; vorhanden sind: {known}.")
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and isinstance(content.get("date"), date):
            content["date"] = content[
                "date"
            ].isoformat()  # YAML takes 2019-09-30 for a date, 2019-09 for a text
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CodebookError(f"„{path}“ ist nicht lesbar: {why_unreadable(error)}.") from None
    problems = _problems(content, REPORT_KEYS)
    if not problems:
        for number, chapter in enumerate(content["chapters"], start=1):
            problems += [f"Kapitel {number}: {p}" for p in _problems(chapter, CHAPTER_KEYS)]
    if not problems:
        problems = _wrong_values(content, root)
    if problems:
        raise CodebookError(f"„{path}“: {'; '.join(problems)}.")
    chapters = tuple(
        ChapterDefinition(**{"parameters": {}, **c, "inputs": tuple(c["inputs"])})
        for c in content["chapters"]
    )
    d = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
    formats = FORMATS[d.get("kind", "report")]
    return Report(
        id=report_id, **{"subtitle": "", "keywords": (), "formats": formats, **d, "chapters": chapters}
    )


def _problems(content: Any, keys: Mapping[str, tuple[type, bool]]) -> list[str]:
    """What is missing, unknown or of the wrong kind in a mapping; `keys` give kind and whether it must be there."""
    if not isinstance(content, dict):
        return ["es sind keine Angaben der Form „name: wert“"]
    found = [f"es fehlt „{k}“" for k, (_, needed) in keys.items() if needed and not content.get(k)]
    found += [f"unbekannt ist „{k}“ (bekannt: {', '.join(keys)})" for k in content if k not in keys]
    for key, (kind, _) in keys.items():
        if key in content and not isinstance(content[key], kind):
            found.append(f"„{key}“ ist nicht {KINDS[kind]}")
    return found


def _wrong_values(content: Mapping[str, Any], root: Path) -> list[str]:
    """Values that are of the right kind and yet wrong."""
    found = []
    if not DATE.fullmatch(content["date"]):
        found.append(f"das Datum „{content['date']}“ hat nicht die Form „2019-09“ oder „2019-09-30“")
    lists = {k: content.get(k, []) for k in ("authors", "sources", "keywords")}
    lists |= {f"inputs von {c['id']}": c["inputs"] for c in content["chapters"]}
    found += [
        f"„{k}“ enthält etwas anderes als Texte"
        for k, v in lists.items()
        if not all(isinstance(x, str) for x in v)
    ]
    kind, formats = content.get("kind", "report"), [str(f) for f in content.get("formats", ["html"])]
    if kind not in FORMATS:
        found.append(f"„kind: {kind}“ gibt es nicht; möglich sind {' und '.join(FORMATS)}")
    elif not formats or len(set(formats)) < len(formats) or not set(formats) <= set(FORMATS[kind]):
        offered = ", ".join(FORMATS[kind])
        found.append(f"„formats“ nennt für „kind: {kind}“ eines oder mehrere von {offered}, jedes einmal")
    ids = [c["id"] for c in content["chapters"]]
    for chapter in content["chapters"]:
        if not ID.fullmatch(chapter["id"]) or ids.count(chapter["id"]) > 1:
            found.append(
                f"die Kennung „{chapter['id']}“ ist doppelt oder enthält anderes als a–z, 0–9 und Bindestriche"
            )
        if chapter.get("level", 1) not in (1, 2) or ("level" in chapter and "title" not in chapter):
            found.append(f"„level“ von {chapter['id']} ist 1 oder 2 und steht nur neben „title“")
        notebook = root / "notebooks" / f"{chapter['notebook']}.ipynb"
        if not notebook.exists():
            known = [p.stem for p in sorted(notebook.parent.glob("*.ipynb"))]
            found.append(
                f"das Notebook „{chapter['notebook']}“ gibt es nicht in „notebooks“; dort liegen {listed(known, chapter['notebook'])}"
            )
            continue
        found += _wrong_parameters(chapter["id"], chapter.get("parameters", {}))
        texts = {k: chapter.get(k) for k in ("title", "topic", "intro", "text")}
        found += [f"{chapter['id']}, {problem}" for problem in typed_in_texts(texts, notebook)]
    return list(dict.fromkeys(found))


def _wrong_parameters(chapter_id: str, parameters: Mapping[str, Any]) -> list[str]:
    """What is wrong with the parameters of a chapter without knowing its notebook."""
    found = []
    for name, given in parameters.items():
        if not str(name).endswith("_id"):
            continue
        if isinstance(given, bool):  # plain YAML takes no, off and yes for it
            found.append(
                f"{chapter_id}, „{name}“ ist für YAML ja oder nein; bitte den Text in Anführungszeichen setzen"
            )
        elif not isinstance(given, str):
            kind = "eine Zahl" if isinstance(given, int | float) else "kein Text"
            found.append(f"{chapter_id}, „{name}: {given}“ ist {kind}; bitte in Anführungszeichen setzen")
        elif name == "chapter_id" and given != chapter_id:
            found.append(
                f"„chapter_id: {given}“ steht im Kapitel „{chapter_id}“; beide müssen gleich sein, bitte „{chapter_id}“ eintragen"
            )
    return found


def chapter_parameters(
    report: Report, chapter_id: str, paths: ProjectPaths, data: str
) -> tuple[Path, dict[str, Any]]:
    """Notebook and parameters of a chapter.

    Raises
    ------
    UsageError
        If the report has no such chapter.
    """
    for chapter in report.chapters:
        if chapter.id == chapter_id:
            notebook = paths.root / "notebooks" / f"{chapter.notebook}.ipynb"
            return notebook, {"report": report.id, "data": data, **chapter.parameters}
    known = ", ".join(c.id for c in report.chapters)
    raise UsageError(f"Der Bericht „{report.id}“ hat kein Kapitel „{chapter_id}“; er hat {known}.")


def make_rules(report: Report, paths: ProjectPaths) -> str:
    """Rules for make: what each chapter of a report and the report itself are made from.

    A chapter whose inputs changed loses its record, and one step computes all chapters without one: loading the
    libraries takes longer than most chapters, so they are loaded once. `copies` and `gone` are functions of the
    Makefile: an exhibit or list that was deleted is written again.
    """

    def short(path: Path) -> str:
        return path.relative_to(paths.root).as_posix()

    processed, folder, build = (
        short(p) for p in (paths.processed, paths.reports / report.id, paths.build / "reports" / report.id)
    )
    books = " ".join(
        short(b) for b in (paths.codebooks / "register.yml", *map(paths.codebook, report.sources))
    )
    lines = [f"# Rules of the report {report.id}; made from reports/{report.id}.yml\n"]
    lines.append(f"FORMATS_{report.id} := {' '.join(report.formats)}\n")
    chapters = []
    for chapter in report.chapters:
        chapters.append(f"{build}/{chapter.id}")
        inputs = " ".join(f"{processed}/{name}.parquet" for name in chapter.inputs)
        lines.append(
            f"{build}/{chapter.id}/chapter.json: notebooks/{chapter.notebook}.ipynb reports/{report.id}.yml {inputs} "
            f"{processed}/dataset.json {books} $(LIB_REPORT) $(ENV)\n"
            "\t@rm -f $@\n"
        )
    lines.append(
        f"{build}/chapters.ok: {' '.join(f'{c}/chapter.json' for c in chapters)}\n"
        f"\t$(GK) chapter {report.id} --data $(DATA)\n"
        "\t@touch $@\n"
    )
    tables = " ".join(
        f"{processed}/{source}-{name}.parquet"
        for source in report.sources
        for name in ("losses", "questions")
    )
    made = f"{build}/document.json {folder}/losses.csv {folder}/rueckfragen.csv {folder}/arbeit/werte.json"
    lines.append(
        f"{folder}/values.json: {build}/chapters.ok reports/{report.id}.yml {tables} "
        f"{processed}/raw-files.csv {processed}/dataset.json $(LIB_REPORT) $(ENV) "
        f"$(call gone,{made} $(call copies,{folder},{' '.join(chapters)}))\n"
        f"\t@rm -f {folder}/.[a-z]*.* {build}/.document.json.*\n"
        f"\t$(GK) assemble {report.id} --data $(DATA)\n"
    )
    lines.append(
        f"{folder}/herkunft.html: {folder}/values.json $(LIB_VERIFY) $(ENV)\n"
        f"\t@rm -f {folder}/.herkunft.html.*\n"
        f"\t$(GK) origins {report.id} --data $(DATA)\n"
    )
    for suffix in report.formats:
        template = f" $(wildcard reports/reference.{suffix})" if suffix in ("docx", "pptx") else ""
        beside = f" {folder}/herkunft.html" if suffix == "html" else ""  # every number links there
        lines.append(
            f"{folder}/{report.id}.{suffix}: {folder}/values.json{beside}{template} $(LIB_REPORT) $(ENV)\n"
            f"\t@rm -f {folder}/.{report.id}.{suffix}.*\n"
            f"\t$(GK) render {report.id} --format {suffix} --data $(DATA)\n"
        )
    return "\n".join(lines)
