"""Numbers in prose: every wording, and every way a reference can be wrong."""

import pytest
from IPython.core.formatters import PlainTextFormatter

from gkanalysis.core.errors import NotebookError, RenderError
from gkanalysis.report.document import parse, plain_text, walk
from gkanalysis.report.values import Place, Value, Values, fill_references


def filled(text, *values):
    """Text with its references filled, and what was used."""
    used = {}
    return fill_references(text, {v.id: v for v in values}, used, "probe"), used


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


def test_references_are_filled_and_recorded():
    """The text carries the number; the record has id, wording, count, base, share and text."""
    text, used = filled("{eval}`v.neu` und {eval}`v.neu.word`.", Value("neu", 9, 18, {"row": "nein"}))
    assert text == "[9\u00a0von\u00a018]{.value #value-neu} und [neun]{.value #value-neu-word}."
    assert used["neu.word"] == {
        "id": "neu", "wording": "word", "n": 9, "base_n": 18, "value": 0.5, "text": "neun", "row": "nein",
    }  # fmt: skip


def test_anchors_of_references_are_all_different():
    """The same reference twice, and ids that look alike once joined, get ids of their own."""
    text, used = filled(
        "{eval}`v.neu.n` {eval}`v.neu.n` {eval}`v.neu_n` {eval}`v.neu_n.n`",
        Value("neu", 1),
        Value("neu_n", 2),
    )
    anchors = [part.partition("}")[0] for part in text.split("#")[1:]]
    assert len(set(anchors)) == len(used) == 4


def test_label_is_printed_as_it_stands():
    """Signs that Markdown would take for its own, in a label from a codebook, come out unchanged."""
    label = r"*A*_b_ [c](d) `e` <f> 2^3^ ~g~ $h$ \i #j | 'k' -- !"
    text, _ = filled("Am meisten: {eval}`v.x`.", Value("x", 0, label=label))
    tree = parse(text)
    assert plain_text(tree["blocks"]) == f"Am meisten: {label}."
    assert sum(node["t"] == "Span" for node in walk(tree) if "t" in node) == 1


def test_unknown_id_lists_the_known_ones():
    """The message says where the reference stands and what has been computed."""
    with pytest.raises(
        RenderError, match=r"„probe“ verwendet den unbekannten Wert „nue“; in diesem Kapitel gibt es neu"
    ):
        filled("{eval}`v.nue`", Value("neu", 1))


PLACE = Place("kap-eins", "Notebook „21.ipynb“", "„reports/r.yml“", "kap_eins_", "Vorweg {eval}`v.antwrt_n`")
OWN = {
    "kap_eins_antwort_n": Value("kap_eins_antwort_n", 3, 4, {"chapter": "kap-eins"}),
    "kap_zwei_antwort_n": Value("kap_zwei_antwort_n", 5, 6, {"chapter": "kap-zwei"}),
}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{eval}`v.antwrt_n`", r"„kap-eins“ .„reports/r.yml“. .* „antwrt_n“; in diesem Kapitel gibt es antwort_n .gemeint ist wohl „antwort_n“.\.$"),
        ("{eval}`v.antwort`", r"Notebook „21.ipynb“. .* „antwort“; in diesem Kapitel gibt es antwort_n"),
        ("{eval}`v.kap_eins_antwort_n.precent`", "Notebook „21.ipynb“.: Der Wert „antwort_n“ hat keine Fassung „precent“; .*gemeint ist wohl „percent“"),
        ("{eval}`v.kap_eins_antwort_n of`", "„{eval}`v.antwort_n of`“; die Form ist"),
        ("Es sind 3 von 4.", "„3 von 4“ .* bitte {eval}`v.antwort_n.of` schreiben"),
        ("Es sind 5 von 6.", "„5 von 6“ .* im Kapitel gibt es antwort_n"),
    ],
)  # fmt: skip
def test_slip_in_a_text_names_file_and_short_names(text, message):
    """The notebook or the definition, and the names as one writes them there, whatever the report calls them."""
    with pytest.raises(RenderError, match=message):
        fill_references(text, OWN, {}, PLACE)


def test_value_that_no_cell_has_is_answered_in_code_as_well():
    """In a cell it is an attribute; the message lists what there is."""
    values = Values()
    values.add(Value("antwort_n", 1))
    with pytest.raises(AttributeError, match=r"„antwrt_n“ .* berechnet sind antwort_n .gemeint ist wohl"):
        _ = values.antwrt_n


@pytest.mark.parametrize(
    "reference",
    ["{eval}`neu`", "{eval}`v.neu.`", "{eval} `v.neu`", "{eval}`v.neu + 1`", "{eval}`v.Neu`", "{eval}v.neu"],
)
def test_reference_in_another_form_is_refused(reference):
    """What looks like a reference and is none would stand in the report as code."""
    with pytest.raises(RenderError, match="unlesbaren Verweis"):
        filled(reference, Value("neu", 1))
