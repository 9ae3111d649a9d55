"""The shipped fonts inside a PowerPoint file, so that it looks the same where they are not installed.

PowerPoint takes them as Embedded OpenType: a header made from the tables of the font, then the font as it is.

References
----------
Embedded OpenType (EOT) File Format, W3C Member Submission 5 March 2008, version 0x00020001.
"""

from __future__ import annotations

import struct

from gkanalysis.report.style import FAMILY, FONTS

# family as PowerPoint knows it -> its faces
FAMILIES = {
    FAMILY: {"regular": "Regular", "bold": "Bold", "italic": "It"},
    f"{FAMILY} Semibold": {"regular": "Semibold"},
}
VERSION, MAGIC = 0x00020001, 0x504C
NAMES = (1, 2, 5, 4)  # family, style, version, full name
WINDOWS = 3  # platform whose names are UTF-16


def font_file(name: str) -> bytes:
    """One of the shipped fonts by the name of its style, as PowerPoint takes it."""
    return embedded((FONTS / f"{FAMILY.replace(' ', '')}-{name}.ttf").read_bytes())


def embedded(font: bytes) -> bytes:
    """A TrueType font as Embedded OpenType, not compressed."""
    tables = _tables(font)
    os2, names = tables["OS/2"], _names(tables["name"])
    (weight,), (licence,), (selection,) = (struct.unpack_from(">H", os2, at) for at in (4, 8, 62))
    ranges = struct.unpack_from(">4I", os2, 42) + struct.unpack_from(">2I", os2, 78)
    (adjustment,) = struct.unpack_from(">I", tables["head"], 8)
    head = struct.pack("<II", VERSION, 0) + os2[32:42]  # the ten figures of PANOSE
    head += struct.pack("<BBIHH", 1, selection & 1, weight, licence, MAGIC)
    head += struct.pack("<6I", *ranges) + struct.pack("<5I", adjustment, 0, 0, 0, 0)
    for number in NAMES:
        text = names.get(number, "").encode("utf-16-le")
        head += struct.pack("<HH", 0, len(text)) + text
    head += struct.pack("<HH", 0, 0)  # no root string: the font is bound to no site
    return struct.pack("<II", 8 + len(head) + len(font), len(font)) + head + font


def _tables(font: bytes) -> dict[str, bytes]:
    """The tables of a font by their tags."""
    (count,) = struct.unpack_from(">H", font, 4)
    rows = (struct.unpack_from(">4sIII", font, 12 + 16 * k) for k in range(count))
    return {tag.decode("ascii"): font[start : start + length] for tag, _, start, length in rows}


def _names(table: bytes) -> dict[int, str]:
    """The names of a font by their numbers."""
    _, count, texts = struct.unpack_from(">3H", table)
    found = {}
    for k in range(count):
        platform, _, _, number, length, start = struct.unpack_from(">6H", table, 6 + 12 * k)
        if platform == WINDOWS:
            found[number] = table[texts + start : texts + start + length].decode("utf-16-be")
    return found
