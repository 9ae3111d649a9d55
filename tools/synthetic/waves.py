"""Invented returns of any wave of forms, made from its plan in `data/synthetic` and its codebook alone.

Nothing here knows a wave by name. A plan is a YAML file with `kind: wave`, named after its source; the same alliances
come back in all waves, with a tendency of their own, so that waves can be compared and attrition makes sense.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import yaml

from gkanalysis.codebook.declared import load_yaml, why_unreadable
from gkanalysis.codebook.instrument import Codebook, Item, read_codebook
from gkanalysis.core.errors import GkError
from gkanalysis.core.paths import ProjectPaths
from tools.synthetic.solve import Program, total

TICK = "x"
REST = "rest"
LOYALTY = 0.9  # what each earlier return adds to the inclination to return; the chance in it is about 1.3
PULL = 0.5  # what one standard deviation of an alliance's tendency adds
Figure = Callable[[str], int]


@dataclass
class Return:
    """One form to be written: who sent it when, in which version and style, and its answers by slot."""

    alliance_id: str
    name: str
    type: str
    version: str
    style: str
    received: date
    status: str
    title: str
    answers: dict[str, str] = field(default_factory=dict)
    remark: str = ""
    mess: str = ""

    @property
    def file_name(self) -> str:
        """The name of the file, with a remark in brackets as people add it."""
        return f"{self.title}{f' ({self.remark})' if self.remark else ''}.docx"


def steady(*words: str) -> float:
    """A standard normal value that belongs to these words, the same in every wave.

    Examples
    --------
    >>> steady("B01") == steady("B01") != steady("B02")
    True
    """
    return float(np.random.default_rng(crc32("|".join(words).encode())).standard_normal())


def choose_returns(
    plan: Mapping[str, Any],
    book: Codebook,
    alliances: pd.DataFrame,
    earlier: Sequence[Collection[str]],
    rng: np.random.Generator,
) -> list[Return]:
    """Draw the returned forms of a wave.

    `plan` has under `returns` the number of forms by completeness and type of alliance, under `versions` by version;
    `earlier` are the ids of the alliances that returned each earlier wave. Forms come in the order of the register.
    """
    status: dict[str, str] = {}
    planned = [(s, plan["returns"].get(s, {})) for s in ("full", "partial")]
    for kind in alliances["type"].unique():
        ids = alliances.loc[alliances["type"] == kind, "alliance_id"].tolist()
        statuses = [s for s, counts in planned for _ in range(counts.get(kind, 0))]
        if len(statuses) > len(ids):
            raise GkError(
                f"{book.source}: geplant sind {len(statuses)} Bögen der Art „{kind}“, es gibt {len(ids)} Bündnisse."
            )
        inclined = [LOYALTY * sum(i in group for group in earlier) + PULL * steady(i) + rng.gumbel() for i in ids]
        order = np.argsort(inclined)[::-1]  # the least inclined of those who return leave a part open
        status |= {ids[k]: s for k, s in zip(order, statuses, strict=False)}
    versions = _versions(plan, book, status, rng)
    styles, chances = list(plan["styles"]), list(plan["styles"].values())
    first, last = plan["field"]["from"], plan["field"]["to"]
    forms = []
    for row in alliances[alliances["alliance_id"].isin(list(status))].itertuples():
        version = versions[row.alliance_id]
        title = plan["file_name"]
        title = title[version] if isinstance(title, Mapping) else title
        received = first + timedelta(days=int(rng.integers(0, (last - first).days + 1)))
        forms.append(
            Return(
                row.alliance_id, row.name, row.type, version, str(rng.choice(styles, p=chances)), received,
                status[row.alliance_id], title.format(name=row.name),
            )
        )  # fmt: skip
    return forms


def _versions(
    plan: Mapping[str, Any], book: Codebook, status: Mapping[str, str], rng: np.random.Generator
) -> dict[str, str]:
    """Version of each form: fully usable ones have the counted versions, all others the one with the rest."""
    counts = plan.get("versions", dict.fromkeys(book.versions, REST))
    rest = [v for v, n in counts.items() if n == REST]
    if set(counts) != set(book.versions) or len(rest) != 1:
        raise GkError(
            f"{book.source}: „versions“ im Plan muss jede Fassung des Codebuchs nennen, eine davon als „{REST}“."
        )
    chosen = iter(rng.permutation([i for i, s in status.items() if s == "full"]).tolist())
    versions = {next(chosen): v for v, n in counts.items() if n != REST for _ in range(n)}
    return dict.fromkeys(status, rest[0]) | versions


def draw_contacts(
    plan: Mapping[str, Any], alliances: pd.DataFrame, forms: Sequence[Return], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Draw which of the alliances without a form said why, one dict per call."""
    back = {f.alliance_id for f in forms}
    silent = iter(rng.permutation([i for i in alliances["alliance_id"] if i not in back]).tolist())
    return [
        {"alliance_id": next(silent), "date": plan["field"]["to"] + timedelta(days=int(rng.integers(3, 30))), "result": result}
        for result, n in plan.get("contacts", {}).items()
        for _ in range(n)
    ]  # fmt: skip


def fill_head(form: Return, book: Codebook) -> None:
    """Name and location, by which the form is told to belong to its alliance."""
    form.answers[book.identity["name"]] = form.name
    item = book.items[book.identity["type"]]
    option = next(o.id for o in item.options if o.get("type") == form.type)
    choose(form, item, option)


def choose(form: Return, item: Item, option: str) -> None:
    """Enter the answer to a single choice, as a box or in a list."""
    form.answers |= {item.id: option} if item.control else {f"{item.id}:{option}": TICK}


def chosen(form: Return, item: Item) -> str:
    """The option of a single choice that a form has; "" if none or several."""
    if item.control:
        return form.answers.get(item.id, "")
    found = [o.id for o in item.options if f"{item.id}:{o.id}" in form.answers]
    return found[0] if len(found) == 1 else ""


def is_asked(form: Return, item: Item, book: Codebook) -> bool:
    """Whether the version prints an item and its filter, answered as it is, leads there."""
    if not book.in_version(item, form.version):
        return False
    return not item.asked_if or chosen(form, book.items[item.asked_if[0]]) == item.asked_if[1]


def is_answered(form: Return, item_id: str) -> bool:
    """Whether anything stands at an item."""
    return any(tag == item_id or tag.startswith((f"{item_id}:", f"{item_id}#")) for tag in form.answers)


def needs_of(book: Codebook) -> Iterator[tuple[str, list[str]]]:
    """What a fully usable form must have: items, or sets with one tick at least, each as (id, its items)."""
    for need in book.completeness[0]["needs"] if book.completeness else ():
        for kind, name in need.items():
            if kind in ("item", "set"):
                yield name, book.set_items(name) if kind == "set" else [name]


ALL = "alle"
# weights of an alliance's tendency, its stand on the question, and chance
SHARED, OWN, CHANCE = 0.6, 0.7, 0.5
Outcome = tuple[str, int, int]


def solve_answers(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng: np.random.Generator
) -> list[Outcome]:
    """Enter all ticks and single choices that the plan counts.

    `plan` has `items` and `sets` with the counts, `implies` with pairs of slots of which the first needs the second, or one of several.
    Returns (published id, printed, solved) of each count that refers to a published figure.
    """
    model = _Model(plan, book, forms, figure, rng)
    for item_id, declared in plan.get("items", {}).items():
        model.single(_item(book, item_id), declared)
    for set_id, declared in plan.get("sets", {}).items():
        model.ticks(set_id, declared)
    for first, second in plan.get("implies", ()):
        for k in range(len(forms)):
            others = [
                model.names[o, k] for o in ([second] if isinstance(second, str) else second) if (o, k) in model.names
            ]
            if (first, k) in model.names and others:
                model.program.constrain({model.names[first, k]: 1, **dict.fromkeys(others, -1)}, high=0)
    model.enter()
    return model.outcomes()


def published_id(reference: str) -> str:
    """The id of the figure that a reference such as `s22-08.numerator` names."""
    return reference.rpartition(".")[0]


class _Model:
    """The integer programme of one wave: one variable per slot and form."""

    def __init__(self, plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng) -> None:
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
            raise GkError(f"{self.source}: der Plan sagt nichts zu „{missing[0]}“, das zur Vollständigkeit gehört.")

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
            if terms and (declared.get("empty") is False or (set_id in self.sets_needed and form.status == "full")):
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
    """Items by their ids."""
    for item_id in ids:
        yield _item(book, item_id)


SEPARATOR = "; "  # between the mentions of one answer: LibreOffice loses line breaks inside a text control
CATEGORY_COLUMNS = ("source", "case_id", "item_id", "mention", "text", "category", "coder")


def fill_texts(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng: np.random.Generator
) -> tuple[list[tuple], list[Outcome]]:
    """Enter open answers.

    `texts` in the plan: a list of entries with `items`, `answered` (a number of forms, or a share of those that are
    asked), and either `texts` to choose from or `categories`, each with the number `n` of its mentions and its `texts`;
    `coded` says of `texts`, mention by mention, which category each has. `second_coder` has a `name`, a `seed` and by item the share
    of mentions that get another category. Returns the coded mentions and what became of published counts.
    """
    rows: list[tuple] = []
    outcomes: list[Outcome] = []
    for entry in plan.get("texts", ()):
        for item in planned_items(book, entry["items"]):
            unless = set(entry.get("unless", ()))  # who ticked one of these has nothing to say here
            asked = [f for f in forms if is_asked(f, item, book) and not unless & set(f.answers)]
            answered = entry["answered"]
            n = round(answered * len(asked)) if isinstance(answered, float) else answered
            if n > len(asked):
                raise GkError(f"{book.source}: „{item.id}“ wird {len(asked)} Bögen gestellt; {n} Antworten sind geplant.")  # fmt: skip
            if "categories" not in entry:
                category_of = {text: c for c, texts in entry.get("coded", {}).items() for text in texts}
                for k in sorted(rng.permutation(len(asked))[:n]):
                    text = asked[k].answers[item.id] = str(rng.choice(entry["texts"]))
                    for number, part in enumerate(text.split(SEPARATOR) if category_of else (), start=1):
                        rows.append((book.source, asked[k].alliance_id, item.id, number, part, category_of[part], plan["coder"]))  # fmt: skip
                continue
            counts = {}
            for category, declared in entry["categories"].items():
                if any(SEPARATOR.strip() in text for text in declared["texts"]):
                    raise GkError(f"{book.source}: ein Text zu „{category}“ enthält „{SEPARATOR.strip()}“, das Nennungen trennt.")  # fmt: skip
                wanted = declared["n"]
                counts[category] = figure(wanted) if isinstance(wanted, str) else wanted
                if isinstance(wanted, str):
                    outcomes.append((published_id(wanted), counts[category], counts[category]))
            mentions = _spread(book.source, item.id, counts, len(asked), n, entry.get("most", 2), rng)
            turn = dict.fromkeys(counts, 0)
            for form, categories in zip(asked, mentions, strict=True):
                texts = []
                for number, category in enumerate(categories, start=1):
                    choice = entry["categories"][category]["texts"]
                    texts.append(choice[turn[category] % len(choice)])
                    turn[category] += 1
                    rows.append((book.source, form.alliance_id, item.id, number, texts[-1], category, plan["coder"]))  # fmt: skip
                if texts:
                    form.answers[item.id] = SEPARATOR.join(texts)
    return rows + _second_codings(rows, plan), outcomes


def _second_codings(rows: Sequence[tuple], plan: Mapping[str, Any]) -> list[tuple]:
    """The same mentions as another person codes them: mostly alike. Draws of its own leave the answers as they are."""
    if "second_coder" not in plan:
        return []
    second, found = plan["second_coder"], []
    rng = np.random.default_rng(second["seed"])
    for item, differs in second["items"].items():
        own = [r for r in rows if r[2] == item]
        categories = sorted({r[5] for r in own})
        for row in own:
            others = [c for c in categories if c != row[5]]
            given = str(rng.choice(others)) if rng.random() < differs else row[5]
            found.append((*row[:5], given, second["name"]))
    return found


def _spread(
    source: str, item_id: str, counts: Mapping[str, int], asked: int, answered: int, most: int, rng
) -> list[list[str]]:
    """Categories of each answer: every count met, no category twice in an answer, one to `most` in each."""
    p = Program()
    for k in range(asked):
        p.variable(f"answer@{k}", 0, 1, float(rng.random()))
        for c in counts:
            p.variable(f"{c}@{k}", 0, 1, float(rng.random()))
        terms = total(f"{c}@{k}" for c in counts)
        p.constrain({**terms, f"answer@{k}": -1}, low=0)
        p.constrain({**terms, f"answer@{k}": -most}, high=0)
    p.constrain(total(f"answer@{k}" for k in range(asked)), answered, answered)
    for c, n in counts.items():
        p.constrain(total(f"{c}@{k}" for k in range(asked)), n, n)
    try:
        found = p.solve()
    except GkError:
        raise GkError(
            f"{source}: {sum(counts.values())} Nennungen zu „{item_id}“ passen nicht in {answered} Antworten mit höchstens {most}."
        ) from None
    return [rng.permutation([c for c in counts if found[f"{c}@{k}"]]).tolist() for k in range(asked)]


def fill_numbers(plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], rng: np.random.Generator) -> None:
    """Enter numbers: each amount has a size by alliance, its groups of items are parts of that size.

    `numbers` in the plan: amount -> `mean` (a number, or one by type of alliance), `spread` (of its logarithm) and
    `groups`, each with the share of every item, the share of forms that have it (`answered`), and maybe a `total`.
    """
    for amount, declared in plan.get("numbers", {}).items():
        for form in forms:
            mean = declared["mean"]
            mean = mean[form.type] if isinstance(mean, Mapping) else mean
            size = max(1, round(mean * np.exp(declared["spread"] * steady(form.alliance_id, amount))))
            for group in declared["groups"]:
                items = [i for i in planned_items(book, list(group["items"])) if is_asked(form, i, book)]
                if not items or rng.random() >= group["answered"]:
                    continue
                shares = [group["items"][i.id] for i in items]
                parts = rng.multinomial(size, [*shares, max(0.0, 1 - sum(shares))])[: len(items)]
                form.answers |= {i.id: str(n) for i, n in zip(items, parts, strict=True)}
                if "total" in group:
                    form.answers[group["total"]] = str(parts.sum())


def fill_tables(plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], rng: np.random.Generator) -> None:
    """Enter rows of tables: which rows are filled, and what stands in their columns.

    `tables` in the plan: a list of `part`, `rows` (the chance of each printed row; for a table of empty rows how
    many at most) and `columns` with `options` (chance of each, else empty) or `texts` (`share` of the filled rows).
    """
    for table in plan.get("tables", ()):
        part = book.part(table["part"])
        for form in forms:
            if part["id"] not in book.versions[form.version]["parts"]:
                continue
            if part["kind"] == "roster":
                n = int(rng.integers(1, table["rows"] + 1))
                stems = [(part["number"], "" if k == 1 else f"#{k}") for k in range(1, n + 1)]
            else:
                printed = [r["id"] for block in part["blocks"] for r in block["rows"]]
                stems = [(f"{part['number']}.{r}", "") for r in printed if rng.random() < table["rows"]]
            for stem, suffix in stems:
                for column, declared in table["columns"].items():
                    if answer := _cell(declared, rng):
                        form.answers[f"{stem}.{column}{suffix}"] = answer


def _cell(declared: Mapping[str, Any], rng: np.random.Generator) -> str:
    """What stands in one cell of a filled row."""
    if "options" in declared:
        chances = list(declared["options"].values())
        k = int(np.searchsorted(np.cumsum(chances), rng.random(), side="right"))
        return list(declared["options"])[k] if k < len(chances) else ""
    return str(rng.choice(declared["texts"])) if rng.random() < declared.get("share", 1) else ""


KEYS = frozenset({"kind", "type", "item", "text"})
TYPED = "typed_x"  # in a control Word itself flags a placeholder, and a box or a list takes no words


def make_mess(plan: Mapping[str, Any], book: Codebook, forms: list[Return]) -> None:
    """Put the declared mess into the forms; a form that was sent twice is one form more.

    `mess` in the plan is a list of `kind`, maybe the `type` of the alliance, and what the kind needs:
    `twice`; `both_answers` with `item`; `filter_broken` with `item` and `text`; `entry` with `item` and `text`, which
    is typed where no counted answer stands (a placeholder, a word for a number, a mark in doubt, an entry that no list has);
    `other_name` with `text`.
    """
    jobs = []
    for mess in plan.get("mess", ()):
        fits, change = _kind(mess, plan, book)
        jobs.append((mess, [f for f in forms if fits(f) and mess.get("type", f.type) == f.type], change))
    taken: set[str] = set()
    jobs.sort(key=lambda job: len(job[1]))  # what fits few forms chooses first
    for mess, fitting, change in jobs:
        form = next((f for f in fitting if f.alliance_id not in taken), None)
        if form is None:
            raise GkError(f"{book.source}: für „{mess['kind']}“ ({mess.get('item', 'Bogen')}) im Plan passt kein Bogen; bitte Item oder Art ändern.")  # fmt: skip
        taken.add(form.alliance_id)
        change(form)
        if mess["kind"] == "twice":
            forms.append(_draft(form, book))


def _kind(
    mess: Mapping[str, Any], plan: Mapping[str, Any], book: Codebook
) -> tuple[Callable[[Return], bool], Callable[[Return], None]]:
    """Which forms a mess fits, and what it changes in one."""
    if strange := sorted(set(mess) - KEYS):
        raise GkError(f"{book.source}: „{strange[0]}“ unter „mess“ im Plan ist unbekannt; Texte mit Komma brauchen Anführungszeichen.")  # fmt: skip
    kind, item_id = mess["kind"], mess.get("item", "")
    head = set(book.identity.values())
    if kind == "twice":
        return (lambda f: f.status == "full"), (lambda f: setattr(f, "remark", "korrigiert"))
    if kind == "other_name":
        return (lambda f: True), (lambda f: f.answers.update({book.identity["name"]: mess["text"]}))
    stem, _, rest = item_id.partition(":")
    (item,) = planned_items(book, [stem.partition("#")[0]])

    counted = {*plan.get("items", {}), *(i for s in plan.get("sets", {}) for i in book.set_items(s))}
    counted |= {i for entry in plan.get("texts", ()) for i in entry["items"]}

    def free(form: Return) -> bool:
        return is_asked(form, item, book) and not (item.id in counted and is_answered(form, item.id))

    if kind == "both_answers" and len(item.options) > 1 and not item.control and item.id not in head:
        both = {f"{item.id}:{o.id}": TICK for o in item.options[:2]}
        return free, (lambda f: f.answers.update(both))
    if kind == "filter_broken" and item.asked_if:

        def beside(form: Return) -> bool:
            return book.in_version(item, form.version) and not is_asked(form, item, book)

        return beside, (lambda f: f.answers.update({item.id: mess["text"]}))
    if kind == "entry" and not rest and item.id not in head:

        def write(form: Return) -> None:
            form.style = TYPED
            form.answers[item.id] = mess["text"]

        return free, write
    raise GkError(f"{book.source}: „{kind}“ mit „{item_id}“ im Plan ist unbekannt oder an dieser Stelle nicht möglich.")  # fmt: skip


def _draft(form: Return, book: Codebook) -> Return:
    """What was sent before the corrected form: every third answer is still missing."""
    head = tuple(book.identity.values())
    body = [tag for tag in form.answers if not tag.startswith(head)]
    lost = set(body[::3])
    answers = {tag: text for tag, text in form.answers.items() if tag not in lost}
    return replace(form, answers=answers, remark="", received=form.received - timedelta(days=9))


NEEDED = {"seed": int, "field": dict, "returns": dict, "styles": dict, "file_name": (str, dict)}
KNOWN = {
    *NEEDED, "kind", "published", "versions", "contacts", "items", "sets", "implies", "texts", "coder",
    "second_coder", "numbers", "tables", "mess",
}  # fmt: skip


@dataclass(frozen=True)
class Wave:
    """All that is written for one wave: forms and contacts in the order of their days, coded mentions, outcomes."""

    book: Codebook
    forms: tuple[Return, ...]
    contacts: tuple[dict[str, Any], ...]
    categories: tuple[tuple, ...]
    outcomes: tuple[Outcome, ...]


def make_waves(root: Path, alliances: pd.DataFrame, returned: Collection[str]) -> Iterator[Wave]:
    """Invent all planned waves, in the order in which they were in the field."""
    earlier = [frozenset(returned)]
    for source, plan in sorted(read_plans(root).items(), key=lambda entry: (entry[1]["field"]["from"], entry[0])):
        try:
            wave = make_wave(source, plan, root, alliances, earlier)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise GkError(
                f"Der Plan „{source}“ ist nicht stimmig ({type(error).__name__}: {error}); bitte mit einem der vorhandenen vergleichen."
            ) from error
        earlier.append(frozenset(f.alliance_id for f in wave.forms))
        yield wave


def read_plans(root: Path) -> dict[str, dict[str, Any]]:
    """The plans of all waves by source."""
    plans = {}
    for path in sorted((root / "data/synthetic").glob("*.yml")):
        try:
            plan = load_yaml(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise GkError(f"Der Plan „{path}“ ist nicht lesbar: {why_unreadable(error)}.") from None
        if not isinstance(plan, dict) or plan.get("kind") != "wave":
            continue
        wrong = [f"„{k}“ fehlt oder ist von falscher Art" for k, kind in NEEDED.items() if not isinstance(plan.get(k), kind)]  # fmt: skip
        wrong += [f"„{k}“ ist unbekannt" for k in plan if k not in KNOWN]
        days = [plan.get("field", {}).get(k) for k in ("from", "to")] if not wrong else [date.min] * 2
        if not all(isinstance(d, date) for d in days) or days[0] > days[1]:
            wrong.append("„field“ braucht zwei Tage wie 2022-02-07 in ihrer Reihenfolge (from, to)")
        if wrong:
            raise GkError(f"Der Plan „{path}“ ist nicht stimmig: {'; '.join(wrong)}.")
        plans[path.stem] = plan
    return plans


def make_wave(
    source: str, plan: Mapping[str, Any], root: Path, alliances: pd.DataFrame, earlier: list[frozenset[str]]
) -> Wave:
    """Invent one wave; `earlier` has the alliances that returned each wave before."""
    book = read_codebook(ProjectPaths.of(root, root / "data/raw").codebook(source))
    if book.source != source:
        raise GkError(f"Zum Plan „{source}“ fehlt ein Codebuch; gefunden ist nur das von „{book.source}“.")
    figure = published_figures(root, source, plan.get("published", ""))
    rng = np.random.default_rng(plan["seed"])
    forms = choose_returns(plan, book, alliances, earlier, rng)
    outcomes: list[Outcome] = []
    if isinstance(wanted := plan["returns"].get("returned"), str):
        outcomes.append((wanted.rpartition(".")[0], figure(wanted), len(forms)))
    outcomes += solve_answers(plan, book, forms, figure, rng)
    categories, coded = fill_texts(plan, book, forms, figure, rng)
    fill_numbers(plan, book, forms, rng)
    fill_tables(plan, book, forms, rng)
    for form in forms:
        fill_head(form, book)
    make_mess(plan, book, forms)
    tags = {v: {s.tag for t in book.tables(v) for s in t.slots} for v in book.versions}
    for form in forms:
        if strange := sorted(set(form.answers) - tags[form.version]):
            raise GkError(f"{source}: „{strange[0]}“ aus dem Plan steht nicht im Bogen „{form.version}“.")
    contacts = draw_contacts(plan, alliances, forms, rng)
    return Wave(
        book,
        tuple(sorted(forms, key=lambda f: (f.received, f.alliance_id))),
        tuple(sorted(contacts, key=lambda c: (c["date"], c["alliance_id"]))),
        tuple(categories),
        (*outcomes, *coded),
    )


def published_figures(root: Path, source: str, published: str) -> Figure:
    """A function that gives the printed number behind a reference such as `s22-08.numerator`."""
    rows: dict[str, dict[str, str]] = {}
    if published:
        with (root / f"data/published/{published}.csv").open(encoding="utf-8", newline="") as lines:
            rows = {row["id"]: row for row in csv.DictReader(lines)}

    def figure(reference: str) -> int:
        figure_id, _, column = reference.rpartition(".")
        text = rows.get(figure_id, {}).get(column, "")
        if not text.isdecimal():
            raise GkError(f"{source}: zu „{reference}“ steht in „{published}.csv“ keine ganze Zahl.")
        return int(text)

    return figure
