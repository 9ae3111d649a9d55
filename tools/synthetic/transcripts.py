"""Invented transcripts with the lead coder's marks in them: `{code_id|whole sentences}`, nested if need be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

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

    Raises
    ------
    GkError
        If the text has a placeholder without a name, or a name has no place in the text.

    Examples
    --------
    >>> fill_placeholders("in <ort>, sagt Frau <person1>", {"ort": "Finkenau", "person1": "Moos"}, "g01.txt")
    'in Finkenau, sagt Frau Moos'
    """
    found = set(_PLACEHOLDER.findall(raw))
    for name in sorted(found ^ set(names)):
        what = "unbekannt" if name in found else "nicht verwendet"
        raise GkError(
            f"„{where}“: Der Platzhalter „<{name}>“ ist {what}; vorgesehen sind {', '.join(names)}."
        )
    return _PLACEHOLDER.sub(lambda m: names[m[1]], raw)


def parse_transcript(interview_id: str, raw: str) -> Transcript:
    """Separate a transcript from its marks.

    Parameters
    ----------
    interview_id : such as `g01`; names the file in messages
    raw : paragraphs „I: …“, „B: …“, „B2: …“ with marks; placeholders already filled

    Raises
    ------
    GkError
        If a paragraph has no speaker, or a mark is not closed in its paragraph, is empty, or does not hold whole
        sentences.

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
    """Refuse a transcript that is not coded as planned.

    Raises
    ------
    GkError
        With every difference: codes of no codebook, planned ones that are not marked, and marked ones not planned.
    """
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
        raise GkError(
            f"{where}: Eine markierte Stelle ist nicht geschlossen oder ihr Kode falsch geschrieben."
        )
    return plain, sorted(marks, key=lambda m: (m.start, -m.end))
