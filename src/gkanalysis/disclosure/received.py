"""What came in and no finished file may hold: names, and the words of interviews outside the shown quotations."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.declared import load_yaml
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.lists import read_list_book
from gkanalysis.codebook.policy import Policy
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.disclosure.matching import Index, ListedNames, in_cells
from gkanalysis.disclosure.names import collect_names
from gkanalysis.disclosure.verbatim import Spoken, shown_quotations

POLICY = "disclosure.yml"
LABELS = {"label", "short", "printed", "heading", "title", "report"}  # what codebooks print
REGISTER = ("gebiete", "buendnisse")
TEXTS = ["case_id", "item_id", "content", "value"]


@dataclass(frozen=True)
class Forbidden:
    """What no finished file may hold, and where names of public lists may stand all the same."""

    names: Index
    spoken: Spoken
    listed: ListedNames = field(default_factory=ListedNames)

    def problems(self, file: str, texts: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Sentences on what stands in a file, from its texts with their places; equal texts are searched once."""
        searched: dict[str, Any] = {}
        told: set[str] = set()
        cells, at = [text for place, text in texts if in_cells(place)], -1
        for place, text in texts:
            at += in_cells(place)
            if text not in searched:
                searched[text] = self.names.find(text), self.spoken.find(text)
            hits, spoken = searched[text]
            if spoken and spoken not in told:
                told.add(spoken)
                yield (
                    f"{file}, {place}: dort stehen Worte eines Gesprächs, die der Bericht nicht als Zitat zeigt: „{spoken}“; "
                    "bitte umschreiben, oder mit „talks.quotation“ zeigen"
                )
            if hits and self.listed.rows and in_cells(place):
                hits = self.names.find(self.listed.masked(cells, at))
            for name, context in ((h.name, h.context) for h in hits if f"{h.name.text}|{place}" not in told):
                told.add(f"{name.text}|{place}")
                yield (
                    f"{file}, {place}: dort steht „{name.text}“ ({name.kind} aus: {name.origin}): „… {context} …“; "
                    f"bitte umschreiben, oder in „{POLICY}“ unter „names“ mit Grund zulassen"
                )


def read_forbidden(report: Any, paths: ProjectPaths, policy: Policy) -> Forbidden:
    """Names and words of every source, but for the wordings that a report shows."""
    shown = [q.text for q in shown_quotations(report, paths)]
    return Forbidden(
        read_names(paths, policy), read_spoken(paths, policy, shown), read_listed(paths, policy, report.id)
    )


def tables(paths: ProjectPaths, name: str) -> Iterator[tuple[str, Path]]:
    """Source and file of each processed table of one name."""
    for path in sorted(paths.processed.glob(f"*-{name}.parquet")):
        yield path.stem.removesuffix(f"-{name}"), path


def read_spoken(paths: ProjectPaths, policy: Policy, shown: Iterable[str]) -> Spoken:
    """What was said in all interviews, but for the wordings that a report shows and what codebooks print."""
    sources = [source for source, _ in tables(paths, "documents")]
    texts = [t for source in sources for t in _spoken(paths, source, "documents", "segments")["text"]]
    allowed = [*shown, *policy.names.public, *(_labels(paths) if texts else ())]
    return Spoken.of(texts, allowed, quoted=policy.names.verbatim_words)


def read_names(paths: ProjectPaths, policy: Policy) -> Index:
    """All names in what came in, of every source, whichever report is made."""
    files = (paths.processed / f"{name}.parquet" for name in REGISTER)
    register = {path.stem: pd.read_parquet(path) for path in files if path.exists()}
    forms = {
        source: _form_texts(pd.read_parquet(path), read_codebook(paths.codebook(source)).items)
        for source, path in tables(paths, "responses")
    }
    interviews = {
        source: _spoken(paths, source, "documents", "segments", "memos") for source, _ in tables(paths, "documents")
    }
    lists = [_list(path) for path in sorted(paths.data.glob("*/*.csv")) if path.parent.name != "register"]
    return collect_names(register, forms, interviews, lists, _labels(paths), policy)


def read_listed(paths: ProjectPaths, policy: Policy, report: str) -> ListedNames:
    """The names that may stand in the rows of public lists, as far as a report has the exhibit that prints them."""
    listed = ListedNames()
    for rule in policy.names.lists:
        path = paths.processed / f"{rule.source}-rows.parquet"
        table = f"tables/{rule.exhibit}.csv"
        printed = (paths.reports / report / table).exists() or any(
            (paths.build / "reports" / report).glob(f"*/{table}")
        )
        if printed and path.exists():
            rows, book = pd.read_parquet(path), read_list_book(paths.codebook(rule.source))
            for column in (c for c in book.spec.columns if c.options):
                rows[column.name] = rows[column.name].map({o: (t or (o,))[0] for o, t in column.options.items()})
            listed = listed.joined(ListedNames.of(rows, rule.before, rule.name, rule.behind))
    return listed


def _spoken(paths: ProjectPaths, source: str, *names: str) -> pd.DataFrame:
    """Texts of interviews: `document_id` (empty for memos), `name` of the document, `text`; one row per text.

    A transcript that is not stored has no text; what was coded in it stands in its segments.
    """
    frames = []
    for table in names:
        path = paths.processed / f"{source}-{table}.parquet"
        if path.exists():
            frame = pd.read_parquet(path)
            if table == "memos":  # the name of a memo is text of its author
                frame = pd.concat([frame, frame.assign(text=frame["name"])]).drop(columns="name")
            frames.append(frame.reindex(columns=["document_id", "name", "text"]))
    return pd.concat(frames, ignore_index=True).astype("string").fillna("")


def _form_texts(responses: pd.DataFrame, items: Any) -> pd.DataFrame:
    """What was written into text fields; own rows of a grid, which no codebook calls anything, are names."""
    content = {i.id: i.content or ("name" if i.kind == "text" else "") for i in items.values()}
    texts = responses[responses["state"].astype(str).eq("answered") & responses["value"].ne("")]
    texts = texts.assign(content=texts["item_id"].map(content), value=texts["value"].astype(str))
    return texts.loc[texts["content"].fillna("") != "", TEXTS]


def _list(path: Path) -> pd.DataFrame:
    """A list beside received files, as text; the sign between its columns is found out."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    sign = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = list(csv.DictReader(io.StringIO(text), delimiter=sign))
    frame = pd.DataFrame([{str(k): v for k, v in r.items() if isinstance(v, str)} for r in rows])
    frame.attrs["name"] = f"{path.parent.name}/{path.name}"
    return frame


def _labels(paths: ProjectPaths) -> Iterator[str]:
    """Every label in the codebooks: the words of printed forms, options and codes."""
    for path in sorted(paths.codebooks.glob("*.yml")):
        if path.name != POLICY:
            yield from _texts(load_yaml(path.read_text(encoding="utf-8")), "")


def _texts(content: Any, key: str) -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value, "label" if key == "options" and isinstance(value, str) else str(name))
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, key)
    elif isinstance(content, str) and key in LABELS:
        yield content
