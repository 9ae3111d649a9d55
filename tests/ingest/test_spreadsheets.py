"""Declared tables from strangers' spreadsheets: found wherever they stand, every finding in one pass, nothing guessed."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.codebook.lists import table_spec
from gkanalysis.core.errors import GkError
from gkanalysis.ingest.sheetfindings import SHEET_RULES, finding_log_rows
from gkanalysis.ingest.spreadsheets import read_table
from sheets import Raw, formula, xlsx

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

    def read_it(content, *, spec=SPEC, **options):
        if isinstance(content, list):
            content = {"Protokoll": content}
        data = content if isinstance(content, bytes) else xlsx(content, **options)
        path = tmp_path / "log.xlsx"
        path.write_bytes(data)
        return read_table(path, spec)

    return read_it


def values(found):
    """Rows without their numbers, missing values as None."""
    frame = found.rows.drop(columns="row").astype(object)
    return frame.where(frame.notna(), None).values.tolist()


def rules(found):
    """(rule, row) of all findings."""
    return [
        (r, None if pd.isna(n) else int(n))
        for r, n in zip(found.findings["rule"], found.findings["row"], strict=True)
    ]


def test_a_clean_table(read):
    """Values with their types and rows, no finding."""
    found = read([HEAD, *ROWS])
    assert values(found) == EXPECTED
    assert found.rows["row"].tolist() == [2, 3]
    assert found.rows.dtypes.astype(str).to_dict() == {
        "case_id": "str", "day": "str", "days": "Float64", "form": "str", "note": "str", "row": "int64",
    }  # fmt: skip
    assert len(found.findings) == 0


def test_csv_gives_the_same(read):
    """Semicolons, German notation: the same values without hints that numbers are text."""
    found = read(
        b"Kennung;Datum;Tage;Form;Bemerkung\nB01;6.5.2019;1,5;Beratung;gut\nB02;07.05.2019;1;telefon;\n"
    )
    assert values(found) == EXPECTED
    assert rules(found) == []


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ([HEAD[::-1], *(r[::-1] for r in ROWS)], 2),
        ([["Protokoll der Begleitung"], ["Stand:", date(2019, 9, 1)], [], HEAD, *ROWS], 5),
        ([[None, None, *HEAD], *([None, None, *r] for r in ROWS)], 2),
        ([["BÜNDNIS", " datum: ", "Ta\u00adge", "Form*", "note"], *ROWS], 2),
        ([HEAD, [], ROWS[0], [None, "  "], ROWS[1]], 3),
    ],
    ids=["order", "lines above", "moved", "other names", "empty rows"],
)
def test_columns_may_move(read, rows, first):
    """Order, place and looks of the headings do not matter; rows are numbered as in the program."""
    found = read(rows)
    assert values(found) == EXPECTED
    assert found.rows["row"].iloc[0] == first
    assert rules(found) == []


def test_heading_in_two_merged_lines(read):
    """Groups of columns above, some headings merged over both lines: all columns are found, data begin below."""
    rows = [["Kennung", "Besuch", None, None, "Bemerkung"], [None, "Datum", "Tage", "Form", None], *ROWS]
    found = read(rows, merged=["A1:A2", "B1:D1", "E1:E2"])
    assert values(found) == EXPECTED
    assert rules(found) == []


def test_wrong_sheet(read):
    """The sentence names the sheets that are there and the one that has the headings; nothing is read."""
    found = read({"Tabelle1": [["x"]], "Log 2019": [HEAD, *ROWS]})
    assert len(found.rows) == 0
    assert rules(found) == [("T01", None)]
    assert found.findings["message"].item() == (
        "„log.xlsx“: Vorhanden sind die Blätter „Tabelle1“, „Log 2019“. Die erwarteten Überschriften stehen auf „Log 2019“. "
        "Erlaubt: „Protokoll“; bitte das Blatt umbenennen oder die richtige Datei angeben."
    )


def test_sheet_is_found_by_name_or_by_headings(read):
    """Capitals do not matter; without a declared name the only fitting sheet is read, two are refused."""
    assert values(read({"leer": [], " protokoll": [HEAD, *ROWS]})) == EXPECTED
    anywhere = table_spec({"columns": [{"name": "case_id", "titles": ["Kennung"]}]})
    both = {"A": [["x"]], "B": [["Kennung"], ["B01"]]}
    assert read(both, spec=anywhere).rows["case_id"].tolist() == ["B01"]
    assert rules(read({**both, "C": [["Kennung"]]}, spec=anywhere)) == [("T01", None)]


def test_single_sheet_under_another_name_is_not_taken(read):
    """A declared name is meant: the sheet is named in the sentence, not read."""
    found = read({"Tabelle1": [HEAD, *ROWS]})
    assert len(found.rows) == 0
    assert (
        "Die erwarteten Überschriften stehen auf „Tabelle1“. Erlaubt: „Protokoll“"
        in found.findings["message"].item()
    )


def test_unknown_column_counts_from_its_first_value(read):
    """A column that holds something in the first row only is listed, an empty one is not."""
    assert rules(read([[*HEAD, "Ort", "leer"], [*ROWS[0], "Köln"], ROWS[1]])) == [("T05", 1)]


def test_no_heading_at_all(read):
    """The sentence names the headings that are looked for."""
    found = read([["a", "b"], [1, 2]])
    assert rules(found) == [("T02", None)]
    assert "Erlaubt: „Kennung“, „Datum“, „Tage“, „Form“, „Bemerkung“" in found.findings["message"].item()


@pytest.mark.parametrize(("lines_above", "found"), [(29, True), (30, False)])
def test_heading_is_looked_for_in_the_first_rows(read, lines_above, found):
    """Row 30 is the last that may be the heading."""
    assert rules(read([["Text"]] * lines_above + [HEAD, *ROWS])) == ([] if found else [("T02", None)])


def test_renamed_column(read):
    """A column under another name is missing, its near relation is named, and what it holds is listed as not read."""
    found = read([["Kennung", "Datum des Besuchs", "Tage", "Form"], *(r[:4] for r in ROWS)])
    assert rules(found) == [("T03", 1), ("T05", 1)]
    assert found.findings["message"].iloc[0] == (
        "„log.xlsx“, Blatt „Protokoll“, Zeile 1: Die Spalte „Datum“ fehlt. Gemeint ist vielleicht „Datum des Besuchs“. "
        "Erlaubt: „Datum“, „day“; bitte die Spalte ergänzen oder umbenennen."
    )
    assert found.rows["day"].isna().all()
    assert found.rows["case_id"].tolist() == ["B01", "B02"]


def test_column_twice(read):
    """None of the two is read."""
    found = read([[*HEAD[:4], "Tage"], *([*r[:4], 3] for r in ROWS)])
    assert rules(found) == [("T04", 1)]
    assert "Spalte C, E" in found.findings["message"].item()
    assert found.rows["days"].isna().all()


def test_merged_heading_leaves_a_column_without_name(read):
    """A heading over two columns names the first; the values of the other are listed and not read."""
    found = read(
        [["Kennung", "Datum", "Tage", None, "Form"], *([*r[:3], 9, r[3]] for r in ROWS)], merged=["C1:D1"]
    )
    assert rules(found) == [("T13", 1), ("T14", 2), ("T14", 3)]
    assert "Die Zellen C1:D1 in der Überschrift sind verbunden" in found.findings["message"].iloc[0]
    assert found.rows["days"].tolist() == [1.5, 1]


def test_merged_values_are_not_filled_down(read):
    """The second row has no value, and both findings say why."""
    found = read([HEAD, ROWS[0], [None, *ROWS[1][1:]]], merged=["A2:A3"])
    assert rules(found) == [("T13", 2), ("T10", 3)]
    assert found.rows["case_id"].isna().tolist() == [False, True]


def test_alliance_twice(read):
    """Both rows stay, the finding is an error and names both; another day is another row."""
    found = read([HEAD, *ROWS, ROWS[0], ["B01", date(2019, 6, 1), 1, "Telefon", None]])
    assert rules(found) == [("T11", 4)]
    assert len(found.rows) == 4
    assert "„B01, 2019-05-06“ steht schon in Zeile 2" in found.findings["message"].item()


def test_incomplete_key_is_no_double(read):
    """Two rows without a day are not the same row; each lacks a value."""
    found = read([HEAD, ["B01", None, 1, "Telefon"], ["B01", None, 1, "Telefon"]])
    assert rules(found) == [("T10", 2), ("T10", 3)]


def test_formulas_are_listed_and_not_used(read):
    """The formula, its stored result and its place are in the sentence; the cell is empty."""
    found = read([HEAD, [*ROWS[0][:2], formula("SUM(A1:A9)", 3), *ROWS[0][3:]]])
    assert rules(found) == [("T08", 2)]
    assert found.findings["message"].item() == (
        "„log.xlsx“, Blatt „Protokoll“, Zeile 2, Spalte C „Tage“ „=SUM(A1:A9)“: Der Wert ist eine Formel, gespeichertes "
        "Ergebnis „3“; Formeln werden nicht gerechnet. Erlaubt: eine Zahl, mit Komma vor den Nachkommastellen ab 0 bis 5; "
        "bitte das Ergebnis als Wert einfügen."
    )
    assert found.rows["days"].isna().all()


def test_every_kind_of_bad_value_in_one_pass(read):
    """Wrong values, numbers and days as text, errors, missing values: all listed, the good ones read."""
    error = Raw('<c r="{r}" t="e"><v>#DIV/0!</v></c>')
    found = read(
        [
            HEAD,
            ["B01", "06.05.2019", "1,5", "Beratung"],
            ["B02", 43592, 7, "Besuch"],
            ["B03", "5.6.19", error, None],
            [44795, date(2019, 6, 1), date(2019, 2, 1), "Telefon"],
        ]
    )
    assert rules(found) == [
        ("T06", 3), ("T06", 3), ("T06", 3), ("T06", 4), ("T09", 4), ("T10", 4), ("T06", 5), ("T07", 2), ("T07", 2), ("T07", 5),
    ]  # fmt: skip
    assert values(found) == [
        ["B01", "2019-05-06", 1.5, "beratung", None],
        ["B02", None, None, None, None],
        ["B03", None, None, None, None],
        ["44795", "2019-06-01", None, "telefon", None],
    ]
    assert (found.findings["severity"] == "error").sum() == 0


def test_hidden_rows_and_sheets_are_read_and_named(read):
    """What is hidden is data, too."""
    columns = '<cols><col min="3" max="3" hidden="1"/></cols>'
    found = read({"Protokoll": [HEAD, *ROWS]}, hidden=[3], states={"Protokoll": "hidden"}, columns=columns)
    assert values(found) == EXPECTED
    assert rules(found) == [("T15", None), ("T15", None), ("T15", 3)]


def test_what_is_struck_through_is_read_and_named(read):
    """Whoever struck it out may have meant that it no longer counts."""
    struck = Raw('<c r="{r}" t="inlineStr"><is><r><rPr><strike/></rPr><t>Telefon</t></r></is></c>')
    found = read([HEAD, [*ROWS[0][:3], struck]])
    assert rules(found) == [("T16", 2)]
    assert found.rows["form"].tolist() == ["telefon"]


def test_findings_for_the_common_log(read):
    """Place in words, value and sentence, with the columns of the log."""
    (row,) = finding_log_rows(read([HEAD, [*ROWS[0][:2], "drei", *ROWS[0][3:]]]).findings)
    assert row["place"] == "Blatt „Protokoll“, Zeile 2, Spalte C „Tage“"
    assert (row["severity"], row["rule"], row["title"], row["raw"]) == (
        "finding",
        "T06",
        "Wert nicht möglich",
        "drei",
    )
    assert row["message"].startswith("„log.xlsx“, Blatt „Protokoll“, Zeile 2")


def test_control_characters_do_not_reach_the_terminal(read):
    """A value or a name of a sheet that would steer a terminal is shown harmless."""
    found = read([HEAD, ["B01", "\x1b[31m rot".replace("\x1b", "\u009b"), 1, "Telefon"]])
    assert "\u009b" not in "".join(found.findings["message"])


def test_every_rule_has_a_severity_and_a_title():
    """Rules are numbered, and known severities only."""
    assert {severity for severity, *_ in SHEET_RULES.values()} == {"error", "finding", "hint"}
    assert all(todo.startswith("bitte ") for *_, todo in SHEET_RULES.values())


WORDS = st.text("abcÄß <&>\"'„;=-.,0123", min_size=1, max_size=8).map(str.strip).filter(bool)
TABLES = st.lists(
    st.tuples(WORDS, st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.decimals(0, 5, places=2), st.sampled_from(["beratung", "telefon"]), st.none() | WORDS),
    min_size=1, max_size=6, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(TABLES, st.permutations(range(5)), st.integers(0, 3), st.integers(0, 2), st.booleans())
def test_any_clean_table_comes_back(tmp_path_factory, table, order, above, beside, as_csv):
    """Whatever the order of columns and the lines above and beside: all values, no finding."""
    rows = [HEAD, *([c, d, float(n), f, t] for c, d, n, f, t in table)]
    moved = [["Titel"][:above]] * above + [[None] * beside + [row[k] for k in order] for row in rows]
    path = tmp_path_factory.getbasetemp() / "tabelle"
    if as_csv:

        def written(value):
            if isinstance(value, date):
                return f"{value:%d.%m.%Y}"
            if isinstance(value, float):
                return str(value).replace(".", ",")
            return '"' + (value or "").replace('"', '""') + '"'

        path.write_text("".join(";".join(map(written, row)) + "\r\n" for row in moved), encoding="utf-8-sig")
    else:
        path.write_bytes(xlsx({"Protokoll": moved}))
    found = read_table(path, SPEC)
    assert values(found) == [[c, d.isoformat(), float(n), f, t] for c, d, n, f, t in table]
    assert len(found.findings) == 0


ANYTHING = (
    st.none()
    | WORDS
    | st.floats(-1e6, 1e6)
    | st.booleans()
    | st.dates()
    | st.just(formula("A1"))
    | st.sampled_from(HEAD)
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(ANYTHING, max_size=6), max_size=6), st.booleans())
def test_every_filled_cell_is_read_or_named(tmp_path_factory, rows, with_head):
    """Whatever stands below a heading is a value, or has a finding in its row, or is in a column that has one."""
    path = tmp_path_factory.getbasetemp() / "wirr.xlsx"
    rows = [[None if isinstance(v, date) and v.year < 1901 else v for v in row] for row in rows]
    path.write_bytes(xlsx({"Protokoll": [HEAD, *rows] if with_head else rows}))
    found = read_table(path, SPEC)
    assert all("bitte" in message.lower() for message in found.findings["message"])
    if not with_head:
        return
    read_at = {int(r["row"]): r for r in found.rows.to_dict("records")}
    named = set(found.findings["row"].dropna().astype(int))
    for number, row in enumerate(rows, 2):
        for k, value in enumerate(row):
            if value is not None and str(value).strip() and number not in named:
                assert k < 5
                assert not pd.isna(read_at[number][SPEC.columns[k].name])


def test_refusals_are_of_the_family(tmp_path):
    """A file that may not be read raises the errors that people see."""
    with pytest.raises(GkError, match="gibt es nicht"):
        read_table(tmp_path / "x.xlsx", SPEC)
