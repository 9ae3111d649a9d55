"""Text of slides in PowerPoint: emphasis, quotation marks, lists and links."""

import re

import pytest

from gkanalysis.core.errors import RenderError
from gkanalysis.report.document import parse
from gkanalysis.report.pptxtext import paragraphs


def said(markdown, link=lambda target: f"<click {target}/>"):
    """The paragraphs of a text, one element each."""
    return re.findall(r"<a:p>.*?</a:p>", paragraphs(parse(markdown)["blocks"], link))


def test_neighbours_of_one_look_are_one_run():
    """A line is not torn into words, and emphasis is kept."""
    (line,) = said("Ein Satz **mit *beidem*** und `Kode`.")
    assert re.findall(r'<a:rPr lang="de-DE" ?(.*?)/><a:t>(.*?)</a:t>', line) == [
        ("", "Ein Satz "), ('b="1"', "mit "), ('b="1" i="1"', "beidem"), ("", " und Kode."),
    ]  # fmt: skip


def test_special_characters_and_quotation_marks():
    """What XML reserves is escaped; quotation marks are German."""
    assert "<a:t>„a“ &amp; 3 &lt; 4</a:t>" in said('"a" & 3 < 4')[0]


def test_lists_have_the_levels_of_the_template():
    """Points are of the second and third level; numbers are counted by PowerPoint."""
    bullet, deeper, number = *said("- a\n    - b"), *said("3. c")
    assert '<a:pPr lvl="1">' in bullet
    assert '<a:pPr lvl="2">' in deeper
    assert 'lvl="1"' in number
    assert 'type="arabicPeriod" startAt="3"' in number


def test_links_carry_a_click():
    """A link is text with a click; one that leads nowhere is text."""
    assert "<click #x/>" in said("[da](#x)")[0]
    assert "<a:t>da</a:t>" in said("[da](#x)", lambda target: "")[0]


def test_quotations_boxes_and_forced_lines():
    """A quotation is set in; the text of a box stays; a forced line is one."""
    quotation, box = said("> „Zitat“\n\n::: kasten\neins\\\nzwei\n:::")
    assert 'marL="' in quotation
    assert "<a:br/>" in box


def test_unknown_kinds_are_refused():
    """Nothing is left out silently."""
    with pytest.raises(RenderError, match="wie „HorizontalRule“ gesetzt wird"):
        said("a\n\n---\n\nb")
