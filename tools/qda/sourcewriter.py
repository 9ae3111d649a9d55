"""The XML of sources: documents, PDFs, pictures and recordings with selections and codings."""

import posixpath
import re

from gkanalysis.ingest.qda.guids import derived_guid
from gkanalysis.ingest.qda.model import NOWHERE
from gkanalysis.ingest.qda.refusal import QdaWriteError
from gkanalysis.ingest.qda.sources import AREAS, KINDS
from tools.qda.elements import add, grouped, write_values

_ELEMENT_OF = {kind: element for element, kind in KINDS.items()}
_AREA_OF = {
    "pdf": "PDFSelection",
    "picture": "PictureSelection",
    "audio": "AudioSelection",
    "video": "VideoSelection",
}
_TIMES = AREAS["AudioSelection"]
_FORMATTED = (".docx", ".doc", ".rtf", ".odt")
_PLACE = re.compile(r"(\w+)=(-?\d+)")


class SourceWriter:
    """Writes the sources of one project.

    Parameters
    ----------
    notes : Notes
    types : dict of str to Variable
        By name.
    positions : dict of str to (int, int)
        Start and end by GUID of the selection, as they are to be written.
    inline, paths : dict of str to str
        Text, or path of its file, by GUID of the source.
    """

    def __init__(self, notes, types, positions, inline, paths):
        self._notes, self._types = notes, types
        self._positions, self._inline, self._paths = positions, inline, paths

    def write(self, section, project):
        """Write the sources of a project with their selections and codings.

        Parameters
        ----------
        section : lxml element or None
            Sources; None if there are none.
        project : Project

        Raises
        ------
        QdaWriteError
            For a place that the schema has no room for, or a coding on a selection of another source.
        """
        selections, codings = grouped(project.selections, "source"), {}
        for coding in project.codings:
            codings.setdefault((coding.source, coding.selection), []).append(coding)
        for source in project.sources:
            element = add(section, _ELEMENT_OF[source.kind], guid=source.guid, name=source.name)
            if source.note:
                add(element, "Description").text = source.note
            own = selections.get(source.guid, ())
            if source.kind == "text":
                self._write_text(element, source, own, codings)
            else:
                self._write_medium(element, source, own, codings)
            self._write_codings(element, codings.pop((source.guid, ""), ()))
            self._notes.refer(element, source.guid)
            write_values(element, source.values, self._types)
        if codings:
            guid = next(iter(codings.values()))[0].guid
            raise QdaWriteError(
                f"Die Kodierung {guid} nennt eine Textstelle einer anderen Quelle; bitte prüfen."
            )

    def _write_text(self, element, source, selections, codings):
        """A document with its text, inside or in its own file."""
        self._write_content(element, source)
        if source.text is None and source.path:
            name = (
                "richTextPath"
                if posixpath.splitext(source.path)[1].lower() in _FORMATTED
                else "plainTextPath"
            )
            element.set(name, source.path)
        for selection in selections:
            self._write_text_selection(element, selection, codings)

    def _write_content(self, element, source):
        """The text itself, or the path of its file."""
        if source.guid in self._inline:
            add(element, "PlainTextContent").text = self._inline[source.guid]
        elif source.guid in self._paths:
            element.set("plainTextPath", self._paths[source.guid])

    def _write_text_selection(self, parent, selection, codings):
        """A stretch of a text."""
        _numbers(selection, ())
        start, end = self._positions.get(selection.guid, (NOWHERE, NOWHERE))
        element = add(parent, "PlainTextSelection", guid=selection.guid, name=selection.name)
        element.set("startPosition", str(start))
        element.set("endPosition", str(end))
        self._write_selection_body(element, selection, codings)

    def _write_medium(self, element, source, selections, codings):
        """A PDF, picture or recording: areas and times, and the text that stands for it."""
        if source.path:
            element.set("path", source.path)
        areas = [selection for selection in selections if selection.guid not in self._positions]
        texts = [selection for selection in selections if selection.guid in self._positions]
        if source.kind == "pdf":
            self._write_areas(element, source, areas, codings)
            self._write_representation(element, "Representation", source, texts, codings)
        elif source.kind == "picture":
            self._write_representation(element, "TextDescription", source, texts, codings)
            self._write_areas(element, source, areas, codings)
        else:
            self._write_transcript(element, source, texts, codings)
            self._write_areas(element, source, areas, codings)

    def _write_areas(self, parent, source, selections, codings):
        """Selections by the numbers in their place."""
        name = _AREA_OF[source.kind]
        for selection in selections:
            numbers = _numbers(selection, AREAS[name])
            element = add(parent, name, guid=selection.guid, name=selection.name)
            for attribute in AREAS[name]:
                element.set(attribute, numbers.get(attribute, str(NOWHERE)))
            self._write_selection_body(element, selection, codings)

    def _write_representation(self, parent, name, source, selections, codings):
        """The text of a PDF or picture."""
        if source.text is None:
            return
        element = add(parent, name, guid=derived_guid("Text", source.guid))
        self._write_content(element, source)
        for selection in selections:
            self._write_text_selection(element, selection, codings)

    def _write_transcript(self, parent, source, selections, codings):
        """The text of a recording: a point of time at each end of a selection."""
        if source.text is None:
            return
        element = add(parent, "Transcript", guid=derived_guid("Text", source.guid))
        self._write_content(element, source)
        for selection in selections:
            times = _numbers(selection, _TIMES)
            for name, position in zip(("begin", "end"), self._positions[selection.guid], strict=True):
                point = add(element, "SyncPoint", guid=derived_guid("SyncPoint", selection.guid, name))
                if name in times:
                    point.set("timeStamp", times[name])
                point.set("position", str(position))
        for selection in selections:
            entry = add(element, "TranscriptSelection", guid=selection.guid, name=selection.name)
            entry.set("fromSyncPoint", derived_guid("SyncPoint", selection.guid, "begin"))
            entry.set("toSyncPoint", derived_guid("SyncPoint", selection.guid, "end"))
            self._write_selection_body(entry, selection, codings)

    def _write_selection_body(self, element, selection, codings):
        """Description, codings and notes of a selection."""
        self._notes.describe(element, selection.guid)
        self._write_codings(element, codings.pop((selection.source, selection.guid), ()))
        self._notes.refer(element, selection.guid)

    def _write_codings(self, parent, codings):
        """Codings of one selection or one whole document."""
        for coding in codings:
            element = add(parent, "Coding", guid=coding.guid)
            if coding.coder:
                element.set("creatingUser", coding.coder)
            if coding.created:
                element.set("creationDateTime", coding.created)
            add(element, "CodeRef", targetGUID=coding.code)
            self._notes.refer(element, coding.guid)


def _numbers(selection, attributes):
    """Numbers of a selection's place by their names, all of them among the attributes."""
    numbers = dict(_PLACE.findall(selection.place))
    if (
        not numbers.keys() <= set(attributes)
        or " ".join("=".join(pair) for pair in numbers.items()) != selection.place
    ):
        raise QdaWriteError(
            f"Die Textstelle {selection.guid} hat eine Angabe zur Lage („{selection.place}“), die REFI-QDA bei dieser "
            "Art von Quelle nicht kennt; bitte das Projekt ohne diese Angabe schreiben."
        )
    return numbers
