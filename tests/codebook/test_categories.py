"""The codebook of categories is data; every mistake in it is named at once."""

import pytest

from gkanalysis.codebook.categories import read_category_book
from gkanalysis.core.errors import CodebookError

GOOD = """
coders: [Kodierung A, Kodierung B]
items:
  - source: nachhaltigkeit-2022
    item: "9"
    label: Mehrwert
    categories:
      - {id: netz, label: Netzwerk, definition: Wer wen kennt.}
      - {id: wissen, label: Wissen, definition: Was man weiß.}
"""


@pytest.fixture
def book_of(tmp_path):
    """Reads a text as codebook of categories."""

    def read(text):
        path = tmp_path / "kategorien.yml"
        path.write_text(text, encoding="utf-8")
        return read_category_book(path)

    return read


def test_book_is_read(book_of):
    """Coders with the lead first, categories in order, labels."""
    book = book_of(GOOD)
    assert book.coders == ("Kodierung A", "Kodierung B")
    assert book.ids("nachhaltigkeit-2022", "9") == ["netz", "wissen"]
    assert book.items["nachhaltigkeit-2022", "9"][0].definition == "Wer wen kennt."
    assert book.labels["nachhaltigkeit-2022", "9"] == "Mehrwert"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("coders: [Kodierung A, Kodierung B]", "", "es fehlt „coders“"),
        ("[Kodierung A, Kodierung B]", "Kodierung A", "coders: „Kodierung A“ ist keine Liste"),
        ("Kodierung B]", "Kodierung A]", "coders › 2: „Kodierung A“ steht doppelt"),
        ("Kodierung B]", "7]", "coders › 2: „7“ ist kein Text"),
        ('"9"', "9", "Zeile 5, items › 9 › item: „9“ ist kein Text"),
        ("label: Mehrwert", "label: ''", "Zeile 6, items › 9 › label: „label“ ist leer"),
        ("id: wissen", "id: netz", "die Kategorie „netz“ steht doppelt"),
        ("id: wissen", "id: Wissen!", "„Wissen!“ ist keine Kennung"),
        (
            ", definition: Was man weiß.",
            "",
            "Zeile 9, items › 9 › categories › wissen: es fehlt „definition“",
        ),
        ("id: wissen", "id: wissen, id: x", "nicht lesbar: Zeile 9, Spalte 22: „id“ steht doppelt"),
        ("items:", "dinge:", "es fehlt „items“"),
        (GOOD[GOOD.index("    categories") :], "", "items › 9: es fehlt „categories“"),
    ],
)
def test_mistakes_are_named(book_of, old, new, said):
    """Each mistake has its sentence."""
    with pytest.raises(CodebookError, match=said):
        book_of(GOOD.replace(old, new))


def test_all_mistakes_in_one_pass(book_of):
    """An item twice and a coder twice, one message."""
    item = GOOD[GOOD.index("  - source") :]
    with pytest.raises(
        CodebookError,
        match=r"(?s)Zeile 2, coders.*Zeile 10, items › 9: „nachhaltigkeit-2022“, Item „9“ steht doppelt",
    ):
        book_of(GOOD.replace("Kodierung B]", "Kodierung A]") + item)
