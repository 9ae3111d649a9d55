"""The XML of a project, in the order of elements that the schema demands."""

from lxml import etree

from gkanalysis.ingest.qda.projectxml import PROJECT_NAMESPACE
from gkanalysis.ingest.qda.refusal import QdaWriteError
from gkanalysis.ingest.qda.sections import SET_MEMBERS
from tools.qda.elements import NAMESPACE, Notes, add, grouped, write_values
from tools.qda.sourcewriter import SourceWriter


def project_element(project, positions, inline, paths):
    """Make the root element of a project file.

    Parameters
    ----------
    project : Project
    positions : dict of str to (int, int)
        Start and end by GUID of the selection, as they are to be written.
    inline, paths : dict of str to str
        Text, or path of its file, by GUID of the source.

    Returns
    -------
    lxml element

    Raises
    ------
    QdaWriteError
        For a memo or a place that the schema has no room for.
    """
    return _Writer(project, positions, inline, paths).root


class _Writer:
    """Builds the element section by section; a section without content is left out, as the schema wants."""

    def __init__(self, project, positions, inline, paths):
        self._project, self._notes = project, Notes(project)
        self._types = {variable.name: variable for variable in project.variables}
        self.root = etree.Element(f"{NAMESPACE}Project", nsmap={None: PROJECT_NAMESPACE}, name=project.name)
        if project.origin:
            self.root.set("origin", project.origin)
        self._write_coders()
        write_codes(self._section("CodeBook", project.codes), project.codes, NAMESPACE, self._notes.refer)
        self._write_variables_and_cases()
        sources = SourceWriter(self._notes, self._types, positions, inline, paths)
        sources.write(self._section("Sources", project.sources), project)
        self._write_notes()
        self._write_links_and_sets()
        self._notes.describe(self.root, "")
        self._notes.refer(self.root, "")
        self._notes.refuse_rest()

    def _section(self, name, content):
        """A child of the root, or None if it would be empty."""
        return add(self.root, name) if content else None

    def _write_coders(self):
        """Users."""
        section = self._section("Users", self._project.coders)
        for coder in self._project.coders:
            add(section, "User", guid=coder.guid, name=coder.name)

    def _write_variables_and_cases(self):
        """Variables with their descriptions; cases with values and sources."""
        section = self._section("Variables", self._project.variables)
        for variable in self._project.variables:
            element = add(
                section, "Variable", guid=variable.guid, name=variable.name, typeOfVariable=variable.type
            )
            self._notes.describe(element, variable.guid)
        section = self._section("Cases", self._project.cases)
        for case in self._project.cases:
            element = add(section, "Case", guid=case.guid, name=case.name)
            self._notes.describe(element, case.guid)
            write_values(element, case.values, self._types)
            for name, guids in (("SourceRef", case.sources), ("SelectionRef", case.selections)):
                for guid in guids:
                    add(element, name, targetGUID=guid)

    def _write_notes(self):
        """Notes, each once."""
        section = self._section("Notes", self._notes.notes)
        for guid, memo in self._notes.notes.items():
            element = add(section, "Note", guid=guid)
            if memo.name:
                element.set("name", memo.name)
            if memo.author:
                element.set("creatingUser", memo.author)
            add(element, "PlainTextContent").text = memo.text
            self._notes.refer(element, guid)

    def _write_links_and_sets(self):
        """Links between any objects; sets of codes, sources and notes."""
        section = self._section("Links", self._project.links)
        for link in self._project.links:
            element = add(section, "Link", guid=link.guid, name=link.name)
            for name, value in (
                ("direction", link.direction),
                ("originGUID", link.origin),
                ("targetGUID", link.target),
            ):
                if value:
                    element.set(name, value)
            self._notes.refer(element, link.guid)
        section = self._section("Sets", self._project.sets)
        codes = {code.guid for code in self._project.codes}
        sources = {source.guid for source in self._project.sources}
        for group in self._project.sets:
            element = add(section, "Set", guid=group.guid, name=group.name)
            self._notes.describe(element, group.guid)
            places = [0 if guid in codes else 1 if guid in sources else 2 for guid in group.members]
            for place, guid in sorted(zip(places, group.members, strict=True), key=lambda member: member[0]):
                add(element, SET_MEMBERS[place], targetGUID=guid)


def write_codes(parent, codes, namespace, refer=None):
    """Write a code system below a CodeBook element.

    Parameters
    ----------
    parent : lxml element or None
        None if there are no codes.
    codes : sequence of Code
    namespace : str
        In braces.
    refer : callable, optional
        Takes an element and a GUID and adds references to notes.
    """
    if parent is None:
        return
    below, written = grouped(codes, "parent"), 0
    top = etree.SubElement(parent, f"{namespace}Codes")
    waiting = [(top, code) for code in reversed(below.get("", ()))]
    while waiting:
        owner, code = waiting.pop()
        written += 1
        element = etree.SubElement(owner, f"{namespace}Code", guid=code.guid, name=code.name)
        element.set("isCodable", str(code.is_codable).lower())
        if code.color:
            element.set("color", code.color)
        if code.description:
            etree.SubElement(element, f"{namespace}Description").text = code.description
        if refer is not None:
            refer(element, code.guid)
        waiting.extend((element, child) for child in reversed(below.get(code.guid, ())))
    if written != len(codes):
        raise QdaWriteError(
            "Ein Code steht unter sich selbst oder unter einem fehlenden Code; bitte die Codes ordnen."
        )
