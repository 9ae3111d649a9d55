"""What the check of published figures found, in German sentences for an author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gkanalysis.verify.consistency import Column, Consistency, Contradiction
from gkanalysis.verify.cores import MAX_CORRECTIONS

RULE_LABELS = {"half_up": "kaufmännisch gerundet", "truncate": "abgeschnitten"}
Figures = Mapping[str, Mapping[str, str]]


def name_number(key: str, figures: Figures) -> str:
    """A printed number in words: what it is, what it says, where it stands."""
    i, _, part = key.rpartition(".")
    row = figures[i]
    what = {"n": "Anzahl", "base": "Basis", "percent": "Anteil"}[part]
    printed = {
        "n": row["numerator"],
        "base": row["base"],
        "percent": row["printed"].replace(".", ",") + " %",
    }[part]
    about = f"{row['qualifier']} " if part == "percent" and row["qualifier"] else ""
    who = f", {row['subgroup']}" if row["subgroup"] else ""
    return f"{what} {about}{printed} bei „{row['label']}{who}“ ({row['section']}; {i})"


def repair_lines(contradiction: Contradiction, figures: Figures) -> Iterator[str]:
    """Each possible repair of one contradiction as a sentence."""
    for repair in contradiction.repairs:
        changes = (
            f"{name_number(k, figures)}: statt {printed} müsste {needed} stehen"
            for k, printed, needed in repair
        )
        yield f"Mögliche Berichtigung: {'; '.join(changes)}."


def column_line(column: Column, figures: Figures) -> str:
    """The rule of rounding of one column, how sure it is, and what breaks it."""
    if not column.rule:
        return f"{column.label}: keine Angabe mit Anzahl und Basis, an der sich die Rundung zeigt."
    only = f"{column.only_this_rule} Angaben sind nur so richtig" if column.only_this_rule else "beide Regeln passen"  # fmt: skip
    exceptions = ", ".join(name_number(k, figures) for k in column.exceptions) or "keine"
    return f"{column.label}: {RULE_LABELS[column.rule]} ({column.n_figures} Angaben, {only}); Ausnahmen: {exceptions}."


def base_line(key: str, low: int, high: int | None, figures: Figures) -> str:
    """A base that is not printed, as far as the printed share gives it away."""
    bases = f"mindestens {low}" if high is None else str(low) if low == high else f"{low} bis {high}"
    return f"Nicht gedruckte Basis zu {name_number(key, figures)}: {bases}."


def report_lines(found: Consistency, figures: Figures) -> Iterator[str]:
    """The whole result, contradictions first."""
    yield f"{found.n_figures} Angaben, {found.n_relations} Beziehungen: {len(found.contradictions)} Widersprüche."
    for number, c in enumerate(found.contradictions, start=1):
        yield ""
        yield f"Widerspruch {number} [{c.id}]. Diese Angaben können nicht alle richtig sein:"
        yield from (f"  – {name_number(key, figures)}" for key in c.claims)
        yield "  Denn: " + " ".join(c.sentences)
        yield from (f"  {line}" for line in repair_lines(c, figures))
    for corrections in found.corrections:
        yield ""
        n = "eine Angabe" if len(corrections[0]) == 1 else f"{len(corrections[0])} Angaben"
        ways = "eine Weise" if len(corrections) == 1 else f"{len(corrections)} Weisen"
        least = "mindestens " if len(corrections) == MAX_CORRECTIONS else ""
        yield f"Wer {n} ändert, beseitigt die Widersprüche dieser Gruppe; das geht auf {least}{ways}:"
        for correction in corrections:
            yield "  – " + "; ".join(f"{key}: {printed} → {needed}" for key, printed, needed in correction)
    if found.columns or found.implied_bases or found.unchecked:
        yield ""
    yield from (column_line(column, figures) for column in found.columns)
    yield from (base_line(*base, figures) for base in found.implied_bases)
    if found.unchecked:
        yield f"Ohne genaue Zahl, daher nicht verglichen: {len(found.unchecked)} Angaben ({', '.join(found.unchecked)})."
    yield from (f"Nicht geprüft: {p}" for p in found.problems)
