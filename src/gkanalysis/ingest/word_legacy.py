"""Legacy form fields (`w:ffData`): ticks, lists and texts from the forms toolbar of older Word versions."""

from gkanalysis.ingest.word_controls import Control, is_on, settle_text
from gkanalysis.ingest.word_marks import MARKS
from gkanalysis.ingest.word_names import VAL, W
from gkanalysis.ingest.word_text import clean, flow_text, note_codes, stored_text


def read_legacy(form_data, place, cell):
    """Make the Control for a `w:ffData` element; ticks and lists are complete, texts await their result."""
    control = Control("", place, cell)
    for child in form_data:
        if child.tag == W + "name":
            control.tag = child.get(VAL, "")
        elif child.tag == W + "checkBox":
            _read_legacy_checkbox(control, child)
        elif child.tag == W + "ddList":
            _read_legacy_list(control, child)
        elif child.tag == W + "textInput":
            control.kind, control.source = "legacy_text", child
    return control


def _read_legacy_checkbox(control, checkbox):
    """`checked` wins, then `default`, then off."""
    control.kind, control.state = "legacy_checkbox", "not_selected"
    stored = {child.tag: child for child in checkbox.iterchildren(W + "checked", W + "default")}
    element = stored.get(W + "checked", stored.get(W + "default"))
    if element is not None:
        control.raw = element.get(VAL, "")
        checked = is_on(element)
        if checked is None:
            control.doubt("unknown_value")
        elif checked:
            control.state = "selected"
            if element.tag == W + "default":
                control.note("default")
    control.value = control.flow = {"selected": "☒", "not_selected": "☐"}.get(control.state, "")


def _read_legacy_list(control, entries):
    """The entry whose number is stored, else the default, else the first, which is what Word shows."""
    control.kind = "legacy_dropdown"
    control.options = tuple(clean(entry.get(VAL, "")) for entry in entries.iterchildren(W + "listEntry"))
    stored = {child.tag: child.get(VAL, "") for child in entries.iterchildren(W + "result", W + "default")}
    control.raw = stored.get(W + "result", stored.get(W + "default", ""))
    if W + "result" not in stored:
        control.note("default")
    number = control.raw or "0"
    if len(number) < 6 and number.isdecimal() and int(number) < len(control.options):
        control.value = control.options[int(number)]
    elif control.options or control.raw:
        control.doubt("unknown_value")


def close_legacy(control, pieces, placeholders):
    """Give a legacy field its state from the result it shows."""
    shown, stored = clean(flow_text(pieces)), stored_text(pieces)
    control.note(*note_codes(pieces))
    if control.kind == "legacy_text":
        control.value, control.raw = shown, stored
        settle_text(control, placeholders)
        default = None if control.source is None else next(control.source.iterchildren(W + "default"), None)
        if control.state == "answered" and default is not None and clean(default.get(VAL, "")) == shown:
            control.note("default")
        control.flow, control.stored = control.value, stored
    elif control.kind == "legacy_dropdown":
        if control.state != "unclear":
            settle_text(control, placeholders)
        if shown and control.value and shown != control.value:
            control.value = shown
            control.doubt("text_conflict")
        control.flow = control.stored = control.value
    elif shown and control.kind == "legacy_checkbox" and MARKS.get(shown) != control.state:
        control.value = shown
        control.doubt("text_conflict")
