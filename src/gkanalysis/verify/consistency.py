"""Do the published figures agree with themselves? Found from the figures and their declared relations alone.

For each contradiction: the smallest set of printed numbers that cannot all be true, and every smallest repair.
No microdata are needed; nothing about a particular finding stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from gkanalysis.verify.constraints import Claim, Relation, System, holds
from gkanalysis.verify.relations import PublishedNumbers

MAX_REPAIRS = 20
HOPS = 2
RULE_LABELS = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}


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
    """A column of percentages: the rule that holds for most of it, and the figures that break it."""

    id: str
    label: str
    rule: str
    n_figures: int
    only_this_rule: int
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class Consistency:
    """Everything that the check found out about one file.

    `corrections` has one entry per connected group of figures with contradictions: all its smallest corrections.
    """

    n_figures: int
    n_relations: int
    contradictions: tuple[Contradiction, ...]
    corrections: tuple[tuple[tuple[Change, ...], ...], ...]
    columns: tuple[Column, ...]
    implied_bases: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


def check_consistency(figures: Mapping[str, Mapping[str, str]], declared: Mapping[str, Any]) -> Consistency:
    """Check printed figures against each other.

    Parameters
    ----------
    figures : id -> row of the published file
    declared : relations, as the YAML beside the figures holds them

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
    corrections: list[tuple[tuple[Change, ...], ...]] = []
    columns: list[Column] = []
    implied: list[tuple[str, str]] = []
    for system in reader.systems():
        new, whole = _contradictions(system)
        contradictions += new
        corrections += [tuple(whole)] if whole else []
        implied += _implied_bases(system, reader)
    for column in declared.get("percent_columns", ()):
        columns.append(_judge_column(column, reader))
    order = {key: k for k, key in enumerate(reader.claims)}
    contradictions.sort(key=lambda c: (len(c.claims), order[c.claims[0]]))
    return Consistency(
        len(figures), len(reader.relations), tuple(contradictions), tuple(corrections), tuple(columns), tuple(implied),
        tuple(reader.problems),
    )  # fmt: skip


def _contradictions(system: System) -> tuple[list[Contradiction], list[tuple[Change, ...]]]:
    """The contradictions of a group, and every smallest correction of the whole group.

    One contradiction for each number that a smallest correction changes: all other numbers agree with each other,
    so each contradiction found contains exactly one of these.
    """
    corrections = _smallest_corrections(system)
    dropped = corrections[0][0]
    agreeing = set(range(len(system.claims))) - dropped
    near = system.neighbours()
    found: list[Contradiction] = []
    for wrong in sorted(dropped):
        core = _smallest_core(system, wrong, agreeing, near)
        names = tuple(system.claims[k].key for k in sorted(core))
        repairs = tuple(dict.fromkeys(_changes(system, core & out, values) for out, values in corrections))
        found.append(Contradiction(names, _sentences(system, core), repairs))
    whole = [_changes(system, out, values) for out, values in corrections] if dropped else []
    return list(dict.fromkeys(found)), whole


def _smallest_corrections(system: System) -> list[tuple[frozenset[int], dict[str, int]]]:
    """Every smallest set of numbers whose change makes all others agree (up to MAX_REPAIRS), with the values then."""
    best = system.keep_most()
    if best is None:
        raise ArithmeticError("the declared relations contradict each other without any figure")
    corrections = [best[:2]]
    while best[0] and len(corrections) < MAX_REPAIRS:
        best = system.keep_most(forbid=[out for out, _ in corrections])
        if best is None or len(best[0]) > len(corrections[0][0]):
            break
        corrections.append(best[:2])
    return sorted(corrections, key=lambda c: sorted(c[0]))


def _changes(system: System, out: Iterable[int], values: Mapping[str, int]) -> tuple[Change, ...]:
    changed = [system.claims[k] for k in sorted(out)]
    return tuple((c.key, _printed(c), _needed(c, values)) for c in changed)


def _smallest_core(system: System, wrong: int, agreeing: set[int], near: list[set[int]]) -> set[int]:
    """A smallest set of claims with `wrong` that cannot all be kept.

    Claims of a smallest set are connected: one with s claims lies within s - 1 steps of each of its members. So it
    is enough to look at a neighbourhood, and to widen it as long as a smaller set could hide beyond it.
    """
    ball, radius = {wrong}, 0
    while system.can_keep(ball):
        ball |= {k for b in ball for k in near[b]} & agreeing
        radius += 1
    core = _core_within(system, ball)
    while radius < len(core) - 2:
        ball |= {k for b in ball for k in near[b]} & agreeing
        radius += 1
        core = min(core, _core_within(system, ball), key=len)
    return core


def _core_within(system: System, ball: set[int]) -> set[int]:
    """A smallest contradiction within a set, by implicit hitting sets (Reiter 1987; Ignatiev et al. 2015).

    Whatever is dropped to make the set consistent meets every contradiction in it; a smallest set that meets all
    such corrections found so far is a contradiction itself, or leads to a new correction.
    """
    order = sorted(ball)
    claims = [system.claims[k] for k in order]
    for relations in (_relevant(system.relations, claims), system.relations):
        small = System(claims, relations)
        corrections: list[frozenset[int]] = []
        core: set[int] = set()
        while (grown := small.keep_most(must=core)) is not None and grown[0]:
            corrections.append(grown[0])
            core = _smallest_hitting_set(corrections)
        if grown is None:
            return {order[k] for k in core}
    raise ArithmeticError("the neighbourhood is consistent after all")


def _relevant(relations: Sequence[Relation], claims: Sequence[Claim]) -> list[Relation]:
    """Relations up to HOPS steps away from some claims.

    Leaving relations out can only hide a contradiction, never invent one; where the near ones do not suffice, all
    are used.
    """
    reached = {q for c in claims for q in ((c.n, c.base) if c.is_percent else (c.key,))}
    kept: list[Relation] = []
    for _ in range(HOPS):
        touching = [r for r in relations if reached & set(r.terms) and r not in kept]
        kept += touching
        reached |= {q for r in touching for q in r.terms}
    return kept


def _smallest_hitting_set(sets: Sequence[frozenset[int]]) -> set[int]:
    members = sorted(frozenset().union(*sets))
    at = {m: k for k, m in enumerate(members)}
    rows = np.zeros((len(sets), len(members)))
    for r, group in enumerate(sets):
        rows[r, [at[m] for m in group]] = 1
    # a slight preference for numbers that come first makes the answer one of its kind
    cost = 1 + np.arange(len(members)) * 1e-6
    solved = milp(
        cost, integrality=np.ones(len(members)), bounds=Bounds(0, 1), constraints=LinearConstraint(rows, 1)
    )
    return {m for m, x in zip(members, solved.x, strict=True) if x > 0.5}


def _printed(claim: Claim) -> str:
    whole = str(claim.value)
    return (
        f"{whole[: -claim.decimals] or '0'},{whole[-claim.decimals :]} %"
        if claim.decimals
        else whole + (" %" if claim.is_percent else "")
    )


def _needed(claim: Claim, values: Mapping[str, int]) -> str:
    if not claim.is_percent:
        return str(values[claim.key])
    n, base = values[claim.n], values[claim.base]
    return f"{100 * n / base:.{claim.decimals + 1}f} % ({n} von {base})".replace(".", ",") if base else "–"


def _sentences(system: System, core: set[int]) -> tuple[str, ...]:
    """The relations without which the contradiction would vanish, in words; and rounding, if it matters."""
    claims = [system.claims[k] for k in sorted(core)]
    keep = _relevant(system.relations, claims)
    if System(claims, keep).can_keep(range(len(claims))):
        keep = list(system.relations)
    size = len(keep)
    while size:  # leave out as many at a time as the contradiction can spare
        size = max(size // 2, 1)
        for start in range(len(keep) - 1, -1, -size):
            trial = keep[: max(start - size + 1, 0)] + keep[start + 1 :]
            if len(trial) < len(keep) and not System(claims, trial).can_keep(range(len(claims))):
                keep = trial
        if size == 1:
            break
    sentences = list(dict.fromkeys(r.sentence for r in keep))
    if any(c.is_percent for c in claims):
        sentences.append(
            "Ein Anteil ist Anzahl durch Basis, in einer Spalte überall gerundet oder überall abgeschnitten."
        )
    return tuple(sentences)


def _implied_bases(system: System, reader: PublishedNumbers) -> list[tuple[str, str]]:
    """Bases that are not printed: which whole number fits the printed share, or that none does."""
    result = []
    for claim in system.claims:
        if claim.is_percent and claim.base in reader.hidden:
            n = int(reader.figures[claim.key.removesuffix(".percent")]["numerator"])
            alone = [Claim(claim.n, n), claim]
            fits = []
            for base in range(max(n, 1), 1000):
                relation = Relation("", "", {claim.base: 1}, base, base)
                if System(alone, [relation]).can_keep({0, 1}):
                    fits.append(base)
                elif fits:
                    break
            result.append((claim.key, ", ".join(map(str, fits)) if fits else "keine ganze Zahl"))
    return result


def _judge_column(column: Mapping[str, Any], reader: PublishedNumbers) -> Column:
    """The rule under which most figures of a column are right; how many fit this rule only; what breaks it."""
    figures = [c for c in reader.claims.values() if c.is_percent and c.column == column["id"] and not c.band]

    def fits(claim: Claim, rule: str) -> bool:
        i = claim.key.removesuffix(".percent")
        values = {claim.n: int(reader.figures[i]["numerator"]), claim.base: int(reader.figures[i]["base"])}
        return holds(claim, values, {claim.column: rule})

    counts = {rule: sum(fits(c, rule) for c in figures) for rule in RULE_LABELS}
    rule = max(counts, key=lambda r: counts[r])
    other = next(r for r in RULE_LABELS if r != rule)
    return Column(
        column["id"],
        column["label"],
        rule,
        len(figures),
        sum(fits(c, rule) and not fits(c, other) for c in figures),
        tuple(c.key for c in figures if not fits(c, rule)),
    )


def name_number(key: str, figures: Mapping[str, Mapping[str, str]]) -> str:
    """A printed number in words: what it is, what it says, where it stands."""
    i, _, part = key.rpartition(".")
    row = figures[i]
    what = {"n": "Anzahl", "base": "Basis", "percent": "Anteil"}[part]
    printed = {
        "n": row["numerator"],
        "base": row["base"],
        "percent": row["printed"].replace(".", ",") + " %",
    }[part]
    who = f", {row['subgroup']}" if row["subgroup"] else ""
    return f"{what} {printed} bei „{row['label']}{who}“ ({row['section']}; {i})"


def report_lines(found: Consistency, figures: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The result in German sentences for an author, contradictions first."""

    def name(key: str) -> str:
        return name_number(key, figures)

    yield f"{found.n_figures} Angaben, {found.n_relations} Beziehungen: {len(found.contradictions)} Widersprüche."
    for number, c in enumerate(found.contradictions, start=1):
        yield ""
        yield f"Widerspruch {number} [{c.id}]. Diese Angaben können nicht alle richtig sein:"
        yield from (f"  – {name(key)}" for key in c.claims)
        yield "  Denn: " + " ".join(c.sentences)
        for repair in c.repairs:
            changes = "; ".join(
                f"{name(key)}: statt {printed} müsste {needed} stehen" for key, printed, needed in repair
            )
            yield f"  Mögliche Berichtigung: {changes}."
    for corrections in found.corrections:
        yield ""
        n = len(corrections[0])
        yield f"Alle Widersprüche zugleich beseitigt, wer {n} Angaben ändert; das geht auf {len(corrections)} Weisen:"
        for correction in corrections:
            yield "  – " + "; ".join(f"{key}: {printed} → {needed}" for key, printed, needed in correction)
    if found.columns:
        yield ""
    for column in found.columns:
        exceptions = ", ".join(name(k) for k in column.exceptions) or "keine"
        only = (
            f"{column.only_this_rule} Angaben sind nur so richtig"
            if column.only_this_rule
            else "beide Regeln passen"
        )
        yield f"{column.label}: {RULE_LABELS[column.rule]} ({column.n_figures} Angaben, {only}); Ausnahmen: {exceptions}."
    for key, bases in found.implied_bases:
        yield f"Nicht gedruckte Basis zu {name(key)}: {bases}."
    yield from (f"Nicht geprüft: {p}" for p in found.problems)
