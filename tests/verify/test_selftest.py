"""The self-test of verification: its mutants are small, real and repeatable, and a sample of them is found."""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from drawn import WAVE
from drawn import Project as Drawn
from gkanalysis.counts.forms import Choice
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.verify.naive import recount
from tools.project import ROOT
from tools.selftest import __main__ as command
from tools.selftest import first, mutants
from tools.selftest.mutants import FAULTS, CodeMutant, Mutant, checkable_fields
from tools.selftest.run import ELSEWHERE, KINDS, SelfTest, table

DRAWS = {k: getattr(mutants, f"draw_{k}") for k in ("tick", "register", "label", "constant", "swap")}


@pytest.fixture
def project(tmp_path):
    """The inputs that mutants change, as files of one's own."""
    for part in ("data/raw/strukturen-2018", "data/raw/register"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "data/codebook").mkdir()
    for name in ("data/raw/SHA256SUMS", "data/codebook/strukturen.yml", "data/codebook/register.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def mutant(path="a.csv", edit=lambda data: data + b"!", kind="register"):
    return Mutant(kind, path, "a change", edit)


@pytest.mark.parametrize("kind", DRAWS)
def test_a_mutant_is_drawn_by_its_seed_and_changes_exactly_the_file_that_it_names(kind, project):
    """Nothing else differs but the list of hashes, which is right again; a codebook is wrong, not broken."""

    def drawn(seed):
        source = random.Random(seed)
        return [(m, m.edit((project / m.path).read_bytes())) for m in (DRAWS[kind](project, source) for _ in range(5))]  # fmt: skip

    names = [[(str(m), content) for m, content in drawn(seed)] for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    for one, content in drawn(3):
        if one.path.endswith(".yml"):
            assert yaml.safe_load(content) != yaml.safe_load((project / one.path).read_bytes()), str(one)
        before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
        one.apply(project)
        changed = {p for p, content in before.items() if p.read_bytes() != content}
        assert project / one.path in changed <= {project / one.path, project / "data/raw/SHA256SUMS"}
        if one.path.startswith("data/raw/"):
            digest = hashlib.sha256((project / one.path).read_bytes()).hexdigest()
            assert digest in (project / "data/raw/SHA256SUMS").read_text(encoding="utf-8")


def fields(form):
    with open_word_file(form) as package:
        # a box can lie in a text field, whose text it is then
        read = [f for f in read_word_form(package).fields if f.kind != "richtext"]
    return {(f.place, (f.state, f.value, f.raw)) for f in read}


def test_a_change_of_a_tick_is_one_tick_for_the_reader_of_forms(project):
    """Control, old field or typed mark: one cell of the form says something else, no other does."""
    source, ways = random.Random(5), set()
    for _ in range(9):
        one = mutants.draw_tick(project, source)
        before = fields(project / one.path)
        one.apply(project)
        after = fields(project / one.path)
        assert len({re.match(r".*/w:tc\[\d+\]|.*", place)[0] for place, _ in before ^ after}) == 1, str(one)
        ways.add(one.about.partition("(")[2].partition(")")[0])
    assert ways == {"control", "legacy", "typed"}


@pytest.mark.parametrize(("fault", "made"), [*zip(FAULTS, [(1, 3), (3, 4), (2, 2)], strict=True)])
def test_a_count_that_counts_wrong_is_no_fault_of_the_second_engine(fault, made, tmp_path, monkeypatch):
    """One unit less, one too many, a base too small; only in the number meant, and the naive engine sees it."""
    drawn = Drawn(tmp_path).wave("\ncase status 1.1\nB1 full ja\nB2 full nein\nB3 full ja\n")
    count = Choice(source=WAVE, item="1.1")
    monkeypatch.setattr(Choice, "units", Choice.units)  # is put back afterwards
    CodeMutant("count", "", "", lambda data: data, count.name("ja"), fault).apply(tmp_path)
    wrong = count.cell(drawn.data, "ja")
    assert (wrong.n, wrong.base_n) == made != recount(drawn.data, count.name("ja")) == (2, 3)
    other = Choice(source=WAVE, item="1.1", status=("full",)).cell(drawn.data, "ja")
    assert (other.n, other.base_n) == (2, 3)


def test_only_figures_that_something_determines_are_changed(tmp_path):
    """Bound to a number, part of an equation, or a percentage; never a date or a count that stands alone."""
    published, report = tmp_path / "data/published", tmp_path / "reports/r"
    published.mkdir(parents=True)
    (report / "tables").mkdir(parents=True)
    (report / "values.json").write_text("[]")
    (report / "tables/t.csv").write_text("row,subgroup,n,base_n,definition\nx,alle,3,,d\n")
    rows = ["bound,,,,count,3,,3,4", "sum,,,,count,5,,5,", "alone,,,,count,7,ca.,7,9", "share,,,,percent,50.0,,1,2", "date,,,,date,Mai,,,"]  # fmt: skip
    head = "id,section,label,subgroup,kind,printed,qualifier,numerator,base"
    (published / "r.csv").write_text("\n".join([head, *rows]))
    (published / "r.relations.yml").write_text("equal: [{id: e, says: e, terms: [sum.n, bound.n]}]")
    (published / "r.numbers.yml").write_text("bindings: [{match: bound, number: 't:x:alle'}]")
    assert " ".join(".".join(f) for f in checkable_fields(tmp_path, "r")) == (
        "bound.printed bound.numerator sum.printed sum.numerator share.printed share.numerator share.base"
    )


@pytest.mark.parametrize("kind", [k for k in first.DRAWS if k not in ELSEWHERE])
def test_an_error_of_a_first_release_is_drawn_by_its_seed(kind, rebuilt):
    """The same again from the same seed; in a file it is one that a program can still read, and another content."""

    def drawn(seed):
        source = random.Random(seed)
        return [first.DRAWS[kind](rebuilt.root, rebuilt.report.id, source) for _ in range(3)]

    assert [str(m) for m in drawn(1)] == [str(m) for m in drawn(1)] != [str(m) for m in drawn(2)]
    for one in drawn(3):
        assert one.kind == kind
        if not isinstance(one, first.CodePatch):
            before = (rebuilt.root / one.path).read_bytes()
            assert one.edit(before) != before
            if one.path.endswith(".ipynb"):
                cells = [json.loads(x)["cells"] for x in (before, one.edit(before))]
                assert 1 <= sum(a != b for a, b in zip(*cells, strict=True)) <= 2


def test_table_counts_what_is_found_with_and_without_a_release():
    """By the check that finds it first; what changes nothing counts nowhere; what stays green is named."""
    result = SelfTest(4, [
        (mutant(kind="label"), {"account": "a"}), (mutant("b.csv", kind="label"), {"input": "a"}), (mutant("c.csv", kind="label"), {}),
        (mutant("d.yml", kind="label"), {"build": "x", "crash": "KeyError: 1"}), (mutant("e.csv", kind="label"), {"none": "x"}),
        (mutant("f.csv", kind="tick"), {"input": "x"}),
    ], [({"TZ": "UTC"}, {}), ({"TZ": "Asia/Kathmandu"}, {"output": "report.pdf"})])  # fmt: skip
    text = table(result)
    assert f"| {KINDS['label']} | 4 | 2 (50 %) | 3 | 1 | 1 | 0 | 0 | 0 | 0 | 1 | 0 |\n" in text
    assert "| **all of these** | 4 | 2 (50 %) | 3 |" in text
    assert "| **all** | 5 | 2 (40 %) | 4 |" in text
    assert "Drawn with seed 4; 1 more changed nothing that the report prints or lists. Clean reruns: 2, of which 1 turned red." in text  # fmt: skip
    assert (result.without_release(), result.without_release(received=True)) == ((2, 4), (0, 1))
    assert result.survivors == [
        "label: c.csv: a change stays green", "clean rerun {'TZ': 'Asia/Kathmandu'}: {'output': 'report.pdf'}",
    ]  # fmt: skip
    assert "Found with a release only:\n\n- label: b.csv: a change (input)\n" in text
    assert "- label: d.yml: a change (KeyError: 1)" in text


# of the text, of a codebook, of code that counts and that draws, of print, of what is handed on, received and released
SAMPLE = ["direction", "labels", "count", "bar", "published", "delivered", "tick", "manifest"]


@pytest.mark.skipif(not os.environ.get("CI"), reason="takes a minute: runs in CI, or with CI=1")
def test_a_sample_of_mutants_is_found(rebuilt):
    """One for each way in which a change is built and a check finds it; all kinds are the business of `make verify-selftest`."""
    # in a process of its own: the self-test forks, and other tests leave threads behind that a fork cannot take along
    script = (
        "import json, sys; from pathlib import Path; from tools.selftest.run import examine; "
        "r = examine(Path(sys.argv[1]), mutants=1, clean=0, seed=2, kinds=sys.argv[2].split()); "
        "print(json.dumps([[m.kind for m, _ in r.found], [str(m) for m in r.survivors]]))"
    )
    call = [sys.executable, "-c", script, str(rebuilt.folder), " ".join(SAMPLE)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=2400, check=True, cwd=ROOT)
    kinds, survivors = json.loads(done.stdout.splitlines()[-1])
    assert (set(kinds), survivors) == (set(SAMPLE), [])


@pytest.mark.parametrize(("found", "status"), [({"output": "x"}, 0), ({}, 15)])
def test_command_writes_the_table_and_fails_if_a_mutant_stays_green(found, status, tmp_path, monkeypatch, capsys):
    """The table is printed and written in both cases; only survivors change the exit status."""
    monkeypatch.setattr(command, "self_test", lambda *_, **__: SelfTest(1, [(mutant(), found)], []))
    out = tmp_path / "SELFTEST.md"
    monkeypatch.chdir(ROOT)
    assert command.main(["--out", str(out)]) == status
    printed = capsys.readouterr()
    assert out.read_text(encoding="utf-8") == printed.out
    assert ("1 von 1 Verfälschungen blieben unentdeckt" in printed.err) == bool(status)
