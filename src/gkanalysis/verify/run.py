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
from gkanalysis.codebook.published import read_accepted, read_bindings, usable_relations
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
from gkanalysis.verify.release import TOLERANCE, compare_inputs, compare_outputs, make_manifest, read_manifest
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
    bindings = published.with_suffix(".numbers.yml")
    data = Data(ProjectPaths.of(folder.parents[1], Path("data/raw")))
    return {
        "inputs": lambda: _input_rows(manifest, paths),
        "delivered": lambda: delivered_rows(paths.reports / report.id, folder),
        "manifest": lambda: _output_rows(read_manifest(manifest), folder),
        "trace": lambda: _trace_rows(data, folder),
        "account": lambda: account_rows(data, report.sources),
        "published": lambda: _published_rows(published, folder) if report.printed else (),
        "relations": lambda: _contradiction_rows(published) if report.printed else (),
        "seen": lambda: seen_rows(folder, data, read_bindings(bindings) if report.printed else {}),
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
    """Verify one report and write its certificate, whatever was the matter; returns the verdict as a sentence.

    A `VerificationError` if a finding is open: its exit status is that of the worst one.
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
        possible = checks(report, paths, paths.root / "reports" / NOWHERE).items()
        rows = [row for n, check in possible if n in ("inputs", "manifest", "relations") for row in collect(n, check)]
        message = "Die Nachrechnung ist gescheitert, also ist keine gedruckte Angabe mit ihr verglichen."
        rows += [_problem("rebuild", str(error)), _problem("published", message)]
    accepted: list[dict[str, str]] = []
    rows += collect("accepted", lambda: accepted.extend(read_accepted(release_files(paths, report.id)[1])) or ())
    # a problem that two checks have met in the same file stands once
    once = {row["message"] if row["section"] == "problem" else k: row for k, row in reversed([*enumerate(rows)])}
    settled = settle([*reversed(once.values())], accepted)
    files = {n: sha256((target / n).read_bytes()).hexdigest() for n in make_manifest(target, "", "")["outputs"]}
    shipped = paths.data == paths.root / "data/raw"
    n_again = sum(r["section"] == "trace" and r["verdict"] != "derived" for r in rows)
    about = {
        "Bericht": report.title,
        "Geprüft am": f"{datetime.now(UTC):%d.%m.%Y, %H:%M} Uhr (UTC)",
        "Stand des Projekts": code_state(paths.root),
        "Wer es wiederholen kann": REPEAT[shipped].format(report=report.id),
        "gkanalysis": __version__,
        "Gerechnet mit": ", ".join(map(" ".join, versions().items())),
        **surroundings(),
        "Toleranz": f"Anteile und Grenzen von Intervallen {TOLERANCE:g}; Anzahlen, Texte und Bilder müssen gleich sein",
        "Umfang": f"{len(settled)} Zeilen, {n_again} Zahlen bis zu ihrer Herkunft verfolgt",
        **({"Was niemand nachrechnet": alone} if alone else {}),
        "Dauer": f"{time.monotonic() - began:.0f} s",
    }
    summary, status = verdict_words(settled), exit_status(settled)
    record = {"report": report.id, "passed": not status, "summary": summary, "about": about, "files": files}
    contents = (
        certificate_html(report.title, settled, about, files, mark),
        json.dumps(record | {"rows": settled}, ensure_ascii=False, indent=1) + "\n",
        codecheck_yaml(report, files, summary),
    )
    for name, content in zip(CERTIFICATE, contents, strict=True):
        write_bytes(target / name, content.encode("utf-8"))
    if not status:
        return f"{summary} Prüfbericht: {target / CERTIFICATE[0]}"
    wrong = [(r["id"], VERDICTS[r["verdict"]][0], r["message"]) for r in settled[:SHOWN] if r["status"] == "open"]
    lines = [f"  {name}: {'; '.join(filter(None, told))}" for name, *told in wrong]
    where = f"Alle stehen in „{target / CERTIFICATE[0]}“."
    error = VerificationError("\n".join([f"{summary} Die ersten:", *lines, where]))
    error.exit_code = status
    raise error


def _problem(name: str, sentence: str) -> dict[str, Any]:
    return {"section": "problem", "id": name, "verdict": "problem", "message": sentence}


def delivered_rows(target: Path, folder: Path) -> Rows:
    """Each file that lies beside the certificate against the same one of the rebuild."""
    files = make_manifest(target, "", "")["outputs"]
    if not files:
        what = f"In „{target}“ liegt kein Bericht, über den der Prüfbericht urteilt"
        raise VerificationError(f"{what}; bitte zuerst „make report REPORT={target.name}“ ausführen.")
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
    if rows and all(VERDICTS[row["verdict"]][1] == "good" for row in rows):
        told = ("other_versions", f"Die Veröffentlichung entstand mit {other}.") if other else ("identical", "")
        rows.append({"id": "programme", **dict(zip(("verdict", "message"), told, strict=True))})
    yield from ({"section": "output", **row} for row in rows)


def _input_rows(manifest: Path, paths: ProjectPaths) -> Rows:
    content = read_manifest(manifest)
    if content.get("version") != __version__:
        sentence = f"„{manifest.name}“ stammt aus der Fassung {content.get('version')}, hier läuft {__version__}; bitte mit der passenden Fassung prüfen oder „make release“ ausführen."
        yield _problem("fassung-1", sentence)
    yield from ({"section": "input", **row} for row in compare_inputs(content, paths.root, paths.data))


def _labels(row: Mapping[str, Any], *keys: str) -> str:
    return ", ".join(str(row[k]) for k in keys if row.get(k))


def _trace_rows(data: Data, folder: Path) -> Rows:
    """Each number of the report counted again from the responses, and those that follow from others."""
    again, printed = set(), dict(find_numbers(folder))
    for number_id, text, wrong in recount_report(folder, data):
        again.add(number_id)
        verdict = {"verdict": "does_not_add_up", "message": wrong} if wrong else {"verdict": "adds_up", "old": ""}
        label = _labels(printed.get(number_id, {}), "label", "group_label")
        yield {"section": "trace", "id": number_id, "label": label, "new": text} | verdict
    for name, sentence in find_untraced(folder, data.paths):
        if name not in again:
            yield {"section": "trace", "id": name, "verdict": "derived", "message": sentence}


def _published_rows(published: Path, folder: Path) -> Rows:
    figures = read_figures(published.with_suffix(".csv"))
    bindings = read_bindings(published.with_suffix(".numbers.yml"))
    # relations that cannot be read are reported by the check of the figures against each other
    bands = usable_relations(published.with_suffix(".relations.yml"), []).qualifiers
    for k, pattern in enumerate(unused_patterns(figures, bindings), start=1):
        message = f"Die Zuordnung „{pattern}“ trifft keine Angabe; bitte streichen oder berichtigen."
        yield _problem(f"angaben-{k}", message)
    page = folder / f"{folder.name}.html"
    seen = seen_words(page.read_bytes()) if page.exists() else {}
    for row in judge_published(figures, dict(find_numbers(folder)), bindings, bands, seen):
        yield row | {"label": _labels(figures.get(row["id"], {}), "label", "subgroup")}


def _contradiction_rows(published: Path) -> Rows:
    """Contradictions, rules of rounding and implied bases of the printed figures, and what could not be checked."""
    problems: list[str] = []
    figures = read_figures(published.with_suffix(".csv"))
    result = check_consistency(figures, usable_relations(published.with_suffix(".relations.yml"), problems), problems)
    yield from result.rows
    yield from (_problem(f"beziehung-{k}", sentence) for k, sentence in enumerate(result.problems, start=1))
