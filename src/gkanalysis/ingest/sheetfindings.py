"""What is found in a spreadsheet: rules with stable ids, sentences with place, value and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gkanalysis.core.findings import FINDING_COLUMNS
from gkanalysis.ingest.refusal import printable

SHEET_FINDING_COLUMNS = [
    "severity", "rule", "title", "file", "sheet", "row", "column", "value", "allowed", "todo", "message",
]  # fmt: skip
SHEET_RULES: Mapping[str, tuple[str, str]] = {
    "T01": ("error", "Blatt fehlt"),
    "T02": ("error", "Überschriften nicht gefunden"),
    "T03": ("error", "Spalte fehlt"),
    "T04": ("error", "Spalte doppelt"),
    "T05": ("hint", "Spalte wird nicht gelesen"),
    "T06": ("finding", "Wert nicht möglich"),
    "T07": ("hint", "anders gespeichert als erwartet"),
    "T08": ("finding", "Formel"),
    "T09": ("finding", "Fehlerwert"),
    "T10": ("finding", "Wert fehlt"),
    "T11": ("error", "Zeile doppelt"),
    "T12": ("error", "Wert unbekannt"),
    "T13": ("finding", "verbundene Zellen"),
    "T14": ("finding", "Wert ohne Überschrift"),
    "T15": ("hint", "ausgeblendet"),
}
_WITH_VALUE = frozenset({"T06", "T07", "T08", "T09", "T12", "T14"})  # the sentence quotes what the cell holds


class SheetFindings:
    """The findings of one file, in the order in which they are met; nothing is raised."""

    def __init__(self, file: str, rules: Mapping[str, tuple[str, str]] = SHEET_RULES) -> None:
        self.file = file
        self.sheet = ""
        self._rules = rules
        self._rows: list[dict[str, Any]] = []

    def add(
        self, rule: str, said: str, *, todo: str, row: int | None = None, column: str = "", value: Any = "",
        allowed: str = "",
    ) -> None:  # fmt: skip
        """Add a finding.

        Parameters
        ----------
        rule : key of the rules
        said : whole German sentence on what is wrong
        todo, allowed : parts of a sentence
        row : number of the row as the program shows it
        column : letter and heading, or an area
        value : what the cell holds
        """
        severity, title = self._rules[rule]
        value = printable(str(value))
        place = place_in_words(self.sheet, row, column)
        quoted = f" „{value}“" if value and rule in _WITH_VALUE else ""
        rest = "; ".join(x for x in (f"erlaubt: {allowed}" if allowed else "", todo) if x)
        where = ", ".join(x for x in (f"„{printable(self.file)}“", place) if x)
        message = f"{where}{quoted}: {said} {rest[:1].upper()}{rest[1:]}."
        self._rows.append(
            {
                "severity": severity,
                "rule": rule,
                "title": title,
                "file": self.file,
                "sheet": self.sheet,
                "row": row,
            }
            | {"column": column, "value": value, "allowed": allowed, "todo": todo, "message": message}
        )

    def table(self) -> pd.DataFrame:
        """One row per finding; errors first, then by row."""
        table = pd.DataFrame(self._rows, columns=SHEET_FINDING_COLUMNS).astype({"row": "Int64"})
        order = table["severity"].map({"error": 0, "finding": 1, "hint": 2})
        table = table.assign(order=order).sort_values(["order", "row"], kind="stable", na_position="first")
        return table.drop(columns="order").reset_index(drop=True)


def finding_log_rows(findings: pd.DataFrame) -> list[dict[str, str]]:
    """Findings of a spreadsheet with the columns of the log of findings (`gkanalysis.core.findings`).

    Parameters
    ----------
    findings : DataFrame with `SHEET_FINDING_COLUMNS`

    Examples
    --------
    >>> found = SheetFindings("log.csv")
    >>> found.add("T10", "Hier fehlt ein Wert.", todo="bitte nachtragen", row=3, column="B „Tage“")
    >>> finding_log_rows(found.table())[0]["place"]
    'Zeile 3, Spalte B „Tage“'
    """
    rows = []
    for f in findings.itertuples():
        row = dict.fromkeys(FINDING_COLUMNS, "")
        row |= {"severity": f.severity, "rule": f.rule, "title": f.title, "file": f.file, "raw": f.value}
        rows.append(row | {"place": place_in_words(f.sheet, f.row, f.column), "message": f.message})
    return rows


def place_in_words(sheet: str, row: int | None, column: str) -> str:
    """Place in the words of the program.

    >>> place_in_words("Log", 3, "B")
    'Blatt „Log“, Zeile 3, Spalte B'
    """
    parts = [
        f"Blatt „{printable(sheet)}“" if sheet else "",
        "" if row is None or pd.isna(row) else f"Zeile {row}",
        f"Spalte {column}" if column else "",
    ]
    return ", ".join(part for part in parts if part)
