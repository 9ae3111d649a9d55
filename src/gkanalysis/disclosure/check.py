"""The check of a report before it appears: its numbers together, and every file that it consists of."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from gkanalysis.codebook.policy import Policy
from gkanalysis.codebook.reports import Report
from gkanalysis.core.errors import DisclosureError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.rawstate import is_draft
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import REGISTER, Data, current
from gkanalysis.counts.table import Number
from gkanalysis.disclosure.data import forms_data, read_sources
from gkanalysis.disclosure.exact import BASE, Breach, find_breaches
from gkanalysis.disclosure.printed import exhibit_tables, find_numbers, find_withheld
from gkanalysis.disclosure.received import POLICY, read_forbidden, unused_words
from gkanalysis.disclosure.texts import json_texts, texts_of
from gkanalysis.disclosure.told import read_claims, read_dashes, words_behind
from gkanalysis.disclosure.verbatim import rare_quotations
from gkanalysis.disclosure.world import ALL, CASE, Claim, Dashes, SourceData, TooManyWorldsError

SHOWN = 12  # breaches of one kind that a message names
BARE = "sie nennt keine Rechenvorschrift"


def check_exhibits(report: Report, paths: ProjectPaths, folder: Path) -> None:
    """Stop a report whose tables, figures and values, as they lie in a folder, give away too much.

    The `DisclosureError` names every breach: where, what, which printed numbers together, what to do.
    """
    check = _Check(paths)
    check.folder(report, folder)
    check.stop(_alone(report))


def check_files(report: Report, paths: ProjectPaths, files: Mapping[str, bytes]) -> None:
    """Stop finished documents in which a name or an interview's words stand, in their text or anywhere else."""
    check = _Check(paths)
    check.files(report, [(name, texts_of(name, content)) for name, content in files.items()])
    check.stop(_alone(report))


def check_report(report: Report, paths: ProjectPaths) -> str:
    """Check everything in a report's folder; returns German lines on what was looked at."""
    check, folder = _Check(paths), paths.reports / report.id
    if not (folder / "values.json").exists():
        raise UsageError(f"Den Bericht „{report.id}“ gibt es noch nicht; bitte zuerst „make report“ ausführen.")
    check.folder(report, folder)
    for path, mark in ((path, p.mark) for p in check.policy.internal if p.mark for path in sorted(folder.glob(p.file))):
        if mark not in path.read_text(encoding="utf-8", errors="replace"):
            what = f"„{path.name}“ ist eine interne Unterlage und sagt es nicht"
            check.problems.append(f"{what}; am Anfang muss „{mark}“ stehen")
    check.stop(_alone(report))
    searched = f"{check.n_files} Dateien nach {check.n_names} Namen und nach Worten der Gespräche durchsucht"
    weighed = f"{report.id}: {check.n_numbers} gedruckte Zahlen zusammen geprüft"
    lines = [f"{weighed}, {searched}; nichts verrät ein einzelnes Bündnis."]
    for breach in check.signed:
        e = breach.signed
        lines.append(f"  Ausnahme: {_what(breach, {}, check.policy)} – {e.reason} ({e.signed_by}, {e.date})")
    return "\n".join(lines)


def check_together(reports: Sequence[Report], paths: ProjectPaths) -> str:
    """Check what the finished ones of these reports print together; returns a German line on what was looked at."""
    check, together = _Check(paths), []
    finished = [r for r in reports if (paths.reports / r.id / "values.json").exists()]
    for report in finished:
        claims, _ = check.claims(paths.reports / report.id)
        together += [replace(c, number=f"{report.id}/{c.number}") for c in claims]
    check.breaches(together)
    if len(finished) == len(reports) > 1:  # then what the policy exempts must be there
        check.problems += check.exempt_nothing({r.id for r in finished})
    listed = ", ".join(r.id for r in finished)
    check.stop(f"Diese Berichte erscheinen nicht nebeneinander, denn zusammen verraten sie Vertrauliches: {listed}")
    looked_at = f"{check.n_numbers} gedruckte Zahlen aus {len(finished)} Berichten ({listed})"
    return f"Zusammen geprüft: {looked_at}; auch nebeneinander verraten sie kein einzelnes Bündnis."


def weigh_known(numbers: Iterable[Number], cases: Iterable[str], data: Data) -> list[str]:
    """What numbers give away of others to somebody who knows one case and all that it answered: sentences.

    `numbers` are all that any of these readers may see, of waves of forms; each row of a count is weighed by itself.
    `cases` are those whose answers a reader knows; those of one kind (groups, answer) are weighed once.
    """
    every = {n.definition: n for n in numbers}
    sources = {s: forms_data(data, s) for s in dict.fromkeys(n.counted.count.source for n in every.values())}
    printed, unread = read_claims([_as_row(line, n.n, n.base_n) for line, n in every.items()], data, sources)
    told = [f"„{line}“: {reason}" for line, reason in unread]
    of_row: dict[tuple[Count, str], list[Claim]] = {}
    for claim in printed:
        of_row.setdefault((every[claim.number].counted.count, every[claim.number].row), []).append(claim)
    places = data.alliances.set_index(CASE).loc[[*cases]]
    for (count, row), claims in of_row.items():
        by = sorted({every[c.number].counted.grouped for c in claims if c.groups != (ALL,)})
        units = count.counted(data).rows
        units = units[units["row"] == row]
        inside = units[units["base"].astype("boolean").fillna(True).to_numpy(dtype=bool)]
        counted, base = set(inside.loc[inside["n"], CASE]), set(inside[CASE])
        kinds = {(c in counted, c in base, *(places.at[c, a] for a in by)): c for c in reversed(places.index)}
        for (n, base_n, *_), case in kinds.items():
            own, _ = read_claims([_as_row(count.name(row, case), int(n), int(base_n))], data, sources)
            breaches = find_breaches(sources[count.source], [*claims, *own], data.policy)
            told += [f"{breach_sentence(b, sources, data.policy)} (wer {case} kennt)" for b in breaches if not b.signed]
    return told


def _as_row(line: str, n: int, base_n: int | None) -> tuple[str, dict[str, Any]]:
    return line, {"definition": line, "n": n, "base_n": base_n}


def _alone(report: Report) -> str:
    return f"Der Bericht „{report.id}“ erscheint nicht, denn er verrät Vertrauliches"


class _Check:
    """What a check found, as German sentences, and how much it looked at."""

    def __init__(self, paths: ProjectPaths) -> None:
        self.data = current(paths)
        self.policy = self.data.policy
        self.problems: list[str] = []
        self.signed: list[Breach] = []
        self.n_numbers = self.n_names = self.n_files = 0

    @cached_property
    def sources(self) -> dict[str, SourceData]:
        """The sources, which a search for names does not need."""
        return read_sources(self.data)

    def stop(self, sentence: str) -> None:
        """Raise if something was found; of a draft it is only said."""
        if n := len(self.problems):
            shown = [f"  {p}." for p in self.problems[:SHOWN]]
            more = [f"  … und {n - SHOWN} weitere."] if n > SHOWN else []
            head = f"{sentence} ({n} {'Stelle' if n == 1 else 'Stellen'}):\n"
            if not is_draft():
                raise DisclosureError(head + "\n".join(shown + more))
            print("Nur als Entwurf:", head + "\n".join(shown + more), file=sys.stderr)

    def folder(self, report: Report, folder: Path) -> None:
        """Everything that a folder prints together, and each of its files."""
        claims, bare = self.claims(folder)
        signed = {e.exhibit for e in self.policy.unweighed if e.report == report.id}
        for exhibit, reason in bare.items():
            what = f"„{exhibit}“: {reason}, Zahlen darin können also nicht geprüft werden; bitte sie mit einer Rechenvorschrift drucken"
            more = f" oder in „{POLICY}“ unter „unweighed“ begründen, warum sie nichts verraten"
            if reason != BARE or exhibit not in signed:
                self.problems.append(what + more * (reason == BARE))
        for exhibit in sorted(e for e in signed if bare.get(e) != BARE):
            what = f"„{POLICY}“ lässt unter „unweighed“ die Darstellung „{exhibit}“ ungeprüft"
            self.problems.append(f"{what}, die es so nicht gibt; bitte streichen")
        self.breaches(claims)
        self.problems += rare_quotations(report, self.data)
        self.files(report, _files(folder, self.policy))

    def exempt_nothing(self, reports: Collection[str]) -> Iterator[str]:
        """Rules of the policy that are about nothing there is, in words: misspelt they protect nobody, or let through what comes to be there."""
        used, known, names = [b.signed for b in self.signed], self.data, self.policy.names
        folders = [known.paths.reports / r for r in reports]
        for e in (e for e in self.policy.exceptions if e not in used):
            yield f"„{POLICY}“ nimmt unter „exceptions“ {e.source}, {e.item}, „{e.state}“ aus, was so kein Bericht druckt; bitte streichen"
        for u in (u for u in self.policy.unweighed if u.report not in reports):
            yield f"„{POLICY}“ lässt unter „unweighed“ eine Darstellung des Berichts „{u.report}“ ungeprüft, den es nicht gibt; bitte streichen"
        nothing = [("internal", i.file) for i in self.policy.internal if not any(i.is_there(f) for f in folders)]
        for rule in names.lists:
            columns = known.book(rule.source).spec.columns if known.has(f"{rule.source}-rows") else ()
            there = {c.name for c in columns}
            nothing += [("names › lists", c) for c in (rule.before, rule.name, rule.behind) if c not in there]
            printed = any((f / f"tables/{rule.exhibit}.csv").exists() for f in folders)
            nothing += [] if printed else [("names › lists", rule.exhibit)]
        nothing += [(f"names › {key}", word) for key, word in unused_words(known)]
        for name, rules in self.policy.sources.items():
            asked = {*self.sources[name].questions, "status"} if name in self.sources else set()
            nothing += [] if asked or name in (*known.sources, REGISTER) else [("sources", name)]
            items = [*(r.match for r in rules.variables), *(x.item for x in rules.links)] if asked else ()
            nothing += [(f"sources › {name}", i) for i in items if not any(fnmatchcase(q, i) for q in asked)]
        for key, word in dict.fromkeys(nothing):
            yield f"„{POLICY}“ nennt unter „{key}“ „{word}“, das es hier nicht gibt; bitte berichtigen oder streichen"

    def claims(self, folder: Path) -> tuple[list[Claim | Dashes], dict[str, str]]:
        """What the numbers of a folder tell; and the exhibits with numbers that cannot be weighed, with the reason."""
        numbers = list(find_numbers(folder))
        self.n_numbers += len(numbers)
        behind, unknown = words_behind(folder, [c for _, c in numbers], self.data)
        claims, unread = read_claims([*numbers, *behind], self.data, self.sources)
        dashes, unknown_dashes = read_dashes(numbers, find_withheld(folder), self.data, self.sources)
        reasons = {number.partition(":")[0]: reason for number, reason in reversed([*unread, *unknown_dashes])}
        bare = [name for name, table in exhibit_tables(folder) if "definition" not in table]
        return [*claims, *dashes], reasons | dict.fromkeys([*bare, *unknown], BARE)

    def breaches(self, claims: Iterable[Claim | Dashes]) -> None:
        """What claims give away together, source by source."""
        by_source: dict[str, list[Claim | Dashes]] = {}
        for claim in claims:
            by_source.setdefault(claim.source, []).append(claim)
        for source, printed in by_source.items():
            try:
                breaches = find_breaches(self.sources[source], printed, self.policy)
            except KeyError as missing:
                what = f"„{source}“: die Gruppe oder Antwort {missing} ist den Regeln in „{POLICY}“ nicht bekannt"
                self.problems.append(f"{what}; bitte dort nachtragen")
            except TooManyWorldsError:
                what = f"{source}: zu den Strichen einer Zeile sind zu viele Fälle möglich, um sie zu prüfen"
                self.problems.append(f"{what}; bitte die Basis der Gruppen drucken, oder die Zeile ohne Gruppen")
            else:
                self.signed += [b for b in breaches if b.signed]
                self.problems += [breach_sentence(b, self.sources, self.policy) for b in breaches if not b.signed]

    def files(self, report: Report, files: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
        """Search the names and the texts of files."""
        forbidden = read_forbidden(report, self.data)
        self.n_names = forbidden.names.size
        for name, texts in files:
            self.n_files += not name.endswith("(Dateiname)")
            self.problems += forbidden.problems(name, list(texts))


def breach_sentence(breach: Breach, data: Mapping[str, SourceData], policy: Policy) -> str:
    """A breach in German: what is given away, what is allowed, what gives it away, what to do."""
    because = ", ".join(breach.because) or "mehreren gedruckten Zahlen zusammen"
    if breach.kind == "contradiction":
        return f"{breach.source}: gedruckte Zahlen schließen sich aus, so ist nichts zu prüfen: {because}; bitte berichtigen"
    what = _what(breach, data, policy)
    shown = f"{breach.low}" if breach.low == breach.high else f"{breach.low} bis {breach.high}"
    if breach.kind == "all":
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
