"""Numbers on open answers and on sets read as one question: what is behind each, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, Category, read_category_book
from gkanalysis.verify.traceregister import ORIGIN, split_rows

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def category_of(chapter: Chapter, known: Mapping[str, str], row: str) -> Category:
    """The category that a row of a table is about.

    Raises
    ------
    KeyError
        If the item has no such category.
    """
    declared = read_category_book(chapter.paths.codebooks / CATEGORY_FILE).items[
        known["source"], known["item"]
    ]
    found = next((c for c in declared if c.id == row), None)
    if found is None:
        raise KeyError(f"die Kategorie „{row}“")
    return found


def open_answers(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Cases with at least one mention that the coder gave the category; one row per case that answered."""
    label = category_of(chapter, known, row).label
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    answers = chapter.responses(known["source"], cases)
    answers = answers[(answers["item_id"] == known["item"]) & (answers["state"] == "answered")]
    mentions = chapter.table(f"{known['source']}-mentions")
    mentions = mentions[
        (mentions["item_id"] == known["item"])
        & (mentions["category"] == row)
        & (mentions["coder"] == known["coder"])
    ]
    said: dict[str, list[str]] = {}
    for mention in mentions.itertuples():
        said.setdefault(mention.case_id, []).append(mention.text)
    rows = []
    for case_id, own in answers.groupby("case_id", sort=True):
        named = said.get(str(case_id), [])
        first = own.iloc[0]
        rows.append(
            {
                "case_id": case_id,
                "state": "coded" if named else "not_coded",
                "value": label,
                "raw": " | ".join(named or own["raw"].astype(str)),
                "file": first["file"],
                "part": first["part"],
                "place": " | ".join(own["place"].astype(str)),
            }
        )
    frame = pd.DataFrame(rows, columns=ORIGIN)
    return split_rows(frame, pd.Series(True, index=frame.index), frame["state"] == "coded")


def mentions(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Mentions of an open answer, one row each; counted are those that the coder gave the category."""
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    label = "" if row == "alle" else category_of(chapter, known, row.removesuffix("-nennungen")).label
    table = chapter.table(f"{known['source']}-mentions")
    own = table[(table["item_id"] == known["item"]) & table["case_id"].isin(set(cases["case_id"]))]
    rows = []
    for (case_id, _), said in own.groupby(["case_id", "mention"], sort=True):
        given = set(said.loc[said["coder"] == known["coder"], "category"])
        has = row == "alle" or row.removesuffix("-nennungen") in given
        first = said.iloc[0]
        rows.append(
            {
                "case_id": case_id,
                "state": "coded" if has else "not_coded",
                "value": label,
                "raw": first["text"],
                "file": first["file"],
                "part": "",
                "place": first["place"],
            }
        )
    frame = pd.DataFrame(rows, columns=ORIGIN)
    return split_rows(frame, pd.Series(True, index=frame.index), frame["state"] == "coded")


def any_answer(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Cases by what they ticked in a set: its „none“, or anything else; one row per case that ticked something."""
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    book = chapter.codebook(known["source"])
    answers = chapter.responses(known["source"], cases)
    boxes = answers[answers["item_id"].isin(book.set_items(known["set"])) & (answers["state"] == "selected")]
    rows = []
    for case_id, own in boxes.groupby("case_id", sort=True):
        says_no = known["none"] in set(own["item_id"])
        rows.append(
            {
                "case_id": case_id,
                "state": "selected" if says_no == (row == "nein") else "not_selected",
                "value": ", ".join(book.items[i].label for i in own["item_id"]),
                "raw": " | ".join(own["raw"].astype(str)),
                "file": own.iloc[0]["file"],
                "part": own.iloc[0]["part"],
                "place": " | ".join(own["place"].astype(str)),
            }
        )
    frame = pd.DataFrame(rows, columns=ORIGIN)
    return split_rows(frame, pd.Series(True, index=frame.index), frame["state"] == "selected")


def open_agreement(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Comparisons of two coders of an open item: what agrees summed up by mention, what does not one row each."""
    table = chapter.table(f"{known['source']}-mentions")
    own = table[(table["item_id"] == known["item"]) & (table["category"] != "")]
    book = read_category_book(chapter.paths.codebooks / CATEGORY_FILE)
    categories = book.ids(known["source"], known["item"]) if row == "alle" else [row]
    agreed, disputed = [], []
    for (case_id, _), said in own.groupby(["case_id", "mention"], sort=True):
        given = {c: set(g["category"]) for c, g in said.groupby("coder", sort=True)}
        first = said.iloc[0]
        about = dict.fromkeys(ORIGIN, "") | {"case_id": case_id, "raw": first["text"]}
        about |= {"file": first["file"], "place": first["place"]}
        same = 0
        for a, b in combinations(given, 2):
            for category in categories:
                if (category in given[a]) == (category in given[b]):
                    same += 1
                else:
                    disputed.append(about | {"state": f"{a} und {b}", "value": category})
        if same:
            agreed.append(about | {"value": str(same)})
    counted, rest = pd.DataFrame(agreed, columns=ORIGIN), pd.DataFrame(disputed, columns=ORIGIN)
    n = sum(map(int, counted["value"]))
    return counted, rest, n, n + len(rest)


def open_words(chapter: Chapter, kind: str, known: Mapping[str, str], row: str) -> str:
    """What was counted, in a German sentence."""
    book = chapter.codebook(known["source"])
    if kind == "any_answer":
        which = "das Kästchen" if row == "nein" else "ein anderes Kästchen als"
        asked, none = book.sets[known["set"]]["label"], book.items[known["none"]].label
        return f"Gezählt sind Bündnisse, die bei „{asked}“ {which} „{none}“ angekreuzt haben; Basis: alle mit mindestens einem Kreuz."
    item = book.items[known["item"]]
    if kind == "open_agreement":
        which = "jede Kategorie" if row == "alle" else f"„{category_of(chapter, known, row).label}“"
        return f"Gezählt sind Vergleiche zweier Kodierender, die übereinstimmen: ob eine Nennung zu {item.id} „{item.label}“ die Kategorie hat ({which}); Basis: alle Vergleiche."
    if row == "alle":
        return f"Gezählt sind alle Nennungen zu {item.id} „{item.label}“."
    category = category_of(chapter, known, row.removesuffix("-nennungen"))
    return f"Gezählt sind Nennungen zu {item.id} „{item.label}“, denen {known['coder']} die Kategorie „{category.label}“ gab; Basis: alle Nennungen. Definition: {category.definition}"
