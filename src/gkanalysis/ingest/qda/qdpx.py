"""Read a REFI-QDA project (.qdpx): everything in memory, nothing unpacked onto the disk.

What cannot be used is listed as a loss. Refused are DTDs and entities, bombs, paths that lead out of the archive,
encryption, and files that are no project.
"""

import posixpath
import stat
from pathlib import Path
from urllib.parse import unquote

from gkanalysis.ingest.archive import Archive
from gkanalysis.ingest.qda.projectxml import iterate_objects
from gkanalysis.ingest.qda.reading import ProjectReader, TextMissingError
from gkanalysis.ingest.qda.resolve import resolve
from gkanalysis.ingest.refusal import MB, QdaFileError, UnsafeContentError

MAX_PROJECT_BYTES = 512 * MB  # 100,000 codings take 60 MB
INTERNAL, _RELATIVE = "internal://", "relative://"
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_qdpx(path, *, beside=None):
    """Read a REFI-QDA project.

    Parameters
    ----------
    path : str or Path
    beside : str or Path, optional
        Folder in which the texts of `relative://` paths lie. Without it they are not read, but listed as losses;
        nothing outside the folder is ever read.

    Returns
    -------
    Project
        In the order of the file. GUIDs are in lower case, positions count code points of the text with LF line
        ends. `reading` of a source says how the file counted. Colours of links and times of changes are not kept.

    Raises
    ------
    QdaFileError
        An `IngestError` whose `rule` names the reason and whose text is one German sentence.

    References
    ----------
    .. [1] REFI-QDA Standard 1.0, Project.xsd of 18 March 2019.

    Examples
    --------
    >>> read_qdpx("gibt es nicht.qdpx")
    Traceback (most recent call last):
    gkanalysis.ingest.refusal.QdaFileError: Die Datei „gibt es nicht.qdpx“ gibt es nicht; bitte Namen und Ordner prüfen.
    """
    with Archive(path, QdaFileError) as container:
        part, others = _project_part(container)
        texts = _Texts(container, posixpath.dirname(part), None if beside is None else Path(beside))
        reader = ProjectReader(part, texts.fetch)
        for other in others:
            reader.lose("second_project", raw=other)
        for name in container.duplicates:
            reader.lose("duplicate_member", raw=name)
        try:
            data = container.read(part, MAX_PROJECT_BYTES)
            attributes = {}
            for name, element in iterate_objects(data):
                if name == "Project":
                    attributes = dict(element.attrib)
                reader.read(name, element)
        except UnsafeContentError as error:
            raise container.refusal(error.rule, part) from None
    return resolve(reader, attributes.get("name", ""), attributes.get("origin", ""))


def _project_part(container):
    """The project file and any others: `project.qde`, else the first in the outermost folder (ATLAS.ti names it so)."""
    parts = [name for name in container.members if name.lower().endswith(".qde")]
    if not parts:
        raise container.refusal("no_project")
    first = min(parts, key=lambda name: (name.count("/"), posixpath.basename(name).lower() != "project.qde"))
    return first, [name for name in parts if name != first]


class _Texts:
    """Fetches the texts that a project names."""

    def __init__(self, container, folder, beside):
        self._container = container
        self._folder = folder
        self._beside = beside

    def fetch(self, path):
        """Text of a path as the project writes it, line ends as stored, without byte order mark."""
        lower = path.lower()
        if lower.startswith(INTERNAL):
            return _decode(self._inside(path[len(INTERNAL) :]))
        if lower.startswith(_RELATIVE):
            if self._beside is None:
                raise TextMissingError("text_beside")
            return _decode(self._outside(path[len(_RELATIVE) :]))
        raise TextMissingError("text_elsewhere")

    def _inside(self, path):
        """Bytes of a member: `sources/` or `Sources/`, or the path itself."""
        wanted = path.replace("\\", "/").lstrip("/")
        names = [
            posixpath.join(self._folder, folder, name)
            for name in dict.fromkeys((wanted, unquote(wanted)))
            for folder in ("sources", "Sources", "")
        ]
        found = self._container.find(*names)
        if found is None:
            raise TextMissingError("text_missing")
        try:
            return self._container.read(found)
        except QdaFileError as error:
            if error.rule in ("damaged", "method"):  # this text alone
                raise TextMissingError("text_damaged") from None
            raise

    def _outside(self, path):
        """Bytes of a regular file in the folder beside the project; links and upward paths lead nowhere."""
        wanted = unquote(path.replace("\\", "/")).lstrip("/")
        try:
            folder = self._beside.resolve(strict=True)
            file = (folder / wanted).resolve(strict=True)
            status = file.lstat()
        except (OSError, ValueError, RuntimeError):
            raise TextMissingError("text_missing") from None
        if not file.is_relative_to(folder):
            raise TextMissingError("text_elsewhere")
        if not stat.S_ISREG(status.st_mode) or status.st_size > QdaFileError.limits.part:
            raise TextMissingError("text_missing")
        return file.read_bytes()


def _decode(data):
    """Text of a file: UTF-8, or UTF-16 if its byte order mark says so."""
    try:
        return data.decode("utf-16" if data[:2] in _MARKS_OF_UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise TextMissingError("text_encoding") from None
