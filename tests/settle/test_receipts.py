"""Whose form is it, and which one counts: rules V01 to V04, V06 and V16 on frames drawn in the test."""

import pandas as pd
import pytest

from gkanalysis.core.findings import Log
from gkanalysis.settle.receipts import alliances_named, assign_forms, check_receipts, choose_forms, iso_date

ALLIANCES = pd.DataFrame(
    [("B1", "Fulda", ""), ("B2", "Kreis Fulda", "Landkreis Fulda|LK Fulda"), ("B3", "Waldsee", None)],
    columns=["alliance_id", "name", "aliases"],
)


def assign(forms, receipts, names):
    """Assigned forms and the log, from {file: name it gives itself} and (file, received, alliance) lines."""
    log = Log()
    frame = pd.DataFrame({"file": forms, "status": "read"})
    lines = pd.DataFrame(receipts, columns=["file", "received", "alliance_id"], dtype="str")
    lines["row"] = [str(k) for k in range(2, len(lines) + 2)]
    return assign_forms(frame, check_receipts(lines, log), ALLIANCES, names, log), log


def logged(log):
    return [(f["severity"], f["rule"], f["file"]) for f in log.findings]


def test_v01_unknown_alliance_in_the_list():
    """A form of an alliance that the register lacks is an error and is not assigned."""
    assigned, log = assign(["a"], [("a", "2019-05-01", "B9")], {})
    assert assigned.empty
    assert logged(log) == [("error", "V01", "a")]
    said = "„eingang.csv“, Zeile 2 („a“): „B9“ fehlt im Register; bitte die Kennung berichtigen oder"
    assert log.findings[0]["message"].startswith(said)


def test_v01_no_alliance_by_name():
    """A form that is not in the list and names none, or several, is an error."""
    for said, told in (
        ("", "nennt keinen Namen"),
        ("Kassel", "(„Kassel“) passt zu keinem Bündnis"),
        ("Fulda und Waldsee", "(„Fulda und Waldsee“) passt zu mehreren Bündnissen (B1, B3)"),
    ):
        assigned, log = assign(["a"], [], {"a": said})
        assert told in log.findings[0]["message"]
        assert assigned.empty
        assert logged(log) == [("error", "V01", "a")]


def test_v02_form_missing_in_the_folder():
    """A line of the list without a file is a finding at its alliance."""
    assigned, log = assign([], [("a", "2019-05-01", "B1")], {})
    assert assigned.empty
    assert logged(log) == [("finding", "V02", "a")]
    assert log.findings[0]["case_id"] == "B1"


def test_v03_assigned_by_name():
    """A form that is not in the list goes to the only alliance that it names, without a date."""
    assigned, log = assign(["a"], [], {"a": "Der Landrat,\nLK  FULDA"})
    assert assigned[["file", "case_id", "received"]].values.tolist() == [["a", "B2", ""]]
    assert logged(log) == [("finding", "V03", "a")]


@pytest.mark.parametrize(("said", "n"), [("Stadt Fulda", 0), ("", 0), ("Fuldabrück", 1), ("Ostfulda", 1)])
def test_v04_other_name_than_the_register(said, n):
    """The list decides, but a form that calls itself otherwise is asked; a name inside another one is another name."""
    assigned, log = assign(["a"], [("a", "2019-05-01", "B1")], {"a": said})
    assert assigned["case_id"].tolist() == ["B1"]
    assert logged(log) == [("finding", "V04", "a")] * n
    assert all("„Fulda“" in f["question"] for f in log.findings)


def test_v19_form_of_another_alliance():
    """A form that names another alliance of the register is never counted for the one it was filed under."""
    _, log = assign(["a"], [("a", "2019-05-01", "B1")], {"a": "Kreis Fulda"})
    assert logged(log) == [("error", "V19", "a")]
    assert "„LK Fulda“" in log.findings[0]["message"] or "B2" in log.findings[0]["message"]


def test_v19_one_file_under_two_alliances():
    """The same bytes cannot be the answer of two alliances."""
    forms = pd.DataFrame({"file": ["a", "b"], "status": "read", "sha256": ["f0", "f0"]})
    receipts = pd.DataFrame(
        [("a", "2019-05-01", "B1"), ("b", "2019-05-01", "B2")], columns=["file", "received", "alliance_id"]
    )
    log = Log()
    assign_forms(forms, receipts, ALLIANCES, {}, log, "K.1")
    assert logged(log) == [("error", "V19", "a")]


def test_two_alliances_of_one_name_are_never_told_apart():
    """If the register has a name twice, the name alone assigns nothing."""
    twice = pd.concat([ALLIANCES, ALLIANCES[2:].assign(alliance_id="B4")])
    assert alliances_named("Waldsee", twice) == ["B3", "B4"]


def choose(*forms):
    log = Log()
    frame = pd.DataFrame(forms, columns=["file", "case_id", "received"])
    return choose_forms(frame, log)["file"].tolist(), log


def test_v06_later_form_replaces_all_earlier_ones():
    """Each replaced form has its finding, its question and its row in the losses."""
    chosen, log = choose(
        ("a", "B1", "2019-05-03"), ("b", "B1", "2019-04-30"), ("x", "B2", ""), ("c", "B1", "2019-05-01")
    )
    assert chosen == ["a", "x"]
    assert logged(log) == [("finding", "V06", "b"), ("finding", "V06", "c")]
    assert [(x["file"], x["unit"], x["action"]) for x in log.losses] == [
        ("b", "form", "zurückgestellt"), ("c", "form", "zurückgestellt"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "is_error"),
    [("2019-05-01", "2019-05-02", False), ("2019-05-01", "2019-05-01", True), ("", "2019-05-01", True)],
)
def test_v16_forms_without_an_order(first, second, is_error):
    """One day apart is enough; the same day, or no day, is an error."""
    _, log = choose(("a", "B1", first), ("b", "B1", second))
    assert (("error", "V16", "b") in logged(log)) == is_error


def test_v16_list_of_receipts():
    """A strange date and a repeated file are errors that name the line of the list."""
    lines = pd.DataFrame(
        {"file": ["a", "b", "a"], "received": ["1.5.2019", "5/1/2019", "2019-05-02"], "row": ["2", "3", "5"]}
    )
    log = Log()
    assert check_receipts(lines, log)["received"].tolist() == ["2019-05-01", "", "2019-05-02"]
    assert [(f["rule"], f["message"][:7]) for f in log.findings] == [("V16", "Zeile 3"), ("V16", "Zeile 5")]


@pytest.mark.parametrize(
    "text", ["", "1.13.2019", "2019-02-30", "01.05.19", "20190501", "2019-5-1", "01.05.2019 10:00"]
)
def test_no_day(text):
    """What is not certainly a day is none."""
    assert iso_date(text) == ""
