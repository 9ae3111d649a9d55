"""The codebook of coded interviews: a slip in it would silently turn codings into unknown ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field

from gkanalysis.codebook import declared as d

SEPARATOR = " > "  # between the labels of a path, as QDA programs show it


WORD, OF = r"[a-z][a-z0-9_]*", "(a–z, 0–9 und _)"
GroupId = Annotated[d.Text, d.matching(WORD, f"hat nicht die Form „gruppe“ {OF}")]
CodeId = Annotated[d.Text, d.matching(rf"{WORD}\.{WORD}", f"hat nicht die Form „gruppe.code“ {OF}")]
Filled = Annotated[d.Text, d.matching(r"(?s).*\S.*", "ist leer")]
PARTS_PATHS = f"enthält „{SEPARATOR.strip()}“, das in Pfaden trennt"
Label = Annotated[Filled, d.matching(f"(?s)(?!.*{SEPARATOR}).*", PARTS_PATHS)]
TWO_DAYS = "„period“ muss aus zwei Tagen bestehen, dem ersten und dem letzten: [2019-07-04, 2019-08-15]"
NO_DAY = "„{}“ ist kein Tag; bitte wie 2019-07-04 schreiben"
Day = Annotated[d.Text, d.refused(lambda v: NO_DAY.format(v) if v and isinstance(v, str) and not d.is_day(v) else "")]
Period = Annotated[tuple[Day, ...], d.number_of(2, TWO_DAYS)]


class CodeGroup(d.Declared):
    """A theme of the code system; `section` is the section of the report it belongs to, if any."""

    label: Label = d.key("Name der Gruppe, wie das QDA-Programm ihn zeigt")
    section: d.AnyText = d.key("Abschnitt des Berichts, in Anführungszeichen; leer, wenn keiner")


class _Code(d.Declared):
    label: Label = d.key("Name des Codes, wie das QDA-Programm ihn zeigt")
    definition: Filled = d.key("was zu dem Code gehört")


class InterviewCode(_Code):
    """One code; `path` is how it is called in a project: label of the group, then its own."""

    id: str
    group_id: str
    path: str


class _Step(d.Declared):
    from_: d.Whole = d.key("kleinste Anzahl", alias="from", ge=1)
    to: d.Whole = d.key("größte Anzahl", ge=1, le=1000)
    words: d.Some[d.Text] = d.key("Wörter, die dafür stehen dürfen")


class _CountWords(d.Declared):
    base: d.Whole = d.key("Zahl der Gespräche, für die die Skala gilt", ge=1, le=1000)
    words: d.Many[_Step] = d.key("Stufen, die zusammen jede Anzahl von 1 an genau einmal abdecken")


class _Speakers(d.Declared):
    seed: d.Whole = d.key("Startwert der Auslosung")
    female: Mapping[str, d.Text] = d.key("weibliche Formen nach Fall")
    male: Mapping[str, d.Text] = d.key("männliche Formen nach Fall")


Groups = Annotated[Mapping[GroupId, CodeGroup], d.FILLED]
Codes = Annotated[Mapping[CodeId, _Code], d.FILLED]
Scale = Annotated[_CountWords | None, d.PLAIN, Field(validate_default=True)]
Speakers = Annotated[_Speakers | None, d.PLAIN, Field(validate_default=True)]


class InterviewCodebook(d.Declared):
    """A checked codebook; what only the report reads is passed on as it was written.

    >>> book = read_interview_codebook("data/codebook/reflexionsgespraeche.yml")
    >>> book.source, book.codes["aufbau.neugruendung"].path
    ('reflexionsgespraeche-2019', 'Das Bündnis > Neugründung')
    """

    instrument: d.Text = d.key("Name des Instruments, zugleich der Datei")
    wave: d.Written = d.key("Welle, etwa das Jahr; mit dem Instrument der Name der Quelle")
    title: d.Text = d.key("Titel, wie der Bericht ihn druckt")
    lead_coder: d.Text = d.key("maßgebliche Codierung: auf ihr beruhen die Zahlen der Fälle")
    case_variable: d.Text = d.key("Variable der Fälle, die die Kennung des Bündnisses enthält")
    date_variable: d.Text = d.key("Variable der Fälle mit dem Tag des Gesprächs", "")
    type_variable: d.Text = d.key("Variable der Fälle mit dem Kommunaltyp", "")
    period: Period = d.key("erster und letzter Tag der Gespräche")
    groups: Groups = d.key("Gruppen von Codes nach ihrer Kennung")
    all_codes: Codes = d.key("Codes: „gruppe.code“ und was dazu gehört", alias="codes")
    count_words: Scale = d.key("Wörter für Anzahlen, an die der Bericht gebunden ist", None)
    speakers: Speakers = d.key("wie Befragte neben Zitaten heißen", None)
    decisions: d.Many[d.Text] = d.key("Festlegungen, die der Anhang des Berichts druckt", ())

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `reflexionsgespraeche-2019`."""
        return f"{self.instrument}-{self.wave}"

    @cached_property
    def codes(self) -> Mapping[str, InterviewCode]:
        """The codes by their ids."""
        codes = {}
        for code_id, code in self.all_codes.items():
            group_id = code_id.partition(".")[0]
            path = self.groups[group_id].label + SEPARATOR + code.label
            codes[code_id] = InterviewCode.model_construct(**dict(code), id=code_id, group_id=group_id, path=path)
        return codes

    def group_codes(self, group_id: str) -> list[InterviewCode]:
        """The codes of a group in the order of the codebook."""
        return [code for code in self.codes.values() if code.group_id == group_id]


def _slips(book: InterviewCodebook) -> d.Slips:
    """What cannot be right in a file whose keys are."""
    if book.period[0] > book.period[1]:
        yield ("period",), "„period“ nennt den letzten Tag zuerst; nötig sind der erste und der letzte"
    labels: dict[str, d.Place] = {}
    names = [(("groups", i), f"die Gruppe „{g.label}“") for i, g in book.groups.items()]
    for code_id, code in book.all_codes.items():
        place, group = ("codes", code_id), code_id.partition(".")[0]
        yield from d.unknown(place, "Gruppe", [group], book.groups)
        if group in book.groups:
            names.append((place, f"der Pfad „{book.groups[group].label}{SEPARATOR}{code.label}“"))
    for place, name in names:
        if labels.setdefault(name, place) != place:
            yield place, f"{name} ist doppelt vergeben"
    if scale := book.count_words:
        covered = [n for step in scale["words"] for n in range(step["from"], step["to"] + 1)]
        words = [w for step in scale["words"] for w in step["words"]]
        if covered != list(range(1, scale["base"] + 1)) or len(words) != len(set(words)):
            clause = f"die Skala der Zahlwörter muss jede Anzahl von 1 bis {scale['base']} genau einmal und der Reihe nach abdecken"
            yield ("count_words",), f"{clause}, jedes Wort genau einmal"


INTERVIEWS = d.Declaration("gespraeche", "Codebuch", InterviewCodebook, ("data/codebook/*.yml mit „codes“",), _slips)
read_interview_codebook = INTERVIEWS.read
