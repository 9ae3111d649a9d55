"""Write coded texts as a REFI-QDA project (.qdpx): equal projects give equal bytes, and the file reads back the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.qda.model import PROJECT_NAMESPACE, Code, Coding, Project, Source
from gkanalysis.ingest.qda.positions import Ruler
from gkanalysis.ingest.qda.qdpx import INTERNAL
from gkanalysis.ingest.qda.reading import SET_MEMBERS

PLAIN = "codepoints_lf"


def write_qdpx(project: Project, path: Path) -> None:
    """Write a project of texts; a text without a path inside the project stands in its XML.

    Parameters
    ----------
    project : texts only, with their codes, coders, selections, codings, cases, variables, memos, links and sets;
        `Source.reading` says how line ends and positions are written, as plain code points if it is empty; a colour is
        written where it is one of the schema's (#1f4e79, also from #abc), for a project with any other is no valid one

    References
    ----------
    .. [1] REFI-QDA Standard 1.0, Project.xsd of 18 March 2019.
    """
    writer = _Writer(project)
    data = etree.tostring(writer.root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    Path(path).write_bytes(zip_parts({"project.qde": data, **writer.files}))


class _Writer:
    """Builds the XML section by section, in the order of the schema; a section without content is left out."""

    def __init__(self, project: Project) -> None:
        self.files: dict[str, bytes] = {}
        self._project = project
        self._notes = defaultdict(list)
        for memo in project.memos:
            self._notes[memo.target].append(memo.guid)
        name = f"{{{PROJECT_NAMESPACE}}}Project"
        self.root = etree.Element(name, nsmap={None: PROJECT_NAMESPACE}, name=project.name, origin=project.origin)
        users = self._section("Users", project.coders)
        for coder in project.coders:
            _add(users, "User", guid=coder.guid, name=coder.name)
        if project.codes:
            self._codes(_add(_add(self.root, "CodeBook"), "Codes"), "")
        variables = self._section("Variables", project.variables)
        for v in project.variables:
            _add(variables, "Variable", guid=v.guid, name=v.name, typeOfVariable=v.type)
        cases = self._section("Cases", project.cases)
        for case in project.cases:
            element = _add(cases, "Case", guid=case.guid, name=case.name)
            self._values(element, case.values)
            for guid in case.sources:
                _add(element, "SourceRef", targetGUID=guid)
        sources = self._section("Sources", project.sources)
        for source in project.sources:
            self._source(sources, source)
        self._memos_links_and_sets()

    def _section(self, name: str, content: Iterable) -> etree._Element | None:
        """A child of the root, or None if it would be empty."""
        return _add(self.root, name) if content else None

    def _codes(self, parent: etree._Element, above: str) -> None:
        """Codes below one another."""
        for code in self._project.codes:
            if code.parent == above:
                self._codes(self._code(parent, code), code.guid)

    def _code(self, parent: etree._Element, code: Code) -> etree._Element:
        element = _add(parent, "Code", guid=code.guid, name=code.name, isCodable=str(code.is_codable).lower())
        if colour := _colour(code.color):
            element.set("color", colour)
        if code.description:
            _add(element, "Description").text = code.description
        self._refer(element, code.guid)
        return element

    def _source(self, parent: etree._Element, source: Source) -> None:
        """A text with its selections and codings; its positions as the program counts them that `reading` names."""
        element = _add(parent, "TextSource", guid=source.guid, name=source.name)
        if source.note:
            _add(element, "Description").text = source.note
        reading, stored = source.reading or PLAIN, source.text or ""
        if source.text is None:
            pass  # only its name came, and the words of its selections
        elif not source.path:
            _add(element, "PlainTextContent").text = stored
        else:
            element.set("plainTextPath", source.path)
            stored = stored.replace("\n", "\r\n") if reading.endswith("_crlf") else stored
            mark = "\ufeff" if reading.endswith("_crlf") else ""  # Windows programs begin a text with it
            self.files[f"sources/{source.path.removeprefix(INTERNAL)}"] = (mark + stored).encode()
        ruler = Ruler(stored)
        for s in self._project.selections:
            if s.source == source.guid:
                ends = [str(ruler.write(reading, at) if at >= 0 else at) for at in (s.start, s.end)]
                place = dict(zip(("startPosition", "endPosition"), ends, strict=True))
                inside = _add(element, "PlainTextSelection", guid=s.guid, name=s.name, **place)
                self._codings(inside, source.guid, s.guid)
                self._refer(inside, s.guid)
        self._codings(element, source.guid, "")
        self._refer(element, source.guid)
        self._values(element, source.values)

    def _codings(self, parent: etree._Element, source: str, selection: str) -> None:
        """Codings of one selection, or of the whole document."""
        for coding in self._project.codings:
            if (coding.source, coding.selection) == (source, selection):
                self._coding(parent, coding)

    def _coding(self, parent: etree._Element, coding: Coding) -> None:
        element = _add(parent, "Coding", guid=coding.guid)
        for name, value in (("creatingUser", coding.coder), ("creationDateTime", coding.created)):
            if value:
                element.set(name, value)
        _add(element, "CodeRef", targetGUID=coding.code)
        self._refer(element, coding.guid)

    def _values(self, parent: etree._Element, values: dict[str, str]) -> None:
        """Values of variables, each in the type of its variable."""
        variables = {v.name: v for v in self._project.variables}
        for name, value in values.items():
            element = _add(parent, "VariableValue")
            _add(element, "VariableRef", targetGUID=variables[name].guid)
            _add(element, f"{variables[name].type}Value").text = value

    def _refer(self, parent: etree._Element, target: str) -> None:
        """References to the notes on an object."""
        for guid in self._notes[target]:
            _add(parent, "NoteRef", targetGUID=guid)

    def _memos_links_and_sets(self) -> None:
        project = self._project
        notes = self._section("Notes", project.memos)
        for memo in {m.guid: m for m in project.memos}.values():
            element = _add(notes, "Note", guid=memo.guid)
            for name, value in (("name", memo.name), ("creatingUser", memo.author)):
                if value:
                    element.set(name, value)
            _add(element, "PlainTextContent").text = memo.text
            self._refer(element, memo.guid)
        links = self._section("Links", project.links)
        for link in project.links:
            element = _add(links, "Link", guid=link.guid, name=link.name)
            if link.direction:
                element.set("direction", link.direction)
            element.set("originGUID", link.origin)
            element.set("targetGUID", link.target)
            self._refer(element, link.guid)
        sets = self._section("Sets", project.sets)
        kinds = [{entry.guid for entry in group} for group in (project.codes, project.sources, project.memos)]
        for group in project.sets:
            element = _add(sets, "Set", guid=group.guid, name=group.name)
            for name, guids in zip(SET_MEMBERS, kinds, strict=True):
                for guid in (g for g in group.members if g in guids):
                    _add(element, name, targetGUID=guid)
        self._refer(self.root, "")


def _colour(text: str) -> str:
    """A colour as the schema has it; "" for what cannot be written so."""
    digits = text.strip().removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return f"#{digits}" if re.fullmatch("[0-9A-Fa-f]{6}", digits) else ""


def _add(parent: etree._Element | None, name: str, /, **attributes: str) -> etree._Element:
    """Append a child of the project's namespace, with attributes in the given order."""
    return etree.SubElement(parent, f"{{{PROJECT_NAMESPACE}}}{name}", attributes)
