"""Printed rows of tables over several waves; what must not be printed of a change stands as a dot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import enumeration
from gkanalysis.core.numbers import (
    NBSP,
    by_count,
    format_count,
    format_decimal,
    format_percent,
    format_points,
    number_word,
)
from gkanalysis.report.definitions import TOTAL
from gkanalysis.report.exhibits import Row
from gkanalysis.report.panelchange import SIGNIFICANT, Again, shown_interval
from gkanalysis.tabulate.change import CHANGE_BASE_LABELS
from gkanalysis.tabulate.panel import PARTICIPATION_LABELS

HELD_BACK = "•"
TICKED_ONLY = "wenn bei Mehrfachantworten nur Bündnisse zählen, die in beiden Wellen etwas angekreuzt haben"
KINDS = {
    "single": ("Frage mit einfacher Wahl", "Fragen mit einfacher Wahl"),
    "set": ("Mehrfachantwort", "Mehrfachantworten"),
    "number": ("Frage nach einer Zahl", "Fragen nach einer Zahl"),
    "text": ("offene Frage", "offene Fragen"),
}
HELD_BACK_NOTE = f"{HELD_BACK} nicht gedruckt: Daraus ließe sich errechnen, wie weniger Bündnisse als erlaubt geantwortet haben."


def attrition_rows(table: pd.DataFrame, states: Sequence[str]) -> tuple[Row, ...]:
    """Printed rows of `Panel.attrition`: a wave each, its states side by side."""
    rows = []
    for wave, part in table[table["subgroup"] == TOTAL].groupby("wave", sort=False):
        by_state = part.set_index("state")
        cells = [_count_cell(by_state.loc[s], share=s != "asked") for s in states]
        rows.append(Row((str(wave), *cells), numbers=("", *(f"{wave}-{s}:{TOTAL}" for s in states))))
    return tuple(rows)


def attrition_header(states: Sequence[str]) -> tuple[str, ...]:
    """Heading of `attrition_rows`."""
    return ("Welle", *(PARTICIPATION_LABELS[s] for s in states))


def returned_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.attrition`: a wave each, returns by type."""
    rows = []
    for wave, part in table[table["state"] == "returned"].groupby("wave", sort=False):
        cells = [_count_cell(r, share=True) for _, r in part.iterrows()]
        names = [f"{wave}-returned:{s}" for s in part["subgroup"]]
        rows.append(Row((str(wave), *cells), numbers=("", *names)))
    return tuple(rows)


def change_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.change`: a question each, dots where held back; each set below a heading with its base."""
    rows: list[Row] = []
    blocks = table["block"].ne("").any()
    for block, part in table.groupby("block", sort=False):
        if blocks:
            rows.append(
                Row(
                    (f"{_block_title(part, block)}; Basis: {CHANGE_BASE_LABELS[part['base'].iloc[0]]}",),
                    kind="block",
                )
            )
        rows += [_change_row(r) for r in part.itertuples()]
    return tuple(rows)


def _block_title(part: pd.DataFrame, block: str) -> str:
    return f"{block} (Mehrfachantwort)" if block else KINDS["single"][len(part) > 1]


def _change_row(r: Any) -> Row:
    counts = r.detail in ("interval", "counts")
    shown = [_n_percent(n, r.base_n) if counts else HELD_BACK for n in (r.first_n, r.second_n)]
    points = HELD_BACK
    if r.detail != "nothing":
        points = format_points((r.second_n, r.base_n), (r.first_n, r.base_n))
    low_high = HELD_BACK
    if r.detail == "interval":
        low_high = " bis ".join(_signed(x) for x in shown_interval(r))
    pairs = HELD_BACK if r.detail == "nothing" else format_count(r.base_n)
    waves = f"{r.first_wave}, {r.second_wave}"
    names = (f"{r.row}-first:{TOTAL}", f"{r.row}-second:{TOTAL}") if counts else ("", "")
    first = "" if r.detail == "nothing" else f"{r.row}:{TOTAL}"
    cells = (r.label, waves, pairs, *shown, points, low_high)
    return Row(cells, numbers=("", "", first, *names, "", ""))


def comparison_rows(table: pd.DataFrame) -> tuple[Row, ...]:
    """Printed rows of `Panel.compare`: what was asked, wave, answer, „18 von 46“, percent."""
    return tuple(
        Row(
            (
                r.label,
                r.wave,
                r.answer,
                f"{format_count(r.n)}{NBSP}von{NBSP}{format_count(r.base_n)}",
                format_percent(r.n, r.base_n, decimals=0),
            ),
            numbers=("", "", "", f"{r.row}:{TOTAL}", ""),
        )
        for r in table.itertuples()
    )


def repeated_words(asked: Sequence[Again]) -> str:
    """The kinds of the questions that were asked again, with their numbers, as German prose has them.

    >>> repeated_words([Again("single", ("2020", "1.3"), ("2021", "1.1")), Again("text", ("2020", "2"), ("2021", "3"))])
    'eine Frage mit einfacher Wahl und eine offene Frage'
    """
    kinds = Counter(a.kind for a in asked)
    return enumeration([_counted(kinds[k], *words) for k, words in KINDS.items() if kinds[k]])


def change_words(table: pd.DataFrame) -> dict[str, str]:
    """What the printed part of `Panel.change` says, in German phrases that hold whatever the data are.

    Parameters
    ----------
    table : one row per question, as `Panel.change` gives it

    Returns
    -------
    dict
        `pairs` („33 bis 40“: how many alliances answered both times), `direction` (sentences: how many shares are
        higher the second time, and the largest difference), `certainty` (a clause: which changes are significant
        after the correction, as „ist keine dieser Veränderungen gesichert“, and whether rows of sets show the same
        among those who ticked something), `advice` (a clause: how many are, of how many)

    Raises
    ------
    NotebookError
        If no change may be printed at all.
    """
    shown = table[table["detail"] != "nothing"]
    if shown.empty:
        raise NotebookError(
            "Von keiner Veränderung darf etwas gedruckt werden; bitte das Kapitel aus der Datei des Berichts streichen."
        )
    least, most = shown["base_n"].min(), shown["base_n"].max()
    several = shown["block"].nunique() > 1
    told = ". ".join(_directions(p, str(b), several) for b, p in shown.groupby("block", sort=False))
    return {
        "pairs": format_count(most) if least == most else f"{format_count(least)} bis {format_count(most)}",
        "direction": f"{told}{_largest(shown)}",
        "certainty": _certainty(shown),
        "advice": _advice(shown),
    }


def _directions(part: pd.DataFrame, block: str, beside: bool) -> str:
    """At how many questions, or rows of a set, the share is higher, lower, the same."""
    counts = {
        "höher": int((part["difference"] > 0).sum()),
        "niedriger": int((part["difference"] < 0).sum()),
        "gleich hoch": int((part["difference"] == 0).sum()),
    }
    one, many = ("Zeile", "Zeilen") if block else KINDS["single"] if beside else ("Frage", "Fragen")
    where = f" der Mehrfachantwort „{block}“" if block else ""
    found = [(word, n) for word, n in counts.items() if n]
    (first, n), others = found[0], found[1:]
    asked = f"einer {one}" if n == 1 else f"{number_word(n)} {many}"
    if not others:
        all_of = "beiden" if n == 2 else f"allen {number_word(n)}"
        this = "der" if beside else "dieser"
        asked = f"{this} {one}" if n == 1 else f"{all_of} {many}"
    clauses = [f"bei {'einer' if k == 1 else number_word(k)} {word}" for word, k in others]
    told = f"Bei {asked}{where} liegt der Anteil beim zweiten Mal {first}"
    return f"{told}, {' und '.join(clauses)}" if clauses else told


def _certainty(shown: pd.DataFrame) -> str:
    """Which changes are certain, and whether that depends on who counts in multiple response sets."""
    certain = shown["p_holm"] < SIGNIFICANT
    told = _certain(shown[certain])
    if not shown["block"].ne("").any():
        return told
    only = shown["p_holm_ticked"] < SIGNIFICANT
    if (only == certain).all():
        return f"{told}. Das gilt auch, {TICKED_ONLY}"
    return f"{told}. Das hängt an der Basis: W{TICKED_ONLY[1:]}, {_certain(shown[only])}"


def _certain(rows: pd.DataFrame) -> str:
    named = enumeration([_named(r) for r in rows.to_dict("records")]) if len(rows) else ""
    return by_count(
        len(rows),
        none="ist keine dieser Veränderungen gesichert",
        one=f"ist eine dieser Veränderungen gesichert: {named}",
        many=f"sind {{n}} dieser Veränderungen gesichert: {named}",
    )


def _named(r: Mapping[str, Any]) -> str:
    """A change by its label, its set and its direction; a tick is given more often, which is neither good nor bad."""
    more = r["difference"] > 0
    if r["block"]:
        return (
            f"„{r['label']}“ („{r['block']}“, beim zweiten Mal {'öfter' if more else 'seltener'} angekreuzt)"
        )
    return f"„{r['label']}“ (Anteil beim zweiten Mal {'höher' if more else 'niedriger'})"


def _advice(shown: pd.DataFrame) -> str:
    """How many of the changes are certain, for whoever plans the next survey."""
    certain = shown["p_holm"] < SIGNIFICANT
    n, total = int(certain.sum()), len(shown)
    if total == 1:
        return f"die Veränderung, die sich daran zeigt, ist {'' if n else 'nicht '}gesichert"
    few = "nur " if 0 < n <= total / 2 else ""
    told = by_count(
        n,
        none=f"keine der {number_word(total)} geprüften Veränderungen ist gesichert",
        one=f"{few}eine von {number_word(total)} geprüften Veränderungen ist gesichert",
        many=f"{few}{number_word(n)} von {number_word(total)} geprüften Veränderungen sind gesichert",
    )
    if ((shown["p_holm_ticked"] < SIGNIFICANT) != certain).any():
        told += ", und das Urteil hängt daran, wer bei Mehrfachantworten zählt"
    return told


def _counted(n: int, one: str, many: str) -> str:
    return f"{_feminine(n)} {one if n == 1 else many}"


def _feminine(n: int) -> str:
    return "eine" if n == 1 else number_word(n)


def _largest(shown: pd.DataFrame) -> str:
    """The question with the largest difference, with its waves; nothing if there is but one, or no difference."""
    r = shown.loc[shown["difference"].abs().idxmax()]
    if len(shown) == 1 or not r["difference"]:
        return ""
    points = format_points((r["second_n"], r["base_n"]), (r["first_n"], r["base_n"]))
    waves = f"{r['first_wave']} und {r['second_wave']}"
    many = "Am größten" if shown["block"].nunique() > 1 else "am größten"
    before = ". " if shown["block"].nunique() > 1 else "; "
    return f"{before}{many} ist der Abstand bei „{r['label']}“ ({waves}: {points} Prozentpunkte)"


def extreme_returns(counted: pd.DataFrame, *, most: bool) -> tuple[str, str]:
    """The waves with the most or the fewest returns.

    Parameters
    ----------
    counted : as `Panel.attrition` gives it
    most : the most, else the fewest

    Returns
    -------
    names of the waves, several if they are equal; and the row of the first of them
    """
    rows = counted[(counted["state"] == "returned") & (counted["subgroup"] == TOTAL)]
    extreme = rows["share"].max() if most else rows["share"].min()
    found = rows[rows["share"] == extreme]
    return enumeration(found["wave"]), found["row"].iloc[0]


def flow_title(flow: pd.DataFrame) -> str:
    """The finding of the flow figure: whether most who return a form return one in the next wave, too."""
    left = flow[flow["row"] == "returned"].groupby("wave", sort=False)["n"].sum()
    kept = (
        flow[(flow["row"] == "returned") & (flow["next_row"] == "returned")]
        .groupby("wave", sort=False)["n"]
        .sum()
    )
    if (kept.reindex(left.index, fill_value=0) > left / 2).all():
        return "Die meisten Bündnisse, die einmal antworten, antworten auch beim nächsten Mal"
    return "Nicht in jeder Welle bleiben die meisten dabei, die zuvor geantwortet haben"


def _signed(points: int) -> str:
    text = format_decimal(float(points), decimals=0)
    return f"+{text}" if points > 0 else text


def _n_percent(n: int, base_n: int) -> str:
    return f"{format_count(n)}{NBSP}({format_percent(n, base_n, decimals=0)})"


def _count_cell(row: pd.Series, *, share: bool) -> str:
    return _n_percent(row["n"], row["base_n"]) if share else format_count(row["n"])
