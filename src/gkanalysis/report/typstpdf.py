"""The report as PDF through Typst: PDF/UA-1 and PDF/A-2a in one file."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from gkanalysis.errors import RenderError
from gkanalysis.report.definition import Report
from gkanalysis.report.document import Node, div_class, raw, replace_blocks, run_pandoc
from gkanalysis.report.html import TEMPLATES
from gkanalysis.report.render import REAL, SYNTHETIC
from gkanalysis.report.style import FONTS

STANDARDS = ["ua-1", "a-2a"]  # accessible, and readable in decades; Typst refuses what would break either


def render_pdf(
    report: Report,
    document: dict[str, Any],
    tree: Node,
    headings: list[tuple[int, str, str, str]],
    build: Path,
    moment: datetime,
) -> bytes:
    """Set the PDF.

    Raises
    ------
    RenderError
        With Typst's message, such as a missing alternative text.
    """
    exhibits = document["exhibits"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)

        def replace(block: Node) -> list[Node] | None:
            if div_class(block) == "exhibit":
                return raw("typst", exhibit_typst(exhibits[block["c"][0][0]], build, folder))
            if div_class(block) == "kasten":
                return [*raw("typst", "#kasten["), *block["c"][1], *raw("typst", "]")]
            return None

        tree["blocks"] = replace_blocks(tree["blocks"], replace)
        body = run_pandoc(json.dumps(tree), ["-f", "json", "-t", "typst"]).decode("utf-8")
        info = {
            "title": report.title, "subtitle": report.subtitle, "short": report.title, "authors": report.authors,
            "institution": report.institution, "date": report.date, "lang": report.language,
            "keywords": report.keywords, "description": report.description, "synthetic": document["synthetic"],
            "mark": SYNTHETIC if document["synthetic"] else REAL,
            "year": moment.year, "month": moment.month, "day": moment.day,
            "tables": any(e["kind"] == "table" and e["label"] for e in exhibits.values()),
            "figures": any(e["kind"] == "figure" for e in exhibits.values()),
        }  # fmt: skip
        (folder / "info.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
        template = (TEMPLATES / "report.typ").read_text(encoding="utf-8")
        (folder / "report.typ").write_text(template + "\n" + body, encoding="utf-8")
        try:
            return typst.compile(
                folder / "report.typ",
                root=folder,
                font_paths=[FONTS],
                ignore_system_fonts=True,
                pdf_standards=STANDARDS,
                timestamp=int(moment.timestamp()),
            )
        except (typst.TypstError, RuntimeError) as error:
            raise RenderError(f"Typst setzt den Bericht nicht: {error}") from None


def exhibit_typst(exhibit: dict[str, Any], build: Path, folder: Path) -> str:
    """A call of the template with the exhibit as data; the data lie beside the document as JSON."""
    identifier = exhibit["id"]
    record = {k: exhibit[k] for k in ("id", "label", "title", "base", "source", "notes")}
    if exhibit["kind"] == "table":
        record |= {"header": exhibit["header"], "rows": exhibit["rows"], "plain": exhibit.get("plain", False)}
        record["widths"] = column_widths(exhibit)
        call = "exhibit-table"
    else:
        name = f"{identifier}.svg"
        shutil.copy(build / exhibit["chapter"] / "figures" / name, folder / name)
        # tall exhibits may move to the head of the next page, so that text fills the rest of this one
        record |= {"alt": exhibit["alt"], "file": name, "tall": len(exhibit["rows"]) > 40}
        call = "exhibit-figure"
    (folder / f"{identifier}.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return f'#{call}(json("{identifier}.json"))'


def column_widths(exhibit: dict[str, Any]) -> list[float]:
    """Relative widths that add up to 1: each column as wide as its longest cell or word of its heading."""
    rows = [r["cells"] for r in exhibit["rows"] if r["kind"] == "row"]

    def width(column: int) -> float:
        cells = [len(cells[column]) for cells in rows]
        words = [1.15 * len(word) for word in exhibit["header"][column].split(" ")]  # headings are semibold
        return max([*cells, *words, 6]) + 2

    widths = [width(k) for k in range(len(exhibit["header"]))]
    others = sum(widths[1:])
    first = min(max(widths[0], 0.4 * others), 1.5 * others)
    return [w / (first + others) for w in (first, *widths[1:])]
