"""The check of a report before it appears: its numbers together, and every file that it consists of.

`check_exhibits` looks at tables, figures and values before they are put into the report's folder, `check_file` at a
finished document before it is written, `check_report` at a whole folder again, `check_together` at what several
reports give away to somebody who reads them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from gkanalysis.codebook.policy import Policy
from gkanalysis.core.errors import DisclosureError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts import forms, lists, talks, waves  # noqa: F401, every kind of count is known
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.data import read_sources
from gkanalysis.disclosure.exact import BASE, Breach, find_breaches
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.disclosure.received import POLICY, Forbidden, read_forbidden
from gkanalysis.disclosure.texts import json_texts, texts_of
from gkanalysis.disclosure.told import read_claims, words_behind
from gkanalysis.disclosure.verbatim import rare_quotations
from gkanalysis.disclosure.world import ALL, Claim, SourceData

SHOWN = 12  # breaches of one kind that a message names


class Report(Protocol):
    """What is needed of a report's definition: its id, its sources, and its chapters with id and parameters."""

    id: str
    sources: Any
    chapters: Any


@dataclass
class Outcome:
    """What a check found: German sentences, and what was looked at."""

    problems: list[str] = field(default_factory=list)
    numbers: int = 0
    names: int = 0
    files: list[str] = field(default_factory=list)
    signed: list[Breach] = field(default_factory=list)


def check_exhibits(report: Report, paths: ProjectPaths, folder: Path) -> None:
    """Stop a report whose tables, figures and values, as they lie in a folder, give away too much.

    Raises
    ------
    DisclosureError
        Naming every breach: where, what, which printed numbers together, what to do.
    """
    _raise(_alone(report), _check_folder(report, Data(paths), folder))


def check_file(report: Report, paths: ProjectPaths, name: str, content: bytes) -> None:
    """Stop a finished document in which a name or an interview's words stand, in its text or anywhere else.

    Raises
    ------
    DisclosureError
    """
    outcome = Outcome()
    _check_files([(name, texts_of(name, content))], read_forbidden(report, Data(paths)), outcome)
    _raise(_alone(report), outcome)


def check_report(report: Report, paths: ProjectPaths) -> str:
    """Check everything in a report's folder; returns German lines on what was looked at.

    Raises
    ------
    DisclosureError
    """
    data, folder = Data(paths), paths.reports / report.id
    if not (folder / "values.json").exists():
        raise UsageError(f"Den Bericht „{report.id}“ gibt es noch nicht; bitte zuerst „make report“ ausführen.")
    outcome = _check_folder(report, data, folder)
    outcome.problems += [
        f"„{path.name}“ ist eine interne Unterlage und sagt es nicht; am Anfang muss „{paper.mark}“ stehen"
        for paper in data.policy.internal
        for path in (sorted(folder.glob(paper.file)) if paper.mark else ())
        if paper.mark not in path.read_text(encoding="utf-8", errors="replace")
    ]
    _raise(_alone(report), outcome)
    lines = [
        f"{report.id}: {outcome.numbers} gedruckte Zahlen zusammen geprüft, {len(outcome.files)} Dateien nach "
        f"{outcome.names} Namen und nach Worten der Gespräche durchsucht; nichts verrät ein einzelnes Bündnis."
    ]
    lines += [
        f"  Ausnahme: {_what(b, {}, data.policy)} – {b.signed.reason} ({b.signed.signed_by}, {b.signed.date})"
        for b in outcome.signed
        if b.signed
    ]
    return "\n".join(lines)


def check_together(reports: Sequence[Report], paths: ProjectPaths) -> str:
    """Check what the finished ones of these reports print together; returns a German line on what was looked at.

    Raises
    ------
    DisclosureError
        If the difference of two reports gives away what neither of them does.
    """
    data, outcome = Data(paths), Outcome()
    finished = [r for r in reports if (paths.reports / r.id / "values.json").exists()]
    sources, together = read_sources(data), []
    for report in finished:
        numbers = list(find_numbers(paths.reports / report.id))
        claims, _ = read_claims(numbers, data, sources)
        together += [replace(c, number=f"{report.id}/{c.number}") for c in claims]
        outcome.numbers += len(numbers)
    _find_breaches(together, sources, data.policy, outcome)
    listed = ", ".join(r.id for r in finished)
    _raise(
        f"Diese Berichte erscheinen nicht nebeneinander, denn zusammen verraten sie Vertrauliches: {listed}",
        outcome,
    )
    unused = [e for e in data.policy.exceptions if e not in [b.signed for b in outcome.signed]]
    lines = [f"  Nicht gebraucht: Ausnahme zu {e.source}, {e.item}, „{e.state}“; bitte streichen." for e in unused]
    said = (
        f"Zusammen geprüft: {outcome.numbers} gedruckte Zahlen aus {len(finished)} Berichten ({listed}); auch nebeneinander "
        "verraten sie kein einzelnes Bündnis."
    )
    return "\n".join([said, *(lines if len(finished) == len(reports) else ())])


def _raise(sentence: str, outcome: Outcome) -> None:
    if outcome.problems:
        n = len(outcome.problems)
        shown = [f"  {p}." for p in outcome.problems[:SHOWN]]
        more = [f"  … und {n - SHOWN} weitere."] if n > SHOWN else []
        head = f"{sentence} ({n} {'Stelle' if n == 1 else 'Stellen'}):\n"
        raise DisclosureError(head + "\n".join(shown + more))


def _alone(report: Report) -> str:
    return f"Der Bericht „{report.id}“ erscheint nicht, denn er verrät Vertrauliches"


def _check_folder(report: Report, data: Data, folder: Path) -> Outcome:
    """The check of everything that a folder prints together, and of each of its files."""
    outcome = Outcome()
    _check_numbers(report, data, folder, outcome)
    outcome.problems += rare_quotations(report, data)
    _check_files(_files(folder, data.policy), read_forbidden(report, data), outcome)
    return outcome


def _check_numbers(report: Report, data: Data, folder: Path, outcome: Outcome) -> None:
    policy, sources, numbers = data.policy, read_sources(data), list(find_numbers(folder))
    behind, unknown = words_behind(folder, [c for _, c in numbers], data)
    claims, failed = read_claims([*numbers, *behind], data, sources)
    outcome.numbers = len(numbers)
    unread = {number.partition(":")[0]: reason for number, reason in reversed(failed)}
    bare = dict.fromkeys([*_undefined(folder), *unknown], "sie nennt keine Rechenvorschrift")
    signed = {e.exhibit for e in policy.unweighed if e.report == report.id}
    outcome.problems += [
        f"„{exhibit}“: {reason}, Zahlen darin können also nicht geprüft werden; bitte sie mit einer Rechenvorschrift drucken"
        + (f" oder in „{POLICY}“ unter „unweighed“ begründen, warum sie nichts verraten" if exhibit in bare else "")
        for exhibit, reason in (unread | bare).items()
        if exhibit not in bare or exhibit not in signed
    ]
    outcome.problems += [
        f"„{POLICY}“ lässt unter „unweighed“ die Darstellung „{exhibit}“ ungeprüft, die es so nicht gibt; bitte streichen"
        for exhibit in sorted(signed - set(bare))
    ]
    _find_breaches(claims, sources, policy, outcome)


def _find_breaches(claims: Iterable[Claim], data: Mapping[str, SourceData], policy: Policy, outcome: Outcome) -> None:
    by_source: dict[str, list[Claim]] = {}
    for claim in claims:
        by_source.setdefault(claim.source, []).append(claim)
    for source, printed in by_source.items():
        try:
            breaches = find_breaches(data[source], printed, policy)
        except KeyError as missing:
            outcome.problems.append(
                f"„{source}“: die Gruppe oder Antwort {missing} ist den Regeln in „{POLICY}“ nicht bekannt; bitte dort nachtragen"
            )
            continue
        outcome.signed += [b for b in breaches if b.signed]
        outcome.problems += [breach_sentence(b, data, policy) for b in breaches if not b.signed]


def _undefined(folder: Path) -> Iterator[str]:
    """Tables, figures and values that print numbers without saying how they were counted."""
    for path in sorted([*folder.glob("tables/*.csv"), *folder.glob("figures/*.csv")]):
        with path.open(encoding="utf-8") as file:
            if "definition" not in file.readline().strip().split(","):
                yield path.stem


def breach_sentence(breach: Breach, data: Mapping[str, SourceData], policy: Policy) -> str:
    """A breach in German: what is given away, what is allowed, what gives it away, what to do."""
    because = ", ".join(breach.because) or "mehreren gedruckten Zahlen zusammen"
    if breach.kind == "contradiction":
        return f"{breach.source}: gedruckte Zahlen schließen sich aus, so ist nichts zu prüfen: {because}; bitte berichtigen"
    what = _what(breach, data, policy)
    shown = f"{breach.low}" if breach.low == breach.high else f"{breach.low} bis {breach.high}"
    if breach.link:
        attribute = policy.attributes[breach.link.attribute].label
        told = (
            f"es {'ist' if breach.high == 1 else 'sind'} {shown}, und öffentlich ist: {attribute} „{breach.link.value}“ haben nur "
            f"{breach.public_n} Bündnisse (erlaubt ist eine Anzahl erst ab {policy.threshold}, und nicht alle)"
        )
    elif breach.kind == "all":
        told = f"alle {shown} haben dieselbe Antwort (erlaubt ist, dass mindestens eines offen bleibt)"
    else:
        told = f"es {'ist' if breach.high == 1 else 'sind'} {shown} (erlaubt sind 0 oder mindestens {policy.threshold})"
    advice = f"; Vorschlag: {breach.advice}" if breach.advice else ""
    return f"{what}: {told}; das folgt aus {because}{advice}"


def _what(breach: Breach, data: Mapping[str, SourceData], policy: Policy) -> str:
    """Question, answer and group in words."""
    groups = policy.group_labels | {ALL: "alle zusammen"}
    where = " und ".join(groups.get(g, g) for g in breach.groups)
    where += f" mit Status „{', '.join(breach.status)}“" if breach.status and breach.state != BASE else ""
    if breach.state == BASE:
        return f"{breach.source}, Zahl der Fälle, {where}"
    question = data[breach.source].questions[breach.question] if breach.source in data else None
    label = f" ({question.label})" if question and question.label != question.id else ""
    state = question.state_labels.get(breach.state, breach.state) if question else breach.state
    return f"{breach.source}, {breach.question}{label}, „{state}“, {where}"


def _files(folder: Path, policy: Policy) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """The files that leave the house, with their texts; of JSON files with internal keys all other keys."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(folder).as_posix()
        paper = policy.internal_paper(name)
        if paper and not paper.keys:
            continue
        yield f"{name} (Dateiname)", [("Name der Datei", name)]
        if paper:
            yield name, json_texts(json.loads(path.read_text(encoding="utf-8")), paper.keys)
        else:
            yield name, texts_of(name, path.read_bytes())


def _check_files(
    files: Iterable[tuple[str, Iterable[tuple[str, str]]]], forbidden: Forbidden, outcome: Outcome
) -> None:
    """Search the names and the texts of files."""
    outcome.names = forbidden.names.size
    for name, texts in files:
        outcome.files += [name] if not name.endswith("(Dateiname)") else []
        outcome.problems += forbidden.problems(name, list(texts))
