"""Numbers of open answers are counted a second time from the mentions, and the mentions add up."""

import pandas as pd
import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.report.openanswers import OpenAnswers
from gkanalysis.verify.accounts import account, mention_sums
from gkanalysis.verify.trace import trace_cell, trace_number
from gkanalysis.verify.tracewords import check_printed, definition_words
from openfolder import CODED, ITEM, SOURCE, OpenFolder
from wavebook import TYPES

DEFINITION = f"open_answers?source={SOURCE}&item={ITEM}&coder=A&status=full&base=answered"


def test_mentions_behind_a_count(tmp_path):
    """Each counted case comes with its mentions of the category, the others with what they said instead."""
    trace = trace_number(OpenFolder(tmp_path).chapter(), DEFINITION, "sport")
    assert (trace.n, trace.base_n) == (2, 3)
    assert trace.counted[["case_id", "raw", "file"]].values.tolist() == [
        ["B1", "Fußball", "B1.docx"],
        ["B2", "Schwimmen | Laufen", "B2.docx"],
    ]
    assert trace.rest[["case_id", "state", "raw"]].values.tolist() == [["B3", "not_coded", "Grillen"]]


def test_every_number_of_a_table(tmp_path):
    """Trace and table agree in every row and subgroup."""
    chapter = OpenFolder(tmp_path).chapter()
    table = OpenAnswers(chapter, SOURCE).category_table(ITEM, chapter.cases(SOURCE))
    assert set(table["subgroup"]) == {"alle", *TYPES}
    for cell in table.to_dict("records"):
        check_printed(trace_cell(chapter, cell), cell, "x")


def test_other_coder(tmp_path):
    """Whose categories count is part of the definition."""
    trace = trace_number(OpenFolder(tmp_path).chapter(), DEFINITION.replace("=A", "=B"), "sonstiges")
    assert trace.counted["case_id"].tolist() == ["B1"]


def test_unknown_category(tmp_path):
    """A category that the codebook does not know is a German sentence."""
    with pytest.raises(VerificationError, match="die Kategorie „tanzen“"):
        trace_number(OpenFolder(tmp_path).chapter(), DEFINITION, "tanzen")


def test_words(tmp_path):
    """The sentence names item, coder, category, base and what belongs to the category."""
    chapter = OpenFolder(tmp_path).chapter()
    words = definition_words(chapter, trace_number(chapter, DEFINITION, "sport"))
    assert "auf 1.4 „Welche Vorhaben“ A die Kategorie „Sport“ wenigstens einmal" in words
    assert words.endswith("Basis: alle mit gültiger Antwort. Definition: Alles mit sport.")


def mention_row(chapter):
    """The sum of the mentions of the one item with categories."""
    (of_item,) = mention_sums(chapter, SOURCE)
    return account(*of_item)


def test_mentions_add_up(tmp_path):
    """Mentions in the answers = coded and uncoded mentions of the table."""
    row = mention_row(OpenFolder(tmp_path, coded=CODED[:3]).chapter())
    assert (row["verdict"], row["old"], row["new"]) == ("adds_up", "5", "2 mit Kategorie + 3 ohne Kategorie")


def test_lost_mention_is_named(tmp_path):
    """A mention that the table lacks is missing in the sum."""
    drawn = OpenFolder(tmp_path)
    chapter = drawn.chapter()
    path = drawn.paths.processed / f"{SOURCE}-mentions.parquet"
    pd.read_parquet(path).query("text != 'Laufen'").to_parquet(path)
    row = mention_row(chapter)
    assert (row["verdict"], row["message"]) == ("does_not_add_up", "1 ohne Verbleib, zuerst „B2 Laufen“.")


BOTH = (
    "B1;1.4;1;Fußball;sport;B",
    "B2;1.4;1;Schwimmen;sport;B",
    "B2;1.4;2;Laufen;sonstiges;B",
    "B3;1.4;1;Grillen;kochen;B",
)


def test_every_number_of_mentions_and_agreement(tmp_path):
    """Counted again from the spreadsheet's rows: mentions of each category, and comparisons of the coders."""
    chapter = OpenFolder(tmp_path, coded=(*CODED, *BOTH)).chapter()
    answers = OpenAnswers(chapter, SOURCE)
    cells = answers.mention_counts(ITEM, chapter.cases(SOURCE)).to_dict("records")
    cells += answers.agreement(ITEM).to_dict("records")
    for cell in cells:
        trace = trace_cell(chapter, cell)
        check_printed(trace, cell, "x")
        assert definition_words(chapter, trace).startswith("Gezählt sind ")


def test_lost_mention_is_noticed(tmp_path):
    """A printed number of mentions that is one too high does not pass."""
    chapter = OpenFolder(tmp_path).chapter()
    cell = OpenAnswers(chapter, SOURCE).mention_counts(ITEM, chapter.cases(SOURCE)).to_dict("records")[0]
    with pytest.raises(VerificationError, match="nachgezählt 3 von 5"):
        check_printed(trace_cell(chapter, cell | {"n": 4}), cell | {"n": 4}, "x")
