"""Set a report from its assembled document: HTML, PDF or DOCX, slides as HTML, PDF or PPTX, atomically."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes
from gkanalysis.disclosure.check import check_file
from gkanalysis.report.document import (
    Node,
    Setting,
    check_document,
    data_mark,
    escape_markdown,
    link_exhibits,
    number_headings,
    parse,
)

LAST_PAGE = """

# Daten, Dateien und Versionen {{#datenstand .unnumbered}}

Datensatz: {dataset}. {kind}

Der Bericht ist aus {n} eingegangenen Dateien gerechnet. Die Namen der Dateien nennen Bündnisse und stehen deshalb
nicht hier. Je Ordner steht die Prüfsumme (SHA-256) über die Liste seiner Dateien mit ihren Prüfsummen, wie `sha256sum`
sie schreibt, nach Namen geordnet; schon ein geändertes Kreuz ergibt eine andere Summe.

::: {{.exhibit #rohdateien}}
:::

::: {{.exhibit #versionen}}
:::

# Impressum {{#impressum .unnumbered}}

{imprint}

::: {{.lists}}
:::
"""


def render_report(report: Report, paths: ProjectPaths, format_: str) -> str:
    """Write `reports/<report>/<report>.<format_>`; returns a sentence for the log.

    Raises
    ------
    DisclosureError
        If a name stands in it that the policy keeps confidential; the file does not appear then.
    RenderError
        If a value, label or alternative text is missing, or the typesetter refuses the document.
    UsageError
        If the definition of the report does not name the format.
    """
    if format_ not in report.formats:
        raise UsageError(
            f"„{report.id}“ gibt es nicht als {format_}; sein Eintrag „formats“ nennt {', '.join(report.formats)}."
        )
    build, target = paths.build / "reports" / report.id, paths.reports / report.id
    document = json.loads((build / "document.json").read_text(encoding="utf-8"))
    reference = paths.root / f"reports/reference.{format_}"
    if report.kind == "slides":
        from gkanalysis.report.pdf import fit_slides
        from gkanalysis.report.slides import make_slides

        setting = fit_slides(make_slides(report, document, build))
    else:
        setting = prepare(report, document, build)
    if format_ == "html":
        from gkanalysis.report.html import render_html

        content = render_html(setting)
    elif format_ == "pdf":
        from gkanalysis.report.pdf import render_pdf

        content = render_pdf(setting)
    elif format_ == "docx":
        from gkanalysis.report.docx import render_docx

        content = render_docx(setting, reference)
    else:
        from gkanalysis.report.pptx import render_pptx

        content = render_pptx(setting, reference)
    path = target / f"{report.id}.{format_}"
    check_file(report, paths, path.name, content)
    write_bytes(path, content)
    return f"{path.relative_to(paths.root)} ({len(content) / 1000:.0f} kB)"


def prepare(report: Report, document: dict[str, Any], build: Path) -> Setting:
    """The document with the last page, numbers and links."""
    last = LAST_PAGE.format(
        dataset=escape_markdown(document["dataset"]),
        kind=data_mark(document["synthetic"]),
        n=len(document["raw_files"]),
        imprint="\n\n".join(f"**{k}.** {escape_markdown(v)}" for k, v in _imprint(report).items()),
    )
    tree = parse(document["markdown"] + last)
    _place_contents(tree["blocks"])
    headings = number_headings(tree)
    exhibits = document["exhibits"] | _last_page_tables(document)
    check_document(tree, exhibits)
    link_exhibits(tree, exhibits, headings)
    return Setting(report, document | {"exhibits": exhibits}, tree, headings, build)


def _imprint(report: Report) -> dict[str, str]:
    """Who made the report and how it is cited, then what its definition adds."""
    authors, title = " / ".join(report.authors), f"{report.title}. {report.subtitle}".rstrip(". ")
    citation = f"{authors} ({report.date[:4]}): {title}. {report.institution}."
    return {"Verfasst von": authors, "Herausgeber": report.institution, **report.imprint, "Zitiervorschlag": citation}


def _place_contents(blocks: list[Node]) -> None:
    """Mark the place of the contents: after the chapters whose heading has the class `front`."""
    chapters = (
        k for k, b in enumerate(blocks) if b["t"] == "Header" and b["c"][0] == 1 and "front" not in b["c"][1][1]
    )
    blocks.insert(next(chapters), {"t": "Div", "c": [["", ["contents"], []], []]})


def _last_page_tables(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The lists of files and versions as plain tables without a label."""

    def table(exhibit_id: str, title: str, header: list[str], rows: list[list[str]]) -> dict[str, Any]:
        return {
            "id": exhibit_id, "kind": "table", "label": "", "title": title, "base": "", "source": "", "notes": [],
            "header": header, "rows": [{"cells": r, "kind": "row", "level": 0} for r in rows], "plain": True,
        }  # fmt: skip

    files = _folders(document["raw_files"])
    return {
        "rohdateien": table("rohdateien", "Eingegangene Dateien", ["Ordner", "SHA-256 (Anfang)"], files),
        "versionen": table("versionen", "Verwendete Programme", ["Programm", "Version"], document["versions"]),
    }


def _folders(files: list[list[str]]) -> list[list[str]]:
    """One row a folder with number and checksum of its files; their names would tell who answered."""
    lists: dict[str, list[str]] = {}
    for name, digest in sorted(files):
        lists.setdefault(name.rpartition("/")[0] or "oberste Ebene", []).append(f"{digest}  {name}\n")
    sums = {folder: hashlib.sha256("".join(lines).encode()).hexdigest() for folder, lines in lists.items()}
    counted = {f: f"{len(lines)} Datei{'en' * (len(lines) > 1)}" for f, lines in lists.items()}
    return [[f"{folder} ({counted[folder]})", f"{sums[folder][:20]}…"] for folder in lists]
