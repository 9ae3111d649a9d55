"""Final states, completeness and findings: rules V05, V07 to V13 on responses drawn in the test."""

from dataclasses import replace

import pandas as pd
import pytest

from forms import BOOK
from gkanalysis.core.findings import RULES, Log
from gkanalysis.ingest.matching import NOT_FOUND
from gkanalysis.settle.validate import (
    check_locations,
    completeness,
    log_reviews,
    set_aside_unprinted,
    settle_responses,
)

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
    """There are 33 rules with stable ids, each with a severity and a title of its own."""
    assert list(RULES) == [f"V{k:02}" for k in range(1, 34)]
    assert {severity for severity, _ in RULES.values()} == {"error", "finding", "hint"}
    assert len({title for _, title in RULES.values()}) == 33


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


def test_v08_counts_questions_not_boxes():
    """The boxes of a choice that is not found are one question; few questions are named, many by first and last."""
    for item_ids, message, letter in (
        (["2.1", "2.1"], "1 Frage (2.1) ohne", "fehlt uns 1 Antwort (2.1 (Kerngruppe an "),
        (["2.1", "2.1", "2.4"], "2 Fragen (2.1 und 2.4) ohne", "fehlen uns 2 Antworten (2.1 und 2.4), weil"),
        (["2.1", "2.2.1", "2.2.2a", "2.4"], "4 Fragen (2.1 bis 2.4) ohne", "4 Antworten (2.1 bis 2.4), weil"),
    ):
        log = Log()
        log_reviews(doubts({"a.docx": item_ids}), {"a.docx": "B1"}, BOOK, log)
        (finding,) = log.findings
        assert finding["message"].startswith(message)
        assert letter in finding["question"]
        assert finding["item_id"].split() == list(dict.fromkeys(item_ids))


def doubts(lacking):
    """Reviews of places that were not found, from {file: items, each as often as it has boxes}."""
    rows = [(file, i, NOT_FOUND, "", "", "") for file, item_ids in lacking.items() for i in item_ids]
    return pd.DataFrame(rows, columns=["file", "item_id", "reason", "raw", "part", "place"])


FORMS = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("versions", "lacking", "expected"),
    [
        ("lll", "abc", [("lang", "2.1")]),
        ("lll", "ab", []),  # one form has the question
        ("llll", "abc", []),
        ("ll", "ab", []),  # two forms show nothing
        ("lllk", "abc", [("lang", "2.1")]),  # another version has it
        ("lllk", "abcd", [("lang", "2.1")]),
        ("llkk", "abcd", []),
    ],
)
def test_v33_question_that_no_form_has(versions, lacking, expected):
    """Only a question that every one of at least three forms of a version lacks was never printed there."""
    version_of = {file: {"l": "lang", "k": "kurz"}[v] for file, v in zip("abcd", versions, strict=False)}
    log, reviews = Log(), doubts({file: ["2.1", "2.1"] for file in lacking})
    left, unprinted = set_aside_unprinted(reviews, version_of, BOOK, log)
    assert sorted(unprinted) == expected
    assert logged(log) == [("finding", "V33", "2.1")] * len(expected)
    assert lost(log) == [("item", "V33", "2.1")] * len(expected)
    assert len(left) == 2 * sum((version_of[file], "2.1") not in expected for file in lacking)
    assert not any(f["question"] for f in log.findings)


def test_v33_other_doubts_stay():
    """A choice of which one box is lacking, and an entry that is not clear, are not a question never printed."""
    log = Log()
    one_box = doubts({file: ["2.1"] for file in FORMS})
    unclear = doubts({file: ["2.4"] for file in FORMS}).assign(reason="nicht eindeutig lesbar", raw="?")
    reviews = pd.concat([one_box, unclear], ignore_index=True)
    left, unprinted = set_aside_unprinted(reviews, dict.fromkeys(FORMS, "lang"), BOOK, log)
    assert (len(left), unprinted, log.findings, log.losses) == (6, frozenset(), [], [])
    left, _ = set_aside_unprinted(doubts({}), {}, BOOK, log)
    assert list(left.columns) == list(reviews.columns)


def test_v33_says_what_to_do():
    """One finding for all questions of a part: few with their labels, many by first and last."""
    for item_ids, said in (
        (["2.4"], f"2.4 ({BOOK.items['2.4'].label}) steht in keinem der 3 gezählten Bögen der Fassung „lang“; sie gilt dort"),
        (["1.1.A01.4", "1.1.A02.4", "1.1.A03.4", "1.1.A04.4"], "4 Fragen, 1.1.A01.4 ("),
    ):  # fmt: skip
        log = Log()
        set_aside_unprinted(doubts(dict.fromkeys(FORMS, item_ids)), dict.fromkeys(FORMS, "lang"), BOOK, log)
        (finding,) = log.findings
        assert finding["message"].startswith(said)
        assert (
            "unter „versions“ eine eigene Fassung anlegen; sonst Nummer und Überschrift" in finding["message"]
        )


def test_v33_option_that_no_form_has():
    """An answer that no form prints is one finding; nobody is asked, and nothing is read into the other boxes."""
    reason = "Kästchen „Nein“: nicht gefunden"
    reviews = doubts({file: ["2.1"] for file in FORMS}).assign(reason=reason, raw="☒ Ja")
    log = Log()
    left, unprinted = set_aside_unprinted(reviews, dict.fromkeys(FORMS, "lang"), BOOK, log)
    assert (len(left), unprinted) == (0, {("lang", "2.1")})  # it filters nothing as long as it is illegible
    assert logged(log) == [("finding", "V33", "2.1")]
    assert log.findings[0]["message"].startswith("Die Vorgabe „Nein“ von 2.1 (")
    assert log.losses == []  # each form has a row of its own: illegible
    log = Log()
    left, _ = set_aside_unprinted(reviews[1:], dict.fromkeys(FORMS, "lang"), BOOK, log)
    assert (len(left), log.findings) == (2, [])


def test_unprinted_question_is_not_asked_and_filters_nothing():
    """It is not asked, unless the team has decided on it; what hangs on it stays as it was answered."""
    rows = drawn(
        ("2.1", "illegible"), ("2.3.1", "answered", "Neue Runde"), ("2.4", "answered", "x", "", "decided")
    )
    rows.loc[0, "place"] = ""
    log = Log()
    settled = settle_responses(rows, BOOK, log, {("lang", "2.1"), ("lang", "2.4")}).set_index("item_id")
    assert settled.loc[["2.1", "2.3.1", "2.4"], "state"].tolist() == ["not_asked", "answered", "answered"]
    assert settled.loc[["2.1", "2.4"], "note"].tolist() == ["unprinted", "decided"]
    assert (log.findings, log.losses) == ([], [])
    rows.loc[0, "place"] = "/p"  # printed, but without all its options
    settled = settle_responses(rows, BOOK, log, {("lang", "2.1")}).set_index("item_id")
    assert settled.loc[["2.1", "2.3.1"], "state"].tolist() == ["illegible", "answered"]
    settled = settle_responses(rows, BOOK, log, {("kurz", "2.1")}).set_index("item_id")
    assert settled.loc[["2.1", "2.3.1"], "state"].tolist() == ["illegible", "not_asked"]


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


def test_impossible_number_behind_a_filter():
    """A number that is impossible and was not asked either is told with both rules, and set aside once."""
    item = replace(BOOK.items["1.2.6"], asked_if=("2.1", "nein"))
    book, log = replace(BOOK, items={**BOOK.items, item.id: item}), Log()
    settled = settle_responses(
        drawn(("2.1", "answered", "ja"), ("1.2.6", "answered", "61", "61")), book, log
    ).set_index("item_id")
    assert settled.loc["1.2.6", "state"] == "not_asked"
    assert logged(log) == [("finding", "V10", "1.2.6"), ("finding", "V11", "1.2.6")]
    assert lost(log) == [("response", "V10", "1.2.6")]


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
