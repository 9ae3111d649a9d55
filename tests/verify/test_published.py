"""Every published figure gets one verdict against the rebuilt numbers, and nothing is green that was not compared."""

import pytest

from gkanalysis.codebook.published import read_bindings
from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.certificate import GOOD, UNCHECKED
from gkanalysis.verify.published import judge_published, unused_patterns

REBUILT = {"t:a:alle": (39, 45), "t:b:kreis": (9, 21), "anzahl": (48, None)}
BANDS = {"knapp": (-1, 0)}


def figure(printed="", n="", base="", *, kind="count", qualifier=""):
    texts = dict.fromkeys(("section", "label", "subgroup"), "")
    return texts | {"kind": kind, "printed": printed, "qualifier": qualifier, "numerator": n, "base": base}


def share(printed, n="", base="", **more):
    return figure(printed, n, base, kind="percent", **more)


def judge(row, number="t:a:alle", **more):
    """Verdict on one figure that is bound to a number."""
    return judge_published(
        {"f": row}, REBUILT, {"bindings": [{"match": "f", "number": number, **more}]}, BANDS
    ).iloc[0]


@pytest.mark.parametrize(
    ("row", "number", "rule"),
    [
        (share("86.7", "39", "45"), "t:a:alle", "kaufmännisch gerundet"),
        (share("86.6", "39", "45"), "t:a:alle", "abgeschnitten"),
        (share("42.8", "9", "21"), "t:b:kreis", "abgeschnitten"),
        (share("43", "9", "21"), "t:b:kreis", "kaufmännisch gerundet"),
        (share("42,9"), "t:b:kreis", "kaufmännisch gerundet"),
        (share("87", qualifier="knapp"), "t:a:alle", "knapp"),
        (figure("48", "48"), "anzahl", ""),
        (figure("39", "39", "45"), "t:a:alle", ""),
    ],
)
def test_agrees_and_under_which_rule(row, number, rule):
    """Half up, cut off, or within what a word allows; the rule is said where a share is printed."""
    found = judge(row, number)
    assert (found.verdict, found.rule) == ("agrees", rule)


def test_a_share_that_both_rules_print():
    """Nothing is claimed about a rule that the figure does not show."""
    rebuilt, declared = {"t": (9, 45)}, {"bindings": [{"match": "f", "number": "t"}]}
    assert judge_published({"f": share("20.0", "9", "45")}, rebuilt, declared).rule.item() == "beides"


@pytest.mark.parametrize("row", [figure("39", "39", "48"), share("86.7", "39", "48")])
def test_agrees_on_another_base(row):
    """The count is right, the printed base is not the base of the rebuilt number; both are named."""
    found = judge(row)
    assert found.verdict == "agrees_other_base"
    assert found.message == "Anzahl 39 stimmt; gedruckte Basis 48, neu gerechnet 45"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (figure("40", "40", "45"), "gedruckt 40, neu gerechnet 39"),
        (figure("40", "39", "45"), "gedruckt 40, neu gerechnet 39"),
        (share("86.5", "39", "45"), "gedruckt 86,5 %, 39 von 45 sind 86,67 %"),
        (share("86.5"), "gedruckt 86,5 %, 39 von 45 sind 86,67 %"),
        (share("86", qualifier="knapp"), "gedruckt knapp 86 %, 39 von 45 sind 86,67 %"),
        (share("86.7", "38", "45"), "gedruckt 38, neu gerechnet 39"),
    ],
)
def test_differs(row, message):
    """A count or a share that is not the rebuilt one is said with both."""
    found = judge(row)
    assert (found.verdict, found.message) == ("differs", message)


def test_base_of_a_number_can_be_what_is_printed():
    """A head of a column prints the base of its numbers."""
    found = judge(figure("45", "45"), part="base")
    assert (found.verdict, found.n) == ("agrees", 45)
    assert judge(figure("44", "44"), part="base").verdict == "differs"


@pytest.mark.parametrize(
    ("row", "number", "message"),
    [
        (figure("ca. vierzig"), "t:a:alle", "Gedruckt ist keine Anzahl."),
        (figure("39", "39 Bögen"), "t:a:alle", "„39 Bögen“ ist keine ganze Zahl."),
        (share("zwei Drittel"), "t:a:alle", "Der Anteil ist nicht geprüft: „zwei Drittel“ ist kein Anteil."),
        (share("87", qualifier="rund"), "t:a:alle", "Der Anteil ist nicht geprüft: was „rund“ heißt, ist nicht erklärt."),
        (share("87", "48"), "anzahl", "Die Zahl des Berichts hat keine Basis, der Anteil ist nicht prüfbar."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_not_green(row, number, message):
    """A figure that is bound but no number, or without the base it needs, has a verdict of its own."""
    found = judge(row, number)
    assert (found.verdict, found.message) == ("not_compared", message)


def test_base_that_nothing_was_compared_with_is_said():
    """The count agrees; that the printed base was not compared stands beside it."""
    found = judge(figure("48", "48", "58"), "anzahl")
    assert found.verdict == "agrees"
    assert (
        found.message
        == "Die gedruckte Basis 58 steht nicht bei der Zahl des Berichts und ist nicht verglichen."
    )


def test_figures_that_no_report_computes():
    """A number that the report lacks, a figure that nobody assigned, and one with a reason are three verdicts."""
    declared = {
        "bindings": [{"match": "weg", "number": "gibt:es:nicht"}],
        "not_checkable": [{"match": "g-.*", "reason": "Die Gespräche sind nicht veröffentlicht."}],
    }
    rows = dict.fromkeys(("weg", "g-1", "neu"), figure("3", "3"))
    found = judge_published(rows, REBUILT, declared).set_index("id")
    assert found.verdict.to_dict() == {"weg": "unknown_number", "g-1": "not_checkable", "neu": "not_bound"}
    assert found.message["weg"] == "„gibt:es:nicht“ gibt es im Bericht nicht; bitte die Zuordnung prüfen."
    assert found.message["g-1"] == "Die Gespräche sind nicht veröffentlicht."
    assert not GOOD & set(found.verdict)
    assert set(found.verdict) & UNCHECKED == {"not_checkable"}


def test_groups_of_a_pattern_name_the_number():
    """One binding serves a table: parts of the id, looked up where they are called otherwise in the report."""
    declared = {
        "tables": {"gruppe": {"k": "kreis"}, "zeile": {"01": "b"}},
        "bindings": [{"match": r"u-(\d\d)(\w)", "number": "t:{zeile[1]}:{gruppe[2]}"}],
    }
    found = judge_published({"u-01k": figure("9", "9"), "u-02k": figure("9", "9")}, REBUILT, declared)
    assert found.number.tolist() == ["t:b:kreis", ""]
    assert found.verdict.tolist() == ["agrees", "unknown_number"]
    assert found.message[1] == "In „t:{zeile[1]}:{gruppe[2]}“ führt '02' zu nichts; bitte „tables“ ergänzen."


def test_the_first_binding_that_fits_counts():
    """Special cases stand above the pattern of the table."""
    declared = {"bindings": [{"match": "f", "number": "anzahl"}, {"match": ".*", "number": "t:a:alle"}]}
    assert judge_published({"f": figure("48", "48")}, REBUILT, declared).verdict.item() == "agrees"
    assert unused_patterns({"f": {}}, declared) == [".*"]
    assert unused_patterns({"f": {}, "g": {}}, declared) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "ist nicht lesbar: die Datei fehlt."),
        ("a: [", "ist nicht lesbar: Zeile 2, Spalte 1: eine Klammer ist nicht geschlossen"),
        ("- a", "eine Liste steht, wo Angaben der Form „name: wert“ stehen müssen"),
        ("bindings: 3", "bindings: „3“ ist keine Liste"),
        ("bindings: [{match: a}]", "bindings › a: es fehlt „number“"),
        ("bindings: [x]", "bindings › 1: „x“ steht, wo Angaben der Form „name: wert“ stehen müssen"),
        (
            "bindings: [{match: a, number: b, part: N}]",
            "bindings › a › part: „N“ gibt es nicht (erlaubt: n, base)",
        ),
        ("bindings: [{match: '(a', number: b}]", "„(a“ ist kein gültiges Muster"),
        (
            "bindings: []\nnot_checkable: [{match: a}]",
            "not_checkable › a: es fehlt „reason“",
        ),
        ("bindings: []\nnot_checkable: 5", "not_checkable: „5“ ist keine Liste"),
        (
            "bindings: []\ntables: [1]",
            "tables: eine Liste steht, wo Angaben der Form „name: wert“ stehen müssen",
        ),
    ],
)
def test_bindings_that_cannot_be_used(text, sentence, tmp_path):
    """One German sentence with the path, the entry and what it lacks."""
    path = tmp_path / "r.numbers.yml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(VerificationError) as error:
        read_bindings(path)
    assert sentence in str(error.value)
    assert f"„{path}“" in str(error.value)
