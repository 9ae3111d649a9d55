"""Whose form is it, and which one counts: rules V01 to V04, V06, V16 and V19 on frames drawn in the test."""

import pandas as pd
import pytest

from gkanalysis.core.findings import Log
from gkanalysis.settle.receipts import alliances_named, assign_forms, check_days, check_receipts, choose_forms

ALLIANCES = pd.DataFrame(
    [("B1", "Fulda", ""), ("B2", "Kreis Fulda", "Landkreis Fulda|LK Fulda"), ("B3", "Waldsee", None)],
    columns=["alliance_id", "name", "aliases"],
)


def assign(forms, receipts, names, **more):
    """Case of each assigned form, and the findings: severity, rule, file."""
    log = Log()
    lines = pd.DataFrame(receipts, columns=["file", "received", "alliance_id"], dtype="str")
    lines["row"] = [str(k) for k in range(2, len(lines) + 2)]
    frame = pd.DataFrame({"file": forms, "status": "read"} | more)
    assigned = assign_forms(frame, check_receipts(lines, log), ALLIANCES, names, log)
    return assigned["case_id"].tolist(), [(f["severity"], f["rule"], f["file"]) for f in log.findings], log


LISTED = [("a", "2019-05-01", "B1")]


def test_one_fault_in_many_rows_is_told_once():
    """With the rows in their order, and an example made of the first; another fault is another line."""
    log = Log()
    days = ["17.05.20", "18.5.20", "2020-05-19", "3.06.20", "Mai"]
    lines = pd.DataFrame({"file": list("dcbae"), "received": days, "row": list("23456")})
    check_receipts(lines, log)
    table = log.finding_table()
    assert sorted(table["message"]) == [
        "3-mal, Zeilen 2–3 und 5, zuerst: Zeile 2 der Eingangsliste: „17.05.20“ hat eine zweistellige Jahreszahl; bitte vierstellig, etwa 17.05.2020.",
        "Zeile 6 der Eingangsliste: „Mai“ ist kein Datum; bitte schreiben wie 2020-05-31 (etwa für den 31. Mai 2020).",
    ]
    assert sorted(zip(table["file"], table["raw"], strict=True)) == [("", "17.05.20 | 18.5.20 | 3.06.20"), ("e", "Mai")]
    for row in range(10, 40, 3):
        log.find("V16", f"Zeile {row}: „Zeile {row}“ fehlt.")
    log.find("V12", "„Zeile 4“")  # an answer
    log.find("V12", "„Zeile 5“")
    log.find("V08", "Zeile 1: unklar.", question="?")  # each alliance is asked its own
    log.find("V08", "Zeile 2: unklar.", question="?")
    messages = log.finding_table()["message"].tolist()
    assert (
        "10-mal, Zeilen 10, 13, 16, 19, 22, 25, 28, 31 und 2 weitere, zuerst: Zeile 10: „Zeile 10“ fehlt." in messages
    )
    assert {"„Zeile 4“", "„Zeile 5“", "Zeile 1: unklar.", "Zeile 2: unklar."} <= set(messages)


@pytest.mark.parametrize(
    ("forms", "receipts", "name", "cases", "rule", "says"),
    [
        (["a"], [("a", "2019-05-01", "B9")], "", [], "V01", "„eingang.csv“, Zeile 2 („a“): „B9“ fehlt im Register; bitte die"),
        (["a"], [("a", "2019-05-01", "")], "Fulda", [], "V01", "Zeile 2 („a“): „“ fehlt im Register"),
        (["a"], [], "", [], "V01", "nennt keinen Namen"),
        (["a"], [], "Kassel", [], "V01", "(„Kassel“) passt zu keinem Bündnis"),
        (["a"], [], "Fulda und Waldsee", [], "V01", "passt zu mehreren Bündnissen (B1, B3)"),
        ([], LISTED, "", [], "V02", "„a“ steht in der Eingangsliste, liegt aber nicht im Ordner"),
        (["a"], [], "Der Landrat,\nLK  FULDA", ["B2"], "V03", "nach dem Namen „Der Landrat"),
        (["a"], LISTED, "Stadt Fulda", ["B1"], "", ""),
        (["a"], LISTED, "", ["B1"], "", ""),
        # the list decides, but a form that calls itself otherwise is asked; a name inside another one is another name
        (["a"], LISTED, "Fuldabrück", ["B1"], "V04", "Der Bogen nennt „Fuldabrück“, das Register „Fulda“"),
        (["a"], LISTED, "Ostfulda", ["B1"], "V04", ""),
        # a form that names another alliance is never counted for the one it was filed under
        (["a"], LISTED, "Kreis Fulda", ["B1"], "V19", "der Bogen selbst nennt „Kreis Fulda“ (B2)"),
    ],
)  # fmt: skip
def test_whose_form_it_is(forms, receipts, name, cases, rule, says):
    """By the list, else by the only alliance that the form names; what is not certain stops."""
    given, findings, log = assign(forms, receipts, {"a": name})
    severity = "error" if rule in ("V01", "V19") else "finding"
    assert (given, findings) == (cases, [(severity, rule, "a")] if rule else [])
    assert all(says in f["message"] for f in log.findings)


def test_one_file_under_two_alliances():
    """The same bytes cannot be the answer of two alliances; a name that the register has twice assigns nothing."""
    twice = [("a", "2019-05-01", "B1"), ("b", "2019-05-01", "B2")]
    assert assign(["a", "b"], twice, {}, sha256=["f0", "f0"])[1] == [("error", "V19", "a")]
    same_name = pd.concat([ALLIANCES, ALLIANCES[2:].assign(alliance_id="B4")])
    assert alliances_named("Waldsee", same_name) == ["B3", "B4"]


def choose(*forms):
    """Chosen files, findings (rule, file), and lost files."""
    log = Log()
    chosen = choose_forms(pd.DataFrame(forms, columns=["file", "case_id", "received"]), log)
    rules = [(f["rule"], f["file"]) for f in log.findings]
    return chosen["file"].tolist(), rules, [x["file"] for x in log.losses if x["action"] == "zurückgestellt"]


@pytest.mark.parametrize(
    ("first", "second", "is_error"),
    [("2019-05-01", "2019-05-02", False), ("2019-05-01", "2019-05-01", True), ("", "2019-05-01", True)],
)
def test_forms_without_an_order(first, second, is_error):
    """One day apart is enough; the same day, or no day, is an error."""
    assert (("V16", "b") in choose(("a", "B1", first), ("b", "B1", second))[1]) == is_error


@pytest.mark.parametrize(("second", "remedy"), [("f1", "alle bis auf eine löschen"), ("f2", "Eingangsliste ergänzen")])
def test_copy_of_a_form(second, remedy):
    """„a - Kopie.docx“ beside „a.docx“: both are named; the same file may go, another one needs a date."""
    forms, log = (
        pd.DataFrame({"file": ["a - Kopie", "a"], "case_id": "B1", "received": "", "sha256": ["f1", second]}),
        Log(),
    )
    choose_forms(forms, log)
    (message,) = (f["message"] for f in log.findings if f["rule"] == "V16")
    assert "(„a - Kopie“, „a“)" in message
    assert remedy in message


@pytest.mark.parametrize(
    ("received", "doubted"),
    [("2019-05-01", False), ("2021-12-31", False), ("", False), ("2018-12-31", True), ("2109-05-20", True)],
)
def test_day_before_the_form_was_sent_or_years_after(received, doubted):
    """The day decides which form counts, so one that cannot be is told (V16)."""
    log = Log()
    form = pd.DataFrame({"file": ["a"], "case_id": "B1", "version": "kurz", "received": received})
    check_days(form, {"kurz": "2019-05", "lang": "2018-11"}, "eingang.csv", log)
    assert [(f["rule"], f["raw"]) for f in log.findings] == ([("V16", received)] if doubted else [])
