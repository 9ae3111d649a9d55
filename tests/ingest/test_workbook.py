"""Any file either gives sheets or one German sentence, whatever its name says it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.core.errors import GkError
from gkanalysis.ingest.sheetmodel import SHEET_SENTENCES, RefusedSheetError
from gkanalysis.ingest.workbook import MAX_BYTES, read_workbook
from sheets import formula, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def write(folder, data, name="Tabelle.xlsx"):
    """A file with these bytes."""
    path = folder / name
    path.write_bytes(data)
    return path


def shown(path):
    """What each cell shows, by place, of the only sheet."""
    (sheet,) = read_workbook(path)
    return {at: cell.shown for at, cell in sheet.cells.items()}


@pytest.mark.parametrize("name", ["Tabelle.xlsx", "Tabelle.csv", "Tabelle"])
def test_content_decides_not_the_name(tmp_path, name):
    """A workbook with the ending of a CSV file is a workbook, and the other way round."""
    assert shown(write(tmp_path, xlsx([["a", 1]]), name)) == {(1, 1): "a", (1, 2): "1"}
    assert shown(write(tmp_path, b"a;1\n", name)) == {(1, 1): "a", (1, 2): "1"}


@pytest.mark.parametrize(
    "text",
    ["a;b\n\nx; 1,5 \n", "\ufeffa;b\r\n\r\nx;1,5\r\n", "a,b\n\nx,\"1,5\"\n", "a\tb\n\nx\t1,5\n", '"a";"b"\n;\n"x";"1,5"'],
    ids=["semicolon", "byte order mark", "comma", "tab", "quotes"],
)  # fmt: skip
def test_csv_as_excel_and_others_write_it(tmp_path, text):
    """Separators, byte order mark, quotes; empty rows keep their numbers."""
    assert shown(write(tmp_path, text.encode())) == {(1, 1): "a", (1, 2): "b", (3, 1): "x", (3, 2): "1,5"}


def test_named_separator(tmp_path):
    """Excel's line sep=| names the separator; it is the first row and holds nothing."""
    assert shown(write(tmp_path, b"sep=|\na|b;c\n")) == {(2, 1): "a", (2, 2): "b;c"}


def test_too_many_cells_of_a_csv(tmp_path, monkeypatch):
    """The limit of cells holds for CSV files, too."""
    monkeypatch.setattr("gkanalysis.ingest.workbook.MAX_CELLS", 3)
    assert len(shown(write(tmp_path, b"a;b\nc\n"))) == 3
    with pytest.raises(RefusedSheetError, match=r"400\.000 gefüllte Zellen"):
        read_workbook(write(tmp_path, b"a;b\nc;d\n"))


def test_rows_are_counted_as_in_the_program(tmp_path):
    """A cell of several lines is one row."""
    assert shown(write(tmp_path, b'a;b\n"x\ny";1\nz;2\n')) == {
        (1, 1): "a", (1, 2): "b", (2, 1): "x\ny", (2, 2): "1", (3, 1): "z", (3, 2): "2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        ("Straße;1\n".encode("cp1252"), "encoding"),
        ("a;1\n".encode("utf-16"), "encoding"),
        (b"a\0b", "not_sheet"),
        (OLE + b"\0" * 600, "old_xls"),
        (OLE + b"\0" * 120 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n<html><table>", "html"),
        (b'a;b\n"x;1\n', "quotes"),
        (b"PK\x03\x04 rest", "damaged"),
        (b"a" * (MAX_BYTES + 1), "file_size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused_files(tmp_path, data, rule):
    """Each kind of file that is no table has its own sentence with name and remedy."""
    with pytest.raises(RefusedSheetError) as error:
        read_workbook(write(tmp_path, data, "Logbuch.csv"))
    assert error.value.rule == rule
    assert str(error.value) == f"Die Datei „Logbuch.csv“ {SHEET_SENTENCES[rule]}."


def test_windows_encoding_says_what_to_do(tmp_path):
    """The sentence names the encoding and the way out."""
    with pytest.raises(RefusedSheetError, match=r"Windows-Kodierung 1252.*bitte aus Excel als „CSV UTF-8"):
        read_workbook(write(tmp_path, "Kürzel;Straße\n".encode("cp1252")))


def test_what_is_no_file_is_not_opened(tmp_path):
    """Nothing there, a folder, a link, a lock file."""
    path = write(tmp_path, b"a;b\n")
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    lock = write(tmp_path, b"\x05Name", "~$Tabelle.xlsx")
    for place, rule in (
        (tmp_path / "x", "missing"),
        (tmp_path, "not_a_file"),
        (link, "not_a_file"),
        (lock, "lock_file"),
    ):
        with pytest.raises(RefusedSheetError) as error:
            read_workbook(place)
        assert error.value.rule == rule


def test_every_sentence_says_what_to_do():
    """One sentence each, with „bitte“ and without a full stop of its own."""
    assert all("bitte" in s and not s.endswith(".") for s in SHEET_SENTENCES.values())


def sheets_or_sentence(path):
    """What a file holds, and the sentence that refuses it: one of them is empty."""
    try:
        return read_workbook(path), ""
    except GkError as error:
        return (), str(error)


WHOLE = xlsx({"Daten": [["a", "b", "c"], [1, "zwei", formula("A1", 3)]]}, merged=["A1:B1"])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_workbooks_give_sheets_or_a_sentence(tmp_path_factory, data):
    """Bytes changed, cut out or put in anywhere: never another error than the German one."""
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = write(tmp_path_factory.getbasetemp(), bytes(content), "beschädigt.xlsx")
    sheets, said = sheets_or_sentence(path)
    assert (len(sheets) <= 1 and not said) or "bitte" in said


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(min_size=1, max_size=60), st.text('a;,"\n\t=<1ä', min_size=1).map(str.encode)))
def test_any_bytes_give_sheets_or_a_sentence(tmp_path_factory, content):
    """Noise is a table of texts or is refused."""
    path = write(tmp_path_factory.getbasetemp(), content, "rauschen.csv")
    sheets, said = sheets_or_sentence(path)
    assert bool(sheets) != ("bitte" in said)
    assert all(cell.kind == "text" for sheet in sheets for cell in sheet.cells.values())
