"""The data behind the check: sources with their cases, questions and answers, as the processed tables hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book
from gkanalysis.codebook.instrument import Codebook, Item, read_codebook
from gkanalysis.codebook.interviews import InterviewCodebook, read_interview_codebook
from gkanalysis.codebook.lists import ALLIANCE, ListBook, read_list_book
from gkanalysis.codebook.policy import Policy
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.forms import category_question
from gkanalysis.counts.lists import IN_LIST, option_question
from gkanalysis.disclosure.claims import SourceData
from gkanalysis.disclosure.received import tables
from gkanalysis.disclosure.world import NONE, NOT_ASKED, Question

FREE = ("answered", NONE, NOT_ASKED)
TICKED = ("selected", "not_selected", NONE, NOT_ASKED)
HAS = ("present", "absent")
HAS_LABELS = {"present": "kommt vor", "absent": "kommt nicht vor"}
LISTED = "listed"  # the only status in a list: every alliance of the register could stand in it
CASE_QUESTIONS = ("version", "contact")  # columns of the cases that say something about a single one


class _Lazy(dict):
    """Answers by question that are made when somebody asks for them."""

    def __init__(self, make: Callable[[str], pd.Series]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> pd.Series:
        return self.setdefault(name, self._make(name))


def read_sources(paths: ProjectPaths, policy: Policy) -> dict[str, SourceData]:
    """All sources whose processed tables exist: lists that name alliances, forms, and coded interviews."""

    def table(name: str) -> pd.DataFrame | None:
        path = paths.processed / f"{name}.parquet"
        return pd.read_parquet(path) if path.exists() else None

    sources, alliances = {}, table("buendnisse")
    register = pd.DataFrame() if alliances is None else alliances.rename(columns={"alliance_id": "case_id"})
    for source, path in tables(paths, "rows"):
        rows = pd.read_parquet(path)
        if ALLIANCE in rows:
            sources[source] = list_data(source, rows, read_list_book(paths.codebook(source)), register)
    for source, path in tables(paths, "cases"):
        cases, responses, codings = (
            pd.read_parquet(path),
            table(f"{source}-responses"),
            table(f"{source}-codings"),
        )
        if responses is not None:
            data = forms_data(source, cases, responses, read_codebook(paths.codebook(source)))
            sources[source] = with_categories(data, table(f"{source}-mentions"), paths.codebooks / CATEGORY_FILE)
        elif codings is not None:
            book, rules = read_interview_codebook(paths.codebook(source)), policy.sources.get(source)
            absent = rules.absent[0] if rules else "missing"
            sources[source] = interview_data(source, cases, codings, book, register, absent)
    return sources


def forms_data(source: str, cases: pd.DataFrame, responses: pd.DataFrame, book: Codebook) -> SourceData:
    """A source of forms: every item is a question, and the columns of its cases that say something are."""
    responses = responses.sort_values("occurrence", kind="stable")
    groups = dict(iter(responses.groupby("item_id", sort=False)))
    columns = {c: cases[c].astype("string").fillna("") for c in CASE_QUESTIONS if c in cases}
    questions = {c: Question(c, tuple(sorted(set(v))), c) for c, v in columns.items()}
    questions |= {i.id: _question(i) for i in book.items.values()}

    def answers(name: str) -> pd.Series:
        if name in columns:
            return pd.Series(columns[name].to_numpy(), index=cases["case_id"], dtype=object)
        rows = groups.get(name)
        if rows is None:
            return pd.Series(NOT_ASKED, index=cases["case_id"], dtype=object)
        return _states(rows, book.items[name]).reindex(cases["case_id"]).fillna(NOT_ASKED)

    statuses = tuple(dict.fromkeys([*(r["id"] for r in book.completeness), *sorted(set(cases["status"]))]))
    sets = {s: tuple(book.set_items(s)) for s in book.sets}
    return SourceData(source, cases, statuses, questions, _Lazy(answers), sets)


def with_categories(data: SourceData, mentions: pd.DataFrame | None, path: Path) -> SourceData:
    """A source of forms with the categories of its open answers: each is a tick box that the lead coder ticked."""
    if mentions is None or mentions.empty:
        return data
    book = read_category_book(path)
    declared = {item: categories for (source, item), categories in book.items.items() if source == data.source}
    boxes = {category_question(item, c.id): (item, c) for item, of_item in declared.items() for c in of_item}
    questions = {
        name: Question(name, TICKED, c.label, {"selected": "genannt"}, data.questions[item].asked_if)
        for name, (item, c) in boxes.items()
    }
    lead = mentions[mentions["coder"] == book.coders[0]]

    def answers(name: str) -> pd.Series:
        if name not in boxes:
            return data.answers[name]
        item, category = boxes[name]
        named = set(lead.loc[(lead["item_id"] == item) & (lead["category"] == category.id), "case_id"])
        states = data.answers[item]
        ticked = pd.Series(["selected" if i in named else "not_selected" for i in states.index], states.index)
        return states.where(states != "answered", ticked)

    sets = {item: tuple(category_question(item, c.id) for c in of_item) for item, of_item in declared.items()}
    return replace(
        data, questions={**data.questions, **questions}, sets={**data.sets, **sets},
        answers=_Lazy(answers),
    )  # fmt: skip


def _question(item: Item) -> Question:
    labels = {o.id: o.label for o in item.options}
    if item.kind == "single":
        return Question(item.id, (*labels, NONE, NOT_ASKED), item.label, labels, item.asked_if)
    if item.kind == "tick":
        return Question(item.id, TICKED, item.label, {"selected": "angekreuzt"}, item.asked_if)
    return Question(item.id, FREE, item.label, {"answered": "ausgefüllt"}, item.asked_if, is_text=True)


def _states(rows: pd.DataFrame, item: Item) -> pd.Series:
    """One state per case; of several occurrences an answer counts before none."""
    state = rows["state"].astype("str")
    answered = state.isin(["answered", "selected", "not_selected"])
    shown = state.where(answered | state.eq(NOT_ASKED), NONE)
    if item.kind == "single":
        shown = shown.where(~state.eq("answered"), rows["value"].astype("str"))
    rank = answered.map({True: 0, False: 1})
    frame = pd.DataFrame({"case_id": rows["case_id"], "state": shown, "rank": rank})
    return frame.sort_values("rank", kind="stable").drop_duplicates("case_id").set_index("case_id")["state"]


def interview_data(
    source: str, cases: pd.DataFrame, codings: pd.DataFrame, book: InterviewCodebook, register: pd.DataFrame, absent: str
) -> SourceData:  # fmt: skip
    """A source of interviews: every code is a question; the lead coder's codings say which cases have it.

    The population is the register: nobody knows which of its cases were interviewed.
    """
    status = register["case_id"].map(cases.set_index("case_id")["status"]).fillna(absent)
    population = register.assign(status=status.astype(str))
    spoken = set(cases["case_id"])
    questions = {c: Question(c, (*HAS, NOT_ASKED), d.label, HAS_LABELS) for c, d in book.codes.items()}
    lead = codings[codings["coder"] == book.lead_coder]

    def answers(code: str) -> pd.Series:
        having = set(lead.loc[lead["code_id"] == code, "case_id"])
        states = [
            NOT_ASKED if i not in spoken else "present" if i in having else "absent" for i in population["case_id"]
        ]
        return pd.Series(states, index=population["case_id"], dtype=object)

    statuses = tuple(dict.fromkeys([*sorted(set(cases["status"].astype(str))), absent]))
    return SourceData(source, population, statuses, questions, _Lazy(answers))


def list_data(source: str, rows: pd.DataFrame, book: ListBook, register: pd.DataFrame) -> SourceData:
    """The alliances of a list and what their rows say: one row of the `register` per alliance, of `rows` per row.

    Questions are `any`, `<column>/<option>` (also `+<column>` for rows in which another column is filled),
    `filled/<column>`, `rows` and each column of numbers (their sums).
    """
    cases = register.assign(status=LISTED)
    ids = cases["case_id"]
    optional = [c.name for c in book.spec.columns if not c.required]
    questions = {IN_LIST: Question(IN_LIST, HAS, "steht in der Liste", HAS_LABELS)}
    answers = {IN_LIST: _having(rows, ids)}
    for column in (c for c in book.spec.columns if c.options):
        for option, texts in column.options.items():
            for given in ["", *optional]:
                name = option_question(column.name, option, given)
                own = rows[(rows[column.name] == option) & (rows[given].notna() if given else True)]
                label = f"{(column.titles or (column.name,))[0]}: {(texts or (option,))[0]}"
                questions[name] = Question(name, HAS, label, HAS_LABELS)
                answers[name] = _having(own, ids)
    for column in optional:
        name = option_question("filled", column)
        questions[name] = Question(name, HAS, f"ausgefüllt: {column}", HAS_LABELS)
        answers[name] = _having(rows[rows[column].notna()], ids)
    amounts = [c.name for c in book.spec.columns if c.kind in ("int", "number")]
    for name in ["rows", *amounts]:
        sums = rows.assign(rows=1).groupby(ALLIANCE)[name].sum().reindex(ids).fillna(0).astype(float)
        states = pd.Series([f"{x:g}" for x in sums], index=ids, dtype=object)
        questions[name] = Question(name, tuple(sorted(set(states), key=float)), f"Summe: {name}")
        answers[name] = states
    return SourceData(source, cases, (LISTED,), questions, answers)


def _having(rows: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """Whether each alliance stands in some rows."""
    having = set(rows[ALLIANCE])
    return pd.Series(["present" if i in having else "absent" for i in ids], index=ids, dtype=object)
