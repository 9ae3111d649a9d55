"""The package is built in one direction, and every public function says what it does."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src/gkanalysis"
MODULES = {p.relative_to(PACKAGE).with_suffix("").as_posix(): p for p in sorted(PACKAGE.rglob("*.py"))}
FILES = {"os", "pathlib", "io", "shutil", "tempfile", "glob", "zipfile"}


@cache
def tree(name):
    """Syntax tree of a module."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(name):
    """Everything a module imports, also inside functions: modules of ours by their path, others by their first name."""
    found = set()
    for node in ast.walk(tree(name)):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            names = [base, *(f"{base}.{a.name}" for a in node.names)] if base.startswith("gkanalysis") else [base]
        for full in names:
            first, _, rest = full.partition(".")
            path = rest.replace(".", "/")
            if first != "gkanalysis":
                found.add(first)
            elif path in MODULES or f"{path}/__init__" in MODULES:
                found.add(f"gkanalysis/{path}")
    return found


def ours(name):
    """Modules of the package that a module imports, as stage or single module: report/values -> report."""
    return {i.split("/")[1] for i in imports(name) if i.startswith("gkanalysis/")}


def stage(name):
    """The folder a module lies in; its own name if it lies at the top."""
    return name.split("/")[0]


# The rooms in the order in which they may import: each knows those before it.
ROOMS = ("core", "codebook", "ingest", "settle", "stats", "counts", "disclosure", "report", "verify")
# Circles that are being taken apart; a pair that no longer exists must leave this list.
STILL: set[tuple[str, str]] = set()


def test_imports_run_one_way():
    """core -> codebook -> ingest -> settle -> stats -> counts -> disclosure -> report -> verify."""
    order = {room: k for k, room in enumerate(ROOMS)}
    wrong = {
        (name, room)
        for name in MODULES
        if stage(name) in order
        for room in ours(name) - {stage(name)}
        if order.get(room, len(ROOMS)) > order[stage(name)]
    }
    assert wrong == STILL


@pytest.mark.parametrize("name", [n for n in MODULES if stage(n) == "stats"])
def test_statistics_open_no_files(name):
    """They take frames and give frames."""
    assert not imports(name) & FILES
    called = {
        n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, "attr", "")
        for n in ast.walk(tree(name))
        if isinstance(n, ast.Call)
    }
    assert not {c for c in called if c == "open" or c.startswith(("read_", "to_csv", "to_parquet", "write_"))}


def public(body, prefix=""):
    """Public functions, classes and methods with their docstrings."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, ast.get_docstring(node)
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


@pytest.mark.parametrize("name", [n for n in MODULES if not n.endswith("__init__") or n == "__init__"])
def test_everything_public_has_a_docstring(name):
    """Modules, classes, functions and methods; the first line is short and ends."""
    assert ast.get_docstring(tree(name)), name
    silent = [n for n, text in public(tree(name).body) if not text]
    assert silent == []
    long = [n for n, text in public(tree(name).body) if len(text.splitlines()[0]) > 110]
    assert long == []
