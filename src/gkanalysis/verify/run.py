"""`make verify`: rebuild, compare, judge, certify. Every check runs, whatever another one brings up."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis import __version__
from gkanalysis.codebook.published import read_accepted, read_bindings, read_relations
from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes
from gkanalysis.counts.data import Data
from gkanalysis.counts.lists import ListTotal
from gkanalysis.disclosure.printed import find_numbers, n_and_base
from gkanalysis.verify.accounts import account_rows
from gkanalysis.verify.certificate import (
    VERDICTS,
    certificate_html,
    codecheck_yaml,
    exit_status,
    settle,
    verdict_words,
)
from gkanalysis.verify.contradictions import check_consistency
from gkanalysis.verify.naive import recount_report
from gkanalysis.verify.printed import read_figures
from gkanalysis.verify.published import judge_published, unused_patterns
from gkanalysis.verify.rebuild import rebuilt_report, surroundings
from gkanalysis.verify.release import TOLERANCE, compare_inputs, compare_outputs, read_manifest
from gkanalysis.verify.trace import data_mark, find_untraced

SHOWN = 20  # open findings that the terminal shows
CERTIFICATE = ("verification.html", "verification.json", "codecheck.yml")
Rows = Iterable[dict[str, Any]]


@dataclass
class Numbers:
    """What a report prints: number id -> n and base; and of totals that were copied the unit and word („rund“)."""

    counts: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    copied: dict[str, tuple[str, str]] = field(default_factory=dict)


def release_files(paths: ProjectPaths, report: str) -> tuple[Path, Path]:
    """Manifest and accepted findings of a report; those of a data folder of one's own lie beside its results."""
    shipped = paths.reports == paths.root / "reports"
    beside = paths.reports if shipped else paths.reports.parent
    accepted = paths.root / "data/published" if shipped else beside
    return beside / f"{report}.manifest.json", accepted / f"{report}.accepted.yml"


def verify_report(report: Report, paths: ProjectPaths) -> str:
    """Verify one report and write its certificate; returns the verdict as a sentence.

    Writes `verification.html`, `verification.json` and `codecheck.yml` into the report's folder, each complete or
    not at all, whatever was the matter.

    Raises
    ------
    VerificationError
        If a finding is open; the certificate has been written then, and the exit status is that of the worst one.
    """
    began = time.monotonic()
    target = paths.reports / report.id
    for name in CERTIFICATE:  # one of an earlier run must not stay behind if this one comes to no end
        (target / name).unlink(missing_ok=True)
    published = paths.root / "data/published" / report.id
    manifest, accepted_file = release_files(paths, report.id)
    rows = _collect("inputs", lambda: _input_rows(manifest, paths.root, paths.data))
    numbers, outputs, mark = Numbers(), [], ""
    try:
        with rebuilt_report(paths.root, report.id, data=paths.data) as folder:
            have = Data(ProjectPaths.of(folder.parents[1], Path("data/raw")))
            mark = data_mark(have)
            rows += _collect("manifest", lambda: _output_rows(manifest, folder))
            rows += _collect("trace", lambda: _trace_rows(have, folder, numbers))
            rows += _collect("account", lambda: account_rows(have, report.sources))
            rows += _collect("published", lambda: _published_rows(published, numbers))
            outputs = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    except GkError as error:
        rows += _problems("rebuild", [str(error)])
        rows += _collect("manifest", lambda: _output_rows(manifest, paths.root / "es-gibt-nichts"))
        message = "Der Neubau ist gescheitert, also ist keine gedruckte Angabe mit ihm verglichen."
        rows += _problems("published", [message])
    rows += _collect("relations", lambda: _contradiction_rows(published))
    accepted: list[dict[str, str]] = []
    rows += _collect("accepted", lambda: accepted.extend(read_accepted(accepted_file)) or ())
    settled = settle(_once(rows), accepted)
    about = {
        "Bericht": report.title,
        "gkanalysis, Python, System": f"{__version__}, {platform.python_version()}, {platform.system()}",
        **surroundings(),
        "Toleranz": f"Anteile und Grenzen von Intervallen {TOLERANCE:g}; Anzahlen, Texte und Bilder müssen gleich sein",
        "Umfang": f"{len(settled)} Zeilen, {len(numbers.counts)} Zahlen bis zu ihrer Herkunft verfolgt",
        "Dauer": f"{time.monotonic() - began:.0f} s",
    }
    summary, status = verdict_words(settled), exit_status(settled)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"report": report.id, "passed": not status, "summary": summary, "about": about, "rows": settled}
    contents = (
        certificate_html(report.title, settled, about, mark),
        json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        codecheck_yaml(report.title, report.authors, f"{report.id}.pdf", outputs, summary, moment),
    )
    for name, content in zip(CERTIFICATE, contents, strict=True):
        write_bytes(target / name, content.encode("utf-8"))
    if not status:
        return f"{summary} Prüfbericht: {target / CERTIFICATE[0]}"
    lines = [
        f"  {r['id']}: {'; '.join(filter(None, (VERDICTS[r['verdict']][0], r['message'])))}"
        for r in settled[:SHOWN]
        if r["status"] == "open"
    ]
    where = f"Alle stehen in „{target / CERTIFICATE[0]}“."
    error = VerificationError("\n".join([f"{summary} Die ersten:", *lines, where]))
    error.exit_code = status
    raise error


def _collect(name: str, check: Callable[[], Rows]) -> list[dict[str, Any]]:
    """Rows of one check; a check that cannot run is a row itself, and the others still run."""
    rows: list[dict[str, Any]] = []
    try:
        rows.extend(check())
    except GkError as error:
        rows += _problems(name, [str(error)])
    return rows


def _problems(name: str, sentences: Iterable[str], numbered: bool = False) -> Rows:
    for k, sentence in enumerate(sentences, start=1):
        row_id = f"{name}-{k}" if numbered else name
        yield {"section": "problem", "id": row_id, "verdict": "problem", "message": sentence}


def _once(rows: Rows) -> list[dict[str, Any]]:
    """Rows without problems that two checks have met in the same file."""
    kept: dict[Any, dict[str, Any]] = {}
    for k, row in enumerate(rows):
        kept.setdefault(row["message"] if row["section"] == "problem" else k, row)
    return list(kept.values())


def _input_rows(manifest: Path, root: Path, data: Path | None = None) -> Rows:
    content = read_manifest(manifest)
    if content.get("version") != __version__:
        sentence = f"„{manifest.name}“ stammt aus der Fassung {content.get('version')}, hier läuft {__version__}; bitte mit der passenden Fassung prüfen oder „make release“ ausführen."
        yield from _problems("fassung-1", [sentence])
    yield from ({"section": "input", **row} for row in compare_inputs(content, root, data))


def _output_rows(manifest: Path, folder: Path) -> Rows:
    yield from ({"section": "output", **row} for row in compare_outputs(read_manifest(manifest), folder))


def _trace_rows(data: Data, folder: Path, numbers: Numbers) -> Rows:
    """Recount every number of the report from the responses behind it; `numbers` takes them all."""
    for number_id, cell in find_numbers(folder):
        numbers.counts[number_id] = n_and_base(cell)
        if str(cell["definition"]).startswith(f"{ListTotal.__name__}("):
            unit, word = ("" if (x := cell.get(k)) is None or pd.isna(x) else str(x) for k in ("unit", "qualifier"))
            numbers.copied[number_id] = (unit, word)
    for number_id, text, wrong in recount_report(folder, data):
        verdict = {"verdict": "does_not_add_up", "message": wrong} if wrong else {"verdict": "adds_up", "old": ""}
        yield {"section": "trace", "id": number_id, "new": text} | verdict
    for name, sentence in find_untraced(folder, data.paths):
        yield {"section": "trace", "id": name, "verdict": "derived", "message": sentence}


def _published_rows(published: Path, numbers: Numbers) -> Rows:
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"))
    bindings = read_bindings(published.with_suffix(".numbers.yml"))
    # relations that cannot be read are reported by the check of the figures against each other
    bands = read_relations(published.with_suffix(".relations.yml"), []).get("qualifiers", {})
    for pattern in unused_patterns(figures, bindings):
        problems.append(f"Die Zuordnung „{pattern}“ trifft keine Angabe; bitte streichen oder berichtigen.")
    yield from _problems("angaben", problems, numbered=True)
    yield from judge_published(figures, numbers.counts, bindings, bands, numbers.copied)


def _contradiction_rows(published: Path) -> Rows:
    """Contradictions, rules of rounding and implied bases of the printed figures, and what could not be checked."""
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"))
    relations = read_relations(published.with_suffix(".relations.yml"), problems)
    result = check_consistency(figures, relations, problems)
    yield from result.rows
    yield from _problems("beziehung", result.problems, numbered=True)
