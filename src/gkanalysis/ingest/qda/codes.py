"""Read a code system: the tree of codes with their descriptions, in a project."""

from gkanalysis.ingest.qda.draft import element_text
from gkanalysis.ingest.qda.model import Code

_TRUE = ("true", "1")


def read_codes(draft, element):
    """Read all codes below a Codes element, parents before their children.

    Parameters
    ----------
    draft : Draft
        Gets the codes.
    element : lxml element
        Codes.
    """
    for child in element:
        if draft.name(child) == "Code":
            _read_code(draft, child, "")
        else:
            draft.unknown(child)


def _read_code(draft, element, parent):
    """One code and those below it; the parser bounds the depth."""
    guid, description, below = draft.claim(element, "code"), "", []
    for child in element:
        name = draft.name(child)
        if name == "Description":
            description = element_text(child)
        elif name == "NoteRef":
            draft.refer(child, guid)
        elif name == "Code":
            below.append(child)
        else:
            draft.unknown(child)
    is_codable = (element.get("isCodable") or "true").strip().lower() in _TRUE
    name, color = element.get("name") or "", element.get("color") or ""
    draft.codes.append(Code(guid, name, parent, is_codable, description, color))
    for child in below:
        _read_code(draft, child, guid)
