"""A folder with one list becomes its rows and everything that was found in it; every file is accounted for."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.spreadsheets import TableSpec, read_table
from gkanalysis.ingest.workbook import says_synthetic

FILE_COLUMNS = ("file", "sha256", "status", "message", "synthetic")


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
            synthetic = says_synthetic(path)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield file, digest, "read", "", "" if synthetic is None else str(synthetic)
        elif path.name.startswith((".", "~$")):
            yield path.name, "", "left_out", "Sperr- oder Systemdatei", ""
        else:
            yield path.name, "", "left_out", "im Codebuch nicht als Liste genannt", ""
