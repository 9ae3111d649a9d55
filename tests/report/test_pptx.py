"""Slides as a PowerPoint file: made from a template, editable, accessible, with notes, the same bytes each time."""

import re
from io import BytesIO

import openpyxl
import pytest
from lxml import etree
from pptx import Presentation
from pptx.util import Mm

from forms import parts_of as members
from gkanalysis.core.errors import RenderError
from gkanalysis.core.writing import zip_parts
from gkanalysis.report.pptx import NAMES
from slidedeck import NOTE, make_deck

TEXTS = """## Vieles

Ein Satz **mit *beidem*** und `Code`.

> "a" & 3 < 4

3. c
    - d
    - [da](https://example.org)

::: kasten
eins\\
zwei
:::

## Anders

::: {.exhibit #plan}
:::
"""


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """The slides that most tests look at."""
    return make_deck(tmp_path_factory.mktemp("folien"))


@pytest.fixture(scope="module")
def content(deck):
    """Their file."""
    return deck.pptx()


def slides(content):
    return list(Presentation(BytesIO(content)).slides)


def only(page, what):
    """The one shape of a slide that is a chart, table or picture."""
    (shape,) = [s for s in page.shapes if getattr(s, what, False)]
    return shape


def changed(deck, tmp_path, old, new):
    """A template in which a text is replaced."""
    path = tmp_path / "andere.pptx"
    path.write_bytes(zip_parts({n: c.replace(old, new) for n, c in members(deck.reference.read_bytes()).items()}))
    return path


def test_bars_are_a_chart_that_can_be_edited(content):
    """The parts of the bars stand in a workbook; what the chart shows is its alternative text."""
    shape = only(slides(content)[2], "has_chart")
    assert shape.name == "balken"
    assert shape._element.nvGraphicFramePr.cNvPr.get("descr") == "Balken: ja 11 von 18 Städten, 9 von 21 Kreisen."
    plot = shape.chart.plots[0]
    assert list(plot.categories) == ["Städte 0\nn\u00a0=\u00a018", "Kreise 0\nn\u00a0=\u00a021"]
    assert [(s.name, list(s.values)) for s in plot.series] == [("ja", [11, 9]), ("nein", [7, 12])]
    workbook = openpyxl.load_workbook(BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
    assert list(workbook.active.values)[1] == ("Städte 0\nn\u00a0=\u00a018", 11, 7)


def test_numbers_of_bars_stand_at_one_place(deck):
    """Where the track begins, or all behind it; a part says „davon“, as no program keeps its indent."""
    row = {"label": "\u2003im Haus", "detail": "", "n": 10, "base_n": 20, "text": "10 von 20", "strong": True}
    for behind, series in ((False, 1), (True, 2)):
        made = make_deck(deck.build / "spur")
        made.document["exhibits"]["balken"]["chart"] = {"kind": "bars", "rows": [row], "behind": behind}
        plot = only(slides(made.pptx())[2], "has_chart").chart.plots[0]
        assert (list(plot.categories), list(plot.series[1].values)) == (["davon im Haus"], [10])
        assert plot.series[series].points[0].data_label.text_frame.text == "10 von 20"


def test_other_figures_are_pictures(deck, tmp_path):
    """In their true proportions, as PNG and as SVG, not cut off, where the template has their place and no larger."""
    other = make_deck(tmp_path)
    other.document["exhibits"]["balken"]["chart"] = None
    old, new = (f'<a:ext cx="{w}" cy="{Mm(101)}"/>'.encode() for w in (round(222.667 * 36000), Mm(200)))
    made = other.pptx(changed(deck, tmp_path, old, new))
    picture = only(slides(made)[2], "image")
    chosen = other.fitted().slides[1].candidates[0]
    assert picture.width == Mm(200)
    assert picture.width / picture.height == pytest.approx(chosen["width"] / chosen["height"], rel=0.001)
    assert picture.crop_left == picture.crop_top == 0
    assert picture._element.nvPicPr.cNvPr.get("descr").startswith("Balken: ja 11 von 18")
    assert sorted(n.rpartition(".")[2] for n in members(made) if "/media/" in n) == ["png", "svg"]


def test_table_can_be_edited(content):
    """A real table with a heading row, all cells, and a description."""
    shape = only(slides(content)[3], "has_table")
    assert shape.table.first_row
    rows = [[c.text for c in row.cells] for row in shape.table.rows]
    assert rows[0] == ["Maßnahme", "Gruppe 0\n(n\u00a0=\u00a040)", "Gruppe 1\n(n\u00a0=\u00a040)"]
    assert rows[2] == ["Maßnahme 0", "9\u00a0(86,7\u00a0%)", "10\u00a0(86,7\u00a0%)"]
    assert shape.table.cell(1, 0).is_merge_origin
    assert shape._element.nvGraphicFramePr.cNvPr.get("descr") == "Geplante Maßnahmen. Basis: 40 Bündnisse"


def test_notes_are_for_the_speaker(deck, content):
    """What to say, from the box of the slide, then base and source; on the page the box is folded."""
    pages = slides(content)
    assert pages[2].notes_slide.notes_text_frame.text.split("\n") == ["Basis: 39 Bündnisse", "Quelle: Abfrage."]
    assert NOTE in pages[3].notes_slide.notes_text_frame.text
    assert not pages[1].has_notes_slide
    spoken = make_deck(deck.build / "notiz", "## A\n\nText.\n\n::: notes\nErst *das*.\n\nDann das.\n:::")
    page = slides(spoken.pptx())[1]
    assert page.notes_slide.notes_text_frame.text == "Erst das.\nDann das."
    assert "Dann das" not in "".join(page.element.itertext())
    assert b'<details class="spoken"><summary>Zum Vortragen</summary>' in spoken.html()


def test_text_keeps_its_form(tmp_path):
    """Emphasis, German quotation marks, lists with their levels and numbers, links, forced lines; nothing is left out."""
    frame = slides(make_deck(tmp_path, TEXTS).pptx())[1].placeholders[1].text_frame
    runs = [[(r.text, r.font.bold, r.font.italic) for r in p.runs] for p in frame.paragraphs]
    assert runs[0] == [
        ("Ein Satz ", None, None), ("mit ", True, None), ("beidem", True, True), (" und Code.", None, None),
    ]  # fmt: skip
    assert [(p.text, p.level) for p in frame.paragraphs[1:]] == [
        ("„a“ & 3 < 4", 0), ("c", 1), ("d", 2), ("da", 2), ("eins\vzwei", 0),
    ]  # fmt: skip
    assert b'startAt="3"' in etree.tostring(frame.paragraphs[2]._p)
    assert frame.paragraphs[4].runs[0].hyperlink.address == "https://example.org"
    with pytest.raises(RenderError, match="wie „SmallCaps“ gesetzt wird"):
        make_deck(tmp_path / "b", "## A\n\n[x]{.smallcaps}").pptx()


def test_ids_language_numbers_fonts_and_times(content):
    """PowerPoint repairs, or refuses, a file that has an id twice; all text is German, all times are the report's."""
    parts = members(content)
    for page in slides(content):
        ids = page.element.xpath(".//p:cNvPr/@id")
        assert len(set(ids)) == len(ids)
        assert set(page.element.xpath(".//a:rPr/@lang")) == {"de-DE"}
    assert [p.element.xpath("string(.//a:fld/a:t)") for p in slides(content)] == ["", "2", "3", "4", "5"]
    assert sorted(n for n in parts if n.endswith(".fntdata")) == [
        f"ppt/fonts/{f}.fntdata" for f in ("Bold", "It", "Regular")
    ]
    (book,) = (members(c)["docProps/core.xml"] for n, c in parts.items() if n.endswith(".xlsx"))
    times = re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z", parts["docProps/core.xml"] + book)
    assert set(times) == {b"2022-06-15T00:00:00Z"}  # of the report, also in the workbook
    links = etree.fromstring(parts["ppt/slides/_rels/slide3.xml.rels"])
    assert [x.get("Target") for x in links if x.get("Type").endswith("/slide")] == ["slide4.xml"]  # „Folie 4“


def test_slides_of_the_template_stay_behind(deck, tmp_path, content):
    """A template that was saved with slides and properties of its own gives none of them away."""
    used = tmp_path / "benutzt.pptx"
    used.write_bytes(make_deck(tmp_path, "## Alt\n\nText.\n\n" * 6, title="Alter Titel").pptx())
    again = deck.pptx(used)
    assert len(slides(again)) == 5
    assert set(members(again)) == set(members(content))
    assert not [n for n, c in members(again).items() if b"Alter Titel" in c]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (f'cSld name="{(n := next(iter(NAMES.values())))}"', 'cSld name="weg"', f"„andere.pptx“ fehlen die Folienlayouts „{n}“"),
        ('idx="4"', 'idx="44"', "fehlt dem Layout „Darstellung mit Text daneben“ der Platzhalter 4"),
    ],
)  # fmt: skip
def test_what_the_template_misses_is_named(deck, tmp_path, old, new, message):
    """Each layout is asked for by its name, each placeholder by its number."""
    with pytest.raises(RenderError, match=message):
        deck.pptx(changed(deck, tmp_path, old.encode(), new.encode()))


def test_missing_template_and_empty_places(deck, tmp_path):
    """The message says how to get the template back; what has no text takes no place, and the exhibit has its room."""
    with pytest.raises(RenderError, match=r"Die PowerPoint-Vorlage „x\.pptx“ fehlt; bitte wiederherstellen"):
        deck.pptx(tmp_path / "x.pptx")
    text = "## {}\n\n::: {{.exhibit #plan}}\n:::"
    titles = ("Geplante Maßnahmen", "Anders")
    made = [slides(make_deck(tmp_path / t[:3], text.format(t), subtitle="").pptx()) for t in titles]
    assert [only(m[1], "has_table").top for m in made] == [Mm(48), Mm(57)]
    assert 1 not in [s.placeholder_format.idx for s in made[0][0].placeholders]
