"""What a project of a QDA program says, in one shape whichever program wrote it.

Every GUID is in lower case, every position counts code points of `Source.text`. What could not be used is a `Loss`
with its GUID; nothing is dropped without one.
"""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from gkanalysis.ingest.refusal import printable

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
VARIABLE_TYPES = ("Text", "Boolean", "Integer", "Float", "Date", "DateTime")
_NAMESPACE = uuid.UUID("6c1f7a52-6d0e-5f0b-9b57-3f2f5d1c8e10")
NOWHERE = -1  # start and end of a coding on a whole document, or where no text is stored


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the code system; `parent` is a GUID, empty at the top."""

    guid: str
    name: str
    parent: str = ""
    is_codable: bool = True
    description: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Coder:
    """A person who coded."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document: `text` has LF line ends and no byte order mark, or is None if no text is stored.

    The text of a PDF, picture or recording is that of its representation, description or transcript. `path` is where
    the project says that the text or recording stands; `reading` is how positions were counted in the file (one of
    `positions.READINGS`), "" if nothing tells; `note` is its own description; `values` are document variables.
    """

    guid: str
    name: str
    kind: str = "text"
    text: str | None = None
    path: str = ""
    reading: str = ""
    note: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of one source: code points `start` to `end` (exclusive) of its text, or -1 and -1.

    `name` is as given, mostly the selected text. `place` is where the program itself counts otherwise:
    `page=3 firstX=10 ...` of a PDF, `begin=65000 end=80000` (ms) of a recording, `Anfang=12 Ende=14` of MAXQDA.
    """

    guid: str
    source: str
    start: int = NOWHERE
    end: int = NOWHERE
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """One coder ("" if unknown) gave one code to a selection, or to a whole document without one."""

    guid: str
    selection: str
    source: str
    code: str
    coder: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A unit of analysis with its sources, the values of its variables by their name, and selections of its own."""

    guid: str
    name: str
    sources: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    selections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A property of cases or documents; `type` is one of `VARIABLE_TYPES`."""

    guid: str
    name: str
    type: str = "Text"


@dataclass(frozen=True, slots=True)
class Memo:
    """A note on one object, or without a `target` on the project; on several it is several memos with one GUID.

    The description of a selection, case, variable, set or of the project is a memo whose GUID is
    `description_guid(target)`.
    """

    guid: str
    target: str
    author: str = ""
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A named relation from one object to another; `direction` is Associative, OneWay, Bidirectional or empty."""

    guid: str
    name: str
    origin: str
    target: str
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Set:
    """A named group of codes, sources or memos."""

    guid: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a file holds and no chapter can use; `done` and `why` are German."""

    guid: str
    kind: str
    place: str
    raw: str
    done: str
    why: str


@dataclass(frozen=True)
class Project:
    """All of one file, in the order of the file."""

    name: str = ""
    origin: str = ""
    codes: tuple[Code, ...] = ()
    coders: tuple[Coder, ...] = ()
    sources: tuple[Source, ...] = ()
    selections: tuple[Selection, ...] = ()
    codings: tuple[Coding, ...] = ()
    cases: tuple[Case, ...] = ()
    variables: tuple[Variable, ...] = ()
    memos: tuple[Memo, ...] = ()
    links: tuple[Link, ...] = ()
    sets: tuple[Set, ...] = ()
    losses: tuple[Loss, ...] = ()

    @cached_property
    def code_paths(self):
        """Names from the top down joined by " > ", by GUID of the code."""
        paths = {}
        for code in self.codes:  # each stands after its parent
            paths[code.guid] = f"{paths[code.parent]} > {code.name}" if code.parent in paths else code.name
        return paths

    def by_guid(self, name):
        """Objects of one of the tuples by their GUID, such as `project.by_guid("sources")`."""
        return {entry.guid: entry for entry in getattr(self, name)}


# the tuples of a project and what they hold
OBJECTS = {
    "codes": Code, "coders": Coder, "sources": Source, "selections": Selection, "codings": Coding, "cases": Case,
    "variables": Variable, "memos": Memo, "links": Link, "sets": Set, "losses": Loss,
}  # fmt: skip


def clean_guid(text):
    """Return a GUID as it is compared: programs write capital or small letters, some with braces."""
    return (text or "").strip().strip("{}").lower()


def derived_guid(*parts):
    """Return a GUID that depends on the parts only: the same file gives the same GUIDs whenever it is read."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def description_guid(target):
    """Return the GUID of the memo that stands for an object's own description."""
    return derived_guid("Description", target)


RAW_LENGTH = 200

_NOT_TAKEN = "nicht übernommen"
_REFERENCE, _CODING = f"Verweis {_NOT_TAKEN}", f"Codierung {_NOT_TAKEN}"
_WITHOUT_PLACE = "Codierungen ohne Textstelle übernommen"

# what a file holds and no chapter can use -> what became of it, and why
KINDS = {
    "unknown_element": (_NOT_TAKEN, "Dieses Element kennt der Standard REFI-QDA 1.0 an dieser Stelle nicht."),
    "graph": (_NOT_TAKEN, "Netzansichten und Karten haben für die Auswertung keine Bedeutung."),
    "version": ("wie Version 1.0 gelesen", "Das Projekt nennt eine andere Fassung des Standards als REFI-QDA 1.0."),
    "second_project": ("nicht gelesen", "Das Archiv enthält mehr als eine Projektdatei; gelesen wird nur eine."),
    "duplicate_member": ("nur die erste gelesen", "Das Archiv enthält zwei Dateien mit demselben Namen."),
    "duplicate_guid": ("unter neuer GUID übernommen", "Dieselbe GUID steht schon bei einem anderen Objekt derselben Art."),
    "duplicate_entry": ("zweiter Eintrag nicht übernommen", "Dieselbe GUID oder derselbe Name ist schon vergeben."),
    "missing_guid": ("unter neuer GUID übernommen", "Das Objekt hat keine GUID."),
    "unnamed_coder": ("unter einem Ersatznamen geführt", "Zu dieser Person nennt das Projekt keinen Namen."),
    "unknown_coder": ("unter einem Ersatznamen geführt", "Die Person steht nicht in der Liste der Beteiligten."),
    "no_coder": ("Codierung ohne Person übernommen", "Das Projekt sagt nicht, wer hier codiert hat."),
    "only_modified": ("unter der Person der letzten Änderung übernommen", "Das Projekt sagt nur, wer hier zuletzt geändert, nicht wer angelegt hat."),
    "case_coding": ("als Teil des Falls übernommen", "Die Codierung nennt einen Fall und keinen Code."),
    "unnamed_source": ("unter einem Ersatznamen geführt", "Die Quelle hat keinen Namen; an seine Stelle tritt der ihres Transkripts oder ihrer Datei."),
    "unknown_code": (_CODING, "Die Codierung verweist auf einen Code, den das Codesystem nicht enthält."),
    "no_code": (_CODING, "Die Codierung nennt keinen Code."),
    "outside_text": (_WITHOUT_PLACE, "Die Textstelle liegt außerhalb des gespeicherten Textes."),
    "bad_position": (_WITHOUT_PLACE, "Anfang oder Ende der Textstelle fehlen oder sind keine brauchbaren Zahlen."),
    "text_mismatch": ("Textstelle nach ihrer Position übernommen", "Der Text an dieser Stelle ist ein anderer, als der Name der Textstelle sagt."),
    "unsure_reading": ("Zählweise nach der Reihenfolge gewählt", "Mehrere Zählweisen der Positionen passen gleich gut zum Text und ergeben verschiedene Stellen."),
    "doubtful_reading": ("am besten passende Zählweise verwendet", "Bei keiner Zählweise der Positionen beginnen und enden die Textstellen überwiegend an Wortgrenzen."),
    "text_missing": (_WITHOUT_PLACE, "Die Textdatei, auf die das Projekt verweist, fehlt."),
    "text_beside": (_WITHOUT_PLACE, "Der Text liegt neben dem Projekt und wird nicht mitgelesen."),
    "text_elsewhere": (_WITHOUT_PLACE, "Der Text liegt außerhalb des Projekts auf einem anderen Rechner oder Laufwerk."),
    "text_formatted": (_WITHOUT_PLACE, "Der Text liegt nur formatiert vor (etwa als .docx), nicht als reiner Text."),
    "text_absent": (_WITHOUT_PLACE, "Zu dieser Quelle enthält das Projekt keinen Text."),
    "text_encoding": (_WITHOUT_PLACE, "Die Textdatei ist weder in UTF-8 noch in UTF-16 geschrieben."),
    "text_damaged": (_WITHOUT_PLACE, "Die Textdatei ist beschädigt oder ungewöhnlich gepackt."),
    "second_text": ("als eigene Quelle übernommen", "Zu der Quelle steht mehr als ein Text im Projekt (etwa ein zweites Transkript)."),
    "note_coding": (_NOT_TAKEN, "Textstellen und Codierungen in Notizen werden nicht ausgewertet."),
    "case_code": (_NOT_TAKEN, "Der Fall verweist auf einen Code; ausgewertet werden Fälle nach ihren Quellen."),
    "unknown_note": (_REFERENCE, "Der Verweis führt zu einer Notiz, die es nicht gibt."),
    "unknown_source": (_REFERENCE, "Der Verweis führt zu einer Quelle, die es nicht gibt."),
    "unknown_selection": (_REFERENCE, "Der Verweis führt zu einer Textstelle, die es nicht gibt."),
    "unknown_variable": ("Wert nicht übernommen", "Der Wert gehört zu einer Variablen, die es nicht gibt."),
    "second_value": ("zweiter Wert nicht übernommen", "Zu derselben Variablen stehen zwei verschiedene Werte."),
    "unknown_member": (_REFERENCE, "Die Gruppe enthält ein Objekt, das es nicht gibt."),
    "unknown_end": ("Verknüpfung wie angegeben übernommen", "Die Verknüpfung führt zu einem Objekt, das es nicht gibt."),
    "formula": ("Zelle als leer gelesen", "Die Zelle enthält eine Formel; Formeln werden nie ausgerechnet."),
    "error_value": ("Zelle als leer gelesen", "Die Zelle enthält einen Fehlerwert."),
    "unused_column": (_NOT_TAKEN, "Diese Spalte wird für die Auswertung nicht gebraucht."),
    "incomplete_row": ("Zeile nicht übernommen", "In der Zeile fehlt der Name des Dokuments oder der Code."),
    "struck": ("wie angegeben übernommen", "Der Wert ist durchgestrichen; ob er gelten soll, sagt die Tabelle nicht."),
    "hidden_row": ("wie die anderen übernommen", "Die Zeile ist ausgeblendet, vielleicht durch einen Filter."),
    "no_words": ("ohne Wortlaut übernommen", "In der Zeile fehlt das codierte Segment."),
    "odd_place": ("wie angegeben übernommen", "Anfang oder Ende ist keine Nummer eines Absatzes, einer Seite oder Sekunde."),
    "same_words": ("als eigene Codierung übernommen", "Dieselben Worte desselben Absatzes hat dieselbe Person schon so codiert; welche Stelle gemeint ist, sagt die Tabelle nicht."),
    "deep_code": ("Zeile nicht übernommen", "Über dem Code stehen mehr Ebenen, als ein Codesystem hat."),
    "backslash_split": ("als Pfad von Codes gelesen", "Der Name des Codes enthält „\\“, das in älteren Tabellen Ebenen trennt."),
    "backslash_kept": ("als Teil des Namens gelesen", "Der Name des Codes enthält „\\“; Ebenen trennt in dieser Tabelle „>“."),
    "outside": ("nur Gespeichertes gelesen", "Die Arbeitsmappe nennt Daten außerhalb; nichts davon wurde aufgesucht."),
    "second_sheet": ("nicht gelesen", "Die Arbeitsmappe enthält mehr als ein Blatt; gelesen wird nur eines."),
}  # fmt: skip


def loss(kind, *, guid="", place="", raw=""):
    """Make the row for one loss; unprintable characters are replaced, long texts cut."""
    done, why = KINDS[kind]
    return Loss(guid, kind, place, printable(raw, RAW_LENGTH), done, why)
