"""The team's spreadsheet of codings is checked both ways, every finding in one pass, with its row."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.codebook.categories import Category, CategoryBook
from gkanalysis.codebook.lists import table_spec
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.categories import CODING_COLUMNS, coding_sheet, read_codings
from gkanalysis.ingest.spreadsheets import read_table
from sheets import formula, xlsx

N = "nachhaltigkeit-2022"
BOOK = CategoryBook(
    "kategorien.yml",
    ("A", "B"),
    {(N, "9"): tuple(Category(c, c.title(), "…") for c in ("netz", "wissen", "sonstiges"))},
    {(N, "9"): "Mehrwert"},
)
ANSWERS = pd.DataFrame(
    {
        "source": N,
        "case_id": ["B01", "B01", "B02", "B03"],
        "item_id": ["9", "9", "9", "9"],
        "mention": [1, 2, 1, 1],
        "text": ["Runder Tisch", "kurze\nWege", "=mehr Wissen", "Geduld"],
    }
)
FULL = [
    [N, "B01", "9", 1, "Runder Tisch", "netz", "A"],
    [N, "B01", "9", 2, "kurze\nWege", "netz, wissen", "A"],
    [N, "B02", "9", 1, "=mehr Wissen", "wissen", "A"],
    [N, "B03", "9", 1, "Geduld", "sonstiges", "A"],
]


@pytest.fixture
def read(tmp_path):
    """Function from rows (or bytes) to the codings that are read from them."""

    def read_it(rows, answers=ANSWERS):
        path = tmp_path / "codes.xlsx"
        path.write_bytes(rows if isinstance(rows, bytes) else xlsx({"Codes": [CODING_COLUMNS, *rows]}))
        return read_codings(path, answers, BOOK)

    return read_it


def rules(found):
    """(rule, row) of all findings."""
    return [
        (r, None if pd.isna(n) else int(n))
        for r, n in zip(found.findings["rule"], found.findings["row"], strict=True)
    ]


def codings(found):
    """(case, mention, category, coder) of the usable codings."""
    return list(found.rows[["case_id", "mention", "category", "coder"]].itertuples(index=False, name=None))


def changed(row, **new):
    """The full sheet with some cells of one row (counted from 2, as in the program) replaced."""
    rows = [list(r) for r in FULL]
    for name, value in new.items():
        rows[row - 2][CODING_COLUMNS.index(name)] = value
    return rows


def test_a_complete_sheet(read):
    """Several categories in a cell are several codings; nothing is found."""
    found = read(FULL)
    assert rules(found) == []
    assert codings(found) == [
        ("B01", 1, "netz", "A"), ("B01", 2, "netz", "A"), ("B01", 2, "wissen", "A"), ("B02", 1, "wissen", "A"), ("B03", 1, "sonstiges", "A"),
    ]  # fmt: skip
    assert found.rows.columns.tolist() == [*CODING_COLUMNS, "row"]
    assert found.rows["text"].tolist()[1] == "kurze\nWege"


@pytest.mark.parametrize("between", [", ", ";", " | ", "\n"])
def test_categories_of_one_cell(read, between):
    """Comma, semicolon, bar and line end divide them."""
    assert codings(read(changed(3, category=f"netz{between}wissen"))) == codings(read(FULL))


def test_rows_of_several_coders(read):
    """The same mention, coded by two: both codings are there, and what the second left out is named."""
    found = read(
        [
            *FULL,
            [N, "B01", "9", 1, "Runder Tisch", "wissen", "B"],
            [N, "B03", "9", 1, "Geduld", "sonstiges", "B"],
        ]
    )
    assert ("B01", 1, "wissen", "B") in codings(found)
    assert rules(found) == [("K09", None), ("K09", None)]
    assert (
        "„nachhaltigkeit-2022, B01, 9, 2“ haben nicht alle kodiert, es fehlt „B“"
        in found.findings["message"].iloc[0]
    )


def test_answer_without_category(read):
    """An empty cell, or no row at all, is an answer that nobody has coded."""
    for rows in (changed(5, category=None, coder=None), FULL[:-1]):
        found = read(rows)
        assert rules(found) == [("K01", None), ("K02", None)]
        assert found.findings["message"].iloc[0] == (
            "„codes.xlsx“, Blatt „Codes“: Die Antwort „nachhaltigkeit-2022, B03, 9, 1“ („Geduld“) hat keine Kategorie. "
            "Bitte kodieren."
        )


def test_category_that_is_never_used(read):
    """A hint with item and id."""
    found = read(changed(5, category="netz"))
    assert rules(found) == [("K02", None)]
    assert (
        "Die Kategorie „sonstiges“ zu „nachhaltigkeit-2022“, Item „9“ wurde nie vergeben"
        in found.findings["message"].item()
    )


def test_unknown_category(read):
    """The near one is named and not taken; the good one in the same cell is kept."""
    found = read(changed(3, category="netz, wisen"))
    assert rules(found) == [("K03", 3)]
    message = found.findings["message"].item()
    assert (
        "Blatt „Codes“, Zeile 3, Spalte category: Die Kategorie „wisen“ ist nicht erklärt. Gemeint ist vielleicht „wissen“"
        in message
    )
    assert (
        "Erlaubt: „netz“, „wissen“, „sonstiges“; bitte berichtigen oder in „kategorien.yml“ aufnehmen."
        in message
    )
    assert ("B01", 2, "netz", "A") in codings(found)


def test_text_that_is_no_longer_the_answer(read):
    """The category was given to another text: not used, the answer is uncoded."""
    found = read(changed(2, text="Runde Tische"))
    assert rules(found) == [("K04", 2), ("K01", None)]
    assert "Der Text ist nicht mehr die Antwort „Runder Tisch“" in found.findings["message"].iloc[0]
    assert not [c for c in codings(found) if c[:2] == ("B01", 1)]


@pytest.mark.parametrize("text", ["kurze\r\nWege", "  kurze\nWege \n", "kurze\rWege"])
def test_what_spreadsheets_change_unasked_is_no_change(read, text):
    """Line ends and spaces at the ends."""
    assert rules(read(changed(3, text=text))) == []


def test_accents_in_two_parts_are_the_same(read):
    """Some systems store ö as o with two dots."""
    answers = ANSWERS.assign(text=["schön", *ANSWERS["text"][1:]])
    assert rules(read(changed(2, text="scho\u0308n"), answers)) == []


@pytest.mark.parametrize(
    ("change", "rule", "said"),
    [
        ({"case_id": "B09"}, "K05", "Die Antwort „nachhaltigkeit-2022, B09, 9, 1“ gibt es nicht"),
        ({"mention": 3}, "K05", "B01, 9, 3“ gibt es nicht"),
        ({"item_id": "8"}, "K08", "Item „8“ sind keine Kategorien erklärt"),
        ({"source": "andere"}, "K08", "Zu „andere“, Item „9“"),
        ({"coder": "C"}, "K07", "„C“ ist niemand, der kodiert. Erlaubt: „A“, „B“"),
        ({"coder": None}, "K07", "Es fehlt, wer kodiert hat"),
        ({"case_id": None}, "T10", "Hier fehlt ein Wert"),
        ({"mention": "eins"}, "T06", "ist keine Zahl"),
        ({"text": formula("A1", 3)}, "T08", "ist eine Formel"),
    ],
)
def test_rows_that_cannot_be_used(read, change, rule, said):
    """Each has a finding with its row, is not used, and its answer is listed as uncoded."""
    found = read(changed(2, **change))
    first = found.findings[found.findings["row"] == 2].iloc[0]
    assert first["rule"] == rule
    assert said in first["message"]
    assert ("K01", None) in rules(found)
    assert len(found.rows) == 4


def test_coding_twice_counts_once(read):
    """The second row is named with the first."""
    found = read([*FULL, FULL[0], changed(3, category="wissen;wissen")[1]])
    assert rules(found) == [("K06", 6), ("K06", 7), ("K06", 7)]
    assert "schon in Zeile 2 gegeben" in found.findings["message"].iloc[0]
    assert codings(found) == codings(read(FULL))


def test_everything_in_one_pass(read):
    """All kinds of mistakes in one sheet, errors first."""
    rows = changed(2, text="anders")
    rows[2][5], rows[3][1] = "neu", "B09"
    found = read([*rows, [N, "B01", "9", 2, "kurze\nWege", "netz", "A"]])
    assert rules(found) == [
        ("K04", 2), ("K03", 4), ("K05", 5), ("K01", None), ("K01", None), ("K01", None), ("K06", 6), ("K02", None),
    ]  # fmt: skip


def test_without_headings_nothing_else_is_said(read):
    """A wrong file is not answered with a list of all answers."""
    assert rules(read(xlsx([["x", "y"], [1, 2]]))) == [("T02", None)]


def test_mention_received_twice_is_refused(read):
    """Which of two texts would the category be for?"""
    with pytest.raises(IngestError, match="„nachhaltigkeit-2022, B01, 9, 1“ ist zweimal eingegangen"):
        read(FULL, pd.concat([ANSWERS, ANSWERS.iloc[:1]]))


def test_answers_to_other_items_are_passed_over(read):
    """Only items of the codebook are to be coded."""
    assert rules(read(FULL, pd.concat([ANSWERS, ANSWERS.assign(item_id="1")]))) == []


def test_sheet_for_the_team_has_every_answer(read):
    """One row per mention and coder, what is coded filled in; no cell would run as a formula."""
    found = read(FULL)
    text = coding_sheet(ANSWERS, BOOK, found.rows)
    assert text.startswith("\ufeffsource;case_id;item_id;mention;text;category;coder\r\n")
    assert '"kurze\nWege";netz, wissen;A' in text
    assert f"{N};B02;9;1;'=mehr Wissen;wissen;A\r\n{N};B02;9;1;'=mehr Wissen;;B\r\n" in text
    again = read(text.encode())
    assert codings(again) == codings(found)
    assert rules(again) == []


def test_new_sheet_is_empty_and_says_what_is_to_do(read):
    """Every answer is uncoded, every category unused; no row is wrong."""
    found = read(coding_sheet(ANSWERS, BOOK).encode())
    assert len(found.rows) == 0
    assert rules(found) == [("K01", None)] * 4 + [("K02", None)] * 3


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n"), min_size=1, max_size=12).filter(lambda t: t.strip(" \t\n\u00a0")), min_size=1, max_size=5))  # fmt: skip
def test_any_answer_survives_the_sheet(tmp_path_factory, texts):
    """Quotes, semicolons, formulas, other scripts: the sheet for the team is read back without a finding on its texts."""
    answers = pd.DataFrame(
        {
            "source": N,
            "case_id": [f"B{k}" for k in range(len(texts))],
            "item_id": "9",
            "mention": 1,
            "text": texts,
        }
    )
    coded = answers.assign(category="netz", coder="A")
    path = tmp_path_factory.getbasetemp() / "team.csv"
    path.write_text(coding_sheet(answers, BOOK, coded), encoding="utf-8", newline="")
    found = read_codings(path, answers, BOOK)
    assert found.rows["text"].tolist() == texts
    assert set(found.findings["rule"]) <= {"K02"}
    started = read_table(path, table_spec({"columns": [{"name": "text"}]})).rows["text"]
    assert not started.str.startswith(("=", "+", "-", "@")).any()
