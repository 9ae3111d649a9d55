"""Names of the elements of WordprocessingML that the reader knows, and the steps of an XPath."""

from gkanalysis.ingest.word_model import NAMESPACES

W = f"{{{NAMESPACES['w']}}}"
W14 = f"{{{NAMESPACES['w14']}}}"
W15 = f"{{{NAMESPACES['w15']}}}"
VAL = W + "val"

ALTERNATE = f"{{{NAMESPACES['mc']}}}AlternateContent"
BLIP = f"{{{NAMESPACES['a']}}}blip"
BOX = W + "txbxContent"
CELL, CELL_LOOK = W + "tc", W + "tcPr"
DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
EMBED = f"{{{NAMESPACES['r']}}}embed"
EMOJI = f"{{{NAMESPACES['w16se']}}}symEx"
FIELD_CHARACTER, FIELD_CODE, SIMPLE_FIELD = W + "fldChar", W + "instrText", W + "fldSimple"
PARAGRAPH, PARAGRAPH_LOOK = W + "p", W + "pPr"
ROW, ROW_LOOK = W + "tr", W + "trPr"
RUBY = W + "ruby"
RUN, RUN_LOOK, TEXT = W + "r", W + "rPr", W + "t"
SDT, SDT_CONTENT, SDT_PROPERTIES = W + "sdt", W + "sdtContent", W + "sdtPr"
SYMBOL = W + "sym"
TABLE = W + "tbl"

CHARACTERS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "",
}
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

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


def step(element, counts):
    """Return the XPath step to the next child of a parent, counting the children so far by name.

    Parameters
    ----------
    element : lxml element
    counts : dict of str to int
        How many children of each name came before; updated.

    Returns
    -------
    str
        Such as `/w:sdt[2]`; the namespace is spelled out if it has no prefix in `NAMESPACES`.
    """
    tag = element.tag
    number = counts[tag] = counts.get(tag, 0) + 1
    namespace, _, name = tag[1:].partition("}") if tag[0] == "{" else ("", "", tag)
    prefix = _PREFIXES.get(namespace)
    if prefix is None:
        return f"/*[local-name()='{name}' and namespace-uri()='{namespace}'][{number}]"
    return f"/{prefix}:{name}[{number}]"


def chosen_branch(alternate, path):
    """Return one branch of `mc:AlternateContent` and its path: the same content is stored in each of them."""
    counts = {}
    branches = [(branch, path + step(branch, counts)) for branch in alternate]
    choices = [pair for pair in branches if pair[0].tag.endswith("}Choice")]
    return next(iter(choices or branches), ((), path))


def short_name(element):
    """Name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
