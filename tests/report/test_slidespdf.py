"""Slides as PDF: accessible, one page each, and nothing that does not fit."""

import re
from io import BytesIO

import pikepdf
import pytest

from gkanalysis.core.errors import RenderError
from slidedeck import NOTE, TEXT, figure, make_deck, table
from tools.system import needs, run
from tools.verapdf import verapdf

EXHIBIT = "## A\n\n{}\n\n::: {{.exhibit #{}}}\n:::"


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """The slides that most tests look at."""
    return make_deck(tmp_path_factory.mktemp("folien"))


@pytest.fixture(scope="module")
def pdf(deck):
    """Path of their PDF."""
    path = deck.build / "folien.pdf"
    path.write_bytes(deck.pdf())
    return path


def pages(path):
    """The text of each page, with plain spaces."""
    text = run(["pdftotext", "-enc", "UTF-8", path, "-"], strict=True)
    return [re.sub(r"\s+", " ", page) for page in text.split("\f")[:-1]]


@needs("java", "jaxb")
def test_slides_meet_both_standards(pdf, tmp_path):
    """PDF/UA-1 and PDF/A-2a, with and without sections."""
    other = tmp_path / "ohne.pdf"
    other.write_bytes(make_deck(tmp_path, "## Eins\n\n> Zitat\n\n::: kasten\n**Rat.** Tun.\n:::\n").pdf())
    assert verapdf([pdf, other], ["ua1", "2a"]) == []


@needs("poppler")
def test_each_slide_is_one_page(pdf):
    """Title slide, section, figure, table, data: five pages of 16:9, each with the mark of its data."""
    with pikepdf.open(pdf) as document:
        sizes = [[float(x) for x in page.mediabox] for page in document.pages]
    assert len(sizes) == 5
    assert all(abs(w / h - 16 / 9) < 0.001 for _, _, w, h in sizes)
    text = pages(pdf)
    assert "Die Daten sind synthetisch" in text[0]
    assert all("Synthetische Daten" in page for page in text[1:])


@needs("poppler")
def test_words_of_the_slides(pdf):
    """Statement, value, base, note and source stand on their slide."""
    text = pages(pdf)
    for part in (
        "Was bleibt von „Gemeinsam klappt’s“?",
        "Ergebnisse 2022",
        "Erste · Zweite",
        "15. Juni 2022",
    ):
        assert part in text[0]
    for part in (
        "Die meisten Städte",
        "11 von 18 Städten sagen ja; siehe Folie 4.",
        "ein „Punkt“",
        "Basis: 39",
        "Quelle:",
    ):
        assert part in text[2]
    for part in ("Geplante Maßnahmen", "(n = 40)", "Verstetigung", NOTE, "Basis: 40 Bündnisse"):
        assert part in text[3]


def test_structure_for_screen_readers(deck):
    """Title, headings, table heads and the alternative text of the figure are tagged; running lines are not."""
    with pikepdf.open(BytesIO(deck.pdf())) as document:
        found = list(tags(document.Root.StructTreeRoot.K))
        assert str(document.Root.Lang) == "de-DE"
    names = [name for name, _ in found]
    assert [names.count(n) for n in ("/Title", "/H1", "/H2", "/Figure", "/TH")] == [1, 1, 3, 1, 4]
    assert [alt for name, alt in found if name == "/Figure"] == [
        "Balken: ja 11 von 18 Städten, 9 von 21 Kreisen."
    ]


def tags(node):
    """Name and alternative text of all elements of a structure, outer ones first."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from tags(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S), str(node.get("/Alt", ""))
        yield from tags(node.get("/K", pikepdf.Array()))


def test_same_input_same_bytes(tmp_path):
    """Two runs in different folders give the same file; its only time is the date of the report."""
    one, two = (make_deck(tmp_path / name).pdf() for name in ("eins", "zwei"))
    assert one == two
    assert set(re.findall(rb"D:(\d{8})", one)) == {b"20220615"}


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


def test_long_foot_is_named(tmp_path):
    """Base, notes and source have four lines."""
    deck = make_deck(tmp_path)
    deck.document["exhibits"]["plan"]["notes"] = ["Eine Anmerkung."] * 3
    with pytest.raises(RenderError, match=r"Folie 4 .*: der Fuß mit Basis, .* um 1 Textzeile zu lang"):
        deck.fitted()


def test_long_title_of_the_report_is_named(tmp_path):
    """The title slide is measured like all others."""
    with pytest.raises(RenderError, match="Titelfolie: der Titel ist um"):
        make_deck(tmp_path, title="Ein sehr langer Titel " * 10).fitted()


def test_table_in_the_largest_type_that_fits(tmp_path):
    """A longer table is set in smaller type, down to 12 points and no further."""
    text, sizes = EXHIBIT.format("", "plan"), []
    for rows in (3, 10, 12):
        _, slides, _ = make_deck(tmp_path / str(rows), text, exhibits=[table(rows)]).fitted()
        sizes.append(slides[0].candidates[0]["size"])
    assert sizes == [15.0, 13.5, 12.0]


def test_text_too_long_for_one_layout_takes_the_other(tmp_path):
    """Text of more than three lines does not stand above a figure but beside it."""
    chosen = []
    for lines in (1, 6):
        text = EXHIBIT.format("- Punkt\n" * lines, "balken")
        _, slides, _ = make_deck(tmp_path / str(lines), text, exhibits=[figure()]).fitted()
        chosen.append(slides[0].candidates[0]["layout"])
    assert chosen == ["above", "beside"]


def test_lines_of_a_title_are_balanced(tmp_path):
    """No word of a title stands alone in its last line: both lines are about as long."""
    text = TEXT.replace(
        "Drei von vier setzen auf das", "Drei von vier Bündnissen setzen in Zukunft auf das kommunale"
    )
    _, slides, _ = make_deck(tmp_path, text).fitted()
    assert 100 < slides[2].title_width < 200
