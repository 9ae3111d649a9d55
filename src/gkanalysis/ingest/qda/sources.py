"""Read the sources of a project: documents, PDFs, pictures and recordings with selections and codings."""

from gkanalysis.ingest.qda.draft import (
    CodingDraft,
    SelectionDraft,
    SourceDraft,
    element_text,
    reference,
    whole_number,
)
from gkanalysis.ingest.qda.guids import clean_guid
from gkanalysis.ingest.qda.model import NOWHERE
from gkanalysis.ingest.qda.positions import Ruler

KINDS = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
# Names and attributes of the selections that are no stretch of a text.
AREAS = {
    "PDFSelection": ("page", "firstX", "firstY", "secondX", "secondY"),
    "PictureSelection": ("firstX", "firstY", "secondX", "secondY"),
    "AudioSelection": ("begin", "end"),
    "VideoSelection": ("begin", "end"),
}
_VALUE_NAMES = frozenset(
    f"{name}Value" for name in ("Text", "Boolean", "Integer", "Float", "Date", "DateTime")
)


class TextMissingError(Exception):
    """The text of a source cannot be had; `kind` is a kind of loss."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


def read_source(draft, element):
    """Read one source with everything in it.

    Parameters
    ----------
    draft : Draft
        Gets the source; a second transcript becomes a source of its own.
    element : lxml element
        TextSource, PDFSource, PictureSource, AudioSource or VideoSource.
    """
    kind = KINDS[draft.name(element)]
    source = SourceDraft(
        draft.claim(element, "source"), element.get("name") or "", kind, line=element.sourceline
    )
    draft.sources.append(source)
    if kind == "text":
        _read_text_body(draft, source, element)
    else:
        source.path = element.get("path") or element.get("currentPath") or ""
        _read_media_body(draft, source, element)


def _read_media_body(draft, source, element):
    """Selections of areas or times, and the text that stands for the medium."""
    has_transcript = False
    for child in element:
        name = draft.name(child)
        if name in AREAS:
            _read_area(draft, source, child, AREAS[name])
        elif name in ("Representation", "TextDescription"):
            draft.stands_for(child, source.guid)
            _read_text_body(draft, source, child)
        elif name == "Transcript":
            target = _second_source(draft, source, child) if has_transcript else source
            has_transcript = True
            _read_transcript(draft, target, child)
        elif name == "Description":
            source.note = element_text(child)
        else:
            _read_common(draft, source, child, name)


def _second_source(draft, source, element):
    """A recording of its own for another transcript."""
    guid = draft.claim(element, "source")
    draft.lose("second_transcript", guid, element.sourceline, element.get("name") or "")
    other = SourceDraft(guid, element.get("name") or source.name, source.kind, line=element.sourceline)
    draft.sources.append(other)
    return other


def _read_text_body(draft, source, element):
    """A TextSource, or the representation or text description of another medium."""
    is_whole = draft.name(element) == "TextSource"
    _load_text(draft, source, element)
    for child in element:
        name = draft.name(child)
        if name == "PlainTextSelection":
            _read_text_selection(draft, source, child)
        elif name == "Description" and is_whole:
            source.note = element_text(child)
        elif name == "Description":
            draft.describe(clean_guid(element.get("guid")) or f"{source.guid} text", child, source.guid)
        elif name != "PlainTextContent":
            _read_common(draft, source, child, name)


def _read_common(draft, source, child, name):
    """What any source may have at its end."""
    if name == "Coding":
        source.codings.append(_read_coding(draft, child, "", ""))
    elif name == "NoteRef":
        draft.refer(child, source.guid)
    elif name == "VariableValue":
        read_value(draft, child, source.values)
    else:
        draft.unknown(child)


def _load_text(draft, source, element):
    """The text written in the project, or in the file that it names."""
    content = next((child for child in element if draft.name(child) == "PlainTextContent"), None)
    path = (element.get("plainTextPath") or "").strip()
    if content is not None and (len(content) or content.text or not path):
        source.ruler = Ruler(element_text(content))
        for stranger in content:
            draft.unknown(stranger)
        return
    formatted = (element.get("richTextPath") or "").strip()
    if source.kind == "text":
        source.path = path or formatted
    try:
        if not path:
            raise TextMissingError("text_formatted" if formatted else "text_absent")
        source.ruler = Ruler(draft.fetch(path))
    except TextMissingError as missing:
        draft.lose(missing.kind, source.guid, element.sourceline, path or formatted)


def _read_text_selection(draft, source, element):
    """A stretch of the text, counted in an unknown way."""
    start, end = whole_number(element.get("startPosition")), whole_number(element.get("endPosition"))
    selection = SelectionDraft(draft.claim(element, "selection"), element.get("name") or "")
    if start is None or end is None or end < start:
        raw = f"{element.get('startPosition')} bis {element.get('endPosition')}"
        draft.lose("bad_position", selection.guid, element.sourceline, raw)
    elif (start, end) != (NOWHERE, NOWHERE):
        selection.start, selection.end = start, end
    _read_selection_body(draft, source, selection, element)


def _read_area(draft, source, element, attributes):
    """A rectangle of a page or picture, or a time of a recording; -1 stands for a number nobody gave."""
    numbers = {name: whole_number(element.get(name)) for name in attributes}
    place = " ".join(f"{name}={number}" for name, number in numbers.items() if number not in (None, NOWHERE))
    selection = SelectionDraft(draft.claim(element, "selection"), element.get("name") or "", place=place)
    if None in numbers.values():
        raw = " ".join(f"{name}={element.get(name)}" for name in attributes)
        draft.lose("bad_position", selection.guid, element.sourceline, raw)
    _read_selection_body(draft, source, selection, element)


def _read_transcript(draft, source, element):
    """The text of a recording; its selections lie between two points of time that know their position."""
    draft.stands_for(element, source.guid)
    _load_text(draft, source, element)
    points = {
        clean_guid(child.get("guid")): (
            whole_number(child.get("position")),
            whole_number(child.get("timeStamp")),
        )
        for child in element
        if draft.name(child) == "SyncPoint"
    }
    for child in element:
        name = draft.name(child)
        if name == "TranscriptSelection":
            _read_transcript_selection(draft, source, child, points)
        elif name == "Description":
            draft.describe(clean_guid(element.get("guid")) or f"{source.guid} text", child, source.guid)
        elif name == "NoteRef":
            draft.refer(child, source.guid)
        elif name not in ("SyncPoint", "PlainTextContent"):
            draft.unknown(child)


def _read_transcript_selection(draft, source, element, points):
    """A stretch of a transcript."""
    nowhere = (None, None)
    start, begin = points.get(clean_guid(element.get("fromSyncPoint")), nowhere)
    end, until = points.get(clean_guid(element.get("toSyncPoint")), nowhere)
    times = (("begin", begin), ("end", until))
    place = " ".join(f"{name}={time}" for name, time in times if time not in (None, NOWHERE))
    selection = SelectionDraft(draft.claim(element, "selection"), element.get("name") or "", place=place)
    if start is None or end is None or end < start:
        raw = f"{element.get('fromSyncPoint')} bis {element.get('toSyncPoint')}"
        draft.lose("bad_position", selection.guid, element.sourceline, raw)
    else:
        selection.start, selection.end = start, end
    _read_selection_body(draft, source, selection, element)


def _read_selection_body(draft, source, selection, element):
    """Codings, notes and description of any selection."""
    selection.line = element.sourceline
    source.selections.append(selection)
    coder, created = clean_guid(element.get("creatingUser")), element.get("creationDateTime") or ""
    for child in element:
        name = draft.name(child)
        if name == "Coding":
            selection.codings.append(_read_coding(draft, child, coder, created))
        elif name == "Description":
            draft.describe(selection.guid, child)
        elif name == "NoteRef":
            draft.refer(child, selection.guid)
        elif name == "Representation":
            _read_area_text(draft, selection, child)
        else:
            draft.unknown(child)


def _read_area_text(draft, selection, element):
    """The text in a rectangle of a PDF serves as the selection's name."""
    for child in element:
        if draft.name(child) == "PlainTextContent":
            selection.name = selection.name or element_text(child)
        elif draft.name(child) != "Description" or element_text(child):
            draft.unknown(child)


def _read_coding(draft, element, coder, created):
    """A coding; who coded and when is said here, else by the selection (measured: NVivo and QualCoder differ)."""
    codes = []
    guid = draft.claim(element, "coding")
    for child in element:
        name = draft.name(child)
        if name == "CodeRef" and not codes:
            codes.append(reference(child))
        elif name == "NoteRef":
            draft.refer(child, guid)
        else:
            draft.unknown(child)
    return CodingDraft(
        guid,
        codes[0] if codes else "",
        clean_guid(element.get("creatingUser")) or coder,
        element.get("creationDateTime") or created,
        element.sourceline,
    )


def read_value(draft, element, values):
    """Keep the value of a variable; its name is known when all variables are."""
    variable, value = "", ""
    for child in element:
        name = draft.name(child)
        if name == "VariableRef":
            variable = reference(child)
        elif name in _VALUE_NAMES:
            value = element_text(child)
        else:
            draft.unknown(child)
    draft.values.append((values, variable, value, element.sourceline))
