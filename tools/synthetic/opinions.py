"""Further coders of an invented interview: they agree with the lead coder as far as people do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tools.synthetic.transcripts import Mark, Transcript


def second_opinion(
    transcript: Transcript, code_ids: Sequence[str], plan: Mapping[str, Any], rng: np.random.Generator
) -> list[Mark]:
    """Codings of another coder of the same transcript.

    Parameters
    ----------
    transcript : with the marks of the lead coder
    code_ids : all codes in the order of the codebook
    plan : shares of the lead's codings that are `missed`, have other `borders` (one sentence more or less) or a
        `sibling` code (the next in its group); `additional`: from and to how many codings of her own, each on a
        sentence that the lead left uncoded, with a code of the same turn
    rng : seeded generator

    Returns
    -------
    marks by start, the longer first, none twice
    """
    shares = [plan["missed"], plan["borders"], plan["sibling"]]
    fates = rng.choice(4, size=len(transcript.marks), p=[*shares, 1 - sum(shares)])
    found = []
    for mark, fate in zip(transcript.marks, fates, strict=True):
        if fate == 0:
            continue
        if fate == 1:
            mark = _other_borders(mark, transcript, rng)
        elif fate == 2:
            mark = Mark(_sibling(mark.code_id, code_ids, rng), mark.start, mark.end)
        found.append(mark)
    low, high = plan["additional"]
    uncoded = _uncoded(transcript)
    n = min(int(rng.integers(low, high, endpoint=True)), len(uncoded))
    found += [uncoded[i] for i in rng.choice(len(uncoded), n, replace=False)]
    return sorted(dict.fromkeys(found), key=lambda m: (m.start, -m.end, m.code_id))


def _other_borders(mark: Mark, transcript: Transcript, rng: np.random.Generator) -> Mark:
    """The mark with one sentence more or less of the same turn; as it is if the turn has no other."""
    turn = next(t for t in transcript.turns if t[0][0] <= mark.start and mark.end <= t[-1][1])
    first = next(i for i, (start, _) in enumerate(turn) if start == mark.start)
    last = next(i for i, (_, end) in enumerate(turn) if end == mark.end)
    others = [(first - 1, last), (first, last + 1)]
    others += [(first + 1, last), (first, last - 1)] if last > first else []
    others = [(a, b) for a, b in others if a >= 0 and b < len(turn)]
    if not others:
        return mark
    a, b = others[rng.integers(len(others))]
    return Mark(mark.code_id, turn[a][0], turn[b][1])


def _sibling(code_id: str, code_ids: Sequence[str], rng: np.random.Generator) -> str:
    """A code beside it in its group: codebooks put next to each other what is easily mixed up."""
    group = [c for c in code_ids if c.partition(".")[0] == code_id.partition(".")[0]]
    at = group.index(code_id)
    beside = [group[i] for i in (at - 1, at + 1) if 0 <= i < len(group)]
    return beside[rng.integers(len(beside))]


def _uncoded(transcript: Transcript) -> list[Mark]:
    """Uncoded sentences of turns that have codings, each with the code of the nearest coding of its turn."""
    found = []
    for turn in transcript.turns:
        here = [m for m in transcript.marks if turn[0][0] <= m.start and m.end <= turn[-1][1]]
        for start, end in turn:
            if here and not any(m.start < end and start < m.end for m in here):
                nearest = min(here, key=lambda m: min(abs(m.end - start), abs(m.start - end)))
                found.append(Mark(nearest.code_id, start, end))
    return found
