"""Published figures against the rebuilt report: one verdict per figure, never a green by default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from gkanalysis.errors import VerificationError
from gkanalysis.verify.constraints import Claim, holds

VERDICTS: Mapping[str, str] = {
    "agrees": "stimmt überein",
    "agrees_other_base": "stimmt, aber auf anderer Basis",
    "differs": "weicht ab",
    "not_checkable": "nicht prüfbar",
    "unknown_number": "die genannte Zahl berechnet kein Bericht",
}
RULES = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}


def read_bindings(path: Path) -> dict[str, Any]:
    """The file that says which published figure is which number of the rebuilt report.

    Raises
    ------
    VerificationError
        If it is unreadable or a pattern is no regular expression.
    """
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in [*declared["bindings"], *declared.get("not_checkable", ())]:
            re.compile(entry["match"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, re.error) as error:
        raise VerificationError(f"„{path}“ ist nicht lesbar oder unvollständig ({error}).") from None
    return declared


def judge_published(
    figures: Mapping[str, Mapping[str, str]],
    rebuilt: Mapping[str, tuple[int, int | None]],
    declared: Mapping[str, Any],
) -> pd.DataFrame:
    """Give every published figure a verdict.

    Parameters
    ----------
    figures : id -> row of the published file
    rebuilt : number id -> (n, base_n) of the rebuilt report
    declared : bindings; `bindings` have a regular expression `match`, a `number` with {1}, {2} for its groups
        (looked up in `tables` where a table of that name is given as {name[1]}), and optionally `part: base`

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
        number, part, reason = _bound_number(figure_id, declared)
        judged = _judge(figure, rebuilt, number, part, reason)
        keep = ("section", "label", "subgroup", "printed", "numerator", "base")
        rows.append({"id": figure_id, **{k: figure[k] for k in keep}, "number": number, **judged})
    table = pd.DataFrame(rows)
    return table.astype({"n": "Int64", "base_n": "Int64"})


def _bound_number(figure_id: str, declared: Mapping[str, Any]) -> tuple[str, str, str]:
    """Number id, part (n or base) and, if there is none, the reason."""
    for entry in declared["bindings"]:
        if match := re.fullmatch(entry["match"], figure_id):
            groups = {str(k): g for k, g in enumerate(match.groups(), start=1)}

            def look_up(reference: re.Match[str], groups: Mapping[str, str] = groups) -> str:
                table, group = reference.groups()
                value = groups[group]
                return str(declared["tables"][table][value]) if table else value

            return re.sub(r"\{(?:(\w+)\[)?(\d)\]?\}", look_up, entry["number"]), entry.get("part", "n"), ""
    for entry in declared.get("not_checkable", ()):
        if re.fullmatch(entry["match"], figure_id):
            return "", "", entry["reason"]
    return "", "", "Zu dieser Angabe ist keine Zahl des Berichts genannt."


def _judge(
    figure: Mapping[str, str],
    rebuilt: Mapping[str, tuple[int, int | None]],
    number: str,
    part: str,
    reason: str,
) -> dict[str, Any]:
    judged: dict[str, Any] = {"n": None, "base_n": None, "rule": ""}
    if not number:
        return judged | {"verdict": "not_checkable", "message": reason}
    if number not in rebuilt:
        return judged | {"verdict": "unknown_number", "message": f"„{number}“ gibt es im Bericht nicht."}
    n, base_n = rebuilt[number]
    if part == "base":
        n, base_n = base_n, None
    judged |= {"n": n, "base_n": base_n}
    if not figure["numerator"]:
        return judged | {"verdict": "not_checkable", "message": "Gedruckt ist keine Anzahl."}
    if int(figure["numerator"]) != n:
        return judged | {
            "verdict": "differs",
            "message": f"gedruckt {figure['numerator']}, neu gerechnet {n}",
        }
    if figure["base"] and base_n is not None and int(figure["base"]) != base_n:
        message = f"Anzahl {n} stimmt; gedruckte Basis {figure['base']}, neu gerechnet {base_n}"
        return judged | {"verdict": "agrees_other_base", "message": message}
    if figure["kind"] == "percent" and not figure["qualifier"] and base_n:
        whole, _, digits = figure["printed"].partition(".")
        claim = Claim("p", int(whole + digits), len(digits), n="n", base="b", column="c")
        fits = [r for r in RULES if holds(claim, {"n": n, "b": base_n}, {"c": r})]
        if not fits:
            return judged | {
                "verdict": "differs",
                "message": f"gedruckt {figure['printed']} %, {n} von {base_n} sind {100 * n / base_n:.2f} %",
            }
        judged["rule"] = "beides" if len(fits) == len(RULES) else RULES[fits[0]]
    return judged | {"verdict": "agrees", "message": ""}
