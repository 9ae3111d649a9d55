"""A folder of received forms becomes long responses with the place each came from."""

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gkanalysis.codebook.columns import table_version
from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.matching import Matcher, Response, Review
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.received import Received, csv_rows, receive
from gkanalysis.ingest.surveys import SUFFIXES, Survey, open_survey
from gkanalysis.ingest.word.form import read_word_form

BATCH = 100  # forms per row group: about 45,000 rows, a few MB; memory does not grow with the number of forms
SCHEMA = pa.schema([(c, pa.int32() if c == "occurrence" else pa.string()) for c in ("file", *Response._fields)])
FORM_COLUMNS = ("file", "sha256", "version", "status", "message", "synthetic", "alliance", "day")


def read_forms(folder: Path, book: Codebook) -> Iterator[Received]:
    """Read every file of a folder; the content of a form that was read is its `Match`, of a table its `Survey`."""
    matcher = Matcher(book)
    questionnaires = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".lss")

    def read(path: Path) -> Received:
        if path in questionnaires and book.table and book.table.limesurvey:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            return Received(path.name, "list", "Fragebogen zur Ausfuhr aus LimeSurvey", sha256=digest)
        if path.suffix.lower() in SUFFIXES and book.table:
            survey = open_survey(path, book, questionnaires)
            return Received(path.name, "read", "", table_version(book), survey.synthetic, survey)
        with open_word_file(path) as package:
            synthetic = "SYNTHETISCH" in package.core_properties.get("keywords", "")
            form = read_word_form(package, placeholders=())  # the matcher knows more of them
            match = matcher.match(form, path.name)
            return Received(path.name, "read", "", match.version, synthetic, match)

    return receive(folder, read)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let Python look for cycles seldom, and not in what was there before: they are few, and it took a fifth of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(10_000, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def ingest_forms(folder: Path, book: Codebook, out: Path) -> tuple[int, list[str]]:
    """Read a folder of forms and write `responses.parquet`, `forms.csv` and `reviews.csv` into `out`.

    Gives the number of forms that were read, and a German sentence per refused file.
    """
    if not folder.is_dir():
        raise IngestError(f"Der Ordner „{folder}“ fehlt; dort werden die eingegangenen Bögen erwartet.")
    out.mkdir(parents=True, exist_ok=True)
    received, n_read, refused = read_forms(folder, book), 0, []
    with (
        _seldom_collected(),
        pq.ParquetWriter(out / "responses.parquet", SCHEMA) as responses,
        csv_rows(out / "forms.csv", FORM_COLUMNS) as forms,
        csv_rows(out / "reviews.csv", ["file", *Review._fields]) as reviews,
    ):
        while batch := list(islice(received, BATCH)):
            for file in (file for file in batch if isinstance(file.content, Survey)):
                survey, own = file.content, _values(file)[1:6]
                try:
                    for rows, long in survey.responses(SCHEMA):
                        forms.writerows((name, *own, *said) for name, *said in rows)
                        responses.write_table(long)
                except IngestError as error:  # what comes later in a file may be damaged
                    refused.append(str(error))
                notes, problems = survey.file.notes, survey.file.problems
                reviews.writerows((file.file, item, why, raw, "", place) for item, why, raw, place in notes)
                n_read += survey.n_rows
                if problems:
                    refused.append("\n    ".join([f"„{file.file}“ passt nicht zum Codebuch:", *problems]))
            batch = [file for file in batch if not isinstance(file.content, Survey)]
            forms.writerows((*_values(file), "", "") for file in batch)
            refused += [file.message for file in batch if file.status == "refused"]
            matches = [(file.file, file.content) for file in batch if file.content]
            reviews.writerows((file, *r) for file, match in matches for r in match.reviews)
            rows = [(file, *r) for file, match in matches for r in match.responses]
            columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
            arrays = [pa.array(values, f.type) for values, f in zip(columns, SCHEMA, strict=True)]
            responses.write_table(pa.table(arrays, schema=SCHEMA))
            n_read += len(matches)
    return n_read, refused


_values = attrgetter(*FORM_COLUMNS[:6])
