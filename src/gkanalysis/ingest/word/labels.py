"""Tie each control to the text printed beside it, and find ticks typed within a line."""

from functools import lru_cache
from typing import NamedTuple

from gkanalysis.ingest.word.glyphs import INLINE_MARK, MARKS, has_inline_mark, mark_state
from gkanalysis.ingest.word.model import TICK_KINDS
from gkanalysis.ingest.word.pieces import (
    Control,
    Note,
    Symbol,
    clean,
    flow_text,
    has_control,
    has_lost_text,
    note_codes,
    one_line,
    printed_text,
    stored_text,
)

_LONGEST_KEPT = 300
_MERE_PUNCTUATION = set(" \t\n,.;:/|()–-_…\u2002\u00a0")


class LabelledLine(NamedTuple):
    """A line after its controls got their labels.

    `marks` are the ticks typed in it, `rest` the texts that label nothing, `has_letter_mark` whether one of the ticks
    is a letter x, which might be a word after all.
    """

    pieces: list
    marks: list
    rest: list
    has_letter_mark: bool


def label_line(line, before, cell):
    """Label the controls and typed ticks of one line.

    Parameters
    ----------
    line : Line
    before : str
        Label for controls that have no text in their own line; "" leaves it to the table.
    cell : grid cell or None
        Where typed ticks stand.

    Returns
    -------
    LabelledLine
    """
    pieces, marks, has_letter_mark = line.pieces, [], False
    if has_inline_mark(flow_text(pieces)):
        pieces, marks = _split_marks(pieces, line.path, cell)
        has_letter_mark = any(mark.raw in ("x", "X") for mark in marks)
        if not marks:
            pieces = line.pieces
    if not marks and not has_control(pieces):
        text = printed_text(pieces)
        return LabelledLine(pieces, marks, [text] if text.strip() else [], False)
    rest = _label_controls(pieces, before)
    return LabelledLine(pieces, marks, [flow_text(pieces)] if has_letter_mark else rest, has_letter_mark)


def _split_marks(pieces, path, cell):
    """The pieces with each typed tick as a Control of its own, and these Controls."""
    result, marks, text = [], [], []

    def add_mark(written, stored):
        mark = Control("mark", path, cell)
        mark.value = mark.flow = mark.stored = written
        mark.raw = stored
        mark.state = MARKS.get(written, "unclear")
        if mark.state == "unclear":
            mark.note("doubtful_mark")
        result.append(mark)
        marks.append(mark)

    def end_text():
        joined, position = "".join(text), 0
        text.clear()
        for match in INLINE_MARK.finditer(joined):
            if match.start() > position:
                result.append(joined[position : match.start()])
            add_mark(match[0], match[0])
            position = match.end()
        if position < len(joined):
            result.append(joined[position:])

    for piece in pieces:
        if piece.__class__ is str:
            text.append(piece)
            continue
        end_text()
        if piece.__class__ is Symbol and INLINE_MARK.fullmatch(piece):
            add_mark(str(piece), piece.stored)
        else:
            result.append(piece)
    end_text()
    return result, marks


def _label_controls(pieces, before):
    """Label the controls of a line; return the texts that label none of them."""
    controls, segments, current = [], [], []
    for piece in pieces:
        if piece.__class__ is Control:
            controls.append(piece)
            segments.append(one_line("".join(current)))
            current = []
        elif isinstance(piece, str):
            current.append(piece)
    segments.append(one_line("".join(current)))
    ticks = [number for number, control in enumerate(controls) if control.kind in TICK_KINDS]
    # "☐ Ja ☐ Nein" or "Ja ☐ Nein ☐": what follows the last tick tells on which side the texts stand.
    text_follows = bool(ticks) and _is_label(segments[ticks[-1] + 1])
    labels, nearest = set(), None
    for number, control in enumerate(controls):
        if _is_label(segments[number]):
            nearest = number
        chosen = nearest
        if control.kind in TICK_KINDS and text_follows and _is_label(segments[number + 1]):
            chosen = number + 1
        if chosen is None:
            control.label = before
        else:
            control.label = segments[chosen]
            labels.add(chosen)
        if number and not segments[number]:
            _doubt_neighbours(controls[number - 1], control)
    return [
        text for number, text in enumerate(segments) if number not in labels and set(text) - _MERE_PUNCTUATION
    ]


def _is_label(text):
    """Whether a text can be a printed label: more than punctuation, and no tick."""
    return bool(set(text) - _MERE_PUNCTUATION) and mark_state(text) is None


def _doubt_neighbours(first, second):
    """A typed tick right beside another tick box: nobody but a person can say which of them is meant."""
    if {first.kind, second.kind} <= TICK_KINDS and "mark" in (first.kind, second.kind):
        first.doubt("two_marks")
        second.doubt("two_marks")


class PlainText(NamedTuple):
    """A text without controls: clean, on one line, as a tick (see `mark_state`), and whether ticks may be in it."""

    value: str
    printed: str
    mark: tuple | None
    has_marks: bool


@lru_cache(maxsize=4096)  # what is printed is the same in every form
def _printed_text(text):
    """The PlainText of a text that is short enough to be printed and kept in memory."""
    return _read_text(text)


def _read_text(text):
    """The PlainText of a text."""
    value = clean(text)
    return PlainText(value, " ".join(value.split()), mark_state(value), has_inline_mark(value))


def settle_text(field, kind, pieces, placeholders):
    """Make a Control the field of a cell or paragraph without controls, a tick or a text of this kind.

    Return the PlainText, whose value the field lacks if it is a placeholder.
    """
    shown, stored = field.take_text(pieces)
    text = _printed_text(shown) if len(shown) <= _LONGEST_KEPT else _read_text(shown)
    field.value, field.raw = text.value, stored.strip()
    if text.mark is None:
        field.kind = kind
        field.settle(placeholders)
    else:
        field.kind = "mark"
        field.state, notes = text.mark
        field.note(*notes)
    return text


def settle_rest(field, kind, labelled):
    """Make a Control the field of the text that stands beside controls without labelling one, if there is any."""
    texts = [one_line(text) for line in labelled for text in line.rest]
    outside = [piece for line in labelled for piece in line.pieces if piece.__class__ is Note]
    if not texts and not has_lost_text(outside):
        field.kind = ""
        return
    field.kind = kind
    field.value = "\n".join(texts)
    field.raw = "\n".join(filter(None, [field.value, stored_text(outside).strip()]))
    field.state = "answered" if texts else "not_answered"
    field.notes = ()
    field.note(*note_codes(outside))
    field.note("inline_mark" if any(line.has_letter_mark for line in labelled) else "text_beside_control")
