"""A list with its codebook in a data folder drawn in a test, and the tables that the two steps make of it."""

import json
from datetime import date

import pandas as pd
import yaml

from gkanalysis.codebook.lists import read_list_book
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.ingest.spreadsheets import ingest_list
from gkanalysis.settle.process import process_list
from received import ALLIANCES
from sheets import xlsx

SOURCE = "besuche-2023"
BOOK = {
    "instrument": "besuche", "wave": 2023, "title": "Besuche", "file": "besuche.xlsx", "key": ["case_id", "date"],
    "columns": [
        {"name": "case_id", "titles": ["Bündnis"]},
        {"name": "date", "kind": "date", "titles": ["Datum"]},
        {"name": "days", "kind": "number", "titles": ["Tage"], "low": 0, "high": 5},
        {"name": "note", "titles": ["Notiz"], "required": False},
    ],
}  # fmt: skip
HEAD = ["Datum", "Bündnis", "Notiz", "Tage"]  # in another order than declared
CLEAN = [HEAD, [date(2023, 5, 3), "B1", "Auftakt", 1.5], [date(2023, 5, 4), "B2", None, 2]]


class ListFolder:
    """The folders; `rows` are those of the only sheet, `book` changes the codebook."""

    def __init__(self, root, rows=CLEAN, *, synthetic=False, **book):
        self.paths = ProjectPaths.of(root, root / "data/raw")
        self.folder = self.paths.data / SOURCE
        for made in (self.folder, self.paths.codebooks, self.paths.processed):
            made.mkdir(parents=True)
        self.codebook = self.paths.codebooks / "besuche.yml"
        self.codebook.write_text(yaml.safe_dump(BOOK | book, allow_unicode=True), encoding="utf-8")
        self.file = self.folder / "besuche.xlsx"
        self.file.write_bytes(xlsx({"Besuche": rows}))
        self.dataset = {"title": "x", "synthetic": synthetic}
        (self.paths.data / "dataset.yml").write_text(yaml.safe_dump(self.dataset), encoding="utf-8")

    def ingest(self):
        """What `ingest_list` says."""
        book = read_list_book(self.codebook)
        return ingest_list(self.folder, book.file, book.spec, self.paths.interim / SOURCE)

    def process(self):
        """The tables, made anew."""
        assert self.ingest() == (1, [])
        book = read_list_book(self.codebook)
        return process_list(self.paths.data, self.paths.interim / SOURCE, book, {"buendnisse": ALLIANCES})

    def data(self):
        """What counts see of the tables."""
        tables = {f"{SOURCE}-{name}": table for name, table in self.process().items()}
        for name, table in (tables | {"buendnisse": pd.DataFrame(ALLIANCES)}).items():
            table.to_parquet(self.paths.processed / f"{name}.parquet", index=False)
        (self.paths.processed / "dataset.json").write_text(json.dumps(self.dataset), encoding="utf-8")
        return Data(self.paths)
