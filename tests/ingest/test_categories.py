"""The team's spreadsheet of codings is checked both ways, every finding in one pass, with its row."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.codebook.categories import CategoryBook
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.categories import CODING_COLUMNS, coding_sheet, read_codings
from sheets import formula, xlsx

N = "nachhaltigkeit-2022"
NAMED = [{"id": c, "label": c.title(), "definition": "…"} for c in ("netz", "wissen", "sonstiges")]
ASKED = {"source": N, "item": "9", "label": "Mehrwert", "categories": NAMED}
BOOK = CategoryBook(coders=["A", "B"], items=[ASKED])
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
CODED = [
    ("B01", 1, "netz", "A"), ("B01", 2, "netz", "A"), ("B01", 2, "wissen", "A"), ("B02", 1, "wissen", "A"), ("B03", 1, "sonstiges", "A"),
]  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """Function from rows (or bytes) to the codings that are read from them."""

    def read_it(rows, answers=ANSWERS):
        path = tmp_path / ("codes" if isinstance(rows, bytes) else "codes.xlsx")
        path.write_bytes(rows if isinstance(rows, bytes) else xlsx({"Codes": [CODING_COLUMNS, *rows]}))
        return read_codings(path, answers, BOOK)

    return read_it


def rules(sheet):
    """(rule, row) of all findings."""
    pairs = zip(sheet.findings["rule"], sheet.findings["row"], strict=True)
    return [(rule, None if pd.isna(row) else int(row)) for rule, row in pairs]


def codings(sheet):
    """(case, mention, category, coder) of the usable codings."""
    return list(sheet.rows[["case_id", "mention", "category", "coder"]].itertuples(index=False, name=None))


def changed(row, **new):
    """The full sheet with some cells of one row (counted from 2, as in the program) replaced."""
    rows = [list(r) for r in FULL]
    for name, value in new.items():
        rows[row - 2][CODING_COLUMNS.index(name)] = value
    return rows


@pytest.mark.parametrize("between", [", ", ";", " | ", "\n"])
def test_a_complete_sheet(read, between):
    """Several categories in a cell are several codings; nothing is found. Other items are passed over."""
    answers = pd.concat([ANSWERS, ANSWERS.assign(item_id="1")])
    sheet = read(changed(3, category=f"netz{between}wissen"), answers)
    assert (codings(sheet), rules(sheet)) == (CODED, [])
    assert sheet.rows.columns.tolist() == [*CODING_COLUMNS, "row"]
    assert sheet.rows["text"].tolist()[1] == "kurze\nWege"


@pytest.mark.parametrize("text", ["kurze\r\nWege", "  kurze\nWege \n", "kurze\rWege", "kurze\nWege"])
def test_what_spreadsheets_change_unasked_is_no_change(read, text):
    """Line ends, spaces at the ends, accents that are stored in two parts."""
    assert rules(read(changed(3, text=text))) == []
    answers = ANSWERS.assign(text=["schön", *ANSWERS["text"][1:]])
    assert rules(read(changed(2, text="scho\u0308n"), answers)) == []


B = [[N, "B01", "9", 1, "Runder Tisch", "wissen", "B"], [N, "B03", "9", 1, "Geduld", "sonstiges", "B"]]
FOUND = {
    "no category": (changed(5, category=None, coder=None), [("K01", None), ("K02", None)],
                    "„codes.xlsx“, Blatt „Codes“: Die Antwort „nachhaltigkeit-2022, B03, 9, 1“ („Geduld“) hat keine Kategorie. "
                    "Bitte codieren."),
    "no row": (FULL[:-1], [("K01", None), ("K02", None)], "B03, 9, 1“ („Geduld“) hat keine Kategorie"),
    "never given": (changed(5, category="netz"), [("K02", None)],
                    "Die Kategorie „sonstiges“ zu „nachhaltigkeit-2022“, Item „9“ wurde nie vergeben"),
    "unknown": (changed(3, category="netz, wissen, wisen"), [("K03", 3)],
                "Blatt „Codes“, Zeile 3, Spalte category: Die Kategorie „wisen“ ist nicht erklärt. Gemeint ist vielleicht „wissen“. "
                "Erlaubt: „netz“, „wissen“, „sonstiges“; bitte berichtigen oder in „kategorien.yml“ aufnehmen."),
    "twice": ([*FULL, FULL[0], changed(3, category="wissen;wissen")[1]], [("K06", 6), ("K06", 7), ("K06", 7)],
              "schon in Zeile 2 gegeben"),
    "coded by two": ([*FULL, *B], [("K09", None), ("K09", None)],
                     "„nachhaltigkeit-2022, B01, 9, 2“ haben nicht alle codiert, es fehlt „B“"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUND)
def test_what_is_to_be_looked_at(read, case):
    """Answers and categories without each other, categories that nobody declared, codings twice."""
    rows, expected, sentence = FOUND[case]
    sheet = read(rows)
    assert rules(sheet) == expected
    assert sentence in sheet.findings["message"].iloc[0]
    used = [c for c in codings(sheet) if c[3] == "A"]
    assert used[:4] == CODED[:4]
    assert len(used) == len(set(used))


@pytest.mark.parametrize(
    ("change", "rule", "sentence"),
    [
        ({"text": "Runde Tische"}, "K04", "Der Text ist nicht mehr die Antwort „Runder Tisch“"),
        ({"case_id": "B09"}, "K05", "Die Antwort „nachhaltigkeit-2022, B09, 9, 1“ gibt es nicht"),
        ({"mention": 3}, "K05", "B01, 9, 3“ gibt es nicht"),
        ({"item_id": "8"}, "K08", "Item „8“ sind keine Kategorien erklärt"),
        ({"source": "andere"}, "K08", "Zu „andere“, Item „9“"),
        ({"coder": "C"}, "K07", "„C“ ist niemand, der codiert. Erlaubt: „A“, „B“"),
        ({"coder": None}, "K07", "Es fehlt, wer codiert hat"),
        ({"text": formula("A1", 3)}, "T08", "ist eine Formel"),
    ],
)
def test_rows_that_cannot_be_used(read, change, rule, sentence):
    """Each has a finding with its row, is not used, and its answer is listed as uncoded."""
    sheet = read(changed(2, **change))
    first = sheet.findings[sheet.findings["row"] == 2].iloc[0]
    assert first["rule"] == rule
    assert sentence in first["message"]
    assert ("K01", None) in rules(sheet)
    assert codings(sheet) == CODED[1:]


def test_everything_in_one_pass(read):
    """All kinds of mistakes in one sheet, errors first; a wrong file is not answered with a list of all answers."""
    rows = changed(2, text="anders")
    rows[2][5], rows[3][1] = "neu", "B09"
    assert rules(read([*rows, [N, "B01", "9", 2, "kurze\nWege", "netz", "A"]])) == [
        ("K04", 2), ("K03", 4), ("K05", 5), ("K01", None), ("K01", None), ("K01", None), ("K06", 6), ("K02", None),
    ]  # fmt: skip
    assert rules(read(xlsx([["x", "y"], [1, 2]]))) == [("T02", None)]


def test_mention_received_twice_is_refused(read):
    """Which of two texts would the category be for?"""
    with pytest.raises(IngestError, match="„nachhaltigkeit-2022, B01, 9, 1“ ist zweimal eingegangen"):
        read(FULL, pd.concat([ANSWERS, ANSWERS.iloc[:1]]))


def test_sheet_for_the_team_has_every_answer(read):
    """One row per mention and coder, what is coded filled in; a new one is empty and says what is to do."""
    text = coding_sheet(ANSWERS, BOOK, read(FULL).rows)
    assert text.startswith("\ufeffsource;case_id;item_id;mention;text;category;coder\r\n")
    assert '"kurze\nWege";netz, wissen;A' in text
    assert f"{N};B02;9;1;'=mehr Wissen;wissen;A\r\n{N};B02;9;1;'=mehr Wissen;;B\r\n" in text
    again = read(text.encode())
    assert (codings(again), rules(again)) == (CODED, [])
    new = read(coding_sheet(ANSWERS, BOOK).encode())
    assert (len(new.rows), rules(new)) == (0, [("K01", None)] * 4 + [("K02", None)] * 3)


CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda t: t.strip(" \t\n\u00a0"))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_any_answer_survives_the_sheet(tmp_path_factory, texts):
    """Quotes, semicolons, formulas, other scripts: read back without a finding; no cell would run as a formula."""
    cases = [f"B{k}" for k in range(len(texts))]
    answers = pd.DataFrame({"source": N, "case_id": cases, "item_id": "9", "mention": 1, "text": texts})
    path = tmp_path_factory.getbasetemp() / "team.csv"
    text = coding_sheet(answers, BOOK, answers.assign(category="netz", coder="A"))
    path.write_text(text, encoding="utf-8", newline="")
    sheet = read_codings(path, answers, BOOK)
    assert sheet.rows["text"].tolist() == texts
    assert set(sheet.findings["rule"]) <= {"K02"}
    assert not any(f";1;{quote}{sign}" in text for quote in ('"', "") for sign in "=+-@")
