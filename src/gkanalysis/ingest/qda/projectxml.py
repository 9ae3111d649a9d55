"""The XML of a project, safely parsed and handed out one object at a time, so that memory follows the largest one."""

import io

from lxml import etree

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.safexml import SAFELY, refuse_doctype

MAX_TAGS = 5_000_000
PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"

# Objects by the section they stand in, all children of the root's children.
_SOURCES = ("TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource")
_SECTION_OF = {name: f"{name}s" for name in ("User", "Variable", "Case", "Note", "Link", "Set", "Graph")}
_SECTION_OF |= {"Codes": "CodeBook"} | dict.fromkeys(_SOURCES, "Sources")
_SECTIONS = frozenset(_SECTION_OF.values())
_OF_PROJECT = ("Description", "NoteRef")


def iterate_objects(data):
    """Yield the name and element of every object of a project, each only good until the next one is asked for.

    `("Project", root)` comes first, its children not yet read; ("", element) is what the schema does not have.

    Raises
    ------
    UnsafeContentError
        `dtd`, `elements`, `depth`, `size`, `xml`, or `no_project` if the root is another.
    """
    refuse_doctype(data, MAX_TAGS)
    parsed = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        tag=["{*}Project", *(f"{{*}}{name}" for name in _SECTION_OF)],
        **SAFELY,
    )
    root, finished = None, None
    try:
        for event, element in parsed:
            if root is None:
                root = _root(element)
                yield "Project", root
            if event == "start":
                continue
            name, parent = local_name(element, root), element.getparent()
            if parent is None or parent.getparent() is not root or name not in _SECTION_OF:
                continue
            if local_name(parent, root) != _SECTION_OF[name]:
                continue
            if finished is not None:
                finished.getparent().remove(finished)
            yield name, element
            element.clear()
            finished = element
    except etree.XMLSyntaxError as error:
        text = str(error).lower()
        rule = "depth" if "depth" in text else "size" if "huge" in text else "xml"
        raise UnsafeContentError(rule) from None
    if root is None:
        raise UnsafeContentError("no_project")
    if finished is not None:
        finished.getparent().remove(finished)
    yield from _rest(root)


def _root(element):
    """The root if it is a project's."""
    root = element.getroottree().getroot()
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeContentError("dtd")
    if etree.QName(root).localname != "Project":
        raise UnsafeContentError("no_project")
    return root


def _rest(root):
    """What is left when all objects are gone: descriptions and notes of the project, and the unknown."""
    for child in root:
        name = local_name(child, root)
        if name in _OF_PROJECT:
            yield name, child
        elif name in _SECTIONS:
            yield from (("", stranger) for stranger in child)
        else:
            yield "", child


def local_name(element, root):
    """Return the name without its namespace, or "" if the namespace is not the project's."""
    namespace, bracket, name = element.tag.rpartition("}")
    return name if namespace + bracket == root.tag[: root.tag.rfind("}") + 1] else ""
