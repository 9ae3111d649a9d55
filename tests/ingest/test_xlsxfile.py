"""Cells of .xlsx files are typed by what the file stores; whatever is dangerous or damaged is refused by a named rule."""

from datetime import date

import pytest

from gkanalysis.core.zipping import zip_parts
from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.sheetmodel import SHEET_SENTENCES
from gkanalysis.ingest.xlsxfile import xlsx_sheets
from sheets import MAIN, STRICT, Raw, day, formula, xlsx, xlsx_parts


def cells_of(row, **options):
    """(kind, value, shown) of the cells of one row."""
    (sheet,) = xlsx_sheets(xlsx([row], **options))
    return [tuple(sheet.cells[1, k]) if (1, k) in sheet.cells else None for k in range(1, len(row) + 1)]


def refused(data):
    """Rule by which bytes are refused."""
    with pytest.raises(UnsafeContentError) as error:
        xlsx_sheets(data)
    assert error.value.rule in SHEET_SENTENCES
    return error.value.rule


def test_types_of_cells():
    """Text, number, truth, error, day, and nothing; spaces around text are shown without."""
    error = Raw('<c r="{r}" t="e"><v>#N/A</v></c>')
    assert cells_of([" Müll & <b>", 5, 1.5, True, False, error, date(2020, 3, 5), None, "  "]) == [
        ("text", " Müll & <b>", "Müll & <b>"),
        ("number", 5.0, "5"),
        ("number", 1.5, "1,5"),
        ("bool", True, "WAHR"),
        ("bool", False, "FALSCH"),
        ("error", "#N/A", "#N/A"),
        ("date", date(2020, 3, 5), "05.03.2020"),
        None,
        None,
    ]


def test_formats_say_what_is_a_day():
    """Built-in and own formats with a day; a time, and a word with d and y in quotes, are none."""
    kinds = [cell[0] for cell in cells_of([day(date(2020, 3, 5), style) for style in (0, 1, 2, 3, 4, 9)])]
    assert kinds == ["number", "date", "date", "number", "number", "number"]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("1", ("date", date(1900, 1, 1), "01.01.1900")),
        ("59", ("date", date(1900, 2, 28), "28.02.1900")),
        ("60", ("number", 60.0, "60")),
        ("61", ("date", date(1900, 3, 1), "01.03.1900")),
        ("43895.604166666664", ("date", date(2020, 3, 5), "05.03.2020 14:30")),
        ("0.5", ("number", 0.5, "0,5")),
        ("-3", ("number", -3.0, "-3")),
        ("99999999999", ("number", 99999999999.0, "99999999999")),
    ],
)
def test_days_are_counted_as_excel_does(stored, expected):
    """The day that never was, times of day, numbers that are no day."""
    assert cells_of([Raw(f'<c r="{{r}}" s="1"><v>{stored}</v></c>')]) == [expected]


def test_workbooks_that_count_from_1904():
    """An old setting of the Mac moves all days by four years and a day."""
    cell = Raw('<c r="{r}" s="1"><v>42433</v></c>')
    assert cells_of([cell], book='<workbookPr date1904="1"/>')[0][1] == date(2020, 3, 5)


def test_formula_is_kept_with_its_stored_result():
    """Nothing is evaluated: the formula is the value, what was stored is shown."""
    shared = Raw('<c r="{r}"><f t="shared" si="0"/><v>3</v></c>')
    text = Raw('<c r="{r}" t="str"><f>A1</f><v>ja</v></c>')
    assert cells_of([formula("SUM(B1:B2)", "12.5"), formula("1/0"), shared, text]) == [
        ("formula", "=SUM(B1:B2)", "12,5"),
        ("formula", "=1/0", ""),
        ("formula", "=…", "3"),
        ("formula", "=A1", "ja"),
    ]


def test_texts_in_all_their_forms():
    """Rich text is joined, phonetic hints are left out, coded line ends are read, other codes stay visible."""
    rich = Raw(
        '<c r="{r}" t="inlineStr"><is><r><t>Ge</t></r><r><t>duldete</t></r><rPh><t>x</t></rPh></is></c>'
    )
    coded = Raw('<c r="{r}" t="str"><v>a_x000D_\nb_x005F_c_x0000_</v></c>')
    assert [cell[1] for cell in cells_of([rich, coded])] == ["Geduldete", "a\nb_c_x0000_"]


def test_day_stored_as_text_of_iso():
    """Cells of type d, as strict files have them."""
    assert cells_of([Raw('<c r="{r}" t="d"><v>2020-03-05T00:00:00</v></c>')]) == [
        ("date", date(2020, 3, 5), "05.03.2020")
    ]


def test_sheets_by_name_with_hidden_and_merged():
    """Order of the file, hidden sheets and rows, merged areas, empty sheets."""
    data = xlsx(
        {"Lies mich": [["x"]], "Daten": [["a", "b"], [1, 2]], "leer": []},
        merged=["A1:B1", "C3"], hidden=[2], states={"Lies mich": "veryHidden"},
    )  # fmt: skip
    sheets = xlsx_sheets(data)
    assert [(s.name, s.is_hidden, max((row for row, _ in s.cells), default=0)) for s in sheets] == [
        ("Lies mich", True, 1), ("Daten", False, 2), ("leer", False, 0),
    ]  # fmt: skip
    assert sheets[1].merged == ((1, 1, 1, 2), (3, 3, 3, 3))
    assert sheets[1].hidden_rows == {2}


def test_cells_and_rows_without_reference_follow_each_other():
    """Some programs leave the references out."""
    parts = xlsx_parts({"T": []})
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row><row r='5'><c r='C5'><v>3</v></c><c><v>4</v></c></row>"
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )
    (sheet,) = xlsx_sheets(zip_parts(parts))
    assert {at: cell.value for at, cell in sheet.cells.items()} == {
        (1, 1): 1,
        (1, 2): 2,
        (5, 3): 3,
        (5, 4): 4,
    }


def test_strict_files_are_read():
    """The namespaces of "Strict Open XML" mean the same."""
    parts = {
        name: part.replace(MAIN.encode(), STRICT.encode())
        for name, part in xlsx_parts({"T": [["a", 1]]}).items()
    }
    assert [c.value for c in xlsx_sheets(zip_parts(parts))[0].cells.values()] == ["a", 1.0]


def without(name):
    """Parts of a workbook without one of them."""
    return {k: v for k, v in xlsx_parts({"T": [["a"]]}).items() if k != name}


def test_workbook_is_found_without_package_relationships():
    """Some programs leave them out; the usual place is looked at."""
    assert len(xlsx_sheets(zip_parts(without("_rels/.rels")))) == 1


def external(kind, target="https://example.org/x"):
    """A relationship of a sheet that leads outside."""
    text = f'<Relationships xmlns="x"><Relationship Id="r1" Type="y/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return {"xl/worksheets/_rels/sheet1.xml.rels": text.encode()}


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (without("[Content_Types].xml"), "not_sheet"),
        (without("xl/workbook.xml"), "not_sheet"),
        ({**without(""), "xl/vbaProject.bin": b"x"}, "macros"),
        ({**without(""), "xl/macrosheets/sheet1.xml": b"x"}, "macros"),
        ({**without(""), "xl/externalLinks/externalLink1.xml": b"<a/>"}, "external"),
        ({**without(""), "xl/connections.xml": b"<a/>"}, "external"),
        ({**without(""), **external("oleObject")}, "external"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}, "ods"),
        ({**without(""), "xl/sharedStrings.xml": b"<!DOCTYPE a><a/>"}, "dtd"),
        ({**without(""), "xl/worksheets/sheet1.xml": b"<worksheet>"}, "xml"),
        ({**without(""), "xl/worksheets/sheet1.xml": b"<a>" * 300 + b"</a>" * 300}, "depth"),
        ({**without(""), "../x": b""}, "path"),
        ({**without(""), "x": b"\0" * 2_000_000}, "ratio"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_packages(parts, rule):
    """Macros, links, data connections, DTDs, bombs, other formats."""
    assert refused(zip_parts(parts)) == rule


def test_links_for_readers_are_no_danger():
    """A hyperlink in a cell is not followed and does not matter."""
    assert len(xlsx_sheets(zip_parts({**without(""), **external("hyperlink")}))) == 1


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A0"><v>1</v></c>',
        '<c r="XFE1"><v>1</v></c>',
        '<c r="A1048577"><v>1</v></c>',
        '<c r="a1"><v>1</v></c>',
        '<c r="{r}" t="s"><v>7</v></c>',
        '<c r="{r}" t="s"><v>-1</v></c>',
        '<c r="{r}"><v>eins</v></c>',
        '<c r="{r}"><v>nan</v></c>',
        '<c r="{r}"><v>1e999</v></c>',
    ],
)
def test_cells_that_no_program_writes_are_damage(cell):
    """References out of bounds, strings that are not there, numbers that are none."""
    assert refused(xlsx([[Raw(cell)]])) == "damaged"


def test_too_many_cells(monkeypatch):
    """A limit on all sheets together."""
    monkeypatch.setattr("gkanalysis.ingest.xlsxfile.MAX_CELLS", 3)
    assert len(xlsx_sheets(xlsx({"a": [[1, 2]], "b": [[3]]}))) == 2
    assert refused(xlsx({"a": [[1, 2]], "b": [[3, 4]]})) == "cells"
