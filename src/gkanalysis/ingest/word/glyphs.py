"""What characters stand for: ticks (x, ☒, ✓, letters of symbol fonts), and text that is struck out or hidden.

Few forms have runs that look different from what is stored: `looks_of_part` first searches the whole part and mostly
returns None.
"""

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
_SYMBOL_FONT_BYTES = (b"ding", b"symbol")  # one of them is in each name
_FONTS_IN_SOURCE = re.compile(rb"rFonts[^>]*").findall
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
_NEEDLESS_SEARCH = re.compile(r"[^\x00-\x7fäöüÄÖÜß„“–’…\xa0]|[xX\[(]")


def symbol(font, code):
    """Translate one character of a symbol font into its Unicode tick.

    Parameters
    ----------
    font : str
        Name of the font as stored.
    code : int
        Code of the character, with or without the F000 of the private use area.

    Returns
    -------
    str or None
        None if the font or the character is no tick.

    Examples
    --------
    >>> symbol("Wingdings", 0xF0FE)
    '☑'
    """
    return _SYMBOLS.get(font.lower(), {}).get(code & 0xFF)


def mark_state(text):
    """Read a text that stands alone in a cell as a tick.

    Parameters
    ----------
    text : str
        Clean text of the whole cell.

    Returns
    -------
    tuple of (str, tuple of str) or None
        State and notes; None if the text is no tick at all. "x?", "(x)", "?" and two marks are `unclear`.

    Examples
    --------
    >>> mark_state("☒")
    ('selected', ())
    >>> mark_state("x?")
    ('unclear', ('doubtful_mark',))
    >>> mark_state("Jobcenter") is None
    True
    """
    state = MARKS.get(text)
    if state:
        return state, ()
    if not text or len(text) > _LONGEST_MARK:
        return None
    compact = "".join(text.split())
    if any("\uf000" <= character <= "\uf0ff" for character in compact):
        return "unclear", ("unknown_symbol",)
    characters = set(compact)
    if characters <= _MARK_CHARACTERS:
        return "unclear", ("two_marks",)
    if characters <= _MARK_CHARACTERS | _DOUBT and (characters & _MARK_CHARACTERS or "?" in characters):
        return "unclear", ("doubtful_mark",)
    return None


def has_inline_mark(text):
    """Whether a line of text may contain ticks (quick, for many lines).

    Examples
    --------
    >>> has_inline_mark("☒ Ja  ☐ Nein"), has_inline_mark("Größe: 3 x 4")
    (True, False)
    """
    return bool(_NEEDLESS_SEARCH.search(text)) and bool(INLINE_MARK.search(text))


def character_of(code):
    """The character of a hexadecimal code; a replacement character if it is none that XML allows.

    Examples
    --------
    >>> character_of("2612"), character_of("D800")
    ('☒', '\ufffd')
    """
    try:
        character = chr(int(code or "", 16))
    except (ValueError, OverflowError):
        return "\N{REPLACEMENT CHARACTER}"
    return (
        character
        if character.isprintable() or "\ue000" <= character <= "\uf8ff"
        else "\N{REPLACEMENT CHARACTER}"
    )


class RunLooks:
    """Looks of runs, given the styles that strike out or hide.

    Parameters
    ----------
    styles : dict of str to dict of str to bool
        Per style the elements (`strike`, `dstrike`, `vanish`, full names) it switches on or off.
    """

    def __init__(self, styles):
        self._styles = styles

    def of_paragraph(self, paragraph):
        """What the paragraph's style switches on or off."""
        for properties in paragraph.iterchildren(PARAGRAPH_LOOK):
            for style in properties.iterchildren(_PARAGRAPH_STYLE):
                return self._styles.get(style.get(VAL), {})
        return {}

    def of_run(self, run, inherited):
        """Code of text that does not count ("", "struck", "hidden"), and the symbol font ("" if none)."""
        look, font = inherited, ""
        for properties in run.iterchildren(RUN_LOOK):
            from_style, own = {}, {}
            for child in properties:
                tag = child.tag
                if tag in _SWITCHES:
                    own[tag] = is_on(child) is not False
                elif tag == _STYLE:
                    from_style = from_style | self._styles.get(child.get(VAL), {})
                elif tag == _FONTS:
                    font = next((name for name in map(child.get, _FONT_NAMES) if _is_symbol_font(name)), "")
            look = inherited | from_style | own
        if look.get(_HIDDEN):
            return "hidden", font
        return ("struck" if any(map(look.get, _STRUCK)) else ""), font


def _is_symbol_font(name):
    """Whether the characters of a font are symbols; capital and small letters of its name are the same."""
    return name is not None and name.lower() in _SYMBOLS


def looks_of_part(root, source, styles):
    """Return the RunLooks a part needs, or None if nothing in it can look different.

    Parameters
    ----------
    root : lxml element
        The part.
    source : bytes
        The same in UTF-8: to search it for fonts is much faster than to ask every run.
    styles : dict
        From `odd_styles`.
    """
    odd = next(root.iter(*_SWITCHES), None) is not None  # lxml knows at once if it never saw such a name
    odd = odd or any(
        name in fonts.lower() for fonts in set(_FONTS_IN_SOURCE(source)) for name in _SYMBOL_FONT_BYTES
    )
    odd = odd or (b"&" in source and b"&#" in source)  # names may be written in codes of characters
    odd = odd or (
        bool(styles) and any(style.get(VAL) in styles for style in root.iter(_STYLE, _PARAGRAPH_STYLE))
    )
    return RunLooks(styles) if odd else None


def odd_styles(package):
    """Read which styles strike out or hide text; mostly none.

    Parameters
    ----------
    package : WordPackage

    Returns
    -------
    dict of str to dict of str to bool
        Per style id the elements it (or a style it is based on) switches on or off.
    """
    part = package.related_part(package.main_part, "styles")
    if part is None:
        return {}
    source = package.read(part)
    if not any(word in source for word in (b"strike", b"vanish")) and b"\x00" not in source[:4]:
        return {}
    own, parents = {}, {}
    for style in package.xml(part).iterchildren(W + "style"):
        style_id = style.get(W + "styleId", "")
        for child in style:
            if child.tag == W + "basedOn":
                parents[style_id] = child.get(VAL)
            elif child.tag == RUN_LOOK:
                own[style_id] = {
                    look.tag: is_on(look) is not False for look in child.iterchildren(*_SWITCHES)
                }
    resolved = {}
    for style_id in own.keys() | parents.keys():
        chain, current = [], style_id
        while current is not None and current not in chain:
            chain.append(current)
            current = parents.get(current)
        look = {}
        for ancestor in reversed(chain):
            look |= own.get(ancestor, {})
        if look:
            resolved[style_id] = look
    return resolved
