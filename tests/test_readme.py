"""The README says what the commands beside it have made, and what it asks is answered as it says."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gkanalysis as gk
from benchmarks.readme import embed, made_tables
from gkanalysis.codebook.typed import typed_sentence
from gkanalysis.core.errors import NotebookError
from tools.project import environment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CODE = re.compile(r"``+ ?(.+?) ?``+|`([^`]+)`")


def section(title):
    return re.search(rf"(?ms)^##+ {re.escape(title)}\n(.+?)(?=^##+ |\Z)", README)[1]


def codes(text):
    """What stands as code in a text, in its order."""
    return [m[1] or m[2] for m in CODE.finditer(re.sub(r"(?ms)^ *```.*?^ *```$", "", text))]


class Checker(doctest.OutputChecker):
    """Takes a space for one that must not break."""

    def check_output(self, want, got, optionflags):
        """Whether an example prints what stands below it."""
        return super().check_output(want, got.replace("\xa0", " "), optionflags)


@pytest.fixture(scope="module")
def project(request):
    """A folder in which the data are processed: this one, if they are, else a copy."""
    is_processed = (ROOT / "data/processed/nachhaltigkeit-2022-responses.parquet").exists()
    return ROOT if is_processed else request.getfixturevalue("finished")


@pytest.fixture
def asked(project, monkeypatch):
    """The names that the README asks with."""
    monkeypatch.chdir(project)
    wave = gk.source("strukturen-2018")
    talks, chapter = gk.source("reflexionsgespraeche-2019"), gk.chapter("readme")
    return {"gk": gk, "wave": wave, "core": wave["2.1"], "talks": talks, "chapter": chapter}


def test_tables_are_those_of_the_commands():
    """A table that a command has made is shown between its marks, and is none older than the command's file."""
    assert embed(README, made_tables()) == README
    assert [name for name in made_tables() if f"<!-- {name} -->" not in README] == []


def test_examples_print_what_stands_below_them(asked):
    """Every example that shows an answer is one."""
    (example,) = re.findall(r"(?s)```pycon\n(.+?)```", README)
    test = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner(Checker(), optionflags=doctest.NORMALIZE_WHITESPACE)
    told = []
    runner.run(test, out=told.append)
    assert runner.tries > 5
    assert not runner.failures, "".join(told)


@pytest.mark.parametrize("title", ["Ask a new question", "Kurz auf Deutsch"])
def test_questions_are_answered(asked, title):
    """What a table names to ask runs."""
    tables = "\n".join(line for line in section(title).splitlines() if line.lstrip().startswith("|"))
    questions = [c for c in codes(tables) if re.match(r"(gk|wave|core|talks)\b", c)]
    assert len(questions) > 5
    for question in questions:
        assert eval(question, asked) is not None


def test_methods_exist(asked):
    """What is written with a dot before it is a method of a table or of a number."""
    for text in (section("Ask a new question"), section("How a text writes a number")):
        for name in {m[1] for c in codes(text) if (m := re.match(r"\.([a-z]\w*)(?:\(|$)", c))}:
            assert hasattr(type(asked["core"]), name) or hasattr(type(asked["core"]["ja"]), name), name


@pytest.mark.parametrize("text", [README, GUIDE], ids=["README", "CONTRIBUTING"])
def test_code_of_chapters_runs(asked, text, tmp_path):
    """The cells that are shown can stand in a notebook."""
    for code in re.findall(r"(?ms)^( *)```python\n(.+?)^ *```", text):
        names = {**asked, "chapter": gk.chapter("probe", out=str(tmp_path))}
        exec(re.sub(rf"(?m)^{code[0]}", "", code[1]), names)


def test_messages_are_those_that_the_german_page_explains(asked):
    """Who reads a message there has met it here."""
    with pytest.raises(NotebookError, match=r"„2\.11“ gibt es in strukturen-2018 nicht; .*\(gemeint ist wohl „2\.1“\)"):
        asked["wave"]["2.11"]
    with pytest.raises(NotebookError, match="„Fast alle“ passt nicht zu 32 von 45; möglich ist: "):
        asked["core"]["ja"].said("Fast alle")
    assert typed_sentence("32 von 45").startswith("„32 von 45“ ist ein von Hand getipptes Ergebnis")


def test_commands_run(project):
    """The commands that need no finished report."""
    commands = {c for c in codes(README) if re.match(r"\.venv/bin/gkanalysis (form|interviews) ", c)}
    assert len(commands) == 2
    for command in commands:
        words = [w.strip('"') for w in re.findall(r'"[^"]+"|\S+', command)]
        call, variables = [sys.executable, "-m", "gkanalysis", *words[1:]], environment(PYTHONPATH=str(ROOT / "src"))
        ran = subprocess.run(call, cwd=project, env=variables, capture_output=True, check=True)
        assert ran.stdout.count(b"\n") > 10


def test_goals_of_make_exist():
    """`make` knows what it is asked for."""
    goals = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = {g for text in (README, GUIDE) for g in re.findall(r"(?m)(?:`|^)make ([a-z][a-z-]+)", text)}
    assert {"report", "verify", "release"} <= named
    assert named <= goals


def test_rooms_are_those_of_the_package():
    """Each folder of the package has its line, in the order of imports."""
    from test_architecture import ROOMS

    assert re.findall(r"(?m)^\| `(\w+)` \|", section("How it works")) == list(ROOMS)


@pytest.mark.parametrize("text", [README, GUIDE], ids=["README", "CONTRIBUTING"])
def test_links_lead_somewhere(text):
    """To a file, or to a heading of a page."""
    for path, heading in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
        page = (ROOT / path).read_text(encoding="utf-8") if path else text
        anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"(?m)^#+ (.+)$", page)}
        assert not heading or heading in anchors, heading
