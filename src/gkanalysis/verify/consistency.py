"""Do the published figures agree with themselves? Found from the figures and their declared relations alone.

For each contradiction: the smallest set of printed numbers that cannot all be true, and every smallest repair.
No microdata are needed; nothing about a particular finding stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.constraints import RULES, Claim, System, holds
from gkanalysis.verify.cores import (
    needed_relations,
    smallest_cores,
    smallest_corrections,
    whole_bases,
)
from gkanalysis.verify.relations import PublishedNumbers

SHARE = "Ein Anteil ist Anzahl durch Basis, in einer Spalte überall gerundet oder überall abgeschnitten."
NO_BASE = "Die Basis ist nicht gedruckt, und keine ganze Zahl ergibt zu dieser Anzahl diesen Anteil."

Change = tuple[str, str, str]  # number, printed, needed


@dataclass(frozen=True)
class Contradiction:
    """Numbers that cannot all be true: `claims` (smallest set), `sentences` that make them clash, `repairs`.

    Each repair is a tuple of changes (number, printed, needed) that a smallest correction of the whole makes here.
    """

    claims: tuple[str, ...]
    sentences: tuple[str, ...]
    repairs: tuple[tuple[Change, ...], ...]

    @property
    def id(self) -> str:
        """Name of the contradiction, the same as long as the same numbers clash."""
        return "widerspruch:" + "+".join(self.claims)


@dataclass(frozen=True)
class Column:
    """A column of percentages: the rule that holds for most of it, and the figures that break it.

    `only_this_rule` figures are right under this rule only; `rule` is empty where no figure could be judged.
    """

    id: str
    label: str
    rule: str
    n_figures: int
    only_this_rule: int
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class Consistency:
    """Everything that the check found out about one file.

    `corrections` has one entry per connected group of figures with contradictions: all its smallest corrections,
    or the first `MAX_CORRECTIONS`. `implied_bases` are (number, lowest, highest) of bases that are not printed.
    `unchecked` are figures without a number that could be compared; `problems` are German sentences.
    """

    n_figures: int
    n_relations: int
    contradictions: tuple[Contradiction, ...]
    corrections: tuple[tuple[tuple[Change, ...], ...], ...]
    columns: tuple[Column, ...]
    implied_bases: tuple[tuple[str, int, int | None], ...]
    unchecked: tuple[str, ...]
    problems: tuple[str, ...]


def check_consistency(
    figures: Mapping[str, Mapping[str, str]], declared: Mapping[str, Any], problems: Iterable[str] = ()
) -> Consistency:
    """Check printed figures against each other.

    Parameters
    ----------
    figures : id -> row of the published file
    declared : relations, as the YAML beside the figures holds them
    problems : what reading the files has found already

    Returns
    -------
    Consistency; `problems` names relations that could not be used, one German sentence each

    Examples
    --------
    Two parts and a whole that cannot all be true; any one of the three numbers may be the wrong one:

    >>> row = dict(kind="count", printed="", qualifier="", base="", label="", subgroup="", section="")
    >>> figures = {"a": row | {"numerator": "3"}, "b": row | {"numerator": "4"}, "all": row | {"numerator": "8"}}
    >>> declared = {"sum": [{"id": "s", "says": "a und b sind alle.", "total": "all.n", "parts": ["a.n", "b.n"]}]}
    >>> found = check_consistency(figures, declared).contradictions
    >>> found[0].claims, found[0].repairs
    (('a.n', 'b.n', 'all.n'), ((('a.n', '3', '4'),), (('b.n', '4', '5'),), (('all.n', '8', '7'),)))
    """
    reader = PublishedNumbers(figures, declared)
    contradictions: list[Contradiction] = []
    unsolved: list[str] = []
    corrections: list[tuple[tuple[Change, ...], ...]] = []
    for system in reader.systems():
        try:
            new, whole = _contradictions(system, reader.same)
        except VerificationError as error:  # the other groups can still be solved
            ids = dict.fromkeys(c.key.rpartition(".")[0] for c in system.claims)
            unsolved.append(f"{error} Betroffen sind {', '.join(ids)}.")
            continue
        contradictions += new
        corrections += [whole] if whole else []
    implied: dict[str, tuple[str, int, int | None]] = {}  # by base: several shares can be of the same one
    for claim, n in _hidden_bases(reader):
        fits = whole_bases(claim, n.value)
        if fits is None:
            if not any({n.key, claim.key} >= set(c.claims) for c in contradictions):
                contradictions.append(Contradiction((n.key, claim.key), (NO_BASE,), ()))
            continue
        key, low, high = implied.get(claim.base, (claim.key, *fits))
        ends = [end for end in (high, fits[1]) if end is not None]
        low, high = max(low, fits[0]), min(ends) if ends else None
        if high is None or low <= high:  # else it is a contradiction, and has been found as one
            implied[claim.base] = (key, low, high)
    order = {key: k for k, key in enumerate(reader.claims)}
    contradictions.sort(key=lambda c: (len(c.claims), [order[k] for k in c.claims]))
    return Consistency(
        len(figures), len(reader.relations), tuple(contradictions), tuple(corrections),
        tuple(_judge_column(c, reader) for c in reader.columns), tuple(implied.values()),
        tuple(i for i in figures if i not in reader.used), (*problems, *reader.problems, *unsolved),
    )  # fmt: skip


def _contradictions(
    system: System, same: Mapping[str, str]
) -> tuple[list[Contradiction], tuple[tuple[Change, ...], ...]]:
    """The contradictions of a group, and every smallest correction of the whole group."""
    corrections = smallest_corrections(system)
    if not corrections[0][0]:
        return [], ()
    whole = tuple(_changes(system, out) for out, _ in corrections)
    found = []
    for core in smallest_cores(system, corrections[0][0]):
        names = tuple(system.claims[k].key for k in core)
        repairs = tuple(dict.fromkeys(tuple(c for c in changes if c[0] in names) for changes in whole))
        found.append(Contradiction(names, _sentences(system, core, same), tuple(filter(None, repairs))))
    return found, whole


def _changes(system: System, out: frozenset[int]) -> tuple[Change, ...]:
    """What must stand there when all other numbers are true."""
    kept = set(range(len(system.claims))) - out
    changes = []
    for k in sorted(out):
        claim = system.claims[k]
        if not claim.is_percent:
            needed = _needed_count(system, kept, claim)
        else:
            n, base = (system.value_range(kept, q) or (0, None) for q in (claim.n, claim.base))
            known = n[0] == n[1] and base[0] == base[1] and base[0]
            share = f"{100 * n[0] / base[0]:.{claim.decimals + 1}f}".replace(".", ",") if known else ""
            needed = f"{share} % ({n[0]} von {base[0]})" if known else "ein anderer Anteil"
        changes.append((claim.key, printed_number(claim), needed))
    return tuple(changes)


def _needed_count(system: System, kept: set[int], claim: Claim) -> str:
    """The count that must stand there: the only one, or the nearest below and above the printed one."""
    below = system.value_range(kept, claim.key, high=claim.value - 1)
    above = system.value_range(kept, claim.key, low=claim.value + 1)
    if below and above:
        return f"{below[1]} oder {above[0]}"
    low, high = below or above or (claim.value, claim.value)
    if low == high:
        return str(low)
    if high is None:
        return f"mindestens {low}"
    return f"{low} bis {high}" if low else f"höchstens {high}"


def printed_number(claim: Claim) -> str:
    """A claim as it stands in print."""
    whole = str(claim.value).rjust(claim.decimals + 1, "0")
    if claim.decimals:
        return f"{whole[: -claim.decimals]},{whole[-claim.decimals :]} %"
    return f"{whole} %" if claim.is_percent else whole


def _sentences(system: System, core: Sequence[int], same: Mapping[str, str]) -> tuple[str, ...]:
    """The relations without which the contradiction would vanish, in words; and rounding, if it matters."""
    sentences = [r.sentence for r in needed_relations(system, core)]
    claims = [system.claims[k] for k in core]
    counts = {c.key for c in claims if not c.is_percent}
    shares = [c for c in claims if c.is_percent]
    bases = [c.base for c in shares]
    for c in shares:  # a base that the share has in common with another number of the contradiction
        own = c.key.removesuffix("percent") + "base"
        if own in same and (c.base in counts or bases.count(c.base) > 1):
            sentences.append(same[own])
    sentences = list(dict.fromkeys(sentences))
    if shares and not sentences and len(claims) == 2 and all(c.base not in counts for c in shares):
        printed = {c.key for c in system.claims}
        sentences.append(SHARE if shares[0].base in printed else NO_BASE)
    elif shares:
        sentences.append(SHARE)
    return tuple(sentences)


def _hidden_bases(reader: PublishedNumbers) -> Iterable[tuple[Claim, Claim]]:
    """Printed shares with a printed count and no printed base."""
    for claim in reader.claims.values():
        if claim.is_percent and claim.base not in reader.claims and claim.n in reader.claims:
            yield claim, reader.claims[claim.n]


def _judge_column(column: Mapping[str, Any], reader: PublishedNumbers) -> Column:
    """The rule under which most figures of a column are right; how many fit this rule only; what breaks it."""
    figures = [
        c for c in reader.claims.values()
        if c.is_percent and c.column == column["id"] and not c.band and {c.n, c.base} <= reader.claims.keys()
    ]  # fmt: skip

    def fits(claim: Claim, rule: str) -> bool:
        values = {q: reader.claims[q].value for q in (claim.n, claim.base)}
        return holds(claim, values, {claim.column: rule})

    counts = {rule: sum(fits(c, rule) for c in figures) for rule in RULES}
    rule = max(counts, key=lambda r: counts[r])
    other = next(r for r in RULES if r != rule)
    return Column(
        column["id"],
        column["label"],
        rule if figures else "",
        len(figures),
        sum(fits(c, rule) and not fits(c, other) for c in figures),
        tuple(c.key for c in figures if not fits(c, rule)),
    )
