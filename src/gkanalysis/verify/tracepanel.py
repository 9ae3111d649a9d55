"""Numbers over several waves: who took part, and who answered twice; counted a second time from the cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from gkanalysis.verify.traceregister import ORIGIN, REGISTER, split_rows

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Item
    from gkanalysis.report.chapter import Chapter

# responses of a chapter by source and status, split by item; a chapter that is gone takes them along
_BY_ITEM: WeakKeyDictionary[Chapter, dict[tuple[str, str], tuple]] = WeakKeyDictionary()


def attrition(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Alliances in a state of participation, and, where a next wave is named, in a state there as well."""
    cases = chapter.cases(known["source"])
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    state = cases["case_id"].map(_states(chapter, known["source"]))
    rows = _case_rows(cases, state)
    counted = state.map(lambda s: _is_in(s, known["state"]))
    in_base = pd.Series(True, index=cases.index)
    if "next_source" in known:
        later = cases["case_id"].map(_states(chapter, known["next_source"]))
        counted &= later.map(lambda s: _is_in(s, known["next_state"]))
    elif known["state"] not in ("asked", "not_asked"):
        in_base = state != "not_asked"
    return split_rows(rows, in_base, counted)


def _is_in(state: str, wanted: str) -> bool:
    return state != "not_asked" if wanted == "asked" else state in wanted.split(",")


def _states(chapter: Chapter, source: str) -> dict[str, str]:
    """State of participation of every alliance in a wave."""
    found = {}
    for case in chapter.cases(source).itertuples():
        if case.status in ("full", "partial"):
            found[case.case_id] = "returned"
        else:
            found[case.case_id] = "declined" if case.contact == "verweigert" else "not_returned"
    return found


def change(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Alliances that answered the same question in two waves, or those of them that said yes in one of them."""
    first, second = (_valid(chapter, known, wave) for wave in ("first", "second"))
    paired = set(first["case_id"]) & set(second["case_id"])
    if known["count"] == "pairs":
        rows = first[first["case_id"].isin(paired)]
        others = chapter.alliances[~chapter.alliances["alliance_id"].isin(paired)]
        others = others.rename(columns={"alliance_id": "case_id"}).assign(file="")
        rest = _case_rows(others, pd.Series("", index=others.index))
        return rows[ORIGIN], rest[ORIGIN], len(rows), len(rows) + len(rest)
    answers = first if known["count"] == "first" else second
    rows = answers[answers["case_id"].isin(paired)]
    if known.get("base") == "asked":
        yes = rows["state"] == "selected"
    else:
        yes = _says(rows, known[f"{known['count']}_yes"])
    return split_rows(rows, pd.Series(True, index=rows.index), yes)


def _valid(chapter: Chapter, known: Mapping[str, str], wave: str) -> pd.DataFrame:
    """The answers to the item of a wave that count as yes or no, of the forms that count.

    Of a row of a multiple response set these are all boxes that were asked and are ticked or not.
    """
    source = known[f"{wave}_source"]
    answers = chapter.responses(source, chapter.cases(source, status=["full", "partial"]))
    rows = answers[answers["item_id"] == known[f"{wave}_item"]]
    if known.get("base") == "asked":
        return rows[rows["state"].isin(["selected", "not_selected"])]
    rows = rows[rows["state"] == "answered"]
    return rows[_says(rows, known[f"{wave}_yes"] + "," + known[f"{wave}_no"])]


def _says(rows: pd.DataFrame, values: str) -> pd.Series:
    return rows["value"].isin(values.split(","))


def compared(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """One answer to a single choice, of all with a valid answer."""
    answers = chapter.responses(
        known["source"], chapter.cases(known["source"], status=known["status"].split(","))
    )
    rows = answers[answers["item_id"] == known["item"]]
    valid = rows["state"] == "answered"
    return split_rows(rows, valid, valid & (rows["value"] == known["option"]))


def answers(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Alliances that answered at least one of some items, of those that were asked one of them."""
    cases, rows_of = _by_item(chapter, known["source"], known["status"])
    found = [rows_of[i.id] for i in asked_items(chapter, known) if i.id in rows_of]
    rows = pd.concat(found) if found else chapter.responses(known["source"]).head(0)
    # a list that was left empty has no row at all
    silent = cases[~cases["case_id"].isin(rows["case_id"])]
    rows = rows[rows["state"] != "not_asked"]
    said = rows["state"].isin(["selected", "answered"])
    # one row an alliance: the first of its answers, else the first place where none stands
    first = rows.assign(said=said).sort_values("said", ascending=False, kind="stable")
    first = first.drop_duplicates("case_id").astype({"state": "str"})
    empty = _case_rows(silent, pd.Series("", index=silent.index)).assign(said=False)
    found = pd.concat([first[[*empty.columns]], empty], ignore_index=True)
    return split_rows(found, pd.Series(True, index=found.index), found["said"])


def _by_item(chapter: Chapter, source: str, status: str) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The forms that count, and their responses by item, split once."""
    known = _BY_ITEM.setdefault(chapter, {})
    if (source, status) not in known:
        cases = chapter.cases(source, status=status.split(","))
        rows = chapter.responses(source, cases)
        known[source, status] = cases, dict(iter(rows.groupby("item_id", observed=True)))
    return known[source, status]


def asked_items(chapter: Chapter, known: Mapping[str, str]) -> list[Item]:
    """The items that a definition names: one, or a column of a grid, or of a block of it, without its empty rows."""
    items = chapter.codebook(known["source"]).items
    if "item" in known:
        return [items[known["item"]]]
    place = known["part"], int(known["column"])
    found = [i for i in items.values() if i.label and (i.part, i.column) == place]
    return [i for i in found if known.get("block", i.block) == i.block]


def _case_rows(cases: pd.DataFrame, state: pd.Series) -> pd.DataFrame:
    """Cases in the shape of responses: the form that counts, or the row of the register."""
    came = cases["file"] != ""
    place = ("Kennung " + cases["case_id"].astype("str")).mask(came, "")
    rows = pd.DataFrame({"case_id": cases["case_id"], "state": "", "value": state, "raw": "", "part": ""})
    return rows.assign(file=cases["file"].where(came, REGISTER), place=place)


def panel_words(chapter: Chapter, kind: str, known: Mapping[str, str]) -> str:
    """What was counted, in a German sentence."""
    if kind == "attrition":
        told = f"{known['source']}: {_state_words(known['state'])}"
        if "next_source" in known:
            told += f", danach {known['next_source']}: {_state_words(known['next_state'])}"
        return f"Gezählt sind Bündnisse nach ihrer Teilnahme ({told})."
    if kind == "compared":
        item = chapter.codebook(known["source"]).items[known["item"]]
        option = next(o.label for o in item.options if o.id == known["option"])
        return f"Gezählt ist bei {item.id} „{item.label}“ ({known['source']}) die Antwort „{option}“; Basis: alle mit gültiger Antwort."
    if kind == "answers":
        first, *others = asked_items(chapter, known)
        what = (
            f"{first.id} „{first.label or first.short}“" if not others else f"{first.id} bis {others[-1].id}"
        )
        return f"Gezählt sind Bündnisse mit wenigstens einer Angabe zu {what} ({known['source']}); Basis: alle, denen die Frage gestellt wurde."
    asked = " und ".join(f"{known[f'{w}_source']} {known[f'{w}_item']}" for w in ("first", "second"))
    both = "mit gültiger Antwort in beiden Wellen"
    if ticks := known.get("base") == "asked":
        both = "in beiden Wellen gefragt, nicht angekreuzt heißt nein"
    if known["count"] == "pairs":
        return f"Gezählt sind Bündnisse {both} ({asked}); Basis: alle Bündnisse."
    if ticks:
        where = f"{known[known['count'] + '_source']} {known[known['count'] + '_item']}"
        return f"Gezählt sind Bündnisse mit Kreuz bei {where}; Basis: alle {both} ({asked})."
    yes = known[f"{known['count']}_yes"]
    return f"Gezählt sind Bündnisse mit der Antwort „{yes}“ in {known[known['count'] + '_source']}; Basis: alle mit gültiger Antwort in beiden Wellen ({asked})."


def _state_words(states: str) -> str:
    from gkanalysis.tabulate.panel import PARTICIPATION_LABELS

    return " oder ".join(PARTICIPATION_LABELS[s] for s in states.split(","))
