"""Files of published figures and relations: what is wrong in them is a German sentence each, the rest counts."""

import pytest

from gkanalysis.core.errors import GkError
from gkanalysis.verify.contradictions import check_consistency
from gkanalysis.verify.printed import PrintedNumbers, read_figures

HEAD = "id,section,label,subgroup,kind,printed,qualifier,numerator,base\n"


def row(n="", base="", printed="", kind="count", qualifier=""):
    texts = dict.fromkeys(("section", "label", "subgroup"), "")
    return texts | {"kind": kind, "printed": printed, "qualifier": qualifier, "numerator": n, "base": base}


FIGURES = {"a": row("3"), "b": row("4"), "alle": row("8")}
SUM = {"id": "s", "says": "Alle.", "total": "alle.n", "parts": ["a.n", "b.n"]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, ": die Datei hat keine Zeilen."), ("name,n\nx,3\n", "Spalten passen nicht"), (None, "gibt es nicht; bitte Namen"),
        (HEAD + "a,,,,count,3,,3\n", "Zeile 2 hat 8 statt 9 Felder"),
        (HEAD + "d,,,,count,1,,1,\n,,,,count,3,,3,\nd,,,,count,2,,2,\n", "fehlt oder steht mehrfach in Zeile 2 („d“), Zeile 3 („“), Zeile 4 („d“); bitte"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(text, sentence, tmp_path):
    """Not there, without rows, other columns, crooked, ids that are missing or stand twice: one sentence with the path."""
    path = tmp_path / "f.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(GkError) as error:
        read_figures(path)
    assert f"„{path}“" in str(error.value)
    assert sentence in str(error.value)


def test_every_unknown_id_is_named_and_the_relation_is_not_used():
    """Each unknown term of each relation has its sentence; the good relation still counts."""
    declared = {
        "sum": [SUM | {"parts": ["a.n", "x.n", "y.n"], "total": "z.n"}, SUM | {"id": "t"}],
        "equal": [{"id": "e", "says": "e", "terms": ["a.n", "u.n"]}],
        "one_number": [{"says": "Dasselbe.", "terms": ["a.n", "w.n"]}],
    }
    result = check_consistency(FIGURES, declared)
    says = "Beziehung „{}“ nennt „{}“; eine solche Zahl steht nicht in der Datei. Bitte die Kennung prüfen."
    unknown = [("Dasselbe.", "w.n"), ("e", "u.n"), ("s", "z.n"), ("s", "x.n"), ("s", "y.n")]
    assert result.problems == [says.format(*pair) for pair in unknown]
    assert [c.claims for c in result.contradictions] == [("a.n", "b.n", "alle.n")]


def test_the_same_sum_for_every_row_of_a_table():
    """{row} runs over the rows; each is a relation of its own, and the wrong one is found."""
    cells = {"1": (3, 1, 2), "2": (5, 1, 3)}
    figures = {f"t{r}{c}": row(str(n)) for r, ns in cells.items() for c, n in zip("ukm", ns, strict=True)}
    each = {"id": "z-{row}", "says": "Alle.", "rows": "t{row}u.n", "total": "t{row}u.n", "parts": ["t{row}k.n", "t{row}m.n"]}  # fmt: skip
    result = check_consistency(figures, {"sum_each": [each]})
    assert [c.claims for c in result.contradictions] == [("t2u.n", "t2k.n", "t2m.n")]
    del figures["t1m"]
    (sentence,) = check_consistency(figures, {"sum_each": [each]}).problems
    assert "Beziehung „z-1“ nennt „t1m.n“" in sentence


COLUMN = {"id": "c", "label": "C", "figures": "x*"}
SEVERAL = SUM | {"total": "?.n", "parts": ["alle.n"]}


@pytest.mark.parametrize(
    ("figures", "declared", "sentence"),
    [
        ({"x": row("1.000")}, {}, "„x“: „1.000“ in der Spalte numerator ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben."),
        ({"x": row("3", "58 Bögen")}, {}, "„x“: „58 Bögen“ in der Spalte base ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben."),
        ({"x": row("3", printed="4")}, {}, "„x“: gedruckt ist 4, als Anzahl eingetragen 3; bitte im Druck nachsehen."),
        ({"x": row(printed="ein Drittel", kind="percent")}, {}, "„x“: „ein Drittel“ in der Spalte printed ist kein Anteil; bitte wie 86.6 schreiben."),
        ({"x": row("3", "", "50", "percent", "etwa")}, {}, "„x“: was „etwa“ heißt, steht nicht unter „qualifiers“; der Anteil ist nicht geprüft."),
        (FIGURES, {"percent_columns": [COLUMN]}, "Spalte „c“: „x*“ trifft keinen gedruckten Anteil; bitte das Muster prüfen."),
        ({"x": row("1", "2", "50", "percent")}, {"percent_columns": [COLUMN, COLUMN | {"id": "d"}]}, "Spalte „d“: „x*“ steht in zwei Spalten; bitte das Muster prüfen."),
        (FIGURES, {"sum": [SEVERAL]}, "Beziehung „s“: „?.n“ trifft mehrere Zahlen; ein Ganzes ist eine."),
        (FIGURES, {"sum_each": [SUM | {"rows": "q{row}.n"}]}, "Beziehung „s“: „q{row}.n“ trifft keine Zeile; bitte das Muster prüfen."),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_a_sentence(figures, declared, sentence):
    """It says which figure or relation, what is wrong, and what to do."""
    assert PrintedNumbers(figures, declared).problems == [sentence]


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"sum": [SUM, SUM]}, "sum › s: die Kennung „s“ ist schon vergeben."),
        ({"equal": [{"id": "e", "says": "e", "terms": ["a.n"]}]}, "equal › e › terms: gleich sein können nur zwei oder mehr Zahlen."),
        ({"sum_each": [SUM | {"rows": "a"}]}, "sum_each › s › rows: „a“ muss genau einmal {row} enthalten."),
        ({"qualifiers": {"rund": [1, 2]}}, "qualifiers › rund: nötig sind zwei Zahlen um die Null, wie [-2.5, 2.5]."),
    ],
)  # fmt: skip
def test_declarations_that_cannot_be_used(declared, sentence):
    """One German sentence says which entry, and what is wrong with it."""
    assert PrintedNumbers(FIGURES, declared).problems == [sentence]
