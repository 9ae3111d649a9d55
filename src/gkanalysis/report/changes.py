"""What a build changed: the numbers of a report before and after, and the files that differ since then."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from gkanalysis.codebook.reports import Report
from gkanalysis.codebook.sources import is_source_codebook
from gkanalysis.core.numbers import NBSP
from gkanalysis.core.paths import ProjectPaths

Texts = Mapping[str, str]
SHOWN = 10  # numbers and files that the terminal shows


def printed_numbers(folder: Path) -> dict[str, str]:
    """Place and label -> number of every table and figure of a report's folder, and of its text."""
    found = {}
    for path in sorted(folder.glob("[tf]*s/*.csv")):  # tables and figures
        with path.open(encoding="utf-8", newline="") as file:
            for row in (r for r in csv.DictReader(file) if r.get("n")):
                base = f"{NBSP}von{NBSP}{row['base_n']}" if row.get("base_n") else ""
                where = (path.stem, row.get("label") or row.get("row"), row.get("group_label"))
                key = ", ".join(filter(None, where))
                while key in found:  # two rows may have the same label
                    key += "*"
                found[key] = f"{row['n']}{base}"
    path = folder / "values.json"
    for value in json.loads(path.read_text(encoding="utf-8")) if path.exists() else ():
        found[f"Text, {value['id']}"] = value["text"]
    return found


def inputs(report: Report, paths: ProjectPaths, raw: Iterable[tuple[str, str]]) -> dict[str, str]:
    """File -> SHA-256 of all that a report is made from; the library counts as one."""
    books = [paths.codebook(s) for s in report.sources if (paths.data / s).exists()]
    shared = [p for p in sorted(paths.codebooks.glob("*.yml")) if not is_source_codebook(p)]
    notebooks = [paths.root / f"notebooks/{c.notebook}.ipynb" for c in report.chapters]
    files = [*books, *shared, *notebooks, paths.root / f"reports/{report.id}.yml"]
    made = {p.relative_to(paths.root).as_posix(): _digest([p]) for p in dict.fromkeys(files) if p.exists()}
    library = Path(__file__).parents[1]
    return {**dict(raw), **made, "src/gkanalysis": _digest(sorted(library.rglob("*.py")))}


def _digest(files: Iterable[Path]) -> str:
    return sha256(b"".join(p.read_bytes() for p in files)).hexdigest()


def changes(report: str, before: Texts, after: Texts, was: Texts, made_from: Texts) -> Iterator[str]:
    """Lines for the terminal: which numbers are others than in the last build, and which files differ since then.

    Nothing is said of a first build.

    Examples
    --------
    >>> was, made_from = {"a.docx": "1", "b.docx": "2"}, {"a.docx": "3", "b.docx": "2"}
    >>> print(*changes("r", {"kerngruppe, ja": "32 von 45"}, {"kerngruppe, ja": "31 von 45"}, was, made_from), sep="\\n")
    r: 1 Zahl ist anders als im vorigen Bau. Geändert ist: a.docx
      kerngruppe, ja: 32 von 45 → 31 von 45
    """
    moved = [k for k in dict.fromkeys((*before, *after)) if before.get(k) != after.get(k)]
    if not before or not moved:
        return
    files = [f for f in dict.fromkeys((*was, *made_from)) if was.get(f) != made_from.get(f)] if was else []
    more = f" und {len(files) - SHOWN} weitere" if len(files) > SHOWN else ""
    why = f" Geändert ist: {', '.join(files[:SHOWN])}{more}" if files else ""
    n = "1 Zahl ist" if len(moved) == 1 else f"{len(moved)} Zahlen sind"
    yield f"{report}: {n} anders als im vorigen Bau.{why}"
    for key in moved[:SHOWN]:
        yield f"  {key}: {before.get(key, 'nicht da')} → {after.get(key, 'nicht mehr da')}"
    if len(moved) > SHOWN:
        yield f"  … und {len(moved) - SHOWN} weitere."
