"""Published figures against the rebuilt report: one verdict per figure, never a green by default."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

import pandas as pd

from gkanalysis.counts.lists import ListTotal
from gkanalysis.disclosure.printed import n_and_base
from gkanalysis.report.html import origin_anchor
from gkanalysis.verify.naive import told
from gkanalysis.verify.printed import WHOLE, Figures, is_exact, read_share
from gkanalysis.verify.seen import linked_cells, plain_words, read_page
from gkanalysis.verify.solver import RULES, Claim

# kind of a figure -> unit of a total, unit in print
UNITS = {"count": ("anzahl", ""), "percent": ("prozent", "\u00a0%"), "Mio EUR": ("mio_euro", " Mio. Euro")}
Bands = Mapping[str, tuple[float, float]]
Figure, Declared, Seen = Mapping[str, str], Mapping[str, Any], Mapping[str, Sequence[str]]
Numbers = Mapping[str, Mapping[str, Any]]
NO_BANDS: Bands = MappingProxyType({})
Judged = tuple[str, str, str]  # verdict, message, rule of rounding


def unused_patterns(figures: Mapping[str, Any], declared: Mapping[str, Any]) -> list[str]:
    """Patterns of the bindings that fit no figure, or none that an earlier pattern has not taken."""
    entries = [*declared["bindings"], *(declared.get("not_checkable") or ())]
    taken = {next((k for k, e in enumerate(entries) if re.fullmatch(e["match"], i)), None) for i in figures}
    return [e["match"] for k, e in enumerate(entries) if k not in taken]


def judge_published(
    figures: Figures, rebuilt: Numbers, declared: Declared, bands: Bands = NO_BANDS, seen: Seen | None = None
) -> list[dict[str, str]]:
    """One row of the certificate for every published figure: as printed, as rebuilt, the verdict.

    Parameters
    ----------
    figures, rebuilt : the rows of the published file by id; the numbers of the rebuilt report (`find_numbers`)
    declared : see `codebook.published.Bindings`
    bands : how far the exact share may lie below and above one that is printed with a word such as „rund“
    seen : where a reader finds each number (`seen_words`); None: not compared

    >>> row = dict(section="5", label="ja", subgroup="", kind="percent", printed="86.6", qualifier="", numerator="39", base="45")
    >>> declared = {"bindings": [{"match": "a", "number": "t:x:alle"}]}
    >>> (judged,) = judge_published({"a": row}, {"t:x:alle": {"n": 39, "base_n": 45}}, declared)
    >>> judged["verdict"], judged["new"], judged["message"]
    ('agrees', '39 von 45', 'ja (5); abgeschnitten')
    """
    judged = [_judge(i, figure, rebuilt, declared, bands) for i, figure in figures.items()]
    return judged if seen is None else [_at_its_words(row, figures[row["id"]], declared, seen) for row in judged]


def seen_words(page: bytes) -> dict[str, list[str]]:
    """Where a reader of a finished page finds each number: its anchor -> number, row, column, or the paragraph."""
    tree = read_page(page)
    seen = {name: [plain_words(link), *row, *head] for name, link, row, head in linked_cells(tree)}
    for link in tree.xpath("//a[contains(@class, 'number')][not(ancestor::td)]"):
        name = link.get("href").partition("#")[2]
        paragraph = next(link.iterancestors("p", "li", "h2", "h3", "figcaption"), link)
        seen[name] = [*seen.get(name, ()), plain_words(paragraph)]
    return seen


def _at_its_words(row: dict[str, str], figure: Figure, declared: Declared, seen: Seen) -> dict[str, str]:
    """An agreement counts only where the finished report says of the number what the publication says of its figure."""
    (numbers, part, _), words = _bound(row["id"], declared), declared.get("words") or {}
    if row["verdict"] not in ("agrees", "transcribed"):
        return row
    label = words.get(row["id"], words.get(figure["label"], figure["label"])).casefold()
    group = words.get(figure["subgroup"], figure["subgroup"]).casefold()
    several = numbers.split(" + ")
    total = 0
    for number, its_group in zip_longest(several, group.split(" + ") if len(several) > 1 else [group], fillvalue=""):
        places = [text.casefold() for text in seen.get(origin_anchor(number), ())]
        if number.count(":") > 1:  # in a table, where the number itself can be compared, too
            fits = label in places and any(its_group in text for text in places)
            shown = re.match(r"[\d.]+", places[0] if places else "")
            total += int(shown[0].replace(".", "")) if shown else 0
        else:
            fits = any(label in text for text in places)
        if not fits:
            break
    plain = row["verdict"] == "transcribed" or part in ("base", "rest") or numbers.count(":") < 2
    if fits and (plain or str(total) == row["new"].partition(" ")[0]):
        return row
    told = f"{row['message']}: im fertigen Bericht steht die Zahl bei „{'; '.join(places[:3]) or 'nirgends'}“"
    return row | {"verdict": "other_words", "message": told}


def _judge(figure_id: str, figure: Figure, rebuilt: Numbers, declared: Declared, bands: Bands) -> dict[str, str]:
    number, part, (verdict, message, rule) = _bound(figure_id, declared)
    n = base_n = None
    parts = number.split(" + ") if number else []
    if unknown := [p for p in parts if p not in rebuilt]:
        verdict, message = "unknown_number", f"„{unknown[0]}“ gibt es im Bericht nicht; bitte die Zuordnung prüfen."
    elif number:
        cell = rebuilt[parts[0]]
        counts, bases = zip(*(n_and_base(rebuilt[p]) for p in parts), strict=True)
        n, base_n = sum(counts), None if None in bases else sum(bases)
        rest = None if base_n is None else base_n - n
        n, base_n = {"n": (n, base_n), "base": (base_n, None), "rest": (rest, base_n), "count": (n, None)}[part]
        if str(cell.get("definition", "")).startswith(f"{ListTotal.__name__}("):
            verdict, message, rule = _copied(figure, n, base_n, cell)
        else:
            verdict, message, rule = _compare(figure, n, base_n, bands)
    elif verdict == "not_checkable" and (same := _same_words(figure, rebuilt)):
        verdict, message = "checkable", f"„{same}“ druckt die Zahl bei denselben Wörtern; bitte zuordnen."
    where = f"{', '.join(filter(None, (figure['label'], figure['subgroup'])))} ({figure['section']})"
    where += f"; {rule}" if rule else ""
    return {
        "section": "published", "id": figure_id, "verdict": verdict, "old": _as_printed(figure),
        "new": "" if n is None else told(n, base_n), "message": f"{where}: {message}" if message else where,
    }  # fmt: skip


def _same_words(figure: Mapping[str, str], rebuilt: Mapping[str, Mapping[str, Any]]) -> str:
    """A number of the report that prints what a figure prints, at words that one has of the other; "" if there is none."""
    label = figure["label"].casefold()
    for number, cell in rebuilt.items():
        words = str(cell.get("label") or "").casefold()
        is_called_so = len(words) > 3 and (label.endswith(words) or label in words)
        if is_called_so and figure["numerator"] == str(n_and_base(cell)[0]):
            return number
    return ""


def _as_printed(figure: Mapping[str, str]) -> str:
    """A figure as it stands in print: with its word, its unit, and count and base where these are printed."""
    unit = UNITS.get(figure["kind"], ("", ""))[1]
    shown = f"{figure['qualifier']} {figure['printed'].replace('.', ',') if unit else figure['printed']}{unit}".strip()
    of = f"{figure['numerator']} von {figure['base']}" if figure["numerator"] and figure["base"] else ""
    return of if of and shown == figure["numerator"] else f"{shown} ({of})" if of else shown


def _bound(figure_id: str, declared: Mapping[str, Any]) -> tuple[str, str, Judged]:
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
                return "", "", ("unknown_number", message, "")
            return number, entry.get("part", "n"), ("", "", "")
    for entry in declared.get("not_checkable") or ():
        if re.fullmatch(entry["match"], figure_id):
            return "", "", ("not_checkable", entry["reason"], "")
    message = "Der Angabe ist weder eine Zahl des Berichts noch ein Grund zugeordnet, warum sie nicht prüfbar ist."
    return "", "", ("not_bound", message, "")


def _compare(figure: Mapping[str, str], n: int | None, base_n: int | None, bands: Bands) -> Judged:
    """Verdict on one figure and the number it is bound to: count, then base, then share."""
    counted, base, printed = (figure[k] for k in ("numerator", "base", "printed"))
    is_percent = figure["kind"] == "percent"
    if n is None:
        return "not_compared", "Die Zahl des Berichts hat keine Basis.", ""
    if unreadable := [text for text in (counted, base) if text and not WHOLE.fullmatch(text)]:
        return "not_compared", f"„{unreadable[0]}“ ist keine ganze Zahl.", ""
    if not (counted or (is_percent and base_n)):
        return "not_compared", "Gedruckt ist keine Anzahl.", ""
    for text in (counted, printed if is_exact(figure) and WHOLE.fullmatch(printed) else ""):
        if text and int(text) != n:
            return "differs", f"gedruckt {text}, neu gerechnet {n}", ""
    if is_percent and not base_n:
        return "not_compared", "Die Zahl des Berichts hat keine Basis, der Anteil ist nicht prüfbar.", ""
    if base and base_n is not None and int(base) != base_n:
        return "agrees_other_base", f"Anzahl {n} stimmt; gedruckte Basis {base}, neu gerechnet {base_n}", ""
    if is_percent:
        return _compare_share(printed, figure["qualifier"], n, base_n, bands)
    message = f"Die gedruckte Basis {base} steht nicht bei der Zahl des Berichts und ist nicht verglichen."
    return "agrees", message if base and base_n is None else "", ""


def _compare_share(printed: str, word: str, n: int, base_n: int, bands: Bands) -> Judged:
    """Verdict on a printed percentage, with the rule of rounding under which it is right."""
    share = read_share(printed)
    if not share or (word and word not in bands):
        what = f"was „{word}“ heißt, ist nicht erklärt" if share else f"„{printed}“ ist kein Anteil"
        return "not_compared", f"Der Anteil ist nicht geprüft: {what}.", ""
    claim = Claim("p", *share, "n", "b", band=bands.get(word))
    fits = [rule for rule in RULES if claim.holds({"n": n, "b": base_n}, rule)]
    if not fits:
        exact = f"{100 * n / base_n:.2f}".replace(".", ",")
        about = f"{word} {printed}".strip().replace(".", ",")
        return "differs", f"gedruckt {about} %, {n} von {base_n} sind {exact} %", ""
    return "agrees", "", word or ("beides" if len(fits) == len(RULES) else RULES[fits[0]])


def _copied(figure: Mapping[str, str], n: int | None, base_n: int | None, cell: Mapping[str, Any]) -> Judged:
    """Verdict on a total copied from the publication, right or not: number, base, unit and word must be the same."""
    unit, word = ("" if (x := cell.get(k)) is None or pd.isna(x) else str(x) for k in ("unit", "qualifier"))
    pairs = {
        "Zahl": (figure["printed"], "" if n is None else str(n)),
        "Basis": (figure["base"], "" if base_n is None else str(base_n)),
        "Einheit": (UNITS.get(figure["kind"], ("", ""))[0], unit),
        "Zusatz": (figure["qualifier"], word),
    }
    wrong = [f"{name} „{a}“ gedruckt, „{b}“ wiedergegeben" for name, (a, b) in pairs.items() if a != b]
    message = "Die Summe ist dieser Veröffentlichung entnommen; Einzeldaten, aus denen sie nachzurechnen wäre, liegen nicht vor."
    return ("differs", "; ".join(wrong), "") if wrong else ("transcribed", message, "")
