"""What a document keeps in other parts: prompts in the glossary, bound values in the data store, embedded words."""

import re

from lxml import etree

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.pieces import one_line
from gkanalysis.ingest.word.xmlparts import PARAGRAPH, TEXT, VAL, W

MAX_BOUND = 5_000  # controls, each looked up by a path, or hundreds of characters they are bound to
MAX_BYTES = 2**18  # of a store or an embedded part; longer ones hold no form
_EMBEDDED = frozenset({"aFChunk", "control"})
_DOC_PART, _NAME = W + "docPart", W + "name"
# Bindings to the properties of a document name these stores, which every Word knows; both are no custom parts.
_BUILT_IN = {
    "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}": "core-properties",
    "{6668398D-A668-4E3E-A5EB-62B293D839F1}": "extended-properties",
}
# The paths that Word writes; any other is not evaluated, for it comes from a stranger.
_PLAIN_PATH = re.compile(r"(/([\w.-]+:)?[\w.-]+(\[\d{1,6}\])?)+(/@([\w.-]+:)?[\w.-]+)?(/text\(\)(\[1\])?)?")
_PROPERTY, _TAG = re.compile(r'ax:name="([^"]*)"\s+ax:value="([^"]*)"'), re.compile(r"<[^>]*>")
_MAPPING = re.compile(r"xmlns:([\w.-]+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\")")


class Elsewhere:
    """Prompts of the glossary by name, and the values to which controls are bound; parts are read when asked for."""

    def __init__(self, package):
        self._package = package
        glossary = package.related_part(package.main_part, "glossaryDocument")
        self.prompts, self._stores, self._embedded, self._left = {}, None, None, MAX_BOUND
        for entry in package.xml(glossary).iter(_DOC_PART) if glossary else ():
            name, kinds = next(entry.iter(_NAME), None), {kind.get(VAL) for kind in entry.iter(W + "type")}
            if name is not None and kinds <= {"bbPlcHdr"}:  # no other building block
                lines = ("".join(paragraph.itertext(TEXT)) for paragraph in entry.iter(PARAGRAPH))
                self.prompts[name.get(VAL, "")] = one_line("\n".join(lines))

    def bound_value(self, binding):
        """What the data store says to a `w:dataBinding`; None if there is no such place, as far as it can be seen."""
        self._left -= 1
        if self._left < 0:
            raise UnsafeContentError("elements")
        if self._stores is None:
            self._stores = dict(self._read_stores())
        store_id, path = binding.get(W + "storeItemID", "").upper(), binding.get(W + "xpath", "").strip()
        stores = [self._stores[store_id]] if store_id in self._stores else []
        if not store_id:
            stores = self._stores.values()
        names = {prefix: one or two for prefix, one, two in _MAPPING.findall(binding.get(W + "prefixMappings", ""))}
        for root in stores if _PLAIN_PATH.fullmatch(path) else ():
            try:
                found = root.xpath(path, namespaces=names)
            except (etree.XPathError, ValueError):
                continue
            if found:
                value = str(found[0]) if isinstance(found[0], str) else "".join(found[0].itertext())
                self._left -= len(value) // 100
                return value
        return None

    def words_behind(self, owner, element):
        """Words of the parts that an embedded document or an ActiveX control stands for, for a person who looks."""
        if self._embedded is None:
            there = ((o, i, kind, self._package.find(name)) for o, i, kind, name in self._package.relationships)
            self._embedded = {
                (o, i): self._words(kind, name) for o, i, kind, name in there if name and kind in _EMBEDDED
            }
        values = (value for each in element.iter() for value in each.attrib.values())
        return " ".join(filter(None, (self._embedded.get((owner, value)) for value in values)))

    def _words(self, kind, name):
        """The name of an embedded part, and what of it is text."""
        try:
            text = self._package.read(name, MAX_BYTES).decode("utf-8", "replace")
        except IngestError:
            text = ""
        if kind == "control":
            return " ".join([name, *(f"{key}={value}" for key, value in _PROPERTY.findall(text))])
        return name if text.startswith(("PK", "{\\rtf")) else f"{name} {_TAG.sub(' ', text)}"[:1000]

    def _read_stores(self):
        """Id and root element of each store; a damaged one is none, as in Word."""
        package = self._package
        parts = [(key, part) for key, kind in _BUILT_IN.items() for part in package.related_parts("", kind)]
        for part in package.related_parts(package.main_part, "customXml"):
            for properties in package.related_parts(part, "customXmlProps"):
                root = self._root(properties)
                values = () if root is None else root.attrib.items()
                parts += [(value.upper(), part) for name, value in values if name.endswith("}itemID")]
        for key, part in parts:
            if (root := self._root(part)) is not None:
                yield key, root

    def _root(self, part):
        if self._package.members[part].file_size > MAX_BYTES:
            return None
        try:
            return self._package.xml(part)
        except IngestError:
            return None
