"""What somebody wrote into a form, wherever it stands, comes out in an answer or before a person."""

import random
from copy import deepcopy

import pytest
from lxml import etree

from forms import Drawn, W, answers, look, typed, wordml
from gkanalysis.ingest.matching import (
    BESIDE_BOX,
    BESIDE_FIELD,
    EMPHASISED,
    EMPHASISED_BESIDE_TICK,
    LABEL_GONE,
    MARKED,
    NOT_FOUND,
    OUTSIDE,
    PICTURE,
    UNKNOWN,
    UNKNOWN_PROMPT,
)
from gkanalysis.ingest.word.xmlparts import NAMESPACES

WORD = "Quittenbrot"
A03, ROW_A03 = "1.1.A03.4", 6  # row in table 2
LATER = ", allerdings erst ab Herbst 2020 und nur für Frauen"


def option(drawn, number):
    return drawn.cell(7, 1, 3).findall(W + "p")[number - 1]


def add(paragraph, text, how=""):
    paragraph.append(typed(text)[0])
    if how:
        look(paragraph, how, text)


@pytest.mark.parametrize("style", ["controls", "legacy", "typed_box"])
@pytest.mark.parametrize(
    ("ticked", "number", "words", "shown"),
    [
        ("ja", 1, LATER, f"☒ Ja{LATER}\n☐ Nein"),
        ("ja", 1, " nicht", "☒ Ja nicht\n☐ Nein"),
        ("nein", 1, " … doch, seit Mai 2022", "☐ Ja … doch, seit Mai 2022\n☒ Nein"),
        ("", 2, " (?)", "☐ Ja\n☐ Nein (?)"),
    ],
)
def test_words_behind_a_printed_option(style, ticked, number, words, shown):
    """Nobody but a person knows what the box means then; the words stand in the answer and in the question."""
    drawn = Drawn({f"2.1:{ticked}": "x"} if ticked else {}, style)
    add(option(drawn, number), words)
    matched = drawn.match()
    (response,) = [r for r in matched.responses if r.item_id == "2.1"]
    assert (response.state, response.value, response.raw) == ("illegible", ticked, shown)
    assert [(r.item_id, r.reason, r.raw) for r in matched.reviews] == [("2.1", BESIDE_BOX, shown)]


@pytest.mark.parametrize("text", [" :", ".", " …", "\u00a0"])
def test_mere_punctuation_says_nothing(text):
    """A dot behind the option is no remark; neither is the option itself, gone or printed twice, if its box is named."""
    drawn = Drawn({"2.1:ja": "x"}, "controls")
    add(option(drawn, 1), text)
    assert (answers(drawn.match())["2.1"], drawn.match().reviews) == (("answered", "ja"), [])


@pytest.mark.parametrize("style", ["controls", "legacy"])
def test_words_before_a_control(style):
    """They are no label, for none is printed there, but part of the answer."""
    drawn = Drawn({"2.4": "Kleine Runde"}, style)
    paragraph = drawn.cell(7, 10, 3).find(W + "p")
    paragraph.insert(0, typed("seit Mai: ")[0])
    assert answers(drawn.match())["2.4"] == ("answered", "seit Mai: Kleine Runde")
    drawn = Drawn({}, style)
    drawn.cell(7, 10, 3).find(W + "p").insert(0, typed("seit Mai: ")[0])
    matched = drawn.match()
    assert answers(matched)["2.4"][0] == "illegible"  # printed or typed, nobody knows
    assert [(r.item_id, r.reason, r.raw) for r in matched.reviews] == [("2.4", BESIDE_FIELD, "seit Mai:")]


@pytest.mark.parametrize("box", ["☐", "☒"])
def test_words_beside_a_box_of_ones_own(box):
    """A line that somebody added goes to a person, whether its box is ticked or not."""
    drawn = Drawn()
    drawn.table(3).addprevious(typed(f"{box} bitte anrufen"))
    assert [(r.item_id, r.reason, r.raw) for r in drawn.match().reviews] == [("", UNKNOWN, f"{box} | bitte anrufen")]


def test_what_the_document_keeps_as_a_prompt():
    """A flag of an empty control on a text that neither the codebook nor the document knows: an answer, perhaps."""
    for text, expected, reviews in (
        ("…", ("not_answered", ""), []),
        ("Amt Müsen", ("illegible", ""), [("2.4", UNKNOWN_PROMPT, "Amt Müsen")]),
    ):
        drawn = Drawn({}, "controls")
        control = drawn.cell(7, 10, 3).find(f".//{W}sdt")
        control.find(f".//{W}t").text = text
        matched = drawn.match()
        assert answers(matched)["2.4"] == expected
        assert [(r.item_id, r.reason, r.raw or text) for r in matched.reviews] == reviews


YELLOW = '<w:highlight w:val="yellow"/>'


def test_markings_instead_of_ticks():
    """A highlighted option or row, or a coloured cell, is no tick, but somebody has to look."""
    drawn = Drawn({}, "typed_box")
    look(option(drawn, 1), YELLOW, " Ja")
    (review,) = drawn.match().reviews
    assert review.item_id == "2.1"
    assert "hervorgehoben" in review.reason
    drawn = Drawn()
    look(drawn.cell(2, ROW_A03, 1), YELLOW)
    assert [(r.item_id, r.reason) for r in drawn.match().reviews] == [("", MARKED)]
    drawn = Drawn()
    drawn.cell(2, ROW_A03, 4).find(W + "tcPr").append(wordml('<w:shd w:fill="FFFF00"/>'))
    matched = drawn.match()
    assert answers(matched)[A03][0] == "illegible"
    assert [(r.item_id, r.reason) for r in matched.reviews] == [(A03, "Feld eingefärbt statt angekreuzt")]


BOLD_STYLE = (
    f'<w:style xmlns:w="{W[1:-1]}" w:type="character" w:styleId="Stark"><w:rPr><w:b/></w:rPr></w:style>'
    f'<w:style xmlns:w="{W[1:-1]}" w:type="paragraph" w:styleId="Zitat"><w:basedOn w:val="Stark"/></w:style></w:styles>'
)
PRINTED_SO = [
    'b w:val="0"',
    'u w:val="none"',
    'color w:val="auto"',
    'color w:val="262626"',
    "i",
    'rStyle w:val="Platzhalter"',
]
LIFTED = [
    "b",
    'u w:val="single"',
    'color w:val="FF0000"',
    'color w:val="0070C0"',
    'rStyle w:val="Stark"',
    'pStyle w:val="Zitat"',
]


@pytest.mark.parametrize("style", ["controls", "legacy", "typed_box"])
@pytest.mark.parametrize("how", [*LIFTED, *PRINTED_SO])
def test_printed_words_in_bold_or_colour(how, style):
    """One option, or the label of one row, lifted out of the others: no answer, but a person has to look; beside a tick
    it says nothing, yet is told, so that a print can be recognised."""
    for ticked in ("", "nein", "ja"):
        drawn = Drawn({f"2.1:{ticked}": "x", "1.1.A04.5": "x" if ticked else ""}, style)
        drawn.parts["word/styles.xml"] = drawn.parts["word/styles.xml"].replace(b"</w:styles>", BOLD_STYLE.encode())
        for element in (option(drawn, 1), drawn.cell(2, ROW_A03 + bool(ticked), 1)):
            look(element, f"<w:{how}/>")
            for paragraph in element.iter(W + "p") if "pStyle" in how else ():
                paragraph.insert(0, wordml(f"<w:pPr><w:{how}/></w:pPr>"))
        matched = drawn.match()
        assert answers(matched)["2.1"] == (("answered", ticked) if ticked else ("not_answered", ""))
        reason = EMPHASISED_BESIDE_TICK if ticked else EMPHASISED
        told = [(r.item_id, r.reason, r.raw.rpartition(" | ")[2]) for r in matched.reviews]
        row = "".join(drawn.cell(2, ROW_A03 + bool(ticked), 1).itertext())
        assert told == ([("2.1", reason, "Ja"), ("", reason, row)] if how in LIFTED else [])


def test_what_all_printed_words_share_lifts_out_none():
    """All options in bold, all labels of a block in blue, headings, answers, or only the x: nobody has to look."""
    drawn = Drawn({A03: "x", "2.4": "Runde"})
    for element in (drawn.cell(7, 1, 3), drawn.row(2, 2), drawn.cell(7, 10, 3), drawn.cell(2, ROW_A03, 4)):
        look(element, "<w:b/>")
    for row in range(1, 18):
        look(drawn.cell(2, row, 1), '<w:color w:val="0070C0"/>')
    assert drawn.match().reviews == []
    look(drawn.cell(2, ROW_A03 + 1, 1), '<w:u w:val="double"/>')  # one of them is underlined as well
    look(option(drawn, 2), '<w:color w:val="FF0000"/>')
    assert [(r.item_id, r.reason) for r in drawn.match().reviews] == [("2.1", EMPHASISED), ("", EMPHASISED)]


@pytest.mark.parametrize("how", ["<w:strike/>", "<w:vanish/>"])
@pytest.mark.parametrize(
    ("style", "problem"), [("controls", LABEL_GONE), ("legacy", LABEL_GONE), ("typed_x", NOT_FOUND)]
)
def test_a_ticked_row_that_was_struck_out(style, problem, how):
    """Whether the label, the row, or the label for another one, by hand or as a tracked change: nobody but a person knows what the tick says."""

    def rename(drawn):
        look(drawn.cell(2, ROW_A03, 1), how)
        drawn.cell(2, ROW_A03, 1).find(W + "p").append(typed(" Rat")[0])

    def delete(drawn):
        (run,) = drawn.cell(2, ROW_A03, 1).iter(W + "r")
        change = etree.Element(W + "del")
        run.getparent().replace(run, change)
        change.append(run)
        run.find(W + "t").tag = W + "delText"

    for change, item in (
        (lambda d: look(d.cell(2, ROW_A03, 1), how), A03), (lambda d: look(d.row(2, ROW_A03), how), A03), (rename, A03), (delete, A03),
        (lambda d: look(d.cell(7, 1, 2), how), "2.1"),
    ):  # fmt: skip
        drawn = Drawn({A03: "x", "2.1:ja": "x"}, style)
        change(drawn)
        matched = drawn.match()
        assert answers(matched)[item][0] == "illegible"
        assert {r.reason for r in matched.reviews if r.item_id == item} == {problem}


@pytest.mark.parametrize("style", ["controls", "legacy"])
def test_what_was_struck_out_beside_a_whole_label(style):
    """A row whose label can still be read counts."""
    drawn = Drawn({A03: "x"}, style)
    add(drawn.cell(2, ROW_A03, 1).find(W + "p"), " (alt)", "<w:strike/>")
    matched = drawn.match()
    assert (answers(matched)[A03][0], matched.reviews) == ("selected", [])


def picture():
    """A paragraph with a picture."""
    paragraph = typed("")
    blip = etree.SubElement(paragraph[0], W + "drawing")
    etree.SubElement(blip, "{http://schemas.openxmlformats.org/drawingml/2006/main}blip")
    return paragraph


def test_pictures_between_the_tables():
    """A page that somebody scanned may hold all answers: told once a form; a letterhead is none."""
    drawn = Drawn({A03: "x"})
    drawn.parts["word/header1.xml"] = drawn.parts["word/header1.xml"].replace(
        b"</w:hdr>", etree.tostring(picture()) + b"</w:hdr>"
    )
    assert drawn.match().reviews == []
    for _ in range(2):
        drawn.table(3).addprevious(picture())
    matched = drawn.match()
    assert [(r.item_id, r.reason, r.raw) for r in matched.reviews] == [("", PICTURE, "2 Bilder")]
    assert all(drawn.root.xpath(p, namespaces=NAMESPACES) for p in matched.reviews[0].place.split(" | "))


def test_links_are_not_followed_and_named():
    """Mail merges and linked pictures leave everything else readable."""
    drawn = Drawn({A03: "x"})
    link = '<Relationship Id="rId8" Type="x/image" Target="file:///C:/Logo.png" TargetMode="External"/></Relationships>'
    rels = "word/_rels/document.xml.rels"
    drawn.parts[rels] = drawn.parts[rels].replace(b"</Relationships>", link.encode())
    matched = drawn.match()
    assert answers(matched)[A03][0] == "selected"
    assert [(r.item_id, r.reason, r.raw) for r in matched.reviews] == [("", OUTSIDE, "image: file:///C:/Logo.png")]


def test_people_are_shown_what_they_see():
    """Boxes as boxes, not the code of their state; the words of an embedded page without the name of its part."""
    drawn = Drawn({A03: "x"}, "controls")
    drawn.row(2, ROW_A03).addnext(deepcopy(drawn.row(2, ROW_A03)))  # no tag tells which of the two boxes counts
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    link = f'<Relationship Id="rId81" Type="{kind}" Target="afchunk1.htm"/></Relationships>'
    rels = "word/_rels/document.xml.rels"
    drawn.parts[rels] = drawn.parts[rels].replace(b"</Relationships>", link.encode())
    drawn.parts["word/afchunk1.htm"] = b"<p>Thema: <b>Wohnen</b></p>"
    chunk = etree.SubElement(drawn.body, W + "altChunk")
    chunk.set("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id", "rId81")
    shown = [(r.item_id, r.raw) for r in drawn.match().reviews]
    assert ((A03, "☒ | ☒") in shown, ("", "Thema: Wohnen") in shown) == (True, True)


@pytest.mark.parametrize("style", ["controls", "legacy", "typed_x", "typed_box"])
def test_no_word_is_lost_wherever_it_was_typed(style):
    """One word in any run or between any two, in a table or outside: it stands in an answer or in a review."""
    rng = random.Random(style)
    drawn = Drawn(
        {"2.1:ja": "x", A03: "x", "2.4": "Kleine Runde", "1.2.1#3": "Beirat"}, style, rng.choice(["lang", "kurz"])
    )
    whole = deepcopy(drawn.root)
    n_paragraphs, n_texts = (sum(1 for _ in whole.iter(W + name)) for name in "pt")
    for _ in range(25):
        drawn.root = deepcopy(whole)
        if rng.random() < 0.5:
            paragraph = list(drawn.root.iter(W + "p"))[rng.randrange(n_paragraphs)]
            paragraph.insert(rng.randint(0, len(paragraph)), typed(f" {WORD} ")[0])
        else:
            text = list(drawn.root.iter(W + "t"))[rng.randrange(n_texts)]
            text.text = rng.choice([f"{WORD} {text.text}", f"{text.text} {WORD}"])
        matched = drawn.match()
        kept = [text for r in matched.responses for text in (r.value, r.raw)] + [r.raw for r in matched.reviews]
        assert any(WORD in text for text in kept), etree.tostring(drawn.root)
