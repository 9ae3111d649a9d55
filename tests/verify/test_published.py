"""Every published figure gets one verdict against the rebuilt numbers, and nothing is green that was not compared."""

import pytest

from gkanalysis.codebook.published import read_bindings
from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.published import judge_published, seen_words, unused_patterns

NUMBERS = {"a": (39, 45), "b": (9, 21), "c": (9, 45), "anzahl": (48, None), "t": (40, None), "u": (19, 93)}
REBUILT = {name: {"n": n, "base_n": base_n} for name, (n, base_n) in NUMBERS.items()}
REBUILT["t"] |= {"definition": "ListTotal(", "unit": "prozent", "qualifier": "etwa"}
REBUILT["u"] |= {"definition": "ListTotal(", "unit": "anzahl", "qualifier": float("nan")}


def figure(printed="", n="", base="", *, kind="count", qualifier=""):
    texts = {"section": "5", "label": "ja", "subgroup": ""}
    return texts | {"kind": kind, "printed": printed, "qualifier": qualifier, "numerator": n, "base": base}


def share(printed, n="", base="", **more):
    return figure(printed, n, base, kind="percent", **more)


def judge(row, number, **more):
    """The row of one figure that is bound to a number."""
    declared = {"bindings": [{"match": "f", "number": number, **more}]}
    return judge_published({"f": row}, REBUILT, declared, {"knapp": (-1, 0)})[0]


@pytest.mark.parametrize(
    ("row", "number", "verdict", "message"),
    [
        (share("86.7", "39", "45"), "a", "agrees", "; kaufmännisch gerundet"),
        (share("86.6", "39", "45"), "a", "agrees", "; abgeschnitten"),
        (share("42,9"), "b", "agrees", "; kaufmännisch gerundet"),
        (share("20.0", "9", "45"), "c", "agrees", "; beides"),
        (share("87", qualifier="knapp"), "a", "agrees", "; knapp"),
        (figure("48", "48"), "anzahl", "agrees", ""),
        (figure("39", "39", "45"), "a", "agrees", ""),
        (figure("48", "48", "58"), "anzahl", "agrees", ": Die gedruckte Basis 58 steht nicht bei der Zahl des Berichts und ist nicht verglichen."),
        (figure("39", "39", "48"), "a", "agrees_other_base", ": Anzahl 39 stimmt; gedruckte Basis 48, neu gerechnet 45"),
        (share("86.7", "39", "48"), "a", "agrees_other_base", ": Anzahl 39 stimmt; gedruckte Basis 48, neu gerechnet 45"),
        (figure("40", "40", "45"), "a", "differs", ": gedruckt 40, neu gerechnet 39"),
        (figure("40", "39", "45"), "a", "differs", ": gedruckt 40, neu gerechnet 39"),
        (share("86.5", "39", "45"), "a", "differs", ": gedruckt 86,5 %, 39 von 45 sind 86,67 %"),
        (share("86", qualifier="knapp"), "a", "differs", ": gedruckt knapp 86 %, 39 von 45 sind 86,67 %"),
        (share("86.7", "38", "45"), "a", "differs", ": gedruckt 38, neu gerechnet 39"),
        (figure("ca. vierzig"), "a", "not_compared", ": Gedruckt ist keine Anzahl."),
        (figure("39", "39 Bögen"), "a", "not_compared", ": „39 Bögen“ ist keine ganze Zahl."),
        (share("zwei Drittel"), "a", "not_compared", ": Der Anteil ist nicht geprüft: „zwei Drittel“ ist kein Anteil."),
        (share("87", qualifier="rund"), "a", "not_compared", ": Der Anteil ist nicht geprüft: was „rund“ heißt, ist nicht erklärt."),
        (share("87", "48"), "anzahl", "not_compared", ": Die Zahl des Berichts hat keine Basis, der Anteil ist nicht prüfbar."),
        (figure("3", "3"), "weg", "unknown_number", ": „weg“ gibt es im Bericht nicht; bitte die Zuordnung prüfen."),
        (share("40", qualifier="etwa"), "t", "transcribed", ": Die Summe ist dieser Veröffentlichung entnommen; Einzeldaten, aus denen sie nachzurechnen wäre, liegen nicht vor."),
        (share("41", qualifier="etwa"), "t", "differs", ": Zahl „41“ gedruckt, „40“ wiedergegeben"),
        (share("40"), "t", "differs", ": Zusatz „“ gedruckt, „etwa“ wiedergegeben"),
        (figure("40", qualifier="etwa"), "t", "differs", ": Einheit „anzahl“ gedruckt, „prozent“ wiedergegeben"),
        (share("40", base="93", qualifier="etwa"), "t", "differs", ": Basis „93“ gedruckt, „“ wiedergegeben"),
    ],
)  # fmt: skip
def test_verdict_on_a_figure_and_its_number(row, number, verdict, message):
    """Counts, bases, shares under either rule, words, totals that were only copied: one verdict, and why."""
    judged = judge(row, number)
    assert (judged["verdict"], judged["message"]) == (verdict, f"ja (5){message}")


def test_what_is_printed_and_what_was_rebuilt_stand_beside_the_verdict():
    """With word, unit, count and base; the base of a number can be what is printed."""
    judged = judge(share("86.7", "39", "45", qualifier="rund"), "a")
    assert (judged["old"], judged["new"]) == ("rund 86,7\u00a0% (39 von 45)", "39 von 45")
    assert (judge(figure("45", "45"), "a", part="base")["new"], judge(figure("44", "44"), "a", part="base")["verdict"]) == ("45", "differs")  # fmt: skip
    assert judge(figure("19", base="93"), "u")["verdict"] == "transcribed"


REST = [
    ("a", "rest", figure("6", "6", "45"), "agrees"), ("a", "count", figure("39", "39", "13"), "agrees"),
    ("a + b", "n", figure("48", "48", "66"), "agrees"), ("a + b", "n", figure("47", "47", "66"), "differs"),
    ("a + anzahl", "n", figure("87", "87"), "agrees"), ("a + weg", "n", figure("39", "39"), "unknown_number"),
    ("anzahl", "rest", figure("0", "0"), "not_compared"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "part", "row", "verdict"), REST)
def test_a_figure_can_be_a_sum_the_rest_of_a_base_or_a_count_on_another_base(number, part, row, verdict):
    """What the report prints in two cells, or as its opposite, is compared all the same."""
    assert judge(row, number, part=part)["verdict"] == verdict


@pytest.mark.parametrize(
    ("label", "n", "verdict"),
    [("Sitz: Bildung", "4", "checkable"), ("bildung", "4", "checkable"), ("Sitz: Bildung", "5", "not_checkable"),
     ("Bildung für alle", "4", "not_checkable"), ("Sitz: Integration", "4", "not_checkable")],
)  # fmt: skip
def test_a_reason_why_nothing_can_be_compared_is_checked(label, n, verdict):
    """Who says that the report does not print a figure is contradicted by a cell with its words and its number."""
    rebuilt = {"t:b:alle": {"n": 4, "base_n": 9, "label": "Bildung"}}
    declared = {"bindings": [], "not_checkable": [{"match": "f", "reason": "Der Bericht druckt sie nicht."}]}
    (row,) = judge_published({"f": figure(n, n) | {"label": label}}, rebuilt, declared)
    assert row["verdict"] == verdict
    assert ("„t:b:alle“ druckt die Zahl bei denselben Wörtern" in row["message"]) == (verdict == "checkable")


@pytest.mark.parametrize(("second", "fits"), [((5, "Kreise"), True), ((5, "Städte"), False), ((6, "Kreise"), False)])
def test_each_part_of_a_sum_stands_at_its_words(second, fits):
    """The row they share, and for each its own group; the numbers that are printed there add up."""
    cells = {"t:x:a": (4, "Städte"), "t:x:b": second}
    seen = {f"z-{i.replace(':', '_')}": [str(n), "Bildung", group] for i, (n, group) in cells.items()}
    declared = {"bindings": [{"match": "f", "number": "t:x:a + t:x:b"}], "words": {"s+k": "Städte + Kreise"}}
    rebuilt = {"t:x:a": {"n": 4, "base_n": None}, "t:x:b": {"n": 5, "base_n": None}}
    row = figure("9", "9") | {"label": "Bildung", "subgroup": "s+k"}
    (judged,) = judge_published({"f": row}, rebuilt, declared, {}, seen)
    assert (judged["verdict"] == "agrees") == fits


def test_patterns_name_the_number_and_the_first_that_fits_counts():
    """One binding serves a table: parts of the id, looked up where they are called otherwise in the report."""
    declared = {
        "tables": {"zeile": {"01": "b"}},
        "bindings": [
            {"match": r"u-(\d\d)", "number": "{zeile[1]}"},
            {"match": "x", "number": "anzahl"},
            {"match": "x", "number": "a"},
        ],
        "not_checkable": [{"match": "g-.*", "reason": "Die Gespräche sind nicht veröffentlicht."}],
    }
    figures = {"u-01": figure("9", "9"), "u-02": figure("9", "9"), "x": figure("48", "48"), "g-1": figure("1"), "neu": figure("3")}  # fmt: skip
    judged = {r["id"]: (r["verdict"], r["message"].partition(": ")[2]) for r in judge_published(figures, REBUILT, declared)}  # fmt: skip
    assert judged == {
        "u-01": ("agrees", ""), "x": ("agrees", ""), "g-1": ("not_checkable", "Die Gespräche sind nicht veröffentlicht."),
        "u-02": ("unknown_number", "In „{zeile[1]}“ führt '02' zu nichts; bitte „tables“ ergänzen."),
        "neu": ("not_bound", "Der Angabe ist weder eine Zahl des Berichts noch ein Grund zugeordnet, warum sie nicht prüfbar ist."),
    }  # fmt: skip
    assert unused_patterns(figures, declared) == ["x"]


PAGE = """<p>Es sind <a class="number" href="h#z-v">58</a> Bündnisse.</p><table><thead><tr><th>Merkmal</th><th>Gruppe</th>
<th>Kreise*<br>(n&nbsp;=&nbsp;21)</th></tr></thead><tbody><tr><th>neu&nbsp;gegründet</th><td>alle</td>
<td><a class="number" href="h#z-t_x_k">1.009 (42,9 %)</a></td></tr></tbody></table>"""


@pytest.mark.parametrize(
    ("number", "n", "label", "group", "words", "verdict"),
    [
        ("t:x:k", 1009, "Neu gegründet", "kreis", {"kreis": "Kreise"}, "agrees"),
        ("t:x:k", 1009, "BKG neu", "", {"BKG neu": "neu gegründet"}, "agrees"),
        ("t:x:k", 1009, "BKG neu", "", {"f": "neu gegründet", "BKG neu": "alt"}, "agrees"),
        ("t:x:k", 1009, "BKG neu", "", {}, "other_words"),
        ("t:x:k", 1009, "neu", "", {}, "other_words"),
        ("t:x:k", 1009, "neu gegründet", "stadt", {"stadt": "kreisfreie Städte"}, "other_words"),
        ("t:x:k", 1008, "neu gegründet", "", {}, "other_words"),
        ("t:y:k", 1009, "neu gegründet", "", {}, "other_words"),
        ("v", 58, "Zahl", "", {"Zahl": "58 Bündnisse"}, "agrees"),
        ("v", 58, "Zahl", "", {"Zahl": "Kommunen"}, "other_words"),
    ],
)  # fmt: skip
def test_an_agreement_counts_only_at_the_words_a_reader_finds(number, n, label, group, words, verdict):
    """Row, column and number of the finished page, or the paragraph; declared where the publication says it otherwise."""
    row = figure(str(n), str(n)) | {"label": label, "subgroup": group}
    declared = {"bindings": [{"match": "f", "number": number}], "words": words}
    assert judge_published({"f": row}, {number: {"n": n, "base_n": None}}, declared, {}, seen_words(PAGE.encode()))[0]["verdict"] == verdict  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "ist nicht lesbar: die Datei fehlt."),
        ("bindings: [{match: a, number: b, part: N}]", "bindings › a › part: „N“ gibt es nicht (erlaubt: n, base, rest, count)"),
        ("bindings: [{match: '(a', number: b}]", "„(a“ ist kein gültiges Muster"),
        ("bindings: []\nnot_checkable: [{match: a}]", "not_checkable › a: es fehlt „reason“"),
    ],
)  # fmt: skip
def test_bindings_that_cannot_be_used(text, sentence, tmp_path):
    """One German sentence with the path, the entry and what it lacks."""
    path = tmp_path / "r.numbers.yml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(VerificationError) as error:
        read_bindings(path)
    assert sentence in str(error.value)
    assert f"„{path}“" in str(error.value)
