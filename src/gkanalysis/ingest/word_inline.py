"""Read the inside of a paragraph: runs, controls, fields, tracked changes, symbols, drawings."""

from gkanalysis.ingest.word_controls import close_control, has_control, read_properties
from gkanalysis.ingest.word_fields import FieldStack
from gkanalysis.ingest.word_looks import symbol_pieces
from gkanalysis.ingest.word_marks import character_of
from gkanalysis.ingest.word_model import Skipped
from gkanalysis.ingest.word_names import (
    ALTERNATE,
    BLIP,
    BOX,
    CHARACTERS,
    DELETED,
    DRAWN,
    EMBED,
    EMOJI,
    FIELD_CHARACTER,
    FIELD_CODE,
    IGNORED,
    INSERTED,
    RUBY,
    RUN,
    SDT,
    SDT_CONTENT,
    SDT_PROPERTIES,
    SIMPLE_FIELD,
    SYMBOL,
    TEXT,
    TRANSPARENT,
    W,
    chosen_branch,
    short_name,
    step,
)
from gkanalysis.ingest.word_refusal import UnsafeContentError
from gkanalysis.ingest.word_text import Note, flow_text, note_codes

MAX_DEPTH = 60  # of tables, cells, controls and boxes within each other; forms have 4 to 8


class InlineReader:
    """Reads paragraphs into pieces; the subclass reads what stands in text boxes (`read_box`).

    Parameters
    ----------
    part : str
        Name of the part.
    looks : RunLooks or None
        How to find struck-out, hidden and symbol text; None if the part has nothing of the kind.
    placeholders : frozenset of str
    controls : list of Control
        Receives every control in the order of the document.
    skipped : list of Skipped
    """

    def __init__(self, part, looks, placeholders, controls, skipped):
        self.part = part
        self.looks = looks
        self.placeholders = placeholders
        self.controls = controls
        self.skipped = skipped
        self.cell = None
        self.fields = FieldStack(self)
        self.paragraph_look = {}
        self.is_inserting = 0
        self._depth = 0

    def note_skipped(self, path, what, text):
        """Record something that is not read, with its text."""
        self.skipped.append(Skipped(self.part, path, what, " ".join(text.split())[:200]))

    def deeper(self):
        """Count one more level of nesting; pair with `shallower`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnsafeContentError("depth")

    def shallower(self):
        """Count one level of nesting less."""
        self._depth -= 1

    def read_inline(self, parent, path, pieces):
        """Append the pieces of a paragraph, or of something inside it."""
        runs = controls = 0
        counts = {}
        for child in parent:
            tag = child.tag
            if tag == RUN:
                runs += 1
                if self.looks is None:
                    self._read_run(child, path, runs, pieces)
                else:
                    self._read_run(child, path, runs, pieces, *self.looks.of_run(child, self.paragraph_look))
            elif tag == SDT:
                controls += 1
                self._read_control(child, f"{path}/w:sdt[{controls}]", pieces)
            elif tag not in IGNORED:
                self._read_other(child, path + step(child, counts), pieces)

    def _read_other(self, element, path, pieces):
        """Everything in a paragraph but runs and controls."""
        tag = element.tag
        self.deeper()
        if tag in TRANSPARENT:
            self.read_inline(element, path, pieces)
        elif tag == SIMPLE_FIELD:
            self.fields.read_simple(element, path, pieces)
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
        self.shallower()

    def read_deletion(self, element, path):
        """Return the note on what a tracked change took away; a deleted control is listed as skipped."""
        text = "".join(element.itertext(W + "delText", TEXT))
        if next(element.iter(SDT, FIELD_CHARACTER), None) is not None:
            self.note_skipped(path, "tracked_deletion", text)
        return Note("tracked_deletion", text)

    def open_control(self, sdt, path):
        """Make the Control of a `w:sdt` and note it in order; return it, its content and the content's path."""
        properties = content = None
        for child in sdt:
            if child.tag == SDT_PROPERTIES and properties is None:
                properties = child
            elif child.tag == SDT_CONTENT and content is None:
                content = child
            elif child.tag not in IGNORED:
                self.note_skipped(path, short_name(child), "".join(child.itertext()))
        control = read_properties(() if properties is None else properties, path, self.cell)
        if self.is_inserting:
            control.note("tracked_insertion")
        self.controls.append(control)
        return control, () if content is None else content, path + "/w:sdtContent[1]"

    def _read_control(self, sdt, path, pieces):
        """A control within a line."""
        self.deeper()
        control, content, content_path = self.open_control(sdt, path)
        inner = []
        self.read_inline(content, content_path, inner)
        self.shallower()
        pieces += self.finish_control(control, inner, content)

    def finish_control(self, control, inner, content, is_container=False):
        """Close a control and return the pieces it stands for in the text around it.

        A control with other controls inside is a container: its text is theirs, and they stay visible.
        """
        if not control.kind:
            return inner
        if control.kind == "picture":
            blip = next(content.iter(BLIP), None) if len(content) else None
            if blip is not None and not control.shows_placeholder:
                control.state, control.raw = "answered", blip.get(EMBED, "")
            return [control]
        if is_container or has_control(inner):
            shown = [flow_text(inner), *(Note(code) for code in note_codes(inner))]
            close_control(control, shown, self.placeholders)
            control.note("container")
            control.flow = control.stored = ""
            return [control, *inner]
        close_control(control, inner, self.placeholders)
        return [control]

    def _read_run(self, run, path, number, pieces, aside="", font=""):
        """Characters of one run; `aside` is the code of text that does not count, `font` a symbol font."""
        counts = None
        for child in run:
            tag = child.tag
            if tag == TEXT:
                if aside or font or self.fields.in_code:
                    self._read_text(child.text, pieces, aside, font)
                elif child.text:
                    pieces.append(child.text)
            elif tag in CHARACTERS:
                self._read_text(CHARACTERS[tag], pieces, aside, "")
            elif tag not in IGNORED:
                if counts is None:
                    path, counts = f"{path}/w:r[{number}]", {}
                self._read_in_run(child, path + step(child, counts), pieces, aside)

    def _read_text(self, text, pieces, aside, font):
        """Plain characters, unless they belong to a field's code."""
        if not text:
            return
        if self.fields.in_code:
            self.fields.read_text_in_code(text)
        elif aside:
            pieces.append(Note(aside, text))
        elif font:
            pieces += symbol_pieces(text, font)
        else:
            pieces.append(text)

    def _read_in_run(self, element, path, pieces, aside):
        """Everything in a run but plain text."""
        tag = element.tag
        if tag == FIELD_CHARACTER:
            self.fields.read_character(element, path, pieces)
        elif tag == FIELD_CODE:
            self.fields.read_code(element.text or "")
        elif tag == SYMBOL:
            self._read_text(
                character_of(element.get(W + "char")), pieces, aside, element.get(W + "font") or "?"
            )
        elif tag == EMOJI:
            self._read_text(character_of(element.get(tag.replace("symEx", "char"))), pieces, aside, "")
        elif tag == ALTERNATE:
            self.deeper()
            branch, branch_path = chosen_branch(element, path)
            counts = {}
            for child in branch:
                if child.tag == TEXT:
                    self._read_text(child.text, pieces, aside, "")
                elif child.tag not in IGNORED:
                    self._read_in_run(child, branch_path + step(child, counts), pieces, aside)
            self.shallower()
        elif tag in DRAWN:
            self._read_drawing(element, path)
        elif tag == RUBY:
            self.deeper()
            self.read_inline(element, path, pieces)
            self.shallower()
        else:
            self.note_skipped(path, short_name(element), "".join(element.itertext()))

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
            if child.tag == BOX:
                self.read_box(child, child_path)
                found += 1
            elif child.tag == ALTERNATE:
                found += self._read_boxes(*chosen_branch(child, child_path))
            else:
                found += self._read_boxes(child, child_path)
        return found
