"""Content controls (`w:sdt`): which kind, which state, which value."""

from gkanalysis.ingest.word_marks import MARKS, symbol
from gkanalysis.ingest.word_names import VAL, W14, W15, W
from gkanalysis.ingest.word_text import clean, flow_text, note_codes, stored_text

W14_VAL = W14 + "val"

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
_CHECKED = W14 + "checked"
_LIST_ITEM = W + "listItem"

_ON_OFF = {None: True, "1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def is_on(element, attribute=VAL):
    """Read an on/off element: True, False, or None if its value is neither; without a value it is on."""
    return _ON_OFF.get(element.get(attribute))


class Control:
    """A field under construction, and a piece of its paragraph.

    `flow` is what it adds to the text around it, `stored` the same as stored; `cell` the grid cell it stands in;
    `source` the XML element with the properties of its kind. A control whose kind is "" gives no field.
    """

    __slots__ = (
        "alias", "cell", "flow", "kind", "label", "notes", "options", "place", "raw", "shows_placeholder", "source",
        "state", "stored", "tag", "value",
    )  # fmt: skip

    def __init__(self, kind, place, cell):
        self.kind = kind
        self.place = place
        self.cell = cell
        self.label = self.value = self.raw = self.tag = self.alias = self.flow = self.stored = ""
        self.state = "not_answered"
        self.options = self.notes = ()
        self.source = None
        self.shows_placeholder = False

    def doubt(self, code):
        """Leave the state to a person, and say why."""
        self.state = "unclear"
        self.note(code)

    def note(self, *codes):
        """Add codes, each once."""
        self.notes = tuple(dict.fromkeys((*self.notes, *codes)))


def has_control(pieces):
    """Whether one of the pieces is a control."""
    return Control in map(type, pieces)


def read_properties(properties, place, cell):
    """Make the Control for a `w:sdtPr` element; `()` stands for a control without properties."""
    control = Control("richtext", place, cell)
    for child in properties:
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
    return control


def _read_checkbox(control, checkbox):
    """State by the element alone; a checkbox without one was never touched."""
    checked = next((child for child in checkbox if child.tag == _CHECKED), None)
    control.state = "not_selected"
    if checked is not None:
        control.raw = checked.get(W14_VAL, "")
        is_checked = is_on(checked, W14_VAL)
        if is_checked is None:
            control.doubt("unknown_value")
        elif is_checked:
            control.state = "selected"


def close_control(control, pieces, placeholders):
    """Give a content control its state and value from what it shows."""
    if len(pieces) == 1 and pieces[0].__class__ is str:
        shown = stored = pieces[0]
    else:
        shown, stored = flow_text(pieces), stored_text(pieces)
        control.note(*note_codes(pieces))
    control.stored = stored
    if control.kind == "checkbox":
        _close_checkbox(control, shown)
        return
    control.value = clean(shown)
    control.raw = stored.strip()
    if control.kind in ("dropdown", "combobox"):
        _close_list(control, placeholders)
    else:
        settle_text(control, placeholders)
        if control.kind == "date" and control.source.get(W + "fullDate"):
            _close_date(control)
    control.flow = control.value


def settle_text(control, placeholders):
    """State of a text: a placeholder is no answer, whether Word's flag is there or was lost on the way."""
    if (
        control.shows_placeholder
        or control.value in placeholders
        or " ".join(control.value.split()) in placeholders
    ):
        control.state, control.value = "not_answered", ""
        control.note("placeholder")
    else:
        control.state = "answered" if control.value else "not_answered"


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
                code = int(element.get(W14_VAL, ""), 16)
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
    settle_text(control, placeholders)
    if control.state == "answered":
        if code is None:
            control.note("off_list")
        else:
            control.raw = code


def _close_date(control):
    """The date code beside the text shown."""
    code = control.source.get(W + "fullDate")
    if control.state == "answered":
        control.raw = code
    elif not control.shows_placeholder and "placeholder" not in control.notes:
        control.raw = code
        control.doubt("date_without_text")
