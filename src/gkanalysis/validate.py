"""Settle what the forms say against the codebook: final states, completeness, and a finding for every doubt.

Pure functions: frames in, frames out; findings and losses go to a `gkanalysis.findings.Log`. Whatever is
counted otherwise than it stands in the form has a row in the losses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from gkanalysis.codebook import Codebook, Item
from gkanalysis.findings import Log

GIVEN = frozenset({"selected", "answered", "contradictory", "illegible"})
_NUMBER = re.compile(r"-?\d+(?:,\d+|\.\d{1,2})?", re.ASCII)  # „1.000“ may be one or a thousand


def settle_responses(responses: pd.DataFrame, book: Codebook, log: Log) -> pd.DataFrame:
    """Give every response its final state and name every kind of missing.

    Parameters
    ----------
    responses : one row per case, item and occurrence, as read, with `case_id` and `version`
    book : the codebook
    log : takes findings V05 to V13 and the losses

    Returns
    -------
    The same rows with final `state`, and rows in state `not_asked` for items that a version leaves out.
    """
    responses = responses.reset_index(drop=True)
    answer = {
        (r.case_id, r.item_id): r.value for r in responses.itertuples() if r.state in ("answered", "selected")
    }
    states = []
    placeholders: dict[tuple[str, str, str], list[str]] = {}
    own_rows: dict[tuple[str, str, int], list[Any]] = {}
    for r in responses.itertuples():
        item = book.items[r.item_id]
        if r.state in GIVEN and item.row and not item.label:
            own_rows.setdefault((r.case_id, item.row, r.occurrence), []).append(r)
        parent, option = item.asked_if or ("", "")
        asked = not parent or answer.get((r.case_id, parent)) == option
        if asked and r.state == "not_answered" and "placeholder" in r.note.split():
            placeholders.setdefault((r.file, r.case_id, r.raw or r.value), []).append(r.item_id)
        states.append(_settle(r, item, log) if asked else _settle_not_asked(r, item, log))
    responses["state"] = states
    for (_, row, _), cells in own_rows.items():
        _log_own_actor(row, cells, book, log)
    for (file, case_id, text), item_ids in placeholders.items():  # one row a form, not one a field
        where = {"file": file, "case_id": case_id, "item_id": " ".join(item_ids), "raw": text}
        log.find("V09", f"{len(item_ids)} Felder zeigen nur den Platzhaltertext „{text}“.", **where)
        log.lose("ingest", "response", "als keine Angabe gezählt", "Platzhaltertext", rule="V09", **where)
    return pd.concat([responses, _not_asked(responses, book)], ignore_index=True)


def _where(r: Any) -> dict[str, str]:
    return {
        "file": r.file, "case_id": r.case_id, "item_id": r.item_id, "place": r.place, "raw": r.raw or r.value,
    }  # fmt: skip


def _settle_not_asked(r: Any, item: Item, log: Log) -> str:
    """Set aside whatever stands at a question that the filter did not ask (V10)."""
    if r.state in GIVEN and (r.raw or r.value):
        parent, option = item.asked_if
        label = item_label(item)
        log.find(
            "V10",
            f"{label} ist ausgefüllt, obwohl {parent} nicht „{option}“ lautet.",
            question=f"Sie haben {label} ausgefüllt, bei {parent} aber nicht „{option}“ angekreuzt. Was gilt?",
            **_where(r),
        )
        log.lose(
            "validate",
            "response",
            "als nicht gefragt behandelt",
            f"Filter: {parent} = {option}",
            rule="V10",
            **_where(r),
        )
    return "not_asked"


def _settle(r: Any, item: Item, log: Log) -> str:
    """Final state of a response to a question that was asked (V07, V08, V11)."""
    label, where = item_label(item), _where(r)
    if r.state == "contradictory":
        log.find(
            "V07",
            f"{label}: {r.value.replace('|', ' und ')} zugleich angekreuzt.",
            question=f"Bei {label} sind mehrere Kästchen angekreuzt. Welches gilt?",
            **where,
        )
        reason = "mehrere Vorgaben angekreuzt"
        log.lose("validate", "response", "als widersprüchlich gezählt", reason, rule="V07", **where)
    elif r.state == "illegible":
        log.lose("ingest", "response", "als unlesbar gezählt", "Eintrag nicht eindeutig", rule="V08", **where)
    elif (
        item.kind == "number"
        and r.state == "answered"
        and (problem := _number_problem(r.value, item.minimum, item.maximum))
    ):
        log.find(
            "V11",
            f"{label}: „{r.value}“ {problem}.",
            question=f"Bei {label} steht „{r.value}“. Welche Zahl ist gemeint?",
            **where,
        )
        log.lose("validate", "response", "als unlesbar gezählt", problem, rule="V11", **where)
        return "illegible"
    return r.state


def _log_own_actor(row: str, cells: list[Any], book: Codebook, log: Log) -> None:
    """An actor that a form adds in an empty row is a hint (V12); sets count printed rows only, so its ticks are lost."""
    first = cells[0]
    name = next((r.value for r in cells if book.items[r.item_id].kind == "text" and r.value), "ohne Namen")
    log.find("V12", f"Zusätzlicher Akteur in der Leerzeile {row}: „{name}“.", **_where(first))
    columns = {(s["part"], s["column"]): s["label"] for s in book.sets.values()}
    for r in cells:
        item = book.items[r.item_id]
        if r.state == "selected" and (label := columns.get((item.part, item.column))):
            reason = f"„{label}“ zählt nur gedruckte Zeilen; eigener Akteur: {name}"
            log.lose("validate", "response", "nicht in der Mehrfachantwort", reason, rule="V12", **_where(r))


def check_locations(responses: pd.DataFrame, cases_type: Mapping[str, str], book: Codebook, log: Log) -> None:
    """Compare the location ticked in the head of the form with the type in the register (V05)."""
    item = book.items[book.identity["type"]]
    types = {o.id: o.extra.get("type") for o in item.options}
    rows = responses[(responses["item_id"] == item.id) & (responses["state"] == "answered")]
    for r in rows.itertuples():
        if types.get(r.value) != cases_type.get(r.case_id):
            log.find(
                "V05",
                f"Angekreuzt ist „{r.value}“, im Register steht „{cases_type.get(r.case_id)}“.",
                file=r.file,
                case_id=r.case_id,
                item_id=item.id,
                place=r.place,
                raw=r.value,
                question="Bitte prüfen Sie die Angabe zur Lage Ihres Bündnisses.",
            )


def completeness(responses: pd.DataFrame, book: Codebook) -> pd.Series:
    """Status of each case by the declared rule: the first whose needs are all met.

    Returns
    -------
    Series, index case_id, values ids of `completeness` in the codebook
    """
    given = responses[
        responses["state"].isin(GIVEN) & (responses["state"].ne("illegible") | responses["raw"].ne(""))
    ]
    by_case = {case: set(rows["item_id"]) for case, rows in given.groupby("case_id")}
    selected = responses[responses["state"] == "selected"]
    mentions = {case: set(rows["item_id"]) for case, rows in selected.groupby("case_id")}

    def meets(case: str, need: Mapping[str, Any]) -> bool:
        if "set" in need:
            return bool(mentions.get(case, set()) & set(book.set_items(need["set"])))
        if "item" in need:
            return need["item"] in by_case.get(case, set())
        return any(book.items[i].part != need["answer_outside"] for i in by_case.get(case, set()))

    cases = responses["case_id"].unique()
    status = [next(r["id"] for r in book.completeness if all(meets(c, n) for n in r["needs"])) for c in cases]
    return pd.Series(status, index=pd.Index(cases, name="case_id"), name="status", dtype="str")


def log_reviews(
    reviews: pd.DataFrame,
    case_of: Mapping[str, str],
    book: Codebook,
    log: Log,
    decided: Collection[tuple[str, str]] = (),
) -> None:
    """Turn what the reader could not tie or read into findings (V08, V13) with a question each.

    Parameters
    ----------
    reviews : one row per doubt (file, item_id, reason, raw, place)
    case_of : file -> alliance
    book : the codebook
    log : takes the findings
    decided : (file, item_id) that the team has decided; nobody is asked about them again
    """
    missing: dict[tuple[str, str], list[str]] = {}
    for r in reviews.itertuples():
        if (r.file, r.item_id) in decided:
            continue
        item = book.items.get(r.item_id)
        if item and not r.raw:
            missing.setdefault((r.file, r.reason), []).append(r.item_id)
            continue
        label = item_label(item) if item else "unbekannte Stelle"
        where = {"file": r.file, "case_id": case_of.get(r.file, ""), "item_id": r.item_id, "place": r.place}
        log.find(
            "V08" if item else "V13",
            f"{label}: {r.reason} („{r.raw[:80]}“).",
            question=f"Bei {label} steht „{r.raw[:80]}“. Was ist gemeint?",
            raw=r.raw,
            **where,
        )
        if not item:
            log.lose("ingest", "response", "nicht zugeordnet", r.reason, raw=r.raw, rule="V13", **where)
    for (file, reason), item_ids in missing.items():  # one row a form, not one a cell
        log.find(
            "V08",
            f"{len(item_ids)} Fragen ohne lesbare Stelle: {reason}.",
            question=f"In Ihrem Bogen fehlen uns {len(item_ids)} Antworten ({item_ids[0]} bis {item_ids[-1]}), weil die "
            "Tabelle verändert wurde. Können Sie sie nachreichen?",
            file=file,
            case_id=case_of.get(file, ""),
            item_id=" ".join(item_ids),
        )


def item_label(item: Item) -> str:
    """An item as people find it on the form: number and label."""
    return f"{item.id} ({item.label or 'Leerzeile'})"


def _number_problem(text: str, low: float | None, high: float | None) -> str:
    if not _NUMBER.fullmatch(text.strip()):
        return "ist keine eindeutige Zahl"
    value = float(text.strip().replace(",", "."))
    if low is not None and value < low:
        return f"ist kleiner als {low}"
    if high is not None and value > high:
        return f"ist größer als {high}"
    return ""


def _not_asked(responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Rows in state `not_asked` for the items that the version of each form does not print."""
    rows: list[dict[str, Any]] = []
    for case_id, version in dict.fromkeys(zip(responses["case_id"], responses["version"], strict=True)):
        for item in book.items.values():
            if item.label and not book.in_version(item, version):
                rows.append(
                    dict.fromkeys(responses.columns, "")
                    | {
                        "case_id": case_id,
                        "item_id": item.id,
                        "occurrence": 1,
                        "state": "not_asked",
                        "version": version,
                        "note": "version",
                    }
                )
    return pd.DataFrame(rows, columns=responses.columns).astype(responses.dtypes.to_dict())
