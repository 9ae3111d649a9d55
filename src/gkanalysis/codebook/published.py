"""What is declared of published figures: how they hang together, which number each is, which findings are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from gkanalysis.codebook import declared as d
from gkanalysis.core.errors import VerificationError

SCALE = 100  # percent: no word before a number moves it further


class _Part(d.Declared):
    number: d.Text = d.key("die Zahl")
    times: d.Whole = d.key("wie oft sie zählt", 1)


def _as_part(value: Any) -> Any:
    return {"number": value} if isinstance(value, str) else value


Part = Annotated[_Part, BeforeValidator(_as_part, json_schema_input_type=str | _Part)]
Rows = Annotated[d.Text, d.matching(r"[^{}]*\{row\}[^{}]*", "muss genau einmal {row} enthalten")]


class _Relation(d.Declared):
    id: d.Text = d.key("Kennung der Beziehung")
    says: d.Text = d.key("Satz, den die Verfasser lesen, wenn sie verletzt ist")


class _Equal(_Relation):
    terms: d.Many[d.Text] = d.key("Zahlen: „kennung.n“, „kennung.base“; auch Muster mit ? und *")


class _OneNumber(_Equal):
    id: d.Text = d.key("Kennung der Beziehung", "")


class _Sum(_Relation):
    total: d.Text = d.key("das Ganze")
    parts: d.Some[Part] = d.key("die Teile: Zahlen, oder {number, times}, wenn eine mehrfach zählt")
    rest: d.Flag = d.key("true: das Ganze darf mehr sein als die Teile", False)


class _SumEach(_Sum):
    rows: Rows = d.key("Muster der Zeilen, mit {row} für die Zeile")


class _PercentColumn(d.Declared):
    id: d.Text = d.key("Kennung der Spalte")
    label: d.Text = d.key("Name der Spalte")
    figures: d.Text = d.key("Muster der Angaben, die in ihr stehen")


def _no_band(value: Any) -> str:
    pair = isinstance(value, list | tuple) and len(value) == 2 and all(map(d.is_number, value))
    right = pair and -SCALE <= value[0] <= 0 <= value[1] <= SCALE
    return "" if right else "nötig sind zwei Zahlen um die Null, wie [-2.5, 2.5]"


Band = Annotated[tuple[d.Number, ...], d.refused(_no_band)]


class Relations(d.Declared):
    """What must hold between printed figures whatever the data are."""

    one_number: d.Many[_OneNumber] = d.key("Zahlen, die von ihrer Bedeutung her eine sind", ())
    equal: d.Many[_Equal] = d.key("dieselbe Größe an mehreren Stellen", ())
    sum: d.Many[_Sum] = d.key("Teile, die ein Ganzes ergeben", ())
    sum_each: d.Many[_SumEach] = d.key("dieselbe Summe für jede Zeile einer Tabelle", ())
    percent_columns: d.Many[_PercentColumn] = d.key("Spalten von Anteilen mit einer gemeinsamen Rundung", ())
    qualifiers: Mapping[str, Band] = d.key(
        "Wort vor einer Zahl, etwa „rund“: wie weit der genaue Anteil darunter und darüber liegen darf, in Punkten", {}
    )


def _no_pattern(text: Any) -> str:
    try:
        re.compile(text) if isinstance(text, str) else None
    except re.error as error:
        return f"„{text}“ ist kein gültiges Muster ({error})"
    return ""


Pattern = Annotated[d.Text, d.refused(_no_pattern)]
Tables = Mapping[str, Mapping[str, d.Written]]
Reason = Annotated[d.Text, d.matching(r"(?s).*\S.*", "ist leer; nötig ist ein Text")]


class _Binding(d.Declared):
    match: Pattern = d.key("Muster der Kennungen (regulärer Ausdruck)")
    number: d.Text = d.key("Darstellung:Zeile:Gruppe oder Wert, auch Summe mit +; {1} ist die erste Gruppe des Musters")
    part: Literal["n", "base", "rest", "count"] = d.key(
        "Anzahl (n), Basis (base), Basis ohne Anzahl (rest) oder Anzahl ohne Basis (count)", "n"
    )


class _NotCheckable(d.Declared):
    match: Pattern = d.key("Muster der Kennungen (regulärer Ausdruck)")
    reason: d.Text = d.key("warum die Angabe nicht prüfbar ist")


class Bindings(d.Declared):
    """Which published figure is which number of the rebuilt report."""

    bindings: d.Many[_Binding] = d.key("Zuordnungen, die erste passende gilt")
    report: d.Text = d.key("Bericht, aus dem die Zahlen sind", "")
    words: Mapping[str, d.Text] = d.key(
        "wie eine Angabe im fertigen Bericht heißt: Kennung, Bezeichnung oder Gruppe der Angabe → Wörter im Bericht", {}
    )
    called: Mapping[str, d.Text] = d.key(
        "wie der Text eine Zahl nennt, wo er andere Wörter hat als das Codebuch: Kennung der Zahl → Wort in ihrem Satz",
        {},
    )
    title_page: d.Many[d.Text] = d.key("Zeilen der Titelseite, eingetragen von jemand anderem als im Bericht", ())
    lines: Mapping[str, d.Many[d.Text]] = d.key(
        "getippte Anmerkungen und an wen sich Empfehlungen richten, ebenso eingetragen: Darstellung oder Abschnitt → Zeilen",
        {},
    )
    typed: Mapping[str, d.Many[d.Text]] = d.key(
        "Monate, Jahre und Zahlwörter, die niemand zählt, ebenso eingetragen: wie es dasteht → Wörter, von denen eines in seinem Satz steht",
        {},
    )
    tables: Tables = d.key("zum Nachschlagen: {name[1]} sucht Gruppe 1 in „name“", {})
    not_checkable: d.Many[_NotCheckable] = d.key("Angaben, die nicht prüfbar sind", ())


class _Accepted(d.Declared):
    id: d.Text = d.key("Kennung der Angabe oder des Widerspruchs")
    verdict: d.Text = d.key("Urteil, wie die Prüfung es nennt")
    reason: Reason = d.key("warum es dabei bleibt")


def _entries_twice(entries: Any) -> d.Slips:
    yield from d.twice((), (f"{e.id}“ mit „{e.verdict}" for e in entries), "„{}“ steht zweimal")
    words = (" ".join(re.findall(r"\w+", e.reason.casefold())) for e in entries)
    yield from d.twice((), words, "der Grund „{}“ steht zweimal; jeder Befund braucht seinen eigenen")


def _relation_slips(relations: Relations) -> d.Slips:
    """Relations that say nothing, and ids that stand twice."""
    seen: set[str] = set()
    for kind in ("one_number", "equal", "sum", "sum_each", "percent_columns"):
        for k, entry in enumerate(relations[kind]):
            terms = entry.get("terms", ("", ""))
            if len(terms) < 2 and not set("*?[") & set("".join(terms)):
                yield (kind, k, "terms"), "gleich sein können nur zwei oder mehr Zahlen"
            if entry.id and entry.id in seen:
                yield (kind, k), f"die Kennung „{entry.id}“ ist schon vergeben"
            seen.add(entry.id)


def usable_relations(path: Path, problems: list[str]) -> Relations:
    """Declared relations that can be used, from their YAML file; `problems` takes a sentence for each that cannot.

    The figures can still be checked with the others, or by themselves if the file is none.
    """
    try:
        document = RELATIONS.load(path)
        document = document if document.content is not None else d.Document({})
        relations, wrong = _usable(document)
        if wrong and not isinstance(document.content, dict):
            RELATIONS.refuse(path, wrong)
    except VerificationError as error:
        problems.append(str(error))
        return Relations()
    problems += [f"„{path}“, {p.sentence}" for p in wrong]
    return relations


def checked_relations(declared: Mapping[str, Any] | Relations, problems: list[str]) -> Relations:
    """Relations that can be used; `problems` takes one German sentence for each that cannot.

    >>> problems = []
    >>> checked_relations({"equal": [{"id": "a", "says": "Gleich."}]}, problems).equal, problems
    ((), ['equal › a: es fehlt „terms“.'])
    """
    relations, wrong = _usable(d.Document(declared))
    problems += [p.sentence for p in wrong]
    return relations


def _usable(document: d.Document) -> tuple[Relations, list[d.Problem]]:
    """What is left without the entries that are wrong, and what is wrong with these."""
    relations, problems = RELATIONS.validate(document)
    if problems and isinstance(document.content, Mapping):
        bad = {p.place[:2] for p in problems}
        left = {k: _without(k, v, bad) for k, v in document.content.items() if (k,) not in bad}
        if left != document.content:
            usable, more = _usable(d.Document(left))
            return usable, [*problems, *(p for p in more if p.sentence not in {q.sentence for q in problems})]
    return relations or Relations(), problems


def _without(kind: str, entries: Any, bad: set[Any]) -> Any:
    """Entries of a kind without the bad ones."""
    if isinstance(entries, Mapping):
        return {name: e for name, e in entries.items() if (kind, name) not in bad}
    return [e for k, e in enumerate(entries or ()) if (kind, k) not in bad]


def read_accepted(path: Path) -> list[dict[str, str]]:
    """Known findings with their reasons, each once; none without a file."""
    entries = ACCEPTED.read(path) if path.exists() else ()
    return [{"id": e.id, "verdict": e.verdict, "reason": e.reason.strip()} for e in entries]


FOLDER = "data/published"
RELATIONS = d.Declaration(
    "beziehungen", "Beziehungen", Relations, (f"{FOLDER}/*.relations.yml",), _relation_slips, "sind", VerificationError
)  # fmt: skip
BINDINGS = d.Declaration("zuordnung", "Zuordnung", Bindings, (f"{FOLDER}/*.numbers.yml",), error=VerificationError)
ACCEPTED = d.Declaration(
    "bekannt", "Liste bekannter Befunde", d.Many[_Accepted], (f"{FOLDER}/*.accepted.yml",), _entries_twice,
    error=VerificationError,
)  # fmt: skip
read_relations, read_bindings = RELATIONS.read, BINDINGS.plain
