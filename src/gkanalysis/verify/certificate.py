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
    "contradiction": "Gedruckte Angaben untereinander",
    "published": "Gedruckte Angaben gegen die Nachrechnung",
    "output": "Nachrechnung gegen den veröffentlichten Stand",
    "trace": "Zahlen gegen ihre Herkunft",
    "account": "Verbleib alles Eingegangenen",
    "input": "Daten, Codebücher, Notebooks und Definitionen",
}
# Verdict -> its words, and what it means: compared and right (good), with a declared reason why there is nothing to
# compare (unchecked), wrong, or not compared although it should have been (missing). The last two are open.
VERDICTS = {
    "identical": ("gleiche Bytes", "good"),
    "same_values": ("gleiche Werte, andere Bytes", "good"),
    "within_tolerance": ("gleich im Rahmen der Toleranz", "good"),
    "drawn_otherwise": ("gleiche Werte, anders gezeichnet", "wrong"),
    "differs": ("weicht ab", "wrong"),
    "not_rebuilt": ("nicht neu erzeugt", "missing"),
    "not_checked": ("nicht geprüft", "missing"),
    "agrees": ("stimmt überein", "good"),
    "transcribed": ("wie veröffentlicht wiedergegeben, nicht nachgerechnet", "unchecked"),
    "agrees_other_base": ("stimmt, aber auf anderer Basis", "wrong"),
    "not_checkable": ("nicht prüfbar, mit Grund", "unchecked"),
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
EXIT_WRONG, EXIT_NOT_COMPARED = VerificationError.exit_code, 17


def settle(rows: Sequence[dict[str, Any]], accepted: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Mark each row as good, unchecked, accepted (with its reason) or open; what is neither is open.

    An acceptance without such a finding is a row itself, and open.

    Parameters
    ----------
    rows : dicts with section, id, verdict, and what else there is to say
    accepted : dicts with id, verdict and reason, from one file

    Returns
    -------
    the rows with `status` (open, accepted, unchecked, good) and `reason`, in this order

    Examples
    --------
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
            reason = reasons.pop((row["id"], row["verdict"]), "")
            status = "accepted" if reason else "open"
        settled.append(EMPTY | row | {"status": status, "reason": reason})
    for (row_id, verdict), reason in reasons.items():
        was = VERDICTS.get(verdict, (verdict,))[0]
        message = f"„{was}“ war eingetragen ({reason}); der Befund besteht nicht mehr. Bitte austragen."
        gone = {"section": "problem", "id": row_id, "verdict": "gone", "message": message}
        settled.append(EMPTY | gone | {"status": "open", "reason": ""})
    return sorted(settled, key=lambda r: list(STATUS).index(r["status"]))


def exit_status(rows: Sequence[Mapping[str, Any]]) -> int:
    """Exit status by the worst open row: 0 if there is none, 15 if something is wrong, 17 if only not compared.

    >>> exit_status([{"status": "open", "verdict": "not_checked"}, {"status": "accepted", "verdict": "differs"}])
    17
    """
    kinds = {VERDICTS[r["verdict"]][1] for r in rows if r["status"] == "open"}
    return 0 if not kinds else EXIT_WRONG if "wrong" in kinds else EXIT_NOT_COMPARED


def verdict_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """The verdict as a sentence: passed or not, and how much is open, known, and without anything to compare.

    >>> verdict_words([{"status": "accepted"}, {"status": "good"}])
    'Bestanden: 2 Zeilen, kein offener Befund, 1 bekannter und begründeter Befund, 0 ohne Vergleich.'
    """
    n = Counter(r["status"] for r in rows)
    opened = {0: "kein offener Befund", 1: "1 offener Befund"}.get(n["open"], f"{n['open']} offene Befunde")
    accepted = f"{n['accepted']} bekannte und begründete Befunde"
    accepted = "1 bekannter und begründeter Befund" if n["accepted"] == 1 else accepted
    passed = "Nicht bestanden" if n["open"] else "Bestanden"
    return f"{passed}: {len(rows)} Zeilen, {opened}, {accepted}, {n['unchecked']} ohne Vergleich."


def certificate_html(report: str, rows: Sequence[Mapping[str, Any]], about: Mapping[str, str], mark: str = "") -> str:
    """The page for people: verdict, summary, findings in full, then every other row.

    `mark` says what kind of data the report was made from, where that is known.
    """
    return fill_page(
        "certificate.html", title=f"Prüfbericht: {report}", rows=rows, about=about, mark=mark,
        words=verdict_words(rows), counts=Counter((r["section"], r["status"]) for r in rows),
        sections=SECTIONS, statuses=STATUS, verdicts=VERDICTS,
    )  # fmt: skip


def codecheck_yaml(report: Report, outputs: Sequence[str], summary: str) -> str:
    """A manifest in the form of CODECHECK (https://codecheck.org.uk), version 1.0."""
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": report.title,
            "authors": [{"name": a} for a in report.authors],
            "reference": f"{report.id}.pdf",
        },
        "manifest": [{"file": name, "comment": "rebuilt from the received data"} for name in outputs],
        "codechecker": [{"name": "gkanalysis verify (automatic)"}],
        "summary": summary,
        "repository": ".",
        "check_time": datetime.now(UTC).isoformat(timespec="seconds"),
        "report": "verification.html",
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
