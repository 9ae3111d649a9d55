"""Files of published figures and relations: what is wrong in them is a German sentence each, the rest counts."""

import pytest

from gkanalysis.codebook.published import checked_relations, read_relations
from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.consistency import check_consistency
from gkanalysis.verify.relations import PublishedNumbers, read_figures

HEAD = "id,section,label,subgroup,kind,printed,qualifier,numerator,base\n"


def row(n="", base="", printed="", kind="count", qualifier=""):
    return {
        "section": "", "label": "", "subgroup": "", "kind": kind, "printed": printed, "qualifier": qualifier,
        "numerator": n, "base": base,
    }  # fmt: skip


FIGURES = {"a": row("3"), "b": row("4"), "alle": row("8")}
SUM = {"id": "s", "says": "Alle.", "total": "alle.n", "parts": ["a.n", "b.n"]}


def problems(figures=FIGURES, **declared):
    return PublishedNumbers(figures, declared).problems


@pytest.fixture
def csv_file(tmp_path):
    """A function that writes the lines below the header."""

    def write(lines, head=HEAD):
        path = tmp_path / "f.csv"
        path.write_text(head + lines, encoding="utf-8")
        return path

    return write


def test_rows_become_figures_by_id(csv_file):
    """Columns of one's own are kept, a byte order mark is no part of the first name."""
    path = csv_file("a,5,x,,count,3,,3,,eigen\n", "\ufeff" + HEAD.strip() + ",mehr\n")
    assert read_figures(path)["a"]["numerator"] == "3"
    assert read_figures(path)["a"]["mehr"] == "eigen"


def test_missing_columns_are_one_sentence_and_the_rest_is_checked(csv_file):
    """Without the columns for sections and bases, counts are still compared."""
    path = csv_file("a,x,,count,3,,3\nb,x,,count,4,,4\nalle,x,,count,8,,8\n", HEAD.replace("section,", "").replace(",base", ""))  # fmt: skip
    found = []
    figures = read_figures(path, found)
    (sentence,) = found
    assert sentence.endswith("die Spalten section, base fehlen; bitte ergänzen, nötig sind id, section, label, subgroup, kind, printed, qualifier, numerator, base.")  # fmt: skip
    result = check_consistency(figures, {"sum": [SUM]}, found)
    assert len(result.contradictions) == 1
    assert result.problems == (sentence,)
    with pytest.raises(VerificationError, match="die Spalten section, base fehlen"):
        read_figures(path)


def test_all_crooked_rows_are_named_in_one_pass(csv_file):
    """Too many cells, too few, an id twice, no id: line and reason each, the other rows count."""
    found = []
    figures = read_figures(csv_file("a,,,,count,3,,3,\nb,,,,count,4,,4\nc,,,,count,4,,4,,5,6\nd,,,,count,1,,1,\nd,,,,count,2,,2,\n,,,,count,3,,3,\n"), found)  # fmt: skip
    assert list(figures) == ["a"]
    lines = [s.partition("“, ")[2] for s in found]
    crooked = "die Zahl der Zellen passt nicht zur Kopfzeile; die Zeile zählt nicht."
    twice = "die Kennung „d“ steht mehrfach; die Zeile zählt nicht, bitte jede Kennung einmal vergeben."
    nameless = "die Kennung fehlt; die Zeile zählt nicht, bitte jede Kennung einmal vergeben."
    assert lines == [
        f"Zeile 3: {crooked}", f"Zeile 4: {crooked}", f"Zeile 5: {twice}", f"Zeile 6: {twice}", f"Zeile 7: {nameless}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "hat keine Zeilen oder keine Spalte"),
        (HEAD.encode(), "hat keine Zeilen"),
        (b"name,n\nx,3\n", "keine Spalte „id“"),
        ("id\nÄ".encode("latin-1"), "ist nicht lesbar"),
        (None, "ist nicht lesbar"),
    ],
)
def test_files_of_figures_that_cannot_be_read(content, sentence, tmp_path):
    """Empty, without ids, not UTF-8, not there: one sentence with the path."""
    path = tmp_path / "f.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VerificationError, match=sentence) as error:
        read_figures(path, [])
    assert f"„{path}“" in str(error.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- a\n", "eine Liste steht, wo Angaben der Form „name: wert“ stehen müssen"),
        ("sum: [\nx: }", "sind nicht lesbar: Zeile 2, Spalte 4: eine Klammer ist nicht geschlossen"),
        (None, "sind nicht lesbar: die Datei fehlt"),
    ],
)
def test_relations_that_cannot_be_read(text, sentence, tmp_path):
    """An error for whoever needs them; a sentence for whoever checks the figures without them."""
    path = tmp_path / "r.yml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(VerificationError) as error:
        read_relations(path)
    assert sentence in str(error.value)
    found = []
    assert read_relations(path, found) == {}
    assert found == [str(error.value)]


def test_empty_relations_are_no_problem(tmp_path):
    """A file of figures can be checked for what needs no declaration."""
    (tmp_path / "r.yml").write_text("# später\n")
    assert not any(read_relations(tmp_path / "r.yml").values())


def test_every_unknown_id_is_named_in_one_pass():
    """Each unknown term of each relation has its sentence; a relation with one of them is not used at all."""
    declared = {
        "sum": [SUM | {"parts": ["a.n", "x.n", "y.n"], "total": "z.n"}, SUM | {"id": "t"}],
        "equal": [{"id": "e", "says": "e", "terms": ["a.n", "u.n", "v.n"]}],
        "one_number": [{"says": "Dasselbe.", "terms": ["a.n", "w.n"]}],
    }
    found = check_consistency(FIGURES, declared)
    said = "nennt „{}“; eine solche Zahl steht nicht in der Datei. Bitte die Kennung prüfen."
    expected = [("Dasselbe.", "w.n"), ("e", "u.n"), ("e", "v.n"), ("s", "z.n"), ("s", "x.n"), ("s", "y.n")]
    assert list(found.problems) == [f"Beziehung „{r}“ {said.format(t)}" for r, t in expected]
    assert [c.claims for c in found.contradictions] == [("a.n", "b.n", "alle.n")]  # the good one still counts


def test_patterns_stand_for_all_their_numbers_and_none_is_a_problem():
    """A pattern that fits nothing, or several numbers where there is one whole, is said."""
    several = {"id": "m", "says": "m", "total": "?.n", "parts": ["alle.n"]}
    assert problems(sum=[several]) == ["Beziehung „m“: „?.n“ trifft mehrere Zahlen; ein Ganzes ist eine."]
    assert problems(sum=[SUM | {"parts": ["?.n"]}]) == []
    rows = {"id": "j", "says": "j", "rows": "q{row}.n", "total": "q{row}.n", "parts": ["a.n"]}
    assert problems(sum_each=[rows]) == [
        "Beziehung „j“: „q{row}.n“ trifft keine Zeile; bitte das Muster prüfen."
    ]


def test_the_same_sum_for_every_row_of_a_table():
    """{row} runs over the rows; each is a relation of its own, and the wrong one is found."""
    figures = {f"t{r}{c}": row(str(n)) for r, ns in {"1": (3, 1, 2), "2": (5, 1, 3)}.items() for c, n in zip("ukm", ns, strict=True)}  # fmt: skip
    each = {"id": "z-{row}", "says": "Alle Typen.", "rows": "t{row}u.n", "total": "t{row}u.n", "parts": ["t{row}k.n", "t{row}m.n"]}  # fmt: skip
    found = check_consistency(figures, {"sum_each": [each]})
    assert [c.claims for c in found.contradictions] == [("t2u.n", "t2k.n", "t2m.n")]
    del figures["t1m"]
    (sentence,) = check_consistency(figures, {"sum_each": [each]}).problems
    assert "Beziehung „z-1“ nennt „t1m.n“" in sentence


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"summe": []}, "summe: unbekannt ist „summe“ (bekannt: one_number, equal, sum, sum_each, percent_columns, qualifiers; gemeint ist wohl „sum“)."),
        ({"sum": "a"}, "sum: „a“ ist keine Liste; bitte in eckige Klammern setzen oder mit „- “ untereinander schreiben."),
        ({"sum": ["a"]}, "sum › 1: „a“ steht, wo Angaben der Form „name: wert“ stehen müssen."),
        ({"sum": [SUM, SUM]}, "sum › s: die Kennung „s“ ist schon vergeben."),
        ({"sum": [SUM | {"parts": "a.n"}]}, "sum › s › parts: „a.n“ ist keine Liste; bitte in eckige Klammern setzen oder mit „- “ untereinander schreiben."),
        ({"sum": [SUM | {"parts": [{"number": "a.n", "mal": 2}]}]}, "sum › s › parts › a.n › mal: unbekannt ist „mal“ (bekannt: number, times)."),
        ({"sum": [SUM | {"rest": "ja"}]}, "sum › s › rest: „ja“ ist nicht true oder false."),
        ({"sum": [SUM | {"id": 5}]}, "sum › 5 › id: „5“ ist kein Text; bitte in Anführungszeichen setzen."),
        ({"one_number": [{"id": [1], "says": "x", "terms": ["a.n", "b.n"]}]}, "one_number › 1 › id: eine Liste ist kein Text; bitte einen Text eintragen."),
        ({"equal": [{"id": "e", "says": "e", "terms": ["a.n"]}]}, "equal › e › terms: gleich sein können nur zwei oder mehr Zahlen."),
        ({"sum_each": [SUM | {"rows": "a"}]}, "sum_each › s › rows: „a“ muss genau einmal {row} enthalten."),
        ({"percent_columns": [{"id": "c", "label": "C", "figures": "x*"}]}, "Spalte „c“: „x*“ trifft keinen gedruckten Anteil; bitte das Muster prüfen."),
        ({"qualifiers": {"rund": [1, 2]}}, "qualifiers › rund: nötig sind zwei Zahlen um die Null, wie [-2.5, 2.5]."),
        ({"qualifiers": ["rund"]}, "qualifiers: eine Liste steht, wo Angaben der Form „name: wert“ stehen müssen."),
    ],
)  # fmt: skip
def test_declarations_that_cannot_be_used(declared, sentence):
    """One German sentence says which entry, and what is wrong with it."""
    assert problems(**declared) == [sentence]


def test_everything_missing_is_named_and_the_rest_counts(tmp_path):
    """Each key that lacks has its sentence with the line; the good relation is left."""
    path = tmp_path / "r.yml"
    path.write_text("sum:\n- {id: s, parts: []}\n- {id: t, says: x, total: a.n, parts: [b.n]}\n")
    found = []
    (kept,) = read_relations(path, found)["sum"]
    assert kept["id"] == "t"
    assert [s.removeprefix(f"„{path}“, ") for s in found] == [
        "Zeile 2, sum › s: es fehlt „says“.", "Zeile 2, sum › s: es fehlt „total“.",
        "Zeile 2, sum › s › parts: „parts“ ist leer; nötig ist mindestens ein Eintrag.",
    ]  # fmt: skip
    with pytest.raises(VerificationError, match="es fehlt „total“"):
        read_relations(path)


@pytest.mark.parametrize(
    "band", [[float("-inf"), 0], [0, float("inf")], [float("nan"), 0], [-200, 0], [True, 1]]
)
def test_bounds_of_words_are_finite_points(band):
    """What is no number of percentage points is refused, and does not reach the arithmetic."""
    found = []
    assert checked_relations({"qualifiers": {"etwa": band}}, found)["qualifiers"] == {}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        (row("1.000"), "„x“: „1.000“ in der Spalte numerator ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben."),
        (row("3", base="58 Bögen"), "„x“: „58 Bögen“ in der Spalte base ist keine ganze Zahl; bitte ohne Punkt und Zusatz schreiben."),
        (row("3", printed="4"), "„x“: gedruckt ist 4, als Anzahl eingetragen 3; bitte im Druck nachsehen."),
        (row(printed="ein Drittel", kind="percent"), "„x“: „ein Drittel“ in der Spalte printed ist kein Anteil; bitte wie 86.6 schreiben."),
        (row("3", printed="50", kind="percent", qualifier="etwa"), "„x“: was „etwa“ heißt, steht nicht unter „qualifiers“; der Anteil ist nicht geprüft."),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_compared(figure, sentence):
    """A figure that is no number is said, with the column and how to write it."""
    assert problems({"x": figure}) == [sentence]


def test_two_columns_cannot_share_a_figure():
    """The rule of rounding of a figure is that of one column."""
    column = {"id": "c", "label": "C", "figures": "x"}
    figures = {"x": row("1", "2", "50", "percent")}
    assert problems(figures, percent_columns=[column, column | {"id": "d"}]) == [
        "Spalte „d“: „x“ steht in zwei Spalten; bitte das Muster prüfen."
    ]
