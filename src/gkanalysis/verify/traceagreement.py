"""Figures of agreement between coders: every comparison looked at a second time, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.tabulate.agreement import OVERLAP
from gkanalysis.verify.traceregister import ORIGIN

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def agreement(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Comparisons of two coders: what agrees summed up by document, what does not one row each."""
    talks = chapter.interviews(known["source"])
    level, code = ("document", row) if known["by"] == "code" else (row, "")
    documents = talks.table("documents").set_index("document_id")
    codings = talks.table("codings").merge(
        talks.table("segments")[["segment_id", "text", "place"]], on="segment_id", how="left"
    )
    codings = codings[codings["code_id"].isin(talks.codebook.codes)]
    agreed, disputed = [], []
    for document_id, own in codings.groupby("document_id"):
        by_coder = {c: own[own["coder"] == c] for c in talks.coders if (own["coder"] == c).any()}
        has_text = isinstance(documents["text"][document_id], str)
        n = 0
        for first, second in combinations(by_coder, 2):
            a, b = by_coder[first], by_coder[second]
            codes = [code] if code else list(talks.codebook.codes)
            compared = _segments(a, b) if level == "segment" else _counts(a, b, codes, level)
            for agrees, about in compared if has_text or level != "segment" else ():
                n += agrees
                if not agrees:
                    disputed.append(_row(documents, document_id, about, f"{first} und {second}"))
        if n:
            text = f"{n} {'Vergleich stimmt' if n == 1 else 'Vergleiche stimmen'} überein"
            agreed.append(_row(documents, document_id, {"value": str(n), "raw": text}, ""))
    counted, rest = pd.DataFrame(agreed, columns=ORIGIN), pd.DataFrame(disputed, columns=ORIGIN)
    n = sum(map(int, counted["value"]))
    return counted, rest, n, n + len(rest)


def _row(documents: pd.DataFrame, document_id: str, about: Mapping[str, Any], pair: str) -> dict[str, Any]:
    where = {"case_id": documents["case_id"][document_id], "file": documents["file"][document_id]}
    return dict.fromkeys(ORIGIN, "") | {"state": pair, "part": document_id} | where | dict(about)


def _counts(
    a: pd.DataFrame, b: pd.DataFrame, codes: list[str], level: str
) -> Iterator[tuple[bool, dict[str, str]]]:
    """For each code whether both gave it (as often)."""
    n_a, n_b = (f["code_id"].value_counts() for f in (a, b))
    for code in codes:
        x, y = int(n_a.get(code, 0)), int(n_b.get(code, 0))
        agrees = (x > 0) == (y > 0) if level == "document" else x == y
        texts = pd.concat([a, b])[lambda f, code=code: f["code_id"] == code]
        about = {"value": f"{code}: {x} und {y} Mal"}
        if not agrees:
            about |= {"raw": " | ".join(texts["text"].dropna()), "place": " | ".join(texts["place"].dropna())}
        yield agrees, about


def _segments(a: pd.DataFrame, b: pd.DataFrame) -> Iterator[tuple[bool, dict[str, str]]]:
    """For each coding with a place whether the other gave the same code to nearly the same stretch."""
    for own, other in ((a, b), (b, a)):
        for coding in own[own["end"] > own["start"]].itertuples():
            same = other[(other["code_id"] == coding.code_id) & (other["end"] > other["start"])]
            both = same["end"].clip(upper=coding.end) - same["start"].clip(lower=coding.start)
            union = same["end"].clip(lower=coding.end) - same["start"].clip(upper=coding.start)
            agrees = bool(((both > 0) & (both >= OVERLAP * union)).any())
            yield agrees, {"value": coding.code_id, "raw": str(coding.text), "place": str(coding.place)}
