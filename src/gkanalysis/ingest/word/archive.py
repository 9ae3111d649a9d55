"""The body of a Word file that came by e-mail from a stranger; every other kind of file has a sentence of its own."""

import hashlib
from functools import cached_property
from pathlib import Path

from gkanalysis.ingest.archive import open_regular
from gkanalysis.ingest.office import OfficePackage
from gkanalysis.ingest.refusal import RefusedFileError

_MAIN_TYPES = {
    f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}.main+xml"
    for kind in ("document", "template")
}


def open_word_file(path):
    """Open a received Word file for reading.

    Parameters
    ----------
    path : str or Path
        Any file name; the content decides whether it is a Word document.

    Returns
    -------
    WordPackage
        The parts of the document, inflated one by one when they are asked for.

    Raises
    ------
    RefusedFileError
        An `IngestError` whose `rule` names the reason and whose text is one German sentence.

    Examples
    --------
    >>> open_word_file("gibt es nicht.docx")
    Traceback (most recent call last):
    gkanalysis.ingest.refusal.RefusedFileError: Die Datei „gibt es nicht.docx“ gibt es nicht; bitte Namen und Ordner prüfen.
    """
    path = Path(path)
    file, size = open_regular(path, RefusedFileError)
    with file:
        return WordPackage(path, file.read(size))


class WordPackage(OfficePackage):
    """The parts of one Word document, from the bytes of the whole file; usable in a `with` statement.

    Attributes
    ----------
    main_part : str
        The part with the body, found through the package's relationships, else by its type.
    """

    def __init__(self, path, data):
        super().__init__(path, RefusedFileError, data)
        self._data = data
        by_type = (self.find(part) for part, kind in self.content_types.items() if kind in _MAIN_TYPES)
        part = self.related_part("", "officeDocument") or next(filter(None, by_type), None)
        if not part:
            raise self.refusal("no_document")
        ending = f".{part.rpartition('.')[2]}".lower()
        kind = self.content_types.get(part.lower()) or self.content_types.get(ending, "")
        if "spreadsheetml" in kind:
            raise self.refusal("xlsx")
        if kind not in _MAIN_TYPES:
            raise self.refusal("not_word")
        self.main_part = part

    @cached_property
    def sha256(self):
        """Hexadecimal SHA-256 of the whole file."""
        return hashlib.sha256(self._data).hexdigest()
