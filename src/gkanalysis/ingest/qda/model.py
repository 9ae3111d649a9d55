"""What a project of a QDA program says, in one shape whichever program wrote it.

Every GUID is in lower case, every position counts code points of `Source.text`. What could not be used is a `Loss`
with its GUID; nothing is dropped without one.
"""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

VARIABLE_TYPES = ("Text", "Boolean", "Integer", "Float", "Date", "DateTime")
_NAMESPACE = uuid.UUID("6c1f7a52-6d0e-5f0b-9b57-3f2f5d1c8e10")
NOWHERE = -1  # start and end of a coding on a whole document, or where no text is stored


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the code system; `parent` is a GUID, empty at the top."""

    guid: str
    name: str
    parent: str = ""
    is_codable: bool = True
    description: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True)
class Coder:
    """A person who coded."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document: `text` has LF line ends and no byte order mark, or is None if no text is stored.

    The text of a PDF, picture or recording is that of its representation, description or transcript. `path` is where
    the project says that the text or recording stands; `reading` is how positions were counted in the file (one of
    `positions.READINGS`), "" if nothing tells; `note` is its own description; `values` are document variables.
    """

    guid: str
    name: str
    kind: str = "text"
    text: str | None = None
    path: str = ""
    reading: str = ""
    note: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of one source: code points `start` to `end` (exclusive) of its text, or -1 and -1.

    `name` is as given, mostly the selected text. `place` is where the program itself counts otherwise:
    `page=3 firstX=10 ...` of a PDF, `begin=65000 end=80000` (ms) of a recording, `Anfang=12 Ende=14` of MAXQDA.
    """

    guid: str
    source: str
    start: int = NOWHERE
    end: int = NOWHERE
    name: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """One coder gave one code to one selection, or to a whole document if `selection` is empty.

    `coder` is a GUID, empty if the project does not say who coded; `created` is kept as written.
    """

    guid: str
    selection: str
    source: str
    code: str
    coder: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A unit of analysis with its sources, the values of its variables by their name, and selections of its own."""

    guid: str
    name: str
    sources: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    selections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A property of cases or documents; `type` is one of `VARIABLE_TYPES`."""

    guid: str
    name: str
    type: str = "Text"


@dataclass(frozen=True, slots=True)
class Memo:
    """A note on one object: `target` and `author` are GUIDs; without a target it is on the project itself.

    A note on several objects is several memos with one GUID. The description of a selection, case, variable, set
    or of the project is a memo whose GUID is `description_guid(target)`.
    """

    guid: str
    target: str
    author: str = ""
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A named relation from one object to another; `direction` is Associative, OneWay, Bidirectional or empty."""

    guid: str
    name: str
    origin: str
    target: str
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Set:
    """A named group of codes, sources or memos."""

    guid: str
    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a file holds and no chapter can use; `done` and `why` are German."""

    guid: str
    kind: str
    place: str
    raw: str
    done: str
    why: str


@dataclass(frozen=True)
class Project:
    """All of one file, in the order of the file."""

    name: str = ""
    origin: str = ""
    codes: tuple[Code, ...] = ()
    coders: tuple[Coder, ...] = ()
    sources: tuple[Source, ...] = ()
    selections: tuple[Selection, ...] = ()
    codings: tuple[Coding, ...] = ()
    cases: tuple[Case, ...] = ()
    variables: tuple[Variable, ...] = ()
    memos: tuple[Memo, ...] = ()
    links: tuple[Link, ...] = ()
    sets: tuple[Set, ...] = ()
    losses: tuple[Loss, ...] = ()

    @cached_property
    def code_paths(self):
        """Names from the top down joined by " > ", by GUID of the code."""
        paths = {}
        for code in self.codes:  # each stands after its parent
            paths[code.guid] = f"{paths[code.parent]} > {code.name}" if code.parent in paths else code.name
        return paths

    def by_guid(self, name):
        """Objects of one of the tuples by their GUID, such as `project.by_guid("sources")`."""
        return {entry.guid: entry for entry in getattr(self, name)}


# the tuples of a project and what they hold
OBJECTS = {
    "codes": Code, "coders": Coder, "sources": Source, "selections": Selection, "codings": Coding, "cases": Case,
    "variables": Variable, "memos": Memo, "links": Link, "sets": Set, "losses": Loss,
}  # fmt: skip


def clean_guid(text):
    """Return a GUID as it is compared: programs write capital or small letters, some with braces."""
    return (text or "").strip().strip("{}").lower()


def derived_guid(*parts):
    """Return a GUID that depends on the parts only: the same file gives the same GUIDs whenever it is read."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def description_guid(target):
    """Return the GUID of the memo that stands for an object's own description."""
    return derived_guid("Description", target)
