"""What can be wrong in a codebook that a person wrote by hand: every finding in one pass, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Codebook, Item, Repeat, SetRepeat, Unlike

ITEM_KINDS = frozenset({"text", "number", "tick", "single"})
CONTROLS = frozenset({"", "dropdown"})


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # the loader in C is ten times faster
    """YAML in which a key that stands twice is an error; plain YAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        names = [str(key.value) for key in keys]
        for number, key in enumerate(keys):
            if names[number] in names[:number]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"„{key.value}“ steht doppelt", key.start_mark
                )
        return super().construct_mapping(node, deep)


def load_yaml(text: str) -> Any:
    """Parse YAML that people write by hand.

    Raises
    ------
    yaml.YAMLError
        Also if a mapping names a key twice.

    Examples
    --------
    >>> load_yaml("sets: [a]")
    {'sets': ['a']}
    """
    return yaml.load(text, _Loader)


def codebook_problems(book: Codebook, known: Mapping[str, Codebook | None]) -> list[str]:
    """Sentences for everything that is no text, stands twice, or names what is not declared.

    Parameters
    ----------
    book : Codebook
    known : codebooks of the other waves that items refer to, by source; None where there is none
    """
    if strange := list(_no_texts(book)):  # YAML reads 2.10 as a number and „no“ as false
        return strange
    return [
        *_item_problems(book), *_version_problems(book), *_rule_problems(book), *_wave_problems(book, known),
    ]  # fmt: skip


def _no_texts(book: Codebook) -> Iterator[str]:
    for item in book.items.values():
        for text in (item.id, item.label, *(x for o in item.options for x in (o.id, o.label))):
            if not isinstance(text, str):
                yield f"Item „{item.id}“: {text!r} ist kein Text; bitte in Anführungszeichen setzen."


def _item_problems(book: Codebook) -> Iterator[str]:
    for item in book.items.values():
        if item.kind not in ITEM_KINDS:
            yield f"Item „{item.id}“: Art „{item.kind}“ ist unbekannt (erlaubt: {', '.join(sorted(ITEM_KINDS))})."
        if (item.kind == "single") != bool(item.options):
            yield f"Item „{item.id}“: Vorgaben gehören zur Art „single“ und nur zu ihr."
        for twice in _repeated(o.id for o in item.options):
            yield f"Item „{item.id}“: Vorgabe „{twice}“ ist doppelt vergeben."
        if item.control not in CONTROLS or (item.control and item.kind != "single"):
            yield f"Item „{item.id}“: „control: {item.control}“ ist nicht möglich (erlaubt: dropdown, nur bei „single“)."
        for twice in _repeated(o.label for o in item.options if item.control):
            yield f"Item „{item.id}“: die Liste zeigt „{twice}“ doppelt."
        if item.asked_if:
            parent, option = item.asked_if
            if parent not in book.items:
                yield f"Filter von „{item.id}“ nennt das unbekannte Item „{parent}“."
            elif option not in {o.id for o in book.items[parent].options}:
                yield f"Filter von „{item.id}“ nennt die unbekannte Vorgabe „{option}“."


def _version_problems(book: Codebook) -> Iterator[str]:
    part_ids = {p["id"] for p in book.parts}
    for version_id, version in book.versions.items():
        named = [*version["parts"], *version.get("columns", {}), *version.get("items", {})]
        unknown = sorted(set(named) - part_ids)
        yield from (f"Fassung „{version_id}“ nennt den unbekannten Teil „{p}“." for p in unknown)
        items = [i for chosen in version.get("items", {}).values() for i in chosen]
        yield from (
            f"Fassung „{version_id}“ nennt das unbekannte Item „{i}“." for i in items if i not in book.items
        )
        if not unknown:
            names = [name for t in book.tables(version_id) for s in t.slots for name in {s.tag, s.bookmark}]
            for twice in _repeated(names):
                yield f"Fassung „{version_id}“: die Kennung „{twice}“ stünde an zwei Stellen des Bogens."


def _rule_problems(book: Codebook) -> Iterator[str]:
    parts = {p["id"]: p for p in book.parts}
    for s in book.sets.values():
        if s["part"] not in parts:
            yield f"Mehrfachantwort „{s['id']}“ nennt den unbekannten Teil „{s['part']}“."
        elif not book.set_items(s["id"]):
            yield f"Mehrfachantwort „{s['id']}“ nennt die Spalte {s['column']}, in der kein Item steht."
        elif any(book.items[i].kind != "tick" for i in book.set_items(s["id"])):
            yield f"Mehrfachantwort „{s['id']}“ enthält Items, die nicht zum Ankreuzen sind."
    yield from (
        f"Der Bogen nennt als Merkmal „{role}“ das unbekannte Item „{item_id}“."
        for role, item_id in book.identity.items()
        if item_id not in book.items
    )
    if book.duplicates != "latest":
        yield f"„duplicates: {book.duplicates}“ ist unbekannt; von mehreren Bögen zählt der letzte (latest)."
    if book.completeness and book.completeness[-1]["needs"]:
        yield "Die letzte Regel zur Vollständigkeit muss ohne Bedingung sein (needs: []), damit jeder Bogen eine hat."
    known: Mapping[str, Iterable[str]] = {"set": book.sets, "item": book.items, "answer_outside": parts}
    for rule in book.completeness:
        for need in rule["needs"]:
            for key, name in need.items():
                if name not in known.get(key, ()):
                    yield f"Regel „{rule['id']}“ zur Vollständigkeit: „{key}: {name}“ ist unbekannt."


def _wave_problems(book: Codebook, known: Mapping[str, Codebook | None]) -> Iterator[str]:
    """What is wrong where an item names one of an earlier wave, as the same question or as another one."""
    for item in book.items.values():
        if item.repeats:
            yield from _repeat_problems(book, item, item.repeats, known.get(item.repeats.source))
        for unlike in item.not_comparable:
            yield from _unlike_problems(book, item, unlike, known.get(unlike.source))
    for set_id in book.sets:
        if again := book.set_repeat(set_id):
            yield from _set_problems(book, set_id, again, known.get(again.source))


def _repeat_problems(book: Codebook, item: Item, repeat: Repeat, other: Codebook | None) -> Iterator[str]:
    where = f"Item „{item.id}“, „repeats“"
    if wrong := list(_reference_problems(where, book, repeat, other)):
        yield from wrong
        return
    earlier = other.items[repeat.item]
    if earlier.kind != item.kind or item.kind == "tick":
        yield (
            f"{where}: „{earlier.id}“ von {repeat.source} ({earlier.kind}) und „{item.id}“ ({item.kind}) müssen von derselben "
            "Art sein, erlaubt sind single, number und text; Kästchen bitte bei „sets“ als Ganzes erklären."
        )
        return
    if earlier.label != item.label:
        yield (
            f"{where}: {repeat.source} fragt in „{repeat.item}“ nach „{earlier.label}“, hier steht „{item.label}“; erlaubt ist "
            "nur derselbe Wortlaut, sonst bitte „not_comparable“ benutzen."
        )
    elif [(o.id, o.label) for o in earlier.options] != [(o.id, o.label) for o in item.options]:
        yield (
            f"{where}: {repeat.source} bietet in „{repeat.item}“ andere Vorgaben an ({_labels(earlier)}) als hier ({_labels(item)}); "
            "erlaubt sind nur dieselben, sonst bitte „not_comparable“ benutzen."
        )
    if item.kind != "single":
        if repeat.as_yes:
            yield f"{where}: „as_yes“ gehört zur Art „single“ und nur zu ihr; bitte weglassen."
        return
    options = [o.id for o in item.options]
    if unknown := [y for y in repeat.as_yes if y not in options]:
        yield f"{where}: „as_yes“ nennt die unbekannte Vorgabe „{unknown[0]}“ (erlaubt: {', '.join(options)})."
    elif not 0 < len(set(repeat.as_yes)) < len(options):
        yield f"{where}: „as_yes“ muss mindestens eine Vorgabe nennen und mindestens eine auslassen."


def _set_problems(book: Codebook, set_id: str, again: SetRepeat, other: Codebook | None) -> Iterator[str]:
    """What is wrong where a multiple response set is said to repeat one: every row that differs, one by one."""
    where = f"Mehrfachantwort „{set_id}“, „repeats“"
    if wrong := list(_wave_problem(where, book, again.source, other)):
        yield from wrong
        return
    if again.set not in other.sets:
        named = ", ".join(other.sets) or "keine"
        yield f"{where}: {again.source} hat keine Mehrfachantwort „{again.set}“ (vorhanden: {named}); bitte den Namen berichtigen."
        return
    asked = [(b, b.sets[s]) for b, s in ((other, again.set), (book, set_id))]
    if unknown := [s["id"] for b, s in asked if s["part"] not in {p["id"] for p in b.parts}]:
        yield f"{where}: „{unknown[0]}“ nennt einen unbekannten Teil, die Zeilen lassen sich nicht vergleichen."
        return
    earlier, here = ([b.items[i] for i in b.set_items(s["id"])] for b, s in asked)
    words = [_set_words(b, s) for b, s in asked]
    if words[0] != words[1]:
        yield (
            f"{where}: {again.source} fragt in „{again.set}“ nach „{words[0]}“, hier steht „{words[1]}“; erlaubt ist nur "
            "derselbe Wortlaut."
        )
    before, now = ({i.row: i for i in items} for items in (earlier, here))
    for row in before | now:
        if row not in now:
            yield f"{where}: die Zeile „{row}“ („{before[row].label}“) von {again.source} fehlt hier; erlaubt sind nur dieselben Zeilen."
        elif row not in before:
            yield f"{where}: die Zeile „{row}“ („{now[row].label}“) fehlt in {again.source}; erlaubt sind nur dieselben Zeilen."
        elif before[row].label != now[row].label:
            yield (
                f"{where}: die Zeile „{row}“ heißt in {again.source} „{before[row].label}“, hier „{now[row].label}“; erlaubt ist "
                "nur derselbe Wortlaut."
            )
        elif {before[row].kind, now[row].kind} != {"tick"}:
            yield f"{where}: die Zeile „{row}“ muss in beiden Wellen zum Ankreuzen sein (tick)."


def _set_words(book: Codebook, declared: Mapping[str, Any]) -> str:
    """How the form asks for a set: heading of the part, and of the column to tick."""
    part = book.part(declared["part"])
    columns = [c["label"] for c in part.get("columns", ()) if c["id"] == declared["column"]]
    return ": ".join([part["heading"], *columns])


def _unlike_problems(book: Codebook, item: Item, unlike: Unlike, other: Codebook | None) -> Iterator[str]:
    where = f"Item „{item.id}“, „not_comparable“"
    wrong = list(_reference_problems(where, book, unlike, other))
    if not wrong and {item.kind, other.items[unlike.item].kind} != {"single"}:
        wrong = [
            f"{where}: „{unlike.item}“ von {unlike.source} und „{item.id}“ müssen beide von der Art „single“ sein."
        ]
    if wrong:
        yield from wrong
        return
    if item.repeats and (item.repeats.source, item.repeats.item) == (unlike.source, unlike.item):
        yield f"{where}: „{unlike.item}“ von {unlike.source} steht auch unter „repeats“; erlaubt ist nur eines von beiden."
    if len(unlike.answers) != 2:
        yield f"{where}: „answers“ braucht zwei Vorgaben, zuerst die der früheren Welle."
        return
    for asked, answer in zip((other.items[unlike.item], item), unlike.answers, strict=True):
        options = [o.id for o in asked.options]
        if answer not in options:
            yield f"{where}: „answers“ nennt die unbekannte Vorgabe „{answer}“ (erlaubt bei „{asked.id}“: {', '.join(options)})."
    if not isinstance(unlike.reason, str) or not unlike.reason.strip().endswith("."):
        yield f"{where}: „reason“ muss ein Satz sein, der sagt, warum die Fragen verschieden sind."


def _reference_problems(
    where: str, book: Codebook, named: Repeat | Unlike, other: Codebook | None
) -> Iterator[str]:
    """What is wrong with the wave and item that are named, whatever for."""
    wrong = list(_wave_problem(where, book, named.source, other))
    if not wrong and named.item not in other.items:
        wrong = [f"{where}: {named.source} hat kein Item „{named.item}“; bitte die Nummer berichtigen."]
    yield from wrong


def _wave_problem(where: str, book: Codebook, source: str, other: Codebook | None) -> Iterator[str]:
    """What is wrong with the wave that is named."""
    if other is None:
        yield f"{where}: Die Welle „{source}“ ist unbekannt; erlaubt ist eine, zu der ein Codebuch daneben liegt."
    elif other.wave >= book.wave:
        yield f"{where}: Die Welle „{source}“ liegt nicht vor {book.wave}; erlaubt ist nur eine frühere."


def _labels(item: Item) -> str:
    return ", ".join(o.label for o in item.options)


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if n > 1]
