"""Ticks and single choices of a wave, drawn so that all counts of its plan are met at once.

Filters, needed answers, ticks that exclude or imply each other are constraints of one integer programme; what is
left free follows the tendency of each alliance and, for questions that waves have in common, its earlier answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.errors import GkError
from tools.synthetic.solve import Program, total
from tools.synthetic.wavereturns import REST, TICK, Figure, Return, choose, needs_of, steady

ALL = "alle"
SHARED, OWN, CHANCE = (
    0.6,
    0.7,
    0.5,
)  # weights of an alliance's tendency, its stand on the question, and chance
Outcome = tuple[str, int, int]


def solve_answers(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng: np.random.Generator
) -> list[Outcome]:
    """Enter all ticks and single choices that the plan counts.

    Parameters
    ----------
    plan : `items` and `sets` with the counts; `implies` with pairs of slots of which the first needs the second
    book : the codebook of the wave
    forms : the returns; their answers are filled in
    figure : gives the printed number behind a reference such as `s22-08.numerator`
    rng : seeded generator

    Returns
    -------
    (published id, printed, solved) of each count that refers to a published figure

    Raises
    ------
    GkError
        If the plan names what the codebook lacks, or a count of its own cannot be met.
    """
    model = _Model(plan, book, forms, figure, rng)
    for item_id, declared in plan.get("items", {}).items():
        model.single(_item(book, item_id), declared)
    for set_id, declared in plan.get("sets", {}).items():
        model.ticks(set_id, declared)
    for first, second in plan.get("implies", ()):
        for k in range(len(forms)):
            if (first, k) in model.names and (second, k) in model.names:
                terms = {model.names[first, k]: 1, model.names[second, k]: -1}
                model.program.constrain(terms, high=0)
    model.enter()
    return model.outcomes()


def published_id(reference: str) -> str:
    """The id of the figure that a reference such as `s22-08.numerator` names."""
    return reference.rpartition(".")[0]


class _Model:
    """The integer programme of one wave: one variable per slot and form."""

    def __init__(
        self, plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng
    ) -> None:
        self.book, self.forms, self.figure, self.rng = book, forms, figure, rng
        self.source = book.source
        self.program = Program()
        self.names: dict[tuple[str, int], str] = {}
        self.printed: dict[str, str] = {}
        self.items: list[tuple[Item, str]] = []
        needs = list(needs_of(book))
        self.needed = {i for _, items in needs for i in items}
        self.sets_needed = {name for name, _ in needs}
        self.left_open = set(needs[-1][1]) if needs else set()
        planned = {*plan.get("items", {}), *plan.get("sets", {})}
        if missing := sorted(self.sets_needed - planned):
            raise GkError(
                f"{self.source}: der Plan sagt nichts zu „{missing[0]}“, das zur Vollständigkeit gehört."
            )

    def variables(self, item: Item, option: str, lean: float) -> dict[int, str]:
        """A variable per form that can have this tick or option."""
        tag = f"{item.id}:{option}" if option else item.id
        self.items.append((item, option))
        found = {}
        for k, form in enumerate(self.forms):
            if not self.book.in_version(item, form.version):
                continue
            if form.status == "partial" and item.id in self.left_open:
                continue
            stand = SHARED * steady(form.alliance_id) + OWN * steady(form.alliance_id, item.label)
            cost = -lean * stand + CHANCE * self.rng.standard_normal()
            found[k] = self.names[tag, k] = f"{tag}@{k}"
            self.program.variable(found[k], 0, 1, cost)
        return found

    def single(self, item: Item, declared: Mapping[str, Any]) -> None:
        """One option at most, one exactly where the rest answers too; none unless the filter leads there."""
        counts = declared["options"]
        if item.kind != "single" or set(counts) - {o.id for o in item.options}:
            raise GkError(f"{self.source}: die Vorgaben von „{item.id}“ im Plan stimmen nicht mit dem Codebuch überein.")  # fmt: skip
        leans = np.linspace(1, -1, len(item.options)) * declared.get("lean", 1)
        of = {o.id: self.variables(item, o.id, lean) for o, lean in zip(item.options, leans, strict=True)}
        everyone = REST in counts.values() and "base" not in declared
        for k in range(len(self.forms)):
            terms = total(names[k] for names in of.values() if k in names)
            if not terms:
                continue
            must = everyone or (item.id in self.needed and self.forms[k].status == "full")
            if item.asked_if:
                parent = self.names.get((":".join(item.asked_if), k))
                if parent is None:
                    self.program.constrain(terms, high=0)
                    continue
                self.program.constrain({**terms, parent: -1}, 0 if must else -np.inf, 0)
            else:
                self.program.constrain(terms, int(must), 1)
        for option, names in of.items():
            if option not in counts:
                self.target(f"{item.id}:{option}", names, 0)
            elif counts[option] != REST:
                self.target(f"{item.id}:{option}", names, counts[option])
        if "base" in declared:
            every = {(o, k): name for o, names in of.items() for k, name in names.items()}
            self.target(f"{item.id}:base", every, declared["base"])

    def ticks(self, set_id: str, declared: Mapping[str, Any]) -> None:
        """Counts by row; rows that stand alone exclude all others."""
        if set_id not in self.book.sets:
            raise GkError(f"{self.source}: die Mehrfachantwort „{set_id}“ des Plans fehlt im Codebuch.")
        by_row = {self.book.items[i].row: self.book.items[i] for i in self.book.set_items(set_id)}
        if set(declared["rows"]) != set(by_row):
            raise GkError(f"{self.source}: die Zeilen von „{set_id}“ im Plan sind nicht die des Codebuchs.")
        lean, alone = declared.get("lean", 1), declared.get("alone", ())
        of = {row: self.variables(item, "", -lean if row in alone else lean) for row, item in by_row.items()}
        for row, names in of.items():
            self.target(by_row[row].id, names, declared["rows"][row])
        for k, form in enumerate(self.forms):
            terms = total(names[k] for names in of.values() if k in names)
            if terms and (
                declared.get("empty") is False or (set_id in self.sets_needed and form.status == "full")
            ):
                self.program.constrain(terms, low=1)
            for row in alone:
                if k in of[row]:
                    others = {name: 1.0 for name in terms if name != of[row][k]}
                    self.program.constrain({**others, of[row][k]: len(others)}, high=len(others))

    def target(self, tag: str, names: Mapping[Any, str], count: Any) -> None:
        """Ask for a count in all, or for counts by type."""
        for kind, wanted in (count if isinstance(count, Mapping) else {ALL: count}).items():
            key = f"{tag} {kind}" if kind != ALL else tag
            if isinstance(wanted, str):
                self.printed[key] = published_id(wanted)
                wanted = self.figure(wanted)
            terms = total(n for k, n in names.items() if kind == ALL or self.forms[k].type == kind)
            self.program.target(key, terms, wanted)

    def enter(self) -> None:
        """Solve, and enter what was found into the forms."""
        if not self.names:
            return
        found = self.program.solve()
        for item, option in self.items:
            tag = f"{item.id}:{option}" if option else item.id
            for k, form in enumerate(self.forms):
                if found.get(self.names.get((tag, k), ""), 0):
                    if option:
                        choose(form, item, option)
                    else:
                        form.answers[tag] = TICK

    def outcomes(self) -> list[Outcome]:
        """What became of each published count; a count of the plan's own must be met."""
        if not self.names:
            return []
        outcomes = []
        for key, wanted, solved in self.program.outcomes():
            if key in self.printed:
                outcomes.append((self.printed[key], wanted, solved))
            elif wanted != solved:
                raise GkError(
                    f"{self.source}: {wanted} Antworten „{key}“ sind nicht möglich, am nächsten kommen {solved}; bitte den Plan ändern."
                )
        return outcomes


def _item(book: Codebook, item_id: str) -> Item:
    if item_id not in book.items:
        raise GkError(f"{book.source}: das Item „{item_id}“ des Plans fehlt im Codebuch.")
    return book.items[item_id]


def planned_items(book: Codebook, ids: Sequence[str]) -> Iterator[Item]:
    """Items by their ids.

    Raises
    ------
    GkError
        If the codebook lacks one.
    """
    for item_id in ids:
        yield _item(book, item_id)
