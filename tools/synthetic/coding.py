"""Transcripts of invented interviews, and what their coders do to them: codings with their time, and notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np

from gkanalysis.core.errors import GkError

_TOKEN = re.compile(r"\{([a-z_]+\.[a-z_]+(?:,[a-z_]+\.[a-z_]+)*)\||\}")
_PLACEHOLDER = re.compile(r"<(\w+)>")
_TURN = re.compile(r"(I|B2?): ")
# a sentence ends at its mark, perhaps inside a quotation; a sign such as 🙂 stands for itself
_SENTENCE_END = re.compile(r"[.!?…]“?(?=\s|$)|[\u2600-\u27bf\U0001f300-\U0001faff](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Mark:
    """One code given to the code points `start` to `end` (exclusive) of a transcript."""

    code_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text as it was typed, what is marked in it, and the sentences of the interviewees by turn."""

    interview_id: str
    text: str
    marks: tuple[Mark, ...]
    turns: tuple[tuple[tuple[int, int], ...], ...]


def fill_placeholders(raw: str, names: Mapping[str, str], where: str) -> str:
    """Put invented names into a transcript.

    Examples
    --------
    >>> fill_placeholders("in <ort>, sagt Frau <person1>", {"ort": "Finkenau", "person1": "Moos"}, "g01.txt")
    'in Finkenau, sagt Frau Moos'
    """
    found = set(_PLACEHOLDER.findall(raw))
    for name in sorted(found ^ set(names)):
        what = "unbekannt" if name in found else "nicht verwendet"
        raise GkError(f"„{where}“: Der Platzhalter „<{name}>“ ist {what}; vorgesehen sind {', '.join(names)}.")
    return _PLACEHOLDER.sub(lambda m: names[m[1]], raw)


def parse_transcript(interview_id: str, raw: str) -> Transcript:
    """Separate a transcript from its marks.

    `raw` has paragraphs „I: …“, „B: …“, „B2: …“ with marks, each of whole sentences within its paragraph; placeholders
    are filled already.

    Examples
    --------
    >>> found = parse_transcript("g01", "I: Und?\\n\\nB: Ja. {a.b|Das geht. {a.c,a.d|Gut sogar.}} Sehr.")
    >>> found.text
    'I: Und?\\n\\nB: Ja. Das geht. Gut sogar. Sehr.\\n'
    >>> [(m.code_id, found.text[m.start : m.end]) for m in found.marks]
    [('a.b', 'Das geht. Gut sogar.'), ('a.c', 'Gut sogar.'), ('a.d', 'Gut sogar.')]
    """
    paragraphs = raw.strip().split("\n\n")
    text, marks, turns = "", [], []
    for paragraph in paragraphs:
        where = f"„{interview_id}.txt“, Absatz „{' '.join(paragraph.split())[:40]}…“"
        speaker = _TURN.match(paragraph)
        if not speaker or "\n" in paragraph:
            raise GkError(
                f"{where}: Ein Absatz ist ein Redebeitrag in einer Zeile und beginnt mit „I: “, „B: “ oder „B2: “."
            )
        plain, found = _strip_marks(paragraph, where)
        sentences = split_sentences(plain, speaker.end())
        starts, ends = {s for s, _ in sentences}, {e for _, e in sentences}
        for mark in found:
            if mark.start not in starts or mark.end not in ends:
                raise GkError(
                    f"{where}: Die Stelle zu „{mark.code_id}“ muss aus ganzen Sätzen bestehen: „{plain[mark.start : mark.end]}“."
                )
        marks += [Mark(m.code_id, m.start + len(text), m.end + len(text)) for m in found]
        if speaker[1] != "I":
            turns.append(tuple((s + len(text), e + len(text)) for s, e in sentences))
        text += plain + "\n\n"
    return Transcript(interview_id, text.removesuffix("\n"), tuple(marks), tuple(turns))


def split_sentences(text: str, start: int = 0) -> list[tuple[int, int]]:
    """Borders of the sentences of a paragraph from `start`; signs without words (a laugh) are none.

    >>> text = "B: Ja. „Warum?“ 🙂 Darum."
    >>> [text[s:e] for s, e in split_sentences(text, 3)]
    ['Ja.', '„Warum?“', 'Darum.']
    """
    borders = [m.end() for m in _SENTENCE_END.finditer(text, start)]
    found = []
    for first, last in zip([start, *borders], [*borders, len(text)], strict=True):
        piece = text[first:last]
        if re.search(r"\w", piece):
            found.append((first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())))
    return found


def check_codes(transcript: Transcript, planned: Collection[str], known: Iterable[str]) -> None:
    """Refuse a transcript that is not coded as planned."""
    marked = {m.code_id for m in transcript.marks}
    differences = [
        (marked - set(known), "steht nicht im Codebuch"),
        (set(planned) - marked, "ist im Plan, aber nirgends markiert"),
        ((marked & set(known)) - set(planned), "ist markiert, aber nicht im Plan"),
    ]
    said = [f"Kode „{code}“ {what}" for codes, what in differences for code in sorted(codes)]
    if said:
        raise GkError(
            f"„{transcript.interview_id}.txt“: {'; '.join(said)}. Bitte Transkript oder Plan "
            "(data/synthetic/reflexionsgespraeche-2019.yml) berichtigen."
        )


def _strip_marks(paragraph: str, where: str) -> tuple[str, list[Mark]]:
    """Text of a paragraph without marks, and the marks by start, the longer first."""
    plain, marks, opened, last = "", [], [], 0
    for token in _TOKEN.finditer(paragraph):
        plain += paragraph[last : token.start()]
        last = token.end()
        if token[1]:
            opened.append((token[1].split(","), len(plain)))
        elif not opened:
            raise GkError(f"{where}: Eine Klammer „}}“ schließt keine Stelle.")
        else:
            codes, start = opened.pop()
            marks += [Mark(code, start, len(plain)) for code in codes]
    plain += paragraph[last:]
    if opened or "{" in plain or "|" in plain:
        raise GkError(f"{where}: Eine markierte Stelle ist nicht geschlossen oder ihr Kode falsch geschrieben.")
    return plain, sorted(marks, key=lambda m: (m.start, -m.end))


def second_opinion(
    transcript: Transcript, code_ids: Sequence[str], plan: Mapping[str, Any], rng: np.random.Generator
) -> list[Mark]:
    """Codings of another coder of the same transcript.

    `plan` has the shares of the lead's codings that are `missed`, have other `borders` (one sentence more or less) or a
    `sibling` code (the next in its group); `additional`: from and to how many codings of her own, each on a sentence
    that the lead left uncoded, with a code of the same turn. Marks come by start, the longer first, none twice.
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
    """Codings by interview: those of the lead coder as marked, then those of each further coder."""
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
    """Memos by interview: each text of the plan once at most, on a coding of its author or on the document."""
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
                raise GkError(f"Gespräch „{name}“: Die Notizen des Plans reichen nicht; bitte welche ergänzen (memos).")
            unused.remove(memo)
            fitting = [c for c in own if f"{c.mark.code_id}.".startswith(f"{memo['about']}.")]
            notes.append(Note(author, memo["text"], fitting[rng.integers(len(fitting))] if fitting else None))
        found[name] = tuple(notes)
    return found


def _begin(first: date, k: int) -> datetime:
    """When a coder begins with the k-th interview: two on each working day, at nine and at two."""
    day = np.busday_offset(first, k // 2, roll="forward").astype(object)
    return datetime.combine(day, time(9 if k % 2 == 0 else 14))
