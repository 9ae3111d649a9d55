"""Cells are typed by what the file stores; any file either gives sheets or one German sentence."""

from datetime import datetime

import pytest

from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.refusal import RefusedSheetError
from gkanalysis.ingest.workbook import read_workbook, says_synthetic
from sheets import MAIN, PACKAGE, RELATIONS, STRICT, Raw, day, formula, xlsx, xlsx_parts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def written(folder, data, name="Tabelle.xlsx"):
    """Path of a file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.fixture
def cells(tmp_path):
    """(kind, value, shown) of the cells of one row, None for an empty one."""

    def read(*row, **options):
        (sheet,) = read_workbook(written(tmp_path, xlsx([row], **options)))
        return [sheet.cells[1, k][:3] if (1, k) in sheet.cells else None for k in range(1, len(row) + 1)]

    return read


def stored(value, style=0, kind="n", more=""):
    return Raw(f'<c r="{{r}}" s="{style}" t="{kind}">{more}<v>{value}</v></c>')


FIFTH = datetime(2020, 3, 5)
TYPES = [
    (" Müll & <b>", ("text", " Müll & <b>", "Müll & <b>")),
    ("2.10", ("text", "2.10", "2.10")),
    (5, ("number", 5.0, "5")),
    (1.5, ("number", 1.5, "1,5")),
    (True, ("bool", True, "WAHR")),
    (stored("#N/A", kind="e"), ("error", "#N/A", "#N/A")),
    (None, None),
    ("  ", None),
    (day(FIFTH.date(), 1), ("date", FIFTH, "05.03.2020")),
    (day(FIFTH.date(), 2), ("date", FIFTH, "05.03.2020")),
    (day(FIFTH.date(), 0), ("number", 43895.0, "43895")),
    (day(FIFTH.date(), 3), ("number", 43895.0, "43895")),  # formatted as a time
    (day(FIFTH.date(), 4), ("number", 43895.0, "43895")),  # a word with d and y in quotes
    (stored("43895.604166666664", 1), ("date", datetime(2020, 3, 5, 14, 30), "05.03.2020 14:30")),
    (stored("1", 1), ("date", datetime(1900, 1, 1), "01.01.1900")),
    (stored("61", 1), ("date", datetime(1900, 3, 1), "01.03.1900")),
    (stored("0.5", 1), ("number", 0.5, "0,5")),
    (stored("-3", 1), ("number", -3.0, "-3")),
    (stored("99999999999", 1), ("error", "#VALUE!", "#VALUE!")),  # shown as ##### by Excel
    (stored("2020-03-05T00:00:00", kind="d"), ("date", FIFTH, "05.03.2020")),
    (stored("14:30:00", kind="d"), ("text", "14:30:00", "14:30:00")),
    (formula("SUM(B1:B2)", "12.5"), ("formula", "=SUM(B1:B2)", "12,5")),
    (formula("1/0"), ("formula", "=1/0", "")),
    (stored("ja", kind="str", more="<f>A1</f>"), ("formula", "=A1", "ja")),
    (stored("3", more='<f t="array" ref="A1:A2">B1:B2</f>'), ("formula", "=B1:B2", "3")),
    (stored("a_x000D_\nb_x005F_c_x0000_", kind="str"), ("text", "a\nb_c_x0000_", "a\nb_c_x0000_")),
    (
        Raw('<c r="{r}" t="inlineStr"><is><r><t>Ge</t></r><r><t>duldet</t></r><rPh><t>x</t></rPh></is></c>'),
        ("text", "Geduldet", "Geduldet"),
    ),
]


def test_types_of_cells(cells):
    """Nothing is evaluated: the formula is the value, what was stored is shown. Excel counts days from 1900."""
    assert cells(*(cell for cell, _ in TYPES)) == [expected for _, expected in TYPES]


def test_what_is_struck_through(tmp_path):
    """The whole cell, or a part of it."""
    part = "<is><r><t>drei </t></r><r><rPr><strike/><b/></rPr><t>vier</t></r></is>"
    parts = xlsx_parts({"T": [["ja", Raw(f'<c r="{{r}}" t="inlineStr">{part}</c>'), stored("1", 1)]]})
    styles = parts["xl/styles.xml"].replace(b"<cellXfs", b"<fonts><font/><font><strike/></font></fonts><cellXfs")
    parts["xl/styles.xml"] = styles.replace(b'numFmtId="14"', b'numFmtId="0" fontId="1"')
    (sheet,) = read_workbook(written(tmp_path, zip_parts(parts)))
    assert [(c.shown, c.struck) for c in sheet.cells.values()] == [("ja", ""), ("drei vier", "vier"), ("1", "1")]


@pytest.mark.parametrize(
    ("code", "stored_as", "look", "shown"),
    [
        ("0%", 0.25, "percent", "25 %"), ("", 5, "", "5"), ("0.0 %", 0.07, "percent", "7 %"), ('0"%"', 5, "", "5"), (";;;", 7, "hidden", "7"),
        ('"ja";;"nein"', 1, "hidden", "1"),
        ("h:mm", 0.5, "clock", "0,5"), ("[h]:mm", 1.5, "clock", "1,5"), ("dd.mm.yyyy hh:mm", 0.5, "clock", "0,5"), ("#,##0,", 4000, "scaled", "4000"), ("#,##0", 4000, "", "4000"), ("0.0,,", 4e6, "scaled", "4000000"),
    ],
)  # fmt: skip
def test_numbers_that_a_cell_shows_otherwise(tmp_path, code, stored_as, look, shown):
    """Times 100, in thousands, or not at all: the value stays what is stored, how it looks stands beside it."""
    parts = xlsx_parts({"T": [[stored(stored_as, 2)]]})
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b"dd\\.mm\\.yyyy", code.replace('"', "&quot;").encode())
    (sheet,) = read_workbook(written(tmp_path, zip_parts(parts)))
    assert sheet.cells[1, 1] == ("number", stored_as, shown, "", look)


def test_sheets_by_name_with_hidden_and_merged(tmp_path):
    """Order of the file; hidden sheets, rows and columns; a value under a merged cell is not lost."""
    data = xlsx(
        {"Lies mich": [["x"]], "Daten": [["a", "b"], [1, 2]], "leer": []},
        merged=["A1:B1", "C3", "A9:XFD1048576"], hidden=[2], states={"Lies mich": "veryHidden"},
        columns='<cols><col min="2" max="3" hidden="1"/></cols>',
    )  # fmt: skip
    sheets = read_workbook(written(tmp_path, data))
    assert [(s.name, s.is_hidden, len(s.cells)) for s in sheets] == [
        ("Lies mich", True, 1), ("Daten", False, 4), ("leer", False, 0),
    ]  # fmt: skip
    assert sheets[1].merged == ((1, 1, 1, 2), (3, 3, 3, 3), (9, 1, 1048576, 16384))
    assert (sheets[1].hidden_rows, sheets[1].hidden_columns) == ({2}, {2, 3})


def test_unusual_files_are_read(tmp_path):
    """Cells without reference, strict namespaces, no relationships of the package, what openpyxl would stumble over."""
    parts = xlsx_parts({"T": []})
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row r='5'><c r='C5'><v>3</v></c><c><v>4</v></c></row>"
    odd = '<hyperlinks><hyperlink ref="A1:XFD1048576" r:id="x" xmlns:r="y"/></hyperlinks><tableParts><tablePart/></tableParts>'
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{odd}</worksheet>'.encode()
    )
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
        b"<cellXfs", b'<fonts><font><family val="99"/></font></fonts><cellXfs'
    )
    del parts["_rels/.rels"]
    for changed in (parts, {k: v.replace(MAIN.encode(), STRICT.encode()) for k, v in parts.items()}):
        (sheet,) = read_workbook(written(tmp_path, zip_parts(changed)))
        assert {at: c.value for at, c in sheet.cells.items()} == {(1, 1): 1, (1, 2): 2, (5, 3): 3, (5, 4): 4}


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A0"><v>1</v></c>', '<c r="XFE1"><v>1</v></c>', '<c r="A1048577"><v>1</v></c>', '<c r="{r}" t="s"><v>7</v></c>',
        '<c r="{r}"><v>eins</v></c>', '<c r="{r}"><v>nan</v></c>', '<c r="{r}"><v>1e999</v></c>', '<c r="{r}" s="99"><v>1</v></c>',
    ],
)  # fmt: skip
def test_cells_that_no_program_writes_are_damage(cells, cell):
    """References out of bounds, strings and formats that are not there, numbers that are none."""
    with pytest.raises(RefusedSheetError, match="beschädigt"):
        cells(Raw(cell))


def test_too_many_cells(tmp_path, monkeypatch):
    """A limit on all sheets together, on their rows and merged areas, and on CSV files."""
    monkeypatch.setattr("gkanalysis.ingest.workbook.MAX_CELLS", 3)
    monkeypatch.setattr("gkanalysis.ingest.tables.MAX_CELLS", 3)
    assert len(read_workbook(written(tmp_path, xlsx({"a": [[1, 2]], "b": [[3]]})))) == 2
    many_areas = xlsx([[1]], merged=[f"A{k}:B{k}" for k in range(1, 5)])
    for data in (xlsx({"a": [[1, 2]], "b": [[3, 4]]}), many_areas, b"a;b\nc;d\n"):
        with pytest.raises(RefusedSheetError, match=r"400\.000 gefüllte Zellen"):
            read_workbook(written(tmp_path, data, "Liste"))


CSV = {
    "a;b\n\nx; 1,5 \n": {(1, 1): "a", (1, 2): "b", (3, 1): "x", (3, 2): "1,5"},
    "\ufeffa;b\r\n\r\nx;1,5\r\n": {(1, 1): "a", (1, 2): "b", (3, 1): "x", (3, 2): "1,5"},
    'a,b\n\nx,"1,5"\n': {(1, 1): "a", (1, 2): "b", (3, 1): "x", (3, 2): "1,5"},
    "a\tb\n\nx\t1,5\n": {(1, 1): "a", (1, 2): "b", (3, 1): "x", (3, 2): "1,5"},
    "sep=|\na|b;c\n": {(2, 1): "a", (2, 2): "b;c"},
    '"a, b, c";d\n"x, y";1\n': {(1, 1): "a, b, c", (1, 2): "d", (2, 1): "x, y", (2, 2): "1"},
    'a;b\n"x\ny";1\nz;2\n': {(1, 1): "a", (1, 2): "b", (2, 1): "x\ny", (2, 2): "1", (3, 1): "z", (3, 2): "2"},
}


@pytest.mark.parametrize("name", ["Tabelle.txt", "Tabelle.csv", "Tabelle"])
def test_content_decides_not_the_name(tmp_path, name):
    """CSV as Excel and others write it, rows as the program counts them; and a workbook with any ending.

    No text is taken for a list if its name says that it is a workbook: something went wrong with it on its way.
    """
    for text, expected in CSV.items():
        (sheet,) = read_workbook(written(tmp_path, text.encode(), name))
        assert {at: cell.shown for at, cell in sheet.cells.items()} == expected
        with pytest.raises(RefusedSheetError, match=r"heißt „\.xlsx“, ist aber keine Arbeitsmappe; bitte"):
            read_workbook(written(tmp_path, text.encode(), "Tabelle.XLSX"))
    assert read_workbook(written(tmp_path, xlsx([["a"]]), name))[0].name == "Tabelle1"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("Straße;1\n".encode("mac_roman"), "encoding"),
        ("a;1\n".encode("utf-16"), "encoding"),
        (b"a\0b", "not_sheet"),
        (OLE + b"\0" * 600, "old_office"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n<html><table>", "html"),
        (b'a;b\n"x;1\n', "quotes"),
        (zip_parts({k: v for k, v in xlsx_parts({"T": []}).items() if k != "xl/workbook.xml"}), "not_sheet"),
        (zip_parts({k: v for k, v in xlsx_parts({"T": []}).items() if k[0] != "["}), "not_sheet"),
    ],
)
def test_refused_files(tmp_path, data, rule):
    """Each kind of file that is no table has its own sentence with name and remedy; how archives break stands elsewhere."""
    with pytest.raises(RefusedSheetError) as error:
        read_workbook(written(tmp_path, data, "Logbuch.csv"))
    assert error.value.rule == rule
    folder = "" if data.startswith(b"PK") else f"{tmp_path.name}/"
    assert str(error.value) == f"Die Datei „{folder}Logbuch.csv“ {RefusedSheetError.sentences[rule]}."


def test_workbook_says_that_it_is_invented(tmp_path):
    """In its properties; a CSV file cannot say."""
    core = {"docProps/core.xml": b"<c xmlns:d='urn:d'><d:title>SYNTHETISCH</d:title></c>"}
    plain = xlsx_parts({"T": []})
    answers = [says_synthetic(written(tmp_path, d)) for d in (zip_parts(plain | core), zip_parts(plain), b"a;b\n")]
    assert answers == [True, False, None]


def test_what_lies_outside_is_named_and_nothing_of_it_read(tmp_path):
    """A query of a data base, a link to another workbook: the stored values are there, no address is looked up."""
    link = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{RELATIONS}/externalLinkPath" '
    more = {
        "xl/connections.xml": b"<connections/>", "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": f'{link}Target="file:///C:/Alt.xlsx" TargetMode="External"/></Relationships>'.encode(),
    }  # fmt: skip
    (sheet,) = read_workbook(written(tmp_path, zip_parts(xlsx_parts({"T": [["a"]]}) | more)))
    assert [cell.shown for cell in sheet.cells.values()] == ["a"]
    assert sheet.outside == (
        "xl/connections.xml", "xl/externalLinks/externalLink1.xml", "externalLinkPath: file:///C:/Alt.xlsx",
    )  # fmt: skip
