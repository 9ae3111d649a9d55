"""The fork engine: the outputs of the stock engine, without its kernel; each run apart from the others."""

import contextlib
import os
import re
import subprocess
import sys

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines

from gkanalysis.core.errors import NotebookError
from gkanalysis.report import forkengine

papermill_engines.register("kernel", forkengine.KernelEngine)
TORTURE = [
    "import sys, warnings\nprint('eins')\nprint('zwei', end='')\nsys.stderr.write('Fehlerstrom\\n')\nprint('drei')",
    "from IPython.display import display, HTML, Markdown\ndisplay(HTML('<b>x</b>'))\nprint('danach')\ndisplay(1, 'zwei')",
    "import pandas as pd\nframe = pd.DataFrame({'ä': [1, 2], 'b': [0.5, None]})\nframe",
    "frame['b']",
    "warnings.warn('Vorsicht')\n42",
    "42;",
    "",
    "   ",
    "None",
    "def f():\n    return 'Text mit „Zeichen“'\nf()",
    "x = 1\nx; x + 1",
    "import asyncio\nawait asyncio.sleep(0)\n'fertig'",
    "__name__",
    "import numpy as np\nnp.float64(0.5)",
    "_ + 1, Out[14] is _",
    "1 / 0",
    "'nie erreicht'",
]
KEPT = ("output_type", "name", "text", "data", "metadata", "ename", "evalue", "execution_count")


def run(notebook, target, engine, parameters, **more):
    """Run a notebook with an engine; a failed one gives what it has written."""
    options = {"progress_bar": False, "kernel_name": "python3", **more}
    with contextlib.suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(str(notebook), str(target), parameters, engine_name=engine, **options)
    return nbformat.read(target, as_version=4)


def comparable(notebook):
    """Source, count and outputs of the code cells, results of the text; streams joined, file names made alike."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cells.append((cell.source, cell.metadata.get("user_expressions"), []))
            continue
        outputs = []
        # the order between the two streams is not fixed in the stock engine: stderr goes last
        for output in sorted(cell.outputs, key=lambda o: o.get("name") == "stderr"):
            kept = {k: output[k] for k in KEPT if k in output}
            if kept["output_type"] == "stream":
                kept["text"] = re.sub(r"\S*(ipykernel_|<ipython-input-)\S*?:(\d+)", r"ZELLE:\2", kept["text"])
                if outputs and outputs[-1].get("name") == kept["name"]:
                    outputs[-1]["text"] += kept["text"]
                    continue
            outputs.append(kept)
        cells.append((cell.source, cell.execution_count, outputs))
    return cells


def evaluated(notebook):
    """Text of what each expression showed, or the name of its error."""
    results = [e["result"] for c in notebook.cells for e in c.metadata.get("user_expressions", ())]
    return [r["data"]["text/plain"] if r["status"] == "ok" else r["ename"] for r in results]


def write(path, sources, texts=()):
    """A notebook of code cells; the first is tagged `parameters`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in ["out = ''", *sources]])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.cells[1:1] = [nbformat.v4.new_markdown_cell(text) for text in texts]
    nbformat.write(notebook, path)
    return path


def test_torture_notebook_equals_the_stock_engine(tmp_path):
    """Streams, display, frames, warnings, silent and empty cells, await, an error: cell by cell the same."""
    notebook = write(tmp_path / "folter.ipynb", TORTURE)
    # in a process of its own: pytest keeps warnings to itself
    files = map(str, (notebook, tmp_path / "fork.ipynb"))
    command = [sys.executable, "-m", "papermill", *files, "--engine", "fork", "--no-progress-bar", "-p", "out", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ZeroDivisionError" in done.stderr
    fork = comparable(nbformat.read(tmp_path / "fork.ipynb", as_version=4))
    stock = comparable(run(notebook, tmp_path / "stock.ipynb", "kernel", {"out": "x"}))
    assert fork == stock
    assert fork[-2][2][0]["ename"] == "ZeroDivisionError"
    assert fork[-1][1:] == (None, [])


def test_runs_do_not_see_each_other(tmp_path):
    """Settings, environment, seeds, modules and folder of one run are gone in the next, and in ours."""
    first = [
        "import os, matplotlib as mpl, numpy as np, pandas as pd, gkanalysis\nmpl.rcParams['font.size'] = 33\nos.environ['SPUR'] = '1'",
        "pd.set_option('display.max_rows', 7); np.random.seed(1); gkanalysis.spur = 1; os.chdir('/')",
    ]
    second = [
        "import os, matplotlib as mpl, pandas as pd, gkanalysis",
        "mpl.rcParams['font.size'], os.environ.get('SPUR'), pd.get_option('display.max_rows'), hasattr(gkanalysis, 'spur'), 'np' in globals(), os.getcwd() == '/'",
        "import numpy as np; float(np.random.random())",
    ]
    first, second = write(tmp_path / "eins.ipynb", first), write(tmp_path / "zwei.ipynb", second)
    before = os.getcwd(), dict(os.environ)
    run(first, tmp_path / "a.ipynb", "fork", {})
    after = run(second, tmp_path / "b.ipynb", "fork", {})
    assert after.cells[-2].outputs[0].data["text/plain"] == "(10.0, None, 60, False, False, False)"
    assert after.cells[-1].outputs[0].data["text/plain"] != "0.417022004702574"
    assert (os.getcwd(), dict(os.environ)) == before


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_expressions_see_the_end_of_the_notebook(tmp_path, engine):
    """As in JupyterLab: all after the last cell, in order; one that fails, prints or exits stops no other."""
    texts = ["{eval}`x`, {eval}`fehlt`", "kein Ausdruck", "{eval}`__import__('sys').exit()`{eval}`print(1)` {eval}`x`"]
    notebook = write(tmp_path / "a.ipynb", ["x = 1", "x = 2"], texts)
    executed = run(notebook, tmp_path / "b.ipynb", engine, {})
    assert evaluated(executed) == ["2", "NameError", "SystemExit", "None", "2"]
    assert [c.get("execution_count") for c in executed.cells if c.cell_type == "code"][-1] == 3
    assert not [o for c in executed.cells for o in c.get("outputs", ())]


def test_nothing_is_evaluated_after_a_failed_cell(tmp_path):
    """The cell is what has to be mended; an expression that ends the program is named."""
    executed = run(write(tmp_path / "a.ipynb", ["1 / 0"], ["{eval}`1`"]), tmp_path / "b.ipynb", "fork", {})
    assert evaluated(executed) == []
    with pytest.raises(NotebookError, match="Ein Ausdruck im Text hat das Programm des Notebooks beendet"):
        run(write(tmp_path / "a.ipynb", [], ["{eval}`__import__('os')._exit(0)`"]), tmp_path / "b.ipynb", "fork", {})


def test_nothing_is_left_running_or_written_in_the_home_folder(tmp_path, monkeypatch):
    """The child is gone after the run, and no history of commands appears."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = write(tmp_path / "a.ipynb", ["import os; os.getpid()"])
    pid = int(run(notebook, tmp_path / "b.ipynb", "fork", {}).cells[-1].outputs[0].data["text/plain"])
    assert pid != os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list(tmp_path.rglob("history.sqlite"))


def test_stock_engine_runs_where_fork_is_missing(tmp_path, monkeypatch):
    """On Windows there is no fork; the notebook runs in a kernel of its own."""
    monkeypatch.delattr(forkengine.os, "fork")
    notebook = write(tmp_path / "a.ipynb", ["type(get_ipython()).__name__"])
    executed = run(notebook, tmp_path / "b.ipynb", "fork", {})
    assert executed.cells[-1].outputs[0].data["text/plain"] == "'ZMQInteractiveShell'"


@pytest.mark.parametrize(
    "cell", ["import time; time.sleep(60)", "while True: pass", "import re; re.match('(a+)+b', 'a' * 40)"]
)
def test_cell_that_hangs_is_ended(tmp_path, cell):
    """Asleep, busy, or deep in C: after its time the system ends it, and the sentence says which cell."""
    notebook = write(tmp_path / "a.ipynb", ["1", cell], [])
    with pytest.raises(NotebookError, match=r"Zelle „.+“ läuft länger, als ein Notebook darf"):
        papermill.execute_notebook(
            str(notebook), None, engine_name="fork", kernel_name="python3", progress_bar=False, execution_timeout=1
        )
