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


def iterate_objects(data):
    """Yield the name and element of every object of a project, each only good until the next one is asked for.

    `("Project", root)` comes first, its children not yet read; ("", element) is what the schema does not have.

    Raises
    ------
    UnsafeContentError
        `dtd`, `elements`, `depth`, `size`, `xml`, or `no_project` if the root is another.
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
        name = local_name(child, root)
        if name in _SECTION_OF.values():
            yield from (("", stranger) for stranger in child)
        else:
            yield name if name in ("Description", "NoteRef") else "", child


def local_name(element, root):
    """Return the name without its namespace, or "" if the namespace is not the project's."""
    namespace, bracket, name = element.tag.rpartition("}")
    return name if namespace + bracket == root.tag[: root.tag.rfind("}") + 1] else ""
