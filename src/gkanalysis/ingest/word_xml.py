"""Parse one XML part from a stranger: no DTD, no entities, no network, bounded size and depth, always UTF-8."""

import re

from lxml import etree

from gkanalysis.ingest.word_refusal import UnsafeContentError

MAX_TAGS = 1_000_000  # start and end tags of one part; a form of 60 rows has 20,000

_USUAL_NAMESPACES = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
}
_DECLARED_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")


def parse_xml(source):
    """Parse the bytes of one part.

    Parameters
    ----------
    source : bytes
        UTF-8 or UTF-16, the two encodings that Word documents may have.

    Returns
    -------
    root : lxml element
        Comments and processing instructions left out. The namespaces of "Strict Open XML" are replaced by the
        usual ones, so that one set of names serves both.
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
    gkanalysis.ingest.word_refusal.UnsafeContentError: dtd
    """
    source = _in_utf8(source)
    if source.startswith(b"<!", _PROLOG.match(source).end()):  # only a DOCTYPE can stand there
        raise UnsafeContentError("dtd")
    if len(source) > MAX_TAGS and source.count(b"<") > MAX_TAGS:
        raise UnsafeContentError("elements")
    root = _parse(source)
    if any(uri.startswith("http://purl.oclc.org/ooxml/") for uri in root.nsmap.values()):
        for strict, usual in _USUAL_NAMESPACES.items():
            source = source.replace(strict, usual)
        root = _parse(source)
    return root, source


def _parse(source):
    """Root element; a parser of its own for each part, so that nothing is shared."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(source, parser)
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
