"""The German sentences with which a received file is refused, and how other formats are recognised.

Every sentence names the file, says what is wrong and what to do. The content decides, never the extension.
"""

import re

from gkanalysis.core.errors import IngestError

_SAVE_AGAIN = "bitte in Word öffnen, als „Word-Dokument (*.docx)“ neu speichern und diese Datei einlesen"
_ASK_AGAIN = "bitte den Bogen noch einmal zusenden lassen"

SENTENCES = {
    "missing": "gibt es nicht; bitte Namen und Ordner prüfen",
    "unreadable": "darf nicht gelesen werden; bitte die Zugriffsrechte der Datei prüfen",
    "not_a_file": "ist keine Datei, sondern ein Ordner, eine Verknüpfung oder ein Gerät; bitte den Bogen selbst angeben",
    "empty": f"ist leer (0 Byte); {_ASK_AGAIN}",
    "file_size": "ist größer als 50 MB und damit kein ausgefüllter Bogen; bitte große Bilder entfernen und neu speichern",
    "lock_file": "ist nur die Sperrdatei, die Word beim Bearbeiten anlegt; bitte den Bogen ohne „~$“ im Namen einlesen",
    "password": "ist mit einem Kennwort geschützt; bitte in Word den Kennwortschutz aufheben, neu speichern und diese "
    "Datei einlesen",
    "old_doc": f"ist ein Word-Dokument im alten Format (.doc); {_SAVE_AGAIN}",
    "outlook": "ist eine Outlook-Nachricht; bitte den angehängten Bogen daraus speichern und diesen einlesen",
    "other_office": "ist eine alte Office-Datei, aber kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
    "rtf": "ist eine RTF-Datei, in der Kreuze verloren gehen; bitte den Bogen als .docx noch einmal zusenden lassen",
    "pdf": "ist eine PDF-Datei, aus der sich Kreuze nicht sicher lesen lassen; bitte das Word-Dokument (.docx) dazu "
    "zusenden lassen",
    "odt": "ist eine OpenDocument-Datei (.odt); bitte in Word oder LibreOffice öffnen, als .docx speichern und diese "
    "Datei einlesen",
    "xlsx": "ist eine Excel-Arbeitsmappe und kein Bogen; bitte den ausgefüllten Bogen als .docx einlesen",
    "not_word": "ist kein Word-Dokument; bitte den ausgefüllten Bogen als .docx einlesen",
    "no_document": f"enthält kein Word-Dokument (der Hauptteil fehlt); {_SAVE_AGAIN}",
    "damaged": f"ist beschädigt oder unvollständig übertragen; {_ASK_AGAIN}",
    "method": f"ist ungewöhnlich gepackt; {_SAVE_AGAIN}",
    "members": f"besteht aus mehr als 2.000 Teilen und wird nicht gelesen; {_ASK_AGAIN}",
    "size": f"wird ausgepackt größer als erlaubt (32 MB je Teil, 64 MB im Ganzen); {_ASK_AGAIN}",
    "ratio": f"ist verdächtig stark gepackt (mehr als 300 : 1) und wird nicht gelesen; {_ASK_AGAIN}",
    "path": f"enthält einen Teil, dessen Name aus dem Dokument herausführt; {_ASK_AGAIN}",
    "duplicate": f"enthält zwei Teile mit demselben Namen; {_SAVE_AGAIN}",
    "macros": "enthält Makros; bitte in Word als „Word-Dokument (*.docx)“ ohne Makros speichern und diese Datei einlesen",
    "dtd": f"enthält eine DTD oder eigene Entitäten, die in einem Bogen nichts zu suchen haben; {_SAVE_AGAIN}",
    "xml": f"enthält beschädigtes XML; {_SAVE_AGAIN}",
    "elements": f"enthält mehr als eine Million XML-Marken in einem Teil und wird nicht gelesen; {_ASK_AGAIN}",
    "depth": "ist ungewöhnlich tief verschachtelt und wird nicht gelesen; bitte den Text in eine leere Vorlage des Bogens "
    "übertragen lassen",
    "grid": "enthält eine unmäßig große Tabelle und wird nicht gelesen; bitte die leere Vorlage des Bogens ausfüllen lassen",
    "external": "verweist auf etwas außerhalb der Datei; bitte die Verknüpfung in Word lösen, neu speichern und diese "
    "Datei einlesen",
}


class UnsafeContentError(Exception):
    """Bytes that break a rule, from code that knows no file name; `detail` is the part of the document."""

    def __init__(self, rule, detail=""):
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


class RefusedFileError(IngestError):
    """A received file that is not read; `rule` is the short name of the reason, for records of losses."""

    def __init__(self, rule, name, detail=""):
        self.rule = rule
        shown = f" ({printable(detail)})" if detail else ""
        super().__init__(f"Die Datei „{printable(name)}“{shown} {SENTENCES[rule]}.")


def printable(text, limit=120):
    """Return text that is safe on a terminal and in a sentence.

    Examples
    --------
    >>> printable("Bogen\\x1b[31m.docx")
    'Bogen?[31m.docx'
    """
    shown = "".join(character if character.isprintable() else "?" for character in str(text))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


_OLE_NAMES = (
    ("EncryptedPackage", "password"),
    ("WordDocument", "old_doc"),
    ("__substg1.0_", "outlook"),
)


def rule_for_other_format(data, name):
    """Name the rule that refuses a file which is not a zip.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        The file's name; only Word's own lock files are known by it.

    Returns
    -------
    str
        A key of `SENTENCES`.

    Examples
    --------
    >>> rule_for_other_format(b"%PDF-1.7", "Bogen.docx")
    'pdf'
    """
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return next((rule for entry, rule in _OLE_NAMES if _has_ole_entry(data, entry)), "other_office")
    if data.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "lock_file" if name.startswith("~$") else "not_word"


def _has_ole_entry(data, name):
    """Whether a compound file's directory has an entry: 128-byte records that begin with a UTF-16 name."""
    pattern = re.escape(name.encode("utf-16-le"))
    return any(match.start() % 128 == 0 for match in re.finditer(pattern, data))
