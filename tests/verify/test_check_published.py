"""`gkanalysis check-published` on any other file of figures and relations: what it prints, and how it ends."""

import subprocess
import sys

import pytest

from gkanalysis.__main__ import main

FIGURES = """\
id,section,label,subgroup,kind,printed,qualifier,numerator,base
neu,5.1,neu gegründet,,count,13,,13,
alt,5.1,angeknüpft,,count,32,,32,
alle,5,Bögen,,count,48,,48,
beirat,5.3,mit Beirat,,percent,39,,18,
vorsitz,5.3,mit Vorsitz,,percent,84,,34,
"""
RELATIONS = """\
sum:
  - {id: ganz, says: Neue und alte ergeben alle., total: alle.n, parts: [neu.n, alt.n]}
"""
IDS = ("widerspruch:neu.n+alt.n+alle.n", "widerspruch:vorsitz.n+vorsitz.percent")


@pytest.fixture
def files(tmp_path):
    """A function that writes both files and gives the words of the command."""

    def write(figures=FIGURES, relations=RELATIONS):
        for name, text in (("f.csv", figures), ("r.yml", relations)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return ["check-published", str(tmp_path / "f.csv"), str(tmp_path / "r.yml")]

    return write


def test_findings_are_printed_and_are_an_error(files, capsys):
    """Contradiction, implied base and impossible base in German, with their ids; the exit status says so."""
    assert main(files()) == 15
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0] == "5 Angaben, 3 Beziehungen: 2 Widersprüche."
    assert [line for line in lines if line.startswith("Widerspruch ")] == [
        f"Widerspruch {k} [{i}]. Diese Angaben können nicht alle richtig sein:"
        for k, i in enumerate((IDS[1], IDS[0]), start=1)
    ]
    assert "  Denn: Neue und alte ergeben alle." in lines
    assert "Nicht gedruckte Basis zu Anteil 39 % bei „mit Beirat“ (5.3; beirat): 46." in lines
    assert printed.err == (
        "Fehler: 2 Widersprüche sind nicht als bekannt eingetragen, 0 eingetragene bestehen nicht mehr, "
        "0 Angaben oder Beziehungen waren nicht prüfbar.\n"
    )


def test_known_contradictions_are_accepted_by_id(files):
    """All accepted is success; one of them that has come to agree is an error."""
    accepted = [word for i in IDS for word in ("--accept", i)]
    assert main([*files(), *accepted]) == 0
    assert main([*files(FIGURES.replace("48", "45")), *accepted]) == 15


def test_what_could_not_be_checked_is_an_error_even_without_contradiction(files, capsys):
    """A file without the column of bases and a relation to nothing: two sentences, status 15."""
    figures = "\n".join(line.rpartition(",")[0] for line in FIGURES.splitlines()[:4])
    relations = RELATIONS + "  - {id: x, says: x, total: alle.n, parts: [neu.n, nichts.n]}\n"
    assert main(files(figures.replace("48", "45"), relations)) == 15
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 Angaben, 1 Beziehungen: 0 Widersprüche."
    assert [line.partition("“")[0] for line in lines if line.startswith("Nicht geprüft:")] == [
        f"Nicht geprüft: „{files()[1]}",
        "Nicht geprüft: Beziehung „x",
    ]


@pytest.mark.parametrize(("figures", "relations"), [("", RELATIONS), (FIGURES, "- a\n"), (FIGURES, "sum: [")])
def test_unreadable_files_are_one_sentence(figures, relations, files, capsys):
    """No traceback, no report that could be taken for a result without findings."""
    assert main(files(figures, relations)) == 15
    printed = capsys.readouterr()
    assert "0 Widersprüche" not in printed.out
    assert printed.err.startswith("Fehler: ")
    assert "Traceback" not in printed.err


def test_nothing_but_the_report_reaches_the_standard_output(files):
    """As a program of its own, where the library that solves could write to the same place."""
    words = [sys.executable, "-m", "gkanalysis", *files()]
    run = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 15
    known = ("5 Angaben", "Widerspruch ", "  – ", "  Denn: ", "  Mögliche Berichtigung: ", "Wer eine ", "Nicht gedruckte Basis")  # fmt: skip
    assert [line for line in run.stdout.splitlines() if line and not line.startswith(known)] == []
    assert "Highs" not in run.stderr
