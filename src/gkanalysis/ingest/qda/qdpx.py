"""Read a REFI-QDA project (.qdpx): everything in memory; what cannot be used is listed as a loss."""

import posixpath
import stat
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from gkanalysis.ingest.archive import Archive
from gkanalysis.ingest.qda.projectxml import iterate_objects
from gkanalysis.ingest.qda.reading import ProjectReader, TextMissingError, resolve
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
    """
    with Archive(path, QdaFileError) as container:
        part, others = _project_part(container)
        folder = None if beside is None else Path(beside)
        reader = ProjectReader(part, partial(_fetch, container, posixpath.dirname(part), folder))
        for other in others:
            reader.lose("second_project", raw=other)
        for name in container.duplicates:
            reader.lose("duplicate_member", raw=name)
        try:
            for name, element in iterate_objects(container.read(part, MAX_PROJECT_BYTES)):
                reader.read(name, element)
        except UnsafeContentError as error:
            raise container.refusal(error.rule, part) from None
    return resolve(reader)


def _project_part(container):
    """The project file and any others: `project.qde`, else the first in the outermost folder (ATLAS.ti names it so)."""
    parts = [name for name in container.members if name.lower().endswith(".qde")]
    if not parts:
        raise container.refusal("no_project")
    first = min(parts, key=lambda name: (name.count("/"), posixpath.basename(name).lower() != "project.qde"))
    return first, [name for name in parts if name != first]


def _fetch(container, folder, beside, path):
    """Text of a path as the project writes it, line ends as stored, without byte order mark."""
    lower = path.lower()
    if lower.startswith(INTERNAL):
        data = _inside(container, folder, path[len(INTERNAL) :])
    elif not lower.startswith(_RELATIVE):
        raise TextMissingError("text_elsewhere")
    elif beside is None:
        raise TextMissingError("text_beside")
    else:
        data = _outside(beside, path[len(_RELATIVE) :])
    try:
        return data.decode("utf-16" if data[:2] in _MARKS_OF_UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise TextMissingError("text_encoding") from None


def _inside(container, folder, path):
    """Bytes of a member: `sources/` or `Sources/`, or the path itself."""
    wanted = path.replace("\\", "/").lstrip("/")
    member = container.find(
        *(
            posixpath.join(folder, inner, name)
            for name in dict.fromkeys((wanted, unquote(wanted)))
            for inner in ("sources", "Sources", "")
        )
    )
    if member is None:
        raise TextMissingError("text_missing")
    try:
        return container.read(member)
    except QdaFileError as error:
        if error.rule in ("damaged", "method"):  # this text alone
            raise TextMissingError("text_damaged") from None
        raise


def _outside(beside, path):
    """Bytes of a regular file in the folder beside the project; links and upward paths lead nowhere."""
    try:
        folder = beside.resolve(strict=True)
        file = (folder / unquote(path.replace("\\", "/")).lstrip("/")).resolve(strict=True)
        status = file.lstat()
    except (OSError, ValueError, RuntimeError):
        raise TextMissingError("text_missing") from None
    if not file.is_relative_to(folder):
        raise TextMissingError("text_elsewhere")
    if not stat.S_ISREG(status.st_mode) or status.st_size > QdaFileError.limits.part:
        raise TextMissingError("text_missing")
    return file.read_bytes()
