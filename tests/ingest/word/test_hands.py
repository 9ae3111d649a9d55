"""Ticks and texts as people and other programs leave them: what is drawn, and what is read of it."""

import json

import pytest

from docx_parts import (
    FLAG,
    cell,
    checkbox,
    control,
    in_cell,
    legacy,
    members,
    only,
    paragraph,
    part,
    read,
    row,
    run,
    table,
    zipped,
)
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import fields_as_json, read_word_form
from gkanalysis.ingest.word.model import TICK_KINDS

BOX = '<w14:checked w14:val="0"/>'
EMPTY, TICKED = checkbox(BOX, "☐", "a"), checkbox(tag="a")
OLD = legacy('<w:name w:val="a"/><w:checkBox/>', "FORMCHECKBOX")
YELLOW = '<w:highlight w:val="yellow"/>'


def symbol(font, code):
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def bullet(number, text, font="MS Gothic", shape="bullet", start=1):
    """An abstract list and its number."""
    level = f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{shape}"/><w:lvlText w:val="{text}"/><w:rPr><w:rFonts w:ascii="{font}"/></w:rPr></w:lvl>'
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{level}</w:abstractNum>',
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>',
    )


LISTS = [
    bullet(1, "☐"), bullet(2, "☒"), bullet(3, "\uf0a8", "Wingdings"), bullet(4, "\uf0fe", "Wingdings"),
    bullet(5, "\uf0b7", "Symbol"), bullet(6, "%1.", shape="decimal", start=12), bullet(7, "%1)", shape="lowerLetter"),
]  # fmt: skip
RESTART = '<w:num w:numId="8"><w:abstractNumId w:val="6"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/></w:lvlOverride></w:num>'
STYLED = (
    '<w:abstractNum w:abstractNumId="9"><w:numStyleLink w:val="Kasten"/></w:abstractNum>',
    '<w:num w:numId="9"><w:abstractNumId w:val="9"/></w:num>',
)
LISTS[1] = (LISTS[1][0].replace('"2">', '"2"><w:styleLink w:val="Kasten"/>', 1), LISTS[1][1])
LISTS += [STYLED]
NUMBERING = part("numbering", "".join(a for a, _ in LISTS) + "".join(n for _, n in LISTS) + RESTART)
STYLES = part(
    "styles",
    '<w:style w:type="character" w:styleId="Kasten"><w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="KastenAbs"><w:basedOn w:val="Kasten"/></w:style>'
    '<w:style w:type="character" w:styleId="Text"><w:rPr><w:rFonts w:ascii="Arial"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Liste"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>',
)


def listed(number, *inner):
    """A paragraph of a list."""
    look = f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return paragraph(look, *inner)


def styled(style, *inner):
    return paragraph(f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>', *inner)


def button(content, name="MACROBUTTON", between=""):
    return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {name} {between}</w:instrText></w:r>{content}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


SHOWS = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'


def drawn(inside):
    return f"<w:r><w:drawing><a:graphic>{inside}</a:graphic></w:drawing></w:r>"


X, O, U = "selected", "not_selected", "unclear"  # noqa: E741
WINGDINGS = '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>'


@pytest.mark.parametrize(
    ("block", "ticks", "texts"),
    [
        # boxes that a list draws; the other bullets are none, and no number of a list is lost
        (listed(2, "Jobcenter") + listed(1, "Jugendamt"), [(X, "Jobcenter"), (O, "Jugendamt")], []),
        (listed(4, "Jobcenter") + listed(3, "Jugendamt"), [(X, "Jobcenter"), (O, "Jugendamt")], []),
        (styled("Liste", "Jobcenter") + listed(9, "Amt"), [(X, "Jobcenter"), (X, "Amt")], []),
        (table(row("Jobcenter", cell(listed(2)))), [(X, "Jobcenter")], ["Jobcenter"]),
        (listed(5, "Jobcenter"), [], ["Jobcenter"]),
        (listed(6, "Mai") + listed(6) + listed(6, "Juni"), [], ["12. Mai", "14. Juni"]),
        (listed(6, "Mai") + listed(8, "Juni") + listed(6, "Juli"), [], ["12. Mai", "3. Juni", "4. Juli"]),
        (listed(7, "Beirat") + listed(7, "Amt"), [], ["a) Beirat", "b) Amt"]),
        (listed(6), [], ["12."]),  # „12. “ typed alone
        (listed(7), [], []),  # a list that begins with 1, or a, may be printed
        # what a web editor strikes out is done, what a hand strikes out is not meant: nobody but a person knows
        (listed(1, run("Jobcenter", "<w:strike/>")) + listed(1, "Amt"), [(U, "Jobcenter"), (O, "Amt")], []),
        (paragraph(TICKED, run(" Ja", "<w:strike/>")) + paragraph(EMPTY, " Nein"), [(U, "Ja"), (O, "Nein")], []),
        (paragraph(TICKED, " Ja ", run("alt", "<w:strike/>")), [(X, "Ja")], []),
        # an x between a box and its label, whatever box it is
        (paragraph("☐x Ja   ☐ Nein"), [(U, "Ja"), (O, "Nein")], ["☐x Ja ☐ Nein"]),
        (paragraph("□ x Ja   □ Nein"), [(U, "Ja"), (O, "Nein")], ["□ x Ja □ Nein"]),
        (paragraph("Ja □x   Nein □"), [(U, "Ja"), (O, "Nein")], ["Ja □x Nein □"]),
        (paragraph(EMPTY, " x Ja"), [(U, "Ja"), (U, "Ja")], ["☐ x Ja"]),
        (paragraph(EMPTY, "x Ja"), [(U, "Ja"), (U, "Ja")], ["☐x Ja"]),
        (paragraph(OLD, " X Ja"), [(U, "Ja"), (U, "Ja")], ["☐ X Ja"]),
        (paragraph(EMPTY, " x-beliebig"), [(O, "x-beliebig")], []),
        # symbol fonts by a style, without any, and unknown symbols beside known ones
        (paragraph(run("þ", '<w:rStyle w:val="Kasten"/>'), " Ja"), [(X, "Ja")], []),
        (in_cell("").replace("<w:p></w:p>", styled("KastenAbs", "o")), [(O, "Frage")], ["Frage"]),
        (styled("KastenAbs", "þ", run(" oben", '<w:rStyle w:val="Text"/>')), [(X, "oben")], []),
        (styled("KastenAbs", "þ", run(" oben", '<w:rFonts w:asciiTheme="minorHAnsi"/>')), [(X, "oben")], []),
        (paragraph("\uf0fe Ja \uf0a8 Nein"), [(U, "Ja"), (U, "Nein")], []),
        (paragraph("\uf0b7 Jugendamt"), [], ["\uf0b7 Jugendamt"]),
        (paragraph(symbol("Wingdings 2", "F053"), " Ja ", symbol("Wingdings 2", "F0AE"), " Nein"),
         [(X, "Ja"), (U, "Nein")], []),
        (paragraph("☐ ", run("Ja", '<w:rFonts w:ascii="Wingdings"/>')), [(O, "Ja")], []),  # a label in a wrong font
        # marks typed in lines; what is empty says so beside another that is not
        *((paragraph(run(line)), [(X, "Ja"), (O, "Nein")], []) for line in (
            "_X_ Ja   ___ Nein", "( X ) Ja   (   ) Nein", "[ X ] Ja  [   ] Nein", "[x] Ja [  ] Nein", "{x} Ja {} Nein",
            "<x> Ja < > Nein", "/X/ Ja / / Nein", "▣ Ja □ Nein", "⮽ Ja ☐ Nein", "🗵 Ja ☐ Nein", "⬛ Ja ⬜ Nein",
            "[✓] Ja [ ] Nein", "Ja _x_  Nein ___",
        )),
        (paragraph("X Ja    O Nein"), [(X, "Ja"), (O, "Nein")], ["X Ja O Nein"]),
        (table(row("Angebunden?", cell("☒ Ja   ☐ Nein"))), [(X, "Ja"), (O, "Nein")], ["Angebunden?"]),
        (paragraph("Angebunden?  Ja ☐   Nein ☒"), [(O, "Angebunden? Ja"), (X, "Nein")], []),
        (table(row("Lage", cell("x\tKreis"))), [(X, "Kreis")], ["Lage", "x Kreis"]),  # might be a word: the text stays
        *((paragraph(text), [], [text]) for text in ("Größe: 3 x 4, f(x) = 2", "Xanten")),
        (paragraph("(x) Ja"), [(U, "Ja")], []),
        (paragraph("Ja ✕  Nein"), [(U, "Nein")], ["Ja"]),
        (paragraph("Beteiligt: ✓ Ja"), [(X, "Ja")], ["Beteiligt:"]),
        *((paragraph(line), [], [line]) for line in (
            "(X)HTML-Formular", "Name: ______", "Größe ( ) und / oder < 3", "s. https://a.de/x/b", "datei_x_alt",
        )),
        # fields show their result, and never the code of another one within; some show the end of their code
        (paragraph(button(button(SHOWS + run("7"), "PAGE") + SHOWS + run("sieben"), "IF")), [], ["sieben"]),
        (paragraph(button(f"<w:r>{WINGDINGS}<w:instrText>þ</w:instrText></w:r>", between="Klick "), " Amt"),
         [(X, "Amt")], []),
        (paragraph(button(symbol("Wingdings", "F0A8"), between="Klick "), " Amt"), [(O, "Amt")], []),
        (paragraph("Leitung: ", button("", between="Keins Amt Müsen")), [], ["Leitung: Amt Müsen"]),
        (paragraph(button("", "SYMBOL", '254 \\f "Wingdings" \\s 12'), " Amt"), [(X, "Amt")], []),
        (paragraph(button("", "SYMBOL", "0x2612 \\u"), " Amt"), [(X, "Amt")], []),
        # texts in drawings: of Strict Open XML, from PowerPoint, WordArt; a watermark is none
        (paragraph(drawn(f"<wps:txbx><wne:txbxContent>{paragraph('Neu: ☒ Amt')}</wne:txbxContent></wps:txbx>")),
         [(X, "Amt")], ["Neu:"]),
        (paragraph(drawn("<a:p><a:r><a:t>Neues Amt</a:t></a:r><a:br/><a:r><a:t>im Kreis</a:t></a:r></a:p>")),
         [], ["Neues Amt\nim Kreis"]),
        (paragraph('<w:r><w:pict><v:shape><v:textpath string="Neues Amt"/></v:shape></w:pict></w:r>'), [], ["Neues Amt"]),
        (paragraph('<w:r><w:pict><v:shape id="PowerPlusWaterMarkObject1"><v:textpath string="MUSTER"/></v:shape></w:pict></w:r>'), [], []),
    ],
)  # fmt: skip
def test_marks_and_texts(block, ticks, texts):
    """State and label of each tick, and all text that is no label."""
    form = read(block, numbering=NUMBERING, styles=STYLES)
    assert [(f.state, f.label) for f in form.fields if f.kind in TICK_KINDS] == ticks
    assert [f.value for f in form.fields if f.kind in ("cell", "paragraph") and f.value] == texts


@pytest.mark.parametrize(
    ("block", "notes"),
    [
        (paragraph(run("Ja", '<w:bdr w:val="single"/>'), " / Nein"), ["marked"]),
        (paragraph(run("Ja", '<w:shd w:val="clear" w:fill="DEEAF6"/>'), " / Nein"), []),
        (paragraph(EMPTY, run(" Ja", YELLOW)), ["marked"]),
        (table(*[row("Amt", cell("", look='<w:shd w:fill="FFFF00"/>'))] * 3), []),  # yellow fields to be filled in
        # in cells: a label in bold, or more than half of it; not a stress within, the box alone, or the words beside it
        (in_cell(run("☐ Ja, ") + run("seit 2019", '<w:b/><w:color w:val="FF0000"/>')), ["bold", "coloured:FF0000"]),
        (in_cell(run("☐ Eine Gruppe wurde ") + run("neu", "<w:b/>") + run(" gegründet")), []),
        (in_cell(run("☐", "<w:b/>") + run(" Ja")), []),
        (paragraph(run("Überschrift", "<w:b/>")), []),
        (table(row("Lage", cell("x\tKreis"))), ["inline_mark"]),
    ],
)
def test_markings_are_noted(block, notes):
    """Highlighted, framed, coloured: a box whose label is marked is unclear, all else has a note."""
    form = read(block)
    assert [note for f in form.fields for note in f.notes] == notes
    assert {f.state for f in form.fields if f.tag} <= {U}


PROMPTS = {"glossaryDocument": part("glossaryDocument", "<w:docParts><w:docPart><w:docPartPr><w:name w:val='P'/></w:docPartPr>"
    f"<w:docPartBody>{paragraph('Bitte Stelle')}{paragraph('eintragen')}</w:docPartBody></w:docPart><w:docPart><w:docPartPr>"
    f"<w:name w:val='Q'/><w:types><w:type w:val='autoTxt'/></w:types></w:docPartPr>{paragraph('Jugendamt')}</w:docPart></w:docParts>")}  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "text", "state", "value", "notes"),
    [
        (FLAG, "Bitte Stelle eintragen", "not_answered", "", "placeholder"),
        ("", "Bitte Stelle eintragen", "not_answered", "", "placeholder"),
        (FLAG, "Jugendamt", U, "Jugendamt", "placeholder_conflict"),
        ("", "Jugendamt", "answered", "Jugendamt", ""),
    ],
)
def test_prompt_of_the_glossary(flag, text, state, value, notes):
    """The document keeps the prompts of its controls: whether the flag was left on an answer or lost, they tell."""
    properties = f"<w:placeholder><w:docPart w:val='P'/></w:placeholder>{flag}<w:text/>"
    form = read(paragraph(control(properties, run(text))), **PROMPTS)
    (field,) = form.fields
    assert form.prompts == {"Bitte Stelle eintragen"}
    assert (field.state, field.value, " ".join(field.notes), field.raw) == (state, value, notes, text)


ITEM = "{6F1A40A1-0000-0000-0000-000000000001}"
STORE = '<f xmlns="urn:f"><name>neu</name><ja>true</ja><ort>k</ort><tag>2019-05-03</tag></f>'


def bound(path, properties, content):
    """A control that is bound to the store."""
    binding = f'<w:dataBinding w:prefixMappings="xmlns:n=\'urn:f\'" w:xpath="{path}" w:storeItemID="{ITEM}"/>'
    return control(binding + properties, content)


RELATION = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(body, more):
    """A document with parts of other folders: name -> kind of relationship and content."""
    parts = members(body) | {name: content for name, (_, content) in more.items()}
    links = [f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="/{name}"/>' for name, (kind, _) in more.items()]
    parts["word/_rels/document.xml.rels"] = RELATION.format("".join(links))
    return parts


def with_store(body, store=STORE):
    """A document with a custom part."""
    parts = with_parts(body, {"customXml/item1.xml": ("customXml", store)})
    link = f'<Relationship Id="p" Type="{OFFICE}/customXmlProps" Target="itemProps1.xml"/>'
    parts["customXml/_rels/item1.xml.rels"] = RELATION.format(link)
    space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    parts["customXml/itemProps1.xml"] = f'<ds:datastoreItem xmlns:ds="{space}" ds:itemID="{ITEM.lower()}"/>'
    return WordPackage("Bogen.docx", zipped(parts))


LIST = '<w:dropDownList><w:listItem w:displayText="Kreis" w:value="k"/><w:listItem w:displayText="Stadt" w:value="s"/></w:dropDownList>'
DAY = '<w:date w:fullDate="2019-05-03T00:00:00Z"/>'


@pytest.mark.parametrize(
    ("path", "properties", "content", "state", "value", "raw"),
    [
        ("/n:f/n:name", "<w:text/>", run("neu"), "answered", "neu", "neu"),
        ("/n:f[1]/n:name[1]", "<w:text/>", run("alt"), U, "neu", "alt | neu"),
        ("/n:f/n:name", f"{FLAG}<w:text/>", run("Klicken"), U, "neu", "Klicken | neu"),
        ("/n:f/n:fehlt", "<w:text/>", run("alt"), "answered", "alt", "alt"),  # Word keeps the text
        ("//*[last()]", "<w:text/>", run("alt"), "answered", "alt", "alt"),  # no path that Word writes
        ("/n:f/n:ja", f"<w14:checkbox>{BOX}</w14:checkbox>", run("☐"), U, "☐", "0 | true"),
        ("/n:f/n:ja", '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', run("☒"), X, "☒", "1"),
        ("/n:f/n:ort", LIST, run("Kreis"), "answered", "Kreis", "k"),
        ("/n:f/n:ort", LIST, run("Stadt"), U, "k", "s | k"),
        ("/n:f/n:tag", DAY, run("03.05.2019"), "answered", "03.05.2019", "2019-05-03T00:00:00Z"),
    ],
)  # fmt: skip
def test_bound_controls(path, properties, content, state, value, raw):
    """Word shows the store, other programs the text: where they differ a person sees both."""
    (field,) = read_word_form(with_store(paragraph(bound(path, properties, content)))).fields
    assert (field.state, field.value, field.raw) == (state, value, raw)
    assert ("store_conflict" in field.notes) == (state == U)


def test_a_damaged_store_is_none():
    """Nor does a form of which another part is damaged cease to be one."""
    body = paragraph(bound("/n:f/n:name", "<w:text/>", run("alt")))
    (field,) = read_word_form(with_store(body, "<f")).fields
    assert (field.state, field.value) == ("answered", "alt")


@pytest.mark.parametrize(
    ("drawing", "what"),
    [
        (drawn("<wps:wsp/>"), "shape"),  # around an answer
        ("<w:r><w:pict><v:oval/></w:pict></w:r>", "shape"),
        (drawn('<w14:contentPart r:id="r1"/>'), "ink"),
        ("<w:r><w:pict><v:shape><v:imagedata/></v:shape></w:pict></w:r>", "picture"),  # a logo, or a scan
        (drawn("<pic:pic><a:blip/></pic:pic>"), "picture"),
        ("<w:r><w:pict><v:rect/></w:pict></w:r>", "drawing"),  # a line
    ],
)
def test_what_is_drawn_is_told_from_logos(drawing, what):
    """What has no words may be an answer all the same."""
    assert [s.what for s in read(paragraph("Ja / Nein", drawing)).skipped] == [what]


def test_what_is_skipped_is_printed():
    """Each an object of its own after the fields, with the words that stand in other parts."""
    page, box = "word/seite.html", "word/activeX/activeX1.xml"
    control = f'<w:r><w:object><w:control r:id="{box}"/></w:object></w:r>'
    body = f'<w:altChunk r:id="{page}"/>' + paragraph("Text", control, button("", "EQ", "\\o(☐,x)"))
    property_ = '<ax:ocxPr ax:name="Value" ax:value="1"/>'
    more = {
        page: ("aFChunk", "<p>Leitung: <b>Amt</b></p>"),
        box: ("control", f'<ax:ocx xmlns:ax="urn:ax">{property_}</ax:ocx>'),
    }
    form = read_word_form(WordPackage("Bogen.docx", zipped(with_parts(body, more))))
    assert [(s.what, s.text) for s in form.skipped] == [
        ("altChunk", f"{page} Leitung: Amt"), ("activex", f"{box} Value=1"), ("field", "EQ \\o(☐,x)"),
    ]  # fmt: skip
    printed = [json.loads(line) for line in fields_as_json(form)]
    assert [entry["what"] for entry in printed if entry.get("object") == "skipped"] == ["altChunk", "activex", "field"]


@pytest.mark.parametrize(
    ("typed", "state", "notes"),
    [
        *(
            (mark, "selected", ())
            for mark in (
                "x", "X", "✓", "✔", "✗", "✘", "☒", "☑", "×", "[x]", " X ", "✔\ufe0f", "х", "_X_", "[ X ]", "▣", "⮽",
                "⬛",
            )
        ),
        *((mark, "not_selected", ()) for mark in ("☐", "□", "[ ]", "( )", "○", "⬜")),
        *((mark, "unclear", ("doubtful_mark",)) for mark in ("x?", "(x)", "( X )", "?", "(X)?", "x.")),
        *((mark, "unclear", ("two_marks",)) for mark in ("x x", "☐ x", "xx", "XX", "☒☐", "x\nx")),
    ],
)  # fmt: skip
def test_cell_whose_whole_text_is_a_mark(typed, state, notes):
    """Ticks, empty boxes, doubts; the mark is kept as typed."""
    field = only(read(table(row("Jobcenter", cell(*typed.split("\n"))))), "mark")
    assert (field.state, field.notes, field.label, field.raw) == (state, notes, "Jobcenter", typed.strip())


@pytest.mark.parametrize("text", ["nein", "xyz", "x Plätze", "–", "1", "xxx Mal", "...", "Max"])
def test_cell_whose_text_is_no_mark(text):
    """Everything else is text, for the codebook to judge."""
    answers = [field for field in read(table(row("Jobcenter", text))).fields if field.column == 2]
    assert ("cell", text) in [(field.kind, field.value) for field in answers]


@pytest.mark.parametrize(
    ("content", "state", "raw"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "selected", "Wingdings F0FE"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "selected", "Wingdings F0FC"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', "not_selected", "Wingdings F0A8"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F06F"/></w:r>', "not_selected", "Wingdings F06F"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', "not_selected", "Wingdings 2 F0A3"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>', "selected", "Wingdings 2 F052"),
        (run("\uf0fe", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), "selected", "Wingdings F0FE"),
        (run("\uf0a8", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'), "not_selected", "Wingdings F0A8"),
        (run("þ", '<w:rFonts w:ascii="Wingdings"/>'), "selected", "Wingdings 00FE"),
        (run("\uf0fe"), "unclear", "\uf0fe"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r>', "unclear", "\uf04a"),
    ],
)
def test_symbols_as_marks(content, state, raw):
    """Ticks of symbol fonts, as Word and as LibreOffice store them; unknown symbols are for a person."""
    field = only(read(in_cell(content)), "mark")
    assert (field.state, field.raw) == (state, raw)
    assert ("unknown_symbol" in field.notes) == (state == "unclear")


@pytest.mark.parametrize(
    "font", ["WINGDINGS", "wingdings", "&#87;ingdings", "Zapf Dingbats", "ZapfDingbats", "Monotype Sorts"]
)
def test_symbol_fonts_are_found_however_their_name_is_written(font):
    """Capital and small letters are the same, and a name may hide in codes of characters."""
    letter = "4" if font[0] in "ZM" else "\uf0fe"
    content = run(letter, f'<w:rFonts w:hAnsi="{font}"/>')
    assert only(read(in_cell(content)), "mark").state == "selected"
