"""Gaps and offers as frames, read off forms as their codebook declares them: no item number stands here.

A part with `theme` is a theme. The question with `gap_in` asks whether there is a gap in that theme. A table of
offers has columns with `aspect`: `present` (an entry says that there is an offer) and `open_ag`, `open_d`,
`could_open`; the printed answers with `counts` are those that count as yes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import NotebookError
from gkanalysis.report.definitions import TOTAL
from gkanalysis.tabulate import small_base_mark

PRESENT = "present"
OPENINGS = ("open_ag", "open_d", "could_open")
ENTRIES = ("answered", "illegible", "contradictory")  # something stands there


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: `id` is that of its part of the form, `gap_item` asks for gaps, `yes` is the answer that names one.

    `has_offers` says whether the part lists offers.
    """

    id: str
    label: str
    gap_item: str
    yes: str
    has_offers: bool


def read_themes(book: Codebook) -> tuple[Theme, ...]:
    """The themes that a codebook declares, in the order of the form.

    Raises
    ------
    NotebookError
        If it declares none, a theme has not exactly one question on gaps, or a question names an unknown theme.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> [t.id for t in read_themes(read_codebook("data/codebook/bedarf.yml")) if not t.has_offers]
    ['lebenslage']
    """
    themes = {p["id"]: p for p in book.parts if p.get("theme")}
    gaps = [(i["gap_in"], i["id"]) for p in book.parts for i in p.get("items", ()) if i.get("gap_in")]
    if not themes or sorted(t for t, _ in gaps) != sorted(themes):
        raise NotebookError(
            f"Das Codebuch „{book.title}“ ordnet die Themen {', '.join(themes) or '(keine)'} nicht genau je einer Frage nach "
            f"Lücken zu (gefunden: {', '.join(t for t, _ in gaps) or 'keine'}); bitte „theme“ und „gap_in“ prüfen."
        )
    return tuple(
        Theme(i, p["theme"], item, _yes(book, item), any(c.get("aspect") for c in p.get("columns", ())))
        for i, p in themes.items()
        for item in (dict(gaps)[i],)
    )


def needs_frame(book: Codebook, responses: pd.DataFrame) -> pd.DataFrame:
    """Whether a gap is named, from the questions on gaps.

    Parameters
    ----------
    responses : one row per case, item and occurrence

    Returns
    -------
    DataFrame, one row per case and theme
        `case_id`, `theme`, `state` ("selected", "not_selected" or a kind of missing), as `offer_matrix` takes it.
    """
    theme_of = {t.gap_item: t.id for t in read_themes(book)}
    rows = responses[responses["item_id"].isin(theme_of)]
    states = [_yes_or_no(book, r.item_id, str(r.state), r.value) for r in rows.itertuples()]
    theme = rows["item_id"].map(theme_of)
    return pd.DataFrame({"case_id": rows["case_id"], "theme": theme, "state": states}).reset_index(drop=True)


def offers_frame(book: Codebook, responses: pd.DataFrame) -> pd.DataFrame:
    """The offers of all cases whose form has the tables of offers.

    Parameters
    ----------
    responses : one row per case, item and occurrence, with `version`

    Returns
    -------
    DataFrame, one row per case, theme and offer
        `case_id`, `theme`, `offer` (row of the table), `name` (printed name, "" where the case wrote one itself) and the
        states `present`, `open_ag`, `open_d`, `could_open`, as `offer_matrix` takes it. Printed rows that were left
        empty are offers that are not present; so is one row of a table without printed rows that was left empty.
    """
    rows = []
    for part_id, aspects in _offer_columns(book).items():
        versions = {v for v, declared in book.versions.items() if part_id in declared["parts"]}
        found: dict[tuple[str, str], dict[str, Any]] = {}
        mine = {i.id: i for i in book.items.values() if i.part == part_id}
        asked = responses[responses["version"].isin(versions)]
        for r in asked[asked["item_id"].isin(mine)].itertuples():
            item = mine[r.item_id]
            key = (r.case_id, item.row or f"{int(r.occurrence):02}")
            offer = found.setdefault(key, {"name": item.label if item.row else "", "entries": 0})
            aspect = aspects.get(item.column)
            offer["entries"] += aspect is not None and str(r.state) in ENTRIES
            if aspect in OPENINGS:
                offer[aspect] = _yes_or_no(book, r.item_id, str(r.state), r.value)
        made = [_offer(case_id, part_id, row, offer) for (case_id, row), offer in found.items()]
        # an empty row without a printed name is no offer, unless the table has nothing else to say of the case
        kept = [o for o in made if o["name"] or o[PRESENT] == "selected"]
        silent = dict.fromkeys(c for c in asked["case_id"] if c not in {o["case_id"] for o in kept})
        rows += [*kept, *(_offer(c, part_id, "", {"name": "", "entries": 0}) for c in silent)]
    return pd.DataFrame(rows, columns=["case_id", "theme", "offer", "name", PRESENT, *OPENINGS])


def offer_counts(offers: pd.DataFrame, themes: list[str]) -> pd.DataFrame:
    """Count offers, not cases: how many of those that are there are open, or could be opened further.

    Parameters
    ----------
    offers : as `offers_frame` gives it
    themes : in the order of the table

    Returns
    -------
    DataFrame, one row per theme and aspect (`open_ag`, `open_d`, `could_open`)
        `row` (theme), `aspect`, `subgroup`, `n` (offers), `base_n` (offers with an answer in this column), `base`,
        `share`, `mark`, `unknown_n` (offers without), `cases_n` and `others_n` (cases behind n, and behind the rest).

    Examples
    --------
    >>> offers = pd.DataFrame({"case_id": ["a", "a", "b"], "theme": "s", "present": "selected",
    ...     "open_ag": ["selected", "not_selected", "illegible"], "open_d": "selected", "could_open": "selected"})
    >>> offer_counts(offers, ["s"])[["aspect", "n", "base_n", "unknown_n", "cases_n", "others_n"]].values.tolist()[0]
    ['open_ag', 1, 2, 1, 1, 1]
    """
    rows = []
    for theme in themes:
        here = offers[(offers["theme"] == theme) & (offers[PRESENT] == "selected")]
        for aspect in OPENINGS:
            yes, no = (here[here[aspect] == s] for s in ("selected", "not_selected"))
            base_n = len(yes) + len(no)
            rows.append(
                {
                    "row": theme, "aspect": aspect, "subgroup": TOTAL, "n": len(yes), "base_n": base_n,
                    "base": "offers_answered", "share": len(yes) / base_n if base_n else float("nan"),
                    "mark": small_base_mark(base_n), "unknown_n": len(here) - base_n,
                    "cases_n": yes["case_id"].nunique(), "others_n": no["case_id"].nunique(),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _offer_columns(book: Codebook) -> dict[str, dict[int, str]]:
    """Part with offers -> column -> aspect."""
    parts = {t.id: book.part(t.id) for t in read_themes(book) if t.has_offers}
    return {p: {c["id"]: c["aspect"] for c in d["columns"] if c.get("aspect")} for p, d in parts.items()}


def _offer(case_id: str, theme: str, row: str, offer: Mapping[str, Any]) -> dict[str, Any]:
    here = offer["entries"] > 0
    states = {a: offer.get(a, "not_answered") if here else "not_answered" for a in OPENINGS}
    present = "selected" if here else "not_selected"
    return {
        "case_id": case_id,
        "theme": theme,
        "offer": row,
        "name": offer["name"],
        PRESENT: present,
        **states,
    }


def _yes(book: Codebook, item_id: str) -> str:
    """The one answer of a question that counts."""
    yes = [o.id for o in book.items[item_id].options if o.extra.get("counts")]
    if len(yes) != 1:
        raise NotebookError(
            f"Frage „{item_id}“ nach Lücken: {len(yes)} Vorgaben haben „counts“, erlaubt ist eine; bitte im Codebuch berichtigen."
        )
    return yes[0]


def _yes_or_no(book: Codebook, item_id: str, state: str, value: str) -> str:
    """An answer as a tick: the printed answers with `counts` are yes, other answers are no."""
    if state != "answered":
        return state
    return (
        "selected"
        if value in {o.id for o in book.items[item_id].options if o.extra.get("counts")}
        else "not_selected"
    )
