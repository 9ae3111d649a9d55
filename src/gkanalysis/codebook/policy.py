"""The disclosure policy as data: what is public, confidential or free text, from which count on, with which exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import WrapValidator

from gkanalysis.codebook.declared import (
    AnyText,
    Declaration,
    Declared,
    Flag,
    Many,
    Slips,
    Text,
    Whole,
    Written,
    declared,
    key,
    unknown,
)

Kind = Literal["public", "confidential", "free_text"]


@declared
class Rule:
    """What kind of variable an item is. `sensitive` are the states whose counts must not be small; None: all."""

    kind: Kind = key("öffentlich (public), vertraulich (confidential) oder Freitext (free_text)")
    sensitive: Many[Written] | None = key("Antworten, die nicht selten sein dürfen; sonst alle", None)
    match: Written = key("Frage; * steht für beliebige Zeichen, die erste Regel gilt", "*")
    reason: AnyText = key("Grund; nötig, wo etwas öffentlich ist", "")


@declared
class Link:
    """A state of a question or code that shows in public: it equals a value of an attribute of the register."""

    item: Written = key("Frage oder Kode")
    attribute: Text = key("Merkmal unter „attributes“, das dasselbe sagt")
    value: Text = key("Wert des Merkmals")
    reason: Text = key("Grund")
    state: Text = key("Antwort, die dasselbe sagt", "present")


@declared
class Quotations:
    """From how many cases with the same code on a quotation of it may appear, if not from the threshold on."""

    least_cases: Whole = key("in so vielen Gesprächen muss der häufigste Kode eines Zitats vorkommen", ge=1)
    reason: Text = key("Grund")


@declared
class SourceRules:
    """The rules of one source; cases whose status is in `absent` have answered nothing.

    `known_status` says that everybody knows who answered; `total_from` is the smallest count over all cases,
    where it may be below the threshold; `check_base` holds groups of fewer cases than the threshold back.
    """

    kind: Kind | Literal[""] = key("Art der ganzen Quelle, wenn sie nicht nach Fragen verschieden ist", "")
    reason: AnyText = key("Grund; nötig, wo die Quelle öffentlich ist", "")
    absent: Many[Text] = key("Stand der Fälle, die nichts beantwortet haben", ("missing",))
    known_status: Flag = key("true: es ist öffentlich, wer geantwortet hat", False)
    total_from: Whole | None = key("kleinste Anzahl über alle Fälle, wenn nicht die Schwelle", None)
    check_base: Flag = key("true: auch die Basis einer Gruppe muss die Schwelle erreichen", False)
    variables: Many[Rule] = key("Regeln für Fragen und Kodes, die erste passende gilt", ())
    links: Many[Link] = key("Antworten, die dasselbe sagen wie ein öffentliches Merkmal", ())
    quotations: Quotations | None = key("ab wie vielen Fällen ein Zitat erscheinen darf", None)


@declared
class Attribute:
    """What everybody knows of a case; `merges` are groups that may be joined, the best first."""

    label: Text = key("Name des Merkmals")
    reason: AnyText = key("warum es jeder weiß")
    values: Mapping[str, str] = key("Wert und Wortlaut; ohne Angabe die Werte im Register", {})
    merges: Many[Many[Text]] = key("Gruppen, die zusammengefasst werden dürfen, die beste zuerst", ())


@declared
class SignedException:
    """One number that may appear although it is small; it holds for this number only."""

    source: Text = key("Quelle")
    item: Written = key("Frage oder Kode")
    state: Text = key("Antwort")
    groups: Many[Text] = key("Gruppen, von denen die Zahl handelt")
    n: Whole = key("die Anzahl, die erscheinen darf")
    reason: Text = key("Grund")
    signed_by: Text = key("wer das verantwortet")
    date: Text = key("Tag der Unterschrift")
    published: AnyText = key("Kennung der Angabe, wenn sie schon veröffentlicht ist", "")
    status: Many[Text] = key("Stand der Fälle, wenn nur diese gemeint sind", ())


@declared
class Internal:
    """A working paper beside the report; `keys` are the parts of a JSON file that are meant, none: all of it.

    With `mark` the file has to say so itself: the words must stand in it.
    """

    file: Text = key("Datei im Ordner des Berichts; * steht für beliebige Zeichen")
    reason: Text = key("warum sie nicht zur Weitergabe bestimmt ist")
    keys: Many[Text] = key("Teile einer JSON-Datei, wenn nicht die ganze gemeint ist", ())
    mark: AnyText = key("Worte, die in der Datei stehen müssen", "")


@declared
class PrintedList:
    """A public list that is printed with names: `name` is their column, between the columns `before` and `behind`."""

    source: Text = key("öffentliche Quelle")
    exhibit: Text = key("Darstellung, die sie druckt")
    before: Text = key("Spalte vor dem Namen")
    name: Text = key("Spalte mit dem Namen")
    behind: Text = key("Spalte nach dem Namen")
    reason: Text = key("Grund")


class _Word(Declared):
    word: Text = key("das Wort")
    reason: Text = key("Grund")


class _Name(Declared):
    name: Text = key("der Name")
    reason: Text = key("Grund")


@declared
class Unweighed:
    """One table or figure of one report whose numbers are no counts and need not be weighed."""

    report: Text = key("Bericht")
    exhibit: Text = key("Kennung der Darstellung")
    reason: Text = key("warum sie nichts verrät")


def _by(name: str) -> WrapValidator:
    """Entries with a reason become name -> reason."""

    def run(value: Any, entries: Callable[[Any], Any]) -> dict[str, str]:
        is_done = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        return dict(value) if is_done else {getattr(e, name): e.reason for e in entries(value)}

    return WrapValidator(run)


@declared
class NameRules:
    """How names are searched; see the policy file.

    `nouns` stand after in, aus and nach in interviews and are no places. `lists` are public lists whose rows may be
    printed with the names in them.
    """

    generic: Many[Written] = key("Teile von Namen, die für sich niemanden bezeichnen", ())
    common_words: Annotated[Many[_Word], _by("word")] = key("Namen, die auch Wörter sind", ())
    public: Annotated[Many[_Name], _by("name")] = key("Namen, die erscheinen dürfen", ())
    verbatim_words: Whole = key("so viele Wörter eines Freitexts erscheinen nie in Folge", 5, ge=1)
    nouns: Many[Written] = key("Wörter nach in, aus oder nach, die keine Orte sind", ())
    lists: Many[PrintedList] = key("öffentliche Listen, deren gedruckte Zeilen Namen enthalten", ())


@declared
class Policy:
    """A checked policy; see `read_policy`."""

    threshold: Whole = key(
        "kleinste Zahl von Bündnissen einer vertraulichen Angabe", ge=2
    )  # below 2 it protects nobody
    attributes: Mapping[str, Attribute] = key("was jeder weiß; danach darf gegliedert werden")
    sources: Mapping[str, SourceRules] = key("Regeln nach Quellen; was hier nicht steht, ist vertraulich")
    unweighed: Many[Unweighed] = key("Darstellungen ohne Rechenvorschrift, jede einzeln", ())
    exceptions: Many[SignedException] = key("gezeichnete Ausnahmen, jede für eine Zahl", ())
    internal: Many[Internal] = key("Arbeitsunterlagen neben dem Bericht, nicht zur Weitergabe", ())
    names: NameRules = key("wie nach Namen gesucht wird", NameRules())

    def rule(self, source: str, item: str, *, text: bool = False) -> Rule:
        """The rule for an item; what is declared nowhere is confidential in all its states, or free text if it is text.

        >>> Policy(3, {}, {}).rule("neu-2020", "1").kind
        'confidential'
        """
        rules = self.sources.get(source, SourceRules())
        if rules.kind:
            return Rule(rules.kind, reason=rules.reason)
        undeclared = Rule("free_text" if text else "confidential")
        return next((r for r in rules.variables if fnmatchcase(item, r.match)), undeclared)

    def least_quoted(self, source: str) -> int:
        """In how many cases a code must occur so that a quotation under it may appear."""
        quotations = self.sources.get(source, SourceRules()).quotations
        return quotations.least_cases if quotations else self.threshold

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
    return POLICY.read(path)[0]


def _slips(policy: Policy, plain: Any) -> Slips:
    """What is public without a reason, or names an attribute or source that is not there."""
    for name, rules in policy.sources.items():
        place = ("sources", name)
        if rules.kind == "public" and not rules.reason:
            yield place, f"Quelle „{name}“ ist ohne Grund öffentlich; bitte „reason“ ergänzen"
        for k, rule in enumerate(rules.variables):
            if rule.kind == "public" and not rule.reason:
                yield (
                    (*place, "variables", k),
                    f"„{rule.match}“ ist ohne Grund öffentlich; bitte „reason“ ergänzen",
                )
        for k, link in enumerate(rules.links):
            yield from unknown(
                (*place, "links", k, "attribute"),
                "kein Merkmal unter „attributes“ ist",
                link.attribute,
                policy.attributes,
            )
    for k, printed in enumerate(policy.names.lists):
        public = [name for name, rules in policy.sources.items() if rules.kind == "public"]
        yield from unknown(
            ("names", "lists", k, "source"), "keine öffentliche Quelle ist", printed.source, public
        )


POLICY = Declaration(
    "vertraulichkeit", "Regeln zur Vertraulichkeit", Policy, ("data/codebook/disclosure.yml",), _slips, "sind",
    hint="Bitte die Datei mit der mitgelieferten vergleichen. Ohne sie erscheint kein Bericht.",
)  # fmt: skip
