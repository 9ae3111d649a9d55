"""Read the objects of a project one by one as they are written; references are looked up when all are known."""

from collections import defaultdict
from dataclasses import replace
from operator import attrgetter

from lxml import etree

from gkanalysis.ingest.qda.losses import loss
from gkanalysis.ingest.qda.model import (
    NOWHERE,
    VARIABLE_TYPES,
    Case,
    Code,
    Coder,
    Coding,
    Link,
    Memo,
    Project,
    Selection,
    Set,
    Source,
    Variable,
    clean_guid,
    derived_guid,
    description_guid,
    is_description,
)  # fmt: skip
from gkanalysis.ingest.qda.positions import Ruler, fit_readings, says_same
from gkanalysis.ingest.qda.projectxml import PROJECT_NAMESPACE

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
_VALUES = frozenset(f"{kind}Value" for kind in VARIABLE_TYPES)
SET_MEMBERS = ("MemberCode", "MemberSource", "MemberNote")


class TextMissingError(Exception):
    """The text of a source cannot be had; `kind` is a kind of loss."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


class ProjectReader:
    """The objects of one project file in the order of the file, and the losses so far.

    They are those of the model, but what they refer to may not exist, and positions are as written (None for none);
    `sources` are dicts of what is known of each `Source`, `rulers` have their texts. References that have no GUID of
    their own stand in tuples with their line; `lines` has the line of each object by its group and GUID. `fetch` takes
    a path as the project writes it and returns the text, or raises `TextMissingError`.
    """

    def __init__(self, part, fetch):
        self.part, self.fetch = part, fetch
        self.namespace = f"{{{PROJECT_NAMESPACE}}}"
        self.coders, self.codes, self.variables, self.cases, self.notes, self.links = [], [], [], [], [], []
        self.sources, self.selections, self.codings, self.sets = [], [], [], []
        self.memos, self.note_refs, self.case_refs, self.values, self.losses = [], [], [], [], []
        self.root, self.rulers, self.lines = {}, {}, {}
        self.aliases = {}  # GUID of a representation: GUID of its source

    def read(self, name, element):
        """Read one object with its name as `iterate_objects` gives it."""
        if name == "Project":
            self._read_root(element)
        elif name in KINDS:
            self._read_source(element, KINDS[name])
        elif name in ("Description", "NoteRef"):
            self._into("", name)(element)
        else:
            getattr(self, f"_read_{name.lower()}", self.unknown)(element)

    def lose(self, kind, guid="", line=None, raw=""):
        """List a loss."""
        place = self.part if line is None else f"{self.part}, Zeile {line}"
        self.losses.append(loss(kind, guid=guid, place=place, raw=raw))

    def unknown(self, element):
        """List an element that the schema does not have here."""
        attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
        raw = f"<{etree.QName(element).localname}{attributes}>"
        self.lose("unknown_element", clean_guid(element.get("guid")), element.sourceline, raw)

    def _name(self, element):
        """Name of an element of this standard; "" for any other namespace."""
        head, bracket, local = element.tag.rpartition("}")
        return local if head + bracket == self.namespace else ""

    def _children(self, element, **readers):
        """Hand each child to the reader of its name; what has none is unknown."""
        for child in element:
            readers.get(self._name(child), self.unknown)(child)

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

    def _into(self, guid, name, target=None):
        """The reader of a NoteRef on an object, or of its Description: an empty one says nothing."""

        def keep(child):
            if name == "NoteRef":
                self.note_refs.append((_reference(child), guid, child.sourceline))
            elif text := _text(child):
                self.memos.append(Memo(description_guid(guid), guid if target is None else target, text=text))

        return keep

    def _read_root(self, element):
        """The root: its namespace is that of all names."""
        self.root = dict(element.attrib)
        namespace = element.tag.rpartition("}")[0].removeprefix("{")
        self.namespace = f"{{{namespace}}}" if namespace else ""
        if namespace != PROJECT_NAMESPACE:
            self.lose("version", "", element.sourceline, namespace)

    def _read_user(self, element):
        """A coder; without a name the id may serve."""
        guid = self._claim(element, "coder", "duplicate_entry")
        if guid is None:
            return
        names = [name for name in (element.get("name"), element.get("id")) if name and not name.isspace()]
        if not names:
            self.lose("unnamed_coder", guid, element.sourceline)
        self.coders.append(Coder(guid, names[0]) if names else stand_in(guid))

    def _read_codes(self, element, parent=""):
        """All codes below an element, parents before their children; the parser bounds the depth."""
        self._children(element, Code=lambda child: self._read_code(child, parent))

    def _read_code(self, element, parent):
        """One code and those below it."""
        guid, descriptions, below = self._claim(element, "code"), [""], []
        keep = {"Description": lambda child: descriptions.append(_text(child)), "Code": below.append}
        self._children(element, **keep, NoteRef=self._into(guid, "NoteRef"))
        is_codable = (element.get("isCodable") or "true").strip().lower() in ("true", "1")
        name, color = element.get("name") or "", element.get("color") or ""
        self.codes.append(Code(guid, name, parent, is_codable, descriptions[-1], color))
        for child in below:
            self._read_code(child, guid)

    def _read_variable(self, element):
        """A variable; its description becomes a memo."""
        guid = self._claim(element, "variable", "duplicate_entry")
        if guid is None:
            return
        name, kind = element.get("name") or "", element.get("typeOfVariable")
        if any(other.name == name for other in self.variables):
            self.lose("duplicate_entry", guid, element.sourceline, name)
            return
        self.variables.append(Variable(guid, name, kind if kind in VARIABLE_TYPES else "Text"))
        self._children(element, Description=self._into(guid, "Description"))

    def _read_case(self, element):
        """A case; its sources and selections are looked up when all are known."""
        case = Case(self._claim(element, "case"), element.get("name") or "")
        self.cases.append(case)

        def refer(group):
            return lambda child: self.case_refs.append((case.guid, group, _reference(child), child.sourceline))

        self._children(
            element,
            SourceRef=refer("source"),
            SelectionRef=refer("selection"),
            VariableValue=self._value_for(case.values),
            CodeRef=lambda child: self.lose("case_code", case.guid, child.sourceline, _reference(child)),
            Description=self._into(case.guid, "Description"),
        )

    def _value_for(self, values):
        """The reader of the value of a variable, whose name is known when all variables are."""

        def read(element):
            variable = text = ""
            for child in element:
                name = self._name(child)
                if name == "VariableRef":
                    variable = _reference(child)
                elif name in _VALUES:
                    text = _text(child)
                else:
                    self.unknown(child)
            self.values.append((values, variable, text, element.sourceline))

        return read

    def _read_note(self, element):
        """A note with its text; selections and codings in it are not read."""
        guid, texts, descriptions = self._claim(element, "note"), [""], []

        def lose_coding(child):
            self.lose("note_coding", clean_guid(child.get("guid")), child.sourceline, child.get("name") or "")

        self._children(
            element,
            PlainTextContent=lambda child: texts.append(_text(child)),
            Description=descriptions.append,
            NoteRef=self._into(guid, "NoteRef"),
            PlainTextSelection=lose_coding,
            Coding=lose_coding,
        )
        path = (element.get("plainTextPath") or "").strip()
        ruler = self._ruler(path, guid, element) if path and not texts[-1] else None
        text = ruler.text if ruler else texts[-1]
        if descriptions and text:
            self._into(guid, "Description")(descriptions[-1])
        elif descriptions:
            text = _text(descriptions[-1])
        author = clean_guid(element.get("creatingUser"))
        self.notes.append(Memo(guid, "", author, text, element.get("name") or ""))

    def _read_link(self, element):
        """A link; both ends are looked up when all objects are known."""
        guid = self._claim(element, "link")
        ends = clean_guid(element.get("originGUID")), clean_guid(element.get("targetGUID"))
        self.links.append(Link(guid, element.get("name") or "", *ends, element.get("direction") or ""))
        self._children(element, NoteRef=self._into(guid, "NoteRef"))

    def _read_set(self, element):
        """A set of codes, sources and notes, in the order of the schema."""
        guid, members = self._claim(element, "set"), []

        def keep(child):  # some write `guid` as a codebook does
            guid = _reference(child) or clean_guid(child.get("guid"))
            members.append((SET_MEMBERS.index(self._name(child)), guid, child.sourceline))

        readers = dict.fromkeys(SET_MEMBERS, keep)
        self._children(element, **readers, Description=self._into(guid, "Description"))
        self.sets.append((guid, element.get("name") or "", sorted(members, key=lambda member: member[0])))

    def _read_graph(self, element):
        """A map: nothing that could be counted."""
        self.lose("graph", clean_guid(element.get("guid")), element.sourceline, element.get("name") or "")

    def _read_source(self, element, kind, guid=None, name=""):
        """One source with everything in it; a second transcript becomes a source of its own."""
        path = "" if kind == "text" else element.get("path") or element.get("currentPath") or ""
        source = {
            "guid": guid or self._claim(element, "source"), "name": element.get("name") or name, "kind": kind,
            "path": "" if guid else path, "note": "", "values": {},
        }  # fmt: skip
        self.sources.append(source)
        if guid:
            self._read_transcript(source, element)
        elif kind == "text":
            self._read_text(source, element)
        else:
            self._read_media(source, element)

    def _common(self, source):
        """Readers of what any source may have at its end."""
        return {
            "Coding": lambda child: self._read_coding(child, source["guid"]),
            "NoteRef": self._into(source["guid"], "NoteRef"),
            "VariableValue": self._value_for(source["values"]),
        }

    def _read_media(self, source, element):
        """Selections of areas or times, and the text that stands for the medium."""
        transcripts = []

        def read_transcript(child):
            transcripts.append(child)
            if len(transcripts) == 1:
                self._read_transcript(source, child)
                return
            guid = self._claim(child, "source")
            self.lose("second_transcript", guid, child.sourceline, child.get("name") or "")
            self._read_source(child, source["kind"], guid, source["name"])

        def read_text(child):
            self._stands_for(child, source)
            self._read_text(source, child)

        self._children(
            element,
            **self._common(source),
            **dict.fromkeys(AREAS, lambda child: self._read_area(source, child)),
            Representation=read_text,
            TextDescription=read_text,
            Transcript=read_transcript,
            Description=lambda child: source.update(note=_text(child)),
        )

    def _stands_for(self, element, source):
        """Remember that a representation or transcript means its source."""
        if guid := clean_guid(element.get("guid")):
            self.aliases[guid] = source["guid"]

    def _description_of_text(self, source, element):
        """The reader of the description of a representation or transcript: a memo on its source."""
        own = clean_guid(element.get("guid")) or f"{source['guid']} text"
        return self._into(own, "Description", source["guid"])

    def _read_text(self, source, element):
        """A TextSource, or the representation or text description of another medium."""
        self._load_text(source, element)
        describe = self._description_of_text(source, element)
        if self._name(element) == "TextSource":
            describe = lambda child: source.update(note=_text(child))  # noqa: E731
        self._children(
            element,
            **self._common(source),
            PlainTextSelection=lambda child: self._read_text_selection(source, child),
            Description=describe,
            PlainTextContent=_nothing,
        )

    def _load_text(self, source, element):
        """The text written in the project, or in the file that it names."""
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
        else:
            missing = "text_formatted" if formatted else "text_absent"
            self.lose(missing, source["guid"], element.sourceline, formatted)

    def _ruler(self, path, guid, element):
        """The text of a file."""
        try:
            return Ruler(self.fetch(path))
        except TextMissingError as missing:
            self.lose(missing.kind, guid, element.sourceline, path)

    def _read_text_selection(self, source, element):
        """A stretch of the text, counted in an unknown way; twice -1 says that there is none."""
        written = element.get("startPosition"), element.get("endPosition")
        span = tuple(map(whole_number, written))
        self._read_selection(source, element, "", *((None,) if span == (NOWHERE, NOWHERE) else (span, written)))

    def _read_area(self, source, element):
        """A rectangle of a page or picture, or a time of a recording; -1 stands for a number nobody gave."""
        numbers = {name: whole_number(element.get(name)) for name in AREAS[self._name(element)]}
        problem = " ".join(f"{name}={element.get(name)}" for name in numbers) if None in numbers.values() else ""
        self._read_selection(source, element, _place(numbers), problem=problem)

    def _read_transcript(self, source, element):
        """The text of a recording; its selections lie between two points of time that know their position."""
        self._stands_for(element, source)
        self._load_text(source, element)
        points = {
            clean_guid(child.get("guid")): [whole_number(child.get(n)) for n in ("position", "timeStamp")]
            for child in element
            if self._name(child) == "SyncPoint"
        }

        def read_selection(child):
            written = child.get("fromSyncPoint"), child.get("toSyncPoint")
            (start, begin), (end, until) = (points.get(clean_guid(w), (None, None)) for w in written)
            self._read_selection(source, child, _place({"begin": begin, "end": until}), (start, end), written)

        self._children(
            element,
            TranscriptSelection=read_selection,
            Description=self._description_of_text(source, element),
            NoteRef=self._into(source["guid"], "NoteRef"),
            SyncPoint=_nothing,
            PlainTextContent=_nothing,
        )

    def _read_selection(self, source, element, place, span=None, written=(), problem=""):
        """Any selection with its codings, notes and description."""
        guid, names = self._claim(element, "selection"), [element.get("name") or ""]
        if span is not None and (None in span or span[1] < span[0]):
            problem = " bis ".join(map(str, written))
        if problem:
            self.lose("bad_position", guid, element.sourceline, problem)
        start, end = (None, None) if problem or span is None else span
        coder, created = clean_guid(element.get("creatingUser")), element.get("creationDateTime") or ""

        def read_area_text(child):  # the text in a rectangle of a PDF serves as the selection's name
            self._children(
                child,
                PlainTextContent=lambda text: names.append(_text(text)),
                Description=lambda text: self.unknown(text) if _text(text) else None,
            )

        self._children(
            element,
            Coding=lambda child: self._read_coding(child, source["guid"], guid, coder, created),
            Description=self._into(guid, "Description"),
            NoteRef=self._into(guid, "NoteRef"),
            Representation=read_area_text,
        )
        name = next(filter(None, names), "")
        self.selections.append(Selection(guid, source["guid"], start, end, name, place))

    def _read_coding(self, element, source, selection="", coder="", created=""):
        """A coding; who coded and when is said here, else by the selection (measured: NVivo and QualCoder differ)."""
        guid, codes = self._claim(element, "coding"), []
        self._children(
            element,
            CodeRef=lambda child: self.unknown(child) if codes else codes.append(_reference(child)),
            NoteRef=self._into(guid, "NoteRef"),
        )
        coder = clean_guid(element.get("creatingUser")) or coder
        created = element.get("creationDateTime") or created
        self.codings.append(Coding(guid, selection, source, "".join(codes), coder, created))


def _nothing(_):
    """Leave out what has been read already."""


def _place(numbers):
    """Where the program itself counts otherwise, as names and numbers."""
    return " ".join(f"{name}={number}" for name, number in numbers.items() if number not in (None, NOWHERE))


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
    """Return the coder who stands for a person without a name; two of them are never taken for one."""
    return Coder(guid, f"ohne Namen ({guid[:8]})")


def resolve(read):
    """Make the project of a `ProjectReader` that has all objects.

    Its losses grow by references that lead nowhere and positions that do not fit.
    """
    _name_values(read)
    sources, selections, codings = _resolve_sources(read)
    groups = {
        "source": sources, "selection": selections, "code": read.codes, "note": read.notes, "case": read.cases,
        "variable": read.variables, "coder": read.coders, "coding": codings, "link": read.links,
    }  # fmt: skip
    guids = {group: {entry.guid for entry in entries} for group, entries in groups.items()}
    guids["set"] = {guid for guid, *_ in read.sets}
    memos = _resolve_memos(read, guids["selection"] | guids["case"] | guids["set"] | guids["variable"])
    guids["coder"] |= {coder.guid for coder in read.coders}
    return Project(
        name=read.root.get("name", ""),
        origin=read.root.get("origin", ""),
        codes=tuple(read.codes),
        sources=tuple(sources),
        selections=tuple(selections),
        codings=tuple(codings),
        cases=tuple(_resolve_cases(read, guids)),
        variables=tuple(read.variables),
        memos=memos,
        links=tuple(_resolve_links(read, set().union(*guids.values()))),
        sets=tuple(_resolve_sets(read, guids)),
        coders=tuple(read.coders),
        losses=tuple(read.losses),
    )


def _name_values(read):
    """Values under the name of their variable."""
    names = {variable.guid: variable.name for variable in read.variables}
    for values, variable, value, line in read.values:
        name = names.get(variable)
        if name is None:
            read.lose("unknown_variable", variable, line, value)
        elif values.setdefault(name, value) != value:
            read.lose("second_value", variable, line, value)


def _coder(read, guid, owner, line):
    """GUID of a coder; whoever the project does not list is added once, under a name that says so."""
    if guid and ("coder", guid) not in read.lines:
        read.lines["coder", guid] = line
        read.coders.append(stand_in(guid))
        read.lose("unknown_coder", guid, line, owner)
    return guid


def _grouped(entries, *names):
    """Objects by the values of some attributes, in their order."""
    groups = defaultdict(list)
    for entry in entries:
        groups[attrgetter(*names)(entry)].append(entry)
    return groups


def _resolve_sources(read):
    """Sources, selections at their places in the text, and codings."""
    marks = _grouped((s for s in read.selections if s.start is not None and read.rulers.get(s.source)), "source")
    fits = dict(zip(marks, fit_readings([(read.rulers[guid], marks[guid]) for guid in marks]), strict=True))
    selections_of, codings_of = (
        _grouped(read.selections, "source"),
        _grouped(read.codings, "source", "selection"),
    )
    sources, selections, codings = [], [], []
    for source in read.sources:
        guid, line = source["guid"], read.lines["source", source["guid"]]
        ruler, fit = read.rulers.get(guid), fits.get(guid)
        if fit is not None:
            scores = "; ".join(f"{name}: {'/'.join(map(str, score))}" for name, score in fit.scores.items())
            if not fit.is_sure:
                read.lose("unsure_reading", guid, line, scores)
            if fit.is_doubtful:
                read.lose("doubtful_reading", guid, line, scores)
        sources.append(Source(**source, text=ruler and ruler.text, reading=fit.reading if fit else ""))
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
    """Codings with a code that exists."""
    for coding in codings:
        line = read.lines["coding", coding.guid]
        if ("code", coding.code) not in read.lines:
            read.lose("unknown_code" if coding.code else "no_code", coding.guid, line, coding.code)
            continue
        if not coding.coder:
            read.lose("no_coder", coding.guid, line)
        _coder(read, coding.coder, coding.guid, line)
        yield coding


def _resolve_memos(read, describable):
    """Notes on each object that refers to them, then what is written as a description."""
    places = defaultdict(list)
    for guid, target, line in read.note_refs:
        places[guid].append((target, line))
    memos = []
    for note in read.notes:
        _coder(read, note.author, note.guid, read.lines["note", note.guid])
        targets = {target for target, _ in places.pop(note.guid, [("", 0)])}
        memos += [replace(note, target=target) for target in sorted(targets)]
    for guid, refs in places.items():
        for target, line in refs:
            read.lose("unknown_note", guid, line, target)
    memos += read.memos
    descriptions = [memo for memo in memos if is_description(memo, describable)]
    notes = [memo for memo in memos if not is_description(memo, describable)]
    return (*notes, *sorted(descriptions, key=lambda memo: memo.target))


def _resolve_cases(read, guids):
    """Cases with the sources and selections that exist, each once."""
    refs = defaultdict(dict)
    for case, group, guid, line in read.case_refs:
        refs[case, group].setdefault(read.aliases.get(guid, guid) if group == "source" else guid, line)
    for case in read.cases:
        existing = {}
        for group in ("source", "selection"):
            for guid, line in refs[case.guid, group].items():
                if guid not in guids[group]:
                    read.lose(f"unknown_{group}", guid, line, case.guid)
            existing[group] = tuple(guid for guid in refs[case.guid, group] if guid in guids[group])
        yield replace(case, sources=existing["source"], selections=existing["selection"])


def _resolve_sets(read, guids):
    """Sets with the members that exist."""
    for set_guid, name, members in read.sets:
        existing = []
        for kind, member, line in members:
            guid = read.aliases.get(member, member)
            if guid in guids[("code", "source", "note")[kind]]:
                existing.append(guid)
            else:
                read.lose("unknown_member", guid, line, name)
        yield Set(set_guid, name, tuple(dict.fromkeys(existing)))


def _resolve_links(read, guids):
    """Links with the GUID of a source where they lead to its representation."""
    for link in read.links:
        ends = [read.aliases.get(end, end) for end in (link.origin, link.target)]
        for end in ends:
            if end not in guids:
                read.lose("unknown_end", link.guid, read.lines["link", link.guid], end)
        yield replace(link, origin=ends[0], target=ends[1])
