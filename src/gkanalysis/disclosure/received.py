"""What came in and no finished file may hold: names, and the words of interviews outside the shown quotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.codebook.declared import load_yaml
from gkanalysis.codebook.policy import Policy
from gkanalysis.core.errors import IngestError
from gkanalysis.core.lookup import listed as names_of
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.matching import Index, Row, in_cells, listed_rows, masked, words
from gkanalysis.disclosure.names import collect_names, spoken_places
from gkanalysis.disclosure.verbatim import Spoken, shown_quotations
from gkanalysis.ingest.tables import csv_lines

POLICY = "disclosure.yml"
NAMES = "namen.csv"  # the team's list of names that must appear nowhere
LABELS = {"label", "short", "printed", "heading", "title", "report"}  # what codebooks print
REGISTER = ("gebiete", "buendnisse")
TEXTS = ["case_id", "item_id", "content", "value"]


@dataclass(frozen=True)
class Forbidden:
    """What no finished file may hold, and where names of public lists may stand all the same."""

    names: Index
    spoken: Spoken
    listed: Set[Row] = frozenset()
    _searched: dict[str, Any] = field(default_factory=dict)  # documents of a report have most texts in common

    def problems(self, file: str, texts: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Sentences on what stands in a file, from its texts with their places; equal texts are searched once."""
        searched = self._searched
        told: set[str] = set()
        cells, at = [text for place, text in texts if in_cells(place)], -1
        for place, text in texts:
            at += in_cells(place)
            if text not in searched:
                searched[text] = self.names.find(text), self.spoken.find(text)
            hits, spoken = searched[text]
            if spoken and spoken not in told:
                told.add(spoken)
                what = f"dort stehen Worte eines Gesprächs, die der Bericht nicht als Zitat zeigt: „{spoken}“"
                yield f"{file}, {place}: {what}; bitte umschreiben, oder mit „talks.quotation“ zeigen"
            if hits and self.listed and in_cells(place):
                hits = self.names.find(masked(cells, at, self.listed))
            for name, context in ((h.name, h.context) for h in hits if f"{h.name.text}|{place}" not in told):
                told.add(f"{name.text}|{place}")
                what = f"dort steht „{name.text}“ ({name.kind} aus: {name.origin}): „… {context} …“"
                yield f"{file}, {place}: {what}; bitte umschreiben, oder in „{POLICY}“ unter „names“ mit Grund zulassen"


def read_forbidden(report: Any, data: Data) -> Forbidden:
    """Names and words of every source, but for the wordings that a report shows and the public lists that it prints."""
    shown = [q.text for q in shown_quotations(report, data.paths)]
    return Forbidden(read_names(data), read_spoken(data, shown), read_listed(data, report.id))


def read_spoken(data: Data, shown: Iterable[str]) -> Spoken:
    """What was said in all interviews, but for the wordings that a report shows and what codebooks print."""
    names = data.policy.names
    texts = [t for s in data.of_kind("interviews") for t in _spoken(data, s, "documents", "segments")["text"]]
    allowed = [*shown, *names.public, *(_labels(data.paths) if texts else ())]
    return Spoken.of(texts, allowed, quoted=names.verbatim_words)


def read_names(data: Data) -> Index:
    """All names in what came in, of every source, whichever report is made; collected once."""
    lists = [path for path in sorted(data.paths.data.glob("*/*.csv")) if path.parent.name != "register"]
    state = tuple((path, path.stat().st_mtime_ns) for path in lists)
    return data._keep(("names", state), lambda: _names(data, lists, data.policy))


def unused_words(data: Data) -> Iterator[tuple[str, str]]:
    """Words of the policy that let a name pass which nothing received holds: (key of the policy, word)."""
    rules = data.policy.names
    named = {"public": rules.public, "common_words": rules.common_words}
    if any(named.values()):
        lists = [path for path in data.paths.data.glob("*/*.csv") if path.parent.name != "register"]
        bare = replace(data.policy, names=replace(rules, public={}, common_words={}))
        known = {t for of in _names(data, lists, bare).by_first.values() for t, _ in of}
        yield from ((key, word) for key, of in named.items() for word in of if tuple(words(word)) not in known)
    texts = [t for s in data.of_kind("interviews") for t in _spoken(data, s, "documents", "segments", "memos")["text"]]
    spoken = {place for text in set(texts) for place in spoken_places(text, ())}
    yield from (("nouns", word) for word in rules.nouns if word not in spoken)


def _names(data: Data, paths: Iterable[Path], policy: Policy) -> Index:
    register = {name: data.table(name) for name in REGISTER if data.has(name)}
    forms = {s: _form_texts(data.table(f"{s}-responses"), data.book(s).items) for s in data.of_kind("forms")}
    interviews = {s: _spoken(data, s, "documents", "segments", "memos") for s in data.of_kind("interviews")}
    lists = [_list(path) for path in paths]
    return collect_names(register, forms, interviews, lists, _labels(data.paths), policy)


def read_listed(data: Data, report: str) -> set[Row]:
    """The rows of public lists in which names may stand, as far as a report has the exhibit that prints them."""
    listed: set[Row] = set()
    made = (data.paths.reports / report, *(data.paths.build / "reports" / report).glob("*"))
    for rule in data.policy.names.lists:
        printed = any((folder / f"tables/{rule.exhibit}.csv").exists() for folder in made)
        if printed and data.has(f"{rule.source}-rows"):
            rows = data.table(f"{rule.source}-rows")
            for column in (c for c in data.book(rule.source).spec.columns if c.options):
                rows[column.name] = rows[column.name].map({o: (t or (o,))[0] for o, t in column.options.items()})
            listed |= listed_rows(rows, rule.before, rule.name, rule.behind)
    return listed


def _spoken(data: Data, source: str, *names: str) -> pd.DataFrame:
    """Texts of interviews: `document_id` (empty for memos), `name` of the document, `text`; one row per text.

    A transcript that is not stored has no text; what was coded in it stands in its segments.
    """
    frames = []
    for table in (n for n in names if data.has(f"{source}-{n}")):
        frame = data.table(f"{source}-{table}")
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
    """A list beside received files, as text."""
    (_, header), *rows = csv_lines(path.read_bytes(), str(path)) or [(1, [])]
    names = [name.strip().lower() for name in header]  # „Name“ must not take the protection from a list of names
    if path.name == NAMES and "name" not in names:
        raise IngestError(f"In „{path}“ fehlt die Überschrift „name“ (dort steht: {names_of(header)}); bitte ergänzen.")
    frame = pd.DataFrame([dict(zip(names, cells, strict=False)) for _, cells in rows])
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
