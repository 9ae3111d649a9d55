"""Published figures against the rebuilt report: one verdict per figure, never a green by default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gkanalysis.verify.constraints import RULES, Claim, holds
from gkanalysis.verify.relations import DECIMAL, WHOLE

VERDICTS: Mapping[str, str] = {
    "agrees": "stimmt überein",
    "transcribed": "wie veröffentlicht wiedergegeben, nicht nachgerechnet",
    "agrees_other_base": "stimmt, aber auf anderer Basis",
    "differs": "weicht ab",
    "not_checkable": "nicht prüfbar, mit Grund",
    "unknown_number": "die genannte Zahl berechnet kein Bericht",
    "not_bound": "keiner Zahl zugeordnet",
    "not_compared": "zugeordnet, aber nicht vergleichbar",
}
LABELS = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}
UNITS = {
    "count": "anzahl",
    "percent": "prozent",
    "Mio EUR": "mio_euro",
}  # kind of a figure -> unit of a total


def unused_patterns(figures: Mapping[str, Any], declared: Mapping[str, Any]) -> list[str]:
    """Patterns of the bindings that fit no figure, or none that an earlier pattern has not taken."""
    entries = [*declared["bindings"], *(declared.get("not_checkable") or ())]
    taken = {next((k for k, e in enumerate(entries) if re.fullmatch(e["match"], i)), None) for i in figures}
    return [e["match"] for k, e in enumerate(entries) if k not in taken]


def judge_published(
    figures: Mapping[str, Mapping[str, str]],
    rebuilt: Mapping[str, tuple[int, int | None]],
    declared: Mapping[str, Any],
    bands: Mapping[str, tuple[float, float]] | None = None,
    transcribed: Mapping[str, tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """Give every published figure a verdict.

    Parameters
    ----------
    figures : id -> row of the published file
    rebuilt : number id -> (n, base_n) of the rebuilt report
    declared : bindings; `bindings` have a regular expression `match`, a `number` with {1}, {2} for its groups
        (looked up in `tables` where a table of that name is given as {name[1]}), and optionally `part: base`
    bands : how far the exact share may lie below and above one that is printed with a word such as „rund“
    transcribed : number id -> (unit, word such as „rund“) of totals that were copied from the publication: they can be
        compared with it, but an agreement says nothing on whether the publication is right

    Returns
    -------
    DataFrame, one row per figure: id, section, label, subgroup, printed, numerator, base, number, n, base_n,
        verdict, rule (of rounding, where a percentage is printed), message

    Examples
    --------
    >>> row = dict(section="", label="", subgroup="", kind="percent", printed="86.6", qualifier="", numerator="39", base="45")
    >>> declared = {"bindings": [{"match": "a", "number": "t:x:alle"}]}
    >>> judge_published({"a": row}, {"t:x:alle": (39, 45)}, declared)[["verdict", "rule"]].values.tolist()
    [['agrees', 'abgeschnitten']]
    """
    rows = []
    for figure_id, figure in figures.items():
        judged: dict[str, Any] = {"number": "", "n": None, "base_n": None, "rule": "", "message": ""}
        judged |= _bound(figure_id, declared)
        if number := judged["number"]:
            if number in rebuilt:
                n, base_n = rebuilt[number]
                judged["n"], judged["base_n"] = (
                    (base_n, None) if judged.pop("part") == "base" else (n, base_n)
                )
                copied = (transcribed or {}).get(number)
                judged |= (
                    _compare_copy(figure, judged["n"], judged["base_n"], *copied)
                    if copied
                    else _compare(figure, judged["n"], judged["base_n"], bands or {})
                )
            else:
                message = f"„{number}“ gibt es im Bericht nicht; bitte die Zuordnung prüfen."
                judged |= {"verdict": "unknown_number", "message": message}
        judged.pop("part", None)
        keep = ("section", "label", "subgroup", "printed", "numerator", "base")
        rows.append({"id": figure_id, **{k: figure[k] for k in keep}, **judged})
    columns = ["id", "section", "label", "subgroup", "printed", "numerator", "base", "number", "n", "base_n", "verdict", "rule", "message"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "base_n": "Int64"})


def _bound(figure_id: str, declared: Mapping[str, Any]) -> dict[str, Any]:
    """Number and part (n or base) of a figure; verdict and message if there is no number."""
    for entry in declared["bindings"]:
        if match := re.fullmatch(entry["match"], figure_id):
            groups = {str(k): g for k, g in enumerate(match.groups(), start=1)}

            def look_up(reference: re.Match[str], groups: Mapping[str, str] = groups) -> str:
                table, group = reference.groups()
                return str(declared["tables"][table][groups[group]]) if table else groups[group]

            try:
                number = re.sub(r"\{(?:(\w+)\[)?(\d)\]?\}", look_up, entry["number"])
            except (KeyError, TypeError) as missing:
                message = f"In „{entry['number']}“ führt {missing} zu nichts; bitte „tables“ ergänzen."
                return {"verdict": "unknown_number", "message": message}
            return {"number": number, "part": entry.get("part", "n")}
    for entry in declared.get("not_checkable") or ():
        if re.fullmatch(entry["match"], figure_id):
            return {"verdict": "not_checkable", "message": entry["reason"]}
    message = (
        "Der Angabe ist weder eine Zahl des Berichts noch ein Grund zugeordnet, warum sie nicht prüfbar ist."
    )
    return {"verdict": "not_bound", "message": message}


def _compare(
    figure: Mapping[str, str], n: int | None, base_n: int | None, bands: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    """Verdict on one figure and the number it is bound to."""
    counted, base, printed = (figure[k].strip() for k in ("numerator", "base", "printed"))
    if n is None:
        return {"verdict": "not_compared", "message": "Die Zahl des Berichts hat keine Basis."}
    unreadable = [text for text in (counted, base) if text and not WHOLE.fullmatch(text)]
    is_percent = figure["kind"] == "percent"
    if unreadable or not (counted or (is_percent and base_n)):
        message = f"„{unreadable[0]}“ ist keine ganze Zahl." if unreadable else "Gedruckt ist keine Anzahl."
        return {"verdict": "not_compared", "message": message}
    if counted and int(counted) != n:
        return {"verdict": "differs", "message": f"gedruckt {counted}, neu gerechnet {n}"}
    exact = figure["kind"] == "count" and not figure["qualifier"].strip() and WHOLE.fullmatch(printed)
    if exact and int(printed) != n:
        return {"verdict": "differs", "message": f"gedruckt {printed}, neu gerechnet {n}"}
    share = _compare_share(figure, n, base_n, bands) if is_percent and base_n else {"verdict": "agrees"}
    if is_percent and not base_n:
        return {"verdict": "not_compared", "message": "Die Zahl des Berichts hat keine Basis, der Anteil ist nicht prüfbar."}  # fmt: skip
    if base and base_n is not None and int(base) != base_n:
        message = f"Anzahl {n} stimmt; gedruckte Basis {base}, neu gerechnet {base_n}"
        return {"verdict": "agrees_other_base", "message": message}
    if base and base_n is None and share["verdict"] == "agrees":
        share["message"] = f"Die gedruckte Basis {base} steht nicht bei der Zahl des Berichts und ist nicht verglichen."  # fmt: skip
    return share


def _compare_copy(
    figure: Mapping[str, str], n: int | None, base_n: int | None, unit: str, qualifier: str
) -> dict[str, str]:
    """Verdict on a total that was copied from the publication: number, base, unit and word must be the same."""
    printed, base, word = (figure[k].strip() for k in ("printed", "base", "qualifier"))
    there = (printed, base, UNITS.get(figure["kind"], ""), word)
    here = ("" if n is None else str(n), "" if base_n is None else str(base_n), unit, qualifier)
    names = ("Zahl", "Basis", "Einheit", "Zusatz")
    wrong = [
        f"{name} „{a}“ gedruckt, „{b}“ wiedergegeben"
        for name, a, b in zip(names, there, here, strict=True)
        if a != b
    ]
    if wrong:
        return {"verdict": "differs", "message": "; ".join(wrong)}
    message = "Die Summe ist dieser Veröffentlichung entnommen; Einzeldaten, aus denen sie nachzurechnen wäre, liegen nicht vor."
    return {"verdict": "transcribed", "message": message}


def _compare_share(
    figure: Mapping[str, str], n: int, base_n: int, bands: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    """Verdict on a printed percentage, with the rule of rounding under which it is right."""
    printed, qualifier = figure["printed"].strip(), figure["qualifier"].strip()
    match = DECIMAL.fullmatch(printed)
    if not match or (qualifier and qualifier not in bands):
        what = f"was „{qualifier}“ heißt, ist nicht erklärt" if match else f"„{printed}“ ist kein Anteil"
        return {"verdict": "not_compared", "message": f"Der Anteil ist nicht geprüft: {what}."}
    digits = match[2] or ""
    claim = Claim("p", int(match[1] + digits), len(digits), "n", "b", "c", bands.get(qualifier))
    fits = [r for r in RULES if holds(claim, {"n": n, "b": base_n}, {"c": r})]
    if not fits:
        exact = f"{100 * n / base_n:.2f}".replace(".", ",")
        about = f"{qualifier} {printed}".strip().replace(".", ",")
        return {"verdict": "differs", "message": f"gedruckt {about} %, {n} von {base_n} sind {exact} %"}
    rule = qualifier or ("beides" if len(fits) == len(RULES) else LABELS[fits[0]])
    return {"verdict": "agrees", "rule": rule}
