"""`make verify`: rebuild, compare, judge, certify. Every check runs, whatever another one found."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis import __version__
from gkanalysis.codebook.published import read_accepted, read_bindings
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.definition import Report
from gkanalysis.verify.accounts import account_rows
from gkanalysis.verify.certificate import (
    LABELS,
    certificate_html,
    codecheck_yaml,
    exit_status,
    settle,
    verdict_words,
)
from gkanalysis.verify.compare import TOLERANCE
from gkanalysis.verify.consistency import check_consistency
from gkanalysis.verify.manifest import compare_inputs, compare_outputs, read_manifest
from gkanalysis.verify.published import judge_published, unused_patterns
from gkanalysis.verify.rebuild import rebuilt_report, surroundings
from gkanalysis.verify.relations import read_figures, read_relations
from gkanalysis.verify.trace import find_untraced, trace_cell
from gkanalysis.verify.tracelists import TRANSCRIBED
from gkanalysis.verify.tracepage import data_mark
from gkanalysis.verify.wording import base_line, column_line, name_number, repair_lines

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
    if paths.reports == paths.root / "reports":
        published = paths.root / "data/published" / f"{report}.accepted.yml"
        return paths.reports / f"{report}.manifest.json", published
    beside = paths.reports.parent
    return beside / f"{report}.manifest.json", beside / f"{report}.accepted.yml"


def verify_report(report: Report, paths: ProjectPaths) -> str:
    """Verify one report and write its certificate; returns the verdict as a sentence.

    Writes `verification.html`, `verification.json` and `codecheck.yml` into the report's folder, each complete or
    not at all, whatever was found.

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
    numbers = Numbers()
    outputs: list[str] = []
    mark = ""
    try:
        with rebuilt_report(paths.root, report.id, data=paths.data) as folder:
            rebuilt = ProjectPaths.of(folder.parents[1], Path("data/raw"))
            chapter = Chapter("verify", rebuilt, folder)
            mark = data_mark(chapter)
            rows += _collect("manifest", lambda: _output_rows(manifest, folder))
            rows += _collect("trace", lambda: _trace_rows(chapter, folder, numbers))
            rows += _collect("account", lambda: account_rows(chapter, report.sources))
            rows += _collect("published", lambda: _published_rows(published, numbers))
            outputs = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    except GkError as error:
        rows.append({"section": "problem", "id": "rebuild", "verdict": "problem", "message": str(error)})
        rows += _collect("manifest", lambda: _output_rows(manifest, paths.root / "es-gibt-nichts"))
        message = "Der Neubau ist gescheitert, also ist keine gedruckte Angabe mit ihm verglichen."
        rows.append({"section": "problem", "id": "published", "verdict": "problem", "message": message})
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
    codecheck = codecheck_yaml(report.title, report.authors, f"{report.id}.pdf", outputs, summary, moment)
    record = {"report": report.id, "passed": not status, "summary": summary, "about": about, "rows": settled}
    contents = (
        certificate_html(report.title, settled, about, mark),
        json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        codecheck,
    )
    for name, content in zip(CERTIFICATE, contents, strict=True):
        write_bytes(target / name, content.encode("utf-8"))
    if status:
        first = [r for r in settled if r["status"] == "open"][:SHOWN]
        lines = "\n".join(f"  {r['id']}: {'; '.join(filter(None, (LABELS[r['verdict']], r['message'])))}" for r in first)  # fmt: skip
        error = VerificationError(
            f"{summary} Die ersten:\n{lines}\nAlle stehen in „{target / CERTIFICATE[0]}“."
        )
        error.exit_code = status
        raise error
    return f"{summary} Prüfbericht: {target / CERTIFICATE[0]}"


def _collect(name: str, check: Callable[[], Rows]) -> list[dict[str, Any]]:
    """Rows of one check; a check that cannot run is a row itself, and the others still run."""
    rows: list[dict[str, Any]] = []
    try:
        rows.extend(check())
    except GkError as error:
        rows.append({"section": "problem", "id": name, "verdict": "problem", "message": str(error)})
    return rows


def _once(rows: Rows) -> list[dict[str, Any]]:
    """Rows without problems that two checks have found in the same file."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        if row["section"] == "problem" and row["message"] in seen:
            continue
        seen |= {row["message"]} if row["section"] == "problem" else set()
        kept.append(row)
    return kept


def _problems(name: str, sentences: Iterable[str]) -> Rows:
    for k, sentence in enumerate(sentences, start=1):
        yield {"section": "problem", "id": f"{name}-{k}", "verdict": "problem", "message": sentence}


def _input_rows(manifest: Path, root: Path, data: Path | None = None) -> Rows:
    content = read_manifest(manifest)
    if content.get("version") != __version__:
        sentence = f"„{manifest.name}“ stammt aus der Fassung {content.get('version')}, hier läuft {__version__}; bitte mit der passenden Fassung prüfen oder „make release“ ausführen."
        yield from _problems("fassung", [sentence])
    for row in compare_inputs(content, root, data):
        yield {"section": "input", **row}


def _output_rows(manifest: Path, folder: Path) -> Rows:
    for row in compare_outputs(read_manifest(manifest), folder):
        yield {"section": "output", **row}


def _trace_rows(chapter: Chapter, folder: Path, numbers: Numbers) -> Rows:
    """Recount every number of the report from the responses behind it; `numbers` takes them all."""
    found = list(find_numbers(folder))
    for number_id, cell in found:
        base = cell.get("base_n")
        numbers.counts[number_id] = (int(cell["n"]), None if base is None or pd.isna(base) else int(base))
        if str(cell["definition"]).startswith(TRANSCRIBED):
            unit, word = (
                "" if (x := cell.get(k)) is None or pd.isna(x) else str(x) for k in ("unit", "qualifier")
            )
            numbers.copied[number_id] = (unit, word)
    for number_id, cell in found:
        n, base_n = numbers.counts[number_id]
        row = {"section": "trace", "id": number_id, "new": f"{n}" if base_n is None else f"{n} von {base_n}"}
        try:
            trace = trace_cell(chapter, cell)
        except GkError as error:
            yield row | {"verdict": "does_not_add_up", "message": str(error)}
            continue
        if (trace.n, trace.base_n) == (n, base_n):
            yield row | {"verdict": "adds_up", "old": ""}
        else:
            message = f"im Bericht {n} von {base_n}, nachgezählt {trace.n} von {trace.base_n}"
            yield row | {"verdict": "does_not_add_up", "message": message}
    for name, sentence in find_untraced(folder, chapter.paths):
        yield {"section": "trace", "id": name, "verdict": "derived", "message": sentence}


def _published_rows(published: Path, numbers: Numbers) -> Rows:
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"), problems)
    bindings = read_bindings(published.with_suffix(".numbers.yml"))
    # relations that cannot be read are reported by the check of the figures against each other
    bands = read_relations(published.with_suffix(".relations.yml"), []).get("qualifiers", {})
    unused = [f"Die Zuordnung „{p}“ trifft keine Angabe; bitte streichen oder berichtigen." for p in unused_patterns(figures, bindings)]  # fmt: skip
    yield from _problems("angaben", [*problems, *unused])
    for r in judge_published(figures, numbers.counts, bindings, bands, numbers.copied).itertuples():
        rule = f"; {r.rule}" if r.rule and r.verdict == "agrees" else ""
        new = "" if pd.isna(r.n) else f"{r.n}" if pd.isna(r.base_n) else f"{r.n} von {r.base_n}"
        old = _printed(figures[r.id])
        where = f"{', '.join(filter(None, (r.label, r.subgroup)))} ({r.section}){rule}"
        row = {"section": "published", "id": r.id, "verdict": r.verdict, "old": old, "new": new}
        yield row | {"message": f"{where}: {r.message}" if r.message else where}


def _printed(figure: Mapping[str, str]) -> str:
    """A figure as it stands in print: with its word, its unit, and count and base where these are printed."""
    unit = {"percent": "\u00a0%", "Mio EUR": " Mio. Euro"}.get(figure["kind"], "")
    shown = f"{figure['qualifier']} {figure['printed'].replace('.', ',') if unit else figure['printed']}{unit}".strip()
    of = f"{figure['numerator']} von {figure['base']}" if figure["numerator"] and figure["base"] else ""
    return of if of and shown == figure["numerator"] else f"{shown} ({of})" if of else shown


def _contradiction_rows(published: Path) -> Rows:
    """Contradictions, rules of rounding and implied bases of the printed figures, and what could not be checked."""
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"), problems)
    relations = read_relations(published.with_suffix(".relations.yml"), problems)
    found = check_consistency(figures, relations, problems)

    def row(row_id: str, verdict: str, *lines: str) -> dict[str, str]:
        return {"section": "contradiction", "id": row_id, "verdict": verdict, "message": "\n".join(lines)}

    for c in found.contradictions:
        names = [f"– {name_number(k, figures)}" for k in c.claims]
        together = "Diese Angaben können nicht alle richtig sein:"
        yield row(
            c.id,
            "contradiction",
            together,
            *names,
            f"Denn: {' '.join(c.sentences)}",
            *repair_lines(c, figures),
        )
    for column in found.columns:
        yield row(column.id, "rounding", column_line(column, figures))
    for key, low, high in found.implied_bases:
        yield row(f"basis:{key}", "implied_base", base_line(key, low, high, figures))
    for i in found.unchecked:
        about = f"{figures[i]['label']}: „{' '.join(filter(None, (figures[i]['qualifier'], figures[i]['printed'])))}“"
        yield row(
            i, "no_exact_number", f"{about} ist keine genaue Zahl, mit der andere zu vergleichen wären."
        )
    yield from _problems("beziehung", found.problems)
