"""Notebooks run strictly: what looks finished is finished, and a failure leaves what was there before."""

import json
from pathlib import Path

import nbformat
import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.notebooks import check_notebook, run_chapter, strip_notebook

ROOT = Path(__file__).parents[2]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'data: str = "data/raw"\nout: str = ""'
SHOWN = """from gkanalysis import Table
from gkanalysis.report.shown import Shown
from gkanalysis.report.exhibits import Row
import json, pathlib, pandas as pd
t = Table(id="tab", label="Tabelle", title="T", base="B", source="Q", numbers=pd.DataFrame({"n": [1]}), header=("A",), rows=(Row(("x",)),))
t.save(pathlib.Path(out)); _ = pathlib.Path(out, "exhibits.json").write_text(json.dumps({"tab": t.record()}))
"""


@pytest.fixture
def run(tmp_path):
    """A function that runs code cells as a chapter whose folder already holds an older result."""
    out = tmp_path / "build/kapitel"
    out.mkdir(parents=True)
    (out / "chapter.json").write_text("alt")

    def execute(*cells, parameters=PARAMETERS, engine="fork", **passed):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell("# Probe", id="titel")], metadata=KERNEL
        )
        if parameters is not None:
            notebook.cells.append(
                nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
            )
        notebook.cells += [
            nbformat.v4.new_code_cell(c, id=f"zelle-{k}") for k, c in enumerate(cells, start=1)
        ]
        nbformat.write(notebook, tmp_path / "probe.ipynb")
        run_chapter(tmp_path / "probe.ipynb", out, passed, engine=engine)
        executed = nbformat.read(out / "executed.ipynb", as_version=4)
        return json.loads((out / "chapter.json").read_text(encoding="utf-8")), executed

    execute.out = out
    return execute


FAILURES = [
    pytest.param(["1"], {"welle": "2018"}, PARAMETERS, "kennt die Parameter welle nicht; bekannt sind data, out", id="unknown parameter"),
    pytest.param(["1"], {}, None, "keine Zelle mit der Marke „parameters“", id="no parameters cell"),
    pytest.param(["1", "x = 1 / 0"], {}, PARAMETERS, "abgebrochen .ZeroDivisionError: division by zero", id="failing cell"),
    pytest.param(["x ="], {}, PARAMETERS, "abgebrochen .SyntaxError", id="syntax error"),
    pytest.param(["from gkanalysis.core.errors import TabulationError\nraise TabulationError('Die Basis fehlt.')"], {}, PARAMETERS, "probe.ipynb“: Die Basis fehlt.$", id="our own error"),
    pytest.param(["from gkanalysis.core.errors import ValidationError\nraise ValidationError('Das geht nicht.')"], {}, PARAMETERS, "probe.ipynb“: Das geht nicht.$", id="any error of ours"),
    pytest.param(["exit()", "1"], {}, PARAMETERS, "zelle-1", id="exit()"),
    pytest.param(["1", "exit()"], {}, PARAMETERS, "zelle-2", id="exit() at the end"),
    pytest.param(["import sys; sys.exit()", "1"], {}, PARAMETERS, "zelle-1", id="sys.exit"),
    pytest.param(["raise SystemExit(0)\n1"], {}, PARAMETERS, "zelle-1", id="SystemExit in the last cell"),
    pytest.param(["import os; os._exit(0)", "1"], {}, PARAMETERS, "beendet", id="os._exit"),
    pytest.param(["1", "import os; os._exit(0)"], {}, PARAMETERS, "beendet", id="os._exit in the last cell"),
    pytest.param(["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], {}, PARAMETERS, "beendet", id="killed"),
    pytest.param([SHOWN], {}, PARAMETERS, "gerechnet, aber nicht gezeigt: tab", id="exhibit not shown"),
    pytest.param(["class A:\n    def _repr_html_(self):\n        raise ValueError('kein Bild')\nA()"], {}, PARAMETERS, "ValueError: kein Bild", id="failing display"),
]  # fmt: skip


SHORT = [
    ("from gkanalysis.report.chapter import Chapter\nChapter.__new__(Chapter).singel_response()", r"single_response“.\.\n  Chapter.__new__.Chapter.\.singel_response..$"),
    ("import gkanalysis as gk\n\ngk.baseline(1)", r"„baseline“ .gemeint ist wohl „base_line“.; .*\n  gk.baseline.1.$"),
    ("a = 1\nb = lables", r"NameError.*\n  b = lables$"),
    ("import pandas as pd\npd.Series([1]).loc['x']", r"KeyError: 'x'.\.\n  pd.Series..1...loc.'x'.$"),
    ("a = 1\nb = (", r"SyntaxError.*\n  b = \($"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["fork", "nbclient"])
@pytest.mark.parametrize(("cell", "message"), SHORT)
def test_slip_in_a_cell_is_two_lines(run, cell, message, engine):
    """The number of the cell and its line; what other libraries did in between helps nobody."""
    with pytest.raises(
        NotebookError, match=r"^„probe.ipynb“: Zelle 3 \(zelle-1\) ist abgebrochen \(.*" + message
    ) as error:
        run(cell, engine=engine)
    assert str(error.value).count("\n") == 1


def test_error_in_the_library_keeps_its_traceback(run):
    """What our own code did is needed to mend it."""
    with pytest.raises(
        NotebookError, match=r"(?s)ist abgebrochen.*number_word\(None\).*numbers\.py.*TypeError"
    ):
        run("from gkanalysis.core.numbers import number_word\nnumber_word(None)")


@pytest.mark.parametrize(
    ("declared", "given", "said"),
    [("a: str = ''", 1.3, "ein Text"), ("a: bool = False", "ja", "true oder false"), ("a: int = 1", True, "eine ganze Zahl"), ("a: float = 1", "x", "eine Zahl")],
)  # fmt: skip
def test_parameter_of_another_kind_is_refused(run, declared, given, said):
    """YAML turns 1.3 into a number and leaves „ja“ a text; the notebook says what it takes."""
    with pytest.raises(NotebookError, match=f"der Parameter „a: {given}“ ist nicht {said}"):
        run("1", parameters=f"{PARAMETERS}\n{declared}", a=given)


def test_typed_result_is_found_in_a_committed_notebook(tmp_path):
    """Text of the cells is searched; the sentence names the cell and a value of the code."""
    cells = [
        nbformat.v4.new_markdown_cell("# Es sind 24 von 40", id="titel"),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell('chapter.value("ja_n", t, row="ja")  # 24 von 40'),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "a.ipynb")
    (problem,) = check_notebook(tmp_path / "a.ipynb")
    assert problem.startswith("Zelle titel: „24 von 40“ ist ein von Hand getipptes Ergebnis")
    assert "{eval}`v.ja_n.of`" in problem


@pytest.mark.parametrize(("cells", "passed", "parameters", "message"), FAILURES)
def test_failure_says_what_and_leaves_the_old_result(run, cells, passed, parameters, message):
    """One sentence; the chapter that stood there before is untouched, and nothing lies beside it."""
    with pytest.raises(NotebookError, match=message):
        run(*cells, parameters=parameters, **passed)
    assert [p.relative_to(run.out.parent).as_posix() for p in sorted(run.out.parent.rglob("*"))] == [
        "kapitel",
        "kapitel/chapter.json",
    ]
    assert (run.out / "chapter.json").read_text() == "alt"


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "raise SystemExit", "import sys; sys.exit(0)"])
def test_stock_engine_refuses_exit_too(run, code):
    """papermill by itself would end well after each of these."""
    with pytest.raises(NotebookError):
        run(code, "1", engine="nbclient")
    assert (run.out / "chapter.json").read_text() == "alt"
    assert [p.name for p in run.out.parent.iterdir()] == ["kapitel"]


def test_finished_chapter_replaces_the_old_one(run):
    """Texts, exhibits and values in order; files of state are gone; an empty cell is no cell that never ran."""
    chapter, executed = run(SHOWN, "  \n", "", "Shown(t)")
    assert [(b["type"], b.get("id")) for b in chapter["blocks"]] == [("markdown", None), ("exhibit", "tab")]
    assert (chapter["values"], chapter["synthetic"]) == ([], None)
    files = sorted(p.relative_to(run.out).as_posix() for p in run.out.rglob("*"))
    assert files == ["chapter.json", "executed.ipynb", "tables", "tables/tab.csv"]
    assert [c.source for c in executed.cells][:2] == ["# Probe", PARAMETERS]


def test_internal_text_stays_out_of_the_report(tmp_path):
    """A cell of text tagged `intern` is for those who work on the notebook."""
    cells = [
        nbformat.v4.new_markdown_cell("# Probe"),
        nbformat.v4.new_markdown_cell("nur für uns", metadata={"tags": ["intern"]}),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "probe.ipynb")
    run_chapter(tmp_path / "probe.ipynb", tmp_path / "out", {})
    assert [b["text"] for b in json.loads((tmp_path / "out/chapter.json").read_text())["blocks"]] == [
        "# Probe"
    ]


def test_two_runs_leave_the_same_files(run):
    """No time, no random id, no folder of the run in what is kept."""
    kept = []
    for _ in range(2):
        run(SHOWN, "Shown(t)")
        kept.append({p.name: p.read_bytes() for p in run.out.rglob("*") if p.is_file()})
    assert kept[0] == kept[1]
    assert not [name for name, data in kept[0].items() if b".kapitel.new" in data]


def test_stripping_makes_a_notebook_fit_to_commit(tmp_path):
    """Outputs, counts and metadata go; what only a person can mend is named."""
    cells = [
        nbformat.v4.new_code_cell(
            "x = 1\n" * 25, id="lang", execution_count=1, outputs=[nbformat.v4.new_output("stream", text="x")]
        ),
        nbformat.v4.new_code_cell("1", id="marke", metadata={"tags": ["skip-execution"], "collapsed": True}),
    ]
    path = tmp_path / "probe.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"authors": ["x"]}), path)
    before = check_notebook(path)
    strip_notebook(path)
    after = check_notebook(path)
    assert set(before) - set(after) == {
        "die Angabe der Sprache (kernelspec) fehlt",
        "Zelle lang enthält Ausgaben",
        "Zelle marke enthält Metadaten",
    }
    assert after == [
        "die erste Zelle ist keine Überschrift",
        "es gibt nicht genau eine Zelle mit der Marke „parameters“",
        "Zelle lang ist zu lang; die Arbeit gehört in die Bibliothek",
        "Zelle marke hat unbekannte Marken: skip-execution",
    ]
