"""The codebook of categories for open answers: which item has which categories, and who codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from gkanalysis.codebook import declared as d

CATEGORY_FILE = "kategorien.yml"  # beside the codebooks of the sources
Name = Annotated[d.Text, d.matching(r"(?s).*\S.*", "ist leer; nötig ist ein Text")]
Id = Annotated[d.Text, d.matching(r"[a-z0-9_-]+", "ist keine Kennung (erlaubt sind a–z, 0–9, _ und -)")]


@d.declared
class Category:
    """A category of one item: its id, a short printed label, and what belongs to it."""

    id: Id = d.key("Kennung, wie sie in der Liste der Codierungen steht")
    label: Name = d.key("gedruckter Name")
    definition: Name = d.key("was zu der Kategorie gehört")


class _CodedItem(d.Declared):
    source: Name = d.key("Welle, wie „bedarf-2019“")
    item: Name = d.key("Nummer der offenen Frage")
    label: Name = d.key("wonach gefragt ist, in wenigen Worten")
    categories: d.Some[Category] = d.key("Kategorien in der Reihenfolge der Tabellen")


class CategoryBook(d.Declared):
    """The categories of open items; the first of `coders` is the lead coder, whose codings count in tables."""

    coders: d.Some[Name] = d.key("wer codiert, die maßgebliche Person zuerst")
    coded: d.Some[_CodedItem] = d.key("offene Fragen mit ihren Kategorien", alias="items")

    @cached_property
    def items(self) -> Mapping[tuple[str, str], tuple[Category, ...]]:
        """Categories by source and item."""
        return {(i.source, i.item): i.categories for i in self.coded}

    @cached_property
    def labels(self) -> Mapping[tuple[str, str], str]:
        """What is asked in a few words, by source and item."""
        return {(i.source, i.item): i.label for i in self.coded}

    def ids(self, source: str, item_id: str) -> list[str]:
        """Ids of the categories of an item, in the order of the codebook."""
        return [c.id for c in self.items[source, item_id]]


def _slips(book: CategoryBook) -> d.Slips:
    yield from d.twice(("coders",), book.coders)
    yield from d.twice(("items",), (f"{i.source}“, Item „{i.item}" for i in book.coded))
    for n, item in enumerate(book.coded):
        ids = (c.id for c in item.categories)
        yield from d.twice(("items", n, "categories"), ids, "die Kategorie „{}“ steht doppelt")


FILES = (f"data/codebook/{CATEGORY_FILE}",)
CATEGORIES = d.Declaration("kategorien", "Kategorien", CategoryBook, FILES, _slips, "sind")
read_category_book = CATEGORIES.read
