"""Kinds of numbers that count rows of a list: one spec a kind."""

import pytest

from drawn import LIST, TOTALS, Project, behind, check, claims
from gkanalysis.core.errors import GkError, NotebookError
from gkanalysis.counts.lists import ListCases, ListRows, ListSum, ListTotal
from gkanalysis.counts.sources import source_of

VISITS = """
case_id  form     days  note
B1       treffen  1     neu
B1       treffen  0.5   .
B2       telefon  0.5   .
B3       treffen  2     alt
"""


@pytest.fixture
def project(tmp_path):
    """A list of visits."""
    return Project(tmp_path).listing(VISITS)


def test_list_rows(project):
    """Rows by a column, of all that fill it; only of those that fill another; without a base; that fill a column."""
    count = ListRows(source=LIST, column="form")
    check(project, count, "  alle  stadt  kreis\ntreffen  3/4  2/3  1/1\ntelefon  1/4  1/3  0/1\nalle  4/4  3/3  1/1")
    assert behind(project, count, "telefon") == ["B2 besuche/besuche.csv Zeile 4, Spalte „Art“"]
    assert [(s.kind, s.name, s.exact) for s in count.says(project.data, "telefon")] == [
        ("listed", "form/telefon", False)
    ]
    assert "der Liste „Besuche“ mit „Art“ = „Telefonat“" in count.words(project.data, "telefon")
    given = ListRows(source=LIST, column="form", given="note")
    check(project, given, "  alle\ntreffen  2/2\ntelefon  0/2\nalle  2/2")
    assert "in denen „Notiz“ ausgefüllt ist" in given.words(project.data, "treffen")
    check(project, ListRows(source=LIST, column="form,days", of="none"), """
          alle
        treffen,1.0  1
        treffen,0.5  1
        telefon,0.5  1
        treffen,2.0  1
        alle         4
    """)  # fmt: skip
    check(project, ListRows(source=LIST, filled="note"), "  alle  kreis\nnote  2/4  1/1")


def test_row_without_a_declared_value(project):
    """A list by date is refused if a row lacks a value, with the heading as it is printed and the row."""
    project.listing("case_id  form     days  note  date        kind\nB1       treffen  .     neu   2019-01-31  a")
    with pytest.raises(NotebookError, match="„besuche“, Zeile 2: „Tage“ fehlt oder ist nicht lesbar"):
        source_of(LIST, project.data).dated("{kind}", "{date}")


def test_list_sum(project):
    """What an amount adds up to, in whole steps; an amount between two steps is refused."""
    count = ListSum(source=LIST, amount="days", column="form", step=0.5)
    check(project, count, "  alle  stadt  kreis\ntreffen  7/8  3/4  4/4\ntelefon  1/8  1/4  0/4\nalle  8/8  4/4  4/4")
    assert "Addiert ist „Tage“ über die Zeilen" in count.words(project.data, "treffen")
    assert "in Schritten von 0,5" in count.words(project.data, "treffen")
    with pytest.raises(NotebookError, match=r"0.5 ist kein Vielfaches von 1; bitte Liste oder Schritt berichtigen"):
        ListSum(source=LIST, amount="days").table(project.data)


def test_columns_of_numbers_and_of_several_values(project):
    """Numbers stand in their order, with a comma; what a cell names together is counted apart, each row once."""
    days = ListRows(source=LIST, column="days")
    check(project, days, "  alle\n0.5  2/4\n1.0  1/4\n2.0  1/4\nalle  4/4")
    assert list(days.options(project.data).values()) == ["0,5", "1", "2", "alle Zeilen"]
    several = VISITS.replace("neu", "neu; alt").replace("telefon  0.5   .", "telefon  0.5   neu;neu")
    notes = "  alle  stadt  kreis\nneu  2/3  2/2  0/1\nalt  2/3  1/2  1/1\nalle  3/3  2/2  1/1"
    check(project.listing(several), ListRows(source=LIST, column="note"), notes)
    check(project, ListCases(source=LIST, column="note"), "  alle  stadt\nneu  2/5  2/2\nalt  2/5  1/2\nalle  3/5  2/2")


def test_list_cases(project):
    """Alliances with a row of a value, of all; who has none is in the base."""
    count = ListCases(source=LIST, column="form")
    check(project, count, "  alle  stadt  kreis\ntreffen  2/5  1/2  1/2\ntelefon  1/5  1/2  0/2\nalle  3/5  2/2  1/2")
    assert claims(project, count, "treffen") == [("listed", "form/treffen", ("present",), "n")]
    assert claims(project, count, "alle") == [("listed", "any", ("present",), "n")]
    assert behind(project, count, "alle", rest=True) == [
        f"B{k} register/buendnisse.csv Kennung B{k} (keine Zeile in besuche)" for k in (4, 5)
    ]
    assert "wenigstens einer Zeile in Liste „Besuche“" in count.words(project.data, "treffen")


SUMS = """
indicator  value  unit    qualifier  part_of  as_of       published_in  published_id
plaetze    50     anzahl  .          .        2020-12-31  Heft          c1
belegt     40     anzahl  .          plaetze  2020-12-31  Heft          c2
mittel     5      mio     rund       .        2020-12-31  Heft          c3
"""


def test_list_total(project):
    """Totals that somebody else published are copied, beside the total that they are part of."""
    count = ListTotal(source=TOTALS, column="indicator")
    check(project.listing(SUMS, TOTALS), count, "  alle\nplaetze  50\nbelegt  40/50\nmittel  5")
    said = {
        k: (a.replace("\u00a0", " "), b.replace("\u00a0", " ")) for k, (a, b) in count.published(project.data).items()
    }
    assert said == {
        "plaetze": ("50", "50"), "belegt": ("40", "40 von 50"), "mittel": ("rund 5 Mio. Euro", "rund 5 Mio. Euro"),
    }  # fmt: skip
    assert claims(project, count, "belegt") == [("published", "", (), "n")]
    assert count.cell(project.data, "belegt", "kreis", "type").n == 0  # a total belongs to no alliance
    assert "sie ist der Veröffentlichung entnommen und nicht nachgerechnet" in count.words(project.data, "belegt")
    with pytest.raises(NotebookError, match="Zeile 3: „Teil von“ nennt „plätze“"):
        count.table(project.listing(SUMS.replace("  plaetze  2020", "  plätze   2020"), TOTALS).data)
    with pytest.raises(NotebookError, match="„plaetze“ steht mehrmals"):
        count.table(project.listing(SUMS.replace("belegt ", "plaetze"), TOTALS).data)


def test_unknown_columns_are_answered(project):
    """What there is, and what is probably meant."""
    with pytest.raises(GkError, match=r"Spalte „from“ gibt es in der Liste „besuche“ nicht.*gemeint ist wohl „form“"):
        ListRows(source=LIST, column="from").table(project.data)
