"""Paragraphs that follow one another, and what a part contains at all."""

from typing import NamedTuple

from gkanalysis.ingest.word_grid import MERGES
from gkanalysis.ingest.word_names import W
from gkanalysis.ingest.word_text import one_line, printed_text


class Features(NamedTuple):
    """What a part contains anywhere: most forms lack it, and need not be searched for it cell by cell."""

    has_deletions: bool
    has_merges: bool


def find_features(root):
    """Features of a part; lxml knows at once if it has no element of a name at all."""
    deletion = next(root.iter(W + "del"), None)
    merge = next(root.iter(*MERGES), None)
    return Features(deletion is not None, merge is not None)


class Flow:
    """Paragraphs that follow one another: a body, a cell, a text box, or the inside of a block control."""

    __slots__ = ("has_table", "is_cell", "joins_next", "last", "lines", "parent", "seen")

    def __init__(self, parent=None, is_cell=False):
        self.parent = parent
        self.is_cell = is_cell
        self.lines = []
        self.last = ""
        self.seen = 0
        self.has_table = False
        self.joins_next = False

    def printed_before(self):
        """The last printed text so far: the label of what comes next if nothing is nearer."""
        for line in self.lines[self.seen :]:
            self.last = one_line(printed_text(line.pieces)) or self.last
        self.seen = len(self.lines)
        return self.last or (self.parent.printed_before() if self.parent else "")


def joined(lines):
    """The pieces of several lines with line breaks between them."""
    pieces = []
    for line in lines:
        if pieces:
            pieces.append("\n")
        pieces += line.pieces
    return pieces
