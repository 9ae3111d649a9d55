"""A spreadsheet as typed cells, whatever its format, and the sentences with which one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.refusal import printable

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_CELLS = 400_000

_SAVE_AGAIN = (
    "bitte in Excel öffnen, als „Excel-Arbeitsmappe (*.xlsx)“ neu speichern und diese Datei einlesen"
)
_SAVE_CSV = "bitte aus Excel als „CSV UTF-8 (durch Trennzeichen getrennt)“ speichern und diese Datei einlesen"
SHEET_SENTENCES = {
    "missing": "gibt es nicht; bitte Namen und Ordner prüfen",
    "unreadable": "darf nicht gelesen werden; bitte die Zugriffsrechte der Datei prüfen",
    "not_a_file": "ist keine Datei, sondern ein Ordner, eine Verknüpfung oder ein Gerät; bitte die Tabelle selbst angeben",
    "empty": "ist leer (0 Byte); bitte die Tabelle noch einmal zusenden lassen",
    "file_size": "ist größer als 20 MB; bitte nur das benötigte Blatt speichern und diese Datei einlesen",
    "lock_file": "ist nur die Sperrdatei, die Excel beim Bearbeiten anlegt; bitte die Tabelle ohne „~$“ im Namen einlesen",
    "password": "ist mit einem Kennwort geschützt; bitte in Excel den Kennwortschutz aufheben, neu speichern und diese "
    "Datei einlesen",
    "old_xls": f"ist eine Office-Datei im alten Format (.xls); {_SAVE_AGAIN}",
    "ods": f"ist eine OpenDocument-Tabelle (.ods); {_SAVE_AGAIN}",
    "xlsb": f"ist eine binäre Arbeitsmappe (.xlsb); {_SAVE_AGAIN}",
    "pdf": "ist eine PDF-Datei; bitte die Tabelle (.xlsx oder .csv) dazu zusenden lassen",
    "html": f"enthält HTML statt einer Tabelle; {_SAVE_AGAIN}",
    "not_sheet": f"ist keine Tabelle; {_SAVE_AGAIN}",
    "macros": "enthält Makros; bitte in Excel als „Excel-Arbeitsmappe (*.xlsx)“ ohne Makros speichern und diese Datei "
    "einlesen",
    "external": "verweist auf etwas außerhalb der Datei; bitte in Excel die Verknüpfungen lösen, neu speichern und diese "
    "Datei einlesen",
    "encoding": f"ist nicht in UTF-8 gespeichert (vermutlich in der Windows-Kodierung 1252, Umlaute wären unsicher); {_SAVE_CSV}",
    "quotes": f"hat ein Anführungszeichen, das nicht oder falsch geschlossen ist; {_SAVE_CSV}",
    "cells": "hat mehr als 400.000 gefüllte Zellen; bitte nur das benötigte Blatt speichern und diese Datei einlesen",
    "damaged": f"ist beschädigt oder unvollständig übertragen; {_SAVE_AGAIN}",
    "method": f"ist ungewöhnlich gepackt; {_SAVE_AGAIN}",
    "members": f"besteht aus mehr als 2.000 Teilen und wird nicht gelesen; {_SAVE_AGAIN}",
    "size": "wird ausgepackt größer als erlaubt (32 MB je Teil, 64 MB im Ganzen); bitte nur das benötigte Blatt speichern "
    "und diese Datei einlesen",
    "ratio": f"ist verdächtig stark gepackt (mehr als 300 : 1) und wird nicht gelesen; {_SAVE_AGAIN}",
    "path": f"enthält einen Teil, dessen Name aus der Datei herausführt; {_SAVE_AGAIN}",
    "duplicate": f"enthält zwei Teile mit demselben Namen; {_SAVE_AGAIN}",
    "dtd": f"enthält eine DTD oder eigene Entitäten, die in einer Tabelle nichts zu suchen haben; {_SAVE_AGAIN}",
    "xml": f"enthält beschädigtes XML; {_SAVE_AGAIN}",
    "elements": "enthält mehr als eine Million XML-Marken in einem Teil; bitte nur das benötigte Blatt speichern und diese "
    "Datei einlesen",
    "depth": f"ist ungewöhnlich tief verschachtelt und wird nicht gelesen; {_SAVE_AGAIN}",
}


class RefusedSheetError(IngestError):
    """A spreadsheet that is not read; `rule` is the short name of the reason.

    Examples
    --------
    >>> str(RefusedSheetError("missing", "log.xlsx"))
    'Die Datei „log.xlsx“ gibt es nicht; bitte Namen und Ordner prüfen.'
    """

    def __init__(self, rule: str, name: str, detail: str = "") -> None:
        self.rule = rule
        shown = f" ({printable(detail)})" if detail else ""
        super().__init__(f"Die Datei „{printable(name)}“{shown} {SHEET_SENTENCES[rule]}.")


class Cell(NamedTuple):
    """One filled cell.

    `kind`: text, number, date, bool, error or formula; `value`: str, float, date or bool, for a formula its
    text; `shown`: what people see in the program, for a formula the stored result.
    """

    kind: str
    value: str | float | date | bool
    shown: str


@dataclass(frozen=True)
class Sheet:
    """One sheet: filled cells by (row, column), both counted from 1 as the program shows them.

    Attributes
    ----------
    name : str
        "" for a CSV file.
    cells : mapping from (row, column) to Cell
    merged : tuple of (top, left, bottom, right)
    hidden_rows : frozenset of int
    is_hidden : bool
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    is_hidden: bool = False


def column_letter(column: int) -> str:
    """Name of a column as the program shows it.

    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def plain_number(value: float) -> str:
    """A number as a German reader types it: no exponent, decimal comma, no dots.

    >>> plain_number(5.0), plain_number(0.1), plain_number(1e-7)
    ('5', '0,1', '0,0000001')
    """
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        text = f"{value:.20f}".rstrip("0") if abs(value) < 1 else f"{value:.0f}"
    return text.replace(".", ",")
