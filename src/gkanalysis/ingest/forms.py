"""A folder of received forms becomes long responses with the place each came from.

Every file of the folder is accounted for: read, refused with a sentence, or left out with a reason.
Memory does not grow with the number of forms: rows are written in batches.
"""

from __future__ import annotations

import csv
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.matching import Match, Matcher, Response, Review
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.word.form import read_word_form

BATCH = 100  # forms per row group: about 45,000 rows, a few MB
RESPONSE_COLUMNS = ("file", *(f.name for f in fields(Response)))
SCHEMA = pa.schema([(c, pa.int32() if c == "occurrence" else pa.string()) for c in RESPONSE_COLUMNS])
FORM_COLUMNS = ("file", "sha256", "version", "status", "message", "synthetic")
REVIEW_COLUMNS = ("file", *(f.name for f in fields(Review)))


@dataclass(frozen=True, slots=True)
class ReceivedForm:
    """One file of the folder: `status` is read, refused or left_out; `message` says why, in German."""

    file: str
    sha256: str
    version: str
    status: str
    message: str
    synthetic: bool
    match: Match | None


def read_forms(folder: Path, book: Codebook) -> Iterator[ReceivedForm]:
    """Read every file of a folder, one after the other, in the order of their names."""
    matcher = Matcher(book)
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith((".", "~$")):
            yield ReceivedForm(path.name, "", "", "left_out", "Sperr- oder Systemdatei", False, None)
            continue
        try:
            with open_word_file(path) as package:
                synthetic = "SYNTHETISCH" in package.core_properties.get("keywords", "")
                form = read_word_form(package, placeholders=())  # the matcher knows more of them
                match = matcher.match(form, path.name)
                yield ReceivedForm(path.name, package.sha256, match.version, "read", "", synthetic, match)
        except IngestError as error:
            yield ReceivedForm(path.name, "", "", "refused", str(error), False, None)


def ingest_forms(folder: Path, book: Codebook, out: Path) -> tuple[int, list[str]]:
    """Read a folder of forms and write `responses.parquet`, `forms.csv` and `reviews.csv` into `out`.

    Returns
    -------
    number of forms that were read, and one German sentence per refused file

    Raises
    ------
    IngestError
        If the folder does not exist.
    """
    if not folder.is_dir():
        raise IngestError(f"Der Ordner „{folder}“ fehlt; dort werden die eingegangenen Bögen erwartet.")
    out.mkdir(parents=True, exist_ok=True)
    n_read, refused = 0, []
    with (
        _collect_by_hand(),
        pq.ParquetWriter(out / "responses.parquet", SCHEMA) as writer,
        _CsvFile(out / "forms.csv", FORM_COLUMNS) as form_lines,
        _CsvFile(out / "reviews.csv", REVIEW_COLUMNS) as review_lines,
    ):
        batch: list[tuple[str, Response]] = []
        for number, form in enumerate(read_forms(folder, book), start=1):
            form_lines.row([getattr(form, c) for c in FORM_COLUMNS])
            if form.status == "refused":
                refused.append(form.message)
            if form.match:
                n_read += 1
                batch += [(form.file, r) for r in form.match.responses]
                for review in form.match.reviews:
                    review_lines.row([form.file, *(getattr(review, c) for c in REVIEW_COLUMNS[1:])])
            if number % BATCH == 0:
                _write(writer, batch)
                batch.clear()
                gc.collect()
        _write(writer, batch)
    return n_read, refused


@contextmanager
def _collect_by_hand() -> Iterator[None]:
    """No garbage collection in between: a form makes many small objects and hardly a cycle, a batch is collected."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write(writer: pq.ParquetWriter, batch: Iterable[tuple[str, Response]]) -> None:
    values = attrgetter(*RESPONSE_COLUMNS[1:])
    rows = [(file, *values(response)) for file, response in batch]
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    writer.write_table(
        pa.table([pa.array(v, f.type) for v, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
    )


class _CsvFile:
    """A CSV file that is open for rows."""

    def __init__(self, path: Path, columns: Iterable[str]) -> None:
        self._path, self._columns = path, list(columns)

    def __enter__(self) -> _CsvFile:
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(self._columns)
        return self

    def row(self, values: Iterable) -> None:
        self._writer.writerow(list(values))

    def __exit__(self, *_: object) -> None:
        self._file.close()
