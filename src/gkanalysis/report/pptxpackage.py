"""The package of a PowerPoint file: the template that goes in, and what its parts must say of each other."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from lxml import etree

from gkanalysis.core.errors import RenderError
from gkanalysis.report.definition import Report
from gkanalysis.report.pptxfonts import FAMILIES, font_file

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NS = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'
EMU = 36000  # units of PowerPoint in a millimetre
# numbers of the placeholders, the same in all layouts
TEXT, CAPTION, EXHIBIT, BASE, SECTION, SIGN, FOOTER, NUMBER = 1, 2, 3, 4, 5, 6, 11, 12
INSTITUTION, AUTHORS, WARNING = 7, 8, 9
# layout of a slide -> name of the layout in the template
NAMES = {
    "title": "Titelfolie",
    "section": "Abschnitt",
    "text": "Text",
    "full": "Darstellung",
    "beside": "Darstellung mit Text daneben",
    "above": "Darstellung mit Text darüber",
}

FIRST = 256  # smallest id that PowerPoint allows for a slide
TITLES = ("title", "ctrTitle")
SLIDE_TYPE = f"{MAIN}.presentationml.slide+xml"
Box = tuple[float, float, float, float]


class Template:
    """The parts of the template without its own slides, and its layouts by the names that slides use."""

    def __init__(self, reference: Path) -> None:
        if not reference.exists():
            raise RenderError(
                f"Die PowerPoint-Vorlage „{reference.name}“ fehlt; bitte die mitgelieferte zurückholen: `git checkout reports/reference.pptx`."
            )
        with zipfile.ZipFile(reference) as archive:
            parts = {n: archive.read(n) for n in archive.namelist()}
        own = re.compile(r"ppt/(slides|notesSlides|comments|embeddings)/|docProps/")
        self.parts = {n: c for n, c in parts.items() if not own.match(n)}
        self._layouts: dict[str, tuple[str, etree._Element]] = {}
        for name, content in self.parts.items():
            if re.fullmatch(r"ppt/slideLayouts/[^/]+\.xml", name):
                root = parse(content)
                self._layouts[root.find(f"{{{P}}}cSld").get("name", "")] = (name, root)
        missing = [n for n in NAMES.values() if n not in self._layouts]
        if missing:
            listed = ", ".join(f"„{n}“" for n in missing)
            raise RenderError(f"Der PowerPoint-Vorlage „{reference.name}“ fehlen die Folienlayouts {listed}.")

    def part(self, layout: str) -> str:
        """Name of the part of a layout."""
        return self._layouts[NAMES[layout]][0]

    def placeholder(self, layout: str, number: int) -> tuple[str, str]:
        """Name and attributes of a placeholder; number 0 is the title.

        Raises
        ------
        RenderError
            If the template no longer has it.
        """
        shape, found = self._shape(layout, number)
        name = shape.find(f".//{{{P}}}cNvPr").get("name", "")
        return name, " ".join(f'{k}="{found.get(k)}"' for k in ("type", "idx", "sz") if found.get(k))

    def box(self, layout: str, number: int) -> Box:
        """Where a placeholder stands, in millimetres."""
        shape, _ = self._shape(layout, number)
        place = shape.find(f".//{{{A}}}xfrm")
        if place is None:
            raise RenderError(
                f"In der PowerPoint-Vorlage hat der Platzhalter {number} des Layouts „{NAMES[layout]}“ keine Größe."
            )
        (x, y), (w, h) = ([int(v) / EMU for v in place[k].attrib.values()] for k in (0, 1))
        return x, y, w, h

    def _shape(self, layout: str, number: int) -> tuple[etree._Element, etree._Element]:
        for shape in self._layouts[NAMES[layout]][1].iter(f"{{{P}}}sp"):
            found = shape.find(f".//{{{P}}}ph")
            if found is not None and (
                found.get("type") in TITLES if number == 0 else found.get("idx") == str(number)
            ):
                return shape, found
        raise RenderError(
            f"In der PowerPoint-Vorlage fehlt dem Layout „{NAMES[layout]}“ der Platzhalter {number or 'des Titels'}."
        )


def finish(parts: dict[str, bytes], report: Report, moment: datetime, language: str, slides: int) -> None:
    """Tell the presentation of its slides, fonts and properties."""
    root = parse(parts["ppt/presentation.xml"])
    links = parse(parts["ppt/_rels/presentation.xml.rels"])
    for link in list(links):
        if re.search(r"/(slide|font)$", link.get("Type")):
            links.remove(link)
    for name in ("sldIdLst", "embeddedFontLst", "custShowLst", "extLst"):
        for old in root.findall(f"{{{P}}}{name}"):
            root.remove(old)
    listed = etree.Element(f"{{{P}}}sldIdLst")
    for number in range(1, slides + 1):
        identifier = _link(links, f"slide-{number}", f"{R}/slide", f"slides/slide{number}.xml")
        etree.SubElement(listed, f"{{{P}}}sldId", {"id": str(FIRST + number), f"{{{R}}}id": identifier})
    root.find(f"{{{P}}}sldSz").addprevious(listed)
    themes = b"".join(c for n, c in parts.items() if n.startswith("ppt/theme/")).decode("utf-8")
    fonts = etree.Element(f"{{{P}}}embeddedFontLst")
    for family, faces in FAMILIES.items():
        if f'"{family}"' not in themes:
            continue
        font = etree.SubElement(fonts, f"{{{P}}}embeddedFont")
        etree.SubElement(font, f"{{{P}}}font", typeface=family)
        for face, name in faces.items():
            parts[f"ppt/fonts/{name}.fntdata"] = font_file(name)
            identifier = _link(links, f"font-{name}", f"{R}/font", f"fonts/{name}.fntdata")
            etree.SubElement(font, f"{{{P}}}{face}", {f"{{{R}}}id": identifier})
    if len(fonts):
        root.find(f"{{{P}}}notesSz").addnext(fonts)
        root.set("embedTrueTypeFonts", "1")
    parts["ppt/presentation.xml"] = _xml(root)
    parts["ppt/_rels/presentation.xml.rels"] = _xml(links)
    parts["docProps/core.xml"] = _properties(report, moment, language)
    parts["_rels/.rels"] = encode(
        relations(
            [
                ("rId1", f"{R}/officeDocument", "ppt/presentation.xml"),
                ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ]
        )
    )
    _types(parts)


def _link(links: etree._Element, identifier: str, kind: str, target: str) -> str:
    name = f"gk-{identifier}"
    etree.SubElement(links, f"{{{PACKAGE}/relationships}}Relationship", Id=name, Type=kind, Target=target)
    return name


def _types(parts: dict[str, bytes]) -> None:
    """The kinds of all parts: what the template says of parts that are gone is dropped."""
    space = f"{{{PACKAGE}/content-types}}"
    root = parse(parts["[Content_Types].xml"])
    for entry in root.findall(f"{space}Override"):
        if entry.get("PartName").lstrip("/") not in parts:
            root.remove(entry)
    known = {e.get("Extension").lower() for e in root.findall(f"{space}Default")}
    kinds = {"png": "image/png", "svg": "image/svg+xml", "fntdata": "application/x-fontdata"}
    for extension, kind in kinds.items():
        if extension not in known:
            root.insert(0, etree.Element(f"{space}Default", Extension=extension, ContentType=kind))
    named = {e.get("PartName") for e in root.findall(f"{space}Override")}
    new = {f"/{n}": SLIDE_TYPE for n in parts if re.fullmatch(r"ppt/slides/[^/]+\.xml", n)}
    new["/docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    for name, kind in new.items():
        if name not in named:
            etree.SubElement(root, f"{space}Override", PartName=name, ContentType=kind)
    parts["[Content_Types].xml"] = _xml(root)


def _properties(report: Report, moment: datetime, language: str) -> bytes:
    """Title, authors, language and the date of the report."""
    at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    when = "".join(
        f'<dcterms:{n} xsi:type="dcterms:W3CDTF">{at}</dcterms:{n}>' for n in ("created", "modified")
    )
    said = {
        "dc:title": report.title, "dc:creator": "; ".join(report.authors), "dc:description": report.description,
        "dc:language": language, "cp:keywords": ", ".join(report.keywords),
    }  # fmt: skip
    return encode(
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{''.join(f'<{k}>{escape(v, quote=False)}</{k}>' for k, v in said.items() if v)}{when}</cp:coreProperties>"
    )


def encode(text: str) -> bytes:
    """A part from its text."""
    return (HEAD + text).encode("utf-8")


def parse(content: bytes) -> etree._Element:
    """A part of the template as a tree; nothing outside it is read."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _xml(element: etree._Element) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)


def relations(rows: Sequence[tuple[str, str, str]]) -> str:
    """A list of relationships: id, type, target; addresses outside the file are marked as such.

    >>> relations([("rId1", "t", "a.xml")]).count("TargetMode")
    0
    """
    outside = ' TargetMode="External"'
    entries = "".join(
        f'<Relationship Id="{i}" Type="{kind}" Target="{escape(target, quote=True)}"{outside * kind.endswith("/hyperlink")}/>'
        for i, kind, target in rows
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'


def frame(box: Sequence[float], *, tag: str = "a:xfrm") -> str:
    """Place and size of a shape; millimetres in, units of PowerPoint out.

    >>> frame((1, 1, 2, 1))
    '<a:xfrm><a:off x="36000" y="36000"/><a:ext cx="72000" cy="36000"/></a:xfrm>'
    """
    x, y, w, h = map(_emu, box)
    return f'<{tag}><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></{tag}>'


def _emu(millimetres: float) -> int:
    return round(millimetres * EMU)
