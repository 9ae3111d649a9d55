"""What is found in a spreadsheet: rules with stable ids, sentences with place, value and remedy."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gkanalysis.core.findings import FINDING_COLUMNS
from gkanalysis.ingest.refusal import printable

# Rule -> severity, title, what is to be done. Errors stop the build, findings are to be looked at, hints may be.
SHEET_RULES: dict[str, tuple[str, str, str]] = {
    "T01": ("error", "Blatt fehlt", "bitte das Blatt umbenennen oder die richtige Datei angeben"),
    "T02": ("error", "Überschriften nicht gefunden", "bitte die Überschriften in eine Zeile setzen"),
    "T03": ("error", "Spalte fehlt", "bitte die Spalte ergänzen oder umbenennen"),
    "T04": ("error", "Spalte doppelt", "bitte eine der Spalten umbenennen oder löschen"),
    "T05": ("hint", "Spalte wird nicht gelesen", "bitte umbenennen, falls sie gebraucht wird"),
    "T06": ("finding", "Wert nicht möglich", "bitte berichtigen"),
    "T07": ("hint", "anders gespeichert als erwartet", "bitte prüfen"),
    "T08": ("finding", "Formel", "bitte das Ergebnis als Wert einfügen"),
    "T09": ("finding", "Fehlerwert", "bitte berichtigen"),
    "T10": ("finding", "Wert fehlt", "bitte nachtragen"),
    "T11": ("error", "Zeile doppelt", "bitte klären, welche Zeile gilt, und die andere löschen"),
    "T13": ("finding", "verbundene Zellen", "bitte den Zellverbund aufheben und jede Zelle ausfüllen"),
    "T14": ("finding", "Wert ohne Überschrift", "bitte die Spalte benennen oder den Wert verschieben"),
    "T15": ("hint", "ausgeblendet", "bitte prüfen, ob es gelten soll"),
    "T16": ("finding", "durchgestrichen", "bitte prüfen, ob der Wert gelten soll"),
    "K01": ("finding", "Antwort ohne Kategorie", "bitte kodieren"),
    "K02": ("hint", "Kategorie nie vergeben", "bitte prüfen, ob sie gebraucht wird"),
    "K03": ("error", "Kategorie unbekannt", "bitte berichtigen oder in die Kategorien aufnehmen"),
    "K04": ("error", "Text weicht von der Antwort ab", "bitte Text wiederherstellen und Kategorie prüfen"),
    "K05": ("error", "Antwort gibt es nicht", "bitte Bündnis, Item und Nennung prüfen"),
    "K06": ("finding", "Kategorie doppelt vergeben", "bitte eine der beiden löschen"),
    "K07": ("error", "unbekannt, wer kodiert hat", "bitte berichtigen"),
    "K08": ("error", "Item ohne Kategorien", "bitte das Item aufnehmen oder berichtigen"),
    "K09": ("finding", "Antwort nicht von allen kodiert", "bitte nachtragen"),
}
_WITH_VALUE = frozenset({"T06", "T07", "T08", "T09", "T14", "T16"})  # the sentence quotes what the cell holds


class SheetFindings:
    """The findings of one file, in the order in which they are met; nothing is raised."""

    def __init__(self, file: str) -> None:
        self.file, self.sheet = file, ""
        self._rows: list[dict[str, Any]] = []

    def add(
        self, rule: str, sentence: str, *, row: int | None = None, column: str = "", value: Any = "",
        allowed: str = "", todo: str = "",
    ) -> None:  # fmt: skip
        """Add a finding."""
        severity, title, usual = SHEET_RULES[rule]
        value = printable(str(value))
        place = place_in_words(self.sheet, row, column)
        where = f"„{printable(self.file)}“" + (place and f", {place}")
        quoted = f" „{value}“" if value and rule in _WITH_VALUE else ""
        rest = (f"erlaubt: {allowed}; " if allowed else "") + (todo or usual)
        message = f"{where}{quoted}: {sentence} {rest[:1].upper()}{rest[1:]}."
        self._rows.append(
            dict.fromkeys(FINDING_COLUMNS, "")
            | {"severity": severity, "rule": rule, "title": title, "file": self.file, "place": place}
            | {"raw": value, "message": message, "row": row, "column": column}
        )

    def table(self) -> pd.DataFrame:
        """One row per finding as in the common log, with `row` and `column`: errors first, then by row, none before 1."""
        ranks = {"error": 0, "finding": 1, "hint": 2}
        rows = sorted(self._rows, key=lambda f: (ranks[f["severity"]], f["row"] or 0))
        return pd.DataFrame(rows, columns=[*FINDING_COLUMNS, "row", "column"]).astype({"row": "Int64"})


def place_in_words(sheet: str, row: int | None, column: str) -> str:
    """Place in the words of the program.

    >>> place_in_words("Log", 3, "B")
    'Blatt „Log“, Zeile 3, Spalte B'
    """
    parts = (
        f"Blatt „{printable(sheet)}“" if sheet else "",
        "" if row is None or pd.isna(row) else f"Zeile {row}",
        f"Spalte {column}" if column else "",
    )
    return ", ".join(filter(None, parts))
