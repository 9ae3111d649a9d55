"""Fields of Word: legacy form fields with their results, and the codes of all others, which are no text."""

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.controls import ControlReader
from gkanalysis.ingest.word.glyphs import MARKS
from gkanalysis.ingest.word.pieces import Control, clean
from gkanalysis.ingest.word.xmlparts import ON_OFF, VAL, W

MAX_OPEN_FIELDS = 30  # of fields within each other

FIELD_CHARACTER_TYPE, _DATA = W + "fldCharType", W + "ffData"
_NAME, _CHECKBOX, _LIST, _TEXT = W + "name", W + "checkBox", W + "ddList", W + "textInput"
_CHECKED, _DEFAULT, _RESULT, _ENTRY = W + "checked", W + "default", W + "result", W + "listEntry"
_FORM_CODES = {"FORMTEXT": "legacy_text"}
# Fields that fetch something from elsewhere; never followed, but a reader of the report should know.
_FETCHING = {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK"}


class _OpenField:
    """A field between its begin and end characters; `start` is where its result begins among `pieces`.

    `carried` is what was shown of its result in earlier paragraphs.
    """

    control = pieces = None
    code = text_in_code = ""
    in_code = True
    start = 0

    def __init__(self, path):
        self.path = path
        self.carried = []


class FieldReader(ControlReader):
    """Reads fields, whose begin, code, result and end are scattered over the runs of one or more paragraphs.

    Attributes
    ----------
    open_fields : list
        The fields open at this place of the part, innermost last.
    in_code : int
        How many of them await the end of their code: no character is text then.
    """

    def __init__(self, part, placeholders, skipped):
        super().__init__(part, placeholders, skipped)
        self.open_fields = []
        self.in_code = 0

    def read_field_code(self, text):
        """Add to the code of the innermost field."""
        if self.open_fields:
            self.open_fields[-1].code += text

    def read_text_in_code(self, text):
        """Keep text that stands where only a code belongs: Word does not show it, but it may be an answer."""
        self.open_fields[-1].text_in_code += text

    def begin_field(self, element, path, pieces):
        """Begin a field: a form field has its data with this character, any other only a code."""
        if len(self.open_fields) >= MAX_OPEN_FIELDS:
            raise UnsafeContentError("depth")
        field = _OpenField(path)
        for data in element[:]:
            if data.tag == _DATA:
                field.control = self._register(_read_data(data, path + "/w:ffData[1]", self.cell), pieces)
        self.open_fields.append(field)
        self.in_code += 1

    def continue_field(self, kind, pieces):
        """End the code of the innermost field ("separate"), or the field itself ("end")."""
        if not self.open_fields:
            return
        if kind == "separate":
            self._separate(self.open_fields[-1], pieces)
        elif kind == "end":
            field = self.open_fields.pop()
            if field.in_code:
                self._separate(field, pieces)
            self._finish(field, pieces)

    def read_simple_field(self, element, path, pieces):
        """Read a `w:fldSimple`, whose code is an attribute."""
        field = _OpenField(path)
        field.in_code = False
        field.code = element.get(W + "instr", "")
        self._separate(field, pieces)
        self.read_inline(element, path, pieces)
        self._finish(field, pieces)

    def end_paragraph(self, pieces):
        """Keep the result of a form field that goes on in the next paragraph; give up a code that never ended."""
        for field in list(self.open_fields):
            if field.in_code:
                self.open_fields.remove(field)
                self._report_text_in_code(field)
                self.note_skipped(field.path, "unclosed_field", field.code)
                if field.control is not None:
                    field.control.doubt("unclosed_field")
            elif field.control is not None and field.pieces in (None, pieces):
                field.carried += [*pieces[field.start :], "\n"]
                del pieces[field.start :]
                field.pieces, field.start = None, 0
        self.in_code = 0

    def end_fields(self):
        """Give up the fields that are still open at the end of a part or text box."""
        for field in self.open_fields:
            if field.control is not None:
                _close(field.control, field.carried, self.placeholders)
                field.control.doubt("unclosed_field")
        self.open_fields.clear()
        self.in_code = 0

    def _register(self, control, pieces):
        """Record a control in the order of the document and in its paragraph."""
        self.add_control(control)
        pieces.append(control)
        return control

    def _separate(self, field, pieces):
        """The code is complete, the result begins."""
        name = field.code.split(maxsplit=1)[0].upper() if field.code.strip() else ""
        if field.control is None and name in _FORM_CODES:
            field.control = self._register(Control(_FORM_CODES[name], field.path, self.cell), pieces)
        elif field.control is not None and not field.control.kind:
            field.control.kind = _FORM_CODES.get(name, "")
        if name in _FETCHING or (
            name.startswith("FORM") and (field.control is None or not field.control.kind)
        ):
            self.note_skipped(field.path, "field", field.code)
        if field.control is not None and not field.control.kind:
            if field.control in pieces:
                pieces.remove(field.control)
            field.control = None
        if field.in_code:
            field.in_code = False
            self.in_code -= 1
        field.pieces, field.start = pieces, len(pieces)

    def _finish(self, field, pieces):
        """The result is complete; that of a form field is taken out of the text around it."""
        if field.text_in_code:
            self._report_text_in_code(field)
        if field.control is None:
            return
        crosses = field.pieces is not None and field.pieces is not pieces
        inner = field.carried
        if not crosses:
            inner += pieces[field.start :]
            del pieces[field.start :]
        _close(field.control, inner, self.placeholders)
        if crosses or field.text_in_code.strip():
            field.control.doubt("unclosed_field")

    def _report_text_in_code(self, field):
        """List text that stands in a code."""
        if field.text_in_code.strip():
            self.note_skipped(field.path, "text_in_field_code", field.text_in_code)


def _read_data(data, place, cell):
    """Make the Control for a `w:ffData` element; ticks and lists are complete, texts await their result."""
    control = Control("", place, cell)
    for child in data[:]:
        tag = child.tag
        if tag == _NAME:
            control.tag = child.get(VAL, "")
        elif tag == _CHECKBOX:
            _read_checkbox(control, child)
        elif tag == _LIST:
            _read_list(control, child)
        elif tag == _TEXT:
            control.kind, control.source = "legacy_text", child
    return control


def _read_checkbox(control, checkbox):
    """`checked` wins, then `default`, then off."""
    control.kind, control.state = "legacy_checkbox", "not_selected"
    found = None
    for child in checkbox[:]:
        tag = child.tag
        if tag == _CHECKED:
            found, is_default = child, False
        elif tag == _DEFAULT and (found is None or is_default):
            found, is_default = child, True
    if found is not None:
        value = found.get(VAL)
        control.raw = value or ""
        checked = ON_OFF.get(value)
        if checked is None:
            control.doubt("unknown_value")
        elif checked:
            control.state = "selected"
            if is_default:
                control.note("default")
    control.value = control.flow = {"selected": "☒", "not_selected": "☐"}.get(control.state, "")


def _read_list(control, entries):
    """The entry whose number is stored, else the default, else the first, which is what Word shows."""
    control.kind = "legacy_dropdown"
    control.options = tuple(clean(entry.get(VAL, "")) for entry in entries.iterchildren(_ENTRY))
    stored = {child.tag: child.get(VAL, "") for child in entries.iterchildren(_RESULT, _DEFAULT)}
    control.raw = stored.get(_RESULT, stored.get(_DEFAULT, ""))
    if _RESULT not in stored:
        control.note("default")
    number = control.raw or "0"
    if len(number) < 6 and number.isdecimal() and int(number) < len(control.options):
        control.value = control.options[int(number)]
    elif control.options or control.raw:
        control.doubt("unknown_value")


def _close(control, pieces, placeholders):
    """Give a form field its state from the result it shows."""
    shown, stored = control.take_text(pieces)
    shown = clean(shown)
    if control.kind == "legacy_text":
        control.value, control.raw = shown, stored
        control.settle(placeholders)
        default = None if control.source is None else next(control.source.iterchildren(_DEFAULT), None)
        if control.state == "answered" and default is not None and clean(default.get(VAL, "")) == shown:
            control.note("default")
        control.flow, control.stored = control.value, stored
    elif control.kind == "legacy_dropdown":
        if control.state != "unclear":
            control.settle(placeholders)
        if shown and control.value and shown != control.value:
            control.value = shown
            control.doubt("text_conflict")
        control.flow = control.stored = control.value
    elif shown and control.kind == "legacy_checkbox" and MARKS.get(shown) != control.state:
        control.value = shown
        control.doubt("text_conflict")
