"""`SHA256SUMS` of a data folder: what came in, so that a later change of it is seen."""

import hashlib
import shlex
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from unicodedata import normalize

from gkanalysis.core.errors import UsageError
from gkanalysis.core.lookup import listed
from gkanalysis.core.rawstate import SHIPPED
from gkanalysis.core.writing import write_bytes

SUMS = "SHA256SUMS"


def read_sums(data: Path) -> dict[str, str]:
    """File -> SHA-256 as written down; names in one form of umlauts, whichever system wrote them."""
    path = data / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    # a star before the name says that sha256sum read the file as binary
    return {normalize("NFC", name.lstrip(" *")): digest for digest, _, name in (line.partition(" ") for line in lines)}


def received_files(data: Path) -> dict[str, Path]:
    """Everything in a data folder but the list of sums, by name from there, in order."""
    files = sorted(p for p in data.rglob("*") if p.is_file() and p.name != SUMS)
    return {p.relative_to(data).as_posix(): p for p in files}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def own_program() -> str:
    """`gkanalysis` as a person types it in the project: beside the Python that runs, `.venv/bin/gkanalysis`."""
    path = Path(sys.executable).with_name("gkanalysis")
    near = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return shlex.quote(str(near)) if path.exists() else path.name


def changed_files(data: Path) -> Iterator[str]:
    """A sentence on each file that is not what was written down, or is gone, with both remedies."""
    sums, files = read_sums(data), received_files(data)
    there = {normalize("NFC", name): path for name, path in files.items()}
    for name, expected in sums.items():
        if name not in there:
            yield f"„{name}“ steht in {SUMS} und ist nicht mehr da; bitte zurückholen oder die Zeile dort streichen."
        elif digest(there[name]) != expected:
            source, _, rest = name.partition("/")
            is_shipped = data.resolve() == (Path.cwd() / SHIPPED).resolve()
            where = "" if is_shipped else f" --data {shlex.quote(str(data))}"
            named = f"{own_program()} receive {source} {shlex.quote(rest)}{where}"
            told = f"„{name}“ ist nicht mehr die Datei, die einging (Prüfsumme anders als in {SUMS})"
            remedy = f"wenn die Änderung gewollt ist, {named if rest else f'die Zeile in {SUMS} streichen'}"
            yield f"{told}; bitte die eingegangene Fassung zurückholen oder, {remedy}."


def receive(data: Path, source: str, changed: Collection[str] = ()) -> Iterator[str]:
    """Write down the sums of all new files of a source, and of changed ones that are named; a line on each.

    A `UsageError` if there is no such folder, or a named file does not lie there; nothing is written then.
    """
    if not (names := {n: p for n, p in received_files(data).items() if n.startswith(f"{source}/")}):
        folders = sorted(p.name for p in data.iterdir() if p.is_dir())
        raise UsageError(f"In „{data}/{source}“ liegt nichts; Ordner sind {listed(folders, source)}.")
    asked = {f"{source}/{name}" for name in changed}
    if missing := sorted(asked - names.keys()):
        raise UsageError(f"„{missing[0]}“ gibt es nicht; bitte den Namen ab dem Ordner „{source}“ angeben.")
    sums = read_sums(data)
    for name, path in names.items():
        key, now = normalize("NFC", name), digest(path)
        if key not in sums or (name in asked and sums[key] != now):
            yield f"{name}: {'neu' if key not in sums else 'geändert'}, Prüfsumme eingetragen."
            sums[key] = now
        elif sums[key] != now:
            yield f"{name}: anders als eingetragen; bleibt so, bis die Datei im Aufruf genannt wird."
    write_bytes(data / SUMS, "".join(f"{sums[n]}  {n}\n" for n in sorted(sums)).encode("utf-8"))
