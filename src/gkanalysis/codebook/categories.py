"""The codebook of categories for open answers: which item has which categories, and who codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from gkanalysis.codebook.declared import (
    Declaration,
    Declared,
    Slips,
    Some,
    Text,
    declared,
    key,
    matching,
    twice,
)

CATEGORY_FILE = "kategorien.yml"  # beside the codebooks of the sources
Name = Annotated[Text, matching(r"(?s).*\S.*", "ist leer; nötig ist ein Text")]
Id = Annotated[Text, matching(r"[a-z0-9_-]+", "ist keine Kennung (erlaubt sind a–z, 0–9, _ und -)")]


@declared
class Category:
    """A category of one item: its id, a short printed label, and what belongs to it."""

    id: Id = key("Kennung, wie sie in der Liste der Kodierungen steht")
    label: Name = key("gedruckter Name")
    definition: Name = key("was zu der Kategorie gehört")


class _CodedItem(Declared):
    source: Name = key("Welle, wie „bedarf-2019“")
    item: Name = key("Nummer der offenen Frage")
    label: Name = key("wonach gefragt ist, in wenigen Worten")
    categories: Some[Category] = key("Kategorien in der Reihenfolge der Tabellen")


class Categories(Declared):
    """The categories of all open answers as their file declares them."""

    coders: Some[Name] = key("wer kodiert, die maßgebliche Person zuerst")
    items: Some[_CodedItem] = key("offene Fragen mit ihren Kategorien")


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

    Raises
    ------
    CodebookError
        With every mistake at once: what is missing, what stands twice, ids that are none.
    """
    book, _ = CATEGORIES.read(path)
    items = {(i.source, i.item): i for i in book.items}
    labels = {k: i.label for k, i in items.items()}
    return CategoryBook(str(path), book.coders, {k: i.categories for k, i in items.items()}, labels)


def _slips(book: Categories, plain: Any) -> Slips:
    yield from twice(("coders",), book.coders)
    yield from twice(("items",), (f"{i.source}“, Item „{i.item}" for i in book.items))
    for n, item in enumerate(book.items):
        ids = (c.id for c in item.categories)
        yield from twice(("items", n, "categories"), ids, "die Kategorie „{}“ steht doppelt")


CATEGORIES = Declaration(
    "kategorien", "Kategorien", Categories, (f"data/codebook/{CATEGORY_FILE}",), _slips, "sind"
)
