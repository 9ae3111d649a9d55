"""XML from strangers: parsed without document type, entities and network, with bounded size and depth."""

from xml.parsers import expat

from lxml import etree

from gkanalysis.ingest.refusal import UnsafeContentError

# For lxml's parsers.
SAFELY = dict.fromkeys(("remove_comments", "remove_pis", "no_network"), True)
SAFELY |= dict.fromkeys(("resolve_entities", "load_dtd", "huge_tree", "collect_ids"), False)
MAX_TAGS = 1_000_000  # start and end tags of one part; a form of 60 rows has 20,000

_CHUNK = 2**12
_STRICT, _USUAL = "http://purl.oclc.org/ooxml/", "http://schemas.openxmlformats.org/"
_NAMESPACES = {
    f"{_STRICT}{name}".encode(): f"{_USUAL}{usual}".encode()
    for name, usual in {
        "wordprocessingml/main": "wordprocessingml/2006/main",
        "officeDocument/relationships": "officeDocument/2006/relationships",
        "drawingml/main": "drawingml/2006/main",
        "spreadsheetml/main": "spreadsheetml/2006/main",
    }.items()
}


class _RootReachedError(Exception):
    """No document type can follow."""


def refuse_doctype(data, max_tags):
    """Refuse XML with a document type before anything of it is expanded, or with too many start and end tags."""
    if data.count(b"<") > max_tags:
        raise UnsafeContentError("elements")

    def refuse(*_):
        raise UnsafeContentError("dtd")

    def stop(*_):
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, stop
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
    except _RootReachedError:
        return
    except (expat.ExpatError, ValueError, LookupError):
        pass
    raise UnsafeContentError("xml")


def parse_xml(source, max_tags=MAX_TAGS):
    """Root element of the bytes of one part, without comments, with so many start and end tags at most.

    "Strict Open XML" comes in the usual namespaces, so that one set of names serves both. An `UnsafeContentError` says
    `dtd`, `elements`, `depth` or `xml`.
    """
    refuse_doctype(source, max_tags)
    root = _parse(source)
    if any(uri.startswith(_STRICT) for uri in root.nsmap.values()):
        source = etree.tostring(root)
        for strict, usual in _NAMESPACES.items():
            source = source.replace(strict, usual)
        root = _parse(source)
    return root


def _parse(source):
    """Root element; a parser of its own for each part, so that nothing is shared."""
    try:
        root = etree.fromstring(source, etree.XMLParser(**SAFELY))
    except etree.XMLSyntaxError as error:
        raise UnsafeContentError("depth" if "depth" in str(error) else "xml") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeContentError("dtd")
    return root
