"""Open answers are taken apart into mentions, and the team's codings are laid beside them; nothing is dropped."""

import pandas as pd
import pytest

from gkanalysis.codebook.categories import read_category_book
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.findings import Log
from gkanalysis.settle.mentions import MENTION_COLUMNS, coding_template, read_mentions
from openfolder import CATEGORIES, CODED, SOURCE, OpenFolder


def told(mentions):
    """Case, number, text, category and coder of each row."""
    return list(mentions[["case_id", "mention", "text", "category", "coder"]].itertuples(index=False, name=None))


def test_mentions_with_their_categories(tmp_path):
    """One row per mention, coder and category, coders and categories in the order of the codebook."""
    mentions, findings = OpenFolder(tmp_path).read()
    assert told(mentions) == [
        ("B1", 1, "Fußball", "sport", "A"),
        ("B1", 2, "Kochen am Abend", "kochen", "A"),
        ("B1", 2, "Kochen am Abend", "sonstiges", "B"),
        ("B2", 1, "Schwimmen", "sport", "A"),
        ("B2", 2, "Laufen", "sport", "A"),
        ("B3", 1, "Grillen", "kochen", "A"),
        ("B3", 1, "Grillen", "sonstiges", "A"),
    ]
    assert mentions[["file", "place"]].drop_duplicates().values.tolist()[0] == ["B1.docx", "/w:p[1]"]
    assert findings["rule"].unique().tolist() == ["K09"]  # B has begun and not finished


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("B1;1.4;1;Fußball;spott;A", "K03"),
        ("B1;1.4;1;Handball;sport;A", "K04"),
        ("B4;1.4;1;Kochen;kochen;A", "K05"),  # nothing stands there
        ("B1;1.4;3;Kochen;kochen;A", "K05"),
        ("B1;1.4;1;Fußball;sport;C", "K07"),
        ("B1;1.8;1;Fußball;sport;A", "K08"),
    ],
)
def test_codings_that_fit_nothing_are_errors(tmp_path, line, rule):
    """What would give a category to something else stops the build; the row is named."""
    _, findings = OpenFolder(tmp_path, coded=[*CODED, line]).read()
    (error,) = findings[findings["severity"] == "error"].to_dict("records")
    assert (error["rule"], error["file"]) == (rule, "kategorien.csv")
    assert "Zeile 8" in error["place"]


@pytest.mark.parametrize(
    ("state", "value", "note", "why"),
    [
        ("answered", "nein", "", "Filter: 1.1 lautet „Nein“, gefragt ist nur nach „Ja“"),
        ("answered", "nein", "decided", "Filter: 1.1 lautet „Nein“ (so entschieden), gefragt ist nur nach „Ja“"),
        ("illegible", "", "", "Filter: 1.1 ist nicht lesbar, gefragt ist nur nach „Ja“"),
    ],
)
def test_category_of_an_answer_that_does_not_count(tmp_path, state, value, note, why):
    """The answer stands in the form, its filter does not hold: the category is set aside, and nothing stops."""
    drawn, log = OpenFolder(tmp_path, coded=[*CODED, "B5;1.4;1;Kochen;kochen;A"]), Log()
    row = {
        "case_id": "B5",
        "item_id": "1.1",
        "occurrence": 1,
        "state": state,
        "value": value,
        "raw": "",
        "file": "B5.docx",
    }
    responses = pd.concat([drawn.responses.assign(note=""), pd.DataFrame([row | {"note": note}])])
    categories = read_category_book(drawn.paths.codebooks / "kategorien.yml")
    mentions = read_mentions(drawn.folder, responses, drawn.book, categories, log)
    assert "B5" not in set(mentions["case_id"])
    (finding,) = [f for f in log.findings if f["rule"] == "K10"]
    assert (finding["severity"], why in finding["message"]) == ("finding", True)
    assert [(x["case_id"], x["item_id"], x["rule"], x["reason"]) for x in log.losses] == [("B5", "1.4", "K10", why)]


def test_spreadsheet_that_is_missing(tmp_path):
    """With categories and without codings all mentions are uncoded, said once."""
    mentions, findings = OpenFolder(tmp_path, coded=None).read()
    assert set(mentions["category"]) == {""}
    assert len(mentions) == 5
    assert findings["rule"].tolist() == ["K01"]
    assert "5 Nennungen" in findings["message"].item()


def test_source_without_categories(tmp_path):
    """There is an empty table with the same columns; codings without any category are refused."""
    drawn = OpenFolder(tmp_path, coded=None, categories=CATEGORIES | {"items": CATEGORIES["items"][1:]})
    mentions, findings = drawn.read()
    assert list(mentions.columns) == MENTION_COLUMNS
    assert (len(mentions), len(findings)) == (0, 0)
    assert read_mentions(drawn.folder, drawn.responses, drawn.book, None, Log()).empty
    (drawn.folder / "kategorien.csv").write_text("source\n")
    with pytest.raises(CodebookError, match="fehlen die Kategorien"):
        read_mentions(drawn.folder, drawn.responses, drawn.book, None, Log())


@pytest.mark.parametrize("item", ["1.1", "7.7"])
def test_categories_of_no_open_item(tmp_path, item):
    """A single choice has options, and what the form does not ask has no answers."""
    items = [CATEGORIES["items"][0] | {"item": item}]
    with pytest.raises(CodebookError, match=f"„{item}“ ist keine offene Frage von „probe-2023“"):
        OpenFolder(tmp_path, categories=CATEGORIES | {"items": items}).read()


@pytest.mark.parametrize("coded", [CODED, CODED[:3], None])
def test_template_keeps_codings(tmp_path, coded):
    """The sheet for the team holds every mention for every coder; put back unchanged it changes nothing."""
    drawn = OpenFolder(tmp_path, coded=coded)
    before, _ = drawn.read()
    book = read_category_book(drawn.paths.codebooks / "kategorien.yml")
    sheet = coding_template(before, book, SOURCE)
    assert len(sheet.splitlines()) == 1 + 5 * 2
    (drawn.folder / "kategorien.csv").write_text(sheet, encoding="utf-8", newline="")
    assert drawn.read()[0].equals(before)
