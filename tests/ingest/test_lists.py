"""Drop-down lists: the entry that was chosen or typed, and whatever is no entry goes to a person."""

from pathlib import Path

import pytest

from forms import MAIN, parts_of
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.matching import Matcher
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from tools.synthetic.wordwriter import CHOOSE, STYLES, write_form
from wavebook import write_wave

LISTS = {"1.3": "läuft", "3.A1.2": "ja", "3.A6.2": "nein"}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = write_wave(tmp_path_factory.mktemp("bogen"))
    return read_codebook(root / "data/codebook/probe.yml")


def read(book, answers, style, change=lambda xml: xml):
    """Item -> (state, value, raw) of a form, and the reasons on the review list."""
    parts = parts_of(write_form(book, "bogen", answers, style))
    parts[MAIN] = change(parts[MAIN].decode()).encode()
    form = read_word_form(WordPackage(Path("Bogen.docx"), zip_parts(parts)), placeholders=())
    match = Matcher(book).match(form, "Bogen.docx")
    return {r.item_id: (r.state, r.value, r.raw) for r in match.responses}, [r.reason for r in match.reviews]


@pytest.mark.parametrize("style", STYLES)
def test_chosen_entry(book, style):
    """In controls, old form fields and typed forms the chosen entry is the answer, others stay without one."""
    found, reviews = read(book, LISTS, style)
    assert {i: found[i][:2] for i in LISTS} == {i: ("answered", o) for i, o in LISTS.items()}
    assert {s for i, (s, _, _) in found.items() if i.startswith("3.") and i not in LISTS} == {"not_answered"}
    assert reviews == []


@pytest.mark.parametrize("style", ["typed_x", "controls"])
@pytest.mark.parametrize("text", ["LÄUFT", " läuft "])
def test_typed_entry_counts_as_printed(book, style, text):
    """Case and spaces do not matter where somebody typed an entry of the list; the raw text is kept."""
    found, _ = read(book, {"1.3": text}, style)
    assert found["1.3"] == ("answered", "läuft", text.strip())


@pytest.mark.parametrize("style", ["typed_x", "controls", "legacy"])
@pytest.mark.parametrize("text", ["halb", "geplant, läuft", "x"])
def test_no_entry_of_the_list(book, style, text):
    """What the list does not have is illegible, and a person is asked."""
    found, reviews = read(book, {"1.3": text}, style)
    assert found["1.3"][0] == "illegible"
    assert len(reviews) == 1


def test_entry_changed_in_the_control(book):
    """A control that shows a text outside its own list is not guessed at."""
    found, reviews = read(book, LISTS, "controls", lambda xml: xml.replace(">läuft<", ">läuft bald<"))
    assert found["1.3"][0] == "illegible"
    assert reviews == ["keine der Vorgaben der Liste"]


def test_prompt_is_no_answer(book):
    """The prompt of the list, left standing without Word's flag, is a placeholder and no answer."""
    found, reviews = read(book, {}, "controls", lambda xml: xml.replace("<w:showingPlcHdr/>", ""))
    assert found["1.3"][0] == "not_answered"
    assert CHOOSE not in {value for _, value, _ in found.values()}
    assert reviews == []
