"""Invented codings as MAXQDA gives them in a spreadsheet: one row a coded segment, headings in German."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from gkanalysis.codebook.interviewcodebook import InterviewCodebook
from gkanalysis.core.zipping import zip_parts
from tools.synthetic.interviewcoding import Interview
from tools.synthetic.interviewproject import MARK, TITLE

HEADINGS = (
    *("Farbe", "Kommentar", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Gewicht", "Segment"),
    *("Bearbeitet von", "Bearbeitet am", "Autor", "Erstellt am", "Fläche", "Abdeckungsgrad %"),
)
_DAY_AND_TIME = 22  # number of a format that every spreadsheet program has
_DAY_ZERO = datetime(1899, 12, 30)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def segment_sheet(plan: Mapping[str, Any], book: InterviewCodebook, interviews: Sequence[Interview]) -> bytes:
    """The spreadsheet of all codings of some interviews, by document and place.

    Parameters
    ----------
    plan : names the group of documents
    book : gives the paths of codes
    interviews : with their codings; notes on codings stand in the column of comments

    Returns
    -------
    bytes of an .xlsx file; equal interviews give equal bytes
    """
    rows = [list(HEADINGS)]
    for interview in interviews:
        text = interview.transcript.text
        comments = {n.coded: n.text for n in interview.notes}
        for coded in sorted(interview.codings, key=lambda c: (c.mark.start, -c.mark.end, c.created)):
            mark, when = coded.mark, coded.created
            paragraphs = [text.count("\n", 0, at) + 1 for at in (mark.start, mark.end)]
            share = round(100 * (mark.end - mark.start) / len(text), 2)
            rows.append(
                ["●", comments.get(coded, ""), plan["set"], interview.id, book.codes[mark.code_id].path,
                 *paragraphs, 0, text[mark.start : mark.end], coded.coder, when, coded.coder, when,
                 mark.end - mark.start, share]
            )  # fmt: skip
    return sheet_file(rows, "Codierte Segmente", TITLE, MARK)


def sheet_file(rows: Sequence[Sequence[Any]], sheet: str, title: str, mark: str) -> bytes:
    """The bytes of an .xlsx file with one sheet; title and mark stand in its properties, with the word SYNTHETISCH."""
    parts = _parts(rows, sheet, title, mark)
    return zip_parts({name: (_HEAD + xml).encode("utf-8") for name, xml in parts.items()})


def _parts(rows: Sequence[Sequence[Any]], sheet: str, title: str, mark: str) -> dict[str, str]:
    """Smallest set of parts that spreadsheet programs open."""
    cells = "".join(
        f'<row r="{r}">' + "".join(_cell(f"{chr(64 + c)}{r}", x) for c, x in enumerate(row, start=1)) + "</row>"
        for r, row in enumerate(rows, start=1)
    )  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    core = f"{_PACKAGE}/metadata/core-properties"
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{core}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(mark)}</dc:description>"
        "<cp:keywords>SYNTHETISCH</cp:keywords></cp:coreProperties>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{_REL}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><fonts><font/></fonts><fills>'
        '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
        f'<cellXfs><xf xfId="0"/><xf numFmtId="{_DAY_AND_TIME}" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }


def _cell(place: str, content: Any) -> str:
    """Numbers and times as such, text inside its cell; an empty text leaves no cell."""
    if isinstance(content, datetime):
        return f'<c r="{place}" s="1"><v>{(content - _DAY_ZERO).total_seconds() / 86400:.8f}</v></c>'
    if not isinstance(content, str):
        return f'<c r="{place}"><v>{content}</v></c>'
    text = f'<is><t xml:space="preserve">{escape(content)}</t></is>'
    return f'<c r="{place}" t="inlineStr">{text}</c>' if content else ""
