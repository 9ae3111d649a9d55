"""Numbers that count interviews by their codings: the coded segments behind each, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.verify.traceregister import ORIGIN, split_rows

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


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
