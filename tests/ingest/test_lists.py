"""Drop-down lists: the entry that was chosen or typed, and whatever is no entry goes to a person."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.errors import CodebookError
from gkanalysis.ingest.matching import Matcher
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from tools.synthetic.wordwriter import CHOOSE, STYLES, write_form
from wavebook import BOOK, write_wave

LISTS = {"1.3": "läuft", "3.A1.2": "ja", "3.A6.2": "nein"}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = write_wave(tmp_path_factory.mktemp("bogen"))
    return read_codebook(root / "data/codebook/probe.yml")


def read(book, answers, style, change=lambda xml: xml):
    """Item -> (state, value, raw) of a form, and the reasons on the review list."""
    data = write_form(book, "bogen", answers, style)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content.decode()) if name == "word/document.xml" else content)
    form = read_word_form(WordPackage(Path("Bogen.docx"), buffer.getvalue()), placeholders=())
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


WRONG = [
    ({"control": "liste"}, "control: „liste“ gibt es nicht (erlaubt: dropdown)"),
    ({"kind": "text", "options": None}, "control: dropdown"),
    ({"options": [{"id": "a", "label": "ja"}, {"id": "b", "label": "ja"}]}, "die Liste zeigt „ja“ doppelt"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says for _, says in WRONG])
def test_wrong_list_in_the_codebook(tmp_path, change, says):
    """An unknown control, one without a choice, and two entries that look the same are refused with the item."""
    write_wave(tmp_path)
    path = tmp_path / "data/codebook/probe.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    item = next(i for p in content["parts"] for i in p.get("items", ()) if i["id"] == "1.3")
    item |= change
    if item["options"] is None:
        del item["options"]
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CodebookError) as refused:
        read_codebook(path)
    assert "1.3" in str(refused.value)
    assert says in str(refused.value)
    assert BOOK["instrument"] in path.name
