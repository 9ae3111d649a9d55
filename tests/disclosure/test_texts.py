"""Texts are found wherever a finished file can hold them."""

import base64
import io
import json
import struct
import zipfile
import zlib

import openpyxl
import pikepdf
import pytest
import typst

from gkanalysis.core.errors import RenderError
from gkanalysis.disclosure.texts import json_texts, texts_of

NAME = "Eisvogelstadt"


def places(name, content):
    """Where the name stands in a file."""
    content = content.encode() if isinstance(content, str) else content
    return [place for place, text in texts_of(name, content) if NAME in text]


SVG = f"<svg xmlns='http://www.w3.org/2000/svg'><!-- {NAME} --></svg>"


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (f"<p id='a'>In {NAME}</p>", "bei #a, <p>"),
        ("<p id='a'>In Eis<b>vogel</b><span>stadt</span></p>", "bei #a, <p>"),
        (f"<div id='a'><img alt='Bild aus {NAME}'></div>", "bei #a, Attribut „alt“"),
        (f"<p id='a'>x</p><!-- {NAME} -->", "Kommentar"),
        (f"<script type='application/json'>{json.dumps([NAME])}</script>", "<script>"),
        (f"<a href='x.html#%45isvogelstadt'>x</a><i>{'x'}</i>", "Attribut „href“"),
        (f"<img alt='' src='data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()}'>", "eingebettete Datei, Kommentar"),
        (f"<table id='t'><tr><td>1</td><td>{NAME}</td></tr></table>", "bei #t, <td>"),
        (f"<p>a</p>nach {NAME}", "Seite, <body>"),
    ],
)  # fmt: skip
def test_html_is_read_to_the_last_corner(page, place):
    """Text across inline elements, attributes, comments, scripts, quoted links, pictures inside the page."""
    found = places("a.html", f"<html><head><title>x</title></head><body>{page}</body></html>")
    assert any(place in f for f in found), found


def package(**parts):
    """A zip file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return buffer.getvalue()


W = "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"


def test_docx_is_read_in_all_parts():
    """Runs within a word, comments, properties, alternative texts, links, pictures."""
    runs = f"<w:document {W}><w:p>\n <w:r><w:t>Eisvogel</w:t></w:r>\n <w:r><w:t>stadt</w:t></w:r>\n</w:p></w:document>"
    note = f"<w:comments {W}><w:comment w:author='{NAME}'/></w:comments>"
    alt = f"<x xmlns:p='urn:p'><p:docPr descr='{NAME}'/></x>"
    content = package(
        word__document_dot_xml=runs, word__comments_dot_xml=note, docProps__core_dot_xml=f"<c><k>{NAME}</k></c>",
        word__alt_dot_xml=alt, word__media__a_dot_svg=SVG, word___rels__d_dot_rels=f"<r><l Target='{NAME}'/></r>",
    )  # fmt: skip
    assert {p.split(",")[0] for p in places("a.docx", content)} == {
        "word/document.xml", "word/comments.xml", "docProps/core.xml", "word/alt.xml", "word/media/a.svg", "word/_rels/d.rels",
    }  # fmt: skip


@pytest.fixture(scope="module")
def plain_pdf(tmp_path_factory):
    """A page set by the typesetter of the reports, with a narrow column that breaks words."""
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "a.typ").write_text(
        '#set document(title: "Probe")\n#set text(lang: "de", hyphenate: true)\n#set page(width: 6cm)\n'
        f"Hier steht {NAME} im Satz. Die fließende Auffahrt zur Stadtverwaltungsnebenstelle.\n"
    )
    return typst.compile(folder / "a.typ", pdf_standards=["ua-1"])


def changed(pdf, change):
    """A PDF after a change with pikepdf."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(buffer)
    return buffer.getvalue()


def test_pdf_page_gives_its_words(plain_pdf):
    """Glyphs become letters, ligatures included."""
    assert places("a.pdf", plain_pdf) == ["Seite 1"]
    text = " ".join(t for p, t in texts_of("a.pdf", plain_pdf) if p == "Seite 1")
    assert "fließende Auffahrt" in " ".join(text.split())


def xmp(document):
    with document.open_metadata(update_docinfo=False) as metadata:
        metadata["dc:description"] = NAME


def alternative(document):
    """Plant the name in an alternative text of the structure tree."""
    document.Root.StructTreeRoot.K = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Figure, Alt=NAME))


def note(document):
    document.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Contents=NAME)])


def attachment(document):
    document.attachments["a.txt"] = NAME.encode()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d.docinfo.update({"/Keywords": NAME}), "Metadaten (Info, /Keywords)"),
        (xmp, "Metadaten (XMP)"),
        (alternative, "Alternativtext"),
        (note, "Notiz"),
        (attachment, "angehängte Datei"),
    ],
)
def test_pdf_is_read_beside_its_pages(plain_pdf, change, place):
    """Properties, XML metadata, alternative texts, notes and attached files."""
    clean = changed(plain_pdf, lambda d: None)
    assert place in set(places("a.pdf", changed(plain_pdf, change))) - set(places("a.pdf", clean))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 kaputt"), ("a.docx", b"PK kaputt"), ("a.svg", b"<svg"), ("a.json", b"{"),
        ("a.html", b"\xff\xfe"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_must_not_appear(name, content):
    """A file that nobody could search is refused with a sentence."""
    with pytest.raises(RenderError, match="nicht nach Namen durchsuchen"):
        list(texts_of(name, content))


def test_pdf_with_an_unreadable_font_is_refused(plain_pdf):
    """Text that cannot be read as letters could be anything."""

    def blind(document):
        for font in document.pages[0].Resources.Font.values():
            del font["/ToUnicode"]

    with pytest.raises(RenderError, match="welche Zeichen"):
        list(texts_of("a.pdf", changed(plain_pdf, blind)))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    "part",
    [
        chunk(b"tEXt", b"Title\0" + NAME.encode()),
        chunk(b"zTXt", b"Title\0\0" + zlib.compress(NAME.encode())),
        chunk(b"iTXt", b"Title\0\1\0de\0\0" + zlib.compress(NAME.encode())),
    ],
)
def test_picture_gives_the_texts_beside_its_pixels(part):
    """Plain, packed and international."""
    assert places("a.png", b"\x89PNG\r\n\x1a\n" + part) == ["Angabe „Title“ im Bild"]


def test_internal_keys_of_json_are_left_out():
    """The rows behind a value are a working paper, its text is not."""
    assert [t for _, t in json_texts([{"text": "a", "rows": [["b"]]}], ["rows"])] == ["text", "a", "rows"]


def test_addresses_of_cells_are_no_text():
    """The cell B10 of a workbook behind a chart is no alliance B10; the same word in a cell is read."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active["B10"], book.active["C10"] = 1, "B10"
    book.save(file)
    places = [place for place, text in texts_of("x.xlsx", file.getvalue()) if "B10" in text]
    assert places == ["xl/worksheets/sheet1.xml, <t>"]
