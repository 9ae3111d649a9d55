"""Write a project as REFI-QDA (.qdpx): equal projects give equal bytes, and the file reads back as it was written.

Texts are written as the program counted them that is named by `Source.reading`: with CRLF and a byte order mark, or
with LF. Since no file says how it counts, the written positions are read again before anything is saved.
"""

import re
from dataclasses import replace
from pathlib import Path

from lxml import etree

from gkanalysis.core.zipping import zip_parts
from gkanalysis.ingest.qda.guids import derived_guid
from gkanalysis.ingest.qda.model import SOURCE_KINDS
from gkanalysis.ingest.qda.positions import READINGS, Mark, Ruler, fit_readings
from gkanalysis.ingest.qda.qdpx import INTERNAL
from gkanalysis.ingest.qda.refusal import QdaWriteError
from tools.qda.projectwriter import project_element

_MARK = "\ufeff"
_MEMBER = re.compile(r"[\w{}-][\w .{}%-]*(?<!\.)")  # a plain name; anything else is given another


def write_qdpx(project, path):
    """Write a project; reading it again gives the same project.

    Parameters
    ----------
    project : Project
        Losses are not written. Recordings and pictures are named as before, but not inside. A text that lay beside
        the project is written into it. Where positions could be read in another way, selections without a name get
        their text as name.
    path : str or Path

    Raises
    ------
    QdaWriteError
        If an object refers to one that does not exist, a place lies outside its text, REFI-QDA has no room for
        something, or the positions could be read in another way.

    References
    ----------
    .. [1] REFI-QDA Standard 1.0, Project.xsd of 18 March 2019.
    """
    _refuse_dangling(project)
    texts = _Texts(project)
    project, count, positions = _tellable(project, texts)
    try:
        root = project_element(project, positions, texts.inline, texts.paths)
        data = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    except ValueError:  # from lxml
        raise QdaWriteError(
            f"Das Projekt „{project.name}“: Ein Name enthält ein Steuerzeichen, das in XML nicht erlaubt ist; "
            "bitte das Zeichen entfernen."
        ) from None
    files = {
        f"sources/{texts.paths[guid].removeprefix(INTERNAL)}": _encode(texts.stored(guid, reading), reading)
        for guid, reading in count.items()
        if guid in texts.paths
    }
    Path(path).write_bytes(zip_parts({"project.qde": data, **files}))


def _tellable(project, texts):
    """The project, a count for each source, and positions that a reader cannot mistake."""
    for is_named in (False, True):
        candidate = _with_names(project) if is_named else project
        for count in _counts(project):
            rulers = {guid: Ruler(texts.stored(guid, reading)) for guid, reading in count.items()}
            positions = _positions(candidate, rulers, count)
            if _reads_back(candidate, rulers, positions):
                return candidate, count, positions
    raise QdaWriteError(
        f"Das Projekt „{project.name}“: Die Positionen der Textstellen ließen sich beim Lesen anders zählen; "
        "bitte den Textstellen ihren Text als Namen geben."
    )


def _with_names(project):
    """The project with the text of each selection that has no name as its name."""
    texts = {source.guid: source.text for source in project.sources}
    selections = tuple(
        selection
        if selection.name or selection.start < 0
        else replace(selection, name=texts[selection.source][selection.start : selection.end])
        for selection in project.selections
    )
    return replace(project, selections=selections)


class _Texts:
    """Which texts are written into the project (`inline`), and which into a file of their own (`paths`)."""

    def __init__(self, project):
        self._texts, self.inline, self.paths = {}, {}, {}
        for source in project.sources:
            if source.text is None:
                continue
            if "\r" in source.text:
                raise QdaWriteError(
                    f"Die Quelle „{source.name}“ enthält Zeilenenden mit CR; erlaubt ist nur LF; bitte den Text "
                    "angleichen und die Positionen neu zählen."
                )
            self._texts[source.guid] = source.text
            name = source.path.removeprefix(INTERNAL) if source.kind == "text" else ""
            if _MEMBER.fullmatch(name) and name != source.path and source.path not in self.paths.values():
                self.paths[source.guid] = source.path
            elif _fits_xml(source.text) and (source.kind != "text" or not source.path):
                self.inline[source.guid] = source.text
            else:
                self.paths[source.guid] = f"{INTERNAL}{derived_guid('Text', source.guid)}.txt"

    def stored(self, guid, reading):
        """Text with the line ends of a reading; XML itself only knows LF."""
        text = self._texts[guid]
        return text.replace("\n", "\r\n") if reading.endswith("_crlf") and guid in self.paths else text


def _fits_xml(text):
    """Whether XML can hold a text."""
    try:
        etree.Element("a").text = text
    except ValueError:
        return False
    return True


def _encode(stored, reading):
    """Bytes of a text file; Windows programs begin it with a byte order mark, and so must a text that has one itself."""
    needs_mark = reading.endswith("_crlf") or stored.startswith(_MARK)
    return (_MARK * needs_mark + stored).encode()


def _counts(project):
    """Ways to count: as each source says, then one for all."""
    readings = {source.guid: source.reading for source in project.sources if source.text is not None}
    default = next(iter(READINGS))
    yield {guid: reading if reading in READINGS else default for guid, reading in readings.items()}
    for reading in READINGS:
        yield dict.fromkeys(readings, reading)


def _positions(project, rulers, count):
    """Start and end of each selection as they are written, by its GUID."""
    positions = {}
    for selection in project.selections:
        if selection.start < 0:
            continue
        ruler = rulers.get(selection.source)
        if ruler is None or not selection.start <= selection.end <= len(ruler.text):
            raise QdaWriteError(
                f"Die Textstelle {selection.guid} liegt bei {selection.start} bis {selection.end} und damit außerhalb "
                "des Textes ihrer Quelle; bitte die Positionen prüfen."
            )
        reading = count[selection.source]
        positions[selection.guid] = tuple(ruler.write(reading, at) for at in (selection.start, selection.end))
    return positions


def _reads_back(project, rulers, positions):
    """Whether a reader would find every selection where it is."""
    marks = {guid: [] for guid in rulers}
    spans = {guid: [] for guid in rulers}
    for selection in project.selections:
        if selection.guid in positions:
            marks[selection.source].append(Mark(*positions[selection.guid], selection.name))
            spans[selection.source].append((selection.start, selection.end))
    marked = [guid for guid in rulers if marks[guid]]
    fits = fit_readings([(rulers[guid], marks[guid]) for guid in marked])
    return all(
        [rulers[guid].span(fit.reading, mark) for mark in marks[guid]] == spans[guid]
        for guid, fit in zip(marked, fits, strict=True)
    )


def _refuse_dangling(project):
    """Everything that is referred to exists; there is no writing what would be a loss for the next reader."""
    known = {
        name: {entry.guid for entry in getattr(project, name)}
        for name in ("codes", "coders", "sources", "selections", "memos")
    }
    names = {variable.name for variable in project.variables}
    for source in project.sources:
        _refuse_unless(source.kind in SOURCE_KINDS, "Die Quelle", source.guid, "Art", source.kind)
    for code in project.codes:
        _refuse_unless(
            not code.parent or code.parent in known["codes"], "Der Code", code.guid, "Code", code.parent
        )
    for selection in project.selections:
        exists = selection.source in known["sources"]
        _refuse_unless(exists, "Die Textstelle", selection.guid, "Quelle", selection.source)
    for coding in project.codings:
        for group, word, value in (
            ("codes", "Code", coding.code),
            ("coders", "Person", coding.coder),
            ("sources", "Quelle", coding.source),
            ("selections", "Textstelle", coding.selection),
        ):
            optional = group in ("coders", "selections") and not value
            _refuse_unless(optional or value in known[group], "Die Kodierung", coding.guid, word, value)
    for memo in project.memos:
        exists = not memo.author or memo.author in known["coders"]
        _refuse_unless(exists, "Die Notiz", memo.guid, "Person", memo.author)
    for case in project.cases:
        for group, word, values in (
            ("sources", "Quelle", case.sources),
            ("selections", "Textstelle", case.selections),
        ):
            for value in values:
                _refuse_unless(value in known[group], "Der Fall", case.guid, word, value)
    for entry in (*project.cases, *project.sources):
        for name in entry.values:
            _refuse_unless(name in names, "Das Objekt", entry.guid, "Variable", name)
    members = known["codes"] | known["sources"] | known["memos"]
    for group in project.sets:
        for member in group.members:
            _refuse_unless(member in members, "Die Gruppe", group.guid, "Mitglied", member)


def _refuse_unless(condition, owner, guid, word, value):
    """One sentence for every reference that leads nowhere."""
    if not condition:
        raise QdaWriteError(
            f"{owner} {guid} nennt als {word} „{value}“, das Projekt enthält das aber nicht; bitte ergänzen."
        )
