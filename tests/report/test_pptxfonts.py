"""Fonts inside a PowerPoint file."""

import struct

import pytest

from gkanalysis.report.pptxfonts import FAMILIES, font_file
from gkanalysis.report.style import FONTS


@pytest.mark.parametrize(
    ("family", "style"), [(f, s) for f, faces in FAMILIES.items() for s in faces.values()]
)
def test_font_is_whole_and_named(family, style):
    """The header tells the sizes and the family; the font follows as it is."""
    content, font = font_file(style), (FONTS / f"SourceSans3-{style}.ttf").read_bytes()
    total, length, version, flags = struct.unpack_from("<4I", content)
    assert (total, length, version, flags) == (len(content), len(font), 0x00020001, 0)
    assert content.endswith(font)
    weight, licence, magic = struct.unpack_from("<IHH", content, 28)
    assert (weight, licence, magic) == ({"Semibold": 600, "Bold": 700}.get(style, 400), 0, 0x504C)
    assert content[27] == (style == "It")
    (size,) = struct.unpack_from("<H", content, 82)
    assert content[84 : 84 + size].decode("utf-16-le") == family
