"""The XML of a Word part: safely parsed, with the names that the reader knows and the places of elements."""

import re
from functools import lru_cache

from lxml import etree

from gkanalysis.ingest.refusal import UnsafeContentError

# For lxml's parsers: no DTD, no entities, no network, bounded size and depth.
SAFELY = dict.fromkeys(("remove_comments", "remove_pis", "no_network"), True)
SAFELY |= dict.fromkeys(("resolve_entities", "load_dtd", "huge_tree", "collect_ids"), False)
MAX_TAGS = 1_000_000  # start and end tags of one part; a form of 60 rows has 20,000

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "w16se": "http://schemas.microsoft.com/office/word/2015/wordml/symex",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "wpc": "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}

W = f"{{{NAMESPACES['w']}}}"
W14 = f"{{{NAMESPACES['w14']}}}"
W15 = f"{{{NAMESPACES['w15']}}}"
VAL = W + "val"

ALTERNATE = f"{{{NAMESPACES['mc']}}}AlternateContent"
CELL, CELL_LOOK = W + "tc", W + "tcPr"
FIELD_CHARACTER, FIELD_CODE, SIMPLE_FIELD = W + "fldChar", W + "instrText", W + "fldSimple"
PARAGRAPH, PARAGRAPH_LOOK = W + "p", W + "pPr"
ROW, ROW_LOOK = W + "tr", W + "trPr"
RUN, RUN_LOOK, TEXT = W + "r", W + "rPr", W + "t"
SDT, SDT_CONTENT, SDT_PROPERTIES = W + "sdt", W + "sdtContent", W + "sdtPr"
TABLE = W + "tbl"

INSERTED = frozenset({W + "ins", W + "moveTo"})
DELETED = frozenset({W + "del", W + "moveFrom"})
TRANSPARENT = frozenset(W + name for name in ("customXml", "smartTag", "hyperlink", "dir", "bdo", "rubyBase"))

_MARKS_OF_RANGES = (
    "bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd commentReference moveFromRangeStart moveFromRangeEnd "
    "moveToRangeStart moveToRangeEnd customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart "
    "customXmlDelRangeEnd customXmlMoveFromRangeStart customXmlMoveFromRangeEnd customXmlMoveToRangeStart "
    "customXmlMoveToRangeEnd permStart permEnd proofErr"
)
_WITHOUT_TEXT = (
    "pPr rPr sdtPr sdtEndPr smartTagPr customXmlPr rubyPr rt lastRenderedPageBreak footnoteReference endnoteReference "
    "footnoteRef endnoteRef annotationRef separator continuationSeparator pgNum delText delInstrText yearLong yearShort "
    "monthLong monthShort dayLong dayShort sectPr tblPr tblGrid tblPrEx trPr tcPr"
)
IGNORED = frozenset(W + name for name in f"{_MARKS_OF_RANGES} {_WITHOUT_TEXT}".split())

_USUAL_NAMESPACES = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": NAMESPACES["w"].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": NAMESPACES["r"].encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": NAMESPACES["a"].encode(),
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
}
_DECLARED_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
# Values of an on/off attribute; without a value it is on.
ON_OFF = {None: True, "1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def parse_xml(source, max_tags=MAX_TAGS):
    """Parse the bytes of one part, in UTF-8 or UTF-16, with so many start and end tags at most.

    Returns
    -------
    root : lxml element
        Without comments; "Strict Open XML" comes in the usual namespaces, so that one set of names serves both.
    source : bytes
        What was parsed, in UTF-8, for quick searches.

    Raises
    ------
    UnsafeContentError
        `dtd`, `elements`, `depth` or `xml`.

    Examples
    --------
    >>> root, _ = parse_xml(b"<a><b/></a>")
    >>> len(root)
    1
    >>> parse_xml(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    Traceback (most recent call last):
    gkanalysis.ingest.refusal.UnsafeContentError: dtd
    """
    source = _in_utf8(source)
    if source.startswith(b"<!", _PROLOG.match(source).end()):  # only a DOCTYPE can stand there
        raise UnsafeContentError("dtd")
    if len(source) > max_tags and source.count(b"<") > max_tags:
        raise UnsafeContentError("elements")
    root = _parse(source)
    if any(uri.startswith("http://purl.oclc.org/ooxml/") for uri in root.nsmap.values()):
        for strict, usual in _USUAL_NAMESPACES.items():
            source = source.replace(strict, usual)
        root = _parse(source)
    return root, source


def _parse(source):
    """Root element; a parser of its own for each part, so that nothing is shared."""
    try:
        root = etree.fromstring(source, etree.XMLParser(**SAFELY))
    except etree.XMLSyntaxError as error:
        raise UnsafeContentError("depth" if "depth" in str(error) else "xml") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeContentError("dtd")
    return root


def _in_utf8(source):
    """The same text in UTF-8: the checks for forbidden text look at bytes, so no other encoding may pass them."""
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"
    elif b"\x00" in source[:2]:
        codec = "utf-16-be" if source[0] == 0 else "utf-16-le"
    else:
        declared = _DECLARED_ENCODING.match(source[:200])
        if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
            raise UnsafeContentError("xml")
        return source
    try:
        return _DECLARATION.sub("", source.decode(codec)).encode()
    except UnicodeError:
        raise UnsafeContentError("xml") from None


def is_on(element):
    """Read an on/off element: True, False, or None if its value is neither."""
    return ON_OFF.get(element.get(VAL))


def chosen_branch(alternate):
    """The one branch of `mc:AlternateContent` to read, or (): the same content is stored in each of them."""
    choices = [branch for branch in alternate if branch.tag.endswith("}Choice")]
    return next(iter(choices or alternate), ())


def short_name(element):
    """Name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


class Places:
    """XPaths of the elements of one part, with the prefixes of `NAMESPACES`; children are counted once a parent."""

    def __init__(self):
        self._paths = {}

    def of(self, element):
        """The XPath that finds exactly this element."""
        if element not in self._paths:
            parent, counts = element.getparent(), {}
            start = "" if parent is None else self.of(parent)
            for sibling in [element] if parent is None else parent:
                number = counts[sibling.tag] = counts.get(sibling.tag, 0) + 1
                self._paths[sibling] = f"{start}/{_step(sibling.tag)}[{number}]"
        return self._paths[element]


@lru_cache(maxsize=1024)
def _step(tag):
    """An XPath step by name; the namespace is spelled out if it has no prefix in `NAMESPACES`."""
    namespace, _, name = tag[1:].partition("}") if tag[0] == "{" else ("", "", tag)
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{name}" if prefix else f"*[local-name()='{name}' and namespace-uri()='{namespace}']"
