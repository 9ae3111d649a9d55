"""Write the PowerPoint template of the slides. The team may restyle it and put its own file in its place:
only the names of the layouts and the numbers of their placeholders matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from gkanalysis.core.zipping import zip_parts
from gkanalysis.report.slidesgrid import BOXES, LAYOUTS, LINE, PAGE, SIZES
from gkanalysis.report.style import FAMILY

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NS = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'
EMU = 36000  # units of PowerPoint in a millimetre
LINE_HEIGHT = 1.326  # of Source Sans 3, times its size: what PowerPoint takes for 100 %

# name -> colour; slides use the names only, so a new palette of the template restyles them
COLOURS = {
    "dk1": "1B2A33", "lt1": "FFFFFF", "dk2": "55636B", "lt2": "F3F6F8", "accent1": "12436D", "accent2": "C75B12",
    "accent3": "4F9D8E", "accent4": "8FB3CC", "accent5": "C9D1D6", "accent6": "9C2A1F", "hlink": "12436D", "folHlink": "12436D",
}  # fmt: skip
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


def write_reference(path: Path) -> None:
    """Write the template; the same bytes each time."""
    layouts = {NAMES[k]: _layout(k) for k in NAMES}
    parts = {
        "[Content_Types].xml": _types(len(layouts)),
        "_rels/.rels": relations([("rId1", f"{R}/officeDocument", "ppt/presentation.xml")]),
        "ppt/presentation.xml": (
            f'<p:presentation {NS} saveSubsetFonts="0"><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
            f'<p:sldSz cx="{_emu(PAGE[0])}" cy="{_emu(PAGE[1])}"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            [
                ("rId1", f"{R}/slideMaster", "slideMasters/slideMaster1.xml"),
                ("rId2", f"{R}/theme", "theme/theme1.xml"),
            ]
        ),
        "ppt/theme/theme1.xml": _theme(),
        "ppt/slideMasters/slideMaster1.xml": _master(len(layouts)),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": relations(
            [
                (f"rId{k}", f"{R}/slideLayout", f"../slideLayouts/slideLayout{k}.xml")
                for k in range(1, len(layouts) + 1)
            ]
            + [(f"rId{len(layouts) + 1}", f"{R}/theme", "../theme/theme1.xml")]
        ),
    }
    for k, (name, content) in enumerate(layouts.items(), start=1):
        parts[f"ppt/slideLayouts/slideLayout{k}.xml"] = (
            f'<p:sldLayout {NS} preserve="1" userDrawn="1"><p:cSld name="{escape(name)}">{content}</p:cSld>'
            "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
        )
        parts[f"ppt/slideLayouts/_rels/slideLayout{k}.xml.rels"] = relations(
            [("rId1", f"{R}/slideMaster", "../slideMasters/slideMaster1.xml")]
        )
    path.write_bytes(zip_parts({name: (HEAD + text).encode("utf-8") for name, text in parts.items()}))


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


def _colour(name: str) -> str:
    return f'<a:solidFill><a:schemeClr val="{name}"/></a:solidFill>'


def _level(
    level: int,
    size: float,
    *,
    colour: str = "tx1",
    bold: bool = False,
    before: float = 0.45,
    bullet: bool = False,
) -> str:
    """Paragraph properties of a level: level 1 is text, 2 and 3 are points of a list."""
    indent = round(0.9 * size * 12700)
    left = indent * (level - 1) if bullet else 0
    # the semibold is a family of its own to PowerPoint; the theme names it for headings
    face = "mj" if bold else "mn"
    sign = '<a:buFont typeface="+mn-lt"/><a:buChar char="–"/>' if bullet else "<a:buNone/>"
    return (
        f'<a:lvl{level}pPr marL="{left}" indent="{-indent if bullet else 0}" algn="l"><a:lnSpc><a:spcPct val="{_pitch()}"/></a:lnSpc>'
        f'<a:spcBef><a:spcPts val="{round(100 * before * size)}"/></a:spcBef>{sign}'
        f'<a:defRPr lang="de-DE" sz="{round(100 * size)}" b="0">{_colour(colour)}'
        f'<a:latin typeface="+{face}-lt"/><a:ea typeface="+{face}-ea"/><a:cs typeface="+{face}-cs"/></a:defRPr></a:lvl{level}pPr>'
    )


def _pitch() -> int:
    return round(1000 * 100 * LINE / LINE_HEIGHT)


def _levels(size: float, **kind: object) -> str:
    return _level(1, size, **kind) + "".join(
        _level(k, size, bullet=True, before=0.35, colour=kind.get("colour", "tx1")) for k in (2, 3)
    )


def _placeholder(
    number: int, name: str, box: Sequence[float], size: float, *, kind: str = "body", anchor: str = "t", colour: str = "tx1",
    bold: bool = False, side: str = "l", prompt: str = "", look: str = "", inset: float = 0,
) -> str:  # fmt: skip
    """A placeholder of a layout; `look` are outline and ground."""
    index = "" if kind in ("title", "ctrTitle") else f' sz="quarter" idx="{number}"'
    room = " ".join(f'{s}="{_emu(inset)}"' for s in ("lIns", "tIns", "rIns", "bIns"))
    before = 0 if size <= SIZES["small"] or kind in ("title", "ctrTitle") else 0.45
    levels = _levels(size, colour=colour, bold=bold, before=before).replace('algn="l"', f'algn="{side}"')
    field = '<a:fld id="{00000000-0000-4000-8000-000000000001}" type="slidenum"><a:rPr lang="de-DE"/><a:t>‹Nr.›</a:t></a:fld>'
    text = (
        field if kind == "sldNum" else f'<a:r><a:rPr lang="de-DE"/><a:t>{escape(prompt or name)}</a:t></a:r>'
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number + 20}" name="{escape(name)}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
        f'<p:nvPr><p:ph type="{kind}"{index}/></p:nvPr></p:nvSpPr>'
        f'<p:spPr>{frame(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{look}</p:spPr>'
        f'<p:txBody><a:bodyPr vert="horz" wrap="square" {room} rtlCol="0" anchor="{anchor}"><a:noAutofit/></a:bodyPr>'
        f"<a:lstStyle>{levels}</a:lstStyle><a:p>{text}</a:p></p:txBody></p:sp>"
    )


def _rectangle(number: int, name: str, box: Sequence[float], colour: str) -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>{frame(box)}'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{_colour(colour)}<a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )


def _tree(shapes: str, *, ground: str = "bg1") -> str:
    return (
        f'<p:bg><p:bgPr>{_colour(ground)}<a:effectLst/></p:bgPr></p:bg><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/>'
        f"<p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree>"
    )


def _layout(name: str) -> str:
    """The shapes of a layout."""
    small, light = SIZES["small"], name == "section"
    quiet = "bg1" if light else "tx2"
    running = _placeholder(
        SIGN, "Kennzeichnung der Daten", BOXES["mark"], small, colour="bg1" if light else "accent6", bold=True, side="r",
        anchor="ctr",
    ) + _strip(quiet)  # fmt: skip
    if name == "title":
        box = f'<a:ln w="12700">{_colour("accent6")}</a:ln>'
        return _tree(
            _rectangle(2, "Balken", BOXES["rule"], "accent1")
            + _placeholder(0, "Titel", BOXES["headline"], SIZES["headline"], kind="ctrTitle", bold=True, anchor="b")
            + _placeholder(TEXT, "Untertitel", BOXES["subtitle"], SIZES["text"], kind="subTitle", colour="tx2")
            + _placeholder(INSTITUTION, "Institution", BOXES["institution"], SIZES["caption"], colour="tx2")
            + _placeholder(AUTHORS, "Personen und Datum", BOXES["authors"], SIZES["caption"])
            + _placeholder(WARNING, "Hinweis auf die Daten", BOXES["warning"], SIZES["caption"], colour="accent6", look=box, inset=3.5, anchor="ctr")
        )  # fmt: skip
    if light:
        return _tree(
            _placeholder(0, "Titel", BOXES["headline"], SIZES["section"], kind="title", bold=True, anchor="b", colour="bg1")
            + _placeholder(TEXT, "Text", BOXES["lead"], SIZES["text"], colour="bg1")
            + running,
            ground="accent1",
        )  # fmt: skip
    boxes = LAYOUTS[name]
    shapes = _rectangle(2, "Linie", BOXES["line"], "accent5")
    shapes += _placeholder(
        0, "Titel", BOXES["title"], SIZES["title"], kind="title", bold=True, prompt="Die Aussage der Folie"
    )
    if "text" in boxes:
        shapes += _placeholder(TEXT, "Text", boxes["text"], SIZES[name])
    if "exhibit" in boxes:
        shapes += _placeholder(
            CAPTION, "Überschrift der Darstellung", boxes["caption"], SIZES["caption"], bold=True
        )
        shapes += _placeholder(EXHIBIT, "Abbildung oder Tabelle", boxes["exhibit"], SIZES["text"], kind="obj")
        shapes += _placeholder(
            BASE, "Basis, Anmerkungen und Quelle", BOXES["foot"], small, colour="tx2", anchor="b"
        )
    return _tree(
        shapes
        + _placeholder(SECTION, "Abschnitt", BOXES["section"], small, colour="tx2", bold=True, anchor="ctr")
        + running
    )


def _strip(colour: str) -> str:
    """What runs at the foot: institution and number."""
    x, y, width, height = BOXES["strip"]
    common = {"size": SIZES["small"], "colour": colour, "anchor": "ctr"}
    footer = _placeholder(FOOTER, "Fußzeile", (x, y, 200, height), kind="ftr", **common)
    number = _placeholder(
        NUMBER, "Foliennummer", (x + width - 20, y, 20, height), kind="sldNum", side="r", **common
    )
    return footer + number


def _master(layouts: int) -> str:
    """The master: it carries the ground and the styles of text; the layouts say where things stand."""
    listed = "".join(f'<p:sldLayoutId id="{2147483648 + k}" r:id="rId{k}"/>' for k in range(1, layouts + 1))
    colours = " ".join(
        f'{name}="{value}"'
        for name, value in (("bg1", "lt1"), ("tx1", "dk1"), ("bg2", "lt2"), ("tx2", "dk2"))
    )
    accents = " ".join(f'accent{k}="accent{k}"' for k in range(1, 7))
    shapes = _placeholder(0, "Titel", BOXES["title"], SIZES["title"], kind="title", bold=True)
    shapes += _placeholder(TEXT, "Text", LAYOUTS["text"]["text"], SIZES["text"]) + _strip("tx2")
    return (
        f'<p:sldMaster {NS}><p:cSld>{_tree(shapes)}</p:cSld><p:clrMap {colours} {accents} hlink="hlink" folHlink="folHlink"/>'
        f"<p:sldLayoutIdLst>{listed}</p:sldLayoutIdLst><p:txStyles><p:titleStyle>{_level(1, SIZES['title'], bold=True, before=0)}</p:titleStyle>"
        f"<p:bodyStyle>{_levels(SIZES['text'])}</p:bodyStyle><p:otherStyle>{_level(1, SIZES['text'], before=0)}</p:otherStyle></p:txStyles></p:sldMaster>"
    )


def _theme() -> str:
    colours = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in COLOURS.items())
    heads, texts = (
        f'<a:latin typeface="{f}"/><a:ea typeface=""/><a:cs typeface=""/>'
        for f in (f"{FAMILY} Semibold", FAMILY)
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    lines = "".join(f'<a:ln w="{w}">{fill}</a:ln>' for w in (6350, 12700, 19050))
    return (
        f'<a:theme xmlns:a="{A}" name="gkanalysis"><a:themeElements><a:clrScheme name="gkanalysis">{colours}</a:clrScheme>'
        f'<a:fontScheme name="gkanalysis"><a:majorFont>{heads}</a:majorFont><a:minorFont>{texts}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="gkanalysis"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{lines}</a:lnStyleLst>'
        f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _types(layouts: int) -> str:
    kinds = [("presentation", "presentation.main"), ("slideMasters/slideMaster1", "slideMaster")]
    kinds += [(f"slideLayouts/slideLayout{k}", "slideLayout") for k in range(1, layouts + 1)]
    overrides = "".join(
        f'<Override PartName="/ppt/{name}.xml" ContentType="{MAIN}.presentationml.{kind}+xml"/>'
        for name, kind in kinds
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}'
        f'<Override PartName="/ppt/theme/theme1.xml" ContentType="{MAIN}.theme+xml"/></Types>'
    )
