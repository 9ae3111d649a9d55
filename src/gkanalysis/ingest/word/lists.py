"""What a list draws before its paragraphs and no run holds: boxes that people tick by changing the list, and numbers."""

import re

from gkanalysis.ingest.word.glyphs import INLINE_MARK, styles_of, symbol, symbol_font
from gkanalysis.ingest.word.pieces import Symbol
from gkanalysis.ingest.word.xmlparts import PARAGRAPH_LOOK, VAL, W

_LIST, _ID, _LEVEL, _STYLE = (W + name for name in ("numPr", "numId", "ilvl", "pStyle"))
_PLACE = re.compile(r"%([1-9])")
_WRITTEN = {
    "decimal": str,
    "decimalZero": "{:02}".format,
    "lowerLetter": lambda number: chr(96 + number) if 0 < number < 27 else str(number),
    "upperLetter": lambda number: chr(64 + number) if 0 < number < 27 else str(number),
}


class Lists:
    """The lists of a document by its numbering part; numbers are counted as its paragraphs are read, in their order."""

    def __init__(self, root, styles):
        self._levels, self._origin, self._counts, self._restarts = {}, {}, {}, {}
        abstract = {a.get(W + "abstractNumId"): dict(_levels(a)) for a in root.iterchildren(W + "abstractNum")}
        styled = {_value(a, W + "styleLink"): a.get(W + "abstractNumId") for a in root.iterchildren(W + "abstractNum")}
        for a in root.iterchildren(W + "abstractNum"):
            if (style := _value(a, W + "numStyleLink")) in styled and style:  # defined by a style of lists
                abstract[a.get(W + "abstractNumId")] = abstract[styled[style]]
        for number in root.iterchildren(W + "num"):
            list_id, origin = number.get(W + "numId"), _value(number, W + "abstractNumId")
            levels = dict(abstract.get(origin, {}))
            for override in number.iterchildren(W + "lvlOverride"):
                level = override.get(_LEVEL, "0")
                start = _value(override, W + "startOverride")
                levels |= dict(_levels(override))
                if start is not None:
                    self._restarts[list_id, level] = _whole(start)
            self._levels[list_id], self._origin[list_id] = levels, origin
        self._styles = dict(styles_of(styles, PARAGRAPH_LOOK, _list_of)) if self._levels else {}

    def matter_in(self, root):
        """Whether a list of a part draws anything."""
        in_styles = self._styles and any(style.get(VAL) in self._styles for style in root.iter(_STYLE))
        return bool(self._levels) and (in_styles or next(root.iter(_LIST), None) is not None)

    def drawn(self, paragraph):
        """What the list draws before a paragraph (mark, number or ""), counted; `begun` is a number it begins with."""
        list_id, level = self._place(paragraph)
        self.begun = None
        shape, text, _ = self._levels.get(list_id, {}).get(level, ("", "", 1))
        if shape == "bullet":
            return text
        if shape not in _WRITTEN:
            return ""
        levels, counts = self._levels[list_id], self._counts.setdefault(self._origin[list_id], {})
        following = counts.get(level, levels[level][2] - 1) + 1
        begins = level not in counts or (list_id, level) in self._restarts
        counts[level] = self._restarts.pop((list_id, level), following)
        self.begun = counts[level] if begins else None
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]

        def number(match):
            other = str(int(match[1]) - 1)
            form, _, start = levels.get(other, ("", "", 1))
            return _WRITTEN.get(form, str)(counts.get(other, start))

        return _PLACE.sub(number, text)

    def _place(self, paragraph):
        """Id of the list of a paragraph, None outside lists, and its level."""
        for look in paragraph.iterchildren(PARAGRAPH_LOOK):
            place = self._styles.get(_value(look, _STYLE), {}) | _list_of(look)
            return place.get(_ID), place.get(_LEVEL, "0")
        return None, "0"


def _levels(parent):
    """Level -> its format, what it draws, and where it starts to count; of bullets only those that are marks count."""
    for level in [each for each in parent.iterchildren(W + "lvl") if len(each.get(_LEVEL, "0")) == 1]:
        shape, text = _value(level, W + "numFmt") or "decimal", (_value(level, W + "lvlText") or "")[:30]
        if shape == "bullet":
            font = next(filter(None, map(symbol_font, level.iter(W + "rFonts"))), "")
            tick = symbol(font, ord(text)) if font and len(text) == 1 else text
            text = Symbol(tick, f"Liste {font} {text}".strip()) if INLINE_MARK.fullmatch(tick or "") else ""
        yield level.get(_LEVEL, "0"), (shape, text, _whole(_value(level, W + "start") or "1"))


def _list_of(look):
    """List and level that a `w:pPr` names, by the name of the element."""
    return {child.tag: child.get(VAL) for properties in look.iterchildren(_LIST) for child in properties}


def _value(element, name):
    """`w:val` of a child, None without one."""
    return next((child.get(VAL) for child in element.iterchildren(name)), None)


def _whole(text):
    return int(text) if text.isdecimal() and len(text) < 7 else 1
