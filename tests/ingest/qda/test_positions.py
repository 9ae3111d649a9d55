"""Which way of counting fits a text: told from names, else from word boundaries, else from the whole project."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkanalysis.ingest.qda.model import Selection
from gkanalysis.ingest.qda.positions import READINGS, Ruler, fit_readings, says_same

TEXT = "Guten Tag 😀.\r\nWir fangen 😀 neu an.\r\nAlle kamen gern."
PLAIN = TEXT.replace("\r\n", "\n")
LENGTHS = {
    "codepoints_lf": len(PLAIN),
    "codepoints_crlf": len(TEXT),
    "utf16_lf": len(PLAIN.encode("utf-16-le")) // 2,
    "utf16_crlf": len(TEXT.encode("utf-16-le")) // 2,
}


def mark(start, end, name=""):
    return Selection("", "", start, end, name)


def marks(reading, *words, named):
    """Marks of words in `PLAIN`, counted in a reading the slow way."""
    found = []
    for word in words:
        start = PLAIN.index(word)
        ends = []
        for position in (start, start + len(word)):
            before = PLAIN[:position]
            before = before.replace("\n", "\r\n") if reading.endswith("crlf") else before
            ends.append(len(before.encode("utf-16-le")) // 2 if reading.startswith("utf16") else len(before))
        found.append(mark(*ends, word if named else ""))
    return found


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("stored", [TEXT, PLAIN])
def test_each_reading_is_recognised(reading, named, stored):
    """By the names of selections or by words that begin and end there, with CRLF stored or lost on the way."""
    ruler = Ruler(stored)
    found = marks(reading, "Wir", "neu", "Alle", "kamen", "gern", named=named)
    (fit,) = fit_readings([(ruler, found)])
    assert fit.reading == reading
    assert fit.is_sure
    assert not fit.is_doubtful
    assert [ruler.text[slice(*ruler.span(reading, m))] for m in found] == ["Wir", "neu", "Alle", "kamen", "gern"]


def test_places_in_a_text():
    """The end is one, what lies beyond is none; inside CR LF or an emoji its beginning is meant; a lone CR is LF."""
    for reading, length in LENGTHS.items():
        assert [Ruler(TEXT).read(reading, p) for p in (length, length + 1, -1)] == [len(PLAIN), None, None]
    assert [Ruler("a\r\nb😀c").read("utf16_crlf", p) for p in range(8)] == [0, 1, 1, 2, 3, 3, 4, 5]
    assert Ruler("a\nb\r\nc").read("codepoints_crlf", 5) == 4  # only the stored Windows line end counts two
    assert Ruler("a\nb\nc").read("codepoints_crlf", 5) == 3
    assert Ruler("a\rb").text == "a\nb"


@given(st.text(alphabet="a \n\r😀ä", max_size=30), st.sampled_from(list(READINGS)), st.integers(0, 30))
def test_reading_undoes_writing(stored, reading, position):
    """Every position of every text comes back from the way it is written."""
    ruler = Ruler(stored)
    position = min(position, len(ruler.text))
    assert ruler.read(reading, ruler.write(reading, position)) == position


def test_a_text_that_cannot_tell_follows_the_project():
    """Without emoji code points and UTF-16 are the same; the other texts of the project decide what is recorded."""
    silent = (Ruler("Ja.\r\nNein."), [mark(5, 9)])
    telling = (Ruler(TEXT), marks("utf16_crlf", "Wir", "neu", "Alle", "gern", named=True))
    assert [fit.reading for fit in fit_readings([silent, telling])] == ["utf16_crlf", "utf16_crlf"]
    assert fit_readings([silent])[0].reading == "codepoints_crlf"


def test_few_cut_words_do_not_overrule_the_project():
    """A selection within words looks better one character further on; the project knows better."""
    cut = (Ruler("😀 Zu alt"), [mark(4, 8)])  # „u al“ in UTF-16 units, „ alt“ in code points
    assert fit_readings([cut])[0].reading == "codepoints_lf"
    telling = (Ruler(TEXT), marks("utf16_crlf", "Wir", "neu", "Alle", "kamen", "gern", named=False))
    assert fit_readings([cut, telling])[0].reading == "utf16_crlf"


def test_equal_scores_with_different_places_are_not_sure():
    """Nothing tells whether one character or the next is meant."""
    (fit,) = fit_readings([(Ruler("😀 a b c"), [mark(2, 3)])])
    assert fit.reading == "codepoints_lf"
    assert fit.is_sure
    (fit,) = fit_readings([(Ruler("😀aaaaaa"), [mark(3, 4)])])
    assert not fit.is_sure


def test_selections_in_the_middle_of_words_are_doubtful():
    """Five of them are enough to say so, if no name speaks for them."""
    text = "Zusammenarbeit " * 9
    inside = [mark(15 * n + 3, 15 * n + 6) for n in range(5)]
    assert fit_readings([(Ruler(text), inside)])[0].is_doubtful
    named = [replace(m, name=text[m.start : m.end]) for m in inside]
    assert not fit_readings([(Ruler(text), named)])[0].is_doubtful


def test_white_space_at_an_end_decides_between_two_names_that_fit():
    """Cut off or not, the name fits; to the last space it fits only once."""
    ruler = Ruler("ja\n nein")
    assert fit_readings([(ruler, [mark(0, 3, "ja\n")])])[0].reading == "codepoints_lf"
    assert fit_readings([(ruler, [mark(0, 4, "ja\n")])])[0].reading == "codepoints_crlf"


@pytest.mark.parametrize(
    ("name", "text", "same"),
    [
        ("Wir fangen an", "Wir\nfangen  an", True),
        ("Wir fangen…", "Wir fangen an", True),
        ("Wir ...", "Wir fangen an", True),
        ("…", "Wir fangen an", False),
        ("Wir fangen", "Wir fangen an", False),
        ("Wir fangen jetzt alle gemeinsam neu an", "Wir fangen jetzt alle gemeinsam neu an und gehen", True),
        ("Schlüsselstelle", "Wir fangen an", False),
    ],
)
def test_names_say_what_is_selected(name, text, same):
    """White space and cutting do no harm; a short beginning is not enough."""
    assert says_same(name, text) is same
