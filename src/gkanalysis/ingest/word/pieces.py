"""The pieces a paragraph is read into, and the texts made of them.

A piece is a plain `str`, a `Symbol` (a tick from a symbol font), a `Note` (something that is there but not part of the
text, such as a struck-out word) or a `Control`, which becomes a `Field` once the form is read.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")


class Symbol(str):
    """A tick as a Unicode character; `stored` is what the file has (font and code)."""

    def __new__(cls, character, stored):
        piece = super().__new__(cls, character)
        piece.flow, piece.stored = character, stored
        return piece


class Note(NamedTuple):
    """A remark at a place of the text: a code of `Field.notes`, and text that does not count."""

    code: str
    stored: str = ""
    flow: str = ""


class Control:
    """A field under construction, and a piece of its paragraph; one whose kind is "" gives no field.

    `flow` is what it adds to the text around it, `stored` the same as stored; `cell` the grid cell it stands in;
    `source` the XML element with the properties of its kind; `prompt` and `bound` are the text that invites an answer
    and the value of the data store, None if unknown.
    """

    label = value = raw = tag = alias = flow = stored = ""
    state = "not_answered"
    options = notes = ()
    source = prompt = bound = None
    shows_placeholder = False

    def __init__(self, kind, element, cell):
        self.kind = kind
        self.element = element
        self.cell = cell

    def doubt(self, code):
        """Leave the state to a person, and say why."""
        self.state = "unclear"
        self.note(code)

    def note(self, *codes):
        """Add codes, each once."""
        self.notes = tuple(dict.fromkeys((*self.notes, *codes)))

    def settle(self, placeholders):
        """State of a text: a placeholder is no answer, whether Word's flag is there or was lost on the way."""
        text, line = self.value, one_line(self.value)
        is_prompt = (text and line == self.prompt) or (placeholders and (text in placeholders or line in placeholders))
        if self.shows_placeholder and self.prompt and text and not is_prompt:
            self.doubt("placeholder_conflict")  # the flag was left on an answer, or the prompt was changed
        elif self.shows_placeholder or is_prompt:
            self.state, self.value = "not_answered", ""
            self.note("placeholder")
        else:
            self.state = "answered" if self.value else "not_answered"

    def take_text(self, pieces):
        """Take the notes of the pieces it shows; return their text as shown and as stored."""
        if len(pieces) == 1 and pieces[0].__class__ is str:  # most are, and nothing is as frequent
            return pieces[0], pieces[0]
        self.note(*note_codes(pieces))
        return flow_text(pieces), stored_text(pieces)


class Line(NamedTuple):
    """One paragraph: its pieces and element; `field` will be the field of its text, None inside a cell."""

    pieces: list
    element: object
    field: Control | None = None


class Flow:
    """Paragraphs that follow one another: a body, a cell, a text box, or the inside of a block control."""

    def __init__(self, parent=None, is_cell=False):
        self.parent = parent
        self.is_cell = is_cell
        self.lines = []
        self.last, self.seen = "", 0
        self.has_table = self.joins_next = False

    def printed_before(self):
        """The last printed text so far: the label of what comes next if nothing is nearer."""
        for line in self.lines[self.seen :]:
            self.last = one_line(printed_text(line.pieces)) or self.last
        self.seen = len(self.lines)
        return self.last or (self.parent.printed_before() if self.parent else "")


def joined(lines):
    """The pieces of all lines with line breaks between them."""
    pieces = []
    for line in lines:
        pieces += ["\n", *line.pieces] if pieces else line.pieces
    return pieces


def has_control(pieces):
    """Whether one of the pieces is a control."""
    return Control in map(type, pieces)


def flow_text(pieces):
    """Text of a paragraph as a reader sees it, with the contents of its controls."""
    return "".join([piece if piece.__class__ is str else piece.flow for piece in pieces])


def stored_text(pieces):
    """Text as stored: with what was struck out, hidden or deleted, and placeholders."""
    return "".join([piece if piece.__class__ is str else piece.stored for piece in pieces])


def printed_text(pieces):
    """Text outside the controls."""
    return "".join([piece for piece in pieces if isinstance(piece, str)])


def note_codes(pieces):
    """Codes of the notes among the pieces, each once, in order."""
    return list(dict.fromkeys(piece.code for piece in pieces if piece.__class__ is Note))


@lru_cache(maxsize=4096)  # nearly all texts of a form are printed ones, the same in every form
def clean(text):
    """Strip a text, drop invisible characters, compose letters (ü as one character)."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text).strip())


@lru_cache(maxsize=4096)
def one_line(text):
    """Clean a text and put it on one line with single spaces."""
    return " ".join(clean(text).split())
