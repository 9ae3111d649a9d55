"""The disclosure policy as data: what is public, confidential or free text, from which count on, with which exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gkanalysis.codebook import declared as d
from gkanalysis.core.paths import CERTIFICATE

AtLeastOne = Annotated[d.Whole, Field(ge=1)]
Kind = Literal["public", "confidential", "free_text"]


@d.declared
class Rule:
    """What kind of variable an item is."""

    kind: Kind = d.key("öffentlich (public), vertraulich (confidential) oder Freitext (free_text)")
    sensitive: d.Many[d.Written] | None = d.key("Antworten, die nicht selten sein dürfen; sonst alle", None)
    match: d.Written = d.key("Frage; * steht für beliebige Zeichen, die erste Regel gilt", "*")
    reason: d.AnyText = d.key("Grund; nötig, wo etwas öffentlich ist", "")
    total_from: d.Whole | None = d.key("kleinste Anzahl über alle Fälle, wenn nicht die der Quelle", None)


@d.declared
class Link:
    """A state of a question or code that shows in public: it equals a value of an attribute of the register."""

    item: d.Written = d.key("Frage oder Code")
    attribute: d.Text = d.key("Merkmal unter „attributes“, das dasselbe sagt")
    value: d.Text = d.key("Wert des Merkmals")
    reason: d.Text = d.key("Grund")
    state: d.Text = d.key("Antwort, die dasselbe sagt", "present")


@d.declared
class Quotations:
    """From how many cases with the same code on a quotation of it may appear, if not from the threshold on."""

    least_cases: AtLeastOne = d.key("in so vielen Gesprächen muss der häufigste Code eines Zitats vorkommen")
    reason: d.Text = d.key("Grund")


@d.declared
class SourceRules:
    """The rules of one source."""

    kind: Kind | Literal[""] = d.key("Art der ganzen Quelle, wenn sie nicht nach Fragen verschieden ist", "")
    reason: d.AnyText = d.key("Grund; nötig, wo die Quelle öffentlich ist", "")
    absent: d.Many[d.Text] = d.key("Stand der Fälle, die nichts beantwortet haben", ("missing", "unusable"))
    known_status: d.Flag = d.key("true: es ist öffentlich, wer geantwortet hat", False)
    total_from: d.Whole | None = d.key("kleinste Anzahl über alle Fälle, wenn nicht die Schwelle", None)
    check_base: d.Flag = d.key("true: auch die Basis einer Gruppe muss die Schwelle erreichen", False)
    variables: d.Many[Rule] = d.key("Regeln für Fragen und Codes, die erste passende gilt", ())
    links: d.Many[Link] = d.key("Antworten, die dasselbe sagen wie ein öffentliches Merkmal", ())
    quotations: Quotations | None = d.key("ab wie vielen Fällen ein Zitat erscheinen darf", None)


@d.declared
class Attribute:
    """What everybody knows of a case; `merges` are groups that may be joined, the best first."""

    label: d.Text = d.key("Name des Merkmals")
    reason: d.AnyText = d.key("warum es jeder weiß")
    values: Mapping[str, str] = d.key("Wert und Wortlaut; ohne Angabe die Werte im Register", {})
    merges: d.Many[d.Many[d.Text]] = d.key("Gruppen, die zusammengefasst werden dürfen, die beste zuerst", ())


@d.declared
class SignedException:
    """One number that may appear although it is small; it holds for this number only."""

    source: d.Text = d.key("Quelle")
    item: d.Written = d.key("Frage oder Code")
    state: d.Text = d.key("Antwort")
    groups: d.Many[d.Text] = d.key("Gruppen, von denen die Zahl handelt")
    n: d.Whole = d.key("die Anzahl, die erscheinen darf")
    reason: d.Text = d.key("Grund")
    signed_by: d.Text = d.key("wer das verantwortet")
    date: d.Text = d.key("Tag der Unterschrift")
    published: d.AnyText = d.key("Kennung der Angabe, wenn sie schon veröffentlicht ist", "")
    status: d.Many[d.Text] = d.key("Stand der Fälle, wenn nur diese gemeint sind", ())


@d.declared
class Internal:
    """A working paper beside the report."""

    file: d.Text = d.key("Datei im Ordner des Berichts; * steht für beliebige Zeichen")
    reason: d.Text = d.key("warum sie nicht zur Weitergabe bestimmt ist")
    keys: d.Many[d.Text] = d.key("Teile einer JSON-Datei, wenn nicht die ganze gemeint ist", ())
    mark: d.AnyText = d.key("Worte, die in der Datei stehen müssen", "")

    def is_there(self, folder: Path) -> bool:
        """Whether a report's folder holds such a paper with the parts that are meant; those of a certificate come later."""
        texts = (p.read_text(encoding="utf-8", errors="replace") for p in folder.glob(self.file) if p.is_file())
        return self.file in CERTIFICATE or any(all(f'"{k}"' in text for k in self.keys) for text in texts)


@d.declared
class PrintedList:
    """A public list that is printed with names: `name` is their column, between the columns `before` and `behind`."""

    source: d.Text = d.key("öffentliche Quelle")
    exhibit: d.Text = d.key("Darstellung, die sie druckt")
    before: d.Text = d.key("Spalte vor dem Namen")
    name: d.Text = d.key("Spalte mit dem Namen")
    behind: d.Text = d.key("Spalte nach dem Namen")
    reason: d.Text = d.key("Grund")


@d.declared
class Unweighed:
    """One table or figure of one report whose numbers are no counts and need not be weighed."""

    report: d.Text = d.key("Bericht")
    exhibit: d.Text = d.key("Kennung der Darstellung")
    reason: d.Text = d.key("warum sie nichts verrät")


@d.declared
class NameRules:
    """How names are searched; see the policy file."""

    generic: d.Many[d.Written] = d.key("Teile von Namen, die für sich niemanden bezeichnen", ())
    common_words: Mapping[str, d.Text] = d.key("Namen, die auch Wörter sind, jeder mit seinem Grund", {})
    public: Mapping[str, d.Text] = d.key("Namen, die erscheinen dürfen, jeder mit seinem Grund", {})
    verbatim_words: d.Whole = d.key("so viele Wörter eines Freitexts erscheinen nie in Folge", 5, ge=1)
    nouns: d.Many[d.Written] = d.key("Wörter nach in, aus oder nach, die keine Orte sind", ())
    lists: d.Many[PrintedList] = d.key("öffentliche Listen, deren gedruckte Zeilen Namen enthalten", ())


@d.declared
class Policy:
    """A checked policy; see `read_policy`."""

    # below 2 it protects nobody
    threshold: d.Whole = d.key("kleinste Zahl von Bündnissen einer vertraulichen Angabe", ge=2)
    attributes: Mapping[str, Attribute] = d.key("was jeder weiß; danach darf gegliedert werden")
    sources: Mapping[str, SourceRules] = d.key("Regeln nach Quellen; was hier nicht steht, ist vertraulich")
    unweighed: d.Many[Unweighed] = d.key("Darstellungen ohne Rechenvorschrift, jede einzeln", ())
    exceptions: d.Many[SignedException] = d.key("begründete Ausnahmen, jede für eine Zahl", ())
    internal: d.Many[Internal] = d.key("Arbeitsunterlagen neben dem Bericht, nicht zur Weitergabe", ())
    names: NameRules = d.key("wie nach Namen gesucht wird", NameRules())
    known: d.Whole = d.key(
        "so viele Bündnisse kennt, wer eine Rückmeldung liest: das eigene und eines, dessen Bogen er sah", 2
    )

    def rule(self, source: str, item: str, *, text: bool = False) -> Rule:
        """The rule for an item; what is declared nowhere is confidential in all its states, or free text if it is text.

        >>> Policy(3, {}, {}).rule("neu-2020", "1").kind
        'confidential'
        """
        rules = self.sources.get(source)
        if rules and rules.kind:
            return Rule(rules.kind, reason=rules.reason)
        declared = (r for r in rules.variables if fnmatchcase(item, r.match)) if rules else iter(())
        return next(declared, None) or Rule("free_text" if text else "confidential")

    @property
    def group_labels(self) -> dict[str, str]:
        """Groups of all attributes with their labels."""
        return {g: label for a in self.attributes.values() for g, label in a.values.items()}

    def allows(self, exception: SignedException, labels: Mapping[tuple[str, str], str]) -> str:
        """What an exception says and why, not who signed it; `labels`: (source, item), (source, "item=state") -> words.

        >>> types = {"type": Attribute("Typ", "", {"kreis": "Kreise"})}
        >>> signed = SignedException("w", "2.1", "nein", ("kreis",), 1, "gedruckt", "A. B.", "2019-09-30")
        >>> Policy(3, types, {}).allows(signed, {("w", "2.1"): "Frage 2.1"})
        'Frage 2.1: „nein“, Kreise. gedruckt'
        """
        e, groups = exception, self.group_labels | {"alle": "insgesamt"}
        item = labels.get((e.source, e.item), f"{e.source}, {e.item}")
        state = labels.get((e.source, f"{e.item}={e.state}"), e.state)
        where = " und ".join(groups.get(g, g) for g in e.groups) or "insgesamt"
        return f"{item}: „{state}“, {where}. {e.reason}"

    def least_quoted(self, source: str) -> int:
        """In how many cases a code must occur so that a quotation under it may appear."""
        quotations = self.sources.get(source, SourceRules()).quotations
        return quotations.least_cases if quotations else self.threshold

    def internal_paper(self, file: str) -> Internal | None:
        """The declaration of a working paper, by its path in the report's folder; None if it is none."""
        return next((i for i in self.internal if fnmatchcase(file, i.file)), None)

    def attribute_of(self, group: str) -> str:
        """The attribute that has a group among its declared values, else ""; `World` looks for others in the register."""
        return next((name for name, a in self.attributes.items() if group in a.values), "")


def _slips(policy: Policy) -> d.Slips:
    """What is public without a reason, or names an attribute or source that is not there."""
    for name, rules in policy.sources.items():
        place = ("sources", name)
        if rules.kind == "public" and not rules.reason:
            yield place, f"Quelle „{name}“ ist ohne Grund öffentlich; bitte „reason“ ergänzen"
        for k, rule in enumerate(rules.variables):
            if rule.kind == "public" and not rule.reason:
                clause = f"„{rule.match}“ ist ohne Grund öffentlich; bitte „reason“ ergänzen"
                yield (*place, "variables", k), clause
        for k, link in enumerate(rules.links):
            yield from d.unknown((*place, "links", k, "attribute"), "Merkmal", [link.attribute], policy.attributes)
    public = [name for name, rules in policy.sources.items() if rules.kind == "public"]
    for k, printed in enumerate(policy.names.lists):
        yield from d.unknown(("names", "lists", k, "source"), "öffentliche Quelle", [printed.source], public)


POLICY = d.Declaration(
    "vertraulichkeit", "Regeln zur Vertraulichkeit", Policy, ("data/codebook/disclosure.yml",), _slips, "sind",
    hint="Bitte die Datei mit der mitgelieferten vergleichen. Ohne sie erscheint kein Bericht.",
)  # fmt: skip
read_policy = POLICY.read
