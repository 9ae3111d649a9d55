"""A folder with one list becomes its rows and everything that was found in it; every file is accounted for."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.qda.container import Container
from gkanalysis.ingest.spreadsheets import TableSpec, read_table

FILE_COLUMNS = ("file", "sha256", "status", "message", "synthetic")
SYNTHETIC = "synthetisch"  # as in the properties of an invented spreadsheet


def ingest_list(folder: Path, file: str, spec: TableSpec, out: Path) -> tuple[int, list[str]]:
    """Read a list and write `rows.parquet`, `found.parquet` and `files.csv` into `out`.

    Parameters
    ----------
    folder : the source's folder
    file : name of the spreadsheet in it
    spec : the declared table

    Returns
    -------
    number of files that were read (0 or 1), and a German sentence if the file was refused

    Raises
    ------
    IngestError
        If the file is not there.
    """
    path = folder / file
    if not path.is_file():
        raise IngestError(f"„{path}“ fehlt; bitte die Liste unter diesem Namen dort ablegen.")
    try:
        read = read_table(path, spec)
    except IngestError as error:
        return 0, [str(error)]
    out.mkdir(parents=True, exist_ok=True)
    read.rows.assign(sheet=read.sheet).to_parquet(out / "rows.parquet", index=False)
    read.findings.to_parquet(out / "found.parquet", index=False)
    with (out / "files.csv").open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(FILE_COLUMNS)
        rows.writerows(_files(folder, file))
    return 1, []


def _files(folder: Path, file: str) -> Iterator[tuple[str, ...]]:
    """What became of each file of the folder; a CSV file cannot say whether it is invented."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name == file:
            data = path.read_bytes()
            yield file, hashlib.sha256(data).hexdigest(), "read", "", _says_synthetic(path, data)
        elif path.name.startswith((".", "~$")):
            yield path.name, "", "left_out", "Sperr- oder Systemdatei", ""
        else:
            yield path.name, "", "left_out", "im Codebuch nicht als Liste genannt", ""


def _says_synthetic(path: Path, data: bytes) -> str:
    """Whether a workbook calls itself invented, "" if it cannot say."""
    if not data.startswith(b"PK"):
        return ""
    with Container(path) as container:
        part = container.find("docProps/core.xml")
        said = container.read(part).decode("utf-8", "replace") if part else ""
    return str(SYNTHETIC in said.casefold())
