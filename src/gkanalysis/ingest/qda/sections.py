"""Read the sections of a project around its sources: coders, variables, cases, notes, links, sets."""

from gkanalysis.ingest.qda.codes import read_codes
from gkanalysis.ingest.qda.draft import element_text, reference, stand_in
from gkanalysis.ingest.qda.guids import clean_guid
from gkanalysis.ingest.qda.model import VARIABLE_TYPES, Case, Coder, Link, Memo, Variable
from gkanalysis.ingest.qda.projectxml import PROJECT_NAMESPACE
from gkanalysis.ingest.qda.sources import KINDS, TextMissingError, read_source, read_value


def read_object(draft, name, element):
    """Read one object of a project into the draft.

    Parameters
    ----------
    draft : Draft
    name : str
        Its name as `iterate_objects` gives it.
    element : lxml element
    """
    _READERS.get(name, _read_unknown)(draft, element)


def _read_project(draft, element):
    """The root: its namespace is that of all names."""
    namespace = element.tag.rpartition("}")[0].removeprefix("{")
    draft.namespace = f"{{{namespace}}}" if namespace else ""
    if namespace != PROJECT_NAMESPACE:
        draft.lose("version", "", element.sourceline, namespace)


def _read_unknown(draft, element):
    """What the schema does not have here."""
    draft.unknown(element)


def _read_user(draft, element):
    """A coder; without a name the id may serve."""
    guid = draft.claim(element, "coder", "duplicate_entry")
    if guid is None:
        return
    names = [name for name in (element.get("name"), element.get("id")) if name and not name.isspace()]
    if not names:
        draft.lose("unnamed_coder", guid, element.sourceline)
    draft.coders.append(Coder(guid, names[0]) if names else stand_in(guid))


def _read_variable(draft, element):
    """A variable; its description becomes a memo."""
    guid = draft.claim(element, "variable", "duplicate_entry")
    if guid is None:
        return
    kind = element.get("typeOfVariable") or ""
    variable = Variable(guid, element.get("name") or "", kind if kind in VARIABLE_TYPES else "Text")
    if any(other.name == variable.name for other in draft.variables):
        draft.lose("duplicate_entry", guid, element.sourceline, variable.name)
        return
    draft.variables.append(variable)
    for child in element:
        if draft.name(child) == "Description":
            draft.describe(guid, child)
        else:
            draft.unknown(child)


def _read_case(draft, element):
    """A case; its sources and selections are looked up when all are known."""
    case = Case(draft.claim(element, "case"), element.get("name") or "")
    sources, selections = [], []
    for child in element:
        name = draft.name(child)
        if name == "SourceRef":
            sources.append((reference(child), child.sourceline))
        elif name == "SelectionRef":
            selections.append((reference(child), child.sourceline))
        elif name == "VariableValue":
            read_value(draft, child, case.values)
        elif name == "CodeRef":
            draft.lose("case_code", case.guid, child.sourceline, reference(child))
        elif name == "Description":
            draft.describe(case.guid, child)
        else:
            draft.unknown(child)
    draft.cases.append((case, sources, selections))


def _read_note(draft, element):
    """A note with its text; selections and codings in it are not read."""
    guid = draft.claim(element, "note")
    text, description = "", None
    for child in element:
        name = draft.name(child)
        if name == "PlainTextContent":
            text = element_text(child)
        elif name == "Description":
            description = child
        elif name == "NoteRef":
            draft.refer(child, guid)
        elif name in ("PlainTextSelection", "Coding"):
            draft.lose(
                "note_coding", clean_guid(child.get("guid")), child.sourceline, child.get("name") or ""
            )
        else:
            draft.unknown(child)
    text = text or _note_file(draft, element, guid)
    if description is not None and text:
        draft.describe(guid, description)
    elif description is not None:
        text = element_text(description)
    author, name = clean_guid(element.get("creatingUser")), element.get("name") or ""
    draft.notes.append((Memo(guid, "", author, text, name), element.sourceline))


def _note_file(draft, element, guid):
    """Text of a note that stands in a file of its own."""
    path = (element.get("plainTextPath") or "").strip()
    if not path:
        return ""
    try:
        return draft.fetch(path).replace("\r\n", "\n").replace("\r", "\n")
    except TextMissingError as missing:
        draft.lose(missing.kind, guid, element.sourceline, path)
        return ""


def _read_link(draft, element):
    """A link; both ends are looked up when all objects are known."""
    guid = draft.claim(element, "link")
    ends = clean_guid(element.get("originGUID")), clean_guid(element.get("targetGUID"))
    direction = element.get("direction") or ""
    draft.links.append((Link(guid, element.get("name") or "", *ends, direction), element.sourceline))
    for child in element:
        if draft.name(child) == "NoteRef":
            draft.refer(child, guid)
        else:
            draft.unknown(child)


def _read_set(draft, element):
    """A set of codes, sources and notes, in the order of the schema."""
    guid, members = draft.claim(element, "set"), []
    for child in element:
        name = draft.name(child)
        if name in SET_MEMBERS:
            member = reference(child) or clean_guid(child.get("guid"))  # a codebook writes `guid`
            members.append((SET_MEMBERS.index(name), member, child.sourceline))
        elif name == "Description":
            draft.describe(guid, child)
        else:
            draft.unknown(child)
    members.sort(key=lambda member: member[0])
    draft.sets.append((guid, element.get("name") or "", members))


def _read_graph(draft, element):
    """A map: nothing that could be counted."""
    draft.lose("graph", clean_guid(element.get("guid")), element.sourceline, element.get("name") or "")


SET_MEMBERS = ("MemberCode", "MemberSource", "MemberNote")
_READERS = {
    "Project": _read_project,
    "User": _read_user,
    "Codes": read_codes,
    "Variable": _read_variable,
    "Case": _read_case,
    **dict.fromkeys(KINDS, read_source),
    "Note": _read_note,
    "Link": _read_link,
    "Set": _read_set,
    "Graph": _read_graph,
    "Description": lambda draft, element: draft.describe("", element),
    "NoteRef": lambda draft, element: draft.refer(element, ""),
}
