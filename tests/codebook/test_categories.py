"""The codebook of categories is data; every mistake in it is named at once."""

import pytest

from gkanalysis.codebook.categories import read_category_book

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


def test_book_is_read(tmp_path):
    """Coders with the lead first, categories in order, labels."""
    (tmp_path / "kategorien.yml").write_text(GOOD, encoding="utf-8")
    book = read_category_book(tmp_path / "kategorien.yml")
    assert book.coders == ("Kodierung A", "Kodierung B")
    assert book.ids("nachhaltigkeit-2022", "9") == ["netz", "wissen"]
    assert book.items["nachhaltigkeit-2022", "9"][0].definition == "Wer wen kennt."
    assert book.labels["nachhaltigkeit-2022", "9"] == "Mehrwert"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("coders: [Kodierung A, Kodierung B]", "", "es fehlt „coders“"),
        ("Kodierung B]", "Kodierung A]", "coders › 2: „Kodierung A“ steht doppelt"),
        ("id: wissen", "id: netz", "die Kategorie „netz“ steht doppelt"),
        ("id: wissen", "id: Wissen!", "„Wissen!“ ist keine Kennung"),
        (", definition: Was man weiß.", "", "Zeile 9, items › 9 › categories › wissen: es fehlt „definition“"),
        ("id: wissen", "id: wissen, id: x", "nicht lesbar: Zeile 9, Spalte 22: „id“ steht doppelt"),
        (GOOD[GOOD.index("    categories") :], "", "items › 9: es fehlt „categories“"),
        (GOOD, GOOD + GOOD[GOOD.index("  - source") :], "Zeile 10, items › 9: „nachhaltigkeit-2022“, Item „9“ steht doppelt"),
    ],
)  # fmt: skip
def test_mistakes_are_named(answer, old, new, sentence):
    """Each mistake has its sentence."""
    assert sentence in answer(read_category_book, GOOD, (old, new))
