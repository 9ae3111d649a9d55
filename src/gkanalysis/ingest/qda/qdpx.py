"""Read a REFI-QDA project (.qdpx): its XML one object at a time, so that memory follows the largest one, and its texts."""

import io
import posixpath
import re
import stat
import unicodedata
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from gkanalysis.ingest.archive import Archive
from gkanalysis.ingest.qda.reading import ProjectReader, TextMissingError, resolve
from gkanalysis.ingest.refusal import MB, QdaFileError, UnsafeContentError
from gkanalysis.ingest.safexml import SAFELY, refuse_doctype

MAX_PROJECT_BYTES = 512 * MB  # 100,000 codings take 60 MB
INTERNAL, _RELATIVE = "internal://", "relative://"
_MARKS_OF_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_MACHINE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\")

MAX_TAGS = 5_000_000  # of a project
# Objects by the section they stand in, all children of the root's children.
_SOURCES = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")
_SECTION_OF = {name: f"{name}s" for name in ("User", "Variable", "Case", "Note", "Link", "Set", "Graph")}
_SECTION_OF |= {"Codes": "CodeBook"} | dict.fromkeys(_SOURCES, "Sources")


def read_qdpx(path, *, beside=None):
    """Read a REFI-QDA project [1]_, in the order of the file; a `QdaFileError` if it may not or cannot be read.

    GUIDs are in lower case, positions count code points of the text with LF line ends; `reading` of a source says how
    the file counted. Colours of links and times of changes are not kept. `beside` is the folder in which the texts of
    `relative://` paths lie, or the `basePath` of the project in it: without it they are not read, but listed as
    losses; nothing outside the folder is ever read.

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


def iterate_objects(data):
    """Yield the name and element of every object of a project, each only good until the next one is asked for.

    `("Project", root)` comes first, its children not yet read; ("", element) is what the schema does not have. An
    `UnsafeContentError` says `dtd`, `elements`, `depth`, `size`, `xml`, or `no_project` if the root is another.
    """
    refuse_doctype(data, MAX_TAGS)
    names = ["{*}Project", *(f"{{*}}{name}" for name in _SECTION_OF)]
    root = finished = None
    try:
        for event, element in etree.iterparse(io.BytesIO(data), ("start", "end"), tag=names, **SAFELY):
            if root is None:
                root = element.getroottree().getroot()
                if root.getroottree().docinfo.internalDTD is not None:
                    raise UnsafeContentError("dtd")
                if etree.QName(root).localname != "Project":
                    break
                yield "Project", root
            parent, name = element.getparent(), local_name(element, root)
            if event == "start" or parent is None or parent.getparent() is not root:
                continue
            if local_name(parent, root) == _SECTION_OF.get(name):
                yield name, element
                element.clear()
                if finished is not None:  # not this one: the parser still stands on it
                    finished.getparent().remove(finished)
                finished = element
    except etree.XMLSyntaxError as error:
        text = str(error).lower()
        raise UnsafeContentError("depth" if "depth" in text else "size" if "huge" in text else "xml") from None
    if root is None or etree.QName(root).localname != "Project":
        raise UnsafeContentError("no_project")
    if finished is not None:
        finished.getparent().remove(finished)
    for child in root:  # what is left: descriptions and notes of the project, and the unknown
        if (name := local_name(child, root)) in _SECTION_OF.values():
            yield from (("", stranger) for stranger in child)
        else:
            yield name if name in ("Description", "NoteRef") else "", child


def local_name(element, root):
    """Return the name without its namespace, or "" if the namespace is not the project's."""
    namespace, bracket, name = element.tag.rpartition("}")
    return name if namespace + bracket == root.tag[: root.tag.rfind("}") + 1] else ""


def _project_part(container):
    """The project file and any others: `project.qde`, else the first in the outermost folder (ATLAS.ti names it so)."""
    parts = [name for name in container.members if re.search(r"(^|/)(?!\._)[^/]*\.qde$", name, re.IGNORECASE)]
    if not parts:
        raise container.refusal("no_project")
    first = min(parts, key=lambda name: (name.count("/"), posixpath.basename(name).lower() != "project.qde"))
    return first, [name for name in parts if name != first]


def _fetch(container, part, beside, base, path):
    """Text of a path as the project writes it, line ends as stored, without byte order mark."""
    # some programs write the name alone
    scheme = next((scheme for scheme in (_RELATIVE, INTERNAL) if path.lower().startswith(scheme)), "")
    rest = path[len(scheme) :]
    data = None if scheme == _RELATIVE else _inside(container, posixpath.dirname(part), rest)
    if data is None and (scheme == INTERNAL or (not scheme and _OTHER_MACHINE.match(path))):
        raise TextMissingError("text_missing" if scheme else "text_elsewhere")
    if data is None:
        data = _outside(beside, base, rest)
    try:
        return data.decode("utf-16" if data[:2] in _MARKS_OF_UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise TextMissingError("text_encoding") from None


def _spellings(path):
    """A path as written, percent-decoded, with umlauts as on macOS, or as `zipfile` shows UTF-8 not called so."""
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
