"""Chapters become slides: one statement each, at most one exhibit, and what does not belong there is named."""

import re
from io import BytesIO

import pytest
from lxml import html
from pptx import Presentation

from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.document import plain_text
from gkanalysis.report.render import render_report
from slidedeck import NOTE, figure, make_deck
from tools.system import needs, run


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


def test_headings_of_slides_and_exhibits(tmp_path):
    """No level is missed without sections; the exhibit is headed by its topic, else its title, and nothing stands twice."""
    exhibit = "\n\n::: {{.exhibit #{}}}\n:::\n\n".format
    text = (
        "## Geplante Maßnahmen" + exhibit("plan") + '## B {#b topic="X"}\n\nText.\n\n# Teil\n\n## C' + exhibit("balken")
    )
    slides = make_deck(tmp_path, text).slides()
    assert [(s.level, s.caption) for s in slides[:4]] == [
        (1, ""), (1, ""), (1, ""), (2, "Sollen die Strukturen bleiben?"),
    ]  # fmt: skip
    topic = make_deck(tmp_path / "b", '## 11 von 18 {#a topic="Geplante Schritte"}' + exhibit("balken"))
    assert [(s.id, s.caption) for s in topic.slides()[:1]] == [("a", "Geplante Schritte")]
    assert ">Geplante Schritte</figcaption>" in topic.html().decode()


def test_real_data_are_called_confidential(tmp_path):
    """The last slide says what kind of data these are, and names no received file."""
    words = [plain_text([s.title, s.text]) for s in make_deck(tmp_path, synthetic=False).slides()]
    assert words[-1].startswith("Alle Angaben sind vertraulich")
    assert "40\u00a0eingegangenen Bögen" in words[-1]
    assert not [w for w in words if "synthetisch" in w or "a.docx" in w]


@needs("poppler")
def test_all_formats_show_the_same_words(tmp_path):
    """Statement, value, reference, base, note and source stand on their slide, and every slide carries the mark."""
    deck = make_deck(tmp_path)
    (tmp_path / "d.pdf").write_bytes(deck.pdf())
    made = {
        "pdf": run(["pdftotext", "-enc", "UTF-8", tmp_path / "d.pdf", "-"], strict=True).split("\f")[:-1],
        "html": [x.text_content() for x in html.fromstring(deck.html()).xpath("//section[contains(@class, 'slide')]")],
        "pptx": [
            " ".join(x.itertext()) for x in (p.element for p in Presentation(BytesIO(deck.pptx())).slides)
        ],
    }  # fmt: skip
    wanted = [
        ["Was bleibt von „Gemeinsam klappt’s“?", "Ergebnisse 2022", "Erste · Zweite", "15. Juni 2022", "Die Daten sind synthetisch"],
        ["Was bleibt", "40 von 58 Bündnissen", "Synthetische Daten"],
        ["Die meisten Städte wollen", "11 von 18", "siehe Folie 4", "noch einer", "Basis: 39", "Quelle: Abfrage", "Synthetische Daten"],
        ["Geplante Maßnahmen", "(n = 40)", "Verstetigung", NOTE, "Basis: 40 Bündnisse", "Synthetische Daten"],
        ["Alle Angaben sind erfunden", "Synthetische Daten"],
    ]  # fmt: skip
    for kind, pages in made.items():
        found = [re.sub(r"\s+", " ", p).replace(" .", ".") for p in pages]
        assert [(kind, w) for page, words in zip(found, wanted, strict=True) for w in words if w not in page] == []


def test_same_input_same_bytes(tmp_path):
    """Two runs in different folders give the same files; they name no folder, and their only time is the report's."""
    one, two = (make_deck(tmp_path / name) for name in ("eins", "zwei"))
    made = [(d.pdf(), d.html(), d.pptx()) for d in (one, two)]
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0][1]
    assert set(re.findall(rb"D:(\d{8})", made[0][0])) == {b"20220615"}


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


def test_format_that_the_definition_does_not_name(tmp_path):
    """Slides are not set as a Word document."""
    deck = make_deck(tmp_path)
    with pytest.raises(UsageError, match="gibt es nicht als docx; sein Eintrag „formats“ nennt html, pdf, pptx"):
        render_report(deck.report, ProjectPaths.of(tmp_path, tmp_path), ["docx"])
