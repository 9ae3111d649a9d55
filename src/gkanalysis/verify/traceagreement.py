"""Figures of agreement between coders: every comparison looked at a second time, one by one."""

from __future__ import annotations

from collections import Counter
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
    coded: dict[str, dict[str, list[Any]]] = {}  # document -> coder -> codings
    for coding in codings.itertuples():
        coded.setdefault(str(coding.document_id), {}).setdefault(str(coding.coder), []).append(coding)
    codes = [code] if code else list(talks.codebook.codes)
    agreed, disputed = [], []
    for document_id in sorted(coded):
        has_text = isinstance(documents["text"][document_id], str)
        n = 0
        for first, second in combinations([c for c in talks.coders if c in coded[document_id]], 2):
            a, b = coded[document_id][first], coded[document_id][second]
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
    a: list[Any], b: list[Any], codes: list[str], level: str
) -> Iterator[tuple[bool, dict[str, str]]]:
    """For each code whether both gave it (as often)."""
    n_a, n_b = (Counter(c.code_id for c in own) for own in (a, b))
    for code in codes:
        x, y = n_a[code], n_b[code]
        agrees = (x > 0) == (y > 0) if level == "document" else x == y
        about = {"value": f"{code}: {x} und {y} Mal"}
        if not agrees:
            for what in ("text", "place"):
                texts = [getattr(c, what) for c in (*a, *b) if c.code_id == code]
                about["raw" if what == "text" else what] = " | ".join(t for t in texts if isinstance(t, str))
        yield agrees, about


def _segments(a: list[Any], b: list[Any]) -> Iterator[tuple[bool, dict[str, str]]]:
    """For each coding with a place whether the other gave the same code to nearly the same stretch."""
    for own, other in ((a, b), (b, a)):
        for coding in (c for c in own if c.end > c.start):
            same = [c for c in other if c.code_id == coding.code_id and c.end > c.start]
            agrees = any(_overlap(coding, c) for c in same)
            yield agrees, {"value": coding.code_id, "raw": str(coding.text), "place": str(coding.place)}


def _overlap(one: Any, other: Any) -> bool:
    both = min(one.end, other.end) - max(one.start, other.start)
    union = max(one.end, other.end) - min(one.start, other.start)
    return both > 0 and both >= OVERLAP * union
