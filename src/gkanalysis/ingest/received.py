"""Every file of a source's folder is accounted for: read, refused with a sentence, or left out with a reason."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import IngestError

FILE_COLUMNS = ("file", "sha256", "status", "message", "synthetic")
OF_THE_SYSTEM = "Sperr- oder Systemdatei"
_OF_WINDOWS = frozenset({"desktop.ini", "thumbs.db"})


@dataclass(frozen=True, slots=True)
class Received:
    """One file: `status` is read, refused, left_out or list; `message` says why, in German."""

    file: str
    status: str
    message: str = ""
    version: str = ""
    synthetic: bool = False
    content: Any = None
    sha256: str = ""


def file_of(form: str) -> str:
    """The received file in which a form lies: that of a row of a table is the table.

    >>> file_of("umfrage.csv, Zeile 12"), file_of("Bogen.docx")
    ('umfrage.csv', 'Bogen.docx')
    """
    return re.sub(r", Zeile \d+$", "", form)


def is_of_the_system(name: str) -> bool:
    """Whether programs left a file behind: a lock, an index of pictures, the look of a folder."""
    return name.startswith((".", "~$")) or name.casefold() in _OF_WINDOWS


def receive(folder: Path, read: Callable[[Path], Received]) -> Iterator[Received]:
    """Read every file of a folder, one after the other, in the order of their names."""
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if is_of_the_system(path.name):
            yield Received(path.name, "left_out", OF_THE_SYSTEM)
            continue
        try:
            received = read(path)
        except IngestError as error:
            received = Received(path.name, "refused", str(error))
        is_read = received.status == "read"
        yield replace(received, sha256=hashlib.sha256(path.read_bytes()).hexdigest()) if is_read else received


@contextmanager
def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """A CSV file that is open for rows below these headings."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(columns)
        yield rows
