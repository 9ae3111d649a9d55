"""The quotations that a report shows: which they are, and in how many cases something like it was said."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.disclosure.policy import Policy


def plain_words(text: str) -> str:
    """Text with single spaces, in one Unicode form."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def quote_id(text: str) -> str:
    """The id of a segment to quote: from its words alone, the same on every machine.

    >>> quote_id("Wir kannten uns  schon.") == quote_id("Wir kannten uns schon.")
    True
    """
    return "q" + hashlib.sha256(plain_words(text).encode("utf-8")).hexdigest()[:8]


@dataclass(frozen=True)
class Shown:
    """A quotation of a report: its id there, the id of the segment it is from, and the wording."""

    id: str
    quote_id: str
    text: str


def shown_quotations(report: Any, paths: ProjectPaths) -> list[Shown]:
    """The quotations in the chapters of a report, as far as they have been made."""
    found = []
    for chapter in report.chapters:
        path = paths.build / "reports" / report.id / chapter.id / "chapter.json"
        exhibits = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else {}
        found += [
            Shown(e["id"], e["quote_id"], e["text"]) for e in exhibits.values() if e["kind"] == "quotation"
        ]
    return found


def rare_quotations(report: Any, paths: ProjectPaths, policy: Policy) -> Iterator[str]:
    """Sentences on quotations that stand only under codes that too few cases have."""
    shown = shown_quotations(report, paths)
    sources = [p.stem.removesuffix("-segments") for p in sorted(paths.processed.glob("*-segments.parquet"))]
    books = {s: load_yaml(paths.codebook(s).read_text(encoding="utf-8")) for s in (sources if shown else ())}
    open_ = {q.id for q in shown}
    for source, book in books.items():
        segments = pd.read_parquet(paths.processed / f"{source}-segments.parquet")
        codings = pd.read_parquet(paths.processed / f"{source}-codings.parquet")
        common = most_common_codes(segments, codings, book["lead_coder"])
        least = policy.least_quoted(source)
        for quotation in shown:
            if quotation.quote_id not in common:
                continue
            open_.discard(quotation.id)
            code, n = common[quotation.quote_id]
            if n < least:
                label = book["codes"].get(code, {}).get("label", code)
                under = (
                    f"steht nur unter Kodes, die höchstens {n} Fälle haben (häufigster: „{label}“)"
                    if code
                    else "hat keinen Kode der maßgeblichen Kodierung"
                )
                yield (
                    f"{source}, Zitat „{quotation.id}“: es {under}; erlaubt ist es ab {least} Fällen, sonst ist zu erkennen, "
                    "wer spricht; bitte ein anderes Zitat wählen oder es streichen"
                )
    for name in sorted(open_):
        yield (
            f"Zitat „{name}“: dazu gibt es keine kodierte Stelle mehr; bitte das Kapitel neu rechnen oder das Zitat neu wählen"
        )


def most_common_codes(
    segments: pd.DataFrame, codings: pd.DataFrame, lead_coder: str
) -> dict[str, tuple[str, int]]:
    """Of each segment the lead coder's code that most cases have, and how many; ("", 0) without a code.

    Parameters
    ----------
    segments : one row per segment: `segment_id`, `text`
    codings : one row per coding: `segment_id`, `case_id`, `code_id`, `coder`

    Returns
    -------
    dict from quote id; segments with the same words count together
    """
    lead = codings[codings["coder"] == lead_coder]
    cases = lead.groupby("code_id")["case_id"].nunique().to_dict()
    codes = lead.groupby("segment_id")["code_id"].unique().to_dict()
    found: dict[str, tuple[str, int]] = {}
    for row in segments.dropna(subset="text").itertuples():
        key = quote_id(row.text)
        ranked = [("", 0), *((c, cases[c]) for c in sorted(codes.get(row.segment_id, ())))]
        found[key] = max([found.get(key, ("", 0)), *ranked], key=lambda r: r[1])
    return found
