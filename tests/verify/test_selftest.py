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

from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.word.form import read_word_form
from tools.project import ROOT
from tools.selftest import __main__ as command
from tools.selftest.mutants import (
    Mutant,
    checkable_fields,
    draw_constant,
    draw_label,
    draw_register,
    draw_swap,
    draw_tick,
)
from tools.selftest.run import KINDS, SECTIONS, SelfTest, table

DRAWS = {
    "tick": draw_tick,
    "register": draw_register,
    "label": draw_label,
    "constant": draw_constant,
    "swap": draw_swap,
}


@pytest.fixture
def project(tmp_path):
    """The inputs that mutants change, as files of one's own."""
    for part in ("data/raw/strukturen-2018", "data/raw/register"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "data/raw/SHA256SUMS", tmp_path / "data/raw")
    (tmp_path / "data/codebook").mkdir()
    for book in ("strukturen.yml", "register.yml"):
        shutil.copy(ROOT / "data/codebook" / book, tmp_path / "data/codebook")
    return tmp_path


def mutant(path="a.csv", edit=lambda data: data + b"!", kind="register"):
    return Mutant(kind, path, "a change", edit)


@pytest.mark.parametrize("kind", DRAWS)
def test_the_same_seed_draws_the_same_mutants_and_another_seed_others(kind, project):
    """A mutant that stayed green can be made again from its seed."""

    def drawn(seed):
        source = random.Random(seed)
        mutants = [DRAWS[kind](project, source) for _ in range(5)]
        return [(str(m), m.edit((project / m.path).read_bytes())) for m in mutants]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("kind", DRAWS)
def test_every_mutant_changes_exactly_the_file_that_it_names(kind, project):
    """Nothing else differs but, for received files, the list of hashes, which is right again."""
    source = random.Random(3)
    for _ in range(4):
        one = DRAWS[kind](project, source)
        before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
        one.apply(project)
        changed = {p for p, content in before.items() if p.read_bytes() != content}
        assert project / one.path in changed
        assert changed <= {project / one.path, project / "data/raw/SHA256SUMS"}
        if one.path.startswith("data/raw/"):
            digest = hashlib.sha256((project / one.path).read_bytes()).hexdigest()
            assert digest in (project / "data/raw/SHA256SUMS").read_text(encoding="utf-8")


def test_a_change_of_a_tick_is_one_tick_for_the_reader_of_forms(project):
    """Control, old field or typed mark: one cell of the form says something else, no other does."""
    source, ways = random.Random(5), set()
    for _ in range(9):
        one = draw_tick(project, source)
        before = fields(project / one.path)
        one.apply(project)
        after = fields(project / one.path)
        assert len({re.match(r".*/w:tc\[\d+\]|.*", place)[0] for place, _ in before ^ after}) == 1, str(one)
        ways.add(one.about.partition("(")[2].partition(")")[0])
    assert ways == {"control", "legacy", "typed"}


def fields(form):
    with open_word_file(form) as package:
        # a box can lie in a text field, whose text it is then
        read = [f for f in read_word_form(package).fields if f.kind != "richtext"]
    return {(f.place, (f.state, f.value, f.raw)) for f in read}


@pytest.mark.parametrize("kind", ["label", "constant", "swap"])
def test_a_changed_codebook_is_still_yaml_and_says_something_else(kind, project):
    """A mutant is a wrong codebook, not a broken file."""
    source = random.Random(7)
    for _ in range(20):
        one = DRAWS[kind](project, source)
        old = (project / one.path).read_bytes()
        assert yaml.safe_load(one.edit(old)) != yaml.safe_load(old), str(one)


def test_only_figures_that_something_determines_are_changed(tmp_path):
    """Bound to a number, part of an equation, or a percentage; never a date or a count that stands alone."""
    published, report = tmp_path / "data/published", tmp_path / "reports/r"
    published.mkdir(parents=True)
    (report / "tables").mkdir(parents=True)
    (report / "values.json").write_text("[]")
    (report / "tables/t.csv").write_text("row,subgroup,n,base_n,definition\nx,alle,3,,d\n")
    rows = [
        "bound,,,,count,3,,3,4",
        "sum,,,,count,5,,5,",
        "alone,,,,count,7,ca.,7,9",
        "share,,,,percent,50.0,,1,2",
        "date,,,,date,Mai,,,",
    ]
    head = "id,section,label,subgroup,kind,printed,qualifier,numerator,base"
    (published / "r.csv").write_text("\n".join([head, *rows]))
    (published / "r.relations.yml").write_text("equal: [{id: e, says: e, terms: [sum.n, bound.n]}]")
    (published / "r.numbers.yml").write_text("bindings: [{match: bound, number: 't:x:alle'}]")
    fields = [".".join(f) for f in checkable_fields(tmp_path, "r")]
    assert " ".join(fields) == (
        "bound.printed bound.numerator sum.printed sum.numerator share.printed share.numerator share.base"
    )


def test_table_counts_by_kind_and_names_what_must_be_looked_at():
    """A mutant that nothing found and a rerun that differs are survivors; one found by hashes alone is named."""
    found = [
        (mutant(), {"input": "a", "output": "b", "number": "t.csv"}),
        (mutant("b.csv"), {"input": "a"}),
        (mutant("c.csv"), {}),
        (mutant("d.yml", kind="label"), {"build": "x", "crash": "KeyError: 1"}),
    ]
    result = SelfTest(4, found, [({"TZ": "UTC"}, {}), ({"TZ": "Asia/Kathmandu"}, {"output": "report.pdf"})])
    text = table(result)
    rows = {
        line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in text.splitlines() if "|" in line
    }
    assert {line.count("|") for line in text.splitlines() if "|" in line} == {len(SECTIONS) + 7}
    assert [c.strip(" |") for c in rows[KINDS["register"]]] == [
        "3",
        "2",
        "1",
        "1",
        "0",
        "1",
        "0",
        "0",
        "0",
        "0",
        "2",
        "1",
    ]
    assert [c.strip(" |") for c in rows["**all**"]] == [
        "4",
        "3",
        "2",
        "1",
        "1",
        "1",
        "0",
        "0",
        "0",
        "0",
        "2",
        "1",
    ]
    assert "Clean reruns: 2, of which 1 turned red. Seed 4." in text
    assert result.survivors == [
        "register: c.csv: a change stays green",
        "clean rerun {'TZ': 'Asia/Kathmandu'}: {'output': 'report.pdf'}",
    ]
    assert "Found by the hashes of the inputs only:\n\n- register: b.csv: a change\n" in text
    assert "- label: d.yml: a change (KeyError: 1)" in text


@pytest.mark.skipif(not os.environ.get("CI"), reason="takes a minute: runs in CI, or with CI=1")
def test_a_sample_of_mutants_is_found(rebuilt):
    """One of each kind, built and verified as every one of them is, after the same way without a change was green."""
    # in a process of its own: the self-test forks, and other tests leave threads behind that a fork cannot take along
    script = (
        "import json, sys; from pathlib import Path; from tools.selftest.run import examine; "
        "r = examine(Path(sys.argv[1]), mutants=int(sys.argv[2]), clean=0, seed=2); "
        "print(json.dumps([[m.kind for m, _ in r.found], [str(m) for m in r.survivors]]))"
    )
    call = [sys.executable, "-c", script, str(rebuilt.folder), str(len(KINDS))]
    done = subprocess.run(call, capture_output=True, text=True, timeout=600, check=True, cwd=ROOT)
    kinds, survivors = json.loads(done.stdout.splitlines()[-1])
    assert (set(kinds), survivors) == (set(KINDS), [])


@pytest.mark.parametrize(("found", "status"), [({"output": "x"}, 0), ({}, 15)])
def test_command_writes_the_table_and_fails_if_a_mutant_stays_green(
    found, status, tmp_path, monkeypatch, capsys
):
    """The table is printed and written in both cases; only survivors change the exit status."""
    monkeypatch.setattr(command, "self_test", lambda *_, **__: SelfTest(1, [(mutant(), found)], []))
    out = tmp_path / "SELFTEST.md"
    monkeypatch.chdir(ROOT)
    assert command.main(["--out", str(out)]) == status
    printed = capsys.readouterr()
    assert out.read_text(encoding="utf-8") == printed.out
    assert ("1 von 1 Verfälschungen blieben unentdeckt" in printed.err) == bool(status)
