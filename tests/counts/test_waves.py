"""Kinds of numbers about who takes part, what the same alliances say twice, and the register: one spec a kind."""

import pytest

from drawn import LATER, WAVE, Project, behind, check, claims
from gkanalysis.core.findings import RULES
from gkanalysis.counts.waves import AllWaves, Category, Change, Findings, Flow, Nested, Returns

FIRST = """
case  status    version  contact     1.1      2.H1.2  2.H2.2  2.H3.2
B1    full      lang     -           ja       x       -       -
B2    partial   kurz     -           nein     -       x       -
B3    full      lang     -           geplant  -       -       -
B4    missing   -        verweigert  .        .       .       .
B5    unusable  lang     -           ja       .       .       .
"""
SECOND = """
case  status   contact     1.1   2.H1.2  2.H2.2  2.H3.2
B1    full     -           ja    x       x       -
B2    full     -           ja    x       -       -
B3    full     -           !     x       -       ?
B4    full     -           nein  x       -       -
B5    missing  -           .     .       .       .
"""


@pytest.fixture
def project(tmp_path):
    """Two waves of the same form."""
    return Project(tmp_path).wave(FIRST).wave(SECOND, LATER)


def test_category_of_cases(project):
    """Cases by a column of a wave; the declared values stay, what else occurs follows."""
    count = Category(source=WAVE, column="status")
    check(project, count, """
          alle  stadt  kreis  kommune
        full      2/5  1/2  1/2  0/1
        partial   1/5  1/2  0/2  0/1
        unusable  1/5  0/2  0/2  1/1
        missing   1/5  0/2  1/2  0/1
    """)  # fmt: skip
    assert behind(project, count, "full|missing") == [
        "B1 B1.docx",
        "B3 B3.docx",
        "B4 register/buendnisse.csv Kennung B4 (kein Bogen eingegangen)",
    ]
    assert [s.statuses for s in count.says(project.data, "full|missing")] == [("full", "missing")]
    assert count.words(project.data, "full") == "Gezählt sind Bögen von probe-2020 mit Stand „voll“"
    contact = Category(source=WAVE, column="contact", status=("missing",))
    check(project, contact, "  alle\nverweigert  1/1")
    assert claims(project, contact, "verweigert") == [
        ("x", "contact", ("verweigert",), "n"),
        ("cases", "", (), "base_n"),
    ]


def test_category_of_the_register(project):
    """The register is public."""
    count = Category(source="register", column="type")
    check(
        project, count, "  alle  kreis\nkreisfreie_stadt  2/5  0/2\nkreis  2/5  2/2\nkreisangehoerige_kommune  1/5  0/2"
    )
    assert claims(project, count, "kreis") == [("public", "", (), "n")]


def test_returns(project):
    """Who sent a form that counts, and who refused; who came to nothing is no return."""
    count = Returns(source=WAVE)
    check(project, count, """
          alle  stadt  kreis
        asked         5/5  2/2  2/2
        returned      3/5  2/2  1/2
        not_returned  1/5  0/2  0/2
        declined      1/5  0/2  1/2
        not_asked     0/5  0/2  0/2
    """)  # fmt: skip
    assert claims(project, count, "declined") == [("x", "contact", ("verweigert",), "n")]
    assert claims(project, count, "not_asked") == [("public", "", (), "n")]
    assert count.words(project.data, "declined").endswith("(probe-2020: abgelehnt)")
    project.wave("\n".join(SECOND.split("\n")[:5]), LATER)  # a later wave that asked three of five
    check(project, Returns(source=LATER), """
          alle
        asked         3/5
        returned      3/3
        not_returned  0/3
        declined      0/3
        not_asked     2/5
    """)  # fmt: skip


def test_flow(project):
    """Who took part in one wave and in the next; refusals count as no return."""
    count = Flow(source=WAVE, then=LATER)
    check(project, count, """
          alle  stadt  kreis
        returned-returned          3/5  2/2  1/2
        returned-not_returned      0/5  0/2  0/2
        not_returned-returned      1/5  0/2  1/2
        not_returned-not_returned  1/5  0/2  0/2
    """)  # fmt: skip
    assert [s.kind for s in count.says(project.data, "returned-returned")] == ["taking part"] * 2
    assert "probe-2020: Rücklauf, danach danach-2022: Rücklauf" in count.words(project.data, "returned-returned")


def test_all_waves(project):
    """In every wave; again after a wave without a form."""
    project.wave(FIRST.replace("B3    full", "B3    missing"), "probe-2024")
    check(project, AllWaves(waves=(WAVE, LATER)), "  alle  kreis\nalways  3/5  1/2\nagain  0/5  0/2")
    again = AllWaves(waves=(WAVE, "probe-2024", LATER))
    check(project, again, "  alle  kreis\nalways  2/5  0/2\nagain  1/5  1/2")
    assert "nach einer Welle ohne Bogen wieder" in again.words(project.data, "again")


def test_change(project):
    """The same alliances with a valid answer both times; contradictory answers make no pair."""
    count = Change(source=WAVE, item="1.1", then=LATER, then_item="1.1", yes=("ja",), no=("geplant", "nein"))
    check(project, count, "  alle  stadt  kreis\npairs  2/5  2/2  0/2\nfirst  1/2  1/2  0/0\nsecond  2/2  2/2  0/0")
    assert (count.base, count.pairs(project.data), count.totals(project.data)) == (
        "answered_both", (1, 0, 1, 0), ((1, 2), (2, 1)),
    )  # fmt: skip
    assert behind(project, count, "first") == ["B1 B1.docx 1.1", "B1 B1.docx 1.1"]
    assert claims(project, count, "first") == [("weighed", "first", (), "n")]
    assert "mit der Antwort „ja“ bei probe-2020 1.1" in count.words(project.data, "first")


def test_change_of_a_box(project):
    """A box that is not ticked is a no; with `sets`, only who ticked anything in both waves is a pair."""
    box = {"source": WAVE, "item": "2.H1.2", "then": LATER, "then_item": "2.H1.2"}
    check(project, Change(**box), "  alle  kreis\npairs  3/5  1/2\nfirst  1/3  0/1\nsecond  3/3  1/1")
    count = Change(**box, sets=("huerden", "huerden"))
    check(project, count, "  alle  kreis\npairs  2/5  0/2\nfirst  1/2  0/0\nsecond  2/2  0/0")
    assert count.base == "asked_both"
    assert "Bündnisse mit Kreuz bei danach-2022 2.H1.2" in count.words(project.data, "second")


def test_nested(project):
    """Declared lines „x von y“; x and y may add up a column over frames of their own, a line may have no base."""
    count = Nested(source="register", declared="uebersicht")
    check(project, count, "  alle\nmit  2/3\nalle_dabei  1/2\ndabei  6/15\neigene  1")
    assert count.table(project.data)["level"].tolist() == [0, 1, 0, 0]
    assert behind(project, count, "mit", rest=True) == [f"K{k} register/gebiete.csv Kennung K{k}" for k in (1, 2, 3)]
    assert claims(project, count, "mit") == [("public", "", (), "n")]
    assert "„Kreise mit Bündnis“ (Codebuch des Registers, uebersicht, mit)" in count.words(project.data, "mit")


def test_findings(project):
    """What validation found, by rule; no part of anything."""
    columns = "rule  title  case_id  file  place  raw"
    project.table(f"{WAVE}-findings", f"{columns}\nV04  Name  B1  a.docx  1.1  x\nV04  Name  B2  b.docx  1.1  y")
    count = Findings(source=WAVE)
    check(project, count, "  alle\n" + "\n".join(f"{rule}  {2 * (rule == 'V04')}" for rule in RULES))
    assert behind(project, count, "V04") == ["B1 a.docx 1.1", "B2 b.docx 1.1"]
    assert claims(project, count, "V04") == [("procedure", "", (), "n")]
    assert "nach der Regel V04" in count.words(project.data, "V04")
