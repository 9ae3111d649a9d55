"""The lab: a folder of its own to try things in, nothing saved by itself, report notebooks never with outputs."""

import json
import os

import nbformat
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from drawn import WAVE, Project
from gkanalysis.core.errors import NotebookError
from gkanalysis.report.chapter import Chapter
from tools.lab import __main__ as lab
from tools.lab.saving import without_outputs


@pytest.mark.parametrize(
    ("data", "folder"),
    [("data/raw", "erkunden"), ("data/../data/raw", "erkunden"), ("/srv/echt", "confidential/echt/erkunden")],
)
def test_opens_a_notebook_where_trying_is_free(data, folder, tmp_path, monkeypatch):
    """With data of one's own below `confidential/`; what lies there already stays; figures appear in the notebook."""
    called = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execv", lambda program, words: called.append(words))
    monkeypatch.setattr(os, "environ", dict(os.environ, MPLBACKEND="Agg"))
    (tmp_path / "data/raw").mkdir(parents=True)
    lab.main(data)
    start = tmp_path / folder / "00_start.ipynb"
    assert {p.name for p in (tmp_path / folder).glob("*.*nb")} == {p.name for p in lab.HERE.glob("*.ipynb")}
    assert "gk.sources()" in nbformat.read(start, as_version=4).cells[1].source
    start.write_text("mein", encoding="utf-8")
    lab.main(data)
    assert start.read_text(encoding="utf-8") == "mein"
    assert f"--LabApp.default_url=/lab/tree/{folder}/00_start.ipynb" in called[1]
    assert os.environ["GKANALYSIS_DATA"] == data
    assert "inline" in os.environ["MPLBACKEND"]
    (settings,) = [w.partition("=")[2] for w in called[1] if w.startswith("--LabApp.app_settings_dir=")]
    with open(f"{settings}/overrides.json", encoding="utf-8") as file:
        overrides = json.load(file)
    assert overrides["@jupyterlab/docmanager-extension:plugin"] == {"autosave": False}
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.fixture
def shell():
    """What a notebook of the lab runs in, with what it starts with."""
    shell = InteractiveShell.instance()
    shell.run_cell((lab.HERE / "startup.py").read_text(encoding="utf-8"))
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("wav", "Den Namen „wav“ gibt es in diesem Notebook noch nicht (gemeint ist wohl „wave“)"),
        ('gk.source("x"]', '„gk.source("x"]“ ist nicht vollständig oder verschrieben'),
        ("gk.sorce('x')", "gkanalysis hat keinen Namen „sorce“ (gemeint ist wohl „source“)"),
    ],
)
def test_likely_slips_are_a_sentence(shell, cell, said, capsys):
    """A misspelt name, a bracket that does not fit: no traceback."""
    shell.run_cell("import gkanalysis as gk; wave = 1")
    capsys.readouterr()
    shell.run_cell(cell)
    shown = "".join(capsys.readouterr())
    assert said in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ('gk.source("str', "strukturen-2018"),
        ('gk.form("', "bedarf-2019"),
        ('x.by("ty', "type"),
        ('gk.alliance("B2', "B24"),
    ],
)
def test_tab_offers_what_may_stand_in_quotation_marks(shell, line, offered):
    """Sources, alliances, features; no file and no command of the system beside them."""
    shell.run_cell("import gkanalysis as gk")
    with provisionalcompleter():
        texts = [c.text for c in shell.Completer.completions(line, len(line))]
    assert offered in texts
    assert not any(text.startswith("%") or "." in text for text in texts)


@pytest.mark.parametrize("path", sorted(lab.HERE.glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_cell_of_the_lab_runs(path, tmp_path, monkeypatch):
    """In its order and with the shipped data; each shows something, and files go where one is told."""
    monkeypatch.setattr("gkanalysis.counts.export.FOLDER", str(tmp_path))
    names = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            *lines, last = cell.source.splitlines()
            exec("\n".join(lines), names)
            assert len(repr(eval(last, names))) > 20, cell.source


@pytest.mark.parametrize(
    ("path", "kept"), [("notebooks/03_kerngruppe.ipynb", False), ("erkunden/00_start.ipynb", True)]
)
def test_report_notebooks_are_saved_without_outputs(path, kept):
    """What was tried in a folder of one's own keeps its outputs."""
    shown = nbformat.v4.new_output("stream", text="geheim")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[shown], execution_count=1)])
    model = {"type": "notebook", "content": json.loads(json.dumps(notebook))}
    without_outputs(model, path)
    assert bool(model["content"]["cells"][0]["outputs"]) == kept


def test_cell_of_a_report_may_run_again(tmp_path):
    """By hand the later table takes the place of the earlier; in a build an id names one exhibit."""
    data = Project(tmp_path).wave("\ncase  status  1.1\nB1  full  ja\nB2  full  nein\n").data
    for by_hand in (True, False):
        chapter = Chapter("kapitel", data, tmp_path / "out", by_hand)
        chapter.table(chapter[WAVE]["1.1"], title="Alt")
        if by_hand:
            chapter.table(chapter[WAVE]["1.1"], title="Neu")
            kept = json.loads((tmp_path / "out/exhibits.json").read_text(encoding="utf-8"))
            assert [e["title"] for e in kept.values()] == ["Neu"]
        else:
            with pytest.raises(NotebookError, match="„kapitel“ gibt es in diesem Kapitel schon"):
                chapter.table(chapter[WAVE]["1.1"], title="Neu")
