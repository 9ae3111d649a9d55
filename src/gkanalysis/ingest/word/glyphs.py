"""What characters stand for: ticks (x, ☒, ✓, letters of symbol fonts), and text struck out, hidden or raised."""

import re
from functools import cached_property

from gkanalysis.ingest.word.xmlparts import PARAGRAPH_LOOK, RUN_LOOK, VAL, W, is_on

_BOXES = "☐□◻▢⬜🗆🗌❑❒"  # empty ones that people put an x into
BARE_TICKS = "✓✔✗✘✕✖☓🗸🗴"  # without a box around
_SELECTED = "xX×хХ☒☑⊠⌧⮽🗹🗷🗵✅❎■◼⬛▣●◉◎⦿⊗√" + BARE_TICKS  # х and Х are Cyrillic, typed by mistake
_NOT_SELECTED = "🞎○◯❍" + _BOXES

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
    "marlett": {0x61: "✓", 0x62: "✓"},
    "symbol": {0xD6: "√", 0xB4: "×"},
    "zapf dingbats": {0x33: "✓", 0x34: "✔", 0x35: "✕", 0x36: "✖", 0x37: "✗", 0x38: "✘", 0x6E: "■", 0x6F: "❑"},
}  # fmt: skip
_SYMBOLS |= dict.fromkeys(("zapfdingbats", "monotype sorts"), _SYMBOLS["zapf dingbats"])
PRIVATE_USE = re.compile("[\uf000-\uf0ff]")

MARKS = dict.fromkeys(_SELECTED, "selected") | dict.fromkeys(_NOT_SELECTED, "not_selected")
MARKS |= {"[x]": "selected", "[X]": "selected", "[ ]": "not_selected", "[]": "not_selected"}
MARKS |= {"( )": "not_selected", "()": "not_selected"}
_DOUBT = set("?!()[]/.,;:")
_MARK_CHARACTERS = set(_SELECTED + _NOT_SELECTED)
_LONGEST_MARK = 12

_STRUCK, _HIDDEN = (W + "strike", W + "dstrike"), W + "vanish"
_RAISED = W + "vertAlign"
# Raised and lowered digits as characters of their own, so that „4“ with the mark of a note is never read as 41.
_SHIFTED = {
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "subscript": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}
_SWITCHES = frozenset({*_STRUCK, _HIDDEN})
_FONTS, _STYLE, _PARAGRAPH_STYLE = W + "rFonts", W + "rStyle", W + "pStyle"
_FONT_NAMES = tuple(W + name for name in ("ascii", "hAnsi", "cs", "asciiTheme", "hAnsiTheme"))
_SHADE = W + "shd"
_MARKINGS = (_SHADE, W + "highlight", W + "bdr")
_NO_MARKING = frozenset({None, "none", "nil", "white"})
_GROUNDED = tuple(W + name for name in ("rPr", "pPr", "tcPr", "tblPr"))
_EMPHASES = (_BOLD, _UNDERLINED, _COLOURED) = W + "b", W + "u", W + "color"  # of which forms are printed, too
_COLOUR = re.compile("[0-9A-Fa-f]{6}")
VIVID = 192  # strongest minus weakest of red, green, blue: FFFF00 has 255, Word's table styles have up to 130
WHITE = "white"  # code of letters in the colour of the page
TINTED = 64  # the same of letters: blacks and greys of a print stay below
PLAIN = ("", "", False, None, ())
MAX_STYLES = 30  # based on each other; Word allows 11

# Inside a line only boxes and ticks count, an x in brackets or on a printed line, and a letter x alone where a line or
# column begins; bullets, squares and multiplication signs are too often something else there.
_IN_LINE = f"{_BOXES}{BARE_TICKS}☑☒⊠⌧⮽🗹🗷🗵✅❎⬛▣"
_X = f"[xX{BARE_TICKS}]"
_BRACKETED = "|".join((
    rf"(?<!\w)\(\s*+{_X}\s*+\)(?!\w)", rf"(?<!\w)_++{_X}_++(?!\w)", rf"\{{\s*+{_X}\s*+\}}", rf"<\s*+{_X}\s*+>",
    rf"(?<![\w/:])/\s*+{_X}\s*+/(?!\w)",
))  # fmt: skip
_LETTER = r"(?:^|(?<=[\t\n]))[xX](?=[\s☐□]|$)"
# Box-like codes of Wingdings and Wingdings 2 that lost their font on the way.
_LOST = "".join(chr(0xF000 + code) for code in (0xFE, 0xFD, 0xFC, 0xA8, 0x6F, 0x71, 0x72, 0x52, 0x53, 0x54, 0x51, 0xA3))
_BOX = rf"[{_BOXES}][ \t\u00a0]*+[xX](?=\s|$)|[{_IN_LINE}{_LOST}]|\[\s*+(?:{_X}\s*+)?\]"
INLINE_MARK = re.compile(f"{_BOX}|{_BRACKETED}|{_LETTER}")
X_BEHIND_BOX = re.compile(r"(\s*+)([xX])(?=\s|$)")
# What is empty in this way only says so beside another that has its x.
_TYPED = re.compile(rf"{_BRACKETED}|{_LETTER}")
_EMPTY = r"\(\s*+\)|\{\s*+\}|<\s*+>|/\s++/|_{2,}|(?<!\w)[oO](?=\s)"
_WITH_EMPTY = re.compile(f"{INLINE_MARK.pattern}|{_EMPTY}")


def marks_in(line):
    """The pattern of the marks typed in a line."""
    return _WITH_EMPTY if _TYPED.search(line) else INLINE_MARK


def typed_state(written, is_one_of_several=True):
    """State and note of a mark typed in a line; brackets around an x may doubt it, unless others are empty."""
    core = written.strip("[](){}<>/_ \t\n\u00a0")
    if PRIVATE_USE.search(core):
        return "unclear", ("unknown_symbol",)
    if len(core) > 1:
        return "unclear", ("two_marks",)
    if not core or core in "oO":
        return "not_selected", ()
    if (written.startswith("(") and not is_one_of_several) or core not in MARKS:
        return "unclear", ("doubtful_mark",)
    return MARKS[core], ()


def symbol(font, code):
    """The Unicode tick of one character of a symbol font (with or without F000 added), or None."""
    return _SYMBOLS.get(font.lower(), {}).get(code & 0xFF)


def mark_state(text):
    """Read a text that stands alone in a cell as a tick: state and notes, or None if it is no tick at all."""
    if text in MARKS:
        return MARKS[text], ()
    if not text or len(text) > _LONGEST_MARK:
        return None
    if INLINE_MARK.fullmatch(text):
        return typed_state(text, is_one_of_several=False)
    characters = set("".join(text.split()))
    unknown = {character for character in characters if PRIVATE_USE.match(character)}
    if unknown and characters - unknown <= _MARK_CHARACTERS | _DOUBT:
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


def symbol_font(fonts):
    """The symbol font that a `w:rFonts` names, "" if it names another, None if it leaves the font as it is."""
    names = list(filter(None, map(fonts.get, _FONT_NAMES)))
    return next((name for name in names if name.lower() in _SYMBOLS), "" if names else None)


def is_vivid(shade):
    """Whether a `w:shd` fills with one of the colours people mark with; forms are printed with pale or dark ones."""
    return _strength(shade.get(W + "fill", "")) >= VIVID


def _strength(colour):
    """How far a colour is from grey; 0 for `auto`."""
    channels = bytes.fromhex(colour) if _COLOUR.fullmatch(colour) else b"\0"
    return max(channels) - min(channels)


def _is_marking(look):
    """Whether a part of a `w:rPr` marks its text: a highlighter, a frame, a vivid ground."""
    return is_vivid(look) if look.tag == _SHADE else look.get(VAL) not in _NO_MARKING


def styles_of(root, kind, read):
    """Each style with what `read` finds in its properties of a kind, and in those of the styles that it is based on."""
    own, parents = {}, {}
    for style in root.iterchildren(W + "style"):
        style_id = style.get(W + "styleId", "")
        own[style_id] = {name: value for child in style.iterchildren(kind) for name, value in read(child).items()}
        parents[style_id] = next((child.get(VAL) for child in style.iterchildren(W + "basedOn")), None)
    for style_id in own:
        chain, current = [], style_id
        while current in own and current not in chain and len(chain) < MAX_STYLES:
            chain.append(current)
            current = parents[current]
        if look := {name: value for ancestor in reversed(chain) for name, value in own[ancestor].items()}:
            yield style_id, look


class RunLooks:
    """Which runs are struck out, hidden, marked, raised, lifted out or in a symbol font, by look or style."""

    def __init__(self, styles):
        self._styles = dict(styles_of(styles, RUN_LOOK, _look)) if self._switches(styles) else {}
        for look in self._styles.values():
            look.pop(_SHADE, None)  # what a style marks is printed so
        self._root = styles
        self._odd = {style_id for style_id, look in self._styles.items() if any(look.values())}

    @staticmethod
    def _switches(root):
        """Whether a part switches anything on or off itself, raises or emphasises anything, or names a symbol font."""
        if next(root.iter(*_SWITCHES, _RAISED, *_EMPHASES), None) is not None:  # lxml knows which names it saw
            return True
        return not _SYMBOLS.keys().isdisjoint({name.lower() for fonts in root.iter(_FONTS) for name in fonts.values()})

    def odd_in(self, root):
        """The runs and paragraphs of a part that may look different, by their looks or styles: most do not."""
        looks = [e.getparent() for e in root.iter(*_SWITCHES, _RAISED, *_EMPHASES)]  # lxml knows which names it saw
        looks += [e.getparent() for e in root.iter(_FONTS) if symbol_font(e)]
        looks += [e.getparent() for e in root.iter(*_MARKINGS) if _is_marking(e)]
        styles = root.iter(_STYLE, _PARAGRAPH_STYLE) if self._odd else ()
        looks += [e.getparent() for e in styles if e.get(VAL) in self._odd]
        return {look.getparent() for look in looks} - {None}

    def of_paragraph(self, paragraph):
        """What the paragraph's style switches on or off."""
        for properties in paragraph.iterchildren(PARAGRAPH_LOOK) if self._styles else ():
            for style in properties.iterchildren(_PARAGRAPH_STYLE):
                return self._styles.get(style.get(VAL), {})
        return {}

    def of_run(self, run, inherited):
        """Code of text that does not count ("", "struck", "hidden"), symbol font, whether marked, what digits become;
        and codes of emphases, in which a form may be printed as well."""
        look = inherited
        for properties in run.iterchildren(RUN_LOOK):
            own = _look(properties)
            look = inherited | self._styles.get(own.pop(_STYLE, None), {}) | own
        if not look:
            return PLAIN
        aside = "hidden" if look.get(_HIDDEN) else "struck" if any(map(look.get, _STRUCK)) else ""
        if look.get(_COLOURED) == WHITE and self._is_on_page(run):
            aside = "hidden"
        emphases = [look[tag] for tag in _EMPHASES if look.get(tag) not in (None, "", WHITE)]
        return aside, look.get(_FONTS, ""), look.get(_SHADE, False), _SHIFTED.get(look.get(_RAISED)), emphases

    @cached_property
    def _shaded(self):
        """Ids of the styles with a ground of their own."""
        return {s.get(W + "styleId") for s in self._root.iter(W + "style") if any(map(_has_ground, s.iter(_SHADE)))}

    def _is_on_page(self, run):
        """Whether a run stands on the ground of the page: nothing around it has a ground of its own, nor a style that may."""
        for around in (run, *run.iterancestors()):
            if around.tag == W + "txbxContent":
                return False
            for properties in around.iterchildren(*_GROUNDED):
                if any(map(_has_ground, properties.iter(_SHADE, W + "highlight"))):
                    return False
                styles = (style.get(VAL) for style in properties.iter(_STYLE, _PARAGRAPH_STYLE, W + "tblStyle"))
                if not self._shaded.isdisjoint(styles):
                    return False
        return True


def _has_ground(look):
    """Whether a `w:shd` or `w:highlight` fills with another colour than white."""
    return (look.get(W + "fill") or look.get(VAL) or "auto").casefold() not in ("auto", "ffffff", "white", "none")


def _emphasis(look):
    """The code of a `w:u` or `w:color`, "" if it lifts nothing out; two colours are two codes."""
    value = look.get(VAL) or ""
    if look.tag == _COLOURED:
        return WHITE if value.upper() == "FFFFFF" else f"coloured:{value}" if _strength(value) >= TINTED else ""
    return "" if value in _NO_MARKING else "underlined"


def _look(properties):
    """What a `w:rPr` says itself, by the name of the element: switches, symbol font, style, and marking as shade."""
    look = {}
    for child in properties[:]:
        tag = child.tag
        if tag in _SWITCHES:
            look[tag] = is_on(child) is not False
        elif tag in (_STYLE, _RAISED):
            look[tag] = child.get(VAL)
        elif tag == _BOLD:
            look[tag] = "bold" if is_on(child) is not False else ""
        elif tag in _EMPHASES:
            look[tag] = _emphasis(child)
        elif tag == _FONTS:
            if (font := symbol_font(child)) is not None:
                look[tag] = font
        elif tag in _MARKINGS and _is_marking(child):
            look[_SHADE] = True
    return look
