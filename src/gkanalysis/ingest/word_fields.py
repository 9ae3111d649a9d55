"""Fields of Word: legacy form fields with their results, and the codes of all others, which are no text."""

from gkanalysis.ingest.word_controls import Control
from gkanalysis.ingest.word_legacy import close_legacy, read_legacy
from gkanalysis.ingest.word_names import W
from gkanalysis.ingest.word_refusal import UnsafeContentError

MAX_OPEN_FIELDS = 30  # of fields within each other

_TYPE = W + "fldCharType"
_FORM_CODES = {"FORMTEXT": "legacy_text"}
# Fields that fetch something from elsewhere; never followed, but a reader of the report should know.
_FETCHING = {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK"}


class _OpenField:
    """A field between its begin and end characters."""

    __slots__ = ("carried", "code", "control", "in_code", "path", "pieces", "start", "text_in_code")

    def __init__(self, path, control):
        self.path = path
        self.control = control
        self.code = ""
        self.in_code = True
        self.pieces = None
        self.start = 0
        self.carried = []
        self.text_in_code = ""


class FieldStack:
    """The fields open at one place of a part; `in_code` is true where characters belong to a code.

    Parameters
    ----------
    reader : InlineReader
        Receives the controls and what is skipped.
    """

    def __init__(self, reader):
        self._reader = reader
        self.open = []
        self.in_code = False

    def read_code(self, text):
        """Add to the code of the innermost field."""
        if self.open:
            self.open[-1].code += text

    def read_text_in_code(self, text):
        """Keep text that stands where only a code belongs: Word does not show it, but it may be an answer."""
        if self.open:
            self.open[-1].text_in_code += text

    def read_character(self, element, path, pieces):
        """Begin, separate or end a field."""
        kind = element.get(_TYPE)
        if kind == "begin":
            if len(self.open) >= MAX_OPEN_FIELDS:
                raise UnsafeContentError("depth")
            control = None
            for data in element.iterchildren(W + "ffData"):
                control = self._register(read_legacy(data, f"{path}/w:ffData[1]", self._reader.cell), pieces)
            self.open.append(_OpenField(path, control))
        elif self.open and kind == "separate":
            self._separate(self.open[-1], pieces)
        elif self.open and kind == "end":
            field = self.open.pop()
            if field.in_code:
                self._separate(field, pieces)
            self._finish(field, pieces)
        self.in_code = any(field.in_code for field in self.open)

    def read_simple(self, element, path, pieces):
        """Read a `w:fldSimple`, whose code is an attribute."""
        field = _OpenField(path, None)
        field.code = element.get(W + "instr", "")
        self._separate(field, pieces)
        self._reader.read_inline(element, path, pieces)
        self._finish(field, pieces)

    def end_paragraph(self, pieces):
        """Keep the result of a form field that goes on in the next paragraph; give up a code that never ended."""
        for field in list(self.open):
            if field.in_code:
                self.open.remove(field)
                self._report_text_in_code(field)
                self._reader.note_skipped(field.path, "unclosed_field", field.code)
                if field.control is not None:
                    field.control.doubt("unclosed_field")
            elif field.control is not None and field.pieces in (None, pieces):
                field.carried += [*pieces[field.start :], "\n"]
                del pieces[field.start :]
                field.pieces, field.start = None, 0
        self.in_code = False

    def end_part(self):
        """Give up the fields that are still open."""
        for field in self.open:
            if field.control is not None:
                close_legacy(field.control, field.carried, self._reader.placeholders)
                field.control.doubt("unclosed_field")
        self.open.clear()
        self.in_code = False

    def _register(self, control, pieces):
        """Note a control in the order of the document and in its paragraph."""
        if self._reader.is_inserting:
            control.note("tracked_insertion")
        self._reader.controls.append(control)
        pieces.append(control)
        return control

    def _separate(self, field, pieces):
        """The code is complete, the result begins."""
        name = field.code.split(maxsplit=1)[0].upper() if field.code.strip() else ""
        if field.control is None and name in _FORM_CODES:
            field.control = self._register(Control(_FORM_CODES[name], field.path, self._reader.cell), pieces)
        elif field.control is not None and not field.control.kind:
            field.control.kind = _FORM_CODES.get(name, "")
        if name in _FETCHING or (
            name.startswith("FORM") and (field.control is None or not field.control.kind)
        ):
            self._reader.note_skipped(field.path, "field", field.code)
        if field.control is not None and not field.control.kind:
            if field.control in pieces:
                pieces.remove(field.control)
            field.control = None
        field.in_code = False
        field.pieces, field.start = pieces, len(pieces)

    def _finish(self, field, pieces):
        """The result is complete; that of a form field is taken out of the text around it."""
        self._report_text_in_code(field)
        if field.control is None:
            return
        crosses = field.pieces is not None and field.pieces is not pieces
        inner = field.carried + ([] if crosses else pieces[field.start :])
        if not crosses:
            del pieces[field.start :]
        close_legacy(field.control, inner, self._reader.placeholders)
        if crosses or field.text_in_code.strip():
            field.control.doubt("unclosed_field")

    def _report_text_in_code(self, field):
        """List text that stands in a code."""
        if field.text_in_code.strip():
            self._reader.note_skipped(field.path, "text_in_field_code", field.text_in_code)
