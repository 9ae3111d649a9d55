"""Write the form of a codebook as a real Word document, empty or answered, in the ways people return it.

Styles: `controls` (content controls), `legacy` (form fields of old Word), `typed_x` and `typed_box`
(flattened: no controls, ticks typed as x or ☒). The output is byte-stable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.codebook.layout import FormTable, Slot
from gkanalysis.core.writing import zip_parts

STYLES = ("controls", "legacy", "typed_x", "typed_box")
MARK = "Synthetischer Bogen: erfundenes Bündnis, erfundene Angaben"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
WIDTH = 14570  # text width in twentieths of a point: A4 landscape, margins of 2 cm
PLACEHOLDER = "…"
CHOOSE = "Wählen Sie ein Element aus."


def write_form(book: Codebook, version: str, answers: Mapping[str, str], style: str) -> bytes:
    """Write one form.

    Parameters
    ----------
    book : the codebook whose layout is printed
    version : version of the form, e.g. `lang`
    answers : slot tag -> text; for boxes any text means ticked (typed forms write that text as it stands)
    style : one of STYLES

    Returns
    -------
    bytes of a .docx file, the same for the same input
    """
    writer = _Writer(answers, style)
    body = [_paragraph(book.title, "Title"), _paragraph(book.versions[version]["title"], "Subtitle")]
    headings = list(book.printed_paragraphs(version)[2:])
    part = None
    for table in book.tables(version):
        if table.part != part:
            part = table.part
            body.append(_paragraph(headings.pop(0), "Heading1"))
        body += [writer.table(table), "<w:p/>"]
    return _package("".join(body), book.title)


class _Writer:
    """Holds the answers and gives field and control ids in order."""

    def __init__(self, answers: Mapping[str, str], style: str) -> None:
        self.answers, self.style, self.last_id = answers, style, 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def table(self, table: FormTable) -> str:
        widths = _widths(table)
        by_cell: dict[tuple[int, int], list[Slot]] = {}
        for slot in table.slots:
            by_cell.setdefault((slot.row, slot.column), []).append(slot)
        n_rows = max(row for row, _ in [*table.printed, *by_cell])
        rows = []
        for row in range(1, n_rows + 1):
            header = row <= table.n_header_rows
            cells = list(self._header_cells(table, row, widths)) if header else []
            for column in range(1, table.n_columns + 1) if not header else ():
                slots = by_cell.get((row, column))
                content = self._answers(slots) if slots else _paragraph(table.printed.get((row, column), ""))
                cells.append(_cell(content, widths[column - 1]))
            repeat = "<w:tblHeader/>" if row <= min(2, table.n_header_rows) else ""
            rows.append(f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{''.join(cells)}</w:tr>")
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
        return (
            '<w:tbl><w:tblPr><w:tblStyle w:val="Bogen"/><w:tblW w:w="0" w:type="auto"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
        )

    def _header_cells(self, table: FormTable, row: int, widths: list[int]) -> Iterator[str]:
        """Equal neighbours share one cell; a text that repeats in the next row is merged downwards."""
        column = 1
        while column <= table.n_columns:
            text = table.printed[row, column]
            last = column
            while last < table.n_columns and table.printed[row, last + 1] == text and _merges(table, row):
                last += 1
            merge = ""
            if table.n_header_rows > 1 and row <= 2 and table.printed[1, column] == table.printed[2, column]:
                merge = '<w:vMerge w:val="restart"/>' if row == 1 else "<w:vMerge/>"
            shown = "" if merge == "<w:vMerge/>" else text
            yield _cell(_paragraph(shown, "Kopf"), sum(widths[column - 1 : last]), last - column + 1, merge, "E7ECEF")
            column = last + 1

    def _answers(self, slots: list[Slot]) -> str:
        if not slots[0].option:
            slot = slots[0]
            write = self._list if slot.choices else self._tick if slot.kind == "tick" else self._text
            return f"<w:p>{write(slot)}</w:p>"
        lines = [f"<w:p>{self._tick(s)}{_run(' ' + s.option_label)}</w:p>" for s in slots]
        return "".join(lines)

    def _tick(self, slot: Slot) -> str:
        answer = self.answers.get(slot.tag, "")
        ticked = bool(answer)
        if self.style == "controls":
            glyph = "☒" if ticked else "☐"
            font = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
            return (
                f'<w:sdt><w:sdtPr><w:tag w:val={quoteattr(slot.tag)}/><w:id w:val="{self.next_id()}"/>'
                f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/>'
                '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
                '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
                f"<w:sdtContent><w:r><w:rPr>{font}</w:rPr><w:t>{glyph}</w:t></w:r></w:sdtContent></w:sdt>"
            )
        if self.style == "legacy":
            state = "<w:checked/>" if ticked else ""
            box = f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{state}</w:checkBox>'
            return self._field(slot, "FORMCHECKBOX", box, "")
        if self.style == "typed_x":
            return _run(answer or ("" if slot.kind == "tick" else "☐"))
        return _run("☒" if ticked else "☐")

    def _text(self, slot: Slot) -> str:
        answer = self.answers.get(slot.tag, "")
        if self.style == "controls" and not slot.extra:
            flag = "" if answer else "<w:showingPlcHdr/>"
            content = _run(answer) if answer else _run(PLACEHOLDER, '<w:rStyle w:val="Platzhalter"/>')
            return (
                f'<w:sdt><w:sdtPr><w:tag w:val={quoteattr(slot.tag)}/><w:id w:val="{self.next_id()}"/>{flag}'
                f'<w:text w:multiLine="1"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'
            )
        if self.style == "legacy" and not slot.extra:
            return self._field(slot, "FORMTEXT", "<w:textInput/>", _run(answer or "\u2002" * 5))
        return _run(answer)

    def _list(self, slot: Slot) -> str:
        """A drop-down list; the answer is the id of an option, or a text that somebody typed over the list."""
        answer = self.answers.get(slot.tag, "")
        labels = [label for _, label in slot.choices]
        text = dict(slot.choices).get(answer, answer)
        if slot.extra or (text and text not in labels):
            return _run(text)
        if self.style == "controls":
            entries = "".join(
                f"<w:listItem w:displayText={quoteattr(label)} w:value={quoteattr(option)}/>"
                for option, label in [("", CHOOSE), *slot.choices]
            )
            flag = "" if text else "<w:showingPlcHdr/>"
            content = _run(text) if text else _run(CHOOSE, '<w:rStyle w:val="Platzhalter"/>')
            return (
                f'<w:sdt><w:sdtPr><w:tag w:val={quoteattr(slot.tag)}/><w:id w:val="{self.next_id()}"/>{flag}'
                f"<w:dropDownList>{entries}</w:dropDownList></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
            )
        if self.style == "legacy":  # an empty first entry is what old Word shows before the choice
            entries = "".join(f"<w:listEntry w:val={quoteattr(label)}/>" for label in ["\u2002", *labels])
            chosen = f'<w:result w:val="{labels.index(text) + 1}"/>' if text else ""
            return self._field(slot, "FORMDROPDOWN", f"<w:ddList>{chosen}{entries}</w:ddList>", "")
        return _run(text)

    def _field(self, slot: Slot, code: str, data: str, result: str) -> str:
        number = self.next_id()
        return (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
            f'<w:name w:val="{slot.bookmark}"/><w:enabled/><w:calcOnExit w:val="0"/>{data}</w:ffData></w:fldChar></w:r>'
            f'<w:bookmarkStart w:id="{number}" w:name="{slot.bookmark}"/>'
            f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
            f'<w:r><w:fldChar w:fldCharType="end"/></w:r><w:bookmarkEnd w:id="{number}"/>'
        )


def _merges(table: FormTable, row: int) -> bool:
    return table.n_header_rows == 3 and row in (1, 3)


def _widths(table: FormTable) -> list[int]:
    """Column widths that add up to the text width: wide for texts, narrow for boxes and numbers."""
    kinds = {s.column: s.kind for s in table.slots if not s.extra or s.column > 1}
    if table.n_columns == 3 and not table.n_header_rows:
        return [900, 4700, WIDTH - 5600]
    columns = range(1, table.n_columns + 1)
    if table.n_columns == 2:
        return [6000, 1800]
    fixed = {c: 1500 for c in columns if kinds.get(c) in ("tick", "number")}
    if table.n_header_rows == 3:
        fixed[1] = 2900
    wide = (WIDTH - sum(fixed.values())) // (table.n_columns - len(fixed))
    return [fixed.get(c, wide) for c in columns]


def _run(text: str, properties: str = "") -> str:
    """A run; line breaks become w:br."""
    if not text:
        return ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{lines}</w:r>"


def _paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{_run(text)}</w:p>"


def _cell(content: str, width: int, span: int = 1, merge: str = "", shade: str = "") -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spans}{merge}{fill}</w:tcPr>{content}</w:tc>'


# id, name, properties of the run, of the paragraph
_STYLES = (
    ("Title", "Title", '<w:b/><w:color w:val="1F4E5F"/><w:sz w:val="36"/>', '<w:spacing w:after="60"/>'),
    ("Subtitle", "Subtitle", '<w:color w:val="55636B"/><w:sz w:val="24"/>', '<w:spacing w:after="240"/>'),
    ("Heading1", "heading 1", '<w:b/><w:sz w:val="24"/>', '<w:keepNext/><w:spacing w:before="240" w:after="120"/>'),
    ("Kopf", "Bogenkopf", '<w:b/><w:sz w:val="18"/>', ""),
    ("Marke", "Marke", '<w:color w:val="9C2A1F"/><w:sz w:val="17"/>', '<w:jc w:val="right"/>'),
)  # fmt: skip


def _styles() -> str:
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8A979E"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    paragraphs = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        for style_id, name, run, paragraph in _STYLES
    )
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="19"/><w:lang w:val="de-DE"/>'
        "</w:rPr></w:rPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f'{paragraphs}<w:style w:type="character" w:styleId="Platzhalter"><w:name w:val="Platzhaltertext"/>'
        '<w:rPr><w:color w:val="8A979E"/></w:rPr></w:style>'
        f'<w:style w:type="table" w:styleId="Bogen"><w:name w:val="Bogen"/><w:tblPr><w:tblBorders>{border}'
        '</w:tblBorders><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>'
    )


def _package(body: str, title: str) -> bytes:
    """The parts of the document, zipped with fixed times in a fixed order."""
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/>'
        '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{main}.styles+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{main}.settings+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{main}.header+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/header" Target="header1.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/settings" Target="settings.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{office}" xmlns:w14="{W14}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14">'
        f"<w:body>{body}{section}</w:body></w:document>",
        "word/styles.xml": _styles(),
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:autoHyphenation/></w:settings>',
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{_paragraph(MARK, "Marke")}</w:hdr>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>gkanalysis</dc:creator><dc:description>{MARK}</dc:description>"
        "<cp:keywords>SYNTHETISCH</cp:keywords></cp:coreProperties>",
    }
    return zip_parts({name: (head + text).encode() for name, text in parts.items()})
