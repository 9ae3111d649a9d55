"""The names that came in: thin reading of processed tables, lists and codebooks for `collect_names`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.listbook import read_list_book
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.disclosure.listednames import ListedNames
from gkanalysis.disclosure.names import Sought, collect_names
from gkanalysis.disclosure.policy import Policy
from gkanalysis.disclosure.verbatim import Spoken

POLICY = "disclosure.yml"
LABELS = {"label", "short", "printed", "heading", "title", "report"}  # what codebooks print
REGISTER = ("gebiete", "buendnisse")
TEXTS = ["case_id", "item_id", "content", "value"]


def read_spoken(paths: ProjectPaths, policy: Policy, shown: Iterable[str]) -> Spoken:
    """What was said in all interviews, but for the wordings that a report shows and what codebooks print."""
    said: list[str] = []
    for path in sorted(paths.processed.glob("*-documents.parquet")):
        source = path.stem.removesuffix("-documents")
        said += spoken_texts(paths, source, "documents", "segments")["text"].tolist()
    allowed = [*shown, *policy.names.public, *(_labels(paths) if said else ())]
    return Spoken.of(said, allowed, quoted=policy.names.verbatim_words)


def read_names(paths: ProjectPaths, policy: Policy) -> Sought:
    """All names in what came in, of every source, whichever report is made."""
    processed = paths.processed
    register = {
        name: pd.read_parquet(processed / f"{name}.parquet")
        for name in REGISTER
        if (processed / f"{name}.parquet").exists()
    }
    forms, interviews = {}, {}
    for path in sorted(processed.glob("*-responses.parquet")):
        source = path.stem.removesuffix("-responses")
        forms[source] = _form_texts(pd.read_parquet(path), read_codebook(paths.codebook(source)).items)
    for path in sorted(processed.glob("*-documents.parquet")):
        source = path.stem.removesuffix("-documents")
        interviews[source] = spoken_texts(paths, source, "documents", "segments", "memos")
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
                rows[column.name] = rows[column.name].map(
                    {o: (t or (o,))[0] for o, t in column.options.items()}
                )
            listed = listed.joined(ListedNames.of(rows, rule.before, rule.name, rule.behind))
    return listed


def spoken_texts(paths: ProjectPaths, source: str, *tables: str) -> pd.DataFrame:
    """Texts of interviews: `document_id` (empty for memos), `name` of the document, `text`; one row per text.

    A transcript that is not stored has no text; what was coded in it stands in its segments.
    """
    found = []
    for table in tables:
        path = paths.processed / f"{source}-{table}.parquet"
        if path.exists():
            frame = pd.read_parquet(path)
            if table == "memos":  # the name of a memo is text of its author
                frame = pd.concat([frame, frame.assign(text=frame["name"])]).drop(columns="name")
            found.append(frame.reindex(columns=["document_id", "name", "text"]))
    return pd.concat(found, ignore_index=True).astype("string").fillna("")


def _form_texts(responses: pd.DataFrame, items: Any) -> pd.DataFrame:
    """What was written into text fields; own rows of a grid, which no codebook calls anything, are names."""
    content = {i.id: i.content or ("name" if i.kind == "text" else "") for i in items.values()}
    texts = responses[responses["state"].astype(str).eq("answered") & responses["value"].ne("")]
    texts = texts.assign(content=texts["item_id"].map(content), value=texts["value"].astype(str))
    return texts.loc[texts["content"].fillna("") != "", TEXTS]


def _list(path: Any) -> pd.DataFrame:
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
