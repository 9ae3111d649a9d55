"""Set a report from its assembled document: HTML, PDF or DOCX, slides as HTML, PDF or PPTX, atomically."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import BY_HAND, write_for_people
from gkanalysis.disclosure.check import check_files
from gkanalysis.report.document import (
    Node,
    Setting,
    check_document,
    data_mark,
    digest_of_files,
    escape_markdown,
    link_exhibits,
    number_headings,
    parse,
)

HANDED = "weitergabe"  # folder of a report with what may be handed on
LAST_PAGE = """

# Impressum {{#impressum .unnumbered}}

{imprint}

**Daten.** {dataset}. {kind}

**Rechnung.** gkanalysis {version}, aus {n} eingegangenen Dateien; Prüfsumme über alle (SHA-256, Anfang): {digest}. Welche
Programme dabei liefen, steht im Prüfbericht.

::: {{.lists}}
:::
"""

END_OF_PROFILE = """

*Der Bogen ist für Ihr Bündnis gemacht; aus ihm lässt sich nicht errechnen, was ein anderes geantwortet hat. Wer ihn
weitergibt, zeigt die eigenen Angaben. Gerechnet mit gkanalysis {version}.*
"""


def render_report(
    report: Report, paths: ProjectPaths, formats: Sequence[str] = (), notes: Mapping[str, str] | None = None
) -> list[str]:
    """Write `reports/<report>/<report>.<format>` for these formats, by default all of it; sentences for the log.

    With `notes`, number -> what was counted, also the folder `weitergabe`: what may be handed on, and nothing else.

    Raises
    ------
    DisclosureError
        If a name stands in one of them that the policy keeps confidential; none of them appears then.
    RenderError
        If a value, label or alternative text is missing, or the typesetter refuses the document.
    UsageError
        If the definition of the report does not name the format.
    """
    for suffix in set(formats) - set(report.formats):
        raise UsageError(
            f"„{report.id}“ gibt es nicht als {suffix}; sein Eintrag „formats“ nennt {', '.join(report.formats)}."
        )
    build = paths.build / "reports" / report.id
    document = json.loads((build / "document.json").read_text(encoding="utf-8"))
    if report.kind == "slides":
        from gkanalysis.report.pdf import fit_slides
        from gkanalysis.report.slides import make_slides

        setting = fit_slides(make_slides(report, document, build))
    else:
        setting = prepare(report, document, build)
    made = {}
    for suffix in formats or report.formats:
        made[f"{report.id}.{suffix}"] = render_as(suffix, setting, paths)
    handed = {}
    if notes is not None:
        handed = {f"{HANDED}/{name}": content for name, content in made.items()}
        if "html" in (formats or report.formats):
            handed[f"{HANDED}/{report.id}.html"] = import_module("gkanalysis.report.html").render_html(
                copy.deepcopy(setting), notes
            )
    check_files(report, paths, made | {name: c for name, c in handed.items() if name.endswith(".html")})
    folder = paths.reports / report.id
    if handed:
        exhibits = (p for kind in ("tables", "figures") for p in (folder / kind).iterdir())
        handed |= {f"{HANDED}/{p.parent.name}/{p.name}": p.read_bytes() for p in exhibits}
    written = {folder / name: (c, "") for name, c in (made | handed).items()}
    lines = write_for_people(paths.build, f"bericht-{report.id}", written)
    lines += [f"{os.path.relpath(folder / name, paths.root)} ({len(c) / 1000:.0f} kB)" for name, c in made.items()]
    for path in (folder / HANDED).rglob("*"):
        if handed and path.is_file() and path not in written and BY_HAND not in path.stem:
            path.unlink()
    return lines


def render_as(suffix: str, setting: Setting, paths: ProjectPaths) -> bytes:
    """A document in one format; the setting stays as it is."""
    render = getattr(import_module(f"gkanalysis.report.{suffix}"), f"render_{suffix}")
    template = [paths.root / f"reports/reference.{suffix}"] if suffix in ("docx", "pptx") else []
    return render(copy.deepcopy(setting), *template)  # each format changes the document in its own way


def prepare(report: Report, document: dict[str, Any], build: Path) -> Setting:
    """The document with the last page, numbers and links."""
    is_profile = report.kind == "profile"
    last = (END_OF_PROFILE if is_profile else LAST_PAGE).format(
        dataset=escape_markdown(document["dataset"]),
        kind=data_mark(document["synthetic"]),
        n=len(document["raw_files"]),
        digest=digest_of_files(document["raw_files"]),
        imprint="\n\n".join(f"**{k}.** {escape_markdown(v)}" for k, v in _imprint(report).items()),
        version=document["version"],
    )
    tree = parse(document["markdown"] + last)
    if not is_profile:
        _place_contents(tree["blocks"])
    headings = number_headings(tree)
    check_document(tree, document["exhibits"])
    link_exhibits(tree, document["exhibits"], headings)
    return Setting(report, document, tree, headings, build)


def _imprint(report: Report) -> dict[str, str]:
    """Who made the report and how it is cited, then what its definition adds."""
    authors, title = " / ".join(report.authors), f"{report.title}. {report.subtitle}".rstrip(". ")
    citation = f"{authors} ({report.date[:4]}): {title}. {report.institution}."
    return {"Verfasst von": authors, "Herausgeber": report.institution, **report.imprint, "Zitiervorschlag": citation}


def _place_contents(blocks: list[Node]) -> None:
    """Mark the place of the contents: after the chapters whose heading has the class `front`."""
    heads = ((k, *b["c"]) for k, b in enumerate(blocks) if b["t"] == "Header")
    first = next(k for k, level, (_, classes, _), _ in heads if level == 1 and "front" not in classes)
    blocks.insert(first, {"t": "Div", "c": [["", ["contents"], []], []]})
