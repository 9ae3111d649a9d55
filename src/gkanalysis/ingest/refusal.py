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
    """Bytes that break a rule, from code that knows no file name; `detail` is the part of the document."""

    def __init__(self, rule, detail=""):
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


class Limits(NamedTuple):
    """Most bytes of a file (None: any number), members, bytes of a member, bytes of all members together."""

    file: int | None
    members: int
    part: int
    total: int


def _sentences(limits, this, *, again, save, unlock, **own):
    """Sentences by rule: `this` is the file as object, the others are remedies, `own` adds or replaces rules."""
    size = f"{limits.part // MB} MB je Teil, {limits.total // MB} MB im Ganzen"
    return {
        "missing": "gibt es nicht; bitte Namen und Ordner prüfen",
        "unreadable": "darf nicht gelesen werden; bitte die Zugriffsrechte der Datei prüfen",
        "not_a_file": "ist keine Datei, sondern ein Ordner, eine Verknüpfung oder ein Gerät; "
        f"bitte {this} selbst angeben",
        "empty": f"ist leer (0 Byte); {again}",
        "password": f"ist mit einem Kennwort geschützt; {unlock}",
        "damaged": f"ist beschädigt oder unvollständig übertragen; {again}",
        "method": f"ist ungewöhnlich gepackt; {save}",
        "members": f"besteht aus mehr als {limits.members:,} Teilen und wird nicht gelesen; {again}".replace(
            ",", ".", 1
        ),
        "size": f"wird ausgepackt größer als erlaubt ({size}); {again}",
        "ratio": f"ist verdächtig stark gepackt (mehr als 300 : 1) und wird nicht gelesen; {again}",
        "path": f"enthält einen Teil, dessen Name aus der Datei herausführt; {again}",
        "duplicate": f"enthält zwei Teile mit demselben Namen; {save}",
        "dtd": f"enthält eine DTD oder eigene Entitäten, die darin nichts zu suchen haben; {save}",
        "xml": f"enthält beschädigtes XML; {save}",
        "elements": f"enthält mehr XML-Marken in einem Teil als erlaubt und wird nicht gelesen; {again}",
        "depth": f"ist ungewöhnlich tief verschachtelt und wird nicht gelesen; {again}",
    } | own


class RefusedError(IngestError):
    """A received file that is not read; `rule` is the short name of the reason, for records of losses."""

    limits: ClassVar[Limits]
    sentences: ClassVar[Mapping[str, str]]
    other: ClassVar[str]  # the rule for what is none of the known formats

    def __init__(self, rule, name, detail=""):
        self.rule = rule
        shown = f" ({printable(detail)})" if detail else ""
        super().__init__(f"Die Datei „{printable(name)}“{shown} {self.sentences[rule]}.")


_WORD_AGAIN = "bitte in Word öffnen, als „Word-Dokument (*.docx)“ neu speichern und diese Datei einlesen"


class RefusedFileError(RefusedError):
    """A form that is not read.

    Examples
    --------
    >>> str(RefusedFileError("missing", "Bogen.docx"))
    'Die Datei „Bogen.docx“ gibt es nicht; bitte Namen und Ordner prüfen.'
    """

    limits = Limits(50 * MB, 2_000, 32 * MB, 64 * MB)  # Word writes 10 to 60 parts
    other = "not_word"
    sentences = _sentences(
        limits, "den Bogen", again="bitte den Bogen noch einmal zusenden lassen", save=_WORD_AGAIN,
        unlock="bitte in Word den Kennwortschutz aufheben, neu speichern und diese Datei einlesen",
        file_size="ist größer als 50 MB und damit kein ausgefüllter Bogen; bitte große Bilder entfernen und neu speichern",
        lock_file="ist nur die Sperrdatei, die Word beim Bearbeiten anlegt; bitte den Bogen ohne „~$“ im Namen einlesen",
        old_word=f"ist ein Word-Dokument im alten Format (.doc); {_WORD_AGAIN}",
        outlook="ist eine Outlook-Nachricht; bitte den angehängten Bogen daraus speichern und diesen einlesen",
        old_office="ist eine alte Office-Datei, aber kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
        rtf="ist eine RTF-Datei, in der Kreuze verloren gehen; bitte den Bogen als .docx noch einmal zusenden lassen",
        pdf="ist eine PDF-Datei, aus der sich Kreuze nicht sicher lesen lassen; bitte das Word-Dokument (.docx) dazu "
        "zusenden lassen",
        opendocument="ist eine OpenDocument-Datei (.odt); bitte in Word oder LibreOffice öffnen, als .docx speichern und "
        "diese Datei einlesen",
        xlsx="ist eine Excel-Arbeitsmappe und kein Bogen; bitte den ausgefüllten Bogen als .docx einlesen",
        not_word="ist kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
        no_document=f"enthält kein Word-Dokument (der Hauptteil fehlt); {_WORD_AGAIN}",
        macros="enthält Makros; bitte in Word als „Word-Dokument (*.docx)“ ohne Makros speichern und diese Datei einlesen",
        depth="ist ungewöhnlich tief verschachtelt und wird nicht gelesen; bitte den Text in eine leere Vorlage des Bogens "
        "übertragen lassen",
        grid="enthält eine unmäßig große Tabelle und wird nicht gelesen; bitte die leere Vorlage des Bogens ausfüllen lassen",
        external="verweist auf etwas außerhalb der Datei; bitte die Verknüpfung in Word lösen, neu speichern und diese "
        "Datei einlesen",
    )  # fmt: skip


_EXCEL_AGAIN = (
    "bitte in Excel öffnen, als „Excel-Arbeitsmappe (*.xlsx)“ neu speichern und diese Datei einlesen"
)
_CSV_AGAIN = (
    "bitte aus Excel als „CSV UTF-8 (durch Trennzeichen getrennt)“ speichern und diese Datei einlesen"
)
_ONE_SHEET = "bitte nur das benötigte Blatt speichern und diese Datei einlesen"


class RefusedSheetError(RefusedError):
    """A spreadsheet (.xlsx or CSV) that is not read.

    Examples
    --------
    >>> str(RefusedSheetError("quotes", "log.csv"))[:75]
    'Die Datei „log.csv“ hat ein Anführungszeichen, das nicht oder falsch geschl'
    """

    limits = Limits(20 * MB, 2_000, 64 * MB, 128 * MB)
    other = "not_sheet"
    sentences = _sentences(
        limits, "die Tabelle", again=_EXCEL_AGAIN, save=_EXCEL_AGAIN,
        unlock="bitte in Excel den Kennwortschutz aufheben, neu speichern und diese Datei einlesen",
        empty="ist leer (0 Byte); bitte die Tabelle noch einmal zusenden lassen",
        file_size=f"ist größer als 20 MB; {_ONE_SHEET}",
        size=f"wird ausgepackt größer als erlaubt (64 MB je Teil, 128 MB im Ganzen); {_ONE_SHEET}",
        lock_file="ist nur die Sperrdatei, die Excel beim Bearbeiten anlegt; bitte die Tabelle ohne „~$“ im Namen einlesen",
        old_office=f"ist eine Office-Datei im alten Format (.xls); {_EXCEL_AGAIN}",
        opendocument=f"ist eine OpenDocument-Tabelle (.ods); {_EXCEL_AGAIN}",
        xlsb=f"ist eine binäre Arbeitsmappe (.xlsb); {_EXCEL_AGAIN}",
        pdf="ist eine PDF-Datei; bitte die Tabelle (.xlsx oder .csv) dazu zusenden lassen",
        html=f"enthält HTML statt einer Tabelle; {_EXCEL_AGAIN}",
        not_sheet=f"ist keine Tabelle; {_EXCEL_AGAIN}",
        macros="enthält Makros; bitte in Excel als „Excel-Arbeitsmappe (*.xlsx)“ ohne Makros speichern und diese Datei "
        "einlesen",
        external="verweist auf etwas außerhalb der Datei; bitte in Excel die Verknüpfungen lösen, neu speichern und diese "
        "Datei einlesen",
        encoding=f"ist nicht in UTF-8 gespeichert (vermutlich in der Windows-Kodierung 1252, Umlaute wären unsicher); {_CSV_AGAIN}",
        not_csv=f"ist keine CSV-Datei; {_CSV_AGAIN}",
        quotes=f"hat ein Anführungszeichen, das nicht oder falsch geschlossen ist; {_CSV_AGAIN}",
        cells=f"hat mehr als 400.000 gefüllte Zellen; {_ONE_SHEET}",
    )  # fmt: skip


_FROM_STRANGER = "bitte bei der Stelle nachfragen, die sie geschickt hat"
_EXPORT_AGAIN = "bitte im QDA-Programm noch einmal exportieren und diese Datei einlesen"


class QdaFileError(RefusedError):
    """A project of a QDA program that is not read; what is only unusual is read and listed as a loss.

    Examples
    --------
    >>> str(QdaFileError("missing", "a.qdpx"))
    'Die Datei „a.qdpx“ gibt es nicht; bitte Namen und Ordner prüfen.'
    """

    limits = Limits(None, 20_000, 32 * MB, 1024 * MB)  # recordings of many gigabytes stay where they are
    other = "not_zip"
    sentences = _sentences(
        limits, "die Datei", again=_FROM_STRANGER, save=_EXPORT_AGAIN,
        unlock="bitte ohne Kennwort exportieren und diese Datei einlesen",
        empty=f"ist leer (0 Byte); {_EXPORT_AGAIN}",
        not_zip=f"ist kein Zip-Archiv und damit kein REFI-QDA-Projekt (.qdpx); {_EXPORT_AGAIN}",
        damaged=f"ist beschädigt oder unvollständig übertragen; {_EXPORT_AGAIN}",
        size="wird ausgepackt größer als erlaubt (512 MB für das Projekt, 32 MB je Text, 1 GB im Ganzen); "
        "bitte das Projekt in kleineren Teilen exportieren",
        no_project=f"enthält kein REFI-QDA-Projekt (keine Datei *.qde); {_EXPORT_AGAIN}",
        no_columns="enthält keine Tabelle codierter Segmente (gebraucht werden die Spalten Dokumentname, Code und Segment); "
        "bitte die codierten Segmente in MAXQDA als Excel-Tabelle exportieren",
    )  # fmt: skip


def printable(text, limit=120):
    """Return text that is safe on a terminal and in a sentence.

    Examples
    --------
    >>> printable("Bogen\\x1b[31m.docx")
    'Bogen?[31m.docx'
    """
    shown = "".join(character if character.isprintable() else "?" for character in str(text))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


_OLE_NAMES = (("EncryptedPackage", "password"), ("WordDocument", "old_word"), ("__substg1.0_", "outlook"))


def other_format(data, name, family):
    """Name the rule that refuses a file which is no zip, by its content; only lock files are known by their name.

    Examples
    --------
    >>> other_format(b"%PDF-1.7", "Bogen.docx", RefusedFileError)
    'pdf'
    """
    if data.startswith(b"PK\x03\x04"):
        rule = "damaged"
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        rules = (rule for entry, rule in _OLE_NAMES if _has_ole_entry(data, entry))
        rule = next((rule for rule in rules if rule in family.sentences), "old_office")
    elif data.lstrip()[:5] == b"{\\rtf":
        rule = "rtf"
    elif b"%PDF-" in data[:1024]:
        rule = "pdf"
    else:
        rule = "lock_file" if name.startswith("~$") else family.other
    return rule if rule in family.sentences else family.other


def _has_ole_entry(data, name):
    """Whether a compound file's directory has an entry: 128-byte records that begin with a UTF-16 name."""
    pattern = re.escape(name.encode("utf-16-le"))
    return any(match.start() % 128 == 0 for match in re.finditer(pattern, data))
