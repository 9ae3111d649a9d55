"""The disclosure policy as data: what is public, confidential or free text, from which count on, with which exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.yamlproblem import why_unreadable

KINDS = ("public", "confidential", "free_text")
SIGNED = ("source", "item", "state", "groups", "n", "reason", "signed_by", "date")
SMALLEST = 2  # a threshold below it would protect nobody
EXCEPTION_COLUMNS = ["what", "n", "reason", "signed_by", "date"]


@dataclass(frozen=True)
class Rule:
    """What kind of variable an item is. `sensitive` are the states whose counts must not be small; None: all."""

    kind: str
    sensitive: tuple[str, ...] | None = None
    match: str = "*"
    reason: str = ""


@dataclass(frozen=True)
class Link:
    """A state of a question or code that shows in public: it equals a value of an attribute of the register."""

    item: str
    attribute: str
    value: str
    reason: str
    state: str = "present"


@dataclass(frozen=True)
class Quotations:
    """From how many cases with the same code on a quotation of it may appear, if not from the threshold on."""

    least_cases: int
    reason: str


@dataclass(frozen=True)
class SourceRules:
    """The rules of one source; cases whose status is in `absent` have answered nothing.

    `known_status` says that everybody knows who answered; `total_from` is the smallest count over all cases,
    where it may be below the threshold; `check_base` holds groups of fewer cases than the threshold back.
    """

    kind: str = ""
    reason: str = ""
    absent: tuple[str, ...] = ("missing",)
    known_status: bool = False
    total_from: int | None = None
    check_base: bool = False
    variables: tuple[Rule, ...] = ()
    links: tuple[Link, ...] = ()
    quotations: Quotations | None = None


@dataclass(frozen=True)
class Attribute:
    """What everybody knows of a case; `merges` are groups that may be joined, the best first."""

    label: str
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)
    merges: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Wording:
    """What the text says of a number that counts rows, where that is less than the rows have in common.

    `states` are named by the text together; `everywhere` says that it names no group.
    """

    match: str = ""
    reason: str = ""
    states: tuple[str, ...] = ()
    everywhere: bool = False


@dataclass(frozen=True)
class SignedException:
    """One number that may appear although it is small; it holds for this number only."""

    source: str
    item: str
    state: str
    groups: tuple[str, ...]
    n: int
    reason: str
    signed_by: str
    date: str
    published: str = ""
    status: tuple[str, ...] = ()


@dataclass(frozen=True)
class Internal:
    """A working paper beside the report; `keys` are the parts of a JSON file that are meant, none: all of it.

    With `mark` the file has to say so itself: the words must stand in it.
    """

    file: str
    reason: str
    keys: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class PrintedList:
    """A public list that is printed with names: `name` is their column, between the columns `before` and `behind`."""

    source: str
    exhibit: str
    before: str
    name: str
    behind: str
    reason: str


@dataclass(frozen=True)
class NameRules:
    """How names are searched; see the policy file.

    `nouns` stand after in, aus and nach in interviews and are no places. `lists` are public lists whose rows may be
    printed with the names in them.
    """

    generic: tuple[str, ...] = ()
    common_words: Mapping[str, str] = field(default_factory=dict)
    public: Mapping[str, str] = field(default_factory=dict)
    verbatim_words: int = 5
    nouns: tuple[str, ...] = ()
    lists: tuple[PrintedList, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A checked policy; see `read_policy`."""

    threshold: int
    attributes: Mapping[str, Attribute]
    sources: Mapping[str, SourceRules]
    derived: Mapping[str, str]
    wordings: tuple[Wording, ...]
    exceptions: tuple[SignedException, ...]
    internal: tuple[Internal, ...]
    names: NameRules

    def rule(self, source: str, item: str, *, text: bool = False) -> Rule:
        """The rule for an item; what is declared nowhere is confidential in all its states, or free text if it is text.

        >>> Policy(3, {}, {}, {}, (), (), (), NameRules()).rule("neu-2020", "1").kind
        'confidential'
        """
        rules = self.sources.get(source, SourceRules())
        if rules.kind:
            return Rule(rules.kind, reason=rules.reason)
        undeclared = Rule("free_text" if text else "confidential")
        return next((r for r in rules.variables if fnmatchcase(item, r.match)), undeclared)

    def least_quoted(self, source: str) -> int:
        """In how many cases a code must occur so that a quotation under it may appear."""
        declared = self.sources.get(source, SourceRules()).quotations
        return declared.least_cases if declared else self.threshold

    def underived(self, number: str) -> bool:
        """Whether a number without a definition is not declared as following from others."""
        return not any(fnmatchcase(number, pattern) for pattern in self.derived)

    def wording(self, number: str) -> Wording:
        """What is declared of the words around a number; nothing by default."""
        return next((w for w in self.wordings if fnmatchcase(number, w.match)), Wording())

    def internal_paper(self, file: str) -> Internal | None:
        """The declaration of a working paper, by its path in the report's folder; None if it is none."""
        return next((i for i in self.internal if fnmatchcase(file, i.file)), None)

    def attribute_of(self, group: str) -> str:
        """The attribute that has a group among its values; "" if none has.

        Attributes without declared values are found by the register, see `World`.
        """
        return next((name for name, a in self.attributes.items() if group in a.values), "")


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises
    ------
    CodebookError
        If it cannot be read, or says something unknown, incomplete or without a reason.
    """
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
        policy, problems = _policy(content)
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CodebookError(
            f"Die Regeln zur Vertraulichkeit „{path}“ sind nicht lesbar: {why_unreadable(error)}; "
            "bitte die Datei mit der mitgelieferten vergleichen. Ohne sie erscheint kein Bericht."
        ) from None
    if problems:
        raise CodebookError(f"Regeln zur Vertraulichkeit „{path}“: {'; '.join(problems)}. Bitte berichtigen.")
    return policy


def exceptions_table(policy: Policy, labels: Mapping[tuple[str, str], str] | None = None) -> pd.DataFrame:
    """The signed exceptions for the report's appendix.

    Parameters
    ----------
    labels : (source, item) -> words for it; the ids where there are none

    Returns
    -------
    DataFrame, one row per exception
        `what` (German words), `n` (the count it allows), `reason`, `signed_by`, `date`.

    Examples
    --------
    >>> signed = SignedException("w", "2.1", "nein", ("kreis",), 1, "gedruckt", "A. B.", "2019-09-30")
    >>> policy = Policy(3, {"type": Attribute("Typ", "", {"kreis": "Kreise"})}, {}, {}, (), (signed,), (), NameRules())
    >>> exceptions_table(policy, {("w", "2.1"): "Frage 2.1"})["what"].item()
    'Frage 2.1: „nein“, Kreise'
    """
    named = {g: label for a in policy.attributes.values() for g, label in a.values.items()}
    named["alle"] = "insgesamt"
    rows = []
    for e in policy.exceptions:
        item = (labels or {}).get((e.source, e.item), f"{e.source}, {e.item}")
        state = (labels or {}).get((e.source, f"{e.item}={e.state}"), e.state)
        groups = " und ".join(named.get(g, g) for g in e.groups) or "insgesamt"
        rows.append([f"{item}: „{state}“, {groups}", e.n, e.reason, e.signed_by, e.date])
    return pd.DataFrame(rows, columns=EXCEPTION_COLUMNS)


def _policy(content: Mapping[str, Any]) -> tuple[Policy, list[str]]:
    """The policy and what is wrong with it."""
    problems: list[str] = []
    _unknown(content, [f.name for f in fields(Policy)], "die Datei", problems)
    attributes = {
        name: _make(Attribute, a, f"Merkmal „{name}“", problems, merges=_tuples(a.get("merges", ())))
        for name, a in content.get("attributes", {}).items()
    }
    sources = {}
    for name, declared in content["sources"].items():
        where = f"Quelle „{name}“"
        rules = tuple(
            _make(Rule, r, f"{where}, „{r.get('match')}“", problems, sensitive=_states(r))
            for r in declared.get("variables", ())
        )
        kinds = [r.kind for r in rules] + [k for k in [declared.get("kind")] if k]
        problems += [f"{where}: „{k}“ ist keine Art; es gibt {', '.join(KINDS)}" for k in {*kinds} - {*KINDS}]
        problems += [
            f"{where}: „{r.match}“ ist ohne Grund öffentlich"
            for r in rules
            if r.kind == "public" and not r.reason
        ]
        if declared.get("kind") == "public" and not declared.get("reason"):
            problems.append(f"{where} ist ohne Grund öffentlich")
        made = {"variables": rules, "absent": tuple(declared.get("absent", ("missing",)))}
        made["links"] = _complete(Link, declared.get("links") or (), f"{where}, Verbindung", problems)
        for link in made["links"]:
            if link.attribute not in attributes:
                problems.append(
                    f"{where}, Verbindung: „{link.attribute}“ ist kein Merkmal unter „attributes“"
                )
        if "quotations" in declared:
            quoted = _complete(Quotations, [declared["quotations"]], f"{where}, Zitate", problems)
            made["quotations"] = quoted[0] if quoted else None
            if quoted and (not isinstance(quoted[0].least_cases, int) or quoted[0].least_cases < 1):
                problems.append(f"{where}, Zitate: „least_cases“ ist keine ganze Zahl ab 1")
        sources[name] = _make(SourceRules, declared, where, problems, **made)
    exceptions = []
    for number, declared in enumerate(content.get("exceptions") or (), start=1):
        missing = [k for k in SIGNED if k not in declared or declared[k] in ("", None)]
        if missing:
            problems.append(f"Ausnahme {number}: es fehlt {', '.join(f'„{k}“' for k in missing)}")
            continue
        when = declared["date"].isoformat() if isinstance(declared["date"], date) else str(declared["date"])
        made = {
            "groups": tuple(declared["groups"]),
            "status": tuple(declared.get("status", ())),
            "item": str(declared["item"]),
            "date": when,
        }
        exceptions.append(_make(SignedException, declared, f"Ausnahme {number}", problems, **made))
    names = dict(content.get("names", {}))
    names |= {
        k: _reasons(names.get(k) or (), w, k, problems)
        for k, w in (("common_words", "word"), ("public", "name"))
    }
    names |= {k: tuple(map(str, names.get(k) or ())) for k in ("generic", "nouns")}
    names["lists"] = _complete(PrintedList, names.get("lists") or (), "names, Liste", problems)
    problems += [
        f"names, Liste: „{p.source}“ ist keine öffentliche Quelle"
        for p in names["lists"]
        if p.source not in sources or sources[p.source].kind != "public"
    ]
    internal = tuple(
        _make(Internal, i, "interne Unterlage", problems, keys=tuple(i.get("keys", ())))
        for i in content.get("internal") or ()
    )
    wordings = tuple(
        _make(Wording, w, "Wortlaut", problems, states=tuple(map(str, w.get("states", ()))))
        for w in content.get("wordings") or ()
    )
    problems += [
        f"Wortlaut „{w.match}“: es fehlt „match“ oder „reason“"
        for w in wordings
        if not (w.match and w.reason)
    ]
    threshold = content["threshold"]
    if not isinstance(threshold, int) or threshold < SMALLEST:
        problems.append(f"die Schwelle „{threshold}“ ist keine ganze Zahl ab {SMALLEST}")
    policy = Policy(
        threshold, attributes, sources, _reasons(content.get("derived") or (), "match", "derived", problems),
        wordings, tuple(exceptions), internal, _make(NameRules, names, "names", problems),
    )  # fmt: skip
    return policy, problems


def _make(kind: type, declared: Mapping[str, Any], where: str, problems: list[str], **made: Any) -> Any:
    """A dataclass from a mapping; what it does not know is a problem."""
    known = [f.name for f in fields(kind)]
    _unknown(declared, known, where, problems)
    return kind(**{k: v for k, v in declared.items() if k in known} | made)


def _complete(
    kind: type, rows: Iterable[Mapping[str, Any]], where: str, problems: list[str]
) -> tuple[Any, ...]:
    """Dataclasses from mappings that must say everything that has no default."""
    found = []
    for row in rows:
        needed = [f.name for f in fields(kind) if f.default is MISSING]
        missing = [k for k in needed if row.get(k) in ("", None)]
        problems += [f"{where}: es fehlt „{k}“" for k in missing]
        if not missing:
            found.append(_make(kind, row, where, problems))
    return tuple(found)


def _unknown(declared: Mapping[str, Any], known: Sequence[str], where: str, problems: list[str]) -> None:
    problems += [
        f"{where}: unbekannt ist „{k}“ (bekannt: {', '.join(known)})" for k in declared if k not in known
    ]


def _tuples(lists: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(x) for x in lists)


def _states(declared: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(map(str, declared["sensitive"])) if "sensitive" in declared else None


def _reasons(rows: Iterable[Mapping[str, str]], key: str, where: str, problems: list[str]) -> dict[str, str]:
    """name -> reason; each needs both."""
    found = {}
    for row in rows:
        if not row.get(key) or not row.get("reason"):
            problems.append(f"„{where}“: jede Angabe braucht „{key}“ und „reason“")
            continue
        found[str(row[key])] = str(row["reason"])
    return found
