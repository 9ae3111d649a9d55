"""Printed statistics a second time, by counting out: plain loops over whole numbers, nothing of `gkanalysis.stats`."""

from __future__ import annotations

import operator
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise, permutations, product
from math import comb, floor, isclose, isnan, prod, sqrt
from typing import Any

import numpy as np

from gkanalysis.core.numbers import WORDS
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import TOTAL
from gkanalysis.counts.talks import Agreement
from gkanalysis.stats.agreement import DRAWS, SEED

ALPHA = 0.05
COUNTED = {"einer": 1, "einem": 1, "beiden": 2} | {word: k for k, word in enumerate(WORDS) if k > 1}
CLOSE = 1e-9
Cell = Mapping[str, Any]  # a printed number, as `find_numbers` gives it
Number = tuple[Any, str, str, int, Any]  # count, row, group, n, base
Unit = tuple[int, tuple[Any, ...]]  # how often it stands for, one value a coder
P_VALUE = re.compile(r"\.p(-[^.]*)?$")  # what the id of such a value ends with


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
    tables = (x for x in product(*(range(b + 1) for _, b in groups)) if sum(x) == total)
    ways = [prod(comb(b, n) for n, (_, b) in zip(drawn, groups, strict=True)) for drawn in tables]
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
    return alpha_and_ends([[(1, u) for u in units]])[0]


def alpha_and_ends(clusters: Sequence[Sequence[Unit]], *, ratio: bool = False) -> tuple[float, float, float]:
    """Krippendorff's alpha, and the ends between which it lies in 95 of 100 draws of clusters with replacement.

    A unit is how often it stands for, and one value a coder. The draws are those of the first engine (same seed, same
    generator, clusters by what is in them), else nothing could be compared; all else is written anew. No ends: nan.
    """
    made = [_disagreement([(w, u) for w, u in units if len(u) > 1], ratio) for units in clusters]
    domain = sorted({value for _, values in made for value in values})
    made = sorted((m for m in made if m[1]), key=lambda m: ([m[1][v] for v in domain], round(m[0], 9)))
    alpha = _alpha([(1, *m) for m in made], ratio)
    size = len(made)
    if isnan(alpha) or not size or size**-size > ALPHA / 2:
        return alpha, float("nan"), float("nan")
    weights = np.random.default_rng(SEED).multinomial(size, [1 / size] * size, size=DRAWS).tolist()
    drawn = [_alpha([(w, *m) for w, m in zip(draw, made, strict=True) if w], ratio) for draw in weights]
    drawn = sorted(a for a in drawn if not isnan(a))
    if DRAWS - len(drawn) > ALPHA / 2 * DRAWS:
        return alpha, float("nan"), float("nan")
    return alpha, _quantile(drawn, ALPHA / 2), _quantile(drawn, 1 - ALPHA / 2)


def _apart(x: Any, y: Any, ratio: bool) -> float:
    return ((x - y) / (x + y)) ** 2 if ratio and x != y else float(x != y)


def _disagreement(units: Sequence[Unit], ratio: bool) -> tuple[float, Counter[Any]]:
    """How far the coders of some units are apart, and how often each value was given."""
    values: Counter[Any] = Counter()
    observed = 0.0
    for weight, unit in units:
        observed += weight * sum(_apart(x, y, ratio) for x, y in permutations(unit, 2)) / (len(unit) - 1)
        for value in unit:
            values[value] += weight
    return observed, values


def _alpha(parts: Sequence[tuple[int, float, Counter[Any]]], ratio: bool) -> float:
    values: Counter[Any] = Counter()
    for times, _, own in parts:
        for value, n in own.items():
            values[value] += times * n
    expected = sum(values[x] * values[y] * _apart(x, y, ratio) for x, y in permutations(values, 2))
    observed = sum(times * apart for times, apart, _ in parts)
    return 1 - observed * (values.total() - 1) / expected if expected else float("nan")


def _quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile between the two values next to it."""
    at = share * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (at - low)


def kappa_again(units: Iterable[tuple[Any, Any]]) -> float:
    """Cohen's kappa of two coders.

    >>> kappa_again([(1, 1), (0, 0), (1, 0), (0, 0)])
    0.5
    """
    pairs = list(units)
    observed = sum(x == y for x, y in pairs) / len(pairs)
    one, other = (Counter(u) for u in zip(*pairs, strict=True))
    expected = sum(one[v] * other[v] for v in one) / len(pairs) ** 2
    return (observed - expected) / (1 - expected)


def change_again(a: int, b: int, c: int, d: int) -> tuple[float, float, float, float]:
    """Second share minus first of pairs, Newcombe's interval (method 10) with statsmodels, p with scipy.

    >>> [round(x, 4) for x in change_again(20, 2, 12, 16)]
    [0.2, 0.0562, 0.3292, 0.0129]
    """
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import proportion_confint

    n = a + b + c + d
    wilson = {x: proportion_confint(x, n, ALPHA, "wilson") for x in (a + b, a + c)}
    (below, above), (below_2, above_2) = ((x / n - wilson[x][0], wilson[x][1] - x / n) for x in (a + b, a + c))
    product_, numerator = (a + b) * (c + d) * (a + c) * (b + d), a * d - b * c
    phi = (max(numerator - n / 2, 0) if numerator > 0 else numerator) / sqrt(product_) if product_ else 0.0
    low = sqrt(max(below_2**2 - 2 * phi * below_2 * above + above**2, 0))
    high = sqrt(max(above_2**2 - 2 * phi * above_2 * below + below**2, 0))
    p = binomtest(min(b, c), b + c).pvalue if b + c else float("nan")
    return (c - b) / n, max((c - b) / n - low, -1), min((c - b) / n + high, 1), float(p)


def wrong_statistics(naive: Any, count: Any, row: str, cell: Cell, group: set[str] | None) -> Iterator[str]:
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
    if _is_there(cell, "alpha"):
        clusters, ratio = _coded(naive, count, row), row == "frequency"
        again = dict(zip(("alpha", "alpha_low", "alpha_high"), alpha_and_ends(clusters, ratio=ratio), strict=True))
    for name, value in again.items():
        printed = float(cell.get(name, value))
        if not (isclose(printed, value, abs_tol=CLOSE) or (isnan(printed) and isnan(value))):
            yield f"{name} ist im Bericht {printed:.6g}, nachgerechnet {value:.6g}"


def _is_there(cell: Cell, name: str) -> bool:
    return isinstance(cell.get(name), int | float) and not isnan(cell[name])


def weak_again(naive: Any, count: Any, row: str) -> float:
    """Alpha of a code: whether it occurs in a document."""
    coded = _coded(naive, Agreement(source=count.source, of="code"), row)
    return alpha_again(u for document in coded for _, u in document)


def _coded(naive: Any, count: Any, row: str, people: Sequence[str] = ()) -> list[list[Unit]]:
    """Document or mention by document or mention: what each coder said of each code, category or stretch of text."""
    made: list[list[Unit]] = []
    if type(count).__name__ == "Agreement":
        codes = list(naive.data.book(count.source).codes) if count.of == "level" else [row]
        for d in naive.rows(f"{count.source}-documents"):
            of: dict[str, list[Any]] = defaultdict(list)
            for r in naive.rows(f"{count.source}-codings"):
                if r["document_id"] == d["document_id"] and (not people or r["coder"] in people):
                    of[r["coder"]].append(r)
            units: list[Unit] = []
            for code in codes:
                own = [[(r["start"] or 0, r["end"] or 0) for r in x if r["code_id"] == code] for x in of.values()]
                if row != "segment":
                    units.append((1, tuple(map(len if row == "frequency" else bool, own))))
                    continue
                end = len(d["text"] or "")
                cuts = sorted({0, end, *(max(0, min(x, end)) for places in own for place in places for x in place)})
                for x, y in pairwise(cuts):
                    units.append((y - x, tuple(any(s <= x and y <= e for s, e in places) for places in own)))
            made.append(units)
    if type(count).__name__ == "OpenAgreement":
        names = [c.id for c in naive.data.category_book.items[count.source, count.item]]
        names = [row] if row in names else names
        made += [[(1, tuple(c in had for had in o.values())) for c in names] for o in naive.categorised(count).values()]
    return made


def wrong_value(naive: Any, value: Mapping[str, Any], numbers: Sequence[Number]) -> str | None:
    """What is wrong with words that follow from numbers, when these are worked out again; None if nothing was.

    `numbers` are those that it says it follows from: count, row, group, n and base, in this order.
    """
    if P_VALUE.search(str(value["id"])):
        return p_values(value, [(row, group, n, base) for _, row, group, n, base in numbers if group != TOTAL])
    name, text = str(value["id"]).partition(":")[2], str(value["text"]).replace("\u00a0", " ")
    if not numbers:
        return None
    count, row, group, n, base = numbers[0]
    kind = type(count).__name__
    if ".points" in name:
        wanted = _points(Fraction(n, base) - Fraction(*numbers[1][3:]))
    elif ".at_least_with" in name:
        wanted = f"{n + numbers[1][3] - base} von {base}"
    elif name.endswith(".mean"):
        wanted = _decimal(Fraction(sum(x[3] for x in numbers), base), 1)
    elif name.endswith(".kappa"):
        coders = [naive.data.book(count.source).lead_coder]
        others = sorted({r["coder"] for r in naive.rows(f"{count.source}-codings")} - {*coders})
        units = [u for c in _coded(naive, count, row, [*coders, *others[:1]]) for _, u in c if len(u) > 1]
        wanted = _decimal(Fraction(kappa_again(units)), 2)
    elif kind in ("Agreement", "OpenAgreement") and re.fullmatch(r"[-−]?\d,\d\d", text):
        found = alpha_and_ends(_coded(naive, count, row), ratio=row == "frequency")
        wanted = _decimal(Fraction(found["alpha_low" in name]), 2)
    elif kind == "Change":
        return _wrong_change(naive, text, [x[0] for x in numbers]) if name.endswith("certainty") else None
    elif ".bounds" in name:
        cases, by = naive.population(count, row)[0], naive.group_of("type")
        size = sum(group in (TOTAL, by.get(case)) for case in cases)
        wanted = " bis ".join(_decimal(Fraction(100 * x, size), 0) for x in (n, size - base + n)) + " %"
    elif name.endswith(".interval_note"):
        size = len(naive.population(count, row)[0])
        ends = (*interval_again(n, base, size), n / size, 1 - (base - n) / size)
        low, high, least, most = told = [_decimal(Fraction(x * 100), 0) for x in ends]
        right = f"{low} bis {high} %" in text and f"{least} bis {most} %" in text
        return "" if right else f"im Bericht „{text}“, nachgerechnet {told}"
    else:
        return _wrong_words(naive, value, numbers)
    return "" if text == wanted else f"im Bericht „{text}“, nachgerechnet „{wanted}“"


def _decimal(value: Fraction, decimals: int) -> str:
    """A number with comma, rounded half up."""
    digits = str(floor(abs(value) * 10**decimals + Fraction(1, 2))).rjust(decimals + 1, "0")
    told = f"{digits[:-decimals]},{digits[-decimals:]}" if decimals else digits
    return f"−{told}" if value < 0 and digits.strip("0") else told


def _points(difference: Fraction) -> str:
    """A difference of shares in whole points, with its sign."""
    told = _decimal(100 * difference, 0)
    return f"+{told}" if difference > 0 and told != "0" else told


def pairs_again(naive: Any, count: Any) -> tuple[int, int, int, int]:
    """Yes both times, only first, only second, never, of the cases of a change."""
    paired, first, second = ({u[0] for u in naive.change(count, r) if u[2]} for r in ("pairs", "first", "second"))
    return len(first & second), len(first - second), len(second - first), len(paired - first - second)


def _wrong_change(naive: Any, text: str, changes: Sequence[Any]) -> str:
    """What is said of several changes otherwise than McNemar's tests, corrected by Holm, and the differences bear."""
    label = {c: naive.data.book(c.then).items[c.then_item].label for c in changes}
    again = {c: change_again(*pairs_again(naive, c)) for c in changes}
    if "gesichert" in text:
        told, _, ticked = text.partition("Das hängt an der Basis")
        ticked = ticked.partition("angekreuzt haben")[2]
        families = [(told, list(changes))]
        if ticked or "Das gilt auch" in text:
            families.append((ticked or told, [replace(c, sets=_sets(naive, c)) for c in changes]))
        for part, family in families:
            ps = [change_again(*pairs_again(naive, c))[3] for c in family]
            tested = [k for k, p in enumerate(ps) if not isnan(p)]
            holm = dict(zip(tested, holm_again([ps[k] for k in tested]), strict=True))
            certain = {label[changes[k]] for k, p in holm.items() if p < ALPHA}
            if certain != set(label.values()) & set(re.findall("„([^“]*)“", part)):
                return f"im Bericht „{part.strip()}“, nachgerechnet gesichert: {', '.join(sorted(certain)) or 'nichts'}"
        return ""
    signs = Counter("höher" if x[0] > 0 else "niedriger" if x[0] < 0 else "gleich hoch" for x in again.values())
    told: Counter[str] = Counter()
    for clause in re.split(r"[.,] ", text):
        if counts := [COUNTED[w] for w in re.findall(r"\w+", clause.casefold()) if w in COUNTED]:
            told += Counter({word: counts[-1] for word in ("höher", "niedriger", "gleich hoch") if word in clause})
    most = max(again, key=lambda c: abs(again[c][0]))
    shown = _points(Fraction(again[most][0]))
    right = f"„{label[most]}“" in text and f"{shown} Prozentpunkte" in text and told == signs
    return "" if right else f"im Bericht „{text}“, nachgerechnet am größten: {label[most]} ({shown}); {dict(signs)}"


def shown_beside(naive: Any, cell: Cell) -> dict[str, str]:
    """What a table prints beside a number under these headings, worked out again."""
    n, base = int(cell["n"]), cell.get("base_n")
    again = {"n": str(n)}
    if base and not isnan(base):
        again |= {"Basis": str(int(base)), "Anteil": f"{_decimal(Fraction(100 * n, int(base)), int(base >= 100))} %"}
    if _is_there(cell, "alpha"):
        alpha, *ends = (
            _decimal(Fraction(cell[k]).limit_denominator(10**9), 2)
            for k in ("alpha", "alpha_low", "alpha_high") if not isnan(cell[k])
        )  # fmt: skip
        again |= {"Alpha": alpha, "Intervall": " bis ".join(ends) or "–"}
    if str(cell["definition"]).startswith("Change("):
        difference, low, high, _ = change_again(*pairs_again(naive, Count.read(str(cell["definition"]))[0]))
        ends = (_points(Fraction(round(100 * x), 100)) for x in (low, high))
        again |= {"Differenz": _points(Fraction(difference).limit_denominator(10**6))}
        again |= {"95-%-Intervall": " bis ".join(ends)}
    return again


def _sets(naive: Any, count: Any) -> tuple[str, ...]:
    """The sets of multiple answers that hold both items of a change; none for single answers."""
    books = ((naive.data.book(count.source), count.item), (naive.data.book(count.then), count.then_item))
    return tuple(s for book, item in books for s in book.sets if item in book.set_items(s))


def _wrong_words(naive: Any, value: Mapping[str, Any], numbers: Sequence[Number]) -> str | None:
    """What words on a comparison, a rank or shares say otherwise than their numbers, by the declared scale."""
    scale, text, about = naive.words(), str(value["text"]), value.get("about", ())
    first, _, group, n, _ = numbers[0]
    kind = type(first).__name__
    shares = [_share(n, base) for *_, n, base in numbers]

    def said(word: str) -> bool:
        return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))

    has = {name: any(map(said, words)) for name, words in scale.items() if name != "shares"}
    if has["most"] or has["least"] or has["unsurpassed"]:
        turn = -1 if has["least"] else 1
        ranks = [turn * _share(*naive.again(line)) for line in about]
        others = [turn * s for line, s in zip(value["of"], shares, strict=True) if line not in about]
        if not ranks or not others or kind.startswith("Returns") or group != numbers[-1][2]:
            return None
        behind = max(others) < ranks[-1] or (has["unsurpassed"] and max(others) == ranks[-1])
        told = f"„{text}“: davor liegt {float(abs(max(others))):.3f}, hier {float(abs(ranks[-1])):.3f}"
        return "" if behind else told
    if len(shares) > 1 and (has["more"] or has["fewer"] or has["same"]):
        fits = operator.lt if has["fewer"] else operator.gt if has["more"] else operator.eq
        told = f"„{text}“ bei {', '.join(f'{float(s):.3f}' for s in shares[:-1])} gegen {float(shares[-1]):.3f}"
        return "" if all(fits(s, shares[-1]) for s in shares[:-1]) else told
    of_talks = naive.data.book(first.source).count_words if kind == "Codings" else None
    if of_talks:
        steps = [(w, s["from"] <= n <= s["to"]) for s in of_talks["words"] for w in s["words"]]
    else:
        steps = [(w, all(_lies(share, s) for share in shares)) for s in scale["shares"] for w in s["words"]]
    there = [(word, fits) for word, fits in steps if said(word)]
    if not there or not all(base for *_, base in numbers) or (len(numbers) > 1 and value["kind"] != "number"):
        return None
    word, fits = max(there, key=lambda x: len(x[0]))
    return "" if fits else f"„{text}“: „{word}“ passt nicht zu {float(shares[0]):.3f}"


def _share(n: int, base: int | None) -> Fraction:
    return Fraction(n, base) if base else Fraction(n)


def _lies(share: Fraction, step: Mapping[str, Any]) -> bool:
    """Whether a share lies in a step of the declared scale."""
    least, most = Fraction(str(step["least"])), Fraction(str(step["most"]))
    at_end = (share == least and step.get("with_least")) or (share == most and step.get("with_most"))
    return least < share < most or bool(at_end)


def p_values(value: Mapping[str, Any], cells: Sequence[tuple[str, str, int, int]]) -> str:
    """What is wrong with a p value in the text; `cells` are row, group, n and base of what it follows from."""
    if not P_VALUE.search(str(value["id"])):
        return ""
    p = p_again([(n, base) for *_, n, base in cells])
    again = "< 0,001" if p < 0.001 else f"{p:.3f}".replace(".", ",")
    same = str(value["text"]).replace("\u00a0", " ") == again
    return "" if same else f"im Bericht „{value['text']}“, nachgerechnet „{again}“"
