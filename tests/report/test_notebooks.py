"""Notebooks run strictly: what looks finished is finished, and a failure leaves what was there before."""

import json
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from lxml import html

from definitions import made
from gkanalysis.codebook.reports import ChapterDefinition
from gkanalysis.core.errors import NotebookError
from gkanalysis.report.document import parse, plain_text
from gkanalysis.report.exporter import ChapterExporter
from gkanalysis.report.notebooks import check_notebook, prepared, run_chapter, strip_notebook

ROOT = Path(__file__).parents[2]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'data: str = "data/raw"\nout: str = ""'
SHOWN = """from gkanalysis.report.exhibits import Table
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

    def execute(*cells, parameters=PARAMETERS, engine="fork", texts=(), report=None, **passed):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_markdown_cell("# Probe", id="titel")], metadata=KERNEL
        )
        if parameters is not None:
            notebook.cells.append(
                nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
            )
        notebook.cells += [nbformat.v4.new_code_cell(c, id=f"zelle-{k}") for k, c in enumerate(cells, start=1)]
        for k, text in enumerate(texts, start=1):
            notebook.cells.append(nbformat.v4.new_markdown_cell(text, id=f"text-{k}"))
        nbformat.write(notebook, tmp_path / "probe.ipynb")
        run_chapter(tmp_path / "probe.ipynb", out, passed, report=report, engine=engine)
        executed = nbformat.read(out / "executed.ipynb", as_version=4)
        return json.loads((out / "chapter.json").read_text(encoding="utf-8")), executed

    execute.out = out
    return execute


FAILURES = [
    pytest.param(["1"], {"welle": "2018"}, PARAMETERS, "kennt die Parameter welle nicht; bekannt sind data, out", id="unknown parameter"),
    pytest.param(["1"], {}, None, "keine Zelle mit der Marke „parameters“", id="no parameters cell"),
    pytest.param(["1", "x = 1 / 0\nx", "2"], {}, PARAMETERS, r"Codezelle 3 \(„x = 1 / 0“\) ist abgebrochen .ZeroDivisionError: division by zero", id="failing cell"),
    pytest.param(["x ="], {}, PARAMETERS, "abgebrochen .SyntaxError", id="syntax error"),
    pytest.param(["from gkanalysis.core.errors import TabulationError\nraise TabulationError('Die Basis fehlt.')"], {}, PARAMETERS, r"^„probe.ipynb“, Codezelle 2 \(„from gkanalysis.core.errors import TabulationError“\): Die Basis fehlt.$", id="our own error"),
    pytest.param(["1", "from gkanalysis.core.errors import ValidationError\nraise ValidationError('Das geht nicht.')"], {}, PARAMETERS, r"Codezelle 3 \(„from .*“\): Das geht nicht.$", id="any error of ours"),
    pytest.param(["exit()", "1"], {}, PARAMETERS, "zelle-1", id="exit()"),
    pytest.param(["1", "exit()"], {}, PARAMETERS, "zelle-2", id="exit() at the end"),
    pytest.param(["import sys; sys.exit()", "1"], {}, PARAMETERS, "zelle-1", id="sys.exit"),
    pytest.param(["raise SystemExit(0)\n1"], {}, PARAMETERS, "zelle-1", id="SystemExit in the last cell"),
    pytest.param(["import os; os._exit(0)", "1"], {}, PARAMETERS, "beendet", id="os._exit"),
    pytest.param(["1", "import os; os._exit(0)"], {}, PARAMETERS, "beendet", id="os._exit in the last cell"),
    pytest.param(["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], {}, PARAMETERS, "beendet", id="killed"),
    pytest.param(["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], {}, PARAMETERS, "zelle-1“ wurde von außen beendet, wohl weil der Arbeitsspeicher nicht reicht", id="killed, as by the system without memory"),
    pytest.param(["x = [0] * 10**15"], {}, PARAMETERS, "der Arbeitsspeicher reicht nicht", id="out of memory"),
    pytest.param([SHOWN], {}, PARAMETERS, "^Kapitel „kapitel“: .* gerechnet, aber nicht gezeigt: tab; die Zeile muss die letzte ihrer Zelle sein.$", id="exhibit not shown"),
    pytest.param(["from gkanalysis.report.chapter import Chapter as C; C.__new__(C).qotation()"], {}, PARAMETERS, r"\): Ein Kapitel hat nichts namens „qotation“; .* „quotation“\)\.$", id="misspelt"),
    pytest.param(["import gkanalysis as gk\n\ngk.sorce(1)"], {}, PARAMETERS, r"\): gkanalysis hat keinen Namen „sorce“ .gemeint ist wohl „source“.; es gibt .*\.$", id="misspelt name of the package"),
    pytest.param(["from gkanalysis.report.chapter import Chapter as C; C.__new__(C).table(1)"], {}, PARAMETERS, r"\): table\(.*\): es fehlt title\.$", id="argument missing"),
    pytest.param(["class A:\n    def _repr_html_(self):\n        raise ValueError('kein Bild')\nA()"], {}, PARAMETERS, "ValueError: kein Bild", id="failing display"),
]  # fmt: skip


SHORT = [
    ("a = 1\nb = lables", r"NameError.*\n  b = lables$"),
    ("import pandas as pd\npd.Series([1]).loc['x']", r"KeyError: 'x'.\.\n  pd.Series..1...loc.'x'.$"),
    ("a = 1\nb = (", r"SyntaxError.*\n  b = \($"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "message", "engine"), [*((*s, "fork") for s in SHORT), (*SHORT[0], "kernel")])
def test_slip_in_a_cell_is_two_lines(run, cell, message, engine):
    """The number of the cell and its line; what other libraries did in between helps nobody."""
    first = re.escape(cell.partition("\n")[0])
    with pytest.raises(
        NotebookError, match=rf"^„probe.ipynb“, Codezelle 2 \(„{first}“\) ist abgebrochen \(.*" + message
    ) as error:
        run(cell, engine=engine)
    assert str(error.value).count("\n") == 1


def test_error_in_the_library_keeps_its_traceback(run):
    """What our own code did is needed to mend it."""
    with pytest.raises(NotebookError, match=r"(?s)ist abgebrochen.*number_word\(None\).*numbers\.py.*TypeError"):
        run("from gkanalysis.core.numbers import number_word\nnumber_word(None)")


@pytest.mark.parametrize(
    ("declared", "given", "said"),
    [("a: str = ''", 1.3, "ein Text"), ("a: bool = False", "ja", "true oder false"), ("a: int = 1", True, "eine ganze Zahl"), ("a: float = 1", "x", "eine Zahl")],
)  # fmt: skip
def test_parameter_of_another_kind_is_refused(run, declared, given, said):
    """YAML turns 1.3 into a number and leaves „ja“ a text; the notebook says what it takes."""
    with pytest.raises(NotebookError, match=f"der Parameter „a: {given}“ ist nicht {said}"):
        run("1", parameters=f"{PARAMETERS}\n{declared}", a=given)


def test_text_of_a_committed_notebook_is_searched(tmp_path):
    """Typed results; names that would mean two things."""
    cells = [
        nbformat.v4.new_markdown_cell("# Es sind 24 von 40 {eval}`core['ja'].of` {eval}`once`", id="titel"),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("core = once = 1"),
        nbformat.v4.new_code_cell("core = 2"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "a.ipynb")
    rebound, typed = check_notebook(tmp_path / "a.ipynb")
    assert rebound.startswith("„core“ steht im Text und wird in mehreren Zeilen gebildet")
    assert typed.startswith("Zelle titel: „24 von 40“ ist ein von Hand getipptes Ergebnis")


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


def test_finished_chapter_replaces_the_old_one(run):
    """Text and places for exhibits in order; files of state are gone; an empty cell is no cell that never ran."""
    chapter, executed = run(SHOWN, "  \n", "", "t")
    assert chapter["markdown"] == "# Probe\n\n::: {.exhibit #tab}\n:::"
    assert (list(chapter["exhibits"]), chapter["values"], chapter["synthetic"]) == (["tab"], [], None)
    files = sorted(p.relative_to(run.out).as_posix() for p in run.out.rglob("*") if p.is_file())
    assert files == ["arbeit/notebooks/kapitel.html", "chapter.json", "executed.ipynb", "inputs.json", "tables/tab.csv"]
    assert [c.source for c in executed.cells][:2] == ["# Probe", PARAMETERS]


# three of four said yes; a number without a base; a label
VALUES = """from types import SimpleNamespace
from gkanalysis.counts.table import Number, declared
from gkanalysis.counts.words import Scale
words = Scale(((("wenige",), 0.25, 0.5, True, True), (("viele",), 0.75, 1, True, True)), base=4)
count = SimpleNamespace(name=lambda row, group, grouped: f"line#{row}", definition="line", wordings={}, reading=lambda *_: "")
sums = {("ja", "alle"): (3, 4), ("bare", "alle"): (3, None)}
table = SimpleNamespace(data=None, count=count, grouped="", sums=sums, scale=words)
neu, oben = Number(table, "ja"), Number(table, "bare")
label = declared('*A* [b]_c_ "d" -- <e> $f$ `g`')
"""


def test_expressions_are_evaluated_after_the_last_cell(run):
    """Also those of text that stands before its code; results are kept as jupyterlab-myst keeps them."""
    texts = ["{eval}`neu`, {eval}`neu.count`; {eval}``neu.said('viele')``", "{eval}`neu`"]
    chapter, executed = run(VALUES, "", texts=texts)
    trace = ' trace="kapitel:neu"'
    assert chapter["markdown"].splitlines()[2:] == [
        f"[3\u00a0von\u00a04]{{.value #value-kapitel-neu-of{trace}}}, "
        f'[3]{{.value #value-kapitel-neu-count-n trace="kapitel:neu.count"}}; '
        f"[viele]{{.value #value-kapitel-neu-said{trace}}}",
        "",
        f"[3\u00a0von\u00a04]{{.value #value-kapitel-neu-of-2{trace}}}",
    ]
    first, *_ = chapter["values"]
    assert first == {
        "id": "kapitel:neu", "wording": "of", "n": 3, "base_n": 4, "value": 0.75, "text": "3\u00a0von\u00a04",
        "chapter": "kapitel", "kind": "number", "definition": "line#ja", "row": "ja", "subgroup": "alle",
    }  # fmt: skip
    (kept,) = executed.cells[-1].metadata["user_expressions"]
    assert kept["expression"] == "neu"
    assert kept["result"]["status"] == "ok"
    assert kept["result"]["data"]["text/plain"] == "3\u00a0von\u00a04"


def test_text_of_the_data_is_printed_as_it_stands(run):
    """Signs that Markdown would take for its own, in a label from a codebook, come out unchanged; also on the page."""
    chapter, _ = run(VALUES, texts=["Am meisten: {eval}`label`."])
    tree = parse(chapter["markdown"])
    assert plain_text(tree["blocks"][1]) == 'Am meisten: *A* [b]_c_ "d" -- <e> $f$ `g`.'
    page = html.fromstring((run.out / "arbeit/notebooks/kapitel.html").read_bytes())
    assert page.xpath("//span[@class='value']/text()") == ['*A* [b]_c_ "d" -- <e> $f$ `g`']


SLIPS = [
    ("{eval}`neuu`", r": „{eval}`neuu`“ nennt „neuu“, das keine Zelle bildet; .* \(gemeint ist wohl „neu“\)"),
    ("{eval}`neu.precent`", "keine Fassung „precent“; es gibt .*percent.* .gemeint ist wohl „percent“"),
    ("{eval}`oben.percent`", "line#bare hat keine Basis"),
    ("{eval}`neu.said('wenige')`", "„wenige“ passt nicht zu 3 von 4; möglich ist: viele"),
    ("{eval}`neu of`", "ist kein lesbarer Ausdruck"),
    ("{eval}`38`", "ergibt 38, keine Zahl, die ihre Basis und Herkunft kennt; bitte die Zählung selbst nennen"),
    ("{eval}`f'{neu.n} von 4'`", "ergibt '3 von 4', ein von Hand gemachter Text; bitte die Zählung"),
    ("{eval}`1 / 0`", "lässt sich nicht auswerten: ZeroDivisionError"),
    ("{eval} `neu`", "unlesbaren Verweis auf einen Wert, „{eval} `neu`“; die Form ist {eval}`name`"),
    ("{eval}neu", "unlesbaren Verweis auf einen Wert"),
    ("Es sind 3 von 4.", "„3 von 4“ ist ein von Hand getipptes Ergebnis"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SLIPS, ids=[s[0] for s in SLIPS])
def test_text_that_is_none_of_our_numbers_is_refused(run, text, message):
    """The sentence names notebook, cell and expression, and what to write instead."""
    with pytest.raises(NotebookError, match=rf"^„probe.ipynb“, Zelle 4 \(text-1\).*{message}"):
        run(VALUES, texts=[text])
    assert (run.out / "chapter.json").read_text() == "alt"


def test_all_slips_of_a_chapter_are_named_at_once(run):
    """One run is enough to mend them; those of the report's definition name its file."""
    chapter = ChapterDefinition("kapitel", "probe", {}, title="{eval}`titel`", intro="Es sind {eval}`38`.")
    report = made(chapters=(chapter,))
    with pytest.raises(NotebookError) as error:
        run(VALUES, texts=["{eval}`a`", "{eval}`b` {eval}`neu`"], report=report)
    lines = str(error.value).splitlines()
    assert [re.search(r"`(\w+)`", line)[1] for line in lines] == ["titel", "38", "a", "b"]
    assert ["reports/b.yml" in line for line in lines] == [True, True, False, False]


def test_word_of_the_scale_needs_a_number(run):
    """In a text, and in a title: what a count says in an f-text is bound to it, what is typed is not."""
    state = 'import json, pathlib; _ = pathlib.Path(out, "dataset.json").write_text(json.dumps({"words": ["viele"]}))'
    assert run(VALUES, state, texts=["{eval}`neu.said('viele')`"])
    with pytest.raises(NotebookError, match=r"„viele“ steht ohne Zahl dahinter; bitte {eval}`tabelle.*said"):
        run(VALUES, state, texts=["Sehr viele sind es."])
    assert run(VALUES, state, "x = dict(title=f\"{neu.said('viele')} sind da\")")
    with pytest.raises(NotebookError, match=r"„viele“ steht in einem Titel ohne Zahl dahinter; .*said\('viele'\)"):
        run(VALUES, state, "x = dict(title=f'Es sind viele: {neu}')")


def test_sentence_on_a_code_in_dispute_says_whose_reading_it_is(run):
    """In the same sentence; what stands in the next one does not count."""
    code = """class Cell:
    def _repr_mimebundle_(self, **_): return {"application/vnd.gkanalysis.value+json": {"text": "zwei", "reading": "nach der Lesart von A"}}
cell = Cell()"""
    assert run(code, texts=["In {eval}`cell` ist es so, nach der Lesart von A. Sonst nicht."])
    assert run(code, texts=["In {eval}`cell`† ist es so. Sonst nicht."])
    with pytest.raises(
        NotebookError, match=r"„In zwei ist es so.“ stützt sich auf einen Code.*bitte † oder „nach der Lesart"
    ):
        run(code, texts=["In {eval}`cell` ist es so. Nach der Lesart von A ist es {eval}`cell`†."])


def test_text_of_the_report_replaces_that_of_the_notebook():
    """The heading says what the exhibit is about and keeps an id of its own; deeper headings move along."""
    cells = [nbformat.v4.new_markdown_cell(t) for t in ("# Alt\n\nWeg {eval}`core`.", "## Tief")]
    chapter = ChapterDefinition("eins", "nb", {}, title="Neu", level=2, topic="Worum", intro="Vor.", text="Da.")
    new = prepared(nbformat.v4.new_notebook(cells=cells), chapter)
    assert [c.source for c in new.cells] == ['## Neu {#eins topic="Worum"}\n\nVor.\n\nDa.\n', "### Tief"]


def test_internal_text_stays_out_of_the_report(run, tmp_path):
    """A cell of text tagged `intern` is for those who work on the notebook."""
    cells = [
        nbformat.v4.new_markdown_cell("# Probe"),
        nbformat.v4.new_markdown_cell("nur für uns", metadata={"tags": ["intern"]}),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "probe.ipynb")
    run_chapter(tmp_path / "probe.ipynb", run.out, {})
    assert json.loads((run.out / "chapter.json").read_text())["markdown"] == "# Probe"


def test_page_for_reviewers_is_complete_and_offline(run):
    """Text with its values, code, outputs with their alternative text; marked as a working paper."""
    figure = """from gkanalysis.report.exhibits import Figure
f = Figure(id="abb", label="Abbildung", title="T", base="B", source="Q", numbers=t.numbers.assign(label="a", group_label="b", base_n=1), alt="Was es zeigt", draw=lambda: (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b""))
f.save(pathlib.Path(out)); _ = pathlib.Path(out, "exhibits.json").write_text(json.dumps({"tab": t.record(), "abb": f.record()}))
f"""
    texts = [":::{admonition} Empfehlung\nSiehe [](#tab): {eval}`neu`.\n:::"]
    run(SHOWN, "t", figure, VALUES, texts=texts)
    page = html.fromstring((run.out / "arbeit/notebooks/kapitel.html").read_bytes())
    assert (page.get("lang"), page.findtext(".//title")) == ("de", "Kapitel „kapitel“ aus dem Notebook probe")
    text = page.text_content()
    for part in ("Internes Arbeitspapier", "Empfehlung. Siehe tab: 3\u00a0von\u00a04.", "words = Scale", "Tabelle: T"):
        assert part in text
    assert page.xpath("//figure/@aria-label") == ["Was es zeigt"]
    assert not [u for u in page.xpath("//@src | //@href") if not u.startswith("#")]


def test_nbconvert_knows_the_exporter(run):
    """`jupyter nbconvert --to gk-pandoc` gives what the renderers get; a notebook that was not run is refused."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["nbconvert.exporters"] == {"gk-pandoc": "gkanalysis.report.exporter:ChapterExporter"}
    chapter, _ = run(VALUES, texts=["{eval}`neu`"])
    assert ChapterExporter().from_filename(str(run.out / "executed.ipynb"))[0] == chapter["markdown"]
    with pytest.raises(NotebookError, match="ist noch nicht ausgewertet; bitte das Kapitel neu rechnen"):
        ChapterExporter().from_filename(str(run.out.parents[1] / "probe.ipynb"))


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
