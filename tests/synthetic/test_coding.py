"""Marked transcripts: text and marks come apart exactly, a slip is refused, further coders differ as declared."""

import numpy as np
import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.coding import check_codes, fill_placeholders, parse_transcript, second_opinion


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


@pytest.mark.parametrize(("raw", "what"), [("in <ort>, <wer>", "wer.*unbekannt"), ("in X", "ort.*nicht verw")])
def test_placeholders_must_match_the_names(raw, what):
    """Neither a placeholder without a name nor a name without a place goes unnoticed."""
    with pytest.raises(GkError, match=what):
        fill_placeholders(raw, {"ort": "Finkenau"}, "g01.txt")


def test_further_coders_disagree_as_declared():
    """Over many marks the declared shares are met; what moves, moves by a sentence or to the code beside it."""
    found = parse_transcript("g01", "\n\n".join(["B: Null. {a.zwei|Eins. Zwei.} Drei. Vier. {b.eins|Fünf.}"] * 400))
    plan = {"missed": 0.12, "borders": 0.2, "sibling": 0.06, "additional": [0, 0]}
    codes = ["a.eins", "a.zwei", "a.drei", "b.eins", "b.zwei"]
    kept = second_opinion(found, codes, plan, np.random.default_rng(1))
    lead = {(m.start, m.end): m.code_id for m in found.marks}
    same = sum(lead.get((m.start, m.end)) == m.code_id for m in kept)
    moved = [m for m in kept if (m.start, m.end) not in lead]
    shares = [same, len(kept) - same - len(moved), len(found.marks) - len(kept)]
    assert [n / len(found.marks) for n in shares] == pytest.approx([0.62, 0.06, 0.12], abs=0.03)
    words = {found.text[m.start : m.end] for m in moved}
    assert words == {"Null. Eins. Zwei.", "Eins. Zwei. Drei.", "Eins.", "Zwei.", "Vier. Fünf."}
