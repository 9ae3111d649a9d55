"""The file of published figures. What is wrong in it is a sentence, the rest counts."""

from __future__ import annotations

import csv
from pathlib import Path

from gkanalysis.core.errors import VerificationError

COLUMNS = ("id", "section", "label", "subgroup", "kind", "printed", "qualifier", "numerator", "base")


def read_figures(path: Path, problems: list[str] | None = None) -> dict[str, dict[str, str]]:
    """Published figures by id.

    Parameters
    ----------
    problems : takes a German sentence for each missing column, crooked row and id that stands twice; the figures
        without these are returned. None makes any of them an error.

    Raises
    ------
    VerificationError
        If nothing can be read, or there is a problem and nobody takes it.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="")
            header = reader.fieldnames or ()
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VerificationError(
            f"„{path}“ ist nicht lesbar ({type(error).__name__}); nötig ist eine CSV-Datei in UTF-8."
        ) from None
    if "id" not in header or not rows:
        raise VerificationError(
            f"„{path}“ hat keine Zeilen oder keine Spalte „id“; nötig sind die Spalten {', '.join(COLUMNS)}."
        )
    found: list[str] = []
    if missing := [c for c in COLUMNS if c not in header]:
        found.append(
            f"„{path}“: die Spalten {', '.join(missing)} fehlen; bitte ergänzen, nötig sind {', '.join(COLUMNS)}."
        )
    ids = [row["id"] for _, row in rows]
    figures: dict[str, dict[str, str]] = {}
    for line, row in rows:
        if None in row.values() or "" in row:
            found.append(
                f"„{path}“, Zeile {line}: die Zahl der Zellen passt nicht zur Kopfzeile; die Zeile zählt nicht."
            )
        elif not row["id"] or (ids.count(row["id"]) > 1 and row["id"] not in figures):
            what = f"die Kennung „{row['id']}“ steht mehrfach" if row["id"] else "die Kennung fehlt"
            found.append(
                f"„{path}“, Zeile {line}: {what}; die Zeile zählt nicht, bitte jede Kennung einmal vergeben."
            )
        else:
            figures[row["id"]] = dict.fromkeys(COLUMNS, "") | row
    if found and problems is None:
        raise VerificationError(" ".join(found))
    if problems is not None:
        problems += found
    return figures
