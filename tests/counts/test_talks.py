"""Kinds of numbers about coded interviews and those who coded: one spec a kind."""

import pytest

from drawn import TALKS, WAVE, Project, behind, check, claims
from gkanalysis.core.errors import NotebookError
from gkanalysis.counts.sources import source_of
from gkanalysis.counts.talks import Agreement, Codings, OpenAgreement, Texts

TEXTS = "0123456789|abcdefghij|."  # of the third interview there are only notes
# A decides; B coded g1 as well: the same place nearly (9 of 10 characters), another code elsewhere
CODINGS = """
document_id  coder  code_id     start  end
g1           A      aufbau.neu  0      10
g1           A      aufbau.alt  4      6
g1           A      amt.daten   8      10
g2           A      amt.daten   0      3
g3           A      aufbau.neu  0      0
g1           B      aufbau.neu  0      9
g1           B      amt.daten   0      5
g1           B      amt.daten   5      8
"""


@pytest.fixture
def project(tmp_path):
    """Three interviews."""
    return Project(tmp_path).talks(TEXTS, CODINGS)


def test_codings(project):
    """Interviews with a code, by the lead coder; all of them are a number without a base."""
    count = Codings(source=TALKS)
    check(project, count, """
          alle  stadt  kreis
        aufbau.neu   2/3  1/2  1/1
        aufbau.alt   1/3  1/2  0/1
        amt.daten    2/3  2/2  0/1
        interviewed  3    2    1
    """)  # fmt: skip
    assert behind(project, count, "amt.daten") == ["B1 p.qdpx Z 2", "B2 p.qdpx Z 3"]
    assert claims(project, count, "amt.daten") == [("x", "amt.daten", ("present",), "n"), ("cases", "", (), "base_n")]
    assert "A den Code „Aufbau > Neugründung“ wenigstens einmal vergeben" in count.words(project.data, "aufbau.neu")


def test_texts(project):
    """How the material was worked on."""
    count = Texts(source=TALKS)
    check(project, count, "  alle  stadt\nstored  2/3  2/2\ncoders2  1/3  1/2\ncoders3  0/3  0/2")
    assert claims(project, count, "stored") == [("procedure", "", (), "n")]
    assert "Text gespeichert (gespraeche-2019)" in count.words(project.data, "stored")


def test_whose_reading(project):
    """Where coders hardly agree: alpha of „alt“ is 0, as only A gave it; of the other codes both gave there is none."""
    talks = source_of(TALKS, project.data)
    readings = [talks.codes[r].reading for r in ("aufbau.neu", "aufbau.alt", "amt.daten")]
    assert readings == ["", "nach der Lesart von A", ""]
    assert dict(talks.codes.frame[["row", "mark"]].values)["aufbau.alt"] == "†"
    assert [r.cells[1] for r in talks.codes.printed()[1] if r.kind == "row"][:3] == ["2", "1†", "2"]
    assert talks.codes.notes == (
        "† Übereinstimmung nicht gesichert (Alpha unter 0,667); gezählt nach der Lesart von A.",
    )
    said = talks.codes["aufbau.alt"].said("ein Fall")
    assert said.record["reading"] == "nach der Lesart von A"
    with pytest.raises(NotebookError, match=r"„ein Fall“.*bitte „nach der Lesart von A“ dazuschreiben"):
        f"{said} im Titel"
    assert f"{talks.codes['aufbau.alt'].said('ein Fall (nach der Lesart von A)')}".endswith("A)")
    assert "reading" not in talks.codes["aufbau.neu"].said("am häufigsten", talks.codes["amt.daten"]).record


def test_agreement_says_what_it_is_worth(project):
    """The sign stands at alpha, and intervals are said to be too narrow."""
    by_code = source_of(TALKS, project.data).agreement("code")
    assert [r.cells[3] for r in by_code.printed()[1] if r.kind == "row"] == ["–", "0,00†", "–"]
    assert by_code.notes[0].endswith("Ziehungen der Gespräche; bei so wenigen sind sie zu schmal.")
    assert by_code.notes[1].startswith("† unter 0,667: zu wenig")


def test_counts_of_the_other_coder(project):
    """B gave neu and daten once, A twice, and alt never: each would have another count, by one."""
    talks = source_of(TALKS, project.data)
    told = talks.recounted(talks.agreement("code"))
    assert told == "Zählte statt „A“ „B“, wäre die Anzahl bei 3 von 3 Codes eine andere, um wenigstens zwei bei keinem"


def test_agreement(project):
    """Comparisons of two coders on three levels, and by code; only what both coded is compared."""
    count = Agreement(source=TALKS)
    # codes in g1: both gave neu and daten, only A gave alt; neu as often; of six codings the two of neu match
    check(project, count, "  alle\ndocument  2/3\nfrequency  1/3\nsegment  2/6")
    assert claims(project, count, "document") == [("whole", "", (), "n")]
    by_code = Agreement(source=TALKS, of="code")
    check(project, by_code, "  alle\naufbau.neu  1/1\naufbau.alt  0/1\namt.daten  1/1")
    assert "kommt der Code „Amt > Daten“ im Gespräch vor" in by_code.words(project.data, "amt.daten")


def test_open_agreement(project):
    """Two coders of an open answer, mention by mention and category by category."""
    project.wave("\ncase  status  1.1  1.2\nB1    full    ja   x1\nB2    full    ja   x2").mentions("""
        case_id  mention  text     category  coder
        B1       1        Fußball  sport     A
        B1       1        Fußball  sport     B
        B1       2        Grillen  kochen    A
        B1       2        Grillen  sport     B
        B2       1        Essen    kochen    A
    """)
    count = OpenAgreement(source=WAVE, item="1.2")
    check(project, count, "  alle\nalle  2/4\nsport  1/2\nkochen  1/2")
    assert "Kochen, die übereinstimmen" in count.words(project.data, "kochen")
    project.mentions("case_id  mention  text  category  coder\nB1  1  Essen  kochen  A")
    with pytest.raises(NotebookError, match="codiert hat nur A; Übereinstimmung braucht zwei"):
        count.table(project.data)


def test_codes_that_coders_did_not_agree_on_are_named(project):
    """Those whose alpha lies below 0.667; one without an alpha is not weak."""
    talks = source_of(TALKS, project.data)
    alpha = talks.agreement("code").frame.set_index("row")["alpha"]
    weak = talks.weak(*alpha.index)
    assert weak == [c for c in alpha.index if alpha[c] < 0.667] != []
