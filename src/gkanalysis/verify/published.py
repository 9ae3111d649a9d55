"""Published figures against the rebuilt report: one verdict per figure, never a green by default."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gkanalysis.verify.printed import WHOLE, Figures, is_exact, read_share
from gkanalysis.verify.solver import RULES, Claim

UNITS = {
    "count": "anzahl",
    "percent": "prozent",
    "Mio EUR": "mio_euro",
}  # kind of a figure -> unit of a total
Bands = Mapping[str, tuple[float, float]]


def unused_patterns(figures: Mapping[str, Any], declared: Mapping[str, Any]) -> list[str]:
    """Patterns of the bindings that fit no figure, or none that an earlier pattern has not taken."""
    entries = [*declared["bindings"], *(declared.get("not_checkable") or ())]
    taken = {next((k for k, e in enumerate(entries) if re.fullmatch(e["match"], i)), None) for i in figures}
    return [e["match"] for k, e in enumerate(entries) if k not in taken]


def judge_published(
    figures: Figures,
    rebuilt: Mapping[str, tuple[int, int | None]],
    declared: Mapping[str, Any],
    bands: Bands = MappingProxyType({}),
    transcribed: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> list[dict[str, str]]:
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
    One row of the certificate per figure: section, id, verdict, old (as printed), new (as rebuilt), message

    Examples
    --------
    >>> row = dict(section="5", label="ja", subgroup="", kind="percent", printed="86.6", qualifier="", numerator="39", base="45")
    >>> declared = {"bindings": [{"match": "a", "number": "t:x:alle"}]}
    >>> (judged,) = judge_published({"a": row}, {"t:x:alle": (39, 45)}, declared)
    >>> judged["verdict"], judged["new"], judged["message"]
    ('agrees', '39 von 45', 'ja (5); abgeschnitten')
    """
    rows = []
    for i, figure in figures.items():
        number, part, judged = _bound(i, declared)
        n = base_n = None
        if number and number not in rebuilt:
            judged = _verdict("unknown_number", f"„{number}“ gibt es im Bericht nicht; bitte die Zuordnung prüfen.")
        elif number:
            n, base_n = rebuilt[number]
            n, base_n = (base_n, None) if part == "base" else (n, base_n)
            copied = transcribed.get(number)
            judged = _copied(figure, n, base_n, *copied) if copied else _compare(figure, n, base_n, bands)
        where = f"{', '.join(filter(None, (figure['label'], figure['subgroup'])))} ({figure['section']})"
        message = ": ".join(filter(None, ("; ".join(filter(None, (where, judged.pop("rule")))), judged["message"])))
        new = "" if n is None else f"{n}" if base_n is None else f"{n} von {base_n}"
        row = {"section": "published", "id": i, "old": _as_printed(figure), "new": new}
        rows.append(row | judged | {"message": message})
    return rows


def _verdict(verdict: str, message: str = "", rule: str = "") -> dict[str, str]:
    return {"verdict": verdict, "message": message, "rule": rule}


def _as_printed(figure: Mapping[str, str]) -> str:
    """A figure as it stands in print: with its word, its unit, and count and base where these are printed."""
    unit = {"percent": "\u00a0%", "Mio EUR": " Mio. Euro"}.get(figure["kind"], "")
    shown = f"{figure['qualifier']} {figure['printed'].replace('.', ',') if unit else figure['printed']}{unit}".strip()
    of = f"{figure['numerator']} von {figure['base']}" if figure["numerator"] and figure["base"] else ""
    return of if of and shown == figure["numerator"] else f"{shown} ({of})" if of else shown


def _bound(figure_id: str, declared: Mapping[str, Any]) -> tuple[str, str, dict[str, str]]:
    """Number and part (n or base) of a figure; a verdict if there is no number."""
    for entry in declared["bindings"]:
        if match := re.fullmatch(entry["match"], figure_id):

            def look_up(reference: re.Match[str], groups: Sequence[str] = ("", *match.groups())) -> str:
                table, group = reference[1], groups[int(reference[2])]
                return str(declared["tables"][table][group]) if table else group

            try:
                number = re.sub(r"\{(?:(\w+)\[)?(\d)\]?\}", look_up, entry["number"])
            except (LookupError, TypeError) as missing:
                message = f"In „{entry['number']}“ führt {missing} zu nichts; bitte „tables“ ergänzen."
                return "", "", _verdict("unknown_number", message)
            return number, entry.get("part", "n"), {}
    for entry in declared.get("not_checkable") or ():
        if re.fullmatch(entry["match"], figure_id):
            return "", "", _verdict("not_checkable", entry["reason"])
    message = "Der Angabe ist weder eine Zahl des Berichts noch ein Grund zugeordnet, warum sie nicht prüfbar ist."
    return "", "", _verdict("not_bound", message)


def _compare(figure: Mapping[str, str], n: int | None, base_n: int | None, bands: Bands) -> dict[str, str]:
    """Verdict on one figure and the number it is bound to."""
    counted, base, printed = (figure[k] for k in ("numerator", "base", "printed"))
    is_percent = figure["kind"] == "percent"
    if n is None:
        return _verdict("not_compared", "Die Zahl des Berichts hat keine Basis.")
    if unreadable := [text for text in (counted, base) if text and not WHOLE.fullmatch(text)]:
        return _verdict("not_compared", f"„{unreadable[0]}“ ist keine ganze Zahl.")
    if not (counted or (is_percent and base_n)):
        return _verdict("not_compared", "Gedruckt ist keine Anzahl.")
    for text in (counted, printed if is_exact(figure) and WHOLE.fullmatch(printed) else ""):
        if text and int(text) != n:
            return _verdict("differs", f"gedruckt {text}, neu gerechnet {n}")
    if is_percent and not base_n:
        return _verdict("not_compared", "Die Zahl des Berichts hat keine Basis, der Anteil ist nicht prüfbar.")
    if base and base_n is not None and int(base) != base_n:
        message = f"Anzahl {n} stimmt; gedruckte Basis {base}, neu gerechnet {base_n}"
        return _verdict("agrees_other_base", message)
    if is_percent:
        return _compare_share(figure, n, base_n, bands)
    message = f"Die gedruckte Basis {base} steht nicht bei der Zahl des Berichts und ist nicht verglichen."
    return _verdict("agrees", message if base and base_n is None else "")


def _compare_share(figure: Mapping[str, str], n: int, base_n: int, bands: Bands) -> dict[str, str]:
    """Verdict on a printed percentage, with the rule of rounding under which it is right."""
    printed, word = figure["printed"], figure["qualifier"]
    share = read_share(printed)
    if not share or (word and word not in bands):
        what = f"was „{word}“ heißt, ist nicht erklärt" if share else f"„{printed}“ ist kein Anteil"
        return _verdict("not_compared", f"Der Anteil ist nicht geprüft: {what}.")
    claim = Claim("p", *share, "n", "b", band=bands.get(word))
    fits = [rule for rule in RULES if claim.holds({"n": n, "b": base_n}, rule)]
    if not fits:
        exact = f"{100 * n / base_n:.2f}".replace(".", ",")
        about = f"{word} {printed}".strip().replace(".", ",")
        return _verdict("differs", f"gedruckt {about} %, {n} von {base_n} sind {exact} %")
    return _verdict("agrees", rule=word or ("beides" if len(fits) == len(RULES) else RULES[fits[0]]))


def _copied(figure: Mapping[str, str], n: int | None, base_n: int | None, unit: str, word: str) -> dict[str, str]:
    """Verdict on a total that was copied from the publication: number, base, unit and word must be the same."""
    printed, base, said = (figure[k] for k in ("printed", "base", "qualifier"))
    pairs = {
        "Zahl": (printed, "" if n is None else str(n)),
        "Basis": (base, "" if base_n is None else str(base_n)),
        "Einheit": (UNITS.get(figure["kind"], ""), unit),
        "Zusatz": (said, word),
    }
    wrong = [f"{name} „{a}“ gedruckt, „{b}“ wiedergegeben" for name, (a, b) in pairs.items() if a != b]
    message = "Die Summe ist dieser Veröffentlichung entnommen; Einzeldaten, aus denen sie nachzurechnen wäre, liegen nicht vor."
    return _verdict("differs", "; ".join(wrong)) if wrong else _verdict("transcribed", message)
