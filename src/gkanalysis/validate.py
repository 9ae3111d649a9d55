"""Check what came in against codebook, register and list of receipts: everything in one pass, as a table.

Pure functions: frames in, frames out. Each rule has a stable id. An `error` stops the build, a `finding`
or `hint` does not; whatever is set aside on the way to the analysis has a row in the losses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gkanalysis.codebook import Codebook
from gkanalysis.ingest.matching import normalise

FINDING_COLUMNS = [
    "severity",
    "rule",
    "title",
    "file",
    "case_id",
    "item_id",
    "place",
    "raw",
    "message",
    "question",
]
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
}


@dataclass
class Log:
    """Collects findings and losses; never raises."""

    findings: list[dict[str, str]] = field(default_factory=list)
    losses: list[dict[str, str]] = field(default_factory=list)

    def find(self, rule: str, message: str, *, question: str = "", **where: str) -> None:
        """Add a finding; `where` may name file, case_id, item_id, place and raw."""
        severity, title = RULES[rule]
        row = dict.fromkeys(FINDING_COLUMNS, "") | where
        self.findings.append(
            row
            | {"severity": severity, "rule": rule, "title": title, "message": message, "question": question}
        )

    def lose(self, stage: str, unit: str, action: str, reason: str, **where: str) -> None:
        """Add a loss: something that came in and is not used, or is used in another state."""
        row = dict.fromkeys(LOSS_COLUMNS, "") | where
        self.losses.append(row | {"stage": stage, "unit": unit, "action": action, "reason": reason})

    def finding_table(self) -> pd.DataFrame:
        """One row per finding; errors first, then by rule and case."""
        table = pd.DataFrame(self.findings, columns=FINDING_COLUMNS)
        order = table["severity"].map({"error": 0, "finding": 1, "hint": 2})
        return (
            table.assign(order=order)
            .sort_values(["order", "rule", "case_id", "item_id", "file"], kind="stable")
            .drop(columns="order")
            .reset_index(drop=True)
        )

    def loss_table(self) -> pd.DataFrame:
        """One row per loss, in the order of the stages."""
        return pd.DataFrame(self.losses, columns=LOSS_COLUMNS)


def assign_forms(
    forms: pd.DataFrame, receipts: pd.DataFrame, alliances: pd.DataFrame, names: Mapping[str, str], log: Log
) -> pd.DataFrame:
    """Give every form that was read its alliance and the day it came in.

    Parameters
    ----------
    forms : one row per file (file, status)
    receipts : the team's list, one row per received file (file, received, alliance_id)
    alliances : the register
    names : file -> the name that the form itself gives
    log : takes findings V01 to V04

    Returns
    -------
    DataFrame, one row per form with an alliance: the columns of `forms`, `case_id`, `received`
    """
    known = alliances.set_index("alliance_id")
    by_file = {nfc(r.file): r for r in receipts.itertuples()}
    present = {nfc(f) for f in forms["file"]}
    for file, receipt in by_file.items():
        if receipt.alliance_id not in known.index:
            log.find(
                "V01",
                f"„{file}“ gehört laut Eingangsliste zu „{receipt.alliance_id}“; diese Kennung fehlt im Register.",
                file=file,
                raw=receipt.alliance_id,
            )
        if file not in present:
            log.find(
                "V02",
                f"„{file}“ steht in der Eingangsliste, liegt aber nicht im Ordner.",
                file=file,
                case_id=receipt.alliance_id,
            )
    rows = []
    for form in forms.itertuples():
        file, said = nfc(form.file), names.get(form.file, "")
        receipt = by_file.get(file)
        if receipt is not None:
            if receipt.alliance_id in known.index:
                rows.append({**form._asdict(), "case_id": receipt.alliance_id, "received": receipt.received})
                alliance = known.loc[receipt.alliance_id]
                if said and not _names_alliance(said, alliance):
                    log.find(
                        "V04",
                        f"Der Bogen nennt „{said}“, das Register „{alliance['name']}“.",
                        file=file,
                        case_id=receipt.alliance_id,
                        item_id="K.1",
                        raw=said,
                        question=f"Im Kopf des Bogens steht „{said}“. Ist damit Ihr Bündnis „{alliance['name']}“ gemeint?",
                    )
            continue
        fits = [a.Index for a in known.itertuples() if said and _names_alliance(said, a._asdict())]
        if len(fits) == 1:
            rows.append({**form._asdict(), "case_id": fits[0], "received": ""})
            log.find(
                "V03",
                f"„{file}“ fehlt in der Eingangsliste; nach dem Namen „{said}“ zugeordnet.",
                file=file,
                case_id=fits[0],
            )
        else:
            log.find(
                "V01",
                f"„{file}“ fehlt in der Eingangsliste, und „{said}“ führt zu {len(fits)} Bündnissen. Bitte die Liste ergänzen.",
                file=file,
                raw=said,
            )
    return pd.DataFrame(rows, columns=[*forms.columns, "case_id", "received"])


def choose_forms(assigned: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Of several forms of one alliance keep the one received last; each choice is reported (V06).

    Two forms of the same day, or one without a date, cannot be put in order: that is an error (V16).

    Examples
    --------
    >>> log = Log()
    >>> forms = pd.DataFrame({"file": ["a", "b"], "case_id": ["B1", "B1"], "received": ["2019-05-01", "2019-05-09"]})
    >>> choose_forms(forms, log)["file"].tolist(), log.losses[0]["file"]
    (['b'], 'a')
    """
    chosen = []
    for case_id, group in assigned.groupby("case_id", sort=True):
        group = group.sort_values("received", kind="stable")
        last = group.iloc[-1]
        chosen.append(last)
        if len(group) == 1:
            continue
        if (group["received"] == last["received"]).sum() > 1 or (group["received"] == "").any():
            log.find(
                "V16",
                f"Von {case_id} liegen {len(group)} Bögen ohne eindeutiges Eingangsdatum vor; bitte die Eingangsliste ergänzen.",
                case_id=str(case_id),
                file=last["file"],
            )
        for old in group.iloc[:-1].itertuples():
            reason = f"ersetzt durch „{last['file']}“ vom {last['received']}"
            log.find(
                "V06",
                f"{len(group)} Bögen; es zählt der zuletzt eingegangene. „{old.file}“ vom {old.received} {reason}.",
                file=old.file,
                case_id=str(case_id),
                question=f"Wir haben von Ihnen mehrere Bögen. Gilt der Bogen vom {last['received']}?",
            )
            log.lose(
                "validate", "form", "zurückgestellt", reason, file=old.file, case_id=str(case_id), rule="V06"
            )
    return pd.DataFrame(chosen, columns=assigned.columns).reset_index(drop=True)


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
    responses = responses.copy()
    answer = {
        (r.case_id, r.item_id): r.value for r in responses.itertuples() if r.state in ("answered", "selected")
    }
    items = book.items
    placeholders: dict[tuple[str, str, str], list[str]] = {}
    for i, r in zip(responses.index, responses.itertuples(), strict=True):
        item = items[r.item_id]
        where = {
            "file": r.file,
            "case_id": r.case_id,
            "item_id": r.item_id,
            "place": r.place,
            "raw": r.raw or r.value,
        }
        label = f"{r.item_id} ({item.label or 'Leerzeile'})"
        if item.asked_if and answer.get((r.case_id, item.asked_if[0])) != item.asked_if[1]:
            parent, option = item.asked_if
            if r.state == "answered":
                log.find(
                    "V10",
                    f"{label} ist ausgefüllt, obwohl {parent} nicht „{option}“ lautet.",
                    question=f"Sie haben {label} ausgefüllt, bei {parent} aber nicht „{option}“ angekreuzt. Was gilt?",
                    **where,
                )
                log.lose(
                    "validate",
                    "response",
                    "als nicht gefragt behandelt",
                    f"Filter: {parent} = {option}",
                    rule="V10",
                    **where,
                )
            responses.at[i, "state"] = "not_asked"
        elif r.state == "contradictory":
            log.find(
                "V07",
                f"{label}: {r.value.replace('|', ' und ')} zugleich angekreuzt.",
                question=f"Bei {label} sind mehrere Kästchen angekreuzt. Welches gilt?",
                **where,
            )
            log.lose(
                "validate",
                "response",
                "als widersprüchlich gezählt",
                "mehrere Vorgaben angekreuzt",
                rule="V07",
                **where,
            )
        elif r.state == "illegible":
            log.lose(
                "ingest", "response", "als unlesbar gezählt", "Eintrag nicht eindeutig", rule="V08", **where
            )
        elif "placeholder" in r.note.split():
            placeholders.setdefault((r.file, r.case_id, where["raw"]), []).append(r.item_id)
        elif item.kind == "number" and r.state == "answered":
            problem = _number_problem(r.value, item.minimum, item.maximum)
            if problem:
                log.find(
                    "V11",
                    f"{label}: „{r.value}“ {problem}.",
                    question=f"Bei {label} steht „{r.value}“. Welche Zahl ist gemeint?",
                    **where,
                )
                log.lose("validate", "response", "als unlesbar gezählt", problem, rule="V11", **where)
                responses.at[i, "state"] = "illegible"
        if item.row and not item.label and item.column == 1 and r.state == "answered":
            log.find("V12", f"Zusätzlicher Akteur: „{r.value}“.", **where)
    for (file, case_id, text), item_ids in placeholders.items():  # one row a form, not one a field
        where = {"file": file, "case_id": case_id, "item_id": " ".join(item_ids), "raw": text}
        log.find("V09", f"{len(item_ids)} Felder zeigen nur den Platzhaltertext „{text}“.", **where)
        log.lose("ingest", "response", "als keine Angabe gezählt", "Platzhaltertext", rule="V09", **where)
    return pd.concat([responses, _not_asked(responses, book)], ignore_index=True)


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
        responses["state"].isin(["selected", "answered", "contradictory", "illegible"])
        & (responses["state"].ne("illegible") | responses["raw"].ne(""))
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


def log_reviews(reviews: pd.DataFrame, case_of: Mapping[str, str], book: Codebook, log: Log) -> None:
    """Turn what the reader could not tie or read into findings (V08, V13) with a question each."""
    for r in reviews.itertuples():
        item = book.items.get(r.item_id)
        label = f"{r.item_id} ({item.label or 'Leerzeile'})" if item else "unbekannte Stelle"
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


def nfc(name: str) -> str:
    """File names compare in composed form: macOS stores umlauts decomposed."""
    return unicodedata.normalize("NFC", name)


def _names_alliance(said: str, alliance: Mapping[str, Any]) -> bool:
    names = [alliance["name"], *str(alliance.get("aliases") or "").split("|")]
    return any(normalise(n) in normalise(said) for n in names if n.strip())


def _number_problem(text: str, low: float | None, high: float | None) -> str:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return "ist keine Zahl"
    if (low is not None and value < low) or (high is not None and value > high):
        return f"liegt nicht zwischen {low} und {high}"
    return ""


def _not_asked(responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Rows in state `not_asked` for the items that the version of each form does not print."""
    rows: list[dict[str, Any]] = []
    versions: Iterable[tuple[str, str]] = dict.fromkeys(
        zip(responses["case_id"], responses["version"], strict=True)
    )
    for case_id, version in versions:
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
