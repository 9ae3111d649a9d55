"""Settle what the forms say against the codebook: final states, completeness, and a finding for every doubt.

Pure functions: frames in, frames out; findings and losses go to a `gkanalysis.core.findings.Log`. Whatever is
counted otherwise than it stands in the form has a row in the losses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.findings import Log
from gkanalysis.core.lookup import enumeration
from gkanalysis.ingest.answers import BOX_NOT_FOUND
from gkanalysis.ingest.matching import NOT_FOUND

GIVEN = frozenset({"selected", "answered", "contradictory", "illegible"})
_NUMBER = re.compile(r"-?\d+(?:,\d+|\.\d{1,2})?", re.ASCII)  # „1.000“ may be one or a thousand
MIN_FORMS = 3  # fewer forms that lack a question do not show that it was never printed
NAMED = 3  # questions that a sentence names one by one


def set_aside_unprinted(
    reviews: pd.DataFrame, version_of: Mapping[str, str], book: Codebook, log: Log
) -> tuple[pd.DataFrame, frozenset[tuple[str, str]]]:
    """Tell questions that a version never printed from those that single forms lack (V33).

    A question that stands in none of at least three forms of a version was added to the codebook later, or its
    label there is another one: the team hears of it once, and no alliance is asked. The same holds for an option of
    a choice; the answers stay illegible then, because a form without the option did not ask the same.

    Parameters
    ----------
    reviews : one row per doubt (file, item_id, reason, raw)
    version_of : file -> version, of the forms that count
    book : the codebook
    log : takes one finding and one loss per version and part of the form, and one finding per option

    Returns
    -------
    reviews : the rows that are left for the alliances
    unprinted : version and item of each question that no form of the version has, or none with all its options

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> book, log = read_codebook("data/codebook/prozess.yml"), Log()
    >>> forms = ["a.docx", "b.docx", "c.docx"]
    >>> doubts = pd.DataFrame({"file": forms, "item_id": "1.7", "reason": NOT_FOUND, "raw": ""})
    >>> rest, unprinted = set_aside_unprinted(doubts, dict.fromkeys(forms, "bogen"), book, log)
    >>> len(rest), sorted(unprinted), log.findings[0]["rule"]
    (0, [('bogen', '1.7')], 'V33')
    """
    n_forms = Counter(version_of.values())
    lacking = reviews[
        reviews["reason"].eq(NOT_FOUND) & reviews["raw"].eq("") & reviews["file"].isin(version_of)
    ]
    n_missed = Counter(
        zip(lacking["file"], lacking["item_id"], strict=True)
    )  # each box is a doubt of its own
    whole = [(file, i) for (file, i), n in n_missed.items() if n == _n_places(book.items[i])]
    lacked = Counter((version_of[file], item_id) for file, item_id in whole)
    unprinted = frozenset(key for key, n in lacked.items() if n == n_forms[key[0]] >= MIN_FORMS)
    groups: dict[tuple[str, str], list[Item]] = {}
    for version in n_forms:
        for item in book.items.values():
            if (version, item.id) in unprinted:
                groups.setdefault((version, item.part), []).append(item)
    for (version, _), items in groups.items():
        one, n = len(items) == 1, n_forms[version]
        where = f"in keinem der {n} gezählten Bögen der Fassung „{version}“"
        item_ids = " ".join(i.id for i in items)
        log.find(
            "V33",
            f"{_questions([item_label(i) for i in items])} {'steht' if one else 'stehen'} {where}; "
            f"{'sie gilt' if one else 'sie gelten'} dort als nicht gefragt. Wenn erst später danach gefragt wurde: im "
            "Codebuch unter „versions“ eine eigene Fassung anlegen; sonst Nummer und Überschrift im Codebuch mit dem "
            "Bogen vergleichen.",
            item_id=item_ids,
        )
        log.lose(
            "validate", "item", "als nicht gefragt behandelt", f"steht {where}", item_id=item_ids, rule="V33"
        )  # fmt: skip
    keys = list(zip(reviews["file"].map(version_of), reviews["item_id"], reviews["reason"], strict=True))
    boxes = _unprinted_boxes(Counter(keys), n_forms, book, log)
    left = [key[:2] not in unprinted and key not in boxes for key in keys]
    left = pd.Series(left, index=reviews.index, dtype=bool)
    return reviews[left], unprinted | {key[:2] for key in boxes}


def _unprinted_boxes(
    n_doubts: Mapping[tuple[str, str, str], int], n_forms: Mapping[str, int], book: Codebook, log: Log
) -> set[tuple[str, str, str]]:
    """Version, item and doubt of each option that no form of the version prints (V33)."""
    found = set()
    for version, n in n_forms.items():
        options = [(i, o) for i in book.items.values() if book.in_version(i, version) for o in i.options]
        for item, option in options if n >= MIN_FORMS else ():
            key = (version, item.id, BOX_NOT_FOUND.format(option.label))
            if n_doubts.get(key) != n:
                continue
            found.add(key)
            log.find(
                "V33",
                f"Die Vorgabe „{option.label}“ von {item_label(item)} steht in keinem der {n} gezählten Bögen der Fassung "
                f"„{version}“; solange sie im Codebuch steht, gelten die Antworten dort als unlesbar. Wenn sie erst später "
                "dazukam: hier streichen und die Frage mit allen Vorgaben unter einer neuen Nummer in einer eigenen "
                "Fassung unter „versions“ anlegen; sonst die Vorgabe schreiben, wie sie im Bogen steht.",
                item_id=item.id,
            )
    return found


def _n_places(item: Item) -> int:
    """In how many places of a form an item is looked for: the boxes of a choice, else one."""
    return 1 if item.control else max(1, len(item.options))


def settle_responses(
    responses: pd.DataFrame, book: Codebook, log: Log, unprinted: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Give every response its final state and name every kind of missing.

    Parameters
    ----------
    responses : one row per case, item and occurrence, as read, with `case_id` and `version`
    book : the codebook
    log : takes findings V05 to V13 and the losses
    unprinted : version and item of the questions that no form of the version has whole; see `set_aside_unprinted`

    Returns
    -------
    The same rows with final `state`, and rows in state `not_asked` for items that a version leaves out.
    Questions of `unprinted` without a place are `not_asked` with the note `unprinted`; none of them filters others.
    """
    responses = responses.reset_index(drop=True)
    answer = {
        (r.case_id, r.item_id): r.value for r in responses.itertuples() if r.state in ("answered", "selected")
    }
    states: list[str] = []
    notes: list[str] = []
    placeholders: dict[tuple[str, str, str], list[str]] = {}
    own_rows: dict[tuple[str, str, int], list[Any]] = {}
    for r in responses.itertuples():
        item = book.items[r.item_id]
        if r.state in GIVEN and item.row and not item.label:
            own_rows.setdefault((r.case_id, item.row, r.occurrence), []).append(r)
        parent, option = item.asked_if or ("", "")
        said = answer.get((r.case_id, parent))
        asked = not parent or said == option or (said is None and (r.version, parent) in unprinted)
        notes.append(r.note)
        if r.state == "illegible" and not r.place and (r.version, r.item_id) in unprinted:
            states.append("not_asked")
            notes[-1] = "unprinted"
            continue
        if asked and r.state == "not_answered" and "placeholder" in r.note.split():
            placeholders.setdefault((r.file, r.case_id, r.raw or r.value), []).append(r.item_id)
        states.append(_settle(r, item, log) if asked else _settle_not_asked(r, item, log))
    responses["state"], responses["note"] = states, notes
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
    """Set aside whatever stands at a question that the filter did not ask (V10), impossible or not (V11)."""
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
        _impossible_number(r, item, log)
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
    elif problem := _impossible_number(r, item, log):
        log.lose("validate", "response", "als unlesbar gezählt", problem, rule="V11", **where)
        return "illegible"
    return r.state


def _impossible_number(r: Any, item: Item, log: Log) -> str:
    """What is wrong with the number that a form gives (V11); "" if it gives none or a possible one."""
    if item.kind != "number" or r.state != "answered":
        return ""
    label, problem = item_label(item), _number_problem(r.value, item.minimum, item.maximum)
    if problem:
        question = f"Bei {label} steht „{r.value}“. Welche Zahl ist gemeint?"
        log.find("V11", f"{label}: „{r.value}“ {problem}.", question=question, **_where(r))
    return problem


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
    for (file, reason), places in missing.items():  # one row a form, not one a cell
        item_ids = list(dict.fromkeys(places))  # each box of a choice is a place of its own
        which = _listed(item_ids)
        if len(item_ids) == 1:
            count, lack = "1 Frage", f"fehlt uns 1 Antwort ({item_label(book.items[which])})"
        else:
            count, lack = f"{len(item_ids)} Fragen", f"fehlen uns {len(item_ids)} Antworten ({which})"
        log.find(
            "V08",
            f"{count} ({which}) ohne lesbare Stelle: {reason}.",
            question=f"In Ihrem Bogen {lack}, weil die Tabelle verändert wurde. Können Sie sie nachreichen?",
            file=file,
            case_id=case_of.get(file, ""),
            item_id=" ".join(item_ids),
        )


def _listed(names: Sequence[str]) -> str:
    """Names one by one if they are few, else the first and the last."""
    if len(names) > NAMED:
        return f"{names[0]} bis {names[-1]}"
    return enumeration(names)


def _questions(labels: Sequence[str]) -> str:
    """Questions as the subject of a sentence: few by name, many by their number."""
    return _listed(labels) if len(labels) <= NAMED else f"{len(labels)} Fragen, {_listed(labels)},"


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
