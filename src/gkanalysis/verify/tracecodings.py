"""Numbers that count interviews by their codings: the coded segments behind each, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.verify.traceregister import ORIGIN, split_rows

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter
    from gkanalysis.report.interviews import Interviews


def codings(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Cases with at least one segment that a coder gave a code; one row per case, its segments joined."""
    talks = chapter.interviews(known["source"])
    cases = talks.table("cases")
    if subgroup != "alle":
        cases = cases[cases["type"] == subgroup]
    files = cases.set_index("case_id")["file"]
    if row == "interviewed":
        rows = pd.DataFrame({"case_id": cases["case_id"], "state": "interviewed"})
        rows = rows.assign(value="", raw="", file=rows["case_id"].map(files), part="", place="")
        return rows[ORIGIN], rows.loc[[], ORIGIN], len(rows), None
    if row not in talks.codebook.codes:
        raise KeyError(f"der Kode „{row}“")
    given = talks.table("codings").query("code_id == @row and coder == @known['coder']")
    segments = talks.table("segments").set_index("segment_id")
    by_case: dict[str, list[str]] = {}
    for coding in given.itertuples():
        by_case.setdefault(coding.case_id, []).append(coding.segment_id)
    rows = []
    for case_id in cases["case_id"]:
        own = [s for s in by_case.get(case_id, ()) if s in segments.index]
        rows.append(
            {
                "case_id": case_id,
                "state": "coded" if case_id in by_case else "not_coded",
                "value": talks.codebook.codes[row].label,
                "raw": " | ".join(str(segments["text"][s]) for s in own),
                "file": files[case_id],
                "part": ", ".join(own),
                "place": " | ".join(str(segments["place"][s]) for s in own),
            }
        )
    frame = pd.DataFrame(rows, columns=ORIGIN)
    everything = pd.Series(True, index=frame.index)
    return split_rows(frame, everything, frame["state"] == "coded")


def coverage(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Characters of the stored texts that a theme covers; one row per text with what it adds, the base likewise."""
    talks, rows, base = chapter.interviews(known["source"]), [], []
    for document, places in _places(talks, known["coder"], [row]):
        covered = {c for start, end in places[row] for c in range(start, end)}
        rows.append(_text_row(document, str(len(covered)), f"{len(places[row])} Stellen"))
        base.append(_text_row(document, str(len(document["text"])), "ganzer Text"))
    counted, whole = pd.DataFrame(rows, columns=ORIGIN), pd.DataFrame(base, columns=ORIGIN)
    n, base_n = (sum(map(int, frame["value"])) for frame in (counted, whole))
    return counted, whole, n, base_n, True


def meetings(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Cases in which segments of two themes share at least one character."""
    first, second = row.split(" + ")
    talks, rows = chapter.interviews(known["source"]), []
    for document, places in _places(talks, known["coder"], [first, second]):
        pairs = [(a, b) for a in places[first] for b in places[second] if max(a[0], b[0]) < min(a[1], b[1])]
        state = "coded" if pairs else "not_coded"
        found = " | ".join(f"Zeichen {a[0] + 1} bis {a[1]} und {b[0] + 1} bis {b[1]}" for a, b in pairs)
        rows.append(_text_row(document, "", "") | {"state": state, "place": found})
    frame = pd.DataFrame(rows, columns=ORIGIN)
    return split_rows(frame, pd.Series(True, index=frame.index), frame["state"] == "coded")


def _places(talks: Interviews, coder: str, groups: list[str]):
    """Each document with stored text, with the distinct stretches that a coder gave codes of each group."""
    group_of = {c.id: c.group_id for c in talks.codebook.codes.values()}
    codings = talks.table("codings").query("coder == @coder and end > start")
    themes = codings["code_id"].map(group_of)
    for document in talks.table("documents").dropna(subset=["text"]).to_dict("records"):
        own = codings["document_id"] == document["document_id"]
        yield (
            document,
            {
                g: sorted(set(map(tuple, codings.loc[own & (themes == g), ["start", "end"]].values)))
                for g in groups
            },
        )


def _text_row(document: Mapping[str, str], value: str, raw: str) -> dict[str, str]:
    where = {"case_id": document["case_id"], "file": document["file"], "part": document["document_id"]}
    return dict.fromkeys(ORIGIN, "") | where | {"state": "coded", "value": value, "raw": raw}
