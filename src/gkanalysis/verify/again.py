"""Printed statistics a second time, by counting out: plain loops over whole numbers, nothing of `gkanalysis.stats`."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations, product
from math import comb, isclose, isnan, prod
from typing import Any

ALPHA = 0.05
CLOSE = 1e-9
P_VALUE = re.compile(r"\.(p|significant-p|significant-p_holm)(-[^.]*)?$")  # what the id of such a value ends with


@cache
def interval_again(n: int, base_n: int, population_n: int) -> tuple[float, float]:
    """All K of a population for which neither tail is too unlikely, each tried; the ends as shares.

    >>> interval_again(3, 9, 12)
    (0.25, 0.5)
    """

    def tail(k: int, hits: Iterable[int]) -> float:
        return sum(comb(k, x) * comb(population_n - k, base_n - x) for x in hits) / comb(population_n, base_n)

    upper, lower = range(n, base_n + 1), range(n + 1)
    fits = [k for k in range(population_n + 1) if min(tail(k, upper), tail(k, lower)) > ALPHA / 2]
    return fits[0] / population_n, fits[-1] / population_n


def p_again(groups: Sequence[tuple[int, int]]) -> float:
    """Exact test of Freeman and Halton for (n, base) of each group: all tables with these margins, one by one.

    >>> round(p_again([(3, 3), (0, 3)]), 10)
    0.1
    """
    total = sum(n for n, _ in groups)
    ways = [
        prod(comb(b, x) for x, (_, b) in zip(drawn, groups, strict=True))
        for drawn in product(*(range(b + 1) for _, b in groups))
        if sum(drawn) == total
    ]
    seen = prod(comb(b, n) for n, b in groups)
    return sum(w for w in ways if w <= seen) / sum(ways)


def holm_again(p_values: Sequence[float]) -> list[float]:
    """Each p value times the number of those that are not smaller, never below an earlier one.

    >>> holm_again([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    tests, highest, made = len(p_values), 0.0, dict[int, float]()
    for rank, k in enumerate(sorted(range(tests), key=lambda k: p_values[k])):
        highest = max(highest, min(1.0, (tests - rank) * p_values[k]))
        made[k] = highest
    return [made[k] for k in range(tests)]


def alpha_again(units: Iterable[Sequence[Any]]) -> float:
    """Krippendorff's alpha of nominal values, pair by pair; each unit holds one value a coder.

    >>> alpha_again([("a", "a"), ("b", "b"), ("a", "b")])
    0.4444444444444444
    """
    units = [u for u in units if len(u) > 1]
    values = [v for u in units for v in u]
    observed = sum(sum(x != y for x, y in permutations(u, 2)) / (len(u) - 1) for u in units) / len(values)
    expected = sum(x != y for x, y in permutations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - observed / expected if expected else float("nan")


def wrong_statistics(
    naive: Any, count: Any, row: str, cell: Mapping[str, Any], group: set[str] | None
) -> Iterator[str]:
    """What of the statistics beside a number is another one when counted out; `group` are its cases, None all."""
    again: dict[str, float] = {}
    if _is_there(cell, "ci_low"):
        cases, filtered = naive.population(count, row)
        n, base_n, most = int(cell["n"]), int(cell["base_n"]), len(cases if group is None else cases & group)
        ends = [interval_again(n, base_n, size) for size in range(base_n if filtered else most, most + 1)]
        again = {"population_n": most, "ci_low": min(a for a, _ in ends), "ci_high": max(b for _, b in ends)}
        again |= {"bound_low": n / most, "bound_high": 1 - (base_n - n) / most}
    if _is_there(cell, "median"):
        given = [r for r in naive.answers(count.source, count.status, [row]) if r["state"] == "answered"]
        numbers = [float(r["value"].replace(",", ".")) for r in given if group is None or r["case_id"] in group]
        again = dict(zip(("lower", "median", "upper"), statistics.quantiles(numbers, n=4), strict=True))
    if _is_there(cell, "alpha") and (units := list(_coded(naive, count, row))):
        again = {"alpha": alpha_again(units)}
    for name, value in again.items():
        if not isclose(float(cell[name]), value, abs_tol=CLOSE):
            yield f"{name} ist im Bericht {float(cell[name]):.6g}, nachgerechnet {value:.6g}"


def _is_there(cell: Mapping[str, Any], name: str) -> bool:
    return isinstance(cell.get(name), int | float) and not isnan(cell[name])


def _coded(naive: Any, count: Any, row: str) -> Iterator[tuple[bool, ...]]:
    """Whether each coder gave a code to a document, or a category to a mention; other levels are not counted out."""
    kind = type(count).__name__
    if kind == "Agreement" and (row == "document" or count.of != "level"):
        codes = naive.data.book(count.source).codes
        coded: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for r in naive.rows(f"{count.source}-codings"):
            if r["code_id"] in codes:
                coded[r["document_id"]][r["coder"]].add(r["code_id"])
        for people in coded.values():
            yield from (tuple(c in had for had in people.values()) for c in (codes if row == "document" else [row]))
    if kind == "OpenAgreement":
        names = [c.id for c in naive.data.category_book.items[count.source, count.item]]
        told: dict[Any, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for r in naive.rows(f"{count.source}-mentions"):
            if r["item_id"] == count.item and r["category"]:
                told[r["case_id"], r["mention"]][r["coder"]].add(r["category"])
        for people in told.values():
            yield from (tuple(c in had for had in people.values()) for c in (names if row not in names else [row]))


def p_values(value: Mapping[str, Any], cells: Sequence[tuple[str, str, int, int]]) -> str:
    """What is wrong with a p value in the text, or with how many of a family are small; "" if nothing is.

    `cells` are (row, group, n, base) of the numbers that it says it follows from, without totals.
    """
    if not (found := P_VALUE.search(str(value["id"]))):
        return ""
    by_row: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, _, n, base in cells:
        by_row[row].append((n, base))
    each = [p_again(groups) for groups in by_row.values()]
    each = holm_again(each) if found[1].endswith("holm") else each
    again = f"{each[0]:.3f}".replace(".", ",") if found[1] == "p" else f"{sum(p < ALPHA for p in each)} von {len(each)}"
    again = "< 0,001" if found[1] == "p" and each[0] < 0.001 else again
    same = str(value["text"]).replace("\u00a0", " ") == again.replace("\u00a0", " ")
    return "" if same else f"im Bericht „{value['text']}“, nachgerechnet „{again}“"
