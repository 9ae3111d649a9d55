"""Chapters become slides: one statement each, at most one exhibit, and what does not belong there is named."""

import pytest

from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.document import plain_text
from gkanalysis.report.render import render_report
from gkanalysis.report.slides import svg_size
from slidedeck import figure, make_deck, table


def test_headings_become_slides(tmp_path):
    """A heading of the first level is a section, one of the second a slide; the last one is about the data."""
    slides = make_deck(tmp_path).slides()
    assert [(s.number, s.kind, s.section, s.level) for s in slides] == [
        (2, "section", "Was bleibt", 1),
        (3, "figure", "Was bleibt", 2),
        (4, "table", "Was bleibt", 2),
        (5, "text", "Zu den Daten", 2),
    ]
    assert slides[1].feet == ["Basis: 39 Bündnisse", "Quelle: Abfrage."]


def test_slides_without_sections_miss_no_level(tmp_path):
    """Before the first section a slide is a heading of the first level: none may be skipped."""
    slides = make_deck(tmp_path, "## Eins\n\nText.\n\n# Teil\n\n## Zwei\n\nText.").slides()
    assert [s.level for s in slides] == [1, 1, 2, 2]


def test_reference_names_the_slide(tmp_path):
    """A reference without words says on which slide the exhibit stands, because no labels are printed."""
    assert "siehe Folie\u00a04." in plain_text(make_deck(tmp_path).slides()[1].text)


def test_heading_of_the_exhibit_is_not_said_twice(tmp_path):
    """Where the statement is the title of the exhibit, it stands once."""
    text = "## Geplante Maßnahmen\n\n::: {.exhibit #plan}\n:::\n\n## Anders\n\n::: {.exhibit #balken}\n:::"
    slides = make_deck(tmp_path, text).slides()
    assert [s.caption for s in slides[:2]] == ["", "Sollen die Strukturen bleiben?"]


def test_topic_heads_the_exhibit(tmp_path):
    """Where the heading names a topic, it stands above the exhibit, whose own title would say the statement again."""
    text = '## 11 von 18 Städten {#a topic="Geplante Schritte"}\n\n::: {.exhibit #balken}\n:::\n\n## B {topic="X"}\n\nText.'
    slides = make_deck(tmp_path, text).slides()
    assert [(s.id, s.caption) for s in slides[:2]] == [("a", "Geplante Schritte"), ("b", "")]


def test_real_data_are_called_confidential(tmp_path):
    """The last slide says what kind of data these are, and names no received file."""
    words = [plain_text([s.title, s.text]) for s in make_deck(tmp_path, synthetic=False).slides()]
    assert words[-1].startswith("Alle Angaben sind vertraulich")
    assert "40\u00a0eingegangenen Dateien" in words[-1]
    assert not [w for w in words if "synthetisch" in w or "a.docx" in w]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Vorab.\n\n## A\n\nText.", "Vor der ersten Überschrift steht „Vorab.“"),
        ("## A\n\nText.\n\n### B\n\nText.", "Die Überschrift „B“ liegt zu tief"),
        ("## A\n\n::: {.exhibit #plan}\n:::\n\n::: {.exhibit #balken}\n:::", "Folie 2 („A“): Die Darstellung „balken“"),
        ("# A\n\n::: {.exhibit #plan}\n:::", "ein Abschnitt zeigt keine"),
        ("## A\n\nText.[^1]\n\n[^1]: Unten.", "Folie 2 („A“): .* eine Fußnote"),
        ("## A\n\n```\nx\n```", "ein Block Code"),
        ("## A\n\n## B\n\nText.", "Folie 2 („A“) ist leer"),
        ("# T\n\n## {#x}\n\nText.", "Folie 3 hat keinen Titel"),
    ],
)  # fmt: skip
def test_what_has_no_place_on_a_slide(tmp_path, text, message):
    """The message names the slide and what is wrong."""
    with pytest.raises(RenderError, match=message.replace("(", r"\(").replace(")", r"\)")):
        make_deck(tmp_path, text).slides()


def test_all_problems_at_once(tmp_path):
    """Who mends slides reads of all of them in one message."""
    with pytest.raises(RenderError) as caught:
        make_deck(tmp_path, "Vorab.\n\n## A\n\n## B").slides()
    assert [w in str(caught.value) for w in ("Vorab", "Folie 2", "Folie 3")] == [True] * 3


def test_figure_that_would_be_too_small(tmp_path):
    """A figure is never shrunk until its type is unreadable: it is refused."""
    text = "## A\n\n::: {.exhibit #balken}\n:::"
    assert make_deck(tmp_path / "a", text, exhibits=[figure(6)]).slides()[0].candidates
    with pytest.raises(RenderError, match=r"Folie 2 \(„A“\): Die Abbildung „balken“ ist zu hoch .* 11 Punkt"):
        make_deck(tmp_path / "b", text, exhibits=[figure(20)]).slides()


def test_layout_that_shows_the_figure_larger_comes_first(tmp_path):
    """Flat figures stand below the text, others beside it."""
    text = "## A\n\nText.\n\n::: {.exhibit #balken}\n:::"
    flat, tall = (make_deck(tmp_path / str(n), text, exhibits=[figure(n)]).slides()[0] for n in (2, 6))
    assert (flat.candidates[0]["layout"], tall.candidates[0]["layout"]) == ("above", "beside")


def test_wide_table_stands_below_its_text(tmp_path):
    """Only a narrow table leaves room for text at its side."""
    text = "## A\n\nText.\n\n::: {.exhibit #plan}\n:::"
    for columns, layouts in ((3, {"beside", "above"}), (4, {"above"})):
        slide = make_deck(tmp_path / str(columns), text, exhibits=[table(columns=columns)]).slides()[0]
        assert {c["layout"] for c in slide.candidates} == layouts


def test_drawing_without_a_size():
    """A drawing that does not say how large it is cannot be placed."""
    with pytest.raises(RenderError, match="nennt ihre Größe nicht"):
        svg_size(b'<svg viewBox="0 0 9 9"><rect width="5pt" height="5pt"/></svg>')


def test_format_that_the_definition_does_not_name(tmp_path):
    """Slides are not set as a Word document."""
    deck = make_deck(tmp_path)
    with pytest.raises(
        UsageError, match="gibt es nicht als docx; sein Eintrag „formats“ nennt html, pdf, pptx"
    ):
        render_report(deck.report, ProjectPaths.of(tmp_path, tmp_path), "docx")
