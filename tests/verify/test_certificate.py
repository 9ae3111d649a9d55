"""The certificate: what counts as open, the page for people, the manifest for CODECHECK, the exit status."""

import re
from types import SimpleNamespace

import pytest
import yaml
from lxml import html

from gkanalysis.verify.certificate import VERDICTS, certificate_html, codecheck_yaml, exit_status, settle
from tools.axe import axe_violations, external_requests
from tools.system import needs

ROWS = [
    {"section": "published", "id": "r1-5-04", "verdict": "differs", "old": "11 von 58", "new": "10 von 58", "message": "fehlende Bögen (5)"},
    {"section": "published", "id": "r1-5-02", "verdict": "agrees", "old": "45", "new": "45 von 58"},
    {"section": "published", "id": "r1-2-05", "verdict": "not_checkable", "message": "Daten nicht veröffentlicht."},
    {"section": "output", "id": "tables/t.csv", "verdict": "identical"},
    {"section": "output", "id": "r.pdf", "verdict": "differs", "old": "0f0f", "new": "1f1f", "message": "andere Bytes"},
    {"section": "contradiction", "id": "widerspruch:a.n+b.n", "verdict": "contradiction", "message": "Diese Angaben:\n– a <b>\n– b"},
    {"section": "trace", "id": "uebersicht-10:1.1.A01.4:kreis", "verdict": "adds_up", "new": "9 von 22"},
    {"section": "account", "id": "Bögen", "verdict": "adds_up"},
    {"section": "input", "id": "inputs", "verdict": "identical", "message": "49 Dateien"},
]  # fmt: skip
KNOWN = [{"id": "r1-5-04", "verdict": "differs", "reason": "Im Druck nicht auflösbar."}]
ABOUT = {"Bericht": "Ein Bericht", "Dauer": "27 s"}
FILES = {"r.html": "ab" * 32, "tables/t.csv": "cd" * 32}


def status(rows, accepted=()):
    return {r["id"]: r["status"] for r in settle(rows, accepted)}


def test_a_known_finding_is_accepted_with_its_reason():
    """By id and verdict: another verdict on the same figure is open again."""
    settled = settle(ROWS, KNOWN)
    assert [(r["id"], r["status"]) for r in settled][:3] == [
        ("r.pdf", "open"), ("widerspruch:a.n+b.n", "open"), ("r1-5-04", "accepted"),
    ]  # fmt: skip
    assert settled[2]["reason"] == "Im Druck nicht auflösbar."
    other = [ROWS[0] | {"verdict": "agrees_other_base"}]
    assert status(other, KNOWN)["r1-5-04"] == "open"


@pytest.mark.parametrize("verdict", ["agrees", "not_checkable"])
def test_an_accepted_finding_that_is_none_any_more_is_an_error(verdict):
    """It has come to agree, or is no longer compared: the entry must go."""
    settled = settle([ROWS[0] | {"verdict": verdict}], KNOWN)
    assert (settled[0]["section"], settled[0]["verdict"], settled[0]["status"]) == ("problem", "gone", "open")
    assert settled[0]["message"] == "„weicht ab“ war eingetragen (Im Druck nicht auflösbar.); der Befund besteht nicht mehr. Bitte austragen."  # fmt: skip
    assert exit_status(settled) > 0


def test_what_is_wrong_with_this_report_cannot_be_accepted():
    """Whatever reason somebody enters: it stays open, and so does the entry."""
    row = {"section": "delivered", "id": "beiliegend/r.pdf", "verdict": "differs"}
    settled = settle([row], [{"id": "beiliegend/r.pdf", "verdict": "differs", "reason": "Bekannt."}])
    assert [r["status"] for r in settled] == ["open", "open"]
    assert "nur Befunde zur gedruckten Veröffentlichung" in settled[1]["message"]


GOOD = (
    "identical", "same_values", "within_tolerance", "other_versions", "agrees", "adds_up", "rounding", "implied_base",
)  # fmt: skip
UNCHECKED = ("transcribed", "not_checkable", "derived", "no_exact_number")
MISSING = ("checkable", "not_rebuilt", "not_checked", "unknown_number", "not_bound", "not_compared", "gone", "problem")
WRONG = ("drawn_otherwise", "other_words", "differs", "agrees_other_base", "does_not_add_up", "contradiction")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_is_neither_right_nor_excused_is_open_and_fails(verdict):
    """What is wrong weighs more than what was not compared; both are failures, and known findings are none."""
    row = {"section": "output", "id": "x", "verdict": verdict}
    expected = {**dict.fromkeys(GOOD, ("good", 0)), **dict.fromkeys(UNCHECKED, ("unchecked", 0)), **dict.fromkeys(MISSING, ("open", 17)), **dict.fromkeys(WRONG, ("open", 15))}[verdict]  # fmt: skip
    settled = settle([row], ())
    assert (settled[0]["status"], exit_status(settled)) == expected
    problem = {"section": "problem", "id": "y", "verdict": "problem"}
    assert exit_status(settle([row, problem], ())) == (15 if verdict in WRONG else 17)
    if expected[1]:
        of_print = row | {"section": "published"}
        assert exit_status(settle([of_print], [{"id": "x", "verdict": verdict, "reason": "r"}])) == 0


def page(accepted=KNOWN, rows=ROWS, mark=""):
    return html.fromstring(certificate_html("Ein „Bericht“ <1>", settle(rows, accepted), ABOUT, FILES, mark))


def test_findings_come_first_then_every_row():
    """Verdict, summary, open findings, known ones with their reason, the rest folded, each row exactly once."""
    made = page()
    assert [h.text_content() for h in made.iter("h2")] == [
        "Offene Befunde zu diesem Bericht", "Offene Befunde zur gedruckten Veröffentlichung",
        "Bekannte Befunde zur gedruckten Veröffentlichung", "Alles Übrige", "Die geprüften Dateien", "Angaben zur Prüfung",
    ]  # fmt: skip
    heads = [
        th.text_content().replace("\u200b", "") for t in made.find_class("rows") for th in t.xpath("./tbody/tr/th")
    ]
    assert heads[:3] == ["r.pdf", "widerspruch:a.n+b.n", "r1-5-04"]
    assert sorted(heads) == sorted(r["id"] for r in ROWS)
    (known,) = made.xpath("//tr[@class='accepted']/td[@class='note']")
    assert known.text_content() == "fehlende Bögen (5)Bekannt: Im Druck nicht auflösbar."
    assert made.xpath("//tr[@class='accepted']/td/text()")[:3] == ["weicht ab", "11 von 58", "10 von 58"]


def test_texts_cannot_become_markup_and_lines_stay_lines():
    """Titles and sentences are shown as they are."""
    made = page()
    assert made.find("head/title").text == "Prüfbericht: Ein „Bericht“ <1>"
    (note,) = [td for td in made.find_class("note") if "Diese Angaben" in td.text_content()]
    assert re.split(r"<br>", html.tostring(note, encoding="unicode").partition(">")[2].rpartition("</td>")[0]) == [
        "Diese Angaben:", "– a &lt;b&gt;", "– b",
    ]  # fmt: skip


def test_codecheck_manifest_has_the_fields_of_its_specification():
    """Version, paper, files with comments, who checked, summary, time and report."""
    report = SimpleNamespace(id="r", title="Titel: „A“", authors=["Eins", "Zwei"])
    made = yaml.safe_load(codecheck_yaml(report, FILES, "Gut."))
    assert re.match(r"20\d\d-\d\d-\d\dT", made.pop("check_time"))
    assert made == {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {"title": "Titel: „A“", "authors": [{"name": "Eins"}, {"name": "Zwei"}], "reference": "r.pdf"},
        "manifest": [{"file": f, "comment": f"rebuilt from the received data; SHA-256 {d}"} for f, d in FILES.items()],
        "codechecker": [{"name": "gkanalysis verify (automatic)"}],
        "summary": "Gut.", "repository": ".", "report": "verification.html",
    }  # fmt: skip


@needs("chromium")
@pytest.mark.parametrize(("width", "accepted"), [(1280, KNOWN), (390, ())])
def test_page_is_accessible_and_works_offline(width, accepted, tmp_path):
    """No rule of WCAG AA is broken on screens wide and narrow, with everything unfolded, and nothing is fetched."""
    path = tmp_path / "verification.html"
    made = certificate_html("Bericht", settle(ROWS, accepted), ABOUT, FILES, "Synthetische Daten.")
    path.write_text(made.replace("<details", "<details open"), encoding="utf-8")
    assert axe_violations(path, viewport=(width, 900)) == []
    if width == 390:
        assert external_requests(path) == []
