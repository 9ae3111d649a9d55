"""The certificate of a verification: for people (HTML), for programs (JSON), and a CODECHECK manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import yaml

from gkanalysis.report.html import TEMPLATES, font_faces
from gkanalysis.verify import consistency, manifest, published

SECTIONS = {
    "input": "Daten, Codebücher, Notebooks und Definitionen",
    "output": "Neubau gegen Stand der Veröffentlichung",
    "trace": "Zahlen gegen ihre Herkunft",
    "account": "Verbleib aller eingegangenen Dateien",
    "published": "Gedruckte Angaben gegen den Neubau",
    "contradiction": "Widersprüche der gedruckten Angaben untereinander",
    "problem": "Nicht Prüfbares",
}
LABELS = {
    **manifest.VERDICTS,
    **published.VERDICTS,
    "adds_up": "geht auf",
    "does_not_add_up": "geht nicht auf",
    "contradiction": "Widerspruch",
    "gone": "eingetragen, besteht aber nicht mehr",
    "problem": "nicht prüfbar",
}
GOOD = frozenset({"identical", "same_values", "within_tolerance", "agrees", "adds_up", "not_checkable"})


def settle(rows: Sequence[dict[str, Any]], accepted: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Mark each row as good, accepted (with its reason) or open; an acceptance without a finding is a row itself.

    Parameters
    ----------
    rows : dicts with section, id, verdict, and what else there is to say
    accepted : dicts with id, verdict and reason, from one file

    Returns
    -------
    the rows with `status` (good, accepted, open) and `reason`, open ones first

    Examples
    --------
    >>> rows = [{"section": "published", "id": "a", "verdict": "differs"}]
    >>> accepted = [{"id": "a", "verdict": "differs", "reason": "known"}, {"id": "b", "verdict": "differs", "reason": "old"}]
    >>> [(r["id"], r["status"]) for r in settle(rows, accepted)]
    [('b', 'open'), ('a', 'accepted')]
    """
    known = {(a["id"], a["verdict"]): a["reason"] for a in accepted}
    settled = []
    for row in rows:
        reason = known.pop((row["id"], row["verdict"]), "")
        status = "good" if row["verdict"] in GOOD else "accepted" if reason else "open"
        settled.append({"old": "", "new": "", "message": "", **row, "status": status, "reason": reason})
    for (row_id, verdict), reason in known.items():
        was = LABELS.get(verdict, verdict)
        message = f"„{was}“ war eingetragen ({reason}); der Befund besteht nicht mehr. Bitte austragen."
        gone = {"section": "problem", "id": row_id, "verdict": "gone", "message": message}
        settled.append({"old": "", "new": "", **gone, "status": "open", "reason": ""})
    rank = {"open": 0, "accepted": 1, "good": 2}
    return sorted(settled, key=lambda r: rank[r["status"]])


def certificate_html(report: str, rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> str:
    """The page for people: verdict, counts per section, then every row, findings first."""
    open_rows = [r for r in rows if r["status"] == "open"]
    verdict = (
        "Bestanden: jede Abweichung ist bekannt und begründet."
        if not open_rows
        else f"Nicht bestanden: {len(open_rows)} offene Befunde."
    )
    parts = [f'<p class="verdict {"bad" if open_rows else "good"}">{verdict}</p>', _summary(rows)]
    facts = "".join(
        f"<tr><th scope='row'>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in about.items()
    )
    parts.append(
        f"<h2 id='angaben'>Angaben zur Prüfung</h2><div class='scroll'><table aria-label='Angaben zur Prüfung'><tbody>{facts}</tbody></table></div>"
    )
    for section, title in SECTIONS.items():
        chosen = [r for r in rows if r["section"] == section]
        if chosen:
            parts.append(f"<h2 id='{section}'>{escape(title)}</h2>" + _table(chosen, title))
    page = (TEMPLATES / "verification.html").read_text(encoding="utf-8")
    for name, text in {
        "title": f"Prüfbericht zu {escape(report)}",
        "fonts": font_faces(),
        "style": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "body": "".join(parts),
    }.items():
        page = page.replace(f"@@{name}@@", text)
    return page


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter((r["section"], r["status"]) for r in rows)
    body = "".join(
        f"<tr><th scope='row'><a href='#{s}'>{escape(t)}</a></th>"
        + "".join(f"<td>{counts[s, k]}</td>" for k in ("open", "accepted", "good"))
        + "</tr>"
        for s, t in SECTIONS.items()
        if any(counts[s, k] for k in ("open", "accepted", "good"))
    )
    head = "".join(
        f"<th scope='col'>{h}</th>" for h in ("Was geprüft wurde", "offen", "bekannt", "in Ordnung")
    )
    return f"<div class='scroll'><table aria-label='Zusammenfassung'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> str:
    head = "".join(
        f"<th scope='col'>{h}</th>"
        for h in ("Angabe", "Befund", "bisher oder gedruckt", "neu", "Erläuterung")
    )
    body = []
    for r in rows:
        note = escape(r["message"]) + (f"<br><em>Bekannt: {escape(r['reason'])}</em>" if r["reason"] else "")
        body.append(
            f"<tr class='{r['status']}'><th scope='row'>{escape(r['id'])}</th><td>{escape(LABELS.get(r['verdict'], r['verdict']))}</td>"
            f"<td>{escape(str(r['old']))}</td><td>{escape(str(r['new']))}</td><td>{note}</td></tr>"
        )
    return (
        f"<div class='scroll' role='region' tabindex='0' aria-label='{escape(title)}'><table aria-label='{escape(title)}'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def codecheck_yaml(report: str, title: str, outputs: Sequence[str], summary: str, moment: str) -> str:
    """A manifest in the form of CODECHECK (https://codecheck.org.uk), version 1.0."""
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": title,
            "authors": [{"name": "The gkanalysis contributors"}],
            "reference": "reports/" + report,
        },
        "manifest": [{"file": name, "comment": "rebuilt from data/raw"} for name in outputs],
        "codechecker": [{"name": "gkanalysis verify (automatic)"}],
        "summary": summary,
        "check_time": moment,
        "repository": ".",
        "report": "verification.html",
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def contradiction_rows(
    found: consistency.Consistency, figures: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Rows for contradictions among printed figures, and for relations that could not be checked."""
    rows: list[dict[str, Any]] = []
    for c in found.contradictions:
        repairs = " oder ".join("; ".join(f"{k}: {a} → {b}" for k, a, b in repair) for repair in c.repairs)
        names = "; ".join(consistency.name_number(k, figures) for k in c.claims)
        message = f"{names}. {' '.join(c.sentences)} Mögliche Berichtigung: {repairs}."
        rows.append({"section": "contradiction", "id": c.id, "verdict": "contradiction", "message": message})
    for column in found.columns:
        message = f"{column.label}: {consistency.RULE_LABELS[column.rule]}; {column.only_this_rule} Angaben sind nur so richtig."
        rows.append({"section": "contradiction", "id": column.id, "verdict": "adds_up", "message": message})
    rows += [
        {"section": "problem", "id": f"beziehung-{k}", "verdict": "problem", "message": p}
        for k, p in enumerate(found.problems, start=1)
    ]
    return rows
