"""Which questions two waves ask word for word, and what may be printed of how the same alliances answer them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from gkanalysis.codebook.instrument import SetRepeat
from gkanalysis.core.errors import NotebookError
from gkanalysis.disclosure.pairedcounts import Paired, printable_detail
from gkanalysis.report.definitions import TOTAL, define
from gkanalysis.stats.paired import mcnemar_test, paired_difference
from gkanalysis.tabulate.change import WaveItem, change_table

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Codebook, Repeat
    from gkanalysis.report.chapter import Chapter

Pair = tuple[WaveItem, WaveItem]
SIGNIFICANT = 0.05
SET = "set"  # kind of a multiple response set, beside the kinds of items


class Again(NamedTuple):
    """A question that two waves ask word for word: kind of the item, or "set"; wave and id, earlier and later."""

    kind: str
    first: tuple[str, str]
    second: tuple[str, str]


def asked_again(chapter: Chapter, sources: Mapping[str, str]) -> list[Again]:
    """The questions that the codebooks declare to be asked again: single items in the order of time, then sets.

    Parameters
    ----------
    chapter : Chapter
    sources : wave -> source. Each question is paired with the latest earlier one among these that asks the same,
        also where the waves between them are none of the sources
    """
    of_source = {source: wave for wave, source in sources.items()}
    found = []
    for wave, source in sources.items():
        book = chapter.codebook(source)
        asked = [(i.kind, i.id, i.repeats) for i in book.items.values()]
        asked += [(SET, s, book.set_repeat(s)) for s in book.sets]
        for kind, name, again in asked:
            while again and again.source not in of_source:
                again = _before(chapter.codebook(again.source), again)
            if again:
                found.append(Again(kind, (of_source[again.source], _name(again)), (wave, name)))
    return sorted(found, key=lambda a: a.kind == SET)  # stable: the order of time stays


def _before(book: Codebook, again: Repeat | SetRepeat) -> Repeat | SetRepeat | None:
    """What the question that is asked again repeats itself."""
    return book.set_repeat(again.set) if isinstance(again, SetRepeat) else book.items[again.item].repeats


def _name(again: Repeat | SetRepeat) -> str:
    return again.set if isinstance(again, SetRepeat) else again.item


def repeated_pairs(chapter: Chapter, sources: Mapping[str, str]) -> list[Pair]:
    """Pairs of items to test for a change: single choices, and the rows of multiple response sets.

    Raises
    ------
    NotebookError
        If there are none.
    """
    pairs: list[Pair] = []
    for kind, first, second in asked_again(chapter, sources):
        if kind == "single":
            item = chapter.codebook(sources[second[0]]).items[second[1]]
            question = "-".join((*first, *second))
            pairs.append(pair_items(chapter, sources, question, first, second, item.repeats.as_yes))
        elif kind == SET:
            pairs += _pair_rows(chapter, sources, first, second)
    if not pairs:
        raise NotebookError(
            f"In den Wellen {', '.join(sources)} ist keine Frage als gleich erklärt; bitte im Codebuch der späteren "
            "Welle „repeats“ ergänzen oder das Kapitel aus der Datei des Berichts streichen."
        )
    return pairs


def pair_items(
    chapter: Chapter,
    sources: Mapping[str, str],
    question: str,
    first: tuple[str, str],
    second: tuple[str, str],
    yes: Sequence[str],
) -> Pair:
    """The same single choice in two waves; see `Panel.pair`."""
    asked = [chapter.codebook(sources[wave]).items[item_id] for wave, item_id in (first, second)]
    words = [(item.label, tuple((o.id, o.label) for o in item.options)) for item in asked]
    options = [o.id for o in asked[0].options]
    if words[0] != words[1] or not set(yes) <= set(options):
        raise NotebookError(
            f"„{question}“: {' '.join(first)} („{asked[0].label}“) und {' '.join(second)} („{asked[1].label}“) fragen "
            f"nicht wörtlich dasselbe, oder „{', '.join(yes)}“ ist keine Antwort; bitte im Codebuch als „not_comparable“ erklären."
        )
    no = tuple(o for o in options if o not in yes)
    one, other = (WaveItem(w, i, question, asked[0].label, tuple(yes), no) for w, i in (first, second))
    return one, other


def _pair_rows(
    chapter: Chapter, sources: Mapping[str, str], first: tuple[str, str], second: tuple[str, str]
) -> Iterator[Pair]:
    """The rows of a multiple response set in two waves; the codebook is checked to have the same in both."""
    books = [chapter.codebook(sources[wave]) for wave, _ in (first, second)]
    earlier, later = (
        {b.items[i].row: b.items[i] for i in b.set_items(s)}
        for b, (_, s) in zip(books, (first, second), strict=True)
    )
    block = books[1].sets[second[1]]["label"]
    for row, item in later.items():
        question = "-".join((first[0], earlier[row].id, second[0], item.id))
        yield tuple(
            WaveItem(wave, i.id, question, item.label, block=block)
            for (wave, _), i in ((first, earlier[row]), (second, item))
        )


def weigh_change(
    answers: Mapping[str, pd.DataFrame], pairs: Sequence[Pair], cases: pd.DataFrame, threshold: int
) -> pd.DataFrame:
    """Change of the same alliances, how sure it is on two bases, and how much of it may be printed.

    Parameters
    ----------
    answers : wave -> responses, one row per case and item
    pairs : first and second item of each question
    cases : one row per alliance, `case_id`
    threshold : see `disclosure.pairedcounts.printable_detail`

    Returns
    -------
    DataFrame as `tabulate.change.change_table` gives it, one row per question, with `p_holm_ticked` (as `p_holm`,
    rows of sets only of the alliances that ticked something there in both waves) and `detail`
    """
    table = change_table(answers, pairs, cases)
    ticked = change_table(_only_ticked(answers, pairs), pairs, cases)
    details = []
    for k, ((first, second), r) in enumerate(zip(pairs, table.itertuples(), strict=True)):
        both = r.first_n - r.lost_n
        counts = Paired(both, r.lost_n, r.gained_n, r.base_n - both - r.lost_n - r.gained_n)
        totals = [_totals(answers[i.wave], i) for i in (first, second)]
        told = _verdicts(table["p"].to_numpy(dtype=float), k)
        details.append(printable_detail(counts, *totals, threshold, _shown_interval, told))
    return table.assign(p_holm_ticked=ticked["p_holm"], detail=details)


def _only_ticked(answers: Mapping[str, pd.DataFrame], pairs: Sequence[Pair]) -> dict[str, pd.DataFrame]:
    """The responses, with nothing in a set where an alliance ticked none of its rows."""
    found = dict(answers)
    rows: dict[tuple[str, str], list[str]] = {}
    for item in (i for pair in pairs for i in pair if i.block):
        rows.setdefault((item.wave, item.block), []).append(item.item_id)
    for (wave, _), items in rows.items():
        frame = found[wave]
        here = frame["item_id"].isin(items)
        ticked = frame.loc[here & (frame["state"] == "selected"), "case_id"]
        silent = here & ~frame["case_id"].isin(ticked)
        found[wave] = frame.assign(state=frame["state"].astype("object").mask(silent, "not_answered"))
    return found


def _verdicts(p_values: np.ndarray, k: int) -> Callable[[Paired], tuple[bool, ...]]:
    """What a reader is told of all tests of the family, if the pairs of question `k` were others."""

    @cache
    def told(lost: int, gained: int) -> tuple[bool, ...]:
        p = mcnemar_test(0, lost, gained, 0).p
        family = p_values.copy()
        family[k] = np.nan if p is None else p
        return _below(family)

    return lambda pairs: told(pairs.lost, pairs.gained)


def _below(p_values: np.ndarray) -> tuple[bool, ...]:
    """Which tests stay below the limit after Holm's correction.

    As `stats.holm` has it, without its half-tenth of a second: this is asked for every table a reader might guess.
    """
    order = np.argsort(p_values)  # nan last
    p = p_values[order]
    factors = np.count_nonzero(~np.isnan(p)) - np.arange(len(p))
    below = np.empty(len(p), dtype=bool)
    below[order] = np.maximum.accumulate(p * factors) < SIGNIFICANT
    return tuple(below.tolist())


def change_numbers(
    table: pd.DataFrame, pairs: Sequence[Pair], sources: Mapping[str, str], n_cases: int
) -> pd.DataFrame:
    """The numbers of a change that may be printed, in long form; see `Panel.change_numbers`."""
    rows = []
    for (first, second), r in zip(pairs, table.itertuples(), strict=True):
        if r.detail == "nothing":
            continue
        known = _definition(first, second, sources)
        shared = {"label": r.label, "subgroup": TOTAL, "base": r.base}
        low, high = shown_interval(r) if r.detail == "interval" else (None, None)
        found = {"points": round(100 * r.difference, 1), "low": low, "high": high}
        found["definition"] = define_one("change", count="pairs", **known)
        waves = {"wave": f"{first.wave}, {second.wave}", "n": r.base_n, "base_n": n_cases}
        rows.append({"row": r.row, **shared, **waves, **found})
        if r.detail in ("interval", "counts"):
            rows += [
                {"row": f"{r.row}-{at}", **shared, "wave": item.wave, "n": n, "base_n": r.base_n}
                | {"definition": define_one("change", count=at, **known)}
                for at, item, n in (("first", first, r.first_n), ("second", second, r.second_n))
            ]
    columns = ["row", "label", "subgroup", "wave", "n", "base_n", "base", "points", "low", "high"]
    numbers = pd.DataFrame(rows, columns=[*columns, "definition"])
    return numbers.astype({"low": "Int64", "high": "Int64"})


def _definition(first: WaveItem, second: WaveItem, sources: Mapping[str, str]) -> dict[str, str]:
    known = {}
    for name, item in (("first", first), ("second", second)):
        known |= {f"{name}_source": sources[item.wave], f"{name}_item": item.item_id}
        if item.block:
            known["base"] = "asked"
        else:
            known |= {f"{name}_yes": ",".join(item.yes), f"{name}_no": ",".join(item.no)}
    return known


def define_one(kind: str, **known: str) -> str:
    """The definition of a single number; see `report.definitions.define`."""
    return define(pd.DataFrame({"n": [0]}), kind, **known)["definition"].item()


def _totals(answers: pd.DataFrame, item: WaveItem) -> tuple[int, int]:
    """How many answered yes and no to an item in a wave, paired or not."""
    rows = answers[answers["item_id"] == item.item_id]
    if item.block:
        return int((rows["state"] == "selected").sum()), int((rows["state"] == "not_selected").sum())
    said = rows.loc[rows["state"] == "answered", "value"]
    return int(said.isin(item.yes).sum()), int(said.isin(item.no).sum())


def _shown_interval(pairs: Paired) -> tuple[int, int]:
    """The interval in whole percentage points, as it is printed."""
    found = paired_difference(pairs.both, pairs.lost, pairs.gained, pairs.neither)
    return round(100 * (found.low or 0.0)), round(100 * (found.high or 0.0))


def shown_interval(row: Any) -> tuple[int, int]:
    """The interval of a row of `Panel.change` in whole percentage points."""
    return round(100 * row.ci_low), round(100 * row.ci_high)
