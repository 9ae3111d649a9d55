"""Tie each control to the text printed beside it, and find ticks typed within a line."""

from functools import lru_cache
from typing import NamedTuple

from gkanalysis.ingest.word.glyphs import (
    BARE_TICKS,
    INLINE_MARK,
    PRIVATE_USE,
    X_BEHIND_BOX,
    mark_state,
    marks_in,
    typed_state,
)
from gkanalysis.ingest.word.model import TICK_KINDS
from gkanalysis.ingest.word.pieces import (
    Control,
    Note,
    Symbol,
    clean,
    flow_text,
    has_control,
    note_codes,
    one_line,
    printed_text,
    stored_text,
)

_MERE_PUNCTUATION = set(" \t\n,.;:/|()–-_…\u2002\u00a0")


class LabelledLine(NamedTuple):
    """A line with labelled controls, the ticks typed in it, what labels nothing, and whether a tick is a letter x."""

    pieces: list
    marks: list
    rest: list
    has_letter_mark: bool


def label_line(line, before, cell):
    """Label the controls of one line, `before` if it has no text, and the ticks typed in it, which stand in `cell`."""
    pieces, marks, shown = line.pieces, [], flow_text(line.pieces)
    if INLINE_MARK.search(shown) or any(_is_tick(piece) for piece in pieces):
        split, marks = _split_marks(pieces, marks_in(shown), line.element, cell)
        pieces = split if marks else pieces
    if not has_control(pieces):
        text = printed_text(pieces)
        return LabelledLine(pieces, [], [text] if text.strip() else [], False)
    rest = _label_controls(pieces, before)
    has_letter_mark = any(mark.raw[-1:] in ("x", "X") for mark in marks)
    return LabelledLine(pieces, marks, [flow_text(pieces)] if has_letter_mark else rest, has_letter_mark)


def _is_tick(piece):
    """Whether a piece is a box to tick."""
    return piece.__class__ is Control and piece.kind in TICK_KINDS


def _split_marks(pieces, pattern, element, cell):
    """The pieces with each typed tick as a Control of its own, and these Controls."""
    result, marks, text = [], [], []
    n_parentheses = sum(match[0][0] == "(" for match in pattern.finditer(flow_text(pieces)))
    has_symbol = any(piece.__class__ is Symbol and INLINE_MARK.fullmatch(piece) for piece in pieces)

    def add_mark(written, stored):
        mark = Control("mark", element, cell)
        mark.value = mark.flow = mark.stored = written
        mark.raw = stored
        mark.state, notes = typed_state(written, n_parentheses > 1)
        mark.note(*notes)
        result.append(mark)
        marks.append(mark)

    def end_text():
        joined, position = "".join(text), 0
        text.clear()
        behind_box = X_BEHIND_BOX.match(joined) if result and _is_tick(result[-1]) else None
        if behind_box:  # whoever could not click typed an x behind the box
            result.append(behind_box[1])
            add_mark(behind_box[2], behind_box[2])
            position = behind_box.end()
        for match in pattern.finditer(joined, position):
            result.extend(filter(None, [joined[position : match.start()]]))
            add_mark(match[0], match[0])
            position = match.end()
        result.extend(filter(None, [joined[position:]]))

    for piece in pieces:
        if piece.__class__ is str:
            text.append(piece)
            continue
        end_text()
        if piece.__class__ is Symbol and has_symbol and (INLINE_MARK.fullmatch(piece) or PRIVATE_USE.match(piece)):
            add_mark(str(piece), piece.stored)  # beside a known tick an unknown symbol may be the other one
        else:
            result.append(piece)
    end_text()
    return result, marks


def _label_controls(pieces, before):
    """Label the controls of a line, doubting those with a label struck out or marked; texts that label none."""
    controls, segments, asides = [], [[]], [[]]
    for piece in pieces:
        if piece.__class__ is Control:
            controls.append(piece)
            segments.append([])
            asides.append([])
        elif isinstance(piece, str):
            segments[-1].append(piece)
        elif piece.code in ("struck", "marked"):
            asides[-1].append(piece)
    segments = [one_line("".join(texts)) for texts in segments]
    struck = [one_line(stored_text(aside)) for aside in asides]
    has_struck = [bool(struck[n]) and not _is_label(segments[n]) for n in range(len(segments))]
    has_marked = [any(piece.code == "marked" for piece in aside) for aside in asides]
    segments = [struck[n] if has_struck[n] else text for n, text in enumerate(segments)]
    ticks = [number for number, control in enumerate(controls) if control.kind in TICK_KINDS]
    # "☐ Ja ☐ Nein" or "Ja ☐ Nein ☐": what follows the last tick tells on which side the texts stand.
    text_follows = bool(ticks) and _is_label(segments[ticks[-1] + 1])
    labels, nearest = set(), None
    for number, control in enumerate(controls):
        if _is_label(segments[number]):
            nearest = number
        follows = control.kind in TICK_KINDS and text_follows and _is_label(segments[number + 1])
        chosen = number + 1 if follows else nearest
        control.label = before if chosen is None else segments[chosen]
        labels.add(chosen)
        if number and not segments[number]:
            _doubt_neighbours(controls[number - 1], control, text_follows)
        if chosen is not None and control.kind in TICK_KINDS:
            if has_struck[chosen]:
                control.doubt("struck")
            elif has_marked[chosen] and control.state == "not_selected":
                control.doubt("marked")
    first, is_between = controls[0], len(controls) == 1 and nearest is not None and text_follows
    if is_between and first.kind == "mark" and first.value in BARE_TICKS and not segments[0].endswith((":", "?")):
        first.doubt("doubtful_mark")  # it may belong to the text before it as well as to that behind it
    return [t for number, t in enumerate(segments) if number not in labels and set(t) - _MERE_PUNCTUATION]


def _is_label(text):
    """Whether a text can be a printed label: more than punctuation, and no tick."""
    return bool(set(text) - _MERE_PUNCTUATION) and mark_state(text) is None


def emphasis_of(label, emphases):
    """Codes of the emphases (code -> text) that lift out a label, or more than half of it."""
    letters = _letters(label)
    if not letters:  # a box that stands alone: bold ones are printed so
        yield from (code for code, text in emphases.items() if code.startswith("coloured:") and text.strip() == label)
    for code, text in emphases.items() if letters else ():
        lifted = _letters(text)
        if letters in lifted or (lifted in letters and 2 * len(lifted) > len(letters)):
            yield code


def _letters(text):
    return "".join(filter(str.isalnum, text))


def _doubt_neighbours(first, second, text_follows):
    """A typed tick right beside another tick box: nobody but a person can say which of them is meant."""
    if {first.kind, second.kind} <= TICK_KINDS and "mark" in (first.kind, second.kind):
        first.doubt("two_marks")
        second.doubt("two_marks")
        if text_follows:
            first.label = second.label


class _Text(NamedTuple):
    """What a text is that stands alone: `mark` as of `mark_state`; `has_marks` if ticks may be typed in it."""

    value: str
    printed: str
    mark: tuple | None
    has_marks: bool


@lru_cache(maxsize=4096)  # nearly all texts of a form are printed ones, the same in every form
def _text(shown):
    value = clean(shown)
    return _Text(value, one_line(value), mark_state(value), bool(INLINE_MARK.search(value)))


def settle_text(field, kind, pieces, placeholders):
    """Make a Control a tick or a text; whether ticks may be typed in it, and the text on one line."""
    shown, stored = field.take_text(pieces)
    text = _text(shown)
    field.value, field.raw = text.value, stored.strip()
    field.kind = "mark" if text.mark else kind
    if text.mark:
        field.state = text.mark[0]
        field.note(*text.mark[1])
        struck = one_line(stored_text([p for p in pieces if p.__class__ is Note and p.code == "struck"]))
        if struck and _is_label(struck):  # a list of things to do, in which what is done is struck out
            field.label = struck
            field.doubt("struck")
    else:
        field.settle(placeholders)
    return text.has_marks and not text.mark, text.printed


def settle_rest(field, kind, labelled):
    """Make a Control the field of the text that stands beside controls without labelling one, if there is any."""
    texts = [one_line(text) for line in labelled for text in line.rest]
    outside = [piece for line in labelled for piece in line.pieces if piece.__class__ is Note]
    lost = stored_text(outside).strip()
    field.kind = kind if texts or lost else ""
    field.value = "\n".join(texts)
    field.raw = "\n".join(filter(None, [field.value, lost]))
    field.state = "answered" if texts else "not_answered"
    field.notes = tuple(note_codes(outside))
    field.note("inline_mark" if any(line.has_letter_mark for line in labelled) else "text_beside_control")
