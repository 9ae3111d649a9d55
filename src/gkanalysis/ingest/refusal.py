"""Why a received file is not read: one German sentence each, with the file, what is wrong and what to do.

A kind of file (form, spreadsheet, project) is an error class with its sentences and limits; what may be wrong with
any archive is said once.
"""

import re
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from gkanalysis.core.errors import IngestError

MB = 2**20


class UnsafeContentError(Exception):
    """Bytes that break a rule, from code that knows no file name."""

    def __init__(self, rule):
        super().__init__(rule)
        self.rule = rule


class Limits(NamedTuple):
    """Most bytes of a file (None: any number), members, bytes of a member, bytes of all members together."""

    file: int | None
    members: int
    part: int
    total: int


def _sentences(limits, this, program, form, *, again, smaller, **own):
    """Sentences by rule for one kind of file, from words for it, its program and remedies; `own` adds or replaces."""
    save = f"bitte in {program} öffnen, als „{form}“ neu speichern und diese Datei einlesen"
    mb = {name: (getattr(limits, name) or 0) // MB for name in ("file", "part", "total")}
    members = f"{limits.members:,}".replace(",", ".")
    return {
        "missing": "gibt es nicht; bitte Namen und Ordner prüfen",
        "unreadable": "darf nicht gelesen werden; bitte die Zugriffsrechte der Datei prüfen",
        "not_a_file": f"ist keine Datei, sondern ein Ordner, eine Verknüpfung oder ein Gerät; bitte {this} selbst angeben",
        "empty": f"ist leer (0 Byte); {again}",
        "file_size": f"ist größer als {mb['file']} MB; {smaller}",
        "lock_file": f"ist nur die Sperrdatei, die {program} beim Bearbeiten anlegt; bitte {this} ohne „~$“ im Namen einlesen",
        "password": f"ist mit einem Kennwort geschützt; bitte in {program} den Kennwortschutz aufheben, neu speichern und "
        "diese Datei einlesen",
        "damaged": f"ist beschädigt oder unvollständig übertragen; {again}",
        "method": f"ist ungewöhnlich gepackt; {save}",
        "members": f"besteht aus mehr als {members} Teilen und wird nicht gelesen; {again}",
        "size": f"wird ausgepackt größer als erlaubt ({mb['part']} MB je Teil, {mb['total']} MB im Ganzen); {smaller}",
        "ratio": f"ist verdächtig stark gepackt (mehr als 300 : 1) und wird nicht gelesen; {again}",
        "path": f"enthält einen Teil, dessen Name aus der Datei herausführt; {again}",
        "duplicate": f"enthält zwei Teile mit demselben Namen; {save}",
        "macros": f"enthält Makros; bitte in {program} als „{form}“ ohne Makros speichern und diese Datei einlesen",
        "dtd": f"enthält eine DTD oder eigene Entitäten, die darin nichts zu suchen haben; {save}",
        "xml": f"enthält beschädigtes XML; {save}",
        "elements": f"enthält mehr XML-Marken in einem Teil als erlaubt und wird nicht gelesen; {smaller}",
        "depth": f"ist ungewöhnlich tief verschachtelt und wird nicht gelesen; {again}",
    } | {rule: sentence.format(save=save, again=again) for rule, sentence in own.items()}


class RefusedError(IngestError):
    """A received file that is not read; `rule` is the short name of the reason, for records of losses."""

    limits: ClassVar[Limits]
    sentences: ClassVar[Mapping[str, str]]
    other: ClassVar[str]  # the rule for what is none of the known formats

    def __init__(self, rule, name, detail=""):
        self.rule = rule
        shown = f" ({printable(detail)})" if detail else ""
        super().__init__(f"Die Datei „{printable(name, 300)}“{shown} {self.sentences[rule]}.")


class RefusedFileError(RefusedError):
    """A form that is not read."""

    limits = Limits(50 * MB, 2_000, 32 * MB, 64 * MB)  # Word writes 10 to 60 parts
    other = "not_word"
    sentences = _sentences(
        limits, "den Bogen", "Word", "Word-Dokument (*.docx)", again="bitte den Bogen noch einmal zusenden lassen",
        smaller="bitte große Bilder entfernen und neu speichern",
        old_word="ist ein Word-Dokument im alten Format (.doc); {save}",
        outlook="ist eine Outlook-Nachricht; bitte den angehängten Bogen daraus speichern und diesen einlesen",
        old_office="ist eine alte Office-Datei, aber kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
        rtf="ist eine RTF-Datei, in der Kreuze verloren gehen; bitte den Bogen als .docx noch einmal zusenden lassen",
        pdf="ist eine PDF-Datei, aus der sich Kreuze nicht sicher lesen lassen; bitte das Word-Dokument (.docx) dazu "
        "zusenden lassen",
        opendocument="ist eine OpenDocument-Datei (.odt); bitte in Word oder LibreOffice öffnen, als .docx speichern und "
        "diese Datei einlesen",
        xlsx="ist eine Excel-Arbeitsmappe und kein Bogen; bitte den ausgefüllten Bogen als .docx einlesen",
        not_word="ist kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
        no_document="enthält kein Word-Dokument (der Hauptteil fehlt); {save}",
        depth="ist ungewöhnlich tief verschachtelt und wird nicht gelesen; bitte den Text in eine leere Vorlage des Bogens "
        "übertragen lassen",
        grid="enthält eine unmäßig große Tabelle und wird nicht gelesen; bitte die leere Vorlage des Bogens ausfüllen lassen",
    )  # fmt: skip


_CSV_AGAIN = "bitte aus Excel als „CSV UTF-8 (durch Trennzeichen getrennt)“ speichern und diese Datei einlesen"


class RefusedSheetError(RefusedError):
    """A spreadsheet (.xlsx or CSV) that is not read."""

    limits = Limits(20 * MB, 2_000, 64 * MB, 128 * MB)
    other = "not_sheet"
    sentences = _sentences(
        limits, "die Tabelle", "Excel", "Excel-Arbeitsmappe (*.xlsx)",
        again="bitte die Tabelle in Excel neu speichern oder noch einmal zusenden lassen",
        smaller="bitte nur das benötigte Blatt speichern und diese Datei einlesen",
        old_office="ist eine Office-Datei im alten Format (.xls); {save}",
        opendocument="ist eine OpenDocument-Tabelle (.ods); {save}",
        xlsb="ist eine binäre Arbeitsmappe (.xlsb); {save}",
        pdf="ist eine PDF-Datei; bitte die Tabelle (.xlsx oder .csv) dazu zusenden lassen",
        html="enthält HTML statt einer Tabelle; {save}",
        not_xlsx="heißt „.xlsx“, ist aber keine Arbeitsmappe; {save} (eine CSV-Datei bitte „.csv“ nennen)",
        not_sheet="ist keine Tabelle; {save}",
        encoding=f"ist in keiner Codierung gespeichert, die sich sicher erkennen lässt (etwa von Excel für Mac oder MS-DOS), Umlaute wären unsicher; {_CSV_AGAIN}",
        not_csv=f"ist keine CSV-Datei; {_CSV_AGAIN}",
        quotes=f"hat ein Anführungszeichen, das nicht oder falsch geschlossen ist; {_CSV_AGAIN}",
        cells="hat mehr als 400.000 gefüllte Zellen; bitte nur das benötigte Blatt speichern und diese Datei einlesen",
    )  # fmt: skip


class QdaFileError(RefusedError):
    """A project of a QDA program that is not read; what is only unusual is read and listed as a loss."""

    limits = Limits(None, 20_000, 32 * MB, 1024 * MB)  # recordings of many gigabytes stay where they are
    other = "not_zip"
    sentences = _sentences(
        limits, "die Datei", "dem QDA-Programm", "REFI-QDA-Projekt (*.qdpx)",
        again="bitte im QDA-Programm noch einmal exportieren oder bei der Stelle nachfragen, die sie geschickt hat",
        smaller="bitte das Projekt in kleineren Teilen exportieren",
        password="ist mit einem Kennwort geschützt; bitte ohne Kennwort exportieren und diese Datei einlesen",
        size="wird ausgepackt größer als erlaubt (512 MB für das Projekt, 32 MB je Text, 1 GB im Ganzen); "
        "bitte das Projekt in kleineren Teilen exportieren",
        not_zip="ist kein Zip-Archiv und damit kein REFI-QDA-Projekt (.qdpx); {again}",
        no_project="enthält kein REFI-QDA-Projekt (keine Datei *.qde); {again}",
        no_columns="enthält keine Tabelle codierter Segmente (gebraucht werden die Spalten Dokumentname, Code und Segment); "
        "bitte die codierten Segmente in MAXQDA als Excel-Tabelle exportieren",
    )  # fmt: skip


def printable(text, limit=120):
    """Return text that is safe on a terminal and in a sentence."""
    shown = "".join(character if character.isprintable() else "?" for character in str(text))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


_OLE_NAMES = {"EncryptedPackage": "password", "WordDocument": "old_word", "__substg1.0_": "outlook"}
_OLE_NAME = b"|".join(re.escape(name.encode("utf-16-le")) for name in _OLE_NAMES)


def other_format(data, name, family):
    """Name the rule that refuses a file which is no zip, by its content; only lock files are known by their name."""
    if data.startswith(b"PK\x03\x04"):
        rule = "damaged"
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # the directory of a compound file: 128-byte records that begin with a UTF-16 name
        names = {m[0] for m in re.finditer(_OLE_NAME, data) if m.start() % 128 == 0}
        rules = (rule for entry, rule in _OLE_NAMES.items() if entry.encode("utf-16-le") in names)
        rule = next((rule for rule in rules if rule in family.sentences), "old_office")
    elif data.lstrip()[:5] == b"{\\rtf":
        rule = "rtf"
    elif b"%PDF-" in data[:1024]:
        rule = "pdf"
    else:
        rule = "lock_file" if name.startswith("~$") else family.other
    return rule if rule in family.sentences else family.other
