"""MAXQDA's spreadsheet of coded segments: columns in two languages, formulas never evaluated."""

import pytest

from gkanalysis.core.errors import IngestError
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.model import Coding, Selection
from ingest.qda.drawn import project, zipped
from sheets import Raw, xlsx, xlsx_parts

GERMAN = [
    "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Segment", "Bearbeitet von", "Erstellt am", "Kommentar",
]  # fmt: skip
ENGLISH = [
    "Document group", "Document name", "Code", "Beginning", "End", "Segment", "Created by", "Created", "Comment",
]  # fmt: skip
ROW = [
    "Kreise",
    "g10",
    "Aufbau > Neu",
    "12",
    "14",
    "Wir fingen neu an.",
    "Kodierung A",
    "04.07.2019 10:00",
    "",
]


def read(folder, *contents, **parts):
    """The project of one sheet of rows."""
    path = folder / "segmente.xlsx"
    path.write_bytes(xlsx({"Blatt1": contents}, **parts))
    return read_maxqda(path)


@pytest.mark.parametrize("headings", [GERMAN, ENGLISH, [h.upper() + " " for h in GERMAN]])
def test_one_row_is_one_coding(tmp_path, headings):
    """With its document, code, coder, place, text and comment."""
    found = read(tmp_path, headings, [*ROW[:-1], "Prüfen"])
    (source,), (coder,), (coding,) = found.sources, found.coders, found.codings
    assert (source.name, source.text, coder.name) == ("g10", None, "Kodierung A")
    assert found.code_paths[coding.code] == "Aufbau > Neu"
    assert found.selections == (
        Selection(coding.selection, source.guid, -1, -1, "Wir fingen neu an.", "Anfang=12 Ende=14"),
    )
    assert coding == Coding(coding.guid, coding.selection, source.guid, coding.code, coder.guid, "04.07.2019 10:00")
    assert [(memo.target, memo.text) for memo in found.memos] == [(coding.guid, "Prüfen")]
    assert [(group.name, group.members) for group in found.sets] == [("Kreise", (source.guid,))]
    assert found.losses == ()
    assert read(tmp_path, headings, [*ROW[:-1], "Prüfen"]) == found


@pytest.mark.parametrize("path", ["Aufbau > Neu", "Aufbau\\Neu", "Aufbau \\ Neu"])
def test_code_paths_in_two_forms(tmp_path, path):
    """Joined by an arrow or by a backslash; each code stands once, below its parent, in the order of the rows."""
    codes = [path, "Ende", "Aufbau", path.replace("Neu", "Alt")]
    found = read(tmp_path, GERMAN, *([*ROW[:2], code, *ROW[3:]] for code in codes))
    assert list(found.code_paths.values()) == ["Aufbau", "Aufbau > Neu", "Aufbau > Alt", "Ende"]


def test_coders_share_a_selection(tmp_path):
    """Same document, place and text; white space at the ends of a segment is kept."""
    second = [*ROW[:6], "Kodierung B", *ROW[7:]]
    spaced = [*ROW[:5], " Wir fingen neu an.", *ROW[6:]]
    found = read(tmp_path, GERMAN, ROW, second, spaced)
    assert [s.name for s in found.selections] == ["Wir fingen neu an.", " Wir fingen neu an."]
    assert len({coding.selection for coding in found.codings[:2]}) == 1
    assert [c.name for c in found.coders] == ["Kodierung A", "Kodierung B"]


def test_documents_of_one_name_in_two_groups(tmp_path):
    """They are two."""
    found = read(tmp_path, GERMAN, ROW, ["Städte", *ROW[1:]], ["", *ROW[1:]])
    assert len(found.sources) == 3
    assert [group.name for group in found.sets] == ["Kreise", "Städte"]


def test_formulas_are_losses(tmp_path):
    """Neither the formula nor its stored result is used; text that looks like one is text."""
    formula = Raw('<c r="{r}" t="str"><f>HYPERLINK("http://127.0.0.1/")</f><v>Wir</v></c>')
    error = Raw('<c r="{r}" t="e"><v>#REF!</v></c>')
    found = read(tmp_path, GERMAN, [*ROW[:5], formula, *ROW[6:8], error], [*ROW[:5], "=1+1", *ROW[6:]])
    assert [s.name for s in found.selections] == ["", "=1+1"]
    assert [(loss.kind, loss.place) for loss in found.losses] == [
        ("formula", "Blatt „Blatt1“, Zelle F2"),
        ("error_value", "Blatt „Blatt1“, Zelle I2"),
    ]
    assert found.losses[0].raw == '=HYPERLINK("http://127.0.0.1/") [Wir]'


def test_rows_and_columns_that_cannot_be_used(tmp_path):
    """Each is listed; rows without anything are no rows."""
    found = read(
        tmp_path,
        ["Codierte Segmente"],
        [*GERMAN, "Farbe"],
        [*ROW, "rot"],
        ROW,
        ["", "", *ROW[2:]],
        [*ROW[:2], "", *ROW[3:]],
        [""] * 9,
        [*ROW[:6], "", *ROW[7:]],
    )
    assert [(loss.kind, loss.place) for loss in found.losses] == [
        ("same_words", "Blatt „Blatt1“, Zeile 4"),
        ("incomplete_row", "Blatt „Blatt1“, Zeile 5"),
        ("incomplete_row", "Blatt „Blatt1“, Zeile 6"),
        ("no_coder", "Blatt „Blatt1“, Zeile 8"),
        ("unused_column", "Blatt „Blatt1“, Spalte J"),
    ]
    assert found.losses[-1].raw == "Farbe: rot"
    assert [coding.coder for coding in found.codings] == [*[found.coders[0].guid] * 2, ""]


def test_the_same_words_coded_again_are_another_place(tmp_path):
    """Each row is a coding of its own with its comment and segment; what another coder gave shares the segments."""
    again, other = [*ROW[:8], "gemeint ist das Jobcenter"], [*ROW[:6], "Kodierung B", *ROW[7:]]
    found = read(tmp_path, GERMAN, ROW, again, other, other)
    assert [c.selection for c in found.codings] == [s.guid for s in found.selections] * 2
    assert [s.place for s in found.selections] == ["Anfang=12 Ende=14", "Anfang=12 Ende=14 Stelle=2"]
    assert [(m.target, m.text) for m in found.memos] == [(found.codings[1].guid, again[8])]
    assert [(loss.kind, loss.guid) for loss in found.losses] == [("same_words", found.codings[k].guid) for k in (1, 3)]


@pytest.mark.parametrize(("codes", "read_as", "kind"), [
    (["Aufbau > Neu", "Aufbau > Amt 32\\33"], ["Aufbau", "Aufbau > Neu", "Aufbau > Amt 32\\33"], "backslash_kept"),
    (["Ende", "Amt 32\\33"], ["Ende", "Amt 32", "Amt 32 > 33"], "backslash_split"),
    (["Ende", " > ".join("a" * 101)], ["Ende"], "deep_code"),
])  # fmt: skip
def test_doubtful_code_paths_are_listed(tmp_path, codes, read_as, kind):
    """A backslash separates levels only where nothing else does, and the list says so; no path is endless."""
    found = read(tmp_path, GERMAN, *([*ROW[:2], code, *ROW[3:]] for code in codes))
    assert list(found.code_paths.values()) == read_as
    assert [(loss.kind, loss.raw[:30]) for loss in found.losses] == [(kind, codes[1][:30])]


def test_columns_of_the_document_are_none_of_the_coding(tmp_path):
    """From the second name of the document on: whoever imported it did not code."""
    of_document = ["Dokumentname", "Erstellt von", "Erstellt am"]
    found = read(tmp_path, [*GERMAN[:6], *of_document], [*ROW[:6], "g10", "Verwaltung", "01.02.2019"])
    assert (found.coders, found.codings[0].coder, found.codings[0].created) == ((), "", "")
    assert [loss.kind for loss in found.losses] == ["no_coder", *["unused_column"] * 3]


@pytest.mark.parametrize(("rows", "read_as"), [
    ([[*ROW[:1], "_xD83D_g10", *ROW[2:]]], "_xD83D_g10"), ([Raw('<row r="I48"/>')], "beschädigt"),
])  # fmt: skip
def test_what_no_program_writes_ends_in_text_or_a_sentence(tmp_path, rows, read_as):
    """Half a character that a program wrote as its number, a row that is called like a cell."""
    data = xlsx_parts({"Blatt1": [GERMAN, *(r for r in rows if not isinstance(r, Raw))]})
    for raw in (r for r in rows if isinstance(r, Raw)):
        data["xl/worksheets/sheet1.xml"] = data["xl/worksheets/sheet1.xml"].replace(
            b"</sheetData>", raw.encode() + b"</sheetData>"
        )
    (tmp_path / "segmente.xlsx").write_bytes(zip_parts(data))
    if read_as == "beschädigt":
        with pytest.raises(IngestError, match=read_as):
            read_maxqda(tmp_path / "segmente.xlsx")
    else:
        assert read_maxqda(tmp_path / "segmente.xlsx").sources[0].name == read_as


@pytest.mark.parametrize(
    ("book", "value", "created"),
    [
        ("", "43650.416666667", "2019-07-04T10:00:00"),
        ('<workbookPr date1904="1"/>', "42188.416666667", "2019-07-04T10:00:00"),
        ("", "1e15", "1000000000000000"),
    ],
)
def test_dates_as_numbers_of_days(tmp_path, book, value, created):
    """Excel's own dates become what Excel shows; nonsense stays as it is."""
    found = read(tmp_path, GERMAN, [*ROW[:7], Raw(f"<c><v>{value}</v></c>"), ""], book=book)
    assert found.codings[0].created == created


def test_the_sheet_with_the_columns_is_found(tmp_path):
    """Others are listed."""
    path = tmp_path / "segmente.xlsx"
    path.write_bytes(xlsx({"Blatt1": [["Titel"]], "Blatt2": [GERMAN, ROW]}))
    found = read_maxqda(path)
    assert len(found.codings) == 1
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("second_sheet", "Blatt1")]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (xlsx([["Dokumentname", "Code"]]), "no_columns"),
        (xlsx([*[["Titel"]] * 30, GERMAN, ROW]), "no_columns"),
        (xlsx({}), "no_columns"),
        (zipped({"project.qde": project()}), "not_sheet"),
    ],
)
def test_refusals(tmp_path, data, rule):
    """What is no such table; what is no spreadsheet at all is told by the reader of spreadsheets."""
    path = tmp_path / "segmente.xlsx"
    path.write_bytes(data)
    with pytest.raises(IngestError) as caught:
        read_maxqda(path)
    assert caught.value.rule == rule
