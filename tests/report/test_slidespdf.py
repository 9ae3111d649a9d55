"""Slides as PDF: accessible, one page each, and nothing that does not fit."""

from io import BytesIO

import pikepdf
import pytest

from gkanalysis.core.errors import RenderError
from slidedeck import figure, make_deck, table
from tools.system import needs
from tools.verapdf import verapdf

EXHIBIT = "## A\n\n{}\n\n::: {{.exhibit #{}}}\n:::"


@needs("java", "jaxb")
def test_slides_meet_both_standards(tmp_path):
    """PDF/UA-1 and PDF/A-2a, with and without sections."""
    pdf, other = tmp_path / "mit.pdf", tmp_path / "ohne.pdf"
    pdf.write_bytes(make_deck(tmp_path / "mit").pdf())
    other.write_bytes(make_deck(tmp_path, "## Eins\n\n> Zitat\n\n::: kasten\n**Rat.** Tun.\n:::\n").pdf())
    assert verapdf([pdf, other], ["ua1", "2a"]) == []


def test_pages_and_structure_for_screen_readers(tmp_path):
    """Five pages of 16:9; title, headings, table heads and the alternative text of the figure are tagged."""
    with pikepdf.open(BytesIO(make_deck(tmp_path).pdf())) as document:
        sizes = [[float(x) for x in page.mediabox] for page in document.pages]
        found = list(tags(document.Root.StructTreeRoot.K))
        assert str(document.Root.Lang) == "de-DE"
    assert [round(w / h, 3) for _, _, w, h in sizes] == [1.778] * 5
    names = [name for name, _ in found]
    assert [names.count(n) for n in ("/Title", "/H1", "/H2", "/Figure", "/TH")] == [1, 1, 3, 1, 4]
    assert [alt for name, alt in found if name == "/Figure"] == ["Balken: ja 11 von 18 Städten, 9 von 21 Kreisen."]


def tags(node):
    """Name and alternative text of all elements of a structure, outer ones first."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from tags(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
        yield from tags(node.get("/K", pikepdf.Array()))


@pytest.mark.parametrize(
    ("text", "exhibits", "message"),
    [
        ("## " + "Ein langes Wort " * 12 + "\n\nText.", None, r"Folie 2 .*: der Titel ist um 1 Textzeile zu lang"),
        ("## A\n\n" + "- Punkt\n" * 14, None, r"Folie 2 \(„A“\): der Text ist um \d Textzeilen zu lang"),
        ("## A\n\nText.\n\n## B\n\n" + "- Punkt\n" * 12, None, r"^Folie 3 \(„B“\): der Text"),
        (EXHIBIT.format("", "plan"), [table(30)], r"Folie 2 .*: die Tabelle ist um 1\d Zeilen zu lang"),
        (EXHIBIT.format("", "plan"), [table(2, 12)], r"Folie 2 .*: die Tabelle ist zu breit für „"),
        (EXHIBIT.format("Wort " * 90, "balken"), [figure()], r"Folie 2 .*: der Text ist um \d+ Textzeilen zu lang"),
        ("# " + "Langes Wort " * 20, None, r"Folie 2 .*: der Titel ist"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path, text, exhibits, message):
    """The message names the slide, the part and by how much; nothing is cut or shrunk."""
    with pytest.raises(RenderError, match=message):
        make_deck(tmp_path, text, exhibits=exhibits).fitted()


def test_foot_and_title_slide_are_measured_too(tmp_path):
    """Base, notes and source have four lines; the title of the report has its box."""
    deck = make_deck(tmp_path, title="Ein sehr langer Titel " * 10)
    deck.document["exhibits"]["plan"]["notes"] = ["Eine Anmerkung."] * 3
    with pytest.raises(RenderError, match=r"Folie 4 .*: der Fuß mit Basis, .* um 1 Textzeile zu lang.*") as caught:
        deck.fitted()
    assert "Titelfolie: der Titel ist um" in str(caught.value)


def test_largest_type_and_best_layout_that_fit(tmp_path):
    """A longer table is set in smaller type, down to 12 points; text of many lines stands beside the figure."""
    tables = [make_deck(tmp_path / f"t{n}", EXHIBIT.format("", "plan"), exhibits=[table(n)]) for n in (3, 10, 12)]
    assert [d.fitted().slides[0].candidates[0]["size"] for d in tables] == [15.0, 13.5, 12.0]
    points = [
        make_deck(tmp_path / f"f{n}", EXHIBIT.format("- Punkt\n" * n, "balken"), exhibits=[figure()]) for n in (1, 6)
    ]
    assert [d.fitted().slides[0].candidates[0]["layout"] for d in points] == ["above", "beside"]
