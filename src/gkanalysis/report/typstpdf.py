"""The report as PDF through Typst: PDF/UA-1 and PDF/A-2a in one file."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import typst

from gkanalysis.core.errors import RenderError
from gkanalysis.core.numbers import format_date
from gkanalysis.report.columns import WHOLE, column_widths, heading_lines
from gkanalysis.report.document import Node, Setting, data_mark, div_class, raw, replace_blocks, run_pandoc
from gkanalysis.report.html import TEMPLATES
from gkanalysis.report.style import FONTS

STANDARDS = ["ua-1", "a-2a"]  # accessible, and readable in decades; Typst refuses what would break either


def render_pdf(setting: Setting) -> bytes:
    """Set the PDF.

    Raises
    ------
    RenderError
        With Typst's message, such as a missing alternative text.
    """
    report, exhibits, tree, moment = setting.report, setting.exhibits, setting.tree, setting.moment
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)

        def replace(block: Node) -> list[Node] | None:
            if div_class(block) == "exhibit":
                return raw("typst", exhibit_typst(exhibits[block["c"][0][0]], setting, folder))
            if div_class(block) == "kasten":
                return [*raw("typst", "#kasten["), *block["c"][1], *raw("typst", "]")]
            return None

        tree["blocks"] = replace_blocks(tree["blocks"], replace)
        body = run_pandoc(json.dumps(tree), ["-f", "json", "-t", "typst"]).decode("utf-8")
        info = {
            "title": report.title, "subtitle": report.subtitle, "short": report.title, "authors": report.authors,
            "institution": report.institution, "date": format_date(report.date), "lang": report.language,
            "keywords": report.keywords, "description": report.description, "synthetic": setting.synthetic,
            "mark": data_mark(setting.synthetic),
            "year": moment.year, "month": moment.month, "day": moment.day,
            "tables": any(e["kind"] == "table" and e["label"] for e in exhibits.values()),
            "figures": any(e["kind"] == "figure" for e in exhibits.values()),
        }  # fmt: skip
        (folder / "info.json").write_text(json.dumps(info, ensure_ascii=False), encoding="utf-8")
        template = (TEMPLATES / "report.typ").read_text(encoding="utf-8")
        (folder / "report.typ").write_text(template + "\n" + body, encoding="utf-8")
        try:
            return typst.compile(
                folder / "report.typ", root=folder, font_paths=[FONTS], ignore_system_fonts=True,
                pdf_standards=STANDARDS, timestamp=int(moment.timestamp()),
            )  # fmt: skip
        except (typst.TypstError, RuntimeError) as error:
            raise RenderError(f"Typst setzt den Bericht nicht: {error}") from None


def exhibit_typst(exhibit: dict[str, Any], setting: Setting, folder: Path) -> str:
    """A call of the template with the exhibit as data; the data lie beside the document as JSON."""
    identifier, n = exhibit["id"], len(exhibit["rows"])
    record = {k: exhibit[k] for k in ("id", "label", "title", "base", "source", "notes")}
    if exhibit["kind"] == "table":
        record |= {
            "header": [heading_lines(h) for h in exhibit["header"]], "widths": column_widths(exhibit),
            "rows": exhibit["rows"], "plain": exhibit.get("plain", False), "breakable": n > WHOLE,
            # tall exhibits may move to the head of the next page, so that text fills the rest of this one
            "floats": WHOLE // 2 < n <= WHOLE,
        }  # fmt: skip
    else:
        name = f"figure-{identifier}.svg"
        shutil.copy(setting.figure(exhibit, "svg"), folder / name)
        record |= {"alt": exhibit["alt"], "file": name, "floats": n > 40}
    data = f"exhibit-{identifier}.json"  # a name that no other file of the document has
    (folder / data).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return f'#exhibit-{exhibit["kind"]}(json("{data}"))'
