"""Spreadsheets with invented rows: codings as MAXQDA gives them, logs of visits."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from gkanalysis.codebook.declared import load_yaml
from gkanalysis.core.errors import GkError
from gkanalysis.core.writing import zip_parts
from tools.synthetic.waves import REST, Figure, published_figures

_DAY_AND_TIME = 22  # number of a format that every spreadsheet program has
_DAY_ZERO = datetime(1899, 12, 30)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def sheet_file(rows: Sequence[Sequence[Any]], sheet: str, title: str, mark: str) -> bytes:
    """The bytes of an .xlsx file with one sheet; title and mark stand in its properties, with the word SYNTHETISCH."""
    parts = _parts(rows, sheet, title, mark)
    return zip_parts({name: (_HEAD + xml).encode("utf-8") for name, xml in parts.items()})


def _parts(rows: Sequence[Sequence[Any]], sheet: str, title: str, mark: str) -> dict[str, str]:
    """Smallest set of parts that spreadsheet programs open."""
    cells = "".join(
        f'<row r="{r}">' + "".join(_cell(f"{chr(64 + c)}{r}", x) for c, x in enumerate(row, start=1)) + "</row>"
        for r, row in enumerate(rows, start=1)
    )  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    core = f"{_PACKAGE}/metadata/core-properties"
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{core}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(mark)}</dc:description>"
        "<cp:keywords>SYNTHETISCH</cp:keywords></cp:coreProperties>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_REL}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><fonts><font/></fonts><fills>'
        '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        f'<cellXfs><xf xfId="0"/><xf numFmtId="{_DAY_AND_TIME}" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }


def _cell(place: str, content: Any) -> str:
    """Numbers and times as such, text inside its cell; an empty text leaves no cell."""
    if isinstance(content, datetime):
        return f'<c r="{place}" s="1"><v>{(content - _DAY_ZERO).total_seconds() / 86400:.8f}</v></c>'
    if not isinstance(content, str):
        return f'<c r="{place}"><v>{content}</v></c>'
    text = f'<is><t xml:space="preserve">{escape(content)}</t></is>'
    return f'<c r="{place}" t="inlineStr">{text}</c>' if content else ""


LOG_MARK = "Synthetisches Protokoll: erfundene Bündnisse, erfundene Besuche"
Rows = list[list[Any]]


def write_tables(root: Path, raw: Path, alliances: pd.DataFrame) -> list[str]:
    """Write all planned logs and copy all ready tables below the folder of received data."""
    said = []
    for path in sorted((root / "data/synthetic").glob("*.yml")):
        plan = load_yaml(path.read_text(encoding="utf-8"))
        if not isinstance(plan, dict) or plan.get("kind") != "log":
            continue
        book = load_yaml((root / f"data/codebook/{path.stem}.yml").read_text(encoding="utf-8"))
        rows = make_log(plan, book, alliances, published_figures(root, path.stem, plan.get("published", "")))
        (raw / path.stem).mkdir(parents=True)
        content = sheet_file(rows, book["sheet"], f"{book['title']} (synthetisch)", LOG_MARK)
        (raw / path.stem / book["file"]).write_bytes(content)
        said.append(f"{path.stem}: {len(rows) - 1} Zeilen.")
    for folder in sorted((root / "data/synthetic/tables").glob("*/")):
        shutil.copytree(folder, raw / folder.name)
        said.append(f"{folder.name}: wie in „data/synthetic/tables“.")
    return said


def make_log(plan: Mapping[str, Any], book: Mapping[str, Any], alliances: pd.DataFrame, figure: Figure) -> Rows:
    """The headings and rows of a log: visits of each alliance until its days are used up, ordered by day.

    `plan` has `period`, `days` (`each`, and the lengths of `visits` to draw from) and `columns`: for each column of the
    codebook its `role` (unit, day, length), a number of `units` by value, the chances of `options`, or `texts`.
    """
    names = [c["name"] for c in book["columns"]]
    if list(plan["columns"]) != names:
        raise GkError(f"Plan des Protokolls: Spalten und Reihenfolge sind nicht die des Codebuchs ({', '.join(names)}).")  # fmt: skip
    rng = np.random.default_rng(plan["seed"])
    ids = alliances["alliance_id"].tolist()
    of_unit = {n: _by_unit(d["units"], ids, figure, rng) for n, d in plan["columns"].items() if "units" in d}
    first, last = plan["period"]["from"], plan["period"]["to"]
    workdays = [d for k in range((last - first).days + 1) if (d := first + timedelta(days=k)).weekday() < 5]
    rows = []
    for unit in ids:
        lengths = _lengths(plan["days"], rng)
        chosen = sorted(rng.choice(len(workdays), len(lengths), replace=False))
        for k, length in zip(chosen, lengths, strict=True):
            roles = {"unit": unit, "day": datetime.combine(workdays[k], time()), "length": length}
            rows.append((workdays[k], [_value(n, d, roles, of_unit, rng) for n, d in plan["columns"].items()]))
    rows.sort(key=lambda row: row[0])
    return [[c.get("titles", [c["name"]])[0] for c in book["columns"]], *(row for _, row in rows)]


def _by_unit(
    counts: Mapping[str, Any], ids: Sequence[str], figure: Callable[[str], int], rng: np.random.Generator
) -> dict[str, str]:
    """Value of each unit: each has its number of units, one of them the rest."""
    order = rng.permutation(list(ids)).tolist()
    found: dict[str, str] = {}
    for value, n in counts.items():
        wanted = figure(n) if isinstance(n, str) and n != REST else n
        found |= {order.pop(): value for _ in range(0 if wanted == REST else wanted)}
    rest = next(value for value, n in counts.items() if n == REST)
    return found | dict.fromkeys(order, rest)


def _lengths(days: Mapping[str, Any], rng: np.random.Generator) -> list[float]:
    """Lengths of visits that add up to the days of a unit; the last one is what is left."""
    left, lengths = float(days["each"]), []
    while left > 0:
        lengths.append(min(left, float(rng.choice(days["visits"]))))
        left -= lengths[-1]
    return lengths


def _value(
    name: str,
    declared: Mapping[str, Any],
    roles: Mapping[str, Any],
    of_unit: Mapping[str, Mapping[str, str]],
    rng,
) -> Any:
    """What stands in one cell."""
    if "role" in declared:
        return roles[declared["role"]]
    if "units" in declared:
        return of_unit[name][roles["unit"]]
    if "options" in declared:
        return str(rng.choice(list(declared["options"]), p=list(declared["options"].values())))
    if rng.random() >= declared.get("share", 1):
        return ""
    n = int(rng.integers(1, declared.get("most", 1) + 1))
    return "; ".join(rng.choice(declared["texts"], n, replace=False).tolist())


def write_csv(path: Path, header: Sequence[str], rows: Iterable[tuple], delimiter: str = ",") -> None:
    """Write rows below a heading."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n", delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
