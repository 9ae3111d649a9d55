"""What characters stand for: ticks (x, ☒, ✓, letters of symbol fonts), and text that is struck out or hidden."""

import re

from gkanalysis.ingest.word.xmlparts import PARAGRAPH_LOOK, RUN_LOOK, VAL, W, is_on

_SELECTED = "xX×хХ☒☑⊠⌧🗹🗷🗵✓✔🗸√✗✘✕✖☓🗴✅❎■◼●◉◎⦿⊗"  # х and Х are Cyrillic, typed by mistake
_NOT_SELECTED = "☐□◻▢❑❒🗆🞎○◯❍"

# Characters of symbol fonts that forms use as tick boxes; the code is the low byte (F0FE in a file is FE).
_SYMBOLS = {
    "wingdings": {
        0xFE: "☑", 0xFD: "☒", 0x78: "☒", 0xFC: "✓", 0xFB: "✗", 0xA8: "☐", 0x6F: "☐", 0x70: "☐", 0x71: "☐", 0x72: "☐",
        0x6D: "○", 0xA1: "○", 0xA2: "○", 0xA3: "○", 0xA4: "◉", 0xA5: "◎", 0x6E: "■", 0x6C: "●",
    },
    "wingdings 2": {
        0x52: "☑", 0x53: "☒", 0x54: "☒", 0x51: "☒", 0x50: "✓", 0x4F: "✗", 0xA3: "☐", 0x2A: "☐", 0x99: "○",
    },
    "webdings": {0x61: "✓", 0x72: "✗", 0x63: "☐", 0x67: "■", 0x6E: "●"},
    "symbol": {0xD6: "√", 0xB4: "×"},
    "zapf dingbats": {0x33: "✓", 0x34: "✔", 0x35: "✕", 0x36: "✖", 0x37: "✗", 0x38: "✘", 0x6E: "■", 0x6F: "❑"},
}  # fmt: skip
_SYMBOLS["zapfdingbats"] = _SYMBOLS["zapf dingbats"]
PRIVATE_USE = re.compile("[\uf000-\uf0ff]")

MARKS = dict.fromkeys(_SELECTED, "selected")
MARKS |= dict.fromkeys(_NOT_SELECTED, "not_selected")
MARKS |= {"[x]": "selected", "[X]": "selected", "[ ]": "not_selected", "[]": "not_selected"}
MARKS |= {"( )": "not_selected", "()": "not_selected"}
_DOUBT = set("?!()[]/.,;:")
_MARK_CHARACTERS = set(_SELECTED + _NOT_SELECTED)
_LONGEST_MARK = 12

_STRUCK, _HIDDEN = (W + "strike", W + "dstrike"), W + "vanish"
_SWITCHES = frozenset({*_STRUCK, _HIDDEN})
_FONTS, _STYLE, _PARAGRAPH_STYLE = W + "rFonts", W + "rStyle", W + "pStyle"
_FONT_NAMES = (W + "ascii", W + "hAnsi", W + "cs")

# Inside a line only boxes and ticks count, bracketed letters, and a letter x alone where a line or column begins;
# bullets, squares and multiplication signs are too often something else there.
INLINE_MARK = re.compile(r"[☐☑☒□▢◻⊠⌧🗹🗷🗆✓✔✗✘]|\[[xX ]?\]|(?<!\w)\([xX ]\)|(?:^|(?<=[\t\n]))[xX](?=[\s☐□]|$)")


def symbol(font, code):
    """The Unicode tick of one character of a symbol font (with or without F000 added), or None."""
    return _SYMBOLS.get(font.lower(), {}).get(code & 0xFF)


def mark_state(text):
    """Read a text that stands alone in a cell as a tick: state and notes, or None if it is no tick at all."""
    if text in MARKS:
        return MARKS[text], ()
    if not text or len(text) > _LONGEST_MARK:
        return None
    characters = set("".join(text.split()))
    if PRIVATE_USE.search(text):
        return "unclear", ("unknown_symbol",)
    if characters <= _MARK_CHARACTERS:
        return "unclear", ("two_marks",)
    if characters <= _MARK_CHARACTERS | _DOUBT and (characters & _MARK_CHARACTERS or "?" in characters):
        return "unclear", ("doubtful_mark",)
    return None


def character_of(code):
    """The character of a hexadecimal code; a replacement character if it is none that XML allows."""
    try:
        character = chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return "\N{REPLACEMENT CHARACTER}"
    is_text = character.isprintable() or "\ue000" <= character <= "\uf8ff"
    return character if is_text else "\N{REPLACEMENT CHARACTER}"


def _symbol_font(fonts):
    """The symbol font that a `w:rFonts` names, "" if none."""
    names = map(fonts.get, _FONT_NAMES)
    return next((name for name in names if name and name.lower() in _SYMBOLS), "")


class RunLooks:
    """Which runs are struck out, hidden or in a symbol font, by their own look and by the styles of the document."""

    def __init__(self, package):
        part = package.related_part(package.main_part, "styles")
        own, parents = {}, {}
        root = package.xml(part) if part else ()
        is_odd = len(root) and next(root.iter(*_SWITCHES), None) is not None  # lxml knows which names it saw
        for style in root.iterchildren(W + "style") if is_odd else ():
            style_id = style.get(W + "styleId", "")
            for child in style:
                if child.tag == W + "basedOn":
                    parents[style_id] = child.get(VAL)
                elif child.tag == RUN_LOOK:
                    own[style_id] = {look.tag: is_on(look) is not False for look in child.iterchildren(*_SWITCHES)}
        self._styles = {}
        for style_id in own.keys() | parents.keys():
            chain, current = [], style_id
            while current is not None and current not in chain:
                chain.append(current)
                current = parents.get(current)
            look = {tag: on for ancestor in reversed(chain) for tag, on in own.get(ancestor, {}).items()}
            if look:
                self._styles[style_id] = look

    def matter_in(self, root):
        """Whether anything in a part can look different: nothing does in most."""
        styles = root.iter(_STYLE, _PARAGRAPH_STYLE) if self._styles else ()
        return (
            next(root.iter(*_SWITCHES), None) is not None
            or any(_symbol_font(fonts) for fonts in root.iter(_FONTS))
            or any(style.get(VAL) in self._styles for style in styles)
        )

    def of_paragraph(self, paragraph):
        """What the paragraph's style switches on or off."""
        for properties in paragraph.iterchildren(PARAGRAPH_LOOK) if self._styles else ():
            for style in properties.iterchildren(_PARAGRAPH_STYLE):
                return self._styles.get(style.get(VAL), {})
        return {}

    def of_run(self, run, inherited):
        """Code of text that does not count ("", "struck", "hidden"), and the symbol font ("" if none)."""
        from_style, own, font = {}, {}, ""
        for properties in run.iterchildren(RUN_LOOK):
            for child in properties[:]:
                tag = child.tag
                if tag in _SWITCHES:
                    own[tag] = is_on(child) is not False
                elif tag == _STYLE:
                    from_style = self._styles.get(child.get(VAL), {})
                elif tag == _FONTS:
                    font = _symbol_font(child)
        look = inherited | from_style | own
        if look.get(_HIDDEN):
            return "hidden", font
        return ("struck" if any(map(look.get, _STRUCK)) else ""), font
