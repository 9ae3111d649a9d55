"""Write the form of a codebook as a real Word document, empty or answered, in the ways people return it.

Styles: `controls` (content controls), `legacy` (form fields of old Word), `typed_x` and `typed_box`
(flattened: no controls, ticks typed as x or ☒), `blank` (the form of `gkanalysis blank`, filled in as Word does).
The output is byte-stable.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.codebook.layout import Slot
from gkanalysis.core.writing import zip_parts
from gkanalysis.report.blank import MARK, PROMPT, W14, Tables, blank_form, control, entries, paragraph, run, tick

STYLES = ("controls", "legacy", "typed_x", "typed_box", "blank")
TEMPLATE = Path(__file__).parents[2] / "reports/reference.docx"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PLACEHOLDER = "…"
CHOOSE = "Wählen Sie ein Element aus."


def write_form(book: Codebook, version: str, answers: Mapping[str, str], style: str) -> bytes:
    """Write one form.

    Parameters
    ----------
    book : the codebook whose layout is printed
    version : version of the form, e.g. `lang`
    answers : slot tag -> text; for boxes any text means ticked (typed forms write that text as it stands)
    style : one of STYLES

    Returns
    -------
    bytes of a .docx file, the same for the same input
    """
    if style == "blank":
        return fill_in(blank_form(book, version, TEMPLATE), answers)
    writer = _Writer(answers, style)
    body = [paragraph(book.title, "Title"), paragraph(book.versions[version]["title"], "Subtitle")]
    headings = list(book.printed_paragraphs(version)[2:])
    part = None
    for table in book.tables(version):
        if table.part != part:
            part = table.part
            body.append(paragraph(headings.pop(0), "Heading1"))
        body += [writer.table(table), "<w:p/>"]
    return _package("".join(body), book.title)


def fill_in(form: bytes, answers: Mapping[str, str]) -> bytes:
    """A blank form with answers in its controls, found by their tags, and the mark of invented data."""
    with zipfile.ZipFile(io.BytesIO(form)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = etree.fromstring(parts["word/document.xml"])
    for field in body.iter(f"{{{W}}}sdt"):
        properties, content = field
        answer = answers.get(properties.find(f"{{{W}}}tag").get(f"{{{W}}}val"), "")
        if not answer:
            continue
        if (checked := properties.find(f".//{{{W14}}}checked")) is not None:
            checked.set(f"{{{W14}}}val", "1")
            content[0].find(f"{{{W}}}t").text = "☒"
            continue
        properties.remove(properties.find(f"{{{W}}}showingPlcHdr"))
        labels = {e.get(f"{{{W}}}value"): e.get(f"{{{W}}}displayText") for e in properties.iter(f"{{{W}}}listItem")}
        content[:] = etree.fromstring(f'<w:p xmlns:w="{W}">{run(labels.get(answer, answer))}</w:p>')[:]
    body[0].insert(0, etree.fromstring(paragraph(MARK, "Marke").replace("<w:p>", f'<w:p xmlns:w="{W}">', 1)))
    parts["word/document.xml"] = etree.tostring(body, encoding="UTF-8", standalone=True)
    marked = parts["docProps/core.xml"].replace(b"<dc:title>", b"<cp:keywords>SYNTHETISCH</cp:keywords><dc:title>")
    return zip_parts(parts | {"docProps/core.xml": marked})


class _Writer(Tables):
    """Holds the answers and gives field and control ids in order."""

    def __init__(self, answers: Mapping[str, str], style: str) -> None:
        self.answers, self.form = answers, style

    def field(self, slot: Slot) -> str:
        if slot.option or slot.kind == "tick":
            return self._tick(slot)
        return self._list(slot) if slot.choices else self._text(slot)

    def _tick(self, slot: Slot) -> str:
        answer = self.answers.get(slot.tag, "")
        ticked = bool(answer)
        if self.form == "controls":
            shown, kind = tick(ticked)
            return control(slot, self.next_id(), kind, shown)
        if self.form == "legacy":
            state = "<w:checked/>" if ticked else ""
            box = f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{state}</w:checkBox>'
            return self._field(slot, "FORMCHECKBOX", box, "")
        if self.form == "typed_x":
            return run(answer or ("" if slot.kind == "tick" else "☐"))
        return run("☒" if ticked else "☐")

    def _text(self, slot: Slot) -> str:
        answer = self.answers.get(slot.tag, "")
        if self.form == "controls" and not slot.extra:
            flag = "" if answer else "<w:showingPlcHdr/>"
            content = run(answer) if answer else run(PLACEHOLDER, PROMPT)
            return control(slot, self.next_id(), f'{flag}<w:text w:multiLine="1"/>', content)
        if self.form == "legacy" and not slot.extra:
            return self._field(slot, "FORMTEXT", "<w:textInput/>", run(answer or "\u2002" * 5))
        return run(answer)

    def _list(self, slot: Slot) -> str:
        """A drop-down list; the answer is the id of an option, or a text that somebody typed over the list."""
        answer = self.answers.get(slot.tag, "")
        labels = [label for _, label in slot.choices]
        text = dict(slot.choices).get(answer, answer)
        if slot.extra or (text and text not in labels):
            return run(text)
        if self.form == "controls":
            flag = "" if text else "<w:showingPlcHdr/>"
            content = run(text) if text else run(CHOOSE, PROMPT)
            return control(slot, self.next_id(), flag + entries(slot, CHOOSE), content)
        if self.form == "legacy":  # an empty first entry is what old Word shows before the choice
            listed = "".join(f"<w:listEntry w:val={quoteattr(label)}/>" for label in ["\u2002", *labels])
            chosen = f'<w:result w:val="{labels.index(text) + 1}"/>' if text else ""
            return self._field(slot, "FORMDROPDOWN", f"<w:ddList>{chosen}{listed}</w:ddList>", "")
        return run(text)

    def _field(self, slot: Slot, code: str, data: str, result: str) -> str:
        number = self.next_id()
        return (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
            f'<w:name w:val="{slot.bookmark}"/><w:enabled/><w:calcOnExit w:val="0"/>{data}</w:ffData></w:fldChar></w:r>'
            f'<w:bookmarkStart w:id="{number}" w:name="{slot.bookmark}"/>'
            f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
            f'<w:r><w:fldChar w:fldCharType="end"/></w:r><w:bookmarkEnd w:id="{number}"/>'
        )


# id, name, properties of the run, of the paragraph
_STYLES = (
    ("Title", "Title", '<w:b/><w:color w:val="1F4E5F"/><w:sz w:val="36"/>', '<w:spacing w:after="60"/>'),
    ("Subtitle", "Subtitle", '<w:color w:val="55636B"/><w:sz w:val="24"/>', '<w:spacing w:after="240"/>'),
    ("Heading1", "heading 1", '<w:b/><w:sz w:val="24"/>', '<w:keepNext/><w:spacing w:before="240" w:after="120"/>'),
    ("Kopf", "Bogenkopf", '<w:b/><w:sz w:val="18"/>', ""),
    ("Marke", "Marke", '<w:color w:val="9C2A1F"/><w:sz w:val="17"/>', '<w:jc w:val="right"/>'),
)  # fmt: skip


def _styles() -> str:
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8A979E"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    paragraphs = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        for style_id, name, run, paragraph in _STYLES
    )
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="19"/><w:lang w:val="de-DE"/>'
        "</w:rPr></w:rPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f'{paragraphs}<w:style w:type="character" w:styleId="Platzhalter"><w:name w:val="Platzhaltertext"/>'
        '<w:rPr><w:color w:val="8A979E"/></w:rPr></w:style>'
        f'<w:style w:type="table" w:styleId="Bogen"><w:name w:val="Bogen"/><w:tblPr><w:tblBorders>{border}'
        '</w:tblBorders><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>'
    )


def _package(body: str, title: str) -> bytes:
    """The parts of the document, zipped with fixed times in a fixed order."""
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/>'
        '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{main}.styles+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{main}.settings+xml"/>'
        f'<Override PartName="/word/header1.xml" ContentType="{main}.header+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/header" Target="header1.xml"/>'
        f'<Relationship Id="rId3" Type="{office}/settings" Target="settings.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{office}" xmlns:w14="{W14}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14">'
        f"<w:body>{body}{section}</w:body></w:document>",
        "word/styles.xml": _styles(),
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:autoHyphenation/></w:settings>',
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph(MARK, "Marke")}</w:hdr>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>gkanalysis</dc:creator><dc:description>{MARK}</dc:description>"
        "<cp:keywords>SYNTHETISCH</cp:keywords></cp:coreProperties>",
    }
    return zip_parts({name: (head + text).encode() for name, text in parts.items()})
