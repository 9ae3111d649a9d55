"""What the check of printed figures against each other says, on files that a reader can check by hand."""

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify import consistency
from gkanalysis.verify.consistency import check_consistency
from gkanalysis.verify.wording import report_lines


def figure(
    printed="", n="", base="", *, kind="count", qualifier="", label="Bögen", section="5.1", subgroup=""
):
    return {
        "section": section, "label": label, "subgroup": subgroup, "kind": kind, "printed": printed or n,
        "qualifier": qualifier, "numerator": n, "base": base,
    }  # fmt: skip


def share(printed, n="", base="", **more):
    return figure(printed, n, base, kind="percent", **more)


def check(figures, problems=(), **declared):
    found = check_consistency(figures, declared, problems)
    return found, "\n".join(report_lines(found, figures))


WHOLE = {"id": "ganz", "says": "Neue und alte ergeben alle.", "total": "alle.n", "parts": ["neu.n", "alt.n"]}


def test_parts_that_do_not_make_the_whole():
    """The three numbers are named with label, place and id, the relation in words, and each single way to mend it."""
    figures = {
        "neu": figure(n="13", label="neu gegründet"),
        "alt": figure(n="32"),
        "alle": figure(n="48", section="5"),
    }
    found, text = check(figures, sum=[WHOLE])
    assert [c.claims for c in found.contradictions] == [("neu.n", "alt.n", "alle.n")]
    assert found.contradictions[0].id == "widerspruch:neu.n+alt.n+alle.n"
    assert "Anzahl 13 bei „neu gegründet“ (5.1; neu)" in text
    assert "Anzahl 48 bei „Bögen“ (5; alle)" in text
    assert "Denn: Neue und alte ergeben alle." in text
    mended = [(k, new) for repair in found.contradictions[0].repairs for k, _, new in repair]
    assert mended == [("neu.n", "16"), ("alt.n", "35"), ("alle.n", "45")]
    assert "Anzahl 48 bei „Bögen“ (5; alle): statt 48 müsste 45 stehen." in text
    assert "Wer eine Angabe ändert, beseitigt die Widersprüche dieser Gruppe; das geht auf 3 Weisen:" in text


def test_figures_that_agree_have_no_contradiction():
    """Nothing is found where nothing is wrong, also with parts that need not be complete."""
    figures = {"neu": figure(n="13"), "alt": figure(n="32"), "alle": figure(n="45")}
    assert check(figures, sum=[WHOLE])[1] == "3 Angaben, 1 Beziehungen: 0 Widersprüche."
    figures["alle"] = figure(n="48")
    assert not check(figures, sum=[WHOLE | {"rest": True}])[0].contradictions


def test_count_larger_than_its_base():
    """n ≤ base needs no declaration."""
    found, text = check({"a": figure(n="23", base="22")})
    assert found.contradictions[0].claims == ("a.n", "a.base")
    assert "Eine Anzahl ist nie größer als ihre Basis." in text
    assert "Basis 22 bei „Bögen“ (5.1; a): statt 22 müsste mindestens 23 stehen." in text


def test_the_same_quantity_in_two_places():
    """Two printed numbers for one thing clash, and the sentence says that they are one thing."""
    figures = {"a": figure(n="58"), "b": figure(n="57", section="2")}
    same = {"says": "Beides sind alle Bündnisse.", "terms": ["a.n", "b.n"]}
    for declared in ({"one_number": [same]}, {"equal": [same | {"id": "gleich"}]}):
        found, text = check(figures, **declared)
        assert found.contradictions[0].claims == ("a.n", "b.n")
        assert "Denn: Beides sind alle Bündnisse." in text


def test_a_set_counted_twice_in_a_sum():
    """A part may count more than once."""
    figures = {"eine": figure(n="3"), "zwei": figure(n="2"), "zusammen": figure(n="8")}
    parts = ["eine.n", {"number": "zwei.n", "times": 2}]
    entry = {"id": "s", "says": "Doppelt gezählt.", "total": "zusammen.n", "parts": parts}
    repairs = check(figures, sum=[entry])[0].contradictions[0].repairs
    assert repairs == ((("eine.n", "3", "4"),), (("zusammen.n", "8", "7"),))  # twice „zwei“ is never odd


def test_implied_base_is_solved_and_reported():
    """39 % with 18 and no printed base: the base can only be 46."""
    found, text = check({"a": share("39", "18", label="mit Beirat")})
    assert not found.contradictions
    assert found.implied_bases == (("a.percent", 46, 46),)
    assert "Nicht gedruckte Basis zu Anteil 39 % bei „mit Beirat“ (5.1; a): 46." in text


def test_base_that_no_whole_number_can_be_is_a_finding_with_an_id():
    """34 are 84 % of no whole number."""
    found, text = check({"b": share("84", "34")})
    assert [c.id for c in found.contradictions] == ["widerspruch:b.n+b.percent"]
    assert not found.implied_bases
    assert "Die Basis ist nicht gedruckt, und keine ganze Zahl ergibt zu dieser Anzahl diesen Anteil." in text
    assert "Anzahl 34 bei „Bögen“ (5.1; b): statt 34 müsste 33 oder 36 stehen." in text


def test_impossible_base_with_a_word_before_the_share():
    """„knapp 84 %“ leaves 83 to 84: 34 have no base there either; 33 have one."""
    word = {"qualifiers": {"knapp": [-1, 0]}}
    assert check({"b": share("84", "34", qualifier="knapp")}, **word)[0].contradictions
    assert check({"b": share("84", "30", qualifier="knapp")}, **word)[0].implied_bases == (
        ("b.percent", 36, 36),
    )


def test_one_implied_base_of_several_shares():
    """Shares of the same unprinted base narrow it together, and clash if there is none for both."""
    same = {"says": "Beide Anteile gelten derselben Gruppe.", "terms": ["a.base", "b.base"]}
    figures = {"a": share("7", "3"), "b": share("39", "18")}  # 3 alone may be of 38 to 46
    found, text = check(figures, one_number=[same])
    assert found.implied_bases == (("a.percent", 46, 46),)
    found, text = check({"a": share("41", "18"), "b": share("39", "18")}, one_number=[same])
    assert [c.claims for c in found.contradictions] == [("a.n", "b.n", "a.percent", "b.percent")]
    assert "Denn: Beide Anteile gelten derselben Gruppe. Ein Anteil ist Anzahl durch Basis" in text


def test_share_of_a_printed_base():
    """54.4 % is neither rounded nor cut off 12 of 22, nor of anything: two numbers are enough to clash."""
    found, text = check({"a": share("54.4", "12", "22")})
    assert [c.claims for c in found.contradictions] == [("a.n", "a.percent")]
    assert (
        "Ein Anteil ist Anzahl durch Basis, in einer Spalte überall gerundet oder überall abgeschnitten."
        in text
    )
    assert "statt 54,4 % müsste 54,55 % (12 von 22) stehen" in text


COLUMN = {"id": "spalte", "label": "Übersicht, insgesamt", "figures": "a*"}


def test_rule_of_rounding_is_reported_for_each_column():
    """The rule that holds, how many figures show it, and the one that breaks it."""
    figures = {
        "a1": share("86.6", "39", "45"),
        "a2": share("46.6", "21", "45"),
        "a3": share("20.0", "9", "45"),
    }
    figures |= {"b1": share("86.7", "39", "45"), "b2": share("46.6", "21", "45"), "b3": share("60.0", "27", "45"), "b4": share("17.8", "8", "45")}  # fmt: skip
    other = {"id": "andere", "label": "Übersicht, Kreise", "figures": "b*"}
    found, text = check(figures, percent_columns=[COLUMN, other])
    assert (
        "Übersicht, insgesamt: abgeschnitten (3 Angaben, 2 Angaben sind nur so richtig); Ausnahmen: keine."
        in text
    )
    assert "Übersicht, Kreise: kaufmännisch gerundet (4 Angaben, 2 Angaben sind nur so richtig); Ausnahmen: Anteil 46,6 % bei „Bögen“ (5.1; b2)." in text  # fmt: skip
    assert [c.claims[-1] for c in found.contradictions] == ["b2.percent"]


def test_column_that_fits_both_rules_and_one_without_figures():
    """Nothing is claimed about a rule that the figures do not show."""
    empty = {"id": "leer", "label": "Anteile allein", "figures": "b*"}
    figures = {"a1": share("20.0", "9", "45"), "b1": share("20.0")}
    text = check(figures, percent_columns=[COLUMN, empty])[1]
    assert "Übersicht, insgesamt: kaufmännisch gerundet (1 Angaben, beide Regeln passen)" in text
    assert "Anteile allein: keine Angabe mit Anzahl und Basis, an der sich die Rundung zeigt." in text


def test_two_columns_may_follow_two_rules():
    """A rule holds for a column, not for the file."""
    figures = {"a1": share("86.6", "39", "45"), "b1": share("86.7", "39", "45")}
    both = [COLUMN, COLUMN | {"id": "zwei", "figures": "b*"}]
    assert not check(figures, percent_columns=both)[0].contradictions
    assert check(figures, percent_columns=[COLUMN | {"figures": "*"}])[0].contradictions


def test_contradictions_of_unconnected_figures_are_apart():
    """Each group has its own corrections; smaller contradictions come first."""
    figures = {
        "neu": figure(n="1"),
        "alt": figure(n="1"),
        "alle": figure(n="3"),
        "x": figure(n="5", base="4"),
    }
    found, text = check(figures, sum=[WHOLE])
    assert [len(c.claims) for c in found.contradictions] == [2, 3]
    assert len(found.corrections) == 2
    assert text.count("Wer eine Angabe ändert") == 2


def test_figures_without_exact_number_are_named():
    """Ranges, dates and „ca. 75 000“ are not compared, and the report says which they are."""
    figures = {
        "a": figure(n="58"),
        "b": figure("ca. drei", kind="text"),
        "c": figure("75000", qualifier="ca."),
    }
    found, text = check(figures)
    assert found.unchecked == ("b", "c")
    assert "Ohne genaue Zahl, daher nicht verglichen: 2 Angaben (b, c)." in text


def test_problems_of_the_files_stand_in_the_report():
    """What could not be read is said at the end, and the rest has been checked."""
    _, text = check({"a": figure(n="3", base="2")}, ["Zeile 9 zählt nicht."], sum=[WHOLE])
    assert "1 Widersprüche" in text
    assert "Nicht geprüft: Zeile 9 zählt nicht." in text
    assert "Nicht geprüft: Beziehung „ganz“ nennt „alle.n“" in text


def test_a_group_that_cannot_be_solved_leaves_the_others(monkeypatch):
    """The solver gives up on one group: a sentence names its figures, the contradictions of the others are found."""
    real = consistency.smallest_corrections

    def gives_up(system):
        if any(c.key == "x.n" for c in system.claims):
            raise VerificationError("Die Angaben ließen sich nicht durchrechnen.")
        return real(system)

    monkeypatch.setattr(consistency, "smallest_corrections", gives_up)
    figures = {
        "neu": figure(n="1"),
        "alt": figure(n="1"),
        "alle": figure(n="3"),
        "x": figure(n="5", base="4"),
    }
    found, _ = check(figures, sum=[WHOLE])
    assert len(found.contradictions) == 1
    assert found.problems == ("Die Angaben ließen sich nicht durchrechnen. Betroffen sind x.",)


@pytest.mark.parametrize(("n", "needed"), [("9", "3 bis 7"), ("2", "3 bis 7")])
def test_needed_number_may_be_a_range(n, needed):
    """What must stand there is said as far as the other numbers fix it."""
    figures = {"a": figure(n=n), "low": figure(n="3"), "high": figure(n="7")}
    at_least = {"id": "u", "says": "u", "total": "a.n", "parts": ["low.n"], "rest": True}
    at_most = {"id": "o", "says": "o", "total": "high.n", "parts": ["a.n"], "rest": True}
    changes = [c for r in check(figures, sum=[at_least, at_most])[0].contradictions[0].repairs for c in r]
    assert ("a.n", n, needed) in changes
