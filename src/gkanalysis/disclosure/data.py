"""The sources of the check: their cases, and what was asked, coded or listed, each with the states that it can have."""

from __future__ import annotations

from gkanalysis.codebook.categories import CATEGORY_FILE
from gkanalysis.codebook.instrument import Item
from gkanalysis.codebook.lists import ALLIANCE
from gkanalysis.codebook.policy import SourceRules
from gkanalysis.counts.data import Data
from gkanalysis.counts.forms import ASPECTS, OPENNESS, category_question, themes
from gkanalysis.counts.lists import IN_LIST, option_question
from gkanalysis.disclosure.world import NONE, NOT_ASKED, Question, SourceData, of_set

FREE = ("answered", NONE, NOT_ASKED)
TICKED = ("selected", "not_selected", NONE, NOT_ASKED)
HAS = ("present", "absent")
HAS_LABELS = {"present": "kommt vor", "absent": "kommt nicht vor"}
LISTED = "listed"  # the only status in a list: every alliance of the register could stand in it
CASE_QUESTIONS = ("version", "contact")  # columns of the cases that say something about a single one


def read_sources(data: Data) -> dict[str, SourceData]:
    """All sources that were processed: forms, coded interviews, and lists that name alliances."""
    named = [s for s in data.of_kind("lists") if ALLIANCE in data.table(f"{s}-rows")]
    sources = {s: list_data(data, s) for s in named}
    sources |= {s: forms_data(data, s) for s in data.of_kind("forms")}
    return sources | {s: interview_data(data, s) for s in data.of_kind("interviews")}


def forms_data(data: Data, source: str) -> SourceData:
    """A source of forms: every item is a question, every set of boxes, and the columns of cases that say something.

    Each category of an open answer is a box that the lead coder ticked.
    """
    cases, book = data.cases(source), data.book(source)
    questions = [Question(c, tuple(sorted(set(cases[c].astype("string").fillna("")))), c)
                 for c in CASE_QUESTIONS if c in cases]  # fmt: skip
    questions += map(_question, book.items.values())
    questions += [of_set(s, book.set_items(s)) for s in book.sets]
    coded = data.category_book.items if (data.paths.codebooks / CATEGORY_FILE).exists() else {}
    for item, categories in ((item, c) for (of, item), c in coded.items() if of == source):
        boxes = {category_question(item, c.id): c.label for c in categories}
        asked_if = book.items[item].asked_if
        questions += [Question(box, TICKED, name, {"selected": "genannt"}, asked_if) for box, name in boxes.items()]
        questions.append(of_set(item, boxes))
    if any(p.get("theme") for p in book.parts):  # the openness of a theme's offers, as `Openings` tells it
        of = [
            (f"{t.id}.{a}", f"{t.label}, {ASPECTS[a]}") for t in themes(book).values() if t.has_offers for a in ASPECTS
        ]
        questions += [Question(q, (*OPENNESS, NONE, NOT_ASKED), label, OPENNESS) for q, label in of]
    statuses = tuple(dict.fromkeys([*(r["id"] for r in book.completeness), *sorted(set(cases["status"]))]))
    return SourceData(source, cases, statuses, {q.id: q for q in questions})


def _question(item: Item) -> Question:
    labels = {o.id: o.label for o in item.options}
    if item.kind == "single":
        return Question(item.id, (*labels, NONE, NOT_ASKED), item.label, labels, item.asked_if)
    if item.kind == "tick":
        return Question(item.id, TICKED, item.label, {"selected": "angekreuzt"}, item.asked_if)
    return Question(item.id, FREE, item.label, {"answered": "ausgefüllt"}, item.asked_if, is_text=True)


def interview_data(data: Data, source: str) -> SourceData:
    """A source of interviews: every code is a question.

    The population is the register: nobody knows which of its cases were interviewed.
    """
    absent = data.policy.sources.get(source, SourceRules()).absent
    questions = {c: Question(c, (*HAS, NOT_ASKED), d.label, HAS_LABELS) for c, d in data.book(source).codes.items()}
    statuses = sorted(set(data.cases(source)["status"].astype(str)))
    return SourceData(source, data.alliances, tuple(dict.fromkeys([*statuses, *absent[:1]])), questions)


def list_data(data: Data, source: str) -> SourceData:
    """The alliances of the register and what the rows of a list can say of them.

    Questions are `any`, `<column>/<option>` (also `+<column>` for rows in which another column is filled),
    `filled/<column>`, `rows` and each column of numbers (their sums).
    """
    rows, columns = data.table(f"{source}-rows"), data.book(source).spec.columns
    optional = [c.name for c in columns if not c.required]
    labels = {IN_LIST: "steht in der Liste"}
    labels |= {option_question("filled", c): f"ausgefüllt: {c}" for c in optional}
    for column in (c for c in columns if c.options):
        for option, texts in column.options.items():
            label = f"{(column.titles or (column.name,))[0]}: {(texts or (option,))[0]}"
            labels |= {option_question(column.name, option, given): label for given in ["", *optional]}
    questions = {name: Question(name, HAS, label, HAS_LABELS) for name, label in labels.items()}
    for name in ["rows", *(c.name for c in columns if c.kind in ("int", "number"))]:
        sums = rows.assign(rows=1).groupby(ALLIANCE)[name].sum().reindex(data.alliances["case_id"]).fillna(0)
        states = tuple(f"{x:g}" for x in sorted(set(sums.astype(float))))
        questions[name] = Question(name, states, f"Summe: {name}")
    return SourceData(source, data.alliances, (LISTED,), questions)
