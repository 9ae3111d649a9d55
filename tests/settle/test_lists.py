"""A list of the team becomes a table: every row and cell is used or set aside, every finding is told in one pass."""

from datetime import date

import pytest

from gkanalysis.codebook.lists import read_list_book
from gkanalysis.core.errors import CodebookError, IngestError
from gkanalysis.core.writing import zip_parts
from gkanalysis.counts.data import Data
from gkanalysis.verify.accounts import account_rows
from listfolder import CLEAN, HEAD, SOURCE, ListFolder
from received import found, rules
from sheets import formula, xlsx_parts

DIRTY = [
    ["Besuche im Mai"], [*HEAD, "Wetter"], [date(2023, 5, 3), "B1", "Auftakt", "1,5", "Sonne"],
    ["4.5.23", "B2", None, 2], [date(2023, 5, 5), "B99", "x", formula("1+1", "2")],
    [date(2023, 5, 6), "B3", "y", 9, None, "lose"],
]  # fmt: skip


def test_clean_list(tmp_path):
    """Columns are found by their heading and come in declared order, with the place of each row."""
    tables = ListFolder(tmp_path).process()
    assert list(tables) == ["rows", "findings", "losses", "files"]
    assert tables["rows"].fillna("").values.tolist() == [
        ["B1", "2023-05-03", 1.5, "Auftakt", "besuche.xlsx", 2, "Blatt „Besuche“, Zeile 2"],
        ["B2", "2023-05-04", 2.0, "", "besuche.xlsx", 3, "Blatt „Besuche“, Zeile 3"],
    ]
    assert (rules(tables), len(tables["losses"])) == ([], 0)


def test_everything_wrong_is_told_at_once(tmp_path):
    """What cannot be read is empty, stands in the losses with its words, and the row stays."""
    tables = ListFolder(tmp_path, DIRTY).process()
    assert rules(tables) == ["T05", "T06", "T06", "T07", "T08", "T14", "V01"]
    assert tables["rows"]["row"].tolist() == [3, 4, 5, 6]
    assert tables["rows"]["days"].isna().tolist() == [False, False, True, True]
    lost = tables["losses"].set_index("unit")[["rule", "item_id", "case_id", "raw"]]
    assert sorted(lost.loc["cell"].values.tolist()) == [
        ["T06", "date", "B2", "4.5.23"], ["T06", "days", "B3", "9"], ["T08", "days", "B99", "=1+1"],
    ]  # fmt: skip
    assert lost.loc["value"].tolist() == ["T14", "", "B3", "lose"]
    assert lost.loc["column", "rule"] == "T05"
    (unknown,) = found(tables, "V01")
    assert (unknown["severity"], unknown["raw"], unknown["place"]) == ("error", "B99", "Zeile 5")


def test_a_name_instead_of_an_id_is_read_as_in_forms(tmp_path):
    """Each is named with its place; what comes twice then is an error as well, a name of several alliances is none."""
    rows = [
        HEAD,
        [date(2023, 5, 3), "Amselstadt", "x", 1],
        [date(2023, 5, 3), "B1", "y", 2],
        [date(2023, 5, 3), "Fulda", "z", 2],
    ]
    tables = ListFolder(tmp_path, rows).process()
    assert tables["rows"]["case_id"].tolist() == ["B1", "B1", "Fulda"]
    assert rules(tables) == ["T11", "V01", "V35"]
    assert found(tables, "T11")[0]["place"] == "Blatt „Besuche“, Zeile 3, Spalte case_id, date"
    assert "Zeile 2: „Amselstadt“ ist nach dem Namen als B1 gelesen" in found(tables, "V35")[0]["message"]
    (loss,) = tables["losses"].to_dict("records")
    assert (loss["raw"], loss["case_id"], loss["action"], loss["place"]) == (
        "Amselstadt", "B1", "als B1 gelesen", "Zeile 2",
    )  # fmt: skip


def test_files_that_nothing_reads_are_named(tmp_path):
    """Each has a finding and a loss; what programs leave behind has the loss alone. A list is read none the less."""
    drawn = ListFolder(tmp_path)
    for name in ("alt.ods", "daten.sav", "brief.doc", ".DS_Store", "~$besuche.xlsx", "README.md"):
        (drawn.folder / name).write_bytes(b"x")
    tables = drawn.process()
    assert [f["file"] for f in found(tables, "V34")] == ["alt.ods", "brief.doc", "daten.sav"]
    assert len(tables["losses"]) == 6
    assert len(tables["rows"]) == 2


@pytest.mark.parametrize("core", [b"<a", b"", b"\xff", b"<c>\x01</c>", b"<!DOCTYPE a><a/>"])
def test_damaged_properties_of_a_list(tmp_path, core):
    """Whether it is invented is not known then: one sentence, no traceback."""
    drawn = ListFolder(tmp_path)
    drawn.file.write_bytes(zip_parts(xlsx_parts({"Besuche": CLEAN}) | {"docProps/core.xml": core}))
    n, (sentence,) = drawn.ingest()
    assert n == 0
    assert "„besuche.xlsx“ (docProps/core.xml) enthält" in sentence


def test_invented_and_real_lists_do_not_mix(tmp_path):
    """A workbook says whether it is invented; a CSV file cannot and is taken for what the folder is."""
    assert rules(ListFolder(tmp_path / "a", synthetic=True).process()) == ["V18"]
    drawn = ListFolder(tmp_path / "b", synthetic=True, file="besuche.csv")
    drawn.file.rename(drawn.folder / "alt.xlsx")
    (drawn.folder / "besuche.csv").write_text("Bündnis;Datum;Tage;Notiz\nB1;3.5.2023;1;\n", encoding="utf-8")
    tables = drawn.process()
    assert rules(tables) == ["V34"]  # the workbook beside it
    assert tables["losses"][["unit", "file"]].values.tolist() == [["file", "alt.xlsx"]]
    assert tables["rows"]["place"].tolist() == ["Zeile 2"]


def test_file_that_is_missing_or_none(tmp_path):
    """The sentence says where the list is expected; a file that may not be read is refused, nothing is written."""
    drawn = ListFolder(tmp_path)
    drawn.file.write_bytes(b"%PDF-1.7 x")
    n, (sentence,) = drawn.ingest()
    assert (n, "PDF-Datei" in sentence) == (0, True)
    assert not drawn.paths.interim.exists()
    drawn.file.unlink()
    with pytest.raises(IngestError, match=r"besuche\.xlsx“ fehlt; bitte die Liste unter diesem Namen dort ablegen"):
        drawn.ingest()


@pytest.mark.parametrize(
    ("book", "says"),
    [
        ({"file": ""}, "„file“ ist leer; nötig ist ein Text"), ({"file": "../x.csv"}, "kein Name einer Datei"), ({"columns": []}, "„columns“ ist leer"),
        ({"columns": [{"name": "place", "titles": ["Ort"]}], "key": []}, "„place“ ist als Name einer Spalte vergeben"),
        ({"published": "ja"}, "published: „ja“ ist nicht true oder false"),
    ],
)  # fmt: skip
def test_codebook_of_a_list_is_checked(tmp_path, book, says):
    """What is missing or leads out of the folder is a sentence."""
    with pytest.raises(CodebookError, match=says):
        read_list_book(ListFolder(tmp_path, **book).codebook)


@pytest.mark.parametrize("rows", [CLEAN, DIRTY, [HEAD], [HEAD, [date(2023, 5, 3), "Amselstadt", "x", 1]]])
def test_lists_add_up(tmp_path, rows):
    """Files, rows and filled cells of the spreadsheet are used or set aside, for clean and for dirty lists."""
    sums = list(account_rows(ListFolder(tmp_path, rows).data(), [SOURCE]))
    assert [(s["id"], s["verdict"]) for s in sums] == [
        (f"{SOURCE}: {what}", "adds_up") for what in ("Dateien", "ausgelassene Dateien", "Zeilen", "ausgefüllte Zellen")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "wrong", "says"),
    [
        (lambda rows: rows.iloc[1:], ["Zeilen", "ausgefüllte Zellen"], "zuerst „3“"),
        (lambda rows: rows.assign(days=None), ["ausgefüllte Zellen"], "zuerst „Zeile 3, days“"),
    ],
)
def test_lost_rows_and_cells_are_named(tmp_path, change, wrong, says):
    """A row or a value that is gone without a word is missing in the sum."""
    data = ListFolder(tmp_path, DIRTY).data()
    table = data.paths.processed / f"{SOURCE}-rows.parquet"
    change(data.table(table.stem)).to_parquet(table)
    sums = [s for s in account_rows(Data(data.paths), [SOURCE]) if s["verdict"] != "adds_up"]
    assert [s["id"].removeprefix(f"{SOURCE}: ") for s in sums] == wrong
    assert says in sums[0]["message"]
