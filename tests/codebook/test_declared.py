"""Broken YAML is explained in German: line, column, usual cause; for both parsers, in C and in Python."""

import contextlib
import copy
import random
import re

import pytest
import yaml

from forms import ROOT
from gkanalysis.codebook.categories import read_category_book
from gkanalysis.codebook.declared import OTHERWISE, load_yaml, why_unreadable
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.interviews import read_interview_codebook
from gkanalysis.codebook.lists import read_list_book
from gkanalysis.codebook.policy import read_policy
from gkanalysis.codebook.published import read_accepted, read_bindings, read_relations
from gkanalysis.codebook.register import read_register_codebook
from gkanalysis.codebook.reports import read_report
from gkanalysis.codebook.sources import read_dataset
from gkanalysis.codebook.words import read_words
from gkanalysis.core.errors import GkError

BROKEN = [
    ("a: b: c", "Zeile 1, Spalte 5: ein „:“ steht, wo keines stehen darf"),
    ("a:\n\t- b", "Zeile 2, Spalte 1: .*Tabulator"),
    ("a: >\n\tb", "Zeile 2, Spalte 1: .*Tabulator"),
    ("a:\n  - b\n c: d", "Zeile 3, Spalte 2: die Einrückung stimmt nicht"),
    ("- a\nb: c", "Zeile 2, Spalte 1: die Einrückung"),
    ("a: 1\nb: 'x\nc: 2", "Zeile 2, Spalte 4: ein Anführungszeichen wird geöffnet und nicht geschlossen"),
    ("a: 'it's'\nb: c", "Zeile 1, Spalte 8: .*Anführungszeichen steht mitten im Text"),
    ("a: [1, 2", "eine Klammer ist nicht geschlossen"),
    ("a: [\n", "eine Klammer ist nicht geschlossen"),
    ("a: {b: 1, c\n  d: 2}", "zwischen zwei Angaben fehlt ein Komma"),
    ("a: *b", "Zeile 1, Spalte 4: ein Text, der mit „.“ oder „&“ beginnt"),
    ("a: !x y", "Zeile 1, Spalte 4: ein Text, der mit „!“ beginnt"),
    ("a: %x", "Zeile 1, Spalte 4: mit diesem Zeichen darf kein Wert beginnen"),
    ("a: | x", "beginnt der Text erst in der nächsten Zeile"),
    ("a: {[x]: 1}", "Zeile 1, Spalte 5: eine Klammer steht, wo ein Name stehen muss"),
    ("a: \x07", "unsichtbares Steuerzeichen"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
@pytest.mark.parametrize("load", [load_yaml, yaml.safe_load])
def test_cause_is_named(text, sentence, load):
    """Every usual slip has a cause of its own, and no English is left."""
    with pytest.raises(yaml.YAMLError) as error:
        load(text)
    cause = why_unreadable(error.value)
    assert re.search(sentence, cause)
    assert not re.search("while|expected|found|mapping|string|scann", cause)
    assert cause != OTHERWISE


READERS = {
    "reports/probe.yml": lambda p: read_report(p.parents[1], "probe"), "a.yml": read_codebook,
    "b.yml": read_interview_codebook, "c.yml": read_list_book, "d.yml": read_register_codebook,
    "e.yml": read_category_book, "disclosure.yml": read_policy, "dataset.yml": lambda p: read_dataset(p.parent),
    "f.yml": read_bindings, "g.yml": read_relations, "h.yml": read_words, "i.yml": read_accepted,
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_where_and_why(tmp_path, name):
    """Reports, codebooks, rules of disclosure, published figures: file, line, column and cause."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("title: gut\nlabel: schlecht: x\n", encoding="utf-8")
    with pytest.raises(GkError, match=r"yml“ (ist|sind) nicht lesbar: Zeile 2, Spalte 16: ein „:“"):
        READERS[name](path)


OTHER = (None, True, 2.5, "", "x y", [], {}, [None], {"a": None}, [["x"]], {1: 2})
SHIPPED = {
    "strukturen.yml": read_codebook, "bedarf.yml": read_codebook, "nachhaltigkeit.yml": read_codebook,
    "reflexionsgespraeche.yml": read_interview_codebook, "ereignisse.yml": read_list_book,
    "register.yml": read_register_codebook, "kategorien.yml": read_category_book, "disclosure.yml": read_policy,
    "woerter.yml": read_words, "dataset.yml": lambda p: read_dataset(p.parent), "folien-2022.numbers.yml": read_bindings,
    "folien-2022.relations.yml": read_relations, "folien-2022.accepted.yml": read_accepted,
}  # fmt: skip


def _places(value, place=()):
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from _places(below, (*place, key))


@pytest.mark.parametrize("name", SHIPPED)
def test_nothing_that_is_written_gives_a_traceback(tmp_path, name):
    """Any value of a shipped file put in place by one of another kind, or left out: read, or refused in German."""
    (shipped,) = ROOT.glob(f"data/*/{name}")
    content = yaml.safe_load(shipped.read_text(encoding="utf-8"))
    for other in (shipped.parent / "entwicklungsstand.yml", shipped.parent / "prozess.yml"):
        if other.exists():
            (tmp_path / other.name).write_bytes(other.read_bytes())
    draw = random.Random(name)
    for place in draw.sample(places := list(_places(content)), min(25, len(places))):
        changed = copy.deepcopy({"": content})
        *way, last = ("", *place)
        here = changed
        for key in way:
            here = here[key]
        if draw.random() < 0.3 and isinstance(here, dict):
            del here[last]
        else:
            here[last] = draw.choice(OTHER)
        (tmp_path / name).write_text(yaml.safe_dump(changed.get(""), allow_unicode=True), encoding="utf-8")
        with contextlib.suppress(GkError):
            SHIPPED[name](tmp_path / name)


ITSELF = ("&a [*a]", "sources: &a {x: *a}", "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]")


@pytest.mark.parametrize("text", ["a: " + "[" * 2000, *ITSELF, "\0", "? [a]\n: b"])
def test_hostile_yaml_is_refused(tmp_path, text):
    """Deep nesting, values inside themselves, control characters: a sentence."""
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    for read in (read_codebook, read_policy, read_list_book, read_bindings):
        with pytest.raises(GkError):
            read(tmp_path / "a.yml")
