"""What came in is used or set aside: the sums that must be right at every stage, with a row for each loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.codebook.sources import source_kind
from gkanalysis.core.errors import UsageError
from gkanalysis.settle.validate import GIVEN
from gkanalysis.verify.interviewaccounts import interview_rows
from gkanalysis.verify.listaccounts import list_rows
from gkanalysis.verify.openaccounts import mention_rows
from gkanalysis.verify.sums import account
from gkanalysis.verify.tracewords import STATES

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

KEY = ["file", "item_id", "occurrence"]


def account_rows(chapter: Chapter, sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One row per sum: in = used + set aside, for forms and their answers, for interviews and lists.

    Yields
    ------
    dict with section, id, verdict (adds_up, does_not_add_up), old (what came in), new (where it went), message (what
    is missing where a sum is wrong)

    Raises
    ------
    UsageError
        If the tables of a source have not been made.
    """
    for source in sources:
        kind = source_kind(chapter.paths.codebook(source)).id
        if kind == "interviews":
            yield from interview_rows(chapter, source)
        elif kind == "lists":
            yield from list_rows(chapter, source)
        else:
            yield from _form_rows(chapter, source)
            yield from _response_rows(chapter, source)
            yield from mention_rows(chapter, source)


def _form_rows(chapter: Chapter, source: str) -> Iterator[dict[str, Any]]:
    """Files, forms and alliances."""
    forms, cases, losses = chapter.table(f"{source}-forms"), chapter.cases(source), chapter.losses(source)
    lost = losses[losses["unit"] == "form"]
    files = [p.name for p in (chapter.paths.data / source / "forms").iterdir() if p.is_file()]
    read, left_out = (forms.loc[forms["status"] == s, "file"] for s in ("read", "left_out"))
    yield account(f"{source}: Dateien", files, {"gelesen": read, "ausgelassen": left_out})
    lost_in = {stage: lost.loc[lost["stage"] == stage] for stage in ("ingest", "validate")}
    yield account(f"{source}: ausgelassene Dateien", left_out, {"mit Grund": lost_in["ingest"]["file"]})
    counted = cases.loc[cases["file"] != "", "file"]
    replaced = lost_in["validate"].loc[lost_in["validate"]["rule"] == "V06", "file"]
    yield account(f"{source}: Bögen", read, {"gezählt": counted, "durch spätere ersetzt": replaced})
    labels = {r["id"]: r["label"] for r in chapter.codebook(source).completeness}
    labels |= {"missing": "nicht eingegangen"}
    went = {label: cases.loc[cases["status"] == status, "case_id"] for status, label in labels.items()}
    yield account(f"{source}: Bündnisse", chapter.alliances["alliance_id"], went)
    lacking = cases.loc[cases["status"].isin(["partial", "unusable"]), "case_id"]
    with_reason = lost_in["validate"].loc[lost_in["validate"]["rule"] == "V15", "case_id"]
    yield account(f"{source}: nicht voll auswertbare Bögen", lacking, {"mit Grund": with_reason})


def _response_rows(chapter: Chapter, source: str) -> Iterator[dict[str, Any]]:
    """Answers as read, as counted, and in sets of multiple answers."""
    book, cases, final = chapter.codebook(source), chapter.cases(source), chapter.responses(source)
    final = final.assign(state=final["state"].astype("str"))
    losses = chapter.losses(source)
    lost = losses[losses["unit"] == "response"]
    path = chapter.paths.interim / source / "responses.parquet"
    if not path.exists():
        raise UsageError(f"„{path}“ fehlt; bitte zuerst „make data“ ausführen.")
    counted = cases.loc[cases["file"] != "", "case_id"]
    items = [i.id for i in book.items.values() if i.label and book.part(i.part)["kind"] != "roster"]
    printed = final[final["item_id"].isin(items) & (final["occurrence"].astype(int) == 1)]
    expected = [f"{case} {item}" for case in counted for item in items]
    cells = printed["case_id"] + " " + printed["item_id"]
    states = sorted(printed["state"].unique())
    went = {STATES[state]: cells[printed["state"] == state] for state in states}
    yield account(f"{source}: Fragen aller gezählten Bögen", expected, went)

    as_read = pd.read_parquet(path)
    as_read = as_read[as_read["file"].isin(set(cases["file"]))]
    settled = final[final["note"] != "version"]  # the others were added: items that a version does not print
    yield account(f"{source}: gelesene Stellen", _names(as_read), {"in den Antworten": _names(settled)})

    both = as_read.merge(settled, on=KEY, suffixes=("_read", ""), how="inner")
    given = both[both["state_read"].isin(GIVEN) & _said(both)]
    kept = (given["state_read"] == given["state"]) & (given["value_read"] == given["value"])
    kept &= ~given["state"].isin(["contradictory", "illegible"])
    reasons = lost[lost["rule"] != "V12"]  # those of V12 stay in the answers and leave a set only
    with_reason = _named(given[~kept], reasons)
    used = _names(given[kept])
    name = f"{source}: ausgefüllte Stellen"
    yield account(
        name, _names(given), {"wie ausgefüllt verwendet": used, "zurückgestellt mit Grund": with_reason}
    )

    shown = settled[settled["note"].str.split().map(lambda n: "placeholder" in n)]
    shown = shown[shown["state"] == "not_answered"]
    listed = lost[lost["rule"] == "V09"]
    pairs = [f"{r.file} {i}" for r in listed.itertuples() for i in r.item_id.split()]
    placeholders = list(shown["file"] + " " + shown["item_id"])
    yield account(f"{source}: stehen gebliebene Platzhalter", placeholders, {"mit Grund": pairs})

    reviews = pd.read_csv(path.with_name("reviews.csv"), dtype=str, keep_default_na=False)
    loose = reviews[~reviews["item_id"].isin(book.items) & reviews["file"].isin(set(cases["file"]))]
    outside = lost[lost["rule"] == "V13"]
    where = [f["file"] + " " + f["place"] for f in (loose, outside)]
    yield account(f"{source}: Einträge außerhalb der Felder", where[0], {"mit Grund": where[1]})

    for set_id, declared in book.sets.items():
        column = {
            i.id for i in book.items.values() if (i.part, i.column) == (declared["part"], declared["column"])
        }
        ticks = final[final["item_id"].isin(column) & (final["state"] == "selected")]
        inside = ticks["item_id"].isin(book.set_items(set_id))
        own = _named(ticks[~inside], lost[lost["rule"] == "V12"])
        name = f"{source}: Nennungen in „{declared['label']}“"
        yield account(
            name, _names(ticks), {"gezählt": _names(ticks[inside]), "eigene Zeilen, mit Grund": own}
        )


def _said(rows: pd.DataFrame) -> pd.Series:
    """Whether something stands at the place; an unreadable cell that is missing altogether says nothing."""
    return rows["state_read"].isin(["selected", "answered"]) | (rows["raw_read"] + rows["value_read"] != "")


def _names(rows: pd.DataFrame) -> list[str]:
    """What names each response: file, item and occurrence."""
    return list(rows["file"] + " " + rows["item_id"] + " " + rows["occurrence"].astype(str))


def _named(rows: pd.DataFrame, losses: pd.DataFrame) -> list[str]:
    """Names of those rows that have a loss of their own: each loss speaks for one row."""
    left = Counter(zip(losses["file"], losses["item_id"], losses["place"], strict=True))
    found = []
    for name, *key in zip(_names(rows), rows["file"], rows["item_id"], rows["place"], strict=True):
        if left[tuple(key)] > 0:
            left[tuple(key)] -= 1
            found.append(name)
    return found
