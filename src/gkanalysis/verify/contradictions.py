"""Do the published figures agree with themselves? Found from them and their declared relations, without any microdata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from gkanalysis.verify.printed import Figures, PrintedNumbers, month_name
from gkanalysis.verify.solver import RULES, Claim, Relation, System

SHARE = "Ein Anteil ist Anzahl durch Basis, in einer Spalte überall gerundet oder überall abgeschnitten."
NO_BASE = "Die Basis ist nicht gedruckt, und keine ganze Zahl ergibt zu dieser Anzahl diesen Anteil."
MAX_CORRECTIONS = 40

Changes = tuple[tuple[str, str, str], ...]  # number, printed, needed


@dataclass(frozen=True)
class Contradiction:
    """Numbers that cannot all be true: `claims` (smallest set), `sentences` that make them clash, and each repair."""

    claims: tuple[str, ...]
    sentences: tuple[str, ...]
    repairs: tuple[Changes, ...] = ()

    @property
    def id(self) -> str:
        """Name of the contradiction, the same as long as the same numbers clash."""
        return "widerspruch:" + "+".join(self.claims)


@dataclass(frozen=True)
class Consistency:
    """Everything that the check learned about one file.

    `corrections` are all smallest ones of each connected group of figures with contradictions, or `MAX_CORRECTIONS`.
    """

    n_figures: int
    n_relations: int
    contradictions: list[Contradiction]
    corrections: list[list[Changes]]
    rows: list[dict[str, str]]
    problems: list[str]


def check_consistency(figures: Figures, declared: Mapping[str, Any], problems: Iterable[str] = ()) -> Consistency:
    """Check printed figures against each other, by the relations of the YAML beside them.

    `problems` are what reading the files has brought up already.

    Two parts and a whole that cannot all be true; any one of the three numbers may be the wrong one:

    >>> row = dict(kind="count", printed="", qualifier="", base="", label="", subgroup="", section="")
    >>> figures = {"a": row | {"numerator": "3"}, "b": row | {"numerator": "4"}, "all": row | {"numerator": "8"}}
    >>> declared = {"sum": [{"id": "s", "says": "a und b sind alle.", "total": "all.n", "parts": ["a.n", "b.n"]}]}
    >>> (c,) = check_consistency(figures, declared).contradictions
    >>> c.claims, c.repairs
    (('a.n', 'b.n', 'all.n'), ((('a.n', '3', '4'),), (('b.n', '4', '5'),), (('all.n', '8', '7'),)))
    """
    printed = PrintedNumbers(figures, declared)
    contradictions: list[Contradiction] = []
    corrections = []
    for system in printed.systems():
        if smallest := system.smallest_corrections(MAX_CORRECTIONS):
            corrections.append([_changes(system, out, figures) for out in smallest])
            contradictions += _contradictions(system, smallest[0], corrections[-1], printed.same)
    order = {key: k for k, key in enumerate(printed.claims)}
    contradictions.sort(key=lambda c: (len(c.claims), [order[k] for k in c.claims]))
    rows = [_row(c.id, "contradiction", "\n".join(_lines(c, figures))) for c in contradictions]
    rows += [_row(c["id"], "rounding", _column_line(c, printed)) for c in printed.columns]
    rows += _implied_bases(printed)
    for i in (i for i in figures if i not in printed.used):
        text = " ".join(filter(None, (figures[i]["qualifier"], figures[i]["printed"])))
        about = f"{figures[i]['label']}: „{text}“ ist keine genaue Zahl, mit der andere zu vergleichen wären."
        rows.append(_row(i, "no_exact_number", about))
    found = [*problems, *printed.problems]
    return Consistency(len(figures), len(printed.relations), contradictions, corrections, rows, found)


def _row(name: str, verdict: str, message: str) -> dict[str, str]:
    return {"section": "contradiction", "id": name, "verdict": verdict, "message": message}


def _contradictions(
    system: System, dropped: frozenset[int], corrections: Sequence[Changes], same: Mapping[str, str]
) -> list[Contradiction]:
    """One for each number that a smallest correction changes: all others agree, so each contains exactly one of these."""
    agreeing = frozenset(range(len(system.claims))) - dropped
    contradictions = {}
    for wrong in sorted(dropped):
        core, relations = system.contradiction(wrong, agreeing)
        claims = [system.claims[k] for k in core]
        names = tuple(c.key for c in claims)
        repairs = dict.fromkeys(tuple(c for c in changes if c[0] in names) for changes in corrections)
        sentences = _sentences(claims, relations, {c.key for c in system.claims}, same)
        contradictions[names] = Contradiction(names, sentences, tuple(filter(None, repairs)))
    return list(contradictions.values())


def _changes(system: System, out: frozenset[int], figures: Figures) -> Changes:
    """What must stand there when all other numbers are true."""
    kept = frozenset(range(len(system.statements))) - out
    changes = []
    for claim in (system.claims[k] for k in sorted(out)):
        if claim.n:
            ends = [system.value_range(kept, q) for q in (claim.n, claim.base)]
            (n, _), (base, _) = ends
            fixed = all(low == high for low, high in ends) and base
            share = f"{100 * n / base:.{claim.decimals + 1}f}".replace(".", ",") if fixed else ""
            needed = f"{share} % ({n} von {base})" if fixed else "ein anderer Anteil"
        else:  # the only count that fits, or the nearest below and above
            below = system.value_range(kept, claim.key, high=claim.value - 1)
            above = system.value_range(kept, claim.key, low=claim.value + 1)
            low, high = below or above or (claim.value, claim.value)
            both = below and above and f"{below[1]} oder {above[0]}"
            if claim.key.endswith((".from", ".to")):
                both = " oder ".join(month_name(end[k]) for end, k in ((below, 1), (above, 0)) if end)
            needed = both or (f"höchstens {high}" if high and not low else _span(low, high))
        changes.append((claim.key, _as_printed(claim.key, figures), needed))
    return tuple(changes)


def _span(low: int, high: int | None) -> str:
    return f"mindestens {low}" if high is None else str(low) if low == high else f"{low} bis {high}"


def _as_printed(key: str, figures: Figures) -> str:
    """A number as it stands in print, without its word."""
    i, _, part = key.rpartition(".")
    row = figures[i]
    if part in ("from", "to"):
        return f"„{row['printed']}“"
    return f"{row['printed'].replace('.', ',')} %" if part == "percent" else row["numerator" if part == "n" else "base"]


def _sentences(
    claims: Sequence[Claim], relations: Sequence[Relation], printed: set[str], same: Mapping[str, str]
) -> tuple[str, ...]:
    """Why the claims clash, in words: the relations, and rounding, if it matters."""
    sentences = [r.sentence for r in relations]
    counts = {c.key for c in claims if not c.n}
    shares = [c for c in claims if c.n]
    bases = [c.base for c in shares]
    for c in shares:  # a base that the share has in common with another number of the contradiction
        own = c.key.removesuffix("percent") + "base"
        if own in same and (c.base in counts or bases.count(c.base) > 1):
            sentences.append(same[own])
    if shares:
        no_base = not sentences and len(claims) == 2 and not counts & set(bases) and bases[0] not in printed
        sentences.append(NO_BASE if no_base else SHARE)
    return tuple(dict.fromkeys(sentences))


def _implied_bases(printed: PrintedNumbers) -> Iterator[dict[str, str]]:
    """What whole numbers can be the base of shares whose count is printed and whose base is not."""
    claims = printed.claims
    shares: dict[str, list[Claim]] = {}
    for claim in claims.values():
        if claim.base not in claims and claim.n in claims:
            shares.setdefault(claim.base, []).append(claim)
    for base, group in shares.items():
        counts = {c.n: claims[c.n] for c in group}
        relations = [Relation("", {base: 1, n: -1}, inf) for n in counts]
        system = System([*counts.values(), *group], relations)
        if fits := system.value_range(range(len(system.statements)), base):
            key = group[0].key
            message = f"Nicht gedruckte Basis zu {name_number(key, printed.figures)}: {_span(*fits)}."
            yield _row(f"basis:{key}", "implied_base", message)


def _column_line(column: Mapping[str, Any], printed: PrintedNumbers) -> str:
    """The rule under which most figures of a column are right; how many fit this rule only; what breaks it."""
    figures = [
        c for c in printed.claims.values()
        if len(c.rules) > 1 and c.column == column["id"] and {c.n, c.base} <= printed.claims.keys()
    ]  # fmt: skip
    if not figures:
        return f"{column['label']}: keine Angabe mit Anzahl und Basis, an der sich die Rundung zeigt."
    values = {q: printed.claims[q].value for c in figures for q in (c.n, c.base)}
    fits = {rule: {c.key for c in figures if c.holds(values, rule)} for rule in RULES}
    rule, other = sorted(RULES, key=lambda r: -len(fits[r]))
    only = f"{n} Angaben sind nur so richtig" if (n := len(fits[rule] - fits[other])) else "beide Regeln passen"
    broken = [name_number(c.key, printed.figures) for c in figures if c.key not in fits[rule]]
    exceptions = ", ".join(broken) or "keine"
    return f"{column['label']}: {RULES[rule]} ({len(figures)} Angaben, {only}); Ausnahmen: {exceptions}."


def name_number(key: str, figures: Figures) -> str:
    """A printed number in words: what it is, what it says, where it stands."""
    i, _, part = key.rpartition(".")
    row = figures[i]
    what = {"n": "Anzahl", "base": "Basis", "percent": "Anteil", "from": "Beginn", "to": "Ende"}[part]
    what = f"{what} {row['qualifier']}".strip() if part == "percent" else what
    who = f", {row['subgroup']}" if row["subgroup"] else ""
    return f"{what} {_as_printed(key, figures)} bei „{row['label']}{who}“ ({row['section']}; {i})"


def _lines(contradiction: Contradiction, figures: Figures) -> Iterator[str]:
    """What clashes, why, and each possible repair."""
    yield "Diese Angaben können nicht alle richtig sein:"
    yield from (f"– {name_number(key, figures)}" for key in contradiction.claims)
    yield f"Denn: {' '.join(contradiction.sentences)}"
    for repair in contradiction.repairs:
        words = "{}: statt {} müsste {} stehen"
        changes = (words.format(name_number(k, figures), printed, needed) for k, printed, needed in repair)
        yield f"Mögliche Berichtigung: {'; '.join(changes)}."


def report_lines(result: Consistency) -> Iterator[str]:
    """The whole result in German, contradictions first."""
    n = len(result.contradictions)
    yield f"{result.n_figures} Angaben, {result.n_relations} Beziehungen: {n} Widersprüche."
    for number, row in enumerate(result.rows[:n], start=1):
        first, *lines = row["message"].splitlines()
        yield from ("", f"Widerspruch {number} [{row['id']}]. {first}", *(f"  {line}" for line in lines))
    for corrections in result.corrections:
        changed = "eine Angabe" if len(corrections[0]) == 1 else f"{len(corrections[0])} Angaben"
        ways = "eine Weise" if len(corrections) == 1 else f"{len(corrections)} Weisen"
        least = "mindestens " if len(corrections) == MAX_CORRECTIONS else ""
        yield ""
        yield f"Wer {changed} ändert, beseitigt die Widersprüche dieser Gruppe; das geht auf {least}{ways}:"
        for correction in corrections:
            yield "  – " + "; ".join(f"{key}: {printed} → {needed}" for key, printed, needed in correction)
    yield from [""] * bool(result.rows[n:])
    yield from (row["message"] for row in result.rows[n:] if row["verdict"] != "no_exact_number")
    if unchecked := [row["id"] for row in result.rows if row["verdict"] == "no_exact_number"]:
        yield f"Ohne genaue Zahl, daher nicht verglichen: {len(unchecked)} Angaben ({', '.join(unchecked)})."
    yield from (f"Nicht geprüft: {p}" for p in result.problems)
