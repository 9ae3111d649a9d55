"""What a notebook does with coded open answers."""

import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.openanswers import OpenAnswers, interval_notes, mention_rows
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


def test_mentions_are_counted_apart_from_cases(tmp_path):
    """Two mentions of one case in a category are two; a mention with two categories is one of all."""
    answers, cases = opened(tmp_path)
    counts = answers.mention_counts(ITEM, cases)
    assert counts[["row", "n", "base_n"]].values.tolist() == [
        ["sport-nennungen", 3, 5], ["kochen-nennungen", 2, 5], ["sonstiges-nennungen", 1, 5], ["alle", 5, 5],
    ]  # fmt: skip
    assert answers.mentions_note(ITEM, cases).replace("\u00a0", " ") == (
        "5 Nennungen aus 3 Bündnissen. Ein Bündnis kann eine Kategorie mehrmals nennen."
    )
    once = cases[cases["case_id"] == "B3"]
    assert "Kein Bündnis nennt eine Kategorie mehrmals" in answers.mentions_note(ITEM, once)


def test_list_of_mentions(tmp_path):
    """Each line has the category with its definition, cases with percent, and mentions; each number has its name."""
    answers, cases = opened(tmp_path)
    listed = answers.listed(ITEM, cases)
    rows = mention_rows(listed)
    assert [tuple(c.replace("\u00a0", " ") for c in r.cells) for r in rows] == [
        ("Sport: Alles mit sport.", "2 (66,7 %)", "3"),
        ("Kochen: Alles mit kochen.", "2 (66,7 %)", "2"),
        ("Sonstiges: Alles mit sonstiges.", "1 (33,3 %)", "1"),
    ]
    assert rows[0].numbers == ("", "sport:alle", "sport-nennungen:alle")
    assert {n for r in rows for n in r.numbers if n} == set(listed["row"] + ":" + listed["subgroup"])


BOTH = (
    "B1;1.4;1;Fußball;sport;B",
    "B2;1.4;1;Schwimmen;sport;B",
    "B2;1.4;2;Laufen;sonstiges;B",
    "B3;1.4;1;Grillen;kochen;B",
)


def test_agreement_of_two_coders(tmp_path):
    """Each mention and category is one comparison: of fifteen, the one mention coded otherwise costs two or one."""
    answers, _ = opened(tmp_path, coded=(*CODED, *BOTH))
    table = answers.agreement(ITEM).set_index("row")
    # „Kochen am Abend“: kochen/sonstiges; „Laufen“: sport/sonstiges; „Grillen“: B leaves out sonstiges
    assert table.loc[["sport", "kochen", "sonstiges", "alle"], ["n", "base_n"]].values.tolist() == [
        [4, 5], [4, 5], [2, 5], [10, 15],
    ]  # fmt: skip
    listed = answers.disagreements(ITEM)
    assert listed["Nennung"].tolist() == ["Kochen am Abend", "Laufen", "Grillen"]
    assert listed.loc[1, ["zuerst", "zuletzt"]].tolist() == ["A: Sport", "B: Sonstiges"]


def test_agreement_needs_two(tmp_path):
    """One coder agrees with nobody."""
    answers, _ = opened(tmp_path, coded=[line for line in CODED if line.endswith(";A")])
    with pytest.raises(NotebookError, match="kodiert hat nur A"):
        answers.agreement(ITEM)


def test_notes_on_intervals_say_what_is_missing(tmp_path):
    """A row without an interval is named with the reason, and draws that were lost are counted."""
    answers, _ = opened(tmp_path, coded=(*CODED, *BOTH))
    table = answers.agreement(ITEM)
    first, *others = interval_notes(
        table.assign(draws_n=[1000, 990, 1000, 0], interval_reason=["", "", "", "unstable"])
    )
    sport, kochen, last = table["label"].iloc[1:]
    assert first.endswith(f"fallen weg: „{sport}“ 10.")
    assert kochen not in first
    assert others == [f"„{last}“ ohne Intervall: in zu vielen Ziehungen sind alle Werte gleich."]
    (whole,) = interval_notes(table.assign(draws_n=1000, interval_reason=""))
    assert whole == "Intervalle aus 1.000 Ziehungen der Nennungen."
