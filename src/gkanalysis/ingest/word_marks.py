"""Ticks that were typed or drawn as a character: x, ☒, ✓, and the letters of symbol fonts."""

import re

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
SYMBOL_FONTS = frozenset(_SYMBOLS)
PRIVATE_USE = re.compile("[\uf000-\uf0ff]")

MARKS = dict.fromkeys(_SELECTED, "selected")
MARKS |= dict.fromkeys(_NOT_SELECTED, "not_selected")
MARKS |= {"[x]": "selected", "[X]": "selected", "[ ]": "not_selected", "[]": "not_selected"}
MARKS |= {"( )": "not_selected", "()": "not_selected"}
_DOUBT = set("?!()[]/.,;:")
_MARK_CHARACTERS = set(_SELECTED + _NOT_SELECTED)
_LONGEST_MARK = 12

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
