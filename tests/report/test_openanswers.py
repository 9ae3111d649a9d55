"""What a notebook does with coded open answers."""

import pytest

from gkanalysis.errors import NotebookError
from gkanalysis.report.openanswers import OpenAnswers
from openfolder import CODED, ITEM, SOURCE, OpenFolder


def opened(folder, **drawn):
    """The open answers, and all cases of the wave."""
    chapter = OpenFolder(folder, **drawn).chapter()
    return OpenAnswers(chapter, SOURCE), chapter.cases(SOURCE)


def test_categories_count_cases_that_answered(tmp_path):
    """Twice the same category is one case; the base are the three that answered, whatever else they said."""
    answers, cases = opened(tmp_path)
    table = answers.category_table(ITEM, cases)
    total = table[table["subgroup"] == "alle"]
    assert total[["row", "n", "base_n"]].values.tolist() == [
        ["sport", 2, 3],
        ["kochen", 2, 3],
        ["sonstiges", 1, 3],
    ]
    assert table["definition"].unique().tolist() == [
        f"open_answers?source={SOURCE}&item={ITEM}&coder=A&status=full&base=answered"
    ]
    assert answers.labels(ITEM) == {"sport": "Sport", "kochen": "Kochen", "sonstiges": "Sonstiges"}
    assert answers.label(ITEM) == "Vorhaben"


def test_only_the_cases_asked_for(tmp_path):
    """Cases that are left out count neither above nor below, nor are their mentions listed."""
    answers, cases = opened(tmp_path)
    some = cases[cases["case_id"] != "B1"]
    table = answers.category_table(ITEM, some).query("subgroup == 'alle'")
    assert table[["n", "base_n"]].values.tolist() == [[1, 2], [1, 2], [1, 2]]
    assert set(answers.mentions(ITEM, some)["Bündnis"]) == {"B2", "B3"}


def test_mentions_by_category(tmp_path):
    """The list follows the codebook; the words of the answer and where they stand are in it."""
    answers, cases = opened(tmp_path)
    listed = answers.mentions(ITEM, cases)
    assert listed[["Kategorie", "Nennung", "Bündnis"]].values.tolist() == [
        ["Sport", "Fußball", "B1"], ["Sport", "Schwimmen", "B2"], ["Sport", "Laufen", "B2"],
        ["Kochen", "Kochen am Abend", "B1"], ["Kochen", "Grillen", "B3"], ["Sonstiges", "Grillen", "B3"],
    ]  # fmt: skip
    assert listed["Bogen"].tolist()[0] == "B1.docx"


@pytest.mark.parametrize("coded", [CODED[1:], CODED[:3], None])
def test_uncoded_mention_stops_the_chapter(tmp_path, coded):
    """One mention without a category of the lead coder is enough, even if the case has another one."""
    answers, cases = opened(tmp_path, coded=coded)
    for ask in (answers.category_table, answers.mentions):
        with pytest.raises(
            NotebookError, match=r"Nennungen haben von „A“ keine Kategorie, zuerst „.+“ von B"
        ):
            ask(ITEM, cases)


def test_item_without_categories(tmp_path):
    """The sentence names the items that have some."""
    answers, cases = opened(tmp_path)
    with pytest.raises(
        NotebookError, match=r"Item „1\.8“ sind keine Kategorien erklärt; es gibt sie zu: 1\.4\."
    ):
        answers.category_table("1.8", cases)
