"""The form to be filled in, written from its codebook: a Word document of protected tables with a field a slot.

Every field is a content control. Its tag says which item and option it is, and so does a bookmark around it: LibreOffice
loses the tags when it saves. Fonts and colours are those of the template of the reports. Equal codebooks give equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import CONTENT_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RELATIONS
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, Twips

from gkanalysis.codebook.instrument import INSTRUCTIONS, Codebook
from gkanalysis.codebook.layout import SHEET_HEAD, FormTable, Slot
from gkanalysis.core.errors import RenderError
from gkanalysis.core.writing import settled
from gkanalysis.report.document import there
from gkanalysis.report.docx import font_table

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
LANDSCAPE, PORTRAIT = 14570, 9638  # text width in twentieths of a point: A4 with margins of 2 cm
MOST_UPRIGHT = 4  # columns that an upright page has room for
MARK = "Synthetischer Bogen: erfundenes Bündnis, erfundene Angaben"  # what no empty form says
FROM_TEMPLATE = ("Title", "Subtitle", "Heading 1", "Body Text", "Compact", "Footer")
LOCKED = '<w:lock w:val="sdtLocked"/>'  # filled in, but not deleted
SHADE = "E7ECEF"  # of headings
PROMPT = '<w:rStyle w:val="Platzhalter"/>'
STYLES = (
    '<w:style {} w:type="paragraph" w:styleId="Kopf"><w:name w:val="Bogenkopf"/>'
    '<w:pPr><w:keepNext/><w:spacing w:before="30" w:after="30"/></w:pPr><w:rPr><w:b/><w:sz w:val="17"/></w:rPr></w:style>',
    '<w:style {} w:type="paragraph" w:styleId="Zelle"><w:name w:val="Bogenzelle"/>'
    '<w:pPr><w:spacing w:before="30" w:after="30"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr></w:style>',
    '<w:style {} w:type="paragraph" w:styleId="Abstand"><w:name w:val="Bogenabstand"/>'
    '<w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:rPr><w:sz w:val="12"/></w:rPr></w:style>',
    '<w:style {} w:type="character" w:styleId="Platzhalter"><w:name w:val="Placeholder Text"/>'
    '<w:rPr><w:color w:val="5F6B73"/></w:rPr></w:style>',
    '<w:style {} w:type="table" w:styleId="Bogen"><w:name w:val="Bogen"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for side, size, colour in (("top", 8, "1B2A33"), ("bottom", 8, "1B2A33"), ("insideH", 4, "8A979E"), ("insideV", 4, "C9D1D6"))
    )
    + '</w:tblBorders><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
)  # fmt: skip


def blank_form(book: Codebook, version: str, template: Path) -> bytes:
    """Write one version of the form as a `.docx` to be filled in.

    Parameters
    ----------
    book : the codebook whose layout is printed
    version : one of `book.versions`
    template : Word document whose styles it takes, `reports/reference.docx`

    Returns
    -------
    bytes of the document, the same for the same codebook and template; it is read as a form without any answer

    Raises
    ------
    RenderError
        If the template, or one of the styles it must have, is missing.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> form = blank_form(read_codebook("data/codebook/prozess.yml"), "bogen", Path("reports/reference.docx"))
    >>> [p.text for p in docx.Document(io.BytesIO(form)).paragraphs[:2]]
    ['Arbeitshilfe „Prozessmanagement 2020“', 'Checkliste zur lokalen Planung']
    """
    document, tables = docx.Document(str(there(template))), book.tables(version)
    for style in STYLES:
        document.styles.element.append(parse_xml(style.format(nsdecls("w"))))
    styles = {s.name: s for s in document.styles}  # Word gives those of its own ids in its language
    if missing := [name for name in FROM_TEMPLATE if name not in styles]:
        raise RenderError(
            f"Der Word-Vorlage „{template.name}“ fehlt die Formatvorlage „{missing[0]}“; bitte wieder anlegen: `git checkout reports/{template.name}`."
        )
    for name, before, size in (("Title", 0, 18), ("Heading 1", 16, 13)):  # a form has no title page
        styles[name].paragraph_format.space_before, styles[name].font.size = Pt(before), Pt(size)
    styles["Subtitle"].paragraph_format.space_after = Pt(10)
    width = PORTRAIT if max((t.n_columns for t in tables), default=0) <= MOST_UPRIGHT else LANDSCAPE
    printer, texts = Fields(book, width), [("Title", book.title), ("Subtitle", book.versions[version].title)]
    texts += [("Body Text", text) for text in (INSTRUCTIONS, *book.printed) if text != MARK]
    body = [paragraph(text, styles[name].style_id) for name, text in texts]
    for part in book.versions[version].parts:
        printer.heading = book.heading(part)
        texts = [("Heading 1", printer.heading), *(("Compact", line) for line in book.conditions(version, part))]
        body += [paragraph(text, styles[name].style_id) for name, text in texts]
        for table in (t for t in tables if t.part == part):
            body += [printer.table(table), paragraph("", "Abstand")]
    spaces = f'{nsdecls("w")} xmlns:w14="{W14}"'
    root = document.element.body
    for old in root.findall(qn("w:p")):
        root.remove(old)
    root[:0] = parse_xml(f"<w:body {spaces}>{''.join(body)}</w:body>")[:]
    _finish(document, book, version, width)
    document.save(whole := io.BytesIO())
    return settled(whole.getvalue())


def _finish(document: docx.document.Document, book: Codebook, version: str, width: int) -> None:
    """Page, foot, protection, and what the document says of itself."""
    (section,) = document.sections
    section.different_first_page_header_footer = False
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    if width == LANDSCAPE:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    foot, stops = section.footer.paragraphs[0], document.styles["Footer"].paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(Twips(width), WD_TAB_ALIGNMENT.RIGHT)
    foot.clear().add_run(f"{book.title}\t")
    foot._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    protection = OxmlElement("w:documentProtection", {qn("w:edit"): "forms", qn("w:enforcement"): "1"})
    modern = parse_xml(  # in its older modes Word may turn boxes into text
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    document.settings.element.insert(0, protection)
    document.settings.element.insert_element_before(modern, "w:rsids", "w:themeFontLang", "w:clrSchemeMapping")
    fonts = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, font_table(), document.part.package)
    document.part.relate_to(fonts, RELATIONS.FONT_TABLE)
    about = document.core_properties
    about.title, about.subject, about.language = book.title, book.versions[version].title, "de-DE"
    about.author = about.last_modified_by = "gkanalysis"


class Tables:
    """Prints the tables of a form; a subclass says what stands in the cell of one slot.

    `width` is that of the text, `style` that of the paragraphs in cells; ids of controls are given in order.
    """

    style, width, last_id = "", LANDSCAPE, 0

    def next_id(self) -> int:
        """The next number for a control or bookmark."""
        self.last_id += 1
        return self.last_id

    def properties(self, table: FormTable) -> str:
        """What else is said of a table."""
        return ""

    def head(self, table: FormTable, widths: Sequence[int]) -> str:
        """A row above the printed ones."""
        return ""

    def field(self, slot: Slot) -> str:
        """What stands where an answer is expected."""
        raise NotImplementedError

    def table(self, table: FormTable) -> str:
        """One printed table, its headings merged and repeated on every page."""
        widths = column_widths(table, self.width)
        by_cell: dict[tuple[int, int], list[Slot]] = {}
        for slot in table.slots:
            by_cell.setdefault((slot.row, slot.column), []).append(slot)
        rows = [self.head(table, widths)]
        for row in range(1, max(row for row, _ in [*table.printed, *by_cell]) + 1):
            header = row <= table.n_header_rows
            cells = list(header_cells(table, row, widths)) if header else []
            for column in range(1, table.n_columns + 1) if not header else ():
                slots = by_cell.get((row, column))
                text = table.printed.get((row, column), "")
                content = self._answers(slots) if slots else paragraph(text, self.style)
                cells.append(cell(content, widths[column - 1]))
            rows.append(table_row(cells, row <= min(2, table.n_header_rows)))
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        return (
            '<w:tbl><w:tblPr><w:tblStyle w:val="Bogen"/><w:tblW w:w="0" w:type="auto"/>'
            f'<w:tblLayout w:type="fixed"/>{self.properties(table)}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def _answers(self, slots: Sequence[Slot]) -> str:
        """The slots of one cell: a line for each option with its label, or the one field."""
        labelled = ((self.field(s), run(" " + s.option_label) if s.option else "") for s in slots)
        return "".join(f"<w:p>{_look(self.style)}{field}{label}</w:p>" for field, label in labelled)


class Fields(Tables):
    """The tables of a blank form: every slot is a content control that says what it asks."""

    style, heading = "Zelle", ""

    def __init__(self, book: Codebook, width: int) -> None:
        self.book, self.width = book, width

    def properties(self, table: FormTable) -> str:
        """What screen readers announce: the heading, and which row and column are headings."""
        blocks = {b.id: b.label for b in getattr(self.book.part(table.part), "blocks", ())}
        title = ": ".join(filter(None, (self.heading, blocks.get(table.block, ""))))
        look = (
            '<w:tblLook w:firstRow="1" w:firstColumn="1" w:lastRow="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        )
        return f"{look}<w:tblCaption w:val={quoteattr(title)}/>"

    def head(self, table: FormTable, widths: Sequence[int]) -> str:
        """Tables that print no headings get some."""
        if table.n_header_rows:
            return ""
        words = zip(SHEET_HEAD, widths, strict=True)
        return table_row([cell(paragraph(word, "Kopf"), width, shade=SHADE) for word, width in words], True)

    def field(self, slot: Slot) -> str:
        """A control with a bookmark around it; its title says the question, its text what to do."""
        item = self.book.items[slot.item_id]
        number, called = self.next_id(), " ".join(filter(None, (item.number, slot.row_label or item.label)))
        if slot.kind == "tick" or slot.option:
            inner, kind = tick(False)
        else:
            inner, kind = run(item.prompt, PROMPT), f"<w:showingPlcHdr/>{entries(slot, item.prompt)}"
        columns = {c.id: c.label for c in getattr(self.book.part(item.part), "columns", ()) if c.label != item.label}
        title = ": ".join(filter(None, (called, columns.get(item.column), slot.option_label)))
        made = control(slot, number, LOCKED + kind, inner, f"<w:alias w:val={quoteattr(title[:64])}/>")
        start = f'<w:bookmarkStart w:id="{number}" w:name="{slot.bookmark}"/>'
        return f'{start}{made}<w:bookmarkEnd w:id="{number}"/>'


def control(slot: Slot, number: int, kind: str, content: str, names: str = "") -> str:
    """A content control with the tag of its slot."""
    return (
        f'<w:sdt><w:sdtPr>{names}<w:tag w:val={quoteattr(slot.tag)}/><w:id w:val="{number}"/>{kind}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def tick(ticked: bool) -> tuple[str, str]:
    """What a box shows, and its kind as a control."""
    font = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
    kind = (
        f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )
    return f"<w:r><w:rPr>{font}</w:rPr><w:t>{'☒' if ticked else '☐'}</w:t></w:r>", kind


def entries(slot: Slot, prompt: str) -> str:
    """The kind of a control to write into, or to choose from; the prompt is the entry that takes a choice back.

    LibreOffice runs the lines of a plain text together, not those of a rich one.
    """
    if not slot.choices:
        return "<w:richText/>" if slot.kind == "text" else "<w:text/>"
    pairs = [("", prompt), *slot.choices]
    items = (f"<w:listItem w:displayText={quoteattr(text)} w:value={quoteattr(value)}/>" for value, text in pairs)
    return f"<w:dropDownList>{''.join(items)}</w:dropDownList>"


def column_widths(table: FormTable, width: int) -> list[int]:
    """Column widths that add up to the text width: wide for texts, narrow for boxes and numbers."""
    kinds = {s.column: s.kind for s in table.slots if not s.extra or s.column > 1}
    if table.n_columns == 3 and not table.n_header_rows:
        question = 4700 * (width - 900) // (LANDSCAPE - 900)
        return [900, question, width - 900 - question]
    columns = range(1, table.n_columns + 1)
    if table.n_columns == 2:
        return [6000, 1800]
    fixed = {c: 1500 for c in columns if kinds.get(c) in ("tick", "number")}
    if table.n_header_rows == 3:
        fixed[1] = 2900
    wide = max(600, (width - sum(fixed.values())) // max(1, table.n_columns - len(fixed)))
    widths = [fixed.get(c, wide) for c in columns]
    return [w * width // max(width, sum(widths)) for w in widths]


def header_cells(table: FormTable, row: int, widths: Sequence[int]) -> Iterator[str]:
    """Equal neighbours share one cell; a text that repeats in the next row is merged downwards."""
    column = 1
    while column <= table.n_columns:
        text = table.printed[row, column]
        last = column
        merges = table.n_header_rows == 3 and row in (1, 3)
        while last < table.n_columns and table.printed[row, last + 1] == text and merges:
            last += 1
        merge = ""
        if table.n_header_rows > 1 and row <= 2 and table.printed[1, column] == table.printed[2, column]:
            merge = '<w:vMerge w:val="restart"/>' if row == 1 else "<w:vMerge/>"
        shown = paragraph("" if merge == "<w:vMerge/>" else text, "Kopf")
        yield cell(shown, sum(widths[column - 1 : last]), last - column + 1, merge, SHADE)
        column = last + 1


def table_row(cells: Sequence[str], repeats: bool) -> str:
    """A row that stays whole; one that repeats heads its columns."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if repeats else ''}</w:trPr>{''.join(cells)}</w:tr>"


def cell(content: str, width: int, span: int = 1, merge: str = "", shade: str = "") -> str:
    """A cell that may reach over several columns."""
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spans}{merge}{fill}</w:tcPr>{content}</w:tc>'


def run(text: str, properties: str = "") -> str:
    """A run; line breaks become w:br."""
    if not text:
        return ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{lines}</w:r>"


def paragraph(text: str, style: str = "") -> str:
    """A paragraph in a named style."""
    return f"<w:p>{_look(style)}{run(text)}</w:p>"


def _look(style: str) -> str:
    return f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
