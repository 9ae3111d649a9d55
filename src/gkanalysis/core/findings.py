"""What validation finds and what is lost on the way: the rules with their stable ids, and the log of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

FINDING_COLUMNS = [
    "severity", "rule", "title", "file", "case_id", "item_id", "place", "raw", "message", "question",
]  # fmt: skip
LOSS_COLUMNS = ["stage", "unit", "file", "case_id", "item_id", "place", "raw", "action", "reason", "rule"]

RULES: Mapping[str, tuple[str, str]] = {
    "V01": ("error", "Bündnis unbekannt"),
    "V02": ("finding", "Bogen fehlt im Ordner"),
    "V03": ("finding", "Bogen fehlt in der Eingangsliste"),
    "V04": ("finding", "Name weicht vom Register ab"),
    "V05": ("finding", "Lage passt nicht zum Kommunaltyp"),
    "V06": ("finding", "mehrere Bögen eines Bündnisses"),
    "V07": ("finding", "mehrere Vorgaben einer Einfachauswahl angekreuzt"),
    "V08": ("finding", "Eintrag nicht eindeutig lesbar"),
    "V09": ("hint", "Platzhaltertext stehen geblieben"),
    "V10": ("finding", "beantwortet, obwohl nach Filter nicht gefragt"),
    "V11": ("finding", "Wert nicht möglich"),
    "V12": ("hint", "eigener Akteur in der Leerzeile"),
    "V13": ("finding", "Eintrag außerhalb der bekannten Felder"),
    "V14": ("hint", "Datei weicht von der Prüfsumme ab"),
    "V15": ("finding", "Bogen nur teilweise auswertbar"),
    "V16": ("error", "Eingangsliste nicht eindeutig"),
    "V17": ("error", "Entscheidung nicht anwendbar"),
    "V18": ("error", "erfundene und echte Daten gemischt"),
    "V19": ("error", "Bogen bei einem anderen Bündnis abgelegt"),
    "V20": ("error", "Dokument ohne eindeutiges Bündnis"),
    "V21": ("error", "mehrere Dokumente eines Bündnisses"),
    "V22": ("finding", "Code steht nicht im Codebuch"),
    "V23": ("finding", "unklar, wer codiert hat"),
    "V24": ("finding", "Gespräch außerhalb des Zeitraums"),
    "V25": ("error", "maßgebliche Codierung fehlt ganz"),
    "V26": ("finding", "maßgebliche Codierung fehlt für ein Dokument"),
    "V27": ("finding", "Angabe, zu der kein Dokument gehört"),
    "V28": ("finding", "Teile eines Projekts nicht wie gespeichert übernommen"),
    "V29": ("hint", "dieselbe Codierung mehrmals"),
    "V30": ("hint", "Beschreibung eines Codes weicht ab"),
    "V31": ("hint", "Datum des Gesprächs unbekannt"),
    "V32": ("hint", "Teile eines Projekts werden nicht gebraucht"),
    "V33": ("finding", "Bogen ist anders gedruckt als im Codebuch"),
    "V34": ("finding", "Datei wird nicht gelesen"),
    "V35": ("hint", "Name statt Kennung"),
    "V36": ("hint", "Verweis auf etwas außerhalb der Datei"),
    "V37": ("finding", "Tabelle und Codebuch passen nicht ganz zusammen"),
}

CAUSES = ("T13", "T12")  # what explains findings of other rules is told before them
SPANS = 8  # of rows, which a sentence names one by one
BESIDE_BODY = {
    "hdr": "Kopfzeile", "ftr": "Fußzeile", "footnotes": "Fußnote", "endnotes": "Endnote", "comments": "Kommentar",
}  # fmt: skip
_ROW = re.compile(r"Zeile (\d+)")
_QUOTED = re.compile("„[^“]*“")
_LINE_BREAK = re.compile(r"\s*\n\s*")  # of what is quoted
_PLACE = re.compile(r"[A-Z]*\d+")


def place_words(place: str) -> str:
    """Where something stands in a form, as people count: the first of several places.

    >>> place_words("/w:document[1]/w:body[1]/w:tbl[2]/w:tr[15]/w:tc[5]/w:p[1]"), place_words("Zeichen 3 bis 9")
    ('Tabelle 2, Zeile 15, Zelle 5', 'Zeichen 3 bis 9')
    """
    if cell := re.search(r"tbl\[(\d+)\]/w:tr\[(\d+)\].*?/w:tc\[(\d+)\]", place):
        return "Tabelle {}, Zeile {}, Zelle {}".format(*cell.groups())
    if beside := next((word for tag, word in BESIDE_BODY.items() if place.startswith(f"/w:{tag}[")), ""):
        return beside
    paragraph = re.search(r"/w:p\[(\d+)\]", place)
    return f"Absatz {paragraph[1]}" if paragraph else place


@dataclass
class Log:
    """Collects findings and losses; never raises."""

    findings: list[dict[str, str]] = field(default_factory=list)
    losses: list[dict[str, str]] = field(default_factory=list)

    def find(self, rule: str, message: str, *, question: str = "", lost: Sequence[str] = (), **where: str) -> None:
        """Add a finding; `where` may name file, case_id, item_id, place and raw.

        What is lost by it, `lost` says as `lose` does: stage, unit, action and reason.
        """
        severity, title = RULES[rule]
        message, question = (_LINE_BREAK.sub(" / ", text) for text in (message, question))
        told = {"severity": severity, "rule": rule, "title": title, "message": message, "question": question}
        self.findings.append(dict.fromkeys(FINDING_COLUMNS, "") | where | told)
        if lost:
            self.lose(*lost, rule=rule, **where)

    def lose(self, stage: str, unit: str, action: str, reason: str, **where: str) -> None:
        """Add a loss: something that came in and is not used, or is used in another state."""
        told = {"stage": stage, "unit": unit, "action": action, "reason": reason}
        self.losses.append(dict.fromkeys(LOSS_COLUMNS, "") | where | told)

    def finding_table(self) -> pd.DataFrame:
        """One row per finding; errors first, then by rule and case. Rows of a list with one fault are one finding.

        >>> log = Log()
        >>> for row in (2, 3, 4, 7):
        ...     log.find("V16", f"Zeile {row}: „{row}.5.20“ ist kein Datum.", raw=f"{row}.5.20")
        >>> log.finding_table()[["raw", "message"]].values.tolist()
        [['2.5.20 | 3.5.20 | 4.5.20 | 7.5.20', '4-mal, Zeilen 2–4 und 7, zuerst: Zeile 2: „2.5.20“ ist kein Datum.']]
        """
        table = pd.DataFrame(_each_fault_once(self.findings), columns=FINDING_COLUMNS)
        order = table["severity"].map({"error": 0, "finding": 1, "hint": 2})
        table = table.assign(order=order, cause=[CAUSES.index(r) if r in CAUSES else 9 for r in table["rule"]])
        table = table.sort_values(["order", "cause", "rule", "case_id", "item_id", "file"], kind="stable")
        return table[FINDING_COLUMNS].reset_index(drop=True)

    def loss_table(self) -> pd.DataFrame:
        """One row per loss, in the order of the stages."""
        return pd.DataFrame(self.losses, columns=LOSS_COLUMNS)


def _each_fault_once(findings: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    """The findings, of which those that differ only in the row of a list and its values are one that names the rows."""
    alike: dict[tuple[str, str, int], list[tuple[int, Mapping[str, str]]]] = {}
    for k, f in enumerate(findings):
        words = _QUOTED.sub("", f["message"])  # without the values
        row = None if f["question"] else _ROW.search(words)
        key = (f["rule"], _PLACE.sub("", words), -1 if row else k)
        alike.setdefault(key, []).append((int(row[1]) if row else 0, f))
    for found in alike.values():
        same, rows = [f for _, f in found], sorted({row for row, _ in found})
        if len(rows) < 2:
            yield from map(dict, same)
            continue
        shared = {c: v if all(f[c] == v for f in same) else "" for c, v in same[0].items()}
        message = f"{len(same)}-mal, Zeilen {_spans(rows)}, zuerst: {same[0]['message']}"
        raw = " | ".join(dict.fromkeys(f["raw"] for f in same if f["raw"]))
        yield shared | {"message": message, "raw": raw, "place": same[0]["place"]}


def _spans(rows: Sequence[int]) -> str:
    """Rows in words: „2–4 und 7“; of many spans the first, and how many rows are left."""
    spans = [[row for _, row in run] for _, run in groupby(enumerate(rows), lambda k: k[1] - k[0])]
    told = [f"{s[0]}–{s[-1]}" if len(s) > 1 else f"{s[0]}" for s in spans[:SPANS]]
    if rest := sum(map(len, spans[SPANS:])):
        told.append(f"{rest} weitere")
    return ", ".join(told[:-1]) + f" und {told[-1]}" if len(told) > 1 else told[0]
