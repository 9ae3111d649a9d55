"""Final states, completeness and findings: rules V05, V07 to V13 and V33 on responses drawn in the test."""

import pandas as pd
import pytest

from forms import BOOK
from gkanalysis.core.findings import Log
from gkanalysis.ingest.matching import (
    BESIDE_BOX,
    MARKED,
    MARKED_BOX,
    NOT_FOUND,
    OUTSIDE,
    PICTURE,
    SHADED,
    UNKNOWN,
    UNKNOWN_PROMPT,
    UNREAD,
)
from gkanalysis.settle.validate import check_locations, completeness, log_reviews, set_aside_unprinted, settle_responses

FORMS = ["a", "b", "c"]


def drawn(*rows, version="lang"):
    """Responses of one form: (item, state, value, raw, note); what is left out is empty."""
    columns = ["item_id", "state", "value", "raw", "note"]
    frame = pd.DataFrame([(*row, "", "", "")[:5] for row in rows], columns=columns)
    return frame.assign(file="a.docx", case_id="B1", version=version, place="/p", occurrence=1)


def logged(log):
    return [(f["severity"], f["rule"], f["item_id"]) for f in log.findings]


def lost(log):
    return [(x["unit"], x["rule"], x["item_id"]) for x in log.losses]


def doubts(lacking, reason=NOT_FOUND, raw=""):
    """Reviews from {file: items, each as often as it has boxes}."""
    rows = [(file, i, reason, raw, "/p") for file, item_ids in lacking.items() for i in item_ids]
    return pd.DataFrame(rows, columns=["file", "item_id", "reason", "raw", "place"])


NEW = ("answered", "Neue Runde")  # at 2.3.1, which is asked after „nein“ at 2.1 only


@pytest.mark.parametrize(
    ("rows", "states", "findings", "losses"),
    [  # findings and losses: rule and item
        ([("2.1", "contradictory", "ja|nein")], ["contradictory"], ["V07 2.1"], ["V07 2.1"]),
        ([("1.1.A03.4", "illegible", "", "(x)")], ["illegible"], [], ["V08 1.1.A03.4"]),  # the reader asks
        # placeholders left standing are one hint a form; one at a question that was not asked is none
        ([("2.1", "answered", "ja"), ("2.4", "not_answered", "", "…", "placeholder"),
          ("K.2", "not_answered", "", "…", "placeholder"), ("2.3.1", "not_answered", "", "…", "placeholder"),
          ("K.3", "answered", "Amt", "Amt …", "placeholder")],
         ["answered", "not_answered", "not_answered", "not_asked", "answered"], ["V09 2.4 K.2"], ["V09 2.4 K.2"]),
        ([("2.1", "answered", "nein"), ("2.3.1", *NEW)], ["answered", "answered"], [], []),
        ([("2.1", "answered", "nein"), ("2.3.1", "not_answered")], ["answered", "not_answered"], [], []),
        ([("2.1", "answered", "ja"), ("2.3.1", "not_answered")], ["answered", "not_asked"], [], []),
        ([("2.1", "answered", "ja"), ("2.3.1", *NEW)], ["answered", "not_asked"], ["V10 2.3.1"], ["V10 2.3.1"]),
        ([("2.1", "answered", "ja"), ("2.3.1", "illegible", "???")], ["answered", "not_asked"], ["V10 2.3.1"],
         ["V10 2.3.1"]),
        ([("2.1", "not_answered"), ("2.3.1", *NEW)], ["not_answered", "not_asked"], ["V10 2.3.1"], ["V10 2.3.1"]),
        # what the team decided is nothing that the alliance ticked, which is not asked about it
        ([("2.1", "answered", "ja", "☒ Nein", "decided"), ("2.3.1", *NEW)], ["answered", "not_asked"], [], ["V10 2.3.1"]),
        ([("2.1", "contradictory", "ja|nein"), ("2.3.1", *NEW)], ["contradictory", "not_asked"],
         ["V07 2.1"], ["V07 2.1", "V10 2.3.1"]),  # who is asked what was ticked is not asked whether it was
        # a leftover placeholder does not save an impossible number from the check
        ([("1.2.6", "answered", "viele", "viele …", "placeholder")], ["illegible"], ["V11 1.2.6"], ["V11 1.2.6"]),
        # the tick of an actor in an empty row as a member is no mention of the set
        ([("1.1.A14.1", "answered", "Moschee"), ("1.1.A14.3", "selected"), ("1.1.A14.4", "selected")],
         ["answered", "selected", "selected"], ["V12 1.1.A14.1"], ["V12 1.1.A14.4"]),
    ],
)  # fmt: skip
def test_states(rows, states, findings, losses):
    """What each response counts as in the end, what is asked about it, and what is recorded as lost."""
    log = Log()
    settled = settle_responses(drawn(*rows), BOOK, log)
    assert settled["state"].tolist()[: len(rows)] == states
    assert [f"{f['rule']} {f['item_id']}" for f in log.findings] == findings
    assert [f"{x['rule']} {x['item_id']}" for x in log.losses] == losses


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("0", True), ("60", True), ("4,5", True), (" 12 ", True), ("0.5", True), ("-1", False), ("61", False), ("1.000", False),
     ("nan", False), ("inf", False), ("1e1", False), ("1_0", False), ("²", False), ("4¹", False), ("monatlich", False), ("4-6", False)],
)  # fmt: skip
def test_numbers(text, is_number):
    """Meetings a year: 0 to 60, in German or English notation; what could be two numbers is illegible (V11)."""
    log = Log()
    settled = settle_responses(drawn(("1.2.6", "answered", text, text)), BOOK, log)
    assert settled["state"][0] == ("answered" if is_number else "illegible")
    assert logged(log) == [("finding", "V11", "1.2.6")] * (not is_number)


@pytest.mark.parametrize(("ticked", "n"), [("kreis_mit", 0), ("kreis_allein", 0), ("kreisfrei", 1)])
def test_location(ticked, n):
    """The location ticked in the head must be possible for the type in the register (V05)."""
    log = Log()
    check_locations(drawn(("K.7", "answered", ticked)), {"B1": "kreis"}, BOOK, log)
    assert logged(log) == [("finding", "V05", "K.7")] * n


def test_doubts_of_the_reader():
    """An entry of an item is asked about (V08), one of no item is lost as well (V13); decided ones are left alone."""
    log = Log()
    for item_id in ("1.1.A03.4", "2.4", ""):
        log_reviews(doubts({"a": [item_id]}, "unklar", "(x)"), {"a": "B1"}, BOOK, log, {("a", "2.4")})
    assert logged(log) == [("finding", "V08", "1.1.A03.4"), ("finding", "V13", "")]
    place = "Tabelle 1.1, Zeile „Kommunales Integrationszentrum“, Spalte „Akteure in der Bündnis-Kerngruppe“"
    assert [f["question"] for f in log.findings] == [
        f"Bei {place} steht „(x)“. Was ist gemeint?",
        "In Ihrem Bogen steht „(x)“ an einer Stelle, die wir nicht zuordnen können. Was ist gemeint?",
    ]
    assert (log.findings[1]["case_id"], log.findings[1]["raw"]) == ("B1", "(x)")
    note = doubts({"a": [""]}, UNKNOWN, "nur noch 2").assign(place="/w:comments[1]/w:comment[1]/w:p[1]")
    log_reviews(note, {"a": "B1"}, BOOK, log)
    assert log.findings.pop()["message"] == "Kommentar: Eintrag außerhalb der bekannten Felder („nur noch 2“)."
    log.losses.pop()
    assert lost(log) == [("response", "V13", "")]


CELL = "/w:document[1]/w:body[1]/w:tbl[2]/w:tr[{}]/w:tc[4]"
ROW = "Tabelle 2, Zeile {}, Zelle 4"


@pytest.mark.parametrize(
    ("item_id", "reason", "raw", "rows", "question"),
    [
        ("", UNKNOWN, "x", [7], f"steht „x“ an einer Stelle, die wir nicht zuordnen können ({ROW.format(7)}). Was"),
        ("", UNKNOWN, "x", [7, 9], f"nicht zuordnen können ({ROW.format(7)} und {ROW.format(9)}). Was"),
        ("", PICTURE, "1 Bild", [7], f"ein Bild, das wir nicht lesen können ({ROW.format(7)}). Gehört es zu"),
        ("", UNKNOWN, "Zeichnung", [7], f"eingefügt, das wir nicht lesen können: Zeichnung ({ROW.format(7)}). Was"),
        ("", MARKED, "Jobcenter", [7], f"ist „Jobcenter“ hervorgehoben ({ROW.format(7)}). Ist das als Kreuz"),
        ("2.4", UNREAD, "☐ | Zeichnung", [7], "ist etwas eingefügt, das wir nicht lesen können („Zeichnung“). Was"),
        ("2.4", "„☒“ ist durchgestrichen", "☒", [7], "ist „☒“ durchgestrichen. Was gilt?"),
        (
            "2.1", f"Kästchen „Nein“: {MARKED_BOX}", "☐ Ja\n☐ Nein", [7],
            "ist Gedrucktes hervorgehoben („☐ Ja / ☐ Nein“). Ist",
        ),
        ("2.4", SHADED, "☐", [7], "ist das leere Kästchen farbig. Ist es als angekreuzt gemeint?"),
    ],
)  # fmt: skip
def test_letters_are_in_plain_words(item_id, reason, raw, rows, question):
    """They say where, as people count, and what is seen there; what stands in several places is one question."""
    frame = pd.DataFrame([("a", item_id, reason, raw, CELL.format(row)) for row in rows])
    log = Log()
    log_reviews(frame.set_axis(["file", "item_id", "reason", "raw", "place"], axis=1), {"a": "B1"}, BOOK, log)
    (asked,) = {f["question"] for f in log.findings}
    assert question in asked


@pytest.mark.parametrize(
    ("item_ids", "message", "letter"),
    [
        (["2.1", "2.1"], "1 Frage (2.1) ohne", "fehlt uns 1 Antwort (Frage 2.1 („Kerngruppe an "),
        (["2.1", "2.1", "2.4"], "2 Fragen (2.1 und 2.4) ohne", "fehlen uns 2 Antworten (Frage 2.1 und Frage 2.4), weil"),
        (["2.1", "2.2.1", "2.2.2a", "2.4"], "4 Fragen (2.1 bis 2.4) ohne", "4 Antworten (Frage 2.1 bis Frage 2.4), weil"),
    ],
)  # fmt: skip
def test_questions_are_counted_not_boxes(item_ids, message, letter):
    """The boxes of a choice that is not found are one question; few are named, many by first and last."""
    log = Log()
    log_reviews(doubts({"a": item_ids}), {"a": "B1"}, BOOK, log)
    (finding,) = log.findings
    assert finding["message"].startswith(message)
    assert letter in finding["question"]
    assert finding["item_id"].split() == list(dict.fromkeys(item_ids))


@pytest.mark.parametrize(
    ("versions", "lacking", "unprinted"),
    [
        ("lll", "abc", {("lang", "2.1")}),
        ("lll", "ab", set()),  # one form has the question
        ("llll", "abc", set()),
        ("ll", "ab", set()),  # two forms show nothing
        ("lllk", "abc", {("lang", "2.1")}),  # another version has it
        ("lllk", "abcd", {("lang", "2.1")}),
        ("llkk", "abcd", set()),
    ],
)
def test_question_that_no_form_has(versions, lacking, unprinted):
    """Only what every one of at least three forms of a version lacks was never printed there; nobody is asked (V33)."""
    version_of = {file: {"l": "lang", "k": "kurz"}[v] for file, v in zip("abcd", versions, strict=False)}
    log = Log()
    left, given = set_aside_unprinted(doubts({file: ["2.1"] * 2 for file in lacking}), version_of, BOOK, log)
    assert given == unprinted
    assert (logged(log), lost(log)) == (
        [("finding", "V33", "2.1")] * len(unprinted), [("item", "V33", "2.1")] * len(unprinted),
    )  # fmt: skip
    assert len(left) == 2 * sum((version_of[file], "2.1") not in unprinted for file in lacking)
    assert not any(f["question"] for f in log.findings)


def test_option_that_no_form_has():
    """It is one finding and nothing is read into the other boxes; one box, or an unclear entry, is no such thing."""
    versions = dict.fromkeys(FORMS, "lang")
    for reason, raw, n in (("Kästchen „Nein“: nicht gefunden", "☒ Ja", 0), (NOT_FOUND, "", 3), ("unklar", "?", 3)):
        log = Log()
        left, unprinted = set_aside_unprinted(doubts({f: ["2.1"] for f in FORMS}, reason, raw), versions, BOOK, log)
        assert (len(left), log.losses) == (n, [])  # each form has a row of its own: illegible
        assert unprinted == (set() if n else {("lang", "2.1")})
        assert logged(log) == ([] if n else [("finding", "V33", "2.1")])
    assert list(set_aside_unprinted(doubts({}), {}, BOOK, log)[0].columns) == list(doubts({}).columns)


@pytest.mark.parametrize(
    ("item_id", "reason", "raws", "rule", "n_left"),
    [
        ("", UNKNOWN, ["Bitte bis Mai", "bitte  bis Mai", "Bitte bis Juni"], "V33", 1),
        ("2.1", BESIDE_BOX, ["☒ Ja, und zwar\n☐ Nein", "☐ Ja, und zwar\n☒ Nein"], "V33", 0),
        ("2.4", UNKNOWN_PROMPT, ["Bitte angeben"] * 3, "V33", 0),
        ("", OUTSIDE, ["image: logo.png"] * 3, "V36", 0),
        ("", PICTURE, ["1 Bild", "1 Bild", "2 Bilder"], "", 1),  # a logo that all have
        ("", UNKNOWN, ["Bitte bis Mai"], "", 1),  # of one form
        ("", UNKNOWN, ["x", "x", "x"], "", 3),  # no words
        ("2.1", "unklar", ["Ja"] * 3, "", 3),
    ],
)
def test_words_that_most_forms_share_are_printed(item_id, reason, raws, rule, n_left):
    """The team hears of them once, and no alliance is asked; what single forms have stays a question."""
    log = Log()
    frame = pd.concat([doubts({f: [item_id]}, reason, raw) for f, raw in zip(FORMS, raws, strict=False)])
    left, unprinted = set_aside_unprinted(frame, dict.fromkeys(FORMS, "lang"), BOOK, log)
    assert (len(left), unprinted, [f["rule"] for f in log.findings]) == (n_left, set(), [rule] if rule else [])
    assert not any(f["question"] for f in log.findings)


def test_unprinted_question_is_not_asked_and_filters_nothing():
    """It is not asked, unless the team has decided on it; what hangs on it stays as it was answered."""
    rows = drawn(("2.1", "illegible"), ("2.3.1", *NEW), ("2.4", "answered", "x", "", "decided"))
    for place, version, states in (
        ("", "lang", ["not_asked", "answered", "answered"]),
        ("/p", "lang", ["illegible", "answered", "answered"]),  # printed, but without all its options
        ("/p", "kurz", ["illegible", "not_asked", "answered"]),
    ):
        rows.loc[0, "place"] = place
        settled = settle_responses(rows, BOOK, Log(), {(version, "2.1"), (version, "2.4")})
        assert settled["state"].tolist()[:3] == states
        assert settled["note"].tolist()[:3] == ["" if place else "unprinted", "", "decided"]


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
)
def test_completeness(rows, status):
    """Full: a mention in column 4 and any mark at 2.1; partial: any entry beyond the head; each side of the rule."""
    assert completeness(drawn(*rows), BOOK).to_dict() == {"B1": status}
