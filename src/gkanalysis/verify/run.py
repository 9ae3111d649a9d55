"""`make verify`: rebuild, compare, judge, certify. Every check runs, whatever another one found."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from gkanalysis.errors import GkError, VerificationError
from gkanalysis.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.definition import Report
from gkanalysis.report.render import moment
from gkanalysis.verify.accounts import account_rows
from gkanalysis.verify.certificate import certificate_html, codecheck_yaml, contradiction_rows, settle
from gkanalysis.verify.consistency import check_consistency
from gkanalysis.verify.manifest import compare_inputs, compare_outputs, read_manifest
from gkanalysis.verify.published import judge_published, read_bindings
from gkanalysis.verify.rebuild import rebuilt_report
from gkanalysis.verify.relations import read_figures, read_relations
from gkanalysis.verify.trace import find_numbers, trace_number, trace_value

Rows = Iterator[dict[str, Any]]


def verify_report(report: Report, paths: ProjectPaths) -> str:
    """Verify one report and write its certificate; returns the verdict as a sentence.

    Writes `verification.html`, `verification.json` and `codecheck.yml` into the report's folder, complete or not
    at all.

    Raises
    ------
    VerificationError
        If a finding is open; the certificate has been written then.
    """
    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    published = paths.root / "data/published" / report.id
    about = {"Bericht": report.title, "Python": platform.python_version(), "System": platform.system()}
    with rebuilt_report(paths.root, report.id) as folder:
        rebuilt = ProjectPaths.of(folder.parents[1], Path("data/raw"))
        chapter = Chapter("verify", rebuilt, folder)
        manifest = paths.root / "reports" / f"{report.id}.manifest.json"
        rows += _collect("inputs", lambda: _input_rows(manifest, paths.root))
        rows += _collect("manifest", lambda: _output_rows(manifest, folder))
        numbers: dict[str, tuple[int, int | None]] = {}
        rows += _collect("trace", lambda: _trace_rows(chapter, folder, numbers))
        rows += _collect("account", lambda: account_rows(chapter, report.sources))
        rows += _collect("published", lambda: _published_rows(published, numbers))
        outputs = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    rows += _collect("relations", lambda: _contradiction_rows(published))
    settled = settle(rows, _accepted(published.with_suffix(".accepted.yml")))
    open_rows = [r for r in settled if r["status"] == "open"]
    about["Dauer"] = f"{time.monotonic() - began:.0f} s"
    about["Umfang"] = f"{len(settled)} Zeilen, {len(numbers)} Zahlen bis zu ihrer Herkunft verfolgt"
    summary = f"{len(settled)} Prüfungen, {len(open_rows)} offene Befunde."
    target = paths.reports / report.id
    target.mkdir(parents=True, exist_ok=True)
    contents = {
        "verification.html": certificate_html(report.title, settled, about),
        "verification.json": json.dumps({"about": about, "rows": settled}, ensure_ascii=False, indent=1)
        + "\n",
        "codecheck.yml": codecheck_yaml(
            report.id, report.title, outputs, summary, moment(report).isoformat()
        ),
    }
    for name, content in contents.items():
        beside = target / f".{name}.new"
        beside.write_text(content, encoding="utf-8")
        beside.replace(target / name)
    if open_rows:
        first = "\n".join(f"  {r['id']}: {r['message'] or r['verdict']}" for r in open_rows[:20])
        raise VerificationError(
            f"{summary} Die ersten:\n{first}\nAlle stehen in „{target / 'verification.html'}“."
        )
    return f"{summary} Prüfbericht: {target / 'verification.html'}"


def _collect(name: str, check: Callable[[], Rows]) -> list[dict[str, Any]]:
    """Rows of one check; a check that cannot run is a row itself, and the others still run."""
    rows: list[dict[str, Any]] = []
    try:
        rows.extend(check())
    except GkError as error:
        rows.append({"section": "problem", "id": name, "verdict": "problem", "message": str(error)})
    return rows


def _input_rows(manifest: Path, root: Path) -> Rows:
    for row in compare_inputs(read_manifest(manifest), root):
        yield {"section": "input", **row}


def _output_rows(manifest: Path, folder: Path) -> Rows:
    for row in compare_outputs(read_manifest(manifest), folder):
        yield {"section": "output", **row}


def _trace_rows(chapter: Chapter, folder: Path, numbers: dict[str, tuple[int, int | None]]) -> Rows:
    """Recount every number of the report from the responses behind it."""
    for number_id, cell in find_numbers(folder):
        n = int(cell["n"])
        base = cell.get("base_n")
        base_n = None if base is None or pd.isna(base) else int(base)
        numbers[number_id] = (n, base_n)
        if cell["definition"] == "rows":
            trace = trace_value(cell)
        else:
            trace = trace_number(chapter, cell["definition"], str(cell["row"]), str(cell["subgroup"]))
        if (trace.n, trace.base_n) == (n, base_n):
            yield {"section": "trace", "id": number_id, "verdict": "adds_up"}
        else:
            message = f"im Bericht {n} von {base_n}, nachgezählt {trace.n} von {trace.base_n}"
            yield {"section": "trace", "id": number_id, "verdict": "does_not_add_up", "message": message}


def _published_rows(published: Path, numbers: dict[str, tuple[int, int | None]]) -> Rows:
    figures = read_figures(published.with_suffix(".csv"))
    judged = judge_published(figures, numbers, read_bindings(published.with_suffix(".numbers.yml")))
    for r in judged.itertuples():
        rule = f"; {r.rule}" if r.rule else ""
        new = "" if pd.isna(r.n) else f"{r.n}" if pd.isna(r.base_n) else f"{r.n} von {r.base_n}"
        old = r.printed + (f" ({r.numerator} von {r.base})" if r.base and r.printed != r.numerator else "")
        where = f"{r.label}, {r.subgroup} ({r.section}){rule}"
        message = f"{where}: {r.message}" if r.message else where
        yield {
            "section": "published",
            "id": r.id,
            "verdict": r.verdict,
            "old": old,
            "new": new,
            "message": message,
        }


def _contradiction_rows(published: Path) -> Rows:
    figures = read_figures(published.with_suffix(".csv"))
    found = check_consistency(figures, read_relations(published.with_suffix(".relations.yml")))
    yield from contradiction_rows(found, figures)


def _accepted(path: Path) -> list[dict[str, str]]:
    """Known findings with their reasons; each needs id, verdict and reason.

    Raises
    ------
    VerificationError
        If an entry lacks one of them.
    """
    if not path.exists():
        return []
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        return [{k: str(e[k]) for k in ("id", "verdict", "reason")} for e in entries]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise VerificationError(
            f"„{path}“: jeder Eintrag braucht id, verdict und reason ({error})."
        ) from None
