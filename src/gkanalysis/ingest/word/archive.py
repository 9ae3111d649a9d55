"""Open a Word file that came by e-mail from a stranger, and read its parts without unpacking it.

Refused, each with one German sentence: everything that is not a plain .docx (old .doc, passwords, RTF, PDF, ODT),
macros, DTDs, links to things outside the file, zip bombs, escaping or duplicate names, damage.
"""

import hashlib
import os
import posixpath
import re
import stat
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from gkanalysis.ingest.refusal import RefusedFileError, UnsafeContentError, rule_for_other_format
from gkanalysis.ingest.word.xmlparts import parse_xml
from gkanalysis.ingest.word.ziparchive import inflate, list_members

MAX_FILE_BYTES = 50 * 2**20

# What may lie outside, because it holds nothing of the answers and is never followed: addresses in the text, and the
# template of the office in which somebody opened the form (Word notes it at the first saving).
_HARMLESS = frozenset({"hyperlink", "attachedTemplate"})
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD_MAIN_TYPES = {
    f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}.main+xml"
    for kind in ("document", "template")
}
_OUTSIDE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:|^//|^\\")


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
    return WordPackage(path, _read_bytes(path))


def _read_bytes(path):
    """The bytes of a regular file of bearable size; never follows a link, never waits on a device."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise RefusedFileError("not_a_file", path.name)
        if status.st_size > MAX_FILE_BYTES:
            raise RefusedFileError("file_size", path.name)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags), "rb") as file:
            data = file.read(status.st_size + 1)  # a larger number would be allocated at once
    except FileNotFoundError:
        raise RefusedFileError("missing", path.name) from None
    except (OSError, ValueError):  # ValueError: a null character in the name
        raise RefusedFileError("unreadable", path.name) from None
    if len(data) > MAX_FILE_BYTES:
        raise RefusedFileError("file_size", path.name)
    return data


class WordPackage:
    """The parts of one Word document; usable in a `with` statement.

    Parameters
    ----------
    path : Path
        Where the document came from; only its name is shown.
    data : bytes
        The whole file.

    Attributes
    ----------
    path : Path
    name : str
        The file's name, for sentences.
    main_part : str
        The part with the body, found through the package's relationships.
    """

    def __init__(self, path, data):
        self.path = path
        self.name = path.name
        self._data = data
        if not data:
            raise self.refusal("empty")
        if not data.startswith(b"PK"):
            raise self.refusal(rule_for_other_format(data, self.name))
        try:
            self._members = list_members(data)
        except UnsafeContentError as error:
            raise self.refusal(error.rule, error.detail) from None
        self._by_lower_name = {name.lower(): name for name in self._members}
        self._refuse_other_packages()
        self._relationships = self._read_relationships()
        self.main_part = self._find_main_part()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._data = b""

    @property
    def parts(self):
        """Names of all parts, in the order of the file."""
        return list(self._members)

    @cached_property
    def sha256(self):
        """Hexadecimal SHA-256 of the whole file."""
        return hashlib.sha256(self._data).hexdigest()

    @cached_property
    def core_properties(self):
        """Title, creator, keywords and so on: texts by the name of their element; empty if absent."""
        part = self.related_part("", "core-properties")
        elements = self.xml(part) if part else ()
        return {etree.QName(element).localname: (element.text or "").strip() for element in elements}

    def refusal(self, rule, detail=""):
        """Make the error that refuses this file, to be raised by the caller."""
        return RefusedFileError(rule, self.name, detail)

    def read(self, part):
        """Return the bytes of one part; capital and small letters of its name are the same."""
        name = self._by_lower_name.get(part.lower())
        if name is None:
            raise self.refusal("no_document", part)
        try:
            return inflate(self._data, self._members[name])
        except UnsafeContentError as error:
            raise self.refusal(error.rule, error.detail) from None

    def xml(self, part):
        """Parse one part and return its root element (no DTD, no entities, no network)."""
        return self.xml_with_source(part)[0]

    def xml_with_source(self, part):
        """Return the root element of one part and the UTF-8 bytes it was parsed from.

        Parts in the namespaces of "Strict Open XML" come back in the usual ones, so that one set of names serves both.
        """
        try:
            return parse_xml(self.read(part))
        except UnsafeContentError as error:
            raise self.refusal(error.rule, part) from None

    def related_parts(self, source, kind):
        """List the existing parts that `source` refers to with a relationship of a kind ("header", "styles", ...)."""
        found = [
            target for owner, suffix, target in self._relationships if owner == source and suffix == kind
        ]
        return [
            self._by_lower_name[target.lower()] for target in found if target.lower() in self._by_lower_name
        ]

    def related_part(self, source, kind):
        """Return the first of `related_parts`, or None."""
        return next(iter(self.related_parts(source, kind)), None)

    def _refuse_other_packages(self):
        """Other kinds of zip, macros: known before any part is parsed."""
        if any(name.endswith("vbaproject.bin") for name in self._by_lower_name):
            raise self.refusal("macros")
        if "mimetype" in self._members and b"opendocument" in self.read("mimetype"):
            raise self.refusal("odt")
        if "[content_types].xml" not in self._by_lower_name:
            raise self.refusal("not_word")
        types = self.xml("[Content_Types].xml")
        if any("macroenabled" in (entry.get("ContentType") or "").lower() for entry in types):
            raise self.refusal("macros")
        self._type_of_part = {
            entry.get("PartName").lstrip("/").lower(): entry.get("ContentType")
            for entry in types
            if entry.get("PartName")
        }
        self._type_of_extension = {
            entry.get("Extension").lower(): entry.get("ContentType")
            for entry in types
            if entry.get("Extension")
        }

    def _read_relationships(self):
        """List of (owning part, last word of the type, target part); refuses everything that leads outside."""
        found = []
        for lower_name, name in self._by_lower_name.items():
            folder, _, file = lower_name.rpartition("/")
            if not file.endswith(".rels"):
                continue
            owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
            owner = self._by_lower_name.get(owner, owner)
            for entry in self.xml(name).iter(_RELATIONSHIP):
                kind, target = entry.get("Type", "").rpartition("/")[2], entry.get("Target", "")
                if entry.get("TargetMode", "").lower() == "external" or _OUTSIDE.match(target):
                    if kind not in _HARMLESS:
                        raise self.refusal("external", f"{kind}: {target}")
                    continue
                base = "" if target.startswith("/") else posixpath.dirname(owner)
                part = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
                found.append((owner, kind, part if part.lower() in self._by_lower_name else unquote(part)))
        return found

    def _find_main_part(self):
        """The part that holds the body, by relationship, else by content type."""
        by_type = [
            self._by_lower_name[part]
            for part, kind in self._type_of_part.items()
            if kind in _WORD_MAIN_TYPES and part in self._by_lower_name
        ]
        candidates = self.related_parts("", "officeDocument") or by_type
        if not candidates:
            raise self.refusal("no_document")
        part = candidates[0].lower()
        content_type = self._type_of_part.get(part) or self._type_of_extension.get(
            part.rpartition(".")[2], ""
        )
        if "spreadsheetml" in content_type:
            raise self.refusal("xlsx")
        if content_type not in _WORD_MAIN_TYPES:
            raise self.refusal("not_word")
        return candidates[0]
