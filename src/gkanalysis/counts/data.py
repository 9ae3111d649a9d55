"""What was received and what is declared, as counts see it: processed tables, codebooks, groups of cases."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import ArrowInvalid
from pyarrow.parquet import read_schema
from pyarrow.types import is_large_string

from gkanalysis.codebook.sources import KINDS, SourceKind, source_kind
from gkanalysis.core.errors import NotebookError, UsageError
from gkanalysis.core.lookup import Known, guess
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_json

REGISTER = "register"  # the source that holds what everybody knows of the alliances
TOTAL = "alle"
USABLE = ("full", "partial")  # forms that count unless one says otherwise
REFUSED = "verweigert"  # what the list of receipts says of an alliance that declined


@cache
def _codebook(kind: SourceKind, path: Path, changed: int) -> Any:
    """A codebook, read once a process and its children for each state of its file."""
    return kind.read(path)


@lru_cache(maxsize=64)
def _frame(content: bytes, packed: bool) -> pd.DataFrame:
    """A table from the content of its file, made once a process and its children; packed: texts are categories."""
    texts = [f.name for f in read_schema(BytesIO(content)) if is_large_string(f.type)] if packed else None
    return pd.read_parquet(BytesIO(content), read_dictionary=texts)


@dataclass(frozen=True)
class Grouping:
    """Cases by groups: `labels` in the order of tables, `of` the group of each case; `is_public` if known to all."""

    id: str
    labels: Mapping[str, str]
    of: pd.Series
    is_public: bool = True


@dataclass(frozen=True)
class Responses:
    """Responses of some forms: `rows`; `places`, the positions of each item; `told`, the answer or else the state."""

    rows: pd.DataFrame  # all texts are categories: millions of rows have few different ones
    places: Mapping[str, np.ndarray]
    told: pd.Series

    def at(self, items: Iterable[str]) -> np.ndarray:
        """Positions of the rows of some items."""
        return np.concatenate([np.array([], dtype=np.int64), *(self.places[i] for i in items if i in self.places)])

    def plain(self, at: np.ndarray | slice = slice(None)) -> pd.DataFrame:
        """The rows at some positions with plain texts, but for `case_id` and `state`."""
        rows = self.rows.iloc[at]
        packed = rows.columns[rows.dtypes == "category"].difference(["case_id", "state"])
        return rows.astype(dict.fromkeys(packed, "str"))


class Data:
    """The processed tables of a data folder with their codebooks; everything is read once, when asked for.

    Parameters
    ----------
    paths : where they lie

    Examples
    --------
    >>> from pathlib import Path
    >>> Data(ProjectPaths.of(Path("."), Path("data/raw"))).kind("strukturen-2018")
    'forms'
    """

    def __init__(self, paths: ProjectPaths) -> None:
        self.paths = paths
        self.read: dict[str, str] = {}  # name -> SHA-256 of the tables that were looked at
        self.record: Path | None = None  # file that says so, for make
        self._kept: dict[tuple[Any, ...], Any] = {}

    def _keep(self, key: tuple[Any, ...], make: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def table(self, name: str) -> pd.DataFrame:
        """A processed table such as `strukturen-2018-forms`, by the name of its file.

        Raises
        ------
        UsageError
            If there is none, or it is damaged.
        """
        return self._keep(("table", name), lambda: self._table(name)).copy(deep=False)

    def _table(self, name: str, packed: bool = False) -> pd.DataFrame:
        path = self.paths.processed / f"{name}.parquet"
        if not path.exists():
            near = guess(name, (p.stem for p in sorted(path.parent.glob("*.parquet"))))
            raise UsageError(f"„{path}“ fehlt{near}; bitte zuerst im Terminal „make data“ ausführen.")
        content = path.read_bytes()
        self.read[name] = sha256(content).hexdigest()
        if self.record:
            write_json(self.record, dict(sorted(self.read.items())))
        try:
            return _frame(content, packed)
        except ArrowInvalid:
            advice = "bitte im Terminal „make data“ ausführen, das sie neu anlegt"
            raise UsageError(f"„{path}“ ist beschädigt; {advice}.") from None

    @cached_property
    def dataset(self) -> dict[str, Any]:
        """What the data folder says of itself: `title`, `synthetic`."""
        path = self.paths.processed / "dataset.json"
        if not path.exists():
            raise UsageError(f"„{path}“ fehlt; bitte zuerst im Terminal „make data“ ausführen.")
        return json.loads(path.read_text(encoding="utf-8"))

    # ---- what is declared ----

    @cached_property
    def sources(self) -> dict[str, str]:
        """Source -> kind (forms, interviews, lists) of everything that was processed."""
        ends = {"-responses": "forms", "-codings": "interviews", "-rows": "lists"}
        names = sorted(p.stem for p in self.paths.processed.glob("*.parquet"))
        found = {n.removesuffix(e): kind for n in names for e, kind in ends.items() if n.endswith(e)}
        return Known(found, ("Quelle", "gibt es nicht"))

    def of_kind(self, kind: str) -> list[str]:
        """The sources of a kind that were processed."""
        return [source for source, of in self.sources.items() if of == kind]

    def has(self, name: str) -> bool:
        """Whether there is a processed table of this name."""
        return (self.paths.processed / f"{name}.parquet").exists()

    def kind(self, source: str) -> str:
        """The kind of a source: register, forms, interviews or lists; an unknown one is answered."""
        if source == REGISTER:
            return REGISTER
        if source not in self.sources:
            try:
                return source_kind(self.paths.codebook(source)).id
            except UsageError:
                return Known({**self.sources, REGISTER: REGISTER}, ("Quelle", "gibt es nicht"))[source]
        return self.sources[source]

    def book(self, source: str) -> Any:
        """The codebook of a source, of the class that belongs to its kind."""
        return self._keep(("book", source), lambda: self._book(source))

    def _book(self, source: str) -> Any:
        kind = next(k for k in KINDS if k.id == self.kind(source))
        path = self.paths.codebook(source)
        book = _codebook(kind, path, path.stat().st_mtime_ns)
        return named_codebook(book, source) if kind.id == "forms" else book

    def asked_before(self, source: str, item: str) -> tuple[str, str] | None:
        """Source and item of the earlier wave that an item, or a box of its set, asks again; None if there is none."""
        book = self.book(source)
        if again := book.items[item].repeats:
            return again.source, again.item
        for s in book.sets:
            if (again := book.set_repeat(s)) and item in (boxes := book.set_items(s)):
                # the boxes of a set that is asked again stand in the same order
                return again.source, self.book(again.source).set_items(again.set)[boxes.index(item)]
        return None

    @cached_property
    def register(self) -> dict[str, Any]:
        """The codebook of the register as it stands in its file."""
        from gkanalysis.codebook.register import read_register_codebook

        return read_register_codebook(self.paths.codebooks / "register.yml")

    @cached_property
    def policy(self) -> Any:
        """What must not be given away, `data/codebook/disclosure.yml`."""
        from gkanalysis.codebook.policy import read_policy

        return read_policy(self.paths.codebooks / "disclosure.yml")

    @cached_property
    def category_book(self) -> Any:
        """The categories of open answers."""
        from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book

        return read_category_book(self.paths.codebooks / CATEGORY_FILE)

    # ---- cases ----

    @cached_property
    def alliances(self) -> pd.DataFrame:
        """The register, one row per alliance with its `case_id`."""
        return self.table("buendnisse").rename(columns={"alliance_id": "case_id"})

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The frames that tables of the kind „x von y“ count in."""
        from gkanalysis.ingest.register import register_frames

        return register_frames(self.table("gebiete"), self.table("buendnisse"))

    def cases(self, source: str, status: Iterable[str] = ()) -> pd.DataFrame:
        """The cases of a source, one row each; with `status`, only those with one of these."""
        if source == REGISTER:
            return self.alliances
        cases = self.table(f"{source}-cases")
        return cases[cases["status"].isin(tuple(status))].reset_index(drop=True) if status else cases

    def participation(self, source: str) -> pd.Series:
        """case_id -> returned, declined or not_returned, of every alliance that was asked in a wave."""
        cases = self.cases(source).set_index("case_id")
        state = pd.Series("not_returned", index=cases.index)
        state = state.mask(cases["contact"] == REFUSED, "declined")
        return state.mask(cases["status"].isin(USABLE), "returned")

    def group(self, by: str) -> Grouping:
        """Groups of cases by a variable of the register, or by an item written as `source:item`."""
        return self._keep(("group", by), lambda: self._group(by))

    def _group(self, by: str) -> Grouping:
        source, _, item = by.rpartition(":")
        if source:
            asked = self.book(source).items[item]
            if asked.kind not in ("tick", "single"):
                raise NotebookError(
                    f"Nach {item} „{asked.label}“ in {source} lässt sich nicht gliedern: Es hat keine vorgegebenen Antworten. "
                    "Gegliedert wird nach einem Merkmal des Registers oder nach einer Frage zum Ankreuzen."
                )
            rows = self.answers(source, USABLE, [item])
            if asked.kind == "tick":
                rows = rows[rows["state"].isin(["selected", "not_selected"])].assign(value=rows["state"])
                labels = {"selected": "angekreuzt", "not_selected": "nicht angekreuzt"}
            else:
                rows = rows[rows["state"] == "answered"]
                labels = {o.id: o.get("report", o.label) for o in asked.options}
            return Grouping(by, labels, rows.drop_duplicates("case_id").set_index("case_id")["value"], False)
        labels = Known(self.variables, ("Merkmal", "gibt es im Register nicht"))[by]
        values = self.alliances.set_index("case_id")[by].astype("string").fillna("")
        labels = labels or {v: v for v in in_order(values) if v}
        return Grouping(by, labels, values)

    @cached_property
    def variables(self) -> dict[str, dict[str, str]]:
        """Variable of the register -> its values with labels; an empty mapping where they are not declared."""
        columns = self.register["tables"]["buendnisse"]["columns"]
        declared = {c["name"]: dict(c.get("options") or {}) for c in columns}
        have = {c: declared.get(c, {}) for c in self.alliances.columns if c not in ("case_id", "name", "aliases")}
        return have | {"type": dict(self.register["types"])}

    def variable_label(self, variable: str) -> str:
        """What a variable of the register is called."""
        columns = self.register["tables"]["buendnisse"]["columns"]
        return next((str(c["label"]) for c in columns if c["name"] == variable), variable)

    def named(self, cases: pd.Series) -> pd.Series:
        """Ids of alliances with their names, for those who work on the data."""
        names = self.alliances.set_index("case_id")["name"]
        return cases.map(lambda c: f"{names[c]} ({c})" if c in names.index else c)

    # ---- answers ----

    def responses(self, source: str, status: Iterable[str]) -> Responses:
        """The responses of the cases with a status."""
        status = tuple(status)
        return self._keep(("responses", source, status), lambda: self._responses(source, status))

    def _responses(self, source: str, status: tuple[str, ...]) -> Responses:
        cases, name = self.cases(source, status), f"{source}-responses"
        rows = self._keep(("packed", name), lambda: self._table(name, packed=True))  # texts are categories
        inside = rows["case_id"].isin(cases["case_id"])
        rows = rows if inside.all() else rows[inside].reset_index(drop=True)
        items, state, value = (rows[c].cat for c in ("item_id", "state", "value"))
        order = np.argsort(items.codes, kind="stable")
        ends = np.bincount(items.codes, minlength=len(items.categories)).cumsum()
        places = {i: at for i, at in zip(items.categories, np.split(order, ends), strict=False) if len(at)}
        single = {i.id for i in self.book(source).items.values() if i.kind == "single"}
        valued = rows["item_id"].isin(single) & rows["state"].eq("answered")
        every = state.categories.append(value.categories).unique()
        of_state, of_value = (every.get_indexer(of.categories)[of.codes] for of in (state, value))
        told = pd.Series(pd.Categorical.from_codes(np.where(valued, of_value, of_state), every))
        return Responses(rows, places, told)

    def answers(self, source: str, status: Iterable[str], items: Iterable[str] | None = None) -> pd.DataFrame:
        """The responses of the cases with a status, one row per case, item and occurrence; with `items`, only these."""
        given = self.responses(source, status)
        return given.plain() if items is None else given.plain(given.at(items)).reset_index(drop=True)

    def mentions(self, source: str, item: str, status: Iterable[str]) -> pd.DataFrame:
        """Mentions of an open item with their categories, of the cases with a status; all coders."""
        rows = self.table(f"{source}-mentions")
        return rows[(rows["item_id"] == item) & rows["case_id"].isin(self.cases(source, status)["case_id"])]


@lru_cache(maxsize=4)
def _in_state(paths: ProjectPaths, state: tuple[Any, ...]) -> Data:
    """The data in one state of their files."""
    return Data(paths)


def current(paths: ProjectPaths) -> Data:
    """The data as they are now: the same object until a table or codebook changes, so that nothing is counted twice.

    >>> from pathlib import Path
    >>> paths = ProjectPaths.of(Path("."), Path("data/raw"))
    >>> before = current(paths)
    >>> current(paths) is before, forget(), current(paths) is before
    (True, None, False)
    """
    files = (*paths.processed.glob("*.parquet"), *paths.codebooks.glob("*.yml"))
    return _in_state(paths, tuple((str(f), f.stat().st_mtime_ns) for f in sorted(files)))


def forget() -> None:
    """Whoever asks for the data next reads them, so that what was read for one report is not recorded for another."""
    _in_state.cache_clear()


def in_order(values: Iterable[str]) -> list[str]:
    """Values once each, numbers by their size, else by letters.

    >>> in_order(["10", "", "9.5", "10"]), in_order(["10", "9", "Essen"])
    (['', '9.5', '10'], ['10', '9', 'Essen'])
    """
    once = sorted(set(values))
    try:
        return sorted(once, key=lambda v: float(v) if v else -math.inf)
    except ValueError:
        return once


def named_codebook(book: Any, source: str) -> Any:
    """A codebook whose items and sets answer an unknown id in German; refused if it describes another wave."""
    if book.source != source:
        raise NotebookError(
            f"Die Welle „{source}“ gibt es nicht; das Codebuch ihres Instruments beschreibt „{book.source}“."
        )
    absent = f"gibt es in {source} nicht"
    items, sets = Known(book.items, ("Frage", absent)), Known(book.sets, ("Mehrfachantworten", absent))
    return book.model_copy(update={"items": items, "sets": sets})
