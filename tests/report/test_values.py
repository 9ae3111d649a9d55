"""Numbers in prose: every wording, and what the runner gets of it."""

import pytest
from IPython.core.formatters import PlainTextFormatter

from gkanalysis.core.errors import NotebookError, RenderError
from gkanalysis.report.values import Value, Values


@pytest.mark.parametrize(
    ("wording", "n", "text"),
    [
        (None, 13, "13\u00a0von\u00a045"),
        ("n", 1300, "1.300"),
        ("word", 12, "zwölf"),
        ("word", 13, "13"),
        ("word_capital", 1, "Ein"),
        ("word_capital", 2, "Zwei"),
        ("word_dative", 1, "einem"),
        ("word_dative", 2, "zwei"),
        ("word_accusative", 1, "einen"),
        ("of", 13, "13\u00a0von\u00a045"),
        ("base", 13, "45"),
        ("percent", 13, "29\u00a0%"),
        ("n_percent", 13, "13\u00a0(29\u00a0%)"),
    ],
)
def test_every_wording(wording, n, text):
    """Each wording prints the same value in its own way."""
    assert Value("x", n, 45).wording(wording) == text


def test_percent_has_a_decimal_from_a_base_of_100_on():
    """Below 100 cases a decimal would pretend more than one case."""
    assert (Value("x", 1, 99).percent, Value("x", 1, 100).percent) == ("1\u00a0%", "1,0\u00a0%")


def test_unknown_wording_lists_the_known_ones():
    """A slip in the wording says which there are, all of them working."""
    with pytest.raises(RenderError, match="keine Fassung „prozent“; es gibt n, word,") as error:
        Value("x", 2, 4).wording("prozent")
    known = str(error.value).partition("es gibt ")[2].partition(" oder")[0].split(", ")
    assert all(Value("x", 2, 4).wording(w) for w in known)
    assert len(known) == 9


@pytest.mark.parametrize("wording", ["of", "percent", "n_percent", "base"])
def test_value_without_base_has_no_share(wording):
    """A count without base cannot be shown as a share; as a count it can."""
    with pytest.raises(RenderError, match="„x“ hat keine Basis"):
        Value("x", 58).wording(wording)
    assert Value("x", 58).wording(None) == "58"


def test_jupyterlab_shows_text_without_quotes():
    """A value and each of its wordings print as prose where an expression is shown."""
    show = PlainTextFormatter()
    value = Value("x", 13, 45)
    assert [show(v) for v in (value, value.word, value.percent)] == ["13\u00a0von\u00a045", "13", "29\u00a0%"]
    assert show(Value("p", 0, label="0,163")) == "0,163"


def test_id_given_twice_is_refused_only_for_another_number():
    """Running a cell again is fine; the same name for another number or base is not."""
    values = Values()
    values.add(Value("neu", 13, 45))
    values.add(Value("neu", 13, 45, {"row": "anders"}))
    with pytest.raises(
        NotebookError, match=r"„neu“ ist zweimal vergeben: 13 \(Basis 45\) und 13 \(Basis 44\)"
    ):
        values.add(Value("neu", 13, 44))
    assert values.neu.base_n == 45


@pytest.mark.parametrize("name", ["Neu", "1a", "a-b", "ä", "add", "records"])
def test_names_that_no_text_could_refer_to(name):
    """Names with other signs, and those of the container's own functions, are refused."""
    with pytest.raises(NotebookError, match="kein Name für einen Wert"):
        Values().add(Value(name, 1))


def test_missing_value_in_a_notebook_says_so():
    """The message names the value that no cell has computed."""
    with pytest.raises(AttributeError, match="„fehlt“ hat bisher keine Zelle berechnet"):
        _ = Values().fehlt


@pytest.mark.parametrize(
    ("expression", "wording", "text"),
    [(lambda v: v, "", "9\u00a0von\u00a018"), (lambda v: v.word, "word", "neun"), (lambda v: v.n, "n", "9")],
)
def test_runner_gets_number_and_origin_with_every_wording(expression, wording, text):
    """What an expression shows in the lab, and the record behind it."""
    shown = expression(Value("neu", 9, 18, {"row": "nein"}))._repr_mimebundle_()
    assert shown["text/plain"] == text
    record = {"id": "neu", "wording": wording, "n": 9, "base_n": 18, "text": text, "row": "nein"}
    assert shown["application/vnd.gkanalysis.value+json"] == record


def test_value_that_no_cell_has_is_answered_in_code_as_well():
    """In a cell it is an attribute; the message lists what there is."""
    values = Values()
    values.add(Value("antwort_n", 1))
    with pytest.raises(AttributeError, match=r"„antwrt_n“ .* berechnet sind antwort_n .gemeint ist wohl"):
        _ = values.antwrt_n
