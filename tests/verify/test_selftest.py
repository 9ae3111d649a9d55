"""The self-test of verification: its mutants are small, real and repeatable, and a sample of them is found."""

import json
import os
import random
import subprocess
import sys

import pytest

from drawn import WAVE
from drawn import Project as Drawn
from gkanalysis.counts.forms import Choice
from gkanalysis.verify.naive import recount
from tools.project import ROOT
from tools.selftest import first, mutants
from tools.selftest.mutants import FAULTS, CodeMutant, Mutant
from tools.selftest.run import ELSEWHERE, KINDS, SelfTest, table

DRAWS = {k: getattr(mutants, f"draw_{k}") for k in ("tick", "register", "label", "constant", "swap")}


def mutant(path="a.csv", edit=lambda data: data + b"!", kind="register"):
    return Mutant(kind, path, "a change", edit)


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
