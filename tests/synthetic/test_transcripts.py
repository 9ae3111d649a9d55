"""Marked transcripts: text and marks come apart exactly, and a slip in one is refused with its file."""

import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.coding import (
    Mark,
    check_codes,
    fill_placeholders,
    parse_transcript,
    split_sentences,
)


def parsed(body):
    return parse_transcript("g01", f"I: Und?\n\n{body}")


def said(transcript):
    return [(m.code_id, transcript.text[m.start : m.end]) for m in transcript.marks]


def test_marks_are_taken_out_and_keep_their_place():
    """What is left is the text as it was spoken; a stretch with two codes gives two marks, nested ones are kept."""
    found = parsed("B: Ja. {a.b,a.c|Eins. {a.d|Zwei?}} Drei.\n\nB2: {a.b|Vier.}\n")
    assert found.text == "I: Und?\n\nB: Ja. Eins. Zwei? Drei.\n\nB2: Vier.\n"
    assert said(found) == [("a.b", "Eins. Zwei?"), ("a.c", "Eins. Zwei?"), ("a.d", "Zwei?"), ("a.b", "Vier.")]


def test_turns_hold_the_sentences_of_the_interviewees():
    """The interviewer's sentences are nobody's statement; speaker labels belong to no sentence."""
    found = parsed("B: Eins. Zwei.\n\nI: Ach?\n\nB2: Drei.")
    assert [[found.text[s:e] for s, e in turn] for turn in found.turns] == [["Eins.", "Zwei."], ["Drei."]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Eins. Zwei? Drei!", ["Eins.", "Zwei?", "Drei!"]),
        ("Ich sage: „Nein.“ Er geht.", ["Ich sage: „Nein.“", "Er geht."]),
        ("Unter „Sonstiges“. Gut.", ["Unter „Sonstiges“.", "Gut."]),
        ("Na ja … Gut.", ["Na ja …", "Gut."]),
        ("Eins. 🙂 Zwei. 🙂", ["Eins.", "Zwei."]),
    ],
)
def test_sentences(text, expected):
    """A sentence ends at its mark or the quotation around it; a laugh is none."""
    assert [text[s:e] for s, e in split_sentences(text)] == expected


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("B: {a.b|Eins. Zwei.", "nicht geschlossen"),
        ("B: Eins.} Zwei.", "schließt keine Stelle"),
        ("B: {a|Eins.}", "schließt keine Stelle"),
        ("B: Eins {a.b|und zwei.}", "ganzen Sätzen"),
        ("B: {a.b|Eins. Zwei} und drei.", "ganzen Sätzen"),
        ("B: {a.b|} Eins.", "ganzen Sätzen"),
        ("C: Eins.", "beginnt mit"),
        ("B: Eins.\nZwei.", "in einer Zeile"),
    ],
)
def test_slips_are_refused(body, what):
    """The sentence names the file and says what is wrong."""
    with pytest.raises(GkError, match=rf"g01\.txt.*{what}"):
        parsed(body)


def test_codes_must_be_those_of_the_plan():
    """Every difference is in the one message: unknown, missing, and unplanned codes."""
    found = parsed("B: {a.b|Eins.} {x.y|Zwei.} {a.d|Drei.}")
    check_codes(found, ["a.b", "x.y", "a.d"], ["a.b", "x.y", "a.d"])
    with pytest.raises(GkError) as error:
        check_codes(found, ["a.b", "a.c"], ["a.b", "a.c", "a.d"])
    message = str(error.value)
    assert message.startswith("„g01.txt“")
    assert "„x.y“ steht nicht im Codebuch" in message
    assert "„a.c“ ist im Plan, aber nirgends markiert" in message
    assert "„a.d“ ist markiert, aber nicht im Plan" in message
    assert "a.b" not in message


@pytest.mark.parametrize(
    ("raw", "what"), [("in <ort>, <wer>", "wer.*unbekannt"), ("in X", "ort.*nicht verw")]
)
def test_placeholders_must_match_the_names(raw, what):
    """Neither a placeholder without a name nor a name without a place goes unnoticed."""
    with pytest.raises(GkError, match=what):
        fill_placeholders(raw, {"ort": "Finkenau"}, "g01.txt")


def test_marks_count_code_points():
    """A sign beyond the basic plane counts one."""
    found = parsed("B: Ja. 🙂 {a.b|Eins.}")
    start = found.text.index("Eins")
    assert found.marks == (Mark("a.b", start, start + 5),)
    assert len(found.text[:start].encode("utf-16-le")) // 2 == start + 1
