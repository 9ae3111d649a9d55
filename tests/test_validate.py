"""Final states, completeness and findings: rules V05, V07 to V13 on responses drawn in the test."""

import pandas as pd
import pytest

from forms import BOOK
from gkanalysis.findings import RULES, Log
from gkanalysis.validate import check_locations, completeness, log_reviews, settle_responses

COLUMNS = ["item_id", "state", "value", "raw", "note"]
GROUPED = ["file", "case_id", "version", "place", "occurrence"]


def drawn(*rows, version="lang", case_id="B1"):
    """Responses of one form: (item, state, value, raw, note); what is left out is empty."""
    frame = pd.DataFrame([(*row, "", "", "")[:5] for row in rows], columns=COLUMNS)
    return frame.assign(file="a.docx", case_id=case_id, version=version, place="/p", occurrence=1)


def settle(*rows, version="lang"):
    """Item -> final state of the drawn responses, and the log."""
    log = Log()
    settled = settle_responses(drawn(*rows, version=version), BOOK, log)
    states = dict(zip(settled["item_id"], settled["state"], strict=True))
    return {row[0]: states[row[0]] for row in rows}, log


def logged(log):
    return [(f["severity"], f["rule"], f["item_id"]) for f in log.findings]


def lost(log):
    return [(x["unit"], x["rule"], x["item_id"]) for x in log.losses]


def test_rules_are_complete():
    """There are 32 rules with stable ids, each with a severity and a title of its own."""
    assert list(RULES) == [f"V{k:02}" for k in range(1, 33)]
    assert {severity for severity, _ in RULES.values()} == {"error", "finding", "hint"}
    assert len({title for _, title in RULES.values()}) == 32


@pytest.mark.parametrize(("ticked", "n"), [("kreis_mit", 0), ("kreis_allein", 0), ("kreisfrei", 1)])
def test_v05_location(ticked, n):
    """The location ticked in the head must be possible for the type in the register."""
    log = Log()
    check_locations(drawn(("K.7", "answered", ticked)), {"B1": "kreis"}, BOOK, log)
    assert logged(log) == [("finding", "V05", "K.7")] * n


def test_v07_several_options():
    """Two options of a single choice stay contradictory, are asked about and recorded."""
    states, log = settle(("2.1", "contradictory", "ja|nein"))
    assert states == {"2.1": "contradictory"}
    assert logged(log) == [("finding", "V07", "2.1")]
    assert "ja und nein zugleich" in log.findings[0]["message"]
    assert lost(log) == [("response", "V07", "2.1")]


def test_v08_illegible():
    """A review of an item is a finding with the raw entry; the illegible response is a loss."""
    states, log = settle(("1.1.A03.4", "illegible", "", "(x)"))
    assert states == {"1.1.A03.4": "illegible"}
    assert lost(log) == [("response", "V08", "1.1.A03.4")]
    review("1.1.A03.4", "Kreuz nicht eindeutig", "(x)", log=log)
    assert logged(log) == [("finding", "V08", "1.1.A03.4")]
    assert (
        log.findings[0]["question"]
        == "Bei 1.1.A03.4 (Kommunales Integrationszentrum) steht „(x)“. Was ist gemeint?"
    )


def review(*row, log, **options):
    frame = pd.DataFrame(
        [("a.docx", *row, "part", "/p")], columns=["file", "item_id", "reason", "raw", "part", "place"]
    )
    log_reviews(frame, {"a.docx": "B1"}, BOOK, log, **options)


def test_v09_placeholders_of_one_form():
    """Placeholders left standing are one hint a form; one at a question that was not asked is none."""
    states, log = settle(
        ("2.1", "answered", "ja"),
        ("2.4", "not_answered", "", "…", "placeholder"),
        ("K.2", "not_answered", "", "…", "placeholder"),
        ("2.3.1", "not_answered", "", "…", "placeholder"),
        ("K.3", "answered", "Amt", "Amt …", "placeholder"),
    )
    assert states["2.4"] == "not_answered"
    assert logged(log) == [("hint", "V09", "2.4 K.2")]
    assert lost(log) == [("response", "V09", "2.4 K.2")]


@pytest.mark.parametrize(
    ("parent", "child", "final", "n"),
    [
        (("answered", "nein"), ("answered", "Neue Runde"), "answered", 0),
        (("answered", "nein"), ("not_answered", ""), "not_answered", 0),
        (("answered", "ja"), ("not_answered", ""), "not_asked", 0),
        (("answered", "ja"), ("answered", "Neue Runde"), "not_asked", 1),
        (("answered", "ja"), ("illegible", "???"), "not_asked", 1),
        (("not_answered", ""), ("answered", "Neue Runde"), "not_asked", 1),
        (("contradictory", "ja|nein"), ("answered", "Neue Runde"), "not_asked", 1),
    ],
)
def test_v10_filter(parent, child, final, n):
    """2.3.1 is asked after „nein“ only; what stands there otherwise is set aside with a question and a record."""
    states, log = settle(("2.1", *parent), ("2.3.1", *child))
    assert states["2.3.1"] == final
    assert [x for x in logged(log) if x[1] == "V10"] == [("finding", "V10", "2.3.1")] * n
    assert [x for x in lost(log) if x[1] == "V10"] == [("response", "V10", "2.3.1")] * n


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("0", True), ("60", True), ("4,5", True), (" 12 ", True), ("0.5", True), ("-1", False), ("61", False), ("1.000", False),
     ("nan", False), ("inf", False), ("1e1", False), ("1_0", False), ("²", False), ("monatlich", False), ("4-6", False)],
)  # fmt: skip
def test_v11_numbers(text, is_number):
    """Meetings a year: 0 to 60, in German or English notation; what could be two numbers is illegible."""
    states, log = settle(("1.2.6", "answered", text, text))
    assert states == {"1.2.6": "answered" if is_number else "illegible"}
    assert logged(log) == [("finding", "V11", "1.2.6")] * (not is_number)
    assert lost(log) == [("response", "V11", "1.2.6")] * (not is_number)


def test_v11_number_beside_a_placeholder():
    """A leftover placeholder does not save an impossible number from the check."""
    states, _ = settle(("1.2.6", "answered", "viele", "viele …", "placeholder"))
    assert states == {"1.2.6": "illegible"}


def test_v12_own_actor():
    """An actor in the empty row is one hint; its tick as a member is no mention of the set, which is recorded."""
    _, log = settle(
        ("1.1.A14.1", "answered", "Moschee"), ("1.1.A14.3", "selected"), ("1.1.A14.4", "selected"), ("1.1.B14.4", "selected")
    )  # fmt: skip
    assert [(f["rule"], f["message"]) for f in log.findings] == [
        ("V12", "Zusätzlicher Akteur in der Leerzeile A14: „Moschee“."),
        ("V12", "Zusätzlicher Akteur in der Leerzeile B14: „ohne Namen“."),
    ]
    assert lost(log) == [("response", "V12", "1.1.A14.4"), ("response", "V12", "1.1.B14.4")]


def test_v13_entry_outside():
    """An entry that belongs to no item is a finding with a question, and a loss."""
    log = Log()
    review("", "Eintrag außerhalb der bekannten Felder", "Bitte um Rückruf", log=log)
    assert logged(log) == [("finding", "V13", "")]
    assert lost(log) == [("response", "V13", "")]
    assert (log.findings[0]["case_id"], log.findings[0]["raw"]) == ("B1", "Bitte um Rückruf")


def test_decided_doubts_are_not_asked_again():
    """A doubt that the team has decided is no finding any more; others of the form are."""
    log = Log()
    review("2.4", "nicht eindeutig lesbar", "?", log=log, decided={("a.docx", "2.4")})
    review("2.1", "Kästchen", "?", log=log, decided={("a.docx", "2.4")})
    assert logged(log) == [("finding", "V08", "2.1")]


def test_not_asked_for_items_of_the_other_version():
    """The short form asks 69 of 498 printed items; the others get a row each, none is asked and missing."""
    settled = settle_responses(drawn(("2.4", "answered", "x"), version="kurz"), BOOK, Log())
    added = settled[settled["state"] == "not_asked"]
    lacking = [i.id for i in BOOK.items.values() if i.label and not BOOK.in_version(i, "kurz")]
    assert added["item_id"].tolist() == lacking
    assert {"1.1.A03.3", "1.2.1", "2.2.2a", "K.8"} <= set(lacking)
    assert set(added["note"]) == {"version"}


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([("1.1.A03.4", "selected"), ("2.1", "answered", "ja")], "full"),
        ([("1.1.A03.4", "selected"), ("2.1", "contradictory", "ja|nein")], "full"),
        ([("1.1.A03.4", "selected"), ("2.1", "not_answered")], "partial"),
        ([("1.1.A03.4", "not_selected"), ("2.1", "answered", "ja")], "partial"),
        ([("1.1.A03.3", "selected"), ("2.1", "answered", "ja")], "partial"),
        ([("1.1.A14.4", "selected"), ("2.1", "answered", "ja")], "partial"),
        ([("1.1.A03.4", "illegible", "", "(x)"), ("2.1", "answered", "ja")], "partial"),
        ([("1.1.A03.4", "illegible", "", "(x)")], "partial"),
        ([("1.1.A03.4", "illegible"), ("K.1", "answered", "Kreis")], "unusable"),
        ([("2.3.1", "not_asked", "set aside"), ("K.1", "answered", "Kreis")], "unusable"),
        ([("K.1", "not_answered")], "unusable"),
    ],
)  # fmt: skip
def test_completeness(rows, status):
    """Full: a mention in column 4 and any mark at 2.1; partial: any entry beyond the head; each side of the rule."""
    assert completeness(drawn(*rows), BOOK).to_dict() == {"B1": status}


def test_finding_table_puts_errors_first():
    """Errors, findings, hints; each by rule and case."""
    log = Log()
    for rule, case_id in (("V12", "B1"), ("V08", "B2"), ("V16", "B9"), ("V08", "B1")):
        log.find(rule, "m", case_id=case_id)
    table = log.finding_table()
    assert list(zip(table["rule"], table["case_id"], strict=True)) == [
        ("V16", "B9"), ("V08", "B1"), ("V08", "B2"), ("V12", "B1"),
    ]  # fmt: skip
