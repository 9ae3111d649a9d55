"""Further coders differ from the lead coder as declared, and only in ways a person would."""

import numpy as np
import pytest

from tools.synthetic.coding import Mark, parse_transcript, second_opinion

CODES = ["a.eins", "a.zwei", "a.drei", "b.eins", "b.zwei"]
NONE = {"missed": 0, "borders": 0, "sibling": 0, "additional": [0, 0]}


def transcript(turns=1):
    turn = "B: Null. {a.zwei|Eins. Zwei.} Drei. Vier. {b.eins|Fünf.}"
    return parse_transcript("g01", "\n\n".join([turn] * turns))


def opinion(found, seed=1, **plan):
    return second_opinion(found, CODES, NONE | plan, np.random.default_rng(seed))


def test_without_disagreement_the_marks_are_those_of_the_lead():
    """All shares zero: nothing changes."""
    found = transcript(3)
    assert opinion(found) == list(found.marks)


def test_a_coder_can_miss_everything():
    """Missed codings are gone and nothing else comes."""
    assert opinion(transcript(3), missed=1) == []


def test_other_borders_are_one_sentence_more_or_less():
    """The code stays; one end moves by one sentence of the same turn, and never leaves it."""
    found = transcript()
    seen = {found.text[m.start : m.end] for seed in range(60) for m in opinion(found, seed, borders=1)}
    assert seen == {"Null. Eins. Zwei.", "Eins. Zwei. Drei.", "Eins.", "Zwei.", "Vier. Fünf."}


def test_a_lone_sentence_has_no_other_borders():
    """A turn of one sentence cannot be cut otherwise."""
    found = parse_transcript("g01", "B: {a.eins|Eins.}")
    assert opinion(found, borders=1) == list(found.marks)


def test_siblings_stand_beside_the_code_in_its_group():
    """The place stays; the first and the last code of a group have one sibling, the others two."""
    found = transcript()
    codes = [{m.code_id for m in opinion(found, seed, sibling=1)} for seed in range(60)]
    assert set().union(*codes) == {"a.eins", "a.drei", "b.zwei"}


def test_additional_codings_are_on_uncoded_sentences():
    """Each is on a sentence that the lead left out, with the nearest code of its turn, and there are no more than such sentences."""
    found = transcript()
    more = set(opinion(found, additional=[9, 9])) - set(found.marks)
    assert {(m.code_id, found.text[m.start : m.end]) for m in more} == {
        ("a.zwei", "Null."), ("a.zwei", "Drei."), ("b.eins", "Vier."),
    }  # fmt: skip


def test_turns_without_codings_get_none():
    """An additional coding takes its code from its turn, so a turn without any has none to give."""
    found = parse_transcript("g01", "B: Eins. Zwei.\n\nB: {a.eins|Drei.}")
    assert opinion(found, additional=[1, 3]) == list(found.marks)


def test_shares_come_out():
    """Over many marks the declared shares are met."""
    found = transcript(400)
    n = len(found.marks)
    kept = opinion(found, missed=0.12, borders=0.2, sibling=0.06)
    lead = {(m.start, m.end): m.code_id for m in found.marks}
    same = sum(lead.get((m.start, m.end)) == m.code_id for m in kept)
    sibling = sum(lead.get((m.start, m.end), m.code_id) != m.code_id for m in kept)
    assert [same / n, sibling / n, 1 - len(kept) / n] == pytest.approx([0.62, 0.06, 0.12], abs=0.03)


def test_marks_are_sorted_and_single():
    """By start, the longer first; a mark that arises twice is there once."""
    found = transcript(30)
    marks = opinion(found, borders=0.5, sibling=0.3, additional=[20, 20])
    assert marks == sorted(set(marks), key=lambda m: (m.start, -m.end, m.code_id))
    assert all(isinstance(m, Mark) for m in marks)


def test_the_seed_decides():
    """Same seed, same opinion; another one differs."""
    plan = {"missed": 0.2, "borders": 0.2, "additional": [2, 2]}
    assert opinion(transcript(9), 1, **plan) == opinion(transcript(9), 1, **plan)
    assert opinion(transcript(9), 1, **plan) != opinion(transcript(9), 2, **plan)
