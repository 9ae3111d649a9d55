"""Read the inside of a paragraph: runs, controls, fields, tracked changes, symbols, drawings."""

import re
from functools import wraps

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word import controls
from gkanalysis.ingest.word import xmlparts as xml
from gkanalysis.ingest.word.glyphs import PLAIN, PRIVATE_USE, character_of, symbol
from gkanalysis.ingest.word.model import Skipped
from gkanalysis.ingest.word.pieces import Control, Note, Symbol, flow_text, has_control, printed_text
from gkanalysis.ingest.word.xmlparts import Places, W, chosen_branch, short_name

MAX_DEPTH = 60  # of tables, cells, controls and boxes within each other; forms have 4 to 8
MAX_CODE = 400_000  # characters of a field's code; programs for references keep whole records in it
MAX_OPEN_FIELDS = 30  # of fields within each other

_CHARACTERS = dict.fromkeys((W + "tab", W + "ptab"), "\t") | dict.fromkeys((W + "br", W + "cr"), "\n")
_CHARACTERS |= {W + "noBreakHyphen": "-", W + "softHyphen": ""}
# Text boxes, also as "Strict Open XML" spells them; texts that come from PowerPoint, and WordArt.
_BOXES = frozenset({W + "txbxContent", f"{{{xml.NAMESPACES['wne']}}}txbxContent"})
_DRAWN_PARAGRAPH, _DRAWN_TEXT, _DRAWN_BREAK = (f"{{{xml.NAMESPACES['a']}}}{name}" for name in ("p", "t", "br"))
_WORD_ART = f"{{{xml.NAMESPACES['v']}}}textpath"
_DRAWN_KINDS = {"control": "activex", "OLEObject": "embedded_object", "relIds": "diagram", "chart": "chart"}
_DRAWN_KINDS |= {"contentPart": "ink"} | dict.fromkeys(("wsp", "oval", "line", "polyline"), "shape")  # around an answer
_DRAWN_KINDS |= dict.fromkeys(("blip", "imagedata"), "picture")
_DRAWN = frozenset({W + "drawing", W + "pict", W + "object"})
_EMOJI, _EMOJI_CHARACTER = (f"{{{xml.NAMESPACES['w16se']}}}{name}" for name in ("symEx", "char"))
_RUBY, _SYMBOL, _SYMBOL_CHARACTER, _SYMBOL_FONT = W + "ruby", W + "sym", W + "char", W + "font"
# Fields that fetch something from elsewhere; never followed, but a reader of the report should know. So for formulas.
_UNREAD = {"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK", "EQ"}
_FOOT = W + "ftr"
_BUTTONS = {"MACROBUTTON", "GOTOBUTTON"}  # which show the end of their code
_SYMBOL_CODE = re.compile(r'\s*SYMBOL\s+(\d{1,6}|0[xX][0-9A-Fa-f]{1,6})\b(?:.*?\\f\s+"?([^"\\]+))?')


def nested(read):
    """Bound how deep things that may hold their like can be nested."""

    @wraps(read)
    def bounded(self, *args):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnsafeContentError("depth")
        result = read(self, *args)
        self.depth -= 1
        return result

    return bounded


class _OpenField:
    """A field whose result begins at `start` of `pieces`; `carried` is what earlier paragraphs showed of it."""

    control = pieces = None
    code = text_in_code = ""
    in_code = True
    start = 0

    def __init__(self, element):
        self.element = element
        self.carried = []


class ParagraphReader:
    """Reads paragraphs into pieces and keeps the records of a part; the subclass reads texts in drawings.

    `controls` are all controls, cells and paragraphs in the order of the document; those without a kind are no fields.
    `skipped` receives what is not read; what controls have in other parts is `elsewhere`. `cell` is where the reader
    is, `is_inserting` how many tracked insertions and `fields` which fields of Word are open there, innermost last:
    code and result are scattered over runs and paragraphs. `lists` is None in a part in which no list draws anything.
    """

    def __init__(self, part, root, placeholders, skipped, looks, lists, elsewhere):
        self.part, self.placeholders, self.skipped = part, placeholders, skipped
        self.looks, self.lists, self.elsewhere = looks, lists if lists.matter_in(root) else None, elsewhere
        self._odd = looks.odd_in(root)
        self.places = Places()
        self.controls, self.fields = [], []
        self.cell = None
        self.is_inserting = self.depth = 0
        self.emphases = {}  # code -> text of the cell that looks so
        self._paragraph_look = {}

    def skip(self, element, what="", text=None):
        """Record something that is not read, with its text."""
        what, text = what or short_name(element), "".join(element.itertext()) if text is None else text
        if what in ("altChunk", "activex"):
            text = self.elsewhere.words_behind(self.part, element)
        self.skipped.append(Skipped(self.part, self.places.of(element), what, " ".join(text.split())[:200]))

    @nested
    def read_through(self, element, read, *where):
        """Read what an element only holds together: wrappers, insertions, one of two versions; skip the unknown."""
        if element.tag in xml.TRANSPARENT:
            read(element, *where)
        elif element.tag in xml.INSERTED:
            self.is_inserting += 1
            read(element, *where)
            self.is_inserting -= 1
        elif element.tag == xml.ALTERNATE:
            read(chosen_branch(element), *where)
        else:
            self.skip(element)

    def read_deletion(self, element):
        """Return the note on what a tracked change took away; a deleted control is listed as skipped."""
        text = "".join(element.itertext(W + "delText", xml.TEXT))
        if next(element.iter(xml.SDT, xml.FIELD_CHARACTER), None) is not None:
            self.skip(element, "tracked_deletion", text)
        return Note("tracked_deletion", text)

    def _add_control(self, control):
        """Record a control in the order of the document, also if it was inserted by a tracked change."""
        if self.is_inserting:
            control.note("tracked_insertion")
        self.controls.append(control)
        return control

    def open_control(self, sdt):
        """Make the Control of a `w:sdt` and record it; return it and its content."""
        control, content = Control("richtext", sdt, self.cell), ()
        for child in sdt[:]:
            if child.tag == xml.SDT_PROPERTIES:
                controls.read_properties(control, child, self.elsewhere)
            elif child.tag == xml.SDT_CONTENT:
                content = child
            elif child.tag not in xml.IGNORED:
                self.skip(child)
        control.tag = control.tag or controls.bookmark_of(sdt, content)
        return self._add_control(control), content

    def finish_control(self, control, inner, content, is_container=False):
        """Close a control; the pieces it stands for, to which controls inside a mere container belong."""
        if not control.kind:
            return inner
        if control.kind == "picture":
            controls.close_picture(control, content)
        elif is_container or has_control(inner):
            controls.close_container(control, inner, self.placeholders)
            return [control, *inner]
        else:
            controls.close(control, inner, self.placeholders)
            if control.bound is not None:
                controls.compare_store(control)
        return [control]

    def read_paragraph(self, paragraph):
        """Return the pieces of one paragraph."""
        pieces = []
        if self._odd:
            self._paragraph_look = self.looks.of_paragraph(paragraph) if paragraph in self._odd else {}
        self._read_inline(paragraph, pieces)
        bullet = self.lists.drawn(paragraph) if self.lists else ""
        if bullet.__class__ is Symbol or (bullet and flow_text(pieces).strip()):
            pieces[:0] = [bullet, " "]
        elif bullet and self.lists.begun is not None:  # "12. " alone, typed, which Word made a list; 1 may be printed
            pieces.insert(0, Note("list_number", bullet) if self.lists.begun == 1 else bullet)
        if self.fields:
            self._end_paragraph(pieces)
        return pieces

    def _read_inline(self, parent, pieces):
        """Append the pieces of a paragraph, or of something inside it."""
        for child in parent[:]:
            tag = child.tag
            if tag == xml.RUN:
                look = self._paragraph_look
                looks = self.looks.of_run(child, look) if look or child in self._odd else PLAIN
                if looks is PLAIN:
                    self._read_run(child, pieces, "", "")
                    continue
                aside, font, is_marked, digits, emphases = looks
                before = len(pieces)
                self._read_run(child, pieces, aside, font)
                if digits:
                    pieces[before:] = [p.translate(digits) if p.__class__ is str else p for p in pieces[before:]]
                if is_marked and printed_text(pieces[before:]).strip():
                    pieces.append(Note("marked"))
                for code in emphases if self.cell else ():
                    self.emphases[code] = self.emphases.get(code, "") + printed_text(pieces[before:])
            elif tag == xml.SDT:
                self._read_control(child, pieces)
            elif tag == xml.SIMPLE_FIELD:
                self._read_simple_field(child, pieces)
            elif tag in xml.DELETED:
                pieces.append(self.read_deletion(child))
            elif tag not in xml.IGNORED:
                if tag in xml.INSERTED:
                    pieces.append(Note("tracked_insertion"))
                self.read_through(child, self._read_inline, pieces)

    @nested
    def _read_control(self, sdt, pieces):
        """A control within a line."""
        control, content = self.open_control(sdt)
        inner = []
        self._read_inline(content, inner)
        pieces += self.finish_control(control, inner, content)

    def _read_run(self, run, pieces, aside, font):
        """Append what a run, or one of two versions of its content, shows."""
        for child in run[:]:
            tag = child.tag
            if tag == xml.TEXT and not (aside or font or self.fields):
                if child.text:  # nothing is as frequent in a form
                    pieces.append(child.text)
            elif tag in xml.IGNORED:
                continue
            elif tag == xml.TEXT:
                self._add_text(child.text, pieces, aside, font)
            elif tag in _CHARACTERS:
                self._add_text(_CHARACTERS[tag], pieces, aside, "")
            elif tag == xml.FIELD_CHARACTER:
                self._read_field_character(child, pieces, aside)
            elif tag == xml.FIELD_CODE:
                if self.fields:
                    self._add_code(child.text or "", font)
            elif tag == _SYMBOL:
                symbol_font = child.get(_SYMBOL_FONT) or "?"
                self._add_text(character_of(child.get(_SYMBOL_CHARACTER)), pieces, aside, symbol_font)
            elif tag == _EMOJI:
                self._add_text(character_of(child.get(_EMOJI_CHARACTER)), pieces, aside, "")
            elif tag == xml.ALTERNATE:
                self.read_through(child, self._read_run, pieces, aside, font)
            elif tag in _DRAWN:
                if not self._read_boxes(child):
                    names = {short_name(element) for element in child.iter()}
                    what = next((what for name, what in _DRAWN_KINDS.items() if name in names), "drawing")
                    self.skip(child, what, "")
            elif tag == _RUBY:
                self.read_through(child, self._read_inline, pieces)
            else:
                self.skip(child)

    def _add_text(self, text, pieces, aside, font):
        """Plain characters, unless they belong to a field's code: Word does not show those, but they may answer."""
        if not text:
            return
        if self.fields and any(field.in_code for field in self.fields):
            self.fields[-1].text_in_code += text
            self._add_code(text, font)
        elif aside:
            pieces.append(Note(aside, text))
        else:
            pieces += _symbol_pieces(text, font)

    def _add_code(self, text, font):
        """Characters of the code of the innermost field; ticks in a symbol font stay ticks."""
        self.fields[-1].code += printed_text(_symbol_pieces(text, font))
        if len(self.fields[-1].code) > MAX_CODE:
            raise UnsafeContentError("elements")

    def _read_boxes(self, element):
        """Whether there are texts below an element; of those stored in two versions one is read."""
        has_text = False
        for child in chosen_branch(element) if element.tag == xml.ALTERNATE else element:
            text = None
            if child.tag in _BOXES:
                self.read_box(child)
            elif child.tag == _DRAWN_PARAGRAPH:
                text = "".join(line.text or "\n" for line in child.iter(_DRAWN_TEXT, _DRAWN_BREAK)).strip()
            elif child.tag == _WORD_ART and "WaterMark" not in element.get("id", ""):
                text = child.get("string", "").strip()
            elif not self._read_boxes(child):
                continue
            if text:
                self.read_drawn(child, text)
            has_text |= text != ""
        return has_text

    def _read_field_character(self, element, pieces, aside):
        """Begin a field, end its code ("separate"), or end it; a form field has its data with the first character."""
        kind = element.get(W + "fldCharType")
        if kind == "begin":
            if len(self.fields) >= MAX_OPEN_FIELDS:
                raise UnsafeContentError("depth")
            field = _OpenField(element)
            for data in element.iterchildren(W + "ffData"):
                field.control = self._add_control(Control("", data, self.cell))
                controls.read_legacy_data(field.control, data)
                if aside:
                    field.control.note(aside)
                pieces.append(field.control)
            self.fields.append(field)
        elif kind == "separate" and self.fields:
            self._separate(self.fields[-1], pieces)
        elif kind == "end" and self.fields:
            field = self.fields.pop()
            if field.in_code:
                self._separate(field, pieces)
            self._finish(field, pieces)

    @nested
    def _read_simple_field(self, element, pieces):
        """Read a `w:fldSimple`, whose code is an attribute."""
        field = _OpenField(element)
        field.code = element.get(W + "instr", "")
        self._separate(field, pieces)
        self._read_inline(element, pieces)
        self._finish(field, pieces)

    def _separate(self, field, pieces):
        """The code is complete, the result begins."""
        name = field.code.split(maxsplit=1)[0].upper() if field.code.strip() else ""
        if name == "FORMTEXT" and field.control is None:
            field.control = self._add_control(Control("legacy_text", field.element, self.cell))
            pieces.append(field.control)
        elif name == "FORMTEXT":
            field.control.kind = field.control.kind or "legacy_text"
        elif field.control is not None and not field.control.kind:
            if field.control in pieces:
                pieces.remove(field.control)
            field.control = None
        if name in _UNREAD or (name.startswith("FORM") and field.control is None):
            self.skip(field.element, "field", field.code)
        field.in_code = False
        field.pieces, field.start = pieces, len(pieces)

    def _finish(self, field, pieces):
        """The result is complete; that of a form field is taken out of the text around it; at the foot no page has its number."""
        if field.code.split()[:1] == ["PAGE"] and field.element.getroottree().getroot().tag == _FOOT:
            del pieces[field.start :]
            return
        if field.pieces is pieces and len(pieces) == field.start:
            self._show_code(field, pieces)
        self._report_text_in_code(field)
        if field.control is None:
            return
        crosses = field.pieces is not None and field.pieces is not pieces
        inner = field.carried
        if not crosses:
            inner += pieces[field.start :]
            del pieces[field.start :]
        controls.close_legacy(field.control, inner, self.placeholders)
        if crosses or field.text_in_code.strip():
            field.control.doubt("unclosed_field")

    def _show_code(self, field, pieces):
        """What Word shows of a field without a result: the caption of a button, a symbol by its number."""
        name, *rest = field.code.split(maxsplit=2)[:3] or [""]
        drawn = _SYMBOL_CODE.match(field.code)
        if name.upper() in _BUTTONS and len(rest) == 2:
            field.text_in_code = ""
            self._add_text(rest[1], pieces, "", "")
        elif drawn:
            code = drawn[1][2:] if drawn[1][1:2] in ("x", "X") else f"{int(drawn[1]):X}"
            self._add_text(character_of(code), pieces, "", (drawn[2] or "").strip())

    def _report_text_in_code(self, field):
        """List text that stands in a code."""
        if field.text_in_code.strip():
            self.skip(field.element, "text_in_field_code", field.text_in_code)

    def _end_paragraph(self, pieces):
        """Keep the result of a form field that goes on in the next paragraph; give up a code that never ended."""
        for field in list(self.fields):
            if field.in_code:
                self.fields.remove(field)
                self._report_text_in_code(field)
                self.skip(field.element, "unclosed_field", field.code)
                if field.control is not None:
                    field.control.doubt("unclosed_field")
            elif field.control is not None and field.pieces in (None, pieces):
                field.carried += [*pieces[field.start :], "\n"]
                del pieces[field.start :]
                field.pieces, field.start = None, 0

    def end_fields(self):
        """Give up the fields that are still open at the end of a part or text box."""
        for field in self.fields:
            if field.control is not None:
                controls.close_legacy(field.control, field.carried, self.placeholders)
                field.control.doubt("unclosed_field")
        self.fields = []


def _symbol_pieces(text, font):
    """Translate text in a symbol font into pieces; what is no known tick stays and is noted."""
    if not font:
        yield text
        return
    for character in text:
        code = ord(character)
        tick = symbol(font, code) if code < 0x100 or PRIVATE_USE.match(character) else None
        if tick:
            yield Symbol(tick, f"{font} {code:04X}")
        else:
            yield Symbol(character, character)
            if not character.isspace():
                yield Note("unknown_symbol")
