"""The codebook of categories for open answers: which item has which categories, and who codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gkanalysis.codebook import declared as d

CATEGORY_FILE = "kategorien.yml"  # beside the codebooks of the sources
Name = Annotated[d.Text, d.matching(r"(?s).*\S.*", "ist leer; nötig ist ein Text")]
Id = Annotated[d.Text, d.matching(r"[a-z0-9_-]+", "ist keine Kennung (erlaubt sind a–z, 0–9, _ und -)")]


@d.declared
class Category:
    """A category of one item: its id, a short printed label, and what belongs to it."""

    id: Id = d.key("Kennung, wie sie in der Liste der Kodierungen steht")
    label: Name = d.key("gedruckter Name")
    definition: Name = d.key("was zu der Kategorie gehört")


class _CodedItem(d.Declared):
    source: Name = d.key("Welle, wie „bedarf-2019“")
    item: Name = d.key("Nummer der offenen Frage")
    label: Name = d.key("wonach gefragt ist, in wenigen Worten")
    categories: d.Some[Category] = d.key("Kategorien in der Reihenfolge der Tabellen")


class _Categories(d.Declared):
    coders: d.Some[Name] = d.key("wer kodiert, die maßgebliche Person zuerst")
    items: d.Some[_CodedItem] = d.key("offene Fragen mit ihren Kategorien")


@dataclass(frozen=True)
class CategoryBook:
    """The categories of open items, and what is asked in a few words, by source and item.

    The first of `coders` is the lead coder, whose codings count in tables. `path` is for sentences.
    """

    path: str
    coders: tuple[str, ...]
    items: Mapping[tuple[str, str], tuple[Category, ...]]
    labels: Mapping[tuple[str, str], str]

    def ids(self, source: str, item_id: str) -> list[str]:
        """Ids of the categories of an item, in the order of the codebook."""
        return [c.id for c in self.items[source, item_id]]


def read_category_book(path: str | Path) -> CategoryBook:
    """Read and check a codebook of categories; a `CodebookError` has every mistake at once."""
    book = CATEGORIES.read(path)
    items = {(i.source, i.item): i for i in book.items}
    labels = {k: i.label for k, i in items.items()}
    return CategoryBook(str(path), book.coders, {k: i.categories for k, i in items.items()}, labels)


def _slips(book: _Categories) -> d.Slips:
    yield from d.twice(("coders",), book.coders)
    yield from d.twice(("items",), (f"{i.source}“, Item „{i.item}" for i in book.items))
    for n, item in enumerate(book.items):
        ids = (c.id for c in item.categories)
        yield from d.twice(("items", n, "categories"), ids, "die Kategorie „{}“ steht doppelt")


CATEGORIES = d.Declaration("kategorien", "Kategorien", _Categories, (f"data/codebook/{CATEGORY_FILE}",), _slips, "sind")
