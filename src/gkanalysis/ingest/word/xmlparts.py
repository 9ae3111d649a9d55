"""The names of WordprocessingML that the reader knows, and the places of elements."""

from functools import lru_cache

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "w16se": "http://schemas.microsoft.com/office/word/2015/wordml/symex",
    "wne": "http://schemas.microsoft.com/office/word/2006/wordml",
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

_MC = f"{{{NAMESPACES['mc']}}}"
ALTERNATE = f"{_MC}AlternateContent"
CELL, CELL_LOOK = W + "tc", W + "tcPr"
FIELD_CHARACTER, FIELD_CODE, SIMPLE_FIELD = W + "fldChar", W + "instrText", W + "fldSimple"
PARAGRAPH, PARAGRAPH_LOOK = W + "p", W + "pPr"
ROW, ROW_LOOK = W + "tr", W + "trPr"
RUN, RUN_LOOK, TEXT = W + "r", W + "rPr", W + "t"
SDT, SDT_CONTENT, SDT_PROPERTIES = W + "sdt", W + "sdtContent", W + "sdtPr"
TABLE = W + "tbl"

INSERTED = frozenset({W + "ins", W + "moveTo"})
DELETED = frozenset({W + "del", W + "moveFrom"})
TRANSPARENT = frozenset(W + name for name in ("customXml", "smartTag", "hyperlink", "dir", "bdo", "ruby", "rubyBase"))

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

# What a branch of `mc:AlternateContent` may need for Word to show it: the namespaces of Office and of the standard.
_KNOWN_TO_WORD = (
    "http://schemas.microsoft.com/office/",
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
)

# Values of an on/off attribute; without a value it is on.
ON_OFF = {None: True, "1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def is_on(element):
    """Read an on/off element: True, False, or None if its value is neither."""
    return ON_OFF.get(element.get(VAL))


def chosen_branch(alternate):
    """The one branch of `mc:AlternateContent` to read: the first that needs only what Word knows, which Word shows.

    The same content is stored in each of them. Where Word would show none, the first is read: nothing is lost.
    """
    branches = [branch for branch in alternate if branch.tag in (f"{_MC}Choice", f"{_MC}Fallback")]
    for branch in branches:
        needed = (branch.get("Requires") or "").split()
        if all((branch.nsmap.get(prefix) or "").startswith(_KNOWN_TO_WORD) for prefix in needed):
            return branch
    return next(iter(branches or alternate), ())


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
            for sibling in [element] if parent is None else parent[:]:
                tag = sibling.tag
                counts[tag] = number = counts.get(tag, 0) + 1
                self._paths[sibling] = f"{start}/{_step(tag)}[{number}]"
        return self._paths[element]


@lru_cache(maxsize=1024)
def _step(tag):
    """An XPath step by name; the namespace is spelled out if it has no prefix in `NAMESPACES`."""
    namespace, _, name = tag[1:].partition("}") if tag[0] == "{" else ("", "", tag)
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{name}" if prefix else f"*[local-name()='{name}' and namespace-uri()='{namespace}']"
