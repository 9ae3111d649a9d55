"""`make verify`: rebuild, compare, judge, certify. Every check runs, whatever another one brings up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from gkanalysis import __version__
from gkanalysis.codebook.published import read_accepted, read_bindings, read_relations
from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import CERTIFICATE, ProjectPaths
from gkanalysis.core.writing import write_bytes
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.verify.accounts import account_rows
from gkanalysis.verify.certificate import VERDICTS, certificate_html, codecheck_yaml, exit_status, settle, verdict_words
from gkanalysis.verify.contradictions import check_consistency
from gkanalysis.verify.naive import recount_report
from gkanalysis.verify.printed import read_figures
from gkanalysis.verify.published import judge_published, seen_words, unused_patterns
from gkanalysis.verify.rebuild import code_state, rebuilt_report, surroundings, versions
from gkanalysis.verify.release import (
    TOLERANCE,
    compare_inputs,
    compare_outputs,
    make_manifest,
    read_manifest,
)  # fmt: skip
from gkanalysis.verify.seen import seen_rows, unread
from gkanalysis.verify.trace import data_mark, find_untraced

SHOWN = 20  # open findings that the terminal shows
REPEAT = {
    True: "Alle, die das Projekt haben: diesen Stand aus dem Git holen, „make report REPORT={report}“, „make verify REPORT={report}“; "
    "die Dateien unten haben dann dieselben Prüfsummen.",
    False: "Nur wer die vertraulichen Daten hat, mit „DATA=Ordner“ hinter „make report“ und „make verify“.",
}  # fmt: skip
NOWHERE = Path("es-gibt-nichts")
Rows = Iterable[dict[str, Any]]


def release_files(paths: ProjectPaths, report: str) -> tuple[Path, Path]:
    """Manifest and accepted findings of a report; those of a data folder of one's own lie beside its results."""
    shipped = paths.reports == paths.root / "reports"
    beside = paths.reports if shipped else paths.reports.parent
    accepted = paths.root / "data/published" if shipped else beside
    return beside / f"{report}.manifest.json", accepted / f"{report}.accepted.yml"


def checks(report: Report, paths: ProjectPaths, folder: Path) -> dict[str, Callable[[], Rows]]:
    """Name of each check -> its rows, for a report that was rebuilt in `folder` from what lies in `paths`."""
    manifest = release_files(paths, report.id)[0]
    published = paths.root / "data/published" / report.id
    data = Data(ProjectPaths.of(folder.parents[1], Path("data/raw")))
    compared = {
        "published": lambda: _published_rows(published, folder),
        "relations": lambda: _contradiction_rows(published),
    }
    return {
        "inputs": lambda: _input_rows(manifest, paths),
        "delivered": lambda: delivered_rows(paths.reports / report.id, folder),
        "manifest": lambda: _output_rows(read_manifest(manifest), folder),
        "trace": lambda: _trace_rows(data, folder),
        "account": lambda: account_rows(data, report.sources),
        **(compared if report.printed else {}),
        "seen": lambda: _seen_rows(published, folder, data, report),
    }


def collect(name: str, check: Callable[[], Rows]) -> list[dict[str, Any]]:
    """Rows of one check; a check that cannot run is a row itself, and the others still run."""
    rows: list[dict[str, Any]] = []
    try:
        rows.extend(check())
    except GkError as error:
        rows.append(_problem(name, str(error)))
    return rows


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
    mark = alone = ""
    try:
        with rebuilt_report(paths.root, report.id, data=paths.data) as folder:
            mark = data_mark(Data(ProjectPaths.of(folder.parents[1], Path("data/raw"))))
            rows = [row for check in checks(report, paths, folder).items() for row in collect(*check)]
            alone = unread(folder)
    except GkError as error:
        failed = checks(report, paths, paths.root / "reports" / NOWHERE)
        rows = [
            row for name in ("inputs", "manifest", "relations") if name in failed for row in collect(name, failed[name])
        ]
        message = "Die Nachrechnung ist gescheitert, also ist keine gedruckte Angabe mit ihr verglichen."
        rows += [_problem("rebuild", str(error)), _problem("published", message)]
    accepted: list[dict[str, str]] = []
    rows += collect("accepted", lambda: accepted.extend(read_accepted(release_files(paths, report.id)[1])) or ())
    # a problem that two checks have met in the same file stands once
    once = {row["message"] if row["section"] == "problem" else k: row for k, row in reversed([*enumerate(rows)])}
    settled = settle([*reversed(once.values())], accepted)
    files = {
        name: sha256((target / name).read_bytes()).hexdigest() for name in make_manifest(target, "", "")["outputs"]
    }
    shipped = paths.data == paths.root / "data/raw"
    about = {
        "Bericht": report.title,
        "Geprüft am": f"{datetime.now(UTC):%d.%m.%Y, %H:%M} Uhr (UTC)",
        "Stand des Projekts": code_state(paths.root),
        "Wer es wiederholen kann": REPEAT[shipped].format(report=report.id),
        "gkanalysis": __version__,
        "Gerechnet mit": ", ".join(map(" ".join, versions().items())),
        **surroundings(),
        "Toleranz": f"Anteile und Grenzen von Intervallen {TOLERANCE:g}; Anzahlen, Texte und Bilder müssen gleich sein",
        "Umfang": f"{len(settled)} Zeilen, {sum(map(_is_number, rows))} Zahlen bis zu ihrer Herkunft verfolgt",
        **({"Was niemand nachrechnet": alone} if alone else {}),
        "Dauer": f"{time.monotonic() - began:.0f} s",
    }
    summary, status = verdict_words(settled), exit_status(settled)
    record = {
        "report": report.id,
        "passed": not status,
        "summary": summary,
        "about": about,
        "files": files,
        "rows": settled,
    }
    contents = (
        certificate_html(report.title, settled, about, files, mark),
        json.dumps(record, ensure_ascii=False, indent=1) + "\n",
        codecheck_yaml(report, files, summary),
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


def _problem(name: str, sentence: str) -> dict[str, Any]:
    return {"section": "problem", "id": name, "verdict": "problem", "message": sentence}


def _within(section: str, rows: Rows) -> Rows:
    return ({"section": section, **row} for row in rows)


def _is_number(row: Mapping[str, Any]) -> bool:
    """Whether a row says that a number was counted a second time."""
    return row["section"] == "trace" and row["verdict"] != "derived"


def delivered_rows(target: Path, folder: Path) -> Rows:
    """Each file that lies beside the certificate against the same one of the rebuild."""
    files = make_manifest(target, "", "")["outputs"]
    if not files:
        raise VerificationError(
            f"In „{target}“ liegt kein Bericht, über den der Prüfbericht urteilt; bitte zuerst „make report REPORT={target.name}“ ausführen."
        )
    for row in compare_outputs({"outputs": files}, folder):
        if "#" not in row["id"]:  # a difference in values names the first of them
            more = {} if row["id"] in files else {"message": "Die Datei fehlt neben dem Prüfbericht."}
            yield {"section": "delivered", **row, "id": f"beiliegend/{row['id']}", **more}


def _output_rows(manifest: Mapping[str, Any], folder: Path) -> Rows:
    """Each output against the release; other versions of programs pass if they change nothing, else are named."""
    before, now = manifest["versions"], versions()
    other = ", ".join(f"{k} {before[k]} (hier {v})" for k, v in now.items() if before.get(k, v) != v)
    rows = list(compare_outputs(manifest, folder))
    for row in rows:
        if other and VERDICTS[row["verdict"]][1] == "wrong":
            row["message"] += f"; Die Veröffentlichung entstand mit {other}."
    same = all(VERDICTS[row["verdict"]][1] == "good" for row in rows)
    yield from _within("output", rows)
    if same and rows:
        message = f"Die Veröffentlichung entstand mit {other}." if other else ""
        yield {
            "section": "output",
            "id": "programme",
            "verdict": "other_versions" if other else "identical",
            "message": message,
        }


def _input_rows(manifest: Path, paths: ProjectPaths) -> Rows:
    content = read_manifest(manifest)
    if content.get("version") != __version__:
        sentence = f"„{manifest.name}“ stammt aus der Fassung {content.get('version')}, hier läuft {__version__}; bitte mit der passenden Fassung prüfen oder „make release“ ausführen."
        yield _problem("fassung-1", sentence)
    yield from _within("input", compare_inputs(content, paths.root, paths.data))


def _trace_rows(data: Data, folder: Path) -> Rows:
    """Each number of the report counted again from the responses, and those that follow from others."""
    again, printed = set(), dict(find_numbers(folder))
    for number_id, text, wrong in recount_report(folder, data):
        again.add(number_id)
        verdict = {"verdict": "does_not_add_up", "message": wrong} if wrong else {"verdict": "adds_up", "old": ""}
        cell = printed.get(number_id, {})
        label = ", ".join(str(cell[k]) for k in ("label", "group_label") if cell.get(k))
        yield {"section": "trace", "id": number_id, "label": label, "new": text} | verdict
    for name, sentence in find_untraced(folder, data.paths):
        if name not in again:
            yield {"section": "trace", "id": name, "verdict": "derived", "message": sentence}


def _seen_rows(published: Path, folder: Path, data: Data, report: Report) -> Rows:
    """What the finished page says, against the objects behind it."""
    path = published.with_suffix(".numbers.yml")
    return seen_rows(folder, data, read_bindings(path) if report.printed else {})


def _published_rows(published: Path, folder: Path) -> Rows:
    figures = read_figures(published.with_suffix(".csv"))
    bindings = read_bindings(published.with_suffix(".numbers.yml"))
    # relations that cannot be read are reported by the check of the figures against each other
    bands = read_relations(published.with_suffix(".relations.yml"), []).get("qualifiers", {})
    for k, pattern in enumerate(unused_patterns(figures, bindings), start=1):
        message = f"Die Zuordnung „{pattern}“ trifft keine Angabe; bitte streichen oder berichtigen."
        yield _problem(f"angaben-{k}", message)
    page = folder / f"{folder.name}.html"
    seen = seen_words(page.read_bytes()) if page.exists() else {}
    for row in judge_published(figures, dict(find_numbers(folder)), bindings, bands, seen):
        figure = figures.get(row["id"], {})
        yield row | {"label": ", ".join(figure[k] for k in ("label", "subgroup") if figure.get(k))}


def _contradiction_rows(published: Path) -> Rows:
    """Contradictions, rules of rounding and implied bases of the printed figures, and what could not be checked."""
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"))
    result = check_consistency(figures, read_relations(published.with_suffix(".relations.yml"), problems), problems)
    yield from result.rows
    yield from (_problem(f"beziehung-{k}", sentence) for k, sentence in enumerate(result.problems, start=1))
