"""The certificate of a verification: for people (HTML), for programs (JSON), and a CODECHECK manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import yaml

from gkanalysis.core.errors import VerificationError
from gkanalysis.report.html import TEMPLATES, font_faces
from gkanalysis.verify import manifest, published

SECTIONS = {
    "problem": "Was sich nicht prüfen ließ",
    "contradiction": "Gedruckte Angaben untereinander",
    "published": "Gedruckte Angaben gegen den Neubau",
    "output": "Neubau gegen den veröffentlichten Stand",
    "trace": "Zahlen gegen ihre Herkunft",
    "account": "Verbleib alles Eingegangenen",
    "input": "Daten, Codebücher, Notebooks und Definitionen",
}
LABELS = {
    **manifest.VERDICTS,
    **published.VERDICTS,
    "adds_up": "geht auf",
    "does_not_add_up": "geht nicht auf",
    "derived": "abgeleitet, ohne eigene Zeilen",
    "contradiction": "Widerspruch",
    "rounding": "Regel der Rundung",
    "implied_base": "erschlossene Basis",
    "no_exact_number": "ohne genaue Zahl",
    "gone": "eingetragen, besteht aber nicht mehr",
    "problem": "nicht prüfbar",
}
STATUS = {"open": "offen", "accepted": "bekannt", "unchecked": "ohne Vergleich", "good": "in Ordnung"}
GOOD = frozenset(
    {"identical", "same_values", "within_tolerance", "agrees", "adds_up", "rounding", "implied_base"}
)
UNCHECKED = frozenset(
    {"not_checkable", "transcribed", "derived", "no_exact_number"}
)  # with a reason that was declared
# What is wrong weighs more than what could not be compared; each has an exit status of its own.
WRONG = frozenset({"differs", "drawn_otherwise", "agrees_other_base", "does_not_add_up", "contradiction"})
EXIT_WRONG, EXIT_NOT_COMPARED = VerificationError.exit_code, 17
DOWNLOADS = (("verification.json", "alle Zeilen für Programme"), ("codecheck.yml", "Manifest für CODECHECK"))


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
    >>> accepted = [{"id": "a", "verdict": "differs", "reason": "known"}, {"id": "b", "verdict": "differs", "reason": "old"}]
    >>> [(r["id"], r["status"]) for r in settle(rows, accepted)]
    [('b', 'open'), ('a', 'accepted')]
    """
    known = {(a["id"], a["verdict"]): a["reason"] for a in accepted}
    settled = []
    for row in rows:
        verdict, reason = row["verdict"], ""
        status = "good" if verdict in GOOD else "unchecked" if verdict in UNCHECKED else "open"
        if status == "open" and (reason := known.pop((row["id"], verdict), "")):
            status = "accepted"
        settled.append({"old": "", "new": "", "message": "", **row, "status": status, "reason": reason})
    for (row_id, verdict), reason in known.items():
        was = LABELS.get(verdict, verdict)
        message = f"„{was}“ war eingetragen ({reason}); der Befund besteht nicht mehr. Bitte austragen."
        gone = {"section": "problem", "id": row_id, "verdict": "gone", "message": message}
        settled.append({"old": "", "new": "", **gone, "status": "open", "reason": ""})
    return sorted(settled, key=lambda r: list(STATUS).index(r["status"]))


def exit_status(rows: Sequence[Mapping[str, Any]]) -> int:
    """Exit status by the worst open row: 0 if there is none, 15 if something is wrong, 17 if only not compared.

    >>> exit_status([{"status": "open", "verdict": "not_checked"}, {"status": "accepted", "verdict": "differs"}])
    17
    """
    verdicts = {r["verdict"] for r in rows if r["status"] == "open"}
    return 0 if not verdicts else EXIT_WRONG if verdicts & WRONG else EXIT_NOT_COMPARED


def verdict_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """The verdict as a sentence: passed or not, and how much is open, known, and without anything to compare.

    >>> verdict_words([{"status": "accepted"}, {"status": "good"}])
    'Bestanden: 2 Zeilen, kein offener Befund, 1 bekannter und begründeter Befund, 0 ohne Vergleich.'
    """
    counts = Counter(r["status"] for r in rows)
    n_open, n_known = counts["open"], counts["accepted"]
    opened = "kein offener Befund" if not n_open else "1 offener Befund" if n_open == 1 else f"{n_open} offene Befunde"  # fmt: skip
    known = "1 bekannter und begründeter Befund" if n_known == 1 else f"{n_known} bekannte und begründete Befunde"  # fmt: skip
    passed = "Nicht bestanden" if n_open else "Bestanden"
    return f"{passed}: {len(rows)} Zeilen, {opened}, {known}, {counts['unchecked']} ohne Vergleich."


def certificate_html(
    report: str, rows: Sequence[Mapping[str, Any]], about: Mapping[str, str], mark: str = ""
) -> str:
    """The page for people: verdict, summary, findings in full, then every other row.

    `mark` says what kind of data the report was made from, where that is known.
    """
    n_open = sum(r["status"] == "open" for r in rows)
    facts = "".join(
        f"<tr><th scope='row'>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in about.items()
    )
    files = ", ".join(f'<a href="{name}">{name}</a> ({what})' for name, what in DOWNLOADS)
    parts = [
        *([f'<p class="mark" role="note">{escape(mark)}</p>'] if mark else []),
        f'<p class="verdict {"bad" if n_open else "good"}">{verdict_words(rows)}</p>', _summary(rows),
        "<p>„Ohne Vergleich“: Es gibt nichts, womit diese Zeile zu vergleichen wäre, zum Beispiel eine gedruckte Angabe ohne "
        "Daten dahinter. Das ist vorgesehen, und der Grund steht bei jeder; was fehlt, obwohl es zu vergleichen wäre, ist ein "
        "offener Befund.</p>",
        f"<p class='files'>Neben dieser Seite: {files}.</p>",
    ]  # fmt: skip
    for status, title in (("open", "Offene Befunde"), ("accepted", "Bekannte Abweichungen")):
        chosen = [r for r in rows if r["status"] == status]
        if chosen:
            parts.append(f"<h2 id='{status}'>{title}</h2>")
            for section in SECTIONS:
                if part := [r for r in chosen if r["section"] == section]:
                    parts.append(
                        f"<h3>{escape(SECTIONS[section])}</h3>"
                        + _table(part, f"{title}: {SECTIONS[section]}")
                    )
    parts.append("<h2 id='rest'>Alles Übrige</h2>")
    for section, title in SECTIONS.items():
        chosen = [r for r in rows if r["section"] == section and r["status"] in ("unchecked", "good")]
        if chosen:
            parts.append(
                f"<details id='{section}'><summary>{escape(title)} ({len(chosen)})</summary>{_table(chosen, title)}</details>"
            )
    parts.append(
        f"<h2 id='angaben'>Angaben zur Prüfung</h2><table class='facts' aria-label='Angaben zur Prüfung'><tbody>{facts}</tbody></table>"
    )
    return fill_page(f"Prüfbericht: {report}", "".join(parts))


def fill_page(title: str, body: str) -> str:
    """A page in the looks of the certificate."""
    page = (TEMPLATES / "verification.html").read_text(encoding="utf-8")
    for name, text in {
        "title": escape(title),
        "fonts": font_faces(),
        "style": (TEMPLATES / "report.css").read_text(encoding="utf-8"),
        "body": body,
    }.items():
        page = page.replace(f"@@{name}@@", text)
    return page


def _summary(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter((r["section"], r["status"]) for r in rows)
    body = []
    for section, title in SECTIONS.items():
        numbers = [counts[section, status] for status in STATUS]
        if any(numbers):
            rest = bool(numbers[2] or numbers[3])
            name = f"<a href='#{section}'>{escape(title)}</a>" if rest else escape(title)
            cells = "".join(
                f"<td class='{status if n else 'none'}'>{n or '–'}</td>"
                for status, n in zip(STATUS, numbers, strict=True)
            )
            body.append(f"<tr><th scope='row'>{name}</th>{cells}</tr>")
    head = "".join(f"<th scope='col'>{h}</th>" for h in ("Was geprüft wurde", *STATUS.values()))
    return f"<table class='summary' aria-label='Zusammenfassung'><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> str:
    """Rows as a table; a column that is empty in all of them is left out."""
    compared = any(r["old"] or r["new"] for r in rows)
    heads = ["Angabe", "Befund", *(["gedruckt oder bisher", "neu"] if compared else []), "Erläuterung"]
    body = []
    for r in rows:
        lines = [escape(line) for line in str(r["message"]).splitlines()]
        lines += [f"<strong>Bekannt:</strong> {escape(r['reason'])}"] if r["reason"] else []
        cells = [LABELS[r["verdict"]], *([str(r["old"]), str(r["new"])] if compared else [])]
        body.append(
            f"<tr class='{r['status']}'><th scope='row'>{_breakable(r['id'])}</th>"
            + "".join(f"<td>{escape(c)}</td>" for c in cells)
            + f"<td class='note'>{'<br>'.join(lines)}</td></tr>"
        )
    head = "".join(f"<th scope='col'>{h}</th>" for h in heads)
    return (
        f"<div class='scroll' role='region' tabindex='0' aria-label='{escape(title)}'><table class='rows' aria-label='{escape(title)}'>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _breakable(text: str) -> str:
    """An id that may break after its joints."""
    for joint in (":", "+", "/", "#"):
        text = text.replace(joint, f"{joint}\u200b")
    return escape(text).replace("\u200b", "<wbr>")


def codecheck_yaml(
    title: str, authors: Sequence[str], reference: str, outputs: Sequence[str], summary: str, moment: str
) -> str:
    """A manifest in the form of CODECHECK (https://codecheck.org.uk), version 1.0."""
    content = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": title,
            "authors": [{"name": a} for a in authors],
            "reference": reference,
        },
        "manifest": [{"file": name, "comment": "rebuilt from the received data"} for name in outputs],
        "codechecker": [{"name": "gkanalysis verify (automatic)"}],
        "summary": summary,
        "repository": ".",
        "check_time": moment,
        "report": "verification.html",
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
