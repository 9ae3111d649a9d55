"""Write the Word template of the reports. The institute may put its own file of the same name in its place:
only the style names below matter.
"""

from __future__ import annotations

from pathlib import Path

from gkanalysis.core.zipping import zip_parts

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
INK, QUIET, ACCENT, MARK, TINT = "1B2A33", "55636B", "12436D", "9C2A1F", "F3F6F8"


def _edge(side: str) -> str:
    """A border in the colour of the ground: the padding of a box above and below its text."""
    return f'<w:{side} w:val="single" w:sz="4" w:space="6" w:color="{TINT}"/>'


# id, name, based on, paragraph properties, run properties
PARAGRAPHS = (
    ("BodyText", "Body Text", "Normal", '<w:spacing w:before="0" w:after="140" w:line="300" w:lineRule="auto"/>', ""),
    ("FirstParagraph", "First Paragraph", "BodyText", "", ""),
    ("Compact", "Compact", "BodyText", '<w:spacing w:before="30" w:after="60"/>', ""),
    ("Tabellentext", "Tabellentext", "Normal", '<w:spacing w:before="30" w:after="30"/>', '<w:sz w:val="18"/>'),
    ("Tabellenblock", "Tabellenblock", "Tabellentext", '<w:keepNext/><w:spacing w:before="140" w:after="30"/>', "<w:b/>"),
    ("Title", "Title", "Normal", '<w:keepNext/><w:spacing w:before="2600" w:after="200"/>', f'<w:b/><w:color w:val="{INK}"/><w:sz w:val="42"/>'),
    ("Subtitle", "Subtitle", "Normal", '<w:spacing w:after="480"/>', f'<w:color w:val="{QUIET}"/><w:sz w:val="28"/>'),
    ("Author", "Author", "Normal", '<w:spacing w:after="40"/>', ""),
    ("Date", "Date", "Normal", '<w:spacing w:before="200" w:after="400"/>', f'<w:color w:val="{QUIET}"/>'),
    ("Heading1", "heading 1", "Normal", '<w:keepNext/><w:keepLines/><w:spacing w:before="520" w:after="200"/><w:outlineLvl w:val="0"/>', '<w:b/><w:sz w:val="34"/>'),
    ("Heading2", "heading 2", "Normal", '<w:keepNext/><w:keepLines/><w:spacing w:before="380" w:after="140"/><w:outlineLvl w:val="1"/>', '<w:b/><w:sz w:val="26"/>'),
    ("Heading3", "heading 3", "Normal", '<w:keepNext/><w:keepLines/><w:spacing w:before="280" w:after="100"/><w:outlineLvl w:val="2"/>', '<w:b/><w:sz w:val="22"/>'),
    ("TOCHeading", "TOC Heading", "Normal", '<w:keepNext/><w:pageBreakBefore/><w:spacing w:before="0" w:after="200"/>', '<w:b/><w:sz w:val="34"/>'),
    ("ListHeading", "Verzeichnis", "Normal", '<w:keepNext/><w:spacing w:before="480" w:after="160"/>', '<w:b/><w:sz w:val="26"/>'),
    ("TOC1", "toc 1", "Normal", '<w:spacing w:before="120" w:after="20"/>', ""),
    ("TOC2", "toc 2", "Normal", '<w:spacing w:before="20" w:after="20"/><w:ind w:left="400"/>', ""),
    ("TableCaption", "Table Caption", "Normal", f'<w:keepNext/><w:pBdr><w:top w:val="single" w:sz="8" w:space="6" w:color="{INK}"/></w:pBdr><w:spacing w:before="360" w:after="40"/>', "<w:b/>"),
    ("ImageCaption", "Image Caption", "TableCaption", "", ""),
    ("Basis", "Basis", "Normal", '<w:keepNext/><w:spacing w:after="120"/>', f'<w:color w:val="{QUIET}"/><w:sz w:val="18"/>'),
    ("Quelle", "Quelle", "Normal", '<w:spacing w:before="80" w:after="60"/>', f'<w:color w:val="{QUIET}"/><w:sz w:val="18"/>'),
    ("CaptionedFigure", "Captioned Figure", "Normal", '<w:keepNext/><w:spacing w:after="60"/>', ""),
    ("Figure", "Figure", "Normal", '<w:keepNext/><w:spacing w:after="60"/>', ""),
    ("Kasten", "Kasten", "BodyText", f'<w:keepLines/><w:pBdr>{_edge("top")}<w:left w:val="single" w:sz="24" w:space="8" w:color="{ACCENT}"/>{_edge("bottom")}{_edge("right")}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/><w:spacing w:before="200" w:after="200"/><w:ind w:left="170" w:right="130"/><w:contextualSpacing/>', ""),
    ("Marke", "Marke", "Normal", f'<w:pBdr><w:top w:val="single" w:sz="6" w:space="6" w:color="{MARK}"/><w:left w:val="single" w:sz="6" w:space="6" w:color="{MARK}"/><w:bottom w:val="single" w:sz="6" w:space="6" w:color="{MARK}"/><w:right w:val="single" w:sz="6" w:space="6" w:color="{MARK}"/></w:pBdr><w:spacing w:before="600" w:after="200"/><w:ind w:left="130" w:right="130"/>', f'<w:color w:val="{MARK}"/>'),
    ("FootnoteText", "footnote text", "Normal", "", '<w:sz w:val="18"/>'),
    ("BlockText", "Block Text", "BodyText", '<w:ind w:left="400" w:right="400"/>', ""),
    ("Footer", "footer", "Normal", '<w:tabs><w:tab w:val="right" w:pos="9070"/></w:tabs>', f'<w:color w:val="{QUIET}"/><w:sz w:val="17"/>'),
)  # fmt: skip


def write_reference(path: Path, *, institution: str = "Institut Arbeit und Qualifikation") -> None:
    """Write the template; the same bytes each time."""
    paragraphs = "".join(
        f'<w:style w:type="paragraph" w:customStyle="0" w:styleId="{sid}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/>'
        f"<w:qFormat/><w:pPr>{ppr}</w:pPr><w:rPr>{rpr}</w:rPr></w:style>"
        for sid, name, base, ppr, rpr in PARAGRAPHS
    )
    styles = (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Source Sans 3" w:hAnsi="Source Sans 3" w:cs="Source Sans 3" w:eastAsia="Source Sans 3"/>'
        f'<w:color w:val="{INK}"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="de-DE" w:eastAsia="de-DE" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        f'<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="{ACCENT}"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="VerbatimChar"><w:name w:val="Verbatim Char"/><w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/></w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="table" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:tblPr>'
        f'<w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="{INK}"/><w:bottom w:val="single" w:sz="6" w:space="0" w:color="{INK}"/></w:tblBorders>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="{INK}"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
        f"{paragraphs}</w:styles>"
    )
    footer = (
        f'<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t>{institution}</w:t></w:r><w:r><w:tab/></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
    )
    document = (
        f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body><w:p/><w:sectPr><w:footerReference w:type="default" r:id="rId9"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1531" w:right="1304" w:bottom="1531" w:left="1531" w:header="709" w:footer="709" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr></w:body></w:document>"
    )
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{MAIN}.{kind}+xml"/>'
        for name, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("settings", "settings"),
            ("footer1", "footer"),
        )
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{R}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{R}/settings" Target="settings.xml"/><Relationship Id="rId9" Type="{R}/footer" Target="footer1.xml"/></Relationships>',
        "word/document.xml": document,
        "word/styles.xml": styles,
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:autoHyphenation/><w:doNotHyphenateCaps/><w:themeFontLang w:val="de-DE"/></w:settings>',
        "word/footer1.xml": footer,
    }  # fmt: skip
    path.write_bytes(zip_parts({name: (HEAD + text).encode("utf-8") for name, text in parts.items()}))
