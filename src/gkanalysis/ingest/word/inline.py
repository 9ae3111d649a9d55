"""Read the inside of a paragraph: runs, controls, fields, tracked changes, symbols, drawings."""

from gkanalysis.ingest.word.glyphs import PRIVATE_USE, character_of, symbol
from gkanalysis.ingest.word.legacy import FIELD_CHARACTER_TYPE, FieldReader
from gkanalysis.ingest.word.pieces import Note, Symbol
from gkanalysis.ingest.word.xmlparts import (
    ALTERNATE,
    DELETED,
    FIELD_CHARACTER,
    FIELD_CODE,
    IGNORED,
    INSERTED,
    NAMESPACES,
    RUN,
    SDT,
    SIMPLE_FIELD,
    TEXT,
    TRANSPARENT,
    W,
    chosen_branch,
    short_name,
    step,
)

_CHARACTERS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "",
}
_BOX = W + "txbxContent"
_DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
_EMOJI = f"{{{NAMESPACES['w16se']}}}symEx"
_EMOJI_CHARACTER = f"{{{NAMESPACES['w16se']}}}char"
_RUBY = W + "ruby"
_SYMBOL, _SYMBOL_CHARACTER, _SYMBOL_FONT = W + "sym", W + "char", W + "font"


class InlineReader(FieldReader):
    """Reads paragraphs into pieces; the subclass reads what stands in text boxes (`read_box`).

    Parameters
    ----------
    part, placeholders, skipped
        See `ControlReader`.
    looks : RunLooks or None
        How to find struck-out, hidden and symbol text; None if the part has nothing of the kind.
    """

    def __init__(self, part, placeholders, skipped, looks):
        super().__init__(part, placeholders, skipped)
        self.looks = looks
        self.paragraph_look = {}

    def read_paragraph(self, paragraph, path):
        """Return the pieces of one paragraph."""
        pieces = []
        if self.looks is not None:
            self.paragraph_look = self.looks.of_paragraph(paragraph)
        if len(paragraph):
            self.read_inline(paragraph, path, pieces)
        if self.open_fields:
            self.end_paragraph(pieces)
        return pieces

    def read_inline(self, parent, path, pieces):
        """Append the pieces of a paragraph, or of something inside it."""
        runs = controls = 0
        counts = {}
        aside = font = ""
        for child in parent[:]:
            tag = child.tag
            if tag == RUN:
                runs += 1
                if self.looks is not None:
                    aside, font = self.looks.of_run(child, self.paragraph_look)
                characters, in_run = 0, None
                for part in child[:]:  # in place: nothing is as frequent in a form as runs
                    tag = part.tag
                    if tag == TEXT:
                        if aside or font or self.in_code:
                            self._read_text(part.text, pieces, aside, font)
                        elif text := part.text:
                            pieces.append(text)
                    elif tag == FIELD_CHARACTER:
                        characters += 1
                        kind = part.get(FIELD_CHARACTER_TYPE)
                        if kind == "begin":
                            place = f"{path}/w:r[{runs}]/w:fldChar[{characters}]"
                            self.begin_field(part, place, pieces)
                        else:
                            self.continue_field(kind, pieces)
                    elif tag == FIELD_CODE:
                        self.read_field_code(part.text or "")
                    elif tag in _CHARACTERS:
                        self._read_text(_CHARACTERS[tag], pieces, aside, "")
                    elif tag not in IGNORED:
                        in_run = {} if in_run is None else in_run
                        self._read_in_run(part, f"{path}/w:r[{runs}]{step(part, in_run)}", pieces, aside)
            elif tag == SDT:
                controls += 1
                self._read_control(child, f"{path}/w:sdt[{controls}]", pieces)
            elif tag not in IGNORED:
                self._read_other(child, path + step(child, counts), pieces)

    def _read_control(self, sdt, path, pieces):
        """A control within a line."""
        self.deeper()
        control, content, content_path = self.open_control(sdt, path)
        inner = []
        self.read_inline(content, content_path, inner)
        self.depth -= 1
        pieces += self.finish_control(control, inner, content)

    def _read_other(self, element, path, pieces):
        """Everything in a paragraph but runs and controls."""
        tag = element.tag
        self.deeper()
        if tag in TRANSPARENT:
            self.read_inline(element, path, pieces)
        elif tag == SIMPLE_FIELD:
            self.read_simple_field(element, path, pieces)
        elif tag in DELETED:
            pieces.append(self.read_deletion(element, path))
        elif tag in INSERTED:
            pieces.append(Note("tracked_insertion"))
            self.is_inserting += 1
            self.read_inline(element, path, pieces)
            self.is_inserting -= 1
        elif tag == ALTERNATE:
            self.read_inline(*chosen_branch(element, path), pieces)
        else:
            self.note_skipped(path, short_name(element), "".join(element.itertext()))
        self.depth -= 1

    def read_deletion(self, element, path):
        """Return the note on what a tracked change took away; a deleted control is listed as skipped."""
        text = "".join(element.itertext(W + "delText", TEXT))
        if next(element.iter(SDT, FIELD_CHARACTER), None) is not None:
            self.note_skipped(path, "tracked_deletion", text)
        return Note("tracked_deletion", text)

    def _read_text(self, text, pieces, aside, font):
        """Plain characters, unless they belong to a field's code."""
        if not text:
            return
        if self.in_code:
            self.read_text_in_code(text)
        elif aside:
            pieces.append(Note(aside, text))
        elif font:
            pieces += _symbol_pieces(text, font)
        else:
            pieces.append(text)

    def _read_in_run(self, element, path, pieces, aside):
        """Everything rare in a run."""
        tag = element.tag
        if tag == _SYMBOL:
            font = element.get(_SYMBOL_FONT) or "?"
            self._read_text(character_of(element.get(_SYMBOL_CHARACTER)), pieces, aside, font)
        elif tag == _EMOJI:
            self._read_text(character_of(element.get(_EMOJI_CHARACTER)), pieces, aside, "")
        elif tag == ALTERNATE:
            self._read_branch(*chosen_branch(element, path), pieces, aside)
        elif tag in _DRAWN:
            self._read_drawing(element, path)
        elif tag == _RUBY:
            self.deeper()
            self.read_inline(element, path, pieces)
            self.depth -= 1
        else:
            self.note_skipped(path, short_name(element), "".join(element.itertext()))

    def _read_branch(self, branch, path, pieces, aside):
        """What a run has in two versions, for new and for old programs."""
        self.deeper()
        counts = {}
        for child in branch:
            tag = child.tag
            if tag == TEXT:
                self._read_text(child.text, pieces, aside, "")
            elif tag in IGNORED:
                continue
            elif tag == FIELD_CHARACTER:
                place, kind = path + step(child, counts), child.get(FIELD_CHARACTER_TYPE)
                if kind == "begin":
                    self.begin_field(child, place, pieces)
                else:
                    self.continue_field(kind, pieces)
            elif tag == FIELD_CODE:
                self.read_field_code(child.text or "")
            else:
                self._read_in_run(child, path + step(child, counts), pieces, aside)
        self.depth -= 1

    def _read_drawing(self, drawing, path):
        """Text boxes inside a drawing; a drawing without any is listed as skipped."""
        if not self._read_boxes(drawing, path):
            names = {short_name(element) for element in drawing.iter()}
            what = (
                "activex" if "control" in names else "embedded_object" if "OLEObject" in names else "drawing"
            )
            self.note_skipped(path, what, "")

    def _read_boxes(self, element, path):
        """Number of text boxes found below an element."""
        found, counts = 0, {}
        for child in element:
            child_path = path + step(child, counts)
            if child.tag == _BOX:
                self.read_box(child, child_path)
                found += 1
            elif child.tag == ALTERNATE:
                found += self._read_boxes(*chosen_branch(child, child_path))
            else:
                found += self._read_boxes(child, child_path)
        return found


def _symbol_pieces(text, font):
    """Translate text in a symbol font into pieces; what is no known tick stays and is noted."""
    pieces = []
    for character in text:
        code = ord(character)
        tick = symbol(font, code) if code < 0x100 or PRIVATE_USE.match(character) else None
        if tick:
            pieces.append(Symbol(tick, f"{font} {code:04X}"))
        elif character.isspace():
            pieces.append(character)
        else:
            pieces += [character, Note("unknown_symbol")]
    return pieces
