"""Lists of the team: forgiving about what Excel does to a CSV, strict about what would lose a row."""

import pytest

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.tables import read_rows

COLUMNS = ["id", "name"]


@pytest.fixture
def rows_of(tmp_path):
    """Reads bytes as a CSV file with the columns id and name."""

    def read(data, **options):
        path = tmp_path / "Liste.csv"
        path.write_bytes(data)
        return read_rows(path, COLUMNS, **options)

    return read


@pytest.mark.parametrize(
    "data",
    [
        "id,name\n1,Bläuling\n".encode(), "\ufeffid,name\n1,Bläuling\n".encode(),
        "id;name\r\n1;Bläuling\r\n".encode(), "id;name\r\n1;Bläuling\r\n".encode("cp1252"),
        "id;name\r\n1;Bläuling\r\n".encode("iso8859_15"), 'id,"name"\r\n1,Bläuling\r\n'.encode(),
        "name,id\n Bläuling , 1\n".encode(), 'id,name\n"1","Bläuling"'.encode(),
        "id;name;\r\n1;Bläuling;\r\n".encode(), "id;name\r\n1;Bläuling; ;\r\n".encode(),
    ],
    ids=[
        "plain", "byte order mark", "semicolons", "Windows", "Latin-9", "quoted heading", "other order", "quotes",
        "empty column", "emptied cells",
    ],
)  # fmt: skip
def test_what_excel_does(rows_of, data):
    """Byte order mark, semicolons, Windows encoding, quotes, order of columns: the rows are the same."""
    assert rows_of(data) == [{"id": "1", "name": "Bläuling", "row": "2"}]


def test_rows_are_numbered_as_in_the_sheet(rows_of):
    """Empty rows and cells of several lines do not shift the numbers that people see in Excel."""
    rows = rows_of(b'id,name\n1,"a\nb"\n,\n\n2,c\n')
    assert [(r["id"], r["name"], r["row"]) for r in rows] == [("1", "a\nb", "2"), ("2", "c", "5")]


def test_optional_column(rows_of):
    """An optional column that is missing is empty; one that must be there is refused."""
    assert rows_of(b"id\n1\n", optional=["name"]) == [{"id": "1", "name": "", "row": "2"}]
    with pytest.raises(IngestError, match="fehlend: „name“"):
        rows_of(b"id\n1\n")


REFUSED = {
    b"": "leer",
    b"\n": "fehlend: „id“, „name“",
    b"id,name,rest\n1,a,b\n": "unbekannt oder doppelt: „rest“",
    b"id;name;;\n1;a;;\n2;b;;x\n": "unbekannt oder doppelt: keine; ohne Überschrift: Spalte C, Spalte D",
    b"id,,name\n1,,a\n": "ohne Überschrift: Spalte B",
    b"id,name,name\n1,a,b\n": "unbekannt oder doppelt: „name“",
    b"id,name\n1,a,b\n2\n3,c\n": "Zeile 2 hat 3, Zeile 3 hat 1 statt 2 Felder",
    b"id,name\n1,a\0b\n": "keine CSV-Datei",
    "id,name\n1,a\n".encode("utf-16"): "keine CSV-Datei",
    b"id,name\n1,\x81\n": "Codierung",
    **{"id;name\n1;Bläuling, Größe, Übung\n".encode(e): "Codierung" for e in ("mac_roman", "cp437", "mac_latin2")},
    "id;name\n1;Köln\n".encode("mac_roman"): "Codierung",  # „Kšln“ may be a name
    "id;name\n1;Straße\n".encode("cp850"): "Codierung",
    "id;name\n1;50 €, Köln\n".encode("iso8859_15"): "Codierung",
    "id;name\n1;Yıldız, Köln\n".encode("cp1254"): "Codierung",
    "id;name\n1;Škoda, Köln\n".encode("iso8859_2"): "Codierung",
    b"PK\x03\x04": "keine CSV-Datei",
    b'id,name\n1,"a\n2,b\n3,c\n': "nicht oder falsch geschlossen",
    b'id,name\n1,"a"b\n': "nicht oder falsch geschlossen",
    b"id,name\n1," + b"a" * 21_000_000: "größer als 20 MB",
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused(rows_of, data, reason):
    """What could lose or shift a value is refused with one sentence that names file and reason."""
    with pytest.raises(IngestError, match=reason) as caught:
        rows_of(data)
    assert "/Liste.csv“" in str(caught.value)


def test_missing_file(tmp_path):
    """A missing list, or a folder in its place, is named."""
    for path, reason in ((tmp_path / "fehlt.csv", "fehlt.csv“ gibt es nicht"), (tmp_path, "ein Ordner")):
        with pytest.raises(IngestError, match=reason):
            read_rows(path, COLUMNS)
