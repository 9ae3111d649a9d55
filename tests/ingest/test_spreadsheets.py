"""Declared tables from strangers' spreadsheets: found wherever they stand, every finding in one pass, nothing guessed."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.codebook.lists import table_spec
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.spreadsheets import read_table
from sheets import MAIN, PACKAGE, RELATIONS, Raw, formula, xlsx, xlsx_parts

SPEC = table_spec(
    {
        "sheet": "Protokoll",
        "key": ["case_id", "day"],
        "columns": [
            {"name": "case_id", "titles": ["Kennung", "Bündnis"]},
            {"name": "day", "kind": "date", "titles": ["Datum"]},
            {"name": "days", "kind": "number", "titles": ["Tage"], "low": 0, "high": 5},
            {"name": "form", "kind": "option", "titles": ["Form"], "options": {"beratung": ["Beratung"], "telefon": ["Telefon"]}},
            {"name": "note", "titles": ["Bemerkung"], "required": False, "may_be_absent": True},
        ],
    }
)  # fmt: skip
HEAD = ["Kennung", "Datum", "Tage", "Form", "Bemerkung"]
ROWS = [["B01", date(2019, 5, 6), 1.5, "Beratung", "gut"], ["B02", date(2019, 5, 7), 1, "Telefon", None]]
EXPECTED = [["B01", "2019-05-06", 1.5, "beratung", "gut"], ["B02", "2019-05-07", 1.0, "telefon", None]]


@pytest.fixture
def read(tmp_path):
    """Function from rows (or sheets, or bytes) to what is read from them."""

    def read_it(content, *, spec=SPEC, more=None, **options):
        if isinstance(content, list):
            content = {"Protokoll": content}
        path = tmp_path / ("log" if isinstance(content, bytes) else "log.xlsx")
        path.write_bytes(
            content if isinstance(content, bytes) else zip_parts(xlsx_parts(content, **options) | (more or {}))
        )
        return read_table(path, spec)

    return read_it


def values(table):
    """Rows without their numbers, missing values as None."""
    frame = table.rows.drop(columns="row").astype(object)
    return frame.where(frame.notna(), None).values.tolist()


def rules(table):
    """(rule, row) of all findings."""
    pairs = zip(table.findings["rule"], table.findings["row"], strict=True)
    return [(rule, None if pd.isna(row) else int(row)) for rule, row in pairs]


def test_a_clean_table(read):
    """Values with their types and rows, no finding; a CSV file gives the same."""
    table = read([HEAD, *ROWS])
    assert (values(table), table.rows["row"].tolist()) == (EXPECTED, [2, 3])
    assert table.rows.dtypes.astype(str).to_dict() == {
        "case_id": "str", "day": "str", "days": "Float64", "form": "str", "note": "str", "row": "int64",
    }  # fmt: skip
    text = "Kennung;Datum;Tage;Form;Bemerkung\nB01;6.5.2019;1,5;Beratung;gut\nB02;07.05.2019;1;telefon;\n"
    assert values(read(text.encode())) == EXPECTED
    assert rules(table) == rules(read(text.encode())) == []


@pytest.mark.parametrize(
    ("rows", "merged", "first"),
    [
        ([HEAD[::-1], *(r[::-1] for r in ROWS)], (), 2),
        ([["Protokoll der Begleitung"], ["Stand:", date(2019, 9, 1)], [], HEAD, *ROWS], (), 5),
        ([[None, None, *HEAD], *([None, None, *r] for r in ROWS)], (), 2),
        ([["BÜNDNIS", " datum: ", "Ta\u00adge", "Form*", "note"], *ROWS], (), 2),
        ([HEAD, [], ROWS[0], [None, "  "], ROWS[1]], (), 3),
        ([["Kennung", "Besuch", None, None, "Bemerkung"], [None, "Datum", "Tage", "Form", None], *ROWS],
         ["A1:A2", "B1:D1", "E1:E2"], 3),
    ],
    ids=["order", "lines above", "moved", "other names", "empty rows", "heading of two lines"],
)  # fmt: skip
def test_columns_may_move(read, rows, merged, first):
    """Order, place and looks of the headings do not matter; rows are numbered as in the program."""
    table = read(rows, merged=merged)
    assert (values(table), rules(table)) == (EXPECTED, [])
    assert table.rows["row"].iloc[0] == first


def test_which_sheet_is_read(read):
    """The one of the declared name, or the only one with the headings; else the sentence says what there is."""
    assert values(read({"leer": [], " protokoll": [HEAD, *ROWS]})) == EXPECTED
    anywhere = table_spec({"columns": [{"name": "case_id", "titles": ["Kennung"]}]})
    both = {"A": [["x"]], "B": [["Kennung"], ["B01"]]}
    assert read(both, spec=anywhere).rows["case_id"].tolist() == ["B01"]
    assert rules(read({**both, "C": [["Kennung"]]}, spec=anywhere)) == [("T01", None)]
    table = read({"Tabelle1": [["x"]], "Log 2019": [HEAD, *ROWS]})
    assert (len(table.rows), rules(table)) == (0, [("T01", None)])
    assert table.findings["message"].item() == (
        "„log.xlsx“: Vorhanden sind die Blätter „Tabelle1“, „Log 2019“. Die erwarteten Überschriften stehen auf „Log 2019“. "
        "Erlaubt: „Protokoll“; bitte das Blatt umbenennen oder die richtige Datei angeben."
    )


@pytest.mark.parametrize(
    ("second", "expected"),
    [([HEAD, *ROWS], "„2020“ hat dieselben Überschriften und 2 Zeilen, gelesen wird nur „Protokoll“"),
     ([["Stand:"], HEAD[:4], ROWS[0]], "„2020“ hat dieselben Überschriften und eine Zeile"), ([HEAD], None), ([HEAD[:2], *ROWS], None)],
    ids=["same", "moved", "without rows", "other headings"],
)  # fmt: skip
def test_second_sheet_with_the_headings(read, second, expected):
    """Rows that stand on another sheet with the same headings are told, not passed over."""
    table = read({"2020": second, "Protokoll": [HEAD, *ROWS]})
    assert (values(table), rules(table)) == (EXPECTED, [("T18", None)] if expected else [])
    assert not expected or expected in table.findings["message"].item()


@pytest.mark.parametrize(("lines_above", "expected"), [(29, []), (30, [("T02", None)])])
def test_heading_is_looked_for_in_the_first_rows(read, lines_above, expected):
    """Row 30 is the last that may be the heading; without one the sentence names what is looked for."""
    table = read([["Text"]] * lines_above + [HEAD, *ROWS])
    assert rules(table) == expected
    if expected:
        assert "Erlaubt: „Kennung“, „Datum“, „Tage“, „Form“, „Bemerkung“" in table.findings["message"].item()


def struck(*runs):
    """A cell with the first of some runs of text struck through."""
    first, *others = runs
    return Raw(
        f'<c r="{{r}}" t="inlineStr"><is><r><rPr><strike/></rPr><t>{first}</t></r>{"".join(f"<r><t>{o}</t></r>" for o in others)}</is></c>'
    )


HIDDEN = {"hidden": [3], "states": {"Protokoll": "hidden"}, "columns": '<cols><col min="3" max="3" hidden="1"/></cols>'}
# rows, how they are written, what is found, a sentence; each has two rows that count
FOUND = {
    "renamed": ([["Kennung", "Datum des Besuchs", "Tage", "Form"], *(r[:4] for r in ROWS)], {}, [("T03", 1), ("T05", 1)],
                "„log.xlsx“, Blatt „Protokoll“, Zeile 1: Die Spalte „Datum“ fehlt. Gemeint ist vielleicht „Datum des Besuchs“. "
                "Erlaubt: „Datum“, „day“; bitte die Spalte ergänzen oder umbenennen."),
    "twice": ([[*HEAD[:4], "Tage"], *([*r[:4], 3] for r in ROWS)], {}, [("T04", 1)], "Spalte C, E"),
    "unknown": ([[*HEAD, "Ort", "leer"], [*ROWS[0], "Köln"], ROWS[1]], {}, [("T05", 1)], "„Ort“ wird nicht gelesen"),
    "merged heading": ([["Kennung", "Datum", "Tage", None, "Form"], *([*r[:3], 9, r[3]] for r in ROWS)], {"merged": ["C1:D1"]},
                       [("T13", 1), ("T14", 2), ("T14", 3)], "Die Zellen C1:D1 in der Überschrift sind verbunden"),
    "merged values": ([HEAD, ROWS[0], [None, *ROWS[1][1:]]], {"merged": ["A2:A3"]}, [("T13", 2), ("T12", 3)],
                      "Die Zellen A2:A3 in den Daten"),
    "the same key": ([HEAD, ROWS[0], ROWS[0]], {}, [("T11", 3)], "„B01, 2019-05-06“ steht schon in Zeile 2"),
    "another day": ([HEAD, ROWS[0], ["B01", date(2019, 6, 1), 1, "Telefon"]], {}, [], ""),
    "incomplete keys": ([HEAD, *[["B01", None, 1, "Telefon"]] * 2], {}, [("T10", 2), ("T10", 3)], "Hier fehlt ein Wert"),
    "formula": ([HEAD, [*ROWS[0][:2], formula("SUM(A1:A9)", 3), *ROWS[0][3:]], ROWS[1]], {}, [("T08", 2)],
                "„log.xlsx“, Blatt „Protokoll“, Zeile 2, Spalte C „Tage“ „=SUM(A1:A9)“: Der Wert ist eine Formel, gespeichertes "
                "Ergebnis „3“; Formeln werden nicht gerechnet. Erlaubt: eine Zahl, mit Komma vor den Nachkommastellen ab 0 bis 5; "
                "bitte das Ergebnis als Wert einfügen."),
    "struck row": ([HEAD, ROWS[0], [struck("B09"), None, None, struck("Telefon")]], {}, [("T16", 3), ("T10", 3), ("T10", 3)],
                   "Die ganze Zeile ist durchgestrichen und wurde übernommen"),
    "struck in part": ([HEAD, [*ROWS[0][:3], struck("Tele", "fon")], ROWS[1]], {}, [("T16", 2)], "Der Wert ist teilweise („Tele“) durchgestrichen"),
    "hidden": ([HEAD, *ROWS], HIDDEN, [("T15", None), ("T15", None), ("T15", 3)], "Das Blatt ist ausgeblendet"),
    "data outside": ([HEAD, *ROWS], {"more": {"xl/connections.xml": b"<a/>"}}, [("T17", None)], "(„xl/connections.xml“); gelesen ist nur"),
    "it would steer a terminal": ([HEAD, ROWS[0], ["B02", "\u009b[31m rot", 1, "Telefon"]], {}, [("T06", 3)], "„?[31m rot“"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_what_is_found(read, case):
    """With its place and what to do; of two columns alike none is read, nothing is filled down, every row stays."""
    rows, options, expected, sentence = FOUND[case]
    table = read(rows, **options)
    assert rules(table) == expected
    assert sentence in "".join(table.findings["message"][:1])
    assert len(table.rows) == 2
    assert table.rows["days"].isna().sum() == {"twice": 2, "formula": 1, "struck row": 1}.get(case, 0)


@pytest.mark.parametrize("heading", ["Besuche, Stand 1.2., vorläufig\n", "\n", "sep=;\n", '"Titel, lang, breit";;\n'])
def test_the_headings_tell_how_a_csv_file_is_separated(read, heading):
    """Whatever stands above them."""
    text = f"{heading}Kennung;Datum;Tage;Form;Bemerkung\nB01;6.5.2019;1,5;Beratung;gut, ja, sehr\n"
    table = read(text.encode())
    assert values(table) == [["B01", "2019-05-06", 1.5, "beratung", "gut, ja, sehr"]]


WORDS = st.text("abcÄß <&>\"'„;=-.,0123", min_size=1, max_size=8).map(str.strip).filter(bool)
TABLES = st.lists(
    st.tuples(WORDS, st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.decimals(0, 5, places=2), st.sampled_from(["beratung", "telefon"]), st.none() | WORDS),
    min_size=1, max_size=6, unique_by=lambda row: row[:2],
)  # fmt: skip


def written(value):
    """A value as a program writes it into a CSV file."""
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return '"' + (value or "").replace('"', '""') + '"'


@settings(max_examples=60, deadline=None)
@given(TABLES, st.permutations(range(5)), st.integers(0, 3), st.integers(0, 2), st.booleans())
def test_any_clean_table_comes_back(tmp_path_factory, table, order, above, beside, as_csv):
    """Whatever the order of columns and the lines above and beside: all values, no finding."""
    rows = [HEAD, *([c, d, float(n), f, t] for c, d, n, f, t in table)]
    moved = [["Titel"][:above]] * above + [[None] * beside + [row[k] for k in order] for row in rows]
    path = tmp_path_factory.getbasetemp() / "tabelle"
    if as_csv:
        path.write_text("".join(";".join(map(written, row)) + "\r\n" for row in moved), encoding="utf-8-sig")
    else:
        path.write_bytes(xlsx({"Protokoll": moved}))
    again = read_table(path, SPEC)
    assert values(again) == [[c, d.isoformat(), float(n), f, t] for c, d, n, f, t in table]
    assert len(again.findings) == 0


DAYS = st.dates(date(1901, 1, 1))
ANYTHING = st.none() | WORDS | st.floats(-1e6, 1e6) | st.booleans() | DAYS | st.just(formula("A1")) | st.sampled_from(HEAD)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(ANYTHING, max_size=6), max_size=6))
def test_every_filled_cell_is_read_or_named(tmp_path_factory, rows):
    """Whatever stands below a heading is a value, or has a finding in its row, or is in a column that has one."""
    path = tmp_path_factory.getbasetemp() / "wirr.xlsx"
    path.write_bytes(xlsx({"Protokoll": [HEAD, *rows]}))
    table = read_table(path, SPEC)
    assert all("bitte" in message.lower() for message in table.findings["message"])
    read_at = {int(r["row"]): r for r in table.rows.to_dict("records")}
    named = set(table.findings["row"].dropna().astype(int))
    for number, row in enumerate(rows, 2):
        for k, value in enumerate(row):
            if value is not None and str(value).strip() and number not in named:
                assert k < 5
                assert not pd.isna(read_at[number][SPEC.columns[k].name])


def test_comments_are_told(read):
    """What is remarked on a cell is not read, and may take back its value; on a heading it explains."""
    remark = '<t>eigentlich</t></r><r><t xml:space="preserve"> 2</t>'
    thread = "<t>[Kommentarthread]\nIhre Version von Excel gestattet …\nKommentar:\n    prüfen</t>"
    texts = {"C1": "<t>Tage vor Ort</t>", "C2": remark, "D3": thread}
    comments = "".join(f'<comment ref="{at}"><text><r>{text}</r></text></comment>' for at, text in texts.items())
    link = f'<Relationship Id="c" Type="{RELATIONS}/comments" Target="../comments1.xml"/>'
    more = {
        "xl/comments1.xml": f'<comments xmlns="{MAIN}"><commentList>{comments}</commentList></comments>'.encode(),
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'.encode(),
    }
    table = read([HEAD, *ROWS], more=more)
    assert (values(table), rules(table)) == (EXPECTED, [("T19", 2), ("T19", 3)])
    assert ["„eigentlich 2“" in m or "„prüfen“" in m for m in table.findings["message"]] == [True, True]


@pytest.mark.parametrize(
    ("written", "is_found"),
    [
        ("Daten\nLage", True), ("Daten, Lage", True), ("Lage / Daten", True), ("Daten|neu", True),
        ("Sprache, Kultur", False),
    ],
)  # fmt: skip
def test_values_that_another_sign_parts(read, written, is_found):
    """They count as one value, which is told where one of them stands alone elsewhere."""
    spec = table_spec({"columns": [{"name": "topics", "titles": ["Themen"], "several": True}]})
    table = read({"T": [["Themen"], ["Daten; Lage"], [written]]}, spec=spec)
    assert (table.rows["topics"].tolist(), rules(table)) == (["Daten; Lage", written], [("T20", 3)] * is_found)
