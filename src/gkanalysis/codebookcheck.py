"""What can be wrong in a codebook that a person wrote by hand: every finding in one pass, as sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from gkanalysis.codebook import Codebook

ITEM_KINDS = frozenset({"text", "number", "tick", "single"})
CONTROLS = frozenset({"", "dropdown"})


class _Loader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error; plain YAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if twice := [key for key, n in Counter(map(str, keys)).items() if n > 1]:
            raise yaml.constructor.ConstructorError(
                None, None, f"„{twice[0]}“ steht doppelt", node.start_mark
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


def codebook_problems(book: Codebook) -> list[str]:
    """Sentences for everything that is no text, stands twice, or names what is not declared."""
    if strange := list(_no_texts(book)):  # YAML reads 2.10 as a number and „no“ as false
        return strange
    return [*_item_problems(book), *_version_problems(book), *_rule_problems(book)]


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


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, n in Counter(names).items() if n > 1]
