"""Words and numbers of a wave: open answers with their categories, numbers that add up, tables of offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import GkError
from tools.synthetic.solve import Program, total
from tools.synthetic.waveanswers import Outcome, planned_items, published_id
from tools.synthetic.wavereturns import Figure, Return, is_asked, steady

SEPARATOR = "; "  # between the mentions of one answer: LibreOffice loses line breaks inside a text control
CATEGORY_COLUMNS = ("source", "case_id", "item_id", "mention", "text", "category", "coder")


def fill_texts(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], figure: Figure, rng: np.random.Generator
) -> tuple[list[tuple], list[Outcome]]:
    """Enter open answers.

    Parameters
    ----------
    plan : `texts`, a list of entries: `items`, `answered` (a number of forms, or a share of those that are asked),
        and either `texts` to choose from or `categories`, each with the number `n` of its mentions and its `texts`;
        `coded` says for `texts` which of them have which category. `second_coder` has a `name`, a `seed` and by item
        the share of mentions that get another category

    Returns
    -------
    rows : one per coded mention, columns `CATEGORY_COLUMNS`
    outcomes : (published id, printed, solved) of each category whose number refers to a published figure

    Raises
    ------
    GkError
        If there are fewer forms that are asked than answers, or the mentions cannot be spread over the answers.
    """
    rows: list[tuple] = []
    outcomes: list[Outcome] = []
    for entry in plan.get("texts", ()):
        for item in planned_items(book, entry["items"]):
            asked = [f for f in forms if is_asked(f, item, book)]
            answered = entry["answered"]
            n = round(answered * len(asked)) if isinstance(answered, float) else answered
            if n > len(asked):
                raise GkError(f"{book.source}: „{item.id}“ wird {len(asked)} Bögen gestellt; {n} Antworten sind geplant.")  # fmt: skip
            if "categories" not in entry:
                category_of = {text: c for c, texts in entry.get("coded", {}).items() for text in texts}
                for k in sorted(rng.permutation(len(asked))[:n]):
                    text = asked[k].answers[item.id] = str(rng.choice(entry["texts"]))
                    if category_of:
                        rows.append((book.source, asked[k].alliance_id, item.id, 1, text, category_of[text], plan["coder"]))  # fmt: skip
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


def fill_numbers(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], rng: np.random.Generator
) -> None:
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


def fill_tables(
    plan: Mapping[str, Any], book: Codebook, forms: Sequence[Return], rng: np.random.Generator
) -> None:
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
