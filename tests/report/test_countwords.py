"""Words that stand for counts must fit them."""

import pytest

from gkanalysis.core.errors import CodebookError, RenderError
from gkanalysis.report.countwords import CountWords, read_count_words
from gkanalysis.report.values import Value, value_from_record

SCALE = CountWords(
    10,
    (
        (1, 1, ("eine Kommune",)),
        (2, 2, ("zwei Kommunen",)),
        (3, 4, ("einige Kommunen", "einigen Kommunen")),
        (5, 9, ("mehrere Kommunen",)),
        (10, 10, ("alle zehn Kommunen",)),
    ),
)


def value(n, base_n=10, **more):
    """A count of ten interviews."""
    return Value("warten", n, base_n, {"chapter": "kapitel"}, scale=SCALE, **more)


@pytest.mark.parametrize(
    ("n", "phrase"),
    [(1, "Eine Kommune"), (3, "einigen Kommunen"), (4, "Einige Kommunen"), (10, "alle zehn Kommunen")],
)
def test_word_that_fits(n, phrase):
    """A phrase of the right step is printed as the author wrote it, also at the beginning of a sentence."""
    assert value(n).said(phrase) == phrase


def test_word_of_another_step():
    """A phrase that stands for other counts is refused, and the message says what would fit."""
    with pytest.raises(
        RenderError,
        match=r"„mehrere Kommunen“ steht für 5 bis 9 von 10, hier sind es 4. Möglich ist: einige Kommunen · einigen",
    ):
        value(4).said("mehrere Kommunen")


@pytest.mark.parametrize(("n", "base_n", "phrase", "said"), [
    (4, 10, "viele Kommunen", "steht nicht in der Skala"),
    (4, 9, "einige Kommunen", "Basis von 10, hier ist sie 9"),
    (0, 10, "eine Kommune", "hier sind es 0. Möglich ist: kein Wort"),
])  # fmt: skip
def test_word_off_the_scale(n, base_n, phrase, said):
    """Words that nobody declared, another base, and a count of none are refused."""
    with pytest.raises(RenderError, match=said):
        value(n, base_n).said(phrase)


def test_word_without_scale():
    """A value of another source has no words."""
    with pytest.raises(RenderError, match="keine Skala"):
        Value("x", 3, 10).said("einige Kommunen")


def test_value_survives_the_chapter_file():
    """A value read back from its record has the same scale and forms."""
    record = {
        "id": "warten",
        "n": 4,
        "base_n": 10,
        "label": "",
        "origin": {},
        "forms": {"dative": "x"},
        "scale": SCALE.record(),
    }
    again = value_from_record(record)
    assert again.scale == SCALE
    assert (again.dative, again.wording("dative")) == ("x", "x")


@pytest.mark.parametrize("steps", [
    [(1, 3, ["a"]), (5, 10, ["b"])],  # 4 is missing
    [(1, 4, ["a"]), (4, 10, ["b"])],  # 4 twice
    [(1, 4, ["a"]), (5, 10, ["a"])],  # one word for two steps
    [(1, 4, ["a"]), (5, 10, [])],  # no word
])  # fmt: skip
def test_scale_with_gaps(steps):
    """A scale covers each count once and each word stands once."""
    declared = {"base": 10, "words": [{"from": a, "to": b, "words": w} for a, b, w in steps]}
    with pytest.raises(CodebookError, match="genau einmal"):
        read_count_words(declared, "x.yml")


def test_scale_that_is_incomplete():
    """A scale without its base is one German sentence."""
    with pytest.raises(CodebookError, match="unvollständig"):
        read_count_words({"words": []}, "x.yml")
