"""A folder with one list becomes its rows and everything that was found in it; every file is accounted for."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gkanalysis.codebook.lists import TableSpec
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.received import FILE_COLUMNS, Received, csv_rows, receive
from gkanalysis.ingest.spreadsheets import read_table
from gkanalysis.ingest.workbook import says_synthetic


def ingest_list(folder: Path, file: str, spec: TableSpec, out: Path) -> tuple[int, list[str]]:
    """Read the list `file` of a folder and write `rows.parquet`, `found.parquet` and `files.csv` into `out`.

    Gives the number of files that were read (0 or 1), and a German sentence if it was refused.
    """
    if not (folder / file).is_file():
        raise IngestError(f"„{folder / file}“ fehlt; bitte die Liste unter diesem Namen dort ablegen.")

    def read(path: Path) -> Received:
        if path.name != file:
            return Received(path.name, "left_out", "im Codebuch nicht als Liste genannt")
        digest, table = hashlib.sha256(path.read_bytes()).hexdigest(), read_table(path, spec)
        return Received(file, "read", sha256=digest, synthetic=says_synthetic(path), content=table)

    files = list(receive(folder, read))
    if refused := [received.message for received in files if received.status == "refused"]:
        return 0, refused
    (table,) = (received.content for received in files if received.status == "read")
    out.mkdir(parents=True, exist_ok=True)
    table.rows.assign(sheet=table.sheet).to_parquet(out / "rows.parquet", index=False)
    table.findings.to_parquet(out / "found.parquet", index=False)
    with csv_rows(out / "files.csv", FILE_COLUMNS) as rows:
        for f in files:  # a CSV file cannot say whether it is invented: None
            says = f.synthetic if f.status == "read" else None
            rows.writerow([f.file, f.sha256, f.status, f.message, says])
    return 1, []
