"""The certificate of a verification: for people (HTML), for programs (JSON), and a CODECHECK manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml

from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import VerificationError
from gkanalysis.report.html import fill_page

SECTIONS = {
    "problem": "Was sich nicht prüfen ließ",
    "delivered": "Beiliegende Dateien gegen die Nachrechnung",
    "output": "Nachrechnung gegen den veröffentlichten Stand",
    "trace": "Zahlen gegen ihre Herkunft",
    "seen": "Der fertige Bericht, wie ihn Lesende sehen",
    "account": "Verbleib alles Eingegangenen",
    "input": "Daten, Codebücher, Notebooks, Definitionen, gedruckte Angaben",
    "published": "Gedruckte Angaben gegen die Nachrechnung",
    "contradiction": "Gedruckte Angaben untereinander",
}
PRINTED = ("published", "contradiction")  # what these find is said of the publication, not of this report
# Verdict -> its words, and what it means: compared and right (good), with a declared reason why there is nothing to
# compare (unchecked), wrong, or not compared although it should have been (missing). The last two are open.
VERDICTS = {
    "identical": ("gleiche Bytes", "good"),
    "same_values": ("gleiche Werte, andere Bytes", "good"),
    "within_tolerance": ("gleich im Rahmen der Toleranz", "good"),
    "other_versions": ("gleicher Inhalt, andere Versionen", "good"),
    "drawn_otherwise": ("gleiche Werte, anders gezeichnet", "wrong"),
    "differs": ("weicht ab", "wrong"),
    "not_rebuilt": ("nicht neu erzeugt", "missing"),
    "not_checked": ("nicht geprüft", "missing"),
    "agrees": ("stimmt überein", "good"),
    "other_words": ("gleiche Zahl, aber bei anderen Wörtern", "wrong"),
    "transcribed": ("wie veröffentlicht wiedergegeben, nicht nachgerechnet", "unchecked"),
    "agrees_other_base": ("stimmt, aber auf anderer Basis", "wrong"),
    "not_checkable": ("nicht prüfbar, mit Grund", "unchecked"),
    "checkable": ("als nicht prüfbar eingetragen, aber prüfbar", "missing"),
    "unknown_number": ("die genannte Zahl berechnet kein Bericht", "missing"),
    "not_bound": ("keiner Zahl zugeordnet", "missing"),
    "not_compared": ("zugeordnet, aber nicht vergleichbar", "missing"),
    "adds_up": ("geht auf", "good"),
    "does_not_add_up": ("geht nicht auf", "wrong"),
    "derived": ("abgeleitet, ohne eigene Zeilen", "unchecked"),
    "contradiction": ("Widerspruch", "wrong"),
    "rounding": ("Regel der Rundung", "good"),
    "implied_base": ("erschlossene Basis", "good"),
    "no_exact_number": ("ohne genaue Zahl", "unchecked"),
    "gone": ("eingetragen, besteht aber nicht mehr", "missing"),
    "problem": ("nicht prüfbar", "missing"),
}
STATUS = {"open": "offen", "accepted": "bekannt", "unchecked": "ohne Vergleich", "good": "in Ordnung"}
EMPTY = dict.fromkeys(("old", "new", "message"), "")  # of a row that says nothing there
Rows, Texts = Sequence[Mapping[str, Any]], Mapping[str, str]
EXIT_WRONG, EXIT_NOT_COMPARED = VerificationError.exit_code, 17


def settle(rows: Sequence[dict[str, Any]], accepted: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Give each row its `status` (good, unchecked, accepted or open) and its `reason`; sorted, open ones first.

    Only what is found of the printed publication can be accepted: what is wrong with this report is mended. An acceptance
    (id, verdict, reason) without such a finding is a row itself, and open.

    >>> rows = [{"section": "published", "id": "a", "verdict": "differs"}]
    >>> accepted = [{"id": "a", "verdict": "differs", "reason": "old"}, {"id": "b", "verdict": "differs", "reason": "gone"}]
    >>> [(r["id"], r["status"]) for r in settle(rows, accepted)]
    [('b', 'open'), ('a', 'accepted')]
    """
    reasons = {(a["id"], a["verdict"]): a["reason"] for a in accepted}
    settled = []
    for row in rows:
        status, reason = VERDICTS[row["verdict"]][1], ""
        if status not in STATUS:
            reason = reasons.pop((row["id"], row["verdict"]), "") if row["section"] in PRINTED else ""
            status = "accepted" if reason else "open"
        settled.append(EMPTY | row | {"status": status, "reason": reason})
    of_report = {r["id"] for r in settled if r["section"] not in PRINTED}
    for (row_id, verdict), reason in reasons.items():
        was, why = VERDICTS.get(verdict, (verdict,))[0], "der Befund besteht nicht mehr"
        if row_id in of_report:
            why = "anerkennen lassen sich nur Befunde zur gedruckten Veröffentlichung"
        message = f"„{was}“ war eingetragen ({reason}); {why}. Bitte austragen."
        gone = {"section": "problem", "id": row_id, "verdict": "gone", "message": message}
        settled.append(EMPTY | gone | {"status": "open", "reason": ""})
    return sorted(settled, key=lambda r: list(STATUS).index(r["status"]))


def exit_status(rows: Rows) -> int:
    """Exit status by the worst open row: 0 if there is none, 15 if something is wrong, 17 if only not compared.

    >>> exit_status([{"status": "open", "verdict": "not_checked"}, {"status": "accepted", "verdict": "differs"}])
    17
    """
    kinds = {VERDICTS[r["verdict"]][1] for r in rows if r["status"] == "open"}
    return 0 if not kinds else EXIT_WRONG if "wrong" in kinds else EXIT_NOT_COMPARED


def verdict_words(rows: Rows) -> str:
    """The verdict as a sentence: passed or not; what is open and known, of this report and of the publication apart.

    >>> verdict_words([{"section": "output", "status": "good"}, {"section": "published", "status": "accepted"}])
    'Bestanden: 2 Zeilen; Befunde zu diesem Bericht: 0 offen; Befunde zur gedruckten Veröffentlichung: 0 offen, 1 bekannt und begründet; 0 ohne Vergleich.'
    """
    n = Counter((r["section"] in PRINTED, r["status"]) for r in rows)
    known = [f", {n[printed, 'accepted']} bekannt und begründet" * bool(n[printed, "accepted"]) for printed in (0, 1)]
    return (
        f"{'Nicht bestanden' if n[0, 'open'] + n[1, 'open'] else 'Bestanden'}: {len(rows)} Zeilen; "
        f"Befunde zu diesem Bericht: {n[0, 'open']} offen{known[0]}; Befunde zur gedruckten Veröffentlichung: "
        f"{n[1, 'open']} offen{known[1]}; {n[0, 'unchecked'] + n[1, 'unchecked']} ohne Vergleich."
    )


def certificate_html(report: str, rows: Rows, about: Texts, files: Texts, mark: str = "") -> str:
    """The page for people, on `files` with their SHA-256; `mark` says from what kind of data, where that is known."""
    return fill_page(
        "certificate.html", title=f"Prüfbericht: {report}", rows=rows, about=about, mark=mark,
        words=verdict_words(rows), counts=Counter((r["section"], r["status"]) for r in rows),
        sections=SECTIONS, printed=PRINTED, statuses=STATUS, verdicts=VERDICTS, files=files,
    )  # fmt: skip


def codecheck_yaml(report: Report, outputs: Texts, summary: str) -> str:
    """A manifest in the form of CODECHECK (https://codecheck.org.uk), version 1.0."""
    authors = [{"name": a} for a in report.authors]
    made = {name: f"rebuilt from the received data; SHA-256 {digest}" for name, digest in outputs.items()}
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {"title": report.title, "authors": authors, "reference": f"{report.id}.pdf"},
        "manifest": [{"file": name, "comment": comment} for name, comment in made.items()],
        "codechecker": [{"name": "gkanalysis verify (automatic)"}],
        "summary": summary,
        "repository": ".",
        "check_time": datetime.now(UTC).isoformat(timespec="seconds"),
        "report": "verification.html",
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
