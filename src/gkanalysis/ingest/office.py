"""The parts of an Office file from a stranger: macros are refused before any is used, no link is ever followed."""

import posixpath
import re
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from gkanalysis.ingest.archive import Archive, read_regular
from gkanalysis.ingest.refusal import RefusedFileError, UnsafeContentError
from gkanalysis.ingest.safexml import parse_xml

# What may lie outside, because it holds nothing of the answers and is never followed: addresses in the text, and the
# template of the office in which somebody opened the form (Word notes it at the first saving).
_HARMLESS = frozenset({"hyperlink", "attachedTemplate"})
_WORD_TYPES = {
    f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}.main+xml"
    for kind in ("document", "template")
}
_OUTSIDE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:|^//|^\\")


class OfficePackage(Archive):
    """The parts of one docx or xlsx, found through their relationships.

    `relationships` are (owner, id, kind, target): parts by name, "" for the package, `kind` the last word of the type
    ("header", "styles", ...). `content_types` are by part or by ending (".xml"), both in small letters. `outside` is
    what would be fetched from outside the file (connections to data, other workbooks, pictures, documents): kind and
    target. Refused as an `Archive`; also as `opendocument`, `macros`, for its XML, or by the family's rule for another
    kind of file.
    """

    def __init__(self, path, family, data=None):
        super().__init__(path, family, data)
        names = {name.lower(): name for name in self.members}
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
            raise self.refusal("macros")
        if "mimetype" in names and b"opendocument" in self.read(names["mimetype"]):
            raise self.refusal("opendocument")
        if "[content_types].xml" not in names:
            raise self.refusal(family.other)
        self.content_types = {}
        for entry in self.xml("[Content_Types].xml"):
            key = entry.get("PartName", "").lstrip("/") or f".{entry.get('Extension', '')}"
            self.content_types[key.lower()] = entry.get("ContentType", "")
        if any("macroenabled" in kind.lower() for kind in self.content_types.values()):
            raise self.refusal("macros")
        linked = re.compile(r"/(connections|externallinks/[^/]+)\.xml$", re.IGNORECASE)
        self.outside = [name for name in self.members if linked.search(name)]
        self.relationships = [r for n in names if n.endswith(".rels") for r in self._relationships_of(n)]

    def xml(self, part, **options):
        """Parse one part and return its root element: no DTD, no entities, no network; see `parse_xml`."""
        try:
            return parse_xml(self.read(self.find(part) or part), **options)
        except KeyError:
            raise self.refusal(self.family.other, part) from None
        except UnsafeContentError as error:
            raise self.refusal(error.rule, part) from None

    def related_parts(self, owner, kind):
        """List the existing parts that `owner` refers to with a relationship of a kind ("header", "styles", ...)."""
        targets = [self.find(t) for o, _, k, t in self.relationships if (o, k) == (owner, kind)]
        return [target for target in targets if target]

    def related_part(self, owner, kind):
        """Return the first of `related_parts`, or None."""
        return next(iter(self.related_parts(owner, kind)), None)

    @cached_property
    def core_properties(self):
        """Title, creator, keywords and so on: texts by the name of their element; empty if absent."""
        part = self.related_part("", "core-properties") or self.find("docProps/core.xml")
        elements = self.xml(part) if part else ()
        return {etree.QName(element).localname: (element.text or "").strip() for element in elements}

    def _relationships_of(self, part):
        """The relationships that a part of them holds; what leads outside is noted and none of them."""
        folder, _, file = part.rpartition("/")
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        owner = self.find(owner) or owner
        for entry in self.xml(part).iter("{*}Relationship"):
            kind, target = entry.get("Type", "").rpartition("/")[2], entry.get("Target", "")
            if entry.get("TargetMode", "").lower() == "external" or _OUTSIDE.match(target):
                if kind not in _HARMLESS:
                    self.outside.append(f"{kind}: {target}")
                continue
            base = "" if target.startswith("/") else posixpath.dirname(owner)
            joined = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
            yield owner, entry.get("Id"), kind, joined if self.find(joined) else unquote(joined)


def open_word_file(path):
    """Open a received file of any name; what is no Word document by its content is refused."""
    return WordPackage(path, read_regular(Path(path), RefusedFileError))


class WordPackage(OfficePackage):
    """The parts of one Word document, from the bytes of the whole file; `main_part` is the one with the body."""

    def __init__(self, path, data):
        super().__init__(path, RefusedFileError, data)
        by_type = (self.find(part) for part, kind in self.content_types.items() if kind in _WORD_TYPES)
        if not (part := self.related_part("", "officeDocument") or next(filter(None, by_type), None)):
            raise self.refusal("no_document")
        ending = f".{part.rpartition('.')[2]}".lower()
        kind = self.content_types.get(part.lower()) or self.content_types.get(ending, "")
        if "spreadsheetml" in kind:
            raise self.refusal("xlsx")
        if kind not in _WORD_TYPES:
            raise self.refusal("not_word")
        self.main_part = part
