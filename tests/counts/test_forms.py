"""Kinds of numbers that count what forms say: one spec a kind, drawn as text."""

import pytest

from drawn import LATER, WAVE, Project, behind, check, claims
from gkanalysis.core.errors import GkError, NotebookError
from gkanalysis.counts.forms import (
    Answered,
    AnyTick,
    Choice,
    Gaps,
    Mentions,
    Open,
    Openings,
    Quartiles,
    State,
    Ticks,
    openable,
)


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path)


ANSWERS = """
case  status    1.1      1.2
B1    full      ja       Sport
B2    partial   nein     /
B3    full      ja       0
B4    full      !        /
B5    unusable  geplant  /
"""


def test_choice(project):
    """Cases with a valid answer; contradictory ones are in no base, unusable forms do not count, empty groups stay."""
    count = Choice(source=WAVE, item="1.1")
    project.wave(ANSWERS)
    check(project, count, """
          alle  stadt  kreis  kommune
        ja       2/3  1/2  1/1  0/0
        geplant  0/3  0/2  0/1  0/0
        nein     1/3  1/2  0/1  0/0
    """)  # fmt: skip
    assert count.options(project.data)["geplant"] == "in Planung"  # the wording of the report
    assert behind(project, count, "ja") == ["B1 B1.docx 1.1", "B3 B3.docx 1.1"]
    assert behind(project, count, "ja", rest=True) == ["B2 B2.docx 1.1"]
    assert count.cell(project.data, "ja|nein").n == 3
    every = ("ja", "geplant", "nein")
    assert claims(project, count, "ja|nein") == [("x", "1.1", ("ja", "nein"), "n"), ("x", "1.1", every, "base_n")]
    assert count.words(project.data, "ja|nein") == (
        "Gezählt ist bei 1.1 „Besteht ein Konzept?“ die Antwort „Ja“ oder „Nein“ (probe-2020, Bögen: voll oder zum Teil); "
        "Basis: alle mit gültiger Antwort"
    )
    check(project, Choice(source=WAVE, item="1.1", status=("unusable",)), "  alle\nja  0/1\ngeplant  1/1\nnein  0/1")
    project.wave(ANSWERS.replace("nein", "vielleicht"))
    with pytest.raises(NotebookError, match=r"Frage „1.1“ in probe-2020, Fall B2: Die Antwort „vielleicht“"):
        count.table(project.data)


def test_choice_of_a_roster(project):
    """A table asks line by line: a case counts once, in each row that one of its lines is in."""
    project.wave("""
case  status  3.2
B1    full    ja,nein,ja
B2    full    nein,0
B3    full    0
""")
    check(project, Choice(source=WAVE, item="3.2"), "  alle  stadt\nja  1/2  1/2\nnein  2/2  2/2")
    check(
        project,
        State(source=WAVE, item="3.2"),
        "  alle\nanswered  2/3\nnot_answered  2/3\nillegible  0/3\ncontradictory  0/3",
    )
    assert len(Choice(source=WAVE, item="3.2").cell(project.data, "ja").rows) == 3  # all lines of B1


def test_state(project):
    """In which state an item is, of those who were asked."""
    count = State(source=WAVE, item="1.2")
    project.wave(ANSWERS)
    check(project, count, """
          alle  stadt  kreis  kommune
        answered       1/2  1/1  0/1  0/0
        not_answered   1/2  0/1  1/1  0/0
        illegible      0/2  0/1  0/1  0/0
        contradictory  0/2  0/1  0/1  0/0
    """)  # fmt: skip
    assert behind(project, count, "not_answered") == ["B3 B3.docx 1.2"]
    assert claims(project, count, "illegible")[0] == ("x", "1.2", ("none",), "n")
    # who was asked 1.2 said yes to 1.1, and readers see the filter; not where somebody who said so was not asked
    assert claims(project, count, "illegible")[2:] == [("x", "1.1", ("ja",), "base_n")]
    project.wave(ANSWERS.replace("B2    partial   nein", "B2    partial   ja  "))
    assert len(claims(project, count, "illegible")) == 2
    assert "Welche Vorhaben?“: keine Angabe (" in count.words(project.data, "not_answered")


def test_quartiles(project):
    """Median and quarters as SPSS takes them; with fewer numbers than four times the threshold there are none."""
    count, head = Quartiles(source=WAVE, item="1.4"), "\ncase status 1.4\n"
    project.wave(f"{head}B1 full 10\nB2 full 2\nB3 full 3\nB4 full 1\nB5 full ?")
    check(project, count, "  alle  stadt  kreis  kommune\n1.4  4/4  2/2  2/2  0/0")
    assert count.table(project.data)["median"].isna().all()  # 4 numbers, 12 needed
    project.wave(head + "\n".join(f"C{x} full {x}" for x in (20, 10, 6, 5, 4, 3, 2, 1)))
    (project.paths.codebooks / "disclosure.yml").write_text("threshold: 2\nattributes: {}\nsources: {}\n")
    table = count.table(project.data)  # places (n + 1) p of the numbers in order: 2.25, 4.5, 6.75
    assert table[["lower", "median", "upper"]].values.tolist() == [[2.25, 4.5, 9]]
    assert claims(project, count, "1.4") == [("x", "1.4", ("answered",), "n")]
    assert "gültige Zahlen bei 1.4 „Plätze“" in count.words(project.data, "1.4")


# B1 ticks two, B2 one; B3 ticks nothing; B4 left one open and one is illegible; B5 was not asked
BOXES = """
case  status  2.H1.2  2.H2.2  2.H3.2
B1    full    x       x       -
B2    full    x       -       -
B3    full    -       -       -
B4    full    x       0       ?
B5    full    /       /       /
"""


@pytest.mark.parametrize(
    ("base", "table"),
    [
        ("asked", "  alle  kreis\n2.H1.2  3/4  1/2\n2.H2.2  1/4  0/2\n2.H3.2  0/4  0/2"),
        ("answered", "  alle  kreis\n2.H1.2  3/4  1/2\n2.H2.2  1/3  0/1\n2.H3.2  0/3  0/1"),
        ("mentioned", "  alle  kreis\n2.H1.2  3/3  1/1\n2.H2.2  1/3  0/1\n2.H3.2  0/3  0/1"),
    ],
)
def test_ticks(project, base, table):
    """Three rival bases: who was asked; of whom the box is known; who ticked anything of the set."""
    count = Ticks(source=WAVE, set="huerden", of=base)
    check(project.wave(BOXES), count, table)
    assert count.base == base
    assert behind(project, count, "2.H2.2") == ["B1 B1.docx 2.H2.2"]
    of_base = {"asked": ("asked", "huerden", ()), "mentioned": ("any", "huerden", ())}
    assert [c[:3] for c in claims(project, count, "2.H1.2")] == [
        ("x", "2.H1.2", ("selected",)), of_base.get(base, ("x", "2.H1.2", ("selected", "not_selected"))), ("mentions", "huerden", ()),
    ]  # fmt: skip
    assert "2.H1.2 „Übergang“ angekreuzt (Hürden; probe-2020" in count.words(project.data, "2.H1.2")
    shares = count.table(project.data).set_index("row")["share_of_responses"]
    assert shares.tolist() == [3 / 4, 1 / 4, 0]  # each box of all ticks
    both = count.cell(project.data, "2.H1.2|2.H2.2")  # together, a case counts once, in n and in the base
    assert (both.n, both.base_n) == (3, count.cell(project.data, "2.H1.2").base_n)


def test_any_tick(project):
    """Who ticked „none of these“, and who something else; both at once is no answer."""
    count = AnyTick(source=WAVE, set="huerden", none="2.H3.2")
    project.wave(BOXES.replace("B3    full    -       -       -", "B3    full    -       -       x"))
    check(project, count, "  alle  stadt  kreis\nja  3/4  2/2  1/2\nnein  1/4  0/2  1/2")
    assert behind(project, count, "nein") == ["B3 B3.docx 2.H3.2"]
    assert claims(project, count, "ja")[0] == ("x", "2.H3.2", ("selected",), "rest")
    assert "die bei „Hürden“ etwas anderes als „keine davon“ angekreuzt haben" in count.words(project.data, "ja")
    project.wave(BOXES.replace("B2    full    x       -       -", "B2    full    x       -       x"))
    with pytest.raises(NotebookError, match="B2 hat „keine davon“ und anderes angekreuzt"):
        count.table(project.data)
    with pytest.raises(NotebookError, match=r"„2.H9.2“ gehört nicht zu.*dort stehen: 2.H1.2"):
        AnyTick(source=WAVE, set="huerden", none="2.H9.2").options(project.data)


def test_answered(project):
    """Who said anything at a line of the codebook; a roster left empty has no row and yet was asked."""
    count = Answered(source=WAVE)
    project.wave("""
case  status  1.1   1.2    2.H1.2  2.H2.2  2.H3.2  3.1    3.2
B1    full    ja    Sport  x       -       -       Kurs   ja
B3    full    ja    0      -       -       -       .      .
B5    full    nein  /      /       /       /       .      .
""")
    check(project, count, """
          alle  stadt  kreis  kommune
        K1       0/3  0/1  0/1  0/1
        K2       0/3  0/1  0/1  0/1
        1.1      3/3  1/1  1/1  1/1
        1.2      1/2  1/1  0/1  0/0
        1.3      0/3  0/1  0/1  0/1
        1.4      0/3  0/1  0/1  0/1
        2.H.2    1/2  1/1  0/1  0/0
        3.1      1/3  1/1  0/1  0/1
        3.2      1/3  1/1  0/1  0/1
        huerden  1/2  1/1  0/1  0/0
    """)  # fmt: skip
    assert claims(project, count, "2.H.2") == [("whole", "", (), "n")]
    # who was asked 1.2 said yes to 1.1, and the listing prints the filter
    assert ("x", "1.1", ("ja",), "base_n") in claims(project, count, "1.2")
    assert behind(project, count, "1.2", rest=True) == ["B3 B3.docx 1.2"]
    assert "wenigstens einer Angabe zu 2.H1.2 bis 2.H3.2 (" in count.words(project.data, "2.H.2")


CODED = """
case_id  mention  text     category  coder
B1       1        Fußball  sport     A
B1       2        Grillen  kochen    A
B1       2        Grillen  sport     A
B1       2        Grillen  kochen    B
B2       1        Laufen   sport     A
B2       2        Turnen   sport     A
B5       1        Essen    kochen    A
"""
OPEN = """
case  status    1.1  1.2
B1    full      ja   Vieles
B2    full      ja   Sport
B3    full      ja   unklar
B4    full      ja   0
B5    unusable  ja   Essen
"""


def test_open(project):
    """Cases that named a category, of all with an answer; the lead coder's categories count, unusable forms do not."""
    count = Open(source=WAVE, item="1.2")
    project.wave(OPEN).mentions(CODED)
    check(project, count, "  alle  stadt  kreis\nsport  2/3  2/2  0/1\nkochen  1/3  1/2  0/1")
    assert behind(project, count, "sport") == ["B1 B1.docx 1.2", "B1 B1.docx 1.2", "B2 B2.docx 1.2", "B2 B2.docx 1.2"]
    assert claims(project, count, "sport")[0] == ("x", "1.2/sport", ("selected",), "n")
    assert "A die Kategorie „Sport“ wenigstens einmal vergeben hat" in count.words(project.data, "sport")
    assert "Definition: Vereine)" in count.words(project.data, "sport")
    assert "A eine der Kategorien „Sport“ oder „Kochen“ wenigstens" in count.words(project.data, "sport|kochen")
    assert count.table(project.data)["share_of_responses"].tolist() == [2 / 3, 1 / 3]
    project.mentions(CODED.replace("sport     A", "sport     B"))
    with pytest.raises(NotebookError, match="3 Nennungen haben von „A“ keine Kategorie, zuerst „Fußball“ von B1"):
        count.table(project.data)
    with pytest.raises(NotebookError, match=r"Item „1.22“ sind keine Kategorien erklärt.*gemeint ist wohl „1.2“"):
        Open(source=WAVE, item="1.22").options(project.data)


def test_mentions(project):
    """Mentions by category: a case may name one several times, a mention may have several."""
    count = Mentions(source=WAVE, item="1.2")
    project.wave(OPEN).mentions(CODED)
    check(project, count, "  alle  stadt\nsport-nennungen  4/4  4/4\nkochen-nennungen  1/4  1/4\nalle  4/4  4/4")
    assert claims(project, count, "alle") == [("public", "", (), "n")]
    assert [s.exact for s in count.says(project.data, "sport-nennungen")] == [False]
    assert "Nennungen mit der Kategorie „Sport“" in count.words(project.data, "sport-nennungen")
    assert "kann eine Kategorie mehrmals nennen" in count.notes(project.data)[0]


# 3.1 names an offer, 3.2 says whether it is open; a comma parts the lines of the table
OFFERS = """
case  status  version  1.3   3.1    3.2
B1    full    lang     ja    a,b    nein,ja
B2    full    lang     nein  c,d    nein,0
B3    full    lang     nein  e      nein
B4    full    lang     ?     .      .
B5    full    kurz     nein  .      .
"""


def test_gaps(project):
    """Who named a gap in a theme, and who did not; of those with a valid answer."""
    count = Gaps(source=WAVE)
    project.wave(OFFERS)
    check(project, count, "  alle  stadt  kreis\nsprache.need  1/4  1/2  0/1\nsprache.no_need  3/4  1/2  1/1")
    assert claims(project, count, "sprache.no_need")[0] == ("x", "1.3", ("nein",), "n")
    assert behind(project, count, "sprache.need") == ["B1 B1.docx 1.3"]
    assert "beim Thema „Sprache“: Lücke benannt" in count.words(project.data, "sprache.need")


def test_openings(project):
    """Offers by whether they are open, of the offers with an answer on it; offers are no cases."""
    count = Openings(source=WAVE)
    project.wave(OFFERS)
    check(project, count, """
          alle  stadt  kreis
        sprache.open_ag     1/4  1/3  0/1
        sprache.open_d      0/0  0/0  0/0
        sprache.could_open  0/0  0/0  0/0
    """)  # fmt: skip
    assert claims(project, count, "sprache.open_ag") == [
        ("behind", "", (), "n"), ("x", "sprache.open_ag", ("open",), "n"),
        ("x", "sprache.open_ag", ("open", "closed", "mixed"), "base_n"),
    ]  # fmt: skip
    assert [(s.exact, s.per) for s in count.says(project.data, "sprache.open_ag")][1] == (False, 3)  # lines of the form
    assert count.counts_units
    assert "Gezählt sind Angebote beim Thema „Sprache“: offen für Gestattete" in count.words(
        project.data, "sprache.open_ag"
    )
    assert openable(count, project.data) == {}


def test_openings_of_one_answer(project):
    """Another answer than yes counts; and only offers that are not open may be the base."""
    project.wave(OFFERS)
    others = "sprache.open_d      0/0  0/0  0/0\nsprache.could_open  0/0  0/0  0/0"
    closed = Openings(source=WAVE, answer="nein")
    check(project, closed, f"  alle  stadt  kreis\nsprache.open_ag  3/4  2/3  1/1\n{others}")
    assert [kind for kind, *_ in claims(project, closed, "sprache.open_ag")] == [
        "behind",
        "x",
    ]  # of no case what is open
    check(
        project,
        Openings(source=WAVE, closed="open_ag"),
        f"  alle  stadt  kreis\nsprache.open_ag  0/3  0/2  0/1\n{others}",
    )


def test_unknown_ids_are_answered(project):
    """What there is, and what is probably meant."""
    project.wave(ANSWERS).wave(ANSWERS, LATER)
    for count, message in (
        (Choice(source=WAVE, item="1.11"), r"Frage „1.11“ gibt es in probe-2020 nicht; vorhanden sind K1.*gemeint ist wohl „1.1“"),
        (Ticks(source=WAVE, set="huerdn"), r"Mehrfachantworten „huerdn“ gibt es.*gemeint ist wohl „huerden“"),
        (Choice(source="probe-2021", item="1.1"), r"gemeint ist wohl „probe-2020-cases“"),
    ):  # fmt: skip
        with pytest.raises(GkError, match=message):
            count.table(project.data)
    with pytest.raises(NotebookError, match=r"Die Basis „askd“.*gemeint ist wohl „asked“"):
        Ticks(source=WAVE, set="huerden", of="askd")
