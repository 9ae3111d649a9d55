"""Content controls (`w:sdt`): which kind, which state, which value."""

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.glyphs import MARKS, symbol
from gkanalysis.ingest.word.model import Skipped
from gkanalysis.ingest.word.pieces import Control, Note, clean, flow_text, has_control, note_codes
from gkanalysis.ingest.word.xmlparts import (
    IGNORED,
    NAMESPACES,
    ON_OFF,
    SDT_CONTENT,
    SDT_PROPERTIES,
    VAL,
    W14,
    W15,
    W,
    is_on,
    short_name,
)

MAX_DEPTH = 60  # of tables, cells, controls and boxes within each other; forms have 4 to 8

# What an element of `w:sdtPr` tells: a kind, or one of the first three.
_ROLES = {
    W + "tag": "tag",
    W + "alias": "alias",
    W + "showingPlcHdr": "placeholder",
    W + "text": "text",
    W + "richText": "richtext",
    W + "dropDownList": "dropdown",
    W + "comboBox": "combobox",
    W + "date": "date",
    W + "picture": "picture",
    W14 + "checkbox": "checkbox",
}
# Controls that only hold other content together have no answer of their own, hence no kind.
_ROLES |= {
    W + name: "" for name in ("group", "docPartObj", "docPartList", "citation", "bibliography", "equation")
}
_ROLES |= {W15 + "repeatingSection": "", W15 + "repeatingSectionItem": ""}
_CHECKED, _W14_VAL = W14 + "checked", W14 + "val"
_LIST_ITEM, _FULL_DATE = W + "listItem", W + "fullDate"
_BLIP = f"{{{NAMESPACES['a']}}}blip"
_EMBED = f"{{{NAMESPACES['r']}}}embed"


class ControlReader:
    """Opens and closes content controls, and keeps the records of a part.

    Parameters
    ----------
    part : str
        Name of the part.
    placeholders : frozenset of str
    skipped : list of Skipped
        Receives what is not read.

    Attributes
    ----------
    controls : list of Control
        Every control, cell and paragraph in the order of the document; those without a kind are no fields.
    cell : GridCell or None
        Where the reader is.
    is_inserting : int
        How many tracked insertions are open there.
    depth : int
        How many tables, cells, controls and boxes within each other.
    """

    def __init__(self, part, placeholders, skipped):
        self.part = part
        self.placeholders = placeholders
        self.skipped = skipped
        self.controls = []
        self.cell = None
        self.is_inserting = 0
        self.depth = 0

    def note_skipped(self, path, what, text):
        """Record something that is not read, with its text."""
        self.skipped.append(Skipped(self.part, path, what, " ".join(text.split())[:200]))

    def deeper(self):
        """Count one more level of nesting, to be taken back from `depth`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnsafeContentError("depth")

    def add_control(self, control):
        """Record a control in the order of the document, also if it was inserted by a tracked change."""
        if self.is_inserting:
            control.note("tracked_insertion")
        self.controls.append(control)

    def open_control(self, sdt, path):
        """Make the Control of a `w:sdt` and record it; return it, its content and the content's path."""
        properties = content = None
        for child in sdt[:]:
            tag = child.tag
            if tag == SDT_PROPERTIES and properties is None:
                properties = child
            elif tag == SDT_CONTENT and content is None:
                content = child
            elif tag not in IGNORED:
                self.note_skipped(path, short_name(child), "".join(child.itertext()))
        control = Control("richtext", path, self.cell)
        if properties is not None:
            _read_properties(properties, control)
        self.add_control(control)
        return control, () if content is None else content, path + "/w:sdtContent[1]"

    def finish_control(self, control, inner, content, is_container=False):
        """Close a control and return the pieces it stands for in the text around it.

        A control with other controls inside is a container: its text is theirs, and they stay visible.
        """
        if not control.kind:
            return inner
        if control.kind == "picture":
            blip = next(content.iter(_BLIP), None) if len(content) else None
            if blip is not None and not control.shows_placeholder:
                control.state, control.raw = "answered", blip.get(_EMBED, "")
            return [control]
        # The last control recorded is this one if none stands inside it.
        if is_container or (self.controls[-1] is not control and has_control(inner)):
            shown = [flow_text(inner), *(Note(code) for code in note_codes(inner))]
            _close(control, shown, self.placeholders)
            control.note("container")
            control.flow = control.stored = ""
            return [control, *inner]
        _close(control, inner, self.placeholders)
        return [control]


def _read_properties(properties, control):
    """Kind and names from a `w:sdtPr` element."""
    for child in properties[:]:
        role = _ROLES.get(child.tag)
        if role is None:
            continue
        if role == "tag":
            control.tag = child.get(VAL, "")
        elif role == "alias":
            control.alias = child.get(VAL, "")
        elif role == "placeholder":
            control.shows_placeholder = is_on(child) is not False
        else:
            control.kind = role
            control.source = child
            if role == "checkbox":
                _read_checkbox(control, child)


def _read_checkbox(control, checkbox):
    """State by the element alone; a checkbox without one was never touched."""
    control.state = "not_selected"
    for child in checkbox[:]:
        if child.tag == _CHECKED:
            value = child.get(_W14_VAL)
            control.raw = value or ""
            is_checked = ON_OFF.get(value)
            if is_checked is None:
                control.doubt("unknown_value")
            elif is_checked:
                control.state = "selected"
            return


def _close(control, pieces, placeholders):
    """Give a content control its state and value from what it shows."""
    shown, control.stored = control.take_text(pieces)
    if control.kind == "checkbox":
        _close_checkbox(control, shown)
        return
    control.value = clean(shown)
    control.raw = control.stored.strip()
    if control.kind in ("dropdown", "combobox"):
        _close_list(control, placeholders)
    else:
        control.settle(placeholders)
        if control.kind == "date" and control.source.get(_FULL_DATE):
            _close_date(control)
    control.flow = control.value


def _close_checkbox(control, shown):
    """Compare state and glyph: where they contradict each other, a person must look."""
    control.value = control.flow = shown
    if shown == ("☒" if control.state == "selected" else "☐"):
        return
    control.value = control.flow = clean(shown)
    if control.state == "unclear":
        return
    shown_state = _own_glyphs(control.source).get(control.value) or MARKS.get(control.value)
    lost = "struck" in control.notes or "hidden" in control.notes
    if lost or (control.value and shown_state != control.state):
        control.doubt("glyph_conflict")


def _own_glyphs(checkbox):
    """The two characters a checkbox declares for its states."""
    glyphs = {}
    for name, state in (("uncheckedState", "not_selected"), ("checkedState", "selected")):
        for element in checkbox.iterchildren(W14 + name):
            try:
                code = int(element.get(_W14_VAL, ""), 16)
                glyphs[symbol(element.get(W14 + "font", ""), code) or chr(code)] = state
            except (ValueError, OverflowError):
                continue
    return glyphs


def _close_list(control, placeholders):
    """Drop-down and combo box: the list code of the text shown."""
    codes = {}
    for item in control.source.iterchildren(_LIST_ITEM):
        code = item.get(W + "value", "")
        codes.setdefault(clean(item.get(W + "displayText") or code), code)
    control.options = tuple(codes)
    text = control.value
    code = codes.get(text)
    if control.shows_placeholder and code and text not in placeholders:
        control.raw = code
        control.doubt("placeholder_conflict")
        return
    if code == "":  # an entry without a code is how lists say "please choose"
        control.shows_placeholder = True
    control.settle(placeholders)
    if control.state == "answered":
        if code is None:
            control.note("off_list")
        else:
            control.raw = code


def _close_date(control):
    """The date code beside the text shown."""
    code = control.source.get(_FULL_DATE)
    if control.state == "answered":
        control.raw = code
    elif not control.shows_placeholder and "placeholder" not in control.notes:
        control.raw = code
        control.doubt("date_without_text")
