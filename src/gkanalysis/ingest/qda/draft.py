"""What is gathered while a project is read, before its references are resolved."""

from dataclasses import dataclass, field

from lxml import etree

from gkanalysis.ingest.qda.guids import clean_guid, derived_guid, description_guid
from gkanalysis.ingest.qda.losses import loss
from gkanalysis.ingest.qda.model import Coder, Memo
from gkanalysis.ingest.qda.positions import Ruler
from gkanalysis.ingest.qda.projectxml import PROJECT_NAMESPACE


@dataclass(slots=True)
class CodingDraft:
    """A coding as written: code and coder may not exist."""

    guid: str
    code: str
    coder: str
    created: str
    line: int


@dataclass(slots=True)
class SelectionDraft:
    """A selection as written; `start` is None where the file gives no position in a text."""

    guid: str
    name: str
    start: int | None = None
    end: int | None = None
    place: str = ""
    line: int = 0
    codings: list = field(default_factory=list)


@dataclass(slots=True)
class SourceDraft:
    """A source as written; `ruler` has its text."""

    guid: str
    name: str
    kind: str
    path: str = ""
    ruler: Ruler | None = None
    note: str = ""
    line: int = 0
    selections: list = field(default_factory=list)
    codings: list = field(default_factory=list)
    values: dict = field(default_factory=dict)


class Draft:
    """Objects of one project file in the order of the file, and the losses so far.

    Parameters
    ----------
    part : str
        The file inside the archive, for the places of losses.
    fetch : callable
        Takes a path as the project writes it; returns the text, or raises `TextMissingError`.
    """

    def __init__(self, part, fetch=None):
        self.part = part
        self.fetch = fetch
        self.namespace = f"{{{PROJECT_NAMESPACE}}}"
        self.coders, self.codes, self.variables = [], [], []
        self.sources, self.cases, self.notes, self.links, self.sets = [], [], [], [], []
        self.memos, self.note_refs, self.values, self.losses = [], [], [], []
        self.aliases = {}  # GUID of a representation: GUID of its source
        self._claimed = set()
        self._names = {}

    def place(self, line):
        """Where something stands."""
        return f"{self.part}, Zeile {line}"

    def lose(self, kind, guid="", line=None, raw=""):
        """List a loss."""
        self.losses.append(
            loss(kind, guid=guid, place=self.part if line is None else self.place(line), raw=raw)
        )

    def name(self, element):
        """Name of an element of this standard; "" for any other namespace."""
        tag = element.tag
        name = self._names.get(tag)
        if name is None:
            head, _, local = tag.rpartition("}")
            name = self._names[tag] = local if head + "}" * bool(head) == self.namespace else ""
        return name

    def unknown(self, element):
        """List an element that the schema does not have here."""
        attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
        raw = f"<{etree.QName(element).localname}{attributes}>"
        self.lose("unknown_element", clean_guid(element.get("guid")), element.sourceline, raw)

    def claim(self, element, group, twice="duplicate_guid"):
        """Return the GUID of an object, or a new one if it has none or another of its group has the same.

        Returns None instead of a second one if `twice` is "duplicate_entry".
        """
        guid, line = clean_guid(element.get("guid")), element.sourceline
        if not guid:
            guid = derived_guid(group, self.part, str(len(self._claimed)))
            self.lose("missing_guid", guid, line, element.get("name") or "")
        if (group, guid) in self._claimed:
            self.lose(twice, guid, line, element.get("name") or "")
            if twice == "duplicate_entry":
                return None
            guid = derived_guid(group, guid, str(len(self._claimed)))
        self._claimed.add((group, guid))
        return guid

    def describe(self, guid, element, target=None):
        """Keep the text of a Description element as a memo; an empty one says nothing."""
        text = element_text(element)
        if text:
            self.memos.append(Memo(description_guid(guid), guid if target is None else target, text=text))

    def stands_for(self, element, source):
        """Remember that a representation or transcript means its source."""
        guid = clean_guid(element.get("guid"))
        if guid:
            self.aliases[guid] = source

    def refer(self, element, target):
        """Keep a NoteRef on an object."""
        self.note_refs.append((reference(element), target, element.sourceline))


def reference(element):
    """GUID that an element refers to."""
    return clean_guid(element.get("targetGUID"))


def element_text(element):
    """Text of an element, with that of anything inside it."""
    return element.text or "" if not len(element) else "".join(element.itertext())


def whole_number(text):
    """The whole number that a text says, or None.

    Examples
    --------
    >>> whole_number("12"), whole_number("-1"), whole_number("1e3"), whole_number(None)
    (12, -1, None, None)
    """
    digits = (text or "").strip().removeprefix("+")
    plain = digits.removeprefix("-")
    return int(digits) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None


def stand_in(guid):
    """Return the coder who stands for a person without a name; two of them are never taken for one."""
    return Coder(guid, f"ohne Namen ({guid[:8]})")
