"""What a notebook does with coded interviews."""

import pandas as pd
import pytest

from gkanalysis.core.errors import NotebookError, RenderError
from gkanalysis.report.interviews import agreement_rows, theme_rows
from gkanalysis.report.quotations import quote_id
from talks import SOURCE, draw_chapter


@pytest.fixture
def talks(tmp_path):
    """Three interviews with two codes."""
    return draw_chapter(tmp_path).interviews(SOURCE)


def test_counts_rest_on_the_lead_coder(talks):
    """A code counts once per case and only if the lead coder gave it; the table says so in its definition."""
    table = talks.code_table()
    assert table[["row", "n", "base_n"]].values.tolist() == [["land.warten", 2, 3], ["land.fristen", 2, 3]]
    assert table["definition"].unique().tolist() == [f"codings?source={SOURCE}&coder=A"]


def test_printed_rows_are_by_frequency(talks):
    """Rows stand under the heading of their group, most frequent first, ties as in the codebook."""
    table = talks.code_table().assign(n=[1, 2])
    assert talks.printed(table, ["land"])["label"].tolist() == ["Fristen", "Warten"]
    assert [r.cells for r in talks.rows(table, ["land"])] == [("Land",), ("Fristen", "2"), ("Warten", "1")]


def test_value_brings_its_scale(talks):
    """A number of interviews may be said in words of the declared scale, and no others."""
    value = talks.chapter.value("warten", talks.code_table(), row="land.warten")
    assert value.said("zwei Kommunen") == "zwei Kommunen"
    with pytest.raises(RenderError, match="steht für 3"):
        value.said("alle Kommunen")


def test_agreement_by_level(talks):
    """Both coders on six pairs of document and code: they differ on Fristen in g1 and Warten in g2."""
    table = talks.agreement().set_index("row")
    assert table.loc["document", ["n", "base_n"]].tolist() == [4, 6]
    # codings with the same code at (nearly) the same place: g1 Warten and g2 Fristen, seen from both sides
    assert table.loc["segment", ["n", "base_n"]].tolist() == [4, 8]
    by_code = talks.agreement(by_code=True).set_index("row")
    assert by_code["n"].tolist() == [2, 2]
    assert by_code["base_n"].tolist() == [3, 3]


def test_every_disagreement_is_listed(talks):
    """The list has as many rows per level as the figures of agreement leave over."""
    table, listed = talks.agreement().set_index("row"), talks.disagreements()
    assert listed["compared"].value_counts().to_dict() == (table["base_n"] - table["n"]).to_dict()


def test_room_of_a_theme(talks):
    """A character under two codes of a theme counts once; the base are all stored texts together."""
    table = talks.coverage()
    # lead coder: g1 characters 0-20, g2 0-20 and 30-40, g3 0-20; each text has 54 characters
    assert table[["row", "n", "base_n", "documents_n"]].values.tolist() == [["land", 70, 162, 3]]
    assert theme_rows(table)[0].cells == ("Land", "70", "43,2\u00a0%")


def test_themes_that_meet(talks):
    """One theme alone meets no other."""
    assert len(talks.meetings()) == 0


def test_quotation_and_speaker(talks):
    """A quotation is found by the id of its words; its speaker can be named after it was shown."""
    wanted = quote_id("g1: Wir warten auf Papie")
    assert wanted in talks.quotable("land.warten")["quote_id"].tolist()
    shown = talks.quotation("zitat-warten", wanted, "Wir warten auf")
    assert shown.caption == "„Wir warten auf“"
    assert talks.speaker("sprecher", "zitat-warten").capital in ("Eine Befragte", "Ein Befragter")
    with pytest.raises(NotebookError, match="gezeigt sind: zitat-warten"):
        talks.speaker("anderer", "zitat-fehlt")


def test_quotable_names_no_interview(talks):
    """What an author browses holds words and ids, neither document nor case."""
    assert list(talks.quotable("land.fristen")) == ["quote_id", "text"]


def test_rows_of_agreement():
    """A missing alpha is a dash, a missing interval is empty."""
    table = pd.DataFrame(
        {
            "row": ["a", "b"],
            "n": [9, 5],
            "base_n": [10, 10],
            "alpha": [0.846, None],
            "alpha_low": [0.7, None],
            "alpha_high": [0.9, None],
        }
    )
    rows = [r.cells for r in agreement_rows(table, {"a": "A", "b": "B"})]
    assert [tuple(c.replace("\u00a0", " ") for c in r) for r in rows] == [
        ("A", "9 von 10", "90,0 %", "0,85", "0,70 bis 0,90"),
        ("B", "5 von 10", "50,0 %", "–", ""),
    ]
