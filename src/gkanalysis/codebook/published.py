"""What is declared of published figures: how they hang together, which number each is, which findings are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from gkanalysis.codebook.declared import (
    Declaration,
    Declared,
    Document,
    Flag,
    Many,
    Number,
    Problem,
    Slips,
    Some,
    Text,
    Whole,
    Written,
    checked,
    key,
    matching,
    twice,
)
from gkanalysis.core.errors import VerificationError

SCALE = 100  # percent: no word before a number moves it further


class _Part(Declared):
    number: Text = key("die Zahl")
    times: Whole = key("wie oft sie zählt", 1)


Part = Annotated[
    _Part,
    BeforeValidator(lambda v: {"number": v} if isinstance(v, str) else v, json_schema_input_type=str | _Part),
]


class _Relation(Declared):
    id: Text = key("Kennung der Beziehung")
    says: Text = key("Satz, den die Verfasser lesen, wenn sie verletzt ist")


class _Equal(_Relation):
    terms: Many[Text] = key("Zahlen: „kennung.n“, „kennung.base“; auch Muster mit ? und *")


class _OneNumber(_Equal):
    id: Text = key("Kennung der Beziehung", "")


class _Sum(_Relation):
    total: Text = key("das Ganze")
    parts: Some[Part] = key("die Teile: Zahlen, oder {number, times}, wenn eine mehrfach zählt")
    rest: Flag = key("true: das Ganze darf mehr sein als die Teile", False)


class _SumEach(_Sum):
    rows: Annotated[Text, matching(r"[^{}]*\{row\}[^{}]*", "muss genau einmal {row} enthalten")] = key(
        "Muster der Zeilen, mit {row} für die Zeile"
    )


class _PercentColumn(Declared):
    id: Text = key("Kennung der Spalte")
    label: Text = key("Name der Spalte")
    figures: Text = key("Muster der Angaben, die in ihr stehen")


def _band(value: Any) -> Any:
    pair = isinstance(value, list | tuple) and len(value) == 2 and all(type(x) in (int, float) for x in value)
    if not pair or not -SCALE <= value[0] <= 0 <= value[1] <= SCALE:
        raise ValueError("nötig sind zwei Zahlen um die Null, wie [-2.5, 2.5]")
    return tuple(value)


class Relations(Declared):
    """What must hold between printed figures whatever the data are."""

    one_number: Many[_OneNumber] = key("Zahlen, die von ihrer Bedeutung her eine sind", ())
    equal: Many[_Equal] = key("dieselbe Größe an mehreren Stellen", ())
    sum: Many[_Sum] = key("Teile, die ein Ganzes ergeben", ())
    sum_each: Many[_SumEach] = key("dieselbe Summe für jede Zeile einer Tabelle", ())
    percent_columns: Many[_PercentColumn] = key("Spalten von Anteilen mit einer gemeinsamen Rundung", ())
    qualifiers: Mapping[str, Annotated[tuple[Number, ...], BeforeValidator(_band)]] = key(
        "Wort vor einer Zahl, etwa „rund“: wie weit der genaue Anteil darunter und darüber liegen darf, in Punkten",
        {},
    )


def _pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"„{text}“ ist kein gültiges Muster ({error})") from None


Pattern = Annotated[Text, checked(_pattern)]


class _Binding(Declared):
    match: Pattern = key("Muster der Kennungen (regulärer Ausdruck)")
    number: Text = key("Darstellung:Zeile:Gruppe oder Wert; {1} ist die erste Gruppe des Musters")
    part: Literal["n", "base"] = key("Anzahl (n) oder Basis (base)", "n")


class _NotCheckable(Declared):
    match: Pattern = key("Muster der Kennungen (regulärer Ausdruck)")
    reason: Text = key("warum die Angabe nicht prüfbar ist")


class Bindings(Declared):
    """Which published figure is which number of the rebuilt report."""

    bindings: Many[_Binding] = key("Zuordnungen, die erste passende gilt")
    report: Text = key("Bericht, aus dem die Zahlen sind", "")
    tables: Mapping[str, Mapping[str, Written]] = key(
        "zum Nachschlagen: {name[1]} sucht Gruppe 1 in „name“", {}
    )
    not_checkable: Many[_NotCheckable] = key("Angaben, die nicht prüfbar sind", ())


class _Accepted(Declared):
    id: Text = key("Kennung der Angabe oder des Widerspruchs")
    verdict: Text = key("Urteil, wie die Prüfung es nennt")
    reason: Annotated[Text, matching(r"(?s).*\S.*", "ist leer; nötig ist ein Text")] = key(
        "warum es dabei bleibt"
    )


def _entries_twice(entries: Any, plain: Any) -> Slips:
    yield from twice((), (f"{e.id}“ mit „{e.verdict}" for e in entries), "„{}“ steht zweimal")


def _relation_slips(relations: Relations, plain: Any) -> Slips:
    """Relations that say nothing, and ids that stand twice."""
    seen: set[str] = set()
    for kind in ("one_number", "equal", "sum", "sum_each", "percent_columns"):
        for k, entry in enumerate(getattr(relations, kind)):
            terms = getattr(entry, "terms", ("", ""))
            if len(terms) < 2 and not set("*?[") & set("".join(terms)):
                yield (kind, k, "terms"), "gleich sein können nur zwei oder mehr Zahlen"
            if entry.id and entry.id in seen:
                yield (kind, k), f"die Kennung „{entry.id}“ ist schon vergeben"
            seen.add(entry.id)


def read_relations(path: Path, problems: list[str] | None = None) -> dict[str, Any]:
    """Declared relations that can be used, from their YAML file, as `checked_relations` gives them.

    Parameters
    ----------
    problems : takes a German sentence for each entry that cannot be used; the figures can still be checked with the
        others, or by themselves if the file is none. None makes it an error.

    Raises
    ------
    VerificationError
        If something is wrong, and nobody takes the sentence.
    """
    try:
        document = RELATIONS.load(path)
        relations, wrong = _usable(document)
        if wrong and (problems is None or not isinstance(document.content, dict)):
            RELATIONS.refuse(path, wrong)
    except VerificationError as error:
        if problems is None:
            raise
        problems.append(str(error))
        return {}
    if problems is not None:
        problems += [f"„{path}“, {p.sentence}" for p in wrong]
    return relations


def checked_relations(declared: Mapping[str, Any], problems: list[str]) -> dict[str, Any]:
    """Relations of each kind that can be used; `problems` takes one German sentence for each that cannot.

    Parts of sums come back as mappings with `number` and `times`, bounds of words as pairs.

    Examples
    --------
    >>> problems = []
    >>> checked_relations({"equal": [{"id": "a", "says": "Gleich."}]}, problems)["equal"], problems
    ([], ['equal › a: es fehlt „terms“.'])
    """
    relations, wrong = _usable(Document(declared))
    problems += [p.sentence for p in wrong]
    return relations


def _usable(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """What is left without the entries that are wrong, and what is wrong with these."""
    document = Document({} if document.content is None else document.content, document.node)
    relations, problems = RELATIONS.validate(document)
    while problems and isinstance(document.content, Mapping):
        bad = {p.place[:2] for p in problems}
        content = {k: _without(k, v, bad) for k, v in document.content.items() if (k,) not in bad}
        document = Document(content)
        relations, more = RELATIONS.validate(document)
        if not more:
            break
        problems += [p for p in more if p.sentence not in {q.sentence for q in problems}]
    kinds = {name: getattr(relations, name) for name in Relations.model_fields} if relations else {}
    return {k: dict(v) if k == "qualifiers" else [_plain(e) for e in v] for k, v in kinds.items()}, problems


def _without(kind: str, entries: Any, bad: set[Any]) -> Any:
    """Entries of a kind without the bad ones."""
    if isinstance(entries, Mapping):
        return {name: e for name, e in entries.items() if (kind, name) not in bad}
    return [e for k, e in enumerate(entries or ()) if (kind, k) not in bad]


def _plain(entry: Any) -> dict[str, Any]:
    """An entry as plain data; what was left out is not in it."""
    return {
        k: list(v) if isinstance(v, tuple) else v
        for k, v in entry.model_dump().items()
        if v not in ("", False)
    }


def read_bindings(path: Path) -> dict[str, Any]:
    """The file that says which published figure is which number of the rebuilt report, as plain data.

    Raises
    ------
    VerificationError
        If it is unreadable, an entry is incomplete, or a pattern is no regular expression.
    """
    return BINDINGS.read(path)[1]


def read_accepted(path: Path) -> list[dict[str, str]]:
    """Known findings with their reasons; none without a file.

    Raises
    ------
    VerificationError
        If an entry lacks id, verdict or reason, or stands twice.
    """
    entries = ACCEPTED.read(path)[0] if path.exists() else ()
    return [{"id": e.id, "verdict": e.verdict, "reason": e.reason.strip()} for e in entries]


RELATIONS = Declaration(
    "beziehungen",
    "Beziehungen",
    Relations,
    ("data/published/*.relations.yml",),
    _relation_slips,
    "sind",
    VerificationError,
)
BINDINGS = Declaration(
    "zuordnung", "Zuordnung", Bindings, ("data/published/*.numbers.yml",), error=VerificationError
)
ACCEPTED = Declaration(
    "bekannt", "Liste bekannter Befunde", Many[_Accepted], ("data/published/*.accepted.yml",), _entries_twice,
    error=VerificationError,
)  # fmt: skip
