"""The codebook of coded interviews: which codes there are, in which groups, and whose codings count.

One YAML file per instrument and wave, written by hand and read strictly: a slip in it would silently turn codings
into unknown ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from gkanalysis.codebook.declared import (
    FILLED,
    AnyText,
    Declaration,
    Declared,
    Many,
    Place,
    Slips,
    Some,
    Text,
    Whole,
    Written,
    checked,
    key,
    matching,
    number_of,
    unknown,
)

SEPARATOR = " > "  # between the labels of a path, as QDA programs show it
GroupId = Annotated[Text, matching(r"[a-z][a-z0-9_]*", "hat nicht die Form „gruppe“ (a–z, 0–9 und _)")]
CodeId = Annotated[
    Text, matching(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "hat nicht die Form „gruppe.kode“ (a–z, 0–9 und _)")
]


def _label(text: str) -> None:
    if SEPARATOR in text:
        raise ValueError(f"„{text}“ enthält „{SEPARATOR.strip()}“, das in Pfaden trennt")


def _day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"„{text}“ ist kein Tag; bitte wie 2019-07-04 schreiben") from None


Label = Annotated[Text, matching(r"(?s).*\S.*", "ist leer"), checked(_label)]
Day = Annotated[Text, checked(_day)]


class _Group(Declared):
    label: Label = key("Name der Gruppe, wie das QDA-Programm ihn zeigt")
    section: AnyText = key("Abschnitt des Berichts, in Anführungszeichen; leer, wenn keiner")


class _Code(Declared):
    label: Label = key("Name des Kodes, wie das QDA-Programm ihn zeigt")
    definition: Annotated[Text, matching(r"(?s).*\S.*", "ist leer")] = key("was zu dem Kode gehört")


class _Step(Declared):
    from_: Whole = key("kleinste Anzahl", alias="from", ge=1)
    to: Whole = key("größte Anzahl", ge=1, le=1000)
    words: Some[Text] = key("Wörter, die dafür stehen dürfen")


class _CountWords(Declared):
    base: Whole = key("Zahl der Gespräche, für die die Skala gilt", ge=1, le=1000)
    words: Many[_Step] = key("Stufen, die zusammen jede Anzahl von 1 an genau einmal abdecken")


class _Speakers(Declared):
    seed: Whole = key("Startwert der Auslosung")
    female: Mapping[str, Text] = key("weibliche Formen nach Fall")
    male: Mapping[str, Text] = key("männliche Formen nach Fall")


class InterviewDeclaration(Declared):
    """A codebook of interviews as its file declares it."""

    instrument: Text = key("Name des Instruments, zugleich der Datei")
    wave: Written = key("Welle, etwa das Jahr; mit dem Instrument der Name der Quelle")
    title: Text = key("Titel, wie der Bericht ihn druckt")
    lead_coder: Text = key("maßgebliche Kodierung: auf ihr beruhen die Zahlen der Fälle")
    case_variable: Text = key("Variable der Fälle, die die Kennung des Bündnisses enthält")
    date_variable: Text = key("Variable der Fälle mit dem Tag des Gesprächs", "")
    type_variable: Text = key("Variable der Fälle mit dem Kommunaltyp", "")
    period: Annotated[
        tuple[Day, ...],
        number_of(
            2, "„period“ muss aus zwei Tagen bestehen, dem ersten und dem letzten: [2019-07-04, 2019-08-15]"
        ),
    ] = key("erster und letzter Tag der Gespräche")
    groups: Annotated[Mapping[GroupId, _Group], FILLED] = key("Gruppen von Kodes nach ihrer Kennung")
    codes: Annotated[Mapping[CodeId, _Code], FILLED] = key("Kodes: „gruppe.kode“ und was dazu gehört")
    count_words: _CountWords | None = key("Wörter für Anzahlen, an die der Bericht gebunden ist", None)
    speakers: _Speakers | None = key("wie Befragte neben Zitaten heißen", None)
    decisions: Many[Text] = key("Festlegungen, die der Anhang des Berichts druckt", ())


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """A theme of the code system; `section` is the section of the report it belongs to, if any."""

    id: str
    label: str
    section: str


@dataclass(frozen=True, slots=True)
class InterviewCode:
    """One code; `path` is how it is called in a project: label of the group, then its own."""

    id: str
    group_id: str
    label: str
    path: str
    definition: str


@dataclass(frozen=True, slots=True)
class InterviewCodebook:
    """A checked codebook; see `read_interview_codebook`.

    Counts of cases rest on the codings of `lead_coder`. `case_variable`, `date_variable` and `type_variable` name
    variables of the project's cases that hold alliance, day and municipal type. `count_words` and `speakers` are as
    declared: the report reads them.
    """

    instrument: str
    wave: str
    title: str
    lead_coder: str
    case_variable: str
    date_variable: str
    type_variable: str
    period: tuple[str, str]
    groups: Mapping[str, CodeGroup]
    codes: Mapping[str, InterviewCode]
    count_words: Mapping[str, Any]
    speakers: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `reflexionsgespraeche-2019`."""
        return f"{self.instrument}-{self.wave}"

    def group_codes(self, group_id: str) -> list[InterviewCode]:
        """The codes of a group in the order of the codebook."""
        return [code for code in self.codes.values() if code.group_id == group_id]


def read_interview_codebook(path: str | Path) -> InterviewCodebook:
    """Read and check a codebook of coded interviews.

    Raises
    ------
    CodebookError
        With every finding in one message: missing, unknown or repeated keys, a code without a group, a path that
        stands twice, a period that is none.

    Examples
    --------
    >>> book = read_interview_codebook("data/codebook/reflexionsgespraeche.yml")
    >>> book.source, book.codes["aufbau.neugruendung"].path
    ('reflexionsgespraeche-2019', 'Das Bündnis > Neugründung')
    """
    book, plain = INTERVIEWS.read(path)
    groups = {g: CodeGroup(g, d.label, d.section) for g, d in book.groups.items()}
    codes = {}
    for code_id, d in book.codes.items():
        group = groups[code_id.partition(".")[0]]
        codes[code_id] = InterviewCode(
            code_id, group.id, d.label, group.label + SEPARATOR + d.label, d.definition
        )
    return InterviewCodebook(
        book.instrument, book.wave, book.title, book.lead_coder, book.case_variable, book.date_variable,
        book.type_variable, (book.period[0], book.period[1]), groups, codes, plain.get("count_words") or {},
        plain.get("speakers") or {},
    )  # fmt: skip


def _slips(book: InterviewDeclaration, plain: Mapping[str, Any]) -> Slips:
    """What cannot be right in a file whose keys are."""
    if book.period[0] > book.period[1]:
        yield ("period",), "„period“ nennt den letzten Tag zuerst; nötig sind der erste und der letzte"
    labels: dict[str, Place] = {}
    names = [(("groups", g), f"die Gruppe „{d.label}“") for g, d in book.groups.items()]
    for code_id, d in book.codes.items():
        group = code_id.partition(".")[0]
        yield from unknown(
            ("codes", code_id), f"Kode „{code_id}“ nennt die unbekannte Gruppe", group, book.groups
        )
        if group in book.groups:
            names.append((("codes", code_id), f"der Pfad „{book.groups[group].label}{SEPARATOR}{d.label}“"))
    for place, name in names:
        if labels.setdefault(name, place) != place:
            yield place, f"{name} ist doppelt vergeben"
    if scale := book.count_words:
        covered = [n for step in scale.words for n in range(step.from_, step.to + 1)]
        words = [w for step in scale.words for w in step.words]
        if covered != list(range(1, scale.base + 1)) or len(words) != len(set(words)):
            clause = f"die Skala der Zahlwörter muss jede Anzahl von 1 bis {scale.base} genau einmal und der Reihe nach abdecken"
            yield ("count_words",), f"{clause}, jedes Wort genau einmal"


INTERVIEWS = Declaration(
    "gespraeche", "Codebuch", InterviewDeclaration, ("data/codebook/*.yml mit „codes“",), _slips
)
