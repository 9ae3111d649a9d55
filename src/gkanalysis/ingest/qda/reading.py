"""Read the objects of a project one by one as they are written; references are looked up when all are known."""

import posixpath
from collections import defaultdict
from dataclasses import replace

from lxml import etree

from gkanalysis.ingest.qda import model
from gkanalysis.ingest.qda.model import NOWHERE, PROJECT_NAMESPACE, clean_guid, derived_guid, description_guid, loss
from gkanalysis.ingest.qda.positions import Ruler, fit_readings, says_same

KINDS = {f"{kind}Source": kind.lower() for kind in ("Text", "PDF", "Picture", "Audio", "Video")}
# Names and attributes of the selections that are no stretch of a text.
AREAS = {
    "PDFSelection": ("page", "firstX", "firstY", "secondX", "secondY"),
    "PictureSelection": ("firstX", "firstY", "secondX", "secondY"),
    "AudioSelection": ("begin", "end"),
    "VideoSelection": ("begin", "end"),
}
_VALUES = frozenset(f"{kind}Value" for kind in model.VARIABLE_TYPES)
SET_MEMBERS = ("MemberCode", "MemberSource", "MemberNote")


class TextMissingError(Exception):
    """The text of a source cannot be had; the argument is a kind of loss."""


class ProjectReader:
    """The objects of one project file in the order of the file, and the losses so far.

    They are those of the model, by the names of its tuples, but what they refer to may not exist, and positions are as
    written (None for none); sources are dicts of what is known of each `Source`, `rulers` have their texts. References
    that have no GUID of their own stand in tuples with their line; `lines` has the line of each object by its group and
    GUID. `fetch` takes a path as the project writes it and returns the text, or raises `TextMissingError`.
    """

    def __init__(self, part, fetch):
        self.part, self.fetch = part, fetch
        self.namespace = f"{{{PROJECT_NAMESPACE}}}"
        self.all = {name: [] for name in (*model.OBJECTS, "notes")}
        self.note_refs, self.case_refs, self.values = [], [], []
        self.root, self.rulers, self.lines = {}, {}, {}
        self.aliases = {}  # GUID of a representation: GUID of its source

    def read(self, name, element):
        """Read one object with its name as `iterate_objects` gives it."""
        if name == "Project":
            self._read_root(element)
        elif name == "Codes":
            self._children(element, Code=self._read_code)
        elif name == "Graph":  # nothing that could be counted
            self._lose_whole("graph", element)
        elif name in KINDS:
            self._read_source(element, KINDS[name])
        elif name in ("Description", "NoteRef"):
            self._remarks("")[name](element)
        else:
            getattr(self, f"_read_{name.lower()}", self.unknown)(element)

    def lose(self, kind, guid="", line=None, raw=""):
        """List a loss."""
        place = self.part if line is None else f"{self.part}, Zeile {line}"
        self.all["losses"].append(loss(kind, guid=guid, place=place, raw=raw))

    def _lose_whole(self, kind, element):
        """List an object of which nothing is taken."""
        self.lose(kind, clean_guid(element.get("guid")), element.sourceline, element.get("name") or "")

    def unknown(self, element):
        """List an element that the schema does not have here."""
        attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
        raw = f"<{etree.QName(element).localname}{attributes}>"
        self.lose("unknown_element", clean_guid(element.get("guid")), element.sourceline, raw)

    def _name(self, element):
        """Name of an element of this standard; "" for any other namespace."""
        head, bracket, local = element.tag.rpartition("}")
        return local if head + bracket == self.namespace else ""

    def _children(self, element, guid=None, **readers):
        """Hand each child to the reader of its name, remarks on the object `guid` among them; others are unknown."""
        readers = (self._remarks(guid) if guid is not None else {}) | readers
        for child in element:
            readers.get(self._name(child), self.unknown)(child)

    def _remarks(self, guid, target=None):
        """The readers of a NoteRef on an object, and of its Description: an empty one says nothing."""

        def describe(child):
            if text := _text(child):
                about = guid if target is None else target
                self.all["memos"].append(model.Memo(description_guid(guid), about, text=text))

        def refer(child):
            self.note_refs.append((_reference(child), guid, child.sourceline))

        return {"Description": describe, "NoteRef": refer}

    def _claim(self, element, group, twice="duplicate_guid"):
        """GUID of an object, a new one if it has none or another of its group has the same; None for a second entry."""
        guid, line, name = clean_guid(element.get("guid")), element.sourceline, element.get("name") or ""
        if not guid:
            guid = derived_guid(group, self.part, str(len(self.lines)))
            self.lose("missing_guid", guid, line, name)
        if (group, guid) in self.lines:
            self.lose(twice, guid, line, name)
            if twice == "duplicate_entry":
                return None
            guid = derived_guid(group, guid, str(len(self.lines)))
        self.lines[group, guid] = line
        return guid

    def _person(self, guid, *elements):
        """Who made an object `guid`, as the first element says that says it; else who changed it last, with a loss."""
        for word in ("creatingUser", "modifyingUser"):
            for element in elements:
                if person := clean_guid(element.get(word)):
                    if word == "modifyingUser":
                        self.lose("only_modified", guid, element.sourceline, person)
                    return person
        return ""

    def _read_root(self, element):
        """The root: its namespace is that of all names."""
        self.root = dict(element.attrib)
        namespace = element.tag.rpartition("}")[0].removeprefix("{")
        self.namespace = f"{{{namespace}}}" if namespace else ""
        if namespace != PROJECT_NAMESPACE:
            self.lose("version", "", element.sourceline, namespace)

    def _read_user(self, element):
        """A coder; without a name the id may serve."""
        if (guid := self._claim(element, "coder", "duplicate_entry")) is None:
            return
        name = next((n for n in (element.get("name"), element.get("id")) if n and not n.isspace()), None)
        if name is None:
            self.lose("unnamed_coder", guid, element.sourceline)
        self.all["coders"].append(model.Coder(guid, name or stand_in(guid)))

    def _read_code(self, element, parent=""):
        """One code, then those below it; the parser bounds the depth."""
        guid, descriptions, below = self._claim(element, "code"), [""], []
        keep = {"Description": lambda child: descriptions.append(_text(child)), "Code": below.append}
        self._children(element, guid, **keep)
        is_codable = (element.get("isCodable") or "true").strip().lower() in ("true", "1")
        name, color = element.get("name") or "", element.get("color") or ""
        self.all["codes"].append(model.Code(guid, name, parent, is_codable, descriptions[-1], color))
        for child in below:
            self._read_code(child, guid)

    def _read_variable(self, element):
        """A variable; its description becomes a memo."""
        if (guid := self._claim(element, "variable", "duplicate_entry")) is None:
            return
        name, kind = element.get("name") or "", element.get("typeOfVariable")
        if any(other.name == name for other in self.all["variables"]):
            self.lose("duplicate_entry", guid, element.sourceline, name)
            return
        self.all["variables"].append(model.Variable(guid, name, kind if kind in model.VARIABLE_TYPES else "Text"))
        self._children(element, guid)

    def _read_case(self, element):
        """A case; its sources and selections are looked up when all are known."""
        case = model.Case(self._claim(element, "case"), element.get("name") or "")
        self.all["cases"].append(case)

        def refer(group):
            return lambda child: self.case_refs.append((case.guid, group, _reference(child), child.sourceline))

        self._children(
            element,
            case.guid,
            SourceRef=refer("source"),
            SelectionRef=refer("selection"),
            VariableValue=self._value_for(case.values),
            CodeRef=lambda child: self.lose("case_code", case.guid, child.sourceline, _reference(child)),
        )

    def _value_for(self, values):
        """The reader of the value of a variable, whose name is known when all variables are."""

        def read(element):
            given = {"variable": "", "text": ""}
            typed = dict.fromkeys(_VALUES, lambda child: given.update(text=_text(child)))
            self._children(element, VariableRef=lambda child: given.update(variable=_reference(child)), **typed)
            self.values.append((values, *given.values(), element.sourceline))

        return read

    def _read_note(self, element):
        """A note with its text; selections and codings in it are not read."""
        guid, texts, descriptions = self._claim(element, "note"), [""], []
        keep = {"PlainTextContent": lambda child: texts.append(_text(child)), "Description": descriptions.append}
        codings = dict.fromkeys(("PlainTextSelection", "Coding"), lambda child: self._lose_whole("note_coding", child))
        self._children(element, guid, **keep, **codings)
        path = (element.get("plainTextPath") or "").strip()
        ruler = self._ruler(path, guid, element) if path and not texts[-1] else None
        text = ruler.text if ruler else texts[-1]
        if descriptions and text:
            self._remarks(guid)["Description"](descriptions[-1])
        elif descriptions:
            text = _text(descriptions[-1])
        self.all["notes"].append(model.Memo(guid, "", self._person(guid, element), text, element.get("name") or ""))

    def _read_link(self, element):
        """A link; both ends are looked up when all objects are known."""
        guid = self._claim(element, "link")
        ends = clean_guid(element.get("originGUID")), clean_guid(element.get("targetGUID"))
        self.all["links"].append(model.Link(guid, element.get("name") or "", *ends, element.get("direction") or ""))
        self._children(element, guid)

    def _read_set(self, element):
        """A set of codes, sources and notes, in the order of the schema."""
        guid, members = self._claim(element, "set"), []

        def keep(child):  # some write `guid` as a codebook does
            member = _reference(child) or clean_guid(child.get("guid"))
            members.append((SET_MEMBERS.index(self._name(child)), member, child.sourceline))

        self._children(element, guid, **dict.fromkeys(SET_MEMBERS, keep))
        self.all["sets"].append((guid, element.get("name") or "", sorted(members, key=lambda member: member[0])))

    def _read_source(self, element, kind, of=None):
        """One source with everything in it; a second text `of` another source becomes one of its own."""
        path = "" if kind == "text" or of else element.get("path") or element.get("currentPath") or ""
        source = {"guid": self._claim(element, "source"), "name": element.get("name") or "", "kind": kind, "path": path}
        source |= {"note": "", "values": {}}
        self.all["sources"].append(source)
        if of:
            self.lose("second_text", source["guid"], element.sourceline, source["name"])
            source["name"] = source["name"] or of["name"]
        self._read_content(source, element, source if not of else None)
        if not source["name"].strip():
            self.lose("unnamed_source", source["guid"], element.sourceline)
            source["name"] = posixpath.basename(source["path"].replace("\\", "/")) or stand_in(source["guid"])

    def _read_content(self, source, element, owner=None):
        """What stands in a source (its own `owner`), or in the text that stands for it."""
        guid, is_text = source["guid"], owner is None or source["kind"] == "text"
        describe = {"Description": lambda child: source.update(note=_text(child))}
        if owner is None:
            if own := clean_guid(element.get("guid")):
                self.aliases[own] = guid
            describe = {"Description": self._remarks(own or f"{guid} text", guid)["Description"]}
            if not source["name"].strip() and (element.get("name") or "").strip():
                self.lose("unnamed_source", guid, element.sourceline, element.get("name"))
                source["name"] = element.get("name")
        self._load_text(source, element, is_text)
        points = {  # they may stand behind the selections that name them
            clean_guid(child.get("guid")): [whole_number(child.get(n)) for n in ("position", "timeStamp")]
            for child in element
            if self._name(child) == "SyncPoint"
        }
        texts_read = []

        def read_text(child):
            texts_read.append(child)
            if len(texts_read) > 1:
                self._read_source(child, source["kind"], source)
            else:
                self._read_content(source, child)

        texts = ("Representation", "TextDescription", "Transcript") if owner else ()
        selections = ("PlainTextSelection", "TranscriptSelection", *AREAS)
        self._children(
            element,
            guid,
            **dict.fromkeys(selections, lambda child: self._read_selection(source, child, points)),
            **dict.fromkeys(texts, read_text),
            **dict.fromkeys(("SyncPoint", "PlainTextContent"), lambda child: None),  # read already
            Coding=lambda child: self._read_coding(child, guid),
            VariableValue=self._value_for(source["values"]),
            **describe,
        )

    def _load_text(self, source, element, is_text):
        """The text written in the project, or in the file that it names; what is a text should have one."""
        content = next((child for child in element if self._name(child) == "PlainTextContent"), None)
        path, formatted = ((element.get(f"{kind}TextPath") or "").strip() for kind in ("plain", "rich"))
        if content is not None and (len(content) or content.text or not path):
            self.rulers[source["guid"]] = Ruler(_text(content))
            self._children(content)
            return
        if source["kind"] == "text":
            source["path"] = path or formatted
        if path:
            self.rulers[source["guid"]] = self._ruler(path, source["guid"], element)
        elif is_text:
            missing = "text_formatted" if formatted else "text_absent"
            self.lose(missing, source["guid"], element.sourceline, formatted)

    def _ruler(self, path, guid, element):
        """The text of a file."""
        try:
            return Ruler(self.fetch(path))
        except TextMissingError as missing:
            self.lose(*missing.args, guid, element.sourceline, path)

    def _read_selection(self, source, element, points):
        """A selection with its codings and remarks.

        A stretch of text is counted in an unknown way, twice -1 says that there is none; one of a transcript lies
        between two points of time that know their position; an area is that of a page, a picture or a recording.
        """
        guid, kind, names = self._claim(element, "selection"), self._name(element), [element.get("name") or ""]
        area = {name: whole_number(element.get(name)) for name in AREAS.get(kind, ())}
        start = end = None
        problem = " ".join(f"{name}={element.get(name)}" for name in area) if None in area.values() else ""
        if kind == "PlainTextSelection":
            written = [element.get(word) for word in ("startPosition", "endPosition")]
            start, end = map(whole_number, written)
        elif not area:
            written = [element.get(word) for word in ("fromSyncPoint", "toSyncPoint")]
            (start, begin), (end, until) = (points.get(clean_guid(w), (None, None)) for w in written)
            area = {"begin": begin, "end": until}
        is_nowhere = kind == "PlainTextSelection" and start == end == NOWHERE
        if kind not in AREAS and (is_nowhere or None in (start, end) or end < start):
            problem = "" if is_nowhere else " bis ".join(map(str, written))
            start = end = None
        if problem:
            self.lose("bad_position", guid, element.sourceline, problem)

        def read_area_text(child):  # the text in a rectangle of a PDF serves as the selection's name
            self._children(
                child,
                PlainTextContent=lambda text: names.append(_text(text)),
                Description=lambda text: self.unknown(text) if _text(text) else None,
            )

        self._children(
            element,
            guid,
            Coding=lambda child: self._read_coding(child, source["guid"], guid, element),
            Representation=read_area_text,
        )
        # -1 stands for a number that nobody gave
        place = " ".join(f"{name}={number}" for name, number in area.items() if number not in (None, NOWHERE))
        name = next(filter(None, names), "")
        self.all["selections"].append(model.Selection(guid, source["guid"], start, end, name, place))

    def _read_coding(self, element, source, selection="", around=None):
        """A coding; who coded and when is said here, else by the selection `around` it (NVivo and QualCoder differ)."""
        guid, codes = self._claim(element, "coding"), []
        self._children(element, guid, CodeRef=lambda c: self.unknown(c) if codes else codes.append(_reference(c)))
        elements = [element] if around is None else [element, around]
        created = next((e.get("creationDateTime") for e in elements if e.get("creationDateTime")), "")
        coder = self._person(guid, *elements)
        self.all["codings"].append(model.Coding(guid, selection, source, "".join(codes), coder, created))


def _reference(element):
    """GUID that an element refers to."""
    return clean_guid(element.get("targetGUID"))


def _text(element):
    """Text of an element, with that of anything inside it."""
    return element.text or "" if not len(element) else "".join(element.itertext())


def whole_number(text):
    """The whole number that a text says, or None."""
    digits = (text or "").strip().removeprefix("+")
    plain = digits.removeprefix("-")
    return int(digits) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None


def stand_in(guid):
    """The name of a person or source without one; two of them are never taken for one."""
    return f"ohne Namen ({guid[:8]})"


def resolve(read):
    """The project of a `ProjectReader` that has all objects; references that lead nowhere become losses."""
    found = read.all
    _name_values(read)
    found["sources"], found["selections"], found["codings"] = _resolve_sources(read)
    guids = {name: {entry.guid for entry in found[name]} for name in found if name not in ("sets", "losses", "memos")}
    guids["sets"] = {guid for guid, *_ in found["sets"]}
    found["memos"] = _resolve_memos(read)
    del found["notes"]
    guids["coders"] |= {coder.guid for coder in found["coders"]}
    found["cases"] = list(_resolve_cases(read, guids))
    found["links"] = list(_resolve_links(read, set().union(*guids.values())))
    found["sets"] = list(_resolve_sets(read, guids))
    name, origin = (read.root.get(word, "") for word in ("name", "origin"))
    return model.Project(name, origin, **{name: tuple(objects) for name, objects in found.items()})


def _name_values(read):
    """Values under the name of their variable."""
    names = {variable.guid: variable.name for variable in read.all["variables"]}
    for values, variable, value, line in read.values:
        if (name := names.get(variable)) is None:
            read.lose("unknown_variable", variable, line, value)
        elif values.setdefault(name, value) != value:
            read.lose("second_value", variable, line, value)


def _list_coder(read, guid, owner, line):
    """Whoever the project does not list is added once, under a name that says so."""
    if guid and ("coder", guid) not in read.lines:
        read.lines["coder", guid] = line
        read.all["coders"].append(model.Coder(guid, stand_in(guid)))
        read.lose("unknown_coder", guid, line, owner)


def _resolve_sources(read):
    """Sources, selections at their places in the text, and codings."""
    selections_of, codings_of = defaultdict(list), defaultdict(list)
    for s in read.all["selections"]:
        selections_of[s.source].append(s)
    for c in read.all["codings"]:
        codings_of[c.source, c.selection].append(c)
    placed_in = {guid: [s for s in selections_of[guid] if s.start is not None] for guid, r in read.rulers.items() if r}
    marks = {guid: selections for guid, selections in placed_in.items() if selections}
    fits = dict(zip(marks, fit_readings([(read.rulers[guid], marks[guid]) for guid in marks]), strict=True))
    sources, selections, codings = [], [], []
    for source in read.all["sources"]:
        guid, line = source["guid"], read.lines["source", source["guid"]]
        ruler, fit = read.rulers.get(guid), fits.get(guid)
        if fit is not None:
            scores = "; ".join(f"{name}: {'/'.join(map(str, score))}" for name, score in fit.scores.items())
            if not fit.is_sure:
                read.lose("unsure_reading", guid, line, scores)
            if fit.is_doubtful:
                read.lose("doubtful_reading", guid, line, scores)
        sources.append(model.Source(**source, text=ruler and ruler.text, reading=fit.reading if fit else ""))
        placed = [_placed(read, entry, ruler, fit) for entry in selections_of[guid]]
        if source["kind"] != "text":  # areas before stretches of text, whatever the order of the file
            placed.sort(key=lambda selection: selection.start >= 0)
        selections += placed
        for selection in (*(entry.guid for entry in placed), ""):
            codings += _resolve_codings(read, codings_of[guid, selection])
    return sources, selections, codings


def _placed(read, selection, ruler, fit):
    """A selection at its place in the text, if it has one."""
    span, line = None, read.lines["selection", selection.guid]
    if ruler is not None and selection.start is not None:
        span = ruler.span(fit.reading, selection)
        if span is None:
            end = ruler.write(fit.reading, len(ruler.text))
            raw = f"{selection.start} bis {selection.end}, Text bis {end}"
            read.lose("outside_text", selection.guid, line, raw)
        elif selection.name and not says_same(selection.name, ruler.text[slice(*span)]):
            read.lose("text_mismatch", selection.guid, line, selection.name)
    start, end = span or (NOWHERE, NOWHERE)
    return replace(selection, start=start, end=end)


def _resolve_codings(read, codings):
    """Codings with a code that exists; what is coded to a case is a part of the case."""
    for coding in codings:
        line = read.lines["coding", coding.guid]
        if ("code", coding.code) in read.lines:
            if not coding.coder:
                read.lose("no_coder", coding.guid, line)
            _list_coder(read, coding.coder, coding.guid, line)
            yield coding
        elif ("case", coding.code) in read.lines:
            group, member = ("selection", coding.selection) if coding.selection else ("source", coding.source)
            read.case_refs.append((coding.code, group, member, line))
            read.lose("case_coding", coding.guid, line, coding.code)
        else:
            read.lose("unknown_code" if coding.code else "no_code", coding.guid, line, coding.code)


def _resolve_memos(read):
    """Notes on each object that refers to them, then what is written as a description."""
    places = defaultdict(list)
    for guid, target, line in read.note_refs:
        places[guid].append((target, line))
    memos = []
    for note in read.all["notes"]:
        _list_coder(read, note.author, note.guid, read.lines["note", note.guid])
        targets = {target for target, _ in places.pop(note.guid, [("", 0)])}
        memos += [replace(note, target=target) for target in sorted(targets)]
    for guid, refs in places.items():
        for target, line in refs:
            read.lose("unknown_note", guid, line, target)
    return memos + sorted(read.all["memos"], key=lambda memo: memo.target)


def _resolve_cases(read, guids):
    """Cases with the sources and selections that exist, each once."""
    refs = defaultdict(dict)
    for case, group, guid, line in read.case_refs:
        refs[case, group].setdefault(read.aliases.get(guid, guid) if group == "source" else guid, line)
    for case in read.all["cases"]:
        existing = {}
        for group in ("source", "selection"):
            for guid, line in refs[case.guid, group].items():
                if guid not in guids[f"{group}s"]:
                    read.lose(f"unknown_{group}", guid, line, case.guid)
            existing[f"{group}s"] = tuple(guid for guid in refs[case.guid, group] if guid in guids[f"{group}s"])
        yield replace(case, **existing)


def _resolve_sets(read, guids):
    """Sets with the members that exist."""
    for set_guid, name, members in read.all["sets"]:
        existing = []
        for kind, member, line in members:
            if (guid := read.aliases.get(member, member)) in guids[("codes", "sources", "notes")[kind]]:
                existing.append(guid)
            else:
                read.lose("unknown_member", guid, line, name)
        yield model.Set(set_guid, name, tuple(dict.fromkeys(existing)))


def _resolve_links(read, guids):
    """Links with the GUID of a source where they lead to its representation."""
    for link in read.all["links"]:
        ends = [read.aliases.get(end, end) for end in (link.origin, link.target)]
        for end in ends:
            if end not in guids:
                read.lose("unknown_end", link.guid, read.lines["link", link.guid], end)
        yield replace(link, origin=ends[0], target=ends[1])
