"""Find text that looks different from what is stored: struck out, hidden, or set in a symbol font.

Few forms have any of it, so `looks_of_part` first searches the whole part and mostly returns None.
"""

from gkanalysis.ingest.word_controls import is_on
from gkanalysis.ingest.word_marks import PRIVATE_USE, SYMBOL_FONTS, symbol
from gkanalysis.ingest.word_names import PARAGRAPH_LOOK, RUN_LOOK, SYMBOL, VAL, W
from gkanalysis.ingest.word_text import Note, Symbol

_STRUCK = (W + "strike", W + "dstrike")
_HIDDEN = W + "vanish"
_FONTS, _STYLE, _PARAGRAPH_STYLE = W + "rFonts", W + "rStyle", W + "pStyle"
_LOOKS = (*_STRUCK, _HIDDEN, _FONTS, _STYLE)
_PRIVATE_USE_BYTES = (b"\xef\x80", b"\xef\x81", b"\xef\x82", b"\xef\x83")


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
            look = dict(inherited)
            for child in properties.iterchildren(*_LOOKS):
                if child.tag == _STYLE:
                    look |= self._styles.get(child.get(VAL), {})
                elif child.tag == _FONTS:
                    names = (
                        child.get(W + "ascii") or "",
                        child.get(W + "hAnsi") or "",
                        child.get(W + "cs") or "",
                    )
                    font = next((name for name in names if name.lower() in SYMBOL_FONTS), "")
            look |= {
                child.tag: is_on(child) is not False for child in properties.iterchildren(*_STRUCK, _HIDDEN)
            }
        if look.get(_HIDDEN):
            return "hidden", font
        return ("struck" if any(look.get(name) for name in _STRUCK) else ""), font


def symbol_pieces(text, font):
    """Translate text in a symbol font into pieces; what is no known tick stays and is noted."""
    pieces = []
    for character in text:
        code = ord(character)
        tick = symbol(font, code) if code < 0x100 or PRIVATE_USE.match(character) else None
        if tick:
            pieces.append(Symbol(tick, f"{font} {code:04X}"))
        elif character.isspace():
            pieces.append(character)
        else:
            pieces += [character, Note("unknown_symbol")]
    return pieces


def looks_of_part(root, source, styles):
    """Return the RunLooks a part needs, or None if nothing in it can look different.

    Parameters
    ----------
    root : lxml element
        The part; lxml knows at once if it has no element of a name at all.
    source : bytes
        The same in UTF-8.
    styles : dict
        From `odd_styles`.
    """
    odd = next(root.iter(*_STRUCK, _HIDDEN, SYMBOL), None) is not None
    odd = odd or any(name.lower() in SYMBOL_FONTS for fonts in root.iter(_FONTS) for name in fonts.values())
    odd = odd or (
        bool(styles) and any(style.get(VAL) in styles for style in root.iter(_STYLE, _PARAGRAPH_STYLE))
    )
    odd = odd or (b"\xef" in source and any(start in source for start in _PRIVATE_USE_BYTES))
    return RunLooks(styles) if odd or (b"&" in source and b"&#" in source) else None


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
                    look.tag: is_on(look) is not False for look in child.iterchildren(*_STRUCK, _HIDDEN)
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
