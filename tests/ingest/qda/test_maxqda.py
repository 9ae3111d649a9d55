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
ROW = ["Kreise", "g10", "Aufbau > Neu", "12", "14", "Wir fingen neu an.", "Kodierung A", "04.07.2019 10:00", ""]


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
    assert [loss.kind for loss in found.losses] == ["backslash_split"] * 2 * ("\\" in path)


def test_documents_of_one_name_in_two_groups(tmp_path):
    """They are two."""
    found = read(tmp_path, GERMAN, ROW, ["Städte", *ROW[1:]], ["", *ROW[1:]])
    assert len(found.sources) == 3
    assert [group.name for group in found.sets] == ["Kreise", "Städte"]


STRUCK = '<c r="{r}" t="inlineStr"><is><r><rPr><strike/></rPr><t>alt</t></r><r><t>, neu</t></r></is></c>'
DAY = '<c r="{r}" s="1"><v>43895</v></c>'
FORMULA = Raw('<c r="{r}" t="str"><f>HYPERLINK("http://127.0.0.1/")</f><v>Wir</v></c>')
ERROR = Raw('<c r="{r}" t="e"><v>#REF!</v></c>')
LOSSES = {
    "neither a formula nor its stored result is used, text that looks like one is text": (
        [[*ROW[:5], FORMULA, *ROW[6:8], ERROR], [*ROW[:5], "=1+1", *ROW[6:]]], 2,
        [("formula", "Zelle F3", '=HYPERLINK("http://127.0.0.1/") [Wir]'), ("error_value", "Zelle I3", "#REF!")],
    ),
    "rows that cannot be used; those without anything are none": (
        [["", "", *ROW[2:]], [*ROW[:2], "", *ROW[3:]], [""] * 9, [*ROW[:6], "", *ROW[7:]], [*ROW, "rot"]], 2,
        [("incomplete_row", "Zeile 3", ""), ("incomplete_row", "Zeile 4", ""), ("no_coder", "Zeile 6", ROW[5]), ("unused_column", "Spalte J", "Farbe: rot")],
    ),
    "a value that may not be meant, or says nothing": (
        [[*ROW[:5], Raw(STRUCK), *ROW[6:]], [*ROW[:5], "", *ROW[6:]], [*ROW[:3], "3-4", *ROW[4:]], [*ROW[:3], Raw(DAY), *ROW[4:]],
         [*ROW[:3], "1: 12|40", *ROW[4:]]], 5,
        [("struck", "Zelle F3", "alt"), ("no_words", "Zeile 4", "Aufbau > Neu"), ("odd_place", "Zelle D5", "3-4"),
         ("odd_place", "Zelle D6", "05.03.2020")],
    ),
    "half a character that a program wrote as its number is text": ([[*ROW[:1], "_xD83D_g10", *ROW[2:]]], 1, []),
    "a backslash belongs to the name where an arrow parts levels": (
        [ROW, [*ROW[:2], "Amt 32\\33", *ROW[3:]]], 2, [("backslash_kept", "Zeile 4", "Amt 32\\33")],
    ),
    "no path of codes is endless": ([[*ROW[:2], " > ".join("a" * 101), *ROW[3:]]], 0, [("deep_code", "Zeile 3", "a > a")]),
}  # fmt: skip


@pytest.mark.parametrize("case", LOSSES)
def test_what_cannot_be_used_is_listed(tmp_path, case):
    """With its place; all else is a coding. A title may stand above the headings."""
    rows, n_codings, expected = LOSSES[case]
    found = read(tmp_path, ["Codierte Segmente"], [*GERMAN, "Farbe"], *rows)
    told = [(loss.kind, loss.place.removeprefix("Blatt „Blatt1“, "), loss.raw) for loss in found.losses]
    assert [(*loss[:2], loss[2][: len(e[2])]) for loss, e in zip(told, expected, strict=True)] == expected
    assert len(found.codings) == n_codings


def test_hidden_rows_count_and_are_listed(tmp_path):
    """A filter may have hidden them."""
    found = read(tmp_path, GERMAN, ROW, [*ROW[:5], "Zwei", *ROW[6:]], hidden=[3])
    assert (len(found.codings), [(x.kind, x.raw) for x in found.losses]) == (2, [("hidden_row", "Zwei")])


def test_the_same_words_coded_again_are_another_place(tmp_path):
    """Each row is a coding of its own with its comment and segment; what another coder gave shares the segments."""
    again, other = [*ROW[:8], "gemeint ist das Jobcenter"], [*ROW[:6], "Kodierung B", *ROW[7:]]
    found = read(tmp_path, GERMAN, ROW, again, other, other)
    assert [c.selection for c in found.codings] == [s.guid for s in found.selections] * 2
    assert [s.place for s in found.selections] == ["Anfang=12 Ende=14", "Anfang=12 Ende=14 Stelle=2"]
    assert [(m.target, m.text) for m in found.memos] == [(found.codings[1].guid, again[8])]
    assert [(loss.kind, loss.guid) for loss in found.losses] == [("same_words", found.codings[k].guid) for k in (1, 3)]


def test_columns_of_the_document_are_none_of_the_coding(tmp_path):
    """From the second name of the document on: whoever imported it did not code."""
    of_document = ["Dokumentname", "Erstellt von", "Erstellt am"]
    found = read(tmp_path, [*GERMAN[:6], *of_document], [*ROW[:6], "g10", "Verwaltung", "01.02.2019"])
    assert (found.coders, found.codings[0].coder, found.codings[0].created) == ((), "", "")
    assert [loss.kind for loss in found.losses] == ["no_coder", *["unused_column"] * 3]


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
        (zip_parts({n: d.replace(b'<row r="2"', b'<row r="I48"') for n, d in xlsx_parts({"T": [GERMAN, ROW]}).items()}), "damaged"),
    ],
)  # fmt: skip
def test_refusals(tmp_path, data, rule):
    """What is no such table; what is no spreadsheet at all is told by the reader of spreadsheets."""
    path = tmp_path / "segmente.xlsx"
    path.write_bytes(data)
    with pytest.raises(IngestError) as caught:
        read_maxqda(path)
    assert caught.value.rule == rule
