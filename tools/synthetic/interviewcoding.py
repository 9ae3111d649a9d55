"""What coders do to the invented interviews: codings with their time, and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from gkanalysis.core.errors import GkError
from tools.synthetic.opinions import second_opinion
from tools.synthetic.transcripts import Mark, Transcript


@dataclass(frozen=True, slots=True)
class Coded:
    """A mark with the coder who made it and when."""

    mark: Mark
    coder: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A coder's memo on the whole document, or on one of its codings."""

    author: str
    text: str
    coded: Coded | None


@dataclass(frozen=True, slots=True)
class Interview:
    """One invented interview with everything that coders did to it."""

    id: str
    plan: Mapping[str, Any]
    alliance: Mapping[str, Any]
    transcript: Transcript
    codings: tuple[Coded, ...]
    notes: tuple[Note, ...]


def code_transcripts(
    plan: Mapping[str, Any], code_ids: Sequence[str], transcripts: Mapping[str, Transcript]
) -> dict[str, list[Coded]]:
    """Codings by interview: those of the lead coder as marked, then those of each further coder.

    Parameters
    ----------
    plan : declares the coders, how they differ, and when they worked
    code_ids : all codes in the order of the codebook
    transcripts : by interview id; each interview and coder has a seed of its own
    """
    third = plan["third_coder"]
    coders = {plan["lead_coder"]: list(transcripts), plan["second_coder"]: list(transcripts)}
    coders[third["name"]] = third["interviews"]
    codings: dict[str, list[Coded]] = {name: [] for name in transcripts}
    for which, (coder, names) in enumerate(coders.items()):
        for k, name in enumerate(names):
            rng = np.random.default_rng([plan["seed"], list(transcripts).index(name), which])
            marks = transcripts[name].marks
            if which:
                marks = second_opinion(transcripts[name], code_ids, plan["disagreement"], rng)
            moment = _begin(plan["coding_days"][coder], k)
            for mark in marks:
                moment += timedelta(seconds=int(rng.integers(40, 240)))
                codings[name].append(Coded(mark, coder, moment))
    return codings


def write_notes(
    plan: Mapping[str, Any], codings: Mapping[str, list[Coded]], rng: np.random.Generator
) -> dict[str, tuple[Note, ...]]:
    """Memos by interview: each text of the plan once at most, on a coding of its author or on the document.

    Raises
    ------
    GkError
        If the plan has too few texts.
    """
    low, high = plan["memos_per_interview"]
    unused = [plan["memos"][i] for i in rng.permutation(len(plan["memos"]))]
    found = {}
    for name, coded in codings.items():
        authors, notes = list(dict.fromkeys(c.coder for c in coded)), []
        for _ in range(int(rng.integers(low, high, endpoint=True))):
            author = authors[rng.integers(len(authors))]
            own = [c for c in coded if c.coder == author]
            subjects = {s for c in own for s in (c.mark.code_id, c.mark.code_id.partition(".")[0])}
            if plan["interviews"][name].get("file") != "maxqda" and all(n.coded for n in notes):
                subjects.add("document")  # one at most, and the spreadsheet has no place for it
            memo = next((m for m in unused if m["about"] in subjects), None)
            if memo is None:
                raise GkError(
                    f"Gespräch „{name}“: Die Notizen des Plans reichen nicht; bitte welche ergänzen (memos)."
                )
            unused.remove(memo)
            fitting = [c for c in own if f"{c.mark.code_id}.".startswith(f"{memo['about']}.")]
            notes.append(Note(author, memo["text"], fitting[rng.integers(len(fitting))] if fitting else None))
        found[name] = tuple(notes)
    return found


def _begin(first: date, k: int) -> datetime:
    """When a coder begins with the k-th interview: two on each working day, at nine and at two."""
    day = np.busday_offset(first, k // 2, roll="forward").astype(object)
    return datetime.combine(day, time(9 if k % 2 == 0 else 14))
