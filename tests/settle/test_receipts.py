"""Whose form is it, and which one counts: rules V01 to V04, V06, V16 and V19 on frames drawn in the test."""

import pandas as pd
import pytest

from gkanalysis.core.findings import Log
from gkanalysis.settle.receipts import alliances_named, assign_forms, check_days, check_receipts, choose_forms, iso_date

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


def test_later_form_replaces_all_earlier_ones():
    """Each replaced form has its finding, its question and its row in the losses."""
    forms = [("a", "B1", "2019-05-03"), ("b", "B1", "2019-04-30"), ("x", "B2", ""), ("c", "B1", "2019-05-01")]
    assert choose(*forms) == (["a", "x"], [("V06", "b"), ("V06", "c")], ["b", "c"])


@pytest.mark.parametrize(
    ("first", "second", "is_error"),
    [("2019-05-01", "2019-05-02", False), ("2019-05-01", "2019-05-01", True), ("", "2019-05-01", True)],
)
def test_forms_without_an_order(first, second, is_error):
    """One day apart is enough; the same day, or no day, is an error."""
    assert (("V16", "b") in choose(("a", "B1", first), ("b", "B1", second))[1]) == is_error


def test_list_of_receipts():
    """A strange date and a repeated file are errors that name the line of the list; Excel's German dates are read."""
    lines = {"file": ["a", "b", "a"], "received": ["1.5.2019", "5/1/2019", "2019-05-02"], "row": ["2", "3", "5"]}
    log = Log()
    assert check_receipts(pd.DataFrame(lines), log)["received"].tolist() == ["2019-05-01", "", "2019-05-02"]
    assert [(f["rule"], f["message"][:7]) for f in log.findings] == [("V16", "Zeile 3"), ("V16", "Zeile 5")]


@pytest.mark.parametrize(
    "text", ["", "1.13.2019", "2019-02-30", "01.05.19", "20190501", "2019-5-1", "01.05.2019 10:00"]
)
def test_no_day(text):
    """What is not certainly a day is none."""
    assert iso_date(text) == ""


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
