"""Numbers on gaps and offers by theme: the cells of the forms behind each, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.verify.traceregister import ORIGIN, split_rows

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Codebook
    from gkanalysis.report.chapter import Chapter

ASPECT_WORDS = {
    "need": "eine Lücke ist benannt",
    "no_need": "es ist keine Lücke benannt",
    "offer": "wenigstens ein Angebot ist eingetragen",
    "open_ag": "ohne Einschränkung offen für Gestattete (AG)",
    "open_d": "ohne Einschränkung offen für Geduldete (D)",
    "could_open": "eine weitere Öffnung ist wenigstens teilweise möglich",
}


def offers(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Answers on gaps, offers, or cases by their offers; `row` is theme and aspect."""
    theme, _, aspect = row.rpartition(".")
    book = chapter.codebook(known["source"])
    if aspect not in ASPECT_WORDS or theme not in {p["id"] for p in book.parts}:
        raise KeyError(f"„{row}“")
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    answers = chapter.responses(known["source"], cases)
    answers = answers.assign(state=answers["state"].astype("str"))
    if aspect in ("need", "no_need"):
        question = next(i for p in book.parts for i in p.get("items", ()) if i.get("gap_in") == theme)
        rows = answers[answers["item_id"] == question["id"]]
        yes = rows["value"].isin([o["id"] for o in question["options"] if o.get("counts")])
        return split_rows(rows, rows["state"] == "answered", yes if aspect == "need" else ~yes)
    cells = _cells(book, theme, answers)
    frame = pd.DataFrame(_judged(cells, aspect, known["unit"]), columns=[*ORIGIN, "yes"])
    return split_rows(frame, frame["yes"].notna(), frame["yes"].eq(True))


def _cells(book: Codebook, theme: str, answers: pd.DataFrame) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Case -> row of the table of offers -> its cells that are not empty; a case without the table is not there."""
    part = book.part(theme)
    has_table = [v for v, declared in book.versions.items() if theme in declared["parts"]]
    aspects = {c["id"]: c.get("aspect", "") for c in part["columns"]}
    counts = {c["id"]: {o["id"] for o in c.get("options", ()) if o.get("counts")} for c in part["columns"]}
    asked = answers[answers["version"].isin(has_table)]
    found: dict[str, dict[str, list[dict[str, Any]]]] = {case_id: {} for case_id in asked["case_id"]}
    for cell in asked.to_dict("records"):
        item = book.items[cell["item_id"]]
        if (
            item.part != theme
            or not aspects.get(item.column)
            or cell["state"] in ("not_answered", "not_asked")
        ):
            continue
        said = cell["value"] in counts[item.column] if cell["state"] == "answered" else None
        row = item.row or str(cell["occurrence"])
        found[cell["case_id"]].setdefault(row, []).append(
            cell | {"aspect": aspects[item.column], "said": said}
        )
    return found


def _judged(cells: Mapping[str, Mapping[str, list]], aspect: str, unit: str):
    """Rows with `yes` True, False, or None where nothing is known: one per offer, or one per case."""
    for case_id, offers in cells.items():
        said = []
        for filled in offers.values():
            cell = next((c for c in filled if c["aspect"] == aspect), None)
            said.append((cell["said"] if cell else None, cell or filled[0]))
        if unit == "offers":
            yield from ({k: c[k] for k in ORIGIN} | {"yes": yes} for yes, c in said)
        elif aspect == "offer":
            yield _joined(case_id, [filled[0] for filled in offers.values()], bool(offers))
        elif offers:
            answers = [yes for yes, _ in said]
            yes = True if True in answers else None if None in answers else False
            yield _joined(case_id, [c for answer, c in said if answer is not None], yes)


def _joined(case_id: str, cells: list[dict[str, Any]], yes: bool | None) -> dict[str, Any]:
    """One row for a case, with all cells that say something."""
    first = cells[0] if cells else dict.fromkeys(ORIGIN, "")
    texts = {k: " | ".join(str(c[k]) for c in cells) for k in ("value", "raw", "place")}
    state = "selected" if yes else "not_selected"
    return {
        "case_id": case_id,
        "state": state,
        "file": first["file"],
        "part": first["part"],
        **texts,
        "yes": yes,
    }


def offer_words(book: Codebook, known: Mapping[str, str], row: str) -> str:
    """What was counted and of what, without the group."""
    theme, _, aspect = row.rpartition(".")
    about = f"beim Thema „{book.part(theme)['theme']}“: {ASPECT_WORDS[aspect]}"
    if known["unit"] == "offers":
        return f"Gezählt sind Angebote {about}; Basis: Angebote mit gültiger Antwort in dieser Spalte"
    if aspect in ("need", "no_need"):
        return f"Gezählt sind Bündnisse {about}; Basis: alle mit gültiger Antwort"
    of = "alle, deren Bogen die Tabelle enthält"
    if aspect != "offer":
        about += " (wenigstens ein Angebot)"
        of = "alle mit Angebot, von denen das bekannt ist"
    return f"Gezählt sind Bündnisse {about}; Basis: {of}"
