"""Read a REFI-QDA project (.qdpx): everything in memory; what cannot be used is listed as a loss."""

import posixpath
import re
import stat
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from gkanalysis.ingest.archive import Archive
from gkanalysis.ingest.qda.projectxml import iterate_objects
from gkanalysis.ingest.qda.reading import ProjectReader, TextMissingError, resolve
from gkanalysis.ingest.refusal import MB, QdaFileError, UnsafeContentError

MAX_PROJECT_BYTES = 512 * MB  # 100,000 codings take 60 MB
INTERNAL, _RELATIVE = "internal://", "relative://"
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_MACHINE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\")


def read_qdpx(path, *, beside=None):
    """Read a REFI-QDA project.

    Parameters
    ----------
    path : str or Path
    beside : str or Path, optional
        Folder in which the texts of `relative://` paths lie, or the `basePath` of the project in it. Without it they
        are not read, but listed as losses; nothing outside the folder is ever read.

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
        reader = ProjectReader(
            part, lambda text: _fetch(container, part, folder, reader.root.get("basePath", ""), text)
        )
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
    """The project file and any others: `project.qde`, else the first in the outermost folder (ATLAS.ti names it so).

    What macOS stores beside a file, under its name after „._“, is none.
    """
    parts = [name for name in container.members if re.search(r"(^|/)(?!\._)[^/]*\.qde$", name, re.IGNORECASE)]
    if not parts:
        raise container.refusal("no_project")
    first = min(parts, key=lambda name: (name.count("/"), posixpath.basename(name).lower() != "project.qde"))
    return first, [name for name in parts if name != first]


def _fetch(container, part, beside, base, path):
    """Text of a path as the project writes it, line ends as stored, without byte order mark."""
    lower, folder = path.lower(), posixpath.dirname(part)
    if lower.startswith(_RELATIVE):
        data = _outside(beside, base, path[len(_RELATIVE) :])
    elif lower.startswith(INTERNAL):
        data = _inside(container, folder, path[len(INTERNAL) :])
        if data is None:
            raise TextMissingError("text_missing")
    else:  # some programs write the name alone
        data = _inside(container, folder, path)
        if data is None and _OTHER_MACHINE.match(path):
            raise TextMissingError("text_elsewhere")
        if data is None:
            data = _outside(beside, base, path)
    try:
        return data.decode("utf-16" if data[:2] in _MARKS_OF_UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise TextMissingError("text_encoding") from None


def _spellings(path):
    """A path as it is written, and how archives and disks may hold it.

    Percent-decoded; with composed or decomposed umlauts (macOS); in UTF-8 that the archive does not call so, which
    `zipfile` shows as code page 437.
    """
    wanted = path.replace("\\", "/").lstrip("/")
    plain = [unicodedata.normalize(form, text) for text in (wanted, unquote(wanted)) for form in ("NFC", "NFD")]
    return dict.fromkeys([wanted, *plain, *(name.encode().decode("cp437") for name in plain)])


def _inside(container, folder, path):
    """Bytes of a member: `sources/` or `Sources/`, or the path itself; None if there is none."""
    places = [posixpath.join(folder, inner) for inner in ("sources", "Sources", "")]
    member = container.find(*(posixpath.join(place, name) for name in _spellings(path) for place in places))
    if member is None:
        return None
    try:
        return container.read(member)
    except QdaFileError as error:
        if error.rule in ("damaged", "method"):  # this text alone
            raise TextMissingError("text_damaged") from None
        raise


def _outside(beside, base, path):
    """Bytes of a regular file in the folder beside the project; links and upward paths lead nowhere."""
    if beside is None:
        raise TextMissingError("text_beside")
    try:
        folder = beside.resolve(strict=True)
        bases = ["", *([] if _OTHER_MACHINE.match(base) else [unquote(base.replace("\\", "/"))])]
        files = [folder / inner / name for inner in reversed(bases) for name in _spellings(path)]
        file = next((file for file in files if file.exists()), files[-1]).resolve(strict=True)
        status = file.lstat()
    except (OSError, ValueError, RuntimeError):
        raise TextMissingError("text_missing") from None
    if not file.is_relative_to(folder):
        raise TextMissingError("text_elsewhere")
    if not stat.S_ISREG(status.st_mode) or status.st_size > QdaFileError.limits.part:
        raise TextMissingError("text_missing")
    return file.read_bytes()
