"""Build small Word files by hand: every test draws the XML that it is about."""

import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.xmlparts import NAMESPACES

_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


FLAG = "<w:showingPlcHdr/>"
PROMPT = "Klicken oder tippen Sie hier, um Text einzugeben."
BOX = "<w:name w:val='Kontroll1'/><w:enabled/><w:checkBox><w:sizeAuto/>{}</w:checkBox>"


def relationships(*entries):
    """A .rels part; an entry is (kind, target) or (kind, target, mode)."""
    lines = [
        f'<Relationship Id="r{number}" Type="{kind if "://" in kind else f"{_OFFICE}/{kind}"}" Target="{escape(target)}"'
        + "".join(f' TargetMode="{value}"' for value in mode)
        + "/>"
        for number, (kind, target, *mode) in enumerate(entries)
    ]
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def content_types(main="word/document.xml", main_type=_MAIN_TYPE):
    """A [Content_Types].xml that names the main part."""
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="{main_type}"/></Types>'
    )


def part(name, content):
    """Any part of WordprocessingML: `part("hdr", paragraph("x"))`."""
    return f"<w:{name} {_DECLARED}>{content}</w:{name}>"


def document(body):
    return part("document", f"<w:body>{body}<w:sectPr/></w:body>")


def members(body="", **more):
    """Names and contents of a whole document; `more` are further parts of word/ by their stem (header1, styles)."""
    kinds = [(stem.rstrip("0123456789"), f"{stem}.xml") for stem in more]
    return {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relationships(("officeDocument", "word/document.xml")),
        "word/document.xml": document(body),
        "word/_rels/document.xml.rels": relationships(*kinds),
    } | {f"word/{stem}.xml": content for stem, content in more.items()}


def zipped(entries):
    """Bytes of a zip with these members (a dict, or pairs where a name may come twice)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def package(body="", **more):
    return WordPackage(Path("Bogen.docx"), zipped(members(body, **more)))


def read(body, **more):
    return read_word_form(package(body, **more))


def run(text, look=""):
    """A run of text; `look` is the inside of its w:rPr."""
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*inner):
    """A paragraph of strings (made into runs) and XML."""
    return f"<w:p>{''.join(piece if piece.startswith('<') else run(piece) for piece in inner if piece)}</w:p>"


def cell(*blocks, look=""):
    """A table cell; a string that is no XML becomes a paragraph."""
    content = "".join(block if block.startswith("<w:") else paragraph(block) for block in blocks or ("",))
    return f"<w:tc>{f'<w:tcPr>{look}</w:tcPr>' if look else ''}{content}</w:tc>"


def row(*cells, look=""):
    """A table row; a string that is no cell becomes one."""
    content = "".join(entry if entry.startswith("<w:tc>") else cell(entry) for entry in cells)
    return f"<w:tr>{f'<w:trPr>{look}</w:trPr>' if look else ''}{content}</w:tr>"


def table(*rows):
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def control(properties, content, tag=""):
    """A content control with the inside of its w:sdtPr; `content` is XML."""
    tagged = f'<w:alias w:val="{tag} (Titel)"/><w:tag w:val="{tag}"/>' if tag else ""
    return f"<w:sdt><w:sdtPr>{tagged}{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def text_control(value, tag="", flag=""):
    return control(f"{flag}<w:text/>", run(value) if value else "", tag)


def checkbox(checked='<w14:checked w14:val="1"/>', glyph="☒", tag=""):
    return control(f"<w14:checkbox>{checked}</w14:checkbox>", run(glyph) if glyph else "", tag)


def tick(is_selected, tag=""):
    """A checkbox control in one of its two states."""
    return checkbox(f'<w14:checked w14:val="{int(is_selected)}"/>', "☒" if is_selected else "☐", tag)


def choice(kind, shown, items, tag="", flag=""):
    """A drop-down ("dropDownList") or combo box ("comboBox"); items are pairs of text and code."""
    entries = "".join(f'<w:listItem w:displayText="{text}" w:value="{code}"/>' for text, code in items)
    return control(f"{flag}<w:{kind}>{entries}</w:{kind}>", run(shown), tag)


def legacy(data, code, result=None):
    """A legacy form field; `data` is the inside of its w:ffData, `result` XML or None."""
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'
    separate = "" if result is None else f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
    return (
        f'{begin}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{separate}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def only(form, kind):
    """The one field of a kind."""
    (field,) = [field for field in form.fields if field.kind == kind]
    return field


def states(form, kind):
    return [(field.label, field.state) for field in form.fields if field.kind == kind]


def in_cell(content):
    """A table of one row: a printed text and a cell with this paragraph content."""
    return table(row("Frage", cell(paragraph(content))))
