"""The pieces a paragraph is read into, and the texts made of them.

A piece is a plain `str`, a `Symbol` (a tick from a symbol font), a `Note` (something that is there but not part of the
text, such as a struck-out word) or a `Control` (see `word_controls`), which has the attributes `flow` and `stored`, too.
"""

import re
import unicodedata
from typing import NamedTuple

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")


class Symbol(str):
    """A tick as a Unicode character; `stored` is what the file has (font and code)."""

    __slots__ = ("stored",)

    def __new__(cls, character, stored):
        piece = super().__new__(cls, character)
        piece.stored = stored
        return piece

    @property
    def flow(self):
        return str(self)


class Note(NamedTuple):
    """A remark at a place of the text: a code of `Field.notes`, and text that does not count."""

    code: str
    stored: str = ""
    flow: str = ""


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


def has_lost_text(pieces):
    """Whether something was struck out, hidden or deleted."""
    return any(piece.__class__ is Note and piece.stored.strip() for piece in pieces)


def clean(text):
    """Strip a text, drop invisible characters, compose letters (ü as one character).

    Examples
    --------
    >>> clean(" Mu\u0308ller\u00ad ")
    'Müller'
    """
    text = text.strip()
    if text.isascii():
        return text
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text).strip()
    return unicodedata.normalize("NFC", text)


def one_line(text):
    """Clean a text and put it on one line with single spaces.

    Examples
    --------
    >>> one_line("Name\\n  der Stelle:")
    'Name der Stelle:'
    """
    return " ".join(clean(text).split())
