"""Run a notebook strictly: known parameters only, every cell runs, nothing half-written.

papermill by itself goes on after unknown parameters, ends without error when a cell exits, and leaves the
output of a failed run in place; each of these would look finished to make.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat

from gkanalysis.codebook.reports import ChapterDefinition, Report
from gkanalysis.codebook.typed import typed_results, typed_sentence
from gkanalysis.core import errors
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import listed
from gkanalysis.core.writing import write_bytes, write_json
from gkanalysis.counts.count import WEAK
from gkanalysis.counts.words import loose_words
from gkanalysis.report.exporter import (
    INTERNAL,
    ChapterExporter,
    Where,
    cell_place,
    expression_problems,
    rebound_names,
    review_page,
    text_cells,
)
from gkanalysis.report.shown import EXPRESSION, VALUE

ANSI = re.compile(r"\x1b\[[0-9;]*m")  # colours of the stock engine
IN_CELL = re.compile(r'File "<ipython-input|Cell In\[')  # a frame of the traceback that lies in a cell
TAGS = {"parameters", INTERNAL}
# kind of a parameter as its notebook declares it -> what may be passed, and what it is called
KINDS: dict[str, tuple[Any, str]] = {
    "str": (str, "ein Text (Anführungszeichen helfen)"),
    "bool": (bool, "true oder false"),
    "int": (int, "eine ganze Zahl"),
    "float": ((int, float), "eine Zahl"),
}
LIMIT = 600  # seconds that a cell may take; ours take a few
INPUTS = "inputs.json"  # what a chapter was made from, for `report.chapters`
REGISTER_TABLES = ("gebiete", "buendnisse")
STATE = ("exhibits.json", "dataset.json")  # what a chapter keeps while its notebook runs


def run_chapter(
    notebook: Path, out: Path, parameters: Mapping[str, Any], *, report: Report | None = None, engine: str = "fork"
) -> None:
    """Execute a notebook as a chapter of a report; `out` is called like the chapter.

    Writes the exhibits of the notebook, the executed notebook, a page of it for reviewers and last `chapter.json`
    (Markdown with values filled in, exhibits in order, values) into `out`; everything is made in a folder beside it
    and moved.

    Parameters
    ----------
    notebook : the stripped notebook
    out : folder of the chapter
    parameters : what to inject; `out` is added
    report : gives the chapter heading and text of its own, see `prepared`
    engine : `fork` or `kernel`, see `report.forkengine`

    Raises
    ------
    NotebookError
        Unknown parameters, no cell tagged `parameters`, a failed cell, a cell that ended the program or
        never ran, an exhibit that was computed and not shown, an expression of the text that is none of our numbers,
        a result typed by hand. What stood in `out` before stays then.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines

    from gkanalysis.report.forkengine import KernelEngine

    papermill_engines.register("kernel", KernelEngine)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    beside = out.resolve().with_name(f".{out.name}.new")
    passed = {**parameters, "out": str(beside)}
    _check_parameters(notebook, passed)
    definitions = () if report is None else report.chapters
    chapter = next((c for c in definitions if c.id == out.name), ChapterDefinition("allein", "allein"))
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        executed = papermill.execute_notebook(
            prepared(nbformat.read(notebook, as_version=4), chapter), None, passed, engine_name=engine,
            progress_bar=False, kernel_name="python3", cwd=str(notebook.parent), request_save_on_cell_execute=False,
            execution_timeout=LIMIT,
        )  # fmt: skip
        _check_executed(notebook, executed)
        executed = canonical(executed)
        file = "" if report is None else f"reports/{report.id}.yml"
        content = _chapter(executed, beside, {"chapter": out.name}, _place(notebook, chapter, file))
        title = f"Kapitel „{out.name}“ aus dem Notebook {notebook.stem}"
        write_bytes(beside / f"arbeit/notebooks/{out.name}.html", review_page(executed, title))
        write_json(beside / INPUTS, _inputs(notebook, beside, report))
        write_json(beside / "chapter.json", content)
        nbformat.write(executed, beside / "executed.ipynb")
        for name in STATE:
            (beside / name).unlink(missing_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        beside.rename(out)
    except papermill.PapermillExecutionError as error:
        raise NotebookError(_failure(notebook, error)) from None
    except DeadKernelError:
        raise NotebookError(f"„{notebook.name}“: das Programm der Zellen hat sich selbst beendet.") from None
    except CellTimeoutError:
        raise NotebookError(
            f"„{notebook.name}“: eine Zelle läuft länger als {LIMIT} Sekunden und wurde beendet."
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _inputs(notebook: Path, folder: Path, report: Report | None) -> dict[str, str]:
    """What a chapter was made from: the notebook and the tables that it read, with their SHA-256."""
    path = folder / INPUTS
    read = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in read if report else ():
        if name not in REGISTER_TABLES and not name.startswith(tuple(f"{s}-" for s in report.sources)):
            raise NotebookError(
                f"„{notebook.name}“: das Kapitel liest die Tabelle „{name}“, aber der Bericht nennt ihre Quelle nicht; "
                f"bitte in „reports/{report.id}.yml“ unter „sources“ ergänzen."
            )
    return {notebook.name: sha256(notebook.read_bytes()).hexdigest(), **read}


def prepared(notebook: nbformat.NotebookNode, chapter: ChapterDefinition) -> nbformat.NotebookNode:
    """The notebook with the heading and text that its report gives the chapter: what runs is what is printed.

    Examples
    --------
    >>> cell = nbformat.v4.new_markdown_cell("# Alt\\n\\nText.\\n\\n## Tief {eval}`v.n`")
    >>> chapter = ChapterDefinition("eins", "nb", {}, title="Neu", level=2, intro="Vorweg.")
    >>> prepared(nbformat.v4.new_notebook(cells=[cell]), chapter).cells[0].source
    '## Neu\\n\\nVorweg.\\n\\nText.\\n\\n### Tief {eval}`v.n`'
    """
    texts = [c for _, c in text_cells(notebook) if INTERNAL not in c.metadata.get("tags", ())]
    if not texts:
        return notebook
    if chapter.text is not None:  # it stands in place of the first paragraphs, wherever these stand
        cell = next((c for c in texts if re.sub(r"\A#.*", "", c.source).strip()), texts[0])
        heading = cell.source.partition("\n")[0] if cell.source.startswith("#") else ""
        cell.source = f"{heading}\n\n{chapter.text.strip()}\n".lstrip("\n")
    if chapter.title:
        deeper = "#" * (chapter.level - 1)
        for cell in texts:
            cell.source = re.sub(r"(?m)^(?=#)", deeper, cell.source)
        topic = f' {{#{chapter.id} topic="{chapter.topic}"}}' if chapter.topic else ""
        texts[0].source = re.sub(r"\A#+ .*", lambda _: f"{deeper}# {chapter.title}{topic}", texts[0].source)
    if chapter.intro:
        heading, _, rest = texts[0].source.partition("\n")
        texts[0].source = f"{heading}\n\n{chapter.intro.strip()}\n{rest}"
    return notebook


def canonical(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The executed notebook without what changes from run to run: times, random ids, the folders of this run."""
    clean = nbformat.from_dict(json.loads(json.dumps(notebook)))
    clean.metadata = {k: v for k, v in clean.metadata.items() if k in ("kernelspec",)}
    clean.cells = [c for c in clean.cells if "injected-parameters" not in c.metadata.get("tags", ())]
    for number, cell in enumerate(clean.cells):
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in ("tags", "user_expressions") and v}
        cell.id = cell.id if not cell.id.startswith("papermill") else f"cell-{number}"
    return clean


def check_notebook(path: Path) -> list[str]:
    """Sentences on everything that a committed notebook must not have; empty if all is well."""
    notebook = nbformat.read(path, as_version=4)
    problems = []
    if not notebook.cells or not notebook.cells[0].source.startswith("# "):
        problems.append("die erste Zelle ist keine Überschrift")
    if "kernelspec" not in notebook.metadata:
        problems.append("die Angabe der Sprache (kernelspec) fehlt")
    if sum("parameters" in c.metadata.get("tags", ()) for c in notebook.cells) != 1:
        problems.append("es gibt nicht genau eine Zelle mit der Marke „parameters“")
    ids = [c.id for c in notebook.cells]
    problems += [f"die Kennung {i} hat mehr als eine Zelle" for i in dict.fromkeys(ids) if ids.count(i) > 1]
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            problems.append(f"Zelle {cell.id} enthält Ausgaben")
        if cell.cell_type == "code" and cell.source.count("\n") >= 24:
            problems.append(f"Zelle {cell.id} ist zu lang; die Arbeit gehört in die Bibliothek")
        if set(cell.metadata) - {"tags"}:
            problems.append(f"Zelle {cell.id} enthält Metadaten")
        unknown = set(cell.metadata.get("tags", ())) - TAGS
        if unknown:
            problems.append(f"Zelle {cell.id} hat unbekannte Marken: {', '.join(sorted(unknown))}")
    problems += [
        f"„{name}“ steht im Text und wird in mehreren Zeilen gebildet; der Text zeigt überall das letzte: bitte zwei Namen"
        for name in rebound_names(notebook)
    ]
    for cell in (c for c in notebook.cells if c.cell_type == "markdown"):
        problems += [f"Zelle {cell.id}: {typed_sentence(p)}" for p in typed_results(cell.source)]
    return problems


def strip_notebook(path: Path) -> None:
    """Remove outputs, counts and metadata from a notebook in place."""
    nbformat.write(stripped(nbformat.read(path, as_version=4)), path)


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with nothing but its text, its code and the tags of its cells."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _check_parameters(notebook: Path, passed: Mapping[str, Any]) -> None:
    import papermill

    if "kernelspec" not in nbformat.read(notebook, as_version=4).metadata:
        raise NotebookError(f"„{notebook.name}“ nennt seine Sprache nicht; `make fix` hilft.")
    known = papermill.inspect_notebook(str(notebook))
    if not known:
        raise NotebookError(f"„{notebook.name}“ hat keine Zelle mit der Marke „parameters“.")
    unknown = sorted(set(passed) - set(known))
    if unknown:
        raise NotebookError(
            f"„{notebook.name}“ kennt die Parameter {', '.join(unknown)} nicht; bekannt sind {listed(sorted(known), unknown[0])}."
        )
    for name, given in passed.items():
        wanted, called = KINDS.get(known[name]["inferred_type_name"], (object, ""))
        if not isinstance(given, wanted) or (isinstance(given, bool) and wanted not in (bool, object)):
            raise NotebookError(
                f"„{notebook.name}“: der Parameter „{name}: {given}“ ist nicht {called}; bitte berichtigen."
            )


def _check_executed(notebook: Path, executed: nbformat.NotebookNode) -> None:
    """Refuse what papermill lets pass: a cell that ends the program, and the cells after it."""
    cells = [c for c in executed.cells if c.cell_type == "code" and c.source.strip()]
    failed = [c.id for c in cells if any(o.output_type == "error" for o in c.outputs)]
    silent = [c.id for c in cells if not c.execution_count]
    if failed:
        raise NotebookError(
            f"„{notebook.name}“: diese Zelle bricht das Notebook mit exit ab: {', '.join(failed)}. "
            "Ein Notebook läuft immer bis zum Ende; bitte exit entfernen."
        )
    if silent:
        raise NotebookError(f"„{notebook.name}“: diese Zellen liefen nicht bis zum Ende: {', '.join(silent)}.")


def _failure(notebook: Path, error: Any) -> str:
    """One readable message for a failed cell: our own errors speak for themselves."""
    place = f"„{notebook.name}“, {_code_cell(notebook, error)}"
    if hasattr(errors, error.ename):
        return f"{place}: {error.evalue}"
    if error.ename == "MemoryError":
        return f"{place}: der Arbeitsspeicher reicht nicht; bitte andere Programme schließen oder weniger auf einmal rechnen."
    frames = [ANSI.sub("", str(frame)) for frame in error.traceback]
    cells = [k for k, frame in enumerate(frames) if IN_CELL.search(frame)]
    said = f"{place} ist abgebrochen ({error.ename}: {error.evalue})."
    if not cells:
        return "\n".join([said, error.source, *frames[-6:]])
    after = frames[cells[-1] + 1 : -1]
    if [f for f in after if "gkanalysis" in f and "in __getattr__" not in f]:  # something is wrong in the library
        return "\n".join([said, *(f.rstrip() for f in frames[cells[-1] :][-6:])])
    # what is wrong in the cell itself needs no more than its line
    lines = [line for frame in (frames[cells[-1]], *after[:1]) for line in frame.splitlines()][1:]
    marked = next((line for line in lines if line.lstrip().startswith("-")), *lines[:1])
    return f"{said}\n  {re.sub(r'^-+> *[0-9]* ', '', marked.strip()).strip()}"


def _code_cell(notebook: Path, error: Any) -> str:
    """The failed cell by its number among the cells of code of the notebook as it is committed, and its first line."""
    cells = nbformat.read(notebook, as_version=4).cells
    declaring = next(k for k, c in enumerate(cells) if "parameters" in c.metadata.get("tags", ()))
    index = error.cell_index - (error.cell_index > declaring)  # papermill puts a cell behind the one with parameters
    number = sum(c.cell_type == "code" for c in cells[: index + 1])
    line = textwrap.shorten(error.source.strip().partition("\n")[0], 60, placeholder=" …")
    return f"Codezelle {number} („{line}“)"


def _place(notebook: Path, chapter: ChapterDefinition, file: str) -> Where:
    """Where something in the text stands, for people: the definition of the report, or a cell of the notebook."""
    written = "\n".join(filter(None, (chapter.title, chapter.intro, chapter.text)))
    return lambda number, cell, mark: (
        f"„{file}“" if mark in written else f"„{notebook.name}“, {cell_place(number, cell, mark)}"
    )


def _chapter(executed: nbformat.NotebookNode, folder: Path, resources: dict[str, Any], where: Where) -> dict[str, Any]:
    """What the report needs of a chapter: Markdown, exhibits in the order shown, the values of the text."""

    def read(name: str, otherwise: Any) -> Any:
        path = folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise

    about = read("dataset.json", {})
    problems = [*expression_problems(executed, where), *_prose_problems(executed, about.get("words", ()), where)]
    if problems:
        raise NotebookError("\n".join(problems))
    markdown, resources = ChapterExporter().from_notebook_node(executed, resources)
    exhibits = read("exhibits.json", {})
    if unseen := set(exhibits) - set(resources["shown"]):
        raise NotebookError(
            f"Kapitel „{resources['chapter']}“: diese Darstellungen wurden gerechnet, aber nicht gezeigt: {', '.join(sorted(unseen))}; "
            "die Zeile muss die letzte ihrer Zelle sein."
        )
    return {
        "markdown": markdown, "exhibits": {e: exhibits[e] for e in resources["shown"]}, "values": resources["values"],
        "synthetic": about.get("synthetic"),
    }  # fmt: skip


def _titles(cell: nbformat.NotebookNode) -> Iterator[str]:
    """What is typed in the titles of a code cell's exhibits, without what a count says there."""
    calls = ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ()
    for title in (k.value for call in calls if isinstance(call, ast.Call) for k in call.keywords if k.arg == "title"):
        parts = title.values if isinstance(title, ast.JoinedStr) else [title]
        yield " | ".join(str(part.value) for part in parts if isinstance(part, ast.Constant))


def _prose_problems(executed: nbformat.NotebookNode, words: Sequence[str], where: Where) -> Iterator[str]:
    """Sentences on results typed by hand, and on words for counts that no count stands behind."""
    for number, cell in enumerate(executed.cells):
        for loose in loose_words(" | ".join(_titles(cell)), words):
            yield (
                f"{where(number, cell, loose)}: „{loose}“ steht in einem Titel ohne Zahl dahinter; bitte "
                f"{{tabelle['zeile'].said('{loose}')}} in einen f-Text schreiben, damit das Wort geprüft wird."
            )
    for number, cell in text_cells(executed):
        for loose in loose_words(EXPRESSION.sub(" ", cell.source), words):
            yield (
                f"{where(number, cell, loose)}: „{loose}“ steht ohne Zahl dahinter; bitte "
                f'{{eval}}`tabelle["zeile"].said("{loose}")` schreiben, damit das Wort geprüft wird.'
            )
        for sentence, reading in _readings(cell):
            place, there = where(number, cell, sentence), textwrap.shorten(sentence, 60, placeholder=" …")
            yield f"{place}: „{there}“ stützt sich auf einen Code, bei dem die Codierenden kaum einig sind; bitte {WEAK} oder „{reading}“ in den Satz schreiben oder ihn streichen."
        for phrase in typed_results(cell.source):
            yield f"{where(number, cell, phrase)}: {typed_sentence(phrase)}."


def _readings(cell: nbformat.NotebookNode) -> Iterator[tuple[str, str]]:
    """Sentences on codes that coders hardly agree on, which bear no mark and do not say whose reading they are; with what is missing."""
    results = (r["result"] for r in cell.metadata.get("user_expressions", ()))
    values = [r["data"].get(VALUE, {}) for r in results if "data" in r]
    kept = iter(values)
    numbered = EXPRESSION.sub(lambda _: f"{next(kept, {}).get('text', '')}\0", cell.source)
    at = 0
    for sentence in re.split(r"(?<=[.!?:])\s+(?=[^a-z])|\n(?=\n|- )", numbered):
        k = sentence.count("\0")
        for value in values[at : at + k]:
            if WEAK not in sentence and value.get("reading", "").casefold() not in sentence.casefold():
                yield sentence.replace("\0", ""), value["reading"]
        at += k
