"""Spreadsheets drawn in tests: .xlsx files part by part, so that a test can also draw what no program would write."""

from datetime import date
from xml.sax.saxutils import escape, quoteattr

from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.tables import column_letter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# Style 0 plain, 1 a day, 2 a format of its own with a day, 3 a time, 4 a word with d and y in quotes.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
    '<numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs count="5"><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


class Raw(str):
    """XML of a cell that is written as it is; `{r}` becomes the reference."""


def formula(text, stored=""):
    """A cell with a formula and the result that the program stored."""
    return Raw(f'<c r="{{r}}"><f>{escape(text)}</f><v>{stored}</v></c>')


def day(value, style=1):
    return Raw(f'<c r="{{r}}" s="{style}"><v>{(value - date(1899, 12, 30)).days}</v></c>')


def cell_xml(value, reference, shared):
    """XML of one cell; texts go to the shared strings."""
    if isinstance(value, Raw):
        return value.replace("{r}", reference)
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value!r}</v></c>'
    if isinstance(value, date):
        return day(value).replace("{r}", reference)
    shared.append(value)
    return f'<c r="{reference}" t="s"><v>{len(shared) - 1}</v></c>'


def sheet_xml(rows, shared, *, merged=(), hidden=(), columns=""):
    """XML of one sheet from rows of values; None is an empty cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = [
            cell_xml(value, f"{column_letter(k)}{number}", shared)
            for k, value in enumerate(row, 1)
            if value is not None
        ]
        mark = ' hidden="1"' if number in hidden else ""
        lines.append(f'<row r="{number}"{mark}>{"".join(cells)}</row>')
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    areas = f"<mergeCells>{areas}</mergeCells>" if areas else ""
    return f'<worksheet xmlns="{MAIN}">{columns}<sheetData>{"".join(lines)}</sheetData>{areas}</worksheet>'


def xlsx_parts(sheets, *, states=None, book="", **options):
    """Parts of a workbook from rows by name of the sheet; `options` are those of `sheet_xml`, for every sheet."""
    shared, parts, named, links, types = [], {}, [], [], []
    for k, (name, rows) in enumerate(sheets.items(), 1):
        parts[f"xl/worksheets/sheet{k}.xml"] = sheet_xml(rows, shared, **options)
        state = f" state={quoteattr(states[name])}" if states and name in states else ""
        named.append(f'<sheet name={quoteattr(name)} sheetId="{k}"{state} r:id="rId{k}"/>')
        links.append(f'<Relationship Id="rId{k}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{k}.xml"/>')
        types.append(
            f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.worksheet+xml"/>'
        )
    links += [
        f'<Relationship Id="rIdS" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>',
        f'<Relationship Id="rIdT" Type="{RELATIONS}/styles" Target="styles.xml"/>',
    ]
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in shared)
    head = f'<Relationships xmlns="{PACKAGE}/relationships">'
    parts |= {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{book}<sheets>{"".join(named)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{head}{''.join(links)}</Relationships>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": STYLES,
        "_rels/.rels": f'{head}<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{"".join(types)}</Types>',
    }
    return {name: text.encode() for name, text in parts.items()}


def xlsx(sheets, **options):
    """Bytes of a workbook; one sheet „Tabelle1“ if only rows are given."""
    return zip_parts(xlsx_parts(sheets if isinstance(sheets, dict) else {"Tabelle1": sheets}, **options))
