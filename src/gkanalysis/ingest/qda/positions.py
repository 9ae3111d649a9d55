"""How a program counted the positions in a text, told from the text itself.

Programs count code points or UTF-16 units, and a line end as one or as two. None says so, so each way is tried on
the selections of a source. A byte order mark at the beginning of a file is never counted.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

READINGS = {
    "codepoints_lf": "Codepunkte, Zeilenende zählt eins",
    "codepoints_crlf": "Codepunkte, Zeilenende zählt zwei",
    "utf16_lf": "UTF-16-Einheiten, Zeilenende zählt eins",
    "utf16_crlf": "UTF-16-Einheiten, Zeilenende zählt zwei",
}

_LINE_END = re.compile(r"\r\n|\r|\n")
_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")
_CUT = ("...", "…")
_PREFIX_LENGTH = 32  # a name at least so long may be the beginning of the selected text
# NVivo's selections begin and end at word boundaries in 98 to 100 %, miscounted ones in 16 to 27 %
_AT_BOUNDARIES = 0.75
_ENOUGH_MARKS = 5  # fewer selections are judged by the whole project


class Fit(NamedTuple):
    """The reading chosen for one text: `is_sure` if no other one with different places does as well."""

    reading: str
    is_sure: bool
    is_doubtful: bool
    scores: dict


class Ruler:
    """Positions of one text, as `stored`, in each of the `READINGS`; the model's are code points of `text`.

    That has LF line ends, of which only those stored as CRLF count two if there were any.
    """

    def __init__(self, stored):
        self.text = stored.replace("\r\n", "\n").replace("\r", "\n") if "\r" in stored else stored
        ends = [match.start() for match in re.finditer("\n", self.text)]
        if stored.count("\r\n") not in (0, len(ends)):
            written = _LINE_END.findall(stored)
            ends = [end for end, mark in zip(ends, written, strict=True) if mark == "\r\n"]
        pairs = [] if self.text.isascii() else [match.start() for match in _BEYOND_16_BITS.finditer(self.text)]
        # Characters that count two, and where each of them begins in that count.
        self._wide = dict(zip(READINGS, ([], ends, pairs, sorted(ends + pairs)), strict=True))
        self._begins = {
            reading: [position + before for before, position in enumerate(wide)] for reading, wide in self._wide.items()
        }

    def read(self, reading, position):
        """Code points before a position counted in a reading; None if it lies outside the text."""
        begins = self._begins[reading]
        if not 0 <= position <= len(self.text) + len(begins):
            return None
        return position - bisect_left(begins, position)

    def write(self, reading, position):
        """Return the position in a reading of a position in code points."""
        return position + bisect_left(self._wide[reading], position)

    def span(self, reading, mark):
        """Start and end of a mark in code points; None if it is not a stretch of the text."""
        start, end = self.read(reading, mark.start), self.read(reading, mark.end)
        return None if start is None or end is None or start > end else (start, end)


def says_same(name, text):
    """Whether a selection's name is its text, apart from white space and from being cut."""
    if name == text:
        return True
    plain, name = " ".join(text.split()), " ".join(name.split())
    if plain == name:
        return True
    for mark in _CUT:
        if name.endswith(mark):
            head = name.removesuffix(mark).rstrip()
            return bool(head) and plain.startswith(head)
    return len(name) >= _PREFIX_LENGTH and plain.startswith(name)


def fit_readings(texts):
    """Choose for each text the reading that fits its selections best.

    First counts how well names say what is selected (two points to the last space, else one), then how many
    selections lie inside the text, then how many begin and end at a word boundary. One program counts in one way, so
    where a text cannot tell (or its few selections without names say otherwise by a hair) the whole project decides.
    """
    scores = [{reading: _score(ruler, reading, marks) for reading in READINGS} for ruler, marks in texts]
    totals = {reading: tuple(map(sum, zip(*(s[reading] for s in scores), strict=True))) for reading in READINGS}
    order = sorted(READINGS, key=totals.get, reverse=True)
    return [_fit(ruler, marks, score, order, totals) for (ruler, marks), score in zip(texts, scores, strict=True)]


def _score(ruler, reading, marks):
    """(points of names, selections inside, ends at word boundaries) of one reading."""
    text = ruler.text
    named = inside = at_boundaries = 0
    for mark in marks:
        span = ruler.span(reading, mark)
        if span is None:
            continue
        start, end = span
        # a position within a character is not inside
        inside += (ruler.write(reading, start), ruler.write(reading, end)) == (mark.start, mark.end)
        if mark.name and says_same(mark.name, text[start:end]):
            named += 2 if len(mark.name) == end - start else 1  # white space at an end decides between readings
        is_empty = mark.start == mark.end  # says nothing for or against a reading
        at_boundaries += 2 if is_empty else _is_edge(text, start, 0) + _is_edge(text, end, -1)
    return named, inside, at_boundaries


def _is_edge(text, position, side):
    """Whether a word or sign begins (side 0) or ends (side -1) here, outside of any word."""
    before, after = text[max(position - 1, 0) : position], text[position : position + 1]
    inner = before if side else after
    return bool(inner) and not inner.isspace() and not (before.isalnum() and after.isalnum())


def _fit(ruler, marks, scores, order, totals):
    """The Fit of one text; `order` has the readings as the whole project prefers them."""
    best, favourite = max(order, key=lambda reading: scores[reading]), order[0]
    slack = max(2, len(marks) // 5)  # a tenth of all ends
    nearly = scores[favourite][:2] == scores[best][:2] and scores[favourite][2] >= scores[best][2] - slack
    chosen = favourite if nearly else best
    places = {r: [ruler.span(r, mark) for mark in marks] for r in order if scores[r] == scores[chosen]}
    is_sure = all(totals[chosen] > totals[r] for r, of_rival in places.items() if of_rival != places[chosen])
    judged = scores[chosen] if len(marks) >= _ENOUGH_MARKS else totals[chosen]
    is_doubtful = not judged[0] and judged[2] < _AT_BOUNDARIES * 2 * judged[1]
    return Fit(chosen, is_sure, is_doubtful, scores)
