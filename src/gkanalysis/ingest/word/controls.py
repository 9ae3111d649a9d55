"""What a control says: kind, state and value of content controls (`w:sdt`) and of legacy form fields (`w:ffData`)."""

from itertools import takewhile

from gkanalysis.ingest.word.glyphs import MARKS, symbol
from gkanalysis.ingest.word.pieces import Note, clean, flow_text, note_codes, one_line
from gkanalysis.ingest.word.xmlparts import NAMESPACES, ON_OFF, VAL, W14, W15, W, is_on

# What an element of `w:sdtPr` tells: the kind of the control, or one of its names and of what it shows.
_ROLES = {W + name: name for name in ("tag", "alias", "text", "date", "picture")}
_ROLES |= {W + "richText": "richtext", W + "dropDownList": "dropdown", W + "comboBox": "combobox"}
_ROLES |= {W14 + "checkbox": "checkbox", W + "showingPlcHdr": "shows_placeholder", W + "placeholder": "prompt"}
_ROLES |= dict.fromkeys((W + "dataBinding", W15 + "dataBinding"), "binding")
# Controls that only hold other content together have no answer of their own, hence no kind.
_ROLES |= {W + name: "" for name in ("group", "docPartObj", "docPartList", "citation", "bibliography", "equation")}
_ROLES |= {W15 + "repeatingSection": "", W15 + "repeatingSectionItem": ""}
_W14_VAL = W14 + "val"
_BLIP, _EMBED = f"{{{NAMESPACES['a']}}}blip", f"{{{NAMESPACES['r']}}}embed"
_DOC_PART, _DEFAULT, _RESULT = W + "docPart", W + "default", W + "result"


def read_properties(control, properties, elsewhere):
    """Kind and names of a content control from its `w:sdtPr`; a checkbox has its state there, too.

    Its prompt and the value that it is bound to stand `elsewhere`.
    """
    for child in properties[:]:
        role = _ROLES.get(child.tag)
        if role in ("tag", "alias"):
            setattr(control, role, child.get(VAL, ""))
        elif role == "shows_placeholder":
            control.shows_placeholder = is_on(child) is not False
        elif role == "prompt":
            control.prompt = next((elsewhere.prompts.get(e.get(VAL)) for e in child.iterchildren(_DOC_PART)), None)
        elif role == "binding":
            control.bound = elsewhere.bound_value(child)
        elif role is not None:
            control.kind, control.source = role, child
            if role == "checkbox":
                _tick(control, next(child.iterchildren(W14 + "checked"), None), _W14_VAL)


def bookmark_of(sdt, content):
    """The bookmark that begins at a control or in it, "" if none does: LibreOffice loses tags and keeps bookmarks.

    Names with an underscore in front are those that Word gives for itself.
    """
    marks = [*takewhile(_is_bookmark, sdt.itersiblings(preceding=True)), *takewhile(_is_bookmark, content)]
    return next((name for mark in marks if (name := mark.get(W + "name", "_"))[:1] != "_"), "")


def _is_bookmark(element):
    return element.tag == W + "bookmarkStart"


def _tick(control, element, attribute):
    """State of a checkbox by the element that says it; one without was never touched."""
    control.state = "not_selected"
    if element is not None:
        control.raw = element.get(attribute) or ""
        is_checked = ON_OFF.get(element.get(attribute))
        control.state = "selected" if is_checked else "not_selected"
        if is_checked is None:
            control.doubt("unknown_value")


def close_picture(control, content):
    """A picture control is answered if there is a picture in it that is not the placeholder."""
    blip = next(content.iter(_BLIP), None) if len(content) else None
    if blip is not None and not control.shows_placeholder:
        control.state, control.raw = "answered", blip.get(_EMBED, "")


def close_container(control, pieces, placeholders):
    """A control with others inside shows their text, but adds none of its own to the text around it."""
    close(control, [flow_text(pieces), *(Note(code) for code in note_codes(pieces))], placeholders)
    control.note("container")
    control.flow = control.stored = ""


def close(control, pieces, placeholders):
    """Give a content control its state and value from what it shows."""
    shown, control.stored = control.take_text(pieces)
    if control.kind == "checkbox":
        _close_checkbox(control, shown)
        return
    control.value, control.raw = clean(shown), control.stored.strip()
    if control.kind in ("dropdown", "combobox"):
        _close_list(control, placeholders)
    else:
        control.settle(placeholders)
    code = control.source.get(W + "fullDate") if control.kind == "date" else None
    if code and (control.state == "answered" or "placeholder" not in control.notes):
        control.raw = code
        if control.state != "answered":
            control.doubt("date_without_text")
    control.flow = control.value


def compare_store(control):
    """Word shows what a control is bound to and replaces its text; other programs show the text and leave the store.

    Where they differ, nobody but a person can say which one was meant last.
    """
    stored = clean(control.bound)
    if control.kind == "checkbox":
        same = {True: "selected", False: "not_selected"}.get(ON_OFF.get(stored.lower() or "0")) == control.state
    else:
        shown = {one_line(control.value), control.raw if control.value else ""}
        same = one_line(stored) in shown or (control.kind == "date" and stored[:10] == control.raw[:10] != "")
    if same or control.kind == "picture" or "<w:" in stored:  # the store of a rich text is a document
        return
    control.doubt("store_conflict")
    control.raw = " | ".join(filter(None, [control.raw, stored]))
    if control.kind != "checkbox":
        control.value, control.flow = stored, control.raw


def _close_checkbox(control, shown):
    """Compare state and glyph: where they contradict each other, a person must look."""
    control.value = control.flow = clean(shown)
    if control.state == "unclear" or control.value == ("☒" if control.state == "selected" else "☐"):
        return
    shown_state = _own_glyphs(control.source).get(control.value) or MARKS.get(control.value)
    differs = shown_state != control.state if control.value else control.state == "selected"
    if _is_lost(control) or differs:
        control.doubt("glyph_conflict")  # a tick that nobody sees is none that anybody left


def _is_lost(control):
    """Whether what a control shows was struck out or hidden."""
    return "struck" in control.notes or "hidden" in control.notes


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
    for item in control.source.iterchildren(W + "listItem"):
        code = item.get(W + "value", "")
        codes.setdefault(clean(item.get(W + "displayText") or code), code)
    control.options = tuple(codes)
    code = codes.get(control.value)
    if control.shows_placeholder and code and control.value not in placeholders:
        control.raw = code
        control.doubt("placeholder_conflict")
        return
    if code == "":  # an entry without a code is how lists say "please choose"
        control.shows_placeholder, control.prompt = True, None
    control.settle(placeholders)
    if control.state == "answered" and code is None:
        control.note("off_list")
    elif control.state == "answered":
        control.raw = code


def read_legacy_data(control, data):
    """Kind, name and state of a legacy form field from its `w:ffData`; a text awaits its result."""
    for child in data[:]:
        if child.tag == W + "name":
            control.tag = child.get(VAL, "")
        elif child.tag == W + "checkBox":
            control.kind = "legacy_checkbox"
            checked, default = (list(child.iterchildren(name)) for name in (W + "checked", _DEFAULT))
            _tick(control, next(iter(checked[-1:] or default[-1:]), None), VAL)
            if control.state == "selected" and not checked:
                control.note("default")
            control.value = control.flow = {"selected": "☒", "not_selected": "☐"}.get(control.state, "")
        elif child.tag == W + "ddList":
            _read_legacy_list(control, child)
        elif child.tag == W + "textInput":
            control.kind, control.source = "legacy_text", child


def _read_legacy_list(control, entries):
    """The entry whose number is stored, else the default, else the first, which is what Word shows."""
    control.kind = "legacy_dropdown"
    control.options = tuple(clean(entry.get(VAL, "")) for entry in entries.iterchildren(W + "listEntry"))
    stored = {child.tag: child.get(VAL, "") for child in entries.iterchildren(_RESULT, _DEFAULT)}
    control.raw = stored.get(_RESULT, stored.get(_DEFAULT, ""))
    if _RESULT not in stored:
        control.note("default")
    number = control.raw or "0"
    if len(number) < 6 and number.isdecimal() and int(number) < len(control.options):
        control.value = control.options[int(number)]
    elif control.options or control.raw:
        control.doubt("unknown_value")


def close_legacy(control, pieces, placeholders):
    """Give a legacy form field its state from the result it shows."""
    shown, stored = control.take_text(pieces)
    shown = clean(shown)
    if control.kind == "legacy_text":
        control.value, control.raw = shown, stored
        control.settle(placeholders)
        default = None if control.source is None else next(control.source.iterchildren(_DEFAULT), None)
        if control.state == "answered" and default is not None and clean(default.get(VAL, "")) == shown:
            control.note("default")
        control.flow, control.stored = control.value, stored
        return
    conflicts = shown and MARKS.get(shown) != control.state
    if control.kind == "legacy_dropdown":
        if control.state != "unclear":
            control.settle(placeholders)
        conflicts = shown and control.value and shown != control.value
    if conflicts:
        control.value = control.flow = shown
        control.doubt("text_conflict")
    elif _is_lost(control):
        control.doubt("glyph_conflict")
    if control.kind == "legacy_dropdown":
        control.flow = control.stored = control.value
