"""Run a notebook strictly: known parameters only, every cell runs, nothing half-written.

papermill by itself goes on after unknown parameters, ends without error when a cell exits, and leaves the
output of a failed run in place; each of these would look finished to make.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from gkanalysis.errors import NotebookError
from gkanalysis.report.chapter import Shown, write_json


def run_chapter(notebook: Path, out: Path, parameters: Mapping[str, Any], *, engine: str = "fork") -> None:
    """Execute a notebook as a chapter of a report.

    Writes the exhibits of the notebook, the executed notebook and last `chapter.json` (texts and exhibits in
    order, values) into `out`; everything is made in a folder beside it and moved.

    Parameters
    ----------
    notebook : the stripped notebook
    out : folder of the chapter
    parameters : what to inject; `out` is added
    engine : papermill engine, `fork` or `nbclient` (stock)

    Raises
    ------
    NotebookError
        Unknown parameters, no cell tagged `parameters`, a failed cell, a cell that never ran.
    """
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    beside = out.with_name(f".{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    passed = {**parameters, "out": str(beside)}
    _check_parameters(notebook, passed)
    try:
        executed = papermill.execute_notebook(
            str(notebook), str(beside / "executed.ipynb"), passed, engine_name=engine, progress_bar=False,
            kernel_name="python3", cwd=str(notebook.parent), request_save_on_cell_execute=False,
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        raise NotebookError(_failure(notebook, error)) from None
    silent = [c.id for c in executed.cells if c.cell_type == "code" and c.source and not c.execution_count]
    if silent:
        raise NotebookError(f"„{notebook.name}“: diese Zellen liefen nie: {', '.join(silent)}.")
    write_json(beside / "chapter.json", _chapter(executed, beside))
    nbformat.write(canonical(executed), beside / "executed.ipynb")
    for name in ("exhibits.json", "values.json"):
        (beside / name).unlink(missing_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)


def canonical(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The executed notebook without what changes from run to run: times, random ids, the folders of this run."""
    clean = nbformat.from_dict(json.loads(json.dumps(notebook)))
    clean.metadata = {k: v for k, v in clean.metadata.items() if k in ("kernelspec",)}
    clean.cells = [c for c in clean.cells if "injected-parameters" not in c.metadata.get("tags", ())]
    for number, cell in enumerate(clean.cells):
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags" and v}
        cell.id = cell.id if not cell.id.startswith("papermill") else f"cell-{number}"
    return clean


def check_notebook(path: Path) -> list[str]:
    """Sentences on everything that a committed notebook must not have; empty if all is well."""
    notebook = nbformat.read(path, as_version=4)
    problems = []
    if not notebook.cells or not notebook.cells[0].source.startswith("# "):
        problems.append("die erste Zelle ist keine Überschrift")
    if sum("parameters" in c.metadata.get("tags", ()) for c in notebook.cells) != 1:
        problems.append("es gibt nicht genau eine Zelle mit der Marke „parameters“")
    for cell in notebook.cells:
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count):
            problems.append(f"Zelle {cell.id} enthält Ausgaben")
        if cell.cell_type == "code" and cell.source.count("\n") >= 24:
            problems.append(f"Zelle {cell.id} ist zu lang; die Arbeit gehört in die Bibliothek")
        if set(cell.metadata) - {"tags"}:
            problems.append(f"Zelle {cell.id} enthält Metadaten")
    return problems


def strip_notebook(path: Path) -> None:
    """Remove outputs, counts and metadata from a notebook in place."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in notebook.cells:
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)


def _check_parameters(notebook: Path, passed: Mapping[str, Any]) -> None:
    import papermill

    known = papermill.inspect_notebook(str(notebook))
    if not known:
        raise NotebookError(f"„{notebook.name}“ hat keine Zelle mit der Marke „parameters“.")
    unknown = sorted(set(passed) - set(known))
    if unknown:
        raise NotebookError(
            f"„{notebook.name}“ kennt die Parameter {', '.join(unknown)} nicht; bekannt sind {', '.join(sorted(known))}."
        )


def _failure(notebook: Path, error: Any) -> str:
    """One readable message for a failed cell: our own errors speak for themselves."""
    if error.ename in ("NotebookError", "TabulationError", "UsageError", "RenderError", "CodebookError"):
        return f"„{notebook.name}“: {error.evalue}"
    tail = "\n".join(str(line) for line in error.traceback[-6:])
    return f"„{notebook.name}“: eine Zelle ist abgebrochen ({error.ename}: {error.evalue}).\n{error.source}\n{tail}"


def _chapter(executed: nbformat.NotebookNode, folder: Path) -> dict[str, Any]:
    """Texts and exhibits in the order of the notebook, with the values that the texts may refer to."""
    read = lambda name: json.loads((folder / name).read_text(encoding="utf-8"))  # noqa: E731
    exhibits = read("exhibits.json") if (folder / "exhibits.json").exists() else {}
    values = read("values.json") if (folder / "values.json").exists() else []
    blocks: list[dict[str, str]] = []
    for cell in executed.cells:
        tags = cell.metadata.get("tags", ())
        if cell.cell_type == "markdown" and "intern" not in tags:
            blocks.append({"type": "markdown", "text": cell.source, "cell": cell.id})
        for output in cell.get("outputs", ()):
            shown = output.get("data", {}).get(Shown.MIME)
            if shown:
                blocks.append({"type": "exhibit", "id": shown["id"]})
    unseen = set(exhibits) - {b["id"] for b in blocks if b["type"] == "exhibit"}
    if unseen:
        raise NotebookError(
            f"Diese Darstellungen wurden gerechnet, aber nicht gezeigt: {', '.join(sorted(unseen))}."
        )
    return {"blocks": blocks, "exhibits": exhibits, "values": values}
