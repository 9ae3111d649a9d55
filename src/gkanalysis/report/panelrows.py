"""Printed rows of tables over several waves; what must not be printed of a change stands as a dot."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gkanalysis.errors import NotebookError
from gkanalysis.report.definitions import TOTAL
from gkanalysis.report.exhibits import Row
from gkanalysis.report.numbers import (
    NBSP,
    by_count,
    format_count,
    format_decimal,
    format_percent,
    format_points,
    number_word,
)
from gkanalysis.report.panel import shown_interval
from gkanalysis.tabulate.panel import PARTICIPATION_LABELS

HELD_BACK = "•"
SIGNIFICANT = 0.05
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
    """Printed rows of `Panel.change`: a question each, dots where held back."""
    rows = []
    for r in table.itertuples():
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
        rows.append(
            Row((r.label, waves, pairs, *shown, points, low_high), numbers=("", "", first, *names, "", ""))
        )
    return tuple(rows)


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


def change_words(table: pd.DataFrame) -> dict[str, str]:
    """What the printed part of `Panel.change` says, in German phrases that hold whatever the data are.

    Parameters
    ----------
    table : one row per question, as `Panel.change` gives it

    Returns
    -------
    dict
        `pairs` („33 bis 40“: how many alliances answered both times), `direction` (a clause: how many shares are
        higher the second time, and the largest difference), `certainty` (how many changes are significant after
        the correction, as „ist keine dieser Veränderungen gesichert“)

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
    certain = int((shown["p_holm"] < SIGNIFICANT).sum())
    return {
        "pairs": format_count(most) if least == most else f"{format_count(least)} bis {format_count(most)}",
        "direction": f"{_directions(shown)}{_largest(shown)}",
        "certainty": by_count(
            certain,
            none="ist keine dieser Veränderungen gesichert",
            one="ist eine dieser Veränderungen gesichert",
            many="sind {n} dieser Veränderungen gesichert",
        ),
    }


def _directions(shown: pd.DataFrame) -> str:
    """At how many questions the share is higher, lower, the same."""
    counts = {
        "höher": int((shown["difference"] > 0).sum()),
        "niedriger": int((shown["difference"] < 0).sum()),
        "gleich hoch": int((shown["difference"] == 0).sum()),
    }
    found = [(word, n) for word, n in counts.items() if n]
    (first, n), others = found[0], found[1:]
    if not others:
        asked = "Bei dieser Frage" if n == 1 else "Bei allen diesen Fragen"
        return f"{asked} liegt der Anteil beim zweiten Mal {first}"
    clauses = [f"bei {_feminine(k)} {word}" for word, k in others]
    asked = "einer Frage" if n == 1 else f"{number_word(n)} Fragen"
    return f"Bei {asked} liegt der Anteil beim zweiten Mal {first}, {' und '.join(clauses)}"


def _feminine(n: int) -> str:
    return "einer" if n == 1 else number_word(n)


def _largest(shown: pd.DataFrame) -> str:
    """The question with the largest difference, with its waves; nothing if there is but one, or no difference."""
    r = shown.loc[shown["difference"].abs().idxmax()]
    if len(shown) == 1 or not r["difference"]:
        return ""
    points = format_points((r["second_n"], r["base_n"]), (r["first_n"], r["base_n"]))
    waves = f"{r['first_wave']} und {r['second_wave']}"
    return f"; am größten ist der Abstand bei „{r['label']}“ ({waves}: {points} Prozentpunkte)"


def listed(words: Sequence[str]) -> str:
    """Words in a row as German prose has them.

    >>> listed(["2018", "2019", "2020"]), listed(["2018"])
    ('2018, 2019 und 2020', '2018')
    """
    *first, last = map(str, words)
    return f"{', '.join(first)} und {last}" if first else last


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
    return listed(found["wave"]), found["row"].iloc[0]


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
