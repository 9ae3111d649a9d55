"""The German sentences with which a file of a QDA program is refused.

Refused is only what is dangerous or no such file at all; everything else is read and listed as a loss.
"""

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.refusal import printable

_EXPORT_AGAIN = "bitte im QDA-Programm noch einmal exportieren und diese Datei einlesen"
_FROM_STRANGER = "bitte bei der Stelle nachfragen, die sie geschickt hat"

SENTENCES = {
    "missing": "gibt es nicht; bitte Namen und Ordner prüfen",
    "unreadable": "darf nicht gelesen werden; bitte die Zugriffsrechte der Datei prüfen",
    "not_a_file": "ist keine Datei, sondern ein Ordner, eine Verknüpfung oder ein Gerät; bitte die Datei selbst angeben",
    "empty": f"ist leer (0 Byte); {_EXPORT_AGAIN}",
    "not_zip": f"ist kein Zip-Archiv und damit weder ein REFI-QDA-Projekt (.qdpx) noch eine Arbeitsmappe; {_EXPORT_AGAIN}",
    "password": "ist mit einem Kennwort geschützt; bitte ohne Kennwort exportieren und diese Datei einlesen",
    "damaged": f"ist beschädigt oder unvollständig übertragen; {_EXPORT_AGAIN}",
    "method": f"ist ungewöhnlich gepackt; {_EXPORT_AGAIN}",
    "members": f"besteht aus mehr als 20.000 Teilen und wird nicht gelesen; {_FROM_STRANGER}",
    "size": "wird ausgepackt größer als erlaubt (512 MB für das Projekt, 32 MB je Text, 1 GB im Ganzen); "
    "bitte das Projekt in kleineren Teilen exportieren",
    "ratio": f"ist verdächtig stark gepackt (mehr als 300 : 1) und wird nicht gelesen; {_FROM_STRANGER}",
    "path": f"enthält einen Teil, dessen Name aus dem Archiv herausführt; {_FROM_STRANGER}",
    "no_project": f"enthält kein REFI-QDA-Projekt (keine Datei *.qde); {_EXPORT_AGAIN}",
    "no_sheet": "ist keine Excel-Arbeitsmappe (.xlsx); bitte die codierten Segmente in MAXQDA als Excel-Tabelle exportieren",
    "no_columns": "enthält keine Tabelle codierter Segmente (gebraucht werden die Spalten Dokumentname, Code und Segment); "
    "bitte die codierten Segmente in MAXQDA als Excel-Tabelle exportieren",
    "dtd": f"enthält eine DTD oder eigene Entitäten, die in einem Projekt nichts zu suchen haben; {_FROM_STRANGER}",
    "xml": f"enthält beschädigtes XML; {_EXPORT_AGAIN}",
    "elements": f"enthält mehr als fünf Millionen XML-Marken in einem Teil und wird nicht gelesen; {_FROM_STRANGER}",
    "depth": f"ist ungewöhnlich tief verschachtelt und wird nicht gelesen; {_FROM_STRANGER}",
}


class QdaFileError(IngestError):
    """A file of a QDA program that is not read; `rule` is the short name of the reason.

    Examples
    --------
    >>> str(QdaFileError("missing", "a.qdpx"))
    'Die Datei „a.qdpx“ gibt es nicht; bitte Namen und Ordner prüfen.'
    """

    def __init__(self, rule, name, detail=""):
        self.rule = rule
        shown = f" ({printable(detail)})" if detail else ""
        super().__init__(f"Die Datei „{printable(name)}“{shown} {SENTENCES[rule]}.")
