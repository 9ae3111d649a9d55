"""Marked transcripts: text and marks come apart exactly, a slip is refused, further coders differ as declared."""

import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.coding import check_codes, parse_transcript


def parsed(body):
    return parse_transcript("g01", f"I: Und?\n\n{body}")


def said(transcript):
    return [(m.code_id, transcript.text[m.start : m.end]) for m in transcript.marks]


def test_marks_are_taken_out_and_keep_their_place():
    """What is left is the text as it was spoken; a stretch with two codes gives two marks, nested ones are kept."""
    found = parsed("B: Ja. {a.b,a.c|Eins. {a.d|Zwei?}} Drei.\n\nB2: {a.b|Vier.}\n")
    assert found.text == "I: Und?\n\nB: Ja. Eins. Zwei? Drei.\n\nB2: Vier.\n"
    assert said(found) == [("a.b", "Eins. Zwei?"), ("a.c", "Eins. Zwei?"), ("a.d", "Zwei?"), ("a.b", "Vier.")]


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
