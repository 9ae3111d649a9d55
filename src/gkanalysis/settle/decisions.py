"""What the team has decided on entries that nobody can read for certain; a decision needs a reason and a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.findings import Log
from gkanalysis.ingest.tables import read_rows
from gkanalysis.settle.receipts import nfc

DECISION_COLUMNS = ("file", "item_id", "occurrence", "decision", "reason", "decided_by")
# what a person may write in place of the name of a state
GERMAN = {
    "angekreuzt": "selected",
    "nicht angekreuzt": "not_selected",
    "keine angabe": "not_answered",
    "unlesbar": "illegible",
}
WORDS = {state: word for word, state in GERMAN.items()} | {"not_answered": "keine Angabe"}
STATES = ("selected", "not_selected", "answered", "not_answered", "illegible", "contradictory", "not_asked")


def apply_decisions(
    folder: Path, responses: pd.DataFrame, book: Codebook, log: Log
) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Enter the decisions of `entscheidungen.csv`; each leaves a row in the losses.

    Parameters
    ----------
    folder : the source's folder; without the file nothing is decided
    responses : one row per file, item and occurrence, as read
    book : the codebook
    log : takes findings V17 and the losses

    Returns
    -------
    responses : the same rows with the decided states and values
    decided : file and item of each decision; nobody is asked about these again
    """
    path = folder / "entscheidungen.csv"
    decided: set[tuple[str, str]] = set()
    done: set[Any] = set()
    for row in read_rows(path, DECISION_COLUMNS) if path.exists() else ():
        hit = (responses["file"].map(nfc) == nfc(row["file"])) & (responses["item_id"] == row["item_id"])
        hit &= responses["occurrence"].astype(str) == (row["occurrence"] or "1")
        found = responses.index[hit]
        row["decision"] = GERMAN.get(row["decision"].casefold(), row["decision"])
        problem = ""
        if len(found) != 1:
            problem = _not_there(row, responses)
        problem = problem or ("die Antwort ist schon entschieden" if found[0] in done else "")
        problem = problem or next(
            (f"die Spalte „{c}“ ist leer" for c in DECISION_COLUMNS[3:] if not row[c]), ""
        )
        problem = problem or _decision_problem(book.items[row["item_id"]], row["decision"])
        where = {"file": row["file"], "item_id": row["item_id"]}
        if problem:
            log.find("V17", f"„{path}“, Zeile {row['row']}: {problem}.", **where)
            continue
        decision, old = row["decision"], responses.loc[found[0]]
        is_state = decision in STATES
        responses.loc[found, ["state", "value", "note"]] = [
            decision if is_state else "answered",
            "" if is_state else decision,
            "decided",
        ]
        counted = WORDS[decision] if is_state else f"„{decision}“"
        reason = f"entschieden von {row['decided_by']}: {row['reason']}"
        where |= {"file": old["file"], "place": old["place"], "raw": old["raw"]}
        log.lose("validate", "response", f"als {counted} gezählt", reason, **where)
        done.add(found[0])
        decided.add((old["file"], old["item_id"]))
    return responses, decided


def _not_there(row: Mapping[str, str], responses: pd.DataFrame) -> str:
    """What of a decision names nothing that was read, as the team wrote it, and what comes closest."""
    ours = responses[responses["file"].map(nfc) == nfc(row["file"])]
    if ours.empty:
        near = _closest(row["file"], responses["file"].unique())
        return f"ein Bogen „{row['file']}“ wurde nicht gelesen{near}"
    items = ours["item_id"].unique()
    if row["item_id"] not in items:
        return f"die Frage „{row['item_id']}“ gibt es in diesem Bogen nicht{_closest(row['item_id'], items)}"
    return f"die Frage „{row['item_id']}“ gibt es in diesem Bogen nicht zum {row['occurrence'] or 1}. Mal (Spalte „occurrence“)"


def _closest(name: str, known: Iterable[str]) -> str:
    """The name that comes closest, as the end of a sentence; a request to check if none is similar."""
    near = get_close_matches(name, known, n=1)
    return f"; ähnlich ist „{near[0]}“, bitte berichtigen" if near else "; bitte die Schreibweise prüfen"


def _decision_problem(item: Item, decision: str) -> str:
    """Why an item cannot have an answer; "" if it can."""
    allowed = {
        "tick": ["selected", "not_selected"],
        "single": [*(o.id for o in item.options), "not_answered"],
    }
    if item.kind in allowed and decision not in [*allowed[item.kind], "illegible"]:
        return f"„{decision}“ ist hier nicht möglich; erlaubt sind {', '.join(WORDS.get(a, a) for a in [*allowed[item.kind], 'illegible'])}"
    if item.kind not in allowed and decision in STATES and decision not in ("not_answered", "illegible"):
        return f"„{decision}“ gibt es nur bei Kästchen"
    return ""
