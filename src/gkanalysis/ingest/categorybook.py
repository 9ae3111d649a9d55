"""The codebook of categories for open answers: which item has which categories, and who codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.yamlproblem import why_unreadable

CATEGORY_FILE = "kategorien.yml"  # beside the codebooks of the sources


@dataclass(frozen=True)
class Category:
    """A category of one item: its id, a short printed label, and what belongs to it."""

    id: str
    label: str
    definition: str


@dataclass(frozen=True)
class CategoryBook:
    """The categories of open items.

    Attributes
    ----------
    path : str
        For sentences.
    coders : tuple of str
        Who codes; the first is the lead coder, whose codings count in tables.
    items : mapping from (source, item_id) to tuple of Category
    labels : mapping from (source, item_id) to str
        What is asked, in a few words.
    """

    path: str
    coders: tuple[str, ...]
    items: Mapping[tuple[str, str], tuple[Category, ...]]
    labels: Mapping[tuple[str, str], str]

    def ids(self, source: str, item_id: str) -> list[str]:
        """Ids of the categories of an item, in the order of the codebook."""
        return [c.id for c in self.items[source, item_id]]


def read_category_book(path: str | Path) -> CategoryBook:
    """Read and check a codebook of categories.

    Parameters
    ----------
    path : path of the YAML file
        `coders`: list of names, the lead coder first; `items`: list of mappings with `source`, `item`,
        `label` and `categories`, a list of mappings with `id` (small letters, digits, underscore, hyphen),
        `label` and `definition`.

    Raises
    ------
    CodebookError
        With every mistake at once: what is missing, what stands twice, ids that are none.
    """
    try:
        content = load_yaml(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CodebookError(f"Kategorien „{path}“ sind nicht lesbar: {why_unreadable(error)}.") from None
    content = content if isinstance(content, Mapping) else {}
    coders = content.get("coders") or []
    declared = content.get("items") or []
    problems = list(_book_problems(coders, declared))
    if problems:
        raise CodebookError(f"Kategorien „{path}“: {'; '.join(problems)}; bitte die Datei berichtigen.")
    keys = [(i["source"], i["item"]) for i in declared]
    categories = [
        tuple(Category(c["id"], c["label"], c["definition"]) for c in i["categories"]) for i in declared
    ]
    labels = {key: i["label"] for key, i in zip(keys, declared, strict=True)}
    return CategoryBook(str(path), tuple(coders), dict(zip(keys, categories, strict=True)), labels)


def _book_problems(coders: Any, declared: Any) -> Iterator[str]:
    """Sentences on everything that is missing, stands twice, or is no text."""
    if not isinstance(coders, Sequence) or isinstance(coders, str) or not coders:
        yield "es fehlt, wer kodiert (coders: Liste von Namen, die maßgebliche Person zuerst)"
    elif wrong := [c for c in coders if not isinstance(c, str) or not c.strip()]:
        yield f"coders: {wrong[0]!r} ist kein Name"
    elif len(set(coders)) < len(coders):
        yield "coders: eine Person steht doppelt"
    if not isinstance(declared, list) or not declared:
        yield "es ist kein Item angegeben (items)"
        return
    for number, item in enumerate(declared, 1):
        if not isinstance(item, Mapping) or not all(
            _is_text(item.get(k)) for k in ("source", "item", "label")
        ):
            yield f"Item {number} braucht Texte für source, item und label"
            continue
        where = f"Item „{item['item']}“"
        categories = item.get("categories")
        if not isinstance(categories, list) or not categories:
            yield f"{where} hat keine Kategorien"
            continue
        for place, category in enumerate(categories, 1):
            if not isinstance(category, Mapping) or not all(
                _is_text(category.get(k)) for k in ("id", "label", "definition")
            ):
                yield f"{where}, Kategorie {place} braucht Texte für id, label und definition"
            elif not re.fullmatch(r"[a-z0-9_-]+", category["id"]):
                yield f"{where}: „{category['id']}“ ist keine Kennung (erlaubt sind a–z, 0–9, _ und -)"
        ids = Counter(c.get("id") for c in categories if isinstance(c, Mapping) and _is_text(c.get("id")))
        yield from (f"{where}: die Kategorie „{c}“ steht doppelt" for c, n in ids.items() if n > 1)
    keys = Counter(
        (i["source"], i["item"])
        for i in declared
        if isinstance(i, Mapping) and _is_text(i.get("source")) and _is_text(i.get("item"))
    )
    yield from (f"„{source}“, Item „{item}“ steht doppelt" for (source, item), n in keys.items() if n > 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
