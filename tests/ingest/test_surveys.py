"""A survey that came in as a table: what its cells mean, where they stand, and what is refused or told."""

import pytest

from received import found, rules
from surveyfolder import SurveyFolder, answers

HEAD = "Bündnis;Tag;Q1;Q2;Q3;Q4[SQ001];Q4[SQ002]\n"


@pytest.fixture
def survey(tmp_path):
    return SurveyFolder(tmp_path)


def test_every_cell_has_a_state_and_a_place(survey):
    """Codes are options, ticks and missings; the place of each answer is its file, row and column."""
    tables = survey.add(
        HEAD + "B1;2024-03-05;1;seit 2019;12,5;x;\n" + "Kreis Borretsch;6.3.2024;2;-77;-99;;x\n" + "B3;;-99;;;;\n"
    ).process()
    assert answers(tables) == {
        ("B1", "1.1"): ("answered", "ja"), ("B1", "1.2"): ("answered", "seit 2019"), ("B1", "1.3"): ("answered", "12,5"),
        ("B1", "2.Z1.2"): ("selected", ""), ("B1", "2.Z2.2"): ("not_selected", ""),
        ("B2", "1.1"): ("answered", "nein"), ("B2", "1.2"): ("not_asked", ""), ("B2", "1.3"): ("not_answered", ""),
        ("B2", "2.Z1.2"): ("not_selected", ""), ("B2", "2.Z2.2"): ("selected", ""),
        ("B3", "1.1"): ("not_answered", ""), ("B3", "1.2"): ("not_asked", ""), ("B3", "1.3"): ("not_answered", ""),
        ("B3", "2.Z1.2"): ("not_selected", ""), ("B3", "2.Z2.2"): ("not_selected", ""),
    }  # fmt: skip
    place = tables["responses"].query("case_id == 'B1' and item_id == '1.3'").iloc[0]
    assert (place["file"], place["place"], place["raw"]) == ("antworten.csv, Zeile 2", "Spalte E „Q3“", "12,5")
    assert tables["cases"].set_index("case_id")["status"].to_dict() == {"B1": "full", "B2": "full", "B3": "unusable"}
    assert rules(tables) == ["V15", "V35"]
    assert found(tables, "V35")[0]["raw"] == "Kreis Borretsch"
